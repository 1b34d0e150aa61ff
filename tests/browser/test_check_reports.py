"""What a check shows fits a screen of 1,000 pixels: over a sample of mistakes of lessons 01 to 05."""

import random
from pathlib import Path

import pytest

from dnnkit.checking.checks import check_exercise
from dnnkit.checking.html_report import to_html
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import slow_exercises
from grading.lessons.lesson import all_lessons

pytestmark = pytest.mark.browser

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
PAGE = (
    '<!doctype html><html lang="en"><title>check</title><body style="margin:0;width:1000px;font:14px/1.5 sans-serif">{}'
)
SIZE = """() => { const region = document.querySelector("[role=region]");
    return [region.scrollWidth, document.body.getBoundingClientRect().height]; }"""
LONG = {"adagrad_step": "memory_of_the_last_array", "momentum_step": "memory_by_shape"}  # those that need most room
DRAWN = 3  # mistakes of each lesson, besides


@pytest.fixture(params=[lesson.name for lesson in all_lessons(SOLUTIONS)[:5]])
def lesson(request):
    return next(lesson for lesson in all_lessons(SOLUTIONS) if lesson.name == request.param)


def drawn_mistakes(lesson):
    """Mistakes of quick exercises, the same ones in every run."""
    bank, slow = load_bank(lesson), slow_exercises(lesson)
    quick = [(name, mistake) for name in lesson.exercises if name not in slow for mistake in bank.mistakes_of(name)]
    known = [(name, mistake) for name, mistake in quick if LONG.get(name) == mistake.slug]
    return known + random.Random(lesson.name).sample(quick, DRAWN)


def shown(page, lesson, name, namespace):
    """Show the report of a check; return it, its width and its height."""
    report = check_exercise(f"{lesson.topic}.{name}", namespace)
    page.set_content(PAGE.format(to_html(report)))
    return report, *page.evaluate(SIZE)


def test_a_report_that_fails_fits_a_screen_and_is_accessible(page, tools, lesson):
    reference, looked_at = Reference(lesson), 0
    for name, mistake in drawn_mistakes(lesson):
        report, width, height = shown(page, lesson, name, reference.namespace(mistake))
        if report.passed:  # a few show in the hidden checks only
            continue
        looked_at += 1
        assert (width <= 1000, height <= 700) == (True, True), f"{name}, {mistake.slug}: {width} x {height}"
        assert page.locator("details[open]").count() == 1
        assert tools.findings(page, "[role=region]") == []
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; })")
        assert page.evaluate(SIZE)[0] <= 1000
    assert looked_at >= DRAWN - 1


def test_a_report_that_passes_is_a_few_lines(page, lesson):
    name = lesson.exercises[0]
    report, _, height = shown(page, lesson, name, Reference(lesson).namespace())
    assert report.passed
    assert height <= 6 * 25
