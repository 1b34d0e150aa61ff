"""A class on many workers: the same results, and nothing lost or doubled when a worker or the coordinator is killed."""

import datetime
import functools
import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import dask
import nbformat
import pytest
from distributed import Client, LocalCluster
from nbgrader.api import Gradebook

from grading.classes import tasks_under_way
from grading.classes.autograde import GradingOptions, autograde
from grading.classes.class_folders import find_students
from grading.classes.cluster import grade_on, open_cluster
from grading.classes.worker import grade_task, make_task
from grading.errors import GradingError
from grading.gradebook.autograded_notebooks import read_records
from grading.lessons.imports import lesson_modules
from grading.sandbox.limits import Limits
from grading.sandbox.shared_fork_server import SharedForkServer
from grading.submissions.submission import read_submission

pytestmark = pytest.mark.sandbox

SLOW = "import time\n\ndef double(x):\n    time.sleep(0.3)\n    return 2 * np.asarray(x)"


def scores(course, lesson):
    """Student -> score as the gradebook holds it."""
    with Gradebook(course.database) as gradebook:
        rows = [(row.student.id, row.score) for row in gradebook.assignment_submissions(lesson.name)]
    assert len(rows) == len(dict(rows)), "a student is in the gradebook twice"
    return dict(rows)


@pytest.fixture
def tasks(course, lesson):
    """Tasks of the class, as autograde packs them."""

    def make(fork_server=None):
        for student in find_students(course, lesson):
            folder = course.submitted / student / lesson.name
            one = read_submission(student, folder, lesson.topic)
            yield make_task(course.project, lesson, one, course.seed(one.digest), fork_server=fork_server)

    return make


def hand_in_class(hand_in, right, count, double=None):
    for number in range(count):
        hand_in(f"s-{number:02d}", {**right, "double": double or right["double"]})


def test_two_workers_give_what_one_process_gives(course, lesson, hand_in, right):
    hand_in("right", right)
    hand_in("wrong", {**right, "double": "def double(x):\n    return np.asarray(x) ** 2"})
    hand_in("broken", data=b"{")
    alone = autograde(course, lesson, GradingOptions(workers=0))
    spread = autograde(course, lesson, GradingOptions(workers=2, again=True))
    for one, other in zip(alone, spread, strict=True):
        assert replace(one, seconds=0) == replace(other, seconds=0)
    assert scores(course, lesson) == {"broken": 0.0, "right": 4.0, "wrong": 2.0}


def test_a_killed_worker_or_warm_parent_costs_nobody_a_grade(course, lesson, hand_in, right, tasks, capfd):
    hand_in_class(hand_in, right, 8, SLOW)
    graded = []
    with SharedForkServer(lesson_modules(lesson), Limits()) as server, open_cluster(workers=2) as client:
        for result, _ in grade_on(client, tasks(server.address)):
            if not graded:
                victim = next(iter(client.run(os.getpid).values()))
                os.kill(victim, signal.SIGKILL)
            if len(graded) == 4:
                server._process.kill()  # and then the parent of everybody's kernels
            graded.append(result)
    assert sorted(result.student for result in graded) == find_students(course, lesson)
    assert [result for result in graded if result.score != 4.0] == []
    assert "distributed" not in capfd.readouterr().err  # Dask's own messages of lost connections


def report_errors():
    """Let each of Dask's loggers report an error in this process."""
    for name in ("distributed", "distributed.client", "distributed.scheduler", "distributed.worker"):
        logging.getLogger(name).error("lost connection")


def test_dask_prints_nothing_of_its_own_here_or_in_a_worker(capfd, monkeypatch):
    monkeypatch.setattr(report_errors, "__module__", "__main__")  # travels as its code: a worker cannot import tests
    with open_cluster(workers=1) as client:
        report_errors()
        client.run(report_errors)
    assert "lost connection" not in capfd.readouterr().err


def test_a_notebook_of_many_megabytes_is_sent_without_a_warning(course, lesson, hand_in, notebook_with, right, capfd):
    notebook = notebook_with(right)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="long " * 3_000_000)]
    hand_in("long", data=nbformat.writes(notebook).encode())
    assert [one.score for one in autograde(course, lesson, GradingOptions(workers=1))] == [4.0]
    assert "large" not in capfd.readouterr().err


