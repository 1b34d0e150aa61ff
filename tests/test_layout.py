"""The house stays in order: small files, short functions, one direction of imports, nothing of a machine in it."""

import ast
import json
import re
import subprocess
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for name in ("dnnkit", "grading") for path in (PROJECT / name).rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 250, 40

WITHOUT_HINTS: set[str] = set()


def tracked(*patterns):
    """Files that git knows or would take: tracked and new ones, nothing ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [PROJECT / name for name in listed if name and (PROJECT / name).is_file()]


def name_of(path):
    """A path below the project, for messages and test ids."""
    return path.relative_to(PROJECT).as_posix()


def imported(path):
    """Top-level packages that a module imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def test_there_are_modules_to_look_at():
    assert len(MODULES) > 30


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
    lengths = {f"{node.name}, line {node.lineno}": node.end_lineno - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_no_module_has_a_name_that_says_nothing():
    empty = {"util", "utils", "helper", "helpers", "misc", "common", "tools", "base", "core"}
    assert [name_of(path) for path in MODULES if empty & set(path.relative_to(PROJECT).with_suffix("").parts)] == []


def untyped(body, prefix="", public=True):
    """Names of public functions, also those of public classes, with an argument or a result without a type hint."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from untyped(node.body, f"{prefix}{node.name}.", public and not node.name.startswith("_"))
        elif isinstance(node, ast.FunctionDef) and public and (node.name == "__init__" or node.name[0] != "_"):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            arguments += [argument for argument in (node.args.vararg, node.args.kwarg) if argument]
            bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
            if bare or (node.returns is None and node.name != "__init__"):
                yield prefix + node.name


def test_public_functions_and_records_have_type_hints():
    bodies = {name_of(path): ast.parse(path.read_text(encoding="utf-8")).body for path in MODULES}
    found = {name: missing for name, body in bodies.items() if (missing := list(untyped(body)))}
    assert {name: missing for name, missing in found.items() if name not in WITHOUT_HINTS} == {}
    assert WITHOUT_HINTS - set(found) == set()  # what has its hints by now leaves the list


ROOMS = ("lessons", "sandbox", "submissions", "judging", "authoring", "gradebook", "reports", "classes", "cli")


def named_modules(path):
    """Full names of our modules that a module imports anywhere in it, or names in a string, as entry points do."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            found.add(node.value)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_the_grader_imports_only_rooms_below_it(room):
    above = ROOMS[ROOMS.index(room) + 1 :]
    wrong = re.compile(rf"grading\.({'|'.join(above)})(\.|$)" if above else r"(?!)")
    files = sorted((PROJECT / "grading" / room).rglob("*.py"))
    assert files
    found = {name_of(path): sorted(filter(wrong.match, named_modules(path))) for path in files}
    assert {name: modules for name, modules in found.items() if modules and name not in PLUGGED_IN} == {}


# nbgrader imports its plug-ins by the names that this configuration gives, whatever stands above.
PLUGGED_IN = ("grading/authoring/nbgrader_course.py",)


def test_only_the_rooms_and_what_all_need_lie_in_the_grader():
    folders = {path.name for path in (PROJECT / "grading").iterdir() if any(path.glob("*.py"))}
    assert folders == set(ROOMS)
    alone = {path.stem for path in (PROJECT / "grading").glob("*.py")} - {"__init__", "__main__"}
    wrong = re.compile(rf"grading\.({'|'.join(ROOMS)})(\.|$)")
    paths = [PROJECT / "grading" / f"{name}.py" for name in alone]
    assert {path.stem: names for path in paths if (names := sorted(filter(wrong.match, named_modules(path))))} == {}


def test_no_modules_of_the_grader_import_each_other_in_a_circle():
    """Imports that only type hints need, below `if TYPE_CHECKING`, do not count: they are never run."""
    files = {
        ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in MODULES
        if path.is_relative_to(PROJECT / "grading")
    }
    graph = {name: imported_modules(path, set(files)) - {name} for name, path in files.items()}
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError


def imported_modules(path, known):
    """Those of the known modules that a module imports anywhere in it: a submodule where there is one of that name."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    hints = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    left_out = {id(node) for block in hints for node in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in left_out:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import) and id(node) not in left_out:
            found |= {alias.name for alias in node.names}
    return found & known


def test_students_package_knows_neither_grader_nor_solutions():
    theirs = [path for path in MODULES if path.is_relative_to(PROJECT / "dnnkit")]
    assert {
        name_of(path): names for path in theirs if (names := imported(path) & {"grading", "solutions", "tests"})
    } == {}


def test_nothing_imports_solutions_by_name():
    everything = [*MODULES, *(PROJECT / "tests").rglob("*.py"), *(PROJECT / "benchmarks").rglob("*.py")]
    assert [name_of(path) for path in everything if "solutions" in imported(path)] == []


def test_what_runs_in_the_sandbox_knows_no_grader():
    inside = [path for path in MODULES if "inside" in path.parts]
    assert inside
    assert {name_of(path): names for path in inside if (names := imported(path) & {"grading", "solutions"})} == {}


def test_no_file_holds_a_path_of_a_machine():
    homes = re.compile(r"(?<![\w.])/(?:root|work|Users/\w+|home/(?!student\b)\w+)/|[A-Z]:\\Users\\")
    found = {}
    for path in tracked():
        if path.suffix in (".png", ".ico", ".gif", ".webp", ".npz") or path == Path(__file__).resolve():
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        if hits := [line.strip()[:80] for line in lines if homes.search(line)]:
            found[name_of(path)] = hits
    assert found == {}


def test_no_notebook_in_git_holds_outputs():
    notebooks = tracked("*.ipynb")
    assert notebooks
    for path in notebooks:
        code = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
        assert not [cell for cell in code if cell["outputs"] or cell["execution_count"]], name_of(path)


def test_nothing_secret_or_built_is_in_git():
    names = [name_of(path) for path in tracked()]
    bad = re.compile(
        r"(^|/)(gradebook\.db.*|grades.*\.csv|\.course-secret.*|submitted|autograded|feedback|build|__pycache__|\.venv)(/|$)"
    )
    assert [name for name in names if bad.search(name)] == []


def test_the_lock_holds_hashes_and_no_addresses():
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    pinned = [block for block in blocks if not block.startswith("#")]
    assert len(pinned) > 50
    assert [block.splitlines()[0] for block in pinned if "==" not in block or "--hash=sha256:" not in block] == []


def test_the_lock_holds_every_dependency():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(need for extra in project["optional-dependencies"].values() for need in extra),
    ]
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==", lock, re.M))
    names = {re.match(r"[\w.-]+", need).group().lower().replace("_", "-") for need in wanted}
    assert names - locked == set()


def test_every_dependency_says_what_needs_it():
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8").partition("[project.scripts]")[0]
    listed = re.findall(r'^  "[\w.-]+[^"]*",.*$', text, re.M)
    assert len(listed) > 10
    assert [line for line in listed if "#" not in line] == []


def test_the_conda_environment_lists_nothing_twice():
    text = (PROJECT / "environment.yml").read_text(encoding="utf-8")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(need for extra in project["optional-dependencies"].values() for need in extra),
    ]
    ours = {re.match(r"[\w.-]+", need).group().lower() for need in wanted}
    listed = re.findall(r"^\s*- (?!-e)([\w.-]+)", text, re.M)
    assert "python" in listed
    assert ours & {name.lower() for name in listed} == set()
    assert ".[" in text
