"""Tell an exercise that is wrong from one that is right but for a helper, and fails without a fault of its own.

The student answers all calls of the checks, for two seeds. Then the reference makes the same calls with the student's
own failed helpers in place, each called in a fresh kernel that knows nothing of those answers. Where all agrees, the
exercise is right but for its helpers, unless these leave it nothing to compute: see grading/judging/second_look.py.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from grading.judging.helper_honesty import depends_on_inputs, is_a_function
from grading.judging.pytest_plugin import CheckFinding
from grading.judging.records import ExerciseStatus, exercise_status
from grading.judging.reference import Reference
from grading.judging.second_look import NONE, Look
from grading.judging.shadow import Runs, hear_answers
from grading.judging.stand_ins import Allowance, StandIns
from grading.judging.student_proxy import Transport
from grading.lessons.bank import Answer, Bank
from grading.lessons.call_graph import find_helpers
from grading.lessons.check_functions import training_exercises
from grading.lessons.lesson import Lesson

WRONG: frozenset[ExerciseStatus] = frozenset({"failed", "partial"})
MOST_CALLS = 3_000  # of helpers, for one submission; each takes about as long as one of a check
OpenKernel = Callable[[], AbstractContextManager[Transport]]


@dataclass(frozen=True)
class Verdict:
    """What is known of an exercise that failed after a helper of it.

    Attributes:
        helpers: the helpers that it is right but for; empty when it is not.
        checks: its failed checks that are right but for them.
        mistake: the known mistake that does the same with the student's own helpers, if one does.
        constant: helpers that give the same whatever comes in, so that nothing can be said.
    """

    helpers: tuple[str, ...] = ()
    checks: frozenset[str] = NONE
    mistake: Answer | None = None
    constant: tuple[str, ...] = ()


class CarriedForward:
    """Looks again at exercises that failed after a helper of theirs.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
        bank: its `Bank`.
    """

    def __init__(self, lesson: Lesson, reference: Reference, bank: Bank) -> None:
        self._lesson, self._reference, self._bank = lesson, reference, bank
        self._helpers = find_helpers(lesson)
        self._training = training_exercises(lesson)

    def suspects(self, findings: Sequence[CheckFinding]) -> frozenset[str]:
        """Name the exercises that failed after a helper of theirs, but for those that train.

        A training calls its helpers thousands of times, each time in another process: that would take minutes.
        """
        states = _states(findings)
        wrong = {name for name, status in states.items() if status in WRONG}
        return frozenset(name for name in wrong - self._training if self._helpers[name] & wrong)

    def hear(
        self, transport: Transport, seed: bytes, suspects: frozenset[str], announce: Callable[[str], None]
    ) -> dict[str, Runs]:
        """Have the student answer the checks of these exercises, for the submission's seed and another one.

        Args:
            transport: to the student.
            seed: the submission's seed.
            suspects: what `suspects` named.
            announce: function called with the name of each exercise before its checks.
        """
        seeds = (seed, hashlib.sha256(seed + b"\0carried forward").digest())
        return hear_answers(self._lesson, self._reference, transport, seeds, suspects, announce)

    def decide(
        self,
        findings: Sequence[CheckFinding],
        heard: Mapping[str, Runs],
        open_kernel: OpenKernel,
        allowance: Allowance,
        rng: np.random.Generator,
        announce: Callable[[str], None],
    ) -> dict[str, Verdict]:
        """Decide which exercises are right but for their helpers.

        Args:
            findings: what the checks found.
            heard: what `hear` returned.
            open_kernel: opens a fresh kernel with the student's functions.
            allowance: what all calls of helpers may take.
            rng: draws the order of calls; unknown to the student.
            announce: function called with the name of each exercise before it is looked at.
        """
        states = _states(findings)
        lost = {(f.exercise, f.result.name): f.result.status for f in findings if f.result.status != "passed"}
        verdicts: dict[str, Verdict] = {}
        right = {name for name, status in states.items() if status == "passed"}
        with open_kernel() as first, open_kernel() as second:
            for name in sorted(heard, key=lambda name: len(self._helpers[name])):
                announce(name)
                stand_ins = StandIns(self._reference, first, allowance)
                wrong = self._helpers[name] - right
                drawing = {h for h in self._helpers[name] & right if "rng" in self._reference.parameters[h]}
                look = Look(name, wrong | drawing, stand_ins, rng)
                checks = {check: runs for check, runs in heard[name].items() if lost.get((name, check)) == "failed"}
                verdict = self._verdict(look, wrong, checks)
                asked = stand_ins.calls.values() if verdict.helpers else ()
                if not all(is_a_function(calls, second, rng, allowance) for calls in asked):
                    verdict = Verdict()
                if verdict.checks == {check for exercise, check in lost if exercise == name}:
                    right.add(name)
                verdicts[name] = verdict
        return verdicts

    def _verdict(self, look: Look, wrong: frozenset[str], checks: Runs) -> Verdict:
        trials = {check: look.trials(runs) for check, runs in checks.items()}
        agreed = {check: runs for check, runs in trials.items() if runs}
        used = tuple(h for h in self._lesson.exercises if h in wrong and h in look.stand_ins.calls)
        mistake = self._mistake(look, checks) if len(agreed) < len(checks) else None
        if not agreed or not used:
            return Verdict(mistake=mistake)
        right = self._reference.namespace()
        constant = tuple(h for h in used if not depends_on_inputs(look.stand_ins.calls[h], right))
        if constant or not look.shows_work(agreed.values()):
            return Verdict(mistake=mistake, constant=constant)
        return Verdict(used, frozenset(agreed), mistake)

    def _mistake(self, look: Look, checks: Runs) -> Answer | None:
        """Find the known mistake that does as the student did in every call, with the student's own helpers."""
        calls = [call for runs in checks.values() for run in runs for call in run]
        if not calls or any(call.outcome.kind != "returned" for call in calls):
            return None
        fits = [answer for answer in self._bank.mistakes_of(look.name) if look.does_the_same(calls, answer)]
        return fits[0] if fits else None


def _states(findings: Sequence[CheckFinding]) -> dict[str, ExerciseStatus]:
    by_exercise: dict[str, list[Any]] = {}
    for finding in findings:
        by_exercise.setdefault(finding.exercise, []).append(finding.result)
    return {name: exercise_status(results) for name, results in by_exercise.items()}
