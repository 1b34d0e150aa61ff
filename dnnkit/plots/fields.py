"""Samples in the plane on the field of what a judge believes about every place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 60  # places along each side of a field


def plot_fields(
    samples: Sequence[ArrayLike],
    real: ArrayLike,
    beliefs: Sequence[Callable[[np.ndarray], ArrayLike]],
    *,
    titles: Sequence[str],
    reach: float,
    alt: str | None = None,
) -> np.ndarray:
    """Draw points that were made, beside real ones, on the field of a judge's beliefs: one panel for each moment.

    Args:
        samples: P sets of points that were made, each of shape (N, 2).
        real: real points, shape (M, 2), the same in all panels.
        beliefs: P functions of points, shape (K, 2): how likely each is real, shape (K,), from 0 to 1.
        titles: title of each panel.
        reach: the panels run from -reach to reach in both directions.
        alt: alternative text; computed by default.

    Returns:
        Array of the P Axes.
    """
    real, count = np.asarray(real, dtype=np.float64), len(samples)
    axes = panels(count, width=3.3 * count + 0.4, height=3.6)
    ticks = np.linspace(-reach, reach, STEPS)
    places = np.stack(np.meshgrid(ticks, ticks), axis=2).reshape(-1, 2)
    for ax, points, believe, title in zip(axes, samples, beliefs, titles, strict=True):
        field = np.asarray(believe(places), dtype=np.float64).reshape(STEPS, STEPS)
        made = np.asarray(points, dtype=np.float64)
        _draw_field(ax, field, reach)
        ax.plot(*real.T, "x", color="#333333", markersize=3, alpha=0.6)
        ax.plot(*made.T, "o", color="black", markersize=2.6, markerfacecolor=COLOURS[1], markeredgewidth=0.4)
        ax.set(title=title, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
        describe(ax, alt or _describe_panel(made, field, np.asarray(believe(made), dtype=np.float64), reach))
    return axes


def _draw_field(ax: Axes, field: np.ndarray, reach: float) -> None:
    extent = (-reach, reach, -reach, reach)
    ax.imshow(field, cmap="RdBu", vmin=0, vmax=1, extent=extent, origin="lower", interpolation="bilinear", alpha=0.7)


def _describe_panel(made: np.ndarray, field: np.ndarray, believed: np.ndarray, reach: float) -> str:
    inside = np.mean(np.all(np.abs(made) <= reach, axis=1))
    middle, spread = made.mean(axis=0), made.std(axis=0)
    return (
        f"{len(made)} points that were made, {inside:.0%} inside, around ({middle[0]:.2g}, {middle[1]:.2g}) with "
        f"standard deviations {spread[0]:.2g} and {spread[1]:.2g}; the judge takes them for real with probability "
        f"{believed.mean():.2f}, all places with {field.mean():.2f}."
    )
