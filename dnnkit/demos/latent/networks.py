"""The networks of the latent space demo: decoders of two numbers, and the codes of 300 digits that none learned from.

docs/train_latent_space.py trains them with the functions of lesson 08 and writes networks.npz.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from dnnkit.demos.stored import stored, stored_settings

Array = NDArray[np.float64]

FILE = Path(__file__).parent / "networks.npz"
PLAIN = "plain autoencoder"
SIDE = 8  # pixels
REACHES = {PLAIN: 8.5}  # how far the map of a network goes to each side; all others have one scale
REACH = 3.6
IN_USE = 0.1  # nats; a number of a code that costs less says nothing


class Digits(NamedTuple):
    """Pictures that no network has learned from.

    Attributes:
        X: pixels from 0 (paper) to 1 (ink), shape (300, 64).
        y: what they show, 0 to 9, shape (300,).
    """

    X: Array
    y: NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """A trained network with codes of two numbers.

    Attributes:
        name: "plain autoencoder", or "VAE, beta ...".
        beta: price of a code; 0 for the plain autoencoder, which draws nothing.
        decoder: W_dec (2, 64), b_dec (64,), W_out (64, 64) and b_out (64,).
        mu: mean codes of the 300 digits, shape (300, 2).
        sigma: standard deviations of their clouds, shape (300, 2); 0 for the plain autoencoder.
        rebuilding: cross-entropy of a picture above the least possible, in nats.
        kl: divergence of each number of the code from the standard normal, in nats, shape (2,).
    """

    name: str
    beta: float
    decoder: dict[str, Array]
    mu: Array
    sigma: Array
    rebuilding: float
    kl: Array

    @property
    def reach(self) -> float:
        """How far the map goes to each side."""
        return REACHES.get(self.name, REACH)

    def decode(self, codes: Array) -> Array:
        """Turn codes (N, 2) into pictures (N, 64)."""
        hidden = np.maximum(codes @ self.decoder["W_dec"] + self.decoder["b_dec"], 0)
        return expit(hidden @ self.decoder["W_out"] + self.decoder["b_out"])

    def place(self, picture: int) -> list[float]:
        """Say where the code of a picture lies, as shares of the map."""
        return [float(share) for share in np.round(self.mu[picture] / self.reach, 3)]


def settings() -> dict[str, Any]:
    """Return the settings with which the networks were trained."""
    return stored_settings(FILE)


@functools.cache
def digits() -> Digits:
    """Return the 300 digits."""
    arrays_of = stored(FILE)
    return Digits(arrays_of["pixels"] / 16.0, arrays_of["labels"].astype(np.int64))


@functools.cache
def networks() -> dict[str, Network]:
    """Return the networks, by name."""
    arrays_of, found = stored(FILE), {}
    for number, beta in enumerate(settings()["betas"]):
        arrays = {
            name: arrays_of[f"{name}_{number}"].astype(np.float64)
            for name in ("W_dec", "b_dec", "W_out", "b_out", "mu", "sigma", "nats")
        }
        mu, sigma, nats = (arrays.pop(name) for name in ("mu", "sigma", "nats"))
        name = f"VAE, beta {beta:g}" if beta else PLAIN
        found[name] = Network(name, beta, arrays, mu, sigma, float(nats[0]), nats[1:])
    return found


def nearest(pictures: Array) -> tuple[NDArray[np.int64], Array]:
    """Find the most similar of the 300 digits for each picture.

    Args:
        pictures: shape (N, 64).

    Returns:
        (numbers, distances): which of the digits, and the root of the sum of squared differences, each (N,).
    """
    gaps = np.sqrt(np.sum((pictures[:, None] - digits().X) ** 2, axis=2))
    found = np.argmin(gaps, axis=1)
    return found, gaps[np.arange(len(pictures)), found]
