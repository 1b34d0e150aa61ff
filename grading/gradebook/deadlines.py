"""When a lesson is due, and who has more time: also before the student has handed anything in."""

import datetime
from dataclasses import dataclass, field

from nbgrader.api import Assignment, SubmittedAssignment

from grading.course import Course
from grading.errors import UsageError
from grading.gradebook.gradebook import ensure_assignment, ensure_submission, open_gradebook
from grading.lessons.lesson import Lesson


@dataclass(frozen=True)
class Deadline:
    """When a lesson is due.

    Attributes:
        due: naive UTC datetime; None if there is no due date.
        extensions: student id -> how much more time.
    """

    due: datetime.datetime | None
    extensions: dict[str, datetime.timedelta] = field(default_factory=dict)


def read_deadline(course: Course, lesson: Lesson) -> Deadline:
    """Read when a lesson is due and who has more time."""
    ensure_assignment(course, lesson)
    with open_gradebook(course.database) as gradebook:
        assignment = gradebook.db.query(Assignment).filter(Assignment.name == lesson.name).one()
        rows = gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=assignment.id).all()
        return Deadline(assignment.duedate, {row.student_id: row.extension for row in rows if row.extension})


def set_due_date(course: Course, lesson: Lesson, due: datetime.datetime) -> None:
    """Set when a lesson is due.

    Args:
        course: the `Course`.
        lesson: the lesson.
        due: naive UTC datetime.
    """
    ensure_assignment(course, lesson)
    with open_gradebook(course.database) as gradebook:
        gradebook.db.query(Assignment).filter(Assignment.name == lesson.name).one().duedate = due
        gradebook.db.commit()


def extend(course: Course, lesson: Lesson, student: str, more: datetime.timedelta) -> None:
    """Give a student more time than the others, counted from the due date; it replaces an earlier extension.

    Args:
        course: the `Course`.
        lesson: the lesson.
        student: student id.
        more: how much more; nothing takes an extension back.

    Raises:
        UsageError: when the lesson has no due date, which nbgrader would stumble over.
    """
    if read_deadline(course, lesson).due is None:
        raise UsageError(f"{lesson.name} has no due date to extend. Set it first: grading deadline {lesson.name} TIME")
    with open_gradebook(course.database) as gradebook:
        ensure_submission(gradebook.db, lesson, student).extension = more or None
        gradebook.db.commit()
