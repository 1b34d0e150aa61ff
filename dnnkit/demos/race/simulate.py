"""The numbers of the optimizer race: seven rules walked at once, at many learning rates, and any rule walked alone."""

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.checking import wire
from dnnkit.demos.race.surfaces import surface

Array = NDArray[np.float64]
Slope = Callable[..., Any]
NAMES = ("SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adadelta", "Adam")
STEPS = 60
RATES = np.logspace(-3, 2, 41)  # eight in each power of ten
FLOOR, AWAY = 1e-8, 1e4  # a loss that counts as arrived; a distance that counts as flown away
RHO_RMSPROP, RHO_ADADELTA = 0.9, 0.95
EPS, EPS_ADADELTA = 1e-8, 1e-6
SQUARED = NAMES.index("AdaGrad")  # from here on the rules divide by a root of squared slopes
NESTEROV, ADADELTA, ADAM = NAMES.index("Nesterov"), NAMES.index("Adadelta"), NAMES.index("Adam")


def walk(slope: Slope, start: Any, rates: Array, kicks: Array, *, momentum: float = 0.9, beta2: float = 0.999) -> Any:
    """Walk with all seven rules at once.

    All are one recurrence: a memory of slopes, one of squared slopes from AdaGrad on, and Adadelta's of steps.

    Args:
        slope: function from weights to gradients, both of shape (2, 7, R).
        start: where to begin, two numbers.
        rates: learning rates, shape (7, R).
        kicks: what is added to the gradients, shape (N, 2).
        momentum: of momentum and Nesterov, and beta1 of Adam.
        beta2: of Adam.

    Returns:
        (path, scale): places, shape (N + 1, 2, 7, R), NaN once flown away; and how far each rule goes per mean slope,
        shape (N, 2, 7, R).
    """
    memory, squared = _coefficients(momentum, beta2)
    weights, filled = _weights(len(kicks), momentum, beta2)
    path, scale = np.empty((len(kicks) + 1, 2, *rates.shape)), np.ones((len(kicks), 2, *rates.shape))
    path[0] = np.reshape(start, (2, 1, 1))
    slopes, squares, moved = 0 * path[0], 0 * path[0, :, SQUARED:], 0.0
    with np.errstate(all="ignore"):
        for n, kick in enumerate(kicks):
            g = slope(path[n]) + kick[:, None, None]
            slopes = memory["keep"] * slopes + memory["take"] * g
            squares = squared["keep"] * squares + squared["take"] * np.square(g[:, SQUARED:])
            size = scale[n]
            size[:, SQUARED:] /= np.sqrt(squares / filled[n] + squared["inside"]) + squared["outside"]
            size[:, ADADELTA] *= np.sqrt(moved + EPS_ADADELTA)
            step = memory["use"] * slopes
            step[:, NESTEROV] += g[:, NESTEROV]
            step *= size
            step[:, ADAM] /= weights[n, ADAM]
            moved = RHO_ADADELTA * moved + (1 - RHO_ADADELTA) * np.square(step[:, ADADELTA])
            np.subtract(path[n], rates * step, out=path[n + 1])
        path[np.abs(path) > AWAY] = np.nan
        path += 0.0 * np.cumsum(path, axis=0)  # away once, away for good
    weights[:, ADAM] = 1.0
    return path, scale * weights[:, None, :, None] * rates


def _coefficients(m, beta2):
    """List what tells the rules apart, as columns: memories of slopes, and of squared slopes from AdaGrad on."""
    memory = {"keep": (0, m, m, 0, 0, 0, m), "take": (1, 1, 1, 1, 1, 1, 1 - m), "use": (1, 1, m, 1, 1, 1, 1)}
    kept = 1, RHO_RMSPROP, RHO_ADADELTA, beta2
    squared = {"keep": kept, "take": (1, *(1 - rho for rho in kept[1:]))}
    squared |= {"inside": (EPS, EPS, EPS_ADADELTA, 0), "outside": (0, 0, 0, EPS)}
    return [{key: np.array(row, dtype=np.float64)[:, None] for key, row in part.items()} for part in (memory, squared)]


