"""Sample the memory of this process and all it started, shared pages counted once."""

import contextlib
import os
from pathlib import Path

import psutil
from background import again_and_again


@contextlib.contextmanager
def peak_memory():
    """Yield a dict whose "mb" becomes the peak of the proportional set size of the process tree, in MB."""
    peak = {"mb": 0.0}

    def look():
        peak["mb"] = max(peak["mb"], _tree_mb())

    with again_and_again(look, 0.5):
        yield peak


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
