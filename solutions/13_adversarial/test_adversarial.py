"""Checks of lesson 13 "Adversarial examples": the student's functions against formulas, on inputs nobody has seen."""

import functools

import numpy as np

from grading.lessons.checking import (
    assert_close,
    assert_quiet,
    assert_shape,
    assert_that,
    example,
    points,
)
from grading.lessons.inputs import magnitudes, whole_numbers, with_ties, with_zeros

TIGHT = 1e-8  # relative tolerance: answers computed in float64 keep it, those in float32 do not
SINGLE = {"rtol": 5e-4, "atol": 1e-6}  # Keras computes in float32
CLEAN, ROBUST = 0.95, 0.69  # what networks trained under attack are held to
SLOW = ("adversarial_train",)
shown = functools.partial(example, rtol=TIGHT)


# Snippets: functions that run beside the student's


def _fgsm_with_slopes(fgsm, X, y, epsilon, slopes):
    """Attack a network whose slopes depend on the label only: slopes has one picture for each label."""
    return fgsm(lambda pictures, labels: slopes[labels], X, y, epsilon)


def _targeted_with_slopes(targeted_fgsm, X, targets, epsilon, slopes):
    return targeted_fgsm(lambda pictures, labels: slopes[labels], X, targets, epsilon)


def _fgsm(fgsm, X, y, epsilon, rates, phases, sizes):
    """Attack a network whose slopes change along each pixel."""

    def gradient(pictures, labels):
        return sizes[labels] * np.sin(rates[labels] * pictures + phases[labels])

    return fgsm(gradient, X, y, epsilon)


def _targeted(targeted_fgsm, X, targets, epsilon, rates, phases, sizes):
    def gradient(pictures, labels):
        return sizes[labels] * np.sin(rates[labels] * pictures + phases[labels])

    return targeted_fgsm(gradient, X, targets, epsilon)


def _iterated(iterated_fgsm_broken, X, y, epsilon, num_steps, rates, phases, sizes):
    def gradient(pictures, labels):
        return sizes[labels] * np.sin(rates[labels] * pictures + phases[labels])

    return iterated_fgsm_broken(gradient, X, y, epsilon, num_steps)


def _iterated_towards(iterated_fgsm_broken, X, y, epsilon, num_steps, ends):
    """Attack a network whose loss grows towards one picture for each label."""
    return iterated_fgsm_broken(lambda pictures, labels: ends[labels] - pictures, X, y, epsilon, num_steps)


def _start_and_end(pgd, X, y, epsilon, step_size, num_steps, seed, rates, phases, sizes):
    """Where the attack starts, and where it ends after some steps from the same state of the generator."""

    def gradient(pictures, labels):
        return sizes[labels] * np.sin(rates[labels] * pictures + phases[labels])

    start = pgd(gradient, X, y, epsilon, step_size, 0, np.random.default_rng(seed))
    return {"start": start, "end": pgd(gradient, X, y, epsilon, step_size, num_steps, np.random.default_rng(seed))}


def _two_starts(pgd, X, y, epsilon, rng):
    """Two random starts, one after the other, from the same generator."""
    return [pgd(lambda pictures, labels: 1.0 + 0.0 * pictures, X, y, epsilon, 0.5, 0, rng) for _ in range(2)]


def _corners(pgd, X, y, epsilon, step_size, num_steps, rng, slopes):
    """Attack a network whose slopes depend on the label only."""
    return pgd(lambda pictures, labels: slopes[labels], X, y, epsilon, step_size, num_steps, rng)


def _flat_spot(pgd, X, y, epsilon, step_size, num_steps, rng, slopes):
    """Attack a network whose slopes are 0 at the first pictures themselves, and depend on the label only elsewhere."""

    def gradient(pictures, labels):
        return np.where(np.any(pictures != X, axis=1, keepdims=True), slopes[labels], 0.0)

    return pgd(gradient, X, y, epsilon, step_size, num_steps, rng)


def _turning_corners(pgd, X, y, epsilon, step_size, num_steps, rng, slopes, border):
    """The first pixel's loss always grows upwards; the other slopes turn round once it is above a border."""

    def gradient(pictures, labels):
        turned = np.where(pictures[:, :1] > border, 1.0, -1.0)
        return np.concatenate([np.ones((len(pictures), 1)), turned * slopes[labels][:, 1:]], axis=1)

    return pgd(gradient, X, y, epsilon, step_size, num_steps, rng)


def _starts_shown(pgd, X, y, epsilon, rng):
    """Look at two random starts."""
    first, second = (pgd(lambda pictures, labels: 0.0 * pictures, X, y, epsilon, 0.1, 0, rng) for _ in range(2))
    changes = first - X
    free = (first > 0) & (first < 1)  # neither at 0 nor at 1, where pixels are held
    drawn = [np.unique(np.round(changes[k][free[k]], 9)) for k in ((0, slice(None)), (slice(None), 0))]
    return {
        "no pixel moved by more than epsilon": bool(np.abs(changes).max() <= epsilon + 1e-12),
        "all pixels between 0 and 1": bool(first.min() >= 0 and first.max() <= 1),
        "some pixels grew": bool(changes.max() > 0),
        "some pixels shrank": bool(changes.min() < 0),
        "some moved by less than epsilon": bool(np.any((np.abs(changes) < 0.99 * epsilon) & free)),
        "differs from pixel to pixel": len(drawn[0]) > 1,
        "differs from picture to picture": len(drawn[1]) > 1,
        "another start at the next call": not np.array_equal(first, second),
    }


def _dense_slopes(input_gradient, X, y, W1, b1, W2, b2):
    """Slopes of a Keras model with a hidden layer of tanh units."""
    import keras

    layers = keras.layers
    model = keras.Sequential([keras.Input(X.shape[1:]), layers.Flatten(), layers.Dense(len(b1), activation="tanh")])
    model.add(layers.Dense(len(b2)))
    model.set_weights([W1, b1, W2, b2])
    return {"slopes": input_gradient(model, X, y), "weights": model.get_weights()}


def _resting_slopes(input_gradient, X, y, kernel, bias, scales, W, b):
    """Slopes of a Keras model with a convolution and a batch normalisation."""
    import keras

    layers = keras.layers
    model = keras.Sequential([keras.Input(X.shape[1:])])
    model.add(layers.Conv2D(kernel.shape[3], kernel.shape[:2], activation="tanh"))
    model.add(layers.BatchNormalization())
    model.add(layers.Flatten())
    model.add(layers.Dense(len(b)))
    model.set_weights([kernel, bias, *scales, W, b])
    return {"slopes": input_gradient(model, X, y), "weights": model.get_weights()}


def _shown_slopes(input_gradient, X, y, W, b):
    """Slopes of a Keras model with one dense layer, behind a batch normalisation that changes nothing in test mode."""
    import keras

    layers = keras.layers
    model = keras.Sequential([keras.Input((len(W),)), layers.BatchNormalization(epsilon=1e-6), layers.Dense(len(b))])
    model.layers[-1].set_weights([W, b])
    return input_gradient(model, X, y)


def _resists(adversarial_train, pgd, reader, pixel_slopes, epsilon, seed):
    """Train on 1,200 digits, and read 597 others as they are and after an attack."""
    from dnnkit import data

    rng = np.random.default_rng(seed)
    digits = data.load_digits(rng=rng)
    params = adversarial_train(digits.X_train, digits.y_train, epsilon, rng)
    attacked = pgd(pixel_slopes(params), digits.X_test, digits.y_test, epsilon, epsilon / 4, 10, rng)
    shares = [np.mean(reader(params)(pictures) == digits.y_test) for pictures in (digits.X_test, attacked)]
    tens = [10 * int(10 * share) for share in shares]
    return {
        name: f"at least {wanted} %" if share >= wanted / 100 else f"{ten} to {min(ten + 10, wanted)} %"
        for name, share, wanted, ten in zip(("right", "right after the attack"), shares, (95, 69), tens, strict=True)
    }


def _smallest(minimal_epsilon, X, y, directions, num_halvings, W, b):
    """Walk until a linear network errs."""

    def predict(pictures):
        return (np.reshape(pictures, (len(pictures), -1)) @ W + b).argmax(axis=1)

    return minimal_epsilon(predict, X, y, directions, num_halvings)


