import json

import numpy as np
import pytest

from dnnkit.checking import exercises, time_limit, wire
from dnnkit.checking.checks import CheckNotPassed, check, check_exercise
from dnnkit.checking.example import run_examples


def verdicts(report):
    return [result.verdict for result in report.examples]


def stub(z):
    raise NotImplementedError("Write me.")


def test_a_right_answer_passes(demo):
    report = check_exercise("softmax", {"softmax": demo.softmax})
    assert report.passed
    assert report.headline == "softmax: 2 of 2 examples pass."
    assert verdicts(report) == ["passes", "passes"]
    assert check_exercise("demo.softmax", {"softmax": demo.softmax}).passed
    assert report.hints == ()


@pytest.mark.parametrize("mistake", ["no_max_shift", "wrong_axis", "in_place"])
def test_known_mistakes_are_named(demo, mistake):
    report = check_exercise("softmax", {"softmax": getattr(demo, mistake)})
    assert not report.passed
    assert report.mistakes == (mistake,)
    assert len(report.hints) == 1


def test_unknown_mistakes_are_not_named(demo):
    report = check_exercise("softmax", {"softmax": lambda z: demo.softmax(z) * 1.01})
    assert not report.passed
    assert report.mistakes == ()


def test_values_are_told_where_they_part(demo):
    report = check_exercise("softmax", {"softmax": demo.no_max_shift})
    assert report.examples[1].message == (
        "2 of 4 values are not finite, the first at [0, 0]: expected 0.268941, got nan."
    )
    assert report.examples[1].call.warnings[0] == "overflow encountered in exp"


def test_a_name_in_a_dict_stays_as_it_is_written():
    record = {"title": "a dict", "inputs": {"z": 1.0}, "expected": wire.encode({"w": 1.0, "b": 2.0})}
    exercise = {"parameters": ["z"], "examples": [record]}
    (result,) = run_examples(exercise, {"halve": lambda z: {"w": z, "b": z}}, "halve")
    assert result.message == "b: the value is wrong: expected 2, got 1."


def test_a_changed_input_has_its_own_sentence(demo):
    report = check_exercise("softmax", {"softmax": demo.in_place})
    assert report.examples[0].message == "Your function changed its input z; work on a copy, such as z.copy()."


def test_quiet_examples_fail_on_a_warning_and_others_do_not(demo):
    report = check_exercise("sigmoid", {"sigmoid": demo.naive_sigmoid})
    assert report.mistakes == ("naive",)
    assert report.examples[0].message == (
        "NumPy warned: overflow encountered in exp. This example must be computed without a warning."
    )

    def noisy(z):
        np.exp(np.array([1e4]))
        return demo.softmax(z)

    assert check_exercise("softmax", {"softmax": noisy}).passed


def test_facts_judge_where_many_answers_are_right(demo):
    assert check_exercise("minibatches", {"minibatches": demo.minibatches}).passed
    report = check_exercise("minibatches", {"minibatches": demo.drops_last})
    assert report.mistakes == ("drops_last",)
    assert ("batch sizes", "3, 3, 1", "3, 3") in report.examples[0].facts


def test_answers_of_another_form_differ_in_their_facts():
    report = check_exercise("minibatches", {"minibatches": lambda *_: None})
    ((fact, expected, yours),) = report.examples[0].facts
    assert (fact, expected, yours[:2]) == ("a list of 1-D integer arrays", "yes", "no")


def test_results_that_change_from_call_to_call_differ():
    draws = np.random.default_rng(0)
    report = check_exercise("softmax", {"softmax": lambda z: draws.normal(size=z.shape)})
    assert "A second call with the same inputs gave another result." in report.examples[0].message


def test_unwritten_exercises_are_told_calmly():
    report = check_exercise("softmax", {"softmax": stub})
    assert verdicts(report) == ["not written yet"] * 2
    assert report.headline == "softmax is not written yet."


def sigmoid_stub(z):
    raise NotImplementedError


def test_an_unwritten_exercise_inside_is_named():
    report = check_exercise("softmax", {"softmax": lambda z: sigmoid_stub(z)})
    assert report.headline == "softmax needs sigmoid_stub, which is not written yet."