def test_workers_that_do_not_come_back_are_replaced(course, lesson, hand_in, right, tasks, monkeypatch):
    monkeypatch.setattr(tasks_under_way, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(tasks_under_way, "REPLACE_AFTER", 0.5)
    hand_in_class(hand_in, right, 3)
    with open_cluster(workers=1) as client:
        for nanny in client.cluster.workers.values():
            nanny.auto_restart = False
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        graded = [result for result, _ in grade_on(client, tasks())]
    assert {result.student: result.score for result in graded} == dict.fromkeys(find_students(course, lesson), 4.0)


def test_a_class_without_workers_ends_with_a_sentence(course, lesson, hand_in, right, tasks, monkeypatch):
    monkeypatch.setattr(tasks_under_way, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(tasks_under_way, "GIVE_UP_AFTER", 0.5)
    hand_in_class(hand_in, right, 1)
    with (
        LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as empty,
        Client(empty) as client,
        pytest.raises(GradingError, match=r"no worker for 0 seconds.* the same command goes on"),
    ):
        list(grade_on(client, tasks()))


def test_a_submission_under_which_all_workers_are_lost_has_a_record_and_the_others_their_grades(
    course, lesson, hand_in, right, tasks, monkeypatch
):
    hand_in_class(hand_in, right, 4)
    monkeypatch.setattr(lose_worker, "__module__", "__main__")  # travels as its code: a worker cannot import tests
    monkeypatch.setattr(tasks_under_way, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(tasks_under_way, "REPLACE_AFTER", 5.0)  # a worker lost while it starts stays away
    monkeypatch.setattr(tasks_under_way, "grade_task", functools.partial(lose_worker, "s-01"))
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), open_cluster(workers=1) as client:
        graded = {result.student: result for result, _ in grade_on(client, tasks())}
    assert sorted(graded) == find_students(course, lesson)
    assert (graded["s-01"].status, graded["s-01"].score) == ("set_aside", 0.0)
    assert "its worker process was lost" in graded["s-01"].reason
    assert {student: result.score for student, result in graded.items() if student != "s-01"} == dict.fromkeys(
        ("s-00", "s-02", "s-03"), 4.0
    )


def lose_worker(killer, task):
    """Grade, but for one student end the worker."""
    if task["student"] == killer:
        os.kill(os.getpid(), signal.SIGKILL)
    return grade_task(task)


def test_a_killed_coordinator_goes_on_where_it_stopped(course, lesson, hand_in, right, project):
    hand_in_class(hand_in, right, 8, SLOW)
    command = [sys.executable, "-m", "grading", "--project", str(project.root), "--course", str(course.root)]
    command += ["autograde", lesson.name, "--workers", "1"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 300
    while len(list(course.autograded.glob("*/*/*.ipynb"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    before = scores(course, lesson)
    assert 2 <= len(before) < 8
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "skipped: graded before with the same file, checks and packages" in again.stdout.replace("\n", " ")
    assert scores(course, lesson) == {f"s-{number:02d}": 4.0 for number in range(8)}
    assert len(read_records(course, lesson)) == 8


def test_a_full_disk_stops_the_run_and_a_second_run_completes_it(course, lesson, hand_in, right, monkeypatch):
    hand_in_class(hand_in, right, 4)
    replace, written = os.replace, []

    def full_disk(source, target):
        if str(target).endswith(".ipynb") and len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(target)
        return replace(source, target)

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(GradingError, match="No space left on device"):
        autograde(course, lesson)
    monkeypatch.setattr(os, "replace", replace)
    assert len(scores(course, lesson)) == 2
    graded_now = []
    autograde(course, lesson, on_result=lambda result, now: graded_now.append(now))
    assert graded_now == [False, False, True, True]
    assert set(scores(course, lesson).values()) == {4.0}


def test_a_scheduler_that_is_not_there_is_named():
    with (
        pytest.raises(GradingError, match=r"The scheduler at tcp://127\.0\.0\.1:9 does not answer: .* Is it running\?"),
        open_cluster(scheduler="tcp://127.0.0.1:9"),
    ):
        pass


def test_a_worker_with_another_version_of_the_lesson_refuses(course, lesson, hand_in, right, tasks):
    hand_in("ann", right)
    stale = [{**task, "checks_hash": "sha256:" + "0" * 64} for task in tasks()]
    with (
        open_cluster(workers=1) as client,
        pytest.raises(GradingError, match="This worker holds another version of 90_mini"),
    ):
        list(grade_on(client, stale))


@pytest.fixture
def certificates(tmp_path):
    """A certificate authority, and one certificate for scheduler, workers and coordinator."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def sign(subject, key, issuer, issuer_key, *, authority):
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(minutes=5))
        builder = builder.not_valid_after(now + datetime.timedelta(hours=1))
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
        return builder.sign(issuer_key, hashes.SHA256())

    keys = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("authority", "node")}
    signed = {
        "authority": sign("ca", keys["authority"], "ca", keys["authority"], authority=True),
        "node": sign("node", keys["node"], "ca", keys["authority"], authority=False),
    }
    paths = [tmp_path / "ca.pem", tmp_path / "node.pem", tmp_path / "node.key"]
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(signed["authority"].public_bytes(pem))
    paths[1].write_bytes(signed["node"].public_bytes(pem))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[2].write_bytes(keys["node"].private_bytes(pem, *plain))
    return paths


def test_a_real_scheduler_and_worker_over_tls(course, lesson, hand_in, right, certificates, tmp_path):
    hand_in("ann", right)
    hand_in("bob", {**right, "double": "def double(x):\n    return np.asarray(x) ** 2"})
    options = [word for flag, path in zip(("ca-file", "cert", "key"), certificates, strict=True)
               for word in (f"--tls-{flag}", str(path))]  # fmt: skip
    address_file = tmp_path / "scheduler.json"
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--protocol", "tls", "--host", "127.0.0.1"]
    scheduler += ["--port", "0", "--no-dashboard", "--scheduler-file", str(address_file), *options]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(address_file)]
    worker += ["--nthreads", "1", "--nworkers", "1", "--no-dashboard", *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    processes = [subprocess.Popen(scheduler, **quiet)]
    try:
        deadline = time.monotonic() + 30
        while not address_file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        processes.append(subprocess.Popen(worker, **quiet))
        address = json.loads(address_file.read_text())["address"]
        assert address.startswith("tls://127.0.0.1:")
        settings = GradingOptions(scheduler=address, tls=tuple(certificates))
        assert [result.score for result in autograde(course, lesson, settings)] == [4.0, 2.0]
        with pytest.raises(OSError, match=r"(?s).*"):
            Client(address.replace("tls://", "tcp://"), timeout=3)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(20)
