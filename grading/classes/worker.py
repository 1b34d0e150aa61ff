"""What runs on a Dask worker: bytes and settings in, JSON out. Student code runs in child processes behind the wall."""

import atexit
import base64
import json
import threading
from dataclasses import asdict

from grading.authoring.release import load_release
from grading.course import find_project
from grading.errors import GradingError
from grading.judging.grade import Grader
from grading.lessons.imports import lesson_modules
from grading.lessons.lesson import find_lesson
from grading.sandbox.cold_launcher import ColdLauncher
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.limits import Limits
from grading.sandbox.unsandboxed_launcher import UnsandboxedLauncher
from grading.submissions.submission import Submission, from_bytes

_graders = {}
_lock = threading.Lock()  # a worker has one thread for tasks; the lock keeps a second one from halving our promises


def make_task(project, lesson, submission, seed, *, limits=None, trusted=False, fork_server=None):
    """Pack one submission for a worker.

    Args:
        project: root of the repository; a worker that has none there looks for its own.
        lesson: the lesson.
        submission: what `read_submission` said of the file.
        seed: bytes from which the checks' randomness is drawn.
        limits: what the submission may use.
        trusted: run without a sandbox.
        fork_server: address of the `SharedForkServer` of this machine, for its workers.

    Returns:
        Dict of plain values.
    """
    return {
        "project": str(project),
        "lesson": lesson.name,
        "checks_hash": lesson.checks_hash,
        "student": submission.student,
        "status": submission.status,
        "reason": submission.reason,
        "digest": submission.digest,
        "data": base64.b64encode(submission.data).decode("ascii"),
        "seed": seed.hex(),
        "limits": asdict(limits or Limits()),
        "trusted": trusted,
        "fork_server": fork_server,
    }


def grade_task(task):
    """Grade one submission on this worker.

    Args:
        task: what `make_task` packed.

    Returns:
        JSON text: {"result": record, "notebook": rebuilt notebook}.

    Raises:
        GradingError: when this worker holds another version of the lesson.
    """
    with _lock:
        grader = _grader(task)
        if grader.lesson.checks_hash != task["checks_hash"]:
            raise GradingError(
                f"This worker holds another version of {task['lesson']}. Expected checks {task['checks_hash'][:19]}. "
                f"Got {grader.lesson.checks_hash[:19]}. Is its copy of the repository up to date?"
            )
        submission = Submission(task["student"], task["status"], task["reason"], task["digest"])
        if task["status"] == "ok":
            submission = from_bytes(task["student"], base64.b64decode(task["data"]), grader.limits)
        result, notebook = grader.grade(submission, seed=bytes.fromhex(task["seed"]))
        return json.dumps({"result": result.to_json(), "notebook": notebook})


def _grader(task):
    """Find or make this worker's grader of a lesson, with its warm parent."""
    key = json.dumps([task[name] for name in ("project", "lesson", "checks_hash", "limits", "trusted")], sort_keys=True)
    if key not in _graders:
        close_graders()  # one warm parent at a time: memory belongs to the students
        project = find_project(task["project"])
        lesson = find_lesson(project / "solutions", task["lesson"])
        limits = Limits(**task["limits"])
        launcher = make_launcher(lesson, limits, trusted=task["trusted"], fork_server=task.get("fork_server"))
        _graders[key] = Grader(lesson, load_release(project, lesson), None, limits, launcher)
    return _graders[key]


def make_launcher(lesson, limits, *, trusted=False, fork_server=None):
    """Make what starts the kernels of a lesson in this process.

    Args:
        lesson: the lesson.
        limits: what a submission may use; with a part of the GPU, kernels start cold, for CUDA does not survive a fork.
        trusted: run without a sandbox.
        fork_server: address of the `SharedForkServer` of this machine, if there is one.

    Raises:
        SandboxUnavailable: before anything is graded, rather than once for every student.
    """
    if trusted:
        return UnsandboxedLauncher(limits)
    if limits.gpu_fraction:
        return ColdLauncher(limits)
    return ForkLauncher(lesson_modules(lesson), limits, fork_server)


@atexit.register
def close_graders():
    """End all warm parents of this process."""
    for grader in _graders.values():
        grader.launcher.close()
    _graders.clear()
