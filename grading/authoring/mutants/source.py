"""Mutants of the source: every operator at every place of an answer, each an answer of its own with a stable name."""

import ast
import hashlib
import itertools
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass

from grading.authoring.mutants.operators import changes
from grading.lessons.bank import Answer

LONGEST_NAME = 110
SHORT = 14  # characters; a text as short as this stands in its surroundings, to be found again
LEFT_ALONE = (ast.Raise, ast.JoinedStr, ast.arg, ast.expr_context, ast.Import, ast.ImportFrom, ast.Assert)
SKIPPED = ("axis", "strict")
GROUPS = (ast.keyword, ast.arguments, ast.comprehension)


@dataclass(frozen=True)
class Mutant:
    """A wrong answer that a machine made.

    Attributes:
        id: how it differs from which answer; the same as long as the changed place reads the same.
        answer: what stands in the exercise's place.
        kind: name of the operator or of the behaviour.
        family: "source", or the module of the behaviour.
    """

    id: str
    answer: Answer
    kind: str
    family: str = "source"


def source_mutants(base: Answer, known: set[object]) -> Iterator[Mutant]:
    """Yield the mutants of one right answer.

    Args:
        base: the reference or a variant.
        known: fingerprints of the programs met so far, the right ones among them; those of the mutants are added, so
            that a change that leaves the compiled program as it was, or was made before, is left out.
    """
    tree = ast.parse(base.source)
    _drop_docstrings(tree)
    known.add(_fingerprint(ast.unparse(tree)))
    met: dict[str, int] = {}
    for place in _places(tree, tree):
        of_shape = isinstance(place.within, ast.Subscript) and _text(place.within.value).endswith(".shape")
        for operator, new in itertools.chain(changes(place.node), _other_names(place.node, tree)):
            if of_shape and _text(new).startswith("-"):
                continue  # the last axis of two is the second one
            name = place.describe(operator, new)
            place.put(new)
            try:
                source = ast.unparse(ast.fix_missing_locations(tree))
                fingerprint = _fingerprint(source)
            except (SyntaxError, ValueError):
                continue
            finally:
                place.put(place.node)
            if fingerprint in known:
                continue
            known.add(fingerprint)
            met[name] = met.get(name, 0) + 1
            count = f" ({met[name]})" if met[name] > 1 else ""
            mutant = f"{base.slug}: {name}{count}"
            yield Mutant(mutant, Answer(base.exercise, f"mutant {mutant}", source + "\n"), operator)


@dataclass(frozen=True)
class _Place:
    """A node and where it hangs in its tree; `within` is the expression or statement around it."""

    node: ast.AST
    within: ast.AST
    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        """Hang a node here."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    def describe(self, operator: str, new: ast.AST) -> str:
        """Name the change: what stood here, what stands here now, and in what, if that is short."""
        old, other = _text(self.node), _text(new)
        within = f" in {_text(self.within)}" if len(old) <= SHORT and not isinstance(self.within, ast.Module) else ""
        name = f"{operator}: {old} -> {other}{within}"
        if len(name) <= LONGEST_NAME:
            return name
        return f"{name[: LONGEST_NAME - 8]}..{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _text(node: ast.AST) -> str:
    """Write a node on one line; of a statement that holds others, its head."""
    if isinstance(node, ast.Slice):
        return ast.unparse(ast.Tuple([node], ast.Load())).strip("(),")
    body = getattr(node, "body", None)
    text = ast.unparse(ast.fix_missing_locations(node))
    if isinstance(body, list) and body:
        text = text.splitlines()[0] + (" ... break" if isinstance(body[-1], ast.Break) else "")
    return re.sub(r"\s+", " ", text)


def _places(node: ast.AST, around: ast.AST) -> Iterator[_Place]:
    """Yield every expression and statement below a node whose change can matter."""
    around = node if isinstance(node, (ast.expr, ast.stmt)) else around
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "format_spec") or getattr(node, "arg", "") in SKIPPED:
            continue  # axes have operators of their own
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, LEFT_ALONE):
                continue
            if not isinstance(child, GROUPS):
                yield _Place(child, around, node, field, index)
            yield from _places(child, around)


def _other_names(node: ast.AST, tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that are easily mistaken for this one: of the same tuple of sizes, or alike but for a digit."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    for other in _families(tree).get(node.id, ()):
        yield "name", ast.Name(other, ast.Load())


def _families(tree: ast.AST) -> dict[str, list[str]]:
    groups = []
    for node in ast.walk(tree):
        targets = [t for t in getattr(node, "targets", [getattr(node, "target", None)]) if isinstance(t, ast.Tuple)]
        groups += [[e.id for e in target.elts if isinstance(e, ast.Name) and e.id != "_"] for target in targets]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stems: dict[str, list[str]] = {}
    for name in sorted(names):
        stems.setdefault(re.sub(r"\d+|height|width", "", name), []).append(name)
    families: dict[str, list[str]] = {}
    for group in [*groups, *stems.values()]:
        for name in group:
            families[name] = sorted({*families.get(name, []), *group} - {name})
    return families


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]


def _fingerprint(source: str) -> object:
    """Say what a program compiles to, without the places of its lines: equal for programs that do the same steps."""
    return _steps(compile(source, "answer", "exec"))


def _steps(code: types.CodeType) -> tuple:
    inner = tuple(_steps(c) if isinstance(c, types.CodeType) else (type(c).__name__, repr(c)) for c in code.co_consts)
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, inner)
