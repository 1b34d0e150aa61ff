"""The pictures of gradient flow: all four have the same axis, time from the first step to the end."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.flow.simulate import UNITS, Array, Network, Record, lengths, passed

WIDTH, HIGH, LOW = 406, 200, 196
SMALLEST, LARGEST = 1e-9, 1e5  # ends of the axis of the gradient
DIMMEST, BRIGHTEST = -6.0, 0.5  # powers of ten at the ends of the colours
LARGEST_STATE = 0.6
LABEL: dict[str, Any] = {"bold": True, "align": "right", "dx": -6}
LOOKS = {  # colour, shape, where the label stands, and by how many pixels below the line
    "slope of the tanh": (5, "diamond", "right", 14),
    "forget gate": (5, "diamond", "left", 13),
    "input gate": (3, "square", "right", 13),
    "reset gate": (3, "square", "right", 13),
    "output gate": (4, "circle", "right", -12),
}


def _over_time(title: str, last: int, height: int, ylabel: str) -> Panel:
    """Begin a plot whose step slider, the steps that the gradient went back, follows the pointer."""
    panel = Panel(title, ylabel=ylabel, width=WIDTH, height=height)
    panel.xlabel, panel.xlim, panel.scrub = "step", (-0.5, last + 0.5), (float(last), -1.0)
    return panel


def _mark_step(panel: Panel, last: int) -> None:
    for back in range(last + 1):
        panel.rule(x=last - back, series=5, show=(back, back))


def memory(net: Network, record: Record) -> Panel:
    """Draw what the units remember: their states, or an LSTM's cells."""
    values, what = (record.c, "cells") if net.cell == "LSTM" else (record.h, "states")
    last = len(values) - 1
    panel = _over_time(f"forward: the {what} of {UNITS} units after a pulse", last, HIGH, "unit")
    panel.ylim = (0.5, UNITS + 0.5)
    limits = (-LARGEST_STATE, LARGEST_STATE)
    panel.field(values.T, (-0.5, last + 0.5, 0.5, UNITS + 0.5), limits=limits, smooth=False)
    _mark_step(panel, last)
    panel.hover = [
        f"step {last - back}: {np.abs(values[last - back]).mean():.2g} in the mean" for back in range(last + 1)
    ]
    return panel


def brightness(gradients: Array) -> Panel:
    """Draw the gradient in every unit on its way back; it comes from the right."""
    last = len(gradients) - 1
    panel = _over_time("backward: the gradient, from the right; bright: large", last, HIGH, "unit")
    panel.ylim = (0.5, UNITS + 0.5)
    sizes = np.log10(np.maximum(np.sqrt(np.sum(gradients**2, axis=1)), 1e-300))
    place = (-0.5, last + 0.5, 0.5, UNITS + 0.5)
    panel.field(sizes.T, place, scale="positive", limits=(DIMMEST, BRIGHTEST), smooth=False)
    _mark_step(panel, last)
    largest = sizes.max(axis=1)
    panel.hover = [
        f"step {last - back}: largest in a unit {short(10 ** largest[last - back])}" for back in range(last + 1)
    ]
    return panel


def fading(net: Network, drawn: Array, ghosts: list[Array]) -> Panel:
    """Draw how long the gradient is in every step, and what the same factor in each step would leave."""
    length = lengths(drawn)
    last = len(length) - 1
    panel = _over_time("how long the gradient is: drag the dashed line", last, LOW, "")
    panel.ylog, panel.ylim = True, (SMALLEST, LARGEST)
    panel.xlabel = "step; the loss is at the right end"
    back = np.arange(last + 1)
    alone = net.factor**back
    for old in ghosts:
        panel.line(len(old) - 1 - np.arange(len(old)), lengths(old)[::-1], ghost=True)
    panel.line(last - back, alone, series=3, width=2.5)
    panel.line(last - back, length[::-1], series=5, width=1.5, solid=True)
    panel.line(last - back, length[::-1], series=5, width=4, solid=True, grows=True)
    panel.points(last - back, length[::-1], series=5, shape="diamond", size=6, grows=True)
    low, high = np.log10(SMALLEST), np.log10(LARGEST)
    gap = 16 / (LOW - 60) * (high - low)
    first = high - 0.8 * gap if length[0] < 10 else low + 1.8 * gap  # at the right, where no line comes
    panel.text(
        last,
        10**first,
        "dashed: radius alone" if net.cell == "tanh" else "dashed: forget gate alone",
        series=3,
        **LABEL,
    )
    panel.text(last, 10 ** (first - gap), "gradient", series=5, **LABEL)
    panel.hover = [f"{n} steps back: {short(length[last - n])} is left" for n in back]
    return panel


def shares(net: Network, record: Record) -> Panel:
    """Draw which share each step lets through: the slope of the tanh, or the gates, as means over the units."""
    series = passed(net, record)
    last = len(net.xs)
    title = "what a step lets through (mean of the units)" if net.cell != "tanh" else "the slope of the tanh (mean)"
    panel = _over_time(title, last, LOW, "share")
    panel.ylim = (-0.04, 1.09)
    steps = np.arange(1, last + 1)
    for name, values in series.items():
        number, shape, place, below = LOOKS[name]
        panel.line(steps, values, series=number, width=2.5, solid=True)
        moving = np.concatenate([values[::-1], [np.nan]])
        panel.points(last - np.arange(last + 1), moving, series=number, shape=shape, size=5, grows=True)
        at = {"left": (1, values[0]), "right": (last, values[-1])}[place]
        panel.text(*at, name, series=number, bold=True, align=place, dx=4 if place == "left" else -4, dy=below)
    panel.hover = [", ".join(f"{name} {values[-1 - n]:.2f}" for name, values in series.items()) for n in range(last)]
    panel.hover += ["before the first step"]
    return panel


def short(value: float) -> str:
    """Write a share or a multiple in few characters."""
    if not np.isfinite(value):
        return "beyond every number"
    if 0.001 <= value < 1000:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def left(value: float) -> str:
    """Say in words how much of a gradient is left."""
    if not np.isfinite(value):
        return "the gradient is beyond every number"
    if value > 1.005:
        return f"the gradient is {float(f'{value:.2g}'):,g} times as long"
    if value > 0.005:
        return f"{value:.0%} of the gradient is left"
    return (
        f"1/{float(f'{1 / value:.2g}'):,.0f} of the gradient is left"
        if value > 1e-12
        else "nothing of the gradient is left"
    )
