"""The wall: a Jupyter kernel inside bubblewrap, with no network and nothing to read that is worth reading.

`BubblewrapProvisioner` is registered as the kernel provisioner "dnn-sandbox", so jupyter_client, nbclient and nbgrader
drive such a kernel like any other. The sandbox sees the Python installation, dnnkit and the two files of
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

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner

import dnnkit
from dnnkit.environment.devices import share_settings
from grading.errors import SandboxUnavailable
from grading.sandbox.limits import Limits

KERNEL_NAME = "dnn-sandbox"
INSIDE = Path(__file__).parent / "inside"
HOME = "/home/student"
DEVICES = Path("/dev")
CURE = (
    "Grading other people's work needs bubblewrap and unprivileged user namespaces. "
    "Debian, Ubuntu: sudo apt-get install bubblewrap. Fedora: sudo dnf install bubblewrap. "
    "Ubuntu 24.04 and later also restrict user namespaces: allow them for /usr/bin/bwrap by an AppArmor profile, or "
    "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0. macOS and Windows have no such sandbox: grade on "
    "Linux (a virtual machine or WSL 2 will do)."
)


class BubblewrapProvisioner(LocalProvisioner):
    """Launch a local kernel inside a bubblewrap sandbox."""

    async def pre_launch(self, **kwargs):
        """Put the wall in front of the kernel's command line."""
        kwargs = await super().pre_launch(**kwargs)
        require_sandbox()
        sockets = str(Path(self.parent.connection_file).parent)
        limits = getattr(self.parent.kernel_spec_manager, "limits", None)
        kwargs["cmd"] = [*bubblewrap_command(sockets, limits), *kwargs["cmd"]]
        kwargs["env"] = {"PATH": os.environ.get("PATH", os.defpath)}  # for finding bwrap; the sandbox clears it
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL  # a flood there must cost nothing here
        return kwargs


class SandboxKernelSpecs(KernelSpecManager):
    """Offers the sandboxed kernel without installing anything."""

    limits = Limits()

    def get_kernel_spec(self, kernel_name):
        """Describe the sandboxed kernel."""
        argv = python_command(INSIDE / "launch.py", self.limits.inside())
        return KernelSpec(
            argv=[*argv, "-f", "{connection_file}"],
            display_name="Sandbox",
            language="python",
            interrupt_mode="message",  # a signal would end bwrap, not the student's code
            metadata={"kernel_provisioner": {"provisioner_name": KERNEL_NAME}},
        )


def python_command(program, settings):
    """Build the command line of one of our own programs inside the sandbox.

    Args:
        program: its path in grading/sandbox/inside.
        settings: handed over as JSON.
    """
    return [sys.executable, "-P", f"/opt/dnn/inside/{program.name}", json.dumps(settings)]


def bubblewrap_command(sockets, limits=None, *, inner_namespaces=False):
    """Build the bubblewrap command line that stands in front of a program.

    Args:
        sockets: the one folder shared read-write, for the kernel's sockets.
        limits: sizes of the sandbox's temporary folders; default `Limits()`.
        inner_namespaces: let the program make namespaces of its own, as the warm parent must.

    Returns:
        List of arguments, ending where the program's own begin.
    """
    limits = limits or Limits()
    command = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += [] if inner_namespaces else ["--disable-userns"]
    command += ["--uid", "1000", "--gid", "1000"]  # as root inside, a fork could not map its own user
    command += ["--clearenv", "--cap-drop", "ALL", "--hostname", "sandbox"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm", HOME):  # noqa: S108 - these are the sandbox's own
        command += ["--size", str(limits.scratch_bytes), "--tmpfs", folder]
    for path in _system_paths():
        command += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    for path in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not path.startswith("/usr/") or path.startswith("/usr/local"):
            command += ["--ro-bind", path, path]
    command += ["--ro-bind", str(Path(dnnkit.__file__).parent), "/opt/dnn/dnnkit"]
    command += ["--ro-bind", str(INSIDE), "/opt/dnn/inside"]
    command += ["--bind", sockets, sockets, "--chdir", HOME]
    command += gpu_binds() if limits.gpu_fraction else []
    for path in ("/dev", "/"):  # bubblewrap's own tmpfs: without a size, and shared by all forks of a warm parent
        command += ["--remount-ro", path]
    for name, value in kernel_environment(limits).items():
        command += ["--setenv", name, value]
    return [*command, "--"]


def _system_paths():
    paths = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
    return [path for path in paths if os.path.lexists(path)]


def gpu_binds():
    """Arguments that let a sandbox reach the GPU: the driver's device files, and /sys, read-only, where it looks."""
    nodes = [path for path in sorted(DEVICES.glob("nvidia*")) if not path.is_dir()]
    nodes += [path for path in (DEVICES / "dxg",) if path.exists()]  # Windows' subsystem for Linux
    binds = [argument for path in nodes for argument in ("--dev-bind", str(path), str(path))]
    return [*binds, "--ro-bind", "/sys", "/sys"] if nodes else []


def kernel_environment(limits=None):
    """Environment variables of a kernel inside the sandbox.

    Args:
        limits: whether it may use the GPU, and how much of it; default `Limits()`.
    """
    fraction = (limits or Limits()).gpu_fraction
    device = share_settings(fraction) if fraction else {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    if fraction and "LD_LIBRARY_PATH" in os.environ:
        device["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]  # where some machines keep the driver
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "PYTHONPATH": "/opt/dnn:/opt/dnn/inside",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
        **device,
        **threads,
    }


@cache
def sandbox_problem():
    """Say why no sandbox can be made here; empty when one can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed."
    with tempfile.TemporaryDirectory() as folder:
        probe = subprocess.run(  # noqa: S603 - the command is ours
            [*bubblewrap_command(folder), "true"], capture_output=True, text=True, timeout=20, check=False
        )
    return "" if probe.returncode == 0 else f"bubblewrap cannot make a sandbox: {probe.stderr.strip()[:300]}"


def require_sandbox():
    """Refuse to go on without a sandbox.

    Raises:
        SandboxUnavailable: with the reason and the cure.
    """
    problem = sandbox_problem()
    if problem:
        raise SandboxUnavailable(f"{problem} {CURE}")
