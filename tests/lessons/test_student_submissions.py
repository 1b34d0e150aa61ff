"""Five notebooks written from lesson 01's text alone, each as another kind of student would, get what they deserve.

n1 writes loops, n2 comes from tutorials, n3 writes einsum and helper cells with notes, n4 hands in half of it with the
usual mistakes, n5 works in float32, splits answers over helper cells, moves cells and deletes two.
"""

from pathlib import Path

import pytest

from grading.classes.autograde import GradingOptions, make_grader
from grading.course import open_course
from grading.lessons.lesson import find_lesson
from grading.submissions.submission import from_bytes

pytestmark = pytest.mark.sandbox
STUDENTS = Path(__file__).parent / "students"


@pytest.fixture(scope="module")
def grade():
    """Grade one of the notebooks."""
    project = Path(__file__).resolve().parent.parent.parent
    lesson = find_lesson(project / "solutions", "01_neuron")
    grader = make_grader(open_course(project), lesson, GradingOptions())
    yield lambda name: grader.grade(from_bytes(name, (STUDENTS / f"{name}.ipynb").read_bytes()), seed=b"students")[0]
    grader.close()


@pytest.mark.parametrize("name", ["n1", "n2", "n3", "n5"])
def test_right_answers_in_four_styles_get_full_marks(grade, name):
    result = grade(name)
    assert [exercise for exercise in result.exercises if exercise.status != "passed"] == []
    assert result.score == result.max_score


def test_a_half_right_notebook_is_told_each_of_its_mistakes(grade):
    result = grade("n4")
    named = {exercise.name: exercise.mistake for exercise in result.exercises if exercise.mistake}
    assert named["sigmoid"] == "sigmoid__exp_overflows"
    assert named["logistic_gradient_broken"] == "logistic_gradient_broken__only_sign_mended"
    assert named["minibatches"] == "minibatches__drops_last"
    assert named["softmax"] == "softmax__no_max_shift"
    status = {exercise.name: exercise.status for exercise in result.exercises}
    assert status["neuron"] == status["logistic_gradient"] == "passed"
    assert status["fit_softmax"] == "not_attempted"
    follow_on = next(exercise for exercise in result.exercises if exercise.name == "fit_logistic")
    assert follow_on.mistake is None
    assert "minibatches" in follow_on.right_but_for
    assert 8 <= result.score <= 14
