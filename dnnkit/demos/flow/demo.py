"""Gradient flow: how far back a recurrent network sees, with a tanh or with gates, and what decides it."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.flow import panels
from dnnkit.demos.flow import simulate as flow
from dnnkit.demos.flow.panels import left, short
from dnnkit.demos.flow.simulate import CELLS
from dnnkit.demos.interface import Result, Settings

RADII, BIASES = (0.5, 1.3), (-2.0, 6.0)
GATED = ("LSTM", "GRU")
STEPS = {"tanh": "rnn_step_forward", "LSTM": "lstm_step", "GRU": "gru_step"}  # the slot of each cell's step
MOVES = {"ArrowUp": 1, "ArrowDown": -1}


class GradientFlow(Demo):
    """A network with random weights reads a pulse; then a gradient goes back from the end to the first step.

    Slots:
        rnn_step_forward, rnn_step_backward: the student's step of a tanh network, and the way back through it.
        lstm_step, gru_step: the student's steps with gates; the demo carries the gradient back through their gates.

    Example:
        gradient_flow(lstm_step=lstm_step, cell="LSTM", bias=3.0)
    """

    name = "gradient_flow"
    title = "Gradient flow and gates"
    question = Question(
        "A tanh network's Wh has radius 1, so that alone it neither shrinks nor stretches. "
        "How long is the gradient after 60 steps back?",
        ("about as long as at the end", "a tenth, or less", "ten times as long, or more"),
        "Look at the slope of the tanh. Then choose the LSTM, and find a forget bias that keeps a half.",
    )
    controls = (
        Choice("cell", "network", "tanh", options=CELLS),
        Slider("radius", "radius of Wh", 1.0, low=RADII[0], high=RADII[1], step=0.01, ticks=(1.0,),
               only=("cell", ("tanh",)), help="largest absolute eigenvalue of the state weights"),
        Slider("bias", "forget bias", 1.0, low=BIASES[0], high=BIASES[1], step=0.05, only=("cell", GATED)),
        Slider("step", "steps back", 60, low=0, high=60, step=1, local=True),
        Slider("length", "steps in all", 60, low=10, high=100, step=1, more=True),
        Slider("pulse", "size of the pulse", 0.5, low=0.0, high=2.0, step=0.05, more=True,
               help="all other inputs are about a tenth of it; 0: silence"),
    )  # fmt: skip
    presets = {
        "tanh, radius 1": {},
        "tanh, radius 0.9": {"radius": 0.9},
        "tanh, radius 1.2, in silence": {"radius": 1.2, "pulse": 0.0},
        "tanh, radius 1.2, with a pulse": {"radius": 1.2},
        "LSTM, forget bias 1": {"cell": "LSTM"},
        "LSTM, forget bias 5": {"cell": "LSTM", "bias": 5.0},
        "GRU, forget bias 3": {"cell": "GRU", "bias": 3.0},
    }
    static_presets = ("tanh, radius 0.9", "tanh, radius 1.2, in silence", "LSTM, forget bias 1", "LSTM, forget bias 5")
    static_panels = (1, 2)
    slots = ("rnn_step_forward", "rnn_step_backward", "lstm_step", "gru_step")
    plot_keys = tuple(
        (key, key.replace("Arrow", "") + " arrow", "turn the dashed line: radius or forget bias; with Shift further")
        for key in MOVES
    )
    keyed = 2
    runs = True
    picture_first = True
    actions = (("redraw", "New weights"),)

    def __init__(self, *, seed: int = 3, **settings: Any) -> None:
        super().__init__(seed=seed, **settings)  # a network whose gradients are neither long nor short for their kind

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `draw` counts how often new weights were asked for."""
        return super().defaults() | {"draw": 0}

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Run forward and carry the gradient back: a network, its record and gradients, the demo's and the drawn."""
        seed = int(rng.integers(2**31)) + values["draw"]
        names = ("radius", "bias", "pulse")
        settings = {name: float(values[name]) for name in names}
        net = flow.network(values["cell"], length=int(values["length"]), **settings, rng=np.random.default_rng(seed))
        plain = flow.read(net, flow.own_step(net))
        record, right = self._read_own(net, plain)
        gradients, agrees = self._carry_own(net, record)
        right = right and agrees
        known = None if right else flow.carry_back(net, plain)
        return {"net": net, "record": record, "gradients": gradients, "known": known}

    def _read_own(self, net, plain):
        """Run the student's step: a record, and whether it is the demo's."""
        slot = STEPS[net.cell]
        own = self.own.run(slot, lambda step: _plain_record(flow.read(net, _as_step(step, net))))
        if own is None:
            return plain, True
        right = self.own.agrees(slot, own, _plain_record(plain))
        return flow.Record(own["states"], own["cells"], own["gates"]), right

    def _carry_own(self, net, record):
        """Carry the gradient back through the student's way back, where there is one: gradients, and whether right."""
        known = flow.carry_back(net, record)
        slot = "rnn_step_backward"
        if net.cell != "tanh":
            return known, True
        own = self.own.run(slot, lambda back: flow.carry_back(net, record, back))
        return (known, True) if own is None else (own, self.own.agrees(slot, own[::-1], known[::-1]))

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw states and gradients as colours, and below them the gradient's length and what each step passes on."""
        net, ghosts = result["net"], [] if result["known"] is None else [result["known"]]
        if pinned:
            ghosts.append(pinned[1]["gradients"])
        return [
            panels.memory(net, result["record"]),
            panels.brightness(result["gradients"]),
            panels.fading(net, result["gradients"], ghosts),
            panels.shares(net, result["record"]),
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say how much of the gradient is left so many steps back, and what one step keeps."""
        net, length = result["net"], flow.lengths(result["gradients"])
        last = len(length) - 1
        if net.cell == "tanh":
            slope = float(np.mean(flow.passed(net, result["record"])["slope of the tanh"]))
            why = f"Wh has radius {net.factor:g}, and the tanh lets {slope:.0%} of each step through."
        else:
            half = flow.steps_until_half(net.factor)
            why = f"With forget bias {values['bias']:g} a step keeps {net.factor:.1%}: "
            why += f"half is gone in {short(half)} steps."
        return [f"{net.cell}, {n} step{'s' * (n != 1)} back: {left(length[last - n])}. {why}" for n in range(last + 1)]

    def table(self, result: Result, values: Settings) -> Any:
        """List the gradient and what each step lets through."""
        net, length = result["net"], flow.lengths(result["gradients"])
        series, last = flow.passed(net, result["record"]), len(length) - 1
        heads = ["steps back", "step", "gradient", "same factor each step", *series]
        rows = [
            [n, last - n, float(length[last - n]), net.factor**n]
            + [float(share[last - n - 1]) if n < last else "" for share in series.values()]
            for n in range(last + 1)
        ]
        return "The gradient on its way back", heads, rows

    def follow(self, values: Settings, changed: set[str]) -> Settings:
        """Look at the first step again when there are more or fewer."""
        return {"step": int(values["length"])} if "length" in changed else {}

    def on_action(self, action: str, values: Settings) -> Settings:
        """Draw new weights."""
        return {"draw": values["draw"] + 1}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Turn the dashed line by a little, with Shift by more."""
        by = MOVES[key] * (5 if shift else 1)
        if values["cell"] == "tanh":
            return {"radius": _within(values["radius"] + 0.01 * by, RADII)}
        return {"bias": _within(values["bias"] + 0.1 * by, BIASES)}

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Lay the dashed line through the place that the reader points at."""
        back = max(float(values["length"]) - x, 1.0)
        factor = float(np.exp(np.log(max(y, 1e-12)) / back))
        if values["cell"] == "tanh":
            return {"radius": _within(factor, RADII)}
        return {"bias": _within(flow.bias_for(min(max(factor, 0.01), 0.999)), BIASES)}


def _within(value, ends):
    return round(float(min(max(value, ends[0]), ends[1])), 2)


def _as_step(step, net):
    """Make the student's step one that takes and returns states, cells and gates."""
    weights = net.weights

    def tanh(x, h, c):
        return step(x.copy(), h.copy(), *(array.copy() for array in weights.values())), c, {}

    def lstm(x, h, c):
        return step(x.copy(), h.copy(), c.copy(), {name: array.copy() for name, array in weights.items()})

    def gru(x, h, c):
        h, gates = step(x.copy(), h.copy(), {name: array.copy() for name, array in weights.items()})
        return h, c, gates

    return {"tanh": tanh, "LSTM": lstm, "GRU": gru}[net.cell]


def _plain_record(record):
    return {"states": record.h, "cells": record.c, "gates": record.gates}
