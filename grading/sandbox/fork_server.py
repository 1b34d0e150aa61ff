"""A warm parent, seen from outside the sandbox: ask for forks, learn when they have ended, end them.

It is this process's own, or one that a `SharedForkServer` shares among the workers of a machine. What it does is in
grading/sandbox/inside/fork_server.py.
"""

import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from grading.sandbox.bubblewrap import bubblewrap_command, inside_settings, python_command
from grading.sandbox.limits import Limits
from grading.sandbox.socket_folders import make_folder
from grading.sandbox.unprivileged import hand_over


class ForkServer:
    """What every user of a warm parent knows of it.

    Args:
        commands: text file that takes one JSON command a line.
        news: text file that gives one JSON answer a line.
        shared: folder in which each fork gets a folder of its own for its sockets.
        start_seconds: time for the parent to get ready.

    Raises:
        OSError: when it does not get ready.
    """

    _given_up = False  # whether `close` was called, so that its end is no loss

    def __init__(self, commands: IO[str], news: IO[str], shared: Path, start_seconds: float):
        self._commands, self._shared = commands, shared
        self._heard = threading.Condition()
        self._ready, self._gone = False, False
        self._forked: dict[str, int] = {}  # folder -> process id
        self._ended: dict[int, int] = {}  # process id -> exit code
        threading.Thread(target=self._listen, args=(news,), daemon=True).start()
        if not self._wait(lambda: self._ready, start_seconds):
            self.close()
            raise OSError("the warm parent did not start")

    def alive(self) -> bool:
        """Whether the parent is there."""
        return not self._gone

    def lost(self) -> bool:
        """Whether the parent ended by itself, and with it forks whose students did nothing to cause that."""
        return not self.alive() and not self._given_up

    def close(self) -> None:
        """Give the parent up; its forks end."""
        raise NotImplementedError

    def has_ended(self, pid: int) -> bool:
        """Whether a fork is gone."""
        with self._heard:
            return pid in self._ended

    def exit_code(self, pid: int) -> int | None:
        """Exit code of a fork, or None while it runs."""
        with self._heard:
            return self._ended.get(pid)

    def fork(self) -> tuple[Path, int, dict[str, Any]]:
        """Ask for a fork.

        Returns:
            (folder of its sockets, process id, Jupyter's connection as a dict).

        Raises:
            OSError: when none comes.
        """
        folder = self._shared / f"k{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        connection = {
            "transport": "ipc",
            "ip": str(folder / "s"),
            "key": secrets.token_hex(32),
            "signature_scheme": "hmac-sha256",
            "kernel_name": "",
            **{f"{channel}_port": n for n, channel in enumerate(("shell", "iopub", "stdin", "control", "hb"), start=1)},
        }
        (folder / "kernel.json").write_text(json.dumps(connection), encoding="utf-8")
        hand_over(folder, folder / "kernel.json")
        self._send({"folder": folder.name})
        if not self._wait(lambda: folder.name in self._forked, 10):
            raise OSError("the warm parent does not answer")
        return folder, self._forked.pop(folder.name), connection

    def kill(self, pid: int) -> None:
        """End a fork and wait until it is gone; if it does not end, the parent is ended, and the fork with it."""
        with contextlib.suppress(OSError):
            if self.alive() and not self.has_ended(pid):
                self._send({"kill": pid})
                if not self._wait(lambda: pid in self._ended, 5) and self.alive():
                    self.close()

    def _send(self, command: dict[str, Any]) -> None:
        self._commands.write(json.dumps(command) + "\n")
        self._commands.flush()

    def _wait(self, happened: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        with self._heard:
            while not happened():
                left = deadline - time.monotonic()
                if left <= 0 or not self.alive():
                    return False
                self._heard.wait(min(left, 0.5))
            return True

    def _listen(self, news: IO[str]) -> None:
        with contextlib.suppress(OSError, ValueError):  # `close` closes the pipe while this thread reads it
            for line in news:
                message = json.loads(line)
                with self._heard:
                    self._ready |= "ready" in message
                    if "pid" in message:
                        self._forked[message["folder"]] = message["pid"]
                    if "ended" in message:
                        self._ended[message["ended"]] = message["code"]
                    self._heard.notify_all()
        with contextlib.suppress(OSError):
            news.close()
        with self._heard:
            self._gone = True
            self._heard.notify_all()


class OwnForkServer(ForkServer):
    """A warm parent of this process.

    Args:
        modules: names of modules that it imports.
        limits: what a submission may use.
    """

    def __init__(self, modules: Iterable[str], limits: Limits):
        self._shared = make_folder()
        self._process = start_fork_server(modules, limits, self._shared)
        super().__init__(*pipes(self._process), self._shared, limits.start_seconds)

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and with it every fork."""
        self._given_up = True
        end_fork_server(self._process, self._shared)


class ForkServerConnection(ForkServer):
    """A warm parent that a `SharedForkServer` on this machine shares.

    Args:
        address: of the server, the path of its socket.
        start_seconds: time for the parent to get ready.
    """

    def __init__(self, address: str, start_seconds: float):
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(address)
        except OSError:
            self._socket.close()
            raise
        files = self._socket.makefile("w", encoding="ascii"), self._socket.makefile("r", encoding="ascii")
        super().__init__(*files, Path(json.loads(files[1].readline() or '{"shared": ""}')["shared"]), start_seconds)

    def close(self) -> None:
        """Leave; the server ends the forks that this process asked for."""
        self._given_up = self._gone = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def start_fork_server(modules: Iterable[str], limits: Limits, shared: Path) -> subprocess.Popen[str]:
    """Start the process of a warm parent in a sandbox; it writes a line when it is ready.

    Args:
        modules: names of modules that it imports.
        limits: what a submission may use.
        shared: folder of its forks' folders.

    Returns:
        `subprocess.Popen` with pipes for commands and news.
    """
    hand_over(shared)
    settings = {"modules": list(modules), "shared": str(shared), **inside_settings(limits)}
    command = [*bubblewrap_command(str(shared), limits), *python_command("fork_server", settings)]
    return subprocess.Popen(  # noqa: S603 - the command is ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    """The pipes of a fork server's process: for commands, for news."""
    if process.stdin is None or process.stdout is None:
        raise OSError("the fork server has no pipes")
    return process.stdin, process.stdout


def end_fork_server(process: subprocess.Popen[str], shared: Path) -> None:
    """End the process of a warm parent, and with it every fork; remove the folder of their sockets."""
    process.kill()
    process.wait()
    with contextlib.suppress(OSError):
        pipes(process)[0].close()
    shutil.rmtree(shared, ignore_errors=True)
