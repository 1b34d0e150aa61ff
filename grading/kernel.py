"""Drive one sandboxed kernel from outside: run a cell, call a function, notice a timeout or a death.

Everything the kernel says is hostile until proven plain: replies are capped in size, parsed as JSON and nothing else,
and only the shell channel is read, so floods of output cost nothing here.
"""

import json
import time
from dataclasses import dataclass

import zmq
from jupyter_client.blocking import BlockingKernelClient

from grading.cold import ColdLauncher
from grading.sandbox import require_sandbox
from grading.settings import Limits


class KernelDied(Exception):
    """The kernel is gone: a crash, a kill or an exit in the student's code."""


class KernelTimeout(Exception):
    """The student's code did not finish in time; the kernel may have been killed to stop it."""


@dataclass(frozen=True)
class CellResult:
    """How a cell ended.

    Attributes:
        status: "ok", "error", "timeout" or "crashed".
        error: exception type for status "error".
        message: its message, shortened.
    """

    status: str
    error: str = ""
    message: str = ""


class _CappedClient(BlockingKernelClient):
    """A client whose sockets drop a peer that sends more than the limit."""

    reply_bytes = Limits().reply_bytes

    def _create_connected_socket(self, channel, identity=None):
        # The option must be set before connecting, so a fresh socket is made with it as the context's default.
        self.context.setsockopt(zmq.MAXMSGSIZE, self.reply_bytes)
        return super()._create_connected_socket(channel, identity=identity)


class SandboxKernel:
    """One kernel behind the wall; a context manager.

    Args:
        limits: what the submission may use.
        launcher: starts kernels: a `ColdLauncher` (the default) or a `WarmLauncher`.
    """

    def __init__(self, limits=None, launcher=None):
        require_sandbox()
        self.limits = limits or Limits()
        self._launcher = launcher or ColdLauncher(self.limits)
        self._process = None
        self._client = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.close()

    @property
    def alive(self):
        """Whether the kernel's process runs."""
        return self._process is not None and self._process.alive()

    def start(self):
        """Start the kernel and wait until it answers.

        Raises:
            KernelDied: when it does not come up.
        """
        self.close()
        self._process = self._launcher.launch()
        self._client = _CappedClient()
        self._client.reply_bytes = self.limits.reply_bytes
        self._client.load_connection_info(self._process.connection)
        channels = {"shell": True, "control": True, "iopub": False, "stdin": False, "hb": False}
        self._client.start_channels(**channels)
        try:
            self._await_reply(self._client.kernel_info(), time.monotonic() + self.limits.start_seconds)
        except KernelTimeout as error:
            self.close()
            raise KernelDied("the kernel did not start") from error

    def close(self):
        """Kill the kernel."""
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._process is not None:
            self._process.kill()
            self._process = None

    def run_cell(self, source, seconds):
        """Run one cell as IPython would.

        Args:
            source: the cell's text.
            seconds: time limit.

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
        return CellResult("error", _short(content.get("ename"), 80), _short(content.get("evalue"), 500))

    def evaluate(self, expression, seconds):
        """Evaluate an expression whose value has an `application/json` form, and return that.

        Args:
            expression: Python source.
            seconds: time limit.

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

    def _execute(self, source, expressions, seconds):
        if not self.alive:
            raise KernelDied("the kernel is gone")
        deadline = time.monotonic() + seconds
        message_id = self._client.execute(
            source,
            silent=False,
            store_history=False,
            user_expressions=expressions,
            allow_stdin=False,
            stop_on_error=False,
        )
        try:
            return self._await_reply(message_id, deadline)
        except KernelTimeout:
            self._interrupt(message_id)
            raise

    def _interrupt(self, message_id):
        """Ask the code to stop; kill the kernel if it does not."""
        try:
            self._client.control_channel.send(self._client.session.msg("interrupt_request", {}))
            self._await_reply(message_id, time.monotonic() + self.limits.interrupt_seconds)
        except (KernelTimeout, KernelDied):
            self.close()

    def _await_reply(self, message_id, deadline):
        channel = self._client.shell_channel
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise KernelTimeout
            if channel.socket.poll(min(200, int(left * 1000) + 1)):
                content = self._read(channel, message_id)
                if content is not None:
                    return content
            elif not self.alive:
                raise KernelDied("the kernel is gone")

    def _read(self, channel, message_id):
        try:
            message = channel.get_msg(timeout=0.1)
        except Exception as error:  # whatever jupyter_client raises on a forged message
            self.close()
            raise KernelDied("the kernel sent something that is not a Jupyter message") from error
        parent = message.get("parent_header")
        content = message.get("content")
        fits = isinstance(parent, dict) and parent.get("msg_id") == message_id and isinstance(content, dict)
        return content if fits else None


def call_expression(request):
    """Write the expression that hands a request to the agent inside the sandbox."""
    return f"__import__('agent').answer({json.dumps(json.dumps(request))})"


def plain_text(text):
    """Replace lone surrogates, which JSON can carry and no file can."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(text, length):
    text = plain_text(text) if isinstance(text, str) else ""
    return text if len(text) <= length else text[: length - 3] + "..."
