import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit.checking.compare import difference
from dnnkit.checking.wire import DTYPES, WireError, decode, encode

arrays = hnp.arrays(
    st.sampled_from(sorted(DTYPES)).map(np.dtype), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
)
leaves = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | st.text(max_size=5)
plain = st.recursive(
    leaves | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(-5, 5), inner, max_size=3)
    ),
    max_leaves=6,
)


def same(left, right):
    """Say whether two plain values are equal in type, shape, dtype and every bit that counts."""
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return type(right) is dict and list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    if isinstance(left, np.ndarray):
        kind = left.dtype.kind == "f"
        return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=kind) and left.shape == right.shape
    if isinstance(left, float) and math.isnan(left):
        return isinstance(right, float) and math.isnan(right)
    return type(left) is type(right) and left == right


@given(plain, st.booleans())
def test_every_plain_value_survives_the_wire(value, readable):
    sent = json.loads(json.dumps(encode(value, readable=readable)))
    assert same(value, decode(sent))


@given(plain)
def test_a_value_that_travelled_does_not_differ(value):
    if not isinstance(value, dict):  # a key may be too much for a message, the dicts themselves are compared above
        assert difference(decode(encode(value)), value) is None


def test_a_generator_goes_on_where_it_was():
    rng = np.random.default_rng(3)
    rng.normal(size=4)
    assert decode(json.loads(json.dumps(encode(rng)))).integers(10**9) == rng.integers(10**9)


@pytest.mark.parametrize("value", [object(), {1, 2}, lambda: 0, np.array(["a"]), np.array([object()]), 2**2001])
def test_what_is_not_plain_does_not_travel(value):
    with pytest.raises(WireError):
        encode(value)


@pytest.mark.parametrize(
    "message",
    [
        {"t": "nothing"},
        {"t": "array", "dtype": "object", "shape": [1], "values": [1]},
        {"t": "array", "dtype": "float64", "shape": [-1], "values": []},
        {"t": "array", "dtype": "float64", "shape": [2], "values": [1.0]},
        {"t": "array", "dtype": "float64", "shape": [10**9], "values": []},
        {"t": "array", "dtype": "float64", "shape": [1], "base64": "%%"},
        {"t": "rng", "v": {"state": "x", "inc": "1"}},
        {"t": "dict", "v": [[[], 1]]},
        {"t": "float", "v": "1.0"},
    ],
)
def test_malformed_messages_are_refused(message):
    with pytest.raises(WireError):
        decode(message)


def test_deep_nesting_is_refused_both_ways():
    value = []
    for _ in range(50):
        value = [value]
    with pytest.raises(WireError, match="nested"):
        encode(value)
    with pytest.raises(WireError, match="nested"):
        decode(value)
