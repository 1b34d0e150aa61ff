"""The liar finds the checks that can be passed, and the checks that break, without computing anything."""

import numpy as np
import pytest

from grading.authoring.lies import Lie, lies, odd_forms
from grading.authoring.proofs import liar


@pytest.fixture
def row(changed_lesson):
    """Let the liar answer the checks of `double` in the small lesson with changes."""

    def run(changes=()):
        return liar.prove(changed_lesson(changes), ["double"], range(2))[0]

    return run


def test_checks_on_unknown_inputs_refuse_the_liar(row):
    found = row()
    assert (found.exercise, found.numbers, found.problems) == ("double", {"checks": 2, "refused": 2}, [])


@pytest.mark.parametrize(
    ("changes", "lie"),
    [
        (("rng.normal(size=(4, 3))", "np.ones((4, 3))"), "answers of seed 7001"),
        (("rng.normal(size=(4, 3))", "np.array([rng.random() < 0.99])"), "answers of seed 7001"),
        (("rng.normal(size=(4, 3))", "np.array([1.0, -2.0, 0.5])"), "answers of seed 7001"),
    ],
)
def test_a_check_whose_inputs_are_known_beforehand_is_reported(row, changes, lie):
    found = row({"test_mini.py": changes})
    assert found.numbers == {"checks": 2, "refused": 1}
    assert found.problems == [f"The liar earns 2 in test_double_values with {lie}."]


def test_a_check_of_a_size_alone_is_reported(row):
    old = "rng.integers(2, 9, size=3))\n"
    found = row({"test_mini.py": (old, "(2, 3, 4))\n")})
    assert found.problems == ["The liar earns 1 in test_double_shape with answers of seed 7001."]


def test_a_check_that_the_right_shapes_alone_pass_is_reported(row, monkeypatch):
    monkeypatch.setattr("grading.authoring.liar.lies", lambda *known, **options: iter([Lie("nothing", (None,))]))
    found = row({"test_mini.py": ("np.ptp(answer) > 0 and", "")})
    assert found.problems == ["The liar earns 1 in test_double_shape with zeros in the shapes of the right answers."]


@pytest.mark.parametrize(
    ("lines", "lie"),
    [
        ('assert_shape(student.double(x), x.shape, what="x")', "input 1 of the call"),
        (
            "a = student.double(x)\n"
            '    assert_shape(a, x.shape, what="x")\n'
            '    assert_that(not np.isin(a, x).any(), "x")',
            "zeros in the shape of an input",
        ),
    ],
)
def test_a_check_that_an_input_of_its_own_call_passes_is_reported(row, lines, lie):
    old = 'assert_close(student.double(x), reference.double(x), what="double(x)")'
    unknown = ("rng.normal(size=(4, 3))", "rng.uniform(1, 2, size=rng.integers(30, 90, size=2))")
    found = row({"test_mini.py": [(old, lines), unknown]})
    assert any(problem == f"The liar earns 2 in test_double_values with {lie}." for problem in found.problems)


def test_inputs_are_played_back_as_they_came_in_parts_and_in_the_form_of_a_right_answer():
    inputs = {"x": np.arange(6.0).reshape(2, 3), "settings": {"h": 0.5}}
    form = {"slopes": np.ones((2, 3)), "places": [np.ones((2, 3))], "name": "a"}
    made = {lie.name: lie.answer(0, inputs) for lie in lies({5: [form]}) if lie.echo}
    assert made["input 2 of the call"] == {"h": 0.5}
    assert made["the first part of input 1"].tolist() == [0, 1, 2]
    assert [type(made["all inputs of the call"]), len(made["all inputs of the call"])] == [tuple, 2]
    filled = made["inputs in the form of a right answer, choice 1"]
    assert (filled["slopes"] is inputs["x"], filled["places"][0] is inputs["x"], filled["name"]) == (True, True, "a")
    assert made["zeros in the shape of an input"]["places"][0].tolist() == [[0, 0, 0], [0, 0, 0]]


def test_answers_that_are_right_for_every_seed_may_be_declared_and_then_other_lies_are_told(row):
    constant = ("rng.normal(size=(4, 3))", "np.ones((4, 3))")
    declared = ("EXAMPLES = ", 'REPLAYABLE = {"double": "trained weights"}\nEXAMPLES = ')
    assert row({"test_mini.py": [constant, declared]}).problems == []


def test_a_check_that_breaks_on_an_odd_answer_is_reported(row):
    old = 'assert_close(student.double(x), reference.double(x), what="double(x)")'
    found = row({"test_mini.py": (old, f"assert student.double(x).shape == x.shape\n    {old}")})
    assert found.problems == ["The liar breaks test_double_values with None."]


def test_where_the_reference_fails_the_liar_is_not_tried(row):
    found = row({"test_mini.py": ("(3, 2), what", "(2, 3), what")})
    assert found.numbers == {"checks": 2, "refused": 0}
    message = "double(x): expected shape (2, 3), got shape (3, 2)."
    assert found.problems == [f"The liar was not tried. The reference fails test_double_shape: {message}"]


def test_lies_hold_answers_of_other_seeds_and_constants():
    recorded = {5: [np.ones(2), 1.0], 6: [np.ones(2), 2.0], 7: [np.zeros(2), 2.0]}
    made = {lie.name: lie for lie in lies(recorded, known=[0.25])}
    assert [float(np.sum(made["answers of seed 5"].answer(0))), made["answers of seed 5"].answer(1)] == [2.0, 1.0]
    assert made["answers of seed 5"].answer(9) == 1.0
    assert made["the commonest right answers"].answer(1) == 2.0
    assert made["the expected output of public example 1"].answer(3) == 0.25
    assert made["zeros in the form of a right answer"].answer(0).tolist() == [0, 0]
    assert made["True"].answer(0) is True


def test_every_part_of_a_right_answer_is_made_odd():
    names = {lie.name for lie in odd_forms([{"w": [1.0, 2.0]}, 3.0])}
    assert {"None as part ['w'][1] of answer 1", "a text as part all of answer 2"} <= names
    lie = next(lie for lie in odd_forms([{"w": [1.0, 2.0]}, 3.0]) if lie.name == "None as part ['w'][1] of answer 1")
    assert (lie.answer(0), lie.answer(1)) == ({"w": [1.0, None]}, 3.0)
