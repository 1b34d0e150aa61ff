"""What each command of `grading` does; imports wait until a command needs them, so that --help is quick."""

import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dnnkit.environment.atomic_write import write_atomically
from grading.cli.terminal import console, say_where, spinner
from grading.course import Course
from grading.errors import UsageError

if TYPE_CHECKING:  # importing these takes seconds
    from grading.lessons.lesson import Lesson


def build_lessons(arguments: Namespace, course: Course) -> int:
    """Build lessons, or say which are stale."""
    from grading.authoring.build import build_lessons as build_all
    from grading.authoring.build import stale_files
    from grading.authoring.pages import stale_pages, write_pages
    from grading.lessons.lesson import all_lessons

    every, asked = all_lessons(course.project / "solutions"), _lessons(course, arguments.lessons)
    if not arguments.check:
        for lesson, computed in build_all(asked, course.project, course):
            count = len(lesson.exercises)
            console.print(f"built {lesson.name}: {count} exercises, examples of {len(computed)} computed")
        write_pages(every, course.solutions, course.project / "lessons")
        return 0
    code = 0
    for lesson, differing in stale_files(asked, course.project):
        for path in differing:
            source = f"{lesson.folder.name}/{lesson.topic}.py"
            console.print(f"{path} does not match {source}. Run: grading build {lesson.name}", soft_wrap=True)
            code = 1
    for name in stale_pages(every, course.solutions, course.project / "lessons"):
        console.print(f"lessons/{name} does not match the lessons. Run: grading build")
        code = 1
    return code


def make_new_lesson(arguments: Namespace, course: Course) -> int:
    """Write the four files of a new lesson."""
    from grading.authoring.new_lesson import write_new_lesson

    for path in write_new_lesson(course.solutions, arguments.name):
        say_where("wrote", path.relative_to(course.project))
    console.print(
        f"Now: grading build {arguments.name}, grading audit {arguments.name}; then replace text and exercise."
    )
    return 0


def audit_lessons(arguments: Namespace, course: Course) -> int:
    """Prove what changed since it was proved, keep the proofs, and print the table."""
    from grading.authoring.audit import ExerciseAudit, audit_table
    from grading.authoring.keeping import AuditOptions, audit_changed
    from grading.cli.answers import judge_file, prove_by_mutants

    if arguments.restamp:
        return _restamp(arguments, course)
    if arguments.mutants or arguments.answers:
        return (prove_by_mutants if arguments.mutants else judge_file)(arguments, _lessons(course, arguments.lessons))
    chosen = tuple(arguments.exercise or ())
    options = AuditOptions(arguments.seeds, arguments.slow_seeds, chosen, arguments.all, arguments.processes)
    rows = []
    with spinner(arguments, "proving what changed"):
        for step in audit_changed(_lessons(course, arguments.lessons), options):
            if isinstance(step, ExerciseAudit):
                rows.append(step)
            elif not arguments.quiet:
                console.print(f"proved {step.lesson.topic}.{step.exercise}: {step.kind}, {step.seeds} seeds")
    for line in audit_table(rows):
        console.print(line, soft_wrap=True)
    problems = [problem for row in rows for problem in row.problems]
    for problem in problems:
        console.print(f"! {problem}", soft_wrap=True)
    if arguments.json:
        record = {"seeds": arguments.seeds, "exercises": [asdict(row) for row in rows]}
        write_atomically(arguments.json, json.dumps(record, indent=1))
    return 1 if problems else 0


def _restamp(arguments: Namespace, course: Course) -> int:
    from grading.authoring.keeping import restamp
    from grading.lessons.lesson import all_lessons

    with spinner(arguments, "proving a sample by the judge as it is now"):
        problems = restamp(all_lessons(course.solutions), arguments.processes)
    for problem in problems:
        console.print(f"! {problem}", soft_wrap=True)
    if problems:
        console.print("Nothing was stamped. Prove everything: grading audit --all")
        return 1
    say_where("stamp", course.solutions / "judge.json")
    return 0


def bundle_lessons(arguments: Namespace, course: Course) -> int:
    """Pack what students receive."""
    from grading.authoring.bundle import write_bundle

    names = write_bundle(course.project, arguments.out)
    console.print(f"{arguments.out}: {len(names)} files for students")
    return 0


def print_links(arguments: Namespace, course: Course) -> int:
    """Print a table of links to the lessons, in Markdown."""
    from grading.authoring.course_links import course_links
    from grading.lessons.lesson import all_lessons

    for line in course_links(all_lessons(course.solutions), arguments.address, arguments.branch, arguments.hub):
        print(line)
    return 0


def make_sample_class(arguments: Namespace, course: Course) -> int:
    """Write a sample class."""
    from grading.authoring.release import load_release
    from grading.authoring.sample_class import sample_class
    from grading.lessons.lesson import find_lesson

    lesson = find_lesson(course.solutions, arguments.lesson)
    out = Path(arguments.out)
    dealt = sample_class(lesson, load_release(course.project, lesson), out, arguments.students, arguments.seed)
    console.print(f"{len(dealt)} submissions of {lesson.name} in {out}")
    return 0


def write_feedback_pages(arguments: Namespace, course: Course) -> int:
    """Write the feedback pages of a lesson."""
    from grading.lessons.lesson import find_lesson
    from grading.reports.feedback import write_feedback

    pages = write_feedback(course, find_lesson(course.solutions, arguments.lesson))
    if not pages:
        raise UsageError(
            f"Nothing of {arguments.lesson} is graded yet. Run first: grading autograde {arguments.lesson}"
        )
    say_where("feedback", f"{course.feedback} ({len(pages)} pages), such as {pages[0].path}")
    handed_in = [page for page in pages if page.handed_in]
    others = [page.student for page in handed_in if not page.can_be_fetched]
    if others:
        who = ", ".join(others) if len(others) < len(handed_in) else f"all {len(others)}"
        console.print(
            f"not handed in through nbgrader's exchange: {who}. release_feedback does not reach them: "
            "give their pages back in another way.", soft_wrap=True,
        )  # fmt: skip
    return 0


def write_report_page(arguments: Namespace, course: Course) -> int:
    """Write the report page of a lesson."""
    from grading.lessons.lesson import find_lesson
    from grading.reports.report import write_report

    path = Path(arguments.out)
    write_report(course, find_lesson(course.solutions, arguments.lesson), path)
    say_where("report", path)
    return 0


def write_similar_page(arguments: Namespace, course: Course) -> int:
    """Write the page of hand-ins whose code is alike."""
    from grading.lessons.lesson import find_lesson
    from grading.reports.similar import write_similar

    lesson = find_lesson(course.solutions, arguments.lesson)
    path = Path(arguments.out or course.root / "build" / f"similar-{lesson.name}.html")
    pairs = write_similar(course, lesson, path, arguments.at_least / 100)
    console.print(f"{len(pairs)} pairs are alike by {arguments.at_least} % or more; read both before you ask anybody")
    say_where("pairs", path)
    return 0


def export_grades(arguments: Namespace, course: Course) -> int:
    """Export the gradebook for a spreadsheet, Canvas or Moodle."""
    from grading.cli.export_options import make_export
    from grading.gradebook.gradebook import open_gradebook

    export = make_export(arguments)
    export.to = arguments.out or str(course.exports / export.file_name)
    with open_gradebook(course.database) as gradebook:
        export.export(gradebook)
    say_where("grades", export.to)
    return 0


def _lessons(course: Course, names: list[str]) -> "list[Lesson]":
    from grading.lessons.lesson import all_lessons, find_lesson

    return [find_lesson(course.solutions, name) for name in names] or all_lessons(course.solutions)
