"""The command line `grading`: parse, delegate, print."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from dnnkit.environment.quiet import quiet_backends
from grading.cli import class_commands, commands, grading_commands
from grading.course import Course, find_project, open_course
from grading.errors import GradingError, UsageError
from grading.plain_output import visible

Run = Callable[[argparse.Namespace, Course], int]
AddOptions = Callable[[argparse.ArgumentParser], None]
Add = Callable[..., argparse.ArgumentParser]


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: arguments; default those of the process.

    Returns:
        Exit code: 0, 1 (the work says no) or 2 (wrong use).
    """
    arguments = make_parser().parse_args(argv)
    quiet_backends()
    try:
        project = find_project(arguments.project)
        course = open_course(project, arguments.course, arguments.gradebook, getattr(arguments, "submitted", None))
        return arguments.run(arguments, course)
    except UsageError as error:
        print(f"grading: {visible(str(error))}", file=sys.stderr)
        return 2
    except GradingError as error:
        print(f"grading: {visible(str(error))}", file=sys.stderr)
        return 1


def make_parser() -> argparse.ArgumentParser:
    """Make the argument parser."""
    parser = argparse.ArgumentParser(prog="grading", description="Build lessons, grade submissions, report.")
    parser.add_argument("--project", help="root of the repository (default: found from here upwards)")
    parser.add_argument(
        "--course", help="folder of the class: submitted, autograded, feedback (default: the repository)"
    )
    parser.add_argument("--gradebook", metavar="URL", help="gradebook (default: gradebook.db in the class's folder)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar, results only")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=CommandParser)

    def add(name: str, run: Run, summary: str, add_options: AddOptions | None = None) -> argparse.ArgumentParser:
        command = subparsers.add_parser(name, help=summary, description=summary, add_options=add_options)
        command.set_defaults(run=run)
        return command

    _add_authors_commands(add)
    _add_class_commands(add)
    _add_grading_commands(add)
    _add_returning_commands(add)
    return parser


def _add_authors_commands(add: Add) -> None:
    command = add("build", commands.build_lessons, "build lessons from solutions")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.add_argument("--check", action="store_true", help="only say whether the built lessons match their source")
    command = add("new-lesson", commands.make_new_lesson, "write the four files of a new lesson")
    command.add_argument("name", metavar="NN_topic", help="such as 08_attention")
    command = add("audit", commands.audit_lessons, "prove the checks of what changed, and keep the proofs")
    command.add_argument("lessons", nargs="*", metavar="LESSON")
    command.add_argument("--seeds", type=_positive, default=20, help="number of seeds (default 20)")
    command.add_argument("--slow-seeds", type=_positive, metavar="N", help="fewer seeds for exercises that train")
    command.add_argument(
        "--exercise", action="append", metavar="NAME", help="prove this exercise only, and afresh; may be repeated"
    )
    command.add_argument("--processes", type=_positive, metavar="N", help="default: one per core")
    command.add_argument("--all", action="store_true", help="prove everything afresh, changed or not")
    command.add_argument(
        "--restamp", action="store_true", help="the judge's code or a package changed: prove a sample, keep the rest"
    )
    command.add_argument("--mutants", action="store_true", help="prove them on wrong answers that a machine makes")
    command.add_argument("--answers", metavar="FILE", help="judge a file of answers to one lesson instead")
    command.add_argument("--json", metavar="FILE")
    command = add("bundle", commands.bundle_lessons, "pack what students receive")
    command.add_argument("out", metavar="OUT.zip")
    command = add("links", commands.print_links, "links that open the lessons on Colab, Binder or a JupyterHub")
    command.add_argument("address", help="of the repository, such as https://github.com/OWNER/NAME")
    command.add_argument("--branch", default="main", help="default: main")
    command.add_argument("--hub", metavar="ADDRESS", help="of a JupyterHub whose servers have nbgitpuller")
    command = add("sample-class", commands.make_sample_class, "make a sample class of submissions")
    command.add_argument("lesson")
    command.add_argument("--students", type=_positive, default=12)
    command.add_argument("--out", required=True, help="folder of submissions to write")
    command.add_argument("--seed", type=int, default=0)


