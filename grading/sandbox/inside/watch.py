"""Stand beside a kernel, and end it when its processes take more than they may.

Runs inside the sandbox only, in the parent of the kernel's process: where no cgroup is at hand, nothing else counts
what all processes of a submission take together.
"""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from . import namespaces, stock
from .mappings import Mappings

TICK = 0.2  # seconds between two looks
WAKE = (signal.SIGCHLD, signal.SIGTERM)
# Exit codes that name the limit; grading/sandbox/kernel.py knows them too.
MEMORY, PROCESSES, OPEN_FILES = 101, 102, 103


def supervise(become_kernel: Callable[[], object], limits: Mapping[str, int]) -> int:
    """Fork a kernel and wait for its end, or for SIGTERM, or for a limit to be passed.

    Args:
        become_kernel: function that the fork calls; it never returns.
        limits: {"memory_bytes": ..., "processes": ...} for all processes of the kernel together.

    Returns:
        Exit code for the caller: 0, `MEMORY`, `PROCESSES` or `OPEN_FILES`.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WAKE)  # they are waited for, so none is missed
    namespaces.stand_apart()
    kernel = os.fork()
    if kernel == 0:
        try:
            namespaces.rejoin()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WAKE)
            become_kernel()
        finally:
            os._exit(1)
    namespaces.lock()  # this process does nothing any more but watch
    code, mappings = 0, Mappings()
    while not _has_ended(kernel):
        woken = signal.sigtimedwait(WAKE, TICK)
        code = code or _limit_passed(limits, mappings)
        if code or (woken and woken.si_signo == signal.SIGTERM):
            os.kill(kernel, signal.SIGKILL)  # in a PID namespace of its own, everything in it ends with it
    return code


def _has_ended(kernel: int) -> bool:
    """Reap what has ended, adopted processes too; whether the kernel is among it."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == kernel:
            return True
        if pid == 0:
            return False


def _limit_passed(limits: Mapping[str, int], mappings: Mappings) -> int:
    places = [_place(pid) for pid in _descendants()]
    found = [status for status in map(_status, places) if status]
    if sum(status.get("Threads", 0) for status in found) > limits["processes"]:
        return PROCESSES
    files = [stock.open_files(place) for place in places]
    if stock.watches(files) > stock.WATCHES:
        return OPEN_FILES
    kept = stock.bytes_kept(files) + mappings.bytes_kept(places)
    most = kept + sum(map(_taken, found))
    # Pages that processes share were counted for each of them; counting exactly takes longer.
    if most > limits["memory_bytes"] and kept + sum(map(_share, places)) > limits["memory_bytes"]:
        return MEMORY
    return 0


def _descendants() -> list[int]:
    """Process ids of everything below this process, wherever it was adopted."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parent = int(Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):
                continue  # it has just ended
            children.setdefault(parent, []).append(int(name))
    found: list[int] = []
    new = [os.getpid()]
    while new:
        new = [child for pid in new for child in children.get(pid, ())]
        found += new
    return found


def _place(pid: int) -> Path:
    """Where /proc tells of a process: its own folder, or, when its first thread has ended, that of one that lives on.

    What the threads of a process share, memory and open files, is told only by those that live.
    """
    process = Path("/proc", str(pid))
    if "VmSize" not in _numbers(process / "status"):
        try:
            threads = [process / "task" / name for name in os.listdir(process / "task")]
        except OSError:
            threads = []  # it has just ended
        return next((thread for thread in threads if "VmSize" in _numbers(thread / "status")), process)
    return process


def _status(place: Path) -> dict[str, int]:
    """The numbers of /proc/PID/status by name; memory in kB."""
    return _numbers(place / "status")


def _share(place: Path) -> int:
    """Bytes that a process takes, shared pages divided among those that share them; all of them if it hides that."""
    status, numbers = _status(place), _numbers(place / "smaps_rollup")
    if "Pss_Anon" in numbers:
        shares = {"RssAnon": numbers["Pss_Anon"], "RssShmem": numbers.get("Pss_Shmem", 0)}
        return _taken({**status, **shares})
    return _taken(status)


def _taken(status: Mapping[str, int]) -> int:
    """Bytes that a process takes: its own and shared pages, those in swap, and the tables that say where they are."""
    return 1024 * sum(status.get(name, 0) for name in ("RssAnon", "RssShmem", "VmSwap", "VmPTE"))


def _numbers(path: Path) -> dict[str, int]:
    try:
        lines = path.read_bytes().decode("ascii", "replace").split("\n")  # a name may hold other ends of lines
    except OSError:
        return {}
    pairs = (line.partition(":")[::2] for line in lines)
    return {name: int(value.split()[0]) for name, value in pairs if value.split()[:1] and value.split()[0].isdigit()}
