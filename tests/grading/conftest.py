"""A small lesson, built once, and the ways to hand answers in."""

import copy
import hashlib
import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from grading.authoring.build import build
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.course import open_course
from grading.judging.grade import Grader
from grading.lessons.lesson import find_lesson, load_lesson
from grading.sandbox.limits import Limits
from grading.submissions.submission import Submission, parse_cells

collect_ignore_glob = ["*solutions/*"]  # the small lesson's own checks run through the grader's plugin only

HERE = Path(__file__).parent
RIGHT = {
    "double": "def double(x):\n    return 2 * np.asarray(x)",
    "mean_square": "def mean_square(x):\n    return np.mean(np.asarray(x) ** 2)",
}


@pytest.fixture(autouse=True)
def no_outer_settings(monkeypatch):
    """Keep the caller's course out of the tests."""
    for name in ("DNN_COURSE_SECRET", "DNN_PROJECT", "NBGRADER_VALIDATING", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A project with the small lesson, built: root, course, lesson, release."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(HERE / "solutions", root / "solutions")
    for folder in ("lessons", "dnnkit"):
        (root / folder).mkdir()
    course = open_course(root)
    lesson = find_lesson(course.solutions, "mini")
    build(lesson, root, course)
    return SimpleNamespace(root=root, course=course, lesson=lesson, release=load_release(root, lesson))


@pytest.fixture(scope="session")
def lesson(project):
    """The small lesson."""
    return project.lesson


@pytest.fixture(scope="session")
def release(project):
    """The small lesson as students get it."""
    return project.release


@pytest.fixture
def course(project, tmp_path):
    """An empty class of the small project, with a gradebook that knows the lesson."""
    root = tmp_path / "class"
    root.mkdir()
    shutil.copy(project.root / "gradebook.db", root / "gradebook.db")
    return open_course(project.root, root=root)


@pytest.fixture
def quick():
    """Limits small enough to be hit in a test."""
    return Limits(cell_seconds=2.0, submission_seconds=30.0, interrupt_seconds=1.0)


@pytest.fixture
def right():
    """Right answers to the small lesson."""
    return dict(RIGHT)


@pytest.fixture(scope="session")
def notebook_with(release):
    """Make a notebook from answers and further cells: [(position, source)]."""

    def make(answers=(), extra=()):
        notebook = with_answers(release, dict(answers))
        for position, source in extra:
            notebook.cells.insert(position, nbformat.v4.new_code_cell(source, id=f"mine-{position}"))
        return notebook

    return make


@pytest.fixture(scope="session")
def submission_of():
    """Turn a notebook into a readable `Submission`."""

    def make(notebook, student="ann"):
        data = json.dumps(notebook).encode()
        return Submission(student, "ok", "", "sha256:" + hashlib.sha256(data).hexdigest(), parse_cells(data))

    return make


@pytest.fixture
def hand_in(course, lesson, notebook_with):
    """Write a submission into the class: answers, or the bytes of a file."""

    def write(student, answers=(), *, extra=(), data=None):
        path = course.submitted / student / lesson.name / f"{lesson.topic}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(nbformat.writes(notebook_with(answers, extra)).encode() if data is None else data)
        return path

    return write


@pytest.fixture
def changed_lesson(tmp_path):
    """Copy the small lesson with changes: file name -> (old text, new text) or a list of such pairs."""

    def change(changes=()):
        sys.modules.pop("test_mini", None)  # pytest would run the checks of the lesson that it met first
        folder = tmp_path / "changed" / "solutions" / "90_mini"
        shutil.copytree(HERE / "solutions" / "90_mini", folder)
        for filename, pairs in dict(changes).items():
            path = folder / filename
            for old, new in [pairs] if isinstance(pairs, tuple) else pairs:
                text = path.read_text(encoding="utf-8")
                assert old in text, f"{filename} holds no {old!r}"
                path.write_text(text.replace(old, new), encoding="utf-8")
        return load_lesson(folder)

    yield change
    sys.modules.pop("test_mini", None)


@pytest.fixture
def mutable(release):
    """A copy of the release that a test may change."""
    return copy.deepcopy(release)


@pytest.fixture(scope="session")
def blank_record(lesson, release):
    """The record of a student who handed nothing in."""
    with Grader(lesson, release) as grader:
        return grader.grade(Submission("ann", "missing", "Nothing came."))[0]


@pytest.fixture(scope="session")
def record_of(blank_record):
    """Make a record: exercise -> what differs from a full score, as `ExerciseResult` attributes."""

    def make(student="ann", *, exercises=(), **changes):
        found = []
        for exercise in blank_record.exercises:
            checks = tuple(replace(c, status="passed", score=c.max_score, message="") for c in exercise.checks)
            full = replace(exercise, status="passed", score=exercise.max_score, checks=checks)
            found.append(replace(full, **dict(exercises).get(exercise.name, {})))
        score = sum(exercise.score for exercise in found)
        new = {"student": student, "status": "graded", "score": score, "reason": "", "exercises": tuple(found)}
        return replace(blank_record, **{**new, **changes})

    return make


@pytest.fixture
def scratch(monkeypatch):
    """The folder of temporary files, for this test alone; short, since socket paths have at most 107 characters."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)
