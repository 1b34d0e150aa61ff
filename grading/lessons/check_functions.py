"""Read what a lesson's check file declares: its check functions and what they are worth."""

import importlib.machinery
import importlib.util
from collections.abc import Callable
from types import ModuleType

from grading.errors import LessonError
from grading.lessons.lesson import Lesson

CheckFunction = Callable[..., None]


def load_checks(lesson: Lesson) -> ModuleType:
    """Import the lesson's check file by path, without running a check."""
    name = f"checks_{lesson.topic}"
    loader = importlib.machinery.SourceFileLoader(name, str(lesson.tests))
    module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(name, loader, origin=str(lesson.tests)))
    module.__file__ = str(lesson.tests)
    loader.exec_module(module)
    return module


def slow_exercises(lesson: Lesson) -> frozenset[str]:
    """Name the exercises that train for many seconds, which the check file lists as SLOW."""
    return frozenset(getattr(load_checks(lesson), "SLOW", ()))


def training_exercises(lesson: Lesson) -> frozenset[str]:
    """Name the exercises that train, so that a call costs thousands of steps: those in SLOW, and those in TRAINS."""
    return slow_exercises(lesson) | {*getattr(load_checks(lesson), "TRAINS", ())}


def replayable_exercises(lesson: Lesson) -> frozenset[str]:
    """Name the exercises for which a right answer of one run is right in every other, which REPLAYABLE lists."""
    return frozenset(getattr(load_checks(lesson), "REPLAYABLE", ()))


def list_checks(lesson: Lesson) -> dict[str, list[CheckFunction]]:
    """List the check functions of each exercise, in file order.

    Returns:
        Exercise -> list of pytest functions.

    Raises:
        LessonError: when a check has no points or no one-line docstring, or an exercise has no check.
    """
    checks: dict[str, list[CheckFunction]] = {name: [] for name in lesson.exercises}
    for name, function in vars(load_checks(lesson)).items():
        if not name.startswith("test_") or not callable(function):
            continue
        worth = [mark.args[0] for mark in getattr(function, "pytestmark", []) if mark.name == "points"]
        if len(worth) != 1 or not function.__doc__:
            raise LessonError(f"{lesson.tests.name}: {name} needs @points(...) and a one-line docstring.")
        checks[lesson.exercise_of(name)].append(function)
    empty = [name for name, functions in checks.items() if not functions]
    if empty:
        raise LessonError(f"{lesson.tests.name}: no checks for {', '.join(empty)}.")
    return checks


def lesson_points(lesson: Lesson) -> dict[str, float]:
    """Sum the points of each exercise's checks.

    Returns:
        Exercise -> points.
    """
    marks = {name: [vars(check)["pytestmark"] for check in checks] for name, checks in list_checks(lesson).items()}
    return {
        name: float(sum(mark.args[0] for group in groups for mark in group if mark.name == "points"))
        for name, groups in marks.items()
    }
