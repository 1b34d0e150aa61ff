"""Checks of lesson 07 "Sequences": the student's functions against the reference, on inputs nobody has seen."""

import functools

import numpy as np
from scipy.special import expit, softmax
from scipy.stats import chi2

from dnnkit.data import make_adding
from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points, take_apart
from grading.lessons.inputs import labels_with_gaps, magnitudes, many_kinds, mixed_rows, whole_numbers

SINGLE = 1e-5  # relative tolerance that answers computed in float32 keep
FALSE_ALARM = 1e-9  # chance that frequencies of right draws are refused, in each of the fewer than 20 comparisons
SLOW = ("train_adding",)
REPLAYABLE = {"train_adding": "the task is fixed: weights that were trained before add as well as fresh ones"}
shown = functools.partial(example, rtol=SINGLE)
GRADIENTS = ("dX", "dh0", "dWx", "dWh", "db")
STEP_GRADIENTS = ("dx", "dh_prev", "dWx", "dWh", "db")


# What the public examples show

_TWO_UNITS = {
    "Wx": np.array([[1.0, -0.5]]),
    "Wh": np.array([[0.0, 0.5], [1.0, 0.0]]),
    "b": np.array([0.0, 0.25]),
}
_X = np.array([[[1.0], [0.0], [-2.0]], [[0.5], [1.0], [0.0]]])
_H0 = np.array([[0.5, -0.5], [0.0, 1.0]])


def _states(X, h0, Wx, Wh, b):
    """The states of a tanh network, for the inputs of backward functions: small and plain, apart from the lesson."""
    H = np.zeros((*X.shape[:2], len(b)))
    for t in range(X.shape[1]):
        H[:, t] = np.tanh(X[:, t] @ Wx + (H[:, t - 1] if t else h0) @ Wh + b)
    return H


_H = _states(_X, _H0, **_TWO_UNITS)
_DH = np.array([[[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]], [[0.0, 3.0], [1.0, -1.0], [2.0, 0.5]]])
_BACK = {"X": _X, "h0": _H0, "H": _H, "Wx": _TWO_UNITS["Wx"], "Wh": _TWO_UNITS["Wh"]}
_EMPTY = {"X": np.zeros((2, 0, 1)), "h0": _H0}

_LSTM = {
    "Wx": np.array([[1.0, -1.0, 0.5, 2.0, 1.0, -1.0, 0.0, 1.0]]),
    "Wh": np.array([[0.0, 1.0, -1.0, 0.5, 0.5, 0.0, 1.0, 0.0], [1.0, 0.0, 0.5, -0.5, 0.0, 2.0, 0.0, -1.0]]),
    "b": np.array([0.0, 0.5, 1.0, 1.0, 0.0, -0.5, 0.25, 0.0]),
}
_PEEPHOLES = {
    "p_input": np.array([1.0, -1.0]),
    "p_forget": np.array([0.5, 2.0]),
    "p_output": np.array([-2.0, 1.0]),
}
_GRU = {
    "Wx": np.array([[1.0, -1.0, 0.5, 2.0, 1.0, -1.0]]),
    "Wh": np.array([[0.0, 1.0, -1.0, 0.5, 0.5, -1.0], [1.0, 0.0, 0.5, -0.5, 1.5, 2.0]]),
    "b": np.array([0.0, 0.5, 1.0, 1.0, 0.0, -0.5]),
}
_LSTM_INPUTS = {
    "x": np.array([[1.0], [-0.5]]),
    "h_prev": np.array([[0.5, -0.5], [0.0, 0.25]]),
    "c_prev": np.array([[1.0, -2.0], [0.5, 3.0]]),
}
_FORCED = {
    "Wx": np.zeros((1, 8)),
    "Wh": np.zeros((2, 8)),
    "b": np.array([-50.0, -50.0, 50.0, 50.0, 0.5, -0.5, 50.0, 50.0]),
}
_GRU_INPUTS = {"x": _LSTM_INPUTS["x"], "h_prev": np.array([[0.5, -0.5], [0.25, 0.75]])}


# Snippets: functions that run beside the student's


def _weights_of_two_generators(train_adding):
    return [train_adding(2, np.random.default_rng(seed)) for seed in (1, 2)]


def _answers_to_short_sequences(train_adding, gru_forward, lstm_forward, rnn_forward, X):
    weights = train_adding(X.shape[1], np.random.default_rng(1))
    H, columns = weights["Wh"].shape
    if columns == H:
        states = rnn_forward(X, np.zeros((len(X), H)), weights["Wx"], weights["Wh"], weights["b"])
    else:
        states, _ = (gru_forward if columns == 3 * H else lstm_forward)(X, weights)
    return states[:, -1] @ weights["Wy"] + weights["by"]


def _cold_draws(sample_next, scores, temperature, rng):
    return [sample_next(logits, temperature, rng) for logits in scores]


def _many_draws(sample_next, logits, temperature, rng, count):
    return [sample_next(logits, temperature, rng) for _ in range(count)]


def _two_thousand_draws(sample_next, logits, temperature, rng, shares):
    return [sample_next(logits, temperature, rng) for _ in range(2000)]


def _step_on_views(rnn_step_forward, x, h_prev, Wx, Wh, b):
    return rnn_step_forward(x.T, h_prev.T, Wx.T, Wh.T, b)


def _run_on_views(rnn_forward, X, h0, Wx, Wh, b):
    return rnn_forward(X.transpose(1, 0, 2), h0.T, Wx.T, Wh.T, b)


def _back_on_views(rnn_backward, dH, X, h0, H, Wx, Wh):
    return rnn_backward(dH.swapaxes(0, 1), X.swapaxes(0, 1), h0.T, H.swapaxes(0, 1), Wx.T, Wh.T)


def _lstm_without_the_argument(lstm_step, x, h_prev, c_prev, weights):
    return lstm_step(x, h_prev, c_prev, weights)


def _look_up_views(embedding_forward, tokens, E):
    return embedding_forward(tokens.T, E.T)


def _embedding_gradient_of_views(embedding_backward, dout, tokens, vocab_size):
    return embedding_backward(dout.swapaxes(0, 1), tokens.T, vocab_size)


