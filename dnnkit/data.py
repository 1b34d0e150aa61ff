"""Data sets that are there without a download: two toy sets and the digits that ship with scikit-learn."""

from typing import NamedTuple

import numpy as np


class Digits(NamedTuple):
    """Handwritten digits, 8 by 8 pixels, flattened.

    Attributes:
        X_train: pixels of the training images, shape (1200, 64), from 0 (paper) to 1 (ink).
        y_train: their digits, shape (1200,), integers 0 to 9.
        X_test: pixels of the test images, shape (597, 64).
        y_test: their digits, shape (597,).
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def make_blobs(num_examples, rng, *, noise=1.0):
    """Make two round clouds of points that a straight line can tell apart.

    Args:
        num_examples: how many points, N; half of them in each class, one more in class 0 when N is odd.
        rng: where the randomness comes from.
        noise: standard deviation of each cloud; the centres (-2, -1) and (2, 1) are about 4.5 apart.

    Returns:
        The pair (X, y): points of shape (N, 2) and classes 0 or 1 of shape (N,), shuffled.

    Example:
        >>> X, y = make_blobs(5, np.random.default_rng(0))
        >>> X.shape, sorted(y.tolist())
        ((5, 2), [0, 0, 0, 1, 1])
    """
    y = _shuffled_classes(num_examples, rng)
    centres = np.array([[-2.0, -1.0], [2.0, 1.0]])
    return centres[y] + noise * rng.normal(size=(num_examples, 2)), y


def make_rings(num_examples, rng, *, noise=0.1):
    """Make a ring of points around another, which no straight line can tell apart.

    Args:
        num_examples: how many points, N.
        rng: where the randomness comes from.
        noise: standard deviation of the distance to the ring; the radii are 1 and 2.

    Returns:
        The pair (X, y): points of shape (N, 2) and classes of shape (N,), 1 for the inner ring, shuffled.
    """
    y = _shuffled_classes(num_examples, rng)
    angle = rng.uniform(0.0, 2.0 * np.pi, size=num_examples)
    radius = np.where(y == 1, 1.0, 2.0) + noise * rng.normal(size=num_examples)
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), y


def load_digits(*, rng):
    """Load the 1,797 handwritten digits that ship with scikit-learn, shuffled and split.

    Args:
        rng: decides which 1,200 images are for training.

    Returns:
        A `Digits`.

    Reference: Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits (UCI), its test part.
    """
    from sklearn import datasets

    pixels, digits = datasets.load_digits(return_X_y=True)
    order = rng.permutation(len(digits))
    X, y = pixels[order] / 16.0, digits[order]
    return Digits(X[:1200], y[:1200], X[1200:], y[1200:])


def _shuffled_classes(num_examples, rng):
    return rng.permutation(np.arange(num_examples) % 2)
