"""The pictures of the demo of activations."""

import math
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel, apart
from dnnkit.demos.depth.simulate import CURVE, Z_EDGES

WIDTH, HEIGHT = 452, 240
SMALLEST, LARGEST = 1e-24, 1e24
BASE, TALL = -1.6, 1.5  # where the bars of the histogram stand, and how high the highest is


def bent(name: str, drawn: Any, ghosts: Any) -> Panel:
    """Draw the activation and its slope over the histogram of what goes into it, one for each layer."""
    panel = Panel(f"{name}: f, its slope f′ (dashed), and how often each z", width=WIDTH, height=HEIGHT)
    panel.xlabel = "z; the outermost bars hold all that lies beyond"
    panel.xlim, panel.ylim = (Z_EDGES[0], Z_EDGES[-1]), (BASE, 2.6)
    for n, share in enumerate(drawn["z"]):
        panel.bars(Z_EDGES, BASE + TALL * share / max(share.max(), 1e-12), series=2, alpha=0.6, show=(n, n))
        panel.text(Z_EDGES[0], 2.6, f"layer {n}: z" if n else "the inputs", bold=True, dx=8, dy=14, show=(n, n))
    for old in ghosts:
        panel.line(CURVE, old["f"], ghost=True)
    panel.line(CURVE, drawn["f"], series=0, width=2.5)
    panel.line(CURVE, drawn["slope"], series=5)
    return panel


def signals(drawn: Any, ghosts: Any) -> Panel:
    """Draw the spread of the activations and the gradient of every layer, with the predicted gradient."""
    panel = Panel(
        "signals in each layer: activations up, gradient down", "layer", ylog=True, width=WIDTH, height=HEIGHT
    )
    last = len(drawn["gradient"]) - 1
    layers = np.arange(last + 1)
    lines = [("gradient", drawn["gradient"], 5, "diamond"), ("std of a", drawn["a_std"], 4, "circle")]
    curves = [drawn["predicted"], *(state[key] for state in (drawn, *ghosts) for key in ("gradient", "a_std"))]
    shown = np.concatenate(curves)
    shown = shown[np.isfinite(shown) & (shown > 0)]
    low, high = max(SMALLEST, shown.min(initial=1.0) / 10), min(LARGEST, shown.max(initial=1.0) * 10)
    panel.xlim, panel.ylim = (0.0, 1.33 * last), (min(low, 1e-2), max(high, 1e2))
    for old in ghosts:
        for key in ("gradient", "a_std"):
            panel.line(np.arange(len(old[key])), old[key], ghost=True)
    panel.line(layers, drawn["predicted"], series=3, width=2.0)
    for _, values, series, shape in lines:
        panel.line(layers, values, series=series, width=2.5)
        panel.points(layers, values, series=series, shape=shape, size=5, grows=True)
    low, high = np.log10(panel.ylim)
    ends = [np.log10(np.clip(np.nan_to_num(values[-1], nan=1.0), *panel.ylim)) for _, values, _, _ in lines]
    gap = 15 / (HEIGHT - 50) * (high - low)
    for (label, *_), place in zip(lines, apart(ends, gap, low + gap, high - gap), strict=True):
        panel.text(last, 10**place, label, dx=10)
    panel.text(0.25 * last, 10 ** (low + 0.6 * gap), "dash-dot: predicted, √χ in each layer")
    return panel


def spreading(drawn: Any) -> Panel:
    """Draw how the activations of each layer are spread, as one row of colours a layer."""
    panel = Panel("activations of each layer; bright: many", width=WIDTH, height=HEIGHT)
    panel.xlabel, panel.ylabel = "a; the outermost columns hold all that lies beyond", "layer"
    last, edges = len(drawn["a"]), drawn["edges"]
    panel.xlim, panel.ylim = (edges[0], edges[-1]), (0.5, last + 0.5)
    rows = np.sqrt(drawn["a"] / np.maximum(drawn["a"].max(axis=1, keepdims=True), 1e-12))[::-1]
    panel.field(rows, (edges[0], edges[-1], 0.5, last + 0.5), scale="positive", limits=(0.0, 1.0), smooth=False)
    for n in range(1, last + 1):
        panel.rule(y=n, series=5, show=(n, n))
    return panel


def flatness(drawn: Any, ghosts: Any) -> Panel:
    """Draw the shares of flat activations and of dead units."""
    panel = Panel(
        "flat: slope below a tenth of the steepest; dead: flat for all", "layer", "%", width=WIDTH, height=HEIGHT
    )
    last = len(drawn["flat"])
    layers = np.arange(1, last + 1)
    panel.xlim, panel.ylim = (0.0, 1.33 * last), (-4.0, 104.0)
    for old in ghosts:
        for key in ("flat", "dead"):
            panel.line(np.arange(1, len(old[key]) + 1), 100 * old[key], ghost=True)
    ends = apart([100 * drawn["flat"][-1], 100 * drawn["dead"][-1]], 8.0, 2.0, 98.0)
    looks = (("flat", "flat", 1, "triangle"), ("dead", "dead units", 0, "square"))
    for (key, label, series, shape), place in zip(looks, ends, strict=True):
        panel.line(layers, 100 * drawn[key], series=series)
        moving = np.concatenate([[np.nan], 100 * drawn[key]])
        panel.points(np.arange(last + 1), moving, series=series, shape=shape, size=5, grows=True)
        panel.text(last, place, label, dx=10)
    return panel


def short(value: float) -> str:
    """Write a standard deviation in few characters."""
    return f"{value:.2g}" if math.isfinite(value) else "beyond every number"


def times(value: float) -> str:
    """Write a share of a gradient in few characters."""
    if not math.isfinite(value):
        return "beyond every number"
    return (
        f"{value:.2g}"
        if 0.01 <= value < 1000
        else f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    )
