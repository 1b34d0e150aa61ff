"""The reference of lesson 06 agrees with finite differences, with Keras' own counts and with what its text says."""

import numpy as np
import pytest

from dnnkit.data import load_shape_network, make_shapes
from dnnkit.gradcheck import check_gradient
from grading.lessons.lesson import without_magics


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def learned(model):
    """Count what a model learns: running means and variances are not learned."""
    return sum(int(np.prod(w.shape)) for w in model.trainable_weights)


def test_the_way_back_through_a_block_agrees_with_finite_differences(lesson_names, rng):
    A, B, x, dout = (rng.normal(size=size) for size in ((4, 5), (5, 4), (6, 4), (6, 4)))

    def F(v):
        return np.tanh(v @ A) @ B

    def F_backward(dz, v):
        return ((dz @ B.T) * (1 - np.tanh(v @ A) ** 2)) @ A.T

    dx = lesson_names["residual_backward"](dout, x, F, F_backward)
    check_gradient(lambda v: np.sum(dout * lesson_names["residual_forward"](v, F)), x, dx)


def test_lenet_and_alexnet_have_the_parameters_that_the_text_names(lesson_names, checks):
    count = lesson_names["network_cost"]
    assert count(checks.LENET, (28, 28, 1))[1] == 61_706
    rows, parameters, multiply_adds = count(checks.ALEXNET, (227, 227, 3))
    assert parameters == 62_378_344
    convolved = [row for row in rows if len(row[0]) == 3]
    assert round(100 * sum(row[1] for row in convolved) / parameters) == 6
    assert round(100 * sum(row[2] for row in convolved) / multiply_adds) == 95
    assert round(100 * rows[9][1] / parameters) == 61


def test_counts_agree_with_those_of_keras(lesson_names, checks):
    import keras

    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.ZeroPadding2D(2), layers.Conv2D(6, 5)])
    model.add(layers.MaxPooling2D(2))
    for layer in (layers.Conv2D(16, 5), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(120), layers.Dense(84)):
        model.add(layer)
    model.add(layers.Dense(10))
    rows, parameters, _ = lesson_names["network_cost"](checks.LENET, (28, 28, 1))
    assert parameters == model.count_params()
    assert [row[0] for row in rows] == [tuple(layer.output.shape[1:]) for layer in model.layers[1:]]


def test_the_first_inception_block_of_googlenet_has_163_696_parameters(lesson_names):
    import keras

    x = keras.Input((28, 28, 192))
    block = keras.Model(x, lesson_names["inception_block"](x, (64, 96, 128, 16, 32, 32)))
    assert block.count_params() == 163_696
    assert tuple(block.output.shape) == (None, 28, 28, 256)
    five = [layer for layer in block.layers if getattr(layer, "filters", 0) in (16, 32) and layer.count_params()]
    assert sum(layer.count_params() for layer in five if layer.filters == 16 or layer.kernel_size == (5, 5)) == 15_920


def famous(name, reference):
    """Build one of the three networks of the experiment, by the code of the lesson's cell."""
    cell = next(cell for cell in reference.lesson.cells if f"def {name}" in cell.source)
    code = without_magics(cell.source).split("\nfor name, build in")[0]
    namespace = reference.namespace()
    exec(compile(code, "experiment", "exec"), namespace)
    return namespace[name]()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("build_googlenet", 6_998_552), ("build_resnet18", 11_689_512), ("build_densenet40", 1_019_722)],
)
def test_the_famous_networks_have_the_parameters_of_their_papers(reference, name, parameters):
    assert learned(famous(name, reference)) == parameters


def test_the_explorers_networks_are_those_that_the_lessons_functions_count(lesson_names, project, module_at):
    path = project / "docs" / "count_architectures.py"
    script = module_at(path)
    file = script.TARGET.relative_to(project)
    message = f"{file} is not what lesson 06 counts today: run python {path.relative_to(project)}"
    assert script.counted(lesson_names) == script.TARGET.read_text(encoding="utf-8"), message


def test_worked_numbers_of_the_text(lesson_names):
    import keras

    x = keras.Input((8, 8, 16))
    block = keras.Model(x, lesson_names["residual_block"](x, 32, 2))
    assert learned(block) == 14_336 + 3 * 64
    assert tuple(block.output.shape) == (None, 4, 4, 32)
    dense = keras.Model(x, lesson_names["dense_block"](x, 3, 12))
    assert sum(int(np.prod(w.shape)) for w in dense.trainable_weights if len(w.shape) == 4) == 9_072
    assert dense.output.shape[-1] == 52
    unet = lesson_names["build_unet"]((16, 16, 1), 4, 1, 3)
    assert sum(int(np.prod(w.shape)) for w in unet.weights if len(w.shape) == 4) == 36 + 288 + 128 + 288 + 12
    assert lesson_names["text_cnn"](100, 8, (1, 2, 3), 4, 5).count_params() == 1_069
    layers = [{"kind": "conv", "kernel_size": k, "stride": s} for k, s in ((5, 1), (2, 2), (5, 1))]
    assert lesson_names["receptive_field"](layers) == (14, 2)


