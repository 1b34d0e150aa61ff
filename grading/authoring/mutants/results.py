"""Behaviours that spoil the result, whatever the input: rounded, capped, squeezed, of another type, a part missing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from grading.authoring.mutants.values import mapped

if TYPE_CHECKING:
    from grading.authoring.mutants.behaviour import Profile


def _result(change: Callable[[Any], Any]) -> Callable[..., Callable]:
    return lambda: lambda call, arguments: change(call(arguments))


def _each(change: Callable[[Any], Any], kinds: str) -> Callable[..., Callable]:
    return _result(lambda result: mapped(result, change, kinds))


def _without_last(axis: int) -> Callable[[np.ndarray], np.ndarray]:
    def cut(x: np.ndarray) -> np.ndarray:
        x = np.array(x)
        if x.ndim > axis and x.shape[axis]:
            x[(slice(None),) * axis + (-1,)] = 0
        return x

    return cut


def _in_place() -> Callable:
    """The arrays that came in are changed after the work is done."""

    def behave(call: Callable, arguments: dict[str, Any]) -> Any:
        result = mapped(call(arguments), np.copy, "floats ints bools")
        for value in arguments.values():
            mapped(value, _bump, "floats ints")
        return result

    return behave


def _bump(x: np.ndarray) -> np.ndarray:
    if x.size and x.flags.writeable:
        x[(0,) * x.ndim] += 1
    return x


def _larger_dict() -> Callable:
    """A dict that came in has one entry more afterwards."""

    def behave(call: Callable, arguments: dict[str, Any]) -> Any:
        result = mapped(call(arguments), np.copy, "floats")
        for value in arguments.values():
            if isinstance(value, dict):
                value["mine"] = 0.0
        return result

    return behave


BEHAVIOURS: dict[str, Callable[..., Callable]] = {
    "three digits": _each(lambda x: x.astype(np.float16) if np.ndim(x) else np.float16(x), "floats float"),
    "rounded to one decimal": _each(lambda x: np.round(x, 1), "floats float"),
    "rounded to five decimals": _each(lambda x: np.round(x, 5), "floats float"),
    "one per cent too large": _each(lambda x: x * 1.01, "floats float"),
    "capped at 6": _each(lambda x: np.clip(x, -6, 6), "floats float"),
    "capped at 1,000": _each(lambda x: np.clip(x, -1000, 1000), "floats float"),
    "small results are 0": _each(lambda x: np.where(np.abs(x) < 1e-3, 0.0, x), "floats float"),
    "tiny results are 0": _each(lambda x: np.where(np.abs(x) < 1e-8, 0.0, x), "floats float"),
    "squeezed": _each(np.squeeze, "floats ints"),
    "last row 0": _each(_without_last(0), "floats ints"),
    "last column 0": _each(_without_last(1), "floats ints"),
    "an array for a number": _each(lambda x: np.array([x]), "float int"),
    "a float for an int": _result(lambda x: float(x) if isinstance(x, int) else mapped(x, float, "int")),
    "nested lists for arrays": _each(lambda x: x.tolist() if x.ndim > 1 else x, "floats ints"),
    "an array for a list": _result(lambda x: np.array(x) if len({np.shape(i) for i in x}) == 1 else x),
    "a generator for a list": _result(lambda x: (item for item in x)),
    "a list for a tuple": _result(list),
    "without the last item": _result(lambda x: x[:-1]),
    "changes its inputs": _in_place,
    "adds to a dict that came in": _larger_dict,
}


def applicable(profile: "Profile") -> Iterator[tuple[str, tuple]]:
    """Yield (behaviour, setting) for everything that can go wrong with results of these kinds."""
    parts, names = profile.result_parts, []
    if "floats" in parts or "ints" in parts:
        names += ["squeezed", "last row 0"]
    if profile.result_axes > 1:
        names += ["last column 0", "nested lists for arrays"]
    if parts & {"floats", "float"}:
        names += [name for name in BEHAVIOURS if name.startswith(("three", "rounded", "one per", "capped"))]
        names += ["small results are 0", "tiny results are 0"]
    if parts & {"float", "int"}:
        names.append("an array for a number")
    if "int" in parts:
        names.append("a float for an int")
    if "list" in profile.results:
        names += ["an array for a list", "a generator for a list", "without the last item"]
    if any(profile.inside.values()):
        names.append("changes its inputs")
    if any("dict" in kinds for kinds in profile.parameters.values()):
        names.append("adds to a dict that came in")
    yield from ((name, ()) for name in dict.fromkeys(names))
