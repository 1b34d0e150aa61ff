"""A Keras model travels as plain data, is built again from it, and is the same network; anything else is refused."""

import copy
import json
import re

import numpy as np
import pytest

from dnnkit.checking.model_layers import LAYERS
from dnnkit.checking.models import describe_model
from dnnkit.checking.wire import decode, encode
from grading.judging.models import ModelLimits, ModelRefused, outputs_of, rebuild_model, weights_of
from grading.lessons.checking import CheckFailed

keras = pytest.importorskip("keras")
L = keras.layers
IMAGE, SIGNAL, ROW = (6, 8, 3), (7, 3), (5,)

# Kind of layer -> (shape of an input, layers to try).
TRIED = {
    "Activation": (ROW, lambda: [L.Activation("tanh"), L.Activation("softmax")]),
    "AveragePooling1D": (SIGNAL, lambda: [L.AveragePooling1D(2, padding="same")]),
    "AveragePooling2D": (IMAGE, lambda: [L.AveragePooling2D((2, 3), strides=1)]),
    "BatchNormalization": (ROW, lambda: [L.BatchNormalization(epsilon=0.1, scale=False)]),
    "Bidirectional": (SIGNAL, lambda: [L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum")]),
    "Conv1D": (SIGNAL, lambda: [L.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu")]),
    "Conv2D": (IMAGE, lambda: [L.Conv2D(6, (3, 2), strides=2, padding="same", groups=3, use_bias=False)]),
    "Conv2DTranspose": (IMAGE, lambda: [L.Conv2DTranspose(2, 3, strides=2, output_padding=1)]),
    "Cropping1D": (SIGNAL, lambda: [L.Cropping1D((1, 2))]),
    "Cropping2D": (IMAGE, lambda: [L.Cropping2D(((1, 0), (2, 1)))]),
    "Dense": (ROW, lambda: [L.Dense(4, activation=L.LeakyReLU(0.2)), L.Dense(2, activation=keras.ops.tanh)]),
    "DepthwiseConv2D": (IMAGE, lambda: [L.DepthwiseConv2D(2, depth_multiplier=2)]),
    "Dropout": (ROW, lambda: [L.Dropout(0.4)]),
    "ELU": (ROW, lambda: [L.ELU(0.5)]),
    "Flatten": (IMAGE, lambda: [L.Flatten()]),
    "GRU": (SIGNAL, lambda: [L.GRU(3, reset_after=False)]),
    "GaussianNoise": (ROW, lambda: [L.GaussianNoise(0.3)]),
    "GlobalAveragePooling1D": (SIGNAL, lambda: [L.GlobalAveragePooling1D()]),
    "GlobalAveragePooling2D": (IMAGE, lambda: [L.GlobalAveragePooling2D(keepdims=True)]),
    "GlobalMaxPooling1D": (SIGNAL, lambda: [L.GlobalMaxPooling1D()]),
    "GlobalMaxPooling2D": (IMAGE, lambda: [L.GlobalMaxPooling2D()]),
    "LSTM": (SIGNAL, lambda: [L.LSTM(3, return_sequences=True, go_backwards=True), L.LSTM(2)]),
    "LayerNormalization": (ROW, lambda: [L.LayerNormalization(epsilon=0.2)]),
    "LeakyReLU": (ROW, lambda: [L.LeakyReLU(negative_slope=0.4)]),
    "MaxPooling1D": (SIGNAL, lambda: [L.MaxPooling1D(3, strides=2)]),
    "MaxPooling2D": (IMAGE, lambda: [L.MaxPooling2D(2, padding="same")]),
    "Normalization": (ROW, lambda: [L.Normalization(mean=[1.0] * 5, variance=[1.0, 2.0, 3.0, 4.0, 5.0])]),
    "PReLU": (ROW, lambda: [L.PReLU()]),
    "Permute": (SIGNAL, lambda: [L.Permute((2, 1))]),
    "ReLU": (ROW, lambda: [L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2)]),
    "RepeatVector": (ROW, lambda: [L.RepeatVector(3)]),
    "Rescaling": (ROW, lambda: [L.Rescaling(0.5, offset=2.0)]),
    "Reshape": (IMAGE, lambda: [L.Reshape((8, -1))]),
    "SeparableConv2D": (IMAGE, lambda: [L.SeparableConv2D(4, 3, depth_multiplier=2)]),
    "SimpleRNN": (SIGNAL, lambda: [L.SimpleRNN(3, activation="relu")]),
    "Softmax": (SIGNAL, lambda: [L.Softmax(axis=1)]),
    "SpatialDropout1D": (SIGNAL, lambda: [L.SpatialDropout1D(0.2)]),
    "SpatialDropout2D": (IMAGE, lambda: [L.SpatialDropout2D(0.2)]),
    "TimeDistributed": (SIGNAL, lambda: [L.TimeDistributed(L.Dense(2))]),
    "UpSampling2D": (IMAGE, lambda: [L.UpSampling2D((2, 1), interpolation="bilinear")]),
    "ZeroPadding1D": (SIGNAL, lambda: [L.ZeroPadding1D((1, 2))]),
    "ZeroPadding2D": (IMAGE, lambda: [L.ZeroPadding2D(((1, 0), (2, 1)))]),
}
BETWEEN = ("Add", "Average", "Concatenate", "Maximum", "Multiply", "Subtract")  # layers with several inputs


def travelled(model, X):
    """Describe a model, send the description over the wire, and build it again."""
    return rebuild_model(decode(json.loads(json.dumps(encode(describe_model(model, X))))))


def assert_same(model, X):
    rng = np.random.default_rng(4)
    model(X)
    model.set_weights([rng.uniform(0.1, 1, size=w.shape) for w in model.get_weights()])
    np.testing.assert_allclose(outputs_of(travelled(model, X), X), outputs_of(model, X), rtol=1e-5, atol=1e-6)


def numbers(shape, count=4):
    return np.random.default_rng(3).normal(size=(count, *shape)).astype(np.float32)


def test_every_layer_of_the_list_is_tried():
    assert set(TRIED) | set(BETWEEN) | {"Embedding"} == set(LAYERS)


@pytest.mark.parametrize("kind", TRIED)
def test_a_model_of_this_layer_is_built_again(kind):
    shape, layers = TRIED[kind]
    assert_same(keras.Sequential([keras.Input(shape), *layers()]), numbers(shape))


@pytest.mark.parametrize("kind", BETWEEN)
def test_a_functional_model_with_two_ways_is_built_again(kind):
    inputs = keras.Input(ROW)
    dense = L.Dense(3)  # used twice: its weights are the same in both places
    ways = [dense(inputs), L.Activation("relu")(dense(L.Dense(5)(inputs)))]
    assert_same(keras.Model(inputs, getattr(L, kind)()(ways)), numbers(ROW))


def test_words_a_mask_and_a_state_that_is_handed_on_are_built_again():
    words = keras.Input((4,), dtype="int32")
    vectors = L.Embedding(5, 6, mask_zero=True)(words)
    whole, state = L.GRU(4, return_state=True)(L.Bidirectional(L.LSTM(3, return_sequences=True))(vectors))
    again = L.GRU(4)(vectors, initial_state=state)
    model = keras.Model(words, L.Dense(2)(L.Concatenate()([whole, again])))
    assert_same(model, np.array([[1, 2, 0, 3], [2, 2, 1, 0]]))


class Branches(keras.Model):
    """A subclassed model with a model inside, a shared layer, and operations in place of layers."""

    def __init__(self):
        super().__init__()
        self.first, self.shared = L.Dense(4), L.Dense(4)
        self.inner = keras.Sequential([L.Dense(4), L.ReLU()])

    def call(self, x, training=None):
        x = keras.ops.relu(self.shared(self.first(x)))
        return self.shared(self.inner(x)) + x


def test_a_subclassed_model_is_followed_through_its_call():
    assert_same(Branches(), numbers(ROW))


class Own(L.Dense):
    pass


class Tricky(keras.Model):
    """A model that works on numbers only."""

    def __init__(self):
        super().__init__()
        self.dense = L.Dense(3)

    def call(self, x):
        return self.dense(np.asarray(x) + 1.0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: keras.Sequential([L.Lambda(lambda x: x)]), "The model has a layer of type Lambda, which is none"),
        (lambda: keras.Sequential([Own(3)]), "The model has a layer of type Own, which is none"),
        (lambda: keras.Sequential([L.Dense(3, activation=own_activation)]), "A layer of type Dense has a function of"),
        (Tricky, "The model cannot be described as layers of Keras ("),
        (lambda: 3, "An object of type int is no Keras model."),
    ],
)
def test_what_cannot_travel_is_refused_with_a_sentence(make, sentence):
    model, X = make(), numbers(ROW)
    if callable(model):
        model(X)
    refused = describe_model(model, X)["refused"]
    assert refused.startswith(sentence)
    with pytest.raises(ModelRefused, match=f"^The model that came back cannot be rebuilt. {re.escape(refused)}$"):
        rebuild_model({"refused": refused})


def own_activation(x):
    return x * 2.0


def plain():
    model = keras.Sequential([keras.Input(ROW), L.Dense(3, activation="relu"), L.Dropout(0.2), L.Dense(2)])
    return decode(encode(describe_model(model, numbers(ROW))))


def changed(place, value):
    """The plain description, with one part replaced."""
    description = copy.deepcopy(plain())
    *way, last = place
    part = description
    for key in way:
        part = part[key]
    part[last] = value
    return description


HUGE = {"kind": "Dense", "settings": {"units": 99_999}, "weights": [], "trainable": True}
HOSTILE = {
    "nothing": (lambda: None, "TypeError"),
    "a number": (lambda: 3, "TypeError"),
    "a layer of another list": (lambda: changed(("layers", 0, "kind"), "Lambda"), "a layer that is none of the list"),
    "a kind that is no text": (lambda: changed(("layers", 0, "kind"), ["Dense"]), "a layer that is none of the list"),
    "a setting of another list": (
        lambda: changed(("layers", 0, "settings", "kernel_initializer"), "ones"), "a setting that is none of the list",
    ),
    "a function as activation": (
        lambda: changed(("layers", 0, "settings", "activation"), "os.system"), "activation, that is not plain",
    ),
    "a layer as activation that is none": (
        lambda: changed(("layers", 0, "settings", "activation"), {"kind": "X", "settings": {}}), "none of the list",
    ),
    "too many units": (lambda: changed(("layers", 0, "settings", "units"), 10**9), "not plain, or too large"),
    "units by a long text": (lambda: changed(("layers", 0, "settings", "units"), "9" * 99), "not plain, or too large"),
    "too many weights": (
        lambda: {"inputs": [[99_999]], "layers": [HUGE], "outputs": [1],
                 "calls": [{"layer": 0, "inputs": 0, "training": None, "state": None, "outputs": [1]}]},
        "more than 4,000,000 parameters",
    ),
    "inputs without end": (lambda: changed(("inputs",), [[10**9]]), "its inputs are too large"),
    "a size below 0": (lambda: changed(("inputs",), [[-5]]), "a place in it is no number"),
    "a tensor that is not there": (lambda: changed(("calls", 0, "inputs"), 9), "IndexError"),
    "a tensor counted from behind": (lambda: changed(("calls", 0, "inputs"), -1), "a place in it is no number"),
    "weights of another shape": (
        lambda: changed(("layers", 0, "weights"), [np.ones((3, 5)), np.ones(3)]), "have other shapes than it needs",
    ),
    "weights that are texts": (lambda: changed(("layers", 0, "weights"), ["a", "b"]), "ValueError"),
    "more results than there are": (lambda: changed(("calls", 0, "outputs"), [1, 2]), "another number of results"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_description_that_is_not_plain_is_refused(name):
    make, reason = HOSTILE[name]
    with pytest.raises(ModelRefused) as caught:
        rebuild_model(make())
    assert reason in str(caught.value)


def test_models_inside_each_other_without_end_are_refused():
    description = plain()
    for _ in range(5):
        description = {**plain(), "layers": [{"kind": "Model", "model": description}] * 3}
    with pytest.raises(ModelRefused, match="models lie more than 3 deep inside each other"):
        rebuild_model(description)


def test_layers_weights_and_tensors_are_counted():
    for limits, reason in (
        (ModelLimits(layers=2), "more than 2 layers"),
        (ModelLimits(parameters=20), "more than 20 parameters"),
        (ModelLimits(activations=6), "more than 6 activations"),
    ):
        with pytest.raises(ModelRefused, match=reason):
            rebuild_model(plain(), limits)


def test_after_a_refusal_layers_take_weights_as_before():
    before = L.Layer.add_weight
    with pytest.raises(ModelRefused):
        rebuild_model(plain(), ModelLimits(parameters=1))
    assert L.Layer.add_weight is before


REFUSED = {"refused": "The model has a layer of type Secret."}
NAMED = [np.zeros((5, 2)), np.zeros(2)]


@pytest.fixture
def applied():
    """A network of one layer, as it comes back, with some inputs."""
    model, inputs = keras.Sequential([keras.Input(ROW), L.Dense(2)]), np.ones((3, 5), dtype=np.float32)
    answer = {"model": describe_model(model, inputs), "weights": NAMED, "outputs": outputs_of(model, inputs)}
    return model, inputs, answer


def test_weights_are_those_of_the_network_and_not_those_that_are_named(applied):
    model, inputs, answer = applied
    found = weights_of(answer, inputs, answer["outputs"] + 9, what="f(x)", rtol=1e-4, atol=1e-5)
    assert all(np.array_equal(a, b) for a, b in zip(found, model.get_weights(), strict=True))


def test_named_weights_count_where_no_model_came_only_beside_right_outputs(applied):
    _, inputs, answer = applied
    answer |= {"model": REFUSED}
    close = {"what": "f(x)", "rtol": 1e-4, "atol": 1e-5}
    assert weights_of(answer, inputs, answer["outputs"], **close) is NAMED
    with pytest.raises(ModelRefused, match="Secret"):
        weights_of(answer, inputs, answer["outputs"] + 1, **close)


def test_outputs_that_are_not_those_of_the_network_are_refused(applied):
    _, inputs, answer = applied
    answer["outputs"] = answer["outputs"] + 1
    with pytest.raises(CheckFailed, match="built again"):
        weights_of(answer, inputs, answer["outputs"], what="f(x)", rtol=1e-4, atol=1e-5)
