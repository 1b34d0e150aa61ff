"""What becomes of a cell or a question in a sandboxed kernel, in plain values."""

from dataclasses import dataclass
from typing import Any


class KernelDied(Exception):
    """The kernel is gone: a crash, a kill or an exit in the student's code."""


class KernelTimeout(Exception):
    """The student's code did not finish in time; the kernel may have been killed to stop it."""


@dataclass(frozen=True)
class CellResult:
    """How a cell ended.

    Attributes:
        status: "ok", "error", "timeout" or "crashed".
        error: exception type for status "error".
        message: its message, shortened.
    """

    status: str
    error: str = ""
    message: str = ""


def plain_text(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and no file can."""
    return text.encode("utf-8", "replace").decode("utf-8")


def short_text(text: Any, length: int) -> str:
    """A text cut to a length; "" for what is no text."""
    text = plain_text(text) if isinstance(text, str) else ""
    return text if len(text) <= length else text[: length - 3] + "..."
