"""An instructor opens formgrader on a graded class, reads, scores and comments by hand, and grades with its button."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from grading.authoring.sample_class import with_answers
from grading.gradebook.autograded_notebooks import RECORD

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

PROJECT = Path(__file__).resolve().parent.parent.parent
OWNED = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
RIGHT = {"double": "def double(x):\n    return 2 * x", "mean_square": "def mean_square(x):\n    return np.mean(x * x)"}
SQUARES = {**RIGHT, "double": "def double(x):\n    return np.asarray(x) ** 2"}
HOSTILE = {**RIGHT, "double": f'def double(x):\n    raise ValueError("""{OWNED}""")'}


def grading(root, *arguments):
    """Run our command line on a course."""
    command = [sys.executable, "-m", "grading", "--project", str(root), "--quiet", *arguments]
    done = subprocess.run(command, cwd=root.parent, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def hand_in(root, student, answers, extra=()):
    """Write one submission: answers, and further cells at the top."""
    release = nbformat.read(root / "lessons" / "90_mini" / "mini.ipynb", as_version=4)
    notebook = with_answers(release, answers)
    notebook.cells[1:1] = extra
    path = root / "submitted" / student / "90_mini" / "mini.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(notebook))


@pytest.fixture(scope="module")
def formgrader(tools, tmp_path_factory):
    """A course whose class is graded but for one late student, and JupyterLab on it."""
    root, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    shutil.copytree(PROJECT / "tests" / "grading" / "solutions", root / "solutions")
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    for name in ("lessons", "dnnkit"):
        (root / name).mkdir()
    grading(root, "build", "mini")
    shutil.rmtree(root / "dnnkit")  # the course of this test has no package of its own to be found before the real one
    hand_in(root, "ann", RIGHT)
    hand_in(root, "ben", SQUARES)
    markdown, code = nbformat.v4.new_markdown_cell(OWNED), nbformat.v4.new_code_cell(f"# {OWNED}\n1 / 0")
    hand_in(root, "eve", HOSTILE, [markdown, code])
    grading(root, "autograde", "mini", "--workers", "1")
    hand_in(root, "zoe", SQUARES)
    with tools.JupyterLab(root, home) as lab:
        yield SimpleNamespace(root=root, url=f"{lab.url}/formgrader", server=lab.url)


@pytest.fixture
def elsewhere(page, formgrader):
    """Addresses outside the server that a page asked for."""
    found = []
    page.on("request", lambda request: request.url.startswith(formgrader.server) or found.append(request.url))
    return found


def open_submission(page, formgrader, student):
    """Open a student's submission from the list for manual grading."""
    page.goto(f"{formgrader.url}/gradebook/90_mini/mini")
    link = page.locator("tbody a", has_text=re.compile(f"^{student}$")).first  # hidden until names are asked for
    link.wait_for(state="attached")
    page.goto(formgrader.server + link.get_attribute("href"))
    page.wait_for_function("$('.score').length == 2 && $('.score').first().attr('placeholder') !== undefined")


def row_of(page, student):
    """The row of a student in a table."""
    return page.locator("tbody tr").filter(has=page.get_by_text(student, exact=True))


def test_the_class_is_listed_with_its_scores(page, formgrader, elsewhere):
    page.goto(formgrader.url)
    row = row_of(page, "90_mini")
    row.wait_for()
    assert "4" in row.inner_text()
    page.goto(f"{formgrader.url}/manage_submissions/90_mini")
    for student, score in {"ann": "4 / 4", "ben": "2 / 4", "eve": "1 / 4"}.items():
        row_of(page, student).get_by_text(score).wait_for()
    assert row_of(page, "zoe").get_by_text("needs autograding").is_visible()
    assert elsewhere == []


def test_a_submission_is_code_and_findings_as_text_and_nothing_of_a_student_runs(page, formgrader, elsewhere):
    open_submission(page, formgrader, "ben")
    text = page.get_by_role("main").inner_text()
    assert "return np.asarray(x) ** 2" in text
    assert "double: 1 of 3 points, partial" in text
    assert "failed: Every number is doubled: double(x)" in text
    assert "Hint: The result is the square of x. Doubling multiplies by two." in text
    assert page.problems == []

    open_submission(page, formgrader, "eve")
    text = page.get_by_role("main").inner_text()
    assert text.count(OWNED) >= 3  # the cell of text, the cell of code, the answer
    assert "raised ZeroDivisionError: division by zero" in text
    page.wait_for_timeout(500)
    assert page.evaluate("window.owned") is None
    assert page.locator("main img, main script").count() == 0
    assert (page.problems, elsewhere) == ([], [])


def test_a_score_and_a_comment_typed_by_hand_survive_grading_again(page, formgrader):
    open_submission(page, formgrader, "ben")
    assert page.locator("#check_double").get_attribute("placeholder") == "1"
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        page.locator("#check_double").fill("2.5")
        page.locator("#check_double").press("Tab")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
        page.locator("#double-comment").fill("Almost: **squared**, not doubled.")
        page.locator("#double-comment").press("Escape")
    grading(formgrader.root, "autograde", "mini", "--again", "--workers", "1")

    open_submission(page, formgrader, "ben")
    # the page asks for scores and for comments apart, and either may come later
    page.wait_for_function("$('#check_double').val() !== '' && $('#double-comment').val() !== ''")
    assert page.locator("#check_double").input_value() == "2.5"
    assert page.locator("#double-comment").input_value() == "Almost: **squared**, not doubled."
    page.goto(f"{formgrader.url}/manage_submissions/90_mini")
    row_of(page, "ben").get_by_text("3.5 / 4").wait_for()
    assert page.problems == []


def test_the_autograde_button_takes_our_path(page, formgrader):
    hand_in(formgrader.root, "yan", SQUARES)
    page.goto(f"{formgrader.url}/manage_submissions/90_mini")
    row_of(page, "yan").get_by_text("needs autograding").wait_for()
    row_of(page, "yan").locator("td.autograde a").click()
    page.get_by_text("Successfully autograded").wait_for(timeout=120_000)
    path = formgrader.root / "autograded" / "yan" / "90_mini" / "mini.ipynb"
    record = json.loads(path.read_text())["metadata"][RECORD]
    assert (record["status"], record["score"], record["sandbox"]) == ("graded", 2.0, "bubblewrap")
    assert record["exercises"][0]["mistake"] == "double__squares"
    page.reload()
    row_of(page, "yan").get_by_text("2 / 4").wait_for()
