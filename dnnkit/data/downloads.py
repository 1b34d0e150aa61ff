"""MNIST and CIFAR-10, downloaded once through Keras, and what stands in for them without a network."""

import os
import socket
import threading
import urllib.error
import urllib.request
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dnnkit.data import shapes
from dnnkit.data.digits import load_digits

PATIENCE = 5.0  # seconds to wait for an answer of the server, and for each further piece of the file
DIGIT_NAMES = tuple("0123456789")
CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class Images(NamedTuple):
    """Images in ten classes, split for training and test.

    Attributes:
        X_train: training images, shape (N, H, W, C), float32 from 0 to 1, channels last.
        y_train: their classes, shape (N,), int64 from 0 to 9.
        X_test: test images, shape (M, H, W, C).
        y_test: their classes, shape (M,).
        class_names: ten texts.
        source: "MNIST", "CIFAR-10", or without a download "enlarged digits", "coloured shapes".
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    source: str


def fetch_mnist(*, rng: np.random.Generator) -> Images:
    """Fetch MNIST (11 MB, once, into ~/.keras), or else enlarge the digits that ship with scikit-learn.

    Keras compares the file with a SHA-256 checksum whenever it loads it. Without a network, or when the file is not
    the right one, a warning says so within seconds and the digits of `load_digits` take its place.

    Args:
        rng: decides the order of the training images (offline also which digits are for training).

    Returns:
        An `Images` with pixels of shape (N, 28, 28, 1), from 0 (paper) to 1 (ink): 60,000 for training and 10,000 for
        test from MNIST, 1,200 and 597 offline.

    Reference: LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition.
    """
    try:
        origin = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
        split = _through_keras("mnist", origin, "mnist.npz", (28, 28))
    except Exception as error:  # noqa: BLE001 - Keras raises a bare Exception when a download fails
        _warn("MNIST", error, "the 1,797 small digits that ship with scikit-learn, enlarged to 28 by 28 pixels")
        return _enlarged_digits(rng)
    return _shuffled_and_scaled(split, rng, DIGIT_NAMES, "MNIST")


def fetch_cifar10(*, rng: np.random.Generator) -> Images:
    """Fetch CIFAR-10 (163 MB, once, into ~/.keras), or else make images of coloured shapes.

    Keras compares the file with a SHA-256 checksum whenever it loads it. Without a network, or when the file is not
    the right one, a warning says so within seconds and generated images take its place.

    Args:
        rng: decides the order of the training images (offline also what is on the images).

    Returns:
        An `Images` with pixels of shape (N, 32, 32, 3): 50,000 for training and 10,000 for test from CIFAR-10 (737 MB
        of memory in all), 5,000 and 1,000 offline.

    Reference: Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images.
    """
    try:
        origin = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
        split = _through_keras("cifar10", origin, "cifar-10-batches-py-target_archive", (32, 32, 3))
    except Exception as error:  # noqa: BLE001 - Keras raises a bare Exception when a download fails
        _warn("CIFAR-10", error, "6,000 generated images of ten coloured shapes")
        X, y = shapes.make_shapes(6000, rng)
        return Images(X[:5000], y[:5000], X[5000:], y[5000:], shapes.NAMES, "coloured shapes")
    return _shuffled_and_scaled(split, rng, CIFAR10_NAMES, "CIFAR-10")


def _through_keras(name, origin, cached, shape):
    """Load a data set with Keras; raise an error soon when it is neither cached nor within reach.

    Returns:
        The tuple (X_train, y_train, X_test, y_test): images of dtype uint8, channels last, classes of shape (N,).
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    if not (home / "datasets" / cached).exists():
        _reach(origin)
    import keras

    with _patience():
        (X_train, y_train), (X_test, y_test) = getattr(keras.datasets, name).load_data()
    if len(shape) == 3 and X_train.shape[1:] == (shape[2], *shape[:2]):  # Keras is set to channels first
        X_train, X_test = np.moveaxis(X_train, 1, -1), np.moveaxis(X_test, 1, -1)
    split = X_train, np.ravel(y_train), X_test, np.ravel(y_test)
    for X, y in (split[:2], split[2:]):
        if X.shape != (len(y), *shape) or X.dtype != np.uint8 or set(np.unique(y)) != set(range(10)):
            raise ValueError(f"the file holds images of shape {X.shape}, type {X.dtype}, which are not {name}")
    return split


def _reach(origin):
    """Ask the server for the head of a file, in a thread, because looking up its name knows no time limit."""
    failures = []

    def ask():
        try:
            request = urllib.request.Request(origin, method="HEAD")  # noqa: S310 - our own https addresses
            urllib.request.urlopen(request, timeout=PATIENCE).close()  # noqa: S310 - as above
        except urllib.error.HTTPError:
            pass  # somebody answered; Keras says what is wrong
        except Exception as error:  # noqa: BLE001 - whatever a network can do, it is not there
            failures.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE + 1.0)
    if thread.is_alive() or failures:
        server = origin.split("/")[2]
        raise ConnectionError(f"no answer from {server}") from (failures[0] if failures else None)


@contextmanager
def _patience():
    """Let no connection wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _warn(name, error, instead):
    reason = str(error).strip().splitlines() or [type(error).__name__]
    warnings.warn(
        f"{name} is not there: {reason[0]}. Instead, you work with {instead}; every cell runs, only the numbers "
        f"differ. To try again, connect to the internet and run this cell once more.",
        stacklevel=3,
    )


def _shuffled_and_scaled(split, rng, class_names, source):
    X_train, y_train, X_test, y_test = split
    order = rng.permutation(len(y_train))
    X_train, X_test = (_scaled(X) for X in (X_train[order], X_test))
    return Images(X_train, y_train[order].astype(np.int64), X_test, y_test.astype(np.int64), class_names, source)


def _scaled(X):
    X = X[..., None] if X.ndim == 3 else X
    return X / np.float32(255)


def _enlarged_digits(rng):
    digits = load_digits(rng=rng)
    X_train, X_test = (_enlarge(X.reshape(-1, 8, 8)) for X in (digits.X_train, digits.X_test))
    y_train, y_test = digits.y_train.astype(np.int64), digits.y_test.astype(np.int64)
    return Images(X_train, y_train, X_test, y_test, DIGIT_NAMES, "enlarged digits")


def _enlarge(images, size=20, margin=4):
    """Blow 8 by 8 pixels up to 20 by 20, in between by straight lines, in the middle of 28 by 28, as MNIST has it."""
    place = np.clip((np.arange(size) + 0.5) * 8 / size - 0.5, 0, 7)
    weights = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(8)))  # (20, 8)
    large = weights @ images @ weights.T  # (N, 20, 20)
    return np.pad(large, ((0, 0), (margin, margin), (margin, margin)))[..., None].astype(np.float32)
