"""The same panels as a still picture, for readers without a kernel: opened untrusted, exported, printed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.colours import COLOURS

DASHES = ("-", (0, (7, 3)), (0, (2, 2)), (0, (9, 3, 2, 3)), (0, (4, 2)), (0, (12, 4)), (0, (6, 2, 2, 2, 2, 2)))
MARKERS = {"circle": "o", "triangle": "^", "square": "s", "diamond": "D", "star": "*"}
DOTS_PER_INCH = 100
PAGE = 1250  # pixels; wider states are broken into lines


def draw_states(states: Sequence[tuple[str, list[Panel], int, str]], *, tall: bool = False) -> Any:
    """Draw several states of a demo, one row each.

    Args:
        states: list of (name, panels, step, sentence).
        tall: the first panel stands beside all others, which are drawn one below the other.

    Returns:
        A Matplotlib `Figure` that pyplot knows nothing of.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if tall:
        return _draw_tall(states)
    grids = [_lines(panels) for _, panels, _, _ in states]
    lines = [line for grid in grids for line in grid]
    wide = max(sum(panel.width for panel in line) for line in lines)
    highs = [sum(max(panel.height for panel in line) for line in grid) + 50 * len(grid) for grid in grids]
    size = wide / DOTS_PER_INCH, sum(highs) / DOTS_PER_INCH
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subfigures(len(states), 1, squeeze=False, height_ratios=highs)[:, 0]
    for row, grid, (name, _, at, _) in zip(rows, grids, states, strict=True):
        row.suptitle(name, fontsize=10, x=0.01, ha="left", fontweight="bold")
        columns = max(max(len(line) for line in lines), 1)
        widths = [panel.width for panel in grid[0]] + [1] * (columns - len(grid[0]))
        axes = row.subplots(len(grid), columns, squeeze=False, width_ratios=widths)
        for place, line in zip(axes, grid, strict=True):
            for ax in place[len(line) :]:
                ax.set_axis_off()
            for ax, panel in zip(place, line, strict=False):
                draw_panel(ax, panel, at)
    return figure