def _smallest_by_brightness(minimal_epsilon, X, y, directions, num_halvings, borders):
    """Walk until a network errs that reads a picture by its mean brightness: 0 below the first border, and so on."""

    def predict(pictures):
        return np.searchsorted(borders, np.reshape(pictures, (len(pictures), -1)).mean(axis=1), side="right")

    return minimal_epsilon(predict, X, y, directions, num_halvings)


def _robust(robust_accuracy, X, y, W, b, changes):
    """Attack a linear network by changes that depend on the label, one attack for each row of changes."""

    def predict(pictures):
        return (np.reshape(pictures, (len(pictures), -1)) @ W + b).argmax(axis=1)

    attacks = [lambda pictures, labels, change=change: pictures + change[labels] for change in changes]
    return robust_accuracy(predict, attacks, X, y)


def _robust_shown(robust_accuracy, X, y, changes):
    """Attack a network that reads the number of a picture's brightest pixel."""
    attacks = [lambda pictures, labels, change=change: pictures + change[labels] for change in changes]
    return robust_accuracy(lambda pictures: pictures.argmax(axis=1), attacks, X, y)


_PIXELS = np.array([[0.5, 0.9, 0.1, 0.3], [0.25, 0.0, 1.0, 0.6], [0.4, 0.75, 0.05, 0.95]])
_SLOPES = np.array([[0.002, 7.0, -30.0, 0.0], [-0.5, -0.1, 2.0, 1e-200], [3.0, -4.0, 0.0, -2e5]])
_GREY = np.array([[0.5, 0.4, 0.6], [0.45, 0.55, 0.5]])
_GREY_SLOPES = np.array([[2.0, -0.1, 1e-7], [-3.0, 0.4, 0.0]])

EXAMPLES = {
    "fgsm": [
        shown(
            "the worked numbers",
            run=_fgsm_with_slopes,
            X=_PIXELS[:1],
            y=np.array([0]),
            epsilon=0.2,
            slopes=_SLOPES,
        ),
        shown(
            "three pictures, their labels in another order",
            run=_fgsm_with_slopes,
            X=_PIXELS,
            y=np.array([2, 0, 1]),
            epsilon=0.3,
            slopes=_SLOPES,
        ),
        shown(
            "a picture of two rows, black and white",
            run=_fgsm_with_slopes,
            X=np.array([[[0, 1], [1, 0]]]),
            y=np.array([0]),
            epsilon=0.25,
            slopes=np.array([[[5.0, 0.25], [-1e-5, -2.0]]]),
        ),
    ],
    "linear_worst_loss": [
        shown(
            "the worked numbers, without limits",
            quiet=True,
            X=np.array([[0.5, 0.9]]),
            y=np.array([1]),
            w=np.array([2.0, -1.0]),
            b=0.5,
            epsilon=0.2,
            box=False,
        ),
        shown(
            "the worked numbers, pixels between 0 and 1",
            quiet=True,
            X=np.array([[0.5, 0.9]]),
            y=np.array([1]),
            w=np.array([2.0, -1.0]),
            b=0.5,
            epsilon=0.2,
            box=True,
        ),
        shown(
            "both labels, pixels near 0 and 1",
            quiet=True,
            X=np.array([[0.05, 0.9, 0.5], [1.0, 0.0, 0.3], [0.7, 0.2, 0.95], [0.1, 0.95, 0.4], [0.6, 0.05, 0.2]]),
            y=np.array([1, 0, 1, 0, 1]),
            w=np.array([1.5, -0.5, -2.0]),
            b=-0.25,
            epsilon=0.15,
            box=True,
        ),
        shown(
            "the same without limits",
            quiet=True,
            X=np.array([[0.05, 0.9, 0.5], [1.0, 0.0, 0.3], [0.7, 0.2, 0.95], [0.1, 0.95, 0.4], [0.6, 0.05, 0.2]]),
            y=np.array([1, 0, 1, 0, 1]),
            w=np.array([1.5, -0.5, -2.0]),
            b=-0.25,
            epsilon=0.15,
            box=False,
        ),
        shown(
            "large margins",
            quiet=True,
            X=np.array([[1, 0], [0, 1]]),
            y=np.array([0, 0]),
            w=np.array([900, -2000]),
            b=3,
            epsilon=0.5,
            box=True,
        ),
    ],
    "targeted_fgsm": [
        shown(
            "the worked numbers",
            run=_targeted_with_slopes,
            X=np.array([[0.5, 0.9, 0.9, 0.3]]),
            targets=np.array([0]),
            epsilon=0.2,
            slopes=_SLOPES,
        ),
        shown(
            "three pictures, targets in another order",
            run=_targeted_with_slopes,
            X=_PIXELS,
            targets=np.array([2, 0, 1]),
            epsilon=0.3,
            slopes=_SLOPES,
        ),
    ],
    "minimal_epsilon": [
        shown(
            "the worked numbers: wrong from 0.3 on",
            run=_smallest_by_brightness,
            X=np.array([[0.2, 0.2], [0.2, 0.2]]),
            y=np.array([0, 0]),
            directions=np.array([[1.0, 1.0], [0.75, 1.25]]),
            num_halvings=3,
            borders=np.array([0.5]),
        ),
        shown(
            "wrong as it is, never wrong, and three others",
            run=_smallest_by_brightness,
            X=np.array([[0.7, 0.5], [0.1, 0.3], [0.4, 0.2], [0.9, 0.8], [0.3, 0.0]]),
            y=np.array([0, 0, 0, 1, 0]),
            directions=np.array([[-1.0, -1.0], [0.1, -0.2], [1.0, 1.0], [-1.0, -0.5], [0.0, 2.0]]),
            num_halvings=6,
            borders=np.array([0.45]),
        ),
        shown(
            "right as it is and at 1, wrong on the way",
            run=_smallest_by_brightness,
            X=np.array([[0.0, 1.0], [0.2, 0.8], [0.9, 0.0]]),
            y=np.array([0, 0, 0]),
            directions=np.array([[4.0, -1.0], [0.5, 0.0], [1.0, 1.0]]),
            num_halvings=4,
            borders=np.array([0.6]),
        ),
        shown(
            "no halving",
            run=_smallest_by_brightness,
            X=np.array([[0.2, 0.4], [0.6, 0.8]]),
            y=np.array([0, 0]),
            directions=np.array([[1.0, 1.0], [1.0, 1.0]]),
            num_halvings=0,
            borders=np.array([0.5]),
        ),
    ],
    "robust_accuracy": [
        shown(
            "the worked numbers",
            run=_robust_shown,
            X=np.array([[0.6, 0.4], [0.3, 0.7], [0.9, 0.0], [0.55, 0.45]]),
            y=np.array([0, 1, 0, 1]),
            changes=np.array([[[0.1, 0.0], [0.3, -0.2]], [[-0.3, 0.0], [0.0, 0.05]]]),
        ),
        shown(
            "no attack",
            run=_robust_shown,
            X=np.array([[0.6, 0.4], [0.3, 0.7], [0.9, 0.0], [0.55, 0.45]]),
            y=np.array([0, 1, 0, 1]),
            changes=np.zeros((0, 2, 2)),
        ),
        shown(
            "an attack that changes nothing",
            run=_robust_shown,
            X=np.array([[0.6, 0.4], [0.3, 0.7], [0.9, 0.0], [0.55, 0.45]]),
            y=np.array([0, 1, 0, 1]),
            changes=np.zeros((1, 2, 2)),
        ),
        shown(
            "three attacks on five pictures",
            run=_robust_shown,
            X=np.array([[0.6, 0.4, 0.1], [0.3, 0.7, 0.6], [0.2, 0.1, 0.9], [0.5, 0.2, 0.3], [0.1, 0.8, 0.0]]),
            y=np.array([0, 1, 2, 2, 1]),
            changes=np.array(
                [
                    [[0.0, 0.1, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.3]],
                    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.2], [0.0, 0.0, 0.1]],
                    [[-0.5, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.3]],
                ]
            ),
        ),
        shown(
            "the strongest attack is the second one",
            run=_robust_shown,
            X=np.array(
                [[0.75, 0.25, 0.0, 0.0], [0.0, 0.75, 0.25, 0.0], [0.0, 0.0, 0.75, 0.25], [0.25, 0.0, 0.0, 0.75]]
            ),
            y=np.array([0, 1, 2, 3]),
            changes=-np.array([np.diag([0, 0, 0, 1]), np.diag([0, 1, 1, 1]), np.diag([1, 0, 0, 1])]),
        ),
    ],
    "project_linf": [
        shown(
            "the worked numbers",
            X=np.array([[0.6, 1.3, -0.4]]),
            X0=np.array([[0.3, 0.9, 0.1]]),
            epsilon=0.2,
        ),
        shown(
            "two pictures of two rows",
            X=np.array([[[0.55, 0.2], [0.9, 0.05]], [[-2.0, 3.0], [0.5, 0.71]]]),
            X0=np.array([[[0.5, 0.4], [0.95, 0.0]], [[0.2, 0.6], [0.35, 1.0]]]),
            epsilon=0.15,
        ),
        shown(
            "whole numbers",
            X=np.array([[2, 0, -1]]),
            X0=np.array([[0, 1, 1]]),
            epsilon=0.25,
        ),
        shown(
            "grey pixels",
            X=np.array([[0.9, 0.05, 0.5]]),
            X0=np.array([[0.4, 0.5, 0.6]]),
            epsilon=0.125,
        ),
    ],
    "pgd": [
        shown(
            "many steps along the same slopes end in a corner",
            run=_corners,
            X=_PIXELS,
            y=np.array([2, 0, 1]),
            epsilon=0.15,
            step_size=0.1,
            num_steps=4,
            rng=np.random.default_rng(1),
            slopes=np.where(_SLOPES == 0, 1.0, _SLOPES),
        ),
        shown(
            "slopes that turn round when the first pixel is above 0.58",
            run=_turning_corners,
            X=_GREY,
            y=np.array([1, 0]),
            epsilon=0.15,
            step_size=0.06,
            num_steps=15,
            rng=np.random.default_rng(2),
            slopes=np.where(_GREY_SLOPES == 0, 1.0, _GREY_SLOPES),
            border=0.58,
        ),
        shown(
            "no step: a random start",
            run=_starts_shown,
            X=np.array([[0.5, 0.4, 0.6, 0.45], [0.6, 0.0, 1.0, 0.02], [0.4, 1.0, 0.0, 0.9], [0.5, 0.03, 0.99, 1.0]]),
            y=np.array([0, 1, 0, 1]),
            epsilon=0.3,
            rng=np.random.default_rng(3),
        ),
        shown(
            "one large step, all the way",
            run=_corners,
            X=_GREY,
            y=np.array([1, 0]),
            epsilon=0.05,
            step_size=0.1,
            num_steps=1,
            rng=np.random.default_rng(2),
            slopes=np.where(_GREY_SLOPES == 0, -1.0, _GREY_SLOPES),
        ),
        shown(
            "slopes that are 0 at the first picture, and only there",
            run=_flat_spot,
            X=_GREY,
            y=np.array([0, 1]),
            epsilon=0.1,
            step_size=0.08,
            num_steps=4,
            rng=np.random.default_rng(6),
            slopes=np.where(_GREY_SLOPES == 0, 1.0, _GREY_SLOPES),
        ),
    ],
    "iterated_fgsm_broken": [
        shown(
            "slopes that turn round on the way",
            run=_iterated_towards,
            X=np.array([[0.5, 0.95, 0.1, 0.3]]),
            y=np.array([0]),
            epsilon=0.4,
            num_steps=4,
            ends=np.array([[0.65, 3.0, -2.0, 0.9]]),
        ),
        shown(
            "slopes that turn round at the border",
            run=_iterated_towards,
            X=np.array([[0.95, 0.05, 0.9]]),
            y=np.array([0]),
            epsilon=0.8,
            num_steps=10,
            ends=np.array([[0.97, 0.03, 0.93]]),
        ),
        shown(
            "one step",
            run=_iterated_towards,
            X=_PIXELS,
            y=np.array([1, 0, 2]),
            epsilon=0.2,
            num_steps=1,
            ends=np.array([[0.65, 3.0, -2.0, 0.9], [0.0, 1.0, 0.5, 0.3], [2.0, -1.0, 0.2, 0.94]]),
        ),
    ],
    "input_gradient": [
        example(
            "the worked numbers",
            rtol=1e-3,
            run=_shown_slopes,
            X=np.array([[0.0], [0.0]]),
            y=np.array([0, 1]),
            W=np.array([[1.0, 0.0]]),
            b=np.array([0.0, 0.0]),
        ),
        example(
            "four pictures, three classes, a layer of batch normalisation",
            rtol=1e-3,
            run=_shown_slopes,
            X=np.array([[0.25, 1.0], [0.5, 0.0], [1.0, 0.75], [0.0, 0.5]]),
            y=np.array([2, 0, 1, 0]),
            W=np.array([[1.5, -0.5, 0.25], [-1.0, 2.0, 0.75]]),
            b=np.array([0.5, -0.25, 0.0]),
        ),
        example(
            "very sure of the wrong class",
            rtol=1e-3,
            run=_shown_slopes,
            X=np.array([[1, 0, 1], [0, 1, 1]]),
            y=np.array([1, 0]),
            W=np.array([[40.0, -20.0], [-30.0, 10.0], [15.0, 5.0]]),
            b=np.array([1.0, 0.0]),
        ),
    ],
    "adversarial_train": [example("1,200 digits to learn from, 597 others", run=_resists, epsilon=0.1, seed=5)],
}