def test_errors_name_the_line_of_the_student():
    def softmax(z):
        total = z.summ()
        return z / total

    report = check_exercise("softmax", {"softmax": softmax})
    first = report.examples[0]
    assert first.verdict == "error"
    assert first.message == "AttributeError: 'numpy.ndarray' object has no attribute 'summ'"
    assert first.call.place == "in softmax, line 2: total = z.summ()"


@pytest.mark.parametrize(
    "value",
    [None, "text", 3, 10**400, np.random.default_rng(0), object(), (1, 2), {"a": 1}, [[1], [1, 2]], np.array(["a"])],
)
def test_odd_results_differ_and_nothing_is_raised(value):
    assert verdicts(check_exercise("softmax", {"softmax": lambda z: value})) == ["differs"] * 2


def test_missing_functions_and_unknown_names_are_told():
    assert check_exercise("softmax", {}).headline == "softmax is not defined yet: run the cell above."
    assert check_exercise("softmax", {"softmax": 3}).headline == "softmax is not defined yet: run the cell above."
    assert check_exercise("sotfmax", {}).headline == (
        'There is no exercise named sotfmax. Do you mean check("softmax")?'
    )
    assert "Known are: softmax, sigmoid, minibatches, train." in check_exercise("zzzzz", {}).headline
    assert "no exercise named None" in check_exercise(None, {}).headline


def test_names_that_two_topics_share_must_be_written_out(examples_folder, tmp_path, monkeypatch):
    topic = json.loads((examples_folder / "demo.json").read_text(encoding="utf-8"))
    for name in ("demo", "other"):
        (tmp_path / f"{name}.json").write_text(json.dumps(topic | {"topic": name}), encoding="utf-8")
    monkeypatch.setattr(exercises, "EXAMPLES", tmp_path)
    assert check_exercise("train", {}).headline == (
        'There are 2 exercises named train. Write check("demo.train") or check("other.train").'
    )
    assert check_exercise("other.train", {}).headline.startswith("train is not defined yet")


def test_check_looks_in_the_callers_globals_and_returns_nothing(capsys):
    scope = {"softmax": stub, "check": check}
    exec('shown = check("softmax")', scope)
    assert scope["shown"] is None
    assert capsys.readouterr().out.startswith("softmax is not written yet.")


def test_check_shows_html_with_text_as_its_alternative(shell, demo):
    from IPython.utils.capture import capture_output

    shell.user_ns["softmax"] = demo.softmax
    with capture_output() as captured:
        shell.run_cell('from dnnkit import check\ncheck("softmax")').raise_error()
    (shown,) = captured.outputs
    assert "<table" in shown.data["text/html"]
    assert shown.data["text/plain"].startswith("softmax: 2 of 2 examples pass. The hidden checks")


def test_nbgraders_validation_fails_when_the_check_does(monkeypatch, demo):
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    exec('check("softmax")', {"softmax": demo.softmax, "check": check})
    with pytest.raises(CheckNotPassed, match=r"softmax: 1 of 2 examples pass\."):
        exec('check("softmax")', {"softmax": demo.no_max_shift, "check": check})
    with pytest.raises(CheckNotPassed, match="not defined yet"):
        exec('check("softmax")', {"check": check})


def test_a_stock_nbgrader_never_gives_points(monkeypatch, demo):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckNotPassed, match="configuration is wrong and no points are given"):
        exec('check("softmax")', {"softmax": demo.softmax, "check": check})


def test_a_generator_in_place_of_a_list_is_called_by_its_name(demo):
    report = check_exercise("minibatches", {"minibatches": lambda *inputs: (b for b in demo.minibatches(*inputs))})
    assert report.examples[0].facts == ()
    assert report.examples[0].message == "Your function returned a generator. list(...) makes a list of it."


def test_what_a_list_holds_is_told():
    report = check_exercise("minibatches", {"minibatches": lambda *inputs: [range(3), range(3, 6), range(6, 7)]})
    assert report.examples[0].message == (
        "Your function returned a list of 3 items, and item 0 is a range. np.array(...) makes an array of it."
    )


