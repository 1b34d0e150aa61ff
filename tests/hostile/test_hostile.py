"""A class of hostile submissions: none earns a point it did not work for, and nobody else notices them."""

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from outside import HONEST, grader_traces, hand_in, hand_in_honest, lingering, snapshot, surroundings
from submissions import BANK, CANARY, FULL

from grading.autograde import How, autograde, left_out
from grading.autograded import read_records
from grading.course import open_course
from grading.errors import SandboxUnavailable
from grading.export import write_csv
from grading.feedback import write_feedback
from grading.gradebook import open_gradebook
from grading.sandbox import CURE, sandbox_problem
from grading.settings import MB, Limits

LIMITS = Limits(
    cell_seconds=3.0,
    submission_seconds=20.0,
    interrupt_seconds=1.0,
    memory_bytes=700 * MB,
    processes=100,
    scratch_bytes=64 * MB,
    written_file_bytes=32 * MB,
    answers_bytes=64 * MB,
)
CLASSES_OF_ATTACK = 50  # GRADING's list has about this many; the bank must not shrink below it
LARGEST_PAGE = 500_000


@pytest.fixture(scope="module")
def attacked(small, tmp_path_factory):
    """The whole bank and two honest students, graded in one run."""
    if sandbox_problem():
        pytest.skip(f"{sandbox_problem()} {CURE}")
    root = tmp_path_factory.mktemp("attacked")
    course = open_course(small.root, root=root / "class")
    hand_in_honest(small.lesson, small.release, course.submitted)
    with surroundings(root) as world:
        for hostile in BANK.values():
            hand_in(world, hostile, small.lesson, small.release, course.submitted, course.root / "gradebook.db")
        home = Path.home()
        watched = (
            home / ".ipython",
            home / ".jupyter",
            home / ".local" / "share" / "jupyter",
            small.root,
            course.submitted,
        )
        before, left = snapshot(*watched), grader_traces()
        started, memory = time.monotonic(), most_memory()
        seconds = {}
        results = autograde(
            course, small.lesson, How(limits=LIMITS), on_result=lambda r, now: seconds.update({r.student: r.seconds})
        )
        yield SimpleNamespace(
            course=course,
            world=world,
            results={result.student: result for result in results},
            pages={path.parent.parent.name: path for path in write_feedback(course, small.lesson)},
            seconds=time.monotonic() - started,
            memory=most_memory() - memory,
            changed={path for path, was in snapshot(*watched).items() if before.get(path) != was},
            before=left,
            after=grader_traces(),
        )


