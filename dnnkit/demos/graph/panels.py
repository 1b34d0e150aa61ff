"""The picture of the graph stepper, boxes and arrows, and its table: which of them are seen at which step."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.graph.graphs import WIDTH, layout
from dnnkit.demos.interface import Result

AFTER = 10**6  # a step beyond all
WRONG, WAITING, CHOSEN = "#A84300", "#EFEFEF", "#E2EEF6"
FORWARD, BACKWARD = 4, 5  # series
BELOW = 14  # pixels for pinned numbers under the lowest boxes


def picture(result: Result, pinned: Any) -> Panel:
    """Draw the graph of a result for all its steps; a pinned result of the same formula stands below the boxes."""
    graph, steps = result["graph"], result["steps"]
    place = layout(graph)
    title = f"the graph of f = {result['text']}; the blue box ▸ is the chosen leaf"
    panel = Panel(title, width=WIDTH, height=place.height, axes=False, xlim=(0, WIDTH), ylim=(0, place.height))
    for e in range(len(graph.edges)):
        _arrow(panel, place.routes[e])
    for k in graph.made:
        for e, (child, _, _) in enumerate(graph.edges):
            if child == k:
                _arrow(panel, place.routes[e], series=FORWARD, show=(steps.value(k),) * 2)
    for k in range(len(graph.names)):
        _box(panel, place, result, k)
    for e in range(len(graph.edges)):
        _back(panel, place.routes[e], result, e)
    if pinned and pinned["graph"] == graph:
        panel.height, panel.ylim = place.height + BELOW, (-BELOW, place.height)
        for k in range(len(graph.names)):
            half = _high(3 + int(result["wrong"][k]) + int(result["own_wrong"][k])) / 2
            words = f"pinned: {short(pinned['values'][k])}; {short(pinned['gradient'][k])}"
            panel.text(place.x[k], place.y[k] - half - 9, words, align="center")
    return panel


def _arrow(panel, route, *, series=0, back=False, show=None):
    """Draw an arrow along a route from parent to child, or back."""
    route = route[::-1] if back else route
    width = 1.2 if series == 0 else 3.0
    if len(route) > 2:
        x, y = np.transpose(route[:-1])
        panel.line(x, y, series=series, solid=True, width=width, show=show)
    panel.arrow(*route[-2], *route[-1], series=series, width=width, show=show)


def _back(panel, route, result, e):
    """Draw the share that goes back along an edge: in full at its step, then its number alone."""
    step = result["steps"].edge(e)
    (x0, y0), (x1, y1) = route[-2:]
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    _arrow(panel, route, series=BACKWARD, back=True, show=(step, step))
    share = short(result["shares"][e])
    parts = (short(result["upstream"][e]), f"× {short(result['local'][e])}", f"= {share}")
    for part, below in zip(parts, (-25, -11, 13), strict=True):  # the arrow stays in sight between them
        panel.text(x, y, part, align="center", dy=below, show=(step, step))
    x, y = 0.6 * x0 + 0.4 * x1, 0.6 * y0 + 0.4 * y1  # nearer to the parent, where arrows are farther apart
    above = -9 if abs(y1 - y0) < 0.7 * (x1 - x0) else 0  # a minus sign must not lie on a flat arrow
    panel.text(x, y, share, align="center", dy=above, show=(step + 1, AFTER))


def _box(panel, place, result, k):
    """Draw a node in each of its states: one mark as long as nothing in it changes."""
    graph, steps = result["graph"], result["steps"]
    touched = [steps.edge(e) for e, (child, parent, _) in enumerate(graph.edges) if k in (child, parent)]
    busy = [steps.value(k), steps.seed, *touched]
    changes = sorted({0, *busy, *(step + 1 for step in busy), steps.last})
    states = [_state(result, k, step) for step in changes]
    fill = CHOSEN if graph.names[k] == result["leaf"] else None
    first = 0
    for i, state in enumerate(states):
        if i + 1 < len(states) and states[i + 1] == state:
            continue
        lines, known, wrong, active = state
        until = changes[i + 1] - 1 if i + 1 < len(states) else AFTER
        look = {"strong": active, "ink": WRONG if wrong else None, "fill": fill if known else WAITING}
        head = f"▸ {lines[0]}" if fill else lines[0]
        size = place.box, _high(len(lines))
        panel.box(place.x[k], place.y[k], *size, [head, *lines[1:]], **look, show=(changes[first], until))
        first = i + 1


def _state(result, k, step):
    """Say what a box shows at a step.

    Returns:
        (lines, the value is known, something is wrong, it has its turn).
    """
    graph, steps, name = result["graph"], result["steps"], result["graph"].names[k]
    leaf = graph.steps[k] == "leaf"
    head = name if leaf else f"{name} = {graph.written(k)}"
    if step < steps.value(k):
        return (head, "?"), False, False, False
    e = step - steps.edge(0)
    active = step == steps.value(k) and not leaf
    active |= 0 <= e < len(graph.edges) and k in graph.edges[e][:2]
    lines, wrong = [head, f"value {short(result['values'][k])}"], False
    if step >= steps.first_share(k):
        now = result["running"][min(e + 1, len(graph.edges)), k] if e >= 0 else 1.0
        done = step >= steps.last_share(k)
        wrong = done and bool(result["wrong"][k])
        lines.append(f"grad {short(now)}" + (" ✗" if wrong else ""))
        if wrong:
            lines.append(f"right {short(result['right'][k])}")
        if done and result["own"] is not None and result["own_wrong"][k]:
            lines.append(f"yours {short(result['own']['gradients'][k])} ✗")
            wrong = True
    return tuple(lines), True, wrong, active or (step == steps.seed and k == len(graph.names) - 1)


def _high(lines):
    return min(8 + 16 * max(lines, 3), 76)


class Steps:
    """Which step does what: 0, one per computed node, the first gradient, one per edge, and a last one to check.

    Args:
        graph: the graph.
    """

    def __init__(self, graph: Any):
        self._values = {k: n for n, k in enumerate(graph.made, start=1)}
        self.seed = len(graph.made) + 1
        self.last = self.seed + len(graph.edges) + 1
        given: dict[int, list[int]] = {k: [] for k in range(len(graph.names))}
        for e, (_, parent, _) in enumerate(graph.edges):
            given[parent].append(self.edge(e))
        self._shares = {k: got or [self.seed] for k, got in given.items()}

    @property
    def forward(self) -> int:
        """The step at which all values are known and no gradient is."""
        return self.seed - 1

    def value(self, k: int) -> int:
        """Step that computes a node."""
        return self._values.get(k, 0)

    def edge(self, e: int) -> int:
        """Step that takes a share back along an edge."""
        return self.seed + 1 + e

    def first_share(self, k: int) -> int:
        """Step at which a node gets its first share."""
        return self._shares[k][0]

    def last_share(self, k: int) -> int:
        """Step from which a node's gradient is complete."""
        return self._shares[k][-1]


def row_of(result: Result, k: int, step: int) -> list[Any]:
    """List what is known of a node at a step, for the table."""
    graph, steps, own = result["graph"], result["steps"], result["own"]
    row = [graph.names[k], "given" if graph.steps[k] == "leaf" else graph.written(k)]
    row.append(tell(result["values"][k]) if step >= steps.value(k) else "")
    if step < steps.first_share(k):
        return row + [""] * (5 if own else 3)
    done = step >= steps.last_share(k)
    mark = " ✗" if done and result["wrong"][k] else ""
    row.append(tell(result["running"][step - steps.seed, k]) + mark)
    row += [tell(result["numeric"][k]), f"{result['error'][k]:.0e}"] if done else ["", ""]
    if own:
        mark = " ✗" if result["own_wrong"][k] else ""
        row += [tell(own["values"][k]), tell(own["gradients"][k]) + mark] if done else ["", ""]
    return row


def short(value: float) -> str:
    """Write a number in the picture."""
    return "?" if value != value else f"{value:.3g}"


def tell(value: float) -> str:
    """Write a number in a sentence or a table."""
    return "not a number" if value != value else f"{value:.4g}"
