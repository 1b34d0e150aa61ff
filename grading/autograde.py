"""Grade a class: find the submissions, grade each, write the notebook, the gradebook and the JSON record."""

import json
import os
from pathlib import Path

from grading.autograded import write_autograded
from grading.build import load_release
from grading.grade import Grader
from grading.gradebook import ensure_assignment, read_timestamp, record
from grading.records import results_to_json
from grading.sandbox import require_sandbox
from grading.submission import read_submission


def make_grader(course, lesson, limits=None):
    """Make the `Grader` of a lesson, reading its release.

    Raises:
        SandboxUnavailable: before anything is graded, rather than once for every student.
    """
    require_sandbox()
    return Grader(lesson, load_release(course.project, lesson), course.seed, limits)


def find_students(course, lesson):
    """List the students who have a folder in the class, in order; links are not followed.

    Returns:
        Student ids; those without a folder for this lesson are among them and will be "missing".
    """
    if not course.submitted.is_dir():
        return []
    return sorted(path.name for path in course.submitted.iterdir() if path.is_dir() and not path.is_symlink())


def autograde(course, lesson, *, limits=None, on_result=None):
    """Grade all submissions of a lesson.

    Args:
        course: the `Course`.
        lesson: the lesson.
        limits: what a submission may use.
        on_result: function called with each `SubmissionResult`, for progress.

    Returns:
        List of `SubmissionResult`, in order of student ids.
    """
    ensure_assignment(course, lesson)
    grader = make_grader(course, lesson, limits)
    results = []
    for student in find_students(course, lesson):
        result = grade_student(course, lesson, grader, student)
        results.append(result)
        if on_result:
            on_result(result)
    return results


def grade_student(course, lesson, grader, student):
    """Grade one student's submission and write the result: notebook first, then gradebook.

    Returns:
        `SubmissionResult`.
    """
    folder = course.submitted / student / lesson.name
    result, notebook = grader.grade(read_submission(student, folder, lesson.topic, grader.limits))
    write_autograded(course, lesson, result, notebook)
    record(course, lesson, result, read_timestamp(folder))
    return result


def write_json(path, lesson, results):
    """Write the records as JSON, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".tmp")
    scratch.write_text(json.dumps(results_to_json(lesson.name, results), indent=1) + "\n", encoding="utf-8")
    os.replace(scratch, path)
