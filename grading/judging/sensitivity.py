"""Say how much of a result changes when its inputs do: so work that shows in a result is told from work that does not.

Results are compared part by part. A number counts as changed when it moves by more than a thousandth of the largest
number of its part, which is ten times what any answer may be off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

CHANGED = 1e-3  # relative to the largest number of a part
LEAST_SHARE = 0.05  # of what changes in right results must change in those that a wrong helper leads to
SINGLE = 6  # numbers of an array that are changed alone
ENOUGH = 4  # numbers that change; who ignores the inputs would have to guess each


def is_finite(value: object) -> bool:
    """Whether a result holds numbers, and none that is infinite or NaN."""
    parts = list(_parts(value))
    return bool(parts) and all(np.isfinite(part).all() for part in parts)


def count_numbers(value: object) -> int:
    """Count the numbers of a result."""
    return sum(part.size for part in _parts(value))


def changed_numbers(before: object, after: object) -> tuple[int, int]:
    """Count how many numbers of a result differ in another one.

    Args:
        before: a result: numbers, arrays, or lists, tuples and dicts of them.
        after: another; where sizes differ, what both have is compared.

    Returns:
        (numbers that differ, numbers compared).
    """
    pairs = zip(_parts(before), _parts(after), strict=False)
    changed = [_changed(one[: other.size], other[: one.size]) for one, other in pairs]
    return sum(int(part.sum()) for part in changed), sum(part.size for part in changed)


@dataclass
class Tally:
    """Counts what changes in right results, and what changes along with it in those that a wrong helper leads to.

    Where little of the second changes, who ignores the inputs is not found out.
    """

    right: tuple[int, int] = (0, 0)
    found: tuple[int, int] = (0, 0)

    def add(self, right: tuple[object, object], found: tuple[object, object]) -> None:
        """Count two right results for two inputs, and the two others for the same inputs."""
        self.right = _sum(self.right, changed_numbers(*right))
        self.found = _sum(self.found, changed_numbers(*found))

    def shows(self) -> bool:
        """Whether enough changes."""
        enough = self.found[0] >= min(ENOUGH, self.right[0] / 2)
        return enough and _share(self.found) >= LEAST_SHARE * _share(self.right)


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _share(counts: tuple[int, int]) -> float:
    return counts[0] / counts[1] if counts[1] else 0.0


def other_inputs(inputs: Mapping[str, Any], drawn: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Change the inputs of a call one by one.

    Args:
        inputs: inputs by parameter name.
        drawn: inputs of a call of the same kind with other numbers.

    Yields:
        (parameter, inputs with another value for it): the one drawn where it has the same form, else the same numbers
        in another order. Whole numbers and generators stay: they say how much there is to do, not with what.
    """
    for name, value in inputs.items():
        other = drawn.get(name)
        changed = other if _form(other) == _form(value) and _form(value) is not None else _turned(value)
        if changed is not None and changed_numbers(value, changed)[0]:
            yield name, {**inputs, name: changed}


def single_numbers(inputs: Mapping[str, Any], rng: np.random.Generator) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Change single numbers of the arrays among the inputs of a call by much, up and down.

    Args:
        inputs: inputs by parameter name.
        rng: draws which numbers.

    Yields:
        (parameter, position in the flat array, inputs with another number there).
    """
    for name, value in inputs.items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 1:
            step = 10 * (np.abs(value).max() or 1.0)
            for place in rng.permutation(value.size)[:SINGLE]:
                for sign in (1, -1):
                    changed = value.copy()
                    changed.flat[place] += sign * step
                    yield name, int(place), {**inputs, name: changed}


def _changed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    scale = max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0))
    return np.abs(one - other) > CHANGED * scale


def _parts(value: object) -> Iterator[np.ndarray]:
    """Every array or number of a value, as a flat array of float64; what holds no numbers has no parts."""
    if isinstance(value, Mapping):
        value = [value[key] for key in sorted(value, key=repr)]
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, (int, float)) for item in value):
            value = np.asarray([float(item) for item in value])
        else:
            for item in value:
                yield from _parts(item)
            return
    if isinstance(value, (bool, int, float, np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            with np.errstate(all="ignore"):
                yield array.astype(np.float64).ravel()


def _form(value: object) -> object:
    """What two inputs must have in common to stand for each other; None for what is never changed."""
    if isinstance(value, Mapping):
        return tuple((key, _form(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(_form(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.kind
    return "number" if isinstance(value, float) else None


def _turned(value: object) -> Any:
    """The same numbers in another order; a single one is made larger; None for what cannot be changed so."""
    if isinstance(value, Mapping):
        return {key: item if (turned := _turned(item)) is None else turned for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.size > 1:
        return np.roll(value, 1)
    if isinstance(value, float):
        return value * 1.5 + 0.1
    return None
