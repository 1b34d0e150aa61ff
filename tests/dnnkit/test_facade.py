import ast
import doctest
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import numpy as np
import pytest

import dnnkit

PACKAGE = Path(dnnkit.__file__).parent
FILES = sorted(path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*.py") if path.stem != "__main__")
MODULES = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in FILES]
FACADES = ("dnnkit", "dnnkit.data", "dnnkit.demos", "dnnkit.facts", "dnnkit.plots")
# The command line, gradients through Keras' backends, the list of lessons; what else lies at the top is the core.
AROUND = {"__main__", "cli", "backend_gradients", "gradients", "progress"}


def code_lines(source):
    """Count lines that are neither blank, comment nor docstring."""
    documented = set()
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                documented |= set(range(body[0].lineno, body[0].end_lineno + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(1 for n, line in lines if line.strip() and not line.lstrip().startswith("#") and n not in documented)


def test_facade_is_sorted_and_complete():
    assert dnnkit.__all__ == sorted(dnnkit.__all__)
    for name in dnnkit.__all__:
        assert getattr(dnnkit, name) is not None
    assert set(dnnkit.__all__) <= set(dir(dnnkit))


@pytest.mark.parametrize("name", FACADES)
def test_no_name_that_a_facade_hands_out_is_also_a_submodule(name):
    """Importing the submodule would put it in the name's place: which of the two a reader gets depends on the order."""
    facade = import_module(name)
    submodules = {module.name for module in iter_modules(facade.__path__)}
    public = [other for other in dir(facade) if not other.startswith("_")]
    handed_out = {other for other in public if not isinstance(getattr(facade, other), ModuleType)}
    assert len(handed_out) >= 1
    assert (handed_out | set(getattr(facade, "__all__", ()))) & submodules == set()


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        _ = dnnkit.chekc


def test_import_is_light_and_fast():
    script = (
        "import sys, time, json; t = time.perf_counter(); import dnnkit; t = time.perf_counter() - t;"
        "a = sorted(m for m in sys.modules if '.' not in m); from dnnkit import check, predict, reveal;"
        "b = sorted(m for m in sys.modules if '.' not in m); print(json.dumps([t, a, b]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, at_first, with_check = json.loads(done.stdout)
    heavy = {"tensorflow", "keras", "jax", "torch", "matplotlib", "ipywidgets", "IPython", "sklearn", "jupyter_client"}
    assert not heavy & set(at_first)
    assert not heavy & set(with_check)
    assert seconds < 0.2


def test_version_is_the_one_in_pyproject():
    pyproject = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^version = "(.+)"$', pyproject, re.M)[1] == dnnkit.__version__


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name):
    module = import_module(name)
    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


def test_sizes_stay_within_the_design():
    sources = {path.stem: path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py")}
    assert {name: n for name, text in sources.items() if (n := len(text.splitlines())) > 250} == {}
    assert sources.keys() >= AROUND
    assert sum(code_lines(text) for name, text in sources.items() if name not in AROUND) <= 1100
    for name, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{name}.{node.name}"


def test_package_imports_neither_grading_nor_solutions():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(module.split(".")[0] in ("grading", "solutions") for module in modules), path
