"""Gradients through Keras, whatever its backend.

The functions take and return NumPy arrays and compute in float32, as Keras does. In between, `f` or `loss` works on
tensors: with `keras.ops` and Keras layers only, since a NumPy operation takes its share of the gradient away.
"""

import inspect
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.backend_gradients import BACKENDS


def value_and_gradient(f: Callable[..., Any], *arrays: ArrayLike) -> tuple[float, list[np.ndarray]]:
    """Compute a scalar function and its gradient with respect to every input.

    Args:
        f: function of as many tensors as there are arrays; returns one number made with `keras.ops`.
        arrays: where to take the gradient, arrays or numbers of any shape; they are converted to float32. What needs
            no gradient, such as labels, is no argument: f can use it from outside.

    Returns:
        The pair (value as a float, list of float32 arrays, one shaped like each input).

    Raises:
        ValueError: when f returns no scalar, uses NumPy on its tensors, or does not depend on one of them.

    Example:
        >>> from keras import ops
        >>> value_and_gradient(lambda x: ops.sum(x**2), [1.0, -3.0])
        (10.0, [array([ 2., -6.], dtype=float32)])
    """
    if not arrays:
        raise ValueError("value_and_gradient got no arrays. Expected f and at least one array. Got f alone.")
    inputs = [np.asarray(array, dtype=np.float32) for array in arrays]
    value, gradients, _ = _differentiate(lambda *tensors: (f(*tensors), []), inputs, "f", _input_names(f, len(inputs)))
    return value, gradients


def weight_gradients(
    model: Any, X: ArrayLike, loss: Callable[[Any], Any], *, training: bool = False
) -> tuple[float, list[np.ndarray]]:
    """Compute a loss of a model's outputs and its gradient with respect to every trainable weight.

    Args:
        model: a Keras model or layer; it is built for X if it is not built yet.
        X: its input, shape (N, ...); floating-point values are converted to float32, whole numbers stay.
        loss: function of the outputs, a tensor; returns one number made with `keras.ops`. Penalties that layers add
            (regularizers) are not part of it.
        training: call the model as in training: dropout drops, batch normalisation uses the batch and moves its
            averages.

    Returns:
        The pair (loss as a float, list of arrays in the order of `model.trainable_weights`).

    Raises:
        ValueError: as `value_and_gradient`; also when the loss does not depend on one of the weights.
    """
    X = np.asarray(X)
    call = _stateless(model, X.astype(np.float32) if X.dtype.kind == "f" else X, loss, training)

    names = [f"the weight {weight.path}" for weight in model.trainable_variables]
    weights = [weight.value for weight in model.trainable_variables]
    value, gradients, moved = _differentiate(lambda *weights: call(list(weights)), weights, "loss", names)
    _keep_state(model, moved, training)
    return value, gradients


def input_gradient(
    model: Any, X: ArrayLike, loss: Callable[[Any], Any], *, training: bool = False
) -> tuple[float, np.ndarray]:
    """Compute a loss of a model's outputs and its gradient with respect to the model's input.

    Args:
        model: a Keras model or layer; it is built for X if it is not built yet.
        X: its input, shape (N, ...), converted to float32.
        loss: function of the outputs, a tensor; returns one number made with `keras.ops`.
        training: as in `weight_gradients`.

    Returns:
        The pair (loss as a float, array of X's shape).

    Raises:
        ValueError: as `value_and_gradient`.
    """
    X = np.asarray(X, dtype=np.float32)
    call = _stateless(model, X, loss, training)
    weights = [variable.value for variable in model.trainable_variables]
    value, (gradient,), moved = _differentiate(lambda tensor: call(weights, tensor), [X], "loss", ["the input X"])
    _keep_state(model, moved, training)
    return value, gradient


def _stateless(model: Any, X: np.ndarray, loss: Callable[[Any], Any], training: bool) -> Callable[..., tuple[Any, Any]]:
    """Build the model if need be; return it as a function of (weights, X) that gives (loss, state)."""
    if not model.built:
        model(X[:1])
    state = [variable.value for variable in model.non_trainable_variables]

    def call(weights: list[Any], X: Any = X) -> tuple[Any, Any]:
        outputs, moved = model.stateless_call(weights, state, X, training=training)
        return loss(outputs), moved

    return call


def _keep_state(model: Any, moved: Sequence[Any], training: bool) -> None:
    """Store moving averages and random states as a call of the model would have done."""
    if training:
        for variable, value in zip(model.non_trainable_variables, moved, strict=True):
            variable.assign(value)


def _input_names(f: Callable[..., Any], count: int) -> list[str]:
    """Name the inputs of f as its author does."""
    try:
        names = [f"its input {name}" for name in inspect.signature(f).parameters][:count]
    except (TypeError, ValueError):  # a compiled function
        names = []
    return names if len(names) == count else [f"its input number {n}" for n in range(1, count + 1)]


def _differentiate(
    f: Callable[..., tuple[Any, Any]], inputs: Sequence[Any], name: str, input_names: Sequence[str]
) -> tuple[float, list[np.ndarray], Any]:
    """Differentiate f, a function that returns (scalar tensor, list of other tensors), on Keras' backend.

    `name` and `input_names` are what messages call f and its inputs. Returns (a float, list of arrays, other tensors).
    """
    import keras

    backend = keras.backend.backend()
    if backend not in BACKENDS:
        raise ValueError(
            f"dnnkit.gradients does not know the Keras backend {backend!r}. Expected one of {sorted(BACKENDS)}. "
            f"Is KERAS_BACKEND set as you want it?"
        )

    def checked(*tensors: Any) -> tuple[Any, Any]:
        value, others = f(*tensors)
        _require_scalar(keras, value, name)
        return value, others

    tensors = [keras.ops.convert_to_tensor(one) for one in inputs]
    value, gradients, others = BACKENDS[backend](checked, tensors, name)
    for gradient, which in zip(gradients, input_names, strict=True):
        if gradient is None:
            raise ValueError(
                f"{name} does not depend on {which}, so there is no gradient. Expected a result computed from it with "
                f"keras.ops. Is it unused, or does a NumPy operation, a rounding or an argmax inside {name} cut it off?"
            )
    value, *gradients = (np.array(keras.ops.convert_to_numpy(tensor)) for tensor in (value, *gradients))  # own copies
    return float(value), gradients, others


def _require_scalar(keras: ModuleType, value: Any, name: str) -> None:
    """Refuse a result that has no gradient, before a backend refuses it in its own words."""
    if not keras.ops.is_tensor(value):
        got = f"{'None' if value is None else type(value).__name__}, which is no tensor"
        why = f"there a NumPy operation inside {name}, or no return"
    elif tuple(value.shape) != ():
        got, why = f"shape {tuple(value.shape)}", "a keras.ops.sum or keras.ops.mean missing at its end"
    elif "float" not in (dtype := keras.backend.standardize_dtype(value.dtype)):
        got, why = dtype, "it a count or a comparison, which have no gradient"
    else:
        return
    raise ValueError(
        f"{name} returned no scalar. Expected one float32 number, of shape (), made with keras.ops. Got {got}. "
        f"Is {why}?"
    )
