"""The student's functions in the gridworld demo: they choose, learn and look ahead, and are held to what is right."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dnnkit.demos.student_functions import StudentFunctions
from dnnkit.demos.worlds.ground import Array, Ground
from dnnkit.demos.worlds.plan import Plan, kept, look_ahead, own_looks, own_values, plan
from dnnkit.demos.worlds.play import Q_LEARNING, SARSA, How, Play, play, play_own, relearn

UPDATES = {Q_LEARNING: "q_learning_update", SARSA: "sarsa_update"}
RULES = tuple(UPDATES)
DRAWS, TIED = 400, (1.0, 3.0, 3.0, 0.0)


def choice(own: StudentFunctions, epsilon: float) -> Callable[..., Any] | None:
    """Try the student's choice of actions; None where there is none or it fails."""
    rng, q, held = np.random.default_rng(0), np.array(TIED), []

    def draw(choose):
        held.append(choose)
        return [int(choose(q.copy(), epsilon, rng)) for _ in range(DRAWS)]

    drawn = own.run("epsilon_greedy", draw)
    if drawn is None:
        return None
    if not set(drawn) <= {0, 1, 2, 3}:
        own.note('Your epsilon_greedy chose an action that is not there. check("epsilon_greedy") says more.')
        return None
    counts = np.bincount(drawn, minlength=4)
    wanted = DRAWS * (epsilon / 4 + (1 - epsilon) / 2 * (q == q.max()))
    if np.any(np.abs(counts - wanted) > 5 * np.sqrt(wanted * (1 - wanted / DRAWS)) + 0.5):
        said, aims = (", ".join(f"{number:.0f}" for number in numbers) for numbers in (counts, wanted))
        own.note(
            f"Your epsilon_greedy, for epsilon {epsilon:g} and q = (1, 3, 3, 0), chose the four actions {said} times; "
            f'expected about {aims}. check("epsilon_greedy") says more.'
        )
    return held[0]


def learner(
    own: StudentFunctions, rule: str, place: Ground, how: How, seed: int, choose: Callable[..., Any] | None
) -> tuple[Play, Play | None]:
    """Let the student's update learn, or the demo's own where there is none.

    Returns:
        (the episodes, and those of the demo's own update where the student's is another one).
    """
    slot = UPDATES[rule]
    found = own.run(slot, lambda update: play_own(place, rule, how, seed, update, choose))
    if found is None:
        return play(place, rule, how, seed), None
    steps = found.pop("steps")
    right = own.agrees(slot, found["tables"][-1], relearn(place, rule, how, steps))
    return Play(**found), None if right else play(place, rule, how, seed)


def planner(own: StudentFunctions, place: Ground, gamma: float) -> tuple[Plan, Array]:
    """Let the student's functions sweep and look ahead, or the demo's own where there are none.

    Returns:
        (the sweeps, and what every action is worth after each of them, shape (K, S, 4)).
    """
    chart = plan(place, gamma)
    if chart.settled:
        rows = own.run("value_iteration", lambda iterate: own_values(place, gamma, iterate))
        if rows is not None:
            mine = kept(rows, settled=True)
            if own.agrees("value_iteration", mine.values, chart.values) is not None:
                chart = mine
    known = look_ahead(place, chart.values, gamma)
    looks = own.run("bellman_backup", lambda backup: own_looks(place, chart.values, gamma, backup))
    if looks is None:
        return chart, known
    own.agrees("bellman_backup", looks, known)
    return chart, looks
