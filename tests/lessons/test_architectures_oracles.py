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
    said = np.argmax(keras.ops.convert_to_numpy(load_shape_network()(X[known])), axis=1)
    assert np.mean(said == y[known]) > 0.9
