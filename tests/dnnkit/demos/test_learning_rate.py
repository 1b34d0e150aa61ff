"""The learning-rate demo against closed forms."""

import json

import numpy as np
import pytest

from dnnkit.demos import learning_rate
from dnnkit.demos import static_view as still
from dnnkit.demos.descent import real_net
from dnnkit.demos.descent import simulate as descent
from dnnkit.demos.descent.simulate import NEVER, STEPS, SURFACES, VALLEY


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
    ("name", "value"),
    [
        ("learning_rate", 0.5),
        ("curvature", 2.0),
        ("start", 1.0),
        ("noise", 1.0),
        ("momentum", 0.5),
        ("schedule", "cosine"),
        ("surface", "double well"),
    ],
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
    assert table["head"] == ["step", "learning rate", "w"]
    assert len(table["rows"]) == STEPS + 1


# schedules


def test_schedules_are_those_of_lesson_03():
    step = np.arange(STEPS)
    assert np.all(descent.rates("constant", 0.3) == 0.3)
    assert np.allclose(descent.rates("cosine", 0.3), 0.15 * (1 + np.cos(np.pi * step / STEPS)))
    assert np.allclose(descent.rates("step", 0.3)[[0, 9, 10, 29]], [0.3, 0.3, 0.03, 0.003])
    assert np.allclose(descent.rates("warm-up", 0.3)[[0, 4, 9, 29]], [0.03, 0.15, 0.3, 0.3])


@pytest.mark.parametrize("schedule", descent.SCHEDULES)
def test_the_prediction_is_the_walk_without_noise_whatever_the_schedule(schedule):
    result = learning_rate(schedule=schedule, learning_rate=1.7, curvature=0.8).result
    assert np.allclose(result["predicted"], np.abs(result["path"]))


def test_a_schedule_ends_quieter_than_a_constant_rate_in_noise():
    ends = {}
    for name in ("noise, constant rate", "noise, cosine schedule"):
        values = learning_rate.defaults() | learning_rate.presets[name]
        ends[name] = np.mean([abs(learning_rate(seed=seed, **values).result["path"][-1]) for seed in range(20)])
    assert ends["noise, cosine schedule"] < 0.5 * ends["noise, constant rate"]


def test_a_right_step_gets_the_schedules_rates():
    demo = learning_rate(step=descend, schedule="warm-up", surface="double well", noise=0.5)
    assert demo.own.problems == []
    assert np.allclose(demo.result["own"], demo.result["path"])


# two valleys


def test_both_surfaces_have_the_slope_that_differences_measure_and_the_same_curvature_at_the_bottom():
    w, h = np.linspace(-4.0, 4.0, 33), 1e-6
    for surface, bottom in zip(SURFACES, (0.0, VALLEY), strict=True):
        measured = (descent.height(surface, 1.7, w + h) - descent.height(surface, 1.7, w - h)) / (2 * h)
        assert np.allclose(descent.slope(surface, 1.7, w), measured, atol=1e-6)
        bent = (descent.slope(surface, 1.7, bottom + h) - descent.slope(surface, 1.7, bottom - h)) / (2 * h)
        assert bent == pytest.approx(1.7, abs=1e-5)
        assert descent.slope(surface, 1.7, np.array([bottom]))[0] == 0


def test_a_large_rate_ends_in_the_other_valley():
    near, far = (
        learning_rate(**learning_rate.presets[name])
        for name in ("two valleys, small rate", "two valleys, over the hill")
    )
    assert near.result["path"][-1] == pytest.approx(-VALLEY, abs=0.1)
    assert far.result["path"][-1] == pytest.approx(VALLEY, abs=0.1)
    assert "from the valley at 2" in far.sentence


# momentum and the map


def test_growth_is_the_closed_form_and_what_the_walk_shows():
    assert np.allclose(descent.growth(np.array([0.1, 1.0, 1.9, 2.0, 2.5]), 0.0), [0.9, 0.0, 0.9, 1.0, 1.5])
    assert float(descent.growth(1.0, 0.81)) == pytest.approx(0.9)  # between the two edges it is the root of momentum
    assert float(descent.growth(2 * 1.5, 0.5)) == pytest.approx(1.0)  # the edge 2 (1 + m)
    w = [1.0, 1.0]
    for _ in range(400):
        w.append(w[-1] + 0.6 * (w[-1] - w[-2]) - 0.02 * w[-1])
    assert abs(w[-1] / w[-2]) == pytest.approx(float(descent.growth(0.02, 0.6)), rel=1e-6)


def test_steps_needed_are_counted_right():
    needed = float(descent.steps_needed(0.1, 0.0))
    path = descent.follow(learning_rate.defaults() | {"learning_rate": 0.5, "start": 1.0}, np.zeros(STEPS))
    assert 0.9**needed == pytest.approx(1e-3)
    assert int(np.argmax(path <= 1e-3)) == np.ceil(descent.steps_needed(0.5, 0.0))
    assert list(descent.steps_needed(np.array([1.0, 2.0, 2.1]), 0.0)) == [1.0, NEVER, NEVER]


def test_keys_and_pointing_move_the_star_of_the_map():
    demo = learning_rate()
    assert demo.on_key("ArrowRight", False, demo.values)["learning_rate"] == pytest.approx(0.1 * 10**0.02, rel=1e-5)
    assert demo.on_key("ArrowUp", True, demo.values)["curvature"] == 1.25
    assert demo.on_point(1e9, -3.0, demo.values) == {"learning_rate": 3.0, "curvature": 0.25}
    panel = json.loads(demo.state)["panels"][demo.keyed]
    assert (panel["xlabel"], panel["ylabel"]) == ("learning rate η", "curvature λ")


# the real network


@pytest.mark.parametrize(("place", "momentum"), [(4, 0.0), (14, 0.0), (9, 0.9)])
def test_the_real_networks_losses_come_out_again(place, momentum):
    again = np.median([real_net.loss_after(real_net.RATES[place], momentum, seed) for seed in range(real_net.SEEDS)])
    assert again == pytest.approx(real_net.LOSSES[momentum][place], rel=0.02)


def test_the_real_networks_curve_is_a_u_and_momentum_moves_it_left():
    for losses in real_net.LOSSES.values():
        best = int(np.argmin(losses))
        assert len(losses) == len(real_net.RATES)
        assert 0 < best < len(losses) - 1
        assert max(losses[0], losses[-1]) > 20 * losses[best]
    assert np.argmin(real_net.LOSSES[0.9]) < np.argmin(real_net.LOSSES[0.0])
    assert real_net.loss_at(real_net.RATES[3]) == pytest.approx(real_net.LOSSES[0.0][3])
    assert "its best is 0.076, at 1" in learning_rate().sentence


def test_the_still_picture_shows_four_regimes_on_two_plots():
    figure, sentences = still.still_figure(learning_rate())
    assert len(figure.axes) == 8
    assert [words in sentences[n] for n, words in enumerate(("creeps", "one step", "swings", "flies apart"))] == [
        True
    ] * 4
