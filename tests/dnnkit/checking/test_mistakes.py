import json

import numpy as np
import pytest

from dnnkit.checking.mistakes import Outcome, facts_of, matching_mistakes, outcome_by_facts, outcomes_match
from dnnkit.checking.wire import WireError


def returned(value, **flags):
    return Outcome("returned", value, **flags)


@pytest.mark.parametrize(
    "outcome",
    [
        returned(np.array([[1.0, np.nan]])),
        returned((np.ones(2), 0.5), mutated=("X",), warned=True, unstable=True),
        Outcome("raised", exception="ValueError"),
        Outcome("opaque", exception="generator"),
        Outcome("timeout"),
        Outcome("crashed"),
    ],
)
def test_outcomes_survive_json(outcome):
    again = Outcome.from_json(json.loads(json.dumps(outcome.to_json())))
    assert again == outcome
    assert outcomes_match(again, outcome, quiet=True)


def test_unknown_kinds_and_values_that_are_not_plain_are_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        Outcome.from_json({"kind": "dreamt"})
    with pytest.raises(WireError):
        returned(object()).to_json()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (returned(1.0), returned(1.0001)),
        (returned(np.ones(2)), returned(np.ones((2, 1)))),
        (returned(1.0), Outcome("raised", exception="ValueError")),
        (Outcome("raised", exception="TypeError"), Outcome("raised", exception="ValueError")),
        (returned(1.0, mutated=("z",)), returned(1.0)),
        (returned(1.0, unstable=True), returned(1.0)),
        (returned(np.array([np.nan])), returned(np.array([0.0]))),
    ],
)
def test_different_conduct_does_not_match(one, other):
    assert not outcomes_match(one, other)
    assert outcomes_match(one, one)


def test_nan_matches_nan_and_tiny_differences_match():
    assert outcomes_match(returned(np.array([np.nan, 1.0])), returned(np.array([np.nan, 1.0 + 1e-9])))


def test_unstable_outcomes_match_whatever_their_values():
    assert outcomes_match(returned(1.0, unstable=True), returned(2.0, unstable=True))


def test_warnings_count_only_where_quiet_is_asked_for():
    assert outcomes_match(returned(1.0, warned=True), returned(1.0))
    assert not outcomes_match(returned(1.0, warned=True), returned(1.0), quiet=True)


def test_facts_are_compared_in_place_of_values():
    def by_facts(outcome):
        return outcome_by_facts(outcome, "partition", {"num_examples": 3, "batch_size": 2})

    one, other = returned([np.array([2, 0]), np.array([1])]), returned([np.array([1, 0]), np.array([2])])
    assert not outcomes_match(one, other)
    assert outcomes_match(by_facts(one), by_facts(other))
    assert not outcomes_match(by_facts(one), by_facts(returned([np.array([2, 0])])))


def test_what_returned_nothing_has_no_facts_and_no_function_leaves_the_value():
    raised = Outcome("raised", exception="ValueError")
    assert outcome_by_facts(raised, "partition", {}) is raised
    assert outcome_by_facts(returned(3.0), None, {}).value == 3.0
    assert outcome_by_facts(returned(3.0), lambda inputs, value: {"doubled": 2 * value}, {}).value == {"doubled": 6.0}


def test_an_answer_that_a_fact_function_cannot_read_has_no_facts(monkeypatch):
    def strict(inputs, output):
        return {"sum": output["sum"]}

    monkeypatch.setitem(__import__("dnnkit.facts").facts.FACTS, "strict", strict)
    assert facts_of("strict", {}, {"sum": 3}) == {"sum": 3}
    assert facts_of("strict", {}, 3) == {"an answer of the expected form": "no"}


def test_a_mistake_is_named_when_every_call_agrees():
    calls = [(returned(1.0), {}), (returned(2.0), {})]
    known = {"half": [returned(1.0), returned(9.0)], "all": [returned(1.0), returned(2.0)], "short": [returned(1.0)]}
    assert matching_mistakes(calls, known) == ["all"]
    assert matching_mistakes([], {"none": []}) == []
