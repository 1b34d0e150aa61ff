"""The exported CSV opens in a spreadsheet without running anything."""

import csv
import datetime

import pytest
from nbgrader.api import Gradebook

from grading.gradebook.exports.csv import COLUMNS, CsvExport
from grading.gradebook.gradebook import open_gradebook, record


@pytest.fixture
def rows(course, tmp_path):
    """Export the class; the rows as dicts."""

    def export(**only):
        with open_gradebook(course.database) as gradebook:
            CsvExport(to=str(tmp_path / "out" / "grades.csv"), **only).export(gradebook)
        with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    return export


def test_one_row_per_student_with_the_points(course, lesson, record_of, rows):
    record(course, lesson, record_of(), datetime.datetime(2026, 11, 20, 10, 0))
    (row,) = rows()
    assert list(row) == COLUMNS
    assert (row["assignment"], row["student_id"], row["score"], row["max_score"]) == ("90_mini", "ann", "4.0", "4.0")
    assert row["timestamp"] == "2026-11-20 10:00:00"


def test_a_penalty_is_taken_off_and_never_below_nothing(course, lesson, record_of, rows):
    record(course, lesson, record_of(exercises={"double": {"score": 0.0}}))
    with Gradebook(course.database) as gradebook:
        gradebook.find_submission_notebook("mini", "90_mini", "ann").late_submission_penalty = 3.0
        gradebook.db.commit()
    (row,) = rows()
    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == ("1.0", "3.0", "0.0")


def test_a_student_without_a_submission_has_a_row_too(course, rows):
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("ben", last_name="B", first_name="Ben", email="ben@example.org")
    (row,) = rows()
    assert (row["student_id"], row["score"], row["max_score"]) == ("ben", "", "4.0")


def test_names_with_formulas_commas_quotes_and_lines_are_one_cell_each(course, rows):
    names = {"last_name": '=HYPERLINK("x", "y")', "first_name": 'A, "B"\nC', "email": "@x"}
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("+1", **names)
    (row,) = rows()
    assert row["student_id"] == "'+1"
    assert row["last_name"] == '\'=HYPERLINK("x", "y")'
    assert row["first_name"] == names["first_name"]
    assert row["email"] == "'@x"


def test_only_the_students_asked_for_are_written(course, lesson, record_of, rows):
    for student in ("ann", "ben"):
        record(course, lesson, record_of(student))
    assert [row["student_id"] for row in rows(student=["ben"])] == ["ben"]
    assert rows(assignment=["91_other"]) == []
