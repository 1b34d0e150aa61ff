"""The reference of lesson 02 agrees with Keras, finite differences and closed forms; its statistical check is fair."""

import numpy as np
import pytest

from dnnkit.data import make_moons
from dnnkit.gradcheck import check_gradient, gradient_error, numerical_gradient

NAMES = ("W1", "b1", "W2", "b2")


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def some_network(rng, num_features=5, num_hidden=7, num_classes=4, num_examples=9):
    params = {
        "W1": rng.normal(size=(num_features, num_hidden)),
        "b1": rng.normal(size=num_hidden),
        "W2": rng.normal(size=(num_hidden, num_classes)),
        "b2": rng.normal(size=num_classes),
    }
    return params, rng.normal(size=(num_examples, num_features)), rng.integers(0, num_classes, size=num_examples)


def test_numerical_gradient_agrees_with_the_one_of_dnnkit(lesson_names, rng):
    x = rng.normal(size=(2, 3, 2))
    for h in (1e-5, 0.1):
        f = lambda v: np.sum(np.sin(v) * v[0, 0, 0])  # noqa: E731 - a function to be differentiated
        assert np.array_equal(lesson_names["numerical_gradient"](f, x, h), numerical_gradient(f, x, h))


def test_numerical_gradient_hits_the_closed_form_of_a_cubic(lesson_names, rng):
    x = rng.normal(size=6)
    slopes = lesson_names["numerical_gradient"](lambda v: np.sum(v**3), x, 0.3)
    np.testing.assert_allclose(slopes, 3 * x**2 + 0.3**2, rtol=1e-12)


def test_worked_numbers_of_the_text(lesson_names):
    Value = lesson_names["Value"]
    x, y, z = Value(2.0), Value(3.0), Value(-1.0)
    f = (x + y) * y * z
    f.backward()
    assert (f.data, x.grad, y.grad, z.grad) == (-15.0, -3.0, -8.0, 15.0)
    dA, dB = lesson_names["matmul_backward"](
        np.array([[1.0, 10.0, 100.0]]), np.array([[2.0, -1.0]]), np.array([[1.0, 0.0, 3.0], [2.0, 1.0, 0.0]])
    )
    assert dA.tolist() == [[301.0, 12.0]]
    assert dB.tolist() == [[2.0, 20.0, 200.0], [-1.0, -10.0, -100.0]]
    X, W = np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]])
    assert lesson_names["dense_forward"](X, W, np.array([10.0, 20.0, 30.0])).tolist() == [[9, 22, 32], [11, 19, 30]]
    dX, dW, db = lesson_names["dense_backward"](np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]), X, W)
    assert (dX.tolist(), dW.tolist(), db.tolist()) == ([[5, -1], [2, 3]], [[1, 0, 2], [2, -3, 3]], [1, 3, 3])
    params = {"W1": np.array([[1.0, 1.0], [1.0, -1.0]]), "b1": np.zeros(2), "b2": np.zeros(2)}
    params["W2"] = np.array([[0.0, np.log(3) / 3], [5.0, 1.0]])
    loss, grads = lesson_names["mlp_loss"](params, np.array([[1.0, 2.0]]), np.array([0]))
    assert loss == pytest.approx(np.log(4))
    np.testing.assert_allclose(grads["W2"], [[-2.25, 2.25], [0, 0]], atol=1e-12)
    np.testing.assert_allclose(grads["W1"], [[0.275, 0], [0.549, 0]], atol=5e-4)
    np.testing.assert_allclose(grads["b1"], [0.275, 0], atol=5e-4)


def test_value_agrees_with_finite_differences_on_random_formulas(lesson_names, rng):
    Value = lesson_names["Value"]

    def formula(numbers, choices, exp, tanh, relu):
        nodes = list(numbers)
        for kind, first, second in choices:
            a, b = nodes[first % len(nodes)], nodes[second % len(nodes)]
            steps = (lambda: a + b, lambda: a * b, lambda: tanh(a), lambda: exp(tanh(b)), lambda: relu(a) - b)  # noqa: B023
            nodes.append((*steps, lambda: (b * b + 1.5) ** -0.5)[kind]())  # noqa: B023 - called at once
        return nodes[-1] + nodes[-2] * nodes[-3]

    for _ in range(30):
        start, choices = rng.normal(size=3), rng.integers(0, 6, size=(8, 3))
        choices[:, 1:] += 3

        def in_numpy(v, choices=choices):
            return formula(v, choices, np.exp, np.tanh, lambda u: np.maximum(u, 0))

        leaves = [Value(number) for number in start]
        result = formula(leaves, choices, Value.exp, Value.tanh, Value.relu)
        result.backward()
        assert result.data == pytest.approx(in_numpy(start))
        numeric = numerical_gradient(in_numpy, start, 1e-6)
        np.testing.assert_allclose([leaf.grad for leaf in leaves], numeric, rtol=1e-6, atol=1e-7)


