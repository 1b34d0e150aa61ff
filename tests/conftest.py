"""One browser for all tests that need one: Playwright can be started only once in a process."""

import importlib.util
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    """Begin with the lessons, whose tests are the longest: at the end, short ones keep both processes busy."""
    items.sort(key=lambda item: item.path.parent.name != "lessons")


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
