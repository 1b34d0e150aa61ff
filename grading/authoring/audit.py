"""Prove the checks of exercises with every kind of proof there is, on all cores, and write the table."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from dnnkit.environment.quiet import quiet_backends
from grading.authoring.proofs import KINDS
from grading.authoring.proofs.records import ProofRow
from grading.lessons.check_functions import lesson_points, slow_exercises
from grading.lessons.lesson import Lesson


@dataclass(frozen=True)
class Task:
    """One proof to make: the unit that a process takes.

    Attributes:
        lesson: the lesson.
        exercise: name of the exercise.
        kind: `NAME` of the kind of proof.
        seeds: how many seeds.
        slow: whether the exercise trains; such tasks begin first.
    """

    lesson: Lesson
    exercise: str
    kind: str
    seeds: int
    slow: bool = False


@dataclass
class ExerciseAudit:
    """What is known of one exercise.

    Attributes:
        id: "<topic>.<exercise>".
        points: points of its checks.
        numbers: kind of proof -> what was counted.
        problems: one sentence for each thing that is not as it must be.
        kept: kinds of proof that were not made again, since nothing that decides them has changed.
    """

    id: str
    points: float
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def add(self, kind: str, row: ProofRow) -> None:
        """Add what a kind of proof found."""
        self.numbers[kind] = row.numbers
        self.problems += row.problems


def audit(
    lesson: Lesson,
    seeds: int = 20,
    processes: int | None = None,
    *,
    slow_seeds: int | None = None,
    only: Iterable[str] = (),
) -> list[ExerciseAudit]:
    """Prove a lesson afresh, whatever its ledger holds.

    Args:
        lesson: the lesson.
        seeds: number of seeds.
        processes: number of processes; default one per core.
        slow_seeds: number of seeds for the exercises that the check file lists as SLOW; default as for the others.
        only: names of the exercises to audit; default all.

    Returns:
        The exercises' audits, in order.
    """
    tasks = tasks_of(lesson, set(only) or set(lesson.exercises), seeds, slow_seeds)
    rows = blank_rows(lesson, {task.exercise for task in tasks})
    for task, row in prove(tasks, processes):
        rows[task.exercise].add(task.kind, row)
    return list(rows.values())


def blank_rows(lesson: Lesson, exercises: Iterable[str]) -> dict[str, ExerciseAudit]:
    """Make the audits of exercises before anything is known, in the lesson's order."""
    points = lesson_points(lesson)
    chosen = [name for name in lesson.exercises if name in set(exercises)]
    return {name: ExerciseAudit(f"{lesson.topic}.{name}", points[name]) for name in chosen}


def tasks_of(
    lesson: Lesson,
    exercises: Iterable[str],
    seeds: int,
    slow_seeds: int | None = None,
    kinds: Sequence[str] | None = None,
) -> list[Task]:
    """List the proofs of some exercises.

    Args:
        lesson: the lesson.
        exercises: their names.
        seeds: number of seeds.
        slow_seeds: number of seeds for the exercises that train; default as for the others.
        kinds: names of the kinds of proof; default all. Only those that apply to an exercise are made.
    """
    slow, wanted = slow_exercises(lesson), set(exercises)
    chosen = [kind for kind in KINDS if kinds is None or kind.NAME in kinds]
    return [
        Task(lesson, name, kind.NAME, min(seeds, slow_seeds or seeds) if name in slow else seeds, name in slow)
        for name in lesson.exercises
        if name in wanted
        for kind in chosen
        if kind.applies(lesson, name)
    ]


def prove(tasks: Sequence[Task], processes: int | None = None) -> Iterator[tuple[Task, ProofRow]]:
    """Make proofs.

    Args:
        tasks: the proofs to make.
        processes: number of processes; default one per core. With one, this process does the work.

    Yields:
        (task, what it found), as they end.
    """
    processes = min(processes or os.cpu_count() or 1, len(tasks))
    if processes <= 1:
        yield from ((task, prove_task(task)) for task in tasks)
        return
    # Fresh processes: the checks' own pytest run must not meet the one that may be running around us.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh, initializer=quiet_backends) as pool:
        waiting = {pool.submit(prove_task, task): task for task in sorted(tasks, key=lambda task: not task.slow)}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def prove_task(task: Task) -> ProofRow:
    """Make one proof."""
    kind = next(kind for kind in KINDS if task.kind == kind.NAME)
    return kind.prove(task.lesson, [task.exercise], range(task.seeds))[0]


def audit_table(rows: Sequence[ExerciseAudit]) -> list[str]:
    """Write audits as aligned lines of text, one per exercise, and a total."""
    total = ExerciseAudit("total", sum(row.points for row in rows))
    for kind in KINDS:
        counted = [row.numbers[kind.NAME] for row in rows if kind.NAME in row.numbers]
        if counted:
            total.numbers[kind.NAME] = {name: sum(one[name] for one in counted) for name in counted[0]}
    headings = ["points", *(heading for kind in KINDS for heading in kind.HEADINGS)]
    cells = [[f"{row.points:g}", *_columns(row)] for row in [*rows, total]]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    first = max(len(row.id) for row in [*rows, total])
    lines = [f"{'exercise':<{first}}  {_aligned(headings, widths)}"]
    for row, line in zip([*rows, total], cells, strict=True):
        lines.append(f"{row.id:<{first}}  {_aligned(line, widths)}{'  kept' if row.kept else ''}")
    return lines


def _columns(row: ExerciseAudit) -> list[str]:
    cells: list[str] = []
    for kind in KINDS:
        numbers = row.numbers.get(kind.NAME)
        cells += kind.columns(numbers) if numbers else ["-"] * len(kind.HEADINGS)
    return cells


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
