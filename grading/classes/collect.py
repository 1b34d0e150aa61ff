"""Take what a platform's bulk download holds into the folder of submissions, where both routes of grading find it."""

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Student

from dnnkit.environment.atomic_write import write_atomically
from grading.course import Course
from grading.errors import UsageError
from grading.gradebook.gradebook import open_gradebook
from grading.gradebook.roster import composed, wrong_id
from grading.lessons.lesson import Lesson
from grading.plain_output import one_line
from grading.submissions.bulk_download import Delivered, read_bulk_download

MOST_OF_ONE = 200 * 2**20  # bytes of one student


@dataclass
class Collected:
    """What became of a bulk download.

    Attributes:
        taken: students whose hand-in is in the folder now.
        unchanged: students whose files were there already.
        kept: students who have other files there already, which were kept.
        late: students whose files Canvas marked as late.
        problems: what could not be taken and why, one sentence each.
    """

    taken: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def collect(course: Course, lesson: Lesson, source: Path, *, update: bool = False) -> Collected:
    """Take a bulk download into the folder of submissions.

    Args:
        course: the `Course`, whose gradebook knows the students by name or number.
        lesson: the lesson.
        source: zip file or folder.
        update: replace what a student has handed in before.

    Returns:
        `Collected`.

    Raises:
        UsageError: when nothing can be read, or the gradebook knows no students.
    """
    with open_gradebook(course.database) as gradebook:
        names = _Names(gradebook.students)
    if not names.known:
        raise UsageError("The gradebook knows no students to give the files to. Run first: grading roster FILE.csv")
    collected = Collected()
    files: dict[str, dict[str, bytes]] = defaultdict(dict)
    for delivered in read_bulk_download(source):
        student, problem = names.find(delivered)
        shown = one_line(f"{delivered.name}: {delivered.file}")
        if delivered.refused:
            problem = problem or f"the file {delivered.refused}"
        if problem:
            collected.problems.append(f"{shown}: {problem}")
        if student and not delivered.refused:
            _add(files[student], delivered, collected, shown)
            if delivered.late and student not in collected.late:
                collected.late.append(student)
    if not files and not collected.problems:
        raise UsageError(f"{source} holds no file of a student. Expected a bulk download of Canvas or Moodle.")
    for student, own in sorted(files.items()):
        _put(course.submitted / student / lesson.name, student, own, collected, update=update)
    return collected


def _add(own: dict[str, bytes], delivered: Delivered, collected: Collected, shown: str) -> None:
    if sum(map(len, own.values())) + len(delivered.data) > MOST_OF_ONE:
        collected.problems.append(f"{shown}: more than {MOST_OF_ONE / 2**20:.0f} MB of one student; left out")
        return
    name, number = delivered.file, 2
    while name in own:
        stem, dot, ending = delivered.file.rpartition(".")
        name, number = f"{stem or ending}-{number}{dot if stem else ''}{ending if stem else ''}", number + 1
    own[name] = delivered.data


def _put(folder: Path, student: str, own: Mapping[str, bytes], collected: Collected, *, update: bool) -> None:
    """Write a student's files into a folder of their own: all of them or none."""
    if folder.is_symlink() or folder.parent.is_symlink():
        collected.problems.append(f"{student}: the folder in submitted is a link. Remove it.")
        return
    fresh, old = (folder.with_name(f".{folder.name}-{part}") for part in ("new", "old"))
    if old.is_dir() and not folder.exists():  # an earlier run was interrupted here
        old.rename(folder)
    there = folder.is_dir() and any(not name.startswith(".") for name in os.listdir(folder))
    if there and _same(folder, own):
        collected.unchanged.append(student)
        return
    if there and not update:
        collected.kept.append(student)
        return
    for path in (fresh, old):
        shutil.rmtree(path, ignore_errors=True)
    for name, data in own.items():
        write_atomically(fresh / name, data)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    collected.taken.append(student)


def _same(folder: Path, own: Mapping[str, bytes]) -> bool:
    paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if sorted(path.name for path in paths) != sorted(own) or not all(path.is_file() for path in paths):
        return False
    return all(not path.is_symlink() and path.read_bytes() == own[path.name] for path in paths)


class _Names:
    """Finds the student whom a download means: by id, by the platform's number, by name."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._ids: dict[str, str] = {}
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        for student in students:
            if wrong_id(student.id):  # it names a folder
                continue
            self._ids[composed(student.id)] = student.id
            first, last = student.first_name or "", student.last_name or ""
            if student.lms_user_id:
                self._numbers[composed(student.lms_user_id)].add(student.id)
            if first or last:
                for name in (f"{first} {last}", f"{last} {first}", f"{last}, {first}"):
                    self._names[_letters(name)].add(student.id)

    @property
    def known(self) -> bool:
        """Whether there are students at all."""
        return bool(self._ids)

    def find(self, delivered: Delivered) -> tuple[str | None, str]:
        """Find the student; the second value says why there is none."""
        name = composed(delivered.name)
        if delivered.platform == "folder":
            found: Sequence[str] = [self._ids[name]] if name in self._ids else []
        else:
            found = sorted(self._numbers.get(delivered.number, ()) if delivered.number else ())
        found = found or sorted(self._names.get(_letters(name), ()))
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"the name fits several students: {', '.join(found)}. Put the file into submitted by hand"
        return None, "nobody on the roster has this id, number or name"


def _letters(name: str) -> str:
    """A name as Canvas writes it in file names: letters and digits alone, in lower case."""
    return re.sub(r"[\W_]+", "", composed(name)).casefold()
