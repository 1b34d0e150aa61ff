import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnkit.data import load_digits, make_blobs, make_rings


@pytest.mark.parametrize("make", [make_blobs, make_rings])
@given(num_examples=st.integers(1, 50), seed=st.integers(0, 99))
def test_toy_sets_are_balanced_and_repeatable(make, num_examples, seed):
    X, y = make(num_examples, np.random.default_rng(seed))
    again, _ = make(num_examples, np.random.default_rng(seed))
    assert X.shape == (num_examples, 2)
    assert X.dtype == np.float64
    assert y.shape == (num_examples,)
    assert y.sum() == num_examples // 2
    assert np.array_equal(X, again)


def test_toy_sets_without_noise_lie_where_the_docs_say():
    X, y = make_blobs(10, np.random.default_rng(0), noise=0.0)
    assert (X[y == 1] == [2.0, 1.0]).all()
    assert (X[y == 0] == [-2.0, -1.0]).all()
    X, y = make_rings(10, np.random.default_rng(0), noise=0.0)
    assert np.allclose(np.linalg.norm(X, axis=1), np.where(y == 1, 1.0, 2.0))


def test_digits_are_split_scaled_and_shuffled():
    digits = load_digits(rng=np.random.default_rng(0))
    assert digits.X_train.shape == (1200, 64)
    assert digits.X_test.shape == (597, 64)
    assert (digits.X_train.min(), digits.X_train.max()) == (0.0, 1.0)
    assert set(digits.y_test) == set(range(10))
    other = load_digits(rng=np.random.default_rng(1))
    assert (digits.y_train != other.y_train).any()
    assert np.array_equal(load_digits(rng=np.random.default_rng(0)).X_test, digits.X_test)