def _weights(steps, momentum, beta2):
    """Sum the weights that rules give to the slopes so far, shape (N, 7), and to squared slopes, shape (N, 4, 1)."""
    count = np.arange(1, steps + 1)
    rolled = (1 - momentum**count) / (1 - momentum)
    weights = np.ones((steps, len(NAMES)))
    weights[:, NAMES.index("momentum")] = rolled
    weights[:, NESTEROV] = 1 + momentum * rolled
    weights[:, ADAM] = 1 - momentum**count
    filled = np.ones((steps, 4, 1))  # only Adam asks for it
    filled[:, ADAM - SQUARED, 0] = 1 - beta2**count
    return weights, filled


@lru_cache(maxsize=64)
def sweep(
    name: str, condition: float, turn: float, start: tuple[float, float], momentum: float, beta2: float, kicks: bytes
) -> NDArray[np.float64]:
    """Find the loss after the last step at each of RATES, shape (7, R); infinite where the walk flew away.

    Args:
        name: of the surface.
        condition: its condition number.
        turn: by how many degrees it is turned.
        start: two numbers.
        momentum: as in `walk`.
        beta2: as in `walk`.
        kicks: the noise, shape (STEPS, 2), as bytes.
    """
    ground = surface(name, condition, turn)
    noise = np.frombuffer(kicks).reshape(-1, 2)
    rates = np.tile(RATES, (len(NAMES), 1))
    path, _ = walk(ground.slope, start, rates, noise, momentum=momentum, beta2=beta2)
    with np.errstate(all="ignore"):
        losses = ground.height(path[-1])
    return np.where(np.isfinite(losses), np.maximum(losses, FLOOR), np.inf)


def settings_after_rate(rule: str, momentum: float, beta2: float) -> tuple[float, ...]:
    """List what a rule's step function takes after the learning rate."""
    table: dict[str, tuple[float, ...]]
    table = {"momentum": (momentum,), "Nesterov": (momentum,), "AdaGrad": (EPS,), "RMSProp": (RHO_RMSPROP, EPS)}
    table |= {"Adadelta": (RHO_ADADELTA, EPS_ADADELTA), "Adam": (momentum, beta2, EPS)}
    return table.get(rule, ())


def walk_alone(
    step: Callable[..., Any],
    slope: Callable[..., Any],
    start: tuple[float, float],
    rate: float,
    settings: Sequence[float],
    kicks: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Walk with one step function on dicts of arrays.

    Args:
        step: the function, `step(params, grads, state, learning_rate, *settings)` or without the settings.
        slope: function from weights to gradients, shape (2,).
        start: two numbers.
        rate: learning rate.
        settings: what follows it.
        kicks: what is added to the gradients, shape (N, 2).

    Returns:
        Places, shape (N + 1, 2); NaN once flown away.

    Raises:
        WireError: when a step does not return the pair (params, state).
    """
    settings = settings if _takes(step, 4 + len(settings)) else ()
    path = np.full((len(kicks) + 1, 2), np.nan)
    state: Any = {}
    path[0] = start
    for n, kick in enumerate(kicks):
        params, grads = {"w": path[n].copy()}, {"w": slope(path[n]) + kick}
        pair = step(params, grads, state, float(rate), *settings)
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], dict) or "w" not in pair[0]:
            raise wire.WireError('expected the pair (params, state), with an array params["w"]')
        w, state = np.asarray(pair[0]["w"], dtype=np.float64), pair[1]
        if w.shape != (2,):
            raise wire.WireError(f'params["w"] went in with shape (2,) and came back with shape {w.shape}')
        if not np.all(np.abs(w) <= AWAY):
            break
        path[n + 1] = w
    return path


def _takes(function, count):
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # compiled functions may hide what they take
        return True
    return True
