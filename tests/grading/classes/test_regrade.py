"""Grading again says whose score changes and why, changes nothing when asked not to, and keeps what a person wrote."""

import hashlib
import json
import sqlite3
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

import grading.cli.terminal
from grading.classes.autograde import GradingOptions
from grading.classes.regrade import WHOLE, Change, differences, regrade
from grading.cli.parser import main
from grading.errors import GradingError, UsageError
from grading.gradebook.autograded_notebooks import autograded_path, read_records, write_autograded
from grading.gradebook.gradebook import record
from grading.gradebook.manual_grades import ManualGrades
from grading.submissions.rebuild import fresh_copy

SQUARES = "def double(x):\n    return np.asarray(x) ** 2"
WRONG = {"status": "partial", "score": 1.0, "mistake": "double__squares", "hint": "Doubling multiplies by two."}


def explained(before, after, manual_grades=None):
    """The changes between two records, without the student."""
    found = differences(before, after, manual_grades or ManualGrades())
    return [(c.exercise, c.before, c.after, c.status, c.why) for c in found]


def test_the_same_verdict_is_no_change_whatever_went_into_it(record_of):
    other = record_of(checks_hash="sha256:1", environment_hash="sha256:2", submission="sha256:3", seconds=9.0)
    assert explained(record_of(), other) == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"submission": "sha256:new"}, "submission changed"),
        ({"checks_hash": "sha256:new"}, "checks changed"),
        ({"environment_hash": "sha256:new"}, "packages changed"),
        ({}, "same file, checks and packages: a time limit, chance, or another course secret"),
    ],
)
def test_a_changed_score_names_what_went_into_it_differently(record_of, changed, why):
    fallen = record_of(exercises={"double": {"status": "failed", "score": 0.0}}, **changed)
    assert explained(record_of(), fallen) == [("double", 3.0, 0.0, "passed -> failed", (why,))]


def test_several_causes_are_all_named(record_of):
    fallen = record_of(exercises={"double": WRONG}, checks_hash="sha256:1", environment_hash="sha256:2")
    why = ("checks changed", "packages changed", "named mistake changed: none -> double__squares")
    assert explained(record_of(), fallen) == [("double", 3.0, 1.0, "passed -> partial", why)]


def test_another_named_mistake_is_a_change_at_the_same_score(record_of):
    before, after = (record_of(exercises={"double": {**WRONG, "mistake": name}}) for name in ("double__a", "double__b"))
    (change,) = differences(before, replace(after, checks_hash="sha256:1"), ManualGrades())
    assert change == Change(
        "ann", "double", 1.0, 1.0, "partial", ("checks changed", "named mistake changed: double__a -> double__b")
    )
    assert not change.moves_score


def test_a_score_set_by_hand_is_said_to_stay(record_of):
    after = record_of(exercises={"double": WRONG}, checks_hash="sha256:1")
    ((*_, why),) = explained(record_of(), after, ManualGrades(manual={"double": 2.5}))
    assert why[-1] == "the score set by hand stays: 2.5"


def test_points_that_changed_are_said(record_of):
    after = record_of(exercises={"double": {"max_score": 5.0, "score": 5.0}}, checks_hash="sha256:1")
    assert explained(record_of(), after) == [("double", 3.0, 5.0, "passed", ("checks changed", "worth 3 -> 5"))]


def test_exercises_that_came_and_went_are_said(record_of):
    whole = record_of()
    fewer = replace(whole, exercises=whole.exercises[:1], checks_hash="sha256:1")
    gone = ("mean_square", 1.0, None, "passed -> none", ("checks changed", "exercise is gone"))
    new = ("mean_square", None, 1.0, "none -> passed", ("checks changed", "new exercise"))
    assert (explained(whole, fewer), explained(fewer, whole)) == ([gone], [new])


def test_a_file_that_became_unreadable_is_one_line_more(record_of, blank_record):
    words = {"status": "unreadable", "reason": "The file is empty.", "submission": "sha256:1"}
    after = replace(blank_record, **words)
    lines = explained(record_of(), after)
    assert lines[0] == (WHOLE, 4.0, 0.0, "graded -> unreadable", ("submission changed", "The file is empty."))
    assert [line[:4] for line in lines[1:]] == [
        ("double", 3.0, 0.0, "passed -> not_attempted"), ("mean_square", 1.0, 0.0, "passed -> not_attempted"),
    ]  # fmt: skip


def test_a_fault_of_the_grader_that_is_gone_is_named(record_of):
    assert explained(record_of(status="error", reason="The grader failed."), record_of()) == [
        (WHOLE, 4.0, 4.0, "error -> graded", ("the grader had failed",))
    ]


def test_who_was_never_graded_is_one_line(record_of):
    assert differences(None, record_of(), ManualGrades()) == [
        Change("ann", WHOLE, None, 4.0, "graded", ("not graded before",))
    ]


