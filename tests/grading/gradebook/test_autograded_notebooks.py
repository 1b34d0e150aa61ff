"""A damaged notebook in the autograded folder stops nobody: it is set aside, said, and graded again."""

import json

import pytest

from grading.classes.autograde import GradingOptions, autograde
from grading.gradebook.autograded_notebooks import autograded_path, read_records, write_autograded
from grading.submissions.rebuild import fresh_copy


@pytest.fixture
def two(course, lesson, release, record_of):
    """Two graded students: the path of the first one's notebook."""
    for student in ("ann", "ben"):
        write_autograded(course, lesson, record_of(student), fresh_copy(release))
    return autograded_path(course, lesson, "ann")


def students(course, lesson):
    """Who has a record."""
    return [result.student for result in read_records(course, lesson)]


DAMAGE = {
    "half": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "no object": lambda text: "[]",
    "no record's form": lambda text: json.dumps({"metadata": {"dnn_record": {"student": "ann"}}}),
    "a number": lambda text: json.dumps({"metadata": {"dnn_record": 7}}),
    "another student's": lambda text: text.replace('"ann"', '"ben"'),
    "no text": None,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_notebook_is_set_aside_and_said(course, lesson, two, damage, caplog):
    if DAMAGE[damage] is None:
        two.write_bytes(b"\xff\xfe\x00")
    else:
        two.write_text(DAMAGE[damage](two.read_text()))
    assert students(course, lesson) == ["ben"]
    assert not two.exists()
    assert two.with_name("mini.ipynb.damaged").exists()
    assert "The graded notebook of 'ann' cannot be read" in caplog.text
    assert students(course, lesson) == ["ben"]
    assert caplog.text.count("cannot be read") == 1


def test_a_notebook_without_a_record_is_left_alone(course, lesson, two):
    two.write_text(json.dumps({"metadata": {}}))
    assert students(course, lesson) == ["ben"]
    assert two.exists()


@pytest.mark.sandbox
def test_a_run_that_goes_on_grades_it_again(course, lesson, hand_in, right, caplog):
    for student in ("ann", "ben"):
        hand_in(student, right)
    autograde(course, lesson, GradingOptions())
    path = autograded_path(course, lesson, "ann")
    path.write_text(path.read_text()[:1000])
    graded = []
    results = autograde(course, lesson, GradingOptions(), on_result=lambda r, now: graded.append((r.student, now)))
    assert {result.student: result.score for result in results} == {"ann": 4.0, "ben": 4.0}
    assert sorted(graded) == [("ann", True), ("ben", False)]
    assert students(course, lesson) == ["ann", "ben"]
