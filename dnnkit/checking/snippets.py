"""Run a few lines of code beside a student's functions: how classes, models and functions of functions are tried."""

import ast

import numpy as np


class Snippet:
    """A piece of code that is called like a function.

    Args:
        code: Python source whose last statement is an expression; its value is the result.
        names: names of the inputs, in the order in which a call gives them.
        namespace: dict with the student's functions; never changed.
        exercise: name of the exercise that the code tries.

    Raises:
        ValueError: when the last statement is no expression.
    """

    def __init__(self, code, names, namespace, exercise=None):
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body else None
        if not isinstance(last, ast.Expr):
            raise ValueError(f"The last statement of a snippet must be an expression. Got:\n{code}")
        self.__globals__ = namespace
        self.__name__ = "snippet"
        self.__code__ = compile(tree, "<snippet>", "exec")
        self.exercise = exercise
        self._result = compile(ast.Expression(last.value), "<snippet>", "eval")
        self._names = tuple(names)

    def __call__(self, *values):
        """Run the code with these inputs.

        Returns:
            The value of the last expression.
        """
        scope = {"np": np, **self.__globals__, **dict(zip(self._names, values, strict=True))}
        exec(self.__code__, scope)  # noqa: S102 - the course's own code
        return eval(self._result, scope)  # noqa: S307 - as above
