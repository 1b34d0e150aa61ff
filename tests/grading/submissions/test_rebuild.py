"""A student's own code lands in a fresh copy of the release; nothing else of the file counts."""

import json
import re
import time

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from grading.submissions.rebuild import fresh_copy, rebuild
from grading.submissions.submission import Submission

GRADED = ("double", "check_double", "mean_square", "check_mean_square")


@pytest.fixture
def rebuilt(lesson, release, submission_of):
    """Rebuild a notebook and insist that nbformat and nbgrader accept the result."""

    def run(notebook):
        result = rebuild(lesson, release, submission_of(notebook))
        validate(result.notebook)
        return result

    return run


def validate(notebook):
    """Validate as JupyterLab, nbconvert and nbgrader do."""
    node = nbformat.from_dict(json.loads(json.dumps(notebook)))
    nbformat.validate(node)
    MetadataValidator().validate_nb(node)


def graded(notebook):
    """The graded cells by id; each must be there exactly once."""
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    assert set(GRADED) <= set(cells)
    return cells


def labels(result):
    """The labels of the cells that will be run."""
    return [cell.label for cell in result.program]


def test_the_students_code_lands_in_a_fresh_copy(rebuilt, release, notebook_with, right):
    result = rebuilt(notebook_with(right))
    cells = graded(result.notebook)
    assert cells["double"]["source"] == right["double"]
    assert [c["id"] for c in result.notebook["cells"]] == [c["id"] for c in release["cells"]]
    assert labels(result) == ["cell 2", "cell 3 (double)", "cell 7 (mean_square)"]
    assert result.untouched == frozenset()


def test_the_release_is_not_changed(lesson, release, mutable, submission_of, notebook_with, right):
    rebuild(lesson, release, submission_of(notebook_with(right)))
    fresh_copy(release)["cells"].clear()
    assert release == mutable


def test_metadata_points_and_outputs_of_the_file_are_ignored(rebuilt, release, notebook_with, right):
    notebook = notebook_with(right)
    notebook.metadata = {"kernelspec": {"name": "evil", "display_name": "evil"}, "dnn_record": {"score": 100}}
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=1000, grade=True, locked=False, schema_version=99)
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text="100 of 100")]
            cell.execution_count = 9
    result = rebuilt(notebook).notebook
    assert result["metadata"] == release["metadata"]
    for name, cell in graded(result).items():
        original = next(c for c in release["cells"] if c["id"] == name)
        assert cell["metadata"] == original["metadata"]
        assert cell.get("outputs", []) == []


def test_a_check_cell_in_which_something_else_stands_is_a_cell_of_the_students_own(rebuilt, release, notebook_with):
    result = rebuilt(notebook_with({"check_double": "print('passed')"}))
    assert graded(result.notebook)["check_double"]["source"] == 'check("double")'
    assert "print('passed')" in [cell.source for cell in result.program]
    assert "print('passed')" in [cell["source"] for cell in result.notebook["cells"]]


def test_long_texts_of_a_students_own_are_shown_up_to_a_limit(rebuilt, notebook_with, right):
    notebook = notebook_with(right)
    short, long = nbformat.v4.new_markdown_cell("A short one."), nbformat.v4.new_markdown_cell("x\n" * 300_000)
    notebook.cells += [short, long]
    sources = [cell["source"] for cell in rebuilt(notebook).notebook["cells"]]
    assert "# A short one." in sources
    assert "# (A text of 600,000 characters is not shown here.)" in sources
    assert sum(map(len, sources)) < 100_000


@pytest.mark.parametrize("keep", ["double", "check_double"], ids=["into the solution", "into the check"])
def test_a_solution_merged_with_its_check_cell_runs_and_is_shown(rebuilt, notebook_with, right, keep):
    merged = right["double"] + '\n\ncheck("double")'
    notebook = notebook_with({**right, keep: merged})
    notebook.cells = [c for c in notebook.cells if c.id == keep or c.id not in ("double", "check_double")]
    result = rebuilt(notebook)
    assert merged in [cell.source for cell in result.program]
    assert graded(result.notebook)["double"]["source"] == merged
    assert graded(result.notebook)["check_double"]["source"] == 'check("double")'
    assert "double" not in result.stubs


@pytest.mark.parametrize("source", ['check("double")  ', '\n check("double")'])
def test_white_space_around_a_check_changes_nothing(rebuilt, notebook_with, source):
    result = rebuilt(notebook_with({"check_double": source}))
    assert source not in [cell.source for cell in result.program]


def test_a_changed_markdown_cell_is_the_lessons_own_again(rebuilt, release, notebook_with):
    first = release["cells"][0]
    result = rebuilt(notebook_with({first["id"]: "# <script>alert(1)</script>"}))
    assert result.notebook["cells"][0]["source"] == first["source"]


