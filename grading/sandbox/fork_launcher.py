"""Warm kernels: one parent in a sandbox imports a lesson's packages once, and every kernel is a fork of it.

A fork that fails falls back to a cold kernel and says so. What the parent does is in inside/fork_server.py.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from grading.sandbox.bubblewrap import require_sandbox
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_server import ForkServer, ForkServerConnection, OwnForkServer
from grading.sandbox.launcher import LaunchedKernel
from grading.sandbox.limits import Limits


class ForkLauncher:
    """Launches kernels as forks of a warm parent; a context manager.

    Args:
        modules: names of modules that the parent imports, such as "keras".
        limits: what a submission may use.
        server: address of a `SharedForkServer` of this machine, used while it is there; default: the launcher starts a
            fork server of its own.
    """

    sandbox = "bubblewrap"

    def __init__(self, modules: Iterable[str] = (), limits: Limits | None = None, server: str | None = None):
        require_sandbox()
        self.limits = limits or Limits()
        self.modules = tuple(modules)
        self.fallbacks: list[str] = []
        self._server = server
        self._cold = ColdLauncher(self.limits)
        self._parent: ForkServer | None = None
        self._lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def launch(self) -> LaunchedKernel:
        """Fork a kernel, starting the parent first if there is none.

        Returns:
            `ForkedKernel`, or a `ColdKernel` when forking fails; `fallbacks` says why.
        """
        try:
            if self._parent is not None and not self._parent.alive():
                self._lost += self._parent.lost()
                self.close()  # a dead one leaves a pipe and a folder
            if self._parent is None:
                self._parent = self._find_parent()
            return ForkedKernel(self._parent, *self._parent.fork())
        except OSError as error:
            self.fallbacks.append(f"A warm kernel could not be forked ({error}); a cold one was started instead.")
            self.close()
            return self._cold.launch()

    def parents_lost(self) -> int:
        """How many parents have ended by themselves so far: what ran in their forks must run again."""
        return self._lost + (self._parent is not None and self._parent.lost())

    def _find_parent(self) -> ForkServer:
        server, self._server = self._server, None  # asked once: if its parent ends, each launcher has one of its own
        if server is not None:
            try:
                return ForkServerConnection(server, self.limits.start_seconds)
            except OSError:
                pass
        return OwnForkServer(self.modules, self.limits)

    def close(self) -> None:
        """End the parent and with it every fork."""
        if self._parent is not None:
            self._parent.close()
            self._parent = None


class ForkedKernel:
    """A fork of the parent that has become a kernel."""

    def __init__(self, parent: ForkServer, folder: Path, pid: int, connection: dict[str, Any]):
        self._parent, self._folder, self.pid = parent, folder, pid
        self.connection = connection

    def alive(self) -> bool:
        """Whether the fork runs."""
        return self._parent.alive() and not self._parent.has_ended(self.pid)

    def connected(self) -> None:
        """Remove the folder of the sockets, once no kernel can write into it any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def exit_code(self) -> int | None:
        """Exit code of the fork, or None while it runs; see grading/sandbox/inside/watch.py."""
        return self._parent.exit_code(self.pid)

    def kill(self) -> None:
        """End the fork and all it started, and remove its folder."""
        self._parent.kill(self.pid)
        shutil.rmtree(self._folder, ignore_errors=True)
