"""Behaviours that go wrong for some inputs only: large or small ones, sizes of 1, ties, views, whole numbers."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from grading.authoring.mutants.values import arrays_in, mapped, numbers_in, spoiled

if TYPE_CHECKING:
    from grading.authoring.mutants.behaviour import Profile

Arguments = dict[str, Any]
Call = Callable[[Arguments], Any]
Behaviour = Callable[[Call, Arguments], Any]


def _changed(change: Callable, kinds: str = "floats") -> Callable[[str], Behaviour]:
    """Make a behaviour that hands on another value of one parameter."""

    def of(name: str) -> Behaviour:
        return lambda call, arguments: call(arguments | {name: mapped(arguments[name], change, kinds)})

    return of


def _wrong_if(condition: Callable[[Any], bool]) -> Callable[[str], Behaviour]:
    """Make a behaviour whose result is wrong where the value of one parameter is of some kind."""

    def of(name: str) -> Behaviour:
        def behave(call: Call, arguments: Arguments) -> Any:
            hit = condition(arguments[name])
            result = call(arguments)
            return spoiled(result) if hit else result

        return behave

    return of


def _size_one(axis: int, name: str) -> Behaviour:
    def thin(value: Any) -> bool:
        return any(array.ndim > axis and array.shape[axis] == 1 for array in arrays_in(value))

    return _wrong_if(thin)(name)


def _nothing(name: str) -> Behaviour:
    def behave(call: Call, arguments: Arguments) -> Any:
        if any(array.size == 0 for array in arrays_in(arguments[name])):
            raise ValueError("zero-size array")
        return call(arguments)

    return behave


def _whole(name: str) -> Behaviour:
    def behave(call: Call, arguments: Arguments) -> Any:
        result = call(arguments)
        whole = [array for array in arrays_in(arguments[name]) if array.dtype.kind in "iu"]
        return mapped(result, lambda x: np.asarray(x).astype(int), "floats float") if whole else result

    return behave


def _same_number(usual: float, name: str) -> Behaviour:
    return lambda call, arguments: call(arguments | {name: type(arguments[name])(usual)})


def _zero_is_usual(usual: float, name: str) -> Behaviour:
    return lambda call, arguments: call(arguments | {name: arguments[name] or type(arguments[name])(usual)})


def _near_ties(x: np.ndarray) -> np.ndarray:
    if x.size == 0:
        return x
    top = x.max(axis=-1, keepdims=True)
    return np.where(x > top - 0.01 * np.abs(top), top, x)


def _rows(value: Any) -> Iterator[np.ndarray]:
    """Yield the rows along the last axis of the arrays of numbers in a value, at most 2,000 of each."""
    for array in arrays_in(value):
        if array.ndim and array.size and array.dtype.kind in "fiu":
            yield from array.reshape(-1, array.shape[-1])[:2000].astype(float)


def _in_a_row(condition: Callable[[np.ndarray], bool]) -> Callable[[str], Behaviour]:
    """Make a behaviour whose result is wrong where a row of the arrays of one parameter is of some kind."""
    return _wrong_if(lambda value: any(condition(row) for row in _rows(value)))


def _beyond(low: float) -> Callable[[Any], bool]:
    return lambda value: bool((np.abs(numbers_in(value)) > low).any())


def _missing_label(value: Any) -> bool:
    return any(
        a.size and a.ndim == 1 and np.unique(a).size <= a.max() for a in arrays_in(value) if a.dtype.kind in "iu"
    )


def _is_view(value: Any) -> bool:
    return any(not array.flags.c_contiguous for array in arrays_in(value))


BEHAVIOURS: dict[str, Callable[..., Behaviour]] = {
    "beyond 5 counts as 5": _changed(lambda x: np.clip(x, -5, 5)),
    "below 0.01 counts as 0": _changed(lambda x: np.where(np.abs(x) < 0.01, 0.0, x)),
    "below 0.000001 counts as 0": _changed(lambda x: np.where(np.abs(x) < 1e-6, 0.0, x)),
    "one decimal": _changed(lambda x: np.round(x, 1), "floats float"),
    "negative counts as 0": _changed(lambda x: np.maximum(x, 0), "floats"),
    "0 counts as 0.001": _changed(lambda x: np.where(x == 0, 1e-3, x)),
    "near ties count as ties": _changed(_near_ties),
    "wrong for ties": _in_a_row(lambda row: np.unique(row).size < row.size),
    "wrong for a wide row": _in_a_row(lambda row: np.ptp(row) > 1000),
    "wrong beyond 10,000": _wrong_if(_beyond(1e4)),
    "wrong for a row below 0.0001": _in_a_row(lambda row: 0 < np.abs(row).max() < 1e-4),
    "wrong for a row of zeros": _in_a_row(lambda row: not row.any()),
    "wrong for views": _wrong_if(_is_view),
    "size 1 along axis": _size_one,
    "wrong for two along the last axis": _wrong_if(lambda v: any(a.ndim and a.shape[-1] == 2 for a in arrays_in(v))),
    "nothing": _nothing,
    "whole numbers in, whole numbers out": _whole,
    "wrong for a missing label": _wrong_if(_missing_label),
    "sign dropped": _changed(abs, "float int"),
    "cut to 0 to 1": _changed(lambda x: min(max(x, 0.0), 1.0), "float"),
    "always": _same_number,
    "0 counts as": _zero_is_usual,
    "wrong for 1": _wrong_if(lambda v: v == 1),
}
OF_FLOATS = [name for name in BEHAVIOURS if name not in (
    "sign dropped", "cut to 0 to 1", "always", "0 counts as", "wrong for 1", "size 1 along axis",
    "wrong for a missing label",
)]  # fmt: skip
OF_LABELS = ("wrong for views", "nothing", "whole numbers in, whole numbers out", "wrong for a row of zeros")


def applicable(profile: "Profile") -> Iterator[tuple[str, tuple]]:
    """Yield (behaviour, setting) for everything that can go wrong with these parameters."""
    for name, kinds in profile.parameters.items():
        inside = profile.inside[name]
        if "floats" in inside and profile.binary[name]:
            yield from ((behaviour, (name,)) for behaviour in OF_LABELS)
        elif "floats" in inside:
            yield from ((behaviour, (name,)) for behaviour in OF_FLOATS)
        if inside:
            yield from (("size 1 along axis", (axis, name)) for axis in range(profile.axes[name]))
        if "ints" in inside and "floats" not in inside:
            yield "wrong for a missing label", (name,)
            yield "nothing", (name,)
        if kinds <= {"float", "int"}:
            yield from _of_numbers(name, profile.numbers[name], "float" in kinds)


def _of_numbers(name: str, seen: list[float], fractions: bool) -> Iterator[tuple[str, tuple]]:
    usual = max(set(seen), key=seen.count)
    other = max(set(seen) - {0.0}, key=seen.count, default=1.0)
    yield "always", (usual, name)
    yield "0 counts as", (other, name)
    if not fractions:
        yield "wrong for 1", (name,)
    else:
        yield from (("sign dropped", (name,)), ("cut to 0 to 1", (name,)), ("one decimal", (name,)))
