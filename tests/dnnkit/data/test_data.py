import doctest
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnkit import data
from dnnkit.data import load_digits, load_text, make_blobs, make_moons, make_rings, make_shapes, make_spirals


@pytest.mark.parametrize("make", [make_blobs, make_rings, make_moons])
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


@given(num_examples=st.integers(1, 50), num_classes=st.integers(1, 5), seed=st.integers(0, 99))
def test_spirals_are_balanced_and_repeatable(num_examples, num_classes, seed):
    X, y = make_spirals(num_examples, np.random.default_rng(seed), num_classes=num_classes)
    again, _ = make_spirals(num_examples, np.random.default_rng(seed), num_classes=num_classes)
    assert (X.shape, X.dtype, y.shape) == ((num_examples, 2), np.float64, (num_examples,))
    counts = np.bincount(y, minlength=num_classes)
    assert counts.max() - counts.min() <= 1
    assert (np.diff(counts) <= 0).all()
    assert np.array_equal(X, again)


@pytest.mark.parametrize("make", [make_blobs, make_rings, make_moons, make_spirals])
def test_toy_sets_are_shuffled_and_noise_makes_them_wider(make):
    _, y = make(300, np.random.default_rng(0))
    assert (np.diff(y) == 0).sum() > 60  # sorted classes or classes in turn would give about 300 or 0
    assert (np.diff(y) != 0).sum() > 60
    quiet, _ = make(300, np.random.default_rng(0), noise=0.0)
    for noise in (0.1, 0.2):
        noisy, _ = make(300, np.random.default_rng(0), noise=noise)
        assert 0.5 * noise < np.std(noisy - quiet) < 1.2 * noise


def test_moons_without_noise_are_half_circles_that_reach_into_each_other():
    X, y = make_moons(400, np.random.default_rng(0), noise=0.0)
    upper, lower = X[y == 0] + [0.5, 0.25], X[y == 1] - [0.5, 0.25]
    for half, side in ((upper, 1.0), (lower, -1.0)):
        assert np.allclose(np.linalg.norm(half, axis=1), 1.0)
        assert (side * half[:, 1] >= 0.0).all()
    assert X[y == 0, 0].max() > X[y == 1, 0].min()
    assert X[y == 1, 1].max() > X[y == 0, 1].min()


@pytest.mark.parametrize("winding", [2.0, 6.0])
def test_spirals_without_noise_lie_where_the_docs_say(winding):
    X, y = make_spirals(300, np.random.default_rng(0), noise=0.0, winding=winding)
    radius = np.linalg.norm(X, axis=1)
    turned = np.arctan2(X[:, 1], X[:, 0]) - winding * radius - 2.0 * np.pi * y / 3
    assert np.allclose(np.cos(turned), 1.0)
    assert 0.2 <= radius.min() < 0.25
    assert 1.95 < radius.max() <= 2.0


@pytest.mark.parametrize(("make", "most"), [(make_rings, 0.65), (make_moons, 0.92), (make_spirals, 0.70)])
def test_no_straight_line_tells_the_classes_apart_but_neighbours_do(make, most):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    X, y = make(600, np.random.default_rng(0))
    new_X, new_y = make(600, np.random.default_rng(1))
    assert LogisticRegression().fit(X, y).score(new_X, new_y) < most
    assert KNeighborsClassifier().fit(X, y).score(new_X, new_y) > 0.98


def test_text_is_long_plain_and_the_same_each_time():
    text = load_text()
    assert len(text) > 300_000
    assert set(text) <= set(map(chr, range(32, 127))) | {"\n"}
    assert text == load_text()
    assert text.startswith('The "assert" statement\n')
    assert text.count("?") < 500  # few characters had to be replaced
    assert load_text(num_characters=100) == text[:100]
    assert load_text(num_characters=0) == ""


@pytest.mark.parametrize("many", [-1, 10**9])
def test_more_text_than_there_is_is_told(many):
    with pytest.raises(ValueError, match=rf"Expected 0 to \d+\. Got {many}\. Is it a number of words"):
        load_text(num_characters=many)


def test_text_replaces_what_is_not_ascii(monkeypatch):
    topics = {"b": "“It’s” — 3 – 2 …\tß\xa0\n", "a": "first"}
    monkeypatch.setattr("pydoc_data.topics.topics", topics)
    assert load_text() == 'first\n\n"It\'s" -- 3 - 2 ...    ?'


def test_shapes_are_balanced_scaled_and_repeatable():
    X, y = make_shapes(95, np.random.default_rng(0))
    assert (X.shape, X.dtype, y.dtype) == ((95, 32, 32, 3), np.float32, np.int64)
    assert np.bincount(y).tolist() == [10] * 5 + [9] * 5
    assert 0.0 <= X.min() < X.max() <= 1.0
    assert np.array_equal(X, make_shapes(95, np.random.default_rng(0))[0])
    assert make_shapes(3, np.random.default_rng(0), size=16)[0].shape == (3, 16, 16, 3)


def test_colours_and_brightness_do_not_tell_the_shapes():
    from sklearn.linear_model import LogisticRegression

    X, y = make_shapes(1500, np.random.default_rng(0), size=16)
    features = np.concatenate([X.mean(axis=(1, 2)), X[:, 0, 0], X[:, 8, 8]], axis=1)
    assert LogisticRegression(max_iter=500).fit(features[:1000], y[:1000]).score(features[1000:], y[1000:]) < 0.25


@pytest.mark.parametrize("name", ["digits", "downloads", "shapes", "text", "toys"])
def test_examples_in_docstrings_run(name):
    assert doctest.testmod(import_module(f"dnnkit.data.{name}"), extraglobs={"np": np}).failed == 0


def test_the_facade_is_sorted_and_complete():
    assert data.__all__ == sorted(data.__all__)
    assert all(hasattr(data, name) for name in data.__all__)
