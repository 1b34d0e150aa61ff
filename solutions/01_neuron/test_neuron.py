"""Checks of lesson 01 "One neuron": the student's functions against the reference, on inputs nobody has seen."""

import functools

import numpy as np

from dnnkit.facts import FACTS
from dnnkit.gradcheck import numerical_gradient
from grading.lessons.checking import assert_close, assert_quiet, assert_shape, assert_that, example, points, take_apart
from grading.lessons.inputs import (
    labels_with_gaps,
    magnitudes,
    mixed_rows,
    spread_rows,
    whole_numbers,
    with_ties,
)

TRAINS = ("fit_softmax",)  # a sample of machine-made mutants is enough: each costs seconds
SINGLE = 1e-5  # relative tolerance that answers computed in float32 keep
shown = functools.partial(example, rtol=SINGLE)
roughly = functools.partial(example, rtol=1e-4)  # where float32 loses a digit, in many steps or large scores


def _three_classes():
    """Draw examples as hard to learn as the digits: what is enough there is enough here, and hardly less is."""
    rng = np.random.default_rng(5)
    y = rng.permutation(np.repeat([0, 1, 2], [180, 60, 60]))
    X = rng.uniform(0, 0.3, size=(300, 4))
    X[np.arange(300), y] += 0.7 * (y > 0)  # class 0 has no feature of its own: only its bias speaks for it
    return {"X": np.round(X, 1), "y": y}


_DIAGNOSED = {
    "three examples with two features": {
        "X": np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]),
        "y": np.array([1.0, 1.0, 0.0]),
        "w": np.array([0.5, -1.0]),
        "b": 0.25,
    },
    "as many examples as features": {
        "X": np.array([[2.0, 1.0], [-1.0, 3.0]]),
        "y": np.array([0, 1]),
        "w": np.array([1.0, -0.5]),
        "b": -0.5,
    },
    "a single example": {"X": np.array([[2.0, -1.0]]), "y": np.array([1]), "w": np.zeros(2), "b": 0.0},
}

EXAMPLES = {
    "sigmoid": [
        shown("0 gives one half, and the curve rises", z=np.array([0.0, 1.0, -1.0, 4.0])),
        shown("the shape stays as it is, here with whole numbers", z=np.array([[0, 2, -2], [3, -3, 1]])),
        shown("a plain number", z=-2),
        shown("large numbers give no warning", quiet=True, z=np.array([10000.0, -10000.0, 30.0])),
    ],
    "neuron": [
        shown(
            "three examples with two features",
            X=np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]),
            w=np.array([0.5, -1.0]),
            b=0.25,
        ),
        shown("as many examples as features", X=np.array([[2.0, 1.0], [0.0, 1.0]]), w=np.array([1.0, -2.0]), b=-0.5),
        shown("a single example", X=np.array([[1.0, -1.0, 2.0]]), w=np.array([0.5, 1.0, 0.5]), b=-1.5),
    ],
    "logistic_loss": [
        shown("a neuron that knows nothing costs log 2", z=np.array([0.0, 0.0, 0.0]), y=np.array([0, 1, 1])),
        shown("one right, one wrong, one unsure", z=np.array([2.0, 3.0, -0.5]), y=np.array([1.0, 0.0, 1.0])),
        shown("very sure and wrong costs much", z=np.array([10000.0, -10000.0]), y=np.array([0.0, 1.0])),
        shown("very sure and right costs nothing", z=np.array([10000.0, -10000.0]), y=np.array([1.0, 0.0])),
    ],
    "logistic_gradient": [shown(title, **inputs) for title, inputs in _DIAGNOSED.items()],
    "logistic_gradient_broken": [shown(title, **inputs) for title, inputs in _DIAGNOSED.items()],
    "minibatches": [
        shown(title, facts="partition", num_examples=n, batch_size=size, rng=np.random.default_rng(seed))
        for title, n, size, seed in (
            ("the last minibatch is smaller", 14, 4, 3001),
            ("minibatches of equal size", 15, 5, 3002),
            ("fewer examples than batch_size", 3, 8, 3003),
            ("a few hundred examples", 300, 100, 3004),
        )
    ],
    "fit_logistic": [
        roughly(
            "three epochs with all examples in one minibatch",
            X=np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),
            y=np.array([1.0, 0.0, 1.0]),
            learning_rate=0.5,
            num_epochs=3,
            batch_size=3,
            rng=np.random.default_rng(1),
        ),
        roughly(
            "three steps an epoch: five examples, all alike, in minibatches of two",
            X=np.array([[1.0, 2.0]] * 5),
            y=np.ones(5),
            learning_rate=0.5,
            num_epochs=2,
            batch_size=2,
            rng=np.random.default_rng(2),
        ),
        roughly(
            "two examples that share no feature, one at a time: their order does not matter",
            X=np.array([[1e6, 0.0], [0.0, 2e6]]),
            y=np.ones(2),
            learning_rate=1e-12,
            num_epochs=2,
            batch_size=1,
            rng=np.random.default_rng(3),
        ),
        roughly(
            "eight epochs with two minibatches of two examples, in any order",
            facts="descent",
            X=np.array([[1.0, 0.5], [1.0, 0.5], [-0.5, 2.0], [2.0, -1.0]]),
            y=np.array([1.0, 0.0, 1.0, 0.0]),
            learning_rate=0.5,
            num_epochs=8,
            batch_size=2,
            rng=np.random.default_rng(4),
        ),
    ],
    "softmax": [
        roughly("two examples, three classes", z=np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])),
        roughly("as many examples as classes", z=np.array([[0.0, 1.0], [3.0, 0.0]])),
        roughly("large scores", quiet=True, z=np.array([[800.0, 799.0, 0.0], [-800.0, -800.0, -801.0]])),
    ],
    "softmax_cross_entropy": [
        roughly("equal scores cost log C", logits=np.zeros((2, 4)), labels=np.array([3, 0])),
        roughly(
            "three examples, four classes",
            logits=np.array([[2.0, 0.0, 1.0, -1.0], [1.0, 3.0, 0.0, 0.5], [0.0, -2.0, 1.0, 1.5]]),
            labels=np.array([2, 1, 0]),
        ),
        roughly(
            "large scores, and as many examples as classes",
            logits=np.array([[800.0, 799.0], [-800.0, -801.0]]),
            labels=np.array([1, 0]),
        ),
        roughly(
            "a hopeless score costs about as much as it lacks", logits=np.array([[0.0, 1000.0]]), labels=np.array([0])
        ),
    ],
    "fit_softmax": [
        shown(
            "as many examples as classes, one of which does not occur",
            facts="classifier",
            X=np.array([[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 2.0, 0.0, 0.0]]),
            y=np.array([1, 2, 1]),
            num_classes=3,
            rng=np.random.default_rng(1),
        ),
        shown(
            "300 examples of three classes, about as hard to learn as the digits",
            facts="classifier",
            **_three_classes(),
            num_classes=3,
            rng=np.random.default_rng(2),
        ),
    ],
}


