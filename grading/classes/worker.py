"""What runs on a Dask worker: bytes and settings in, JSON out.

What is in the bytes is looked at by a disposable judging process; student code runs in a sandbox.
"""

import atexit
import base64
import json
import logging
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grading.authoring.release import load_release
from grading.course import find_project
from grading.errors import GradingError
from grading.judging.blank_records import BlankRecords
from grading.judging.grade import Grader
from grading.lessons.lesson import Lesson, find_lesson
from grading.sandbox.limits import Limits
from grading.submissions.rebuild import fresh_copy
from grading.submissions.submission import Submission, unparsed

LOST = (
    "While this submission was graded, its worker process was lost, several times. It was set aside; "
    "a person will look at it."
)
logging.getLogger("distributed").setLevel(logging.ERROR)  # as in cluster.py, for the worker's own process
GRADER_KEYS = ("project", "lesson", "checks_hash", "limits", "trusted", "carried_points")  # what a grader is made for
_graders: dict[str, Grader] = {}
_lock = threading.Lock()  # one submission at a time, even if a worker has two threads: two would share the time


def make_task(
    project: Path,
    lesson: Lesson,
    submission: Submission,
    seed: bytes,
    *,
    limits: Limits | None = None,
    trusted: bool = False,
    fork_server: str | None = None,
    judging_server: str | None = None,
    carried_points: bool = True,
) -> dict[str, Any]:
    """Pack one submission for a worker.

    Args:
        project: root of the repository; a worker that has none there looks for its own.
        lesson: the lesson.
        submission: what `read_file` said of the file.
        seed: bytes from which the checks' randomness is drawn.
        limits: what the submission may use.
        trusted: run without a sandbox.
        fork_server: address of the `SharedForkServer` of this machine, for its workers.
        judging_server: address of the `JudgingServer` of this machine, for its workers.
        carried_points: give an exercise that is right but for another one its points.

    Returns:
        Dict of plain values.
    """
    options: dict[str, Any] = {name: getattr(submission, name) for name in ("student", "status", "reason", "digest")}
    options |= {"trusted": trusted, "fork_server": fork_server, "judging_server": judging_server}
    return options | {
        "project": str(project),
        "lesson": lesson.name,
        "checks_hash": lesson.checks_hash,
        "notes": list(submission.notes),
        "data": base64.b64encode(submission.data).decode("ascii"),
        "seed": seed.hex(),
        "limits": asdict(limits or Limits()),
        "carried_points": carried_points,
    }


def grade_task(task: dict[str, Any]) -> str:
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
            submission = unparsed(task["student"], base64.b64decode(task["data"]), tuple(task["notes"]))
        result, notebook = grader.grade(submission, seed=bytes.fromhex(task["seed"]))
        return json.dumps({"result": result.to_json(), "notebook": notebook})


def record_of_lost(task: dict[str, Any]) -> str:
    """Make the record of a submission under which one worker after the other was lost; nothing of it is run.

    Args:
        task: what `make_task` packed.

    Returns:
        JSON text as of `grade_task`; the submission is "set_aside".
    """
    project = find_project(task["project"])
    lesson = find_lesson(project / "solutions", task["lesson"])
    submission = Submission(task["student"], task["status"], task["reason"], task["digest"])
    blank = BlankRecords(lesson, "none" if task["trusted"] else "bubblewrap")
    result = blank.submission(submission, "set_aside", reason=LOST)
    return json.dumps({"result": result.to_json(), "notebook": fresh_copy(load_release(project, lesson))})


def _grader(task: dict[str, Any]) -> Grader:
    """Find or make this worker's grader of a lesson."""
    key = json.dumps([task[name] for name in GRADER_KEYS], sort_keys=True)
    if key not in _graders:
        close_graders()  # one grader at a time, so that most memory is left for submissions
        project = find_project(task["project"])
        lesson = find_lesson(project / "solutions", task["lesson"])
        limits = Limits(**task["limits"])
        options: dict[str, Any] = {name: task.get(name) for name in ("trusted", "fork_server", "judging_server")}
        options["carried_points"] = task["carried_points"]
        _graders[key] = Grader(lesson, load_release(project, lesson), None, limits, **options)
    return _graders[key]


@atexit.register
def close_graders() -> None:
    """End what the graders of this process have started."""
    for grader in _graders.values():
        grader.close()
    _graders.clear()
