"""What our pages share: an environment that escapes every value and shows control characters as symbols."""

import os
from pathlib import Path

import jinja2
from markupsafe import Markup

from grading.plain_output import visible


def template(name: str) -> jinja2.Template:
    """Load one of our templates; every value it is given is made visible and escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, finalize=_plain, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["points"] = lambda number: f"{number:g}"
    return environment.get_template(name)


def _plain(value: object) -> object:
    """Filter a value before it is escaped; what a template's own macro has written is ready."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def use_our_page_parts() -> None:
    """Let nbconvert find the parts of formgrader's page that are ours, so that it needs no network.

    They are in grading/reports/templates/nbconvert, which Jupyter's own search path is extended by.
    """
    ours = str(Path(__file__).resolve().parent / "templates")
    known = [path for path in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if path and path != ours]
    os.environ["JUPYTER_PATH"] = os.pathsep.join([ours, *known])
