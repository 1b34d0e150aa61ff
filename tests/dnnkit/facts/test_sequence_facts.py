"""Facts about trained weights, their answers and drawn tokens say what is wrong, and hold for every right form."""

import numpy as np
import pytest

from dnnkit.data import make_adding
from dnnkit.facts import FACTS


def some_weights(seed, H=3, K=3, **changes):
    rng = np.random.default_rng(seed)
    weights = {"Wx": rng.normal(size=(2, K * H)), "Wh": rng.normal(size=(H, K * H)), "b": np.zeros(K * H)}
    return weights | {"Wy": rng.normal(size=(H, 1)), "by": np.zeros(1)} | changes


def facts_of_weights(first, second):
    return FACTS["adding weights"]({}, [first, second])


@pytest.mark.parametrize("H", [1, 3, 4])
def test_networks_of_any_size_and_kind_have_the_same_facts(H):
    plain, gru, lstm = (facts_of_weights(some_weights(1, H, K), some_weights(2, H, K)) for K in (1, 3, 4))
    assert plain == gru == lstm
    assert list(plain.values()) == ["yes", "fit together", "yes", "others"]


@pytest.mark.parametrize(
    ("first", "value"),
    [
        (None, "no, None"),
        (tuple(some_weights(1).values()), "no, a tuple of 5 items"),
        ({"Wx": np.ones(2)}, "no, Wh, b, Wy, by missing"),
    ],
)
def test_another_form_is_said(first, value):
    assert facts_of_weights(first, first) == {"a dict of Wx, Wh, b, Wy and by": value}


def test_shapes_infinite_numbers_and_a_generator_that_is_not_used_are_said():
    weights = some_weights(1)
    assert facts_of_weights(weights, weights)["weights that another rng leads to"] == "the same"
    assert facts_of_weights(some_weights(1, by=np.array([np.inf])), weights)["all numbers are finite"] == "no"
    shapes = facts_of_weights(some_weights(1, by=np.zeros(())), weights)["shapes"]
    assert shapes == "Wx (2, 9), Wh (3, 9), b (9,), Wy (3, 1), by ()"
    assert facts_of_weights(some_weights(1, K=2), weights)["shapes"].startswith("Wx (2, 6)")


def test_answers_to_the_adding_problem_are_measured_against_the_sums():
    X, y = make_adding(50, 6, np.random.default_rng(0))
    assert FACTS["sums"]({"X": X}, y[:, None] + 0.1) == {"mean squared error on 50 new sequences": "below 0.02"}
    assert FACTS["sums"]({"X": X}, y + 1) == {"mean squared error on 50 new sequences": "1"}
    assert FACTS["sums"]({"X": X}, y[:3]) == {"one answer for each sequence": "no, 3 for 50"}


def test_tokens_that_come_as_often_as_they_should_have_the_same_facts_however_they_were_drawn():
    shares = np.array([0.2, 0.3, 0.5])
    draws = [np.random.default_rng(seed).choice(3, size=2000, p=shares).tolist() for seed in (1, 2)]
    assert FACTS["frequencies"]({"shares": shares}, draws[0]) == FACTS["frequencies"]({"shares": shares}, draws[1])
    as_numbers = [np.int64(draw) for draw in draws[0]]
    assert FACTS["frequencies"]({"shares": shares}, as_numbers)["share of token 2"] == "about 0.50"


@pytest.mark.parametrize(
    ("draws", "fact", "value"),
    [
        ([0.5] * 10, "every draw is a whole number", "no, float came"),
        ([True] * 10, "every draw is a whole number", "no, bool came"),
        ([np.arange(2)] * 10, "every draw is a whole number", "no, an array of shape (2,) came"),
        ([1, 2] * 10, "draws outside 0 to 1", "some"),
        ([0] * 10, "share of token 0", "1.0"),
    ],
)
def test_odd_draws_are_said(draws, fact, value):
    assert FACTS["frequencies"]({"shares": np.array([0.5, 0.5])}, draws)[fact] == value
