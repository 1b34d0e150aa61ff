"""The real lessons, loaded once, and which of their long tests run: see "What is proved each time" in CONTRIBUTING.

A test that is marked `kept` runs for a lesson only where the lesson's ledger does not say that it passed with the same
lesson and the same code, and for a few lessons that are drawn. All run with --all-proofs.
"""

import ast
import functools
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from dnnkit.checking.example_records import read_example_file
from grading.authoring.digests import lesson_digest, python_release, record_digest, releases
from grading.authoring.imported_code import code_digest, digest_of
from grading.authoring.keeping import draw
from grading.authoring.ledger import LESSON, Basis, judge_of, ledger_of
from grading.authoring.needed_source import canonical
from grading.authoring.share import fresh_tasks
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import load_checks
from grading.lessons.lesson import all_lessons, find_lesson

PROJECT = Path(__file__).resolve().parent.parent.parent
LESSONS = all_lessons(PROJECT / "solutions")
RUN_AFRESH = 3  # kept tests of the whole course that run though they need not
RUN_FOR_CHANGED_CODE = 2  # lessons for which each kept test runs where only its code has changed


def pytest_generate_tests(metafunc):
    if "lesson" in metafunc.fixturenames:
        metafunc.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
    if "task" in metafunc.fixturenames:
        everything = metafunc.config.getoption("all_proofs")
        tasks = fresh_tasks(LESSONS, os.environ["DNN_PROOF_SEED"], everything=everything)
        names = [f"{task.lesson.topic}.{task.exercise}-{task.kind}" for task in tasks]
        metafunc.parametrize("task", tasks, ids=names)


@dataclass(frozen=True)
class KeptRun:
    """One marked test for one lesson.

    Attributes:
        lesson: the lesson's name.
        kind: the kind of its row in the ledger: the mark's name, and what else the test is parametrized by.
        basis: on what it rests.
        state: what the ledger says of it.
    """

    lesson: str
    kind: str
    basis: Basis
    state: str


def kept_run(item):
    """Say what the ledger holds of a marked test."""
    mark, values = item.get_closest_marker("kept"), dict(item.callspec.params)
    lesson = values.pop("lesson")
    kind = " ".join([mark.args[0], *(str(getattr(value, "name", value)) for value in values.values())])
    more = digest_of_sources(mark.kwargs["sources"], tuple(values.values())) if "sources" in mark.kwargs else ""
    graded = mark.kwargs.get("graded", False)
    digest, code = digest_of(digest_of_lesson(lesson, graded), more), code_text(item.path, mark.kwargs["code"])
    basis = Basis(digest, code, record_digest(releases()))
    row = ledger_of(lesson.folder).row(LESSON, kind)
    return KeptRun(lesson.name, kind, basis, judge_of(PROJECT / "solutions").state(LESSON, kind, row, basis))


@functools.cache
def code_text(path, names):
    """What stands for the code that decides a test: its own file, modules of the project, Python."""
    own = canonical(ast.parse(path.read_text(encoding="utf-8")))
    return digest_of(python_release(), code_digest(*names), own)


@functools.cache
def digest_of_lesson(lesson, graded):
    """The digest of a whole lesson, or of what of it is graded, computed once."""
    return lesson_digest(lesson, PROJECT, graded=graded)


@functools.cache
def digest_of_sources(function, values):
    """What a test says of its other sources, computed once."""
    return function(*values)


def pytest_collection_modifyitems(config, items):
    """Leave out what is kept; a backend that was asked for by its mark is tried whole."""
    runs = {item: kept_run(item) for item in items if item.get_closest_marker("kept")}
    everything = config.getoption("all_proofs") or config.getoption("markexpr") in ("jax", "torch")
    left_out, afresh = set(), drawn_afresh(runs.values())
    for kind in sorted({run.kind for run in runs.values()}):
        mine = {item: run for item, run in runs.items() if run.kind == kind}
        sample = sorted({lesson for one, lesson in afresh if one == kind} | lessons_for_changed_code(mine.values()))
        for item, run in mine.items():
            item.user_properties.append(("kept run", {**asdict(run), "sample": sample}))
            if holds(run) and run.lesson not in sample and not everything:
                left_out.add(item)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def holds(run):
    """Whether the ledger says that a test passed, with the code of today or of another day."""
    return run.state in ("kept", "judge changed")


def drawn_afresh(runs):
    """Draw the kept tests that run all the same, by the seed: pairs of kind and lesson."""
    holding = sorted((run.kind, run.lesson) for run in runs if holds(run))
    return draw(holding, RUN_AFRESH, os.environ["DNN_PROOF_SEED"], "kept runs")


def lessons_for_changed_code(runs):
    """Draw the lessons for which a kept test runs since its code has changed, by that code."""
    if all(run.state != "judge changed" for run in runs):
        return set()
    holding = [run for run in runs if holds(run)]
    return set(draw([run.lesson for run in holding], RUN_FOR_CHANGED_CODE, holding[0].basis.judge))


@pytest.fixture
def project():
    return PROJECT


@pytest.fixture(scope="module")
def reference(request):
    """The reference of the lesson that a file test_TOPIC_oracles.py is about."""
    topic = request.path.stem.removeprefix("test_").removesuffix("_oracles")
    return Reference(find_lesson(PROJECT / "solutions", topic))


@pytest.fixture(scope="module")
def lesson_names(reference):
    """What that lesson defines, by name."""
    return reference.namespace()


@pytest.fixture(scope="module")
def checks(reference):
    """The module with that lesson's checks."""
    return load_checks(reference.lesson)


@pytest.fixture(scope="module")
def examples(reference):
    """The public examples of that lesson's exercises, as `check` reads them."""
    return read_example_file(PROJECT / "dnnkit" / "examples" / f"{reference.lesson.topic}.json")["exercises"]


@pytest.fixture(scope="module")
def right_answers(reference):
    """Function (exercise) -> the reference's and every right answer of the bank, each as a namespace."""

    def all_of(exercise):
        variants = load_bank(reference.lesson).variants_of(exercise)
        return [reference.namespace(*answer) for answer in [(), *((variant,) for variant in variants)]]

    return all_of
