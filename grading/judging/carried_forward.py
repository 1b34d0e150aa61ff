"""Tell an exercise that is wrong from one that is right but for a helper, and fails without a fault of its own.

Where an exercise failed after a helper of it, its checks run once more, in a fresh kernel in which the calls of its
failed helpers are answered by right ones from outside. What it passes there it lost only by the helpers that it called.
So a mistake that another one hides, a result that is made without the helper, or a helper that makes the exercise easy
earn nothing: they do not pass these checks.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from grading.judging.pytest_plugin import Candidate, CheckFinding, run_hidden_checks
from grading.judging.records import ExerciseResult, ExerciseStatus, exercise_status
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student, Transport
from grading.judging.substitutes import Allowance, Substitutes
from grading.lessons.call_graph import find_helpers
from grading.lessons.check_functions import training_exercises
from grading.lessons.lesson import Lesson

WRONG: frozenset[ExerciseStatus] = frozenset({"failed", "partial"})
BROKEN_OFF: frozenset[ExerciseStatus] = frozenset({"timeout", "crashed"})
MOST_CALLS = 10_000  # of substitutes, for one submission: a loop over samples makes hundreds in each of ten repetitions
OpenKernel = Callable[[], AbstractContextManager[Transport]]


@dataclass(frozen=True)
class Verdict:
    """What is known of an exercise that failed after a helper of it.

    Attributes:
        helpers: the failed helpers that it called where right ones stood in their places.
        checks: its failed checks that it passed there, after such a call; none where it failed another one, which it
            had passed with the student's own helpers: its own mistake fits theirs.
        findings: what all its checks found there; empty where it was not looked at again.
        failed: all helpers of it that failed.
    """

    helpers: tuple[str, ...] = ()
    checks: frozenset[str] = frozenset()
    findings: tuple[CheckFinding, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def has_own_mistake(self) -> bool:
        """Whether it is wrong with right helpers, too, and not only because something took too long or broke off."""
        states = {finding.result.status for finding in self.findings}
        return "failed" in states and states <= {"failed", "passed"}

    @property
    def is_open(self) -> bool:
        """Whether the second look did not come to its end, so that the helpers alone may be at fault."""
        return {finding.result.status for finding in self.findings} - {"failed", "passed"} != set()


class CarriedForward:
    """Looks again at exercises that failed after a helper of theirs.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
    """

    def __init__(self, lesson: Lesson, reference: Reference) -> None:
        self._lesson, self._reference = lesson, reference
        self._helpers = find_helpers(lesson)
        self._training = training_exercises(lesson)

    def broken_off(self, name: str, exercises: Iterable[ExerciseResult]) -> list[str]:
        """Name the helpers of an exercise that ran out of time or ended the kernel.

        Args:
            name: the exercise.
            exercises: what is known of those before it.
        """
        ended = [result.name for result in exercises if result.status in BROKEN_OFF]
        return [helper for helper in ended if helper in self._helpers[name]]

    def suspects(self, findings: Sequence[CheckFinding]) -> frozenset[str]:
        """Name the exercises that failed after a helper of theirs failed, or was not written, but for those that train.

        A training calls its helpers thousands of times, each time in another process: that would take minutes.
        """
        states = _states(findings)
        right = {name for name, status in states.items() if status == "passed"}
        wrong = {name for name, status in states.items() if status in WRONG}
        return frozenset(name for name in wrong - self._training if self._helpers[name] - right)

    def decide(
        self,
        findings: Sequence[CheckFinding],
        seed: bytes,
        open_kernel: OpenKernel,
        allowance: Allowance,
        announce: Callable[[str], None],
    ) -> dict[str, Verdict]:
        """Decide which exercises are right but for their helpers.

        Args:
            findings: what the checks found.
            seed: the submission's seed.
            open_kernel: opens a fresh kernel with the student's functions.
            allowance: what all calls of substitutes may take.
            announce: function called with the name of each exercise before it is looked at.
        """
        suspects, verdicts = self.suspects(findings), dict[str, Verdict]()
        if not suspects:
            return verdicts
        right = {name for name, status in _states(findings).items() if status == "passed"}
        with open_kernel() as transport:
            substitutes = Substitutes(self._reference, transport, allowance)
            for name in sorted(suspects, key=lambda name: len(self._helpers[name])):
                announce(name)
                lost = {f.result.name for f in findings if f.exercise == name and f.result.status == "failed"}
                whole = all(f.result.status in ("passed", "failed") for f in findings if f.exercise == name)
                verdicts[name] = self._look(name, substitutes, self._helpers[name] - right, lost, seed)
                if whole and verdicts[name].checks == lost:
                    right.add(name)  # what calls it is to call it, and the right helpers below
        return verdicts

    def _look(self, name: str, substitutes: Substitutes, wrong: frozenset[str], lost: set[str], seed: bytes) -> Verdict:
        """Run the checks of one exercise with substitutes for its wrong helpers."""
        students: list[tuple[Student, set[str]]] = []

        def make_student(**options: Any) -> Student:
            asked: set[str] = set()
            transport = substitutes.transport(wrong, asked)
            students.append((Student(transport, self._reference.parameters, **options), asked))
            return students[-1][0]

        candidate = Candidate("second look", make_student, seed, frozenset({name}))
        found = run_hidden_checks(self._lesson, self._reference, [candidate])
        asked_by = {id(student.calls): asked for student, asked in students}
        asked = {finding.result.name: asked_by.get(id(finding.calls), set()) for finding in found}
        passed = {finding.result.name for finding in found if finding.result.status == "passed"}
        failed = {finding.result.name for finding in found if finding.result.status == "failed"}
        checks = frozenset(check for check in lost & passed if asked[check]) if failed <= lost else frozenset[str]()
        called = set().union(*(asked[check] for check in checks or asked))
        helpers, all_wrong = (tuple(h for h in self._lesson.exercises if h in names) for names in (called, wrong))
        return Verdict(helpers, checks, tuple(found), all_wrong)


def _states(findings: Sequence[CheckFinding]) -> dict[str, ExerciseStatus]:
    by_exercise: dict[str, list[Any]] = {}
    for finding in findings:
        by_exercise.setdefault(finding.exercise, []).append(finding.result)
    return {name: exercise_status(results) for name, results in by_exercise.items()}
