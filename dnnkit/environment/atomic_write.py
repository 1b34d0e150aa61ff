"""Write a file whole or not at all: nobody ever reads half of it, and an interruption leaves the old one."""

import os
import secrets
from pathlib import Path


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Write a file under another name beside its place, then give it its name in one step.

    Args:
        path: the file; its folder is made if it is not there. An existing file is replaced, also a read-only one.
        content: text, written as UTF-8 with its line ends as they are, or bytes.

    Raises:
        OSError: when it cannot be written; the old file is still there then, and nothing else.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.tmp")  # two processes may write the same file
    try:
        with scratch.open("xb") as file:
            file.write(data)
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
