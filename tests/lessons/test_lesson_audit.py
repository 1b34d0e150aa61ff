"""Promise 1, on the real lessons: no mistake escapes, each is named, no right answer is refused.

`grading audit` proves it and keeps the proofs in ledgers; here the ledgers are compared with what they rest on.
"""

import copy

import nbformat
import pytest

from grading.authoring.audit import prove_task
from grading.authoring.keeping import differences
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.authoring.share import outdated_rows
from grading.classes.autograde import make_grader
from grading.course import open_course
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import slow_exercises
from grading.submissions.submission import Submission, parse_cells

GRADER = ("grading.classes.autograde", "grading.sandbox.inside.*")  # and all that they import


def test_every_row_of_the_ledger_holds(lesson):
    """Nothing that decides a proof has changed since it was made, or the sentence says which command makes it again."""
    assert outdated_rows(lesson) == []


def test_a_proof_made_afresh_finds_what_the_ledger_says(task):
    """A random share, and a sample where the judge's code has changed; all with --all-proofs."""
    assert differences(task, prove_task(task)) == []


def test_bank_is_as_large_as_promised(lesson):
    bank = load_bank(lesson)
    for exercise in lesson.exercises:
        hints = [mistake.hint for mistake in bank.mistakes_of(exercise)]
        assert len(hints) >= 4, exercise
        if exercise not in slow_exercises(lesson):  # what was trained wrongly in several ways may look the same
            assert len(set(hints)) == len(hints), exercise
        assert len(bank.variants_of(exercise)) >= 2, exercise


def submit(lesson, project, answers, unwritten=()):
    """Make the submission that a student with these answers hands in, and the reference's for all others."""
    solved = {name: cell.source for name, cell in lesson.solution_cells.items() if name not in unwritten}
    notebook = with_answers(load_release(project, lesson), solved | answers)
    data = nbformat.writes(copy.deepcopy(notebook)).encode()
    return Submission("s", "ok", "", "sha256:" + str(len(data)), parse_cells(data))


@pytest.mark.sandbox
@pytest.mark.kept("mistakes through the sandbox", code=GRADER, graded=True)
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
@pytest.mark.kept("variants through the sandbox", code=GRADER, graded=True)
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
