"""Read one student's submitted file, whatever it is, into bytes with a digest or a reason why not."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from grading.plain_output import one_line
from grading.sandbox.limits import Limits
from grading.submissions.file_kinds import why_no_json
from grading.submissions.hand_in import find_notebook

Cell = tuple[str, str, tuple[str, ...]]  # kind, source, names


UNREADABLE = "is not a file that can be read."


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        student: student id.
        status: "ok" if there is a file that may be read, whatever is in it until `parse` has looked; "wrong_file" if
            something was handed in that is not this lesson's notebook.
        reason: why it is not "ok", in words for the student.
        digest: "sha256:..." of the file, or "".
        cells: [(kind, source, names)] of the notebook's cells in order: kind "code", "text" or "damaged", and the ids
            by which the cell may be recognised; None as long as nobody has looked into the file.
        data: the file's bytes, for sending it on; empty unless "ok".
        notes: what the student should know of the file's name, in sentences.
    """

    student: str
    status: Literal["ok", "unreadable", "missing", "wrong_file"]
    reason: str = ""
    digest: str = ""
    cells: tuple[Cell, ...] | None = ()
    data: bytes = field(default=b"", repr=False, compare=False)
    notes: tuple[str, ...] = ()


def read_submission(student: str, folder: Path, notebook: str, limits: Limits | None = None) -> Submission:
    """Read the notebook in `folder` without following links or trusting anything in it, and take its cells apart.

    Args:
        student: student id.
        folder: the student's submission folder.
        notebook: the lesson's topic.
        limits: size limits.

    Returns:
        `Submission`; never raises for anything a student can send.
    """
    return parse(read_file(student, folder, notebook, limits), limits)


def read_file(student: str, folder: Path, notebook: str, limits: Limits | None = None) -> Submission:
    """Read the file as `read_submission` does, and do not look into it: that is work for a process that may end.

    Returns:
        `Submission` without cells.
    """
    limits = limits or Limits()
    found = find_notebook(Path(folder), notebook)
    path = Path(folder) / (found.notebook or f"{notebook}.ipynb")
    shown = one_line(path.name)
    try:
        data = _read_regular_file(path, limits.file_bytes)
    except FileNotFoundError:
        if found.reason:
            return Submission(student, "wrong_file", found.reason)
        return Submission(student, "missing", f"There is no file {shown} in the submission.")
    except FileRefused as error:
        return Submission(student, "unreadable", f"{shown} {error}")
    except (OSError, ValueError):  # a ValueError: a path that no file can have
        return Submission(student, "unreadable", f"{shown} {UNREADABLE}")
    return unparsed(student, data, found.notes)


def unparsed(student: str, data: bytes, notes: tuple[str, ...] = ()) -> Submission:
    """Make a `Submission` of a file's bytes without looking into it."""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    return Submission(student, "ok", "", digest, None, data, notes)


def from_bytes(student: str, data: bytes, limits: Limits | None = None) -> Submission:
    """Make a `Submission` of a file's bytes; never raises for anything a student can send."""
    return parse(unparsed(student, data), limits)


def parse(submission: Submission, limits: Limits | None = None) -> Submission:
    """Take the cells of a submission apart, if that is not done yet; never raises for anything a student can send."""
    if submission.cells is not None:
        return submission
    try:
        cells = parse_cells(submission.data, limits)
    except ValueError as error:
        return Submission(submission.student, "unreadable", str(error), submission.digest)
    return replace(submission, cells=cells)


def parse_cells(data: bytes, limits: Limits | None = None) -> tuple[Cell, ...]:
    """Take the cells' sources and ids out of a notebook's bytes, and nothing else; a cell without source is "damaged".

    Raises:
        ValueError: says what is wrong, for the student.
    """
    limits = limits or Limits()
    if not data.strip():
        raise ValueError("The file is empty. Was the notebook saved before it was handed in?")
    parts = sum(data.count(mark) for mark in (b"[", b"{"))
    if parts > limits.file_parts:
        raise ValueError(
            f"The file has {parts:,} lists and dicts inside; the limit is {limits.file_parts:,} (file_parts)."
        )
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The file is not a notebook: it is not valid JSON. {why_no_json(data)}") from error
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise ValueError("The file is JSON but not a notebook: it has no list of cells.")
    if len(cells) > limits.cells:
        raise ValueError(f"The notebook has {len(cells):,} cells; the limit is {limits.cells:,} (cells).")
    found = tuple(map(_cell, cells))
    if found and all(kind == "damaged" for kind, _, _ in found):
        raise ValueError("No cell of the notebook has readable source. Open it in JupyterLab and save it again.")
    chars = sum(len(source) for kind, source, _ in found if kind == "code")
    if chars > limits.code_chars:
        raise ValueError(
            f"The notebook's code has {chars:,} characters; the limit is {limits.code_chars:,} (code_chars). "
            "Is data pasted into a cell? Load it from a file instead."
        )
    return found


def _cell(cell: Any) -> Cell:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return ("damaged", "", ())
    source = source.encode("utf-8", "replace").decode("utf-8")  # lone surrogates would break every writer
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    names = tuple(name for name in (grade_id, cell.get("id")) if isinstance(name, str))
    return ("code" if cell.get("cell_type") == "code" else "text", source, names)


class FileRefused(Exception):
    """A submitted file may not be read; the text says why, and follows the file's name."""


def _read_regular_file(path: Path, max_bytes: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    for part in (path.parent, path):
        if part.is_symlink():
            raise FileRefused("is a link, not a file. Hand in the notebook itself.")
    descriptor = os.open(path, flags)
    try:
        _require_own_regular_file(os.fstat(descriptor), max_bytes)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(max_bytes)
    finally:
        os.close(descriptor)


def _require_own_regular_file(status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused(UNREADABLE)
    if status.st_nlink > 1:
        raise FileRefused(
            "is a file that has a second name elsewhere (a hard link), perhaps in another student's folder. "
            "Hand in a copy of its own."
        )
    if status.st_size > max_bytes:
        raise FileRefused(
            f"has {status.st_size / 2**20:.0f} MB; the limit is {max_bytes / 2**20:.0f} MB (file_bytes). "
            "Clear the outputs (Edit, Clear Outputs of All Cells), save and hand in again."
        )
