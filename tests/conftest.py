"""What all tests share: their order, what a machine must have, and one browser, as Playwright starts only once."""

import datetime
import importlib.util
import json
import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from grading.sandbox.bubblewrap import CURE, sandbox_problem

# The same examples in every run, and no limit of time: a busy machine is no fault of the code.
hypothesis.settings.register_profile(
    "course", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("course")
DURATIONS = Path(__file__).parent / "durations.json"
LONG = 3  # seconds; a shorter test may run whenever its turn comes


def pytest_addoption(parser):
    group = parser.getgroup("proofs", "proofs that are kept")
    group.addoption("--all-proofs", action="store_true", help="prove everything afresh, kept or not")
    group.addoption("--keep-proofs", action="store_true", help="write which kept tests passed into the ledgers")
    group.addoption("--keep-durations", action="store_true", help="write which tests take long to tests/durations.json")


def pytest_configure(config):
    """Choose the seed before there are workers, which inherit it."""
    os.environ.setdefault("DNN_PROOF_SEED", datetime.date.today().isoformat())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(config), "keeper")


def pytest_report_header(config):
    return f"proofs: those made afresh are drawn by DNN_PROOF_SEED={os.environ['DNN_PROOF_SEED']}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the longest: at the end, short ones keep all processes busy.

    A file's tests stay together, since they may share what its fixtures start; those of the lessons share nothing.
    """
    seconds = json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.is_file() else {}
    longest = {}
    for item in items:
        group = item.nodeid if item.path.parent.name == "lessons" else item.path
        longest[group] = max(longest.get(group, 0), seconds.get(item.nodeid, 0))
    groups = {item: item.nodeid if item.nodeid in longest else item.path for item in items}
    items.sort(key=lambda item: (-longest[groups[item]], str(item.path)))


class Keeper:
    """Collects, in the process that starts the workers, what was proved and how long tests took.

    Args:
        config: pytest's configuration.
    """

    def __init__(self, config):
        self.config = config
        self.seconds = {}
        self.passed = []
        self.wall = {}  # tests of the bank of hostile hand-ins: their folder, how many they are, whether they passed

    def pytest_runtest_logreport(self, report):
        """Note a test's time and, where it passed, what it proves."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.when == "call" and report.passed:
            self.passed += [value for name, value in report.user_properties if name == "kept run"]
        if wall := dict(report.user_properties).get("wall"):
            held = self.wall.get(report.nodeid, wall | {"passed": True})["passed"]
            self.wall[report.nodeid] = wall | {"passed": held and report.passed}

    def pytest_terminal_summary(self, terminalreporter):
        """Say for which lessons kept tests ran, and keep what is asked for."""
        for run in self.passed:
            terminalreporter.write_line(f"proved afresh: {run['lesson']}, {run['kind']} (it was: {run['state']})")
        if self.config.getoption("keep_proofs"):
            from grading.authoring.kept_runs import keep_runs

            keep_runs(Path(__file__).parent.parent / "solutions", self.passed)
            self._keep_wall()
        if self.config.getoption("keep_durations"):
            known = json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.is_file() else {}
            known |= {name: round(seconds) for name, seconds in self.seconds.items()}  # tests that did not run stay
            long = {name: seconds for name, seconds in sorted(known.items()) if seconds >= LONG}
            DURATIONS.write_text(json.dumps(long, indent=0) + "\n", encoding="utf-8")

    def _keep_wall(self):
        """Keep that the whole bank of hostile hand-ins was held, if all of its tests ran and passed."""
        from grading.authoring.kept_wall import keep_wall

        tests = list(self.wall.values())
        if tests and len(tests) == tests[0]["of"] and all(test["passed"] for test in tests):
            keep_wall(Path(tests[0]["folder"]), len(tests))


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
def module_at():
    """Function that runs the Python file at a path and returns its module: neither tests nor docs are packages."""

    def load(path):
        spec = importlib.util.spec_from_file_location(f"{path.stem}_by_path", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def tools(module_at):
    """The module tests/browser/jupyterlab.py."""
    return module_at(Path(__file__).parent / "browser" / "jupyterlab.py")


@pytest.fixture(scope="session")
def browser(tools):
    """Chromium, without a page."""
    from playwright.sync_api import sync_playwright  # most tests need no browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.browser_path(), args=tools.BROWSER_ARGS)
        yield browser
        browser.close()
