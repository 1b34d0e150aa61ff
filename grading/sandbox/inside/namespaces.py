"""Put the calling process into namespaces of its own, then take away the power to change them.

Runs inside the sandbox only, in a fork of the fork server or in front of a cold kernel; Linux system calls by ctypes,
since Python has no others.
"""

import ctypes
import os
import signal
import stat
import struct
from collections.abc import Iterable

from . import seccomp

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000
MS_REMOUNT, KEPT_FLAGS = 0x20, MS_NOSUID | MS_NODEV | MS_NOEXEC
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 1, 4, 24, 36

SCRATCH_FILES = 20_000  # files in one temporary folder: an empty file, too, takes the host's memory
TERMINALS = 32  # of one fork: all sandboxes of a machine draw on one stock
HIDDEN = ("keys", "key-users", "sched_debug", "latency_stats")  # of /proc: what tells of others

_libc = ctypes.CDLL(None, use_errno=True)


def enter(sockets: str, scratch_bytes: int, scratch: Iterable[str], keep: Iterable[str] = ()) -> None:
    """Enter new user, mount, IPC, network and PID namespaces; only a child forked afterwards is in the PID namespace.

    Args:
        sockets: this kernel's folder of sockets, which stays visible; what else lies beside it is hidden from now on.
        scratch_bytes: size of each fresh temporary folder.
        scratch: folders that get a fresh, empty tmpfs.
        keep: paths that stay visible although they lie below one of `scratch`, such as a Python in /tmp.
    """
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    handles = {path: os.open(path, os.O_PATH) for path in (sockets, *keep)}
    beside = os.path.dirname(sockets)
    for folder in scratch:
        _tmpfs(folder, scratch_bytes)
    if os.path.isdir(beside) and beside not in scratch:  # not below one of the folders that are fresh now
        _tmpfs(beside, 1 << 20)
    for path, handle in handles.items():
        _make_place(path, handle)
        _mount(f"/proc/self/fd/{handle}", path, None, MS_BIND | MS_REC)
        os.close(handle)
    terminals = f"newinstance,ptmxmode=0666,mode=620,max={TERMINALS}"
    _mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, terminals)
    for path in (os.path.join("/dev", name) for name in os.listdir("/dev")):
        if stat.S_ISCHR(os.lstat(path).st_mode) and os.path.ismount(path):
            # It can be written to all the same; its times and rights, which are the host's, cannot be changed.
            flags = os.statvfs(path).f_flag & KEPT_FLAGS
            _mount("none", path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | flags)


def own_processes() -> None:
    """Show this process, the first of its PID namespace, a /proc of that namespace alone, which nobody can write to.

    What watches it from the outer namespace keeps the old /proc.
    """
    _check(_libc.unshare(CLONE_NEWNS))
    _mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    for path in (f"/proc/{name}" for name in HIDDEN):
        if os.path.exists(path):
            _mount("/dev/null", path, None, MS_BIND)


def stand_apart() -> None:
    """Become a process that its descendants cannot look into, and that adopts those whose parent ends."""
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def rejoin() -> None:
    """Undo in a fork what it has from a parent that stands apart: its own /proc/self belongs to it again."""
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def lock() -> None:
    """Give up every capability, and the system calls that `seccomp` refuses, for this process and its children."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for capability in range(64):
        _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails beyond the last one, and that is fine
    header, nothing = struct.pack("Ii", 0x20080522, 0), bytes(24)
    _check(_libc.capset(header, nothing))
    seccomp.install()


def _make_place(path: str, handle: int) -> None:
    """Make a folder, or an empty file, for something to be mounted on."""
    is_folder = os.path.isdir(f"/proc/self/fd/{handle}")
    os.makedirs(path if is_folder else os.path.dirname(path), 0o700, exist_ok=True)
    if not is_folder and not os.path.exists(path):
        _write(path, "")


def _tmpfs(folder: str, size: int) -> None:
    _mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},nr_inodes={SCRATCH_FILES},mode=700")


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    _check(_libc.mount(*encoded, ctypes.c_ulong(flags), data.encode() if data else None))


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
