"""The numbers of the demo of activations: a deep random network, forward and backward, and what theory predicts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from dnnkit.checking import wire

Array = NDArray[np.float64]
Norm = Callable[[Array], Array] | None
Curve = Callable[[Array], tuple[Array, Array]]

NAMES = ("sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU", "GELU", "SELU")
AXES = {"batch norm": 0, "layer norm": 1}  # of (examples, units), along which z is centred
NORMS = ("none", *AXES)
EXAMPLES = 32
EPS = 1e-5  # inside the root of a norm
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
Z_EDGES = np.linspace(-6.0, 6.0, 49)
CURVE = np.linspace(-6.0, 6.0, 240)  # where f is drawn; not at 0, where slopes may jump
REACHES = (1.2, 3.0, 10.0, 30.0)  # how far the picture of the activations may reach
NORMAL = np.linspace(-6.0, 6.0, 240)  # where a normal density is summed up; 0 is left out, there slopes may jump
DENSITY = np.exp(-(NORMAL**2) / 2) / np.exp(-(NORMAL**2) / 2).sum()


@dataclass(frozen=True)
class Plan:
    """How the network is built.

    Attributes:
        scale: standard deviation of a weight times the root of the width.
        norm: one of NORMS, applied to every pre-activation.
        residual: add the input of a layer to its output.
    """

    scale: float
    norm: str
    residual: bool


def curve(name: str, leak: float) -> Curve:
    """Find an activation function by name.

    Returns:
        Function from pre-activations to the pair (activations, slopes), all of one shape.
    """

    def bent(z):
        if name == "sigmoid":
            a = expit(z)
            return a, a * (1 - a)
        if name == "tanh":
            a = np.tanh(z)
            return a, 1 - a * a
        if name == "GELU":
            below = ndtr(z)
            return z * below, below + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        if name in ("ReLU", "leaky ReLU"):
            slope = np.where(z > 0, 1.0, leak if name == "leaky ReLU" else 0.0)
            return z * slope, slope
        scale, alpha = (SELU_SCALE, SELU_ALPHA) if name == "SELU" else (1.0, 1.0)
        low = alpha * np.exp(np.minimum(z, 0.0))
        return scale * np.where(z > 0, z, low - alpha), scale * np.where(z > 0, 1.0, low)

    return bent


def by_differences(function: Callable[..., Any]) -> Curve:
    """Give a function of arrays its slope by central differences.

    Raises:
        WireError: when the function does not return an array of the shape that it was given.
    """

    def checked(z):
        return same_shape(np.asarray(function(z.copy()), dtype=np.float64), z)

    def bend(z):
        step = np.clip(1e-4 * np.abs(z), 1e-9, 1e-5)  # small enough not to reach across a kink at 0
        return checked(z), (checked(z + step) - checked(z - step)) / (2 * step)

    return bend


def same_shape(a: Array, z: Array) -> Array:
    """Return a; a `WireError` says so when it has not the shape of z."""
    if a.shape != z.shape:
        raise wire.WireError(f"an array of shape {z.shape} went in, and one of shape {a.shape} came back")
    return a


def centred(z: Array, axis: int) -> tuple[Array, Array]:
    """Subtract the mean along an axis and divide by the root of the variance.

    Returns:
        The pair (normalised, root), the second with length 1 along the axis.
    """
    root = np.sqrt(z.var(axis=axis, keepdims=True) + EPS)
    return (z - z.mean(axis=axis, keepdims=True)) / root, root


@lru_cache(maxsize=4)
def draws(seed: int, depth: int, width: int) -> tuple[Array, Array, Array]:
    """Draw standard normal inputs (N, D), weights (L, D, D) and top gradients (N, D), in this order."""
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(EXAMPLES, width)),
        rng.normal(size=(depth, width, width)),
        rng.normal(size=(EXAMPLES, width)),
    )


def through(bend: Curve, plan: Plan, X: Array, weights: Array, dout: Array, norm: Norm = None) -> dict[str, Any]:
    """Send examples up through all layers and a gradient down again.

    Args:
        bend: as `curve` returns it.
        plan: a `Plan`.
        X: inputs, shape (N, D).
        weights: standard normal, shape (L, D, D).
        dout: gradient of the last activations, shape (N, D).
        norm: replaces the batch norm, a function from (N, D) to (N, D).

    Returns:
        dict of z (what goes into the activation, shape (L, N, D)), a (shape (L + 1, N, D), inputs first), slope
        (shape (L, N, D)) and gradient (root mean square of the gradient of a, shape (L + 1,)).
    """
    factor, axis = plan.scale / np.sqrt(X.shape[1]), AXES.get(plan.norm)
    depth = len(weights)
    z, slope = np.empty((depth, *X.shape)), np.empty((depth, *X.shape))
    a, roots = np.empty((depth + 1, *X.shape)), []
    a[0] = X
    for i, W in enumerate(weights):
        before = (a[i] @ W) * factor
        z[i], root = (before, 1.0) if axis is None else centred(before, axis)
        if norm is not None and axis == 0:
            z[i] = norm(before)
        roots.append(root)
        a[i + 1], slope[i] = bend(z[i])
        if plan.residual:
            a[i + 1] += a[i]
    net = {"z": z, "a": a, "slope": slope}
    return net | {"gradient": _down(net, plan, weights * factor, roots, dout)}


def _down(net, plan, weights, roots, dout):
    """Send a gradient down again; root mean squares of the gradients of a, shape (L + 1,)."""
    da, gradient, axis = dout, np.empty(len(weights) + 1), AXES.get(plan.norm)
    gradient[-1] = np.sqrt(np.mean(da * da))
    for i in range(len(weights) - 1, -1, -1):
        dz = da * net["slope"][i]
        if axis is not None:  # the mean and the spread are functions of z, too
            hat = net["z"][i]
            dz -= dz.mean(axis=axis, keepdims=True) + hat * (dz * hat).mean(axis=axis, keepdims=True)
            dz /= roots[i]
        da = dz @ weights[i].T + (da if plan.residual else 0.0)
        gradient[i] = np.sqrt(np.mean(da * da))
    return gradient


def predicted(bend: Curve, plan: Plan, spread: float, depth: int) -> tuple[Array, Array]:
    """Predict the gradient for a very wide network: mean-field theory.

    With q the variance of z, the squared gradient is multiplied by chi = scale^2 E[f'(z)^2] in every layer.

    Args:
        bend: as `curve` returns it.
        plan: a `Plan`.
        spread: standard deviation of the inputs.
        depth: number of layers.

    Returns:
        The pair (chi of every layer, shape (L,); gradient as in `through`, shape (L + 1,), 1 at the top).

    Reference: Schoenholz et al. 2017, eq. 3 and 6 (their sigma_w is our scale); for batch norm Yang et al. 2019.
    """
    square, mean, common, chi = spread**2, 0.0, 0.0, np.empty(depth)
    for i in range(depth):
        raw = plan.scale**2 * (square - (common if plan.norm == "batch norm" else 0.0))
        q = raw if plan.norm == "none" else raw / (raw + EPS)
        a, slope = bend(np.sqrt(max(q, 0.0)) * NORMAL)
        chi[i] = plan.scale**2 * (DENSITY @ slope**2) / (1.0 if plan.norm == "none" else raw + EPS)
        first, second = DENSITY @ a, DENSITY @ a**2
        if plan.residual:
            chi[i] += 1.0
            square += second + 2 * mean * first
            common = (np.sqrt(common) + abs(first)) ** 2
            mean += first
        else:
            square, mean, common = second, first, first**2
    down = np.concatenate([[0.0], np.cumsum(np.log(np.maximum(chi, 1e-300))[::-1])])[::-1]
    return chi, np.exp(np.clip(down / 2, -650.0, 650.0))


def summary(bend: Curve, plan: Plan, inputs: tuple[Array, ...], spread: float, norm: Norm = None) -> dict[str, Any]:
    """Sum up what the pictures need; small, so that it can leave a student's function.

    Args:
        bend: as `curve` returns it.
        plan: a `Plan`.
        inputs: as `draws` returns them.
        spread: standard deviation of the inputs.
        norm: as in `through`.

    Returns:
        dict of f and slope (at `CURVE`, shape (240,)); of the inputs and all layers, shape (L + 1, ...): z (shares
        between `Z_EDGES`, 48 in a row), z_std, a_std, gradient and predicted (both 1 at the top); of the layers, shape
        (L, ...): a (shares between `edges`, 40 in a row), flat and dead (shares of units) and chi; and edges (41).
    """
    X, weights, dout = inputs
    with np.errstate(all="ignore"):
        net = through(bend, plan, spread * X, weights, dout, norm)
        f, slope = bend(CURVE.copy())
        chi, prediction = predicted(bend, plan, spread, len(weights))
        flat = np.abs(net["slope"]) < 0.1 * np.abs(slope).max()
        z = np.concatenate([net["a"][:1], net["z"]])
        stds = z.std(axis=(1, 2)), net["a"].std(axis=(1, 2))
        largest = np.sqrt(np.mean(net["a"][1:] ** 2, axis=(1, 2))).max()
    bounded = np.abs(f).max() <= REACHES[0] and not plan.residual
    reach = REACHES[0] if bounded else next((reach for reach in REACHES[1:] if reach > 2 * largest), REACHES[-1])
    edges = np.linspace(-reach, reach, 41)
    return {
        "f": f, "slope": slope, "z": shares(z, Z_EDGES), "z_std": stds[0], "a": shares(net["a"][1:], edges),
        "edges": edges, "a_std": stds[1], "gradient": net["gradient"] / net["gradient"][-1],
        "flat": flat.mean(axis=(1, 2)), "dead": flat.all(axis=1).mean(axis=1), "chi": chi, "predicted": prediction,
    }  # fmt: skip


def shares(values: Array, edges: Array) -> Array:
    """Count which share of each layer lies between edges; the outermost bins hold what lies beyond.

    Args:
        values: shape (L, N, D).
        edges: B + 1 equally spaced numbers.

    Returns:
        Shares, shape (L, B).
    """
    bins = len(edges) - 1
    place = (values.reshape(len(values), -1) - edges[0]) * (bins / (edges[-1] - edges[0]))
    place = np.clip(np.nan_to_num(place), 0, bins - 1).astype(np.intp) + bins * np.arange(len(values))[:, None]
    return np.bincount(place.ravel(), minlength=bins * len(values)).reshape(-1, bins) / place.shape[1]
