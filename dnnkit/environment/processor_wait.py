"""How long a process was ready to run while other processes had the processors; such time counts against no limit.

From Linux' own accounts; on other systems, and where /proc does not show them, the answer is 0.
"""

import contextlib
import os
from pathlib import Path

NANOSECOND = 1e-9
MOST = 3.0  # times a limit, for code that seems to wait for ever


def seconds_waited(pid: int | None = None) -> float:
    """Seconds that a process's threads have waited for a processor since they started, added up.

    To it comes what this machine, if it is a virtual one, has waited for the processors of its host.

    Args:
        pid: process id as this process sees it; None for this process.

    Returns:
        A number to subtract from a later one. It can fall when a thread ends.
    """
    waited = _steal()
    with contextlib.suppress(OSError):
        for task in Path("/proc", str(pid or "self"), "task").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):  # it has just ended
                waited += int((task / "schedstat").read_bytes().split()[1]) * NANOSECOND
    return waited


def extended(limit: float, waited: float) -> float:
    """A limit of time for code that had to wait for a processor.

    Args:
        limit: seconds on an idle machine.
        waited: seconds that the code was ready to run and did not.

    Returns:
        Seconds; at most MOST times the limit, whatever was waited.
    """
    return min(limit + max(waited, 0.0), MOST * limit)


def _steal() -> float:
    """Seconds since the start of the machine in which its host gave a processor to others, per processor."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        total = Path("/proc/stat").read_bytes().split(b"\n", 1)[0].split()
        return int(total[8]) / os.sysconf("SC_CLK_TCK") / (os.cpu_count() or 1)
    return 0.0
