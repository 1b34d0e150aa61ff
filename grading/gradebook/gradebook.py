"""Write records into nbgrader's gradebook: one transaction per submission, one writer."""

import contextlib
import datetime
import time
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import func, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from grading.authoring.nbgrader_course import COURSE_ID, alembic_on_path, generate_assignment
from grading.course import Course
from grading.errors import GradebookError
from grading.judging.records import ExerciseResult, SubmissionResult
from grading.lessons.check_functions import lesson_points
from grading.lessons.lesson import Lesson

RETRY_AFTER = (0.5, 2.0, 5.0)  # seconds between the tries of a transaction whose connection was lost


@contextlib.contextmanager
def open_gradebook(database: str) -> Iterator[Gradebook]:
    """Open nbgrader's gradebook, made if it is not there; SQLite files are put into write-ahead mode.

    Args:
        database: gradebook URL.

    Yields:
        `nbgrader.api.Gradebook`.

    Raises:
        GradebookError: when the database cannot be opened.
    """
    if database.startswith("sqlite:///"):
        Path(database.removeprefix("sqlite:///").partition("?")[0]).parent.mkdir(parents=True, exist_ok=True)
    try:
        with alembic_on_path(), Gradebook(database, COURSE_ID) as gradebook:
            if gradebook.engine.dialect.name == "sqlite":
                gradebook.db.execute(text("PRAGMA journal_mode=WAL"))
                gradebook.db.commit()
            yield gradebook
    except SQLAlchemyError as error:
        raise GradebookError(f"The gradebook {database} cannot be used: {str(error).splitlines()[0]}") from error


def ensure_assignment(course: Course, lesson: Lesson) -> None:
    """Make sure that the gradebook knows the lesson as it is built now.

    Args:
        course: the `Course`.
        lesson: the lesson.

    Raises:
        GradebookError: when submissions exist and the lesson's exercises have changed since.
    """
    wanted = {f"check_{name}": worth for name, worth in lesson_points(lesson).items()}
    with open_gradebook(course.database) as gradebook:
        assignment = gradebook.db.query(Assignment).filter(Assignment.name == lesson.name).one_or_none()
        known = {c.name: c.max_score for nb in assignment.notebooks for c in nb.grade_cells} if assignment else {}
        graded = len(assignment.submissions) if assignment else 0
    if known == wanted:
        return
    if graded and set(known) != set(wanted):
        raise GradebookError(
            f"{lesson.name} has other exercises than the gradebook, which holds {graded} submissions of it. Expected "
            f"{', '.join(sorted(known))}. Got {', '.join(sorted(wanted))}. Was the lesson changed during the term? "
            "Use a new gradebook (--gradebook), or check out the version that was released."
        )
    _register(course, lesson)


def _register(course: Course, lesson: Lesson) -> None:
    from grading.authoring.release import write_source

    source = course.root / "build" / "source"
    write_source(lesson, source)
    generate_assignment(lesson.name, source, course.root / "build" / "release", course.database)


def record(
    course: Course, lesson: Lesson, result: SubmissionResult, timestamp: datetime.datetime | None = None
) -> None:
    """Write one submission's record: student, submission, scores and comments, in one transaction.

    Manual scores and comments stay as they are. A connection that is lost is opened again: the transaction is repeated
    whole, so that nothing is written twice or by half.

    Args:
        course: the `Course`.
        lesson: the lesson.
        result: the `SubmissionResult`.
        timestamp: when it was handed in, as a naive UTC datetime, or None.

    Raises:
        GradebookError: when the database keeps refusing; nothing of this record is written then.
    """
    for wait in (*RETRY_AFTER, None):
        try:
            with open_gradebook(course.database) as gradebook:
                _write(gradebook.db, lesson, result, timestamp)
            return
        except GradebookError as error:
            if wait is None or not isinstance(error.__cause__, OperationalError):
                raise
            time.sleep(wait)


