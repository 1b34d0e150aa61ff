"""The sandbox: a Jupyter kernel inside bubblewrap, without a network and without files worth reading.

`BubblewrapProvisioner` is registered as the kernel provisioner "dnn-sandbox", so jupyter_client, nbclient and nbgrader
drive such a kernel like any other. The sandbox sees the files that Python needs (`host_files`), dnnkit and
grading/sandbox/inside, all read-only; never solutions, checks, gradebook, home folder or other students.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner

import dnnkit
from dnnkit.environment.devices import share_settings
from dnnkit.environment.variables import CPU, QUIET
from grading.errors import SandboxUnavailable
from grading.sandbox.host_files import bind_arguments, user_packages, visible_paths
from grading.sandbox.limits import Limits
from grading.sandbox.unprivileged import NOBODY, hand_over, unprivileged

KERNEL_NAME = "dnn-sandbox"
INSIDE = Path(__file__).parent / "inside"
PACKAGE = "dnn_sandbox"  # what that folder is called inside
HOME = "/home/student"
SCRATCH = ("/tmp", "/dev/shm", HOME)  # noqa: S108 - the sandbox's own
DEVICES = Path("/dev")
CURE = (
    "Grading other people's work needs bubblewrap and unprivileged user namespaces. "
    "Debian, Ubuntu: sudo apt-get install bubblewrap. Fedora: sudo dnf install bubblewrap. "
    "Where user namespaces are switched off: sudo sysctl kernel.unprivileged_userns_clone=1 "
    "user.max_user_namespaces=10000. "
    "Ubuntu 24.04 and later also restrict user namespaces: allow them for /usr/bin/bwrap by an AppArmor profile, or "
    "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0. macOS and Windows have no such sandbox: grade on "
    "Linux (a virtual machine or WSL 2 will do)."
)
CURE_FOR_ROOT = (
    f" The grader runs as root, so students' code runs as user {NOBODY}, who must be able to read this Python "
    "(chmod -R a+rX its folder). Or grade as an ordinary user."
)


class BubblewrapProvisioner(LocalProvisioner):
    """Launch a local kernel inside a bubblewrap sandbox."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Put bubblewrap and its options in front of the kernel's command line."""
        kwargs = await super().pre_launch(**kwargs)
        require_sandbox()
        connection_file = Path(self.parent.connection_file)
        hand_over(connection_file.parent, connection_file)
        limits = getattr(self.parent.kernel_spec_manager, "limits", None)
        kwargs["cmd"] = [*bubblewrap_command(str(connection_file.parent), limits), *kwargs["cmd"]]
        kwargs["env"] = {"PATH": os.environ.get("PATH", os.defpath)}  # for finding bwrap; the sandbox clears it
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL  # a flood there must cost nothing here
        return kwargs


