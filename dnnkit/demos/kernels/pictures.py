"""Pictures and noise of the kernel explorer: made here, or the reader's own."""

import base64
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

SIDE = 64  # of the pictures made here
OWN_SIDE = 128  # of the reader's own
OWN = "your own"
IMAGES = ("photo", "digit", "step edges", "bars", "checker", OWN)
NOISES = ("none", "salt and pepper", "Gaussian")
DIGIT = ("006CFFC6", "00CF8006", "00FA0000", "00FFFC40", "000048FA", "0000008F", "04C008FA", "008FFFA0")


def packed(grey: bytes) -> str:
    """Write a picture of OWN_SIDE² grey values, bytes from 0 to 255, as a text that settings can hold."""
    return base64.b64encode(zlib.compress(grey, 9)).decode("ascii")


@lru_cache(maxsize=4)
def unpacked(text: str) -> NDArray[np.float64] | None:
    """Read such a text; shape (OWN_SIDE, OWN_SIDE), from 0 to 1, or None when it is no picture."""
    try:
        unpacker = zlib.decompressobj()
        grey = unpacker.decompress(base64.b64decode(text), OWN_SIDE**2 + 1)  # never more than that, whatever it claims
    except (ValueError, zlib.error):
        return None
    if len(grey) != OWN_SIDE**2:
        return None
    return np.frombuffer(grey, dtype=np.uint8).reshape(OWN_SIDE, OWN_SIDE) / 255.0


@lru_cache(maxsize=8)
def picture(name: str) -> NDArray[np.float64]:
    """Make a clean picture; shape (SIDE, SIDE), from 0 (black) to 1 (white)."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    if name == "photo":
        return photo(x, y)
    if name == "digit":
        coarse = np.pad([[int(figure, 16) / 15 for figure in row] for row in DIGIT], 1)[:, 1:]
        return np.clip(ndimage.zoom(coarse, (SIDE / coarse.shape[0], SIDE / coarse.shape[1]), order=1), 0.0, 1.0)
    if name == "step edges":
        return 0.15 + 0.35 * (x >= SIDE / 2) + 0.35 * (y >= SIDE / 2)
    if name == "bars":
        return 0.2 + 0.6 * (np.cumsum(np.isin(np.arange(SIDE), _bar_edges())) % 2)[None, :] * np.ones((SIDE, 1))
    return 0.2 + 0.6 * ((x // 8 + y // 8) % 2)


def _bar_edges():
    """List where bars begin and end: they become thinner from left to right."""
    return np.cumsum([4, 8, 8, 6, 6, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])


def photo(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shade a house, a tree and hills under a sky, with soft edges; shape of x and y."""

    def inside(distance):  # positive inside; the edge is about one pixel wide, as in a photo
        return 1.0 / (1.0 + np.exp(-np.clip(3.0 * distance, -50, 50)))

    def over(scene, mask, shade):
        return scene * (1 - mask) + shade * mask

    scene = 0.85 - 0.3 * y / SIDE + 0.08 * np.sin(x / 9 + 2 * np.sin(y / 6))  # sky with thin clouds
    scene = over(scene, inside(6 - np.hypot(x - 50, y - 11)), 0.98)  # sun
    hills = y - 34 - 5 * np.sin(x / 11) - 2 * np.sin(x / 4)
    scene = over(scene, inside(hills), 0.42 - 0.2 * (y - 34) / 30 + 0.05 * np.sin(1.1 * x + 0.7 * y))
    wall = inside(np.minimum(14 - np.abs(x - 22), 10 - np.abs(y - 46)))
    scene = over(scene, wall, 0.72 - 0.012 * (x - 22))
    roof = inside(np.minimum(y - 22 - 0.8 * np.abs(x - 22), 37 - y))
    scene = over(scene, roof, 0.3 + 0.1 * (y.astype(int) % 4 < 2))  # rows of tiles
    for left, top, wide, high in ((13, 41, 6, 6), (25, 41, 6, 6), (19, 49, 5, 7)):
        scene = over(scene, inside(np.minimum(wide / 2 - np.abs(x - left - 3), high / 2 - np.abs(y - top - 3))), 0.12)
    scene = over(scene, inside(np.minimum(1.5 - np.abs(x - 51), 9 - np.abs(y - 50))), 0.15)  # trunk
    leaves = inside(8 - np.hypot(x - 51, 1.1 * (y - 37)))
    return np.clip(over(scene, leaves, 0.3 + 0.12 * np.sin(1.7 * x) * np.sin(1.9 * y) - 0.015 * (x - 51)), 0.0, 1.0)


def disturb(clean: NDArray[np.float64], noise: str, amount: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Add noise to a picture.

    Args:
        clean: shape (H, W).
        noise: one of `NOISES`.
        amount: standard deviation, or for salt and pepper the share of pixels that become 0 or 1.
        rng: source of randomness; the same pixels are hit first when the amount grows.

    Returns:
        The noisy picture, shape (H, W); Gaussian noise may leave [0, 1].
    """
    bell, hit, salt = rng.normal(size=clean.shape), rng.random(clean.shape), rng.random(clean.shape) < 0.5
    if noise == "Gaussian":
        return clean + amount * bell
    return np.where(hit < amount, salt.astype(float), clean) if noise == "salt and pepper" else clean.copy()


def psnr(image: NDArray[np.float64], clean: NDArray[np.float64]) -> float:
    """Measure how near a picture is to the clean one, in decibels: 10 log10(1 / mean squared error)."""
    error = float(np.mean((image - clean) ** 2))
    return float("inf") if error < 1e-20 else -10.0 * float(np.log10(error))
