"""Formulas that a reader types, read safely into a list of small steps: no code is run, only + - * / ** and five names.

The list is a computation graph: every node is a number given (a leaf) or made of nodes that stand before it.
"""

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

FUNCTIONS = ("exp", "log", "tanh", "relu", "sigmoid")
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
LETTERS, NODES, LARGEST = 120, 24, 1e6  # what fits into the picture
NUMBER = re.compile(r"\s*([A-Za-z]\w*)\s*=\s*([-+]?[0-9.]+(?:[eE][-+]?\d+)?)\s*$", re.ASCII)
PRINTED = {"·": "*", "×": "*", "−": "-", "²": "**2", "³": "**3"}  # as the demo writes them

# what each step computes, and its slopes along its arguments a, b from these and its value v
STEPS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "+": (np.add, lambda a, b, v: (1.0, 1.0)),
    "-": (np.subtract, lambda a, b, v: (1.0, -1.0)),
    "*": (np.multiply, lambda a, b, v: (b, a)),
    "/": (np.divide, lambda a, b, v: (1.0 / b, -v / b)),
    "**": (np.power, lambda a, b, v: (b * np.power(a, b - 1.0) if b else 0.0, math.nan)),
    "neg": (np.negative, lambda a, v: (-1.0,)),
    "exp": (np.exp, lambda a, v: (v,)),
    "log": (np.log, lambda a, v: (1.0 / a,)),
    "tanh": (np.tanh, lambda a, v: (1.0 - v * v,)),
    "relu": (lambda a: np.maximum(a, 0.0), lambda a, v: (np.heaviside(a, 0.0),)),
    "sigmoid": (lambda a: 0.5 + 0.5 * np.tanh(0.5 * a), lambda a, v: (v * (1.0 - v),)),
}


class Unreadable(ValueError):
    """A text that is no formula; its message says why, for the reader."""


@dataclass(frozen=True)
class Graph:
    """A formula as a list of nodes, each after those that it is made of; the last one is the result.

    Attributes:
        names: one per node.
        steps: one per node, a key of `STEPS`, or "leaf".
        inputs: one tuple per node; an int is a node, a float a constant.
    """

    names: tuple
    steps: tuple
    inputs: tuple

    @cached_property
    def leaves(self) -> list[int]:
        """Numbers of the nodes that are given."""
        return [k for k, step in enumerate(self.steps) if step == "leaf"]

    @cached_property
    def made(self) -> list[int]:
        """Numbers of the nodes that are computed, in order."""
        return [k for k, step in enumerate(self.steps) if step != "leaf"]

    @cached_property
    def edges(self) -> list[tuple[int, int, int]]:
        """Arrows as (child, parent, which input of the child), in the order in which gradients go back."""
        nodes = range(len(self.names) - 1, -1, -1)
        return [(k, p, i) for k in nodes for i, p in enumerate(self.inputs[k]) if isinstance(p, int)]

    def written(self, k: int, shown: Callable[[int], str] | None = None) -> str:
        """Write how a node is made: with names, or with the numbers `shown(node)` in their place."""
        tell = shown or (lambda p: self.names[p])
        a, *b = [tell(p) if isinstance(p, int) else f"{p:.4g}" for p in self.inputs[k]]
        step = self.steps[k]
        if b and shown:  # a minus sign must not run into another
            a = f"({a})" if a.startswith("-") and step == "**" else a
            second = f"({b[0]})" if b[0].startswith("-") else b[0]
            return f"{a}{'**' if step == '**' else f' {step} '.replace('*', '×')}{second}"
        if b:
            power = {"2": "²", "3": "³"}.get(b[0], f"**{b[0]}")
            return a + {"*": f"·{b[0]}", "/": f"/{b[0]}", "**": power}.get(step, f" {step} {b[0]}".replace("-", "−", 1))
        return f"−{a}" if step == "neg" and not shown else f"-({a})" if step == "neg" else f"{step}({a})"


