"""A class of hostile submissions: none earns a point it did not work for, and nobody else notices them."""

import csv
import io
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import crafted_files  # noqa: F401 - these four fill the bank
import lies_inside  # noqa: F401
import probes  # noqa: F401
import probes_of_linux  # noqa: F401
import pytest
from nbgrader.api import Gradebook
from outside import (
    HONEST,
    each_once,
    grader_traces,
    hand_in,
    hand_in_honest,
    left_behind,
    own_place,
    snapshot,
    surroundings,
    witnesses,
)
from submissions import BANK, CANARY, FULL

from grading.classes.autograde import GradingOptions, autograde
from grading.classes.class_folders import left_out
from grading.cli.terminal import PlainConsole, results_table
from grading.course import open_course
from grading.errors import SandboxUnavailable
from grading.gradebook.autograded_notebooks import read_records
from grading.gradebook.exchange_files import SECRET, TIMESTAMP
from grading.gradebook.exports.canvas import CanvasExport
from grading.gradebook.exports.csv import CsvExport
from grading.gradebook.exports.moodle import MoodleExport
from grading.gradebook.gradebook import open_gradebook
from grading.plain_output import FORMULA
from grading.reports.feedback import write_feedback
from grading.reports.report import write_report
from grading.sandbox.bubblewrap import CURE, sandbox_problem
from grading.sandbox.limits import MB, Limits

SMALL = {
    "memory_bytes": 700 * MB,
    "processes": 100,
    "scratch_bytes": 64 * MB,
    "written_file_bytes": 32 * MB,
    "answers_bytes": 64 * MB,
}
# Only who is to run out of time gets little of it: a busy machine must not look like an attack.
PATIENT = Limits(cell_seconds=30.0, submission_seconds=200.0, interrupt_seconds=1.0, **SMALL)
HASTY = Limits(cell_seconds=3.0, submission_seconds=25.0, interrupt_seconds=3.0, **SMALL)
ENDLESS = ("endless_loop", "stubborn_loop", "endless_call", "control_flood", "knotty_code")
CLASSES = 5  # that the bank is dealt to, so that processes of a test session share the work
CLASSES_OF_ATTACK = 300  # the bank must not shrink below it
LARGEST_PAGE = 500_000
PAGE = Path(__file__).parents[2] / "grading" / "reports" / "templates" / "feedback.html.j2"
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029]")
COLOURS = re.compile("\x1b\\[[0-9;]*m")  # of the terminal's table itself


@pytest.fixture(scope="module")
def attacked(small, tmp_path_factory, drawn):
    """The bank, or what is drawn of it, graded in classes with two honest students each."""
    if sandbox_problem():
        pytest.skip(f"{sandbox_problem()} {CURE}")
    names = drawn("hostile", BANK)
    others = [BANK[name] for name in names if name not in ENDLESS]
    parts = {"hasty": (HASTY, [BANK[name] for name in ENDLESS if name in names])}
    parts |= {f"patient-{number}": (PATIENT, others[number :: CLASSES - 1]) for number in range(CLASSES - 1)}

    def attack(part):
        return attacked_class(small, tmp_path_factory.mktemp("attacked"), *part)

    classes = each_once(tmp_path_factory.getbasetemp(), parts, attack)
    merged = {
        name: {key: value for one in classes for key, value in getattr(one, name).items()}
        for name in ("results", "handed", "heard")
    }
    return SimpleNamespace(classes=classes, **merged)


def attacked_class(small, root, limits, bank):
    """Some of the bank and two honest students, graded in one run."""
    course = open_course(small.root, root=root / "class")
    hand_in_honest(small.lesson, small.release, course.submitted)
    with surroundings(root) as world, own_place() as home:
        handed = {}
        for hostile in bank:
            hand_in(world, hostile, small.lesson, small.release, course.submitted, course.root / "gradebook.db")
            if hostile.handed:
                handed[hostile.name] = hostile.handed(course.submitted / hostile.student / small.lesson.name)
        watched = (home, small.root, course.submitted)
        before, left, memory = snapshot(*watched), grader_traces(), most_memory()
        with witnesses(bank) as heard:
            results = autograde(course, small.lesson, GradingOptions(limits=limits))
        pages = {page.student: page.path for page in write_feedback(course, small.lesson)}
        return SimpleNamespace(
            course=course,
            students={*HONEST, *(hostile.student for hostile in bank)},
            results={result.student: result for result in results},
            handed=handed,
            heard=heard,
            pages=pages,
            memory=most_memory() - memory,
            changed={path for path, was in snapshot(*watched).items() if before.get(path) != was},
            left=left_behind(left),
            traces=world.traces(),
        )


