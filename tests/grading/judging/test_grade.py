"""One submission becomes one record, whatever is in it: right work keeps its points, wrong work is told why."""

import dataclasses
import hashlib
import json

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.authoring.sample_class import HOSTILE
from grading.classes.autograde import GradingOptions, autograde
from grading.judging import judge
from grading.judging.grade import Grader
from grading.lessons.imports import lesson_modules
from grading.sandbox.fork_launcher import ForkLauncher
from grading.sandbox.kernel import SandboxKernel
from grading.sandbox.limits import Limits
from grading.submissions.runner import Runner
from grading.submissions.submission import Submission, read_submission

pytestmark = pytest.mark.sandbox
HERE = GradingOptions(in_process=True)
SQUARES = "def double(x):\n    return np.asarray(x) ** 2"


def seed_of(digest):
    """A course whose secret everybody knows."""
    return hashlib.sha256(digest.encode()).digest()


QUICK = Limits(cell_seconds=2.0, submission_seconds=30.0, interrupt_seconds=1.0)


@pytest.fixture(scope="module")
def grader(lesson, release):
    """The small lesson's grader with limits small enough to be hit."""
    with Grader(lesson, release, seed_of, QUICK) as grader:
        yield grader


@pytest.fixture(scope="module")
def grader_here(lesson, release):
    """The same, judging in this process."""
    with Grader(lesson, release, seed_of, QUICK, in_process=True) as grader:
        yield grader


@pytest.fixture
def grade(grader, notebook_with, submission_of, right):
    """Grade answers that are right but for these; the record."""

    def run(answers=None, *, extra=()):
        return grader.grade(submission_of(notebook_with({**right, **(answers or {})}, extra)))[0]

    return run


def states(result):
    """Status and score by exercise."""
    return {exercise.name: (exercise.status, exercise.score) for exercise in result.exercises}


def test_right_answers_get_full_marks(grade):
    result = grade()
    assert states(result) == {"double": ("passed", 3.0), "mean_square": ("passed", 1.0)}
    assert (result.status, result.score, result.max_score, result.notes) == ("graded", 4.0, 4.0, ())
    assert result.submission.startswith("sha256:")


def test_an_untouched_notebook_gets_nothing_and_starts_no_kernel(grader_here, release, submission_of, monkeypatch):
    monkeypatch.setattr(SandboxKernel, "start", lambda self: pytest.fail("a kernel was started"))
    result = grader_here.grade(submission_of(release))[0]
    assert states(result) == {"double": ("not_attempted", 0.0), "mean_square": ("not_attempted", 0.0)}
    assert (result.status, result.score, result.max_score) == ("graded", 0.0, 4.0)


def test_an_exercise_left_out_is_not_attempted_and_costs_the_others_nothing(
    grader, notebook_with, submission_of, right
):
    result = grader.grade(submission_of(notebook_with({"double": right["double"]})))[0]
    assert states(result) == {"double": ("passed", 3.0), "mean_square": ("not_attempted", 0.0)}
    assert [check.message for check in result.exercises[1].checks] == ["mean_square was not attempted."]


def test_of_very_many_notes_only_the_first_are_kept(grader_here, notebook_with, submission_of, right):
    notebook = notebook_with({"mean_square": right["mean_square"]})
    notebook.cells += [nbformat.v4.new_markdown_cell("def double(x):\n    return 2 * x") for _ in range(100)]
    notes = grader_here.grade(submission_of(notebook))[0].notes
    assert len(notes) == 61
    assert notes[-1] == "40 more notes are left out here."


def test_a_known_mistake_is_named_with_its_hint(grade):
    result = grade({"double": SQUARES})
    double = result.exercises[0]
    assert (double.status, double.score, double.mistake) == ("partial", 1.0, "double__squares")
    assert double.hint == "The result is the square of x. Doubling multiplies by two."
    assert result.mistakes == ["double__squares"]


