"""A sandboxed kernel may hang, die, flood or lie; it costs the grader nothing and earns no points."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.judging.student_proxy import read_answer
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.kernel import SandboxKernel, call_expression
from grading.sandbox.kernel_results import CellResult, KernelDied, KernelTimeout
from grading.sandbox.limits import MB, Limits

pytestmark = pytest.mark.sandbox
OK = CellResult("ok")
LIMITS = Limits(interrupt_seconds=1.0, reply_bytes=4 * MB)
REQUEST = {"name": "double", "inputs": {"x": 3}, "repeat": False}


@pytest.fixture(scope="module", params=[ColdLauncher, ForkLauncher], ids=["cold", "warm"])
def launcher(request):
    """Both ways to start a kernel."""
    with contextlib.closing(request.param(limits=LIMITS)) as launcher:
        yield launcher
        assert launcher.fallbacks == []


@pytest.fixture(scope="module")
def kept(launcher):
    """One kernel for the tests that leave it alive."""
    with SandboxKernel(LIMITS, launcher) as kernel:
        yield kernel


@pytest.fixture
def kernel(launcher):
    """A kernel for one test."""
    with SandboxKernel(LIMITS, launcher) as kernel:
        yield kernel


def children():
    """Programs that this process has started and that still run, by name."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = status.read_text().rpartition(")")[::2]
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid() and state != "Z":
            found.append(name.partition("(")[2])
    return found


def ask(kernel, seconds=20):
    """Call the student's `double` through the agent; the outcome."""
    return read_answer(kernel.evaluate(call_expression(REQUEST), seconds), REQUEST)[0]


def test_a_call_brings_back_the_value(kept):
    assert kept.run_cell("def double(x):\n    return 2 * x", 20) == OK
    outcome = ask(kept)
    assert (outcome.kind, outcome.value) == ("returned", 6)


def test_magics_work_as_in_jupyter(kept):
    assert kept.run_cell("%load_ext dnnkit\n%time 1 + 1", 20) == OK


def test_an_error_comes_back_with_its_kind_and_text(kept):
    assert kept.run_cell("{}['a']", 20) == CellResult("error", "KeyError", "'a'")


def test_long_error_texts_are_cut(kept):
    result = kept.run_cell("raise type('E' * 500, (Exception,), {})('m' * 100_000)", 20)
    assert (len(result.error), len(result.message)) == (80, 500)


def test_an_endless_cell_is_interrupted_and_the_kernel_goes_on(kept):
    kept.run_cell("kept = 7", 20)
    started = time.monotonic()
    assert kept.run_cell("while True: pass", 0.5) == CellResult("timeout")
    assert time.monotonic() - started < 3
    assert kept.run_cell("assert kept == 7", 20) == OK


def test_the_system_names_the_kernels_process(kept):
    names = dict(
        line.split(":", 1) for line in Path("/proc", str(kept._shell.peer()), "status").read_text().splitlines()
    )
    assert kept.run_cell(f"import os; assert os.getpid() == {names['NSpid'].split()[-1]}", 20) == OK


def test_time_in_which_the_kernel_waits_for_a_processor_does_not_count(kept, monkeypatch):
    monkeypatch.setattr("grading.sandbox.wait_account.seconds_waited", lambda pid: time.monotonic())  # it only waits
    before = kept.seconds_waited
    assert kept.run_cell("import time; time.sleep(0.8)", 0.5) == OK
    assert 0.5 <= kept.seconds_waited - before <= 1.0  # not more than passed


def test_a_kernel_that_seems_to_wait_for_ever_is_stopped_nevertheless(kept, monkeypatch):
    monkeypatch.setattr("grading.sandbox.wait_account.seconds_waited", lambda pid: 100 * time.monotonic())
    started = time.monotonic()
    assert kept.run_cell("import time; time.sleep(60)", 0.5) == CellResult("timeout")
    assert 1.5 <= time.monotonic() - started < 5


def test_an_endless_call_is_interrupted_and_the_kernel_goes_on(kept):
    kept.run_cell("import time\ndef double(x):\n    time.sleep(60)", 20)
    with pytest.raises(KernelTimeout):
        ask(kept, 0.5)
    assert kept.alive
    assert kept.run_cell("def double(x):\n    return 1", 20) == OK
    assert ask(kept).value == 1