EXAMPLES = {
    "rnn_step_forward": [
        shown("the worked number", x=_X[:1, 0], h_prev=_H0[:1], **_TWO_UNITS),
        shown(
            "two sequences, two inputs, three units",
            x=np.array([[1.0, 2.0], [-1.0, 0.5]]),
            h_prev=np.array([[0.5, 0.0, -0.5], [1.0, -1.0, 0.25]]),
            Wx=np.array([[0.5, -1.0, 0.0], [0.25, 0.5, 1.0]]),
            Wh=np.array([[0.0, 1.0, 0.5], [-0.5, 0.0, 1.0], [1.0, 0.5, 0.25]]),
            b=np.array([0.1, -0.2, 0.3]),
        ),
        shown(
            "whole numbers, and large ones",
            x=np.array([[1000], [-3]]),
            h_prev=np.array([[1, 0], [0, -1]]),
            Wx=np.array([[1, -2]]),
            Wh=np.array([[0, 1], [1, 3]]),
            b=np.array([0, 1]),
        ),
    ],
    "rnn_forward": [
        shown("the worked number", X=_X[:1, :2], h0=_H0[:1], **_TWO_UNITS),
        shown("two sequences of three steps", X=_X, h0=_H0, **_TWO_UNITS),
        shown("whole numbers", X=np.array([[[1], [0]], [[0], [2]]]), h0=np.array([[0, 0], [1, -1]]), **_TWO_UNITS),
        shown("sequences of no steps", **_EMPTY, **_TWO_UNITS),
    ],
    "rnn_step_backward": [
        shown(
            "the worked number",
            dh=np.array([[1.0, 2.0]]),
            x=np.array([[2.0]]),
            h_prev=np.array([[3.0, -1.0]]),
            h=np.array([[0.5, 0.0]]),
            Wx=np.array([[1.0, -1.0]]),
            Wh=np.array([[0.0, 2.0], [1.0, 0.0]]),
        ),
        shown(
            "two sequences, two inputs, three units",
            dh=np.array([[1.0, 2.0, -1.0], [0.0, -3.0, 1.0]]),
            x=np.array([[1.0, 2.0], [-1.0, 0.5]]),
            h_prev=np.array([[0.5, 0.0, -0.5], [1.0, -1.0, 0.25]]),
            h=np.array([[0.5, -0.5, 0.25], [0.75, 0.0, -0.25]]),
            Wx=np.array([[0.5, -1.0, 0.0], [0.25, 0.5, 1.0]]),
            Wh=np.array([[0.0, 1.0, 0.5], [-0.5, 0.0, 1.0], [1.0, 0.5, 0.25]]),
        ),
    ],
    "rnn_backward": [
        shown(
            "one step",
            dH=_DH[:1, :1],
            X=_X[:1, :1],
            h0=_H0[:1],
            H=_H[:1, :1],
            Wx=_TWO_UNITS["Wx"],
            Wh=_TWO_UNITS["Wh"],
        ),
        shown("two sequences of three steps", dH=_DH, **_BACK),
        shown(
            "the loss sees the last state only",
            dH=_DH * np.array([0.0, 0.0, 1.0])[:, None],
            **_BACK,
        ),
        shown(
            "whole numbers as inputs",
            dH=_DH[:, :2],
            X=np.array([[[1], [0]], [[0], [2]]]),
            h0=np.array([[0, 0], [1, -1]]),
            H=_states(np.array([[[1], [0]], [[0], [2]]]), np.array([[0, 0], [1, -1]]), **_TWO_UNITS),
            Wx=_TWO_UNITS["Wx"],
            Wh=_TWO_UNITS["Wh"],
        ),
        shown(
            "sequences of no steps",
            dH=np.zeros((2, 0, 2)),
            **_EMPTY,
            H=np.zeros((2, 0, 2)),
            Wx=_TWO_UNITS["Wx"],
            Wh=_TWO_UNITS["Wh"],
        ),
    ],
    "rnn_backward_broken": [
        shown(
            "one step",
            dH=_DH[:1, :1],
            X=_X[:1, :1],
            h0=_H0[:1],
            H=_H[:1, :1],
            Wx=_TWO_UNITS["Wx"],
            Wh=_TWO_UNITS["Wh"],
        ),
        shown("two sequences of three steps", dH=_DH, **_BACK),
    ],
    "lstm_step": [
        shown("two sequences, two cells", **_LSTM_INPUTS, weights=_LSTM),
        shown("input gate shut, forget and output gate open", **_LSTM_INPUTS, weights=_FORCED),
        shown("with peepholes", **_LSTM_INPUTS, weights=_LSTM | _PEEPHOLES, peephole=True),
        shown("weights of peepholes that are not used", **_LSTM_INPUTS, weights=_LSTM | _PEEPHOLES, peephole=False),
    ],
    "gru_step": [
        shown("two sequences, two units", **_GRU_INPUTS, weights=_GRU),
        shown(
            "forget gate open: the state stays",
            **_GRU_INPUTS,
            weights=_GRU | {"b": np.array([50.0, 50.0, 0.0, 0.0, 1.0, 1.0])},
        ),
        shown(
            "forget gate shut, reset gate shut: the inputs alone",
            **_GRU_INPUTS,
            weights=_GRU | {"b": np.array([-50.0, -50.0, -50.0, -50.0, 0.0, 0.5])},
        ),
    ],
    "train_adding": [
        shown("the form of the answer", facts="adding weights", run=_weights_of_two_generators),
        shown(
            "sequences of five steps",
            facts="sums",
            run=_answers_to_short_sequences,
            X=make_adding(200, 5, np.random.default_rng(2))[0],
        ),
    ],
    "embedding_forward": [
        shown(
            "the worked number",
            tokens=np.array([[2, 0, 2]]),
            E=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        ),
        shown(
            "two sequences, tokens in small integers",
            tokens=np.array([[99, 0], [50, 99]], dtype=np.uint8),
            E=np.arange(500.0).reshape(100, 5),
        ),
        shown("one sequence alone", tokens=np.array([1, 1, 0, 2]), E=np.array([[0.5], [-1.0], [3.0]])),
    ],
    "embedding_backward": [
        shown(
            "the worked number",
            dout=np.array([[[1.0, 10.0], [2.0, 20.0], [3.5, 30.0]]]),
            tokens=np.array([[2, 0, 2]]),
            vocab_size=4,
        ),
        shown(
            "two sequences share the vectors",
            dout=np.array([[[1.0, 0.5], [2.0, -1.0]], [[4.0, 0.25], [8.5, 3.0]], [[16.0, -2.0], [32.0, 0.0]]]),
            tokens=np.array([[1, 0], [1, 1], [0, 3]]),
            vocab_size=5,
        ),
        shown("no tokens at all", dout=np.zeros((0, 2)), tokens=np.zeros(0, dtype=np.int64), vocab_size=3),
    ],
    "sequence_loss": [
        shown(
            "at the start: equal scores for four tokens",
            logits=np.zeros((1, 3, 4)),
            targets=np.array([[2, 0, 3]]),
            mask=np.array([[True, True, True]]),
        ),
        shown(
            "the worked number: the last step is padding",
            logits=np.array([[[np.log(3.0), 0.0], [0.0, 0.0], [5.0, -5.0]]]),
            targets=np.array([[0, 1, -1]]),
            mask=np.array([[1, 1, 0]]),
        ),
        shown(
            "sequences of different lengths",
            logits=np.array([[[1.0, 0.0, -1.0], [0.5, 0.5, 0.0]], [[2.0, -1.0, 0.0], [0.0, 3.0, 1.0]]]),
            targets=np.array([[2, 1], [0, 7]]),
            mask=np.array([[True, True], [True, False]]),
        ),
        shown(
            "large scores",
            logits=np.array([[[1000.0, -1000.0], [-2000.0, 2000.0]]]),
            targets=np.array([[0, 0]]),
            mask=np.array([[True, True]]),
            quiet=True,
        ),
        shown(
            "no real step",
            logits=np.array([[[1.0, 2.0]]]),
            targets=np.array([[1]]),
            mask=np.array([[False]]),
            quiet=True,
        ),
    ],
    "sample_next": [
        shown(
            "temperature 0 takes the best",
            run=_cold_draws,
            scores=np.array([[1.0, 3.0, 2.0], [0.5, -1.0, 0.25], [2.0, 2.0, 2.5]]),
            temperature=0,
            rng=np.random.default_rng(1),
        ),
        shown(
            "scores that are far apart",
            run=_cold_draws,
            scores=np.array([[0.0, 9000.0, -9000.0], [8000.0, 7000.0, -1.0]]),
            temperature=1.0,
            rng=np.random.default_rng(1),
            quiet=True,
        ),
        shown(
            "scores 0, 1, 2 at temperature 2: about 19, 31 and 51 of 100",
            facts="frequencies",
            run=_two_thousand_draws,
            logits=np.array([0.0, 1.0, 2.0]),
            temperature=2.0,
            rng=np.random.default_rng(1),
            shares=softmax(np.array([0.0, 1.0, 2.0]) / 2.0),
        ),
        shown(
            "whole numbers 0, 1, 2 at temperature 0.5: about 2, 12 and 87 of 100",
            facts="frequencies",
            run=_two_thousand_draws,
            logits=np.array([0, 1, 2]),
            temperature=0.5,
            rng=np.random.default_rng(1),
            shares=softmax(np.array([0, 1, 2]) / 0.5),
        ),
    ],
    "bidirectional": [
        shown(
            "one sequence of three steps",
            X=_X[:1],
            lengths=np.array([3]),
            forward=_TWO_UNITS,
            backward={"Wx": np.array([[0.5]]), "Wh": np.array([[-1.0]]), "b": np.array([0.25])},
        ),
        shown(
            "sequences of three, two and no steps",
            X=np.array([[[1.0], [0.0], [-2.0]], [[0.5], [1.0], [9.0]], [[7.0], [8.0], [9.0]]]),
            lengths=np.array([3, 2, 0]),
            forward=_TWO_UNITS,
            backward=_TWO_UNITS | {"Wx": np.array([[0.25, 1.0]])},
        ),
    ],
}


def _weights(rng, C, H, K=1, scale=1.0):
    """Draw weights that let the past matter for some steps: Wx, Wh, b with K blocks of H columns."""
    return {
        "Wx": scale * rng.normal(size=(C, K * H)) / np.sqrt(C),
        "Wh": scale * rng.normal(size=(H, K * H)) / np.sqrt(H),
        "b": scale * rng.normal(size=K * H) / 2,
    }


def _sizes(**sizes):
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


# rnn_step_forward


def _check_steps(student, rng, shapes, *, scale=1.0):
    cases = []
    for B, C, H in shapes:
        w = _weights(rng, C, H, scale=scale)
        cases.append((rng.normal(size=(B, C)), rng.normal(size=(B, H)), *w.values()))
    _compare_steps(student, cases)


