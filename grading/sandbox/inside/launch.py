"""Start the kernel inside the sandbox, after limiting what it may use.

Runs inside the sandbox only, as `python -P launch.py SETTINGS_JSON -f CONNECTION_FILE`.
"""

import json
import os
import resource
import sys

import namespaces
import watch


def limit(limits):
    """Set hard resource limits for this process and all its children, and let it be the first to go without memory.

    Args:
        limits: resource name without RLIMIT_ -> number, such as {"NPROC": 128}.
    """
    for name, number in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (number, number))
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # then Linux chooses by size alone


def run_kernel(connection_file, limits):
    """Give up all privileges, then become an IPython kernel; never returns.

    Args:
        connection_file: path of Jupyter's connection file.
        limits: see `limit`.
    """
    try:
        namespaces.lock()
        limit(limits)
        leave_out_debugger()
        from ipykernel.kernelapp import IPKernelApp
        from ipykernel.zmqshell import ZMQInteractiveShell

        # quit() would end the kernel a moment later, in the middle of the cell after it.
        ZMQInteractiveShell.ask_exit = lambda shell: None
        app = IPKernelApp.instance()
        app.initialize(["-f", connection_file])
        app.start()
    finally:
        os._exit(0)


def leave_out_debugger():
    """Keep ipykernel from loading JupyterLab's debugger: nobody debugs here, and it is a third of a kernel's start."""
    sys.modules["debugpy"] = None  # ipykernel does without what it cannot import


def main():
    """Run the kernel in a process of its own and watch it."""
    settings, connection_file = json.loads(sys.argv[1]), sys.argv[3]
    os._exit(watch.supervise(lambda: run_kernel(connection_file, settings["limits"]), settings["watch"]))


if __name__ == "__main__":
    main()
