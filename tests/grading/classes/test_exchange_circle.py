"""The whole way of a lesson through nbgrader's exchange: out to students, back, graded, returned, and read by them.

Every step is nbgrader's own command in a real exchange; grading and feedback go both ways, ours and plain nbgrader's.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.authoring.nbgrader_course import COURSE_ID
from grading.authoring.sample_class import with_answers
from grading.course import open_course

pytestmark = pytest.mark.sandbox
PROJECT = Path(__file__).parents[3]
LESSON = "90_mini"
ROUTES = ("grading", "nbgrader")
STUDENTS = ("ann", "ben")
RIGHT = {"double": "def double(x):\n    return 2 * x", "mean_square": "def mean_square(x):\n    return np.mean(x * x)"}
SQUARES = {**RIGHT, "double": "def double(x):\n    return np.asarray(x) ** 2"}
COMMENT = 'Almost: "squared" & <b>not</b> doubled. Weiter so, Ann ✓'
# nbgrader takes five seconds to import: a process runs several commands, each as nbgrader's own main does.
RUN = """
import json, os, sys
from nbgrader.apps import NbGraderApp
for folder, arguments in json.loads(sys.argv[1]):
    os.chdir(folder)
    print("$ nbgrader", *arguments, flush=True)
    sys.stdout.flush()
    NbGraderApp.launch_instance(arguments)
    NbGraderApp.clear_instance()
