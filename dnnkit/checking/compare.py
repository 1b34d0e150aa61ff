"""Compare what a student's function returned with what was expected, in float64, and say where they differ."""

from dataclasses import dataclass
from typing import Any

import numpy as np

RTOL = 1e-6  # relative to the largest number that is expected


@dataclass(frozen=True)
class Difference:
    """The first thing that differs between two values.

    Attributes:
        kind: "type", "length", "shape", "finite" or "value".
        where: which part of the answer, such as "item 1"; empty for the whole.
        expected: short description of what was expected.
        got: short description of what was returned.
        index: position of the first differing element, for kind "finite" and "value".
        count: (number of differing elements, number of elements), for kind "finite" and "value".
    """

    kind: str
    where: str
    expected: str
    got: str
    index: tuple[int, ...] | None = None
    count: tuple[int, int] | None = None

    def sentence(self, *, reveal: bool = False) -> str:
        """Say the difference in one sentence.

        Args:
            reveal: also give the two numbers at the first difference; never for hidden checks.
        """
        part = f"{self.where}: " if self.where else ""
        if self.count is not None:  # for "finite" and "value"
            differing, total = self.count
            place = f", the first at {list(self.index)}" if self.index and total > 1 else ""
            wrong = "not finite" if self.kind == "finite" else "wrong"
            numbers = f": expected {self.expected}, got {self.got}" if reveal else ""
            if total == 1:
                return f"{part}the value is {wrong}{numbers}."
            return f"{part}{differing} of {total} values {'is' if differing == 1 else 'are'} {wrong}{place}{numbers}."
        return f"{part}expected {self.expected}, got {self.got}."


def difference(
    actual: object,
    expected: object,
    *,
    rtol: float = RTOL,
    atol: float = 1e-12,
    strict_shape: bool = True,
    each: bool = False,
    where: str = "",
) -> Difference | None:
    """Find the first difference between two plain values.

    Numbers are compared in float64; an element is right when it is within `atol + rtol * max|expected|`.
    float32, float64, NumPy scalars and 0-d arrays are all welcome where numbers are expected, a list of numbers where a
    vector is. Where an array of two axes or more is expected, a list of lists is not: code that goes on with it fails.

    Args:
        actual: what was returned; any plain value.
        expected: what was expected; a number, array, string, bool, None, or a list, tuple or dict of those.
        rtol: tolerance relative to the largest expected magnitude.
        atol: absolute tolerance.
        strict_shape: when False, shapes may differ by axes of length 1, as (N,) and (N, 1) do.
        each: the tolerance is relative to each expected number, not to the largest.
        where: name of the part that is compared, for the message.

    Returns:
        A `Difference`, or None when the values agree.
    """
    options = {"rtol": rtol, "atol": atol, "strict_shape": strict_shape, "each": each}
    if expected is None or isinstance(expected, (str, bool)):
        alike = type(actual) is type(expected)
        got = repr(actual)[:80] if alike else describe(actual)
        return None if alike and actual == expected else Difference("type", where, repr(expected), got)
    if isinstance(expected, dict):
        return _dict_difference(actual, expected, options, where)
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(actual, expected, options, where)
    return _number_difference(actual, expected, options, where)


