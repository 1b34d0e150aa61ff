"""The pictures of the neuron playground."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.playground import simulate as ground
from dnnkit.demos.playground import training

ZERO, ONE = {"series": 4, "shape": "circle"}, {"series": 5, "shape": "triangle"}
WIDTH, HEIGHT = 310, 300
SHOWN = 300  # points of a long line that are drawn


def plane(result: Result, values: Settings, pinned: Any) -> Panel:
    """Draw the points on the answers, with the boundary, the weights as an arrow, and hidden units as thin lines."""
    low, high = ground.window(values["data"])
    net = result["net"]
    alone = not net["W"]
    units = "units of the first layer" if len(net["W"]) > 1 else "lines of hidden units"
    words = "answer a: orange says 1 (▲), violet 0 (●)" if alone else f"answer a; dashed: {units}"
    panel = Panel(words, "x₁; black ring: wrong answer", "x₂", equal=True, width=WIDTH, height=HEIGHT)
    panel.xlim = panel.ylim = (low, high)
    half = (high - low) / (ground.GRID - 1) / 2
    extent = (low - half, high + half, low - half, high + half)
    panel.field(0.5 - result["field"].reshape(ground.GRID, -1), extent, limits=(-0.5, 0.5))
    if pinned and pinned[0]["data"] == values["data"]:
        panel.line(*ground.boundary(pinned[1]["field"], values["data"]), ghost=True)
    if result["right"] is False:
        panel.line(*ground.boundary(result["plain_field"], values["data"]), ghost=True)
    panel.line(*ground.boundary(result["field"], values["data"]), series=0, solid=True, width=2.5)
    if not alone:
        for w, c in zip(net["W"][0].T, net["c"][0], strict=True):
            panel.line(*straight(w, c, low, high), series=4, width=1.5)
    _points(panel, result["X"], result["s"], ~result["hits"])
    if alone:
        _arrow(panel, net["v"], net["b"], result["X"].mean(axis=0), low, high)
    return panel


def straight(
    w: NDArray[np.float64], c: float, low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find where w . x + c = 0 crosses the window, as (x, y); NaN when w is 0."""
    steep = int(abs(w[1]) < abs(w[0]))  # solve for the coordinate with the larger weight
    free = np.array([low, high])
    size = w[1 - steep] if abs(w[1 - steep]) > 1e-12 else np.nan
    solved = -(c + w[steep] * free) / size
    return (solved, free) if steep else (free, solved)


def _points(panel, X, s, wrong):
    size = 6.5 if len(X) <= 4 else 4.0 if len(X) <= 100 else 3.2
    if wrong.any():
        panel.points(*X[wrong].T, series=0, size=1.7 * size, hollow=True)
    panel.points(*X[s < 0].T, size=size, **ZERO)
    panel.points(*X[s > 0].T, size=size, **ONE)


def _arrow(panel, w, b, centre, low, high):
    """Draw the direction of the weights, from a place of the boundary near the middle."""
    length = float(np.hypot(*w))
    if length < 1e-6:
        return
    aside = 0.1 * (high - low) * np.array([-w[1], w[0]]) / length  # points often lie straight ahead
    foot = np.clip(centre - (centre @ w + b) / length**2 * w + aside, low, high)
    tip = foot + 0.16 * (high - low) * w / length * min(1.0, 0.4 + length / 10.0)
    panel.arrow(*foot, *tip, series=0, width=3.0)
    panel.text(*tip, "w", bold=True, dx=9 if w[0] >= 0 else -15, dy=-9 if w[1] >= 0 else 9)


def loss_over_weights(result: Result, values: Settings, pinned: Any) -> Panel:
    """Draw the loss over (w1, w2) at the bias of now, the way that training went, and the lowest place."""
    loss, (w1, w2, least) = result["plane"]
    words = f"loss at b = {values['b']:.3g}; ★ lowest here: {least:.2g}".replace("-", "−")
    panel = Panel(words, "w₁", "w₂", equal=True)
    panel.width, panel.height = WIDTH, HEIGHT
    reach = ground.REACH
    panel.xlim = panel.ylim = (-reach, reach)
    half = reach / (ground.PLANE - 1)
    extent = (-reach - half, reach + half, -reach - half, reach + half)
    panel.field(np.log10(loss), extent, scale="positive")
    panel.points([w1], [w2], series=6, shape="star", size=8)
    if len(result["path"]) > 1:
        panel.line(*thinned(result["path"]).T, series=5, solid=True, width=2.5)
    if pinned and not pinned[1]["net"]["W"]:
        panel.points(*pinned[1]["net"]["v"][:, None], series=0, size=5, hollow=True)
    panel.points([values["w1"]], [values["w2"]], series=5, shape="diamond", size=7)
    above = values["w2"] >= w2 and values["w2"] < 0.9 * reach  # away from the star
    side = "center" if abs(values["w1"]) < 0.75 * reach else "right" if values["w1"] > 0 else "left"
    panel.text(values["w1"], values["w2"], "your w", bold=True, align=side, dy=-15 if above else 15)
    return panel


