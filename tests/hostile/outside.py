"""What lies around a class under attack, and what of it was touched: files, a listener, processes, other students."""

import contextlib
import json
import os
import shutil
import socket
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from submissions import CANARY, LINGER, RIGHT, Kit

HONEST = ("a-honest", "z-honest")  # the first and the last of the class


@dataclass
class Surroundings:
    """The world outside of a class's submissions.

    Attributes:
        root: folder of everything.
        outside: a folder that no submission may write to.
        port: where somebody listens.
        calls: what the listener heard.
    """

    root: Path
    outside: Path
    port: int
    calls: list = field(default_factory=list)

    def traces(self):
        """Say what was touched outside, in a few words each."""
        found = [f"written: {path.name}" for path in self.outside.iterdir() if path.name != "canary.txt"]
        found += [] if (self.outside / "canary.txt").read_text() == CANARY else ["written: canary.txt"]
        found += ["the network was reached"] if self.calls else []
        return found


@contextlib.contextmanager
def surroundings(root):
    """Make a folder with something to read in it, a variable in the environment, and a listener.

    Args:
        root: an empty folder.
    """
    outside = root / "outside"
    outside.mkdir(parents=True)
    (outside / "canary.txt").write_text(CANARY)
    os.environ["HOSTILE_CANARY"] = CANARY
    with socket.create_server(("127.0.0.1", 0)) as server:
        world = Surroundings(root, outside, server.getsockname()[1])
        threading.Thread(target=_listen, args=(server, world.calls), daemon=True).start()
        try:
            yield world
        finally:
            os.environ.pop("HOSTILE_CANARY", None)


def _listen(server, calls):
    while True:
        try:
            client, address = server.accept()
        except OSError:
            return
        calls.append(address)
        client.close()


def hand_in(world, hostile, lesson, release, submitted, gradebook):
    """Write one hostile submission into a class that has its honest students already.

    Args:
        world: the `Surroundings`.
        hostile: the `Hostile`.
        lesson: the lesson.
        release: nbformat dict of the release.
        submitted: the class's folder of submissions.
        gradebook: path of the class's gradebook.
    """
    file = f"{lesson.topic}.ipynb"
    folder = submitted / hostile.student / lesson.name
    folder.mkdir(parents=True)
    neighbour = submitted / HONEST[1] / lesson.name / file
    solution = lesson.folder / f"{lesson.topic}.py"
    kit = Kit(release, folder, world.outside, neighbour, solution, gradebook, world.port)
    made = hostile.make(kit)
    if made is not None:
        (folder / file).write_bytes(made if isinstance(made, bytes) else _text(made))


def hand_in_honest(lesson, release, submitted, answers=RIGHT):
    """Write the submissions of the honest students."""
    for student in HONEST:
        folder = submitted / student / lesson.name
        folder.mkdir(parents=True)
        (folder / f"{lesson.topic}.ipynb").write_bytes(_text(Kit(release, *[folder] * 5, 0).notebook(answers)))


def _text(notebook):
    return json.dumps(notebook).encode()  # nbformat would mend what must stay broken


def lingering():
    """Process ids of what sleeps for `LINGER` seconds: started by a submission, and not ended with it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes().split(b"\0")[:2] == [b"sleep", LINGER.encode()]:
                found.append(int(path.parent.name))
    return found


def grader_traces():
    """What a grader of this process could leave behind: its folders, its child processes, its mounts."""
    folders = {path.name for path in Path(tempfile.gettempdir()).glob(f"dnn-{os.getpid()}-*")}
    children = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, rest = path.read_text().rpartition(")")[::2]
            if int(rest.split()[1]) == os.getpid() and rest.split()[0] != "Z":
                children.add((path.parent.name, name.partition("(")[2]))
    mounts = {line for line in Path("/proc/self/mounts").read_text().splitlines() if "dnn-" in line}
    return {"folders": folders, "children": children, "mounts": mounts, "open files": len(os.listdir("/proc/self/fd"))}


def snapshot(*roots):
    """Every file below these folders, with size and time of change."""
    found = {}
    for root in roots:
        for folder, _, files in os.walk(root):
            for name in files:
                path = Path(folder, name)
                with contextlib.suppress(OSError):
                    status = path.lstat()
                    found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def remove(path):
    """Remove a folder of hostile files."""
    shutil.rmtree(path, ignore_errors=True)
