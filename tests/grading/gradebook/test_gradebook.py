"""The gradebook takes a whole record or nothing, keeps what a person wrote, and holds no student's words."""

import datetime
import os
import re
import sqlite3
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

import grading.gradebook.gradebook
from grading.course import open_course
from grading.errors import GradebookError
from grading.gradebook.gradebook import ensure_assignment, open_gradebook, record

HINT = "Doubling multiplies by two."
MISTAKE = {"status": "failed", "score": 1.0, "mistake": "double__squares", "hint": HINT}


def rows(course, student="ann"):
    """(auto score, manual score, needs a person, automatic comment, manual comment) by exercise."""
    with Gradebook(course.database) as gradebook:
        notebook = gradebook.find_submission_notebook("mini", "90_mini", student)
        comments = {c.name: (c.auto_comment, c.manual_comment) for c in notebook.comments}
        return {
            name: (g.auto_score, g.manual_score, g.needs_manual_grade, *comments[name])
            for g in notebook.grades
            for name in [g.name.removeprefix("check_")]
        }


def manual_grades(course, **values):
    """Give a score and a comment by hand, as formgrader does."""
    with Gradebook(course.database) as gradebook:
        grade = gradebook.find_grade("check_double", "mini", "90_mini", "ann")
        grade.manual_score, grade.extra_credit = 2.5, 0.5
        gradebook.find_comment("double", "mini", "90_mini", "ann").manual_comment = "Nice try."
        gradebook.db.commit()


def test_a_record_becomes_scores_and_comments(course, lesson, record_of):
    record(course, lesson, record_of(exercises={"double": MISTAKE}))
    assert rows(course) == {
        "double": (1.0, None, False, HINT, None), "mean_square": (1.0, None, False, None, None),
    }  # fmt: skip


def test_a_second_record_replaces_the_first(course, lesson, record_of):
    record(course, lesson, record_of(exercises={"double": MISTAKE}))
    record(course, lesson, record_of())
    assert rows(course)["double"] == (3.0, None, False, None, None)
    with Gradebook(course.database) as gradebook:
        assert len(gradebook.assignment_submissions("90_mini")) == 1


def test_what_a_person_wrote_survives_a_regrade_and_asks_for_another_look(course, lesson, record_of):
    record(course, lesson, record_of(exercises={"double": MISTAKE}))
    manual_grades(course)
    record(course, lesson, record_of())
    assert rows(course)["double"] == (3.0, 2.5, True, None, "Nice try.")
    with Gradebook(course.database) as gradebook:
        assert gradebook.find_grade("check_double", "mini", "90_mini", "ann").score == 3.0  # by hand, and extra credit


@pytest.mark.parametrize(
    ("status", "needs_a_person", "comment"),
    [
        ("passed", False, None),
        ("partial", False, None),
        ("failed", False, None),
        ("timeout", False, None),
        ("crashed", False, None),
        ("not_attempted", False, "Not attempted."),
        ("error", True, "A person will look at this exercise."),
    ],
)
def test_only_the_graders_own_fault_asks_for_a_person(course, lesson, record_of, status, needs_a_person, comment):
    record(course, lesson, record_of(exercises={"double": {"status": status, "score": 0.0}}))
    assert rows(course)["double"] == (None if needs_a_person else 0.0, None, needs_a_person, comment, None)


def test_a_students_words_never_reach_the_gradebook(course, lesson, record_of):
    theirs = "<script>alert(1)</script> [x](javascript:alert(2))"
    checks = tuple(replace(check, message=theirs) for check in record_of().exercises[0].checks)
    words = {"status": "failed", "score": 0.0, "mistake": None, "hint": theirs, "checks": checks}
    record(course, lesson, record_of(exercises={"double": words}, notes=(theirs,), reason=theirs))
    assert rows(course)["double"] == (0.0, None, False, None, None)
    path = course.root / "gradebook.db"
    assert b"javascript" not in b"".join(p.read_bytes() for p in path.parent.glob("gradebook.db*"))


