"""Hand-ins that solve nothing and answer what a check wants to hear: none may earn a point (WALL, kind 1).

`AGENTS` replace the end of the wire that lives beside the student's functions: each gets the inputs of a call and makes
an answer up. `CELLS` are cells of a notebook, graded behind the wall.
"""

import numpy as np

AGENTS = {}  # name -> (lesson, exercise, function from the inputs of a call to an answer)


def fabricates(lesson, exercise):
    """Put an agent into the bank under its function's name."""

    def add(function):
        AGENTS[function.__name__] = (lesson, exercise, function)
        return function

    return add


def layer(kind, weights=(), **settings):
    return {"kind": kind, "settings": settings, "weights": list(weights), "trainable": True}


def line_of(layers, shape):
    """A description of layers that follow each other."""
    calls = [
        {"layer": number, "inputs": number, "training": None, "state": None, "outputs": [number + 1]}
        for number in range(len(layers))
    ]
    return {"inputs": [list(shape)], "layers": layers, "calls": calls, "outputs": [len(layers)]}


def written_lenet(inputs, weights):
    """LeNet as a text: what somebody can write down who has built no network."""
    w = [np.asarray(weight, dtype=np.float32) for weight in weights]
    convolution = {"kernel_size": (5, 5), "activation": "relu"}
    layers = [
        layer("Conv2D", w[0:2], filters=6, **convolution),
        layer("MaxPooling2D", pool_size=(2, 2)),
        layer("Conv2D", w[2:4], filters=16, **convolution),
        layer("MaxPooling2D", pool_size=(2, 2)),
        layer("Flatten"),
        layer("Dense", w[4:6], units=120, activation="relu"),
        layer("Dense", w[6:8], units=84, activation="relu"),
        layer("Dense", w[8:10], units=inputs["num_classes"]),
    ]
    return line_of(layers, inputs["input_shape"])


def _no_scores(inputs):
    return np.zeros((len(inputs["images"]), inputs["num_classes"]), dtype=np.float32)


@fabricates("05", "build_lenet")
def what_was_asked_before(inputs):
    return {"shape of the scores": [1, 10], "parameters": 61_706, "recognised": True}


@fabricates("05", "build_lenet")
def a_lenet_of_zeros(inputs):
    zeros = [0 * weight for weight in inputs["weights"]]
    return {"model": written_lenet(inputs, zeros), "scores": _no_scores(inputs)}


@fabricates("05", "build_lenet")
def a_lenet_with_the_weights_that_came_and_no_scores(inputs):
    return {"model": written_lenet(inputs, inputs["weights"]), "scores": _no_scores(inputs)}


@fabricates("05", "build_lenet")
def a_lenet_with_scores_that_look_right(inputs):
    scores = np.random.default_rng(0).normal(size=(len(inputs["images"]), inputs["num_classes"]))
    return {"model": written_lenet(inputs, inputs["weights"]), "scores": scores}


@fabricates("05", "build_lenet")
def a_model_that_cannot_travel_with_the_last_biases_as_scores(inputs):
    scores = _no_scores(inputs) + inputs["weights"][-1]
    return {"model": {"refused": "The model has a layer of type Secret."}, "scores": scores}


@fabricates("05", "build_lenet")
def a_single_layer_that_gives_its_biases(inputs):
    size, count = int(np.prod(inputs["input_shape"])), inputs["num_classes"]
    weights = [np.zeros((size, count)), inputs["weights"][-1]]
    model = line_of([layer("Flatten"), layer("Dense", weights, units=count)], inputs["input_shape"])
    return {"model": model, "scores": _no_scores(inputs) + inputs["weights"][-1]}


@fabricates("05", "build_lenet")
def more_layers_than_anybody_wants(inputs):
    model = line_of([layer("Activation", activation="relu")] * 300, inputs["input_shape"])
    return {"model": model, "scores": _no_scores(inputs)}


@fabricates("05", "build_lenet")
def images_that_grow_without_end(inputs):
    model = line_of([layer("UpSampling2D", size=(99_999, 99_999))] * 3, inputs["input_shape"])
    return {"model": model, "scores": _no_scores(inputs)}


