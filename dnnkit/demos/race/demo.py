"""Optimizer race: seven rules from one start, at one learning rate or each at its best, and the student's own."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Many, Question, Slider, Toggle
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.race import panels
from dnnkit.demos.race import simulate as race
from dnnkit.demos.race.panels import INVENTION, short
from dnnkit.demos.race.simulate import NAMES, RATES, STEPS
from dnnkit.demos.race.surfaces import SURFACES, surface

PROBE = np.array([[4.0, -1.0], [1.0, 0.5], [-2.0, 0.25], [0.5, -3.0], [1.5, 2.0], [-0.5, 0.1]])  # slopes to compare on
MOVES = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, 1), "ArrowDown": (0, -1)}


class OptimizerRace(Demo):
    """Seven optimizers walk down one surface, step by step.

    Slots:
        step: the student's step function, `step(params, grads, state, learning_rate, ...)` -> (params, state), on
            dicts of arrays; what follows the learning rate is that of the rule chosen as "my step is", and is
            left out where the function takes four arguments.

    Example:
        optimizer_race(step=adam_step)
    """

    name = "optimizer_race"
    title = "Optimizer race"
    question = Question(
        f"All seven start at one place of a ravine and take {STEPS} steps with the learning rate 0.03. "
        "Which of these four ends lowest?",
        ("SGD", "Nesterov", "AdaGrad", "Adam"),
        "Look where AdaGrad ends. Then let each walk at its own best rate, and turn the ravine.",
    )
    controls = (
        Choice("surface", "surface", "ravine", options=SURFACES),
        Slider("condition", "condition number κ", 20.0, low=1.0, high=200.0, step=0.05, log=True,
               help="how much steeper the ravine is across than along; for the ravine and the noisy quadratic"),
        Slider("turn", "turned by", 0.0, low=0.0, high=90.0, step=5.0, unit="degrees",
               help="0: the ravine runs along an axis; for the ravine and the noisy quadratic"),
        Toggle("best", "each at its own best rate", False),
        Slider("learning_rate", "learning rate of all", 0.03, low=1e-3, high=100.0, step=0.025, log=True),
        Slider("momentum", "momentum m, and Adam's β₁", 0.9, low=0.0, high=0.99, step=0.01),
        Slider("beta2", "Adam's β₂", 0.999, low=0.5, high=0.999, step=0.001),
        Slider("noise", "noise in the gradient", 0.0, low=0.0, high=3.0, step=0.1),
        Choice("chosen", "look closely at", "Adam", options=NAMES),
        Choice("rule", "my step is", "Adam", options=(*NAMES, INVENTION)),
        Many("shown", "optimizers", list(NAMES), options=NAMES),
        Slider("step", "step", STEPS, low=0, high=STEPS, step=1, local=True),
    )  # fmt: skip
    presets = {
        "one rate for all": {},
        "a rate too large for SGD": {"learning_rate": 0.12},
        "each at its best rate": {"best": True, "chosen": "AdaGrad"},
        "a long ravine, turned": {"best": True, "condition": 100.0, "turn": 45.0, "chosen": "AdaGrad"},
        "noisy gradients": {"surface": "noisy quadratic", "condition": 5.0, "learning_rate": 0.1, "chosen": "AdaGrad"},
        "plateau and cliff": {"surface": "plateau and cliff", "learning_rate": 0.1, "chosen": "RMSProp"},
        "saddle": {"surface": "saddle", "learning_rate": 0.1},
    }
    static_presets = ("one rate for all", "a rate too large for SGD", "each at its best rate")
    static_panels = (0, 2)
    slots = ("step",)
    plot_keys = tuple((key, key.replace("Arrow", "") + " arrow", "move the start; with Shift further") for key in MOVES)
    runs = True

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `starts` holds a moved start for each surface that has one."""
        return super().defaults() | {"starts": {}}

    def _describe_page(self, predict):
        page = super()._describe_page(predict)
        if "step" not in self.own:  # nothing to be said about a step that is not there
            page["controls"] = [control for control in page["controls"] if control["name"] != "rule"]
        return page

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Walk with all rules: places (7, STEPS + 1, 2), losses (7, STEPS + 1), and the losses over RATES (7, R)."""
        ground, start = self._ground(values)
        noise = rng.normal(size=(2, STEPS, 2))
        kicks = noise[0] @ ground.shake.T + values["noise"] * noise[1]
        settings = {"momentum": float(values["momentum"]), "beta2": float(values["beta2"])}
        where = values["surface"], float(values["condition"]), float(values["turn"]), start
        over_rates = race.sweep(*where, *settings.values(), kicks.tobytes())
        best = RATES[np.argmin(over_rates, axis=1)]
        rates = best if values["best"] else np.full(len(NAMES), float(values["learning_rate"]))
        path, scale = race.walk(ground.slope, start, rates[:, None], kicks, **settings)
        paths = np.moveaxis(path[..., 0], -1, 0)
        chosen = NAMES.index(values["chosen"])
        return {
            "start": start, "paths": paths, "losses": losses(ground, paths), "rates": rates,
            "over_rates": over_rates, "best": best, "effective": scale[:, :, chosen, 0].T,
            "own": self._walk_own(values, ground, start, rates, kicks),
        }  # fmt: skip

    def _ground(self, values):
        ground = surface(values["surface"], float(values["condition"]), float(values["turn"]))
        return ground, tuple(map(float, values["starts"].get(values["surface"], ground.start)))

    def _walk_own(self, values, ground, start, rates, kicks):
        """Walk with the student's step; None when there is none or it failed."""
        if "step" not in self.own:
            return None
        rule, known = values["rule"], values["rule"] in NAMES
        rate = rates[NAMES.index(rule)] if known else values["learning_rate"]
        extra = race.settings_after_rate(rule, values["momentum"], values["beta2"])
        path = self.own.run("step", lambda step: race.walk_alone(step, ground.slope, start, rate, extra, kicks))
        if path is None:
            return None
        right = self._compare(values, rate, extra) if known else None
        return {"path": path, "losses": losses(ground, path), "rate": rate, "right": right}

    def _compare(self, values, rate, extra):
        """Say whether the student's rule is the chosen one, on a few fixed slopes: walks may part by rounding alone."""
        flat, origin = np.zeros_like, (0.0, 0.0)
        returned = self.own.run("step", lambda step: race.walk_alone(step, flat, origin, rate, extra, PROBE))
        if returned is None:
            return None
        memory = {"momentum": values["momentum"], "beta2": values["beta2"]}
        wanted, _ = race.walk(flat, origin, np.full((len(NAMES), 1), rate), PROBE, **memory)
        rule = NAMES.index(values["rule"])
        steps = range(1, len(PROBE) + 1)
        places = [{f"after step {n}": places[n] for n in steps} for places in (returned, wanted[:, :, rule, 0])]
        return self.own.agrees("step", *places, exercise=f"{NAMES[rule].lower()}_step")

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the paths, the losses by step, the losses by learning rate, and the rates of the chosen optimizer."""
        runners = panels.runners(result, values)
        old = panels.runners(pinned[1], pinned[0]) if pinned else []
        return [
            panels.paths(runners, old, result, values),
            panels.by_step(runners, old),
            panels.by_rate(runners, result, values),
            panels.close_up(result, values),
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say for each step who is where, who has how wide a range of good rates, and the chosen one's rates."""
        runners, first = panels.runners(result, values), result["losses"][0, 0]
        at_rate = "each at its own best rate" if values["best"] else f"at rate {values['learning_rate']:.3g}"
        tail = self._ranges(result, values, first)
        drawn = np.array([runner.losses for runner in runners]).reshape(len(runners), STEPS + 1)
        order = np.argsort(drawn, axis=0, kind="stable").T.tolist()  # what has flown away comes last
        ends = drawn.T.tolist()
        after = [f" (rate {short(runner.rate)})" if values["best"] else "" for runner in runners]
        sentences = []
        for n in range(STEPS + 1):
            places = [f"{runners[i].label} {short(ends[n][i])}{after[i]}" for i in order[n]]
            sentences.append(f"Step {n}, {at_rate}, from loss {short(first)}: {', '.join(places)}. {tail}")
        return sentences

    def _ranges(self, result, values, first):
        spans = 0.125 * np.sum(result["over_rates"] < 0.1 * first, axis=1)
        best = int(np.argmax(spans))
        words = f"Rates that come below a tenth of that span {spans[0]:.1f} powers of ten for SGD"
        for i in dict.fromkeys([NAMES.index(values["chosen"]), best]):
            words += f", {spans[i]:.1f} for {NAMES[i]}" if i else ""
        if values["surface"] == "ravine" and values["noise"] == 0:
            words += f"; SGD flies apart above 2/κ = {2 / values['condition']:.2g}"
        x, y = result["effective"][:, -1]
        words += f". {values['chosen']}'s last step multiplies slopes by {short(x)} along w₁"
        return f"{words}, by {short(y)} along w₂."

    def table(self, result: Result, values: Settings) -> Any:
        """List losses, rates and how many powers of ten of rates are good."""
        checked = range(10, STEPS + 1, 10)
        heads = ["optimizer", "rate", *(f"loss after {n}" for n in checked)]
        heads += ["best rate", "loss there", "powers of ten of good rates"]
        rows = []
        for runner in panels.runners(result, values):
            row = [runner.label, float(runner.rate), *(float(runner.losses[n]) for n in checked)]
            over = result["over_rates"][runner.series] if runner.name in NAMES else np.full(1, np.nan)
            good = 0.125 * np.sum(over < 0.1 * result["losses"][0, 0])
            known = runner.name in NAMES
            row += [float(RATES[np.argmin(over)]), float(over.min()), float(good)] if known else ["", "", ""]
            rows.append(row)
        return f"Losses; the start has {short(result['losses'][0, 0])}", heads, rows

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move the start by a fortieth of the window, with Shift by a tenth."""
        ground, (x, y) = self._ground(values)
        left, right, bottom, top = ground.window
        share = 0.1 if shift else 0.025
        return self.on_point(
            x + MOVES[key][0] * share * (right - left), y + MOVES[key][1] * share * (top - bottom), values
        )

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Put the start where the reader points, inside the window."""
        left, right, bottom, top = self._ground(values)[0].window
        place = [round(min(max(x, left), right), 3), round(min(max(y, bottom), top), 3)]
        return {"starts": {**values["starts"], values["surface"]: place}}


def losses(ground: Any, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure heights, shape (..., N), of places, shape (..., N, 2); NaN where flown away."""
    with np.errstate(all="ignore"):
        return ground.height(np.moveaxis(places, -1, 0))
