import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from dnnkit.checking import example, wire
from dnnkit.checking.checks import CheckReport, check_exercise
from dnnkit.checking.html_report import to_html
from dnnkit.checking.observe import call
from dnnkit.checking.text_report import _two_sides, format_value, to_text
from dnnkit.facts import FACTS

VOID = {"img", "br"}


class Wellformed(HTMLParser):
    """Collects start tags and insists that every element is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def count(self, name, **wanted):
        return sum(tag == name and wanted.items() <= attrs.items() for tag, attrs in self.tags)


def fails(z):
    raise ValueError("<b>bold</b> & 'quoted'")


@pytest.mark.parametrize("name", ["softmax", "no_max_shift", "in_place", "wrong_axis"])
def test_the_tables_are_accessible(demo, name):
    report = check_exercise("softmax", {"softmax": getattr(demo, name)})
    page = Wellformed(to_html(report))
    for result in report.examples:
        assert page.count("div", role="group", **{"aria-label": result.title}) == 1
    assert page.count("th", scope="col") == 3 * 2
    assert page.count("summary") == page.count("details") == 2
    assert page.count("div", role="region", tabindex="0") == 1


def test_one_wrong_example_is_open_the_smallest_and_all_others_are_a_line_each():
    def result(title, size, verdict, differs):
        inputs = {"z": np.ones(size)}
        made = call(lambda z: z + differs, inputs)
        return example.ExampleResult(title, inputs, np.ones(size), made, verdict)

    results = (
        result("right", 2, example.PASSES, 0),
        result("large", 8, example.DIFFERS, 1),
        result("small", 2, example.DIFFERS, 1),
    )
    html = to_html(CheckReport("f", "f: 1 of 3 examples pass.", results))
    Wellformed(html)
    assert html.count("<details open") == 1
    assert [html.index(f": {title}</summary>") for title in ("small", "large", "right")] == sorted(
        html.index(f": {title}</summary>") for title in ("small", "large", "right")
    )
    assert html.index("<details open") < html.index("small") < html.index("<details style")


def test_many_examples_that_pass_share_a_line():
    made = call(lambda z: z, {"z": 1.0})
    results = tuple(example.ExampleResult(f"n{k}", {"z": 1.0}, 1.0, made, example.PASSES) for k in range(5))
    html = to_html(CheckReport("f", "f: 5 of 5 examples pass.", results, passed=True))
    Wellformed(html)
    assert "5 examples: passes</summary>" in html
    assert "<details open" not in html


def test_what_is_not_written_yet_shows_what_is_expected_behind_one_line():
    def unwritten(z):
        raise NotImplementedError

    page = to_html(check_exercise("softmax", {"softmax": unwritten}))
    Wellformed(page)
    assert page.count("<summary") == 1 + 2
    assert page.index("what is expected, in 2 examples</summary>") < page.index("two equal scores</summary>")
    assert "<details open" not in page


def test_numbers_that_differ_are_marked_and_the_others_are_not(demo):
    html = to_html(check_exercise("softmax", {"softmax": demo.no_max_shift}))
    marked = re.findall(r"<mark[^>]*>([^<]*)</mark>", html)
    assert marked == ["nan", "nan"]


def marked_of(expected, returned):
    """Say what is marked where a function returns one value in the place of another, and what is shown."""
    found = example._run_example(
        {"title": "t", "expected": wire.encode(expected)}, lambda: returned, {}, "f", example.SECONDS
    )
    html = to_html(CheckReport("f", "f: 0 of 1 examples pass.", (found,)))
    return re.findall(r"<mark[^>]*>([^<]*)</mark>", html), _two_sides(found)[1]


def test_right_numbers_are_not_marked_for_their_rounding():
    expected, returned = np.array([0.015625, 0.0, 5.0]), np.array([0.015625000000000003, 1e-17, 7.0])
    assert marked_of(expected, returned) == (["7"], "shape (3,)\n[0.01562       0       7]")
    assert marked_of([2_000_000, 5], [2e6, 7.0]) == (["7"], "list of 2: 2000000, 7")
    assert marked_of((1.0, np.array([0.5, np.nan])), (2.0, np.array([0.5, np.nan])))[0] == ["2"]


def test_small_numbers_that_are_wrong_are_marked():
    assert marked_of(np.array([1e-9, 3e-9]), np.array([1e-9, 2e-9]))[0] == ["2e-09"]
    assert marked_of(np.array([0.5, 0.25]), np.array([0.5, 0.25001]))[0] == ["0.25001"]


def test_the_order_of_a_dict_is_that_of_what_was_expected():
    expected, returned = {"W": np.ones(2), "b": 3.0}, {"b": 4.0, "W": np.ones(2)}
    assert marked_of(expected, returned) == (["4"], "W: shape (2,)\n[1 1]\nb: 4")
    assert marked_of({"W": 1.0, "b": 3.0}, {"c": 1.0, "W": 1.0})[1] == "W: 1\nc: 1"


def test_none_is_not_marked_word_by_word():
    assert marked_of(np.ones((1, 2)), None) == ([], "None (is a return missing?)")


def test_nothing_is_marked_in_a_right_answer_that_changes_its_input():
    report = check_exercise("softmax", {"softmax": lambda z: softmax_in_place(z)})
    assert [result.verdict for result in report.examples] == [example.DIFFERS] * len(report.examples)
    assert "<mark" not in to_html(report)


def softmax_in_place(z):
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    return z * (1 + 1e-15)


def test_nothing_is_marked_where_the_two_have_different_parts():
    html = to_html(check_exercise("softmax", {"softmax": lambda z: np.zeros(3)}))
    assert "<mark" not in html


def test_verdicts_are_words_and_marks_are_hidden_from_screen_readers(demo):
    html = to_html(check_exercise("softmax", {"softmax": demo.no_max_shift}))
    assert "<strong>passes</strong>" in html
    assert "<strong>differs</strong>" in html
    assert html.count('aria-hidden="true"') == 2


def test_text_of_the_student_is_escaped():
    report = check_exercise("softmax", {"softmax": fails})
    html = to_html(report)
    Wellformed(html)
    assert "<b>" not in html
    assert "&lt;b&gt;bold" in html


def test_neither_theme_is_assumed(demo):
    html = to_html(check_exercise("softmax", {"softmax": demo.no_max_shift}))
    assert "background:none" in html
    assert "background:#" not in html
    assert "color:inherit" in html


def test_a_report_without_examples_is_one_sentence():
    report = check_exercise("softmax", {})
    assert to_html(report) == "<p>softmax is not defined yet: run the cell above.</p>"
    assert to_text(report) == "softmax is not defined yet: run the cell above."


def test_text_of_a_failing_check(demo):
    assert (
        to_text(check_exercise("softmax", {"softmax": demo.no_max_shift}))
        == """\