def most_memory():
    """The most memory that this process has had, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def by_name(name):
    """Parametrise a test over the bank."""
    return pytest.mark.parametrize(name, BANK.values(), ids=BANK)


pytestmark = pytest.mark.sandbox


def test_the_bank_is_as_large_as_the_list_of_attacks():
    assert len(BANK) >= CLASSES_OF_ATTACK
    assert len({hostile.student for hostile in BANK.values()}) == len(BANK)


@by_name("hostile")
def test_a_hostile_submission_gets_its_verdict(attacked, hostile):
    if hostile.student not in attacked.results:
        pytest.fail("no record", pytrace=False)
    result = attacked.results[hostile.student]
    found = f"{result.reason} {result.notes} {[(e.name, e.status, e.hint) for e in result.exercises]}"
    assert result.status == hostile.status, found
    assert hostile.least <= result.score <= hostile.points, found
    assert {exercise.status for exercise in result.exercises} <= set(hostile.states), found
    record = json.dumps(result.to_json())
    assert hostile.note in record, found
    assert len(record) < 60_000


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_get_what_they_would_get_alone(attacked, student):
    result = attacked.results[student]
    assert (result.status, result.score, result.notes) == ("graded", FULL, ())


def test_every_student_has_a_record_and_a_row(attacked, small):
    students = {*HONEST, *(h.student for h in BANK.values() if h.name != "linked_folder")} | {"h-linked_folder"}
    assert set(attacked.results) == students
    assert left_out(attacked.course) == []
    with Gradebook(attacked.course.database) as gradebook:
        rows = {s.student.id: s.score for s in gradebook.assignment_submissions(small.lesson.name)}
    assert rows == {student: result.score for student, result in attacked.results.items()}
    assert {record.student for record in read_records(attacked.course, small.lesson)} == students


def test_nothing_outside_was_written_read_or_called(attacked):
    assert attacked.world.traces() == []
    for path in [*attacked.course.autograded.rglob("*"), *attacked.course.feedback.rglob("*")]:
        if path.is_file():
            assert path.suffix in (".ipynb", ".html")
            assert CANARY not in path.read_text(encoding="utf-8"), path


def test_no_file_of_the_host_changed(attacked):
    assert attacked.changed == set()
    beside = {path.name for path in attacked.course.root.iterdir()}
    assert beside - {"gradebook.db-wal", "gradebook.db-shm", "build"} == {
        "autograded", "feedback", "submitted", "gradebook.db", ".course-secret",
    }  # fmt: skip


def test_no_process_mount_folder_or_descriptor_is_left(attacked):
    assert lingering() == []
    files = attacked.after.pop("open files") - attacked.before.pop("open files")
    assert attacked.after == attacked.before
    assert files <= 8  # the gradebook's pool of connections


def test_the_graders_own_memory_stays_small(attacked):
    assert attacked.memory < 900


def test_pages_stay_readable(attacked):
    sizes = {student: path.stat().st_size for student, path in attacked.pages.items()}
    assert set(sizes) == set(attacked.results)
    assert {student: size for student, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_a_spreadsheet_runs_no_formula(attacked, tmp_path):
    with open_gradebook(attacked.course.database) as gradebook:
        write_csv(gradebook, tmp_path / "grades.csv")
    text = (tmp_path / "grades.csv").read_text()
    assert "'=1+1" in text
    assert ",=1+1" not in text


@pytest.mark.browser
def test_no_script_of_a_page_runs(attacked, browser):
    problems, requests, page = [], [], browser.new_page()
    page.on("dialog", lambda dialog: (problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    for student, path in attacked.pages.items():
        requests.clear()
        page.goto(path.as_uri())
        page.eval_on_selector_all("details", "found => found.forEach(one => one.open = true)")
        if not page.title().startswith("Feedback: "):
            problems.append(f"{student}: title {page.title()!r}")
        if len(requests) != 1:
            problems.append(f"{student}: {requests}")
        if page.locator("script, img, iframe, object, embed, link, form, [onerror], [onclick]").count():
            problems.append(f"{student}: an element that is not ours")
    page.close()
    assert problems == []


@pytest.mark.parametrize(
    "name", ["esc\x1b[2J", "line\nbreak", b"\xff".decode("utf-8", "surrogateescape"), "x" * 200, "\u202egpj"]
)
def test_a_folder_that_cannot_be_a_student_is_named_and_left_out(small, tmp_path, name):
    course = open_course(small.root, root=tmp_path / "class")
    hand_in_honest(small.lesson, small.release, course.submitted)
    (course.submitted / name / small.lesson.name).mkdir(parents=True)
    (course.submitted / ".ipynb_checkpoints").mkdir()
    results = autograde(course, small.lesson, How(limits=LIMITS))
    assert {result.student: result.score for result in results} == dict.fromkeys(HONEST, FULL)
    assert left_out(course) == [ascii(name)]


def without_bubblewrap(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    return "bubblewrap (bwrap) is not installed."


def without_namespaces(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return "bwrap: No permissions to create new namespace"


@pytest.mark.parametrize("missing", [without_bubblewrap, without_namespaces])
def test_without_a_wall_nothing_is_graded(small, tmp_path, monkeypatch, missing):
    course = open_course(small.root, root=tmp_path / "class")
    hand_in_honest(small.lesson, small.release, course.submitted)
    (tmp_path / "bin").mkdir()
    said = missing(monkeypatch, tmp_path / "bin")
    sandbox_problem.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable) as caught:
            autograde(course, small.lesson, How(limits=LIMITS))
    finally:
        sandbox_problem.cache_clear()
    assert said in str(caught.value)
    assert "apt-get install bubblewrap" in str(caught.value)
    assert not course.autograded.exists()
