import json
import re

import numpy as np
import pytest

from dnnkit.demos import optimizer_race
from dnnkit.demos import static_view as still
from dnnkit.demos.race import simulate as race
from dnnkit.demos.race.surfaces import SURFACES, surface

MOVED = {
    "surface": "Beale",
    "condition": 50.0,
    "turn": 30.0,
    "best": True,
    "learning_rate": 0.1,
    "momentum": 0.5,
    "beta2": 0.9,
    "noise": 1.0,
    "chosen": "AdaGrad",
    "shown": ["SGD"],
    "starts": {"ravine": [1.0, -1.0]},
}


# the rules as the lesson states them, on dicts of arrays -----------------------------------------------------------


def sgd(params, grads, state, rate):
    return {"w": params["w"] - rate * grads["w"]}, state


def momentum(params, grads, state, rate, m):
    dw = rate * grads["w"] + m * state.get("dw", 0.0)
    return {"w": params["w"] - dw}, {"dw": dw}


def nesterov(params, grads, state, rate, m):
    dw = rate * grads["w"] + m * state.get("dw", 0.0)
    return {"w": params["w"] - rate * grads["w"] - m * dw}, {"dw": dw}


def adagrad(params, grads, state, rate, eps):
    s = state.get("s", 0.0) + grads["w"] ** 2
    return {"w": params["w"] - rate * grads["w"] / np.sqrt(s + eps)}, {"s": s}


def rmsprop(params, grads, state, rate, rho, eps):
    s = rho * state.get("s", 0.0) + (1 - rho) * grads["w"] ** 2
    return {"w": params["w"] - rate * grads["w"] / np.sqrt(s + eps)}, {"s": s}


def adadelta(params, grads, state, rate, rho, eps):
    s = rho * state.get("s", 0.0) + (1 - rho) * grads["w"] ** 2
    d = np.sqrt(state.get("u", 0.0) + eps) / np.sqrt(s + eps) * grads["w"]
    return {"w": params["w"] - rate * d}, {"s": s, "u": rho * state.get("u", 0.0) + (1 - rho) * d**2}


def adam(params, grads, state, rate, beta1, beta2, eps, corrected=True):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * grads["w"]
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * grads["w"] ** 2
    first, second = (m / (1 - beta1**t), v / (1 - beta2**t)) if corrected else (m, v)
    return {"w": params["w"] - rate * first / (np.sqrt(second) + eps)}, {"t": t, "m": m, "v": v}


RULES = dict(zip(race.NAMES, (sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam), strict=True))


def ask(demo, actions=(), **values):
    demo.asked = json.dumps({"values": values, "actions": [list(action) for action in actions]})
    return json.loads(demo.state)


# numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SURFACES)
def test_slopes_are_those_of_the_heights(name):
    ground = surface(name, 7.0, 30.0)
    w = np.random.default_rng(0).uniform(-1.5, 1.5, size=(2, 40))
    for i in range(2):
        move = np.zeros((2, 1))
        move[i] = 1e-5
        numeric = (ground.height(w + move) - ground.height(w - move)) / 2e-5
        np.testing.assert_allclose(ground.slope(w)[i], numeric, rtol=1e-6, atol=1e-6)
    for place in ground.lowest:
        assert ground.height(np.array(place)) == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("name", race.NAMES)
def test_each_rule_walks_as_its_formula_says(name):
    ground, kicks = surface("Rosenbrock"), np.random.default_rng(1).normal(size=(race.STEPS, 2))
    rates = np.full((7, 1), 1e-3)
    path, _ = race.walk(ground.slope, ground.start, rates, kicks, momentum=0.8, beta2=0.99)
    settings = race.settings_after_rate(name, 0.8, 0.99)
    alone = race.walk_alone(RULES[name], ground.slope, ground.start, 1e-3, settings, kicks)
    np.testing.assert_allclose(path[:, :, race.NAMES.index(name), 0], alone, rtol=1e-9, atol=1e-12)


def test_descent_in_the_ravine_shrinks_each_weight_by_its_own_factor():
    demo = optimizer_race(condition=20.0, learning_rate=0.03)
    n = np.arange(race.STEPS + 1)
    closed = np.stack([-2.0 * (1 - 0.03) ** n, 1.0 * (1 - 0.6) ** n], axis=1)
    np.testing.assert_allclose(demo.result["paths"][0], closed, atol=1e-12)


@pytest.mark.parametrize(("rate", "ends"), [(0.0999, "shrinks"), (0.1001, "grows")])
def test_descent_flies_apart_above_two_over_kappa(rate, ends):
    steep = np.abs(optimizer_race(learning_rate=rate).result["paths"][0, :, 1])
    assert (steep[-1] < 1.0) == (ends == "shrinks")