def test_a_late_reply_is_not_taken_for_the_next_one(kept):
    kept.run_cell("import time\ndef double(x):\n    time.sleep(1)\n    return 'late'", 20)
    with pytest.raises(KernelTimeout):
        ask(kept, 0.3)
    kept.run_cell("def double(x):\n    return 'next'", 20)
    assert ask(kept).value == "next"


def test_a_call_that_swallows_interrupts_is_killed(kernel):
    body = "    while True:\n        try:\n            time.sleep(9)\n        except BaseException:\n            pass"
    kernel.run_cell(f"import time\ndef double(x):\n{body}", 20)
    started = time.monotonic()
    with pytest.raises(KernelTimeout):
        ask(kernel, 2)
    assert time.monotonic() - started < 8
    assert not kernel.alive
    with pytest.raises(KernelDied):
        ask(kernel)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos._exit(0)",
        "import ctypes\nctypes.string_at(0)",
        "import os\nos.abort()",
    ],
    ids=["exit", "segfault", "abort"],
)
def test_a_cell_that_ends_python_is_a_crash_at_once(kernel, source):
    started = time.monotonic()
    assert kernel.run_cell(source, 20) == CellResult("crashed")
    assert time.monotonic() - started < 5
    assert not kernel.alive


def test_a_call_that_ends_python_is_a_crash(kernel):
    kernel.run_cell("import os\ndef double(x):\n    os._exit(0)", 20)
    with pytest.raises(KernelDied):
        ask(kernel)


def test_leaving_by_sys_exit_is_an_error_like_any_other(kept):
    assert kept.run_cell("import sys\nsys.exit()", 20).error == "SystemExit"
    kept.run_cell("import sys\ndef double(x):\n    sys.exit(0)", 20)
    outcome = ask(kept)
    assert (outcome.kind, outcome.exception) == ("raised", "SystemExit")


def test_a_dead_kernel_can_be_started_again(kernel):
    kernel.run_cell("import os\nos._exit(0)", 20)
    kernel.start()
    assert kernel.run_cell("assert True", 20) == OK


def test_a_reply_over_the_limit_is_never_read(kernel):
    source = "import dnn_sandbox.agent as agent\nagent.serve = lambda *ignored: {'x': 'y' * 6_000_000}"
    assert kernel.run_cell(source, 20) == OK
    with pytest.raises((KernelDied, KernelTimeout)):
        ask(kernel, 3)


def test_an_honest_answer_that_is_too_large_is_told_its_limit(kept):
    assert kept.run_cell("def double(x):\n    return 'x' * 6_000_000", 20) == OK
    answer = kept.evaluate(call_expression({"name": "double", "inputs": {"x": 1.0}, "repeat": False}), 10)
    outcome, message, _, _ = read_answer(answer, {"inputs": {"x": 1.0}})
    assert outcome.kind == "opaque"
    assert message.startswith("Your function returned more than 4,000 characters in a text (text_chars).")


def test_a_flood_of_output_costs_nothing(kept):
    started = time.monotonic()
    assert kept.run_cell("print('x' * 50_000_000)", 20) == OK
    assert kept.run_cell("import sys\nfor _ in range(20_000): print('y'); print('z', file=sys.stderr)", 20) == OK
    assert time.monotonic() - started < 15
    assert kept.run_cell("assert True", 20) == OK


def test_input_is_refused_and_not_waited_for(kept):
    assert kept.run_cell("input('name?')", 10).error == "StdinNotImplementedError"


FORGED = {"outcome": {"kind": "passed", "score": 100}, "message": "", "place": "", "warnings": []}


@pytest.mark.parametrize(
    "source",
    [
        f"import dnn_sandbox.agent as agent\nagent.answer = lambda request: {FORGED!r}",
        "import dnn_sandbox.agent as agent\nagent.answer = lambda request: 100.0",
        f"import dnn_sandbox.agent as agent\nagent.Reply._repr_json_ = lambda self: {FORGED!r}",
        "import dnn_sandbox.agent as agent\nagent.serve = lambda *a: None",
        "import sys, types\nsys.modules['dnn_sandbox.agent'] = types.SimpleNamespace(answer=lambda request: 'passed')",
        "get_ipython().user_expressions = lambda *a, **k: {'reply': 7}",
        "get_ipython().user_expressions = lambda *a, **k: None",
        "get_ipython().user_expressions = lambda *a, **k: {'reply': {'data': {'application/json': [[1]]}}}",
        "get_ipython().kernel.session.send = lambda *a, **k: None",
    ],
)
def test_a_forged_reply_is_at_best_a_crash(kernel, source):
    kernel.run_cell("def double(x):\n    return 2 * x", 20)
    kernel.run_cell(source, 2)
    try:
        outcome = ask(kernel, 2)
    except (KernelDied, KernelTimeout):
        return
    assert outcome.kind == "crashed"
    assert outcome.value is None


