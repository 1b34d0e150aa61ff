"""Make only the proofs that are not in the ledger yet, and keep them; prove samples of those that are."""

import functools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grading.authoring.audit import ExerciseAudit, Task, blank_rows, prove, tasks_of
from grading.authoring.digests import ExerciseSources, python_release, record_digest, releases
from grading.authoring.imported_code import code_digest, digest_of
from grading.authoring.ledger import Basis, Judge, Ledger, State, judge_of, ledger_of
from grading.authoring.proofs import KINDS, mutants
from grading.authoring.proofs.records import ProofRow
from grading.lessons.lesson import Lesson

EXAMPLES, NOTEBOOK = "examples", "notebook"  # the kinds of rows that `grading build` writes
MADE_BY = {EXAMPLES: "grading.authoring.examples", NOTEBOOK: "grading.authoring.release"}
BUILD_SHARE = 3  # exercises of the course whose built examples each run of the tests makes afresh
SAMPLE_SHARE = 0.05  # of all exercises, proved afresh for a changed judge: one more than in each run, or this share
SAMPLE_SEEDS = 2
NOT_COUNTED = frozenset({"digest", "judge", "packages", "seal", "seeds"})


@functools.cache
def judge_now(kind: str) -> str:
    """Digest the code that makes a kind of row today, and the release of Python.

    Args:
        kind: `NAME` of a kind of proof, `EXAMPLES` or `NOTEBOOK`.
    """
    modules = {one.NAME: one.__name__ for one in KINDS} | MADE_BY
    return digest_of(python_release(), code_digest(modules[kind]))


def basis_of(kind: str, digest: str) -> Basis:
    """Say on what a row rests that is made now from sources of this digest."""
    return Basis(digest, judge_now(kind), record_digest(releases()))


def digest_for(kind: str, sources: ExerciseSources, exercise: str) -> str:
    """Digest the sources that decide a kind of row of an exercise."""
    if kind == EXAMPLES:
        return sources.examples_digest(exercise)
    return sources.mutants_digest(exercise) if kind == mutants.NAME else sources.checks_digest(exercise)


def share_of(kind: str) -> int:
    """Say of how many exercises of the course each run of the tests makes a kind of row afresh."""
    return next((one.SHARE for one in KINDS if kind == one.NAME), BUILD_SHARE)


def applying(lesson: Lesson, kind: str) -> list[str]:
    """List the exercises of a lesson that have a row of a kind."""
    made = next((one for one in KINDS if kind == one.NAME), None)
    return [name for name in lesson.exercises if made is None or made.applies(lesson, name)]


def states_of(lesson: Lesson, judge: Judge, kinds: Iterable[str]) -> dict[tuple[str, str], State]:
    """Say of every exercise and kind whether its row holds.

    Args:
        lesson: the lesson.
        judge: which judge counts.
        kinds: the kinds of rows.

    Returns:
        (exercise, kind) -> state.
    """
    sources, ledger = ExerciseSources(lesson), ledger_of(lesson.folder)
    found: dict[tuple[str, str], State] = {}
    for kind in kinds:
        for exercise in applying(lesson, kind):
            row, digest = ledger.row(exercise, kind), digest_for(kind, sources, exercise)
            found[exercise, kind] = judge.state(exercise, kind, row, basis_of(kind, digest))
    return found


@dataclass(frozen=True)
class AuditOptions:
    """How `grading audit` works.

    Attributes:
        seeds: number of seeds.
        slow_seeds: number of seeds for the exercises that train; default as for the others.
        exercises: names of exercises that are proved whatever the ledger holds, and no others; empty for all lessons'.
        everything: prove all afresh.
        processes: number of processes; default one per core.
    """

    seeds: int = 20
    slow_seeds: int | None = None
    exercises: tuple[str, ...] = ()
    everything: bool = False
    processes: int | None = None


def audit_changed(lessons: Sequence[Lesson], options: AuditOptions) -> Iterator[ExerciseAudit | Task]:
    """Prove what has changed since it was proved, and keep each proof as soon as it is made.

    Args:
        lessons: the lessons, all of one course.
        options: what to prove, and how thoroughly.

    Yields:
        Each `Task` as it ends, and at last one `ExerciseAudit` per exercise.
    """
    judge = judge_of(lessons[0].folder.parent)
    rows: dict[tuple[str, str], ExerciseAudit] = {}
    tasks: list[Task] = []
    for lesson in lessons:
        chosen = [name for name in lesson.exercises if not options.exercises or name in options.exercises]
        rows |= {(lesson.name, name): row for name, row in blank_rows(lesson, chosen).items()}
        tasks += _tasks(lesson, chosen, judge, options, rows)
    ledgers = {lesson.name: ledger_of(lesson.folder) for lesson in lessons}
    sources = {task.lesson.name: ExerciseSources(task.lesson) for task in tasks}
    for task, row in prove(tasks, options.processes):
        rows[task.lesson.name, task.exercise].add(task.kind, row)
        _keep(ledgers[task.lesson.name], sources[task.lesson.name], task, row)
        yield task
    yield from rows.values()


