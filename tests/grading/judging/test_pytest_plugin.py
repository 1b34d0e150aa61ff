"""Checks run through pytest: what each is worth, how it ends, and which numbers it draws."""

import os
from pathlib import Path

import numpy as np
import pytest

from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.wire import WireError, encode
from grading.errors import GradingError
from grading.judging.pytest_plugin import Candidate, check_rng, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student
from grading.lessons.lesson import find_lesson
from grading.sandbox.kernel_results import KernelDied, KernelTimeout

NEURON = find_lesson(Path(__file__).parents[3] / "solutions", "neuron")
ODD = {
    "None": None,
    "True": True,
    "False": False,
    "a string": "0.5",
    "an empty string": "",
    "a number": 0.5,
    "zero": 0,
    "an integer of 400 digits": 10**400,
    "nan": float("nan"),
    "infinity": float("inf"),
    "a dict": {"w": 1.0},
    "a dict of anything": {None: [{}]},
    "an empty list": [],
    "a ragged list": [[1.0], [1.0, 2.0]],
    "a list of strings": ["a", "b", "c"],
    "a list of None": [None, None],
    "a list of dicts": [{}, {}],
    "a list of 10,000 items": [0.0] * 10_000,
    "an empty tuple": (),
    "a pair of None": (None, None),
    "a pair of strings": ("w", "b"),
    "a pair of nan": (np.full(3, np.nan), float("nan")),
    "a pair of empty arrays": (np.zeros(0), np.zeros(0)),
    "a pair of huge integers": (10**400, 10**400),
    "three things": (np.zeros(3), 0.0, [0.0]),
    "three of nan": (np.full(3, np.nan), float("nan"), [float("nan")]),
    "four things": (1, 2, 3, 4),
    "a tuple in a tuple": (((1.0,),), ((2.0,),)),
    "an array without axes": np.array(0.5),
    "an empty array": np.zeros(0),
    "an array of shape (0, 5)": np.zeros((0, 5)),
    "an array with eight axes": np.ones((1,) * 8),
    "an array of nan": np.full((3, 3), np.nan),
    "an array of booleans": np.array([True, False]),
    "an array of uint64": np.array([2**63, 2**64 - 1], dtype=np.uint64),
    "a large array": np.zeros((200, 300)),
    "a list of float arrays": [np.array([0.5, 1.5])],
    "a list of huge indices": [np.array([2**62, -(2**62)])],
    "an rng": np.random.default_rng(0),
    "a plain object": object(),
}


def answering(outcome):
    """A transport whose every answer is this outcome."""
    sent = {"outcome": outcome.to_json(readable=False), "message": "", "place": "", "warnings": []}
    return lambda request, seconds: sent


def outcome_of(value):
    """What the agent would say of a function that returns this value."""
    try:
        encode(value)
    except WireError:
        return Outcome("opaque", exception=type(value).__name__)
    return Outcome("returned", value)


def candidate(transport, parameters, name="ann", seed=b"seed", exercises=None):
    """A candidate behind any transport."""
    return Candidate(name, lambda **options: Student(transport, parameters, **options), seed, exercises)


@pytest.fixture(scope="module")
def reference(lesson):
    """The small lesson's reference."""
    return Reference(lesson)


def check(lesson, reference, transport, **options):
    """Check one candidate; results by the check's name."""
    findings = run_hidden_checks(lesson, reference, [candidate(transport, reference.parameters, **options)])
    return {finding.result.name: finding.result for finding in findings}


def test_the_reference_gets_full_marks(lesson, reference):
    findings = run_hidden_checks(lesson, reference, [Candidate("ref", reference.student, b"seed")])
    found = [(f.exercise, f.result.status, f.result.score, f.result.max_score) for f in findings]
    assert found == [
        ("double", "passed", 1.0, 1.0), ("double", "passed", 2.0, 2.0), ("mean_square", "passed", 1.0, 1.0),
    ]  # fmt: skip
    assert findings[0].result.title == "The shape is kept"
    assert [call.name for call in findings[0].calls] == ["double", "double"]