# What several checks share


def _sizes(**sizes):
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def _pictures(rng, shape):
    """Pictures of which some pixels are black, some white, and some near to either."""
    X = rng.random(size=shape)
    kind = rng.random(size=shape)
    X = np.where(kind < 0.12, 0.0, np.where(kind > 0.88, 1.0, X))
    near = (kind > 0.12) & (kind < 0.25)
    return np.where(near, np.where(X < 0.5, X / 10, 1 - (1 - X) / 10), X)


def _waves(rng, item, num_classes=3, *, zeros=0.15):
    """Slopes that are sizes * sin(rates * x + phases) in each pixel, for each label; some are 0 everywhere."""
    shape = (num_classes, *item)
    rates, phases = rng.uniform(4, 14, size=shape), rng.uniform(-np.pi, np.pi, size=shape)
    sizes = magnitudes(rng, shape, 1e-6, 1e3)
    if zeros:
        sizes = np.where(rng.random(size=shape) < zeros, 0.0, sizes)
    return rates, phases, sizes


def _sign_at(pictures, labels, waves):
    rates, phases, sizes = waves
    return np.sign(sizes[labels] * np.sin(rates[labels] * pictures + phases[labels]))


def _case(rng, shape, epsilon, *, num_classes=3, **options):
    """Pictures, labels, a budget and slopes."""
    X = options.pop("X", None)
    X = _pictures(rng, shape) if X is None else X
    return X, rng.integers(num_classes, size=shape[0]), epsilon, _waves(rng, shape[1:], num_classes, **options)


def _tiny_and_large(rng, shape):
    """A case whose slopes are of all sizes, from 1e-300 to 1e300."""
    X, y, epsilon, (rates, phases, _) = _case(rng, shape, rng.uniform(0.1, 0.4))
    sizes = np.where(rng.random(size=rates.shape) < 0.5, 1e-290, 1e290) * rng.uniform(0.5, 2, size=rates.shape)
    return X, y, epsilon, (rates, phases, sizes)


def _some_cases(rng):
    shapes = ((5, 7), (3, 4, 5), (4, 3, 2, 3))
    return [_case(rng, shape, rng.uniform(0.05, 0.4)) for shape in shapes]


_THIN = ((3, 1, 4), (3, 4, 1), (2, 3, 2, 1), (2, 3, 1, 2), (2, 1, 2, 3), (4, 2))


def _kinds_of_rows(rng, num_pixels):
    """Pictures that are all black, all white, nearly black, and with two equal or nearly equal largest pixels."""
    rows = [np.zeros((1, num_pixels)), np.ones((1, num_pixels)), np.abs(magnitudes(rng, (2, num_pixels), 1e-7, 5e-5))]
    rows += [
        np.abs(magnitudes(rng, (2, num_pixels), 1e-4, 0.5)),
        1 - np.abs(magnitudes(rng, (1, num_pixels), 1e-7, 1e-3)),
    ]
    near = np.full((2, num_pixels), 0.3)
    near[0, :2], near[1, -2:] = (0.597, 0.6), (0.6, 0.597)
    return rng.permutation(np.concatenate([*rows, near]))


