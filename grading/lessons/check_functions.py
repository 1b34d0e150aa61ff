"""Read what a lesson's check file declares: its check functions and what they are worth."""

import importlib.util

from grading.errors import LessonError


def load_checks(lesson):
    """Import the lesson's check file by path, without running a check."""
    spec = importlib.util.spec_from_file_location(f"checks_{lesson.topic}", lesson.tests)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def list_checks(lesson):
    """List the check functions of each exercise, in file order.

    Returns:
        Exercise -> list of pytest functions.

    Raises:
        LessonError: when a check has no points or no one-line docstring, or an exercise has no check.
    """
    checks = {name: [] for name in lesson.exercises}
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


def lesson_points(lesson):
    """Sum the points of each exercise's checks.

    Returns:
        Exercise -> points.
    """
    marks = {name: [check.pytestmark for check in checks] for name, checks in list_checks(lesson).items()}
    return {
        name: float(sum(mark.args[0] for group in groups for mark in group if mark.name == "points"))
        for name, groups in marks.items()
    }
