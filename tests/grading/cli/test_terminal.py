"""What an instructor reads in the terminal after a class is graded."""

from types import SimpleNamespace

import pytest

from grading.cli.terminal import results_table
from grading.gradebook.manual_grades import ManualGrades
from grading.judging.records import ExerciseResult, SubmissionResult


def exercise(name, score, status, mistake=None):
    """The record of an exercise worth two points."""
    hint = "hint" if mistake else ""
    return ExerciseResult(id=name, score=score, max_score=2, status=status, mistake=mistake, hint=hint, checks=())


NAMED = exercise("t.a", 0, "failed", "a__transposed")
WRONG = exercise("t.b", 1, "partial")
MISSING = exercise("t.c", 0, "not_attempted")
RIGHT = exercise("t.d", 2, "passed")


def row(*exercises, notes=(), reason="", status="graded", grades=None):
    """The cells of a submission's row."""
    score, most = sum(e.score for e in exercises), sum(e.max_score for e in exercises)
    result = SubmissionResult(
        student="s", status=status, score=score, max_score=most, seconds=1.0, submission="", checks_hash="",
        environment_hash="", sandbox="none", reason=reason, notes=notes, exercises=exercises,
    )  # fmt: skip
    table = results_table(SimpleNamespace(name="lesson"), [result], grades and {"s": grades})
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


@pytest.mark.parametrize(
    ("grades", "score", "why"),
    [
        (ManualGrades(), "2 of 4", "a__transposed"),
        (ManualGrades(manual={"a": 1.5}), "3.5 of 4", "a person made it 3.5 (the checks gave 2); a__transposed"),
        (ManualGrades(extra={"d": 0.5}), "2.5 of 4", "a person made it 2.5 (the checks gave 2); a__transposed"),
        (ManualGrades(manual={"a": 0.0}), "2 of 4", "a person made it 2 (the checks gave 2); a__transposed"),
        (ManualGrades(penalty=0.5), "1.5 of 4", "0.5 off for late hand-in; a__transposed"),
        (
            ManualGrades(manual={"a": 2.0}, penalty=5.0),
            "0 of 4",
            "a person made it 4 (the checks gave 2), 5 off for late hand-in; a__transposed",
        ),
    ],
)
def test_the_score_is_the_one_that_counts_and_who_changed_it_is_said(grades, score, why):
    assert row(RIGHT, NAMED, grades=grades)[1:] == [score, "graded", why]


def test_notes_and_reasons_come_before_counts():
    assert row(RIGHT, MISSING, notes=("cell 3 raised",))[3] == "cell 3 raised"
    assert row(status="unreadable", reason="no notebook")[2:] == ["unreadable", "no notebook"]
