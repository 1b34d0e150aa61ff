"""A wrong answer that is right but for some places: a row, a column, a border, negative or large inputs."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dnnkit.checking.relations.parts import Numbers, Part, as_numbers

Mask = NDArray[np.bool_]
MOST_COLUMNS = 9  # columns that are looked at one by one
Region = Callable[[Part], "Mask | None"]


def find_place(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say where alone the failing parts are wrong; "" when no region fits.

    A region fits when every failing part is wrong in all of it and nowhere else, and no part that is right has it.
    """
    if any(part.actual.shape != part.expected.shape or part.wrong.all() for part in failing):
        return ""
    for name, region in _regions(failing[0]):
        if all(_fits(region(part), part.wrong) for part in failing) and not any(_has(region, part) for part in passing):
            return f"is right but {name}"
    return _large(failing, passing)


def _fits(region: Mask | None, wrong: Mask) -> bool:
    return region is not None and bool(np.array_equal(region, wrong))


def _has(region: Region, part: Part) -> bool:
    """Whether a part that is right has some of the region."""
    mask = region(part)
    return mask is not None and bool(mask.any())


def _regions(part: Part) -> Iterator[tuple[str, Region]]:
    """List regions by name, the simplest first; for arrays of the part's number of axes."""
    axes = part.expected.ndim
    rows = "row" if axes > 1 else "value"
    if axes:
        yield f"for the last {rows}", partial(_slice, 0, -1)
        yield f"for the first {rows}", partial(_slice, 0, 0)
    if axes == 2:
        yield "for the last column", partial(_slice, 1, -1)
        yield "for the first column", partial(_slice, 1, 0)
        yield "for the diagonal", _diagonal
        for number in range(1, min(part.expected.shape[1] - 1, MOST_COLUMNS)):
            yield f"for column {number}", partial(_slice, 1, number)
    if axes in (2, 4):
        yield "for the border", _border
    for name in part.inputs:
        yield f"where {name} is negative", partial(_where, name, _negative)
        yield f"where {name} is 0", partial(_where, name, _zero)
        yield f"where {name} is positive", partial(_where, name, _positive)


def _negative(values: Numbers) -> Mask:
    return values < 0


def _zero(values: Numbers) -> Mask:
    return values == 0


def _positive(values: Numbers) -> Mask:
    return values > 0


def _diagonal(part: Part) -> Mask | None:
    rows, columns = part.expected.shape if part.expected.ndim == 2 else (0, 0)
    return np.arange(rows)[:, None] == np.arange(columns)[None, :] if rows else None


def _slice(axis: int, index: int, part: Part) -> Mask | None:
    shape = part.expected.shape
    if axis >= len(shape) or not -shape[axis] <= index < shape[axis] or shape[axis] < 2:
        return None
    mask = np.zeros(shape, dtype=bool)
    mask[(slice(None),) * axis + (index,)] = True
    return mask


def _border(part: Part) -> Mask | None:
    """The outermost values of pictures, shape (H, W) or (N, H, W, C)."""
    shape = part.expected.shape
    height, width = shape if len(shape) == 2 else shape[1:3] if len(shape) == 4 else (0, 0)
    if min(height, width) < 3:
        return None
    mask = np.ones((height, width), dtype=bool)
    mask[1:-1, 1:-1] = False
    return mask if len(shape) == 2 else np.broadcast_to(mask[None, :, :, None], shape)


def _where(name: str, holds: Callable[[Numbers], Mask], part: Part) -> Mask | None:
    given = _like(name, part)
    return None if given is None else holds(given)


def _like(name: str, part: Part) -> Numbers | None:
    """An input of the same shape as the result, as numbers; None when there is no such input."""
    try:
        given = as_numbers(part.inputs[name])
    except (KeyError, TypeError, ValueError):
        return None
    return given if given.shape == part.expected.shape and given.size > 1 else None


def _large(failing: Sequence[Part], passing: Sequence[Part]) -> str:
    """Say that parts are wrong exactly where an input of the same shape is large, or near 0; "" when they are not."""
    for name in failing[0].inputs:
        wrong, right = [], []
        for part in (*failing, *passing):
            given = _like(name, part)
            if given is None:
                break
            wrong.append(np.abs(given)[part.wrong])
            right.append(np.abs(given)[~part.wrong])
        else:
            bad, good = np.concatenate(wrong), np.concatenate(right)
            if bad.size and good.size > 1 and bad.min() > good.max():
                return f"is right but for large values of {name}"
            if bad.size and good.size > 1 and bad.max() < good.min():
                return f"is right but for values of {name} near 0"
    return ""
