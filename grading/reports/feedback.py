"""Write feedback pages from our own escaping template: no script, nothing fetched, nothing hidden shown."""

import json
import os
from dataclasses import dataclass

from nbgrader.api import MissingEntry

from grading.gradebook.autograded_notebooks import autograded_path, read_records
from grading.gradebook.gradebook import open_gradebook
from grading.reports.templates import lesson_title, template

WORDS = {
    "passed": "passed",
    "partial": "partly right",
    "failed": "not right yet",
    "not_attempted": "not attempted",
    "timeout": "ran out of time",
    "crashed": "Python stopped",
    "error": "a person will look at it",
}
MARKS = {
    "passed": "✓",
    "partial": "◐",
    "failed": "✗",
    "not_attempted": "–",
    "timeout": "✗",
    "crashed": "✗",
    "error": "?",
}
LONGEST_SOURCE = 20_000


@dataclass(frozen=True)
class Manual:
    """What a person added in formgrader.

    Attributes:
        score: the score that counts, with manual score and extra credit, or None.
        comment: a person's comment, or "".
    """

    score: float | None = None
    comment: str = ""


def write_feedback(course, lesson):
    """Write the feedback page of every graded submission, where nbgrader's release_feedback looks for it.

    Returns:
        Paths of the pages.
    """
    paths = []
    for result in read_records(course, lesson):
        notebook = _read_notebook(autograded_path(course, lesson, result.student))
        path = course.feedback / result.student / lesson.name / f"{lesson.topic}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".tmp")
        scratch.write_text(render_page(course, lesson, result, notebook), encoding="utf-8")
        os.replace(scratch, path)
        paths.append(path)
    return paths


def render_page(course, lesson, result, notebook):
    """Render one student's page.

    Args:
        course: the `Course`, whose gradebook holds manual scores and comments.
        lesson: the lesson.
        result: the `SubmissionResult`.
        notebook: the rebuilt notebook as a dict, for the student's own code.

    Returns:
        HTML; every value is escaped by the template.
    """
    manual, penalty = _manual(course, lesson, result)
    rows = []
    for exercise in result.exercises:
        manual_grades = manual.get(exercise.name, Manual())
        score = exercise.score if manual_grades.score is None else manual_grades.score
        rows.append(
            {
                "exercise": exercise,
                "score": score,
                "by_hand": score != exercise.score,
                "comment": manual_grades.comment,
                "source": _source(notebook, exercise.name),
            }
        )
    total = sum(row["score"] for row in rows)
    return template("feedback.html.j2").render(
        lesson=lesson, title=lesson_title(lesson), result=result, rows=rows, total=max(0.0, total - penalty),
        penalty=penalty, words=WORDS, marks=MARKS,
    )  # fmt: skip


def _manual(course, lesson, result):
    """Read what the gradebook says now: exercise -> `Manual`, and the late penalty."""
    with open_gradebook(course.database) as gradebook:
        try:
            submission = gradebook.find_submission_notebook(lesson.topic, lesson.name, result.student)
        except MissingEntry:
            return {}, 0.0
        scores = {grade.name.removeprefix("check_"): grade.score for grade in submission.grades}
        comments = {comment.name: comment.manual_comment or "" for comment in submission.comments}
        penalty = float(submission.late_submission_penalty or 0.0)
    return {name: Manual(score, comments.get(name, "")) for name, score in scores.items()}, penalty


def _read_notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def _source(notebook, exercise):
    """The student's own code of one exercise, cut if it is very long."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == exercise:
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            return source if len(source) <= LONGEST_SOURCE else source[:LONGEST_SOURCE] + "\n... (cut)"
    return ""