def test_a_fault_in_the_middle_leaves_nothing(course, lesson, record_of, monkeypatch):
    real, seen = grading.gradebook.gradebook._write_exercise, []

    def fails_at_the_second(session, notebook, exercise, **options):
        seen.append(exercise.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        real(session, notebook, exercise, **options)

    monkeypatch.setattr(grading.gradebook.gradebook, "_write_exercise", fails_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        record(course, lesson, record_of())
    assert seen == ["double", "mean_square"]
    with Gradebook(course.database) as gradebook:
        assert (gradebook.students, gradebook.assignment_submissions("90_mini")) == ([], [])


def test_a_fault_in_the_middle_of_a_regrade_leaves_the_old_record(course, lesson, record_of, monkeypatch):
    record(course, lesson, record_of(exercises={"double": MISTAKE}))
    before = rows(course)
    real = grading.gradebook.gradebook._write_exercise

    def fails_at_the_second(session, notebook, exercise, **options):
        if exercise.name == "mean_square":
            raise RuntimeError
        real(session, notebook, exercise, **options)

    monkeypatch.setattr(grading.gradebook.gradebook, "_write_exercise", fails_at_the_second)
    with pytest.raises(RuntimeError):
        record(course, lesson, record_of())
    assert rows(course) == before


def test_a_new_gradebook_is_made_with_its_folder_and_in_write_ahead_mode(tmp_path):
    path = tmp_path / "new" / "folder" / "gradebook.db"
    with open_gradebook(f"sqlite:///{path}?timeout=60") as gradebook:
        assert gradebook.db.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_new_gradebook_needs_no_alembic_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.defpath)
    with open_gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        assert gradebook.students == []
    assert os.environ["PATH"] == os.defpath


def test_a_file_that_is_no_gradebook_is_refused_by_name(tmp_path):
    (tmp_path / "gradebook.db").write_text("this is a text file, and a rather long one at that " * 50)
    database = f"sqlite:///{tmp_path}/gradebook.db"
    refused = pytest.raises(
        GradebookError, match=f"^The gradebook {re.escape(database)} cannot be used: .*not a database"
    )
    with refused, open_gradebook(database):
        pass


def test_an_empty_gradebook_learns_of_the_lesson(lesson, project, tmp_path):
    fresh = open_course(project.root, root=tmp_path / "term")
    ensure_assignment(fresh, lesson)
    with Gradebook(fresh.database) as gradebook:
        assert {cell.max_score for cell in gradebook.find_notebook("mini", "90_mini").grade_cells} == {3.0, 1.0}


def test_nothing_is_registered_twice(course, lesson, monkeypatch):
    monkeypatch.setattr(
        grading.gradebook.gradebook, "generate_assignment", lambda *args: pytest.fail("registered again")
    )
    ensure_assignment(course, lesson)


def test_changed_points_are_taken_over_even_when_submissions_exist(course, lesson, record_of, changed_lesson):
    record(course, lesson, record_of())
    ensure_assignment(course, changed_lesson({"test_mini.py": ("@points(2)", "@points(5)")}))
    with Gradebook(course.database) as gradebook:
        assert gradebook.find_graded_cell("check_double", "mini", "90_mini").max_score == 6.0
    assert rows(course)["double"][0] == 3.0


RENAMED = {
    "mini.py": [("def double(", "def twice("), ('check("double")', 'check("twice")')],
    "test_mini.py": [("test_double", "test_twice"), ('"double":', '"twice":')],
    "mistakes.py": ("def double__", "def twice__"),
    "variants.py": ("def double__", "def twice__"),
}


def test_other_exercises_are_refused_once_there_are_submissions(course, lesson, record_of, changed_lesson):
    record(course, lesson, record_of())
    message = (
        "90_mini has other exercises than the gradebook, which holds 1 submissions of it. Expected check_double, "
        "check_mean_square. Got check_mean_square, check_twice. Was the lesson changed during the term? "
        "Use a new gradebook (--gradebook), or check out the version that was released."
    )
    with pytest.raises(GradebookError, match=f"^{re.escape(message)}$"):
        ensure_assignment(course, changed_lesson(RENAMED))


def test_other_exercises_are_fine_while_there_are_none(course, changed_lesson):
    ensure_assignment(course, changed_lesson(RENAMED))
    with Gradebook(course.database) as gradebook:
        names = {cell.name for cell in gradebook.find_notebook("mini", "90_mini").grade_cells}
    assert names == {"check_twice", "check_mean_square"}


def test_the_timestamp_is_recorded(course, lesson, record_of):
    moment = datetime.datetime(2026, 11, 20, 10, 0)
    record(course, lesson, record_of(), moment)
    with Gradebook(course.database) as gradebook:
        assert gradebook.find_submission("90_mini", "ann").timestamp == moment
