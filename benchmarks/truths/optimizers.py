"""Lesson 03: ways to get a gradient, Adam's usual rate, weight decay in Adam and beside it, each tuned; range tests."""

import numpy as np
from lesson_names import solved, summary

from dnnkit import data

names = solved("03_optimizers")
WAYS = {"full batch": (1200, (1, 2, 4, 6, 8, 10), 120), "minibatch of 32": (32, (1, 2, 3, 4, 6, 8), 12)}
WAYS |= {"single example": (1, (0.1, 0.2, 0.3, 0.5, 1), 5)}
RACERS = {"SGD": ("sgd_step", ()), "momentum": ("momentum_step", (0.9,)), "Nesterov": ("nesterov_step", (0.9,))}
RACERS |= {"AdaGrad": ("adagrad_step", (1e-8,)), "RMSProp": ("rmsprop_step", (0.9, 1e-8))}
RACERS |= {"Adadelta": ("adadelta_step", (0.95, 1e-6)), "Adam": ("adam_step", (0.9, 0.999, 1e-8))}


def split_of(draw: int) -> tuple:
    """Give the digits of a draw and their one-hot targets; draw 0 is the lesson's."""
    digits = data.load_digits(rng=np.random.default_rng(1 + draw))
    return digits, np.eye(10)[digits.y_train]


def measure_ways_to_get_a_gradient(draws: int) -> dict:
    """Examples and seconds until the row of neurons is at loss 0.2, for every rate."""
    found = {}
    for way, (size, rates, epochs) in WAYS.items():
        reached = {rate: [] for rate in rates}
        for draw in range(draws):
            digits, targets = split_of(draw)
            zeros = {"W": np.zeros((64, 10)), "b": np.zeros(10)}
            for rate in rates:
                order = np.random.default_rng(2 + draw)
                _, losses, clock = names["train"](
                    names["sgd_step"], (rate,), names["row_loss"], zeros, digits.X_train, targets, epochs, size, order
                )
                there = np.flatnonzero(losses <= 0.2)
                reached[rate].append((1200 * (there[0] + 1), clock[there[0]]) if there.size else (np.inf, np.inf))
        for rate, pairs in reached.items():
            examples, seconds = np.mean(pairs, axis=0)
            print(f"  {way}, rate {rate:g}: {examples:,.0f} examples, {seconds:.3f} s")
        best = min(rates, key=lambda rate: np.mean(reached[rate], axis=0)[0])
        examples, seconds = zip(*reached[best], strict=True)
        found[way] = {"rate": best, "examples": summary(f"{way} at {best:g}, examples", examples, ",.0f")}
        found[way]["seconds"] = summary(f"{way} at {best:g}, seconds", seconds, ".4f")
    return found


def accuracy(params: dict, X: np.ndarray, y: np.ndarray) -> float:
    """Share of digits that the network with one hidden layer reads right."""
    hidden = np.maximum(X @ params["W1"] + params["b1"], 0.0)
    return float(np.mean(np.argmax(hidden @ params["W2"] + params["b2"], axis=1) == y))


def measure_turned_ravine(draws: int) -> dict:
    """Height of the ravine after 60 steps, each racer at the best of nineteen rates, along the axes and turned."""
    turn = np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2)
    found = {}
    for racer, (step, settings) in RACERS.items():
        for name, Q in (("along the axes", np.eye(2)), ("turned by 45 degrees", turn)):
            H, heights = Q @ np.diag([1.0, 20.0]) @ Q.T, []
            for rate in 10.0 ** np.arange(-3, 1.6, 0.25):
                with np.errstate(all="ignore"):
                    gradient, start = lambda w, H=H: H @ w, Q @ [-2.0, 0.4]
                    end = names["descend"](names[step], (rate, *settings), gradient, start, 60)[-1]
                    heights.append(0.5 * end @ H @ end)
            found[f"{racer}, {name}"] = summary(f"{racer}, {name}", [np.nanmin(heights)], ".1e")
    return found