softmax: 1 of 2 examples pass.

  [passes] two equal scores

  [differs] large scores
    input     z = shape (2, 2)
                  [[1000 1001]
                   [-2.5    0]]
    expected  shape (2, 2)
              [[ 0.2689  0.7311]
               [0.07586  0.9241]]
    yours     shape (2, 2)
              [[    nan     nan]
               [0.07586  0.9241]]
    why       2 of 4 values are not finite, the first at [0, 0]: expected 0.268941, got nan. \
NumPy warned: overflow encountered in exp.

  Hint: exp overflows for large scores. What may be subtracted from a row?"""
    )


def test_text_of_a_passing_check(demo):
    assert to_text(check_exercise("softmax", {"softmax": demo.softmax})).splitlines()[0] == (
        "softmax: 2 of 2 examples pass. The hidden checks of the grader go further."
    )


def test_facts_that_differ_are_shown_in_place_of_arrays(demo):
    text = to_text(check_exercise("minibatches", {"minibatches": demo.drops_last}))
    assert "batch sizes: 3, 3, 1" in text
    assert "array" not in text


def test_facts_that_must_hold_are_told_in_plain_words_and_no_shuffle_is_shown_as_if_it_were_required(demo):
    def unwritten(*inputs):
        raise NotImplementedError

    asked = """\
    expected  a list of 1-D integer arrays
              every example appears exactly once
              batch sizes: 3, 3, 1
              order: shuffled