def test_deleted_cells_come_back_in_their_place(rebuilt, release, notebook_with, right):
    notebook = notebook_with(right)
    notebook.cells = [cell for cell in notebook.cells if cell.id in ("double", "check_mean_square")]
    result = rebuilt(notebook)
    assert [c["id"] for c in result.notebook["cells"]] == [c["id"] for c in release["cells"]]
    assert labels(result) == ["a cell of the lesson", "cell 1 (double)"]
    assert set(result.stubs) == {"mean_square"}


def test_an_empty_notebook_is_the_release_again(rebuilt, release, notebook_with):
    notebook = notebook_with()
    notebook.cells = []
    result = rebuilt(notebook)
    assert result.notebook["cells"] == release["cells"]
    assert result.untouched == {"double", "mean_square"}


def test_moved_cells_stay_where_the_student_put_them_and_run_in_that_order(rebuilt, notebook_with, right):
    notebook = notebook_with(right)
    notebook.cells.reverse()
    result = rebuilt(notebook)
    assert [c["id"] for c in result.notebook["cells"] if c["id"] in GRADED] == list(reversed(GRADED))
    assert labels(result) == ["cell 3 (mean_square)", "cell 7 (double)", "cell 8"]


def test_a_doubled_id_keeps_the_first_cell_and_runs_both(rebuilt, notebook_with, right):
    notebook = notebook_with(right)
    twin = nbformat.from_dict(json.loads(json.dumps(notebook.cells[2])))
    twin.source = "def double(x):\n    return x + x"
    notebook.cells.append(twin)
    result = rebuilt(notebook)
    assert graded(result.notebook)["double"]["source"] == right["double"]
    assert result.notebook["cells"][-1]["id"] == "added-10"
    assert result.program[-1].source == twin.source


def test_cells_without_ids_are_known_by_what_they_define(rebuilt, notebook_with, right):
    notebook = notebook_with(right)
    for cell in notebook.cells:
        cell.metadata = {}
        del cell["id"]
    result = rebuilt(notebook)
    assert graded(result.notebook)["double"]["source"] == right["double"]
    assert labels(result) == ["cell 2", "cell 3 (double)", "cell 7 (mean_square)"]


def test_a_solution_in_a_cell_of_the_students_own_counts(rebuilt, notebook_with, right):
    notebook = notebook_with({}, extra=[(4, right["double"])])
    result = rebuilt(notebook)
    assert "double" not in result.untouched
    assert right["double"] in [cell.source for cell in result.program]


def test_cells_of_the_students_own_run_in_their_order(rebuilt, notebook_with, right):
    result = rebuilt(notebook_with(right, extra=[(2, "first = 1"), (5, "second = first")]))
    sources = [cell.source for cell in result.program]
    assert sources.index("first = 1") < sources.index(right["double"]) < sources.index("second = first")
    assert "added-3" in [cell["id"] for cell in result.notebook["cells"]]


def test_markdown_of_the_student_is_shown_as_commented_code(rebuilt, notebook_with):
    notebook = notebook_with()
    notebook.cells.append(nbformat.v4.new_markdown_cell("# Title\n<img src=x onerror=alert(1)>"))
    notebook.cells.append(nbformat.v4.new_raw_cell("<script>"))
    result = rebuilt(notebook)
    shown = [(cell["cell_type"], cell["source"]) for cell in result.notebook["cells"][-2:]]
    assert shown == [("code", "# # Title\n# <img src=x onerror=alert(1)>"), ("code", "# <script>")]
    assert not [cell for cell in result.program if "script" in cell.source or "Title" in cell.source]


@pytest.mark.parametrize(
    "source", ["%%explore double\nwhile True: pass", 'check("double")', "check('mini.double')", " \n"]
)
def test_explorations_checks_and_empty_cells_of_the_students_own_are_not_run(rebuilt, notebook_with, source):
    result = rebuilt(notebook_with({}, extra=[(4, source)]))
    assert labels(result) == ["cell 2", "cell 3 (double)", "cell 8 (mean_square)"]


def test_a_setup_cell_turned_into_markdown_is_run_all_the_same(rebuilt, release, notebook_with, right):
    notebook = notebook_with(right)
    notebook.cells[1] = nbformat.v4.new_markdown_cell(notebook.cells[1].source, id=notebook.cells[1].id)
    result = rebuilt(notebook)
    assert result.program[0].source == release["cells"][1]["source"]


@pytest.mark.parametrize("change", ["{}\n\n", "\n{}", "{}  "])
def test_white_space_alone_is_no_attempt(rebuilt, release, notebook_with, change):
    stub = next(cell for cell in release["cells"] if cell["id"] == "double")["source"]
    result = rebuilt(notebook_with({"double": change.format(stub)}))
    assert result.untouched == {"double", "mean_square"}


