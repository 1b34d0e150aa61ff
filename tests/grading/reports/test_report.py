"""The report page: right numbers, each figure's numbers in words and in a table, nothing fetched, nothing run."""

import html
import re
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from grading.cli.parser import main
from grading.gradebook.autograded_notebooks import write_autograded
from grading.gradebook.gradebook import record
from grading.gradebook.manual_grades import ManualGrades, read_manual_grades
from grading.reports.report import Row, exercise_report, render_report, write_report
from grading.reports.svg_bars import HEIGHT, MOST_BARS, SHARE_LEFT, SHARE_WIDTH, WIDTH, histogram, shares
from grading.submissions.rebuild import fresh_copy

HOSTILE = '</svg><script>window.owned = 1</script><img src=x onerror="window.owned = 1"> {{ 7 * 7 }} \' "'
HINT = "Doubling multiplies by two."
SQUARES = {"status": "partial", "score": 1.0, "mistake": "double__squares", "hint": HINT}
UNTOUCHED = {"status": "not_attempted", "score": 0.0}


def timed(result, seconds):
    """A record whose checks took this long each."""
    exercises = tuple(
        replace(e, checks=tuple(replace(check, seconds=seconds) for check in e.checks)) for e in result.exercises
    )
    return replace(result, exercises=exercises)


@pytest.fixture
def small_class(record_of, blank_record):
    """Records of eight students, one of each kind and two of some."""
    return [
        timed(record_of("ann", seconds=1.25), 0.5),
        timed(record_of("ben", exercises={"double": SQUARES}, seconds=2.5), 1.0),
        record_of("cyd", exercises={"double": SQUARES}, seconds=2.75),
        record_of("dan", exercises={"double": {**SQUARES, "mistake": "double__in_place", "score": 0.0}}),
        record_of("eve", exercises={"double": {"status": "timeout", "score": 0.0}}, notes=("cell 3 took longer.",)),
        record_of("fay", exercises={"double": UNTOUCHED, "mean_square": UNTOUCHED}),
        replace(blank_record, student="gus", status="unreadable", reason="The file is empty."),
        replace(blank_record, student="hal", status="missing", reason="There is no file."),
    ]


def rows(results, manual_grades=()):
    """The rows of the graded submissions."""
    graded = [result for result in results if result.status == "graded"]
    return [Row(result, dict(manual_grades).get(result.student, ManualGrades())) for result in graded]


def test_an_exercise_is_summed_up(small_class):
    found = exercise_report("double", rows(small_class))
    assert (found.count, found.max_score, dict(found.kinds)) == (6, 3.0, {"full": 1, "part": 2, "zero": 2, "none": 1})
    assert (found.mean, found.median) == (pytest.approx(5 / 6), 0.5)
    assert found.mistakes == [("double__squares", HINT, 2), ("double__in_place", HINT, 1)]
    assert (found.unnamed, found.stopped, found.manually_graded) == (1, 1, 0)
    assert found.seconds == 0.0
    assert found.figure.alt == "Points in double: 1 blank, 2 with 0 points, 2 with 1 points, 1 with 3 points."


def test_time_is_the_median_of_the_checks_of_those_who_tried(small_class):
    assert exercise_report("double", rows(small_class[:2])).seconds == 1.5  # two checks each: 1 s and 2 s
    assert exercise_report("double", rows(small_class[2:])).seconds is None


def test_scores_set_by_hand_and_extra_credit_count(small_class):
    manual_grades = {
        "fay": ManualGrades(manual={"double": 1.5}),
        "ann": ManualGrades(extra={"double": 1.0}, penalty=2.0),
    }
    found = exercise_report("double", rows(small_class, manual_grades))
    assert dict(found.kinds) == {"full": 1, "part": 3, "zero": 2}
    assert (found.mean, found.manually_graded) == (pytest.approx((4 + 1 + 1 + 0 + 0 + 1.5) / 6), 1)
    assert found.figure.bars[-1].label == "4"
    assert [row.total for row in rows(small_class, manual_grades)][::5] == [3.0, 1.5]  # 5 less the penalty; 1.5 by hand


@pytest.fixture
def page(lesson, small_class):
    """The page of the small class."""
    return render_report(lesson, small_class, {"fay": ManualGrades(manual={"double": 1.5})})


