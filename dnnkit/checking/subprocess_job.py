"""The process in which `dnnkit check` runs a lesson's cells and its public checks.

It reads one job from standard input and reports what it does as lines of JSON; what the cells print goes nowhere.
"""

import ast
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnnkit.checking.checks import check_exercise
from dnnkit.checking.code_cells import CodeCell
from dnnkit.checking.text_report import to_text
from dnnkit.checking.time_limit import TimeUp, call_within


def main() -> None:
    """Do one job."""
    job = json.loads(sys.stdin.buffer.read())
    report = _silence_all_but_reports()
    os.chdir(job["folder"])
    sys.path.insert(0, job["folder"])
    cells = [CodeCell(**cell) for cell in job["cells"]]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        run = _Run(cells, Path(job["examples"]), job["seconds"], report)
        run.run_cells(home)
        run.check(job["exercises"])
    report(end=True)


def _silence_all_but_reports() -> Callable[..., None]:
    """Send what is printed nowhere; return a function that reports a line."""
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]

    def report(**line: object) -> None:
        channel.write(json.dumps(line) + "\n")
        channel.flush()

    return report


@dataclass
class _Run:
    """One run of a lesson.

    Attributes:
        cells: the cells, in order.
        examples: folder of the example files.
        seconds: time limit of one cell, and of one example.
        report: reports a line.
        namespace: what the cells defined.
        failures: how cells failed, by their number.
    """

    cells: Sequence[CodeCell]
    examples: Path
    seconds: float
    report: Callable[..., None]
    namespace: dict[str, Any] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)

    def run_cells(self, home: str) -> None:
        """Run the cells in a fresh IPython shell.

        Args:
            home: an empty folder for IPython's files.
        """
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        no_history = Config(HistoryManager={"enabled": False, "hist_file": ":memory:"})
        shell = InteractiveShell.instance(config=no_history, ipython_dir=home)
        self.namespace = shell.user_ns
        for cell in self.cells:
            self.report(doing=f"in {_title(cell)}")
            error: BaseException | None
            try:
                result = call_within(self.seconds, lambda source=cell.source: shell.run_cell(source))  # type: ignore[misc]
                error = result.error_before_exec or result.error_in_exec
            except TimeUp as late:
                error = late
            if error is not None:
                self.failures[cell.number] = self._failure(error, cell)
                title = _title(cell)
                self.report(trouble=f"{title[0].upper()}{title[1:]} {self.failures[cell.number]}. The rest goes on.")

    def check(self, names: Sequence[str]) -> None:
        """Run the public checks of exercises."""
        for name in names:
            short = name.rpartition(".")[2]
            self.report(doing=f"while {short} was checked", seconds=5 * self.seconds)
            undefined = self._why_undefined(short)
            found = check_exercise(
                name, self.namespace, undefined=undefined, examples=self.examples, seconds=self.seconds
            )
            text = to_text(found)
            self.report(report={"name": name, "headline": found.headline, "text": text, "passed": found.passed})

    def _why_undefined(self, name: str) -> str:
        defines = re.compile(rf"^\s*(?:def|class)\s+{name}\b|^{name}\s*=", re.MULTILINE)
        own = [cell.number for cell in self.cells if defines.search(cell.source)]
        broken = [number for number in own if number in self.failures]
        if broken:
            return f"its cell, number {broken[-1]}, {self.failures[broken[-1]]}"
        return "no cell of this notebook defines it" if not own else f"cell {own[-1]} ran, but left no such function"

    def _failure(self, error: BaseException, cell: CodeCell) -> str:
        """Say how a cell failed and in which of its lines."""
        if isinstance(error, TimeUp):
            failure = f"was stopped after {self.seconds:g} seconds"
        else:
            text = _what_is_wrong(error, cell) if isinstance(error, SyntaxError) else str(error).split("\n", 1)[0]
            failure = f"failed with {type(error).__name__}: {text}".rstrip(": ").rstrip(".")
        line = error.lineno if isinstance(error, SyntaxError) else _line_of(error, self.namespace)
        return f"{failure}, line {line + cell.skipped} of the cell" if line else failure


def _title(cell: CodeCell) -> str:
    return f"cell {cell.number} ({cell.source.split(chr(10), 1)[0][:60]})"


def _what_is_wrong(error: SyntaxError, cell: CodeCell) -> str:
    """Return a SyntaxError's message; where IPython says no more than "incomplete input", Python may know why."""
    try:
        ast.parse(cell.source)
    except SyntaxError as better:
        return better.msg if error.msg == "incomplete input" else error.msg
    return error.msg


def _line_of(error: BaseException, namespace: dict[str, Any]) -> int | None:
    """Return the cell's line in which the error came up, be it in a function of another cell that the line calls."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_globals is not namespace:
        trace = trace.tb_next
    return trace.tb_lineno if trace else None


if __name__ == "__main__":
    main()
