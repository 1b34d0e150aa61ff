"""Lesson 03 against independent oracles: Keras, closed forms, and what right and wrong tunings can reach at all.

None of its checks is statistical: every draw only moves or turns a task whose outcome is bounded here for all draws.
"""

from pathlib import Path

import numpy as np
import pytest

from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import load_checks
from grading.lessons.lesson import find_lesson, without_magics

LESSON = find_lesson(Path(__file__).resolve().parents[2] / "solutions", "03_optimizers")
REFERENCE = Reference(LESSON)
right = REFERENCE.functions


def walk(step, params, slopes, *settings):
    """Take one step for each gradient and return the parameters after each."""
    state, places = {}, []
    for grads in slopes:
        params, state = step(params, grads, state, *settings)
        places.append(params)
    return places


# Keras

# TensorFlow 2.21 does not know yet how NumPy 2 asks for a copy.
quietly = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def twins(keras, eps):
    """Pairs of a step function with its settings and the Keras optimizer that it must agree with."""
    classes = keras.optimizers
    return {
        "sgd_step": ((0.1,), classes.SGD(0.1)),
        "momentum_step": ((0.1, 0.8), classes.SGD(0.1, momentum=0.8)),
        "nesterov_step": ((0.1, 0.8), classes.SGD(0.1, momentum=0.8, nesterov=True)),
        "adagrad_step": ((0.1, eps), classes.Adagrad(0.1, initial_accumulator_value=0.0, epsilon=eps)),
        "rmsprop_step": ((0.1, 0.9, eps), classes.RMSprop(0.1, rho=0.9, epsilon=eps)),
        "adadelta_step": ((0.7, 0.9, eps), classes.Adadelta(0.7, rho=0.9, epsilon=eps)),
        "adam_step": ((0.1, 0.8, 0.99, eps), classes.Adam(0.1, beta_1=0.8, beta_2=0.99, epsilon=eps)),
        "adam_step_broken": ((0.1, 0.8, 0.99, eps), classes.Adam(0.1, beta_1=0.8, beta_2=0.99, epsilon=eps)),
    }


# An eps of 0.01 shows where it stands. Adam follows algorithm 1 of the paper, Keras the form at the end of section 2,
# whose eps is another one in every step: those two agree for a tiny eps only.
@quietly
@pytest.mark.parametrize(
    ("name", "eps"),
    [(name, 0.01) for name in ("sgd_step", "momentum_step", "nesterov_step")]
    + [(name, eps) for name in ("adagrad_step", "rmsprop_step", "adadelta_step") for eps in (0.01, 1e-7)]
    + [(name, 1e-8) for name in ("adam_step", "adam_step_broken")],
)
def test_every_step_agrees_with_keras(name, eps):
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(1)
    settings, twin = twins(keras, eps)[name]
    params = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    slopes = [{key: rng.choice([-1, 1], w.shape) * rng.uniform(0.5, 2, w.shape) for key, w in params.items()}] * 2
    slopes += [{key: rng.choice([-1, 1], w.shape) * rng.uniform(0.5, 2, w.shape) for key, w in params.items()}] * 30
    variables = [keras.Variable(w, dtype="float32") for w in params.values()]
    for grads, places in zip(slopes, walk(getattr(right, name), params, slopes, *settings), strict=True):
        twin.apply([keras.ops.convert_to_tensor(grads[key], dtype="float32") for key in params], variables)
        for key, variable in zip(params, variables, strict=True):
            np.testing.assert_allclose(places[key], keras.ops.convert_to_numpy(variable), rtol=1e-5, atol=2e-6)


def test_adam_is_the_form_of_keras_with_another_eps_in_each_step():
    beta1, beta2, eps, t, m, v, w = 0.8, 0.99, 0.05, 0, 0.0, 0.0, 1.0
    slopes = [1.0, -0.5, 2.0, 0.1]
    places = walk(right.adam_step, {"w": np.ones(1)}, [{"w": np.array([g])} for g in slopes], 0.1, beta1, beta2, eps)
    for g, place in zip(slopes, places, strict=True):
        t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        root = np.sqrt(1 - beta2**t)
        w -= 0.1 * root / (1 - beta1**t) * m / (np.sqrt(v) + eps * root)
        assert place["w"][0] == pytest.approx(w, rel=1e-12)


