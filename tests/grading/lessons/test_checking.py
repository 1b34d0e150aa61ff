"""What authors of checks use says what was expected and what came, and never more."""

import pytest

from grading.lessons.checking import CheckFailed, take_apart


@pytest.mark.parametrize("answer", [(1, 2), [1, 2]])
def test_an_answer_with_a_part_for_each_name_comes_back(answer):
    assert take_apart(answer, ("dX", "dW")) is answer


@pytest.mark.parametrize(
    ("answer", "actual"), [((1, 2, 3), "3 items"), ([], "0 items"), (None, "something else"), ("ab", "something else")]
)
def test_other_answers_are_refused_with_the_names_and_what_came(answer, actual):
    with pytest.raises(CheckFailed) as caught:
        take_apart(answer, ("dX", "dW"))
    assert str(caught.value) == f"Expected 2 results, dX, dW. Got {actual}. Does the return name all of them?"
