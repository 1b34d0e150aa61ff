"""An exercise's cell can be put back as it was handed out, and what stood there is kept."""

import json
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from dnnkit.checking.code_cells import WrongUse
from dnnkit.checking.exercises import find_exercise, load_exercises
from dnnkit.checking.reset import reset_exercise

LESSONS = Path(__file__).parents[3] / "lessons"
EXAMPLES = LESSONS.parent / "dnnkit" / "examples"  # the course's own
NOW = datetime(2026, 11, 28, 23, 4, 5)
SPOILED = "def softmax(z):\n    return z  # ÷ 2\n"


@pytest.fixture
def lesson(tmp_path):
    """A copy of lesson 01 in a folder lessons/ of its own, and a function that changes its cells."""
    path = tmp_path / "01_neuron" / "neuron.ipynb"
    path.parent.mkdir()
    path.write_bytes((LESSONS / "01_neuron" / "neuron.ipynb").read_bytes())

    def change(edit):
        document = json.loads(path.read_text("utf-8"))
        document["cells"] = edit(document["cells"])
        path.write_text(json.dumps(document), "utf-8")
        return path

    return change


def reset(path, name="softmax"):
    return reset_exercise(name, None, lessons=path.parent.parent, now=NOW, examples=EXAMPLES)


def sources(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return {cell.id: (cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells}


def spoil(cells):
    """Write nonsense into softmax, as JupyterLab saves it after a run."""
    for cell in cells:
        if cell["id"] == "softmax":
            cell |= {"source": SPOILED.splitlines(keepends=True), "execution_count": 7}
    return cells


def test_the_cell_is_as_handed_out_again_and_the_old_text_is_kept(lesson):
    before = sources(lesson(lambda cells: cells))
    path = lesson(spoil)
    found = reset(path)
    assert (found.notebook, found.changed) == (path, True)
    assert found.kept == path.parent / "kept" / "softmax-20261128-230405.py"
    assert found.kept.read_text("utf-8").rstrip() == SPOILED.rstrip()
    assert sources(path) == before


def test_other_cells_keep_what_the_student_wrote(lesson):
    def write(cells):
        return [*spoil(cells), {"cell_type": "code", "id": "mine", "metadata": {}, "outputs": [], "source": "x = 1",
                                "execution_count": None}]  # fmt: skip

    path = lesson(write)
    before = sources(path)
    reset(path)
    after = sources(path)
    assert {name for name in before if before[name] != after[name]} == {"softmax"}


def test_a_cell_that_became_text_is_code_again(lesson):
    def to_text(cells):
        for cell in spoil(cells):
            if cell["id"] == "softmax":
                cell["cell_type"] = "markdown"
                del cell["outputs"], cell["execution_count"]
        return cells

    path = lesson(to_text)
    assert reset(path).kept is not None
    assert sources(path)["softmax"][0] == "code"


def test_a_cell_that_is_gone_comes_back_above_its_check(lesson):
    before = sources(lesson(lambda cells: cells))
    path = lesson(lambda cells: [cell for cell in cells if cell["id"] != "softmax"])
    assert reset(path).kept is None
    assert list(sources(path)) == list(before)
    path = lesson(lambda cells: [cell for cell in cells if "softmax" not in cell["id"]])
    reset(path)
    assert list(sources(path))[-1] == "softmax"


def test_a_cell_that_is_as_handed_out_stays_and_so_does_the_file(lesson):
    path = lesson(lambda cells: cells)
    before = path.read_bytes()
    found = reset(path)
    assert (found.changed, found.kept) == (False, None)
    assert path.read_bytes() == before
    assert not (path.parent / "kept").exists()


def test_two_texts_of_one_second_are_both_kept(lesson):
    kept = [reset(lesson(spoil)).kept for _ in range(3)]
    assert [path.name for path in kept] == [f"softmax-20261128-230405{more}.py" for more in ("", "-2", "-3")]


@pytest.mark.parametrize("own", [SPOILED, None])
def test_copies_and_other_cells_with_the_function_stay_and_are_said(lesson, own):
    added = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}

    def copy(cells):
        place = next(number for number, cell in enumerate(cells) if cell["id"] == "softmax")
        cells[place]["source"] = own or cells[place]["source"]
        ignored = [
            added | {"id": "e", "source": f"%%explore\n{SPOILED}"},
            added | {"id": "t", "source": "softmax == 1"},
        ]
        here = [cells[place] | {"id": "copy", "source": "x = 2"}, added | {"id": "mine", "source": f"%pip\n{SPOILED}"}]
        return [*cells[: place + 1], *here, *ignored, *cells[place + 1 :]]

    path = lesson(copy)
    found = reset(path)
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert [cells[number - 1]["id"] for number in found.others] == ["copy", "mine"]
    assert [cells[number - 1]["source"] for number in found.others] == ["x = 2", f"%pip\n{SPOILED}"]


@pytest.mark.parametrize("path", sorted(LESSONS.glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_a_lesson_as_handed_out_has_no_other_cell_of_an_exercise(path):
    for name in [name for name in load_exercises(EXAMPLES) if name.startswith(f"{path.stem}.")]:
        found = reset_exercise(name, path, lessons=None, now=NOW, examples=EXAMPLES)
        assert (found.changed, found.others) == (False, ())


@pytest.mark.parametrize("other", ["start.ipynb", "02_backprop/backprop.ipynb"])
def test_another_notebook_is_left_alone(tmp_path, other):
    path = tmp_path / "neuron.ipynb"
    path.write_bytes((LESSONS / other).read_bytes())
    with pytest.raises(WrongUse, match=r"was not changed\. Expected the notebook of 01_neuron"):
        reset_exercise("softmax", path, lessons=None, now=NOW, examples=EXAMPLES)
    assert path.read_bytes() == (LESSONS / other).read_bytes()


def test_a_notebook_whose_format_has_no_ids_gets_none(lesson):
    """As Colab saves it."""
    path = lesson(lambda cells: [{key: cell[key] for key in cell if key != "id"} for cell in spoil(cells)])
    document = json.loads(path.read_text("utf-8")) | {"nbformat_minor": 0}
    path.write_text(json.dumps(document), "utf-8")
    reset(path)
    document["cells"] = [cell for cell in document["cells"] if "def softmax" not in "".join(cell["source"])]
    nbformat.validate(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps(document), "utf-8")
    assert reset(path).changed
    nbformat.validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("name", "said"),
    [("softmaxx", r"There is no exercise named softmaxx\. Do you mean softmax\?"), ("", "There is no exercise named")],
)
def test_an_exercise_that_is_not_there_is_named(lesson, name, said):
    with pytest.raises(WrongUse, match=said):
        reset(lesson(spoil), name)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 7}', "7"])
def test_a_file_that_is_no_notebook_is_left_alone(tmp_path, text):
    path = tmp_path / "neuron.ipynb"
    path.write_text(text)
    with pytest.raises(WrongUse, match="is no notebook"):
        reset_exercise("softmax", path, lessons=None, now=NOW, examples=EXAMPLES)
    assert path.read_text() == text


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WrongUse, match="cannot be read"):
        reset_exercise("softmax", tmp_path / "neuron.ipynb", lessons=None, now=NOW, examples=EXAMPLES)
    with pytest.raises(WrongUse, match="no lessons folder"):
        reset_exercise("softmax", None, lessons=None, now=NOW, examples=EXAMPLES)


def test_damaged_cells_beside_it_do_no_harm(lesson):
    path = lesson(lambda cells: [7, {"id": 7}, {"cell_type": "code", "metadata": None}, *spoil(cells)])
    reset(path)
    texts = [cell.get("source") for cell in json.loads(path.read_text("utf-8"))["cells"] if isinstance(cell, dict)]
    assert find_exercise("softmax", EXAMPLES)[0]["cell"].splitlines(keepends=True) in texts
