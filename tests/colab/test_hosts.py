"""Colab and Binder cannot be run here. What they read is checked as far as that goes."""

import re
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import IPython
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from packaging.specifiers import SpecifierSet

from dnnkit.environment.colab import allow_demos
from grading.authoring.bundle import student_pyproject, write_bundle
from grading.lessons.lesson import all_lessons

PROJECT = Path(__file__).parents[2]
BINDER = PROJECT / "binder"
LESSONS = sorted((PROJECT / "lessons").glob("*/*.ipynb"))
INSTALL = ("pip", "install --quiet --no-deps course.zip")


def first_code(path):
    """The first code cell of a notebook."""
    return next(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")


@pytest.fixture
def magics(monkeypatch):
    """What was asked of IPython, as pairs of magic and line."""
    asked = []
    shell = types.SimpleNamespace(run_line_magic=lambda name, line: asked.append((name, line)))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return asked


@pytest.fixture
def on_colab(monkeypatch):
    """Pretend to be on Colab; counts how often demos were allowed."""
    allowed = []
    output = types.ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda: allowed.append(True)
    for name, module in (("google.colab", types.ModuleType("google.colab")), ("google.colab.output", output)):
        monkeypatch.setitem(sys.modules, name, module)
    return allowed


def test_every_lesson_is_looked_at():
    assert [path.parent.name for path in LESSONS] == [lesson.name for lesson in all_lessons(PROJECT / "solutions")]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_first_cell_installs_the_bundle_on_colab_and_nothing_elsewhere(path, magics, monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    exec(first_code(path), {})
    assert magics == []
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    exec(first_code(path), {})
    assert magics == [INSTALL]


def test_colab_is_asked_to_show_demos_and_nothing_happens_elsewhere(on_colab, monkeypatch):
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "dnnkit")
    assert on_colab == [True]
    monkeypatch.delitem(sys.modules, "google.colab")
    allow_demos()
    assert on_colab == [True]


def test_the_bundle_is_one_folder_that_pip_takes_for_a_source(tmp_path):
    write_bundle(PROJECT, tmp_path / "course.zip")
    with zipfile.ZipFile(tmp_path / "course.zip") as bundle:
        names = bundle.namelist()
        assert len({name.split("/")[0] for name in names}) == 1
        assert {"dnn-course/pyproject.toml", "dnn-course/dnnkit/__init__.py"} <= set(names)
    assert "setuptools" in student_pyproject(PROJECT)  # what builds it is on Colab


def test_binder_uses_a_python_that_works_and_the_tested_packages():
    version = re.fullmatch(r"python-(\d+\.\d+)\n", (BINDER / "runtime.txt").read_text()).group(1)
    wanted = re.search(r'^requires-python = "(.+)"$', (PROJECT / "pyproject.toml").read_text(), re.M).group(1)
    assert version in SpecifierSet(wanted)
    assert f"python={version}" in (PROJECT / "environment.yml").read_text()
    (line,) = (BINDER / "requirements.txt").read_text().splitlines()
    assert (BINDER / line.removeprefix("-r ")).resolve() == PROJECT / "requirements.lock"
    # An environment.yml, Pipfile, setup.py or Dockerfile there would be taken instead.
    assert sorted(path.name for path in BINDER.iterdir()) == ["postBuild", "requirements.txt", "runtime.txt"]


def test_binder_does_after_the_packages_what_make_setup_does():
    script = BINDER / "postBuild"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
    recipe = (PROJECT / "Makefile").read_text()
    commands = [line for line in script.read_text().splitlines() if line.startswith("python ")]
    assert len(commands) == 2
    for command in commands:
        assert f"\t$(BIN)/{command}\n" in recipe
