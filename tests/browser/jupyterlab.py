"""A real JupyterLab on a folder of notebooks, isolated from the user's own settings, and a browser page on it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import expect

BROWSER_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
IDLE = "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"


def browser_path():
    """Find Chromium, or say what to type."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing. Type: make browser"
    return path


class JupyterLab:
    """A server on a free loopback port; a context manager.

    Args:
        root: folder of notebooks.
        home: empty folder for settings, kernels and runtime files.
    """

    def __init__(self, root, home):
        self.root, self.home = root, home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        settings = self.home / "lab-settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
        environment = {**os.environ, "HOME": str(self.home), "DNN_COURSE_TEST": "1"}
        for name in ("CONFIG", "DATA", "RUNTIME"):
            environment[f"JUPYTER_{name}_DIR"] = str(self.home / name.lower())
        environment["JUPYTERLAB_SETTINGS_DIR"] = str(self.home / "lab-settings")
        environment["JUPYTERLAB_WORKSPACES_DIR"] = str(self.home / "workspaces")
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
        command += [
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            f"--notebook-dir={self.root}",
        ]
        command += [
            "--ServerApp.password=",
            "--ServerApp.disable_check_xsrf=True",
            "--LabApp.expose_app_in_browser=True",
        ]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        self.log = (self.home / "lab.log").open("w")
        self.process = subprocess.Popen(
            command, cwd=self.root, env=environment, stdout=self.log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/api/status", timeout=2).close()
                return self
            except OSError:
                assert self.process.poll() is None, (self.home / "lab.log").read_text()
                time.sleep(0.2)
        raise AssertionError((self.home / "lab.log").read_text())

    def __exit__(self, *exc_info):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def open_notebook(page, lab, name):
    """Open a notebook and wait for its kernel."""
    page.goto(f"{lab.url}/doc/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)


def run_all(page, timeout=120_000):
    """Run all cells and wait until the kernel is idle again."""
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_timeout(300)
    page.wait_for_function(IDLE, timeout=timeout)


def cell_index(page, text):
    """Number of the first cell whose source contains this text."""
    script = """text => jupyterapp.shell.currentWidget.content.widgets.findIndex(
        cell => cell.model.sharedModel.getSource().includes(text))"""
    return page.evaluate(script, text)


def show_cell(page, index):
    """Scroll to a cell and make it the active one."""
    page.evaluate(
        """async index => { const notebook = jupyterapp.shell.currentWidget.content;
        notebook.activeCellIndex = index; await notebook.scrollToItem(index, 'start'); }""",
        index,
    )
    page.wait_for_timeout(300)


def type_source(page, index, source):
    """Replace a cell's source by typing, as a person pastes it, and run it."""
    show_cell(page, index)
    editor = page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(200)
    page.wait_for_function(IDLE, timeout=60_000)


def run_cell(page, index):
    """Run one cell and wait for it."""
    show_cell(page, index)
    page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    page.wait_for_timeout(200)
    page.wait_for_function(IDLE, timeout=60_000)


def save_and_open_again(page, lab, name):
    """Save the notebook, end its kernel, and open it as on another day: the widgets' kernel is gone."""
    page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    open_notebook(page, lab, name)


def visible_widget_errors(page):
    """Texts such as "Error displaying widget: model not found" that a reader sees, once JupyterLab has tried to."""
    for output in page.locator("[data-mime-type='application/vnd.jupyter.widget-view+json']").all():
        expect(output).not_to_contain_text("Loading widget")
    errors = page.locator(".jp-OutputArea-output").filter(has_text="Error displaying widget")
    return [error.inner_text() for error in errors.all() if error.is_visible()]


def findings(page, selector):
    """What axe-core says about the parts of a page that match a selector."""
    page.add_script_tag(path=str(Path(axe_playwright_python.__file__).parent / "axe.min.js"))
    found = page.evaluate("selector => axe.run({ include: [...document.querySelectorAll(selector)] })", selector)
    return [(rule["id"], node["html"][:200]) for rule in found["violations"] for node in rule["nodes"]]
