"""`dnnkit doctor`: what is here, what is missing, and the command that fixes it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal

from dnnkit.environment import devices, kernels
from dnnkit.environment.commands import dnnkit_command, pip_install
from dnnkit.environment.variables import GPU, QUIET, WANTED

OK: Final = "ok"
MISSING: Final = "missing"
OPTIONAL: Final = "optional"
PACKAGES = ("numpy", "matplotlib", "scikit-learn", "jupyterlab", "ipykernel", "ipywidgets")
IMPORT_SECONDS = 120
SANDBOX_SECONDS = 90
ASK_KERAS = """
import json, keras
ones = keras.ops.ones((8, 8))
where = str(getattr(keras.ops.matmul(ones, ones), "device", ""))
print("\\n" + json.dumps([keras.__version__, keras.backend.backend(), where]))
"""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        name: what was looked at.
        verdict: "ok"; "missing"; or "optional", which is not here either, but no student needs it.
        detail: version, device or what went wrong.
        cure: a command to paste that fixes it, or that changes what is well as it is; empty where no command can.
    """

    name: str
    verdict: Literal["ok", "missing", "optional"]
    detail: str
    cure: str = ""


def examine() -> list[Finding]:
    """Look at everything.

    Returns:
        The findings. What only instructors or contributors need is left out where their tools are not installed.
    """
    findings = [_python(), *(_package(name) for name in PACKAGES), *_keras(), _kernel(), _writing()]
    if importlib.util.find_spec("grading"):
        findings += [_package("nbgrader", absent=OPTIONAL), _sandbox()]
    if importlib.util.find_spec("playwright"):
        findings.append(_browser())
    return findings


def report(findings: Sequence[Finding]) -> str:
    """Write findings as aligned plain text, with a closing sentence."""
    width = max(len(f.name) for f in findings) + 2
    lines = []
    for f in findings:
        lines.append(f"{f.name:<{width}}{f.verdict:<10}{f.detail}".rstrip())
        if f.cure:
            lines.append(f"{'':<{width}}{'to change it' if f.verdict == OK else 'fix it'}: {f.cure}")
    missing = sum(f.verdict == MISSING for f in findings)
    end = "Everything a student needs is here."
    if missing:
        end = f"{missing} of the things a student needs {'is' if missing == 1 else 'are'} missing."
    return "\n".join([*lines, "", end])


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Say whether everything a student needs is there."""
    return all(f.verdict != MISSING for f in findings)


def _python() -> Finding:
    number = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("python", OK, number)
    return Finding("python", MISSING, f"{number}: install Python 3.11, 3.12 or 3.13, and make the venv anew with it")


def _package(name: str, *, absent: Literal["missing", "optional"] = MISSING) -> Finding:
    try:
        return Finding(name, OK, version(name))
    except PackageNotFoundError:
        return Finding(name, absent, "not installed", pip_install(name))


def _keras() -> list[Finding]:
    """Let Keras compute in another process, so that a broken backend cannot take the doctor with it."""
    cure = pip_install("keras", "tensorflow")
    spec = kernels.installed_spec() if importlib.util.find_spec("jupyter_client") else None
    settings = spec.env if spec else kernels.kernel_spec()["env"]
    # with the kernel's backend, but seeing what this computer has
    env = {**os.environ, "KERAS_BACKEND": settings["KERAS_BACKEND"], **QUIET, **GPU}
    try:
        done = _run([sys.executable, "-c", ASK_KERAS], IMPORT_SECONDS, env=env)
        number, backend, where = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return [Finding("keras", MISSING, f"import took more than {IMPORT_SECONDS} seconds", cure)]
    except (ValueError, IndexError):
        why = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return [Finding("keras", MISSING, f"cannot be imported: {why[:160]}", cure)]
    keras = Finding("keras", OK, f"{number} on {backend} {_version_or_unknown(backend)}")
    return [keras, _device(backend, where, WANTED in settings)]


def _device(backend: str, where: str, wanted: bool) -> Finding:
    """Say on which device the lessons will compute, and what keeps them from the GPU.

    Args:
        backend: Keras' backend.
        where: the device on which it computed, in its own words.
        wanted: whether the kernel is installed with --gpu.
    """
    found = devices.look()
    if not found.gpus:
        return Finding("device", OK, f"CPU: {found.why}", found.cure)
    gpu = f"{found.gpus[0].name}, {found.gpus[0].memory_mb / 1024:.0f} GiB"
    if not any(word in where.lower() for word in ("gpu", "cuda")):
        why = f"{backend} does not use the {gpu}: it was built without CUDA, or lacks CUDA's libraries"
        return Finding("device", OK, f"CPU: {why}", kernels.cuda_command(backend))
    if not wanted:
        cure = dnnkit_command("kernel", "install", "--gpu")
        return Finding("device", OK, f"CPU: the kernel hides the {gpu}", cure)
    return Finding("device", OK, f"GPU: {gpu}")


def _version_or_unknown(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "of unknown version"


def _kernel() -> Finding:
    if not importlib.util.find_spec("jupyter_client"):
        return Finding("kernel dnn", MISSING, "Jupyter is not installed", pip_install("jupyterlab"))
    python, works = kernels.find_kernel()
    if python is not None and works:
        return Finding("kernel dnn", OK, python)
    why = f"its Python is gone ({python})" if python else "not registered yet"
    lab, cure = dnnkit_command("lab"), dnnkit_command("kernel", "install")
    return Finding("kernel dnn", OK, f"{why}; {lab} registers it when it starts", cure)


def _writing() -> Finding:
    try:
        with tempfile.TemporaryFile(dir="."):
            return Finding("write access", OK, os.getcwd())
    except OSError as error:
        return Finding("write access", MISSING, f"{os.getcwd()}: {error.strerror}; work in a folder of your own")


def _sandbox() -> Finding:
    if shutil.which("bwrap") is None:
        detail = "bwrap is not installed; grading needs it, and Linux"
        return Finding("sandbox", OPTIONAL, detail, "sudo apt install bubblewrap")
    try:
        done = _run([sys.executable, "-m", "grading.sandbox.examine"], SANDBOX_SECONDS)
        problem, cure, detail = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Finding("sandbox", OPTIONAL, "bwrap does not answer; restart the machine")
    except (ValueError, IndexError):
        why = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Finding("sandbox", OPTIONAL, f"cannot be tried: {why[:160]}", pip_install("-e", ".[grading]"))
    if problem:
        return Finding("sandbox", OPTIONAL, problem, cure)
    return Finding("sandbox", OK, detail)


def _browser() -> Finding:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if found:
        return Finding("browser", OK, found)
    return Finding("browser", OPTIONAL, "no Chromium on the path; some tests need it", "sudo apt install chromium")


def _run(command: Sequence[str], seconds: float, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - fixed commands
        command, capture_output=True, text=True, timeout=seconds, env=env, check=False, stdin=subprocess.DEVNULL
    )
