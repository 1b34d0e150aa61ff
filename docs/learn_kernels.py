"""Train a small network on pictures of shapes and print the kernels of its first layer.

Usage: python docs/learn_kernels.py

What it prints stands in dnnkit/demos/kernels/learned.py; numbers differ a little from machine to machine.
"""

import keras
import numpy as np

from dnnkit.data import make_shapes

KERNELS, SIZE = 8, 5
GREY = np.array([0.299, 0.587, 0.114])


def grey_shapes(count, seed):
    """Make grey pictures of shapes, each with mean 0; (N, 32, 32, 1), and their classes."""
    X, y = make_shapes(count, np.random.default_rng(seed))
    X = X @ GREY
    return (X - X.mean(axis=(1, 2), keepdims=True))[..., None].astype(np.float32), y


def network():
    """Build two layers of convolution and one of scores."""
    layers, small = keras.layers, keras.regularizers.L2(2e-3)
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(KERNELS, SIZE, padding="same", activation="relu", kernel_regularizer=small),
            layers.MaxPooling2D(),
            layers.Conv2D(16, SIZE, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


def main():
    """Train, measure on new pictures, and print kernels in hundredths, each scaled to a largest weight of 1."""
    keras.utils.set_random_seed(0)
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss=loss, metrics=["accuracy"])
    model.fit(*grey_shapes(8000, 0), batch_size=64, epochs=8, verbose=2)
    share = model.evaluate(*grey_shapes(2000, 1), verbose=0)[1]
    W = model.layers[0].get_weights()[0][:, :, 0]
    print(f"# right on new pictures: {100 * share:.0f} %")
    for k in np.argsort(-np.abs(W).max(axis=(0, 1))):
        print([list(map(int, row)) for row in np.round(100 * W[..., k] / np.abs(W[..., k]).max())])


if __name__ == "__main__":
    main()
