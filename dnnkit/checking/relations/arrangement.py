"""A wrong answer that holds the right numbers in another shape or order, or another call's numbers."""

from collections.abc import Sequence

import numpy as np

from dnnkit.checking.relations.parts import Numbers, Part, agree, as_numbers


def find_shape(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say what the right values in a wrong shape have become; "" when the values differ, too."""
    if any(part.actual.shape == part.expected.shape or part.expected.size < 2 for part in failing):
        return ""
    if all(agree(part.actual.T, part.expected) for part in failing):
        return "is the transpose of what is expected"
    if all(_reshaped(part) for part in failing):
        first = failing[0]
        return f"holds the right values, but in shape {first.actual.shape} where {first.expected.shape} is expected"
    return ""


def find_order(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say in which other order the right values or rows come; "" when they are others."""
    if any(part.actual.shape != part.expected.shape or part.expected.ndim == 0 for part in failing):
        return ""
    rows = "rows" if failing[0].expected.ndim > 1 else "values"
    if all(part.expected.ndim == 2 and agree(part.actual.T, part.expected) for part in failing):
        return "is the transpose of what is expected"
    if all(agree(part.actual[::-1], part.expected) for part in failing):
        return f"holds the right {rows} in reverse order"
    if all(part.expected.ndim == 2 and agree(part.actual[:, ::-1], part.expected) for part in failing):
        return "holds the right columns in reverse order"
    if all(len(part.expected) > 2 and _same_rows(part) for part in failing):
        return f"holds the right {rows}, but in another order"
    return ""


def find_constant(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say that all failing parts are 0, not numbers, or an input as it was given."""
    if any(not np.any(part.expected) or part.expected.size == 0 for part in failing):
        return ""
    if all(part.actual.size and not np.any(part.actual) for part in failing):
        return "is 0 everywhere"
    if all(part.actual.size and np.isnan(part.actual).all() for part in failing):
        return "is not a number (nan) everywhere: is there a 0 / 0, or an inf - inf?"
    for name in failing[0].inputs:
        if all(_is_input(part, name) for part in failing):
            return f"is {name}, as it was given"
    return ""


def find_previous(parts: Sequence[Part]) -> str:
    """Say that each failing part is what the call before it should have given.

    Args:
        parts: all parts of one place, in the order of the calls.
    """
    failing = [number for number, part in enumerate(parts) if not part.right]
    before = [number for number in failing if number > 0 and _informative(parts[number - 1].expected)]
    if len(before) < 2 or len(before) < len(failing):
        return ""
    stale = all(agree(parts[number].actual, parts[number - 1].expected) for number in before)
    return "is the result of the call before it: is something kept between calls?" if stale else ""


def _informative(numbers: Numbers) -> bool:
    return numbers.size > 1 and bool(np.ptp(numbers) > 0)


def _reshaped(part: Part) -> bool:
    return part.actual.size == part.expected.size and agree(part.actual.reshape(part.expected.shape), part.expected)


def _same_rows(part: Part) -> bool:
    actual, expected = (numbers.reshape(len(numbers), -1) for numbers in (part.actual, part.expected))
    if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        return False
    # Rounding first: two rows that differ by rounding alone must be sorted alike.
    scale = float(np.abs(expected).max(initial=0.0)) or 1.0
    order = [np.lexsort(np.round(numbers / scale, 6).T) for numbers in (actual, expected)]
    return agree(actual[order[0]], expected[order[1]])


def _is_input(part: Part, name: str) -> bool:
    try:
        given = as_numbers(part.inputs[name])
    except (KeyError, TypeError, ValueError):
        return False
    return given.size > 1 and agree(part.actual, given)
