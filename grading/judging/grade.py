"""Grade submissions: each is judged in a disposable process, and its record says what became of it."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from grading.errors import GradingError
from grading.judging.blank_records import BlankRecords
from grading.judging.judge import Judge
from grading.judging.judging_messages import JudgingRequest, JudgingSettings, LeftOut
from grading.judging.judging_process import JudgingEnded, JudgingProcess, JudgingServer
from grading.judging.judging_worker import make_launcher
from grading.judging.records import CheckStatus, SubmissionResult
from grading.lessons.imports import lesson_modules
from grading.lessons.lesson import Lesson
from grading.sandbox.bubblewrap import require_sandbox
from grading.sandbox.limits import Limits
from grading.sandbox.shared_fork_server import SharedForkServer
from grading.submissions.rebuild import fresh_copy
from grading.submissions.submission import Submission

TRIES = 2  # to judge a submission: what ends its process twice is set aside


class Grader:
    """Grades submissions of one lesson; a context manager.

    Args:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        seed_of: function from a submission's digest to the bytes its checks' randomness is drawn from.
        limits: what a submission may use.
        trusted: run submissions without a sandbox; for one's own work only.
        fork_server: address of the `SharedForkServer` of this machine, if there is one.
        judging_server: address of a `JudgingServer` of this machine; by default the grader has one of its own.
        in_process: judge in this process: for a debugger, and for tests of the judge.
        carried_points: give an exercise that is right but for another one the points that it lost by that.

    Raises:
        SandboxUnavailable: before anything is graded, rather than once for every student.
    """

    def __init__(
        self,
        lesson: Lesson,
        release: dict[str, Any],
        seed_of: Callable[[str], bytes] | None = None,
        limits: Limits | None = None,
        *,
        trusted: bool = False,
        fork_server: str | None = None,
        judging_server: str | None = None,
        in_process: bool = False,
        carried_points: bool = True,
    ) -> None:
        if not trusted:
            require_sandbox()
        self.lesson = lesson
        self.release = release
        self.limits = limits or Limits()
        self._seed_of = seed_of
        self._settings = JudgingSettings(lesson, release, self.limits, trusted, fork_server, carried_points)
        self._warm = not trusted and not self.limits.gpu_fraction and fork_server is None
        self._blank = BlankRecords(lesson, "none" if trusted else "bubblewrap")
        self._address = judging_server
        self._server: JudgingServer | None = None
        self._fork_server: SharedForkServer | None = None
        self._process: JudgingProcess | None = None
        self._judge: Judge | None = None
        if in_process or sys.platform != "linux":  # elsewhere there is only one's own work to grade
            launcher = make_launcher(lesson, self.limits, trusted=trusted, fork_server=fork_server)
            self._judge = Judge(lesson, release, self.limits, launcher, carried_points=carried_points)

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def grade(self, submission: Submission, seed: bytes | None = None) -> tuple[SubmissionResult, dict[str, Any]]:
        """Grade one submission.

        Args:
            submission: a `Submission`, whatever its status.
            seed: bytes from which its checks' randomness is drawn; default what `seed_of` says.

        Returns:
            (`SubmissionResult`, rebuilt notebook as an nbformat dict). Never raises for anything a student can send;
            the grader's own faults become status "error".
        """
        started = time.perf_counter()
        notebook = None
        if submission.status != "ok":
            result = self._blank.submission(submission, submission.status, reason=submission.reason)
        else:
            try:
                result, notebook = self._grade(submission, seed)
            except Exception as error:  # noqa: BLE001 - a bug of the grader must not cost this student the record
                reason = f"The grader failed ({type(error).__name__}: {error}). A person will look at it."
                result = self._blank.submission(submission, "error", reason=reason)
        result = replace(result, seconds=round(time.perf_counter() - started, 3))
        return result, notebook or fresh_copy(self.release)

    def rebuild(self, submission: Submission) -> dict[str, Any]:
        """Make the notebook that shows a submission; the release itself where it cannot be shown."""
        if submission.status != "ok":
            return fresh_copy(self.release)
        if self._judge is not None:
            return self._judge.rebuild(submission)
        try:
            return self._ask(JudgingRequest(submission, None))["notebook"]
        except JudgingEnded:
            return fresh_copy(self.release)

    def close(self) -> None:
        """End what was started."""
        if self._judge is not None:
            self._judge.launcher.close()
        if self._process is not None:
            self._process.close()
        for server in (self._server, self._fork_server):
            if server is not None:
                server.close()
        self._process = self._server = self._fork_server = None

    def _grade(self, submission: Submission, seed: bytes | None) -> tuple[SubmissionResult, dict[str, Any] | None]:
        if seed is None:
            if self._seed_of is None:
                raise ValueError("Neither a seed nor a function that makes one was given.")
            seed = self._seed_of(submission.digest)
        if self._judge is not None:
            return self._judge.judge(submission, seed)
        left_out: dict[str, LeftOut] = {}
        for _ in range(TRIES):
            try:
                answer = self._ask(JudgingRequest(submission, seed, left_out))
                return SubmissionResult.from_json(answer["result"]), answer["notebook"]
            except JudgingEnded as ended:
                last = ended
                if ended.limit and ended.exercise:
                    left_out = {ended.exercise: self._why_left_out(ended)}
        why = f"it {self.limits.passed(last.limit)}" if last.limit else "it ended without a word"
        reason = f"Judging this submission ended the grader's own process {TRIES} times: {why}. "
        reason += "The submission was set aside; a person will look at it."
        return self._blank.submission(submission, "set_aside", reason=reason), None

    def _why_left_out(self, ended: JudgingEnded) -> LeftOut:
        status: CheckStatus = "timeout" if ended.limit == "judging_seconds" else "crashed"
        reason = f"Judging what {ended.exercise} returned {self.limits.passed(ended.limit)}."
        return LeftOut(status, reason)

    def _ask(self, request: JudgingRequest) -> dict[str, Any]:
        """Ask the judging process, which is a fresh one after the last one ended or has grown."""
        process, self._process = self._process or self._start(), None
        answer = process.ask(request)
        if process.has_grown():
            process.close()
        else:
            self._process = process
        return answer

    def _start(self) -> JudgingProcess:
        """Start a judging process; where the shared server is gone, this grader has one of its own from then on."""
        if self._warm and self._fork_server is None:  # it outlives the judging processes
            self._fork_server = SharedForkServer(lesson_modules(self.lesson), self.limits)
            self._settings = replace(self._settings, fork_server=self._fork_server.address)
        for _ in range(2):
            if self._address is None:
                self._server = self._server or JudgingServer(lesson_modules(self.lesson))
                self._address = self._server.address
            try:
                return JudgingProcess(self._settings, self._address)
            except OSError as error:
                last, self._address = error, None
                if self._server is not None:
                    self._server.close()
                    self._server = None
        raise GradingError(f"No judging process could be started: {last}. Is this machine out of memory?")
