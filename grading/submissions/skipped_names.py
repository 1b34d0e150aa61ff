"""Find what an answer takes from a cell that the grader skips: right in Jupyter, and undefined here."""

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dnnkit.checking.code_cells import EXPLORE
from grading.lessons.lesson import LONGEST_PARSED, without_magics
from grading.submissions.submission import Cell

KNOWN = frozenset(dir(builtins)) | {"get_ipython", "display"}
MOST = 20  # cells of an answer that are looked at


def names_from_skipped_cells(
    cells: Sequence[Cell], written: Mapping[str, Sequence[tuple[int, str]]], exercises: Iterable[str]
) -> Iterator[str]:
    """Say which names an exercise takes from an exploration cell, and which exercise is written in one.

    Args:
        cells: the submission's cells.
        written: exercise -> (number of a code cell that is its cell, source), in order.
        exercises: the lesson's exercises.

    Yields:
        One sentence or two for each.
    """
    run: set[str] = set()
    skipped: dict[str, int] = {}
    for number, (kind, source, _) in enumerate(cells, start=1):
        if kind == "code" and source.lstrip().startswith(EXPLORE):
            skipped |= dict.fromkeys(bound_names(source), number)
        elif kind == "code":
            run |= bound_names(source)
    for exercise, found in written.items():
        for name in sorted({name for _, source in found[-MOST:] for name in free_names(source)}):
            if name in skipped and name not in run:
                yield (
                    f"{exercise} uses {name}, which is made in cell {skipped[name]} only. That cell begins with "
                    f"{EXPLORE}, and the grader skips such cells. Make {name} in a cell without that line."
                )
    for name in sorted(set(exercises) & (skipped.keys() - run)):
        yield (
            f"{name} is written in cell {skipped[name]}, which begins with {EXPLORE}, and the grader skips such cells. "
            "Write it in its own cell."
        )


def bound_names(source: str) -> set[str]:
    """List the names that a cell binds at its top level; none if it does not parse."""
    table = _table(source)
    if table is None:
        return set()
    return {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}


def free_names(source: str) -> set[str]:
    """List the names that a cell takes from elsewhere; none if it does not parse."""
    table = _table(source)
    if table is None:
        return set()
    found, waiting = set(), [table]
    while waiting:
        one = waiting.pop()
        waiting += one.get_children()
        used = [symbol for symbol in one.get_symbols() if symbol.is_referenced()]
        top = one.get_type() == "module"
        found |= {symbol.get_name() for symbol in used if top or symbol.is_global()}
    return found - bound_names(source) - KNOWN


def _table(source: str) -> symtable.SymbolTable | None:
    if len(source) > LONGEST_PARSED:
        return None
    try:
        text = without_magics(source)
        ast.parse(text)
        return symtable.symtable(text, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
