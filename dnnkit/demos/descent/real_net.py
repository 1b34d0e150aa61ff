"""A small real network beside the parabola: its loss after 200 steps at many learning rates, computed once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.data import load_digits

RATES = np.geomspace(1e-3, 3.0, 24)
MOMENTA = (0.0, 0.9)
STEPS, BATCH, HIDDEN, CLASSES, SEEDS = 200, 64, 32, 10, 3
# Medians over SEEDS; `loss_after` computes them again in 15 seconds, and a test a few of them.
LOSSES = {
    0.0: (
        2.348, 2.326, 2.297, 2.257, 2.205, 2.133, 2.042, 1.923, 1.761, 1.537, 1.225, 0.8753,
        0.59, 0.4095, 0.2978, 0.2248, 0.1755, 0.1434, 0.1171, 0.1037, 0.07551, 2.303, 2.319, 2.318,
    ),
    0.9: (
        1.989, 1.855, 1.67, 1.42, 1.078, 0.7403, 0.4966, 0.3458, 0.2534, 0.1823, 0.1357, 0.1035,
        0.07624, 0.06044, 0.04527, 0.03018, 0.03959, 0.07834, 0.1885, 0.3508, 1.876, 2.118, 2.407, 2.451,
    ),
}  # fmt: skip


def loss_after(learning_rate: float, momentum: float, seed: int) -> float:
    """Train 64-32-10 units, ReLU, on the digits; the loss on all training images after `STEPS` minibatches."""
    rng = np.random.default_rng(seed)
    digits = load_digits(rng=rng)
    X, Y = digits.X_train, np.eye(CLASSES)[digits.y_train]
    params = [rng.normal(size=(64, HIDDEN)) * np.sqrt(2 / 64), np.zeros(HIDDEN)]
    params += [rng.normal(size=(HIDDEN, CLASSES)) * np.sqrt(1 / HIDDEN), np.zeros(CLASSES)]
    speeds = [0.0 * p for p in params]
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            rows = rng.integers(len(X), size=BATCH)
            _, grads = loss_and_grads(params, X[rows], Y[rows])
            speeds = [momentum * v - learning_rate * g for v, g in zip(speeds, grads, strict=True)]
            params = [p + v for p, v in zip(params, speeds, strict=True)]
        return float(loss_and_grads(params, X, Y)[0])


def loss_and_grads(params: list[Any], X: NDArray[np.float64], Y: NDArray[np.float64]) -> tuple[float, list[Any]]:
    """Compute the cross-entropy of the network and its gradients, as lists of arrays."""
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    a = np.maximum(z, 0)
    logits = a @ W2 + b2
    logits = logits - logits.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    dlogits = (np.exp(log_probs) - Y) / len(X)
    dz = (dlogits @ W2.T) * (z > 0)
    return -np.sum(Y * log_probs) / len(X), [X.T @ dz, dz.sum(axis=0), a.T @ dlogits, dlogits.sum(axis=0)]


def loss_at(learning_rate: float, momentum: float = 0.0) -> Any:
    """Read the loss at any learning rate off the computed ones."""
    return float(np.exp(np.interp(np.log(learning_rate), np.log(RATES), np.log(LOSSES[momentum]))))
