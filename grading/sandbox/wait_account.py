"""Keep account of how long a kernel waited for a processor, at a cost that does not show beside short calls."""

import math
import time

from dnnkit.environment.processor_wait import seconds_waited

RECENT = 0.05  # seconds


class WaitAccount:
    """Adds up what one kernel after the other has waited.

    Attributes:
        seconds: the sum; less than or equal to the time that passed.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.forget()

    def forget(self) -> None:
        """Begin with another kernel; the sum is kept."""
        self._last: float | None = None  # what the system said of this kernel
        self._looked_at = -math.inf

    def look(self, pid: int | None, recent: float = RECENT) -> float:
        """Ask the system, which costs as much as a short call.

        Args:
            pid: of the kernel; None when it is gone: then it waits for nothing.
            recent: seconds for which the last look is good enough.

        Returns:
            The sum.
        """
        now = time.monotonic()
        if now - self._looked_at >= recent:
            waited = seconds_waited(pid) if pid else None
            if waited is not None and self._last is not None:
                self.seconds += min(max(waited - self._last, 0.0), now - self._looked_at)
            self._last, self._looked_at = waited, now
        return self.seconds
