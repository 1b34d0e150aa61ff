"""The pictures of the gridworld demo: the map with the ways that were learned, what was collected, and one backup."""

import functools
from typing import Any

import numpy as np

from dnnkit.data.gridworlds import CLIFF, START, WALL
from dnnkit.demos.canvas import Panel, apart
from dnnkit.demos.worlds.ground import GOAL, Array, Ground
from dnnkit.demos.worlds.play import EPISODES, EVERY, LAST, Q_LEARNING, SARSA, STEADY, Play, recent
from dnnkit.demos.worlds.words import FRAME, RING, SIGNS, frame, runs, short

MAP, RETURNS = (812, 218), (372, 168)  # pixels
MOST_WIDE = 600  # pixels of the map; what is right of it is for words
PLAN = "value iteration"
SERIES = {Q_LEARNING: 5, SARSA: 4, PLAN: 0}
BESIDE = {Q_LEARNING: (0.11, -0.11), SARSA: (-0.11, 0.11), PLAN: (0.0, 0.0)}  # lines on one way lie side by side
LOOKS: dict[str, tuple[str, tuple[str, ...]]] = {  # fill and words of places where nobody walks
    CLIFF: ("#2b2b2b", ("−100",)),
    WALL: ("#8a7360", ()),
    GOAL: ("#6fc4a6", ()),
}
Table = dict[str, Any]


def unit(place: Ground) -> float:
    """Say how many pixels wide a place is."""
    rows, columns = place.world.shape
    return min((MAP[1] - FRAME[1]) / rows, MOST_WIDE / columns)


@functools.lru_cache(maxsize=8)
def _all_centres(place: Ground) -> tuple[Array, Array]:
    row, column = np.divmod(np.arange(len(place.letters)), place.columns)
    return column + 0.5, (MAP[1] - FRAME[1]) / unit(place) - row - 0.5


def centres(place: Ground, states: Any) -> tuple[Array, Array]:
    """Say where the middles of places lie on the map."""
    x, y = _all_centres(place)
    return (x[states], y[states]) if np.ndim(states) == 0 else (x[list(states)], y[list(states)])


def atlas(place: Ground, ways: Table, tables: Array, name: str, cell: int, words: Table, ghosts: Table) -> Panel:
    """Draw the map: values as shades, best actions as arrows, the ways, and the ringed place.

    Args:
        place: the map.
        ways: name -> for each step the places on the way, a tuple.
        tables: what every action is worth at each step, shape (K, S, 4), of the one that is looked at.
        name: whose they are.
        cell: the ringed place.
        words: name -> for each step what stands beside the map.
        ghosts: name -> ways to compare with, drawn grey.
    """
    per = unit(place)
    mean = "" if name == PLAN else f", mean of the latest {STEADY * EVERY} episodes"
    panel = Panel(f"the ways of all three; arrows and greys: {name}{mean}", axes=False, equal=True)
    panel.width, panel.height = MAP
    panel.xlim, panel.ylim = (0.0, (MAP[0] - FRAME[0]) / per), (0.0, (MAP[1] - FRAME[1]) / per)
    _shade(panel, place, tables)
    _buildings(panel, place)
    for owner, way in ghosts.items():
        x, y = centres(place, way)
        panel.line(x + BESIDE[owner][0], y + BESIDE[owner][1], ghost=True)
    for owner, steps in ways.items():
        for way, show in runs(steps):
            x, y = centres(place, way)
            look: Table = {"series": SERIES[owner], "width": 4, "solid": True}
            panel.line(x + BESIDE[owner][0], y + BESIDE[owner][1], **look, end="circle", show=show)
    _arrows(panel, place, tables)
    frame(panel, *centres(place, cell), 0.9, 0.9, RING)
    _names(panel, place)
    _words(panel, place, words)
    panel.spots = list(_spots(place, tables))
    return panel


def _shade(panel, place, tables):
    """Shade places by the value of their best action: the lower, the darker."""
    rows, columns = place.world.shape
    values = tables.max(axis=2)
    low, high = values[:, place.live].min(initial=0.0), values[:, place.live].max(initial=0.0)
    top = panel.ylim[1]
    extent = (0, columns, top - rows, top)
    limits = (low - 2.0 * max(high - low, 1e-9), max(high, low + 1e-9))
    for step, shades in enumerate(values):
        picture = shades.reshape(rows, columns)
        panel.field(picture, extent, scale="grey", limits=limits, smooth=False, show=(step, step))


