"""One truth about lateness: both routes give every hand-in the same time, penalty, score and state."""

import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.authoring.nbgrader_course import COURSE_ID
from grading.classes.autograde import autograde
from grading.cli.parser import main
from grading.course import open_course
from grading.errors import GradebookError, UsageError
from grading.gradebook.autograded_notebooks import read_records
from grading.gradebook.deadlines import extend, read_deadline, set_due_date
from grading.gradebook.gradebook import open_gradebook, record
from grading.gradebook.late_penalties import apply_late_penalties

LESSON = "90_mini"
PROJECT = Path(__file__).parents[3]
DUE = datetime.datetime(2026, 11, 20, 12, 0)
POLICY = """
from nbgrader.plugins import BasePlugin


class HalfAPointAnHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return None if student_id == "sick" else total_seconds_late / 7200
"""
SETTING = '\nc.AssignLatePenalties.plugin_class = "late_policy.HalfAPointAnHour"\n'
# Who handed in when, and the points taken off with it.
TIMES = {
    "punctual": ("2026-11-20 12:00:00.000000 UTC", 0.0),
    "late": ("2026-11-20 14:00:00.000000 UTC", 1.0),
    "berlin": ("2026-11-20 14:00:00.000000 CET", 0.5),
    "boston": ("2026-11-20 08:00:00.000000 EST", 0.5),
    "offset": ("2026-11-20 14:00:00.000000 +0100", 0.5),
    "iso": ("2026-11-20T14:00:00+01:00", 0.5),
    "naive": ("2026-11-20 13:00:00", 0.5),
    "place": ("2026-11-20 14:00:00 Europe/Berlin", 0.5),
    "riddle": ("2026-11-20 14:00:00 IST", 0.0),
    "silent": (None, 0.0),
    "never": ("2027-11-20 12:00:00 UTC", 4.0),
    "sick": ("2026-11-20 18:00:00 UTC", 0.0),
    "extended": ("2026-11-20 13:00:00 UTC", 0.0),
    "later": ("2026-11-20 15:00:00 UTC", 0.5),
}
EXTENSIONS = {"extended": 2, "later": 2}  # hours


def rows(database):
    """What the gradebook holds: student -> (time, score, penalty)."""
    with Gradebook(database, COURSE_ID) as gradebook:
        found = gradebook.assignment_submissions(LESSON)
        return {s.student_id: (s.timestamp, s.score, s.late_submission_penalty or 0.0) for s in found}


def set_times(course, lesson, extensions):
    """Set the due date, and extensions in hours, also for those who have not handed in yet."""
    set_due_date(course, lesson, DUE)
    for student, hours in extensions.items():
        extend(course, lesson, student, datetime.timedelta(hours=hours))


def use_policy(root):
    """Configure the late-penalty plug-in in a class's folder, beside the course's own configuration."""
    (root / "late_policy.py").write_text(POLICY)
    (root / "nbgrader_config.py").write_text((PROJECT / "nbgrader_config.py").read_text() + SETTING)


def hand_in(root, notebook, student, time):
    """Put a hand-in into the class's folder."""
    folder = root / "submitted" / student / LESSON
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mini.ipynb").write_text(nbformat.writes(notebook))
    if time:
        (folder / "timestamp.txt").write_text(time)


def grade(route, root, lesson, *options):
    """Grade the class by one of the two routes."""
    if route == "grading":
        autograde(open_course(root), lesson)
        return
    environment = {**os.environ, "DNN_PROJECT": str(root), "JUPYTER_CONFIG_DIR": str(root / "jupyter")}
    command = [Path(sys.executable).parent / "nbgrader", "autograde", LESSON, "--force"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module", params=["grading", "nbgrader"])
def graded(request, project, notebook_with, tmp_path_factory):
    """A class of all kinds of times, graded by one route, changed, and graded again: two tables, and the states."""
    right = {
        "double": "def double(x):\n    return 2 * x",
        "mean_square": "def mean_square(x):\n    return np.mean(x * x)",
    }
    root = tmp_path_factory.mktemp(request.param) / "course"
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("dnnkit"))
    course = open_course(root)
    use_policy(root)
    set_times(course, project.lesson, EXTENSIONS)
    for student, (time, _) in TIMES.items():
        hand_in(root, notebook_with(right), student, time)
    (root / "submitted" / "late" / LESSON / "mini.ipynb").rename(root / "submitted" / "late" / LESSON / "my.ipynb")
    grade(request.param, root, project.lesson)
    first = rows(course.database)
    set_times(course, project.lesson, {"berlin": 5})
    hand_in(root, notebook_with({"double": right["double"]}), "boston", "2026-11-20 14:00:00 UTC")
    grade(request.param, root, project.lesson)
    states = {result.student: result.status for result in read_records(course, project.lesson)}
    return first, rows(course.database), states


