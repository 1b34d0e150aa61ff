"""Grade a class: find the submissions, grade each, write the notebook, the gradebook and the JSON record."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dnnkit.environment import devices
from dnnkit.environment.atomic_write import write_atomically
from grading.authoring.release import load_release
from grading.classes.class_folders import chosen_students, submission_folder
from grading.classes.worker import make_task
from grading.course import Course
from grading.errors import GradingError
from grading.gradebook.autograded_notebooks import Notebook, keep_exchange_files, read_records, write_autograded
from grading.gradebook.exchange_files import read_exchange_files
from grading.gradebook.gradebook import ensure_assignment, record, record_timestamp, recorded_scores
from grading.gradebook.late_penalties import apply_late_penalties
from grading.judging.environment import environment_hash
from grading.judging.grade import Grader
from grading.judging.judging_process import JudgingServer
from grading.judging.records import SubmissionResult, results_to_json
from grading.lessons.imports import lesson_modules
from grading.lessons.lesson import Lesson
from grading.sandbox.bubblewrap import require_sandbox
from grading.sandbox.limits import Limits
from grading.sandbox.shared_fork_server import SharedForkServer
from grading.submissions.submission import Submission, read_file

OnResult = Callable[[SubmissionResult, bool], object]  # a result, and whether it was graded now
GPU_SHARED = 0.9  # part of the GPU's memory that all kernels take together: each also needs some outside of its share


@dataclass(frozen=True)
class GradingOptions:
    """How a class is graded.

    Attributes:
        workers: processes on this machine; 0 grades in this process, without Dask.
        scheduler: address of a Dask scheduler to use instead.
        tls: (certificate authority, certificate, key) for it.
        gpu: let the submissions use the GPU, which the workers of this machine share; of a scheduler's workers, those
            that offer the resource "GPU" take part, and each has a GPU of its own.
        trusted: no sandbox; for one's own work only.
        again: grade those, too, whose result is already there.
        limits: what a submission may use.
        students: ids of those who are graded; empty for all.
        in_process: judge in this process, where a debugger is; only without workers and scheduler.
    """

    workers: int = 0
    scheduler: str | None = None
    tls: tuple[str, str, str] | None = None
    gpu: bool = False
    trusted: bool = False
    again: bool = False
    limits: Limits = field(default_factory=Limits)
    students: tuple[str, ...] = ()
    in_process: bool = False


def make_grader(course: Course, lesson: Lesson, options: GradingOptions | None = None) -> Grader:
    """Make the `Grader` of a lesson, reading its release; it must be closed after use."""
    options = options or GradingOptions()
    release = load_release(course.project, lesson)
    settings: dict[str, Any] = {"trusted": options.trusted, "in_process": options.in_process}
    settings["carried_points"] = course.carried_points
    return Grader(lesson, release, course.seed, options.limits, **settings)


def autograde(
    course: Course, lesson: Lesson, options: GradingOptions | None = None, *, on_result: OnResult | None = None
) -> list[SubmissionResult]:
    """Grade all submissions of a lesson; those whose result is already there are kept.

    Args:
        course: the `Course`.
        lesson: the lesson.
        options: `GradingOptions`.
        on_result: function called with each `SubmissionResult` and whether it was graded now, for progress.

    Returns:
        List of `SubmissionResult`, in order of student ids.
    """
    options = share_gpu(options or GradingOptions())
    if not options.trusted and not options.scheduler:
        require_sandbox()
    ensure_assignment(course, lesson)
    results: dict[str, SubmissionResult] = {}
    waiting: list[str] = []
    kept = {} if options.again else _results_so_far(course, lesson)
    environment = environment_hash()
    for student in chosen_students(course, lesson, options.students):
        submission = read_file(student, submission_folder(course, lesson, student), lesson.topic, options.limits)
        known = kept.get(student)
        if known is not None and is_current(known, submission, lesson, environment):
            results[student] = known
            _keep_last_hand_in(course, lesson, student)
            if on_result:
                on_result(known, False)
        else:
            waiting.append(student)
    for result, notebook in grade_students(course, lesson, options, waiting):
        _keep(course, lesson, result, notebook)
        results[result.student] = result
        if on_result:
            on_result(result, True)
    apply_late_penalties(course, lesson)
    return [results[student] for student in sorted(results)]


def _keep(course: Course, lesson: Lesson, result: SubmissionResult, notebook: Notebook) -> None:
    """Write one result: first the notebook with its record, then the gradebook."""
    files = read_exchange_files(submission_folder(course, lesson, result.student))
    with _writing_result_of(result.student):
        write_autograded(course, lesson, result, notebook, files)
    record(course, lesson, result, files.timestamp)


def _keep_last_hand_in(course: Course, lesson: Lesson, student: str) -> None:
    """Note what belongs to the last of several times that the same work was handed in: feedback goes to that one."""
    files = read_exchange_files(submission_folder(course, lesson, student))
    with _writing_result_of(student):
        changed = keep_exchange_files(course, lesson, student, files)
    if changed:
        record_timestamp(course, lesson, student, files.timestamp)


@contextlib.contextmanager
def _writing_result_of(student: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GradingError(
            f"The result of {student} could not be written: {error}. Those before it are kept; "
            "when the cause is fixed, the same command goes on from here."
        ) from error


def is_current(result: SubmissionResult, submission: Submission, lesson: Lesson, environment: str) -> bool:
    """Whether a result is still what grading would give: the same file, checks and packages, and no fault of ours."""
    if submission.status != "ok" or result.status == "error":
        return False  # cheap to do again, and a bug of the grader should not stay in the records
    then = (result.submission, result.checks_hash, result.environment_hash)
    return then == (submission.digest, lesson.checks_hash, environment)


def _results_so_far(course: Course, lesson: Lesson) -> dict[str, SubmissionResult]:
    """Results that are both in the autograded folder and in the gradebook: a run may have ended between the two."""
    recorded = recorded_scores(course, lesson)
    return {r.student: r for r in read_records(course, lesson) if recorded.get(r.student) == r.score}


def grade_students(
    course: Course, lesson: Lesson, options: GradingOptions, students: Sequence[str]
) -> Iterator[tuple[SubmissionResult, Notebook]]:
    """Grade these students here or on a cluster; nothing is written.

    Args:
        course: the `Course`.
        lesson: the lesson.
        options: `GradingOptions`.
        students: list of student ids.

    Yields:
        (`SubmissionResult`, rebuilt notebook), in any order.
    """
    options = share_gpu(options)
    submissions = (
        read_file(student, submission_folder(course, lesson, student), lesson.topic, options.limits)
        for student in students
    )
    if not students:
        return
    if options.workers == 0 and not options.scheduler:
        with make_grader(course, lesson, options) as grader:
            for submission in submissions:
                yield grader.grade(submission)
        return
    yield from _grade_on_cluster(course, lesson, options, submissions)


def _grade_on_cluster(
    course: Course, lesson: Lesson, options: GradingOptions, submissions: Iterable[Submission]
) -> Iterator[tuple[SubmissionResult, Notebook]]:
    from grading.classes.cluster import grade_on, open_cluster

    modules, here = lesson_modules(lesson), not options.scheduler
    with contextlib.ExitStack() as stack:
        servers: dict[str, str] = {}
        if here:
            servers["judging_server"] = stack.enter_context(JudgingServer(modules)).address
        if here and not options.trusted and not options.limits.gpu_fraction:  # those start their kernels cold
            servers["fork_server"] = stack.enter_context(SharedForkServer(modules, options.limits)).address
        cluster = (options.workers, options.scheduler, options.tls, course.project)
        client = stack.enter_context(open_cluster(*cluster, gpu=options.gpu))
        settings: dict[str, Any] = {"limits": options.limits, "trusted": options.trusted, **servers}
        settings["carried_points"] = course.carried_points
        tasks = (make_task(course.project, lesson, one, course.seed(one.digest), **settings) for one in submissions)
        yield from grade_on(client, tasks, gpu=options.gpu)


def share_gpu(options: GradingOptions) -> GradingOptions:
    """Give each kernel its part of the GPU, if it was asked for.

    Raises:
        GradingError: when this machine has no GPU to share.
    """
    if not options.gpu:
        return options
    found = devices.look()
    if not options.scheduler and not found.gpus:
        cure = f"Fix it: {found.cure}; or leave out" if found.cure else "Leave out"
        raise GradingError(f"--gpu needs a GPU, and there is none to use: {found.why}. {cure} --gpu.")
    at_once = 1 if options.scheduler else max(1, options.workers)
    return replace(options, limits=replace(options.limits, gpu_fraction=GPU_SHARED / at_once))


def write_json(path: str | Path, lesson: Lesson, results: Iterable[SubmissionResult]) -> None:
    """Write the records as JSON, whole or not at all."""
    write_atomically(path, json.dumps(results_to_json(lesson.name, results), indent=1) + "\n")
