"""Checks of the benchmark's lesson."""

import numpy as np

from grading.lessons.checking import assert_close, example, points

EXAMPLES = {
    "hidden_layer": [
        example("two examples", X=np.eye(2, 3), W=np.arange(6.0).reshape(3, 2) - 2, b=np.array([0.5, 0.0]))
    ],
    "network_probs": [
        example(
            "one example",
            X=np.ones((1, 2), np.float32),
            W=np.array([[1.0, 0.0, 2.0], [0.5, -1.0, 1.0]], np.float32),
            b=np.array([0.0, 0.5, -1.0], np.float32),
            V=np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]], np.float32),
            c=np.array([0.5, 0.0], np.float32),
        )
    ],
}


@points(1)
def test_hidden_layer_values(student, reference, rng):
    """The activations are right."""
    X, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    assert_close(
        student.hidden_layer(X, W, b), reference.hidden_layer(X, W, b), rtol=1e-5, what="hidden_layer(X, W, b)"
    )


@points(2)
def test_network_probs_values(student, reference, rng):
    """The probabilities are right."""
    shapes = ((6, 3), (3, 5), (5,), (5, 4), (4,))
    inputs = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    actual = student.network_probs(*inputs)
    assert_close(actual, reference.network_probs(*inputs), rtol=1e-4, what="network_probs(X, W, b, V, c)")
