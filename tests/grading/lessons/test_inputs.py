"""The vocabulary of inputs holds what its names promise, whatever the seed."""

import numpy as np
import pytest

from grading.lessons import inputs

SEEDS = range(20)


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng(request.param)


def test_magnitudes_are_of_every_size_and_sign(rng):
    x = inputs.magnitudes(rng, (4, 5))
    assert x.shape == (4, 5)
    assert 1e-8 <= np.abs(x).min() < 1e-6
    assert 1e6 < np.abs(x).max() <= 1e8
    assert {-1.0, 1.0} == set(np.sign(x).ravel())
    assert inputs.magnitudes(rng, (0, 3)).shape == (0, 3)


def test_rows_hold_both_ends_at_once(rng):
    rows = inputs.spread_rows(rng, (3, 4))
    assert (rows.max(axis=1) > 700).all()
    assert (rows.min(axis=1) < -700).all()
    assert (rows * 8 == np.round(rows * 8)).all()


def test_whole_numbers_are_integers(rng):
    x = inputs.whole_numbers(rng, (3, 2), 0, 1)
    assert x.dtype.kind == "i"
    assert set(x.ravel()) <= {0, 1}


@pytest.mark.parametrize("gap", [0.0, 0.005])
def test_the_largest_of_a_row_comes_twice_or_nearly(rng, gap):
    rows = np.sort(inputs.with_ties(rng, (4, 3), gap), axis=1)
    assert rows[:, -2] == pytest.approx((1 - gap) * rows[:, -1])
    assert ((rows[:, -2] == rows[:, -1]) == (gap == 0)).all()


def test_some_numbers_are_zero_and_not_all(rng):
    x = inputs.with_zeros(rng, (3, 4))
    assert 0 < np.sum(x == 0) < x.size
    assert inputs.with_zeros(rng, 1).tolist() == [0.0]


def test_labels_leave_classes_out_at_the_start_and_in_the_middle(rng):
    labels = inputs.labels_with_gaps(rng, 8, 5)
    assert labels.shape == (8,)
    assert labels.dtype.kind == "i"
    assert labels.max() == 4
    assert 0 not in labels
    assert len(set(labels)) < 4


def test_a_parameter_is_tried_at_its_ends_and_near_them(rng):
    low, near_low, near_high, high = inputs.ends(rng, 0.0, 1.0)
    assert (low, high) == (0.0, 1.0)
    assert 0 < near_low < 0.1 < near_high < 1


def test_a_walk_changes_its_rate_and_order_and_one_array_goes_flat(rng):
    steps = list(inputs.walk(rng, {"W": (2, 3), "b": (3,), "scale": ()}))
    assert len(steps) == 40
    assert len({rate for _, rate in steps}) == 40
    assert len({tuple(grads) for grads, _ in steps}) > 1
    assert {grads["scale"].shape for grads, _ in steps} == {()}
    flat = [name for name in "W b scale".split() if not any(grads[name].any() for grads, _ in steps[13:])]
    assert flat
    assert any(steps[k][0][flat[0]].any() for k in range(13))


def test_a_tangled_graph_has_twin_edges_and_equal_names(rng):
    graph, names = inputs.tangled_graph(rng, 7)
    assert len(graph) == len(names) == 7
    assert len(set(names)) == 6
    assert any(len(set(parents)) < len(parents) for parents in graph)
    assert all(parent < number for number, parents in enumerate(graph) for parent in parents)


def test_small_shapes_have_one_axis_of_one_or_none():
    assert inputs.small_shapes((2, 3)) == [(1, 3), (2, 1), (1, 1)]
    assert inputs.small_shapes((4,), empty=True) == [(1,), (1,), (0,)]


def test_generators_differ_from_each_other(rng):
    assert inputs.generator(rng).random() != inputs.generator(rng).random()


def test_every_array_is_of_every_kind_once(rng):
    tiny, large, near, first, zeros, second, blank = inputs.many_kinds(rng, (3, 4), (4,))
    assert all(np.abs(array).max() < 1e-4 for array in tiny)
    assert all(np.abs(array).max() > 1e4 for array in large)
    assert [array.dtype.kind for array in (*first, *second)] == ["i", "f", "f", "i"]
    assert all(np.sort(array)[..., -2].max() > 0.9 for array in near)
    assert not zeros[0][0].any()
    assert zeros[0].any()
    assert not blank[1].any()


def test_mixed_rows_hold_one_row_of_each_kind(rng):
    rows = np.abs(inputs.mixed_rows(rng, 5, largest=50))
    top = rows.max(axis=1)
    assert rows.shape == (10, 5)
    assert sum(top == 0) == 1
    assert sum((top > 0) & (top < 1e-5)) == 1
    assert sum((top > 5e-4) & (top <= 5e-3)) == 1
    ranked = np.sort(rows, axis=1)
    assert sum((ranked[:, -1] == ranked[:, -2]) & (top > 0)) == 1
    assert sum((ranked[:, -2] > 0.99 * top) & (ranked[:, -2] < top)) >= 1
