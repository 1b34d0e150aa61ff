"""The pictures of the architecture explorer: blocks, shares above and below a line, and the sums; columns agree."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnnkit.demos.architectures.counts import Costs
from dnnkit.demos.architectures.networks import Block
from dnnkit.demos.canvas import Panel

WIDTH, FRAME = 820, (12, 16)  # pixels; what the page leaves free of a picture without axes, across and down
HIGH, SHARES, SUMS, MARGIN = 186, 136, 64, 98
MIDDLE, LARGEST, WIDEST = 82, 92, 0.7  # of the blocks: height of their middle, height in pixels, share of a column
FILLS = {
    "input": "#ffffff",
    "conv": "#56b4e9",
    "block": "#56b4e9",
    "pool": "#d0d0d0",
    "dense": "#e69f00",
    "join": "#ffffff",
    "embed": "#cc79a7",
}
PALE = {
    kind: {"conv": "#dcf0fb", "block": "#dcf0fb", "dense": "#fbecce", "embed": "#f4e2ec"}.get(kind, "#ffffff")
    for kind in FILLS
}
NOTHING = "#00000000"
QUANTITIES = ("parameters", "multiply-adds")


def _columns(title: str, count: int, height: int) -> Panel:
    """Begin a picture with one column for each block; a click in a column chooses its block."""
    panel = Panel(title, width=WIDTH, height=height, axes=False)
    per = count / (WIDTH - FRAME[0] - MARGIN)
    panel.xlim, panel.ylim = (-0.5 - MARGIN * per, count - 0.5), (0.0, float(height - FRAME[1]))
    panel.scrub, panel.picks = (0.0, 1.0), True
    for place in range(count):
        middle = (height - FRAME[1]) / 2
        panel.box(place, middle, 0.96, height - FRAME[1] - 2, (), series=4, round=6, show=(place, place))
    return panel


def _head(panel, y, words):
    """Write in the margin at the left."""
    panel.text(panel.limits()[0][0], y, words)


def sides(block: Block, blocks: Sequence[Block]) -> tuple[float, float]:
    """Say how wide (in columns) and how high (in pixels) a block is drawn: each doubling adds the same."""
    tall = [one.shape[0] if len(one.shape) == 3 else 1 for one in blocks]
    wide = [one.shape[-1] for one in blocks]
    place = blocks.index(block)
    width = WIDEST * (np.log2(wide[place]) + 1) / (np.log2(max(wide)) + 1)
    largest = LARGEST - (14 if len(_far(blocks)) > 4 else 0)  # room for the lines above
    return float(width), float(largest * (np.log2(tall[place]) + 1) / (np.log2(max(tall)) + 1))


def network(name: str, blocks: Sequence[Block], hover: Sequence[str]) -> Panel:
    """Draw the blocks in a row, and how they are wired."""
    title = f"{name}: what comes out of each block (a doubling of side or channels adds the same length)"
    panel = _columns(title, len(blocks), HIGH)
    names = ("words", "numbers") if blocks[0].shape[1] == 1 else ("side", "channels")
    for line, words in enumerate((f"height: {names[0]}", f"width: {names[1]}")):
        _head(panel, HIGH - FRAME[1] - 10 - 16 * line, words)
    _head(panel, 10, "block")
    drawn = [sides(block, blocks) for block in blocks]
    _wire(panel, blocks, drawn)
    for place, (block, (width, height)) in enumerate(zip(blocks, drawn, strict=True)):
        look: dict[str, Any] = {"fill": FILLS[block.kind], "round": 2}
        panel.box(place, MIDDLE, width, height, (), **look)
        panel.box(place, MIDDLE, width, height, (), **look, strong=True, show=(place, place))
        middle: dict[str, Any] = {"align": "center"}
        if len(block.shape) == 3:
            panel.text(place, MIDDLE + height / 2 + 10, block.shape[0], **middle)
        panel.text(place, MIDDLE - height / 2 - 11, f"{block.shape[-1]:,}", **middle)
        panel.text(place, 10, block.name, **middle)
    panel.hover = hover
    return panel


def _wire(panel, blocks, drawn):
    """Draw an arrow to each neighbour, and lines over or around what lies between."""
    far = _far(blocks)
    for place, block in enumerate(blocks):
        if place and (block.behind is None or place - 1 in block.behind):
            left, right = place - 1 + drawn[place - 1][0] / 2, place - drawn[place][0] / 2
            panel.arrow(left + 0.02, MIDDLE, right - 0.02, MIDDLE, width=1.2)
        for number in range(block.around):
            reach, top = 0.44 - 0.03 * number, MIDDLE + drawn[place][1] / 2 + 20 + 5 * number
            ends, levels = (place - reach, place + reach), (MIDDLE, top)
            panel.line(np.repeat(ends, 2), [*levels, *levels[::-1]], series=3, width=1.6, solid=True)
    for number, (before, place) in enumerate(far):
        top = HIGH - FRAME[1] - 2 - 5.5 * (len(far) - 1 - number)
        starts = [MIDDLE + drawn[one][1] / 2 + 17 for one in (before, place)]
        ends = (before + 0.05 + 0.04 * number, place - 0.05 - 0.03 * number)
        panel.line([ends[0]] * 2 + [ends[1]] * 2, [starts[0], top, top, starts[1] + 4], series=3, width=1.6, solid=True)
        panel.points([ends[1]], [starts[1] + 3], series=3, shape="square", size=3)


def _far(blocks):
    """List pairs of blocks of which the second reads the first across others, the nearest first."""
    pairs = [(before, place) for place, block in enumerate(blocks) for before in block.behind or ()]
    return sorted((pair for pair in pairs if pair[0] < pair[1] - 1), key=lambda pair: pair[1] - pair[0])


def shares(blocks: Sequence[Block], costs: Costs, known: Costs | None, hover: Sequence[str]) -> Panel:
    """Draw the share of each block: of the parameters upward, of the multiply-adds downward."""
    title = "share of the parameters (upward) and of the multiply-adds (downward), in %"
    panel = _columns(title, len(blocks), SHARES)
    middle = (SHARES - FRAME[1]) / 2
    panel.hover = hover
    panel.line([-0.5, len(blocks) - 0.5], [middle, middle], width=1, solid=True)
    for upward, what in zip((1, -1), QUANTITIES, strict=True):
        _head(panel, middle + upward * 12, what)
    if not costs.counted:
        words = "No numbers yet: your network_cost of Exercise 4 counts a network of your own."
        panel.text((len(blocks) - 1) / 2, middle + 20, words, align="center")
        return panel
    parts, room = part(costs), middle - 19
    right = part(known) if known else None
    per = room / max(float(parts.max()), float(right.max()) if right is not None else 0.0, 0.01)
    for column, upward in enumerate((1, -1)):
        for place, (block, share) in enumerate(zip(blocks, parts[:, column], strict=True)):
            height = per * share
            if height > 0.5:
                panel.box(place, middle + upward * height / 2, 0.5, height, (), fill=FILLS[block.kind], round=0)
            if share >= 0.005:
                panel.text(place, middle + upward * (height + 10), f"{100 * share:.0f}", align="center")
            if right is not None and abs(right[place, column] - share) > 1e-3:
                height = per * right[place, column]
                panel.box(place, middle + upward * height / 2, 0.62, height, (), fill=NOTHING, round=0)
    return panel


def part(costs: Costs) -> Any:
    """Divide by the sums: the share of each block, shape (N, 2)."""
    return costs.numbers / np.maximum(costs.numbers.sum(axis=0), 1)


def sums(blocks: Sequence[Block], costs: Costs, pinned: tuple[str, Costs] | None) -> Panel:
    """Draw both sums as bars, filled up to the chosen block."""
    panel = Panel("the sum from the input to the chosen block", width=WIDTH, height=SUMS, axes=False)
    panel.xlim, panel.ylim = (0.0, float(WIDTH - FRAME[0])), (0.0, float(SUMS - FRAME[1]))
    old = pinned[1].numbers.sum(axis=0) if pinned and pinned[1].counted else None
    if pinned and old is not None:
        panel.title += f"; grey: {pinned[0]}, pinned"
    if not costs.counted:
        panel.text(4, 30, "Nothing to add up yet.")
        return panel
    totals, left, long, last = costs.numbers.sum(axis=0), MARGIN, 562, len(blocks) - 1
    for column, (what, y) in enumerate(zip(QUANTITIES, (37, 11), strict=True)):
        total = float(totals[column])
        most = max(total, float(old[column]) if old is not None else 0.0, 1.0)
        ends = left + long / most * np.append(0.0, np.cumsum(costs.numbers[:, column]))
        panel.text(0, y, what)
        for place, block in enumerate(blocks):
            wide = ends[place + 1] - ends[place]
            if wide > 0.3:
                look: dict[str, Any] = {"round": 0}
                panel.box((ends[place] + ends[place + 1]) / 2, y, wide, 17, (), fill=PALE[block.kind], **look)
                filled = FILLS[block.kind]
                panel.box((ends[place] + ends[place + 1]) / 2, y, wide, 17, (), fill=filled, show=(place, last), **look)
        for place, so_far in enumerate(np.cumsum(costs.numbers[:, column])):
            words = f"{percent(so_far / max(total, 1))} of {large(total)}"
            panel.text(left + long + 10, y, words, show=(place, place))
        if old is not None:
            panel.line([left, left + long * old[column] / most], [y - 12, y - 12], ghost=True)
    return panel


def percent(share: float) -> str:
    """Write a share."""
    if 0 < share < 0.005:
        return "under 1 %"
    return f"{100 * share:.0f} %"


def large(number: float) -> str:
    """Write a large number with three digits and a word."""
    if not np.isfinite(number):
        return "?"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= 0.9995 * size:
            return f"{number / size:.3g} {word}" if number < 999.5 * size else f"{number / size:,.0f} {word}"
    return f"{number:,.0f}"