def _write(session: Session, lesson: Lesson, result: SubmissionResult, timestamp: datetime.datetime | None) -> None:
    try:
        notebook = _submitted_notebook(session, lesson, result.student, timestamp)
        for exercise in result.exercises:
            _write_exercise(session, notebook, exercise, judged=result.status == "graded")
        session.commit()
    except BaseException:
        session.rollback()
        raise


def record_timestamp(course: Course, lesson: Lesson, student: str, timestamp: datetime.datetime | None) -> None:
    """Note when a submission was handed in, where nothing else of it has changed.

    Args:
        course: the `Course`.
        lesson: the lesson.
        student: student id, whose submission is on record.
        timestamp: naive UTC datetime, or None.
    """
    with open_gradebook(course.database) as gradebook:
        gradebook.find_submission(lesson.name, student).timestamp = timestamp
        gradebook.db.commit()


def recorded_scores(course: Course, lesson: Lesson) -> dict[str, float]:
    """Read the automatic scores that the gradebook holds.

    Returns:
        Student id -> sum of the automatic scores of the lesson's exercises; 0.0 where none has one.
    """
    with open_gradebook(course.database) as gradebook:
        rows = (
            gradebook.db.query(SubmittedAssignment.student_id, func.sum(Grade.auto_score))
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .filter(Assignment.name == lesson.name)
            .group_by(SubmittedAssignment.student_id)
            .all()
        )
    return {student: score or 0.0 for student, score in rows}


def _submitted_notebook(
    session: Session, lesson: Lesson, student_id: str, timestamp: datetime.datetime | None
) -> SubmittedNotebook:
    """Find or make the rows of a submission and its notebook, without committing."""
    submission = ensure_submission(session, lesson, student_id)
    submission.timestamp = timestamp
    original = next(notebook for notebook in submission.assignment.notebooks if notebook.name == lesson.topic)
    notebook = (
        session.query(SubmittedNotebook).filter_by(assignment_id=submission.id, notebook_id=original.id).one_or_none()
    )
    if notebook is None:
        notebook = SubmittedNotebook(assignment_id=submission.id, notebook_id=original.id)
        session.add(notebook)
        session.flush()
        session.add_all([Grade(cell_id=cell.id, notebook_id=notebook.id) for cell in original.grade_cells])
        session.add_all([Comment(cell_id=cell.id, notebook_id=notebook.id) for cell in original.solution_cells])
        session.flush()
    return notebook


def ensure_submission(session: Session, lesson: Lesson, student_id: str) -> SubmittedAssignment:
    """Find or make the row of a submission, and its student's, without committing."""
    assignment = session.query(Assignment).filter(Assignment.name == lesson.name).one()
    if session.get(Student, student_id) is None:
        session.add(Student(id=student_id))
        session.flush()
    submission = (
        session.query(SubmittedAssignment).filter_by(assignment_id=assignment.id, student_id=student_id).one_or_none()
    )
    if submission is None:
        submission = SubmittedAssignment(assignment_id=assignment.id, student_id=student_id)
        session.add(submission)
        session.flush()
    return submission


def _write_exercise(session: Session, notebook: SubmittedNotebook, exercise: ExerciseResult, *, judged: bool) -> None:
    grade = (
        session.query(Grade)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .filter(Grade.notebook_id == notebook.id, GradeCell.name == f"check_{exercise.name}")
        .one()
    )
    # What nobody judged has no score, which is not the same as zero: exports leave it empty.
    grade.auto_score = exercise.score if judged and exercise.status != "error" else None
    # A person looks at what the grader could not judge, and again at what a person has scored before.
    grade.needs_manual_grade = exercise.status == "error" or grade.manual_score is not None
    comment = (
        session.query(Comment)
        .join(SolutionCell, SolutionCell.id == Comment.cell_id)
        .filter(Comment.notebook_id == notebook.id, SolutionCell.name == exercise.name)
        .one()
    )
    # nbgrader renders comments as markdown, unescaped: only our own words go in, never the student's.
    words = {"not_attempted": "Not attempted.", "error": "A person will look at this exercise."}
    comment.auto_comment = exercise.hint if exercise.mistake else words.get(exercise.status)
