"""Run a lesson's code cells in this process and its public checks: `dnnkit check NOTEBOOK`."""

import ast
import contextlib
import io
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from dnnkit.checks import find_exercise, run_checks
from dnnkit.explore import MAGIC


class WrongUse(ValueError):
    """The command was given something it cannot work with; the message says what was expected."""


def check_notebook(path, names=()):
    """Run a notebook's code cells, but for exploration and check cells, then its public checks.

    Args:
        path: the notebook.
        names: exercises to check; every check cell of the notebook when empty.

    Returns:
        The pair (list of sentences about cells that raised, list of `CheckReport`).

    Raises:
        WrongUse: when there is no such notebook, or no such exercise.
    """
    sources = read_code_cells(path)
    wanted = list(names) or [name for name in map(checked_exercise, sources) if name]
    if not wanted:
        raise WrongUse(
            f'{path} checks nothing. Expected cells such as check("softmax"). Got {len(sources)} code cells without. '
            f"Is this a lesson of the course?"
        )
    for name in wanted:
        exercise, problem = find_exercise(name)
        if exercise is None and names:
            raise WrongUse(problem)
    cells = [source for source in sources if not checked_exercise(source) and not source.startswith(MAGIC)]
    namespace, troubles = run_cells(cells, Path(path).resolve().parent)
    return troubles, [run_checks(name, namespace) for name in wanted]


def read_code_cells(path):
    """Return the sources of a notebook's code cells, without leading blank lines.

    Raises:
        WrongUse: when the file is missing or no notebook.
    """
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]).lstrip("\n") for cell in cells if cell["cell_type"] == "code"]
    except OSError as error:
        raise WrongUse(
            f"{path} cannot be read. Expected a notebook file (.ipynb). Got: {error.strerror}. Is the path right?"
        ) from None
    except (ValueError, TypeError, KeyError):
        raise WrongUse(
            f"{path} is no notebook. Expected a Jupyter notebook (.ipynb, format 4). Got other contents. "
            f"Was it saved by another program?"
        ) from None


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


def run_cells(sources, folder):
    """Run cells in a fresh IPython shell of this process, with their output swallowed.

    Args:
        sources: code of the cells; magics work.
        folder: where they run.

    Returns:
        The pair (namespace, one sentence for each cell that raised).
    """
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    os.environ.setdefault("MPLBACKEND", "agg")
    troubles = []
    with tempfile.TemporaryDirectory() as home, contextlib.chdir(folder), _no_keyboard():
        InteractiveShell.clear_instance()
        no_history = Config(HistoryManager={"enabled": False, "hist_file": ":memory:"})
        shell = InteractiveShell.instance(config=no_history, ipython_dir=home)
        try:
            for number, source in enumerate(sources, start=1):
                with capture_output():
                    result = shell.run_cell(source, store_history=False)
                error = result.error_before_exec or result.error_in_exec
                if error is not None:
                    troubles.append(_trouble(number, source, error))
            return shell.user_ns, troubles
        finally:
            InteractiveShell.clear_instance()


def _trouble(number, source, error):
    first = source.split("\n", 1)[0][:60]
    text = str(error).split("\n", 1)[0]
    return f"Code cell {number} ({first}) raised {type(error).__name__}: {text}. The rest goes on."


@contextlib.contextmanager
def _no_keyboard():
    """Make `input()` fail at once instead of waiting for somebody."""
    kept, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = kept