def test_what_has_flown_away_stays_away():
    demo = optimizer_race(learning_rate=1.0)
    away = np.isnan(demo.result["losses"][0])
    assert away[-1]
    assert np.all(np.diff(away.astype(int)) >= 0)
    assert "SGD flown away" in demo.sentence


def test_first_steps_of_adam_have_the_length_of_the_rate_and_momentum_gathers_tenfold():
    effective = optimizer_race(chosen="Adam", learning_rate=0.05).result["effective"]
    slope = surface("ravine").slope(np.array([-2.0, 1.0]))
    np.testing.assert_allclose(effective[:, 0] * np.abs(slope), 0.05, rtol=1e-6)
    rolled = optimizer_race(chosen="momentum", learning_rate=0.05).result["effective"]
    np.testing.assert_allclose(rolled[:, -1], 0.5 * (1 - 0.9**race.STEPS), rtol=1e-12)


def test_loss_over_rates_is_the_loss_of_a_walk_at_that_rate():
    demo = optimizer_race()
    for k in (0, 9, 20):
        single = optimizer_race(learning_rate=float(race.RATES[k])).result["losses"][:, -1]
        single = np.where(np.isfinite(single), np.maximum(single, race.FLOOR), np.inf)
        np.testing.assert_allclose(demo.result["over_rates"][:, k], single, rtol=1e-9)


# the questions' truth -------------------------------------------------------------------------------------------------


def ends(demo):
    return dict(zip(race.NAMES, demo.result["losses"][:, -1], strict=True))


def test_nesterov_wins_the_predicted_race():
    demo = optimizer_race()
    last = ends(demo)
    assert min(demo.question.options, key=last.get) == "Nesterov"
    assert last["AdaGrad"] > 100 * last["Nesterov"]


def test_at_its_best_rate_adagrad_wins_until_the_ravine_is_long_and_turned():
    straight = ends(optimizer_race(**optimizer_race.presets["each at its best rate"]))
    assert straight["AdaGrad"] <= race.FLOOR < min(straight[name] for name in ("SGD", "momentum", "Nesterov", "Adam"))
    turned = ends(optimizer_race(**optimizer_race.presets["a long ravine, turned"]))
    assert min(turned, key=turned.get) == "Nesterov"
    assert max(turned, key=turned.get) == "AdaGrad"


# the demo ----------------------------------------------------------------------------------------------------------


def test_same_seed_same_data_and_another_seed_other_noise():
    first, second, other = (optimizer_race(seed=seed, noise=1.0) for seed in (3, 3, 4))
    assert first.data == second.data != other.data


@pytest.mark.parametrize("name", MOVED)
def test_every_control_changes_the_picture(name):
    demo = optimizer_race()
    before = demo.data, demo.state
    ask(demo, **{name: MOVED[name]})
    assert demo.data != before[0]
    assert demo.params[name] == MOVED[name]


def test_every_control_is_moved_by_a_test():
    assert {control.name for control in optimizer_race.controls} | {"starts"} == set(MOVED) | {"step", "rule"}


def test_sentences_say_the_losses_of_their_step():
    demo = optimizer_race()
    sentences = demo.describe(demo.result, demo.values)
    assert len(sentences) == race.STEPS + 1
    for n in (0, 17, 60):
        for name, loss in zip(race.NAMES, demo.result["losses"][:, n], strict=True):
            printed = re.search(rf"{name} ([0-9.e-]+)[,.] ", sentences[n])[1]
            assert float(printed.rstrip(".")) == pytest.approx(loss, rel=0.06)


def test_sentences_list_the_runners_from_lowest_to_highest():
    demo = optimizer_race()
    order = re.findall("|".join(race.NAMES), demo.sentence.split(". Rates")[0])
    last = demo.result["losses"][:, -1]
    assert order == [race.NAMES[i] for i in np.argsort(last)]


@pytest.mark.parametrize("name", optimizer_race.presets)
def test_presets_work(name):
    demo = optimizer_race()
    state = ask(demo, [(1, "preset", name)])
    assert len(state["panels"]) == 4
    assert state["note"] == ""
    assert len(state["sentences"]) == race.STEPS + 1


def test_the_start_moves_by_keys_and_by_pointing_and_stays_with_its_surface():
    demo = optimizer_race()
    ask(demo, [(1, "key", ["ArrowRight", False])])
    assert demo.result["start"] == pytest.approx((-2.0 + 0.025 * 5.2, 1.0))
    ask(demo, [(2, "key", ["ArrowDown", True])])
    assert demo.result["start"] == pytest.approx((-1.87, 1.0 - 0.1 * 3.8))
    ask(demo, [(3, "point", [99.0, -0.5])])
    assert demo.result["start"] == pytest.approx((2.6, -0.5))
    ask(demo, surface="saddle")
    assert demo.result["start"] == (-1.5, 0.01)
    ask(demo, surface="ravine")
    assert demo.result["start"] == (2.6, -0.5)
    again = optimizer_race(**demo.params)
    assert again.data == demo.data


