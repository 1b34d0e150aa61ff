"""Demos in a real kernel: what the page sends comes in, and pictures come back as bytes, as in a notebook."""

import json
import time

import pytest
from jupyter_client.manager import start_new_kernel

from dnnkit import demos

SHOW = "from dnnkit.demos import {name}\ndemo = {name}(predict=False)\nprint(demo.model_id)"


@pytest.fixture(scope="module")
def client():
    """A client of a kernel that runs as long as these tests."""
    manager, client = start_new_kernel(kernel_name="dnn", startup_timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def heard(client, request):
    """What the kernel publishes for a request, until it is idle again."""
    found, deadline = [], time.monotonic() + 60
    while time.monotonic() < deadline:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return found
        found.append(message)
    raise AssertionError("the kernel never comes to rest")


def shown(client, name):
    """Make a demo in the kernel; the id of its connection."""
    messages = heard(client, client.execute(SHOW.format(name=name)))
    assert [m for m in messages if m["msg_type"] == "error"] == []
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream").strip()


def ask(client, comm, **state):
    """Send what the page sends when a control moves; the updates that come back."""
    content = {"comm_id": comm, "data": {"method": "update", "state": state, "buffer_paths": []}}
    message = client.session.msg("comm_msg", content)
    client.shell_channel.send(message)
    messages = heard(client, message["header"]["msg_id"])
    assert [m for m in messages if m["msg_type"] in ("error", "stream")] == []
    return [m for m in messages if m["msg_type"] == "comm_msg" and m["content"]["data"].get("method") == "update"]


@pytest.mark.parametrize("name", demos.DEMOS)
def test_a_preset_asked_for_by_the_page_comes_back_as_one_picture(client, name):
    comm, here = shown(client, name), getattr(demos, name)(predict=False)
    preset = list(here.presets)[-1]
    record = {"values": here.values, "actions": [[1, "preset", preset]]}
    (update,) = ask(client, comm, asked=json.dumps(record, default=as_sent))
    here.use_preset(preset)
    state = json.loads(update["content"]["data"]["state"]["state"])
    right = json.loads(here.state)
    assert (state["says"], state["code"], state["panels"]) == (right["says"], right["code"], right["panels"])
    # The same numbers in another process; a picture of boxes and words has none.
    assert [bytes(buffer) for buffer in update["buffers"]] == ([here.data] if here.data else [])


def as_sent(value):
    """NumPy's numbers as the page would send them."""
    return value.tolist()
