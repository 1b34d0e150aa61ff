"""Gradients through Keras; the whole file runs again on every other backend that is installed."""

import importlib.util
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from dnnkit.environment.variables import CPU
from dnnkit.gradcheck import gradient_error, numerical_gradient
from dnnkit.gradients import input_gradient, value_and_gradient, weight_gradients

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
OTHERS = [pytest.param(name, marks=getattr(pytest.mark, name, ())) for name in ("jax", "torch") if name != BACKEND]
SINGLE = 2e-6  # relative error of right float32 gradients of these small functions; they reach about 2e-7

if BACKEND == "torch":  # Keras converts PyTorch's tensors in a way that NumPy 2 warns of
    pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


@pytest.fixture(scope="module")
def keras():
    if importlib.util.find_spec(BACKEND) is None:
        pytest.skip(f"{BACKEND} is not installed")
    import keras  # takes seconds: only here

    assert keras.backend.backend() == BACKEND
    return keras


@pytest.fixture
def ops(keras):
    return keras.ops


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def network(keras):
    """A network with every kind of state: averages that move, masks that are drawn."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Conv2D(3, 3, activation="tanh"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )


def arrays_of(keras, variables):
    return [np.array(keras.ops.convert_to_numpy(variable.value + 0)) for variable in variables]


def assert_raises(message, f, *arrays):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        value_and_gradient(f, *arrays)


@pytest.mark.parametrize("backend", OTHERS)
def test_the_same_holds_on_another_backend(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not another_backend", __file__]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**kept, **CPU, "KERAS_BACKEND": backend}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout


def test_value_and_every_gradient_agree_with_finite_differences(ops, rng):
    arrays = [rng.normal(size=shape) for shape in ((5, 3), (3, 4), (4,))]
    v = rng.normal(size=(5, 4)).astype(np.float32)

    def in_keras(X, W, b):
        return ops.mean(ops.multiply(v, ops.tanh(ops.matmul(X, W) + b) ** 2))

    def in_numpy(X, W, b):
        return np.mean(v * np.tanh(X @ W + b) ** 2)

    value, gradients = value_and_gradient(in_keras, *arrays)
    assert isinstance(value, float)
    assert value == pytest.approx(in_numpy(*arrays), rel=1e-6)
    for n, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
        numeric = numerical_gradient(lambda x, n=n: in_numpy(*arrays[:n], x, *arrays[n + 1 :]), array)
        assert (gradient.shape, gradient.dtype) == (array.shape, np.float32)
        assert gradient_error(gradient, numeric) < SINGLE
        gradient += 1.0  # it belongs to the caller


def test_numbers_lists_and_whole_numbers_are_inputs_too(ops):
    value, (dx, da) = value_and_gradient(lambda x, a: a * ops.sum(x**2), [1, -3], 2)
    assert (value, dx.tolist(), da.tolist()) == (20.0, [4.0, -12.0], 10.0)


def test_a_gradient_of_zero_is_a_gradient(ops):
    value, (dx,) = value_and_gradient(lambda x: ops.sum(ops.relu(x)), np.array([-1.0, -2.0]))
    assert value == 0.0
    np.testing.assert_array_equal(dx, [0.0, 0.0])


def test_arrays_may_stand_beside_tensors(ops):
    mask = np.array([3.0, 1.0], dtype=np.float32)
    assert value_and_gradient(lambda x: ops.sum(ops.multiply(mask, x)), [1.0, 2.0])[1][0].tolist() == [3.0, 1.0]


def test_inputs_are_not_changed(ops):
    x = np.array([1.0, 2.0])
    value_and_gradient(lambda x: ops.sum(x) * 2.0, x)
    assert x.tolist() == [1.0, 2.0]


def test_gradients_may_be_nested(ops):
    def f(x):
        inner = value_and_gradient(lambda y: ops.sum(y**2), [3.0])[1][0]
        return ops.sum(ops.multiply(x, inner))

    assert value_and_gradient(f, [2.0])[0] == 12.0
    np.testing.assert_allclose(np.exp(value_and_gradient(lambda x: ops.sum(x), [0.0])[0]), 1.0)


def test_weight_and_input_gradients_of_a_dense_network_agree_with_finite_differences(keras, ops, rng):
    layers = keras.layers
    model = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(3)])  # not built yet
    X, target = rng.normal(size=(5, 2)), rng.normal(size=(5, 3)).astype(np.float32)

    def loss(outputs):
        return ops.mean(ops.subtract(outputs, target) ** 2)

    value, gradients = weight_gradients(model, X, loss)
    weights = [weight.astype(np.float64) for weight in arrays_of(keras, model.trainable_weights)]

    def in_numpy(X, W1, b1, W2, b2):
        return np.mean((np.tanh(X @ W1 + b1) @ W2 + b2 - target) ** 2)

    assert value == pytest.approx(in_numpy(X, *weights), rel=1e-5)
    assert [gradient.shape for gradient in gradients] == [(2, 4), (4,), (4, 3), (3,)]
    for n, gradient in enumerate(gradients):
        numeric = numerical_gradient(lambda w, n=n: in_numpy(X, *weights[:n], w, *weights[n + 1 :]), weights[n])
        assert gradient_error(gradient, numeric) < SINGLE
    again, dX = input_gradient(model, X, loss)
    assert again == pytest.approx(value, rel=1e-6)
    assert gradient_error(dX, numerical_gradient(lambda X: in_numpy(X, *weights), X)) < SINGLE


def test_a_convolutional_network_agrees_with_finite_differences(keras, network, ops, rng):
    X = rng.normal(size=(4, 6, 6, 2)).astype(np.float32)

    def loss(outputs):
        return ops.mean(outputs**2)

    _, gradients = weight_gradients(network, X, loss)
    weights = arrays_of(keras, network.trainable_weights)
    directions = [rng.normal(size=weight.shape).astype(np.float32) for weight in weights]
    h, values = 1e-2, []
    for step in (h, -h):
        for variable, weight, direction in zip(network.trainable_weights, weights, directions, strict=True):
            variable.assign(weight + step * direction)
        values.append(float(keras.ops.stop_gradient(loss(network(X, training=False)))))
    slope = sum(float(np.sum(g * d)) for g, d in zip(gradients, directions, strict=True))
    assert (values[0] - values[1]) / (2 * h) == pytest.approx(slope, rel=2e-2)


def test_a_gradient_leaves_the_network_as_it_was(keras, network, ops, rng):
    X = rng.normal(size=(4, 6, 6, 2))
    before = arrays_of(keras, network.variables)
    first = weight_gradients(network, X, lambda outputs: ops.sum(outputs**2))[0]
    assert input_gradient(network, X, lambda outputs: ops.sum(outputs**2))[0] == pytest.approx(first, rel=1e-5)
    for old, new in zip(before, arrays_of(keras, network.variables), strict=True):
        np.testing.assert_array_equal(old, new)


def test_in_training_masks_differ_and_averages_move(keras, network, ops, rng):
    X = rng.normal(size=(4, 6, 6, 2)) + 3.0
    before = arrays_of(keras, network.layers[1].non_trainable_variables)
    losses = {weight_gradients(network, X, lambda outputs: ops.sum(outputs**2), training=True)[0] for _ in range(3)}
    losses.add(input_gradient(network, X, lambda outputs: ops.sum(outputs**2), training=True)[0])
    assert len(losses) == 4
    after = arrays_of(keras, network.layers[1].non_trainable_variables)
    assert all(np.all(old != new) for old, new in zip(before, after, strict=True))
    assert np.isfinite(np.asarray(network.predict(X, verbose=0))).all()  # no tensor of the trace was left behind


def test_whole_numbers_stay_whole_for_an_embedding(keras, ops):
    model = keras.Sequential([keras.layers.Embedding(5, 2)])
    _, (dE,) = weight_gradients(model, np.array([[1, 3, 3]]), ops.sum)
    np.testing.assert_array_equal(dE, [[0, 0], [1, 1], [0, 0], [2, 2], [0, 0]])


def test_a_result_that_is_no_scalar_is_named(ops):
    end = "Expected one float32 number, of shape (), made with keras.ops. Got "
    x = np.ones(2)
    assert_raises(
        f"f returned no scalar. {end}shape (2,). Is a keras.ops.sum or keras.ops.mean missing at its end?",
        lambda x: x * 2.0,
        x,
    )
    for value, name in ((3.0, "float"), (None, "None"), (np.float64(3.0), "float64")):
        got = f"{name}, which is no tensor. Is there a NumPy operation inside f, or no return?"
        assert_raises(f"f returned no scalar. {end}{got}", lambda x, value=value: value, x)
    got = "int32. Is it a count or a comparison, which have no gradient?"
    assert_raises(f"f returned no scalar. {end}{got}", lambda x: ops.cast(ops.argmax(x), "int32"), x)
    with pytest.raises(ValueError, match=r"^value_and_gradient got no arrays\."):
        value_and_gradient(lambda: 1.0)


def test_an_input_that_is_not_used_is_named(ops):
    why = "Is it unused, or does a NumPy operation, a rounding or an argmax inside f cut it off?"
    start = "so there is no gradient. Expected a result computed from it with keras.ops."
    assert_raises(
        f"f does not depend on its input bias, {start} {why}", lambda x, bias: ops.sum(x**2), np.ones(2), np.ones(3)
    )
    assert_raises(
        f"f does not depend on its input number 2, {start} {why}", lambda *xs: ops.sum(xs[0]), np.ones(2), np.zeros(3)
    )


def test_a_weight_that_is_not_used_is_named(keras, ops):
    layers = keras.layers
    inputs = layers.Input((3,))
    outputs = [layers.Dense(2, name="used")(inputs), layers.Dense(2, name="idle")(inputs)]
    model = keras.Model(inputs, outputs)
    with pytest.raises(ValueError, match=r"^loss does not depend on the weight .*idle/kernel, so there is no gradient"):
        weight_gradients(model, np.ones((4, 3)), lambda outputs: ops.sum(outputs[0]))
    with pytest.raises(ValueError, match=r"^loss does not depend on the input X"):
        input_gradient(model, np.ones((4, 3)), lambda outputs: ops.sum(ops.zeros_like(outputs[0]) + 1.0))


def test_numpy_on_a_tensor_is_refused_and_would_have_been_silently_wrong(ops):
    wrong = [lambda x: ops.sum(np.exp(x) * x), lambda x: ops.sum(ops.convert_to_tensor(np.maximum(x, 0.0)))]
    if BACKEND != "torch":  # which only warns, once
        wrong.append(lambda x: ops.sum(x) * float(ops.sum(x)))
    for f in wrong:
        with pytest.raises(ValueError, match=r"^f applies NumPy or Python arithmetic to a tensor"):
            value_and_gradient(f, np.ones(2))
    assert np.exp(np.ones(2)).sum() == pytest.approx(2 * np.e)
    assert float(ops.sum(ops.ones(2))) == 2.0  # outside of a gradient, tensors are as before
    assert np.exp(ops.convert_to_numpy(ops.ones(2))).shape == (2,)


def test_other_errors_pass_through(ops):
    with pytest.raises(KeyError, match="mine"):
        value_and_gradient(lambda x: {}["mine"], np.ones(2))
    with pytest.raises(TypeError, match="mine"):
        value_and_gradient(raise_type_error, np.ones(2))
    with pytest.raises(RuntimeError, match="mine"):
        value_and_gradient(raise_runtime_error, np.ones(2))


def raise_type_error(x):
    raise TypeError("mine")


def raise_runtime_error(x):
    raise RuntimeError("mine")


def test_an_unknown_backend_is_named(keras, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "paper")
    with pytest.raises(ValueError, match=r"does not know the Keras backend 'paper'\. Expected one of \['jax'"):
        value_and_gradient(lambda x: x, np.ones(2))


def test_the_module_imports_no_keras_until_it_is_used():
    code = (
        "import sys, dnnkit, dnnkit.gradients; print([m for m in ('keras', 'tensorflow', 'jax') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
