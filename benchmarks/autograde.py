"""Grade the same class with stock nbgrader and with ours, in one run; one line of JSON last.

Usage: python benchmarks/autograde.py [--lesson 01_neuron] [--students 10]
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parent))  # the benchmarks are scripts, not a package

import stock

from grading.autograde import autograde
from grading.bank import load_bank
from grading.build import load_release
from grading.course import find_project, open_course
from grading.examples import list_checks
from grading.lesson import find_lesson
from grading.sample_class import with_answers


def honest_class(lesson, release, folder, students):
    """Write honest submissions: right answers, variants and a mistake in every third; no broken and no hostile file."""
    bank, pick = load_bank(lesson), random.Random(7)  # noqa: S311 - a sample, not a secret
    for number in range(students):
        answers = {name: cell.source for name, cell in lesson.solution_cells.items()}
        for name in pick.sample(lesson.exercises, 3):
            answers[name] = pick.choice(bank.variants_of(name)).source
        if number % 3 == 2:
            name = pick.choice(lesson.exercises)
            answers[name] = pick.choice(bank.mistakes_of(name)).source
        path = folder / f"s-{number + 1:04d}" / lesson.name / f"{lesson.topic}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(with_answers(release, answers), path)


def main():
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", default="01_neuron")
    parser.add_argument("--students", type=int, default=10)
    arguments = parser.parse_args()
    project = find_project(Path(__file__).parent)
    lesson = find_lesson(project / "solutions", arguments.lesson)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        course = open_course(project, root / "ours")
        honest_class(lesson, load_release(project, lesson), course.submitted, arguments.students)
        stock.make_course(lesson, list_checks(lesson), course.submitted, root / "stock")
        stock_seconds, stock_scores = stock.autograde(lesson, root / "stock")
        started = time.perf_counter()
        results = autograde(course, lesson)
        seconds = time.perf_counter() - started
    scores = {result.student: result.score for result in results}
    differing = {student: (stock_scores.get(student), scores[student]) for student in scores}
    differing = {student: pair for student, pair in differing.items() if pair[0] != pair[1]}
    count = len(results)
    print(f"{lesson.name}, {count} honest submissions")
    print(f"stock nbgrader  {stock_seconds / count:6.2f} s a submission")
    print(f"ours            {seconds / count:6.2f} s a submission, {stock_seconds / seconds:.1f} times as fast")
    for student, (theirs, ours) in differing.items():
        print(f"{student}: stock {theirs}, ours {ours}")
    record = {"lesson": lesson.name, "students": count, "stock_s": stock_seconds / count, "ours_s": seconds / count}
    print(json.dumps({**record, "ratio": stock_seconds / seconds, "scores_differ": len(differing)}))


if __name__ == "__main__":
    main()
