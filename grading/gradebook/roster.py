"""Read the list of students from a CSV file as Canvas, Moodle, Excel and nbgrader write it, into the gradebook."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, Student

from grading.errors import UsageError

MOST_BYTES, MOST_ROWS, LONGEST_CELL = 20_000_000, 50_000, 1000
LONGEST_ID = 100
# Titles of columns by what they hold, in lower case; the first of a list that a file has is taken.
IDS = ["student_id", "sis login id", "username", "sis user id", "id number", "student id", "matrikelnummer", "id"]
LMS_IDS = ["lms_user_id", "id number"]
FIRST = ["first_name", "first name", "firstname", "given name", "vorname"]
LAST = ["last_name", "last name", "lastname", "surname", "family name", "nachname"]
EMAILS = ["email", "email address", "e-mail", "e-mail address", "e-mail-adresse"]
WHOLE_NAMES = ["student", "full name", "name"]  # "Last, First" as Canvas writes it, or "First Last"
CANVAS = "sis user id"  # a file with this column is Canvas', whose column ID holds numbers of its own
SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)  # what Excel makes of a long number


@dataclass(frozen=True)
class Person:
    """One line of a roster.

    Attributes:
        id: student id, in Unicode's composed form.
        first_name: may be empty, as all that follow.
        last_name: family name.
        email: address.
        lms_user_id: the platform's own number or name for the student.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass
class Roster:
    """What a roster file holds.

    Attributes:
        people: student id -> `Person`, in the file's order.
        problems: why lines were left out, one sentence each.
    """

    people: dict[str, Person] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def composed(text: str) -> str:
    """Write a name in Unicode's composed form: a file of macOS and one of Windows mean the same student."""
    return unicodedata.normalize("NFC", text)


def read_roster(path: Path, id_column: str | None = None) -> Roster:
    """Read a roster.

    Args:
        path: CSV file, separated by commas, semicolons or tabs, in UTF-8, UTF-16 or Windows' own encoding.
        id_column: title of the column that holds the student ids; by default it is found by its usual titles.

    Returns:
        `Roster`; a line without a usable id is among its problems.

    Raises:
        UsageError: when the file is no such table.
    """
    rows = _rows(path)
    titles = [composed(title).strip().lower() for title in rows[0]] if rows else []
    wanted = [composed(id_column).strip().lower()] if id_column else IDS
    id_place = _place(titles, wanted)
    if id_place is None:
        raise UsageError(
            f"No column of {path} holds student ids. Expected a title such as {', '.join(wanted)}. "
            f"Got {', '.join(titles[:20]) or 'an empty file'}. Name it with --id-column."
        )
    roster = Roster()
    for number, row in enumerate(rows[1:], start=2):
        cells = [composed(cell[:LONGEST_CELL]).strip() for cell in row]
        if any(cells) and cells[0].lower() != "points possible":
            _add(roster, f"line {number}", cells, titles, id_place)
    return roster


def _add(roster: Roster, place: str, cells: list[str], titles: list[str], id_place: int) -> None:
    def cell(names: Iterable[str]) -> str:
        column = _place(titles, names)
        return cells[column] if column is not None and column < len(cells) else ""

    student = cells[id_place] if id_place < len(cells) else ""
    wrong = wrong_id(student)
    if wrong:
        roster.problems.append(f"{place}: {wrong}")
        return
    last, first = cell(LAST), cell(FIRST)
    if not last and not first:
        last, first = _parts(cell(WHOLE_NAMES))
    lms_user_id = cell(["id"] if CANVAS in titles else LMS_IDS)
    person = Person(student, first, last, cell(EMAILS), lms_user_id if lms_user_id != student else "")
    known = roster.people.setdefault(student, person)
    if known != person:
        roster.problems.append(f"{place}: {student} is there twice, with other names; the first one is taken.")


def wrong_id(student: str) -> str:
    """Say why a text cannot be a student id, which names a folder and an exchange's file; empty if it can."""
    if not student:
        return "there is no student id."
    if SHORTENED.fullmatch(student):
        return f"Excel has shortened the id to {student}. Format the column as text, and save again."
    outside = not student.isprintable() or student.startswith(".") or student != student.strip()
    if outside or set(student) & set("/\\+*?[]"):
        return f"{student[:LONGEST_ID]!a} cannot be a student id: it names a folder."
    return f"the id has more than {LONGEST_ID} characters." if len(student) > LONGEST_ID else ""


def write_roster(gradebook: Gradebook, people: Mapping[str, Person]) -> tuple[int, int]:
    """Write people into the gradebook; nobody is removed, and what a file does not say stays.

    Returns:
        (how many are new, how many known ones changed).
    """
    known = {composed(student.id): student for student in gradebook.students}
    new = changed = 0
    for person in people.values():
        values = {name: value for name, value in asdict(person).items() if value and name != "id"}
        student = known.get(person.id)
        if student is None:
            gradebook.db.add(Student(id=person.id, **values))
            new += 1
            continue
        changed += any(getattr(student, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(student, name, value)
    gradebook.db.commit()
    return new, changed


def not_on_roster(gradebook: Gradebook, students: Iterable[str]) -> list[str]:
    """List the students who are not on the roster; none where no roster was read.

    A student is on it whose name, e-mail or number on the platform the gradebook knows.

    Args:
        gradebook: the gradebook.
        students: student ids.
    """
    named = {s.id for s in gradebook.students if s.first_name or s.last_name or s.email or s.lms_user_id}
    return [student for student in students if named and student not in named]


def _place(titles: list[str], names: Iterable[str]) -> int | None:
    return next((titles.index(name) for name in names if name in titles), None)


def _parts(name: str) -> tuple[str, str]:
    """Last and first name of "Last, First" or "First Last"."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return last.strip(), first.strip()


def _rows(path: Path) -> list[list[str]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path} has {path.stat().st_size:,} bytes; a roster has at most {MOST_BYTES:,}.")
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise UsageError(f"The roster {path} cannot be read: {error.strerror}.") from error
    lines = text.splitlines()
    separator = None
    if lines and lines[0].lower().startswith("sep="):  # Excel's own line
        separator, text = lines[0][4:5], text.partition("\n")[2]
    head = text.partition("\n")[0]
    separator = separator or max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except (csv.Error, TypeError) as error:
        raise UsageError(f"{path} is no CSV file: {error}.") from error
    if len(rows) > MOST_ROWS:
        raise UsageError(f"{path} has {len(rows):,} lines; a roster has at most {MOST_ROWS:,}.")
    return rows


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
