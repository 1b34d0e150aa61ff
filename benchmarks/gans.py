"""Measure what lesson 10 says of chance: the limits of train_gan_1d and the modes of a ring; one line of JSON, last.

Usage: python benchmarks/gans.py [--draws N] [--limits | --ring]

For the reference and every right answer of the bank: how many standard deviations lie between what it achieves on
hidden pairs of heaps and each limit of its check. For four settings of the game on a ring of eight: the modes covered
from eight starts each, as the lesson's table has them. Exits 1 where a limit is nearer than five standard deviations.
About twelve minutes of one core, most of it the 12 draws of three styles.
"""

import argparse
import ast
import json
import sys
from pathlib import Path

import numpy as np

from grading.course import find_project
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import load_checks
from grading.lessons.lesson import find_lesson

PROJECT = find_project(Path(__file__).resolve().parent)
EXERCISE = "train_gan_1d"
ENOUGH = 5.0  # standard deviations between right answers and a limit
STARTS = (4, 6, *range(20, 26))
UNLUCKY = {"rounds": 1200, "rates": (0.002, 0.001), "momentum": 0.9, "gen_steps": 3}
CALM = {"rounds": 2000, "rates": (0.001, 0.001)}
GAMES = {
    "three steps, momentum 0.9": UNLUCKY,
    "one step, momentum 0.9": {"rounds": 2000, "rates": (0.002, 0.001), "momentum": 0.9},
    "one step, momentum 0.5, equal rates": CALM,
    "the same with a price of 0.5": CALM | {"price": 0.5},
}


def gaps_of(train, checks, draws):
    """Train on that many pairs of heaps: gaps of the mean, of the spread, and distances, shape (draws, 3)."""
    rows = []
    for seed in range(draws):
        rng = np.random.default_rng([13, seed])
        heaps = checks._draw_heaps(rng)
        params = checks._trained(train(checks._two_heaps(rng, int(rng.integers(2500, 4000)), heaps), rng))
        made = checks._run(rng.normal(size=(4000, 1)), params)[0]
        rows.append(checks._gaps(made, checks._two_heaps(rng, 4000, heaps)))
    return np.array(rows)


def room_of(gaps, checks):
    """Standard deviations from the mean to each limit, to which the check holds the mean of two draws."""
    means, stds = gaps.mean(axis=0), gaps.std(axis=0, ddof=1)
    limits = np.array([checks.MEAN_GAP, checks.SPREAD_GAP, checks.DISTANCE])
    room = (limits - means) / (stds / np.sqrt(2))
    return dict(zip(("mean", "spread", "distance"), room.tolist(), strict=True))


def measure_limits(reference, checks, draws):
    """Room below each limit, for every right answer of the bank."""
    rooms = {}
    for answer in [(), *((variant,) for variant in load_bank(reference.lesson).variants_of(EXERCISE))]:
        name = answer[0].name if answer else "reference"
        gaps = gaps_of(reference.namespace(*answer)[EXERCISE], checks, draws)
        rooms[name] = room_of(gaps, checks)
        worst = ", ".join(f"{value:.3f}" for value in gaps.max(axis=0))
        text = ", ".join(f"{part} {value:.1f}" for part, value in rooms[name].items())
        print(f"{name}: standard deviations to the limits: {text}; worst of {draws}: {worst}", flush=True)
    return rooms


def ring_of(reference):
    """Take from the lesson's text what plays on the ring: its names, without the trainings of the cell."""
    names = reference.namespace() | {"np": np}
    tree = ast.parse((reference.lesson.folder / f"{reference.lesson.topic}.py").read_text(encoding="utf-8"))
    wanted = {"EIGHTHS", "ring_centres", "RING", "draw_ring", "play"}
    kept = [node for node in tree.body if wanted & _defined(node)]
    exec(compile(ast.Module(kept, []), "the lesson's ring", "exec"), names)  # noqa: S102 - our own lesson's text
    return names


def _defined(node):
    """Names that a statement defines: a function's, or those on the left of an assignment."""
    targets = getattr(node, "targets", ())
    return {getattr(node, "name", None), *(getattr(target, "id", None) for target in targets)}


def measure_ring(reference):
    """Modes covered from each start, sorted, for each setting."""
    names = ring_of(reference)
    noise, table = np.random.default_rng(8).normal(size=(4000, 2)), {}
    for name, knobs in GAMES.items():
        counts = []
        for start in STARTS:
            gen = names["play"](names["draw_ring"], names["RING"], np.random.default_rng(start), **knobs)[0]
            samples = names["forward"](noise, gen)[0]
            counts.append(names["modes_covered"](samples, names["ring_centres"], 0.2, 0.01))
        table[name] = sorted(counts)
        print(f"{name}: modes covered from the starts {STARTS}: {counts}", flush=True)
    return table


def main() -> int:
    """Print what was asked for, and the JSON; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=12, help="pairs of heaps for each right answer (default 12)")
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--limits", action="store_true", help="only the limits of train_gan_1d")
    parts.add_argument("--ring", action="store_true", help="only the modes on the ring")
    args = parser.parse_args()
    reference = Reference(find_lesson(PROJECT / "solutions", "10_gans"))
    checks, results = load_checks(reference.lesson), {}
    if not args.ring:
        results["limits"] = measure_limits(reference, checks, args.draws)
    if not args.limits:
        results["ring"] = measure_ring(reference)
    print(json.dumps(results))
    near = min((room for rooms in results.get("limits", {}).values() for room in rooms.values()), default=ENOUGH)
    return int(near < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