def _end_cases(rng):
    """One picture, one pixel, whole numbers, budgets of 0 and 1, slopes of all sizes, all slopes 0, dark pictures."""
    cases = [_case(rng, (1, 6), 0.2), _case(rng, (6, 1), 0.3, num_classes=6), _case(rng, (1, 1), 0.1, zeros=0)]
    black_white = rng.integers(2, size=(4, 6))
    cases += [_case(rng, (4, 6), 0.25, X=black_white), _case(rng, (4, 6), 1, X=black_white)]
    cases += [_case(rng, (3, 5), 0), _case(rng, (3, 5), 0.0), _case(rng, (3, 5), 1), _case(rng, (3, 5), 1.0)]
    cases += [_tiny_and_large(rng, (4, 8)), _case(rng, (3, 4), 0.2, zeros=1.0), _case(rng, (40, 4), 0.003)]
    cases += [_case(rng, shape, 0.2) for shape in _THIN]
    return [*cases, _case(rng, (9, 5), 0.2, X=_kinds_of_rows(rng, 5), zeros=0.4)]


def _floats(value, what):
    fits = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    assert_that(fits, f"{what}: expected an array of floats. Got {_kind(value)}.")


def _kind(value):
    return f"an array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__


def _compare_pictures(came, right, what):
    _floats(came, what)
    assert_shape(came, right.shape, what=what)
    assert_close(came, right, rtol=TIGHT, atol=1e-10, what=what)


# fgsm and targeted_fgsm


def _check_steps(student, cases, snippet, name, label, sign):
    answers = []
    for X, y, epsilon, waves in cases:
        inputs = {"X": X, label: y, "epsilon": epsilon}
        inputs |= dict(zip(("rates", "phases", "sizes"), waves, strict=True))
        answers.append(student.run(snippet, **inputs))
    for (X, y, epsilon, waves), answer in zip(cases, answers, strict=True):
        right = np.minimum(np.maximum(X + sign * epsilon * _sign_at(X, y, waves), 0.0), 1.0)
        _compare_pictures(answer, right, f"{name} with pictures of shape {X.shape}, epsilon = {epsilon:.3g}")


_check_fgsm = functools.partial(_check_steps, snippet=_fgsm, name="fgsm", label="y", sign=1)
_check_targeted = functools.partial(_check_steps, snippet=_targeted, name="targeted_fgsm", label="targets", sign=-1)


@points(1)
def test_fgsm_values(student, rng):
    """The changed pictures are right, for pictures of one, two and three axes."""
    _check_fgsm(student, _some_cases(rng))


@points(1)
def test_fgsm_ends(student, rng):
    """One picture, one pixel, whole numbers, budgets of 0 and 1, and slopes of every size, also 0, are right."""
    _check_fgsm(student, _end_cases(rng))


@points(1)
def test_targeted_fgsm_values(student, rng):
    """The changed pictures are right, for pictures of one, two and three axes."""
    _check_targeted(student, _some_cases(rng))


@points(1)
def test_targeted_fgsm_ends(student, rng):
    """One picture, one pixel, whole numbers, budgets of 0 and 1, and slopes of every size, also 0, are right."""
    _check_targeted(student, _end_cases(rng))


# linear_worst_loss


def _right_worst(X, y, w, b, epsilon, box):
    """Try both ends of each pixel's interval, pixel by pixel."""
    losses = []
    for x, label in zip(np.asarray(X, dtype=float), y, strict=True):
        s = 2.0 * label - 1.0
        margin = s * b
        for pixel, weight in zip(x, w, strict=True):
            ends = np.array([pixel - epsilon, pixel + epsilon])
            if box:
                ends = np.array([max(0.0, ends[0]), min(1.0, ends[1])])
            margin += min(s * weight * ends)
        losses.append(max(-margin, 0.0) + np.log1p(np.exp(-abs(margin))))
    return np.array(losses)


def _check_worst(student, cases):
    answers = []
    for case in cases:
        answers.append(student.linear_worst_loss(*case))
        assert_quiet(student, what="linear_worst_loss")
    for case, answer in zip(cases, answers, strict=True):
        X, _, _, _, epsilon, box = case
        what = f"linear_worst_loss with {_sizes(N=len(X), D=X.shape[1], epsilon=f'{epsilon:.3g}', box=box)}"
        _floats(answer, what)
        assert_shape(answer, (len(X),), what=what)
        assert_close(answer, _right_worst(*case), rtol=TIGHT, atol=1e-300, each=True, what=what)


def _linear(rng, N, D, epsilon, box, scale=2.0, X=None):
    if X is None:
        X = _pictures(rng, (N, D)) if box else rng.normal(size=(N, D))
    return X, rng.integers(2, size=N), scale * rng.normal(size=D), float(rng.normal()), epsilon, box


@points(1)
def test_linear_worst_loss_without_limits(student, rng):
    """Without limits of black and white the worst loss is right, for several sizes and budgets."""
    _check_worst(student, [_linear(rng, N, D, rng.uniform(0.05, 0.6), False) for N, D in ((6, 4), (5, 9), (4, 3))])


@points(1)
def test_linear_worst_loss_with_limits(student, rng):
    """With limits of black and white the worst loss is right, for several sizes and budgets."""
    _check_worst(student, [_linear(rng, N, D, rng.uniform(0.05, 0.6), True) for N, D in ((6, 4), (5, 9), (4, 3))])


@points(1)
def test_linear_worst_loss_ends(student, rng):
    """One picture, one pixel, weights of 0, large margins, budgets of 0 and 1, and whole numbers are right."""
    cases = []
    for box in (True, False):
        cases += [_linear(rng, 1, 5, 0.2, box), _linear(rng, 5, 1, 0.3, box), _linear(rng, 4, 4, 0, box)]
        cases += [_linear(rng, 4, 3, 1, box), _linear(rng, 3, 6, 1.0, box), _linear(rng, 4, 4, 0.0, box)]
        cases.append(_linear(rng, 6, 8, 0.4, box, scale=400.0))
        cases.append(_linear(rng, 6, 8, 0.1, box, scale=1e-3))
        cases += [_linear(rng, 4, 2, 0.2, box), _linear(rng, 9, 5, 0.15, box, X=_kinds_of_rows(rng, 5))]
        cases += [(*_linear(rng, 5, 4, 0.3, box, scale=scale)[:3], 0.0, 0.3, box) for scale in (3e-5, 3e-7, 2.0)]
        cases += [_sure(rng, scale, box) for scale in (3.0, 60.0)]
        cases.append((*_linear(rng, 5, 4, 0, box, X=0.01 * rng.random((5, 4)), scale=3e4)[:4], 1e-4, box))
        cases.append((*_linear(rng, 5, 4, 0, box)[:2], with_ties(rng, (4,), gap=0.005), 0.5, 0.2, box))
        X, y, w, b, epsilon, _ = _linear(rng, 5, 6, 0.3, box)
        cases += [(X, np.ones(5, dtype=int), with_zeros(rng, 6), b, epsilon, box), (X, y, 0.0 * w, b, epsilon, box)]
        cases.append((rng.integers(2, size=(5, 6)), y, whole_numbers(rng, 6), 2, 0.25, box))
        cases.append((X, np.zeros(5, dtype=int), w, -7, epsilon, box))
    cases.append(_linear(rng, 5, 4, 0.3, False, X=3e4 * rng.normal(size=(5, 4)), scale=1e-2))
    _check_worst(student, cases)


def _sure(rng, scale, box):
    """Examples that are right by a wide margin, also after the attack."""
    X, _, w, b, _, _ = _linear(rng, 30, 6, 0.01, box, scale=scale)
    return X, (X @ w + b > 0).astype(int), w, b, 0.01, box


# minimal_epsilon


def _linear_reader(W, b):
    return lambda pictures: np.argmax(np.reshape(pictures, (len(pictures), -1)) @ W + b, axis=1)


def _brightness_reader(borders):
    return lambda pictures: np.sum(borders <= pictures.reshape(len(pictures), -1).mean(axis=1)[:, None], axis=1)


def _right_smallest(predict, X, y, directions, num_halvings):
    """Halve the interval picture by picture."""
    found = []
    for x, label, direction in zip(X, y, directions, strict=True):

        def wrong(epsilon, x=x, label=label, direction=direction):
            return predict(np.clip(x + epsilon * direction, 0.0, 1.0)[None])[0] != label

        low, high = 0.0, 1.0
        for _ in range(num_halvings):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if wrong(middle) else (middle, high)
        found.append(0.0 if wrong(0.0) else high if wrong(1.0) else np.inf)
    return np.array(found)


