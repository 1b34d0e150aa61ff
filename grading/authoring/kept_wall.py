"""Record that the sandbox withstood the whole bank of hostile and odd hand-ins, so that each run tries only a share.

The bank takes a quarter of an hour. What it shows rests on the grader's code, on the bank itself, on the packages, and
on the machine: its kernel and its bubblewrap. Where one of these has changed, the whole bank is tried.
"""

import ast
import json
import math
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically
from grading.authoring.digests import python_release, record_digest, releases
from grading.authoring.imported_code import code_digest, digest_of
from grading.authoring.keeping import draw
from grading.authoring.needed_source import canonical

ROOMS = (
    "sandbox",
    "submissions",
    "judging",
    "gradebook",
    "reports",
    "classes",
)  # of the grader, by what the bank tries
SHARE = 5  # every so many hand-ins are tried where nothing has changed
FILE = "proofs.json"


def wall_basis(folder: Path) -> dict[str, str]:
    """Say on what the proof rests today.

    Args:
        folder: the folder of the bank and its tests.

    Returns:
        Dict from each part, in plain words, to its digest or release.
    """
    sources = sorted(folder.glob("*.py"))
    bank = [f"{path.name} {canonical(ast.parse(path.read_text(encoding='utf-8')))}" for path in sources]
    inside = [path.read_text(encoding="utf-8") for path in sorted(_inside().glob("*.py"))]
    return {
        "grader": digest_of(python_release(), code_digest(*(f"grading.{room}.*" for room in ROOMS)), *inside),
        "bank": digest_of(*bank),
        "packages": record_digest(releases()),
        "kernel": ".".join(platform.release().split(".")[:2]),
        "bubblewrap": _bubblewrap_release(),
    }


def changes_of(folder: Path) -> list[str]:
    """List what has changed since the kept proof was made; without one, everything.

    Args:
        folder: the folder of the bank and its tests.
    """
    path = folder / FILE
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return [part for part, today in wall_basis(folder).items() if kept.get(part) != today]


def keep_wall(folder: Path, hand_ins: int) -> None:
    """Record that the sandbox withstood the whole bank today.

    Args:
        folder: the folder of the bank and its tests.
        hand_ins: number of tests that passed.
    """
    record = {**wall_basis(folder), "tests passed": hand_ins}
    write_atomically(folder / FILE, json.dumps(record, indent=1) + "\n")


def share_of_bank(names: Sequence[str], bank: str, seed: str) -> list[str]:
    """Draw the hand-ins of a bank that are tried though all was held: the same ones for the same seed.

    Args:
        names: all names of the bank.
        bank: its name.
        seed: such as the date.
    """
    return draw(sorted(names), math.ceil(len(names) / SHARE), seed, "wall", bank)


def _inside() -> Path:
    from grading import sandbox

    return Path(sandbox.__path__[0]) / "inside"


def _bubblewrap_release() -> str:
    program = shutil.which("bwrap")
    if program is None:
        return "none"
    command = [program, "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - a constant
