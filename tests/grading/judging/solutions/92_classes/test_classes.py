"""Checks of the lesson with a class."""

import numpy as np

from grading.lessons.checking import assert_close, example, points

SLOW = ("apply_twice",)


def _mean_of_two(Total):
    total = Total(3.0)
    total.add(1.0)
    total.add(2.0)
    return total.mean()


def _means(Total, factor, arrays):
    total = Total(factor)
    means = []
    for array in arrays:
        total.add(array)
        means.append(total.mean())
    return means


def _doubled_twice(apply_twice, x):
    return apply_twice(lambda x: 2 * x, x)


def _squared_twice(apply_twice, x):
    return apply_twice(lambda x: x * x + 1, x)


EXAMPLES = {
    "Total": [
        example("two numbers", run=_mean_of_two),
        example("two arrays", run=_means, factor=2.0, arrays=[np.array([1.0, 2.0]), np.array([3.0, 5.0])]),
    ],
    "apply_twice": [example("doubling", run=_doubled_twice, x=3.0)],
}


@points(2)
def test_Total_means(student, reference, rng):
    """The mean is right after every array."""
    inputs = {"factor": float(rng.normal()), "arrays": [rng.normal(size=3) for _ in range(4)]}
    assert_close(student.run(_means, **inputs), reference.run(_means, **inputs), what="the means of a Total")


@points(1)
def test_apply_twice_composes(student, reference, rng):
    """The function is applied to its own result."""
    x = float(rng.normal())
    assert_close(student.run(_squared_twice, x=x), reference.run(_squared_twice, x=x), what="apply_twice(f, x)")
