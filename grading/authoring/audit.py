"""Prove the checks: every known mistake is rejected and rightly named, every right variant passes, over many seeds."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from grading.judging.mistake_matcher import MistakeMatcher
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import lesson_points, load_checks


@dataclass
class ExerciseAudit:
    """What the audit found for one exercise, over all seeds.

    Attributes:
        id: "<topic>.<exercise>".
        points: points of its checks.
        mistakes: number of known mistakes.
        rejected: how many of them failed at least one check for every seed.
        named: how many of them were named by their own hint, and by no other, for every seed.
        variants: number of right answers, the reference included.
        accepted: how many of them passed every check for every seed.
        problems: one sentence for each thing that is not as it must be.
    """

    id: str
    points: float
    mistakes: int
    rejected: int = 0
    named: int = 0
    variants: int = 0
    accepted: int = 0
    problems: list = field(default_factory=list)


def audit(lesson, seeds=20, processes=None, *, slow_seeds=None, slow_right=True, only=None):
    """Audit one lesson.

    Args:
        lesson: the lesson.
        seeds: number of seeds.
        processes: number of processes that share the seeds; default one per core, at most one per two seeds.
        slow_seeds: number of seeds for the exercises that the check file lists as SLOW; default as for the others.
        slow_right: check the right answers of those exercises, too; training well takes longest.
        only: names of the exercises to audit; default all.

    Returns:
        List of `ExerciseAudit`, in the order of the exercises.
    """
    processes = min(processes or os.cpu_count() or 1, max(1, seeds // 2))
    slow = getattr(load_checks(lesson), "SLOW", ())
    seeds_of = {name: range(seeds) for name in lesson.exercises if not only or name in only}
    seeds_of |= {name: range(min(seeds, slow_seeds or seeds)) for name in slow if name in seeds_of}
    shares = [{name: list(all_of[first::processes]) for name, all_of in seeds_of.items()} for first in range(processes)]
    mistakes_only = () if slow_right else slow
    if processes == 1:
        reports = [_try_seeds(lesson, shares[0], mistakes_only)]
    else:
        # Fresh processes: the checks' own pytest run must not meet the one that may be running around us.
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            reports = list(pool.map(_try_seeds, [lesson] * processes, shares, [mistakes_only] * processes))
    bank, points = load_bank(lesson), lesson_points(lesson)
    rows = []
    for name in seeds_of:
        row = ExerciseAudit(f"{lesson.topic}.{name}", points[name], len(bank.mistakes_of(name)))
        for mistake in bank.mistakes_of(name):
            _judge_mistake(
                row, mistake.name, [trial for report in reports for trial in report["mistake", mistake.name]]
            )
        for label in [f"{name}__reference", *(variant.name for variant in bank.variants_of(name))]:
            trials = [trial for report in reports for trial in report.get(("right", label), ())]
            if trials:
                _judge_variant(row, label, trials)
        rows.append(row)
    return rows


@dataclass(frozen=True)
class Trial:
    """One answer of the bank, checked with one seed.

    Attributes:
        results: the exercise's `CheckResult`s.
        named: names of the known mistakes that match; only tried for mistakes.
    """

    results: tuple
    named: tuple[str, ...] = ()


def _try_seeds(lesson, seeds_of, mistakes_only=()):
    """Check every answer of the bank with these seeds.

    Args:
        lesson: the lesson.
        seeds_of: exercise -> seeds; exercises that are missing are left out.
        mistakes_only: exercises whose right answers are left out.

    Returns:
        Dict from ("mistake" or "right", the answer's name) to its `Trial`s.
    """
    bank, reference = load_bank(lesson), Reference(lesson)
    matcher = MistakeMatcher(reference, bank)
    answers = [(("mistake", a.name), (a,), a.exercise) for a in bank.mistakes]
    answers += [(("right", a.name), (a,), a.exercise) for a in bank.variants]
    answers += [(("right", f"{name}__reference"), (), name) for name in lesson.exercises]
    answers = [a for a in answers if a[2] in seeds_of and not (a[0][0] == "right" and a[2] in mistakes_only)]
    candidates = {_candidate(reference, *answer, seed): answer for answer in answers for seed in seeds_of[answer[2]]}
    findings = {candidate: [] for candidate in candidates}
    for finding in run_hidden_checks(lesson, reference, list(candidates)):
        findings[finding.candidate].append(finding)
    trials = {key: [] for key, _, _ in answers}
    for candidate, (key, _, exercise) in candidates.items():
        checks = [(finding.result.status == "passed", finding.calls) for finding in findings[candidate]]
        fits = matcher.name(exercise, checks)[0] if key[0] == "mistake" else []
        trials[key].append(Trial(tuple(f.result for f in findings[candidate]), tuple(fit.name for fit in fits)))
    return trials


def _candidate(reference, key, answers, exercise, seed):
    def make_student(**options):
        return reference.student(*answers, **options)

    return Candidate(f"{key[1]}-{seed}", make_student, f"audit {seed}".encode(), frozenset({exercise}))


def _judge_mistake(row, name, trials):
    escaped = sum(all(result.status == "passed" for result in trial.results) for trial in trials)
    broken = sorted({result.name for trial in trials for result in trial.results if result.status == "error"})
    row.rejected += not escaped
    if escaped:
        row.problems.append(f"{name} passes every check in {escaped} of {len(trials)} runs.")
    if broken:
        row.problems.append(f"{name} breaks the check itself: {', '.join(broken)}.")
    found = {" and ".join(trial.named) or "nothing" for trial in trials}
    row.named += found == {name}
    if found != {name}:
        row.problems.append(f"{name} is named {', or '.join(sorted(found))}.")


def _judge_variant(row, label, trials):
    row.variants += 1
    failed = [result for trial in trials for result in trial.results if result.status != "passed"]
    row.accepted += not failed
    for name in sorted({result.name for result in failed}):
        messages = [result.message for result in failed if result.name == name]
        row.problems.append(f"{label} fails {name} in {len(messages)} of {len(trials)} runs: {messages[0]}")


def audit_table(rows):
    """Write the audit as aligned lines of text, one per exercise, and a total."""
    total = ExerciseAudit("total", 0, 0)
    for row in rows:
        for name in ("points", "mistakes", "rejected", "named", "variants", "accepted"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
    width = max(len(row.id) for row in [*rows, total])
    lines = [f"{'exercise':<{width}}  points  mistakes rejected  named  right answers accepted"]
    for row in [*rows, total]:
        lines.append(
            f"{row.id:<{width}}  {row.points:>6g}  {f'{row.rejected} of {row.mistakes}':>17}"
            f"  {f'{row.named}/{row.mistakes}':>5}  {f'{row.accepted} of {row.variants}':>22}"
        )
    return lines
