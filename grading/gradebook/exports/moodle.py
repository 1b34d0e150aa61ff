"""Export the gradebook as a file that Moodle imports: one row per student, one column per lesson.

Lessons of which nothing is graded yet are left out, and what nobody graded has no grade: a zero that nobody decided
on would count in Moodle.
"""

from collections.abc import Iterable
from typing import Any

from nbgrader.api import Gradebook, SubmittedAssignment
from traitlets import Bool

from grading.gradebook.grade_export import GradeExport, final_score, find_graded, format_points

# Moodle asks on import which column identifies users (Username, Email address or ID number) and which holds what.
COLUMNS = ["Username", "Email address", "ID number", "First name", "Last name"]
NO_GRADE = "-"  # Moodle's own spelling


class MoodleExport(GradeExport):
    """A Moodle grade import."""

    file_name = "grades-moodle.csv"
    comments = Bool(False, help="a feedback column beside each lesson").tag(config=True)

    def rows(self, gradebook: Gradebook) -> Iterable[list[Any]]:
        """Make the header, then one row per student."""
        lessons = self.graded_lessons(gradebook)
        titles = [[lesson.name, f"{lesson.name} (feedback)"] for lesson in lessons]
        yield [*COLUMNS, *(title for pair in titles for title in self._chosen(pair))]
        for student in self.students(gradebook):
            row = [student.id, student.email, student.lms_user_id, student.first_name, student.last_name]
            for lesson in lessons:
                submission = find_graded(gradebook, lesson, student)
                grade = NO_GRADE if submission is None else format_points(final_score(submission))
                row += self._chosen([grade, _comments(submission)])
            yield row

    def _chosen(self, grade_and_comments: list[str]) -> list[str]:
        return grade_and_comments if self.comments else grade_and_comments[:1]


def _comments(submission: SubmittedAssignment | None) -> str:
    """A person's comments, else the grader's own, one line per exercise."""
    notebooks = submission.notebooks if submission is not None else []
    found = [comment for notebook in notebooks for comment in notebook.comments if comment.comment]
    return "\n".join(f"{comment.name}: {comment.comment.strip()}" for comment in found)