def _some_examples(rng, num_examples, num_features):
    """Draw X, y, w, b; labels are mixed, mostly 1, and b is well below 0, so that no slope is near 0 by chance."""
    X = rng.normal(size=(num_examples, num_features))
    y = np.ones(num_examples)
    y[rng.permutation(num_examples)[: num_examples // 3]] = 0.0
    return X, y, rng.normal(size=num_features), -rng.uniform(0.8, 1.6)


# sigmoid


@points(0.5)
def test_sigmoid_values(student, reference, rng):
    """The values of the curve are right, also for whole numbers, zeros, equal, tiny and very negative numbers."""
    cases = [whole_numbers(rng, 9, -4, 4), rng.normal(size=9) * 3, mixed_rows(rng, 4), rng.uniform(-11, -7, size=9)]
    names = ("whole numbers", "sigmoid(z)", "numbers of many sizes", "z between -11 and -7")
    answers = [student.sigmoid(z) for z in cases]
    for name, z, a in zip(names, cases, answers, strict=True):
        what = name if name == "sigmoid(z)" else f"sigmoid(z) with {name}"
        assert_close(a, reference.sigmoid(z), rtol=SINGLE if np.max(z) > 0 else 1e-3, what=what)


@points(0.5)
def test_sigmoid_shape(student, reference, rng):
    """The result has the shape of z, whatever that is, also if z is empty; a plain number gives a number."""
    shapes = ((1,), (3, 2), (4, 1), (2, 1, 3), (3, 2, 1), (0, 3))
    cases = [rng.normal(size=shape) for shape in shapes] + [-float(rng.uniform(0.5, 3)), int(rng.integers(2, 5))]
    answers = [student.sigmoid(z) for z in cases]
    for z, a in zip(cases, answers, strict=True):
        what = f"sigmoid(z) with z of shape {np.shape(z)}" if np.ndim(z) else "sigmoid(z) with a plain number z"
        assert_shape(a, np.shape(z), what=what)
        assert_close(a, reference.sigmoid(z), rtol=SINGLE, what=what)


@points(1)
def test_sigmoid_large_numbers(student, reference, rng):
    """Numbers as large as 10,000, and two of size 1e30, of either sign give the right value and no warning."""
    z = np.concatenate([[1e4, -1e4, 1e30, -1e30], rng.uniform(800, 9000, size=3) * [1, -1, 1], rng.normal(size=2)])
    a = student.sigmoid(z)
    assert_close(a, reference.sigmoid(z), rtol=SINGLE, what="sigmoid(z) with large z of either sign")
    assert_quiet(student, what="sigmoid(z) with large z of either sign")


# neuron


def _scaled(X, w, factor):
    """Make X larger and w smaller by the same factor: every score stays as it is."""
    return X * factor, w / factor


@points(1)
def test_neuron_activations(student, reference, rng):
    """The activations of several examples are right, for features and weights of every size, and whole ones."""
    drawn = [_some_examples(rng, *shape) for shape in ((7, 3), (4, 4))]
    cases = [(X, w, b) for X, _, w, b in drawn]
    w = 0.1 * np.append(with_ties(rng, (4,), gap=rng.choice([0.0, 0.005])), [0.0, 0.05])
    cases += [(*_scaled(mixed_rows(rng, 6, largest=50), w, factor), 0.0) for factor in (1.0, 1e-6, 1e6)]
    cases.append((whole_numbers(rng, (5, 2)), whole_numbers(rng, 2), 1))
    answers = [student.neuron(*case) for case in cases]
    for (X, w, b), a in zip(cases, answers, strict=True):
        assert_close(a, reference.neuron(X, w, b), rtol=SINGLE, what=f"neuron(X, w, b) with X of shape {X.shape}")


@points(0.5)
def test_neuron_one_example(student, reference, rng):
    """A single example works too, and gives shape (1,)."""
    X, _, w, b = _some_examples(rng, 1, 5)
    cases = [(X, w, b), (X, np.zeros(5), b)]
    answers = [student.neuron(*case) for case in cases]
    for case, a in zip(cases, answers, strict=True):
        assert_shape(a, (1,), what="neuron(X, w, b) with one example")
        assert_close(a, reference.neuron(*case), rtol=SINGLE, what="neuron(X, w, b) with one example")


@points(0.5)
def test_neuron_shape(student, reference, rng):
    """The result is one number per example, shape (N,), also with a single feature."""
    cases = [_some_examples(rng, 6, num_features) for num_features in (2, 1)]
    answers = [student.neuron(X, w, b) for X, _, w, b in cases]
    for (X, _, w, b), a in zip(cases, answers, strict=True):
        what = f"neuron(X, w, b) with X of shape {X.shape}"
        assert_shape(a, (6,), what=what)
        assert_close(a, reference.neuron(X, w, b), rtol=SINGLE, what=what)


# logistic_loss


@points(0.5)
def test_logistic_loss_of_ignorance(student, rng):
    """A neuron that always says one half loses log 2 per example, and one that is as sure of each what it is of one."""
    count, score = int(rng.integers(4, 9)), float(rng.uniform(0.5, 2))
    y = rng.permutation([0, 0, 1, 1, *[1] * (count - 4)])
    cases = {"all z = 0": (np.zeros(count), y, np.log(2))}
    cases["all z the same"] = (np.full(count, score), np.ones(count, dtype=int), np.log1p(np.exp(-score)))
    answers = [student.logistic_loss(z, labels) for z, labels, _ in cases.values()]
    for (name, (_, _, right)), loss in zip(cases.items(), answers, strict=True):
        assert_close(loss, right, rtol=SINGLE, what=f"logistic_loss(z, y) with {name}")


@points(0.5)
def test_logistic_loss_values(student, reference, rng):
    """The mean loss is right, for whole numbers or not, for one example, and for scores of many sizes."""
    z, y = rng.normal(size=9) * 2, rng.permutation([0, 0, 0, 1, 1, 1, 1, 1, 1])
    many = np.concatenate([3 * with_ties(rng, (3,), gap=0.005), [0.0], magnitudes(rng, 3, 1e-3, 5e-3)])
    cases = [(z, y), (z[:4], y[:4].astype(float)), (z[:1], y[:1]), (whole_numbers(rng, 9), y)]
    cases += [(many, y[:7]), (many[::-1], y[:7]), (magnitudes(rng, 5, 1e-8, 1e-6), y[:5].astype(float))]
    answers = [student.logistic_loss(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"logistic_loss(z, y) with N = {len(case[0])}"
        assert_shape(answer, (), what=what)
        assert_close(answer, reference.logistic_loss(*case), rtol=SINGLE, what=what)


@points(1)
def test_logistic_loss_large_logits(student, reference, rng):
    """Logits as large as a million of either sign give the right loss, and sure answers cost the little they must."""
    size = rng.uniform(2e4, 1e6)
    cases = [(sign * size, label) for sign in (1, -1) for label in (0.0, 1.0)]
    answers = [student.logistic_loss(np.array([z, 0.5]), np.array([y, 1.0])) for z, y in cases]
    sure = {tolerance: rng.uniform(*between, size=4) for between, tolerance in (((5.5, 8), 0.01), ((10.2, 11), 0.1))}
    labels = np.array([0, 1, 1, 0])
    small = [student.logistic_loss((2 * labels - 1) * z, labels) for z in sure.values()]
    for (z, y), answer in zip(cases, answers, strict=True):
        right = reference.logistic_loss(np.array([z, 0.5]), np.array([y, 1.0]))
        side = "large and positive" if z > 0 else "large and negative"
        assert_close(answer, right, rtol=SINGLE, what=f"logistic_loss(z, y) with a {side} z and label {y:g}")
    for (tolerance, z), answer in zip(sure.items(), small, strict=True):
        right = reference.logistic_loss((2 * labels - 1) * z, labels)
        assert_close(answer, right, rtol=tolerance, what="logistic_loss(z, y) where all are right and rather sure")


# logistic_gradient, and its bug hunt


def _check_slopes(gradient, reference, rng, part):
    """Compare dw (part 0) or db (part 1) with central differences of the loss, and on numbers of many sizes."""
    cases = [_some_examples(rng, num_examples, num_features) for num_examples, num_features in ((5, 5), (8, 3))]
    w = 0.1 * np.append(with_ties(rng, (4,), gap=rng.choice([0.0, 0.005])), [0.0, 0.05])
    y = rng.permutation(np.arange(10) % 2)
    for factor in (1.0, 1e-6, 1e6):
        X, v = _scaled(mixed_rows(rng, 6, largest=50), w, factor)
        cases.append((X, y, v, 0.0))
    sure = 0.1 * rng.normal(size=(4, 2)), np.ones(4), np.array([0.5, -0.5]), rng.uniform(5.5, 6.5)
    answers = [gradient(*case) for case in (*cases, sure)]
    for (X, y, w, b), answer in zip(cases[:2], answers, strict=False):
        slope = take_apart(answer, ("dw", "db"))[part]
        numeric = (
            numerical_gradient(lambda v, X=X, y=y, b=b: reference.logistic_loss(X @ v + b, y), w),
            numerical_gradient(lambda v, X=X, y=y, w=w: reference.logistic_loss(X @ w + v, y), b),
        )[part]
        what = f"{('dw', 'db')[part]} for X of shape {X.shape}, compared with numerical slopes of the loss"
        assert_close(slope, numeric, rtol=SINGLE, atol=1e-6, what=what)
    for case, answer in zip((*cases[2:], sure), answers[2:], strict=True):
        slope, right = take_apart(answer, ("dw", "db"))[part], reference.logistic_gradient(*case)[part]
        what = (
            f"{('dw', 'db')[part]} {'where all are right and rather sure' if case is sure else 'for X of many sizes'}"
        )
        # The terms of a slope may cancel by chance; what is left of them is no more exact than the largest term.
        largest = 1.0 if part else float(np.abs(case[0]).max())
        tolerances = {"rtol": 1e-3} if case is sure else {"rtol": 1e-4, "atol": 1e-6 * largest}
        assert_close(slope, right, **tolerances, what=what)


def _check_one_example(gradient, reference, rng):
    """Insist on the exact shapes, with a single example, a single feature, and whole numbers."""
    X, _, w, b = _some_examples(rng, 1, 4)
    cases = [(X, np.array([0]), w, b), (X, np.array([1]), np.zeros(4), b)]
    cases.append((whole_numbers(rng, (5, 1)), np.array([0, 1, 1, 0, 1]), np.array([1]), 1))
    answers = [gradient(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"for X of shape {case[0].shape}"
        dw, db = take_apart(answer, ("dw", "db"))
        assert_shape(dw, case[2].shape, what=f"dw {what}")
        assert_shape(db, (), what="db, which is a single number")
        assert_close((dw, db), reference.logistic_gradient(*case), rtol=SINGLE, atol=1e-6, what=f"dw and db {what}")


@points(1)
def test_logistic_gradient_of_weights(student, reference, rng):
    """dw agrees with numerical slopes of the mean loss."""
    _check_slopes(student.logistic_gradient, reference, rng, 0)


@points(1)
def test_logistic_gradient_of_bias(student, reference, rng):
    """db agrees with the numerical slope of the mean loss."""
    _check_slopes(student.logistic_gradient, reference, rng, 1)


@points(1)
def test_logistic_gradient_one_example(student, reference, rng):
    """A single example works: dw has the shape of w, and db is a number."""
    _check_one_example(student.logistic_gradient, reference, rng)


@points(1)
def test_logistic_gradient_broken_of_weights(student, reference, rng):
    """dw agrees with numerical slopes of the mean loss."""
    _check_slopes(student.logistic_gradient_broken, reference, rng, 0)


@points(0.5)
def test_logistic_gradient_broken_of_bias(student, reference, rng):
    """db agrees with the numerical slope of the mean loss."""
    _check_slopes(student.logistic_gradient_broken, reference, rng, 1)


@points(0.5)
def test_logistic_gradient_broken_one_example(student, reference, rng):
    """A single example works: dw has the shape of w, and db is a number."""
    _check_one_example(student.logistic_gradient_broken, reference, rng)


# minibatches


def _partitions(student, rng, *sizes):
    """Ask for one list of minibatches per (num_examples, batch_size); yield the facts of each, and the list."""
    questions = [
        (num_examples, batch_size, np.random.default_rng(rng.integers(2**32))) for num_examples, batch_size in sizes
    ]
    answers = [student.minibatches(*question) for question in questions]
    for (num_examples, batch_size, _), answer in zip(questions, answers, strict=True):
        facts = FACTS["partition"]({"num_examples": num_examples, "batch_size": batch_size}, answer)
        what = f"minibatches({num_examples}, {batch_size}, rng)"
        came = facts["a list of 1-D integer arrays"]
        assert_that(came == "yes", f"{what}: expected a list of 1-D arrays of integers. Was that returned: {came}.")
        yield num_examples, batch_size, what, facts, answer


def _size_that_does_not_divide(rng, low, high):
    """Draw (num_examples, batch_size); the last minibatch lacks at least two, so that equal pieces differ."""
    batch_size = int(rng.integers(5, 10))
    full = int(rng.integers(-(-low // batch_size), high // batch_size))
    return full * batch_size + int(rng.integers(1, batch_size - 1)), batch_size


def _size_that_divides(rng, least, most):
    """Draw (num_examples, batch_size) with so many minibatches, all of the same size."""
    batch_size = int(rng.integers(4, 10))
    return batch_size * int(rng.integers(least, most)), batch_size


def _check_about_all(answer, num_examples, batch_size, what):
    """Insist on indices of these examples, where the order is judged; a minibatch may be missing."""
    indices = np.concatenate([np.zeros(0, dtype=int), *map(np.asarray, answer)])
    inside = indices.size and indices.min() >= 0 and indices.max() < num_examples
    enough = np.unique(indices).size >= num_examples - batch_size
    assert_that(inside and enough, f"{what}: expected a shuffle of the numbers from 0 to {num_examples - 1}.")


@points(0.5)
def test_minibatches_cover(student, rng):
    """Together the minibatches hold every example exactly once."""
    # 300 or more: a byte counts to 255 only, and indices kept in one begin again at 0.
    many = (int(rng.integers(300, 400)), 32)
    cases = (_size_that_does_not_divide(rng, 20, 60), _size_that_divides(rng, 4, 8), many)
    for _, _, what, facts, _ in _partitions(student, rng, *cases):
        for fact in ("examples left out", "examples seen more than once", "indices outside 0 to num_examples - 1"):
            assert_that(facts[fact] == 0, f"{what}: {fact}: {facts[fact]}. Expected none.")


@points(0.5)
def test_minibatches_sizes(student, rng):
    """Each minibatch has batch_size examples, and a smaller last one is kept."""
    few, single = (int(rng.integers(4, 9)), 9), (int(rng.integers(12, 40)), 1)
    cases = (_size_that_does_not_divide(rng, 20, 60), _size_that_divides(rng, 4, 9), few, single)
    for num_examples, batch_size, what, facts, answer in _partitions(student, rng, *cases):
        full, rest = divmod(num_examples, batch_size)
        wanted = ", ".join(str(size) for size in [batch_size] * full + [rest] * (rest > 0))
        found = facts["batch sizes"]
        assert_that(found == wanted, f"{what}: expected minibatches of {wanted} examples. Got {found}.")
        repeats = any(len(batch) > 1 and np.unique(batch).size == 1 for batch in answer)
        assert_that(not repeats, f"{what}: expected different examples. Got a minibatch that holds only one of them.")


@points(0.5)
def test_minibatches_shuffled(student, rng):
    """The examples are shuffled across all minibatches."""
    cases = (_size_that_does_not_divide(rng, 100, 300), _size_that_divides(rng, 15, 40))
    for num_examples, batch_size, what, facts, answer in _partitions(student, rng, *cases):
        assert_that(facts["order"] == "shuffled", f"{what}: expected shuffled examples. The order: {facts['order']}.")
        _check_about_all(answer, num_examples, batch_size, what)


@points(0.5)
def test_minibatches_follow_rng(student, rng):
    """Another rng gives another order, and the same rng state gives the same."""
    size = _size_that_does_not_divide(rng, 100, 400)
    found = []
    for num_examples, batch_size, what, _, answer in _partitions(student, rng, size, size):
        _check_about_all(answer, num_examples, batch_size, what)
        found.append([np.asarray(batch).tolist() for batch in answer])
    assert_that(
        found[0] != found[1], "Two different rng gave the same order. Does the shuffle use the rng that came in?"
    )


# fit_logistic


def _check_run(answer, num_features, num_epochs):
    """Take (w, b, losses) apart and insist on numbers of the right count."""
    w, b, losses = take_apart(answer, ("w", "b", "losses"))
    for name, part, count in (("w", w, num_features), ("b", b, 1), ("losses", losses, num_epochs)):
        try:
            array = np.asarray(part, dtype=np.float64).ravel()
        except (TypeError, ValueError, OverflowError):
            array = np.zeros(0)
        assert_that(array.size == count, f"{name}: expected {count} numbers, got {array.size}.")
    return np.asarray(w, dtype=np.float64).ravel(), np.asarray(b, dtype=np.float64).item(), losses


@points(1)
def test_fit_logistic_path(student, reference, rng):
    """With all examples in one minibatch, w and b go the exact way of gradient descent."""
    X, y, _, _ = _some_examples(rng, 9, 3)
    settings = [(0.7, 1, 9), (0.3, 6, 9), (0.7, 4, 20)]
    answers = [student.fit_logistic(X, y, *setting, np.random.default_rng(rng.integers(2**32))) for setting in settings]
    for (rate, epochs, size), answer in zip(settings, answers, strict=True):
        w, b, _ = _check_run(answer, 3, epochs)
        right = reference.fit_logistic(X, y, rate, epochs, size, np.random.default_rng(0))
        what = f"fit_logistic with 9 examples, num_epochs = {epochs}, batch_size = {size}"
        assert_close((w, b), right[:2], rtol=1e-4, atol=1e-6, what=f"w and b of {what}")


@points(0.5)
def test_fit_logistic_losses(student, reference, rng):
    """losses holds the mean loss over all examples after each epoch."""
    X, y, _, _ = _some_examples(rng, 8, 2)
    losses = _check_run(student.fit_logistic(X, y, 0.4, 5, 8, np.random.default_rng(rng.integers(2**32))), 2, 5)[2]
    right = reference.fit_logistic(X, y, 0.4, 5, 8, np.random.default_rng(0))[2]
    assert_close(losses, right, rtol=1e-4, what="losses of fit_logistic with all examples in one minibatch")


@points(0.5)
def test_fit_logistic_step_per_minibatch(student, reference, rng):
    """Every minibatch takes one step, the last smaller one too, with the mean gradient of its own examples."""
    alike = np.tile(rng.normal(size=3) + 1, (7, 1)), np.ones(7), 0.5, 2, 3
    apart = 1e6 * np.eye(4)[rng.permutation(4)], np.ones(4), 1e-12 * rng.uniform(1, 2), 1, 1
    answers = [student.fit_logistic(*case, np.random.default_rng(rng.integers(2**32))) for case in (alike, apart)]
    names = ("7 examples, all alike, in minibatches of 3", "4 examples that share no feature, one at a time")
    for case, answer, name in zip((alike, apart), answers, names, strict=True):
        w, b, losses = _check_run(answer, case[0].shape[1], case[3])
        right = reference.fit_logistic(*case, np.random.default_rng(0))
        assert_close(w, right[0], rtol=1e-4, what=f"w of fit_logistic with {name}")
        assert_close(b, right[1], rtol=1e-4, atol=0, what=f"b of fit_logistic with {name}")
        assert_close(losses, right[2], rtol=1e-4, what=f"losses of fit_logistic with {name}")


@points(0.5)
def test_fit_logistic_fresh_minibatches(student, reference, rng):
    """Every epoch takes fresh minibatches of (X, y), whatever the order in which they come."""
    # Two pairs of like examples disagree about their labels, so that no step is ever too small to be told apart.
    X, y = rng.normal(size=(3, 2))[[0, 0, 1, 1, 2]] * 1.5 + 0.5, np.array([1.0, 0.0, 1.0, 0.0, 1.0])
    inputs = {"X": X, "y": y, "learning_rate": 0.8, "num_epochs": 10, "batch_size": 2}
    answer = student.fit_logistic(*inputs.values(), np.random.default_rng(rng.integers(2**32)))
    _check_run(answer, 2, 10)
    came = FACTS["descent"](inputs, answer)["steps and losses"]
    assert_that(
        not came.startswith("no order"),
        "No order of the minibatches leads to these losses, w and b. "
        "Does each step use the X and y of one minibatch, and each loss all of X and y?",
    )
    assert_that(
        came == "those of fresh minibatches in every epoch",
        "All ten epochs took the same minibatches in the same order. Expected fresh ones in each epoch.",
    )


@points(0.5)
def test_fit_logistic_reaches_the_best_line(student, reference, rng):
    """Many epochs of small minibatches end close to the lowest loss there is."""
    X, _, w, _ = _some_examples(rng, 60, 3)
    y = (rng.random(60) < reference.neuron(X, 1.2 * w / np.linalg.norm(w), 1.0)).astype(float)
    y[:10] = rng.permutation(np.arange(10) % 2)  # some labels at random, so that the best w and b are not far away
    answer = student.fit_logistic(X, y, 0.3, 150, 20, np.random.default_rng(rng.integers(2**32)))
    found = _check_run(answer, 3, 150)
    loss, best = reference.logistic_loss(X @ found[0] + found[1], y), _lowest_loss(reference, X, y)
    assert_that(
        loss <= best + 0.05 * (np.log(2) - best),
        "After 150 epochs the loss is still well above the lowest one that any w and b can reach.",
    )


def _lowest_loss(reference, X, y):
    """Find the minimum of the logistic loss with Newton's method."""
    Z, v = np.column_stack([X, np.ones(len(X))]), np.zeros(X.shape[1] + 1)
    for _ in range(30):
        p = reference.sigmoid(Z @ v)
        v = v - np.linalg.solve((Z.T * (p * (1 - p))) @ Z + 1e-9 * np.eye(v.size), Z.T @ (p - y))
    return reference.logistic_loss(Z @ v, y)


# softmax


def _scores_of_many_kinds(rng):
    """Draw rows of scores: of many sizes, wide ones, and some where a class is unlikely but not hopeless."""
    unlikely = rng.permuted(np.tile([0.0, -7.5, -8.5, 0.5], (2, 1)), axis=1)
    return np.concatenate([mixed_rows(rng, 4, largest=50), unlikely])


def _wide_scores(rng):
    """Draw rows that hold both large and very negative scores: no shift makes all of them small."""
    return np.concatenate([spread_rows(rng, (2, 4)), [rng.permutation([2e4, -2e4, 0.0, 1e4])]])


def _eighths(scores):
    """Round to multiples of 1/8, which float32 holds exactly, large ones too."""
    return np.round(scores * 8) / 8


@points(0.5)
def test_softmax_rows(student, reference, rng):
    """Each row becomes probabilities of its own, also for one example, one class, whole numbers and odd scores."""
    cases = [rng.normal(size=shape) * 3 for shape in ((5, 3), (5, 3), (1, 4), (3, 1), (4, 2))]
    cases += [whole_numbers(rng, (4, 3)), _scores_of_many_kinds(rng)]
    answers = [student.softmax(z) for z in cases]
    for z, probs in zip(cases, answers, strict=True):
        assert_close(probs, reference.softmax(z), rtol=SINGLE, what=f"softmax(z) for shape {z.shape}")


@points(0.5)
def test_softmax_square(student, reference, rng):
    """The rows are right when there are as many examples as classes."""
    z = rng.normal(size=(4, 4)) * 3
    assert_close(student.softmax(z), reference.softmax(z), rtol=SINGLE, what="softmax(z) with z of shape (4, 4)")


@points(1)
def test_softmax_large_scores(student, reference, rng):
    """Rows around +800 and -800 in one array, and rows that hold both, give the right probabilities and no warning."""
    z = _eighths(rng.normal(size=(3, 4)) + np.array([[800.0], [-800.0], [0.0]]))
    z = np.concatenate([z, _wide_scores(rng)])
    probs = student.softmax(z)
    assert_close(probs, reference.softmax(z), rtol=1e-4, what="softmax(z) with scores around 800, -800 and 0")
    assert_quiet(student, what="softmax(z) with scores around 800, -800 and 0")


# softmax_cross_entropy


def _some_scores(rng, num_examples, num_classes):
    """Draw logits of moderate size and labels that are not all the same."""
    labels = rng.permutation(np.arange(num_examples) % num_classes)
    return rng.normal(size=(num_examples, num_classes)) * 1.5, labels


@points(0.5)
def test_softmax_cross_entropy_of_equal_scores(student, rng):
    """Equal scores lose log C per example, and a higher score of the right class costs less."""
    num_classes, gain = int(rng.integers(3, 30)), float(rng.uniform(0.5, 2))
    labels = rng.integers(0, num_classes, size=4)
    ahead = np.zeros((4, num_classes))
    ahead[np.arange(4), labels] = gain
    cases = {"equal scores": (np.zeros((4, num_classes)), np.log(num_classes))}
    cases["the right class ahead of equal scores"] = (ahead, np.log(np.exp(gain) + num_classes - 1) - gain)
    answers = [student.softmax_cross_entropy(logits, labels) for logits, _ in cases.values()]
    for (name, (_, right)), answer in zip(cases.items(), answers, strict=True):
        loss, _ = take_apart(answer, ("loss", "dlogits"))
        assert_close(loss, right, rtol=SINGLE, what=f"loss with {name}")


@points(0.5)
def test_softmax_cross_entropy_loss(student, reference, rng):
    """The mean loss is right, also for one example, one class, labels that do not occur, and scores of many kinds."""
    cases = [_some_scores(rng, *shape) for shape in ((6, 4), (6, 4), (3, 5), (1, 3), (4, 1), (5, 2))]
    cases += [(whole_numbers(rng, (4, 5)), labels_with_gaps(rng, 4, 5))]
    likely = rng.normal(size=(4, 3)) + 6.5 * np.eye(3)[[0, 1, 2, 1]]
    cases += [(likely, np.array([0, 1, 2, 1])), *_each_kind(rng)]
    answers = [student.softmax_cross_entropy(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        loss, _ = take_apart(answer, ("loss", "dlogits"))
        right, _ = reference.softmax_cross_entropy(*case)
        what = f"loss for logits of shape {case[0].shape}"
        assert_shape(loss, (), what=what)
        assert_close(loss, right, rtol=5e-3 if case[0] is likely else 1e-4, what=what)


def _each_kind(rng):
    """Draw scores of many kinds, the large rows apart: in a mean they would drown all others."""
    many, wide = _scores_of_many_kinds(rng), _wide_scores(rng)
    return [(many, rng.integers(0, 4, size=len(many))), (wide, wide.argmin(axis=1))]


def _check_dlogits(student, reference, rng, *shapes, others=()):
    """Compare dlogits with numerical slopes for random scores of these shapes, and with the reference for others."""
    cases = [_some_scores(rng, *shape) for shape in shapes]
    answers = [student.softmax_cross_entropy(*case) for case in (*cases, *others)]
    for (logits, labels), answer in zip(cases, answers, strict=False):
        _, dlogits = take_apart(answer, ("loss", "dlogits"))
        what = f"dlogits for logits of shape {logits.shape}, compared with numerical slopes of the loss"
        slopes = numerical_gradient(lambda v, y=labels: reference.softmax_cross_entropy(v, y)[0], logits)
        assert_close(dlogits, slopes, rtol=SINGLE, atol=1e-6, what=what)
    for case, answer in zip(others, answers[len(cases) :], strict=True):
        right = reference.softmax_cross_entropy(*case)[1]
        what = f"dlogits for logits of shape {case[0].shape}"
        assert_close(take_apart(answer, ("loss", "dlogits"))[1], right, rtol=1e-4, what=what)


@points(0.5)
def test_softmax_cross_entropy_gradient(student, reference, rng):
    """dlogits agrees with numerical slopes of the mean loss, for many shapes and scores of many kinds."""
    others = [(whole_numbers(rng, (4, 5)), labels_with_gaps(rng, 4, 5)), *_each_kind(rng)]
    _check_dlogits(student, reference, rng, (5, 3), (3, 6), (1, 4), (3, 1), (4, 2), others=others)


@points(0.5)
def test_softmax_cross_entropy_gradient_square(student, reference, rng):
    """dlogits is right when there are as many examples as classes."""
    _check_dlogits(student, reference, rng, (4, 4))


@points(0.5)
def test_softmax_cross_entropy_large_scores(student, reference, rng):
    """Rows of scores around +800 and -800 in one array give the right loss and gradient."""
    logits, labels = _some_scores(rng, 4, 3)
    logits = _eighths(logits + rng.permutation([[800.0], [-800.0], [0.0], [400.0]]))
    answer = take_apart(student.softmax_cross_entropy(logits, labels), ("loss", "dlogits"))
    right = reference.softmax_cross_entropy(logits, labels)
    assert_close(answer, right, rtol=1e-4, what="loss and dlogits for rows around 800, 400, 0 and -800")


@points(0.5)
def test_softmax_cross_entropy_of_a_hopeless_score(student, reference, rng):
    """The loss is right when the right class scores so low that its probability is rounded to 0."""
    logits, labels = _some_scores(rng, 4, 3)
    logits[2, labels[2]] -= rng.uniform(1000, 2000)
    loss, dlogits = take_apart(student.softmax_cross_entropy(logits, labels), ("loss", "dlogits"))
    right = reference.softmax_cross_entropy(logits, labels)
    what = "with a score 1,000 below the others"
    assert_close(loss, right[0], rtol=1e-4, what=f"loss {what}")
    assert_close(dlogits, right[1], rtol=SINGLE, atol=1e-6, what=f"dlogits {what}")


# fit_softmax


def _check_classifier(answer, num_features, num_classes):
    """Take (W, b) apart and insist on exact shapes and finite numbers."""
    W, b = take_apart(answer, ("W", "b"))
    assert_shape(W, (num_features, num_classes), what=f"W with {num_features} features and {num_classes} classes")
    assert_shape(b, (num_classes,), what=f"b with {num_classes} classes")
    W, b = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)
    assert_that(np.isfinite(W).all() and np.isfinite(b).all(), "W or b holds numbers that are infinite or NaN.")
    return W, b


def _examples_with_blanks(rng):
    """Draw examples with one feature per class, and blank ones of one class, which only the biases can recognise."""
    num_classes, blank = 6, rng.integers(1, 6)
    kinds = rng.permutation(np.repeat(np.arange(num_classes + 1), [*[60] * num_classes, 30]))
    X = 2.0 * np.eye(num_classes + 1, num_classes + 2)[kinds]
    X[:, num_classes] = 0.0
    labels = np.append(rng.permutation(num_classes), blank)
    return X[:, rng.permutation(num_classes + 2)], labels[kinds], num_classes, labels


@points(0.5)
def test_fit_softmax_shapes(student, rng):
    """W has shape (D, C), b has shape (C,), and clear-cut examples are recognised."""
    features = rng.permutation(np.repeat(np.arange(6), [30, 20, 20, 20, 20, 20]))
    X, y = 2.0 * np.eye(6)[rng.permutation(6)][features], rng.permutation(3)[features % 3]
    few = np.concatenate([np.flatnonzero(features == feature)[:1] for feature in (0, 1, 3)])  # as many as classes
    cases = [(X[few], y[few]), (X, y)]
    answers = [student.fit_softmax(*case, 3, np.random.default_rng(rng.integers(2**32))) for case in cases]
    for (X, y), answer in zip(cases, answers, strict=True):
        W, b = _check_classifier(answer, 6, 3)
        right = np.argmax(X @ W + b, axis=1) == y
        assert_that(
            right.all(), f"Not all of {len(y)} examples are recognised, although no two classes share a feature."
        )


@points(0.5)
def test_fit_softmax_biases(student, rng):
    """The biases learn too: blank examples, with all features 0, get their label as the others do."""
    X, y, num_classes, labels = _examples_with_blanks(rng)
    answer = student.fit_softmax(X, y, num_classes, np.random.default_rng(rng.integers(2**32)))
    W, b = _check_classifier(answer, X.shape[1], num_classes)
    assert_that(np.argmax(b) == labels[-1], "The biases do not prefer the label that blank examples have in X and y.")
    share = np.mean(np.argmax(X @ W + b, axis=1) == y)
    assert_that(share >= 0.95, f"{share:.0%} of {len(y)} examples of X are recognised. Expected 95 %.")


@points(2, repeat=False)
def test_fit_softmax_reads_digits(student, rng):
    """At least 94 % of handwritten digits that were not in X are recognised."""
    from sklearn.datasets import load_digits

    # Pixels and labels are renamed, so that nothing known about the digits helps. Each digit is judged once, by the
    # training run that did not see it: over all 1,797 the share hardly depends on how they were split.
    digits = load_digits()
    X, y = digits.data[:, rng.permutation(64)] / 16.0, rng.permutation(10)[digits.target]
    thirds = np.array_split(rng.permutation(len(y)), 3)
    right = 0
    for held_out in thirds:
        seen = rng.permutation(np.setdiff1d(np.arange(len(y)), held_out))
        answer = student.fit_softmax(X[seen], y[seen], 10, np.random.default_rng(rng.integers(2**32)))
        W, b = _check_classifier(answer, 64, 10)
        right += int(np.sum(np.argmax(X[held_out] @ W + b, axis=1) == y[held_out]))
    share = right / len(y)
    assert_that(share >= 0.94, f"{share:.2%} of the digits were recognised that training had not seen. Asked: 94 %.")
