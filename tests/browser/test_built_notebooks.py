"""Every built notebook in a real JupyterLab, as a student first meets it: it runs, and nothing on the page is red."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

LESSONS = Path(__file__).resolve().parent.parent.parent / "lessons"
BUILT = sorted(path.relative_to(LESSONS).as_posix() for path in LESSONS.rglob("*.ipynb") if "." not in path.parts[-2])
PAGES = ("start.ipynb", "glossary.ipynb")  # beside the lessons
ERRORS = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"


OPENED = """path => { const context = jupyterapp.shell.currentWidget.context;
    return context?.path === path && context.isReady; }"""


@pytest.mark.parametrize("name", [name for name in BUILT if name not in PAGES])
def test_a_lesson_runs_untouched_without_an_error(page, lab, tools, name):
    tools.open_notebook(page, lab, name)
    tools.run_all(page)
    assert outputs_of_kind(page, ("error", "stderr")) == []
    assert page.locator(ERRORS).count() == 0
    assert page.get_by_text("Error displaying widget").count() == 0
    assert page.problems == []


def test_the_start_page_shows_the_table_of_lessons_and_its_links_open_them(page, lab, tools):
    lessons = [name for name in BUILT if name not in PAGES]
    page.goto(f"{lab.url}/lab/tree/start.ipynb?reset")  # as `dnnkit lab` opens it
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.wait_for_function(tools.IDLE, timeout=60_000)
    tools.run_all(page)
    assert outputs_of_kind(page, ("error", "stderr")) == []
    table = page.get_by_role("table", name="Lessons")
    assert table.is_visible()
    assert table.get_by_role("link").count() == len(lessons)
    assert table.get_by_role("progressbar").count() == len(lessons)
    assert tools.findings(page, ".jp-OutputArea-output") == []
    start = page.evaluate("jupyterapp.shell.currentWidget.id")
    table.get_by_role("link").last.click()
    page.wait_for_function(OPENED, arg=lessons[-1], timeout=60_000)
    page.evaluate("start => jupyterapp.shell.activateById(start)", start)
    page.locator(".jp-MarkdownOutput li").get_by_role("link").first.click()  # the list, for those who run nothing
    page.wait_for_function(OPENED, arg=lessons[0], timeout=60_000)
    assert page.problems == []


# How many characters the longest line of each paragraph on the page holds.
LINES = """() => [...document.querySelectorAll('.jp-MarkdownOutput > p')].filter(p => p.clientWidth).map(p => {
    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT), range = document.createRange(), lines = {};
    for (let text = walker.nextNode(); text; text = walker.nextNode())
        for (let at = 0; at < text.length; at += 1) {
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            const line = Math.round(range.getBoundingClientRect().bottom / 12);
            lines[line] = (lines[line] || 0) + 1;
        }
    return Math.max(0, ...Object.values(lines)); })"""
PATIENTLY = {"timeout": 60_000, "polling": 500}  # to measure at every frame would leave no time for drawing


def test_lines_of_text_are_short_on_a_wide_screen_also_when_their_cell_is_run_again(page, lab, tools):
    page.set_viewport_size({"width": 1920, "height": 1000})
    tools.open_notebook(page, lab, BUILT[0])
    page.wait_for_function(f"() => Math.max(...({LINES})()) > 150", **PATIENTLY)  # cells are rendered bit by bit
    for _ in range(2):
        tools.run_cell(page, tools.cell_index(page, "%load_ext dnnkit"))
        page.wait_for_function(f"() => Math.max(...({LINES})()) < 100", **PATIENTLY)
    assert 60 < max(page.evaluate(LINES)) <= 85


def outputs_of_kind(page, kinds):
    """Texts of the outputs of these kinds in the whole notebook, also of cells that are not on the screen."""
    script = """kinds => jupyterapp.shell.currentWidget.model.sharedModel.cells
        .flatMap(cell => cell.toJSON().outputs || [])
        .filter(output => kinds.includes(output.output_type) || kinds.includes(output.name))
        .map(output => output.evalue || String(output.text))"""
    return page.evaluate(script, kinds)
