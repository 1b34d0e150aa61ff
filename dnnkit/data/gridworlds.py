"""Small worlds of places in rows and columns, with known probabilities and rewards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # rows and columns of the actions up, right, down, left
FREE, WALL, START, CLIFF = ".", "#", "S", "C"


@dataclass(frozen=True)
class GridWorld:
    """A world whose places are numbered row by row; the actions are 0 up, 1 right, 2 down, 3 left.

    Attributes:
        P: probability of every next place, shape (S, A, S).
        R: mean reward of every action, shape (S, A).
        shape: (rows, columns), S = rows * columns.
        start: number of the place where episodes start.
        terminals: numbers of the places where episodes end; from there, P leads back to the same place.
        marks: letter of each place that is not free, by its number.
    """

    P: np.ndarray
    R: np.ndarray
    shape: tuple[int, int]
    start: int
    terminals: frozenset[int]
    marks: dict[int, str] = field(default_factory=dict)


def make_gridworld(
    rows: Sequence[str], rewards: Mapping[str, float], *, step_reward: float = 0.0, slip: float = 0.0
) -> GridWorld:
    """Make a world from a drawing.

    Args:
        rows: one string a row: "." free, "#" wall, "S" start, "C" cliff, from which one is put back at the start; any
            other letter is a place where the episode ends.
        rewards: reward of a step into a place with this letter.
        step_reward: reward of all other steps.
        slip: probability of going to the left of where one wanted, and the same to the right.

    Returns:
        The world. A step into a wall, or out of the world, leaves one where one is.
    """
    letters = np.array([list(row) for row in rows])
    flat, shape = letters.ravel(), (letters.shape[0], letters.shape[1])
    start = int(np.flatnonzero(flat == START)[0])
    P, R = np.zeros((flat.size, 4, flat.size)), np.zeros((flat.size, 4))
    ends = frozenset(int(s) for s in np.flatnonzero(~np.isin(flat, [FREE, WALL, START, CLIFF])))
    for state, letter in enumerate(flat):
        if letter == WALL or state in ends:
            P[state, :, state] = 1.0
            continue
        for action in range(4):
            for turn, share in ((0, 1 - 2 * slip), (1, slip), (3, slip)):
                reached = _reached(letters, state, (action + turn) % 4)
                P[state, action, start if flat[reached] == CLIFF else reached] += share
                R[state, action] += share * rewards.get(str(flat[reached]), step_reward)
    marks = {s: str(letter) for s, letter in enumerate(flat) if letter != FREE}
    return GridWorld(P, R, shape, start, ends, marks)


def _reached(letters: np.ndarray, state: int, action: int) -> int:
    """Return the number of the place that a step leads to."""
    row, column = divmod(state, letters.shape[1])
    to_row, to_column = row + MOVES[action][0], column + MOVES[action][1]
    inside = 0 <= to_row < letters.shape[0] and 0 <= to_column < letters.shape[1]
    if not inside or letters[to_row, to_column] == WALL:
        return state
    return to_row * letters.shape[1] + to_column
