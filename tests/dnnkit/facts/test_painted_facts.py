"""Facts about a network that paints masks say how well it paints, and what it paints where that is not well."""

import numpy as np
import pytest

from dnnkit.facts import FACTS
from dnnkit.facts.painted import mean_iou, segments

WEIGHTS = [np.ones((3, 3, 1, 8)), np.array([0.3, -0.2, 0.1, 0.0])]


@pytest.fixture
def painted():
    """The inputs of a call, and scores that paint all new images perfectly."""
    _, _, _, masks = segments(5, 3, 20)
    inputs = {"seed": 5, "num_images": 3, "num_new": 20}
    return inputs, {"scores": 5.0 * np.eye(4)[masks], "weights": WEIGHTS}


def test_mean_iou_agrees_with_a_count_by_hand():
    masks = np.array([[[0, 0, 1], [0, 1, 1]]])
    answers = np.array([[[0, 1, 1], [0, 1, 0]]])
    assert mean_iou(answers, masks, 2) == pytest.approx((2 / 4 + 2 / 4) / 2)


def test_a_perfect_painter_is_told_that_it_paints_well_and_no_more(painted):
    assert FACTS["painted"](*painted) == {
        "a Keras model": "yes",
        "shape of the scores": "(20, 24, 24, 4)",
        "trained": "yes",
        "mean IoU of 20 images": "at least 0.65",
    }


@pytest.mark.parametrize(
    ("spoil", "fact", "value"),
    [
        (lambda s: np.eye(4)[np.zeros(s.shape[:3], dtype=int)], "classes that are painted", "0"),
        (lambda s: np.roll(s, 8, axis=(1, 2)), "shapes told from the ground", "hardly"),
        (lambda s: s[..., [0, 2, 3, 1]], "shapes told from the ground", "mostly"),
        (lambda s: np.full_like(s, 1 / 24), "scores sum to 1", "along the rows of an image"),
        (lambda s: s[..., :3], "shape of the scores", "(20, 24, 24, 3)"),
        (lambda s: s * np.nan, "scores", "infinite or not a number"),
    ],
)
def test_a_poor_painter_is_told_what_it_paints(painted, spoil, fact, value):
    inputs, answer = painted
    assert FACTS["painted"](inputs, answer | {"scores": spoil(answer["scores"])})[fact] == value


def test_an_untrained_network_is_told_so_and_so_is_what_is_none(painted):
    inputs, answer = painted
    still = FACTS["painted"](inputs, {"scores": -answer["scores"], "weights": [np.zeros(8), np.ones(8)]})
    assert still["trained"] == "no, as at the start"
    assert FACTS["painted"](inputs, "History") == {"a Keras model": "no, History"}
    assert FACTS["painted"](inputs, None) == {"a Keras model": "no, None"}
    biases = [WEIGHTS[0], np.array([3.0, 0.0, 0.0, 0.0])]
    assert FACTS["painted"](inputs, {"scores": -answer["scores"], "weights": biases})["biases of the scores"] == "large"
