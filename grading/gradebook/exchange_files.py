"""The two small files by which nbgrader's exchange knows a submission: timestamp.txt and submission_secret.txt.

`nbgrader submit` writes both. `nbgrader release_feedback` needs both beside every feedback page, and stops at the first
page that lacks one; it names the released page by the secret, and only the student who submitted holds the same secret.
A submission decides what they hold, so they are read with limits and written anew, never copied.
"""

import datetime
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
DATE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")  # the forms that nbgrader reads as well
SECRET_TEXT = re.compile(r"[!-~]{16,1000}", re.ASCII)  # nbgrader 0.9 writes 128 hexadecimal digits
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
    """Read nbgrader's timestamp.txt of a submission; None when it is missing or is no date.

    Returns:
        Naive UTC datetime, as nbgrader stores it.
    """
    written = _read_small_file(Path(folder) / TIMESTAMP).strip()
    if not DATE.match(written):
        return None
    try:
        moment = datetime.datetime.fromisoformat(re.sub(r" (?=[+-]\d\d)", "", written.replace(" UTC", "+00:00")))
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment


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