def _draw_tall(states):
    """Draw states whose first panel stands beside all others."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    first, *others = states[0][1]
    wide, high = first.width + others[0].width, sum(panel.height + 30 for panel in others) + 70
    size = wide / DOTS_PER_INCH, len(states) * high / DOTS_PER_INCH
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subfigures(len(states), 1, squeeze=False)[:, 0]
    for row, (name, panels, at, _) in zip(rows, states, strict=True):
        row.suptitle(name, fontsize=10, x=0.01, ha="left", fontweight="bold")
        ratios = {"width_ratios": (first.width, others[0].width), "height_ratios": [panel.height for panel in others]}
        grid = row.add_gridspec(len(others), 2, **ratios)
        draw_panel(row.add_subplot(grid[:, 0]), panels[0], at)
        for place, panel in enumerate(panels[1:]):
            draw_panel(row.add_subplot(grid[place, 1]), panel, at)
    return figure


def _lines(panels):
    """Break panels into lines as the page does, where they are too wide for one."""
    lines, used = [[]], 0
    for panel in panels:
        if lines[-1] and used + panel.width > PAGE:
            lines, used = [*lines, []], 0
        lines[-1].append(panel)
        used += panel.width
    return lines


def draw_panel(ax: Any, panel: Panel, step: int = 0) -> None:
    """Draw one panel on Matplotlib axes, as it looks at a step."""
    ax.set_title(panel.title, fontsize=9)
    ax.set_xlabel(panel.xlabel, fontsize=8)
    ax.set_ylabel(panel.ylabel, fontsize=8)
    ax.tick_params(labelsize=7)
    if panel.xlog:
        ax.set_xscale("log")
    if panel.ylog:
        ax.set_yscale("log")
    xlim, ylim = panel.limits()
    ax.set_xlim(xlim)
    ax.set_ylim(ylim)
    for mark in panel.marks:
        first, last = mark.get("show", (step, step))
        if first <= step <= last:
            DRAW[mark["kind"]](ax, mark, step)
    ax.set_aspect("equal" if panel.equal else "auto")
    if not panel.axes:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)


def _line(ax, mark, step):
    count = min(len(mark["x"]), step + 1) if mark["grows"] else len(mark["x"])
    x, y, colour = mark["x"][:count], mark["y"][:count], COLOURS[mark["series"]]
    if mark["ghost"]:
        ax.plot(x, y, color="#9a9a9a", linewidth=1)
        return
    ax.plot(
        x, y, color=colour, linewidth=0.7 * mark["width"], linestyle="-" if mark["solid"] else DASHES[mark["series"]]
    )
    if mark["end"] and count:
        ax.plot(x[-1:], y[-1:], MARKERS[mark["end"]], color=colour, markersize=6)


def _points(ax, mark, step):
    place = slice(min(step, len(mark["x"]) - 1), None) if mark["grows"] else slice(None)
    x, y = (mark["x"][place][:1], mark["y"][place][:1]) if mark["grows"] else (mark["x"], mark["y"])
    colour = COLOURS[mark["series"]]
    face, edge = ("white", colour) if mark["hollow"] else (colour, "white")
    style = {"markerfacecolor": face, "markeredgecolor": edge, "markersize": 1.4 * mark["size"]}
    if mark["shape"] not in MARKERS:  # a character
        look = {"color": colour, "markersize": 1.6 * mark["size"], "markeredgewidth": 0.2}
        ax.plot(x, y, marker=f"${mark['shape']}$", linestyle="none", **look)
        return
    ax.plot(x, y, MARKERS[mark["shape"]], linestyle="none", markeredgewidth=1 if mark["hollow"] else 0.5, **style)


def _field(ax, mark, step):
    colours = np.asarray(mark["table"])[np.asarray(mark["values"])]
    left, right, bottom, top = mark["extent"]
    rows, columns = colours.shape[:2]
    spread = np.geomspace if ax.get_xscale() == "log" else np.linspace  # the page spreads columns along a log axis, too
    ax.pcolormesh(spread(left, right, columns + 1), np.linspace(top, bottom, rows + 1), colours, rasterized=True)


def _bars(ax, mark, step):
    edges, bottom = mark["edges"], ax.get_ylim()[0]  # bars stand on the lower edge of the panel
    heights = np.asarray(mark["y"]) - bottom
    look = {"color": COLOURS[mark["series"]], "alpha": mark["alpha"], "align": "edge"}
    ax.bar(edges[:-1], heights, np.diff(edges), bottom, **look)


def _rule(ax, mark, step):
    draw, place = (ax.axvline, mark["x"]) if mark["x"] is not None else (ax.axhline, mark["y"])
    draw(place, color=COLOURS[mark["series"]], linestyle="--", linewidth=1)


def _arrow(ax, mark, step):
    look = {
        "arrowstyle": "-|>",
        "color": COLOURS[mark["series"]],
        "linewidth": 0.8 * mark["width"],
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", (mark["x1"], mark["y1"]), (mark["x0"], mark["y0"]), arrowprops=look)


def _box(ax, mark, step):
    from matplotlib.patches import Rectangle

    corner = mark["x"] - mark["width"] / 2, mark["y"] - mark["height"] / 2
    edge = COLOURS[5] if mark["strong"] else COLOURS[mark["series"]]
    look = {"facecolor": mark["fill"] or "white", "edgecolor": edge, "linewidth": 2 if mark["strong"] else 0.8}
    ax.add_patch(Rectangle(corner, mark["width"], mark["height"], **look))
    ink = {"ha": "center", "va": "center", "fontsize": 7, "color": mark["ink"] or "#222222"}
    ax.text(mark["x"], mark["y"], "\n".join(mark["lines"]), **ink)


def _text(ax, mark, step):
    from matplotlib.patheffects import withStroke

    colour = "#222222" if mark["series"] is None else COLOURS[mark["series"]]
    look = {"ha": mark["align"], "va": "center", "fontsize": 7, "color": colour}
    look["fontweight"] = "bold" if mark["bold"] else "normal"
    look["path_effects"] = [withStroke(linewidth=2, foreground="white")]  # legible on fields, as in the page
    moved = (0.7 * mark["dx"], -0.7 * mark["dy"])
    ax.annotate(mark["text"], (mark["x"], mark["y"]), moved, textcoords="offset points", **look)


DRAW = {"line": _line, "points": _points, "field": _field, "bars": _bars, "rule": _rule, "arrow": _arrow}
DRAW |= {"box": _box, "text": _text}
