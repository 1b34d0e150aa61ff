import warnings

import numpy as np
import pytest

from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.observe import call, names_used


def test_parameters_may_have_other_names():
    assert call(lambda anything, b: anything - b, {"X": 3, "w": 1}).outcome.value == 2


def test_inputs_are_copies_and_changes_are_noticed():
    z = np.ones(3)

    def shift(z):
        z -= 1
        return z

    assert call(shift, {"z": z}).outcome.mutated == ("z",)
    assert (z == 1).all()


def test_changes_inside_lists_and_shapes_are_noticed():
    assert call(lambda batches: batches.pop(), {"batches": [1, 2]}).outcome.mutated == ("batches",)
    assert call(lambda z: setattr(z, "shape", (3, 1)), {"z": np.ones(3)}).outcome.mutated == ("z",)


def test_drawing_from_a_generator_is_no_change():
    made = call(lambda rng: rng.normal(size=3), {"rng": np.random.default_rng(0)})
    assert made.outcome.mutated == ()
    assert not made.outcome.unstable


def test_a_second_call_that_gives_something_else_is_noticed():
    count = iter(range(9))
    assert call(lambda: next(count), {}).outcome.unstable
    count = iter(range(9))
    assert not call(lambda: next(count), {}, repeat=False).outcome.unstable


def test_shuffles_of_three_numbers_are_told_apart_although_two_often_agree():
    rng = np.random.default_rng(0)
    assert all(call(lambda: rng.permutation(3), {}).outcome.unstable for _ in range(200))


def test_prints_appear_once(capsys):
    call(lambda: print("seen"), {})
    assert capsys.readouterr().out == "seen\n"


def test_numpy_warnings_are_recorded_once_each_and_do_not_leak():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = call(lambda z: np.exp(z) + np.exp(z), {"z": np.array([1e4])})
    assert made.warnings == ("overflow encountered in exp",)
    assert made.outcome.warned


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), RecursionError("deep"), GeneratorExit()])
def test_whatever_is_raised_is_a_result(error):
    def fails():
        raise error

    made = call(fails, {})
    assert (made.outcome.kind, made.outcome.exception) == ("raised", type(error).__name__)
    assert made.place == "in fails, line 2: raise error"
    assert made.raised_in == ""


def test_only_the_student_can_stop_a_call():
    def stops():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(stops, {})


def test_an_error_that_cannot_be_printed_is_a_result():
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError

    def fails():
        raise Odd

    assert call(fails, {}).message == ""


def helper_that_fails():
    return np.zeros(2) @ np.zeros(3)


def test_the_line_of_the_students_own_code_is_named():
    made = call(lambda: helper_that_fails(), {})
    assert made.place == "in helper_that_fails, line 2: return np.zeros(2) @ np.zeros(3)"
    assert made.raised_in == "helper_that_fails"


class Rude:
    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array today")


@pytest.mark.parametrize("value", [object(), Rude(), (x for x in "ab"), np.array(["a"])])
def test_results_that_are_not_plain_are_opaque(value):
    outcome = call(lambda: value, {}, repeat=False).outcome
    assert (outcome.kind, outcome.exception) == ("opaque", type(value).__name__)


RETURNED = "Your function returned "
ROWS = np.array([np.zeros(2), np.zeros(1)], dtype=object)
PLAIN_DATA = " Expected are numbers, arrays, or lists and tuples of them."


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((x for x in "ab"), "a generator. list(...) makes a list of it."),
        (enumerate("ab"), "an enumerate. list(...) makes a list of it."),
        (range(3), "a range. np.array(...) makes an array of it."),
        ([1, range(2)], "a list of 2 items, and item 1 is a range. np.array(...) makes an array of it."),
        (([], [map(str, "")]), "a tuple of 2 items, and item 1, item 0 is a map. np.array(...) makes an array of it."),
        ({"W": {1}}, "a dict with keys ['W'], and entry 'W' is a set. np.array(...) makes an array of it."),
        ((np.exp,), "a tuple of 1 item, and item 0 is a function."
         " Are round brackets missing behind a name, so that nothing is called?"),
        (ROWS, "an array of objects. Did you make one array of rows that differ in length?"
         " A list of arrays may hold such rows."),
        (np.array([1j]), "an array of complex128s. Expected are arrays of numbers."),
        (Rude(), "an object of type Rude." + PLAIN_DATA),
    ],
)  # fmt: skip
def test_what_came_in_place_of_plain_data_is_told(value, message):
    assert call(lambda: value, {}, repeat=False).message == RETURNED + message


def test_a_list_that_holds_itself_is_a_result():
    endless = []
    endless.append(endless)
    message = call(lambda: endless, {}, repeat=False).message
    assert message.startswith("Your function returned more than 16 levels of lists, tuples and dicts inside each other")


def test_a_call_that_takes_too_long_is_stopped_and_its_line_is_named():
    def loops():
        count = 0
        while True:
            count += 1

    made = call(loops, {}, seconds=0.2)
    assert made.outcome == Outcome("timeout")
    assert made.place.startswith("in loops, line ")
    assert made.raised_in == ""


def test_a_second_call_that_takes_too_long_is_stopped_too():
    calls = []

    def slow_later():
        calls.append(1)
        while len(calls) > 1:
            pass

    assert call(slow_later, {}, seconds=0.2).outcome.kind == "timeout"


def test_a_limit_changes_nothing_for_quick_calls():
    assert call(lambda z: z + 1, {"z": 2}, seconds=60).outcome == call(lambda z: z + 1, {"z": 2}).outcome


def test_names_are_those_of_the_code_and_of_what_it_calls():
    namespace = {}
    exec("def a(x):\n    return [b(i).c for i in x]\ndef b(i):\n    return len(d.e)\n", namespace)
    assert list(names_used(namespace["a"], namespace)) == ["b", "len", "d"]
    assert list(names_used(len, namespace)) == []
