"""The pages beside the lessons: when they are stale, and what the glossary takes from the lessons."""

from types import SimpleNamespace

import nbformat
import pytest

from grading.authoring.glossary import explanation, glossary_text
from grading.authoring.pages import stale_pages, write_pages
from grading.errors import LessonError


def lesson_of(*texts):
    cells = [SimpleNamespace(kind="markdown", source=text) for text in texts]
    return SimpleNamespace(cells=cells, name="90_mini", topic="mini", title="Lesson 90 · Small")


def test_pages_are_stale_when_they_are_missing_or_differ(lesson, tmp_path):
    assert stale_pages([lesson], tmp_path, tmp_path) == ["start.ipynb"]
    write_pages([lesson], tmp_path, tmp_path)
    assert stale_pages([lesson], tmp_path, tmp_path) == []
    assert stale_pages([lesson, lesson], tmp_path, tmp_path) == ["start.ipynb"]


def test_a_glossary_is_written_and_linked_where_there_is_a_list_of_terms(tmp_path):
    (tmp_path / "glossary.txt").write_text("# a comment\nstride\n")
    (tmp_path / "notation.md").write_text("| sign |\n| --- |\n| $N$ |\n")
    small = lesson_of("The window moves by the **stride** each time, a whole number of pixels from one on.")
    write_pages([small], tmp_path, tmp_path)
    page = nbformat.read(tmp_path / "glossary.ipynb", as_version=4)
    nbformat.validate(page)
    text = "\n".join(cell.source for cell in page.cells)
    assert "**stride** · The window moves by the stride each time" in text
    assert "([Lesson 90](90_mini/mini.ipynb))" in text
    assert "$N$" in text
    assert "glossary.ipynb" in (tmp_path / "start.ipynb").read_text()
    assert stale_pages([small], tmp_path, tmp_path) == []
    assert stale_pages(
        [lesson_of("The **stride** is another text now, and long enough to say it alone.")], tmp_path, tmp_path
    ) == ["glossary.ipynb"]


def test_a_term_that_no_lesson_explains_is_named(tmp_path):
    (tmp_path / "glossary.txt").write_text("strode\n")
    with pytest.raises(LessonError, match=r'"strode"'):
        glossary_text([lesson_of("The **stride**.")], tmp_path)


@pytest.mark.parametrize(
    ("text", "term", "passage"),
    [
        ("It slides.\nThis is called a **slide**.", "slide", "It slides. This is called a slide."),
        ("It is:\n\n$$a = 1.$$\n\nThis is the **root**.", "root", "It is: $$a = 1.$$ This is the root."),
        ("Its name is **sum**:\n\n$$a = 1.$$", "sum", "Its name is sum: $$a = 1.$$"),
        ("An **epoch** is short. All are seen once.", "epoch", "An epoch is short. All are seen once."),
        ("- the **row**, which is one long line of numbers as it stands in the memory;\n- no", "row",
         "The row, which is one long line of numbers as it stands in the memory"),
        ("Nothing here.", "row", ""),
    ],
)  # fmt: skip
def test_the_passage_says_enough_and_no_more(text, term, passage):
    assert explanation(term, lesson_of(text)) == passage