def _compare_steps(student, cases):
    answers = [student.rnn_step_forward(*case) for case in cases]
    for (x, h_prev, Wx, Wh, b), answer in zip(cases, answers, strict=True):
        what = f"rnn_step_forward with {_sizes(B=len(x), C=len(Wx), H=len(b))}"
        right = np.tanh(x @ Wx + h_prev @ Wh + b)
        assert_close(answer, right, rtol=SINGLE, atol=1e-30, strict_shape=True, what=what)


@points(0.5)
def test_rnn_step_forward_values(student, rng):
    """The new states are right, for different numbers of sequences, inputs and units."""
    _check_steps(student, rng, ((5, 3, 4), (2, 4, 3), (3, 3, 3)))


@points(0.5)
def test_rnn_step_forward_ends_of_sizes(student, rng):
    """One sequence, one input, one unit, or no sequence at all."""
    _check_steps(student, rng, ((1, 3, 2), (4, 1, 3), (3, 2, 1), (1, 1, 1), (0, 3, 2)))


@points(0.5)
def test_rnn_step_forward_small_and_large_sums(student, rng):
    """Tiny sums, sums in the hundreds, and tiny, huge, equal and no numbers in each of the arrays are right."""
    _check_steps(student, rng, ((4, 3, 5),), scale=1e-4)
    _check_steps(student, rng, ((6, 3, 5),), scale=300.0)
    x, h_prev, w = rng.normal(size=(4, 3)), rng.normal(size=(4, 5)), _weights(rng, 3, 5)
    # the weights undo what the other numbers are multiplied by, so that the sums are ordinary ones
    cases = [(size * x, size * h_prev, w["Wx"] / size, w["Wh"] / size, w["b"]) for size in (1e-9, 1e7)]
    cases.append((1e-9 * x, 1e-9 * h_prev, w["Wx"], w["Wh"], 1e-9 * w["b"]))
    cases += many_kinds(rng, (4, 3), (4, 5), (3, 5), (5, 5), (5,))
    nearly = [1.01 * np.ones((4, 3)), np.ones((4, 5)), np.ones((3, 5)), np.ones((5, 5)), np.ones(5)]
    cases.append(tuple(0.1 * array - 0.0005 * rng.random(array.shape) for array in nearly))
    _compare_steps(student, cases)


@points(0.5)
def test_rnn_step_forward_whole_numbers_and_views(student, rng):
    """Whole numbers work, and so do transposed views."""
    x, h_prev = rng.integers(-3, 4, size=(4, 3)), rng.integers(-1, 2, size=(4, 2))
    w = _weights(rng, 3, 2)
    answer = student.rnn_step_forward(x, h_prev, *w.values())
    whole = {"Wx": rng.integers(-1, 2, size=(3, 2)), "Wh": rng.integers(-1, 2, size=(2, 2)), "b": np.array([0, 1])}
    answer_whole = student.rnn_step_forward(x, h_prev, *whole.values())
    turned = {"x": x.T.copy(), "h_prev": h_prev.T.copy(), "Wx": w["Wx"].T.copy(), "Wh": w["Wh"].T.copy(), "b": w["b"]}
    answer_turned = student.run(_step_on_views, **turned)
    right = np.tanh(x @ w["Wx"] + h_prev @ w["Wh"] + w["b"])
    assert_close(answer, right, rtol=SINGLE, what="rnn_step_forward with whole numbers in x and h_prev")
    right_whole = np.tanh(x @ whole["Wx"] + h_prev @ whole["Wh"] + whole["b"])
    assert_close(answer_whole, right_whole, rtol=SINGLE, what="rnn_step_forward with whole numbers everywhere")
    assert_close(answer_turned, right, rtol=SINGLE, what="rnn_step_forward with transposed views")


# rnn_forward


def _check_runs(student, rng, shapes, *, scale=1.0):
    """Compare step by step, so that a step with small states counts as much as the others."""
    cases = []
    for B, T, C, H in shapes:
        cases.append(
            (rng.normal(size=(B, T, C)), rng.uniform(-1, 1, size=(B, H)), *_weights(rng, C, H, 1, scale).values())
        )
    answers = [student.rnn_forward(*case) for case in cases]
    for (B, T, C, H), case, answer in zip(shapes, cases, answers, strict=True):
        what, right = f"rnn_forward with {_sizes(B=B, T=T, C=C, H=H)}", _states(*case)
        assert_shape(answer, right.shape, what=what)
        for t in range(T):
            assert_close(np.asarray(answer)[:, t], right[:, t], rtol=SINGLE, what=f"{what}: the states of step {t}")


@points(0.5)
def test_rnn_forward_states(student, rng):
    """All states are right, for different numbers of sequences, steps, inputs and units."""
    _check_runs(student, rng, ((3, 5, 2, 4), (6, 4, 3, 2), (3, 3, 3, 3)))


@points(0.5)
def test_rnn_forward_ends_of_sizes(student, rng):
    """One step, one sequence, one unit, no steps, or no sequences."""
    _check_runs(student, rng, ((3, 1, 2, 4), (1, 5, 2, 3), (2, 4, 1, 1), (3, 0, 2, 4), (0, 4, 2, 3)))


@points(0.5)
def test_rnn_forward_goes_on_from_a_state(student, rng):
    """Reading a sequence in two parts, with the state handed on, is the same as reading it at once."""
    B, T, C, H = 4, 9, 3, 5
    X, h0, w = rng.normal(size=(B, T, C)), rng.uniform(-1, 1, size=(B, H)), _weights(rng, C, H, scale=1.2)
    first = student.rnn_forward(X[:, :6], h0, *w.values())
    right = _states(X, h0, **w)
    second = student.rnn_forward(X[:, 6:], right[:, 5], *w.values())
    again = student.rnn_forward(X[:, :6], h0, *w.values())
    assert_close(first, right[:, :6], rtol=SINGLE, strict_shape=True, what="rnn_forward on the first six steps")
    assert_close(second, right[:, 6:], rtol=SINGLE, strict_shape=True, what="rnn_forward on the rest, from their state")
    assert_close(again, right[:, :6], rtol=SINGLE, strict_shape=True, what="rnn_forward on the first six steps, again")


@points(0.5)
def test_rnn_forward_whole_numbers_and_views(student, rng):
    """Whole numbers in X and h0 work, and so do transposed views; long sequences, too."""
    X, h0, w = rng.integers(-2, 3, size=(3, 4, 2)), rng.integers(-1, 2, size=(3, 5)), _weights(rng, 2, 5)
    answer = student.rnn_forward(X, h0, *w.values())
    turned = student.run(
        _run_on_views,
        X=X.transpose(1, 0, 2).copy(),
        h0=h0.T.copy(),
        Wx=w["Wx"].T.copy(),
        Wh=w["Wh"].T.copy(),
        b=w["b"],
    )
    right = _states(X, h0, **w)
    assert_close(answer, right, rtol=SINGLE, strict_shape=True, what="rnn_forward with whole numbers in X and h0")
    assert_close(turned, right, rtol=SINGLE, strict_shape=True, what="rnn_forward with transposed views")
    _check_runs(student, rng, ((2, 60, 2, 3),), scale=0.8)


# rnn_step_backward


def _check_step_gradients(student, rng, parts, shapes, *, scale=1.0, whole=False):
    cases = []
    for B, C, H in shapes:
        w = _weights(rng, C, H, scale=scale)
        x = rng.integers(-2, 3, size=(B, C)) if whole else rng.normal(size=(B, C))
        h_prev = rng.integers(-1, 2, size=(B, H)) if whole else rng.uniform(-1, 1, size=(B, H))
        h = np.tanh(x @ w["Wx"] + h_prev @ w["Wh"] + w["b"])
        cases.append((rng.normal(size=(B, H)), x, h_prev, h, w["Wx"], w["Wh"]))
    _compare_step_gradients(student, cases, parts)


def _compare_step_gradients(student, cases, parts=STEP_GRADIENTS):
    answers = [student.rnn_step_backward(*case) for case in cases]
    for (dh, x, h_prev, h, Wx, Wh), answer in zip(cases, answers, strict=True):
        gradients = dict(zip(STEP_GRADIENTS, take_apart(answer, STEP_GRADIENTS), strict=True))
        dz = dh * (1 - h**2)
        right = dict(zip(STEP_GRADIENTS, (dz @ Wx.T, dz @ Wh.T, x.T @ dz, h_prev.T @ dz, dz.sum(axis=0)), strict=True))
        for part in parts:
            what = f"{part} with {_sizes(B=len(x), C=len(Wx), H=len(Wh))}"
            assert_close(gradients[part], right[part], rtol=SINGLE, atol=1e-30, strict_shape=True, what=what)


