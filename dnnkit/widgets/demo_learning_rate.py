"""Learning rate: one number decides whether descent creeps, jumps, swings or flies apart."""

import numpy as np

from dnnkit.widgets.controls import Question, Slider
from dnnkit.widgets.demo import Demo
from dnnkit.widgets.scene import Panel

STEPS = 30
FLOOR, CEILING = 1e-12, 1e12  # what a log axis shows


class LearningRate(Demo):
    """Descent on the parabola J(w) = lambda w^2 / 2, from one slider.

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
    )
    presets = {
        "slow": {},
        "swinging": {"learning_rate": 1.8},
        "too large": {"learning_rate": 2.1},
        "one step": {"learning_rate": 1.0},
        "momentum": {"momentum": 0.8},
    }
    static_presets = ("slow", "one step", "swinging", "too large")
    slots = ("step",)

    def compute(self, values, rng):
        """Follow the descent: positions w, shape (STEPS + 1,), and the map of rates and curvatures."""
        noise = values["noise"] * rng.normal(size=STEPS)
        path = follow(values, noise)
        own = self._own_path(values, noise)
        if values["momentum"] == 0:
            self.own.agrees("step", own, path, exercise="sgd_step")
        factor = 1.0 - values["learning_rate"] * values["curvature"]
        return {"path": path, "own": own, "factor": factor}

    def _own_path(self, values, noise):
        """Follow the student's update; None when the slot is empty or the update failed."""

        def walk(step):
            params, state, places = {"w": np.array([float(values["start"])])}, {}, []
            for kick in noise:
                places.append(float(params["w"][0]))
                grads = {"w": values["curvature"] * params["w"] + kick}
                params, state = step(params, grads, state, values["learning_rate"])
                params = {"w": np.clip(np.asarray(params["w"], dtype=np.float64).reshape(1), -1e9, 1e9)}
            return np.array([*places, float(params["w"][0])])

        return self.own.run("step", walk)

    def draw(self, result, values, pinned):
        """Draw the parabola with the path, the distance on a log axis, and the map of regimes."""
        path = result["own"] if result["own"] is not None else result["path"]
        return [self._bowl(path, result, values, pinned), self._distance(path, result, values, pinned), regimes(values)]

    def _bowl(self, path, result, values, pinned):
        panel = Panel("the path on J(w) = λw²/2", "w", "J(w)", xlim=(-6.0, 6.0), ylim=(-1.0, 18 * values["curvature"]))
        w = np.linspace(-6.0, 6.0, 121)
        panel.line(w, values["curvature"] * w**2 / 2, series=0, solid=True)
        if pinned:
            old = pinned[1]["path"]
            panel.line(old, pinned[0]["curvature"] * old**2 / 2, ghost=True)
        if result["own"] is not None:
            panel.line(result["path"], values["curvature"] * result["path"] ** 2 / 2, ghost=True)
        panel.line(path, values["curvature"] * path**2 / 2, series=5, solid=True, width=1.5, end="diamond")
        panel.points(path, values["curvature"] * path**2 / 2, series=5, size=3)
        return panel

    def _distance(self, path, result, values, pinned):
        panel = Panel("distance |w| after each step", "step", "|w|", ylog=True, ylim=(1e-6, 1e6))
        step = np.arange(STEPS + 1)
        if pinned:
            panel.line(step, np.clip(np.abs(pinned[1]["path"]), FLOOR, CEILING), ghost=True)
        panel.line(step, np.clip(np.abs(path), FLOOR, CEILING), series=5, end="diamond")
        if values["momentum"] == 0:
            predicted = np.abs(values["start"]) * np.abs(result["factor"]) ** step
            panel.line(step, np.clip(predicted, FLOOR, CEILING), series=4, width=1.5)
            panel.text(STEPS, 1e5, "blue: the predicted |1 − ηλ|ⁿ |w₀|", align="right")
        return panel

    def describe(self, result, values):
        """Say the factor, the regime and where the last step ends."""
        factor, last = result["factor"], np.abs(result["path"][-1])
        if values["momentum"] > 0:
            how = f"momentum {values['momentum']:g}"
        else:
            how = f"every step multiplies w by 1 − ηλ = {factor:.2f}: {regime(factor)}"
        end = f"|w| = {last:.2g}" if last < 1e9 else "|w| beyond every limit"
        return f"η = {values['learning_rate']:.3g}, λ = {values['curvature']:g}; {how}. After {STEPS} steps {end}."

    def table(self, result, values):
        """List the positions."""
        heads = ["step", "w"] + (["w with your step"] if result["own"] is not None else [])
        columns = [result["path"], *([result["own"]] if result["own"] is not None else [])]
        return "Positions", heads, [[n, *(float(c[n]) for c in columns)] for n in range(STEPS + 1)]


def follow(values, noise):
    """Descend on the parabola; shape (STEPS + 1,), cut off at 1e9."""
    w, speed = [float(values["start"])], 0.0
    for kick in noise:
        speed = values["momentum"] * speed - values["learning_rate"] * (values["curvature"] * w[-1] + kick)
        w.append(min(max(w[-1] + speed, -1e9), 1e9))
    return np.array(w)


def regime(factor):
    """Name what a factor per step does."""
    if abs(factor) < 1e-3:
        return "one step is enough"
    if abs(factor) >= 1:
        return (
            "w stays where it is"
            if factor == 1
            else "it swings and never settles"
            if factor == -1
            else "it flies apart"
        )
    share = f"{100 * (1 - abs(factor)):.0f} % a step"
    return f"it creeps, {share}" if factor > 0 else f"it swings from side to side and shrinks, {share}"


def regimes(values):
    """Draw which factor every pair of learning rate and curvature gives."""
    panel = Panel("factor |1 − ηλ|; black: η = 1/λ, red: 2/λ", "learning rate η", "curvature λ", xlog=True)
    panel.xlim, panel.ylim = (1e-3, 3.0), (0.25, 4.0)
    eta = np.logspace(-3, np.log10(3.0), 90)
    curvature = np.linspace(4.0, 0.25, 60)
    factor = np.abs(1.0 - curvature[:, None] * eta[None, :])
    panel.field(np.minimum(factor, 2.0), (1e-3, 3.0, 0.25, 4.0), scale="positive", limits=(0.0, 2.0))
    lam = np.linspace(0.25, 4.0, 50)
    panel.line(1.0 / lam, lam, series=0, solid=True)
    panel.line(2.0 / lam, lam, series=5, solid=True)
    panel.points([values["learning_rate"]], [values["curvature"]], series=5, shape="star", size=7)
    return panel
