"""Hear all that a student answers to the checks of an exercise, however wrong: the reference answers each check.

So a check that would end at the first wrong answer makes all its calls, and each is on record with what came.
"""

from collections.abc import Callable, Iterable
from typing import Any

from dnnkit.checking.mistakes import Outcome
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import RecordedCall, Student, Transport, local_transport, read_answer
from grading.lessons.lesson import Lesson

Runs = dict[str, list[list[RecordedCall]]]  # check -> for each seed the calls that it made


class ShadowedStudent(Student):
    """Asks the student, notes the answer, and gives the check what the reference answers.

    Args:
        transport: to the student.
        reference: to the reference.
        arguments: as for `Student`.
        options: as for `Student`.
    """

    def __init__(self, transport: Transport, reference: Transport, *arguments: Any, **options: Any) -> None:
        self._heard: Outcome | None = None

        def ask_both(request: dict[str, Any], seconds: float) -> Any:
            self._heard = None  # what is noted when the student does not answer
            self._heard = read_answer(transport(request, seconds), request)[0]
            return reference({**request, "repeat": False}, seconds)

        super().__init__(ask_both, *arguments, **options)

    def _note(self, name: str | None, request: dict[str, Any], outcome: Outcome, facts: Any, text: str = "") -> None:
        super()._note(name, request, self._heard or outcome, facts, text if self._heard is None else "")


def hear_answers(
    lesson: Lesson,
    reference: Reference,
    transport: Transport,
    seeds: Iterable[bytes],
    exercises: frozenset[str],
    announce: Callable[[str], None] = lambda exercise: None,
) -> dict[str, Runs]:
    """Have a student answer the checks of some exercises.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
        transport: to the student.
        seeds: seeds of the checks' inputs.
        exercises: their exercises.
        announce: function called with the name of each exercise before its checks.

    Returns:
        Exercise -> check -> calls; a check that did not make all its calls for every seed is left out.
    """
    right = local_transport(reference.namespace())

    def make_student(*, exercise: str, **options: Any) -> Student:
        announce(exercise)
        return ShadowedStudent(transport, right, reference.parameters, exercise=exercise, **options)

    candidates = [Candidate(f"seed {n}", make_student, seed, exercises) for n, seed in enumerate(seeds)]
    heard: dict[str, Runs] = {exercise: {} for exercise in exercises}
    for finding in run_hidden_checks(lesson, reference, candidates):
        if finding.result.status == "passed":
            mine = [call for call in finding.calls if call.name in (finding.exercise, None)]
            heard[finding.exercise].setdefault(finding.result.name, []).append(mine)
    return {
        exercise: {check: runs for check, runs in checks.items() if len(runs) == len(candidates) and all(runs)}
        for exercise, checks in heard.items()
    }
