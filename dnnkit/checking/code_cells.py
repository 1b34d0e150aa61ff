"""Read the code cells of a notebook, and tell what each is for."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXPLORE = "%%explore"  # what the first line of an exploration cell begins with; see dnnkit.explore
CHECK = re.compile(r"check\('([\w.]+)'\)")
BLANK_LINES = re.compile(r"(?:[ \t]*\n)+")


class WrongUse(ValueError):
    """The command was given something it cannot work with; the message says what was expected."""


@dataclass(frozen=True)
class CodeCell:
    """One code cell.

    Attributes:
        number: its place among all cells of the notebook, text cells included, from 1.
        source: its code, without blank lines at the start.
        skipped: how many blank lines those were.
        grade_id: its name in nbgrader's metadata, or empty.
    """

    number: int
    source: str
    skipped: int = 0
    grade_id: str = ""


def read_notebook(path: str | Path) -> dict[str, Any]:
    """Return a notebook's file as it is; a byte order mark is passed over.

    Raises:
        WrongUse: when the file is missing, or has no list of cells.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WrongUse(
            f"{path} cannot be read. Expected a notebook file (.ipynb). Got: {error.strerror}. Is the path right?"
        ) from None
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise WrongUse(
            f"{path} is no notebook. Expected a Jupyter notebook (.ipynb, format 4). Got other contents. "
            f"Was it saved by another program?"
        )
    return document


def read_code_cells(path: str | Path) -> list[CodeCell]:
    """Return a notebook's code cells; those without readable source are passed over.

    Raises:
        WrongUse: when the file is missing or no notebook.
    """
    cells = read_notebook(path)["cells"]
    found = [_code_cell(number, cell) for number, cell in enumerate(cells, start=1)]
    return [cell for cell in found if cell is not None]


def _code_cell(number: int, cell: object) -> CodeCell | None:
    """Return a code cell; None for a cell of text, and for one that is damaged: the others count, as for the grader."""
    source = readable_source(cell) if isinstance(cell, dict) and cell.get("cell_type") == "code" else None
    if not isinstance(cell, dict) or source is None:
        return None
    blank = BLANK_LINES.match(source)
    skipped = blank[0] if blank else ""
    return CodeCell(number, source[len(skipped) :], skipped.count("\n"), grade_id_of(cell))


def grade_id_of(cell: object) -> str:
    """Return a cell's name in nbgrader's metadata; empty when it has none, or metadata of another kind."""
    found: object = cell
    for name in ("metadata", "nbgrader", "grade_id"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def readable_source(cell: object) -> str | None:
    """Return the text of a cell, or None when it has none."""
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source if isinstance(source, str) else None


def checked_exercise(source: str) -> str | None:
    """Return the name in a cell whose only statement is `check("name")`, else None."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    found = CHECK.fullmatch(ast.unparse(body[0]))
    return found[1] if found else None
