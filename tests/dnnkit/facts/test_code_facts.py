"""Facts about trained autoencoders say what is right, and what else came."""

import numpy as np
import pytest

from dnnkit.facts import FACTS


@pytest.fixture
def inputs():
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [0.0, -0.5]])
    return {"X": X, "k": 1, "best": 0.125}


@pytest.fixture
def params():
    return {"W": np.array([[1.0], [0.0]]), "b": np.zeros(1), "V": np.array([[1.0, 0.0]]), "c": np.zeros(2)}


def test_the_best_straight_code_is_told(inputs, params):
    facts = FACTS["linear autoencoder"](inputs, params)
    assert list(facts.values()) == ["yes", "fit together", "at most 1 % above"]


def test_another_direction_other_shapes_and_missing_names_are_told(inputs, params):
    facts = FACTS["linear autoencoder"](inputs, params | {"V": np.array([[0.0, 0.0]])})
    assert facts["loss beside the smallest possible"] == "5.00 times"
    facts = FACTS["linear autoencoder"](inputs, params | {"b": np.zeros((1, 1))})
    assert "b (1, 1)" in facts["shapes"]
    del params["V"]
    assert list(FACTS["linear autoencoder"](inputs, params).values()) == ["no, V missing"]
    assert list(FACTS["linear autoencoder"](inputs, None).values()) == ["no, None"]


def test_rebuilt_digits_are_judged_by_error_and_spread():
    rng = np.random.default_rng(0)
    new, codes = rng.random((500, 64)), rng.normal(size=(500, 2))
    assert list(FACTS["rebuilt"]({"new": new}, [codes, new]).values())[1:] == ["below 3.2", "about 1"]
    facts = FACTS["rebuilt"]({"new": new}, [9 * codes, np.zeros((500, 64))])
    assert facts["squared error of a new digit"] == "21"
    assert facts["spread of both numbers of the codes"].startswith("9.")
    assert list(FACTS["rebuilt"]({"new": new}, [codes[:, :1], new])) == ["shapes of codes and pictures"]
