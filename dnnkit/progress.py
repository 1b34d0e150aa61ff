"""How far a student is: which exercises pass their own checks, kept in a small file on the student's machine.

Nothing but the names of exercises and whether they pass is written down; it is sent nowhere and scores nothing.
"""

import contextlib
import json
import os
import sys
from html import escape
from pathlib import Path

from dnnkit.checking.checks import EXAMPLES
from dnnkit.environment.atomic_write import write_atomically


def progress_file():
    """Path of the file: ~/.dnnkit/progress.json, or what DNNKIT_PROGRESS names."""
    return Path(os.environ.get("DNNKIT_PROGRESS") or Path.home() / ".dnnkit" / "progress.json")


def note_result(exercise_id, passed):
    """Write down how a check went; a file that cannot be written is no reason to disturb the student.

    Args:
        exercise_id: full name, such as "neuron.softmax".
        passed: whether every example passes.
    """
    path = progress_file()
    with contextlib.suppress(OSError, RuntimeError):
        write_atomically(path, json.dumps(read_results() | {exercise_id: bool(passed)}, indent=1))


def read_results():
    """Read the file.

    Returns:
        Dict from exercise, such as "neuron.softmax", to whether it passed; empty when there is none.
    """
    try:
        found = json.loads(progress_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):
        return {}
    return {name: value is True for name, value in found.items()} if isinstance(found, dict) else {}


def list_lessons():
    """List the lessons with how far the student is.

    Returns:
        List of dicts with "lesson", "title", "path" (below lessons/), "exercises" (all of them), "passed" (a list).
    """
    results, lessons = read_results(), []
    for path in sorted(EXAMPLES.glob("*.json"), key=lambda p: json.loads(p.read_text(encoding="utf-8"))["lesson"]):
        record = json.loads(path.read_text(encoding="utf-8"))
        names = list(record["exercises"])
        passed = [name for name in names if results.get(f"{record['topic']}.{name}")]
        place = f"{record['lesson']}/{record['topic']}.ipynb"
        title = record.get("title", record["topic"])
        lessons.append(
            {"lesson": record["lesson"], "title": title, "path": place, "exercises": names, "passed": passed}
        )
    return lessons


def show_progress():
    """Show the lessons with links and how many of their exercises pass their checks."""
    lessons = list_lessons()
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        print(to_text(lessons))
        return
    from IPython.display import display

    display({"text/html": to_html(lessons), "text/plain": to_text(lessons)}, raw=True)


def to_text(lessons):
    """Write the list as plain text, a line for each lesson."""
    return "\n".join(f"{_number(x)}  {x['title']}: {_count(x)}" for x in lessons)


def to_html(lessons):
    """Write the list as an accessible table."""
    rows = "".join(
        f'<tr><td style="text-align:left">{_number(x)}</td>'
        f'<th scope="row" style="text-align:left"><a href="{escape(x["path"])}">{escape(x["title"])}</a></th>'
        f'<td><progress max="{len(x["exercises"])}" value="{len(x["passed"])}" aria-label="{escape(x["title"])}">'
        f'</progress></td><td style="text-align:left">{_count(x)}</td>'
        f'<td style="text-align:left;white-space:normal">{escape(_next(x))}</td></tr>'
        for x in lessons
    )
    heads = ("", "lesson", "progress", "exercises", "next")
    head = "".join(f'<th scope="col" style="text-align:left">{text}</th>' if text else "<td></td>" for text in heads)
    return f'<table aria-label="Lessons"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _number(lesson):
    return lesson["lesson"].partition("_")[0]


def _count(lesson):
    return f"{len(lesson['passed'])} of {len(lesson['exercises'])} pass their checks"


def _next(lesson):
    return next((name for name in lesson["exercises"] if name not in lesson["passed"]), "all done")
