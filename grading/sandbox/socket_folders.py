"""Private folders for sockets, named after the process that made them, so that those of a killed one can be swept."""

import os
import re
import shutil
import tempfile
from pathlib import Path


def make_folder() -> Path:
    """Make a private folder; those of processes that are no longer there are removed first.

    Returns:
        Its path, short: socket paths have at most 107 characters.
    """
    sweep()
    return Path(tempfile.mkdtemp(prefix=f"dnn-{os.getpid()}-"))


def sweep() -> None:
    """Remove the folders of processes that were killed before they could clean up."""
    for folder in Path(tempfile.gettempdir()).glob("dnn-*-*"):
        owner = re.match(r"dnn-(\d+)-", folder.name)
        if owner and not _is_running(int(owner.group(1))):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it belongs to another user, who removes it
    return True
