"""A walk through the plane of codes: its places, what is decoded there, and the clouds around the nearest digits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.latent.networks import Array, Network, nearest, networks

LAST = 10  # the last step of a walk
DRAWS = 40  # points of a cloud


@dataclass(frozen=True)
class Walk:
    """A straight way through the plane of codes, in `LAST` steps.

    Attributes:
        codes: places, shape (LAST + 1, 2).
        pictures: what is decoded there, shape (LAST + 1, 64).
        nearest: the most similar of the 300 digits at each place, shape (LAST + 1,).
        distances: how far they are, shape (LAST + 1,).
    """

    codes: Array
    pictures: Array
    nearest: NDArray[np.int64]
    distances: Array


def walk(net: Network, start: Any, end: Any) -> Walk:
    """Walk from a place to another, both given as shares of the map."""
    share = np.linspace(0, 1, LAST + 1)[:, None]
    codes = net.reach * ((1 - share) * np.asarray(start, dtype=float) + share * np.asarray(end, dtype=float))
    pictures = net.decode(codes)
    return Walk(codes, pictures, *nearest(pictures))


def clouds(net: Network, way: Walk, rng: np.random.Generator) -> Array:
    """Draw codes of the nearest digit at each step, shape (LAST + 1, DRAWS, 2)."""
    eps = rng.normal(size=(LAST + 1, DRAWS, 2))
    return net.mu[way.nearest][:, None] + net.sigma[way.nearest][:, None] * eps


def own_clouds(net: Network, way: Walk, draw: Callable[..., Any], seed: int) -> dict[str, Array]:
    """Let the student's function draw the clouds.

    Returns:
        "drawn", the codes, and "eps", the draws that they are made with, both of the shape (LAST + 1, DRAWS, 2).
    """
    mu, sigma = (np.repeat(array[way.nearest], DRAWS, axis=0) for array in (net.mu, net.sigma))
    z, eps = draw(mu, 2 * np.log(sigma), np.random.default_rng(seed))
    return {"drawn": _shaped(z, mu, "z"), "eps": _shaped(eps, mu, "eps")}


def _shaped(values, mu, what):
    array = np.asarray(values, dtype=np.float64)
    if array.shape != mu.shape:
        raise ValueError(f"{what} has the shape {array.shape}; expected {mu.shape}")
    return array.reshape(LAST + 1, DRAWS, 2)


def own_prices(price: Callable[..., Any]) -> Array:
    """Let the student's function price each number of the code of each network with beta above 0; the other costs 0.

    Returns:
        Divergences in nats, shape (networks, 2); 0 for the plain autoencoder.
    """
    found = np.zeros((len(networks()), 2))
    for row, net in enumerate(networks().values()):
        for column in range(2) if net.beta else ():
            mu, logvar = np.zeros(net.mu.shape), np.zeros(net.mu.shape)
            mu[:, column], logvar[:, column] = net.mu[:, column], 2 * np.log(net.sigma[:, column])
            found[row, column] = price(mu, logvar)[0]
    return found
