"""Warm kernels: one parent behind the wall imports a lesson's packages once, and every kernel is a fork of it.

A fork that fails falls back to a cold kernel and says so. What the parent does is in grading/inside/warm.py.
"""

import ast
import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import threading
import time

from grading.cold import ColdLauncher
from grading.lesson import without_magics
from grading.sandbox import HOME, INSIDE, python_command, require_sandbox, wall
from grading.scratch import make_folder
from grading.settings import Limits


class WarmLauncher:
    """Launches kernels as forks of a warm parent; a context manager.

    Args:
        modules: names of modules that the parent imports, such as "keras".
        limits: what a submission may use.
    """

    sandbox = "bubblewrap"

    def __init__(self, modules=(), limits=None):
        require_sandbox()
        self.limits = limits or Limits()
        self.modules = tuple(modules)
        self.fallbacks = []
        self._cold = ColdLauncher(self.limits)
        self._parent = None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def launch(self):
        """Fork a kernel, starting the parent first if there is none.

        Returns:
            `WarmProcess`, or a `ColdProcess` when forking fails; `fallbacks` says why.
        """
        try:
            if self._parent is not None and not self._parent.alive():
                self.close()  # a dead one leaves a pipe and a folder
            if self._parent is None:
                self._parent = _Parent(self.modules, self.limits)
            return self._parent.fork()
        except OSError as error:
            self.fallbacks.append(f"A warm kernel could not be forked ({error}); a cold one was started instead.")
            self.close()
            return self._cold.launch()

    def close(self):
        """End the parent and with it every fork."""
        if self._parent is not None:
            self._parent.close()
            self._parent = None


class WarmProcess:
    """A fork of the parent that has become a kernel."""

    def __init__(self, parent, folder, pid, connection):
        self._parent, self._folder, self.pid = parent, folder, pid
        self.connection = connection

    def alive(self):
        """Whether the fork runs."""
        return self._parent.alive() and not self._parent.has_ended(self.pid)

    def connected(self):
        """Remove the folder of the sockets: nobody needs it any more, and nothing can be written into it now."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def exit_code(self):
        """Exit code of the fork, or None while it runs; see grading/inside/watch.py."""
        return self._parent.exit_code(self.pid)

    def kill(self):
        """End the fork and all it started, and remove its folder."""
        self._parent.kill(self.pid)
        shutil.rmtree(self._folder, ignore_errors=True)


class _Parent:
    """The warm parent's process, and the pipe to it."""

    def __init__(self, modules, limits):
        self._shared = make_folder()
        scratch = ["/tmp", "/dev/shm", HOME]  # noqa: S108 - the sandbox's own
        settings = {
            "modules": list(modules),
            "shared": str(self._shared),
            "home": HOME,
            "scratch": scratch,
            "keep": [
                path for path in (sys.base_prefix, sys.prefix) if path.startswith(tuple(f"{f}/" for f in scratch))
            ],
            "scratch_bytes": limits.scratch_bytes,
            **limits.inside(),
        }
        command = [
            *wall(str(self._shared), limits, inner_namespaces=True),
            *python_command(INSIDE / "warm.py", settings),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._news = threading.Condition()
        self._ready, self._forked, self._ended = False, {}, {}
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._wait(lambda: self._ready, limits.start_seconds):
            self.close()
            raise OSError("the warm parent did not start")

    def alive(self):
        return self._process.poll() is None

    def has_ended(self, pid):
        with self._news:
            return pid in self._ended

    def exit_code(self, pid):
        with self._news:
            return self._ended.get(pid)

    def fork(self):
        """Ask for a fork.

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
        self._send({"folder": folder.name})
        if not self._wait(lambda: folder.name in self._forked, 10):
            raise OSError("the warm parent does not answer")
        return WarmProcess(self, folder, self._forked.pop(folder.name), connection)

    def kill(self, pid):
        """End a fork and wait until it is gone; if it does not go, the parent goes and takes it along."""
        with contextlib.suppress(OSError):
            if self.alive() and not self.has_ended(pid):
                self._send({"kill": pid})
                if not self._wait(lambda: pid in self._ended, 5):
                    self.close()

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        shutil.rmtree(self._shared, ignore_errors=True)

    def _send(self, command):
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def _wait(self, happened, seconds):
        deadline = time.monotonic() + seconds
        with self._news:
            while not happened():
                left = deadline - time.monotonic()
                if left <= 0 or not self.alive():
                    return False
                self._news.wait(min(left, 0.5))
            return True

    def _listen(self):
        for line in self._process.stdout:
            message = json.loads(line)
            with self._news:
                self._ready |= "ready" in message
                if "pid" in message:
                    self._forked[message["folder"]] = message["pid"]
                if "ended" in message:
                    self._ended[message["ended"]] = message["code"]
                self._news.notify_all()
        self._process.stdout.close()
        with self._news:
            self._news.notify_all()


def lesson_modules(lesson):
    """List the modules that a lesson's given and solution cells import at their top, for the parent to import once.

    Args:
        lesson: the lesson.
    """
    names = {}
    for cell in lesson.cells:
        if cell.kind in ("given", "solution"):
            for node in ast.walk(ast.parse(without_magics(cell.source))):
                if isinstance(node, ast.Import):
                    names |= {alias.name: True for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                    names[node.module] = True
    return list(names)
