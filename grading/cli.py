"""The command line `grading`: parse, delegate, print."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from grading.course import find_project, open_course
from grading.errors import GradingError, UsageError
from grading.terminal import console, progress_bar, results_table, say_where, spinner


def main(argv=None):
    """Run one command.

    Args:
        argv: arguments; default those of the process.

    Returns:
        Exit code: 0, 1 (the work says no) or 2 (wrong use).
    """
    arguments = make_parser().parse_args(argv)
    try:
        project = find_project(arguments.project)
        course = open_course(project, arguments.course, arguments.gradebook, getattr(arguments, "submitted", None))
        return arguments.run(arguments, course)
    except UsageError as error:
        print(f"grading: {error}", file=sys.stderr)
        return 2
    except GradingError as error:
        print(f"grading: {error}", file=sys.stderr)
        return 1


def make_parser():
    """Make the argument parser."""
    parser = argparse.ArgumentParser(prog="grading", description="Build lessons, grade submissions, report.")
    parser.add_argument("--project", help="root of the repository (default: found from here upwards)")
    parser.add_argument(
        "--course", help="folder of the class: submitted, autograded, feedback (default: the repository)"
    )
    parser.add_argument("--gradebook", metavar="URL", help="gradebook (default: gradebook.db in the class's folder)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar, results only")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name, run, summary):
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        return command

    command = add("build", _build, "build lessons from solutions")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.add_argument("--check", action="store_true", help="only say whether the built lessons match their source")
    command = add("audit", _audit, "prove the checks on all known mistakes and right variants")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.add_argument("--seeds", type=_positive, default=20, help="number of seeds (default 20)")
    command.add_argument("--json", metavar="FILE")
    command = add("bundle", _bundle, "pack what students receive")
    command.add_argument("out", metavar="OUT.zip")
    command = add("sample-class", _sample_class, "make a sample class of submissions")
    command.add_argument("lesson")
    command.add_argument("--students", type=_positive, default=12)
    command.add_argument("--out", required=True, help="folder of submissions to write")
    command.add_argument("--seed", type=int, default=0)
    command = add("autograde", _autograde, "grade all submissions of a lesson")
    command.add_argument("lesson")
    command.add_argument("--submitted", help="folder of submissions (default: submitted in the class's folder)")
    command.add_argument("--json", metavar="FILE", help="also write the records as JSON")
    command.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, help="processes (default: one per core)"
    )
    command.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler, such as tls://host:8786")
    command.add_argument("--tls", nargs=3, metavar=("CA", "CERT", "KEY"), help="files for a tls:// scheduler")
    command.add_argument("--gpu", action="store_true", help='use workers that offer the resource "GPU"')
    command.add_argument("--again", action="store_true", help="grade those, too, whose result is already there")
    command.add_argument("--trust-submissions", action="store_true", help="NO SANDBOX: only for your own work")
    command = add("feedback", _feedback, "write the feedback pages of a lesson")
    command.add_argument("lesson")
    command = add("export", _export, "export the gradebook as CSV")
    command.add_argument("--out", help="file to write (default: grades.csv in the class's folder)")
    return parser


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text}")
    return number


def _lessons(course, names):
    from grading.lesson import all_lessons, find_lesson

    return [find_lesson(course.solutions, name) for name in names] or all_lessons(course.solutions)


def _build(arguments, course):
    from grading.build import build, stale

    code = 0
    for lesson in _lessons(course, arguments.lessons):
        if not arguments.check:
            build(lesson, course.project, course)
            console.print(f"built {lesson.name}: {len(lesson.exercises)} exercises")
            continue
        differing = stale(lesson, course.project)
        for path in differing:
            console.print(
                f"{path} does not match {lesson.folder.name}/{lesson.topic}.py. Run: grading build {lesson.name}"
            )
        code = 1 if differing else code
    return code


def _audit(arguments, course):
    from dataclasses import asdict

    from grading.audit import audit, audit_table

    rows = []
    for lesson in _lessons(course, arguments.lessons):
        with spinner(arguments, f"auditing {lesson.name} over {arguments.seeds} seeds"):
            rows += audit(lesson, arguments.seeds)
    for line in audit_table(rows):
        console.print(line, soft_wrap=True, markup=False)
    problems = [problem for row in rows for problem in row.problems]
    for problem in problems:
        console.print(f"! {problem}", soft_wrap=True, markup=False)
    if arguments.json:
        Path(arguments.json).write_text(
            json.dumps({"seeds": arguments.seeds, "exercises": [asdict(r) for r in rows]}, indent=1)
        )
    return 1 if problems else 0


def _bundle(arguments, course):
    from grading.bundle import write_bundle

    names = write_bundle(course.project, arguments.out)
    console.print(f"{arguments.out}: {len(names)} files for students")
    return 0


def _sample_class(arguments, course):
    from grading.build import load_release
    from grading.lesson import find_lesson
    from grading.sample_class import sample_class

    lesson = find_lesson(course.solutions, arguments.lesson)
    out = Path(arguments.out)
    dealt = sample_class(lesson, load_release(course.project, lesson), out, arguments.students, arguments.seed)
    console.print(f"{len(dealt)} submissions of {lesson.name} in {out}")
    return 0


def _autograde(arguments, course):
    from grading.autograde import How, autograde, find_students, write_json
    from grading.lesson import find_lesson

    lesson = find_lesson(course.solutions, arguments.lesson)
    students = find_students(course, lesson)
    if not students:
        raise UsageError(
            f"No submissions in {course.submitted}. Expected STUDENT/{lesson.name}/{lesson.topic}.ipynb there. "
            "Were they collected (nbgrader collect), or are they elsewhere (--submitted)?"
        )
    if arguments.trust_submissions:
        print(
            "grading: NO SANDBOX. Every cell runs with your own rights. Use this for your own work only.",
            file=sys.stderr,
        )
    how = How(
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        tls=arguments.tls,
        gpu=arguments.gpu,
        trusted=arguments.trust_submissions,
        again=arguments.again,
    )
    started = time.perf_counter()
    with progress_bar(arguments, f"grading {lesson.name}", len(students)) as progress:
        results = autograde(course, lesson, how, on_result=progress)
    seconds = time.perf_counter() - started
    console.print(results_table(lesson, results))
    kept = progress.kept
    graded = len(results) - kept
    each = f", {seconds / graded:.2f} s each" if graded else ""
    console.print(f"{graded} submissions graded in {seconds:.1f} s{each}", markup=False)
    if kept:
        console.print(
            f"{kept} skipped: graded before with the same file, checks and packages (--again grades them anew)"
        )
    say_where("gradebook", course.database.removeprefix("sqlite:///").partition("?")[0])
    if arguments.json:
        write_json(arguments.json, lesson, results)
        say_where("records", arguments.json)
    return 1 if any(result.status == "error" for result in results) else 0


def _feedback(arguments, course):
    from grading.feedback import write_feedback
    from grading.lesson import find_lesson

    paths = write_feedback(course, find_lesson(course.solutions, arguments.lesson))
    if not paths:
        raise UsageError(
            f"Nothing of {arguments.lesson} is graded yet. Run first: grading autograde {arguments.lesson}"
        )
    say_where("feedback", f"{course.feedback} ({len(paths)} pages), such as {paths[0]}")
    return 0


def _export(arguments, course):
    from grading.export import write_csv
    from grading.gradebook import open_gradebook

    path = Path(arguments.out) if arguments.out else course.root / "grades.csv"
    with open_gradebook(course.database) as gradebook:
        write_csv(gradebook, path)
    say_where("CSV", path)
    return 0
