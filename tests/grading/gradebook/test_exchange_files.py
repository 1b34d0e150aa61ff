"""timestamp.txt and submission_secret.txt: read with limits from what a student sent, and written anew."""

import datetime
import os
import time

import pytest
from nbgrader.utils import parse_utc

from grading.gradebook.exchange_files import (
    ExchangeFiles,
    read_exchange_files,
    read_timestamp,
    unread_timestamp,
    write_exchange_files,
)

MOMENT = datetime.datetime(2026, 11, 20, 10, 30, 1, 250000)
SECRET = "0123456789abcdef" * 8


def test_timestamps_are_read_as_nbgrader_writes_them(tmp_path):
    for written in (
        "2026-11-20 10:30:01.250000 UTC",
        "2026-11-20 10:30:01.250000 UTC\n",
        "2026-11-20 10:30:01.250000",
        "2026-11-20 11:30:01.250000 +0100",
        "2026-11-20T08:30:01.250000-02:00",
        "2026-11-20 11:30:01.250000 CET",
        "2026-11-20 12:30:01.250000 CEST",
        "2026-11-20 05:30:01.250000 EST",
        "2026-11-20 13:30:01.250000 +03",
        "2026-11-20 02:30:01.250000 America/Los_Angeles",
        "2026-11-20 11:30:01.250000  Europe/Berlin",
    ):
        (tmp_path / "timestamp.txt").write_text(written)
        assert read_timestamp(tmp_path) == MOMENT, written


@pytest.mark.parametrize(
    "written",
    [
        b"", b"yesterday", b"2026-13-45 10:00:00 UTC", b"\xff\xfe", b"2026-11-20", b"2026-W47-5", b"20261120",
        b"2026-11-20 10:00:00 IST", b"2026-11-20 10:00:00 ../x", b"2026-11-20 10:00:00 Europe/Nowhere",
        b"0001-01-01 00:00:00 +1400", b"9999-12-31 23:59:59 -1200", b"2026-11-20 10:00:00 UTC" + b" " * 300,
    ],
    ids=repr,
)  # fmt: skip
def test_a_timestamp_that_is_no_date_is_none(tmp_path, written):
    (tmp_path / "timestamp.txt").write_bytes(written)
    assert read_timestamp(tmp_path) is None
    assert unread_timestamp(tmp_path)


def test_what_stands_in_a_timestamp_is_said_as_plain_text_and_only_where_it_says_no_time(tmp_path):
    assert unread_timestamp(tmp_path) == ""
    (tmp_path / "timestamp.txt").write_text("2026-11-20 10:00:00 IST\x1b[2J")
    assert unread_timestamp(tmp_path) == "'2026-11-20 10:00:00 IST␛[2J'"
    (tmp_path / "timestamp.txt").write_text("2026-11-20 10:00:00 CET")
    assert unread_timestamp(tmp_path) == ""


def test_a_timestamp_that_is_no_file_is_none(tmp_path):
    assert read_timestamp(tmp_path) is None
    for name, make in (
        ("folder", lambda path: path.mkdir()),
        ("link", lambda path: path.symlink_to("/proc/self/status")),
        ("pipe", os.mkfifo),
    ):
        (tmp_path / name).mkdir()
        make(tmp_path / name / "timestamp.txt")
        started = time.monotonic()
        assert read_timestamp(tmp_path / name) is None
        assert time.monotonic() - started < 1


def test_both_files_come_back_as_they_were_written_and_nbgrader_reads_the_date(tmp_path):
    files = ExchangeFiles(timestamp=MOMENT, secret=SECRET)
    write_exchange_files(tmp_path / "new", files)
    assert read_exchange_files(tmp_path / "new") == files
    assert parse_utc((tmp_path / "new" / "timestamp.txt").read_text()) == MOMENT
    assert (tmp_path / "new" / "submission_secret.txt").read_text() == SECRET


def test_what_is_not_known_leaves_no_file_and_read_only_files_are_replaced(tmp_path):
    write_exchange_files(tmp_path, ExchangeFiles(timestamp=MOMENT, secret=SECRET))
    for path in tmp_path.iterdir():
        path.chmod(0o444)
    write_exchange_files(tmp_path, ExchangeFiles(secret="another-secret-text"))
    assert [path.name for path in tmp_path.iterdir()] == ["submission_secret.txt"]
    assert read_exchange_files(tmp_path) == ExchangeFiles(secret="another-secret-text")


@pytest.mark.parametrize(
    "written", [b"", b"short", b"x" * 1001, b"\x1b[31m" + b"x" * 30, b"a" * 64 + b"\n", b"\xff" * 64]
)
def test_a_secret_that_nbgrader_would_not_write_counts_as_none(tmp_path, written):
    (tmp_path / "submission_secret.txt").write_bytes(written)
    assert read_exchange_files(tmp_path) == ExchangeFiles()


def test_a_secret_that_is_a_link_counts_as_none(tmp_path):
    (tmp_path / "elsewhere").write_text(SECRET)
    (tmp_path / "submission_secret.txt").symlink_to(tmp_path / "elsewhere")
    assert read_exchange_files(tmp_path) == ExchangeFiles()
