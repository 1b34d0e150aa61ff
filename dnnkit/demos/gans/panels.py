"""The pictures of the GAN training demo: the data, the fakes and D; both losses; and what losses do not say."""

from dataclasses import replace
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel, apart
from dnnkit.demos.gans.line import LINE, REACH, Array
from dnnkit.demos.gans.ring import centres, settings
from dnnkit.demos.gans.story import Story

SIDE, BESIDE, STILL = (418, 392), (392, 187), (300, 290)  # pixels
DATA, FAKES, JUDGE, BEST, RING, PULL = 4, 5, 0, 3, 6, 6  # series
LN2, LN4 = np.log(2), np.log(4)
LONGEST = 0.7  # of an arrow, in units of the plane
CIRCLE = np.linspace(0, 2 * np.pi, 25)
LEGEND = ((-4.35, "data p", DATA), (-2.65, "fakes q", FAKES), (-0.75, "D", JUDGE), (0.1, "best D* = p / (p + q)", BEST))


def on_the_line(story: Story, heap: int, arrows: bool, ghost: Array | None) -> Panel:
    """Draw densities, what D says and what the best D would say; below them samples and where they are pulled.

    Args:
        story: the game.
        heap: the chosen heap, or -1 for none.
        arrows: whether arrows are drawn.
        ghost: densities of fakes to compare with, at each moment, or None.
    """
    panel = Panel("each place: data, fakes, and what D says of it", xlabel="x: drag a triangle, and its heap moves")
    panel.ylabel = "density, or probability of real"
    panel.width, panel.height = SIDE
    panel.xlim, panel.ylim = (-REACH, REACH), (-0.36, 1.28)
    more = story.more
    panel.line((-REACH, REACH), (0, 0), width=1, solid=True)
    panel.line(LINE, more["data"], series=DATA, width=4, solid=True)
    heights = -0.07 - 0.25 * (0.618 * np.arange(more["few"].shape[1]) % 1)
    for at in range(len(story.rounds)):
        show = (at, at)
        if ghost is not None:
            panel.line(LINE, ghost[at], ghost=True, show=show)
        panel.line(LINE, more["made"][at], series=FAKES, width=3, solid=True, show=show)
        panel.line(LINE, more["best"][at], series=BEST, width=2.5, show=show)
        panel.line(LINE, more["believed"][at], series=JUDGE, width=2, solid=True, show=show)
        places = np.column_stack([more["few"][at], heights])
        moves = np.column_stack([story.pulls[at, :, 0], 0 * heights])
        if arrows:
            _arrows(panel, places, 0.5 * moves, (0.14, 0.02), show)
        panel.points(*places.T, series=FAKES, size=3, show=show)
    for number, place in enumerate(more["heaps"]):
        panel.points([place], [0.0], series=DATA, shape="triangle", size=8, hollow=number != heap)
    for x, words, series in LEGEND:
        panel.text(x, 1.2, words, series=series, bold=True)
    panel.spots = list(_places(more))
    return panel


def _places(more):
    """Say of places on the line what D says there, one text for each moment."""
    for column in range(3, len(LINE), 7):
        pairs = zip(more["believed"][:, column], more["best"][:, column], strict=True)
        texts = [f"x = {LINE[column]:.1f}: D says {own:.2f}, best {best:.2f}" for own, best in pairs]
        for height in (0.2, 0.5, 0.8):
            yield float(LINE[column]), height, texts


def on_the_ring(story: Story, heap: int, arrows: bool) -> Panel:
    """Draw samples and arrows on the field of what D says, and the chosen heap."""
    panel = Panel("samples, on what D says: orange fake, purple real", equal=True)
    panel.width, panel.height = SIDE
    reach, more = settings()["reach"], story.more
    panel.xlim = panel.ylim = (-reach, reach)
    for at in range(len(story.rounds)):
        show, places = (at, at), more["made"][at]
        panel.field(more["believed"][at], (-reach, reach, -reach, reach), limits=(0, 1), show=show)
        panel.points(*places.T, series=BEST, size=2.5, show=show)
        if arrows:
            _arrows(panel, places[: story.pulls.shape[1]], 1.5 * story.pulls[at], (0.13, 0.08), show)
    for number, (x, y) in enumerate(centres()):
        ringed = number == heap
        panel.line(x + 0.25 * np.cos(CIRCLE), y + 0.25 * np.sin(CIRCLE), series=RING if ringed else DATA,
                   width=4 if ringed else 2, solid=True)  # fmt: skip
    texts = [[f"{share:.1%} of the samples here" for share in shares] for shares in story.shares.T]
    panel.spots = [(float(x), float(y), said) for (x, y), said in zip(centres(), texts, strict=True)]
    return panel


