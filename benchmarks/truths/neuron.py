"""Lesson 01: the batch size, each at its own best rate; settings chosen on validation digits."""

import numpy as np
from lesson_names import solved, summary

from dnnkit import data

names = solved("01_neuron")
RATES = (0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 5.0)


def measure_batch_size(draws: int) -> dict:
    """Loss after one epoch and after twenty, for three batch sizes at seven rates, over several pairs of clouds."""
    found = {}
    for size in (400, 40, 4):
        for epochs in (1, 20):
            losses = np.empty((draws, len(RATES)))
            for draw in range(draws):
                X, y = data.make_blobs(400, np.random.default_rng(100 + draw if draw else 1), noise=1.5)
                for k, rate in enumerate(RATES):
                    order = np.random.default_rng(draw)
                    losses[draw, k] = names["fit_logistic"](X, y, rate, epochs, size, order)[2][-1]
            best = int(losses.mean(axis=0).argmin())
            what = f"batch size {size}, {epochs} epochs"
            print(f"  {what}: " + ", ".join(f"{r:g} {m:.3f}" for r, m in zip(RATES, losses.mean(axis=0), strict=True)))
            found[what] = {"rate": RATES[best], **summary(f"{what}, best rate {RATES[best]:g}", losses[:, best])}
    return found


def measure_digits_split(draws: int) -> dict:
    """Accuracy of `fit_softmax` on training, validation and test digits."""
    shares = {"training": [], "validation": [], "test": []}
    for draw in range(draws):
        digits = data.load_digits(rng=np.random.default_rng(9 + draw))
        W, b = names["fit_softmax"](digits.X_train[:900], digits.y_train[:900], 10, np.random.default_rng(draw))
        parts = {"training": (digits.X_train[:900], digits.y_train[:900])}
        parts |= {"validation": (digits.X_train[900:], digits.y_train[900:]), "test": (digits.X_test, digits.y_test)}
        for part, (X, y) in parts.items():
            shares[part].append(np.mean(np.argmax(X @ W + b, axis=1) == y))
    return {part: summary(f"accuracy, {part}", values) for part, values in shares.items()}


def measure_digits_with_all_for_training(draws: int) -> dict:
    """Accuracy of `fit_softmax` trained on all 1,200 digits, once the settings stand."""
    shares = {"training": [], "test": []}
    for draw in range(2 * draws):
        digits = data.load_digits(rng=np.random.default_rng(9 + draw))
        W, b = names["fit_softmax"](digits.X_train, digits.y_train, 10, np.random.default_rng(10 + draw))
        for part, X, y in (("training", digits.X_train, digits.y_train), ("test", digits.X_test, digits.y_test)):
            shares[part].append(np.mean(np.argmax(X @ W + b, axis=1) == y))
    return {part: summary(f"accuracy, {part}", values, ".1%") for part, values in shares.items()}
