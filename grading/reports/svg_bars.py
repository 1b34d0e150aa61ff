"""Bars, worked out as plain numbers for the template to draw, each figure with a text that states what it shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

WIDTH, HEIGHT = 560, 170  # of a histogram, in the units of its view box
TOP, BOTTOM = 22, 28  # room for the counts above the bars and for the labels below
SHARE_LEFT, SHARE_WIDTH, SHARE_ROW = 176, 376, 26  # of the stacked bars: names on the left, one row each
POINT_STEPS = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 50, 100)
RANGE_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
MOST_BARS = 13
K = TypeVar("K", bound=str)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar.

    Attributes:
        x: left edge.
        y: upper edge.
        width: width.
        height: height.
        label: what it stands for.
        count: how many.
        kind: CSS class.
    """

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        bars: its `Bar`s.
        height: height of its view box; the width is WIDTH.
        alt: text that states the numbers.
        exact: whether every value is its bar's label, rather than between it and the next one.
    """

    bars: tuple[Bar, ...]
    height: float
    alt: str
    exact: bool = True


def histogram(
    values: Sequence[float], top: float = 0.0, *, what: str, unit: str, ranges: bool = False,
    apart: Sequence[tuple[str, int]] = (),
) -> Figure:  # fmt: skip
    """Draw how often values occur.

    Args:
        values: numbers from 0.
        top: the largest value that the axis shows at least.
        what: begins the alternative text, such as "Points in softmax".
        unit: of the values, such as "points" or "s".
        ranges: label the bars as ranges, such as 1–2; otherwise by the number at which they begin.
        apart: [(label, count)] of bars in front that have no value, such as those not attempted.

    Returns:
        `Figure`.
    """
    step, count = _scale(max([top, *values]), RANGE_STEPS if ranges else POINT_STEPS)
    counts = [0] * count
    for value in values:
        counts[max(_place(value, step), 0)] += 1
    exact = not ranges and all((value / step).is_integer() for value in values)
    labels = [_range(index, step) if ranges else f"{index * step:g}" for index in range(count)]
    columns = [(label, number, "none") for label, number in apart]
    columns += [(label, number, "value") for label, number in zip(labels, counts, strict=True)]
    stated = [f"{number} {label}" for label, number in apart]
    stated += [f"{number} with {label} {unit}" for label, number in zip(labels, counts, strict=True) if number]
    up = "" if exact or ranges else " Each number counts from its label up to the next."
    alt = f"{what}: {', '.join(stated) or 'none'}.{up}"
    return Figure(bars=_columns(columns), height=HEIGHT, alt=alt, exact=exact or ranges)


def _scale(top: float, steps: tuple[float, ...]) -> tuple[float, int]:
    """The finest step of no more than MOST_BARS bars, if possible one that ends at the top, and the number of bars."""
    fits = [step for step in (*steps, top or 1) if _place(top, step) < MOST_BARS]
    even = [step for step in fits if (top / step).is_integer() and steps is POINT_STEPS]
    step = (even or fits)[0]
    return step, _place(top, step) + 1


def _place(value: float, step: float) -> int:
    """The number of the bar that a value belongs to."""
    return math.floor(value / step + 1e-9)


def _range(index: int, step: float) -> str:
    return f"{index * step:g}–{(index + 1) * step:g}"


def _columns(columns: list[tuple[str, int, str]]) -> tuple[Bar, ...]:
    slot = WIDTH / len(columns)
    width = min(0.72 * slot, 60)
    highest = max(1, *(count for _, count, _ in columns)) if len(columns) > 1 else max(1, columns[0][1])
    bars = []
    for index, (label, count, kind) in enumerate(columns):
        height = (HEIGHT - TOP - BOTTOM) * count / highest
        x, y = (index + 0.5) * slot - width / 2, HEIGHT - BOTTOM - height
        place = {"x": round(x, 1), "y": round(y, 1), "width": round(width, 1), "height": round(height, 1)}
        bars.append(Bar(**place, label=label, count=count, kind=kind))
    return tuple(bars)


def shares(rows: Sequence[tuple[str, Mapping[K, int]]], kinds: Mapping[K, str], *, what: str) -> Figure:
    """Draw rows of stacked bars: of all, how many are of which kind.

    Args:
        rows: [(name, {kind: count})].
        kinds: kind -> words, in the order of stacking.
        what: begins the alternative text.

    Returns:
        `Figure`; the bars' labels are the rows' names.
    """
    bars, stated = [], []
    for index, (name, counts) in enumerate(rows):
        total, x = max(1, sum(counts.values())), float(SHARE_LEFT)
        for kind in kinds:
            width = SHARE_WIDTH * counts.get(kind, 0) / total
            if width:
                y = index * SHARE_ROW + 3
                place = {"x": round(x, 1), "y": y, "width": round(width, 1), "height": SHARE_ROW - 6}
                bars.append(Bar(**place, label=name, count=counts[kind], kind=kind))
            x += width
        stated.append(f"{name}: " + ", ".join(f"{counts[kind]} {kinds[kind]}" for kind in kinds if counts.get(kind)))
    return Figure(bars=tuple(bars), height=SHARE_ROW * len(rows), alt=f"{what}. {'; '.join(stated)}.")
