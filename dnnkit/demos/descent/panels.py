"""The pictures of the learning-rate demo."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel
from dnnkit.demos.descent import real_net
from dnnkit.demos.descent import simulate as descent
from dnnkit.demos.descent.simulate import CURVATURES, RATES, STEPS
from dnnkit.demos.interface import Result, Settings

FLOOR, CEILING = 1e-12, 1e12  # what a log axis shows
WIDTH, HEIGHT = 452, 240
SIZE: dict[str, Any] = {"width": WIDTH, "height": HEIGHT}
FORMULAS = {"parabola": "λw²/2", "double well": "λ(w² − 4)²/32"}


def bowl(path: NDArray[np.float64], result: Result, values: Settings, pinned: Any) -> Panel:
    """Draw the curve and the walk on it."""
    surface, curvature = values["surface"], values["curvature"]
    panel = Panel(f"the path on J(w) = {FORMULAS[surface]}", "w", "J(w)", **SIZE)
    panel.xlim, panel.ylim = (-6.0, 6.0), (-1.0, 18 * curvature)
    w = np.linspace(-6.0, 6.0, 121)
    panel.line(w, descent.height(surface, curvature, w), series=0, solid=True)
    if pinned:
        old, then = pinned[1]["path"], pinned[0]
        panel.line(old, descent.height(then["surface"], then["curvature"], old), ghost=True)
    if result["own"] is not None:
        panel.line(result["path"], descent.height(surface, curvature, result["path"]), ghost=True)
    heights = descent.height(surface, curvature, path)
    panel.line(path, heights, series=5, solid=True, width=1.5, end="diamond")
    panel.points(path, heights, series=5, size=3)
    return panel


def distances(path: NDArray[np.float64], result: Result, values: Settings, pinned: Any) -> Panel:
    """Draw how far the lowest place is after each step, with what theory predicts for the parabola."""
    of = "|w|" if values["surface"] == "parabola" else "distance to the nearest valley"
    panel = Panel(f"{of} after each step", "step", of, ylog=True, ylim=(1e-6, 1e6), **SIZE)
    step = np.arange(STEPS + 1)
    if pinned:
        old = descent.distance(pinned[0]["surface"], pinned[1]["path"])
        panel.line(step, np.clip(old, FLOOR, CEILING), ghost=True)
    now = np.clip(descent.distance(values["surface"], path), FLOOR, CEILING)
    panel.line(step, now, series=5, end="diamond")
    panel.points(step, now, series=5, size=2.5)
    if result["predicted"] is not None:
        panel.line(step, np.clip(result["predicted"], FLOOR, CEILING), series=4, width=1.5)
        words = "in the long run ρⁿ |w₀|" if values["momentum"] else "|w₀| times all factors |1 − ηλ|"
        panel.text(STEPS, 1e5, f"blue, predicted: {words}", align="right")
    return panel


def network(values: Settings) -> Panel:
    """Draw the loss of a real network over the learning rate; the slider's stands as a line."""
    title = f"a real network on digits: its loss after {real_net.STEPS} steps"
    panel = Panel(title, "learning rate η", "loss", xlog=True, ylog=True, xlim=RATES, ylim=(0.015, 5.0), **SIZE)
    panel.rule(x=values["learning_rate"], series=5)
    looks = ((0.0, 0, "circle", "no momentum", (0.011, 2.9)), (0.9, 4, "square", "momentum 0.9", (0.0012, 0.4)))
    for momentum, series, shape, label, place in looks:
        panel.line(real_net.RATES, real_net.LOSSES[momentum], series=series)
        panel.points(real_net.RATES, real_net.LOSSES[momentum], series=series, shape=shape, size=3)
        panel.text(*place, label)
    return panel


def step_map(values: Settings) -> Panel:
    """Draw how many steps every pair of learning rate and curvature needs, with the best rate and the edge."""
    momentum = float(values["momentum"])
    panel = Panel("steps to a thousandth of the distance; bright: many", "learning rate η", "curvature λ")
    panel.width, panel.height, panel.xlog = WIDTH, HEIGHT, True
    panel.xlim, panel.ylim = RATES, CURVATURES
    powers = descent.step_map(momentum)
    panel.field(powers, (*RATES, *CURVATURES), scale="positive", limits=(0.0, np.log10(descent.NEVER)))
    lam = np.linspace(*CURVATURES, 50)
    best, edge = (1 - np.sqrt(momentum)) ** 2, 2 * (1 + momentum)
    panel.line(best / lam, lam, series=2, solid=True)
    panel.line(edge / lam, lam, series=5, solid=True, width=3.0)
    panel.text(RATES[0], 0.45, "creeps", dx=8)
    panel.text(max(best / 2.4, 2 * RATES[0]), 2.4, "fastest", align="right", dx=-6)
    panel.text(RATES[1], 3.6, "flies apart", align="right", dx=-6)
    panel.points([values["learning_rate"]], [values["curvature"]], series=5, shape="star", size=7)
    return panel
