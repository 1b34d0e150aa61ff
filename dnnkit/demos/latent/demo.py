"""Latent space: the map of a code of two numbers, what is decoded from it, and what a price on codes does to it."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.latent import panels
from dnnkit.demos.latent.networks import IN_USE, PLAIN, digits, networks
from dnnkit.demos.latent.walk import LAST, clouds, own_clouds, own_prices, walk

NETWORKS = tuple(networks())
FOUR, NINE, ZERO, SEVEN = 160, 6, 31, 36  # numbers of pictures that all networks rebuild well
BEHIND = ("both", "digits", "pictures")
MOVES = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, 1), "ArrowDown": (0, -1)}
FAR = 2.0  # of the standard normal: so far out lie 14 of 100 draws


def _from_to(name, first, last):
    """Walk from the code of a picture to that of another, as settings."""
    x, y = networks()[name].place(last)
    return {"x": x, "y": y, "start": networks()[name].place(first)}


BEGIN = _from_to(PLAIN, FOUR, NINE)


class LatentSpace(Demo):
    """Codes of two numbers: a plain autoencoder, and variational ones whose codes have prices from low to too high.

    Slots:
        reparameterize, gaussian_kl: the student's functions of lesson 08. The first draws the clouds around codes,
            the second computes what each number of the code costs.

    Example:
        latent_space(reparameterize=reparameterize, gaussian_kl=gaussian_kl, network="VAE, beta 1")
    """

    name = "latent_space"
    title = "Latent space"
    question = Question(
        "A plain autoencoder lays digits out on a map, and no one tells it where. A VAE pays for each code by its "
        "distance from standard normal numbers. What does a price of beta = 1 change most?",
        (
            "the digits are sorted better",
            "the codes come together around 0",
            "the pictures get sharper",
        ),
        "Drag the star over the map. Then choose beta 1, and look at the numbers on the axes.",
    )
    controls = (
        Choice("network", "network", PLAIN, options=NETWORKS),
        Slider("x", "right", BEGIN["x"], low=-1, high=1, step=0.02, help="the star, as a share of the map"),
        Slider("y", "up", BEGIN["y"], low=-1, high=1, step=0.02, help="the star, as a share of the map"),
        Slider("step", "step", LAST, low=0, high=LAST, step=1, local=True),
        Choice("behind", "show on the map", "both", options=BEHIND, more=True),
    )
    presets = {
        "plain, 4 to 9": {},
        **{f"beta {one.beta:g}, 4 to 9": {"network": name, **_from_to(name, FOUR, NINE)}
           for name, one in networks().items() if one.beta},
        "beta 1, 0 to 7": {"network": "VAE, beta 1", **_from_to("VAE, beta 1", ZERO, SEVEN)},
    }  # fmt: skip
    static_presets = ("plain, 4 to 9", "beta 1, 4 to 9", "beta 4, 4 to 9")
    slots = ("reparameterize", "gaussian_kl")
    plot_keys = (
        *((key, key.replace("Arrow", "") + " arrow", "move the star; with Shift further") for key in MOVES),
        ("s", "S", "let the walk start here"),
        ("d", "D", "move the star to two numbers drawn from the standard normal distribution"),
    )
    runs = True
    beat = 220
    picture_first = True
    tall = True
    actions = (("start", "Start here"), ("sample", "Draw"))

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `start` is where the walk starts, `draw` counts drawn codes."""
        return super().defaults() | {"start": BEGIN["start"], "draw": 0}

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Decode along the walk, and let the student's functions draw clouds and price codes."""
        net = networks()[values["network"]]
        way = walk(net, values["start"], (values["x"], values["y"]))
        known = np.array([one.kl for one in networks().values()])
        kl = self.own.run("gaussian_kl", own_prices)
        right = kl is None or self.own.agrees("gaussian_kl", kl, known)
        return {
            "net": net,
            "walk": way,
            "cloud": self._draw_clouds(net, way, rng) if net.beta else None,
            "kl": known if kl is None else kl,
            "known": None if right else known,
        }

    def _draw_clouds(self, net, way, rng):
        """Draw the clouds: the drawn codes, and the right ones where those are others."""
        seed = int(rng.integers(2**31))
        own = self.own.run("reparameterize", lambda draw: own_clouds(net, way, draw, seed))
        if own is None:
            return clouds(net, way, rng), None
        right = net.mu[way.nearest][:, None] + net.sigma[way.nearest][:, None] * own["eps"]
        if not self.own.agrees("reparameterize", own["drawn"], right):
            return own["drawn"], right
        spread = float(np.sqrt(np.mean(own["eps"] ** 2)))
        if not 0.8 < spread < 1.2:
            self.own.note(
                f"Your reparameterize draws eps of size {spread:.2f}; expected about 1, as of standard normal numbers. "
                'check("reparameterize") says more.'
            )
        return own["drawn"], None

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the map, and beside it the digits, the walk and the prices."""
        before = (pinned[1]["net"].name, pinned[1]["walk"]) if pinned else None
        return [
            panels.plane(result["net"], result["walk"], result["cloud"], values["behind"]),
            panels.pair(result["walk"]),
            panels.strip(result["walk"], before),
            panels.prices(result["net"], result["kl"], result["known"]),
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Name the digit that the decoded picture is nearest to, its distance, and what the codes are like."""
        net, way = result["net"], result["walk"]
        reach = f"Codes reach as far as {np.abs(net.mu).max():.1f}"
        about = f"{reach}."
        if net.beta:
            about = f"{reach}; a cloud is {net.sigma.mean():.2f} wide."
            if np.all(net.kl < IN_USE):
                about = "The code has collapsed: nearly the same for all digits, at no cost."
        name = net.name[0].upper() + net.name[1:]
        words = [panels.a_digit(digits().y[number]) for number in way.nearest]
        return [
            f"{name}, at ({x:.2f}, {y:.2f}): nearest to {digit}, at distance {gap:.2f}. {about}"
            for (x, y), digit, gap in zip(way.codes, words, way.distances, strict=True)
        ]

    def table(self, result: Result, values: Settings) -> Any:
        """List what every network pays, and below it the steps of the walk."""
        way, kl = result["walk"], result["kl"]
        heads = ["row", "first", "second", "nearest digit or rebuilding", "distance or codes' reach"]
        rows: list[list[object]] = [
            [f"step {n}", *map(float, way.codes[n]), str(digits().y[number]), float(way.distances[n])]
            for n, number in enumerate(way.nearest)
        ]
        rows += [
            [f"nats: {net.name}", *map(float, pair), net.rebuilding, float(np.abs(net.mu).max())]
            for net, pair in zip(networks().values(), kl, strict=True)
        ]
        return "Codes along the walk, and nats of each network", heads, rows

    def follow(self, values: Settings, changed: set[str]) -> Settings:
        """Look at the same two digits on the map of another network, and at the end of a walk that changes."""
        new: Settings = {}
        if "network" in changed:
            first, last = (FOUR, NINE) if self.result is None else self.result["walk"].nearest[[0, -1]]
            new = {key: v for key, v in _from_to(values["network"], first, last).items() if key not in changed}
        if changed & {"network", "x", "y", "start"} and "step" not in changed:
            new["step"] = LAST
        return new

    def on_action(self, action: str, values: Settings) -> Settings:
        """Let the walk start at the star's place, or move the star to a code drawn from the standard normal."""
        net = networks()[values["network"]]
        if action == "start":
            return {"start": [values["x"], values["y"]]}
        code = np.random.default_rng([self.seed, values["draw"]]).normal(size=2)
        return _at(*(code / net.reach)) | {"draw": values["draw"] + 1}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move the star by a fiftieth of the map, with Shift by a tenth; start or draw."""
        if key in ("s", "d"):
            return self.on_action("start" if key == "s" else "sample", values)
        by = 0.1 if shift else 0.02
        return _at(*(values[name] + by * way for name, way in zip("xy", MOVES[key], strict=True)))

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Move the star to the place that the reader points at."""
        reach = networks()[values["network"]].reach
        return _at(x / reach, y / reach)


def _at(x, y):
    """Place the star, inside the map."""
    return {"x": round(float(min(max(x, -1), 1)), 3), "y": round(float(min(max(y, -1), 1)), 3)}
