"""Which calls fail: those with one row, with whole numbers, with a large value, with a setting at its end."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from dnnkit.checking.relations.parts import Case

Property = Callable[[Case], bool]
LARGE = 100.0  # an input is called large from here


def find_calls(failing: Sequence[Case], passing: Sequence[Case]) -> str:
    """Say what all failing calls have in common and no call that is right has; "" when there is nothing simple.

    Args:
        failing: calls with a wrong answer.
        passing: calls with a right one; with fewer than two there is too little to compare with.
    """
    if len(passing) < 2 or not failing:
        return ""
    for text, holds in _properties(failing[0]):
        if all(holds(case) for case in failing) and not any(holds(case) for case in passing):
            return text
    return ""


def _properties(case: Case) -> Iterator[tuple[str, Property]]:
    """List properties of a call, the simplest first."""
    for name, value in case.inputs.items():
        if isinstance(value, np.ndarray):
            yield f"{name} is empty", partial(_is_empty, name)
            for axis in range(value.ndim):
                what = f"{name} has length 1" if value.ndim == 1 else f"axis {axis} of {name} has length 1"
                yield what, partial(_has_length_one, name, axis)
            yield f"{name} holds whole numbers (an integer type)", partial(_is_whole, name)
            yield f"{name} holds a 0", partial(_holds_zero, name)
            yield f"{name} holds a negative number", partial(_holds_negative, name)
            yield f"{name} holds large numbers", partial(_is_large, name)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield f"{name} is {value:g}", partial(_equals, name, value)


def _is_empty(name: str, case: Case) -> bool:
    return _array(case, name).size == 0


def _has_length_one(name: str, axis: int, case: Case) -> bool:
    shape = _array(case, name).shape
    return axis < len(shape) and shape[axis] == 1


def _is_whole(name: str, case: Case) -> bool:
    return _array(case, name).dtype.kind in "iu"


def _holds_zero(name: str, case: Case) -> bool:
    return not np.all(_array(case, name))


def _holds_negative(name: str, case: Case) -> bool:
    return bool((_array(case, name) < 0).any())


def _is_large(name: str, case: Case) -> bool:
    return float(np.abs(_array(case, name)).max(initial=0.0)) >= LARGE


def _equals(name: str, value: float, case: Case) -> bool:
    return case.inputs.get(name) == value


def _array(case: Case, name: str) -> np.ndarray:
    value = case.inputs.get(name)
    return value if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" else np.ones(2)
