"""Build a Keras model again from the plain data that came out of a sandbox, and ask it.

Only layers of a list are made, with plain settings, out of numbers that are counted before memory is taken; nothing of
a student's code runs. Whoever asks a rebuilt model knows that its answers are those of this network, and no other.
"""

import contextlib
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit.checking.compare import difference
from dnnkit.checking.model_layers import ACTIVATIONS, LAYERS
from grading.lessons.checking import CheckFailed, assert_close

ATTEMPT = "The model that came back cannot be rebuilt"


class ModelRefused(CheckFailed):
    """A description of a model that is not plain, too large, or of no model at all."""


@dataclass(frozen=True)
class ModelLimits:
    """What one model may hold.

    Attributes:
        layers: layers, those of models inside it included.
        parameters: numbers in all weights.
        activations: numbers in all tensors for one example.
        setting: largest whole number among the settings.
        depth: models inside each other.
    """

    layers: int = 200
    parameters: int = 4_000_000
    activations: int = 20_000_000
    setting: int = 100_000
    depth: int = 3


def rebuild_model(description: object, limits: ModelLimits | None = None) -> Any:
    """Build a model from its description.

    Args:
        description: what `dnnkit.checking.models.describe_model` wrote, or anything else that came back in its place.
        limits: what it may hold.

    Returns:
        A functional `keras.Model` with the weights of the description.

    Raises:
        ModelRefused: says what is wrong with the description.
    """
    if isinstance(description, Mapping) and isinstance(description.get("refused"), str):
        raise ModelRefused(f"{ATTEMPT}. {description['refused'][:300]}")
    building = _Building(limits or ModelLimits())
    try:
        with _counted_weights(building):
            return building.model(description, 1)
    except ModelRefused:
        raise
    except Exception as error:  # whatever Keras raises for settings and shapes that do not fit
        raise ModelRefused(f"{ATTEMPT}: {type(error).__name__}.") from error


def outputs_of(model: Any, X: np.ndarray, batch_size: int = 256) -> np.ndarray:
    """Apply a model to inputs, as at test time.

    Args:
        model: a Keras model with one input and one output.
        X: inputs, shape (N, ...).
        batch_size: how many at a time.

    Returns:
        Outputs, shape (N, ...), in float64.
    """
    import keras

    parts = [X[start : start + batch_size] for start in range(0, len(X), batch_size)]
    made = [keras.ops.convert_to_numpy(model(part, training=False)) for part in parts]
    return np.concatenate(made).astype(np.float64)


def weights_of(
    answer: Mapping[str, Any], inputs: np.ndarray, right: np.ndarray, *, what: str, rtol: float, atol: float
) -> Any:
    """Read the weights of a network that came back; those that it only names count where its outputs need them.

    Args:
        answer: its `model` as `describe_model` wrote it, its `outputs` for the inputs, and the `weights` it names.
        inputs: what it was applied to.
        right: the right outputs.
        what: what the answer is to, for messages.
        rtol: relative tolerance within which outputs are right.
        atol: absolute tolerance, added to it.

    Raises:
        CheckFailed: when the outputs are not those of the network.
    """
    refused = isinstance(answer["model"], Mapping) and "refused" in answer["model"]
    if refused and difference(answer["outputs"], right, rtol=rtol, atol=atol) is None:
        return answer["weights"]
    network = rebuild_model(answer["model"])
    try:
        own = outputs_of(network, inputs)
    except Exception as error:  # noqa: BLE001 - whatever Keras raises for inputs that do not fit, such as unknown words
        raise CheckFailed(f"{what}: the model could not be applied to its inputs ({type(error).__name__}).") from None
    assert_close(answer["outputs"], own, rtol=1e-3, atol=1e-4, what=f"{what}: the outputs of the model, built again")
    return network.get_weights()


