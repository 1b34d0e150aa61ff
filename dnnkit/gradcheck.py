"""Check gradients against central differences: float64, every element by itself and all together."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray


class GradientMismatch(AssertionError):
    """An analytic gradient disagrees with the numerical one."""


def numerical_gradient(
    f: Callable[[NDArray[np.float64]], ArrayLike], x: ArrayLike, h: float = 1e-5
) -> NDArray[np.float64]:
    """Approximate the gradient of a scalar function by central differences.

    Args:
        f: function of an array like x that returns one number; it must not change its input.
        x: where to take the gradient; a number or an array of any shape.
        h: step, absolute; 1e-5 balances the error of the formula (h^2) against rounding (1e-16 / h).

    Returns:
        Array of x's shape, float64: entry i is (f(x + h e_i) - f(x - h e_i)) / (2 h).

    Example:
        >>> numerical_gradient(lambda x: np.sum(x**2), np.array([1.0, -3.0])).round(6)
        array([ 2., -6.])
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        gradient[index] = _central_difference(f, x, index, h)
    return gradient


def gradient_error(analytic: ArrayLike, numeric: ArrayLike) -> float:
    """Measure how far two gradients are apart, relative to their size.

    Args:
        analytic: the gradient from a formula, any shape.
        numeric: the gradient from `numerical_gradient`, same shape.

    Returns:
        ||analytic - numeric|| / (||analytic|| + ||numeric||), between 0 and 1; 0 when both are zero.
        Right gradients reach about 1e-8; 1e-4 and more is a mistake. One number for all entries can hide a wrong one
        beside many right or much larger ones; `check_gradient` looks at each.
    """
    analytic, numeric = np.asarray(analytic, dtype=np.float64), np.asarray(numeric, dtype=np.float64)
    if analytic.shape != numeric.shape:
        raise ValueError(
            f"gradient_error got gradients of different shapes. Expected {numeric.shape}, the shape of the input. "
            f"Got {analytic.shape}. Is a transpose or a sum over the wrong axis the cause?"
        )
    size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic - numeric) / size) if size else 0.0


def check_gradient(
    f: Callable[[NDArray[np.float64]], ArrayLike],
    x: ArrayLike,
    analytic: ArrayLike,
    *,
    h: float = 1e-5,
    tolerance: float | None = None,
) -> float:
    """Raise an error when an analytic gradient disagrees with central differences, as a whole or in one entry.

    Over all: `gradient_error` is at most the tolerance (at most 0.001 where rounding explains the rest, so half a
    percent is always seen). In each entry: |analytic - numeric| exceeds rounding by at most the tolerance times
    |analytic| + |numeric|; an entry that fails is measured again with other steps, and passes if those disagree among
    themselves as much. So a single wrong entry is found however many right ones, or however much larger ones, stand
    beside it, as long as its fault is larger than what rounding does to central differences, which is measured.

    Args:
        f: function of an array like x that returns one number; it must compute in float64.
        x: where to check; any shape, no step of h may cross a kink of f.
        analytic: the gradient to check, x's shape.
        h: step of the central differences.
        tolerance: largest relative error that passes. By default 1e-6, and 1e-4 for a gradient of dtype float32, in
            which rounding may also cost each entry 4e-6 of the largest.

    Returns:
        The `gradient_error`.

    Raises:
        GradientMismatch: says how far off the gradient is and which entry is worst.
    """
    single = np.asarray(analytic).dtype == np.float32
    tolerance = (1e-4 if single else 1e-6) if tolerance is None else tolerance
    numeric = numerical_gradient(f, x, h)
    error = gradient_error(analytic, numeric)
    analytic = np.asarray(analytic, dtype=np.float64)
    rounding = _noise(f, np.array(x, dtype=np.float64), h) / h
    rounding += (4e-6 if single else 7e-15) * np.abs(numeric).max(initial=0.0)
    _judge(f, x, analytic, numeric, error, rounding, tolerance, h)
    return error


def _judge(f, x, analytic, numeric, error, rounding, tolerance, h):
    gap, size = np.abs(analytic - numeric), np.linalg.norm(analytic) + np.linalg.norm(numeric)
    excess = _excess(f, x, gap, tolerance * (np.abs(analytic) + np.abs(numeric)) + rounding, numeric, h)
    explained = bool(np.linalg.norm(np.maximum(gap - rounding, 0.0)) <= tolerance * size)
    if not excess.any() and (error <= tolerance or (explained and error <= 1e-3)):
        return
    gap = excess if excess.any() else gap
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(gap), gap.shape))
    cause = "" if excess.any() or not explained else " f is so large that rounding hides the gradient: is it a sum?"
    raise GradientMismatch(
        f"gradient is wrong. Expected a relative error of at most {tolerance:g}, over all and in each entry. "
        f"Got {error:.3g} over all; the worst entry is {list(worst)}: formula {analytic[worst]:.6g}, "
        f"central differences {numeric[worst]:.6g}.{cause}"
    )


def _excess(f, x, gap, allowed, numeric, h):
    """How many times what is allowed the gap of each entry is; 0 where it is within."""
    excess = np.zeros(gap.shape)
    for index in map(tuple, np.argwhere(~(gap <= allowed))):
        others = [_central_difference(f, np.array(x, dtype=np.float64), index, step * h) for step in (0.5, 2.0, 4.0)]
        limit = allowed[index] + 4.0 * np.abs(np.array(others) - numeric[index]).max()
        if not gap[index] <= limit:
            excess[index] = gap[index] / limit if np.isfinite(gap[index]) and limit > 0.0 else np.inf
    return excess


def _noise(f, x, h):
    """How far off rounding makes f, at worst: fourth differences over tiny steps, in which a smooth f has no part.

    Reference: Moré and Wild 2011, Estimating computational noise.
    """
    direction = np.random.default_rng(0).normal(size=x.shape)
    values = np.array([_as_number(f(x + k * h / 100 * direction)) for k in range(16)])
    spread = np.median(np.abs(np.diff(values, 4))) / np.sqrt(70) / 0.6745  # 70: sum of the squares of 1 4 6 4 1
    return 8.0 * spread + 5e-16 * np.abs(values[0])


def _central_difference(f, x, index, h):
    """(f(x + h e_i) - f(x - h e_i)) / (2 h) for the entry i = index."""
    values = []
    for step in (h, -h):
        moved = x.copy()
        moved[index] += step
        values.append(_as_number(f(moved)))
    return (values[0] - values[1]) / (2.0 * h)


def _as_number(value):
    array = np.asarray(value, dtype=np.float64)
    if array.size != 1:
        raise ValueError(
            f"numerical_gradient needs a function that returns one number. Expected a single number. "
            f"Got shape {array.shape}. Is a sum or a mean missing?"
        )
    return float(array.reshape(()))
