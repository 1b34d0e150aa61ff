"""Honest submissions that look odd keep every point."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from odd import MAKERS, Kit
from outside import each_once, grader_traces, left_behind, own_place

from grading.authoring.release import load_release
from grading.classes.autograde import GradingOptions, autograde
from grading.course import open_course
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student, local_transport
from grading.lessons.lesson import find_lesson
from grading.sandbox.bubblewrap import CURE, sandbox_problem
from grading.sandbox.limits import Limits

PROJECT = Path(__file__).parents[2]
ENOUGH = 25
PARTS = 2  # classes, so that two processes of a test session share the work
ODD_VALUES = [
    None, True, 0, -0.0, 10**500, 2**63, 1e308, float("nan"), float("inf"), "", "nan", "x" * 5000, [], (), {}, [[]],
    [None] * 50, [[1], [2, 3]], [[[[[]]]]], {1: {2: 3}}, {None: None}, {True: 1, 1.5: 2}, (1, 2), (1, 2, 3), ([],
    [], []), ("a", "b"), (None, None, None), [np.zeros(2), "a"], [np.zeros((2, 2))], [10**30], [[10**30]], (10**30,
    10**30, [10**30]), np.zeros(0), np.zeros((0, 3)), np.zeros((1,) * 16), np.zeros((3, 2)), np.array(2**63,
    dtype="uint64"), np.array([[np.nan]]), np.float16(1), np.zeros((64, 10)), (np.zeros((64, 10)), np.full(10,
    np.nan)), (np.zeros((0, 10)), np.zeros(10)), [np.array([2**63], dtype="uint64")], [np.array([-(2**63)])],
    [np.arange(26)[::-1]], np.zeros(5, dtype=bool),
]  # fmt: skip


@pytest.fixture(scope="module")
def lesson():
    """The first lesson."""
    return find_lesson(PROJECT / "solutions", "01")


@pytest.fixture(scope="module")
def graded(lesson, tmp_path_factory, drawn):
    """The odd submissions, or what is drawn of them, graded in classes."""
    if sandbox_problem():
        pytest.skip(f"{sandbox_problem()} {CURE}")
    names = drawn("odd", MAKERS)
    parts = {f"odd-{number}": names[number::PARTS] for number in range(PARTS)}
    classes = each_once(
        tmp_path_factory.getbasetemp(), parts, lambda names: graded_class(lesson, tmp_path_factory.mktemp("odd"), names)
    )
    results = {result.student: result for one in classes for result in one.results}
    return SimpleNamespace(results=results, left=[one.left for one in classes])


def graded_class(lesson, root, names):
    """Some of the odd submissions, graded in one run."""
    course = open_course(PROJECT, root=root)
    kit = Kit(load_release(PROJECT, lesson), {name: cell.source for name, cell in lesson.solution_cells.items()})
    for name in names:
        path = course.submitted / name / lesson.name / f"{lesson.topic}.ipynb"
        path.parent.mkdir(parents=True)
        made = MAKERS[name](kit)
        path.write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
    with own_place():
        before = grader_traces()
        results = autograde(course, lesson, GradingOptions(limits=Limits(cell_seconds=20.0)))
        return SimpleNamespace(results=results, left=left_behind(before))


def test_the_bank_is_large_enough():
    assert len(MAKERS) >= ENOUGH


@pytest.mark.sandbox
@pytest.mark.share("odd", MAKERS)
@pytest.mark.parametrize("name", MAKERS)
def test_an_odd_submission_gets_full_marks(graded, name):
    result = graded.results[name]
    lost = [(e.name, c.name, c.status, c.message) for e in result.exercises for c in e.checks if c.status != "passed"]
    assert (result.status, lost) == ("graded", []), result.notes
    assert result.score == result.max_score


@pytest.mark.sandbox
def test_no_process_mount_file_or_descriptor_is_left(graded):
    assert graded.left == [{}] * PARTS


def test_no_answer_whatever_it_is_makes_a_check_fail_itself(lesson):
    reference = Reference(lesson)

    def candidate(number, value):
        answers = dict.fromkeys(lesson.exercises, lambda *inputs: value)
        return Candidate(
            f"value-{number}",
            lambda **options: Student(local_transport(answers), reference.parameters, **options),
            b"seed",
        )

    findings = run_hidden_checks(lesson, reference, [candidate(n, value) for n, value in enumerate(ODD_VALUES)])
    broken = [(f.candidate.name, f.result.name, f.result.message) for f in findings if f.result.status == "error"]
    assert broken == []
    assert max(len(finding.result.message) for finding in findings) <= 1_000
