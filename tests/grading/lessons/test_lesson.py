"""A lesson's text notebook is read cell by cell, and what breaks a rule is refused with the cure."""

import re

import pytest

from grading.errors import LessonError, UsageError
from grading.lessons.lesson import all_lessons, defined_names, find_lesson, load_lesson, without_magics

SOLUTION = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"


def write(folder, *cells):
    """Write a lesson called 07_tiny with these cells."""
    path = folder / "07_tiny"
    path.mkdir(parents=True)
    (path / "tiny.py").write_text("".join(f"# %%\n{cell}\n\n" for cell in cells), encoding="utf-8")
    return path


def test_cells_are_told_apart_by_their_text(lesson):
    kinds = [cell.kind for cell in lesson.cells]
    assert kinds == ["markdown", "given", "solution", "check", "explore", "markdown", "solution", "check"]
    assert lesson.exercises == ("double", "mean_square")
    assert [cell.id for cell in lesson.cells if cell.exercise] == [
        "double", "check_double", "mean_square", "check_mean_square",
    ]  # fmt: skip


def test_ids_stay_the_same_when_a_cell_is_added(tmp_path):
    cells = ["import math", SOLUTION, 'check("double")', "%%explore double\nprint(1)"]
    before = load_lesson(write(tmp_path / "a", *cells)).cells
    after = load_lesson(write(tmp_path / "b", "import os", *cells)).cells
    assert [cell.id for cell in after][1:] == [cell.id for cell in before]


def test_cells_with_the_same_text_get_different_ids(tmp_path):
    cells = load_lesson(write(tmp_path, "import math", "import math", SOLUTION, 'check("double")')).cells
    assert cells[1].id == f"{cells[0].id}-2"


def test_ids_are_valid_for_nbformat(lesson):
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell.id) for cell in lesson.cells)


def test_a_check_cell_may_name_its_topic(tmp_path):
    cells = load_lesson(write(tmp_path, SOLUTION, 'check("tiny.double")')).cells
    assert (cells[1].kind, cells[1].exercise) == ("check", "double")


def test_a_call_of_check_among_other_statements_is_no_check_cell(tmp_path):
    cells = load_lesson(write(tmp_path, SOLUTION, 'check("double")', 'print(1)\ncheck("double")')).cells
    assert cells[2].kind == "given"


def test_an_empty_cell_is_refused(tmp_path):
    with pytest.raises(LessonError, match=r"^tiny.py, cell 2 is empty\."):
        load_lesson(write(tmp_path, SOLUTION, "", 'check("double")'))


def test_a_check_belongs_to_the_longest_exercise_that_fits(tmp_path):
    longer = SOLUTION.replace("double", "double_all")
    lesson = load_lesson(write(tmp_path, SOLUTION, 'check("double")', longer, 'check("double_all")'))
    assert lesson.exercise_of("test_double_all_shape") == "double_all"
    assert lesson.exercise_of("test_double_shape") == "double"


def test_a_check_that_names_no_exercise_is_refused(lesson):
    message = (
        "test_mini.py: test_triple_shape names no exercise. "
        "Expected test_<exercise>_<property> with one of double, mean_square."
    )
    with pytest.raises(LessonError, match=f"^{re.escape(message)}$"):
        lesson.exercise_of("test_triple_shape")


@pytest.mark.parametrize(
    ("cell", "defines"),
    [
        (SOLUTION + "def other(x):\n    return x\n", "double, other"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", "nothing"),
        (SOLUTION.replace("    ### END SOLUTION\n", ""), "double"),
        (SOLUTION + "    ### BEGIN SOLUTION\n", "double"),
    ],
)
def test_a_solution_cell_holds_one_function_whose_regions_end(tmp_path, cell, defines):
    message = (
        "tiny.py, cell 1: a solution cell holds one function or class with a ### END SOLUTION for each "
        f"### BEGIN SOLUTION; this one defines {defines}."
    )
    with pytest.raises(LessonError, match=f"^{re.escape(message)}$"):
        load_lesson(write(tmp_path, cell, 'check("double")'))


@pytest.mark.parametrize(
    ("cells", "checks"),
    [
        ([SOLUTION], ""),
        ([SOLUTION, 'check("double")', 'check("double")'], "double, double"),
        ([SOLUTION, 'check("triple")'], "triple"),
    ],
)
def test_every_solution_needs_exactly_one_check_cell(tmp_path, cells, checks):
    message = f"tiny.py: every solution cell needs one check cell. Solutions: double. Checks: {checks}."
    with pytest.raises(LessonError, match=f"^{re.escape(message)}$"):
        load_lesson(write(tmp_path, *cells))


@pytest.mark.parametrize("name", ["90_mini", "90", "mini"])
def test_a_lesson_is_found_by_name_number_or_topic(project, name):
    assert find_lesson(project.course.solutions, name).name == "90_mini"


def test_an_unknown_lesson_is_refused_with_the_known_ones(project):
    message = f"There is no lesson called 'maxi' in {project.course.solutions}. Known lessons: 90_mini."
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        find_lesson(project.course.solutions, "maxi")


def test_a_project_without_lessons_says_none(tmp_path):
    with pytest.raises(UsageError, match=r"Known lessons: none\.$"):
        find_lesson(tmp_path, "mini")


def test_all_lessons_come_in_order_of_their_numbers(tmp_path):
    for name in ("10_tiny", "02_tiny"):
        write(tmp_path, SOLUTION, 'check("double")').rename(tmp_path / name)
    (tmp_path / "notes").mkdir()
    assert [lesson.name for lesson in all_lessons(tmp_path)] == ["02_tiny", "10_tiny"]


def test_the_reference_holds_no_exploration_no_check_and_no_magic(lesson):
    source = lesson.reference_source
    assert "explore" not in source
    assert "check(" not in source
    assert "# %load_ext dnnkit" in source
    compile(source, "reference", "exec")


def test_the_digest_changes_with_every_file_that_decides_a_score(lesson, changed_lesson):
    known = changed_lesson()
    assert known.checks_hash == lesson.checks_hash
    for name in ("mini.py", "test_mini.py", "mistakes.py", "variants.py"):
        path = known.folder / name
        text = path.read_text()
        path.write_text(text + "\n")
        assert load_lesson(known.folder).checks_hash != lesson.checks_hash
        path.write_text(text)


def test_magics_become_comments_and_indentation_stays():
    assert without_magics("%load_ext dnnkit\nif x:\n    !ls\ny = 5 % 3") == (
        "# %load_ext dnnkit\nif x:\n    # !ls\ny = 5 % 3"
    )


def test_a_million_empty_lines_are_searched_at_once():
    text = "\n" * 1_000_000
    assert without_magics(text) == text


@pytest.mark.parametrize("source", ["def f(:", "\0", "-" * 100_000 + "1", "x" + ".b" * 200_000, "(" * 10_000])
def test_source_that_does_not_parse_defines_nothing(source):
    assert defined_names(source) == []
