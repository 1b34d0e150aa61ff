"""Learning by trying: many episodes on a map, by Q-learning or SARSA, and what is kept of them."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit.demos.worlds.ground import FALL, Array, Ground, returned

EPISODES, EVERY = 200, 5  # how many are played, and after how many the table is kept
LAST = EPISODES // EVERY  # number of the last table that is kept
STEADY = 8  # tables that are averaged where arrows and ways are drawn: those of 40 episodes
LONGEST = 300  # steps of an episode until it is cut off
MOST = 8000  # steps of all episodes; those that would come after it are not played
Q_LEARNING, SARSA = "Q-learning", "SARSA"


@dataclass(frozen=True)
class How:
    """How is learned and played: probability of a try, whether it falls to 0, learning rate, discount."""

    epsilon: float
    fades: bool
    alpha: float
    gamma: float

    def tries(self, episode: int) -> float:
        """Say with which probability a step of this episode is a try."""
        return self.epsilon * (1 - episode / EPISODES) if self.fades else self.epsilon


@dataclass(frozen=True)
class Play:
    """What is kept of the episodes of one learner.

    Attributes:
        tables: what every action seems to be worth, after every `EVERY` episodes, shape (LAST + 1, S, 4).
        returns: sum of the rewards of each episode that was played, shape (E,).
        falls: how often it fell into the cliff in each of them, shape (E,).
        lessons: the last step that was learned from in each place: action, reward, next place, next action, what was
            seen ahead, the old entry and the new one, after every `EVERY` episodes, shape (LAST + 1, S, 7); NaN where
            there was none.
    """

    tables: Array
    returns: Array
    falls: Array
    lessons: Array


class Book:
    """Keeps what is shown of an episode after the other."""

    def __init__(self, places: int) -> None:
        self.lesson = np.full((places, 7), np.nan)
        self.tables: list[Array] = [np.zeros((places, 4))]
        self.lessons: list[Array] = [self.lesson.copy()]
        self.returns: list[float] = []
        self.falls: list[int] = []
        self.count = 0

    def close(self, total: float, falls: int, table: Any, latest: dict[int, tuple[float, ...]]) -> None:
        """End an episode."""
        self.returns.append(total)
        self.falls.append(falls)
        if len(self.returns) % EVERY == 0:
            self.keep(table, latest)

    def keep(self, table: Any, latest: dict[int, tuple[float, ...]]) -> None:
        """Keep the table and the last steps."""
        for place, lesson in latest.items():
            self.lesson[place] = lesson
        latest.clear()
        self.tables.append(np.array(table, dtype=np.float64).reshape(-1, 4))
        self.lessons.append(self.lesson.copy())

    def finish(self, table: Any, latest: dict[int, tuple[float, ...]]) -> dict[str, Array]:
        """Return the fields of a `Play`; where episodes are missing, the last table stands."""
        if len(self.returns) % EVERY:
            self.keep(table, latest)
        short = LAST + 1 - len(self.tables)
        kept: dict[str, list[Any]] = {"returns": self.returns, "falls": self.falls}
        kept |= {"tables": self.tables + self.tables[-1:] * short}
        kept |= {"lessons": self.lessons + self.lessons[-1:] * short}
        return {name: np.array(values, dtype=np.float64) for name, values in kept.items()}


def _slipped(place: Ground, action: int, draw: float) -> int:
    """Turn an action to one of its sides where the floor slips."""
    return (action + (draw < place.slip) - (1 - place.slip <= draw < 1)) % 4


@functools.lru_cache(maxsize=64)
def play(place: Ground, rule: str, how: How, seed: int) -> Play:
    """Play and learn by the demo's own rules.

    Entry 4 s + a of one long list belongs to action a in place s. A step moves its entry towards another one of the
    list, which the rule chooses; entries of ends are never moved.
    """
    ahead, reward = place.ahead.ravel().tolist(), place.reward.ravel().tolist()
    ends, off, alpha, gamma = place.world.terminals, rule == Q_LEARNING, how.alpha, how.gamma
    entries, book = [0.0] * len(ahead), Book(len(place.ahead))
    latest: dict[int, tuple[float, ...]] = {}
    draws = iter(_draws(seed))
    for episode in range(EPISODES):
        tries, total, falls, at = how.tries(episode), 0.0, 0, place.world.start
        entry = after = _pick(entries, 4 * at, tries, next(draws)[0])
        for _ in range(min(LONGEST, MOST - book.count)):
            draw, slide = next(draws)
            went = 4 * at + _slipped(place, entry & 3, slide) if place.slip else entry
            came, gain, old, book.count = ahead[went], reward[went], entries[entry], book.count + 1
            if off:
                seen = max(entries[4 * came : 4 * came + 4])
            else:
                after = _pick(entries, 4 * came, tries, draw)
                seen = entries[after]
            entries[entry] = new = old + alpha * (gain + gamma * seen - old)
            latest[at] = (entry & 3, gain, came, after & 3, seen, old, new)
            total, falls, at = total + gain, falls + (gain == FALL), came
            if came in ends:
                break
            entry = _pick(entries, 4 * came, tries, draw) if off else after
        book.close(total, falls, entries, latest)
        if book.count >= MOST:
            break
    return Play(**book.finish(entries, latest))


def _pick(entries: list[float], first: int, tries: float, draw: float) -> int:
    """Choose one of four entries by one draw from 0 to 1: its lower part is for tries, the rest for the largest."""
    if draw < tries:
        return first + int(4 * draw / tries)
    row = entries[first : first + 4]
    top = max(row)
    if row.count(top) == 1:
        return first + row.index(top)
    ties = [k for k in range(4) if row[k] == top]
    return first + ties[int(len(ties) * (draw - tries) / (1 - tries))]


def play_own(place: Ground, rule: str, how: How, seed: int, update: Callable, choose: Callable | None) -> dict:
    """Play as `play` does, with the student's update, and their choice of actions where there is one.

    Returns:
        The fields of a `Play`, and "steps": state, action, reward, next state and next action of each, shape (N, 5).
    """
    rng, slides, off = np.random.default_rng(seed), np.random.default_rng([seed, 1]), rule == Q_LEARNING
    pick = choose or (lambda q, tries, rng: _pick(list(q), 0, tries, rng.random()))
    Q, book, steps = np.zeros(place.reward.shape), Book(len(place.reward)), list[tuple[float, ...]]()
    latest: dict[int, tuple[float, ...]] = {}
    for episode in range(EPISODES):
        tries, total, falls, at = how.tries(episode), 0.0, 0, place.world.start
        action = after = int(pick(Q[at].copy(), tries, rng))
        for number in range(min(LONGEST, MOST - len(steps))):
            went = _slipped(place, action, slides.random()) if place.slip else action
            came, gain = int(place.ahead[at, went]), float(place.reward[at, went])
            ended, old = came in place.world.terminals, float(Q[at, action])
            after = after if off else int(pick(Q[came].copy(), tries, rng))
            seen = 0.0 if ended else float(Q[came].max() if off else Q[came, after])
            step = (at, action, gain, came, ended, number == LONGEST - 1)
            Q = returned(update(Q.copy(), step, *(() if off else (after,)), how.alpha, how.gamma), Q.shape)
            steps.append((at, action, gain, came, after))
            latest[at] = (action, gain, came, after, seen, old, float(Q[at, action]))
            total, falls, at = total + gain, falls + (gain == FALL), came
            if ended:
                break
            action = int(pick(Q[at].copy(), tries, rng)) if off else after
        book.close(total, falls, Q, latest)
        if len(steps) >= MOST:
            break
    return book.finish(Q, latest) | {"steps": np.array(steps)}


def relearn(place: Ground, rule: str, how: How, steps: Array) -> Array:
    """Learn from steps that were made, by the demo's own rule: the table, shape (S, 4)."""
    entries = [0.0] * place.reward.size
    for at, action, gain, came, after in steps.tolist():
        entry, first = 4 * int(at) + int(action), 4 * int(came)
        seen = entries[_pick(entries, first, 0.0, 0.0) if rule == Q_LEARNING else first + int(after)]
        entries[entry] += how.alpha * (gain + how.gamma * seen - entries[entry])
    return np.array(entries).reshape(-1, 4)


def recent(play: Play) -> Array:
    """Average the returns of the 20 episodes before each table that is kept, (LAST,); NaN where none was played."""
    means = np.full(LAST, np.nan)
    for number in range(len(play.returns) // EVERY):
        means[number] = play.returns[max(0, EVERY * (number + 1) - 20) : EVERY * (number + 1)].mean()
    return means


def steadied(tables: Array) -> Array:
    """Average each table (K, S, 4) with those before it, `STEADY` in all, for one step may turn an arrow round."""
    return np.array([tables[max(min(1, k), k + 1 - STEADY) : k + 1].mean(axis=0) for k in range(len(tables))])


@functools.lru_cache(maxsize=4)
def _draws(seed: int) -> list[list[float]]:
    return np.random.default_rng(seed).random((MOST + EPISODES, 2)).tolist()


def falls_until(play: Play, number: int) -> int:
    """Count the falls of all episodes before a table that is kept."""
    return int(play.falls[: EVERY * number].sum())
