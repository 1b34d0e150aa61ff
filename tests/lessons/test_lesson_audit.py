"""Promise 1, on the real lessons: no mistake escapes, each is named, no right answer is refused."""

import copy

import nbformat
import pytest

from grading.authoring.audit import audit
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.classes.autograde import make_grader
from grading.course import open_course
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import load_checks
from grading.submissions.submission import Submission, parse_cells


def test_audit_is_clean(lesson):
    # `grading audit` takes twenty seeds for every answer. To save time: two here, and one for the mistakes of the
    # exercises that train, whose right answers go through the sandbox below.
    rows = audit(lesson, seeds=2, slow_seeds=1, slow_right=False)
    assert [problem for row in rows for problem in row.problems] == []
    assert sum(row.mistakes for row in rows) == sum(row.named for row in rows)


def test_bank_is_as_large_as_promised(lesson):
    bank = load_bank(lesson)
    for exercise in lesson.exercises:
        hints = [mistake.hint for mistake in bank.mistakes_of(exercise)]
        assert len(hints) >= 4, exercise
        assert len(set(hints)) == len(hints), exercise
        assert len(bank.variants_of(exercise)) >= 2, exercise


def slow_exercises(lesson):
    """The exercises that train for many seconds; what needs them comes last in a lesson, so others do without."""
    return getattr(load_checks(lesson), "SLOW", ())


def submit(lesson, project, answers, unwritten=()):
    """Make the submission that a student with these answers hands in, and the reference's for all others."""
    solved = {name: cell.source for name, cell in lesson.solution_cells.items() if name not in unwritten}
    notebook = with_answers(load_release(project, lesson), solved | answers)
    data = nbformat.writes(copy.deepcopy(notebook)).encode()
    return Submission("s", "ok", "", "sha256:" + str(len(data)), parse_cells(data))


@pytest.mark.sandbox
def test_mistakes_sent_through_the_sandbox_get_the_same_verdict(lesson, project, tmp_path):
    bank = load_bank(lesson)
    with make_grader(open_course(project, tmp_path), lesson) as grader:
        for number, exercise in enumerate(lesson.exercises):
            mistakes = bank.mistakes_of(exercise)
            mistake = mistakes[number % len(mistakes)]
            unwritten = [name for name in slow_exercises(lesson) if lesson.exercises.index(name) > number]
            result, _ = grader.grade(submit(lesson, project, {exercise: mistake.source}, unwritten))
            found = next(record for record in result.exercises if record.name == exercise)
            assert (found.mistake, found.hint) == (mistake.name, mistake.hint)
            assert found.score < found.max_score


@pytest.mark.sandbox
@pytest.mark.parametrize("number", range(3))
def test_variants_sent_through_the_sandbox_get_full_marks(lesson, project, tmp_path, number):
    bank = load_bank(lesson)
    # What trains is sent through the sandbox once; `grading audit` judges all its variants.
    unwritten = slow_exercises(lesson) if number else ()
    answers = {}
    for exercise in lesson.exercises:
        variants = bank.variants_of(exercise)
        if exercise not in unwritten:
            answers[exercise] = variants[number % len(variants)].source
    with make_grader(open_course(project, tmp_path), lesson) as grader:
        result, _ = grader.grade(submit(lesson, project, answers, unwritten))
    assert [e for e in result.exercises if e.status != "passed" and e.name not in unwritten] == []
    assert [e.status for e in result.exercises if e.name in unwritten] == ["not_attempted"] * len(unwritten)
    assert result.score == sum(e.max_score for e in result.exercises if e.name not in unwritten)
