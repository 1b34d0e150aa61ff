"""Every array is in turn one of unusual numbers, and the others are ordinary."""

import numpy as np

from grading.lessons.unusual_inputs import LARGE, TINY, kinds_of_numbers, unusual_arrays


def test_each_kind_holds_the_numbers_that_it_names():
    kinds = {name: array for name, array, _ in kinds_of_numbers(np.random.default_rng(0), (3, 4))}
    assert [array.shape for array in kinds.values()] == [(3, 4)] * 5
    assert np.abs(kinds["tiny numbers"]).max() <= TINY
    assert np.abs(kinds["large numbers"]).min() >= LARGE / 5
    largest = np.sort(kinds["equal numbers"], axis=1)
    assert np.array_equal(largest[:, -1], largest[:, -2])
    nearly = np.sort(kinds["nearly equal numbers"], axis=1)
    assert np.all((nearly[:, -1] > nearly[:, -2]) & (nearly[:, -1] < 1.02 * nearly[:, -2]))
    assert not kinds["zeros"][0].any()
    assert kinds["zeros"][1:].any()


def test_one_array_of_each_case_is_unusual():
    cases = unusual_arrays(np.random.default_rng(1), x=(2, 3), w=(3,))
    assert [(what, name) for what, name, _, _ in cases][4:6] == [("zeros in x", "x"), ("tiny numbers in w", "w")]
    assert len(cases) == 10
    for _, name, arrays, size in cases:
        assert {key: array.shape for key, array in arrays.items()} == {"x": (2, 3), "w": (3,)}
        other = arrays["w" if name == "x" else "x"]
        assert 0.01 < np.abs(other).max() < 10
        assert size in (TINY, LARGE, 1.0)
