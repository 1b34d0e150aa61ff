"""In the sandbox there is no network, nothing worth reading, nowhere to write, and nobody else to see."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from grading.errors import SandboxUnavailable
from grading.sandbox import bubblewrap as sandbox
from grading.sandbox.bubblewrap import KERNEL_NAME, SandboxKernelSpecs, require_sandbox, sandbox_problem
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.kernel import SandboxKernel, call_expression
from grading.sandbox.kernel_results import CellResult
from grading.sandbox.limits import MB, Limits

PROJECT = Path(__file__).parents[3]
needs_sandbox = pytest.mark.sandbox
OK = CellResult("ok")


@pytest.fixture(scope="module", params=[ColdLauncher, ForkLauncher], ids=["cold", "warm"])
def kernel(request):
    """A kernel in a sandbox, with limits small enough to be hit."""
    if sandbox_problem():
        pytest.skip(sandbox_problem())
    limits = Limits(written_file_bytes=2 * MB, scratch_bytes=8 * MB, processes=64, open_files=200)
    launcher = request.param(limits=limits)
    with contextlib.closing(launcher), SandboxKernel(limits, launcher) as kernel:
        assert launcher.fallbacks == []
        yield kernel


@pytest.fixture
def inside(kernel):
    """Run a cell in the sandbox; it says what is wrong by raising."""

    def run(source):
        return kernel.run_cell(source, 30)

    return run


@needs_sandbox
def test_a_cell_runs_and_an_error_comes_back(inside):
    assert inside("assert 1 + 1 == 2") == OK
    assert inside("assert 1 + 1 == 3, 'no'") == CellResult("error", "AssertionError", "no")


@needs_sandbox
def test_the_network_cannot_be_reached(inside):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        calls = [f"('127.0.0.1', {port})", "('192.0.2.1', 80)", "('8.8.8.8', 53)"]
        for address in calls:
            result = inside(f"import socket\nsocket.create_connection({address}, timeout=3)")
            assert result.status == "error"
            assert result.error in ("ConnectionRefusedError", "OSError"), result
    assert inside("import socket\nassert [name for _, name in socket.if_nameindex()] in (['lo'], [])") == OK


@needs_sandbox
def test_a_socket_of_the_host_cannot_be_reached(inside, tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        result = inside(f"import socket\nsocket.socket(socket.AF_UNIX).connect({path!r})")
    assert result.error == "FileNotFoundError"


@needs_sandbox
def test_nothing_of_the_course_can_be_read(inside, tmp_path):
    (tmp_path / "gradebook.db").write_text("x")
    (tmp_path / ".course-secret").write_text("x")
    hidden = [PROJECT / name for name in ("solutions", "tests", "grading", "lessons", "pyproject.toml", ".git")]
    hidden += [tmp_path / "gradebook.db", tmp_path / ".course-secret", Path.home() / ".bashrc", Path("/etc/passwd")]
    hidden += [Path("/etc/shadow"), Path("/var"), Path("/sys/kernel")]
    for path in hidden:
        assert inside(f"open({str(path)!r}, 'rb').read()").error == "FileNotFoundError", path


@needs_sandbox
def test_no_answer_can_be_imported(inside):
    for name in ("grading.lessons.bank", "grading.judging.reference", "solutions", "mistakes"):
        assert inside(f"import {name}").error in ("ModuleNotFoundError", "ImportError"), name


@needs_sandbox
def test_links_lead_nowhere(inside):
    target = str(PROJECT / "solutions" / "01_neuron" / "neuron.py")
    source = f"import os\nos.symlink({target!r}, '/tmp/peek')\nopen('/tmp/peek').read()"
    assert inside(source).error == "FileNotFoundError"


@needs_sandbox
def test_only_the_scratch_folders_can_be_written(inside):
    for folder in (
        sys.prefix,
        "/usr",
        "/opt/dnn/dnnkit",
        "/opt/dnn/dnn_sandbox",
        "/lib",
        str(Path(os.__file__).parent),
    ):
        result = inside(f"open({folder + '/planted.py'!r}, 'w').write('x')")
        if not Path(folder).is_relative_to("/tmp"):  # a course that lies there has parents in the sandbox's own /tmp
            assert result.error in ("OSError", "PermissionError", "FileNotFoundError"), (folder, result)
        assert not Path(folder, "planted.py").exists()
    for folder in ("/tmp", "/dev/shm", "."):
        assert inside(f"open({folder + '/mine.txt'!r}, 'w').write('x')") == OK, folder


@needs_sandbox
def test_the_hosts_processes_are_not_to_be_seen(inside):
    source = "import os\npids = [int(p) for p in os.listdir('/proc') if p.isdigit()]\nassert len(pids) < 12, pids"
    assert inside(source) == OK
    assert inside("import os\nassert max(os.getpid(), os.getppid()) < 1000") == OK
    assert inside(f"import os\nos.kill({os.getpid()}, 0)").error == "ProcessLookupError"


@needs_sandbox
@pytest.mark.parametrize("kind", [ColdLauncher, ForkLauncher])
def test_the_graders_environment_stays_outside(monkeypatch, kind):
    monkeypatch.setenv("DNN_COURSE_SECRET", "the secret of the course")
    monkeypatch.setenv("SOMEBODYS_TOKEN", "the secret of the course")
    with contextlib.closing(kind()) as launcher, SandboxKernel(launcher=launcher) as fresh:
        source = (
            "import glob, os\nassert 'the secret of the course' not in os.environ.values()\n"
            "for p in glob.glob('/proc/*/environ'):\n    try: text = open(p, 'rb').read()\n"
            "    except OSError: continue\n    assert b'secret of the course' not in text, p"
        )
        assert fresh.run_cell(source, 30) == OK


@needs_sandbox
def test_no_privileges_are_left(inside):
    source = "caps = [line for line in open('/proc/self/status') if line.startswith('CapEff')]"
    assert inside(f"{source}\nassert int(caps[0].split()[1], 16) == 0") == OK
    assert inside("import ctypes\nassert ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None) == -1") == OK


@needs_sandbox
def test_a_file_named_like_a_module_does_not_take_its_place(inside):
    for name in ("colorsys", "dnnkit", "tornado"):
        source = f"open('{name}.py', 'w').write('planted = True')\nimport {name}\nassert not hasattr({name}, 'planted')"
        assert inside(source) == OK, name


@needs_sandbox
def test_a_module_written_beside_the_notebook_can_be_imported_whatever_our_own_are_called(inside, kernel):
    for name in ("agent", "launch", "watch", "my_functions"):
        source = f"open('{name}.py', 'w').write('planted = True')\nimport {name}\nassert {name}.planted"
        assert inside(source) == OK, name
    request = {"name": "nothing", "inputs": {}, "repeat": False}
    assert kernel.evaluate(call_expression(request), 30) == {"outcome": None}


@needs_sandbox
def test_a_file_cannot_grow_beyond_its_limit(inside):
    assert inside("open('/tmp/large', 'wb').write(bytes(3 * 2**20))").error == "OSError"


@needs_sandbox
def test_scratch_folders_cannot_grow_beyond_theirs(inside):
    source = "for n in range(20):\n    open(f'/dev/shm/part{n}', 'wb').write(bytes(2**20))"
    assert inside(source).error == "OSError"
    assert inside("import glob, os\nfor p in glob.glob('/dev/shm/part*'): os.remove(p)") == OK


@needs_sandbox
def test_files_cannot_be_opened_without_end(inside):
    assert inside("kept = [open('/dev/null') for _ in range(300)]").error == "OSError"
    assert inside("kept = None\nimport gc; gc.collect()") == OK


@needs_sandbox
def test_processes_cannot_be_started_without_end(inside):
    assert inside("import resource\nassert resource.getrlimit(resource.RLIMIT_NPROC) == (64, 64)") == OK
    if os.geteuid() != 0:  # Linux counts no processes of root
        source = "import subprocess\nkept = [subprocess.Popen(['sleep', '30']) for _ in range(100)]"
        assert inside(source).error == "BlockingIOError"


@needs_sandbox
def test_memory_has_a_limit():
    with SandboxKernel(Limits(memory_bytes=1024 * MB)) as small:
        assert small.run_cell("big = bytearray(2 * 2**30)", 30).error == "MemoryError"
        assert small.run_cell("assert True", 30) == OK


@needs_sandbox
def test_plain_jupyter_drives_the_sandboxed_kernel(tmp_path):
    manager = KernelManager(
        kernel_name=KERNEL_NAME,
        kernel_spec_manager=SandboxKernelSpecs(),
        transport="ipc",
        ip=str(tmp_path / "s"),
        connection_file=str(tmp_path / "kernel.json"),
    )
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive(
            "import os; print(os.getcwd())", timeout=30, output_hook=lambda message: None
        )
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def refuse(monkeypatch):
    """Ask for a sandbox; return the refusal's text."""
    sandbox_problem.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable) as caught:
            require_sandbox()
    finally:
        sandbox_problem.cache_clear()
    return str(caught.value)


