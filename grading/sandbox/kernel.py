"""Drive one sandboxed kernel from outside: run a cell, call a function, notice a timeout or a death.

Everything it sends may be an attack: messages are capped in size and in all (see zmtp.py), parsed as JSON
alone (see replies.py), and only the shell channel is read, so floods of output cost nothing here.
"""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any, NoReturn, Self

from jupyter_client.session import Session

from dnnkit.environment.processor_wait import extended
from grading.errors import SandboxUnavailable
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.kernel_results import CellResult, KernelDied, KernelTimeout, short_text
from grading.sandbox.launcher import LaunchedKernel, Launcher
from grading.sandbox.limits import Limits
from grading.sandbox.replies import answered_question, reply_content
from grading.sandbox.wait_account import WaitAccount
from grading.sandbox.zmtp import Channel, ChannelClosed

HANDSHAKE_BYTES = 65_536
REPLY_SECONDS = 1.0  # after that the kernel is asked whether it still works on what it was given
LIMIT_OF_EXIT_CODE = {101: "memory_bytes", 102: "processes", 103: "open_files"}  # see grading/sandbox/inside/watch.py


class SandboxKernel:
    """One kernel in a sandbox; a context manager.

    Args:
        limits: what the submission may use.
        launcher: starts kernels: a `ColdLauncher` (the default) or a `ForkLauncher`.

    Attributes:
        limit_passed: name of the limit for which the last kernel was ended, or "".
    """

    def __init__(self, limits: Limits | None = None, launcher: Launcher | None = None):
        self.limits = limits or Limits()
        self.limit_passed = ""
        self._account = WaitAccount()
        self._launcher = launcher or ColdLauncher(self.limits)
        self._process: LaunchedKernel | None = None
        self._shell: Channel | None = None
        self._control: Channel | None = None
        self._session = Session(key=b"")  # each start has a key of its own
        self._next_id: str | None = None  # of a later question: once it is answered, the reply before it never comes
        self._bytes_left = self.limits.answers_bytes

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def seconds_waited(self) -> float:
        """Time by which limits were extended so far, since the kernel had to wait for a processor."""
        return self._account.seconds

    @property
    def alive(self) -> bool:
        """Whether the kernel's process runs."""
        return self._process is not None and self._process.alive()

    @property
    def bytes_left(self) -> int:
        """Bytes that its messages may still have, all together."""
        return self._bytes_left if self._shell is None else self._shell.bytes_left

    def start(self) -> None:
        """Start the kernel and wait until it answers.

        Raises:
            SandboxUnavailable: when it does not come up; no student's code has run by then.
        """
        self.close()
        self.limit_passed = ""
        self._process = self._launcher.launch()
        connection = self._process.connection
        deadline = time.monotonic() + self.limits.start_seconds
        key = connection["key"]
        self._session = Session(key=key if isinstance(key, bytes) else key.encode())
        try:
            left = max(self._bytes_left, HANDSHAKE_BYTES)  # too little for an answer, but no reason not to start
            options = (self.limits.reply_bytes, left, deadline, self._process.alive)
            self._shell = Channel(connection, "shell", *options)
            self._control = Channel(connection, "control", *options)
            self._await_reply(self._send(self._shell, "kernel_info_request", {}, deadline), deadline)
        except (KernelTimeout, KernelDied, ChannelClosed) as error:
            self.close()
            raise SandboxUnavailable(f"A kernel did not start: {error}. Is this machine out of memory?") from error
        self._process.connected()

    def close(self) -> None:
        """Kill the kernel."""
        if self._shell is not None:
            self._bytes_left = self._shell.bytes_left
        for channel in (self._shell, self._control):
            if channel is not None:
                channel.close()
        self._shell = self._control = None
        self._account.forget()
        if self._process is not None:
            code = self._process.exit_code()
            self.limit_passed = self.limit_passed or LIMIT_OF_EXIT_CODE.get(code or 0, "")
            self._process.kill()
            self._process = None

    def run_cell(self, source: str, seconds: float) -> CellResult:
        """Run one cell as IPython would.

        Args:
            source: the cell's text.
            seconds: time limit, besides the time in which other processes had the processors.

        Returns:
            `CellResult`; after "timeout" or "crashed" the kernel may be gone.
        """
        try:
            content = self._execute(source, {}, seconds)
        except KernelTimeout:
            return CellResult("timeout")
        except KernelDied:
            return CellResult("crashed")
        if content.get("status") == "ok":
            return CellResult("ok")
        return CellResult("error", short_text(content.get("ename"), 80), short_text(content.get("evalue"), 500))

    def evaluate(self, expression: str, seconds: float) -> Any:
        """Evaluate an expression whose value has an `application/json` form, and return that.

        Args:
            expression: Python source.
            seconds: time limit, as for `run_cell`.

        Returns:
            Parsed JSON, or None when the sandbox sent anything else.

        Raises:
            KernelTimeout: when it takes too long.
            KernelDied: when the kernel dies.
        """
        content = self._execute("", {"reply": expression}, seconds)
        try:
            return content["user_expressions"]["reply"]["data"]["application/json"]
        except (KeyError, TypeError):
            return None

    def _execute(self, source: str, expressions: dict[str, str], seconds: float) -> dict:
        if not self.alive:
            self._die("the kernel is gone")
        started = time.monotonic()
        deadline, waited = started + seconds, self._waited()
        content = {"code": source, "silent": False, "store_history": False, "user_expressions": expressions}
        content |= {"allow_stdin": False, "stop_on_error": False}
        message_id = self._send(self._shell, "execute_request", content, deadline + self.limits.interrupt_seconds)

        def later() -> float:
            return started + extended(seconds, self._waited(recent=0.0) - waited)

        try:
            with contextlib.suppress(KernelTimeout):
                return self._await_reply(message_id, min(deadline, time.monotonic() + REPLY_SECONDS))
            return self._await_reply_or_the_next(message_id, deadline, later)
        except KernelTimeout:
            self._interrupt(message_id)
            raise

    def _await_reply_or_the_next(self, message_id: str, deadline: float, later: Callable[[], float]) -> dict:
        """Wait for a reply; when a later question is answered before, it never comes: it could not be packed.

        Args:
            message_id: of the question.
            deadline: on `time.monotonic()`.
            later: says at the deadline which deadline holds, since the kernel may have waited for a processor.
        """
        self._next_id = self._send(self._shell, "kernel_info_request", {}, deadline + self.limits.interrupt_seconds)
        try:
            while True:
                with contextlib.suppress(KernelTimeout):
                    return self._await_reply(message_id, deadline)
                deadline = later()
                if deadline <= time.monotonic():
                    raise KernelTimeout
        finally:
            self._next_id = None

    def _waited(self, **options: float) -> float:
        return self._account.look(self._shell.peer() if self._shell is not None else None, **options)

    def _send(self, channel: Channel | None, kind: str, content: dict, deadline: float) -> str:
        message = self._session.msg(kind, content)
        if channel is None:
            self._die("the kernel is gone")
        try:
            channel.send(self._session.serialize(message), deadline)
        except ChannelClosed as error:
            self._die(str(error))
        return message["header"]["msg_id"]

    def _interrupt(self, message_id: str) -> None:
        """Ask the code to stop; kill the kernel if it does not."""
        deadline = time.monotonic() + self.limits.interrupt_seconds
        try:
            self._send(self._control, "interrupt_request", {}, deadline)
            self._await_reply(message_id, deadline)
        except (KernelTimeout, KernelDied):
            self.close()

    def _await_reply(self, message_id: str, deadline: float) -> dict:
        while True:
            now = time.monotonic()
            if now >= deadline:
                raise KernelTimeout
            try:
                frames = self._shell.receive(min(deadline, now + 0.2)) if self._shell else None
                content = None if frames is None else self._read(frames, message_id)
            except ChannelClosed as error:
                self.limit_passed = error.limit
                self._die(str(error))
            except (ValueError, RecursionError) as error:  # of JSON, of its numbers, of a signature that is no text
                self._die(f"the kernel sent something that is not a Jupyter message: {error}")
            if content is not None:
                return content
            if not self.alive:
                self._die("the kernel is gone")

    def _read(self, frames: list[bytes], message_id: str) -> dict | None:
        """Parse a message: the content of a reply to `message_id`, or None for any other message."""
        question = answered_question(self._session, frames)
        if question is not None and question == self._next_id:
            self._die("the kernel went on without a reply")
        return reply_content(frames) if question == message_id else None

    def _die(self, reason: str) -> NoReturn:
        patience = time.monotonic() + 0.5  # for the watching process to report which limit was passed
        while not self.limit_passed and self.alive and time.monotonic() < patience:
            time.sleep(0.01)
        self.close()
        raise KernelDied(reason)


def call_expression(request: dict) -> str:
    """Write the expression that hands a request to the agent inside the sandbox."""
    return f"__import__('dnn_sandbox.agent', fromlist=['answer']).answer({json.dumps(json.dumps(request))})"
