"""Facts about a network with a new last layer say what is right and what else came."""

import numpy as np
import pytest

from dnnkit.data.shape_network import WEIGHTS
from dnnkit.facts import FACTS
from dnnkit.facts.tuned import new_shapes


@pytest.fixture
def tuned():
    """The inputs of a call, and a perfect answer."""
    with np.load(WEIGHTS) as stored:
        base = [stored[name].astype(np.float32) for name in stored.files]
    _, _, _, y = new_shapes(4, 2)
    weights = [*base[:-2], np.ones((48, 3)), np.array([0.5, 0.0, 0.0])]
    scores = np.eye(3)[y]
    return {"seed": 4, "per_class": 2}, {"scores": scores, "scores again": scores, "weights": weights, "base": base}


def test_a_tuned_network_is_told_what_became_of_it(tuned):
    inputs, answer = tuned
    facts = FACTS["tuned"](inputs, answer)
    assert facts["layers of base in the model"] == "all but the last, as they were"
    assert [facts["weights of base"], facts["new biases"], facts["other arrays"]] == [
        "as before",
        "moved",
        "(3,), (48, 3)",
    ]
    assert [facts["the same rng again"], facts["new images recognised"]] == ["the same scores", "at least 65 %"]


def test_a_network_that_was_not_tuned_as_asked_is_told_so(tuned):
    inputs, answer = tuned
    moved = [answer["weights"][0] + 1, *answer["weights"][1:]]
    facts = FACTS["tuned"](inputs, answer | {"weights": moved, "base": moved, "scores again": -answer["scores"]})
    assert facts["weights of base"] == "changed"
    assert facts["layers of base in the model"] == "not as they were"
    assert facts["the same rng again"] == "other scores"
    still = FACTS["tuned"](inputs, answer | {"weights": [*answer["weights"][:-1], np.zeros(3)]})
    assert still["new biases"] == "still 0"
    wrong = FACTS["tuned"](inputs, answer | {"scores": np.roll(answer["scores"], 1, axis=1)})
    assert wrong["new images recognised"] == "fewer than 65 %"
    assert FACTS["tuned"](inputs, "Dense") == {"a Keras model": "no, Dense"}
