"""Read a lesson and find what is to be checked in it: `dnnkit check NOTEBOOK`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dnnkit.checking.code_cells import EXPLORE, CodeCell, WrongUse, checked_exercise, read_code_cells
from dnnkit.checking.exercises import find_exercise, load_exercises
from dnnkit.checking.subprocess_run import NotebookReport, run_apart
from dnnkit.checking.time_limit import SECONDS


def check_notebook(
    path: str | Path, names: Sequence[str] = (), *, examples: Path | None = None, seconds: float = SECONDS
) -> NotebookReport:
    """Run a notebook's code cells, but for exploration and check cells, then public checks, in a process of its own.

    Args:
        path: the notebook.
        names: exercises to check; every exercise of the notebook's lesson when empty, its check cell there or not.
        examples: folder of the example files; the course's own by default.
        seconds: time limit of one cell, and of one example.

    Returns:
        What running and checking it came to.

    Raises:
        WrongUse: when there is no such notebook, or no such exercise.
    """
    cells = read_code_cells(path)
    for name in names:
        exercise, problem = find_exercise(name, examples)
        if exercise is None:
            raise WrongUse(problem)
    wanted = list(names) or lesson_exercises(cells, Path(path).stem, examples)
    if not wanted:
        raise WrongUse(
            f'{path} checks nothing. Expected cells such as check("softmax"). Got {len(cells)} code cells without. '
            f"Is this a lesson of the course?"
        )
    run = [cell for cell in cells if not checked_exercise(cell.source) and not cell.source.startswith(EXPLORE)]
    return run_apart(run, wanted, Path(path).resolve().parent, examples=examples, seconds=seconds)


def lesson_exercises(cells: Sequence[CodeCell], stem: str, examples: Path | None = None) -> list[str]:
    """List every exercise of the lesson that a notebook is, by the exercises that its cells name.

    Args:
        cells: its code cells.
        stem: the file's name without suffix, which decides when two lessons fit as well.
        examples: folder of the example files; the course's own by default.

    Returns:
        Full names, such as "neuron.softmax", in the lesson's order; names that no lesson knows come last.
    """
    checked = [name for name in (checked_exercise(cell.source) for cell in cells) if name]
    named = {name.rpartition(".")[2] for name in checked} | {cell.grade_id for cell in cells}
    try:
        known = list(load_exercises(examples))
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return checked  # each check says that the examples cannot be read
    fits = Counter(full.partition(".")[0] for full in known if full.partition(".")[2] in named)
    if not fits:
        return checked
    lesson = max(fits, key=lambda topic: (fits[topic], topic == stem))
    own = [full for full in known if full.partition(".")[0] == lesson]
    return own + [name for name in dict.fromkeys(checked) if not {name, f"{lesson}.{name}"} & set(own)]
