"""The numbers of the learning-rate demo: descent in one dimension, and how many steps theory says that it needs."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.interface import Settings

STEPS = 30
SURFACES = ("parabola", "double well")
SCHEDULES = ("constant", "step", "cosine", "warm-up")
VALLEY = 2.0  # the two lowest places of the double well are this far from 0
FAR = 1e9  # a position beyond is cut off
RATES, CURVATURES = (1e-3, 3.0), (0.25, 4.0)  # what the map shows
SHARE = 1e-3  # of the start's distance: there the walk counts as arrived
NEVER = 10**4.5  # steps that count as never; more than any rate of the map needs that arrives


def height(surface: str, curvature: float, w: NDArray[np.float64]) -> Any:
    """Compute J(w); the curvature is that of the lowest places, on both surfaces."""
    if surface == "double well":
        return curvature * (w**2 - VALLEY**2) ** 2 / (8 * VALLEY**2)
    return curvature * w**2 / 2


def slope(surface: str, curvature: float, w: NDArray[np.float64] | float) -> Any:
    """Compute the derivative of J at w."""
    if surface == "double well":
        return curvature * w * (w**2 - VALLEY**2) / (2 * VALLEY**2)
    return curvature * w


def distance(surface: str, w: NDArray[np.float64]) -> Any:
    """Measure how far w is from the nearest lowest place."""
    return np.abs(np.abs(w) - VALLEY) if surface == "double well" else np.abs(w)


def rates(schedule: str, learning_rate: float) -> NDArray[np.float64]:
    """List the learning rate of every step, shape (STEPS,)."""
    step = np.arange(STEPS)
    shares = {
        "constant": np.ones(STEPS),
        "step": 0.1 ** (step // 10),  # a tenth after every ten steps
        "cosine": 0.5 * (1 + np.cos(np.pi * step / STEPS)),
        "warm-up": np.minimum(1.0, (step + 1) / 10),
    }
    return learning_rate * shares[schedule]


def follow(values: Settings, noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Descend; positions, shape (STEPS + 1,), cut off at `FAR`."""
    w, speed = [float(values["start"])], 0.0
    for rate, kick in zip(rates(values["schedule"], values["learning_rate"]), noise, strict=True):
        speed = values["momentum"] * speed - rate * (slope(values["surface"], values["curvature"], w[-1]) + kick)
        w.append(min(max(w[-1] + speed, -FAR), FAR))
    return np.array(w)


def growth(product: NDArray[np.float64], momentum: float) -> Any:
    """Say by what a step multiplies the distance in the long run, near a lowest place.

    With momentum, distance and speed are multiplied by a 2 by 2 matrix; this is the size of its largest eigenvalue.

    Args:
        product: learning rate times curvature, any shape.
        momentum: a number.

    Returns:
        Factors of the same shape; without momentum |1 - product|.

    Reference: Goh 2017, Why momentum really works.
    """
    trace = 1 + momentum - np.asarray(product, dtype=np.float64)
    root = np.sqrt((trace**2 - 4 * momentum).astype(complex))
    return np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2


def steps_needed(product: NDArray[np.float64], momentum: float) -> Any:
    """Say after how many steps the distance is `SHARE` of the start's, at least 1 and at most `NEVER`."""
    with np.errstate(divide="ignore"):
        pace = -np.log(growth(product, momentum))
    return np.where(pace > 0, np.clip(np.log(1 / SHARE) / np.maximum(pace, 1e-12), 1.0, NEVER), NEVER)


@lru_cache(maxsize=32)
def step_map(momentum: float, columns: int = 120, rows: int = 60) -> NDArray[np.float64]:
    """List the powers of ten of `steps_needed` for all learning rates and curvatures, shape (rows, columns)."""
    rate = np.geomspace(*RATES, 2 * columns + 1)[1::2]
    curvature = np.linspace(*CURVATURES, 2 * rows + 1)[1::2][::-1]
    return np.log10(steps_needed(curvature[:, None] * rate, momentum))
