"""The Jupyter kernel "dnn": this Python, quiet logs, an installed Keras backend, and the CPU unless asked otherwise."""

import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from dnnkit.environment.commands import pip_install
from dnnkit.environment.variables import CPU, DETERMINISTIC, GPU, QUIET, WANTED

NAME = "dnn"
DISPLAY_NAME = "Deep neural networks (dnn)"
BACKENDS = ("tensorflow", "jax", "torch")
WITH_CUDA = {  # what pip installs so that each of them uses an NVIDIA GPU
    "tensorflow": ("tensorflow[and-cuda]",),
    "jax": ("jax[cuda12]",),
    "torch": ("--force-reinstall", "torch"),
}


def kernel_spec(*, gpu: bool = False, deterministic: bool = False) -> dict[str, Any]:
    """Describe the kernel as Jupyter wants it in kernel.json.

    Args:
        gpu: let the kernel use the GPU, taking its memory as it is needed, and fall back to the CPU where there is
            none; by default it is hidden, so that results agree with everyone's.
        deterministic: have the backend choose operations that give the same digits in every run, at some cost in
            speed; numbers drawn at random also need a seed (`keras.utils.set_random_seed`).
    """
    env = {"KERAS_BACKEND": keras_backend(), **QUIET}
    env |= {**GPU, WANTED: "1"} if gpu else CPU
    env |= DETERMINISTIC if deterministic else {}
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return {
        "argv": argv,
        "display_name": DISPLAY_NAME,
        "language": "python",
        "env": env,
        "metadata": {"debugger": True},
    }


def keras_backend() -> str:
    """Return the Keras backend to use: the one in KERAS_BACKEND, else the first that is installed."""
    asked = os.environ.get("KERAS_BACKEND")
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    return asked if asked in BACKENDS else (installed or BACKENDS)[0]


def cuda_command(backend: str) -> str:
    """Write the command that makes a backend use an NVIDIA GPU; empty for a backend that is not known."""
    return pip_install(*WITH_CUDA[backend]) if backend in WITH_CUDA else ""


def install_kernel(gpu: bool = False, prefix: str | None = None, deterministic: bool = False) -> Path:
    """Register the kernel "dnn", in place of an earlier one.

    Args:
        gpu: let the kernel use the GPU; see `kernel_spec`.
        prefix: where Jupyter's `share/jupyter` lies; this Python's own by default, so that it works in a venv.
        deterministic: give the same digits in every run; see `kernel_spec`.

    Returns:
        Path of the installed kernel's folder.

    Raises:
        PermissionError: when the prefix cannot be written.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as folder:
        spec = json.dumps(kernel_spec(gpu=gpu, deterministic=deterministic), indent=1)
        (Path(folder) / "kernel.json").write_text(spec + "\n", encoding="utf-8")
        return Path(KernelSpecManager().install_kernel_spec(folder, NAME, prefix=prefix or sys.prefix))


def find_kernel() -> tuple[str | None, bool]:
    """Look the kernel up.

    Returns:
        The pair (its Python or None, whether that Python is still there).
    """
    spec = installed_spec()
    return (spec.argv[0], shutil.which(spec.argv[0]) is not None) if spec else (None, False)


def installed_spec() -> Any:
    """Return Jupyter's description of the installed kernel, or None."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        return KernelSpecManager().get_kernel_spec(NAME)
    except NoSuchKernel:
        return None
