"""What each command of `grading` does; imports wait until a command needs them, so that --help is quick."""

import json
import sys
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dnnkit.environment.atomic_write import write_atomically
from grading.cli.terminal import changes_table, console, progress_bar, results_table, say_where, spinner
from grading.course import Course
from grading.errors import UsageError

if TYPE_CHECKING:  # importing these takes seconds
    from grading.classes.autograde import GradingOptions
    from grading.lessons.lesson import Lesson


def build_lessons(arguments: Namespace, course: Course) -> int:
    """Build lessons, or say which are stale."""
    from grading.authoring.build import build_lessons as build_all
    from grading.authoring.build import stale_files
    from grading.authoring.start_page import start_is_stale, write_start
    from grading.lessons.lesson import all_lessons

    every, asked = all_lessons(course.project / "solutions"), _lessons(course, arguments.lessons)
    if not arguments.check:
        for lesson, computed in build_all(asked, course.project, course):
            count = len(lesson.exercises)
            console.print(f"built {lesson.name}: {count} exercises, examples of {len(computed)} computed")
        write_start(every, course.project / "lessons")
        return 0
    code = 0
    for lesson, differing in stale_files(asked, course.project):
        for path in differing:
            source = f"{lesson.folder.name}/{lesson.topic}.py"
            console.print(f"{path} does not match {source}. Run: grading build {lesson.name}", soft_wrap=True)
            code = 1
    if start_is_stale(every, course.project / "lessons"):
        console.print("lessons/start.ipynb does not match the lessons. Run: grading build")
        code = 1
    return code


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


def autograde_lesson(arguments: Namespace, course: Course) -> int:
    """Grade a class, print the table."""
    from grading.classes.autograde import autograde, find_students, left_out, write_json
    from grading.judging.records import ASK_FOR_A_PERSON

    lesson = _lesson_with_submissions(arguments, course)
    started = time.perf_counter()
    with progress_bar(arguments, f"grading {lesson.name}", len(find_students(course, lesson))) as progress:
        results = autograde(course, lesson, _grading_options(arguments), on_result=progress)
    seconds = time.perf_counter() - started
    console.print(results_table(lesson, results))
    kept = progress.kept
    graded = len(results) - kept
    each = f", {seconds / graded:.2f} s each" if graded else ""
    console.print(f"{graded} submissions graded in {seconds:.1f} s{each}")
    if kept:
        console.print(
            f"{kept} skipped: graded before with the same file, checks and packages (--again grades them anew)"
        )
    for name in left_out(course):
        console.print(f"left out: folder {name}, which cannot be a student's id. Rename it.")
    say_where("gradebook", course.database.removeprefix("sqlite:///").partition("?")[0])
    if arguments.json:
        write_json(arguments.json, lesson, results)
        say_where("records", arguments.json)
    return 1 if any(result.status in ASK_FOR_A_PERSON for result in results) else 0


def regrade_lesson(arguments: Namespace, course: Course) -> int:
    """Grade a class again, or only say what that would change."""
    from grading.classes.autograde import find_students
    from grading.classes.regrade import regrade
    from grading.judging.records import ASK_FOR_A_PERSON

    lesson = _lesson_with_submissions(arguments, course)
    title = f"comparing {lesson.name}" if arguments.diff else f"regrading {lesson.name}"
    with progress_bar(arguments, title, len(find_students(course, lesson))) as progress:
        results, changes = regrade(
            course, lesson, _grading_options(arguments), write=not arguments.diff, on_result=progress
        )
    if changes:
        console.print(changes_table(lesson, changes))
    students = {change.student for change in changes}
    moved = {change.student for change in changes if change.moves_score}
    verb = "would change" if arguments.diff else "changed"
    console.print(f"{len(results)} submissions graded again: {len(students)} {verb}, {len(moved)} of them in score.")
    if arguments.diff:
        console.print("Nothing was written." + (f" Take it over: grading regrade {lesson.name}" if changes else ""))
        return 1 if changes else 0
    say_where("gradebook", course.database.removeprefix("sqlite:///").partition("?")[0])
    return 1 if any(result.status in ASK_FOR_A_PERSON for result in results) else 0


def _lesson_with_submissions(arguments: Namespace, course: Course) -> "Lesson":
    from grading.classes.autograde import find_students
    from grading.lessons.lesson import find_lesson

    lesson = find_lesson(course.solutions, arguments.lesson)
    if not find_students(course, lesson):
        raise UsageError(
            f"No submissions in {course.submitted}. Expected STUDENT/{lesson.name}/{lesson.topic}.ipynb there. "
            "Were they collected (nbgrader collect), or are they elsewhere (--submitted)?"
        )
    return lesson


def _grading_options(arguments: Namespace) -> "GradingOptions":
    from grading.classes.autograde import GradingOptions

    if arguments.trust_submissions:
        print(
            "grading: NO SANDBOX. Every cell runs with your own rights. Use this for your own work only.",
            file=sys.stderr,
        )
    return GradingOptions(
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        tls=arguments.tls,
        gpu=arguments.gpu,
        trusted=arguments.trust_submissions,
        again=getattr(arguments, "again", True),
    )


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
