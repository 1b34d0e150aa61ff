"""Plain values seen from outside: what kind they are, the arrays inside them, and copies with every number changed."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def kind_of(value: Any) -> str:
    """Name the kind of a value: rng, bool, int, float, floats, ints, bools, dict, list, tuple, none, text or object."""
    if isinstance(value, np.random.Generator):
        return "rng"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, np.integer)):
        return "int"
    if isinstance(value, (float, np.floating)):
        return "float"
    if isinstance(value, np.ndarray):
        return {"f": "floats", "i": "ints", "u": "ints", "b": "bools"}.get(value.dtype.kind, "object")
    kinds: dict[type, str] = {dict: "dict", list: "list", tuple: "tuple", type(None): "none", str: "text"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "object")


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """Yield the arrays of numbers in a value, those in its lists, tuples and dicts too."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays_in(item)


def numbers_in(value: Any) -> np.ndarray:
    """List all numbers of the float and integer arrays in a value, in one flat array of floats."""
    parts = [array.ravel().astype(float) for array in arrays_in(value) if array.dtype.kind in "fiu"]
    return np.concatenate([np.zeros(0), *parts])


def mapped(value: Any, change: Callable[[Any], Any], kinds: str) -> Any:
    """Copy a value with some of its numbers and arrays changed.

    Args:
        value: the value; lists, tuples and dicts are copied with what is in them.
        change: function from an array or a number to what takes its place.
        kinds: names of kinds, see `kind_of`, with blanks between them; all others stay.
    """
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(mapped(item, change, kinds) for item in value)
    if type(value) is dict:
        return {key: mapped(item, change, kinds) for key, item in value.items()}
    return change(value) if kind_of(value) in kinds.split() else value


def spoiled(value: Any) -> Any:
    """Make a wrong result of a right one: other numbers, a shorter list, None for anything else."""
    kind = kind_of(value)
    if kind in ("floats", "float"):
        return value * 1.5 + 0.25
    if kind in ("ints", "int"):
        return value + 1
    if kind in ("bools", "bool"):
        return np.logical_not(value) if kind == "bools" else not value
    if kind in ("list", "tuple") and len(value):
        return type(value)(spoiled(item) for item in value)
    if kind == "dict" and value:
        return {key: spoiled(item) for key, item in value.items()}
    return None
