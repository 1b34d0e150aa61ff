import json
import math
import sys
import tracemalloc
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dnnkit.checking.compare import difference
from dnnkit.checking.wire import DTYPES, LIMITS, WireError, WireLimitPassed, WireLimits, decode, encode
from dnnkit.checking.wire_limits import IN_WORDS

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
    with pytest.raises(WireError, match="inside each other"):
        encode(value)
    with pytest.raises(WireError, match="inside each other"):
        decode(value)


def array(shape, **content):
    return {"t": "array", "dtype": "bool", "shape": shape, **(content or {"base64": ""})}


SAME_HASH = sys.hash_info.modulus


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("elements", array([2**23, 0])),
        ("elements", array([0, 10**4000])),
        ("elements", array([0, 2**12, 2**12])),
        ("elements", [array([3 * 2**20, 0]), array([3 * 2**20, 0])]),
        ("array_bytes", [array([2**22]) | {"dtype": "float64", "base64": "A"}]),
        ("dimensions", array([1] * 17)),
        ("items", [0] * 100_001),
        ("items", [[0] * 60_000, {"t": "tuple", "v": [0] * 60_000}]),
        ("items", {"t": "dict", "v": [[n, n] for n in range(100_001)]}),
        ("items", array([100_001], values=[0] * 100_001)),
        ("texts", [""] * 5_001),
        ("text_chars", "x" * 4_001),
        ("all_text_chars", ["x" * 4_000] * 51),
        ("digits", 10**600),
        ("large_integers", [2**60 + n * SAME_HASH for n in range(101)]),
    ],
)  # fmt: skip
def test_no_more_than_the_limits_is_decoded_and_the_limit_is_named(limit, message):
    tracemalloc.start()
    try:
        with pytest.raises(WireLimitPassed, match=rf"more than [\d,]+ .* \({limit}\)$") as caught:
            decode(message, limits=replace(LIMITS, array_bytes=2**24))
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20  # bytes
    finally:
        tracemalloc.stop()
    assert caught.value.limit == limit


@pytest.mark.parametrize("value", [[0] * 100_001, "x" * 4_001, np.empty((2**23, 0)), [2**61] * 101, 10**600])
def test_who_sends_too_much_is_told_before_it_leaves(value):
    with pytest.raises(WireLimitPassed):
        encode(value)


def test_what_is_within_the_limits_travels():
    value = [np.zeros((5_000, 784), np.float32), [0] * 99_000, {"a" * 4_000: 10**599}, np.empty((1_000, 0))]
    assert same(value, decode(encode(value)))


def test_keys_that_may_share_a_hash_are_refused():
    with pytest.raises(WireError, match="very large number as a key"):
        decode({"t": "dict", "v": [[SAME_HASH + 1, 0]]})


def test_every_limit_is_said_in_words():
    assert set(IN_WORDS) == {field.name for field in fields(WireLimits)}
