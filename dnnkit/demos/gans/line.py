"""The line: its data, two heaps of numbers, and what the networks of all moments of a match do along it."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

UNITS = 16  # in the hidden layer of each network
LAST = 40  # moments that are kept after the start
SHARES, WIDTHS = np.array([0.35, 0.65]), np.array([0.5, 0.3])  # of the two heaps
HEAPS = (-2.0, 1.5)  # where they are at first
REACH = 4.5  # how far the line goes to each side
LINE = np.linspace(-REACH, REACH, 91)
PITCH = float(LINE[1] - LINE[0])
SPREAD = 0.1  # width of the bell that smooths the density of fakes
BLUR = np.exp(-(((LINE[:, None] - LINE) / SPREAD) ** 2) / 2)
BLUR /= BLUR.sum(axis=0)
NOISE = ndtri((np.arange(240) + 0.5) / 240)  # evenly spread normal numbers


def through(params: Array, x: Array) -> Array:
    """Apply the networks of all moments, (K, weights), to numbers (N,) or (K, N): outputs (K, N)."""
    W, b, U = params[:, :-1].reshape(len(params), 3, UNITS).transpose(1, 0, 2)
    sums = np.broadcast_to(x, (len(params), np.shape(x)[-1]))[..., None] * W[:, None] + b[:, None]
    np.maximum(sums, 0.2 * sums, out=sums)
    return (sums @ U[..., None])[..., 0] + params[:, -1:]


def slopes_at(params: Array, x: Array) -> Array:
    """Compute the slopes of the networks of all moments, (K, weights), at numbers (K, N): shape (K, N)."""
    W, b, U = params[:, :-1].reshape(len(params), 3, UNITS).transpose(1, 0, 2)
    bent = np.where(x[..., None] * W[:, None] + b[:, None] > 0, 1.0, 0.2)
    return (bent @ (U * W)[..., None])[..., 0]


def density(heaps: tuple[float, float]) -> Array:
    """Compute the density of the data along the line."""
    bells = np.exp(-(((LINE - np.array(heaps)[:, None]) / WIDTHS[:, None]) ** 2) / 2) / WIDTHS[:, None]
    return SHARES @ bells / np.sqrt(2 * np.pi)


def densities(fakes: Array) -> Array:
    """Estimate the densities of fakes, (K, N), along the line, (K, 91); what is beyond its ends counts there."""
    place = np.clip(np.rint((fakes + REACH) / PITCH), 0, len(LINE) - 1).astype(int)
    place += len(LINE) * np.arange(len(fakes))[:, None]
    counts = np.bincount(place.ravel(), minlength=len(fakes) * len(LINE)).reshape(len(fakes), -1)
    return counts @ BLUR.T / fakes.shape[1] / PITCH


def examples(heaps: tuple[float, float]) -> Array:
    """Spread 100 numbers as the data is."""
    counts = np.rint(100 * SHARES).astype(int)
    parts = zip(heaps, WIDTHS, counts, strict=True)
    return np.concatenate([place + width * ndtri((np.arange(n) + 0.5) / n) for place, width, n in parts])
