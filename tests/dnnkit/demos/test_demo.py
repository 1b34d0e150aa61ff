"""What all demos share, without a kernel: ipywidgets makes do with a dummy connection."""

import json

import numpy as np
import pytest

from dnnkit.demos import DEMOS, learning_rate, messages, neuron_playground
from dnnkit.demos import static_view as still
from dnnkit.demos.student_functions import StudentFunctions


def asks(demo, *actions, **values):
    """Send what the page sends."""
    numbered = [[demo._done + n, name, argument] for n, (name, argument) in enumerate(actions, start=1)]
    demo.asked = json.dumps({"values": {**demo.values, **values}, "actions": numbered})
    return json.loads(demo.state)


def test_a_setting_that_the_page_asks_for_changes_picture_sentence_and_code():
    demo = learning_rate()
    before = demo.data, demo.sentence
    state = asks(demo, learning_rate=1.8)
    assert demo.data != before[0]
    assert state["says"] == demo.sentence != before[1]
    assert state["code"] == "learning_rate(learning_rate=1.8)"
    assert state["set"] == {}  # the page has it already: nothing pulls a slider that is being dragged


def test_a_view_opened_later_is_told_all_settings():
    demo = learning_rate()
    demo.pin()
    demo.change(momentum=0.5)
    state = json.loads(demo.state)
    assert state["set"] == {"momentum": 0.5}
    assert state["values"] == {key: messages.jsonable(value) for key, value in demo.params.items()}


def test_code_shows_the_same_state():
    demo = learning_rate()
    asks(demo, learning_rate=1.8, momentum=0.5)
    again = eval(demo.as_code(), {"learning_rate": learning_rate})
    assert (again.data, again.sentence) == (demo.data, demo.sentence)
    assert learning_rate(**demo.params).data == demo.data


def test_same_seed_same_picture_and_another_seed_another():
    noisy = {"noise": 1.0}
    assert learning_rate(seed=1, **noisy).data == learning_rate(seed=1, **noisy).data
    assert learning_rate(seed=1, **noisy).data != learning_rate(seed=2, **noisy).data


def test_preset_reset_and_pin():
    demo = learning_rate()
    default = demo.data
    state = asks(demo, ("preset", "too large"))
    assert state["set"]["learning_rate"] == 2.1
    assert "flies apart" in state["says"]
    marks = len(state["panels"][0]["marks"])
    state = asks(demo, ("pin", None), learning_rate=0.5)
    assert len(state["panels"][0]["marks"]) == marks + 1
    assert any(mark.get("ghost") for mark in state["panels"][0]["marks"])
    state = asks(demo, ("reset", None))
    assert demo.data == default
    assert state["set"] == {key: messages.jsonable(value) for key, value in learning_rate.defaults().items()}


def test_an_action_is_done_once_however_often_it_is_sent():
    demo = learning_rate()
    message = json.dumps({"values": demo.values, "actions": [[1, "preset", "swinging"]]})
    demo.asked = message
    demo.change(learning_rate=0.2)
    demo.asked = message + " "
    assert demo.values["learning_rate"] != 1.8 or json.loads(demo.state)["done"] == 1
    assert json.loads(demo.state)["done"] == 1


def test_pause_takes_a_step_back_that_the_page_has_not_shown():
    demo = neuron_playground(hidden=3)
    asks(demo, ("tick", None))
    shown = dict(demo.values), demo.data
    further = asks(demo, ("tick", None))
    assert demo.data != shown[1]
    state = asks(demo, ("pause", None), **shown[0])
    assert (demo.values, demo.data) == shown
    assert state["set"] == {}
    assert state["done"] > further["done"]


def test_unknown_settings_are_refused_by_name():
    with pytest.raises(TypeError, match=r"learning_rate has no setting rate\. Known are: learning_rate, curvature"):
        learning_rate(rate=1)


def test_unknown_values_from_the_page_are_left_out():
    demo = learning_rate()
    demo.asked = json.dumps({"values": {"nonsense": 1}, "actions": []})
    assert "nonsense" not in demo.values


def test_unknown_demos_are_attribute_errors():
    import dnnkit.demos

    with pytest.raises(AttributeError, match="Demos are: neuron_playground"):
        _ = dnnkit.demos.rocket
    assert set(dir(dnnkit.demos)) == set(DEMOS)


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (lambda x: 1 / 0, "Your f raised ZeroDivisionError: division by zero."),
        (lambda x: object(), "Your f returned no plain numbers"),
        (lambda x: next(iter(())), "Your f raised StopIteration"),
    ],
)
def test_a_failing_function_is_told_in_the_panel(function, problem):
    own = StudentFunctions({"f": function})
    assert own.call("f", np.ones(3)) is None
    assert own.problems[0].startswith(problem)


def test_an_unwritten_function_is_told_calmly():
    def stub(x):
        raise NotImplementedError

    own = StudentFunctions({"f": stub})
    own.call("f", 1.0)
    own.call("f", 2.0)
    assert own.problems == ["Your f is not written yet: the picture shows the demo's own."]


def test_a_function_gets_copies():
    def spoils(x):
        x[:] = 0
        return x

    own, x = StudentFunctions({"f": spoils}), np.ones(3)
    own.call("f", x)
    assert x.tolist() == [1, 1, 1]


def test_a_wrong_function_is_compared():
    own = StudentFunctions({"f": np.square})
    assert own.agrees("f", own.call("f", np.array([1.0, 3.0])), np.array([1.0, 3.0])) is False
    assert own.problems[0].startswith("Your f differs from the demo's own: 1 of 2 values is wrong")
    assert own.agrees("f", None, 1.0) is None


def test_the_page_is_told_the_question_only_when_it_is_wanted():
    assert json.loads(learning_rate().spec)["question"]["options"] == ["0.1", "0.5", "1", "2"]
    assert json.loads(learning_rate(predict=False).spec)["question"] is None


def test_predictions_are_kept():
    demo = learning_rate()
    asks(demo, ("predict", "1"))
    assert demo.predictions == ["1"]


def test_the_still_picture_has_words_and_leaves_the_demo_alone():
    demo = learning_rate(step=lambda params, grads, state, learning_rate: (params, state))
    before = demo.data
    html = still.still_html(demo)
    assert 'alt="' in html
    assert "flies apart" in html
    assert demo.data == before
    assert "step" in demo.own


def test_no_figure_is_left_open():
    import matplotlib.pyplot as plt

    still.still_html(learning_rate())
    assert plt.get_fignums() == []


def test_what_is_not_finite_becomes_text():
    assert messages.table(("t", ("a",), [[float("nan"), float("inf"), 1.5, True, "x"]])) == {
        "title": "t",
        "head": ["a"],
        "rows": [["nan", "inf", 1.5, "yes", "x"]],
    }
