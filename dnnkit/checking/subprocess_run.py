"""Run a lesson's cells and its public checks in a process apart, which may hang, exit or die as it likes.

The process reports what it does as lines of JSON; the process that waits for them stops it when it takes too long.
"""

import ast
import contextlib
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from dnnkit.checking import checks, example
from dnnkit.checking.time_limit import TimeUp, call_within
from dnnkit.environment import quiet

GRACE = 15  # seconds beyond the limit, after which the process is ended from outside


@dataclass
class NotebookReport:
    """What running a notebook came to.

    Attributes:
        troubles: one sentence for each cell that failed.
        reports: one dict per exercise: "name", "headline", "text" and "passed".
    """

    troubles: list = field(default_factory=list)
    reports: list = field(default_factory=list)


def run_apart(cells, exercises, folder):
    """Run cells, then the public checks of exercises.

    Args:
        cells: list of `dnnkit.checking.notebooks.Cell`.
        exercises: names of exercises.
        folder: where the cells run.

    Returns:
        `NotebookReport`, complete whatever the cells do.
    """
    job = {"cells": [vars(cell) for cell in cells], "exercises": exercises, "folder": str(folder)}
    job |= {"examples": str(checks.EXAMPLES), "seconds": example.SECONDS}
    found, doing = NotebookReport(), "before the first cell"
    with _started(job) as (process, lines):
        allowed = GRACE + 60  # Python itself must start
        while (line := _next(lines, allowed)) and "end" not in line:
            doing, allowed = line.get("doing", doing), line.get("seconds", example.SECONDS) + GRACE
            found.troubles += [line["trouble"]] if "trouble" in line else []
            found.reports += [line["report"]] if "report" in line else []
        if line is None:
            found.troubles.append(f"Stopped {doing}: it does not end, so nothing after it was run.")
        elif not line:
            code = process.wait()
            found.troubles.append(
                f"Python itself ended {doing} (exit code {code}). Is there an exit, or no memory left?"
            )
    for name in exercises[len(found.reports) :]:
        said = f"{name.rpartition('.')[2]} was not checked."
        found.reports.append({"name": name, "headline": said, "text": said, "passed": False})
    return found


@contextlib.contextmanager
def _started(job):
    """Start the process; yield it and the queue of its lines. It is gone afterwards."""
    environment = {"MPLBACKEND": "agg", **quiet.SETTINGS, **os.environ}
    homes = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, homes))  # this dnnkit, whatever lies in the folder
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-P", "-m", "dnnkit.checking.subprocess_run"], env=environment, **pipes)
    lines = queue.SimpleQueue()

    def read():
        with contextlib.suppress(ValueError):  # a line that was cut off is the last
            for line in process.stdout:
                lines.put(json.loads(line))
        lines.put({})

    reader = threading.Thread(target=read, daemon=True)
    try:
        with contextlib.suppress(OSError), process.stdin:  # a process that is gone already is told by its silence
            process.stdin.write(json.dumps(job).encode())
        reader.start()
        yield process, lines
    finally:
        process.kill()
        process.wait()
        if reader.is_alive():
            reader.join(timeout=5)
        process.stdout.close()


def _next(lines, seconds):
    """Return the next line, {} at the end, None when there is none in time; Ctrl-C is heard on every system."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=0.2)
    return None


def main():
    """Do one job, read from standard input; what the cells print goes nowhere."""
    job = json.loads(sys.stdin.buffer.read())
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")

    def tell(**line):
        channel.write(json.dumps(line) + "\n")
        channel.flush()

    checks.EXAMPLES, example.SECONDS = job["examples"], job["seconds"]
    os.chdir(job["folder"])
    sys.path.insert(0, job["folder"])
    cells = [SimpleNamespace(**cell) for cell in job["cells"]]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        namespace, failed = _run_cells(cells, home, tell)
        _run_checks(job["exercises"], namespace, cells, failed, tell)
    tell(end=True)


def _run_cells(cells, home, tell):
    """Run cells in a fresh IPython shell; return its namespace and how cells failed, by number."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    no_history = Config(HistoryManager={"enabled": False, "hist_file": ":memory:"})
    shell = InteractiveShell.instance(config=no_history, ipython_dir=home)
    failed = {}
    for cell in cells:
        tell(doing=f"in {_title(cell)}")
        try:
            result = call_within(example.SECONDS, lambda source=cell.source: shell.run_cell(source))
            error = result.error_before_exec or result.error_in_exec
        except TimeUp as late:
            error = late
        if error is not None:
            failed[cell.number] = _failure(error, cell, shell.user_ns)
            title = _title(cell)
            tell(trouble=f"{title[0].upper()}{title[1:]} {failed[cell.number]}. The rest goes on.")
    return shell.user_ns, failed


def _run_checks(names, namespace, cells, failed, tell):
    from dnnkit.checking.table import to_text

    for name in names:
        short = name.rpartition(".")[2]
        tell(doing=f"while {short} was checked", seconds=5 * example.SECONDS)
        report = checks.check_exercise(name, namespace, undefined=_why_undefined(short, cells, failed))
        text = to_text(report)
        tell(report={"name": name, "headline": report.headline, "text": text, "passed": report.passed})


def _why_undefined(name, cells, failed):
    defines = re.compile(rf"^\s*(?:def|class)\s+{name}\b|^{name}\s*=", re.MULTILINE)
    own = [cell for cell in cells if defines.search(cell.source)]
    broken = [cell.number for cell in own if cell.number in failed]
    if broken:
        return f"its cell, number {broken[-1]}, {failed[broken[-1]]}"
    return "no cell of this notebook defines it" if not own else f"cell {own[-1].number} ran, but left no such function"


def _title(cell):
    return f"cell {cell.number} ({cell.source.split(chr(10), 1)[0][:60]})"


def _failure(error, cell, namespace):
    """Say how a cell failed and in which of its lines."""
    if isinstance(error, TimeUp):
        failure = f"was stopped after {example.SECONDS:g} seconds"
    else:
        text = _what_is_wrong(error, cell) if isinstance(error, SyntaxError) else str(error).split("\n", 1)[0]
        failure = f"failed with {type(error).__name__}: {text}".rstrip(": ").rstrip(".")
    line = error.lineno if isinstance(error, SyntaxError) else _line_of(error, namespace)
    return f"{failure}, line {line + cell.skipped} of the cell" if line else failure


def _what_is_wrong(error, cell):
    """Return a SyntaxError's message; where IPython says no more than "incomplete input", Python may know why."""
    try:
        ast.parse(cell.source)
    except SyntaxError as better:
        return better.msg if error.msg == "incomplete input" else error.msg
    return error.msg


def _line_of(error, namespace):
    """Return the cell's line in which the error came up, be it in a function of another cell that the line calls."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_globals is not namespace:
        trace = trace.tb_next
    return trace and trace.tb_lineno


if __name__ == "__main__":
    main()
