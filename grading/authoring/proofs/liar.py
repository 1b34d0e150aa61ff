"""Prove that no check gives a point to the liar, whose answers were known before the check drew its inputs."""

from collections.abc import Iterable, Mapping, Sequence

from grading.authoring.liar import try_lies
from grading.authoring.proofs.records import ProofRow
from grading.errors import GradingError
from grading.lessons.check_functions import list_checks
from grading.lessons.lesson import Lesson

NAME = "liar"
HEADINGS: tuple[str, ...] = ("liar refused",)
SHARE = 3
MOST_SEEDS = 2  # the lies are many, and none depends on the seed of the check


def applies(lesson: Lesson, exercise: str) -> bool:
    """Every exercise is proved so."""
    return True


def prove(lesson: Lesson, exercises: Iterable[str], seeds: Sequence[int]) -> list[ProofRow]:
    """Let the liar answer the checks of exercises.

    Args:
        lesson: the lesson.
        exercises: names of the exercises.
        seeds: the seeds with which the checks draw their inputs.

    Returns:
        One row per exercise; `numbers` are checks, and how many of them refused every lie.
    """
    checks = list_checks(lesson)
    return [_prove_exercise(lesson, exercise, len(checks[exercise]), seeds[:MOST_SEEDS]) for exercise in exercises]


def _prove_exercise(lesson: Lesson, exercise: str, checks: int, seeds: Sequence[int]) -> ProofRow:
    try:
        problems = list(try_lies(lesson, exercise, seeds).values())
    except GradingError as error:
        return ProofRow(exercise, {"checks": checks, "refused": 0}, [f"The liar was not tried. {error}"])
    return ProofRow(exercise, {"checks": checks, "refused": checks - len(problems)}, problems)


def columns(numbers: Mapping[str, int]) -> tuple[str, ...]:
    """Write how many checks refuse every lie."""
    return (f"{numbers['refused']} of {numbers['checks']}",)
