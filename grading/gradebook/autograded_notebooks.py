"""The autograded folder: rebuilt notebooks, each with its record inside, where nbgrader and formgrader look."""

import contextlib
import json
import logging
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from dnnkit.environment.atomic_write import write_atomically
from grading.course import Course
from grading.gradebook.exchange_files import ExchangeFiles, read_exchange_files, write_exchange_files
from grading.judging.records import CheckResult, ExerciseResult, SubmissionResult
from grading.lessons.lesson import Lesson
from grading.plain_output import visible

LOG = logging.getLogger(__name__)
Notebook = dict[str, Any]  # as nbformat has it
RECORD = "dnn_record"  # metadata key of the rebuilt notebook; nbgrader leaves it alone


def write_autograded(
    course: Course, lesson: Lesson, result: SubmissionResult, notebook: Notebook, files: ExchangeFiles | None = None
) -> None:
    """Write the rebuilt notebook, its record in the metadata, where nbgrader and formgrader look for it.

    Args:
        course: the `Course`.
        lesson: the lesson.
        result: the `SubmissionResult`.
        notebook: the rebuilt notebook as a dict.
        files: the submission's `ExchangeFiles`, by which its feedback finds the student; None if it has none.
    """
    path = autograded_path(course, lesson, result.student)
    write_atomically(path, nbformat.writes(nbformat.from_dict(with_results(notebook, result))))
    write_exchange_files(path.parent, files or ExchangeFiles())


def keep_exchange_files(course: Course, lesson: Lesson, student: str, files: ExchangeFiles) -> bool:
    """Take over the `ExchangeFiles` of the same work handed in again, whose feedback goes to the last submission.

    Returns:
        Whether they differ from those on record.
    """
    folder = autograded_path(course, lesson, student).parent
    if read_exchange_files(folder) == files:
        return False
    write_exchange_files(folder, files)
    return True


def autograded_path(course: Course, lesson: Lesson, student: str) -> Path:
    """Path of a student's rebuilt notebook."""
    return course.autograded / student / lesson.name / f"{lesson.topic}.ipynb"


def with_results(notebook: Notebook, result: SubmissionResult) -> Notebook:
    """Put the record into the notebook's metadata, and each exercise's findings below its check cell, as plain text."""
    notebook["metadata"][RECORD] = result.to_json()
    by_check = {f"check_{exercise.name}": exercise for exercise in result.exercises}
    about_all = [text for text in (result.reason, *result.notes) if text]  # shown once, at the first check
    for cell in notebook["cells"]:
        exercise = by_check.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
        if exercise:
            text = "\n".join(_wrapped(visible(line)) for line in [*about_all, *_lines(exercise)])
            about_all = []
            cell["outputs"] = [{"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}]
    whole = json.dumps(notebook, ensure_ascii=False).encode("utf-8", "replace")  # half a character breaks any writer
    return json.loads(whole)


def _wrapped(line: str) -> str:
    """Break a long line: formgrader's boxes are 110 characters wide and cut off what is longer."""
    indent = "    " if line.startswith("  ") else "  "
    return line if len(line) <= 100 else textwrap.fill(line, 100, subsequent_indent=indent, break_on_hyphens=False)


def _lines(exercise: ExerciseResult) -> Iterator[str]:
    yield f"{exercise.name}: {exercise.score:g} of {exercise.max_score:g} points, {_state(exercise)}"
    for check in exercise.checks:
        yield f"  {_state(check)}: {check.title}" + (f": {check.message}" if check.message else "")
    if exercise.hint:
        yield f"  Hint: {exercise.hint}"


def _state(result: ExerciseResult | CheckResult) -> str:
    if result.right_but_for:
        return f"right but for {' and '.join(result.right_but_for)}"
    return result.status.replace("_", " ")


def read_records(course: Course, lesson: Lesson) -> list[SubmissionResult]:
    """Read the records of all graded submissions back; a damaged notebook is set aside and said.

    Returns:
        List of `SubmissionResult`, in order of student ids.
    """
    paths = sorted(course.autograded.glob(f"*/{lesson.name}/{lesson.topic}.ipynb"))
    return [record for record in map(_read_record, paths) if record is not None]


def _read_record(path: Path) -> SubmissionResult | None:
    """Read one record back; None where there is none, or where the file is damaged and has been set aside."""
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        record = SubmissionResult.from_json(metadata[RECORD]) if RECORD in metadata else None
        if record is not None and record.student != path.parts[-3]:
            raise ValueError(f"it is the record of {record.student!r}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        aside = path.with_name(path.name + ".damaged")
        with contextlib.suppress(OSError):
            path.rename(aside)
        LOG.warning(
            "The graded notebook of %a cannot be read (%s: %.200a). It was set aside as %s; the submission is graded "
            "again by the next `grading autograde`.",
            path.parts[-3],
            type(error).__name__,
            str(error),
            aside.name,
        )
        return None
    return record