def measure_race(draws: int) -> dict:
    """The race of seven, four epochs, at ten rates each: loss and test accuracy."""
    rates, found = (0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0, 3.16, 10.0, 31.6), {}
    for racer, (step, settings) in RACERS.items():
        ends, right = np.full((len(rates), draws), np.inf), np.zeros((len(rates), draws))
        for draw in range(draws):
            digits, targets = split_of(draw)
            for k, rate in enumerate(rates):
                start, order = names["new_mlp"](3 + draw), np.random.default_rng(4 + draw)
                with np.errstate(all="ignore"):
                    params, losses, _ = names["train"](
                        names[step], (rate, *settings), names["mlp_loss"], start, digits.X_train, targets, 4, 32, order
                    )
                ends[k, draw] = losses[-1] if np.isfinite(losses[-1]) else np.inf
                right[k, draw] = accuracy(params, digits.X_test, digits.y_test)
        best = int(ends.mean(axis=1).argmin())
        print(f"  {racer}: " + ", ".join(f"{r:g} {a:.1%}" for r, a in zip(rates, right.mean(axis=1), strict=True)))
        found[racer] = {"rate": rates[best], "loss": summary(f"{racer}, loss at {rates[best]:g}", ends[best])}
        found[racer]["accuracy"] = summary(f"{racer}, accuracy at {rates[best]:g}", right[best], ".1%")
    return found


def measure_weight_decay(draws: int) -> dict:
    """Test accuracy on 200 digits, 60 of them with a wrong label, 60 epochs: decay in Adam's slope and beside its step.

    The rate and the price of each way are those of the highest mean accuracy on 600 validation digits.
    """
    ways = {"no decay": ((0, True),), "in the slope": ((0.003, False), (0.01, False), (0.03, False))}
    ways |= {"beside it, AdamW": ((0.3, True), (1, True), (3, True))}
    found = {}
    for way, settings in ways.items():
        shares = {}
        for rate in (0.0003, 0.001, 0.003, 0.01, 0.03):
            for options in settings:
                pairs = [decayed(rate, options, draw) for draw in range(draws)]
                shares[rate, options[0]] = np.array(pairs)
                print(f"    {way}, rate {rate:g}, decay {options[0]:g}: {np.mean(pairs, axis=0).round(3)}")
        best = max(shares, key=lambda setting: shares[setting][:, 0].mean())
        found[way] = {
            "setting": best,
            **summary(f"{way}, rate {best[0]:g}, decay {best[1]:g}", shares[best][:, 1], ".1%"),
        }
    return found


def decayed(rate: float, options: tuple[float, bool], draw: int) -> tuple[float, float]:
    """Train as the experiment on weight decay does; give the accuracy on validation and on test digits."""
    split, deal = data.load_digits(rng=np.random.default_rng(draw)), np.random.default_rng(draw)
    labels = split.y_train[:200].copy()
    labels[:60] = (labels[:60] + deal.integers(1, 10, size=60)) % 10
    step, start, targets = names["step_with_decay"], names["new_mlp"](draw), np.eye(10)[labels]
    net, _, _ = names["train"](
        step, (rate, *options), names["mlp_loss"], start, split.X_train[:200], targets, 60, 32, deal
    )
    return accuracy(net, split.X_train[200:800], split.y_train[200:800]), accuracy(net, split.X_test, split.y_test)


def measure_range_test(draws: int) -> dict:
    """A third of the rate at which the loss of a range test is lowest, from several starts."""
    digits, targets = split_of(0)
    found = {}
    for racer in ("SGD", "momentum", "Nesterov", "Adam"):
        step, settings = RACERS[racer]
        tests = [names["range_test"](names[step], settings, digits.X_train, targets, 3 + draw) for draw in range(draws)]
        found[racer] = summary(racer, [rates[np.argmin(losses)] / 3 for rates, losses in tests], ".3f")
    return found
