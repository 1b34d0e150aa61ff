"""The registry of exports: a module of this folder is a format, and its name is the format's name.

To add one, write a module that holds one subclass of `grading.gradebook.grade_export.GradeExport`. `grading export
--format NAME` and `nbgrader export --exporter=grading.gradebook.exports.NAME.CLASS` know it then.
"""

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grading.gradebook.grade_export import GradeExport


def export_formats() -> list[str]:
    """Names of the formats, in alphabetical order; imports none of them, which would take seconds."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load_export(name: str) -> "type[GradeExport]":
    """Import a format.

    Args:
        name: one of `export_formats`.

    Raises:
        TypeError: when its module does not hold exactly one subclass of `GradeExport`.
    """
    from grading.gradebook.grade_export import GradeExport

    module = importlib.import_module(f"{__name__}.{name}")
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, GradeExport) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise TypeError(f"{module.__name__} must hold one subclass of GradeExport. It holds {len(own)}.")
    return own[0]