def test_a_changed_pixel_reaches_as_far_as_the_receptive_field_says(lesson_names, rng):
    import keras

    keras.utils.set_random_seed(3)
    sizes = [(3, 1), (2, 2), (5, 1)]
    model = keras.Sequential([keras.Input((15, 15, 1))])
    for size, stride in sizes:
        model.add(keras.layers.Conv2D(8, size, strides=stride))
    picture = rng.normal(size=(15, 15, 1))
    copies = picture + 10 * np.eye(225).reshape(-1, 15, 15, 1)
    maps = keras.ops.convert_to_numpy(model(np.concatenate([picture[None], copies]).astype(np.float32)))
    changed = np.abs(maps[1:, 0, 0] - maps[0, 0, 0]).max(axis=-1).reshape(15, 15) > 0
    layers = [{"kind": "conv", "kernel_size": size, "stride": stride} for size, stride in sizes]
    assert changed.any(axis=1).sum() == changed.any(axis=0).sum() == lesson_names["receptive_field"](layers)[0]


def test_more_padding_changes_no_score_of_a_text(lesson_names, rng):
    import keras

    model = lesson_names["text_cnn"](20, 6, (1, 2, 3), 4, 3)
    tokens = np.zeros((4, 12), dtype=np.int32)
    tokens[:, :8] = rng.integers(1, 20, size=(4, 8))
    longer = np.pad(tokens, ((0, 0), (0, 30)))
    scores = [keras.ops.convert_to_numpy(model(rows)) for rows in (tokens, longer)]
    np.testing.assert_allclose(*scores, atol=1e-6)


def test_the_stored_network_knows_seven_shapes():
    import keras

    X, y = make_shapes(1000, np.random.default_rng(8), size=16)
    known = y < 7
    predicted = np.argmax(keras.ops.convert_to_numpy(load_shape_network()(X[known])), axis=1)
    assert np.mean(predicted == y[known]) > 0.9


def test_a_network_in_another_order_is_the_same_network(checks, rng):
    """What the hidden check hands out as base scores as the stored network does, and holds other arrays."""
    import keras

    weights, colours = checks._disordered_base(rng)
    X, _ = make_shapes(20, rng, size=16)
    stored = load_shape_network()
    scores = keras.ops.convert_to_numpy(stored(X))
    np.testing.assert_allclose(checks._scores_of(weights, X[..., colours]), scores, rtol=1e-3, atol=1e-3)
    assert not any(np.array_equal(a, b) for a, b in zip(weights[:6], stored.get_weights()[:6], strict=True))


def last_layer(H, y, rng, *, rate, steps, momentum=None):
    """Train a dense layer of three scores on codes H, as Keras does it: Adam, or steps with momentum."""
    P = np.concatenate([rng.uniform(-1, 1, size=(H.shape[1], 3)) * np.sqrt(6 / (H.shape[1] + 3)), np.zeros((1, 3))])
    H, m, v = np.pad(H, ((0, 0), (0, 1)), constant_values=1.0), np.zeros_like(P), np.zeros_like(P)
    for step in range(1, steps + 1):
        scores = H @ P
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        g = H.T @ (chances - np.eye(3)[y]) / len(y)
        if momentum:
            m = momentum * m - rate * g
            P = P + m
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            P = P - rate * m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-7)
    return P


STYLES = {
    "reference": {"rate": 0.03, "steps": 100},
    "nested": {"rate": 0.05, "steps": 60},
    "codes_once": {"rate": 0.05, "steps": 60, "momentum": 0.9},
}


def test_the_limit_of_fine_tune_lies_five_deviations_below_right_answers(checks):
    """Means of four draws, over 12 seeds: at five deviations a normal distribution leaves 3e-7 of false alarms.

    The frozen layers give the same codes whoever puts a new layer behind them, so the trainings are those of this layer
    alone, in NumPy. `pytest -s` prints the numbers that stand beside the limit.
    """
    import keras

    network = load_shape_network()
    network.pop()
    shares = {name: [] for name in STYLES}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        X, y = make_shapes(2000, rng, size=16)
        X, y = X[y >= 7], y[y >= 7] - 7
        H = np.float64(keras.ops.convert_to_numpy(network(X)))
        places = [np.flatnonzero(y[:200] == k) for k in range(3)]
        draws = [np.concatenate([rng.choice(place, 10, replace=False) for place in places]) for _ in range(4)]
        for name, settings in STYLES.items():
            layers = [last_layer(H[drawn], y[drawn], rng, **settings) for drawn in draws]
            right = [np.mean(np.argmax(H[200:] @ P[:-1] + P[-1], axis=1) == y[200:]) for P in layers]
            shares[name].append(np.mean(right))
    for name, found in shares.items():
        mean, deviation = np.mean(found), np.std(found, ddof=1)
        print(f"{name}: {mean:.1%} +- {deviation:.2%}, smallest {min(found):.1%}")
        assert (mean - checks.TUNED) / deviation >= 5, name
