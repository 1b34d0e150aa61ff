"""The picture of one backup: the ringed place, what its actions are worth, and the numbers that come together."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.worlds.ground import WAYS, Array, Ground
from dnnkit.demos.worlds.panels import LOOKS
from dnnkit.demos.worlds.plan import Plan
from dnnkit.demos.worlds.play import Q_LEARNING, Play
from dnnkit.demos.worlds.words import BEST, FRAME, RING, SIGNS, bracketed, frame, runs, short

BACKUP = (433, 168)  # pixels


def lesson(place: Ground, episodes: Play, name: str, cell: int, how: Any) -> Panel:
    """Draw the backup of a place while learning: the last step that was made there, and what it taught."""
    panel = _cross(place, episodes.tables[:, cell], cell, f"the last step from {_named(place, cell)}: what it taught")
    said = [_told(row, name, how) for row in episodes.lessons[:, cell]]
    _lines(panel, said)
    return panel


def _told(row, name, how):
    """Say in lines what a step taught."""
    if not np.isfinite(row).all():
        return ("nobody has been here yet",)
    action, gain, _, after, seen, old, new = row
    way, target = WAYS[int(action)], gain + how.gamma * seen
    what = f"best there: {short(seen)}" if name == Q_LEARNING else f"{WAYS[int(after)]} comes next: {short(seen)}"
    return (
        f"{way}, reward {short(gain)}; {what}",
        f"target {short(gain)} + {how.gamma:g} · {bracketed(seen)} = {short(target)}",
        f"Q was {short(old)}, the surprise {short(target - old)}",
        f"{short(old)} + {how.alpha:g} · {bracketed(target - old)} = {short(new)}",
        f"so Q({way}) is {short(new)} now",
    )


def looks(place: Ground, chart: Plan, tables: Array, cell: int, gamma: float) -> Panel:
    """Draw the backup of a place that is planned: a look ahead along every action, after each sweep."""
    panel = _cross(place, tables[:, cell], cell, f"one look ahead from {_named(place, cell)}")
    reward = place.world.R[cell]
    ahead = np.einsum("as,ks->ka", place.world.P[cell], chart.values)
    said = []
    for row, worth in zip(ahead, tables[:, cell], strict=True):
        lines = [
            f"{way}: {short(reward[a])} + {gamma:g} · {bracketed(row[a])} = {short(worth[a])}"
            for a, way in enumerate(WAYS)
        ]
        said.append((*lines, f"the next sweep writes {short(worth.max())}"))
    _lines(panel, said)
    return panel


def _cross(place, worth, cell, title):
    """Begin a picture in pixels with what the four actions of a place are worth at each step, (K, 4), around it."""
    panel = Panel(title, axes=False, equal=True)
    panel.width, panel.height = BACKUP
    panel.xlim, panel.ylim = (0.0, float(BACKUP[0] - FRAME[0])), (0.0, float(BACKUP[1] - FRAME[1]))
    middle, high = (97.0, (BACKUP[1] - FRAME[1]) / 2), 26
    places = [(middle[0], middle[1] + 50), (middle[0] + 62, middle[1]), (middle[0], middle[1] - 50),
              (middle[0] - 62, middle[1])]  # fmt: skip
    if place.letters[cell] in LOOKS:
        return panel
    panel.box(*middle, 48, high, [f"{cell // place.columns + 1}, {cell % place.columns + 1}"])
    frame(panel, *middle, 48, high, RING)
    for (x, y), sign, values in zip(places, SIGNS, np.round(worth, 1).T.tolist(), strict=True):
        panel.box(x, y, 64, high, ())
        for value, show in runs(values):
            panel.text(x, y, f"{sign} {short(value)}", align="center", show=show)
    known = np.where(np.any(worth != 0, axis=1), worth.argmax(axis=1), -1).tolist()
    for action, show in runs(known):
        if action >= 0:
            frame(panel, *places[action], 64, high, BEST, show)
    return panel


def _lines(panel, said):
    """Write lines beside the cross, at each step its own."""
    top = panel.ylim[1] - 22
    for place in range(max(map(len, said), default=0)):
        for line, show in runs([lines[place] if place < len(lines) else "" for lines in said]):
            if line:
                panel.text(202, top - 27 * place, line, bold=place == 4, show=show)


def _named(place, cell):
    row, column = divmod(cell, place.columns)
    return f"row {row + 1}, column {column + 1}"
