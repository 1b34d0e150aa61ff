"""Write one page on how a class did in a lesson: difficulty, commonest mistakes, time; nothing fetched, no script."""

import statistics
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dnnkit.environment.atomic_write import write_atomically
from grading.course import Course
from grading.errors import UsageError
from grading.gradebook.autograded_notebooks import read_records
from grading.gradebook.manual_grades import ManualGrades, read_manual_grades
from grading.judging.records import CheckResult, ExerciseResult, SubmissionResult
from grading.lessons.lesson import Lesson
from grading.reports.svg_bars import Figure, histogram, shares
from grading.reports.templates import template

# How the states of an exercise are told apart in the overview.
Kind = Literal["full", "part", "zero", "none"]
KINDS: dict[Kind, str] = {"full": "full points", "part": "some points", "zero": "no points", "none": "not attempted"}
STATES: dict[str, str] = {
    "graded": "graded",
    "unreadable": "the file could not be read",
    "wrong_file": "something else than this lesson's notebook was handed in",
    "missing": "nothing was handed in",
    "set_aside": "set aside: it ended the grader's process, a person must look",
    "error": "the grader failed, a person must look",
}


@dataclass(frozen=True)
class Row:
    """One submission, with what a person set taken into account.

    Attributes:
        result: the `SubmissionResult`.
        manual_grades: the student's `ManualGrades`.
    """

    result: SubmissionResult
    manual_grades: ManualGrades

    @property
    def total(self) -> float:
        """The score that counts."""
        return self.manual_grades.total(self.result.exercises)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was attempted though the file was graded."""
        return self.result.status == "graded" and all(e.status == "not_attempted" for e in self.result.exercises)


@dataclass(frozen=True)
class CheckReport:
    """How a class did in one check, by the machine's verdicts.

    Attributes:
        title: what the check looks at.
        max_score: points possible.
        passed: submissions that passed it.
        failed: submissions that failed it, ran out of time or ended Python.
        not_attempted: submissions in which the exercise was not attempted.
        other: submissions in which the grader itself failed.
    """

    title: str
    max_score: float
    passed: int
    failed: int
    not_attempted: int
    other: int


@dataclass(frozen=True, kw_only=True)
class ExerciseReport:
    """How a class did in one exercise.

    Attributes:
        name: the exercise.
        max_score: points possible.
        count: graded submissions.
        kinds: KINDS -> how many submissions.
        mean: mean of the points, those who did not attempt it included.
        median: their median.
        seconds: median time of its checks, of those who attempted it; None if no record holds it.
        stopped: submissions that ran out of time or ended Python.
        manually_graded: submissions whose score a person set.
        mistakes: [(name, hint, how many)], the commonest first.
        right_but_for: submissions in which only the mistake of a helper made it fail.
        unnamed: submissions with lost points and no named mistake, those not counted.
        figure: distribution of the points.
        checks: its checks in order.
    """

    name: str
    max_score: float
    count: int
    kinds: Counter[Kind]
    mean: float
    median: float
    seconds: float | None
    stopped: int
    manually_graded: int
    mistakes: list[tuple[str, str, int]]
    right_but_for: int
    unnamed: int
    figure: Figure
    checks: list[CheckReport]


def write_report(course: Course, lesson: Lesson, path: Path) -> None:
    """Write the page.

    Args:
        course: the `Course`.
        lesson: the lesson.
        path: file to write, whole or not at all.

    Raises:
        UsageError: when nothing of the lesson is graded yet.
    """
    results = read_records(course, lesson)
    if not results:
        raise UsageError(f"Nothing of {lesson.name} is graded yet. Run first: grading autograde {lesson.name}")
    text = render_report(lesson, results, read_manual_grades(course, lesson))
    write_atomically(path, text)


def render_report(lesson: Lesson, results: list[SubmissionResult], manual_grades: dict[str, ManualGrades]) -> str:
    """Render the page.

    Args:
        lesson: the lesson.
        results: list of `SubmissionResult`.
        manual_grades: student id -> `ManualGrades`.

    Returns:
        HTML; every value is escaped by the template.
    """
    rows = [Row(result, manual_grades.get(result.student, ManualGrades())) for result in results]
    graded = [row for row in rows if row.result.status == "graded"]
    exercises = [exercise_report(name, graded) for name in _exercise_names(results)] if graded else []
    totals = [row.total for row in graded]
    worth = max(result.max_score for result in results)
    overview = shares([(e.name, e.kinds) for e in exercises], KINDS, what=f"Of {len(graded)} graded submissions")
    return template("report.html.j2").render(
        lesson=lesson, rows=rows, graded=graded, worth=worth, exercises=exercises,
        states=[(words, sum(row.result.status == state for row in rows)) for state, words in STATES.items()],
        untouched=sum(row.is_untouched for row in rows), kinds=KINDS, overview=overview,
        mean=statistics.fmean(totals) if totals else None, median=statistics.median(totals) if totals else None,
        totals=histogram(totals, worth, what="Points in the lesson", unit="points"),
        seconds=histogram(
            [row.result.seconds for row in graded], what="Time of a graded submission", unit="s", ranges=True
        ),
        all_seconds=sum(row.result.seconds for row in rows),
    )  # fmt: skip


def _exercise_names(results: list[SubmissionResult]) -> list[str]:
    """The exercises in order; a record of an earlier version of the lesson may hold others, which come last."""
    newest = max(results, key=lambda result: len(result.exercises))
    return list(dict.fromkeys(e.name for result in (newest, *results) for e in result.exercises))


def exercise_report(name: str, graded: list[Row]) -> ExerciseReport:
    """Sum up one exercise.

    Args:
        name: the exercise.
        graded: the `Row`s of graded submissions.
    """
    found = [(row, e) for row in graded for e in row.result.exercises if e.name == name]
    worth = max(e.max_score for _, e in found)
    points = [row.manual_grades.score(e) for row, e in found]
    kinds = Counter(_kind(row, e) for row, e in found)
    attempted = [e for _, e in found if e.status != "not_attempted"]
    times = [sum(check.seconds for check in e.checks) for e in attempted]
    mistakes = Counter((e.mistake, e.hint) for e in attempted if e.mistake)
    tried = [value for value, (row, e) in zip(points, found, strict=True) if _kind(row, e) != "none"]
    return ExerciseReport(
        name=name,
        max_score=worth,
        count=len(found),
        kinds=kinds,
        mean=statistics.fmean(points),
        median=statistics.median(points),
        seconds=statistics.median(times) if any(times) else None,
        stopped=sum(e.status in ("timeout", "crashed") for e in attempted),
        manually_graded=sum(name in row.manual_grades.manual for row, _ in found),
        mistakes=[(mistake, hint, count) for (mistake, hint), count in mistakes.most_common()],
        right_but_for=sum(bool(e.right_but_for) for e in attempted),
        unnamed=sum(e.score < e.max_score and not e.mistake and not e.right_but_for for e in attempted),
        figure=histogram(tried, worth, what=f"Points in {name}", unit="points", apart=[("blank", kinds["none"])]),
        checks=check_reports([exercise for _, exercise in found]),
    )


def check_reports(exercises: list[ExerciseResult]) -> list[CheckReport]:
    """Sum up the checks of one exercise.

    Args:
        exercises: the exercise's results, one a submission; a record of other checks than today's may be among them.
    """
    found: dict[str, list[CheckResult]] = {}
    for exercise in exercises:
        for check in exercise.checks:
            found.setdefault(check.title, []).append(check)
    reports = []
    for title, checks in found.items():
        states = Counter(check.status for check in checks)
        failed = states["failed"] + states["timeout"] + states["crashed"]
        worth = max(check.max_score for check in checks)
        reports.append(CheckReport(title, worth, states["passed"], failed, states["not_attempted"], states["error"]))
    return reports


def _kind(row: Row, exercise: ExerciseResult) -> Kind:
    score = row.manual_grades.score(exercise)
    if exercise.status == "not_attempted" and score == 0:
        return "none"
    if score <= 0:
        return "zero"
    return "full" if score >= exercise.max_score else "part"