@lru_cache(maxsize=64)
def read(text: str) -> Graph:
    """Turn a text into a graph; equal parts become one node.

    Raises:
        Unreadable: when it is no formula, or one that is too large to be drawn.
    """
    if len(text) > LETTERS:
        raise Unreadable(f"it has more than {LETTERS} letters.")
    plain = "".join(PRINTED.get(letter, letter) for letter in text).strip()
    if "^" in plain:
        raise Unreadable("powers are written **, as in x**2.")
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise Unreadable(f"it is no complete formula ({error.msg or 'invalid syntax'}).") from None
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("it cannot be taken apart.") from None
    nodes: dict[Any, int] = {}
    if isinstance(_visit(tree, nodes), float) or all(step == "leaf" for step, _ in nodes):
        raise Unreadable("it needs a name and a step, as in x + 1.")
    if len(nodes) > NODES:
        raise Unreadable(f"it has {len(nodes)} nodes; at most {NODES} fit into the picture.")
    return _name(list(nodes))


def _visit(tree, nodes):
    """Add what a piece of the formula computes to nodes; return its number there, or a float where it is constant."""
    match tree:
        case ast.Constant(value=value) if type(value) in (int, float) and abs(value) <= LARGEST:
            return float(value)
        case ast.Constant():
            raise Unreadable("only names and numbers up to a million can stand in it.")
        case ast.Name(id=name) if name in FUNCTIONS:
            raise Unreadable(f"{name} needs brackets, as in {name}(x).")
        case ast.Name(id=name) if name.isascii() and len(name) <= 6:
            return nodes.setdefault(("leaf", (name,)), len(nodes))
        case ast.Name():
            raise Unreadable("a name has at most 6 letters, without accents.")
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _visit(inner, nodes)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return _add("neg", [_visit(inner, nodes)], nodes)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
            return _add(SIGNS[type(sign)], [_visit(left, nodes), _visit(right, nodes)], nodes)
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in FUNCTIONS:
            return _add(name, [_visit(inner, nodes)], nodes)
        case ast.Call(func=ast.Name(id=name)):
            raise Unreadable(f"{name}(...) is not known; known are {', '.join(FUNCTIONS)}, each of one number.")
    raise Unreadable(f"only names, numbers, brackets, + - * / ** and {', '.join(FUNCTIONS)} can stand in it.")


def _add(step, inputs, nodes):
    """Add one step; compute it at once where it has only constants."""
    if step == "**" and not (isinstance(inputs[1], float) and abs(inputs[1]) <= 10):
        raise Unreadable("an exponent must be a number from -10 to 10.")
    if any(isinstance(p, int) for p in inputs):
        return nodes.setdefault((step, tuple(inputs)), len(nodes))
    with np.errstate(all="ignore"):
        value = float(STEPS[step][0](*np.array(inputs)))
    if not abs(value) <= LARGEST:
        raise Unreadable("a part of it without names has no value, or one beyond a million.")
    return value


def _name(nodes):
    """Give names to the nodes that are computed: v1, v2, ... and f, unless a leaf has that name."""
    leaves = {inputs[0] for step, inputs in nodes if step == "leaf"}
    free = (f"v{n}" for n in range(1, 1000) if f"v{n}" not in leaves)
    names = [inputs[0] if step == "leaf" else next(free) for step, inputs in nodes[:-1]]
    names.append("f" if "f" not in leaves else next(free))
    return Graph(
        tuple(names),
        tuple(step for step, _ in nodes),
        tuple(() if step == "leaf" else inputs for step, inputs in nodes),
    )


def read_numbers(text: str) -> dict[str, float]:
    """Turn "x = 2, w = -1" into a dict.

    Raises:
        Unreadable: when a part of it is not a name and a number.
    """
    numbers = {}
    for part in re.split(r"[,;]", text.replace("−", "-")):
        found = NUMBER.match(part)
        try:
            value = float(found[2]) if found else math.nan
        except ValueError:
            value = math.nan
        if part.strip() and not abs(value) <= LARGEST:
            raise Unreadable(f"'{part.strip()[:20]}' is not a name and a number up to a million, as in x = 2.")
        if found:
            numbers[found[1]] = value
    return numbers


def write_numbers(numbers: Mapping[str, float]) -> str:
    """Turn a dict into "x = 2, w = -1"."""
    return ", ".join(f"{name} = {value:.6g}" for name, value in numbers.items())
