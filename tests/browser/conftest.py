"""One JupyterLab on the built lessons for all browser tests, and a page to open it in."""

import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def lab(tools, tmp_path_factory):
    root, home = tmp_path_factory.mktemp("lessons"), tmp_path_factory.mktemp("home")
    shutil.copytree(PROJECT / "lessons", root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    with tools.JupyterLab(root, home) as lab:
        yield lab


@pytest.fixture(scope="session")
def pausing(module_at):
    """The module pausing.py beside this file."""
    return module_at(Path(__file__).parent / "pausing.py")


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.problems = []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    page.close()