@fabricates("05", "train_cnn")
def labels_in_place_of_scores(inputs):
    labels = np.eye(inputs.get("num_classes", 10))
    model = {"refused": "The model has a layer of type Secret."}
    if "images" not in inputs:
        return {"scores": labels[inputs["y"][:50]], "model": model}
    return {
        "scores": labels[inputs["y"]],
        "scores of new images": labels[np.arange(len(inputs["images"])) % len(labels)],
        "weights": [np.ones((3, 3, 2, 8)), np.ones(8)],
        "model": model,
    }


@fabricates("05", "train_cnn")
def scores_of_a_network_without_kernels(inputs):
    """Scores that fit, of a model that travels: one dense layer that knows nothing."""
    X, count = inputs["X"], inputs.get("num_classes", 10)
    weights = [np.zeros((int(np.prod(X.shape[1:])), count)), np.zeros(count)]
    model = line_of([layer("Flatten"), layer("Dense", weights, units=count)], X.shape[1:])
    if "images" not in inputs:
        return {"scores": np.zeros((50, count)), "model": model}
    scores = {"scores": np.zeros((len(X), count)), "scores of new images": np.zeros((len(inputs["images"]), count))}
    return scores | {"weights": [np.ones((3, 3, 2, 8))], "model": model}


@fabricates("06", "inception_block")
def weights_that_came_in(inputs):
    return {
        "weights": inputs["arrays"],
        "outputs": np.zeros(1),
        "outputs in training": np.zeros(1),
        "model": {"refused": "The model has a layer of type Secret."},
    }


@fabricates("10", "build_dcgan_discriminator")
def the_same_weights_again(inputs):
    return weights_that_came_in(inputs)


@fabricates("11", "ReplayBuffer")
def one_transition_again_and_again(inputs):
    if "transitions" not in inputs or "sizes" not in inputs:
        return None
    stored, capacity = inputs["transitions"], inputs["capacity"]
    batches = [[np.array([stored[-1][place]] * size) for place in range(6)] for size in inputs["sizes"]]
    return {"lengths": [min(k, capacity) for k in range(1, len(stored) + 1)], "batches": batches}


@fabricates("05", "conv_output_size")
def the_size_itself(inputs):
    return inputs["size"]


@fabricates("04", "glorot_uniform")
def weights_of_zeros(inputs):
    zeros = np.zeros((inputs["fan_in"], inputs["fan_out"]))
    return [zeros, zeros + 1] if "limit" in inputs else zeros


@fabricates("04", "augment_shift")
def images_as_they_came_in_another_order(inputs):
    images = np.asarray(inputs["images"])[::-1]
    called_directly = list(inputs)[1] == "rng"
    return images if called_directly else [images, images[::-1]]


@fabricates("04", "train_regularised")
def any_ten_scores(inputs):
    return [np.random.default_rng(0).normal(size=(len(part), 10)) for part in inputs["pictures"]]


@fabricates("03", "sgd_step")
def parameters_as_they_were(inputs):
    return [inputs["params"]] * (4 if len(inputs["slopes"]) == 3 else len(inputs["slopes"]))


@fabricates("03", "tune")
def settings_that_everybody_knows(inputs):
    return "momentum_step", (0.1, 0.9)


@fabricates("02", "topological_order")
def nodes_in_the_order_of_their_numbers(inputs):
    graph = inputs["graph"]
    order = list(range(len(graph)))
    return (order, []) if "root" in inputs else ([order for _ in inputs["roots"]], graph)


@fabricates("02", "Value")
def values_without_slopes(inputs):
    return [[0.0, 1.0]] * len(inputs["names"]) if "names" in inputs else [1.0] * 12


@fabricates("02", "backward_broken")
def slopes_of_one(inputs):
    return [1.0] * len(inputs["graph"])


@fabricates("02", "train_mlp")
def parameters_of_the_right_shapes(inputs):
    num_features, num_classes = np.shape(inputs["X"])[1], inputs["num_classes"]
    params = {
        "W1": np.ones((num_features, 8)),
        "b1": np.zeros(8),
        "W2": np.ones((8, num_classes)),
        "b2": np.zeros(num_classes),
    }
    other = {name: array + 1 for name, array in params.items()}
    return [params, other, other] if "others" in inputs else params


