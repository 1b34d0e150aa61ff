"""The mappings of many processes are counted, a few processes at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from grading.sandbox.inside import mappings
from grading.sandbox.inside.mappings import MAPPING_BYTES, MOST, Mappings

MANY = """
import ctypes, sys, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
start = libc.mmap(None, ctypes.c_size_t(8_000 * 4096), 0, 0x22, -1, ctypes.c_long(0))
for number in range(3_000):
    libc.mprotect(ctypes.c_void_p(start + (2 * number + 1) * 4096), ctypes.c_size_t(4096), 1)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def places(tmp_path):
    """Folders like those in /proc of six processes with 1, 2, ... 6 mappings."""
    made = []
    for number in range(1, 7):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "maps").write_text("7f00-7f01 r--p 00000000 00:00 0\n" * number)
        made.append(folder)
    return made


def test_the_mappings_of_a_process_are_counted():
    with subprocess.Popen([sys.executable, "-c", MANY], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            assert 6_000 < mappings._count(Path("/proc", str(process.pid))) < 8_000
        finally:
            process.kill()


def test_a_process_that_hides_them_counts_with_the_most_and_one_that_is_gone_with_none(tmp_path, monkeypatch):
    assert mappings._count(tmp_path / "gone") == 0

    def refuse(*_args, **_options):
        raise PermissionError

    monkeypatch.setattr(mappings, "open", refuse, raising=False)
    assert mappings._count(tmp_path) == MOST


def test_few_processes_are_not_looked_at(places):
    assert Mappings().bytes_kept(places[:4]) == 0
    assert Mappings().bytes_kept(places) == 21 * MAPPING_BYTES


def test_a_look_that_has_no_time_counts_one_process_more_and_then_begins_anew(places):
    counted = Mappings()
    sums = [counted.bytes_kept(places, seconds=-1) // MAPPING_BYTES for _ in places]
    assert sums == [1, 3, 6, 10, 15, 21]
    for place in places:
        (place / "maps").write_text("a line\n" * 10)
    assert counted.bytes_kept(places, seconds=-1) == (21 - 1 + 10) * MAPPING_BYTES
    assert counted.bytes_kept(places[1:], seconds=-1) == (20 - 2 + 10) * MAPPING_BYTES
