"""The gradebook in a real PostgreSQL server, started from the system's packages for this run."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from grading.classes.autograde import GradingOptions, autograde
from grading.course import open_course
from grading.gradebook import gradebook
from grading.gradebook.exports.csv import CsvExport
from grading.gradebook.gradebook import open_gradebook
from grading.reports.feedback import write_feedback

pytestmark = pytest.mark.sandbox


def programs():
    """Folder of PostgreSQL's server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not found and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed. Type: make database")
    assert found, "PostgreSQL is not installed. Type: make database"
    return found[-1].parent


@pytest.fixture(scope="module")
def server():
    """URL of a fresh server on a free loopback port; it refuses to run as root, so root lends it another user."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    as_user = ["runuser", "-u", user, "--"] if os.getuid() == 0 else []
    if as_user:
        record = pwd.getpwnam(user)
        os.chown(folder, record.pw_uid, record.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, bin_ = folder / "data", programs()

    def run(*command):
        subprocess.run([*as_user, *map(str, command)], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run(bin_ / "initdb", "-D", data, "--auth=trust", "--username=teacher", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(bin_ / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    yield f"postgresql+psycopg://teacher@127.0.0.1:{port}"
    run(bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def database(server, request):
    """URL of an empty database of its own."""
    name = f"course_{abs(hash(request.node.name)) % 10**8}"
    administrator = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    administrator.dispose()
    return f"{server}/{name}"


@pytest.fixture
def course(project, tmp_path, database):
    """A class whose gradebook is in PostgreSQL."""
    return open_course(project.root, root=tmp_path / "class", gradebook=database)


def rows(database, lesson):
    with Gradebook(database) as book:
        return sorted((row.student.id, row.score) for row in book.assignment_submissions(lesson.name))


def test_a_class_is_graded_into_postgresql(course, lesson, database, hand_in, right):
    hand_in("ann", right)
    hand_in("bob", {**right, "double": "def double(x):\n    return np.asarray(x) ** 2"})
    hand_in("eve", data=b"not json")
    autograde(course, lesson, GradingOptions(workers=0))
    assert rows(database, lesson) == [("ann", 4.0), ("bob", 2.0), ("eve", 0.0)]
    assert len(write_feedback(course, lesson)) == 3
    with open_gradebook(database) as book:
        CsvExport(to=str(course.root / "grades.csv")).export(book)
    assert (course.root / "grades.csv").read_text().count("90_mini") == 3


def test_a_second_run_keeps_what_is_there(course, lesson, database, hand_in, right):
    hand_in("ann", right)
    autograde(course, lesson)
    graded_now = []
    autograde(course, lesson, on_result=lambda result, now: graded_now.append(now))
    assert graded_now == [False]


def test_a_connection_that_is_cut_in_a_transaction_costs_nobody_a_grade(
    course, lesson, database, hand_in, right, monkeypatch
):
    hand_in("ann", right)
    hand_in("bob", right)
    write, cut = gradebook._write_exercise, []

    def cut_once(session, notebook, exercise, **options):
        if len(cut) < 2:
            cut.append(session.execute(text("SELECT pg_backend_pid()")).scalar())
            other = create_engine(database, isolation_level="AUTOCOMMIT")
            with other.connect() as connection:
                connection.execute(text(f"SELECT pg_terminate_backend({cut[-1]})"))
            other.dispose()
        write(session, notebook, exercise, **options)

    monkeypatch.setattr(gradebook, "_write_exercise", cut_once)
    monkeypatch.setattr(gradebook, "RETRY_AFTER", (0.1, 0.1))
    results = autograde(course, lesson)
    assert len(cut) == 2
    assert [result.score for result in results] == [4.0, 4.0]
    assert rows(database, lesson) == [("ann", 4.0), ("bob", 4.0)]
