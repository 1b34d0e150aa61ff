"""Plain nbgrader, started in the course's folder, gives what our own command gives, and stumbles over no submission."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.classes.autograde import autograde
from grading.course import open_course
from grading.gradebook.autograded_notebooks import RECORD

pytestmark = pytest.mark.sandbox
PROJECT = Path(__file__).parents[3]
SCORES = {
    "ann": 4.0,
    "ben": 2.0,
    "cyd": 0.0,
    "dan": 0.0,
    "eve": 4.0,
    "fay": 4.0,
    "gus": 0.0,
    "hal": 4.0,
    "ivo": 4.0,
    "joy": 0.0,
}


def nbgrader(root, *arguments):
    """Run nbgrader as an instructor would; what it said."""
    environment = {**os.environ, "DNN_PROJECT": str(root), "JUPYTER_CONFIG_DIR": str(root / "jupyter")}
    command = [Path(sys.executable).parent / "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def hand_in_class(submitted, notebook_with, right, secret):
    """Write the class's submissions."""

    def write(student, answers=(), data=None):
        folder = submitted / student / "90_mini"
        folder.mkdir(parents=True)
        text = nbformat.writes(notebook_with(answers)) if data is None else data
        (folder / "mini.ipynb").write_text(text)
        (folder / "timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC")
        return folder

    write("ann", right)
    write("ben", {**right, "double": "def double(x):\n    return np.asarray(x) ** 2"})
    write("cyd")
    write("dan", data='{"cells": 3')
    folder = write("eve", right)
    (folder / "peek.txt").symlink_to(secret)
    (folder / "peek").symlink_to(secret.parent, target_is_directory=True)
    (folder / "own.txt").write_text("<script>mine</script>")
    (write("fay", right) / "timestamp.txt").write_text("9999-12-31 23:59:59 -1200")
    folder = write("gus")
    (folder / "mini.ipynb").unlink()
    (folder / "mini.ipynb").symlink_to(submitted / "ann" / "90_mini" / "mini.ipynb")
    os.mkfifo(write("hal", right) / "data.bin")
    folder = write("ivo", right)
    (folder / "mini.ipynb").rename(folder / "Copy of mini.ipynb")
    folder = write("joy", right)
    (folder / "mini.ipynb").rename(folder / "mini (1).ipynb")
    shutil.copy(folder / "mini (1).ipynb", folder / "mini (2).ipynb")


@pytest.fixture(scope="module")
def graded(project, notebook_with, tmp_path_factory):
    """A class graded by plain nbgrader, with feedback and export: its root, and what nbgrader said."""
    folder = tmp_path_factory.mktemp("nbgrader")
    root, secret = folder / "course", folder / "secret" / "grades.txt"
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("dnnkit"))  # nbgrader imports from where it is
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    secret.parent.mkdir()
    secret.write_text("nobody may see this")
    right = {
        "double": "def double(x):\n    return 2 * x",
        "mean_square": "def mean_square(x):\n    return np.mean(x * x)",
    }
    hand_in_class(root / "submitted", notebook_with, right, secret)
    output = nbgrader(root, "autograde", "90_mini")
    nbgrader(root, "generate_feedback", "90_mini")
    nbgrader(root, "export", "--to", "grades.csv")
    return root, output


def scores(database):
    """Scores by student."""
    with Gradebook(database) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions("90_mini")}


def test_every_student_gets_the_score_that_the_work_deserves(graded):
    root, _ = graded
    assert scores(open_course(root).database) == SCORES


def test_our_own_command_gives_the_same_scores(graded, course, lesson, notebook_with, right, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "grades.txt").write_text("x")
    hand_in_class(course.submitted, notebook_with, right, tmp_path / "secret" / "grades.txt")
    assert {result.student: result.score for result in autograde(course, lesson)} == SCORES
    assert scores(course.database) == SCORES


def test_the_rebuilt_notebooks_carry_the_records(graded):
    root, _ = graded
    states = {}
    for student in SCORES:
        notebook = nbformat.read(root / "autograded" / student / "90_mini" / "mini.ipynb", as_version=4)
        nbformat.validate(notebook)
        states[student] = notebook.metadata[RECORD]["status"]
    assert states == {**dict.fromkeys(SCORES, "graded"), "dan": "unreadable", "gus": "unreadable", "joy": "wrong_file"}


def test_links_are_not_followed_and_nothing_but_the_notebook_is_copied(graded):
    root, _ = graded
    text = "".join(p.read_text(errors="replace") for p in (root / "autograded").rglob("*") if p.is_file())
    assert "nobody may see this" not in text
    copied = {p.name for p in (root / "autograded").rglob("*") if p.is_file() or p.is_symlink()}
    assert copied == {"mini.ipynb", "timestamp.txt"}


def test_a_mistake_is_named_in_the_comment_that_formgrader_shows(graded):
    root, _ = graded
    with Gradebook(open_course(root).database) as gradebook:
        comment = gradebook.find_comment("double", "mini", "90_mini", "ben").auto_comment
    assert comment == "The result is the square of x. Doubling multiplies by two."


def test_generate_feedback_writes_our_pages(graded):
    root, _ = graded
    pages = {path.parent.parent.name: path.read_text(encoding="utf-8") for path in (root / "feedback").rglob("*.html")}
    assert set(pages) == set(SCORES)
    assert all("Content-Security-Policy" in page and "<script" not in page for page in pages.values())
    assert "What probably happened:" in pages["ben"]
    assert {path.suffix for path in (root / "feedback").rglob("*") if path.is_file()} <= {".html", ".txt"}


def test_export_uses_our_csv(graded):
    root, _ = graded
    lines = (root / "grades.csv").read_text().splitlines()
    assert lines[0].startswith("assignment,duedate,timestamp,student_id")
    assert [line.split(",")[3] for line in lines[1:]] == sorted(SCORES)


def test_the_record_in_a_submission_is_not_believed(graded):
    root, _ = graded
    notebook = json.loads((root / "autograded" / "cyd" / "90_mini" / "mini.ipynb").read_text())
    assert notebook["metadata"][RECORD]["score"] == 0.0
