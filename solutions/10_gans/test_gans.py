"""Checks of lesson 10 "Adversarial generation": the student's functions against formulas, on inputs nobody has seen."""

import functools

import numpy as np
from scipy.special import expit

from grading.judging.models import weights_of
from grading.lessons.checking import (
    StudentFunction,
    assert_close,
    assert_quiet,
    assert_shape,
    assert_that,
    example,
    points,
    take_apart,
)
from grading.lessons.inputs import generator, magnitudes, spread_rows, whole_numbers, with_ties, with_zeros

TIGHT = 1e-8  # relative tolerance: answers computed in float64 keep it, those in float32 do not
SINGLE = {"rtol": 2e-4, "atol": 1e-5}  # Keras computes in float32
MEAN_GAP, SPREAD_GAP, DISTANCE = 0.3, 0.1, 0.42  # what trained generators are held to
SLOW = ("train_gan_1d",)
NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
shown = functools.partial(example, rtol=TIGHT)


# What the public examples show

_ONES = {"W1": np.ones((1, 1)), "b1": np.zeros(1), "W2": np.ones((1, 1)), "b2": np.zeros(1)}
_ONES |= {"W3": np.ones((1, 1)), "b3": np.zeros(1)}
_STEEP = _ONES | {"W1": np.array([[2.0]]), "W3": np.array([[3.0]])}
_GEN = {
    "W1": np.array([[0.5, -1.0]]),
    "b1": np.array([0.1, 0.3]),
    "W2": np.array([[1.0, -0.5, 0.25], [0.75, 2.0, -1.0]]),
    "b2": np.array([0.2, -0.1, 0.4]),
    "W3": np.array([[1.0, 0.5], [-0.5, 1.5], [2.0, -1.0]]),
    "b3": np.array([0.3, -0.2]),
}
_DISC = {
    "W1": np.array([[1.0, -0.5, 0.75], [0.25, 1.5, -1.0]]),
    "b1": np.array([0.1, -0.3, 0.2]),
    "W2": np.array([[0.5, -1.0], [1.25, 0.75], [-0.5, 1.0]]),
    "b2": np.array([0.15, 0.35]),
    "W3": np.array([[1.5], [-0.8]]),
    "b3": np.array([0.25]),
}
_REAL = np.array([[1.0, 2.0], [-0.5, 1.0], [2.0, -1.5]])
_Z = np.array([[0.5], [-1.0], [2.0], [0.25], [-0.75]])


def _two_heaps(rng, count, heaps):
    """Draw numbers from two heaps, shape (count, 1): (share of the first one, two means, two standard deviations)."""
    share, means, stds = heaps
    which = (rng.random(count) >= share).astype(int)
    return (np.take(means, which) + np.take(stds, which) * rng.normal(size=count))[:, None]


def _samples_of_heaps():
    rng = np.random.default_rng(1)
    heaps = (0.4, (-1.8, 1.6), (0.5, 0.35))
    return {"X": _two_heaps(rng, 3000, heaps), "new": _two_heaps(rng, 4000, heaps), "z": rng.normal(size=(4000, 1))}


# Snippets: functions that run beside the student's


def _loss_as_it_comes(generator_loss, fake_logits):
    return generator_loss(fake_logits)


def _samples(train_gan_1d, forward, X, new, z, rng):
    return forward(z, train_gan_1d(X, rng))[0]


def _network(build, settings, inputs, arrays):
    """Apply a network whose weights are the arrays of the right shapes, at test time and in training; describe it."""
    import keras

    from dnnkit.checking.models import describe_model

    model = build(*settings)
    if not isinstance(model, keras.Model):
        return None if model is None else type(model).__name__
    model(inputs)
    given, fill = {array.shape: array for array in arrays}, np.abs(np.concatenate([a.ravel() for a in arrays]))
    model.set_weights([given.get(w.shape, np.resize(fill, w.shape)) for w in model.get_weights()])
    answer = {"weights": model.get_weights(), "outputs": keras.ops.convert_to_numpy(model(inputs))}
    answer |= {"model": describe_model(model, inputs)}
    return answer | {"outputs in training": keras.ops.convert_to_numpy(model(inputs, training=True))}


def _shown_network(build, settings, inputs, arrays):
    import keras

    model = build(*settings)
    if not isinstance(model, keras.Model):
        return None if model is None else type(model).__name__
    model(inputs)
    given, fill = {array.shape: array for array in arrays}, np.abs(np.concatenate([a.ravel() for a in arrays]))
    model.set_weights([given.get(w.shape, np.resize(fill, w.shape)) for w in model.get_weights()])
    return {"parameters": model.count_params(), "outputs": keras.ops.convert_to_numpy(model(inputs))}


# What Keras networks must hold and give, computed here


def _generator_shapes(noise_size, image_shape, filters):
    """Shapes of all weights of the generator, in the order of its layers, those of normalisations included."""
    (height, width, channels), F = image_shape, filters
    units = height // 4 * (width // 4) * 2 * F
    shapes = [(noise_size, units), (units,), *[(2 * F,)] * 4, (4, 4, F, 2 * F), (F,), *[(F,)] * 4]
    return [*shapes, (4, 4, channels, F), (channels,)]


def _discriminator_shapes(image_shape, filters):
    (height, width, channels), F = image_shape, filters
    units = height // 4 * (width // 4) * 2 * F
    return [(4, 4, channels, F), (F,), (4, 4, F, 2 * F), (2 * F,), (units, 1), (1,)]


def _drawn(rng, shapes):
    """One array for each of the shapes; vectors above 0, since some of them are variances."""
    arrays = []
    for shape in dict.fromkeys(shapes):
        size = np.prod(shape[:-1]) if len(shape) > 1 else 1
        drawn = rng.normal(size=shape) * np.sqrt(2 / size) if len(shape) > 1 else rng.uniform(0.2, 0.9, size=shape)
        arrays.append(drawn.astype(np.float32))
    return arrays


def _painted(x, kernel, bias):
    """Transposed convolution of (N, H, W, C) by its definition: kernel (4, 4, F, C), stride 2, padding "same"."""
    N, H, W, _ = x.shape
    out = np.zeros((N, 2 * H + 2, 2 * W + 2, kernel.shape[2]))
    for row in range(4):
        for column in range(4):
            out[:, row : row + 2 * H : 2, column : column + 2 * W : 2] += x @ kernel[row, column].T
    return out[:, 1:-1, 1:-1] + bias


