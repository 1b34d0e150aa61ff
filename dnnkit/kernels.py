"""The Jupyter kernel "dnn": this Python, quiet logs, an installed Keras backend, and the CPU unless asked otherwise."""

import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from dnnkit import quiet

NAME = "dnn"
DISPLAY_NAME = "Deep neural networks (dnn)"
BACKENDS = ("tensorflow", "jax", "torch")


def kernel_spec(*, gpu=False):
    """Describe the kernel as Jupyter wants it in kernel.json.

    Args:
        gpu: let the kernel use the GPU; by default it is hidden, so that results agree with everyone's.
    """
    env = {"KERAS_BACKEND": keras_backend(), **quiet.SETTINGS}
    if not gpu:
        env["CUDA_VISIBLE_DEVICES"] = ""
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return {
        "argv": argv,
        "display_name": DISPLAY_NAME,
        "language": "python",
        "env": env,
        "metadata": {"debugger": True},
    }


def keras_backend():
    """Return the Keras backend to use: the one in KERAS_BACKEND, else the first that is installed."""
    asked = os.environ.get("KERAS_BACKEND")
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    return asked if asked in BACKENDS else (installed or BACKENDS)[0]


def install_kernel(gpu=False, prefix=None):
    """Register the kernel "dnn", in place of an earlier one.

    Args:
        gpu: let the kernel use the GPU.
        prefix: where Jupyter's `share/jupyter` lies; this Python's own by default, so that it works in a venv.

    Returns:
        Path of the installed kernel's folder.

    Raises:
        PermissionError: when the prefix cannot be written.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as folder:
        spec = json.dumps(kernel_spec(gpu=gpu), indent=1)
        (Path(folder) / "kernel.json").write_text(spec + "\n", encoding="utf-8")
        return Path(KernelSpecManager().install_kernel_spec(folder, NAME, prefix=prefix or sys.prefix))


def find_kernel():
    """Look the kernel up.

    Returns:
        The pair (its Python or None, whether that Python is still there).
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        python = KernelSpecManager().get_kernel_spec(NAME).argv[0]
    except NoSuchKernel:
        return None, False
    return python, shutil.which(python) is not None
