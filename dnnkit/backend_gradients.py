"""Differentiate through TensorFlow, JAX or PyTorch; the only module of the course that names them.

Each function takes f, which returns (scalar tensor, other tensors), a list of tensors, and what messages call f. It
returns (value, list of gradients, other tensors); a gradient is None where the value does not depend on its input.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Function = Callable[..., tuple[Any, Any]]
Differentiated = tuple[Any, Sequence[Any], Any]


def _used_numpy(name: str) -> ValueError:
    return ValueError(
        f"{name} applies NumPy or Python arithmetic to a tensor, which has no gradient. Expected keras.ops throughout, "
        f"such as ops.exp in place of np.exp. Is there an np., a float() or an if on a tensor's value inside {name}?"
    )


def _on_tensorflow(f: Function, tensors: Sequence[Any], name: str) -> Differentiated:
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
def _no_numpy(tensor_type: type) -> Iterator[None]:
    """Have TensorFlow's tensors refuse NumPy as JAX's and PyTorch's do; else the gradient would silently be wrong."""

    def refuse(*arguments: object) -> None:
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


def _on_jax(f: Function, tensors: Sequence[Any], name: str) -> Differentiated:
    import jax

    try:
        positions = tuple(range(len(tensors)))
        (value, others), gradients = jax.value_and_grad(f, argnums=positions, has_aux=True)(*tensors)
    except (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError) as error:
        raise _used_numpy(name) from error
    return value, _without_unused(jax, f, tensors, gradients), others


def _without_unused(jax: Any, f: Function, tensors: Sequence[Any], gradients: Sequence[Any]) -> Sequence[Any]:
    """Put None where JAX gives zeros because the result does not depend on an input."""
    if all(np.any(np.asarray(gradient)) for gradient in gradients):
        return gradients
    graph = jax.make_jaxpr(lambda *inputs: f(*inputs)[0])(*tensors).jaxpr
    needed = set(map(id, graph.outvars))
    for step in reversed(graph.eqns):
        if needed & set(map(id, step.outvars)):
            needed |= set(map(id, step.invars))
    return [g if id(variable) in needed else None for g, variable in zip(gradients, graph.invars, strict=True)]


def _on_torch(f: Function, tensors: Sequence[Any], name: str) -> Differentiated:
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


BACKENDS: dict[str, Callable[[Function, Sequence[Any], str], Differentiated]] = {
    "tensorflow": _on_tensorflow,
    "jax": _on_jax,
    "torch": _on_torch,
}
