"""What is needed in many places is written in one: of two copies, one is fixed and the other forgotten."""

import ast
import functools
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for name in ("dnnkit", "grading") for path in (PROJECT / name).rglob("*.py"))


def moves_a_file_into_place(node):
    """Whether a call is `os.replace(...)`, `os.rename(...)` or `path.replace(target)`; a text's replace takes two."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    of_os = isinstance(node.func.value, ast.Name) and node.func.value.id in ("os", "shutil")
    if of_os:
        return node.func.attr in ("replace", "rename", "renames", "move")
    return node.func.attr == "replace" and len(node.args) == 1 and not node.keywords


@functools.cache
def syntax_tree(path):
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def modules_with(found):
    """Modules, below the project, in which a function says yes to a node of the syntax tree."""
    return [path.relative_to(PROJECT).as_posix() for path in MODULES if any(map(found, ast.walk(syntax_tree(path))))]


def test_a_file_is_written_atomically_in_one_module():
    assert modules_with(moves_a_file_into_place) == ["dnnkit/environment/atomic_write.py"]


@pytest.mark.parametrize(
    "statement", ["os.replace(a, b)", "scratch.replace(path)", "shutil.move(a, b)", "path.with_name('x').replace(path)"]
)
def test_every_way_to_move_a_file_into_place_is_seen(statement):
    assert any(map(moves_a_file_into_place, ast.walk(ast.parse(statement))))


@pytest.mark.parametrize("statement", ["text.replace('a', 'b')", "dataclasses.replace(result, score=1)"])
def test_replacing_within_a_text_or_a_record_is_something_else(statement):
    assert not any(map(moves_a_file_into_place, ast.walk(ast.parse(statement))))


def test_a_penalty_is_taken_off_a_score_in_one_module():
    found = {
        path.relative_to(PROJECT).as_posix(): lines
        for path in MODULES
        if (lines := re.findall(r"^.*\s-\s*\(?\s*(?:\w+\.)*(?:late_submission_)?penalty\b.*$", path.read_text(), re.M))
    }
    assert list(found) == ["grading/gradebook/manual_grades.py"]


def test_a_lessons_title_is_read_off_its_source_in_one_module():
    found = modules_with(lambda node: isinstance(node, ast.FunctionDef) and node.name in ("title", "lesson_title"))
    assert found == ["grading/lessons/lesson.py"]


def test_the_shell_is_found_in_one_module():
    """Besides the agent, which runs in the sandbox without this package."""
    found = modules_with(lambda node: "get_ipython" in (getattr(node, "attr", ""), getattr(node, "id", "")))
    assert found == ["dnnkit/environment/ipython.py", "grading/sandbox/inside/agent.py"]


@pytest.mark.parametrize("variable", ["JAX_PLATFORMS", "KERAS_TORCH_DEVICE", "TF_CPP_MIN_LOG_LEVEL"])
def test_an_environment_variable_of_the_lessons_is_set_in_one_module(variable):
    found = modules_with(lambda node: isinstance(node, ast.Constant) and node.value == variable)
    assert found == ["dnnkit/environment/variables.py"]
