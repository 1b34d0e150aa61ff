"""A question with answers to choose from: radio buttons of which none is chosen at first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from html import escape

import anywidget
import traitlets

from dnnkit.demos.live_output import show_live
from dnnkit.demos.script import CHOICE, joined_script


class Choice(anywidget.AnyWidget):
    """Radio buttons under a question, as one group for keyboards and screen readers.

    Args:
        question: plain text.
        options: the answers, plain text.
        chosen: the answer chosen at first; none by default.

    Attributes:
        chosen: the chosen answer, or an empty string.
    """

    _esm = joined_script(CHOICE)
    uid = traitlets.Unicode("").tag(sync=True)
    question = traitlets.Unicode("").tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, question: str, options: Sequence[str], chosen: str = "") -> None:
        super().__init__(uid=uuid.uuid4().hex[:12], question=question, options=list(options), chosen=chosen)

    def show(self, text: str) -> None:
        """Display the question, with a still form for readers without a kernel.

        Args:
            text: the question and its answers as plain text.
        """
        answers = "".join(f"<li>{escape(option)}</li>" for option in self.options)
        still = f"<p><strong>{escape(self.question)}</strong></p><ul>{answers}</ul>"
        show_live(self, self.uid, f"{still}<figcaption>Run the cell to choose.</figcaption>", text, self.question)
