"""What all exports of the gradebook share: whom and what they list, the score that counts, and a harmless CSV file."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin
from traitlets import Bool

from dnnkit.environment.atomic_write import write_atomically
from grading.course import EXPORTS
from grading.gradebook.manual_grades import score_after_penalty
from grading.plain_output import spreadsheet_cell


class GradeExport(ExportPlugin):
    """Base of the formats, which say their file's name and its rows; also an exporter of plain `nbgrader export`.

    nbgrader's options hold for all of them: `to`, `student`, `assignment`. A subclass may add options as traits of its
    own with `.tag(config=True)`; `grading export` offers each as `--name`.
    """

    byte_order_mark = Bool(False, help="begin the file with the mark by which Excel knows UTF-8").tag(config=True)
    file_name = ""  # such as "grades-canvas.csv"

    def rows(self, gradebook: Gradebook) -> Iterable[list[Any]]:
        """Make the rows: lists of texts, numbers and dates, the header first."""
        raise NotImplementedError

    def export(self, gradebook: Gradebook) -> None:
        """Write the file, whole or not at all, to `self.to` or below build/exports of the class's folder."""
        write_table(self.destination, self.rows(gradebook), byte_order_mark=self.byte_order_mark)

    @property
    def destination(self) -> Path:
        """The file to write; a folder that git ignores, since the file names people."""
        if self.to:
            return Path(self.to)
        course = getattr(self.parent, "coursedir", None)
        return Path(course.root if course else ".") / EXPORTS / self.file_name

    def students(self, gradebook: Gradebook) -> list[Student]:
        """The students asked for, in order of their ids."""
        wanted = {str(name) for name in self.student}
        found = sorted(gradebook.students, key=lambda student: student.id)
        return [student for student in found if not wanted or student.id in wanted]

    def lessons(self, gradebook: Gradebook) -> list[Assignment]:
        """The lessons asked for, in nbgrader's order."""
        wanted = {str(name) for name in self.assignment}
        return [lesson for lesson in gradebook.assignments if not wanted or lesson.name in wanted]

    def graded_lessons(self, gradebook: Gradebook) -> list[Assignment]:
        """The lessons asked for of which something is graded."""
        return [lesson for lesson in self.lessons(gradebook) if any(map(is_graded, lesson.submissions))]


def find_submission(gradebook: Gradebook, lesson: Assignment, student: Student) -> SubmittedAssignment | None:
    """Find what a student handed in; None when there is nothing."""
    try:
        return gradebook.find_submission(lesson.name, student.id)
    except MissingEntry:
        return None


def find_graded(gradebook: Gradebook, lesson: Assignment, student: Student) -> SubmittedAssignment | None:
    """Find a student's submission if it has a grade; None when there is none, or nobody has graded it."""
    submission = find_submission(gradebook, lesson, student)
    return submission if submission is not None and is_graded(submission) else None


def is_graded(submission: SubmittedAssignment) -> bool:
    """Whether a submission has a score that counts: a machine or a person gave one, and no exercise waits for a person.

    A file that is not there, cannot be read or is not the lesson's has none, until a person sets one in formgrader.
    """
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    open_ones = [grade for grade in grades if grade.auto_score is None and grade.manual_score is None]
    return len(open_ones) < len(grades) and not any(grade.needs_manual_grade for grade in open_ones)


def final_score(submission: SubmittedAssignment) -> float:
    """The score of a submission that counts."""
    return score_after_penalty(submission.score, submission.late_submission_penalty)


def format_points(points: float) -> str:
    """Write points with two decimals at most, as many as learning platforms keep: never a float's ninth digit."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def write_table(path: Path, rows: Iterable[list[Any]], *, byte_order_mark: bool = False) -> None:
    """Write rows of cells as CSV, whole or not at all; no cell of it is run as a formula."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
    write_atomically(path, ("\ufeff" if byte_order_mark else "") + text.getvalue())
