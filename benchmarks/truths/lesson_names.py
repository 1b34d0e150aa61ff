"""The names of a solved lesson, its given and exploring functions included, and how a measurement is told."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grading.judging.reference import Reference
from grading.lessons.lesson import find_lesson, without_magics

PROJECT = Path(__file__).resolve().parent.parent.parent
WITHOUT_RUNNING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def solved(name: str) -> dict[str, Any]:
    """Give all functions and classes of a lesson by name: right answers, and what its other cells define."""
    lesson = find_lesson(PROJECT / "solutions", name)
    names = Reference(lesson).namespace()
    for cell in lesson.cells:
        if cell.kind == "explore":
            body = [node for node in ast.parse(without_magics(cell.source)).body if isinstance(node, WITHOUT_RUNNING)]
            for node in body:
                if isinstance(node, ast.FunctionDef):  # a default that a cell has computed, such as a colour
                    known = [isinstance(default, ast.Constant) for default in node.args.defaults]
                    pairs = zip(known, node.args.defaults, strict=True)
                    node.args.defaults = [default if is_known else ast.Constant(None) for is_known, default in pairs]
            exec(compile(ast.fix_missing_locations(ast.Module(body, [])), lesson.topic, "exec"), names)  # noqa: S102 - the lesson's own source
    return names


def summary(what: str, values: Sequence[float], form: str = ".3f") -> dict[str, float]:
    """Print mean, lowest and highest of several draws, and return them."""
    array = np.asarray(values, dtype=float)
    mean, low, high = array.mean(), array.min(), array.max()
    print(f"  {what}: {mean:{form}} ({low:{form}} to {high:{form}}, {len(array)} draws)")
    return {"mean": float(mean), "lowest": float(low), "highest": float(high)}
