"""Answers that are made up earn nothing, whoever makes them up; what a student calls `len` stays the student's."""

import hashlib
import json
from pathlib import Path

import pytest
from fabricated import AGENTS, CELLS

from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.wire import decode
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.judging.judge import Judge
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student
from grading.lessons.lesson import find_lesson
from grading.sandbox.bubblewrap import CURE, sandbox_problem
from grading.submissions.submission import Submission, parse_cells

PROJECT = Path(__file__).parents[2]
ENOUGH = 15


def answering(make):
    """Make a transport whose every answer is made up from the inputs of the call."""

    def answer(request, seconds):
        value = make({name: decode(item) for name, item in request["inputs"].items()})
        outcome = Outcome("returned", value).to_json(readable=False)
        return {"outcome": outcome, "message": "", "place": "", "warnings": []}

    return answer


def test_the_bank_of_fabricated_answers_is_large_enough():
    assert len(AGENTS) + len(CELLS) >= ENOUGH


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_that_makes_its_answers_up_earns_nothing(name):
    number, exercise, make = AGENTS[name]
    lesson = find_lesson(PROJECT / "solutions", number)
    reference = Reference(lesson)

    def make_student(**options):
        return Student(answering(make), reference.parameters, **options)

    candidates = [Candidate(f"{name}-{seed}", make_student, seed, frozenset({exercise})) for seed in (b"a", b"b")]
    found = run_hidden_checks(lesson, reference, candidates)
    assert {(finding.result.name, finding.result.status) for finding in found} == {
        (finding.result.name, "failed") for finding in found
    }


def graded(number, answers, before=()):
    """Grade a notebook with these answers behind the wall: (record, exercise -> its result)."""
    lesson = find_lesson(PROJECT / "solutions", number)
    notebook = with_answers(load_release(PROJECT, lesson), answers)
    data = json.dumps(notebook).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    submission = Submission("ann", "ok", "", digest, parse_cells(data))
    record, _ = Judge(lesson, load_release(PROJECT, lesson)).judge(submission, b"seed")
    return record, {exercise.name: exercise for exercise in record.exercises}


@pytest.mark.sandbox
@pytest.mark.share("fabricated", CELLS)
@pytest.mark.parametrize("name", CELLS)
def test_a_hand_in_that_makes_its_answers_up_earns_nothing(name):
    if sandbox_problem():
        pytest.skip(f"{sandbox_problem()} {CURE}")
    number, exercise, source = CELLS[name]
    record, results = graded(number, {exercise: source})
    assert (record.status, record.score) == ("graded", 0.0), results[exercise]
    assert results[exercise].status in ("failed", "crashed", "timeout"), results[exercise]  # timeout: on a busy machine
    assert "error" not in {check.status for check in results[exercise].checks}


SAME_NAMES = """
# Names of Python with other meanings, for everything that comes below.
len = range = isinstance = sorted = zip = tuple = list = dict = getattr = enumerate = "mine"
"""


@pytest.mark.sandbox
def test_right_answers_beside_redefined_names_keep_every_point():
    if sandbox_problem():
        pytest.skip(f"{sandbox_problem()} {CURE}")
    lesson = find_lesson(PROJECT / "solutions", "02")
    right = lesson.solution_cells["topological_order"].source
    _, results = graded("02", {"topological_order": f"{right}\n{SAME_NAMES}"})
    assert results["topological_order"].score == results["topological_order"].max_score, results["topological_order"]
