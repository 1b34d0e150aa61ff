"""Export the gradebook as CSV that a spreadsheet can open without running anything."""

import csv
import io
import os
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

PERSON = ["student_id", "last_name", "first_name", "email"]
COLUMNS = ["assignment", "duedate", "timestamp", *PERSON, "raw_score", "late_submission_penalty", "score", "max_score"]


class SafeCsvExport(ExportPlugin):
    """nbgrader's CSV columns, quoted, with formulas defused; also the exporter of plain `nbgrader export`."""

    def export(self, gradebook):
        """Write the grades to `self.to`, or grades.csv."""
        write_csv(gradebook, Path(self.to or "grades.csv"), set(self.student), set(self.assignment))


def write_csv(gradebook, path, students=(), assignments=()):
    """Write one row per assignment and student.

    Args:
        gradebook: `nbgrader.api.Gradebook`.
        path: file to write, whole or not at all.
        students: only these ids; empty for all.
        assignments: only these names; empty for all.
    """
    rows = [COLUMNS]
    for assignment in gradebook.assignments:
        for student in gradebook.students:
            wanted = (not assignments or assignment.name in assignments) and (not students or student.id in students)
            if wanted:
                rows.append([defuse(value) for value in _row(gradebook, assignment, student)])
    write_table(path, rows)


def write_table(path, rows):
    """Write rows of cells as CSV, whole or not at all."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".tmp")
    scratch.write_text(text.getvalue(), encoding="utf-8", newline="")
    os.replace(scratch, path)


def defuse(value):
    """Make a cell that no spreadsheet runs as a formula: text that could start one gets an apostrophe in front.

    Example:
        >>> defuse("=1+1")
        "'=1+1"
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip()[:1] in ("=", "+", "-", "@", "\t", "\r") and value.strip():
        return f"'{value}"
    return value


def _row(gradebook, assignment, student):
    row = [assignment.name, assignment.duedate]
    person = [student.id, student.last_name, student.first_name, student.email]
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return [*row, None, *person, 0.0, 0.0, 0.0, assignment.max_score]
    penalty = submission.late_submission_penalty
    score = max(0.0, submission.score - penalty)
    return [*row, submission.timestamp, *person, submission.score, penalty, score, assignment.max_score]
