"""The banks of this folder, importable by name, and the lessons they are submissions to."""

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from grading.build import build, load_release
from grading.course import open_course
from grading.lesson import find_lesson
from grading.sandbox import CURE, sandbox_problem

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
sys.path.insert(0, str(HERE))  # tests are no package


def pytest_runtest_setup(item):
    """Skip what this machine cannot run, with the cure; never on CI, where nothing may be skipped."""
    problem = ""
    if item.get_closest_marker("sandbox") and sandbox_problem():
        problem = f"{sandbox_problem()} {CURE}"
    if item.get_closest_marker("browser") and shutil.which("chromium") is None:
        problem = "Chromium is not installed. Debian, Ubuntu: sudo apt-get install chromium."
    if problem and os.environ.get("CI"):
        pytest.fail(problem, pytrace=False)
    if problem:
        pytest.skip(problem)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A project with the small lesson, built."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "tests" / "grading" / "solutions", root / "solutions")
    for folder in ("lessons", "dnnkit"):
        (root / folder).mkdir()
    lesson = find_lesson(root / "solutions", "mini")
    build(lesson, root, open_course(root))
    return SimpleNamespace(root=root, lesson=lesson, release=load_release(root, lesson))
