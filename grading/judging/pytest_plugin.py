"""Run a lesson's pytest checks against answers, and collect what each check found.

A pytest plugin object supplies the fixtures `student`, `reference` and `rng`; pytest collects, runs and reports.
"""

import contextlib
import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest

from grading.errors import GradingError
from grading.judging.records import CheckResult, CheckStatus
from grading.judging.student_proxy import NotWritten, RecordedCall, Student, StudentCrashed, StudentTimeout
from grading.lessons.checking import CheckFailed

if TYPE_CHECKING:
    from types import SimpleNamespace

    from grading.judging.reference import Reference
    from grading.lessons.lesson import Lesson

LONGEST_MESSAGE = 1_000  # what a check says may hold what the student's function returned
STATUS_OF: tuple[tuple[type[CheckFailed], CheckStatus], ...] = (
    (NotWritten, "not_attempted"),
    (StudentTimeout, "timeout"),
    (StudentCrashed, "crashed"),
)


@dataclass(frozen=True)
class Candidate:
    """An answer to be checked.

    Attributes:
        name: shown in pytest's test ids.
        make_student: function (repeat=..., seconds=...) -> `Student`.
        seed: bytes from which every check's `rng` is drawn.
        exercises: check only these; None for all.
    """

    name: str
    make_student: Callable[..., Student]
    seed: bytes
    exercises: frozenset[str] | None = None


@dataclass
class CheckFinding:
    """One check of one candidate, with the calls it made.

    Attributes:
        candidate: the candidate.
        exercise: the exercise that the check belongs to.
        result: its `CheckResult`.
        calls: list of `RecordedCall`.
    """

    candidate: Candidate
    exercise: str
    result: CheckResult
    calls: list[RecordedCall] = field(default_factory=list)