"""
    for function in (unwritten, lambda *inputs: 1 / 0, lambda *inputs: iter(demo.minibatches(*inputs))):
        text = to_text(check_exercise("minibatches", {"minibatches": function}))
        assert asked in text
        assert "shape (3,)" not in text
    page = to_html(check_exercise("minibatches", {"minibatches": demo.minibatches}))
    assert ">every example appears exactly once\n</span>" in page
    assert "left out" not in page


def test_facts_that_are_all_about_what_must_not_happen_are_told_so(demo):
    (result,) = check_exercise("minibatches", {"minibatches": demo.minibatches}).examples
    result = replace(result, asked=(("examples left out", "0"), ("batches too many", "0")))
    assert _two_sides(result)[0] == "no examples left out\nno batches too many"


def test_what_is_no_plain_data_is_named_beside_what_was_expected():
    report = check_exercise("minibatches", {"minibatches": lambda *inputs: [range(7)]})
    assert _two_sides(report.examples[0])[1] == "a list that holds more than numbers"
    report = check_exercise("minibatches", {"minibatches": lambda *inputs: iter([])})
    assert _two_sides(report.examples[0])[1] == "an object of type list_iterator"


@pytest.mark.parametrize(
    ("answer", "expected", "yours"),
    [
        (None, "a list of 1-D integer arrays", "None (is a return missing?)"),
        ({"a": 1}, "a list of 1-D integer arrays", "dict"),
        ([], "batch sizes: 3, 3, 1", "batch sizes: none"),
        ([np.arange(7)], "order: shuffled", "order: a single batch, where any order will do"),
        ([np.arange(3)], "examples left out: 0", "examples left out: 4"),
        ([np.arange(3)], "every example appears exactly once: yes", "every example appears exactly once: no"),
    ],
)
def test_facts_that_differ_are_told_in_plain_words(answer, expected, yours):
    report = check_exercise("minibatches", {"minibatches": lambda *inputs: answer})
    sides = [text.split("\n") for text in _two_sides(report.examples[0])]
    assert (expected, yours) in zip(*sides, strict=True)


def test_an_answer_without_the_facts_asked_for_is_told(monkeypatch, demo):
    monkeypatch.setitem(FACTS, "partition", lambda inputs, output: {})
    report = check_exercise("minibatches", {"minibatches": demo.drops_last})
    assert report.examples[0].facts == (("an answer of the form that the docstring asks for", "yes", "no"),)


def test_what_was_stopped_and_what_was_not_run_are_told():
    def softmax(z):
        while True:
            z = z + 0

    text = to_text(check_exercise("softmax", {"softmax": softmax}, seconds=0.2))
    assert "  [stopped] two equal scores\n" in text
    assert "    yours     no answer: stopped in softmax, line " in text
    assert "    why       softmax was stopped after 0.2 seconds. Is there a loop that never ends?\n" in text
    assert "  [not run] large scores\n" in text
    assert "    yours     not run" in text


def test_several_hints_that_fit_are_said_to_be_several():
    report = CheckReport("softmax", "softmax: 0 of 1 examples pass.", hints=("This?", "Or that?"))
    assert to_text(report).endswith("Hint, one of 2 that fit: This?\n  Hint, one of 2 that fit: Or that?")


def test_large_arrays_are_summarised_and_the_first_difference_is_told(demo):
    def nearly(X, learning_rate):
        product, total = demo.train(X, learning_rate)
        product[3, 1] *= 2
        return product, total

    text = to_text(check_exercise("train", {"train": nearly}))
    assert "shape (6, 6),\n                 values from 18 to" in text
    assert "Item 0: 1 of 36 values is wrong, the first at [3, 1]: expected 26.1, got 52.2." in text


def test_numbers_that_differ_late_are_written_with_more_digits(demo):
    text = to_text(check_exercise("softmax", {"softmax": lambda z: demo.softmax(z) * (1 + 4e-6)}))
    assert "[[0.500002 0.500002]]" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (np.float32(1 / 3), "0.3333"),
        (True, "True"),
        ("a", "'a'"),
        (None, "None (is a return missing?)"),
        (12345678, "12345678"),
        (10**30, "100000000... (31 digits)"),
        (np.array(2.0), "2"),
        (np.array([1, -20]), "shape (2,)\n[  1 -20]"),
        (np.zeros((0, 3)), "shape (0, 3)\n[]"),
        (np.ones((1, 2, 3, 1)), "shape (1, 2, 3, 1)\n[[1 1 1]\n [1 1 1]]"),
        (np.ones((1, 1, 1)), "shape (1, 1, 1)\n[1]"),
        (np.ones((2, 1)), "shape (2, 1)\n[[1]\n [1]]"),
        (np.array([True, False]), "shape (2,)\n[ True False]"),
        ([1.0, 0.25], "list of 2: 1, 0.25"),
        ((np.ones(1), 2), "a tuple of 2 items\n0: shape (1,)\n   [1]\n1: 2"),
        ([np.array(2.5), np.float32(1)], "list of 2: 2.5, 1"),
        ([1.5] * 59 + [0.25], "list of 60: 1.5, ..., 0.25"),
        ([np.zeros(2)] * 9, "a list of 9 items"),
        ([], "a list of 0 items"),
        ({"W": 1.5}, "W: 1.5"),
        (np.random.default_rng(0), "a generator with a fixed seed"),
        (np.arange(30.0), "shape (30,),\nvalues from 0 to 29"),
    ],
)
def test_values_are_readable(value, text):
    assert format_value(value) == text


def test_long_lines_of_code_are_wrapped_and_short_inputs_are_not():
    for code, wrapped in (("def look():\n    return [" + "1, " * 99 + "]", True), ("", False)):
        result = example.ExampleResult("t", {"z": 1.0}, 2, call(lambda z: 2, {"z": 1.0}), example.PASSES, code=code)
        html = to_html(CheckReport("f", "f: 1 of 1 examples pass.", (result,), passed=True))
        Wellformed(html)
        assert ("pre-wrap;overflow-wrap:break-word;min-width:16em;max-width:36em" in html) == wrapped
