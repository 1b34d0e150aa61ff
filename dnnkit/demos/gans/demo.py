"""GAN training: a game of two networks on a line, played at once, and recorded games on a ring of eight heaps."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider, Toggle
from dnnkit.demos.demo import Demo
from dnnkit.demos.gans import panels, story
from dnnkit.demos.gans.line import HEAPS, LAST
from dnnkit.demos.gans.match import ALWAYS, How, whole
from dnnkit.demos.gans.ring import games
from dnnkit.demos.interface import Result, Settings

LINE, RING = "two heaps on a line", "eight heaps on a ring"
ONLY_G, ONLY_D = "only G goes on", "only D goes on"
BETTER, MINIMAX = "non-saturating", "minimax"
HEALTHY, PLAIN, COLLAPSED = games()
ROUNDS = 8 * LAST  # with one step each
MOVES = {"ArrowLeft": -1, "ArrowRight": 1, "ArrowUp": 1, "ArrowDown": -1}
GAMES = "one step each: momentum 0.5, rates 0.001; three steps of G: momentum 0.9, rates 0.002 and 0.001"
FARTHEST = 3.8  # where a heap can be, to each side
MOMENTS = (2, 10, 20, LAST)  # of the still form
MORE: Settings = {"only": ("data", (LINE,)), "more": True}
WINS: Settings = {"heaps": [2.2, 3.6], "price": 0.0, "rate": 0.001, "step": 6}


class GanTraining(Demo):
    """A generator G makes samples out of noise, a discriminator D judges them, and each learns from the other.

    Slots:
        discriminator_loss, generator_loss: the student's functions of lesson 10. On the line both networks learn by
            them; on the ring they judge games that were recorded.
        optimal_discriminator, js_divergence, modes_covered: they say what D should say, and how far G has come.

    Example:
        gan_training(discriminator_loss=discriminator_loss, generator_loss=generator_loss, stops=80)
    """

    name = "gan_training"
    title = "GAN training: two networks against each other"
    question = Question(
        "G and D have played 80 rounds, and the samples of G are near the data. Train only G, 240 steps: "
        "what happens to its samples?",
        (
            "they come closer to the data",
            "they crowd into narrower places, where D is high",
            "nothing: D stays, so there is nothing to learn",
        ),
        'Press Run. Then set "both learn until round" to 80, and Run again.',
    )
    controls = (
        Choice("data", "data", LINE, options=(LINE, RING)),
        Choice("game", "game", HEALTHY, options=(HEALTHY, PLAIN, COLLAPSED), only=("data", (RING,)), help=GAMES),
        Choice(
            "loss",
            "loss of G",
            BETTER,
            options=(BETTER, MINIMAX),
            help="the ring's games were recorded without minimax: there it only changes arrows and the curve of G",
        ),
        Slider("step", "moment", 0, low=0, high=LAST, step=1, local=True, help="one of 40 after the start"),
        Slider("stops", "both learn until round", ROUNDS, low=0, high=ROUNDS, step=8, only=("data", (LINE,))),
        Choice("then", "then", ONLY_G, options=(ONLY_G, ONLY_D), **MORE),
        Toggle("arrows", "arrows: where G's loss pulls", True, more=True),
        Slider("d_steps", "steps of D a round", 1, low=1, high=3, step=1, **MORE),
        Slider("g_steps", "steps of G a round", 1, low=1, high=3, step=1, **MORE),
        Slider("rate", "learning rate of G", 0.01, low=0.001, high=0.1, step=0.1, log=True, **MORE),
        Choice("momentum", "momentum", "0.5", options=("0.5", "0.9"), **MORE),
        Slider("price", "price on D's slopes", 0.3, low=0.0, high=1.0, step=0.1, **MORE),
        Slider("start", "random start", 10, low=1, high=20, step=1, **MORE),
    )
    presets = {
        "a line": {},
        "a line: only G after 80": {"stops": 80, "step": LAST},
        "a line: only D after 80": {"stops": 80, "then": ONLY_D, "price": 0.0, "step": LAST},
        "a line: D wins, minimax": {**WINS, "loss": MINIMAX},
        "a line: D wins, non-saturating": WINS,
        "healthy": {"data": RING, "step": LAST},
        "collapsed": {"data": RING, "game": COLLAPSED, "step": LAST},
    }
    static_presets = {
        "healthy: one step of each in a round, a price on D's slopes. Dots are samples, circles heaps of the data, "
        "orange is what D takes for fake": presets["healthy"],
        "collapsed: three steps of G in a round, momentum 0.9": presets["collapsed"],
    }
    slots = story.SLOTS
    plot_keys = (
        ("ArrowLeft", "Left arrow", "move the chosen heap, with Shift further; on the ring: choose the heap before"),
        ("ArrowRight", "Right arrow", "move the chosen heap, with Shift further; on the ring: choose the next heap"),
        ("ArrowUp", "Up arrow", "choose the next heap"),
        ("ArrowDown", "Down arrow", "choose the heap before"),
    )
    runs = True
    beat = 110
    picture_first = True
    tall = True
    static_row = True

    def __init__(self, **more: Any) -> None:
        self._known: dict[Any, Any] = {}  # stories of games, which stay the same while the reader looks around
        super().__init__(**more)

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state: also where the heaps of the line are, and the chosen heap."""
        return super().defaults() | {"heaps": list(HEAPS), "heap": 0}

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Play a game on the line, or take one of the ring, and tell it."""
        minimax, given = values["loss"] == MINIMAX, tuple(slot in self.own for slot in self.slots)
        if values["data"] == RING:
            kept = games()[values["game"]]
            return self._once((given, values["game"], minimax), lambda: story.on_the_ring(self.own, kept, minimax))
        stops, d_steps, g_steps, start = (int(values[name]) for name in ("stops", "d_steps", "g_steps", "start"))
        rate, momentum, price = (float(values[name]) for name in ("rate", "momentum", "price"))
        left, right = map(float, values["heaps"])
        stops = stops if stops < ROUNDS else ALWAYS
        how = How(
            minimax,
            stops,
            "D" if values["then"] == ONLY_D else "G",
            d_steps,
            g_steps,
            rate,
            momentum,
            price,
            (left, right),
        )
        seed = int(rng.integers(2**31)) + start
        return self._once((given, how, seed), lambda: self._told(given, how, seed))

    def _told(self, given, how, seed):
        """Play and tell a game on the line; where one stops, what comes before is that of a whole game."""
        always = whole(how)
        kept = self._once((given, always, seed, "played"), lambda: story.game(self.own, always, seed))
        if how.stops < ALWAYS:
            kept = story.game(self.own, how, seed, kept)
        return story.on_the_line(self.own, kept, how)

    def _once(self, key, work):
        """Do work, or remember what came of it and what was said about it."""
        if key not in self._known:
            found = work()
            self._known = {**dict(list(self._known.items())[-9:]), key: (found, list(self.own.problems))}
        found, problems = self._known[key]
        for problem in problems:
            self.own.note(problem)
        return found

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the data and both players, and beside them the losses and what these do not say."""
        before = pinned[1] if pinned and pinned[0]["data"] == values["data"] else None
        return [
            self._picture(result, values, before),
            panels.losses(result, values["loss"] == MINIMAX, before),
            panels.progress(result, self._heap(values), before),
        ]

    def _picture(self, result, values, before):
        if values["data"] == RING:
            return panels.on_the_ring(result, self._heap(values), values["arrows"])
        ghost = before.more["made"] if before else None
        return panels.on_the_line(result, self._heap(values), values["arrows"], ghost)

    def still(self, result: Result, values: Settings) -> list[Panel]:
        """Draw four moments of the game side by side."""
        picture, count = self._picture(result, values | {"heap": -1}, None), result.shares.shape[1]
        return [
            panels.frozen(picture, at, f"round {result.rounds[at]:.0f}: {result.covered[at]:.0f} of {count} covered")
            for at in MOMENTS
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say how many heaps are covered, the divergence and both losses, at each moment."""
        count, said = result.shares.shape[1], []
        for at, covered, js, (d, g) in zip(
            result.rounds, result.covered, result.divergence, result.losses, strict=True
        ):
            when = f"After {at:.0f} rounds"
            if values["data"] == LINE and at > values["stops"]:
                when += f", only {'D' if values['then'] == ONLY_D else 'G'} since {values['stops']:.0f}"
            heaps = f"{covered:.0f} of {count} heaps covered"
            said.append(f"{when}: {heaps}, JS {js:.2f} of at most 0.69; D's loss {d:.2f}, G's {panels.short(g)}.")
        return said

    def table(self, result: Result, values: Settings) -> Any:
        """List losses, covered heaps and divergence at each moment."""
        heads = ["round", "D's loss", "G's loss", "heaps covered", "JS in nats", "mean arrow"]
        arrows = np.linalg.norm(result.pulls, axis=2).mean(axis=1)
        columns = (result.rounds, *result.losses.T, result.covered, result.divergence, arrows)
        return (
            "Losses, and what they do not say",
            heads,
            [[float(x) for x in row] for row in zip(*columns, strict=True)],
        )

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move a heap of the line, or choose one."""
        heap, by = self._heap(values), MOVES[key]
        if values["data"] == RING:
            return {"heap": (heap + by) % 8}
        if key in ("ArrowUp", "ArrowDown"):
            return {"heap": 1 - heap}
        return _moved(values["heaps"], heap, values["heaps"][heap] + by * (0.5 if shift else 0.1))

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Move the nearer heap of the line to the pointer, or choose the nearest one of the ring."""
        heap = panels.nearest_heap(x, y, None if values["data"] == RING else values["heaps"])
        return {"heap": heap} if values["data"] == RING else _moved(values["heaps"], heap, x)

    def _heap(self, values):
        """Say which heap is chosen: none in the still form."""
        heap = int(values["heap"])
        return heap if heap < 0 else heap % (8 if values["data"] == RING else 2)


def _moved(heaps, heap, x):
    """Move a heap, as far as the line goes."""
    new = list(map(float, heaps))
    new[heap] = round(float(np.clip(x, -FARTHEST, FARTHEST)), 1)
    return {"heaps": new, "heap": heap}
