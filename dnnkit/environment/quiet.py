"""Hide what TensorFlow and JAX log about themselves from students, who would take red lines for their own errors.

TensorFlow's lines come from compiled code before TensorFlow can be told to be quiet, so they are filtered where they
come out, while TensorFlow is imported and only then. Errors are Python exceptions and come through.
"""

import contextlib
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from dnnkit.environment import devices
from dnnkit.environment.variables import QUIET

NOISE = re.compile(
    rb"WARNING: All log messages before absl|[IWE]\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+:\d+\] |"
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+: [IWE] |To enable the following instructions: "
)

NARROWED = "Explicitly requested dtype int64"  # JAX's warning that it counts Keras' steps in int32


def quiet_backends(*, settle: bool = True) -> None:
    """Let a later `import tensorflow` or `import keras` be quiet; called when the extension is loaded.

    Args:
        settle: also apply the settings of devices; not in a process that is forked later, since CUDA survives no fork.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    devices.fall_back_to_cpu()
    warnings.filterwarnings("ignore", message=NARROWED, category=UserWarning)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(settle))


class _Finder:
    """Finds TensorFlow as everybody else does, and has it loaded quietly."""

    def __init__(self, settle: bool) -> None:
        self._settle = settle

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        others = (f for f in sys.meta_path if f is not self and hasattr(f, "find_spec"))
        spec = next(filter(None, (f.find_spec(name, path, target) for f in others)), None)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_quietly(module: ModuleType) -> None:
                with without_noise():
                    load(module)
                    if self._settle:
                        devices.settle_tensorflow(module)

            spec.loader.exec_module = load_quietly  # type: ignore[method-assign]
        return spec


@contextlib.contextmanager
def without_noise() -> Iterator[None]:
    """Hold back what is written to the process's error stream, then let through all but TensorFlow's log lines."""
    try:
        shown, log = os.dup(2), tempfile.TemporaryFile()  # noqa: SIM115 - closed below
    except OSError:  # no error stream, or nowhere to write
        yield
        return
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        log.seek(0)
        for line in log:
            if not NOISE.match(line):
                os.write(2, line)
        log.close()