def loss_by_step(result: Result, pinned: Any) -> Panel:
    """Draw the loss while training."""
    losses = result["losses"]
    panel = Panel("mean loss at each training step", "training step", "loss (log)", ylog=True)
    panel.width, panel.height = WIDTH, HEIGHT
    last = len(losses) - 1
    ceiling = max(1.0, losses.max())
    panel.xlim = (0.0, max(50.0, 1.1 * last))
    panel.ylim = (min(0.02, 0.5 * max(losses.min(), 1e-6)), 2.5 * ceiling)
    if pinned:
        old = pinned[1]["losses"]
        panel.line(thinned(np.arange(len(old))), np.maximum(thinned(old), 1e-7), ghost=True)
    panel.rule(y=np.log(2.0), series=0)
    panel.text(panel.xlim[1], np.log(2.0), "always saying ½: 0.69", align="right", dx=-4, dy=-9)
    panel.line(thinned(np.arange(last + 1)), np.maximum(thinned(losses), 1e-7), series=4, solid=True, end="diamond")
    side = "right" if last > 0.6 * panel.xlim[1] else "left"
    below = losses[-1] < 0.75 and losses[-1] > 0.3
    shift: dict[str, Any] = {"dx": 9 if side == "left" else 2, "dy": 16 if below else -14}
    panel.text(last, losses[-1], f"{losses[-1]:.3g}", bold=True, align=side, **shift)
    if not last:
        panel.text(panel.xlim[1] / 2, panel.ylim[0] * 2.0, "Step or Run trains", align="center")
    return panel


def hidden_space(result: Result, values: Settings) -> Panel:
    """Draw the points where the last two hidden units put them, the plane's bent grid, and the last neuron's line."""
    net = result["net"]
    words = "the same points " + ("after the last layer" if len(net["W"]) > 1 else "in hidden space")
    panel = Panel(words, "unit 1", "unit 2", equal=True, width=WIDTH, height=HEIGHT)
    H = training.bent(net, result["X"])
    low, high = window_of(H, net)
    panel.xlim = panel.ylim = (low, high)
    side = np.linspace(low, high, 41)
    x, y = np.meshgrid(side, side[::-1])
    score = x * net["v"][0] + y * net["v"][1] + net["b"]
    half = (high - low) / 80
    panel.field(-0.5 * np.tanh(0.5 * score), (low - half, high + half) * 2, limits=(-0.5, 0.5))
    panel.line(*folded(net, *ground.window(values["data"])), ghost=True)
    panel.line(*straight(net["v"], net["b"], low, high), series=0, solid=True, width=2.5)
    _points(panel, H, result["s"], ~result["hits"])
    if len(H) <= 4:
        _name_corners(panel, H, result["X"])
    return panel


def _name_corners(panel, H, X):
    """Write beside each point which corner it was; points on one place share a label."""
    (low, high), places = panel.xlim, []
    for h, corner in zip(H, X.astype(int).tolist(), strict=True):
        near = [place for place in places if np.hypot(*(place[0] - h)) < 0.1 * (high - low)]
        name = "({}, {})".format(*corner)
        if near:
            near[0][1].append(name)
        else:
            places.append((h, [name]))
    for (x, y), names in places:
        side = "right" if x > (low + high) / 2 else "left"
        up = -18 if y < (low + high) / 2 else 18
        panel.text(x, y, " and ".join(names), align=side, dx=8 if side == "right" else -8, dy=up)


def window_of(H: NDArray[np.float64], net: training.Net) -> Any:
    """Say which part of hidden space is shown."""
    if net["bend"] == "tanh":
        return -1.25, 1.25
    top = max(float(H.max()), 0.5)
    return -0.15 * top, 1.15 * top


def folded(net: training.Net, low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Carry the lines of a grid into hidden space, with NaN between them; shapes (L,)."""
    fine, lines = np.linspace(low, high, 41), np.linspace(low, high, 7)
    along, across = np.tile([*fine, np.nan], 7), np.repeat(lines, 42)
    X = np.concatenate([np.stack([along, across], axis=1), np.stack([across, along], axis=1)])
    first, second = training.bent(net, X).T
    return first, second


def scores(result: Result) -> Panel:
    """Draw the last neuron's score of each point; points of a class stand above each other."""
    z, s = np.clip(result["z"], -30.0, 30.0), result["s"]
    panel = Panel("the last neuron's score z of each point", "score z", "class, spread out", width=WIDTH, height=HEIGHT)
    reach = max(4.0, 1.15 * float(np.abs(z).max()))
    panel.xlim, panel.ylim = (-reach, reach), (-0.6, 1.75)
    panel.rule(x=0.0, series=0)
    level = (s > 0) + 0.5 * (np.arange(len(s)) * 0.618 % 1.0 - 0.5)  # spread, the same each time
    spots = np.stack([z, level], axis=1)
    _points(panel, spots, s, ~result["hits"])
    panel.text(0.0, 1.6, "← says 0", align="right", dx=-6)
    panel.text(0.0, 1.6, "says 1 →", dx=6)
    panel.text(-reach, 0.55, "▲ class 1", dx=6)
    panel.text(-reach, -0.48, "● class 0", dx=6)
    return panel


def thinned(line: NDArray[Any]) -> NDArray[Any]:
    """Leave out rows of a long line, but not its last."""
    if len(line) <= SHOWN:
        return line
    return line[np.unique(np.linspace(0, len(line) - 1, SHOWN).astype(int))]
