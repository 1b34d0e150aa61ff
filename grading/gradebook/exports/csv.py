"""Export the gradebook as nbgrader's own CSV: one row per assignment and student, no score where nobody graded."""

from collections.abc import Iterable
from typing import Any

from nbgrader.api import Assignment, Gradebook, Student

from grading.gradebook.grade_export import GradeExport, final_score, find_submission, is_graded

PERSON = ["student_id", "last_name", "first_name", "email"]
COLUMNS = ["assignment", "duedate", "timestamp", *PERSON, "raw_score", "late_submission_penalty", "score", "max_score"]


class CsvExport(GradeExport):
    """nbgrader's CSV columns, quoted, and harmless in a spreadsheet."""

    file_name = "grades.csv"

    def rows(self, gradebook: Gradebook) -> Iterable[list[Any]]:
        """Make one row per assignment and student."""
        yield COLUMNS
        students = self.students(gradebook)
        for lesson in self.lessons(gradebook):
            for student in students:
                yield _row(gradebook, lesson, student)


def _row(gradebook: Gradebook, lesson: Assignment, student: Student) -> list[Any]:
    person = [student.id, student.last_name, student.first_name, student.email]
    submission = find_submission(gradebook, lesson, student)
    handed_in = submission.timestamp if submission is not None else None
    points: list[Any] = [None, None, None]
    if submission is not None and is_graded(submission):
        points = [submission.score, submission.late_submission_penalty, final_score(submission)]
    return [lesson.name, lesson.duedate, handed_in, *person, *points, lesson.max_score]
