"""Find the notebook among the files of a hand-in, whatever they are called, or say what is there instead."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.plain_output import one_line

EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")  # written by `nbgrader submit`, not by the student
MOST_ENTRIES = 1000  # of a folder that are looked at
MOST_NAMED = 3
LONGEST_NAME = 60
ENDINGS = {
    (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"): "an archive, which is not opened here. Unpack it",
    (".py",): "a Python script. The notebook itself is graded",
    (".html", ".htm", ".pdf", ".docx"): "a printout. The notebook itself is graded",
}


@dataclass(frozen=True)
class HandIn:
    """What a submission's folder holds.

    Attributes:
        notebook: name of the file to grade; None if there is none.
        notes: what the student should know of the file's name, in sentences.
        reason: why nothing can be graded though something was handed in; empty if nothing was, or a notebook is there.
    """

    notebook: str | None
    notes: tuple[str, ...] = ()
    reason: str = ""


def find_notebook(folder: Path, topic: str) -> HandIn:
    """Find the notebook: the one with the lesson's name, else the only one, else the only one whose name holds it.

    Args:
        folder: the submission's folder; it may be missing.
        topic: the lesson's topic, which names the expected file.

    Returns:
        `HandIn`; never raises for anything a student can send.
    """
    expected = f"{topic}.ipynb"
    names = _names(folder)
    notebooks = [name for name in names if name.lower().endswith(".ipynb")]
    if expected in notebooks:
        others = [name for name in notebooks if name != expected]
        note = f"{expected} was graded. The submission holds further notebooks: {_listed(others)}."
        return HandIn(expected, (note,) if others else ())
    alike = [name for name in notebooks if topic.lower() in name.lower()]
    for candidates in (notebooks, alike):
        if len(candidates) == 1:
            note = f"The file is called {_listed(candidates)} and was graded all the same. Expected {expected}."
            return HandIn(candidates[0], (note,))
    if notebooks:
        many = f"The submission holds {len(notebooks)} notebooks, and it is not clear which one counts: "
        return HandIn(None, reason=f"{many}{_listed(notebooks)}. Hand in one, called {expected}.")
    return HandIn(None, reason=_what_else(folder, names, expected))


def _names(folder: Path) -> list[str]:
    """Names of what lies in a folder, without hidden files and those of the exchange."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry, _ in zip(entries, range(MOST_ENTRIES), strict=False)]
    except (OSError, ValueError):  # a ValueError: a path that no folder can have
        return []
    return sorted(name for name in found if not name.startswith(".") and name not in EXCHANGE_FILES)


def _what_else(folder: Path, names: Sequence[str], expected: str) -> str:
    if not names:
        return ""
    folders = [name for name in names if (folder / name).is_dir() and not (folder / name).is_symlink()]
    if folders:
        return f"There is no notebook in the submission, only a folder: {_listed(folders)}. Hand in {expected} itself."
    for endings, kind in ENDINGS.items():
        fits = [name for name in names if name.lower().endswith(endings)]
        if fits:
            return f"{_listed(fits[:1])} is {kind}: hand in {expected}."
    return f"There is no notebook in the submission. Expected {expected}. Got {_listed(names)}."


def _listed(names: Sequence[str]) -> str:
    """A few names for the student, as plain text."""
    shown = [one_line(name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "...") for name in names]
    more = len(names) - MOST_NAMED
    return ", ".join(shown[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
