import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit.checking.compare import describe, difference, format_number

numbers = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(width=32))
finite = hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e3, 1e3))


@given(numbers)
def test_nothing_differs_from_itself_in_any_form(array):
    assert difference(array, array) is None
    assert difference(array.astype(np.float32), array) is None
    assert difference(array.tolist() if array.ndim == 1 else array * 1, array) is None


@given(finite, st.integers(0, 10**6), st.floats(1e-4, 1e6), st.sampled_from([-1, 1]))
def test_one_wrong_entry_is_found_where_it_is(array, where, size, sign):
    index = np.unravel_index(where % array.size, array.shape)
    wrong = array.copy()
    wrong[index] += sign * size * max(1.0, np.abs(array).max())
    found = difference(wrong, array)
    assert found.kind == "value"
    assert found.index == tuple(int(i) for i in index)
    assert found.count == (1, array.size)


@given(finite)
def test_other_shapes_differ_but_for_axes_of_one_when_asked(array):
    column = array[..., None]
    assert difference(column, array).kind == "shape"
    assert difference(column, array, strict_shape=False) is None


@given(finite)
def test_values_that_are_not_finite_are_told_apart(array):
    broken = array.copy()
    broken.flat[0] = np.nan
    assert difference(broken, array).kind == "finite"
    assert difference(broken, broken) is None


@pytest.mark.parametrize(
    ("actual", "expected", "sentence"),
    [
        (None, 1.0, "expected 1, got None (is a return missing?)."),
        ((1.0,), (1.0, 2.0), "expected a tuple of 2 items, got a tuple of 1 item."),
        (np.zeros(3), np.zeros((3, 1)), "expected shape (3, 1), got shape (3,)."),
        (np.zeros(1), 0.0, "expected a single number, got shape (1,)."),
        ([np.ones(2), 3.0], (np.ones(2), 2.0), "item 1: the value is wrong: expected 2, got 3."),
        ({"a": 1}, {"b": 1}, "expected a dict with keys ['b'], got a dict with keys ['a']."),
        (np.array([1, np.inf]), np.ones(2), "1 of 2 values is not finite, the first at [1]: expected 1, got inf."),
        (10**400, 1.0, "expected 1, got an integer of more than 300 digits."),
        (1.0, np.random.default_rng(0), "expected an object of type Generator, got 1."),
        (0.5000000004, 0.5, "the value is wrong: expected 0.5, got 0.5000000004."),
        ([[1.0], [2.0]], np.ones((2, 1)),
         "expected an array of shape (2, 1), got a list of 2 items: np.array(...) makes an array of it."),
        (True, "yes", "expected 'yes', got True."),
        ("J is 0.2", "J below 1e-6", "expected 'J below 1e-6', got 'J is 0.2'."),
    ],
)  # fmt: skip
def test_sentences(actual, expected, sentence):
    assert difference(actual, expected, rtol=1e-12).sentence(reveal=True) == sentence


def test_each_number_may_have_a_tolerance_of_its_own():
    right, wrong = np.array([1e6, 1e-3]), np.array([1e6, 2e-3])
    assert difference(wrong, right) is None
    assert difference(wrong, right, each=True).index == (1,)
    assert difference(np.array([1e6 + 0.1, np.inf]), np.array([1e6, np.inf]), each=True) is None


def test_hidden_numbers_stay_hidden_unless_revealed():
    found = difference(np.array([1.0, 7.25]), np.array([1.0, 3.75]))
    assert "3.75" not in found.sentence()
    assert "3.75" in found.sentence(reveal=True)


def test_values_are_described_in_a_few_words():
    assert describe(np.float32(2)) == "2"
    assert describe(object()) == "an object of type object"
    assert format_number(1234567.0) == "1.23457e+06"
