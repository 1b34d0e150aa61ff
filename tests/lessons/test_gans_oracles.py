"""The reference of lesson 10 agrees with SciPy, finite differences, closed forms and Keras, and its thresholds hold."""

import numpy as np
import pytest
from scipy.special import expit

from dnnkit.gradcheck import check_gradient, numerical_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(10)


def test_the_divergence_is_that_of_scipy_and_log_two_where_nothing_is_shared(lesson_names, rng):
    from scipy.spatial.distance import jensenshannon

    js = lesson_names["js_divergence"]
    for _ in range(5):
        p, q = rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(7))
        assert js(p, q) == pytest.approx(jensenshannon(p, q) ** 2)
        assert 0 <= js(p, q) <= np.log(2)
    p, q = np.array([0.2, 0.8, 0, 0, 0]), np.array([0, 0, 0.5, 0.4, 0.1])
    assert js(p, q) == pytest.approx(np.log(2), abs=1e-15)
    assert js(p, p) == 0.0


def test_no_discriminator_scores_better_than_the_optimal_one_whose_score_is_the_divergence(lesson_names, rng):
    p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6))
    best = lesson_names["optimal_discriminator"](p, q)

    def score(D):
        return p @ np.log(D) + q @ np.log(1 - D)

    assert score(best) == pytest.approx(2 * lesson_names["js_divergence"](p, q) - 2 * np.log(2))
    for _ in range(100):
        other = expit(np.log(best / (1 - best)) + 0.5 * rng.normal(size=6))
        assert score(other) < score(best)


def test_losses_at_the_end_of_a_perfect_game_and_their_gradients(lesson_names, rng):
    disc_loss, gen_loss = lesson_names["discriminator_loss"], lesson_names["generator_loss"]
    assert disc_loss(np.zeros(3), np.zeros(5))[0] == pytest.approx(2 * np.log(2))
    assert (gen_loss(np.zeros(4))[0], gen_loss(np.zeros(4), True)[0]) == pytest.approx((np.log(2), -np.log(2)))
    real, fake = 2 * rng.normal(size=4), 2 * rng.normal(size=6)
    _, dreal, dfake = disc_loss(real, fake)
    check_gradient(lambda v: disc_loss(v, fake)[0], real, dreal)
    check_gradient(lambda v: disc_loss(real, v)[0], fake, dfake)
    for saturating in (True, False):
        check_gradient(lambda v, s=saturating: gen_loss(v, s)[0], fake, gen_loss(fake, saturating)[1])


def test_the_losses_are_those_of_keras(lesson_names, rng):
    import keras

    real, fake = rng.normal(size=5).astype(np.float32), rng.normal(size=8).astype(np.float32)

    def keras_loss(logits, label):
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        return float(loss(np.full((len(logits), 1), label, dtype=np.float32), logits[:, None]))

    ours = lesson_names["discriminator_loss"](real, fake)[0]
    assert ours == pytest.approx(keras_loss(real, 1.0) + keras_loss(fake, 0.0), rel=1e-5)
    assert lesson_names["generator_loss"](fake)[0] == pytest.approx(keras_loss(fake, 1.0), rel=1e-5)
    assert lesson_names["generator_loss"](fake, True)[0] == pytest.approx(-keras_loss(fake, 0.0), rel=1e-5)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_gradients_of_both_players_agree_with_finite_differences(lesson_names, checks, rng, player):
    gradients_of = lesson_names["gan_gradients"]
    real, z, gen, disc, _ = checks._game(rng, 4, 6, 2, 3, player)
    loss, grads = gradients_of(real, z, gen, disc, player)
    own = gen if player == "generator" else disc
    assert set(grads) == set(own)
    for name, grad in grads.items():

        def changed(v, name=name):
            players = (gen | {name: v}, disc) if player == "generator" else (gen, disc | {name: v})
            return gradients_of(real, z, *players, player)[0]

        check_gradient(changed, own[name], grad)
    right, right_grads = checks._right_game(real, z, gen, disc, player)
    assert loss == pytest.approx(right)
    for name, grad in right_grads.items():
        np.testing.assert_allclose(grads[name], grad, atol=1e-12)


def test_a_step_leaves_the_other_player_bit_for_bit_alone(lesson_names, checks, rng):
    real, z, gen, disc, _ = checks._game(rng, 4, 6, 2, 3, "generator")
    before = {name: array.copy() for name, array in (gen | {f"d{n}": a for n, a in disc.items()}).items()}
    for player in ("discriminator", "generator"):
        lesson_names["gan_gradients"](real, z, gen, disc, player)
    lesson_names["discriminator_step_broken"](real, z, gen, disc, 0.5)
    after = gen | {f"d{n}": a for n, a in disc.items()}
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("target", [0.0, 1.0, 2.5])
def test_the_penalty_is_that_of_numerical_slopes_and_its_gradients_agree(lesson_names, checks, rng, target):
    penalty_of, forward = lesson_names["gradient_penalty"], lesson_names["forward"]
    X, params, _ = checks._priced(rng, 5, 3, target)
    penalty, grads = penalty_of(X, params, target)
    slopes = [numerical_gradient(lambda v: forward(v[None], params)[0][0, 0], x) for x in X]
    assert penalty == pytest.approx(np.mean((np.linalg.norm(slopes, axis=1) - target) ** 2), rel=1e-7)
    for name, grad in grads.items():
        check_gradient(lambda v, name=name: penalty_of(X, params | {name: v}, target)[0], params[name], grad)
    right, right_grads = checks._right_penalty(X, params, target)
    assert penalty == pytest.approx(right)
    for name, grad in right_grads.items():
        np.testing.assert_allclose(grads[name], grad, atol=1e-12)


