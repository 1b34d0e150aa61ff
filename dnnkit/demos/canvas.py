"""What a demo draws: panels of marks, in numbers; the page draws them on canvases, static_figure.py with Matplotlib."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dnnkit.demos.colours import colour_table, scale_ends

Steps = tuple[int, int] | None

SHAPES = ("circle", "triangle", "square", "diamond", "star")


@dataclass
class Panel:
    """One plot: axes and what is drawn in them.

    Attributes:
        title: what it shows.
        xlabel: text under the x axis.
        ylabel: text beside the y axis.
        xlim: lowest and highest x; computed from the marks by default.
        ylim: lowest and highest y, likewise.
        xlog: draw x on a log axis.
        ylog: draw y on a log axis.
        equal: one unit has the same length on both axes.
        axes: draw ticks and a frame.
        width: width in the page, in pixels.
        height: height in the page, in pixels.
        alt: text for those who do not see it; by default the title and the demo's sentence.
        scrub: (x of step 0, steps for each unit of x): the step slider follows the pointer over this plot.
        hover: what stands beside the pointer over it, one text for each step.
        picks: with `scrub`, the step follows a click, not the pointer.
        spots: (x, y, text, or one text for each step): what stands beside the pointer near it, without `scrub`.
        marks: what is drawn, in order, made by the methods below.
    """

    title: str
    xlabel: str = ""
    ylabel: str = ""
    xlim: tuple[float, float] | None = None
    ylim: tuple[float, float] | None = None
    xlog: bool = False
    ylog: bool = False
    equal: bool = False
    axes: bool = True
    width: int = 300
    height: int = 260
    alt: str = ""
    scrub: tuple[float, float] | None = None
    hover: Sequence[str] = ()
    picks: bool = False
    spots: Sequence[tuple[float, float, str | Sequence[str]]] = ()
    marks: list[dict[str, Any]] = field(default_factory=list)

    def line(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        series: int = 0,
        width: float = 2.0,
        solid: bool = False,
        ghost: bool = False,
        end: str | None = None,
        grows: bool = False,
        show: Steps = None,
    ) -> None:
        """Draw a line; NaN breaks it.

        Args:
            x: positions, shape (N,).
            y: heights, shape (N,).
            series: 0 to 6, decides colour and dashes.
            width: in pixels.
            solid: no dashes.
            ghost: thin and grey, for a pinned state.
            end: shape drawn at the last point, one of `SHAPES`.
            grows: show only the points up to the current step.
            show: first and last step at which it is drawn; always by default.
        """
        more = {"series": series, "width": width, "solid": solid, "ghost": ghost, "end": end, "grows": grows}
        self._add("line", {"x": _floats(x), "y": _floats(y)}, show, **more)

    def points(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        series: int = 0,
        shape: str = "circle",
        size: float = 4.0,
        hollow: bool = False,
        grows: bool = False,
        show: Steps = None,
    ) -> None:
        """Draw points: a shape of `SHAPES`, or any character; with `grows`, only the one of the current step."""
        more = {"series": series, "shape": shape, "size": size, "hollow": hollow, "grows": grows}
        self._add("points", {"x": _floats(x), "y": _floats(y)}, show, **more)

    def field(
        self,
        values: ArrayLike,
        extent: Sequence[float],
        *,
        scale: str = "signed",
        limits: tuple[float, float] | None = None,
        smooth: bool = True,
        show: Steps = None,
    ) -> None:
        """Draw a grid of numbers as colours; row 0 is at the top.

        Args:
            values: shape (H, W).
            extent: left, right, bottom and top edge.
            scale: "signed", "positive" or "grey".
            limits: numbers at the two ends of the colours; by default the extremes, symmetric for "signed".
            smooth: blend between grid points.
            show: first and last step at which it is drawn.
        """
        numbers = np.asarray(values, dtype=np.float64)
        low, high = limits or scale_ends(numbers, scale)
        share = np.clip((np.nan_to_num(numbers) - low) / max(high - low, 1e-300), 0.0, 1.0)
        arrays = {"values": np.round(255 * share).astype(np.uint8), "table": colour_table(scale)}
        more = {"shape": list(numbers.shape), "extent": list(map(float, extent)), "smooth": smooth}
        self._add("field", arrays, show, **more)

    def bars(
        self, edges: ArrayLike, heights: ArrayLike, *, series: int = 0, alpha: float = 1.0, show: Steps = None
    ) -> None:
        """Draw a histogram: N + 1 edges and N heights, from the bottom of the panel."""
        self._add("bars", {"edges": _floats(edges), "y": _floats(heights)}, show, series=series, alpha=alpha)

    def rule(self, *, x: float | None = None, y: float | None = None, series: int = 5, show: Steps = None) -> None:
        """Draw a dashed line across the panel at x or at y."""
        self._add("rule", {}, show, x=_plain(x), y=_plain(y), series=series)

    def arrow(
        self, x0: float, y0: float, x1: float, y1: float, *, series: int = 0, width: float = 2.0, show: Steps = None
    ) -> None:
        """Draw an arrow from (x0, y0) to (x1, y1)."""
        ends = {"x0": float(x0), "y0": float(y0), "x1": float(x1), "y1": float(y1)}
        self._add("arrow", {}, show, **ends, series=series, width=width)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        lines: Sequence[object],
        *,
        series: int = 0,
        fill: str | None = None,
        ink: str | None = None,
        strong: bool = False,
        round: float = 4,
        show: Steps = None,
    ) -> None:
        """Draw a box with lines of text around (x, y); the first line is bold, `strong` gives it a thick frame."""
        place = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
        look = {"series": series, "fill": fill, "ink": ink, "strong": strong, "round": round}
        self._add("box", {}, show, **place, lines=[str(line) for line in lines], **look)

    def text(
        self,
        x: float,
        y: float,
        text: object,
        *,
        series: int | None = None,
        bold: bool = False,
        align: str = "left",
        dx: float = 0,
        dy: float = 0,
        show: Steps = None,
    ) -> None:
        """Write text at (x, y), moved by (dx, dy) pixels."""
        more = {"series": series, "bold": bold, "align": align, "dx": dx, "dy": dy}
        self._add("text", {}, show, x=float(x), y=float(y), text=str(text), **more)

    def _add(self, kind, arrays, show, **fields):
        mark = {"kind": kind, "arrays": list(arrays), **arrays, **fields}
        self.marks.append(mark | ({"show": list(show)} if show is not None else {}))

    def limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Say which part of the plane is shown.

        Returns:
            The pair (xlim, ylim), each (low, high), with low < high; positive on log axes.
        """
        return (
            self.xlim or _limits(self._spread("x"), self.xlog),
            self.ylim or _limits(self._spread("y"), self.ylog),
        )

    def _spread(self, axis):
        keys = {"x": ("x", "edges"), "y": ("y",)}[axis]
        drawn = [mark[key] for mark in self.marks for key in keys if key in mark["arrays"]]
        edges = [mark["extent"][:2] if axis == "x" else mark["extent"][2:] for mark in self.marks if "extent" in mark]
        return np.concatenate([np.zeros(0), *(np.ravel(part) for part in (*drawn, *edges))])


def apart(places: ArrayLike, gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Move labels apart: the same order, at least `gap` between neighbours, inside low and high where they fit."""
    order = np.argsort(places, kind="stable")
    moved = np.array(places, dtype=np.float64)
    floor = low
    for i in order:
        moved[i] = floor = max(moved[i], floor)
        floor += gap
    ceiling = high
    for i in order[::-1]:
        moved[i] = ceiling = min(moved[i], ceiling)
        ceiling -= gap
    return moved


def _limits(values, log):
    finite = values[np.isfinite(values) & ((values > 0) | (not log))]
    if finite.size == 0:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    if log:
        low, high = math.log10(low), math.log10(high)
        margin = max(0.05 * (high - low), 0.05)
        return 10 ** (low - margin), 10 ** (high + margin)
    margin = 0.05 * (high - low) or max(0.5, 0.05 * abs(low))
    return low - margin, high + margin


def _floats(values):
    return np.asarray(values, dtype=np.float64).ravel()


def _plain(value):
    return None if value is None else float(value)
