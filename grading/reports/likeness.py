"""Find hand-ins whose code is alike beyond what the lesson gives and what many students write, and nothing more.

A fingerprint (grading.submissions.winnowing) weighs the more, the fewer hand-ins have it. Two hand-ins are as alike as
the weight of the fingerprints that both have, against the weight of all that each has.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grading.submissions.winnowing import fingerprints_of

Code = Sequence[tuple[str, str]]  # (label, source) of each cell
FEWEST_SHARED = 12  # fingerprints; less is a line or two, which many people write alike
MOST_FINGERPRINTS = 20_000  # of one hand-in
AT_ONCE = 4096  # fingerprints that are compared in one step


@dataclass(frozen=True)
class Place:
    """Where a hand-in has a fingerprint: number of the cell, of the first line and of the last."""

    cell: int
    first: int
    last: int


@dataclass(frozen=True)
class ShownCell:
    """A cell of a hand-in that shares something.

    Attributes:
        label: how the cell is called.
        lines: [(line, whether it is alike in the other hand-in)].
    """

    label: str
    lines: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Pair:
    """Two hand-ins that are alike.

    Attributes:
        students: their ids.
        likeness: from 0 to 1.
        shared: how many fingerprints both have.
        cells: what is alike in the first one and in the second one.
    """

    students: tuple[str, str]
    likeness: float
    shared: int
    cells: tuple[tuple[ShownCell, ...], tuple[ShownCell, ...]]


def alike_pairs(hand_ins: Mapping[str, Code], given: Code, at_least: float = 0.8, most: int = 100) -> list[Pair]:
    """Find the pairs that are alike.

    Args:
        hand_ins: student id -> cells of code.
        given: cells of code that were handed out.
        at_least: least likeness, from 0 to 1.
        most: how many pairs at most.

    Returns:
        The most alike pairs, the most alike first.
    """
    boilerplate = {mark for _, source in given for mark in fingerprints_of(source)}
    places = {student: _places(code, boilerplate) for student, code in hand_ins.items()}
    students = sorted(student for student, found in places.items() if found)
    found = sorted(_compare([places[student] for student in students], at_least), reverse=True)[:most]
    pairs = []
    for likeness, first, second in found:
        names = (students[first], students[second])
        shared = places[names[0]].keys() & places[names[1]].keys()
        shown = tuple(_shown(hand_ins[name], places[name], shared) for name in names)
        pairs.append(Pair(names, likeness, len(shared), (shown[0], shown[1])))
    return pairs


def _places(code: Code, boilerplate: Collection[int]) -> dict[int, Place]:
    found: dict[int, Place] = {}
    for number, (_, source) in enumerate(code):
        for mark, (first, last) in fingerprints_of(source).items():
            if mark not in boilerplate and len(found) < MOST_FINGERPRINTS:
                found.setdefault(mark, Place(number, first, last))
    return found


def _compare(places: Sequence[Mapping[int, Place]], at_least: float) -> Iterator[tuple[float, int, int]]:
    """Compare each with each; yields (likeness, number of the first, number of the second)."""
    holders = Counter(mark for found in places for mark in found)
    weights = {mark: math.log((len(places) + 1) / count) for mark, count in holders.items()}
    totals = np.array([sum(weights[mark] for mark in found) for found in places])
    common = [mark for mark, count in holders.items() if count > 1]
    shared = np.zeros((len(places), len(places)))
    counts = np.zeros_like(shared)
    for start in range(0, len(common), AT_ONCE):
        columns = {mark: column for column, mark in enumerate(common[start : start + AT_ONCE])}
        has = np.zeros((len(places), len(columns)), dtype=np.float32)
        for row, found in enumerate(places):
            has[row, [columns[mark] for mark in found if mark in columns]] = 1
        shared += (has * np.array([weights[mark] for mark in columns], dtype=np.float32)) @ has.T
        counts += has @ has.T
    likeness = 2 * shared / np.maximum(totals[:, None] + totals, 1e-9)
    for first, second in zip(*np.nonzero(np.triu(likeness >= at_least, k=1)), strict=True):
        if counts[first, second] >= FEWEST_SHARED:
            yield float(likeness[first, second]), int(first), int(second)


def _shown(code: Code, places: Mapping[int, Place], shared: Collection[int]) -> tuple[ShownCell, ...]:
    marked: dict[int, set[int]] = {}
    for mark in shared:
        place = places[mark]
        marked.setdefault(place.cell, set()).update(range(place.first, place.last + 1))
    return tuple(
        ShownCell(label, tuple((line, row in marked[number]) for row, line in enumerate(source.split("\n"))))
        for number, (label, source) in enumerate(code)
        if number in marked
    )
