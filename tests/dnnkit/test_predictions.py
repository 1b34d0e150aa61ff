import sys
from types import SimpleNamespace

import pytest
from IPython.utils.capture import capture_output

from dnnkit import predict, predictions, reveal

QUESTION = ("rings", "Which accuracy will a straight line reach?", ["about 50 %", "about 95 %"])
ANSWER = ("rings", "about 50 %", "A line cuts both rings.")
AS_TEXT = "Predict: Which accuracy will a straight line reach?\n  ( ) about 50 %\n  ( ) about 95 %\n"


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(predictions, "_predictions", {})


@pytest.fixture
def notebook(shell, monkeypatch):
    """A shell that says it belongs to a kernel, and the choices made in it."""
    from dnnkit.demos import choice

    monkeypatch.setattr(type(shell), "kernel", SimpleNamespace(), raising=False)
    made, original = [], choice.Choice
    monkeypatch.setattr(choice, "Choice", lambda **options: made.append(original(**options)) or made[-1])
    return made


def shown(function, *arguments, **options):
    """Data of the last output of a call."""
    with capture_output() as captured:
        function(*arguments, **options)
    return captured.outputs[-1].data


def test_text_outside_notebooks(capsys):
    assert predict(*QUESTION) is None
    assert capsys.readouterr().out == AS_TEXT


def test_text_without_the_packages_of_widgets(shell, monkeypatch, capsys):
    monkeypatch.setattr(type(shell), "kernel", SimpleNamespace(), raising=False)
    monkeypatch.setitem(sys.modules, "dnnkit.demos.choice", None)
    predict(*QUESTION)
    assert capsys.readouterr().out == AS_TEXT


def test_outside_notebooks_the_answer_comes_with_the_second_call(capsys):
    predict(*QUESTION)
    capsys.readouterr()
    assert reveal(*ANSWER) is None
    first = capsys.readouterr().out
    assert first == (
        "You have not made a prediction. Decide for one of the answers, then run this again to see what happened.\n"
    )
    reveal(*ANSWER)
    second = capsys.readouterr().out
    assert second == "You have not made a prediction. What happened: about 50 %.\nA line cuts both rings.\n"


def test_without_a_choice_a_notebook_folds_the_answer_up_however_often_it_runs(notebook):
    with capture_output():
        predict(*QUESTION)
    for _ in range(2):
        data = shown(reveal, *ANSWER)
        before, details = data["text/html"].split("<details>")
        assert "You have not made a prediction." in before
        assert "about 50 %" not in before
        assert "What happened: about 50 %.<br>A line cuts both rings." in details
        assert "about 50 %" not in data["text/plain"]


@pytest.mark.parametrize(("option", "verdict"), [("about 50 %", "Right."), ("about 95 %", "Not this time.")])
def test_a_prediction_gets_a_verdict_and_the_reason(notebook, option, verdict):
    with capture_output():
        predict(*QUESTION)
    notebook[0].chosen = option
    data = shown(reveal, *ANSWER)
    message = f"You predicted: {option}. What happened: about 50 %."
    assert data["text/plain"] == f"{verdict} {message}\nA line cuts both rings."
    assert data["text/html"] == f"<p><strong>{verdict}</strong> {message}<br>A line cuts both rings.</p>"


def test_an_answer_in_other_words_names_the_option_that_is_right(notebook):
    with capture_output():
        predict(*QUESTION)
    notebook[0].chosen = "about 50 %"
    with pytest.raises(ValueError, match=r"must be an option .* Got '51.3 %'. Is `correct=` missing?"):
        reveal("rings", "51.3 %", "A line cuts both rings.")
    data = shown(reveal, "rings", "51.3 %", "A line cuts both rings.", correct="about 50 %")
    assert data["text/plain"].startswith("Right. You predicted: about 50 %. What happened: 51.3 %.")


def test_a_choice_made_after_run_all_turns_the_folded_answer_into_a_verdict(notebook, monkeypatch):
    with capture_output():
        predict(*QUESTION)
        reveal(*ANSWER)
    updates = []
    handle = SimpleNamespace(update=lambda bundle, raw: updates.append(bundle["text/plain"]))
    monkeypatch.setattr(predictions._predictions["rings"], "handle", handle)
    notebook[0].chosen = "about 95 %"
    assert [text.split(".")[0] for text in updates] == ["Not this time"]


def test_a_choice_is_remembered_when_the_question_is_asked_again(notebook):
    with capture_output():
        predict(*QUESTION)
        assert notebook[0].chosen == ""
        notebook[0].chosen = "about 95 %"
        predict(*QUESTION)
        assert notebook[1].chosen == "about 95 %"
        predict("rings", "Another question?", ["yes", "no"])
        assert notebook[2].chosen == ""


def test_an_answer_may_come_where_the_question_was_not_run(notebook):
    assert "You have not made a prediction." in shown(reveal, *ANSWER)["text/plain"]
