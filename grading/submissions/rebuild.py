"""Put a student's own cells into a fresh copy of the released lesson, and list what will be run.

Only sources are taken from the submission. Metadata, outputs, ids, points and locked cells come from the release.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.lessons.lesson import CHECK_CELL, Lesson, defined_names
from grading.submissions.form import notes_on_form
from grading.submissions.submission import Cell, Submission

Notebook = dict[str, Any]
ReleasedCell = dict[str, Any]


TEXT_CHARS = 1_000_000  # of a student's own texts that the rebuilt notebook shows
LEFT_OUT = "(A text of {:,} characters is not shown here.)"


@dataclass(frozen=True)
class ProgramCell:
    """A cell that will be run, or was left out of the run.

    Attributes:
        source: its text.
        label: how notes call it, such as "cell 7 (softmax)".
        exercise: the exercise whose cell it is, or None.
    """

    source: str
    label: str
    exercise: str | None = None


@dataclass(frozen=True)
class Rebuilt:
    """A submission, made safe to show and ready to run.

    Attributes:
        notebook: nbformat dict: the release with the student's code in it.
        program: code cells to run, in order.
        stubs: exercise -> source of its released cell, for those whose cell is still as released. Another cell may have
            bound the name; once the program has run, `Runner.as_released` says so.
        own_code: whether anything of the program is the student's own.
        notes: what the student should know of the notebook's form, in sentences.
    """

    notebook: Notebook
    program: tuple[ProgramCell, ...]
    stubs: Mapping[str, str]
    own_code: bool
    notes: tuple[str, ...] = ()

    @property
    def untouched(self) -> frozenset[str]:
        """Exercises that need no run: their cells are as released, and so is everything else."""
        return frozenset() if self.own_code else frozenset(self.stubs)


def rebuild(lesson: Lesson, release: Notebook, submission: Submission, *, exploration: bool = False) -> Rebuilt:
    """Rebuild a submission.

    Args:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        submission: a `Submission` of status "ok".
        exploration: also run exploration cells, which no check needs.
    """
    by_name = {name: cell for cell in release["cells"] for name in (cell["id"], _grade_id(cell)) if name}
    placed: set[str] = set()
    cells: list[dict[str, Any]] = []
    program: list[ProgramCell] = []
    stubs = {name: by_name[name]["source"] for name in lesson.exercises}
    run: list[tuple[set[str], int, str]] = []  # exercise, number and source of each cell that is run
    submitted = tuple(_with_short_texts(submission.cells or ()))
    for number, (kind, source, names) in enumerate(submitted, start=1):
        original = _recognise(by_name, release, kind, source, names)
        fresh = original if original is not None and original["id"] not in placed else None
        placed |= {fresh["id"]} if fresh is not None else set()
        if kind != "damaged":
            cells.append(_shown(fresh, kind, source, number))
        if kind == "code" and not _is_skipped(original, source, exploration):
            exercise = _exercise(lesson, original)
            program.append(ProgramCell(source, _label(number, exercise), exercise))
            run.append(({exercise} if exercise else set(), number, source))
    given = [cell for cell in release["cells"] if cell["id"].startswith("given-") and cell["id"] not in placed]
    program = [ProgramCell(cell["source"], "a cell of the lesson") for cell in given] + program
    notebook = copy.deepcopy({key: value for key, value in release.items() if key != "cells"})
    notebook["cells"] = _with_missing(release, cells, placed)
    released = {_squeeze(cell["source"]) for cell in by_name.values()}
    written = _from_the_first(stubs, run)
    defined = _from_the_first(stubs, [(own | {*defined_names(source)}, n, source) for own, n, source in run])
    return Rebuilt(
        notebook,
        tuple(program),
        {name: stub for name, stub in stubs.items() if name not in written},
        any(_squeeze(cell.source) not in released for cell in program),
        tuple(notes_on_form(lesson, submitted, written, defined)),
    )


def _from_the_first(
    stubs: Mapping[str, str], cells: Iterable[tuple[set[str], int, str]]
) -> dict[str, list[tuple[int, str]]]:
    """Take each exercise's cells from the first that is not as released; one of which all are is left out.

    Args:
        stubs: exercise -> source of its released cell.
        cells: names, number and source of each cell, in order.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for names, number, source in cells:
        for exercise in sorted(stubs.keys() & names):
            if exercise in found or _squeeze(source) != _squeeze(stubs[exercise]):
                found.setdefault(exercise, []).append((number, source))
    return found