@quietly
def test_schedules_and_clipping_agree_with_keras():
    keras = pytest.importorskip("keras")
    schedules = keras.optimizers.schedules
    decay, wave = schedules.ExponentialDecay(0.3, 40, 0.1), schedules.CosineDecay(0.3, 60)
    for step in (0, 1, 17, 40, 59, 60, 61, 200):
        assert right.exponential_decay(0.3, step, 40) == pytest.approx(float(decay(step)), rel=1e-5)
        assert right.cosine_decay(0.3, step, 60) == pytest.approx(float(wave(step)), rel=1e-5, abs=1e-7)
    grads = {"W": np.array([[6.0, 1.0], [0.0, -2.0]]), "b": np.array([8.0])}
    for limit in (5.0, 50.0):
        clipper = keras.optimizers.SGD(1.0, global_clipnorm=limit)
        variables = [keras.Variable(np.zeros(g.shape), dtype="float32") for g in grads.values()]
        clipper.apply([keras.ops.convert_to_tensor(g, dtype="float32") for g in grads.values()], variables)
        for mine, variable in zip(right.clip_by_global_norm(grads, limit).values(), variables, strict=True):
            np.testing.assert_allclose(-mine, keras.ops.convert_to_numpy(variable), rtol=1e-5)


# The worked numbers of the text, and closed forms


WORKED = {
    "sgd_step": ((0.1,), (0.6, 0.5)),
    "momentum_step": ((0.1, 0.5), (0.6, 0.3)),
    "nesterov_step": ((0.1, 0.5), (0.4, 0.15)),
    "adagrad_step": ((0.1, 1e-8), (0.9, 0.8757)),
    "rmsprop_step": ((0.1, 0.9, 1e-8), (0.6838, 0.6032)),
    "adadelta_step": ((1.0, 0.9, 0.01), (0.6848, 0.5713)),
    "adam_step": ((0.1, 0.9, 0.999, 1e-8), (0.9, 0.8169)),
}


@pytest.mark.parametrize("name", WORKED)
def test_worked_numbers_are_right(name):
    settings, wanted = WORKED[name]
    places = walk(getattr(right, name), {"w": np.ones(1)}, [{"w": np.array([g])} for g in (4.0, 1.0)], *settings)
    assert [place["w"][0] for place in places] == pytest.approx(wanted, abs=6e-5)


def test_momentum_is_a_sum_of_all_slopes():
    slopes = np.random.default_rng(2).normal(size=9)
    places = walk(right.momentum_step, {"w": np.zeros(1)}, [{"w": np.array([g])} for g in slopes], 0.1, 0.7)
    weights = (1 - 0.7 ** np.arange(9, 0, -1)) / 0.3
    assert places[-1]["w"][0] == pytest.approx(-0.1 * np.sum(weights * slopes), rel=1e-12)


def test_nesterov_stores_the_look_ahead():
    curvature, eta, m = 3.0, 0.1, 0.8
    w, state, theta, dw = {"w": np.ones(1)}, {}, 1.0, 0.0
    for _ in range(20):
        w, state = right.nesterov_step(w, {"w": curvature * w["w"]}, state, eta, m)
        dw = eta * curvature * (theta - m * dw) + m * dw  # the gradient is measured ahead of theta
        theta -= dw
        assert w["w"][0] == pytest.approx(theta - m * dw, rel=1e-12)


@pytest.mark.parametrize("slope", [1000.0, -1.0, 1e-3])
def test_lengths_of_steps_on_a_constant_slope(slope):
    slopes = [{"w": np.array([slope])}] * 50
    n = np.arange(1, 51)

    def lengths(step, *settings):
        places = walk(step, {"w": np.zeros(1)}, slopes, *settings)
        return -np.sign(slope) * np.diff([0.0, *(place["w"][0] for place in places)])

    np.testing.assert_allclose(lengths(right.adam_step, 0.1, 0.9, 0.999, 1e-12), 0.1, rtol=1e-7)
    np.testing.assert_allclose(lengths(right.adam_step_broken, 0.1, 0.9, 0.999, 1e-12), 0.1, rtol=1e-7)
    np.testing.assert_allclose(lengths(right.adagrad_step, 0.1, 1e-20), 0.1 / np.sqrt(n), rtol=1e-7)
    np.testing.assert_allclose(lengths(right.rmsprop_step, 0.1, 0.9, 1e-20), 0.1 / np.sqrt(1 - 0.9**n), rtol=1e-7)


@pytest.mark.parametrize("curvature", [0.5, 1.0, 20.0])
def test_descent_diverges_at_two_over_the_curvature(curvature):
    descend = REFERENCE.namespace()["descend"]
    for share, grows in ((0.999, False), (1.001, True)):
        path = descend(right.sgd_step, (share * 2 / curvature,), lambda w: curvature * w, np.ones(1), 1000)
        assert bool(abs(path[-1, 0]) > 1) is grows


def test_bug_of_the_hunt_hides_in_the_first_step():
    (given,) = [m for m in load_bank(LESSON).mistakes if m.name == "adam_step_broken__as_given"]
    broken = REFERENCE.namespace(given)["adam_step_broken"]
    slopes = [{"w": np.array([1.5, -0.5])}, {"w": np.array([0.5, 1.0])}]
    settings = (0.1, 0.9, 0.999, 1e-8)
    actual, wanted = (walk(step, {"w": np.ones(2)}, slopes, *settings) for step in (broken, right.adam_step))
    np.testing.assert_allclose(actual[0]["w"], wanted[0]["w"], rtol=1e-12)
    assert np.abs(actual[1]["w"] - wanted[1]["w"]).min() > 0.01


