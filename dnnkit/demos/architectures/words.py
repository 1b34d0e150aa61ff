"""The sentences of the architecture explorer, and its numbers as texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnnkit.demos.architectures import panels
from dnnkit.demos.architectures.counts import Costs
from dnnkit.demos.architectures.networks import Block
from dnnkit.demos.architectures.panels import large, percent


def times(shape: Sequence[int]) -> str:
    """Write a shape."""
    return " × ".join(f"{side:,}" for side in shape)


def whole(number: float) -> str:
    """Write a count in full."""
    return f"{number:,.0f}" if np.isfinite(number) else "not counted"


def pixels(block: Block, seen: int | None) -> str:
    """Write how many pixels a block sees."""
    if seen is not None:
        return str(seen)
    return "all" if block.path is None else "not counted"


def seen_by(blocks: Sequence[Block], costs: Costs, place: int) -> str:
    """Say what comes out of a block, and what one number of it sees."""
    block, seen = blocks[place], costs.sees[place]
    words = f"{block.name}: {times(block.shape)}"
    if block.kind == "input":
        return words
    if seen is None:
        return words + (", sees all of it" if block.path is None else "")
    square = f"{seen} × {seen} pixels" if blocks[0].shape[1] > 1 else f"{seen} word" + "s" * (seen > 1)
    return f"{words}, sees {square}" + (": all of it" if seen >= blocks[0].shape[0] else "")


def paid(block: Block, numbers: Any) -> str:
    """Say what a block costs."""
    if not np.isfinite(numbers).all():
        return ""
    return f"{block.name}: {large(numbers[0])} parameters, {large(numbers[1])} multiply-adds"


def sentence(name: str, blocks: Sequence[Block], costs: Costs, place: int) -> str:
    """Say what comes out of a block, what it costs, and the sums up to it."""
    block, totals = blocks[place], costs.numbers.sum(axis=0)
    counted = f"{large(totals[0])} parameters and {large(totals[1])} multiply-adds" if costs.counted else ""
    if not place:
        reads = f"{times(block.shape)} numbers" if block.shape[1] > 1 else f"{block.shape[0]} words"
        return f"{name} reads {reads}." + (f" In all: {counted}. {_in_dense(blocks, costs)}" if counted else "")
    words = seen_by(blocks, costs, place).replace(":", f" ({block.what}):" if block.what else ":", 1)
    if not counted:
        return f"{words}."
    mine, so_far = panels.part(costs)[place], np.cumsum(panels.part(costs), axis=0)[place]
    words += f"; {large(costs.numbers[place, 0])} parameters ({percent(mine[0])}), "
    words += f"{large(costs.numbers[place, 1])} multiply-adds ({percent(mine[1])})."
    if place == len(blocks) - 1:
        return f"{words} {name} in all: {counted}."
    return f"{words} Up to here: {percent(so_far[0])} and {percent(so_far[1])} of all."


def _in_dense(blocks: Sequence[Block], costs: Costs) -> str:
    """Say which share of the costs lies in dense layers."""
    dense = [place for place, block in enumerate(blocks) if block.kind == "dense"]
    if not dense:
        return "There is no dense layer."
    shares = panels.part(costs)[dense].sum(axis=0)
    layers = "The dense layer has" if len(dense) == 1 else "The dense layers have"
    return f"{layers} {percent(shares[0])} of the parameters and {percent(shares[1])} of the work."
