"""Whatever a student hands in, reading it gives cells or a reason, and never an exception."""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnkit.checking.code_cells import read_code_cells
from grading.sandbox.limits import Limits
from grading.submissions.submission import parse_cells, read_submission

NOT_JSON = "The file is not a notebook: it is not valid JSON. Open it in JupyterLab and save it again."
NO_CELLS = "The file is JSON but not a notebook: it has no list of cells."
NO_SOURCE = "No cell of the notebook has readable source. Open it in JupyterLab and save it again."
NO_FILE = "mini.ipynb is not a file that can be read."
LINK = "mini.ipynb is a link, not a file. Hand in the notebook itself."


def one_cell(cell):
    """A notebook with this cell, as bytes."""
    return json.dumps({"cells": [cell]}).encode()


def read(folder, **options):
    """Read the submission in a folder."""
    return read_submission("ann", folder, "mini", **options)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty. Was the notebook saved before it was handed in?"),
        (b" \n\t", "The file is empty. Was the notebook saved before it was handed in?"),
        (b"Dear teacher, here is my work", NOT_JSON),
        (b'{"cells": [', NOT_JSON),
        (b'{"cells": ["\xff\xfe"]}', NOT_JSON),
        (b"[" * 500_000, NOT_JSON),
        (b'{"cells":' * 100_000, NOT_JSON),
        (b'{"cells": ' + b"9" * 5000 + b"}", NOT_JSON),
        (b"[]", NO_CELLS),
        (b'"cells"', NO_CELLS),
        (b"null", NO_CELLS),
        (b"NaN", NO_CELLS),
        (b'{"cells": NaN}', NO_CELLS),
        (b'{"cells": {"0": 1}}', NO_CELLS),
        (b'{"worksheets": [{"cells": []}], "nbformat": 3}', NO_CELLS),
        (b'{"cells": [7]}', NO_SOURCE),
        (b'{"cells": [NaN]}', NO_SOURCE),
        (one_cell({}), NO_SOURCE),
        (one_cell({"cell_type": "code", "source": None}), NO_SOURCE),
        (one_cell({"cell_type": "code", "source": {"a": 1}}), NO_SOURCE),
        (one_cell({"cell_type": "code", "source": ["a", 1]}), NO_SOURCE),
    ],
    ids=str,
)
def test_a_file_that_is_no_notebook_is_unreadable_with_a_reason(tmp_path, data, reason):
    (tmp_path / "mini.ipynb").write_bytes(data)
    submission = read(tmp_path)
    assert (submission.status, submission.reason, submission.cells) == ("unreadable", reason, ())
    assert submission.digest.startswith("sha256:")


def test_far_too_many_cells_are_said(tmp_path):
    cells = b",".join([b'{"cell_type":"code","source":""}'] * 300_000)
    (tmp_path / "mini.ipynb").write_bytes(b'{"cells":[' + cells + b"]}")
    submission = read(tmp_path, limits=Limits(file_bytes=2**26))
    assert submission.reason == "The notebook has 300,000 cells; the limit is 2,000 (cells)."


def test_a_folder_or_file_that_is_not_there_is_missing(tmp_path):
    for folder in (tmp_path, tmp_path / "gone"):
        submission = read(folder)
        assert (submission.status, submission.digest) == ("missing", "")
        assert submission.reason == "There is no file mini.ipynb in the submission."


