"""Curves: a loss after each epoch, and anything over anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import COLOURS, LINES, MARKERS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

Curves = dict[str, np.ndarray]

INKS = (*COLOURS[:4], "#000000", "#B47A00", "#3C95CC", "#7A7A7A")  # for thin lines: the lightest colours, darkened
DASHES = ("-", "--", "-.", ":", (0, (7, 1.5)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 2.5)), (0, (9, 3, 2, 3)))


def plot_losses(
    losses: ArrayLike,
    *,
    ax: Axes | None = None,
    label: str | None = None,
    reference: float | tuple[float, str] | None = None,
    alt: str | None = None,
) -> Axes:
    """Draw a loss after each epoch.

    Args:
        losses: shape (num_epochs,).
        ax: where to draw; a figure of its own by default. Several curves on one Axes get different looks.
        label: name of the curve, for the legend.
        reference: a number to compare with, or the pair (number, name); a dashed horizontal line.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    from matplotlib.ticker import MaxNLocator

    ax = panels()[0] if ax is None else ax
    losses = np.asarray(losses, dtype=np.float64).ravel()
    epochs = np.arange(1, len(losses) + 1)
    k = sum(line.get_gid() == "losses" for line in ax.lines)
    style: dict[str, Any] = {"color": COLOURS[k % 7], "linestyle": LINES[k % 4], "marker": MARKERS[k % 8]}
    ax.plot(epochs, losses, label=label, gid="losses", markersize=4, markevery=max(1, len(losses) // 12), **style)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(alpha=0.3)
    sentences = _describe_losses(losses, label)
    if reference is not None:
        sentences += _draw_reference(ax, reference)
    if ax.get_legend_handles_labels()[1]:
        ax.legend()
    describe(ax, alt or sentences)
    return ax


def _draw_reference(ax: Axes, reference: float | tuple[float, str]) -> str:
    """Draw a dashed horizontal line; return a sentence about it."""
    height, name = reference if isinstance(reference, tuple) else (reference, "reference")
    ax.axhline(height, color="#595959", linestyle=(0, (4, 3)), linewidth=1, label=name)
    return f" Dashed line, {name}: {height:.3g}."


def plot_curves(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    ax: Axes | None = None,
    log: bool | Literal["x", "y", "both"] = False,
    title: str | None = None,
    alt: str | None = None,
) -> Axes:
    """Draw up to eight curves that differ in colour, dashes and markers.

    Args:
        x: where the values belong, shape (N,).
        curves: dict from the name of each curve to its values, shape (N,); values that are no numbers leave gaps.
        xlabel: name of x.
        ylabel: name of the values.
        ax: where to draw; a figure of its own by default.
        log: axes with a logarithmic scale: "x", "y" or "both"; True is "y".
        title: title of the Axes.
        alt: alternative text; computed by default.

    Returns:
        The Axes; its legend stands beside it, in the order in which the curves end.

    Raises:
        ValueError: a curve has another length than x, or there are none or more than eight.
    """
    x = np.asarray(x, dtype=np.float64).ravel()
    arrays = _as_arrays(x, curves, log)
    ax = panels(width=6.4)[0] if ax is None else ax
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title or "")
    scales = _set_scales(ax, x, arrays, log)
    for k, (name, values) in enumerate(arrays.items(), start=len(ax.lines)):
        _draw_curve(ax, x, values, name, k)
    _legend_beside(ax)
    sentences = [_describe_curve(name, x, values, xlabel) for name, values in arrays.items()]
    describe(ax, alt or " ".join([f"{ylabel} over {xlabel}{scales}.", *sentences]))
    return ax


def _set_scales(ax: Axes, x: np.ndarray, curves: Curves, log: bool | str) -> str:
    """Make axes logarithmic where asked for and where there is something above zero; return which, in words."""
    wanted = {"True": "y", "False": "", "both": "xy"}.get(str(log), str(log))
    above_zero = {"x": (x > 0).any(), "y": any((values > 0).any() for values in curves.values())}
    logarithmic = "".join(axis for axis in "xy" if axis in wanted and above_zero[axis])
    ax.set(**{f"{axis}scale": "log" for axis in logarithmic})
    _name_whole_numbers(ax, x, "x" in logarithmic)
    ax.grid(alpha=0.3)
    return ("", f", {logarithmic} on a logarithmic scale", ", both on logarithmic scales")[len(logarithmic)]


def _name_whole_numbers(ax: Axes, x: np.ndarray, logarithmic: bool) -> None:
    """Where x counts, set ticks on whole numbers; on a logarithmic scale of few, such as 2, 4, 8, on these."""
    from matplotlib.ticker import MaxNLocator

    if not np.array_equal(x, np.round(x)):
        return
    if not logarithmic:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    elif len(x) <= 10:
        ax.set_xticks(x, labels=[f"{place:,.0f}" for place in x])
        ax.xaxis.minorticks_off()


def _draw_curve(ax: Axes, x: np.ndarray, values: np.ndarray, name: str, k: int) -> None:
    """Draw curve number k; the markers of several curves over the same x stand apart."""
    style: dict[str, Any] = {"color": INKS[k % 8], "linestyle": DASHES[k % 8], "marker": MARKERS[k % 8]}
    every = max(1, len(x) // 10)
    start = (k % 8) * every // 8
    values = np.where(np.abs(values) < 1e100, values, np.nan)  # beyond that Matplotlib's scales overflow
    ax.plot(x, values, label=name, linewidth=1.7, markersize=4.5, markevery=(start, every), **style)


def _as_arrays(x: np.ndarray, curves: Mapping[str, ArrayLike], log: object) -> Curves:
    """Check the arguments; return the curves as arrays of float64."""
    if not 1 <= len(curves) <= 8:
        raise ValueError(
            f"plot_curves cannot draw so many curves that they can be told apart. Expected 1 to 8. Got {len(curves)}. "
            f"Do they fit in two figures?"
        )
    if log not in (True, False, "x", "y", "both"):
        raise ValueError(f'plot_curves does not know this scale. Expected log="x", "y", "both" or a bool. Got {log!r}.')
    arrays = {str(name): np.asarray(values, dtype=np.float64).ravel() for name, values in curves.items()}
    for name, values in arrays.items():
        if len(values) != len(x):
            raise ValueError(
                f"plot_curves got a curve of another length. Expected {len(x)} values, one for each x. "
                f"Got {len(values)} for {name!r}. Does x count the values before the first step?"
            )
    return arrays


def _legend_beside(ax: Axes) -> None:
    """Put the legend to the right of the Axes, the highest end first, where it can cover no line."""

    def end(line: Line2D) -> float:
        heights = np.asarray(line.get_ydata(), dtype=np.float64)
        finite = heights[np.isfinite(heights)]
        return finite[-1] if len(finite) else -np.inf

    lines = [line for line in ax.lines if not str(line.get_label()).startswith("_")]
    lines.sort(key=end, reverse=True)
    ax.legend(
        lines, [str(line.get_label()) for line in lines], loc="upper left", bbox_to_anchor=(1.01, 1.0), handlelength=3.4
    )


def _describe_curve(name: str, x: np.ndarray, values: np.ndarray, xlabel: str) -> str:
    finite = np.flatnonzero(np.isfinite(values))
    if not len(finite):
        return f"{name}: no finite values."
    first, last = values[finite[0]], values[finite[-1]]
    low, high = finite[np.argmin(values[finite])], finite[np.argmax(values[finite])]
    parts = [f"{name}: from {first:.3g} to {last:.3g}"]
    parts += [f"lowest {values[low]:.3g} at {xlabel} {x[low]:.4g}"] if values[low] < min(first, last) else []
    parts += [f"highest {values[high]:.3g} at {xlabel} {x[high]:.4g}"] if values[high] > max(first, last) else []
    missing = len(values) - len(finite)
    parts += [f"{missing} of {len(values)} values are not finite"] if missing else []
    return ", ".join(parts) + "."


def _describe_losses(losses: np.ndarray, label: str | None) -> str:
    name = f"Loss of {label}" if label else "Loss"
    if not len(losses):
        return f"{name}: no epochs."
    lowest = f"lowest {np.nanmin(losses):.3g} in epoch {np.nanargmin(losses) + 1}" if np.isfinite(losses).any() else ""
    return f"{name}: from {losses[0]:.3g} to {losses[-1]:.3g} in {len(losses)} epochs{', ' if lowest else ''}{lowest}."
