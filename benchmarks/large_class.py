"""Grade a large class, a tenth of it hostile, while a worker is killed again and again; one line of JSON last.

Usage: python benchmarks/large_class.py [--students 1000] [--workers 2] [--kill-every 60]; a quarter of an hour

It ends with 1 unless every student has exactly one record, in the autograded notebooks and in the gradebook, all honest
ones have full marks, and no hostile one has more than it worked for.
"""

import argparse
import contextlib
import dataclasses
import itertools
import json
import multiprocessing.util
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "hostile")]  # benchmarks and tests are no packages

import outside  # noqa: E402
import probes  # noqa: E402, F401 - fills the bank
import psutil  # noqa: E402
from background import again_and_again  # noqa: E402
from hostile import LIMITS, small_project  # noqa: E402
from memory import peak_memory  # noqa: E402
from submissions import BANK, FULL, RIGHT, Kit  # noqa: E402

from grading.authoring.release import load_release  # noqa: E402
from grading.classes.autograde import GradingOptions, autograde  # noqa: E402
from grading.course import find_project, open_course  # noqa: E402
from grading.gradebook.autograded_notebooks import read_records  # noqa: E402
from grading.gradebook.gradebook import open_gradebook  # noqa: E402

HOSTILE = 10  # every tenth


def make_class(world, course, lesson, release, students):
    """Write the hand-ins.

    Returns:
        Dict from each hostile student's id to its `Hostile`.
    """
    outside.hand_in_honest(lesson, release, course.submitted)
    attackers = itertools.cycle(hostile for hostile in BANK.values() if hostile.student == f"h-{hostile.name}")
    attacks = {}
    for number in range(len(outside.HONEST), students):
        student = f"s-{number:04d}"
        if number % HOSTILE == 0:
            attacks[student] = dataclasses.replace(next(attackers), student=student)
            book = course.root / "gradebook.db"
            outside.hand_in(world, attacks[student], lesson, release, course.submitted, book)
        else:
            folder = course.submitted / student / lesson.name
            folder.mkdir(parents=True)
            notebook = Kit(release, *[folder] * 5, 0).notebook(RIGHT)
            (folder / f"{lesson.topic}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return attacks


def fork_servers():
    """Processes of this one of which Dask's workers are forks."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # it has just ended
            found += [child] if "forkserver" in " ".join(child.cmdline()) else []
    return found


@contextlib.contextmanager
def killing(seconds):
    """Kill a worker of this process' cluster again and again while this is open.

    Yields:
        List that grows by the process id of each that was killed.
    """
    killed, pick = [], random.Random(0)  # noqa: S311 - no secret

    def kill():
        workers = [worker for server in fork_servers() for worker in server.children()]
        if workers:
            victim = pick.choice(workers)
            victim.send_signal(signal.SIGKILL)
            killed.append(victim.pid)

    with again_and_again(kill, seconds):
        yield killed


def faults(course, lesson, results, attacks):
    """Say what is not as promised, one sentence each."""
    students = sorted(path.name for path in course.submitted.iterdir())
    records = [record.student for record in read_records(course, lesson)]
    with open_gradebook(course.database) as gradebook:
        rows = [submission.student.id for submission in gradebook.assignment_submissions(lesson.name)]
    found = []
    for where, names in (("results", [r.student for r in results]), ("records", records), ("gradebook", rows)):
        if sorted(names) != students:
            found.append(f"{where}: {len(names)} rows, {len(set(names))} students, of {len(students)}")
    scores = {result.student: result.score for result in results}
    found += [
        f"{student}, honest: {scores.get(student)} of {FULL}"
        for student in students
        if student not in attacks and scores.get(student) != FULL
    ]
    return found + [
        f"{student}, {hostile.name}: {scores[student]} points, {hostile.points} at most"
        for student, hostile in attacks.items()
        if scores.get(student, 0.0) > hostile.points
    ]


def main():
    """Make the class, grade it, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=60.0, help="seconds")
    arguments = parser.parse_args()
    multiprocessing.util.get_temp_dir()  # made now: it is removed at the very end
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, outside.own_place():
        root = Path(folder)
        lesson = small_project(root / "small", find_project(HERE))
        course = open_course(root / "small", root=root / "class")
        with outside.surroundings(root / "world") as world:
            attacks = make_class(world, course, lesson, load_release(root / "small", lesson), arguments.students)
            options = GradingOptions(workers=arguments.workers, limits=LIMITS)
            started = time.monotonic()
            with peak_memory() as peak, killing(arguments.kill_every) as killed:
                results = autograde(course, lesson, options)
            seconds = time.monotonic() - started
            found = [*faults(course, lesson, results, attacks), *world.traces()]
    for fault in found:
        print(fault)
    record = {"students": arguments.students, "hostile": len(attacks), "workers": arguments.workers}
    record |= {"killed": len(killed), "seconds": round(seconds), "per_minute": round(60 * len(results) / seconds, 1)}
    print(json.dumps({**record, "peak_mb": round(peak["mb"]), "cores": os.cpu_count(), "faults": len(found)}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
