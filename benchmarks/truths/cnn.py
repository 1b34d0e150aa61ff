"""Lesson 05: first kernels before and after training, digits that move, pixels that are shuffled."""

import numpy as np
from lesson_names import solved, summary

from dnnkit import data

names = solved("05_cnn")


def predicted(model: object, images: np.ndarray) -> np.ndarray:
    """Give the model's answers, shape (N,)."""
    import keras

    return np.argmax(keras.ops.convert_to_numpy(model(images)), axis=1)


def split_of(draw: int, side: int = 0) -> tuple:
    """Give training and test images of a draw with a frame of zeros, and their labels; draw 0 is the lesson's."""
    digits = data.load_digits(rng=np.random.default_rng(8 + draw))
    frame = ((0, 0), (side, side), (side, side), (0, 0))
    X, Z = (np.pad(flat.reshape(-1, 8, 8, 1), frame) for flat in (digits.X_train, digits.X_test))
    return X, digits.y_train, Z, digits.y_test


def measure_first_kernels(draws: int) -> dict:
    """Two colours, size and smoothness of 32 kernels of 3 by 3, as Keras draws them and after training."""
    import keras

    found = {f"{what}, {when}": [] for what in ("two colours", "size", "alike") for when in ("untrained", "trained")}
    for draw in range(draws):
        X, y, _, _ = split_of(draw)
        model = names["train_cnn"](X, y, 10, np.random.default_rng(9 + draw))
        for when, net in (("trained", model), ("untrained", keras.models.clone_model(model))):
            K = np.moveaxis(net.get_weights()[0][:, :, 0], -1, 0)
            both = np.minimum(np.clip(K, 0, None).sum((1, 2)), np.clip(-K, 0, None).sum((1, 2)))
            pairs = [(K[:, 1:] * K[:, :-1]).ravel(), (K[:, :, 1:] * K[:, :, :-1]).ravel()]
            found[f"two colours, {when}"].append(np.mean(both / np.abs(K).sum((1, 2)) > 0.2))
            found[f"size, {when}"].append(np.sqrt(np.mean(K**2)))
            found[f"alike, {when}"].append(np.mean(np.concatenate(pairs)) / np.mean(K**2))
    return {what: summary(what, values) for what, values in found.items()}


def moved(images: np.ndarray, distance: int, rng: np.random.Generator) -> np.ndarray:
    """Move each image by some pixels up, down, left or right."""
    ways = rng.choice([(0, 1), (0, -1), (1, 0), (-1, 0)], size=len(images))
    return np.stack([np.roll(image, distance * way, axis=(0, 1)) for image, way in zip(images, ways, strict=True)])


def measure_moved_digits(draws: int) -> dict:
    """Accuracy on digits moved by 0, 1 and 2 pixels: dense, dense with shifted copies, `train_cnn`."""
    names["keras"] = __import__("keras")
    found = {}
    for draw in range(draws):
        X, y, Z, truth = split_of(draw, 2)
        copies = [np.roll(X, way, axis=(1, 2)) for way in [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]]
        models = {"dense": names["train_dense"](X, y)}
        models["dense, copies"] = names["train_dense"](np.concatenate(copies), np.tile(y, 5))
        models["train_cnn"] = names["train_cnn"](X, y, 10, np.random.default_rng(12 + draw))
        for name, model in models.items():
            for distance in range(3):
                right = predicted(model, moved(Z, distance, np.random.default_rng(10 + draw))) == truth
                found.setdefault(f"{name}, moved by {distance}", []).append(np.mean(right))
    return {what: summary(what, values, ".1%") for what, values in found.items()}


def measure_shuffled_pixels(draws: int) -> dict:
    """Accuracy of the dense network and of LeNet-like `train_cnn` when all images are shuffled in the same way."""
    names["keras"] = __import__("keras")
    found = {}
    for draw in range(draws):
        X, y, Z, truth = split_of(draw)
        order = np.random.default_rng(draw).permutation(64)
        for where, (train, test) in {
            "as they are": (X, Z),
            "shuffled": (X.reshape(-1, 64)[:, order].reshape(X.shape), Z.reshape(-1, 64)[:, order].reshape(Z.shape)),
        }.items():
            models = {"dense": names["train_dense"](train, y)}
            models["train_cnn"] = names["train_cnn"](train, y, 10, np.random.default_rng(12 + draw))
            for name, model in models.items():
                found.setdefault(f"{name}, {where}", []).append(np.mean(predicted(model, test) == truth))
    return {what: summary(what, values, ".1%") for what, values in found.items()}
