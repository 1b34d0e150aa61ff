from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
from IPython.utils.capture import capture_output

import dnnkit
from dnnkit import explore
from dnnkit.explore import WIDTH, parse_names, transform, waiting_for, waiting_line

SOFTMAX_WAITS = "This cell waits for softmax (exercise above). Write it, then run this cell again.\n"


def stub(z):
    raise NotImplementedError("Write me.")


def test_names_may_be_parted_by_commas_or_spaces_and_carry_topics():
    assert parse_names("") == []
    assert parse_names(" softmax,neuron   demo.train ") == ["softmax", "neuron", "train"]


def test_one_calm_line_for_one_or_many():
    assert waiting_line(["softmax"]) + "\n" == SOFTMAX_WAITS
    assert waiting_line(["a", "b", "c"]) == (
        "This cell waits for a, b and c (exercises above). Write them, then run this cell again."
    )


def test_a_long_line_is_broken_between_words():
    names = [f"exercise_number_{number}" for number in range(9)]
    lines = waiting_line(names).split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines) == (
        f"This cell waits for {', '.join(names[:-1])} and {names[-1]} (exercises above). "
        "Write them, then run this cell again."
    )


def test_other_cells_are_left_alone():
    for lines in ([], ["x = 1\n"], ["%%explored softmax\n", "1\n"], ["%%time\n", "%%explore\n"]):
        assert transform(lines, {}) is lines


def test_a_bare_exploration_always_runs_with_its_line_numbers_kept():
    assert transform(["%%explore\n", "1 + 1\n"], {}) == ["\n", "1 + 1\n"]


def test_missing_and_unwritten_functions_are_waited_for():
    assert waiting_for(["softmax", "train", "softmax"], {"softmax": stub}) == ["softmax", "train"]
    assert waiting_for(["no_exercise"], {}) == ["no_exercise"]
    assert waiting_for(["no_exercise"], {"no_exercise": lambda: 0}) == []


def test_wrong_and_failing_functions_are_not_waited_for(demo):
    def fails(z):
        raise ValueError

    for function in (demo.softmax, demo.wrong_axis, fails, lambda: None):
        assert waiting_for(["softmax"], {"softmax": function}) == []


def written_in_a_cell(source):
    namespace = {"np": np}
    exec(source, namespace)
    return namespace


def test_the_inner_exercise_is_named():
    namespace = written_in_a_cell(
        "def sigmoid(z):\n    raise NotImplementedError\n\ndef train(X, learning_rate):\n    return sigmoid(X)\n"
    )
    assert waiting_for(["train"], namespace) == ["sigmoid"]
    del namespace["sigmoid"]
    assert waiting_for(["train"], namespace) == ["sigmoid"]


def test_a_written_function_is_not_run_just_to_see(demo):
    runs = []

    def train(X, learning_rate):
        runs.append(1)

    assert waiting_for(["train"], {"train": train}) == []
    assert runs == []


def test_a_stub_line_left_below_the_answer_does_no_harm(capsys):
    namespace = written_in_a_cell(
        "def softmax(z):\n    print('noise')\n    if True:\n        return z\n    raise NotImplementedError\n"
    )
    assert waiting_for(["softmax"], namespace) == []
    assert capsys.readouterr().out == ""


@pytest.fixture
def lesson(shell):
    shell.run_line_magic("load_ext", "dnnkit")
    return shell


def test_cells_wait_then_run_as_ordinary_cells(lesson, demo):
    cell = "%%explore softmax\nx = 40\nx + 2"
    with capture_output() as captured:
        assert lesson.run_cell(cell).result is None
    assert captured.stdout == SOFTMAX_WAITS
    assert "x" not in lesson.user_ns
    lesson.user_ns["softmax"] = demo.softmax
    with capture_output():
        assert lesson.run_cell(cell).result == 42
    assert lesson.user_ns["x"] == 40


def test_errors_of_a_cell_stay_errors_and_magics_work(lesson):
    with capture_output() as captured:
        result = lesson.run_cell("%%explore\n%env\n1 / 0")
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert "line 3" in captured.stdout.replace("\x1b[32m", "").replace("\x1b[39m", "") + captured.stderr


def test_loading_twice_registers_once(lesson):
    dnnkit.load_ipython_extension(lesson)
    registered = [t for t in lesson.input_transformers_cleanup if t.__module__ == explore.__name__]
    assert len(registered) == 1


def test_a_page_gets_short_lines_and_a_terminal_gets_nothing(lesson):
    with capture_output() as captured:
        dnnkit.load_ipython_extension(lesson)
    assert (captured.stdout, captured.stderr, captured.outputs) == ("", "", [])
    shell = SimpleNamespace(kernel=object(), input_transformers_cleanup=[], display_pub=Mock())
    dnnkit.load_ipython_extension(shell)
    (shown,) = shell.display_pub.publish.call_args.args
    assert "max-width" in shown["text/html"]
    assert shown["text/plain"] == ""


def test_the_cell_that_loads_dnnkit_does_the_same_when_it_is_run_again(lesson, monkeypatch):
    monkeypatch.setattr(lesson, "kernel", object(), raising=False)
    for _ in range(2):
        with capture_output() as captured:
            lesson.run_cell("%load_ext dnnkit")
        (shown,) = captured.outputs
        assert "max-width" in shown.data["text/html"]
        assert captured.stdout == ""


def test_student_code_does_not_run_while_a_cell_is_typed(lesson):
    lesson.run_cell("def softmax(z):\n    global ran\n    ran = True\n    raise NotImplementedError")
    lesson.check_complete("%%explore softmax\n1\n\n")
    assert "ran" not in lesson.user_ns