def test_nothing_graded_yet_is_wrong_use(course, lesson):
    message = "^Nothing of 90_mini is graded yet. Run first: grading autograde 90_mini$"
    with pytest.raises(UsageError, match=message):
        regrade(course, lesson, write=False)


def test_without_the_secret_of_the_class_nothing_is_compared_and_no_secret_made(course, lesson, release, record_of):
    write_autograded(course, lesson, record_of(), fresh_copy(release))
    with pytest.raises(
        GradingError, match=r"^The secret that this class was graded with is not there: .*course-secret"
    ):
        regrade(course, lesson, write=False)
    assert not (course.root / ".course-secret").exists()


@pytest.fixture
def run(course, capsys, monkeypatch):
    """Run a command on the small project; exit code and output."""
    monkeypatch.setattr(grading.cli.terminal.console, "width", 200)

    def command(*arguments):
        code = main(["--project", str(course.project), "--course", str(course.root), "--quiet", *map(str, arguments)])
        return code, capsys.readouterr().out

    return command


def snapshot(course):
    """Every file of the class but the database's, by its digest, and the database row by row."""
    files = {
        path.relative_to(course.root): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in course.root.rglob("*")
        if path.is_file() and not path.name.startswith("gradebook.db")
    }
    with sqlite3.connect(course.root / "gradebook.db") as connection:
        rows = list(connection.iterdump())
    connection.close()
    return files, rows


def as_graded_by_an_earlier_version(course, lesson):
    """Turn ann's record into one of other checks, in which her answer passed."""
    path = autograded_path(course, lesson, "ann")
    notebook = json.loads(path.read_text())
    old = next(result for result in read_records(course, lesson) if result.student == "ann")
    exercises = tuple(replace(e, status="passed", score=e.max_score, mistake=None, hint="") for e in old.exercises)
    old = replace(old, exercises=exercises, score=4.0, checks_hash="sha256:before")
    write_autograded(course, lesson, old, notebook)
    record(course, lesson, old)


def manual_grades(course):
    """Give ann a score and a comment by hand, as formgrader does."""
    with Gradebook(course.database) as gradebook:
        gradebook.find_grade("check_double", "mini", "90_mini", "ann").manual_score = 2.5
        gradebook.find_comment("double", "mini", "90_mini", "ann").manual_comment = "Nice try."
        gradebook.db.commit()


def what_ann_has(course):
    """Automatic and manual score and comments of ann's first exercise."""
    with Gradebook(course.database) as gradebook:
        grade = gradebook.find_grade("check_double", "mini", "90_mini", "ann")
        comment = gradebook.find_comment("double", "mini", "90_mini", "ann")
        return grade.auto_score, grade.manual_score, grade.score, comment.auto_comment, comment.manual_comment


@pytest.mark.sandbox
def test_the_difference_is_shown_first_and_then_taken_over(run, course, lesson, hand_in, right):
    hand_in("ann", {**right, "double": SQUARES})
    hand_in("ben", right)
    assert run("autograde", "mini", "--workers", "1")[0] == 0
    code, text = run("regrade", "mini", "--diff", "--workers", "1")
    assert code == 0
    assert text == "2 submissions graded again: 0 would change, 0 of them in score.\nNothing was written.\n"

    as_graded_by_an_earlier_version(course, lesson)
    manual_grades(course)
    before = snapshot(course)
    code, text = run("regrade", "mini", "--diff", "--workers", "1")
    assert code == 1
    (row,) = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if "ann" in line]
    assert row[:4] == ["ann", "double", "3 -> 1", "passed -> partial"]
    assert row[4] == (
        "checks changed; named mistake changed: none -> double__squares; the score set by hand stays: 2.5"
    )
    assert "1 would change, 1 of them in score." in text
    assert "ben" not in text
    assert snapshot(course) == before

    code, text = run("regrade", "mini", "--workers", "1")
    assert code == 0
    assert "1 changed, 1 of them in score." in text
    hint = "The result is the square of x. Doubling multiplies by two."
    assert what_ann_has(course) == (1.0, 2.5, 2.5, hint, "Nice try.")
    assert run("regrade", "mini", "--diff", "--workers", "1")[0] == 0


@pytest.mark.sandbox
def test_a_file_handed_in_again_is_named_as_the_cause(course, lesson, hand_in, right, release):
    path = hand_in("ann", right)
    course.seed("")  # makes the secret
    write_autograded(course, lesson, regraded(course, lesson), fresh_copy(release))
    text = path.read_text()
    path.write_text(text.replace("return 2 * np.asarray(x)", "return 3 * np.asarray(x)"))
    _, changes = regrade(course, lesson, GradingOptions(), write=False)
    assert [(change.exercise, change.why[0]) for change in changes] == [("double", "submission changed")]


def regraded(course, lesson):
    """Ann's record of now."""
    from grading.classes.autograde import grade_students

    ((result, _),) = grade_students(course, lesson, GradingOptions(), ["ann"])
    return result
