"""The neuron playground against closed forms, other libraries and searches of its own."""

import json
import re

import numpy as np
import pytest
from scipy.special import log_expit

from dnnkit.demos import neuron_playground
from dnnkit.demos import static_view as still
from dnnkit.demos.playground import simulate as playground
from dnnkit.demos.playground import training

MOVED = {
    "data": "moons",
    "w1": -3.0,
    "w2": 0.5,
    "b": 2.0,
    "layers": 2,
    "hidden": 3,
    "bend": "ReLU",
    "learning_rate": 0.1,
}
NETWORK = {"data": "moons", "hidden": 4}


def right(X, w, b):
    return 1.0 / (1.0 + np.exp(-(X @ w + b)))


def ask(demo, actions=(), **values):
    record = {"values": values, "actions": [[demo._done + 1 + i, *action] for i, action in enumerate(actions)]}
    demo.asked = json.dumps(record)
    return json.loads(demo.state)


def tick(demo, times):
    for _ in range(times):
        state = ask(demo, [("tick", None)])
    return state


# numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [("AND", 4), ("OR", 4), ("XOR", 3)])
def test_the_best_line_of_a_gate_is_the_best_of_a_search(name, count):
    X, s = playground.points(name)
    w1, w2, b = np.random.default_rng(0).uniform(-1, 1, size=(3, 20000))
    z = X[:, :1] * w1 + X[:, 1:] * w2 + b
    assert np.max(np.sum((z > 0) == (s[:, None] > 0), axis=0)) == count == playground.best_line(name)[0]


@pytest.mark.parametrize("name", playground.NAMES)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_best_line_gets_as_many_right_as_it_says(name, seed):
    X, s = playground.points(name, seed)
    count, w1, w2, b = playground.best_line(name, seed)
    assert np.sum((X @ [w1, w2] + b > 0) == (s > 0)) == count
    w1, w2, b = np.random.default_rng(1).uniform([[-1], [-1], [-3]], [[1], [1], [3]], size=(3, 5000))
    assert np.max(np.sum((X[:, :1] * w1 + X[:, 1:] * w2 + b > 0) == (s[:, None] > 0), axis=0)) <= count


@pytest.mark.parametrize("name", playground.NAMES)
def test_the_plane_holds_the_loss_at_its_weights(name):
    X, s = playground.points(name)
    loss, (w1, w2, least) = playground.loss_plane(name, 0, 0.7)
    side = np.linspace(-playground.REACH, playground.REACH, playground.PLANE)
    for row, column in ((0, 0), (3, 30), (16, 16)):
        z = X @ [side[column], side[::-1][row]] + 0.7
        assert loss[row, column] == pytest.approx(-np.mean(log_expit(s * z)), rel=1e-9)
    assert least == loss.min()
    assert loss[np.flatnonzero(side[::-1] == w2)[0], np.flatnonzero(side == w1)[0]] == least


def flat(net):
    """All weights of a network as one row: hidden layers in order, then the last neuron."""
    return np.concatenate([np.ravel(part) for part in (*net["W"], *net["c"], net["v"], net["b"])])


def unflat(row, net):
    """The network that has these weights."""
    sizes = [np.size(part) for part in (*net["W"], *net["c"], net["v"])]
    parts, count = np.split(row, np.cumsum(sizes)), len(net["W"])
    W = [part.reshape(old.shape) for part, old in zip(parts, net["W"], strict=False)]
    return net | {"W": W, "c": parts[count : 2 * count], "v": parts[-2], "b": float(parts[-1][0])}


