"""What commands show in the terminal: tables, progress, where things lie."""

import collections
import contextlib
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grading.plain_output import one_line, visible

if TYPE_CHECKING:  # importing these takes seconds
    from grading.classes.regrade import Change
    from grading.gradebook.manual_grades import ManualGrades
    from grading.judging.records import ExerciseResult, SubmissionResult
    from grading.lessons.lesson import Lesson

MOST_NAMED = 5  # mistakes of one student; the record has them all


class PlainConsole(Console):
    """A console that prints texts as they stand: markup and control characters in names and notes have no effect."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make what is shown of a text; all texts, also those in tables, come this way."""
        return super().render_str(visible(text), **options)


console = PlainConsole()


def results_table(
    lesson: "Lesson", results: "list[SubmissionResult]", manual_grades: "Mapping[str, ManualGrades] | None" = None
) -> Table:
    """Make the table of a graded class: student, score that counts, status, and what cost points.

    Args:
        lesson: the lesson.
        results: the `SubmissionResult`s.
        manual_grades: student id -> what the gradebook holds beside the automatic scores.
    """
    table = Table(title=f"{lesson.name}", title_justify="left", expand=False)
    for name in ("student", "score", "status", "what cost points"):
        table.add_column(name, overflow="fold", justify="right" if name == "score" else "left")
    for result in results:
        untouched = all(exercise.status == "not_attempted" for exercise in result.exercises)
        status = "not_attempted" if result.status == "graded" and untouched else result.status
        why = _whole_names(result.mistakes) or (result.reason or "; ".join(result.notes))[:200]
        why = why or ("" if untouched else _lost(result.exercises))
        score, changes = _final_score(result, (manual_grades or {}).get(result.student))
        why = "; ".join(part for part in (changes, why) if part)
        table.add_row(result.student, f"{score:g} of {result.max_score:g}", status, why)
    return table


def _final_score(result: "SubmissionResult", grades: "ManualGrades | None") -> tuple[float, str]:
    """The score that counts, and what made it another one than the checks gave."""
    if grades is None:
        return result.score, ""
    changes = []
    by_person = sum(grades.score(exercise) for exercise in result.exercises)
    if grades.manual or grades.extra:
        changes.append(f"a person made it {by_person:g} (the checks gave {result.score:g})")
    if grades.penalty:
        changes.append(f"{grades.penalty:g} off for late hand-in")
    return grades.total(result.exercises), ", ".join(changes)


def _lost(exercises: "Sequence[ExerciseResult]") -> str:
    """Say how many exercises lost points when no mistake was named; empty when none did."""
    missing = sum(exercise.status == "not_attempted" for exercise in exercises)
    lost = [exercise for exercise in exercises if exercise.score < exercise.max_score]
    carried = sum(bool(exercise.right_but_for) for exercise in lost)
    wrong = len(lost) - missing - carried
    parts = [f"{missing} of {len(exercises)} exercises not attempted"] if missing else []
    parts += [f"{wrong} of {len(exercises)} exercises wrong, no known mistake fits"] if wrong else []
    parts += [f"{carried} of {len(exercises)} exercises right but for another"] if carried else []
    return "; ".join(parts)


def _whole_names(mistakes: list[str]) -> str:
    """List the first mistakes by name, and count the rest."""
    named = ", ".join(mistakes[:MOST_NAMED])
    return named + (f", and {len(mistakes) - MOST_NAMED} more" if len(mistakes) > MOST_NAMED else "")


def changes_table(lesson: "Lesson", changes: "list[Change]") -> Table:
    """Make the table of what grading again changes: student, exercise, score, status, why."""
    table = Table(title=f"{lesson.name}", title_justify="left", expand=False)
    for name in ("student", "exercise", "score", "status", "why"):
        table.add_column(name, overflow="fold", justify="right" if name == "score" else "left")
    for change in changes:
        scores = ["none" if score is None else f"{score:g}" for score in (change.before, change.after)]
        score = " -> ".join(scores) if change.moves_score else scores[0]
        table.add_row(change.student, change.exercise, score, change.status, "; ".join(change.why))
    return table


def say_where(what: str, path: object) -> None:
    """Print where something lies, on one line that can be copied."""
    console.print(f"{what}: {one_line(str(path))}", soft_wrap=True)


class Steps:
    """Counts verdicts and moves the bar; called with each result."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self.kept = 0
        self._verdicts: collections.Counter[str] = collections.Counter()

    def __call__(self, result: "SubmissionResult", graded_now: bool) -> None:
        """Count one result."""
        self.kept += not graded_now
        self._verdicts[result.status] += 1
        counts = ", ".join(f"{count} {status}" for status, count in self._verdicts.most_common())
        self._progress.update(self._task, advance=1, verdicts=counts)


@contextlib.contextmanager
def progress_bar(arguments: Namespace, title: str, total: int) -> Iterator[Steps]:
    """Show a bar with an ETA and a running count of verdicts; yields the function to call with each result."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = arguments.quiet or not console.is_terminal
    verdicts = TextColumn("{task.fields[verdicts]}", markup=False)
    with Progress(*columns, verdicts, console=console, disable=hidden, transient=True) as progress:
        yield Steps(progress, progress.add_task(title, total=total, verdicts=""))


def spinner(arguments: Namespace, title: str) -> contextlib.AbstractContextManager[object]:
    """Show that work goes on."""
    return contextlib.nullcontext() if arguments.quiet or not console.is_terminal else console.status(Text(title))
