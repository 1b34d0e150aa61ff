"""A small network that knows seven of the ten shapes of `make_shapes`, trained beforehand."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(__file__).parent / "shape_network.npz"
KNOWN = 7  # it was trained on the classes 0 to 6


def load_shape_network() -> "keras.Sequential":
    """Load a network that was trained on 8,400 images of seven shapes, for 14 epochs.

    Returns:
        A `keras.Sequential`: images of shape (N, 16, 16, 3), as `make_shapes(..., size=16)` makes them, to scores of
        the classes 0 to 6, shape (N, 7). Three convolutions with 16, 32 and 48 kernels, a pooling in between, the
        largest value of every channel, and a dense layer.
    """
    import keras

    layers = keras.layers
    stack = [layers.Conv2D(16, 3, activation="relu"), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2)]
    stack += [layers.Conv2D(48, 3, activation="relu"), layers.GlobalMaxPooling2D(), layers.Dense(KNOWN)]
    network = keras.Sequential([keras.Input((16, 16, 3)), *stack])
    with np.load(WEIGHTS) as stored:
        network.set_weights([stored[name].astype(np.float32) for name in stored.files])
    return network
