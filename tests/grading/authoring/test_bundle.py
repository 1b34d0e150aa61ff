"""What students receive holds no solution and no check, is the same every time, and can be installed."""

import ast
import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from grading.authoring.bundle import write_bundle
from grading.lessons.bank import load_bank
from grading.lessons.lesson import all_lessons

PROJECT = Path(__file__).parents[3]
TOP = "dnn-course/"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The bundle of this repository."""
    path = tmp_path_factory.mktemp("bundle") / "course.zip"
    write_bundle(PROJECT, path)
    return path


@pytest.fixture(scope="module")
def files(bundle):
    """The bundle's files by name, as text."""
    with zipfile.ZipFile(bundle) as archive:
        return {name.removeprefix(TOP): archive.read(name).decode() for name in archive.namelist()}


def normal_bodies(source):
    """The bodies of all functions of a source, without docstrings, comments and layout."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            found.add("\n".join(ast.unparse(statement) for statement in body))
    return found


def sources(files):
    """All Python of the bundle: modules, and the code cells of its notebooks."""
    for name, text in files.items():
        if name.endswith(".py"):
            yield text
        elif name.endswith(".ipynb"):
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            yield from ("".join(cell["source"]) for cell in cells if not "".join(cell["source"]).startswith("%"))


def test_everything_lies_in_one_folder(bundle):
    with zipfile.ZipFile(bundle) as archive:
        assert all(name.startswith(TOP) and ".." not in name for name in archive.namelist())


def test_lessons_package_examples_and_instructions_are_there(files):
    wanted = {"README.md", "LICENSE", "pyproject.toml", "dnnkit/__init__.py"}
    for lesson in all_lessons(PROJECT / "solutions"):
        wanted |= {f"lessons/{lesson.name}/{lesson.topic}.ipynb", f"dnnkit/examples/{lesson.topic}.json"}
    assert wanted <= set(files)


def test_no_file_is_one_of_ours_alone(files):
    theirs = ("README.md", "LICENSE", "pyproject.toml", "lessons/", "dnnkit/")
    assert not [name for name in files if not name.startswith(theirs)]
    ours = {
        path.read_text() for folder in ("solutions", "grading", "tests") for path in (PROJECT / folder).rglob("*.py")
    }
    ours -= {""}
    assert not [name for name, text in files.items() if text in ours and text.count("\n") > 2]


def test_the_package_does_not_know_the_grader(files):
    for name, text in files.items():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not [n for n in names if n.split(".")[0] in ("grading", "solutions")], name


def test_no_right_answer_is_in_any_file(files):
    known = set()
    for text in sources(files):
        try:
            known |= normal_bodies(text)
        except SyntaxError:
            continue
    everything = "\n".join(files.values())
    answers = 0
    for lesson in all_lessons(PROJECT / "solutions"):
        right = [cell.source for cell in lesson.solution_cells.values()]
        right += [variant.source for variant in load_bank(lesson).variants]
        for source in right:
            function = ast.parse(source).body[0]
            body = function.body[1:] if ast.get_docstring(function) is not None else function.body
            assert "\n".join(ast.unparse(statement) for statement in body) not in known, source
            statements = [ast.get_source_segment(source, statement) for statement in body]
            assert "\n".join(statements) not in everything, source
            answers += 1
    assert answers > 20


def test_no_mark_of_a_solution_is_in_any_lesson(files):
    lessons = [text for name, text in files.items() if name.startswith("lessons/")]
    assert lessons
    assert not [text for text in lessons if "BEGIN SOLUTION" in text or "BUG HUNT" in text]


def test_two_bundles_have_the_same_bytes(bundle, tmp_path):
    write_bundle(PROJECT, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_its_dependencies_are_those_of_the_one_list(files):
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    theirs = tomllib.loads(files["pyproject.toml"])["project"]
    assert theirs["dependencies"] == ours["dependencies"]
    assert (theirs["requires-python"], theirs["version"]) == (ours["requires-python"], ours["version"])
    assert theirs["scripts"] == {"dnnkit": "dnnkit.cli:main"}


def test_it_can_be_installed_and_used_away_from_this_repository(bundle, tmp_path):
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command += ["--disable-pip-version-check", "--target", str(tmp_path / "site"), str(tmp_path / "dnn-course")]
    subprocess.run(command, check=True, capture_output=True)
    program = (
        "from dnnkit.checking import checks as c; from pathlib import Path;"
        "assert Path(c.__file__).is_relative_to(Path.cwd());"
        "print(*sorted(c.load_exercises(c.EXAMPLES)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "site", capture_output=True, text=True, check=True
    )
    assert "neuron.softmax" in done.stdout.split()
