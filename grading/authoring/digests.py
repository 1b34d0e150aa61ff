"""Digests of everything that decides what was proved or built: an exercise, a lesson, the releases.

Comments, layout, docstrings and type hints of Python code do not count; a word changed in a text does.
"""

import ast
import functools
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from grading.authoring.imported_code import digest_of, imported_modules, imports_of, modules_digest
from grading.authoring.needed_source import canonical, names_in, needed_statements, statements_of
from grading.authoring.way_on import way_on
from grading.lessons.bank import EVERY, Answer, Bank, load_bank, load_equivalents
from grading.lessons.lesson import Lesson, without_magics

PACKAGES = ("numpy", "keras", "tensorflow", "scikit-learn", "matplotlib", "nbgrader", "jupytext")
# What every check imports is the judge's own code: it has a digest of its own, see grading.authoring.ledger.
JUDGE = ("grading.authoring.proofs.bank", "grading.authoring.examples")


def python_release() -> str:
    """Name the release of Python without its last number, such as 3.11."""
    return ".".join(platform.python_version_tuple()[:2])


@functools.cache
def releases() -> dict[str, str]:
    """List the releases of `PACKAGES`, which decide numbers and notebooks."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    return found


class ExerciseSources:
    """The parts of a lesson's four files that decide one exercise.

    Args:
        lesson: the lesson.
        bank: its `Bank`; read where none is given.
    """

    def __init__(self, lesson: Lesson, bank: Bank | None = None) -> None:
        self.lesson = lesson
        self.bank = bank or load_bank(lesson)
        self._cells = statements_of(lesson.reference_source)
        self._checks = _CheckFile(lesson)

    def checks_digest(self, exercise: str) -> str:
        """Digest what decides the verdicts on an exercise: its cells, checks, bank, and the project's code they import.

        Args:
            exercise: its name.
        """
        bank, marks = self.bank, [f"SLOW={exercise in self._checks.slow}", f"VIEW={self.bank.views.get(exercise)}"]
        if exercise in self._checks.replayable:
            marks.append("REPLAYABLE")
        answers = [*bank.mistakes_of(exercise), *bank.variants_of(exercise)]
        return self._digest(exercise, self._checks.of(exercise), answers, marks)

    def mutants_digest(self, exercise: str) -> str:
        """Digest what decides the proof on machine-made answers: as `checks_digest`, and which of them are right.

        Args:
            exercise: its name.
        """
        equivalents = load_equivalents(self.lesson)
        named = [equivalents.get(EVERY, {}), equivalents.get(exercise, {})]
        return digest_of(self.checks_digest(exercise), record_digest(named))

    def examples_digest(self, exercise: str) -> str:
        """Digest what decides the public examples of an exercise: its cells, its EXAMPLES, its mistakes and hints.

        Args:
            exercise: its name.
        """
        return self._digest(exercise, self._checks.examples_of(exercise), self.bank.mistakes_of(exercise), [])

    def _digest(self, exercise: str, checks: list[ast.AST], answers: list[Answer], marks: list[str]) -> str:
        trees = [*checks, *(_parsed(answer.source) for answer in answers)]
        names = {exercise}.union(*map(names_in, trees))
        trees += needed_statements(self._cells, names)
        named = [f"{answer.name} {answer.hint}" for answer in answers]
        modules = frozenset().union(*map(imports_of, trees))
        return digest_of(exercise, *marks, *named, *map(canonical, trees), _code_beside_the_judge(modules))


class _CheckFile:
    """A lesson's check file, cut into what belongs to each exercise."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._entries: dict[str, ast.expr] = {}
        self._tests: list[ast.FunctionDef] = []
        self._shared: list[ast.stmt] = []
        self.slow: Sequence[str] = ()
        self.replayable: Mapping[str, str] = {}
        for statement in statements_of(lesson.tests.read_text(encoding="utf-8")):
            if isinstance(statement, ast.Assign) and _is_name(statement.targets[0], "EXAMPLES"):
                self._entries = self._read_examples(statement.value)
            elif isinstance(statement, ast.Assign) and _is_name(statement.targets[0], "SLOW"):
                self.slow = ast.literal_eval(statement.value)
            elif isinstance(statement, ast.Assign) and _is_name(statement.targets[0], "REPLAYABLE"):
                self.replayable = ast.literal_eval(statement.value)
            elif isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_"):
                self._tests.append(statement)
            else:
                self._shared.append(statement)

    def _read_examples(self, value: ast.expr) -> dict[str, ast.expr]:
        keys = value.keys if isinstance(value, ast.Dict) else [None]
        if isinstance(value, ast.Dict) and all(isinstance(key, ast.Constant) for key in keys):
            names = [key.value for key in keys if isinstance(key, ast.Constant)]
            return dict(zip(map(str, names), value.values, strict=True))
        return dict.fromkeys(
            self._lesson.exercises, value
        )  # made in another way: then all of it decides every exercise

    def of(self, exercise: str) -> list[ast.AST]:
        """The exercise's checks and what they need."""
        return self._with_needed([t for t in self._tests if self._lesson.exercise_of(t.name) == exercise])

    def examples_of(self, exercise: str) -> list[ast.AST]:
        """The exercise's public examples and what they need."""
        return self._with_needed([self._entries[exercise]] if exercise in self._entries else [])

    def _with_needed(self, own: list[ast.AST]) -> list[ast.AST]:
        # A check may use another one as a function.
        others = [test for test in self._tests if test not in own]
        return [*own, *needed_statements([*self._shared, *others], set().union(*map(names_in, own)))]


