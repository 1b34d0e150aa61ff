"""Make the records of what was not judged: exercises not attempted, files that cannot be read, students set aside."""

from collections.abc import Iterable
from dataclasses import replace

from grading.judging.environment import environment_hash
from grading.judging.pytest_plugin import check_result
from grading.judging.records import CheckStatus, ExerciseResult, SubmissionResult, SubmissionStatus
from grading.judging.student_proxy import NotWritten
from grading.lessons.check_functions import list_checks
from grading.lessons.lesson import Lesson
from grading.submissions.submission import Submission

NOTHING_TO_JUDGE: frozenset[SubmissionStatus] = frozenset({"unreadable", "missing", "wrong_file"})


class BlankRecords:
    """Makes records of one lesson.

    Args:
        lesson: the lesson.
        sandbox: what stands between a submission and this machine: "bubblewrap" or "none".
    """

    def __init__(self, lesson: Lesson, sandbox: str) -> None:
        self._lesson, self._sandbox = lesson, sandbox
        self._checks = {
            name: tuple(check_result(check, NotWritten(f"{name} was not attempted.")) for check in checks)
            for name, checks in list_checks(lesson).items()
        }

    def exercise(self, name: str, status: CheckStatus = "not_attempted", reason: str = "") -> ExerciseResult:
        """Make the record of an exercise without points.

        Args:
            name: the exercise.
            status: of the exercise and of each of its checks, which stay "not_attempted" where there is no reason.
            reason: why there are no points, in words for the student.
        """
        checks = self._checks[name]
        if reason:
            checks = tuple(replace(check, status=status, message=reason) for check in checks)
        worth = sum(check.max_score for check in checks)
        return ExerciseResult(
            id=self.id_of(name), score=0.0, max_score=worth, status=status, mistake=None, hint=reason, checks=checks
        )

    def submission(
        self,
        submission: Submission,
        status: SubmissionStatus,
        *,
        exercises: Iterable[ExerciseResult] | None = None,
        reason: str = "",
        notes: Iterable[str] = (),
    ) -> SubmissionResult:
        """Make the record of a submission.

        Args:
            submission: the submission.
            status: what became of it.
            exercises: records of all exercises; without them, none has any points.
            reason: why there is no ordinary result.
            notes: what a person should know.
        """
        if exercises is None:
            state: CheckStatus = "not_attempted" if status in NOTHING_TO_JUDGE else "error"
            exercises = [self.exercise(name, state) for name in self._lesson.exercises]
        found = tuple(exercises)
        return SubmissionResult(
            student=submission.student,
            status=status,
            score=sum(exercise.score for exercise in found),
            max_score=sum(exercise.max_score for exercise in found),
            seconds=0.0,
            submission=submission.digest,
            checks_hash=self._lesson.checks_hash,
            environment_hash=environment_hash(),
            sandbox=self._sandbox,
            reason=reason,
            notes=(*submission.notes, *notes),
            exercises=found,
        )

    def id_of(self, name: str) -> str:
        """Name an exercise with its topic."""
        return f"{self._lesson.topic}.{name}"
