"""Which GPU is here, why one cannot be used, and the settings that let several programs share it.

Asks NVIDIA's driver itself, without a deep learning package, in milliseconds.
"""

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

GPU_SETTINGS = {
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # TensorFlow: take memory as it is needed
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # JAX: likewise; PyTorch does so by itself
    "NVIDIA_TF32_OVERRIDE": "0",  # full float32: TF32 keeps 10 bits, and the lessons' tolerances would not hold
    # the same for JAX, whose compiler also has products of its own: on an H200, 98 TFLOP/s showed that they were TF32
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
}
DETERMINISTIC_SETTINGS = {
    "TF_DETERMINISTIC_OPS": "1",  # TensorFlow: the same sums in the same order, at some cost in speed
    "XLA_FLAGS": "--xla_gpu_deterministic_ops=true",  # JAX: likewise
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # PyTorch, which also needs torch.use_deterministic_algorithms(True)
}
CPU_SETTINGS = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "KERAS_TORCH_DEVICE": "cpu"}
WANTED = "DNN_GPU"  # set in the kernel that may use the GPU
MEMORY_MB = "DNN_GPU_MEMORY_MB"  # the most that TensorFlow may take of it
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
        gpus: list of `Gpu`, in the order in which programs number them.
        why: why there is none; empty when there is one.
        cure: the command that changes it; empty where none can.
    """

    gpus: tuple = ()
    why: str = ""
    cure: str = ""


def look():
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


def fall_back_to_cpu():
    """In a kernel that may use the GPU: where there is none, tell the backends so, before they look and complain."""
    if os.environ.get(WANTED) and not look().gpus:
        os.environ.update(CPU_SETTINGS)


def settle_tensorflow(tensorflow):
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


def share_settings(fraction):
    """Environment variables of a program that shares the GPU.

    Args:
        fraction: the part of its memory that the program may take, between 0 and 1.
    """
    settings = {**GPU_SETTINGS, "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{fraction:.3f}"}
    settings["CUDA_VISIBLE_DEVICES"] = (os.environ.get("CUDA_VISIBLE_DEVICES") or "0").split(",")[0]
    gpus = look().gpus
    if gpus:
        settings[MEMORY_MB] = str(int(gpus[0].memory_mb * fraction))
    return settings


def _load_driver():
    names = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
    try:
        return ctypes.CDLL(names[sys.platform])
    except (KeyError, OSError):  # another system, or no driver
        return None


def _has_card():
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


def _name_of_error(driver, code):
    text = ctypes.c_char_p()
    driver.cuGetErrorName(code, ctypes.byref(text))
    return (text.value or b"an unknown error").decode() + f" ({code})"


def _describe(driver, number):
    device, name, size = ctypes.c_int(), ctypes.create_string_buffer(128), ctypes.c_size_t()
    driver.cuDeviceGet(ctypes.byref(device), number)
    driver.cuDeviceGetName(name, len(name), device)
    driver.cuDeviceTotalMem_v2(ctypes.byref(size), device)
    return Gpu(name.value.decode(errors="replace"), size.value // 2**20)
