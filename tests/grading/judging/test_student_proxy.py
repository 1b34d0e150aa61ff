"""Whatever comes back from a kernel is an outcome, and each kind of failure is one sentence for the student."""

import contextlib
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnkit.checking.mistakes import Outcome
from grading.judging.student_proxy import (
    NotWritten,
    Student,
    StudentCrashed,
    StudentTimeout,
    read_answer,
    without_code,
)
from grading.lessons.checking import CheckFailed
from grading.sandbox.kernel_results import KernelDied, KernelTimeout

REQUEST = {"name": "double", "inputs": {"x": 1}, "repeat": True}
PARAMETERS = {"double": ("x",)}
CRASHED = (Outcome("crashed"), "", "", ())


def answer(outcome, message="", place="", warnings=()):
    """An answer as an honest kernel sends it."""
    return {"outcome": outcome, "message": message, "place": place, "warnings": list(warnings)}


def nested(depth):
    """A list in a list in a list."""
    value = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = [
    None,
    [],
    "passed",
    7,
    math.nan,
    True,
    {},
    {"outcome": {}},
    {"outcome": []},
    {"outcome": {"kind": "returned", "value": 1}},
    answer({"kind": "passed"}),
    answer({"kind": ["returned"]}),
    answer({"kind": None}),
    answer({"kind": "timeout"}),
    answer({"kind": "crashed"}),
    answer({"kind": "returned", "value": {"t": "object"}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "object", "shape": [1], "values": [1]}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "float64", "shape": [2**40], "values": []}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "float64", "shape": [0, 2**62, 2**62], "base64": ""}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "float64", "shape": [2], "values": [1]}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "float64", "shape": [-1], "values": [1]}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "float64", "shape": [1], "base64": "!"}}),
    answer({"kind": "returned", "value": {"t": "array", "dtype": "int64", "shape": [1], "values": ["nan"]}}),
    answer({"kind": "returned", "value": {"t": "rng", "v": {"state": "x", "inc": "1"}}}),
    answer({"kind": "returned", "value": {"t": "dict", "v": [[[1], 2]]}}),
    answer({"kind": "returned", "value": nested(20)}),
    answer({"kind": "returned", "value": nested(900)}),
    answer({"kind": nested(900)}),
    answer({"kind": "returned", "value": 1, "exception": "ValueError"}),
    answer({"kind": "returned", "value": 1, "mutated": ["y"]}),
    answer({"kind": "returned", "value": 1, "mutated": [["x"]]}),
    answer({"kind": "returned", "value": 1, "mutated": 3}),
    answer({"kind": "returned", "value": 1, "mutated": None}),
    answer({"kind": "returned", "value": 1, "conduct": 3}),
    answer({"kind": "returned", "value": 1, "conduct": None}),
    answer({"kind": "returned", "value": 1}, message=None),
    answer({"kind": "returned", "value": 1}, place=["in f"]),
    {"outcome": {"kind": "returned", "value": 1}, "message": "", "place": "", "warnings": 5},
    {"outcome": {"kind": "returned", "value": 1}, "message": "", "place": "", "warnings": {"a": 1}},
    answer({"kind": "returned", "value": 1}, warnings=[nested(900)]),
    answer({"kind": "raised"}),
    answer({"kind": "raised", "exception": None}),
    answer({"kind": "raised", "exception": ["ValueError"]}),
    answer({"kind": "opaque"}),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda value: repr(value)[:60])
def test_an_answer_that_no_call_gives_is_a_crash(hostile):
    outcome, message, *rest = read_answer(hostile, REQUEST)
    assert (outcome, *rest) == (CRASHED[0], *CRASHED[2:])
    assert not message or message.startswith("more than ")  # the limit that was passed


@pytest.mark.parametrize("mutated", [["x"] * 1_000, [2**61 * n for n in range(1_000)], {"x": 1}, "x"])
def test_names_of_changed_inputs_are_looked_at_before_they_are_compared(mutated):
    assert read_answer(answer({"kind": "returned", "value": 1, "mutated": mutated}), REQUEST) == CRASHED


def test_the_limit_that_an_answer_passed_is_named():
    student = Student(lambda *_: answer({"kind": "returned", "value": [0] * 200_000}), {"double": ("x",)})
    with pytest.raises(StudentCrashed, match=r"from double held more than 100,000 items .*\(items\)\."):
        student.double(1.0)


def test_an_answer_of_none_says_that_nothing_is_defined():
    assert read_answer({"outcome": None}, REQUEST)[0] == Outcome("raised", exception="NameError")


def test_long_texts_are_cut():
    sent = answer({"kind": "raised", "exception": "E" * 999}, "m" * 999, "p" * 999, ["w" * 999] * 99)
    outcome, message, place, warnings = read_answer(sent, REQUEST)
    assert (len(outcome.exception), len(message), len(place)) == (80, 500, 300)
    assert [len(text) for text in warnings] == [200] * 5


def test_texts_can_be_written_to_a_file():
    bad = "a\ud800b"
    outcome, *texts, warnings = read_answer(answer({"kind": "raised", "exception": bad}, bad, bad, [bad]), REQUEST)
    assert [outcome.exception, *texts, *warnings] == ["a?b"] * 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
