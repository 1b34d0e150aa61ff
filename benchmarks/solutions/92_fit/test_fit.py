"""Checks of the benchmark's lesson."""

import numpy as np

from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points

EXAMPLES = {
    "hidden_layer": [
        example("two examples", X=np.eye(2, 3), W=np.arange(6.0).reshape(3, 2) - 2, b=np.array([0.5, 0.0]))
    ],
    "fit_classifier": [example("one class", X=np.eye(2, dtype=np.float32), y=np.array([0, 0]), num_classes=1)],
}


@points(1)
def test_hidden_layer_values(student, reference, rng):
    """The activations are right."""
    X, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    assert_close(
        student.hidden_layer(X, W, b), reference.hidden_layer(X, W, b), rtol=1e-5, what="hidden_layer(X, W, b)"
    )


@points(2, repeat=False, seconds=60)
def test_fit_classifier_learns(student, reference, rng):
    """The network tells two clouds of points apart."""
    y = rng.integers(0, 2, size=96)
    X = (rng.normal(size=(96, 4)) + 4.0 * y[:, None]).astype(np.float32)
    probs = student.fit_classifier(X, y, 2)
    assert_shape(probs, (96, 2), what="fit_classifier(X, y, 2)")
    accuracy = np.mean(np.argmax(probs, axis=1) == y)
    assert_that(accuracy >= 0.9, f"fit_classifier recognises {accuracy:.0%} of the points; asked are 90 %.")
