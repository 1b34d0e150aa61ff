"""Stop code that runs too long, from a thread beside it: needs no signals, so it works on every system."""

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from dnnkit.environment.processor_wait import extended, seconds_waited

Returned = TypeVar("Returned")
SECONDS = 60  # for one example of an exercise, or one cell; a right answer takes one second or so
AGAIN = 1.0  # seconds; code that catches everything is stopped again


class TimeUp(BaseException):
    """Raised inside code that ran longer than it may; `except Exception` lets it pass."""


def call_within(seconds: float, function: Callable[[], Returned]) -> Returned:
    """Call a function and stop it when it takes too long.

    Only Python code can be stopped: a single long call into compiled code is stopped when it comes back.

    Args:
        seconds: how long it may take, besides the time in which other processes had the processors.
        function: called without arguments, in this thread.

    Returns:
        What the function returns.

    Raises:
        TimeUp: when time was up; its traceback shows where.
    """
    running, thread = threading.Lock(), threading.get_ident()
    running.acquire()
    started, waited = time.monotonic(), seconds_waited()

    def watch() -> None:
        pause = seconds
        while not running.acquire(timeout=pause):
            left = started + extended(seconds, seconds_waited() - waited) - time.monotonic()
            if left <= 0:
                _raise_in(thread, TimeUp)
            pause = left if left > 0 else AGAIN

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        with contextlib.suppress(RuntimeError):  # Python in a browser has no threads, so no limit
            watcher.start()
        return function()
    finally:
        running.release()
        if watcher.is_alive():
            watcher.join()
        _raise_in(thread, None)  # take back what was sent in the last moment


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), exception and ctypes.py_object(exception))
