import numpy as np
import pytest

from dnnkit.checking.snippets import Snippet
from grading.errors import LessonError
from grading.lessons.snippet_source import StudentFunction, snippet_of

LIMIT = 3


def walk(step, params, settings):
    stepped = [step(p, *settings) for p in params]  # step by step
    return {"step": np.sum(stepped), "names": sorted(map(str, params))}


def boxes(numbers):
    class Box:
        def __init__(self, number):
            self.number = number

        double = property(lambda self: 2 * self.number)

    return [Box(number).double for number in numbers]


def test_the_source_of_a_function_travels_and_runs():
    source, inputs = snippet_of(boxes, {"numbers": [1, 2]})
    assert Snippet(source, inputs, {})(*inputs.values()) == [2, 4]


def test_a_parameter_takes_the_name_of_the_students_function():
    source, inputs = snippet_of(walk, {"step": StudentFunction("sgd_step"), "params": [1.0], "settings": (2.0,)})
    assert source == (
        "def walk(sgd_step, params, settings):\n"
        "    stepped = [sgd_step(p, *settings) for p in params]  # step by step\n"
        '    return {"step": np.sum(stepped), "names": sorted(map(str, params))}'
    )
    assert Snippet(source, inputs, {"sgd_step": np.multiply})(*inputs.values()) == {"step": 2.0, "names": ["1.0"]}
    assert list(inputs) == ["params", "settings"]


def reaches_out(f, x):
    return f(x, LIMIT)


def has_a_default(f, x=1):
    return f(x)


def test_a_function_that_its_source_does_not_explain_is_refused():
    with pytest.raises(LessonError, match="reaches_out uses LIMIT, which only its file knows"):
        snippet_of(reaches_out, {"x": 1})
    inner = 4

    def closes_over(f):
        return f(inner)

    with pytest.raises(LessonError, match="closes_over uses inner"):
        snippet_of(closes_over, {})


def test_lambdas_and_defaults_are_refused():
    with pytest.raises(LessonError, match="a function with a name"):
        snippet_of(lambda x: x, {"x": 1})
    with pytest.raises(LessonError, match="plain parameters only"):
        snippet_of(has_a_default, {})
