"""Ways and numbers in words, and what all pictures of the gridworld demo use."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.worlds.ground import Array, Ground, way_by
from dnnkit.demos.worlds.play import Play, falls_until

FRAME = (12, 16)  # pixels that the page leaves free of a picture without axes, across and down
SIGNS = "↑→↓←"
RING, BEST = 6, 3  # series


def runs(values: Sequence[Any]) -> Iterator[tuple[Any, tuple[int, int]]]:
    """Join equal neighbours: (value, (first, last))."""
    first = 0
    for value, same in groupby(values):
        last = first + len(list(same)) - 1
        yield value, (first, last)
        first = last + 1


def frame(panel: Panel, x: Any, y: Any, width: float, height: float, series: int, show: Any = None) -> None:
    """Draw a thick frame around (x, y)."""
    across, up = np.array([-1, 1, 1, -1, -1]) * width / 2, np.array([-1, -1, 1, 1, -1]) * height / 2
    panel.line(x + across, y + up, series=series, width=3.5, solid=True, show=show)


def way_of(place: Ground, table: Array) -> tuple[int, ...]:
    """Walk by a table: the places, with -1 behind them where the way leads nowhere."""
    way, arrives = way_by(place, table)
    return tuple(way.tolist()) + (() if arrives else (-1,))


def walked(way: tuple[int, ...]) -> tuple[int, ...]:
    """Return the places of a way that are drawn."""
    return way[:-1] if way[-1] < 0 else way


def words_of(way: tuple[int, ...], episodes: Play, step: int) -> str:
    """Say how long a way is and how often its owner fell."""
    falls = falls_until(episodes, step)
    far = "no way yet" if way[-1] < 0 else f"{len(way) - 1} steps"
    return f"{far}, fell {falls} time{'s' * (falls != 1)}"


def short(value: float) -> str:
    """Write a number with one digit after the point, if it has one, and a real minus."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text.replace("-", "−")


def bracketed(value: float) -> str:
    """Write a number as a factor."""
    text = short(value)
    return f"({text})" if text.startswith("−") else text
