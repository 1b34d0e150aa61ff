"""Find the statements of a module that some names need, and write them so that no comment or reformat changes them."""

import ast
import functools
import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W\d]\w*")
TYPE_HINTS = frozenset({"annotation", "returns", "type_comment"})  # they decide nothing when the code runs
NO_MEANING = frozenset({"ctx", "kind", "type_ignores"})
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@functools.lru_cache(maxsize=10_000)
def canonical(node: ast.AST) -> str:
    """Write a syntax tree as text that stays the same where only comments, layout, docstrings or type hints change.

    Empty fields are left out, since Python's releases differ in which of them exist.

    Args:
        node: the tree.
    """
    return _canonical_node(node)


def _canonical_node(node: ast.AST) -> str:
    parts = []
    for name, value in ast.iter_fields(node):
        if name in TYPE_HINTS or name in NO_MEANING or value is None or value == []:
            continue
        if name == "body" and _has_docstring(node):
            value = value[1:]
        parts.append(f"{name}={_canonical_value(value)}")
    return f"{type(node).__name__}({','.join(parts)})"


def _canonical_value(value: object) -> str:
    if isinstance(value, ast.AST):
        return _canonical_node(value)
    if isinstance(value, list):
        return f"[{','.join(map(_canonical_value, value))}]"
    return repr(value)


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, (ast.Module, Definition)) and ast.get_docstring(node, clean=False) is not None


@functools.lru_cache(maxsize=10_000)
def names_in(node: ast.AST) -> frozenset[str]:
    """List every name that a tree may use: names, attributes, parameters, and the words of its strings.

    The words of strings are there because checks hold snippets and names of functions as text. Docstrings are left out.

    Args:
        node: the tree.
    """
    found, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.arg):
            found.add(one.arg)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.update(WORD.findall(one.value))
        children = list(ast.iter_child_nodes(one))
        if isinstance(one, (ast.Module, Definition)) and _has_docstring(one):
            children.remove(one.body[0])
        waiting += children
    return frozenset(found)


def statements_of(source: str) -> list[ast.stmt]:
    """Read the statements of a module; an import of several names counts as several statements."""
    return [part for statement in ast.parse(source).body for part in _one_import_each(statement)]


def needed_statements(statements: Iterable[ast.stmt], names: Iterable[str]) -> list[ast.stmt]:
    """Find the statements of a module that define some names, and all that these need in turn.

    Statements that define nothing, such as a call, always belong to them: they may change what others do.

    Args:
        statements: the module's statements, as `statements_of` reads them.
        names: the names.

    Returns:
        The statements, in their order.
    """
    single = list(statements)
    bound = [_bound(statement) for statement in single]
    wanted, kept = set(names), [not names_of and not _is_text(one) for one, names_of in zip(single, bound, strict=True)]
    for one, always in zip(single, kept, strict=True):
        if always:
            wanted |= names_in(one)
    growing = True
    while growing:
        growing = False
        for position, statement in enumerate(single):
            if not kept[position] and bound[position] & wanted:
                kept[position] = growing = True
                wanted |= names_in(statement)
    return [statement for statement, keep in zip(single, kept, strict=True) if keep]


def _one_import_each(statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, ast.Import):
        return [ast.Import([alias]) for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names]
    return [statement]


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@functools.lru_cache(maxsize=10_000)
def _bound(statement: ast.stmt) -> frozenset[str]:
    """List the names that a statement defines or changes at the module's top level."""
    if isinstance(statement, Definition):
        return frozenset({statement.name})
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return frozenset(alias.asname or alias.name.split(".")[0] for alias in statement.names)
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, Definition):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            found |= names_in(node.value)
    return frozenset(found)
