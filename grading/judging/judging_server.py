"""The process that disposable judging processes are forks of: it imports once what they need, and runs nothing else.

Started by `JudgingServer` (grading/judging/judging_process.py) as `python -m grading.judging.judging_server
LISTENER MODULE...`: file descriptor of a listening socket, and modules to import. Each connection gets a fork of its
own. It ends when its standard input does.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Iterable
from multiprocessing.connection import Connection

from dnnkit.environment.quiet import quiet_backends
from grading.judging import judging_worker
from grading.judging.environment import environment_hash


def main() -> None:
    """Import, then fork a judging process for each connection."""
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        preload(sys.argv[2:])
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks that end leave no zombie: nobody waits for them
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = listener.accept()
            if os.fork() == 0:
                become_judge(listener, connection)
            connection.close()


def preload(modules: Iterable[str]) -> None:
    """Import modules, without starting anything in them that a fork would lose."""
    quiet_backends(settle=False)
    for name in modules:
        with contextlib.suppress(ImportError):  # the judging process imports it again and reports it
            importlib.import_module(name)
    environment_hash()  # reads the names of all packages
    gc.freeze()  # what is there now stays as it is, in memory that all forks share


def become_judge(listener: socket.socket, connection: socket.socket) -> None:
    """Turn this fork into a judging process; never returns."""
    try:
        listener.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        judging_worker.serve(Connection(connection.detach()))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
