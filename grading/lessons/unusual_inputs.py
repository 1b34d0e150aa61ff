"""Arrays of numbers that are not ordinary: a wrong answer that holds for draws around 1 fails on one of them."""

from collections.abc import Iterator

import numpy as np

from grading.lessons.inputs import Arrays, magnitudes, with_ties, with_zeros

TINY, LARGE = 1e-9, 1e5  # sizes of the numbers that `unusual_arrays` draws


def unusual_arrays(rng: np.random.Generator, **shapes: tuple[int, ...]) -> list[tuple[str, str, Arrays, float]]:
    """List cases in each of which one array holds unusual numbers: tiny, large, equal or nearly equal ones, or zeros.

    Args:
        rng: the check's generator.
        shapes: shape of each array, by its name; the last axis holds two numbers or more.

    Returns:
        For each case: what is unusual, the name of the array, all arrays by name, and the size of its numbers.
    """
    cases = []
    for name, shape in shapes.items():
        for kind, array, size in kinds_of_numbers(rng, shape):
            arrays = {other: rng.normal(size=others) for other, others in shapes.items()}
            cases.append((f"{kind} in {name}", name, arrays | {name: array}, size))
    return cases


def kinds_of_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray, float]]:
    """Draw arrays of a shape, each with numbers of another kind.

    Args:
        rng: the check's generator.
        shape: shape of each array; the last axis holds two numbers or more.

    Yields:
        (what the numbers are, the array, their size).
    """
    zeros = with_zeros(rng, shape)
    zeros[: 1 if len(shape) > 1 else None] = 0.0
    yield "tiny numbers", magnitudes(rng, shape, TINY / 10, TINY), TINY
    yield "large numbers", magnitudes(rng, shape, LARGE / 5, LARGE), LARGE
    yield "equal numbers", with_ties(rng, shape), 1.0
    yield "nearly equal numbers", with_ties(rng, shape, gap=0.005), 1.0
    yield "zeros", zeros, 1.0
