"""Print what the checks make of wrong answers that are in no bank: a machine's, and those of a file."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically
from grading.cli.terminal import console, spinner
from grading.errors import UsageError
from grading.lessons.lesson import Lesson


def prove_by_mutants(arguments: argparse.Namespace, lessons: Sequence[Lesson]) -> int:
    """Print what became of the mutants of every exercise."""
    from grading.authoring.mutants.prove import mutants_table, problems_of, prove_mutants

    rows = []
    for lesson in lessons:
        with spinner(arguments, f"judging the mutants of {lesson.name}"):
            rows += prove_mutants(lesson, arguments.exercise or (), range(arguments.seeds))
    for line in mutants_table(rows):
        console.print(line, soft_wrap=True)
    problems = [problem for row in rows for problem in problems_of(row)]
    for problem in problems:
        console.print(f"! {problem}", soft_wrap=True)
    if arguments.json:
        write_atomically(arguments.json, json.dumps([vars(row) for row in rows], indent=1))
    return 1 if problems else 0


def judge_file(arguments: argparse.Namespace, lessons: Sequence[Lesson]) -> int:
    """Print which answers of a file are judged wrongly."""
    from grading.authoring.answers import answers_report, judge_answers

    if len(lessons) != 1:
        raise UsageError(f"--answers needs one lesson. Got {len(lessons)}.")
    lesson = lessons[0]
    with spinner(arguments, f"judging the answers of {arguments.answers}"):
        judged = judge_answers(lesson, Path(arguments.answers), range(arguments.seeds))
    for line in answers_report(judged):
        console.print(line, soft_wrap=True)
    if arguments.json:
        write_atomically(arguments.json, json.dumps([asdict(answer) for answer in judged], indent=1))
    return 0 if all(answer.judged_well for answer in judged) else 1
