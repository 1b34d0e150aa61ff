"""Mutation operators: for one node of a syntax tree, the wrong nodes that could stand in its place."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import TypeVar

Change = tuple[str, ast.AST]
Node = TypeVar("Node", bound=ast.AST)

BINARY = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult), ast.Mod: (ast.FloorDiv,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
}  # fmt: skip
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}  # fmt: skip
SYMMETRIC = frozenset("maximum minimum add multiply logaddexp hypot isclose allclose max min".split())
OTHER_FUNCTION = {
    "sum": "mean", "mean": "sum", "max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum",
    "argmax": "argmin", "argmin": "argmax", "floor": "ceil", "ceil": "floor", "zeros": "ones", "ones": "zeros",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "var": "std", "std": "var", "log1p": "log", "sin": "cos",
    "cos": "sin", "normal": "uniform", "median": "mean", "any": "all", "all": "any", "repeat": "tile",
}  # fmt: skip
# Keyword arguments that change no result: what a ** holds, and those of zip, asarray, einsum, fit.
WITHOUT_EFFECT = (None, "strict", "copy", "optimize", "verbose")
KEPT_WHOLE = frozenset("range len enumerate zip isinstance print float int list tuple dict set super".split())


def changes(node: ast.AST) -> Iterator[Change]:
    """Yield the wrong nodes that could stand in place of this one.

    Args:
        node: an expression or a statement; never changed.

    Yields:
        Pairs (name of the operator, new node).
    """
    for kind, operator in OPERATORS:
        if isinstance(node, kind):
            yield from operator(node)


def _binary(node: ast.BinOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Mod) and _is_text(node.left):
        return  # text % values
    for other in BINARY.get(type(node.op), ()):
        if not (isinstance(node.op, (ast.Mult, ast.Pow)) and _is_number(node.right, 1)):
            yield "operator", _with(node, op=other())
    if isinstance(node.op, ast.MatMult):
        yield "swap", _with(node, left=node.right, right=node.left)
        return
    if not _neutral(node.op, node.right):
        yield "left term only", node.left
    if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)) and not _neutral(node.op, node.left):
        yield "right term only", node.right
    if isinstance(node.op, (ast.Sub, ast.Div, ast.Pow, ast.FloorDiv, ast.Mod)):
        yield "swap", _with(node, left=node.right, right=node.left)


def _neutral(op: ast.operator, side: ast.expr) -> bool:
    """Say whether leaving this side out changes nothing: x + 0, x * 1."""
    return _is_number(side, 0) if isinstance(op, (ast.Add, ast.Sub)) else _is_number(side, 1)


def _comparison(node: ast.Compare) -> Iterator[Change]:
    for other in COMPARISONS[type(node.ops[0])]:
        yield "comparison", _with(node, ops=[other(), *node.ops[1:]])


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    yield "operator", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for position in range(len(node.values)):
        rest = node.values[:position] + node.values[position + 1 :]
        yield "term left out", rest[0] if len(rest) == 1 else _with(node, values=rest)


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    if not (isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)):
        yield "sign", node.operand


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    others: list[float]
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1, -value, 0]
    elif isinstance(value, float):
        others = [value * 1.01 if value else 0.01, -value, 0.0]
    else:
        return
    for other in dict.fromkeys(others):
        if other != value:
            yield "constant", ast.Constant(other)


def _call(node: ast.Call) -> Iterator[Change]:
    name = _function_name(node.func)
    for number, keyword in enumerate(node.keywords):
        if keyword.arg not in WITHOUT_EFFECT:
            yield f"without {keyword.arg}", _with(node, keywords=node.keywords[:number] + node.keywords[number + 1 :])
        if keyword.arg == "axis":
            yield from _other_axes(node, number)
    if name not in SYMMETRIC and not any(isinstance(a, ast.Starred) for a in node.args):
        for first in range(len(node.args) - 1):
            swapped = list(node.args)
            swapped[first : first + 2] = swapped[first + 1], swapped[first]
            yield "arguments swapped", _with(node, args=swapped)
    if name in OTHER_FUNCTION:
        yield "function", _with(node, func=_renamed(node.func, OTHER_FUNCTION[name]))
    if name in KEPT_WHOLE:
        return
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield "call left out", node.func.value
    elif len(node.args) >= 1 and not isinstance(node.args[0], ast.Starred):
        yield "call left out", node.args[0]


def _other_axes(node: ast.Call, number: int) -> Iterator[Change]:
    axis = node.keywords[number].value
    others: list[ast.expr] = []
    if isinstance(axis, ast.Tuple):
        others = [_with(axis, elts=axis.elts[:k] + axis.elts[k + 1 :]) for k in range(len(axis.elts))]
    elif isinstance(axis, ast.Constant) and isinstance(axis.value, int):
        others = [ast.Constant(1 - axis.value)] if axis.value in (0, 1) else [ast.Constant(0)]
    elif isinstance(axis, ast.UnaryOp):
        others = [ast.Constant(0)]
    for other in others:
        keywords = [*node.keywords[:number], _with(node.keywords[number], value=other), *node.keywords[number + 1 :]]
        yield "axis", _with(node, keywords=keywords)


def _range(node: ast.Call) -> Iterator[Change]:
    if _function_name(node.func) != "range" or any(isinstance(a, ast.Starred) for a in node.args):
        return
    start, stop = (ast.Constant(0), node.args[0]) if len(node.args) == 1 else node.args[:2]
    for difference in (-1, 1):
        yield "off by one", _with(node, args=[start, _plus(stop, difference), *node.args[2:]])
    yield "off by one", _with(node, args=[_plus(start, 1), stop, *node.args[2:]])


def _attribute(node: ast.Attribute) -> Iterator[Change]:
    if node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield "transpose left out", node.value


def _slice(node: ast.Slice) -> Iterator[Change]:
    for part in ("lower", "upper", "step"):
        bound = getattr(node, part)
        if bound is None:
            continue
        yield f"{part} bound left out", _with(node, **{part: None})
        if part != "step" and not isinstance(bound, ast.Constant):
            yield "off by one", _with(node, **{part: _plus(bound, 1)})
            yield "off by one", _with(node, **{part: _plus(bound, -1)})


def _condition(node: ast.IfExp) -> Iterator[Change]:
    yield "first branch only", node.body
    yield "second branch only", node.orelse


def _branch(node: ast.If) -> Iterator[Change]:
    yield "always", _with(node, test=ast.Constant(True))
    yield "never", _with(node, test=ast.Constant(False))


def _loop(node: ast.For | ast.While) -> Iterator[Change]:
    yield "first round only", _with(node, body=[*node.body, ast.Break()])
    if isinstance(node, ast.While):
        yield "no round", _with(node, test=ast.Constant(False))


def _augmented(node: ast.AugAssign) -> Iterator[Change]:
    if isinstance(node.target, (ast.Name, ast.Subscript, ast.Attribute)):
        yield "assigned, not added", ast.Assign(targets=[node.target], value=node.value)
    for other in BINARY.get(type(node.op), ()):
        yield "operator", _with(node, op=other())
    yield "statement left out", ast.Pass()


def _assignment(node: ast.Assign) -> Iterator[Change]:
    if not any(isinstance(target, ast.Name) for target in node.targets):  # a name left out is a NameError: too easy
        yield "statement left out", ast.Pass()


def _statement(node: ast.Expr) -> Iterator[Change]:
    if isinstance(node.value, ast.Call):
        yield "statement left out", ast.Pass()


def _jump(node: ast.Break | ast.Continue) -> Iterator[Change]:
    yield "statement left out", ast.Pass()


def _returned(node: ast.Return) -> Iterator[Change]:
    if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        parts = node.value.elts
        yield "results swapped", _with(node, value=_with(node.value, elts=[*parts[1:], parts[0]]))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_number(node: ast.expr, value: float) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value == value


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "math", "keras", "copy")


def _function_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _renamed(node: ast.expr, name: str) -> ast.expr:
    return _with(node, attr=name) if isinstance(node, ast.Attribute) else ast.Name(name, ast.Load())


def _plus(node: ast.expr, number: int) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(node.value + number)
    return ast.BinOp(node, ast.Add() if number > 0 else ast.Sub(), ast.Constant(abs(number)))


def _with(node: Node, **fields: object) -> Node:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


OPERATORS: tuple[tuple[type | tuple[type, ...], Callable], ...] = (
    (ast.BinOp, _binary), (ast.Compare, _comparison), (ast.BoolOp, _boolean), (ast.UnaryOp, _unary),
    (ast.Constant, _constant), (ast.Call, _call), (ast.Call, _range), (ast.Attribute, _attribute), (ast.Slice, _slice),
    (ast.IfExp, _condition), (ast.If, _branch), ((ast.For, ast.While), _loop), (ast.AugAssign, _augmented),
    (ast.Assign, _assignment), (ast.Expr, _statement), ((ast.Break, ast.Continue), _jump), (ast.Return, _returned),
)  # fmt: skip
