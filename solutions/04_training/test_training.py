"""Checks of lesson 04 "Making deep networks train": the student against the reference, on inputs nobody has seen.

Random answers are judged twice: raw, out here, against limits that a right answer breaks less than once in a million
times (see the arithmetic beside each limit), and by facts that all right answers share, which is what names a mistake.
"""

import functools
import itertools

import numpy as np

from dnnkit import data
from dnnkit.checking.mistakes import facts_of
from dnnkit.facts.digits import digits_facts
from dnnkit.facts.weights import normal_facts, uniform_facts
from dnnkit.gradcheck import numerical_gradient
from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points, take_apart
from grading.lessons.inputs import ends, many_kinds, small_shapes, with_ties

SLOW = ("train_regularised",)

SINGLE = 1e-5  # relative tolerance that answers computed in float32 keep
LOOSE = 1e-4  # where float32 loses a digit, in differences of means and in many layers
shown = functools.partial(example, rtol=SINGLE)
roughly = functools.partial(example, rtol=LOOSE)

# What the checks and examples do with the student's functions. Where a right answer is random, two are drawn one after
# the other, and `dnnkit.facts` says what all right ones have in common.


def _two_uniform_matrices(glorot_uniform, fan_in, fan_out, rng):
    return [glorot_uniform(fan_in, fan_out, rng), glorot_uniform(fan_in, fan_out, rng)]


def _two_normal_matrices(he_normal, fan_in, fan_out, rng):
    return [he_normal(fan_in, fan_out, rng), he_normal(fan_in, fan_out, rng)]


def _size_of_one_weight(lsuv_init, X, rng):
    return np.abs(lsuv_init(X, [1], rng)[0])


def _two_starts(lsuv_init, X, widths, rng):
    return [lsuv_init(X, widths, rng), lsuv_init(X, widths, rng)]


def _dropped_twice(dropout_forward, X, drop_rate, rng, training):
    out, mask = dropout_forward(X, drop_rate, rng, training)
    _, other = dropout_forward(X, drop_rate, rng, training)
    return [out, mask, other]


def _kept(dropout_forward, X, rng):
    out, mask = dropout_forward(X, 0.2, rng, False)
    return [out, 1.0 * np.asarray(mask)]


def _shifted_twice(augment_shift, images, max_shift, rng):
    return [augment_shift(images, rng, max_shift), augment_shift(images, rng, max_shift)]


def _digits_read(train_regularised, rng):
    import keras

    from dnnkit import data

    digits = data.load_digits(rng=np.random.default_rng(20))
    model = train_regularised(digits.X_train[:200], digits.y_train[:200], rng)
    pictures = digits.X_test.reshape(-1, 8, 8)
    down = np.pad(pictures[:, :7], ((0, 0), (1, 0), (0, 0)))
    right = np.pad(pictures[:, :, :7], ((0, 0), (0, 0), (1, 0)))
    up_left = np.pad(pictures[:, 1:, 1:], ((0, 0), (0, 1), (0, 1)))
    shifted = np.concatenate([down, right, up_left]).reshape(-1, 64)
    scores = [keras.ops.convert_to_numpy(model(X)) for X in (digits.X_test, shifted)]
    return {"centred": scores[0], "shifted": scores[1], "y": digits.y_test}


def _scores_of_pictures(train_regularised, X, y, pictures, rng):
    import keras

    model = train_regularised(X, y, rng)
    return [keras.ops.convert_to_numpy(model(part)) for part in pictures]


def _glorot(fan_in, fan_out):
    """What facts of weights need, with the right limit as a number: its formula is the exercise."""
    return {"fan_in": fan_in, "fan_out": fan_out, "limit": float(np.sqrt(6 / (fan_in + fan_out)))}


def _he(fan_in, fan_out):
    return {"fan_in": fan_in, "fan_out": fan_out, "std": float(np.sqrt(2 / fan_in))}


def _dots(num_pictures, height, width, row, column):
    images = np.zeros((num_pictures, height, width))
    images[:, row, column] = 1.0
    return images


_NORMED = {
    "X": np.array([[1.0, 5.0], [5.0, 2.0], [3.0, -1.0]]),
    "gamma": np.array([2.0, -1.0]),
    "beta": np.array([5.0, 0.5]),
}
_RUNNING = {"running_mean": np.array([0.0, 1.0]), "running_var": np.array([1.0, 4.0])}

