"""Our stages at nbgrader's own extension points, so that plain nbgrader and formgrader give the same scores.

`nbgrader autograde` rebuilds through `RebuildExporter`, then grades through `GradeInSandbox`;
`nbgrader generate_feedback` writes our escaping pages through `FeedbackExporter`. The wiring is in
`grading.authoring.nbgrader_course.nbgrader_config`.
"""

import functools
import json
import os
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.log import get_logger

from grading.classes.autograde import make_grader
from grading.course import Course, find_project, open_course
from grading.gradebook.autograded_notebooks import RECORD, with_results
from grading.gradebook.exchange_files import (
    TIMESTAMP,
    read_exchange_files,
    read_timestamp,
    unread_timestamp,
    write_exchange_files,
)
from grading.gradebook.gradebook import ensure_assignment, record
from grading.gradebook.manual_grades import ManualGrades, read_manual_grades
from grading.judging.grade import Grader
from grading.judging.records import SubmissionResult
from grading.lessons.lesson import Lesson, find_lesson
from grading.reports.feedback import render_page, write_return_address
from grading.submissions.submission import read_file

Resources = dict[str, Any]  # what nbconvert passes on beside a notebook


@functools.cache
def _project() -> Path:
    return find_project(os.environ.get("DNN_PROJECT"))


@functools.cache
def _lesson(name: str) -> Lesson:
    return find_lesson(_project() / "solutions", name)


def _course(coursedir: CourseDirectory) -> Course:
    root = Path(coursedir.root)
    return Course(_project(), root, coursedir.db_url, root / coursedir.submitted_directory)


@functools.cache
def _grader(course: Course, name: str) -> Grader:
    lesson = _lesson(name)
    ensure_assignment(course, lesson)
    return make_grader(course, lesson)


class RebuildExporter(NotebookExporter):
    """Reads a submission, whatever it is, and hands nbgrader a safe rebuilt notebook."""

    def from_filename(self, filename: str, resources: Resources, **kwargs: Any) -> tuple[str, Resources]:
        """Rebuild a submitted file; read an already rebuilt one as it is."""
        converter = self.parent
        if not converter._sanitizing:
            return super().from_filename(filename, resources, **kwargs)
        ids = resources["nbgrader"]
        lesson = _lesson(ids["assignment"])
        grader = _grader(_course(converter.coursedir), lesson.name)
        notebook = grader.rebuild(read_file(ids["student"], Path(filename).parent, lesson.topic))
        return self.from_notebook_node(nbformat.from_dict(notebook), resources, **kwargs)


class GradeInSandbox(NbGraderPreprocessor):
    """Grades the submission and writes its record into the gradebook."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Grade one submission; the notebook returned shows the findings as plain text."""
        ids = resources["nbgrader"]
        course, lesson = _course(self.parent.parent.coursedir), _lesson(ids["assignment"])
        grader = _grader(course, lesson.name)
        folder = course.submitted / ids["student"] / lesson.name
        result, notebook = grader.grade(read_file(ids["student"], folder, lesson.topic))
        record(course, lesson, result, read_timestamp(folder))
        return nbformat.from_dict(with_results(notebook, result)), resources


class FeedbackExporter(HTMLExporter):
    """Writes our feedback page in the place of nbgrader's."""

    def from_filename(self, filename: str, resources: Resources, **kwargs: Any) -> tuple[str, Resources]:
        """Render the page of one rebuilt notebook."""
        ids = resources["nbgrader"]
        lesson = _lesson(ids["assignment"])
        grades = read_manual_grades(_course(self.parent.coursedir), lesson, ids["student"])
        notebook = json.loads(Path(filename).read_text(encoding="utf-8"))
        result = SubmissionResult.from_json(notebook["metadata"][RECORD])
        resources["output_extension"] = ".html"
        return render_page(lesson, result, notebook, grades.get(ids["student"], ManualGrades())), resources


def vet_submission(assignment: str, student: str, notebooks: list[str]) -> None:
    """Move what nbgrader would stumble over out of its way: links and special files, and a timestamp that is no date.

    nbgrader calls this before each submission, in the course's root folder. It skips notebooks under other names, so it
    is told of the expected one alone: what lies there is found by `read_file`.
    """
    folders = {Path(notebook).parent for notebook in notebooks}
    notebooks[:] = [str(folder / f"{_lesson(folder.name).topic}.ipynb") for folder in sorted(folders)]
    for folder in {Path(notebook).parent for notebook in notebooks}:
        odd = [p for p in folder.rglob("*") if p.is_symlink() or not (p.is_file() or p.is_dir())]
        stamp = folder / TIMESTAMP
        if stamp not in odd and unread_timestamp(folder):
            get_logger().warning("Not known when %r handed in: %s", folder.parent.name, unread_timestamp(folder))
            odd.append(stamp)
        for path in odd:
            if path.suffix != ".ipynb":
                kept = folder.parent / ".quarantine" / path.relative_to(folder.parent)
                kept.parent.mkdir(parents=True, exist_ok=True)
                path.rename(kept)


def keep_only_notebooks(assignment: str, student: str, notebooks: list[str]) -> None:
    """Remove what nbgrader copied besides the rebuilt notebook, so that feedback never carries a student's files.

    The two files of the exchange are written anew. The student is read off the notebooks' paths,
    root/submitted/student/assignment: in a batch nbgrader says "*".
    """
    for folder in {Path(notebook).absolute().parent for notebook in notebooks}:
        copied = folder.parents[2] / "autograded" / folder.parent.name / folder.name
        names = {Path(notebook).name for notebook in notebooks}
        for path in copied.rglob("*"):
            if path.is_file() and path.name not in names:
                path.unlink()
        write_exchange_files(copied, read_exchange_files(folder))


def prepare_release(assignment: str, student: str, notebooks: list[str]) -> None:
    """Write beside each feedback page what nbgrader's release_feedback needs; say whose submission has no secret.

    nbgrader calls this after each student's feedback, with paths root/autograded/student/assignment.
    """
    for folder in {Path(notebook).absolute().parent for notebook in notebooks}:
        course = open_course(_project(), root=folder.parents[2])
        if not write_return_address(course, folder.name, folder.parent.name):
            get_logger().warning(
                "The submission of %r did not come through the exchange: fetch_feedback will not find this page. "
                "Give it back in another way.", folder.parent.name,
            )  # fmt: skip
