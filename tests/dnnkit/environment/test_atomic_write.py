"""A file is written whole or not at all, whoever interrupts and whoever else writes."""

import resource
import stat
import threading

import pytest

from dnnkit.environment.atomic_write import write_atomically


def test_text_and_bytes_are_written_as_they_are_into_a_new_folder(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "Zeile 1\r\nπ\n")
    write_atomically(str(tmp_path / "b.bin"), b"\x00\r\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "Zeile 1\r\nπ\n".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\r\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "b.bin", "new"]


def test_a_read_only_file_is_replaced_and_the_new_one_has_ordinary_rights(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o444)
    write_atomically(path, "new")
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


@pytest.fixture
def small_files_only():
    """A limit of 1000 bytes for any file, as a full disk or a quota would be."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path, small_files_only):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="File too large"):
        write_atomically(path, "new" * 1000)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_text_that_is_no_text_is_refused_before_anything_is_touched(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "a.txt", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_many_writers_at_once_leave_one_whole_file(tmp_path):
    path, texts = tmp_path / "a.txt", [str(number) * 10_000 for number in range(8)]
    threads = [threading.Thread(target=write_atomically, args=(path, text)) for text in texts for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
