"""Which GPU is here, why one cannot be used, and the settings that let several programs share it.

Asks NVIDIA's driver itself, without a deep learning package, in milliseconds.
"""

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from dnnkit.environment.variables import CPU, GPU, MEMORY_MB, WANTED

PCI = Path("/sys/bus/pci/devices")
WSL = Path("/dev/dxg")
INSTALL_DRIVER = "sudo apt install nvidia-driver"
NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE


@dataclass(frozen=True)
class Gpu:
    """A GPU that the driver offers.

    Attributes:
        name: such as "NVIDIA H200".
        memory_mb: its memory in MiB.
    """

    name: str
    memory_mb: int


@dataclass(frozen=True)
class Look:
    """What was found.

    Attributes:
        gpus: the GPUs, in the order in which programs number them.
        why: why there is none; empty when there is one.
        cure: the command that changes it; empty where none can.
    """

    gpus: tuple[Gpu, ...] = ()
    why: str = ""
    cure: str = ""


def look() -> Look:
    """Ask the driver for its GPUs.

    Returns:
        `Look`.
    """
    driver = _load_driver()
    if driver is None and not _has_card():
        return Look(why="no NVIDIA GPU in this machine; every lesson is made for the CPU")
    if driver is None:
        why = "an NVIDIA GPU is there, but its driver is missing; restart when it is installed"
        return Look(why=f"{why}; a container is to be started with docker run --gpus all", cure=INSTALL_DRIVER)
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden is not None and hidden.strip() in ("", "-1"):
        return Look(why=f"hidden by CUDA_VISIBLE_DEVICES={hidden!r}", cure="unset CUDA_VISIBLE_DEVICES")
    code = driver.cuInit(0)
    if code == NO_DEVICE:
        return Look(why="the NVIDIA driver sees no GPU; a container is to be started with docker run --gpus all")
    if code:
        why = "restart the machine if the driver was updated: the old one is still loaded"
        return Look(why=f"the NVIDIA driver answers {_name_of_error(driver, code)}; {why}")
    count = ctypes.c_int()
    driver.cuDeviceGetCount(ctypes.byref(count))
    gpus = tuple(_describe(driver, number) for number in range(count.value))
    return Look(gpus) if gpus else Look(why="the NVIDIA driver sees no GPU", cure="nvidia-smi")


def fall_back_to_cpu() -> None:
    """In a kernel that may use the GPU: where there is none, tell the backends so, before they look and complain."""
    if os.environ.get(WANTED) and not look().gpus:
        os.environ.update(CPU)


def settle_tensorflow(tensorflow: ModuleType) -> None:
    """Apply to TensorFlow, once it is imported, what it reads from no environment variable.

    Args:
        tensorflow: the module.
    """
    if os.environ.get("TF_DETERMINISTIC_OPS") == "1":
        tensorflow.random.set_seed(0)  # else its random operations refuse to run
    # Asked now, while what TensorFlow says about a missing GPU is held back; it asks only once.
    gpus = tensorflow.config.list_physical_devices("GPU")
    if os.environ.get(MEMORY_MB):
        limit = tensorflow.config.LogicalDeviceConfiguration(memory_limit=int(os.environ[MEMORY_MB]))
        for gpu in gpus:
            tensorflow.config.set_logical_device_configuration(gpu, [limit])


def share_settings(fraction: float) -> dict[str, str]:
    """Environment variables of a program that shares the GPU.

    Args:
        fraction: the part of its memory that the program may take, between 0 and 1.
    """
    settings = {**GPU, "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{fraction:.3f}"}
    settings["CUDA_VISIBLE_DEVICES"] = (os.environ.get("CUDA_VISIBLE_DEVICES") or "0").split(",")[0]
    gpus = look().gpus
    if gpus:
        settings[MEMORY_MB] = str(int(gpus[0].memory_mb * fraction))
    return settings


def _load_driver() -> Any:
    names = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
    try:
        return ctypes.CDLL(names[sys.platform])
    except (KeyError, OSError):  # another system, or no driver
        return None


def _has_card() -> bool:
    if WSL.exists():
        return True
    for device in PCI.glob("*"):
        try:
            vendor, kind = (device / "vendor").read_text().strip(), (device / "class").read_text().strip()
        except OSError:
            continue
        if vendor == "0x10de" and kind.startswith("0x03"):  # NVIDIA; a display or 3D controller
            return True
    return False


def _name_of_error(driver: Any, code: int) -> str:
    text = ctypes.c_char_p()
    driver.cuGetErrorName(code, ctypes.byref(text))
    return (text.value or b"an unknown error").decode() + f" ({code})"


def _describe(driver: Any, number: int) -> Gpu:
    device, name, size = ctypes.c_int(), ctypes.create_string_buffer(128), ctypes.c_size_t()
    driver.cuDeviceGet(ctypes.byref(device), number)
    driver.cuDeviceGetName(name, len(name), device)
    driver.cuDeviceTotalMem_v2(ctypes.byref(size), device)
    return Gpu(name.value.decode(errors="replace"), size.value // 2**20)
