"""What the author of a lesson's checks, mistakes and variants imports.

A check is a pytest function named `test_<exercise>_<property>` with a one-line docstring, which students read as
the check's name. It receives `student` (a proxy: values in, values out), `reference` (the lesson's own solutions)
and `rng` (seeded per submission), and fails by raising `CheckFailed` through one of the asserts below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from dnnkit.checking.compare import Difference, describe, difference
from dnnkit.facts import FACTS
from grading.lessons.snippet_source import StudentFunction, snippet_of

__all__ = [
    "CheckFailed",
    "Example",
    "StudentFunction",
    "assert_close",
    "assert_facts",
    "assert_quiet",
    "assert_shape",
    "assert_that",
    "edit",
    "example",
    "hint",
    "points",
    "take_apart",
]


class CheckFailed(AssertionError):
    """A check says no; the message is for the student and reveals no hidden value."""


@dataclass(frozen=True)
class Example:
    """One public example: shown to the student with its inputs and the expected output.

    Attributes:
        title: what the example shows, one short sentence without a full stop.
        inputs: keyword arguments of the call, by parameter name.
        facts: name of a function in `dnnkit.facts` that judges the output; None compares values.
        rtol: tolerance relative to the largest expected magnitude.
        quiet: the call must raise no NumPy warning.
        code: source of a snippet to run in place of calling the function; what it returns is the output.
    """

    title: str
    inputs: dict[str, Any] = field(default_factory=dict)
    facts: str | None = None
    rtol: float = 1e-6
    quiet: bool = False
    code: str | None = None


def example(
    title: str,
    *,
    facts: str | None = None,
    rtol: float = 1e-6,
    quiet: bool = False,
    run: Callable | None = None,
    **inputs: object,
) -> Example:
    """Make a public example, as in `example("two equal scores", z=np.array([[1.0, 1.0]]))`.

    Args:
        title: see `Example`.
        facts: see `Example`.
        rtol: see `Example`.
        quiet: see `Example`.
        run: a function to run beside the student's, for classes, models and functions of functions; see
            `grading.lessons.snippet_source`.
        inputs: keyword arguments of the call, by parameter name.
    """
    code = None
    if run is not None:
        code, inputs = snippet_of(run, inputs)
    return Example(title, inputs, facts, rtol, quiet, code)


def points(value: float, *, repeat: bool = True, seconds: float = 20) -> pytest.MarkDecorator:
    """Mark a check with what it is worth.

    Args:
        value: points, a positive number.
        repeat: call the student's function a second time and insist on the same result.
        seconds: time limit of one call.
    """
    return pytest.mark.points(value, repeat=repeat, seconds=seconds)


def hint(text: str) -> Callable[[Callable], Callable]:
    """Give a known mistake the hint its maker deserves: the likely cause, never the solution."""

    def attach(function: Any) -> Callable:
        function.hint = text
        return function

    return attach


def edit(name: str, changes: Mapping[str, str], *, hint: str = "") -> None:
    """Declare an answer of the bank as the reference with a few texts replaced; `grading.lessons.bank` reads it unrun.

    Args:
        name: "<exercise>__<slug>".
        changes: old text -> new text; each old text must stand in the exercise's solution cell.
        hint: for a known mistake, what its maker is told.
    """


def assert_close(
    actual: object,
    expected: object,
    *,
    what: str,
    rtol: float = 1e-6,
    atol: float = 1e-12,
    strict_shape: bool = True,
    each: bool = False,
) -> None:
    """Fail unless the student's value agrees with the expected one in float64.

    Args:
        actual: what the student's function returned.
        expected: what is right; shapes may differ by axes of length 1 unless `strict_shape`.
        what: the call in the student's words, such as "softmax(z)".
        rtol: tolerance relative to the largest expected magnitude.
        atol: absolute tolerance.
        strict_shape: insist on the exact shape.
        each: rtol is relative to each expected number, not to the largest: for numbers of many sizes in one array.

    Raises:
        CheckFailed: says what differs and where, without the expected numbers.
    """
    found = difference(actual, expected, rtol=rtol, atol=atol, strict_shape=strict_shape, each=each)
    if found:
        raise CheckFailed(f"{what}: {_without_number(found).sentence()}")


def _without_number(found: Difference) -> Difference:
    """Where a number was expected and no number came, the difference names the hidden one: say "a number" instead."""
    try:
        float(found.expected)
    except ValueError:
        return found
    return replace(found, expected="a number") if found.kind == "type" else found


def assert_shape(actual: Any, shape: Sequence[int], *, what: str) -> None:
    """Fail unless the value is an array (or number, for shape ()) of exactly this shape."""
    found: tuple[int, ...] | None
    try:
        found = np.shape(actual)
        numeric = np.asarray(actual).dtype.kind in "biuf"
    except ValueError:
        found, numeric = None, False
    if not numeric:
        raise CheckFailed(f"{what}: expected numbers of shape {tuple(shape)}, got {describe(actual)}.")
    if found != tuple(shape):
        raise CheckFailed(f"{what}: expected shape {tuple(shape)}, got shape {found}.")


def assert_facts(name: str, inputs: Mapping[str, object], actual: object, expected: object, *, what: str) -> None:
    """Fail unless the facts of two outputs agree (see `dnnkit.facts`)."""
    found, wanted = FACTS[name](inputs, actual), FACTS[name](inputs, expected)
    for fact, value in wanted.items():
        if found.get(fact) != value:
            raise CheckFailed(f"{what}: {fact}: expected {value}, got {found.get(fact, 'nothing')}.")


def assert_that(condition: object, message: str) -> None:
    """Fail with this message, written for the student, unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def assert_quiet(student: Any, *, what: str) -> None:
    """Fail if the student's last call raised a NumPy warning, such as an overflow."""
    if student.warnings:
        raise CheckFailed(f"{what}: NumPy warned: {student.warnings[0]}. The result must be computed without it.")


def take_apart(answer: Any, names: Sequence[str]) -> list[Any] | tuple[Any, ...]:
    """Take an answer apart that must have one part per name.

    Args:
        answer: what the student's function returned.
        names: names of the parts, in order.

    Returns:
        The answer, a list or tuple as long as names.

    Raises:
        CheckFailed: when it is anything else.
    """
    wanted = ", ".join(names)
    got = f"{len(answer)} items" if isinstance(answer, (list, tuple)) else "something else"
    right = isinstance(answer, (list, tuple)) and len(answer) == len(names)
    assert_that(right, f"Expected {len(names)} results, {wanted}. Got {got}. Does the return name all of them?")
    return answer