"""


def nbgrader(course, *commands):
    """Run nbgrader's commands one after the other, each (folder, arguments); all that they printed."""
    environment = {
        **os.environ, "DNN_PROJECT": str(course.root), "DNN_COURSE_SECRET": "circle", "PYTHONWARNINGS": "default",
        "JUPYTER_CONFIG_DIR": str(course.home / "config"), "JUPYTER_DATA_DIR": str(course.home / "data"),
    }  # fmt: skip
    exchange = f"--Exchange.root={course.exchange}"
    listed = json.dumps([[str(folder), [*arguments, exchange]] for folder, arguments in commands])
    done = subprocess.run(
        [sys.executable, "-c", RUN, listed], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def as_student(course, student, command, *options):
    """A student's command in the student's own home: (folder, arguments)."""
    own = [f"--CourseDirectory.student_id={student}", f"--Exchange.cache={course.home / student / 'cache'}"]
    return course.home / student, [command, LESSON, f"--course={COURSE_ID}", *own, *options]


def as_instructor(course, command, *options):
    """An instructor's command in the course's folder: (folder, arguments)."""
    return course.root, [command, LESSON, *options]


def write_answers(course, student, answers):
    """Write answers into the notebook that a student fetched."""
    path = course.home / student / LESSON / "mini.ipynb"
    path.write_text(nbformat.writes(with_answers(nbformat.read(path, as_version=4), answers)))


@pytest.fixture(scope="module")
def collected(project, tmp_path_factory):
    """A class that is handed in and collected; Ann handed in three times, first nothing, at last the same twice."""
    folder = tmp_path_factory.mktemp("circle")
    course = SimpleNamespace(root=folder / "course", home=folder / "home", exchange=folder / "exchange")
    shutil.copytree(project.root, course.root, ignore=shutil.ignore_patterns("dnnkit"))
    shutil.copy(PROJECT / "nbgrader_config.py", course.root)
    course.exchange.mkdir()
    course.exchange.chmod(0o777)
    for student in STUDENTS:
        (course.home / student).mkdir(parents=True)
    fetch = [as_student(course, student, "fetch_assignment") for student in STUDENTS]
    nbgrader(course, as_instructor(course, "release_assignment"), *fetch, as_student(course, "ann", "submit"))
    write_answers(course, "ann", SQUARES)
    write_answers(course, "ben", RIGHT)
    submits = [as_student(course, student, "submit") for student in ("ann", "ben", "ann")]
    nbgrader(course, *submits, as_instructor(course, "collect", "--ExchangeCollect.check_owner=False"))
    by_hand = course.root / "submitted" / "cyd" / LESSON / "mini.ipynb"  # came by mail, sorted between others
    by_hand.parent.mkdir(parents=True)
    shutil.copy(course.root / "submitted" / "ben" / LESSON / "mini.ipynb", by_hand)
    shutil.copytree(course.root / "submitted" / "ben", course.root / "submitted" / "dan")
    (course.root / "submitted" / "dan" / LESSON / "submission_secret.txt").write_text("a-secret-of-dan's-own")
    return course


def grading(course, *arguments):
    """Run our own command line on the class; what it printed."""
    command = [sys.executable, "-m", "grading", "--project", str(course.root), "--quiet", *arguments]
    environment = {**os.environ, "DNN_COURSE_SECRET": "circle"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def score_by_hand(course):
    """Set a score and a comment for Ann as formgrader's handlers do."""
    with Gradebook(open_course(course.root).database) as gradebook:
        grade = gradebook.find_grade("check_double", "mini", LESSON, "ann")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.5, None, False
        gradebook.find_comment("double", "mini", LESSON, "ann").manual_comment = COMMENT
        gradebook.db.commit()


@pytest.fixture(scope="module")
def classes(collected, tmp_path_factory):
    """The class, graded and returned by each of the two routes; `output` is what was printed on the way."""
    return {route: return_feedback(route, collected, tmp_path_factory.mktemp(route)) for route in ROUTES}


def return_feedback(route, collected, folder):
    """Grade the collected class, score by hand, write feedback, release it, and fetch it as the students."""
    shutil.copytree(collected.root.parent, folder, dirs_exist_ok=True)
    course = SimpleNamespace(root=folder / "course", home=folder / "home", exchange=folder / "exchange")
    release = as_instructor(course, "release_feedback")
    fetch = [as_student(course, student, "fetch_feedback") for student in STUDENTS]
    listing = [as_student(course, student, "list", "--cached") for student in STUDENTS]
    if route == "grading":
        output = grading(course, "autograde", LESSON, "--workers", "1")
        score_by_hand(course)
        output += grading(course, "feedback", LESSON)
        course.output = output + nbgrader(course, release, *fetch, *listing)
    else:
        output = nbgrader(course, as_instructor(course, "autograde"))
        score_by_hand(course)
        generate = as_instructor(course, "generate_feedback")
        course.output = output + nbgrader(course, generate, release, *fetch, *listing)
    return course


@pytest.fixture(params=ROUTES)
def returned(request, classes):
    """The class, returned by one of the two routes."""
    return classes[request.param]


def fetched_pages(course, student):
    """The pages that a student fetched, by the time of handing in."""
    folder = course.home / student / LESSON / "feedback"
    return {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/mini.html"))}


def times_of_handing_in(course, student):
    """When a student handed in, as the student's own cache has it, the first first."""
    return sorted(path.name.split("+")[2] for path in (course.home / student / "cache" / COURSE_ID).iterdir())


def test_the_student_reads_the_score_and_the_comment_that_a_person_set(returned):
    ((_, page),) = fetched_pages(returned, "ann").items()
    assert "Feedback for ann" in page
    assert "<strong>3.5 of 4 points</strong>" in page
    assert '2.5 of 3 points <span class="quiet">(set by a person)</span>' in page
    assert "Almost: &#34;squared&#34; &amp; &lt;b&gt;not&lt;/b&gt; doubled. Weiter so, Ann ✓" in page
    assert "Doubling multiplies by two." in page
    ((_, page),) = fetched_pages(returned, "ben").items()
    assert "Feedback for ben" in page
    assert "<strong>4 of 4 points</strong>" in page
    assert "Almost" not in page


def test_of_several_hand_ins_the_last_gets_the_page_and_list_says_so(returned):
    times = times_of_handing_in(returned, "ann")
    assert len(times) == 3
    assert list(fetched_pages(returned, "ann")) == [times[-1]]
    listed = [
        line.partition(f"{COURSE_ID} ann {LESSON} ")[2] for line in returned.output.splitlines() if " ann " in line
    ]
    listed = [line for line in listed if "feedback" in line and "/" not in line]
    none = "(no feedback available)"
    assert listed == [f"{times[0]} {none}", f"{times[1]} {none}", f"{times[2]} (feedback already fetched)"]


def test_both_routes_give_the_same_pages(classes):
    ours, theirs = ({student: fetched_pages(classes[route], student) for student in STUDENTS} for route in ROUTES)
    assert ours == theirs
    names = [sorted(path.name for path in (classes[r].exchange / COURSE_ID / "feedback").iterdir()) for r in ROUTES]
    assert names[0] == names[1]


@pytest.mark.parametrize("folder", ["autograded", "feedback"])
def test_both_routes_leave_the_same_files_and_none_of_a_student(classes, folder):
    listed = []
    for course in classes.values():
        files = [path.relative_to(course.root / folder) for path in (course.root / folder).rglob("*") if path.is_file()]
        listed.append(sorted(map(str, files)))
    assert listed[0] == listed[1]
    notebook = "mini.ipynb" if folder == "autograded" else "mini.html"
    of_ann = [name for name in listed[0] if name.startswith("ann/")]
    assert of_ann == [f"ann/{LESSON}/{name}" for name in (notebook, "submission_secret.txt", "timestamp.txt")]


def test_who_handed_in_without_the_exchange_stops_nobodys_page_and_is_named(returned):
    released = {path.read_text(encoding="utf-8") for path in (returned.exchange / COURSE_ID / "feedback").iterdir()}
    assert {re.search("Feedback for ([a-z]+)", page).group(1) for page in released} == {"ann", "ben", "cyd", "dan"}
    output = " ".join(returned.output.split())
    assert re.search("not handed in through nbgrader's exchange: cyd|'cyd' did not come through the exchange", output)
    assert not re.search("exchange: [^.]*dan|'dan' did not", output)


def test_feedback_of_one_route_follows_grading_by_the_other(classes):
    for route, course in classes.items():
        before = feedback_files(course)
        if route == "grading":
            nbgrader(course, as_instructor(course, "generate_feedback", "--force"))
        else:
            grading(course, "feedback", LESSON)
        assert feedback_files(course) == before


def feedback_files(course):
    """Every file of the feedback folder with its bytes."""
    folder = course.root / "feedback"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_hand_in_after_our_grading_is_graded_by_nbgrader_and_returned_to_the_new_one(classes):
    course = classes["grading"]
    write_answers(course, "ben", SQUARES)
    output = nbgrader(
        course, as_student(course, "ben", "submit"),
        as_instructor(course, "collect", "--update", "--ExchangeCollect.check_owner=False"),
        *(as_instructor(course, command) for command in ("autograde", "generate_feedback", "release_feedback")),
        as_student(course, "ben", "fetch_feedback"),
    )  # fmt: skip
    assert "Updating submission: ben" in output
    pages, times = fetched_pages(course, "ben"), times_of_handing_in(course, "ben")
    assert list(pages) == times
    assert len(times) == 2
    assert "<strong>4 of 4 points</strong>" in pages[times[0]]
    assert "<strong>2 of 4 points</strong>" in pages[times[1]]
