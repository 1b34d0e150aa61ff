"""Show a demo: first a still picture for readers without a kernel, then the live panel, which hides it."""

import base64
import contextlib
import io
from html import escape
from typing import Any

import numpy as np

from dnnkit.demos import messages
from dnnkit.demos.live_output import show_live
from dnnkit.demos.static_figure import draw_states
from dnnkit.demos.student_functions import StudentFunctions


def show(demo: Any) -> None:
    """Display a demo: the still picture, then the live panel as an output of its own."""
    show_live(demo, demo.uid, still_html(demo), f"{demo.title}. {demo.sentence}", demo.title)


def still_figure(demo: Any) -> tuple[Any, list[str]]:
    """Draw the default state and two contrasting presets, one below the other, without the student's functions.

    Returns:
        The pair (Matplotlib figure, its sentences).
    """
    names = demo.static_presets or list(demo.presets)[:3] or [""]
    settings = names if isinstance(names, dict) else {name: demo.presets.get(name, {}) for name in names}
    states = [_state(demo, name, changed) for name, changed in settings.items()]
    figure = draw_states(states, tall=demo.tall and not demo.static_row)
    return figure, [f"{name}: {text}" if name else text for name, _, _, text in states]


def still_html(demo: Any) -> str:
    """Write the still picture as HTML, its sentences as alternative text."""
    figure, sentences = still_figure(demo)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    picture = base64.b64encode(file.getvalue()).decode("ascii")
    words = escape(f"{demo.title}. " + " ".join(sentences), quote=True)
    return (
        f'<img src="data:image/png;base64,{picture}" alt="{words}" style="max-width:100%">'
        f"<figcaption>{escape(demo.title)}: a still picture. Run the cell to try it.</figcaption>"
        f"{_table_html(demo) if demo.static_table else ''}"
    )


def _table_html(demo):
    """Write the numbers of the default state as an HTML table; with local steps those of the last one."""
    values = demo.defaults()
    with _without_own(demo):
        table = demo.table(demo.compute(values, np.random.default_rng(demo.seed)), values)
    record = messages.table(table[-1] if isinstance(table, list) else table)
    head, *rows = [[escape(str(cell)) for cell in row] for row in (record["head"], *record["rows"])]
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{escape(record['title'])}</caption><tr>{heads}</tr>{body}</table>"


@contextlib.contextmanager
def _without_own(demo):
    """Take the student's functions out for a while."""
    own, demo.own = demo.own, StudentFunctions({})
    try:
        yield
    finally:
        demo.own = own


def _state(demo, name, changed):
    """Compute one state, given by what differs from the default.

    Returns:
        (name, panels, step, sentence).
    """
    values = demo.defaults() | changed
    with _without_own(demo):
        result = demo.compute(values, np.random.default_rng(demo.seed))
        text, panels = demo.describe(result, values), demo.still(result, values)
    panels = [panels[n] for n in demo.static_panels] if demo.static_panels else panels
    step = int(values.get("step", 0))
    return name, panels, step, text if isinstance(text, str) else text[min(step, len(text) - 1)]
