"""Judging is done in processes that may end: what ends one is that submission's record, and nobody else's."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from grading.judging import judging_process
from grading.judging.grade import Grader
from grading.judging.judging_messages import JudgingRequest, JudgingSettings
from grading.judging.judging_process import JudgingEnded, JudgingProcess, JudgingServer
from grading.lessons.imports import lesson_modules
from grading.sandbox.limits import MB, Limits

pytestmark = pytest.mark.sandbox

# A check that does much work for some answers, as a check might that nobody has tried on such an answer.
FRAGILE = """\
import os
import signal

@points(2)
def test_double_values(student, reference, rng):
    \"\"\"Every number is doubled.\"\"\"
    x = rng.normal(size=(4, 3))
    actual = student.double(x)
    if np.all(actual == -1):
        held = [np.ones(2**20) for _ in range(1_000)]
    while np.all(actual == -2):
        pass
    if np.all(actual == -3):
        os.kill(os.getpid(), signal.SIGKILL)
    if np.all(actual == -4):
        np.empty(2**50)
    assert_close(actual, reference.double(x), what="double(x)")
"""
LIMITS = Limits(judging_seconds=2.0, judging_memory_bytes=700 * MB)


@pytest.fixture(scope="module")
def fragile(tmp_path_factory, project):
    """The small lesson with that check."""
    import shutil

    from grading.lessons.lesson import load_lesson

    folder = tmp_path_factory.mktemp("fragile") / "solutions" / "90_mini"
    shutil.copytree(project.root / "solutions" / "90_mini", folder)
    path = folder / "test_mini.py"
    text = path.read_text()
    start = text.index("@points(2)")
    path.write_text(text[:start] + FRAGILE + "\n\n" + text[text.index("@points(1)\ndef test_mean") :])
    return load_lesson(folder)


@pytest.fixture(scope="module")
def grader(fragile, release):
    """A grader whose judging process meets answers that are too much for it."""
    with Grader(fragile, release, lambda digest: b"seed", LIMITS) as grader:
        yield grader


@pytest.fixture
def grade(grader, notebook_with, submission_of, right):
    """Grade a submission whose `double` returns this number everywhere."""

    def run(number=None, student="ann"):
        answers = (
            right if number is None else {**right, "double": f"def double(x):\n    return np.full(x.shape, {number})"}
        )
        return grader.grade(submission_of(notebook_with(answers), student))[0]

    return run


def states(result):
    return {exercise.name: (exercise.status, exercise.score) for exercise in result.exercises}


@pytest.mark.parametrize(
    ("number", "status", "limit"),
    [
        (-1.0, "crashed", "700 MB of the grader's own memory (judging_memory_bytes)"),
        (-2.0, "timeout", "2 seconds of the grader's own time (judging_seconds)"),
        (-4.0, "crashed", "700 MB of the grader's own memory (judging_memory_bytes)"),
    ],
)
def test_an_exercise_that_takes_too_much_is_left_out_and_the_rest_counts(grade, number, status, limit):
    result = grade(number)
    assert result.status == "graded"
    assert states(result) == {"double": (status, 0.0), "mean_square": ("passed", 1.0)}
    assert result.exercises[0].hint == f"Judging what double returned used more than {limit}."
    assert grade().score == 4.0


def test_a_submission_that_ends_the_process_twice_is_set_aside(grade):
    result = grade(-3.0)
    assert (result.status, result.score, result.max_score) == ("set_aside", 0.0, 4.0)
    assert result.reason.startswith("Judging this submission ended the grader's own process 2 times")
    assert result.reason.endswith("The submission was set aside; a person will look at it.")
    assert set(states(result).values()) == {("error", 0.0)}
    assert grade().score == 4.0


def test_a_process_judges_many_while_all_is_well(grader, grade):
    assert grade().score == 4.0
    pid = grader._process.pid
    assert [grade(), grade(7.0).score, grader._process.pid][1:] == [1.0, pid]


def test_a_process_that_somebody_kills_costs_nobody_a_point(grader, grade):
    grade()
    killer = threading.Timer(0.05, os.kill, (grader._process.pid, signal.SIGKILL))
    killer.start()
    assert grade().score == 4.0
    killer.join()


def test_a_process_that_has_grown_is_replaced(grader, grade, monkeypatch):
    grade()
    pid = grader._process.pid
    monkeypatch.setattr(judging_process, "GROWN", 0.0)
    assert grade().score == 4.0
    assert grader._process is None
    monkeypatch.undo()
    assert grade().score == 4.0
    assert grader._process.pid != pid


def test_where_the_shared_server_is_gone_a_grader_has_its_own(lesson, release, notebook_with, submission_of, right):
    with (
        JudgingServer() as server,
        Grader(lesson, release, lambda digest: b"", judging_server=server.address) as grader,
    ):
        assert grader.grade(submission_of(notebook_with(right)))[0].score == 4.0
        os.kill(grader._process.pid, signal.SIGKILL)
        server._process.kill()
        server._process.wait()
        assert grader.grade(submission_of(notebook_with(right)))[0].score == 4.0


def test_a_lesson_that_cannot_be_judged_says_why(changed_lesson, release, notebook_with, submission_of, right):
    broken = changed_lesson({"mistakes.py": [("double__", "triple__")]})
    with Grader(broken, release, lambda digest: b"") as grader:
        result, _ = grader.grade(submission_of(notebook_with(right)))
    assert result.status == "error"
    assert "Nothing can be judged: LessonError" in result.reason


def test_when_the_other_end_is_gone_a_process_ends_in_the_middle_of_its_work(
    fragile, release, notebook_with, submission_of, right
):
    settings = JudgingSettings(fragile, release, Limits(), False, None)
    endless = {**right, "double": "def double(x):\n    return np.full(x.shape, -2.0)"}
    with JudgingServer(lesson_modules(fragile)) as server:
        process = JudgingProcess(settings, server.address)
        asking = threading.Thread(target=ask, args=(process, submission_of(notebook_with(endless))))
        asking.start()
        time.sleep(1.0)
        process._connection.close()
        deadline = time.monotonic() + 30
        while Path("/proc", str(process.pid)).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not Path("/proc", str(process.pid)).exists()
        asking.join()


def ask(process, submission):
    """Ask for a verdict that never comes."""
    with pytest.raises((JudgingEnded, OSError, TypeError)):
        process.ask(JudgingRequest(submission, b"seed"))
