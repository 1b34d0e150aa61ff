"""The ground of the gridworld demo: a map of letters, where a step in each direction leads, and what it costs."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.data.gridworlds import CLIFF, FREE, START, WALL, GridWorld, make_gridworld

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GOAL = "G"
FALL, STEP = -100.0, -1.0  # rewards of a step into the cliff, and of all others
LETTERS = FREE + WALL + CLIFF + START + GOAL
WAYS = ("up", "right", "down", "left")
CLIFF_WALK = ("............", "............", "............", "SCCCCCCCCCCG")
ROOMS = ("....#.......", ".S..#...#...", "....#...#.G.", "........#...")
ISLAND = (".........", "..CCCCC..", "S.......G", ".........")


@dataclass(frozen=True, eq=False)
class Ground:
    """A map as numbers; places are counted row by row, directions as in `WAYS`.

    Attributes:
        world: what the lesson's functions take: P, R, start and terminals, slips included.
        letters: the letter of each place, shape (S,).
        ahead: where a step in each direction leads that does not slip, shape (S, 4).
        reward: what it brings, shape (S, 4).
        slip: probability of going to the left of where one wanted, and the same to the right.
        live: places that are neither walls nor cliff nor ends.
    """

    world: GridWorld
    letters: NDArray[np.str_]
    ahead: Ints
    reward: Array
    slip: float
    live: Ints

    @property
    def columns(self) -> int:
        """How many places stand in a row."""
        return self.world.shape[1]


@functools.lru_cache(maxsize=32)
def ground(rows: tuple[str, ...], slip: float) -> Ground:
    """Read a map.

    Raises:
        ValueError: when its rows differ in length, a letter is unknown, or it has no start or more than one.
    """
    letters = np.array(list("".join(rows)))
    if len({len(row) for row in rows}) != 1 or not set(letters) <= set(LETTERS):
        raise ValueError(f"rows must be texts of one length, made of the letters {' '.join(LETTERS)}")
    if np.sum(letters == START) != 1:
        raise ValueError(f"rows must have one {START}, the start")
    world, dry = (make_gridworld(rows, {CLIFF: FALL}, step_reward=STEP, slip=share) for share in (slip, 0.0))
    live = np.flatnonzero(np.isin(letters, (FREE, START)))
    return Ground(world, letters, dry.P.argmax(axis=2), dry.R, slip, live)


def painted(rows: list[str], row: int, column: int, letter: str) -> list[str]:
    """Write a letter on a map; the start moves, and neither the start nor the last goal is painted over."""
    cells = [list(line) for line in rows]
    old, flat = cells[row][column], "".join(rows)
    if old in (START, letter) or (old == GOAL and flat.count(GOAL) == 1):
        return list(rows)
    if letter == START:
        cells = [[FREE if cell == START else cell for cell in line] for line in cells]
    cells[row][column] = letter
    return ["".join(line) for line in cells]


def way_by(place: Ground, table: Array) -> tuple[Ints, bool]:
    """Walk from the start by the best actions of a table (S, 4), without slips.

    Returns:
        The places on the way, and whether it reaches an end; else it stops where it comes back to a place.
    """
    now, best = place.world.start, table.argmax(axis=1)
    seen = [now]
    while now not in place.world.terminals:
        now = int(place.ahead[now, best[now]])
        if now in seen:
            return np.array(seen), False
        seen.append(now)
    return np.array(seen), True


def returned(values: Any, shape: tuple[int | None, ...]) -> Array:
    """Read numbers that a student's function returned; None in the shape stands for any length but 0.

    Raises:
        ValueError: when they are none, or have another shape.
    """
    if values is None:
        raise ValueError("it returned None: is a return missing?")
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != len(shape) or any(n != m if m else not n for n, m in zip(array.shape, shape, strict=True)):
        wanted = str(shape).replace("None", "K + 1")
        raise ValueError(f"it returned the shape {array.shape}; expected {wanted}")
    return array
