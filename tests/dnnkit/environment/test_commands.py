"""Commands that the doctor prints can be pasted where it was asked, with the venv activated or not."""

import shlex
import sys
from pathlib import Path

import pytest

from dnnkit.environment import commands


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A venv of the course's folder, in which we are, and which is not activated."""
    programs = tmp_path / "the course" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "dnnkit"):
        (programs / name).touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.chdir(tmp_path / "the course")
    return programs


def test_in_the_courses_folder_programs_are_short_paths(venv):
    assert commands.dnnkit_command("kernel", "install") == ".venv/bin/dnnkit kernel install"
    assert commands.python_command("-c", "print(1)") == ".venv/bin/python -c 'print(1)'"


def test_elsewhere_they_are_whole_paths_in_quotes_where_needed(venv, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path.parent)
    assert shlex.split(commands.dnnkit_command("lab")) == [str(venv.relative_to(tmp_path.parent) / "dnnkit"), "lab"]
    monkeypatch.chdir("/usr/bin")
    command = commands.dnnkit_command("lab")
    assert shlex.split(command) == [str(venv / "dnnkit"), "lab"]
    assert "'" in command  # the folder has a space in its name


def test_with_the_venv_activated_they_are_plain_names(venv, monkeypatch):
    monkeypatch.setenv("PATH", f"{venv}:/usr/bin")
    assert commands.dnnkit_command("lab") == "dnnkit lab"
    assert commands.python_command("-V") == "python -V"


def test_a_dnnkit_that_is_not_installed_runs_as_a_module(venv):
    (venv / "dnnkit").unlink()
    assert commands.dnnkit_command("lab") == ".venv/bin/python -m dnnkit lab"


def test_windows_quotes_in_its_own_way(venv, monkeypatch):
    monkeypatch.setattr(commands.os, "name", "nt")
    assert commands._quoted("the course") == '"the course"'


def test_packages_are_installed_in_the_versions_that_the_course_asks_for(venv, monkeypatch):
    needs = ["numpy>=2.1", "keras>=3.10 ; python_version > '3'", "jax>=9 ; python_version < '3'"]
    needs += ['nbgrader<0.10,>=0.9 ; extra == "grading"']
    monkeypatch.setattr(commands.importlib.metadata, "requires", lambda name: needs)

    def installed(*names):
        return shlex.split(commands.pip_install(*names))[4:]

    assert installed("numpy", "keras") == ["numpy>=2.1", "keras>=3.10"]
    assert installed("jax[cuda12]") == ["jax[cuda12]"]  # of another system
    assert installed("nbgrader") == ["nbgrader<0.10,>=0.9"]
    assert installed("--force-reinstall", "torch") == ["--force-reinstall", "torch"]
    assert Path(shlex.split(commands.pip_install("numpy"))[0]) == Path(".venv/bin/python")


def test_a_package_run_from_its_folder_asks_for_no_versions(venv, monkeypatch):
    def unknown(name):
        raise commands.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(commands.importlib.metadata, "requires", unknown)
    assert commands.pip_install("numpy").endswith("install numpy")
