"""Take the source of a Python function that a check runs beside a student's functions."""

import ast
import builtins
import dis
import functools
import inspect
import textwrap
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dnnkit.checking.snippets import function_node
from grading.errors import LessonError


@dataclass(frozen=True)
class StudentFunction:
    """Stands for the student's function or class of this name among the inputs of a snippet.

    Needed only where one snippet tries several exercises: a parameter that gets no input stands for the student's
    function of its own name anyway.

    Attributes:
        name: the name in the student's notebook.
    """

    name: str


def snippet_of(function: Callable, inputs: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Take the source of a snippet, with the student's functions under their own names, and the inputs apart.

    Args:
        function: a function that stands in a check file.
        inputs: its inputs by name; some may be a `StudentFunction`.

    Returns:
        (source, the plain inputs).

    Raises:
        LessonError: when the function uses a name that its source alone does not explain.
    """
    names = {key: value.name for key, value in inputs.items() if isinstance(value, StudentFunction)}
    source = _source(function, tuple(sorted(names.items())))
    return source, {key: value for key, value in inputs.items() if key not in names}


@functools.lru_cache(maxsize=512)
def _source(function: Callable, names: tuple[tuple[str, str], ...]) -> str:
    _insist_on_own_names(function)
    source = textwrap.dedent(inspect.getsource(function)).strip()
    return _renamed(source, dict(names)) if names else source


def _insist_on_own_names(function: Callable) -> None:
    """Refuse a function that reaches outside itself: where it runs, nothing of its file is there."""
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        raise LessonError(f"A snippet must be a function with a name. Got {function!r}.")
    codes, used = [function.__code__], set(function.__code__.co_freevars)
    while codes:
        code = codes.pop()
        used |= _global_names(code)
        codes += [const for const in code.co_consts if inspect.iscode(const)]
    unknown = sorted(used - set(vars(builtins)) - {"np"})
    if unknown:
        raise LessonError(
            f"The snippet {function.__name__} uses {', '.join(unknown)}, which only its file knows. Expected built-in "
            "names, np and its own parameters. Is an input or an import inside the function missing?"
        )
    if function.__defaults__ or function.__kwdefaults__ or inspect.getfullargspec(function).varargs:
        raise LessonError(f"The snippet {function.__name__} must have plain parameters only, without defaults.")


def _global_names(code: types.CodeType) -> set[str]:
    """Names that a piece of code looks up outside itself; the body of a class also looks up its own."""
    steps = list(dis.get_instructions(code))
    own = {step.argval for step in steps if step.opname == "STORE_NAME"} | {"__name__"}
    return {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")} - own


def _renamed(source: str, names: dict[str, str]) -> str:
    """Give parameters of the function other names, wherever they stand."""
    lines = [line.encode() for line in source.splitlines()]  # ast counts bytes
    found = [
        (node.lineno, node.col_offset, name)
        for node in ast.walk(function_node(source))
        for name in [getattr(node, "arg", None) if isinstance(node, ast.arg) else getattr(node, "id", None)]
        if name in names and isinstance(node, (ast.arg, ast.Name))
    ]
    for line, column, name in sorted(found, reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + names[name].encode() + text[column + len(name.encode()) :]
    return b"\n".join(lines).decode()
