"""The warm parent: import the heavy packages once, then fork a kernel for each submission.

Runs inside the sandbox only, as `python -P -m dnn_sandbox.fork_server SETTINGS_JSON`. It reads one JSON command
a line from standard input, answers one a line on standard output, and never runs a student's code itself.
"""

import contextlib
import gc
import importlib
import json
import os
import random
import select
import signal
import sys
from collections.abc import Mapping
from typing import Any, NoReturn, TextIO

from . import launch, watch

# What a kernel and `%load_ext dnnkit` import when they start: once here, rather than in every fork.
KERNEL_MODULES = """
    IPython ipykernel.kernelapp IPython.core.completerlib IPython.core.debugger
    IPython.core.logger IPython.core.magics.extension IPython.core.oinspect IPython.extensions.storemagic
    IPython.utils.wildcard sqlite3 encodings.ascii encodings.latin_1 tornado.locks tornado.queues
    tornado.platform.asyncio dnnkit.checking.observe dnnkit.checking.snippets dnnkit.checking.checks
    dnnkit.checking.example dnnkit.explore dnnkit.environment.colab dnnkit.environment.devices dnn_sandbox.agent
""".split()


def main() -> None:
    """Import, say "ready", and serve until standard input closes."""
    settings = json.loads(sys.argv[1])
    control = os.fdopen(os.dup(1), "w", buffering=1)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    launch.leave_out_debugger()
    for name in (*KERNEL_MODULES, *settings["modules"]):
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # the student's cell will say so
    gc.collect()
    gc.freeze()  # a fork's garbage collection leaves these objects, and so the memory it shares with us, alone
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    control.write('{"ready": true}\n')
    pending = b""
    while True:
        readable, _, _ = select.select([0, wake_read], [], [])
        if wake_read in readable:
            os.read(wake_read, 4096)
            _report_ended(control)
        if 0 in readable:
            data = os.read(0, 65536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                _serve(json.loads(line), settings, control, (wake_read, wake_write))


def _serve(
    command: Mapping[str, Any], settings: Mapping[str, Any], control: TextIO, descriptors: tuple[int, int]
) -> None:
    if "kill" in command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(command["kill"], signal.SIGTERM)  # it ends its kernel, and whatever that started, then itself
        return
    child = os.fork()
    if child == 0:
        _become_kernel(command["folder"], settings, control, descriptors)
    control.write(json.dumps({"folder": command["folder"], "pid": child}) + "\n")


def _report_ended(control: TextIO) -> None:
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        control.write(json.dumps({"ended": child, "code": os.waitstatus_to_exitcode(status)}) + "\n")


def _become_kernel(folder: str, settings: Mapping[str, Any], control: TextIO, descriptors: tuple[int, int]) -> NoReturn:
    """In the fork: own namespaces, a second fork into the PID namespace, then a kernel. Never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        for descriptor in (*descriptors, control.fileno(), nothing):
            os.close(descriptor)
        os.setsid()
        sockets = os.path.join(settings["shared"], folder)
        launch.enter(settings, sockets)
        connection_file = os.path.join(sockets, "kernel.json")
        code = watch.supervise(lambda: _run_kernel(connection_file, settings), settings["watch"])
    finally:
        os._exit(code)


def _run_kernel(connection_file: str, settings: Mapping[str, Any]) -> NoReturn:
    os.setsid()
    os.chdir(settings["home"])
    _reseed()
    launch.run_kernel(connection_file, settings["limits"])


def _reseed() -> None:
    """Give the fork randomness of its own, so that no two students draw the same numbers by accident of the fork."""
    seed = int.from_bytes(os.urandom(4), "little")
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)


if __name__ == "__main__":
    main()
