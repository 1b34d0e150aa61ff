"""In real lessons a mistake costs the points of its own exercise, and no other's; two mistakes cost those of both."""

from pathlib import Path

import pytest

from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.judging.carried_forward import CarriedForward
from grading.judging.grade import Grader
from grading.judging.pytest_plugin import Candidate, CheckFinding
from grading.judging.records import CheckResult
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.lesson import find_lesson, without_markers
from grading.submissions.submission import from_bytes

pytestmark = pytest.mark.sandbox
PROJECT = Path(__file__).resolve().parent.parent.parent
DOMINATES = "def neuron(X, w, b):\n    return 1e9 * (sigmoid(X @ w + b) + 0.1)"
NO_LABELS = (
    "def logistic_gradient(X, y, w, b):\n    errors = neuron(X, w, b)\n    return X.T @ errors / len(X), errors.mean()"
)


@pytest.fixture
def grade():
    """Grade a lesson's own solutions but for some answers; (record, the lesson's exercises with full points)."""

    def run(topic, *changes):
        lesson = find_lesson(PROJECT / "solutions", topic)
        release, known = load_release(PROJECT, lesson), {answer.name: answer for answer in load_bank(lesson).mistakes}
        answers = {name: without_markers(cell.source) for name, cell in lesson.solution_cells.items()}
        for change in changes:
            answers |= dict([change]) if isinstance(change, tuple) else {known[change].exercise: known[change].source}
        with Grader(lesson, release) as grader:
            submission = from_bytes("ann", nbformat_bytes(with_answers(release, answers)))
            return grader.grade(submission, seed=b"carried forward")[0]

    return run


def nbformat_bytes(notebook):
    """Write a notebook as a file's bytes."""
    import nbformat

    return nbformat.writes(notebook).encode()


@pytest.mark.parametrize(
    ("topic", "mistake", "dependents"),
    [
        ("neuron", "sigmoid__tanh", {"neuron", "logistic_gradient", "logistic_gradient_broken", "fit_logistic"}),
        ("neuron", "neuron__no_bias", {"logistic_gradient", "logistic_gradient_broken", "fit_logistic"}),
        ("backprop", "unbroadcast__mean", {"dense_backward", "mlp_loss"}),
    ],
)
def test_a_mistake_costs_the_points_of_its_own_exercise_only(grade, topic, mistake, dependents):
    result, helper = grade(topic, mistake), mistake.partition("__")[0]
    lost = {exercise.name: exercise.score < exercise.max_score for exercise in result.exercises}
    assert {name for name, less in lost.items() if less} == {helper}
    assert {e.name: e.right_but_for for e in result.exercises if e.right_but_for} == dict.fromkeys(
        dependents, (helper,)
    )
    assert result.mistakes == [mistake]


@pytest.mark.parametrize(
    ("topic", "mistakes", "training"),
    [
        ("neuron", ("sigmoid__wrong_sign", "logistic_gradient__db_summed"), set()),
        ("backprop", ("unbroadcast__mean", "dense_backward__dW_divided"), {"train_mlp"}),
    ],
)
def test_a_second_mistake_is_still_refused_and_named(grade, topic, mistakes, training):
    result = grade(topic, *mistakes)
    assert result.mistakes == list(mistakes)
    lost = {exercise.name for exercise in result.exercises if exercise.score < exercise.max_score}
    assert lost == {mistake.partition("__")[0] for mistake in mistakes} | training


@pytest.mark.parametrize(
    ("topic", "failed", "suspects"),
    [
        ("neuron", {"softmax", "softmax_cross_entropy", "fit_softmax"}, {"softmax_cross_entropy"}),  # of TRAINS
        ("backprop", {"unbroadcast", "dense_backward", "train_mlp"}, {"dense_backward"}),  # of SLOW
        ("neuron", {"softmax_cross_entropy", "sigmoid"}, set()),
    ],
)
def test_what_failed_after_a_helper_is_looked_at_again_but_for_what_trains(topic, failed, suspects):
    lesson = find_lesson(PROJECT / "solutions", topic)
    carried = CarriedForward(lesson, Reference(lesson))
    candidate = Candidate("ann", lambda **options: None, b"seed")

    def found(name):
        status = "failed" if name in failed else "passed"
        result = CheckResult(name="test", title="Title.", status=status, score=0, max_score=1, message="", seconds=0)
        return CheckFinding(candidate, name, result)

    assert carried.suspects([found(name) for name in lesson.exercises]) == suspects


def test_an_exercise_that_trains_for_long_is_not_looked_at_again_and_says_what_to_fix_first(grade):
    exercises = {exercise.name: exercise for exercise in grade("neuron", "softmax__twice").exercises}
    assert exercises["softmax_cross_entropy"].right_but_for == ("softmax",)
    trained = exercises["fit_softmax"]
    assert trained.score < trained.max_score
    assert (trained.right_but_for, trained.mistake) == ((), None)
    assert trained.hint == "fit_softmax itself looks right: it fails because of the mistake in softmax. Fix that first."


def test_what_the_right_answer_does_as_well_is_blamed_on_no_other_exercise(grade):
    warns = "def softmax(z):\n    np.exp(z)\n    e = np.exp(z - z.max(axis=1, keepdims=True))\n"
    result = grade("neuron", "sigmoid__wrong_sign", ("softmax", warns + "    return e / e.sum(axis=1, keepdims=True)"))
    softmax = next(exercise for exercise in result.exercises if exercise.name == "softmax")
    assert softmax.score < softmax.max_score
    assert "looks right" not in softmax.hint


def test_a_helper_so_large_that_nothing_else_counts_earns_nothing(grade):
    result = grade("neuron", ("neuron", DOMINATES), ("logistic_gradient", NO_LABELS))
    gradient = next(exercise for exercise in result.exercises if exercise.name == "logistic_gradient")
    assert (gradient.score, gradient.right_but_for) == (0.0, ())


def test_mistakes_that_fit_each_other_do_not_add_up(grade):
    """Each world alone gives part of the points: with its own helper one check passes, with a right one the others."""
    sigmoid = "def sigmoid(z):\n    return np.array([1 / (1 + math.exp(-z))])"
    neuron = "def neuron(X, w, b):\n    return sigmoid(np.squeeze(X @ w + b))"
    result = grade("neuron", ("sigmoid", "import math\n" + sigmoid), ("neuron", neuron))
    found = next(exercise for exercise in result.exercises if exercise.name == "neuron")
    assert found.score < found.max_score
    assert (found.right_but_for, "right but for" in found.hint) == ((), False)