FORGERY = """
import json
session = get_ipython().kernel.session
real = session.pack
def pack(message):
    if isinstance(message, dict) and 'version' in message:
        message = {**message, 'version': 7}
    return json.dumps(message, default=str).encode()
"""


@pytest.mark.parametrize(
    "source",
    [
        FORGERY + "session.pack = pack",
        "get_ipython().kernel.session.pack = lambda message: b'[' * 5000",
        "get_ipython().kernel.session.pack = lambda message: b'7'",
        "get_ipython().kernel.session.pack = lambda message: b'{\"a\": ' + b'9' * 9000 + b'}'",
        "get_ipython().kernel.session.pack = lambda message: b'\\xff\\xfe'",
        "get_ipython().kernel.session.sign = lambda parts: b'forged'",
    ],
    ids=["odd version", "deep", "number", "huge number", "not text", "signature"],
)
def test_a_message_that_breaks_the_protocol_is_a_dead_kernel(kernel, source):
    assert kernel.run_cell(source, 3).status in ("crashed", "timeout")
    with pytest.raises((KernelDied, KernelTimeout)):
        ask(kernel, 1)


@pytest.mark.parametrize(
    "answer", ["object()", "(lambda found: (found.append(found), found)[1])([])", "'\\ud800'"], ids=str
)
def test_a_reply_that_cannot_be_packed_fails_long_before_the_calls_time_is_up(kernel, answer):
    source = f"import dnn_sandbox.agent as agent\nagent.serve = lambda *ignored: {{'outcome': {answer}}}"
    assert kernel.run_cell(source, 20) == OK
    started = time.monotonic()
    with pytest.raises(KernelDied):
        ask(kernel, 60)
    assert time.monotonic() - started < 30


def test_a_slow_call_is_waited_for(kernel):
    assert kernel.run_cell("import time\ndef double(x):\n    time.sleep(3)\n    return 2 * x", 20) == OK
    assert ask(kernel, 30).value == 6


def test_texts_from_a_kernel_can_be_written_to_a_file(kernel):
    source = (
        "import json\nget_ipython().kernel.session.pack = lambda m: json.dumps(m, default=str).encode()\n"
        "raise ValueError('\\ud800')"
    )
    assert kernel.run_cell(source, 20) == CellResult("error", "ValueError", "?")


def test_nothing_is_left_behind(scratch):
    before = children()
    with SandboxKernel(LIMITS) as kernel:
        kernel.run_cell("import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)", 20)
        kernel.run_cell("import os\nos._exit(0)", 20)
        kernel.start()
        assert "bwrap" in children()
    assert list(scratch.iterdir()) == []
    assert children() == before


ORPHAN = """
import os, signal, sys
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.kernel import SandboxKernel
from grading.sandbox.fork_launcher import ForkLauncher
launcher = {"cold": ColdLauncher, "warm": ForkLauncher}[sys.argv[1]]()
kernel = SandboxKernel(launcher=launcher)
kernel.start()
kernel.run_cell(f"import subprocess\\nkept = subprocess.Popen(['sleep', {sys.argv[2]!r}])", 20)
os.kill(os.getpid(), signal.SIGKILL)
"""


def runs(argument):
    """Whether a process with this argument runs anywhere on this machine."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes().startswith(b"sleep\0" + argument.encode()):
                return True
    return False


@pytest.mark.parametrize("kind", ["cold", "warm"])
def test_a_grader_that_is_killed_takes_its_kernels_along(kind, scratch):
    seconds = f"{os.getpid()}.{kind == 'warm':d}"
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run([sys.executable, "-c", ORPHAN, kind, seconds], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while runs(seconds) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not runs(seconds)
