"""The numbers of the neuron playground: points, the best straight line, the loss over weights, the boundary."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit import data

GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "XOR": (0, 1, 1, 0)}
CLOUDS: dict[str, tuple[Callable[..., Any], int, float]] = {  # how to make them, how many points, and their noise
    "blobs": (data.make_blobs, 100, 1.2),
    "moons": (data.make_moons, 100, 0.15),
    "rings": (data.make_rings, 100, 0.15),
    # so tightly wound that the best straight line gets 63 % of them
    "spirals": (partial(data.make_spirals, num_classes=2, winding=6.0), 200, 0.05),
}
NAMES = (*GATES, *CLOUDS)
WINDOWS = {"blobs": (-6.0, 6.0), "moons": (-2.5, 2.5), "rings": (-3.0, 3.0), "spirals": (-2.5, 2.5)}  # of both axes
GRID, PLANE = 49, 33
REACH = 8.0  # how far the weights of one neuron may go: where the sliders end


@lru_cache(maxsize=32)
def points(name: str, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Make a set of points.

    Returns:
        The pair (X, s): points, shape (N, 2), and +1 for class 1, -1 for class 0, shape (N,).
    """
    if name in GATES:
        X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(GATES[name])
    else:
        make, count, noise = CLOUDS[name]
        X, y = make(count, np.random.default_rng(seed), noise=noise)
    return X, 2.0 * y - 1.0


@lru_cache(maxsize=8)
def grid(name: str) -> NDArray[np.float64]:
    """List the places where a picture asks for answers: shape (GRID * GRID, 2), the top row first."""
    low, high = window(name)
    side = np.linspace(low, high, GRID)
    x, y = np.meshgrid(side, side[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def window(name: str) -> tuple[float, float]:
    """Say which square of the plane is shown, as (low, high) of both axes."""
    return WINDOWS.get(name, (-0.75, 1.75))


@lru_cache(maxsize=32)
def best_line(name: str, seed: int = 0) -> tuple[int, float, float, float]:
    """Find the straight line that gets most points right, by trying 360 directions and every place between points.

    Returns:
        (count, w1, w2, b): how many points it gets right, and a neuron with that boundary; among equals, the line
        with most room around it.
    """
    X, s = points(name, seed)
    angle = np.deg2rad(np.arange(360.0))
    along = np.stack([np.cos(angle), np.sin(angle)], axis=1) @ X.T
    order = np.argsort(along, axis=1)
    place, side = np.take_along_axis(along, order, axis=1), s[order]
    right = np.sum(s > 0) - np.cumsum(side, axis=1)[:, :-1]  # with everything up to here called class 0
    room = np.diff(place, axis=1)
    score = np.where(room > 1e-9, right + np.minimum(np.round(room, 9), 99.0) / 100.0, -1.0)
    k, i = np.unravel_index(np.argmax(score), score.shape)
    length = 2.0 * np.sqrt(2.0)
    w1, w2 = length * np.cos(angle[k]), length * np.sin(angle[k])
    count = max(right[k, i], np.sum(s > 0), np.sum(s < 0))
    return int(count), float(w1), float(w2), float(-length * (place[k, i] + place[k, i + 1]) / 2)


@lru_cache(maxsize=64)
def loss_plane(name: str, seed: int, b: float) -> Any:
    """Measure the mean loss at all pairs of weights between -REACH and REACH, at one bias.

    Returns:
        The pair (loss, lowest): shape (PLANE, PLANE), w2 falling from row to row; (w1, w2, loss) where it is lowest.
    """
    X, s = points(name, seed)
    w = np.linspace(-REACH, REACH, PLANE)
    # exp(-s (w1 x1 + w2 x2 + b)) is a product of three: no exponential for each pair of weights
    first = np.exp(-np.outer(w, s * X[:, 0]) - s * b)
    second = np.exp(-np.outer(w[::-1], s * X[:, 1]))
    share = second[:, None, :] * first[None, :, :]
    if len(X) % 5 == 0:  # one logarithm for a product of five: it stays below 1e200
        loss = np.log(np.multiply.reduce((1.0 + share).reshape(PLANE, PLANE, -1, 5), axis=3)).sum(axis=2) / len(X)
    else:
        loss = np.log1p(share).mean(axis=2)
    row, column = np.unravel_index(np.argmin(loss), loss.shape)
    return loss, (float(w[column]), float(w[::-1][row]), float(loss[row, column]))


def boundary(answers_: NDArray[np.float64], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Trace where answers, shape (GRID * GRID,), are one half.

    Returns:
        The pair (x, y), with NaN between pieces.
    """
    from contourpy import contour_generator

    share = np.clip(np.nan_to_num(answers_, nan=0.5), 1e-15, 1.0 - 1e-15)
    score = np.log(share / (1.0 - share)).reshape(GRID, GRID)  # straight where answers are steep
    side = np.linspace(*window(name), GRID)
    pieces = contour_generator(side, side[::-1], score).lines(0.0)
    gap = np.full((1, 2), np.nan)
    joined = np.concatenate([part for piece in pieces for part in (piece, gap)] or [gap])
    return joined[:, 0], joined[:, 1]