@pytest.mark.parametrize(
    ("shape", "bend"),
    [
        ((0, 0), ""),
        ((1, 1), "tanh"),
        ((1, 5), "ReLU"),
        ((2, 4), "tanh"),
        ((2, 4), "ReLU"),
        ((3, 3), "tanh"),
        ((3, 5), "ReLU"),
    ],
)
def test_a_training_step_goes_down_the_numerical_slope(shape, bend):
    start = 2 if shape[0] else (0.5, -1.0, 0.3)
    X, s = playground.points("moons", 3)
    course = training.TrainingRun("moons", 3, shape, bend, start)
    before, _, _ = course.at(())
    after, losses, _ = course.at(((0.01, 1),))
    row, slope = flat(before), []
    for step in 1e-6 * np.eye(row.size):
        ends = [training.mean_loss(unflat(moved, before), X, s) for moved in (row + step, row - step)]
        slope.append((ends[0] - ends[1]) / 2e-6)
    assert np.abs(slope).max() > 0.01
    np.testing.assert_allclose(flat(after) - row, -0.01 * np.array(slope), atol=1e-10)
    np.testing.assert_allclose(losses, [training.mean_loss(net, X, s) for net in (before, after)], rtol=1e-12)


def test_training_one_neuron_on_overlapping_clouds_finds_what_scikit_learn_finds():
    from sklearn.linear_model import LogisticRegression

    X, s = playground.points("moons", 0)
    net, _, path = training.course("moons", 0, (0, 0), "", (0.0, 0.0, 0.0)).at(((3.0, 3000),))
    model = LogisticRegression(C=1e8, tol=1e-9).fit(X, s)
    np.testing.assert_allclose(net["v"], model.coef_[0], rtol=1e-3)
    assert net["b"] == pytest.approx(model.intercept_[0], abs=1e-3)
    assert len(path) == 3001


def test_a_training_in_pieces_is_the_training_in_one():
    whole = training.TrainingRun("rings", 0, (2, 3), "tanh", 0).at(((1.0, 30), (0.1, 5)))
    pieces = training.TrainingRun("rings", 0, (2, 3), "tanh", 0)
    pieces.at(((1.0, 10),))
    pieces.at(((1.0, 30), (0.1, 2)))
    pieces.at(((0.5, 7),))  # another way, then back
    net, losses, _ = pieces.at(((1.0, 30), (0.1, 5)))
    np.testing.assert_array_equal(losses, whole[1])
    np.testing.assert_array_equal(flat(net), flat(whole[0]))


@pytest.mark.parametrize("bend", training.BENDS)
def test_deep_networks_answer_what_keras_answers(bend):
    import keras

    net = training.start_of(0, (3, 5), bend, 1)
    X = np.random.default_rng(0).normal(size=(20, 2))
    units = [keras.layers.Dense(5, activation=bend.lower()) for _ in range(3)]
    model = keras.Sequential([keras.Input((2,)), *units, keras.layers.Dense(1, activation="sigmoid")])
    weights = [part for pair in zip(net["W"], net["c"], strict=True) for part in pair]
    model.set_weights([*weights, net["v"][:, None], np.array([net["b"]])])
    np.testing.assert_allclose(training.answers(net, X)[1], np.ravel(model(X, training=False)), atol=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_straight_line_does_badly_on_spirals(seed):
    assert playground.best_line("spirals", seed)[0] / len(playground.points("spirals", seed)[1]) < 0.75
    if seed == 0:  # what readers see
        assert playground.best_line("spirals")[0] == 126  # of 200


@pytest.mark.parametrize("layers", [0, 1, 3])
@pytest.mark.parametrize("bend", training.BENDS)
def test_a_rate_much_too_large_ends_in_finite_numbers(layers, bend):
    demo = neuron_playground(data="blobs", layers=layers, hidden=4 * (layers > 0), bend=bend, learning_rate=10.0)
    tick(demo, 20)
    assert np.all(np.isfinite(demo.result["losses"]))
    assert np.all(np.isfinite(demo.result["field"]))


def test_training_stops_at_its_limit():
    log = training.extended(((1.0, training.MOST_STEPS - 3),), 1.0, 10)
    assert log == ((1.0, training.MOST_STEPS),)
    assert training.extended(log, 0.5, 10) == log


def test_the_boundary_of_one_neuron_is_its_straight_line():
    demo = neuron_playground(w1=1.5, w2=-2.5, b=0.4)
    x, y = playground.boundary(demo.result["field"], "XOR")
    good = np.isfinite(x)
    assert good.sum() > 20
    np.testing.assert_allclose(1.5 * x[good] - 2.5 * y[good] + 0.4, 0.0, atol=1e-6)


# the question's truth and the states -------------------------------------------------------------------------------


def test_three_of_four_is_the_answer_and_the_default_shows_it():
    demo = neuron_playground()
    assert str(playground.best_line("XOR")[0]) == "3"
    assert "3" in demo.question.options
    assert demo.result["hits"].sum() == 3
    assert "3 of 4 right (75 %)" in demo.sentence


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("XOR, one neuron", 3),
        ("AND, one neuron", 4),
        ("XOR, two hidden units", 4),
        ("XOR, two hidden units, stuck", 2),
        ("rings, one neuron", playground.best_line("rings")[0]),
        ("rings, four hidden units", 100),
    ],
)
def test_presets_show_what_their_names_promise(name, count):
    demo = neuron_playground()
    state = ask(demo, [("preset", name)])
    assert demo.result["hits"].sum() == count
    assert f"{count} of {len(demo.result['s'])} right" in demo.sentence
    assert len(state["panels"]) == 3
    assert state["note"] == ""


