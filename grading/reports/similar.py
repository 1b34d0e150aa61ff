"""Write a page that shows pairs of hand-ins with like code side by side; it says what is alike and judges nobody."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dnnkit.environment.atomic_write import write_atomically
from grading.authoring.release import load_release
from grading.course import Course
from grading.errors import UsageError
from grading.gradebook.autograded_notebooks import autograded_path, read_records
from grading.lessons.lesson import Lesson
from grading.reports.likeness import Code, Pair, alike_pairs
from grading.reports.templates import template

LONGEST_CELL = 20_000  # characters of a cell that the page shows
MOST_PAIRS = 100


def write_similar(course: Course, lesson: Lesson, path: Path, at_least: float = 0.8) -> list[Pair]:
    """Write the page of a graded lesson.

    Args:
        course: the `Course`.
        lesson: the lesson.
        path: file to write, whole or not at all.
        at_least: least likeness of a pair, from 0 to 1.

    Returns:
        The pairs, the most alike first; at most `MOST_PAIRS`.

    Raises:
        UsageError: when nothing of the lesson is graded yet.
    """
    students = [result.student for result in read_records(course, lesson) if result.status == "graded"]
    if not students:
        raise UsageError(f"Nothing of {lesson.name} is graded yet. Run first: grading autograde {lesson.name}")
    hand_ins = {student: _code_of(_read(autograded_path(course, lesson, student))) for student in students}
    given = _code_of(load_release(course.project, lesson))
    pairs = alike_pairs(hand_ins, given, at_least, MOST_PAIRS)
    write_atomically(path, render_similar(lesson, pairs, len(students), at_least))
    return pairs


def render_similar(lesson: Lesson, pairs: list[Pair], count: int, at_least: float) -> str:
    """Render the page.

    Args:
        lesson: the lesson.
        pairs: what was found.
        count: hand-ins that were compared.
        at_least: least likeness of a pair.

    Returns:
        HTML; every value is escaped by the template.
    """
    return template("similar.html.j2").render(
        lesson=lesson, pairs=pairs, count=count, at_least=at_least, most=MOST_PAIRS
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _code_of(notebook: Mapping[str, Any]) -> Code:
    """The cells of code, without the locked ones."""
    found = []
    for number, cell in enumerate(notebook["cells"], start=1):
        nbgrader = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and not nbgrader.get("locked"):
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            found.append((nbgrader.get("grade_id") or f"cell {number}", source[:LONGEST_CELL]))
    return found
