"""Run a few lines of the course's code beside a student's functions: how classes, models and functions are tried.

A snippet is the source of one Python function. Its parameters are the inputs of the call; a parameter that no input is
given for stands for the student's function or class of that name. Every other name is looked up in a scope of the
snippet's own, with Python's built-in functions and `np`: a student who defines `len` defines it for nobody else.
"""

import ast
import builtins
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

BUILTINS = dict(vars(builtins))  # as they were when this module was imported, before any of the student's cells ran


class Snippet:
    """A piece of code that is called like a function.

    Args:
        code: Python source of one function; its value is the result.
        names: names of the inputs, in the order in which a call gives them.
        namespace: dict with the student's functions; never changed.
        exercise: name of the exercise that the code tries.

    Raises:
        ValueError: when the code is anything else than one function.
    """

    def __init__(self, code: str, names: Iterable[str], namespace: Mapping[str, object], exercise: str | None = None):
        function = function_node(code)
        self.__globals__ = namespace  # where an error came up is looked for in the student's code, never in ours
        self.__name__ = function.name
        self.__code__ = compile(code, "<snippet>", "exec")
        self.exercise = exercise
        self._parameters = [argument.arg for argument in function.args.args]
        self._names = tuple(names)

    def __call__(self, *values: object) -> object:
        """Run the code with these inputs.

        Returns:
            What the function returns.

        Raises:
            NameError: when the student has not defined a function that the snippet tries.
        """
        inputs = dict(zip(self._names, values, strict=True))
        for name in self._parameters:
            if name not in inputs and name not in self.__globals__:
                raise NameError(f"name {name!r} is not defined")
        scope: dict[str, Any] = {"__builtins__": dict(BUILTINS), "__name__": "snippet", "np": np}
        exec(self.__code__, scope)  # noqa: S102 - the course's own code
        arguments = [inputs[name] if name in inputs else self.__globals__[name] for name in self._parameters]
        return scope[self.__name__](*arguments)


def function_node(code: str) -> ast.FunctionDef:
    """Parse the source of a snippet.

    Raises:
        ValueError: when it is anything else than one function.
    """
    body = ast.parse(code).body
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
        raise ValueError(f"A snippet must be one function. Got:\n{code}")
    return body[0]


def shown_lines(code: str) -> str:
    """Write a snippet as lines that a student can put into a cell: its body, with the result as the last expression."""
    function, lines = function_node(code), code.splitlines()
    body = function.body[1:] if ast.get_docstring(function) else function.body
    start, last = body[0].lineno - 1, body[-1]
    while lines[start - 1].lstrip().startswith("#"):
        start -= 1
    if isinstance(last, ast.Return):
        line = lines[last.lineno - 1]
        lines[last.lineno - 1] = line[: last.col_offset] + line[last.col_offset :].removeprefix("return ")
    return textwrap.dedent("\n".join(lines[start:])).strip()
