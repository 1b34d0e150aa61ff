"""The inside of a disposable judging process: it judges what comes over a connection until the other end hangs up.

It handles all that students sent and all that their code answered; it runs none of that code. It may end at any
moment: grading/judging/judging_process.py, at the other end, watches it and knows what to make of that.
"""

import contextlib
import json
import os
import pickle
import select
import signal
import socket
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from grading.judging.judge import Judge
from grading.judging.judging_messages import OUT_OF_MEMORY, JudgingRequest, JudgingSettings
from grading.lessons.imports import lesson_modules
from grading.lessons.lesson import Lesson
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.limits import Limits
from grading.sandbox.unsandboxed_launcher import UnsandboxedLauncher

PATIENCE = 5.0  # seconds to clean up in once the connection has been closed


def make_launcher(
    lesson: Lesson, limits: Limits, *, trusted: bool = False, fork_server: str | None = None
) -> UnsandboxedLauncher | ColdLauncher | ForkLauncher:
    """Make what starts the kernels of a lesson in this process.

    Args:
        lesson: the lesson.
        limits: what a submission may use; with a part of the GPU, kernels start cold, for CUDA does not survive a fork.
        trusted: run without a sandbox.
        fork_server: address of the `SharedForkServer` of this machine, if there is one.

    Raises:
        SandboxUnavailable: before anything is graded, rather than once for every student.
    """
    if trusted:
        return UnsandboxedLauncher(limits)
    if limits.gpu_fraction:
        return ColdLauncher(limits)
    return ForkLauncher(lesson_modules(lesson), limits, fork_server)


def serve(connection: Connection) -> None:
    """Judge what comes over a connection until the other end hangs up.

    Args:
        connection: takes pickles of `JudgingSettings`, then of `JudgingRequest`s, written by the grader; gives JSON.
    """
    _send(connection, {"pid": os.getpid()})
    with contextlib.suppress(EOFError, KeyboardInterrupt), contextlib.ExitStack() as stack:
        settings: JudgingSettings = pickle.loads(connection.recv_bytes())  # noqa: S301 - the grader wrote it
        stack.enter_context(_leaving_with_the_other_end(connection))
        try:
            judge = _make_judge(settings, connection, stack)
        except Exception as error:  # noqa: BLE001 - the grader reports why it cannot judge
            _send(connection, {"failed": f"{type(error).__name__}: {error}"})
            return
        _send(connection, {"ready": True})
        while True:
            request: JudgingRequest = pickle.loads(connection.recv_bytes())  # noqa: S301 - as above
            _send(connection, _answer(judge, request))


def _make_judge(settings: JudgingSettings, connection: Connection, stack: contextlib.ExitStack) -> Judge:
    lesson, limits = settings.lesson, settings.limits
    launcher = make_launcher(lesson, limits, trusted=settings.trusted, fork_server=settings.fork_server)
    stack.enter_context(contextlib.closing(launcher))

    def announce(exercise: str) -> None:
        _send(connection, {"exercise": exercise})

    return Judge(lesson, settings.release, limits, launcher, announce, carried_points=settings.carried_points)


def _answer(judge: Judge, request: JudgingRequest) -> dict[str, Any]:
    try:
        if request.seed is None:
            return {"notebook": judge.rebuild(request.submission)}
        result, notebook = judge.judge(request.submission, request.seed, request.left_out)
    except MemoryError:
        return {"ended": OUT_OF_MEMORY}
    return {"result": result.to_json(), "notebook": notebook}


def _send(connection: Connection, message: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the connection is closed; the next read notices it
        connection.send_bytes(json.dumps(message).encode())


@contextlib.contextmanager
def _leaving_with_the_other_end(connection: Connection) -> Iterator[None]:
    """End this process when the other end is gone, also in the middle of a submission."""

    def wait() -> None:
        with socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as copy:
            poll = select.poll()
            poll.register(copy, select.POLLRDHUP)
            poll.poll()
        os.kill(os.getpid(), signal.SIGINT)  # pytest catches all other exceptions and goes on
        threading.Event().wait(PATIENCE)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=wait, daemon=True).start()
    yield
