"""Sample the memory of this process and all it started, shared pages counted once."""

import contextlib
import os
import threading
from pathlib import Path

import psutil


@contextlib.contextmanager
def peak_memory():
    """Yield a dict whose "mb" becomes the peak of the proportional set size of the process tree, in MB."""
    peak, stop = {"mb": 0.0}, threading.Event()

    def watch():
        while not stop.wait(0.5):
            peak["mb"] = max(peak["mb"], _tree_mb())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _tree_mb():
    me = psutil.Process(os.getpid())
    return sum(_proportional_mb(process.pid) for process in (me, *me.children(recursive=True)))


def _proportional_mb(pid):
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass  # it has just ended
    return 0.0
