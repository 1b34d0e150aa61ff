"""Read a lesson's text notebook and say what each of its cells is."""

import ast
import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import jupytext

from grading.errors import LessonError, UsageError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BUG_HUNT = "### BUG HUNT:"
LONGEST_PARSED = 200_000  # characters; a tree takes hundreds of times the memory of its text
CellKind = Literal["markdown", "given", "solution", "check", "explore"]
CHECK_CELL = re.compile(r"""check\(["']([\w.]+)["']\)""")


@dataclass(frozen=True)
class LessonCell:
    """One cell of a lesson.

    Attributes:
        kind: "markdown", "given", "solution", "check" or "explore".
        source: the cell's text, solutions included.
        id: stable notebook cell id; nbgrader's grade_id for solution and check cells.
        exercise: name of the exercise of a solution or check cell, else None.
    """

    kind: CellKind
    source: str
    id: str
    exercise: str | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson's source folder, such as solutions/01_neuron.

    Attributes:
        name: folder name, such as "01_neuron"; nbgrader's assignment id.
        topic: name without the number; nbgrader's notebook id.
        folder: the source folder.
        cells: the cells of the text notebook, in order.
    """

    name: str
    topic: str
    folder: Path
    cells: tuple[LessonCell, ...] = field(repr=False)

    @cached_property
    def exercises(self) -> tuple[str, ...]:
        """Names of the exercises, in order."""
        return tuple(cell.exercise for cell in self.cells if cell.kind == "solution" and cell.exercise)

    @cached_property
    def solution_cells(self) -> dict[str, LessonCell]:
        """Solution cells by exercise."""
        return {cell.exercise: cell for cell in self.cells if cell.kind == "solution" and cell.exercise}

    @cached_property
    def reference_source(self) -> str:
        """Python source of the reference: given and solution cells alone, magics commented out."""
        parts = [cell.source for cell in self.cells if cell.kind in ("given", "solution")]
        return "\n\n".join(without_magics(part) for part in parts) + "\n"

    @property
    def title(self) -> str:
        """The first heading, such as "Lesson 01 · One neuron"; the topic where there is none."""
        heads = (cell.source.splitlines()[0] for cell in self.cells if cell.source.startswith("# "))
        return next(heads, f"# {self.topic}").removeprefix("# ").strip()

    @property
    def tests(self) -> Path:
        """Path of the pytest checks."""
        return self.folder / f"test_{self.topic}.py"

    @cached_property
    def checks_hash(self) -> str:
        """Digest of everything that decides a score: the lesson, its checks and its bank."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return "sha256:" + digest.hexdigest()

    def exercise_of(self, test_name: str) -> str:
        """Name the exercise that a check function belongs to: the longest that fits `test_<exercise>_<property>`."""
        fits = [name for name in self.exercises if test_name.startswith(f"test_{name}_")]
        if not fits:
            raise LessonError(
                f"{self.tests.name}: {test_name} names no exercise. "
                f"Expected test_<exercise>_<property> with one of {', '.join(self.exercises)}."
            )
        return max(fits, key=len)


def find_lesson(solutions: Path, name: str) -> Lesson:
    """Load the lesson called `name`, or a name that starts or ends with it, such as "01" or "neuron"."""
    folders = lesson_folders(solutions)
    fits = [path for path in folders if path.name == name]
    fits = fits or [path for path in folders if path.name.startswith(f"{name}_") or path.name[3:] == name]
    if len(fits) != 1:
        known = ", ".join(path.name for path in folders) or "none"
        raise UsageError(f"There is no lesson called {name!r} in {solutions}. Known lessons: {known}.")
    return load_lesson(fits[0])


def all_lessons(solutions: Path) -> list[Lesson]:
    """Load every lesson, in order of their numbers."""
    return [load_lesson(path) for path in lesson_folders(solutions)]


def lesson_folders(solutions: Path) -> list[Path]:
    """List the lessons' source folders, in order of their numbers."""
    return [path for path in sorted(solutions.glob("[0-9][0-9]_*")) if path.is_dir()]


def load_lesson(folder: Path) -> Lesson:
    """Read a lesson's text notebook.

    Args:
        folder: path of the source folder, such as solutions/01_neuron.

    Raises:
        LessonError: when a cell breaks a rule of the builder.
    """
    topic = folder.name[3:]
    notebook = jupytext.read(folder / f"{topic}.py", fmt="py:percent")
    cells: list[LessonCell] = []
    seen: set[str] = set()
    for number, raw in enumerate(notebook.cells, start=1):
        cell = _classify(raw, f"{topic}.py, cell {number}")
        identifier, copy = cell.id, 2
        while identifier in seen:
            identifier, copy = f"{cell.id}-{copy}", copy + 1
        seen.add(identifier)
        cells.append(LessonCell(cell.kind, cell.source, identifier, cell.exercise))
    lesson = Lesson(folder.name, topic, folder, tuple(cells))
    _require_pairs(lesson)
    return lesson


def without_magics(source: str) -> str:
    """Comment out lines that start with % or !, which only IPython understands."""
    # Blanks of one line only: across lines, the time would grow with the square of a student's empty lines.
    return re.sub(r"^([ \t]*)([%!])", r"\1# \2", source, flags=re.MULTILINE)


def without_markers(source: str) -> str:
    """Leave out the lines that mark a solution region."""
    lines = source.split("\n")
    return "\n".join(line for line in lines if not line.strip().startswith((BEGIN, END, BUG_HUNT)))


def defined_names(source: str) -> list[str]:
    """List the functions and classes that a cell defines at its top level; none if it does not parse."""
    if len(source) > LONGEST_PARSED:
        return []
    try:
        tree = ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in tree.body if isinstance(node, kinds)]


def _classify(raw: Any, place: str) -> LessonCell:
    source = raw.source.rstrip()
    if not source.strip():
        raise LessonError(f"{place} is empty. Expected text or code. Is there a line `# %%` or a blank line too many?")
    if raw.cell_type != "code":
        return LessonCell("markdown", source, _content_id("text", source))
    if source.startswith("%%explore"):
        return LessonCell("explore", source, _content_id("explore", source))
    found = CHECK_CELL.fullmatch(source.strip())
    if found:
        exercise = found.group(1).rpartition(".")[2]
        return LessonCell("check", source, f"check_{exercise}", exercise)
    if BEGIN not in source:
        return LessonCell("given", source, _content_id("given", source))
    names = defined_names(source)
    if source.count(BEGIN) != source.count(END) or len(names) != 1:
        raise LessonError(
            f"{place}: a solution cell holds one function or class with a {END} for each {BEGIN}; this one defines "
            f"{', '.join(names) or 'nothing'}."
        )
    return LessonCell("solution", source, names[0], names[0])


def _content_id(kind: str, source: str) -> str:
    # From the text alone, so that a new cell leaves the ids of all others as they were.
    return f"{kind}-{hashlib.sha256(source.encode()).hexdigest()[:10]}"


def _require_pairs(lesson: Lesson) -> None:
    checks = [cell.exercise for cell in lesson.cells if cell.kind == "check" and cell.exercise]
    if sorted(checks) != sorted(lesson.exercises) or len(set(checks)) != len(checks):
        raise LessonError(
            f"{lesson.topic}.py: every solution cell needs one check cell. Solutions: {', '.join(lesson.exercises)}. "
            f"Checks: {', '.join(checks)}."
        )