def _add_class_commands(add: Add) -> None:
    command = add("roster", class_commands.load_roster, "read the list of students from a CSV file")
    command.add_argument("file", metavar="FILE.csv")
    command.add_argument("--id-column", metavar="TITLE", help="column of the student ids (default: found by its title)")
    command = add("deadline", class_commands.keep_deadline, "say or set when a lesson is due, and who has more time")
    command.add_argument("lesson")
    command.add_argument("time", nargs="?", metavar="TIME", help="such as '2026-11-20 23:59 Europe/Berlin'")
    command.add_argument("--student", metavar="ID", help="who gets more time; also before the hand-in")
    command.add_argument("--more-hours", type=float, metavar="N", help="counted from the due date; 0 takes it back")
    command = add("collect", class_commands.collect_hand_ins, "take a bulk download of Canvas or Moodle")
    command.add_argument("lesson")
    command.add_argument("source", metavar="ZIP-OR-FOLDER")
    command.add_argument("--update", action="store_true", help="replace what a student has handed in before")


def _add_grading_commands(add: Add) -> None:
    command = add("autograde", grading_commands.autograde_lesson, "grade all submissions of a lesson")
    command.add_argument("lesson")
    command.add_argument("--again", action="store_true", help="grade those, too, whose result is already there")
    command.add_argument("--json", metavar="FILE", help="also write the records as JSON")
    _add_how(command)
    command = add("regrade", grading_commands.regrade_lesson, "grade again, and say whose score changes and why")
    command.add_argument("lesson")
    command.add_argument(
        "--diff", action="store_true", help="change nothing, only say what would; exit code 1 if something would"
    )
    _add_how(command)


def _add_how(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--student", action="append", metavar="ID", help="only this student's hand-in; may be repeated"
    )
    command.add_argument("--submitted", help="folder of submissions (default: submitted in the class's folder)")
    command.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, help="processes (default: one per core)"
    )
    command.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler, such as tls://host:8786")
    command.add_argument("--tls", nargs=3, metavar=("CA", "CERT", "KEY"), help="files for a tls:// scheduler")
    command.add_argument("--gpu", action="store_true", help="let submissions use the GPU, shared by all workers")
    command.add_argument("--trust-submissions", action="store_true", help="NO SANDBOX: only for your own work")


def _add_returning_commands(add: Add) -> None:
    command = add("feedback", commands.write_feedback_pages, "write the feedback pages of a lesson")
    command.add_argument("lesson")
    command = add("report", commands.write_report_page, "write a page on a lesson: difficulty, mistakes, time")
    command.add_argument("lesson")
    command.add_argument("--out", required=True, metavar="FILE.html")
    command = add("similar", commands.write_similar_page, "write a page of hand-ins whose code is alike")
    command.add_argument("lesson")
    command.add_argument("--at-least", type=_positive, default=80, metavar="PERCENT", help="default 80")
    command.add_argument("--out", metavar="FILE.html", help="default: below build in the class's folder")
    add("export", commands.export_grades, "export the gradebook for a spreadsheet, Canvas or Moodle", _add_exports)


def _add_exports(command: argparse.ArgumentParser) -> None:
    from grading.cli.export_options import add_export_options

    add_export_options(command)


class CommandParser(argparse.ArgumentParser):
    """A command's parser whose options may be added when it is used, where asking for them takes seconds."""

    def __init__(self, *args: Any, add_options: AddOptions | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._add_options = add_options

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Add the options, then parse."""
        if self._add_options:
            add_options, self._add_options = self._add_options, None
            add_options(self)
        return super().parse_known_args(args, namespace)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text}")
    return number
