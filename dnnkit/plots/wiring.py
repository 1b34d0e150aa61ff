"""How the blocks of the famous networks are wired, drawn as boxes and arrows."""

import itertools
from typing import TYPE_CHECKING, NamedTuple

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, GREY = COLOURS[0], "#B04E00", "#00664D", "#595959"


Boxes = dict[str, tuple[float, float, str, str]]  # by name: x, y, text, colour


class _Wiring(NamedTuple):
    """One drawing: boxes, lines through points that end in an arrow, and words."""

    size: tuple[float, float]  # of the figure, in inches
    boxes: Boxes
    links: list[tuple[str, str]]  # from the right side of one box to the left side of another
    lines: list[tuple[list[tuple[float, float]], str]]
    alt: str


def _inception() -> _Wiring:
    boxes: Boxes = {"x": (0, 1.5, "x\nC", GREY), "join": (7.4, 1.5, "join\nchannels", GREY)}
    links: list[tuple[str, str]] = []
    rows = (("1×1\n$f_1$",), ("1×1\n$r_3$", "3×3\n$f_3$"), ("1×1\n$r_5$", "5×5\n$f_5$"), ("pool 3×3\nC", "1×1\n$f_p$"))
    for k, texts in enumerate(rows):
        names = [f"{k}{place}" for place in range(len(texts))]
        for place, (name, text) in enumerate(zip(names, texts, strict=True)):
            colour = ORANGE if text.startswith("pool") else BLUE
            boxes[name] = (2.4 + 2.5 * place if len(texts) > 1 else 3.65, 3 - k, text, colour)
        path = ["x", *names, "join"] if k else []
        links += itertools.pairwise(path)
    lines = [([(0.0, 1.84), (0.0, 3.0), (2.65, 3.0)], GREY), ([(4.65, 3.0), (7.4, 3.0), (7.4, 1.84)], GREY)]
    alt = (
        "An inception block: from x, four branches lead side by side to a box that joins their channels. They are a "
        "1 by 1 convolution; 1 by 1, then 3 by 3; 1 by 1, then 5 by 5; and pooling 3 by 3, then 1 by 1."
    )
    return _Wiring((8.4, 3.9), boxes, links, lines, alt)


def _residual() -> _Wiring:
    texts = (
        ("x", "x", GREY),
        ("c1", "conv_bn\n3×3, stride", BLUE),
        ("r1", "relu", ORANGE),
        ("c2", "conv_bn\n3×3", BLUE),
        ("add", "+", GREY),
        ("r2", "relu", ORANGE),
    )
    boxes: Boxes = {name: (2.1 * k, 0.0, text, colour) for k, (name, text, colour) in enumerate(texts)}
    boxes["short"] = (4.2, 1.4, "x itself, or\nconv_bn 1×1, stride", GREEN)
    names = [name for name, _, _ in texts]
    lines = [([(0.0, 0.34), (0.0, 1.4), (3.2, 1.4)], GREEN), ([(5.2, 1.4), (8.4, 1.4), (8.4, 0.34)], GREEN)]
    alt = (
        "A residual block: x goes through conv_bn 3 by 3, a ReLU and conv_bn 3 by 3 to a sum. A second way, the "
        "shortcut, leads around them from x to the sum: x itself, or conv_bn 1 by 1. A ReLU follows the sum."
    )
    return _Wiring((8.8, 2.6), boxes, list(itertools.pairwise(names)), lines, alt)


def _dense() -> _Wiring:
    boxes: Boxes = {"0": (0, 0, "x\nC", GREY)}
    lines = []
    for k in range(1, 4):
        boxes[str(k)] = (2.6 * k, 0, f"layer {k}\n+ k channels", BLUE)
    boxes["4"] = (10.4, 0, "C + 3k", GREY)
    for first in range(4):
        for last in range(first + 2, 5):
            height = 0.45 + 0.36 * (last - first - 1) + 0.12 * first
            side = 1 if (first + last) % 2 else -1
            start, end = 2.6 * first + 0.25, 2.6 * last - 0.25
            colour = (GREY, BLUE, ORANGE, GREEN)[first]
            path = [(start, side * 0.34), (start, side * height), (end, side * height), (end, side * 0.34)]
            lines.append((path, colour))
    alt = (
        "A dense block of three layers. From x and from every layer, arrows lead to all later layers and to the end, "
        "which holds C plus 3 k channels."
    )
    return _Wiring((8.8, 3.2), boxes, [(str(k), str(k + 1)) for k in range(4)], lines, alt)


