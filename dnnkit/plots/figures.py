"""Figures without pyplot, their alternative text, and how a notebook shows them."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from dnnkit.environment.ipython import current_shell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")  # Okabe, Ito 2008
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":")
DPI = 110
ALT = "_dnnkit_alt"  # attribute of Axes and Figures that holds the sentences of their alternative text


def panels(columns: int = 1, rows: int = 1, *, width: float | None = None, height: float = 3.6) -> np.ndarray:
    """Make a figure with a grid of empty Axes.

    Args:
        columns: Axes side by side.
        rows: rows of Axes.
        width: of the whole figure in inches; 4.8 a column by default.
        height: of one row in inches.

    Returns:
        Flat array of Axes, shape (rows * columns,).
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width or 4.8 * columns, height * rows), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots(rows, columns, squeeze=False).ravel()


def describe(target: Axes | Figure, text: str) -> None:
    """Add a sentence to the alternative text of what is drawn on these Axes (or on this Figure)."""
    setattr(target, ALT, [*getattr(target, ALT, []), text])


def alt_text(figure: Figure) -> str:
    """Return a figure's alternative text: what `describe` was told, else its titles and labels."""
    sentences = list(getattr(figure, ALT, []))
    whole = bool(sentences)
    for ax in figure.axes:
        if ax.get_label() == "<colorbar>":
            continue
        title, parts = ax.get_title(), getattr(ax, ALT, [])
        if parts:
            sentences.append(" ".join([f"{title}:" if title else "", *parts]).strip())
        elif not whole:
            sentences.append(", ".join(filter(None, (title, ax.get_xlabel(), ax.get_ylabel()))))
    return " ".join(filter(None, sentences)) or "A figure without a description."


def show(target: Axes | Figure | np.ndarray | Sequence[Axes], alt: str | None = None) -> None:
    """Display a figure with its alternative text; outside a notebook print that text.

    Args:
        target: Axes, an array of Axes, or a Figure.
        alt: alternative text; computed from what was drawn when left out.
    """
    first: Any = target
    while isinstance(first, (np.ndarray, list, tuple)):
        first = first[0]
    figure: Figure = getattr(first, "figure", None) or first
    text = alt or alt_text(figure)
    if "matplotlib.pyplot" in sys.modules:  # a figure made with plt.subplots would be shown a second time
        sys.modules["matplotlib.pyplot"].close(figure)
    if current_shell() is None:
        print(f"Figure: {text}")
        return
    from IPython.display import display

    display({"text/html": to_html(figure, text), "text/plain": f"Figure: {text}"}, raw=True)


def to_html(figure: Figure, text: str) -> str:
    """Write a figure as an HTML fragment: a PNG with alternative text."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=2 * DPI, facecolor="white")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    width = round(figure.get_figwidth() * DPI * 0.8)
    picture = f'<img alt="{escape(text)}" width="{width}" style="max-width:100%;" src="data:image/png;base64,{data}">'
    return f'<figure style="margin:0.3em 0;">{picture}</figure>'
