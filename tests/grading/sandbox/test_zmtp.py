"""The wire to a kernel: whoever is at the other end, nothing is read unasked, and nothing beyond a limit."""

import contextlib
import socket
import struct
import threading
import time

import pytest
import zmq

from grading.sandbox.zmtp import GREETING, Channel, ChannelClosed

READY = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"


@pytest.fixture
def peer(tmp_path):
    """A listening socket, and how to connect to it."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{tmp_path}/s-1")
        server.listen()
        yield server, {"transport": "ipc", "ip": f"{tmp_path}/s", "shell_port": 1}


def connect(connection, message_bytes=1000, total_bytes=10_000, seconds=5.0, alive=lambda: True):
    return Channel(connection, "shell", message_bytes, total_bytes, time.monotonic() + seconds, alive)


def saying(server, data):
    """Answer the next connection with these bytes, then wait."""

    def serve():
        client, _ = server.accept()
        with client:
            client.sendall(data)
            client.settimeout(5)
            try:
                while client.recv(4096):
                    pass
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()


def receive(channel, seconds=2.0):
    return channel.receive(time.monotonic() + seconds)


def receive_all(channel):
    for _ in range(20_000):
        assert receive(channel) is not None


def long(flags, size):
    return bytes([flags | 2]) + struct.pack(">Q", size)


def test_messages_go_to_zeromq_and_come_back(tmp_path):
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    router.bind(f"ipc://{tmp_path}/s-1")
    try:
        channel = connect({"transport": "ipc", "ip": f"{tmp_path}/s", "shell_port": 1}, 2_000_000, 9_000_000)
        for frames in ([b"a"], [b"", b"x" * 255, b"y" * 256], [b"z" * 1_000_000, b"end"]):
            channel.send(frames, time.monotonic() + 2)
            identity, *actual = router.recv_multipart()
            assert actual == frames
            router.send_multipart([identity, *frames])
            assert receive(channel) == frames
        assert receive(channel, 0.05) is None
        channel.close()
    finally:
        router.close(0)
        context.term()


def test_half_a_message_is_kept_until_the_rest_comes(peer):
    server, connection = peer
    saying(server, GREETING + READY + b"\x01\x03abc")
    channel = connect(connection)
    assert receive(channel, 0.1) is None
    channel._buffer += b"\x00\x01d"
    assert receive(channel, 0.1) == [b"abc", b"d"]
    channel.close()


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (long(0, 1001) + b"x" * 100, "reply_bytes"),
        (long(0, 2**63), "reply_bytes"),
        (b"\x01\xff" + b"x" * 255 + (b"\x01\xff" + b"x" * 255) * 9, "reply_bytes"),
        (b"\x01\x00" * 200, ""),
        (b"\x04\x00" * 8000, ""),
        ((b"\x04\xff" + b"x" * 255) * 100, "answers_bytes"),
        (b"\x00\x00" * 8000, "answers_bytes"),
    ],
    ids=["one frame", "a frame without end", "many frames", "empty frames", "empty commands", "commands", "messages"],
)
def test_a_peer_that_sends_too_much_is_left(peer, data, limit):
    server, connection = peer
    saying(server, GREETING + READY + data)
    channel = connect(connection)
    with contextlib.closing(channel), pytest.raises(ChannelClosed) as caught:
        receive_all(channel)
    assert caught.value.limit == limit


@pytest.mark.parametrize("data", [b"HTTP/1.1 200 OK" + b" " * 80, b"\xff" * 80, GREETING.replace(b"NULL", b"CURV")])
def test_a_peer_that_speaks_something_else_is_left(peer, data):
    server, connection = peer
    saying(server, data)
    with pytest.raises(ChannelClosed, match="greeting"):
        connect(connection)


def test_a_peer_that_says_nothing_is_waited_for_no_longer_than_asked(peer):
    started = time.monotonic()
    with pytest.raises(ChannelClosed, match="in time"):
        connect(peer[1], seconds=0.3)
    assert time.monotonic() - started < 2


def test_nobody_there_is_an_error_at_once_when_nobody_will_come(tmp_path):
    connection = {"transport": "ipc", "ip": f"{tmp_path}/s", "shell_port": 1}
    started = time.monotonic()
    with pytest.raises(ChannelClosed, match="no kernel answers"):
        connect(connection, alive=lambda: False)
    with pytest.raises(ChannelClosed, match="no kernel answers"):
        connect(connection, seconds=0.2)
    assert time.monotonic() - started < 2


def test_a_peer_that_takes_nothing_is_left(peer):
    server, connection = peer
    held = []

    def serve():
        client, _ = server.accept()
        held.append(client)
        client.sendall(GREETING + READY)

    threading.Thread(target=serve, daemon=True).start()
    channel = connect(connection)
    with pytest.raises(ChannelClosed, match="does not take"):
        channel.send([b"x" * 50_000_000], time.monotonic() + 0.3)
    channel.close()
    held[0].close()
