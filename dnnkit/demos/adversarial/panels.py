"""The pictures of the adversarial demo: a sum of two pictures, what is read in it, a map of changes, and two curves."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.adversarial.networks import BUDGETS, LAST, SIDE, Array, Network
from dnnkit.demos.canvas import Panel

SUM, BARS = (404, 142), (372, 142)  # pixels
PLOTS = (258, 212)
FRAME = (12, 16)  # pixels that the page leaves free of a picture without axes, across and down
RANDOM = np.linspace(-0.3, 0.3, 31)  # rows of the map
WORDS = {"fgsm": "fgsm", "pgd": "pgd", "random": "random signs"}
ORDER = ("fgsm", "pgd", "random")
LINES = {"fgsm": 5, "pgd": 6, "random": 3}  # series of the curves of accuracy
LIMITS = (-0.02, 1.17)  # of shares and probabilities, with room for words
TRUE, OTHER = 4, 5  # series of the true class and of the one that takes its place
GREY: dict[str, Any] = {"scale": "grey", "smooth": False, "limits": (0, 1)}


class Seen(NamedTuple):
    """What the pictures show.

    Attributes:
        net: the network that is attacked.
        digit: what the picture shows, 0 to 9.
        attack: "fgsm" or "pgd".
        picture: the pixels before, shape (64,).
        changed: the pixels with each budget and with the random change, shape (budgets, 64).
        probs: probabilities of the ten classes for each budget, shape (budgets, 10).
        random: size of the random change.
        lead: probability of the true class minus the largest other one, over the map, shape (31, budgets).
        read: what is read over the map, shape (31, budgets).
        own: budgets and shares of digits still read after the student's attack, or None.
    """

    net: Network
    digit: int
    attack: str
    picture: Array
    changed: Array
    probs: Array
    random: float
    lead: Array
    read: NDArray[np.int64]
    own: tuple[Array, Array] | None

    @property
    def fooled(self) -> int | None:
        """The first step at which another digit is read, or None."""
        wrong = np.flatnonzero(self.probs.argmax(axis=1) != self.digit)
        return int(wrong[0]) if wrong.size else None

    @property
    def rival(self) -> int:
        """The class that is read first in place of the true one, or that comes nearest to it at the end."""
        others = np.where(np.arange(10) == self.digit, -1.0, self.probs[LAST if self.fooled is None else self.fooled])
        return int(others.argmax())


def _flat(title, size):
    """Begin a picture without axes, measured in pixels."""
    panel = Panel(title, width=size[0], height=size[1], axes=False, equal=True)
    panel.xlim, panel.ylim = (0.0, float(size[0] - FRAME[0])), (0.0, float(size[1] - FRAME[1]))
    return panel


def _square(pixels):
    return np.reshape(pixels, (SIDE, SIDE))


def addition(seen: Seen) -> Panel:
    """Draw the picture, what is added to it, and the sum, at each step."""
    panel = _flat("a picture, what is added, and the sum", SUM)
    top, side, pitch = SUM[1] - FRAME[1] - 1.0, SUM[1] - FRAME[1] - 23.0, 139.0
    middle = top - side / 2
    panel.field(_square(1 - seen.picture), (0, side, top - side, top), **GREY)
    panel.text(side / 2, 9, f"it is {a_digit(seen.digit)}", align="center")
    for column, sign in enumerate("+="):
        panel.text((column + 1) * pitch - (pitch - side) / 2, middle, sign, bold=True, align="center")
    for step, (changed, probs) in enumerate(zip(seen.changed, seen.probs, strict=True)):
        show, read = (step, step), int(probs.argmax())
        change, last = _square(changed - seen.picture), 2 * pitch
        panel.field(-change, (pitch, pitch + side, top - side, top), limits=(-0.6, 0.6), smooth=False, show=show)
        panel.field(_square(1 - np.clip(changed, 0, 1)), (last, last + side, top - side, top), show=show, **GREY)
        levels = f"up to {255 * np.abs(changed - seen.picture).max():.0f} of 255 levels"
        panel.text(pitch + side / 2, 9, levels, align="center", show=show)
        words = f"read as {a_digit(read)}"
        colour = TRUE if read == seen.digit else OTHER
        panel.text(last + side / 2, 9, words, series=colour, bold=True, align="center", show=show)
    for column in range(3):
        panel.box(column * pitch + side / 2, middle, side, side, (), fill="#00000000", round=0)
    return panel


def bars(seen: Seen) -> Panel:
    """Draw how sure the network is of each class, at each step."""
    panel = Panel("how sure the network is of each digit", width=BARS[0], height=BARS[1], axes=False)
    panel.xlim, panel.ylim, panel.xlabel = (-0.5, 9.5), (0.0, 1.25), " "
    edges, true = np.sort(np.concatenate([np.arange(10) - 0.38, np.arange(10) + 0.38])), np.arange(10) == seen.digit
    for k in range(10):
        panel.text(k, 0, k, bold=k == seen.digit, align="center", dy=12)
    for step, probs in enumerate(seen.probs):
        show, read = (step, step), int(probs.argmax())
        for these, series in ((true, TRUE), (~true, OTHER)):
            heights = np.zeros(19)  # every other one is a gap
            heights[::2] = np.where(these, probs, 0.0)
            panel.bars(edges, heights, series=series, show=show)
        panel.text(read, probs[read] + 0.1, f"{probs[read]:.0%}", align="center", show=show)
    panel.line((-0.5, 9.5), (0, 0), width=1, solid=True)
    return panel


def plane(seen: Seen) -> Panel:
    """Draw what is read after both changes of every size: that of the attack to the right, the random one upwards."""
    panel = Panel("what is read; drag the star", width=PLOTS[0], height=PLOTS[1])
    panel.xlabel, panel.ylabel = f"change by {WORDS[seen.attack]}", "random change"
    panel.xlim, panel.ylim = (-0.014, 0.305), (-0.31, 0.31)
    panel.field(seen.lead[::-1], (-0.005, 0.305, -0.31, 0.31), limits=(-1, 1))
    panel.line((0, BUDGETS[-1]), (seen.random, seen.random), width=1, solid=True)
    rows, columns = range(2, 31, 5), range(2, 31, 5)
    places = [(BUDGETS[column], RANDOM[row], seen.read[row, column]) for row in rows for column in columns]
    for digit in range(10):
        found = np.array([(x, y) for x, y, read in places if read == digit])
        if found.size:
            panel.points(*found.T, shape=str(digit), size=4)
    panel.points(BUDGETS, np.full(LAST + 1, seen.random), shape="star", size=9, grows=True)
    panel.spots = [
        (float(across), float(up), f"{across:.2f} by {WORDS[seen.attack]}, {up:.2f} random: {a_digit(int(read))}")
        for up, line in zip(RANDOM[::3], seen.read[::3], strict=True)
        for across, read in zip(BUDGETS[::3], line[::3], strict=True)
    ]
    return panel


def along(seen: Seen, before: Seen | None) -> Panel:
    """Draw the probabilities of the classes while the change grows, and where another digit is read first."""
    panel = Panel("how sure, as the change grows", width=PLOTS[0], height=PLOTS[1])
    panel.xlabel, panel.ylabel = "epsilon", "probability"
    panel.xlim, panel.ylim = (0.0, 0.3), LIMITS
    if before is not None:
        panel.line(BUDGETS, before.probs[:, before.digit], ghost=True)
    for k in np.flatnonzero(seen.probs.max(axis=0) > 0.05).tolist():
        if k not in (seen.digit, seen.rival):
            panel.line(BUDGETS, seen.probs[:, k], ghost=True)
    for k, series in ((seen.rival, OTHER), (seen.digit, TRUE)):
        panel.line(BUDGETS, seen.probs[:, k], series=series, width=2.5, solid=True)
        panel.points(BUDGETS, seen.probs[:, k], series=series, grows=True)
        place, side = (0, 1) if k == seen.digit else (LAST, -1)
        panel.text(BUDGETS[place], _beside(seen.probs[place, k]), a_digit(k), series=series, bold=True,
                   align="left" if side > 0 else "right", dx=5 * side)  # fmt: skip
    if seen.fooled:
        panel.line((BUDGETS[seen.fooled],) * 2, LIMITS, width=1, solid=True)
        side = -1 if seen.fooled > LAST / 2 else 1
        panel.text(BUDGETS[seen.fooled], 1.1, f"fooled at {BUDGETS[seen.fooled]:.2f}", dx=5 * side,
                   align="left" if side > 0 else "right")  # fmt: skip
    _steps(panel, [f"epsilon {e:.2f}: " + _sure(seen, step) for step, e in enumerate(BUDGETS)])
    return panel


def _beside(height):
    """Place a label above or below the end of a curve."""
    return height - 0.08 if height > 0.5 else height + 0.14


def _sure(seen, step):
    return ", ".join(f"{a_digit(k)} {seen.probs[step, k]:.0%}" for k in (seen.digit, seen.rival))


def accuracy(seen: Seen, before: Seen | None) -> Panel:
    """Draw how many of the 200 digits are still read under every attack, and under the student's."""
    panel = Panel("of 200 digits, still read", width=PLOTS[0], height=PLOTS[1])
    panel.xlabel, panel.ylabel = "epsilon", "share that is right"
    panel.xlim, panel.ylim = (0.0, 0.3), LIMITS
    right = dict(zip(ORDER, seen.net.right, strict=True))
    if before is not None:
        panel.line(BUDGETS, before.net.right[ORDER.index(before.attack)], ghost=True)
    for name, curve in right.items():
        panel.line(BUDGETS, curve, series=LINES[name], width=2.5 if name == seen.attack else 1.5, solid=True)
    panel.points(BUDGETS, right[seen.attack], series=LINES[seen.attack], grows=True)
    panel.text(0.3, right["random"][18:].max() + 0.09, WORDS["random"], series=3, bold=True, align="right", dx=-3)
    for name, side in (("pgd", -1), ("fgsm", 1)):
        place = int(np.argmin(np.abs(right[name] - 0.4)))
        panel.text(BUDGETS[place], right[name][place], name, series=LINES[name], bold=True, dx=12 * side,
                   align="left" if side > 0 else "right")  # fmt: skip
    if seen.own is not None:
        panel.points(*seen.own, series=LINES[seen.attack], shape="square", size=4)
        panel.text(0.01, 0.03, f"squares: your {seen.attack}")
    _steps(panel, [
        f"epsilon {e:.2f}: " + ", ".join(f"{WORDS[name]} {curve[step]:.0%}" for name, curve in right.items())
        for step, e in enumerate(BUDGETS)
    ])  # fmt: skip
    return panel


def _steps(panel, words):
    """Let the step follow the pointer, with a dashed line at its budget."""
    for step in range(1, LAST + 1):
        panel.rule(x=BUDGETS[step], series=0, show=(step, step))
    panel.scrub, panel.hover = (0.0, 100.0), words


def a_digit(digit: int) -> str:
    """Write a digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"
