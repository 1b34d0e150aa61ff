"""Write a check's report as plain text: what came in, what was expected, what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dnnkit.checking.compare import beside, describe
from dnnkit.checking.example import ERROR, NOT_RUN, PASSES, STOPPED, UNWRITTEN, ExampleResult
from dnnkit.checking.snippets import shown_lines

if TYPE_CHECKING:
    from dnnkit.checking.checks import CheckReport

FURTHER = "The hidden checks of the grader go further."
HOLDERS = ("list", "tuple", "dict")
SMALL = 24  # numbers; larger arrays are summarised


def to_text(report: CheckReport) -> str:
    """Write a report as plain text; examples that pass take one line."""
    lines = [first_line(report)]
    for result in report.examples:
        lines += ["", f"  [{result.verdict}] {result.title}"]
        if result.verdict != PASSES:
            called = [("call", shown_lines(result.code))] if result.code else []
            inputs, *others = example_parts(result)
            lines += [line for label, text in [inputs, *called, *others] for line in _labelled(label, text)]
        elif result.call.warnings:
            lines += _labelled("note", _notes(result))
    lines += ["", *(f"  {label}: {text}" for label, text in hint_lines(report))] if report.hints else []
    return "\n".join(lines)


def format_value(value: object, digits: int = 4) -> str:
    """Write a plain value so that people can read it, with its shape.

    Args:
        value: any plain value.
        digits: significant digits of a number.

    Returns:
        Text of one or several lines; arrays of more than 24 numbers are summarised.

    Example:
        >>> print(format_value(np.array([[1.0, 2.5], [-3.0, 4.0]])))
        shape (2, 2)
        [[  1 2.5]
         [ -3   4]]
    """
    if isinstance(value, np.random.Generator):
        return "a generator with a fixed seed"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {format_value(item, digits)}" for key, item in value.items()) or "an empty dict"
    if isinstance(value, (list, tuple)):
        return _format_items(value, digits)
    if isinstance(value, (np.ndarray, np.generic)) and np.ndim(value):
        return _format_array(np.asarray(value), digits)
    if isinstance(value, (bool, str)) or value is None:
        return describe(value) if value is None else repr(value)
    return _format_number(value, digits)


def _format_number(number: Any, digits: int) -> str:
    if np.asarray(number).dtype.kind not in "f":
        text = str(number)
        return text if len(text) <= 20 else f"{text[:9]}... ({len(text)} digits)"
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e6 else f"{float(number):.{digits}g}"


def _format_array(array: np.ndarray, digits: int) -> str:
    shape = f"shape {array.shape}"
    if array.size > SMALL:
        return f"{shape},\nvalues from {array.min():.{digits}g} to {array.max():.{digits}g}"
    # A grey picture of shape (1, 5, 5, 1) is drawn as 5 rows of 5 numbers: axes of length 1 stand in the shape only.
    axes = [length for length in array.shape if length != 1] if array.ndim > 2 else array.shape
    texts = np.array([_format_number(item, digits) for item in array.ravel()], dtype=str).reshape(axes or 1)
    width = max((len(text) for text in texts.ravel()), default=0)
    adjust: Any = {"str_kind": lambda text: text.rjust(width)}
    drawn = np.array2string(texts, formatter=adjust, max_line_width=50)
    return f"{shape}\n{drawn}"


def _format_items(items: Sequence[object], digits: int) -> str:
    name = type(items).__name__
    if items and all(
        isinstance(item, (bool, int, float, np.ndarray, np.generic)) and np.ndim(item) == 0 for item in items
    ):
        texts = [_format_number(item, digits) for item in items]
        return f"{name} of {len(items)}: " + (", ".join(texts) if len(texts) <= 8 else f"{texts[0]}, ..., {texts[-1]}")
    many = describe(items)
    if len(items) > 8 or not items:
        return many
    texts = [format_value(item, digits).replace("\n", "\n   ") for item in items]
    return f"{many}\n" + "\n".join(f"{i}: {text}" for i, text in enumerate(texts))


def first_line(report: CheckReport) -> str:
    """Write the sentence that a report begins with."""
    return f"{report.headline} {FURTHER}" if report.passed else report.headline


def hint_lines(report: CheckReport) -> list[tuple[str, str]]:
    """Pair each hint with its label; several mistakes may do the same on every example."""
    number = len(report.hints)
    return [("Hint" if number == 1 else f"Hint, one of {number} that fit", text) for text in report.hints]


def example_parts(result: ExampleResult) -> list[tuple[str, str]]:
    """Return the labelled parts of an example: input, expected, yours, why."""
    inputs = "\n".join(
        f"{name} = " + format_value(value).replace("\n", "\n" + " " * (len(name) + 3))
        for name, value in result.inputs.items()
    )
    expected, yours = _two_sides(result)
    return [("input", inputs), ("expected", expected), ("yours", yours), ("why", _notes(result))]


def _two_sides(result: ExampleResult) -> tuple[str, str]:
    """Return what was expected and what was returned, as texts that differ where the values do."""
    if result.facts:
        wanted, actual = zip(*map(_fact_sides, result.facts), strict=True)
        return "\n".join(wanted), "\n".join(actual)
    expected = _asked(result.asked) if result.asked else format_value(result.expected)
    outcome, place = result.call.outcome, f" {result.call.place}".rstrip()
    instead = {
        UNWRITTEN: "not written yet",
        NOT_RUN: "not run",
        ERROR: f"an error{place}",
        STOPPED: f"no answer: stopped{place}",
    }
    if result.verdict in instead:
        return expected, instead[result.verdict]
    if outcome.kind == "opaque":
        name = outcome.exception
        return expected, f"a {name} that holds more than numbers" if name in HOLDERS else f"an object of type {name}"
    if result.asked:
        return expected, format_value(outcome.value)
    value = beside(outcome.value, result.expected, rtol=result.rtol) if result.difference else outcome.value
    for digits in (4, 6, 9, 12):
        texts = format_value(result.expected, digits), format_value(value, digits)
        if result.difference is None or texts[0] != texts[1]:
            break
    return texts


def _asked(facts: Sequence[tuple[str, str]]) -> str:
    """Write the facts that must hold, a line each; what is simply asked for needs no value, what must be 0 no line."""
    lines = [fact if value == "yes" else f"{fact}: {value or 'none'}" for fact, value in facts if value != "0"]
    return "\n".join(lines or [f"no {fact}" for fact, _ in facts])


def _fact_sides(row: tuple[str, str, str]) -> tuple[str, str]:
    """Write a fact that differs as it was expected and as it came."""
    fact, wanted, actual = row
    if wanted == "yes" and actual.startswith("no, "):
        actual = actual.removeprefix("no, ")
        return fact, "None (is a return missing?)" if actual == "None" else actual
    return f"{fact}: {wanted or 'none'}", f"{fact}: {actual or 'none'}"


def _notes(result: ExampleResult) -> str:
    """Say what is wrong, then what NumPy warned of."""
    messages = [] if result.verdict == UNWRITTEN or not result.message else [result.message]
    warned = result.call.warnings
    if warned and warned[0] not in result.message:
        messages.append(f"NumPy warned: {warned[0]}.")
    return " ".join(messages)


def _labelled(label: str, text: str) -> list[str]:
    first, *rest = text.split("\n")
    return [f"    {label:<9} {first}", *(" " * 14 + line for line in rest)] if text else []
