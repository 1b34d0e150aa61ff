"""What all tests share: their order, what a machine must have, and one browser, as Playwright starts only once."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from grading.sandbox.bubblewrap import CURE, sandbox_problem


def pytest_collection_modifyitems(items):
    """Begin with the lessons, whose tests are the longest: at the end, short ones keep both processes busy."""
    items.sort(key=lambda item: item.path.parent.name != "lessons")


def pytest_runtest_setup(item):
    """Skip what this machine cannot run, with the cure; never on CI, where nothing may be skipped."""
    problem = ""
    if item.get_closest_marker("sandbox") and sandbox_problem():
        problem = f"{sandbox_problem()} {CURE}"
    if item.get_closest_marker("browser") and shutil.which("chromium") is None:
        problem = "Chromium is not installed. Debian, Ubuntu: sudo apt-get install chromium."
    if problem and os.environ.get("CI"):
        pytest.fail(problem, pytrace=False)
    if problem:
        pytest.skip(problem)


@pytest.fixture(scope="session")
def tools():
    """The module tests/browser/jupyterlab.py, loaded by path: tests are no package."""
    path = Path(__file__).parent / "browser" / "jupyterlab.py"
    spec = importlib.util.spec_from_file_location("jupyterlab_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser(tools):
    """Chromium, without a page."""
    from playwright.sync_api import sync_playwright  # most tests need no browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.browser_path(), args=tools.BROWSER_ARGS)
        yield browser
        browser.close()