def _convolved(x, kernel, bias):
    """Convolution of (N, H, W, C) by its definition: kernel (4, 4, C, F), stride 2, padding "same"."""
    N, H, W, _ = x.shape
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    out = np.zeros((N, H // 2, W // 2, kernel.shape[3]))
    for row in range(4):
        for column in range(4):
            out += x[:, row : row + H : 2, column : column + W : 2] @ kernel[row, column]
    return out + bias


def _right_generator(z, arrays, settings, training):
    _, (height, width, channels), F = settings
    given = {array.shape: array.astype(np.float64) for array in arrays}

    def normalised(x):
        v = given[x.shape[-1:]]
        axes = (0, 1, 2)
        mean, variance = (x.mean(axis=axes), x.var(axis=axes)) if training else (v, v)
        return np.maximum((x - mean) / np.sqrt(variance + 1e-3) * v + v, 0)

    units = height // 4 * (width // 4) * 2 * F
    x = (z @ given[(z.shape[1], units)] + given[(units,)]).reshape(-1, height // 4, width // 4, 2 * F)
    x = normalised(_painted(normalised(x), given[(4, 4, F, 2 * F)], given[(F,)]))
    return np.tanh(_painted(x, given[(4, 4, channels, F)], given[(channels,)]))


def _right_discriminator(images, arrays, settings, training):
    (_, _, channels), F = settings
    given = {array.shape: array.astype(np.float64) for array in arrays}
    x = images.astype(np.float64)
    for kernel in ((4, 4, channels, F), (4, 4, F, 2 * F)):
        x = _convolved(x, given[kernel], given[kernel[-1:]])
        x = np.where(x > 0, x, 0.2 * x)
    return x.reshape(len(x), -1) @ given[(x[0].size, 1)] + given[(1,)]


_MAKE_RNG = np.random.default_rng(5)
_MAKE = (3, (8, 4, 2), 5)
_JUDGE = ((4, 8, 3), 5)

EXAMPLES = {
    "optimal_discriminator": [
        shown("the worked numbers", quiet=True, p=np.array([3.0, 1.0, 0.0, 0.0]), q=np.array([1.0, 1.0, 2.0, 0.0])),
        shown(
            "two axes, tiny densities",
            quiet=True,
            p=np.array([[1e-300, 0.2, 5.0], [0.0, 1e-12, 0.7]]),
            q=np.array([[3e-300, 0.6, 1.0], [0.4, 4e-12, 0.0]]),
        ),
        shown("large densities", quiet=True, p=np.array([1e200, 3e300]), q=np.array([1e200, 1e300])),
        shown("whole numbers", quiet=True, p=np.array([[1, 0, 4, 0]]), q=np.array([[3, 0, 1, 1]])),
    ],
    "js_divergence": [
        shown("the worked numbers", quiet=True, p=np.array([1.0, 0.0]), q=np.array([0.5, 0.5])),
        shown("nothing in common", quiet=True, p=np.array([0.25, 0.75, 0.0]), q=np.array([0.0, 0.0, 1.0])),
        shown("four values", quiet=True, p=np.array([0.1, 0.2, 0.3, 0.4]), q=np.array([0.4, 0.4, 0.15, 0.05])),
        shown("equal", quiet=True, p=np.array([0.3, 0.7, 0.0]), q=np.array([0.3, 0.7, 0.0])),
    ],
    "discriminator_loss": [
        shown("nothing to say", quiet=True, real_logits=np.zeros(2), fake_logits=np.zeros(4)),
        shown(
            "three real examples, two fakes",
            quiet=True,
            real_logits=np.array([2.0, -1.0, 0.5]),
            fake_logits=np.array([-0.25, 1.5]),
        ),
        shown(
            "large logits",
            quiet=True,
            real_logits=np.array([900.0, -1000.0]),
            fake_logits=np.array([-800.0, 1200.0, 3.0]),
        ),
        shown("whole numbers", quiet=True, real_logits=np.array([1, -2]), fake_logits=np.array([0, 3, -1])),
    ],
    "generator_loss": [
        shown("nothing to say", quiet=True, fake_logits=np.zeros(2), saturating=True),
        shown("three fakes", quiet=True, fake_logits=np.array([-4.0, 0.5, 1.0])),
        shown("three fakes, minimax", quiet=True, fake_logits=np.array([-4.0, 0.5, 1.0]), saturating=True),
        shown("large logits", quiet=True, fake_logits=np.array([-900.0, 1000.0])),
        shown("large logits, minimax", quiet=True, fake_logits=np.array([-900.0, 1000.0]), saturating=True),
    ],
    "gan_gradients": [
        shown(
            "the worked numbers: generator",
            real=np.array([[2.0]]),
            z=np.array([[1.0]]),
            gen=_ONES,
            disc=_ONES,
            player="generator",
        ),
        shown(
            "the worked numbers: discriminator",
            real=np.array([[2.0]]),
            z=np.array([[1.0]]),
            gen=_ONES,
            disc=_ONES,
            player="discriminator",
        ),
        shown("three real examples, five fakes", real=_REAL, z=_Z, gen=_GEN, disc=_DISC, player="discriminator"),
        shown("the generator's turn", real=_REAL, z=_Z, gen=_GEN, disc=_DISC, player="generator"),
    ],
    "discriminator_step_broken": [
        shown("a step of rate 0.5", real=_REAL, z=_Z, gen=_GEN, disc=_DISC, learning_rate=0.5),
        shown("one real example", real=_REAL[:1], z=_Z, gen=_GEN, disc=_DISC, learning_rate=0.1),
    ],
    "gradient_penalty": [
        shown("the worked numbers", quiet=True, X=np.array([[1.0]]), params=_STEEP, target=0.0),
        shown("the worked numbers, target 1", quiet=True, X=np.array([[1.0]]), params=_STEEP, target=1.0),
        shown("three examples", quiet=True, X=_REAL, params=_DISC, target=0.0),
        shown("three examples, target 2", quiet=True, X=_REAL, params=_DISC, target=2.0),
        shown(
            "a network without slopes",
            quiet=True,
            X=_REAL,
            params=_DISC | {"W3": np.zeros((2, 1))},
            target=1.0,
        ),
        shown("short slopes", quiet=True, X=_REAL, params=_DISC | {"W3": 1e-6 * _DISC["W3"]}, target=1.0),
    ],
    "train_gan_1d": [
        shown(
            "4,000 new samples of two heaps",
            facts="samples",
            run=_samples,
            **_samples_of_heaps(),
            rng=np.random.default_rng(1),
        ),
    ],
    "modes_covered": [
        shown(
            "the worked numbers",
            samples=np.array([[0.0], [0.5], [1.0], [9.0]]),
            centres=np.array([[0.0], [5.0], [10.0]]),
            radius=1.0,
            share=0.25,
        ),
        shown(
            "a larger share",
            samples=np.array([[0.0], [0.5], [1.0], [9.0]]),
            centres=np.array([[0.0], [5.0], [10.0]]),
            radius=1.0,
            share=0.3,
        ),
        shown(
            "in the plane",
            samples=np.array([[3.0, 4.0], [3.0, -4.0], [0.0, 1.0], [10.0, 0.0], [9.0, 0.5], [-7.0, 0.0]]),
            centres=np.array([[0.0, 0.0], [10.0, 0.0], [-4.5, -4.5], [20.0, 0.0]]),
            radius=5.0,
            share=0.3,
        ),
        shown(
            "whole numbers, one is near two centres",
            samples=np.array([[0, 0], [1, 0], [2, 0], [9, 9]]),
            centres=np.array([[0, 0], [2, 0], [9, 8], [-4, 0]]),
            radius=1,
            share=0.25,
        ),
    ],
    "build_dcgan_generator": [
        example(
            "noise of 3 numbers, pictures of 8 by 4 with 2 channels, 5 filters",
            rtol=1e-4,
            run=_shown_network,
            build=StudentFunction("build_dcgan_generator"),
            settings=list(_MAKE),
            inputs=_MAKE_RNG.normal(size=(2, 3)).astype(np.float32),
            arrays=_drawn(_MAKE_RNG, _generator_shapes(*_MAKE)),
        ),
        example(
            "noise of 2 numbers, grey pictures of 4 by 8, 3 filters",
            rtol=1e-4,
            run=_shown_network,
            build=StudentFunction("build_dcgan_generator"),
            settings=[2, (4, 8, 1), 3],
            inputs=_MAKE_RNG.normal(size=(3, 2)).astype(np.float32),
            arrays=_drawn(_MAKE_RNG, _generator_shapes(2, (4, 8, 1), 3)),
        ),
    ],
    "build_dcgan_discriminator": [
        example(
            "pictures of 4 by 8 with 3 channels, 5 filters",
            rtol=1e-4,
            run=_shown_network,
            build=StudentFunction("build_dcgan_discriminator"),
            settings=list(_JUDGE),
            inputs=_MAKE_RNG.normal(size=(3, 4, 8, 3)).astype(np.float32),
            arrays=_drawn(_MAKE_RNG, _discriminator_shapes(*_JUDGE)),
        ),
        example(
            "grey pictures of 8 by 8, 2 filters",
            rtol=1e-4,
            run=_shown_network,
            build=StudentFunction("build_dcgan_discriminator"),
            settings=[(8, 8, 1), 2],
            inputs=_MAKE_RNG.normal(size=(2, 8, 8, 1)).astype(np.float32),
            arrays=_drawn(_MAKE_RNG, _discriminator_shapes((8, 8, 1), 2)),
        ),
    ],
}


def _sizes(**sizes):
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


# optimal_discriminator


def _check_optimal(student, cases):
    answers = []
    for p, q in cases:
        answers.append(student.optimal_discriminator(p, q))
        assert_quiet(student, what=f"optimal_discriminator with densities of shape {np.shape(p)}")
    for (p, q), answer in zip(cases, answers, strict=True):
        p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
        nowhere = (p == 0) & (q == 0)
        right = np.where(nowhere, 0.5, p / np.where(nowhere, 1.0, p + q))
        what = f"optimal_discriminator with densities of shape {p.shape}"
        assert_close(answer, right, rtol=TIGHT, atol=1e-290, each=True, what=what)


def _densities(rng, shape):
    return rng.exponential(size=shape)


@points(0.5)
def test_optimal_discriminator_values(student, rng):
    """The probabilities are right, for one axis and for several, and where densities nearly agree."""
    cases = [(_densities(rng, shape), _densities(rng, shape)) for shape in ((7,), (4, 3), (2, 3, 4))]
    nearly = [np.abs(with_ties(rng, (4, 5), gap=0.005)) for _ in range(2)]
    _check_optimal(student, [*cases, tuple(nearly), (nearly[0], nearly[0] * rng.uniform(0.99, 1.01, size=(4, 5)))])


@points(0.5)
def test_optimal_discriminator_zeros(student, rng):
    """Where one density is 0 the answer is 0 or 1; where both are, it is one half, without a warning."""
    p, q = np.abs(with_zeros(rng, (5, 6), 0.4)), np.abs(with_zeros(rng, (5, 6), 0.4))
    p[:, 2], q[:, 2] = 0.0, 0.0
    _check_optimal(student, [(p, q), (np.zeros((2, 3)), np.zeros((2, 3))), (p, np.zeros((5, 6)))])


@points(0.5)
def test_optimal_discriminator_sizes_of_numbers(student, rng):
    """Densities of all sizes, from 1e-300 to 1e300, and whole numbers are right."""
    small, large = (np.abs(magnitudes(rng, (3, 5), *ends)) for ends in ((1e-300, 1e-200), (1e200, 1e300)))
    cases = [(small, rng.permuted(small)), (large, rng.permuted(large))]
    wide = [np.abs(magnitudes(rng, (4, 6), 1e-4, 1e4)) for _ in range(2)]
    counts = [whole_numbers(rng, (3, 4), 0, 4) for _ in range(2)]
    _check_optimal(student, [*cases, tuple(wide), tuple(counts), (counts[0], _densities(rng, (3, 4)))])


@points(0.5)
def test_optimal_discriminator_shapes(student, rng):
    """A single point, two points, no point, and axes of length 1 are right."""
    shapes = ((1,), (2,), (0,), (3, 1), (3, 2), (1, 4), (0, 3), (1, 1, 1))
    _check_optimal(student, [(_densities(rng, shape), _densities(rng, shape)) for shape in shapes])


# js_divergence


def _right_js(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    total = 0.0
    for own, other in ((p, q), (q, p)):
        there = own > 0
        total += 0.5 * np.sum(own[there] * (np.log(own[there]) - np.log((own[there] + other[there]) / 2)))
    return total


def _check_js(student, cases):
    answers = []
    for p, q in cases:
        answers.append(student.js_divergence(p, q))
        assert_quiet(student, what=f"js_divergence with K = {len(p)}")
    for (p, q), answer in zip(cases, answers, strict=True):
        assert_close(answer, _right_js(p, q), rtol=TIGHT, atol=1e-14, what=f"js_divergence with K = {len(p)}")


def _probabilities(rng, K, spread=1.0):
    return rng.dirichlet(np.full(K, spread))


@points(0.5)
def test_js_divergence_values(student, rng):
    """The divergence is right, for several numbers of values."""
    cases = [(_probabilities(rng, K), _probabilities(rng, K)) for K in (3, 5, 12)]
    _check_js(student, cases)


@points(0.5)
def test_js_divergence_zeros(student, rng):
    """Values with probability 0, in one of the two, in the other one and in both, add nothing and warn of nothing."""
    p, q = _probabilities(rng, 8), _probabilities(rng, 8)
    order = rng.permutation(8)
    p[order[:3]], q[order[2:5]] = 0.0, 0.0
    p, q = p / p.sum(), q / q.sum()
    disjoint = np.where(np.isin(np.arange(8), order[:4]), _probabilities(rng, 8), 0.0)
    other = np.where(np.isin(np.arange(8), order[:4]), 0.0, _probabilities(rng, 8))
    shared = [np.where(np.isin(np.arange(8), order[:3]), 0.0, _probabilities(rng, 8)) for _ in range(2)]
    cases = [tuple(numbers / numbers.sum() for numbers in shared), (p, q), (q, p)]
    _check_js(student, [*cases, (disjoint / disjoint.sum(), other / other.sum())])


@points(0.5)
def test_js_divergence_near_and_far(student, rng):
    """Equal and nearly equal distributions, and values that are nearly impossible, are right."""
    p = _probabilities(rng, 6)
    nears = [p * (1 + gap * rng.normal(size=6)) for gap in (0.05, 1e-4)]
    cases = [(p, p.copy()), *((p, near / near.sum()) for near in nears)]
    rare, sure = np.abs(magnitudes(rng, 6, 1e-300, 1e-3)), rng.permutation(6)
    rare[sure[0]] = 1.0
    cases += [(rare / rare.sum(), p), (p, rare / rare.sum())]
    rare = np.abs(magnitudes(rng, 6, 1e-8, 8e-7))  # what is rare decides, since both are all but sure of one value
    rare[sure[0]], certain = 1.0, np.eye(6)[sure[0]]
    cases += [(rare / rare.sum(), certain), (certain, rare / rare.sum())]
    likely = [np.abs(with_ties(rng, (5,), gap=0.005)) for _ in range(2)]
    _check_js(student, [*cases, tuple(numbers / numbers.sum() for numbers in likely)])


@points(0.5)
def test_js_divergence_ends(student, rng):
    """One value, two values, and certainty in whole numbers are right."""
    first, second = (rng.permutation(np.eye(4, dtype=int))[0] for _ in range(2))
    cases = [(np.ones(1), np.ones(1)), (np.array([1]), np.array([1])), (first, second), (first, _probabilities(rng, 4))]
    share = rng.uniform(0.1, 0.9)
    _check_js(student, [*cases, (np.array([share, 1 - share]), np.array([0, 1])), (_probabilities(rng, 4), second)])


# discriminator_loss and generator_loss


def _softplus(a):
    return np.maximum(a, 0.0) + np.log1p(np.exp(-np.abs(a)))


def _check_discriminator_losses(student, cases, parts=("loss", "dreal", "dfake")):
    answers = []
    for real, fake in cases:
        answers.append(student.discriminator_loss(real, fake))
        assert_quiet(student, what=f"discriminator_loss with {_sizes(N=len(real), M=len(fake))}")
    names = ("loss", "dreal", "dfake")
    for (real, fake), answer in zip(cases, answers, strict=True):
        came = dict(zip(names, take_apart(answer, names), strict=True))
        real, fake = np.asarray(real, dtype=float), np.asarray(fake, dtype=float)
        right = {"loss": _softplus(-real).sum() / len(real) + _softplus(fake).sum() / len(fake)}
        right |= {"dreal": -expit(-real) / len(real), "dfake": expit(fake) / len(fake)}
        for part in parts:
            what = f"discriminator_loss with {_sizes(N=len(real), M=len(fake))}: {part}"
            assert_close(came[part], right[part], rtol=TIGHT, atol=1e-300, each=True, what=what)


@points(0.5)
def test_discriminator_loss_value(student, rng):
    """The loss is the sum of two means, however many real examples and fakes there are."""
    cases = [(2 * rng.normal(size=N), 2 * rng.normal(size=M)) for N, M in ((5, 3), (2, 7), (4, 4))]
    _check_discriminator_losses(student, cases, ("loss",))


@points(0.5)
def test_discriminator_loss_gradients(student, rng):
    """Both gradients are right."""
    cases = [(2 * rng.normal(size=N), 2 * rng.normal(size=M)) for N, M in ((5, 3), (2, 7), (4, 4))]
    _check_discriminator_losses(student, cases)


@points(0.5)
def test_discriminator_loss_large_logits(student, rng):
    """Logits of all sizes, up to 10,000, give finite and exact results without a warning."""
    cases = [tuple(spread_rows(rng, (2, 6), width)) for width in (30.0, 600.0, 9000.0)]
    cases += [tuple(magnitudes(rng, size, *ends) for size in (7, 5)) for ends in ((1e-6, 50.0), (3e-7, 9e-7))]
    sure = np.abs(magnitudes(rng, 4, 10.0, 300.0))
    _check_discriminator_losses(student, [*cases, (sure, -sure), (-sure, sure)])


@points(0.5)
def test_discriminator_loss_ends(student, rng):
    """One example of either kind, zeros, ties and whole numbers are right."""
    cases = [
        (rng.normal(size=1), rng.normal(size=4)),
        (rng.normal(size=4), rng.normal(size=1)),
        (np.zeros(3), np.zeros(2)),
    ]
    cases += [(whole_numbers(rng, 5), whole_numbers(rng, 3)), (with_ties(rng, (4,)), with_zeros(rng, 6))]
    cases.append((whole_numbers(rng, 3, -9000, 9000), rng.normal(size=2)))
    _check_discriminator_losses(student, cases)


def _right_generator_loss(fake, saturating):
    fake = np.asarray(fake, dtype=float)
    if saturating:
        return -_softplus(fake).sum() / len(fake), -expit(fake) / len(fake)
    return _softplus(-fake).sum() / len(fake), -expit(-fake) / len(fake)


def _check_generator_losses(student, cases):
    answers = []
    for fake, saturating in cases:
        answers.append(student.generator_loss(fake, saturating))
        assert_quiet(student, what=f"generator_loss with M = {len(fake)}, saturating = {saturating}")
    for case, answer in zip(cases, answers, strict=True):
        _compare_generator_loss(case, answer)


def _compare_generator_loss(case, answer):
    fake, saturating = case
    came = take_apart(answer, ("loss", "dfake"))
    for name, value, right in zip(("loss", "dfake"), came, _right_generator_loss(*case), strict=True):
        what = f"generator_loss with M = {len(fake)}, saturating = {saturating}: {name}"
        assert_close(value, right, rtol=TIGHT, atol=1e-300, each=True, what=what)


@points(0.5)
def test_generator_loss_non_saturating(student, rng):
    """Without the argument, and with False, it is the non-saturating loss."""
    fakes = [2 * rng.normal(size=M) for M in (5, 8)]
    _check_generator_losses(student, [(fake, False) for fake in fakes])
    _compare_generator_loss((fakes[0], False), student.run(_loss_as_it_comes, fake_logits=fakes[0]))


@points(0.5)
def test_generator_loss_minimax(student, rng):
    """With saturating it is the minimax loss."""
    _check_generator_losses(student, [(2 * rng.normal(size=M), True) for M in (5, 8)])


@points(0.5)
def test_generator_loss_large_logits(student, rng):
    """Logits of all sizes, up to 10,000, give finite and exact results without a warning."""
    fakes = [spread_rows(rng, (1, 6), width)[0] for width in (30.0, 600.0, 9000.0)]
    fakes += [magnitudes(rng, 7, *ends) for ends in ((1e-6, 50.0), (3e-7, 9e-7))]
    _check_generator_losses(student, [(fake, saturating) for fake in fakes for saturating in (True, False)])


@points(0.5)
def test_generator_loss_ends(student, rng):
    """One fake, two fakes, zeros, ties and whole numbers are right."""
    fakes = [rng.normal(size=1), rng.normal(size=2), np.zeros(3), whole_numbers(rng, 5)]
    fakes += [with_ties(rng, (4,)), with_zeros(rng, 6)]
    _check_generator_losses(student, [(fake, saturating) for fake in fakes for saturating in (True, False)])


# gan_gradients and discriminator_step_broken


def _players(rng, K, D, gen_units=(5, 4), disc_units=(3, 6), scale=1.0):
    """Draw weights of a generator from K numbers to D, and of a discriminator from D to 1."""
    players = []
    for sizes in ((K, *gen_units, D), (D, *disc_units, 1)):
        params = {}
        for k in range(3):
            params[f"W{k + 1}"] = scale * rng.normal(size=sizes[k : k + 2]) / np.sqrt(sizes[k])
            params[f"b{k + 1}"] = scale * 0.5 * rng.normal(size=sizes[k + 1])
        players.append(params)
    return players


def _run(X, params):
    """Outputs of the lesson's network, its inputs and hidden activations."""
    H1 = X @ params["W1"] + params["b1"]
    H1 = np.where(H1 > 0, H1, 0.2 * H1)
    H2 = H1 @ params["W2"] + params["b2"]
    H2 = np.where(H2 > 0, H2, 0.2 * H2)
    return H2 @ params["W3"] + params["b3"], (X, H1, H2)


def _run_back(dout, cache, params):
    """Gradients along the inputs and the weights of the lesson's network."""
    grads, d = {}, dout
    for k in (3, 2, 1):
        inputs = cache[k - 1]
        grads[f"W{k}"], grads[f"b{k}"] = np.einsum("nd,nk->dk", inputs, d), np.einsum("nk->k", d)
        d = d @ params[f"W{k}"].T
        if k > 1:
            d = np.where(inputs > 0, d, 0.2 * d)
    return d, grads


def _right_game(real, z, gen, disc, player):
    """Loss and gradients; tests/lessons/test_gans_oracles.py holds them to finite differences."""
    fake, gen_cache = _run(z, gen)
    f, fake_cache = _run(fake, disc)
    if player == "generator":
        loss, df = _right_generator_loss(f[:, 0], False)
        return loss, _run_back(_run_back(df[:, None], fake_cache, disc)[0], gen_cache, gen)[1]
    r, real_cache = _run(real, disc)
    loss = _softplus(-r).sum() / len(r) + _softplus(f).sum() / len(f)
    shares = _run_back(-expit(-r) / len(r), real_cache, disc)[1], _run_back(expit(f) / len(f), fake_cache, disc)[1]
    return loss, {name: shares[0][name] + shares[1][name] for name in NAMES}


def _weights(value, what):
    """Insist on a dict of the six arrays."""
    fits = isinstance(value, dict) and set(value) == set(NAMES)
    assert_that(fits, f"{what}: expected a dict with the names {', '.join(NAMES)}, and no others.")
    return value


def _compare_weights(came, right, what):
    _weights(came, what)
    for name in reversed(NAMES):  # the order of the way back
        assert_close(came[name], right[name], rtol=TIGHT, atol=1e-300, what=f'{what}, "{name}"')


def _check_games(student, cases, parts=("loss", "grads")):
    answers = [student.gan_gradients(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        real, z, _, _, player = case
        text = f"player {player}, {_sizes(N=len(real), M=len(z), D=real.shape[1], K=z.shape[1])}"
        loss, grads = take_apart(answer, ("loss", "grads"))
        right_loss, right_grads = _right_game(*case)
        if "loss" in parts:
            assert_close(loss, right_loss, rtol=TIGHT, what=f"the loss, {text}")
        if "grads" in parts:
            _compare_weights(grads, right_grads, f"the gradients, {text}")


def _game(rng, N, M, K, D, player, **options):
    gen, disc = _players(rng, K, D, **options)
    return rng.normal(size=(N, D)), rng.normal(size=(M, K)), gen, disc, player


def _resized(rng, N, M, size, player="discriminator"):
    """A game whose examples and fakes are of any size; the first weights undo it, so the logits are ordinary ones."""
    real, z, gen, disc, _ = _game(rng, N, M, 2, 3, player)
    gen |= {"W1": gen["W1"] / size, "W3": size * gen["W3"], "b3": size * gen["b3"]}
    return size * real, size * z, gen, disc | {"W1": disc["W1"] / size}, player


def _special_games(rng, player="discriminator"):
    """Games on which answers differ that are right for ordinary numbers only."""
    games = [_resized(rng, 4, 3, size, player) for size in (1e-8, 1e10)]
    games.append(_game(rng, 3, 4, 2, 2, player, gen_units=(2, 2), disc_units=(2, 2)))
    real, z, gen, disc, _ = _game(rng, 5, 4, 3, 4, player)
    zeros, some = with_zeros(rng, (5, 4)), with_zeros(rng, (4, 3))
    zeros[rng.integers(5)], some[rng.integers(4)] = 0.0, 0.0
    games += [(zeros, some, gen, disc, player)]
    games += [
        (with_ties(rng, (5, 4), gap=gap), with_ties(rng, (4, 3), gap=gap), gen, disc, player) for gap in (0, 0.005)
    ]
    started = [w | {name: np.zeros(len(w[name])) for name in ("b1", "b2", "b3")} for w in (gen, disc)]
    loud = started[1] | {"W3": 1e8 * started[1]["W3"]}  # with it, the logits of tiny examples are ordinary ones
    games += [(real, z, *started, player), (1e-8 * real, 1e-8 * z, started[0], loud, player)]
    tied = [w | {"W2": with_ties(rng, w["W2"].shape, gap=0.005)} for w in (gen, disc)]
    return [*games, (real, z, *tied, player)]


@points(1)
def test_gan_gradients_losses(student, rng):
    """The losses of both players are right, with different numbers of real examples and fakes."""
    sizes = ((5, 3, 2, 4), (2, 6, 3, 1))
    cases = [_game(rng, *size, player) for size in sizes for player in ("discriminator", "generator")]
    _check_games(student, cases, ("loss",))


@points(1)
def test_gan_gradients_of_the_discriminator(student, rng):
    """In the discriminator's step its weights, and only these, get the sum of the shares of both batches."""
    cases = [_game(rng, *size, "discriminator") for size in ((5, 3, 2, 4), (2, 6, 3, 1), (4, 4, 1, 3))]
    _check_games(student, [*cases, *_special_games(rng, "discriminator")])


@points(1)
def test_gan_gradients_of_the_generator(student, rng):
    """In the generator's step its weights, and only these, get the gradient that comes through the discriminator."""
    cases = [_game(rng, *size, "generator") for size in ((5, 3, 2, 4), (2, 6, 3, 1), (4, 4, 1, 3))]
    _check_games(student, [*cases, *_special_games(rng, "generator")])


@points(1)
def test_gan_gradients_ends(student, rng):
    """Single examples, single units, equal networks, whole numbers, and sure discriminators are right."""
    cases = []
    for player in ("discriminator", "generator"):
        cases += [_game(rng, *size, player) for size in ((1, 4, 2, 3), (4, 1, 2, 3), (1, 1, 1, 1))]
        cases.append(_game(rng, 4, 3, 2, 3, player, gen_units=(1, 1), disc_units=(1, 1)))
        cases.append(_game(rng, 3, 3, 3, 1, player, gen_units=(3, 3), disc_units=(3, 3)))
        real, z, gen, disc, _ = _game(rng, 4, 5, 2, 3, player)
        cases.append((whole_numbers(rng, real.shape), whole_numbers(rng, z.shape), gen, disc, player))
        cases.append((real, z, gen, disc | {"W3": 800 * disc["W3"]}, player))
        cases.append((real, z, gen, disc | {"b3": disc["b3"] - 30.0}, player))
        cases.append((300 * real, with_zeros(rng, z.shape), gen, dict(reversed(disc.items())), player))
    _check_games(student, cases)


def _check_steps(student, cases):
    answers = [student.discriminator_step_broken(*case) for case in cases]
    for (real, z, gen, disc, rate), answer in zip(cases, answers, strict=True):
        _, grads = _right_game(real, z, gen, disc, "discriminator")
        right = {name: disc[name] - rate * grads[name] for name in NAMES}
        text = _sizes(N=len(real), M=len(z), learning_rate=f"{rate:.3g}")
        _compare_weights(answer, right, f"the step with {text}")


def _step(rng, N, M, rate, K=2, D=3, **options):
    real, z, gen, disc, _ = _game(rng, N, M, K, D, "discriminator", **options)
    return real, z, gen, disc, rate


@points(1)
def test_discriminator_step_broken_values(student, rng):
    """The new weights are right, for different numbers of real examples and fakes."""
    cases = [_step(rng, 5, 3, 0.5), _step(rng, 2, 7, rng.uniform(1, 3)), _step(rng, 4, 4, 0.1), _step(rng, 5, 3, 0.7)]
    _check_steps(student, [*cases, *((*game[:4], rng.uniform(0.3, 2)) for game in _special_games(rng))])


@points(1)
def test_discriminator_step_broken_ends(student, rng):
    """Single examples, numbers and units, no learning rate, sure discriminators and whole numbers are right."""
    real, z, gen, disc, _ = _step(rng, 4, 5, 1.0)
    cases = [_step(rng, 1, 4, 0.5), _step(rng, 4, 1, 0.5), _step(rng, 3, 5, 0.0), _step(rng, 3, 2, 4)]
    cases += [(*_resized(rng, 3, 2, 1e10)[:4], 0.0), _step(rng, 4, 3, 0.8, 1, 1, gen_units=(1, 1), disc_units=(1, 1))]
    cases.append((real, z, gen, disc | {"W3": 50 * disc["W3"]}, 0.7))
    cases.append((whole_numbers(rng, (6, 3)), z, gen, disc, 0.7))
    cases.append((real, whole_numbers(rng, (5, 2)), gen, disc, 0.7))
    _check_steps(student, cases)


# gradient_penalty


def _right_penalty(X, params, target):
    """The price, and its gradients example by example; the oracles hold them to finite differences."""
    X, N = np.asarray(X, dtype=float), len(X)
    W1, W2, W3 = (params[f"W{k}"] for k in (1, 2, 3))
    _, (_, H1, H2) = _run(X, params)
    penalty, grads = 0.0, {name: np.zeros(np.shape(params[name])) for name in NAMES}
    for h1, h2 in zip(H1, H2, strict=True):
        S1, S2 = (np.diag(np.where(h > 0, 1.0, 0.2)) for h in (h1, h2))
        g = W1 @ S1 @ W2 @ S2 @ W3
        length = np.linalg.norm(g)
        penalty += (length - target) ** 2 / N
        if length > 0:
            u = 2 / N * (length - target) * g / length
            grads["W1"] += u @ (S1 @ W2 @ S2 @ W3).T
            grads["W2"] += (u.T @ W1 @ S1).T @ (S2 @ W3).T
            grads["W3"] += (u.T @ W1 @ S1 @ W2 @ S2).T
    return penalty, grads


def _check_penalties(student, cases, parts=("penalty", "grads")):
    answers = []
    for X, params, target in cases:
        answers.append(student.gradient_penalty(X, params, target))
        assert_quiet(student, what=f"gradient_penalty with target {target:.3g}")
    for case, answer in zip(cases, answers, strict=True):
        X, _, target = case
        text = f"{_sizes(N=len(X), D=X.shape[1])}, target = {target:.3g}"
        penalty, grads = take_apart(answer, ("penalty", "grads"))
        right, right_grads = _right_penalty(*case)
        if "penalty" in parts:
            assert_close(penalty, right, rtol=TIGHT, atol=1e-300, what=f"the price, {text}")
        if "grads" in parts:
            _compare_weights(grads, right_grads, f"the gradients, {text}")


def _priced(rng, N, D, target, *, units=(4, 3), scale=1.0):
    return rng.normal(size=(N, D)), _players(rng, 1, D, disc_units=units, scale=scale)[1], target


def _special_prices(rng):
    """Networks and examples on which answers differ that are right for ordinary numbers only."""
    X, params, _ = _priced(rng, 5, 3, 1.0)
    cases = [
        (size * X, params | {"W1": params["W1"] / size, "W3": size * params["W3"]}, rng.uniform(0.2, 2))
        for size in (1e-9, 1e10)
    ]
    started = params | {name: np.zeros(len(params[name])) for name in ("b1", "b2", "b3")}
    some = with_zeros(rng, (5, 3))
    cases += [(size * some, started, rng.uniform(0.2, 2)) for size in (1.0, 1e-8)]
    cases.append(_priced(rng, 4, 2, 1.0, units=(2, 2)))
    tied = params | {name: with_ties(rng, params[name].shape, gap=0.005) for name in ("W1", "W2")}
    cases.append((X, tied, rng.uniform(0.2, 2)))
    # the two inputs nearly cancel each other: which of them is larger decides the bends
    near, sides = with_ties(rng, (5, 2), gap=0.005), np.outer([1.0, -1.0], rng.normal(size=4))
    cases.append((near, started | {"W1": sides}, rng.uniform(0.2, 2)))
    return [*cases, (*_flat_for_some(rng, 6), 0.0), (*_flat_for_some(rng, 5), rng.uniform(0.2, 2))]


def _flat_for_some(rng, N):
    """Examples and a network that has no slope at some of them: all numbers are eighths, so that this holds exactly."""
    X = rng.permutation(np.arange(1, N + 1))[:, None] * np.array([[1.0, 0.5]]) + whole_numbers(rng, (N, 2), 0, 1) / 8
    W1, column = rng.integers(1, 17, size=(2, 4)) / 8, rng.integers(1, 17, size=(4, 1)) / 8
    sums = np.sort((X @ W1 @ column)[:, 0])
    params = {"W1": W1, "b1": np.zeros(4), "W2": np.repeat(column, 2, axis=1), "W3": np.array([[1.5], [-1.5]])}
    middle = (sums[N // 2 - 1] + sums[N // 2]) / 2  # below it, the second unit is negative
    return X, params | {"b2": np.array([0.25, -middle]), "b3": rng.normal(size=1)}


@points(1)
def test_gradient_penalty_price(student, rng):
    """The price is right, for several sizes and targets."""
    cases = [_priced(rng, 5, 3, 0.0), _priced(rng, 4, 2, 1.0), _priced(rng, 6, 4, rng.uniform(2, 4))]
    _check_penalties(student, cases, ("penalty",))


@points(1)
def test_gradient_penalty_gradients(student, rng):
    """All gradients are right, for several sizes and targets, and where only some examples have slopes."""
    cases = [_priced(rng, 5, 3, 0.0), _priced(rng, 4, 2, 1.0), _priced(rng, 6, 4, rng.uniform(2, 4))]
    _check_penalties(student, [*cases, *_special_prices(rng)])


@points(1)
def test_gradient_penalty_ends(student, rng):
    """One example, one number, single units, flat and steep networks, whole numbers and targets are right."""
    cases = [_priced(rng, 1, 3, 1.0), _priced(rng, 5, 1, 0.5), _priced(rng, 4, 3, 1, units=(1, 1))]
    cases += [
        _priced(rng, 3, 3, 2, units=(3, 3)),
        _priced(rng, 4, 2, 1.0, scale=0.05),
        _priced(rng, 4, 2, 1.0, scale=8.0),
    ]
    X, params, _ = _priced(rng, 6, 3, 1.0)
    cases += [(whole_numbers(rng, (5, 3)), params, 1.0), (50 * X, params, 0.0), (0.0 * X, params, 1.0)]
    flat = params | {"W3": 0.0 * params["W3"]}
    cases.append((X, params | {"W3": 1e-6 * params["W3"]}, 1.0))
    _check_penalties(student, [*cases, (X, flat, 0.0), (X, flat, 1.0), (X, dict(reversed(params.items())), 0)])


# train_gan_1d


def _trained(params):
    """Insist on weights from 1 number to 1 with at most 128 hidden units in a layer; return them as float64."""
    params = _weights(params, "the generator")
    assert_that(
        all(isinstance(params[name], np.ndarray) and params[name].ndim == 1 for name in ("b1", "b2")),
        "The generator: b1 and b2 are vectors, one number for each hidden unit.",
    )
    first, second = len(params["b1"]), len(params["b2"])
    assert_that(min(first, second) >= 1 and max(first, second) <= 128, "At most 128 hidden units in a layer are asked.")
    shapes = {"W1": (1, first), "b1": (first,), "W2": (first, second), "b2": (second,), "W3": (second, 1), "b3": (1,)}
    for name, shape in shapes.items():
        assert_shape(params[name], shape, what=f'The generator\'s "{name}" with {first} and {second} hidden units')
    arrays = {name: np.asarray(params[name], dtype=np.float64) for name in NAMES}
    assert_that(all(np.isfinite(array).all() for array in arrays.values()), "Some weights are infinite or NaN.")
    return arrays


def _draw_heaps(rng):
    means = (rng.uniform(-2.5, -1.5), rng.uniform(1.5, 2.5))
    return rng.uniform(0.3, 0.7), means, tuple(rng.uniform(0.3, 0.5, size=2))


def _gaps(made, real):
    """Difference of the means, share by which the standard deviation is wrong, mean difference of sorted partners."""
    made, real = np.sort(np.ravel(made)), np.sort(np.ravel(real))
    return abs(made.mean() - real.mean()), abs(made.std() / real.std() - 1), np.abs(made - real).mean()


@points(2, repeat=False, seconds=60)
def test_train_gan_1d_finds_hidden_heaps(student, rng):
    """For two hidden pairs of heaps, mean, spread and distribution of new samples are right."""
    gaps = []
    for heaps in (_draw_heaps(rng), _draw_heaps(rng)):
        X = _two_heaps(rng, int(rng.integers(2500, 4000)), heaps)
        params = _trained(student.train_gan_1d(X, generator(rng)))
        with np.errstate(all="ignore"):
            made = _run(rng.normal(size=(4000, 1)), params)[0]
        gaps.append(_gaps(made, _two_heaps(rng, 4000, heaps)))
    # means of the two: a single training spreads so much that a right answer would pass a limit now and then
    mean, spread, distance = np.mean(gaps, axis=0)
    assert_that(mean <= MEAN_GAP, f"The mean of new samples is wrong by {mean:.2f}. Asked: at most 0.3.")
    message = f"The standard deviation of new samples is wrong by {100 * spread:.0f} %. Asked: at most 10 %."
    assert_that(spread <= SPREAD_GAP, message)
    message = f"Sorted samples differ from sorted real ones by {distance:.2f} in the mean. Asked: at most 0.42."
    assert_that(distance <= DISTANCE, message)


# modes_covered


def _right_modes(samples, centres, radius, share):
    counts = np.zeros(len(centres))
    for k, centre in enumerate(np.asarray(centres, dtype=float)):
        counts[k] = np.sum(np.sqrt(((samples - centre) ** 2).sum(axis=1)) <= radius)
    return int(np.sum(counts / len(samples) >= share))


def _is_count(value):
    if isinstance(value, np.ndarray):  # a whole number of NumPy
        return value.shape == () and value.dtype.kind in "iu"
    return isinstance(value, int) and not isinstance(value, bool)


def _check_modes(student, cases):
    answers = [student.modes_covered(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        samples, centres, radius, share = case
        text = _sizes(N=len(samples), K=len(centres), D=samples.shape[1], radius=f"{radius:.3g}", share=f"{share:.3g}")
        assert_that(_is_count(answer), f"modes_covered with {text}: expected an int, got {type(answer).__name__}.")
        assert_close(answer, _right_modes(*case), what=f"modes_covered with {text}")


def _heaps_with_shares(rng, counts, D=2, others=5):
    """Draw as many samples near each of several centres, and some near none: samples, centres, radius."""
    K = len(counts)
    centres = 10.0 * rng.permutation(np.arange(2 * K))[:K, None] + rng.normal(size=(K, D))
    ways = rng.normal(size=(sum(counts), D))
    ways *= rng.uniform(0.3, 0.95, size=(sum(counts), 1)) / np.linalg.norm(ways, axis=1, keepdims=True)
    far = rng.normal(size=(others, D)) - 50
    samples = np.concatenate([np.repeat(centres, counts, axis=0) + ways, far])
    return rng.permutation(samples), centres, 1.0


@points(0.5)
def test_modes_covered_counts(student, rng):
    """The number is right, for several shares, in one, two and three dimensions."""
    cases = []
    for D in (1, 2, 3):
        counts = rng.integers(0, 21, size=rng.integers(4, 9))
        samples, centres, radius = _heaps_with_shares(rng, counts, D)
        cases += [(samples, centres, radius, share) for share in (*rng.uniform(0.01, 0.3, size=4), 0.9)]
    _check_modes(student, cases)


@points(0.5)
def test_modes_covered_radius(student, rng):
    """The radius decides, by the Euclidean distance; samples at exactly the radius are near."""
    samples, centres, _ = _heaps_with_shares(rng, rng.integers(1, 12, size=rng.integers(3, 9)))
    cases = [(samples, centres, radius, 0.08) for radius in (0.0, 0.5, 0.7, 1.0, 30.0)]
    corners = np.array([[3.0, 4.0], [-3.0, 4.0], [4.0, -3.0], [4.0, 4.0], [5.0, 0.0]])
    cases += [
        (corners + 20, np.array([[20.0, 20.0], [60.0, 0.0]]), radius, share)
        for radius in (5.0, 4.9, 5.6)
        for share in (0.8, 1.0)
    ]
    _check_modes(student, cases)


@points(0.5)
def test_modes_covered_share(student, rng):
    """Exactly the share is enough; the share is that of all samples, also of those near none."""
    counts = rng.integers(1, 7, size=rng.integers(2, 6))
    samples, centres, radius = _heaps_with_shares(rng, counts, others=32 - counts.sum())
    cases = [(samples, centres, radius, count / 32) for count in (*range(1, 7), 2.5, 4.5)]
    near_two = np.concatenate([np.zeros((4, 1)), np.full((4, 1), 3.0)]), np.array([[-1.0], [1.0], [3.5]]), 2.0
    _check_modes(student, [*cases, (*near_two, 0.5), (*near_two, 0.6), (*near_two, 1)])


@points(0.5)
def test_modes_covered_ends(student, rng):
    """One sample or centre, as many centres as samples, no mode, all modes, whole, tiny and huge numbers are right."""
    one = rng.normal(size=(1, 3))
    cases = [(one, one + 0.1, 0.5, 1.0), (one, one + 9, 0.5, 1.0), (one, rng.normal(size=(4, 3)), 2.0, 0.5)]
    points_ = rng.normal(size=(5, 2))
    cases += [
        (points_, points_.copy(), 0.01, 0.2),
        (points_, points_ + 40, 1.0, 0.01),
        (points_, points_[:1], 60.0, 1.0),
    ]
    lattice = whole_numbers(rng, (12, 2), 0, 3)
    cases += [
        (lattice, whole_numbers(rng, (5, 2), 0, 3), radius, share) for radius, share in ((0, 0.1), (1, 0.25), (2, 1))
    ]
    cases.append((1e4 + points_, 1e4 + points_[:3], 0.5, 0.2))
    samples, centres, radius = _heaps_with_shares(rng, [9, *rng.permutation([8, 7, 3, 2])])
    samples, centres = samples - centres[0], centres - centres[0]  # of the sizes below, a centre stays at 0
    cases += [(size * samples, size * centres, size * radius, 0.15) for size in (1e-9, 1e9)]
    apart = 1e-6 * np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 0.0], [0.0, -1.0]])
    _check_modes(student, [*cases, (rng.permutation(apart), apart, 1e-7, 0.25)])


# build_dcgan_generator and build_dcgan_discriminator


def _facts(task, answer):
    """What mistakes are recognised by."""
    if not isinstance(answer, dict):
        return {"came": answer}
    return {name: np.round(answer[name], 4) for name in ("outputs", "outputs in training")} | {
        "weights": sorted(w.shape for w in answer["weights"] if isinstance(w, np.ndarray))
    }


def _parts(answer, what):
    fits = isinstance(answer, dict) and set(answer) == {"weights", "outputs", "outputs in training", "model"}
    came = answer if isinstance(answer, str) else "nothing" if answer is None else "something else"
    fits = fits and isinstance(answer["weights"], list) and all(isinstance(w, np.ndarray) for w in answer["weights"])
    assert_that(fits, f"{what}: expected a Keras model. Got {came}.")
    return answer


def _check_networks(student, rng, name, cases, parts):
    shapes_of, right_of = {
        "build_dcgan_generator": (_generator_shapes, _right_generator),
        "build_dcgan_discriminator": (_discriminator_shapes, _right_discriminator),
    }[name]
    for inputs, settings in cases:
        shapes = shapes_of(*settings)
        arrays = _drawn(rng, shapes)
        answer = student.run(
            _network, facts=_facts, build=StudentFunction(name), settings=settings, inputs=inputs, arrays=arrays
        )
        what = f"{name}({', '.join(map(str, settings))})"
        answer = _parts(answer, what)
        if "weights" in parts:
            right = right_of(inputs, arrays, settings, False)
            came = sorted(w.shape for w in weights_of(answer, inputs, right, what=what, **SINGLE))
            count, wanted = (int(sum(np.prod(shape) for shape in some)) for some in (came, shapes))
            assert_that(count == wanted, f"{what}: expected {wanted:,} parameters, got {count:,}.")
            message = f"{what}: the number of parameters is right, but the shapes of the weights are not."
            assert_that(came == sorted(shapes), message)
        for part, training in (("outputs", False), ("outputs in training", True)):
            if part in parts:
                right = right_of(inputs, arrays, settings, training)
                assert_shape(answer[part], right.shape, what=f"{what}: {part}")
                assert_close(answer[part], right, **SINGLE, what=f"{what}: {part}, with given weights")


def _distinct(rng, count, low=2, high=8):
    return [int(n) for n in rng.permutation(np.arange(low, high))[:count]]


def _making(rng, height, width, channels=None, noise_size=None, filters=None, count=3):
    """Draw settings of a generator whose arrays all differ in shape, and some noise."""
    free = [n for n in _distinct(rng, 6) if n not in (filters, channels)]
    filters = filters or free[0]
    channels = channels or next(n for n in free if n not in (filters, 2 * filters))
    noise_size = noise_size or int(rng.integers(3, 9))
    return rng.normal(size=(count, noise_size)).astype(np.float32), [noise_size, (height, width, channels), filters]


def _judging(rng, height, width, channels=None, filters=None, count=3):
    free = [n for n in _distinct(rng, 6) if n not in (filters, channels)]
    filters = filters or free[0]
    channels = channels or free[1]
    return rng.normal(size=(count, height, width, channels)).astype(np.float32), [(height, width, channels), filters]


_SHAPES = ((8, 12), (12, 4), (4, 8))


@points(0.5, repeat=False, seconds=60)
def test_build_dcgan_generator_weights(student, rng):
    """All weights have the right shapes, for pictures of several sizes, 28 by 28 among them."""
    cases = [_making(rng, *shape) for shape in _SHAPES] + [_making(rng, 28, 28, 1, 16, 8, count=1)]
    _check_networks(student, rng, "build_dcgan_generator", cases, ("weights",))


@points(1.5, repeat=False, seconds=60)
def test_build_dcgan_generator_pictures(student, rng):
    """With given weights, the pictures are right, also from a single noise and for a single filter."""
    cases = [_making(rng, *shape) for shape in _SHAPES]
    cases += [_making(rng, 4, 8, 3, 1, 1), _making(rng, 8, 4, count=1), _making(rng, 12, 8, 1)]
    _check_networks(student, rng, "build_dcgan_generator", cases, ("outputs",))


@points(1, repeat=False, seconds=60)
def test_build_dcgan_generator_training(student, rng):
    """In training, the normalisations use the numbers of the batch."""
    cases = [_making(rng, *shape, count=5) for shape in _SHAPES]
    _check_networks(student, rng, "build_dcgan_generator", cases, ("outputs in training",))


@points(0.5, repeat=False, seconds=60)
def test_build_dcgan_discriminator_weights(student, rng):
    """All weights have the right shapes, for pictures of several sizes, 28 by 28 among them."""
    cases = [_judging(rng, *shape) for shape in _SHAPES] + [_judging(rng, 28, 28, 1, 8, count=1)]
    _check_networks(student, rng, "build_dcgan_discriminator", cases, ("weights",))


@points(1.5, repeat=False, seconds=60)
def test_build_dcgan_discriminator_logits(student, rng):
    """With given weights, the logits are right, also of a single picture and for a single filter."""
    cases = [_judging(rng, *shape) for shape in _SHAPES]
    cases += [_judging(rng, 4, 8, 3, 1), _judging(rng, 8, 4, count=1), _judging(rng, 12, 8, 1)]
    _check_networks(student, rng, "build_dcgan_discriminator", cases, ("outputs",))


@points(1, repeat=False, seconds=60)
def test_build_dcgan_discriminator_training(student, rng):
    """In training, every picture still gets its logit independently of the others."""
    cases = [_judging(rng, *shape, count=5) for shape in _SHAPES]
    _check_networks(student, rng, "build_dcgan_discriminator", cases, ("outputs in training",))
