import sys
from types import SimpleNamespace

import pytest
from IPython.utils.capture import capture_output

from dnnkit import predict, predictions, reveal

QUESTION = ("rings", "Which accuracy will a straight line reach?", ["about 50 %", "about 95 %"])
AS_TEXT = "Predict: Which accuracy will a straight line reach?\n  ( ) about 50 %\n  ( ) about 95 %\n"


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(predictions, "_chosen", {})


@pytest.fixture
def notebook(shell, monkeypatch):
    """A shell that says it belongs to a kernel, and the radio buttons made in it."""
    import ipywidgets

    monkeypatch.setattr(type(shell), "kernel", SimpleNamespace(), raising=False)
    made = []
    original = ipywidgets.RadioButtons

    def remember(**options):
        made.append(original(**options))
        return made[-1]

    monkeypatch.setattr(ipywidgets, "RadioButtons", remember)
    return made


def test_text_outside_notebooks(capsys):
    assert predict(*QUESTION) is None
    assert capsys.readouterr().out == AS_TEXT


def test_text_without_ipywidgets(shell, monkeypatch, capsys):
    monkeypatch.setattr(type(shell), "kernel", SimpleNamespace(), raising=False)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    predict(*QUESTION)
    assert capsys.readouterr().out == AS_TEXT


def test_reveal_is_calm_when_nothing_was_chosen(capsys):
    assert reveal("rings", "about 50 %", "A line cuts both rings.") is None
    assert capsys.readouterr().out == ("(no prediction was made) What happened: about 50 %.\nA line cuts both rings.\n")


def test_nothing_is_chosen_at_first_and_a_choice_is_remembered(notebook, capsys):
    with capture_output() as captured:
        predict(*QUESTION)
    assert captured.outputs[0].data["text/plain"] + "\n" == AS_TEXT
    assert "application/vnd.jupyter.widget-view+json" in captured.outputs[0].data
    assert notebook[0].value is None
    notebook[0].value = "about 95 %"
    reveal("rings", "about 50 %", "A line cuts both rings.")
    assert capsys.readouterr().out.startswith("You predicted: about 95 %. What happened: about 50 %.")
    with capture_output():
        predict(*QUESTION)
    assert notebook[1].value == "about 95 %"