EXAMPLES = {
    "gradient_norms": [
        shown(
            "two layers of one ReLU unit each",
            X=np.array([[2.0]]),
            weights=[np.array([[1.0]]), np.array([[3.0]])],
            dout=np.array([[1.0]]),
            activation="relu",
        ),
        roughly(
            "three layers of different widths",
            X=np.array([[1.0, -2.0], [0.5, 1.0]]),
            weights=[
                np.array([[0.5, -1.0, 0.3], [1.0, 0.2, -0.4]]),
                np.array([[1.0], [0.5], [-2.0]]),
                np.array([[0.7, -1.2]]),
            ],
            dout=np.array([[1.0, -2.0], [-1.0, 0.5]]),
            activation="sigmoid",
        ),
        roughly(
            "square weights",
            X=np.array([[1.0, -1.0]]),
            weights=[np.array([[0.5, -1.0], [1.0, 0.2]]), np.array([[1.0, 0.5], [-0.3, -2.0]])],
            dout=np.array([[1.0, -3.0]]),
            activation="tanh",
        ),
    ],
    "leaky_relu_forward": [
        shown("one positive, one negative", Z=np.array([3.0, -2.0]), slope=0.1),
        shown("a matrix keeps its shape", Z=np.array([[1.5, -4.0, 2.0], [-0.5, -1.0, 5.0]]), slope=0.3),
    ],
    "leaky_relu_backward": [
        shown("one positive, one negative", dout=np.array([5.0, 5.0]), Z=np.array([3.0, -2.0]), slope=0.1),
        shown(
            "a matrix, and gradients of both signs",
            dout=np.array([[1.0, -2.0], [-3.0, 4.0]]),
            Z=np.array([[-1.5, -4.0], [2.0, 0.5]]),
            slope=0.3,
        ),
    ],
    "prelu_backward": [
        shown(
            "one unit, three examples",
            dout=np.array([[1.0], [1.0], [4.0]]),
            Z=np.array([[2.0], [-3.0], [-1.0]]),
            slope=np.array([0.5]),
        ),
        shown(
            "three units, two examples",
            dout=np.array([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]]),
            Z=np.array([[-1.0, 2.0, -4.0], [-2.0, -0.5, 1.0]]),
            slope=np.array([0.1, 0.2, 0.7]),
        ),
        shown(
            "as many units as examples",
            dout=np.array([[1.0, -2.0], [3.0, 4.0]]),
            Z=np.array([[-1.0, 2.0], [-2.0, -0.5]]),
            slope=np.array([0.1, 0.3]),
        ),
    ],
    "glorot_uniform": [
        example(
            "200 inputs, 60 outputs",
            facts="uniform weights",
            run=_two_uniform_matrices,
            **_glorot(200, 60),
            rng=np.random.default_rng(1),
        ),
        example(
            "60 inputs, 300 outputs",
            facts="uniform weights",
            run=_two_uniform_matrices,
            **_glorot(60, 300),
            rng=np.random.default_rng(2),
        ),
    ],
    "he_normal": [
        example(
            "200 inputs, 60 outputs",
            facts="normal weights",
            run=_two_normal_matrices,
            **_he(200, 60),
            rng=np.random.default_rng(1),
        ),
        example(
            "60 inputs, 300 outputs",
            facts="normal weights",
            run=_two_normal_matrices,
            **_he(60, 300),
            rng=np.random.default_rng(2),
        ),
    ],
    "lsuv_init": [
        roughly(
            "one input, one unit, four examples",
            run=_size_of_one_weight,
            X=np.array([[1.0], [3.0], [5.0], [7.0]]),
            rng=np.random.default_rng(1),
        ),
        example(
            "a narrower layer, a wider one, a square one",
            facts="lsuv",
            run=_two_starts,
            X=np.array([[1.0, 0.0, 2.0], [0.5, 1.0, -1.0], [3.0, 2.0, 0.0], [1.0, -2.0, 1.0], [0.0, 1.0, 2.5]]),
            widths=[2, 4, 4],
            rng=np.random.default_rng(2),
        ),
    ],
    "batchnorm_forward": [
        shown(
            "training, one unit",
            X=np.array([[1.0], [5.0]]),
            gamma=np.array([2.0]),
            beta=np.array([5.0]),
            running_mean=np.array([0.0]),
            running_var=np.array([1.0]),
            momentum=0.9,
            eps=0.0,
            training=True,
        ),
        shown("training, two units", **_NORMED, **_RUNNING, momentum=0.8, eps=0.1, training=True),
        shown("inference: the same batch", **_NORMED, **_RUNNING, momentum=0.8, eps=0.1, training=False),
        shown(
            "inference, a single example",
            **_NORMED | {"X": np.array([[3.0, 0.0]])},
            **_RUNNING,
            momentum=0.8,
            eps=0.1,
            training=False,
        ),
    ],
    "batchnorm_inference_broken": [
        shown(
            "a single number, three",
            X=np.array([[3.0]]),
            gamma=np.array([2.0]),
            beta=np.array([5.0]),
            running_mean=np.array([0.3]),
            running_var=np.array([1.3]),
            eps=0.0,
        ),
        shown("three examples, two units", **_NORMED, **_RUNNING, eps=0.1),
    ],
    "batchnorm_backward": [
        roughly(
            "one unit, three examples",
            dout=np.array([[1.0], [0.0], [0.0]]),
            X=np.array([[0.0], [3.0], [6.0]]),
            gamma=np.array([1.0]),
            eps=0.0,
        ),
        roughly(
            "two units, three examples",
            dout=np.array([[1.0, -2.0], [0.5, 1.0], [-1.0, 3.0]]),
            X=np.array([[1.0, 5.0], [4.0, 2.0], [3.0, -1.0]]),
            gamma=np.array([2.0, -1.0]),
            eps=0.5,
        ),
    ],
    "dropout_forward": [
        example(
            "ones, one fifth is dropped",
            facts="dropout",
            run=_dropped_twice,
            X=np.ones((80, 90)),
            drop_rate=0.2,
            rng=np.random.default_rng(1),
            training=True,
        ),
        example(
            "tens, seven of ten are dropped",
            facts="dropout",
            run=_dropped_twice,
            X=np.full((80, 90), 10.0),
            drop_rate=0.7,
            rng=np.random.default_rng(3),
            training=True,
        ),
        example(
            "inference changes nothing",
            run=_kept,
            X=np.array([[1.0, -2.0, 3.0]]),
            rng=np.random.default_rng(2),
        ),
    ],
    "dropout_backward": [
        shown(
            "one of four was dropped",
            dout=np.array([1.0, -2.0, 3.0, 4.0]),
            mask=np.array([1.0, 1.0, 0.0, 1.0]),
            drop_rate=0.2,
        ),
        shown(
            "most were dropped",
            dout=np.array([[1.0, -2.0, 3.0], [2.0, 5.0, -1.0]]),
            mask=np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
            drop_rate=0.75,
        ),
    ],
    "l1_l2_penalty": [
        shown("both prices", W=np.array([[1.0, -2.0], [0.0, 3.0]]), l1=0.1, l2=0.01),
        shown("only the squares", W=np.array([[0.5, -1.0, 2.0]]), l1=0.0, l2=0.5),
        shown("only the sizes", W=np.array([0.5, -1.0, 0.0, -2.0]), l1=0.25, l2=0.0),
    ],
    "early_stopping": [
        shown("stops before it sees the 2", losses=[5.0, 4.0, 3.0, 3.5, 3.2, 3.1, 2.0], patience=3),
        shown("a little more patience finds the 2", losses=[5.0, 4.0, 3.0, 3.5, 3.2, 3.1, 2.0], patience=4),
        shown("an equal loss is no new best", losses=[2.0, 1.0, 1.0, 1.0, 0.5], patience=2),
        shown("a new best starts the count again", losses=[4.0, 5.0, 3.0, 6.0, 2.0, 2.5, 2.5, 2.2, 1.0], patience=2),
        shown("too few epochs to stop", losses=[1.0, 2.0], patience=5),
    ],
    "augment_shift": [
        example(
            "pictures with a dot in the middle",
            facts="shifts",
            run=_shifted_twice,
            images=_dots(400, 3, 5, 1, 2),
            max_shift=1,
            rng=np.random.default_rng(1),
        ),
        example(
            "pictures with a dot in a corner: it may leave, but not come in elsewhere",
            facts="shifts",
            run=_shifted_twice,
            images=_dots(400, 4, 3, 0, 2),
            max_shift=1,
            rng=np.random.default_rng(2),
        ),
        shown(
            "no shift allowed",
            images=np.array([[[1.0, 2.0], [3.0, 4.0]]]),
            rng=np.random.default_rng(3),
            max_shift=0,
        ),
    ],
    "train_regularised": [
        example(
            "the task itself, on digits of its own", facts="digits", run=_digits_read, rng=np.random.default_rng(1)
        ),
    ],
}


