"""Sequences and corpora: shapes, answers that follow from the inputs, and the same numbers from the same generator."""

import doctest

import numpy as np
import pytest

from dnnkit.data import (
    corpora,
    load_first_names,
    load_prose,
    make_adding,
    make_recall,
    make_strokes,
    make_tags,
    sequences,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("module", [corpora, sequences])
def test_the_examples_in_the_docs_run(module):
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize("make", [make_adding, make_recall, make_tags, make_strokes])
def test_the_same_generator_gives_the_same_sequences(make):
    first, again, other = (make(5, 12, np.random.default_rng(seed)) for seed in (3, 3, 4))
    parts = [made if isinstance(made, tuple) else (made,) for made in (first, again, other)]
    for one, two, three in zip(*parts, strict=True):
        assert np.array_equal(one, two)
        assert not np.array_equal(one, three)


@pytest.mark.parametrize("seq_len", [2, 3, 50])
def test_adding_marks_one_number_in_each_half(rng, seq_len):
    X, y = make_adding(200, seq_len, rng)
    assert X.dtype == y.dtype == np.float32
    marks, half = X[:, :, 1], seq_len // 2
    assert (marks[:, :half].sum(axis=1) == 1).all()
    assert (marks[:, half:].sum(axis=1) == 1).all()
    np.testing.assert_allclose(y, np.sum(X[:, :, 0] * marks, axis=1), rtol=1e-6)
    assert X[:, :, 0].min() >= 0
    assert X[:, :, 0].max() <= 1


def test_adding_says_that_one_step_is_too_few(rng):
    with pytest.raises(ValueError, match=r"Expected seq_len of at least 2\. Got 1\. Were num_sequences"):
        make_adding(50, 1, rng)


def test_recall_asks_for_the_first_symbol_and_hides_it_nowhere_else(rng):
    tokens, y = make_recall(100, 9, rng)
    assert tokens.shape == (100, 10)
    assert set(y) == {0, 1, 2, 3}
    assert np.array_equal(tokens[:, 0], y)
    assert set(tokens[:, 1:].ravel()) == {4, 5, 6, 7}


def test_tags_follow_from_the_markers(rng):
    tokens, tags = make_tags(40, 15, rng)
    _, differ = make_tags(40, 15, np.random.default_rng(7), both=True)
    assert tokens[:, [0, -1]].min() >= 6
    for row, tag, both in zip(tokens, tags, differ, strict=True):
        for t in range(15):
            following = next(token for token in row[t:] if token >= 6)
            before = next(token for token in row[t::-1] if token >= 6)
            assert tag[t] == (following == 7)
            assert both[t] == (following != before)


def test_strokes_are_loops_that_move_to_the_right(rng):
    steps = make_strokes(30, 200, rng)
    assert steps.shape == (30, 199, 2)
    assert steps.dtype == np.float32
    path = np.cumsum(steps, axis=1)
    assert (path[:, -1, 0] > 5).all()
    assert np.abs(path[:, :, 1]).max() < 4
    assert np.linalg.norm(steps, axis=2).max() < 1


def test_first_names_are_different_small_letters_in_order():
    names = load_first_names()
    assert len(names) == len(set(names)) == 5163
    assert names == sorted(names)
    assert set("".join(names)) <= set("abcdefghijklmnopqrstuvwxyz")
    assert {len(name) for name in names} == set(range(2, 12))


def test_prose_has_no_tables_and_no_paragraph_twice():
    text = load_prose()
    paragraphs = text.split("\n")
    assert 100_000 < len(text) < 250_000
    assert len(paragraphs) == len(set(paragraphs))
    assert "  " not in text
    assert "---" not in text
    assert all(paragraph.endswith((".", ":")) for paragraph in paragraphs)
