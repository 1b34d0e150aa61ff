"""Values and slopes of a computation graph, edge by edge, and where its nodes stand in a picture; numbers only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import apart
from dnnkit.demos.graph.expressions import STEPS, Graph, Unreadable

NUDGE = 1e-5  # of finite differences, relative for numbers above 1
WIDTH, ROW, MARGIN = 900, 78, 14  # pixels
COLUMNS, ROWS = 7, 8  # what fits


def evaluate(
    graph: Graph, leaves: Mapping[str, float], nudges: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Compute all nodes.

    Args:
        graph: a `Graph` of n nodes.
        leaves: name -> number.
        nudges: added to the nodes, shape (n, M), for M computations at once.

    Returns:
        Values, shape (n,), or (n, M) with nudges.
    """
    values: list[Any] = []
    with np.errstate(all="ignore"):
        for k, (name, step) in enumerate(zip(graph.names, graph.steps, strict=True)):
            inputs = [values[p] if isinstance(p, int) else p for p in graph.inputs[k]]
            value = np.float64(leaves[name]) if step == "leaf" else STEPS[step][0](*inputs)
            values.append(value if nudges is None else value + nudges[k])
    return np.array(values)


def numeric_gradient(graph: Graph, leaves: Mapping[str, float], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure slopes of the result along all nodes by central differences, shape (n,), all in one pass."""
    size = NUDGE * np.maximum(1.0, np.abs(values))
    with np.errstate(all="ignore"):
        moved = evaluate(graph, leaves, np.hstack([np.diag(size), -np.diag(size)]))[-1]
        return (moved[: len(values)] - moved[len(values) :]) / (2 * size)


def local_slopes(graph: Graph, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope of the child along the parent for every edge, shape (E,)."""
    slopes = []
    with np.errstate(all="ignore"):
        for child, _, i in graph.edges:
            inputs = [values[p] if isinstance(p, int) else np.float64(p) for p in graph.inputs[child]]
            slopes.append(float(STEPS[graph.steps[child]][1](*inputs, values[child])[i]))
    return np.array(slopes)


def gradients(graph: Graph, local: NDArray[np.float64], *, forget: bool = False) -> NDArray[np.float64]:
    """Solve g = e + M g for the slopes of the result along all nodes, shape (n,).

    Args:
        graph: the graph.
        local: local slopes, shape (E,).
        forget: keep only the last share of every node, as = in place of += does.
    """
    n, system = len(graph.names), np.eye(len(graph.names))
    last = {parent: e for e, (_, parent, _) in enumerate(graph.edges)}
    for e, (child, parent, _) in enumerate(graph.edges):
        if not forget or last[parent] == e:
            system[parent, child] -= local[e]
    with np.errstate(all="ignore"):
        return np.linalg.solve(system, np.eye(n)[-1]) if np.isfinite(local).all() else np.full(n, np.nan)


def unfold(graph: Graph, shares: NDArray[np.float64], *, forget: bool = False) -> NDArray[np.float64]:
    """Gradients after each edge, shape (E + 1, n): shares, shape (E,), are added up, or replace each other."""
    n, parents = len(graph.names), [parent for _, parent, _ in graph.edges]
    handed = np.zeros((len(shares) + 1, n))
    handed[0, -1] = 1.0
    handed[np.arange(1, len(shares) + 1), parents] = shares
    if not forget:
        return np.cumsum(handed, axis=0)
    hit = np.zeros(handed.shape, dtype=int)
    hit[np.arange(1, len(shares) + 1), parents] = np.arange(1, len(shares) + 1)
    return np.take_along_axis(handed, np.maximum.accumulate(hit, axis=0), axis=0)


@dataclass(frozen=True)
class Layout:
    """Where a graph is drawn, in pixels.

    Attributes:
        x: centre of each node, shape (n,).
        y: likewise.
        box: width of a box.
        height: height of the picture.
        routes: per edge the way from parent to child, a tuple of (x, y).
    """

    x: np.ndarray
    y: np.ndarray
    box: float
    height: int
    routes: tuple


@lru_cache(maxsize=64)
def layout(graph: Graph) -> Any:
    """Place a graph: one column per step of depth; long arrows get a place of their own in the columns they cross.

    Raises:
        Unreadable: when it is too deep or too high for the picture.
    """
    column = columns_of(graph)
    count = column[-1] + 1
    children: list[list[tuple[int, int]]] = [[] for _ in column]
    for child, parent, i in graph.edges:
        children[parent].append((child, i))
    reach = [max((column[child] for child, _ in after), default=count - 1) for after in children]
    slots = [[(k, c) for k in range(len(column)) if c == column[k] or column[k] < c < reach[k]] for c in range(count)]
    rows = max(map(len, slots))
    if count > COLUMNS or rows > ROWS:
        raise Unreadable(f"it is too large for the picture: at most {COLUMNS} columns and {ROWS} rows fit.")
    middle = rows * ROW / 2
    places: dict[tuple[int, int], float] = {}
    for c in reversed(range(count)):
        wishes = []
        for k, _ in slots[c]:
            next_ones = [
                places[child, c + 1] + (0.2 - 0.4 * i) * ROW for child, i in children[k] if column[child] == c + 1
            ]
            next_ones += [places[k, c + 1]] if (k, c + 1) in places else []
            wishes.append(np.mean(next_ones) if next_ones else middle)
        free = apart(spread(np.array(wishes), ROW), ROW, ROW / 2, rows * ROW - ROW / 2)
        places |= dict(zip(slots[c], free, strict=True))
    return _drawn(graph, column, places, count, rows)


def columns_of(graph: Graph) -> Any:
    """Column of each node: a step stands right of its inputs, a leaf just left of the first step that needs it."""
    column = [0] * len(graph.names)
    for k in graph.made:
        column[k] = 1 + max(column[p] for p in graph.inputs[k] if isinstance(p, int))
    for k in graph.leaves:
        column[k] = min(column[child] for child, parent, _ in graph.edges if parent == k) - 1
    return column


def spread(wishes: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Move places apart by at least gap, as little as possible (pools of neighbours around their mean), shape (N,)."""
    order = np.argsort(wishes, kind="stable")
    pools = []
    for wish in wishes[order] - gap * np.arange(len(wishes)):
        pools.append([wish, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    moved = np.empty(len(wishes))
    moved[order] = np.concatenate([np.full(n, mean) for mean, n in pools]) + gap * np.arange(len(wishes))
    return moved


def _drawn(graph, column, places, count, rows):
    pitch = (WIDTH - 2 * MARGIN) / count
    box = min(112.0, pitch - 52.0)
    centre = [MARGIN + pitch * (c + 0.5) for c in range(count)]
    x = np.array([centre[c] for c in column])
    y = np.array([places[k, c] for k, c in enumerate(column)])
    routes = []
    for child, parent, i in graph.edges:
        twice = graph.inputs[child].count(parent) > 1  # two arrows side by side
        route = [(x[parent] + box / 2, y[parent] + (7.0 - 14.0 * i) * twice)]
        for c in range(column[parent] + 1, column[child]):
            route += [(centre[c] - box / 2, places[parent, c]), (centre[c] + box / 2, places[parent, c])]
        routes.append(route)
    for (child, _, i), route in zip(graph.edges, routes, strict=True):
        start = route[-1][1]
        heights = [
            way[-1][1] for (other, _, j), way in zip(graph.edges, routes, strict=True) if other == child and j != i
        ]
        lift = (
            np.sign(start - heights[0]) if heights else 0.0
        )  # the upper of two arrows arrives above: they do not cross
        route.append((x[child] - box / 2, y[child] + 12.0 * lift))
    return Layout(x, y, box, rows * ROW, tuple(map(tuple, routes)))


def relative_error(actual: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of numbers relative to the larger of the two, shape (n,); 0 where both are 0 but for rounding."""
    largest = np.maximum(np.abs(actual), np.abs(wanted))
    return np.abs(actual - wanted) / np.where(largest > 1e-9, largest, 1.0)


def parts_from(actual: Any, right: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which numbers are wrong, shape (n,)."""
    return np.zeros(len(right), dtype=bool) if actual is None else relative_error(np.asarray(actual), right) > 1e-4


WRITTEN: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "neg": lambda a: -a,
    "exp": lambda a: a.exp(),
    "tanh": lambda a: a.tanh(),
    "relu": lambda a: a.relu(),
    "sigmoid": lambda a: 1.0 / (1.0 + (-a).exp()),
}


def build(value: type, graph: Graph, leaves: Mapping[str, float]) -> dict[str, list[float]]:
    """Write a graph with a student's class and let it go backward.

    Args:
        value: the class.
        graph: the graph, without log.
        leaves: name -> number.

    Returns:
        Dict of values and gradients, lists of n numbers.
    """
    nodes: list[Any] = []
    for k, step in enumerate(graph.steps):
        inputs = [nodes[p] if isinstance(p, int) else p for p in graph.inputs[k]]
        nodes.append(value(leaves[graph.names[k]]) if step == "leaf" else WRITTEN[step](*inputs))
        if not isinstance(nodes[-1], value):
            raise TypeError(f"{graph.written(k)} gave {type(nodes[-1]).__name__}, expected a {value.__name__}")
    nodes[-1].backward()
    return {"values": _numbers(nodes, "data", graph), "gradients": _numbers(nodes, "grad", graph)}


def _numbers(nodes, what, graph):
    found = [getattr(node, what) for node in nodes]
    for name, number in zip(graph.names, found, strict=True):
        if not (np.ndim(number) == 0 and isinstance(number, (int, float, np.number))):
            raise TypeError(f"{what} of {name} is of type {type(number).__name__}, expected a number")
    return [float(number) for number in found]
