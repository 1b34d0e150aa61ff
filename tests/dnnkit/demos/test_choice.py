"""The radio choice of a prediction: a still form first, then the widget; nothing is chosen until somebody chooses."""

from IPython.utils.capture import capture_output

from dnnkit.demos.choice import Choice
from dnnkit.demos.live_output import VIEW


def test_nothing_is_chosen_at_first_and_the_page_chooses():
    choice = Choice("Which?", ["one", "two"])
    assert choice.chosen == ""
    seen = []
    choice.observe(lambda change: seen.append(change["new"]), names="chosen")
    choice.set_state({"chosen": "two"})  # what a message of the page does
    assert seen == ["two"]


def test_the_still_form_comes_first_and_the_widget_is_an_output_of_its_own(shell):
    choice = Choice("Is 1 < 2?", ["yes", "no & never"])
    with capture_output() as captured:
        choice.show("Is 1 < 2? yes or no")
    still, live = (output.data for output in captured.outputs)
    assert VIEW not in still
    assert f'data-dnn-static="{choice.uid}"' in still["text/html"]
    assert "Is 1 &lt; 2?" in still["text/html"]
    assert "<li>no &amp; never</li>" in still["text/html"]
    assert still["text/plain"] == "Is 1 < 2? yes or no"
    assert live[VIEW]["model_id"] == choice.model_id
    assert live["text/html"].startswith("<!--")  # an export shows nothing for it
