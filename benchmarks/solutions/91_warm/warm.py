# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Deep neural networks (dnn)
#     language: python
#     name: dnn
# ---

# %% [markdown]
# # A lesson of TensorFlow's size, for the benchmark only
#
# It imports Keras, has two Keras exercises, and trains briefly in an exploration cell.

# %%
# %load_ext dnnkit
import keras
import numpy as np

from dnnkit import check


# %%
def hidden_layer(X, W, b):
    """Return the activations relu(X W + b) with Keras' own operations, shape (N, C)."""
    ### BEGIN SOLUTION
    return keras.ops.convert_to_numpy(keras.ops.relu(keras.ops.matmul(X, W) + b))
    ### END SOLUTION


# %%
check("hidden_layer")


# %%
def network_probs(X, W, b, V, c):
    """Build a Keras model of two Dense layers, ReLU then softmax, with weights W, b and V, c; return its probabilities.

    X has shape (N, D), W (D, H), b (H,), V (H, C), c (C,); the result has shape (N, C).
    """
    ### BEGIN SOLUTION
    hidden = keras.layers.Dense(W.shape[1], activation="relu")
    last = keras.layers.Dense(V.shape[1], activation="softmax")
    model = keras.Sequential([keras.Input((X.shape[1],)), hidden, last])
    model.set_weights([W, b, V, c])
    return keras.ops.convert_to_numpy(model(X))
    ### END SOLUTION


# %%
check("network_probs")

# %%
# %%explore hidden_layer, network_probs
from dnnkit.data import load_digits

digits = load_digits(rng=np.random.default_rng(0))
model = keras.Sequential(
    [keras.Input((64,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(10, activation="softmax")]
)
model.compile(optimizer=keras.optimizers.Adam(0.05), loss="sparse_categorical_crossentropy")
model.fit(digits.X_train.astype("float32"), digits.y_train, epochs=15, batch_size=32, verbose=0)
probs = network_probs(digits.X_test.astype("float32"), *model.get_weights())
print(f"accuracy {np.mean(probs.argmax(axis=1) == digits.y_test):.3f}")
