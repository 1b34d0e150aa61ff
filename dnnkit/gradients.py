"""Gradients through Keras, whatever its backend; the only module of the course that names one.

The functions take and return NumPy arrays and compute in float32, as Keras does. In between, `f` or `loss` works on
tensors: with `keras.ops` and Keras layers only, since a NumPy operation takes its share of the gradient away.
"""

import contextlib
import inspect
import re

import numpy as np


def value_and_gradient(f, *arrays):
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
    arrays = [np.asarray(array, dtype=np.float32) for array in arrays]
    value, gradients, _ = _differentiate(lambda *tensors: (f(*tensors), []), arrays, "f", _input_names(f, len(arrays)))
    return value, gradients


def weight_gradients(model, X, loss, *, training=False):
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


def input_gradient(model, X, loss, *, training=False):
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


def _stateless(model, X, loss, training):
    """Build the model if need be; return it as a function of (weights, X) that gives (loss, state)."""
    if not model.built:
        model(X[:1])
    state = [variable.value for variable in model.non_trainable_variables]

    def call(weights, X=X):
        outputs, moved = model.stateless_call(weights, state, X, training=training)
        return loss(outputs), moved

    return call


def _keep_state(model, moved, training):
    """Store moving averages and random states as a call of the model would have done."""
    if training:
        for variable, value in zip(model.non_trainable_variables, moved, strict=True):
            variable.assign(value)


def _input_names(f, count):
    """Name the inputs of f as its author does."""
    try:
        names = [f"its input {name}" for name in inspect.signature(f).parameters][:count]
    except (TypeError, ValueError):  # a compiled function
        names = []
    return names if len(names) == count else [f"its input number {n}" for n in range(1, count + 1)]


def _differentiate(f, inputs, name, input_names):
    """Differentiate f, a function that returns (scalar tensor, list of other tensors), on Keras' backend.

    `name` and `input_names` are what messages call f and its inputs. Returns (a float, list of arrays, other tensors).
    """
    import keras

    backend = keras.backend.backend()
    if backend not in _BACKENDS:
        raise ValueError(
            f"dnnkit.gradients does not know the Keras backend {backend!r}. Expected one of {sorted(_BACKENDS)}. "
            f"Is KERAS_BACKEND set as you want it?"
        )

    def checked(*tensors):
        value, others = f(*tensors)
        _require_scalar(keras, value, name)
        return value, others

    tensors = [keras.ops.convert_to_tensor(one) for one in inputs]
    value, gradients, others = _BACKENDS[backend](checked, tensors, name)
    for gradient, which in zip(gradients, input_names, strict=True):
        if gradient is None:
            raise ValueError(
                f"{name} does not depend on {which}, so there is no gradient. Expected a result computed from it with "
                f"keras.ops. Is it unused, or does a NumPy operation, a rounding or an argmax inside {name} cut it off?"
            )
    value, *gradients = (np.array(keras.ops.convert_to_numpy(tensor)) for tensor in (value, *gradients))  # own copies
    return float(value), gradients, others


def _require_scalar(keras, value, name):
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


def _used_numpy(name):
    return ValueError(
        f"{name} applies NumPy or Python arithmetic to a tensor, which has no gradient. Expected keras.ops throughout, "
        f"such as ops.exp in place of np.exp. Is there an np., a float() or an if on a tensor's value inside {name}?"
    )


def _on_tensorflow(f, tensors, name):
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(tensor) for tensor in tensors]  # weights come as variables
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        try:
            with _no_numpy(type(tensors[0])):
                value, others = f(*tensors)
        except TypeError as error:
            if "__array_ufunc__" in str(error):
                raise _used_numpy(name) from error
            raise
    gradients = [None if g is None else tf.convert_to_tensor(g) for g in tape.gradient(value, tensors)]
    return value, gradients, others


@contextlib.contextmanager
def _no_numpy(tensor_type):
    """Have TensorFlow's tensors refuse NumPy as JAX's and PyTorch's do; else the gradient would silently be wrong."""

    def refuse(*arguments):
        raise TypeError("a tensor left the graph; as for __array_ufunc__")

    # without ufuncs, np.exp(tensor) raises, and array * tensor becomes an operation of the tensor
    hooks = {"__array_ufunc__": None, "__array_function__": refuse, "__float__": refuse}
    if hooks.keys() & vars(tensor_type).keys():  # a gradient inside a gradient
        yield
        return
    for hook, answer in hooks.items():
        setattr(tensor_type, hook, answer)
    try:
        yield
    finally:
        for hook in hooks:
            delattr(tensor_type, hook)


def _on_jax(f, tensors, name):
    import jax

    try:
        positions = tuple(range(len(tensors)))
        (value, others), gradients = jax.value_and_grad(f, argnums=positions, has_aux=True)(*tensors)
    except (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError) as error:
        raise _used_numpy(name) from error
    return value, _without_unused(jax, f, tensors, gradients), others


def _without_unused(jax, f, tensors, gradients):
    """Put None where JAX gives zeros because the result does not depend on an input."""
    if all(np.any(np.asarray(gradient)) for gradient in gradients):
        return gradients
    graph = jax.make_jaxpr(lambda *inputs: f(*inputs)[0])(*tensors).jaxpr
    needed = set(map(id, graph.outvars))
    for step in reversed(graph.eqns):
        if needed & set(map(id, step.outvars)):
            needed |= set(map(id, step.invars))
    return [g if id(variable) in needed else None for g, variable in zip(gradients, graph.invars, strict=True)]


def _on_torch(f, tensors, name):
    import torch

    tensors = [tensor.detach().clone().requires_grad_() for tensor in tensors]
    try:
        value, others = f(*tensors)
    except (RuntimeError, TypeError) as error:  # a tensor on the CPU, or on a GPU, that NumPy asked for its numbers
        if re.search("requires grad.*numpy|device type tensor to numpy", str(error)):
            raise _used_numpy(name) from error
        raise
    if not value.requires_grad:
        return value, [None] * len(tensors), others
    return value, torch.autograd.grad(value, tensors, allow_unused=True), others


_BACKENDS = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}
