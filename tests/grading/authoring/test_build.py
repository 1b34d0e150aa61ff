"""A built lesson is what students may see, in the form that nbgrader wants, and the same on every machine."""

import ast
import dataclasses
import json
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator

from dnnkit.checking.example_records import read_example_file
from grading.authoring import examples
from grading.authoring.build import build, stale, stale_files
from grading.authoring.examples import same_record
from grading.authoring.release import function_body, load_release, source_notebook
from grading.course import open_course
from grading.errors import LessonError
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.check_functions import lesson_points
from grading.lessons.lesson import find_lesson, load_lesson

BUILD = "import sys; from grading.cli.parser import main; sys.exit(main(['--project', sys.argv[1], 'build', 'mini']))"


def by_id(notebook):
    """Cells of a notebook by id."""
    return {cell["id"]: cell for cell in notebook["cells"]}


def fresh_project(project, folder):
    """Make an unbuilt copy of the small project."""
    shutil.copytree(project.root / "solutions", folder / "solutions")
    for name in ("lessons", "dnnkit"):
        (folder / name).mkdir()
    return open_course(folder)


def built_files(root):
    """What a build writes for students, as bytes."""
    return {p.relative_to(root): p.read_bytes() for name in ("lessons", "dnnkit") for p in (root / name).rglob("*.*n*")}


def test_a_solution_becomes_a_friendly_stub(release):
    assert by_id(release)["double"]["source"] == (
        'def double(x):\n    """Return twice x, an array of any shape."""\n'
        '    raise NotImplementedError("double is not written yet: replace this line with your code.")'
    )


def test_a_bug_hunt_holds_the_broken_body_with_its_comment(release):
    assert by_id(release)["mean_square"]["source"] == (
        'def mean_square(x):\n    """Return the mean of the squares of x, a number."""\n'
        "    # Something is missing here.\n    total = np.sum(double(x) ** 2)\n    return total / 4"
    )


def test_a_bug_hunt_that_names_no_mistake_is_refused(changed_lesson):
    lesson = changed_lesson({"mini.py": ("mean_square__as_given", "mean_square__gone")})
    with pytest.raises(LessonError, match=r"^mean_square: ### BUG HUNT: names mean_square__gone, which is not in mist"):
        source_notebook(lesson)


def test_solution_cells_are_open_and_worth_nothing_themselves(release):
    record = by_id(release)["double"]["metadata"]["nbgrader"]
    assert {k: record[k] for k in ("grade", "grade_id", "locked", "solution", "task", "schema_version")} == {
        "grade": False, "grade_id": "double", "locked": False, "solution": True, "task": False, "schema_version": 3,
    }  # fmt: skip
    assert by_id(release)["double"]["metadata"].get("editable", True)


def test_check_cells_are_locked_and_worth_the_sum_of_their_checks(release):
    cell = by_id(release)["check_double"]
    assert cell["metadata"]["nbgrader"]["points"] == 3
    assert cell["metadata"]["nbgrader"]["locked"]
    assert cell["metadata"]["editable"] is False
    assert cell["metadata"]["deletable"] is False
    assert by_id(release)["check_mean_square"]["metadata"]["nbgrader"]["points"] == 1


def test_only_exercises_carry_nbgrader_metadata(release):
    marked = [cell["id"] for cell in release["cells"] if "nbgrader" in cell["metadata"]]
    assert marked == ["double", "check_double", "mean_square", "check_mean_square"]


