"""Plain nbgrader with our plug-ins: odd submissions keep every point, and no submission's file disturbs another.

What is odd or hostile about a file is tried here, for code is judged by the same `Grader` on both routes. Before a
hostile file is handed in, an honest class has shown that nbgrader takes our route: stock nbgrader has no sandbox.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import crafted_files  # noqa: F401 - fills the bank
import pytest
from nbgrader.api import Gradebook
from odd import MAKERS, OF_THE_FILE, Kit
from outside import HONEST, each_once, hand_in, hand_in_honest, own_place, surroundings
from submissions import BANK, CANARY, FULL

from grading.authoring.release import load_release
from grading.course import open_course
from grading.gradebook.autograded_notebooks import read_records
from grading.gradebook.gradebook import ensure_assignment
from grading.lessons.lesson import find_lesson
from grading.sandbox.bubblewrap import CURE, sandbox_problem

pytestmark = pytest.mark.sandbox
PROJECT = Path(__file__).parents[2]
SECONDS = 900
# Of the crafted files those whose folders nbgrader copies; what is in a file and in a name is read by `Grader` alone.
COPIED = ("odd_company", "exchange_pipes", "exchange_links")
FILES = {
    h.name: h
    for h in BANK.values()
    if (h.section in ("The file itself", "What others read") and h.make.__module__ != "crafted_files")
    or h.name in COPIED
}


def nbgrader(root, *arguments):
    """Run nbgrader as an instructor would; what it said."""
    environment = {**os.environ, "DNN_PROJECT": str(root), "JUPYTER_CONFIG_DIR": str(root / "jupyter")}
    command = [Path(sys.executable).parent / "nbgrader", *arguments]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    return done.stdout + done.stderr


def project_with(root, lesson_folder, release_folder):
    """Make a project of one lesson in which nbgrader can be started."""
    shutil.copytree(lesson_folder, root / "solutions" / lesson_folder.name)
    shutil.copytree(release_folder, root / "lessons" / release_folder.name)
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    course = open_course(root)
    ensure_assignment(course, find_lesson(course.solutions, lesson_folder.name))
    return course


def results(course, lesson):
    """The records by student, and the gradebook's scores."""
    records = {record.student: record for record in read_records(course, lesson)}
    with Gradebook(course.database) as gradebook:
        return records, {s.student.id: s.score for s in gradebook.assignment_submissions(lesson.name)}


@pytest.fixture(scope="module")
def graded(small, tmp_path_factory, drawn):
    """Both classes, graded by plain nbgrader; two processes of a test session share the work."""
    if sandbox_problem():
        pytest.skip(f"{sandbox_problem()} {CURE}")

    def work(part):
        return part(small, tmp_path_factory.mktemp("route"), drawn)

    parts = {"route-odd": odd_class, "route-hostile": hostile_class}
    return dict(zip(parts, each_once(tmp_path_factory.getbasetemp(), parts, work), strict=True))


@pytest.fixture(scope="module")
def odd(graded):
    """The odd submissions."""
    return graded["route-odd"]


@pytest.fixture(scope="module")
def attacked(graded):
    """The hostile bank's files and two honest students."""
    return graded["route-hostile"]


def odd_class(small, folder, drawn):
    """Grade what is odd about files."""
    first = find_lesson(PROJECT / "solutions", "01")
    course = project_with(folder / "course", first.folder, PROJECT / "lessons" / first.name)
    lesson = find_lesson(course.solutions, first.name)
    kit = Kit(load_release(course.project, lesson), {name: cell.source for name, cell in lesson.solution_cells.items()})
    for name in drawn("route-odd", OF_THE_FILE):
        path = course.submitted / name / lesson.name / f"{lesson.topic}.ipynb"
        path.parent.mkdir(parents=True)
        made = MAKERS[name](kit)
        path.write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
    heard = nbgrader(course.root, "autograde", lesson.name)
    records, scores = results(course, lesson)
    return SimpleNamespace(records=records, scores=scores, heard=heard)


def hostile_class(small, folder, drawn):
    """Grade the hostile bank's files and two honest students."""
    course = project_with(folder / "course", small.lesson.folder, small.root / "lessons" / small.lesson.name)
    hand_in_honest(small.lesson, small.release, course.submitted)
    with surroundings(folder) as world, own_place():
        heard = nbgrader(course.root, "autograde", small.lesson.name)
        assert set(results(course, small.lesson)[0]) == set(HONEST), f"not our route: {heard}"
        for hostile in (FILES[name] for name in drawn("route-hostile", FILES)):
            hand_in(world, hostile, small.lesson, small.release, course.submitted, course.root / "gradebook.db")
        heard = nbgrader(course.root, "autograde", small.lesson.name)
        heard += nbgrader(course.root, "generate_feedback", small.lesson.name)
        traces = world.traces()
    records, scores = results(course, small.lesson)
    return SimpleNamespace(course=course, records=records, scores=scores, heard=heard, traces=traces)


@pytest.mark.share("route-odd", OF_THE_FILE)
@pytest.mark.parametrize("name", OF_THE_FILE)
def test_an_odd_submission_gets_full_marks(odd, name):
    if name not in odd.records:
        pytest.fail(odd.heard[-2000:], pytrace=False)
    record = odd.records[name]
    lost = [(e.name, c.name, c.status, c.message) for e in record.exercises for c in e.checks if c.status != "passed"]
    assert (record.status, lost) == ("graded", []), record.notes
    assert odd.scores[name] == record.score == record.max_score


@pytest.mark.share("route-hostile", FILES)
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_gets_its_verdict(attacked, name):
    hostile = FILES[name]
    if hostile.student not in attacked.records:
        pytest.fail(attacked.heard[-2000:], pytrace=False)
    record = attacked.records[hostile.student]
    assert record.status == hostile.status, record.reason
    assert hostile.least <= record.score <= hostile.points
    assert attacked.scores[hostile.student] == record.score


def test_nobody_else_is_disturbed_and_nothing_outside_is_touched(attacked):
    assert {student: attacked.scores.get(student) for student in HONEST} == dict.fromkeys(HONEST, FULL)
    assert attacked.traces == []
    for folder in (attacked.course.autograded, attacked.course.feedback):
        for path in folder.rglob("*"):
            assert not path.is_symlink()
            assert not path.is_file() or CANARY not in path.read_text(errors="replace"), path


def test_no_page_carries_a_script(attacked):
    pages = {path.parent.parent.name: path.read_text() for path in attacked.course.feedback.rglob("*.html")}
    assert set(pages) == set(attacked.records)
    assert not any("<script" in page or "<img src=x" in page for page in pages.values())
