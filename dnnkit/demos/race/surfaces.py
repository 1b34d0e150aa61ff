"""Losses of two weights to walk on, for the optimizer race."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Surface:
    """A loss of two weights.

    Attributes:
        height: function from weights, shape (2, ...), to losses, shape (...); the lowest is 0.
        slope: function from weights, shape (2, ...), to gradients of the same shape.
        start: where the walk begins.
        window: left, right, bottom and top edge of what is shown.
        lowest: places of the minima.
        shake: matrix that turns independent noise into the noise of this surface's gradient, shape (2, 2).
    """

    height: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    slope: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    start: tuple
    window: tuple
    lowest: tuple
    shake: np.ndarray


def _pair(x, y):
    """Stack two arrays of one shape; `np.stack` would take longer than all the rest of a slope."""
    both = np.empty((2, *np.shape(x)))
    both[0], both[1] = x, y
    return both


def _bowl(condition, turn, noisy):
    angle = np.radians(turn)
    axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    (a, b), (_, c) = axes @ np.diag([1.0, condition]) @ axes.T
    start = tuple(map(float, np.round(axes @ [-2.0, 1.0], 3)))
    # a minibatch's gradient is noisier where the loss curves more: its covariance is taken to be the curvature
    shake = axes @ np.diag([1.0, np.sqrt(condition)]) if noisy else np.zeros((2, 2))

    def height(w):
        return 0.5 * (a * w[0] ** 2 + c * w[1] ** 2) + b * w[0] * w[1]

    def slope(w):
        return _pair(a * w[0] + b * w[1], b * w[0] + c * w[1])

    return Surface(height, slope, start, (-2.6, 2.6, -1.9, 1.9), ((0.0, 0.0),), shake)


def _rosenbrock():
    def height(w):
        return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2

    def slope(w):
        rest = w[1] - w[0] ** 2
        return _pair(2 * (w[0] - 1) - 400 * w[0] * rest, 200 * rest)

    return height, slope, (-1.2, 1.0), (-2.0, 2.0, -0.7, 1.8), ((1.0, 1.0),)


def _saddle():
    def height(w):
        return w[0] ** 2 / 2 + (w[1] ** 2 - 1) ** 2 / 4

    def slope(w):
        return _pair(w[0], w[1] * (w[1] * w[1] - 1))

    return height, slope, (-1.5, 0.01), (-2.0, 2.0, -1.6, 1.6), ((0.0, 1.0), (0.0, -1.0))


def _cliff():
    def parts(w):
        return np.exp(-((w[0] + 1.2) ** 2 + w[1] ** 2) / 2), 0.5 + 0.5 * np.tanh(6 * (w[0] - 0.6))

    def height(w):
        hollow, wall = parts(w)
        return 0.5 * (1 - hollow) + wall

    def slope(w):
        hollow, wall = parts(w)
        return _pair(0.5 * (w[0] + 1.2) * hollow + 12 * wall * (1 - wall), 0.5 * w[1] * hollow)

    return height, slope, (2.2, 0.8), (-3.2, 3.2, -2.0, 2.0), ((-1.2, 0.0),)


def _beale():
    def parts(w):
        x, y = w
        square = y * y
        return 1.5 - x + x * y, 2.25 - x + x * square, 2.625 - x + x * square * y

    def height(w):
        return sum(part**2 for part in parts(w))

    def slope(w):
        (x, y), (p, q, r) = w, parts(w)
        square = y * y
        across = p * (y - 1) + q * (square - 1) + r * (square * y - 1)
        return _pair(2 * across, 2 * x * (p + 2 * q * y + 3 * r * square))

    return height, slope, (0.6, 1.6), (-0.5, 4.2, -1.2, 2.0), ((3.0, 0.5),)


FIXED: dict[str, Callable[[], Any]] = {
    "Rosenbrock": _rosenbrock,
    "saddle": _saddle,
    "plateau and cliff": _cliff,
    "Beale": _beale,
}
SURFACES = ("ravine", "noisy quadratic", *FIXED)


@lru_cache(maxsize=64)
def surface(name: str, condition: float = 20.0, turn: float = 0.0) -> Surface:
    """Make a surface; condition number and turn (in degrees) matter for "ravine" and "noisy quadratic" only."""
    if name in FIXED:
        height, slope, start, window, lowest = FIXED[name]()
        return Surface(height, slope, start, window, lowest, np.zeros((2, 2)))
    return _bowl(condition, turn, name == "noisy quadratic")


@lru_cache(maxsize=64)
def bands(
    name: str, condition: float = 20.0, turn: float = 0.0, rows: int = 70, columns: int = 110
) -> NDArray[np.float64]:
    """Say in which of ten bands of height every place of the window lies, shape (rows, columns), top row first."""
    ground = surface(name, condition, turn)
    left, right, bottom, top = ground.window
    grid = np.stack(np.meshgrid(np.linspace(left, right, columns), np.linspace(top, bottom, rows)))
    heights = ground.height(grid)
    scaled = np.log(heights + 0.02 * np.median(heights))
    share = (scaled - scaled.min()) / (scaled.max() - scaled.min())
    return np.minimum(np.floor(10 * share), 9)
