"""The networks of the adversarial demo, digits that none has learned from, and these digits after known attacks.

docs/train_adversarial.py trains and attacks them with the functions of lesson 13 and writes networks.npz.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from dnnkit.demos.stored import stored, stored_settings

Array = NDArray[np.float64]

FILE = Path(__file__).parent / "networks.npz"
SIDE = 8  # pixels
EXACT = 10_000  # changed pixels are kept as whole numbers of this part
LAST = 30  # the last budget is 0.30
BUDGETS = np.arange(LAST + 1) / 100
ATTACKS = ("fgsm", "pgd")


class Digits(NamedTuple):
    """Pictures that no network has learned from.

    Attributes:
        X: pixels from 0 (paper) to 1 (ink), shape (200, 64).
        y: what they show, 0 to 9, shape (200,).
        chosen: the numbers of ten of them, one of each class, that all networks read rightly.
    """

    X: Array
    y: NDArray[np.int64]
    chosen: list[int]


@dataclass(frozen=True)
class Network:
    """A trained network of dense layers with ReLUs between them.

    Attributes:
        name: one of the names of the demo.
        layers: pairs of weights (inputs, units) and biases (units,).
        changed: the ten chosen digits after each attack with each budget, shape (attacks, budgets, 10, 64).
        right: the share of the 200 digits that is read rightly, under fgsm, pgd and random signs, shape (3, budgets).
    """

    name: str
    layers: list[tuple[Array, Array]]
    changed: Array
    right: Array

    def logits(self, X: Array) -> Array:
        """Compute the logits (N, 10) of pictures (N, 64)."""
        return self._forward(X)[-1]

    def probabilities(self, X: Array) -> Array:
        """Compute the probabilities of the ten classes, shape (..., 10), of pictures (..., 64)."""
        return softmax(self.logits(X.reshape(-1, X.shape[-1])), axis=1).reshape(*X.shape[:-1], 10)

    def slopes(self, X: Any, y: Any) -> Array:
        """Compute how much the loss of each picture (N, 64) with its label (N,) grows with each pixel, (N, 64)."""
        *inputs, logits = self._forward(np.asarray(X, dtype=np.float64))
        back = softmax(logits, axis=1) - np.eye(10)[np.asarray(y, dtype=np.int64)]
        for k in range(len(self.layers) - 1, -1, -1):
            back = back @ self.layers[k][0].T
            if k:
                back = back * (inputs[k] > 0)
        return back

    def _forward(self, X):
        """List what goes into each layer, and the logits."""
        values = [X]
        for k, (W, b) in enumerate(self.layers):
            X = (np.maximum(X, 0) if k else X) @ W + b
            values.append(np.maximum(X, 0) if k < len(self.layers) - 1 else X)
        return values


def settings() -> dict[str, Any]:
    """Return the settings with which the networks were trained and attacked."""
    return stored_settings(FILE)


@functools.cache
def digits() -> Digits:
    """Return the 200 digits."""
    arrays_of = stored(FILE)
    return Digits(arrays_of["pixels"] / 16.0, arrays_of["labels"].astype(np.int64), arrays_of["chosen"].tolist())


@functools.cache
def networks() -> dict[str, Network]:
    """Return the networks, by name."""
    arrays_of, found = stored(FILE), {}
    for number, name in enumerate(settings()["networks"]):
        count = len(settings()["sizes"][number])
        layers = [
            (arrays_of[f"W{k}_{number}"].astype(np.float64), arrays_of[f"b{k}_{number}"].astype(np.float64))
            for k in range(1, count)
        ]
        found[name] = Network(name, layers, arrays_of[f"changed_{number}"] / EXACT, arrays_of[f"right_{number}"])
    return found


def own_pictures(
    net: Network, digit: int, attack: str, function: Callable[..., Any], budgets: Any, steps: int
) -> Array:
    """Let the student's attack change the chosen picture of a digit with each budget.

    Returns:
        The changed pictures, shape (budgets, 64).
    """
    X, y = digits().X[[digits().chosen[digit]]], np.array([digit])
    return np.concatenate([_attacked(net, attack, function, X, y, budget, steps) for budget in budgets])


def own_accuracy(net: Network, attack: str, function: Callable[..., Any], budgets: Any, steps: int) -> Array:
    """Measure how many of the 200 digits are read after the student's attack, shape (budgets,)."""
    X, y = digits().X, digits().y
    changed = [_attacked(net, attack, function, X, y, budget, steps) for budget in budgets]
    return np.array([np.mean(net.logits(pictures).argmax(axis=1) == y) for pictures in changed])


def _attacked(net, attack, function, X, y, budget, steps):
    """Call the student's attack with one budget, on copies."""
    budget = float(budget)
    more = (budget / 4, steps, np.random.default_rng(0)) if attack == "pgd" else ()
    changed = np.asarray(function(net.slopes, X.copy(), y.copy(), budget, *more), dtype=np.float64)
    if changed.shape != X.shape:
        raise ValueError(f"the changed pictures have the shape {changed.shape}; expected {X.shape}")
    return changed
