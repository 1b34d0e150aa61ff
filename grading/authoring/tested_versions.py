"""The versions that the course was tested with, for what a student's installation needs."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def tested_versions(project: Path) -> list[str]:
    """List the packages that students need, directly or not, on any system, each pinned as in requirements.lock.

    What the packages need is read from their own metadata, where they are installed: `make setup` installs all of them
    but those of other systems, and these need nothing themselves.

    Args:
        project: the project's root.

    Returns:
        Constraints without hashes or addresses, such as "numpy==2.4.6" or "appnope==1.0.0 ; sys_platform == 'darwin'",
        in the order of the lock. One package may have several, for different releases of Python.
    """
    with (project / "pyproject.toml").open("rb") as file:
        direct = tomllib.load(file)["project"]["dependencies"]
    needed = needed_names(map(Requirement, direct))
    lock = (project / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)(?:\[\S+\])?(==[^\\\n]+?) *\\?$", lock, re.MULTILINE)  # constraints name no extras
    return [name + version for name, version in pinned if canonicalize_name(name) in needed]


def needed_names(direct: Iterable[Requirement]) -> set[str]:
    """Name the packages that requirements lead to, on whatever system."""
    waiting = list(direct)
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        new = {(name, extra) for extra in ("", *requirement.extras)} - seen
        seen |= new
        waiting += [need for _, extra in new for need in _needs(name, extra)]
    return {name for name, _ in seen}


def _needs(name: str, extra: str) -> list[Requirement]:
    """List what a package needs always, or with one of its extras."""
    try:
        needs = [Requirement(need) for need in importlib.metadata.requires(name) or ()]
    except importlib.metadata.PackageNotFoundError:  # of another system
        return []
    asked = {need: re.findall(r"extra == ['\"]([\w.-]+)['\"]", str(need.marker)) for need in needs}
    return [need for need, extras in asked.items() if (extra in extras if extra else not extras)]
