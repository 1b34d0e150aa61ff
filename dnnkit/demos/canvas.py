"""What a demo draws: panels of marks, in numbers; the page draws them on canvases, `static` with Matplotlib."""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7")  # Okabe and Ito, no yellow
SHAPES = ("circle", "triangle", "square", "diamond", "star")
SCALES = {"signed": "PuOr", "positive": "cividis", "grey": "gray"}
RANGES = {"signed": 0.6, "positive": 1.0, "grey": 1.0}  # how much of a colour map is used: ends too dark hide marks


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
        marks: what is drawn, in order, made by the methods below.
    """

    title: str
    xlabel: str = ""
    ylabel: str = ""
    xlim: tuple | None = None
    ylim: tuple | None = None
    xlog: bool = False
    ylog: bool = False
    equal: bool = False
    axes: bool = True
    width: int = 300
    height: int = 260
    alt: str = ""
    marks: list = field(default_factory=list)

    def line(self, x, y, *, series=0, width=2.0, solid=False, ghost=False, end=None, grows=False, show=None):
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

    def points(self, x, y, *, series=0, shape="circle", size=4.0, hollow=False, grows=False, show=None):
        """Draw points; with `grows`, only the one of the current step."""
        more = {"series": series, "shape": shape, "size": size, "hollow": hollow, "grows": grows}
        self._add("points", {"x": _floats(x), "y": _floats(y)}, show, **more)

    def field(self, values, extent, *, scale="signed", limits=None, smooth=True, show=None):
        """Draw a grid of numbers as colours; row 0 is at the top.

        Args:
            values: shape (H, W).
            extent: left, right, bottom and top edge.
            scale: "signed", "positive" or "grey".
            limits: numbers at the two ends of the colours; by default the extremes, symmetric for "signed".
            smooth: blend between grid points.
            show: first and last step at which it is drawn.
        """
        values = np.asarray(values, dtype=np.float64)
        low, high = limits or _ends(values, scale)
        share = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-300), 0.0, 1.0)
        arrays = {"values": np.round(255 * share).astype(np.uint8), "table": colour_table(scale)}
        more = {"shape": list(values.shape), "extent": list(map(float, extent)), "smooth": smooth}
        self._add("field", arrays, show, **more)

    def bars(self, edges, heights, *, series=0, alpha=1.0, show=None):
        """Draw a histogram: N + 1 edges and N heights, from the bottom of the panel."""
        self._add("bars", {"edges": _floats(edges), "y": _floats(heights)}, show, series=series, alpha=alpha)

    def rule(self, *, x=None, y=None, series=5, show=None):
        """Draw a dashed line across the panel at x or at y."""
        self._add("rule", {}, show, x=_plain(x), y=_plain(y), series=series)

    def arrow(self, x0, y0, x1, y1, *, series=0, width=2.0, show=None):
        """Draw an arrow from (x0, y0) to (x1, y1)."""
        ends = {"x0": float(x0), "y0": float(y0), "x1": float(x1), "y1": float(y1)}
        self._add("arrow", {}, show, **ends, series=series, width=width)

    def box(self, x, y, width, height, lines, *, series=0, fill=None, ink=None, strong=False, round=4, show=None):
        """Draw a box with lines of text around (x, y); the first line is bold, `strong` gives it a thick frame."""
        place = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
        look = {"series": series, "fill": fill, "ink": ink, "strong": strong, "round": round}
        self._add("box", {}, show, **place, lines=[str(line) for line in lines], **look)

    def text(self, x, y, text, *, series=None, bold=False, align="left", dx=0, dy=0, show=None):
        """Write text at (x, y), moved by (dx, dy) pixels."""
        more = {"series": series, "bold": bold, "align": align, "dx": dx, "dy": dy}
        self._add("text", {}, show, x=float(x), y=float(y), text=str(text), **more)

    def _add(self, kind, arrays, show, **fields):
        mark = {"kind": kind, "arrays": list(arrays), **arrays, **fields}
        self.marks.append(mark | ({"show": list(show)} if show is not None else {}))

    def limits(self):
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


def pack(panels):
    """Turn panels into what the page reads.

    Args:
        panels: list of `Panel`.

    Returns:
        The pair (list of plain dicts, bytes with their arrays, each at a multiple of four).
    """
    plain, data = [], bytearray()
    for panel in panels:
        xlim, ylim = panel.limits()
        names = ("title", "xlabel", "ylabel", "xlog", "ylog", "equal", "axes", "width", "height", "alt")
        record = {name: getattr(panel, name) for name in names}
        record |= {"xlim": list(map(float, xlim)), "ylim": list(map(float, ylim)), "marks": []}
        for mark in panel.marks:
            places = {}
            for key in mark["arrays"]:
                array = mark[key]
                kind = "b" if array.dtype == np.uint8 else "f"
                places[key] = [kind, len(data), int(array.size)]
                raw = array.tobytes() if kind == "b" else array.astype("<f4").tobytes()
                data += raw + b"\0" * (-len(raw) % 4)
            record["marks"].append({**mark, **places})
        plain.append(record)
    return plain, bytes(data)


def apart(places, gap, low, high):
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


@lru_cache(maxsize=8)
def colour_table(scale):
    """List 256 colours of a scale, shape (256, 3), uint8."""
    import matplotlib

    part = RANGES[scale]
    where = np.linspace(0.5 - part / 2, 0.5 + part / 2, 256)
    return np.round(255 * matplotlib.colormaps[SCALES[scale]](where)[:, :3]).astype(np.uint8)


def _ends(values, scale):
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    if scale == "signed":
        largest = float(np.abs(finite).max()) or 1.0
        return -largest, largest
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


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