class _Building:
    """One model, and the models inside it, with what they have used of the limits."""

    def __init__(self, limits: ModelLimits):
        self.limits = limits
        self._used = dict.fromkeys(("layers", "parameters", "activations"), 0)

    def use(self, what: str, count: int) -> None:
        """Count something, and refuse what is too much."""
        self._used[what] += count
        most = getattr(self.limits, what)
        if self._used[what] > most:
            raise ModelRefused(f"{ATTEMPT}: it has more than {most:,} {what}.")

    def model(self, description: Any, depth: int) -> Any:
        import keras

        if depth > self.limits.depth:
            raise ModelRefused(f"{ATTEMPT}: models lie more than {self.limits.depth} deep inside each other.")
        shapes = [_shape(shape, self.limits) for shape in description["inputs"]]
        inputs = [keras.Input(shape) for shape in shapes]
        self.use("layers", len(description["layers"]))
        layers = [self._layer(record, depth) for record in description["layers"]]
        tensors = list(inputs)
        for call in description["calls"]:
            made = self._call(layers[_index(call["layer"])], call, tensors)
            tensors += made
        outputs = [tensors[_index(number)] for number in description["outputs"]]
        model = keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0])
        for layer, record in zip(layers, description["layers"], strict=True):
            if record["kind"] != "Model":
                _set_weights(layer, record)
        return model

    def _call(self, layer: Any, call: Mapping[str, Any], tensors: list[Any]) -> list[Any]:
        import keras

        numbers = call["inputs"]
        given = [tensors[_index(n)] for n in numbers] if isinstance(numbers, list) else tensors[_index(numbers)]
        options: dict[str, Any] = {} if call["training"] is None else {"training": bool(call["training"])}
        if call["state"] is not None:
            options["initial_state"] = [tensors[_index(number)] for number in call["state"]]
        made = layer(given, **options)
        results = list(made) if isinstance(made, (list, tuple)) else [made]
        for tensor in results:
            if not isinstance(tensor, keras.KerasTensor):
                raise ModelRefused(f"{ATTEMPT}: a layer gives no tensor.")
            self.use("activations", math.prod(n or 1 for n in tensor.shape[1:]))
        if len(results) != len(call["outputs"]):
            raise ModelRefused(f"{ATTEMPT}: a layer gives another number of results.")
        return results

    def _layer(self, record: Mapping[str, Any], depth: int) -> Any:
        if record["kind"] == "Model":
            return self.model(record["model"], depth + 1)
        layer = self._made(record)
        layer.trainable = bool(record["trainable"])
        return layer

    def _made(self, record: Mapping[str, Any]) -> Any:
        """Make a layer of the list, with settings of the list."""
        import keras

        kind, settings = record["kind"], record["settings"]
        if not isinstance(kind, str) or kind not in LAYERS:
            raise ModelRefused(f"{ATTEMPT}: it has a layer that is none of the list.")
        if not isinstance(settings, dict) or not set(settings) <= set(LAYERS[kind]):
            raise ModelRefused(f"{ATTEMPT}: a layer of type {kind} has a setting that is none of the list.")
        return getattr(keras.layers, kind)(**{name: self._setting(name, value) for name, value in settings.items()})

    def _setting(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self._made(value)
        if name.endswith("activation"):
            return value if isinstance(value, str) and value in ACTIVATIONS else _refuse_setting(name)
        return _plain_setting(name, value, self.limits.setting)


def _plain_setting(name: str, value: Any, largest: int, depth: int = 0) -> Any:
    if isinstance(value, (list, tuple)) and len(value) <= 16 and depth < 3:
        return tuple(_plain_setting(name, item, largest, depth + 1) for item in value)
    if isinstance(value, np.ndarray):
        return value
    plain = value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) <= 40)
    if plain or (isinstance(value, (int, float)) and abs(value) <= largest):
        return value
    return _refuse_setting(name)


def _refuse_setting(name: str) -> Any:
    raise ModelRefused(f"{ATTEMPT}: a layer has a setting, {name}, that is not plain, or too large.")


def _shape(shape: Any, limits: ModelLimits) -> tuple[int | None, ...]:
    sizes = tuple(None if size is None else _index(size) for size in shape)
    if len(sizes) > 5 or math.prod(size or 1 for size in sizes) > limits.activations:
        raise ModelRefused(f"{ATTEMPT}: its inputs are too large.")
    return sizes


def _index(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ModelRefused(f"{ATTEMPT}: a place in it is no number.")
    return number


def _set_weights(layer: Any, record: Mapping[str, Any]) -> None:
    weights = [np.asarray(weight, dtype=np.float32) for weight in record["weights"]]
    if [tuple(weight.shape) for weight in layer.weights] != [weight.shape for weight in weights]:
        raise ModelRefused(f"{ATTEMPT}: weights of a layer of type {record['kind']} have other shapes than it needs.")
    layer.set_weights(weights)
    if record["kind"] == "Normalization" and weights:
        layer.finalize_state()


@contextlib.contextmanager
def _counted_weights(building: _Building) -> Iterator[None]:
    """Count weights before any layer takes memory for them."""
    import keras

    original: Callable[..., Any] = keras.layers.Layer.add_weight

    @functools.wraps(original)
    def add_weight(self: Any, shape: Any = None, *args: Any, **options: Any) -> Any:
        sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
        building.use("parameters", math.prod(sizes))
        options["initializer"] = "zeros"  # what they start with is replaced anyway, and some ways take long
        return original(self, shape, *args[1:], **options)

    keras.layers.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = original
