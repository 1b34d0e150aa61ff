"""What the commands do that bring a class in: its list of students, and what they handed in to a platform."""

import datetime
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from grading.cli.terminal import console, say_where
from grading.course import Course
from grading.errors import UsageError


def load_roster(arguments: Namespace, course: Course) -> int:
    """Read a list of students into the gradebook."""
    from grading.gradebook.gradebook import open_gradebook
    from grading.gradebook.roster import composed, read_roster, write_roster

    roster = read_roster(Path(arguments.file), arguments.id_column)
    with open_gradebook(course.database) as gradebook:
        others = sorted({student.id for student in gradebook.students if composed(student.id) not in roster.people})
        new, changed = write_roster(gradebook, roster.people)
    console.print(f"{len(roster.people)} students: {new} new, {changed} changed")
    if others:
        say_all("in the gradebook, but not in this file", others)
    for problem in roster.problems:
        console.print(f"left out: {problem}", soft_wrap=True)
    return 1 if roster.problems else 0


def collect_hand_ins(arguments: Namespace, course: Course) -> int:
    """Take a platform's bulk download into the folder of submissions."""
    from grading.classes.collect import collect
    from grading.lessons.lesson import find_lesson

    lesson = find_lesson(course.solutions, arguments.lesson)
    found = collect(course, lesson, Path(arguments.source), update=arguments.update)
    console.print(f"{len(found.taken)} hand-ins taken, {len(found.unchanged)} were there already")
    if found.kept:
        say_all("another hand-in is there, which was kept (--update replaces it)", found.kept)
    if found.late:
        say_all("marked as late by Canvas", found.late)
    for problem in found.problems:
        console.print(f"not taken: {problem}", soft_wrap=True)
    say_where("submissions", course.submitted)
    return 1 if found.problems or found.kept else 0


def keep_deadline(arguments: Namespace, course: Course) -> int:
    """Set a due date or give one student more time; then say what holds."""
    from grading.gradebook.deadlines import extend, read_deadline, set_due_date
    from grading.gradebook.exchange_files import utc_moment
    from grading.gradebook.late_penalties import apply_late_penalties
    from grading.lessons.lesson import find_lesson

    lesson = find_lesson(course.solutions, arguments.lesson)
    if (arguments.student is None) != (arguments.more_hours is None):
        raise UsageError("--student and --more-hours belong together: who has how much more time.")
    if arguments.time is not None:
        due = utc_moment(arguments.time)
        if due is None:
            raise UsageError(
                f"{arguments.time!r} is no time. Expected such as '2026-11-20 23:59 Europe/Berlin'; no zone is UTC. "
                "Short names of zones that mean several, such as IST, are not taken."
            )
        set_due_date(course, lesson, due)
    if arguments.student is not None:
        extend(course, lesson, arguments.student, datetime.timedelta(hours=arguments.more_hours))
    penalties = apply_late_penalties(course, lesson)
    found = read_deadline(course, lesson)
    console.print(f"{lesson.name} is due: {f'{found.due} UTC' if found.due else 'never'}")
    for student, more in sorted(found.extensions.items()):
        console.print(f"{student} has {more.total_seconds() / 3600:g} hours more", soft_wrap=True)
    if penalties:
        say_all("points are taken off for late hand-in", sorted(penalties))
    return 0


def say_all(what: str, names: Iterable[str]) -> None:
    """Print names on one line, so that they can be searched for."""
    console.print(f"{what}: {', '.join(names)}", soft_wrap=True)
