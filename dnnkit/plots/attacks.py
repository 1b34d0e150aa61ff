"""What small changes of a picture can do: the reach of each pixel, and a walk that is pulled back into its box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_reach(reaches: Mapping[str, tuple[ArrayLike, ArrayLike]], *, labels: Sequence[str], xlabel: str) -> np.ndarray:
    """Draw a bar for each pixel, from the least to the most that it can do: one panel for each kind of limit.

    Args:
        reaches: dict from the name of a kind of limit to its pair (lower ends, upper ends), each of shape (D,).
        labels: D short texts, one for each bar.
        xlabel: what the bars measure.

    Returns:
        Array of the Axes, one for each kind.
    """
    axes = panels(len(reaches), width=5.2 * len(reaches), height=0.42 * len(labels) + 1.2)
    places = np.arange(len(labels))
    for ax, (name, (low, high)) in zip(axes, reaches.items(), strict=True):
        low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        ax.barh(places, high - low, left=low, height=0.5, color=COLOURS[5], label="what it can do")
        ax.plot(low, places, "|", color=COLOURS[1], markersize=14, markeredgewidth=3, label="the lower end")
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set(title=name, xlabel=xlabel, yticks=places, yticklabels=labels)
        ax.invert_yaxis()
        bars = "; ".join(
            f"{label}: from {a + 0.0:.2g} to {b + 0.0:.2g}" for label, a, b in zip(labels, low, high, strict=True)
        )
        describe(ax, f"{xlabel}. {bars}. The lower ends add up to {low.sum():.2g}.")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    limits = [limit for ax in axes for limit in ax.get_xlim()]
    for ax in axes:
        ax.set_xlim(1.08 * min(limits), 1.08 * max(limits))
    return axes


def plot_projection(path: ArrayLike, first: ArrayLike, epsilon: float) -> Axes:
    """Draw a walk of two pixels whose steps are pulled back to the allowed pictures.

    Args:
        path: shape (2 K + 1, 2): the start, then for each of K steps where it leads and where it is pulled back to.
        first: the two pixels of the first picture, shape (2,).
        epsilon: how far each of them may go.

    Returns:
        The Axes: the first pixel to the right, the second one upwards.
    """
    from matplotlib.patches import Rectangle

    path, first = np.asarray(path, dtype=np.float64), np.asarray(first, dtype=np.float64)
    low, high = np.maximum(first - epsilon, 0.0), np.minimum(first + epsilon, 1.0)
    ax = panels(width=5.4, height=4.4)[0]
    ax.add_patch(Rectangle((0, 0), 1, 1, fill=False, color="0.5", linestyle="--", label="from 0 to 1"))
    ax.add_patch(Rectangle(tuple(low), *(high - low), color=COLOURS[5], alpha=0.35, label="allowed pictures"))
    ax.plot(*first, "o", color="black", label="first picture")
    pulled = 0
    for k, (start, end, back) in enumerate(zip(path[:-1:2], path[1::2], path[2::2], strict=True)):
        _arrow(ax, start, end, COLOURS[0], "a step" if k == 0 else None)
        if not np.allclose(end, back):
            _arrow(ax, end, back, COLOURS[1], None if pulled else "pulled back")
            pulled += 1
    ax.set(xlabel="first pixel", ylabel="second pixel", aspect="equal")
    ax.set(xlim=(low[0] - 0.12, high[0] + 0.12), ylim=(low[1] - 0.12, max(high[1], 1.0) + 0.12))
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    steps = len(path) // 2
    describe(
        ax,
        f"Two pixels start at ({first[0]:.2g}, {first[1]:.2g}). The allowed pictures are a box from {low[0]:.2g} to "
        f"{high[0]:.2g} and from {low[1]:.2g} to {high[1]:.2g}. Of {steps} steps, {pulled} leave it and are pulled "
        f"back; the walk ends at ({path[-1][0]:.2g}, {path[-1][1]:.2g}).",
    )
    return ax


def _arrow(ax: Axes, start: np.ndarray, end: np.ndarray, colour: str, label: str | None) -> None:
    ax.annotate("", tuple(end), tuple(start), arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.8})
    if label:
        ax.plot([], [], color=colour, label=label)
