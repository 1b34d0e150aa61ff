"""The page that JupyterLab opens lists every lesson."""

import nbformat

from grading.authoring.start_page import start_notebook


def test_the_start_page_links_every_lesson_and_shows_progress(lesson):
    notebook = start_notebook([lesson])
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "- [A small lesson for the grader's own tests](90_mini/mini.ipynb)" in text
    assert "show_progress()" in text
