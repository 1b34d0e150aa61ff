"""What an instructor reads in the terminal after a class is graded."""

from types import SimpleNamespace

import pytest

from grading.cli.terminal import results_table
from grading.judging.records import ExerciseResult, SubmissionResult


def exercise(name, score, status, mistake=None):
    """The record of an exercise worth two points."""
    hint = "hint" if mistake else ""
    return ExerciseResult(id=name, score=score, max_score=2, status=status, mistake=mistake, hint=hint, checks=())


NAMED = exercise("t.a", 0, "failed", "a__transposed")
WRONG = exercise("t.b", 1, "partial")
MISSING = exercise("t.c", 0, "not_attempted")
RIGHT = exercise("t.d", 2, "passed")


def row(*exercises, notes=(), reason="", status="graded"):
    """The cells of a submission's row."""
    score, most = sum(e.score for e in exercises), sum(e.max_score for e in exercises)
    result = SubmissionResult(
        student="s", status=status, score=score, max_score=most, seconds=1.0, submission="", checks_hash="",
        environment_hash="", sandbox="none", reason=reason, notes=notes, exercises=exercises,
    )  # fmt: skip
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
