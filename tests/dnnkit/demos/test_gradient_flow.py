"""The demo of gradient flow: gradients against finite differences, the student's functions, words and pictures."""

import json
import re

import numpy as np
import pytest

from dnnkit.demos import gradient_flow
from dnnkit.demos import static_view as still
from dnnkit.demos.flow import simulate as flow
from dnnkit.demos.flow.panels import left
from dnnkit.gradcheck import numerical_gradient

MOVED = {"cell": "GRU", "radius": 0.9, "length": 40, "pulse": 1.0, "draw": 1}


def small(cell, **settings):
    """A network that reads eight steps."""
    options = {"radius": 1.1, "bias": 0.7, "length": 8, "pulse": 0.8} | settings
    return flow.network(cell, **options, rng=np.random.default_rng(5))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def right_step(x, h_prev, Wx, Wh, b):
    return np.tanh(x @ Wx + h_prev @ Wh + b)


def right_back(dh, x, h_prev, h, Wx, Wh):
    dz = dh * (1 - h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h_prev.T @ dz, dz.sum(axis=0)


def right_lstm(x, h_prev, c_prev, weights, peephole=False):
    i, f, g, o = np.split(x @ weights["Wx"] + h_prev @ weights["Wh"] + weights["b"], 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c_prev + i * g
    return o * np.tanh(c), c, {"input": i, "forget": f, "candidate": g, "output": o}


def right_gru(x, h_prev, weights):
    H = h_prev.shape[1]
    a, W = x @ weights["Wx"] + weights["b"], weights["Wh"]
    f, r = sigmoid(a[:, :H] + h_prev @ W[:, :H]), sigmoid(a[:, H : 2 * H] + h_prev @ W[:, H : 2 * H])
    g = np.tanh(a[:, 2 * H :] + (r * h_prev) @ W[:, 2 * H :])
    return f * h_prev + (1 - f) * g, {"forget": f, "reset": r, "candidate": g}


RIGHT = {
    "tanh": {"rnn_step_forward": right_step, "rnn_step_backward": right_back},
    "LSTM": {"lstm_step": right_lstm},
    "GRU": {"gru_step": right_gru},
}


# numbers


@pytest.mark.parametrize("cell", flow.CELLS)
def test_gradients_agree_with_finite_differences(cell):
    net = small(cell)
    step, record = flow.own_step(net), flow.read(net, flow.own_step(net))
    gradients = flow.carry_back(net, record)
    scale = gradients[-1, 0] @ net.start[0]  # it is 1 for all but the LSTM, whose end is measured with its cells

    def loss_from(t, h, c):
        for x in net.xs[t:]:
            h, c, _ = step(x, h, c)
        return float(np.sum(net.start * h))

    for t in (0, 3, 7):
        h, c = record.h[None, t], record.c[None, t]
        dh = numerical_gradient(lambda v, t=t, c=c: loss_from(t, v, c), h)
        dc = numerical_gradient(lambda v, t=t, h=h: loss_from(t, h, v), c)
        if cell == "LSTM" and t:  # the demo's cell is also the state that it shows
            o = record.gates["output"][t - 1]
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        np.testing.assert_allclose(gradients[t, 0], scale * dh[0], rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(gradients[t, 1], scale * dc[0], rtol=1e-5, atol=1e-9)


def test_in_silence_the_gradient_goes_back_by_the_matrix_alone():
    net = small("tanh", pulse=0.0)
    gradients = flow.carry_back(net, flow.read(net, flow.own_step(net)))
    np.testing.assert_allclose(gradients[0, 0], np.linalg.matrix_power(net.weights["Wh"], 8) @ net.start[0])
    assert np.abs(np.linalg.eigvals(net.weights["Wh"])).max() == pytest.approx(1.1)


def test_a_grus_gradient_is_about_what_its_forget_gate_leaves():
    demo = gradient_flow(cell="GRU", bias=3.0)
    assert flow.lengths(demo.result["gradients"])[0] == pytest.approx(sigmoid(3.0) ** 60, rel=0.5)


def test_more_steps_leave_the_first_inputs_as_they_were():
    long, short = small("tanh", length=20), small("tanh")
    np.testing.assert_array_equal(long.xs[:8], short.xs)
    np.testing.assert_array_equal(long.weights["Wh"], short.weights["Wh"])


def test_the_right_answer_of_the_question_is_right():
    shares = [flow.lengths(gradient_flow(seed=seed).result["gradients"])[0] for seed in range(8)]
    assert max(shares) < 0.1
    assert "a tenth, or less" in gradient_flow.question.options


# the student's functions


@pytest.mark.parametrize("cell", flow.CELLS)
def test_right_functions_are_drawn_without_a_note(cell):
    own, demo = gradient_flow(cell=cell), gradient_flow(cell=cell, **RIGHT[cell])
    assert demo.own.problems == []
    assert demo.result["known"] is None
    np.testing.assert_allclose(demo.result["gradients"], own.result["gradients"], rtol=1e-9, atol=1e-15)


def shut(x, h_prev, c_prev, weights, peephole=False):
    h, c, gates = right_lstm(x, h_prev, c_prev, weights)
    return h, c, gates | {"forget": 1 - gates["forget"]}


def transposed(dh, x, h_prev, h, Wx, Wh):
    return right_back(dh, x, h_prev, h, Wx, Wh.T)


@pytest.mark.parametrize(
    ("cell", "slot", "function"),
    [
        ("LSTM", "lstm_step", shut),
        ("tanh", "rnn_step_backward", transposed),
        ("tanh", "rnn_step_forward", lambda x, h, Wx, Wh, b: right_step(x, 0.5 * h, Wx, Wh, b)),
        ("GRU", "gru_step", lambda x, h, w: right_gru(x, h, w | {"b": -w["b"]})),
    ],
)
def test_a_wrong_function_is_drawn_beside_the_right_one_and_named(cell, slot, function):
    demo = gradient_flow(cell=cell, **{slot: function})
    assert demo.own.problems[0].startswith(f"Your {slot} differs from the demo's own")
    assert demo.own.problems[0].endswith(f'check("{slot}") says more.')
    assert any(mark.get("ghost") for mark in json.loads(demo.state)["panels"][2]["marks"])


def unwritten(*args):
    raise NotImplementedError("lstm_step is not written yet")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unwritten, "Your lstm_step is not written yet: the picture shows the demo's own."),
        (lambda x, h, c, w: None, "Your lstm_step raised TypeError"),
        (lambda x, h, c, w: (h[:, :3], c, {}), "Your lstm_step raised"),
        (lambda x, h, c, w: right_lstm(x, h[:, :3], c, w), "Your lstm_step raised ValueError"),
    ],
)
def test_an_unwritten_or_failing_function_leaves_the_demos_own_picture(function, words):
    demo, own = gradient_flow(cell="LSTM", lstm_step=function), gradient_flow(cell="LSTM")
    assert len(demo.own.problems) == 1
    assert demo.own.problems[0].startswith(words)
    assert demo.data == own.data


