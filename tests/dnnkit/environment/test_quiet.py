import importlib.util
import os
import subprocess
import sys

import pytest

from dnnkit.environment import kernels, variables

LOAD = (
    "import dnnkit; dnnkit.load_ipython_extension(__import__('types').SimpleNamespace(input_transformers_cleanup=[]));"
)
QUIET = "class config:\n    list_physical_devices = staticmethod(lambda kind: [])\n"
FAKE = """
import os
os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\\n")
os.write(2, b"I0000 00:00:1795176574.646256   13128 cudart_stub.cc:31] Could not find cuda drivers.\\n")
os.write(2, b"To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.\\n")
os.write(2, b"2026-11-01 10:00:00.123456: I tensorflow/core/util/port.cc:113] oneDNN custom operations are on.\\n")
os.write(2, b"something else\\n")
if "FAIL" in os.environ:
    raise ImportError("no such library")
level = os.environ["TF_CPP_MIN_LOG_LEVEL"]
calls = []
class random:
    set_seed = calls.append
class config:
    LogicalDeviceConfiguration = lambda memory_limit: memory_limit
    list_physical_devices = lambda kind: [kind, kind]
    set_logical_device_configuration = lambda *arguments: calls.append(arguments)
"""


def run(code, folder, **environment):
    kept = {name: value for name, value in os.environ.items() if name not in variables.QUIET}
    environment = {**kept, "PYTHONPATH": str(folder), **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)


@pytest.fixture
def fake(tmp_path):
    """A folder with a package that logs as TensorFlow does."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text(FAKE, encoding="utf-8")
    return tmp_path


def test_log_lines_of_the_import_are_dropped_and_others_are_kept(fake):
    ask = (
        "import tensorflow, importlib, os; os.write(2, b'later\\n'); print(tensorflow.level, tensorflow.__spec__.name)"
    )
    done = run(LOAD + LOAD + ask, fake)
    assert (done.stderr, done.stdout) == ("something else\nlater\n", "3 tensorflow\n")


def test_what_jax_says_of_its_whole_numbers_is_dropped_and_other_warnings_are_kept(fake):
    ask = (
        "import warnings; warnings.warn('other');"
        "warnings.warn('Explicitly requested dtype int64 requested in ShapeDtypeStruct is not available')"
    )
    errors = run(LOAD + ask, fake).stderr
    assert "UserWarning: other" in errors
    assert "int64" not in errors


def test_a_process_that_is_forked_later_leaves_the_devices_alone(fake):
    load = "from grading.judging.judging_server import preload; preload(['tensorflow']); import tensorflow as t; "
    done = run(load + "print(t.calls)", fake, DNN_GPU_MEMORY_MB="512")
    assert (done.stderr, done.stdout) == ("something else\n", "[]\n")


def test_an_import_that_fails_says_so(fake):
    done = run(LOAD + "import tensorflow", fake, FAIL="1")
    assert "cudart" not in done.stderr
    assert done.stderr.endswith("ImportError: no such library\n")


def test_what_the_user_has_set_stays(fake):
    assert run(LOAD + "import tensorflow as t; print(t.level)", fake, TF_CPP_MIN_LOG_LEVEL="0").stdout == "0\n"


def test_a_seed_and_a_memory_limit_are_set_where_they_are_asked_for(fake):
    ask = LOAD + "import tensorflow as t; print(t.calls)"
    assert run(ask, fake).stdout == "[]\n"
    assert run(ask, fake, TF_DETERMINISTIC_OPS="1").stdout == "[0]\n"
    assert run(ask, fake, DNN_GPU_MEMORY_MB="512").stdout == "[('GPU', [512]), ('GPU', [512])]\n"


def test_without_tensorflow_nothing_changes(tmp_path):
    code = LOAD + "import sys; sys.path[:] = []; import importlib.util as u; print(u.find_spec('tensorflow'))"
    assert run(code, tmp_path).stdout == "None\n"


def test_without_an_error_stream_the_import_works(fake):
    (fake / "tensorflow" / "__init__.py").write_text(QUIET, encoding="utf-8")
    done = run("import os; os.close(2);" + LOAD + "import tensorflow; print(3)", fake)
    assert done.stdout == "3\n"


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_importing_and_using_keras_is_silent(tmp_path):
    ask = LOAD + "import keras; print(keras.backend.backend(), keras.layers.Dense(3)(keras.ops.ones((1, 2))).shape)"
    done = run(ask, tmp_path, KERAS_BACKEND="tensorflow")
    assert (done.stderr, done.stdout) == ("", "tensorflow (1, 3)\n")


def test_the_kernel_has_the_same_settings():
    assert variables.QUIET.items() <= kernels.kernel_spec()["env"].items()
