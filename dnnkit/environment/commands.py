"""Write commands so that they can be pasted into the terminal at hand, whether or not the venv is activated there."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path


def python_command(*arguments: str) -> str:
    """Write a command for this Python.

    Args:
        arguments: what follows it, such as "-m", "pip", "install", "keras".

    Example:
        >>> python_command("-m", "pip", "--version").endswith(" -m pip --version")
        True
    """
    return " ".join([_program("python", Path(sys.executable)), *map(_quoted, arguments)])


def dnnkit_command(*arguments: str) -> str:
    """Write a command for the `dnnkit` that belongs to this Python.

    Args:
        arguments: what follows it, such as "kernel", "install".
    """
    script = shutil.which("dnnkit", path=str(Path(sys.executable).parent))
    if script is None:  # not installed, but run from its folder
        return python_command("-m", "dnnkit", *arguments)
    return " ".join([_program("dnnkit", Path(script)), *map(_quoted, arguments)])


def pip_install(*names: str) -> str:
    """Write the command that installs packages for this Python, in the versions that the course asks for.

    Args:
        names: of packages, with extras if any, such as "tensorflow[and-cuda]"; pip's own options stay as they are.
    """
    return python_command("-m", "pip", "install", *map(_requirement, names))


def _program(name: str, path: Path) -> str:
    """Write a program as its bare name where the terminal finds this very one, else as a short path."""
    found = shutil.which(name)
    if found is not None and Path(found).parent == path.parent:
        return name
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive of Windows
        relative = str(path)
    return _quoted(str(path) if relative.startswith(os.pardir) else relative)


def _quoted(word: str) -> str:
    return subprocess.list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


def _requirement(name: str) -> str:
    """Add to a package's name the versions that dnnkit's own metadata asks for on this system."""
    plain = name.partition("[")[0]
    try:
        from packaging.requirements import InvalidRequirement, Requirement

        needs = [Requirement(need) for need in importlib.metadata.requires("dnnkit") or ()]
    except (ImportError, importlib.metadata.PackageNotFoundError, InvalidRequirement):
        return name
    for need in needs:
        # an instructor's package is asked for under an extra
        extras = re.findall(r'extra == "([\w-]+)"', str(need.marker)) or [""]
        if need.name == plain and (need.marker is None or need.marker.evaluate({"extra": extras[0]})):
            return f"{name}{need.specifier}"
    return name
