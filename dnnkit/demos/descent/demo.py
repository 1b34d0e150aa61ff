"""Learning rate: one number decides whether descent creeps, jumps, swings or flies apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.descent import panels, real_net
from dnnkit.demos.descent import simulate as descent
from dnnkit.demos.descent.simulate import CURVATURES, RATES, SCHEDULES, STEPS, SURFACES
from dnnkit.demos.interface import Result, Settings

MOVES = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, 1), "ArrowDown": (0, -1)}


class LearningRate(Demo):
    """Descent on a parabola, or into one of two valleys, from one slider.

    Slots:
        step: the student's update of lesson 03, `step(params, grads, state, learning_rate)` -> (params, state), such
            as `sgd_step`. It is compared with plain descent while the momentum is 0.

    Example:
        learning_rate(learning_rate=1.9)
    """

    name = "learning_rate"
    title = "Learning rate"
    question = Question(
        "The curve is J(w) = w²/2. With which learning rate does one step reach the lowest point?",
        ("0.1", "0.5", "1", "2"),
        "Move the learning rate until one step is enough.",
    )
    controls = (
        Slider("learning_rate", "learning rate", 0.1, low=1e-3, high=3.0, step=0.01, log=True),
        Slider("curvature", "curvature λ", 1.0, low=0.25, high=4.0, step=0.05),
        Slider("start", "start w", -4.5, low=-5.0, high=5.0, step=0.1),
        Slider("momentum", "momentum", 0.0, low=0.0, high=0.95, step=0.05),
        Slider("noise", "noise in the gradient", 0.0, low=0.0, high=2.0, step=0.1),
        Choice("schedule", "schedule", "constant", options=SCHEDULES,
               help="step: a tenth after every ten steps; cosine: down to 0; warm-up: up within ten steps"),
        Choice("surface", "curve", "parabola", options=SURFACES),
    )  # fmt: skip
    presets = {
        "slow": {},
        "swinging": {"learning_rate": 1.8},
        "too large": {"learning_rate": 2.1},
        "one step": {"learning_rate": 1.0},
        "momentum": {"momentum": 0.8},
        "noise, constant rate": {"learning_rate": 0.5, "noise": 1.0},
        "noise, cosine schedule": {"learning_rate": 0.5, "noise": 1.0, "schedule": "cosine"},
        "two valleys, small rate": {"surface": "double well"},
        "two valleys, over the hill": {"surface": "double well", "learning_rate": 0.7},
    }
    static_presets = ("slow", "one step", "swinging", "too large")
    static_panels = (0, 1)
    slots = ("step",)
    plot_keys = tuple(
        (key, key.replace("Arrow", "") + " arrow", "move the star in the map: rate and curvature; with Shift further")
        for key in MOVES
    )
    keyed = 3

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Follow the descent: positions w, shape (STEPS + 1,), their rates (STEPS,), and the predicted distances."""
        noise = values["noise"] * rng.normal(size=STEPS)
        path = descent.follow(values, noise)
        own = self._own_path(values, noise)
        if values["momentum"] == 0:
            self.own.agrees("step", own, path, exercise="sgd_step")
        factors = 1.0 - descent.rates(values["schedule"], values["learning_rate"]) * values["curvature"]
        return {"path": path, "own": own, "factors": factors, "predicted": predicted(values, factors)}

    def _own_path(self, values, noise):
        """Follow the student's update; None when the slot is empty or the update failed."""

        def walk(step):
            params, state, places = {"w": np.array([float(values["start"])])}, {}, []
            for kick, rate in zip(noise, descent.rates(values["schedule"], values["learning_rate"]), strict=True):
                places.append(float(params["w"][0]))
                grads = {"w": descent.slope(values["surface"], values["curvature"], params["w"]) + kick}
                params, state = step(params, grads, state, float(rate))
                w = np.asarray(params["w"], dtype=np.float64).reshape(1)
                params = {"w": np.clip(w, -descent.FAR, descent.FAR)}
            return np.array([*places, float(params["w"][0])])

        return self.own.run("step", walk)

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the curve with the path, the distances on a log axis, a real network's losses, and the map of steps."""
        path = result["own"] if result["own"] is not None else result["path"]
        return [
            panels.bowl(path, result, values, pinned),
            panels.distances(path, result, values, pinned),
            panels.network(values),
            panels.step_map(values),
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say the factor, the regime, where the last step ends, and what a real network makes of this rate."""
        rate, last = values["learning_rate"], result["path"][-1]
        sentence = f"η = {rate:.3g}, λ = {values['curvature']:g}; {self._effect(result, values)}. After {STEPS} steps "
        far = float(descent.distance(values["surface"], last))
        if far >= descent.FAR / 2:
            sentence += "|w| beyond every limit."
        elif values["surface"] == "parabola":
            sentence += f"|w| = {far:.2g}."
        else:
            sentence += f"w = {last:.2g}, {far:.1g} from the valley at {np.copysign(descent.VALLEY, last):g}."
        loss, best = real_net.loss_at(rate), int(np.argmin(real_net.LOSSES[0.0]))
        sentence += f" At this rate the real network gets to loss {loss:.2g}; its best is "
        return f"{sentence}{real_net.LOSSES[0.0][best]:.2g}, at {real_net.RATES[best]:.2g}."

    def _effect(self, result, values):
        """Say by what a step multiplies the distance."""
        first, last = result["factors"][[0, -1]]
        plain = values["surface"] == "parabola"
        what, where = ("w", "") if plain else ("the distance", "near a valley ")
        if values["momentum"]:
            rho = float(descent.growth(1 - first, values["momentum"]))
            effect = f"{where}in the long run a step multiplies {what} by ρ = {rho:.2f}"
            effect = f"momentum {values['momentum']:g}" + (f", {effect}" if values["schedule"] == "constant" else "")
        elif values["schedule"] == "constant":
            return f"{where}every step multiplies {what} by 1 − ηλ = {first:.2f}: {regime(first)}"
        else:
            effect = f"{where}the first step multiplies {what} by 1 − ηλ = {first:.2f}, the last by {last:.2f}"
        return effect if values["schedule"] == "constant" else f"{values['schedule']} schedule, {effect}"

    def table(self, result: Result, values: Settings) -> Any:
        """List the positions."""
        heads = ["step", "learning rate", "w"] + (["w with your step"] if result["own"] is not None else [])
        columns = [result["path"], *([result["own"]] if result["own"] is not None else [])]
        rate = [*map(float, descent.rates(values["schedule"], values["learning_rate"])), ""]
        return "Positions", heads, [[n, rate[n], *(float(c[n]) for c in columns)] for n in range(STEPS + 1)]

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move the star in the map."""
        right, up = (part * (5 if shift else 1) for part in MOVES[key])
        return self.on_point(values["learning_rate"] * 10 ** (0.02 * right), values["curvature"] + 0.05 * up, values)

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Take learning rate and curvature from where the reader points in the map."""
        rate, curvature = min(max(x, RATES[0]), RATES[1]), min(max(y, CURVATURES[0]), CURVATURES[1])
        return {"learning_rate": float(f"{rate:.6g}"), "curvature": round(float(curvature), 2)}


def predicted(values: Settings, factors: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Predict the distances on the parabola, shape (STEPS + 1,); None where there is no simple rule."""
    start = abs(values["start"])
    if values["surface"] != "parabola":
        return None
    if values["momentum"] == 0:
        return start * np.concatenate([[1.0], np.cumprod(np.abs(factors))])
    if values["schedule"] != "constant":
        return None
    return start * descent.growth(1 - factors[0], values["momentum"]) ** np.arange(STEPS + 1)


def regime(factor: float) -> str:
    """Name what a factor per step does."""
    if abs(factor) < 1e-3:
        return "one step is enough"
    if factor == 1:
        return "w stays where it is"
    if factor == -1:
        return "it swings and never settles"
    if abs(factor) > 1:
        return "it flies apart"
    share = f"{100 * (1 - abs(factor)):.0f} % a step"
    return f"it creeps, {share}" if factor > 0 else f"it swings from side to side and shrinks, {share}"