def most_memory():
    """The most memory that this process has had, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def by_name(name):
    """Parametrise a test over the bank, or what is drawn of it."""

    def over_the_bank(test):
        return pytest.mark.share("hostile", BANK)(pytest.mark.parametrize(name, BANK.values(), ids=BANK)(test))

    return over_the_bank


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


@by_name("hostile")
def test_a_hostile_submission_did_what_it_is_there_for(attacked, hostile):
    assert hostile.note or hostile.inside or hostile.handed, "no witness"
    if hostile.inside:
        assert attacked.heard.get(hostile.student) == [True, mock.ANY], attacked.results[hostile.student].notes
    if hostile.handed:
        assert attacked.handed[hostile.name]


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_get_what_they_would_get_alone(attacked, student):
    for one in attacked.classes:
        result = one.results[student]
        assert (result.status, result.score, result.notes) == ("graded", FULL, ())


def test_every_student_has_a_record_and_a_row(attacked, small):
    for one in attacked.classes:
        assert set(one.results) == one.students
        assert left_out(one.course) == []
        with Gradebook(one.course.database) as gradebook:
            rows = {s.student.id: s.score for s in gradebook.assignment_submissions(small.lesson.name)}
        assert rows == {student: result.score for student, result in one.results.items()}
        assert {record.student for record in read_records(one.course, small.lesson)} == one.students


def test_nothing_outside_was_written_read_or_called(attacked):
    for one in attacked.classes:
        assert one.traces == []
        for path in [*one.course.autograded.rglob("*"), *one.course.feedback.rglob("*")]:
            if path.is_file():
                assert path.suffix in (".ipynb", ".html") or path.name in (TIMESTAMP, SECRET)
                assert CANARY not in path.read_text(encoding="utf-8"), path


def test_no_file_of_the_host_changed(attacked):
    for one in attacked.classes:
        assert one.changed == set()
        beside = {path.name for path in one.course.root.iterdir()}
        assert beside - {"gradebook.db-wal", "gradebook.db-shm", "build"} == {
            "autograded", "feedback", "submitted", "gradebook.db", ".course-secret",
        }  # fmt: skip


def test_no_process_mount_file_or_descriptor_is_left(attacked):
    assert [one.left for one in attacked.classes] == [{}] * CLASSES


def test_the_graders_own_memory_stays_small(attacked):
    assert max(one.memory for one in attacked.classes) < 900


def test_pages_stay_readable(attacked):
    for one in attacked.classes:
        sizes = {student: path.stat().st_size for student, path in one.pages.items()}
        assert set(sizes) == set(one.results)
        assert {student: size for student, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_no_page_carries_a_command_to_a_terminal_or_turns_letters(attacked):
    for one in attacked.classes:
        for student, path in one.pages.items():
            assert not COMMANDS.search(path.read_bytes().decode("utf-8")), student


def test_the_report_and_the_terminal_show_names_and_notes_as_letters(attacked, small, tmp_path):
    for one in attacked.classes:
        write_report(one.course, small.lesson, tmp_path / "report.html")
        report = (tmp_path / "report.html").read_bytes().decode("utf-8")
        assert not COMMANDS.search(report)
        assert not re.search("<(script|img|iframe|object|embed|link|form|base|math)|<svg onload", report)
        console = PlainConsole(file=io.StringIO(), width=1_000, force_terminal=True, legacy_windows=False)
        console.print(results_table(small.lesson, list(one.results.values())))
        shown = COLOURS.sub("", console.file.getvalue())
        assert not COMMANDS.search(shown)
        for student in one.students:
            assert student in shown or len(student) > 40, student


@pytest.mark.parametrize("export", [CsvExport, CanvasExport, MoodleExport])
def test_a_spreadsheet_runs_no_formula(attacked, export, tmp_path):
    options = {"comments": True} if export is MoodleExport else {}
    for one in attacked.classes:
        with open_gradebook(one.course.database) as gradebook:
            export(to=str(tmp_path / "grades.csv"), **options).export(gradebook)
        text = (tmp_path / "grades.csv").read_text()
        formulas = [student for student in one.students if student[0] in FORMULA]
        assert all(f"'{student[:4]}" in text for student in formulas)
        for separator in ",;\t|":
            cells = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
            run = [cell for cell in cells for line in cell.split("\n") if line.strip('"\u00a0\u00ad ')[:1] in FORMULA]
            assert [cell for cell in run if cell != "-"] == []


MARKUP = re.compile(r"&lt;|&#6[02];|javascript|http|\{\{|\$\$|&amp;[a-z#]|onload|style=")  # what may try to be markup


def test_pages_have_the_elements_of_our_templates_and_no_others(attacked):
    elements = re.compile(r"<([a-z0-9]+)")
    ours = set(elements.findall(PAGE.read_text(encoding="utf-8")))
    for student, path in [shown for one in attacked.classes for shown in one.pages.items()]:
        assert set(elements.findall(path.read_text(encoding="utf-8"))) <= ours, student


@pytest.mark.browser
def test_no_script_of_a_page_runs(attacked, browser):
    problems, requests, page = [], [], browser.new_page()
    page.on("dialog", lambda dialog: (problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    pages = [shown for one in attacked.classes for shown in one.pages.items()]
    for student, path in pages:
        if not MARKUP.search(path.read_text(encoding="utf-8")):
            continue  # it has our elements only, and nothing that could become another
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


def test_a_folder_that_cannot_be_a_student_is_named_and_left_out(small, tmp_path):
    course = open_course(small.root, root=tmp_path / "class")
    hand_in_honest(small.lesson, small.release, course.submitted)
    names = ["esc\x1b[2J", "line\nbreak", b"\xff".decode("utf-8", "surrogateescape"), "x" * 200, "\u202egpj"]
    for name in names:
        (course.submitted / name / small.lesson.name).mkdir(parents=True)
    (course.submitted / ".ipynb_checkpoints").mkdir()
    results = autograde(course, small.lesson, GradingOptions(limits=PATIENT))
    assert {result.student: result.score for result in results} == dict.fromkeys(HONEST, FULL)
    assert sorted(name for name, _ in left_out(course)) == sorted(map(ascii, names))


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
            autograde(course, small.lesson, GradingOptions(limits=PATIENT))
    finally:
        sandbox_problem.cache_clear()
    assert said in str(caught.value)
    assert "apt-get install bubblewrap" in str(caught.value)
    assert not course.autograded.exists()
