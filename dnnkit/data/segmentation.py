"""Images with shapes in them, and for every pixel the name of what it shows."""

import numpy as np

KINDS = ("ground", "disc", "square", "triangle")
# difficulty -> (smallest and largest radius as a share of the size, largest turn in radians, noise)
DIFFICULTIES = {1: (0.22, 0.34, 0.0, 0.1), 2: (0.16, 0.3, 0.0, 0.25), 3: (0.12, 0.25, 0.8, 0.35)}


def make_segments(
    num_images: int, rng: np.random.Generator, *, size: int = 32, difficulty: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Make grey images of one or two filled shapes on dark, noisy ground, with a class for every pixel.

    Args:
        num_images: how many images, N.
        rng: where the randomness comes from.
        size: height and width in pixels.
        difficulty: 1, 2 or 3. From 1 to 2 the noise grows; in 3 the shapes are smaller and turned as well.

    Returns:
        The pair (images, masks). images, shape (N, size, size, 1), float32; the ground is about 0, a shape between 0.4
        and 1, and noise is added. masks, shape (N, size, size), int64: 0 for ground, 1 for a disc, 2 for a square, 3
        for a triangle; `KINDS` holds the names. Where two shapes overlap, the second one covers the first.

    Raises:
        ValueError: there is no such difficulty.

    Example:
        >>> images, masks = make_segments(5, np.random.default_rng(0))
        >>> images.shape, masks.shape, int(masks.max())
        ((5, 32, 32, 1), (5, 32, 32), 3)
    """
    if difficulty not in DIFFICULTIES:
        raise ValueError(
            f"make_segments has no such difficulty. Expected 1, 2 or 3. Got {difficulty!r}. Is it the number of images?"
        )
    smallest, largest, turn, noise = DIFFICULTIES[difficulty]
    images = noise * rng.normal(size=(num_images, size, size))
    masks = np.zeros((num_images, size, size), dtype=np.int64)
    shapes = 1 + rng.integers(0, 2, size=num_images)  # one or two
    light = np.zeros((num_images, size, size))
    for k in range(2):
        kinds = rng.integers(1, len(KINDS), size=num_images)
        inside = _inside(kinds, rng.uniform(smallest, largest, size=num_images) * size, turn, size, rng)
        inside &= (shapes > k)[:, None, None]
        masks = np.where(inside, kinds[:, None, None], masks)
        light = np.where(inside, rng.uniform(0.4, 1.0, size=(num_images, 1, 1)), light)
    return (images + light)[..., None].astype(np.float32), masks


def _inside(kinds: np.ndarray, radius: np.ndarray, turn: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Say for every pixel whether it lies in the shape, shape (N, size, size); each shape at a random place."""
    count = len(kinds)
    radius = radius[:, None, None]
    across, down = rng.uniform(radius, size - radius, size=(2, count, 1, 1)) - 0.5
    angle = rng.uniform(-turn, turn, size=(count, 1, 1)) if turn else np.zeros((count, 1, 1))
    pixel = np.arange(size)
    u, v = (pixel[None, None, :] - across) / radius, (pixel[None, :, None] - down) / radius
    u, v = np.cos(angle) * u + np.sin(angle) * v, np.cos(angle) * v - np.sin(angle) * u
    disc, square = np.hypot(u, v) <= 1, np.maximum(np.abs(u), np.abs(v)) <= 0.85
    triangle = (v <= 0.8) & (2 * np.abs(u) <= v + 1)
    return np.choose(kinds[:, None, None] - 1, [disc, square, triangle])
