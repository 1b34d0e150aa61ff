"""Prove that the checks refuse the wrong answers that a machine makes, and that none of them gets a false name."""

from collections.abc import Iterable, Mapping, Sequence

from grading.authoring.mutants.prove import problems_of, prove_mutants
from grading.authoring.proofs.records import ProofRow
from grading.lessons.bank import load_equivalents
from grading.lessons.lesson import Lesson

NAME = "mutants"
HEADINGS: tuple[str, ...] = ("mutants refused", "equivalent")
SHARE = 1
MOST_SEEDS = 1  # the mutants are many, and those that chance alone kills are few


def applies(lesson: Lesson, exercise: str) -> bool:
    """Say whether EQUIVALENT in mistakes.py has an entry for the exercise, if only an empty one."""
    return exercise in load_equivalents(lesson)


def prove(lesson: Lesson, exercises: Iterable[str], seeds: Sequence[int]) -> list[ProofRow]:
    """Judge the mutants of exercises.

    Args:
        lesson: the lesson.
        exercises: names of the exercises.
        seeds: the seeds with which the checks draw their inputs.

    Returns:
        One row per exercise; `numbers` are mutants, killed, and equivalent: those named as right answers.
    """
    rows = []
    for row in prove_mutants(lesson, exercises, seeds[:MOST_SEEDS]):
        numbers = {"mutants": len(row.made), "killed": len(row.killed), "equivalent": len(row.equivalent)}
        rows.append(ProofRow(row.exercise, numbers, problems_of(row)))
    return rows


def columns(numbers: Mapping[str, int]) -> tuple[str, ...]:
    """Write how many mutants are refused of those that are wrong answers, and how many are right ones."""
    return f"{numbers['killed']} of {numbers['mutants'] - numbers['equivalent']}", f"{numbers['equivalent']}"
