"""Count the networks of the architecture explorer with the functions of lesson 06, and write what it shows of them.

Usage: python docs/count_architectures.py

It writes dnnkit/demos/architectures/networks.json: students get the numbers, and write the functions themselves.
"""

import json
from pathlib import Path

from grading.judging.reference import Reference
from grading.lessons.lesson import find_lesson

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "dnnkit" / "demos" / "architectures" / "networks.json"
LESSON = "06_architectures"


class Network:
    """A network that is written down block by block.

    Args:
        name: its name.
        start: shape of its input.
        solution: the lesson's functions, by name.
    """

    def __init__(self, name, start, solution):
        self.name, self.solution, self.shape = name, solution, list(start)
        self.path, self.blocks = [], []
        self.add("input", "input", "", [])

    def add(self, name, kind, what, chains, *, shape=None, path=(), **more):
        """Add a block: `chains` are lists of records, or pairs (shape of the input, records)."""
        counted = []
        for chain in chains:
            start, records = chain if isinstance(chain, tuple) else (self.shape, chain)
            rows, _, _ = self.solution["network_cost"](list(map(plain, records)), start)
            counted.append([list(start), records, [[list(row[0]), row[1], row[2]] for row in rows]])
        self.shape = list(shape or (counted[-1][2][-1][0] if counted else self.shape))
        if path is None:
            self.path = None
        elif self.path is not None:
            self.path = more.pop("whole_path", self.path + [list(step) for step in path])
        block = {"name": name, "kind": kind, "what": what, "shape": self.shape, "chains": counted, "path": self.path}
        if self.path is not None:
            layers = [{"kind": "conv", "kernel_size": k, "stride": s} for k, s in self.path]
            block["sees"] = self.solution["receptive_field"](layers)[0]
        self.blocks.append(block | more)

    def conv(self, name, k, channels, stride=1, padding=0, **more):
        """Add one convolution."""
        what = f"{k} × {k}" + (f", stride {stride}" if stride > 1 else "")
        self.add(name, "conv", what, [[["conv", k, channels, stride, padding]]], path=[(k, stride)], **more)

    def pool(self, k, stride, padding=0, **more):
        """Add one pooling."""
        self.add("pool", "pool", f"{k} × {k}", [[["pool", k, stride, padding]]], path=[(k, stride)], **more)

    def dense(self, name, units, *, mean=False):
        """Add a dense layer, behind the mean of every channel where `mean` says so."""
        records = [["pool", self.shape[0], self.shape[0], 0]] if mean else []
        records += [["flatten"]] if len(self.shape) == 3 else []
        self.add(name, "dense", "mean, dense" if mean else "", [[*records, ["dense", units]]], path=None)


def joined(lists):
    """Put lists one behind the other."""
    return [entry for one in lists for entry in one]


def plain(record):
    """Write a short record as the lesson does."""
    kind, *sizes = record
    names = {
        "conv": ("kernel_size", "out_channels", "stride", "padding"),
        "pool": ("kernel_size", "stride", "padding"),
        "flatten": (),
        "dense": ("units",),
    }
    return {"kind": kind, **dict(zip(names[kind], sizes, strict=True))}


def branches(filters):
    """Return the four branches of an inception block."""
    one, three_in, three, five_in, five, behind = filters
    return [
        [["conv", 1, one, 1, 0]],
        [["conv", 1, three_in, 1, 0], ["conv", 3, three, 1, 1]],
        [["conv", 1, five_in, 1, 0], ["conv", 5, five, 1, 2]],
        [["pool", 3, 1, 1], ["conv", 1, behind, 1, 0]],
    ], one + three + five + behind


def lenet(solution):
    """LeNet-5 of 1998."""
    net = Network("LeNet-5", (28, 28, 1), solution)
    net.conv("conv 1", 5, 6, padding=2)
    net.pool(2, 2)
    net.conv("conv 2", 5, 16)
    net.pool(2, 2)
    for place, units in enumerate((120, 84, 10), 3):
        net.dense(f"dense {place}", units)
    return net


