"""The handwritten digits that ship with scikit-learn."""

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


def load_digits(*, rng: np.random.Generator) -> Digits:
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
