"""`dnnkit doctor`: what is here, what is missing, and the one line that mends it."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from dnnkit import kernels

OK, MISSING = "ok", "missing"
PACKAGES = ("numpy", "matplotlib", "scikit-learn", "jupyterlab", "ipykernel", "ipywidgets")
IMPORT_SECONDS = 120
ASK_KERAS = """
import json, keras
try:
    devices = [str(device) for device in keras.distribution.list_devices()]
except Exception:
    devices = []
print("\\n" + json.dumps([keras.__version__, keras.backend.backend(), devices]))
"""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        name: what was looked at.
        verdict: "ok" or "missing".
        detail: version, device or what went wrong.
        cure: the one line that mends it.
        needed: whether a student needs it.
    """

    name: str
    verdict: str
    detail: str
    cure: str = ""
    needed: bool = True


def examine():
    """Look at everything.

    Returns:
        List of `Finding`. What only instructors or contributors need is left out where their tools are not installed.
    """
    findings = [_python(), *(_package(name) for name in PACKAGES), _keras(), _kernel(), _writing()]
    if importlib.util.find_spec("grading"):
        findings += [_package("nbgrader", needed=False, extra="[grading]"), _sandbox()]
    if importlib.util.find_spec("playwright"):
        findings.append(_browser())
    return findings


def report(findings):
    """Write findings as aligned plain text, with a closing sentence."""
    width = max(len(f.name) for f in findings) + 2
    lines = []
    for f in findings:
        whom = "" if f.needed or f.verdict == OK else " (students do not need it)"
        lines.append(f"{f.name:<{width}}{f.verdict:<9}{f.detail}{whom}".rstrip())
        if f.verdict != OK and f.cure:
            lines.append(f"{'':<{width}}mend it: {f.cure}")
    missing = sum(f.needed and f.verdict != OK for f in findings)
    end = "Everything a student needs is here."
    if missing:
        end = f"{missing} of the things a student needs {'is' if missing == 1 else 'are'} missing."
    return "\n".join([*lines, "", end])


def is_healthy(findings):
    """Say whether everything a student needs is there."""
    return all(f.verdict == OK for f in findings if f.needed)


def _python():
    number = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("python", OK if fits else MISSING, number, "install Python 3.11, 3.12 or 3.13")


def _package(name, *, needed=True, extra=""):
    try:
        return Finding(name, OK, version(name), needed=needed)
    except PackageNotFoundError:
        cure = f'python -m pip install "dnnkit{extra}"' if extra else f"python -m pip install {name}"
        return Finding(name, MISSING, "not installed", cure, needed)


def _keras():
    """Import Keras in another process, so that a broken backend cannot take the doctor with it."""
    cure = "python -m pip install keras tensorflow"
    env = {**os.environ, "KERAS_BACKEND": kernels.keras_backend(), "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        done = _run([sys.executable, "-c", ASK_KERAS], IMPORT_SECONDS, env=env)
        number, backend, devices = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Finding("keras", MISSING, f"import took more than {IMPORT_SECONDS} seconds", cure)
    except (ValueError, IndexError):
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Finding("keras", MISSING, f"cannot be imported: {said[:160]}", cure)
    has_gpu = any("gpu" in device.lower() or "cuda" in device.lower() for device in devices)
    where = "GPU, in the kernel after: dnnkit kernel install --gpu" if has_gpu else "CPU"
    return Finding("keras", OK, f"{number} on {backend} {_version_or_unknown(backend)}, device {where}")


def _version_or_unknown(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "of unknown version"


def _kernel():
    cure = "dnnkit kernel install"
    if not importlib.util.find_spec("jupyter_client"):
        return Finding("kernel dnn", MISSING, "Jupyter is not installed", "python -m pip install jupyterlab")
    python, works = kernels.find_kernel()
    if not works:
        return Finding("kernel dnn", MISSING, f"its Python is gone: {python}" if python else "not registered", cure)
    return Finding("kernel dnn", OK, python)


def _writing():
    try:
        with tempfile.TemporaryFile(dir="."):
            return Finding("write access", OK, os.getcwd())
    except OSError as error:
        return Finding("write access", MISSING, f"{os.getcwd()}: {error.strerror}", "work in a folder of your own")


def _sandbox():
    if shutil.which("bwrap") is None:
        cure = "sudo apt install bubblewrap (grading needs Linux)"
        return Finding("sandbox", MISSING, "bwrap is not installed", cure, needed=False)
    try:
        done = _run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "true"], 10)
    except subprocess.TimeoutExpired:
        return Finding("sandbox", MISSING, "bwrap does not answer", "restart the machine", needed=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        cure = "allow user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"
        return Finding("sandbox", MISSING, f"bwrap fails: {said[:160]}", cure, needed=False)
    return Finding("sandbox", OK, "bwrap works", needed=False)


def _browser():
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    cure = "sudo apt install chromium"
    return Finding("browser", OK if found else MISSING, found or "no Chromium on the path", cure, needed=False)


def _run(command, seconds, env=None):
    return subprocess.run(  # noqa: S603 - fixed commands
        command, capture_output=True, text=True, timeout=seconds, env=env, check=False, stdin=subprocess.DEVNULL
    )