def test_only_the_chosen_networks_functions_run():
    demo = gradient_flow(cell="GRU", lstm_step=unwritten, rnn_step_forward=unwritten)
    assert demo.own.problems == []


def test_a_function_that_changes_its_inputs_does_no_harm():
    def in_place(x, h_prev, Wx, Wh, b):
        h_prev *= 1.0
        Wh[:] = Wh @ np.eye(len(Wh))
        return right_step(x, h_prev, Wx, Wh, b)

    demo = gradient_flow(rnn_step_forward=in_place)
    assert demo.own.problems == []


# words, pictures, hands


@pytest.mark.parametrize("name", MOVED)
def test_every_control_changes_the_picture(name):
    assert gradient_flow(**{name: MOVED[name]}).data != gradient_flow().data


def test_the_forget_bias_changes_the_picture_of_gates_only():
    assert gradient_flow(bias=3.0).data == gradient_flow().data
    assert gradient_flow(cell="LSTM", bias=3.0).data != gradient_flow(cell="LSTM").data


@pytest.mark.parametrize("preset", gradient_flow.presets)
def test_every_preset_says_what_is_seen_in_two_short_sentences(preset):
    demo = gradient_flow()
    demo.use_preset(preset)
    assert len(json.loads(demo.state)["sentences"]) == 61
    assert len(demo.sentence) < 130
    assert demo.sentence.startswith(f"{demo.values['cell']}, 60 steps back: ")


