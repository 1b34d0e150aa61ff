"""The committed lessons match their source, and run from top to bottom, untouched and solved."""

import ast
import copy
import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

from grading.authoring.build import stale
from grading.authoring.keeping import EXAMPLES
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.authoring.share import drawn
from grading.lessons.lesson import BEGIN, BUG_HUNT, END, all_lessons

STUDENTS = ("dnnkit.*",)  # the code that decides how a notebook runs


def run(notebook, folder):
    """Run a notebook in the course's kernel and return it with its outputs; a traceback is an error."""
    client = NotebookClient(notebook, kernel_name="dnn", timeout=180, resources={"metadata": {"path": str(folder)}})
    client.store_widget_state = False
    return client.execute()


def printed(notebook):
    """All text that a run printed or showed."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [output.get("data", {}).get("text/plain", "") for output in outputs]
    return "\n".join([*(output.get("text", "") for output in outputs), *shown])


def test_committed_lessons_match_their_source(lesson, project, request):
    """Where the ledger vouches for a lesson's public examples, those of a few exercises are computed afresh."""
    pairs = drawn(all_lessons(project / "solutions"), EXAMPLES, os.environ["DNN_PROOF_SEED"])
    chosen = [name for one, name in pairs if one.name == lesson.name]
    if request.config.getoption("all_proofs"):
        chosen = lesson.exercises
    assert stale(lesson, project, sample=chosen, afresh=chosen) == []


def test_lesson_holds_no_solution_and_no_output(lesson, project):
    release = load_release(project, lesson)
    text = nbformat.writes(release)
    assert BEGIN not in text
    assert END not in text
    for cell in release.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.kept("untouched notebook", code=STUDENTS)
def test_untouched_lesson_runs_without_a_traceback_and_says_what_it_waits_for(lesson, project, tmp_path):
    text = printed(run(load_release(project, lesson), tmp_path))
    for exercise, cell in lesson.solution_cells.items():
        wanted = [f"{exercise} is not written yet", f"{exercise} needs"]
        if BUG_HUNT in cell.source:  # a broken function that runs fails its examples
            wanted += [f"{exercise}: {passes} of " for passes in range(3)]
        assert any(words in text for words in wanted), exercise
    assert "This cell waits for" in text


@pytest.mark.kept("solved notebook", code=STUDENTS)
def test_solved_lesson_runs_passes_its_own_checks_and_describes_its_figures(lesson, project, tmp_path):
    answers = {name: cell.source for name, cell in lesson.solution_cells.items()}
    done = run(with_answers(load_release(project, lesson), answers), tmp_path)
    text = printed(done)
    for exercise in lesson.exercises:
        assert f"{exercise}: " in text
    assert text.count("The hidden checks of the grader go further.") == len(lesson.exercises)
    assert "waits for" not in text
    streams = [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "stream"]
    assert [stream.text for stream in streams if stream.name == "stderr"] == []
    every_figure_has_alternative_text(done)


def every_figure_has_alternative_text(done):
    pages = [o.data.get("text/html", "") for c in done.cells for o in c.get("outputs", []) if "data" in o]
    figures = [page for page in pages if "<img" in page]
    assert len(figures) >= 5
    for page in figures:
        assert 'alt="' in page
        assert len(page.split('alt="')[1].split('"')[0]) >= 30
    bare = [o for c in done.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    assert bare == []


def test_every_prediction_is_revealed_and_its_right_answer_is_one_of_the_options(lesson, project):
    """Else nobody's prediction could be right: `reveal` compares the answer, or `correct`, with what was chosen."""
    calls, lists = {"predict": {}, "reveal": {}}, {}

    def value(node):
        return lists[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)

    for cell in load_release(project, lesson).cells:
        source = cell.source.partition("\n")[2] if cell.source.startswith("%%") else cell.source
        for node in ast.walk(ast.parse(source)) if cell.cell_type == "code" and "%load_ext" not in source else ():
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.List) and "predict(" in source:
                lists |= {target.id: ast.literal_eval(node.value) for target in node.targets}
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in calls:
                named = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
                key, *others = map(value, node.args)
                calls[node.func.id][key] = named.get("correct", others[0]) if node.func.id == "reveal" else others[1]
    assert len(calls["predict"]) >= 3
    assert calls["predict"].keys() == calls["reveal"].keys()
    assert {key: right for key, right in calls["reveal"].items() if right not in calls["predict"][key]} == {}


def test_every_built_notebook_is_a_lesson_or_the_start_page(project):
    """The tests above run each lesson, the next one the start page: no notebook that students open is left out."""
    built = {path.relative_to(project / "lessons").as_posix() for path in (project / "lessons").rglob("*.ipynb")}
    lessons = {f"{lesson.name}/{lesson.topic}.ipynb" for lesson in all_lessons(project / "solutions")}
    assert {name for name in built if ".ipynb_checkpoints" not in name} == lessons | {"start.ipynb", "glossary.ipynb"}


def test_the_start_page_runs_from_a_fresh_kernel_and_lists_every_lesson(project, tmp_path, monkeypatch):
    monkeypatch.setenv("DNNKIT_PROGRESS", str(tmp_path / "progress.json"))
    done = run(nbformat.read(project / "lessons" / "start.ipynb", as_version=4), tmp_path)
    (table,) = [o.data["text/html"] for c in done.cells for o in c.get("outputs", []) if "data" in o]
    lessons = all_lessons(project / "solutions")
    assert re.findall(r'<a href="([^"]+)"', table) == [f"{lesson.name}/{lesson.topic}.ipynb" for lesson in lessons]
    assert f"0 of {len(lessons[0].exercises)} pass their checks" in printed(done)


@pytest.mark.kept("stock nbgrader", code=STUDENTS)
def test_a_check_run_by_stock_nbgrader_gives_no_points(lesson, project, tmp_path, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    notebook = copy.deepcopy(load_release(project, lesson))
    wanted = ("given-", f"check_{lesson.exercises[0]}")
    notebook.cells = [cell for cell in notebook.cells if cell.id.startswith(wanted)]
    with pytest.raises(Exception, match="the configuration is wrong and no points are given"):
        run(notebook, tmp_path)
