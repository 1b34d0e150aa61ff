import builtins

import numpy as np
import pytest

from dnnkit.checking.observe import call
from dnnkit.checking.snippets import Snippet, shown_lines

ADD_ONE = "def add_one(double, x):\n    y = double(x)\n    return y + 1"


def test_a_snippet_gets_its_inputs_and_the_students_functions():
    snippet = Snippet(ADD_ONE, ["x"], {"double": lambda x: 2 * x})
    assert snippet(3) == 7


def test_a_snippet_with_functions_and_classes_of_its_own_works():
    code = (
        "def count(f, numbers):\n    seen = 0\n\n    def g(x):\n        nonlocal seen\n        seen += 1\n"
        "        return f(x)\n\n    class Box:\n        size = len(numbers)\n\n"
        "    return [g(n) for n in numbers], seen, Box.size, np.sum(numbers)"
    )
    assert Snippet(code, ["numbers"], {"f": abs})([-1, 2]) == ([1, 2], 2, 2, 1)


@pytest.mark.parametrize("name", ["len", "range", "isinstance", "np", "sum", "sorted"])
def test_names_that_a_student_defines_are_the_students_only(name):
    code = (
        "def look(f, x):\n    import numpy\n"
        "    return [len(x), list(range(2)), isinstance(x, list), np is numpy, sum(x), sorted(x), f(x)]"
    )
    namespace = {"f": lambda x: 0, name: lambda *args: 61_706}
    assert Snippet(code, ["x"], namespace)([2, 1]) == [2, [0, 1], True, True, 3, [1, 2], 0]


def test_built_in_functions_are_those_of_before_the_students_cells():
    snippet, kept = Snippet("def size(x):\n    return sorted(x)", ["x"], {}), builtins.sorted
    try:
        builtins.sorted = lambda x: 61_706
        answer = snippet([2, 1])
    finally:
        builtins.sorted = kept
    assert answer == [1, 2]


def test_what_a_snippet_defines_does_not_reach_the_student():
    namespace = {"f": lambda x: x}
    Snippet("def use(f, x):\n    global np\n    np = 3\n    return f(x)", ["x"], namespace)(1)
    assert list(namespace) == ["f"]
    assert Snippet("def add(x):\n    return np.add(x, 1)", ["x"], namespace)(np.ones(1)) == [2]


def test_a_function_that_the_student_lacks_is_called_undefined():
    made = call(Snippet(ADD_ONE, ["x"], {}, "double"), {"x": 3})
    assert (made.outcome.exception, made.message, made.place) == ("NameError", "name 'double' is not defined", "")


def test_an_error_is_placed_in_the_students_code_and_never_in_ours():
    names = {}
    exec("def double(x):\n    return missing * x\n", names)
    assert call(Snippet(ADD_ONE, ["x"], names, "double"), {"x": 3}).place.startswith("in double, line 2")
    names["double"] = lambda x: None
    made = call(Snippet(ADD_ONE, ["x"], names, "double"), {"x": 3})
    assert (made.outcome.exception, made.place) == ("TypeError", "")


@pytest.mark.parametrize("code", ["x + 1", "x = 1\ndef f():\n    pass", "class A:\n    pass"])
def test_anything_else_than_one_function_is_refused(code):
    with pytest.raises(ValueError, match="must be one function"):
        Snippet(code, [], {})


def test_a_snippet_is_shown_as_lines_for_a_cell():
    code = (
        'def look(Total, factor):\n    """Try it."""\n    # A comment stays.\n    total = Total(factor)\n'
        "    total.add(1.0)\n    return [\n        total.mean(),\n    ]"
    )
    lines = shown_lines(code)
    assert lines == "# A comment stays.\ntotal = Total(factor)\ntotal.add(1.0)\n[\n    total.mean(),\n]"
    assert shown_lines("def call(f, x):\n    return f(x)") == "f(x)"
