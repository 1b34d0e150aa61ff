"""Whatever a name, a note or a message holds, it commands nothing: in the terminal, on pages, in spreadsheets."""

import csv
import io
import json
import re
import time
import unicodedata
from dataclasses import replace
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

from grading.classes.regrade import Change
from grading.cli.parser import main
from grading.cli.terminal import PlainConsole, changes_table, results_table
from grading.errors import GradingError
from grading.gradebook.autograded_notebooks import read_records, write_autograded
from grading.gradebook.exports import export_formats, load_export
from grading.gradebook.gradebook import open_gradebook, record
from grading.gradebook.manual_grades import ManualGrades
from grading.plain_output import EQUALS_AND_AT, FORMULA, JOINERS, one_line, spreadsheet_cell, visible
from grading.reports.feedback import render_page, write_feedback
from grading.reports.report import render_report
from grading.submissions.rebuild import fresh_copy

# A cleared screen, a title of the window, a link, a bell, C1 controls, marks that turn the order, marks without width.
COMMANDS = (
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;file:///\x1b\\\x9b31m\x85\u202egnp\u2066\u200f\u061c\u200b\ufeff\u2028\x00\x7f\r"
)
MARKUP = "[red]x[/red] [/] :smile: <b>&amp;</b> {{ 7 * 7 }} \\"
HOSTILE = f"Ann {COMMANDS}{MARKUP}"
HALF = "\ud800"  # half a character, which no file and no terminal takes
SHOWN = (
    "␛[2J␛]0;owned␇␛]8;;file:///␛\\⟨U+009B⟩31m⟨U+0085⟩⟨U+202E⟩gnp⟨U+2066⟩⟨U+200F⟩⟨U+061C⟩⟨U+200B⟩⟨U+FEFF⟩⟨U+2028⟩␀␡␍"
)
BEFORE = ["", " ", "\t", "\r", "\n", "\xa0", '"', "'", "\u200d", "a;", "a;  ", 'a;"', "a|", "a\n", "a\t", "a~"]
FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "−1+A1"]


