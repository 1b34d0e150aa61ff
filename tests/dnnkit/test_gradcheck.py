import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnkit.gradcheck import GradientMismatch, check_gradient, gradient_error, numerical_gradient


def f(x):
    return np.sum(np.sin(x) * x)


def df(x):
    return np.cos(x) * x + np.sin(x)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(4, 5))


def test_the_right_gradient_is_accepted(x):
    assert check_gradient(f, x, df(x)) < 1e-8


@given(st.integers(0, 10**6), st.sampled_from([(), (1,), (3,), (2, 3), (0,)]))
def test_the_right_gradient_is_accepted_everywhere(seed, shape):
    x = np.random.default_rng(seed).normal(size=shape)
    assert numerical_gradient(f, x).shape == shape
    check_gradient(f, x, df(x))


def test_a_gradient_off_by_half_a_percent_is_rejected(x):
    with pytest.raises(GradientMismatch, match=r"relative error of at most 1e-06\. Got 0\.00249"):
        check_gradient(f, x, 1.005 * df(x))


def test_a_single_wrong_entry_is_rejected_and_named(x):
    wrong = df(x)
    wrong[2, 3] *= 1.2
    with pytest.raises(GradientMismatch, match=r"the worst entry is \[2, 3\]"):
        check_gradient(f, x, wrong)


@pytest.mark.parametrize("wrong", [lambda g: -g, lambda g: 0 * g, lambda g: g * np.nan, lambda g: g + 1e-3])
def test_other_wrong_gradients_are_rejected(x, wrong):
    with pytest.raises(GradientMismatch):
        check_gradient(f, x, wrong(df(x)))


def test_a_transposed_gradient_is_told_by_its_shape(x):
    with pytest.raises(ValueError, match=r"Expected \(4, 5\), the shape of the input\. Got \(5, 4\)"):
        check_gradient(f, x, df(x).T)


def test_functions_that_return_no_number_are_told(x):
    with pytest.raises(ValueError, match="Is a sum or a mean missing"):
        numerical_gradient(np.sin, x)


def test_the_input_is_left_alone_and_integers_are_welcome():
    x = np.array([1, 2])
    assert numerical_gradient(lambda v: np.sum(v**2), x).round(6).tolist() == [2.0, 4.0]
    assert x.tolist() == [1, 2]


def test_error_is_relative_and_zero_for_zeros():
    assert gradient_error(np.zeros(3), np.zeros(3)) == 0.0
    assert gradient_error([1.0], [-1.0]) == 1.0
    assert gradient_error([1e-9], [1.01e-9]) == pytest.approx(0.004975, rel=1e-3)
