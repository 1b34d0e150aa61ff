"""Keep in the ledgers which long tests a lesson passed: its notebooks run, its bank in the sandbox, other backends."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grading.authoring.ledger import LESSON, Basis, judge_of, ledger_of
from grading.lessons.lesson import load_lesson


def keep_runs(solutions: Path, runs: Sequence[Mapping[str, Any]]) -> None:
    """Write what passed.

    Where a test's code has changed and the whole sample that was drawn for it passed, the rows of all other lessons
    count for the new code, too.

    Args:
        solutions: folder of the lessons' sources.
        runs: for each test that passed its lesson, kind, basis, former state, and the sample of lessons.
    """
    for name in sorted({run["lesson"] for run in runs}):
        lesson = load_lesson(solutions / name)
        ledger = ledger_of(lesson.folder)
        for run in runs:
            if run["lesson"] == name:
                ledger.put(LESSON, run["kind"], Basis(**run["basis"]))
        ledger.save(lesson.exercises)
    judge = judge_of(solutions)
    for kind in sorted({run["kind"] for run in runs if run["state"] == "judge changed"}):
        passed = {run["lesson"]: run for run in runs if run["kind"] == kind}
        one = next(iter(passed.values()))
        if set(one["sample"]) <= set(passed):
            judge.stamp(kind, Basis(**one["basis"]), one["sample"])
            judge.save()
