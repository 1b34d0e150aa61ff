"""What our pages share: an environment that escapes everything."""

import os
from pathlib import Path

import jinja2


def template(name):
    """Load one of our templates; every value it is given is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["points"] = lambda number: f"{number:g}"
    return environment.get_template(name)


def use_our_page_parts():
    """Let nbconvert find the parts of formgrader's page that are ours, so that it needs no network.

    They are in grading/reports/templates/nbconvert, which Jupyter's own search path is extended by.
    """
    ours = str(Path(__file__).resolve().parent / "templates")
    known = [path for path in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if path and path != ours]
    os.environ["JUPYTER_PATH"] = os.pathsep.join([ours, *known])
