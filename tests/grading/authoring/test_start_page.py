"""The page that JupyterLab opens lists every lesson."""

import nbformat

from grading.authoring.start_page import start_is_stale, start_notebook, write_start


def test_the_start_page_links_every_lesson_and_shows_progress(lesson):
    notebook = start_notebook([lesson])
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "- [A small lesson for the grader's own tests](90_mini/mini.ipynb)" in text
    assert "show_progress()" in text


def test_the_start_page_is_stale_when_it_is_missing_or_differs(lesson, tmp_path):
    assert start_is_stale([lesson], tmp_path)
    write_start([lesson], tmp_path)
    assert not start_is_stale([lesson], tmp_path)
    assert start_is_stale([lesson, lesson], tmp_path)
