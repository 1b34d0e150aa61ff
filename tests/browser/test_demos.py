"""Every demo in a real JupyterLab: keys suffice and stay inside, axe finds nothing, the picture follows."""

from pathlib import Path

import nbformat
import pytest

from dnnkit.widgets import DEMOS

pytestmark = pytest.mark.browser
WIDGETS = Path(__file__).resolve().parent.parent.parent / "dnnkit" / "widgets"
NAMES = [name for name in DEMOS if (WIDGETS / f"demo_{name}.py").exists()]
PICTURES = "[...document.querySelectorAll('.dnn-panel canvas')].map(canvas => canvas.toDataURL())"


def notebook(lab, name, *sources):
    """Write a notebook into JupyterLab's folder."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "dnn", "display_name": "dnn", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.root / name)
    return name


def opened(page, lab, tools, name, *sources):
    """Open a notebook with a demo, run it, and wait for the demo."""
    tools.open_notebook(page, lab, notebook(lab, name, *sources))
    tools.run_all(page)
    page.wait_for_selector(".dnn-demo", timeout=30_000)


def settled(page):
    """Wait until nothing more is drawn; return the pictures."""
    before = None
    for _ in range(40):
        page.wait_for_timeout(120)
        now = page.evaluate(PICTURES)
        if now == before:
            return now
        before = now
    raise AssertionError("the demo never comes to rest")


def cells(page):
    return page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")


def findings(page, selector):
    """What axe-core says about a part of the page."""
    import axe_playwright_python

    page.add_script_tag(path=str(Path(axe_playwright_python.__file__).parent / "axe.min.js"))
    found = page.evaluate("selector => axe.run(selector)", selector)
    return [(rule["id"], node["html"][:200]) for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_works_alone_and_by_keyboard(page, lab, tools, name):
    opened(page, lab, tools, f"{name}.ipynb", f"from dnnkit.widgets import {name}", f"{name}()")
    assert page.locator(".dnn-stage").is_hidden()  # the question comes first
    assert findings(page, ".dnn-demo") == []
    page.locator(".dnn-question input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".dnn-stage").is_visible()
    assert "You predicted:" in page.locator(".dnn-question").inner_text()
    assert findings(page, ".dnn-demo") == []
    number, before = cells(page), settled(page)
    press_every_control(page, before)
    press_shortcuts(page)
    assert cells(page) == number  # no key became a command of the notebook
    assert findings(page, ".dnn-demo") == []
    assert page.problems == []


def press_every_control(page, before):
    """Move each slider and choice by keys; the first one that moves must change the picture."""
    controls = page.locator(".dnn-controls input[type=range], .dnn-controls select, .dnn-controls input[type=checkbox]")
    changed = 0
    for index in range(controls.count()):
        control = controls.nth(index)
        if not control.is_visible():
            continue
        control.focus()
        kind = control.evaluate("node => node.type")
        page.keyboard.press({"range": "ArrowRight", "checkbox": "Space"}.get(kind, "ArrowDown"))
        changed += settled(page) != before
        assert control.evaluate("node => node === document.activeElement")
    assert changed >= 1


def press_shortcuts(page):
    """Pin, presets, table, code, keys and reset, all from the keyboard."""
    first = page.locator(".dnn-bar button").first
    first.focus()
    for key in ("p", "]", "[", "r", "?"):
        page.keyboard.press(key)
        page.wait_for_timeout(100)
    assert page.locator(".dnn-keys").is_visible()
    for text in ("Table", "Code"):
        page.get_by_role("button", name=text, exact=True).focus()
        page.keyboard.press("Enter")
    assert page.locator(".dnn-table th").count() > 1
    assert page.locator(".dnn-code").inner_text().endswith(")")
    page.keyboard.press("b")  # inserts a cell when JupyterLab gets it
    page.keyboard.press("Escape")
    assert page.evaluate("!document.activeElement.closest('.dnn-demo')")


def test_the_still_picture_hides_behind_the_live_demo_and_stays_without_a_kernel(page, lab, tools):
    opened(page, lab, tools, "still.ipynb", "from dnnkit.widgets import learning_rate\nlearning_rate(predict=False)")
    page.wait_for_timeout(500)
    assert page.locator("[data-dnn-static]").is_hidden()
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.goto(f"{lab.url}/doc/tree/still.ipynb?reset")
    page.wait_for_selector("[data-dnn-static] img", timeout=60_000)
    assert page.locator("[data-dnn-static] img").is_visible()
    assert "flies apart" in page.locator("[data-dnn-static] img").get_attribute("alt")


def test_a_wrong_function_shows_the_difference_and_no_traceback(page, lab, tools):
    wrong = "def climb(params, grads, state, learning_rate):\n    return {'w': params['w'] + grads['w']}, state"
    source = "from dnnkit.widgets import learning_rate\nlearning_rate(step=climb, predict=False)"
    opened(page, lab, tools, "wrong.ipynb", wrong, source)
    note = page.locator(".dnn-note")
    assert "Your step differs from the demo's own" in note.inner_text()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.problems == []


def test_reduced_motion_makes_single_steps(browser, lab, tools):
    if "optimizer_race" not in NAMES:
        pytest.fail("the optimizer race is missing")
    page = browser.new_page(reduced_motion="reduce")
    opened(
        page,
        lab,
        tools,
        "still_motion.ipynb",
        "from dnnkit.widgets import optimizer_race\noptimizer_race(predict=False, step=0)",
    )
    settled(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_timeout(500)
    slider = page.locator("input[type=range]").evaluate_all("nodes => nodes.map(node => node.value)")
    page.wait_for_timeout(500)
    assert page.locator("input[type=range]").evaluate_all("nodes => nodes.map(node => node.value)") == slider
    page.close()
