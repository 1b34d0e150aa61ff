"""The audit passes a sound lesson, and reports a mistake that escapes, one that is misnamed, a right answer refused."""

import json
import re

import pytest

from grading.authoring.audit import audit, audit_table, tasks_of
from grading.cli.parser import main


@pytest.fixture
def problems(changed_lesson):
    """Audit the small lesson with changes; the problems found, by exercise."""

    def run(changes):
        return {row.id: row.problems for row in audit(changed_lesson(changes), seeds=2, processes=1)}

    return run


def test_the_small_lesson_is_sound(changed_lesson):
    rows = audit(changed_lesson(), seeds=3, processes=1)
    assert [row.problems for row in rows] == [[], []]
    assert [re.split(" {2,}", line) for line in audit_table(rows)] == [
        ["exercise", "points", "mistakes rejected", "named", "right answers accepted", "liar refused",
         "mutants refused", "equivalent"],
        ["mini.double", "3", "2 of 2", "2/2", "3 of 3", "2 of 2", "-", "-"],
        ["mini.mean_square", "1", "2 of 2", "2/2", "2 of 2", "1 of 1", "-", "-"],
        ["total", "4", "4 of 4", "4/4", "5 of 5", "3 of 3", "-", "-"],
    ]  # fmt: skip


def test_several_processes_share_the_exercises(changed_lesson):
    lesson = changed_lesson()
    assert audit(lesson, seeds=2, processes=2) == audit(lesson, seeds=2, processes=1)


def test_slow_exercises_may_have_fewer_seeds_and_begin_first(changed_lesson):
    lesson = changed_lesson({"test_mini.py": ("EXAMPLES = ", 'SLOW = ("mean_square",)\nEXAMPLES = ')})
    tasks = tasks_of(lesson, lesson.exercises, seeds=4, slow_seeds=1)
    assert {task.exercise: (task.seeds, task.slow) for task in tasks} == {
        "double": (4, False), "mean_square": (1, True),
    }  # fmt: skip


def test_a_mistake_that_escapes_is_reported(problems):
    found = problems({"mistakes.py": ("    return np.asarray(x) ** 2", "    return 2.0 * x")})
    assert found["mini.double"][0] == "double__squares passes every check in 2 of 2 runs."
    assert found["mini.mean_square"] == []


def test_a_mistake_that_escapes_one_check_only_is_no_problem(problems):
    assert problems({"test_mini.py": ("(3, 2), what", "np.shape(rng.normal(size=(3, 2))), what")})["mini.double"] == []


def test_twins_are_reported_under_both_names(problems):
    twin = '@hint("A twin.")\ndef double__twin(x):\n    return x * x\n\n\n@hint("The array that'
    assert problems({"mistakes.py": ('@hint("The array that', twin)})["mini.double"] == [
        "double__squares is named double__squares and double__twin.",
        "double__twin is named double__squares and double__twin.",
    ]


def test_a_right_answer_that_is_refused_is_reported_with_the_message(problems):
    found = problems({"variants.py": ("    return x + x", "    return list(x + x)[0]")})["mini.double"]
    assert found == [
        "double__sum fails test_double_shape in 2 of 2 runs: double(x): expected shape (3, 2), got shape (2,).",
        "double__sum fails test_double_values in 2 of 2 runs: double(x): expected shape (4, 3), got shape (3,).",
    ]


def test_a_check_that_refuses_the_reference_is_reported(problems):
    found = problems({"test_mini.py": ("(3, 2), what", "(2, 3), what")})["mini.double"]
    assert (
        "double__reference fails test_double_shape in 2 of 2 runs: double(x): expected shape (2, 3), got shape (3, 2)."
        in found
    )


def test_a_mistake_that_breaks_a_check_is_reported(problems):
    found = problems({"test_mini.py": ("    x = rng.normal(size=5)\n", "    x = rng.normal(size=5)\n    1 / 0\n")})
    assert "mean_square__as_given breaks the check itself: test_mean_square_values." in found["mini.mean_square"]


def test_the_command_says_yes_or_no_by_its_exit_code(changed_lesson, capsys, tmp_path):
    lesson = changed_lesson({"mistakes.py": ("    return np.asarray(x) ** 2", "    return 2.0 * x")})
    root = lesson.folder.parent.parent
    (root / "lessons").mkdir()
    command = ["--project", str(root), "--quiet", "audit", "mini", "--seeds", "1", "--json", str(tmp_path / "a.json")]
    assert main(command) == 1
    assert "! double__squares passes every check in 1 of 1 runs." in capsys.readouterr().out
    assert json.loads((tmp_path / "a.json").read_text())["exercises"][0]["id"] == "mini.double"
    path = lesson.folder / "mistakes.py"
    path.write_text(path.read_text().replace("    return 2.0 * x", "    return np.asarray(x) ** 2"))
    assert main(command) == 0
