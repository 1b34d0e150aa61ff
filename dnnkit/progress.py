"""The table of lessons: how many exercises of each pass their own checks on this machine."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from dnnkit.checking import exercises
from dnnkit.checking.progress_file import read_results
from dnnkit.environment.ipython import current_shell


@dataclass(frozen=True)
class LessonProgress:
    """How far the student is in a lesson.

    Attributes:
        lesson: such as "01_neuron".
        title: the lesson's title.
        path: of its notebook, below lessons/.
        exercises: names of all its exercises, in order.
        passed: names of those that pass their checks.
    """

    lesson: str
    title: str
    path: str
    exercises: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def number(self) -> str:
        """The lesson's number, such as "01"."""
        return self.lesson.partition("_")[0]

    @property
    def count(self) -> str:
        """How many exercises pass, in words."""
        return f"{len(self.passed)} of {len(self.exercises)} pass their checks"

    @property
    def next(self) -> str:
        """The first exercise that does not pass yet."""
        return next((name for name in self.exercises if name not in self.passed), "all done")


def show_progress() -> None:
    """Show the lessons with links and how many of their exercises pass their checks."""
    lessons = list_lessons()
    if current_shell() is None:
        print(to_text(lessons))
        return
    from IPython.display import display

    display({"text/html": to_html(lessons), "text/plain": to_text(lessons)}, raw=True)


def list_lessons(examples: Path | None = None) -> list[LessonProgress]:
    """List the lessons, in order, with how far the student is.

    Args:
        examples: folder of the example files; the course's own by default.
    """
    results = read_results()
    records = [json.loads(path.read_text("utf-8")) for path in (examples or exercises.EXAMPLES).glob("*.json")]
    return [_lesson_progress(record, results) for record in sorted(records, key=lambda record: record["lesson"])]


def _lesson_progress(record: dict, results: dict[str, bool]) -> LessonProgress:
    topic, names = record["topic"], tuple(record["exercises"])
    passed = tuple(name for name in names if results.get(f"{topic}.{name}"))
    path = f"{record['lesson']}/{topic}.ipynb"
    return LessonProgress(record["lesson"], record.get("title", topic), path, names, passed)


def to_text(lessons: Sequence[LessonProgress]) -> str:
    """Write the list as plain text, a line for each lesson."""
    return "\n".join(f"{lesson.number}  {lesson.title}: {lesson.count}" for lesson in lessons)


def to_html(lessons: Sequence[LessonProgress]) -> str:
    """Write the list as an accessible table."""
    rows = "".join(map(_row, lessons))
    heads = ("", "lesson", "progress", "exercises", "next")
    head = "".join(f'<th scope="col" style="text-align:left">{text}</th>' if text else "<td></td>" for text in heads)
    return f'<table aria-label="Lessons"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(lesson: LessonProgress) -> str:
    title = escape(lesson.title)
    return (
        f'<tr><td style="text-align:left">{lesson.number}</td>'
        f'<th scope="row" style="text-align:left"><a href="{escape(lesson.path)}">{title}</a></th>'
        f'<td><progress max="{len(lesson.exercises)}" value="{len(lesson.passed)}" aria-label="{title}">'
        f'</progress></td><td style="text-align:left">{lesson.count}</td>'
        f'<td style="text-align:left;white-space:normal">{escape(lesson.next)}</td></tr>'
    )
