"""Read a lesson and find what is to be checked in it: `dnnkit check NOTEBOOK`."""

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dnnkit.checking import checks
from dnnkit.checking.subprocess_run import run_apart
from dnnkit.explore import MAGIC


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


def check_notebook(path, names=()):
    """Run a notebook's code cells, but for exploration and check cells, then public checks, in a process apart.

    Args:
        path: the notebook.
        names: exercises to check; every exercise of the notebook's lesson when empty, its check cell there or not.

    Returns:
        `dnnkit.checking.subprocess_run.Findings`.

    Raises:
        WrongUse: when there is no such notebook, or no such exercise.
    """
    cells = read_code_cells(path)
    for name in names:
        exercise, problem = checks.find_exercise(name)
        if exercise is None:
            raise WrongUse(problem)
    wanted = list(names) or lesson_exercises(cells, Path(path).stem)
    if not wanted:
        raise WrongUse(
            f'{path} checks nothing. Expected cells such as check("softmax"). Got {len(cells)} code cells without. '
            f"Is this a lesson of the course?"
        )
    run = [cell for cell in cells if not checked_exercise(cell.source) and not cell.source.startswith(MAGIC)]
    return run_apart(run, wanted, Path(path).resolve().parent)


def read_code_cells(path):
    """Return a notebook's code cells; a byte order mark and cells without readable source are passed over.

    Raises:
        WrongUse: when the file is missing or no notebook.
    """
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8-sig"))["cells"]
        found = []
        for number, cell in enumerate(cells, start=1):
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                source = _readable_source(cell)
                if source is None:
                    continue  # damaged: the others count, as for the grader
                blank = re.match(r"(?:[ \t]*\n)*", source)[0]
                grade_id = str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))
                found.append(CodeCell(number, source[len(blank) :], blank.count("\n"), grade_id))
        return found
    except OSError as error:
        raise WrongUse(
            f"{path} cannot be read. Expected a notebook file (.ipynb). Got: {error.strerror}. Is the path right?"
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WrongUse(
            f"{path} is no notebook. Expected a Jupyter notebook (.ipynb, format 4). Got other contents. "
            f"Was it saved by another program?"
        ) from None


def _readable_source(cell):
    """The text of a cell, or None when it has none."""
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source if isinstance(source, str) else None


def checked_exercise(source):
    """Return the name in a cell whose only statement is `check("name")`, else None."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    found = re.fullmatch(r"check\('([\w.]+)'\)", ast.unparse(body[0]))
    return found and found[1]


def lesson_exercises(cells, stem):
    """List every exercise of the lesson that a notebook is, by the exercises that its cells name.

    Args:
        cells: its code cells.
        stem: the file's name without suffix, which decides when two lessons fit as well.

    Returns:
        Full names, such as "neuron.softmax", in the lesson's order; names that no lesson knows come last.
    """
    checked = [name for name in (checked_exercise(cell.source) for cell in cells) if name]
    named = {name.rpartition(".")[2] for name in checked} | {cell.grade_id for cell in cells}
    try:
        known = list(checks.load_exercises(checks.EXAMPLES))
    except (OSError, ValueError, KeyError, TypeError):
        return checked  # each check says that the examples cannot be read
    fits = Counter(full.partition(".")[0] for full in known if full.partition(".")[2] in named)
    if not fits:
        return checked
    lesson = max(fits, key=lambda topic: (fits[topic], topic == stem))
    own = [full for full in known if full.partition(".")[0] == lesson]
    return own + [name for name in dict.fromkeys(checked) if not {name, f"{lesson}.{name}"} & set(own)]
