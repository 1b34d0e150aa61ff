"""Measure again what lessons 01 to 05 say in numbers; prints them, and one line of JSON last.

Usage: python benchmarks/truths [neuron backprop optimizers training cnn] [--draws 5]

Each claim is measured over several draws of data, weights and order, and where methods are compared, each at its own
best setting. Set OMP_NUM_THREADS=1: so small networks are slower on many threads.
"""

import argparse
import importlib
import json
import time

LESSONS = ("neuron", "backprop", "optimizers", "training", "cnn")


def main() -> None:
    """Run what was asked for; every measurement is a function `measure_...` of one number of draws."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=f"some of {', '.join(LESSONS)}; all by default")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--only", help="a part of a measurement's name")
    options = parser.parse_args()
    record = {}
    for lesson in options.lessons or LESSONS:
        module = importlib.import_module(lesson)
        for name in [name for name in vars(module) if name.startswith("measure_")]:
            if (options.only or "") not in name:
                continue
            started = time.perf_counter()
            print(f"{lesson}: {name.removeprefix('measure_').replace('_', ' ')}")
            record[f"{lesson}.{name}"] = getattr(module, name)(options.draws)
            print(f"  ({time.perf_counter() - started:.0f} s)")
    print(json.dumps(record))


if __name__ == "__main__":
    main()
