"""Architecture explorer: networks as rows of blocks, and where their parameters, their work and their view lie."""

import math
from typing import Any

import numpy as np

from dnnkit.demos.architectures import counts, panels, words
from dnnkit.demos.architectures.networks import KINDS, MOST, OWN, known_networks, own_network
from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings

FIRST: list[list[Any]] = [
    ["conv 3 × 3", 16],
    ["pool", 16],
    ["conv 3 × 3", 32],
    ["pool", 32],
    ["conv 3 × 3", 64],
    ["dense", 10],
]
CHANNELS = (1, 1024)
QUARTER = math.log10(2) / 4  # four steps of the slider double
LAST = {"step": len(FIRST), "kind": FIRST[-1][0], "channels": FIRST[-1][1]}
NETWORKS = (
    "AlexNet",
    "GoogLeNet",
    "inception 3a",
    "ResNet-18",
    "DenseNet-40",
    "U-Net",
    "text CNN",
    "LeNet-5",
)


class ArchitectureExplorer(Demo):
    """Networks as rows of blocks: what comes out of each, what it costs, and how much of the picture it sees.

    Slots:
        conv_cost, network_cost, receptive_field: the student's functions of lesson 06. Known networks came with their
            numbers; a network of one's own is counted by `network_cost` alone.

    Example:
        architecture_explorer(network_cost=network_cost, network="my own net")
    """

    name = "architecture_explorer"
    title = "Architecture explorer"
    question = Question(
        "AlexNet has five convolutions and three dense layers. Where are most of its parameters, and where is most of "
        "its work?",
        (
            "both in the convolutions",
            "both in the dense layers",
            "parameters in the dense layers, work in the convolutions",
            "parameters in the convolutions, work in the dense layers",
        ),
        "Bars go up for parameters and down for multiply-adds. Click on blocks, or press Run.",
    )
    controls = (
        Choice("network", "net", "AlexNet", options=(*NETWORKS, OWN)),
        Slider("step", "block", 0, low=0, high=11, step=1, local=True, help="the block that is described"),
        Choice("kind", "kind", "conv 3 × 3", options=KINDS, only=("network", (OWN,))),
        Slider("channels", "channels", 16, low=CHANNELS[0], high=CHANNELS[1], step=QUARTER, log=True,
               only=("network", (OWN,))),
    )  # fmt: skip
    presets = {
        "AlexNet": {},
        "AlexNet, dense 6": {"step": 9},
        "GoogLeNet, its end": {"network": "GoogLeNet", "step": 16},
        "ResNet-18, block 5a": {"network": "ResNet-18", "step": 9},
        "U-Net, lowest": {"network": "U-Net", "step": 5},
        "text CNN, words": {"network": "text CNN", "step": 1},
        OWN: {"network": OWN, **LAST},
    }
    static_presets = {"AlexNet": {"step": 11}, "GoogLeNet": {"network": "GoogLeNet", "step": 16}}
    slots = ("conv_cost", "network_cost", "receptive_field")
    plot_keys = (
        ("ArrowLeft", "Left arrow", "the block before"),
        ("ArrowRight", "Right arrow", "the next block"),
        ("ArrowUp", "Up arrow", "a network of your own: twice as many channels"),
        ("ArrowDown", "Down arrow", "a network of your own: half as many channels"),
        ("+", "+", "a network of your own: one more block of this kind behind this one"),
        ("-", "-", "a network of your own: take this block away"),
    )
    runs = True
    beat = 350
    picture_first = True
    actions = (("add", "Add"), ("remove", "Remove"))

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `blocks` is the reader's own network."""
        return super().defaults() | {"blocks": [list(block) for block in FIRST]}

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Count the chosen network: its blocks, the costs that are shown, and the known ones where those differ."""
        own = values["network"] == OWN
        blocks = own_network(values["blocks"]) if own else known_networks()[values["network"]]
        costs, known = counts.ask(blocks, self.own)
        return {"name": values["network"], "blocks": blocks, "costs": costs, "known": known}

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the blocks, below them their shares, and below those the sums."""
        blocks, costs = result["blocks"], result["costs"]
        before = (pinned[1]["name"], pinned[1]["costs"]) if pinned else None
        return [
            panels.network(
                result["name"], blocks, [words.seen_by(blocks, costs, place) for place in range(len(blocks))]
            ),
            panels.shares(blocks, costs, result["known"], list(map(words.paid, blocks, costs.numbers))),
            panels.sums(blocks, costs, before),
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say of each block what comes out, what it costs and sees, and the sums up to it."""
        blocks, costs = result["blocks"], result["costs"]
        return [words.sentence(result["name"], blocks, costs, place) for place in range(len(blocks))]

    def table(self, result: Result, values: Settings) -> Any:
        """List all blocks with their numbers."""
        blocks, costs = result["blocks"], result["costs"]
        heads = [
            "block",
            "what",
            "output",
            *panels.QUANTITIES,
            "pixels seen",
            "sum of parameters",
            "sum of multiply-adds",
        ]
        so_far = np.cumsum(costs.numbers, axis=0)
        rows = [
            [
                f"{place} {block.name}",
                block.what,
                words.times(block.shape),
                *map(words.whole, costs.numbers[place]),
                words.pixels(block, costs.sees[place]),
                *map(words.whole, so_far[place]),
            ]
            for place, block in enumerate(blocks)
        ]
        return f"What {result['name']} costs", heads, rows

    def follow(self, values: Settings, changed: set[str]) -> Settings:
        """Look at another network's input, or one's own last block; kind and channels are those of the chosen block."""
        new: Settings = {}
        if values["network"] != OWN:
            last = len(known_networks()[values["network"]]) - 1
            return {"step": 0 if "network" in changed and "step" not in changed else min(int(values["step"]), last)}
        blocks = [list(block) for block in values["blocks"]]
        place = min(int(values["step"]), len(blocks))
        if "network" in changed and "step" not in changed:
            place = len(blocks)
        if "network" not in changed:
            blocks, place = _changed(blocks, place, values, changed)
        if place:
            new = {"kind": blocks[place - 1][0], "channels": blocks[place - 1][1]}
        return new | {"step": place, "blocks": blocks}

    def on_action(self, action: str, values: Settings) -> Settings:
        """Add a block like the chosen one behind it, or take the chosen one away."""
        if values["network"] != OWN:
            return {"network": OWN, "step": len(values["blocks"])}
        blocks, place = [list(block) for block in values["blocks"]], int(values["step"])
        if action == "remove":
            if not place or len(blocks) < 2:
                return {}
            del blocks[place - 1]
            return {"blocks": blocks, "step": max(place - 1, 1)}
        if len(blocks) >= MOST:
            return {}
        added = list(blocks[place - 1]) if place else ["conv 3 × 3", 16]
        blocks.insert(place, added)
        return {"blocks": blocks, "step": place + 1, "kind": added[0], "channels": added[1]}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Go to another block, or change the chosen one."""
        if key in ("+", "-"):
            return self.on_action("add" if key == "+" else "remove", values)
        step = int(values["step"])
        if key in ("ArrowLeft", "ArrowRight"):
            last = len(self.result["blocks"]) - 1
            return {"step": min(max(step + (1 if key == "ArrowRight" else -1), 0), last)}
        if values["network"] != OWN or not step:
            return {}
        channels = values["channels"] * 2 if key == "ArrowUp" else values["channels"] // 2
        return {"channels": min(max(int(channels), CHANNELS[0]), CHANNELS[1])}


def _changed(blocks, place, values, changed):
    """Give the chosen block another kind or other channels; dense layers move to the end, as they see no picture."""
    chosen = blocks[place - 1] if place else None
    if chosen and "channels" in changed:
        chosen[1] = max(round(values["channels"]), 1)
    if chosen and "kind" in changed:
        chosen[0] = values["kind"]
    blocks.sort(key=lambda block: block[0] == "dense")
    return blocks, next((at for at, block in enumerate(blocks, 1) if block is chosen), 0)
