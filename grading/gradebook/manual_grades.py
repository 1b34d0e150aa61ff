"""Read what a person set in formgrader: manual scores, extra credit, comments, and the penalties for late hand-in."""

from dataclasses import dataclass, field

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.orm import Query

from grading.course import Course
from grading.gradebook.gradebook import open_gradebook
from grading.judging.records import ExerciseResult
from grading.lessons.lesson import Lesson


@dataclass(kw_only=True)
class ManualGrades:
    """What the gradebook holds for one student besides the automatic scores.

    Attributes:
        manual: exercise -> manual score, where there is one.
        extra: exercise -> extra credit, where there is some.
        comments: exercise -> a person's comment, where there is one.
        penalty: points taken off for late hand-in.
    """

    manual: dict[str, float] = field(default_factory=dict)
    extra: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0

    def score(self, exercise: ExerciseResult) -> float:
        """The score of an exercise that counts."""
        return self.manual.get(exercise.name, exercise.score) + self.extra.get(exercise.name, 0.0)

    def total(self, exercises: tuple[ExerciseResult, ...]) -> float:
        """The sum of the scores that count, less the penalty."""
        return score_after_penalty(sum(self.score(exercise) for exercise in exercises), self.penalty)


def score_after_penalty(score: float, penalty: float | None) -> float:
    """What is left of a score when points are taken off for late hand-in: never less than nothing."""
    return max(0.0, score - (penalty or 0.0))


def read_manual_grades(course: Course, lesson: Lesson, student: str | None = None) -> dict[str, ManualGrades]:
    """Read a whole class, or one student.

    Args:
        course: the `Course`.
        lesson: the lesson.
        student: only this student id.

    Returns:
        Student id -> `ManualGrades`, for all students whom the gradebook knows in this lesson.
    """
    students: dict[str, ManualGrades] = {}
    with open_gradebook(course.database) as gradebook:
        for name, cell, manual, extra, penalty in _grades(gradebook, lesson, student):
            found = students.setdefault(name, ManualGrades(penalty=float(penalty or 0.0)))
            exercise = cell.removeprefix("check_")
            if manual is not None:
                found.manual[exercise] = manual
            if extra:
                found.extra[exercise] = extra
        for name, exercise, comment in _comments(gradebook, lesson, student):
            if comment:
                students.setdefault(name, ManualGrades()).comments[exercise] = comment
    return students


def _grades(gradebook: Gradebook, lesson: Lesson, student: str | None) -> Query:
    columns = (SubmittedAssignment.student_id, GradeCell.name, Grade.manual_score, Grade.extra_credit)
    query = gradebook.db.query(*columns, SubmittedNotebook.late_submission_penalty).select_from(Grade)
    query = query.join(GradeCell, GradeCell.id == Grade.cell_id)
    return _of_lesson(query.join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id), lesson, student)


def _comments(gradebook: Gradebook, lesson: Lesson, student: str | None) -> Query:
    columns = (SubmittedAssignment.student_id, SolutionCell.name, Comment.manual_comment)
    query = gradebook.db.query(*columns).select_from(Comment).join(SolutionCell, SolutionCell.id == Comment.cell_id)
    return _of_lesson(query.join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id), lesson, student)


def _of_lesson(query: Query, lesson: Lesson, student: str | None) -> Query:
    query = query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    query = query.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    query = query.filter(Assignment.name == lesson.name)
    return query if student is None else query.filter(SubmittedAssignment.student_id == student)
