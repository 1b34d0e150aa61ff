"""Classes and functions of functions: tried by snippets, answered by edits of the reference, in every stage."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from dnnkit import explore
from dnnkit.checking import checks, exercises
from dnnkit.checking import html_report as render
from dnnkit.checking.example_records import read_example_file
from grading.authoring.audit import audit
from grading.authoring.build import build
from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.course import open_course
from grading.errors import LessonError
from grading.judging.grade import Grader
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.lesson import find_lesson, without_magics
from grading.submissions.submission import Submission, parse_cells

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The lesson, built in a project of its own: (lesson, project)."""
    root = tmp_path_factory.mktemp("classes")
    shutil.copytree(HERE / "solutions", root / "solutions")
    for folder in ("lessons", "dnnkit"):
        (root / folder).mkdir()
    lesson = find_lesson(root / "solutions", "92_classes")
    build(lesson, root, open_course(root))
    return lesson, root


@pytest.fixture
def examples(built, monkeypatch):
    """dnnkit, looking at the built examples."""
    monkeypatch.setattr(exercises, "EXAMPLES", built[1] / "dnnkit" / "examples")


def namespace(built, *answers):
    return Reference(built[0]).namespace(*answers)


def stubs(built):
    release = load_release(built[1], built[0])
    names = {}
    for cell in release.cells:
        if cell.cell_type == "code" and not cell.source.startswith(("%%", "check(")):
            exec(without_magics(cell.source), names)
    return names


def test_every_region_of_a_class_becomes_a_stub(built):
    release = load_release(built[1], built[0])
    source = next(cell.source for cell in release.cells if cell.source.startswith("class Total"))
    assert source.count('raise NotImplementedError("Total is not written yet') == 2
    assert "self.factor = factor" in source
    assert "append" not in source


def test_edits_are_answers_that_could_stand_in_a_students_cell(built):
    mistakes = load_bank(built[0]).mistakes_of("Total")
    assert [m.slug for m in mistakes] == ["no_factor", "one_too_many", "forgets"]
    edited = next(m for m in mistakes if m.slug == "no_factor")
    assert "### " not in edited.source
    assert "self.arrays.append(np.asarray(x))" in edited.source
    assert edited.hint == "The factor is kept, but never used."


def test_an_edit_of_a_text_that_is_not_there_is_refused(built, tmp_path):
    folder = tmp_path / "solutions" / "92_classes"
    shutil.copytree(HERE / "solutions" / "92_classes", folder)
    text = (folder / "mistakes.py").read_text()
    (folder / "mistakes.py").write_text(text.replace("self.factor * np", "self.gone * np"))
    message = "92_classes/mistakes.py: Total__no_factor: the solution of Total does not hold 'self.gone * np'."
    with pytest.raises(LessonError, match=f"^{re.escape(message)}$"):
        load_bank(find_lesson(tmp_path / "solutions", "92_classes"))


def test_the_audit_is_clean_and_spares_slow_exercises(built):
    rows = audit(built[0], seeds=3, slow_seeds=1, processes=1)
    assert [problem for row in rows for problem in row.problems] == []
    counted = [
        tuple(row.numbers["bank"][name] for name in ("mistakes", "named", "variants", "accepted")) for row in rows
    ]
    assert counted == [(3, 3, 2, 2), (1, 1, 2, 2)]


def test_the_audit_of_one_exercise_leaves_the_others_out(built):
    assert [row.id for row in audit(built[0], seeds=1, only=["apply_twice"])] == ["classes.apply_twice"]


@pytest.mark.usefixtures("examples")
def test_a_right_class_passes_its_public_examples(built):
    report = checks.check_exercise("Total", namespace(built))
    assert report.passed
    assert "total.add(2.0)" in render.to_html(report)


@pytest.mark.usefixtures("examples")
@pytest.mark.parametrize("slug", ["no_factor", "one_too_many", "forgets"])
def test_a_mistake_in_a_class_is_named_in_the_notebook(built, slug):
    mistake = next(m for m in load_bank(built[0]).mistakes if m.slug == slug)
    report = checks.check_exercise("Total", namespace(built, mistake))
    assert (report.mistakes, report.hints) == ((slug,), (mistake.hint,))


@pytest.mark.usefixtures("examples")
def test_an_unwritten_class_is_called_unwritten_and_waited_for(built):
    names = stubs(built)
    assert checks.check_exercise("Total", names).headline == "Total is not written yet."
    assert explore.waiting_for(["Total"], names) == ["Total"]
    assert explore.waiting_for(["Total"], namespace(built)) == []


@pytest.mark.usefixtures("examples")
def test_an_error_inside_a_method_shows_the_students_line(built):
    names = namespace(built)
    exec(
        "class Total:\n    def __init__(self, factor): pass\n    def add(self, x):\n        return self.nothing\n",
        names,
    )
    result = checks.check_exercise("Total", names).examples[0]
    assert "no attribute 'nothing'" in result.message
    assert result.call.place.startswith("in add, line 2")


@pytest.mark.sandbox
def test_a_submission_with_a_class_is_graded_and_its_mistake_named(built):
    lesson, project = built
    mistake = next(m for m in load_bank(lesson).mistakes if m.slug == "forgets")
    right = {name: cell.source for name, cell in lesson.solution_cells.items()}
    verdicts = {}
    for student, answers in (("right", right), ("wrong", right | {"Total": mistake.source})):
        data = nbformat.writes(with_answers(load_release(project, lesson), answers)).encode()
        submission = Submission(student, "ok", "", f"sha256:{student}", parse_cells(data))
        with Grader(lesson, load_release(project, lesson), lambda digest: b"seed") as grader:
            result, _ = grader.grade(submission)
        verdicts[student] = [(e.name, e.score, e.mistake) for e in result.exercises]
    assert verdicts["right"] == [("Total", 2.0, None), ("apply_twice", 1.0, None)]
    assert verdicts["wrong"] == [("Total", 0.0, "Total__forgets"), ("apply_twice", 1.0, None)]


def test_the_examples_file_carries_the_code(built):
    record = read_example_file(built[1] / "dnnkit" / "examples" / "classes.json")
    first = record["exercises"]["Total"]["examples"][0]
    assert first["code"].startswith("def _mean_of_two(Total):\n    total = Total(3.0)")
    assert set(first["mistakes"]) == {"no_factor", "one_too_many", "forgets"}