@points(0.5)
def test_rnn_step_backward_of_inputs_and_state(student, rng):
    """dx and dh_prev are right."""
    _check_step_gradients(student, rng, STEP_GRADIENTS[:2], ((5, 3, 4), (2, 4, 3)))


@points(0.5)
def test_rnn_step_backward_of_weights(student, rng):
    """dWx, dWh and db are right."""
    _check_step_gradients(student, rng, STEP_GRADIENTS[2:], ((5, 3, 4), (2, 4, 3)))


@points(0.5)
def test_rnn_step_backward_ends_of_sizes(student, rng):
    """All five are right for one sequence, one input, one unit, for equal sizes, and for no sequence."""
    _check_step_gradients(student, rng, STEP_GRADIENTS, ((1, 3, 2), (4, 1, 3), (3, 2, 1), (3, 3, 3), (0, 3, 2)))


@points(0.5)
def test_rnn_step_backward_small_large_and_whole_numbers(student, rng):
    """All five are right for numbers of every kind, for units near the ends of the tanh, and for whole numbers."""
    _check_step_gradients(student, rng, STEP_GRADIENTS, ((4, 3, 5),), scale=1e-3)
    _check_step_gradients(student, rng, STEP_GRADIENTS, ((4, 3, 5),), scale=4.0)
    _check_step_gradients(student, rng, STEP_GRADIENTS, ((4, 3, 2),), whole=True)
    shapes = ((4, 5), (4, 3), (4, 5), (3, 5), (5, 5))  # of dh, x, h_prev, Wx, Wh
    states, numbers = rng.uniform(-1, 1, size=(4, 5)), [rng.normal(size=shape) for shape in shapes]
    cases = [[size * array for array in numbers] for size in (1e-9, 1e7)] + many_kinds(rng, *shapes)
    cases.append([1 - 0.005 * rng.random(shape) for shape in shapes])
    cases = [(dh, x, h_prev, states, Wx, Wh) for dh, x, h_prev, Wx, Wh in cases]
    dh, x, h_prev, Wx, Wh = numbers
    tied, still = states.copy(), states.copy()
    tied[:, 1], still[0] = tied[:, 0], 0.0
    special = (tied, still, 0.009 * states, 1e-5 * states, rng.integers(0, 2, size=(4, 5)))
    _compare_step_gradients(student, [*cases, *((dh, x, h_prev, h, Wx, Wh) for h in special)])


# rnn_backward and rnn_backward_broken


def _gradient_case(rng, B, T, C, H, *, scale=1.0, whole=False, last_only=False):
    """Draw the arguments of a backward function, the states right for the inputs."""
    w = _weights(rng, C, H, scale=scale)
    X = rng.integers(-2, 3, size=(B, T, C)) if whole else rng.normal(size=(B, T, C))
    h0 = rng.integers(-1, 2, size=(B, H)) if whole else rng.uniform(-1, 1, size=(B, H))
    dH = rng.normal(size=(B, T, H))
    if last_only:
        dH[:, :-1] = 0.0
    return dH, X, h0, _states(X, h0, **w), w["Wx"], w["Wh"]


def _time_gradients(dH, X, h0, H, Wx, Wh):
    """Backpropagation through time, plain; tests/lessons/test_rnn_oracles.py holds it to finite differences."""
    dX, dWx, dWh, db, dh = np.zeros(X.shape), np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(len(Wh)), 0.0 * h0
    for t in range(X.shape[1] - 1, -1, -1):
        dz = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dX[:, t], dh = dz @ Wx.T, dz @ Wh.T
        dWx, dWh, db = dWx + X[:, t].T @ dz, dWh + (H[:, t - 1] if t else h0).T @ dz, db + dz.sum(axis=0)
    return dX, dh, dWx, dWh, db


def _unequal_sizes(rng):
    """Two cases in which no two sizes are equal."""
    return [_gradient_case(rng, *sizes) for sizes in ((3, 5, 2, 4), (4, 3, 5, 2))]


