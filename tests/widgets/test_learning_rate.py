"""The learning-rate demo against closed forms."""

import json

import numpy as np
import pytest

from dnnkit.widgets import learning_rate
from dnnkit.widgets.demo_learning_rate import STEPS


def test_the_path_is_the_closed_form():
    demo = learning_rate(learning_rate=0.3, curvature=2.0, start=3.0)
    assert np.allclose(demo.result["path"], 3.0 * 0.4 ** np.arange(STEPS + 1))


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.1, "creeps, 10 % a step"),
        (1.0, "one step is enough"),
        (1.8, "swings from side to side and shrinks, 20 %"),
        (2.0, "never settles"),
        (2.1, "flies apart"),
    ],
)
def test_the_sentence_names_the_regime(rate, words):
    assert words in learning_rate(learning_rate=rate).sentence


def test_the_right_answer_of_the_question_is_right():
    reached = {rate: abs(learning_rate(learning_rate=rate).result["path"][1]) for rate in (0.1, 0.5, 1.0, 2.0)}
    assert min(reached, key=reached.get) == 1.0
    assert reached[1.0] == 0


@pytest.mark.parametrize(
    ("name", "value"), [("learning_rate", 0.5), ("curvature", 2.0), ("start", 1.0), ("noise", 1.0), ("momentum", 0.5)]
)
def test_every_control_changes_the_picture(name, value):
    assert learning_rate(**{name: value}).data != learning_rate().data


def descend(params, grads, state, learning_rate):
    return {"w": params["w"] - learning_rate * grads["w"]}, state


def climb(params, grads, state, learning_rate):
    return {"w": params["w"] + learning_rate * grads["w"]}, state


def test_a_right_step_is_drawn_without_a_note():
    demo = learning_rate(step=descend)
    assert demo.own.problems == []
    assert np.allclose(demo.result["own"], demo.result["path"])


def test_a_wrong_step_is_drawn_beside_the_right_one_and_named():
    demo = learning_rate(step=climb)
    assert "Your step differs from the demo's own" in demo.own.problems[0]
    assert demo.own.problems[0].endswith('check("sgd_step") says more.')
    assert any(mark.get("ghost") for mark in json.loads(demo.state)["panels"][0]["marks"])


def test_a_raising_step_leaves_the_demos_own_picture():
    demo = learning_rate(step=lambda w: w)
    assert len(demo.own.problems) == 1
    assert demo.own.problems[0].startswith("Your step raised TypeError: ")
    assert demo.own.problems[0].endswith("The picture shows the demo's own.")
    assert demo.result["own"] is None


def test_the_table_lists_every_position():
    table = json.loads(learning_rate().state)["table"]
    assert table["head"] == ["step", "w"]
    assert len(table["rows"]) == STEPS + 1
