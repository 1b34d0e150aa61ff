"""A student opens the lesson in a real JupyterLab, types a wrong answer, reads the hint, fixes it, and plays."""

from pathlib import Path

import nbformat
import pytest

from grading.authoring.sample_class import with_answers
from grading.lessons.lesson import find_lesson

pytestmark = pytest.mark.browser

WRONG = "def softmax(z):\n    e = np.exp(z - np.max(z, axis=0))\n    return e / e.sum(axis=0)\n"
PROJECT = Path(__file__).resolve().parent.parent.parent
ERROR = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']"
UPHILL = """\
def sgd_step(params, grads, state, learning_rate):
    return {name: params[name] + learning_rate * grads[name] for name in params}, state
"""
DOWNHILL = UPHILL.replace("+ learning_rate", "- learning_rate")
PICTURES = "[...document.querySelectorAll('.jp-mod-active .dnn-panel canvas')].map(canvas => canvas.toDataURL())"
RIGHT = """\
def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
"""


def output_text(page, tools, text):
    """Text below the cell that contains this source."""
    tools.show_cell(page, tools.cell_index(page, text))
    output = page.locator(".jp-Notebook .jp-Cell.jp-mod-active .jp-OutputArea")
    output.locator(".jp-OutputArea-output").first.wait_for()  # JupyterLab draws a cell when it comes into sight
    return output.inner_text()


def test_a_wrong_answer_is_named_and_a_right_one_passes(page, lab, tools):
    tools.open_notebook(page, lab, "01_neuron/neuron.ipynb")
    tools.run_all(page)
    assert page.locator(ERROR).count() == 0
    assert "softmax is not written yet" in output_text(page, tools, 'check("softmax")')

    tools.type_source(page, tools.cell_index(page, "def softmax(z)"), WRONG)
    tools.run_cell(page, tools.cell_index(page, 'check("softmax")'))
    text = output_text(page, tools, 'check("softmax")')
    assert "softmax: 0 of 3 examples pass." in text
    assert "Hint." in text
    assert tools.findings(page, ".jp-Cell.jp-mod-active .jp-OutputArea-output") == []

    tools.type_source(page, tools.cell_index(page, "def softmax(z)"), RIGHT)
    tools.run_cell(page, tools.cell_index(page, 'check("softmax")'))
    assert "softmax: 3 of 3 examples pass." in output_text(page, tools, 'check("softmax")')
    assert page.problems == []


def test_what_a_student_s_error_says_is_neither_markup_nor_a_formula(page, lab, tools):
    said = "$a$ and $b$ </pre><i id='mine'>"
    cell = f"""\
from dnnkit.checking.checks import check_exercise
from dnnkit.checking.html_report import show

def softmax(z):
    raise ValueError({said!r})

show(check_exercise("softmax", {{"softmax": softmax}}))
"""
    kernel = {"name": "dnn", "display_name": "dnn", "language": "python"}
    text = nbformat.v4.new_markdown_cell("$c$")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell), text], metadata={"kernelspec": kernel})
    nbformat.write(notebook, lab.root / "said.ipynb")
    tools.open_notebook(page, lab, "said.ipynb")
    tools.run_all(page)
    page.wait_for_selector(".jp-MarkdownOutput mjx-container")  # formulas are drawn
    assert f"ValueError: {said}" in output_text(page, tools, "check_exercise")
    assert page.locator(".jp-OutputArea mjx-container, #mine").count() == 0


def test_the_demo_of_a_lesson_runs_the_function_just_written(page, lab, tools):
    tools.open_notebook(page, lab, "03_optimizers/optimizers.ipynb")
    tools.run_all(page)
    place, demo = tools.cell_index(page, "def sgd_step("), tools.cell_index(page, "learning_rate(step=sgd_step")
    assert "waits for sgd_step" in output_text(page, tools, "learning_rate(step=sgd_step")

    tools.type_source(page, place, UPHILL)
    tools.run_cell(page, demo)
    page.wait_for_selector(".jp-mod-active .dnn-demo")
    answer_the_question(page)
    assert "Your step differs from the demo's own" in page.locator(".jp-mod-active .dnn-note").inner_text()
    assert page.locator(".jp-mod-active .dnn-panel canvas").first.is_visible()

    tools.type_source(page, place, DOWNHILL)
    tools.run_cell(page, demo)
    page.wait_for_selector(".jp-mod-active .dnn-demo")
    answer_the_question(page)
    assert not page.locator(".jp-mod-active .dnn-note").is_visible()
    page.wait_for_timeout(500)
    before = page.evaluate(PICTURES)
    slider = page.locator(".jp-mod-active .dnn-controls input[type=range]:visible").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => JSON.stringify({PICTURES}) !== JSON.stringify(before)", arg=before)
    assert page.problems == []


def answer_the_question(page):
    """Predict something, so that the demo opens."""
    page.locator(".jp-mod-active .dnn-question input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_the_validate_button_says_what_is_missing_and_when_all_is_well(page, lab, tools):
    lesson = find_lesson(PROJECT / "solutions", "neuron")
    answers = {name: cell.source for name, cell in lesson.solution_cells.items()}
    untouched = nbformat.read(lab.root / "01_neuron/neuron.ipynb", as_version=4)
    nbformat.write(with_answers(untouched, answers), lab.root / "01_neuron/solved.ipynb")
    assert "Success! Your notebook passes all the tests." in validated(page, lab, tools, "01_neuron/solved.ipynb")
    message = validated(page, lab, tools, "01_neuron/neuron.ipynb")
    for name in lesson.exercises:
        assert f'check("{name}")' in message
    assert "CheckNotPassed" not in message  # what the check says, and no traceback through the package
    assert "sigmoid is not written yet" in message


def validated(page, lab, tools, name):
    """Press Validate; what the dialog says."""
    tools.open_notebook(page, lab, name)
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog-content")
    dialog.get_by_role("button").last.wait_for(timeout=120_000)
    page.wait_for_function(
        "!document.querySelector('.jp-Dialog-content').innerText.includes('Validating')", timeout=120_000
    )
    return dialog.inner_text()
