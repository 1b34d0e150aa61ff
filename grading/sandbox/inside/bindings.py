"""Say which exercises are still bound to what their released cell defines, whoever bound them and how.

Runs inside the sandbox, where the names are; a student can make it lie, which costs nobody else
anything.
"""

import types
from collections.abc import Iterator, Mapping


def as_released(stubs: Mapping[str, str], namespace: Mapping[str, object]) -> list[str]:
    """Compare what names are bound to with what released cells define.

    Args:
        stubs: exercise -> source of its released cell, which defines a function or class of that name.
        namespace: the student's names.

    Returns:
        The exercises whose name is not bound, or bound to the same code as in the released cell.
    """
    return [name for name, source in stubs.items() if name not in namespace or _is(namespace[name], name, source)]


def _is(value: object, name: str, source: str) -> bool:
    try:
        released = compile(source, "<released>", "exec")
    except (SyntaxError, ValueError):
        return False
    code = next((inner for inner in _inner(released) if inner.co_name == name), None)
    if code is None:
        return False
    if isinstance(value, type):
        expected = {inner.co_name: _content(inner) for inner in _inner(code)}
        members = {key: getattr(value, "__code__", None) for key, value in vars(value).items()}
        return expected == {key: _content(code) for key, code in members.items() if code is not None}
    actual = getattr(value, "__code__", None)
    return isinstance(actual, types.CodeType) and _content(actual) == _content(code)


def _inner(code: types.CodeType) -> Iterator[types.CodeType]:
    return (const for const in code.co_consts if isinstance(const, types.CodeType))


def _content(code: types.CodeType) -> tuple:
    """What code does, without where it stands."""
    constants = tuple(_content(c) if isinstance(c, types.CodeType) else (type(c), c) for c in code.co_consts)
    return (code.co_name, code.co_code, code.co_names, code.co_varnames, code.co_flags, constants)
