import json
import subprocess
from types import SimpleNamespace

import pytest

from dnnkit.environment import devices, doctor, kernels
from dnnkit.environment.devices import Gpu, Look
from dnnkit.environment.doctor import MISSING, OK, OPTIONAL, Finding

ONE = Look((Gpu("NVIDIA A", 81_920),))


def answering(stdout="", stderr="", returncode=0):
    return lambda *args, **kwargs: SimpleNamespace(stdout=stdout, stderr=stderr, returncode=returncode)


@pytest.fixture
def no_processes(monkeypatch):
    printed = "noise\n" + json.dumps(["3.15.1", "tensorflow", "/device:CPU:0"]) + "\n"
    monkeypatch.setattr(doctor, "_run", answering(printed))


def test_report_is_aligned_and_names_the_cure():
    findings = [
        Finding("python", OK, "3.11.7"),
        Finding("device", OK, "CPU: the kernel hides it", "dnnkit kernel install --gpu"),
        Finding("numpy", MISSING, "not installed", "python -m pip install numpy"),
        Finding("sandbox", OPTIONAL, "bwrap is not installed; grading needs it", "sudo apt install bubblewrap"),
    ]
    assert doctor.report(findings) == (
        "python   ok        3.11.7\n"
        "device   ok        CPU: the kernel hides it\n"
        "         to change it: dnnkit kernel install --gpu\n"
        "numpy    missing   not installed\n"
        "         fix it: python -m pip install numpy\n"
        "sandbox  optional  bwrap is not installed; grading needs it\n"
        "         fix it: sudo apt install bubblewrap\n"
        "\n"
        "1 of the things a student needs is missing."
    )
    assert not doctor.is_healthy(findings)
    assert doctor.is_healthy([findings[0], findings[1], findings[3]])
    assert doctor.report(findings[:1]).endswith("\n\nEverything a student needs is here.")


def test_everything_is_looked_at(no_processes):
    names = [finding.name for finding in doctor.examine()]
    assert names[:10] == ["python", *doctor.PACKAGES, "keras", "device", "kernel dnn"]
    assert "write access" in names


def test_keras_names_its_backend_and_is_asked_with_the_kernels_own(monkeypatch, no_processes):
    keras, device = doctor._keras()
    assert keras.detail.startswith("3.15.1 on tensorflow ")
    assert device.name == "device"
    asked = []
    monkeypatch.setattr(kernels, "installed_spec", lambda: SimpleNamespace(env={"KERAS_BACKEND": "jax"}))
    monkeypatch.setattr(doctor, "_run", lambda *a, env: asked.append(env) or SimpleNamespace(stdout="", stderr=""))
    doctor._keras()
    assert asked[0]["KERAS_BACKEND"] == "jax"


@pytest.mark.parametrize(
    ("found", "where", "wanted", "detail", "cure"),
    [
        (Look(why="no NVIDIA GPU"), "cpu:0", False, "CPU: no NVIDIA GPU", ""),
        (Look(why="hidden by X", cure="unset X"), "cpu:0", True, "CPU: hidden by X", "unset X"),
        (
            ONE,
            "/job:localhost/device:CPU:0",
            True,
            "CPU: tensorflow does not use the NVIDIA A, 80 GiB: it was built without CUDA, or lacks CUDA's libraries",
            "tensorflow[and-cuda]",
        ),
        (ONE, "cuda:0", False, "CPU: the kernel hides the NVIDIA A, 80 GiB", "kernel install --gpu"),
        (ONE, "/job:localhost/device:GPU:0", True, "GPU: NVIDIA A, 80 GiB", ""),
    ],
)
def test_the_device_is_named_with_what_keeps_the_lessons_from_the_gpu(monkeypatch, found, where, wanted, detail, cure):
    monkeypatch.setattr(devices, "look", lambda: found)
    device = doctor._device("tensorflow", where, wanted)
    assert (device.verdict, device.detail) == (OK, detail)
    assert cure in device.cure
    assert bool(cure) == bool(device.cure)


def test_a_broken_or_hanging_keras_cannot_kill_the_doctor(monkeypatch):
    monkeypatch.setattr(doctor, "_run", answering("", "Traceback\nImportError: libcuda is broken\n", 1))
    (found,) = doctor._keras()
    assert found.verdict == MISSING
    assert "libcuda is broken" in found.detail

    def hangs(command, seconds, **kwargs):
        raise subprocess.TimeoutExpired(command, seconds)

    monkeypatch.setattr(doctor, "_run", hangs)
    assert doctor._keras()[0].detail == "import took more than 120 seconds"
    assert doctor._sandbox().verdict == OPTIONAL or doctor.shutil.which("bwrap") is None


def test_missing_packages_are_told():
    found = doctor._package("a-package-that-is-not-there")
    assert found.verdict == MISSING
    assert found.cure.endswith("-m pip install a-package-that-is-not-there")
    assert doctor._package("absent", absent=OPTIONAL).verdict == OPTIONAL


def test_a_kernel_that_is_not_registered_yet_is_no_failure_as_lab_registers_it(monkeypatch):
    monkeypatch.setattr(kernels, "find_kernel", lambda: (None, False))
    found = doctor._kernel()
    assert found.verdict == OK
    assert found.detail.startswith("not registered yet; ")
    assert found.detail.endswith("dnnkit lab registers it when it starts")
    assert found.cure.endswith("dnnkit kernel install")
    monkeypatch.setattr(kernels, "find_kernel", lambda: ("/gone/python", False))
    assert doctor._kernel().detail.startswith("its Python is gone (/gone/python); ")
    monkeypatch.setattr(kernels, "find_kernel", lambda: ("python", True))
    assert doctor._kernel() == Finding("kernel dnn", OK, "python")


def test_a_sandbox_that_fails_is_told(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor, "_run", answering('["bwrap: No permissions", "allow it", "works"]\n'))
    found = doctor._sandbox()
    assert (found.verdict, found.detail, found.cure) == (OPTIONAL, "bwrap: No permissions", "allow it")
    monkeypatch.setattr(doctor, "_run", answering('["", "", "works; not counted: buffers"]\n'))
    assert (doctor._sandbox().verdict, doctor._sandbox().detail) == (OK, "works; not counted: buffers")
    monkeypatch.setattr(doctor, "_run", answering(stderr="No module named jupyter_client\n", returncode=1))
    assert doctor._sandbox().detail == "cannot be tried: No module named jupyter_client"
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert doctor._sandbox().verdict == OPTIONAL
    assert doctor._browser().verdict == OPTIONAL


def test_a_folder_that_cannot_be_written_is_told(monkeypatch):
    def refuse(**kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    assert doctor._writing().verdict == MISSING


def test_keras_really_answers():
    keras, device = doctor._keras()
    assert (keras.verdict, device.verdict) == (OK, OK)
    assert " on " in keras.detail
    assert device.detail[:4] in ("CPU:", "GPU:")
