"""Checks of the lesson with a class."""

import numpy as np

from grading.lessons.checking import assert_close, example, points

SLOW = ("apply_twice",)

MEANS = """
total = Total(factor)
means = []
for array in arrays:
    total.add(array)
    means.append(total.mean())
means
"""

EXAMPLES = {
    "Total": [
        example("two numbers", code="total = Total(3.0)\ntotal.add(1.0)\ntotal.add(2.0)\ntotal.mean()"),
        example("two arrays", code=MEANS.strip(), factor=2.0, arrays=[np.array([1.0, 2.0]), np.array([3.0, 5.0])]),
    ],
    "apply_twice": [example("doubling", code="apply_twice(lambda x: 2 * x, x)", x=3.0)],
}


@points(2)
def test_Total_means(student, reference, rng):
    """The mean is right after every array."""
    inputs = {"factor": float(rng.normal()), "arrays": [rng.normal(size=3) for _ in range(4)]}
    assert_close(student.run(MEANS, **inputs), reference.run(MEANS, **inputs), what="the means of a Total")


@points(1)
def test_apply_twice_composes(student, reference, rng):
    """The function is applied to its own result."""
    code, x = "apply_twice(lambda x: x * x + 1, x)", float(rng.normal())
    assert_close(student.run(code, x=x), reference.run(code, x=x), what="apply_twice(f, x)")
