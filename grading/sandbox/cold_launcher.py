"""A cold kernel: one fresh bubblewrap sandbox and one fresh Python for each start."""

import shutil

from jupyter_client.manager import KernelManager

from grading.sandbox.bubblewrap import KERNEL_NAME, SandboxKernelSpecs, require_sandbox
from grading.sandbox.limits import Limits
from grading.sandbox.socket_folders import make_folder


class ColdLauncher:
    """Launches cold kernels.

    Args:
        limits: what a submission may use.

    Raises:
        SandboxUnavailable: where there is no sandbox; nothing was started by then.
    """

    sandbox = "bubblewrap"

    def __init__(self, limits: Limits | None = None):
        require_sandbox()
        self.limits = limits or Limits()
        self.fallbacks: list[str] = []

    def launch(self) -> "ColdKernel":
        """Start a kernel in a sandbox of its own.

        Returns:
            `ColdKernel`.
        """
        return ColdKernel(self.limits)

    def parents_lost(self) -> int:
        """None: kernels have no parent in common."""
        return 0

    def close(self) -> None:
        """Nothing is kept between kernels."""


class ColdKernel:
    """A running kernel, driven by jupyter_client's own manager through the provisioner."""

    def __init__(self, limits: Limits):
        self._folder = make_folder()
        specs = SandboxKernelSpecs()
        specs.limits = limits
        self._manager = KernelManager(
            kernel_name=KERNEL_NAME,
            kernel_spec_manager=specs,
            transport="ipc",
            ip=f"{self._folder}/s",
            connection_file=f"{self._folder}/kernel.json",
        )
        self._manager.start_kernel()
        self.connection = self._manager.get_connection_info()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._manager.is_alive()

    def connected(self) -> None:
        """Remove the folder of the sockets, once no kernel can write into it any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def exit_code(self) -> int | None:
        """Exit code of the sandbox, or None while it runs; see grading/sandbox/inside/watch.py."""
        process = self._manager.provisioner.process if self._manager.provisioner else None
        return process.poll() if process else None

    def kill(self) -> None:
        """End the process and remove its folder."""
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_connection_file()
        shutil.rmtree(self._folder, ignore_errors=True)
