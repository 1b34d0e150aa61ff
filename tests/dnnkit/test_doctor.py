import json
import subprocess
from types import SimpleNamespace

import pytest

from dnnkit import doctor, kernels
from dnnkit.doctor import MISSING, OK, Finding


def answering(stdout="", stderr="", returncode=0):
    return lambda *args, **kwargs: SimpleNamespace(stdout=stdout, stderr=stderr, returncode=returncode)


@pytest.fixture
def no_processes(monkeypatch):
    said = "noise\n" + json.dumps(["3.15.1", "tensorflow", ["cpu:0"]]) + "\n"
    monkeypatch.setattr(doctor, "_run", answering(said))


def test_report_is_aligned_and_names_the_cure():
    findings = [
        Finding("python", OK, "3.11.7"),
        Finding("kernel dnn", MISSING, "not registered", "dnnkit kernel install"),
        Finding("sandbox", MISSING, "bwrap is not installed", "sudo apt install bubblewrap", needed=False),
    ]
    assert doctor.report(findings) == (
        "python      ok       3.11.7\n"
        "kernel dnn  missing  not registered\n"
        "            mend it: dnnkit kernel install\n"
        "sandbox     missing  bwrap is not installed (students do not need it)\n"
        "            mend it: sudo apt install bubblewrap\n"
        "\n"
        "1 of the things a student needs is missing."
    )
    assert not doctor.is_healthy(findings)
    assert doctor.is_healthy(findings[::2])
    assert doctor.report(findings[:1]).endswith("\n\nEverything a student needs is here.")


def test_everything_is_looked_at(no_processes):
    names = [finding.name for finding in doctor.examine()]
    assert names[:9] == ["python", *doctor.PACKAGES, "keras", "kernel dnn"]
    assert "write access" in names


def test_keras_names_backend_and_device(monkeypatch, no_processes):
    assert doctor._keras().detail.startswith("3.15.1 on tensorflow ")
    assert doctor._keras().detail.endswith(", device CPU")
    monkeypatch.setattr(doctor, "_run", answering(json.dumps(["3.15.1", "jax", ["gpu:0"]])))
    assert doctor._keras().detail.endswith("device GPU, in the kernel after: dnnkit kernel install --gpu")


def test_a_broken_or_hanging_keras_cannot_kill_the_doctor(monkeypatch):
    monkeypatch.setattr(doctor, "_run", answering("", "Traceback\nImportError: libcuda is broken\n", 1))
    assert doctor._keras().verdict == MISSING
    assert "libcuda is broken" in doctor._keras().detail

    def hangs(command, seconds, **kwargs):
        raise subprocess.TimeoutExpired(command, seconds)

    monkeypatch.setattr(doctor, "_run", hangs)
    assert doctor._keras().detail == "import took more than 120 seconds"
    assert doctor._sandbox().verdict == MISSING or doctor.shutil.which("bwrap") is None


def test_missing_packages_are_told():
    found = doctor._package("a-package-that-is-not-there")
    assert (found.verdict, found.cure) == (MISSING, "python -m pip install a-package-that-is-not-there")
    assert doctor._package("absent", needed=False, extra="[grading]").cure == 'python -m pip install "dnnkit[grading]"'


def test_an_unknown_kernel_and_one_whose_python_is_gone_are_told(monkeypatch):
    monkeypatch.setattr(kernels, "find_kernel", lambda: (None, False))
    assert doctor._kernel().detail == "not registered"
    monkeypatch.setattr(kernels, "find_kernel", lambda: ("/gone/python", False))
    assert doctor._kernel().detail == "its Python is gone: /gone/python"
    monkeypatch.setattr(kernels, "find_kernel", lambda: ("python", True))
    assert doctor._kernel().verdict == OK


def test_a_sandbox_that_fails_is_told(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor, "_run", answering(stderr="bwrap: No permissions\n", returncode=1))
    assert doctor._sandbox().detail == "bwrap fails: bwrap: No permissions"
    monkeypatch.setattr(doctor, "_run", answering())
    assert doctor._sandbox().verdict == OK
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert doctor._sandbox().verdict == MISSING
    assert doctor._browser().verdict == MISSING


def test_a_folder_that_cannot_be_written_is_told(monkeypatch):
    def refuse(**kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    assert doctor._writing().verdict == MISSING


def test_keras_really_answers():
    found = doctor._keras()
    assert found.verdict == OK
    assert " on " in found.detail
