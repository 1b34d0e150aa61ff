"""Read what a person set in formgrader: manual scores, extra credit, and the penalties for late hand-in."""

from dataclasses import dataclass, field

from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook

from grading.gradebook.gradebook import open_gradebook


@dataclass
class ManualGrades:
    """What the gradebook holds for one student besides the automatic scores.

    Attributes:
        manual: exercise -> manual score, where there is one.
        extra: exercise -> extra credit, where there is some.
        penalty: points taken off for late hand-in.
    """

    manual: dict[str, float] = field(default_factory=dict)
    extra: dict[str, float] = field(default_factory=dict)
    penalty: float = 0.0

    def score(self, exercise):
        """The score of an `ExerciseResult` that counts."""
        return self.manual.get(exercise.name, exercise.score) + self.extra.get(exercise.name, 0.0)

    def total(self, exercises):
        """The sum of the scores that count, less the penalty."""
        return max(0.0, sum(self.score(exercise) for exercise in exercises) - self.penalty)


def read_manual_grades(course, lesson):
    """Read a whole class.

    Args:
        course: the `Course`.
        lesson: the lesson.

    Returns:
        Student id -> `ManualGrades`, for all students whom the gradebook knows in this lesson.
    """
    with open_gradebook(course.database) as gradebook:
        rows = (
            gradebook.db.query(
                SubmittedAssignment.student_id, GradeCell.name, Grade.manual_score, Grade.extra_credit,
                SubmittedNotebook.late_submission_penalty,
            )
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(GradeCell, GradeCell.id == Grade.cell_id)
            .filter(Assignment.name == lesson.name)
            .all()
        )  # fmt: skip
    students = {}
    for student, cell, manual, extra, penalty in rows:
        manual_grades = students.setdefault(student, ManualGrades(penalty=float(penalty or 0.0)))
        exercise = cell.removeprefix("check_")
        if manual is not None:
            manual_grades.manual[exercise] = manual
        if extra:
            manual_grades.extra[exercise] = extra
    return students
