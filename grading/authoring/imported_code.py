"""Find the code of this project that a module imports, directly or through others, and give it a digest."""

import ast
import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import grading
from grading.authoring.needed_source import canonical

ROOT = Path(grading.__file__).resolve().parent.parent
PACKAGES = ("dnnkit", "grading")
IN_TEXT = re.compile(rf"^\s*(?:from|import)\s+((?:{'|'.join(PACKAGES)})(?:\.\w+)*)(?:\s+import\s+(.+))?", re.M)


def digest_of(*parts: str) -> str:
    """Make a short digest of texts: 12 hexadecimal digits, enough to notice any change that nobody made on purpose."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def code_digest(*names: str) -> str:
    """Make the digest of modules and of all that they import of this project.

    Comments, layout, docstrings and type hints do not count.

    Args:
        names: full names of modules, or of packages with all their modules, such as "dnnkit.*".
    """
    return modules_digest(imported_modules(names))


def modules_digest(names: Iterable[str]) -> str:
    """Make the digest of exactly these modules."""
    return digest_of(*(f"{name} {_module_text(name)}" for name in sorted(names)))


def imported_modules(names: Iterable[str]) -> set[str]:
    """List modules and all modules of this project that they import, at their top or inside a function.

    Args:
        names: full names; "dnnkit.*" means all modules of that package.
    """
    found: set[str] = set()
    waiting = [module for name in names for module in _expanded(name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            parts = name.split(".")
            waiting += [".".join(parts[:size]) for size in range(1, len(parts))]
            waiting += _imports_of_module(name)
    return found


@functools.lru_cache(maxsize=10_000)
def imports_of(node: ast.AST) -> frozenset[str]:
    """List the modules of this project that a tree imports, in its code or in the snippets that it holds as text."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Import):
            found |= {alias.name for alias in one.names if _is_module(alias.name)}
        elif isinstance(one, ast.ImportFrom) and one.module and one.level == 0:
            found |= {module for alias in one.names for module in _from(one.module, alias.name)}
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            for package, names in IN_TEXT.findall(one.value):
                words = re.findall(r"\w+", names) or [""]
                found |= {module for word in words for module in _from(package, word)}
    return frozenset(found)


def _from(package: str, name: str) -> list[str]:
    """Name the modules behind `from package import name`: a submodule, or the home that a facade gives the name."""
    if not _is_module(package):
        return []
    if _is_module(f"{package}.{name}"):
        return [f"{package}.{name}"]
    return [package, *_homes(package).get(name, [])]


@functools.cache
def _homes(package: str) -> dict[str, list[str]]:
    """Read which modules a facade names as the homes of what it hands out: {"check": "dnnkit.checking.checks"}."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(_tree(package)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                texts = [one.value for one in (key, value) if isinstance(one, ast.Constant)]
                if len(texts) == 2 and _is_module(str(texts[1])):
                    found.setdefault(str(texts[0]), []).append(str(texts[1]))
    return found


@functools.cache
def _path(name: str) -> Path | None:
    if not re.fullmatch(r"\w+(\.\w+)*", name) or name.split(".")[0] not in PACKAGES:
        return None
    place = ROOT.joinpath(*name.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _is_module(name: str) -> bool:
    return _path(name) is not None


@functools.cache
def _tree(name: str) -> ast.Module:
    path = _path(name)
    return ast.parse(path.read_text(encoding="utf-8")) if path else ast.Module([], [])


@functools.cache
def _module_text(name: str) -> str:
    return canonical(_tree(name))


@functools.cache
def _imports_of_module(name: str) -> frozenset[str]:
    return imports_of(_tree(name))


def _expanded(name: str) -> list[str]:
    if not name.endswith(".*"):
        return [name]
    folder = ROOT.joinpath(*name[:-2].split("."))
    files = (path.relative_to(ROOT).with_suffix("") for path in folder.rglob("*.py"))
    return [".".join(path.parts).removesuffix(".__init__") for path in files]