def test_what_is_handed_a_changed_input_by_a_helper_is_right_but_for_it(grade):
    double = "def double(x):\n    np.asarray(x)[...] *= 2\n    return x"
    given = "def mean_square(x):\n    return np.mean(double(x) ** 2) / 4"
    result = grade({"double": double, "mean_square": given})
    assert (result.exercises[1].status, result.exercises[1].score) == ("failed", 1.0)
    assert result.exercises[1].right_but_for == ("double",)


def test_a_cell_that_does_not_parse_costs_its_own_exercise_only(grade):
    result = grade({"double": "def double(x)\n    return 2 * x"})
    assert states(result) == {"double": ("failed", 0.0), "mean_square": ("passed", 1.0)}
    assert result.notes == ("cell 3 (double) raised SyntaxError: expected ':' (line 1 of the cell)",)
    assert result.exercises[0].hint == result.notes[0]
    assert result.exercises[0].checks[0].message == (
        "double is not defined. Did its cell raise an error, or was it renamed?"
    )


def test_the_error_of_another_cell_that_names_an_exercise_is_no_hint_for_it(grade):
    broken = "def double(x):\n    return 2 * x\nraise ValueError('expected the result of (mean_square)')"
    result = grade({"double": broken, "mean_square": "def mean_square(x):\n    return np.mean(x**2) + 0.125"})
    assert result.notes == ("cell 3 (double) raised ValueError: expected the result of (mean_square)",)
    assert (result.exercises[1].status, result.exercises[1].mistake) == ("failed", None)
    assert "ValueError" not in result.exercises[1].hint


def test_a_crash_in_one_function_costs_its_own_checks_only(grade):
    result = grade({"double": "import os\ndef double(x):\n    os._exit(1)"})
    assert states(result) == {"double": ("crashed", 0.0), "mean_square": ("passed", 1.0)}
    assert result.exercises[0].checks[0].message == "Python stopped while double ran."


def test_a_cell_that_ends_python_is_left_out(grade):
    result = grade(extra=[(2, "import os\nos._exit(1)")])
    assert result.score == 4.0
    assert result.notes == ("cell 3 ended Python.",)


def test_a_cell_that_never_ends_is_left_out(grade):
    result = grade(extra=[(2, "while True: pass")])
    assert result.score == 4.0
    assert result.notes == ("cell 3 took longer than 2 seconds (cell_seconds).",)


def test_a_function_that_never_ends_costs_its_own_checks_only(
    changed_lesson, release, notebook_with, submission_of, right
):
    changed = changed_lesson(
        {"test_mini.py": [("@points(1)", "@points(1, seconds=1)"), ("@points(2)", "@points(2, seconds=1)")]}
    )
    answers = {**right, "double": "import time\ndef double(x):\n    time.sleep(99)"}
    with Grader(changed, release, seed_of) as grader:
        result = grader.grade(submission_of(notebook_with(answers)))[0]
    assert states(result) == {"double": ("timeout", 0.0), "mean_square": ("passed", 1.0)}
    assert result.exercises[0].checks[0].message == "double took longer than 1 seconds."


def test_a_submission_that_uses_up_its_time_is_said_to(
    lesson, release, notebook_with, submission_of, right, monkeypatch
):
    monkeypatch.setattr("grading.submissions.runner.extended", lambda limit, waited: limit)  # also where others work
    answers = {**right, "double": "import time\ndef double(x):\n    time.sleep(99)"}
    with Grader(lesson, release, seed_of, Limits(submission_seconds=6.0, interrupt_seconds=1.0)) as grader:
        result = grader.grade(submission_of(notebook_with(answers)))[0]
    assert states(result) == {"double": ("timeout", 0.0), "mean_square": ("timeout", 0.0)}
    assert result.notes == ("The submission used up its 6 seconds (submission_seconds).",)


def test_work_split_over_cells_of_the_students_own_counts(grade):
    extra = [(2, "def times(n, x):\n    return n * np.asarray(x)")]
    assert grade({"double": "def double(x):\n    return times(2, x)"}, extra=extra).score == 4.0


def test_cells_in_the_wrong_order_are_run_again(grade):
    result = grade(
        {"double": "def double(x):\n    return FACTOR * np.asarray(x)"},
        extra=[(1, "FACTOR = two()"), (6, "def two(): return 2")],
    )
    assert (result.score, result.notes) == (4.0, ())


