"""Kernels without a sandbox, for one's own work only; the record of every result says so."""

import os
import shutil
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from grading.sandbox.bubblewrap import INSIDE, PACKAGE, kernel_environment
from grading.sandbox.limits import Limits
from grading.sandbox.socket_folders import make_folder


class UnsandboxedLauncher:
    """Launches ordinary kernels of this Python.

    Args:
        limits: what a submission may use; only its times are kept.
    """

    sandbox = "none"

    def __init__(self, limits: Limits | None = None):
        self.limits = limits or Limits()
        self.fallbacks: list[str] = []

    def launch(self) -> "UnsandboxedKernel":
        """Start a kernel.

        Returns:
            `UnsandboxedKernel`.
        """
        return UnsandboxedKernel(self.limits)

    def parents_lost(self) -> int:
        """None: kernels have no parent in common."""
        return 0

    def close(self) -> None:
        """Nothing is kept between kernels."""


class UnsandboxedKernel:
    """A running kernel that may do whatever its user may."""

    def __init__(self, limits: Limits):
        self._folder = make_folder()
        (self._folder / PACKAGE).symlink_to(INSIDE, target_is_directory=True)
        self._manager = KernelManager(
            kernel_name="dnn-trusted",
            kernel_spec_manager=_TrustedSpecs(),
            connection_file=str(self._folder / "kernel.json"),
        )
        self._manager.start_kernel(cwd=str(self._folder), env=_environment(limits, self._folder))
        self.connection = self._manager.get_connection_info()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._manager.is_alive()

    def connected(self) -> None:
        """Nothing to do: the folder is the kernel's working folder."""

    def exit_code(self) -> int | None:
        """Nobody watches a trusted kernel."""

    def kill(self) -> None:
        """End the process and remove its folder."""
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_connection_file()
        shutil.rmtree(self._folder, ignore_errors=True)


class _TrustedSpecs(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Trusted", language="python", interrupt_mode="message")


def _environment(limits: Limits, packages: Path) -> dict[str, str]:
    ours = kernel_environment(limits)
    ours["PYTHONPATH"] = os.pathsep.join([str(packages), str(INSIDE.parents[2])])
    return {**os.environ, **{name: value for name, value in ours.items() if name not in ("PATH", "HOME")}}
