"""Coloured shapes on coloured ground: what stands in for photographs when there is no network."""

import numpy as np

NAMES = ("disc", "ring", "square", "frame", "triangle", "half disc", "cross", "bar", "two discs", "flower")


def make_shapes(num_examples: int, rng: np.random.Generator, *, size: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Make colour images of ten shapes, which differ in place, size, turn, colour, light and noise.

    Args:
        num_examples: how many images, N; as many of each shape, the first shapes one more when N does not divide.
        rng: where the randomness comes from.
        size: height and width in pixels.

    Returns:
        The pair (X, y): images of shape (N, size, size, 3), float32 from 0 to 1, and classes 0 to 9 of shape (N,),
        int64, shuffled; `NAMES` holds their names. Colours say nothing about the class.
    """
    y = rng.permutation(np.arange(num_examples) % len(NAMES))
    X = np.empty((num_examples, size, size, 3), dtype=np.float32)
    for k in range(len(NAMES)):
        chosen = np.flatnonzero(y == k)
        X[chosen] = _paint(_cover(k, len(chosen), size, rng), rng)
    return X, y


def _cover(k: int, count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """How much of each pixel shape k covers, shape (count, size, size), in random places, sizes and turns."""
    radius = rng.uniform(0.22, 0.36, size=(count, 1, 1)) * size
    across, down = (size / 2 + rng.uniform(-0.12, 0.12, size=(2, count, 1, 1)) * size) - 0.5
    turn = rng.uniform(-0.5, 0.5, size=(count, 1, 1))
    pixel = np.arange(size)
    u, v = (pixel[None, None, :] - across) / radius, (pixel[None, :, None] - down) / radius
    u, v = np.cos(turn) * u + np.sin(turn) * v, np.cos(turn) * v - np.sin(turn) * u
    return np.clip(0.5 + radius * _inside(k, u, v), 0.0, 1.0)


def _inside(k: int, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Signed distance to the edge of shape k, about 1 in radius around the origin; positive inside."""
    r, box = np.hypot(u, v), np.maximum(np.abs(u), np.abs(v))
    plus = np.minimum(np.abs(u), np.abs(v))
    return (
        1.0 - r,
        0.22 - np.abs(r - 0.8),
        0.85 - box,
        0.2 - np.abs(box - 0.7),
        np.minimum(0.6 - v, 0.5 * v + 0.55 - 0.87 * np.abs(u)),
        np.minimum(1.0 - r, v + 0.1),
        np.minimum(0.27 - plus, 1.0 - box),
        np.minimum(0.27 - np.abs(v), 1.1 - np.abs(u)),
        0.48 - np.hypot(np.abs(u) - 0.55, v),
        0.5 * (0.68 + 0.4 * np.cos(5.0 * np.arctan2(u, -v)) - r),
    )[k]


def _paint(cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Colour what is covered and what is not, shape (count, size, size, 3), in uneven light, with noise."""
    count, size, _ = cover.shape
    ground = rng.uniform(size=(count, 1, 1, 3))
    shape = (ground + rng.uniform(0.35, 0.65, size=ground.shape)) % 1.0
    slope = np.linspace(-0.15, 0.15, size)
    tilt = rng.uniform(-1.0, 1.0, size=(2, count, 1, 1))
    light = tilt[0] * slope[None, :, None] + tilt[1] * slope[None, None, :]
    image = ground + (shape - ground) * cover[..., None] + light[..., None]
    return np.clip(image + 0.05 * rng.normal(size=image.shape), 0.0, 1.0)