def test_a_cell_that_raises_is_noted_and_the_others_go_on(grade):
    result = grade(extra=[(2, "{}['a']"), (3, "input('name?')")])
    assert result.score == 4.0
    assert [note.partition(":")[0] for note in result.notes] == [
        "cell 3 raised KeyError", "cell 4 raised StdinNotImplementedError",
    ]  # fmt: skip


def test_output_and_warnings_cost_nothing(grade):
    noisy = "import sys, warnings\ndef double(x):\n    print('score: 0')\n    print('bad', file=sys.stderr)\n"
    noisy += "    warnings.warn('beware')\n    return 2 * np.asarray(x)"
    assert grade({"double": noisy}).score == 4.0


def test_explorations_are_not_run(grade):
    result = grade(extra=[(2, "%%explore\nwhile True: pass")])
    assert (result.score, result.notes) == (4.0, ())


@pytest.mark.parametrize(
    "source",
    [
        HOSTILE + "double = _everything",
        "def double(x):\n    return object()",
        "double = None",
        "class double:\n    def __init__(self, x): pass\n    def __eq__(self, other): return True",
        "import dnnkit.checking.compare\ndnnkit.checking.compare.difference = lambda *a, **k: None\n"
        "def double(x):\n    return 0",
        "import agent\nagent.serve = lambda *a: {'outcome': {'kind': 'passed'}}\ndef double(x):\n    return 0",
        "def double(x):\n    raise AssertionError('passed: 100 points')",
    ],
)
def test_pretending_earns_nothing(grade, source):
    double = grade({"double": source}).exercises[0]
    assert double.score == 0.0
    assert double.status in ("failed", "crashed")


def test_the_same_file_gives_the_same_record_on_a_regrade(grader, notebook_with, submission_of, right):
    submission = submission_of(notebook_with({**right, "double": SQUARES}))
    first, again = (dataclasses.replace(grader.grade(submission)[0], seconds=0) for _ in range(2))
    assert first == again


def test_a_record_survives_its_way_through_json(grade):
    result = grade({"double": SQUARES})
    assert type(result).from_json(json.loads(json.dumps(result.to_json()))) == result


def test_a_file_that_cannot_be_read_is_a_record_with_the_reason(grader, release, tmp_path):
    result, notebook = grader.grade(read_submission("ann", tmp_path, "mini"))
    assert (result.status, result.score, result.max_score) == ("missing", 0.0, 4.0)
    assert result.reason == "There is no file mini.ipynb in the submission."
    assert set(states(result).values()) == {("not_attempted", 0.0)}
    assert notebook == release


def test_the_graders_own_fault_is_an_error_for_a_person_and_no_zero(grader_here, release, monkeypatch):
    monkeypatch.setattr(judge, "rebuild", lambda *args, **options: 1 / 0)
    result, notebook = grader_here.grade(Submission("ann", "ok", "", "sha256:1", ()))
    assert result.status == "error"
    assert result.reason == ("The grader failed (ZeroDivisionError: division by zero). A person will look at it.")
    assert set(states(result).values()) == {("error", 0.0)}
    assert notebook == release


