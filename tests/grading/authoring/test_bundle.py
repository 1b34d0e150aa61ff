"""What students receive holds no solution and no check, is the same every time, and can be installed."""

import ast
import json
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from grading.authoring.bundle import write_bundle
from grading.lessons.bank import load_bank
from grading.lessons.lesson import all_lessons

PROJECT = Path(__file__).parents[3]
TOP = "dnn-course/"
INSTALLATION = ("README.md", "LICENSE", "pyproject.toml", "requirements.txt", "tested_versions.txt")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The bundle of this repository."""
    path = tmp_path_factory.mktemp("bundle") / "course.zip"
    write_bundle(PROJECT, path)
    return path


@pytest.fixture(scope="module")
def files(bundle):
    """The bundle's files by name, as text; bytes that are no text are replaced."""
    with zipfile.ZipFile(bundle) as archive:
        return {name.removeprefix(TOP): archive.read(name).decode(errors="replace") for name in archive.namelist()}


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
    wanted = {*INSTALLATION, "dnnkit/__init__.py", "lessons/start.ipynb"}
    for lesson in all_lessons(PROJECT / "solutions"):
        wanted |= {f"lessons/{lesson.name}/{lesson.topic}.ipynb", f"dnnkit/examples/{lesson.topic}.json"}
    assert wanted <= set(files)


def test_all_data_of_the_package_are_there_and_installed(files):
    """What is no Python file is copied into the zip, and its ending is named in the zip's pyproject."""
    data = [path.relative_to(PROJECT) for path in (PROJECT / "dnnkit").rglob("*.*") if path.is_file()]
    data = [path for path in data if path.suffix not in (".py", ".pyc", ".typed") and "." not in path.parent.as_posix()]
    named = tomllib.loads(files["pyproject.toml"])["tool"]["setuptools"]["package-data"]["*"]
    assert {"data", "examples", "demos"} <= {path.parts[1] for path in data}
    assert {path.as_posix() for path in data} <= set(files)
    assert {f"*{path.suffix}" for path in data} <= set(named)


def test_no_file_is_one_of_ours_alone(files):
    theirs = (*INSTALLATION, "lessons/", "dnnkit/")
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


def test_versions_are_those_of_the_lock_for_what_students_need_and_nothing_else(files):
    lock = re.sub(r"\[\S+\]==", "==", (PROJECT / "requirements.lock").read_text())  # constraints name no extras
    versions = files["tested_versions.txt"].splitlines()
    assert [line for line in versions if f"{line} \\\n" not in lock] == []
    names = {re.match(r"([\w.-]+)==\d[\w.]*( ;.*)?$", line)[1] for line in versions}  # no hashes, no addresses
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert {re.match(r"[\w.-]+", need)[0] for need in ours["dependencies"]} <= names
    assert {"ipython", "jupyter-server", "h5py", "pyzmq", "fqdn"} <= names  # needed by those, or by an extra
    assert {"colorama", "appnope", "pywinpty"} <= names  # on other systems
    assert names & {"nbgrader", "jupytext", "pytest", "distributed", "playwright", "ruff", "mypy"} == set()


def test_requirements_install_the_folder_in_the_tested_versions(bundle, tmp_path):
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-build-isolation", "--no-index", "--quiet"]
    folder = tmp_path / "dnn-course"
    done = subprocess.run(
        [*command, "--report", "-", "-r", "requirements.txt"], cwd=folder, capture_output=True, text=True, check=False
    )
    # Everything else is here already, in exactly these versions: pip looks for nothing.
    assert done.returncode == 0, done.stderr
    assert [item["metadata"]["name"] for item in json.loads(done.stdout)["install"]] == ["dnnkit"]


def test_right_after_the_installation_the_doctor_is_content_and_its_cures_can_be_pasted(bundle, tmp_path):
    """As the bundle's README says, but for the packages, which a venv of our own lends to the new one."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "dnn-course"
    venv.create(folder / ".venv")
    (site,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")  # as a path: no editable dnnkit, no grading
    command = [sys.executable, "-m", "pip", "--python", ".venv/bin/python", "install", "--quiet", "--no-index"]
    command += ["--no-build-isolation", "--ignore-installed", "--no-deps"]
    subprocess.run([*command, "."], cwd=folder, check=True, capture_output=True)

    def paste(line):
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}  # a terminal in which nothing is activated
        return subprocess.run(
            ["sh", "-c", line], cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=300
        )

    done = paste(".venv/bin/dnnkit doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kernel dnn    ok        not registered yet; .venv/bin/dnnkit lab registers it" in done.stdout
    cures = re.findall(r"^ +(?:fix it|to change it): (.+)$", done.stdout, re.MULTILINE)
    assert cures == [".venv/bin/dnnkit kernel install"]
    assert paste(cures[0]).returncode == 0
    kernel = json.loads((folder / ".venv/share/jupyter/kernels/dnn/kernel.json").read_text())
    assert kernel["argv"][0] == str(folder / ".venv/bin/python")


def test_it_can_be_installed_and_used_away_from_this_repository(bundle, tmp_path):
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command += ["--disable-pip-version-check", "--target", str(tmp_path / "site"), str(tmp_path / "dnn-course")]
    subprocess.run(command, check=True, capture_output=True)
    program = (
        "from dnnkit.checking import exercises as c; from pathlib import Path;"
        "assert Path(c.__file__).is_relative_to(Path.cwd());"
        "print(*sorted(c.load_exercises()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "site", capture_output=True, text=True, check=True
    )
    assert "neuron.softmax" in done.stdout.split()
