"""List the modules that a lesson imports, so that a fork server can import them once for all submissions."""

import ast

from grading.lessons.lesson import Lesson, without_magics


def lesson_modules(lesson: Lesson) -> list[str]:
    """List the modules that a lesson's given and solution cells import at their top, for the parent to import once.

    Args:
        lesson: the lesson.
    """
    names: dict[str, bool] = {}
    for cell in lesson.cells:
        if cell.kind in ("given", "solution"):
            for node in ast.walk(ast.parse(without_magics(cell.source))):
                if isinstance(node, ast.Import):
                    names |= {alias.name: True for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                    names[node.module] = True
    return list(names)
