"""How values spread, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import ALT, COLOURS, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_histograms(
    arrays: Mapping[str, ArrayLike],
    *,
    bins: int | Sequence[float] = 30,
    title: str | None = None,
    xlabel: str = "value",
    share: bool = True,
    alt: str | None = None,
) -> np.ndarray:
    """Draw one small histogram for each layer, with its mean and standard deviation.

    Args:
        arrays: dict from the name of each layer to its values, any shape.
        bins: how many bars, or their edges.
        title: title of the figure.
        xlabel: name of the values.
        share: one horizontal scale for all layers; False gives each its own. Heights are always relative to the
            tallest bar of a panel, so that a layer whose values are all alike does not flatten the others.
        alt: alternative text; computed by default.

    Returns:
        Array of the Axes, one for each layer.

    Raises:
        ValueError: there is no layer.
    """
    layers = {str(name): np.asarray(values, dtype=np.float64).ravel() for name, values in arrays.items()}
    if not layers:
        raise ValueError("plot_histograms needs values. Expected a dict with one layer or more. Got an empty one.")
    finite = {name: values[np.isfinite(values)] for name, values in layers.items()}
    together = _limits(np.concatenate(list(finite.values())))
    axes = _grid(len(layers), title, xlabel)
    sentences = [_describe_layers(len(layers), title, xlabel, together if share else None)]
    for ax, (name, values) in zip(axes, finite.items(), strict=True):
        _draw_bars(ax, values, bins, together if share else _limits(values))
        numbers = _summary(values, len(layers[name]) - len(values))
        ax.set_title("\n".join([name, *numbers]), fontsize=9)
        sentences.append(f"{name}: {', '.join(numbers)}.")
    setattr(axes[0].figure, ALT, [alt or " ".join(sentences)])
    return axes


def _describe_layers(count: int, title: str | None, xlabel: str, limits: tuple[float, float] | None) -> str:
    heading, number = f"{title}: " if title else "", f"{count} layers" if count > 1 else "1 layer"
    scale = f", all from {limits[0]:.3g} to {limits[1]:.3g}" if limits else ""
    return f"{heading}histograms of {xlabel} in {number}{scale}."


def _grid(count: int, title: str | None, xlabel: str) -> np.ndarray:
    """As many Axes, at most five in a row; the lowest of each column names the values."""
    rows = -(-count // 5)
    columns = -(-count // rows)
    axes = panels(columns, rows, width=max(2.3 * columns, 4.0), height=2.4)
    axes[0].figure.get_layout_engine().set(wspace=0.07)
    axes[0].figure.suptitle(title or "", fontsize=11)
    for ax in axes[count - columns : count]:
        ax.set_xlabel(xlabel)
    for ax in axes[count:]:
        ax.set_axis_off()
    return axes[:count]


def _draw_bars(ax: Axes, values: np.ndarray, bins: int | Sequence[float], limits: tuple[float, float]) -> None:
    heights, edges = np.histogram(values, bins=bins, range=limits)
    ax.bar(edges[:-1], heights / max(heights.max(), 1), np.diff(edges), align="edge", color=COLOURS[0], linewidth=0)
    ax.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.08), yticks=[])
    ax.locator_params(axis="x", nbins=3)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _limits(values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest value, apart even when all are alike."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _summary(values: np.ndarray, left_out: int) -> list[str]:
    numbers = ["no finite values"]
    if len(values):
        unit = np.abs(values).max() or 1.0  # so that no square overflows
        numbers = [f"mean {unit * (values / unit).mean():.2g}, sd {unit * (values / unit).std():.3g}"]
    return numbers + ([f"{left_out} not finite"] if left_out else [])
