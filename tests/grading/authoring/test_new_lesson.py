"""A new lesson is there in a minute: built, audited, and right from the first day."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grading.authoring.new_lesson import write_new_lesson
from grading.authoring.release import load_release
from grading.cli.parser import main
from grading.errors import UsageError
from grading.lessons.lesson import find_lesson


@pytest.fixture
def fresh(tmp_path):
    """An empty project."""
    for folder in ("solutions", "lessons", "dnnkit"):
        (tmp_path / "project" / folder).mkdir(parents=True)
    return tmp_path / "project"


def grading(fresh, *arguments):
    """Run a command on the project; its exit code."""
    return main(["--project", str(fresh), "--course", str(fresh), "--quiet", *arguments])


def test_a_new_lesson_is_built_and_audited_as_it_is(fresh, capsys):
    assert grading(fresh, "new-lesson", "08_self_attention") == 0
    output = capsys.readouterr().out
    for file in ("self_attention.py", "test_self_attention.py", "mistakes.py", "variants.py"):
        assert f"wrote: solutions/08_self_attention/{file}\n" in output
    assert grading(fresh, "build", "08_self_attention") == 0
    assert grading(fresh, "audit", "08_self_attention", "--seeds", "5", "--processes", "1") == 0, (
        capsys.readouterr().out
    )
    assert grading(fresh, "build", "08_self_attention", "--check") == 0
    release = load_release(fresh, find_lesson(fresh / "solutions", "08_self_attention"))
    assert release.cells[0].source.startswith("# Lesson 08 · Self attention\n")
    assert (
        "smallest" not in next(cell.source for cell in release.cells if cell.id == "rescale").partition('"""')[2][200:]
    )
    assert json.loads((fresh / "dnnkit" / "examples" / "self_attention.json").read_text())


def test_what_is_written_is_in_the_projects_own_form(fresh):
    paths = write_new_lesson(fresh / "solutions", "08_attention")
    ruff = Path(sys.executable).with_name("ruff")
    rules = ["--select", "E,F,I,B", "--ignore", "E402,B018,F821"]  # what holds for solutions/
    for command in (["check", *rules], ["format", "--check"]):
        command += ["--config", "line-length = 120", "--isolated"]
        done = subprocess.run([ruff, *command, *map(str, paths)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name", ["attention", "8_attention", "08-attention", "08_Attention", "08_../x", "08_class", ""]
)
def test_a_name_that_is_none_is_refused(fresh, name):
    with pytest.raises(UsageError, match="is no name of a lesson"):
        write_new_lesson(fresh / "solutions", name)
    assert list((fresh / "solutions").iterdir()) == []


@pytest.mark.parametrize("name", ["08_other", "09_attention"])
def test_a_number_and_a_topic_are_used_once(fresh, name):
    write_new_lesson(fresh / "solutions", "08_attention")
    with pytest.raises(UsageError, match="08_attention is there already"):
        write_new_lesson(fresh / "solutions", name)