@functools.lru_cache(maxsize=10_000)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _is_name(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


@functools.cache
def _judge_modules() -> frozenset[str]:
    return frozenset(imported_modules(JUDGE))


@functools.cache
def _code_beside_the_judge(modules: frozenset[str]) -> str:
    return modules_digest(imported_modules(modules) - _judge_modules())


def notebook_digest(lesson: Lesson) -> str:
    """Digest what a lesson's built notebook is made from: its text, checks' worth, bugs, the next lesson."""
    sources = ((lesson.folder / name).read_text("utf-8") for name in _sources(lesson))
    return digest_of(*sources, way_on(lesson))


def lesson_digest(lesson: Lesson, project: Path, *, graded: bool = False) -> str:
    """Digest a whole lesson as it runs: the code of its four files and of the built notebook, and the public examples.

    Its texts do not count, since no cell runs them.

    Args:
        lesson: the lesson.
        project: the project's root folder.
        graded: leave out the cells that the grader skips, those that begin with %%explore.
    """
    notebook = project / "lessons" / lesson.name / f"{lesson.topic}.ipynb"
    examples = project / "dnnkit" / "examples" / f"{lesson.topic}.json"
    own = [cell.source for cell in lesson.cells if cell.kind != "markdown" and not (graded and cell.kind == "explore")]
    own += [(lesson.folder / name).read_text("utf-8") for name in _sources(lesson)[1:]]
    sources = [canonical(ast.parse(without_magics(source))) for source in own]
    cells = json.loads(notebook.read_text("utf-8"))["cells"] if notebook.is_file() else []
    cells = [cell for cell in cells if cell["cell_type"] == "code"]
    if graded:
        cells = [cell for cell in cells if not "".join(cell["source"]).startswith("%%explore")]
    text = examples.read_text("utf-8") if examples.is_file() else ""
    return digest_of(*sources, *(json.dumps(cell, sort_keys=True) for cell in cells), text)


def text_digest(text: str) -> str:
    """Digest a text as it is."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def record_digest(record: object) -> str:
    """Digest plain data."""
    return text_digest(json.dumps(record, sort_keys=False))


def _sources(lesson: Lesson) -> list[str]:
    return [f"{lesson.topic}.py", lesson.tests.name, "mistakes.py", "variants.py"]
