"""Grade one submission: rebuild, run in the sandbox, check outside, explain, and make the record."""

import time
from dataclasses import replace

from grading.errors import SandboxUnavailable
from grading.judging.environment import environment_hash
from grading.judging.mistake_matcher import MistakeMatcher
from grading.judging.pytest_plugin import Candidate, check_result, run_hidden_checks
from grading.judging.records import ExerciseResult, SubmissionResult, exercise_status
from grading.judging.reference import Reference
from grading.judging.student_proxy import NotWritten, Student, kernel_transport
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import list_checks
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.limits import Limits
from grading.submissions.rebuild import fresh_copy, rebuild
from grading.submissions.runner import Runner

TRIES = 2  # to run a submission, if a warm parent ends under it


class Grader:
    """Grades submissions of one lesson.

    Args:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        seed_of: function from a submission's digest to the bytes its checks' randomness is drawn from.
        limits: what a submission may use.
        launcher: starts kernels; by default each is cold.
    """

    def __init__(self, lesson, release, seed_of, limits=None, launcher=None):
        self.lesson = lesson
        self.release = release
        self.limits = limits or Limits()
        self._seed_of = seed_of
        self.launcher = launcher or ColdLauncher(self.limits)
        self._reference = Reference(lesson)
        self._matcher = MistakeMatcher(self._reference, load_bank(lesson))
        self._blank = {
            name: tuple(check_result(check, NotWritten(f"{name} was not attempted.")) for check in checks)
            for name, checks in list_checks(lesson).items()
        }

    def grade(self, submission, seed=None):
        """Grade one submission.

        Args:
            submission: a `Submission`, whatever its status.
            seed: bytes from which its checks' randomness is drawn; default what `seed_of` says.

        Returns:
            (`SubmissionResult`, rebuilt notebook as an nbformat dict). Never raises for anything a student can send;
            the grader's own faults become status "error".
        """
        started = time.perf_counter()
        if submission.status != "ok":
            result = self._without_points(submission, submission.status, submission.reason, "not_attempted")
            return result, fresh_copy(self.release)
        try:
            result, notebook = self._grade(submission, seed or self._seed_of(submission.digest))
        except Exception as error:  # noqa: BLE001 - our own fault must cost nobody a record
            reason = f"The grader failed ({type(error).__name__}: {error}). A person will look at it."
            result = self._without_points(submission, "error", reason, "error")
            notebook = fresh_copy(self.release)
        return replace(result, seconds=round(time.perf_counter() - started, 3)), notebook

    def _grade(self, submission, seed):
        rebuilt = rebuild(self.lesson, self.release, submission, exploration=self.limits.exploration)
        attempted = [name for name in self.lesson.exercises if name not in rebuilt.untouched]
        findings, notes = self._check(submission, rebuilt, seed, frozenset(attempted)) if attempted else ([], ())
        exercises, named = [], []
        for name in self.lesson.exercises:
            mine = [finding for finding in findings if finding.exercise == name]
            exercise, mistake = self._exercise(name, mine, named, notes) if mine else (self._untouched(name), None)
            exercises.append(exercise)
            if mistake is not None:
                named.append(mistake)
        result = self._result(submission, "graded", "", tuple(notes), tuple(exercises))
        return result, rebuilt.notebook

    def _check(self, submission, rebuilt, seed, attempted):
        """Run the submission and its checks; again when a warm parent ended meanwhile, for that is no fault of it."""
        for _ in range(TRIES):
            lost, found = self.launcher.parents_lost(), None
            try:
                found = self._check_once(submission, rebuilt, seed, attempted)
            except SandboxUnavailable:
                if self.launcher.parents_lost() == lost:
                    raise
            if self.launcher.parents_lost() == lost:
                return found
        raise SandboxUnavailable("The warm parent of the kernels ended twice. Is this machine out of memory?")

    def _check_once(self, submission, rebuilt, seed, attempted):
        with Runner(rebuilt.program, self.limits, self.launcher) as runner:
            runner.start()
            transport = kernel_transport(runner)

            def make_student(**options):
                return Student(transport, self._reference.parameters, behind=self.limits.behind, **options)

            candidate = Candidate(submission.student, make_student, seed, attempted)
            findings = run_hidden_checks(self.lesson, self._reference, [candidate])
        fallbacks, self.launcher.fallbacks[:] = list(self.launcher.fallbacks), []
        return findings, [*runner.notes, *fallbacks]

    def _exercise(self, name, findings, named, notes):
        """Sum up one exercise's findings, and name its mistake.

        Returns:
            (`ExerciseResult`, the named mistake's `Answer` or None).
        """
        checks = tuple(finding.result for finding in findings)
        status = exercise_status(checks)
        mistake, hint = None, ""
        if status in ("failed", "partial"):
            calls = [(finding.result.status == "passed", finding.calls) for finding in findings]
            fits, inherited = self._matcher.name(name, calls, upstream=tuple(named))
            if fits:
                mistake, hint = fits[0], fits[0].hint
            elif inherited:
                built_on = " and ".join(answer.exercise for answer in named)
                hint = f"{name} itself looks right: it fails because of the mistake in {built_on}. Fix that first."
            else:
                # What the student's own cell said when it ran; our pages escape it, and nbgrader never sees it.
                hint = next((note for note in notes if f"({name})" in note), "")
                hint = hint or self._matcher.relate(name, [call for finding in findings for call in finding.calls])
        score = sum(check.score for check in checks)
        worth = sum(check.max_score for check in checks)
        name_of_mistake = mistake.name if mistake else None
        return ExerciseResult(self._id(name), score, worth, status, name_of_mistake, hint, checks), mistake

    def _untouched(self, name):
        worth = sum(check.max_score for check in self._blank[name])
        return ExerciseResult(self._id(name), 0.0, worth, "not_attempted", None, "", self._blank[name])

    def _without_points(self, submission, status, reason, exercise_state):
        exercises = tuple(replace(self._untouched(name), status=exercise_state) for name in self.lesson.exercises)
        return self._result(submission, status, reason, (), exercises)

    def _result(self, submission, status, reason, notes, exercises):
        score = sum(exercise.score for exercise in exercises)
        worth = sum(exercise.max_score for exercise in exercises)
        digests = (submission.digest, self.lesson.checks_hash, environment_hash())
        head = (submission.student, status, score, worth, 0.0)
        return SubmissionResult(*head, *digests, self.launcher.sandbox, reason, notes, exercises)

    def _id(self, name):
        return f"{self.lesson.topic}.{name}"
