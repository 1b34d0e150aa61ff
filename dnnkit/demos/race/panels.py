"""The pictures of the optimizer race."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel, apart
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.race.simulate import ADAM, FLOOR, NAMES, RATES, STEPS
from dnnkit.demos.race.surfaces import bands, surface

SHAPES = ("circle", "triangle", "square", "diamond", "circle", "triangle", "square")
INVENTION = "my own invention"
WIDTH, HEIGHT = 452, 250


@dataclass(frozen=True)
class Racer:
    """One line in the pictures.

    Attributes:
        name: of the optimizer, or `INVENTION`.
        label: what stands beside its line.
        series: 0 to 6, as in `Panel.line`.
        shape: at its end.
        width: of its line.
        ghost: drawn grey, to compare the student's with.
        path: places, shape (STEPS + 1, 2).
        losses: shape (STEPS + 1,).
        rate: its learning rate.
    """

    name: str
    label: str
    series: int
    shape: str
    width: float
    ghost: bool
    path: np.ndarray
    losses: np.ndarray
    rate: float


def runners(result: Result, values: Settings) -> list[Racer]:
    """List who runs: the shown optimizers, with the student's in place of the one that it is meant to be."""
    own, found = result["own"], []
    for i, name in enumerate(NAMES):
        mine = own is not None and values["rule"] == name
        if name in values["shown"] and (not mine or own["right"] is False):
            line = result["paths"][i], result["losses"][i], float(result["rates"][i])
            found.append(Racer(name, name, i, SHAPES[i], 2.0, mine, *line))
        if mine:
            found.append(Racer(name, f"yours ({name})", i, "star", 4.0, False, own["path"], own["losses"], own["rate"]))
    if own is not None and values["rule"] == INVENTION:
        found.append(Racer(INVENTION, "yours", 0, "star", 4.0, False, own["path"], own["losses"], own["rate"]))
    return found


def look_of(line: Racer) -> dict[str, Any]:
    """Say how a racer's lines look; a ghost's have no mark at their end."""
    end = None if line.ghost else line.shape
    return {"series": line.series, "width": line.width, "ghost": line.ghost, "end": end, "grows": True}


def paths(lines: Sequence[Racer], old: Any, result: Result, values: Settings) -> Panel:
    """Draw where everyone walked, on bands of equal height."""
    where = values["surface"], float(values["condition"]), float(values["turn"])
    ground = surface(*where)
    left, right, bottom, top = ground.window
    panel = Panel("paths from the start (ring) downhill (star: lowest)", "w₁", "w₂", width=WIDTH, height=HEIGHT)
    panel.xlim, panel.ylim = (left, right), (bottom, top)
    panel.field(-bands(*where), ground.window, scale="grey", limits=(-56.0, 0.0))
    for line in old:
        panel.line(*line.path.T, ghost=True, grows=True)
    for line in lines:
        panel.line(*line.path.T, **look_of(line))
    panel.points(*np.transpose(ground.lowest), series=0, shape="star", size=6)
    panel.points(*np.transpose([result["start"]]), series=0, size=7, hollow=True)
    return panel


def by_step(lines: Sequence[Racer], old: Any) -> Panel:
    """Draw the losses step by step; the names stand where the lines end."""
    first = lines[0].losses[0] if lines else 1.0
    low, high = FLOOR / 2, 30 * max(first, FLOOR)
    panel = Panel("loss after each step", "step", "loss", ylog=True, width=WIDTH, height=HEIGHT)
    panel.xlim, panel.ylim = (0.0, 1.32 * STEPS), (low, high)
    step = np.arange(STEPS + 1)
    for line in old:
        panel.line(step, np.maximum(line.losses, FLOOR), ghost=True, grows=True)
    for line in lines:
        panel.line(step, np.maximum(line.losses, FLOOR), **look_of(line))
    named(panel, lines, [line.losses[-1] for line in lines], (1.035 * STEPS, 1.06 * STEPS))
    return panel