def _unet() -> _Wiring:
    boxes: Boxes = {"image": (0, 3, "image", GREY), "d0": (2.2, 3, "block, b\nH × W", BLUE)}
    boxes |= {"d1": (3.3, 1.5, "block, 2b\nH/2 × W/2", BLUE), "bottom": (5.5, 0, "bottom, 4b\nH/4 × W/4", ORANGE)}
    boxes |= {"u1": (7.7, 1.5, "block, 2b\nH/2 × W/2", BLUE), "u0": (8.8, 3, "block, b\nH × W", BLUE)}
    boxes["scores"] = (11, 3, "scores\nH × W", GREY)
    lines = [
        ([(2.2, 2.66), (2.2, 1.5), (2.3, 1.5)], GREY),
        ([(3.3, 1.16), (3.3, 0.0), (4.5, 0.0)], GREY),
        ([(6.5, 0.0), (7.7, 0.0), (7.7, 1.16)], GREY),
        ([(8.7, 1.5), (8.8, 1.5), (8.8, 2.66)], GREY),
        ([(3.2, 3.0), (7.8, 3.0)], GREEN),
        ([(4.3, 1.5), (6.7, 1.5)], GREEN),
    ]
    alt = (
        "A U-Net of depth 2. The image goes down through two blocks, each followed by pooling, to the bottom at a "
        "quarter of the size, and up again through two blocks to the scores. On both levels a bridge leads from the "
        "block of the way down, before its pooling, to the block of the way up."
    )
    return _Wiring((8.8, 3.6), boxes, [("image", "d0"), ("u0", "scores")], lines, alt)


def _text() -> _Wiring:
    boxes: Boxes = {"tokens": (0, 1.2, "tokens\nT", GREY), "embed": (2.4, 1.2, "embedding\nT × E", ORANGE)}
    links = [("tokens", "embed")]
    for k, size in enumerate((1, 2, 3)):
        conv, top = f"c{size}", f"m{size}"
        boxes[conv] = (4.9, 2.4 - 1.2 * k, f"{size} word{'s' if size > 1 else ''}\n{_places(size)} × F", BLUE)
        boxes[top] = (7.3, 2.4 - 1.2 * k, "largest\nF", GREEN)
        links += [("embed", conv), (conv, top), (top, "join")]
    boxes |= {"join": (9.6, 1.2, "join\n3F", GREY), "scores": (11.9, 1.2, "dense\nscores", GREY)}
    links.append(("join", "scores"))
    alt = (
        "A network for sentences: tokens, embedding, then convolutions over one, two and three words side by side, "
        "each followed by the largest value over all places; the results are joined and a dense layer gives the scores."
    )
    return _Wiring((9.4, 3.3), boxes, links, [], alt)


def _places(size: int) -> str:
    return f"(T - {size - 1})" if size > 1 else "T"


DRAWINGS = {"inception": _inception, "residual": _residual, "dense": _dense, "unet": _unet, "text": _text}


def plot_wiring(kind: str, *, ax: "Axes | None" = None) -> "Axes":
    """Draw how a block, or a network, is wired.

    Args:
        kind: "inception", "residual", "dense", "unet" or "text".
        ax: where to draw; a figure of its own by default.

    Returns:
        The Axes.

    Raises:
        ValueError: there is no drawing of this kind.
    """
    if kind not in DRAWINGS:
        raise ValueError(
            f"plot_wiring cannot draw {kind!r}. Expected one of {sorted(DRAWINGS)}. Is it written in small letters?"
        )
    wiring = DRAWINGS[kind]()
    ax = panels(width=wiring.size[0], height=wiring.size[1])[0] if ax is None else ax
    for x, y, text, colour in wiring.boxes.values():
        _draw_box(ax, x, y, text, colour)
    for start, end in wiring.links:
        (x0, y0, _, _), (x1, y1, _, _) = wiring.boxes[start], wiring.boxes[end]
        _draw_line(ax, [(x0 + 1.0, y0), (x1 - 1.0, y1)], GREY)
    for points, colour in wiring.lines:
        _draw_line(ax, points, colour)
    heights = [y for _, y, _, _ in wiring.boxes.values()] + [y for points, _ in wiring.lines for _, y in points]
    widths = [x for x, _, _, _ in wiring.boxes.values()]
    ax.set(xlim=(min(widths) - 1.1, max(widths) + 1.1), ylim=(min(heights) - 0.5, max(heights) + 0.5))
    ax.set_axis_off()
    describe(ax, wiring.alt)
    return ax


def _draw_box(ax: "Axes", x: float, y: float, text: str, colour: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    box = FancyBboxPatch((x - 0.9, y - 0.28), 1.8, 0.56, boxstyle="round,pad=0.06", facecolor="white", edgecolor=colour)
    box.set(linewidth=1.6, zorder=4)
    ax.add_patch(box)
    ax.text(x, y, text, ha="center", va="center", color=colour, fontsize=8.5, zorder=5)


def _draw_line(ax: "Axes", points: list[tuple[float, float]], colour: str) -> None:
    """Draw a line through points, with an arrow's head at the last."""
    ax.plot(*zip(*points, strict=True), color=colour, linewidth=1.4, solid_capstyle="butt", zorder=2)
    head = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", points[-1], points[-2], arrowprops=head, zorder=3)
