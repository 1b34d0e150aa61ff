"""A wrong answer that is the right one times a factor, or plus a shift, or rounded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from dnnkit.checking.relations.parts import Part, agree

Quantity = Callable[[Part], float | None]
FEW_DIGITS = range(2, 6)  # significant digits to which a rounded answer may agree


def find_factor(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say by which factor all failing parts differ: a number, or a size or setting of the inputs; "" if by none."""
    factors = [_factor(part) for part in failing]
    if any(factor is None for factor in factors) or sum(np.count_nonzero(part.expected) for part in failing) < 2:
        return ""
    known = [float(factor) for factor in factors if factor is not None]
    named = [name for name, value in _quantities(failing[0].inputs) if _explains(value, failing, passing, known)]
    constant = all(np.isclose(factor, known[0], rtol=1e-5) for factor in known)
    if constant and np.isclose(known[0], -1.0):
        return "has the opposite sign"
    if constant and named:
        return f"is {known[0]:.4g} times what is expected, and {known[0]:.4g} is {named[0]}"
    if constant and not any(_counts(part) for part in passing):
        return f"is {known[0]:.4g} times what is expected"
    return f"is what is expected times {named[0]}" if named else ""


def find_shift(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say by how much all failing parts are shifted; "" if not by the same number everywhere."""
    if any(part.actual.shape != part.expected.shape or not _finite(part) for part in failing):
        return ""
    shifts = np.concatenate([(part.actual - part.expected).ravel() for part in failing])
    scale = max(1e-12, *(float(np.abs(part.expected).max(initial=0.0)) for part in failing))
    if shifts.size < 3 or np.ptp(shifts) > 1e-5 * max(scale, abs(float(shifts[0]))) or any(map(_counts, passing)):
        return ""
    return f"is {'larger' if shifts[0] > 0 else 'smaller'} than expected by {abs(float(shifts[0])):.4g} everywhere"


def find_rounding(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say to how many decimals or digits the failing parts agree; "" if they do not, or agree too well."""
    if any(part.actual.shape != part.expected.shape or not _finite(part) for part in failing):
        return ""
    for decimals in range(7):
        if all(np.allclose(part.actual, np.round(part.expected, decimals), rtol=0, atol=1e-12) for part in failing):
            whole = "whole numbers" if decimals == 0 else f"{decimals} decimal{'s' if decimals > 1 else ''}"
            return f"is right, but rounded to {whole}"
    worst = max(float(np.abs(p.actual - p.expected).max() / np.abs(p.expected).max(initial=1e-300)) for p in failing)
    digits = int(-np.log10(worst)) if 0 < worst < 1 else 0
    return f"agrees with the right one to about {digits} digits, but not further" if digits in FEW_DIGITS else ""


def _factor(part: Part) -> float | None:
    """The factor of one part, or None when there is none or any would do."""
    actual, expected = part.actual, part.expected
    if actual.shape != expected.shape or not _finite(part) or not np.any(expected):
        return None
    factor = float((actual * expected).sum() / (expected * expected).sum())
    return factor if factor != 0.0 and agree(actual, factor * expected) else None


def _finite(part: Part) -> bool:
    return bool(np.isfinite(part.actual).all() and np.isfinite(part.expected).all())


def _counts(part: Part) -> bool:
    """Whether a part that is right speaks against a factor or shift: some of its numbers are not 0."""
    return bool(np.any(part.expected))


def _quantities(inputs: Mapping[str, object]) -> Iterator[tuple[str, Quantity]]:
    """List what a factor may be: sizes of the inputs' axes and plain numbers among them, and one divided by these."""
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            for axis in range(value.ndim):
                what = _size_name(name, axis, value.ndim)
                yield what, partial(_size, name, axis)
                yield f"1 / ({what})", partial(_inverse, partial(_size, name, axis))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, partial(_number, name)
            yield f"1 / {name}", partial(_inverse, partial(_number, name))
            yield f"(1 - {name})", partial(_complement, partial(_number, name))


def _size_name(name: str, axis: int, axes: int) -> str:
    if axes == 1:
        return f"the length of {name}"
    return f"the number of {('rows', 'columns')[axis]} of {name}" if axes == 2 else f"the size of axis {axis} of {name}"


def _size(name: str, axis: int, part: Part) -> float | None:
    value = part.inputs.get(name)
    return float(value.shape[axis]) if isinstance(value, np.ndarray) and axis < value.ndim else None


def _number(name: str, part: Part) -> float | None:
    value = part.inputs.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _inverse(quantity: Quantity, part: Part) -> float | None:
    number = quantity(part)
    return 1.0 / number if number else None


def _complement(quantity: Quantity, part: Part) -> float | None:
    number = quantity(part)
    return None if number is None else 1.0 - number


def _explains(value: Quantity, failing: Sequence[Part], passing: Sequence[Part], factors: Sequence[float]) -> bool:
    """Whether a quantity equals the factor of every failing part, and is 1 for every part that is right."""
    sizes = [value(part) for part in failing]
    if any(size is None or not np.isclose(size, factor) for size, factor in zip(sizes, factors, strict=True)):
        return False
    others = [value(part) for part in passing if _counts(part)]
    return all(other is not None and np.isclose(other, 1.0) for other in others)
