"""Every lesson that uses Keras also runs, and is checked, on Keras' other backends: JAX, and PyTorch where it is."""

import ast
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from importlib import metadata

import nbformat
import pytest
from nbclient import NotebookClient

from dnnkit.environment.variables import CPU
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import list_checks
from grading.lessons.lesson import without_magics

on_every_backend = pytest.mark.parametrize(
    "backend", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("jax", "torch")]
)


def backend_release(backend):
    """The release of a backend, which decides as the lesson's own text does."""
    return metadata.version(backend) if importlib.util.find_spec(backend) else "none"


# On a GPU, PyTorch's tensors do not hand NumPy their numbers. These behave so on the CPU, too, but for Keras itself.
AS_ON_A_GPU = """
import sys
import torch

to_numpy = torch.Tensor.__array__
def refuse(tensor, *arguments, **named):
    if not sys._getframe(1).f_globals["__name__"].startswith("keras."):
        raise TypeError("can't convert cuda:0 device type tensor to numpy.")
    return to_numpy(tensor, *arguments, **named)
torch.Tensor.__array__ = refuse
"""
# Lessons and checks compile much and compute little, as JAX compiles each operation anew for each shape.
JUDGING = ("dnnkit.*", "grading.judging.pytest_plugin")
COMPILE_FAST = {"XLA_FLAGS": "--xla_backend_optimization_level=1"}
CHECK_RIGHT_ANSWERS = """
import json, sys
from pathlib import Path
import keras
from grading.lessons.bank import load_bank
from grading.lessons.lesson import load_lesson
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference

lesson, every = load_lesson(Path(sys.argv[1])), sys.argv[2] == "every"
bank, reference, candidates = load_bank(lesson), Reference(lesson), []
for exercise in sys.argv[3:]:
    for answers in ((), *((variant,) for variant in bank.variants_of(exercise) if every)):
        name = answers[0].name if answers else f"{exercise}__reference"
        student = lambda answers=answers, **options: reference.student(*answers, **options)
        candidates.append(Candidate(name, student, b"backend", frozenset({exercise})))
found = [(f.candidate.name, f.result.name, f.result.status, f.result.message)
         for f in run_hidden_checks(lesson, reference, candidates)]
print(json.dumps([keras.backend.backend(), found]))
"""


def code_of(*sources):
    """Sources without comments, as one text."""
    return "\n".join(ast.unparse(ast.parse(without_magics(source))) for source in sources)


def uses_keras(text):
    return "keras" in text or "dnnkit.gradients" in text


def keras_exercises(lesson):
    """Exercises whose solution, checks or variants use Keras; all, where what they share uses it."""
    checks, bank = list_checks(lesson), load_bank(lesson)
    own = {check.__name__ for group in checks.values() for check in group}
    tree = ast.parse(lesson.tests.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if getattr(node, "name", None) not in own]
    given = (cell.source for cell in lesson.cells if cell.kind == "given")
    if uses_keras(ast.unparse(tree) + code_of(*given)):
        return list(lesson.exercises)
    sources = {
        name: [lesson.solution_cells[name].source, *(answer.source for answer in bank.variants_of(name))]
        for name in lesson.exercises
    }
    checked = {name: "".join(map(inspect.getsource, group)) for name, group in checks.items()}
    return [name for name in lesson.exercises if uses_keras(code_of(*sources[name]) + checked[name])]


def require_keras(lesson, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    if not uses_keras(code_of(*(cell.source for cell in lesson.cells if cell.kind not in ("markdown", "check")))):
        pytest.skip(f"{lesson.name} does not use Keras")


@pytest.mark.kept("solved notebook on", code=("dnnkit.*",), sources=backend_release)
@on_every_backend
def test_solved_lesson_runs_and_passes_its_own_checks(lesson, project, tmp_path, monkeypatch, backend):
    require_keras(lesson, backend)
    for name, value in {**CPU, **COMPILE_FAST, "KERAS_BACKEND": backend}.items():
        monkeypatch.setenv(name, value)
    answers = {name: cell.source for name, cell in lesson.solution_cells.items()}
    notebook = with_answers(load_release(project, lesson), answers)
    notebook.cells.append(nbformat.v4.new_code_cell("import keras; keras.backend.backend()"))
    if backend == "torch":
        notebook.cells.insert(0, nbformat.v4.new_code_cell(AS_ON_A_GPU))
    # the kernel python3, not dnn: that one's own settings name the backend that was chosen when it was installed
    client = NotebookClient(notebook, kernel_name="python3", timeout=300, resources={"metadata": {"path": tmp_path}})
    client.store_widget_state = False
    outputs = [output for cell in client.execute().cells for output in cell.get("outputs", [])]
    assert outputs[-1].data["text/plain"] == repr(backend)
    text = "\n".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in outputs)
    assert text.count("The hidden checks of the grader go further.") == len(lesson.exercises)
    assert "waits for" not in text
    assert [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"] == []


@pytest.mark.kept(
    "right answers on", code=("dnnkit.*", "grading.judging.pytest_plugin"), sources=backend_release, graded=True
)
@on_every_backend
def test_right_answers_pass_their_checks(lesson, request, backend):
    """Every right answer of the bank under `make test-jax`; with all other tests the reference's only, to save time."""
    require_keras(lesson, backend)
    every = "every" if request.config.getoption("markexpr") == backend else "reference"
    exercises = keras_exercises(lesson)
    if not exercises:
        pytest.skip(f"no exercise of {lesson.name} uses Keras")
    command = [sys.executable, "-c", CHECK_RIGHT_ANSWERS, str(lesson.folder), every, *exercises]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {**CPU, **COMPILE_FAST, "KERAS_BACKEND": backend}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=900)
    assert done.returncode == 0, done.stderr
    used, found = json.loads(done.stdout.splitlines()[-1])
    assert used == backend
    assert {line[0].split("__")[0] for line in found} == set(exercises)
    assert [line for line in found if line[2] != "passed"] == []


@pytest.mark.parametrize(
    ("source", "uses"),
    [("import keras", True), ("x = 1  # as keras does", False), ("from dnnkit.gradients import f", True)],
)
def test_comments_do_not_count_as_using_keras(source, uses):
    assert uses_keras(code_of(source)) is uses