def test_the_trained_neuron_of_the_presets_is_where_training_leads():
    demo = neuron_playground(**neuron_playground.presets["AND, one neuron"])
    assert len(demo.result["losses"]) == 301
    np.testing.assert_allclose(demo.result["path"][-1], [demo.params["w1"], demo.params["w2"]], atol=1e-4)


def test_every_preset_is_tested():
    marks = test_presets_show_what_their_names_promise.pytestmark[0].args[1]
    spirals = {"spirals, one layer of sixteen", "spirals, two layers of eight"}  # below: their counts are no round ones
    assert {name for name, _ in marks} | spirals == set(neuron_playground.presets)


def test_hidden_units_that_solve_xor_put_the_points_where_a_line_parts_them():
    demo = neuron_playground(**neuron_playground.presets["XOR, two hidden units"])
    H, s = training.bent(demo.result["net"], demo.result["X"]), demo.result["s"]
    assert np.all(s * (H @ demo.result["net"]["v"] + demo.result["net"]["b"]) > 1.0)
    assert demo.result["losses"][-1] < 0.01
    assert "in hidden space" in json.loads(demo.state)["panels"][1]["title"]


# the demo ----------------------------------------------------------------------------------------------------------


def test_same_seed_same_data_and_another_seed_other_points():
    first, second, other = (neuron_playground(seed=seed, **NETWORK) for seed in (3, 3, 4))
    assert first.data == second.data != other.data


@pytest.mark.parametrize("name", MOVED)
def test_every_control_changes_the_state(name):
    demo = neuron_playground(hidden=2) if name == "bend" else neuron_playground()
    before = demo.state
    ask(demo, **{name: MOVED[name]})
    assert demo.state != before
    assert demo.params[name] == MOVED[name]


def test_every_control_is_moved_by_a_test():
    assert {control.name for control in neuron_playground.controls} == set(MOVED)


def test_the_learning_rate_changes_the_next_step():
    ends = []
    for rate in (0.1, 1.0):
        demo = neuron_playground(learning_rate=rate, **NETWORK)
        tick(demo, 2)
        ends.append(demo.result["losses"][-1])
    assert ends[0] != ends[1]


def test_the_sentence_says_count_loss_and_boundary():
    demo = neuron_playground(data="AND", w1=4.0, w2=3.0, b=-5.0)
    z = np.array([0, 3, 4, 7]) - 5.0
    loss = np.mean(np.log1p(np.exp(-z * [-1, -1, -1, 1])))
    assert float(re.search(r"loss ([0-9.]+)\.", demo.sentence)[1]) == pytest.approx(loss, rel=5e-3)
    assert "Boundary 4 x₁ + 3 x₂ = 5." in demo.sentence
    assert "Boundary −1 x₁ − 2 x₂ = −3." in neuron_playground(w1=-1.0, w2=-2.0, b=3.0).sentence


