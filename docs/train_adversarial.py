"""Train the networks of the adversarial demo with the functions of lesson 13, attack them, and write what it shows.

Usage: python docs/train_adversarial.py

It writes dnnkit/demos/adversarial/networks.npz: weights in half precision, digits that no network has learned from, ten
of them after every attack of every size, and how many of the others are still read. Two runs on one machine write the
same file; numbers differ a little from machine to machine.
"""

import json
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from dnnkit.data import load_digits
from grading.judging.reference import Reference
from grading.lessons.lesson import find_lesson

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "dnnkit" / "demos" / "adversarial" / "networks.npz"
LESSON = "13_adversarial"
SETTINGS = {
    "networks": ["softmax regression", "two hidden layers", "trained under attack"],
    "sizes": [[64, 10], [64, 48, 48, 10], [64, 48, 48, 10]],
    "epochs": [20, 40, 80],
    "learning_rates": [0.005, 0.001, 0.001],
    "trained_for": 0.1,  # budget of the attacks in training
    "seed": 0,
    "counted": 200,  # digits of the test part
    "last": 30,  # budgets are 0, 0.01, ... 0.30
    "steps": 10,  # of pgd; each goes a quarter of the budget
}
EXACT = 10_000  # pixels are whole numbers of sixteenths, budgets of hundredths


def train(solution, X, y, number):
    """Train a network; the last one on pictures that fgsm has changed for the weights as they are."""
    rng, adam = np.random.default_rng(SETTINGS["seed"]), solution["Adam"](SETTINGS["learning_rates"][number])
    params, attacked = solution["start_network"](SETTINGS["sizes"][number], rng), number == 2
    for _ in range(SETTINGS["epochs"][number]):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 64):
            batch = order[start : start + 64]
            slopes, budget = solution["pixel_slopes"](params), SETTINGS["trained_for"]
            seen = solution["fgsm"](slopes, X[batch], y[batch], budget) if attacked else X[batch]
            logits, inputs = solution["forward"](seen, params)
            dlogits = solution["logit_slopes"](logits, y[batch]) / len(batch)
            params = adam.update(params, solution["backward"](dlogits, inputs, params)[1])
    return {name: array.astype(np.float16) for name, array in params.items()}


def attacks(solution, params, X, y):
    """Change pictures by every attack and every budget: fgsm, pgd and random signs, each (budgets, N, 64)."""
    slopes, budgets = solution["pixel_slopes"](params), np.arange(SETTINGS["last"] + 1) / 100
    rng, steps = np.random.default_rng(SETTINGS["seed"]), SETTINGS["steps"]
    coin = rng.choice([-1.0, 1.0], size=X.shape)
    return [
        np.stack([solution["fgsm"](slopes, X, y, budget) for budget in budgets]),
        np.stack([solution["pgd"](slopes, X, y, budget, budget / 4, steps, rng) for budget in budgets]),
        np.stack([np.clip(X + budget * coin, 0, 1) for budget in budgets]),
    ]


def choose(readings, y):
    """Choose one picture of each class: the first that all networks read rightly."""
    right = np.all([found == y for found in readings], axis=0)
    return [int(np.flatnonzero(right & (y == digit))[0]) for digit in range(10)]


def make(target):
    """Train and attack all networks, and write them to a file."""
    solution = Reference(find_lesson(PROJECT / "solutions", LESSON)).namespace()
    digits = load_digits(rng=np.random.default_rng(0))
    X, y = digits.X_test[: SETTINGS["counted"]], digits.y_test[: SETTINGS["counted"]]
    arrays = {"settings": np.array(json.dumps(SETTINGS))}
    arrays |= {"pixels": np.round(16 * X).astype(np.uint8), "labels": y.astype(np.uint8)}
    with threadpool_limits(1):
        trained = [train(solution, digits.X_train, digits.y_train, k) for k in range(len(SETTINGS["networks"]))]
        params = [{name: array.astype(np.float64) for name, array in net.items()} for net in trained]
        chosen = choose([solution["reader"](net)(X) for net in params], y)
        arrays["chosen"] = np.array(chosen, dtype=np.uint8)
        for number, (stored, net) in enumerate(zip(trained, params, strict=True)):
            changed, read = attacks(solution, net, X, y), solution["reader"](net)
            right = [[np.mean(read(pictures) == y) for pictures in kind] for kind in changed]
            arrays |= {f"{name}_{number}": array for name, array in stored.items()}
            kept = [np.round(EXACT * kind[:, chosen]).astype(np.uint16) for kind in changed[:2]]
            arrays |= {f"changed_{number}": np.stack(kept), f"right_{number}": np.array(right)}
            print(f"{SETTINGS['networks'][number]}: right at 0, 0.1, 0.2 under fgsm, pgd, random signs:")
            print(np.array(right)[:, [0, 10, 20]].round(3))
    np.savez_compressed(target, **arrays)


def main():
    """Write the file."""
    make(TARGET)
    print(f"{TARGET.relative_to(PROJECT)}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
