"""A failed answer is named by the known mistake that would have answered alike, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from grading.judging.mistake_matcher import MistakeMatcher
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.lessons.bank import Answer, load_bank


@pytest.fixture
def explained(lesson):
    """Check an answer's source and ask for its name: ([names], whether only upstream mistakes are to blame)."""

    def run(exercise, source, *, before=(), lesson=lesson):
        reference, bank = Reference(lesson), load_bank(lesson)
        mistakes = {m.name: m for m in bank.mistakes}
        upstream = tuple(mistakes[name] for name in before)
        answers = (*upstream, Answer(exercise, "mine", source))
        mine = Candidate(
            "ann", lambda **options: reference.student(*answers, **options), b"seed", frozenset({exercise})
        )
        findings = run_hidden_checks(lesson, reference, [mine])
        checks = [(finding.result.status == "passed", finding.calls) for finding in findings]
        fits, inherited = MistakeMatcher(reference, bank).name(exercise, checks, upstream=upstream)
        return [answer.name for answer in fits], inherited

    return run


def test_a_known_mistake_is_named_however_it_is_written(explained):
    assert explained("double", "def double(x):\n    return np.array([[v * v for v in row] for row in x])") == (
        ["double__squares"], False,
    )  # fmt: skip


def test_a_change_of_the_input_is_part_of_a_mistake(explained):
    assert explained("double", "def double(x):\n    np.add(x, x, out=x)\n    return x")[0] == ["double__in_place"]


def test_an_unknown_mistake_has_no_name(explained):
    assert explained("double", "def double(x):\n    return 3 * x") == ([], False)


def test_a_mistake_that_explains_one_check_only_is_not_enough_for_a_name(explained):
    source = "def double(x):\n    return x ** 2 if x.shape == (4, 3) else np.zeros((9, 9))"
    assert explained("double", source)[0] == []


def test_a_right_answer_has_no_name(explained):
    assert explained("double", "def double(x):\n    return x + x") == ([], False)


def test_an_answer_that_raises_is_not_named_by_one_that_returns(explained):
    assert explained("double", "def double(x):\n    raise ValueError")[0] == []


def test_exceptions_agree_by_type_and_by_what_their_texts_say_but_for_numbers_and_names(explained, changed_lesson):
    raising = (
        '@hint("It raises.")\ndef double__raises(x):\n    raise ValueError(f"no {x.shape}")\n\n\n@hint("The array that'
    )
    changed = changed_lesson({"mistakes.py": ('@hint("The array that', raising)})
    alike, other = (f"def double(x):\n    raise ValueError({text!r})" for text in ("no (9, 9)", "another"))
    assert explained("double", alike, lesson=changed)[0] == ["double__raises"]
    assert explained("double", other, lesson=changed)[0] == []


def test_results_that_differ_from_call_to_call_are_not_compared_where_a_check_calls_once(explained, changed_lesson):
    noisy = """@hint("It is random.")
def double__noisy(x):
    return 2 * x + np.random.default_rng().normal(size=x.shape)


@hint("The array that"""
    changed = changed_lesson(
        {
            "mistakes.py": ('@hint("The array that', noisy),
            "test_mini.py": ("@points(2)\ndef test_double_values", "@points(2, repeat=False)\ndef test_double_values"),
        }
    )
    mine = "def double(x):\n    return 2 * x + np.random.default_rng().uniform(size=x.shape)"
    raising = mine.replace("return", "if x.shape == (4, 3):\n        raise ValueError\n    return")
    assert explained("double", mine, lesson=changed)[0] == ["double__noisy"]
    assert explained("double", raising, lesson=changed)[0] == []
    assert explained("double", "def double(x):\n    return 3 * x", lesson=changed)[0] == []


def test_an_exercise_that_is_right_but_for_an_earlier_mistake_is_said_to_be(explained):
    source = "def mean_square(x):\n    return np.mean(double(x) ** 2) / 4"
    assert explained("mean_square", source, before=["double__squares"]) == ([], True)


def test_a_mistake_of_its_own_is_named_even_after_an_earlier_one(explained):
    source = "def mean_square(x):\n    return np.mean(x) ** 2"
    assert explained("mean_square", source, before=["double__squares"]) == (["mean_square__square_of_mean"], False)


def test_another_mistake_is_not_blamed_on_the_earlier_one(explained):
    source = "def mean_square(x):\n    return np.mean(double(x) ** 2) / 5"
    assert explained("mean_square", source, before=["double__squares"]) == ([], False)


def test_mistakes_that_no_check_tells_apart_are_both_named(explained, changed_lesson):
    twin = '@hint("A twin.")\ndef double__twin(x):\n    return x * x\n\n\n@hint("The array that'
    changed = changed_lesson({"mistakes.py": ('@hint("The array that', twin)})
    names, _ = explained("double", "def double(x):\n    return x * x", lesson=changed)
    assert names == ["double__squares", "double__twin"]


def test_without_a_call_there_is_no_name(lesson):
    matcher = MistakeMatcher(Reference(lesson), load_bank(lesson))
    assert matcher.name("double", []) == ([], False)


@pytest.mark.parametrize("method", ["fits", "name"])
def test_answers_with_facts_are_compared_by_these_alone(lesson, method):
    def facts(inputs, value):
        return {"largest": float(np.max(value)) > 0.0}

    reference, bank = Reference(lesson), load_bank(lesson)
    mine = reference.student(Answer("double", "mine", "def double(x):\n    return np.asarray(x) ** 4"))
    mine.double(np.array([1.0, -2.0]))
    calls = [replace(call, facts=facts) for call in mine.calls]
    found = getattr(MistakeMatcher(reference, bank), method)("double", [(False, calls)])
    names = found if method == "fits" else [answer.name for answer in found[0]]
    assert names == ["double__squares"]  # the other known mistake changes its input
