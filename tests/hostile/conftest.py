"""The banks of this folder, importable by name, and the lessons they are submissions to."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from grading.authoring.build import build
from grading.authoring.release import load_release
from grading.course import open_course
from grading.lessons.lesson import find_lesson

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
sys.path.insert(0, str(HERE))  # tests are no package


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
