"""Say what grading again would change, and why, before it changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grading.classes.autograde import GradingOptions, OnResult, autograde, grade_students
from grading.classes.class_folders import chosen_students
from grading.course import Course
from grading.errors import GradingError, UsageError
from grading.gradebook.autograded_notebooks import read_records
from grading.gradebook.manual_grades import ManualGrades, read_manual_grades
from grading.judging.records import ExerciseResult, SubmissionResult
from grading.lessons.lesson import Lesson

WHOLE = "(all)"  # stands for the exercise where a change is one of the whole submission


@dataclass(frozen=True)
class Change:
    """One exercise of one student that comes out differently.

    Attributes:
        student: student id.
        exercise: the exercise, or WHOLE.
        before: automatic score on record, or None.
        after: automatic score now, or None.
        status: what it was and is, such as "failed -> passed".
        why: reasons, each a few words.
    """

    student: str
    exercise: str
    before: float | None
    after: float | None
    status: str
    why: tuple[str, ...]

    @property
    def moves_score(self) -> bool:
        """Whether the automatic score differs, rather than only its status or its named mistake."""
        return self.before != self.after


def regrade(
    course: Course,
    lesson: Lesson,
    options: GradingOptions | None = None,
    *,
    write: bool = True,
    on_result: OnResult | None = None,
) -> tuple[list[SubmissionResult], list[Change]]:
    """Grade all submissions again.

    Args:
        course: the `Course`.
        lesson: the lesson.
        options: `GradingOptions`; nobody among its students is skipped.
        write: write the results, as `autograde` does; otherwise nothing at all is changed.
        on_result: function called with each `SubmissionResult` and True, for progress.

    Returns:
        (list of `SubmissionResult`, list of `Change`), in order of student ids.

    Raises:
        UsageError: when nothing of the lesson was graded before.
    """
    old = {result.student: result for result in read_records(course, lesson)}
    if not old:
        raise UsageError(f"Nothing of {lesson.name} is graded yet. Run first: grading autograde {lesson.name}")
    manual_grades = read_manual_grades(course, lesson)
    options = replace(options or GradingOptions(), again=True)
    run = autograde if write else _rehearse
    new = run(course, lesson, options, on_result=on_result)
    changes: list[Change] = []
    for result in new:
        changes += differences(old.get(result.student), result, manual_grades.get(result.student, ManualGrades()))
    return new, changes


def _rehearse(
    course: Course, lesson: Lesson, options: GradingOptions, *, on_result: OnResult | None
) -> list[SubmissionResult]:
    if not course.has_secret:
        raise GradingError(
            f"The secret that this class was graded with is not there: {course.root / '.course-secret'} is missing and "
            "DNN_COURSE_SECRET is not set. With another one every check would draw other numbers."
        )
    results = []
    for result, _ in grade_students(course, lesson, options, chosen_students(course, lesson, options.students)):
        results.append(result)
        if on_result:
            on_result(result, True)
    return sorted(results, key=lambda result: result.student)


def differences(before: SubmissionResult | None, after: SubmissionResult, manual_grades: ManualGrades) -> list[Change]:
    """List what differs between two records of one student.

    Args:
        before: `SubmissionResult` on record, or None.
        after: `SubmissionResult` of now.
        manual_grades: the student's `ManualGrades`.

    Returns:
        List of `Change`, empty if score, status and named mistake of every exercise are the same.
    """
    if before is None:
        return [Change(after.student, WHOLE, None, after.score, after.status, ("not graded before",))]
    causes = _causes(before, after)
    changes = []
    if before.status != after.status:
        why = (*causes, *([after.reason] if after.reason else []))
        status = _arrow(before.status, after.status)
        changes.append(Change(after.student, WHOLE, before.score, after.score, status, why))
    old, new = ({exercise.name: exercise for exercise in result.exercises} for result in (before, after))
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = old.get(name), new.get(name)
        if _verdict(was) != _verdict(now):
            why = (*causes, *_reasons(was, now, name, manual_grades))
            scores = (was.score if was else None, now.score if now else None)
            status = _arrow(was.status if was else "none", now.status if now else "none")
            changes.append(Change(after.student, name, *scores, status, why))
    return changes


def _causes(before: SubmissionResult, after: SubmissionResult) -> tuple[str, ...]:
    """What went into the two results differently."""
    pairs = (
        ("submission changed", before.submission, after.submission),
        ("checks changed", before.checks_hash, after.checks_hash),
        ("packages changed", before.environment_hash, after.environment_hash),
    )
    causes = [text for text, was, now in pairs if was != now]
    causes += ["the grader had failed"] if before.status == "error" else []
    return tuple(causes) or ("same file, checks and packages: a time limit, chance, or another course secret",)


def _verdict(exercise: ExerciseResult | None) -> object:
    return exercise and (exercise.score, exercise.max_score, exercise.status, exercise.mistake)


def _reasons(
    was: ExerciseResult | None, now: ExerciseResult | None, name: str, manual_grades: ManualGrades
) -> Iterator[str]:
    if was is None or now is None:
        yield "new exercise" if was is None else "exercise is gone"
        return
    if was.max_score != now.max_score:
        yield f"worth {was.max_score:g} -> {now.max_score:g}"
    if was.mistake != now.mistake:
        yield f"named mistake changed: {_arrow(was.mistake or 'none', now.mistake or 'none')}"
    if name in manual_grades.manual:
        yield f"the score set by hand stays: {manual_grades.manual[name]:g}"


def _arrow(was: str, now: str) -> str:
    return was if was == now else f"{was} -> {now}"