def test_the_table_lists_losses_and_best_rates():
    demo = optimizer_race()
    _, heads, rows = demo.table(demo.result, demo.values)
    assert [row[0] for row in rows] == list(race.NAMES)
    np.testing.assert_allclose([row[heads.index("loss after 60")] for row in rows], demo.result["losses"][:, -1])
    np.testing.assert_allclose([row[heads.index("best rate")] for row in rows], demo.result["best"])


def test_a_pinned_race_stays_as_grey_lines():
    demo = optimizer_race()
    ask(demo, [(1, "pin", None)])
    state = ask(demo, learning_rate=0.01)
    assert sum(mark.get("ghost", False) for mark in state["panels"][0]["marks"]) == len(race.NAMES)


def test_no_optimizer_shown_is_no_error():
    state = ask(optimizer_race(), shown=[])
    assert state["says"].startswith("Step 0")


def test_the_still_picture_says_what_it_shows():
    figure, sentences = still.still_figure(optimizer_race())
    assert len(sentences) == 3
    assert len(figure.axes) == 6  # paths, and losses at every rate
    assert all("powers of ten" in sentence for sentence in sentences)
    assert "SGD flown away" not in sentences[0]
    assert "SGD flown away" in sentences[1]


def test_every_line_of_both_loss_plots_has_its_name_beside_it():
    panels = json.loads(optimizer_race().state)["panels"]
    for panel in panels[1:3]:
        assert {mark["text"] for mark in panel["marks"] if mark["kind"] == "text"} == set(race.NAMES)


# the student's own step --------------------------------------------------------------------------------------------


def ghosts(demo):
    return [mark for mark in json.loads(demo.state)["panels"][0]["marks"] if mark.get("ghost")]


@pytest.mark.parametrize("name", race.NAMES)
def test_a_right_step_is_drawn_in_place_of_the_demos(name):
    demo = optimizer_race(step=RULES[name], rule=name)
    assert json.loads(demo.state)["note"] == ""
    assert demo.result["own"]["right"] is True
    np.testing.assert_allclose(demo.result["own"]["path"], demo.result["paths"][race.NAMES.index(name)], atol=1e-9)
    assert f"yours ({name})" in demo.sentence
    assert not ghosts(demo)
    assert "step=step" in demo.as_code()


def test_a_step_of_four_arguments_may_bring_its_own_settings():
    demo = optimizer_race(step=lambda params, grads, state, rate: adam(params, grads, state, rate, 0.9, 0.999, 1e-8))
    assert demo.result["own"]["right"] is True


def test_a_wrong_step_is_drawn_beside_the_demos_and_named():
    demo = optimizer_race(step=lambda *given: adam(*given, corrected=False))
    note = json.loads(demo.state)["note"]
    assert note == (
        "Your step differs from the demo's own: after step 1: 2 of 2 values are wrong, the first at [0]. "
        'check("adam_step") says more.'
    )
    assert len(ghosts(demo)) == 1
    np.testing.assert_allclose(ghosts(demo)[0]["series"], race.NAMES.index("Adam"))


def test_an_invention_runs_without_being_compared():
    demo = optimizer_race(step=sgd, rule="my own invention")
    assert json.loads(demo.state)["note"] == ""
    assert "yours" in demo.sentence
    assert "SGD" in demo.sentence
    np.testing.assert_allclose(demo.result["own"]["path"], demo.result["paths"][0], atol=1e-12)


def test_the_rule_is_chosen_only_when_there_is_a_step():
    assert '"rule"' not in optimizer_race().spec.split('"presets"')[0]
    assert '"rule"' in optimizer_race(step=sgd, rule="SGD").spec.split('"presets"')[0]


def fails(params, grads, state, rate, *more):
    raise ZeroDivisionError("by nothing")


def unwritten(params, grads, state, rate, *more):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (fails, "Your step raised ZeroDivisionError: by nothing. The picture shows the demo's own."),
        (unwritten, "Your step is not written yet: the picture shows the demo's own."),
        (lambda p, g, s, r, *more: p, "expected the pair (params, state)"),
        (lambda p, g, s, r, *more: None, "expected the pair (params, state)"),
        (lambda p, g, s, r, *more: ({"w": np.zeros(3)}, s), "came back with shape (3,)"),
        (lambda p: p, "raised TypeError"),
    ],
)
def test_a_failing_step_leaves_the_demos_own_and_a_note(step, message):
    demo = optimizer_race(step=step)
    assert message in json.loads(demo.state)["note"]
    assert demo.result["own"] is None
    assert demo.data == optimizer_race().data


def test_a_step_that_flies_away_is_no_error():
    demo = optimizer_race(step=lambda p, g, s, r, *more: ({"w": p["w"] * np.inf}, s))
    assert "differs" in json.loads(demo.state)["note"]
    assert "yours (Adam) flown away" in demo.sentence
