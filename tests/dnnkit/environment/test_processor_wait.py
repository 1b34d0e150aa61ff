import os
import subprocess
import sys

import pytest

from dnnkit.environment.processor_wait import extended, seconds_waited

SPIN = """
import os, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
until = time.monotonic() + 1.0
while time.monotonic() < until:
    pass
print("done", flush=True)
input()
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="this system keeps no such account")
def test_two_processes_on_one_processor_wait_for_each_other(monkeypatch):
    monkeypatch.setattr("dnnkit.environment.processor_wait._steal", lambda: 0.0)
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    pair = [subprocess.Popen([sys.executable, "-c", SPIN], **options) for _ in range(2)]
    try:
        assert [process.stdout.readline() for process in pair] == ["done\n"] * 2
        assert sum(seconds_waited(process.pid) for process in pair) > 0.3
    finally:
        for process in pair:
            process.communicate("\n")


def test_a_process_that_is_gone_waits_for_nothing(monkeypatch):
    monkeypatch.setattr("dnnkit.environment.processor_wait._steal", lambda: 0.0)
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert seconds_waited(process.pid) == 0


@pytest.mark.parametrize(("waited", "expected"), [(0.0, 2.0), (1.5, 3.5), (-1.0, 2.0), (100.0, 6.0)])
def test_limits_grow_by_what_was_waited_up_to_a_bound(waited, expected):
    assert extended(2.0, waited) == expected
