"""Promise 1, on the real lessons: no mistake escapes, each is named, no right answer is refused."""

import copy

import nbformat
import pytest

from grading.audit import audit
from grading.autograde import make_grader
from grading.bank import load_bank
from grading.build import load_release
from grading.course import open_course
from grading.sample_class import with_answers
from grading.submission import Submission, parse_cells


def test_audit_is_clean(lesson):
    # `grading audit` takes twenty seeds for every exercise; here five, and one for those that train, to save time
    rows = audit(lesson, seeds=5, slow_seeds=1)
    assert [problem for row in rows for problem in row.problems] == []
    assert sum(row.mistakes for row in rows) == sum(row.named for row in rows)


def test_bank_is_as_large_as_promised(lesson):
    bank = load_bank(lesson)
    for exercise in lesson.exercises:
        hints = [mistake.hint for mistake in bank.mistakes_of(exercise)]
        assert len(hints) >= 4, exercise
        assert len(set(hints)) == len(hints), exercise
        assert len(bank.variants_of(exercise)) >= 2, exercise


def submit(lesson, project, answers):
    """Make the submission that a student with these answers hands in."""
    solved = {name: cell.source for name, cell in lesson.solution_cells.items()}
    notebook = with_answers(load_release(project, lesson), solved | answers)
    data = nbformat.writes(copy.deepcopy(notebook)).encode()
    return Submission("s", "ok", "", "sha256:" + str(len(data)), parse_cells(data))


@pytest.mark.sandbox
def test_mistakes_sent_through_the_sandbox_get_the_same_verdict(lesson, project, tmp_path):
    grader, bank = make_grader(open_course(project, tmp_path), lesson), load_bank(lesson)
    for number, exercise in enumerate(lesson.exercises):
        mistakes = bank.mistakes_of(exercise)
        mistake = mistakes[number % len(mistakes)]
        result, _ = grader.grade(submit(lesson, project, {exercise: mistake.source}))
        found = next(record for record in result.exercises if record.name == exercise)
        assert (found.mistake, found.hint) == (mistake.name, mistake.hint)
        assert found.score < found.max_score


@pytest.mark.sandbox
@pytest.mark.parametrize("number", range(3))
def test_variants_sent_through_the_sandbox_get_full_marks(lesson, project, tmp_path, number):
    grader, bank = make_grader(open_course(project, tmp_path), lesson), load_bank(lesson)
    answers = {}
    for exercise in lesson.exercises:
        variants = bank.variants_of(exercise)
        answers[exercise] = variants[number % len(variants)].source
    result, _ = grader.grade(submit(lesson, project, answers))
    assert [exercise for exercise in result.exercises if exercise.status != "passed"] == []
    assert result.score == result.max_score