def _check_time_gradients(call, cases, parts=GRADIENTS):
    """Compare with the gradients; dX step by step, so that early steps count however much has faded."""
    answers = [call(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        gradients = dict(zip(GRADIENTS, take_apart(answer, GRADIENTS), strict=True))
        right = dict(zip(GRADIENTS, _time_gradients(*case), strict=True))
        B, T, C = case[1].shape
        sizes = _sizes(B=B, T=T, C=C, H=len(case[5]))
        for part in parts:
            assert_shape(gradients[part], right[part].shape, what=f"{part} with {sizes}")
            if part == "dX":
                for t in range(T):
                    actual = np.asarray(gradients["dX"])[:, t]
                    assert_close(actual, right["dX"][:, t], rtol=SINGLE, what=f"dX of step {t} with {sizes}")
            else:
                assert_close(gradients[part], right[part], rtol=SINGLE, what=f"{part} with {sizes}")


@points(0.5)
def test_rnn_backward_of_inputs_and_first_state(student, rng):
    """dX and dh0 are right, for every step."""
    _check_time_gradients(student.rnn_backward, _unequal_sizes(rng), ("dX", "dh0"))


@points(0.5)
def test_rnn_backward_of_weights(student, rng):
    """dWx, dWh and db are right."""
    _check_time_gradients(student.rnn_backward, _unequal_sizes(rng), ("dWx", "dWh", "db"))


@points(0.5)
def test_rnn_backward_one_step(student, rng):
    """Sequences of a single step are right: there, h0 is the state before."""
    cases = [_gradient_case(rng, *sizes) for sizes in ((4, 1, 3, 2), (1, 1, 1, 1))]
    _check_time_gradients(student.rnn_backward, cases)


@points(0.5)
def test_rnn_backward_ends_of_sizes(student, rng):
    """All five are right for one sequence, one unit, equal sizes, no steps, and no sequences."""
    shapes = ((1, 4, 2, 3), (3, 4, 2, 1), (3, 3, 3, 3), (3, 0, 2, 4), (0, 3, 2, 4))
    _check_time_gradients(student.rnn_backward, [_gradient_case(rng, *sizes) for sizes in shapes])


@points(0.5)
def test_rnn_backward_from_the_last_state_alone(student, rng):
    """Where the loss sees the last state only, its gradient still reaches every step of a long sequence."""
    cases = [_gradient_case(rng, 2, 15, 2, 4, scale=0.8, last_only=True), _gradient_case(rng, 2, 40, 1, 3, scale=1.3)]
    _check_time_gradients(student.rnn_backward, cases)


@points(0.5)
def test_rnn_backward_whole_numbers_and_views(student, rng):
    """Whole numbers in X and h0 work, and so do transposed views."""
    _check_time_gradients(student.rnn_backward, [_gradient_case(rng, 3, 4, 2, 5, whole=True)])
    dH, X, h0, H, Wx, Wh = _gradient_case(rng, 3, 4, 2, 5)

    def turned(dH, X, h0, H, Wx, Wh):
        swapped = {name: array.swapaxes(0, 1).copy() for name, array in (("dH", dH), ("X", X), ("H", H))}
        return student.run(_back_on_views, **swapped, h0=h0.T.copy(), Wx=Wx.T.copy(), Wh=Wh.T.copy())

    _check_time_gradients(turned, [(dH, X, h0, H, Wx, Wh)])


@points(0.5)
def test_rnn_backward_broken_of_inputs_and_first_state(student, rng):
    """dX and dh0 are right, for every step."""
    _check_time_gradients(student.rnn_backward_broken, _unequal_sizes(rng), ("dX", "dh0"))


@points(0.5)
def test_rnn_backward_broken_of_weights(student, rng):
    """dWx, dWh and db are right."""
    _check_time_gradients(student.rnn_backward_broken, _unequal_sizes(rng), ("dWx", "dWh", "db"))


@points(1)
def test_rnn_backward_broken_other_sizes(student, rng):
    """All five are right for one step, one sequence, one unit, equal sizes, whole numbers, and no steps."""
    shapes = ((4, 1, 3, 2), (1, 4, 2, 3), (3, 4, 2, 1), (3, 3, 3, 3), (3, 0, 2, 4), (0, 3, 2, 4))
    cases = [_gradient_case(rng, *sizes) for sizes in shapes]
    cases += [_gradient_case(rng, 3, 4, 2, 5, whole=True), _gradient_case(rng, 2, 15, 2, 4, scale=0.8, last_only=True)]
    _check_time_gradients(student.rnn_backward_broken, cases)


# lstm_step and gru_step

LSTM_GATES, GRU_GATES = ("input", "forget", "candidate", "output"), ("forget", "reset", "candidate")


def _right_lstm(x, h_prev, c_prev, w, peephole):
    H = h_prev.shape[1]
    z = x @ w["Wx"] + h_prev @ w["Wh"] + w["b"]
    look = {name: w[f"p_{name}"] if peephole else 0.0 for name in ("input", "forget", "output")}
    i = expit(z[:, :H] + look["input"] * c_prev)
    f = expit(z[:, H : 2 * H] + look["forget"] * c_prev)
    g = np.tanh(z[:, 2 * H : 3 * H])
    c = f * c_prev + i * g
    o = expit(z[:, 3 * H :] + look["output"] * c)
    return o * np.tanh(c), c, dict(zip(LSTM_GATES, (i, f, g, o), strict=True))


def _right_gru(x, h_prev, w):
    H = h_prev.shape[1]
    z = x @ w["Wx"] + w["b"]
    f, r = (expit(z[:, k * H : (k + 1) * H] + h_prev @ w["Wh"][:, k * H : (k + 1) * H]) for k in (0, 1))
    g = np.tanh(z[:, 2 * H :] + (r * h_prev) @ w["Wh"][:, 2 * H :])
    return f * h_prev + (1 - f) * g, dict(zip(GRU_GATES, (f, r, g), strict=True))


def _compare_step(answer, right, names, sizes):
    """Compare gates first, in the order in which they are computed: the first that differs is where to look."""
    parts = dict(zip(names, take_apart(answer, names), strict=True))
    gates, wanted = parts.pop("gates"), right[-1]
    fits = isinstance(gates, dict) and set(gates) == set(wanted)
    assert_that(fits, f"gates: expected a dict with the names {', '.join(wanted)}, and no others.")
    for name, array in wanted.items():
        assert_close(gates[name], array, rtol=SINGLE, strict_shape=True, what=f'gates["{name}"] with {sizes}')
    for (name, actual), array in zip(reversed(parts.items()), reversed(right[:-1]), strict=True):
        assert_close(actual, array, rtol=SINGLE, atol=1e-30, strict_shape=True, what=f"{name} with {sizes}")


def _peepholes(rng, H):
    return {f"p_{name}": rng.normal(size=H) for name in ("input", "forget", "output")}


def _check_lstm(student, rng, cases):
    """Compare for each (sizes, peephole, bias of the gates or None, whole numbers?)."""
    inputs = []
    for (B, C, H), peephole, bias, whole in cases:
        w = _weights(rng, C, H, K=4, scale=1.5) | _peepholes(rng, H)
        if bias is not None:
            w["b"] = np.repeat(bias, H) + 0.1 * w["b"]
        x = rng.integers(-2, 3, size=(B, C)) if whole else rng.normal(size=(B, C))
        h_prev, c_prev = (
            (rng.integers(-1, 2, size=(B, H)), rng.integers(-3, 4, size=(B, H)))
            if whole
            else (rng.uniform(-1, 1, size=(B, H)), rng.normal(size=(B, H)) * 2)
        )
        inputs.append((x, h_prev, c_prev, w, peephole))
    answers = [student.lstm_step(*case) for case in inputs]
    for (sizes, peephole, _, _), case, answer in zip(cases, inputs, answers, strict=True):
        text = _sizes(**dict(zip("BCH", sizes, strict=True))) + (" and peepholes" if peephole else "")
        _compare_step(answer, _right_lstm(*case), ("h", "c", "gates"), text)


@points(0.5)
def test_lstm_step_values(student, rng):
    """Gates, cells and states are right without peepholes."""
    _check_lstm(student, rng, [((4, 3, 2), False, None, False), ((2, 4, 5), False, None, False)])


@points(0.5)
def test_lstm_step_without_the_argument(student, rng):
    """Without the argument peephole there are none, whether their weights are there or not."""
    w, C, H = _weights(rng, 3, 2, K=4, scale=1.5), 3, 2
    x, h_prev, c_prev = rng.normal(size=(4, C)), rng.uniform(-1, 1, size=(4, H)), rng.normal(size=(4, H)) * 2
    right = _right_lstm(x, h_prev, c_prev, w, False)
    for weights in (w, w | _peepholes(rng, H)):
        inputs = {"x": x, "h_prev": h_prev, "c_prev": c_prev, "weights": weights}
        answer = student.run(_lstm_without_the_argument, **inputs)
        _compare_step(answer, right, ("h", "c", "gates"), "B = 4, C = 3, H = 2")


@points(1)
def test_lstm_step_with_peepholes(student, rng):
    """With peepholes, input and forget gate see the old cells and the output gate the new ones."""
    _check_lstm(student, rng, [((4, 3, 2), True, None, False), ((2, 4, 5), True, None, False)])


@points(0.5)
def test_lstm_step_gates_forced(student, rng):
    """Gates that are forced open or shut, with sums in the hundreds, keep, lose, let in and let out as they must."""
    shut, open_ = -800.0, 800.0
    biases = ([shut, open_, 0, open_], [open_, shut, 0, open_], [open_, open_, open_, 0], [0, 0, shut, shut])
    _check_lstm(student, rng, [((3, 2, 4), peephole, bias, False) for bias in biases for peephole in (False, True)])


@points(0.5)
def test_lstm_step_other_sizes(student, rng):
    """One sequence, one input, one cell, no sequence, equal sizes, whole numbers."""
    shapes = ((1, 3, 2), (3, 1, 2), (3, 2, 1), (0, 3, 2), (2, 2, 2))
    _check_lstm(student, rng, [(sizes, peephole, None, False) for sizes in shapes for peephole in (False, True)])
    _check_lstm(student, rng, [((4, 3, 2), False, None, True), ((4, 3, 2), True, None, True)])


def _check_gru(student, rng, cases):
    """Compare for each (sizes, bias of the gates or None, whole numbers?)."""
    inputs = []
    for (B, C, H), bias, whole in cases:
        w = _weights(rng, C, H, K=3, scale=1.5)
        if bias is not None:
            w["b"] = np.repeat(bias, H) + 0.1 * w["b"]
        x = rng.integers(-2, 3, size=(B, C)) if whole else rng.normal(size=(B, C))
        h_prev = rng.integers(-1, 2, size=(B, H)) if whole else rng.uniform(-1, 1, size=(B, H))
        inputs.append((x, h_prev, w))
    _compare_grus(student, inputs)


def _compare_grus(student, inputs):
    answers = [student.gru_step(*case) for case in inputs]
    for case, answer in zip(inputs, answers, strict=True):
        x, h_prev, w = case
        _compare_step(answer, _right_gru(*case), ("h", "gates"), _sizes(B=len(x), C=len(w["Wx"]), H=h_prev.shape[1]))


def _special_grus(rng, B, C, H):
    """Numbers on which answers differ that are right for ordinary ones only, and arrays that do not count."""
    x, h_prev, w = rng.normal(size=(B, C)), rng.uniform(-1, 1, size=(B, H)), _weights(rng, C, H, K=3, scale=1.5)
    # the weights undo what the other numbers are multiplied by, so that the sums are ordinary ones
    cases = [(n * x, n * h_prev, w | {"Wx": w["Wx"] / n, "Wh": w["Wh"] / n}) for n in (1e-9, 1e7)]
    cases.append((1e-9 * x, 1e-9 * h_prev, w | {"b": np.zeros(3 * H)}))
    cases += [(x, h_prev, w | {"Wy": rng.normal(size=(H, n)), "by": rng.normal(size=n)}) for n in (1, 2)]
    shapes = ((B, C), (B, H), (C, 3 * H), (H, 3 * H), (3 * H,))
    nearly = tuple(0.5 - 0.0025 * rng.random(shape) for shape in shapes)
    for x_, h, *arrays in [*many_kinds(rng, *shapes), nearly]:
        cases.append((x_, h, dict(zip(("Wx", "Wh", "b"), arrays, strict=True))))
    return cases


@points(1)
def test_gru_step_values(student, rng):
    """Gates, candidates and states are right, also for tiny, huge, equal and no numbers in each of the arrays."""
    _check_gru(student, rng, [((4, 3, 2), None, False), ((2, 4, 5), None, False)])
    _compare_grus(student, _special_grus(rng, 4, 3, 2))


@points(0.5)
def test_gru_step_gates_forced(student, rng):
    """Gates that are forced open or shut, with sums in the hundreds, keep, replace and hold back as they must."""
    biases = ([800.0, 0, 0], [-800.0, 0, 0], [-800.0, -800.0, 0], [0, 800.0, 0], [0, 0, -800.0])
    _check_gru(student, rng, [((3, 2, 4), bias, False) for bias in biases])


@points(0.5)
def test_gru_step_other_sizes(student, rng):
    """One sequence, one input, one unit, no sequence, equal sizes, whole numbers."""
    shapes = ((1, 3, 2), (3, 1, 2), (3, 2, 1), (0, 3, 2), (2, 2, 2))
    _check_gru(student, rng, [(sizes, None, False) for sizes in shapes] + [((4, 3, 2), None, True)])


# train_adding

ADDING_NAMES = ("Wx", "Wh", "b", "Wy", "by")


def _number_array(weights, name):
    """Return one of the weights as a float64 array."""
    try:
        array = np.asarray(weights[name], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = None
    assert_that(array is not None, f"{name} is not an array of numbers.")
    return array


def _check_adding_weights(weights):
    """Insist on five arrays with shapes that fit together; return them as float64 and the number of blocks K."""
    fits = isinstance(weights, dict) and set(weights) >= set(ADDING_NAMES)
    assert_that(fits, "Expected a dict with the arrays Wx, Wh, b, Wy and by.")
    shape = _number_array(weights, "Wh").shape
    H, columns = shape if len(shape) == 2 else (1, 1)
    K = columns // max(H, 1)
    fits = K in (1, 3, 4) and columns == K * H and H <= 256
    assert_that(fits, f"Wh has shape {shape}. Expected (H, K H) with K = 1, 3 or 4, and H at most 256.")
    shapes = ((2, columns), (H, columns), (columns,), (H, 1), (1,))
    for name, wanted in zip(ADDING_NAMES, shapes, strict=True):
        assert_shape(weights[name], wanted, what=f"{name} with H = {H}, K = {K}")
    arrays = {name: _number_array(weights, name) for name in ADDING_NAMES}
    assert_that(all(np.isfinite(array).all() for array in arrays.values()), "Some weights are infinite or NaN.")
    return arrays, K


def _adding_error(weights, K, seq_len, rng):
    """Mean squared error on 2,000 sequences that only this process knows."""
    X, y = make_adding(2000, seq_len, rng)
    h = c = np.zeros((len(X), len(weights["Wh"])))
    for t in range(seq_len):
        x = X[:, t].astype(np.float64)
        if K == 1:
            h = np.tanh(x @ weights["Wx"] + h @ weights["Wh"] + weights["b"])
        elif K == 3:
            h, _ = _right_gru(x, h, weights)
        else:
            h, c, _ = _right_lstm(x, h, c, weights, False)
    return float(np.mean((h @ weights["Wy"] + weights["by"] - y[:, None]) ** 2))


@points(0.5, seconds=60)
def test_train_adding_form(student, rng):
    """The arrays fit together for short sequences, all randomness comes from rng, and the short ones are learnt."""
    seq_len, seed = int(rng.integers(5, 8)), int(rng.integers(2**31))
    weights = student.train_adding(seq_len, np.random.default_rng(seed))
    other = student.train_adding(seq_len, np.random.default_rng(seed + 1))
    arrays, K = _check_adding_weights(weights)
    others, _ = _check_adding_weights(other)
    same = arrays["Wh"].shape == others["Wh"].shape and np.array_equal(arrays["Wh"], others["Wh"])
    assert_that(not same, "Another rng leads to the same weights. Do they come from rng?")
    error = _adding_error(arrays, K, seq_len, rng)
    assert_that(error < 0.02, f"The mean squared error is {error:.3f} on sequences of {seq_len} steps. Asked: 0.02.")


@points(2.5, repeat=False, seconds=90)
def test_train_adding_adds(student, rng):
    """On hidden sequences of 50 steps, the mean squared error is below 0.01; guessing 1 gives 0.167."""
    # A network that has learned to add lies far below the threshold; one that has not stays near 0.167.
    weights = student.train_adding(50, np.random.default_rng(int(rng.integers(2**31))))
    arrays, K = _check_adding_weights(weights)
    error = _adding_error(arrays, K, 50, rng)
    assert_that(error < 0.01, f"The mean squared error on new sequences of 50 steps is {error:.4f}. Asked: below 0.01.")


# embedding_forward and embedding_backward


def _tokens(rng, shape, V, dtype=np.int64):
    return rng.integers(0, V, size=shape).astype(dtype)


def _rows_of_all_kinds(rng, D):
    """Eleven rows: ordinary, tiny and huge ones, some with zeros, some with ties."""
    return rng.permutation(np.concatenate([mixed_rows(rng, D), magnitudes(rng, (1, D), 1e-12, 1e-9)]))


@points(0.5)
def test_embedding_forward_vectors(student, rng):
    """Every token gets its row, for different numbers of sequences, steps and tokens."""
    cases = [(_tokens(rng, shape, V), rng.normal(size=(V, D))) for shape, V, D in (((3, 5), 7, 4), ((4, 2), 3, 5))]
    cases += [(rng.permutation(11).reshape(1, 11), _rows_of_all_kinds(rng, D)) for D in (2, 4)]
    cases.append((labels_with_gaps(rng, 6, 5), rng.normal(size=(5, 3))))
    answers = [student.embedding_forward(*case) for case in cases]
    for (tokens, E), answer in zip(cases, answers, strict=True):
        right = np.array([E[token] for token in tokens.ravel()]).reshape(*tokens.shape, -1)
        what = f"embedding_forward with tokens of shape {tokens.shape} and E of shape {E.shape}"
        assert_close(answer, right, rtol=SINGLE, atol=1e-30, each=True, strict_shape=True, what=what)


@points(0.5)
def test_embedding_forward_other_shapes_and_types(student, rng):
    """One axis or three, no tokens, one token in the vocabulary, small integer types, transposed views."""
    shapes = [((6,), 4, 3, np.int64), ((2, 3, 2), 5, 2, np.int32), ((1, 1), 1, 1, np.int64), ((0, 4), 3, 2, np.int64)]
    shapes += [((3, 0), 3, 2, np.int64), ((4, 3), 120, 7, np.int8), ((4, 3), 250, 3, np.uint8)]
    shapes.append(((2, 3, 1), 4, 2, np.int64))
    cases = [(_tokens(rng, shape, V, dtype), rng.normal(size=(V, D))) for shape, V, D, dtype in shapes]
    answers = [student.embedding_forward(*case) for case in cases]
    tokens, E = _tokens(rng, (3, 5), 7), rng.normal(size=(7, 4))
    turned = student.run(_look_up_views, tokens=tokens.T.copy(), E=E.T.copy())
    for (tokens_, E_), answer in zip([*cases, (tokens, E)], [*answers, turned], strict=True):
        what = f"embedding_forward with tokens of shape {tokens_.shape}, type {tokens_.dtype}, E of shape {E_.shape}"
        assert_close(answer, E_[tokens_.astype(np.int64)], rtol=SINGLE, strict_shape=True, what=what)


def _check_embedding_gradients(call, cases):
    answers = [call(*case) for case in cases]
    for (dout, tokens, V), answer in zip(cases, answers, strict=True):
        right = np.zeros((V, dout.shape[-1]))
        for place in np.ndindex(*tokens.shape):
            right[tokens[place]] += dout[place]
        what = f"embedding_backward with tokens of shape {tokens.shape}, type {tokens.dtype}, vocab_size {V}"
        alone = np.unique(tokens).size == tokens.size  # where nothing is added up, no digit may be lost
        assert_close(answer, right, rtol=SINGLE, atol=1e-30 if alone else 1e-12, each=alone, what=what)


@points(0.5)
def test_embedding_backward_adds_up(student, rng):
    """Tokens that occur several times, in one sequence or in several, get the sum of all their gradients."""
    sizes = (((3, 8), 4, 5), ((5, 2), 3, 2), ((2, 30), 6, 3))
    cases = [(rng.normal(size=(*shape, D)), _tokens(rng, shape, V), V) for shape, V, D in sizes]
    _check_embedding_gradients(student.embedding_backward, cases)


@points(0.5)
def test_embedding_backward_tokens_that_do_not_occur(student, rng):
    """There is a row for every token of the vocabulary, 0 where the token does not occur."""
    tokens = np.array([[2, 5, 2], [5, 2, 3]])
    cases = [(rng.normal(size=(2, 3, 4)), tokens, 6), (rng.normal(size=(2, 3, 4)), tokens, 9)]
    cases += [(_rows_of_all_kinds(rng, D), rng.permutation(14)[:11], 14) for D in (2, 4)]
    _check_embedding_gradients(student.embedding_backward, cases)


@points(1)
def test_embedding_backward_other_shapes_and_types(student, rng):
    """One axis or three, no tokens, a vocabulary of one, small integer types, whole numbers, transposed views."""
    shapes = [((6,), 4, 3, np.int64), ((2, 3, 2), 5, 2, np.int32), ((2, 2), 1, 1, np.int64), ((0, 4), 3, 2, np.int64)]
    shapes += [((3, 0), 3, 2, np.int64), ((9, 3), 120, 2, np.int8), ((9, 3), 250, 3, np.uint8)]
    shapes += [((1, 5), 3, 2, np.int64), ((5, 1), 3, 2, np.int64), ((2, 3, 1), 4, 2, np.int64)]
    shapes.append(((2, 3, 2), 4, 1, np.int64))
    cases = [(rng.normal(size=(*shape, D)), _tokens(rng, shape, V, dtype), V) for shape, V, D, dtype in shapes]
    cases += [(whole_numbers(rng, (3, 4, 2)), _tokens(rng, (3, 4), 3), 3)]
    _check_embedding_gradients(student.embedding_backward, cases)

    def turned(dout, tokens, V):
        return student.run(
            _embedding_gradient_of_views, dout=dout.swapaxes(0, 1).copy(), tokens=tokens.T.copy(), vocab_size=V
        )

    _check_embedding_gradients(turned, [(rng.normal(size=(3, 5, 2)), _tokens(rng, (3, 5), 4), 4)])


# sequence_loss


def _loss_case(rng, B, T, V, *, scale=1.0, mask=None, kind=bool):
    """Draw scores, targets and a mask in which every sequence ends somewhere; targets of padding are not tokens."""
    lengths = rng.integers(1, T + 1, size=B) if T else np.zeros(B, dtype=int)
    if B > 1 and T > 1:
        lengths[:2] = rng.permutation([1, T])
    real = (np.arange(T) < lengths[:, None]) if mask is None else mask
    targets = np.where(real, rng.integers(0, V, size=(B, T)), rng.choice([-1, V, 1000], size=(B, T)))
    return scale * rng.normal(size=(B, T, V)), targets, real.astype(kind)


def _right_loss(logits, targets, mask):
    total, real = 0.0, np.asarray(mask, dtype=bool)
    dlogits, count = np.zeros(logits.shape), max(1, int(real.sum()))
    for place in zip(*np.nonzero(real), strict=True):
        shifted = logits[place] - np.max(logits[place])
        total += (np.log(np.sum(np.exp(shifted))) - shifted[targets[place]]) / count
        dlogits[place] = softmax(shifted) / count
        dlogits[place][targets[place]] -= 1 / count
    return total, dlogits


def _check_losses(student, cases, parts=("loss", "dlogits")):
    answers = [student.sequence_loss(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        actual = dict(zip(("loss", "dlogits"), take_apart(answer, ("loss", "dlogits")), strict=True))
        right = dict(zip(("loss", "dlogits"), _right_loss(*case), strict=True))
        sizes = _sizes(**dict(zip("BTV", case[0].shape, strict=True)))
        for part in parts:
            what = f"{part} with {sizes}"
            assert_close(actual[part], right[part], rtol=SINGLE, strict_shape=True, what=what)


@points(0.5)
def test_sequence_loss_value(student, rng):
    """The loss is the mean over all real steps of all sequences."""
    cases = [_loss_case(rng, 4, 5, 3), _loss_case(rng, 3, 4, 6, kind=np.int64), _loss_case(rng, 3, 3, 3, kind=float)]
    _check_losses(student, cases, ("loss",))


@points(0.5)
def test_sequence_loss_gradient(student, rng):
    """The gradient is right, and 0 in padding."""
    cases = [_loss_case(rng, 4, 5, 3), _loss_case(rng, 3, 4, 6, kind=np.int64), _loss_case(rng, 3, 3, 3, kind=float)]
    _check_losses(student, cases, ("dlogits",))


@points(0.5)
def test_sequence_loss_padding_changes_nothing(student, rng):
    """Longer padding, other scores and other targets in it leave loss and gradient as they were."""
    logits, targets, mask = _loss_case(rng, 3, 4, 5)
    longer = np.concatenate([logits, 30 * rng.normal(size=(3, 3, 5))], axis=1)
    longer_mask = np.concatenate([mask, np.zeros((3, 3), dtype=bool)], axis=1)
    longer_targets = np.concatenate([np.where(mask, targets, 7), np.full((3, 3), -1)], axis=1)
    longer = np.where(longer_mask[..., None], longer, 30 * rng.normal(size=longer.shape))
    _check_losses(student, [(logits, targets, mask), (longer, longer_targets, longer_mask)])


@points(0.5)
def test_sequence_loss_small_and_large_scores(student, rng):
    """Scores in the thousands give no NaN and no infinity, and tiny ones are right."""
    spread = rng.choice([-9000.0, 0.0, 9000.0], size=(3, 4, 5)) + rng.normal(size=(3, 4, 5))
    _, targets, mask = _loss_case(rng, 3, 4, 5)
    cases = [(spread, targets, mask), _loss_case(rng, 3, 4, 5, scale=50.0), _loss_case(rng, 3, 4, 5, scale=1e-3)]
    _check_losses(student, cases)


@points(1)
def test_sequence_loss_other_sizes(student, rng):
    """One step, one sequence, two tokens or one, whole numbers, no real step, no steps, gaps in the mask."""
    cases = [_loss_case(rng, *sizes) for sizes in ((4, 1, 3), (1, 5, 3), (3, 4, 2), (2, 3, 1), (2, 0, 3), (0, 2, 3))]
    cases.append(_loss_case(rng, 2, 3, 4, mask=np.zeros((2, 3), dtype=bool)))
    cases.append(_loss_case(rng, 3, 4, 5, mask=np.array([[1, 0, 1, 0], [0, 0, 0, 0], [0, 1, 1, 1]], dtype=bool)))
    whole, targets, mask = _loss_case(rng, 3, 4, 5)
    cases.append((rng.integers(-3, 4, size=whole.shape), targets, mask))
    _check_losses(student, cases)


# sample_next


def _generator(rng):
    return np.random.default_rng(int(rng.integers(2**31)))


def _scores(rng, V, temperature):
    """Draw scores for which no token of V is rarer than about 1 in 60 at this temperature."""
    return temperature * rng.permutation(np.linspace(-1.2, 1.2, V) + rng.uniform(-0.1, 0.1, size=V))


def _whole_tokens(draws, V, count):
    """Insist on so many tokens; return them as an array."""
    draws = list(draws) if isinstance(draws, (list, tuple)) else [draws]
    kinds = (np.ndarray, np.generic)
    fits = all(
        type(draw) is int or (isinstance(draw, kinds) and draw.ndim == 0 and draw.dtype.kind in "iu") for draw in draws
    )
    assert_that(fits, "A token is a whole number, an int.")
    inside = all(0 <= int(draw) < V for draw in draws)
    assert_that(inside, f"With {V} scores, a token is a number from 0 to {V - 1}. Others came, too.")
    assert_that(len(draws) == count, f"Of {count:,} draws, {len(draws):,} came back.")
    return np.array([int(draw) for draw in draws], dtype=np.int64)


def _check_frequencies(draws, logits, temperature, count=600):
    """Compare how often tokens were drawn with softmax(logits / temperature), by a chi-squared test."""
    tokens = _whole_tokens(draws, len(logits), count)
    expected = len(tokens) * softmax(np.asarray(logits, dtype=float) / temperature)
    counts = np.bincount(tokens, minlength=len(logits))
    far = np.sum((counts - expected) ** 2 / expected) > chi2.isf(FALSE_ALARM, len(logits) - 1)
    message = f"In {len(tokens):,} draws at temperature {temperature:.3g}, some tokens came too often or too rarely."
    assert_that(not far, message)


@points(0.5)
def test_sample_next_limits_of_temperature(student, rng):
    """Temperature 0 takes the highest score, 0.001 nearly always; a very high one makes all equally likely."""
    logits = rng.normal(size=(8, 7)) * 3
    logits[0, [2, 5]] = np.max(logits[0]) + 1.0  # tied
    few = student.run(_many_draws, logits=logits[2] / 3, temperature=1.5, rng=_generator(rng), count=20)
    cold = student.run(_cold_draws, scores=logits, temperature=0, rng=_generator(rng))
    cold_float = student.run(_cold_draws, scores=logits, temperature=0.0, rng=_generator(rng))
    distinct = np.array([rng.permutation(np.arange(7.0)) for _ in range(8)])
    cool = student.run(_cold_draws, scores=distinct, temperature=0.001, rng=_generator(rng))
    hot = student.run(_many_draws, logits=logits[1], temperature=1e6, rng=_generator(rng), count=600)
    for draws, scores, temperature in ((cold, logits, 0), (cold_float, logits, 0.0), (cool, distinct, 0.001)):
        right = np.argmax(scores, axis=1)
        misses = int(np.sum(_whole_tokens(draws, 7, 8) != right))
        assert_that(not misses, f"At temperature {temperature}, {misses} of 8 times another token than the best came.")
    _whole_tokens(few, 7, 20)
    _check_frequencies(hot, logits[1], 1e6)


@points(0.5, repeat=False)
def test_sample_next_frequencies(student, rng):
    """In 600 draws, tokens come as often as the softmax of scores over temperature says."""
    cases = []
    for V, low, high in ((4, 0.3, 0.6), (6, 1.5, 3.0), (3, 0.9, 1.1), (2, 5.0, 9.0)):
        temperature = float(rng.uniform(low, high))
        logits = _scores(rng, V, temperature)
        inputs = {"logits": logits, "temperature": temperature, "rng": _generator(rng), "count": 600}
        cases.append((student.run(_many_draws, **inputs), logits, temperature))
    for case in cases:
        _check_frequencies(*case)


@points(0.5, repeat=False)
def test_sample_next_independent_draws(student, rng):
    """What is drawn does not depend on what was drawn before, and all randomness comes from rng."""
    V = int(rng.integers(3, 7))
    logits = _scores(rng, V, 1.0)
    inputs = {"logits": logits, "temperature": 1.0, "count": 1200}
    draws = student.run(_many_draws, **inputs, rng=_generator(rng))
    tokens = _whole_tokens(draws, V, 1200)
    pairs = np.bincount(V * tokens[0::2] + tokens[1::2], minlength=V * V)
    probs = softmax(logits)
    expected = len(tokens) / 2 * np.outer(probs, probs).ravel()
    far = np.sum((pairs - expected) ** 2 / expected) > chi2.isf(FALSE_ALARM, V * V - 1)
    assert_that(
        not far, "A token depends on the one before it. Every draw stands for itself: is rng made anew, or copied?"
    )
    other = student.run(_many_draws, **inputs, rng=_generator(rng))
    same = np.array_equal(_whole_tokens(other, V, 1200), tokens)
    assert_that(not same, "Another rng gives the same 1,200 tokens. Does all randomness come from rng?")


@points(0.5, repeat=False)
def test_sample_next_sizes_and_kinds_of_scores(student, rng):
    """One token, whole numbers, scores in the thousands and scores far below the others work."""
    one = student.run(_many_draws, logits=rng.normal(size=1), temperature=0.7, rng=_generator(rng), count=5)
    whole = rng.permutation(np.array([0, 1, 2, 1]))
    wholes = student.run(_many_draws, logits=whole, temperature=1.5, rng=_generator(rng), count=600)
    shift = float(rng.choice([-9000.0, 9000.0]))
    large = _scores(rng, 4, 1.0) + shift
    larges = student.run(_many_draws, logits=large, temperature=1.0, rng=_generator(rng), count=600)
    spread = rng.permutation(np.array([9000.0, -9000.0, 0.0, 8999.0, -9000.0]))
    spreads = student.run(_many_draws, logits=spread, temperature=1.0, rng=_generator(rng), count=600)
    assert_that(np.all(_whole_tokens(one, 1, 5) == 0), "With one score, the token is 0.")
    _check_frequencies(wholes, whole, 1.5)
    _check_frequencies(larges, large, 1.0)
    places = np.argsort(spread)[-2:]
    tokens = _whole_tokens(spreads, 5, 600)
    assert_that(np.all(np.isin(tokens, places)), "A token came whose score is far below the others.")
    _check_frequencies((tokens == places[1]).astype(int).tolist(), np.sort(spread)[-2:], 1.0)


# bidirectional


def _both_ways(X, lengths, forward, backward):
    H1, H2 = len(forward["b"]), len(backward["b"])
    H = np.zeros((*X.shape[:2], H1 + H2))
    for n, length in enumerate(lengths):
        x = X[n : n + 1, :length]
        H[n, :length, :H1] = _states(x, np.zeros((1, H1)), **forward)[0]
        H[n, :length, H1:] = _states(x[:, ::-1], np.zeros((1, H2)), **backward)[0, ::-1]
    return H


def _reader_case(rng, B, T, C, H1, H2, lengths, *, whole=False):
    X = rng.integers(-2, 3, size=(B, T, C)) if whole else rng.normal(size=(B, T, C))
    return X, np.array(lengths, dtype=np.int64), _weights(rng, C, H1), _weights(rng, C, H2)


def _check_readers(student, cases):
    answers = [student.bidirectional(*case) for case in cases]
    for (X, lengths, forward, backward), answer in zip(cases, answers, strict=True):
        (B, T, C), H1, H2 = X.shape, len(forward["b"]), len(backward["b"])
        what = f"bidirectional with {_sizes(B=B, T=T, C=C, H1=H1, H2=H2)}"
        right = _both_ways(X, lengths, forward, backward)
        assert_shape(answer, right.shape, what=what)
        actual = np.asarray(answer)
        for name, part in (("forward", slice(0, H1)), ("backward", slice(H1, None))):
            states = f"{what}, lengths {lengths.tolist()}: the {name} states"
            assert_close(actual[..., part], right[..., part], rtol=SINGLE, what=states)


@points(0.5)
def test_bidirectional_full_sequences(student, rng):
    """Both halves are right where all steps are real, for networks of different sizes and of the same size."""
    _check_readers(student, [_reader_case(rng, 3, 5, 2, 4, 3, [5] * 3), _reader_case(rng, 2, 4, 3, 2, 2, [4, 4])])


@points(1)
def test_bidirectional_different_lengths(student, rng):
    """Each sequence is read from its own end, and what stands in the padding changes nothing."""
    case = _reader_case(rng, 5, 6, 2, 3, 4, rng.permutation([1, 3, 6, 4, 0]))
    X, lengths, forward, backward = case
    other = np.where((np.arange(6) < lengths[:, None])[..., None], X, 100 * rng.normal(size=X.shape))
    _check_readers(student, [case, (other, lengths, forward, backward)])


@points(0.5)
def test_bidirectional_mirrored(student, rng):
    """A mirrored sequence, with the two networks swapped, gives mirrored states."""
    X, lengths, forward, backward = _reader_case(rng, 3, 5, 2, 3, 3, [5, 5, 5])
    ahead = student.bidirectional(X, lengths, forward, backward)
    mirrored = student.bidirectional(X[:, ::-1], lengths, backward, forward)
    right = _both_ways(X, lengths, forward, backward)
    assert_close(ahead, right, rtol=SINGLE, strict_shape=True, what="bidirectional with B = 3, T = 5")
    turned = np.concatenate([right[:, ::-1, 3:], right[:, ::-1, :3]], axis=2)
    assert_close(mirrored, turned, rtol=SINGLE, strict_shape=True, what="bidirectional with the sequences mirrored")


@points(1)
def test_bidirectional_other_sizes(student, rng):
    """One step, one sequence, one unit, whole numbers, no steps, no sequences."""
    cases = [
        _reader_case(rng, 3, 1, 2, 2, 3, [1, 0, 1]),
        _reader_case(rng, 1, 4, 2, 1, 2, [3]),
        _reader_case(rng, 2, 3, 1, 2, 1, [2, 3]),
        _reader_case(rng, 3, 4, 2, 3, 2, [2, 4, 3], whole=True),
        _reader_case(rng, 2, 0, 2, 3, 2, [0, 0]),
        _reader_case(rng, 0, 3, 2, 3, 2, []),
    ]
    _check_readers(student, cases)
