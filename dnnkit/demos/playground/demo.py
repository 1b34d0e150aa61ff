"""Neuron playground: one neuron draws one straight line; hidden layers bend the plane until a line is enough."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.playground import panels, training
from dnnkit.demos.playground import simulate as ground

TURN, SHIFT, STEPS = 5.0, 0.1, 10  # of a key in degrees and in b; training steps of a tick
ALONE = "used when there are no hidden layers"
FIRST = {"layers": 1, "hidden": 2}  # what the one becomes when the other is no longer 0
KEYS = {"ArrowLeft": "turn w to the left", "ArrowRight": "turn w to the right",
        "ArrowUp": "raise b", "ArrowDown": "lower b"}  # fmt: skip


class NeuronPlayground(Demo):
    """One neuron, or up to three layers of hidden units and one neuron, on points in the plane.

    Slots:
        neuron: the student's, `neuron(X, w, b)` -> activations (N,); it answers where there are no hidden layers.

    Example:
        neuron_playground(neuron=neuron, data="AND")
    """

    name = "neuron_playground"
    title = "Neuron playground"
    question = Question(
        "XOR: four corners of a square; opposite corners belong to the same class. "
        "How many of the four can one neuron get right, with the best w₁, w₂ and b?",
        ("2", "3", "4"),
        "Try to get all four. Then choose the preset with two hidden units.",
    )
    controls = (
        Choice("data", "points", "XOR", options=ground.NAMES),
        Slider("w1", "w₁", 2.0, low=-ground.REACH, high=ground.REACH, step=0.1, help=ALONE),
        Slider("w2", "w₂", 2.0, low=-ground.REACH, high=ground.REACH, step=0.1, help=ALONE),
        Slider("b", "b", -1.0, low=-ground.REACH, high=ground.REACH, step=0.1, help=ALONE),
        Slider("layers", "hidden layers", 0, low=0, high=3, step=1, help="0: the neuron sees the points themselves"),
        Slider("hidden", "hidden units", 0, low=0, high=16, step=1, unit="a layer", help="in each hidden layer"),
        Choice("bend", "activation of hidden units", "tanh", options=training.BENDS),
        Slider("learning_rate", "learning rate", 1.0, low=0.01, high=10.0, step=0.05, log=True),
    )
    presets = {
        "XOR, one neuron": {},
        "AND, one neuron": {
            "data": "AND", "w1": 5.0122, "w2": 5.0122, "b": -7.702,
            "run": ["AND", 0, "", [0.0, 0.0, 0.0], [[1.0, 300]]],
        },
        "XOR, two hidden units": {
            "layers": 1, "hidden": 2, "draw": 1, "run": ["XOR", 2, "tanh", 1, [[1.0, 600]]],
        },
        "XOR, two hidden units, stuck": {
            "layers": 1, "hidden": 2, "draw": 0, "run": ["XOR", 2, "tanh", 0, [[1.0, 600]]],
        },
        "rings, one neuron": {"data": "rings", "w1": 2.7, "w2": -0.9, "b": 2.5},
        "rings, four hidden units": {
            "data": "rings", "layers": 1, "hidden": 4, "run": ["rings", 4, "tanh", 0, [[1.0, 400]]],
        },
        "spirals, one layer of sixteen": {
            "data": "spirals", "layers": 1, "hidden": 16, "run": ["spirals", 16, "tanh", 0, [[1.0, 1000]]],
        },
        "spirals, two layers of eight": {
            "data": "spirals", "layers": 2, "hidden": 8, "draw": 3,
            "run": ["spirals", 8, "tanh", 3, [[1.0, 1000]], 2],
        },
    }  # fmt: skip
    static_presets = ("AND, one neuron", "XOR, one neuron", "XOR, two hidden units")
    slots = ("neuron",)
    plot_keys = tuple((key, f"{key[5:]} arrow", f"{what}; with Shift more") for key, what in KEYS.items())
    runs = True
    actions = (("line", "Best line"), ("draw", "New start"))

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state.

        Beside the controls: `draw` counts new starts, and `run` is the training so far: points, hidden units of a
        layer, their activation, the start (its number, or w1, w2, b), a list of [learning rate, steps], and the number
        of hidden layers where there is more than one.
        """
        return {"draw": 0, "run": None} | super().defaults()

    def follow(self, values: Settings, changed: set[str]) -> Settings:
        """Keep layers and units both 0, or both not: layers of no units are one neuron, too."""
        empty = [name for name in FIRST if not values[name]]
        if len(empty) != 1:
            return {}
        return dict.fromkeys(FIRST, 0) if changed & set(FIRST) == set(empty) else {empty[0]: FIRST[empty[0]]}

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Answer on a grid and on the points: field (G,), hits (N,), losses (steps + 1,), the network and its way."""
        course, log = self._course(values)
        net, losses, path = course.at(log)
        if not net["W"]:  # what the sliders say; training writes it there
            net = net | {"v": np.array([values["w1"], values["w2"]], dtype=float), "b": float(values["b"])}
        places = np.concatenate([ground.grid(values["data"]), course.X])
        z, plain = training.answers(net, places)
        own, right = (None, None) if net["W"] else self._own(places, net, plain)
        shown = plain if own is None else own
        count = ground.GRID**2
        return {
            "X": course.X, "s": course.s, "net": net, "losses": losses, "path": path, "log": log, "right": right,
            "field": shown[:count], "plain_field": plain[:count], "a": shown[count:], "z": z[count:],
            "hits": (shown[count:] > 0.5) == (course.s > 0),
            "plane": None if net["W"] else ground.loss_plane(values["data"], self.seed, float(values["b"])),
            "best": ground.best_line(values["data"], self.seed)[0],
        }  # fmt: skip

    def _course(self, values):
        """Find the training that led here: (course, log); a new one when data, units or weights were changed."""
        shape, run = _shape(values), values["run"]
        name, bend = values["data"], values["bend"] if shape[0] else ""
        now = [float(values[key]) for key in ("w1", "w2", "b")]
        start = int(values["draw"]) if shape[0] else tuple(now)
        if run and (tuple(run[:3]), _layers(run)) == ((name, shape[1], bend), shape[0]):
            old = run[3] if shape[0] else tuple(run[3])
            course = training.course(name, self.seed, shape, bend, old)
            steps = tuple((float(rate), int(count)) for rate, count in run[4])
            if (old == start) if shape[0] else self._leads(course, steps, now):
                return course, steps
        return training.course(name, self.seed, shape, bend, start), ()

    def _leads(self, course, log, now):
        net = course.at(log)[0]
        return np.allclose([*net["v"], net["b"]], now, rtol=0.0, atol=1e-4)

    def _own(self, places, net, plain):
        """Let the student's neuron answer; (None, None) when there is none, it failed or does not fit."""
        returned = self.own.call("neuron", places, net["v"], net["b"])
        right = self.own.agrees("neuron", returned, plain)
        try:
            own = np.asarray(returned, dtype=np.float64) if returned is not None else None
        except (TypeError, ValueError):
            own = None
        return (own, right) if own is not None and own.shape == plain.shape else (None, None)

    def on_tick(self, values: Settings) -> Settings:
        """Make a few steps of gradient descent; without hidden layers they move w1, w2 and b."""
        course, log = self._course(values)
        log = training.extended(log, float(values["learning_rate"]), STEPS)
        net = course.at(log)[0]
        layers, units = _shape(values)
        start = int(values["draw"]) if layers else list(map(float, course.start))
        run = [values["data"], units, values["bend"] if layers else "", start, [list(part) for part in log]]
        moved = {"run": [*run, layers] if layers > 1 else run}
        return moved if layers else moved | _weights(net["v"][0], net["v"][1], net["b"])

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Turn w, or move b."""
        if _shape(values)[0]:
            return {}
        if key in ("ArrowUp", "ArrowDown"):
            by = SHIFT * (5 if shift else 1) * (1 if key == "ArrowUp" else -1)
            return _weights(values["w1"], values["w2"], values["b"] + by)
        by = np.deg2rad(TURN * (3 if shift else 1) * (1 if key == "ArrowLeft" else -1))
        turned = (values["w1"] + 1j * values["w2"]) * np.exp(1j * by)
        return _weights(turned.real, turned.imag, values["b"])

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Move the boundary to where the reader points, by changing b."""
        if _shape(values)[0]:
            return {}
        return _weights(values["w1"], values["w2"], -(values["w1"] * x + values["w2"] * y))

    def on_action(self, action: str, values: Settings) -> Settings:
        """Take the best straight line, or start anew: other weights of a network, or w = 0 and b = 0."""
        if action == "line":
            return {"layers": 0, "hidden": 0, "run": None, **_weights(*ground.best_line(values["data"], self.seed)[1:])}
        if _shape(values)[0]:
            return {"draw": int(values["draw"]) + 1, "run": None}
        return {"run": None, **_weights(0.0, 0.0, 0.0)}

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the plane, the loss over the weights or the hidden space, and the loss by step."""
        layers, units = _shape(values)
        if not layers:
            second = panels.loss_over_weights(result, values, pinned)
        elif units == 2:
            second = panels.hidden_space(result, values)
        else:
            second = panels.scores(result)
        return [panels.plane(result, values, pinned), second, panels.loss_by_step(result, pinned)]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say how many points are right, the loss, the boundary, and what the best line or training reached."""
        count, total, losses = int(result["hits"].sum()), len(result["s"]), result["losses"]
        steps, (layers, units) = len(losses) - 1, _shape(values)
        who = f"{units} hidden unit{'s' * (units > 1)} ({values['bend']})" if layers else "one neuron"
        who = f"{layers} hidden layers of {who.replace('hidden ', '')}" if layers > 1 else who
        whose = " of the demo's own" if result["right"] is False else ""
        sentence = f"{values['data']}, {who}: {count} of {total} right ({100 * count / total:.0f} %), "
        sentence += f"loss{whose} {losses[-1]:.3g}"
        sentence += f"; {steps} training steps ago it was {losses[0]:.3g}. " if steps else ". "
        best = f"{result['best']} of {total}"
        if units:
            space = "In hidden space" if layers == 1 else "After the last layer"
            where = space if units == 2 else "At the last neuron"
            wrong = f"{total - count} of the points are on the wrong side of the straight cut"
            parted = "one straight cut parts the classes" if count == total else wrong
            return f"{sentence}{where}, {parted}. On the points themselves, the best straight line gets {best}."
        _, (w1, w2, least) = result["plane"]
        line = f"{values['w1']:.3g} x₁ {_signed(values['w2'])} x₂ = {0.0 - values['b']:.3g}"
        low = f"at this b the loss is lowest, about {least:.3g}, near w = ({w1:.2g}, {w2:.2g})"
        sentence += f"Boundary {line}. " if values["w1"] or values["w2"] else "With w = 0 there is no boundary. "
        sentence += f"The best straight line gets {best}; {low}."
        return sentence.replace(" -", " −").replace("(-", "(−")

    def table(self, result: Result, values: Settings) -> Any:
        """List points and answers, at most 30."""
        units = _shape(values)[1]
        heads = ["point", "x₁", "x₂", "class", "score z", "answer a", "right"]
        heads[3:3] = ["unit 1", "unit 2"] if units == 2 else []
        H = training.bent(result["net"], result["X"]) if units == 2 else np.zeros((len(result["s"]), 0))
        rows = []
        for n in range(min(30, len(result["s"]))):
            row = [n + 1, *map(float, result["X"][n]), *map(float, H[n]), int(result["s"][n] > 0)]
            rows.append([*row, float(result["z"][n]), float(result["a"][n]), bool(result["hits"][n])])
        return "Points and answers" + (", the first 30" if len(result["s"]) > 30 else ""), heads, rows


def _shape(values):
    """Say how many hidden layers there are and how many units each has; (0, 0) for one neuron."""
    layers, units = int(values["layers"]), int(values["hidden"])
    return (layers, units) if layers and units else (0, 0)


def _layers(run):
    """Say how many hidden layers a training was made with."""
    return run[5] if len(run) > 5 else min(run[1], 1)


def _weights(w1, w2, b):
    """Round weights for the sliders and keep them within reach."""
    reach = ground.REACH
    return {key: round(min(max(float(v), -reach), reach), 6) for key, v in (("w1", w1), ("w2", w2), ("b", b))}


def _signed(value):
    return f"{'−' if value < 0 else '+'} {abs(value):.3g}"