def test_the_sentence_follows_the_step():
    demo = gradient_flow(cell="GRU", bias=3.0, step=0)
    assert "0 steps back: 100% of the gradient is left" in demo.sentence
    assert "a step keeps 95.3%: half is gone in 14 steps" in demo.sentence


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.52, "52% of the gradient is left"),
        (0.00021, "1/4,800 of the gradient is left"),
        (1e-40, "nothing of the gradient is left"),
        (15403.0, "the gradient is 15,000 times as long"),
        (3.21, "the gradient is 3.2 times as long"),
        (np.inf, "the gradient is beyond every number"),
    ],
)
def test_what_is_left_is_said_in_words(value, words):
    assert left(value) == words


def test_all_pictures_share_the_axis_and_follow_the_pointer():
    for panel in json.loads(gradient_flow(length=30).state)["panels"]:
        assert (panel["xlim"], panel["scrub"]) == ([-0.5, 30.5], [30.0, -1.0])
        assert len(panel["hover"]) == 31
    assert re.match(r"30 steps back: \S+ is left", panel_of(gradient_flow(length=30), 2)["hover"][30])


def panel_of(demo, number):
    return json.loads(demo.state)["panels"][number]


@pytest.mark.parametrize(("cell", "setting"), [("tanh", "radius"), ("LSTM", "bias"), ("GRU", "bias")])
def test_the_dashed_line_goes_through_the_place_that_is_pointed_at(cell, setting):
    demo = gradient_flow(cell=cell)
    demo.change(**demo.on_point(20.0, 0.01, demo.values))
    assert demo.result["net"].factor ** 40 == pytest.approx(0.01, rel=0.2)  # settings are rounded
    before = demo.values[setting]
    demo.change(**demo.on_key("ArrowUp", False, demo.values))
    assert demo.values[setting] > before
    assert demo.on_point(59.9, 1e9, demo.values)[setting] in (1.3, 6.0)
    assert demo.on_point(59.9, 0.0, demo.values)[setting] in (0.5, -2.0)


def test_another_length_looks_at_the_first_step():
    demo = gradient_flow()
    demo.asked = json.dumps({"values": {**demo.values, "length": 30, "step": 60}, "actions": []})
    assert demo.values["step"] == 30
    assert json.loads(demo.state)["steps"] == 31


def test_settings_of_the_other_networks_are_hidden_and_two_stand_under_more():
    controls = {one["name"]: one for one in json.loads(gradient_flow().spec)["controls"]}
    assert controls["radius"]["only"] == ["cell", ["tanh"]]
    assert controls["bias"]["only"] == ["cell", ["LSTM", "GRU"]]
    assert [name for name, one in controls.items() if one["more"]] == ["length", "pulse"]


def test_the_code_shows_the_same_state():
    demo = gradient_flow(cell="LSTM", bias=2.5)
    demo.change(length=30)
    again = eval(demo.as_code(), {"gradient_flow": gradient_flow})
    assert (again.data, again.sentence) == (demo.data, demo.sentence)


def test_the_table_lists_every_step():
    table = json.loads(gradient_flow(cell="LSTM").state)["table"]
    assert table["head"][:4] == ["steps back", "step", "gradient", "same factor each step"]
    assert table["rows"][0][2] == pytest.approx(1.0)
    assert len(table["rows"]) == 61


def test_the_still_picture_tells_of_fading_exploding_and_keeping():
    _, sentences = still.still_figure(gradient_flow())
    words = ("1/9,100 of the gradient", "18,000 times as long", "1/110,000,000 of the gradient", "54% of the gradient")
    assert [word in sentence for word, sentence in zip(words, sentences, strict=True)] == [True] * 4