def test_the_release_has_no_outputs_and_no_execution_counts(release):
    code = [cell for cell in release["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_no_statement_of_a_solution_is_in_the_release(lesson, release):
    text = nbformat.writes(release)
    assert "BEGIN SOLUTION" not in text
    assert "BUG HUNT" not in text
    for cell in lesson.solution_cells.values():
        for statement in ast.parse(cell.source).body[0].body[1:]:
            assert ast.unparse(statement) not in text


def test_source_and_release_are_valid_notebooks(lesson, release):
    nbformat.validate(source_notebook(lesson))
    nbformat.validate(release)
    MetadataValidator().validate_nb(release)


def test_the_gradebook_knows_the_exercises_and_their_points(project):
    with Gradebook(project.course.database) as gradebook:
        notebook = gradebook.find_notebook("mini", "90_mini")
        assert {cell.name: cell.max_score for cell in notebook.grade_cells} == {
            "check_double": 3.0, "check_mean_square": 1.0,
        }  # fmt: skip
        assert sorted(cell.name for cell in notebook.solution_cells) == ["double", "mean_square"]


def test_two_builds_write_the_same_bytes(project, tmp_path):
    course = fresh_project(project, tmp_path)
    known = built_files(project.root)
    assert len(known) == 2
    for _ in range(2):
        build(project.lesson, tmp_path, course)
        assert built_files(tmp_path) == known


def test_another_process_writes_the_same_bytes(project, tmp_path, monkeypatch):
    fresh_project(project, tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    subprocess.run([sys.executable, "-c", BUILD, str(tmp_path)], check=True, capture_output=True)
    (tmp_path / "lessons" / "start.ipynb").unlink(missing_ok=True)  # the command writes it, a single build does not
    assert built_files(tmp_path) == built_files(project.root)


def test_stale_notices_a_changed_source_and_a_changed_product(project, tmp_path):
    for folder in ("solutions", "lessons", "dnnkit"):
        shutil.copytree(project.root / folder, tmp_path / folder)
    lesson = find_lesson(tmp_path / "solutions", "mini")
    assert stale(lesson, tmp_path) == []
    source = lesson.folder / "mini.py"
    source.write_text(source.read_text().replace("is broken", "is odd"))
    assert [str(path) for path in stale(load_lesson(lesson.folder), tmp_path)] == ["lessons/90_mini/mini.ipynb"]
    (tmp_path / "dnnkit/examples/mini.json").unlink()
    source.write_text(source.read_text().replace("is odd", "is broken"))
    assert [str(path) for path in stale(load_lesson(lesson.folder), tmp_path)] == ["dnnkit/examples/mini.json"]


def test_several_lessons_are_looked_at_in_their_order(project, tmp_path):
    for folder in ("solutions", "lessons", "dnnkit"):
        shutil.copytree(project.root / folder, tmp_path / folder)
    lesson = find_lesson(tmp_path / "solutions", "mini")
    other = dataclasses.replace(lesson, name="91_other")  # the same source under a name that was never built
    found = [(one.name, [str(path) for path in paths]) for one, paths in stale_files([lesson, other], tmp_path)]
    assert [name for name, _ in found] == ["90_mini", "91_other"]
    assert found[0][1] == []
    assert "lessons/91_other/mini.ipynb" in found[1][1]


def test_examples_of_another_processor_are_not_stale_and_stay(project, tmp_path):
    for folder in ("solutions", "lessons", "dnnkit"):
        shutil.copytree(project.root / folder, tmp_path / folder)
    path = tmp_path / "dnnkit/examples/mini.json"
    ours = path.read_text()
    for number, still_right in (("-4.000003", True), ("-4.01", False)):
        other = ours.replace("-4.0,", f"{number},")
        assert other != ours
        path.write_text(other)
        assert (stale(project.lesson, tmp_path) == []) is still_right
        build(project.lesson, tmp_path, open_course(tmp_path))
        assert (path.read_text() == other) is still_right


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"values": [1.0, 1e-9]}, {"values": [1.0, -1e-9]}, True),
        ({"values": [1.0, 1e-4]}, {"values": [1.0, -1e-4]}, False),
        ({"values": [1e-16, -2e-17]}, {"values": [0.0, 3e-16]}, True),
        ({"values": [1e-7, 2e-7]}, {"values": [1e-7, 3e-7]}, False),
        ({"values": [1, 2]}, {"values": [1, 3]}, False),
        ({"values": [1.0]}, {"values": [1.0, 1.0]}, False),
        ({"hint": "a"}, {"hint": "b"}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        ([True], [1], False),
        (2.0, 2.00001, True),
        (2.0, 2.0001, False),
    ],
)
def test_examples_are_the_same_up_to_rounding_of_numbers(one, other, same):
    assert same_record(one, other) is same
    assert not same_record(None, one)


def test_examples_hold_inputs_expected_outputs_and_what_each_mistake_gives(project):
    record = read_example_file(project.root / "dnnkit/examples/mini.json")
    example = record["exercises"]["double"]["examples"][0]
    assert example["inputs"]["x"]["values"] == [1.0, -2.0, 0.5]
    assert example["expected"]["values"] == [2.0, -4.0, 1.0]
    assert example["mistakes"]["squares"]["value"]["values"] == [1.0, 4.0, 0.25]
    assert example["mistakes"]["in_place"]["mutated"] == ["x"]


def test_examples_hold_no_source(project, lesson):
    document = json.loads((project.root / "dnnkit/examples/mini.json").read_text("utf-8"))
    released = {cell.id: cell.source for cell in load_release(project.root, lesson).cells}
    assert document.pop("cells") == {name: released[name] for name in lesson.exercises}
    text = json.dumps(document, ensure_ascii=False)
    answers = [*load_bank(lesson).mistakes, *load_bank(lesson).variants]
    bodies = [function_body(answer.source) for answer in answers]
    bodies += [function_body(cell.source) for cell in lesson.solution_cells.values()]
    assert not [body for body in bodies if body.splitlines()[-1].strip() in text]


def test_a_mistake_that_never_ends_is_named_and_does_not_hang_the_build(changed_lesson, monkeypatch):
    monkeypatch.setattr(examples, "LONGEST", 0.5)
    lesson = changed_lesson({"mistakes.py": ("return np.asarray(x) ** 2", "while True:\n        pass")})
    with pytest.raises(LessonError, match=r"^double__squares does not come to an end within 0.5 seconds for "):
        examples.build_exercise(lesson, Reference(lesson), load_bank(lesson), "double")


def test_a_lesson_that_was_not_built_says_how_to_build_it(lesson, tmp_path):
    with pytest.raises(LessonError, match=r"mini\.ipynb does not exist\. Build it first: grading build 90_mini$"):
        load_release(tmp_path, lesson)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("@points(2)\n", ""), "test_mini.py: test_double_values needs @points(...) and a one-line docstring."),
        (
            ('    """Every number is doubled."""\n', ""),
            "test_mini.py: test_double_values needs @points(...) and a one-line docstring.",
        ),
        (("test_mean_square_values", "test_double_more"), "test_mini.py: no checks for mean_square."),
    ],
)
def test_checks_that_break_a_rule_are_refused(changed_lesson, change, message):
    lesson = changed_lesson({"test_mini.py": change})
    with pytest.raises(LessonError, match="^" + message.replace("(...)", r"\(\.\.\.\)")):
        lesson_points(lesson)


def test_the_body_of_a_function_keeps_the_comment_above_its_first_statement():
    source = 'def f(x):\n    """Doc."""\n    # why\n    y = x\n\n    return y\n'
    assert function_body(source) == "# why\ny = x\n\nreturn y"