def _own(rng):
    """Make a generator to send to the student."""
    return np.random.default_rng(rng.integers(2**32))


def _away_from_zero(rng, shape):
    """Draw numbers of both signs, none closer to 0 than 0.1."""
    signs = rng.permutation(np.resize([1.0, -1.0], int(np.prod(shape)))).reshape(shape)
    return signs * rng.uniform(0.1, 3.0, size=shape)


def _same_facts(facts, student, reference, function, cases):
    """Run a snippet beside the student's function and beside the reference, and compare the facts of what came back."""
    answers = [student.run(function, facts=facts, **inputs) for inputs in cases.values()]
    for (what, inputs), answer in zip(cases.items(), answers, strict=True):
        actual, right = (facts_of(facts, inputs, a) for a in (answer, reference.run(function, **inputs)))
        for fact, value in right.items():
            found = actual.get(fact, "nothing")
            assert_that(found == value, f"{what}: {fact}: expected {value}, got {found}.")


# gradient_norms


def _network(rng, widths, num_examples, positive=False):
    weights = [rng.normal(size=shape) * 1.5 / np.sqrt(shape[0]) for shape in itertools.pairwise(widths)]
    X = rng.normal(size=(num_examples, widths[0]))
    if positive:  # ReLU layers that stay awake, whatever was drawn
        X, weights = np.abs(X) + 0.1, [W + 0.4 for W in weights]
    return X, weights, rng.normal(size=(num_examples, widths[-1])) + 0.2


def _alive(reference, rng, activation, widths, num_examples):
    """Draw a network in which no layer is dead: a norm of 0 has no ratio to compare."""
    while True:
        case = _network(rng, widths, num_examples, activation == "relu")
        if np.all(reference.gradient_norms(*case, activation) > 0):
            return case


