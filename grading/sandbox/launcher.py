"""What every launcher of kernels offers, and every kernel that it launches."""

from typing import Protocol

from grading.sandbox.limits import Limits


class LaunchedKernel(Protocol):
    """A running kernel.

    Attributes:
        connection: Jupyter's connection information.
    """

    connection: dict

    def alive(self) -> bool:
        """Whether the process runs."""

    def connected(self) -> None:
        """Do what must be done once the kernel has been reached, and before a student's code runs."""

    def exit_code(self) -> int | None:
        """Exit code, or None while it runs or where nobody watches; see grading/sandbox/inside/watch.py."""

    def kill(self) -> None:
        """End the process and all it started, and remove its folder."""


class Launcher(Protocol):
    """Launches kernels.

    Attributes:
        sandbox: what keeps students' code from the host, as records say it: "bubblewrap" or "none".
        limits: what a submission may use.
        fallbacks: what did not go as planned since this list was last emptied, one sentence each.
    """

    sandbox: str
    limits: Limits
    fallbacks: list[str]

    def launch(self) -> LaunchedKernel:
        """Start a kernel."""

    def parents_lost(self) -> int:
        """How many fork servers have ended by themselves so far: what ran in their forks must run again."""

    def close(self) -> None:
        """End what is kept between kernels."""
