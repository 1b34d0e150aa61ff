"""Plain records of what grading found, and their JSON; no HTML inside."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

CheckStatus = Literal["passed", "failed", "error", "timeout", "crashed", "not_attempted"]
ExerciseStatus = Literal["passed", "partial", "failed", "error", "timeout", "crashed", "not_attempted"]
SubmissionStatus = Literal["graded", "unreadable", "missing", "wrong_file", "set_aside", "error"]
CHECK_STATES: tuple[CheckStatus, ...] = get_args(CheckStatus)
SUBMISSION_STATES: tuple[SubmissionStatus, ...] = get_args(SubmissionStatus)
ASK_FOR_A_PERSON: frozenset[SubmissionStatus] = frozenset({"set_aside", "error"})


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check of one answer.

    Attributes:
        name: the pytest function's name.
        title: its one-line docstring, in the student's words.
        status: how it ended; "error" is the grader's own fault and asks for a person.
        score: points earned.
        max_score: points possible.
        message: what differs, for the student; never hidden values.
        seconds: wall-clock time of the check; two results are equal whatever it is.
        right_but_for: exercises whose mistake is the only reason why the check failed; its score may be full then.
    """

    name: str
    title: str
    status: CheckStatus
    score: float
    max_score: float
    message: str = ""
    seconds: float = field(default=0.0, compare=False)
    right_but_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExerciseResult:
    """One exercise of one submission.

    Attributes:
        id: "<topic>.<exercise>".
        score: points earned.
        max_score: points possible.
        status: all its checks in one word.
        mistake: name of the known mistake, or None.
        hint: its hint, or why there are no points; may be empty.
        checks: the checks in order.
        right_but_for: exercises whose mistake is the only reason why checks of this one failed. The status still says
            what the checks found; the score holds their points unless the course gives none for it.
    """

    id: str
    score: float
    max_score: float
    status: ExerciseStatus
    mistake: str | None
    hint: str
    checks: tuple[CheckResult, ...]
    right_but_for: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The exercise without its topic."""
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, kw_only=True)
class SubmissionResult:
    """One submission's record.

    Attributes:
        student: student id, the name of the submission's folder.
        status: what became of it; "set_aside" ended the grader's process whenever it was judged, "error" is the
            grader's own fault: both ask for a person. "wrong_file": not this lesson's notebook.
        score: points earned.
        max_score: points possible.
        seconds: wall-clock time of grading it.
        submission: "sha256:..." of the submitted file, or "" when there is none.
        checks_hash: "sha256:..." of the lesson's checks.
        environment_hash: "sha256:..." of the packages that graded it.
        sandbox: "bubblewrap", or "none" for trusted work.
        reason: why there is no ordinary result; empty for status "graded".
        notes: what a human should know, such as a cell that raised.
        exercises: the exercises in order.
    """

    student: str
    status: SubmissionStatus
    score: float
    max_score: float
    seconds: float
    submission: str
    checks_hash: str
    environment_hash: str
    sandbox: str
    reason: str
    notes: tuple[str, ...]
    exercises: tuple[ExerciseResult, ...]

    @property
    def mistakes(self) -> list[str]:
        """Names of the known mistakes found, in order."""
        return [exercise.mistake for exercise in self.exercises if exercise.mistake]

    def to_json(self) -> dict[str, Any]:
        """Turn the record into plain dicts and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SubmissionResult":
        """Turn what `to_json` returned back into a record."""
        exercises = tuple(
            ExerciseResult(
                **_with_tuples({**exercise, "checks": [CheckResult(**_with_tuples(c)) for c in exercise["checks"]]})
            )
            for exercise in data["exercises"]
        )
        return cls(**{**data, "notes": tuple(data["notes"]), "exercises": exercises})


def _with_tuples(data: dict[str, Any]) -> dict[str, Any]:
    """Put tuples in the place of the lists that JSON made of them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def exercise_status(checks: Sequence[CheckResult]) -> ExerciseStatus:
    """Sum up the states of an exercise's checks.

    Args:
        checks: the exercise's `CheckResult`s; all the grader's own errors, timeouts and crashes win over "failed".
    """
    states = [check.status for check in checks]
    if all(state == "passed" for state in states):
        return "passed"
    if "error" in states:
        return "error"
    if "passed" in states:
        return "partial"
    if "crashed" in states:
        return "crashed"
    if "timeout" in states:
        return "timeout"
    return "not_attempted" if all(state == "not_attempted" for state in states) else "failed"


def results_to_json(lesson_name: str, results: Iterable[SubmissionResult]) -> dict[str, Any]:
    """Make the document that `grading autograde --json` writes."""
    return {"lesson": lesson_name, "results": [result.to_json() for result in results]}
