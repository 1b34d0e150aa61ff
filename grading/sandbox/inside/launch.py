"""Start the kernel inside the sandbox, after limiting what it may use.

Runs inside the sandbox only, as `python -P -m dnn_sandbox.launch SETTINGS_JSON -f CONNECTION_FILE`.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import NoReturn

from . import namespaces, watch


def limit(limits: Mapping[str, int]) -> None:
    """Set hard resource limits for this process and all its children, and let it be the first to go without memory.

    Args:
        limits: resource name without RLIMIT_ -> number, such as {"NPROC": 128}.
    """
    for name, number in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (number, number))
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def shut_in(limits: Mapping[str, int]) -> None:
    """Limit the first process of a PID namespace, show it no process but its own, and give up all privileges.

    Args:
        limits: see `limit`.
    """
    limit(limits)
    namespaces.own_processes()
    namespaces.lock()


def run_kernel(connection_file: str, limits: Mapping[str, int]) -> NoReturn:
    """Give up all privileges, then become an IPython kernel; never returns.

    Args:
        connection_file: path of Jupyter's connection file.
        limits: see `limit`.
    """
    try:
        shut_in(limits)
        leave_out_debugger()
        sys.path.append("")  # as in Jupyter, a module can be written beside the notebook; here it never hides another
        from ipykernel.kernelapp import IPKernelApp
        from ipykernel.zmqshell import ZMQInteractiveShell

        # quit() would end the kernel a moment later, in the middle of the cell after it.
        ZMQInteractiveShell.ask_exit = lambda shell: None
        app = IPKernelApp.instance()
        app.initialize(["-f", connection_file])
        app.start()
    finally:
        os._exit(0)


def leave_out_debugger() -> None:
    """Keep ipykernel from loading JupyterLab's debugger: nobody debugs here, and it is a third of a kernel's start."""
    sys.modules["debugpy"] = None  # ipykernel does without what it cannot import


def enter(settings: Mapping, sockets: str) -> None:
    """Enter namespaces of one's own, with fresh temporary folders.

    Args:
        settings: as the command line brings them.
        sockets: the folder that stays visible for the kernel's sockets.
    """
    namespaces.enter(sockets, settings["scratch_bytes"], settings["scratch"], settings["keep"])


def main() -> NoReturn:
    """Run the kernel in a process of its own and watch it."""
    settings, connection_file = json.loads(sys.argv[1]), sys.argv[3]
    enter(settings, os.path.dirname(connection_file))
    os.chdir(settings["home"])
    os._exit(watch.supervise(lambda: run_kernel(connection_file, settings["limits"]), settings["watch"]))


if __name__ == "__main__":
    main()
