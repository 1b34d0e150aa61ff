"""A sandbox sees what this Python needs, wherever that lies, and nothing beside it."""

import os
import sys
import sysconfig
from pathlib import Path

import pytest

from grading.sandbox import host_files
from grading.sandbox.host_files import bind_arguments, visible_paths


@pytest.fixture(autouse=True)
def afresh():
    """Look again in each test."""
    visible_paths.cache_clear()
    yield
    visible_paths.cache_clear()


@pytest.fixture
def prefix(tmp_path, monkeypatch):
    """A Python of the test's own, as `sys` and `sysconfig` would describe it: make its folders, get its prefix."""

    def make(place="", beside=()):
        root = tmp_path / place
        packages = root / "lib" / "python3.11" / "site-packages"
        for folder in (root / "bin", packages, *(root / name for name in beside)):
            folder.mkdir(parents=True, exist_ok=True)
        (root / "bin" / "python3.11").touch()
        (root / "bin" / "python").symlink_to("python3.11")
        for name in ("prefix", "base_prefix", "exec_prefix", "base_exec_prefix"):
            monkeypatch.setattr(sys, name, str(root))
        monkeypatch.setattr(sys, "executable", str(root / "bin" / "python"))
        paths = {"stdlib": str(packages.parent), "platstdlib": str(packages.parent)}
        paths |= {"purelib": str(packages), "platlib": str(packages)}
        monkeypatch.setattr(sysconfig, "get_paths", lambda **ignored: paths)
        monkeypatch.setattr(host_files.site, "getsitepackages", lambda: [str(packages)])
        monkeypatch.setattr(host_files.site, "ENABLE_USER_SITE", False)
        monkeypatch.setattr(sysconfig, "get_config_var", lambda name: None)
        return root

    return make


def shown(path):
    """Whether a path is one of those shown, or below one."""
    return any(str(path) == one or str(path).startswith(f"{one}/") for one in visible_paths())


def test_every_path_is_there_and_none_is_below_another():
    paths = visible_paths()
    assert all(os.path.lexists(path) for path in paths)
    assert [p for p in paths if any(str(parent) in paths for parent in Path(p).parents)] == []


def test_this_python_and_its_packages_are_shown():
    for path in (sys.executable, os.path.realpath(sys.executable), os.__file__, pytest.__file__):
        assert shown(path), path


def test_neither_the_prefix_nor_usr_nor_a_home_is_shown_whole():
    paths = set(visible_paths())
    whole = {"/", "/usr", "/usr/local", "/usr/local/share", "/usr/share", "/etc", "/home", str(Path.home())}
    assert paths & {*whole, sys.prefix, sys.base_prefix} == set()
    for path in ("/usr/local/share/nbgrader/exchange", "/srv/nbgrader/exchange", "/etc/passwd", "/var/lib"):
        assert not shown(path), path


def test_a_course_beside_its_virtual_environment_stays_hidden(prefix):
    root = prefix("course", beside=("solutions", "submitted", "share/jupyter"))
    (root / "gradebook.db").touch()
    (root / "pyvenv.cfg").touch()
    assert shown(root / "bin" / "python")
    assert shown(root / "lib" / "python3.11" / "site-packages" / "numpy")
    assert shown(root / "pyvenv.cfg")
    for name in ("solutions", "submitted", "gradebook.db", "share/jupyter"):
        assert not shown(root / name), name


def test_a_python_in_a_shared_prefix_shows_only_what_is_its_own(prefix, monkeypatch, tmp_path):
    monkeypatch.setattr(host_files, "SHARED_PREFIXES", (str(tmp_path / "usr" / "local"),))
    root = prefix("usr/local", beside=("share/nbgrader/exchange", "lib/other"))
    (root / "bin" / "other").touch()
    for path in ("bin/python", "bin/python3.11", "lib/python3.11/os.py"):
        assert shown(root / path), path
    for path in ("share/nbgrader/exchange", "lib/other", "bin/other"):
        assert not shown(root / path), path


def test_every_link_on_the_way_to_the_program_is_shown(prefix, monkeypatch, tmp_path):
    root = prefix("pythons/3.11.7")
    (tmp_path / "pythons" / "3.11").symlink_to("3.11.7")
    environment = tmp_path / "venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python3").symlink_to(tmp_path / "pythons" / "3.11" / "bin" / "python")
    (environment / "python").symlink_to("python3")
    monkeypatch.setattr(sys, "executable", str(environment / "python"))
    monkeypatch.setattr(sys, "prefix", str(environment.parent))
    paths = visible_paths()
    assert shown(environment / "python")
    assert shown(tmp_path / "pythons" / "3.11" / "bin" / "python")
    assert str(root / "bin") in paths


def test_links_stay_links_and_everything_is_read_only(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    link, file = str(tmp_path / "link"), str(tmp_path / "file")
    assert bind_arguments([link, file]) == ["--symlink", "file", link, "--ro-bind", file, file]


def test_a_gpu_shows_the_folders_of_its_driver_too(monkeypatch, tmp_path):
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{tmp_path}:relative")
    assert str(tmp_path) in visible_paths(gpu=True)
    assert str(tmp_path) not in visible_paths()
