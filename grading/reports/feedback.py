"""Write feedback pages from our own escaping template: no script, nothing fetched, nothing hidden shown."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically
from grading.course import Course
from grading.gradebook.autograded_notebooks import Notebook, autograded_path, read_records
from grading.gradebook.exchange_files import TIMESTAMP, read_exchange_files, write_exchange_files
from grading.gradebook.manual_grades import ManualGrades, read_manual_grades
from grading.judging.records import CheckResult, ExerciseResult, SubmissionResult
from grading.lessons.lesson import Lesson
from grading.reports.templates import template

WORDS: dict[str, str] = {
    "passed": "passed",
    "partial": "partly right",
    "failed": "not right yet",
    "not_attempted": "not attempted",
    "timeout": "ran out of time",
    "crashed": "Python stopped",
    "error": "a person will look at it",
}
MARKS: dict[str, str] = {
    "passed": "✓",
    "partial": "◐",
    "failed": "✗",
    "not_attempted": "–",
    "timeout": "✗",
    "crashed": "✗",
    "error": "?",
}
LONGEST_SOURCE = 20_000


@dataclass(frozen=True, kw_only=True)
class Page:
    """One student's feedback page.

    Attributes:
        path: the file.
        student: student id.
        handed_in: whether there was a submission.
        can_be_fetched: whether `nbgrader fetch_feedback` finds it once it is released: only if the submission came
            through nbgrader's exchange.
    """

    path: Path
    student: str
    handed_in: bool
    can_be_fetched: bool


def write_feedback(course: Course, lesson: Lesson) -> list[Page]:
    """Write the feedback page of every graded submission, with what nbgrader's release_feedback needs beside it.

    Args:
        course: the `Course`, whose gradebook holds manual scores and comments.
        lesson: the lesson.

    Returns:
        The pages, in order of student ids.
    """
    pages = []
    manual_grades = read_manual_grades(course, lesson)
    for result in read_records(course, lesson):
        notebook = json.loads(autograded_path(course, lesson, result.student).read_text(encoding="utf-8"))
        path = course.feedback / result.student / lesson.name / f"{lesson.topic}.html"
        grades = manual_grades.get(result.student, ManualGrades())
        write_atomically(path, render_page(lesson, result, notebook, grades))
        found = write_return_address(course, lesson.name, result.student)
        handed_in = result.status != "missing"
        pages.append(Page(path=path, student=result.student, handed_in=handed_in, can_be_fetched=found))
    return pages


def write_return_address(course: Course, lesson_name: str, student: str) -> bool:
    """Write beside a page the two files that nbgrader's release_feedback needs.

    Where a submission has no secret, since it did not come through the exchange, one that nobody knows takes its place:
    release_feedback stops at the first page without one, and everybody behind it would get nothing.

    Args:
        course: the `Course`.
        lesson_name: the lesson, such as "01_neuron".
        student: student id.

    Returns:
        Whether the student can fetch the page once it is released.
    """
    files = read_exchange_files(course.autograded / student / lesson_name)
    folder = course.feedback / student / lesson_name
    unknown = course.seed(f"feedback of {student} in {lesson_name}").hex()
    write_exchange_files(folder, replace(files, secret=files.secret or unknown))
    if files.timestamp is None:
        write_atomically(folder / TIMESTAMP, "")
    return bool(files.secret)


def render_page(lesson: Lesson, result: SubmissionResult, notebook: Notebook, manual_grades: ManualGrades) -> str:
    """Render one student's page.

    Args:
        lesson: the lesson.
        result: the student's record.
        notebook: the rebuilt notebook as a dict, for the student's own code.
        manual_grades: what a person set.

    Returns:
        HTML; every value is escaped by the template.
    """
    rows = []
    for exercise in result.exercises:
        score = manual_grades.score(exercise)
        rows.append(
            {
                "exercise": exercise,
                "score": score,
                "by_hand": score != exercise.score,
                "comment": manual_grades.comments.get(exercise.name, ""),
                "source": _source(notebook, exercise.name),
            }
        )
    return template("feedback.html.j2").render(
        lesson=lesson, result=result, rows=rows, total=manual_grades.total(result.exercises),
        penalty=manual_grades.penalty, state=_state,
    )  # fmt: skip


def _state(result: ExerciseResult | CheckResult) -> tuple[str, str, str]:
    """The state of an exercise or a check on the page: (class of its style, mark, words)."""
    if result.right_but_for:
        return "carried", MARKS["partial"], f"right but for {' and '.join(result.right_but_for)}"
    return result.status, MARKS[result.status], WORDS[result.status]


def _source(notebook: Notebook, exercise: str) -> str:
    """The student's own code of one exercise, cut if it is very long."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == exercise:
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            return source if len(source) <= LONGEST_SOURCE else source[:LONGEST_SOURCE] + "\n... (cut)"
    return ""
