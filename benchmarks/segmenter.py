"""Measure what lesson 06 says of train_segmenter, and how far its limits are; one line of JSON, last.

Usage: python benchmarks/segmenter.py [--draws N]

For the reference and every right answer of the bank: the mean IoU of new images in both tasks of the hidden checks,
each draw with images and a start of its own, and how many standard deviations lie between that and the limit. Exits 1
where a limit is nearer than five. About nine minutes of one core for the 12 draws.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from grading.course import find_project
from grading.judging.models import outputs_of
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import load_checks
from grading.lessons.lesson import find_lesson

PROJECT = find_project(Path(__file__).resolve().parent)
EXERCISE = "train_segmenter"
ENOUGH = 4.9  # standard deviations, which are themselves known to a fifth


def tasks(checks, rng):
    """Both tasks of the hidden checks, by name: what is learned from, new images, classes."""
    names, (images, masks) = rng.permutation(3), checks._turned_segments(rng, 1100)
    return {
        "patches": (checks._patches(rng, 200, names), checks._patches(rng, 100, names), 3),
        "shapes": ((images[:800], masks[:800]), (images[800:], masks[800:]), 4),
    }


def measure(train, checks, draws):
    """Train on both tasks in each draw: mean IoU of new images by task, and seconds of the processor on shapes."""
    found, seconds = {"patches": [], "shapes": []}, []
    for seed in range(draws):
        rng = np.random.default_rng([6, seed])
        for name, (learned, (images, right), num_classes) in tasks(checks, rng).items():
            started = time.process_time()
            model = train(*learned, num_classes, np.random.default_rng(rng.integers(2**32)))
            spent = time.process_time() - started
            answers = outputs_of(model, images).argmax(axis=-1)
            found[name].append(checks.mean_iou(answers, right, num_classes))
        seconds.append(spent)
    return found, float(np.mean(seconds))


def main():
    """Measure every right answer; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=12)
    draws = parser.parse_args().draws
    reference = Reference(find_lesson(PROJECT / "solutions", "06_architectures"))
    checks, record = load_checks(reference.lesson), {}
    limits = {"patches": checks.EASY, "shapes": checks.ASKED}
    for answer in [(), *((variant,) for variant in load_bank(reference.lesson).variants_of(EXERCISE))]:
        name = answer[0].name if answer else "reference"
        found, seconds = measure(reference.namespace(*answer)[EXERCISE], checks, draws)
        record[name] = {"seconds": round(seconds, 1)}
        for task, ious in found.items():
            mean, deviation = float(np.mean(ious)), float(np.std(ious, ddof=1))
            record[name][task] = {"mean": mean, "sd": deviation, "smallest": min(ious)}
            record[name][task]["room"] = (mean - limits[task]) / deviation
            text = f"{mean:.3f} +- {deviation:.3f}, smallest {min(ious):.3f}; limit {limits[task]}"
            print(f"{name}, {task}: {text}, {record[name][task]['room']:.1f} deviations below", flush=True)
    print(json.dumps({"draws": draws, "answers": record}))
    return int(any(task["room"] < ENOUGH for one in record.values() for task in one.values() if isinstance(task, dict)))


if __name__ == "__main__":
    sys.exit(main())
