"""Grade the same class with stock nbgrader and with ours, in one run; one line of JSON a lesson, last.

Usage: python benchmarks/autograde.py [--lesson 01_neuron] [--students 40]

Stock nbgrader runs the same checks inlined as hidden tests. Without --lesson, a small lesson of TensorFlow's size
(91_warm), one whose check trains a network (92_fit) and lesson 01 are measured. Scores must be equal.
"""

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent))  # the benchmarks are scripts, not a package

import stock
from memory import peak_memory

from dnnkit.environment.quiet import quiet_backends
from grading.authoring.build import build
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.classes.autograde import GradingOptions, autograde
from grading.course import find_project, open_course
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import list_checks
from grading.lessons.lesson import find_lesson
from grading.sandbox.limits import Limits

HERE = Path(__file__).resolve().parent
OWN_LESSONS = ("91_warm", "92_fit")


def make_class(lesson, release, folder, students):
    """Write honest submissions: right answers, variants and a mistake in every third; no broken and no hostile file."""
    bank, pick = load_bank(lesson), random.Random(7)  # noqa: S311 - a sample, not a secret
    for number in range(students):
        answers = {name: cell.source for name, cell in lesson.solution_cells.items()}
        for name in pick.sample(lesson.exercises, max(1, len(lesson.exercises) // 3)):
            answers[name] = pick.choice(bank.variants_of(name)).source
        if number % 3 == 2:
            name = pick.choice(lesson.exercises)
            answers[name] = pick.choice(bank.mistakes_of(name)).source
        path = folder / f"s-{number + 1:04d}" / lesson.name / f"{lesson.topic}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(with_answers(release, answers), path)


def ours(lesson, project, root, submitted, **settings):
    """Grade the class once with ours.

    Returns:
        (seconds, results, peak memory in MB).
    """
    course = open_course(project, root, submitted=submitted)
    with peak_memory() as peak:
        started = time.perf_counter()
        results = autograde(course, lesson, GradingOptions(**settings))
        seconds = time.perf_counter() - started
    return seconds, results, peak["mb"]


def own_work_seconds(lesson):
    """Time of the reference's own cells and checks in this process: what no grader can save."""
    reference = Reference(lesson)
    best = []
    for _ in range(2):
        started = time.perf_counter()
        candidate = Candidate("reference", lambda **options: reference.student(**options), b"benchmark")
        run_hidden_checks(lesson, reference, [candidate])
        best.append(time.perf_counter() - started)
    return min(best)


def compare(lesson, project, students):
    """Measure one lesson.

    Returns:
        The record of the JSON line.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        release = load_release(project, lesson)
        make_class(lesson, release, root / "one", students)
        make_class(lesson, release, root / "two", 2 * students)
        stock.make_course(lesson, list_checks(lesson), root / "one", root / "stock")
        stock_seconds, stock_scores = stock.autograde(lesson, root / "stock")
        one, results, peak_one = ours(lesson, project, root / "ours-1", root / "one", workers=1)
        two, again, peak = ours(lesson, project, root / "ours-2", root / "one", workers=2)
        every = Limits(exploration=True)
        all_cells, _, _ = ours(lesson, project, root / "ours-all", root / "one", workers=2, limits=every)
        doubled, _, _ = ours(lesson, project, root / "ours-2n", root / "two", workers=2)
    scores = {result.student: result.score for result in results}
    assert scores == {result.student: result.score for result in again}, "one and two workers disagree"
    assert scores == stock_scores, f"stock and ours disagree: {stock_scores} {scores}"
    overhead = statistics.median(result.seconds for result in results) - own_work_seconds(lesson)
    per_minute = {name: 60 * students / seconds for name, seconds in (("s", stock_seconds), ("1", one), ("2", two))}
    return {
        "lesson": lesson.name,
        "students": students,
        "stock_per_minute": round(per_minute["s"], 2),
        "ours_1_per_minute": round(per_minute["1"], 2),
        "ours_2_per_minute": round(per_minute["2"], 2),
        "ratio_1": round(stock_seconds / one, 2),
        "ratio_2": round(stock_seconds / two, 2),
        "ratio_2_all_cells": round(stock_seconds / all_cells, 2),
        "overhead_s": round(overhead, 3),
        "peak_mb": round(peak),
        "extra_worker_mb": round(peak - peak_one),
        "growth_2n": round(doubled / two, 2),
    }


def show(record):
    """Print one lesson's figures for people."""
    print(f"{record['lesson']}, {record['students']} honest submissions, equal scores", file=sys.stderr)
    rows = (
        ("stock nbgrader", record["stock_per_minute"], ""),
        ("ours, 1 worker", record["ours_1_per_minute"], f"{record['ratio_1']} times stock"),
        ("ours, 2 workers", record["ours_2_per_minute"], f"{record['ratio_2']} times stock"),
        ("ours, 2 workers, exploration cells too", "", f"{record['ratio_2_all_cells']} times stock"),
    )
    for name, speed, ratio in rows:
        print(f"  {name:<40} {speed!s:>8} a minute  {ratio}", file=sys.stderr)
    print(f"  overhead {record['overhead_s']} s a submission, peak {record['peak_mb']} MB,", file=sys.stderr)
    print(f"  of which the second worker takes {record['extra_worker_mb']} MB,", file=sys.stderr)
    print(f"  twice the class takes {record['growth_2n']} times as long", file=sys.stderr)


def main():
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    own = " and ".join(OWN_LESSONS)
    parser.add_argument("--lesson", help=f"a lesson, or one of the benchmark's own: {own} (default: those and 01)")
    parser.add_argument("--students", type=int, default=40)
    arguments = parser.parse_args()
    quiet_backends()
    project = find_project(HERE)
    records = []
    with tempfile.TemporaryDirectory() as folder:
        built = build_own_lessons(Path(folder))
        for name in [arguments.lesson] if arguments.lesson else [*OWN_LESSONS, "01_neuron"]:
            home = built if name in OWN_LESSONS else project
            records.append(compare(find_lesson(home / "solutions", name), home, arguments.students))
            show(records[-1])
    for record in records:
        print(json.dumps(record))


def build_own_lessons(folder):
    """Build the benchmark's own lessons in a project of their own."""
    shutil.copytree(HERE / "solutions", folder / "solutions")
    (folder / "lessons").mkdir()
    (folder / "dnnkit").mkdir()
    course = open_course(folder)
    for name in OWN_LESSONS:
        build(find_lesson(folder / "solutions", name), folder, course)
    return folder


if __name__ == "__main__":
    main()
