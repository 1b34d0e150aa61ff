"""Disposable judging processes, seen from outside: start one, ask it, notice its end, and say why it ended.

A process judges many submissions while all is well. One that takes more time or memory than it may is ended, and so
is one that has grown; whoever needs it next starts another, which takes a moment, since all are forks of one process
that has imported what they need.
"""

import contextlib
import json
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

from dnnkit.environment.processor_wait import MOST
from grading.errors import GradingError
from grading.judging.judging_messages import OUT_OF_MEMORY, JudgingRequest, JudgingSettings
from grading.sandbox.limits import Limits
from grading.sandbox.socket_folders import make_folder, sweep

TICK = 0.2  # seconds between two looks at a process that works
START_SECONDS = 180.0  # to import TensorFlow on a busy machine
LEAVE_SECONDS = 10.0  # to end its kernels and itself
GROWN = 0.5  # share of the memory it may have; a process that holds more when its work is done is replaced
PRELOADED: tuple[str, ...] = ()  # modules beside those of the lesson
LONGEST_MESSAGE = 256 * 2**20  # bytes


class JudgingEnded(Exception):
    """A judging process ended in the middle of its work.

    Attributes:
        limit: name of the limit for which it was ended, or "" if it ended by itself.
        exercise: the exercise that it was judging, or None.
    """

    def __init__(self, limit: str, exercise: str | None) -> None:
        super().__init__(limit or "ended by itself")
        self.limit, self.exercise = limit, exercise


class JudgingServer:
    """A process that judging processes are forks of; a context manager. It does not wait until it is ready.

    Args:
        modules: names of modules that a lesson imports, such as "keras".

    Attributes:
        address: what `JudgingProcess` takes as its server, also in other processes of this machine.
    """

    def __init__(self, modules: Iterable[str] = ()) -> None:
        self._folder = make_folder()
        self.address = str(self._folder / "judges")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen()
            command = [sys.executable, "-m", "grading.judging.judging_server", str(listener.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                [*command, *PRELOADED, *modules],
                cwd=Path(__file__).parents[2],
                env={**os.environ, "TMPDIR": tempfile.gettempdir()},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # Ctrl-C reaches its owner only, which then ends it
            )

    def __enter__(self) -> "JudgingServer":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it; judging processes go on until their connections are closed."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # while it imports, it does not listen
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class JudgingProcess:
    """One disposable judging process.

    Args:
        settings: what it is told first.
        address: of the `JudgingServer` that forks it.

    Raises:
        OSError: when the server does not answer.
        GradingError: when the process says that it cannot judge.
    """

    def __init__(self, settings: JudgingSettings, address: str) -> None:
        self._limits: Limits = settings.limits
        self._connection = Client(address, family="AF_UNIX")
        self._pidfd = -1
        deadline = time.monotonic() + START_SECONDS
        try:
            self.pid = int(self._receive(deadline)["pid"])
            self._pidfd = os.pidfd_open(self.pid)
            self._connection.send_bytes(pickle.dumps(settings))
            started = self._receive(deadline)
        except (EOFError, TimeoutError, OSError) as error:
            self.kill()
            raise OSError(f"a judging process did not start: {error}") from error
        if "failed" in started:
            self.close()
            raise GradingError(f"Nothing can be judged: {started['failed']}")

    def ask(self, request: JudgingRequest) -> dict[str, Any]:
        """Have a submission judged or rebuilt.

        Returns:
            {"result": record as JSON, "notebook": rebuilt notebook}; without the result if only that was asked.

        Raises:
            JudgingEnded: when the process ended; this object is of no use any more.
        """
        exercise = None
        try:
            self._connection.send_bytes(pickle.dumps(request))
            time_limit = _TimeLimit(self.pid, self._limits)
            while True:
                message = self._next_message(time_limit, exercise)
                if "exercise" not in message:
                    break
                exercise = message["exercise"]
        except (EOFError, OSError) as error:
            self.kill()
            raise JudgingEnded("", exercise) from error
        if message.get("ended") == OUT_OF_MEMORY:
            self._end_for("judging_memory_bytes", exercise)
        return message

    def has_grown(self) -> bool:
        """Whether it holds so much memory that the next submission should find a fresh one."""
        return _memory(self.pid) > GROWN * self._limits.judging_memory_bytes

    def close(self) -> None:
        """Let it end its kernels and itself."""
        self._connection.close()
        if self._pidfd >= 0:
            ended = select.poll()
            ended.register(self._pidfd, select.POLLIN)
            if ended.poll(1000 * LEAVE_SECONDS):
                os.close(self._pidfd)
                self._pidfd = -1
        self.kill()

    def kill(self) -> None:
        """End it; the kernels that it has started end with it."""
        self._connection.close()
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            ended = select.poll()
            ended.register(self._pidfd, select.POLLIN)
            ended.poll(1000 * LEAVE_SECONDS)
            os.close(self._pidfd)
            self._pidfd = -1
            sweep()

    def _next_message(self, time_limit: "_TimeLimit", exercise: str | None) -> dict[str, Any]:
        while not self._connection.poll(TICK):
            if time_limit.passed():
                self._end_for("judging_seconds", exercise)
            if _memory(self.pid) > self._limits.judging_memory_bytes:
                self._end_for("judging_memory_bytes", exercise)
        return self._receive()

    def _receive(self, deadline: float | None = None) -> dict[str, Any]:
        if deadline is not None and not self._connection.poll(max(0.0, deadline - time.monotonic())):
            raise TimeoutError("it does not answer")
        return json.loads(self._connection.recv_bytes(LONGEST_MESSAGE))

    def _end_for(self, limit: str, exercise: str | None) -> None:
        self.kill()
        raise JudgingEnded(limit, exercise)


class _TimeLimit:
    """Says when a process has used up its time for one submission.

    Its own time is that of the processor, so that a busy machine is not taken for a slow submission. While a kernel
    works it waits; that has a limit of its own, and a process that only waits for longer than both is stuck.
    """

    def __init__(self, pid: int, limits: Limits) -> None:
        self._pid, self._seconds = pid, limits.judging_seconds
        self._most = _processor_seconds(pid) + limits.judging_seconds
        self._deadline = time.monotonic() + MOST * limits.submission_seconds + 2 * limits.judging_seconds

    def passed(self) -> bool:
        """Whether the time is over."""
        return _processor_seconds(self._pid) > self._most or time.monotonic() > self._deadline


def _processor_seconds(pid: int) -> float:
    """Time of the processor that a process has used, all its threads together; 0 when it is gone."""
    try:
        numbers = Path("/proc", str(pid), "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    """Bytes of memory that a process has of its own, swapped out or not; 0 when it is gone."""
    try:
        lines = Path("/proc", str(pid), "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    fields: Mapping[str, str] = dict(line.partition(":")[::2] for line in lines)
    return 1024 * sum(int(fields[name].split()[0]) for name in ("RssAnon", "VmSwap") if name in fields)
