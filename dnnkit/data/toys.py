"""Toy sets: points in the plane, made on the spot."""

import numpy as np


def make_blobs(num_examples: int, rng: np.random.Generator, *, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Make two round clouds of points that a straight line can tell apart.

    Args:
        num_examples: how many points, N; half of them in each class, one more in class 0 when N is odd.
        rng: where the randomness comes from.
        noise: standard deviation of each cloud; the centres (-2, -1) and (2, 1) are about 4.5 apart.

    Returns:
        The pair (X, y): points of shape (N, 2) and classes 0 or 1 of shape (N,), shuffled.

    Example:
        >>> X, y = make_blobs(5, np.random.default_rng(0))
        >>> X.shape, sorted(y.tolist())
        ((5, 2), [0, 0, 0, 1, 1])
    """
    y = _shuffled_classes(num_examples, rng)
    centres = np.array([[-2.0, -1.0], [2.0, 1.0]])
    return centres[y] + noise * rng.normal(size=(num_examples, 2)), y


def make_rings(num_examples: int, rng: np.random.Generator, *, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Make a ring of points around another, which no straight line can tell apart.

    Args:
        num_examples: how many points, N.
        rng: where the randomness comes from.
        noise: standard deviation of the distance to the ring; the radii are 1 and 2.

    Returns:
        The pair (X, y): points of shape (N, 2) and classes of shape (N,), 1 for the inner ring, shuffled.
    """
    y = _shuffled_classes(num_examples, rng)
    angle = rng.uniform(0.0, 2.0 * np.pi, size=num_examples)
    radius = np.where(y == 1, 1.0, 2.0) + noise * rng.normal(size=num_examples)
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), y


def make_moons(num_examples: int, rng: np.random.Generator, *, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Make two half circles that reach into each other.

    Args:
        num_examples: how many points, N; half of them in each class, one more in class 0 when N is odd.
        rng: where the randomness comes from.
        noise: standard deviation of both coordinates around the half circle.

    Returns:
        The pair (X, y): points of shape (N, 2) and classes 0 or 1 of shape (N,), shuffled. Class 0 is the upper half of
        the circle of radius 1 around (-0.5, -0.25), class 1 the lower half of that around (0.5, 0.25): half a turn
        around the origin carries one into the other.

    Example:
        >>> X, y = make_moons(4, np.random.default_rng(0))
        >>> X.shape, sorted(y.tolist())
        ((4, 2), [0, 0, 1, 1])
    """
    y = _shuffled_classes(num_examples, rng)
    angle = rng.uniform(0.0, np.pi, size=num_examples)
    side = np.where(y == 0, 1.0, -1.0)[:, None]
    arc = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return side * (arc - [0.5, 0.25]) + noise * rng.normal(size=(num_examples, 2)), y


def make_spirals(
    num_examples: int, rng: np.random.Generator, *, num_classes: int = 3, noise: float = 0.1, winding: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """Make spiral arms that start at the centre and turn around each other.

    Args:
        num_examples: how many points, N; as many in each class, the first classes one more when N does not divide.
        rng: where the randomness comes from.
        num_classes: how many arms, C.
        noise: standard deviation of both coordinates around the arm.
        winding: by how many radians an arm turns while its distance from the centre grows by 1.

    Returns:
        The pair (X, y): points of shape (N, 2) and classes 0 to C - 1 of shape (N,), shuffled. On arm k a point at
        distance r from the centre, from 0.2 to 2, stands at the angle winding * r + 2 pi k / C.

    Example:
        >>> X, y = make_spirals(6, np.random.default_rng(0))
        >>> X.shape, sorted(y.tolist())
        ((6, 2), [0, 0, 1, 1, 2, 2])
    """
    y = _shuffled_classes(num_examples, rng, num_classes)
    radius = rng.uniform(0.2, 2.0, size=num_examples)
    angle = winding * radius + 2.0 * np.pi * y / num_classes
    arm = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return arm + noise * rng.normal(size=(num_examples, 2)), y


def _shuffled_classes(num_examples: int, rng: np.random.Generator, num_classes: int = 2) -> np.ndarray:
    return rng.permutation(np.arange(num_examples) % num_classes)
