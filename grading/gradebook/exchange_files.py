"""The two small files by which nbgrader's exchange knows a submission: timestamp.txt and submission_secret.txt.

`nbgrader submit` writes both. `nbgrader release_feedback` needs both beside every feedback page, and stops at the first
page that lacks one; it names the released page by the secret, and only the student who submitted holds the same secret.
A submission decides what they hold, so they are read with limits and written anew, never copied.
"""

import datetime
import os
import re
import stat
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically
from grading.plain_output import one_line

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
# The forms that nbgrader reads as well: a date and a time, and a zone as an offset, a short name or a place.
WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d\S*?)(?:\s*([+-]\d\d(?::?\d\d)?)|\s+([A-Za-z][\w/+-]*))?", re.ASCII)
# Hours from UTC of the short names that Exchange.timezone may have nbgrader write and that mean one zone only. Others
# do not: IST is India's, Ireland's and Israel's, CST America's and China's. CET and its like are meant as they are
# written, also in summer.
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "WAT": 1, "CAT": 2, "EAT": 3, "SAST": 2, "HKT": 8, "WIB": 7, "JST": 9, "KST": 9, "AWST": 8, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13,
}  # fmt: skip
SECRET_TEXT = re.compile(r"[!-~]{16,1000}", re.ASCII)  # nbgrader 0.9 writes 128 hexadecimal digits
LONGEST_SHOWN = 60
MOST_BYTES = {TIMESTAMP: 200, SECRET: 1000}


@dataclass(frozen=True, kw_only=True)
class ExchangeFiles:
    """What the two files say.

    Attributes:
        timestamp: when the submission was handed in, as a naive UTC datetime as nbgrader stores it; None if unknown.
        secret: the submission's secret; empty when it did not come through the exchange.
    """

    timestamp: datetime.datetime | None = None
    secret: str = ""


def read_exchange_files(folder: Path) -> ExchangeFiles:
    """Read both files of a submission, of its autograded copy or of its feedback.

    Args:
        folder: the folder that holds them.

    Returns:
        What they say; what is missing, damaged or no regular file counts as not there.
    """
    secret = _read_small_file(Path(folder) / SECRET)
    return ExchangeFiles(timestamp=read_timestamp(folder), secret=secret if SECRET_TEXT.fullmatch(secret) else "")


def read_timestamp(folder: Path) -> datetime.datetime | None:
    """Read nbgrader's timestamp.txt of a submission; None when it is missing, is no date, or names no known zone.

    A time without a zone is UTC, as nbgrader takes it.

    Returns:
        Naive UTC datetime, as nbgrader stores it.
    """
    return utc_moment(_read_small_file(Path(folder) / TIMESTAMP))


def utc_moment(text: str) -> datetime.datetime | None:
    """Read a date and time with an offset, the name of a zone, or neither for UTC.

    Args:
        text: such as "2026-11-20 23:59 CET".

    Returns:
        Naive UTC datetime, as nbgrader stores it; None if it is none.
    """
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        return None
    time, offset, zone = match.groups()
    try:
        moment = datetime.datetime.fromisoformat(time + (offset or ""))
        if zone:
            moment = moment.replace(tzinfo=_zone(zone))
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    return moment


def unread_timestamp(folder: Path) -> str:
    """What stands in a timestamp.txt that says no time, for a person; empty where it says one or is missing."""
    path = Path(folder) / TIMESTAMP
    if not os.path.lexists(path) or read_timestamp(folder) is not None:
        return ""
    written = one_line(_read_small_file(path).strip())
    return repr(written[:LONGEST_SHOWN]) if written else "no text"


def _zone(name: str) -> datetime.tzinfo:
    if name.upper() in ZONES:
        return datetime.timezone(datetime.timedelta(hours=ZONES[name.upper()]))
    if "/" not in name:
        raise ValueError(f"{name} is no zone that means one only")
    try:
        return zoneinfo.ZoneInfo(name)
    except zoneinfo.ZoneInfoNotFoundError as error:
        raise ValueError(f"there is no zone {name}") from error


def write_exchange_files(folder: Path, files: ExchangeFiles) -> None:
    """Write both files into a folder, in nbgrader's own form; what is not known leaves no file.

    Args:
        folder: the folder, made if it is not there.
        files: what they say.
    """
    moment = files.timestamp
    texts = {
        TIMESTAMP: f"{moment.isoformat(' ', 'microseconds')} UTC" if moment else "",
        SECRET: files.secret,
    }
    for name, text in texts.items():
        if text:
            write_atomically(folder / name, text)
        else:
            (folder / name).unlink(missing_ok=True)


def _read_small_file(path: Path) -> str:
    """The text of a small regular file; empty when it is none, since a pipe or a large file would never end."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES[path.name]:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
