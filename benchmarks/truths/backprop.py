"""Lesson 02: starts on XOR and on the moons, a row of neurons against a network on digits."""

import numpy as np
from lesson_names import solved, summary

from dnnkit import data

names = solved("02_backprop")


def measure_moons(draws: int) -> dict:
    """Accuracy on new moons from starts that are alike, or few, or many; and of one straight line."""
    from sklearn.linear_model import LogisticRegression

    names["moons_X"], names["moons_y"] = data.make_moons(400, np.random.default_rng(4))
    X, y = data.make_moons(2000, np.random.default_rng(5))
    starts = {"64 alike": names["alike_start"], "3 at random": lambda seed: names["random_start"](3, seed)}
    starts |= {"64 at random": lambda seed: names["random_start"](64, seed)}
    found = {}
    for name, start in starts.items():
        nets = [names["train_from"](start(seed)) for seed in range(4 * draws)]
        right = [np.mean(names["logits_of"](net, X).argmax(axis=1) == y) for net in nets]
        print(f"  {name}: {np.mean(np.array(right) <= 0.89):.0%} of the starts end at 89 % or below")
        found[name] = summary(name, right, ".1%")
    line = LogisticRegression().fit(names["moons_X"], names["moons_y"])
    return found | {"one line": summary("one line", [line.score(X, y)], ".1%")}


def measure_digits(draws: int) -> dict:
    """Test accuracy of a row of neurons, at its own best price, and of `train_mlp`, over splits."""
    from sklearn.linear_model import LogisticRegression

    shares = {f"row, C {price:g}": [] for price in (0.1, 1.0, 10.0)} | {"network": []}
    for draw in range(2 * draws):
        digits = data.load_digits(rng=np.random.default_rng(draw))
        for price in (0.1, 1.0, 10.0):
            row = LogisticRegression(max_iter=1000, C=price).fit(digits.X_train, digits.y_train)
            shares[f"row, C {price:g}"].append(row.score(digits.X_test, digits.y_test))
        net = names["train_mlp"](digits.X_train, digits.y_train, 10, np.random.default_rng(10 + draw))
        predicted = names["logits_of"](net, digits.X_test).argmax(axis=1)
        shares["network"].append(np.mean(predicted == digits.y_test))
    return {name: summary(name, values, ".1%") for name, values in shares.items()}


def measure_starts_on_xor(draws: int) -> dict:
    """Share of starts from which XOR is learned (loss below 0.01), with two and with four hidden neurons."""
    found = {}
    for count in (2, 4):
        ends = np.array([names["train_xor"](count, seed)[2][-1] for seed in range(20 * draws)])
        print(f"  {count} hidden neurons: {np.sum(ends < 0.01)} of {len(ends)} starts")
        found[f"{count} hidden neurons"] = float(np.mean(ends < 0.01))
    return found
