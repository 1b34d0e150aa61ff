"""The pictures of the latent space demo: the map, two digits and their difference, a walk, and what codes cost."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.latent.networks import SIDE, Array, Network, digits, networks
from dnnkit.demos.latent.walk import LAST, Walk

MAP, WIDTH = (418, 406), 392  # pixels
HIGH = {"digits": 138, "walk": 92, "price": 124}
FRAME = (12, 16)  # pixels that the page leaves free of a picture without axes, across and down
INKS = (0, 4, 5, 3, 6, 0, 4, 5, 3, 6)  # colour of each digit; shapes that are alike differ
CIRCLE = np.linspace(0, 2 * np.pi, 73)
TILES = 11  # pictures across the map
PARTS = (("rebuilding", 4, "#8fb8d6"), ("first number", 1, "#f2b33d"), ("second number", 3, "#58b795"))
NOTHING = "#00000000"
GREY: dict[str, Any] = {"scale": "grey", "smooth": False}


def _ink(pictures, most=1.0):
    """Turn pictures (..., 64) into grey values with paper 1 and ink 1 - most."""
    return 1 - most * np.reshape(pictures, (*np.shape(pictures)[:-1], SIDE, SIDE))


def plane(net: Network, walk: Walk, cloud: tuple[Array, Array | None] | None, behind: str) -> Panel:
    """Draw the map: codes of all digits, the circles of the prior, the way and the point, and the nearest's cloud."""
    panel = Panel(f"{net.name}: the map of its codes; drag the star", equal=True, width=MAP[0], height=MAP[1])
    panel.xlabel, panel.ylabel = "first number of the code", "second number"
    panel.xlim = panel.ylim = (-net.reach, net.reach)
    if behind != "digits":
        _tiles(panel, net, 0.3 if behind == "both" else 1.0)
    if behind != "pictures":
        y = digits().y
        for digit in range(10):
            panel.points(*net.mu[y == digit].T, series=INKS[digit], shape=str(digit), size=4)
    for radius in (1, 2):
        panel.line(radius * np.cos(CIRCLE), radius * np.sin(CIRCLE), series=2, width=2, solid=True)
    if net.reach < 5:
        panel.text(0, -2, "2", series=4, bold=True, align="center", dy=10)
    panel.text(
        0, -1 if net.reach < 5 else -2, "1" if net.reach < 5 else "1, 2", series=4, bold=True, align="center", dy=10
    )
    _clouds(panel, net, walk, cloud)
    panel.line(*walk.codes[[0, -1]].T, width=1.5, solid=True)
    panel.points(*walk.codes[0], shape="square", size=6)
    panel.points(*net.mu[walk.nearest].T, series=5, shape="circle", size=8, hollow=True, grows=True)
    for place, number in enumerate(walk.nearest):
        panel.points(*net.mu[number], series=5, shape=str(digits().y[number]), size=5, show=(place, place))
    panel.points(*walk.codes.T, series=5, shape="star", size=8, grows=True)
    places = np.round(net.mu, 2).tolist()
    panel.spots = [(x, y, f"{a_digit(digit)} at ({x}, {y})") for (x, y), digit in zip(places, digits().y, strict=True)]
    return panel


def _tiles(panel, net, most):
    """Lay the pictures that are decoded all over the map under it."""
    ticks = net.reach * (2 * np.arange(TILES) + 1 - TILES) / TILES
    codes = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=2).reshape(-1, 2)
    tiles = np.pad(_ink(net.decode(codes), most), ((0, 0), (1, 1), (1, 1)), constant_values=1.0)
    rows = tiles.reshape(TILES, TILES, SIDE + 2, SIDE + 2).transpose(0, 2, 1, 3).reshape(TILES * (SIDE + 2), -1)
    panel.field(rows, (-net.reach, net.reach, -net.reach, net.reach), limits=(0, 1), **GREY)


def _clouds(panel, net, walk, cloud):
    """Draw codes drawn for the nearest digit of each step; where they are wrong, the right ones as hollow points."""
    if cloud is None:
        return
    drawn, right = cloud
    for place in range(LAST + 1):
        if right is not None:
            panel.points(*right[place].T, size=2.5, hollow=True, show=(place, place))
        panel.points(*drawn[place].T, series=5, size=2, show=(place, place))


def _flat(title: str, height: int) -> Panel:
    """Begin a picture without axes, measured in pixels."""
    panel = Panel(title, width=WIDTH, height=height, axes=False, equal=True)
    panel.xlim, panel.ylim = (0.0, float(WIDTH - FRAME[0])), (0.0, float(height - FRAME[1]))
    return panel


