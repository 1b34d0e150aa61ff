"""Turn a demo's values and tables into plain JSON and into code."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np


def literal(value: object) -> str:
    """Write a setting as Python."""
    return repr(float(f"{value:.6g}")) if isinstance(value, float) else repr(value)


def jsonable(value: Any) -> Any:
    """Turn arrays and tuples into lists."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, tuple):
        return list(value)
    return value


def table(record: tuple[str, Sequence[str], Iterable[Sequence[object]]]) -> dict[str, Any]:
    """Turn (title, heads, rows) into what the page reads; what is not finite becomes text."""
    title, head, rows = record
    return {"title": title, "head": list(head), "rows": [[_cell(value) for value in row] for row in rows]}


def _cell(value):
    if isinstance(value, str):  # the most, where there is a table for each step
        return value
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.number)):
        return float(value) if math.isfinite(value) else str(float(value))
    return str(value)
