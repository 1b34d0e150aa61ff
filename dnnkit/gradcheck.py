"""Check gradients against central differences: float64, every element, one relative number."""

import numpy as np


class GradientMismatch(AssertionError):
    """An analytic gradient disagrees with the numerical one."""


def numerical_gradient(f, x, h=1e-5):
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
        values = []
        for step in (h, -h):
            moved = x.copy()
            moved[index] += step
            values.append(_as_number(f(moved)))
        gradient[index] = (values[0] - values[1]) / (2.0 * h)
    return gradient


def gradient_error(analytic, numeric):
    """Measure how far two gradients are apart, relative to their size.

    Args:
        analytic: the gradient from a formula, any shape.
        numeric: the gradient from `numerical_gradient`, same shape.

    Returns:
        ||analytic - numeric|| / (||analytic|| + ||numeric||), between 0 and 1; 0 when both are zero.
        Right gradients reach about 1e-8; 1e-4 and more is a mistake.
    """
    analytic, numeric = np.asarray(analytic, dtype=np.float64), np.asarray(numeric, dtype=np.float64)
    if analytic.shape != numeric.shape:
        raise ValueError(
            f"gradient_error got gradients of different shapes. Expected {numeric.shape}, the shape of the input. "
            f"Got {analytic.shape}. Is a transpose or a sum over the wrong axis the cause?"
        )
    size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic - numeric) / size) if size else 0.0


def check_gradient(f, x, analytic, *, h=1e-5, tolerance=1e-6):
    """Raise an error when an analytic gradient disagrees with central differences.

    Args:
        f: function of an array like x that returns one number.
        x: where to check; any shape.
        analytic: the gradient to check, x's shape.
        h: step of the central differences.
        tolerance: largest `gradient_error` that passes.

    Returns:
        The error, a number at most `tolerance`.

    Raises:
        GradientMismatch: says how far off the gradient is and which entry is worst.
    """
    numeric = numerical_gradient(f, x, h)
    error = gradient_error(analytic, numeric)
    if error <= tolerance:
        return error
    gap = np.abs(np.asarray(analytic, dtype=np.float64) - numeric)
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(gap), gap.shape))
    raise GradientMismatch(
        f"gradient is wrong. Expected a relative error of at most {tolerance:g}. Got {error:.3g}; the worst entry is "
        f"{list(worst)}: formula {np.asarray(analytic)[worst]:.6g}, central differences {numeric[worst]:.6g}."
    )


def _as_number(value):
    array = np.asarray(value, dtype=np.float64)
    if array.size != 1:
        raise ValueError(
            f"numerical_gradient needs a function that returns one number. Expected a single number. "
            f"Got shape {array.shape}. Is a sum or a mean missing?"
        )
    return float(array.reshape(()))
