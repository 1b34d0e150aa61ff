"""A student opens the lesson in a real JupyterLab, types a wrong answer, reads the hint, and mends it."""

import pytest

pytestmark = pytest.mark.browser

WRONG = "def softmax(z):\n    return np.exp(z) / np.sum(np.exp(z), axis=0)\n"
RIGHT = """\
def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
"""


def output_text(page, tools, text):
    """Text below the cell that contains this source."""
    tools.show_cell(page, tools.cell_index(page, text))
    return page.locator(".jp-Notebook .jp-Cell.jp-mod-active .jp-OutputArea").inner_text()


def test_a_wrong_answer_is_named_and_a_right_one_passes(page, lab, tools):
    tools.open_notebook(page, lab, "neuron.ipynb")
    tools.run_all(page)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert "softmax is not written yet" in output_text(page, tools, 'check("softmax")')

    tools.type_source(page, tools.cell_index(page, "def softmax(z)"), WRONG)
    tools.run_cell(page, tools.cell_index(page, 'check("softmax")'))
    text = output_text(page, tools, 'check("softmax")')
    assert "softmax: 0 of 3 examples pass." in text
    assert "Hint." in text

    tools.type_source(page, tools.cell_index(page, "def softmax(z)"), RIGHT)
    tools.run_cell(page, tools.cell_index(page, 'check("softmax")'))
    assert "softmax: 3 of 3 examples pass." in output_text(page, tools, 'check("softmax")')
    assert page.problems == []


def test_a_prediction_is_a_radio_choice_that_keyboards_reach(page, lab, tools):
    tools.open_notebook(page, lab, "neuron.ipynb")
    tools.run_all(page)
    tools.show_cell(page, tools.cell_index(page, "predict("))
    choices = page.locator(".jp-Cell.jp-mod-active input[type=radio]")
    assert choices.count() >= 3
    assert [choices.nth(i).is_checked() for i in range(3)] == [False] * 3
    choices.nth(0).focus()
    page.keyboard.press("Space")
    assert choices.nth(0).is_checked()