def _check_smallest(student, cases):
    answers = []
    for kind, X, y, directions, halvings, weights in cases:
        inputs = {"X": X, "y": y, "directions": directions, "num_halvings": halvings}
        if kind == "linear":
            answers.append(student.run(_smallest, **inputs, W=weights[0], b=weights[1]))
        else:
            answers.append(student.run(_smallest_by_brightness, **inputs, borders=weights))
    for (kind, X, y, directions, halvings, weights), answer in zip(cases, answers, strict=True):
        predict = _linear_reader(*weights) if kind == "linear" else _brightness_reader(weights)
        right = _right_smallest(predict, X, y, directions, halvings)
        what = f"minimal_epsilon with pictures of shape {X.shape} and {halvings} halvings"
        _floats(answer, what)
        assert_shape(answer, right.shape, what=what)
        _compare_finite(answer, right, what)


def _compare_finite(came, right, what):
    never = np.isinf(right)
    message = f"{what}: a picture that is right at 0 and at 1 gets infinity, and no other picture does."
    assert_that(np.array_equal(np.isposinf(came), never) and not np.isnan(came).any(), message)
    assert_close(came[~never], right[~never], rtol=1e-12, atol=1e-15, each=True, what=what)


def _walks(rng, shape, halvings, *, num_classes=4, scale=1.0):
    """Pictures of a linear network: most are right as they are, some are not, some are never fooled."""
    size = int(np.prod(shape[1:]))
    W, b = rng.normal(size=(size, num_classes)), 0.2 * rng.normal(size=num_classes)
    X = 0.1 + 0.8 * rng.random(size=shape)
    y = _linear_reader(W, b)(X)
    other = rng.random(size=len(y)) < 0.2
    y = np.where(other, (y + 1) % num_classes, y)
    return "linear", X, y, scale * rng.normal(size=shape), halvings, (W, b)


@points(1)
def test_minimal_epsilon_values(student, rng):
    """The smallest budgets are right, for pictures of one, two and three axes and several numbers of halvings."""
    shapes = ((9, 5), (8, 3, 4), (7, 3, 2, 2))
    _check_smallest(student, [_walks(rng, shape, int(rng.integers(4, 13))) for shape in shapes])


@points(1)
def test_minimal_epsilon_special_cases(student, rng):
    """Pictures that are wrong as they are, never fooled, fooled at once, and fooled only on the way are right."""
    borders = np.sort(rng.uniform(0.3, 0.7, size=2))
    X = rng.random(size=(12, 3))
    y = _brightness_reader(borders)(X)
    y[:3] = (y[:3] + 1) % 3
    directions = rng.choice([-1.0, 1.0], size=(12, 3)) * rng.uniform(0.01, 2, size=(12, 3))
    cases = [("bright", X, y, directions, halvings, borders) for halvings in (1, 5, 9)]
    through = np.full((3, 2), borders[0] - 0.05)  # black to white, through the middle class, whose label it has at 1
    cases.append(("bright", through, np.array([0, 2, 1]), np.ones((3, 2)), 7, borders))
    cases.append(("bright", X, y, 0.0 * directions, 4, borders))
    late = np.array([[0.25, 0.25], [0.2, 0.2], [0.2, 0.2]]), np.zeros(3, dtype=int)  # at 1 exactly, later, just before
    cases.append(("bright", *late, np.repeat([[0.25], [0.2985], [0.3001]], 2, axis=1), 6, np.array([0.5])))
    # right at 0 and at 1, wrong between them, where the first halving looks: such a picture is never fooled
    between = np.array([[0.0, 1.0], [0.1, 0.9]]), np.array([0, 0]), np.array([[4.0, -1.0], [3.6, -0.9]])
    cases.append(("bright", *between, 3, np.array([0.6])))
    _check_smallest(student, [*cases, _walks(rng, (10, 4), 8, scale=0.02), _walks(rng, (10, 4), 8, scale=30.0)])


@points(0.5)
def test_minimal_epsilon_ends(student, rng):
    """No halving, one, many, one picture, one pixel, whole numbers, and pictures at black and white are right."""
    cases = [_walks(rng, (8, 4), halvings) for halvings in (0, 1, 2, 20, 30)]
    cases += [_walks(rng, (1, 5), 6), _walks(rng, (6, 1), 6, num_classes=2), _walks(rng, (1, 1), 3, num_classes=2)]
    W, b = rng.normal(size=(5, 3)), rng.normal(size=3)
    X = rng.integers(2, size=(9, 5))
    signs = rng.integers(-1, 2, size=(9, 5))
    y = _linear_reader(W, b)(X)
    cases += [("linear", X, y, signs, 8, (W, b)), ("linear", 1.0 * X, y, 3 * signs, 8, (W, b))]
    _check_smallest(student, cases)


@points(0.5)
def test_minimal_epsilon_shapes_and_sizes(student, rng):
    """Thin pictures, dark ones, nearly equal pixels, and directions of every size are right."""
    cases = [_found(rng, shape) for shape in ((1, 5), (1, 1), (1, 2, 3), *_THIN)]
    for factor in (1e-3, 1e-7):
        _, X, _, directions, _, (W, _) = _walks(rng, (20, 5), 0)
        W = W / factor  # what the network sees is as usual
        cases.append(("linear", factor * X, _linear_reader(W, 0.0)(factor * X), factor * directions, 12, (W, 0.0)))
        cases.append(("linear", X, _linear_reader(W, 0.0)(X), 3e-3 / factor * directions, 30, (W, 0.0)))
    for rows in (0.1, 1.0):
        X = rows * _kinds_of_rows(rng, 5)
        W = rng.normal(size=(5, 4))
        cases.append(("linear", X, _linear_reader(W, 0.0)(X), with_zeros(rng, X.shape) * rows, 20, (W, 0.0)))
        near = with_ties(rng, X.shape, gap=0.005)
        cases.append(("linear", X, _linear_reader(W, 0.0)(X), near * 0.1, 20, (W, 0.0)))
        cases.append(("linear", X, _linear_reader(W, 0.0)(X), 0.005 * with_zeros(rng, X.shape), 25, (W, 0.0)))
    X, W = np.abs(with_ties(rng, (20, 5), gap=0.005)) / 6, rng.normal(size=(5, 4))
    cases.append(("linear", X, _linear_reader(W, 0.0)(X), rng.normal(size=X.shape), 20, (W, 0.0)))
    _check_smallest(student, cases)


def _found(rng, shape):
    """Pictures that all become too bright on their way."""
    X = rng.uniform(0.05, 0.4, size=shape)
    directions = rng.uniform(0.5, 1.5, size=shape)
    return "bright", X, np.zeros(shape[0], dtype=int), directions, 10, np.array([0.5])


# robust_accuracy


def _right_robust(X, y, W, b, changes):
    predict = _linear_reader(W, b)
    count = 0
    for x, label in zip(X, y, strict=True):
        tried = [x] + [x + change[label] for change in changes]
        count += all(int(predict(one[None])[0]) == label for one in tried)
    return count / len(X)


def _assert_share(answer, right, count, what):
    """Fail unless a share of pictures is right; say how many pictures too many or too few it counts, where it does."""
    if isinstance(answer, (float, np.floating, np.ndarray)) and np.ndim(answer) == 0 and 0 <= answer <= 1:
        gap = (float(answer) - right) * count
        if round(gap) and abs(gap - round(gap)) < 1e-6:
            some, more = f"{abs(round(gap))} of the {count} pictures", "many" if gap > 0 else "few"
            assert_that(False, f"{what}: the value is wrong, {float(answer):.4g}. It counts {some} too {more}.")
    assert_close(answer, right, rtol=1e-12, what=what)


def _check_robust(student, cases):
    answers = [student.run(_robust, X=X, y=y, W=W, b=b, changes=changes) for X, y, W, b, changes in cases]
    for case, answer in zip(cases, answers, strict=True):
        X, *_, changes = case
        what = f"robust_accuracy of {len(X)} pictures under {len(changes)} attack{'' if len(changes) == 1 else 's'}"
        _assert_share(answer, _right_robust(*case), len(X), what)