def _with_short_texts(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Give the cells, with a remark in place of texts from where there are more than a notebook shows."""
    room = TEXT_CHARS
    for kind, source, names in cells:
        if kind != "code":
            room -= len(source) + len("# \n") * source.count("\n")
        yield kind, source if kind == "code" or room >= 0 else LEFT_OUT.format(len(source)), names


def _label(number: int, exercise: str | None) -> str:
    return f"cell {number} ({exercise})" if exercise else f"cell {number}"


def fresh_copy(release: Notebook) -> Notebook:
    """The release itself, for students whose file could not be read."""
    return copy.deepcopy(release)


def _grade_id(cell: ReleasedCell) -> str | None:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def _recognise(
    by_name: Mapping[str, ReleasedCell], release: Notebook, kind: str, source: str, names: Sequence[str]
) -> ReleasedCell | None:
    """Find the released cell that a submitted cell comes from: by its ids, else by its text.

    A check cell in which something else stands, such as a solution merged into it, is the student's own.
    """
    for name in names:
        original = by_name.get(name)
        if original is None or (original["cell_type"] == "code") != (kind == "code"):
            continue
        if not _is_check(original) or _squeeze(source) in ("", _squeeze(original["source"])):
            return original
    if kind == "code":
        for name in defined_names(source)[:1]:
            if name in by_name:
                return by_name[name]
    same_kind = [cell for cell in release["cells"] if (cell["cell_type"] == "code") == (kind == "code")]
    return next((cell for cell in same_kind if cell["source"].strip() == source.strip()), None)


def _is_check(original: ReleasedCell) -> bool:
    return (_grade_id(original) or "").startswith("check_")


def _exercise(lesson: Lesson, original: ReleasedCell | None) -> str | None:
    name = _grade_id(original) if original else None
    return name if name in lesson.exercises else None


def _is_skipped(original: ReleasedCell | None, source: str, exploration: bool) -> bool:
    """Exploration and check cells are not run, whether they are the lesson's or the student's own."""
    text = source.strip()
    is_check = (original is not None and _is_check(original)) or CHECK_CELL.fullmatch(text) is not None
    return not text or is_check or (text.startswith("%%explore") and not exploration)


def _shown(original: ReleasedCell | None, kind: str, source: str, number: int) -> dict[str, Any]:
    """The cell of the rebuilt notebook; what is not the lesson's own text is shown as code, never as markdown."""
    if original is not None:
        cell = copy.deepcopy(original)
        locked = cell["cell_type"] != "code" or _is_check(cell)
        if not locked:
            cell["source"] = source
        return cell
    text = source if kind == "code" else "\n".join(f"# {line}" for line in source.splitlines())
    return {
        "cell_type": "code",
        "id": f"added-{number}",
        "metadata": {},
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def _with_missing(release: Notebook, cells: Sequence[dict[str, Any]], placed: set[str]) -> list[dict[str, Any]]:
    """Put released cells that the student deleted back behind the cell they follow in the release."""
    result, position = list(cells), 0
    for original in release["cells"]:
        if original["id"] in placed:
            position = next(i for i, cell in enumerate(result) if cell["id"] == original["id"]) + 1
        else:
            result.insert(position, copy.deepcopy(original))
            position += 1
    return result


def _squeeze(source: str) -> str:
    return re.sub(r"\s+", " ", source).strip()
