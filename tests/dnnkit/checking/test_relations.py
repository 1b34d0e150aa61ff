"""Each relation is said when it holds for every wrong answer, and only then."""

import numpy as np
import pytest

from dnnkit.checking.relations.find import find_relation
from dnnkit.checking.relations.parts import Case


def cases_of(right, wrong, inputs):
    """Cases of a wrong function beside the right one."""
    return [Case(given, wrong(*given.values()), right(*given.values())) for given in inputs]


def arrays(rng, *shapes):
    return [{"X": rng.normal(size=shape)} for shape in shapes]


@pytest.fixture
def X(rng):
    return arrays(rng, (5, 3), (4, 2), (6, 4))


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def mean(X):
    return X.mean(axis=0)


SHAPED = {
    "a sum where a mean is asked": (mean, lambda X: X.sum(axis=0), "is what is expected times the number of rows of X"),
    "divided by the rows once too often": (
        mean,
        lambda X: X.mean(axis=0) / len(X),
        "is what is expected times 1 / (the number of rows of X)",
    ),
    "the sign": (np.tanh, lambda X: -np.tanh(X), "has the opposite sign"),
    "twice": (np.tanh, lambda X: 2 * np.tanh(X), "is 2 times what is expected"),
    "one more": (np.tanh, lambda X: np.tanh(X) + 1, "is larger than expected by 1 everywhere"),
    "rounded": (np.tanh, lambda X: np.round(np.tanh(X), 2), "is right, but rounded to 2 decimals"),
    "few digits": (np.tanh, lambda X: np.tanh(X) * (1 + 1e-4 * np.sign(X - 0.3)), "agrees with the right one to about"),
    "transposed": (np.tanh, lambda X: np.tanh(X).T, "is the transpose of what is expected"),
    "one axis too many": (
        mean,
        lambda X: X.mean(axis=0)[None],
        "the right values, but in shape (1, 3) where (3,)",
    ),
    "reversed": (np.tanh, lambda X: np.tanh(X)[::-1], "holds the right rows in reverse order"),
    "sorted rows": (np.tanh, lambda X: np.tanh(X)[np.argsort(X[:, 0])], "holds the right rows, but in another order"),
    "zero": (np.tanh, np.zeros_like, "is 0 everywhere"),
    "unchanged": (np.tanh, lambda X: X, "is X, as it was given"),
    "nan": (np.tanh, lambda X: X * np.nan, "is not a number (nan) everywhere"),
    "negative": (np.tanh, lambda X: np.where(X < 0, 7.0, np.tanh(X)), "is right but where X is negative"),
    "large": (np.tanh, lambda X: np.where(np.abs(X) > 1, 7.0, np.tanh(X)), "is right but for large values of X"),
}


@pytest.mark.parametrize("name", SHAPED)
def test_a_relation_that_holds_everywhere_is_said(X, name):
    right, wrong, words = SHAPED[name]
    assert words in find_relation(cases_of(right, wrong, X))


@pytest.mark.parametrize("name", SHAPED)
def test_no_relation_is_said_when_one_more_answer_is_wrong_in_another_way(X, rng, name):
    right, wrong, words = SHAPED[name]
    cases = cases_of(right, wrong, X)
    odd = {"X": rng.normal(size=(7, 5))}
    expected = right(*odd.values())
    cases.append(Case(odd, expected * rng.normal(size=expected.shape) + 3.0, expected))
    assert words not in find_relation(cases)


def test_nothing_is_said_of_right_answers(X):
    assert find_relation(cases_of(np.tanh, np.tanh, X)) == ""


def test_nothing_is_said_of_noise(X, rng):
    assert find_relation(cases_of(np.tanh, lambda X: rng.normal(size=X.shape), X)) == ""


def set_row(index):
    def wrong(X):
        out = np.tanh(X)
        out[index] = 5.0
        return out

    return wrong


@pytest.mark.parametrize(("index", "words"), [(-1, "the last row"), (0, "the first row")])
def test_a_wrong_row_is_said(X, index, words):
    assert find_relation(cases_of(np.tanh, set_row(index), X)) == f"Your result is right but for {words}."


def test_a_row_is_not_said_when_another_answer_has_it_right(X):
    cases = cases_of(np.tanh, set_row(-1), X)
    cases.append(Case(X[0], np.tanh(X[0]["X"]), np.tanh(X[0]["X"])))
    assert "last row" not in find_relation(cases)


def test_a_wrong_column_and_a_wrong_border_are_said(rng):
    inputs = arrays(rng, (5, 6), (7, 5))

    def column(X):
        out = np.tanh(X)
        out[:, 1] += 1 + X[:, 0] ** 2
        return out

    def border(X):
        out = np.zeros_like(X)
        out[1:-1, 1:-1] = np.tanh(X)[1:-1, 1:-1]
        return out

    assert find_relation(cases_of(np.tanh, column, inputs)) == "Your result is right but for column 1."
    assert find_relation(cases_of(np.tanh, border, inputs)) == "Your result is right but for the border."


def test_the_result_of_the_call_before_is_recognised(rng):
    inputs = arrays(rng, (4, 3), (4, 3), (4, 3))
    kept = []

    def stale(X):
        kept.append(np.tanh(X))
        return kept[max(0, len(kept) - 2)]

    assert "the result of the call before it" in find_relation(cases_of(np.tanh, stale, inputs))


def test_the_part_of_an_answer_that_is_wrong_is_named(X):
    def right(X):
        return np.tanh(X), X.sum(axis=0)

    def wrong(X):
        return np.tanh(X), -X.sum(axis=0)

    assert find_relation(cases_of(right, wrong, X)) == "Your result, item 1, has the opposite sign."


def test_a_setting_that_multiplies_is_named(rng):
    inputs = [{"w": rng.normal(size=4), "learning_rate": rate} for rate in (0.1, 0.3, 0.7)]
    found = find_relation(
        cases_of(lambda w, learning_rate: -w, lambda w, learning_rate: -w * learning_rate, inputs),
    )
    assert found == "Your result is what is expected times learning_rate."


def test_calls_that_fail_alone_are_named_by_what_they_have_in_common(rng):
    def wrong(X):
        return np.tanh(X) if len(X) > 1 else np.full(X.shape, rng.normal())

    inputs = arrays(rng, (5, 3), (1, 3), (4, 3), (1, 2))
    assert find_relation(cases_of(np.tanh, wrong, inputs)) == "Your result is right but where axis 0 of X has length 1."


def test_a_factor_is_not_said_of_single_numbers_that_differ_by_chance():
    cases = [Case({"x": 2.0}, 5.0, 3.0), Case({"x": 4.0}, 1.0, 7.0)]
    assert find_relation(cases) == ""


def test_answers_of_another_form_have_no_relation(X):
    assert find_relation([Case(X[0], "text", np.zeros(3))]) == ""
    assert find_relation([Case(X[0], [np.zeros(3)], (np.zeros(3), np.zeros(2)))]) == ""
    assert find_relation([]) == ""
