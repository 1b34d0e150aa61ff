"""Feedback pages show a student's words as text and nothing else, and never what is hidden."""

import html
import json
import re
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from grading.gradebook.autograded_notebooks import write_autograded
from grading.gradebook.gradebook import record
from grading.gradebook.manual_grades import ManualGrades, read_manual_grades
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.lessons.bank import Answer
from grading.reports.feedback import LONGEST_SOURCE, render_page, write_feedback
from grading.submissions.rebuild import rebuild

HOSTILE = (
    "</pre><script>document.title = 'owned'</script><style>* {display: none}</style>"
    "<img src=x onerror=\"document.title = 'owned'\"> [x](javascript:alert(1)) &lt;b&gt; {{ 7 * 7 }} ' \" \x00"
)
PLANT = "() => { const s = document.createElement('script'); s.text = 'document.title = 1'; document.body.append(s) }"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@pytest.fixture
def page(course, lesson, release, submission_of, notebook_with):
    """Render the page of a record, with these answers as the student's code."""

    def render(result, answers=()):
        notebook = rebuild(lesson, release, submission_of(notebook_with(answers))).notebook
        grades = read_manual_grades(course, lesson, result.student).get(result.student, ManualGrades())
        return render_page(lesson, result, notebook, grades)

    return render


@pytest.fixture
def hostile_page(course, lesson, record_of, page):
    """A page with hostile text in every place that holds a student's or a person's words."""
    checks = tuple(
        replace(check, status="failed", score=0.0, message=HOSTILE) for check in record_of().exercises[0].checks
    )
    words = {"status": "failed", "score": 0.0, "hint": HOSTILE, "checks": checks}
    student = "x<script>alert(1)</script>"
    result = record_of(student, exercises={"double": words}, reason=HOSTILE, notes=(HOSTILE, HOSTILE))
    record(course, lesson, result)
    with Gradebook(course.database) as gradebook:
        gradebook.find_comment("double", "mini", "90_mini", student).manual_comment = f"by hand {HOSTILE}"
        gradebook.db.commit()
    return page(result, {"double": f"def double(x):\n    return '''{HOSTILE}'''"})


def test_every_word_of_others_is_escaped_wherever_it_stands(hostile_page):
    assert "<script" not in hostile_page
    assert "<img" not in hostile_page
    assert hostile_page.count("<style") == 1
    assert "{{ 7 * 7 }}" in hostile_page
    assert hostile_page.count("&lt;script&gt;document.title") == 8  # reason, 2 notes, hint, comment, 2 checks, code
    assert "by hand &lt;/pre&gt;" in hostile_page
    assert "x&lt;script&gt;alert(1)&lt;/script&gt;" in hostile_page


def test_the_pages_own_markup_is_all_there_is(hostile_page):
    tags = set(re.findall(r"<([a-z0-9]+)", hostile_page))
    assert tags <= set(
        "html head meta title style body main h1 h2 p strong span table caption thead tbody tr th td a div ul li "
        "section details summary pre br".split()
    )
    assert set(re.findall(r'href="([^"]*)"', hostile_page)) == {"#double", "#mean_square"}
    assert not re.search(r"\son\w+=", re.sub(r">[^<]*<", "><", hostile_page))


def test_the_policy_allows_no_script_and_nothing_is_fetched(hostile_page):
    meta = re.search(r'Content-Security-Policy" content="([^"]*)"', hostile_page).group(1)
    assert html.unescape(meta) == POLICY
    assert hostile_page.index("Content-Security-Policy") < hostile_page.index("<title>")
    assert "http:" not in hostile_page
    assert "https:" not in hostile_page
    assert "src=" not in re.sub(r">[^<]*<", "><", hostile_page)


