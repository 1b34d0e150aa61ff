"""The liar: a student whose code is never run, and who answers every call with something that looks right.

No check may give it a point: whatever it answers was known before the check drew its inputs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dnnkit.checking.mistakes import Outcome
from grading.authoring.lies import Answers, Lie, lies, odd_forms
from grading.authoring.proofs.records import ProofRow
from grading.errors import GradingError
from grading.judging.pytest_plugin import Candidate, CheckFinding, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student
from grading.lessons.check_functions import load_checks
from grading.lessons.lesson import Lesson

OTHER_SEEDS = (7001, 7002, 7003, 7004)  # whose right answers the liar knows


def prove_liar(lesson: Lesson, exercises: Iterable[str], seeds: Sequence[int]) -> list[ProofRow]:
    """Let the liar answer the checks of exercises.

    Args:
        lesson: the lesson.
        exercises: names of the exercises.
        seeds: the seeds with which the checks draw their inputs.

    Returns:
        One row per exercise; `numbers` are checks, and how many of them refused every lie.
    """
    reference = Reference(lesson)
    return [_prove_exercise(lesson, reference, exercise, seeds) for exercise in exercises]


def _prove_exercise(lesson: Lesson, reference: Reference, exercise: str, seeds: Sequence[int]) -> ProofRow:
    slow = exercise in getattr(load_checks(lesson), "SLOW", ())
    others = right_answers(lesson, reference, exercise, OTHER_SEEDS[: 2 if slow else None])
    known = _expected(lesson, reference, exercise)
    told = {check: list(lies(recorded, known)) for check, recorded in others.items()}
    problems = _problems(lesson, reference, exercise, told, seeds, ("passed", "error"))
    own = right_answers(lesson, reference, exercise, seeds[:1])
    odd = {check: list(odd_forms(next(iter(recorded.values())))) for check, recorded in own.items()}
    problems = _problems(lesson, reference, exercise, odd, seeds[:1], ("error",)) | problems
    return ProofRow(exercise, {"checks": len(told), "refused": len(told) - len(problems)}, list(problems.values()))


def _problems(
    lesson: Lesson,
    reference: Reference,
    exercise: str,
    told: Mapping[str, Sequence[Lie]],
    seeds: Sequence[int],
    bad: Sequence[str],
) -> dict[str, str]:
    """Tell every lie to every check: the checks that end in a bad state, each with a sentence about the first lie."""
    candidates = {
        Candidate(f"liar-{number}-{seed}", _liars(reference, told, number), _seed(seed), frozenset({exercise})): number
        for number in range(max(map(len, told.values())))
        for seed in seeds
    }
    problems: dict[str, str] = {}
    for finding in run_hidden_checks(lesson, reference, list(candidates)):
        result, number = finding.result, candidates[finding.candidate]
        if result.status in bad and number < len(told[result.name]):
            verdict = f"earns {result.max_score:g} in" if result.status == "passed" else "breaks"
            problems.setdefault(result.name, f"The liar {verdict} {result.name} with {told[result.name][number].name}.")
    return problems


def right_answers(
    lesson: Lesson, reference: Reference, exercise: str, seeds: Sequence[int]
) -> dict[str, dict[int, Answers]]:
    """Record what the reference answers.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
        exercise: name of the exercise.
        seeds: the seeds with which the checks draw their inputs.

    Returns:
        Check -> seed -> answers to its calls, in order.

    Raises:
        GradingError: when the reference fails a check.
    """
    candidates = {
        Candidate(f"reference-{seed}", reference.student, _seed(seed), frozenset({exercise})): seed for seed in seeds
    }
    found: dict[str, dict[int, Answers]] = {}
    for finding in run_hidden_checks(lesson, reference, list(candidates)):
        if finding.result.status != "passed":
            raise GradingError(f"{lesson.name}: the reference fails {finding.result.name}: {finding.result.message}")
        found.setdefault(finding.result.name, {})[candidates[finding.candidate]] = _values(finding)
    return found


def _values(finding: CheckFinding) -> Answers:
    return [call.outcome.value for call in finding.calls]


def _expected(lesson: Lesson, reference: Reference, exercise: str) -> list[object]:
    """What the public examples of an exercise give, where they simply call the function."""
    examples = load_checks(lesson).EXAMPLES[exercise]
    function = getattr(reference.functions, exercise)
    return [function(*example.inputs.values()) for example in examples if example.code is None]


def _liars(reference: Reference, told: Mapping[str, Sequence[Lie]], number: int) -> Any:
    """Make the students of one candidate: one for each check, in their order, each with its own lie."""
    order: Iterator[str] = iter(told)

    def make_student(**options: Any) -> Student:
        known = told[next(order)]
        return Student(_transport(known[min(number, len(known) - 1)]), reference.parameters, **options)

    return make_student


def _transport(lie: Lie) -> Any:
    calls = 0

    def answer(request: object, seconds: float) -> dict[str, object]:
        nonlocal calls
        calls += 1
        outcome = Outcome("returned", lie.answer(calls - 1)).to_json(readable=False)
        return {"outcome": outcome, "message": "", "place": "", "warnings": []}

    return answer


def _seed(seed: int) -> bytes:
    return f"audit {seed}".encode()
