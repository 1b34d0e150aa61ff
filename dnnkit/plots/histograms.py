"""How values spread, layer by layer."""

import numpy as np

from dnnkit.plots.figures import COLOURS, panels


def plot_histograms(arrays, *, bins=30, title=None, xlabel="value", share=True, alt=None):
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
    arrays = {str(name): np.asarray(values, dtype=np.float64).ravel() for name, values in arrays.items()}
    if not arrays:
        raise ValueError("plot_histograms needs values. Expected a dict with one layer or more. Got an empty one.")
    finite = {name: values[np.isfinite(values)] for name, values in arrays.items()}
    together = _limits(np.concatenate(list(finite.values())))
    axes = _grid(len(arrays), title, xlabel)
    said = []
    for ax, (name, values) in zip(axes, finite.items(), strict=True):
        _draw_bars(ax, values, bins, together if share else _limits(values))
        numbers = _summary(values, len(arrays[name]) - len(values))
        ax.set_title("\n".join([name, *numbers]), fontsize=9)
        said.append(f"{name}: {', '.join(numbers)}.")
    heading, layers = f"{title}: " if title else "", f"{len(arrays)} layers" if len(arrays) > 1 else "1 layer"
    scale = f", all from {together[0]:.3g} to {together[1]:.3g}" if share else ""
    said.insert(0, f"{heading}histograms of {xlabel} in {layers}{scale}.")
    axes[0].figure._dnnkit_alt = [alt or " ".join(said)]
    return axes


def _grid(count, title, xlabel):
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


def _draw_bars(ax, values, bins, limits):
    heights, edges = np.histogram(values, bins=bins, range=limits)
    ax.bar(edges[:-1], heights / max(heights.max(), 1), np.diff(edges), align="edge", color=COLOURS[0], linewidth=0)
    ax.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.08), yticks=[])
    ax.locator_params(axis="x", nbins=3)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _limits(values):
    """Lowest and highest value, apart even when all are alike."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _summary(values, left_out):
    numbers = ["no finite values"]
    if len(values):
        unit = np.abs(values).max() or 1.0  # so that no square overflows
        numbers = [f"mean {unit * (values / unit).mean():.2g}, sd {unit * (values / unit).std():.3g}"]
    return numbers + ([f"{left_out} not finite"] if left_out else [])
