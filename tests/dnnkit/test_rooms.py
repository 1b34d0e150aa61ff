"""The student's package is built upwards: each folder imports only those below it, no modules import in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import dnnkit

PACKAGE = Path(dnnkit.__file__).parent
FOLDERS = ("environment", "data", "facts", "plots", "checking", "demos")  # from the bottom
MODULES = {
    ".".join(("dnnkit", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def imports_of(path, *, for_types=False):
    """Modules of the package that a module imports anywhere in it; with `for_types` also those that only hints need."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    hints = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    left_out = set() if for_types else {id(node) for block in hints for node in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in left_out:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import) and id(node) not in left_out:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HOMES":  # the facade's
            found |= {value.value for value in node.value.values}
    return {name for name in found if name in MODULES} - {"dnnkit"}


def folder_of(name):
    """The folder that a module lies in, or "" for the files that students meet by name."""
    first = name.removeprefix("dnnkit").lstrip(".").partition(".")[0]
    return first if first in FOLDERS else ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_folders_below_it(folder):
    below = FOLDERS[: FOLDERS.index(folder) + 1]
    wrong = {
        name: sorted(names)
        for name, path in MODULES.items()
        if folder_of(name) == folder
        and (names := {other for other in imports_of(path, for_types=True) if folder_of(other) not in below})
    }
    assert wrong == {}


def test_every_folder_has_its_place():
    assert {path.name for path in PACKAGE.iterdir() if any(path.glob("*.py"))} == set(FOLDERS)


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: imports_of(path) - {name} for name, path in MODULES.items()}
    for name in graph:  # importing a module runs its package first; the package itself may name its modules
        graph[name] -= {package for package in graph[name] if name.startswith(f"{package}.")}
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError


def test_no_module_sets_a_name_of_another():
    """What must differ from run to run is an argument: a reassigned global makes calls depend on those before."""
    wrong = []
    for name, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {alias.asname or alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                modules |= {a.asname or a.name for a in node.names if f"{node.module}.{a.name}" in MODULES}
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                wrong.append(f"{name}, line {node.lineno}: global {', '.join(node.names)}")
            targets = node.targets if isinstance(node, ast.Assign) else []
            for part in (part for target in targets for part in getattr(target, "elts", [target])):
                if isinstance(part, ast.Attribute) and ast.unparse(part.value) in modules:
                    wrong.append(f"{name}, line {node.lineno}: {ast.unparse(part)}")
    assert wrong == []
