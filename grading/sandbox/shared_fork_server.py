"""Share one warm parent among the workers of a machine: its packages are imported once and lie in memory once.

The server runs in the coordinator, outside the sandbox, and only passes lines on: workers' commands to the parent,
its news to the worker that asked. Forks never see its socket.
"""

import contextlib
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any, Self

from grading.sandbox.bubblewrap import require_sandbox
from grading.sandbox.fork_server import end_fork_server, pipes, start_fork_server
from grading.sandbox.limits import Limits
from grading.sandbox.socket_folders import make_folder


class SharedForkServer:
    """A warm parent that others on this machine may use; a context manager. It does not wait until it is ready.

    Args:
        modules: names of modules that the parent imports, such as "keras".
        limits: what a submission may use.

    Attributes:
        address: what `ForkLauncher` takes as its server.
    """

    def __init__(self, modules: Iterable[str], limits: Limits):
        require_sandbox()
        self._folder, self._shared = make_folder(), make_folder()  # two: forks may see the second
        self._process = start_fork_server(modules, limits, self._shared)
        self._commands, self._news = pipes(self._process)
        self.address = str(self._folder / "door")
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(self.address)
        self._door.listen()
        self._change = threading.Condition()  # lock for the attributes below and for the order of lines
        self._ready = False
        self._users: dict[socket.socket, set[int]] = {}  # user -> process ids of its forks
        self._asked: dict[str, socket.socket] = {}  # folder of a fork that is on its way -> user
        self._left: set[socket.socket] = set()  # users that are gone and whose forks are being ended
        for work in (self._admit, self._pass_news):
            threading.Thread(target=work, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the parent, and with it every fork."""
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        end_fork_server(self._process, self._shared)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _admit(self) -> None:
        while True:
            try:
                user, _ = self._door.accept()
            except OSError:
                return  # closed
            with self._change:
                self._users[user] = set()
                self._tell(user, {"shared": str(self._shared)})
                if self._ready:
                    self._tell(user, {"ready": True})
                if self._process.poll() is not None:
                    _hang_up(user)
            threading.Thread(target=self._serve, args=(user,), daemon=True).start()

    def _serve(self, user: socket.socket) -> None:
        """Pass on the commands of one user; when it goes, its forks go."""
        with contextlib.suppress(OSError), user.makefile("r", encoding="ascii") as commands:
            for line in commands:
                command = json.loads(line)
                with self._change:
                    if "folder" in command:
                        self._asked[command["folder"]] = user
                    if "folder" in command or command.get("kill") in self._users[user]:
                        self._command(command)
        deadline = time.monotonic() + 5
        with self._change:
            self._left.add(user)
            for pid in self._users[user]:
                self._command({"kill": pid})
            while (self._users[user] or user in self._asked.values()) and self._process.poll() is None:
                if not self._change.wait(max(0.0, deadline - time.monotonic())):
                    self._process.kill()  # a fork that does not end by itself ends with its parent
                    break
            del self._users[user]
            self._left.discard(user)
        user.close()

    def _pass_news(self) -> None:
        """Tell each user what becomes of its forks; when the parent ends, close all connections."""
        for line in self._news:
            news = json.loads(line)
            with self._change:
                if "ready" in news:
                    self._ready = True
                    hearers = list(self._users)
                elif "pid" in news:
                    hearers = [self._asked.pop(news["folder"])]
                    self._users[hearers[0]].add(news["pid"])
                    if hearers[0] in self._left:
                        self._command({"kill": news["pid"]})
                else:
                    hearers = [user for user, forks in self._users.items() if news["ended"] in forks]
                    for user in hearers:
                        self._users[user].discard(news["ended"])
                for user in hearers:
                    self._tell(user, news)
                self._change.notify_all()
        self._news.close()
        with self._change:
            for user in self._users:
                _hang_up(user)
            self._change.notify_all()

    def _command(self, command: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the parent is gone, and its forks with it
            self._commands.write(json.dumps(command) + "\n")
            self._commands.flush()

    @staticmethod
    def _tell(user: socket.socket, news: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # it is gone; its forks are ended where that is noticed
            user.sendall(json.dumps(news).encode() + b"\n")


def _hang_up(user: socket.socket) -> None:
    with contextlib.suppress(OSError):
        user.shutdown(socket.SHUT_RDWR)
