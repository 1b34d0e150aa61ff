"""Write into the record what an exercise is right but for, and give it the points that it lost by that."""

from collections.abc import Sequence
from dataclasses import replace

from grading.judging.carried_forward import Verdict
from grading.judging.records import CheckResult


def carry_points(
    name: str, checks: Sequence[CheckResult], verdict: Verdict, *, points: bool
) -> tuple[tuple[CheckResult, ...], tuple[str, ...]]:
    """Mark the checks of an exercise that are right but for a helper.

    Args:
        name: the exercise.
        checks: what its checks found.
        verdict: what the second look found.
        points: give the points.

    Returns:
        (the checks, what the whole exercise is right but for: nothing where another check says no).
    """
    helpers = _and(verdict.helpers)
    place = _in_place(verdict.helpers)
    message = f"Right but for {helpers}: with a right {helpers} {place}, your {name} passes this check."
    marked = tuple(
        replace(check, score=check.max_score if points else 0.0, message=message, right_but_for=verdict.helpers)
        if check.name in verdict.checks
        else check
        for check in checks
    )
    whole = bool(verdict.checks) and all(check.status == "passed" or check.right_but_for for check in marked)
    return marked, verdict.helpers if whole else ()


def explain_carried(name: str, verdict: Verdict, *, points: bool) -> str:
    """Say in plain words what an exercise that is right but for helpers gets, and why.

    Args:
        name: the exercise.
        verdict: what the second look found.
        points: whether the points are given.
    """
    helpers = _and(verdict.helpers)
    gets = "So it gets its points." if points else f"It gets its points once {helpers} is right."
    return f"{name} is right but for {helpers}, which it calls: with a right {helpers}, it passes its checks. {gets}"


def explain_own_mistake(name: str, verdict: Verdict) -> str:
    """Say that an exercise is wrong with right helpers, too; "" where that is not known, or it called none."""
    if not (verdict.has_own_mistake and verdict.helpers):
        return ""
    helpers = _and(verdict.helpers)
    return f"{name} has a mistake of its own, too: with a right {helpers} {_in_place(verdict.helpers)}, it still fails."


def explain_open(name: str, verdict: Verdict) -> str:
    """Say what to fix first where it is not known whether the helpers alone are at fault."""
    them = "it" if len(verdict.failed) == 1 else "them"
    return f"Fix {_and(verdict.failed)} first: {name} calls {them}, and may fail only because of that."


def explain_broken_off(name: str, helpers: Sequence[str]) -> str:
    """Say what to fix first where an exercise broke off, as some of its helpers did; "" where none did.

    Args:
        name: the exercise.
        helpers: exercises that it may call, which ran out of time or ended the kernel.
    """
    if not helpers:
        return ""
    them = "it" if len(helpers) == 1 else "them"
    return f"Fix {_and(helpers)} first: where your {name} calls {them}, it breaks off, too."


def _in_place(names: Sequence[str]) -> str:
    return "in its place" if len(names) == 1 else "in their places"


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)
