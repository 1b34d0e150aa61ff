"""Find the IPython in which this code runs, without importing it where there is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def current_shell() -> InteractiveShell | None:
    """Return the IPython shell of this process, or None in plain Python."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def in_notebook() -> bool:
    """Say whether a page that can show widgets may be listening: the shell is a kernel's, not a terminal's."""
    return getattr(current_shell(), "kernel", None) is not None
