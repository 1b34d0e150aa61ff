"""The real lessons, loaded once."""

from pathlib import Path

import pytest

from grading.lessons.lesson import all_lessons

PROJECT = Path(__file__).resolve().parent.parent.parent
LESSONS = all_lessons(PROJECT / "solutions")


def pytest_generate_tests(metafunc):
    if "lesson" in metafunc.fixturenames:
        metafunc.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])


@pytest.fixture
def project():
    return PROJECT