def alexnet(solution):
    """AlexNet of 2012, in one piece."""
    net = Network("AlexNet", (227, 227, 3), solution)
    net.conv("conv 1", 11, 96, 4)
    net.pool(3, 2)
    net.conv("conv 2", 5, 256, padding=2)
    net.pool(3, 2)
    for place, channels in enumerate((384, 384, 256), 3):
        net.conv(f"conv {place}", 3, channels, padding=1)
    net.pool(3, 2)
    for place, units in enumerate((4096, 4096, 1000), 6):
        net.dense(f"dense {place}", units)
    return net


def googlenet(solution):
    """GoogLeNet of 2014."""
    net = Network("GoogLeNet", (224, 224, 3), solution)
    net.conv("conv 1", 7, 64, 2, 3)
    net.pool(3, 2, 1)
    stem = [["conv", 1, 64, 1, 0], ["conv", 3, 192, 1, 1]]
    net.add("conv 2", "conv", "1 × 1, then 3 × 3", [stem], path=[(1, 1), (3, 1)])
    net.pool(3, 2, 1)
    tables = {
        "3": [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)],
        "4": [
            (192, 96, 208, 16, 48, 64),
            (160, 112, 224, 24, 64, 64),
            (128, 128, 256, 24, 64, 64),
            (112, 144, 288, 32, 64, 64),
            (256, 160, 320, 32, 128, 128),
        ],
        "5": [(256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)],
    }
    for stage, table in tables.items():
        if stage != "3":
            net.pool(3, 2, 1)
        for letter, filters in zip("abcde", table, strict=False):
            chains, channels = branches(filters)
            shape = [*net.shape[:2], channels]
            net.add(f"{stage}{letter}", "block", "four branches", chains, shape=shape, path=[(1, 1), (5, 1)])
    net.dense("dense", 1000, mean=True)
    return net


def first_block(solution):
    """Write down the first block of GoogLeNet, layer by layer."""
    start = (28, 28, 192)
    net = Network("inception 3a", start, solution)

    def put(name, what, record, behind, path, shape=start):
        kind = "pool" if record[0] == "pool" else "conv"
        net.add(name, kind, what, [(shape, [record])], whole_path=path, behind=[behind])

    put("1 × 1", "branch 1", ["conv", 1, 64, 1, 0], 0, [[1, 1]])
    put("1 × 1", "branch 2, few channels", ["conv", 1, 96, 1, 0], 0, [[1, 1]])
    put("3 × 3", "branch 2", ["conv", 3, 128, 1, 1], 2, [[1, 1], [3, 1]], (28, 28, 96))
    put("1 × 1", "branch 3, few channels", ["conv", 1, 16, 1, 0], 0, [[1, 1]])
    put("5 × 5", "branch 3", ["conv", 5, 32, 1, 2], 4, [[1, 1], [5, 1]], (28, 28, 16))
    put("pool", "branch 4", ["pool", 3, 1, 1], 0, [[3, 1]])
    put("1 × 1", "branch 4", ["conv", 1, 32, 1, 0], 6, [[3, 1], [1, 1]])
    net.add("join", "join", "all branches", [], shape=(28, 28, 256), whole_path=[[1, 1], [5, 1]], behind=[1, 3, 5, 7])
    return net


def resnet(solution):
    """ResNet-18 of 2015."""
    net = Network("ResNet-18", (224, 224, 3), solution)
    net.conv("conv 1", 7, 64, 2, 3)
    net.pool(3, 2, 1)
    for stage, (channels, first) in enumerate(((64, 1), (128, 2), (256, 2), (512, 2)), 2):
        for letter, stride in (("a", first), ("b", 1)):
            shortcut = [[["conv", 1, channels, stride, 0]]] if stride > 1 else []
            chain = [["conv", 3, channels, stride, 1], ["conv", 3, channels, 1, 1]]
            path = [(3, stride), (3, 1)]
            what = "two of 3 × 3, and a shortcut"
            net.add(f"{stage}{letter}", "block", what, [*shortcut, chain], path=path, around=1)
    net.dense("dense", 1000, mean=True)
    return net


