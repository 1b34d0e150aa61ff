"""Find which exercises of a lesson call which others, from the source of its solutions."""

import ast

from grading.lessons.lesson import Lesson

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def find_helpers(lesson: Lesson) -> dict[str, frozenset[str]]:
    """Find the helpers of each exercise: the exercises that its solution calls, itself or through other functions.

    A name counts wherever it is read, so that an exercise may have a helper too many, never one too few.

    Args:
        lesson: the lesson.

    Returns:
        Exercise -> its helpers.
    """
    reads: dict[str, set[str]] = {}
    for statement in ast.parse(lesson.reference_source).body:
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        for name in _defined(statement):
            reads.setdefault(name, set()).update(names - {name})
    return {name: _reached(name, reads) & frozenset(lesson.exercises) - {name} for name in lesson.exercises}


def _defined(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Definition):
        return {statement.name}
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _reached(name: str, reads: dict[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = reads.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found)
