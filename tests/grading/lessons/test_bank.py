"""The bank is read without being run, and what breaks a rule is refused by name."""

import re

import pytest

from grading.errors import LessonError
from grading.lessons.bank import load_bank

LAST_MISTAKE = "def mean_square__square_of_mean(x):"


def test_mistakes_and_variants_are_listed_by_exercise(lesson):
    bank = load_bank(lesson)
    assert [m.name for m in bank.mistakes] == [
        "double__squares", "double__in_place", "mean_square__as_given", "mean_square__square_of_mean",
    ]  # fmt: skip
    assert [v.slug for v in bank.variants_of("double")] == ["sum", "loop"]
    assert bank.mistakes_of("double")[0].hint == "The result is the square of x. Doubling multiplies by two."


def test_the_source_of_an_answer_could_stand_in_a_students_cell(lesson):
    answer = load_bank(lesson).mistakes_of("double")[0]
    assert answer.source == "def double(x):\n    return np.asarray(x) ** 2\n"


def test_views_name_the_facts_by_which_outputs_are_compared(changed_lesson):
    bank = load_bank(changed_lesson({"mistakes.py": ("VIEWS = {}", 'VIEWS = {"double": "finite"}')}))
    assert bank.views == {"double": "finite"}


def test_reading_the_bank_runs_nothing_of_it(changed_lesson):
    load_bank(changed_lesson({"mistakes.py": ("VIEWS = {}", 'VIEWS = {}\nraise SystemExit("it ran")')}))


def test_helpers_without_two_underscores_are_no_answers(changed_lesson):
    bank = load_bank(
        changed_lesson({"variants.py": ("def double__loop", "def twice(x):\n    return x\n\n\ndef double__loop")})
    )
    assert [v.slug for v in bank.variants_of("double")] == ["sum", "loop"]


@pytest.mark.parametrize(
    ("filename", "change", "message"),
    [
        (
            "mistakes.py",
            ("def double__squares", "def triple__squares"),
            "90_mini/mistakes.py: triple__squares names no exercise. "
            "Expected <exercise>__<slug> with one of double, mean_square.",
        ),
        (
            "mistakes.py",
            ('@hint("The mean of x is squared. Square first, then take the mean.")\n', ""),
            "90_mini/mistakes.py: mean_square__square_of_mean: every mistake needs @hint(...).",
        ),
        (
            "mistakes.py",
            ('@hint("The mean of x is squared. Square first, then take the mean.")', '@hint("  ")'),
            "90_mini/mistakes.py: mean_square__square_of_mean: the hint is empty.",
        ),
        (
            "variants.py",
            ("def double__loop", "def double__sum"),
            "90_mini/variants.py: defined twice: double__sum.",
        ),
        (
            "variants.py",
            ("def double__loop", "def double__squares"),
            "90_mini: double__squares: in mistakes.py and in variants.py. Rename one.",
        ),
    ],
)
def test_what_breaks_a_rule_of_the_bank_is_refused(changed_lesson, filename, change, message):
    with pytest.raises(LessonError, match=f"^{re.escape(message)}$"):
        load_bank(changed_lesson({filename: change}))
