"""Progress is a small file of exercise names; nothing disturbs a student when it cannot be read or written."""

import json
import sys
from types import SimpleNamespace

import pytest

from dnnkit import progress
from dnnkit.checking import checks, exercises, progress_file


@pytest.fixture
def examples(tmp_path, monkeypatch):
    """Two lessons, and a progress file of the test's own."""
    two = {"first": {}, "second": {}}
    for topic, lesson in (("neuron", "01_neuron"), ("backprop", "02_backprop")):
        record = {"topic": topic, "lesson": lesson, "title": f"Lesson · {topic}", "exercises": two}
        (tmp_path / f"{topic}.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(exercises, "EXAMPLES", tmp_path)
    monkeypatch.setenv("DNNKIT_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    return tmp_path


def test_lessons_come_in_order_with_what_passes(examples):
    progress_file.note_result("neuron.second", True)
    progress_file.note_result("backprop.first", False)
    found = progress.list_lessons()
    assert [lesson.lesson for lesson in found] == ["01_neuron", "02_backprop"]
    assert [lesson.passed for lesson in found] == [("second",), ()]
    assert progress.to_text(found).splitlines()[0] == "01  Lesson · neuron: 1 of 2 pass their checks"


def test_an_exercise_that_fails_again_is_no_longer_counted(examples):
    progress_file.note_result("neuron.first", True)
    progress_file.note_result("neuron.first", False)
    assert progress.list_lessons()[0].passed == ()


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", '{"neuron.first": "yes"}'])
def test_a_spoilt_file_is_no_progress(examples, text):
    progress_file.progress_file().parent.mkdir()
    progress_file.progress_file().write_text(text, encoding="utf-8")
    assert progress.list_lessons()[0].passed == ()


def test_a_file_that_cannot_be_written_disturbs_nobody(examples, monkeypatch):
    (examples / "a_file").write_text("")
    monkeypatch.setenv("DNNKIT_PROGRESS", str(examples / "a_file" / "progress.json"))
    progress_file.note_result("neuron.first", True)


def test_the_table_links_and_names_what_comes_next(examples):
    progress_file.note_result("neuron.first", True)
    html = progress.to_html(progress.list_lessons())
    assert '<a href="01_neuron/neuron.ipynb">Lesson · neuron</a>' in html
    assert '<td style="text-align:left;white-space:normal">second</td>' in html
    assert html.count('aria-label="Lesson · ') == 2


def test_a_check_in_a_notebook_is_noted_and_one_in_a_script_is_not(examples, monkeypatch):
    report = SimpleNamespace(name="first", examples=(1,), passed=True)
    monkeypatch.setattr(checks, "check_exercise", lambda name, namespace: report)
    monkeypatch.setattr(checks, "find_exercise", lambda name: ({"topic": "neuron"}, ""))
    monkeypatch.setattr(checks, "_tell_nbgrader", lambda report: None)
    monkeypatch.setattr("dnnkit.checking.html_report.show", lambda report: None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    checks.check("first")
    assert progress_file.read_results() == {}
    shell = SimpleNamespace(user_ns={}, kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    checks.check("first")
    assert progress_file.read_results() == {"neuron.first": True}
