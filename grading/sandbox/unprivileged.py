"""Start bubblewrap as a user without rights when the grader itself runs as root.

Otherwise a student's code would be host's root in disguise: no capability, but the owner of what root owns, such as the
machine's settings in /proc/sys. Run as a program, this file gives up being root and becomes another program.
"""

import ctypes
import itertools
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

NOBODY = 65_533  # systemd's table of user ids keeps it free; nothing on a machine belongs to it
MS_BIND, MS_REC, MS_PRIVATE, CLONE_NEWNS = 0x1000, 0x4000, 0x40000, 0x20000
BINDS = ("--ro-bind", "--bind", "--dev-bind")  # options of bubblewrap that name a path of the host


def unprivileged(command: Sequence[str]) -> list[str]:
    """Change the command line of bubblewrap so that it never runs as root.

    Args:
        command: starts with "bwrap".

    Returns:
        The command itself for an ordinary user; for root, a command that becomes `NOBODY` first.
    """
    if os.geteuid() != 0:
        return list(command)
    program = shutil.which(command[0]) or command[0]
    sources = [program, *(source for option, source in itertools.pairwise(command) if option in BINDS)]
    settings = json.dumps({"user": NOBODY, "closed": _closed(sources)})
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), settings, program, *command[1:]]


def hand_over(*paths: Path) -> None:
    """Give files that root made to the user under whom sandboxes then run."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def _closed(paths: Iterable[str]) -> dict[str, list[str]]:
    """Folders on the way to paths through which only their owner may go: folder -> paths below it."""
    found: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        for folder in reversed(Path(path).parents):
            status = folder.stat()
            if not status.st_mode & 0o001 and status.st_uid != NOBODY:
                found.setdefault(str(folder), []).append(path)
                break
    return found


def main() -> None:
    """Open the way to what bubblewrap is to show, for this process alone; then give up all rights and become it."""
    settings, command = json.loads(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    if settings["closed"]:
        _check(libc.unshare(CLONE_NEWNS))
        _check(libc.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None))
        for folder, paths in settings["closed"].items():
            _open_way(libc, folder, paths)
    os.chdir("/")
    os.setgroups([])
    os.setresgid(*[settings["user"]] * 3)
    os.setresuid(*[settings["user"]] * 3)
    os.execvp(command[0], command)  # noqa: S606 - the command is the grader's


def _open_way(libc: ctypes.CDLL, folder: str, paths: Iterable[str]) -> None:
    """Lay an empty folder over a closed one, with nothing in it but some of its paths."""
    handles = {path: os.open(path, os.O_PATH) for path in paths}
    _check(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", ctypes.c_ulong(0), b"size=1m,mode=755"))
    for path, handle in handles.items():
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            os.makedirs(path, 0o755, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
            Path(path).touch()
        source = f"/proc/self/fd/{handle}".encode()
        _check(libc.mount(source, path.encode(), None, ctypes.c_ulong(MS_BIND | MS_REC), None))
        os.close(handle)


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
