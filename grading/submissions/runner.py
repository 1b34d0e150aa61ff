"""Run a rebuilt submission in a sandboxed kernel, and keep it callable: after a death, replace the kernel, replay."""

import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from dnnkit.environment.processor_wait import extended
from grading.sandbox.kernel import SandboxKernel, call_expression
from grading.sandbox.kernel_results import CellResult, KernelDied, KernelTimeout
from grading.sandbox.launcher import Launcher
from grading.sandbox.limits import Limits
from grading.submissions.rebuild import ProgramCell

STUBS_SECONDS = 10.0
NOTES = 30  # kept of one submission; a replay may bring other ones each time


@dataclass(frozen=True)
class Note:
    """What a person should know of a run.

    Attributes:
        text: one sentence; it may hold whatever a student's code raised.
        exercise: the exercise whose cell it is about, or None.
    """

    text: str
    exercise: str | None = None


class Runner:
    """A submission's cells in a kernel; a context manager.

    Args:
        program: `ProgramCell`s in order.
        limits: what the submission may use.
        launcher: starts kernels: warm ones, or by default cold ones.
    """

    def __init__(self, program: Sequence[ProgramCell], limits: Limits | None = None, launcher: Launcher | None = None):
        self.limits = limits or Limits()
        self._program = program
        self._left_out: set[int] = set()  # cells that hang or kill the kernel are run once, not again on a replay
        self._launcher = launcher
        self._kernel = SandboxKernel(self.limits, launcher)
        self._started: float | None = None
        self.notes: list[Note] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._kernel.close()

    def start(self) -> None:
        """Run the cells now, so that no check's time holds them; if that fails, the first call says so."""
        with contextlib.suppress(KernelDied, KernelTimeout):
            self._start()

    def another(self) -> "Runner":
        """Make a runner of the same cells in another kernel, within what this one has left of time and messages."""
        left = max(0.0, self._time_left())
        limits = replace(self.limits, submission_seconds=left, answers_bytes=max(0, self._kernel.bytes_left))
        runner = Runner(self._program, limits, self._launcher)
        runner._left_out, runner._started = set(self._left_out), time.monotonic()
        return runner

    def evaluate(self, expression: str, seconds: float) -> Any:
        """Evaluate an expression in the kernel, starting it and running the cells first if needed.

        Args:
            expression: Python source, see `SandboxKernel.evaluate`.
            seconds: time limit; never more than what is left of the submission's.

        Raises:
            KernelTimeout: when it takes too long, or the submission's time is used up.
            KernelDied: when the kernel dies; the next call gets a fresh one.
        """
        if not self._kernel.alive:
            self._start()
        try:
            return self._kernel.evaluate(expression, min(seconds, self._seconds_left()))
        except (KernelDied, KernelTimeout):
            if self._kernel.limit_passed:
                self._note(f"While the checks ran, the code {self.limits.passed(self._kernel.limit_passed)}.")
            raise

    def as_released(self, stubs: Mapping[str, str]) -> frozenset[str]:
        """Ask the kernel which exercises are still what the lesson's own cells define.

        Args:
            stubs: exercise -> source of its released cell.

        Returns:
            Those exercises; none when the kernel says nothing of use, so that they are checked.
        """
        try:
            answer = self.evaluate(call_expression({"stubs": dict(stubs)}), STUBS_SECONDS) if stubs else {}
            return frozenset(name for name in stubs if name in answer["as_released"])
        except (KernelDied, KernelTimeout, KeyError, TypeError):
            return frozenset()

    def _time_left(self) -> float:
        now = time.monotonic()
        if self._started is None:
            self._started = now
        return self._started + extended(self.limits.submission_seconds, self._kernel.seconds_waited) - now

    def _seconds_left(self) -> float:
        left = self._time_left()
        if left <= 0:
            self._note(f"The submission used up its {self.limits.submission_seconds:.0f} seconds (submission_seconds).")
            raise KernelTimeout
        return left

    def _start(self) -> None:
        while True:
            self._seconds_left()
            self._kernel.start()
            if self._run_cells():
                return

    def _run_cells(self) -> bool:
        """Run all cells; False when the kernel must be replaced first."""
        again = []
        for number, cell in enumerate(self._program):
            if number in self._left_out:
                continue
            result = self._run_cell(number, cell)
            if not self._kernel.alive:
                return False
            if result.error == "NameError":
                again.append((number, cell))  # written above what it needs: works when run again
            elif result.status == "error":
                self._note_error(cell, result)
        for number, cell in again:
            result = self._run_cell(number, cell)
            if not self._kernel.alive:
                return False
            if result.status == "error":
                self._note_error(cell, result)
        return True

    def _run_cell(self, number: int, cell: ProgramCell) -> CellResult:
        limit = min(self.limits.cell_seconds, self._seconds_left())
        result = self._kernel.run_cell(cell.source, limit)
        if result.status in ("timeout", "crashed"):
            self._left_out.add(number)
            passed = self._kernel.limit_passed
            ended = "ended Python" + (f": it {self.limits.passed(passed)}" if passed else "")
            late = f"took longer than {limit:.0f} seconds (cell_seconds)"
            self._note(f"{cell.label} {late if result.status == 'timeout' else ended}.", cell.exercise)
        return result

    def _note_error(self, cell: ProgramCell, result: CellResult) -> None:
        message = re.sub(
            r"\(\S+\.py, line (\d+)\)$", r"(line \1 of the cell)", result.message
        )  # IPython's own file names
        limit = self.limits.behind(result.error, result.message)
        text = ": ".join(part for part in (message, limit) if part)
        self._note(f"{cell.label} raised {result.error}: {text}", cell.exercise)

    def _note(self, text: str, exercise: str | None = None) -> None:
        note = Note(text, exercise)
        if note not in self.notes and len(self.notes) <= NOTES:
            self.notes.append(note if len(self.notes) < NOTES else Note("Further notes were left out."))
