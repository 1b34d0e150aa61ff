"""A function whose result depends on the memory layout of its inputs, or that touches np.random, is found out."""

import random

import numpy as np
import pytest

from dnnkit.checking.conduct import CONDUCT, in_another_layout
from dnnkit.checking.mistakes import Outcome, outcomes_match
from dnnkit.checking.observe import call


def conduct_of(function, **inputs):
    """What is noted of a call."""
    return call(function, inputs).outcome.conduct


def doubled_through_ravel(x):
    """Write into what ravel returns: a view of ordinary arrays, a copy of a transpose."""
    out = np.array(x, order="K")
    flat = out.ravel()
    flat *= 2
    return out


def test_a_result_that_depends_on_the_memory_layout_is_noted():
    assert conduct_of(doubled_through_ravel, x=np.arange(6.0).reshape(2, 3)) == ("layout",)
    assert conduct_of(lambda x: 2 * x, x=np.arange(6.0).reshape(2, 3)) == ()


def test_sums_of_large_numbers_in_another_order_are_no_difference():
    rng = np.random.default_rng(0)
    large = 1e8 * rng.normal(size=(40, 7))
    assert conduct_of(lambda x: (x - x.mean(axis=0)).sum(axis=0), x=large) == ()


@pytest.mark.parametrize("touch", [lambda: np.random.rand(), lambda: np.random.seed(3)])  # noqa: NPY002
def test_a_touch_of_the_global_generator_is_noted(touch):
    def touching(x):
        touch()
        return x

    before = np.random.get_state()  # noqa: NPY002
    assert conduct_of(touching, x=1.0) == ("global_random",)
    np.random.set_state(before)  # noqa: NPY002


def test_seeding_all_generators_at_once_as_keras_does_is_no_touch():
    before, python = np.random.get_state(), random.getstate()  # noqa: NPY002

    def seeding(x):
        random.seed(x)
        np.random.seed(x)  # noqa: NPY002
        return x

    assert conduct_of(seeding, x=3) == ()
    np.random.rand()  # noqa: NPY002 - whoever draws between two calls
    assert conduct_of(seeding, x=3) == ()  # though Python's generator has the state already that it seeds
    np.random.set_state(before)  # noqa: NPY002
    random.setstate(python)


@pytest.mark.parametrize("ends", [lambda x: x, lambda x: 1 / 0])
def test_pythons_own_generator_goes_on_as_if_nothing_had_been_watched(ends):
    before = random.getstate()
    conduct_of(ends, x=1.0)
    assert random.getstate() == before


def test_a_draw_from_the_rng_that_comes_in_is_no_touch():
    assert conduct_of(lambda rng: rng.random(), rng=np.random.default_rng(1)) == ()


def test_conduct_is_part_of_an_outcome_and_travels():
    good, bad = Outcome("returned", 1.0), Outcome("returned", 1.0, conduct=("layout",))
    assert Outcome.from_json(bad.to_json()) == bad
    assert not outcomes_match(good, bad)
    drew, again = (Outcome("returned", value, conduct=("global_random",)) for value in (1.0, 2.0))
    assert outcomes_match(drew, again)
    assert Outcome.from_json({"kind": "returned", "value": None, "conduct": ["no such key"]}).conduct == ()
    assert all(text.endswith(("?", ".")) for text in CONDUCT.values())


def test_another_layout_holds_the_same_numbers():
    value = {"a": [np.arange(6).reshape(2, 3), np.arange(4.0)], "b": 2.0}
    other = in_another_layout(value)
    assert not other["a"][0].flags.c_contiguous
    assert not other["a"][1].flags.c_contiguous
    assert [array.tolist() for array in other["a"]] == [array.tolist() for array in value["a"]]