@fabricates("01", "minibatches")
def minibatches_of_nothing(inputs):
    return [np.zeros(0, dtype=int)] * 3


@fabricates("01", "fit_softmax")
def a_row_of_zeros(inputs):
    num_features, num_classes = np.shape(inputs["X"])[1], inputs["num_classes"]
    return np.zeros((num_features, num_classes)), np.zeros(num_classes)


# Behind the wall: (lesson, exercise, cells).

REPLACED_AGENT = """
import json, sys

class Reply:
    def __init__(self, data):
        self.data = data

    def _repr_json_(self):
        return self.data

def answer(text):
    value = {"t": "dict", "v": [["shape of the scores", [3, 5]], ["parameters", 61706], ["recognised", True]]}
    outcome = {"kind": "returned", "value": value}
    return Reply({"outcome": outcome, "message": "", "place": "", "warnings": []})

for name in [name for name in sys.modules if name.split(".")[-1] == "agent"]:
    sys.modules[name].answer = answer
__import__("dnn_sandbox.agent", fromlist=["answer"]).answer = answer
replaced = True

def build_lenet(input_shape, num_classes):
    return 0
"""

REDEFINED_FUNCTIONS = """
def len(x): return 61706
def isinstance(x, kind): return True
def sorted(x, **options): return [5, 6, 16, 84, 120, 150, 420, 1920, 2400, 10080]
def type(x):
    class Sequential: pass
    return Sequential
class Scores:
    shape = (3, 5)
class Numbers:
    def __getattr__(self, name): return lambda *args, **options: Scores()
np = Numbers()

def build_lenet(input_shape, num_classes):
    return lambda images: Scores()
"""

BUILTINS_REPLACED = """
import builtins
kept = builtins.isinstance
builtins.isinstance = lambda x, kind: True if kind.__class__.__name__ == "ABCMeta" else kept(x, kind)

def build_lenet(input_shape, num_classes):
    class Model:
        def __call__(self, images): return np.zeros((3, num_classes))
        def get_weights(self): return [np.zeros(n) for n in (150, 6, 2400, 16)]
        def set_weights(self, weights): pass
        def count_params(self): return 61706
    return Model()
"""

MODEL_THAT_LIES = """
def build_lenet(input_shape, num_classes):
    class Model(keras.Model):
        def call(self, x):
            return np.zeros((x.shape[0], num_classes), dtype="float32")
        def get_weights(self):
            return [np.zeros(n) for n in (150, 6, 2400, 16, 1920, 120, 10080, 84)]
        def set_weights(self, weights):
            self.kept = weights
        def count_params(self):
            return 61706
    return Model()
"""

DESCRIPTION_REPLACED = """
import dnnkit.checking.models as models
models.describe_model = lambda model, inputs: {"refused": "The model has a layer of type Secret."}

def build_lenet(input_shape, num_classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes)])
"""

VALUE_THAT_AGREES = """
class Number(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return Number(0)
    def __array__(self, *args, **options): return np.zeros(1)

class Value:
    def __init__(self, data, *args): self.data, self.grad = Number(1), Number(1)
    def backward(self): pass
    def __getattr__(self, name): return lambda *args: self
    def __add__(self, other): return self
    __mul__ = __pow__ = __radd__ = __rmul__ = __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __add__
    def __neg__(self): return self
"""

ORDER_OF_STRANGERS = """
def topological_order(root):
    class Stranger:
        parents = ()
        def __init__(self, number): self.number = number
        def __eq__(self, other): return True
        def __hash__(self): return 0
    return [Stranger(number) for number in range(9)]
"""

CELLS = {
    "an agent that answers what was asked before": ("05", "build_lenet", REPLACED_AGENT),
    "functions of Python with other meanings": ("05", "build_lenet", REDEFINED_FUNCTIONS),
    "built-in functions replaced": ("05", "build_lenet", BUILTINS_REPLACED),
    "a model that lies about its weights": ("05", "build_lenet", MODEL_THAT_LIES),
    "a description replaced": ("05", "build_lenet", DESCRIPTION_REPLACED),
    "values that are equal to everything": ("02", "Value", VALUE_THAT_AGREES),
    "a list of strangers": ("02", "topological_order", ORDER_OF_STRANGERS),
}
