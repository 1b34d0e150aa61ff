"""Folders of a class that are nobody's."""

from grading.classes.class_folders import left_out


def test_a_folder_that_cannot_be_a_students_and_a_link_are_named(course, tmp_path):
    (course.submitted / "s-1").mkdir(parents=True)
    (course.submitted / "a\tb").mkdir()
    (course.submitted / "s-2").symlink_to(tmp_path)
    found = dict(left_out(course))
    assert found[ascii("a\tb")].startswith("which cannot be a student's id")
    assert found["'s-2'"] == "which is a link, and links are not followed. Copy the folder."
    assert len(found) == 2
