"""The messages to a judging process; it answers in JSON, never in pickles, since an attack may have taken it over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grading.judging.records import CheckStatus
from grading.lessons.lesson import Lesson
from grading.sandbox.limits import Limits
from grading.submissions.submission import Submission

OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True)
class LeftOut:
    """Why an exercise is not judged.

    Attributes:
        status: its state.
        reason: in words for the student.
    """

    status: CheckStatus
    reason: str


@dataclass(frozen=True)
class JudgingSettings:
    """What a judging process is told first.

    Attributes:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        limits: what a submission may use.
        trusted: run without a sandbox.
        fork_server: address of the `SharedForkServer` of this machine, if there is one.
        carried_points: see `Judge`.
    """

    lesson: Lesson
    release: dict[str, Any]
    limits: Limits
    trusted: bool = False
    fork_server: str | None = None
    carried_points: bool = True


@dataclass(frozen=True)
class JudgingRequest:
    """What a judging process is asked.

    Attributes:
        submission: the submission.
        seed: bytes from which its checks' randomness is drawn; None to rebuild it only.
        left_out: exercises that are not judged.
    """

    submission: Submission
    seed: bytes | None
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
