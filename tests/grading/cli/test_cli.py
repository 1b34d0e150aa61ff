"""The command line: exit codes 0, 1 and 2, and messages that say what to do."""

import functools
import json
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

import grading.classes.autograde
import grading.cli.terminal
from grading.cli.parser import main
from grading.errors import GradebookError
from grading.gradebook.autograded_notebooks import read_records
from grading.sandbox.bubblewrap import CURE, sandbox_problem


@pytest.fixture
def run(course, capsys, monkeypatch):
    """Run a command on the small project; exit code, output, errors."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(grading.cli.terminal.console, "width", 200)

    def command(*arguments, project=course.project):
        code = main(["--project", str(project), "--course", str(course.root), *map(str, arguments)])
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return command


def wrong_use(*arguments):
    """Run a command that argparse refuses; its exit code."""
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    return caught.value.code


def test_a_command_is_needed(capsys):
    assert wrong_use() == 2
    assert "required: COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["sample-class", "mini"], ["audit", "--seeds", "0"], ["sample-class", "mini", "--students", "x"]],
)
def test_a_wrong_call_is_exit_code_2(arguments, capsys):
    assert wrong_use(*arguments) == 2
    assert capsys.readouterr().err.startswith("usage: grading")


def test_help_names_every_command(capsys):
    assert wrong_use("--help") == 0
    text = capsys.readouterr().out
    for name in ("build", "audit", "bundle", "sample-class", "autograde", "feedback", "export", "roster", "collect"):
        assert f"\n    {name}" in text


@pytest.mark.parametrize("command", ["autograde", "feedback", "build", "audit"])
def test_an_unknown_lesson_is_exit_code_2_with_the_known_ones(run, course, command):
    done = run(command, "maxi")
    assert done.code == 2
    assert done.err == (f"grading: There is no lesson called 'maxi' in {course.solutions}. Known lessons: 90_mini.\n")


def test_no_submissions_are_exit_code_2_with_where_they_belong(run, course):
    done = run("autograde", "mini")
    assert done.code == 2
    assert done.err == (
        f"grading: No submissions in {course.submitted}. Expected STUDENT/90_mini/mini.ipynb there. "
        "Were they collected (nbgrader collect), or are they elsewhere (--submitted)?\n"
    )


def test_feedback_before_grading_is_exit_code_2(run):
    done = run("feedback", "mini")
    assert (done.code, done.err) == (
        2, "grading: Nothing of mini is graded yet. Run first: grading autograde mini\n",
    )  # fmt: skip


def test_the_graders_own_errors_are_exit_code_1(run, monkeypatch):
    def fail(*arguments):
        raise GradebookError("The gradebook is on fire.")

    monkeypatch.setattr("grading.gradebook.gradebook.open_gradebook", fail)
    done = run("export")
    assert (done.code, done.err) == (1, "grading: The gradebook is on fire.\n")


def test_build_check_is_exit_code_1_where_something_is_stale(run, project, tmp_path):
    root = tmp_path / "project"
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("gradebook.db*", "build"))
    assert run("build", "mini", project=root).code == 0
    done = run("build", "mini", "--check", project=root)
    assert (done.code, done.out) == (0, "")
    (root / "dnnkit" / "examples" / "mini.json").write_text("{}")
    done = run("build", "mini", "--check", project=root)
    assert done.code == 1
    assert done.out == "dnnkit/examples/mini.json does not match 90_mini/mini.py. Run: grading build 90_mini\n"
    (root / "lessons" / "start.ipynb").unlink()
    done = run("build", "mini", "--check", project=root)
    assert done.out.endswith("lessons/start.ipynb does not match the lessons. Run: grading build\n")
    done = run("build", "mini", project=root)
    assert (done.code, done.out) == (0, "built 90_mini: 2 exercises, examples of 2 computed\n")


def test_sample_class_and_bundle_say_what_they_wrote(run, course, tmp_path):
    done = run("sample-class", "mini", "--students", "3", "--out", tmp_path / "class3")
    assert (done.code, done.out) == (0, f"3 submissions of 90_mini in {tmp_path}/class3\n")
    assert len(list((tmp_path / "class3").rglob("*.ipynb"))) == 3


def test_export_writes_where_it_is_told(run, tmp_path):
    done = run("export", "--out", tmp_path / "g.csv")
    assert (done.code, done.out) == (0, f"grades: {tmp_path}/g.csv\n")
    assert (tmp_path / "g.csv").read_text().startswith("assignment,")


def test_without_a_sandbox_nothing_is_graded_and_the_cure_is_named(run, course, hand_in, monkeypatch):
    hand_in("ann")
    monkeypatch.setattr(shutil, "which", lambda name, **options: None)
    sandbox_problem.cache_clear()
    done = run("autograde", "mini", "--workers", "1")
    sandbox_problem.cache_clear()
    assert done.code == 1
    assert done.err == f"grading: bubblewrap (bwrap) is not installed. {CURE}\n"
    assert not course.autograded.exists()


def test_ones_own_work_is_graded_without_a_sandbox_and_every_record_says_so(
    run, course, lesson, hand_in, right, monkeypatch
):
    hand_in("ann", right)
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, **options: None if name == "bwrap" else which(name, **options))
    sandbox_problem.cache_clear()
    done = run("--quiet", "autograde", "mini", "--workers", "1", "--trust-submissions")
    sandbox_problem.cache_clear()
    assert done.code == 0, done.err
    assert "NO SANDBOX. Every cell runs with your own rights." in done.err
    records = read_records(course, lesson)
    assert [(r.student, r.status, r.score, r.sandbox) for r in records] == [("ann", "graded", 4, "none")]


@pytest.mark.sandbox
def test_a_class_is_graded_reported_and_exported(run, course, hand_in, right, tmp_path):
    hand_in("ann", right)
    hand_in("ben", {**right, "double": "def double(x):\n    return np.asarray(x) ** 2"})
    hand_in("cyd")
    hand_in("dan", data=b"[bold]not a notebook[/bold]")
    done = run("--quiet", "autograde", "mini", "--workers", "1", "--json", tmp_path / "r.json")
    assert done.code == 0, done.err
    lines = [re_split(line) for line in done.out.splitlines() if line.startswith("│")]
    assert [line[:3] for line in lines] == [
        ["ann", "4 of 4", "graded"], ["ben", "2 of 4", "graded"], ["cyd", "0 of 4", "not_attempted"],
        ["dan", "0 of 4", "unreadable"],
    ]  # fmt: skip
    assert lines[1][3] == "double__squares"
    assert f"records: {tmp_path}/r.json" in done.out
    document = json.loads((tmp_path / "r.json").read_text())
    assert document["lesson"] == "90_mini"
    assert [record["score"] for record in document["results"]] == [4.0, 2.0, 0.0, 0.0]
    done = run("feedback", "mini")
    assert (done.code, done.out) == (
        0, f"feedback: {course.feedback} (4 pages), such as {course.feedback}/ann/90_mini/mini.html\n"
        "not handed in through nbgrader's exchange: all 4. release_feedback does not reach them: "
        "give their pages back in another way.\n",
    )  # fmt: skip


def re_split(line):
    """The cells of a line of the table."""
    return [cell.strip() for cell in line.strip("│").split("│")]


@pytest.mark.sandbox
def test_a_fault_of_the_grader_is_exit_code_1(run, hand_in, right, monkeypatch):
    hand_in("ann", right)
    in_process = functools.partial(grading_here, grading.classes.autograde.GradingOptions)
    monkeypatch.setattr("grading.classes.autograde.GradingOptions", in_process)
    monkeypatch.setattr("grading.judging.grade.Grader._grade", lambda *arguments, **options: 1 / 0)
    done = run("autograde", "mini", "--workers", "1")
    assert done.code == 1
    assert "ZeroDivisionError" in done.out


def grading_here(make_options, **options):
    """Grade in this process, where a test can break something."""
    return make_options(**{**options, "workers": 0})


def test_the_module_can_be_run(project):
    done = subprocess.run(
        [sys.executable, "-m", "grading", "--project", str(project.root), "feedback", "maxi"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("grading: There is no lesson called 'maxi'")


def test_a_roster_is_read_and_a_bulk_download_is_taken(run, course, tmp_path):
    (tmp_path / "roster.csv").write_text("\ufeffid;Vorname;Nachname\nann;Ann;Bee\n;Ben;Cee\n", encoding="utf-8")
    done = run("roster", tmp_path / "roster.csv")
    assert (done.code, done.out) == (1, "1 students: 1 new, 0 changed\nleft out: line 3: there is no student id.\n")
    folder = tmp_path / "moodle" / "Ann Bee_77_assignsubmission_file_"
    folder.mkdir(parents=True)
    (folder / "mini.ipynb").write_text("{}")
    done = run("collect", "mini", tmp_path / "moodle")
    assert (done.code, done.out) == (0, f"1 hand-ins taken, 0 were there already\nsubmissions: {course.submitted}\n")
    (folder / "mini.ipynb").write_text("{ }")
    done = run("collect", "mini", tmp_path / "moodle")
    assert done.code == 1
    assert "another hand-in is there, which was kept (--update replaces it): ann\n" in done.out


@pytest.mark.sandbox
def test_what_went_wrong_on_the_way_in_is_said_and_costs_nobody_else(run, course, hand_in, right, tmp_path):
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("ann", first_name="Ann")
        gradebook.add_student("j\u00f6rg", first_name="J\u00f6rg")
    path = hand_in("ann", right)
    path.rename(path.with_name("Copy of mini.ipynb"))
    path = hand_in("ben")
    path.rename(path.with_name("mini.py"))
    hand_in("j\u00f6rg", right)
    done = run("--quiet", "autograde", "mini", "--workers", "1")
    assert done.code == 0, done.err
    lines = [re_split(line) for line in done.out.splitlines() if line.startswith("│")]
    assert lines == [
        ["ann", "4 of 4", "graded", "The file is called Copy of mini.ipynb and was graded all the same. "
         "Expected mini.ipynb."],
        ["ben", "0 of 4", "wrong_file", "mini.py is a Python script. The notebook itself is graded: "
         "hand in mini.ipynb."],
        ["j\u00f6rg", "4 of 4", "graded", ""],
    ]  # fmt: skip
    assert "graded, but not on the roster: ben\n" in done.out
    done = run("--quiet", "autograde", "mini", "--again", "--workers", "1", "--student", "ben")
    assert [re_split(line)[0] for line in done.out.splitlines() if line.startswith("│")] == ["ben"]
    assert "1 submissions graded" in done.out
    done = run("autograde", "mini", "--student", "zoe")
    assert (done.code, done.err) == (
        2, f"grading: There is no hand-in of zoe in {course.submitted}. Expected a folder of that name.\n",
    )  # fmt: skip
    run("export", "--format", "canvas", "--out", tmp_path / "c.csv")
    rows = [line.split(",") for line in (tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()[2:]]
    assert [(row[3], row[-1]) for row in rows] == [("ann", "4"), ("ben", ""), ("j\u00f6rg", "4")]
