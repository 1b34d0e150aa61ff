"""What lies around a class under attack, and what of it was touched: files, a listener, processes, other students."""

import contextlib
import ctypes
import json
import os
import pickle
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from submissions import CANARY, LINGER, RIGHT, Kit

from grading.judging import judging_process

HONEST = ("a-honest", "z-honest")  # the first and the last of the class
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 600  # seconds to wait for another process of the session
DESCRIPTORS = 8  # that may stay open: the gradebook's pool of connections


@dataclass
class Surroundings:
    """The world outside of a class's submissions.

    Attributes:
        root: folder of everything.
        outside: a folder that no submission may write to.
        port: where somebody listens, by TCP, by UDP, and at the Unix address "\\0hostile-<port>".
        listeners: their sockets.
    """

    root: Path
    outside: Path
    port: int
    listeners: tuple
    reached: bool = False

    def traces(self):
        """Say what was touched outside, in a few words each."""
        found = [f"written: {path.name}" for path in self.outside.iterdir() if path.name != "canary.txt"]
        found += [] if (self.outside / "canary.txt").read_text() == CANARY else ["written: canary.txt"]
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                listener.recv(1) if listener.type == socket.SOCK_DGRAM else listener.accept()[0].close()
                self.reached = True
        return [*found, "the network was reached"] if self.reached else found

    def clean(self):
        """Make it as it was, before the same is tried again."""
        for path in self.outside.iterdir():
            path.unlink()
        (self.outside / "canary.txt").write_text(CANARY)
        self.traces()  # takes calls that still wait
        self.reached = False


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
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(f"\0hostile-{port}")
            unix.listen()
            listeners = (tcp, udp, unix)
            for listener in listeners:
                listener.setblocking(False)
            try:
                yield Surroundings(root, outside, port, listeners)
            finally:
                os.environ.pop("HOSTILE_CANARY", None)


@contextlib.contextmanager
def witnesses(bank):
    """While this is open, ask each submission's kernel for its witness when its checks are over.

    Yields:
        Student -> what the kernel said: [whether it is true, its text], or why it said nothing.
    """
    wanted = {hostile.student: hostile.inside for hostile in bank if hostile.inside}
    heard: dict[str, object] = {}
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder, "wanted.json").write_text(json.dumps(wanted))
        here = {"HOSTILE_WITNESSES": folder, "PYTHONPATH": str(Path(__file__).parent)}
        with mock.patch.dict(os.environ, here), mock.patch.object(judging_process, "PRELOADED", ("judging_witness",)):
            yield heard
        for number, student in enumerate(wanted):
            with contextlib.suppress(FileNotFoundError):
                heard[student] = json.loads(Path(folder, f"{number}.json").read_text())


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
    return json.dumps(notebook).encode()  # nbformat would fix what must stay broken


def processes(home):
    """Find processes by their variable HOME: process id -> command line, as a list of bytes."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().split(b"\0")
    return found


def lingers(command):
    """Whether this is what submissions start, and what should end with them."""
    return command[:2] == [b"sleep", LINGER.encode()]


@contextlib.contextmanager
def own_place():
    """Give this process a temporary folder and a home of its own, and make it the parent of what loses its parent.

    So nothing that a grader of this process leaves behind is mistaken for somebody else's, or lost among it.

    Yields:
        The home, with the folders in which Jupyter and IPython look for code.
    """
    folder = tempfile.mkdtemp(prefix="h-", dir="/tmp")  # short: paths of sockets are
    home = tempfile.mkdtemp(prefix="home-", dir="/tmp")
    for name in (".ipython/profile_default/startup", ".jupyter", ".local/share/jupyter/kernels"):
        Path(home, name).mkdir(parents=True)
    adopt(True)
    try:
        with mock.patch.object(tempfile, "tempdir", folder), mock.patch.dict(os.environ, {"HOME": home}):
            yield Path(home)
    finally:
        adopt(False)
        remove(folder)
        remove(home)


def adopt(whether):
    """Let orphaned descendants become children of this process, or of init as usual."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(whether), 0, 0, 0)


def grader_traces():
    """What a grader of this process could leave behind: temporary files, processes, mounts and descriptors."""
    files = set(os.listdir(tempfile.gettempdir()))
    children = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, rest = path.read_text().rpartition(")")[::2]
            if int(rest.split()[1]) == os.getpid() and rest.split()[0] != "Z":
                children.add((path.parent.name, name.partition("(")[2]))
    mounts = set(Path("/proc/self/mounts").read_text().splitlines())
    return {"files": files, "processes": children, "mounts": mounts, "descriptors": set(os.listdir("/proc/self/fd"))}


def left_behind(before):
    """Say what is there now that was not there before: kind -> list; descriptors are only counted.

    What was killed may take a moment to be gone.
    """
    deadline = time.monotonic() + 10
    while True:
        after = grader_traces()
        found = {kind: sorted(after[kind] - before[kind]) for kind in ("files", "processes", "mounts")}
        found = {kind: new for kind, new in found.items() if new}
        more = len(after["descriptors"]) - len(before["descriptors"])
        found |= {"descriptors": more} if more > DESCRIPTORS else {}
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


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


def each_once(folder, parts, work):
    """Do each part of a long work once, whoever of this session's processes comes first, and share what came of it.

    Args:
        folder: pytest's base folder of this process.
        parts: name -> what `work` gets.
        work: function whose value can be pickled.

    Returns:
        List of values, in the order of the parts.
    """
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    for name, part in parts.items():
        with contextlib.suppress(FileExistsError):
            (shared / f"{name}.claimed").touch(exist_ok=False)
            value = work(part)
            (shared / f"{name}.tmp").write_bytes(pickle.dumps(value))
            (shared / f"{name}.tmp").rename(shared / f"{name}.done")
    deadline = time.monotonic() + PATIENCE
    while not all((shared / f"{name}.done").exists() for name in parts):
        if time.monotonic() > deadline:
            raise TimeoutError("the process that took the other part has not finished it")
        time.sleep(0.2)
    return [pickle.loads((shared / f"{name}.done").read_bytes()) for name in parts]
