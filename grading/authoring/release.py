"""Turn a lesson's text notebook into nbgrader's source notebook, and plant the stubs that students find in it."""

import ast
import re
import textwrap
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import is_solution

from grading.authoring.way_on import way_on
from grading.errors import LessonError
from grading.lessons.bank import Bank, load_bank
from grading.lessons.check_functions import lesson_points
from grading.lessons.lesson import BEGIN, BUG_HUNT, END, Lesson, LessonCell

KERNELSPEC = {"display_name": "Deep neural networks (dnn)", "language": "python", "name": "dnn"}
STUB = 'raise NotImplementedError("{name} is not written yet: replace this line with your code.")'


def write_source(lesson: Lesson, folder: Path) -> Path:
    """Write the lesson with its solutions and all nbgrader metadata as nbgrader's source notebook.

    Returns:
        Path of the notebook, `folder/<lesson>/<topic>.ipynb`.
    """
    path = folder / lesson.name / f"{lesson.topic}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source_notebook(lesson), path)
    return path


def source_notebook(lesson: Lesson) -> nbformat.NotebookNode:
    """Make nbgrader's source notebook: metadata, points and stable ids, solutions still in."""
    points: dict[Any, float] = lesson_points(lesson)
    bank = load_bank(lesson)
    cells = []
    for cell in lesson.cells:
        new = nbformat.v4.new_markdown_cell if cell.kind == "markdown" else nbformat.v4.new_code_cell
        node = new(cell.source, id=cell.id)
        if cell.kind == "solution":
            node.metadata["nbgrader"] = _nbgrader(cell.id, solution=True)
            node.metadata["dnn_stub"] = _stub(cell, bank)
        elif cell.kind == "check":
            node.metadata["nbgrader"] = _nbgrader(cell.id, points=points[cell.exercise])
        cells.append(node)
    cells.append(nbformat.v4.new_markdown_cell(way_on(lesson), id="way-on"))
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC, "language_info": language})


def load_release(project: Path, lesson: Lesson) -> nbformat.NotebookNode:
    """Read the released notebook of a lesson.

    Raises:
        LessonError: when it has not been built.
    """
    path = project / "lessons" / lesson.name / f"{lesson.topic}.ipynb"
    if not path.is_file():
        raise LessonError(f"{path} does not exist. Build it first: grading build {lesson.name}")
    return nbformat.read(path, as_version=4)


class PlantStubs(ClearSolutions):
    """Replace each solution region by the exercise's own stub: a friendly error, or the bug to hunt."""

    def preprocess_cell(
        self, cell: nbformat.NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[nbformat.NotebookNode, dict[str, Any]]:
        """Clear one cell."""
        stub = cell.metadata.pop("dnn_stub", None)
        if not is_solution(cell) or stub is None:
            return cell, resources
        pattern = re.compile(
            rf"(?:^[ \t]*{re.escape(BUG_HUNT)}.*\n)?^([ \t]*){re.escape(BEGIN)}.*?{re.escape(END)}[^\n]*", re.M | re.S
        )

        def plant(match: re.Match[str]) -> str:
            return "\n".join(match.group(1) + line if line else "" for line in stub.splitlines())

        cell.source = pattern.sub(plant, cell.source)
        return cell, resources


def _nbgrader(grade_id: str, *, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    record: dict[str, Any] = {"grade": not solution, "grade_id": grade_id, "locked": not solution, "schema_version": 3}
    record |= {"solution": solution, "task": False}
    return record if solution else {**record, "points": points}


def _stub(cell: LessonCell, bank: Bank) -> str:
    """What stands in the student's cell in place of the solution."""
    hunted = re.search(rf"{re.escape(BUG_HUNT)}\s*(\w+)", cell.source)
    if not hunted:
        return STUB.format(name=cell.exercise)
    planted = next((m for m in bank.mistakes if m.name == hunted.group(1)), None)
    if planted is None:
        raise LessonError(f"{cell.exercise}: {BUG_HUNT} names {hunted.group(1)}, which is not in mistakes.py.")
    return function_body(planted.source)


def function_body(source: str) -> str:
    """Cut the body out of a function's source: no signature, no docstring, no indentation."""
    function: Any = ast.parse(source).body[0]
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    lines = source.splitlines()
    start = body[0].lineno - 1
    while start > 0 and lines[start - 1].strip().startswith("#"):  # a comment above the first statement belongs to it
        start -= 1
    return textwrap.dedent("\n".join(lines[start : function.end_lineno]))
