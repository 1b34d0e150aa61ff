import importlib.util
import json
import os
import subprocess
import sys

import pytest

from dnnkit.environment import kernels, variables

FIT = """
import dnnkit, types
dnnkit.load_ipython_extension(types.SimpleNamespace(input_transformers_cleanup=[]))
import keras, numpy as np
model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.5)])
model.compile("sgd", "mse")
history = model.fit(np.ones((20, 2)), np.ones((20, 3)), verbose=0)
print(keras.backend.backend(), history.history["loss"][0], sep="\\n")
"""


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
    assert kernels.installed_spec().env["DNN_GPU"] == "1"


def test_the_environment_is_quiet_and_grows_memory():
    env = kernels.kernel_spec()["env"]
    assert env["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert env["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert env["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert all(isinstance(value, str) for value in env.values())


def test_the_cpu_kernel_hides_every_gpu_and_the_gpu_kernel_shares_it():
    cpu, gpu = kernels.kernel_spec()["env"], kernels.kernel_spec(gpu=True)["env"]
    assert (cpu["CUDA_VISIBLE_DEVICES"], cpu["JAX_PLATFORMS"], cpu["KERAS_TORCH_DEVICE"]) == ("", "cpu", "cpu")
    assert "DNN_GPU" not in cpu
    assert not {"CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "KERAS_TORCH_DEVICE"} & gpu.keys()
    assert gpu["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert gpu["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    assert (gpu["NVIDIA_TF32_OVERRIDE"], gpu["JAX_DEFAULT_MATMUL_PRECISION"]) == ("0", "highest")


def test_deterministic_operations_come_on_request():
    for gpu in (False, True):
        assert not variables.DETERMINISTIC.keys() & kernels.kernel_spec(gpu=gpu)["env"].keys()
        env = kernels.kernel_spec(gpu=gpu, deterministic=True)["env"]
        assert (env["TF_DETERMINISTIC_OPS"], env["XLA_FLAGS"]) == ("1", "--xla_gpu_deterministic_ops=true")


def test_every_backend_has_a_line_that_brings_cuda():
    assert set(kernels.WITH_CUDA) == set(kernels.BACKENDS)


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_backends_understand_the_settings(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    env = {**os.environ, **kernels.kernel_spec(gpu=True, deterministic=True)["env"], "KERAS_BACKEND": backend}
    done = subprocess.run([sys.executable, "-c", FIT], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [backend, done.stdout.splitlines()[-1]]
    assert float(done.stdout.splitlines()[-1]) > 0.0


def test_the_backend_is_the_one_asked_for_or_the_first_installed(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert kernels.keras_backend() == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    monkeypatch.setattr(kernels.importlib.util, "find_spec", lambda name: name == "torch" or None)
    assert kernels.keras_backend() == "torch"
    monkeypatch.setattr(kernels.importlib.util, "find_spec", lambda name: None)
    assert kernels.keras_backend() == "tensorflow"