def _attacked(rng, shape, num_attacks, size=0.5, num_classes=3, wrong=0.2):
    features = int(np.prod(shape[1:]))
    W, b = rng.normal(size=(features, num_classes)), 0.1 * rng.normal(size=num_classes)
    X = rng.normal(size=shape)
    y = _linear_reader(W, b)(X)
    y = np.where(rng.random(size=len(y)) < wrong, (y + 1) % num_classes, y)
    return X, y, W, b, size * rng.normal(size=(num_attacks, num_classes, *shape[1:]))


@points(1)
def test_robust_accuracy_one_attack(student, rng):
    """Without an attack and with one, only pictures count that are right before and after, as a share of all."""
    sizes = rng.integers(40, 90, size=4)
    cases = [_attacked(rng, (int(n), 5), k) for n, k in zip(sizes, (0, 1, 1, 1), strict=True)]
    _check_robust(student, [*cases, _attacked(rng, (61, 4), 1, size=2.0, wrong=0.6)])


@points(1)
def test_robust_accuracy_several_attacks(student, rng):
    """A picture counts only if it is right under every attack; each attack starts from X."""
    sizes = rng.integers(40, 90, size=4)
    cases = [_attacked(rng, (int(n), 5), k, size=0.4) for n, k in zip(sizes, (2, 3, 5, 2), strict=True)]
    X, y, W, b, changes = _attacked(rng, (73, 6), 1)
    there_and_back = np.concatenate([changes, -changes])
    _check_robust(student, [*cases, (X, y, W, b, there_and_back), (X, y, W, b, there_and_back[::-1])])


@points(0.5)
def test_robust_accuracy_ends(student, rng):
    """One picture, none right, all right, pictures with several axes, and whole numbers are right."""
    cases = [_attacked(rng, (1, 4), 2, size=size, wrong=wrong) for size, wrong in ((0.01, 0), (0.01, 1), (5.0, 0))]
    cases += [_attacked(rng, (29, 4), 2, size=0.0, wrong=0), _attacked(rng, (31, 4), 2, wrong=1.1)]
    cases += [_attacked(rng, (37, 3, 4), 2, size=0.3), _attacked(rng, (41, 2, 3, 2), 3, size=0.3)]
    X, _, W, b, changes = _attacked(rng, (47, 5), 2)
    whole = whole_numbers(rng, X.shape)
    cases.append((whole, _linear_reader(W, b)(whole), W, b, whole_numbers(rng, changes.shape, -1, 1)))
    _check_robust(student, [*cases, _attacked(rng, (43, 1), 2, num_classes=2)])


@points(0.5)
def test_robust_accuracy_shapes_and_sizes(student, rng):
    """Thin pictures, numbers of every size, nearly equal ones and zeros are right."""
    cases = [_attacked(rng, (20 + shape[0], *shape[1:]), 2) for shape in _THIN]
    for factor in (1e-3, 1e-7, 3e4):
        X, _, W, _, changes = _attacked(rng, (60, 5), 2, wrong=0)
        cases.append((factor * X, _linear_reader(W, 0.0)(X), W, 0.0, factor * changes))
    largest = np.eye(4), 0.0, np.zeros((1, 4, 4))  # reads the number of the largest pixel
    for _ in range(4):
        near = with_ties(rng, (10, 4), gap=0.005)
        cases.append((near, near.argmax(axis=1), *largest))
    dark = 5e-4 * np.abs(with_zeros(rng, (40, 4)))
    dark[0] = 0.0
    _check_robust(student, [*cases, (dark, dark.argmax(axis=1), *largest)])


# project_linf


def _right_projection(X, X0, epsilon):
    low, high = np.maximum(np.asarray(X0, dtype=float) - epsilon, 0.0), np.minimum(X0 + 1.0 * epsilon, 1.0)
    return np.where(low > X, low, np.where(high < X, high, X))


