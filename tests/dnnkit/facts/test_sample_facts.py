"""Facts about samples of a generator say what is right, and what else came."""

import numpy as np

from dnnkit.facts import FACTS


def test_samples_like_the_real_ones_are_right():
    rng = np.random.default_rng(0)
    new = rng.normal(size=(4000, 1))
    facts = FACTS["samples"]({"new": new}, rng.normal(size=(4000, 1)))
    assert list(facts.values())[1:] == ["right to 0.3", "right to 10 %", "at most 0.42"]
    near = FACTS["samples"]({"new": new}, np.sort(new, axis=0) + 0.44)
    assert near["mean difference of sorted samples"] == "0.44"


def test_another_mean_spread_distribution_and_shape_are_told():
    new = np.random.default_rng(1).choice([-2.0, 2.0], size=(4000, 1))
    facts = FACTS["samples"]({"new": new}, 3 + 0.5 * new)
    assert list(facts.values())[1:] == ["wrong by 3.0", "0.5 times the right one", "3.0"]
    bell = 2 * np.random.default_rng(2).normal(size=(4000, 1))
    assert list(FACTS["samples"]({"new": new}, bell).values())[1:] == ["right to 0.3", "right to 10 %", "1.1"]
    assert list(FACTS["samples"]({"new": new}, new[:, 0])) == ["shape of the samples"]
