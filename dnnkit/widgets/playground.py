"""The numbers of the neuron playground: points, the best straight line, training, and the loss over weights."""

from functools import lru_cache, partial

import numpy as np

from dnnkit import data

GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "XOR": (0, 1, 1, 0)}
CLOUDS = {
    "blobs": (data.make_blobs, 1.2),
    "moons": (data.make_moons, 0.15),
    "rings": (data.make_rings, 0.15),
    "spirals": (partial(data.make_spirals, num_classes=2), 0.1),
}
NAMES = (*GATES, *CLOUDS)
WINDOWS = {"blobs": (-6.0, 6.0), "moons": (-2.5, 2.5), "rings": (-3.0, 3.0), "spirals": (-2.75, 2.75)}  # of both axes
BENDS = ("tanh", "ReLU")
NUM_POINTS, GRID, PLANE = 100, 49, 33
REACH, FAR = 8.0, 1e3  # how far weights may go: where the sliders end, and in a network
MOST_STEPS = 5000


@lru_cache(maxsize=32)
def points(name, seed=0):
    """Make a set of points.

    Returns:
        The pair (X, s): points, shape (N, 2), and +1 for class 1, -1 for class 0, shape (N,).
    """
    if name in GATES:
        X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(GATES[name])
    else:
        make, noise = CLOUDS[name]
        X, y = make(NUM_POINTS, np.random.default_rng(seed), noise=noise)
    return X, 2.0 * y - 1.0


@lru_cache(maxsize=8)
def grid(name):
    """List the places where a picture asks for answers: shape (GRID * GRID, 2), the top row first."""
    low, high = window(name)
    side = np.linspace(low, high, GRID)
    x, y = np.meshgrid(side, side[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def window(name):
    """Say which square of the plane is shown, as (low, high) of both axes."""
    return WINDOWS.get(name, (-0.75, 1.75))


@lru_cache(maxsize=32)
def best_line(name, seed=0):
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
def loss_plane(name, seed, b):
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


def bent(net, X):
    """Say where points go before the last neuron: hidden activations, shape (N, H), or the points themselves."""
    if net["W"] is None:
        return X
    h = X @ net["W"] + net["c"]
    return np.tanh(h) if net["bend"] == "tanh" else np.maximum(h, 0.0)


def answers(net, X):
    """Return the last neuron's scores and activations, both of shape (N,)."""
    z = bent(net, X) @ net["v"] + net["b"]
    return z, 0.5 + 0.5 * np.tanh(0.5 * z)


def mean_loss(net, X, s):
    """Return the mean cross-entropy in nats of signs s."""
    return float(np.mean(np.logaddexp(0.0, -s * answers(net, X)[0])))


@lru_cache(maxsize=32)
def course(name, seed, units, bend, start):
    """Return the training of one network from one start; `start` is (w1, w2, b) of one neuron, or a number to draw."""
    return Course(name, seed, units, bend, start)


class Course:
    """Full-batch gradient descent from one start, continued as far as asked.

    Args:
        name: of the points.
        seed: of the points and of a drawn start.
        units: how many hidden units, 0 for one neuron.
        bend: "tanh" or "ReLU".
        start: (w1, w2, b), or which start to draw.
    """

    def __init__(self, name, seed, units, bend, start):
        (self.X, self.s), self.start = points(name, seed), start
        self._reach = FAR if units else REACH
        if units:
            rng = np.random.default_rng([seed, start, units])
            spread = np.sqrt(2.0 / (2 + units)) if bend == "tanh" else 1.0
            hidden = {"W": spread * rng.normal(size=(2, units)), "c": 0.1 * rng.normal(size=units)}
            self._start = hidden | {"v": rng.normal(size=units) / np.sqrt(units), "b": 0.0, "bend": bend}
        else:
            self._start = {"W": None, "v": np.array(start[:2], dtype=np.float64), "b": float(start[2])}
        self._begin()

    def _begin(self):
        self._log, self._net = (), self._start
        self._losses, self._path = [], []  # before each step

    def at(self, log):
        """Train as a log says, a tuple of (learning rate, steps).

        Returns:
            (net, losses, path): the network; its loss before each step and at the end, shape (steps + 1,); the last
            neuron's weights there.
        """
        if not _continues(self._log, log):
            self._begin()
        for i, (rate, count) in enumerate(log):
            for _ in range(count - (self._log[i][1] if i < len(self._log) else 0)):
                self._step(rate)
        self._log = tuple(log)
        now = mean_loss(self._net, self.X, self.s)
        return self._net, np.array([*self._losses, now]), np.array([*self._path, self._net["v"]])

    def _step(self, rate):
        net, X, s = self._net, self.X, self.s
        h = bent(net, X)
        z = h @ net["v"] + net["b"]
        pull = s * (0.5 - 0.5 * np.tanh(0.5 * s * z)) * (rate / len(X))  # minus rate times dL/dz, without overflow
        self._losses.append(float(np.mean(np.logaddexp(0.0, -s * z))))
        self._path.append(net["v"])
        moved = {"v": net["v"] + pull @ h, "b": net["b"] + pull.sum()}
        if net["W"] is not None:
            slope = 1.0 - h**2 if net["bend"] == "tanh" else h > 0.0
            back = np.outer(pull, net["v"]) * slope
            moved |= {"W": net["W"] + X.T @ back, "c": net["c"] + back.sum(axis=0)}
        self._net = net | {key: np.clip(value, -self._reach, self._reach) for key, value in moved.items()}


def _continues(done, log):
    """Say whether a log goes on where another stopped."""
    if not done or len(log) < len(done):
        return not done
    now = log[len(done) - 1]
    return log[: len(done) - 1] == done[:-1] and now[0] == done[-1][0] and now[1] >= done[-1][1]


def extended(log, rate, steps):
    """Add steps to a log, at most MOST_STEPS in all."""
    steps = min(steps, MOST_STEPS - sum(count for _, count in log))
    if steps <= 0:
        return log
    if log and log[-1][0] == rate:
        return (*log[:-1], (rate, log[-1][1] + steps))
    return (*log, (rate, steps))


def boundary(answers_, name):
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