def _buildings(panel, place):
    """Draw walls, cliffs, goals, and the start."""
    for state, letter in enumerate(place.letters):
        x, y = centres(place, state)
        if letter in LOOKS:
            fill, words = LOOKS[letter]
            panel.box(float(x), float(y), 0.96, 0.96, words, fill=fill, ink="#ffffff", round=3)
        elif letter == START:
            panel.box(float(x), float(y), 0.96, 0.96, (), round=3)


def _names(panel, place):
    """Write over the ways where they start and end."""
    for letter, word in ((START, "start"), (GOAL, "goal")):
        for state in np.flatnonzero(place.letters == letter).tolist():
            x, y = centres(place, state)
            panel.text(float(x), float(y) - 0.34, word, bold=True, align="center")


def _arrows(panel, place, tables):
    """Draw an arrow for the best action of each place of which something is known."""
    live = place.live[place.live != place.world.start]
    best = np.where(np.any(tables[:, live] != 0, axis=2), tables[:, live].argmax(axis=2), -1)
    for action, sign in enumerate(SIGNS):
        for there, show in runs([tuple(live[row == action].tolist()) for row in best]):
            if there:
                panel.points(*centres(place, there), shape=sign, size=5, show=show)


def _words(panel, place, words):
    """Say beside the map what each way is like."""
    left, pixel = place.columns + 14 / unit(place), 1 / unit(place)
    y = panel.ylim[1] - 14 * pixel
    for name, steps in words.items():
        panel.text(left, y, name, series=SERIES[name], bold=True)
        for line, show in runs(steps):
            panel.text(left, y - 19 * pixel, line, show=show)
        y -= 48 * pixel


def _spots(place, tables):
    """Say of each place which action is best and what it is worth, one text for each step."""
    live = tables[:, place.live]
    best = live.argmax(axis=2).T.tolist()
    for state, actions, values in zip(place.live, best, live.max(axis=2).T.tolist(), strict=True):
        x, y = centres(place, state)
        texts = [f"{SIGNS[a]} {short(v)}" if v else "nothing known" for a, v in zip(actions, values, strict=True)]
        yield float(x), float(y), texts


def returns(plays: dict[str, Play], best: float | None, alone: bool, ghosts: dict[str, Play]) -> Panel:
    """Draw what was collected while learning.

    Args:
        plays: the episodes of both.
        best: what the best way collects; None where there is no way.
        alone: whether the step has nothing to do with episodes.
        ghosts: episodes to compare with, drawn grey.
    """
    panel = Panel("collected in an episode: mean of the latest 20", xlabel="episode")
    panel.width, panel.height = RETURNS
    means = {name: np.concatenate([[np.nan], recent(episodes)]) for name, episodes in plays.items()}
    x = EVERY * np.arange(LAST + 1)
    ends = {name: _last(values) for name, values in means.items()}
    low = 2.0 * min(min(ends.values()), best or 0.0, -8.0)
    panel.xlim, panel.ylim = (0.0, 1.38 * EPISODES), (low, -0.02 * low)
    for episodes in ghosts.values():
        panel.line(x[1:], recent(episodes), ghost=True)
    for name, values in means.items():
        panel.line(x, values, series=SERIES[name], width=1.5, solid=True)
        if not alone:
            panel.line(x, values, series=SERIES[name], width=3.5, solid=True, grows=True)
            panel.points(x, values, series=SERIES[name], size=5, grows=True)
    if best is not None:
        panel.rule(y=best, series=0)
    labels = ends | ({f"best {short(best)}": best} if best is not None else {})
    gap = -16 / (RETURNS[1] - 50) * low
    for name, y in zip(labels, apart([*labels.values()], gap, low + gap / 2, -0.02 * low - gap / 2), strict=True):
        panel.text(EPISODES, y, name, series=SERIES.get(name, 0), bold=True, dx=6)
    if not alone:
        panel.scrub = (0.0, 1 / EVERY)
        panel.hover = [_hover(means, step) for step in range(LAST + 1)]
    return panel


def _last(values):
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if finite.size else -100.0


def _hover(means, step):
    parts = [f"{name} {short(values[step])}" for name, values in means.items() if np.isfinite(values[step])]
    return f"episode {EVERY * step}: " + (", ".join(parts) or "nothing yet")
