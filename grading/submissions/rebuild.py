"""Put a student's own cells into a fresh copy of the released lesson, and list what will be run.

Only sources are taken from the submission. Metadata, outputs, ids, points and locked cells come from the release.
"""

import copy
import re
from dataclasses import dataclass

from grading.lessons.lesson import CHECK_CELL, defined_names, without_magics

ANY_NAME = re.compile(r"\b(?:globals|exec|setattr|user_ns|push)\b|# %run")  # ways to define what the text does not name


@dataclass(frozen=True)
class ProgramCell:
    """A cell that will be run, or was left out of the run.

    Attributes:
        source: its text.
        label: how notes call it, such as "cell 7 (softmax)".
    """

    source: str
    label: str


@dataclass(frozen=True)
class Rebuilt:
    """A submission, made safe to show and ready to run.

    Attributes:
        notebook: nbformat dict: the release with the student's code in it.
        program: code cells to run, in order.
        untouched: exercises whose cell is still as released, and that no other cell defines.
    """

    notebook: dict
    program: tuple[ProgramCell, ...]
    untouched: frozenset[str]


def rebuild(lesson, release, submission, *, exploration=False):
    """Rebuild a submission.

    Args:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        submission: a `Submission` of status "ok".
        exploration: also run exploration cells, which no check needs.
    """
    by_name = {name: cell for cell in release["cells"] for name in (cell["id"], _grade_id(cell)) if name}
    placed, cells, program, sources = set(), [], [], {}
    for number, (kind, source, names) in enumerate(submission.cells, start=1):
        original = _recognise(by_name, release, kind, source, names)
        first_time = original is not None and original["id"] not in placed
        if first_time:
            placed.add(original["id"])
        cells.append(_shown(lesson, original if first_time else None, kind, source, number))
        if kind == "code" and not _is_skipped(original, source, exploration):
            exercise = _exercise(lesson, original)
            program.append(ProgramCell(source, f"cell {number}" + (f" ({exercise})" if exercise else "")))
            if first_time and exercise:
                sources[exercise] = source
    given = [cell for cell in release["cells"] if cell["id"].startswith("given-") and cell["id"] not in placed]
    program = [ProgramCell(cell["source"], "a cell of the lesson") for cell in given] + program
    notebook = copy.deepcopy({key: value for key, value in release.items() if key != "cells"})
    notebook["cells"] = _with_missing(release, cells, placed)
    return Rebuilt(notebook, tuple(program), _untouched(lesson, by_name, sources, program))


def fresh_copy(release):
    """The release itself, for students whose file could not be read."""
    return copy.deepcopy(release)


def _grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def _recognise(by_name, release, kind, source, names):
    """Find the released cell that a submitted cell comes from: by its ids, else by its text."""
    for name in names:
        if name in by_name and (by_name[name]["cell_type"] == "code") == (kind == "code"):
            return by_name[name]
    if kind == "code":
        for name in defined_names(source)[:1]:
            if name in by_name:
                return by_name[name]
    same_kind = [cell for cell in release["cells"] if (cell["cell_type"] == "code") == (kind == "code")]
    return next((cell for cell in same_kind if cell["source"].strip() == source.strip()), None)


def _exercise(lesson, original):
    name = _grade_id(original) if original else None
    return name if name in lesson.exercises else None


def _is_skipped(original, source, exploration):
    """Exploration and check cells are not run, whether they are the lesson's or the student's own."""
    text = source.strip()
    is_check = original is not None and (_grade_id(original) or "").startswith("check_")
    is_check = is_check or CHECK_CELL.fullmatch(text) is not None
    return not text or is_check or (text.startswith("%%explore") and not exploration)


def _shown(lesson, original, kind, source, number):
    """The cell of the rebuilt notebook; what is not the lesson's own text is shown as code, never as markdown."""
    if original is not None:
        cell = copy.deepcopy(original)
        locked = cell["cell_type"] != "code" or (_grade_id(cell) or "").startswith("check_")
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


def _with_missing(release, cells, placed):
    """Put released cells that the student deleted back behind the cell they follow in the release."""
    result, position = list(cells), 0
    for original in release["cells"]:
        if original["id"] in placed:
            position = next(i for i, cell in enumerate(result) if cell["id"] == original["id"]) + 1
        else:
            result.insert(position, copy.deepcopy(original))
            position += 1
    return result


def _untouched(lesson, by_name, sources, program):
    stubs = {name: _squeeze(by_name[name]["source"]) for name in lesson.exercises}
    released = {_squeeze(cell["source"]) for cell in by_name.values()}
    own = "\n".join(without_magics(cell.source) for cell in program if _squeeze(cell.source) not in released)
    bound = set(lesson.exercises) if ANY_NAME.search(own) else _bound_names(own)
    return frozenset(n for n, stub in stubs.items() if _squeeze(sources.get(n, stub)) == stub and n not in bound)


def _bound_names(text):
    """Names that code may define: rather one too many, which costs a kernel, than one too few, which costs points.

    Every search takes time that grows with the text's length alone, whatever the text.
    """
    names = set(re.findall(r"\b(?:def|class|as|for)\s+(\w+)", text)) | set(re.findall(r"\b(\w{1,80})\s*:=", text))
    for line in text.splitlines():
        target, equals, rest = line.partition("=")
        if (equals and not rest.startswith("=")) or re.match(r"\s*(?:from|import)\b", line):
            names |= set(re.findall(r"\w+", target if equals else line))
    return names


def _squeeze(source):
    return re.sub(r"\s+", " ", source).strip()