def test_a_step_downhill_of_the_fixed_hunt_lowers_the_loss(lesson_names, checks, rng):
    real, z, gen, disc, _ = checks._game(rng, 8, 6, 2, 3, "discriminator")
    stepped = lesson_names["discriminator_step_broken"](real, z, gen, disc, 0.01)
    before, after = (lesson_names["gan_gradients"](real, z, gen, d, "discriminator")[0] for d in (disc, stepped))
    assert after < before


def test_modes_of_a_ring_are_counted(lesson_names, rng):
    angles = 2 * np.pi * np.arange(8) / 8
    centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for kept in (0, 1, 5, 8):
        samples = centres[rng.integers(kept, size=1000)] if kept else np.zeros((1000, 2))
        samples = samples + 0.05 * rng.normal(size=(1000, 2))
        assert lesson_names["modes_covered"](samples, centres, 0.2, 0.01) == kept


@pytest.mark.parametrize("name", ["build_dcgan_generator", "build_dcgan_discriminator"])
def test_what_the_checks_compute_is_what_keras_gives(lesson_names, checks, rng, name):
    make, shapes_of, right_of = {
        "build_dcgan_generator": (checks._making, checks._generator_shapes, checks._right_generator),
        "build_dcgan_discriminator": (checks._judging, checks._discriminator_shapes, checks._right_discriminator),
    }[name]
    inputs, settings = make(rng, 8, 12, count=4)
    arrays = checks._drawn(rng, shapes_of(*settings))
    answer = checks._network(lesson_names[name], settings, inputs, arrays)
    assert sorted(w.shape for w in answer["weights"]) == sorted(shapes_of(*settings))
    for part, training in (("outputs", False), ("outputs in training", True)):
        np.testing.assert_allclose(answer[part], right_of(inputs, arrays, settings, training), rtol=2e-4, atol=1e-5)


def test_worked_numbers_of_the_text(lesson_names):
    ones = {name: np.ones((1, 1)) if name[0] == "W" else np.zeros(1) for name in ("W1", "b1", "W2", "b2", "W3", "b3")}
    game = (np.array([[2.0]]), np.array([[1.0]]), ones, ones)
    loss, grads = lesson_names["gan_gradients"](*game, "generator")
    assert (loss, *(grads[name].item() for name in grads)) == pytest.approx((0.3133, *[-0.2689] * 6), abs=5e-5)
    loss, grads = lesson_names["gan_gradients"](*game, "discriminator")
    assert (loss, grads["b3"].item(), grads["W1"].item()) == pytest.approx((1.4402, 0.6119, 0.4927), abs=1e-4)
    steep = ones | {"W1": np.array([[2.0]]), "W3": np.array([[3.0]])}
    penalty, grads = lesson_names["gradient_penalty"](np.ones((1, 1)), steep, 0.0)
    assert (penalty, *(grads[f"W{k}"].item() for k in (1, 2, 3))) == pytest.approx((36.0, 36.0, 72.0, 24.0))
    assert lesson_names["gradient_penalty"](np.ones((1, 1)), steep, 1.0)[0] == pytest.approx(25.0)
    assert lesson_names["js_divergence"](np.array([1, 0]), np.array([0.5, 0.5])) == pytest.approx(0.2158, abs=5e-5)
    assert lesson_names["build_dcgan_generator"](16, (8, 8, 1), 32).count_params() == 38_049
    assert lesson_names["build_dcgan_discriminator"]((8, 8, 1), 32).count_params() == 33_633


def test_generators_of_every_style_find_the_heaps_and_a_bell_does_not(checks, right_answers):
    for number, names in enumerate(right_answers("train_gan_1d")):
        rng = np.random.default_rng(number)
        heaps = checks._draw_heaps(rng)
        params = checks._trained(names["train_gan_1d"](checks._two_heaps(rng, 3000, heaps), rng))
        real = checks._two_heaps(rng, 4000, heaps)
        mean, spread, distance = checks._gaps(checks._run(rng.normal(size=(4000, 1)), params)[0], real)
        assert mean < checks.MEAN_GAP / 1.2
        assert spread < checks.SPREAD_GAP / 1.5
        assert distance < checks.DISTANCE / 1.2
    for seed in range(400):
        rng = np.random.default_rng(seed)
        real = checks._two_heaps(rng, 4000, checks._draw_heaps(rng))
        bell = real.mean() + real.std() * rng.normal(size=real.shape)
        assert checks._gaps(bell, real)[2] > checks.DISTANCE
