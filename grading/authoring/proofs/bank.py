"""Prove the checks on the bank: every known mistake is rejected and rightly named, every right variant passes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grading.authoring.proofs.records import ProofRow
from grading.judging.mistake_matcher import MistakeMatcher
from grading.judging.pytest_plugin import Candidate, CheckFinding, run_hidden_checks
from grading.judging.records import CheckResult
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student
from grading.lessons.bank import Answer, Bank, load_bank
from grading.lessons.lesson import Lesson

NAME = "bank"
HEADINGS: tuple[str, ...] = ("mistakes rejected", "named", "right answers accepted")
SHARE = 3


@dataclass(frozen=True)
class Trial:
    """One answer of the bank, checked with one seed.

    Attributes:
        results: the exercise's `CheckResult`s.
        named: names of the known mistakes that match; only tried for mistakes.
    """

    results: tuple[CheckResult, ...]
    named: tuple[str, ...] = ()


def applies(lesson: Lesson, exercise: str) -> bool:
    """Every exercise is proved so."""
    return True


def prove(lesson: Lesson, exercises: Iterable[str], seeds: Sequence[int]) -> list[ProofRow]:
    """Check every answer of the bank with each of these seeds.

    Args:
        lesson: the lesson.
        exercises: names of the exercises.
        seeds: the seeds.

    Returns:
        One row per exercise; `numbers` are mistakes, rejected, named, variants (the reference included) and accepted.
    """
    bank, reference = load_bank(lesson), Reference(lesson)
    matcher = MistakeMatcher(reference, bank)
    return [_prove_exercise(lesson, bank, reference, matcher, name, seeds) for name in exercises]


def columns(numbers: Mapping[str, int]) -> tuple[str, ...]:
    """Write the numbers of a row, or the sums of all rows, as the cells of its columns."""
    mistakes = numbers["mistakes"]
    return (
        f"{numbers['rejected']} of {mistakes}",
        f"{numbers['named']}/{mistakes}",
        f"{numbers['accepted']} of {numbers['variants']}",
    )


def counts(bank: Bank, exercise: str) -> dict[str, int]:
    """Say how many answers of each sort the bank holds, as `numbers` names them."""
    return {"mistakes": len(bank.mistakes_of(exercise)), "variants": 1 + len(bank.variants_of(exercise))}


def _prove_exercise(
    lesson: Lesson, bank: Bank, reference: Reference, matcher: MistakeMatcher, exercise: str, seeds: Sequence[int]
) -> ProofRow:
    mistakes, variants = bank.mistakes_of(exercise), bank.variants_of(exercise)
    answers = {answer.name: (answer,) for answer in (*mistakes, *variants)} | {f"{exercise}__reference": ()}
    candidates = {
        _candidate(reference, name, own, exercise, seed): name for name, own in answers.items() for seed in seeds
    }
    findings: dict[Candidate, list[CheckFinding]] = {candidate: [] for candidate in candidates}
    for finding in run_hidden_checks(lesson, reference, list(candidates)):
        findings[finding.candidate].append(finding)
    trials: dict[str, list[Trial]] = {name: [] for name in answers}
    wrong = {mistake.name for mistake in mistakes}
    for candidate, name in candidates.items():
        checks = [(finding.result.status == "passed", finding.calls) for finding in findings[candidate]]
        fits = matcher.name(exercise, checks)[0] if name in wrong else []
        trials[name].append(Trial(tuple(f.result for f in findings[candidate]), tuple(fit.name for fit in fits)))
    row = ProofRow(exercise, {"mistakes": 0, "rejected": 0, "named": 0, "variants": 0, "accepted": 0})
    for mistake in mistakes:
        _judge_mistake(row, mistake.name, trials[mistake.name])
    for name in [f"{exercise}__reference", *(variant.name for variant in variants)]:
        _judge_variant(row, name, trials[name])
    return row


def _candidate(reference: Reference, name: str, answers: tuple[Answer, ...], exercise: str, seed: int) -> Candidate:
    def make_student(**options: object) -> Student:
        return reference.student(*answers, **options)

    return Candidate(f"{name}-{seed}", make_student, f"audit {seed}".encode(), frozenset({exercise}))


def _judge_mistake(row: ProofRow, name: str, trials: list[Trial]) -> None:
    escaped = sum(all(result.status == "passed" for result in trial.results) for trial in trials)
    broken = sorted({result.name for trial in trials for result in trial.results if result.status == "error"})
    found = {" and ".join(trial.named) or "nothing" for trial in trials}
    row.numbers["mistakes"] += 1
    row.numbers["rejected"] += not escaped
    row.numbers["named"] += found == {name}
    if escaped:
        row.problems.append(f"{name} passes every check in {escaped} of {len(trials)} runs.")
    if broken:
        row.problems.append(f"{name} breaks the check itself: {', '.join(broken)}.")
    if found != {name}:
        row.problems.append(f"{name} is named {', or '.join(sorted(found))}.")


def _judge_variant(row: ProofRow, label: str, trials: list[Trial]) -> None:
    failed = [result for trial in trials for result in trial.results if result.status != "passed"]
    row.numbers["variants"] += 1
    row.numbers["accepted"] += not failed
    for name in sorted({result.name for result in failed}):
        messages = [result.message for result in failed if result.name == name]
        row.problems.append(f"{label} fails {name} in {len(messages)} of {len(trials)} runs: {messages[0]}")
