"""Forks of one warm parent are strangers: none sees, reads, signals or outlives another, or harms the parent."""

import contextlib
import re
from pathlib import Path

import pytest

from grading.lessons.imports import lesson_modules
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.kernel import SandboxKernel
from grading.sandbox.kernel_results import CellResult
from grading.sandbox.limits import MB, Limits

pytestmark = pytest.mark.sandbox
OK = CellResult("ok")
LIMITS = Limits(scratch_bytes=8 * MB, start_seconds=10.0)


@pytest.fixture(scope="module")
def launcher():
    """One warm parent."""
    with ForkLauncher(["numpy"], LIMITS) as launcher:
        yield launcher
        assert launcher.fallbacks == []


@pytest.fixture
def fork(launcher):
    """Make kernels that are forks of the parent."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(SandboxKernel(LIMITS, launcher))


def text_of(kernel, expression):
    """Evaluate an expression in a kernel, as text that comes back in an error."""
    return kernel.run_cell(f"raise RuntimeError({expression})", 20).message


def test_what_the_parent_imported_is_there_and_nothing_else(fork):
    kernel = fork()
    assert (
        kernel.run_cell("import sys\nassert 'numpy' in sys.modules\nassert 'matplotlib' not in sys.modules", 20) == OK
    )
    assert kernel.run_cell("assert not any('grading' in name for name in sys.modules)", 20) == OK


def test_a_fork_inherits_nothing_from_an_earlier_one(fork):
    first = fork()
    planted = "import numpy as np, builtins, os\nnp.mean = builtins.planted = lambda *a: 7\nos.environ['PLANTED'] = '7'"
    assert first.run_cell(planted, 20) == OK
    for folder in ("/tmp", "/dev/shm", "."):
        assert first.run_cell(f"open({folder!r} + '/planted', 'w').write('x')", 20) == OK
    first.close()
    second = fork()
    looked = "import numpy as np, builtins, os\nassert np.mean([1, 2]) == 1.5 and not hasattr(builtins, 'planted')"
    assert second.run_cell(looked + "\nassert 'PLANTED' not in os.environ", 20) == OK
    for folder in ("/tmp", "/dev/shm", "."):
        assert second.run_cell(f"assert 'planted' not in os.listdir({folder!r})", 20) == OK


def test_a_fork_sees_no_file_and_no_socket_of_a_living_one(fork):
    first, second = fork(), fork()
    assert first.run_cell("open('/tmp/mine', 'w').write('secret')", 20) == OK
    assert second.run_cell("open('/tmp/mine').read()", 20).error == "FileNotFoundError"
    listing = "__import__('subprocess').run('ls -d /tmp/dnn-*/*', shell=True, capture_output=True, text=True).stdout"
    mine, theirs = text_of(first, listing).split(), text_of(second, listing).split()
    assert len(mine) == len(theirs) == 1
    assert mine != theirs
    assert second.run_cell(f"open({mine[0]!r} + '/kernel.json')", 20).error == "FileNotFoundError"


def test_a_fork_cannot_signal_or_read_the_parent_or_another(fork):
    first, second = fork(), fork()
    assert first.run_cell("secret = 'of the first'", 20) == OK
    source = (
        "import os\nown = {os.readlink('/proc/self')}\nopened = []\n"
        "for pid in [p for p in os.listdir('/proc') if p.isdigit() and p not in own]:\n"
        "    for name in ('mem', 'environ', 'maps', 'root/tmp', 'cwd/.'):\n"
        "        look = os.stat if '/' in name else lambda path: open(path, 'rb').read(1)\n"
        "        try:\n            look(f'/proc/{pid}/{name}')\n"
        "        except OSError: continue\n        opened.append((pid, name))\n"
    )
    assert second.run_cell(source, 20) == OK
    assert text_of(second, "str(opened)") == "[]"
    kill = "for pid in range(2, 400):\n    try: os.kill(pid, 9)\n    except OSError: pass\n"
    assert second.run_cell(kill, 20) == OK
    assert first.run_cell("assert secret == 'of the first'", 20) == OK
    assert fork().run_cell("assert True", 20) == OK


def test_every_process_of_a_fork_ends_with_it(fork):
    kernel = fork()
    source = "import subprocess\nkept = subprocess.Popen(['sleep', '987654'], start_new_session=True)"
    assert kernel.run_cell(source, 20) == OK
    assert sleeping()
    kernel.close()
    assert not sleeping()


def sleeping():
    """Whether that long sleep runs anywhere on this machine."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if b"987654" in path.read_bytes():
                return True
    return False


def test_forks_draw_different_random_numbers(fork):
    drawn = [
        text_of(fork(), 'f\'{__import__("random").random()} {__import__("numpy").random.rand()}\'') for _ in range(2)
    ]
    assert all(re.fullmatch(r"0\.\d+ 0\.\d+", text) for text in drawn)
    assert len({number for text in drawn for number in text.split()}) == 4


def test_new_namespaces_and_tracing_are_refused(fork):
    kernel = fork()
    for call in ("unshare(0x10000000)", "ptrace(0, 0, 0, 0)", "mount(b'x', b'/tmp', b'tmpfs', 0, None)"):
        source = f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nassert libc.{call} == -1\n"
        source += "assert ctypes.get_errno() == 1"
        assert kernel.run_cell(source, 20) == OK, call
    assert kernel.run_cell("assert '\\nSeccomp:\\t2' in open('/proc/self/status').read()", 20) == OK


def test_a_parent_that_dies_is_replaced(launcher, fork):
    fork()
    launcher._parent._process.kill()
    launcher._parent._process.wait()
    assert fork().run_cell("assert True", 20) == OK
    assert launcher.fallbacks == []


def test_a_parent_that_cannot_start_falls_back_to_a_cold_kernel_and_says_so(monkeypatch):
    monkeypatch.setattr("grading.sandbox.fork_server.python_command", lambda program, settings: ["false"])
    with ForkLauncher([], Limits(start_seconds=5.0)) as launcher:
        with SandboxKernel(launcher.limits, launcher) as kernel:
            assert kernel.run_cell("assert True", 20) == OK
        assert launcher.fallbacks == [
            "A warm kernel could not be forked (the warm parent did not start); a cold one was started instead."
        ]


def test_nothing_is_left_behind(scratch):
    with ForkLauncher([], LIMITS) as launcher:
        with SandboxKernel(LIMITS, launcher) as kernel:
            assert kernel.run_cell("assert True", 20) == OK
            assert list(scratch.iterdir()) != []
        parent = launcher._parent._process
    assert parent.poll() is not None
    assert list(scratch.iterdir()) == []


def test_the_modules_of_a_lesson_are_those_its_cells_import(lesson):
    assert lesson_modules(lesson) == ["numpy", "dnnkit"]
