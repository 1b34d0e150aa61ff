import ctypes
import os

import pytest

from dnnkit.environment import devices, variables
from dnnkit.environment.devices import Gpu, Look


class Driver:
    """Answers as NVIDIA's driver does."""

    def __init__(self, gpus=(), code=0):
        self.gpus, self.code = gpus, code

    def cuInit(self, flags):
        return self.code

    def cuDeviceGetCount(self, count):
        count._obj.value = len(self.gpus)

    def cuDeviceGet(self, device, number):
        device._obj.value = number

    def cuDeviceGetName(self, name, size, device):
        name.value = self.gpus[device.value].name.encode()

    def cuDeviceTotalMem_v2(self, size, device):
        size._obj.value = self.gpus[device.value].memory_mb * 2**20

    def cuGetErrorName(self, code, text):
        text._obj.value = {999: b"CUDA_ERROR_UNKNOWN"}.get(code)


TWO = (Gpu("NVIDIA A", 81_920), Gpu("NVIDIA B", 40_960))


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No card, no driver, nothing hidden."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("DNN_GPU", raising=False)
    monkeypatch.setattr(devices, "PCI", tmp_path / "pci")
    monkeypatch.setattr(devices, "WSL", tmp_path / "dxg")
    with_driver(monkeypatch, None)
    return tmp_path


def with_driver(monkeypatch, driver):
    monkeypatch.setattr(devices, "_load_driver", lambda: driver)


def put_card(folder, *, vendor="0x10de", kind="0x030200"):
    card = folder / "pci" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "vendor").write_text(f"{vendor}\n")
    (card / "class").write_text(f"{kind}\n")


def test_a_machine_without_a_gpu_needs_nothing():
    assert devices.look() == Look(why="no NVIDIA GPU in this machine; every lesson is made for the CPU")


@pytest.mark.parametrize(("vendor", "kind"), [("0x8086", "0x030000"), ("0x10de", "0x040300")])
def test_other_cards_are_no_gpus(bare, vendor, kind):
    put_card(bare, vendor=vendor, kind=kind)
    (bare / "pci" / "broken").mkdir()
    assert devices.look().why.startswith("no NVIDIA GPU in this machine")


def test_a_missing_driver_is_told(bare):
    put_card(bare)
    found = devices.look()
    assert found.why.startswith("an NVIDIA GPU is there, but its driver is missing; ")
    assert found.cure == "sudo apt install nvidia-driver"


def test_a_gpu_behind_windows_without_a_driver_is_told(bare):
    (bare / "dxg").touch()
    assert devices.look().why.startswith("an NVIDIA GPU is there, but its driver is missing; ")


@pytest.mark.parametrize("value", ["", "-1", " "])
def test_a_hidden_gpu_is_told(monkeypatch, value):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    with_driver(monkeypatch, Driver(TWO))
    assert devices.look() == Look(why=f"hidden by CUDA_VISIBLE_DEVICES={value!r}", cure="unset CUDA_VISIBLE_DEVICES")


@pytest.mark.parametrize(
    ("driver", "why", "cure"),
    [
        (
            Driver(code=100),
            "the NVIDIA driver sees no GPU; a container is to be started with docker run --gpus all",
            "",
        ),
        (Driver(), "the NVIDIA driver sees no GPU", "nvidia-smi"),
        (Driver(code=999), "the NVIDIA driver answers CUDA_ERROR_UNKNOWN (999); restart the machine", ""),
        (Driver(code=7), "the NVIDIA driver answers an unknown error (7); restart the machine", ""),
    ],
)
def test_a_driver_without_a_gpu_is_told(monkeypatch, driver, why, cure):
    with_driver(monkeypatch, driver)
    found = devices.look()
    assert (found.gpus, found.cure) == ((), cure)
    assert found.why.startswith(why)


def test_gpus_are_described_in_order(monkeypatch):
    with_driver(monkeypatch, Driver(TWO))
    assert devices.look() == Look(gpus=TWO)


def test_a_library_that_is_no_driver_is_no_driver(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: (_ for _ in ()).throw(OSError(name)))
    assert devices._load_driver() is None
    monkeypatch.setattr(devices.sys, "platform", "darwin")
    assert devices._load_driver() is None


def test_this_machine_answers():
    devices.look()


def test_the_kernel_falls_back_to_the_cpu_only_where_it_may_use_a_gpu_and_there_is_none(monkeypatch):
    for name in variables.CPU:
        monkeypatch.setenv(name, "as it was")
    devices.fall_back_to_cpu()
    assert os.environ["JAX_PLATFORMS"] == "as it was"
    monkeypatch.setenv("DNN_GPU", "1")
    with_driver(monkeypatch, Driver(TWO))
    devices.fall_back_to_cpu()
    assert os.environ["JAX_PLATFORMS"] == "as it was"
    with_driver(monkeypatch, Driver(code=100))
    devices.fall_back_to_cpu()
    assert {name: os.environ[name] for name in variables.CPU} == variables.CPU


def test_a_share_of_the_gpu_limits_memory_and_picks_one_device(monkeypatch):
    with_driver(monkeypatch, Driver(TWO))
    settings = devices.share_settings(0.225)
    assert settings["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.225"
    assert settings["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    assert settings["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert settings["DNN_GPU_MEMORY_MB"] == "18432"
    assert settings["CUDA_VISIBLE_DEVICES"] == "0"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert devices.share_settings(0.5)["CUDA_VISIBLE_DEVICES"] == "3"