def commanding(text):
    """Characters of a text that a terminal or a browser obeys instead of showing them."""
    letters = set(text) - set("\n\t") - set(JOINERS)
    return {letter for letter in letters if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


def test_commands_are_shown_as_symbols_and_letters_stay():
    assert visible(COMMANDS) == SHOWN
    assert visible(HALF) == "⟨U+D800⟩"
    for text in ("Zoë Müller-Çelik", "اسم", "می‌خواهم", "👩‍👩‍👧", "名前", "two\nlines\tand a tab", "a\xa0b", MARKUP):
        assert visible(text) == text


def test_every_character_that_commands_is_shown():
    everything = "".join(map(chr, range(0x110000)))
    assert commanding(visible(everything)) == set()


def test_a_name_has_one_line():
    assert one_line("a\nb\tc\r\nd") == "a␊b␉c␊d"
    assert visible("a\r\nb") == "a\nb"


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("before", BEFORE)
def test_no_cell_begins_with_a_formula_whatever_separates_the_cells(before, formula):
    cell = spreadsheet_cell(before + formula)
    for piece in re.split(r"[;|~\t\n\r␉␊␍]", cell):
        assert piece.strip(" \xa0\"'\u200d")[:1] not in FORMULA or piece.lstrip(' \xa0"\u200d').startswith("'")
    assert cell.replace("'", "").endswith(formula.replace("'", ""))  # and it can still be read


@pytest.mark.parametrize("before", ["a ", "a,", "a, ", "a:", 'a "'])
def test_equals_and_at_signs_are_defused_behind_what_only_a_person_would_choose_to_separate(before):
    assert spreadsheet_cell(f"{before}=HYPERLINK(A1)") == f"{before}'=HYPERLINK(A1)"
    assert spreadsheet_cell(f"{before}@SUM(A1)") == f"{before}'@SUM(A1)"


@pytest.mark.parametrize(
    "value",
    ["ann", "a=1", "", " ", "Ω", "1-2", 0, -1.5, 3, "-", "Anne-Marie O'Neil", "ann@example.org", "reshape(N, -1)",
     "axis = -1", "dW = X.T @ d", "a == b", "Return -log(p)."],
)  # fmt: skip
def test_honest_cells_stay_as_they_are(value):
    assert spreadsheet_cell(value) == value


def test_nothing_is_an_empty_cell_and_a_cell_has_an_end():
    assert spreadsheet_cell(None) == ""
    assert len(spreadsheet_cell("x" * 10**6)) < 33_000


def test_the_forms_of_formula_characters_are_all_known():
    everything = map(chr, range(0x110000))
    assert {c for c in everything if unicodedata.normalize("NFKC", c) in ("=", "+", "-", "@")} <= FORMULA
    assert EQUALS_AND_AT < FORMULA


@pytest.mark.parametrize("part", ["\n", ";", ' "', "'", "=", " =", ';"', "\x1b\u202e"])
def test_a_text_of_any_kind_takes_little_time(part):
    started = time.process_time()
    spreadsheet_cell(part * (200_000 // len(part)))
    assert time.process_time() - started < 2


@pytest.fixture
def results(record_of):
    """Records whose every free text is hostile."""
    words = {"status": "failed", "score": 0.0, "hint": HOSTILE + HALF}
    checks = tuple(
        replace(c, status="failed", score=0.0, message=HOSTILE + HALF) for c in record_of().exercises[0].checks
    )
    notes = (HOSTILE + HALF, HOSTILE)
    return [
        record_of("[red]ann", exercises={"double": {**words, "checks": checks}}, notes=notes),
        record_of(":smile:", status="unreadable", score=0.0, reason=HOSTILE + HALF, notes=notes),
    ]


def printed(table):
    """What a terminal receives of a table."""
    screen = PlainConsole(file=io.StringIO(), width=2000, force_terminal=True, color_system="truecolor")
    screen.print(table)
    return screen.file.getvalue()


def test_the_terminals_tables(results):
    changes = [Change("[red]ann", "double", 1.0, 0.0, HOSTILE, (HOSTILE + HALF,))]
    for table in (
        results_table(SimpleNamespace(name=HOSTILE), results),
        changes_table(SimpleNamespace(name="x"), changes),
    ):
        text = printed(table)
        styles = re.compile(r"\x1b\[[0-9;]*m")  # the table's own bold and colours
        assert commanding(styles.sub("", text)) == set()
        assert "[red]ann" in text
        assert visible(HOSTILE)[:60] in text
        assert "🙂" not in text
        assert "😄" not in text


def test_messages_on_the_error_stream(course, capsys, monkeypatch):
    def fail(*arguments):
        raise GradingError(HOSTILE + HALF)

    monkeypatch.setattr("grading.gradebook.gradebook.open_gradebook", fail)
    assert main(["--project", str(course.project), "--course", str(course.root), "export"]) == 1
    text = capsys.readouterr().err
    assert commanding(text) == set()
    assert visible(HOSTILE) in text


def test_the_feedback_page(lesson, release, results):
    grades = ManualGrades(manual={"double": 1.0}, comments={"double": HOSTILE + HALF})
    notebook = fresh_copy(release)
    for cell in notebook["cells"]:
        cell["source"] = HOSTILE + HALF
    for result in results:
        page = render_page(lesson, result, notebook, grades)
        assert commanding(page) == set()
        assert "<b>" not in page
        assert page.count("⟨U+202E⟩gnp") >= 3
        page.encode("utf-8")


def test_the_report_page(lesson, results):
    named = replace(results[0].exercises[0], mistake="double__" + HOSTILE)
    results[0] = replace(results[0], exercises=(named, *results[0].exercises[1:]))
    page = render_report(lesson, results, {})
    assert commanding(page) == set()
    assert "<b>" not in page
    assert page.count("⟨U+202E⟩gnp") >= 3
    page.encode("utf-8")


def test_the_autograded_notebook_and_what_is_written_from_it(course, lesson, release, results):
    for result in results:
        write_autograded(course, lesson, result, fresh_copy(release))
        record(course, lesson, result)
    whole = [json.dumps(result.to_json(), ensure_ascii=False).replace(HALF, "?") for result in results]
    read = [json.dumps(result.to_json(), ensure_ascii=False) for result in read_records(course, lesson)]
    assert sorted(read) == sorted(whole)
    paths = sorted(course.autograded.rglob("*.ipynb"))
    assert len(paths) == 2
    for path in paths:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = ["".join(out["data"]["text/plain"]) for cell in cells for out in cell.get("outputs", ())]
        assert outputs
        assert commanding("".join(outputs)) == set()
    pages = [page.path.read_text(encoding="utf-8") for page in write_feedback(course, lesson)]
    assert [commanding(page) for page in pages] == [set(), set()]


@pytest.mark.parametrize("name", export_formats())
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_export_in_every_dialect(course, lesson, record_of, tmp_path, name, separator):
    people = [HOSTILE, *FORMULAS, *(f"a{separator}{formula}" for formula in FORMULAS), *(f"a\n{f}" for f in FORMULAS)]
    with Gradebook(course.database) as gradebook:
        for number, person in enumerate(people):
            gradebook.add_student(f"s{number:02d}", last_name=person, first_name=person, email=person)
        gradebook.add_student("=id", lms_user_id="=id")
    record(course, lesson, record_of("s00"))
    with open_gradebook(course.database) as gradebook:
        gradebook.find_comment("double", "mini", "90_mini", "s00").manual_comment = f"{HOSTILE}\n=1+1;=1+1"
        gradebook.db.commit()
        kind = load_export(name)
        options = {"comments": True} if "comments" in kind.class_trait_names() else {}
        kind(to=str(tmp_path / "grades.csv"), **options).export(gradebook)
    text = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert commanding(text) == set()
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file, delimiter=separator) for cell in row]
    assert len(cells) > len(people)
    bad = [cell for cell in cells if cell.strip(' "')[:1] in FORMULA and cell != "-" and cell.strip(' "')]
    assert bad == []