def test_a_page_says_points_state_hint_and_code(page, record_of):
    words = {"status": "failed", "score": 1.0, "mistake": "double__squares", "hint": "Doubling multiplies by two."}
    text = page(record_of(exercises={"double": words}), {"double": "def double(x):\n    return x < 2 & 1"})
    assert "<strong>2 of 4 points</strong>" in text
    assert "not right yet" in text
    assert "<strong>What probably happened:</strong> Doubling multiplies by two." in text
    assert "return x &lt; 2 &amp; 1</pre>" in text
    assert "<title>Feedback: A small lesson for the grader&#39;s own tests, ann</title>" in text
    assert "double__squares" not in text


def test_a_score_by_hand_and_a_penalty_count(course, lesson, record_of, page):
    result = record_of(exercises={"double": {"status": "failed", "score": 0.0}})
    record(course, lesson, result)
    with Gradebook(course.database) as gradebook:
        gradebook.find_grade("check_double", "mini", "90_mini", "ann").manual_score = 2.0
        gradebook.find_submission_notebook("mini", "90_mini", "ann").late_submission_penalty = 0.5
        gradebook.db.commit()
    text = page(result)
    assert '<strong>2.5 of 4 points</strong> <span class="quiet">(0.5 taken off for late hand-in)</span>' in text
    assert '2 of 3 points <span class="quiet">(set by a person)</span>' in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("missing", "Nothing was handed in."),
        ("unreadable", "The file could not be read."),
        ("wrong_file", "This is not the lesson's notebook."),
        ("error", "The grader could not finish."),
    ],
)
def test_a_submission_without_a_result_says_why_and_shows_no_code(page, record_of, status, words):
    text = page(record_of(status=status, reason="Because."), {"double": "def double(x):\n    return 'mine'"})
    assert words in text
    assert "Because." in text
    assert "Your code" not in text


def test_very_long_code_is_cut(page, record_of):
    text = page(record_of(), {"double": "def double(x):\n    return 2\n" + "#" * LONGEST_SOURCE * 2})
    assert "... (cut)" in text
    assert len(text) < LONGEST_SOURCE + 20_000


def test_pages_are_written_where_nbgrader_looks_for_them(course, lesson, release, record_of):
    for student in ("ann", "ben"):
        result = record_of(student)
        write_autograded(course, lesson, result, json.loads(json.dumps(release)))
        record(course, lesson, result)
    paths = [page.path for page in write_feedback(course, lesson)]
    assert paths == [course.feedback / student / "90_mini" / "mini.html" for student in ("ann", "ben")]
    assert "Feedback for ben" in paths[1].read_text(encoding="utf-8")


def test_no_hidden_value_is_on_a_page(lesson, page, record_of):
    reference, hidden = Reference(lesson), []
    right, wrong = reference.functions.double, Answer("double", "mine", "def double(x):\n    return 0.1234 * x")
    reference.functions.double = lambda x: hidden.append(right(x)) or hidden[-1]
    student = Candidate("ann", lambda **options: reference.student(wrong, **options), b"seed", frozenset({"double"}))
    checks = tuple(finding.result for finding in run_hidden_checks(lesson, reference, [student]))
    assert [check.status for check in checks] == ["passed", "failed"]
    text = page(record_of(exercises={"double": {"status": "partial", "checks": checks}}))
    assert checks[1].message in text
    numbers = [f"{number:.4g}" for number in hidden[0].ravel()]
    assert len(numbers) == 12
    assert not [number for number in numbers if number in text]


@pytest.mark.browser
def test_a_hostile_page_runs_and_fetches_nothing_in_a_browser(hostile_page, browser, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(hostile_page, encoding="utf-8")
    problems, requests = [], []
    tab = browser.new_page()
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("dialog", lambda dialog: problems.append(dialog.message))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(path.as_uri())
    tab.wait_for_load_state("networkidle")
    title, shown = tab.title(), tab.locator("main").inner_text()
    # The policy holds even where escaping would have failed.
    tab.evaluate(PLANT)
    title_after = tab.title()
    tab.close()
    assert title == title_after == "Feedback: A small lesson for the grader's own tests, x<script>alert(1)</script>"
    assert "</pre><script>document.title = 'owned'</script>" in shown
    assert requests == [path.as_uri()]
    assert [text for text in problems if "Content Security Policy" not in text] == []
