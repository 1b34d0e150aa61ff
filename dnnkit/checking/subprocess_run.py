"""Run a lesson's cells and its public checks in a process of its own, which may hang, exit or crash without harm.

The process, `dnnkit.checking.subprocess_job`, reports what it does as lines of JSON; this one waits for them, and stops
it when it takes too long.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypedDict, cast

from dnnkit.checking import exercises as course
from dnnkit.checking.code_cells import CodeCell
from dnnkit.checking.time_limit import SECONDS
from dnnkit.environment.variables import QUIET

Line = dict[str, Any]  # what the process reports
Lines = queue.SimpleQueue[Line]
GRACE = 15  # seconds beyond the limit, after which the process is ended from outside


class ExerciseReport(TypedDict):
    """What checking one exercise came to, ready to be printed."""

    name: str
    headline: str
    text: str
    passed: bool


@dataclass
class NotebookReport:
    """What running a notebook came to.

    Attributes:
        troubles: one sentence for each cell that failed.
        reports: one for each exercise.
    """

    troubles: list[str] = field(default_factory=list)
    reports: list[ExerciseReport] = field(default_factory=list)


def run_apart(
    cells: Sequence[CodeCell],
    exercises: Sequence[str],
    folder: Path,
    *,
    examples: Path | None = None,
    seconds: float = SECONDS,
) -> NotebookReport:
    """Run cells, then the public checks of exercises.

    Args:
        cells: the cells, in order.
        exercises: names of exercises.
        folder: where the cells run.
        examples: folder of the example files; the course's own by default.
        seconds: time limit of one cell, and of one example.

    Returns:
        `NotebookReport`, complete whatever the cells do.
    """
    job = {"cells": [asdict(cell) for cell in cells], "exercises": list(exercises), "folder": str(folder)}
    job |= {"examples": str(examples or course.EXAMPLES), "seconds": seconds}
    found, doing = NotebookReport(), "before the first cell"
    with _started(job) as (process, lines):
        allowed = GRACE + 60.0  # Python itself must start
        while (line := _next(lines, allowed)) and "end" not in line:
            doing, allowed = line.get("doing", doing), line.get("seconds", seconds) + GRACE
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
        sentence = f"{name.rpartition('.')[2]} was not checked."
        found.reports.append({"name": name, "headline": sentence, "text": sentence, "passed": False})
    return found


@contextlib.contextmanager
def _started(job: dict[str, Any]) -> Iterator[tuple[subprocess.Popen[bytes], Lines]]:
    """Start the process; yield it and the queue of its lines. It is gone afterwards."""
    environment = {"MPLBACKEND": "agg", **QUIET, **os.environ}
    homes = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, homes))  # this dnnkit, whatever lies in the folder
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dnnkit.checking.subprocess_job"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    asked, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
    lines: Lines = queue.SimpleQueue()

    def read() -> None:
        with contextlib.suppress(ValueError):  # a line that was cut off is the last
            for line in answers:
                lines.put(json.loads(line))
        lines.put({})

    reader = threading.Thread(target=read, daemon=True)
    try:
        with contextlib.suppress(OSError), asked:  # where the process is gone already, no line follows
            asked.write(json.dumps(job).encode())
        reader.start()
        yield process, lines
    finally:
        process.kill()
        process.wait()
        if reader.is_alive():
            reader.join(timeout=5)
        answers.close()


def _next(lines: Lines, seconds: float) -> Line | None:
    """Return the next line, {} at the end, None when there is none in time; Ctrl-C is heard on every system."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=0.2)
    return None