def _check_projections(student, cases):
    answers = [student.project_linf(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        X, _, epsilon = case
        what = f"project_linf with pictures of shape {X.shape}, epsilon = {epsilon:.3g}"
        _compare_pictures(answer, _right_projection(*case), what)


def _moved(rng, shape, epsilon, far=1.0):
    X0 = _pictures(rng, shape)
    return X0 + far * rng.normal(size=shape), X0, epsilon


@points(1)
def test_project_linf_values(student, rng):
    """The nearest allowed pictures are right, for pictures of one, two and three axes, near and far."""
    cases = [_moved(rng, shape, rng.uniform(0.05, 0.4), 0.3) for shape in ((5, 7), (3, 4, 5), (4, 3, 2, 3))]
    _check_projections(student, [*cases, _moved(rng, (6, 5), 0.2, 0.05), _moved(rng, (6, 5), 0.1, 50.0)])


@points(1)
def test_project_linf_ends(student, rng):
    """Budgets of 0 and 1, one picture, one pixel, whole numbers, and pictures that are allowed already are right."""
    cases = [_moved(rng, (4, 6), epsilon) for epsilon in (0, 0.0, 1, 1.0, 1e-3, 0.9)]
    cases += [_moved(rng, (1, 5), 0.2), _moved(rng, (5, 1), 0.2), _moved(rng, (1, 1), 0.3)]
    X, X0, _ = _moved(rng, (5, 6), 0.2)
    binary = rng.integers(2, size=(5, 6))
    cases += [(whole_numbers(rng, (5, 6)), binary, 0.25), (X, binary, 0.3), (whole_numbers(rng, (5, 6)), X0, 0.15)]
    cases += [(binary, binary, 0.2), (whole_numbers(rng, (5, 6)), binary, 1), (whole_numbers(rng, (5, 6)), binary, 0)]
    cases += [_moved(rng, shape, 0.2, 0.3) for shape in _THIN]
    rows = _kinds_of_rows(rng, 5)
    cases += [(rows, np.clip(rows + 0.05, 0, 1), 0.2), (rows + 0.01 * with_zeros(rng, rows.shape), rows, 0.004)]
    cases += [
        (0.4 + 0.1 * with_ties(rng, (6, 4), gap=0.02), np.full((6, 4), 0.5), 0.5),
        (rows, rng.permutation(rows), 0.1),
    ]
    _check_projections(student, [*cases, (X0.copy(), X0, 0.1), (1e9 * X, X0, 0.1)])


# pgd


def _right_walk(start, X, y, epsilon, step_size, num_steps, waves):
    for _ in range(num_steps):
        start = _right_projection(start + step_size * _sign_at(start, y, waves), X, epsilon)
    return start


def _check_walks(student, rng, cases):
    """Compare the end with that of a walk from the start that the student's own function drew."""
    answers = []
    for X, y, epsilon, waves, step_size, num_steps in cases:
        inputs = dict(zip(("rates", "phases", "sizes"), waves, strict=True))
        inputs |= {"X": X, "y": y, "epsilon": epsilon, "step_size": step_size, "num_steps": num_steps}
        answers.append(student.run(_start_and_end, **inputs, seed=int(rng.integers(2**32))))
    for (X, y, epsilon, waves, step_size, num_steps), answer in zip(cases, answers, strict=True):
        text = _sizes(shape=X.shape, epsilon=f"{epsilon:.3g}", step_size=f"{step_size:.3g}", num_steps=num_steps)
        fits = isinstance(answer, dict) and set(answer) == {"start", "end"}
        assert_that(fits, "pgd: expected changed pictures.")
        start, end = answer["start"], answer["end"]
        _inside(start, X, epsilon, f"the start of pgd, {text}")
        _inside(end, X, epsilon, f"pgd with {text}")
        right = _right_walk(start, X, y, epsilon, step_size, num_steps, waves)
        assert_close(end, right, rtol=TIGHT, atol=1e-9, what=f"pgd after {num_steps} steps from its own start, {text}")


def _inside(pictures, X, epsilon, what):
    """Insist on allowed pictures."""
    _floats(pictures, what)
    assert_shape(pictures, X.shape, what=what)
    assert_that(np.isfinite(pictures).all(), f"{what}: some pixels are not finite.")
    far = np.abs(pictures - X).max()
    assert_that(far <= epsilon + 1e-9, f"{what}: a pixel is further than epsilon from that of the first picture.")
    assert_that(
        pictures.min() >= -1e-12 and pictures.max() <= 1 + 1e-12, f"{what}: a pixel left the range from 0 to 1."
    )


def _walk_case(rng, shape, epsilon, step_size, num_steps, **options):
    return *_case(rng, shape, epsilon, **options), step_size, num_steps


@points(1)
def test_pgd_steps(student, rng):
    """From its random start, each step follows the slopes where it is, and is projected around the first picture."""
    shapes = ((5, 7), (3, 4, 5), (4, 3, 2, 3))
    cases = [_walk_case(rng, shape, rng.uniform(0.1, 0.4), rng.uniform(0.03, 0.1), 7) for shape in shapes]
    _check_walks(
        student, rng, [*cases, _walk_case(rng, (6, 8), 0.15, 0.11, 12), _walk_case(rng, (6, 8), 0.3, 0.02, 25)]
    )


@points(1)
def test_pgd_random_start(student, rng):
    """Without steps, each pixel has moved by an independent, uniform number within the budget, and stays in the box."""
    N, D = 60, 50
    for epsilon in (rng.uniform(0.1, 0.3), 1.0):
        X = np.full((N, D), 0.5) if epsilon < 0.5 else rng.integers(2, size=(N, D)) * 1.0
        starts = student.run(_two_starts, X=X, y=rng.integers(3, size=N), epsilon=epsilon, rng=_generator(rng))
        fits = isinstance(starts, list) and len(starts) == 2
        assert_that(fits, "pgd without steps: expected changed pictures.")
        for start in starts:
            _inside(start, X, epsilon, "pgd without steps")
        _uniform(np.stack(starts), X, epsilon)


def _generator(rng):
    return np.random.default_rng(rng.integers(2**32))


def _uniform(starts, X, epsilon):
    """Compare two starts (2, N, D) with uniform numbers; each limit fails right answers once in a hundred million."""
    if epsilon >= 0.5:  # black and white: half of the pixels want to leave the range and stay, the others are uniform
        stays = np.mean(starts == X)
        message = f"pgd without steps: {stays:.0%} of black and white pixels did not move. Asked: half, as the others "
        assert_that(abs(stays - 0.5) < 6 * 0.5 / np.sqrt(starts.size), f"{message}would leave the range from 0 to 1.")
        u = 2 * np.abs(starts - X)[starts != X] - 1
    else:
        u = ((starts - X) / epsilon).ravel()
        _independent(u.reshape(starts.shape))
    count = len(u)
    order = np.sort(u)
    gap = np.abs((order + 1) / 2 - np.arange(1, count + 1) / count).max()
    message = "pgd without steps: the changes of the pixels are not distributed uniformly between -epsilon and epsilon."
    assert_that(gap < 3.1 / np.sqrt(count) + 1 / count, message)


def _independent(u):
    """Means over each axis, and products of neighbours along each axis, are those of independent numbers."""
    products, centred = [], u - u.mean()
    for axis in range(3):
        product = centred * np.roll(centred, 1, axis=axis) if axis else centred[0] * centred[1]
        products.append((3 * abs(product.mean()), 6.2 / np.sqrt(product.size)))
    axis = int(np.argmax([product for product, _ in products]))  # a repeated draw shows along the others, too, but less
    name = ("from call to call", "from picture to picture", "from pixel to pixel")[axis]
    message = f"pgd without steps: the random changes are not independent {name}."
    assert_that(all(product < limit for product, limit in products), message)
    for axes in ((0, 1), (0, 2)):
        means = u.mean(axis=axes)
        limit = 6.5 / np.sqrt(3 * u.size / len(means))
        message = "pgd without steps: the random changes of some pixels or pictures lean to one side."
        assert_that(np.abs(means).max() < limit, message)


@points(1)
def test_pgd_ends(student, rng):
    """No step, no budget, the whole range, steps larger than the budget, one picture, one pixel, whole numbers."""
    cases = [_walk_case(rng, (4, 6), 0.2, 0.05, steps) for steps in (0, 1, 2)]
    cases += [
        _walk_case(rng, (4, 6), 0, 0.05, 3),
        _walk_case(rng, (4, 6), 1, 0.1, 5),
        _walk_case(rng, (4, 6), 1.0, 0.3, 5),
    ]
    cases += [
        _walk_case(rng, (4, 6), 0.1, 0, 3),
        _walk_case(rng, (4, 6), 0.1, 1, 3),
        _walk_case(rng, (4, 6), 0.1, 0.5, 4),
    ]
    cases += [_walk_case(rng, (1, 5), 0.2, 0.06, 5), _walk_case(rng, (5, 1), 0.2, 0.06, 5)]
    cases += [_walk_case(rng, (1, 1), 0.2, 0.06, 5, zeros=0), _walk_case(rng, (3, 4), 0.2, 0.1, 3, zeros=1.0)]
    cases.append(_walk_case(rng, (4, 6), 0.3, 0.1, 4, X=rng.integers(2, size=(4, 6))))
    cases += [_walk_case(rng, (4, 6), 0.0, 0.05, 3), _walk_case(rng, (4, 6), 0.1, 0.0, 3)]
    cases += [_walk_case(rng, shape, 0.2, 0.06, 4) for shape in _THIN]
    cases += [_walk_case(rng, (9, 5), 1e-6, 1e-6, 3, X=_kinds_of_rows(rng, 5), zeros=0) for _ in range(4)]
    X, y, epsilon, waves = _tiny_and_large(rng, (4, 8))
    _check_walks(student, rng, [*cases, (X, y, epsilon, waves, 0.04, 6)])


# iterated_fgsm_broken


def _check_iterated(student, cases):
    answers = []
    for X, y, epsilon, waves, num_steps in cases:
        inputs = dict(zip(("rates", "phases", "sizes"), waves, strict=True))
        answers.append(student.run(_iterated, X=X, y=y, epsilon=epsilon, num_steps=num_steps, **inputs))
    for (X, y, epsilon, waves, num_steps), answer in zip(cases, answers, strict=True):
        right = np.asarray(X, dtype=float)
        for _ in range(num_steps):
            right = np.clip(right + epsilon / num_steps * _sign_at(right, y, waves), 0.0, 1.0)
        text = _sizes(epsilon=f"{epsilon:.3g}", num_steps=num_steps)
        _compare_pictures(answer, right, f"iterated_fgsm_broken with pictures of shape {X.shape}, {text}")


@points(1)
def test_iterated_fgsm_broken_values(student, rng):
    """The changed pictures are right, for pictures of one, two and three axes and several numbers of steps."""
    cases = [(*case, steps) for case, steps in zip(_some_cases(rng), (3, 5, 8), strict=True)]
    _check_iterated(student, [*cases, (*_case(rng, (5, 6), 0.8), 10)])


@points(1)
def test_iterated_fgsm_broken_ends(student, rng):
    """One step, many, one picture, one pixel, whole numbers, budgets of 0 and 1, and slopes of every size are right."""
    cases = [(*case, int(steps)) for case in _end_cases(rng) for steps in (1, rng.integers(2, 7))]
    # near 1 the slopes turn: a step meets the border, and the next one must begin there, not beyond it
    X = 1 - rng.uniform(0.03, 0.06, size=(6, 4))
    rates = np.full((1, 4), -10.0), 9.7 + rng.uniform(-0.05, 0.05, size=(1, 4)), np.ones((1, 4))
    turning = [(X, np.zeros(6, dtype=int), 0.8, rates, steps) for steps in (2, 9, 10)]
    turning.append((1 - X, np.zeros(6, dtype=int), 0.8, (rates[0], rates[1] - 9.4, rates[2]), 10))
    _check_iterated(student, [*cases, *turning, (*_case(rng, (4, 5), 0.5), 40)])


# input_gradient


def _logit_slopes(logits, y):
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = shifted / shifted.sum(axis=1, keepdims=True)
    probs[np.arange(len(y)), y] -= 1.0
    return probs


def _right_dense_slopes(X, y, W1, b1, W2, b2):
    """By hand; tests/lessons/test_adversarial_oracles.py holds this to finite differences."""
    flat = np.asarray(X, dtype=float).reshape(len(X), -1)
    H = np.tanh(flat @ W1 + b1)
    return ((_logit_slopes(H @ W2 + b2, y) @ W2.T * (1 - H**2)) @ W1.T).reshape(X.shape)


def _right_resting_slopes(X, y, kernel, bias, scales, W, b):
    X = np.asarray(X, dtype=float)
    (rows, columns), (N, H, V, _) = kernel.shape[:2], X.shape
    out_rows, out_columns = H - rows + 1, V - columns + 1
    places = [(r, c) for r in range(rows) for c in range(columns)]
    Z = bias + sum(X[:, r : r + out_rows, c : c + out_columns] @ kernel[r, c] for r, c in places)
    A, (gamma, beta, mean, variance) = np.tanh(Z), scales
    factor = gamma / np.sqrt(variance + 1e-3)
    logits = ((A - mean) * factor + beta).reshape(N, -1) @ W + b
    dZ = (_logit_slopes(logits, y) @ W.T).reshape(A.shape) * factor * (1 - A**2)
    dX = np.zeros(X.shape)
    for r, c in places:
        dX[:, r : r + out_rows, c : c + out_columns] += dZ @ kernel[r, c].T
    return dX


def _check_slopes(student, cases):
    answers = []
    for kind, inputs in cases:
        answers.append(student.run(_dense_slopes if kind == "dense" else _resting_slopes, **inputs))
    for (kind, inputs), answer in zip(cases, answers, strict=True):
        X = inputs["X"]
        what = f"input_gradient with pictures of shape {X.shape}"
        assert_that(isinstance(answer, dict) and set(answer) == {"slopes", "weights"}, f"{what}: expected slopes.")
        right = (_right_dense_slopes if kind == "dense" else _right_resting_slopes)(**inputs)
        _floats(answer["slopes"], what)
        assert_shape(answer["slopes"], X.shape, what=what)
        assert_close(answer["slopes"], right, **SINGLE, what=what)
        _unchanged(answer["weights"], inputs, what)


def _unchanged(weights, inputs, what):
    names = [name for name in ("kernel", "bias", "scales", "W", "b", "W1", "b1", "W2", "b2") if name in inputs]
    before = [one for name in names for one in (inputs[name] if name == "scales" else [inputs[name]])]
    fits = isinstance(weights, list) and len(weights) == len(before)
    fits = fits and all(np.array_equal(now, one) for now, one in zip(weights, before, strict=True))
    assert_that(fits, f"{what}: the model has changed, its averages perhaps. Was it called as in training?")


def _single(array):
    return np.asarray(array, dtype=np.float32)


def _dense_case(rng, shape, units=6, num_classes=4, scale=1.0, X=None):
    size = int(np.prod(shape[1:]))
    X = _single(rng.random(size=shape)) if X is None else X
    inputs = {"X": X, "y": rng.integers(num_classes, size=shape[0])}
    inputs |= {"W1": _single(2 * rng.normal(size=(size, units)) / np.sqrt(size)), "b1": _single(rng.normal(size=units))}
    inputs |= {
        "W2": _single(scale * rng.normal(size=(units, num_classes))),
        "b2": _single(rng.normal(size=num_classes)),
    }
    return "dense", inputs


def _resting_case(rng, N, H, W, C, filters=3, num_classes=4):
    inputs = {"X": _single(rng.random(size=(N, H, W, C))), "y": rng.integers(num_classes, size=N)}
    inputs |= {"kernel": _single(rng.normal(size=(3, 2, C, filters))), "bias": _single(rng.normal(size=filters))}
    scales = [rng.uniform(0.5, 2, size=filters), rng.normal(size=filters), rng.normal(size=filters)]
    inputs["scales"] = [_single(one) for one in (*scales, rng.uniform(0.2, 0.9, size=filters))]
    size = (H - 2) * (W - 1) * filters
    inputs |= {"W": _single(rng.normal(size=(size, num_classes))), "b": _single(rng.normal(size=num_classes))}
    return "resting", inputs


@points(1, repeat=False, seconds=60)
def test_input_gradient_values(student, rng):
    """The slopes are right, for pictures of one, two and three axes and several numbers of pictures."""
    _check_slopes(student, [_dense_case(rng, (5, 7)), _dense_case(rng, (3, 4, 5)), _dense_case(rng, (7, 2, 3, 4))])


@points(1, repeat=False, seconds=60)
def test_input_gradient_in_test_mode(student, rng):
    """With convolution and batch normalisation, the model is used in test mode, and nothing in it changes."""
    _check_slopes(student, [_resting_case(rng, 5, 5, 4, 2), _resting_case(rng, 4, 4, 6, 1)])


@points(1, repeat=False, seconds=60)
def test_input_gradient_ends(student, rng):
    """One picture, one pixel, two classes, many, whole numbers, and models that are very sure are right."""
    cases = [_dense_case(rng, (1, 5)), _dense_case(rng, (4, 1), num_classes=2), _dense_case(rng, (6, 4), num_classes=9)]
    cases += [_dense_case(rng, (8, 5), scale=30.0), _dense_case(rng, (12, 5), scale=12.0), _dense_case(rng, (30, 3))]
    cases += [_dense_case(rng, (6, 5), X=rng.integers(2, size=(6, 5))), _dense_case(rng, (3, 4), num_classes=4)]
    _check_slopes(student, cases)


# adversarial_train


def _trained(params):
    """Insist on weights from 64 pixels to 10 logits; return them as a list of pairs (W, b) in float64."""
    fits = isinstance(params, dict) and len(params) % 2 == 0 and 1 <= len(params) // 2 <= 4
    count = len(params) // 2 if fits else 0
    names = [f"{letter}{k}" for k in range(1, count + 1) for letter in "Wb"]
    assert_that(fits and set(params) == set(names), "Expected a dict of W1, b1 and so on, for one to four layers.")
    layers, width = [], 64
    for k in range(1, count + 1):
        W, b = params[f"W{k}"], params[f"b{k}"]
        fits = isinstance(W, np.ndarray) and isinstance(b, np.ndarray) and W.ndim == 2 and b.ndim == 1
        fits = fits and W.dtype.kind in "fiu" and b.dtype.kind in "fiu" and W.shape == (width, len(b))
        assert_that(fits, f"W{k} and b{k} do not fit: expected {width} rows, and a bias for each column.")
        assert_that(1 <= len(b) <= 512, f"W{k}: expected 1 to 512 units.")
        layers.append((np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)))
        width = len(b)
    assert_that(width == 10, f"Expected 10 logits. Got {width}.")
    assert_that(all(np.isfinite(W).all() and np.isfinite(b).all() for W, b in layers), "Some weights are not finite.")
    return layers


def _logits(X, layers):
    """Logits, and which units of the hidden layers are above 0."""
    active = []
    for k, (W, b) in enumerate(layers):
        X = X @ W + b
        if k < len(layers) - 1:
            active.append(X > 0)
            X = X * active[-1]
    return X, active


def _network_slopes(X, y, layers):
    """Slopes along the pixels; multiplying all logits by a factor does not hide them."""
    logits, active = _logits(X, layers)
    spread = np.abs(logits).max()
    d = _logit_slopes(logits / max(1.0, spread / 20.0), y)
    for k in range(len(layers) - 1, -1, -1):
        d = d @ layers[k][0].T
        if k:
            d = d * active[k - 1]
    return d


def _accuracies(layers, X, y, epsilon, rng):
    """Shares of pictures that are right as they are, and after ten steps of PGD."""
    moved = np.clip(X + rng.uniform(-epsilon, epsilon, size=X.shape), 0.0, 1.0)
    for _ in range(10):
        moved = _right_projection(moved + epsilon / 4 * np.sign(_network_slopes(moved, y, layers)), X, epsilon)
    clean, robust = (_logits(pictures, layers)[0].argmax(axis=1) == y for pictures in (X, moved))
    return clean.mean(), (clean & robust).mean()


def _hidden_digits(rng):
    """Digits whose classes have an order that nobody knows, shuffled and split."""
    from dnnkit.data import load_digits

    digits = load_digits(rng=rng)
    names = rng.permutation(10)
    return digits.X_train, names[digits.y_train], digits.X_test, names[digits.y_test]


@points(2, repeat=False, seconds=120)
def test_adversarial_train_resists(student, rng):
    """On hidden digits, accuracy and robust accuracy under PGD with a budget of 0.1 are high enough."""
    X, y, new_X, new_y = _hidden_digits(rng)
    layers = _trained(student.adversarial_train(X, y, 0.1, _generator(rng)))
    with np.errstate(all="ignore"):
        clean, robust = _accuracies(layers, new_X, new_y, 0.1, rng)
    assert_that(clean >= CLEAN, f"{clean:.1%} of hidden digits are right without attack. Asked: at least 95 %.")
    assert_that(
        robust >= ROBUST, f"{robust:.1%} of hidden digits are right under a pgd that no factor misleads. Asked: 69 %."
    )
