"""Who has handed in: the folders of the class, one student each, whatever they are called."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from grading.course import Course
from grading.errors import UsageError
from grading.gradebook.exchange_files import unread_timestamp
from grading.gradebook.gradebook import open_gradebook
from grading.gradebook.roster import LONGEST_ID, not_on_roster
from grading.judging.records import SubmissionResult
from grading.lessons.lesson import Lesson


def find_students(course: Course, lesson: Lesson) -> list[str]:
    """List the students who have a folder in the class, in order; links are not followed.

    Returns:
        Student ids; those without a folder for this lesson are among them and will be "missing".
    """
    return [name for name in _folders(course) if _can_be_a_student(name)]


def chosen_students(course: Course, lesson: Lesson, asked: Sequence[str] = ()) -> list[str]:
    """List the students asked for, or all who have a folder.

    Args:
        course: the `Course`.
        lesson: the lesson.
        asked: student ids; empty for all.

    Raises:
        UsageError: when one of them has no folder in the class.
    """
    everybody = find_students(course, lesson)
    wanted = set(asked)
    unknown = sorted(wanted - set(everybody))
    if unknown:
        raise UsageError(
            f"There is no hand-in of {', '.join(unknown)} in {course.submitted}. Expected a folder of that name."
        )
    return [name for name in everybody if not wanted or name in wanted]


def left_out(course: Course) -> list[tuple[str, str]]:
    """List folders of the class that are nobody's: [(name in a form that can be shown, why, and what to do)]."""
    names = [name for name in _folders(course) if not name.startswith(".") and not _can_be_a_student(name)]
    found = [(ascii(name), "which cannot be a student's id. Rename it.") for name in names]
    links = sorted(path.name for path in course.submitted.glob("*") if path.is_symlink())
    return found + [(ascii(name), "which is a link, and links are not followed. Copy the folder.") for name in links]


def strangers_in(course: Course, results: Iterable[SubmissionResult]) -> list[str]:
    """List those of the graded who are not on the roster; none where the gradebook has no roster."""
    with open_gradebook(course.database) as gradebook:
        return not_on_roster(gradebook, [result.student for result in results])


def unread_times(course: Course, lesson: Lesson) -> list[tuple[str, str]]:
    """List hand-ins whose timestamp.txt says no time, which count as never late: [(student, what it says)]."""
    found = (
        (name, unread_timestamp(submission_folder(course, lesson, name))) for name in find_students(course, lesson)
    )
    return [(student, written) for student, written in found if written]


def _folders(course: Course) -> list[str]:
    if not course.submitted.is_dir():
        return []
    return sorted(path.name for path in course.submitted.iterdir() if path.is_dir() and not path.is_symlink())


def _can_be_a_student(name: str) -> bool:
    """Whether a name can be shown, stored and used as a folder again: no control characters, no broken Unicode."""
    return name.isprintable() and not name.startswith(".") and len(name) <= LONGEST_ID


def submission_folder(course: Course, lesson: Lesson, student: str) -> Path:
    """The folder of a student's hand-in."""
    return course.submitted / student / lesson.name
