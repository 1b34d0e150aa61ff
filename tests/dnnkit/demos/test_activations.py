import json
import re

import numpy as np
import pytest
from scipy.integrate import quad

from dnnkit.demos import activations
from dnnkit.demos import static_view as still
from dnnkit.demos.canvas import Panel, apart
from dnnkit.demos.depth import simulate as depth
from dnnkit.demos.static_figure import draw_states
from dnnkit.gradcheck import numerical_gradient

MOVED = {
    "function": "tanh",
    "scale": 1.41,
    "depth": 30,
    "width": 32,
    "spread": 3.0,
    "norm": "layer norm",
    "residual": True,
    "draw": 1,
}


def ask(demo, actions=(), **values):
    demo.asked = json.dumps({"values": values, "actions": [list(action) for action in actions]})
    return json.loads(demo.state)


def leaky(Z, slope):
    return np.where(Z > 0, Z, slope * Z)


def norm(X, gamma, beta, running_mean, running_var, momentum, eps, training):
    out = gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps) + beta
    return out, running_mean, running_var


# numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", depth.NAMES)
def test_slopes_are_those_of_the_curves(name):
    z = np.linspace(-5.0, 5.0, 60)  # not at 0
    bend = depth.curve(name, 0.2)
    _, slope = bend(z)
    numeric = (bend(z + 1e-5)[0] - bend(z - 1e-5)[0]) / 2e-5
    np.testing.assert_allclose(slope, numeric, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sigmoid", [1 / (1 + np.e), 0.5, np.e / (1 + np.e)]),
        ("tanh", np.tanh([-1.0, 0.0, 1.0])),
        ("ReLU", [0, 0, 1]),
        ("leaky ReLU", [-0.2, 0, 1]),
        ("ELU", [1 / np.e - 1, 0, 1]),
        ("GELU", [-0.1586552539, 0, 0.8413447461]),
        ("SELU", [1.0507009874 * 1.6732632424 * (1 / np.e - 1), 0, 1.0507009874]),
    ],
)
def test_curves_have_their_textbook_values(name, values):
    np.testing.assert_allclose(depth.curve(name, 0.2)(np.array([-1.0, 0.0, 1.0]))[0], values, atol=1e-9)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("norming", depth.NORMS)
def test_the_gradient_is_that_of_the_network(norming, residual):
    rng = np.random.default_rng(0)
    X, weights, dout = rng.normal(size=(5, 4)), rng.normal(size=(3, 4, 4)), rng.normal(size=(5, 4))
    plan, bend = depth.Plan(1.3, norming, residual), depth.curve("tanh", 0.0)

    def loss(inputs):
        return float(np.sum(dout * depth.through(bend, plan, inputs, weights, dout)["a"][-1]))

    found = depth.through(bend, plan, X, weights, dout)["gradient"][0]
    assert found == pytest.approx(np.sqrt(np.mean(numerical_gradient(loss, X) ** 2)), rel=1e-6)


def test_chi_of_the_first_layer_is_the_gaussian_integral():
    def integrand(z):
        s = 1 / (1 + np.exp(-1.2 * z))
        return (s * (1 - s)) ** 2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    chi, _ = depth.predicted(depth.curve("sigmoid", 0.0), depth.Plan(0.8, "none", False), 1.5, 3)
    assert chi[0] == pytest.approx(0.8**2 * quad(integrand, -10, 10)[0], rel=1e-6)


def test_he_keeps_the_gradient_of_relu_and_batch_norm_makes_it_explode_by_pi_over_pi_minus_one():
    relu = depth.curve("ReLU", 0.0)
    chi, line = depth.predicted(relu, depth.Plan(np.sqrt(2.0), "none", False), 1.0, 10)
    np.testing.assert_allclose(chi, 1.0, rtol=1e-6)
    np.testing.assert_allclose(line, 1.0, rtol=1e-5)
    chi, _ = depth.predicted(relu, depth.Plan(1.0, "batch norm", False), 1.0, 10)
    np.testing.assert_allclose(chi[1:], np.pi / (np.pi - 1), rtol=1e-3)  # Yang et al. 2019


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "GELU"])
@pytest.mark.parametrize("norming", depth.NORMS)
def test_wide_networks_do_what_theory_predicts(name, norming):
    found = depth.summary(depth.curve(name, 0.0), depth.Plan(1.2, norming, False), depth.draws(1, 6, 256), 1.0)
    np.testing.assert_allclose(np.log(found["gradient"]), np.log(found["predicted"]), atol=0.35)


