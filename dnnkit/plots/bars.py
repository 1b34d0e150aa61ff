"""Bars: a number that changes over the years, and shares of several sums."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_timeline(
    years: Sequence[int],
    values: Sequence[float],
    *,
    labels: Sequence[str],
    ylabel: str,
    title: str,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one bar for each year, with its value above it and a label below the year.

    Args:
        years: of the bars.
        values: their heights, as many.
        labels: short texts, as many; lines break at their commas.
        ylabel: what the heights are.
        title: what the figure shows.
        ax: where to draw; a figure of its own by default.

    Returns:
        The Axes.
    """
    ax = panels(width=8.4, height=3.2)[0] if ax is None else ax
    places = range(len(years))
    ax.bar(places, values, color=COLOURS[0], width=0.6)
    for place, value in zip(places, values, strict=True):
        ax.text(place, value, f"{value:g}", ha="center", va="bottom")
    names = [f"{year}\n{label.replace(', ', chr(10))}" for year, label in zip(years, labels, strict=True)]
    ax.set_xticks(list(places), names, fontsize=9)
    ax.set(ylabel=ylabel, title=title, ylim=(0, 1.12 * max(values)))
    ax.spines[["top", "right"]].set_visible(False)
    entries = "; ".join(
        f"{year} ({label}): {value:g}" for year, label, value in zip(years, labels, values, strict=True)
    )
    describe(ax, f"{ylabel}: {entries}.")
    return ax


def plot_shares(
    names: Sequence[str], shares: Mapping[str, Sequence[float]], *, title: str, ax: "Axes | None" = None
) -> "Axes":
    """Draw for each name a bar of every kind of share, side by side, in percent.

    Args:
        names: of the parts, such as layers.
        shares: kind -> shares from 0 to 1, one for each name.
        title: what the figure shows.
        ax: where to draw; a figure of its own by default.

    Returns:
        The Axes.
    """
    ax = panels(width=8.4, height=3.2)[0] if ax is None else ax
    width = 0.8 / len(shares)
    for k, (kind, values) in enumerate(shares.items()):
        places = [place + width * (k - (len(shares) - 1) / 2) for place in range(len(names))]
        percents = [100 * value for value in values]
        bars = ax.bar(places, percents, width=0.9 * width, color=COLOURS[k], hatch=("", "//", "..")[k % 3], label=kind)
        ax.bar_label(bars, [f"{value:.0f}" for value in percents], fontsize=8)
        described = ", ".join(f"{name} {value:.1f}" for name, value in zip(names, percents, strict=True))
        describe(ax, f"{kind} in percent: {described}.")
    ax.set_xticks(range(len(names)), names, fontsize=9)
    ax.set(ylabel="%", title=title)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax
