"""Prove that the checks refuse the mutants of an exercise, that `check` agrees, and that none is named falsely."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dnnkit.checking.observe import call
from dnnkit.checking.snippets import Snippet
from grading.authoring.exercise_judge import SLOWEST_CALL, ExerciseJudge, Verdict
from grading.authoring.mutants.behaviour import Profile, behaviour_mutants, observe
from grading.authoring.mutants.source import Mutant, source_mutants
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.student_proxy import Student, local_transport
from grading.lessons.bank import EVERY, Answer, load_equivalents
from grading.lessons.check_functions import load_checks, training_exercises
from grading.lessons.lesson import Lesson, without_markers

NEEDS_MORE_CALLS = ("wrong for views",)
SAMPLE = 12  # mutants of an exercise that trains


@dataclass
class MutantRow:
    """What became of the mutants of one exercise.

    Attributes:
        exercise: its name.
        made: ids of the mutants.
        killed: ids of those that the checks refuse with every seed.
        equivalent: ids of those that are named equivalent -> the reason.
        survivors: ids of the others.
        check_alone: ids that `check` refuses and the grader accepts.
        check_passes: ids that the grader refuses and `check` passes.
        false_names: sentences, one for each mutant that is called by the name of a mistake that does something else.
        broken: sentences, one for each mutant at which a check itself fails.
        stale: ids that are named equivalent, and are refused or do not exist.
        seconds: how long it took.
    """

    exercise: str
    made: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    equivalent: dict[str, str] = field(default_factory=dict)
    survivors: list[str] = field(default_factory=list)
    check_alone: list[str] = field(default_factory=list)
    check_passes: list[str] = field(default_factory=list)
    false_names: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    seconds: float = 0.0


def prove_mutants(lesson: Lesson, exercises: Iterable[str] = (), seeds: Sequence[int] = (0,)) -> list[MutantRow]:
    """Judge all mutants of exercises: of the reference's source and of two variants', and of the reference's behaviour.

    Args:
        lesson: the lesson.
        exercises: names of the exercises; default all. Of those that the check file lists as SLOW, or as TRAINS,
            SAMPLE mutants are taken.
        seeds: the seeds; a mutant is killed when the checks refuse it with each of them.
    """
    slow = training_exercises(lesson)
    equivalents = load_equivalents(lesson)
    rows = []
    for name in [n for n in lesson.exercises if n in (set(exercises) or set(lesson.exercises))]:
        started = time.perf_counter()
        judge = ExerciseJudge(lesson, name, None if name in slow else SLOWEST_CALL)
        mutants = make_mutants(judge)
        if name in slow:
            mutants = sorted(mutants, key=lambda m: hashlib.sha256(m.id.encode()).digest())[:SAMPLE]
        row = MutantRow(name, [mutant.id for mutant in mutants])
        for group, repeat in _groups(judge, mutants):
            answers = [mutant.answer for mutant in group]
            runs = [judge.judge(answers, seed, names=name not in slow, repeat=repeat) for seed in seeds]
            for mutant, *verdicts in zip(group, *runs, strict=True):
                _note(row, mutant, verdicts)
        _excuse(row, equivalents.get(EVERY, {}) | equivalents.get(name, {}), set(equivalents.get(name, {})))
        row.seconds = round(time.perf_counter() - started, 1)
        rows.append(row)
    return rows


def _groups(judge: ExerciseJudge, mutants: Sequence[Mutant]) -> list[tuple[list[Mutant], bool]]:
    """Put mutants together whose calls need, and need not, be made again."""
    random = any("rng" in name for name in judge.reference.parameters[judge.exercise])
    lasting = [m for m in mutants if random or m.family in ("sequence", "draw") or m.kind in NEEDS_MORE_CALLS]
    return [(lasting, True), ([mutant for mutant in mutants if mutant not in lasting], False)]


def make_mutants(judge: ExerciseJudge) -> list[Mutant]:
    """Make all mutants of an exercise."""
    lesson, exercise = judge.lesson, judge.exercise
    right = Answer(exercise, "reference", without_markers(lesson.solution_cells[exercise].source))
    known: set[object] = set()
    bases = [right, *judge.bank.variants_of(exercise)[:2]]
    mutants = [mutant for base in bases for mutant in source_mutants(base, known)]
    mutants += behaviour_mutants(right, _profile(judge))
    return [mutant for mutant in mutants if judge.defines(mutant.answer)]


def _profile(judge: ExerciseJudge) -> Profile:
    """Look at the reference's calls in the public examples and in the hidden checks."""
    profile, exercise = Profile(), judge.exercise
    namespace = judge.reference.namespace()
    if isinstance(namespace[exercise], type):
        return profile
    namespace[exercise] = observe(namespace[exercise], profile)
    for example in load_checks(judge.lesson).EXAMPLES[exercise]:
        tried = Snippet(example.code, example.inputs, namespace, exercise) if example.code else namespace[exercise]
        call(tried, example.inputs, repeat=False)
    parameters = judge.reference.parameters

    def make_student(**options: Any) -> Student:
        return Student(local_transport(namespace), parameters, **(options | {"repeat": False}))

    candidate = Candidate("profile", make_student, b"mutants", frozenset({exercise}))
    run_hidden_checks(judge.lesson, judge.reference, [candidate])
    return profile


def _note(row: MutantRow, mutant: Mutant, verdicts: Sequence[Verdict]) -> None:
    refused = all(verdict.refused for verdict in verdicts)
    (row.killed if refused else row.survivors).append(mutant.id)
    if not refused and not all(verdict.passes_check for verdict in verdicts):
        row.check_alone.append(mutant.id)
    if refused and all(verdict.passes_check for verdict in verdicts):
        row.check_passes.append(mutant.id)
    for verdict in verdicts:
        for where, names in (("hidden", verdict.hidden_names), ("check", verdict.public_names)):
            false = [name for name in names if name not in verdict.true_names]
            if false:
                row.false_names.append(f"{mutant.id} is named {' and '.join(false)} ({where})")
        broken = [f.result.name for f in verdict.findings if f.result.status == "error"]
        if broken:
            row.broken.append(f"{mutant.id} breaks the check itself: {', '.join(broken)}")
    row.false_names, row.broken = (list(dict.fromkeys(lines)) for lines in (row.false_names, row.broken))


def _excuse(row: MutantRow, reasons: dict[str, str], own: set[str]) -> None:
    """Move the survivors that are named equivalent; `own` are the names that must fit one."""
    for pattern, reason in reasons.items():
        start = pattern.removesuffix("...")
        fits = [m for m in row.survivors if m == pattern or (start != pattern and m.startswith(start))]
        row.equivalent |= dict.fromkeys(fits, reason)
        row.survivors = [m for m in row.survivors if m not in fits]
        if pattern in own and not fits:
            row.stale.append(pattern)
    row.check_alone = [m for m in row.check_alone if m not in row.equivalent]


def mutants_table(rows: Sequence[MutantRow]) -> list[str]:
    """Write what became of the mutants as aligned lines, one per exercise, and a total."""
    width = max([len(row.exercise) for row in rows] + [len("exercise")])
    heads = ("mutants", "killed", "equivalent", "survivors", "check alone", "check passes", "false names", "seconds")
    lines = [f"{'exercise':<{width}}  {'  '.join(heads)}"]
    counts = [
        [len(r.made), len(r.killed), len(r.equivalent), len(r.survivors), len(r.check_alone), len(r.check_passes),
         len(r.false_names), round(r.seconds)]
        for r in rows
    ]  # fmt: skip
    counts.append([sum(column) for column in zip(*counts, strict=True)])
    for name, numbers in zip([*(row.exercise for row in rows), "total"], counts, strict=True):
        cells = "  ".join(f"{number:>{len(head)}}" for number, head in zip(numbers, heads, strict=True))
        lines.append(f"{name:<{width}}  {cells}")
    return lines


def problems_of(row: MutantRow) -> list[str]:
    """Write one sentence for each thing that is not as it must be."""
    return [
        *(f"{row.exercise}: survives: {mutant}" for mutant in row.survivors),
        *(f"{row.exercise}: check alone refuses: {mutant}" for mutant in row.check_alone),
        *(f"{row.exercise}: named equivalent, but refused or not there: {mutant}" for mutant in row.stale),
        *(f"{row.exercise}: {line}" for line in (*row.false_names, *row.broken)),
    ]
