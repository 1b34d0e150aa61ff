"""`dnnkit doctor`: what is here, what is missing, and the one line that fixes it."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from dnnkit.environment import devices, kernels, quiet

OK, MISSING = "ok", "missing"
PACKAGES = ("numpy", "matplotlib", "scikit-learn", "jupyterlab", "ipykernel", "ipywidgets")
IMPORT_SECONDS = 120
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
        verdict: "ok" or "missing".
        detail: version, device or what went wrong.
        cure: the one line that fixes it, or that changes what is well as it is.
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
    findings = [_python(), *(_package(name) for name in PACKAGES), *_keras(), _kernel(), _writing()]
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
        if f.cure:
            lines.append(f"{'':<{width}}{'to change it' if f.verdict == OK else 'fix it'}: {f.cure}")
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
    return Finding("python", OK, number) if fits else Finding("python", MISSING, number, "install Python 3.11 to 3.13")


def _package(name, *, needed=True, extra=""):
    try:
        return Finding(name, OK, version(name), needed=needed)
    except PackageNotFoundError:
        cure = f'python -m pip install "dnnkit{extra}"' if extra else f"python -m pip install {name}"
        return Finding(name, MISSING, "not installed", cure, needed)


def _keras():
    """Let Keras compute in another process, so that a broken backend cannot take the doctor with it."""
    cure = "python -m pip install keras tensorflow"
    spec = kernels.installed_spec() if importlib.util.find_spec("jupyter_client") else None
    settings = spec.env if spec else kernels.kernel_spec()["env"]
    # with the kernel's backend, but seeing what this computer has
    env = {**os.environ, "KERAS_BACKEND": settings["KERAS_BACKEND"], **quiet.SETTINGS, **devices.GPU_SETTINGS}
    try:
        done = _run([sys.executable, "-c", ASK_KERAS], IMPORT_SECONDS, env=env)
        number, backend, where = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return [Finding("keras", MISSING, f"import took more than {IMPORT_SECONDS} seconds", cure)]
    except (ValueError, IndexError):
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return [Finding("keras", MISSING, f"cannot be imported: {said[:160]}", cure)]
    keras = Finding("keras", OK, f"{number} on {backend} {_version_or_unknown(backend)}")
    return [keras, _device(backend, where, devices.WANTED in settings)]


def _device(backend, where, wanted):
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
        return Finding("device", OK, f"CPU: {why}", kernels.WITH_CUDA.get(backend, ""))
    if not wanted:
        return Finding("device", OK, f"CPU: the kernel hides the {gpu}", "dnnkit kernel install --gpu")
    return Finding("device", OK, f"GPU: {gpu}")


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
    if found:
        return Finding("browser", OK, found, needed=False)
    return Finding("browser", MISSING, "no Chromium on the path", "sudo apt install chromium", needed=False)


def _run(command, seconds, env=None):
    return subprocess.run(  # noqa: S603 - fixed commands
        command, capture_output=True, text=True, timeout=seconds, env=env, check=False, stdin=subprocess.DEVNULL
    )