@pytest.mark.sandbox
def test_each_route_gives_the_time_the_score_the_penalty_and_the_state(graded):
    first, _, states = graded
    assert {student: row[1:] for student, row in first.items()} == {
        student: (4.0, penalty) for student, (_, penalty) in TIMES.items()
    }
    same = [first[student][0] for student in ("berlin", "boston", "offset", "iso", "naive", "place", "extended")]
    assert same == [DUE + datetime.timedelta(hours=1)] * 7
    assert (first["riddle"][0], first["silent"][0]) == (None, None)
    assert states == dict.fromkeys(TIMES, "graded")


@pytest.mark.sandbox
def test_an_extension_takes_an_old_penalty_away_and_a_resubmission_has_its_own_time(graded):
    first, second, _ = graded
    assert (first["berlin"][2], second["berlin"][2]) == (0.5, 0.0)
    assert second["boston"] == (datetime.datetime(2026, 11, 20, 14, 0), 3.0, 1.0)
    assert {**second, "berlin": 0, "boston": 0} == {**first, "berlin": 0, "boston": 0}


@pytest.fixture
def late_class(course, lesson, record_of):
    """A class with one late submission on record."""
    set_times(course, lesson, {})
    record(course, lesson, record_of("ann"), DUE + datetime.timedelta(hours=3))
    return course


def test_without_a_policy_nothing_is_taken_off(late_class, lesson):
    assert apply_late_penalties(late_class, lesson) == {}
    assert rows(late_class.database)["ann"][2] == 0.0


def test_nbgraders_own_policy_of_no_points_is_applied(late_class, lesson):
    (late_class.root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    )
    assert apply_late_penalties(late_class, lesson) == {"ann": 4.0}


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("raise ZeroDivisionError", "HalfAPointAnHour failed for ann (ZeroDivisionError"),
        ("return 'much'", "HalfAPointAnHour failed for ann (ValueError"),
    ],
)
def test_a_policy_that_fails_is_named_and_changes_nothing(late_class, lesson, policy, words):
    sys.modules.pop("late_policy", None)
    use_policy(late_class.root)
    apply_late_penalties(late_class, lesson)
    text = POLICY.replace("return None if", f"{policy}\n        return None if")
    (late_class.root / "late_policy.py").write_text(text)
    sys.modules.pop("late_policy", None)
    with pytest.raises(GradebookError) as caught:
        apply_late_penalties(late_class, lesson)
    assert words in str(caught.value)
    assert rows(late_class.database)["ann"][2] == 1.5


def test_a_policy_that_is_not_there_is_named(late_class, lesson):
    (late_class.root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.AssignLatePenalties.plugin_class = "gone.Policy"\n'
    )
    with pytest.raises(GradebookError, match=r"plug-in that nbgrader_config.py names cannot be loaded"):
        apply_late_penalties(late_class, lesson)


def test_an_extension_without_a_due_date_is_not_late(course, lesson, record_of):
    record(course, lesson, record_of("ann"), DUE)
    with open_gradebook(course.database) as gradebook:
        gradebook.grant_extension(LESSON, "ann", days=1)
    assert apply_late_penalties(course, lesson) == {}


def test_an_extension_needs_a_due_date_and_can_be_taken_back(course, lesson):
    more = datetime.timedelta(days=1)
    with pytest.raises(UsageError, match="90_mini has no due date to extend"):
        extend(course, lesson, "ann", more)
    set_due_date(course, lesson, DUE)
    extend(course, lesson, "ann", more)
    assert read_deadline(course, lesson).extensions == {"ann": more}
    extend(course, lesson, "ann", datetime.timedelta())
    assert (read_deadline(course, lesson).due, read_deadline(course, lesson).extensions) == (DUE, {})


def test_the_command_sets_a_date_gives_time_and_takes_an_old_penalty_away(late_class, capsys):
    use_policy(late_class.root)
    sys.modules.pop("late_policy", None)

    def deadline(*arguments):
        code = main(["--project", str(late_class.project), "--course", str(late_class.root), "deadline", *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    assert deadline("mini", "2026-11-20 14:00 CET") == (
        0, "90_mini is due: 2026-11-20 13:00:00 UTC\npoints are taken off for late hand-in: ann\n",
    )  # fmt: skip
    assert rows(late_class.database)["ann"][2] == 1.0
    code, output = deadline("mini", "--student", "ann", "--more-hours", "48")
    assert (code, output) == (0, "90_mini is due: 2026-11-20 13:00:00 UTC\nann has 48 hours more\n")
    assert rows(late_class.database)["ann"][2] == 0.0
    assert deadline("mini", "tomorrow")[0] == deadline("mini", "--student", "ann")[0] == 2
