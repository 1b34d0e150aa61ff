"""One browser for all tests that need one: Playwright can be started only once in a process."""

import shutil

import pytest


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a page."""
    from playwright.sync_api import sync_playwright  # most tests need no browser

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing. Type: make browser"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
