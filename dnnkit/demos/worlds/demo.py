"""Gridworld: Q-learning and SARSA learn a way by trying, value iteration plans it, on a map that can be edited."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider, Toggle
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.worlds import backup, own, panels
from dnnkit.demos.worlds.ground import CLIFF_WALK, ISLAND, ROOMS, ground, painted
from dnnkit.demos.worlds.panels import PLAN
from dnnkit.demos.worlds.plan import plan, settled_places
from dnnkit.demos.worlds.play import EVERY, LAST, Q_LEARNING, SARSA, How, falls_until, recent, steadied
from dnnkit.demos.worlds.words import FRAME, short, walked, way_of, words_of

MOVES = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
TOOLS = {"looks": "", "sets a wall": "#", "sets cliff": "C", "sets a goal": "G", "sets the start": "S", "clears": "."}
KEYS = {"w": "#", "c": "C", "g": "G", "s": "S", "e": "."}
SET = {"w": "a wall", "c": "a piece of cliff", "g": "a goal", "s": "the start", "e": "nothing (erase)"}


class Gridworld(Demo):
    """Two learners and a planner on one map.

    Slots:
        epsilon_greedy, q_learning_update, sarsa_update: the student's functions of lesson 11 choose and learn.
        bellman_backup, value_iteration: the student's functions look ahead and plan.

    Example:
        gridworld(q_learning_update=q_learning_update, sarsa_update=sarsa_update, epsilon=0.3)
    """

    name = "gridworld"
    title = "Gridworld: learning to walk"
    question = Question(
        "Each step costs 1, a step into the cliff 100, and one step in ten goes anywhere. Two learners try 200 times "
        "to get from the start to the goal. Which of them falls less often?",
        ("the one that learns the shortest way", "the one that learns a longer way", "both fall equally often"),
        "Press Run and watch the two ways. Then set the tries to 0: where does SARSA walk now?",
    )
    controls = (
        Choice("shown", "look at", Q_LEARNING, options=(Q_LEARNING, SARSA, PLAN)),
        Slider("epsilon", "tries ε", 0.1, low=0.0, high=1.0, step=0.01, help="this share of all steps goes anywhere"),
        Slider("step", "step", LAST, low=0, high=LAST, step=1, local=True, help="five episodes, or one sweep"),
        Choice("tool", "a click", "looks", options=tuple(TOOLS)),
        Toggle("fades", "tries fade to 0", False, more=True, help="the share of tries falls to 0 over all episodes"),
        Slider("gamma", "discount γ", 1.0, low=0.5, high=1.0, step=0.01, more=True),
        Slider("alpha", "learning rate η", 0.3, low=0.05, high=1.0, step=0.05, more=True),
        Slider("slip", "slips to each side", 0.0, low=0.0, high=0.3, step=0.05, more=True,
               help="with this probability a step goes to the left of where it was aimed, and the same to the right"),
    )  # fmt: skip
    presets = {
        "cliff": {},
        "cliff, no tries": {"epsilon": 0.0},
        "cliff, twice as many tries": {"epsilon": 0.2},
        "cliff, planned": {"shown": PLAN, "step": 15},
        "cliff, slippery": {"slip": 0.05, "shown": PLAN},
        "an island of cliff": {"rows": list(ISLAND), "cell": [2, 1]},
        "rooms": {"rows": list(ROOMS), "cell": [1, 5]},
    }
    static_presets = ("cliff", "cliff, no tries", "cliff, planned")
    slots = ("epsilon_greedy", "q_learning_update", "sarsa_update", "bellman_backup", "value_iteration")
    plot_keys = (
        *((key, key.replace("Arrow", "") + " arrow", "move the ring") for key in MOVES),
        *((key, key.upper(), f"set {what} under the ring") for key, what in SET.items()),
        ("n", "N", "learn again, with other tries"),
    )
    runs = True
    beat = 110
    picture_first = True
    actions = (("again", "Learn again"),)

    def __init__(self, **settings: Any) -> None:
        self._learned: dict[Any, Any] = {}  # the student's functions are slow: moving the ring must not call them
        super().__init__(**settings)

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state: the map, the ringed place, and how often it was learned again."""
        return {"rows": list(CLIFF_WALK), "cell": [2, 4], "again": 0} | super().defaults()

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Learn and plan: episodes, sweeps, what actions are worth, and the ways that follow from it."""
        place = ground(tuple(values["rows"]), float(values["slip"]))
        how = How(*(values[name] for name in ("epsilon", "fades", "alpha", "gamma")))
        seed = int(rng.integers(2**31)) + values["again"]
        learned = self._once((place, how, seed), lambda: self._learn(place, how, seed))
        row, column = (min(int(at), side - 1) for at, side in zip(values["cell"], place.world.shape, strict=True))
        return {
            **learned, "place": place, "how": how, "cell": row * place.columns + column, "shown": values["shown"],
            "planned": values["shown"] == PLAN,
        }  # fmt: skip

    def _once(self, key, work):
        """Do work, or remember what came of it and what was said about it."""
        if key not in self._learned:
            found = work()
            self._learned = {**dict(list(self._learned.items())[-3:]), key: (found, list(self.own.problems))}
        found, problems = self._learned[key]
        for problem in problems:
            self.own.note(problem)
        return found

    def _learn(self, place, how, seed):
        choose = own.choice(self.own, how.epsilon)
        found = {rule: own.learner(self.own, rule, place, how, seed, choose) for rule in own.RULES}
        plays = {rule: mine for rule, (mine, _) in found.items()}
        known = {rule: right for rule, (_, right) in found.items() if right}
        chart, looks = own.planner(self.own, place, how.gamma)
        tables = {rule: steadied(episodes.tables) for rule, episodes in plays.items()} | {PLAN: looks}
        ways = {name: [way_of(place, table) for table in steps] for name, steps in tables.items()}
        return {"plays": plays, "known": known, "chart": chart, "tables": tables, "ways": ways}

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the map with all ways, what was collected, and the backup of the ringed place."""
        place, plays, planned = result["place"], result["plays"], result["planned"]
        ways, words = self._seen(result)
        tables = result["tables"][values["shown"]]
        ghosts = {rule: walked(way_of(place, steadied(right.tables)[-1])) for rule, right in result["known"].items()}
        if pinned and pinned[1]["place"].letters.tolist() == place.letters.tolist():
            ghosts |= {rule: walked(pinned[1]["ways"][rule][-1]) for rule in own.RULES}
        best = plan(place, 1.0)
        numbers = (
            backup.looks(place, result["chart"], tables, result["cell"], result["how"].gamma)
            if planned
            else backup.lesson(place, plays[values["shown"]], values["shown"], result["cell"], result["how"])
        )
        return [
            panels.atlas(place, ways, tables, values["shown"], result["cell"], words, ghosts),
            panels.returns(
                plays, float(best.values[-1][place.world.start]) if best.settled else None, planned,
                pinned[1]["plays"] if pinned else result["known"],
            ),
            numbers,
        ]  # fmt: skip

    def _seen(self, result):
        """List the ways and what is said of them at each step."""
        ways, count = result["ways"], len(result["chart"].sweeps) if result["planned"] else LAST + 1
        moment = [LAST] * count if result["planned"] else list(range(count))
        drawn = {rule: [walked(ways[rule][at]) for at in moment] for rule in own.RULES}
        words = {rule: [words_of(ways[rule][at], result["plays"][rule], at) for at in moment] for rule in own.RULES}
        last = ways[PLAN][-1]
        if result["planned"]:
            drawn[PLAN] = [walked(way) for way in ways[PLAN]]
            words[PLAN] = [f"{len(way) - 1} steps" if way[-1] >= 0 else "no way yet" for way in ways[PLAN]]
        else:
            words[PLAN] = [f"{len(last) - 1} steps, with the map" if last[-1] >= 0 else "no way"] * count
        return drawn, words

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say who walks how far and fell how often, or how many places are planned."""
        return _of_plan(result) if result["planned"] else [_of_episodes(result, step) for step in range(LAST + 1)]

    def table(self, result: Result, values: Settings) -> Any:
        """List what was collected, the falls and the ways."""
        heads = ["episodes", *(f"{rule}: {what}" for rule in own.RULES for what in ("mean of 20", "falls", "steps"))]
        means = {rule: recent(result["plays"][rule]) for rule in own.RULES}
        rows = []
        for step in range(1, LAST + 1):
            row: list[object] = [EVERY * step]
            for rule in own.RULES:
                way = result["ways"][rule][step]
                far = "no way" if way[-1] < 0 else len(way) - 1
                row += [float(means[rule][step - 1]), falls_until(result["plays"][rule], step), far]
            rows.append(row)
        return "Collected while learning, falls until then, and the way by the best actions", heads, rows

    def follow(self, values: Settings, changed: set[str]) -> Settings:
        """Look at the end of what has changed, but not when only the ring moves."""
        if changed and changed <= {"step", "tool", "cell"}:
            return {}
        last = LAST
        if values["shown"] == PLAN:
            place = ground(tuple(values["rows"]), float(values["slip"]))
            last = len(plan(place, float(values["gamma"])).sweeps) - 1
        return {"step": min(int(values["step"]), last) if "step" in changed else last}

    def on_action(self, action: str, values: Settings) -> Settings:
        """Learn again, with other tries."""
        return {"again": values["again"] + 1}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move the ring, set what stands under it, or learn again."""
        if key == "n":
            return self.on_action("again", values)
        (row, column), rows = values["cell"], values["rows"]
        if key in KEYS:
            return {"rows": painted(rows, row, column, KEYS[key])}
        down, right = MOVES[key]
        return {"cell": [min(max(row + down, 0), len(rows) - 1), min(max(column + right, 0), len(rows[0]) - 1)]}

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Ring the place that the reader points at, and set there what the click sets."""
        place = ground(tuple(values["rows"]), float(values["slip"]))
        rows, columns = place.world.shape
        row = int(np.floor((panels.MAP[1] - FRAME[1]) / panels.unit(place) - y))
        column = int(np.floor(x))
        if not (0 <= row < rows and 0 <= column < columns):
            return {}
        letter = TOOLS[values["tool"]]
        return {"cell": [row, column]} | ({"rows": painted(values["rows"], row, column, letter)} if letter else {})


def _of_episodes(result, step):
    if step == 0:
        return "Before the first episode nothing is known: every action seems to be worth 0."
    said, most = [], max(len(episodes.returns) for episodes in result["plays"].values())
    for rule, episodes in result["plays"].items():
        way, falls = result["ways"][rule][step], falls_until(episodes, step)
        far = "knows no way" if way[-1] < 0 else f"walks {len(way) - 1} steps"
        early = len(episodes.returns) < min(EVERY * step, most)
        stopped = f", stopped after {len(episodes.returns)}," if early else ""
        said.append(f"{rule}{stopped} {far} and fell {falls} time{'s' * (falls != 1)}")
    return f"After {min(EVERY * step, most)} episodes, {'; '.join(said)}."


def _of_plan(result):
    place, chart = result["place"], result["chart"]
    said, total = [], len(place.live)
    for sweep, done, values in zip(chart.sweeps, settled_places(place, chart), chart.values, strict=True):
        if not chart.settled:
            more = "some place never reaches a goal, and its value falls for ever"
        else:
            more = (
                f"{done} of {total} places have their last value; the start is worth {short(values[place.world.start])}"
            )
        said.append(f"After {sweep} sweep{'s' * (int(sweep) != 1)}, {more}.")
    return said