def cells(page, caption):
    """The rows of the table with this caption, cells as text."""
    table = re.search(rf"<table[^>]*>\s*<caption>{caption}.*?</table>", page, flags=re.S).group()
    lines = re.findall(r"<tr>(.*?)</tr>", table, flags=re.S)
    texts = [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, flags=re.S)] for line in lines
    ]
    return [[html.unescape(re.sub(r"\s+", " ", text)).strip() for text in line] for line in texts]


def test_every_state_is_counted(page):
    assert cells(page, "What became")[1:] == [
        ["graded", "6"], ["of these, nothing was attempted", "1"], ["the file could not be read", "1"],
        ["nothing was handed in", "1"],
    ]  # fmt: skip


def test_every_submission_has_a_line_with_time_and_what_happened(page):
    lines = {line[0]: line[1:] for line in cells(page, "All submissions")[1:]}
    assert lines["ann"] == ["graded", "4 of 4", "1.2 s", ""]
    assert lines["ben"] == ["graded", "2 of 4", "2.5 s", "double__squares"]
    assert lines["eve"][-1] == "cell 3 took longer."
    assert lines["fay"][:2] == ["nothing attempted", "1.5 of 4 *"]
    *state, seconds, reason = lines["gus"]
    assert (state, reason) == (["unreadable", "0 of 4"], "The file is empty.")
    assert re.fullmatch(r"\d\.\d s", seconds)  # how long reading took: of this machine
    assert "a person set some of these points" in page


def test_mistakes_stand_with_count_and_hint_the_commonest_first(page):
    assert cells(page, "Named mistakes")[1:] == [
        ["squares", "2", HINT], ["in_place", "1", HINT],
        ["points lost, no known mistake", "1", "Many of the same kind? Add it to the lesson's mistakes.py."],
    ]  # fmt: skip


def test_every_check_has_its_numbers(lesson, record_of):
    results = [record_of("ann"), record_of("ben"), record_of("cyd", exercises={"double": UNTOUCHED})]
    first, second, *rest = results[1].exercises[0].checks
    states = {
        "status": "partial",
        "checks": (replace(first, status="failed"), replace(second, status="timeout"), *rest),
    }
    results[1] = record_of("ben", exercises={"double": states})
    blank = tuple(replace(check, status="not_attempted") for check in (first, second, *rest))
    results[2] = record_of("cyd", exercises={"double": {**UNTOUCHED, "checks": blank}})
    text = render_report(lesson, results, {})
    for line, check in zip(cells(text, "Checks of double")[1:], (first, second), strict=False):
        worth = f"{check.max_score:g}"
        assert line == [check.title, worth, "1 (50 % of those who tried)", "1", "1", "0"]


def test_every_figure_says_its_numbers_and_has_a_table_behind_it(page):
    figures = re.findall(r"<figure>.*?</figure>", page, flags=re.S)
    assert len(figures) == 5  # the lesson, the overview, two exercises, time
    for figure in figures:
        alt = re.search(r'role="img" aria-label="([^"]+)"', figure).group(1)
        assert re.search(r"\d", alt)
    assert sum('class="counts"' in figure for figure in figures) == 4
    assert cells(page, "Exercises in numbers")[1] == ["double", "1.1 of 3", "1", "1", "3", "2", "0 (0 %)", "0.00 s"]


def test_a_class_of_which_nothing_could_be_graded_has_a_page_too(lesson, blank_record):
    text = render_report(lesson, [replace(blank_record, student="ann")], {})
    assert "nothing was handed in" in text
    assert "<figure>" not in text


def test_words_of_others_are_escaped_wherever_they_stand(lesson, record_of):
    words = {"status": "failed", "score": 0.0, "hint": HOSTILE, "mistake": f"double__{HOSTILE}"}
    results = [
        record_of(f"x{HOSTILE}", exercises={"double": words}),
        record_of("ben", notes=(HOSTILE,)),
        record_of("cyd", status="error", reason=HOSTILE),
    ]
    text = render_report(lesson, results, {})
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("&lt;script&gt;") == 6  # student, mistake twice, hint, note, reason
    assert "{{ 7 * 7 }}" in text


def test_the_page_is_whole_in_itself(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert html.unescape(policy) == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"<script|https?:|src=|@import|url\(", page)
    targets = {target[1:] for target in re.findall(r'href="([^"]*)"', page)}
    assert targets == set(re.findall(r'\bid="([^"]*)"', page))


