"""The list of students as Canvas, Moodle, Excel and nbgrader write it, and the ways in which such files go wrong."""

import unicodedata

import pytest
from nbgrader.api import Gradebook

from grading.errors import UsageError
from grading.gradebook.gradebook import open_gradebook
from grading.gradebook.roster import not_on_roster, read_roster, write_roster

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (12)
    Points Possible,,,,,4
"O'Neil, Ann",4711,u1,ann,"Section 1, Monday",
"Müller, Jörg",4712,u2,jörg,Section 2,
"Student, Test",9,,,,
"""
MOODLE = """"First name",Surname,"ID number",Institution,"Email address"
Ann,O'Neil,ann,,ann@example.org
Jörg,Müller,jörg,,j@example.org
"""
EXCEL = "sep=;\r\nMatrikelnummer;Nachname;Vorname;E-Mail\r\nann;O'Neil;Ann;ann@example.org\r\njörg;Müller;Jörg;\r\n"
NBGRADER = "id,first_name,last_name,email,lms_user_id\nann,Ann,O'Neil,,4711\njörg,Jörg,Müller,,\n"


@pytest.fixture
def read(tmp_path):
    """Read a roster from text or bytes."""

    def from_text(text, **options):
        path = tmp_path / "roster.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_roster(path, **options)

    return from_text


@pytest.mark.parametrize("text", [CANVAS, MOODLE, EXCEL, NBGRADER], ids=["canvas", "moodle", "excel", "nbgrader"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_platforms_file_gives_the_same_students(read, text, encoding):
    people = read(text.encode(encoding)).people
    assert [(p.id, p.first_name, p.last_name) for p in people.values()] == [
        ("ann", "Ann", "O'Neil"), ("jörg", "Jörg", "Müller"),
    ]  # fmt: skip


def test_canvas_own_number_is_kept_and_a_test_student_without_id_is_named(read):
    roster = read(CANVAS)
    assert roster.people["ann"].lms_user_id == "4711"
    assert roster.problems == ["line 5: there is no student id."]


def test_both_forms_of_one_name_are_one_student(read, course):
    twice = NBGRADER + unicodedata.normalize("NFD", "jörg,Jörg,Müller,,\n")
    roster = read(twice)
    assert (list(roster.people), roster.problems) == (["ann", "jörg"], [])
    with open_gradebook(course.database) as gradebook:
        assert write_roster(gradebook, roster.people) == (2, 0)
        assert write_roster(gradebook, read(unicodedata.normalize("NFD", NBGRADER)).people) == (0, 0)


def test_one_id_with_two_names_is_named(read):
    roster = read(NBGRADER + "ann,Anna,Neil,,\n")
    assert roster.people["ann"].first_name == "Ann"
    assert roster.problems == ["line 4: ann is there twice, with other names; the first one is taken."]


@pytest.mark.parametrize(
    ("student", "problem"),
    [
        ("1.23457E+11", "Excel has shortened the id to 1.23457E+11."),
        ("../x", "'../x' cannot be a student id"),
        (".x", "'.x' cannot be a student id"),
        ("a\x1bb", "'a\\x1bb' cannot be a student id"),
        ("a+b", "'a+b' cannot be a student id"),
        ("x" * 101, "the id has more than 100 characters"),
    ],
)
def test_an_id_that_cannot_be_one_is_named_and_left_out(read, student, problem):
    roster = read(f"id,email\nann,a\n{student},b\n")
    assert list(roster.people) == ["ann"]
    assert roster.problems[0].startswith(f"line 3: {problem}")


def test_a_column_can_be_named(read):
    assert list(read("Kennung,id\nann,1\n", id_column=" kennung").people) == ["ann"]
    with pytest.raises(UsageError, match=r"No column of .* holds student ids. .* Got a, b. Name it with --id-column."):
        read("a,b\n1,2\n")


def test_a_file_that_is_no_roster_is_refused(read, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="Got an empty file"):
        read("")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_roster(tmp_path / "gone.csv")
    with pytest.raises(UsageError, match="is no CSV file"):
        read('id\n"' + "x" * 200_000 + '"\n')
    monkeypatch.setattr("grading.gradebook.roster.MOST_ROWS", 2)
    with pytest.raises(UsageError, match="has 4 lines"):
        read("id\na\nb\nc\n")
    monkeypatch.setattr("grading.gradebook.roster.MOST_BYTES", 10)
    with pytest.raises(UsageError, match="has 11 bytes"):
        read("id\n12345678")


def test_what_a_file_does_not_say_stays_and_nobody_is_removed(read, course):
    with open_gradebook(course.database) as gradebook:
        write_roster(gradebook, read("id,email,lms_user_id\nann,old@example.org,1\nben,,\n").people)
        assert write_roster(gradebook, read("id,email\nann,new@example.org\ncyd,\n").people) == (1, 1)
    with Gradebook(course.database) as gradebook:
        people = {student.id: (student.email, student.lms_user_id) for student in gradebook.students}
    assert people == {"ann": ("new@example.org", "1"), "ben": (None, None), "cyd": (None, None)}


def test_who_is_not_on_the_roster_is_named_once_there_is_one(read, course, lesson):
    with open_gradebook(course.database) as gradebook:
        gradebook.add_student("zoe")  # as grading adds whoever handed in
        assert not_on_roster(gradebook, ["ann", "zoe"]) == []
        write_roster(gradebook, read(NBGRADER).people)
        decomposed = unicodedata.normalize("NFD", "jörg")
        assert not_on_roster(gradebook, ["ann", "jörg", decomposed, "zoe"]) == [decomposed, "zoe"]
