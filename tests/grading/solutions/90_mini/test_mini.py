"""Checks of the small lesson."""

import numpy as np

from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points

EXAMPLES = {
    "double": [example("three numbers", x=np.array([1.0, -2.0, 0.5]))],
    "mean_square": [example("two numbers", x=np.array([1.0, 3.0]))],
}


@points(1)
def test_double_shape(student, reference, rng):
    """The shape is kept."""
    assert_shape(student.double(rng.normal(size=(3, 2))), (3, 2), what="double(x)")
    shape = tuple(int(size) for size in rng.integers(2, 9, size=3))
    x = rng.normal(size=shape)
    answer = student.double(x)
    assert_shape(answer, shape, what="double(x)")
    assert_that(np.ptp(answer) > 0 and not np.array_equal(answer, x), "double(x): expected something made of x.")


@points(2)
def test_double_values(student, reference, rng):
    """Every number is doubled."""
    x = rng.normal(size=(4, 3))
    assert_close(student.double(x), reference.double(x), what="double(x)")


@points(1)
def test_mean_square_values(student, reference, rng):
    """The mean of the squares is right."""
    x = rng.normal(size=5)
    assert_close(student.mean_square(x), reference.mean_square(x), what="mean_square(x)")
