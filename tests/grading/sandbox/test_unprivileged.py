"""Students' code never runs as the host's root, also where the grader does."""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from grading.sandbox import unprivileged as module
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.kernel import SandboxKernel
from grading.sandbox.kernel_results import CellResult
from grading.sandbox.unprivileged import NOBODY, hand_over, unprivileged

COMMAND = ["bwrap", "--ro-bind", "/usr", "/usr", "--"]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_an_ordinary_user_starts_bubblewrap_itself(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged(COMMAND) == COMMAND
    hand_over(tmp_path / "nothing")


def test_root_becomes_somebody_else_first(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command = unprivileged(COMMAND)
    assert command[-len(COMMAND) :] == [shutil.which("bwrap") or "bwrap", *COMMAND[1:]]
    settings = json.loads(command[-len(COMMAND) - 1])
    assert settings == {"user": NOBODY, "closed": {}}


def test_closed_folders_on_the_way_are_named(tmp_path):
    (tmp_path / "home" / "python").mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)
    closed = module._closed([str(tmp_path / "home" / "python"), "/usr"])
    assert [paths for paths in closed.values() if any("python" in path for path in paths)]
    assert not any("/usr" in paths for paths in closed.values())


@as_root
def test_it_has_no_rights_and_sees_of_a_closed_folder_only_what_it_needs(tmp_path):
    home = tmp_path / "home"
    for name in ("python", "secret"):
        (home / name).mkdir(parents=True)
        (home / name / "file").write_text(name)
    home.chmod(0o700)
    script = f"id -u; id -G; cat {home}/python/file; ls {home}; grep CapEff /proc/self/status; ls {home}/secret"
    command = unprivileged(["bwrap", "--ro-bind", str(home / "python"), "/x"])
    command[command.index("--ro-bind") - 1 :] = ["sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.split("\n")
    assert lines[:2] == [str(NOBODY), str(NOBODY)]
    assert lines[2:4] == ["pythonpython", "CapEff:\t0000000000000000"]
    assert "No such file" in done.stderr


@pytest.mark.sandbox
@pytest.mark.parametrize("kind", [ColdLauncher, ForkLauncher])
def test_no_process_of_a_kernel_belongs_to_root_outside(kind):
    with contextlib.closing(kind()) as launcher, SandboxKernel(launcher=launcher) as kernel:
        source = "import subprocess\nkept = subprocess.Popen(['sleep', '31.41'])"
        assert kernel.run_cell(source, 20) == CellResult("ok")
        owners = set()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if b"31.41" in (folder / "cmdline").read_bytes():
                    owners.add(folder.stat().st_uid)
    assert owners == {NOBODY if os.geteuid() == 0 else os.geteuid()}
