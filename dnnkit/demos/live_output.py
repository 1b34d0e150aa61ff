"""Display a widget beside a still form of it: the still form is for readers without a kernel, the widget hides it.

A page shows one form of an output. Where it knows widgets, that is the widget even if its kernel is gone: JupyterLab
then writes "Error displaying widget: model not found". So the still form is an output of its own, before the widget.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anywidget import AnyWidget

VIEW = "application/vnd.jupyter.widget-view+json"
# Where the widget behind a still form has not been drawn, its output holds text alone, such as JupyterLab's error.
STYLE = (
    "<style>.jp-OutputArea-child:has([data-dnn-static]) + "
    ".jp-OutputArea-child:not(:has(.jp-OutputArea-output > *)) { display: none; }</style>"
)


def show_live(widget: AnyWidget, uid: str, still: str, text: str, name: str) -> None:
    """Display the still form, then the widget.

    Args:
        widget: the widget; its script hides the element whose attribute `data-dnn-static` is the uid.
        uid: the widget's own name on the page.
        still: HTML of the still form.
        text: the still form as plain text.
        name: what the widget is called as plain text.
    """
    from IPython.display import display

    figure = f'{STYLE}<figure data-dnn-static="{uid}" style="margin:0">{still}</figure>'
    display({"text/html": figure, "text/plain": text}, raw=True)
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    live = {VIEW: view, "text/html": "<!-- the live widget -->", "text/plain": f"{name} (live)"}
    with contextlib.suppress(AttributeError):  # ipywidgets 7 counts displays
        widget._handle_displayed()
    display(live, raw=True)
