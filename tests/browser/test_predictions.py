"""Predict and reveal in a real JupyterLab, by keyboard; then saved, opened again without the kernel, and exported."""

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ASK = 'from dnnkit import predict, reveal\n\npredict("rings", "Which accuracy?", ["about 50 %", "about 75 %"])'
TELL = 'reveal("rings", "about 50 %", "A line cuts both rings.")'
HAPPENED = "What happened: about 50 %."


@pytest.fixture
def notebook(page, lab, tools, request):
    """A notebook with a prediction, after "Run all"."""
    cells = [nbformat.v4.new_code_cell(source) for source in (ASK, TELL)]
    kernel = {"name": "dnn", "display_name": "dnn", "language": "python"}
    path = lab.root / f"{request.node.name}.ipynb"  # a notebook of the same name would get the kernel of the last one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    tools.open_notebook(page, lab, path.name)
    tools.run_all(page)
    page.locator(".dnn-choice").wait_for()
    return path


def test_run_all_gives_nothing_away_and_a_choice_by_keyboard_gets_its_verdict(page, lab, tools, notebook):
    group = page.get_by_role("group", name="Predict: Which accuracy?")
    buttons = group.get_by_role("radio")
    assert [button.is_checked() for button in buttons.all()] == [False, False]
    expect(page.locator("[data-dnn-static]")).to_be_hidden()
    expect(page.get_by_text(HAPPENED)).to_be_hidden()
    assert tools.findings(page, ".jp-OutputArea-output") == []
    page.get_by_text("Show what happened").press("Enter")  # the folded answer opens by keyboard, too
    expect(page.get_by_text(HAPPENED)).to_be_visible()

    buttons.first.focus()
    page.keyboard.press("ArrowDown")  # moves on in the group, and not to another cell
    expect(buttons.nth(1)).to_be_checked()
    expect(buttons.nth(1)).to_be_focused()
    expect(page.get_by_text(f"Not this time. You predicted: about 75 %. {HAPPENED}")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text(f"Right. You predicted: about 50 %. {HAPPENED}")).to_be_visible()
    assert page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == 2
    assert tools.findings(page, ".jp-OutputArea-output") == []
    assert page.problems == []


def test_a_saved_prediction_reads_well_without_its_kernel_and_in_an_exported_page(page, lab, tools, notebook):
    tools.save_and_open_again(page, lab, notebook.name)
    still = page.locator("[data-dnn-static]")
    expect(still).to_be_visible()
    expect(still.get_by_role("listitem")).to_have_text(["about 50 %", "about 75 %"])
    assert tools.visible_widget_errors(page) == []
    expect(page.get_by_text(HAPPENED)).to_be_hidden()

    exported = notebook.with_suffix(".html")
    exported.write_text(HTMLExporter(embed_images=True).from_filename(notebook)[0], encoding="utf-8")
    page.route("http**", lambda route: route.abort())  # as offline
    page.goto(exported.as_uri())
    expect(page.locator("[data-dnn-static]")).to_be_visible()
    expect(page.get_by_text("Run the cell to choose.")).to_be_visible()
    assert tools.visible_widget_errors(page) == []
    expect(page.get_by_text(HAPPENED)).to_be_hidden()
    page.get_by_text("Show what happened").click()
    expect(page.get_by_text(HAPPENED)).to_be_visible()
