"""Measure what Linux keeps for one mapping of a process: the number in grading/sandbox/inside/mappings.py.

Usage: python benchmarks/mappings.py

A process makes 60,000 mappings without a page in them, forks copies of itself, and looks at what memory is left. Other
programs disturb it: the middle of five rounds is printed, as JSON, beside the number that the grader uses.
"""

import ctypes
import json
import os
import signal
import statistics
from pathlib import Path

from grading.sandbox.inside.mappings import MAPPING_BYTES

PAGES, COPIES, ROUNDS = 60_000, 20, 5
PAGE = 4096


def make_mappings():
    """Make every second page of a range readable, so that each page is a mapping of its own."""
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    start = libc.mmap(None, ctypes.c_size_t(PAGES * PAGE), 0, 0x22, -1, ctypes.c_long(0))
    for page in range(1, PAGES, 2):
        libc.mprotect(ctypes.c_void_p(start + page * PAGE), ctypes.c_size_t(PAGE), 1)


def kept():
    """Bytes that Linux itself keeps."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    sizes = {name: int(size) for name, size, *_ in lines}
    return 1024 * sum(sizes[name] for name in ("Slab:", "PageTables:"))


def bytes_of_a_mapping():
    """Fork copies, and share what they take among their mappings."""
    before, copies = kept(), []
    for _ in range(COPIES):
        copy = os.fork()
        if copy == 0:
            signal.pause()
        copies.append(copy)
    taken = kept() - before
    for copy in copies:
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)
    return taken / COPIES / Path("/proc/self/maps").read_bytes().count(b"\n")


def main():
    """Print the middle of some rounds."""
    make_mappings()
    measured = statistics.median(bytes_of_a_mapping() for _ in range(ROUNDS))
    print(json.dumps({"bytes_of_a_mapping": round(measured), "counted": MAPPING_BYTES}))


if __name__ == "__main__":
    main()
