"""Take the README's pictures in a real JupyterLab: a lesson, a check that names a mistake, a feedback page.

Usage: make demo, then python docs/make_pictures.py
"""

import importlib.util
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
WRONG_SOFTMAX = """\
def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)
"""
RIGHT_SIGMOID = """\
def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z)))
"""


def load_lab():
    """Import the test suite's JupyterLab by path: tests are no package."""
    spec = importlib.util.spec_from_file_location("jupyterlab_test", PROJECT / "tests" / "browser" / "jupyterlab.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    """Write docs/*.png."""
    tools = load_lab()
    docs = PROJECT / "docs"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root, home = Path(folder) / "lessons", Path(folder) / "home"
        root.mkdir()
        home.mkdir()
        shutil.copy(PROJECT / "lessons" / "01_neuron" / "neuron.ipynb", root)
        browser = playwright.chromium.launch(executable_path=tools.browser_path(), args=tools.BROWSER_ARGS)
        with tools.JupyterLab(root, home) as lab:
            page = browser.new_page(viewport={"width": 1060, "height": 920})
            tools.open_notebook(page, lab, "neuron.ipynb")
            tools.run_all(page)
            tools.type_source(page, tools.cell_index(page, "def sigmoid"), RIGHT_SIGMOID)
            tools.run_cell(page, tools.cell_index(page, 'check("sigmoid")'))
            tools.run_cell(page, tools.cell_index(page, "%%explore sigmoid"))
            page.wait_for_timeout(1500)
            tools.show_cell(page, tools.cell_index(page, "%%explore sigmoid"))  # the check above, the figure below
            page.screenshot(path=docs / "lesson.png")
            tools.type_source(page, tools.cell_index(page, "def softmax(z)"), WRONG_SOFTMAX)
            tools.run_cell(page, tools.cell_index(page, 'check("softmax")'))
            page.wait_for_timeout(500)
            tools.show_cell(page, tools.cell_index(page, "def softmax(z)"))
            page.screenshot(path=docs / "check.png")
        page = browser.new_page(viewport={"width": 900, "height": 640})
        feedback = PROJECT / "build" / "demo" / "feedback" / "s-0004" / "01_neuron" / "neuron.html"
        page.goto(feedback.as_uri())
        page.screenshot(path=docs / "feedback.png")
        browser.close()


if __name__ == "__main__":
    main()
