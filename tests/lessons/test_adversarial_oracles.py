"""The reference of lesson 13 agrees with enumeration, finite differences and closed forms, and its thresholds hold."""

import itertools

import numpy as np
import pytest

from dnnkit.gradcheck import check_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(13)


@pytest.mark.parametrize("box", [True, False])
def test_no_corner_of_the_allowed_changes_is_worse_than_the_worst_loss(lesson_names, rng, box):
    X, y = rng.random((4, 6)), rng.integers(2, size=4)
    w, b, epsilon = 3 * rng.normal(size=6), 0.3, 0.35
    worst = lesson_names["linear_worst_loss"](X, y, w, b, epsilon, box)
    tried = []
    for signs in itertools.product((-1, 0, 1), repeat=6):
        moved = X + epsilon * np.array(signs)
        moved = np.clip(moved, 0, 1) if box else moved
        tried.append(np.logaddexp(0, -(2 * y - 1) * (moved @ w + b)))
    np.testing.assert_allclose(worst, np.max(tried, axis=0))


def test_one_step_is_exact_for_two_classes_and_a_walk_ends_there(lesson_names, rng):
    w, b = rng.normal(size=8), 0.2
    X, y = rng.random((10, 8)), rng.integers(2, size=10)
    params = {"W1": np.stack([0 * w, w], axis=1), "b1": np.array([0.0, b])}
    slopes = lesson_names["pixel_slopes"](params)

    def losses(pictures):
        return np.logaddexp(0, -(2 * y - 1) * (pictures @ w + b))

    worst = lesson_names["linear_worst_loss"](X, y, w, b, 0.2, True)
    np.testing.assert_allclose(losses(lesson_names["fgsm"](slopes, X, y, 0.2)), worst)
    np.testing.assert_allclose(losses(lesson_names["pgd"](slopes, X, y, 0.2, 0.1, 5, rng)), worst)
    np.testing.assert_allclose(losses(lesson_names["iterated_fgsm_broken"](slopes, X, y, 0.2, 4)), worst)


def test_slopes_along_pixels_are_those_of_finite_differences(lesson_names, checks, rng):
    params = lesson_names["start_network"]((5, 7, 4, 3), rng)
    X, y = rng.random((4, 5)), rng.integers(3, size=4)

    def total(pictures):
        logits = lesson_names["forward"](pictures, params)[0]
        return np.sum(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(4), y])

    slopes = lesson_names["pixel_slopes"](params)(X, y)
    check_gradient(total, X, slopes)
    layers = [(params[f"W{k}"], params[f"b{k}"]) for k in (1, 2, 3)]
    np.testing.assert_allclose(checks._network_slopes(X, y, layers), slopes)


@pytest.mark.parametrize("kind", ["dense", "resting"])
def test_what_the_checks_compute_is_what_keras_gives(lesson_names, checks, rng, kind):
    case = checks._dense_case(rng, (5, 3, 2)) if kind == "dense" else checks._resting_case(rng, 4, 5, 4, 2)
    snippet, right = {
        "dense": (checks._dense_slopes, checks._right_dense_slopes),
        "resting": (checks._resting_slopes, checks._right_resting_slopes),
    }[kind]
    answer = snippet(lesson_names["input_gradient"], **case[1])
    np.testing.assert_allclose(answer["slopes"], right(**case[1]), rtol=1e-3, atol=1e-5)


def test_random_starts_are_judged_uniform_and_others_are_not(checks, rng):
    X = np.full((60, 50), 0.5)
    for _ in range(50):
        checks._uniform(X + 0.2 * rng.uniform(-1, 1, size=(2, 60, 50)), X, 0.2)
    for u in (rng.uniform(-1, 1, size=(2, 60, 1)), rng.uniform(-1, 1, size=(1, 60, 50)), rng.uniform(size=(2, 60, 50))):
        with pytest.raises(AssertionError):
            checks._uniform(X + 0.2 * np.broadcast_to(u, (2, 60, 50)), X, 0.2)


def test_worked_numbers_of_the_text(lesson_names):
    pixels, slopes = np.array([[0.5, 0.9, 0.1, 0.3]]), np.array([[0.002, 7.0, -30.0, 0.0]])
    changed = lesson_names["fgsm"](lambda X, y: slopes, pixels, np.array([0]), 0.2)
    np.testing.assert_allclose(changed, [[0.7, 1.0, 0.0, 0.3]])
    x, w, one = np.array([[0.5, 0.9]]), np.array([2.0, -1.0]), np.array([1])
    worst = [lesson_names["linear_worst_loss"](x, one, w, 0.5, 0.2, box)[0] for box in (False, True)]
    assert worst == pytest.approx([np.log(2), 0.6444], abs=5e-5)
    pushed = lesson_names["targeted_fgsm"](lambda X, y: slopes, np.array([[0.5, 0.9, 0.9, 0.3]]), np.array([0]), 0.2)
    np.testing.assert_allclose(pushed, [[0.3, 0.7, 1.0, 0.3]])
    near = lesson_names["project_linf"](np.array([[0.6, 1.3, -0.4]]), np.array([[0.3, 0.9, 0.1]]), 0.2)
    np.testing.assert_allclose(near, [[0.5, 1.0, 0.0]])


def test_networks_of_every_style_resist_and_a_plain_one_does_not(lesson_names, checks, right_answers):
    for number, names in enumerate(right_answers("adversarial_train")):
        rng = np.random.default_rng(number)
        X, y, new_X, new_y = checks._hidden_digits(rng)
        layers = checks._trained(names["adversarial_train"](X, y, 0.1, rng))
        clean, robust = checks._accuracies(layers, new_X, new_y, 0.1, rng)
        assert clean > checks.CLEAN + 0.01
        assert robust > checks.ROBUST + 0.04
    rng = np.random.default_rng(9)
    X, y, new_X, new_y = checks._hidden_digits(rng)
    plain = lesson_names["train_plainly"](X, y, (64, 128, 128, 10), 40, 0.001, rng)
    assert checks._accuracies(checks._trained(plain), new_X, new_y, 0.1, rng)[1] < checks.ROBUST - 0.1