def test_training_one_neuron_moves_its_sliders_and_draws_the_way():
    demo = neuron_playground(data="AND", w1=0.0, w2=0.0, b=0.0, learning_rate=1.0)
    state = tick(demo, 30)
    assert {"w1", "w2", "b"} <= set(state["set"])
    assert demo.params["w1"] == pytest.approx(demo.params["w2"])
    assert demo.result["losses"][0] == pytest.approx(np.log(2.0))
    assert demo.result["losses"][-1] < 0.2
    assert len(demo.result["path"]) == 301
    assert "300 training steps ago it was 0.693" in demo.sentence
    ask(demo, w1=-1.0)  # a slider moved by hand starts a new way
    assert len(demo.result["losses"]) == 1


def test_training_one_neuron_on_xor_leads_to_always_one_half():
    demo = neuron_playground(learning_rate=2.0)
    tick(demo, 60)
    np.testing.assert_allclose([demo.params[key] for key in ("w1", "w2", "b")], 0.0, atol=1e-3)
    assert demo.result["losses"][-1] == pytest.approx(np.log(2.0), abs=1e-6)


def test_training_a_network_goes_on_and_starts_anew_with_other_units():
    demo = neuron_playground(**NETWORK)
    tick(demo, 3)
    assert len(demo.result["losses"]) == 31
    ask(demo, learning_rate=0.1)
    tick(demo, 1)
    assert demo.params["run"][-1] == [[1.0, 30], [0.1, 10]]
    ask(demo, hidden=5)
    assert len(demo.result["losses"]) == 1


def test_a_trained_state_comes_back_from_its_settings_and_its_code():
    demo = neuron_playground(**NETWORK)
    tick(demo, 4)
    assert neuron_playground(**demo.params).data == demo.data
    assert eval(demo.as_code(), {"neuron_playground": neuron_playground}).data == demo.data


def test_keys_turn_the_weights_and_move_b():
    demo = neuron_playground()
    ask(demo, [("key", ["ArrowLeft", False])])
    turned = np.sqrt(8) * np.exp(1j * np.deg2rad(50))
    assert (demo.params["w1"], demo.params["w2"]) == pytest.approx((turned.real, turned.imag), abs=1e-6)
    ask(demo, [("key", ["ArrowRight", True])])
    assert np.angle(demo.params["w1"] + 1j * demo.params["w2"], deg=True) == pytest.approx(35, abs=1e-4)
    ask(demo, [("key", ["ArrowUp", False]), ("key", ["ArrowDown", True])])
    assert demo.params["b"] == pytest.approx(-1.4)


def test_pointing_pulls_the_boundary_there():
    demo = neuron_playground()
    ask(demo, [("point", [0.5, 1.0])])
    assert 2.0 * 0.5 + 2.0 * 1.0 + demo.params["b"] == pytest.approx(0.0)
    ask(demo, [("point", [99.0, 99.0])])
    assert demo.params["b"] == -playground.REACH


def test_keys_and_pointing_leave_a_network_alone():
    demo = neuron_playground(**NETWORK)
    before = demo.params
    ask(demo, [("key", ["ArrowLeft", False]), ("point", [0.5, 1.0])])
    assert demo.params == before


def test_buttons_take_the_best_line_and_a_new_start():
    demo = neuron_playground(data="moons")
    ask(demo, [("line", None)])
    assert demo.result["hits"].sum() == playground.best_line("moons")[0]
    ask(demo, [("draw", None)])
    assert (demo.params["w1"], demo.params["w2"], demo.params["b"]) == (0.0, 0.0, 0.0)
    demo = neuron_playground(**NETWORK)
    before = demo.result["net"]["W"]
    ask(demo, [("draw", None)])
    assert not np.allclose(before, demo.result["net"]["W"])


def test_a_pinned_state_stays_as_a_grey_line():
    demo = neuron_playground()
    ask(demo, [("pin", None)])
    state = ask(demo, w1=-2.0)
    assert sum(mark.get("ghost", False) for mark in state["panels"][0]["marks"]) == 1


