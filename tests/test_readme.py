"""What the README says to type runs as it stands, in a copy of the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dnnkit.demos import DEMOS
from grading.lessons.lesson import all_lessons

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].split()
    for block in re.findall(r"^```\w*\n(.*?)^```", README, flags=re.M | re.S)
    for line in block.splitlines()
    if line.startswith((".venv/bin/grading", ".venv/bin/dnnkit", "make "))
]


def copy_repository(folder):
    """Copy what git would: tracked and new files, nothing ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


@pytest.mark.sandbox
def test_instructors_commands_run_in_their_order(tmp_path):
    copy_repository(tmp_path)
    run(tmp_path, "grading", "sample-class", "01_neuron", "--students", "3", "--out", "submitted")
    commands = [command for command in COMMANDS if "grading" in command[0]]
    assert [command[1] for command in commands] == [
        "build", "bundle", "autograde", "report", "regrade", "feedback", "export", "audit",
    ]  # fmt: skip
    for command in commands:
        # one lesson is enough here: every lesson's build and audit have tests of their own
        extra = {"build": ["01_neuron"], "audit": ["01_neuron"]}.get(command[1], [])
        run(tmp_path, *Path(command[0]).parts[-1:], *command[1:], *extra)
    page = "feedback/s-0001/01_neuron/neuron.html"
    for made in ("build/course.zip", "gradebook.db", "build/exports/grades.csv", "build/report.html", page):
        assert (tmp_path / made).is_file()


def run(folder, program, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{program} {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"


def test_students_commands_exist():
    commands = [command for command in COMMANDS if command[0].endswith("dnnkit")]
    assert commands == [[".venv/bin/dnnkit", "lab"]]
    done = subprocess.run([sys.executable, "-m", "dnnkit", "lab", "--help"], capture_output=True, text=True, check=True)
    assert "JupyterLab" in done.stdout


@pytest.mark.parametrize("target", ["demo", "test", "lab", "lessons", "audit", "bench", "lint"])
def test_make_targets_are_there(target):
    done = subprocess.run(["make", "--dry-run", target], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_table_of_lessons_and_the_number_of_demos_are_true():
    lessons = all_lessons(PROJECT / "solutions")
    rows = re.findall(r"^\| (\d\d) [^|]+\| [^|]+\| (\d+) \|$", README, flags=re.MULTILINE)
    assert rows == [(lesson.name[:2], str(len(lesson.exercises))) for lesson in lessons]
    words = {11: "Eleven", 12: "Twelve", 13: "Thirteen", 14: "Fourteen", 15: "Fifteen", 16: "Sixteen"}
    assert f"\n{words[len(DEMOS)]} demos run your code" in README


def test_links_and_pictures_of_the_readme_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("https://"):
            assert (PROJECT / target).exists(), target