def test_what_the_shell_says_to_pytest_is_not_for_the_checks(lesson, reference, monkeypatch):
    usual = run_hidden_checks(lesson, reference, [Candidate("reference", reference.student, b"seed")])
    monkeypatch.setenv("PYTEST_ADDOPTS", "--maxfail=1 -k nothing --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert run_hidden_checks(lesson, reference, [Candidate("reference", reference.student, b"seed")]) == usual
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"


def test_only_the_exercises_asked_for_are_checked(lesson, reference):
    only = Candidate("ref", reference.student, b"seed", frozenset({"mean_square"}))
    assert [f.exercise for f in run_hidden_checks(lesson, reference, [only])] == ["mean_square"]


def raising(kind):
    """A transport that raises."""

    def transport(request, seconds):
        raise kind

    return transport


@pytest.mark.parametrize(
    ("transport", "status"),
    [
        (answering(Outcome("returned", 1.0)), "failed"),
        (answering(Outcome("raised", exception="ValueError")), "failed"),
        (answering(Outcome("raised", exception="NotImplementedError")), "not_attempted"),
        (raising(KernelTimeout), "timeout"),
        (raising(KernelDied), "crashed"),
        (raising(ZeroDivisionError), "error"),
    ],
)
def test_every_way_to_fail_has_its_own_state_and_no_points(lesson, reference, transport, status):
    results = check(lesson, reference, transport)
    assert {result.status for result in results.values()} == {status}
    assert sum(result.score for result in results.values()) == 0


def test_a_bug_in_a_check_is_an_error_that_blames_nobody(changed_lesson):
    changed = changed_lesson(
        {"test_mini.py": ('    """The shape is kept."""', '    """The shape is kept."""\n    1 / 0')}
    )
    reference = Reference(changed)
    results = check(changed, reference, answering(Outcome("returned", 1.0)))
    assert results["test_double_shape"].status == "error"
    assert results["test_double_shape"].message == (
        "The check itself failed (ZeroDivisionError). A person will look at it."
    )
    assert results["test_double_values"].status == "failed"


def test_a_check_that_skips_itself_gives_no_points(changed_lesson):
    skip = '    """The shape is kept."""\n    __import__("pytest").skip("no")'
    changed = changed_lesson({"test_mini.py": ('    """The shape is kept."""', skip)})
    reference = Reference(changed)
    result = check(changed, reference, answering(Outcome("returned", 1.0)))["test_double_shape"]
    assert (result.status, result.score) == ("error", 0.0)


def test_checks_that_cannot_be_read_stop_the_grader(changed_lesson):
    changed = changed_lesson()
    reference = Reference(changed)
    changed.tests.write_text("import nowhere_to_be_found\n")
    with pytest.raises(GradingError, match=r"(?s)the checks could not be run\. .*nowhere_to_be_found"):
        run_hidden_checks(changed, reference, [Candidate("ref", reference.student, b"seed")])


def draws(seed, name):
    """The first numbers that a check draws."""
    return check_rng(seed, name).integers(2**62, size=4).tolist()


def test_a_check_draws_the_same_numbers_on_every_regrade():
    assert draws(b"a", "test_double_shape") == draws(b"a", "test_double_shape")


def test_checks_and_seeds_draw_different_numbers():
    drawn = [draws(seed, name) for seed in (b"a", b"b") for name in ("test_double_shape", "test_double_values")]
    assert len({tuple(numbers) for numbers in drawn}) == 4


def test_the_fixture_draws_from_the_candidates_seed(lesson, reference):
    seen = []

    def transport(request, seconds):
        seen.append(request["inputs"]["x"])
        return answering(Outcome("returned", 0.0))(request, seconds)

    for seed in (b"a", b"a", b"b"):
        check(lesson, reference, transport, seed=seed)
    first, again, other = seen[:3], seen[3:6], seen[6:]
    assert first == again
    assert first != other


def test_the_messages_of_a_check_hold_no_hidden_number(lesson):
    spy, hidden = Reference(lesson), []
    right = spy.functions.mean_square
    spy.functions.mean_square = lambda x: hidden.append(right(x)) or hidden[-1]
    candidates = [
        candidate(answering(outcome_of(value)), spy.parameters, f"{index}", label.encode(), frozenset({"mean_square"}))
        for index, (label, value) in enumerate(ODD.items())
    ]
    findings = run_hidden_checks(lesson, spy, candidates)
    assert {finding.result.status for finding in findings} == {"failed"}
    messages = " ".join(finding.result.message for finding in findings)
    assert len(hidden) > 30
    assert not [number for number in hidden if f"{number:.4g}" in messages]


@pytest.fixture(scope="module")
def odd_results():
    """What lesson 01's checks make of every odd value: (exercise, value's name) -> `CheckResult`s."""
    reference = Reference(NEURON)
    candidates = {
        candidate(answering(outcome_of(value)), reference.parameters, f"{name}-{index}", exercises=frozenset({name})):
            (name, label)
        for name in NEURON.exercises
        for index, (label, value) in enumerate(ODD.items())
    }  # fmt: skip
    results = {key: [] for key in candidates.values()}
    for finding in run_hidden_checks(NEURON, reference, list(candidates)):
        results[candidates[finding.candidate]].append(finding.result)
    return results


@pytest.mark.parametrize("label", ODD)
@pytest.mark.parametrize("exercise", NEURON.exercises)
def test_an_odd_value_fails_every_check_and_breaks_none(odd_results, exercise, label):
    results = odd_results[exercise, label]
    assert results
    assert [(r.name, r.status, r.score, r.message) for r in results if r.status != "failed" or r.score] == []
    assert all(r.message[-1] in ".?" for r in results)