def test_a_linked_file_is_refused(tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(one_cell({"cell_type": "code", "source": "secret"}))
    (tmp_path / "mini.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert (read(tmp_path).status, read(tmp_path).reason) == ("unreadable", LINK)


def test_a_dangling_link_is_refused(tmp_path):
    (tmp_path / "mini.ipynb").symlink_to(tmp_path / "gone")
    assert read(tmp_path).reason == LINK


def test_a_linked_folder_is_refused(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mini.ipynb").write_bytes(one_cell({"cell_type": "code", "source": "secret"}))
    (tmp_path / "mine").symlink_to(tmp_path / "other", target_is_directory=True)
    assert (read(tmp_path / "mine").status, read(tmp_path / "mine").reason) == ("unreadable", LINK)


def test_a_folder_in_the_place_of_the_file_is_refused_and_leaves_nothing_open(tmp_path):
    (tmp_path / "mini.ipynb").mkdir()
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    for _ in range(5):
        assert (read(tmp_path).status, read(tmp_path).reason) == ("unreadable", NO_FILE)
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "mine").write_text("x")
    assert (read(tmp_path / "mine").status, read(tmp_path / "mine").reason) == ("unreadable", NO_FILE)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "mini.ipynb")
    started = time.monotonic()
    assert (read(tmp_path).status, read(tmp_path).reason) == ("unreadable", NO_FILE)
    assert time.monotonic() - started < 1


def test_a_file_over_the_limit_is_not_read(tmp_path):
    with (tmp_path / "mini.ipynb").open("wb") as file:
        file.truncate(5 * 2**40)  # sparse: five terabytes that take no room
    submission = read(tmp_path)
    assert (submission.status, submission.digest) == ("unreadable", "")
    assert submission.reason == (
        "mini.ipynb has 5242880 MB; the limit is 20 MB (file_bytes). "
        "Clear the outputs (Edit, Clear Outputs of All Cells), save and hand in again."
    )


def test_a_file_with_a_second_name_is_refused_with_the_reason(tmp_path):
    (tmp_path / "neighbour.ipynb").write_bytes(b'{"cells": []}')
    (tmp_path / "mini.ipynb").hardlink_to(tmp_path / "neighbour.ipynb")
    submission = read(tmp_path)
    assert (submission.status, submission.cells, submission.digest) == ("unreadable", (), "")
    assert submission.reason.startswith("mini.ipynb is a file that has a second name elsewhere (a hard link)")


@pytest.mark.parametrize("source", [None, 7, {}, [1], ["a", None]])
def test_one_damaged_cell_among_good_ones_costs_only_itself(source):
    good = {"cell_type": "code", "source": "x"}
    document = json.dumps({"cells": [good, {"cell_type": "code", "source": source}, 7, good]}).encode()
    assert [kind for kind, _, _ in parse_cells(document)] == ["code", "damaged", "damaged", "code"]
    assert [cell.source for cell in read_code_cells_of(document)] == ["x", "x"]


@pytest.mark.parametrize(
    "odd", [{"id": 7}, {"metadata": None}, {"metadata": {"nbgrader": [1]}}, {"metadata": {"nbgrader": {"grade_id": 7}}}]
)
def test_a_cell_with_odd_ids_counts_for_both_readers(odd):
    document = json.dumps({"cells": [{"cell_type": "code", "source": "x", **odd}]}).encode()
    assert parse_cells(document) == (("code", "x", ()),)
    assert [(cell.source, cell.grade_id) for cell in read_code_cells_of(document)] == [("x", "")]


def test_a_notebook_of_damaged_cells_alone_is_unreadable():
    with pytest.raises(ValueError, match="No cell of the notebook has readable source"):
        parse_cells(b'{"cells": [{"cell_type": "code", "source": null}]}')


def test_a_byte_order_mark_is_passed_over_by_both_readers():
    document = b"\xef\xbb\xbf" + json.dumps({"cells": [{"cell_type": "code", "source": "x"}]}).encode()
    assert parse_cells(document) == (("code", "x", ()),)
    assert [cell.source for cell in read_code_cells_of(document)] == ["x"]


def read_code_cells_of(document):
    """What `dnnkit check` reads of the same bytes."""
    with tempfile.NamedTemporaryFile(suffix=".ipynb") as file:
        file.write(document)
        file.flush()
        return read_code_cells(file.name)


def test_a_source_may_be_a_list_of_lines():
    assert parse_cells(one_cell({"cell_type": "code", "source": ["a\n", "b"]})) == (("code", "a\nb", ()),)


def test_what_is_not_code_is_text():
    kinds = [parse_cells(one_cell({"cell_type": t, "source": ""}))[0][0] for t in ("markdown", "raw", None, ["code"])]
    assert kinds == ["text"] * 4


def test_lone_surrogates_become_question_marks():
    source = parse_cells(b'{"cells": [{"cell_type": "code", "source": "a\\ud800b"}]}')[0][1]
    assert source == "a?b"


def test_a_cell_without_metadata_is_known_by_its_text_alone():
    assert parse_cells(one_cell({"cell_type": "code", "source": "x"})) == (("code", "x", ()),)


@pytest.mark.parametrize("metadata", [None, [], "x", {"nbgrader": None}, {"nbgrader": {"grade_id": ["double"]}}])
def test_metadata_of_the_wrong_type_is_ignored(metadata):
    cell = {"cell_type": "code", "source": "x", "id": 7, "metadata": metadata}
    assert parse_cells(one_cell(cell)) == (("code", "x", ()),)


def test_names_are_the_grade_id_and_the_cell_id():
    cell = {"cell_type": "code", "source": "", "id": "a", "metadata": {"nbgrader": {"grade_id": "double"}}}
    assert parse_cells(one_cell(cell))[0][2] == ("double", "a")


def test_the_digest_is_that_of_the_file(tmp_path):
    (tmp_path / "mini.ipynb").write_bytes(one_cell({"cell_type": "code", "source": "x"}))
    first = read(tmp_path).digest
    assert read(tmp_path).digest == first
    (tmp_path / "mini.ipynb").write_bytes(one_cell({"cell_type": "code", "source": "y"}))
    assert read(tmp_path).digest != first


def read_bytes(data):
    """Parse bytes; an exception that is no ValueError fails the test."""
    with contextlib.suppress(ValueError):
        return parse_cells(data)
    return ()


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_reason(data):
    read_bytes(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CELL = st.fixed_dictionaries(
    {},
    optional={"cell_type": st.sampled_from(["code", "markdown"]) | JSON, "source": JSON, "id": JSON, "metadata": JSON},
)


@settings(max_examples=150)
@given(JSON | st.fixed_dictionaries({"cells": st.lists(CELL | JSON, max_size=4)}))
def test_no_json_raises_anything_but_a_reason(document):
    cells = read_bytes(json.dumps(document).encode())
    for kind, source, names in cells:
        assert kind in ("code", "text", "damaged")
        source.encode("utf-8")
        assert all(isinstance(name, str) for name in names)