def test_shares_count_every_value_once_and_pile_up_at_the_ends():
    values = np.array([[[-9.0, 0.1, np.inf]], [[0.9, 0.9, 0.9]]])
    found = depth.shares(values, np.linspace(-1.0, 1.0, 5))
    np.testing.assert_allclose(found, [[1 / 3, 0, 1 / 3, 1 / 3], [0, 0, 0, 1]])


# the question's truth --------------------------------------------------------------------------------------------


def test_the_residual_path_brings_the_gradient_closest_to_one():
    changes = {
        "weights twice as large": {"scale": 2.0},
        "ReLU instead of sigmoid": {"function": "ReLU"},
        "tanh instead of sigmoid": {"function": "tanh"},
        "a residual path": {"residual": True},
    }
    assert set(changes) == set(activations.question.options)
    assert 1e-13 < activations().result["plain"]["gradient"][1] < 1e-11
    for seed in range(5):
        ratio = {
            name: abs(np.log(activations(seed=seed, **change).result["plain"]["gradient"][1]))
            for name, change in changes.items()
        }
        assert min(ratio, key=ratio.get) == "a residual path"


# the demo ----------------------------------------------------------------------------------------------------------


def test_same_seed_same_data():
    assert activations(seed=3).data == activations(seed=3).data != activations(seed=4).data


@pytest.mark.parametrize("name", MOVED)
def test_every_control_changes_the_picture(name):
    demo = activations()
    before = demo.data
    ask(demo, **{name: MOVED[name]})
    assert demo.data != before


def test_the_slope_of_the_leaky_relu_changes_its_picture():
    assert activations(function="leaky ReLU").data != activations(function="leaky ReLU", leak=0.5).data


def test_every_control_is_moved_by_a_test():
    assert {control.name for control in activations.controls} | {"draw"} == set(MOVED) | {"step", "leak"}


def test_a_button_draws_new_weights():
    demo = activations()
    before = demo.data
    ask(demo, [(1, "redraw", None)])
    assert demo.data != before
    assert activations(**demo.params).data == demo.data


def test_sentences_say_the_numbers_of_their_layer():
    demo = activations(function="tanh", scale=1.41)
    drawn = demo.result["plain"]
    sentences = demo.describe(demo.result, demo.values)
    assert len(sentences) == 21
    for n in (1, 7, 20):
        numbers = re.search(
            r"Layer \d+: standard deviation of z ([\d.]+), of a ([\d.]+), gradient ([\d.]+);", sentences[n]
        )
        expected = [drawn["z_std"][n], drawn["a_std"][n], drawn["gradient"][n]]
        np.testing.assert_allclose([float(number) for number in numbers.groups()], expected, rtol=0.06)
    factor = float(re.search(r"√χ = ([\d.]+)\. ", sentences[0])[1])
    assert factor**19 == pytest.approx(drawn["predicted"][1], rel=0.1)


@pytest.mark.parametrize("name", activations.presets)
def test_presets_work(name):
    state = ask(activations(), [(1, "preset", name)])
    assert len(state["panels"]) == 4
    assert state["note"] == ""
    assert state["steps"] == 21


@pytest.mark.parametrize("values", [{"scale": 4.0, "depth": 50, "function": "SELU"}, {"scale": 0.1, "depth": 50}])
def test_signals_beyond_every_number_are_drawn_without_a_complaint(values):
    state = ask(activations(), **values, residual=values["scale"] > 1)
    assert all(np.isfinite(panel["ylim"]).all() for panel in state["panels"])


def test_the_table_lists_every_layer():
    demo = activations(depth=5)
    _, heads, rows = demo.table(demo.result, demo.values)
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5]
    np.testing.assert_allclose([row[heads.index("gradient")] for row in rows], demo.result["plain"]["gradient"][1:])


def test_a_pinned_state_of_another_depth_stays_as_grey_lines():
    demo = activations()
    ask(demo, [(1, "pin", None)])
    state = ask(demo, depth=7)
    assert [sum(mark.get("ghost", False) for mark in panel["marks"]) for panel in state["panels"]] == [1, 2, 0, 2]


def test_the_still_picture_says_what_it_shows():
    figure, sentences = still.still_figure(activations())
    assert len(sentences) == 4
    assert len(figure.axes) == 8  # the curve and the signals of each
    assert all("√χ" in sentence for sentence in sentences)


def test_the_weight_scale_has_marks_at_glorot_and_he():
    scale = next(c for c in json.loads(activations().spec)["controls"] if c["name"] == "scale")
    assert scale["ticks"] == [1.0, 1.41]


# the student's own functions -----------------------------------------------------------------------------------------


def ghosts(demo):
    return [mark for panel in json.loads(demo.state)["panels"] for mark in panel["marks"] if mark.get("ghost")]