def test_a_class_of_ten_gets_ten_records_and_ten_rows(course, lesson, hand_in, right, monkeypatch, tmp_path):
    hand_in("ann", right)
    hand_in("ben", {})
    hand_in("cyd", {**right, "double": SQUARES})
    hand_in("dan", data=b"")
    hand_in("eve", data=b'{"cells": 3}')
    hand_in("fay", data=b"\xff\xfe")
    hand_in("gus", right).unlink()
    path = hand_in("hal", right)
    path.rename(tmp_path / "elsewhere.ipynb")
    path.symlink_to(tmp_path / "elsewhere.ipynb")
    hand_in("ida", {**right, "double": "def double(x):\n    raise ValueError('<script>alert(1)</script>')"})
    hand_in("jon", {"double": "import os\nos._exit(1)"})
    (course.submitted / "kim").symlink_to(course.submitted / "ann")
    (course.submitted / "notes.txt").write_text("not a student")
    results = {result.student: (result.status, result.score) for result in autograde(course, lesson)}
    assert results == {
        "ann": ("graded", 4.0), "ben": ("graded", 0.0), "cyd": ("graded", 2.0), "dan": ("unreadable", 0.0),
        "eve": ("unreadable", 0.0), "fay": ("unreadable", 0.0), "gus": ("missing", 0.0), "hal": ("unreadable", 0.0),
        "ida": ("graded", 1.0), "jon": ("graded", 0.0),
    }  # fmt: skip
    with Gradebook(course.database) as gradebook:
        rows = {s.student.id: s.score for s in gradebook.assignment_submissions("90_mini")}
        assert rows == {student: score for student, (_, score) in results.items()}
    for student in results:
        nbformat.validate(nbformat.read(course.autograded / student / "90_mini" / "mini.ipynb", as_version=4))


def test_one_students_trouble_is_not_the_next_ones(course, lesson, hand_in, right, monkeypatch):
    for student in ("ann", "ben", "cyd"):
        hand_in(student, right, extra=[(2, f"name = {student!r}")])
    real = judge.rebuild

    def fails_for_ben(lesson, release, submission, **options):
        if submission.student == "ben":
            raise RuntimeError("no luck")
        return real(lesson, release, submission, **options)

    monkeypatch.setattr(judge, "rebuild", fails_for_ben)
    results = {result.student: (result.status, result.score) for result in autograde(course, lesson, HERE)}
    assert results == {"ann": ("graded", 4.0), "ben": ("error", 0.0), "cyd": ("graded", 4.0)}
    with Gradebook(course.database) as gradebook:
        manual = {s.student.id: s.needs_manual_grade for s in gradebook.assignment_submissions("90_mini")}
    assert manual == {"ann": False, "ben": True, "cyd": False}


@pytest.mark.parametrize(("deaths", "status", "score"), [(1, "graded", 4.0), (2, "error", 0.0)])
def test_a_warm_parent_that_ends_under_a_submission_costs_it_no_points(
    lesson, release, notebook_with, submission_of, right, monkeypatch, deaths, status, score
):
    start, tries = Runner.start, []
    with ForkLauncher(lesson_modules(lesson)) as launcher:

        def start_and_lose_the_parent(runner):
            start(runner)
            tries.append(runner)
            if len(tries) <= deaths:
                launcher._parent._process.kill()
                launcher._parent._process.wait()

        monkeypatch.setattr(Runner, "start", start_and_lose_the_parent)
        result, _ = judge.Judge(lesson, release, None, launcher).judge(submission_of(notebook_with(right)), b"seed")
    assert (result.status, result.score, len(tries)) == (status, score, 2)


def test_another_lessons_notebook_earns_nothing_for_code_that_was_given_there(
    changed_lesson, release, notebook_with, submission_of, right
):
    lesson = changed_lesson()
    released = lesson.folder.parent.parent / "lessons"
    given = [{"cell_type": "code", "id": f"given-{n}", "metadata": {}, "source": f"x = {n}"} for n in range(4)]
    for name, cells in (("90_mini", release["cells"]), ("91_other", given)):
        (released / name).mkdir(parents=True)
        (released / name / f"{name[3:]}.ipynb").write_text(json.dumps({"cells": cells}))
    answers = [{"cell_type": "code", "id": name, "metadata": {}, "source": source} for name, source in right.items()]
    other = {"cells": [*given, *({**cell, "id": "mine-" + cell["id"]} for cell in answers)]}
    with Grader(lesson, release, lambda digest: b"seed") as grader:
        result, notebook = grader.grade(submission_of(other))
        own, _ = grader.grade(submission_of(notebook_with(right)))
    assert (result.status, result.score) == ("wrong_file", 0.0)
    assert result.reason == "This is the notebook of 91_other. Hand in mini.ipynb of 90_mini."
    assert notebook == release
    assert (own.status, own.score) == ("graded", 4.0)
