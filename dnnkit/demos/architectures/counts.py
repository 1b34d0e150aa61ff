"""Ask the student's functions of lesson 06 what a network costs, and compare with the numbers that came with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.architectures.networks import Block, Chain
from dnnkit.demos.student_functions import StudentFunctions

MISSING = "the numbers are missing"
OWN_PICTURE = "the picture shows the demo's own"


@dataclass(frozen=True)
class Costs:
    """What the blocks of a network cost.

    Attributes:
        numbers: parameters and multiply-adds of each block, shape (N, 2); NaN where nobody has counted.
        sees: pixels that one output of each block sees; None where all of it is seen, or nobody has counted.
    """

    numbers: NDArray[np.float64]
    sees: tuple[int | None, ...]

    @property
    def counted(self) -> bool:
        """Whether there are numbers to show."""
        return bool(np.isfinite(self.numbers).all())


def known_costs(blocks: Sequence[Block]) -> Costs:
    """Add up the numbers that came with a network."""
    rows = [[list(chain.numbers or [(np.nan, np.nan)]) for chain in block.chains] for block in blocks]
    return Costs(_by_block(blocks, rows), tuple(block.sees for block in blocks))


def _by_block(blocks, rows):
    """Add up rows of numbers, of each layer of each chain of each block."""
    sums = [
        np.sum([block.extra, *(row for chain in chains for row in chain)], axis=0, dtype=np.float64)
        for block, chains in zip(blocks, rows, strict=True)
    ]
    return np.array(sums)


def ask(blocks: Sequence[Block], own: StudentFunctions) -> tuple[Costs, Costs | None]:
    """Count a network by the student's functions, where there are any.

    Returns:
        The pair (costs to show, costs that came with the network where those differ, else None).
    """
    known = known_costs(blocks)
    numbers, right = _ask_network_cost(blocks, own)
    by_hand, agrees = _ask_conv_cost(blocks, own)
    right = right and agrees
    shown = known if numbers is None else replace(known, numbers=numbers)
    if numbers is None and by_hand is not None and known.counted:
        shown = replace(known, numbers=by_hand)
    sees, agrees = _ask_receptive_field(blocks, own, known)
    return replace(shown, sees=sees), known if known.counted and not (right and agrees) else None


def _chains(blocks):
    return [chain for block in blocks for chain in block.chains]


def _ask_network_cost(blocks, own):
    """Count all chains by the student's network_cost: (numbers of each block or None, whether they are right)."""
    slot, chains = "network_cost", _chains(blocks)
    known = all(chain.numbers is not None for chain in chains)
    answer = own.run(
        slot,
        lambda count: [_rows(count([dict(layer) for layer in chain.layers], chain.start), chain) for chain in chains],
        instead=OWN_PICTURE if known else MISSING,
    )
    if answer is None:
        return None, True
    shapes = [list(map(list, chain.shapes)) for chain in chains]
    right = own.agrees(slot, [rows["shapes"] for rows in answer], shapes)
    if right and known:
        sums = [[*chain.numbers, tuple(np.sum(chain.numbers, axis=0))] for chain in chains]
        expected = np.array([row for rows in sums for row in rows], dtype=np.float64)
        got = np.array([row for rows in answer for row in (*rows["numbers"], rows["sums"])])
        right = own.agrees(slot, got, expected, rtol=1e-9, each=True)
    places = iter(answer)
    rows = [[next(places)["numbers"] for _ in block.chains] for block in blocks]
    return _by_block(blocks, rows), bool(right)


def _rows(answer: Any, chain: Chain) -> dict[str, Any]:
    """Make what network_cost returned plain, or say what is wrong with it."""
    rows, parameters, work = answer
    if len(rows) != len(chain.layers):
        raise ValueError(f"{len(rows)} rows for {len(chain.layers)} layers")
    return {
        "shapes": [[int(side) for side in shape] for shape, _, _ in rows],
        "numbers": [[_count(row[1]), _count(row[2])] for row in rows],
        "sums": [_count(parameters), _count(work)],
    }


def _count(value: Any) -> float:
    number = float(value)
    if not 0 <= number < np.inf:
        raise ValueError(f"{number:g} is no count")
    return number


def _ask_conv_cost(blocks, own):
    """Count all convolutions by the student's conv_cost: (numbers of each block or None, whether they are right)."""
    slot = "conv_cost"
    places = [
        (chain, place)
        for chain in _chains(blocks)
        for place, layer in enumerate(chain.layers)
        if layer["kind"] == "conv"
    ]
    answer = own.run(slot, lambda count: [_row(count, chain, place) for chain, place in places], instead=OWN_PICTURE)
    if not answer:
        return None, True
    right = own.agrees(slot, [row["shape"] for row in answer], [list(chain.shapes[at]) for chain, at in places])
    if any(chain.numbers is None for chain, _ in places):
        return None, bool(right)
    if right:
        expected = np.array([chain.numbers[at] for chain, at in places], dtype=np.float64)
        right = own.agrees(slot, np.array([row["numbers"] for row in answer]), expected, rtol=1e-9, each=True)
    by_place = {(id(chain), at): row["numbers"] for (chain, at), row in zip(places, answer, strict=True)}
    rows = [
        [[by_place.get((id(chain), at), numbers) for at, numbers in enumerate(chain.numbers)] for chain in block.chains]
        for block in blocks
    ]
    return _by_block(blocks, rows), bool(right)


def _row(count, chain, place):
    layer = chain.layers[place]
    start = chain.shapes[place - 1] if place else chain.start
    sizes = (layer[name] for name in ("kernel_size", "out_channels", "stride", "padding"))
    shape, parameters, work = count(start, *sizes)
    return {"shape": [int(side) for side in shape], "numbers": [_count(parameters), _count(work)]}


def _size(size, stride):
    return int(_count(size))


def _ask_receptive_field(blocks, own, known):
    """Ask how far each block sees: (pixels or None for each, whether they are right)."""
    slot = "receptive_field"
    asked = [place for place, block in enumerate(blocks) if block.path]
    layers = [[{"kind": "conv", "kernel_size": k, "stride": s} for k, s in blocks[place].path] for place in asked]
    there = [known.sees[place] for place in asked]
    instead = OWN_PICTURE if None not in there else MISSING
    answer = own.run(slot, lambda field: [_size(*field(layer)) for layer in layers], instead=instead)
    if not answer:
        return known.sees, True
    right = None in there or own.agrees(slot, np.array(answer), np.array(there), rtol=1e-9, each=True)
    by_place = dict(zip(asked, answer, strict=True))
    return tuple(by_place.get(place, seen) for place, seen in enumerate(known.sees)), bool(right)
