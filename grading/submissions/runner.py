"""Run a rebuilt submission in a sandboxed kernel, and keep it callable: after a death, replace the kernel, replay."""

import contextlib
import re
import time

from grading.sandbox.kernel import KernelDied, KernelTimeout, SandboxKernel
from grading.sandbox.limits import Limits

NOTES = 30  # kept of one submission; a replay may bring other ones each time


class Runner:
    """A submission's cells in a kernel; a context manager.

    Args:
        program: `ProgramCell`s in order.
        limits: what the submission may use.
        launcher: starts kernels: warm ones, or by default cold ones.
    """

    def __init__(self, program, limits=None, launcher=None):
        self.limits = limits or Limits()
        self._program = program
        self._left_out = set()  # cells that hang or kill the kernel are run once, not again on a replay
        self._kernel = SandboxKernel(self.limits, launcher)
        self._deadline = None
        self.notes = []

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._kernel.close()

    def start(self):
        """Run the cells now, so that no check's time holds them; if that fails, the first call says so."""
        with contextlib.suppress(KernelDied, KernelTimeout):
            self._start()

    def evaluate(self, expression, seconds):
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

    def _seconds_left(self):
        now = time.monotonic()
        if self._deadline is None:
            self._deadline = now + self.limits.submission_seconds
        left = self._deadline - now
        if left <= 0:
            self._note(f"The submission used up its {self.limits.submission_seconds:.0f} seconds (submission_seconds).")
            raise KernelTimeout
        return left

    def _start(self):
        while True:
            self._seconds_left()
            self._kernel.start()
            if self._run_cells():
                return

    def _run_cells(self):
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

    def _run_cell(self, number, cell):
        limit = min(self.limits.cell_seconds, self._seconds_left())
        result = self._kernel.run_cell(cell.source, limit)
        if result.status in ("timeout", "crashed"):
            self._left_out.add(number)
            passed = self._kernel.limit_passed
            ended = "ended Python" + (f": it {self.limits.passed(passed)}" if passed else "")
            late = f"took longer than {limit:.0f} seconds (cell_seconds)"
            self._note(f"{cell.label} {late if result.status == 'timeout' else ended}.")
        return result

    def _note_error(self, cell, result):
        message = re.sub(
            r"\(\S+\.py, line (\d+)\)$", r"(line \1 of the cell)", result.message
        )  # IPython's own file names
        limit = self.limits.behind(result.error, result.message)
        self._note(f"{cell.label} raised {result.error}: " + ": ".join(text for text in (message, limit) if text))

    def _note(self, text):
        if text not in self.notes and len(self.notes) <= NOTES:
            self.notes.append(text if len(self.notes) < NOTES else "Further notes were left out.")
