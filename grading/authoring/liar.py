"""The liar: a student whose code is never run, and who answers every call with something that looks right.

No check may give it a point: whatever it answers was known before the check drew its inputs, or is such an input.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.wire import decode
from grading.authoring.lies import Answers, Lie, blank_forms, lies, odd_forms
from grading.errors import GradingError
from grading.judging.pytest_plugin import Candidate, CheckFinding, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student
from grading.lessons.check_functions import load_checks, replayable_exercises, slow_exercises
from grading.lessons.lesson import Lesson

OTHER_SEEDS = (7001, 7002, 7003, 7004)  # whose right answers the liar knows


def try_lies(lesson: Lesson, exercise: str, seeds: Sequence[int]) -> dict[str, str]:
    """Let the liar answer the checks of an exercise.

    Args:
        lesson: the lesson.
        exercise: name of the exercise.
        seeds: the seeds with which the checks draw their inputs.

    Returns:
        Check -> a sentence about the first lie that earned a point or broke the check; empty when all refuse.

    Raises:
        GradingError: when the reference fails a check, so that there are no right answers to play back.
    """
    reference = Reference(lesson)
    seeds_played = OTHER_SEEDS[: 2 if exercise in slow_exercises(lesson) else None]
    others = right_answers(lesson, reference, exercise, seeds_played)
    own = right_answers(lesson, reference, exercise, seeds[:1])
    known = _expected(lesson, reference, exercise)
    replay = exercise not in replayable_exercises(lesson)
    lies_of = {check: list(lies(recorded, known, replay=replay)) for check, recorded in others.items()}
    odd_of = {check: list(odd_forms(next(iter(recorded.values())))) for check, recorded in own.items()}
    blank_of = {check: list(blank_forms(next(iter(recorded.values())))) for check, recorded in own.items()}
    problems = _problems(lesson, reference, exercise, odd_of, seeds[:1], ("error",))
    problems |= _problems(lesson, reference, exercise, blank_of, seeds[:1], ("passed", "error"))
    return problems | _problems(lesson, reference, exercise, lies_of, seeds, ("passed", "error"))


def _problems(
    lesson: Lesson,
    reference: Reference,
    exercise: str,
    lies_of: Mapping[str, Sequence[Lie]],
    seeds: Sequence[int],
    bad: Sequence[str],
) -> dict[str, str]:
    """Tell every lie to every check: the checks that end in a bad state, each with a sentence about the first lie."""
    candidates = {
        Candidate(
            f"liar-{number}-{seed}", _liars(reference, lies_of, number), _seed(seed), frozenset({exercise})
        ): number
        for number in range(max(map(len, lies_of.values())))
        for seed in seeds
    }
    problems: dict[str, str] = {}
    for finding in run_hidden_checks(lesson, reference, list(candidates)):
        result, number = finding.result, candidates[finding.candidate]
        if result.status in bad and number < len(lies_of[result.name]):
            verdict = f"earns {result.max_score:g} in" if result.status == "passed" else "breaks"
            problems.setdefault(
                result.name, f"The liar {verdict} {result.name} with {lies_of[result.name][number].name}."
            )
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
            raise GradingError(f"The reference fails {finding.result.name}: {finding.result.message}")
        found.setdefault(finding.result.name, {})[candidates[finding.candidate]] = _values(finding)
    return found


def _values(finding: CheckFinding) -> Answers:
    return [call.outcome.value for call in finding.calls]


def _expected(lesson: Lesson, reference: Reference, exercise: str) -> list[object]:
    """What the public examples of an exercise give, where they simply call the function."""
    examples = load_checks(lesson).EXAMPLES[exercise]
    function = getattr(reference.functions, exercise)
    return [function(*example.inputs.values()) for example in examples if example.code is None]


def _liars(reference: Reference, lies_of: Mapping[str, Sequence[Lie]], number: int) -> Any:
    """Make the students of one candidate: one for each check, in their order, each with its own lie."""
    order: Iterator[str] = iter(lies_of)

    def make_student(**options: Any) -> Student:
        known = lies_of[next(order)]
        return Student(_transport(known[min(number, len(known) - 1)]), reference.parameters, **options)

    return make_student


def _transport(lie: Lie) -> Any:
    calls = 0

    def answer(request: dict[str, Any], seconds: float) -> dict[str, object]:
        nonlocal calls
        calls += 1
        inputs = {name: decode(value) for name, value in request["inputs"].items()} if lie.echo else None
        outcome = Outcome("returned", lie.answer(calls - 1, inputs)).to_json(readable=False)
        return {"outcome": outcome, "message": "", "place": "", "warnings": []}

    return answer


def _seed(seed: int) -> bytes:
    return f"audit {seed}".encode()
