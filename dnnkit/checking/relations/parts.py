"""Line up what a function returned with what was expected, number array by number array."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RTOL = 1e-5  # relative to the largest expected magnitude: finer than any relation that is said
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    Attributes:
        inputs: its inputs by parameter name.
        actual: what it returned; any plain value.
        expected: what is right.
    """

    inputs: Mapping[str, object]
    actual: object
    expected: object


@dataclass(frozen=True)
class Part:
    """One array of numbers, or one number, of an answer.

    Attributes:
        inputs: the call's inputs by parameter name.
        actual: what was returned, float64.
        expected: what is right, float64; its shape may be another one.
    """

    inputs: Mapping[str, object]
    actual: Numbers
    expected: Numbers

    @property
    def right(self) -> bool:
        """Whether shape and values agree."""
        return agree(self.actual, self.expected)

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Where the values differ; the shapes must agree."""
        return ~_elements_agree(self.actual, self.expected)


def agree(actual: Numbers, expected: Numbers, *, rtol: float = RTOL) -> bool:
    """Whether two arrays have the same shape and the same values, within `rtol` of the largest expected one."""
    return actual.shape == expected.shape and bool(_elements_agree(actual, expected, rtol).all())


def split_parts(cases: Sequence[Case]) -> dict[str, list[Part]] | None:
    """Sort the numbers of all answers by their place in the answer.

    Args:
        cases: the calls.

    Returns:
        Dict from a place, such as "" for the whole answer or "item 1", to its `Part`s, one for each call that has it;
        None when some answer has another form than the expected one, or holds anything but numbers.
    """
    places: dict[str, list[Part]] = {}
    for case in cases:
        try:
            pairs = list(_pairs(case.actual, case.expected, ""))
        except (TypeError, ValueError, OverflowError):
            return None
        for place, actual, expected in pairs:
            places.setdefault(place, []).append(Part(case.inputs, actual, expected))
    return places


def _pairs(actual: object, expected: object, place: str) -> Iterator[tuple[str, Numbers, Numbers]]:
    if isinstance(expected, dict):
        if not isinstance(actual, dict) or set(actual) != set(expected):
            raise TypeError("another form")
        for key, value in expected.items():
            yield from _pairs(actual[key], value, f"{place}[{key!r}]" if place else f"[{key!r}]")
    elif isinstance(expected, (list, tuple)):
        if not isinstance(actual, (list, tuple)) or len(actual) != len(expected):
            raise TypeError("another form")
        for number, (one, other) in enumerate(zip(actual, expected, strict=True)):
            yield from _pairs(one, other, f"{place}, item {number}" if place else f"item {number}")
    else:
        yield place, as_numbers(actual), as_numbers(expected)


def as_numbers(value: object) -> Numbers:
    """Turn a number or an array of numbers into float64.

    Raises:
        TypeError: when it is anything else.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError("not numbers")
    return array.astype(np.float64)


def _elements_agree(actual: Numbers, expected: Numbers, rtol: float = RTOL) -> NDArray[np.bool_]:
    finite = np.isfinite(expected)
    scale = float(np.abs(expected[finite]).max(initial=0.0))
    both = finite & np.isfinite(actual)
    close = np.abs(np.where(both, actual, 0.0) - np.where(both, expected, 0.0)) <= 1e-12 + rtol * scale
    same = (np.isnan(actual) & np.isnan(expected)) | (np.isinf(expected) & (actual == expected))
    return np.where(both, close, same)