@pytest.mark.parametrize("source", ["double = lambda x: 2 * x", "vars().update(double=abs)", "y = 3"])
def test_where_anything_is_the_students_own_the_kernel_is_asked(rebuilt, notebook_with, source):
    result = rebuilt(notebook_with({}, extra=[(4, source)]))
    assert result.untouched == frozenset()
    assert set(result.stubs) == {"double", "mean_square"}


def test_a_damaged_cell_is_left_out_and_said(rebuilt, notebook_with, right):
    notebook = json.loads(json.dumps(notebook_with(right)))
    notebook["cells"].insert(3, {"cell_type": "code", "id": "x", "metadata": {}, "source": None, "outputs": []})
    result = rebuilt(notebook)
    assert result.notes == ("Cell 4 could not be read and was left out; all others count.",)
    assert right["double"] in [cell.source for cell in result.program]
    assert "x" not in [cell["id"] for cell in result.notebook["cells"]]


def test_a_solution_cell_that_became_text_is_said(rebuilt, notebook_with, right):
    notebook = notebook_with(right)
    notebook.cells[2] = nbformat.v4.new_markdown_cell(notebook.cells[2].source, id="double")
    result = rebuilt(notebook)
    assert len(result.notes) == 1
    assert result.notes[0].startswith("Cell 3, the cell of double, is a text cell now, and Jupyter does not run text.")
    assert "double" in result.stubs


def test_the_released_cell_above_the_own_one_is_no_second_answer_below_it_is(rebuilt, notebook_with, right, release):
    stub = next(cell["source"] for cell in release["cells"] if cell["id"] == "double")
    above = rebuilt(notebook_with({}, extra=[(6, right["double"])]))
    assert above.notes == ()
    assert "double" not in above.stubs
    below = rebuilt(notebook_with(right, extra=[(6, stub)]))
    assert below.notes[0].startswith("double is written in cells 3 and 7; the last one counts.")
    assert "double" not in below.stubs


def test_a_cell_that_is_there_twice_is_said_if_the_two_differ(rebuilt, notebook_with, right):
    other = "def double(x):\n    return x + x"
    result = rebuilt(notebook_with(right, extra=[(6, other)]))
    assert result.notes == (
        "double is written in cells 3 and 7; the last one counts. "
        "If you mean another one, take double out of those below it.",
    )
    assert rebuilt(notebook_with(right, extra=[(6, right["double"])])).notes == ()


def test_a_function_that_another_exercises_cell_defines_as_well_is_said(rebuilt, notebook_with, right, release):
    both = f"def double(x):\n    return x + x\n\n\n{right['mean_square']}"
    result = rebuilt(notebook_with({**right, "mean_square": both}))
    assert result.notes == (
        "double is written in cells 3 and 7; the last one counts. "
        "If you mean another one, take double out of those below it.",
    )
    first = f"{right['mean_square']}\n\n\n{right['double']}"
    above = rebuilt(notebook_with({}, extra=[(2, first)]))
    assert [note.partition(" is")[0] for note in above.notes] == ["double", "mean_square"]
    assert above.notes[0] == (
        "double is written in cells 3 and 4; the last one counts. "
        "If you mean another one, take double out of those below it."
    )


@pytest.mark.parametrize(
    "source", ["double:" * 150_000, "double" + " " * 1_000_000, "\n" * 1_000_000, "def " * 250_000]
)
def test_hostile_text_is_searched_in_no_time(rebuilt, notebook_with, source):
    started = time.monotonic()
    rebuilt(notebook_with({}, extra=[(4, source)]))
    assert time.monotonic() - started < 5


NAMES = st.sampled_from([*GRADED, "given", "added-1", "double-2", "x" * 100, "", "Ω"])
SOURCES = st.text(max_size=30) | st.sampled_from(
    [
        "def double(x):\n    return x",
        'check("double")',
        "%%explore double\n1",
        "class mean_square: pass",
        "\x00",
        "%magic",
    ]
)
CELLS = st.tuples(st.sampled_from(["code", "text", "damaged"]), SOURCES, st.lists(NAMES, max_size=2).map(tuple))


@settings(max_examples=80, deadline=None)
@given(st.lists(CELLS, max_size=8))
def test_any_cells_give_a_valid_notebook_with_every_graded_cell_once(lesson, release, cells):
    result = rebuild(lesson, release, Submission("ann", "ok", "", "sha256:0", tuple(cells)))
    validate(result.notebook)
    found = graded(result.notebook)
    for cell in release["cells"]:
        kept = found[cell["id"]]
        assert kept["metadata"] == cell["metadata"]
        if cell["cell_type"] == "markdown" or cell["id"].startswith("check_"):
            assert kept["source"] == cell["source"]
    texts = sorted(cell["id"] for cell in result.notebook["cells"] if cell["cell_type"] != "code")
    assert texts == sorted(cell["id"] for cell in release["cells"] if cell["cell_type"] != "code")
    assert all(re.match(r"(cell \d+|a cell of the lesson)", cell.label) for cell in result.program)
