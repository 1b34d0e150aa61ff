"""The network of the neuron playground: its answers, and gradient descent through all its layers.

A network is a dict: `W` and `c`, lists with the weights and biases of its hidden layers, empty for one neuron; `v`
and `b`, the last neuron; `bend`, the activation of hidden units.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.playground.simulate import REACH, points

Net = dict[str, Any]  # weights and biases of the layers, and the name of the activation

BENDS = ("tanh", "ReLU")
FAR = 1e3  # how far the weights of a network may go
MOST_STEPS = 5000


def layers_of(net: Net, X: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """List what each hidden layer answers to points, the points themselves first: shapes (N, 2), (N, H), ..."""
    found = [X]
    for W, c in zip(net["W"], net["c"], strict=True):
        h = found[-1] @ W + c
        found.append(np.tanh(h) if net["bend"] == "tanh" else np.maximum(h, 0.0))
    return found


def bent(net: Net, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say where points are before the last neuron: activations of shape (N, H), or the points themselves."""
    return layers_of(net, X)[-1]


def answers(net: Net, X: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the last neuron's scores and activations, both of shape (N,)."""
    z = bent(net, X) @ net["v"] + net["b"]
    return z, 0.5 + 0.5 * np.tanh(0.5 * z)


def mean_loss(net: Net, X: NDArray[np.float64], s: NDArray[np.float64]) -> float:
    """Return the mean cross-entropy in nats of signs s."""
    return float(np.mean(np.logaddexp(0.0, -s * answers(net, X)[0])))


def start_of(seed: int, shape: tuple[int, int], bend: str, start: Any) -> Net:
    """Draw the first weights of a network, or take those of one neuron.

    Args:
        seed: of the draw.
        shape: the pair (hidden layers, units in each).
        bend: activation of hidden units.
        start: (w1, w2, b) of one neuron, or which draw.
    """
    layers, units = shape
    if not layers:
        return {"W": [], "c": [], "v": np.array(start[:2], dtype=np.float64), "b": float(start[2]), "bend": bend}
    rng, W, c, inputs = np.random.default_rng([seed, start, units]), [], [], 2
    for _ in range(layers):
        spread = np.sqrt(2.0 / (inputs + units if bend == "tanh" else inputs))  # Glorot's, or He's
        W.append(spread * rng.normal(size=(inputs, units)))
        c.append(0.1 * rng.normal(size=units))
        inputs = units
    return {"W": W, "c": c, "v": rng.normal(size=units) / np.sqrt(units), "b": 0.0, "bend": bend}


def stepped(net: Net, X: NDArray[np.float64], s: NDArray[np.float64], rate: float) -> tuple[Net, float]:
    """Make one step of gradient descent on all points, backwards through all layers.

    Returns:
        The pair (network after the step, loss before it).
    """
    found = layers_of(net, X)
    z = found[-1] @ net["v"] + net["b"]
    pull = s * (0.5 - 0.5 * np.tanh(0.5 * s * z)) * (rate / len(X))  # minus rate times dL/dz, without overflow
    reach = FAR if net["W"] else REACH
    W, c, back = [], [], np.outer(pull, net["v"])
    for old, bias, below, h in zip(net["W"][::-1], net["c"][::-1], found[-2::-1], found[:0:-1], strict=True):
        back = back * (1.0 - h**2 if net["bend"] == "tanh" else h > 0.0)
        W.append(_within(old + below.T @ back, reach))
        c.append(_within(bias + back.sum(axis=0), reach))
        back = back @ old.T
    moved = {"W": W[::-1], "c": c[::-1], "bend": net["bend"]}
    moved |= {"v": _within(net["v"] + pull @ found[-1], reach), "b": float(_within(net["b"] + pull.sum(), reach))}
    return moved, float(np.mean(np.logaddexp(0.0, -s * z)))


def _within(weights, reach):
    return np.minimum(np.maximum(weights, -reach), reach)


@lru_cache(maxsize=32)
def course(name: str, seed: int, shape: tuple[int, int], bend: str, start: Any) -> "TrainingRun":
    """Return the training of one network from one start; `start` is (w1, w2, b) of one neuron, or a number to draw."""
    return TrainingRun(name, seed, shape, bend, start)


class TrainingRun:
    """Full-batch gradient descent from one start, continued as far as asked.

    Args:
        name: of the points.
        seed: of the points and of a drawn start.
        shape: the pair (hidden layers, units in each); (0, 0) for one neuron.
        bend: "tanh" or "ReLU".
        start: (w1, w2, b), or which start to draw.
    """

    def __init__(self, name: str, seed: int, shape: tuple[int, int], bend: str, start: Any):
        (self.X, self.s), self.start = points(name, seed), start
        self._start = start_of(seed, shape, bend, start)
        self._begin()

    def _begin(self):
        self._log, self._net = (), self._start
        self._losses, self._path = [], []  # before each step

    def at(self, log: tuple[tuple[float, int], ...]) -> tuple[Net, NDArray[np.float64], NDArray[np.float64]]:
        """Train as a log says, a tuple of (learning rate, steps).

        Returns:
            (net, losses, path): the network; its loss before each step and at the end, shape (steps + 1,); the last
            neuron's weights there.
        """
        if not _continues(self._log, log):
            self._begin()
        for i, (rate, count) in enumerate(log):
            for _ in range(count - (self._log[i][1] if i < len(self._log) else 0)):
                self._path.append(self._net["v"])
                self._net, loss = stepped(self._net, self.X, self.s, rate)
                self._losses.append(loss)
        self._log = tuple(log)
        now = mean_loss(self._net, self.X, self.s)
        return self._net, np.array([*self._losses, now]), np.array([*self._path, self._net["v"]])


def _continues(done, log):
    """Say whether a log goes on where another stopped."""
    if not done or len(log) < len(done):
        return not done
    now = log[len(done) - 1]
    return log[: len(done) - 1] == done[:-1] and now[0] == done[-1][0] and now[1] >= done[-1][1]


def extended(log: tuple[tuple[float, int], ...], rate: float, steps: int) -> tuple[tuple[float, int], ...]:
    """Add steps to a log, at most MOST_STEPS in all."""
    steps = min(steps, MOST_STEPS - sum(count for _, count in log))
    if steps <= 0:
        return log
    if log and log[-1][0] == rate:
        return (*log[:-1], (rate, log[-1][1] + steps))
    return (*log, (rate, steps))