def test_backward_functions_agree_with_finite_differences(lesson_names, rng):
    X, W, R = rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=(4, 5))
    b = rng.normal(size=5)
    dX, dW, db = lesson_names["dense_backward"](R, X, W)
    check_gradient(lambda v: np.sum(R * lesson_names["dense_forward"](v, W, b)), X, dX)
    check_gradient(lambda v: np.sum(R * lesson_names["dense_forward"](X, v, b)), W, dW)
    check_gradient(lambda v: np.sum(R * lesson_names["dense_forward"](X, W, v)), b, db)
    dA, dB = lesson_names["matmul_backward"](R, X, W)
    check_gradient(lambda v: np.sum(R * (v @ W)), X, dA)
    check_gradient(lambda v: np.sum(R * (X @ v)), W, dB)
    Z = np.where(np.abs(R) < 0.1, 0.5, R)
    dout = rng.normal(size=Z.shape)
    dZ = lesson_names["relu_backward"](dout, Z)
    check_gradient(lambda v: np.sum(dout * lesson_names["relu_forward"](v)), Z, dZ)


@pytest.mark.parametrize(
    ("shape", "result"), [((4,), (3, 4)), ((3, 1), (3, 4)), ((), (2, 3)), ((3, 1), (2, 3, 4)), ((2, 3), (2, 3))]
)
def test_unbroadcast_agrees_with_finite_differences(lesson_names, rng, shape, result):
    R, B = rng.normal(size=result), rng.normal(size=shape)
    gradient = lesson_names["unbroadcast"](R, shape)
    assert np.shape(gradient) == shape
    check_gradient(lambda v: np.sum(R * (np.ones(result) * v)), B, gradient)


def test_mlp_gradients_agree_with_finite_differences(lesson_names, rng):
    params, X, y = some_network(rng)
    _, grads = lesson_names["mlp_loss"](params, X, y)
    for name in NAMES:
        check_gradient(
            lambda v, name=name: lesson_names["mlp_loss"]({**params, name: v}, X, y)[0], params[name], grads[name]
        )


def test_mlp_gradients_agree_with_keras(lesson_names, rng):
    import keras

    from dnnkit.gradients import weight_gradients

    params, X, y = some_network(rng)
    layers = [keras.Input((5,)), keras.layers.Dense(7, activation="relu"), keras.layers.Dense(4)]
    model = keras.Sequential(layers)
    model.set_weights([params[name] for name in NAMES])
    mean_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    keras_loss, keras_grads = weight_gradients(model, X, lambda logits: mean_loss(y, logits))
    loss, grads = lesson_names["mlp_loss"](params, X, y)
    assert loss == pytest.approx(keras_loss, rel=1e-5)
    for name, keras_grad in zip(NAMES, keras_grads, strict=True):
        assert gradient_error(grads[name], keras_grad) < 1e-5


def test_value_agrees_with_keras(lesson_names):
    from keras import ops

    from dnnkit.gradients import value_and_gradient

    Value = lesson_names["Value"]
    x, y = Value(0.7), Value(-1.3)
    f = (x * y).tanh() * x.exp() + (x - y).relu() ** 3 / 2
    f.backward()

    def in_keras(x, y):
        return ops.tanh(x * y) * ops.exp(x) + ops.relu(x - y) ** 3 / 2

    value, gradients = value_and_gradient(in_keras, x.data, y.data)
    assert f.data == pytest.approx(value, rel=1e-5)
    assert [x.grad, y.grad] == pytest.approx([float(gradient) for gradient in gradients], rel=1e-5)


def accuracy_on_moons(namespace, seed):
    rng = np.random.default_rng(seed)
    X, y = make_moons(2400, rng)
    params = namespace["train_mlp"](X[:400], y[:400], 2, rng)
    hidden = np.maximum(X[400:] @ params["W1"] + params["b1"], 0)
    return np.mean(np.argmax(hidden @ params["W2"] + params["b2"], axis=1) == y[400:])


def test_moons_threshold_is_more_than_five_deviations_below_right_answers(right_answers):
    # The check asks for 97 %. Over 30 seeds, the reference reaches 99.83 % with a standard deviation of 0.11 points,
    # the four variants 99.83 to 99.86 % with 0.09 to 0.11; the lowest of all 150 runs is 99.55 %. So 97 % lies over 25
    # standard deviations below the means, far beyond the five at which a false alarm is rarer than one in a million.
    for number, names in enumerate(right_answers("train_mlp")):
        shares = [accuracy_on_moons(names, 100 * number + seed) for seed in range(3)]
        assert min(shares) >= 0.99
