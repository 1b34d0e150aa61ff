"""Describe a Keras model as plain data: the settings of known layers, how they are connected, and their weights.

A snippet returns such a description in place of the model, which is no plain data; `grading` builds the model again
from it, in a process that never runs a student's code. A description claims nothing: the grader compares what the
rebuilt model gives with what the student's gave.
"""

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from dnnkit.checking.model_layers import ACTIVATIONS, LAYERS, OPERATIONS


class _NotPlain(Exception):
    """Something of the model is none of the layers, settings and connections that can travel."""


def describe_model(model: Any, inputs: Any) -> dict[str, object]:
    """Describe a model as plain data.

    A subclassed model is followed through its `call`, and described as the layers that it calls.

    Args:
        model: a built Keras model: sequential, functional or subclassed.
        inputs: some inputs of the model, an array; only its shape and dtype count.

    Returns:
        {"inputs": [shape of one example, ...], "layers": [...], "calls": [...], "outputs": [number of a tensor, ...]}:
        tensors are numbered, the inputs first, then the results of the calls in their order. A layer is {"kind",
        "settings", "weights", "trainable"}, or {"kind": "Model", "model": a description}. Where the model cannot
        travel: {"refused": a sentence that says why}.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Keras and NumPy say of each other's arrays is nobody's fault here
            return _Description(_functional(model, np.shape(inputs)[1:], np.asarray(inputs).dtype.name)).data
    except _NotPlain as error:
        return {"refused": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a model of one's own raises when it is looked at
        return {"refused": f"The model cannot be described as layers of Keras ({type(error).__name__})."}


def _functional(model: Any, shape: tuple[int, ...], dtype: str) -> Any:
    """Find the functional graph of a model, or make it by calling the model on a symbol."""
    import keras

    if isinstance(model, keras.Sequential) and getattr(model, "_functional", None) is not None:
        return model._functional
    if hasattr(model, "_nodes_by_depth"):
        return model
    if not isinstance(model, (keras.Model, keras.layers.Layer)):
        raise _NotPlain(f"An object of type {type(model).__name__} is no Keras model.")
    symbol = keras.Input(shape, dtype=dtype)
    options = {"training": False} if "training" in inspect.signature(model.call).parameters else {}
    return keras.Model(symbol, model.call(symbol, **options))


class _Description:
    """One functional graph, turned into `data`."""

    def __init__(self, graph: Any):
        self._numbers: dict[int, int] = {}
        self._layers: list[Any] = []
        self._calls: list[dict[str, object]] = []
        inputs = [self._number(tensor) for tensor in graph.inputs]
        self._calls += [self._call(node) for node in _needed(graph)]
        self.data = {
            "inputs": [list(graph.inputs[number].shape[1:]) for number in inputs],
            "layers": [_layer(operation, node) for operation, node in self._layers],
            "calls": self._calls,
            "outputs": [self._numbers[id(tensor)] for tensor in graph.outputs],
        }

    def _number(self, tensor: Any) -> int:
        return self._numbers.setdefault(id(tensor), len(self._numbers))

    def _call(self, node: Any) -> dict[str, object]:
        known = [operation for operation, _ in self._layers]
        if not any(node.operation is operation for operation in known):
            self._layers.append((node.operation, node))
            known.append(node.operation)
        options = dict(node.arguments.kwargs)
        state = options.pop("initial_state", None)
        options.pop("mask", None)  # layers find their masks again
        call = {
            "layer": next(place for place, operation in enumerate(known) if operation is node.operation),
            "inputs": self._inputs(node),
            "training": options.pop("training", None),
            "state": None if state is None else [self._known(tensor) for tensor in _listed(state)],
        }
        if any(value is not None for value in options.values()):
            raise _NotPlain(f"A layer of type {type(node.operation).__name__} is called with {', '.join(options)}.")
        call["outputs"] = [self._number(tensor) for tensor in node.output_tensors]
        return call

    def _inputs(self, node: Any) -> int | list[int]:
        arguments = node.arguments.args
        if type(node.operation).__name__ in OPERATIONS and _is_operation(node.operation) and len(arguments) > 1:
            arguments = (list(arguments),)
        if len(arguments) != 1:
            raise _NotPlain(f"A layer of type {type(node.operation).__name__} is called with several arguments.")
        first = arguments[0]
        return [self._known(t) for t in first] if isinstance(first, (list, tuple)) else self._known(first)

    def _known(self, tensor: Any) -> int:
        if id(tensor) not in self._numbers:
            raise _NotPlain("A layer is called with something that is no result of another layer.")
        return self._numbers[id(tensor)]


def _needed(graph: Any) -> list[Any]:
    """List the nodes that lead to the outputs, first calls first; what only makes masks is left out."""
    wanted, nodes = {id(tensor) for tensor in graph.outputs}, []
    for depth in sorted(graph._nodes_by_depth):
        for node in graph._nodes_by_depth[depth]:
            if not node.is_input and wanted & {id(tensor) for tensor in node.output_tensors}:
                used = [*node.arguments.args, node.arguments.kwargs.get("initial_state")]
                wanted |= {id(tensor) for value in used for tensor in _listed(value)}
                nodes.append(node)
    return nodes[::-1]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _is_operation(operation: Any) -> bool:
    import keras

    return not isinstance(operation, keras.layers.Layer)


def _layer(layer: Any, node: Any) -> dict[str, object]:
    """Describe one layer."""
    import keras

    kind = type(layer).__name__
    if _is_operation(layer):
        if not type(layer).__module__.startswith("keras.") or kind not in OPERATIONS:
            raise _NotPlain(f"The model uses the operation {kind}, which is no layer that can be described.")
        name = OPERATIONS[kind]
        if name in ACTIVATIONS:
            return {"kind": "Activation", "settings": {"activation": name}, "weights": [], "trainable": True}
        return {"kind": name, "settings": {}, "weights": [], "trainable": True}
    if isinstance(layer, keras.Model):
        source = node.input_tensors[0]
        nested = _Description(_functional(layer, tuple(source.shape[1:]), source.dtype)).data
        return {"kind": "Model", "model": nested}
    if kind not in LAYERS or getattr(keras.layers, kind, None) is not type(layer):
        raise _NotPlain(f"The model has a layer of type {kind}, which is none of those that can be described.")
    weights = [keras.ops.convert_to_numpy(weight) for weight in layer.weights]
    settings = _settings(kind, layer.get_config())
    return {"kind": kind, "settings": settings, "weights": weights, "trainable": bool(layer.trainable)}


def _settings(kind: str, config: Mapping[str, Any]) -> dict[str, object]:
    """Choose the settings that decide what a layer gives."""
    settings = {}
    for name in LAYERS[kind]:
        value = config.get(name)
        if isinstance(value, Mapping):  # a layer within: of Bidirectional, or as an activation
            inner = value.get("class_name")
            if inner not in LAYERS or not str(value.get("module")).startswith("keras.layers"):
                raise _NotPlain(f"A layer of type {kind} has a function of its own as its {name}.")
            value = {"kind": inner, "settings": _settings(inner, value["config"])}
        elif name.endswith("activation") and value not in ACTIVATIONS:
            raise _NotPlain(f"A layer of type {kind} has a function of its own as its {name}.")
        settings[name] = _plain(value)
    return settings


def _plain(value: Any) -> Any:
    """Turn Keras' own lists and NumPy's numbers into Python's."""
    if isinstance(value, (list, tuple)):
        return tuple(_plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value