# Tolerances: what the checks allow lies between right and wrong answers


def test_forms_of_eps_agree_far_inside_the_tolerance():
    checks, rng = load_checks(LESSON), np.random.default_rng(3)
    forms = {
        "adagrad_step": ["eps_outside"],
        "rmsprop_step": ["eps_outside"],
        "adam_step": ["as_in_keras", "eps_inside"],
    }
    bank = {variant.name: variant for variant in load_bank(LESSON).variants}
    for name, slugs in forms.items():
        for _ in range(20):
            task = checks._task(rng, 5, checks.SETTINGS[name], {"w": (50,)})
            wanted = walk(getattr(right, name), task["params"], task["slopes"], *task["settings"])
            for slug in slugs:
                step = REFERENCE.namespace(bank[f"{name}__{slug}"])[name]
                actual = walk(step, task["params"], task["slopes"], *task["settings"])
                gap = max(np.abs(a["w"] - b["w"]).max() for a, b in zip(actual, wanted, strict=True))
                assert gap < 0.05 * checks.SINGLE


# tune: J after 200 steps is a sum over directions, so its worst case over all curvatures between the two is a maximum


def worst_height(choice, kappa):
    """The largest J after 200 steps from J = 1 that any ravine with this condition number can end with."""
    name, settings = choice
    curvatures = np.geomspace(1.0, kappa, 600)
    places = {"w": np.sqrt(2 / curvatures)}
    with np.errstate(all="ignore"):
        state, step = {}, getattr(right, name)
        for _ in range(200):
            places, state = step(places, {"w": curvatures * places["w"]}, state, *settings)
        return np.max(curvatures * places["w"] ** 2 / 2)


def tunings(answers):
    reference = {"tune__reference": right.tune}
    return reference | {a.name: REFERENCE.namespace(a)["tune"] for a in answers if a.exercise == "tune"}


def test_right_tunings_reach_the_bottom_of_every_ravine():
    for name, tune in tunings(load_bank(LESSON).variants).items():
        for kappa in (10, 30, 80, 100, 200, 300, 500):
            # 1.9e-6 is possible with half of J = 1 in the flattest direction, where the checks put exactly one half.
            assert worst_height(tune(1.0, float(kappa)), kappa) < 1.9e-6, (name, kappa)


def test_reference_has_room_to_spare():
    assert worst_height(right.tune(1.0, 500.0), 500) < 1e-9


def test_settings_of_the_reference_are_the_best_of_polyak():
    # At the two ends both roots of r^2 - (1 + m - eta lambda) r + m coincide, so no other pair shrinks faster.
    for smallest, largest in ((0.5, 10.0), (0.003, 1.5)):
        _, (eta, m) = right.tune(smallest, largest)
        for curvature in (smallest, largest):
            assert (1 + m - eta * curvature) ** 2 == pytest.approx(4 * m, rel=1e-9)
    assert right.tune(1.0, 500.0)[1][1] == pytest.approx(0.836, abs=1e-3)  # as the second hint says


@pytest.mark.parametrize("name", ["plain_sgd", "momentum_point_nine", "half_momentum", "no_roots"])
def test_slow_tunings_cannot_reach_it_however_the_ravine_lies(name):
    (mistake,) = [m for m in load_bank(LESSON).mistakes if m.name == f"tune__{name}"]
    tune, kappa = REFERENCE.namespace(mistake)["tune"], 500.0
    chosen, settings = tune(1.0, kappa)
    path = REFERENCE.namespace()["descend"](getattr(right, chosen), settings, lambda w: w, np.ones(1), 200)
    assert 0.5 * path[-1, 0] ** 2 > 2e-6  # the flattest direction alone, with half of J = 1


def test_noise_floor_is_as_the_text_computes_it():
    floor = 0.1 / (4 - 0.2)
    assert floor == pytest.approx(0.0263, abs=5e-5)
    rng, params = np.random.default_rng(4), {"w": np.full(20000, 3.0)}
    for _ in range(300):
        params, _ = right.sgd_step(params, {"w": params["w"] + rng.normal(size=20000)}, {}, 0.1)
    assert np.mean(params["w"] ** 2) / 2 == pytest.approx(floor, rel=0.06)  # its standard error is 1 %


def test_a_broken_minibatch_destroys_what_was_learned_unless_it_is_clipped():
    names = REFERENCE.namespace()
    sources = [without_magics(cell.source) for cell in LESSON.cells]
    starts = ("import time", "def minibatches", "def mlp_loss", "accident_curves = {}")
    for start in starts:
        (source,) = [source for source in sources if f"\n{start}" in source]
        exec(source, names)
    curves = names["accident_curves"]
    assert curves["not clipped"][8] > 10 * curves["not clipped"][7]
    assert max(curves["clipped at 1"][8:]) < curves["clipped at 1"][7]
