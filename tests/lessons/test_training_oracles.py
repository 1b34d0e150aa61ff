"""Lesson 04: the reference agrees with Keras, finite differences and closed forms, and its limits are safe."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dnnkit.gradcheck import gradient_error, numerical_gradient
from grading.judging.reference import Reference
from grading.lessons.lesson import load_lesson


@pytest.fixture(scope="module")
def lesson04():
    return Reference(load_lesson(Path(__file__).parents[2] / "solutions" / "04_training")).namespace()


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.fixture
def keras():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        return pytest.importorskip("keras")


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_gradient_norms_agree_with_finite_differences(lesson04, rng, activation):
    widths = [3, 5, 4, 2]
    weights = [rng.normal(size=shape) for shape in pairwise(widths)]
    X, dout = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))

    def loss(W, layer):
        A = X
        for number, other in enumerate(weights):
            A, _ = lesson04["activate"](A @ (W if number == layer else other), activation)
        return np.sum(dout * A)

    slopes = [numerical_gradient(lambda W, k=k: loss(W, k), weights[k]) for k in range(3)]
    norms = lesson04["gradient_norms"](X, weights, dout, activation)
    np.testing.assert_allclose(norms, [np.linalg.norm(dW) for dW in slopes], rtol=1e-6)


def test_batchnorm_agrees_with_keras_forward_and_backward(lesson04, rng, keras):
    from dnnkit.gradients import value_and_gradient

    X, dout = 3 * rng.normal(size=(32, 5)) + 1, rng.normal(size=(32, 5))
    gamma, beta, start = rng.normal(size=5), rng.normal(size=5), (rng.normal(size=5), rng.uniform(1, 2, size=5))
    layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-3)
    layer.build((None, 5))
    layer.set_weights([gamma, beta, *start])
    given = dout.astype("float32")
    _, (keras_dX,) = value_and_gradient(lambda x: keras.ops.sum(layer(x, training=True) * given), X)
    layer.set_weights([gamma, beta, *start])
    keras_out = keras.ops.convert_to_numpy(layer(X.astype("float32"), training=True))
    keras_mean, keras_var = layer.get_weights()[2:]
    keras_used = keras.ops.convert_to_numpy(layer(X.astype("float32"), training=False))

    out, mean, var = lesson04["batchnorm_forward"](X, gamma, beta, *start, 0.9, 1e-3, True)
    used, _, _ = lesson04["batchnorm_forward"](X, gamma, beta, mean, var, 0.9, 1e-3, False)
    dX, _, _ = lesson04["batchnorm_backward"](dout, X, gamma, 1e-3)
    for yours, theirs in ((out, keras_out), (mean, keras_mean), (var, keras_var), (used, keras_used), (dX, keras_dX)):
        np.testing.assert_allclose(yours, theirs, atol=1e-4)


def test_batchnorm_backward_agrees_with_finite_differences(lesson04, rng):
    X, dout, gamma = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.normal(size=3)
    zero, forward = np.zeros(3), lesson04["batchnorm_forward"]

    def loss(X, gamma, beta):
        return np.sum(dout * forward(X, gamma, beta, zero, zero, 0.9, 0.1, True)[0])

    dX, dgamma, dbeta = lesson04["batchnorm_backward"](dout, X, gamma, 0.1)
    assert gradient_error(dX, numerical_gradient(lambda v: loss(v, gamma, zero), X)) < 1e-8
    assert gradient_error(dgamma, numerical_gradient(lambda v: loss(X, v, zero), gamma)) < 1e-8
    assert gradient_error(dbeta, numerical_gradient(lambda v: loss(X, gamma, v), zero)) < 1e-8


def test_penalty_and_its_gradient_agree_with_keras_and_finite_differences(lesson04, rng, keras):
    W = rng.normal(size=(4, 3))
    penalty, dW = lesson04["l1_l2_penalty"](W, 0.1, 0.01)
    theirs = keras.regularizers.L1L2(0.1, 0.01)(keras.ops.convert_to_tensor(W.astype("float32")))
    assert penalty == pytest.approx(float(theirs), rel=1e-5)
    assert gradient_error(dW, numerical_gradient(lambda v: lesson04["l1_l2_penalty"](v, 0.1, 0.01)[0], W)) < 1e-8


def test_dropout_backward_is_the_slope_of_forward(lesson04, rng):
    X = rng.normal(size=(6, 5))
    _, mask = lesson04["dropout_forward"](X, 0.3, np.random.default_rng(1), True)

    def loss(v):
        return np.sum(lesson04["dropout_forward"](v, 0.3, np.random.default_rng(1), True)[0] ** 2) / 2

    out, _ = lesson04["dropout_forward"](X, 0.3, np.random.default_rng(1), True)
    assert gradient_error(lesson04["dropout_backward"](out, mask, 0.3), numerical_gradient(loss, X)) < 1e-8


def test_initialisers_have_the_variance_of_keras(lesson04, rng, keras):
    for ours, theirs in (("glorot_uniform", "GlorotUniform"), ("he_normal", "HeNormal")):
        drawn = lesson04[ours](300, 200, rng).std()
        keras_drawn = keras.ops.convert_to_numpy(getattr(keras.initializers, theirs)(seed=1)((300, 200))).std()
        assert drawn == pytest.approx(keras_drawn, rel=0.02)


def test_lsuv_gives_unit_variance_in_every_layer_and_orthonormal_directions(lesson04, rng):
    X, widths = rng.uniform(size=(50, 6)), [9, 4, 4]
    A = X
    for W in lesson04["lsuv_init"](X, widths, rng):
        assert np.std(A @ W) == pytest.approx(1.0)
        values = np.linalg.svd(W, compute_uv=False)
        np.testing.assert_allclose(values, values[0])
        A = np.maximum(A @ W, 0)


def test_early_stopping_agrees_with_keras(lesson04, rng, keras):
    for seed in range(20):
        losses = np.random.default_rng(seed).integers(0, 12, size=15).astype(float).tolist()
        patience = 1 + seed % 4
        watch = keras.callbacks.EarlyStopping(monitor="loss", patience=patience)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        watch.set_model(model)
        model.stop_training = False  # as fit does
        watch.on_train_begin()
        stopped = len(losses) - 1
        for epoch, loss in enumerate(losses):
            watch.on_epoch_end(epoch, {"loss": loss})
            if model.stop_training:
                stopped = epoch
                break
        assert lesson04["early_stopping"](losses, patience) == (stopped, watch.best_epoch), (losses, patience)


def test_statistical_limits_are_far_from_right_answers(lesson04):
    # The checks allow 0.0125 and 0.015 for standard deviations, 0.025 for the share that dropout keeps, 85 for
    # chi-square with 24 degrees of freedom. Six sigma: 2e-9; chi-square: below 1e-7 (Wilson and Hilferty 1931).
    glorot = [lesson04["glorot_uniform"](300, 200, np.random.default_rng(s)).std() for s in range(60)]
    he = [lesson04["he_normal"](400, 300, np.random.default_rng(s)).std() for s in range(60)]
    for drawn, right, limit in ((glorot, np.sqrt(2 / 500), 0.0125), (he, np.sqrt(2 / 400), 0.015)):
        assert np.std(drawn) / right < limit / 6
        assert abs(np.mean(drawn) / right - 1) < limit / 6
    assert np.sqrt(0.2 * 0.8 / 12_000) < 0.025 / 6
    z = ((85 / 24) ** (1 / 3) - (1 - 2 / (9 * 24))) / np.sqrt(2 / (9 * 24))
    assert z > 5.2  # probability 1e-7


def test_worked_numbers_of_the_lesson(lesson04):
    norms = lesson04["gradient_norms"](
        np.array([[2.0]]), [np.array([[1.0]]), np.array([[3.0]])], np.ones((1, 1)), "relu"
    )
    np.testing.assert_allclose(norms, [6, 2])
    dX, dgamma, dbeta = lesson04["batchnorm_backward"](
        np.array([[1.0], [0], [0]]), np.array([[0.0], [3], [6]]), np.ones(1), 0.0
    )
    np.testing.assert_allclose(dX.ravel(), [0.068, -0.136, 0.068], atol=5e-4)
    np.testing.assert_allclose([dgamma[0], dbeta[0]], [-1.225, 1], atol=5e-4)
    one, statistics = np.ones(1), (np.zeros(1), np.ones(1))
    out, mean, var = lesson04["batchnorm_forward"](
        np.array([[1.0], [5]]), 2 * one, 5 * one, *statistics, 0.9, 0.0, True
    )
    np.testing.assert_allclose([*out.ravel(), mean[0], var[0]], [3, 7, 0.3, 1.3])
    used, _, _ = lesson04["batchnorm_forward"](np.array([[3.0]]), 2 * one, 5 * one, mean, var, 0.9, 0.0, False)
    assert used[0, 0] == pytest.approx(9.736, abs=5e-4)
    losses = [5.0, 4.0, 3.0, 3.5, 3.2, 3.1, 2.0]
    assert lesson04["early_stopping"](losses, 3) == (5, 2)
    assert lesson04["early_stopping"](losses, 4) == (6, 6)
    penalty, dW = lesson04["l1_l2_penalty"](np.array([[1.0, -2], [0, 3]]), 0.1, 0.01)
    np.testing.assert_allclose([penalty, *dW.ravel()], [0.74, 0.12, -0.14, 0, 0.16], atol=1e-12)
