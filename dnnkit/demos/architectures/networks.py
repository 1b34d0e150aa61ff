"""The networks of the architecture explorer: the known ones from a file, and one of the reader's own."""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "networks.json"  # docs/count_architectures.py writes it
OWN = "my own net"
KINDS = ("conv 3 × 3", "conv 5 × 5", "conv 1 × 1", "residual", "pool", "dense")
START = (32, 32, 3)
MOST = 12  # blocks of one's own
FIELDS = {
    "conv": ("kernel_size", "out_channels", "stride", "padding"),
    "pool": ("kernel_size", "stride", "padding"),
    "flatten": (),
    "dense": ("units",),
}
Shape = tuple[int, ...]
Layer = dict[str, Any]


@dataclass(frozen=True)
class Chain:
    """Layers one behind the other, as records of lesson 06.

    Attributes:
        start: shape of what goes in.
        layers: the records.
        shapes: shape of the output of each layer.
        numbers: (parameters, multiply-adds) of each layer; None where only the student's functions know them.
    """

    start: Shape
    layers: tuple[Layer, ...]
    shapes: tuple[Shape, ...]
    numbers: tuple[tuple[int, int], ...] | None


@dataclass(frozen=True)
class Block:
    """One block of the picture.

    Attributes:
        name: what stands under it.
        kind: "input", "conv", "block", "pool", "dense", "join" or "embed"; decides its colour.
        what: what it does, in a few words.
        shape: shape of its output, (H, W, C) or (n,).
        chains: what is counted: the chains of its branches.
        path: (kernel size, stride) of all layers on the longest way from the input; None where all of it is seen.
        sees: how many pixels one output sees; None where all of it is seen, or nobody has counted.
        extra: (parameters, multiply-adds) of what lesson 06 has no record for.
        behind: numbers of the blocks that it reads; the one before by default.
        around: how many lines are drawn around it.
    """

    name: str
    kind: str
    what: str
    shape: Shape
    chains: tuple[Chain, ...]
    path: tuple[tuple[int, int], ...] | None
    sees: int | None = None
    extra: tuple[int, int] = (0, 0)
    behind: tuple[int, ...] | None = None
    around: int = 0


@functools.cache
def known_networks() -> dict[str, tuple[Block, ...]]:
    """Read the known networks, their numbers included, by name."""
    records = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: tuple(map(_block, blocks)) for name, blocks in records.items()}


def _block(record):
    chains = tuple(
        Chain(
            tuple(start),
            tuple(map(_layer, layers)),
            tuple(tuple(row[0]) for row in rows),
            tuple((row[1], row[2]) for row in rows),
        )
        for start, layers, rows in record["chains"]
    )
    path = record["path"] and tuple(map(tuple, record["path"]))
    more = {key: tuple(record[key]) for key in ("extra", "behind") if key in record}
    more |= {key: record[key] for key in ("sees", "around") if key in record}
    plain = {key: record[key] for key in ("name", "kind", "what")}
    path = () if record["path"] == [] else path
    return Block(**plain, shape=tuple(record["shape"]), chains=chains, path=path, **more)


def _layer(record):
    kind, *sizes = record
    return {"kind": kind, **dict(zip(FIELDS[kind], sizes, strict=True))}


def own_network(wanted: Sequence[Sequence[Any]]) -> tuple[Block, ...]:
    """Build the reader's network, without its costs: those only the student's functions know.

    Args:
        wanted: (kind, channels) of each block, as in `KINDS`; no picture is left behind the first dense one.
    """
    shape: Shape = START
    path: tuple[tuple[int, int], ...] | None = ()
    blocks, counts = [Block("input", "input", "", START, (), ())], dict.fromkeys(("conv", "res.", "dense"), 0)
    for kind, channels in wanted[:MOST]:
        chains, shape, steps = _parts(kind, int(channels), shape)
        path = path + steps if path is not None and steps is not None else None
        label = {"residual": "res."}.get(kind, kind.split()[0])
        if label in counts:
            counts[label] += 1
            label = f"{label} {counts[label]}"
        colour = {"residual": "block", "pool": "pool", "dense": "dense"}.get(kind, "conv")
        what = "two of 3 × 3, and a shortcut" if kind == "residual" else kind.removeprefix("conv ")
        blocks.append(
            Block(
                label,
                colour,
                "" if kind == "dense" else "2 × 2" if kind == "pool" else what,
                shape,
                chains,
                path,
                around=int(kind == "residual"),
            )
        )
    return tuple(blocks)


def _parts(kind, channels, shape):
    """Say the chains, the shape and the steps of the path of one block."""
    if kind == "dense":
        units = (channels,)
        layer = {"kind": "dense", "units": channels}
        if len(shape) == 1:
            return (Chain(shape, (layer,), (units,), None),), units, None
        flat = (shape[0] * shape[1] * shape[2],)
        return (Chain(shape, ({"kind": "flatten"}, layer), (flat, units), None),), units, None
    side, _, before = shape
    if kind == "pool":
        window = min(side, 2)
        after = (max(side // 2, 1),) * 2 + (before,)
        layer = {"kind": "pool", "kernel_size": window, "stride": window, "padding": 0}
        return (Chain(shape, (layer,), (after,), None),), after, ((window, window),)
    after = (side, side, channels)
    if kind == "residual":
        chains = [Chain(shape, (_same(3, channels), _same(3, channels)), (after, after), None)]
        chains += [Chain(shape, (_same(1, channels),), (after,), None)] if before != channels else []
        return tuple(chains), after, ((3, 1), (3, 1))
    size = int(kind.split()[1])
    return (Chain(shape, (_same(size, channels),), (after,), None),), after, ((size, 1),)


def _same(size, channels):
    return {"kind": "conv", "kernel_size": size, "out_channels": channels, "stride": 1, "padding": size // 2}
