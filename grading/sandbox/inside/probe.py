"""Test whether this machine can make the sandbox: do all that a kernel's start does, and look for gaps.

Runs inside the sandbox only, as `python -P -m dnn_sandbox.probe SETTINGS_JSON SOCKETS`; it writes what failed to
standard error, in one line, and its exit code says whether something did.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

from . import launch


def main() -> NoReturn:
    """Enter, fork, shut the fork in, and report."""
    settings, code = json.loads(sys.argv[1]), 1
    try:
        launch.enter(settings, sys.argv[2])
        child = os.fork()
        if child == 0:
            _look(settings)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except OSError as error:
        _say(f"no namespaces of its own for each kernel: {error}")
    finally:
        os._exit(code)


def _look(settings: Mapping) -> NoReturn:
    code = 1
    try:
        launch.shut_in(settings["limits"])
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
        if pids != ["1"]:
            _say(f"a kernel sees other processes: {len(pids)}")
        elif not _is_refused("/proc/sys/kernel/core_pattern"):
            _say("a kernel may change settings of the machine in /proc/sys")
        else:
            code = 0
    except OSError as error:
        _say(f"a kernel cannot be shut in: {error}")
    finally:
        os._exit(code)


def _is_refused(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        return True
    return False


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