def beside(actual: Any, expected: Any, *, rtol: float = RTOL, atol: float = 1e-12) -> Any:
    """Write what was returned as what was expected is written: in its order, and with its right numbers.

    Right numbers may differ by rounding, such as 1e-17 and 0; shown so, they would look wrong.

    Args:
        actual: what was returned; any plain value.
        expected: what was expected; any plain value.
        rtol: tolerance relative to the largest expected magnitude.
        atol: absolute tolerance.

    Example:
        >>> beside({"b": 2.0, "a": [1e-17, 3.0]}, {"a": [0, 4], "b": 2})
        {'a': [0, 3.0], 'b': 2}
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        order = [key for key in expected if key in actual] + [key for key in actual if key not in expected]
        return {key: beside(actual[key], expected.get(key), rtol=rtol, atol=atol) for key in order}
    if isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple)) and len(actual) == len(expected):
        items = [beside(*pair, rtol=rtol, atol=atol) for pair in zip(actual, expected, strict=True)]
        return tuple(items) if isinstance(actual, tuple) else items
    if isinstance(expected, (bool, str, dict)) or expected is None:
        return actual
    try:
        got, want = _as_numbers(actual), _as_numbers(expected)
    except (TypeError, ValueError, OverflowError):
        return actual
    if got.shape != want.shape or isinstance(actual, (bool, list, tuple)):
        return actual
    same = _are_right(got, want, rtol=rtol, atol=atol, each=False)
    if same.all():
        return expected
    return np.where(same, want, got) if got.ndim else actual


def describe(value: object) -> str:
    """Describe a value in a few words: its type and shape, or the number itself.

    Example:
        >>> describe(np.zeros((2, 3)))
        'an array of shape (2, 3)'
    """
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, (bool, str)):
        return repr(value)[:80]
    if isinstance(value, (int, float)):
        return format_number(value)
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, dict):
        return f"a dict with keys {list(value)}"[:80]
    shape = getattr(value, "shape", None)
    if shape is None:
        return f"an object of type {type(value).__name__}"
    if len(shape) == 0 and isinstance(value, (np.ndarray, np.generic)):
        return format_number(value)
    return f"an array of shape {tuple(shape)}"


def format_number(value: Any) -> str:
    """Write a number so that people can read it: at most six significant digits."""
    try:
        number = float(value)
    except OverflowError:
        return "an integer of more than 300 digits"
    return str(int(number)) if number.is_integer() and abs(number) < 1e6 else f"{number:.6g}"


def _as_numbers(value):
    if isinstance(value, (str, bytes, dict)) or value is None:
        raise TypeError("not numbers")
    array = np.asarray(float(value) if type(value) is int else value)
    if array.dtype.kind not in "biuf":
        raise TypeError("not numbers")
    return array.astype(np.float64)


def _dict_difference(actual, expected, options, where):
    if not isinstance(actual, dict) or set(actual) != set(expected):
        return Difference("type", where, f"a dict with keys {list(expected)}", describe(actual))
    for key, value in expected.items():
        part = f"{where}[{key!r}]" if where else f"{key}"
        found = difference(actual[key], value, where=part, **options)
        if found:
            return found
    return None


def _sequence_difference(actual, expected, options, where):
    name = "tuple" if isinstance(expected, tuple) else "list"
    wanted = f"a {name} of {len(expected)} items"
    if isinstance(actual, np.ndarray) and actual.ndim > 0 and name == "list":
        actual = list(actual)
    if not isinstance(actual, (list, tuple)):
        return Difference("type", where, wanted, describe(actual))
    if len(actual) != len(expected):
        return Difference("length", where, wanted, describe(actual))
    for position, (got, want) in enumerate(zip(actual, expected, strict=True)):
        part = f"{where}, item {position}" if where else f"item {position}"
        found = difference(got, want, where=part, **options)
        if found:
            return found
    return None


def _number_difference(actual, expected, options, where):
    if isinstance(actual, (list, tuple)) and np.ndim(expected) > 1:
        return Difference("type", where, describe(expected), f"{describe(actual)}: np.array(...) makes an array of it")
    try:
        arrays = _as_numbers(actual), _as_numbers(expected)
    except (TypeError, ValueError, OverflowError):
        return Difference("type", where, describe(expected), describe(actual))
    return _array_difference(*arrays, where, **options)


def _array_difference(actual, expected, where, *, rtol, atol, strict_shape, each):
    if actual.shape != expected.shape:
        squeezed = tuple(n for n in actual.shape if n != 1) == tuple(n for n in expected.shape if n != 1)
        if strict_shape or not squeezed:
            shapes = [f"shape {a.shape}" if a.ndim else "a single number" for a in (expected, actual)]
            return Difference("shape", where, *shapes)
        actual = actual.reshape(expected.shape)
    if expected.size == 0:
        return None
    same = _are_right(actual, expected, rtol=rtol, atol=atol, each=each)
    if same.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~same)[0])
    kind = "finite" if np.isfinite(expected[index]) and not np.isfinite(actual[index]) else "value"
    count = (int((~same).sum()), int(same.size))
    return Difference(kind, where, *_told_apart(expected[index], actual[index]), index, count)


def _are_right(actual, expected, *, rtol, atol, each):
    """Say of each number of an array whether it is right."""
    finite = np.isfinite(expected)
    scale = np.max(np.abs(expected[finite])) if finite.any() else 0.0
    if each:
        scale = np.abs(np.where(finite, expected, 0.0))
    both = finite & np.isfinite(actual)
    error = np.abs(np.where(both, actual, 0.0) - np.where(both, expected, 0.0))
    return np.where(both, error <= atol + rtol * scale, _same_nonfinite(actual, expected))


def _told_apart(expected, actual):
    """Write two numbers that differ with as many digits as it takes to see it, at least six."""
    texts = format_number(expected), format_number(actual)
    return texts if texts[0] != texts[1] else (f"{expected:.12g}", f"{actual:.12g}")


def _same_nonfinite(actual, expected):
    return (np.isnan(actual) & np.isnan(expected)) | (np.isinf(expected) & (actual == expected))
