"""What Linux keeps for processes is counted at the most that it can be."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from grading.sandbox.inside import stock, watch

LEADERLESS = """
import ctypes, os, threading, time
kept = bytearray(b"x") * 50_000_000
def hold():
    ctypes.CDLL(None).prctl(15, b"x\\x0bVmSize:\\t1", 0, 0, 0)
    print("ready", flush=True)
    time.sleep(60)
ctypes.CDLL(None).prctl(15, b"x\\x0bVmSize:\\t1", 0, 0, 0)
threading.Thread(target=hold).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[os.uname().machine], 0)
"""


def test_open_files_are_counted():
    here = Path("/proc", str(os.getpid()))
    before = stock.open_files(here)
    with open("/dev/null"), open("/dev/null"):
        assert stock.open_files(here) == before + 2
    assert stock.open_files(Path("/proc/0")) == 0


def test_files_watched_are_half_of_the_open_ones_by_each_of_the_other_half():
    assert stock.watches([4, 10]) == 2 * 2 + 5 * 5
    assert stock.WATCHES >= 300_000


def test_a_socket_counts_with_the_largest_that_its_buffer_gets():
    before = stock.bytes_kept([])
    pairs = [socket.socketpair() for _ in range(10)]
    try:
        assert stock.bytes_kept([]) >= before + 15 * stock.SOCKET_BYTES  # other programs may close some
        assert stock.SOCKET_BYTES >= 200_000
    finally:
        for pair in pairs:
            for end in pair:
                end.close()


def test_a_process_whose_first_thread_has_ended_is_counted_all_the_same():
    with subprocess.Popen([sys.executable, "-c", LEADERLESS], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            while "State:\tZ" not in Path("/proc", str(process.pid), "status").read_text():
                pass
            place = watch._place(process.pid)
            assert watch._taken(watch._status(place)) > 50_000_000
            assert watch._share(place) > 50_000_000
            assert stock.open_files(place) >= 3
        finally:
            process.kill()