def test_a_name_that_is_not_there_is_told_with_its_likely_causes():
    report = check_exercise("sigmoid", {"sigmoid": lambda z: maths.exp(z)})  # noqa: F821
    assert report.examples[0].message == (
        "NameError: name 'maths' is not defined. Is an import missing, or was a cell not run?"
    )

    def sigmoid(z):
        q = q + 1  # noqa: F821
        return q

    assert "import" not in check_exercise("sigmoid", {"sigmoid": sigmoid}).examples[0].message


def test_an_endless_loop_is_stopped_and_the_rest_is_not_run(monkeypatch):
    calls = []

    def softmax(z):
        calls.append(1)
        while True:
            try:
                z = z + 0
            except Exception:  # noqa: BLE001 - as students write it
                z = z - 0

    report = check_exercise("softmax", {"softmax": softmax}, seconds=0.2)
    assert verdicts(report) == ["stopped", "not run"]
    assert report.headline == "softmax: 0 of 2 examples pass."
    assert report.examples[0].message == "softmax was stopped after 0.2 seconds. Is there a loop that never ends?"
    assert calls == [1]


def test_the_limit_leaves_time_for_a_minute():
    assert time_limit.SECONDS == 60


BUILT = """
def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=0)

def minibatches(num_examples, batch_size, rng):
    print("noise")
    return [np.arange(num_examples)]

def inner(X):
    return softmax(X)

def sigmoid(z):
    return inner(z) if np.ndim(z) == 2 else 0 * z

def train(X, learning_rate):
    batches = [X for X in minibatches(3, 3, None)]
    return sigmoid(X), 1.0
"""


def built(source):
    namespace = {"np": np}
    exec(source, namespace)
    return namespace


def test_an_exercise_that_this_one_uses_and_that_fails_is_named_in_place_of_a_hint(capsys):
    report = check_exercise("sigmoid", built(BUILT))
    assert report.hints == ("softmax, which sigmoid uses, does not pass its own check yet. Fix softmax first.",)
    assert report.mistakes == ()
    report = check_exercise("demo.train", built(BUILT))
    assert report.hints == (
        "minibatches and softmax, which train uses, do not pass their own checks yet. Fix them first.",
    )
    assert capsys.readouterr().out == "noise\n"  # of train's own example, not of those of minibatches


def test_causes_are_named_however_often_they_are_reached():
    chain = (
        "def softmax(z):\n    return z\n"
        "def sigmoid(z):\n    return softmax(z)\n"
        "def minibatches(num_examples, batch_size, rng):\n    return softmax(rng)\n"
        "def train(X, learning_rate):\n    return sigmoid(X), minibatches(1, 2, 3), train\n"
    )
    assert check_exercise("train", built(chain)).hints == (
        "softmax, which train uses, does not pass its own check yet. Fix softmax first.",
    )


def test_own_mistakes_are_named_when_what_is_used_passes(demo):
    source = "def softmax(z):\n    minibatches(3, 3, rng)\n    return no_max_shift(z)\n"
    namespace = built(source) | vars(demo) | {"rng": np.random.default_rng(0)}
    namespace["softmax"] = built(source)["softmax"]
    namespace["softmax"].__globals__.update(minibatches=demo.minibatches, no_max_shift=demo.no_max_shift)
    namespace["softmax"].__globals__["rng"] = np.random.default_rng(0)
    assert check_exercise("softmax", namespace).mistakes == ("no_max_shift",)


def test_a_method_that_is_named_like_an_exercise_is_not_taken_for_it():
    source = "def train(X, learning_rate):\n    return X.softmax\ndef softmax(z):\n    return z\n"
    assert check_exercise("train", built(source)).hints == ()


def test_damaged_examples_are_told(tmp_path, monkeypatch):
    (tmp_path / "demo.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr(exercises, "EXAMPLES", tmp_path)
    assert check_exercise("softmax", {}).headline.startswith("The examples of this course cannot be read (")
