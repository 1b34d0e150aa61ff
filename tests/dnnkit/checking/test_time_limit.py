import contextlib
import threading
import time

import pytest

from dnnkit.checking import time_limit as limits
from dnnkit.checking.time_limit import TimeUp, call_within


def loop():
    while True:
        pass


def test_quick_functions_return_or_raise_as_without_a_limit():
    assert call_within(60, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        call_within(60, lambda: 1 / 0)


def test_endless_loops_are_stopped():
    started = time.monotonic()
    with pytest.raises(TimeUp):
        call_within(0.1, loop)
    assert time.monotonic() - started < 5


def test_time_spent_waiting_for_a_processor_does_not_count(monkeypatch):
    waits = iter([0.0, 10.0])  # before the call, at its limit
    monkeypatch.setattr(limits, "seconds_waited", lambda: next(waits))
    assert call_within(1.0, lambda: time.sleep(1.2) or 3) == 3


def test_code_that_seems_to_wait_for_ever_is_stopped_nevertheless(monkeypatch):
    monkeypatch.setattr(limits, "seconds_waited", lambda: 100 * time.monotonic())
    with pytest.raises(TimeUp):
        call_within(0.1, loop)


def test_code_that_catches_everything_is_stopped_again(monkeypatch):
    monkeypatch.setattr(limits, "AGAIN", 0.1)
    caught = []

    def stubborn():
        while True:
            try:
                loop()
            except BaseException:
                caught.append(1)
                if len(caught) > 2:
                    raise

    with pytest.raises(TimeUp):
        call_within(0.1, stubborn)
    assert len(caught) == 3


def test_limits_work_outside_the_main_thread_and_inside_each_other():
    stopped = []

    def inner():
        with pytest.raises(TimeUp):
            call_within(0.1, loop)
        stopped.append(1)

    worker = threading.Thread(target=lambda: call_within(60, inner))
    worker.start()
    worker.join(10)
    assert stopped == [1]


def test_nothing_arrives_late_and_no_thread_is_left():
    before = threading.active_count()
    for _ in range(300):
        with contextlib.suppress(TimeUp):
            call_within(0.002, lambda: time.sleep(0.002))
    time.sleep(2 * limits.AGAIN)
    assert threading.active_count() == before


def test_where_there_are_no_threads_there_is_no_limit(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert call_within(0.001, lambda: time.sleep(0.01) or 3) == 3
