"""Export the gradebook as a file that Canvas imports: one row per student, one column per lesson.

Lessons of which nothing is graded yet are left out, and what nobody graded has no grade: a zero that nobody decided
on would count in Canvas.
"""

from collections.abc import Iterable
from typing import Any

from nbgrader.api import Gradebook, Student

from grading.gradebook.grade_export import GradeExport, final_score, find_graded, format_points

# What Canvas' importer asks for: these columns first, in this order; a column is matched by its title, and new titles
# become new assignments; students are found by ID, else by SIS User ID, else by SIS Login ID, else by name.
COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS = "    Points Possible"  # Canvas' own spelling


class CanvasExport(GradeExport):
    """A Canvas gradebook import."""

    file_name = "grades-canvas.csv"

    def rows(self, gradebook: Gradebook) -> Iterable[list[Any]]:
        """Make Canvas' two rows at the top, then one row per student."""
        lessons = self.graded_lessons(gradebook)
        yield [*COLUMNS, *(lesson.name for lesson in lessons)]
        yield [POINTS, "", "", "", "", *(format_points(lesson.max_score) for lesson in lessons)]
        for student in self.students(gradebook):
            found = [find_graded(gradebook, lesson, student) for lesson in lessons]
            yield [*_person(student), *("" if one is None else format_points(final_score(one)) for one in found)]


def _person(student: Student) -> list[str]:
    """Who it is; the id goes into both SIS columns: it is one or the other, as a school names its students.

    nbgrader's `lms_user_id`, if it is a number, goes into ID, which Canvas trusts most.
    """
    name = ", ".join(part for part in (student.last_name, student.first_name) if part) or student.id
    number = student.lms_user_id if (student.lms_user_id or "").isdecimal() else ""
    return [name, number, student.id, student.id, ""]
