"""Adversarial examples: small changes in the worst direction, beside changes of the same size in a random one."""

from typing import Any

import numpy as np

from dnnkit.demos.adversarial import panels
from dnnkit.demos.adversarial.networks import (
    ATTACKS,
    BUDGETS,
    LAST,
    digits,
    networks,
    own_accuracy,
    own_pictures,
    settings,
)
from dnnkit.demos.adversarial.panels import RANDOM, WORDS, Seen, a_digit
from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings

SOFTMAX, HIDDEN, TRAINED = networks()
KINDS = {"one step (fgsm)": "fgsm", "ten steps (pgd)": "pgd"}
MOVES = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, 1), "ArrowDown": (0, -1)}
COUNTED = np.arange(0, LAST + 1, 5)  # budgets for which the student's attack changes all digits
ROOM = 1e-6  # beyond the budget, for rounding
WEAK = 0.15  # of the digits, more than the demo's own attack leaves right


class AdversarialExamples(Demo):
    """A digit and a network: the attack changes it to the right, a coin changes it upwards.

    Slots:
        fgsm, pgd: the student's functions of lesson 13. The demo gives them the slopes of its networks.

    Example:
        adversarial_examples(fgsm=fgsm, pgd=pgd, network="trained under attack")
    """

    name = "adversarial_examples"
    title = "Adversarial examples"
    question = Question(
        "A change of 0.08 in each pixel, up or down as the slopes say, lets this network take a 4 for a 1. "
        "If a coin decides about up and down, how large must the change be?",
        ("about as large", "twice as large", "more than three times as large, if it helps at all"),
        "Drag the star to the right. Then start again, and drag it upwards.",
    )
    controls = (
        Choice("network", "network", HIDDEN, options=(SOFTMAX, HIDDEN, TRAINED)),
        Choice("attack", "attack", next(iter(KINDS)), options=tuple(KINDS)),
        Slider("random", "random change", 0.0, low=-0.3, high=0.3, step=0.01, help="in each pixel, as a coin decides"),
        Slider("step", "epsilon in hundredths", 0, low=0, high=LAST, step=1, local=True),
        Choice("digit", "digit", "4", options=tuple(map(str, range(10))), more=True),
    )  # fmt: skip
    presets = {
        "a 4": {},
        "fooled by 0.08": {"step": 8},
        "a coin, three times as large": {"random": 0.24},
        "trained under attack": {"network": TRAINED, "step": 8},
        "softmax, an 8": {"network": SOFTMAX, "digit": "8", "step": 6},
        "a 7, ten steps": {"digit": "7", "attack": "ten steps (pgd)", "step": 10},
    }
    static_presets = ("fooled by 0.08", "a coin, three times as large", "trained under attack")
    static_panels = (0, 2, 3, 4)
    slots = ATTACKS
    plot_keys = (
        *((key, key.replace("Arrow", "") + " arrow", "move the star; with Shift further") for key in MOVES),
        ("n", "N", "take the next digit"),
        ("c", "C", "throw the coins again"),
    )
    keyed = 2
    runs = True
    beat = 160
    picture_first = True
    actions = (("next", "Next digit"), ("coins", "New coins"))

    def __init__(self, **more: Any) -> None:
        self._known: dict[tuple[object, ...], Any] = {}  # answers of the student's functions, which stay the same
        super().__init__(**more)

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `draw` counts how often coins were thrown."""
        return super().defaults() | {"draw": 0}

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Change the digit by the attack and by the coins, and read it, over the map and along its row."""
        net, digit, attack = networks()[values["network"]], int(values["digit"]), KINDS[values["attack"]]
        picture = digits().X[digits().chosen[digit]]
        known = net.changed[ATTACKS.index(attack), :, digit]
        own = self._attacked(net, digit, attack, known)
        steps = known if own is None else own
        coins = np.random.default_rng([self.seed, values["draw"]]).choice([-1.0, 1.0], size=picture.shape)
        over = net.probabilities(_added(steps, RANDOM[:, None, None] * coins))
        changed = _added(steps, values["random"] * coins)
        others = np.where(np.arange(10) == digit, -1.0, over).max(axis=2)
        shares = None if own is None else self._counted(net, attack)
        own_shares = None if shares is None else (BUDGETS[COUNTED], shares)
        return Seen(
            net, digit, attack, picture, changed, net.probabilities(changed), float(values["random"]),
            over[..., digit] - others, over.argmax(axis=2), own_shares,
        )  # fmt: skip

    def _attacked(self, net, digit, attack, known):
        """Let the student's attack change the digit with each budget: pictures (budgets, 64), or None."""
        if attack not in self.own:  # also while the still picture is drawn
            return None
        key, steps = (net.name, digit, attack), settings()["steps"]
        if key not in self._known:
            pictures = self.own.run(attack, lambda f: own_pictures(net, digit, attack, f, BUDGETS, steps))
            if pictures is None:
                return None
            self._known[key] = pictures
        found = self._known[key]
        if attack == "fgsm":
            self.own.agrees(attack, found, known, rtol=1e-4)
            return np.nan_to_num(found)
        gaps = np.abs(found - digits().X[digits().chosen[digit]]).max(axis=1) - BUDGETS
        if not np.all(gaps <= ROOM):
            worst = int(np.argmax(np.nan_to_num(gaps, nan=np.inf)))
            self.own.note(
                f"Your pgd changes a pixel by {gaps[worst] + BUDGETS[worst]:.2f} where the budget is "
                f'{BUDGETS[worst]:.2f}. check("pgd") says more.'
            )
        elif found.min() < -ROOM or found.max() > 1 + ROOM:
            self.own.note('Pixels of your pgd leave the range from 0 to 1. check("pgd") says more.')
        return np.nan_to_num(found)

    def _counted(self, net, attack):
        """Count how many of all digits are read after the student's attack, as shares, or None."""
        key, steps = (net.name, attack), settings()["steps"]
        if key not in self._known:
            shares = self.own.run(attack, lambda f: own_accuracy(net, attack, f, BUDGETS[COUNTED], steps))
            if shares is None:
                return None
            self._known[key] = shares
        shares = self._known[key]
        known = net.right[ATTACKS.index(attack)][COUNTED]
        worst = int(np.argmax(shares - known))
        if attack == "pgd" and shares[worst] > known[worst] + WEAK:
            self.own.note(
                f"After your pgd with {BUDGETS[COUNTED[worst]]:.2f}, {shares[worst]:.0%} of the digits are read; "
                f'after the demo\'s own, {known[worst]:.0%}. check("pgd") says more.'
            )
        return shares

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the sum of pictures and what is read in it, and below them the map and the curves."""
        before = pinned[1] if pinned else None
        return [
            panels.addition(result),
            panels.bars(result),
            panels.plane(result),
            panels.along(result, before),
            panels.accuracy(result, before),
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say what was changed and what is read, at each step."""
        said = []
        for step, probs in enumerate(result.probs):
            read = int(probs.argmax())
            parts = [f"{BUDGETS[step]:.2f} by {WORDS[result.attack]}"] if step else []
            parts += [f"{abs(result.random):.2f} at random"] if result.random else []
            how = " and ".join(parts)
            begin = f"Each pixel changed by {how}" if parts else "As it is"
            truth = "rightly" if read == result.digit else f"but it is {a_digit(result.digit)}"
            said.append(f"{begin}: read as {a_digit(read)}, {probs[read]:.0%} sure, {truth}.")
        return said

    def table(self, result: Result, values: Settings) -> Any:
        """List what is read at each step, and how many of all digits still are."""
        heads = ["epsilon", "read as", f"sure of {a_digit(result.digit)}", *(WORDS[name] for name in panels.ORDER)]
        rows = [
            [float(e), int(probs.argmax()), float(probs[result.digit]), *map(float, result.net.right[:, step])]
            for step, (e, probs) in enumerate(zip(BUDGETS, result.probs, strict=True))
        ]
        return "This digit, and the shares of 200 that are read under three kinds of change", heads, rows

    def on_action(self, action: str, values: Settings) -> Settings:
        """Take the next digit, or throw the coins again."""
        if action == "next":
            return {"digit": str((int(values["digit"]) + 1) % 10)}
        return {"draw": values["draw"] + 1}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move the star by a hundredth, with Shift by a twentieth; next digit, new coins."""
        if key in ("n", "c"):
            return self.on_action("next" if key == "n" else "coins", values)
        by = 0.05 if shift else 0.01
        across, up = (by * way for way in MOVES[key])
        return _at(values["step"] / 100 + across, values["random"] + up)

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Move the star to the place that the reader points at."""
        return _at(x, y if abs(y) > 0.015 else 0.0)


def _added(steps, random):
    """Add random changes to pictures, as far as black and white allow; pictures that are outside stay there."""
    return np.where(random == 0, steps, np.clip(steps + random, 0, 1))


def _at(x, y):
    """Place the star, inside the map."""
    return {"step": int(np.clip(round(100 * x), 0, LAST)), "random": round(float(np.clip(y, -0.3, 0.3)), 2)}
