"""Take points off for late hand-in by the plug-in that the course configures for nbgrader, as plain nbgrader does."""

import os
import sys
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path
from nbgrader.api import SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config, ConfigFileNotFound, PyFileConfigLoader

from grading.course import Course
from grading.errors import GradebookError
from grading.gradebook.gradebook import open_gradebook
from grading.lessons.lesson import Lesson

CONFIG = "nbgrader_config.py"


def apply_late_penalties(course: Course, lesson: Lesson) -> dict[str, float]:
    """Set the penalty of every submission of a lesson anew: a due date or an extension may have changed since.

    Args:
        course: the `Course`.
        lesson: the lesson.

    Returns:
        Student id -> points taken off, of those who lose some.

    Raises:
        GradebookError: when the plug-in cannot be loaded or fails; no penalty is changed then.
    """
    found: dict[str, float] = {}
    with open_gradebook(course.database) as gradebook:
        submissions = gradebook.assignment_submissions(lesson.name)
        late = {submission.student_id: seconds_late(submission) for submission in submissions}
        plugin = _load_plugin(course) if any(late.values()) else None
        for submission in submissions:
            seconds = late[submission.student_id]
            for notebook in submission.notebooks:
                penalty = _ask(plugin, submission.student_id, notebook.score, seconds) if seconds else None
                notebook.late_submission_penalty = penalty
                found[submission.student_id] = found.get(submission.student_id, 0.0) + (penalty or 0.0)
        gradebook.db.commit()
    return {student: penalty for student, penalty in found.items() if penalty}


def seconds_late(submission: SubmittedAssignment) -> float:
    """How late a submission is, extensions included; 0 without a time of handing in or a due date."""
    if submission.assignment.duedate is None:  # nbgrader adds an extension to it without asking
        return 0.0
    return float(submission.total_seconds_late)


def _ask(plugin: Any, student: str, score: float, seconds: float) -> float | None:
    """Ask the plug-in; nbgrader holds its answer between 0 and the score, and None means that nothing is taken off."""
    try:
        penalty = plugin.late_submission_penalty(student, score, seconds)
        return None if penalty is None else min(max(0.0, float(penalty)), float(score))
    except Exception as error:
        name = type(plugin).__name__
        raise GradebookError(
            f"The late-penalty plug-in {name} failed for {student} ({type(error).__name__}: {error}). "
            "All scores are kept; no penalty was changed. Fix the plug-in and run the command again."
        ) from error


def _load_plugin(course: Course) -> Any:
    """Make the plug-in as `nbgrader autograde` does when it is started in the course's folder."""
    try:
        config, folder = _read_config(course)
        sys.path.insert(0, str(folder))
        try:
            stage = AssignLatePenalties(config=config)
            stage.init_plugin()
        finally:
            sys.path.remove(str(folder))
    except Exception as error:
        raise GradebookError(
            f"The late-penalty plug-in that {CONFIG} names cannot be loaded: {error}. "
            "All scores are kept; no penalty was changed."
        ) from error
    return stage.plugin_inst


def _read_config(course: Course) -> tuple[Config, Path]:
    """Read nbgrader's configuration: Jupyter's own folders, then the class's folder, or the repository's."""
    folder = course.root if (course.root / CONFIG).is_file() else course.project
    config = Config()
    before = os.environ.get("DNN_PROJECT")
    os.environ["DNN_PROJECT"] = str(course.project)  # for our own configuration, which looks for the project
    try:
        for place in [*reversed(jupyter_config_path()), str(folder)]:
            try:
                config.merge(PyFileConfigLoader(CONFIG, path=place).load_config())
            except ConfigFileNotFound:
                continue
    finally:
        if before is None:
            del os.environ["DNN_PROJECT"]
        else:
            os.environ["DNN_PROJECT"] = before
    return config, folder