def test_an_own_activation_goes_through_the_network():
    demo = activations(activation=lambda z: z / (1 + np.abs(z)))
    assert json.loads(demo.state)["note"] == ""
    assert demo.sentence.startswith("mine, ")
    assert demo.as_code() == "activations(activation=activation, function='mine')"
    np.testing.assert_allclose(demo.result["own"]["slope"], (1 + np.abs(depth.CURVE)) ** -2, atol=1e-8)
    assert not ghosts(demo)


def test_an_own_activation_that_is_known_gives_the_known_numbers():
    own, plain = activations(activation=np.tanh).result["own"], activations(function="tanh").result["plain"]
    np.testing.assert_allclose(own["gradient"], plain["gradient"], rtol=1e-6)
    np.testing.assert_allclose(own["predicted"], plain["predicted"], rtol=1e-6)


@pytest.mark.parametrize("slots", [{"leaky_relu_forward": leaky}, {"batchnorm_forward": norm}])
def test_right_functions_give_the_demos_numbers(slots):
    demo = activations(**slots)
    assert json.loads(demo.state)["note"] == ""
    assert demo.result["right"] is True
    for key in ("gradient", "a_std", "z"):
        np.testing.assert_allclose(demo.result["own"][key], demo.result["plain"][key], rtol=1e-5, atol=1e-3)
    assert not ghosts(demo)


def test_two_right_functions_work_together():
    demo = activations(leaky_relu_forward=leaky, batchnorm_forward=norm)
    assert demo.result["right"] is True
    np.testing.assert_allclose(demo.result["own"]["gradient"], demo.result["plain"]["gradient"], rtol=1e-5)


@pytest.mark.parametrize(
    ("slot", "wrong", "message"),
    [
        ("leaky_relu_forward", lambda Z, slope: np.where(Z > 0, Z, -slope * Z), "4 of 8 values are wrong"),
        ("batchnorm_forward", lambda X, *more: norm(2 * X.mean(1, keepdims=True) + X, *more), "values are wrong"),
        ("batchnorm_forward", lambda X, *more: norm(X.T, np.ones(1), np.zeros(1), *more[2:])[:0], "raised IndexError"),
    ],
)
def test_wrong_functions_are_named(slot, wrong, message):
    demo = activations(**{slot: wrong})
    note = json.loads(demo.state)["note"]
    assert f"Your {slot}" in note
    assert message in note
    if "wrong" in message:
        assert f'check("{slot}") says more.' in note
        assert demo.result["right"] is False
        assert len(ghosts(demo)) == 5


def fails(*given):
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize("slot", activations.slots)
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (fails, "raised ZeroDivisionError: by nothing."),
        (lambda *given: np.zeros(2), "shape"),
        (lambda *given: "a", "raised ValueError"),
        (lambda: None, "raised TypeError"),
    ],
)
def test_failing_functions_leave_the_demos_own_and_a_note(slot, function, message):
    demo = activations(**{slot: function})
    assert f"Your {slot} " in (note := json.loads(demo.state)["note"])
    assert demo.result["own"] is None
    assert message in note or "expected" in note


def test_mine_is_offered_only_when_there_is_one():
    assert '"mine"' not in activations().spec
    assert '"mine"' in activations(activation=np.tanh).spec


# what both demos brought to the base -------------------------------------------------------------------------------


def test_labels_are_moved_apart_in_their_order():
    np.testing.assert_allclose(apart([0.0, 0.1, 5.0], 1.0, 0.0, 10.0), [0.0, 1.0, 5.0])
    np.testing.assert_allclose(apart([9.9, 10.0], 1.0, 0.0, 10.0), [9.0, 10.0])
    assert apart([], 1.0, 0.0, 1.0).size == 0


def test_wide_states_are_broken_into_lines_in_the_still_picture():
    panels = [Panel(f"number {i}", width=452) for i in range(4)]
    figure = draw_states([("state", panels, 0, "")])
    assert figure.get_size_inches()[0] == pytest.approx(9.04)
    figure.draw_without_rendering()
    tops = [round(ax.get_position().y1, 2) for ax in figure.subfigs[0].axes]
    assert tops[0] == tops[1] > tops[2] == tops[3]


def test_bars_of_the_still_picture_stand_on_the_lower_edge():
    panel = Panel("bars", ylim=(-2.0, 3.0))
    panel.bars([0.0, 1.0], [1.0])
    bar = draw_states([("", [panel], 0, "")]).subfigs[0].axes[0].patches[0]
    assert (bar.get_y(), bar.get_y() + bar.get_height()) == (-2.0, 1.0)