def _arrows(panel, places, moves, head, show):
    """Draw arrows from places (N, 2) along moves (N, 2), as one line with gaps; long ones are cut, short ones left out.

    `head` is how far back and to the side the strokes of a head reach.
    """
    lengths = np.linalg.norm(moves, axis=1)
    seen = lengths > 0.02
    if not seen.any():
        return
    places, lengths = places[seen], lengths[seen, None]
    along = moves[seen] / lengths
    lengths = np.minimum(lengths, LONGEST)
    ends, sizes = places + along * lengths, np.minimum(1.0, lengths / (2 * head[0]))
    back = ends - head[0] * sizes * along
    side = head[1] * sizes * np.stack([-along[:, 1], along[:, 0]], axis=1)
    gap = np.full_like(ends, np.nan)
    path = np.stack([places, ends, gap, back + side, ends, back - side, gap], axis=1).reshape(-1, 2)
    panel.line(*path.T, series=PULL if head[1] < 0.05 else 0, width=1.5, solid=True, show=show)


def losses(story: Story, minimax: bool, ghost: Story | None) -> Panel:
    """Draw both losses, and what they are at the end of a perfect game."""
    panel = _curves("both losses; dashed: a perfect game", story)
    level = -LN2 if minimax else LN2
    high = float(np.clip(1.05 * np.max(story.losses), 2.6 if minimax else 3.0, 8.0))
    low = float(np.clip(1.05 * np.min(story.losses), -6.0, -1.6)) if minimax else 0.0
    panel.ylim = (low, high)
    names = {"D": JUDGE, "G": FAKES}
    if ghost is not None:
        for values in ghost.losses.T:
            panel.line(ghost.rounds, values, ghost=True)
    for values, series in zip(story.losses.T, names.values(), strict=True):
        _grow(panel, story.rounds, np.clip(values, low, high), series)
    panel.rule(y=LN4, series=JUDGE)
    panel.rule(y=level, series=FAKES)
    last, gap = story.rounds[-1], 0.11 * (high - low)
    ends = np.clip(story.losses[-1], low, high)
    for name, y in zip(names, apart(ends, gap, low + gap / 2, high - gap / 2), strict=True):
        panel.text(last, float(y), name, series=names[name], bold=True, dx=7)
    panel.text(1.42 * last, LN4, "ln 4", series=JUDGE, align="right", dy=-9)
    panel.text(1.42 * last, level, "−ln 2" if minimax else "ln 2", series=FAKES, align="right", dy=9)
    panel.hover = [
        f"round {at:.0f}: D's loss {d:.2f}, G's {short(g)}"
        for at, (d, g) in zip(story.rounds, story.losses, strict=True)
    ]
    return panel


def progress(story: Story, heap: int, ghost: Story | None) -> Panel:
    """Draw what losses do not say: the divergence as a share of ln 2, covered heaps, and samples at the chosen heap."""
    panel = _curves("what losses do not say", story)
    panel.ylim = (-0.04, 1.08)
    count = story.shares.shape[1]
    shown = {
        "JS / ln 2": (story.divergence / LN2, RING),
        "covered": (story.covered / count, BEST),
        "chosen heap": (story.shares[:, heap], DATA),
    }
    if ghost is not None:
        panel.line(ghost.rounds, ghost.divergence / LN2, ghost=True)
    for values, series in shown.values():
        _grow(panel, story.rounds, values, series)
    ends = [float(np.clip(values[-1], 0, 1)) for values, _ in shown.values()]
    for name, y in zip(shown, apart(ends, 0.13, 0.0, 1.0), strict=True):
        panel.text(story.rounds[-1], float(y), name, series=shown[name][1], bold=True, dx=7)
    rows = zip(story.rounds, story.covered, story.divergence, story.shares[:, heap], strict=True)
    panel.hover = [
        f"round {at:.0f}: {c:.0f} of {count} covered, JS {js:.2f}, {share:.0%} at the chosen"
        for at, c, js, share in rows
    ]
    return panel


def _curves(title, story):
    """Begin a picture of curves over rounds, whose pointer moves the step."""
    panel = Panel(title, xlabel="round")
    panel.width, panel.height = BESIDE
    last = float(story.rounds[-1])
    panel.xlim, panel.scrub = (0.0, 1.45 * last), (0.0, (len(story.rounds) - 1) / last)
    return panel


def _grow(panel, x, y, series):
    """Draw a curve thin, and thick until the step that is shown."""
    panel.line(x, y, series=series, width=1.2, solid=True)
    panel.line(x, y, series=series, width=3, solid=True, grows=True)
    panel.points(x, y, series=series, size=5, grows=True)


def frozen(panel: Panel, at: int, title: str) -> Panel:
    """Keep one moment of a picture, smaller."""
    marks: list[dict[str, Any]] = []
    for mark in panel.marks:
        first, last = mark.get("show", (at, at))
        if first <= at <= last:
            marks.append({key: value for key, value in mark.items() if key != "show"})
    return replace(panel, title=title, xlabel="", ylabel="", width=STILL[0], height=STILL[1], marks=marks, spots=())


def short(value: float) -> str:
    """Write a loss with a real minus."""
    return f"{value:.2f}".replace("-", "−")


def nearest_heap(x: float, y: float, heaps: Any) -> int:
    """Say which heap is nearest to a place: of the line where `heaps` are two numbers, else of the ring."""
    if heaps is None:
        return int(np.argmin(np.linalg.norm(centres() - [x, y], axis=1)))
    return int(np.argmin(np.abs(np.asarray(heaps) - x)))
