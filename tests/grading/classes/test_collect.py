"""Bulk downloads of Canvas and Moodle reach the right student; an archive can lead nowhere and fill nothing."""

import os
import stat
import unicodedata
import zipfile

import pytest
from nbgrader.api import Gradebook

from grading.classes import collect as collecting
from grading.classes.collect import collect
from grading.errors import UsageError
from grading.sandbox.limits import Limits
from grading.submissions import bulk_download

FOLDER = "90_mini"


@pytest.fixture
def roster(course):
    """Four students; two have the same name."""
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("ann", last_name="O'Neil", first_name="Ann Mary", lms_user_id="4711")
        gradebook.add_student("jm", last_name="Müller", first_name="Jörg", lms_user_id="4712")
        gradebook.add_student("max1", last_name="Doe", first_name="Max")
        gradebook.add_student("max2", last_name="Doe", first_name="Max", lms_user_id="4714")
        gradebook.db.commit()


@pytest.fixture
def archive(tmp_path):
    """Write a zip: path -> bytes, or (ZipInfo, bytes)."""

    def write(files, name="download.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as file:
            for path, data in files.items():
                file.writestr(path, data)
        return tmp_path / name

    return write


def handed_in(course):
    """What lies in the folder of submissions: path -> bytes."""
    paths = [path for path in course.submitted.rglob("*") if path.is_file()]
    return {path.relative_to(course.submitted).as_posix(): path.read_bytes() for path in paths}


def test_canvas_files_are_taken_by_number_or_name(course, lesson, roster, archive):
    files = {
        "oneilannmary_4711_815_mini.ipynb": b"a",
        "müllerjörg_LATE_4799_816_mini-1.ipynb": b"j",
        "doemax_4714_817_mini.ipynb": b"2",
        "doemax_4713_818_mini.ipynb": b"?",
        "nobody_1_819_mini.ipynb": b"?",
    }
    found = collect(course, lesson, archive(files))
    assert handed_in(course) == {
        f"ann/{FOLDER}/mini.ipynb": b"a", f"jm/{FOLDER}/mini-1.ipynb": b"j", f"max2/{FOLDER}/mini.ipynb": b"2",
    }  # fmt: skip
    assert (found.taken, found.late) == (["ann", "jm", "max2"], ["jm"])
    assert found.problems == [
        "doemax: mini.ipynb: the name fits several students: max1, max2. Put the file into submitted by hand",
        "nobody: mini.ipynb: nobody on the roster has this id, number or name",
    ]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_moodle_files_are_taken_from_folders_and_from_flat_names(course, lesson, roster, archive, form):
    files = {
        "Ann Mary O'Neil_123_assignsubmission_file_/Copy of mini.ipynb": b"a",
        "Ann Mary O'Neil_123_assignsubmission_file_/sub/notes.txt": b"n",
        "Jörg Müller_124_assignsubmission_file_mini.ipynb": b"j",
        "__MACOSX/Ann Mary O'Neil_123_assignsubmission_file_/._x": b"",
        "Participant_77_assignsubmission_file_/mini.ipynb": b"?",
    }
    source = archive({unicodedata.normalize(form, path): data for path, data in files.items()})
    found = collect(course, lesson, source)
    assert handed_in(course) == {
        f"ann/{FOLDER}/Copy of mini.ipynb": b"a", f"ann/{FOLDER}/notes.txt": b"n", f"jm/{FOLDER}/mini.ipynb": b"j",
    }  # fmt: skip
    assert found.problems == ["Participant: mini.ipynb: nobody on the roster has this id, number or name"]


def test_a_folder_with_student_ids_is_taken_too_and_links_in_it_are_not(course, lesson, roster, tmp_path):
    source = tmp_path / "unpacked"
    for student in ("ann", "jm", "zoe"):
        (source / student).mkdir(parents=True)
        (source / student / "mini.ipynb").write_bytes(student.encode())
    (source / "jm" / "mini.ipynb").unlink()
    (source / "jm" / "mini.ipynb").symlink_to("/etc/passwd")
    (source / "max1").symlink_to(source / "ann", target_is_directory=True)
    found = collect(course, lesson, source)
    assert handed_in(course) == {f"ann/{FOLDER}/mini.ipynb": b"ann"}
    assert found.problems == [
        "jm: mini.ipynb: the file is a link or no file",
        "zoe: mini.ipynb: nobody on the roster has this id, number or name",
    ]


def test_again_nothing_changes_and_another_hand_in_waits_for_update(course, lesson, roster, archive):
    first = archive({"oneilannmary_4711_815_mini.ipynb": b"a", "müllerjörg_4712_816_mini.ipynb": b"j"})
    collect(course, lesson, first)
    second = archive({"oneilannmary_4711_915_mini-1.ipynb": b"b", "müllerjörg_4712_816_mini.ipynb": b"j"}, "2.zip")
    found = collect(course, lesson, second)
    assert (found.taken, found.unchanged, found.kept) == ([], ["jm"], ["ann"])
    assert handed_in(course)[f"ann/{FOLDER}/mini.ipynb"] == b"a"
    found = collect(course, lesson, second, update=True)
    assert (found.taken, found.unchanged, found.kept) == (["ann"], ["jm"], [])
    assert handed_in(course) == {f"ann/{FOLDER}/mini-1.ipynb": b"b", f"jm/{FOLDER}/mini.ipynb": b"j"}
    assert [path.name for path in (course.submitted / "ann").iterdir()] == [FOLDER]


def test_paths_of_an_archive_lead_nowhere(course, lesson, roster, archive, tmp_path):
    person = "oneilannmary_4711_815_"
    files = {
        f"../../{person}up.ipynb": b"x",
        f"/{person}root.ipynb": b"x",
        f"{person}..\\..\\windows.ipynb": b"x",
        "Ann Mary O'Neil_1_assignsubmission_file_/../../../moodle.ipynb": b"x",
        f"{person}..": b"x",
        f"{person}.bashrc": b"x",
        f"{person}a\x1b\u202eb.ipynb": b"x",
        f"{person}{'x' * 300}.ipynb": b"x",
    }
    before = {path for path in tmp_path.parent.rglob("*") if path.is_file()}
    collect(course, lesson, archive(files))
    new = {path for path in tmp_path.parent.rglob("*") if path.is_file()} - before - {tmp_path / "download.zip"}
    assert {path.parent for path in new if "gradebook" not in path.name} == {course.submitted / "ann" / FOLDER}
    assert sorted(path.rpartition("/")[2] for path in handed_in(course)) == [
        "a__b.ipynb", "bashrc", "file", "moodle.ipynb", "windows.ipynb", "x" * 80 + ".ipynb",
    ]  # fmt: skip


def test_links_bombs_and_damaged_members_are_named_and_nobody_else_is_harmed(
    course, lesson, roster, archive, monkeypatch
):
    monkeypatch.setattr(bulk_download, "Limits", lambda: Limits(file_bytes=1000))
    link = zipfile.ZipInfo("oneilannmary_4711_1_mini.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    bomb, lie = "müllerjörg_4712_2_mini.ipynb", "doemax_4714_3_mini.ipynb"
    path = archive({link: b"/etc/passwd", bomb: b"0" * 10**6, lie: b"1" * 5000, "ann_4711_4_ok.ipynb": b"a"})
    data = bytearray(path.read_bytes())
    for place in range(len(data)):  # the third member claims to be small
        if data[place : place + 4] == (5000).to_bytes(4, "little"):
            data[place : place + 4] = (50).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    found = collect(course, lesson, path)
    assert handed_in(course) == {f"ann/{FOLDER}/ok.ipynb": b"a"}
    assert sorted(problem.rpartition(": ")[2] for problem in found.problems) == [
        "the file has more than 0 MB (file_bytes)",
        "the file is a link or no file",
        "the file is damaged in the archive",
    ]


def test_too_much_is_refused_before_anything_is_written(course, lesson, roster, archive, monkeypatch):
    path = archive({f"oneilannmary_4711_{number}_mini.ipynb": b"x" * 100 for number in range(30)})
    monkeypatch.setattr(bulk_download, "MOST_BYTES", 1000)
    with pytest.raises(UsageError, match="Nothing of it was taken"):
        collect(course, lesson, path)
    monkeypatch.setattr(bulk_download, "MOST_FILES", 20)
    with pytest.raises(UsageError, match="more than 20 files"):
        collect(course, lesson, path)
    assert handed_in(course) == {}


def test_too_much_of_one_student_is_left_out_and_said(course, lesson, roster, archive, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_OF_ONE", 150)
    found = collect(course, lesson, archive({f"x_4711_{number}_mini.ipynb": b"x" * 100 for number in range(2)}))
    assert len(handed_in(course)) == 1
    assert "more than 0 MB of one student" in found.problems[0]


def test_what_is_no_download_is_refused(course, lesson, roster, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 no zip")
    for source in ("x.zip", "gone.zip"):
        with pytest.raises(UsageError, match="neither a folder nor a zip file"):
            collect(course, lesson, tmp_path / source)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no file of a student"):
        collect(course, lesson, tmp_path / "empty")


def test_without_a_roster_the_next_step_is_said(course, lesson, archive):
    with pytest.raises(UsageError, match="Run first: grading roster"):
        collect(course, lesson, archive({"a_1_2_mini.ipynb": b""}))


def test_an_interrupted_update_loses_nothing(course, lesson, roster, archive):
    collect(course, lesson, archive({"x_4711_1_mini.ipynb": b"a"}))
    os.rename(course.submitted / "ann" / FOLDER, course.submitted / "ann" / f".{FOLDER}-old")
    found = collect(course, lesson, archive({"x_4711_2_mini.ipynb": b"b"}, "2.zip"))
    assert found.kept == ["ann"]
    assert handed_in(course) == {f"ann/{FOLDER}/mini.ipynb": b"a"}
