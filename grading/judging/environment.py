"""A fingerprint of the packages that grade, stored with each result."""

import functools
import hashlib
import platform
import sys
import sysconfig
from importlib import metadata
from pathlib import Path


@functools.cache
def environment_hash() -> str:
    """Digest of the Python version and of every installed package's name and version."""
    found = metadata.distributions(path=_installed())
    packages = sorted({f"{d.metadata['Name']}=={d.version}".lower() for d in found})
    lines = [f"python=={platform.python_version()}", *packages]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _installed() -> list[str]:
    """Where packages are installed: not what a package adds to the path while it runs, as setuptools does."""
    site = Path(sysconfig.get_path("purelib"))
    return [entry for entry in sys.path if entry and (Path(entry) == site or site not in Path(entry).parents)]