def densenet(solution):
    """DenseNet of 2016 with 40 layers, for small images."""
    net = Network("DenseNet-40", (32, 32, 3), solution)
    net.conv("conv 1", 3, 16, padding=1)
    for block in (1, 2, 3):
        side, _, channels = net.shape
        chains = [([side, side, channels + 12 * n], [["conv", 3, 12, 1, 1]]) for n in range(12)]
        shape = [side, side, channels + 144]
        net.add(f"block {block}", "block", "12 of 3 × 3", chains, shape=shape, path=[(3, 1)] * 12, around=3)
        if block < 3:
            chain = [["conv", 1, channels + 144, 1, 0], ["pool", 2, 2, 0]]
            net.add("halve", "conv", "1 × 1, then pool", [chain], path=[(1, 1), (2, 2)])
    net.dense("dense", 10, mean=True)
    return net


def unet(solution):
    """A U-Net as in 2015, but padded, on smaller images."""
    net = Network("U-Net", (256, 256, 3), solution)
    levels, twice = (64, 128, 256, 512, 1024), [[3, 1], [3, 1]]
    way = []  # of each level, so that kernels of the way up can be set in where their level is
    for level, channels in enumerate(levels):
        pool = [["pool", 2, 2, 0]] if level else []
        way.append([[2, 2]] * len(pool) + twice)
        chain = [*pool, ["conv", 3, channels, 1, 1], ["conv", 3, channels, 1, 1]]
        what = "pool, two of 3 × 3" if level else "two of 3 × 3"
        net.add(f"down {level + 1}", "conv", what, [chain], whole_path=joined(way))
    net.blocks[-1]["name"] = "lowest"
    for level in reversed(range(4)):
        side, _, below = net.shape
        channels, wide = levels[level], 2 * side
        way[level] = way[level] + twice
        chain = [["conv", 3, channels, 1, 1], ["conv", 3, channels, 1, 1]]
        more = {"extra": [4 * below * channels + channels, side * side * 4 * below * channels]}
        net.add(
            f"up {level + 1}",
            "conv",
            "widen, join, two of 3 × 3",
            [([wide, wide, 2 * channels], chain)],
            whole_path=joined(way),
            behind=[len(net.blocks) - 1, level + 1],
            **more,
        )
    net.add("scores", "conv", "1 × 1", [[["conv", 1, 2, 1, 0]]], whole_path=joined(way))
    return net


def text_cnn(solution):
    """Write down the network for sentences of the lesson: a window of k words is a pixel with k times the channels."""
    words, embed, vocab, filters = 64, 32, 1000, 32
    net = Network("text CNN", (words, 1, 1), solution)
    net.add("words", "embed", "32 numbers a word", [], shape=(words, 1, embed), extra=[vocab * embed, 0], path=[(1, 1)])
    for size in (1, 2, 3):
        places = words - size + 1
        chain = ((places, 1, size * embed), [["conv", 1, filters, 1, 0]])
        what = "1 word" if size == 1 else f"{size} words"
        net.add(what, "conv", f"kernels over {what}", [chain], whole_path=[[size, 1]], behind=[1])
    net.add("max", "join", "largest of each kernel", [], shape=(3 * filters,), path=None, behind=[2, 3, 4])
    net.dense("dense", 5)
    return net


BUILDERS = (alexnet, googlenet, first_block, resnet, densenet, unet, text_cnn, lenet)


def counted(solution):
    """Return the text of the file: all networks, one block a line.

    Args:
        solution: the functions of lesson 06, by name.
    """
    lines = []
    for build in BUILDERS:
        net = build(solution)
        blocks = ",\n".join("  " + json.dumps(block, ensure_ascii=False) for block in net.blocks)
        lines.append(f"{json.dumps(net.name)}: [\n{blocks}\n]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    """Count all networks and write them down."""
    lesson = find_lesson(PROJECT / "solutions", LESSON)
    TARGET.write_text(counted(Reference(lesson).namespace()), encoding="utf-8")
    print(f"{TARGET.relative_to(PROJECT)}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
