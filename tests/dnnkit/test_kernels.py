import json
import sys

import pytest

from dnnkit import kernels


@pytest.fixture
def prefix(tmp_path, monkeypatch):
    """An empty prefix that is the only place where Jupyter looks for kernels."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    monkeypatch.setattr(
        "jupyter_client.kernelspec.jupyter_path", lambda *parts: [str(tmp_path.joinpath("share", "jupyter", *parts))]
    )
    return tmp_path


def test_the_kernel_is_installed_found_and_replaced(prefix):
    assert kernels.find_kernel() == (None, False)
    folder = kernels.install_kernel(prefix=prefix)
    assert folder == prefix / "share" / "jupyter" / "kernels" / "dnn"
    spec = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
    assert spec["display_name"] == "Deep neural networks (dnn)"
    assert spec["argv"] == [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert spec["env"]["CUDA_VISIBLE_DEVICES"] == ""
    assert kernels.find_kernel() == (sys.executable, True)
    kernels.install_kernel(gpu=True, prefix=prefix)
    assert "CUDA_VISIBLE_DEVICES" not in json.loads((folder / "kernel.json").read_text(encoding="utf-8"))["env"]


def test_the_environment_is_quiet_and_grows_memory():
    env = kernels.kernel_spec()["env"]
    assert env["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert env["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert env["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert all(isinstance(value, str) for value in env.values())


def test_the_backend_is_the_one_asked_for_or_the_first_installed(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert kernels.keras_backend() == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    monkeypatch.setattr(kernels.importlib.util, "find_spec", lambda name: name == "torch" or None)
    assert kernels.keras_backend() == "torch"
    monkeypatch.setattr(kernels.importlib.util, "find_spec", lambda name: None)
    assert kernels.keras_backend() == "tensorflow"