class SandboxKernelSpecs(KernelSpecManager):
    """Offers the sandboxed kernel without installing anything."""

    limits = Limits()

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Describe the sandboxed kernel."""
        return KernelSpec(
            argv=[*python_command("launch", inside_settings(self.limits)), "-f", "{connection_file}"],
            display_name="Sandbox",
            language="python",
            interrupt_mode="message",  # a signal would end bwrap, not the student's code
            metadata={"kernel_provisioner": {"provisioner_name": KERNEL_NAME}},
        )


def python_command(program: str, settings: dict[str, Any]) -> list[str]:
    """Build the command line of one of our own programs inside the sandbox.

    Args:
        program: name of its module in grading/sandbox/inside.
        settings: handed over as JSON.
    """
    return [sys.executable, "-P", "-m", f"{PACKAGE}.{program}", json.dumps(settings)]


def inside_settings(limits: Limits) -> dict[str, Any]:
    """What every program inside must be told.

    Args:
        limits: what a submission may use.
    """
    below = tuple(f"{folder}/" for folder in SCRATCH)
    return {
        "home": HOME,
        "scratch": list(SCRATCH),
        "keep": [path for path in visible_paths() if path.startswith(below)],
        "scratch_bytes": limits.scratch_bytes,
        **limits.inside(),
    }


def bubblewrap_command(sockets: str, limits: Limits | None = None) -> list[str]:
    """Build the bubblewrap command line that stands in front of a program; what it starts is never root outside.

    Args:
        sockets: the one folder shared read-write, for the kernel's sockets.
        limits: sizes of the sandbox's temporary folders; default `Limits()`.

    Returns:
        List of arguments, ending where the program's own begin.
    """
    limits = limits or Limits()
    command = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += ["--uid", "1000", "--gid", "1000"]  # as root inside, a fork could not map its own user
    command += ["--clearenv", "--cap-drop", "ALL", "--hostname", "sandbox"]
    # A shared mapping of /dev/zero would be memory of no process; /dev/full, too, reads as zeros.
    command += ["--proc", "/proc", "--dev", "/dev", "--dev-bind", "/dev/full", "/dev/zero"]
    for folder in SCRATCH:
        command += ["--size", str(limits.scratch_bytes), "--tmpfs", folder]
    command += bind_arguments(visible_paths(gpu=bool(limits.gpu_fraction)))
    command += ["--ro-bind", str(Path(dnnkit.__file__).parent), "/opt/dnn/dnnkit"]
    command += ["--ro-bind", str(INSIDE), f"/opt/dnn/{PACKAGE}"]
    command += ["--bind", sockets, sockets, "--chdir", HOME]
    command += gpu_binds() if limits.gpu_fraction else []
    for path in ("/dev", "/"):  # bubblewrap's own tmpfs: without a size, and shared by all forks of a fork server
        command += ["--remount-ro", path]
    for name, value in kernel_environment(limits).items():
        command += ["--setenv", name, value]
    return [*unprivileged(command), "--"]


def gpu_binds() -> list[str]:
    """Arguments that let a sandbox reach the GPU: the driver's device files, and /sys, read-only, where it looks."""
    nodes = [path for path in sorted(DEVICES.glob("nvidia*")) if not path.is_dir()]
    nodes += [path for path in (DEVICES / "dxg",) if path.exists()]  # Windows' subsystem for Linux
    binds = [argument for path in nodes for argument in ("--dev-bind", str(path), str(path))]
    return [*binds, "--ro-bind", "/sys", "/sys"] if nodes else []


def kernel_environment(limits: Limits | None = None) -> dict[str, str]:
    """Environment variables of a kernel inside the sandbox.

    Args:
        limits: whether it may use the GPU, and how much of it; default `Limits()`.
    """
    fraction = (limits or Limits()).gpu_fraction
    device = share_settings(fraction) if fraction else dict(CPU)
    if fraction and "LD_LIBRARY_PATH" in os.environ:
        device["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]  # where some machines keep the driver
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "PYTHONPATH": ":".join(filter(None, ("/opt/dnn", user_packages()))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        **QUIET,
        "HDF5_USE_FILE_LOCKING": "FALSE",  # locks have no effect inside
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
        **device,
        **threads,
    }


@cache
def sandbox_problem() -> str:
    """Say why no sandbox can be made here; empty when one can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed."
    with tempfile.TemporaryDirectory() as folder:
        hand_over(Path(folder))
        command = [*bubblewrap_command(folder), *python_command("probe", inside_settings(Limits())), folder]
        probe = subprocess.run(  # noqa: S603 - the command is ours
            command, capture_output=True, text=True, timeout=60, check=False
        )
    message = (probe.stderr.strip().splitlines() or ["it says nothing"])[-1][:300]
    return "" if probe.returncode == 0 else f"bubblewrap cannot make a sandbox: {message}"


def require_sandbox() -> None:
    """Refuse to go on without a sandbox.

    Raises:
        SandboxUnavailable: with the reason and the cure.
    """
    problem = sandbox_problem()
    if problem:
        installed_for_root = os.geteuid() == 0 and shutil.which("bwrap") is not None
        raise SandboxUnavailable(f"{problem} {CURE}" + (CURE_FOR_ROOT if installed_for_root else ""))