@pytest.mark.parametrize("hidden", [0, 1, 2, 16])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("name", playground.NAMES)
def test_every_set_is_drawn_with_any_number_of_units(name, layers, hidden):
    state = ask(neuron_playground(), data=name, layers=layers, hidden=hidden)
    assert state["says"].startswith(name)
    assert len(state["panels"]) == 3


# hidden layers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([{"hidden": 4}], (1, 4)),
        ([{"layers": 3}], (3, 2)),
        ([{"hidden": 4}, {"hidden": 0}], (0, 0)),
        ([{"layers": 2}, {"layers": 0}], (0, 0)),
        ([{"layers": 1}, {"layers": 2, "hidden": 0}], (2, 2)),  # a page that has not yet heard of the two units
        ([{"hidden": 3}, {"hidden": 4, "layers": 0}], (1, 4)),  # nor of the one layer
    ],
)
def test_layers_and_units_follow_each_other(moves, expected):
    demo = neuron_playground()
    for move in moves:
        state = ask(demo, **move)
        kept = {"layers": demo.params["layers"], "hidden": demo.params["hidden"]}
        asked = move | state["set"]
        assert {key: value for key, value in asked.items() if key in kept}.items() <= kept.items()
    assert (demo.params["layers"], demo.params["hidden"]) == expected
    assert (len(demo.result["net"]["W"]), demo.result["net"]["v"].size) == (expected[0], expected[1] or 2)


def test_settings_given_by_name_follow_each_other_too():
    assert neuron_playground(hidden=4).params["layers"] == 1  # as before there were several layers
    assert neuron_playground(layers=3).params["hidden"] == 2
    demo = neuron_playground()
    demo.change(hidden=5)
    assert demo.params["layers"] == 1
    assert json.loads(demo.state)["set"] == {"hidden": 5, "layers": 1}


def test_a_training_kept_before_there_were_several_layers_still_leads_there():
    old = neuron_playground(hidden=2, draw=1, run=["XOR", 2, "tanh", 1, [[1.0, 600]]])
    assert old.result["hits"].sum() == 4
    assert len(old.result["losses"]) == 601
    assert old.data == neuron_playground(**neuron_playground.presets["XOR, two hidden units"]).data


def test_a_deep_training_goes_on_comes_back_and_is_no_other_depths():
    demo = neuron_playground(data="moons", layers=3, hidden=4)
    tick(demo, 2)
    assert neuron_playground(**demo.params).data == demo.data
    assert eval(demo.as_code(), {"neuron_playground": neuron_playground}).data == demo.data
    ask(demo, layers=2)
    assert len(demo.result["losses"]) == 1
    ask(demo, layers=3)
    assert len(demo.result["losses"]) == 21


def test_the_space_of_the_last_of_several_layers_is_drawn_and_listed():
    demo = neuron_playground(data="rings", layers=3, hidden=2)
    state = json.loads(demo.state)
    assert "after the last layer" in state["panels"][1]["title"]
    assert "3 hidden layers of 2 units (tanh)" in demo.sentence
    assert "After the last layer" in demo.sentence
    _, heads, rows = demo.table(demo.result, demo.values)
    H = training.layers_of(demo.result["net"], demo.result["X"])[3]
    np.testing.assert_allclose([row[heads.index("unit 2")] for row in rows], H[:30, 1])
    lines = [mark for mark in state["panels"][0]["marks"] if mark["kind"] == "line" and mark["series"] == 4]
    assert len(lines) == 2  # one a unit of the first layer


def test_two_layers_read_spirals_better_than_one_of_as_many_units():
    one, two = (
        neuron_playground(**neuron_playground.presets[f"spirals, {name}"])
        for name in ("one layer of sixteen", "two layers of eight")
    )
    assert len(one.result["losses"]) == len(two.result["losses"]) == 1001
    assert 0.7 < one.result["hits"].mean() < 0.85  # 77 % here; two layers: 100 %
    assert two.result["hits"].mean() > 0.98


