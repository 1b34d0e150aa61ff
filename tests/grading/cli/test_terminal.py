"""What an instructor reads in the terminal after a class is graded."""

from types import SimpleNamespace

import pytest

from grading.cli.terminal import results_table
from grading.judging.records import ExerciseResult, SubmissionResult

NAMED = ExerciseResult("t.a", 0, 2, "failed", "a__transposed", "hint", ())
WRONG = ExerciseResult("t.b", 1, 2, "partial", None, "", ())
MISSING = ExerciseResult("t.c", 0, 2, "not_attempted", None, "", ())
RIGHT = ExerciseResult("t.d", 2, 2, "passed", None, "", ())


def row(*exercises, notes=(), reason="", status="graded"):
    """The cells of a submission's row."""
    score, most = sum(e.score for e in exercises), sum(e.max_score for e in exercises)
    result = SubmissionResult("s", status, score, most, 1.0, "", "", "", "none", reason, notes, exercises)
    table = results_table(SimpleNamespace(name="lesson"), [result])
    return [next(iter(column.cells)) for column in table.columns]


@pytest.mark.parametrize(
    ("exercises", "why"),
    [
        ((RIGHT, RIGHT), ""),
        ((RIGHT, NAMED, MISSING), "a__transposed"),
        ((RIGHT, MISSING), "1 of 2 exercises not attempted"),
        ((RIGHT, WRONG, WRONG), "2 of 3 exercises wrong, no known mistake fits"),
        ((WRONG, MISSING), "1 of 2 exercises not attempted; 1 of 2 exercises wrong, no known mistake fits"),
    ],
)
def test_the_table_says_what_cost_points(exercises, why):
    assert row(*exercises)[2:] == ["graded", why]


def test_an_untouched_notebook_is_not_attempted():
    assert row(MISSING, MISSING)[1:] == ["0 of 4", "not_attempted", ""]


def test_notes_and_reasons_come_before_counts():
    assert row(RIGHT, MISSING, notes=("cell 3 raised",))[3] == "cell 3 raised"
    assert row(status="unreadable", reason="no notebook")[2:] == ["unreadable", "no notebook"]
