"""What the commands do that grade a class; imports wait until a command needs them."""

import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING

from grading.cli.class_commands import say_all
from grading.cli.terminal import changes_table, console, progress_bar, results_table, say_where
from grading.course import Course
from grading.errors import UsageError

if TYPE_CHECKING:  # importing these takes seconds
    from grading.classes.autograde import GradingOptions
    from grading.lessons.lesson import Lesson


def autograde_lesson(arguments: Namespace, course: Course) -> int:
    """Grade a class, print the table."""
    from grading.classes.autograde import autograde, write_json
    from grading.classes.class_folders import left_out, strangers_in, unread_times
    from grading.gradebook.manual_grades import read_manual_grades
    from grading.judging.records import ASK_FOR_A_PERSON

    lesson = _lesson_with_submissions(arguments, course)
    started = time.perf_counter()
    with progress_bar(arguments, f"grading {lesson.name}", _count(course, lesson, arguments)) as progress:
        results = autograde(course, lesson, _grading_options(arguments), on_result=progress)
    seconds = time.perf_counter() - started
    console.print(results_table(lesson, results, read_manual_grades(course, lesson)))
    kept = progress.kept
    graded = len(results) - kept
    each = f", {seconds / graded:.2f} s each" if graded else ""
    console.print(f"{graded} submissions graded in {seconds:.1f} s{each}")
    if kept:
        console.print(
            f"{kept} skipped: graded before with the same file, checks and packages (--again grades them anew)"
        )
    for name, why in left_out(course):
        console.print(f"left out: folder {name}, {why}", soft_wrap=True)
    for student, written in unread_times(course, lesson):
        console.print(f"not known when {student} handed in: timestamp.txt says {written}", soft_wrap=True)
    strangers = strangers_in(course, results)
    if strangers:
        say_all("graded, but not on the roster", strangers)
    say_where("gradebook", course.database.removeprefix("sqlite:///").partition("?")[0])
    if arguments.json:
        write_json(arguments.json, lesson, results)
        say_where("records", arguments.json)
    return 1 if any(result.status in ASK_FOR_A_PERSON for result in results) else 0


def regrade_lesson(arguments: Namespace, course: Course) -> int:
    """Grade a class again, or only say what that would change."""
    from grading.classes.regrade import regrade
    from grading.judging.records import ASK_FOR_A_PERSON

    lesson = _lesson_with_submissions(arguments, course)
    title = f"comparing {lesson.name}" if arguments.diff else f"regrading {lesson.name}"
    with progress_bar(arguments, title, _count(course, lesson, arguments)) as progress:
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
    from grading.classes.class_folders import find_students
    from grading.lessons.lesson import find_lesson

    lesson = find_lesson(course.solutions, arguments.lesson)
    if not find_students(course, lesson):
        raise UsageError(
            f"No submissions in {course.submitted}. Expected STUDENT/{lesson.name}/{lesson.topic}.ipynb there. "
            "Were they collected (nbgrader collect), or are they elsewhere (--submitted)?"
        )
    return lesson


def _count(course: Course, lesson: "Lesson", arguments: Namespace) -> int:
    from grading.classes.class_folders import chosen_students

    return len(chosen_students(course, lesson, arguments.student or ()))


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
        students=tuple(arguments.student or ()),
        again=getattr(arguments, "again", True),
    )
