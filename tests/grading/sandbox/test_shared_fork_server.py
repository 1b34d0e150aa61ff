"""One warm parent for all workers of a machine: shared by them, and by none of them spoilt for another."""

import contextlib
import time

import pytest

from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.fork_server import ForkServerConnection
from grading.sandbox.kernel import SandboxKernel
from grading.sandbox.kernel_results import CellResult, KernelDied
from grading.sandbox.limits import MB, Limits
from grading.sandbox.shared_fork_server import SharedForkServer

pytestmark = pytest.mark.sandbox
OK = CellResult("ok")
LIMITS = Limits(scratch_bytes=8 * MB, start_seconds=20.0)


@pytest.fixture
def server():
    with SharedForkServer(["numpy"], LIMITS) as server:
        yield server


@pytest.fixture
def launchers(server):
    """Two workers' launchers."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(ForkLauncher(["numpy"], LIMITS, server.address)) for _ in range(2)]


@pytest.fixture
def kernels(launchers):
    """A kernel of each worker."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(SandboxKernel(LIMITS, launcher)) for launcher in launchers]


def wait_until(happened):
    deadline = time.monotonic() + 10
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert happened()


def test_workers_get_forks_of_one_parent_that_are_strangers(launchers, kernels):
    assert all(isinstance(launcher._parent, ForkServerConnection) for launcher in launchers)
    first, second = kernels
    assert first.run_cell("import sys\nassert 'numpy' in sys.modules\nopen('/tmp/mine', 'w').write('x')", 20) == OK
    assert second.run_cell("import os\nassert not os.path.exists('/tmp/mine')", 20) == OK
    # The folder of the server's socket is not there, and of the forks' folders only one's own.
    listing = "import subprocess\nseen = subprocess.run('ls -d /tmp/dnn-*/*', shell=True, capture_output=True)"
    assert second.run_cell(listing + "\nassert len(seen.stdout.split()) <= 1, seen.stdout", 20) == OK


def test_a_worker_that_leaves_takes_its_forks_along_and_no_others(server, launchers, kernels):
    first, second = kernels
    assert sorted(map(len, server._users.values())) == [1, 1]
    launchers[0]._parent.close()  # as when the worker is killed
    wait_until(lambda: [len(forks) for forks in server._users.values()] == [1])
    assert second.run_cell("assert True", 20) == OK
    with pytest.raises(KernelDied):
        first.evaluate("1", 5)


def test_a_worker_that_leaves_while_a_fork_is_on_its_way_leaves_none(server):
    with ForkLauncher(["numpy"], LIMITS, server.address) as launcher:
        launcher.launch().kill()
        folder = launcher._parent._shared / "k0"
        folder.mkdir()
        launcher._parent._send({"folder": "k0"})
    wait_until(lambda: not server._users and not server._asked)


def test_a_worker_cannot_end_the_fork_of_another(server, launchers, kernels):
    ended = kernels[0]._process.pid
    launchers[1]._parent._send({"kill": ended})
    launchers[1].launch().kill()  # lines keep their order: the first has been read
    assert kernels[0].run_cell("assert True", 20) == OK


def test_a_parent_that_dies_is_replaced_by_one_of_each_worker(server, launchers, kernels):
    server._process.kill()
    for launcher in launchers:
        wait_until(lambda launcher=launcher: not launcher._parent.alive())
        with SandboxKernel(LIMITS, launcher) as kernel:
            assert kernel.run_cell("assert True", 20) == OK
        assert not isinstance(launcher._parent, ForkServerConnection)
        assert launcher.fallbacks == []


def test_a_server_that_is_gone_is_done_without():
    with (
        ForkLauncher(["numpy"], LIMITS, "/nowhere/door") as launcher,
        SandboxKernel(LIMITS, launcher) as kernel,
    ):
        assert kernel.run_cell("assert True", 20) == OK
    assert launcher.fallbacks == []


def test_nothing_is_left_behind(scratch):
    with SharedForkServer([], LIMITS) as server:
        with ForkLauncher([], LIMITS, server.address) as launcher, SandboxKernel(LIMITS, launcher) as kernel:
            assert kernel.run_cell("assert True", 20) == OK
        process = server._process
    assert process.poll() is not None
    assert list(scratch.iterdir()) == []


def test_a_parent_that_ends_by_itself_is_counted_and_one_that_is_given_up_is_not(server, launchers, kernels):
    first, second = launchers
    first._parent.close()
    server._process.kill()
    wait_until(lambda: not second._parent.alive())
    assert (first.parents_lost(), second.parents_lost()) == (0, 1)
    second.launch().kill()
    assert second.parents_lost() == 1