def named(panel: Panel, lines: Sequence[Racer], ends: Sequence[float], where: tuple[float, float]) -> None:
    """Write the names beside where lines end, apart from each other.

    Args:
        panel: the panel, with its limits, on a log axis.
        lines: list of `Racer`.
        ends: the loss at each line's end.
        where: x of the marks and of the names.
    """
    _, (low, high) = panel.limits()
    gap = 15 / (HEIGHT - 50) * np.log10(high / low)
    wishes = [np.log10(np.clip(np.nan_to_num(end, nan=high), low, high)) for end in ends]
    places = apart(wishes, gap, np.log10(low) + gap / 2, np.log10(high) - gap / 2)
    for line, place in zip(lines, places, strict=True):
        if not line.ghost:
            panel.points([where[0]], [10**place], series=line.series, shape=line.shape)
        words = "yours" if line.label.startswith("yours") else line.label
        panel.text(where[1], 10**place, words, bold=line.width > 2)


def by_rate(lines: Sequence[Racer], result: Result, values: Settings) -> Panel:
    """Draw the loss after the last step over the learning rate, one line each; marks stand at the rates in use."""
    first = result["losses"][0, 0]
    panel = Panel(f"loss after {STEPS} steps at every learning rate", "learning rate", "loss", xlog=True, ylog=True)
    panel.width, panel.height = WIDTH, HEIGHT
    panel.xlim, panel.ylim = (RATES[0] / 1.2, RATES[-1] * 30), (FLOOR / 2, 30 * max(first, FLOOR))
    high = panel.ylim[1]
    if not values["best"]:
        panel.rule(x=values["learning_rate"], series=0)
    for line in lines:
        if line.name in NAMES and not line.ghost:
            over = np.minimum(result["over_rates"][line.series], 2 * high)
            panel.line(RATES, over, series=line.series)
    for line in lines:
        if not line.ghost:
            end = np.clip(np.nan_to_num(line.losses[-1], nan=high), FLOOR, high / 1.5)
            panel.points([line.rate], [end], series=line.series, shape=line.shape, size=5)
    known = [line for line in lines if line.name in NAMES and not line.ghost]
    ends = [result["over_rates"][line.series][-1] for line in known]
    named(panel, known, ends, (1.35 * RATES[-1], 1.7 * RATES[-1]))
    return panel


def close_up(result: Result, values: Settings) -> Panel:
    """Draw by what the chosen optimizer multiplies the slope of each weight, step by step."""
    name, effective = values["chosen"], result["effective"]
    title = f"{name}: by what it multiplies the mean slope"
    panel = Panel(title, "step", "effective rate", ylog=True, width=WIDTH, height=HEIGHT, xlim=(0.0, 1.15 * STEPS))
    step = np.arange(1, STEPS + 1)
    grey = effective * uncorrected(step, values) if name == NAMES[ADAM] else effective
    drawn = np.concatenate([grey, effective])
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    low, high = (drawn.min(), drawn.max()) if drawn.size else (0.1, 1.0)
    panel.ylim = (low / 2, max(3 * high, 50 * low))
    if grey is not effective:
        for row in grey:
            panel.line(step, row, ghost=True)
        panel.text(1, panel.ylim[1], "grey: without the bias correction", dx=4, dy=12)
    together = np.ptp(np.log10(effective[:, -1])) < 0.2
    for row, series, label, dy in zip(effective, (4, 5), ("w₁", "w₂"), (-7, 7), strict=True):
        panel.line(step, row, series=series)
        panel.points(np.arange(STEPS + 1), np.concatenate([[np.nan], row]), series=series, grows=True)
        if np.isfinite(row[-1]):
            panel.text(STEPS, row[-1], label, dx=8, dy=dy if together else 0)
    return panel


def uncorrected(step: NDArray[Any], values: Settings) -> NDArray[np.float64]:
    """Say how many times longer Adam's steps would be without its two corrections, shape (STEPS,)."""
    return (1 - values["momentum"] ** step) / np.sqrt(1 - values["beta2"] ** step)


def short(value: float) -> str:
    """Write a loss or rate in few characters."""
    if not math.isfinite(value):
        return "flown away"
    if value <= FLOOR:
        return "at most 1e-8"
    if value >= 100:
        return f"{value:.0f}" if value < 1e6 else f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{value:.2g}" if value >= 0.01 else f"{value:.1e}".replace("e-0", "e-")
