"""Show a check's report in a notebook: each example a line that opens, of which the first wrong one is open.

The HTML sets no background and no text colour of its own, so it reads well in light and dark themes; verdicts are
told by words first, by a mark and a coloured edge second.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from dnnkit.checking.example import DIFFERS, ERROR, NOT_RUN, PASSES, STOPPED, UNWRITTEN, ExampleResult
from dnnkit.checking.snippets import shown_lines
from dnnkit.checking.text_report import example_parts, first_line, hint_lines, to_text
from dnnkit.environment.ipython import current_shell

if TYPE_CHECKING:
    from dnnkit.checking.checks import CheckReport

GREEN, ORANGE, GREY = "#009E73", "#D55E00", "#767676"
MARKS = {PASSES: ("✓", GREEN), UNWRITTEN: ("–", GREY), NOT_RUN: ("–", GREY)}
MARKS |= dict.fromkeys((DIFFERS, ERROR, STOPPED), ("✗", ORANGE))
WRONG = (DIFFERS, ERROR, STOPPED)
MOST_LINES = 4  # examples that are a line each; more of them share one
PARTS = re.compile(r"([^\s\[\],]+)")  # words and numbers; at odd places of what is split
MARK = '<mark style="background:none;color:inherit;font-weight:bold;text-decoration:underline 2px #D55E00;">'
EDGE = "border:1px solid var(--jp-border-color1, #9e9e9e);"
CELL = f"{EDGE}padding:0.4em 0.7em;text-align:left;vertical-align:top;white-space:normal;"
PLAIN = "margin:0;padding:0;background:none;color:inherit;font-size:0.95em;line-height:1.35;white-space:pre;"
PROSE = "white-space:pre-wrap;word-break:normal;overflow-wrap:break-word;min-width:11em;max-width:22em;"
CODE = "white-space:pre-wrap;overflow-wrap:break-word;min-width:16em;max-width:36em;"  # leaves room for what came out
ROOM = "max-height:30em;overflow:auto;"  # so that a report fits a screen
HANGING = "display:block;padding-left:1.2em;text-indent:-1.2em;"


def show(report: CheckReport) -> None:
    """Display a report: HTML in a notebook with text as its alternative, text elsewhere."""
    if current_shell() is None:
        print(to_text(report))
        return
    from IPython.display import display

    display({"text/html": to_html(report), "text/plain": to_text(report)}, raw=True)


def to_html(report: CheckReport) -> str:
    """Write a report as an HTML fragment: one sentence, the hints, and the examples, of which the first wrong is open.

    Every text that comes from the student's function is escaped, and a dollar in it begins no formula.
    """
    first = escape(first_line(report))
    if not report.examples:
        return f"<p>{first}</p>"
    hints = "".join(
        f'<p style="border-left:4px solid #0072B2;padding:0.2em 0.8em;margin:0.6em 0;max-width:46em;">'
        f"<strong>{label}.</strong> {escape(text)}</p>"
        for label, text in hint_lines(report)
    )
    wrong = sorted((result for result in report.examples if result.verdict in WRONG), key=_size)  # the smallest first
    rest = [result for result in report.examples if result.verdict not in WRONG]
    folds = [_fold(result, opened=number == 0) for number, result in enumerate(wrong)]
    others = "".join(map(_fold, rest))
    verdicts = {result.verdict for result in rest}
    if len(rest) > MOST_LINES or verdicts == {UNWRITTEN}:
        label = f"{len(rest)} examples: {rest[0].verdict}" if len(verdicts) == 1 else "the other examples"
        label = f"what is expected, in {len(rest)} examples" if verdicts == {UNWRITTEN} else label
        others = (
            f'<details style="margin:0.2em 0;"><summary style="cursor:pointer;">{label}</summary>{others}</details>'
        )
    return (
        f'<div class="mathjax_ignore"><p style="margin:0.3em 0;"><strong>{first}</strong></p>{hints}'
        f'<div role="region" aria-label="Result of check {escape(report.name)}" tabindex="0" '
        f'style="overflow-x:auto;max-width:1000px;">{"".join(folds)}{others}</div></div>'
    )


def _size(result: ExampleResult) -> int:
    """Count the numbers of an example's inputs."""
    return sum(map(_count, result.inputs.values()))


def _count(value: object) -> int:
    if isinstance(value, (list, tuple, dict)):
        return 1 + sum(map(_count, value.values() if isinstance(value, dict) else value))
    return int(np.size(value)) if isinstance(value, np.ndarray) else 1


def _fold(result: ExampleResult, *, opened: bool = False) -> str:
    """Write an example as one line, which opens on a click."""
    mark, colour = MARKS[result.verdict]
    (_, inputs), (_, expected), (_, yours), (_, notes) = example_parts(result)
    names = "Input", "Expected", "Yours"
    heads = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in names)
    cells = _cell(escape(inputs)) + _cell(escape(expected), PROSE if result.asked else "")
    has_wrong_parts = (result.facts or result.difference) and result.call.outcome.value is not None
    cells += _cell(
        _marked(yours, expected) if has_wrong_parts else escape(yours),
        PROSE if result.facts or result.verdict in (ERROR, STOPPED) else "",
    )
    why = f'<p style="margin:0.2em 0 0.4em;max-width:46em;">{escape(notes)}</p>' if notes else ""
    edge = f"margin:0.2em 0;border-left:4px solid {colour};padding-left:0.5em;"
    return (
        f'<details{" open" if opened else ""} style="{edge}">'
        f'<summary style="cursor:pointer;"><span aria-hidden="true" style="color:{colour};">{mark}</span> '
        f"<strong>{result.verdict}</strong>: {escape(result.title)}</summary>{why}"
        f'<div role="group" aria-label="{escape(result.title)}" tabindex="0" style="{ROOM}">'
        f'<table style="border-collapse:collapse;margin:0.3em 0;"><thead><tr>{heads}</tr></thead>'
        f"<tbody><tr>{cells}</tr></tbody></table></div>{_call(result)}</details>"
    )


def _call(result: ExampleResult) -> str:
    """Fold the code in which a function is tried, where it is not simply called."""
    if not result.code:
        return ""
    code = f'<pre style="{PLAIN}{CODE}">{_hanging(escape(shown_lines(result.code)))}</pre>'
    return f'<details style="margin:0.2em 0;"><summary style="cursor:pointer;">show the call</summary>{code}</details>'


def _marked(text: str, expected: str) -> str:
    """Escape a text, and mark the words and numbers in which it differs, where both have as many."""
    parts = PARTS.split(text)
    other = PARTS.split(expected)
    if len(parts) != len(other):
        return escape(text)
    written = [escape(part) for part in parts]
    for place in range(1, len(parts), 2):  # the words; between them is what separates them
        if parts[place] != other[place]:
            written[place] = f"{MARK}{written[place]}</mark>"
    return "".join(written)


def _cell(text: str, more_style: str = "") -> str:
    """Write a cell of text that is escaped."""
    return f'<td style="{CELL}"><pre style="{PLAIN}{more_style}">{_hanging(text) if more_style else text}</pre></td>'


def _hanging(text: str) -> str:
    """Keep clear what is a line where lines are wrapped."""
    lines = text.split("\n")
    return "".join(f'<span style="{HANGING}">{line}\n</span>' for line in lines) if len(lines) > 1 else text
