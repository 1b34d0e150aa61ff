"""A hand-in that went wrong gets a status and a sentence that is true and helps, and is never "nothing"."""

import json
import os

import pytest

from grading.submissions.other_lesson import other_lesson, released_marks
from grading.submissions.submission import parse_cells, read_submission

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []}]})
CONFLICT = "{\n<<<<<<< HEAD\n 1\n=======\n 2\n>>>>>>> theirs\n}"


@pytest.fixture
def read(tmp_path):
    """Hand files in, name -> text, and read the submission."""

    def write(**files):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return read_submission("ann", tmp_path, "mini")

    return write


@pytest.mark.parametrize(
    "name", ["Copy of mini.ipynb", "mini (1).ipynb", "Mini.IPYNB", "mini_final-2.ipynb", "solution.ipynb"]
)
def test_one_notebook_under_another_name_is_graded_and_the_name_is_said(read, name):
    submission = read(**{name: NOTEBOOK, "timestamp.txt": "x", "notes.txt": "x"})
    assert (submission.status, len(submission.cells)) == ("ok", 1)
    assert submission.notes == (f"The file is called {name} and was graded all the same. Expected mini.ipynb.",)


def test_of_several_notebooks_the_expected_one_is_graded(read):
    submission = read(**{"mini.ipynb": NOTEBOOK, "mini (1).ipynb": "{}", "scratch.ipynb": "{}"})
    assert (submission.status, len(submission.cells)) == ("ok", 1)
    assert submission.notes == (
        "mini.ipynb was graded. The submission holds further notebooks: mini (1).ipynb, scratch.ipynb.",
    )


def test_of_several_notebooks_the_only_one_with_the_lessons_name_in_its_own_is_graded(read):
    assert read(**{"Untitled.ipynb": "{}", "my mini.ipynb": NOTEBOOK}).status == "ok"


def test_several_notebooks_that_may_all_be_meant_are_not_graded(read):
    submission = read(**{"mini (1).ipynb": NOTEBOOK, "mini (2).ipynb": NOTEBOOK})
    assert submission.status == "wrong_file"
    assert submission.reason == (
        "The submission holds 2 notebooks, and it is not clear which one counts: mini (1).ipynb, mini (2).ipynb. "
        "Hand in one, called mini.ipynb."
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mini.py", "mini.py is a Python script. The notebook itself is graded: hand in mini.ipynb."),
        ("work.zip", "work.zip is an archive, which is not opened here. Unpack it: hand in mini.ipynb."),
        ("mini.html", "mini.html is a printout. The notebook itself is graded: hand in mini.ipynb."),
        ("photo.jpg", "There is no notebook in the submission. Expected mini.ipynb. Got photo.jpg."),
        ("a\x1b[2J\u202eb", "There is no notebook in the submission. Expected mini.ipynb. Got a␛[2J⟨U+202E⟩b."),
        ("x" * 200, f"There is no notebook in the submission. Expected mini.ipynb. Got {'x' * 60}...."),
    ],
)
def test_another_file_is_named_and_never_called_nothing(read, name, reason):
    submission = read(**{name: "x"})
    assert (submission.status, submission.reason) == ("wrong_file", reason)


def test_a_folder_in_the_submission_is_said(read, tmp_path):
    (tmp_path / "lesson").mkdir()
    assert read().reason == "There is no notebook in the submission, only a folder: lesson. Hand in mini.ipynb itself."


def test_hidden_files_and_those_of_the_exchange_are_nothing(read, tmp_path):
    (tmp_path / ".ipynb_checkpoints").mkdir()
    assert read(**{"timestamp.txt": "x", "submission_secret.txt": "x", ".DS_Store": "x"}).status == "missing"


def test_a_link_under_another_name_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text(NOTEBOOK)
    folder = tmp_path / "handed"
    folder.mkdir()
    (folder / "Copy of mini.ipynb").symlink_to(tmp_path / "secret")
    submission = read_submission("ann", folder, "mini")
    assert (submission.status, submission.reason) == (
        "unreadable", "Copy of mini.ipynb is a link, not a file. Hand in the notebook itself.",
    )  # fmt: skip


def test_a_name_in_broken_unicode_and_a_thousand_files_end_nothing(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("x")
    for number in range(1500):
        (tmp_path / f"{number}.txt").touch()
    assert read_submission("ann", tmp_path, "mini").status == "wrong_file"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (CONFLICT, "Two versions were merged in it"),
        (CONFLICT.replace("\n", "\r\n"), "Two versions were merged in it"),
        ("PK\x03\x04rest", "It is a zip archive."),
        ("%PDF-1.7", "It is a PDF."),
        ("<!DOCTYPE html>", "It is a web page"),
        ("# %%\nimport numpy", "It looks like a Python script."),
        ("import numpy as np", "It looks like a Python script."),
        ("dear teacher", "Open it in JupyterLab and save it again."),
    ],
)
def test_a_file_that_is_no_notebook_is_called_what_it_is(read, data, words):
    submission = read(**{"mini.ipynb": data})
    assert submission.status == "unreadable"
    assert submission.reason.startswith("The file is not a notebook: it is not valid JSON. ")
    assert words in submission.reason


def cells_of(*sources, names=True):
    """Cells of a notebook by their sources; the ids are the sources' own."""
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}} | ({"id": source} if names else {})
        for source in sources
    ]
    return {"cells": cells}


@pytest.fixture
def marks(tmp_path):
    """The marks of two small lessons that share one cell."""
    for name, sources in (("01_one", ["setup", "a", "b", "c"]), ("02_two", ["setup", "d", "e", "f"])):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name[3:]}.ipynb").write_text(json.dumps(cells_of(*sources)))
    return released_marks(tmp_path)


@pytest.mark.parametrize(
    ("sources", "other"),
    [
        (["setup", "d", "e", "f"], "02_two"),
        (["setup", "a", "b", "c"], None),
        (["a", "b", "c", "d", "e", "f"], None),
        (["d", "e", "mine"], None),
        (["mine", "own"], None),
        ([], None),
    ],
)
@pytest.mark.parametrize("names", [True, False])
def test_another_lessons_notebook_is_told_from_this_ones_with_something_pasted(marks, sources, other, names):
    cells = parse_cells(json.dumps(cells_of(*sources, names=names)).encode())
    assert other_lesson(cells, "01_one", marks) == other
    assert other_lesson(cells, "03_unknown", marks) is None