def test_without_bubblewrap_the_grader_refuses_and_names_the_cure(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert refuse(monkeypatch) == f"bubblewrap (bwrap) is not installed. {sandbox.CURE}"


def test_where_no_namespace_can_be_made_the_grader_refuses_with_bubblewraps_own_words(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/bwrap")
    failed = subprocess.CompletedProcess([], 1, "", "bwrap: setting up uid map: Permission denied\n")
    monkeypatch.setattr(sandbox.subprocess, "run", lambda *args, **options: failed)
    refusal = refuse(monkeypatch)
    assert refusal.startswith(
        f"bubblewrap cannot make a sandbox: bwrap: setting up uid map: Permission denied {sandbox.CURE}"
    )
    assert (sandbox.CURE_FOR_ROOT in refusal) == (os.geteuid() == 0)


def test_the_cure_names_a_command_for_each_system():
    for word in (
        "apt-get install bubblewrap",
        "dnf install bubblewrap",
        "apparmor_restrict_unprivileged_userns=0",
        "WSL 2",
    ):
        assert word in sandbox.CURE
    assert not re.search(r"\s{2}", sandbox.CURE)


def test_no_kernel_is_made_without_a_sandbox(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    sandbox_problem.cache_clear()
    threads = threading.active_count()
    with pytest.raises(SandboxUnavailable):
        SandboxKernel()
    sandbox_problem.cache_clear()
    assert threading.active_count() == threads
