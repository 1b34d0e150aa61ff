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
    with pytest.raises(GradientMismatch, match=r"at most 1e-06, over all and in each entry\. Got 0\.00249"):
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


@pytest.fixture
def scales():
    """A sum of squares whose gradient has entries from 1e-3 to 1e3, and the middle of which is 1."""
    c = 10.0 ** np.linspace(-3, 3, 301)
    return lambda x: np.sum(c * x**2) / 2, c, np.ones(301)


@pytest.mark.parametrize("index", [0, 150, 299])
def test_one_entry_off_by_half_a_percent_is_rejected_beside_large_ones(scales, index):
    f, gradient, x = scales
    assert check_gradient(f, x, gradient) < 1e-9
    wrong = gradient.copy()
    wrong[index] *= 1.005
    with pytest.raises(GradientMismatch, match=rf"the worst entry is \[{index}\]"):
        check_gradient(f, x, wrong)


def test_one_number_for_all_entries_would_have_hidden_it(scales):
    f, gradient, x = scales
    wrong = gradient.copy()
    wrong[0] *= 1.2
    assert gradient_error(wrong, numerical_gradient(f, x)) < 1e-6


@pytest.mark.parametrize("fault", [lambda g: 1.005 * g, lambda g: -g, lambda g: 0.0, lambda g: np.nan])
def test_a_single_wrong_entry_of_three_thousand_is_rejected(fault):
    x = np.random.default_rng(1).normal(size=(50, 60))
    wrong = df(x)
    wrong[np.unravel_index(np.argmin(np.abs(np.abs(wrong) - 0.01)), wrong.shape)] = fault(0.01)
    with pytest.raises(GradientMismatch):
        check_gradient(f, x, wrong)


def test_the_right_gradient_of_three_thousand_entries_is_accepted():
    x = np.random.default_rng(1).normal(size=(50, 60))
    assert check_gradient(f, x, df(x)) < 1e-8


def test_an_entry_that_should_be_zero_may_be_a_rounding_error_but_no_more():
    x = np.array([0.0, 1.0])
    check_gradient(lambda v: np.sum(v**2), x, np.array([1e-17, 2.0]))
    with pytest.raises(GradientMismatch, match=r"the worst entry is \[0\]: formula 1e-07"):
        check_gradient(lambda v: np.sum(v**2), x, np.array([1e-7, 2.0]))


@pytest.mark.parametrize("seed", range(20))
def test_large_terms_that_cancel_do_not_fail_a_right_gradient(seed):
    rng = np.random.default_rng(seed)
    x, b = rng.normal(size=50), rng.normal(size=50)
    check_gradient(lambda v: 1e4 * np.sum(v) + b @ np.sin(v) - 1e4 * np.sum(v), x, b * np.cos(x))


def test_a_flat_spot_beside_a_slope_is_no_mistake():
    x = np.array([np.pi / 2, 0.3])
    check_gradient(lambda v: 1e-3 * np.sum(np.sin(1000 * v)), x, np.cos(1000 * x), tolerance=1e-4)


def network(rng):
    """A loss of weights W, and its gradient in the precision asked for."""
    X, V, y = rng.normal(size=(8, 6)), rng.normal(size=(7, 3)), rng.integers(3, size=8)

    def probs(W, dtype):
        a = np.tanh(X.astype(dtype) @ W.astype(dtype))
        p = np.exp(a @ V.astype(dtype))
        return a, p / p.sum(axis=1, keepdims=True)

    def loss(W):
        return -np.log(probs(W, np.float64)[1][np.arange(8), y]).mean()

    def gradient(W, dtype=np.float64):
        a, p = probs(W, dtype)
        p[np.arange(8), y] -= 1
        return X.astype(dtype).T @ (p @ V.astype(dtype).T * (1 - a**2)) / dtype(8)

    return loss, gradient, rng.normal(size=(6, 7))


@pytest.mark.parametrize("seed", range(10))
def test_a_right_gradient_in_float32_is_accepted_and_a_wrong_one_is_not(seed):
    rng = np.random.default_rng(seed)
    loss, gradient, W = network(rng)
    single = gradient(W, np.float32)
    assert single.dtype == np.float32
    check_gradient(loss, W, gradient(W))
    check_gradient(loss, W, single)
    with pytest.raises(GradientMismatch):  # what float32 costs is not forgiven where float64 was promised
        check_gradient(loss, W, single.astype(np.float64), tolerance=1e-9)
    with pytest.raises(GradientMismatch):
        check_gradient(loss, W, np.float32(1.005) * single)
    single[tuple(rng.integers(n) for n in single.shape)] *= np.float32(1.2)
    with pytest.raises(GradientMismatch):
        check_gradient(loss, W, single)


def test_a_function_that_computes_in_float32_is_no_judge(x):
    with pytest.raises(GradientMismatch):
        check_gradient(lambda v: f(v.astype(np.float32)), x, df(x))


def test_a_gradient_that_rounding_hides_is_not_accepted_and_the_cause_is_told():
    x = np.ones(3)
    with pytest.raises(GradientMismatch, match="f is so large that rounding hides the gradient"):
        check_gradient(lambda v: 1e9 + 1e-4 * np.sum(v), x, np.full(3, 1e-4))
