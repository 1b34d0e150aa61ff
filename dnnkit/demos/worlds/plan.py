"""Value iteration on a map, by looking along the few places that each action may lead to."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit.demos.worlds.ground import Array, Ground, Ints, returned

TOLERANCE = 1e-6
MOST = 400  # sweeps
SHOWN = 40  # of them, and the last one


@dataclass(frozen=True)
class Plan:
    """Sweeps of value iteration.

    Attributes:
        sweeps: which of the sweeps are shown, shape (K,); the first is number 0, before which nothing is known.
        values: the values after them, shape (K, S).
        settled: whether the last one changed nothing; else some place never reaches an end.
    """

    sweeps: Ints
    values: Array
    settled: bool


def look_ahead(place: Ground, values: Array, gamma: float) -> Array:
    """Say what every action is worth with these values of the places, (..., S): shape (..., S, 4)."""
    where, share = _likely(place)
    return place.world.R + gamma * np.einsum("sak,...sak->...sa", share, values[..., where])


@functools.lru_cache(maxsize=32)
def _likely(place: Ground) -> tuple[Ints, Array]:
    """List the three likeliest places after each action, and their probabilities, each (S, 4, 3)."""
    where = np.argsort(-place.world.P, axis=2, kind="stable")[..., :3]
    return where, np.take_along_axis(place.world.P, where, axis=2)


@functools.lru_cache(maxsize=64)
def plan(place: Ground, gamma: float) -> Plan:
    """Sweep by the demo's own rules, until nothing changes or there were too many sweeps."""
    rows, change = [np.zeros(len(place.letters))], np.inf
    while change > TOLERANCE and len(rows) <= MOST:
        rows.append(look_ahead(place, rows[-1], gamma).max(axis=-1))
        change = float(np.abs(rows[-1] - rows[-2]).max())
    return kept(np.array(rows), settled=change <= TOLERANCE)


def kept(rows: Array, *, settled: bool) -> Plan:
    """Keep the first sweeps and the last."""
    sweeps = np.unique(np.append(np.arange(min(len(rows), SHOWN)), len(rows) - 1))
    return Plan(sweeps, rows[sweeps], settled)


def own_values(place: Ground, gamma: float, iterate: Callable[..., Any]) -> Array:
    """Let the student's function sweep: the values before and after each sweep, shape (K + 1, S)."""
    found = iterate(place.world.P.copy(), place.world.R.copy(), gamma, TOLERANCE)
    return returned(found, (None, len(place.letters)))


def own_looks(place: Ground, values: Array, gamma: float, backup: Callable[..., Any]) -> Array:
    """Let the student's function look one step ahead from the values after each sweep, (K, S): shape (K, S, 4)."""
    P, R = place.world.P, place.world.R
    return np.array([returned(backup(row.copy(), P.copy(), R.copy(), gamma), R.shape) for row in values])


def settled_places(place: Ground, chart: Plan) -> Ints:
    """Count the places that already have their last value, after each sweep that is shown."""
    gaps = np.abs(chart.values - chart.values[-1])[:, place.live]
    return np.sum(gaps < 1e-3, axis=1)
