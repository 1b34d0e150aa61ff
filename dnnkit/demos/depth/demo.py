"""Activations: what a slope, a weight scale and a depth do to the signals of a deep network, before any training."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider, Toggle
from dnnkit.demos.demo import Demo
from dnnkit.demos.depth import simulate as depth
from dnnkit.demos.depth.panels import bent, flatness, short, signals, spreading, times
from dnnkit.demos.interface import Result, Settings

MINE = "mine"
PROBE = np.array([-4.0, -1.5, -0.5, -0.01, 0.01, 0.5, 1.5, 4.0])
BATCH = np.array([[1.0, -2.0, 10.0], [5.0, 0.5, 10.5], [-3.0, 1.0, 9.0], [0.0, -1.0, 10.1]])
CHOICES = {
    "activation": {"function": MINE},
    "leaky_relu_forward": {"function": "leaky ReLU"},
    "batchnorm_forward": {"norm": "batch norm"},
}  # what shows a student's function


class Activations(Demo):
    """A deep network with random weights: signals up, gradients down, layer by layer.

    Slots:
        activation: any activation function of the student's, `activation(z)` -> a of the same shape; shown as "mine".
        leaky_relu_forward: the student's, `leaky_relu_forward(Z, slope)`; used where the leaky ReLU is chosen.
        batchnorm_forward: the student's; used where batch norm is chosen.

    Example:
        activations(activation=lambda z: z / (1 + abs(z)))
    """

    name = "activations"
    title = "Activations in a deep network"
    question = Question(
        "In 20 sigmoid layers with Glorot's weight scale, the gradient of the first layer is about 10⁻¹² of the last "
        "one's. Which single change brings it closest to 1?",
        ("weights twice as large", "ReLU instead of sigmoid", "tanh instead of sigmoid", "a residual path"),
        "Try each of them, and look where the line of the gradient begins.",
    )
    controls = (
        Choice("function", "activation", "sigmoid", options=(*depth.NAMES, MINE)),
        Slider("scale", "weight scale σ (Glorot 1, He 1.41)", 1.0, low=0.1, high=4.0, step=0.01, ticks=(1.0, 1.41),
               help="a weight's standard deviation is σ divided by the root of the width"),
        Slider("depth", "layers", 20, low=2, high=50, step=1),
        Slider("width", "units in a layer", 64, low=16, high=128, step=16),
        Slider("spread", "spread of the inputs", 1.0, low=0.1, high=10.0, step=0.05, log=True),
        Slider("leak", "slope of the leaky ReLU", 0.1, low=0.0, high=1.0, step=0.05),
        Choice("norm", "normalise z", "none", options=depth.NORMS),
        Toggle("residual", "residual path", False),
        Slider("step", "look at layer", 10, low=0, high=20, step=1, local=True, help="0 is the input"),
    )  # fmt: skip
    presets = {
        "sigmoid, Glorot": {},
        "tanh, Glorot": {"function": "tanh"},
        "ReLU, He": {"function": "ReLU", "scale": 1.41},
        "sigmoid with a residual path": {"residual": True},
        "sigmoid with batch norm": {"norm": "batch norm"},
        "tanh, weights too large": {"function": "tanh", "scale": 3.0},
    }
    static_presets = ("sigmoid, Glorot", "tanh, Glorot", "ReLU, He", "sigmoid with a residual path")
    static_panels = (0, 1)
    slots = ("activation", "leaky_relu_forward", "batchnorm_forward")
    runs = True
    actions = (("redraw", "New weights"),)

    def __init__(self, **settings: Any):
        for slot, choice in CHOICES.items():
            if settings.get(slot) is not None:
                settings = choice | settings
        super().__init__(**settings)

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `draw` counts how often new weights were asked for."""
        return super().defaults() | {"draw": 0}

    def on_action(self, action: str, values: Settings) -> Settings:
        """Draw new weights."""
        return {"draw": values["draw"] + 1}

    def _describe_page(self, predict):
        page = super()._describe_page(predict)
        if "activation" not in self.own:
            page["controls"][0]["options"] = depth.NAMES
        return page

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Send signals up and gradients down: a `depth.summary` of the demo's own and of the student's network."""
        inputs = depth.draws(int(rng.integers(2**31)) + values["draw"], int(values["depth"]), int(values["width"]))
        plan = depth.Plan(float(values["scale"]), values["norm"], bool(values["residual"]))
        name = values["function"] if values["function"] in depth.NAMES else depth.NAMES[0]
        bend = depth.curve(name, values["leak"])
        plain = depth.summary(bend, plan, inputs, values["spread"])
        own, right = self._own(values, bend, plan, inputs)
        return {"name": name if own is None else values["function"], "plain": plain, "own": own, "right": right}

    def _own(self, values, bend, plan, inputs):
        """Send signals through the student's functions; (None, None) where there are none or they failed."""
        slot = {MINE: "activation", "leaky ReLU": "leaky_relu_forward"}.get(values["function"])
        slot = slot if slot in self.own else None
        normed = values["norm"] == "batch norm" and "batchnorm_forward" in self.own
        if slot is None and not normed:
            return None, None
        more = (float(values["leak"]),) if slot == "leaky_relu_forward" else ()
        right = [self._compare_leaky(more)] if more else []
        right += [self._compare_norm()] if normed else []

        def send(bent):
            if not normed:
                return depth.summary(bent, plan, inputs, values["spread"])
            return self.own.run(
                "batchnorm_forward",
                lambda norm: depth.summary(bent, plan, inputs, values["spread"], lambda z: normalised(norm, z)),
            )

        if slot is None:
            own = send(bend)
        else:
            own = self.own.run(slot, lambda function: send(depth.by_differences(lambda z: function(z, *more))))
        return own, None if own is None or not right else all(right)

    def _compare_leaky(self, more):
        wanted, _ = depth.curve("leaky ReLU", *more)(PROBE)
        returned = self.own.call("leaky_relu_forward", PROBE, *more)
        return self.own.agrees("leaky_relu_forward", returned, wanted)

    def _compare_norm(self):
        returned = self.own.run("batchnorm_forward", lambda norm: normalised(norm, BATCH))
        return self.own.agrees("batchnorm_forward", returned, depth.centred(BATCH, 0)[0])

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the activation with what goes into it, the two signals, all activations, and the flat units."""
        drawn, ghosts = result["own"] or result["plain"], []
        if result["own"] is not None and result["right"] is False:
            ghosts.append(result["plain"])
        if pinned:
            ghosts.append(pinned[1]["own"] or pinned[1]["plain"])
        return [bent(result["name"], drawn, ghosts), signals(drawn, ghosts), spreading(drawn), flatness(drawn, ghosts)]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say by what a layer multiplies the gradient, what is left at the bottom, and each layer's numbers."""
        drawn, layers = result["own"] or result["plain"], int(values["depth"])
        factor = drawn["predicted"][1] ** (1 / (layers - 1))
        more = "" if values["norm"] == "none" else f", {values['norm']}"
        more += ", residual" if values["residual"] else ""
        head = (
            f"{result['name']}, σ = {values['scale']:.3g}, {layers} layers{more}: χ = {factor**2:.3g} on average, "
            f"so a layer multiplies the gradient by √χ = {factor:.3g}. Layer 1 gets {times(drawn['gradient'][1])} of "
            f"the last layer's gradient; in very wide layers it would be {times(drawn['predicted'][1])}."
        )
        sentences = [f"{head} The inputs have standard deviation {drawn['a_std'][0]:.2g}."]
        for n in range(1, layers + 1):
            sentences.append(
                f"{head} Layer {n}: standard deviation of z {short(drawn['z_std'][n])}, of a "
                f"{short(drawn['a_std'][n])}, gradient {times(drawn['gradient'][n])}; {drawn['flat'][n - 1]:.0%} flat, "
                f"{drawn['dead'][n - 1]:.0%} of the units dead."
            )
        return sentences

    def table(self, result: Result, values: Settings) -> Any:
        """List the numbers of every layer."""
        drawn = result["own"] or result["plain"]
        heads = ["layer", "std of z", "std of a", "gradient", "predicted", "χ", "flat %", "dead %"]
        rows = []
        for n in range(1, int(values["depth"]) + 1):
            row = [drawn[key][n] for key in ("z_std", "a_std", "gradient", "predicted")]
            row += [drawn["chi"][n - 1], 100 * drawn["flat"][n - 1], 100 * drawn["dead"][n - 1]]
            rows.append([n, *map(float, row)])
        return "Layers; the gradient is that of a, and 1 at the top", heads, rows


def normalised(norm: Callable[..., Any], z: NDArray[np.float64]) -> Any:
    """Call a student's batch norm in training, with scale 1 and shift 0; the first of what it returns."""
    ones, zeros = np.ones(z.shape[1]), np.zeros(z.shape[1])
    out = np.asarray(norm(z.copy(), ones, zeros, zeros.copy(), ones.copy(), 0.99, depth.EPS, True)[0], dtype=np.float64)
    return depth.same_shape(out, z)
