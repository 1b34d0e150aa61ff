"""What an answer takes from an exploration cell is named: it is right in Jupyter, and the grader skips that cell."""

import pytest

from grading.submissions.skipped_names import bound_names, free_names, names_from_skipped_cells

SKIPPED = "%%explore\nfrom scipy.special import expit\ndef helper(x):\n    return 2 * x\nscale = 3"


def notes(*sources, exercise="double", exercises=("double",)):
    cells = [("code", source, ()) for source in sources]
    written = {exercise: [(len(cells), sources[-1])]} if exercise else {}
    return list(names_from_skipped_cells(cells, written, exercises))


@pytest.mark.parametrize(
    ("body", "name"), [("helper(x)", "helper"), ("expit(x)", "expit"), ("[scale * v for v in x]", "scale")]
)
def test_a_name_that_only_an_exploration_cell_makes_is_told(body, name):
    assert notes(SKIPPED, f"def double(x):\n    return {body}") == [
        f"double uses {name}, which is made in cell 1 only. That cell begins with %%explore, and the grader skips such "
        f"cells. Make {name} in a cell without that line."
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x):\n    scale = 2\n    return scale * x",  # a name of its own
        "def helper(x):\n    return x + x\ndef double(x):\n    return helper(x)",
        "def double(x, scale=2):\n    return scale * x",
        "def double(x):\n    return max(x.scale, x['helper'])",  # no names
        "def double(x) return",
    ],
)
def test_nothing_is_said_where_nothing_comes_from_there(answer):
    assert notes(SKIPPED, answer) == []


def test_nothing_is_said_of_a_name_that_a_cell_makes_that_runs():
    assert notes(SKIPPED, "scale = 3", "def double(x):\n    return scale * x") == []


def test_an_exercise_that_is_written_in_an_exploration_cell_is_told():
    assert notes("%%explore\ndef double(x):\n    return 2 * x", exercise=None) == [
        "double is written in cell 1, which begins with %%explore, and the grader skips such cells. "
        "Write it in its own cell."
    ]


@pytest.mark.parametrize("source", ["x = (" * 300_000, "def f(:", "(" * 5000, "\0"])
def test_what_does_not_parse_has_no_names(source):
    assert bound_names(source) == free_names(source) == set()