RECORD = st.fixed_dictionaries(
    {"kind": st.sampled_from(["returned", "raised", "opaque", "timeout"]) | JSON},
    optional=dict.fromkeys(("value", "exception", "mutated", "warned", "unstable", "conduct"), JSON),
)


@given(JSON | st.fixed_dictionaries(dict.fromkeys(("outcome", "message", "place", "warnings"), RECORD | JSON)))
def test_any_json_is_an_outcome_and_at_worst_a_failed_check(sent):
    outcome, message, place, warnings = read_answer(sent, REQUEST)
    assert outcome.kind in ("returned", "raised", "opaque", "crashed")
    assert all(type(text) is str for text in (message, place, *warnings))
    student = Student(lambda request, seconds: sent, PARAMETERS)
    with contextlib.suppress(CheckFailed):
        student.double(1)
    assert len(student.calls) == 1


def student_that(reply, **options):
    """A student whose kernel gives this reply, or raises it."""

    def transport(request, seconds):
        if isinstance(reply, type):
            raise reply
        return reply

    return Student(transport, PARAMETERS, **options)


FAILURES = [
    (
        answer({"kind": "raised", "exception": "NotImplementedError"}, "not yet"),
        NotWritten,
        "double is not written yet.",
    ),
    (
        {"outcome": None},
        CheckFailed,
        "double is not defined. Did its cell raise an error, or was it renamed?",
    ),
    (
        answer({"kind": "raised", "exception": "NameError"}, "name 'y' is not defined", "in double, line 2: return y"),
        CheckFailed,
        "double raised NameError: name 'y' is not defined (in double, line 2: return y)",
    ),
    (answer({"kind": "raised", "exception": "ValueError"}, "no"), CheckFailed, "double raised ValueError: no"),
    (
        answer({"kind": "opaque", "exception": "Agreeable"}),
        CheckFailed,
        "double returned an object of type Agreeable; expected plain numbers.",
    ),
    (
        answer({"kind": "returned", "value": 2, "mutated": ["x"]}),
        CheckFailed,
        "double changed its input x in place. Work on a copy: the caller still needs it.",
    ),
    (
        answer({"kind": "returned", "value": 2, "unstable": True}),
        CheckFailed,
        "double gave another result when it was called again with the same inputs. "
        "All randomness must come from the rng argument, and nothing may be remembered between calls.",
    ),
    (
        answer({"kind": "returned", "value": 2, "conduct": ["layout"]}),
        CheckFailed,
        "double gave another result for the same numbers in another memory layout, such as that of a transpose. "
        "Are values written into a copy that ravel or reshape made?",
    ),
    (KernelTimeout, StudentTimeout, "double took longer than 20 seconds."),
    (KernelDied, StudentCrashed, "Python stopped while double ran."),
    (answer({"kind": "timeout"}), StudentCrashed, "The answer that came back from double was not plain data."),
]


@pytest.mark.parametrize(("reply", "kind", "message"), FAILURES, ids=lambda value: str(value)[:40])
def test_each_failure_is_one_sentence(reply, kind, message):
    with pytest.raises(CheckFailed, match=f"^{re.escape(message)}$") as caught:
        student_that(reply).double(1)
    assert type(caught.value) is kind


def test_a_good_answer_is_the_value_and_its_warnings():
    student = student_that(answer({"kind": "returned", "value": 4, "warned": True}, warnings=["overflow"]))
    assert student.double(2) == 4
    assert student.warnings == ("overflow",)


def test_every_call_is_on_record_even_one_that_died():
    for reply, kind in ((KernelDied, "crashed"), (KernelTimeout, "timeout")):
        student = student_that(reply)
        with pytest.raises(CheckFailed):
            student.double(np.ones(2))
        assert [(call.name, call.outcome.kind) for call in student.calls] == [("double", kind)]


def one_more(double, x):
    y = double(x)
    return y + 1


def test_a_snippet_is_named_as_such():
    with pytest.raises(StudentCrashed, match=r"^Python stopped while the snippet ran\.$"):
        student_that(KernelDied).run(one_more, x=1)


def test_a_snippet_sees_inputs_and_functions(project):
    from grading.judging.reference import Reference

    student = Reference(project.lesson).student()
    assert student.run(one_more, x=3) == 7
    assert student.calls[0].facts is None
    assert student.calls[0].name is None


def test_an_unknown_exercise_is_an_authors_mistake():
    with pytest.raises(AttributeError, match=r"^No exercise is called 'triple'\. Known: double\.$"):
        student_that(None).triple(1)


def test_a_wrong_number_of_inputs_is_an_authors_mistake():
    with pytest.raises(ValueError, match="shorter"):
        student_that(None).double()


CODE = "def tried(double, x):\n    found = double(x) if x > 0 else 'nothing'\n    return found"


@pytest.mark.parametrize("quote", [str, repr, ascii, lambda text: text.replace("\n", " | ")])
def test_a_message_never_quotes_the_text_of_a_check(quote):
    message = without_code(f"KeyError: {quote(CODE)}", CODE)
    assert "(a line of the check)" in message
    assert "nothing" not in message
    assert "double(x) if" not in message


def test_a_message_of_the_students_own_stays_as_it_is():
    assert without_code("found = 3; return found", CODE) == "found = 3; return found"
    assert without_code("anything", "") == "anything"
