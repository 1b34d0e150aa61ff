"""Read what a platform hands out as "download all submissions", a zip or a folder, with limits on all that is in it.

Canvas names files `doejane_LATE_4711_815_neuron.ipynb`: name, its user number, the attachment's number, the file.
Moodle puts a student's files into a folder `Jane Doe_123_assignsubmission_file_`, or writes that before the file's
name. No path of an archive is ever used to write to.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grading.errors import UsageError
from grading.sandbox.limits import Limits

MOST_FILES = 20_000
MOST_BYTES = 4 * 2**30  # of all files together
LONGEST_FILE_NAME = 120
CANVAS = re.compile(r"(?P<name>[^_/]*)_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file>[^/]+)")
MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?/?(?P<file>.+)")
FOLDER = re.compile(r"(?P<name>[^/]+)/(?P<file>.+)")


@dataclass(frozen=True)
class Delivered:
    """One file of a bulk download.

    Attributes:
        platform: "canvas", "moodle" or "folder".
        name: what the download calls the student; for "folder", the folder's name.
        number: Canvas' user number, or empty.
        file: the file's own name, safe to write in a folder.
        late: whether Canvas marked it as late.
        data: its bytes; empty where it was refused.
        refused: why it was not read, or empty.
    """

    platform: str
    name: str
    number: str
    file: str
    late: bool
    data: bytes
    refused: str = ""


def read_bulk_download(source: Path, limits: Limits | None = None) -> Iterator[Delivered]:
    """Read a bulk download, one file after the other.

    Args:
        source: a zip file, or a folder that holds what was in one.
        limits: `file_bytes` holds for each file.

    Yields:
        `Delivered`, in the order of their paths; what is no submission, such as an index page, is left out.

    Raises:
        UsageError: when there is no such file or folder, or more is in it than any class hands in.
    """
    limits = limits or Limits()
    total = 0
    for path, read in _members(source):
        found = _place(path)
        if found is None:
            continue
        platform, match = found
        groups = match.groupdict()
        data, refused = read(limits.file_bytes)
        total += len(data)
        if total > MOST_BYTES:
            raise UsageError(f"{source} holds more than {MOST_BYTES:,} bytes. Nothing of it was taken.")
        number = groups["number"] if platform == "canvas" else ""
        late = bool(groups.get("late"))
        yield Delivered(platform, groups["name"], number, safe_name(groups["file"]), late, data, refused)


def _place(path: str) -> tuple[str, re.Match[str]] | None:
    """Tell the platform by a path's form; None for what belongs to nobody."""
    parts = path.split("/")
    if "__MACOSX" in parts or parts[-1].startswith("."):
        return None
    moodle = MOODLE.fullmatch(path)
    if moodle:
        return "moodle", moodle
    canvas = CANVAS.fullmatch(parts[-1]) if len(parts) == 1 else None
    if canvas:
        return "canvas", canvas
    folder = FOLDER.fullmatch(path)
    return ("folder", folder) if folder else None


def safe_name(name: str) -> str:
    """The last part of a path as a name that every folder takes: it leads nowhere and is not too long."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(letter if letter.isprintable() else "_" for letter in name).lstrip(". ") or "file"
    stem, dot, ending = name.rpartition(".")
    if len(name.encode()) <= LONGEST_FILE_NAME:
        return name
    return (stem or ending).encode()[:80].decode(errors="ignore") + (dot + ending[:10] if stem else "")


class _ZipMember:
    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive, self._info = archive, info

    def __call__(self, most: int) -> tuple[bytes, str]:
        kind = stat.S_IFMT(self._info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            return b"", "is a link or no file"
        if self._info.flag_bits & 1:
            return b"", "is encrypted"
        if self._info.file_size > most:
            return b"", _too_large(most)
        try:
            with self._archive.open(self._info) as file:
                data = file.read(most + 1)  # never more, whatever size the archive claims
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
            return b"", "is damaged in the archive"
        return (b"", _too_large(most)) if len(data) > most else (data, "")


class _FolderMember:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, most: int) -> tuple[bytes, str]:
        try:
            status = self._path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                return b"", "is a link or no file"
            if status.st_size > most:
                return b"", _too_large(most)
            with self._path.open("rb") as file:
                return file.read(most), ""
        except OSError:
            return b"", "cannot be read"


def _too_large(most: int) -> str:
    return f"has more than {most / 2**20:.0f} MB (file_bytes)"


def _members(source: Path) -> Iterator[tuple[str, "_ZipMember | _FolderMember"]]:
    if source.is_dir():
        paths = []
        for folder, _, names in os.walk(source):  # does not follow links to folders
            paths += [Path(folder) / name for name in names]
            _require_few(source, len(paths))
        for path in sorted(paths):
            yield path.relative_to(source).as_posix(), _FolderMember(path)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _require_few(source, len(infos))
            for info in sorted(infos, key=lambda info: info.filename):
                yield info.filename, _ZipMember(archive, info)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UsageError(f"{source} is neither a folder nor a zip file that can be read: {error}") from error


def _require_few(source: Path, count: int) -> None:
    if count > MOST_FILES:
        raise UsageError(f"{source} holds more than {MOST_FILES:,} files. Is it the download of one class?")