def test_the_line_button_goes_back_to_one_neuron():
    demo = neuron_playground(data="moons", layers=2, hidden=4)
    state = ask(demo, [("line", None)])
    assert (state["set"]["layers"], state["set"]["hidden"]) == (0, 0)
    assert not demo.result["net"]["W"]


def test_weights_of_zero_are_no_error():
    state = ask(neuron_playground(), w1=0.0, w2=0.0, b=0.0)
    assert "2 of 4 right" in state["says"]
    assert "no boundary" in state["says"]


def test_the_table_lists_points_and_answers():
    demo = neuron_playground()
    _, heads, rows = demo.table(demo.result, demo.values)
    X = np.array([row[1:3] for row in rows])
    np.testing.assert_allclose([row[heads.index("answer a")] for row in rows], right(X, [2.0, 2.0], -1.0))
    assert [row[-1] for row in rows] == [True, True, True, False]
    demo = neuron_playground(hidden=2)
    _, heads, rows = demo.table(demo.result, demo.values)
    np.testing.assert_allclose(
        [row[heads.index("unit 1")] for row in rows], training.bent(demo.result["net"], demo.result["X"])[:, 0]
    )


def test_the_still_picture_says_what_it_shows():
    _, sentences = still.still_figure(neuron_playground())
    assert ["4 of 4" in sentence.split(" right")[0] for sentence in sentences] == [True, False, True]


# the student's own neuron ------------------------------------------------------------------------------------------


def ghosts(demo):
    return [mark for mark in json.loads(demo.state)["panels"][0]["marks"] if mark.get("ghost")]


@pytest.mark.parametrize("name", playground.NAMES)
def test_a_right_neuron_answers_in_the_picture(name):
    demo = neuron_playground(neuron=right, data=name)
    assert json.loads(demo.state)["note"] == ""
    assert demo.result["right"] is True
    np.testing.assert_allclose(demo.result["field"], right(playground.grid(name), np.array([2.0, 2.0]), -1.0))
    assert demo.sentence == neuron_playground(data=name).sentence
    assert not ghosts(demo)
    assert "neuron=neuron" in demo.as_code()


def test_a_wrong_neuron_is_drawn_with_the_demos_line_in_grey():
    demo = neuron_playground(neuron=lambda X, w, b: right(X, w, -b))
    note = json.loads(demo.state)["note"]
    assert note.startswith("Your neuron differs from the demo's own: ")
    assert note.endswith('check("neuron") says more.')
    assert len(ghosts(demo)) == 1
    np.testing.assert_allclose(demo.result["field"], right(playground.grid("XOR"), np.array([2.0, 2.0]), 1.0))
    assert demo.result["hits"].sum() == 2
    assert "2 of 4 right (50 %), loss of the demo's own 0.997" in demo.sentence


def test_a_neuron_of_nan_is_no_error():
    demo = neuron_playground(neuron=lambda X, w, b: np.full(len(X), np.nan))
    assert "differs" in json.loads(demo.state)["note"]


def test_the_students_neuron_rests_while_there_are_hidden_units():
    demo = neuron_playground(neuron=lambda X, w, b: 1 / 0, hidden=2)
    assert json.loads(demo.state)["note"] == ""


def unwritten(X, w, b):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("neuron", "message"),
    [
        (lambda X, w, b: 1 / 0, "Your neuron raised ZeroDivisionError: division by zero."),
        (unwritten, "Your neuron is not written yet: the picture shows the demo's own."),
        (lambda X: X, "Your neuron raised TypeError"),
        (lambda X, w, b: "a", "Your neuron differs"),
        (lambda X, w, b: None, "is a return missing?"),
        (lambda X, w, b: right(X, w, b)[:, None], "Your neuron differs"),
        (lambda X, w, b: 0.5, "Your neuron differs"),
    ],
)
def test_a_failing_neuron_leaves_the_demos_own_and_a_note(neuron, message):
    demo = neuron_playground(neuron=neuron)
    assert message in json.loads(demo.state)["note"]
    assert demo.data == neuron_playground().data
