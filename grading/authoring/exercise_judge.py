"""Judge many answers to one exercise in this process: by the hidden checks, by `check`, and by what both name."""

import contextlib
import copy
import functools
import io
import json
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dnnkit.checking.checks import name_mistakes
from dnnkit.checking.example import PASSES, ExampleResult, run_examples
from dnnkit.checking.wire import WireError, encode
from grading.authoring.examples import build_exercise
from grading.judging.mistake_matcher import MistakeMatcher
from grading.judging.pytest_plugin import Candidate, CheckFinding, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student, local_transport
from grading.lessons.bank import Answer, load_bank
from grading.lessons.lesson import Lesson

SLOWEST_CALL = 2.0  # seconds, where the reference is quick: a call that takes longer counts as endless


@dataclass(frozen=True)
class Verdict:
    """What grader and `check` made of one answer.

    Attributes:
        refused: whether a hidden check fails.
        findings: the findings of the hidden checks.
        passes_check: whether the public examples pass.
        hidden_names: mistakes that the grader names.
        public_names: mistakes that `check` names.
        true_names: mistakes that agree with every call, hidden and public.
    """

    refused: bool
    findings: tuple[CheckFinding, ...]
    passes_check: bool
    hidden_names: tuple[str, ...] = ()
    public_names: tuple[str, ...] = ()
    true_names: tuple[str, ...] = ()


class RememberingReference(Reference):
    """A reference that answers the same question once only: all answers of a run are asked the same."""

    @functools.cached_property
    def functions(self) -> types.SimpleNamespace:
        """As of `Reference`; results are kept by what came in, and copied."""
        plain = super().functions
        kept = {name: _remember(getattr(plain, name)) for name in self.lesson.exercises}
        return types.SimpleNamespace(**kept, run=plain.run)


def _remember(function: Callable[..., object]) -> Callable[..., object]:
    known: dict[str, object] = {}

    def ask(*args: object) -> object:
        try:
            key = json.dumps(encode(args))
        except WireError:
            return function(*args)
        if key not in known:
            known[key] = function(*args)
        return copy.deepcopy(known[key])

    return ask if not isinstance(function, type) else function


class ExerciseJudge:
    """Judges many answers to one exercise, in this process, by the hidden checks and by the public examples.

    Args:
        lesson: the lesson.
        exercise: the exercise.
        within: seconds that a call may take at most, or None for what each check allows.
    """

    def __init__(self, lesson: Lesson, exercise: str, within: float | None = SLOWEST_CALL) -> None:
        self.lesson, self.exercise, self._within = lesson, exercise, within
        self.reference, self.bank = RememberingReference(lesson), load_bank(lesson)
        self._matcher = MistakeMatcher(self.reference, self.bank)
        self._public: dict[str, Any] = build_exercise(lesson, self.reference, self.bank, exercise)

    def defines(self, answer: Answer) -> bool:
        """Say whether an answer's source runs and defines the exercise."""
        try:
            return callable(self.reference.namespace(answer)[self.exercise])
        except Exception:  # noqa: BLE001 - whatever a changed source raises where it is defined
            return False

    def judge(self, answers: Sequence[Answer], seed: int, *, names: bool = True, repeat: bool = True) -> list[Verdict]:
        """Judge answers with one seed; what does not pass a check is not shown to the checks behind it.

        Args:
            answers: the answers; each may replace the exercise's function only.
            seed: number of the seed.
            names: also say which mistakes the answers are taken for: those of which a known mistake does the same in
                the first check that fails are shown to all checks.
            repeat: make calls again, as checks and `check` do; answers without memory or randomness need it not.
        """
        options = {} if repeat else {"repeat": False}
        found = self._check(answers, seed, options, lambda finding: finding.result.status != "passed")
        if names:
            again = [number for number, findings in enumerate(found) if self._may_have_a_name(findings)]
            whole = self._check([answers[number] for number in again], seed, options, lambda finding: False)
            found = [whole[again.index(n)] if n in again else findings for n, findings in enumerate(found)]
        else:
            again = []
        pairs = enumerate(zip(answers, found, strict=True))
        return [self._verdict(answer, findings, repeat, number in again) for number, (answer, findings) in pairs]

    def _check(
        self,
        answers: Sequence[Answer],
        seed: int,
        options: dict[str, bool],
        enough: Callable[[CheckFinding], bool],
    ) -> list[list[CheckFinding]]:
        candidates = [self._candidate(number, answer, seed, options) for number, answer in enumerate(answers)]
        findings: dict[Candidate, list[CheckFinding]] = {candidate: [] for candidate in candidates}
        if candidates:
            for finding in run_hidden_checks(self.lesson, self.reference, candidates, enough=enough):
                findings[finding.candidate].append(finding)
        return [findings[candidate] for candidate in candidates]

    def _may_have_a_name(self, findings: list[CheckFinding]) -> bool:
        if not findings or findings[-1].result.status in ("passed", "timeout", "crashed"):
            return False
        return bool(self._matcher.fits(self.exercise, [(False, findings[-1].calls)]))

    def _candidate(self, number: int, answer: Answer, seed: int, changed: dict[str, bool]) -> Candidate:
        transports: list[Callable] = []

        def make_student(**options: Any) -> Student:
            if not transports:  # one namespace for all checks, as in a kernel
                transports.append(local_transport(self.reference.namespace(answer), self._within))
            return Student(transports[0], self.reference.parameters, **(options | changed))

        return Candidate(f"{number}", make_student, f"mutants {seed}".encode(), frozenset({self.exercise}))

    def _verdict(self, answer: Answer, findings: list[CheckFinding], repeat: bool, names: bool) -> Verdict:
        refused = any(finding.result.status != "passed" for finding in findings)
        results = self._run_public(answer, repeat)
        passes = all(result.verdict == PASSES for result in results)
        if not names:
            return Verdict(refused, tuple(findings), passes)
        calls = [(finding.result.status == "passed", finding.calls) for finding in findings]
        hidden = tuple(mistake.name for mistake in self._matcher.name(self.exercise, calls)[0])
        public = () if passes else tuple(f"{self.exercise}__{slug}" for slug in name_mistakes(self._public, results))
        agreeing = self._agreeing(calls, results) if hidden or public else ()
        return Verdict(refused, tuple(findings), passes, hidden, public, agreeing)

    def _run_public(self, answer: Answer, repeat: bool) -> tuple[ExampleResult, ...]:
        """Run the public examples, up to the first that takes too long."""
        examples = self._public["examples"] if repeat else [e | {"repeat": False} for e in self._public["examples"]]
        namespace = self.reference.namespace(answer)
        with contextlib.redirect_stdout(io.StringIO()):
            return run_examples(
                self._public | {"examples": examples}, namespace, self.exercise, seconds=self._within or 60
            )

    def _agreeing(self, calls: list, results: Sequence[ExampleResult]) -> tuple[str, ...]:
        """Name the mistakes that give the same in every call, hidden and public, whether NumPy warned or not."""
        hidden = set(self._matcher.fits(self.exercise, calls))
        examples = [example | {"quiet": False} for example in self._public["examples"]]
        public = name_mistakes(self._public | {"examples": examples}, results)
        return tuple(name for name in (f"{self.exercise}__{slug}" for slug in public) if name in hidden)
