"""What our pages share: an environment that escapes everything, and a lesson's title."""

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


def lesson_title(lesson):
    """The heading of a lesson's first text cell."""
    text = next(cell.source for cell in lesson.cells if cell.kind == "markdown")
    return text.splitlines()[0].lstrip("# ").strip()
