"""Judge submissions in this process: rebuild, run in the sandbox, check outside, explain, and make the record.

`Grader` (grading/judging/grade.py) has this done in a disposable process, since it handles what students sent.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grading.errors import SandboxUnavailable
from grading.judging.blame import find_blamed
from grading.judging.blank_records import BlankRecords
from grading.judging.carried_forward import BROKEN_OFF, MOST_CALLS, CarriedForward, Verdict
from grading.judging.carried_points import (
    carry_points,
    explain_broken_off,
    explain_carried,
    explain_open,
    explain_own_mistake,
)
from grading.judging.judging_messages import LeftOut
from grading.judging.mistake_matcher import MistakeMatcher
from grading.judging.pytest_plugin import Candidate, CheckFinding, run_hidden_checks
from grading.judging.records import ExerciseResult, SubmissionResult, exercise_status
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student, Transport, kernel_transport
from grading.judging.substitutes import Allowance
from grading.lessons.bank import Answer, load_bank
from grading.lessons.lesson import Lesson
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.limits import Limits
from grading.submissions.other_lesson import other_lesson, released_marks
from grading.submissions.rebuild import Rebuilt, fresh_copy, rebuild
from grading.submissions.runner import Note, Runner
from grading.submissions.submission import Submission, parse

TRIES = 2  # to run a submission, if a warm parent ends under it
MOST_NOTES = 60  # on one submission; a person reads no more


class Judge:
    """Judges submissions to one lesson.

    Args:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        limits: what a submission may use.
        launcher: starts kernels; by default each is cold.
        announce: function called with the name of each exercise before it is judged.
        carried_points: give an exercise that is right but for a helper of it the points that it lost by that.
    """

    def __init__(
        self,
        lesson: Lesson,
        release: dict[str, Any],
        limits: Limits | None = None,
        launcher: Any = None,
        announce: Callable[[str], None] = lambda exercise: None,
        *,
        carried_points: bool = True,
    ) -> None:
        self.lesson = lesson
        self.release = release
        self.limits = limits or Limits()
        self.launcher = launcher or ColdLauncher(self.limits)
        self._announce = announce
        self._reference = Reference(lesson)
        bank = load_bank(lesson)
        self._matcher = MistakeMatcher(self._reference, bank)
        self._carried = CarriedForward(lesson, self._reference)
        self._carried_points = carried_points
        self._blank = BlankRecords(lesson, self.launcher.sandbox)
        self._marks = released_marks(lesson.folder.parent.parent / "lessons")

    def judge(
        self, submission: Submission, seed: bytes, left_out: Mapping[str, LeftOut] | None = None
    ) -> tuple[SubmissionResult, dict[str, Any]]:
        """Judge one submission.

        Args:
            submission: a `Submission`, whatever its status.
            seed: bytes from which its checks' randomness is drawn.
            left_out: exercises that are not judged.

        Returns:
            (`SubmissionResult`, rebuilt notebook as an nbformat dict). Never raises for anything a student can send;
            the grader's own faults become status "error".

        Raises:
            MemoryError: when this process ran out of memory.
        """
        submission = parse(submission, self.limits)
        if submission.status != "ok":
            return self._blank.submission(submission, submission.status, reason=submission.reason), self.rebuild()
        other = other_lesson(submission.cells or (), self.lesson.name, self._marks)
        if other:
            reason = f"This is the notebook of {other}. Hand in {self.lesson.topic}.ipynb of {self.lesson.name}."
            return self._blank.submission(submission, "wrong_file", reason=reason), self.rebuild()
        try:
            return self._judge(submission, seed, left_out or {})
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of the grader must not cost this student the record
            reason = f"The grader failed ({type(error).__name__}: {error}). A person will look at it."
            return self._blank.submission(submission, "error", reason=reason), self.rebuild()

    def rebuild(self, submission: Submission | None = None) -> dict[str, Any]:
        """Make the notebook that shows a submission; the release itself when there is none to show."""
        submission = submission and parse(submission, self.limits)
        if submission is None or submission.status != "ok":
            return fresh_copy(self.release)
        return rebuild(self.lesson, self.release, submission).notebook

    def _judge(
        self, submission: Submission, seed: bytes, left_out: Mapping[str, LeftOut]
    ) -> tuple[SubmissionResult, dict[str, Any]]:
        rebuilt = rebuild(self.lesson, self.release, submission, exploration=self.limits.exploration)
        attempted = frozenset(self.lesson.exercises) - rebuilt.untouched - set(left_out)
        found = self._check(submission, rebuilt, seed, attempted) if attempted else _Found([], [], {})
        findings, notes = found.findings, found.notes
        exercises: list[ExerciseResult] = []
        named: list[Answer] = []
        for name in self.lesson.exercises:
            mine = [finding for finding in findings if finding.exercise == name]
            if mine:
                self._announce(name)
                exercise, mistake = self._exercise(name, mine, named, notes, found.verdicts.get(name, Verdict()))
                named += [mistake] if mistake else []
                if exercise.status in BROKEN_OFF and not exercise.hint:
                    hint = explain_broken_off(name, self._carried.broken_off(name, exercises))
                    exercise = replace(exercise, hint=hint)
            elif name in left_out:
                exercise = self._blank.exercise(name, left_out[name].status, left_out[name].reason)
            else:
                exercise = self._blank.exercise(name)
            exercises.append(exercise)
        texts = [*rebuilt.notes, *(note.text for note in notes)]
        if len(texts) > MOST_NOTES:
            texts[MOST_NOTES:] = [f"{len(texts) - MOST_NOTES:,} more notes are left out here."]
        return self._blank.submission(submission, "graded", notes=texts, exercises=exercises), rebuilt.notebook

    def _check(self, submission: Submission, rebuilt: Rebuilt, seed: bytes, attempted: frozenset[str]) -> "_Found":
        """Run the submission and its checks; again when a warm parent ended meanwhile, for that is no fault of it."""
        for _ in range(TRIES):
            lost = self.launcher.parents_lost()
            try:
                found = self._check_once(submission, rebuilt, seed, attempted)
            except SandboxUnavailable:
                if self.launcher.parents_lost() == lost:
                    raise
                continue
            if self.launcher.parents_lost() == lost:
                return found
        raise SandboxUnavailable("The warm parent of the kernels ended twice. Is this machine out of memory?")

    def _check_once(self, submission: Submission, rebuilt: Rebuilt, seed: bytes, attempted: frozenset[str]) -> "_Found":
        with Runner(rebuilt.program, self.limits, self.launcher) as runner:
            runner.start()
            attempted -= runner.as_released(rebuilt.stubs)
            transport = kernel_transport(runner)

            def make_student(*, exercise: str, **options: Any) -> Student:
                self._announce(exercise)
                parameters, behind = self._reference.parameters, self.limits.behind
                return Student(transport, parameters, behind=behind, exercise=exercise, **options)

            candidate = Candidate(submission.student, make_student, seed, attempted)
            findings = run_hidden_checks(self.lesson, self._reference, [candidate]) if attempted else []
        verdicts = self._look_again(runner, findings, seed)
        fallbacks, self.launcher.fallbacks[:] = list(self.launcher.fallbacks), []
        return _Found(findings, [*runner.notes, *map(Note, fallbacks)], verdicts)

    def _look_again(self, runner: Runner, findings: list[CheckFinding], seed: bytes) -> dict[str, Verdict]:
        """Decide which exercises are right but for a helper, in a kernel that knows nothing of what was answered."""
        allowance = Allowance(MOST_CALLS, time.process_time() + self.limits.judging_seconds / 4)

        @contextlib.contextmanager
        def open_kernel() -> Iterator[Transport]:
            with runner.another() as kernel:
                kernel.start()
                yield kernel_transport(kernel)

        return self._carried.decide(findings, seed, open_kernel, allowance, self._announce)

    def _exercise(
        self, name: str, findings: list[CheckFinding], named: list[Answer], notes: list[Note], verdict: Verdict
    ) -> tuple[ExerciseResult, Answer | None]:
        """Sum up one exercise's findings, and name its mistake.

        Returns:
            (`ExerciseResult`, the named mistake's `Answer` or None).
        """
        points = self._carried_points
        checks, right_but_for = carry_points(name, [f.result for f in findings], verdict, points=points)
        status = exercise_status(checks)
        mistake, hint = None, ""
        if right_but_for:
            hint = explain_carried(name, verdict, points=points)
        elif status in ("failed", "partial") and verdict.is_open:
            hint = explain_open(name, verdict)
        elif status in ("failed", "partial"):
            mistake, hint = self._explain_apart(name, verdict)
            if not hint:  # what is wrong with right helpers, too, is not said to look right
                mistake, hint = self._explain(name, findings, [] if verdict.has_own_mistake else named, notes)
        result = ExerciseResult(
            id=self._blank.id_of(name),
            score=sum(check.score for check in checks),
            max_score=sum(check.max_score for check in checks),
            status=status,
            mistake=mistake.name if mistake else None,
            hint=hint,
            checks=checks,
            right_but_for=right_but_for,
        )
        return result, mistake

    def _explain_apart(self, name: str, verdict: Verdict) -> tuple[Answer | None, str]:
        """Find the mistake of an exercise that fails with right helpers, too, by what it did with these."""
        if not verdict.has_own_mistake:
            return None, ""
        calls = [(finding.result.status == "passed", finding.calls) for finding in verdict.findings]
        fits, _ = self._matcher.name(name, calls)
        return (fits[0], fits[0].hint) if fits else (None, explain_own_mistake(name, verdict))

    def _explain(
        self, name: str, findings: list[CheckFinding], named: list[Answer], notes: list[Note]
    ) -> tuple[Answer | None, str]:
        """Find the mistake of an exercise that failed: (the known one or None, what the student is told)."""
        calls = [(finding.result.status == "passed", finding.calls) for finding in findings]
        built_on = " and ".join(answer.exercise for answer in find_blamed(self._matcher, name, calls, named))
        if built_on:
            return None, f"{name} itself looks right: it fails because of the mistake in {built_on}. Fix that first."
        fits, _ = self._matcher.name(name, calls)
        if fits:
            return fits[0], fits[0].hint
        # What the student's own cell said when it ran; our pages escape it, and nbgrader never sees it.
        hint = next((note.text for note in notes if note.exercise == name), "")
        return None, hint or self._matcher.relate(name, [call for finding in findings for call in finding.calls])


@dataclass(frozen=True)
class _Found:
    """What the checks of a submission found, with notes for a person, and what a second look says of some exercises."""

    findings: list[CheckFinding]
    notes: list[Note]
    verdicts: dict[str, Verdict]