def pair(walk: Walk) -> Panel:
    """Draw the decoded picture, the nearest of the 300 digits and the difference, at each step."""
    panel = _flat("decoded at the star, and the nearest of the 300 digits", HIGH["digits"])
    top = HIGH["digits"] - FRAME[1]
    side, pitch = top - 20.0, (WIDTH - FRAME[0] - (top - 20.0)) / 2
    panel.text(side / 2, 8, "decoded", align="center")
    panel.text(2 * pitch + side / 2, 8, "the difference", align="center")
    for place, number in enumerate(walk.nearest):
        show = (place, place)
        nearest, picture = digits().X[number], walk.pictures[place]
        for column, values in enumerate((_ink(picture), _ink(nearest))):
            extent = (column * pitch, column * pitch + side, 20, top)
            panel.field(values, extent, limits=(0, 1), show=show, **GREY)
        gap = np.reshape(picture - nearest, (SIDE, SIDE))
        panel.field(gap, (2 * pitch, 2 * pitch + side, 20, top), limits=(-1, 1), smooth=False, show=show)
        words = f"{a_digit(digits().y[number])}, distance {walk.distances[place]:.2f}"
        panel.text(pitch + side / 2, 8, words, align="center", show=show)
    for column in range(3):
        panel.box(column * pitch + side / 2, (top + 20) / 2, side, top - 20, (), fill=NOTHING, round=0)
    return panel


def strip(walk: Walk, pinned: tuple[str, Walk] | None) -> Panel:
    """Draw the walk as pictures, below it the pinned walk, or else one end that fades into the other."""
    below = f"{pinned[0]}, pinned" if pinned else "one end fades into the other"
    panel = _flat(f"the walk; below: {below}", HIGH["walk"])
    pitch, high = (WIDTH - FRAME[0]) / (LAST + 1), (HIGH["walk"] - FRAME[1]) / 2
    share = np.linspace(0, 1, LAST + 1)[:, None]
    second = pinned[1].pictures if pinned else (1 - share) * walk.pictures[0] + share * walk.pictures[-1]
    for row, pictures in enumerate((walk.pictures, second)):
        top = (2 - row) * high
        line = np.concatenate(np.pad(_ink(pictures), ((0, 0), (0, 0), (0, 1)), constant_values=1.0), axis=1)
        panel.field(line, (0, pitch * (LAST + 1), top - high + 3, top), limits=(0, 1), **GREY)
    for place in range(LAST + 1):
        panel.box((place + 0.45) * pitch, 1.5 * high + 1.5, pitch - 2, high - 2, (), fill=NOTHING, strong=True,
                  round=2, show=(place, place))  # fmt: skip
    panel.scrub = (pitch / 2, 1 / pitch)
    panel.hover = [
        f"step {place}: nearest to {a_digit(digits().y[number])}, distance {gap:.2f}"
        for place, (number, gap) in enumerate(zip(walk.nearest, walk.distances, strict=True))
    ]
    return panel


def prices(net: Network, kl: Array, known: Array | None) -> Panel:
    """Draw what each network pays, stacked: for rebuilding, and for each number of the code.

    Args:
        net: the network that is chosen.
        kl: prices that are drawn, shape (networks, 2).
        known: the right ones, where those are others; drawn as frames.
    """
    panel = _flat("nats for rebuilding, and for each number of a code", HIGH["price"])
    names, pitch, floor = list(networks()), 38.0, 20.0
    right = kl if known is None else known
    tallest = max(
        one.rebuilding + np.nansum(np.maximum(pair, 0)) for one, pair in zip(networks().values(), right, strict=True)
    )
    per = (HIGH["price"] - FRAME[1] - floor - 4) / tallest
    for column, (one, own, exact) in enumerate(zip(networks().values(), kl, right, strict=True)):
        x = 22 + pitch * column
        if one is net:
            panel.box(x, (HIGH["price"] - FRAME[1]) / 2, pitch - 3, HIGH["price"] - FRAME[1] - 2, (), series=4, round=6)
        panel.text(x, 9, "plain" if not one.beta else f"{one.beta:g}", align="center", bold=one is net)
        _stack(panel, x, floor, per * np.array([one.rebuilding, *own]), [fill for *_, fill in PARTS])
        words = f"{one.name}: rebuilding {one.rebuilding:.2f}"
        words += f", numbers {own[0]:.2f} and {own[1]:.2f}" if one.beta else ""
        panel.spots = [*panel.spots, *((x, y, words) for y in (20.0, 50.0, 80.0))]
        if known is not None:
            _stack(panel, x, floor, per * np.array([one.rebuilding, *exact]), [NOTHING] * 3)
    _legend(panel, net, kl[names.index(net.name)])
    return panel


def _stack(panel, x, floor, heights, fills):
    room = HIGH["price"] - FRAME[1] - 2
    for height, fill in zip(heights, fills, strict=True):
        top = min(floor + max(float(np.nan_to_num(height)), 0.0), room)
        if top - floor > 0.4:
            panel.box(x, (floor + top) / 2, 26, top - floor, (), fill=fill, round=0)
        floor = top


def _legend(panel, net, kl):
    """Say what the colours mean, and the chosen network's numbers."""
    left, top = 22 + 38 * len(networks()) - 10, HIGH["price"] - FRAME[1] - 12
    values = (net.rebuilding, *kl) if net.beta else (net.rebuilding, None, None)
    order = list(zip(PARTS, values, strict=True))[::-1]  # as they are stacked
    for line, ((name, _, fill), value) in enumerate(order):
        y = top - 21 * line
        panel.box(left + 5, y, 10, 10, (), fill=fill, round=0)
        panel.text(left + 14, y, name if value is None else f"{name} {value:.2f}")
    panel.text(left, 9, "beta")


def a_digit(digit: int) -> str:
    """Write a digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"
