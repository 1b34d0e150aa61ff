"""Count what Linux itself keeps for processes: it is part of no process's memory, and some of it is one stock for all.

Runs inside the sandbox only, beside `watch`. What is counted is the most that can be kept: what lies in the buffers of
sockets and pipes is not told by /proc.
"""

import os
from collections.abc import Iterable
from pathlib import Path

SOCKETS = Path("/proc/self/net/sockstat")  # of this network namespace, wherever they are: open or under way
FILE_BYTES = 8_192  # of an open file: itself, or half of what a pipe holds when its user has many
WATCH_BYTES = 200  # of one file watched by epoll


def setting(name: str, default: int) -> int:
    """Read a number that Linux was set to, such as "vm/max_map_count"; the default where it is not told."""
    try:
        return int(Path("/proc/sys", name).read_text())
    except (OSError, ValueError):
        return default


# The buffer of a socket may be passed by the last message in it, which is at most half as large.
SOCKET_BYTES = 3 * setting("net/core/wmem_default", 212_992) // 2
# All processes of a user on a machine share one number of files watched; without one, no kernel can start.
WATCHES = max(300_000, setting("fs/epoll/max_user_watches", 0) // 4)


def open_files(place: Path) -> int:
    """How many files a process has open, at most.

    Args:
        place: its folder in /proc.

    Returns:
        The number; 0 when the process is gone.
    """
    try:
        count = os.stat(place / "fd").st_size
        if count == 0:  # before Linux 6.2; the size of the table is known everywhere
            text = (place / "status").read_bytes()
            count = int(text.partition(b"\nFDSize:")[2].split(b"\n")[0])
    except (OSError, ValueError):
        return 0
    return count


def watches(files: Iterable[int]) -> int:
    """How many files processes can have watched: half of those that each has open, by each of the other half.

    Args:
        files: numbers of open files, one for each process.
    """
    return sum(count * count // 4 for count in files)


def bytes_kept(files: Iterable[int]) -> int:
    """The most memory that Linux keeps for processes.

    Args:
        files: numbers of open files, one for each process.
    """
    counts = list(files)
    return FILE_BYTES * sum(counts) + WATCH_BYTES * watches(counts) + SOCKET_BYTES * _sockets()


def _sockets() -> int:
    try:
        return int(SOCKETS.read_text().partition("used ")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return 0
