"""Speak ZMTP, ZeroMQ's protocol, to one socket of a kernel, and read no more than was asked for.

ZeroMQ itself takes in whatever a peer sends, in a thread of its own: a hostile kernel could fill the grader's memory
with messages that nobody waits for, or with one that never ends. Here nothing is read unless somebody waits, and
sizes are known before anything is kept. Format: RFC 23/ZMTP 3.0, security NULL.
"""

import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
READY = b"\x05READY" + b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
MORE, LONG, COMMAND = 1, 2, 4
FRAMES = 32  # a Jupyter reply has six, and a few for routing
COMMANDS = 1_000  # of the protocol itself: one at the start, and a kernel sends none later


class ChannelClosed(Exception):
    """The other end is gone, or does not speak the protocol.

    Attributes:
        limit: name of the limit that was passed, or "".
    """

    def __init__(self, reason: str, limit: str = ""):
        super().__init__(reason)
        self.limit = limit


class Channel:
    """A connection to one socket of a kernel, as a DEALER.

    Args:
        connection: Jupyter's connection information.
        name: "shell" or "control".
        message_bytes: largest message read.
        total_bytes: most that is read over the channel's life.
        deadline: on `time.monotonic()`; until then a socket that is not there yet is waited for.
        alive: function that says whether there is still somebody to wait for.

    Attributes:
        bytes_left: what may still come of `total_bytes`.
    """

    def __init__(
        self,
        connection: Mapping[str, Any],
        name: str,
        message_bytes: int,
        total_bytes: int,
        deadline: float,
        alive: Callable[[], bool],
    ):
        self._message_bytes, self.bytes_left = message_bytes, total_bytes
        self._buffer = bytearray()
        self._frames: list[bytes] = []
        self._commands_left = COMMANDS
        self._socket = _connect(connection, connection[f"{name}_port"], deadline, alive)
        try:
            self._send_bytes(GREETING, deadline)
            self._fill(64, deadline)
            greeting, self._buffer = bytes(self._buffer[:64]), self._buffer[64:]
            if (greeting[0], greeting[9], greeting[12:16]) != (0xFF, 0x7F, b"NULL") or greeting[10] < 3:
                raise ChannelClosed("no ZMTP greeting")
            self._send_bytes(bytes([COMMAND, len(READY)]) + READY, deadline)
        except TimeoutError as error:
            self.close()
            raise ChannelClosed("no ZMTP greeting in time") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def peer(self) -> int | None:
        """Process id of the kernel as this process sees it, from the system and not from the kernel; None over TCP."""
        if self._socket.family != socket.AF_UNIX:
            return None
        credentials = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return struct.unpack("3i", credentials)[0] or None

    def send(self, frames: Sequence[bytes], deadline: float) -> None:
        """Send one message.

        Raises:
            ChannelClosed: when the other end is gone, or does not take it in time.
        """
        for frame in frames:
            more = MORE if frame is not frames[-1] else 0
            size = (
                bytes([more, len(frame)]) if len(frame) < 256 else bytes([more | LONG]) + struct.pack(">Q", len(frame))
            )
            self._send_bytes(size + frame, deadline)

    def receive(self, deadline: float) -> list[bytes] | None:
        """Read one message.

        Returns:
            List of frames, or None when none is complete by the deadline; what came of it so far is kept.

        Raises:
            ChannelClosed: when the other end is gone or breaks the protocol, or a limit is passed.
        """
        try:
            while True:
                flags, frame = self._read_frame(deadline)
                if flags & COMMAND:
                    self._count_command()
                    continue
                self._frames.append(frame)
                if not flags & MORE:
                    frames, self._frames = self._frames, []
                    return frames
                if len(self._frames) >= FRAMES:
                    raise ChannelClosed(f"a message of more than {FRAMES} frames")
        except TimeoutError:
            return None

    def _count_command(self) -> None:
        """Empty commands cost their sender two bytes and this process much more."""
        self._commands_left -= 1
        if self._commands_left < 0:
            raise ChannelClosed(f"more than {COMMANDS:,} commands")

    def _read_frame(self, deadline: float) -> tuple[int, bytes]:
        self._fill(2, deadline)
        flags, head = self._buffer[0], 9 if self._buffer[0] & LONG else 2
        self._fill(head, deadline)
        size = struct.unpack(">Q", self._buffer[1:9])[0] if flags & LONG else self._buffer[1]
        if size + sum(map(len, self._frames)) > self._message_bytes:
            raise ChannelClosed("a message over the limit", "reply_bytes")
        self._fill(head + size, deadline)
        frame = bytes(self._buffer[head : head + size])
        del self._buffer[: head + size]
        return flags, frame

    def _fill(self, count: int, deadline: float) -> None:
        """Read until the buffer holds `count` bytes; never far beyond them."""
        while len(self._buffer) < count:
            wait = deadline - time.monotonic()
            if wait <= 0:
                raise TimeoutError
            self._socket.settimeout(wait)
            try:
                data = self._socket.recv(min(1 << 20, max(4096, count - len(self._buffer))))
            except TimeoutError:
                raise
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not data:
                raise ChannelClosed("the other end closed the connection")
            self.bytes_left -= len(data)
            if self.bytes_left < 0:
                raise ChannelClosed("more than may come in all", "answers_bytes")
            self._buffer += data

    def _send_bytes(self, data: bytes, deadline: float) -> None:
        self._socket.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            self._socket.sendall(data)
        except OSError as error:  # a time-out too: half a message cannot be taken back
            raise ChannelClosed(f"the other end does not take what is sent: {error}") from error


def _connect(connection: Mapping[str, Any], port: int, deadline: float, alive: Callable[[], bool]) -> socket.socket:
    """Connect, waiting for a socket that is not there yet.

    Raises:
        ChannelClosed: when it does not come by the deadline, or never will.
    """
    while True:
        family = socket.AF_UNIX if connection["transport"] == "ipc" else socket.AF_INET
        address = f"{connection['ip']}-{port}" if connection["transport"] == "ipc" else (connection["ip"], port)
        candidate = socket.socket(family, socket.SOCK_STREAM)
        candidate.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            candidate.connect(address)
            return candidate
        except OSError as error:
            candidate.close()
            if time.monotonic() >= deadline or not alive():
                raise ChannelClosed(f"no kernel answers: {error}") from error
            time.sleep(0.01)