def _check_norms(student, reference, rng, activation, *nets):
    cases = [_alive(reference, rng, activation, *net) for net in nets]
    answers = [student.gradient_norms(*case, activation) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"gradient_norms with {len(case[1])} {activation} layers and N = {len(case[0])}"
        assert_shape(answer, (len(case[1]),), what=what)
        right = reference.gradient_norms(*case, activation)
        # Layer by layer: the norms differ in size, and a small one counts as much as a large one.
        assert_close(
            np.asarray(answer) / right, np.ones(len(right)), rtol=1e-3, what=f"{what}, compared layer by layer"
        )


@points(1)
def test_gradient_norms_tanh(student, reference, rng):
    """The norms are right for tanh layers, square and of different widths."""
    _check_norms(student, reference, rng, "tanh", ((4, 4, 4, 4), 3), ((5, 3, 6, 2), 7))


@points(1)
def test_gradient_norms_sigmoid_deep(student, reference, rng):
    """The norms are right in a deep sigmoid network, where they become tiny."""
    _check_norms(student, reference, rng, "sigmoid", ((6,) * 9, 5), ((3, 5, 4), 1))


@points(1)
def test_gradient_norms_relu(student, reference, rng):
    """The norms are right for ReLU layers, and for a single layer."""
    _check_norms(student, reference, rng, "relu", ((3, 5, 4, 2), 6), ((4, 3), 2))


# leaky_relu_forward, leaky_relu_backward, prelu_backward


def _numbers(rng, shape):
    """Draw arrays of floats with numbers of another kind each: tiny, large, nearly equal, whole, some of them 0."""
    return [(1e-4 if k == 0 else 1.0) * array for k, (array,) in enumerate(many_kinds(rng, shape))]


@points(1)
def test_leaky_relu_forward_values(student, reference, rng):
    """Positive numbers pass, negative ones shrink by the slope, in any shape and for any slope from 0 to 1."""
    cases = [(_away_from_zero(rng, shape), slope) for shape, slope in (((9,), 0.2), ((3, 4), 0.0), ((2, 3, 2), 0.7))]
    cases += [(_away_from_zero(rng, (2, 3)), slope) for slope in ends(rng, 0.0, 1.0)]
    cases += [(rng.normal(size=shape), rng.uniform(0.1, 0.9)) for shape in ((1,), *small_shapes((2, 3, 2)))]
    cases += [(Z, rng.uniform(0.1, 0.9)) for Z in (*_numbers(rng, (4, 3)), with_ties(rng, (4, 3)))]
    answers = [student.leaky_relu_forward(*case) for case in cases]
    for (Z, slope), answer in zip(cases, answers, strict=True):
        what = f"leaky_relu_forward(Z, {slope}) with Z of shape {Z.shape}"
        assert_shape(answer, Z.shape, what=what)
        assert_close(answer, reference.leaky_relu_forward(Z, slope), rtol=SINGLE, atol=1e-18, what=what)


@points(1)
def test_leaky_relu_backward_values(student, reference, rng):
    """The gradient agrees with numerical slopes, in any shape and for any slope from 0 to 1."""
    shapes = (((8,), 0.2), ((3, 4), 0.0), ((2, 3, 2), 0.7))
    cases = [(_away_from_zero(rng, shape), _away_from_zero(rng, shape), slope) for shape, slope in shapes]
    others = [(_away_from_zero(rng, (2, 3)), _away_from_zero(rng, (2, 3)), slope) for slope in ends(rng, 0.0, 1.0)]
    for shape in ((1,), *small_shapes((2, 3, 2))):
        others.append((rng.normal(size=shape), _away_from_zero(rng, shape), rng.uniform(0.1, 0.9)))
    for array in (*_numbers(rng, (4, 3)), with_ties(rng, (4, 3))):
        others.append((array, _away_from_zero(rng, (4, 3)), rng.uniform(0.1, 0.9)))
        others.append((rng.normal(size=(4, 3)), array, rng.uniform(0.1, 0.9)))
    answers = [student.leaky_relu_backward(*case) for case in (*cases, *others)]
    for (dout, Z, slope), answer in zip(others, answers[len(cases) :], strict=True):
        what = f"leaky_relu_backward(dout, Z, {slope:.3g}) with Z of shape {Z.shape}"
        assert_shape(answer, Z.shape, what=what)
        if isinstance(answer, np.ndarray):
            answer = np.where(Z == 0, 0.0, answer)  # there is no slope
        right = dout * np.where(Z > 0, 1.0, np.where(Z < 0, slope, 0.0))
        assert_close(answer, right, rtol=SINGLE, atol=1e-18, what=what)
    for (dout, Z, slope), answer in zip(cases, answers, strict=False):
        what = f"leaky_relu_backward(dout, Z, {slope}) with Z of shape {Z.shape}"
        assert_shape(answer, Z.shape, what=what)
        slopes = numerical_gradient(lambda v, g=dout, s=slope: np.sum(g * reference.leaky_relu_forward(v, s)), Z)
        assert_close(answer, slopes, rtol=SINGLE, what=what)


def _check_prelu(student, reference, rng, part):
    cases = [
        (_away_from_zero(rng, shape), _away_from_zero(rng, shape), rng.uniform(0.1, 0.8, size=shape[1]))
        for shape in ((7, 3), (4, 4), (1, 5))
    ]
    others = [(rng.normal(size=(4, 3)), _away_from_zero(rng, (4, 3)), np.array([0.0, -0.5, 1.5]))]
    others += [
        (rng.normal(size=s), _away_from_zero(rng, s), rng.uniform(0.1, 0.8, size=s[1])) for s in ((4, 1), (1, 1))
    ]
    kinds = many_kinds(rng, (4, 3), (4, 3), (3,))
    others += [(1.0 * dout, 1.0 * Z, 1.0 * slope) for dout, Z, slope in kinds]
    dout, Z, slope = others[0]
    tiny = [1e-4 * array for array in kinds[0]]
    others += [(tiny[0], Z, slope), (dout, tiny[1], slope), (dout, -np.abs(Z), tiny[2])]
    others += [(dout, -np.abs(Z), with_ties(rng, (3,), gap=0.005)), (dout[:, :2], Z[:, :2], slope[1:])]
    answers = [student.prelu_backward(*case) for case in (*cases, *others)]
    for (dout, Z, slope), answer in zip(others, answers[len(cases) :], strict=True):
        came = take_apart(answer, ("dZ", "dslope"))[part]
        what = f"{('dZ', 'dslope')[part]} for Z of shape {Z.shape}, with unusual numbers"
        assert_shape(came, (Z, slope)[part].shape, what=what)
        right = (dout * np.where(Z > 0, 1.0, slope), np.sum(dout * np.minimum(Z, 0), axis=0))[part]
        size = float(np.abs(right if part == 0 else dout * Z).max())
        if part == 0 and isinstance(came, np.ndarray):
            came = np.where(Z == 0, right, came)  # there is no slope
        assert_close(came, right, rtol=SINGLE, atol=1e-6 * size, what=what)
    for (dout, Z, slope), answer in zip(cases, answers, strict=False):
        came = take_apart(answer, ("dZ", "dslope"))[part]
        what = f"{('dZ', 'dslope')[part]} for Z of shape {Z.shape}"
        assert_shape(came, (Z, slope)[part].shape, what=what)
        wanted = (
            numerical_gradient(lambda v, g=dout, s=slope: np.sum(g * np.where(v > 0, v, s * v)), Z),
            numerical_gradient(lambda v, g=dout, Z=Z: np.sum(g * np.where(Z > 0, Z, v * Z)), slope),
        )[part]
        assert_close(came, wanted, rtol=SINGLE, atol=1e-7, what=f"{what}, compared with numerical slopes")


@points(1)
def test_prelu_backward_of_inputs(student, reference, rng):
    """dZ agrees with numerical slopes."""
    _check_prelu(student, reference, rng, 0)


@points(1)
def test_prelu_backward_of_slopes(student, reference, rng):
    """dslope has one number for each unit, and agrees with numerical slopes."""
    _check_prelu(student, reference, rng, 1)


# glorot_uniform, he_normal


def _matrix(answer, shape, what):
    assert_shape(answer, shape, what=what)
    W = np.asarray(answer, dtype=np.float64)
    assert_that(np.isfinite(W).all(), f"{what}: some weights are infinite or NaN.")
    return W


def _assert_ratio(value, limit, what):
    assert_that(abs(value - 1) <= limit, f"{what} is {value:.3f} times what it should be.")


def _large_shapes(rng, wide, narrow):
    """Draw a shape of about this size, and one of about the same size that is wider than high."""
    low = np.array([wide, narrow, narrow, wide])
    first, second, third, fourth = (int(size) for size in rng.integers(low, low + 60))
    return [(first, second), (third, fourth)]


@points(1, repeat=False)
def test_glorot_uniform_distribution(student, rng):
    """The weights are uniform, with mean 0 and the right limit, and do not depend on each other."""
    shapes = _large_shapes(rng, 300, 200)
    answers = [student.glorot_uniform(*shape, _own(rng)) for shape in shapes]
    for shape, answer in zip(shapes, answers, strict=True):
        what = f"glorot_uniform{shape}"
        W, limit = _matrix(answer, shape, what), np.sqrt(6 / sum(shape))
        # n = 60,000 uniform numbers or more: the standard deviation is off by 0.0018 of itself (one sigma), the mean
        # by 0.0041 standard deviations, the share below limit / 2 by 0.0020; the limits below are at least 6.9 sigma.
        # The largest of them falls short of 0.999 of the limit with probability 0.999**60,000 < 1e-26.
        _assert_ratio(W.std() / limit * np.sqrt(3), 0.0125, f"{what}: the standard deviation")
        _assert_ratio(np.abs(W).max() / limit, 0.001, f"{what}: the largest weight")
        assert_that(abs(W.mean()) < 0.03 * limit / np.sqrt(3), f"{what}: the mean of the weights is not 0.")
        inner = np.mean(np.abs(W) < limit / 2)
        assert_that(abs(inner - 0.5) < 0.015, f"{what}: small and large weights are not equally likely.")
        assert_that(len(np.unique(W)) > 0.9 * W.size, f"{what}: many weights are the same.")


# The facts round to 0.1: with 12,000 weights the next value is 5.5 sigma away for the mean, more for all others.


def _facts_of_glorot(inputs, answer):
    return uniform_facts(_glorot(inputs["fan_in"], inputs["fan_out"]), answer)


def _facts_of_he(inputs, answer):
    return normal_facts(_he(inputs["fan_in"], inputs["fan_out"]), answer)


@points(1)
def test_glorot_uniform_draws_anew(student, reference, rng):
    """Two matrices drawn one after the other are different, and the limit fits layers that grow and that shrink."""
    shapes = _large_shapes(rng, 200, 60)
    cases = {f"glorot_uniform({m}, {n})": {"fan_in": m, "fan_out": n, "rng": _own(rng)} for m, n in shapes}
    small = student.glorot_uniform(3, 2, _own(rng))  # quickly asked again, with the same rng
    assert_shape(small, (3, 2), what="glorot_uniform(3, 2)")
    _same_facts(_facts_of_glorot, student, reference, _two_uniform_matrices, cases)


@points(0.5, repeat=False)
def test_he_normal_distribution(student, rng):
    """The weights are normal, with mean 0 and the right standard deviation, and do not depend on each other."""
    shapes = _large_shapes(rng, 500, 240)
    answers = [student.he_normal(*shape, _own(rng)) for shape in shapes]
    for shape, answer in zip(shapes, answers, strict=True):
        what = f"he_normal{shape}"
        W, std = _matrix(answer, shape, what), np.sqrt(2 / shape[0])
        # n = 120,000 normal numbers or more: the standard deviation is off by 0.0020 of itself (one sigma), the mean
        # by 0.0029 standard deviations, the share below half a standard deviation (0.383; 0.356 where the tails beyond
        # two are cut off, as Keras does; 0.289 if uniform) by 0.0014: the limits are at least 7 sigma away.
        _assert_ratio(W.std() / std, 0.015, f"{what}: the standard deviation")
        assert_that(abs(W.mean()) < 0.025 * std, f"{what}: the mean of the weights is not 0.")
        small = np.mean(np.abs(W) < W.std() / 2)
        assert_that(0.33 < small < 0.42, f"{what}: the weights do not follow a normal distribution.")
        assert_that(len(np.unique(W)) > 0.9 * W.size, f"{what}: many weights are the same.")


@points(0.5)
def test_he_normal_draws_anew(student, reference, rng):
    """Two matrices drawn one after the other are different, and the spread fits layers that grow and that shrink."""
    shapes = _large_shapes(rng, 200, 60)
    cases = {f"he_normal({m}, {n})": {"fan_in": m, "fan_out": n, "rng": _own(rng)} for m, n in shapes}
    small = student.he_normal(3, 2, _own(rng))  # quickly asked again, with the same rng
    assert_shape(small, (3, 2), what="he_normal(3, 2)")
    _same_facts(_facts_of_he, student, reference, _two_normal_matrices, cases)


# lsuv_init


@points(1)
def test_lsuv_init_layers(student, rng):
    """Every matrix has its shape, is orthogonal, and gives pre-activations of standard deviation 1 on the batch."""
    X, widths = rng.uniform(0, 1, size=(60, 8)), [5, 9, 9, 4]
    weights = student.lsuv_init(X, widths, _own(rng))
    is_list = isinstance(weights, (list, tuple)) and len(weights) == len(widths)
    assert_that(is_list, f"lsuv_init with widths {widths}: expected a list of {len(widths)} matrices.")
    A = X
    for layer, (width, W) in enumerate(zip(widths, weights, strict=True), start=1):
        what = f"lsuv_init with widths {widths} and X of shape {X.shape}: layer {layer}"
        W = _matrix(W, (A.shape[1], width), what)
        G = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
        size = np.trace(G) / len(G)
        upright = np.abs(G - size * np.eye(len(G))).max() <= 1e-3 * size
        sides = "columns" if W.shape[0] >= W.shape[1] else "rows"
        assert_that(upright, f"{what}: the {sides} are not orthogonal to each other and equally long.")
        # A right answer is exact up to rounding, whatever was drawn: the false-alarm rate is 0.
        _assert_ratio(np.std(A @ W), 1e-3, f"{what}: the standard deviation of the pre-activations")
        A = np.maximum(A @ W, 0)


@points(1)
def test_lsuv_init_draws_anew(student, reference, rng):
    """It works for wider, narrower and single units, and draws other matrices from the same rng."""
    # Both signs, so that a single unit is never dead, whichever sign its weight has; yet a mean far from 0.
    single = rng.uniform(3, 9, size=(20, 1)) * np.resize([1, 1, -1], (20, 1))
    batch = rng.normal(size=(40, 6)) + 1
    cases = {
        "lsuv_init for one input and widths [1, 3]": {"X": single, "widths": [1, 3], "rng": _own(rng)},
        "lsuv_init for six inputs and widths [6, 3, 7]": {"X": batch, "widths": [6, 3, 7], "rng": _own(rng)},
    }
    _same_facts("lsuv", student, reference, _two_starts, cases)


# batchnorm_forward, and its bug hunt


def _normed(rng, num_examples, num_units):
    """Draw X, gamma, beta, running_mean, running_var of which no two could be taken for each other."""
    X = rng.normal(size=(num_examples, num_units)) * rng.uniform(0.5, 3, size=num_units) + rng.uniform(1, 4)
    gamma = rng.uniform(1.5, 3, size=num_units) * np.resize([1, -1], num_units)
    beta = rng.uniform(0.3, 0.9, size=num_units)
    return X, gamma, beta, rng.uniform(-2, -1, size=num_units), rng.uniform(3, 6, size=num_units)


_BATCHNORM = ("out", "running_mean", "running_var")


def _check_batchnorm(student, reference, rng, training, shapes, parts, eps):
    cases = [
        (*_normed(rng, *shape), momentum, eps, training) for shape, momentum in zip(shapes, (0.9, 0.7), strict=True)
    ]
    answers = [student.batchnorm_forward(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        answer, right = take_apart(answer, _BATCHNORM), reference.batchnorm_forward(*case)
        for part in parts:
            what = f"{_BATCHNORM[part]} with X of shape {case[0].shape} and training={training}"
            assert_shape(answer[part], np.shape(right[part]), what=what)
            assert_close(answer[part], right[part], rtol=SINGLE, what=what)


@points(1)
def test_batchnorm_forward_training(student, reference, rng):
    """In training, the output is right: normalised over the batch, scaled and shifted."""
    _check_batchnorm(student, reference, rng, True, ((8, 3), (5, 5)), (0,), 0.05)


@points(0.5)
def test_batchnorm_forward_statistics(student, reference, rng):
    """In training, the running statistics move by the right amount towards those of the batch."""
    _check_batchnorm(student, reference, rng, True, ((6, 4), (3, 3)), (1, 2), 0.05)


@points(1)
def test_batchnorm_forward_inference(student, reference, rng):
    """In inference, the running statistics are used and left as they are, also for a single example."""
    _check_batchnorm(student, reference, rng, False, ((1, 4), (6, 3)), (0, 1, 2), 0.05)


@points(0.5)
def test_batchnorm_forward_constant_unit(student, reference, rng):
    """A unit that is the same for all examples gives beta, and no division by zero."""
    X, *others = _normed(rng, 6, 4)
    X[:, 2] = 7.0
    case = (X, *others, 0.8, 0.01, True)
    answer = take_apart(student.batchnorm_forward(*case), _BATCHNORM)
    assert_close(
        answer, reference.batchnorm_forward(*case), rtol=SINGLE, what="out and statistics with a constant unit"
    )


def _check_inference(student, reference, rng, *shapes):
    cases = [(*_normed(rng, *shape), 0.05) for shape in shapes]
    answers = [student.batchnorm_inference_broken(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"batchnorm_inference_broken with X of shape {case[0].shape}"
        assert_shape(answer, case[0].shape, what=what)
        assert_close(answer, reference.batchnorm_inference_broken(*case), rtol=SINGLE, what=what)


@points(1)
def test_batchnorm_inference_broken_single(student, reference, rng):
    """A single example is normalised by the running statistics."""
    _check_inference(student, reference, rng, (1, 5), (1, 1))


@points(1)
def test_batchnorm_inference_broken_batch(student, reference, rng):
    """The examples of a batch are normalised by the running statistics."""
    _check_inference(student, reference, rng, (7, 3), (4, 4))


# batchnorm_backward

_SLOPES = ("dX", "dgamma", "dbeta")


def _check_batchnorm_slopes(student, reference, rng, shapes, parts):
    cases = []
    for shape in shapes:
        X, gamma, *_ = _normed(rng, *shape)
        cases.append((rng.normal(size=shape) + 0.5, X, gamma, 0.3))
    answers = [student.batchnorm_backward(*case) for case in cases]

    def loss(dout, X, gamma, beta, eps):
        zero = np.zeros(X.shape[1])
        return np.sum(dout * reference.batchnorm_forward(X, gamma, beta, zero, zero, 0.9, eps, True)[0])

    for (dout, X, gamma, eps), answer in zip(cases, answers, strict=True):
        answer, zero = take_apart(answer, _SLOPES), np.zeros(X.shape[1])
        functions = (
            (lambda v, g=dout, s=gamma, b=zero, e=eps: loss(g, v, s, b, e), X),
            (lambda v, g=dout, X=X, b=zero, e=eps: loss(g, X, v, b, e), gamma),
            (lambda v, g=dout, X=X, s=gamma, e=eps: loss(g, X, s, v, e), zero),
        )
        for part in parts:
            what = f"{_SLOPES[part]} for X of shape {X.shape}"
            assert_shape(answer[part], functions[part][1].shape, what=what)
            slopes = numerical_gradient(*functions[part])
            assert_close(answer[part], slopes, rtol=LOOSE, atol=1e-6, what=f"{what}, compared with numerical slopes")


@points(1.5)
def test_batchnorm_backward_of_inputs(student, reference, rng):
    """dX agrees with numerical slopes."""
    _check_batchnorm_slopes(student, reference, rng, ((7, 3), (4, 4)), (0,))


@points(1)
def test_batchnorm_backward_of_parameters(student, reference, rng):
    """dgamma and dbeta agree with numerical slopes."""
    _check_batchnorm_slopes(student, reference, rng, ((6, 2), (3, 3)), (1, 2))


@points(0.5)
def test_batchnorm_backward_few_examples(student, reference, rng):
    """Two examples work as well."""
    _check_batchnorm_slopes(student, reference, rng, ((2, 5),), (0, 1, 2))


# dropout_forward, dropout_backward


@points(1, repeat=False)
def test_dropout_forward_training(student, rng):
    """In training, the right share is dropped, each element on its own, and the rest is scaled up."""
    cases = [(_away_from_zero(rng, (100, 120)), drop_rate, _own(rng), True) for drop_rate in (0.2, 0.9)]
    answers = [student.dropout_forward(*case) for case in cases]
    for (X, drop_rate, *_), answer in zip(cases, answers, strict=True):
        what = f"dropout_forward with drop_rate {drop_rate} in training"
        out, mask = take_apart(answer, ("out", "mask"))
        out, mask = _matrix(out, X.shape, f"{what}: out"), _matrix(mask, X.shape, f"{what}: mask")
        assert_that(np.isin(mask, [0, 1]).all(), f"{what}: the mask holds other numbers than 0 and 1.")
        # n = 12,000 elements: the share that stays is off by 0.0037 (0.2) or 0.0027 (0.9), one sigma: the limit is at
        # least 6.8 sigma. A row or column of 100 is all 1 with probability 220 * 0.8**100 = 4e-8.
        share = mask.mean()
        assert_that(abs(share - 1 + drop_rate) < 0.025, f"{what}: a share of {share:.3f} stays.")
        if drop_rate < 0.5:
            mixed = [0 < share.min() <= share.max() < 1 for share in (mask.mean(axis=0), mask.mean(axis=1))]
            assert_that(all(mixed), f"{what}: whole rows or columns stay or go. Each element decides on its own.")
        assert_close(out, X * mask / (1 - drop_rate), rtol=SINGLE, what=f"{what}: out, given your mask")


@points(0.5)
def test_dropout_forward_draws_anew(student, reference, rng):
    """Two masks drawn one after the other are different, and both drop the right share."""
    cases = {}
    for drop_rate in (0.2, 0.7):
        # n = 7,200: the share is off by 0.0054 at most (one sigma), and would be rounded differently at 0.05. Two equal
        # columns of 80, where each element agrees with probability 0.68 or less: 4,005 * 0.68**80 = 2e-10.
        inputs = {"X": _away_from_zero(rng, (80, 90)), "drop_rate": drop_rate, "rng": _own(rng), "training": True}
        cases[f"dropout_forward with drop_rate {drop_rate}"] = inputs
    small = student.dropout_forward(np.ones((4, 3)), 0.2, _own(rng), True)  # quickly asked again, with the same rng
    assert_shape(take_apart(small, ("out", "mask"))[0], (4, 3), what="out with X of shape (4, 3)")
    _same_facts("dropout", student, reference, _dropped_twice, cases)


@points(0.5)
def test_dropout_forward_inference(student, rng):
    """In inference, and with drop_rate 0, everything passes as it is, and the mask holds ones."""
    X = _away_from_zero(rng, (4, 6))
    answers = [student.dropout_forward(X, rate, _own(rng), training) for rate, training in ((0.3, False), (0.0, True))]
    for what, answer in zip(("in inference", "with drop_rate 0"), answers, strict=True):
        out, mask = take_apart(answer, ("out", "mask"))
        assert_close(out, X, rtol=SINGLE, what=f"out {what}", strict_shape=True)
        assert_close(mask, np.ones(X.shape), rtol=SINGLE, what=f"the mask {what}", strict_shape=True)


@points(1)
def test_dropout_backward_values(student, reference, rng):
    """The gradient passes where the mask is 1, with the factor of the forward pass."""
    cases = []
    for shape, drop_rate in (((7,), 0.2), ((3, 5), 0.9), ((2, 3, 4), 0.0)):
        mask = rng.permutation(np.resize([1.0, 0.0, 1.0], int(np.prod(shape)))).reshape(shape)
        cases.append((rng.normal(size=shape), mask if drop_rate else np.ones(shape), drop_rate))
    for dout in (*_numbers(rng, (4, 3)), with_ties(rng, (4, 3))):
        mask = rng.permutation(np.resize([1.0, 0.0, 1.0], 12)).reshape(4, 3)
        mask[1] = 0.0
        cases.append((dout, mask, rng.uniform(0.1, 0.7)))
    for shape in ((1,), *small_shapes((2, 3, 2))):
        cases.append((rng.normal(size=shape) + 2, np.ones(shape), rng.uniform(0.1, 0.7)))
    answers = [student.dropout_backward(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"dropout_backward with drop_rate {case[2]} and dout of shape {case[0].shape}"
        assert_shape(answer, case[0].shape, what=what)
        assert_close(answer, reference.dropout_backward(*case), rtol=SINGLE, atol=1e-18, what=what)


# l1_l2_penalty


def _check_penalty(student, reference, rng, part):
    W = _away_from_zero(rng, (3, 4))
    W[1, 2] = 0.0
    cases = [(W, *rng.uniform(0.1, 0.4, size=2) * [1, 0.2]), (W[0], 0.0, 0.3), (W[:, :2], 0.7, 0.0), (W, 0.0, 0.0)]
    cases += [(W, *rng.uniform(2, 4, size=2)), (W * 0.01, *rng.uniform(0.01, 0.04, size=2))]
    cases += [(array, *rng.uniform(0.1, 0.4, size=2)) for array in (*_numbers(rng, (4, 3)), with_ties(rng, (4, 3)))]
    cases += [
        (_away_from_zero(rng, shape), *rng.uniform(0.1, 0.4, size=2)) for shape in ((1,), *small_shapes((2, 3, 2)))
    ]
    answers = [student.l1_l2_penalty(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        came, right = take_apart(answer, ("penalty", "dW"))[part], reference.l1_l2_penalty(*case)[part]
        what = f"{('penalty', 'dW')[part]} for W of shape {case[0].shape}, l1 = {case[1]:.2f}, l2 = {case[2]:.2f}"
        assert_shape(came, np.shape(right), what=what)
        assert_close(came, right, rtol=SINGLE, atol=1e-18, what=what)


@points(1)
def test_l1_l2_penalty_value(student, reference, rng):
    """The penalty is right, with both prices and with one of them."""
    _check_penalty(student, reference, rng, 0)


@points(1)
def test_l1_l2_penalty_gradient(student, reference, rng):
    """The gradient is right, also where a weight is 0."""
    _check_penalty(student, reference, rng, 1)


# early_stopping


def _losses(rng, patience, waits, *, stops):
    """Draw losses with a new best after each wait; in the end patience runs out and a lower loss comes too late.

    Args:
        rng: the generator.
        patience: see `early_stopping`.
        waits: for each new best, how many epochs before it bring none; each is below patience.
        stops: whether patience runs out; else the losses end one epoch earlier.
    """
    best = float(rng.uniform(5, 9))
    losses = [best]
    for wait in [*waits, patience if stops else patience - 1]:
        # Some are as low as the best, others fall and rise again without reaching it.
        above = rng.uniform(0.05, 0.9, size=wait) * (np.arange(wait) % 3 > 0 if rng.random() < 0.5 else 1)
        losses += [float(best + gap) for gap in above]
        best -= float(rng.uniform(0.05, 0.4))
        losses.append(best)
    return losses if stops else losses[:-1]


def _waits(rng, patience):
    """Draw how long the waits for a new best are: the longest allowed is among them."""
    waits = [int(wait) for wait in rng.integers(0, patience, size=rng.integers(2, 6))]
    return [int(wait) for wait in rng.permutation([*waits, patience - 1, patience - 1])]


def _check_stop(student, reference, questions):
    answers = [student.early_stopping(*question) for question in questions]
    for (losses, patience), answer in zip(questions, answers, strict=True):
        pair = take_apart(answer, ("stop_epoch", "best_epoch"))
        right = reference.early_stopping(losses, patience)
        for name, actual, wanted in zip(("stop_epoch", "best_epoch"), pair, right, strict=True):
            assert_close(actual, wanted, what=f"{name} for {len(losses)} losses and patience {patience}")


@points(1)
def test_early_stopping_stops(student, reference, rng):
    """It stops after exactly as many epochs without a new best as its patience allows."""
    patiences = [1, 2, 3, *(int(patience) for patience in rng.integers(2, 7, size=3))]
    questions = [(_losses(rng, patience, _waits(rng, patience), stops=True), patience) for patience in patiences]
    equal = [5.0, *[4.0] * int(rng.integers(4, 9)), 1.0]
    questions += [(equal, 3), (equal[1:], 2)]
    for scale, shift in ((1e-5, 0.5), (1e-9, 0.0), (1e4, 0.0), (1.0, -20.0)):  # small steps, small, large, below 0
        patience = int(rng.integers(2, 5))
        losses = shift + scale * np.array(_losses(rng, patience, _waits(rng, patience), stops=True))
        questions += [(losses.tolist(), patience), (losses, patience)]
    near = np.array([1.0, 0.997, 0.994, 1.0, 0.993, 1.0, 1.0, 0.5])
    zero = np.array([1.0, 5e-4, 0.0, 2.0, 2.0, 2.0, -1.0])
    questions += [(near, 2), (zero, 3), (np.zeros(4), 2), (np.array([2.0, 1.0]), 3), (np.array([1.0]), 1)]
    _check_stop(student, reference, questions)


@points(1)
def test_early_stopping_runs_out(student, reference, rng):
    """When the losses end first, the last epoch is the last one, and the best is the first of the lowest."""
    patiences = [int(patience) for patience in rng.integers(2, 7, size=4)]
    questions = [(_losses(rng, patience, _waits(rng, patience), stops=False), patience) for patience in patiences]
    falling = [float(loss) for loss in np.sort(rng.uniform(1, 3, size=rng.integers(4, 12)))[::-1]]
    twice = [2.0, *falling, falling[-1]]
    _check_stop(student, reference, [*questions, (falling, 2), ([5.0], 1), (twice, 6)])


# augment_shift


def _find_shifts(images, moved, max_shift):
    """Find by how much each image was moved: array of (dy, dx), shape (N, 2), or None where nothing fits."""
    _, height, width = images.shape
    framed = np.pad(images, ((0, 0), (max_shift, max_shift), (max_shift, max_shift)))
    found = np.full((len(images), 2), np.nan)
    for y in range(2 * max_shift + 1):
        for x in range(2 * max_shift + 1):
            window = framed[:, y : y + height, x : x + width]
            found[np.abs(window - moved).max(axis=(1, 2)) < 1e-5] = max_shift - y, max_shift - x
    return found


@points(1, repeat=False)
def test_augment_shift_moves(student, rng):
    """Every image is moved as a whole, all shifts are equally frequent, and both ends are among them."""
    images = rng.uniform(0.2, 1, size=(1200, 4, 5))
    moved = student.augment_shift(images, _own(rng), 2)
    assert_shape(moved, images.shape, what="augment_shift with 1200 images of 4 by 5 pixels")
    shifts = _find_shifts(images, np.asarray(moved, dtype=np.float64), 2)
    strange = int(np.isnan(shifts[:, 0]).sum())
    assert_that(
        strange == 0, f"{strange} of 1200 images are no shifted copy by at most 2 pixels, filled up with zeros."
    )
    counts = np.unique(shifts, axis=0, return_counts=True)[1]
    assert_that(len(counts) == 25, f"With max_shift=2 there are 25 different shifts; {len(counts)} of them occur.")
    # 1,200 draws of 25 shifts: one is missing with probability 25 * 0.96**1200 < 1e-19; chi-square with 24 degrees of
    # freedom is above 85 with probability 1e-7.
    chi_square = np.sum((counts - 48) ** 2) / 48
    assert_that(chi_square < 85, "Some shifts are much more frequent than others.")


@points(1)
def test_augment_shift_of_a_dot(student, reference, rng):
    """A dot turns up at all places it can reach, or leaves the picture, and never comes in on the other side."""
    # A place is missing with probability 9 * (8/9)**300 = 4e-15 or 25 * 0.96**500 = 3e-8; half of all pictures stay as
    # they are (expected: 1 in 9) with less.
    height, width = (int(size) for size in rng.integers(5, 9, size=2))
    row, column = int(rng.integers(2, height - 2)), int(rng.integers(2, width - 2))
    dots = {
        "a dot in the middle": (300, 1, row, column),
        "a dot at the edge": (300, 1, int(rng.choice([0, height - 1])), column),
        "a dot that moves by up to 2 pixels": (500, 2, row, column),
    }
    cases = {}
    for name, (count, max_shift, y, x) in dots.items():
        images = _dots(count, height, width, y, x) * rng.uniform(0.3, 1, size=(count, 1, 1))
        cases[f"augment_shift with {name}"] = {"images": images, "max_shift": max_shift, "rng": _own(rng)}
    images = rng.uniform(1, 9, size=(2, 3, 4))
    small = student.augment_shift(images, _own(rng), 1)  # small, so that it is quickly asked again with the same rng
    assert_shape(small, images.shape, what="augment_shift with two images")
    same = student.augment_shift(images, _own(rng), 0)
    assert_close(same, images, what="augment_shift with max_shift=0", strict_shape=True)
    _same_facts("shifts", student, reference, _shifted_twice, cases)


# train_regularised


def _pictures():
    """The digits of the notebook's own test, centred and shifted in three ways."""
    digits = data.load_digits(rng=np.random.default_rng(20))
    framed = np.pad(digits.X_test.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    shifted = [framed[:, y : y + 8, x : x + 8].reshape(-1, 64) for y, x in ((0, 1), (1, 0), (2, 2))]
    return digits, [digits.X_test, np.concatenate(shifted)]


def _facts_of_reading(inputs, scores):
    """State how many digits are read; their new names are found in the labels that were given."""
    digits, _ = _pictures()
    names = np.zeros(10, dtype=int)
    names[digits.y_train[:200]] = inputs["y"]
    return digits_facts({}, {"centred": scores[0], "shifted": scores[1], "y": names[digits.y_test]})


@points(1, repeat=False, seconds=60)
def test_train_regularised_model(student, rng):
    """The model gives ten scores for each picture, and passes the test of the notebook."""
    # The labels are renamed, so that nothing known about the digits helps.
    digits, pictures = _pictures()
    names = rng.permutation(10)
    inputs = {"X": digits.X_train[:200], "y": names[digits.y_train[:200]], "pictures": pictures, "rng": _own(rng)}
    answer = student.run(_scores_of_pictures, facts=_facts_of_reading, **inputs)
    scores = take_apart(answer, ("scores of centred digits", "scores of shifted digits"))
    limits = (("centred", 597, 0.8), ("shifted", 1791, 0.75))
    for part, (name, count, limit) in zip(scores, limits, strict=True):
        assert_shape(part, (count, 10), what=f"train_regularised: the scores of {count} {name} digits")
        right = np.tile(names[digits.y_test], count // 597)
        share = np.mean(np.argmax(part, axis=1) == right)
        assert_that(share >= limit, f"{share:.1%} of the {name} digits were read. Asked: {limit:.0%}.")


@points(2, repeat=False, seconds=60)
def test_train_regularised_reads_shifted_digits(student, rng):
    """At least 75 % of shifted handwritten digits that were not in X are read."""
    from sklearn.datasets import load_digits

    # The labels are renamed, so that nothing known about the digits helps.
    digits = load_digits()
    order, names = rng.permutation(1797), rng.permutation(10)
    X, y = digits.data[order] / 16.0, names[digits.target[order]]
    framed = np.pad(X[200:].reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    places = rng.integers(0, 3, size=(len(framed), 2))
    shifted = np.array([image[y : y + 8, x : x + 8] for image, (y, x) in zip(framed, places, strict=True)])
    inputs = {"X": X[:200], "y": y[:200], "pictures": [shifted.reshape(-1, 64)], "rng": _own(rng)}
    (scores,) = take_apart(student.run(_scores_of_pictures, **inputs), ("scores",))
    assert_shape(scores, (1597, 10), what="the model's scores of 1,597 pictures")
    share = np.mean(np.argmax(np.asarray(scores), axis=1) == y[200:])
    # Right answers: 89.0 % and 90.2 %, standard deviation 1.2 and 1.1 (34 seeds); the plain network: 38 % (8 seeds).
    assert_that(share >= 0.75, f"{share:.1%} of the shifted digits were read. Asked: 75 %.")