class CheckPlugin:
    """The pytest plugin: fixtures in, findings out.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
        candidates: the answers to check.
        enough: function (finding) -> whether the candidate's other checks are left out.
    """

    def __init__(
        self,
        lesson: "Lesson",
        reference: "Reference",
        candidates: Sequence[Candidate],
        enough: Callable[[CheckFinding], bool] = lambda finding: False,
    ) -> None:
        self.lesson = lesson
        self._reference = reference
        self._candidates = candidates
        self._enough = enough
        self._students: dict[str, Student] = {}
        self._decided: set[Candidate] = set()
        self.findings: list[CheckFinding] = []
        self.problems: list[str] = []
        self.out_of_memory = False

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each check once per candidate."""
        exercise = self.lesson.exercise_of(metafunc.function.__name__)
        chosen = [c for c in self._candidates if c.exercises is None or exercise in c.exercises]
        metafunc.parametrize("candidate", chosen, ids=[c.name for c in chosen], indirect=True)

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Drop the checks of exercises that no candidate asks for: pytest would run each once, skipped."""
        items[:] = [item for item in items if isinstance(item.callspec.params["candidate"], Candidate)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> bool | None:
        """Leave out the checks of a candidate of whom enough is known; True tells pytest that this one is done."""
        return True if item.callspec.params["candidate"] in self._decided else None

    @pytest.fixture
    def candidate(self, request: pytest.FixtureRequest) -> Candidate:
        """The answer under test."""
        return request.param

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest, candidate: Candidate) -> Student:
        """The proxy in front of the answer under test."""
        settings = request.node.get_closest_marker("points").kwargs
        exercise = self.lesson.exercise_of(request.node.originalname)
        student = candidate.make_student(**settings, exercise=exercise)
        self._students[request.node.nodeid] = student
        return student

    @pytest.fixture
    def reference(self) -> "SimpleNamespace":
        """The lesson's own functions."""
        return self._reference.functions

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest, candidate: Candidate) -> np.random.Generator:
        """A generator that is the same on every regrade of this submission, and unknown beforehand."""
        return check_rng(candidate.seed, request.function.__name__)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Function, call: pytest.CallInfo[Any]) -> pytest.TestReport:
        """Turn the outcome of each check into a finding, without pytest's tracebacks: they take most of the time."""
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, MemoryError):
            self.out_of_memory, item.session.shouldstop = True, "out of memory"
        if call.when == "call" or error is not None:
            student = self._students.pop(item.nodeid, None)
            exercise = self.lesson.exercise_of(item.function.__name__)
            result = replace(check_result(item.function, error), seconds=round(call.duration, 3))
            candidate: Any = item.callspec.params["candidate"]
            self.findings.append(CheckFinding(candidate, exercise, result, student.calls if student else []))
            if self._enough(self.findings[-1]):
                self._decided.add(candidate)
        outcome: Literal["passed", "failed"] = "passed" if error is None else "failed"
        when: Any = call.when  # pytest's type for it also has "collect", which no check has
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember why the checks could not be read."""
        if report.failed:
            self.problems.append(str(report.longrepr)[-2000:])


def check_rng(seed: bytes, check_name: str) -> np.random.Generator:
    """Make the generator of one check.

    Args:
        seed: bytes, secret until grading.
        check_name: the pytest function's name.
    """
    digest = hashlib.sha256(seed + b"\0" + check_name.encode()).digest()
    return np.random.default_rng(list(digest))


def check_result(function: Any, error: BaseException | None) -> CheckResult:
    """Describe how a check ended.

    Args:
        function: the pytest function, marked with points.
        error: the exception that ended it, or None.
    """
    worth = next(mark.args[0] for mark in function.pytestmark if mark.name == "points")
    title = (function.__doc__ or "").strip().splitlines()[0].rstrip(".")
    head: dict[str, Any] = {"name": function.__name__, "title": title, "max_score": float(worth)}
    if error is None:
        return CheckResult(**head, status="passed", score=head["max_score"])
    if isinstance(error, CheckFailed):
        status = _status_of(error)
        text = str(error)
        text = text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 3] + "..."
        return CheckResult(**head, status=status, score=0.0, message=text)
    # A bug of the check, or an answer that its author did not expect: an instructor must look at it, and the student
    # does not read internals.
    message = f"The check itself failed ({type(error).__name__}). A person will look at it."
    return CheckResult(**head, status="error", score=0.0, message=message)


def _status_of(error: CheckFailed) -> CheckStatus:
    return next((status for kind, status in STATUS_OF if isinstance(error, kind)), "failed")


def run_hidden_checks(
    lesson: "Lesson",
    reference: "Reference",
    candidates: Sequence[Candidate],
    *,
    enough: Callable[[CheckFinding], bool] = lambda finding: False,
) -> list[CheckFinding]:
    """Check candidates with the lesson's pytest checks.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
        candidates: list of `Candidate`.
        enough: function (finding) -> whether the candidate's other checks are left out; grading never leaves any out.

    Returns:
        List of `CheckFinding`, in the order of the checks.

    Raises:
        GradingError: when the checks cannot be collected.
        MemoryError: when a check ran out of memory.
    """
    plugin = CheckPlugin(lesson, reference, candidates, enough)
    options = ["--rootdir", str(lesson.folder), "-c", "/dev/null", "--import-mode=importlib", "--strict-markers"]
    options += ["-o", "markers=points(value, repeat, seconds)", "-p", "no:cacheprovider", "--disable-plugin-autoload"]
    options += ["-p", "no:unraisableexception", "-p", "no:threadexception"]  # each run would collect garbage five times
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _without_outer_options():
        code = pytest.main([*options, "-p", "no:terminal", str(lesson.tests)], plugins=[plugin])
    if plugin.out_of_memory:
        raise MemoryError("a check ran out of memory")
    if plugin.problems or code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise GradingError(
            f"{lesson.tests}: the checks could not be run. {' '.join(plugin.problems)}{output.getvalue()}"
        )
    return plugin.findings


@contextlib.contextmanager
def _without_outer_options() -> Iterator[None]:
    """What the caller's shell says to pytest is not meant for the checks."""
    kept = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
