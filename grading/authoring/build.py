"""Turn a lesson's text notebook into what students open, through nbgrader's own generate_assignment.

Writes lessons/NN_topic/topic.ipynb, dnnkit/examples/topic.json and nbgrader's source folder build/source.
The same source gives the same bytes; only the numbers of examples that Keras computed in float32 may differ a little
from one processor to the next, and then the file that is there stays.
"""

import ast
import json
import multiprocessing
import os
import re
import tempfile
import textwrap
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import is_solution

from dnnkit.environment.quiet import quiet_backends
from grading.authoring.examples import build_examples, same_examples
from grading.authoring.nbgrader_course import generate_assignment
from grading.errors import LessonError
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import lesson_points
from grading.lessons.lesson import BEGIN, BUG_HUNT, END

KERNELSPEC = {"display_name": "Deep neural networks (dnn)", "language": "python", "name": "dnn"}
STUB = 'raise NotImplementedError("{name} is not written yet: replace this line with your code.")'


def build(lesson, project, course):
    """Build one lesson into the project and register it in the course's gradebook.

    Args:
        lesson: the lesson.
        project: the project's root folder.
        course: `Course` whose gradebook learns of the assignment.
    """
    source = write_source(lesson, project / "build" / "source")
    generate_assignment(lesson.name, source.parent.parent, project / "lessons", course.database)
    examples, text = project / "dnnkit" / "examples" / f"{lesson.topic}.json", _examples_text(lesson)
    if not same_examples(_text_or_none(examples), text):
        _write_atomically(examples, text)


def stale_files(lessons, project):
    """Look at several lessons at once, each in a process of its own: their examples are computed again.

    Args:
        lessons: the lessons.
        project: the project's root folder.

    Yields:
        (lesson, what `stale` says of it), in the lessons' order.
    """
    if len(lessons) < 2:
        yield from ((lesson, stale(lesson, project)) for lesson in lessons)
        return
    processes = min(len(lessons), os.cpu_count() or 1)
    fresh = multiprocessing.get_context("spawn")  # TensorFlow survives no fork
    with ProcessPoolExecutor(processes, mp_context=fresh, initializer=quiet_backends) as pool:
        # the last lessons have the most to compute, so they begin
        found = [pool.submit(stale, lesson, project) for lesson in reversed(lessons)]
        yield from ((lesson, future.result()) for lesson, future in zip(lessons, reversed(found), strict=True))


def stale(lesson, project):
    """List the built files that do not match the lesson's source, as paths below the project.

    Args:
        lesson: the lesson.
        project: the project's root folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        source = write_source(lesson, fresh / "source")
        generate_assignment(lesson.name, source.parent.parent, fresh / "lessons", f"sqlite:///{fresh}/gradebook.db")
        notebook = Path("lessons", lesson.name, f"{lesson.topic}.ipynb")
        examples = Path("dnnkit", "examples", f"{lesson.topic}.json")
        same_notebook = _text_or_none(project / notebook) == (fresh / notebook).read_text("utf-8")
    same = {
        notebook: same_notebook,
        examples: same_examples(_text_or_none(project / examples), _examples_text(lesson)),
    }
    return [path for path, fits in same.items() if not fits]


def write_source(lesson, folder):
    """Write the lesson with its solutions and all nbgrader metadata as nbgrader's source notebook.

    Returns:
        Path of the notebook, `folder/<lesson>/<topic>.ipynb`.
    """
    path = folder / lesson.name / f"{lesson.topic}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source_notebook(lesson), path)
    return path


def source_notebook(lesson):
    """Make nbgrader's source notebook: metadata, points and stable ids, solutions still in."""
    points = lesson_points(lesson)
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
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC, "language_info": language})


def load_release(project, lesson):
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

    def preprocess_cell(self, cell, resources, cell_index):
        """Clear one cell."""
        stub = cell.metadata.pop("dnn_stub", None)
        if not is_solution(cell) or stub is None:
            return cell, resources
        pattern = re.compile(
            rf"(?:^[ \t]*{re.escape(BUG_HUNT)}.*\n)?^([ \t]*){re.escape(BEGIN)}.*?{re.escape(END)}[^\n]*", re.M | re.S
        )

        def plant(match):
            return "\n".join(match.group(1) + line if line else "" for line in stub.splitlines())

        cell.source = pattern.sub(plant, cell.source)
        return cell, resources


def _nbgrader(grade_id, *, solution=False, points=None):
    record = {"grade": not solution, "grade_id": grade_id, "locked": not solution, "schema_version": 3}
    record |= {"solution": solution, "task": False}
    return record if solution else {**record, "points": points}


def _stub(cell, bank):
    """What stands in the student's cell in place of the solution."""
    hunted = re.search(rf"{re.escape(BUG_HUNT)}\s*(\w+)", cell.source)
    if not hunted:
        return STUB.format(name=cell.exercise)
    planted = next((m for m in bank.mistakes if m.name == hunted.group(1)), None)
    if planted is None:
        raise LessonError(f"{cell.exercise}: {BUG_HUNT} names {hunted.group(1)}, which is not in mistakes.py.")
    return function_body(planted.source)


def function_body(source):
    """Cut the body out of a function's source: no signature, no docstring, no indentation."""
    function = ast.parse(source).body[0]
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    lines = source.splitlines()
    start = body[0].lineno - 1
    while start > 0 and lines[start - 1].strip().startswith("#"):  # a comment above the first statement belongs to it
        start -= 1
    return textwrap.dedent("\n".join(lines[start : function.end_lineno]))


def _examples_text(lesson):
    record = build_examples(lesson, Reference(lesson), load_bank(lesson))
    text = json.dumps(record, indent=1, allow_nan=False)
    # An array's numbers on one line: a file that people can read and compare.
    return re.sub(r"\[[^][{}]*\]", lambda match: re.sub(r"\s+", " ", match.group()), text) + "\n"


def _write_atomically(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".tmp")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def _text_or_none(path):
    return path.read_text(encoding="utf-8") if path.is_file() else None
