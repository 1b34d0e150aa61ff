"""What a classifier of points in the plane says where."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import COLOURS, MARKERS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_decision_boundary(
    predict: Callable[[np.ndarray], ArrayLike],
    X: ArrayLike,
    y: ArrayLike,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> Axes:
    """Draw where a classifier of points in the plane says 0 and 1, and the points.

    Args:
        predict: function from points, shape (M, 2), to probabilities of class 1, shape (M,).
        X: points, shape (N, 2).
        y: their classes 0 or 1, shape (N,).
        ax: where to draw; a figure of its own by default.
        title: title of the Axes.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    ax = panels()[0] if ax is None else ax
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y).ravel()
    _shade(ax, predict, X)
    _draw_points(ax, X, y)
    ax.set(title=title or "")
    share = np.mean((_probabilities(predict, X) > 0.5) == (y == 1))
    describe(
        ax,
        alt
        or f"{len(X)} points of two classes and the line where the probability is one half; "
        f"{share:.0%} of the points lie on the side of their class.",
    )
    return ax


def _shade(ax: Axes, predict: Callable[[np.ndarray], ArrayLike], X: np.ndarray) -> None:
    """Shade the plane by the probability of class 1, around the points, and draw the line of one half."""
    from matplotlib.colors import LinearSegmentedColormap

    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    across, up = np.meshgrid(np.linspace(low[0], high[0], 150), np.linspace(low[1], high[1], 150))
    probs = _probabilities(predict, np.stack([across.ravel(), up.ravel()], axis=1)).reshape(across.shape)
    shades = LinearSegmentedColormap.from_list("classes", [COLOURS[0], "#ffffff", COLOURS[1]])
    ax.pcolormesh(across, up, probs, cmap=shades, vmin=0, vmax=1, alpha=0.5, shading="nearest", rasterized=True)
    if probs.min() < 0.5 < probs.max():
        ax.contour(across, up, probs, levels=[0.5], colors="black", linewidths=1.5)


def _draw_points(ax: Axes, X: np.ndarray, y: np.ndarray) -> None:
    for k in (0, 1):
        first, second = X[y == k].T
        ax.scatter(
            first, second, c=COLOURS[k], marker=MARKERS[k], s=22, edgecolors="white", linewidths=0.6, label=f"y = {k}"
        )
    ax.set(xlabel="first feature", ylabel="second feature", aspect="equal")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, frameon=False)  # points may lie anywhere above


def _probabilities(predict: Callable[[np.ndarray], ArrayLike], points: np.ndarray) -> np.ndarray:
    probs = np.asarray(predict(points), dtype=np.float64)
    if probs.size != len(points):
        raise ValueError(
            f"predict returned the wrong number of probabilities. Expected {len(points)}, one for each point. "
            f"Got shape {probs.shape}. Does it return one number for each row of its input?"
        )
    return probs.ravel()
