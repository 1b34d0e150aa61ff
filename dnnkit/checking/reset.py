"""Put an exercise's cell back as it was handed out, and keep what stood there: `dnnkit reset EXERCISE`."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from dnnkit.checking.code_cells import (
    EXPLORE,
    WrongUse,
    checked_exercise,
    grade_id_of,
    read_code_cells,
    read_notebook,
    readable_source,
)
from dnnkit.checking.exercises import find_exercise
from dnnkit.checking.notebooks import lesson_exercises
from dnnkit.environment.atomic_write import write_atomically

KEPT = "kept"  # folder beside the notebook
Cell = dict[str, Any]  # as in the notebook's file


@dataclass(frozen=True)
class ResetCell:
    """What became of the cell.

    Attributes:
        notebook: the notebook that was changed, or would have been.
        changed: whether it was changed; not when the cell already was as handed out.
        kept: file with the text that stood there; None where there was none.
        others: numbers of other cells that are copies of this one or define its function; they stay.
    """

    notebook: Path
    changed: bool
    kept: Path | None = None
    others: tuple[int, ...] = ()


def reset_exercise(
    name: str, notebook: Path | None, *, lessons: Path | None, now: datetime, examples: Path | None = None
) -> ResetCell:
    """Put an exercise's cell back as it was handed out.

    Args:
        name: the exercise, such as "softmax" or "neuron.softmax".
        notebook: the lesson; None for that of the folder `lessons`.
        lessons: the folder lessons/ where a lesson without a name is looked for; None if there is none.
        now: names the file with the old text.
        examples: folder of the example files; the course's own by default.

    Raises:
        WrongUse: when there is no such exercise, no such notebook, one of another lesson, or one that cannot be
            changed.
    """
    exercise, problem = find_exercise(name, examples, shown="{}")
    if exercise is None or not exercise["cell"]:
        raise WrongUse(problem or f"The cell of {name} was not handed out with this course. Install dnnkit again.")
    short = name.rpartition(".")[2]
    path = notebook or _own_notebook(exercise, lessons)
    document = read_notebook(path)
    cells = document["cells"]
    found = next((number for number, cell in enumerate(cells) if _is_cell_of(cell, short)), None)
    if found is None:
        _require_lesson_of(exercise, short, path, examples)
    text = "" if found is None else _source(cells[found])
    if found is not None and cells[found].get("cell_type") == "code" and text.strip() == exercise["cell"].strip():
        return ResetCell(path, changed=False, others=_others(cells, found, short))
    if found is None:
        found = _place(cells, short)
        cells.insert(found, {"id": short} if _have_ids(document) else {})
    cells[found] = _handed_out(short, exercise["cell"], cells[found])
    kept = _unused(path.parent / KEPT / f"{short}-{now:%Y%m%d-%H%M%S}.py") if text.strip() else None
    _write(path, document, kept, text)
    return ResetCell(path, changed=True, kept=kept, others=_others(cells, found, short))


def _require_lesson_of(exercise: dict[str, Any], name: str, path: Path, examples: Path | None) -> None:
    if f"{exercise['topic']}.{name}" not in lesson_exercises(read_code_cells(path), path.stem, examples):
        raise WrongUse(
            f"{path} was not changed. Expected the notebook of {exercise['lesson']}, whose exercise {name} is. "
            "Got another one."
        )


def _write(path: Path, document: dict[str, Any], kept: Path | None, text: str) -> None:
    """Write the text that is kept first, then the notebook."""
    try:
        if kept is not None:
            write_atomically(kept, text + "\n")
        write_atomically(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise WrongUse(f"{path} was not changed. Expected a folder that can be written. Got: {error}.") from None


def _unused(path: Path) -> Path:
    """Return the path, or one with a number where two cells were kept within one second."""
    paths = (path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in count(1))
    return next(path for path in paths if not path.exists())


def _others(cells: list[Any], own: int, name: str) -> tuple[int, ...]:
    """Number the code cells, from 1, that count as the exercise's as well: copies, and those that define its name."""
    defined = re.compile(rf"^(?:(?:async )?def|class) +{name}\b|^{name} *=(?!=)", re.MULTILINE)
    code = [
        (number, cell, _source(cell).strip())
        for number, cell in enumerate(cells)
        if number != own and isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    return tuple(
        number + 1
        for number, cell, text in code
        if text and not text.startswith(EXPLORE) and (_is_cell_of(cell, name) or defined.search(text))
    )


def _have_ids(document: dict[str, Any]) -> bool:
    """Say whether the notebook's format gives cells an id: from 4.5 on, which Colab does not write."""
    minor = document.get("nbformat_minor")
    return isinstance(minor, int) and minor >= 5


def _own_notebook(exercise: dict[str, Any], lessons: Path | None) -> Path:
    if lessons is None:
        raise WrongUse(
            "There is no lessons folder here or above. Name the notebook: dnnkit reset EXERCISE path/to/lesson.ipynb"
        )
    return lessons / exercise["lesson"] / f"{exercise['topic']}.ipynb"


def _place(cells: list[Any], name: str) -> int:
    """Say where a cell that is gone stood: above its check cell, or at the end where that is gone, too."""
    checks = (number for number, cell in enumerate(cells) if checked_exercise(_source(cell)) == name)
    return next(checks, len(cells))


def _is_cell_of(cell: object, name: str) -> bool:
    return isinstance(cell, dict) and name in (grade_id_of(cell), cell.get("id"))


def _source(cell: object) -> str:
    """Return the text of a cell; of a damaged one, nothing."""
    return readable_source(cell) or ""


def _handed_out(name: str, text: str, old: Cell) -> Cell:
    """Make the cell as it was handed out; its id, and what nbgrader wrote into the old one, stay."""
    nbgrader = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": True, "task": False}
    metadata = old.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return {key: old[key] for key in ("id",) if key in old} | {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata if isinstance(metadata.get("nbgrader"), dict) else {**metadata, "nbgrader": nbgrader},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }
