"""Notice that a hand-in is the notebook of another lesson, whose given code would answer exercises of this one."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grading.submissions.submission import Cell

FEWEST = 3  # cells of another lesson that make a hand-in its notebook: one or two may have been pasted
OUTWEIGHED = 5  # so many cells of another lesson for one of this one
Marks = Mapping[str, frozenset[str]]


def released_marks(lessons: Path) -> Marks:
    """Read by what the cells of each released lesson are known: ids, nbgrader's ids, and digests of their text.

    Args:
        lessons: folder of the released lessons; it may be missing.

    Returns:
        Name of the lesson -> marks that no other lesson has.
    """
    found = {}
    for path in sorted(lessons.glob("[0-9][0-9]_*/*.ipynb")):
        if path.stem == path.parent.name[3:]:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            found[path.parent.name] = frozenset(mark for cell in cells for mark in _marks_of_released(cell))
    return {
        name: marks.difference(*(other for other_name, other in found.items() if other_name != name))
        for name, marks in found.items()
    }


def other_lesson(cells: Iterable[Cell], lesson_name: str, marks: Marks) -> str | None:
    """Name the other lesson whose notebook this is; None where it is this lesson's, or nobody's.

    Args:
        cells: the submission's cells.
        lesson_name: the lesson for which it was handed in.
        marks: from `released_marks`.
    """
    if lesson_name not in marks:
        return None
    counts = dict.fromkeys(marks, 0)
    for kind, source, names in cells:
        mine = {*names, _digest(kind, source)}
        for name, known in marks.items():
            counts[name] += not known.isdisjoint(mine)
    own = counts.pop(lesson_name)
    best = max(counts, key=counts.__getitem__, default=None)
    if best is None or counts[best] < max(FEWEST, OUTWEIGHED * own + 1):
        return None
    return best


def _marks_of_released(cell: Mapping[str, object]) -> Iterator[str]:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    for name in (grade_id, cell.get("id")):
        if isinstance(name, str):
            yield name
    source = cell.get("source")
    text = "".join(source) if isinstance(source, list) else str(source)
    yield _digest("code" if cell.get("cell_type") == "code" else "text", text)


def _digest(kind: str, source: str) -> str:
    return hashlib.sha256(f"{kind}\0{source.strip()}".encode()).hexdigest()
