"""What a lesson or dnnkit hands to students answers no exercise, by what it does, whatever it is called."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import dnnkit
from dnnkit.checking.checks import check_exercise
from grading.authoring.imported_code import code_digest, digest_of
from grading.authoring.needed_source import canonical
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student, local_transport
from grading.lessons.check_functions import slow_exercises
from grading.lessons.lesson import all_lessons, without_magics

LESSONS = all_lessons(Path(__file__).resolve().parents[2] / "solutions")
CHECKING = ("dnnkit.checking.checks", "grading.judging.pytest_plugin")  # what decides whether a function passes
# What of dnnkit computes; the rest draws, or looks at the machine, the notebook or the network.
COMPUTES = ("data", "facts", "gradcheck", "gradients", "demos")
# Known, and why: lesson 01 tests gradients with a tool that lesson 02 then lets students write for themselves.
UNAVOIDABLE = {("dnnkit.gradcheck.numerical_gradient", "backprop.numerical_gradient")}


class WithoutDefaults(ast.NodeTransformer):
    """Defaults that need what a cell has computed, such as colours, become None."""

    def visit_arguments(self, node):
        node.defaults = [one if isinstance(one, ast.Constant) else ast.Constant(None) for one in node.defaults]
        return node


def handed_out(lesson, namespace):
    """All functions and classes that a lesson's cells define for the student, by name."""
    found = {}
    for cell in lesson.cells:
        if cell.kind in ("given", "explore"):
            body = ast.parse(without_magics(cell.source)).body
            kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            kept = [WithoutDefaults().visit(node) for node in body if isinstance(node, kinds)]
            exec(compile(ast.fix_missing_locations(ast.Module(kept, [])), lesson.topic, "exec"), namespace)
            names = [node.name for node in kept if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
            found |= {f"{lesson.name}: {name}": namespace[name] for name in names}
    return found


def public_functions():
    """All public functions of dnnkit's modules that compute, by full name."""
    found = {}
    for module in pkgutil.walk_packages(dnnkit.__path__, "dnnkit."):
        if module.name.split(".")[1] in COMPUTES and not module.name.endswith("downloads"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if inspect.isfunction(value) and value.__module__ == module.name and not name.startswith("_"):
                    found[f"{module.name}.{name}"] = value
    return found


def counts(function):
    """How many arguments a function can be called with, by position."""
    parameters = inspect.signature(function).parameters.values()
    if any(one.kind == one.KEYWORD_ONLY and one.default is one.empty for one in parameters):
        return set()
    placed = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    most = 9 if any(one.kind == one.VAR_POSITIONAL for one in parameters) else len(placed)
    return set(range(sum(one.default is one.empty for one in placed), most + 1))


def answers(functions, lesson, reference):
    """Which of these functions pass an exercise's examples, and then all of its checks: pairs of names."""
    candidates, right = {}, reference.namespace()
    slow = slow_exercises(lesson)
    for exercise in lesson.exercises:
        seconds = 60 if exercise in slow else 5
        for name, function in functions.items():
            alike = isinstance(function, type) == isinstance(right[exercise], type)
            if not alike or not counts(function) & counts(right[exercise]):
                continue
            namespace = right | {exercise: function}
            if check_exercise(f"{lesson.topic}.{exercise}", namespace, seconds=seconds).passed:
                candidates[_candidate(name, exercise, namespace, reference)] = (name, f"{lesson.topic}.{exercise}")
    wrong = set()
    for finding in run_hidden_checks(lesson, reference, list(candidates)) if candidates else ():
        if finding.result.status != "passed":
            wrong.add(finding.candidate)
    return {pair for candidate, pair in candidates.items() if candidate not in wrong}


def _candidate(name, exercise, namespace, reference):
    def make_student(**options):
        return Student(local_transport(namespace), reference.parameters, **options)

    return Candidate(f"{name} as {exercise}", make_student, b"given", frozenset({exercise}))


@pytest.fixture(scope="module")
def references():
    return {lesson.name: Reference(lesson) for lesson in LESSONS}


@pytest.fixture(scope="module")
def functions(references):
    """Source -> its functions by name."""
    found = {lesson.name: handed_out(lesson, references[lesson.name].namespace()) for lesson in LESSONS}
    return {"dnnkit": public_functions(), **found}


def source_digest(source):
    """Digest the functions of a source."""
    if source == "dnnkit":
        return code_digest(*(f"dnnkit.{name}{end}" for name in COMPUTES for end in ("", ".*")))
    lesson = next(lesson for lesson in LESSONS if lesson.name == source)
    cells = [cell.source for cell in lesson.cells if cell.kind in ("given", "explore")]
    return digest_of(*(canonical(ast.parse(without_magics(cell))) for cell in cells))


def test_there_is_something_to_look_at(functions):
    assert "02_backprop: cross_entropy" in functions["02_backprop"]
    assert "dnnkit.gradcheck.gradient_error" in functions["dnnkit"]


@pytest.mark.kept("given code of", code=CHECKING, sources=source_digest)
@pytest.mark.parametrize("source", ["dnnkit", *(lesson.name for lesson in LESSONS)])
def test_nothing_handed_out_answers_an_exercise(lesson, source, functions, references):
    known = {pair for pair in UNAVOIDABLE if pair[1].startswith(f"{lesson.topic}.") and pair[0] in functions[source]}
    assert answers(functions[source], lesson, references[lesson.name]) == known


def test_an_answer_under_another_name_is_found(lesson, references):
    reference = references[lesson.name]
    namespace = reference.namespace()
    name = next(name for name in lesson.exercises if not isinstance(namespace[name], type))
    assert answers({"a given function": namespace[name]}, lesson, reference) == {
        ("a given function", f"{lesson.topic}.{name}")
    }
