"""Grading on a GPU, with devices that are only pretended: who sees it, how it is shared, and when it is refused."""

import os

import pytest

from dnnkit.environment import devices
from dnnkit.environment.devices import Gpu, Look
from grading.classes import autograde
from grading.classes.autograde import GradingOptions, share_gpu
from grading.classes.cluster import grade_on, open_cluster
from grading.errors import GradingError
from grading.judging import judging_worker
from grading.sandbox import bubblewrap as sandbox
from grading.sandbox.bubblewrap import bubblewrap_command, kernel_environment
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.limits import Limits
from grading.sandbox.unsandboxed_launcher import UnsandboxedLauncher, _environment

HALF = Limits(gpu_fraction=0.45)


@pytest.fixture
def nodes(tmp_path, monkeypatch):
    """A /dev with an NVIDIA GPU in it."""
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "dxg", "sda"):
        (tmp_path / name).touch()
    (tmp_path / "nvidia-caps").mkdir()
    monkeypatch.setattr(sandbox, "DEVICES", tmp_path)
    return tmp_path


@pytest.fixture
def gpu(monkeypatch):
    """One GPU of 80 GiB."""
    monkeypatch.setattr(devices, "look", lambda: Look((Gpu("NVIDIA A", 81_920),)))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def bound(command, option):
    return [command[i + 1] for i, word in enumerate(command) if word == option]


def variables(command):
    return {command[i + 1]: command[i + 2] for i, word in enumerate(command) if word == "--setenv"}


def test_by_default_no_sandbox_sees_a_gpu(nodes, gpu):
    command = bubblewrap_command("/sockets")
    assert bound(command, "--dev-bind") == ["/dev/full"]  # stands for /dev/zero
    assert "/sys" not in command
    assert variables(command)["CUDA_VISIBLE_DEVICES"] == ""
    assert variables(command)["JAX_PLATFORMS"] == "cpu"


def test_with_a_share_the_sandbox_sees_the_devices_and_nothing_else_of_dev(nodes, gpu):
    command = bubblewrap_command("/sockets", HALF)
    names = ("nvidia-uvm", "nvidia0", "nvidia1", "nvidiactl", "dxg")
    assert bound(command, "--dev-bind")[1:] == [str(nodes / name) for name in names]
    assert "/sys" in bound(command, "--ro-bind")
    order = [command.index(word) for word in ("--dev", "--dev-bind", "--remount-ro")]
    assert order == sorted(order)  # into the fresh /dev, before that is closed


def test_a_share_without_devices_binds_nothing(tmp_path, monkeypatch, gpu):
    monkeypatch.setattr(sandbox, "DEVICES", tmp_path)
    assert sandbox.gpu_binds() == []


def test_a_kernel_with_a_share_gets_no_more_than_it(gpu, monkeypatch, tmp_path):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/local/nvidia/lib64")
    environment = kernel_environment(HALF)
    assert environment["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.450"
    assert environment["DNN_GPU_MEMORY_MB"] == "36864"
    assert environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert environment["LD_LIBRARY_PATH"] == "/usr/local/nvidia/lib64"
    assert "JAX_PLATFORMS" not in environment
    assert "LD_LIBRARY_PATH" not in kernel_environment()
    assert _environment(HALF, tmp_path)["DNN_GPU_MEMORY_MB"] == "36864"


@pytest.mark.parametrize(
    ("options", "part"), [(GradingOptions(gpu=True), 0.9), (GradingOptions(gpu=True, workers=3), 0.3)]
)
def test_workers_of_this_machine_share_the_gpu(gpu, options, part):
    shared = share_gpu(options)
    assert shared.limits.gpu_fraction == pytest.approx(part)
    assert share_gpu(shared) == shared


def test_each_worker_of_a_scheduler_has_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setattr(devices, "look", lambda: Look(why="not asked here"))
    assert share_gpu(GradingOptions(gpu=True, workers=8, scheduler="tls://far:8786")).limits.gpu_fraction == 0.9
    assert share_gpu(GradingOptions(workers=8)) == GradingOptions(workers=8)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (Look(why="no card"), r"^--gpu needs a GPU, and there is none to use: no card\. Leave out --gpu\.$"),
        (Look(why="hidden", cure="unset X"), r"none to use: hidden\. Fix it: unset X; or leave out --gpu\.$"),
    ],
)
def test_a_machine_without_a_gpu_refuses_before_anything_is_written(monkeypatch, found, message):
    monkeypatch.setattr(devices, "look", lambda: found)
    monkeypatch.setattr(autograde, "ensure_assignment", lambda *_: pytest.fail("too late"))
    with pytest.raises(GradingError, match=message):
        autograde.autograde(None, None, GradingOptions(gpu=True))


def test_kernels_on_a_gpu_start_cold(monkeypatch):
    monkeypatch.setattr("grading.sandbox.cold_launcher.require_sandbox", lambda: None)
    monkeypatch.setattr("grading.sandbox.fork_launcher.require_sandbox", lambda: None)
    monkeypatch.setattr(judging_worker, "lesson_modules", lambda lesson: ())
    assert isinstance(judging_worker.make_launcher(None, HALF), ColdLauncher)
    assert isinstance(judging_worker.make_launcher(None, Limits()), ForkLauncher)
    assert isinstance(judging_worker.make_launcher(None, HALF, trusted=True), UnsandboxedLauncher)


def test_workers_of_this_machine_offer_the_gpu_when_it_is_asked_for(monkeypatch):
    with open_cluster(1, gpu=True) as client:
        assert client.submit(os.getpid, resources={"GPU": 1}).result(timeout=30) != os.getpid()
        (offered,) = client.scheduler_info()["workers"].values()
        assert offered["resources"] == {"GPU": 1}


def test_a_cluster_without_a_gpu_is_told_instead_of_waited_for():
    with open_cluster(1) as client, pytest.raises(GradingError, match=r"No worker offers a GPU.* Got 1 without"):
        list(grade_on(client, [], gpu=True))