def _tasks(
    lesson: Lesson,
    chosen: Sequence[str],
    judge: Judge,
    options: AuditOptions,
    rows: dict[tuple[str, str], ExerciseAudit],
) -> list[Task]:
    """List what must be proved, and put what is kept into the rows."""
    if options.everything or options.exercises:
        return tasks_of(lesson, chosen, options.seeds, options.slow_seeds)
    states, ledger = states_of(lesson, judge, [kind.NAME for kind in KINDS]), ledger_of(lesson.folder)
    waiting = []
    for (exercise, kind), state in states.items():
        if state in ("kept", "judge changed"):
            row = rows[lesson.name, exercise]
            row.numbers[kind] = numbers_of(ledger, exercise, kind)
            row.kept.append(kind)
        else:
            waiting += tasks_of(lesson, [exercise], options.seeds, options.slow_seeds, [kind])
    return waiting


def _keep(ledger: Ledger, sources: ExerciseSources, task: Task, row: ProofRow) -> None:
    """Write what was proved; where there is a problem nothing is proved, and the old row goes."""
    if row.problems:
        ledger.drop(task.exercise, task.kind)
    else:
        basis = basis_of(task.kind, digest_for(task.kind, sources, task.exercise))
        ledger.put(task.exercise, task.kind, basis, seeds=task.seeds, **row.numbers)
    ledger.save(task.lesson.exercises)


def numbers_of(ledger: Ledger, exercise: str, kind: str) -> dict[str, int]:
    """Read what was counted when a row was proved."""
    row = ledger.row(exercise, kind) or {}
    return {name: int(str(value)) for name, value in row.items() if name not in NOT_COUNTED}


def restamp(lessons: Sequence[Lesson], processes: int | None = None) -> list[str]:
    """Prove a sample by today's judge and, where it finds the same, let all other rows count for it.

    Args:
        lessons: all lessons of the course.
        processes: number of processes; default one per core.

    Returns:
        One sentence for each proof that no longer holds; then nothing is stamped.
    """
    judge, problems = judge_of(lessons[0].folder.parent), list[str]()
    samples = {kind.NAME: changed_judge_sample(lessons, kind.NAME) for kind in KINDS}
    tasks = [
        task
        for kind, sample in samples.items()
        for lesson, name in sample
        for task in tasks_of(lesson, [name], SAMPLE_SEEDS, 1, [kind])  # one seed for what trains
    ]
    for task, row in prove(tasks, processes):
        problems += differences(task, row)
    if not problems:
        for kind, sample in samples.items():
            judge.stamp(kind, basis_of(kind, ""), [f"{lesson.topic}.{name}" for lesson, name in sample])
        judge.save()
    return problems


def differences(task: Task, row: ProofRow) -> list[str]:
    """Say in what a fresh proof differs from the ledger's.

    Args:
        task: the proof that was made.
        row: what it found.
    """
    known = numbers_of(ledger_of(task.lesson.folder), task.exercise, task.kind)
    place = f"{task.lesson.topic}.{task.exercise}, {task.kind}"
    found = [f"{place}: {problem}" for problem in row.problems]
    if row.numbers != known:
        found.append(f"{place}: the ledger says {known}; proved afresh it is {row.numbers}.")
    return found


def changed_judge_sample(lessons: Sequence[Lesson], kind: str) -> list[tuple[Lesson, str]]:
    """Choose the exercises that are proved afresh for today's judge: the same ones as long as it does not change."""
    every = [(lesson, name) for lesson in lessons for name in applying(lesson, kind)]
    return draw(every, max(share_of(kind) + 1, round(SAMPLE_SHARE * len(every))), judge_now(kind))


def draw(every: Sequence, size: int, *seed: object) -> list:
    """Draw a few of many, the same ones for the same seed, in their order."""
    rng = random.Random(" ".join(map(str, seed)))  # noqa: S311 - no secret
    chosen = rng.sample(range(len(every)), min(size, len(every)))
    return [every[position] for position in sorted(chosen)]
