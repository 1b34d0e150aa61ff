"""Measure how much of a screen the report of a check takes: lessons 01 to 05, right answers and a sample of mistakes.

Usage: python benchmarks/check_reports.py [--mistakes N]

Chromium lays each report out 1,000 pixels wide. Prints the five tallest of those that fail and of those that pass, and
as one line of JSON, last: how many there were, and the greatest heights and width. Exits 1 where one is wider than the
screen or higher than 700 pixels.
"""

import argparse
import json
import random
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from dnnkit.checking.checks import check_exercise
from dnnkit.checking.html_report import to_html
from dnnkit.environment.quiet import quiet_backends
from grading.course import find_project
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import slow_exercises
from grading.lessons.lesson import all_lessons

SOLUTIONS = find_project(Path(__file__).resolve().parent) / "solutions"
PAGE = '<!doctype html><body style="margin:0;width:1000px;font:14px/1.5 sans-serif"><div id="report">{}</div>'
SIZE = """() => [document.getElementById("report").getBoundingClientRect().height,
    Math.max(0, ...[...document.querySelectorAll("[role=region]")].map(node => node.scrollWidth))]"""
HIGHEST, WIDEST = 700, 1000


def reports(mistakes):
    """Yield (what was answered, its report): of every quick exercise the right answer and some mistakes."""
    for lesson in all_lessons(SOLUTIONS)[:5]:
        reference, bank, rng = Reference(lesson), load_bank(lesson), random.Random(lesson.name)  # noqa: S311 - no secret
        for name in (name for name in lesson.exercises if name not in slow_exercises(lesson)):
            known = bank.mistakes_of(name)
            yield f"{name}, right", check_exercise(f"{lesson.topic}.{name}", reference.namespace())
            for mistake in rng.sample(known, min(mistakes, len(known))):
                answer = reference.namespace(mistake)
                yield f"{name}, {mistake.slug}", check_exercise(f"{lesson.topic}.{name}", answer)


def main():
    """Print the table and the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mistakes", type=int, default=4, help="of each exercise (default 4)")
    mistakes = parser.parse_args().mistakes
    quiet_backends()
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDEST, "height": 900})
        for answer, report in reports(mistakes):
            page.set_content(PAGE.format(to_html(report)))
            height, width = page.evaluate(SIZE)
            found.append((round(height), round(width), report.passed, answer))
        browser.close()
    for passed in (False, True):
        for height, width, _, answer in sorted((one for one in found if one[2] == passed), reverse=True)[:5]:
            print(f"{'passes' if passed else 'fails'}: {height} x {width}: {answer}")
    highest = {passed: max(one[0] for one in found if one[2] == passed) for passed in (False, True)}
    widest = max(one[1] for one in found)
    print(json.dumps({"reports": len(found), "fails": highest[False], "passes": highest[True], "widest": widest}))
    return int(highest[False] > HIGHEST or widest > WIDEST)


if __name__ == "__main__":
    raise SystemExit(main())
