"""A fingerprint of the packages that grade, stored with each result."""

import functools
import hashlib
import platform
from importlib import metadata


@functools.cache
def environment_hash():
    """Digest of the Python version and of every installed package's name and version."""
    packages = sorted({f"{d.metadata['Name']}=={d.version}".lower() for d in metadata.distributions()})
    lines = [f"python=={platform.python_version()}", *packages]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
