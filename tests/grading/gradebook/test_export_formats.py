"""What Canvas and Moodle import: their columns, their empty cells, no formula, and no zero that nobody decided on."""

import csv
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from grading.gradebook.exports.canvas import COLUMNS as CANVAS
from grading.gradebook.exports.canvas import CanvasExport
from grading.gradebook.exports.moodle import COLUMNS as MOODLE
from grading.gradebook.exports.moodle import MoodleExport
from grading.gradebook.gradebook import open_gradebook, record


@pytest.fixture
def table(course, tmp_path):
    """Export; the file's rows."""

    def write(export, **options):
        path = tmp_path / "out" / "grades.csv"
        with open_gradebook(course.database) as gradebook:
            export(to=str(path), **options).export(gradebook)
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    return write


@pytest.fixture
def people(course, lesson, record_of):
    """Ann, who is graded, with a name and a number; Ben, who handed nothing in."""
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("ann", last_name="O'Neil", first_name="Ann", email="ann@example.org", lms_user_id="4711")
        gradebook.add_student("ben", email="ben@example.org", lms_user_id="b-7")
        gradebook.add_assignment("91_later")
    record(course, lesson, record_of("ann", exercises={"double": {"score": 1.0, "status": "partial"}}))


def test_canvas_gets_its_columns_its_points_row_and_one_row_per_student(table, people):
    assert table(CanvasExport) == [
        [*CANVAS, "90_mini"],
        ["    Points Possible", "", "", "", "", "4"],
        ["O'Neil, Ann", "4711", "ann", "ann", "", "2"],
        ["ben", "", "ben", "ben", "", ""],
    ]
    assert CANVAS == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


def test_moodle_gets_what_identifies_a_user_and_a_dash_for_no_grade(table, people):
    assert table(MoodleExport) == [
        [*MOODLE, "90_mini"],
        ["ann", "ann@example.org", "4711", "Ann", "O'Neil", "2"],
        ["ben", "ben@example.org", "b-7", "", "", "-"],
    ]


def test_moodle_takes_comments_as_feedback(table, course, lesson, people, record_of):
    hint = {"status": "partial", "score": 1.0, "mistake": "double__squares", "hint": "Doubling\nmultiplies."}
    record(course, lesson, record_of("ann", exercises={"double": hint}))
    with Gradebook(course.database) as gradebook:
        gradebook.find_comment("mean_square", "mini", "90_mini", "ann").manual_comment = '=well, "done"'
        gradebook.db.commit()
    header, ann, ben = table(MoodleExport, comments=True)
    assert header[-2:] == ["90_mini", "90_mini (feedback)"]
    assert ann[-2:] == ["2", 'double: Doubling\nmultiplies.\nmean_square: \'=well, "done"']
    assert ben[-2:] == ["-", ""]


def test_what_a_person_set_and_a_late_penalty_count_and_hundredths_are_kept(table, course, people):
    with Gradebook(course.database) as gradebook:
        gradebook.find_grade("check_double", "mini", "90_mini", "ann").manual_score = 2.333
        gradebook.find_submission_notebook("mini", "90_mini", "ann").late_submission_penalty = 0.1
        gradebook.db.commit()
    assert table(CanvasExport)[2][-1] == table(MoodleExport)[1][-1] == "3.23"


def test_a_penalty_above_the_score_is_zero(table, course, people):
    with Gradebook(course.database) as gradebook:
        gradebook.find_submission_notebook("mini", "90_mini", "ann").late_submission_penalty = 9.0
        gradebook.db.commit()
    assert table(CanvasExport)[2][-1] == "0"


@pytest.mark.parametrize("export", [CanvasExport, MoodleExport])
def test_names_with_formulas_commas_quotes_and_lines_are_harmless_cells(table, course, lesson, record_of, export):
    names = {"last_name": '=HYPERLINK("x", "y")', "first_name": '@A, "B"\nC', "email": "+1", "lms_user_id": "-2"}
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("=1+1", **names)
    record(course, lesson, record_of("=1+1"))
    rows = table(export)
    assert {len(row) for row in rows} == {6}
    assert not [
        cell for row in rows[1:] for cell in row if cell.strip()[:1] in ("=", "+", "@") or cell.startswith("-2")
    ]
    assert any(cell.startswith("'=HYPERLINK") for cell in rows[-1])


@pytest.mark.parametrize("export", [CanvasExport, MoodleExport])
def test_an_empty_gradebook_is_a_header(table, export):
    assert table(export)[0] in (CANVAS, MOODLE)


@pytest.mark.parametrize("export", [CanvasExport, MoodleExport])
def test_only_the_students_and_lessons_asked_for_are_written(table, people, export):
    assert [row[0] for row in table(export, student=["ben"])][-1] == "ben"
    assert len(table(export, student=["ben"])) == len(table(export)) - 1
    assert "90_mini" not in table(export, assignment=["91_later"])[0]


@pytest.mark.parametrize("status", ["missing", "unreadable", "wrong_file", "set_aside", "error"])
def test_what_nobody_graded_is_no_grade_until_a_person_sets_one(table, course, lesson, people, blank_record, status):
    state = "error" if status in ("set_aside", "error") else "not_attempted"
    exercises = tuple(replace(exercise, status=state) for exercise in blank_record.exercises)
    record(course, lesson, replace(blank_record, student="ben", status=status, exercises=exercises))
    assert [row[-1] for row in table(CanvasExport)[2:]] == ["2", ""]
    assert [row[-1] for row in table(MoodleExport)[1:]] == ["2", "-"]
    with Gradebook(course.database) as gradebook:
        for name in ("check_double", "check_mean_square"):
            grade = gradebook.find_grade(name, "mini", "90_mini", "ben")
            grade.manual_score, grade.needs_manual_grade = 0.0, False
        gradebook.db.commit()
    assert [row[-1] for row in table(CanvasExport)[2:]] == ["2", "0"]


def test_a_lesson_in_which_nobody_has_a_grade_is_left_out(table, course, lesson, blank_record):
    record(course, lesson, replace(blank_record, student="ben", status="unreadable"))
    assert table(CanvasExport)[0] == CANVAS


def test_an_exercise_that_waits_for_a_person_holds_the_grade_back(table, course, lesson, people, record_of):
    record(course, lesson, record_of("ann", exercises={"double": {"score": 0.0, "status": "error"}}))
    assert table(MoodleExport)[0] == MOODLE
    with Gradebook(course.database) as gradebook:
        grade = gradebook.find_grade("check_double", "mini", "90_mini", "ann")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    assert table(MoodleExport)[1][-1] == "3.5"