@pytest.mark.parametrize("top", [1, 2, 3, 5, 7, 10, 23, 24, 40, 97, 100, 1000])
def test_bars_stay_few_and_inside_and_lose_nobody(top):
    values = [top * part / 7 for part in range(8)]
    for ranges in (False, True):
        figure = histogram(values, top, what="Points", unit="points", ranges=ranges, apart=[("blank", 2)])
        assert sum(bar.count for bar in figure.bars) == len(values) + 2
        assert len(figure.bars) <= MOST_BARS + 1
        assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and 0 <= bar.y <= HEIGHT for bar in figure.bars)


def test_full_points_have_a_bar_of_their_own():
    figure = histogram([24, 23.5, 23, 22], 24, what="Points", unit="points")
    assert [(bar.label, bar.count) for bar in figure.bars[-2:]] == [("22", 3), ("24", 1)]
    assert figure.alt == "Points: 3 with 22 points, 1 with 24 points. Each number counts from its label up to the next."


def test_a_figure_of_nobody_is_drawn():
    assert histogram([], 0, what="Points", unit="points").alt == "Points: none."
    assert shares([("a", {})], {"full": "full"}, what="Of 0").bars == ()


def test_stacked_bars_fill_their_row():
    figure = shares([("a", {"x": 1, "y": 3}), ("b", {"y": 2})], {"x": "well", "y": "badly"}, what="Of 4")
    assert [(bar.label, bar.kind, bar.x, bar.width) for bar in figure.bars] == [
        ("a", "x", SHARE_LEFT, SHARE_WIDTH / 4), ("a", "y", SHARE_LEFT + SHARE_WIDTH / 4, SHARE_WIDTH * 3 / 4),
        ("b", "y", SHARE_LEFT, SHARE_WIDTH),
    ]  # fmt: skip
    assert figure.alt == "Of 4. a: 1 well, 3 badly; b: 2 badly."


def test_what_the_gradebook_holds_by_hand_is_read(course, lesson, record_of):
    record(course, lesson, record_of())
    record(course, lesson, record_of("ben"))
    with Gradebook(course.database) as gradebook:
        grade = gradebook.find_grade("check_double", "mini", "90_mini", "ann")
        grade.manual_score, grade.extra_credit = 0.0, 0.5
        gradebook.find_submission_notebook("mini", "90_mini", "ann").late_submission_penalty = 0.25
        gradebook.db.commit()
    manual_grades = read_manual_grades(course, lesson)
    of_ann = ManualGrades(manual={"double": 0.0}, extra={"double": 0.5}, penalty=0.25)
    assert manual_grades == {"ann": of_ann, "ben": ManualGrades()}
    assert manual_grades["ann"].total(record_of().exercises) == 1.25


def test_the_command_writes_the_page_and_says_where(course, lesson, release, record_of, tmp_path, capsys):
    arguments = ["--project", str(course.project), "--course", str(course.root), "report", "mini", "--out"]
    assert main([*arguments, str(tmp_path / "r.html")]) == 2
    assert "Nothing of 90_mini is graded yet. Run first: grading autograde 90_mini" in capsys.readouterr().err
    write_autograded(course, lesson, record_of(), fresh_copy(release))
    record(course, lesson, record_of())
    assert main([*arguments, str(tmp_path / "new" / "r.html")]) == 0
    assert capsys.readouterr().out == f"report: {tmp_path}/new/r.html\n"
    assert "1 submissions" in (tmp_path / "new" / "r.html").read_text()


@pytest.mark.browser
def test_a_browser_fetches_and_runs_nothing(browser, course, lesson, release, record_of, tmp_path):
    result = record_of("ann", exercises={"double": {**SQUARES, "hint": HOSTILE}}, notes=(HOSTILE,))
    write_autograded(course, lesson, result, fresh_copy(release))
    write_report(course, lesson, tmp_path / "r.html")
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 380, "height": 800}, color_scheme=scheme)
        asked, problems = [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, problems=problems: problems.append(message.text))
        page.goto(f"file://{tmp_path}/r.html")
        assert page.evaluate("window.owned") is None
        assert (len(asked), problems) == (1, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        assert page.get_by_role("img").count() == 5
        page.close()
