"""What is right but for a helper gets its points; whoever writes a helper to make an exercise easy gets none."""

import dataclasses
import hashlib
import json

import pytest

from grading.course import open_course
from grading.errors import UsageError
from grading.gradebook.manual_grades import ManualGrades
from grading.judging.grade import Grader
from grading.judging.records import SubmissionResult
from grading.lessons.call_graph import find_helpers
from grading.reports.feedback import render_page
from grading.sandbox.limits import Limits

sandboxed = pytest.mark.sandbox
QUICK = Limits(cell_seconds=2.0, submission_seconds=30.0, interrupt_seconds=1.0)
CALLS_DOUBLE = "def mean_square(x):\n    return np.mean(double(x) ** 2) / 4"
SQUARES = "def double(x):\n    return np.asarray(x) ** 2"


def grader_of(lesson, release, **options):
    """A grader of the small lesson."""
    return Grader(lesson, release, lambda digest: hashlib.sha256(digest.encode()).digest(), QUICK, **options)


@pytest.fixture(scope="module")
def grader(lesson, release):
    """The small lesson's grader."""
    with grader_of(lesson, release) as grader:
        yield grader


@pytest.fixture
def grade(grader, notebook_with, submission_of):
    """Grade two answers; the records of the two exercises."""

    def run(double, mean_square=CALLS_DOUBLE, by=None):
        submission = submission_of(notebook_with({"double": double, "mean_square": mean_square}))
        return (by or grader).grade(submission)[0].exercises

    return run


def test_helpers_are_read_off_the_source(lesson):
    assert find_helpers(lesson) == {"double": frozenset(), "mean_square": frozenset({"double"})}


@sandboxed
def test_what_is_right_but_for_a_helper_gets_its_points_and_is_told(grade):
    double, mean_square = grade(SQUARES)
    assert (double.score, double.mistake, double.right_but_for) == (1.0, "double__squares", ())
    assert (mean_square.status, mean_square.score, mean_square.mistake) == ("failed", 1.0, None)
    assert mean_square.right_but_for == mean_square.checks[0].right_but_for == ("double",)
    assert mean_square.hint == (
        "mean_square is right but for double, which it calls: with a right double, it passes its checks. "
        "So it gets its points."
    )
    assert mean_square.checks[0].message == (
        "Right but for double: with a right double in its place, your mean_square passes this check."
    )


@sandboxed
def test_a_course_may_give_no_points_for_it(lesson, release, grade):
    with grader_of(lesson, release, carried_points=False) as grader:
        mean_square = grade(SQUARES, by=grader)[1]
    assert (mean_square.score, mean_square.right_but_for) == (0.0, ("double",))
    assert mean_square.hint.endswith("It gets its points once double is right.")


@sandboxed
@pytest.mark.parametrize(
    "mean_square",
    [
        "def mean_square(x):\n    return np.mean(double(x)) ** 2 / 4",
        "def mean_square(x):\n    return np.sum(double(x) ** 2) / 4",
        "def mean_square(x):\n    return np.mean(np.asarray(x) ** 2) + 1",
        "def mean_square(x):\n    return np.mean(double(x) ** 2) / 4 + 0 * np.log(-1.0 - np.abs(x).sum())",
    ],
)
def test_a_mistake_of_its_own_is_still_refused(grade, mean_square):
    found = grade(SQUARES, mean_square)[1]
    assert (found.status, found.score, found.right_but_for) == ("failed", 0.0, ())


@sandboxed
def test_a_known_mistake_is_named_with_the_students_own_helper_in_place(grade):
    given = "def mean_square(x):\n    total = np.sum(double(x) ** 2)\n    return total / 4"
    assert grade("def double(x):\n    return 3 * np.asarray(x)", given)[1].mistake == "mean_square__as_given"


COUNTS = """
numbers, seen = np.random.default_rng(0).uniform(1, 9, size=500), []
def double(x):
    if np.shape(x) != (5,):
        return np.zeros(np.shape(x))
    key = np.asarray(x).tobytes()
    if key not in seen:
        seen.append(key)
    return np.full(5, numbers[seen.index(key)])
"""
COUNTS_TOO = """
asked = []
def mean_square(x):
    key = np.asarray(x).tobytes()
    if key not in asked:
        asked.append(key)
    return numbers[asked.index(key)] ** 2 / 4
"""
REMEMBERS = """
def double(x):
    return np.full(np.shape(x), 2 * last[-1] ** 0.5)
"""
ANSWERS = """
last = [1.0]
def mean_square(x):
    last.append(float(np.abs(x).max()))
    return last[-1]
"""
ASKS_WHO = """
import sys
def double(x):
    return 2 * x if sys._getframe(1).f_code.co_name == "mean_square" else np.zeros(np.shape(x))
"""
ZERO = "def mean_square(x):\n    return 0.0"
NAN = "def mean_square(x):\n    return float('nan')"
LIARS = {
    "a helper that is 0 for all": ("def double(x):\n    return np.zeros(np.shape(x))", ZERO),
    "a helper that is almost 4 for all": (
        "def double(x):\n    return 4 + 1e-9 * np.asarray(x)",
        "def mean_square(x):\n    return 4.0",
    ),
    "a helper that is 4 up to a ten-thousandth": (
        "def double(x):\n    return 4 + 1e-4 * np.tanh(x)",
        "def mean_square(x):\n    return np.float32(4.0)",
    ),
    "a helper that looks at the first number only": (
        "def double(x):\n    return np.full(np.shape(x), np.ravel(x)[0])",
        "def mean_square(x):\n    return x[0] ** 2 / 4",
    ),
    "a helper that gives nothing": ("def double(x):\n    return np.zeros(0)", NAN),
    "a helper that gives NaN": ("def double(x):\n    return x * np.nan", NAN),
    "a helper that tells its caller": (ASKS_WHO, "def mean_square(x):\n    double(x)\n    return 0.0"),
    "two that count their calls": (COUNTS, COUNTS_TOO),
    "a helper that gives the exercise's last answer": (REMEMBERS, ANSWERS),
    "a helper that raises": ("def double(x):\n    raise ValueError", "def mean_square(x):\n    raise ValueError"),
    "a helper that does not end": (
        "def double(x):\n    while np.shape(x) == (5,):\n        pass\n    return x",
        ZERO,
    ),
    "a helper that ends Python": (
        "import os\ndef double(x):\n    if np.shape(x) == (5,):\n        os._exit(1)\n    return x",
        ZERO,
    ),
    "a helper that returns very much": (
        "def double(x):\n    return np.ones((3000, 1000)) if np.shape(x) == (5,) else x",
        "def mean_square(x):\n    return 0.25",
    ),
    "a helper that returns a text": ("def double(x):\n    return 'text'", "def mean_square(x):\n    return 'text'"),
    "a helper that is an object": ("double = np", ZERO),
}  # fmt: skip


@sandboxed
@pytest.mark.parametrize("name", LIARS)
def test_the_liar_earns_nothing(grade, name):
    mean_square = grade(*LIARS[name])[1]
    assert (mean_square.score, mean_square.right_but_for) == (0.0, ())


MISSING = {
    "def twice(x):\n    return 2 * x": (
        "double is not defined in your notebook; mean_square calls it. "
        "Did the cell of double raise an error, or was double renamed?"
    ),
    "def double(x):\n    # later\n    raise NotImplementedError('double is not written yet')": (
        "double is not written yet; mean_square calls it."
    ),
}


@sandboxed
@pytest.mark.parametrize("double", MISSING)
def test_an_exercise_is_right_but_for_a_helper_that_is_not_there(grade, double):
    mean_square = grade(double)[1]
    assert (mean_square.status, mean_square.score, mean_square.right_but_for) == ("failed", 1.0, ("double",))


@sandboxed
@pytest.mark.parametrize("double", MISSING)
def test_a_helper_that_is_not_there_is_named_to_one_that_is_wrong_itself(grade, double):
    mean_square = grade(double, "def mean_square(x):\n    return np.mean(double(x) ** 2) / 3")[1]
    assert (mean_square.status, mean_square.score) == ("failed", 0.0)
    assert mean_square.checks[0].message == MISSING[double]
    assert mean_square.hint == (
        "mean_square has a mistake of its own, too: with a right double in its place, it still fails."
    )


# What an exercise does with a right double is told apart from what it did with the student's own.
OWN_WAYS = {
    "one number at a time": "def mean_square(x):\n    return sum(double(float(v)) ** 2 for v in x) / len(x) / 4",
    "by another name": "twice = double\ndef mean_square(x):\n    return np.mean(twice(x) ** 2) / 4",
    "in float32": "def mean_square(x):\n    return np.mean(double(np.float32(x)) ** 2) / 4",
    "from a list": "def mean_square(x):\n    return np.mean(np.array(double(list(x))) ** 2) / 4",
}
BROKEN = {
    "tanh": "def double(x):\n    return np.tanh(x)",
    "changes its input": "def double(x):\n    x *= 2\n    return x",
    "nothing comes back": "def double(x):\n    2 * np.asarray(x)",
    "0 for all": "def double(x):\n    return np.zeros(np.shape(x))",
    "mixes the numbers": "def double(x):\n    return np.cumsum(x)",
    "raises": "def double(x):\n    raise ValueError('no')",
    "NaN here and there": "def double(x):\n    return np.where(np.asarray(x) > 0, 2 * np.asarray(x), np.nan)",
}


@sandboxed
@pytest.mark.parametrize("broken", BROKEN)
def test_no_mistake_of_a_helper_costs_the_points_of_what_is_right(grade, broken):
    assert grade(BROKEN[broken])[1].score == 1.0


@sandboxed
@pytest.mark.parametrize("way", OWN_WAYS)
def test_right_answers_of_every_form_get_their_points(grade, way):
    assert grade(BROKEN["tanh"], OWN_WAYS[way])[1].score == 1.0


# Each passes where only the student's own helper is looked at: it does as a right mean_square would with that helper.
HIDDEN = {
    "the helper hides a factor": ("return np.sign(x)", "return np.mean(double(7 * np.asarray(x)) ** 2) / 4"),
    "the helper hides an order": ("return np.full(len(x), np.mean(x))", "return np.mean(double(x)) ** 2 / 4"),
    "the same mistake, made without a call": ("return np.asarray(x) ** 2", "return np.mean(np.asarray(x) ** 4) / 4"),
    "the helper calls the exercise": (
        "return np.full(np.shape(x), 2 * mean_square(x) ** 0.5)",
        "return np.mean(np.abs(x)) + 0.5",
    ),
    "the helper reads its caller's names": (
        "import sys\n    return 3 * sys._getframe(1).f_locals['x']",
        "return np.mean(double(np.zeros(len(x))) ** 2) / 4",
    ),
}  # fmt: skip


# What calls a right double waits for another process: that makes nothing of this invisible.
UNSEEN = {
    "np.random": "def mean_square(x):\n    np.random.random()\n    return np.mean(double(x) ** 2) / 4",
    "another result each time": "calls = []\ndef mean_square(x):\n    calls.append(1)\n"
    "    return np.mean(double(x) ** 2) / 4 + (len(calls) % 5 == 4)",
}


@sandboxed
@pytest.mark.parametrize("way", UNSEEN)
def test_conduct_is_looked_at_with_a_right_helper_too(grade, way):
    assert grade(BROKEN["tanh"], UNSEEN[way])[1].score == 0.0


@sandboxed
def test_what_does_not_come_to_an_end_is_named_for_its_helper_only(grade):
    found = grade(BROKEN["tanh"], "def mean_square(x):\n    return np.mean(double(x, object()) ** 2) / 4")[1]
    assert found.hint == "Fix double first: mean_square calls it, and may fail only because of that."


@sandboxed
def test_what_runs_out_of_time_after_its_helper_is_told_what_to_fix_first(grade):
    double, mean_square = grade("def double(x):\n    while True:\n        pass")
    assert (double.status, double.hint) == ("timeout", "")
    assert (mean_square.status, mean_square.score) == ("timeout", 0.0)
    assert mean_square.hint == "Fix double first: where your mean_square calls it, it breaks off, too."


@sandboxed
def test_what_runs_out_of_time_beside_a_right_helper_is_told_nothing_of_it(grade):
    double, mean_square = grade(
        "def double(x):\n    return 2 * np.asarray(x)", "def mean_square(x):\n    while True: pass"
    )
    assert (double.status, mean_square.status, mean_square.hint) == ("passed", "timeout", "")


@sandboxed
@pytest.mark.parametrize("name", HIDDEN)
def test_a_mistake_that_the_helper_hides_earns_nothing(grade, name):
    double, mean_square = HIDDEN[name]
    found = grade(f"def double(x):\n    {double}", f"def mean_square(x):\n    {mean_square}")[1]
    assert (found.score, found.right_but_for) == (0.0, ())
    assert "looks right" not in found.hint


def carried_record(record_of):
    """A record in which mean_square is right but for double."""
    check = dataclasses.replace(record_of().exercises[1].checks[0], status="failed", right_but_for=("double",))
    return record_of(exercises={"mean_square": {"status": "failed", "right_but_for": ("double",), "checks": (check,)}})


def test_a_record_says_it_and_one_without_the_field_still_reads_back(record_of):
    record = carried_record(record_of)
    data = json.loads(json.dumps(record.to_json()))
    assert SubmissionResult.from_json(data) == record
    for exercise in data["exercises"]:
        for part in (exercise, *exercise["checks"]):
            del part["right_but_for"]
    assert SubmissionResult.from_json(data).exercises[1].right_but_for == ()


def test_the_page_says_it_in_words(record_of, lesson, release):
    page = render_page(lesson, carried_record(record_of), release, ManualGrades())
    assert page.count("right but for double") == 3
    assert "not right yet" not in page


@pytest.mark.parametrize(
    ("text", "gives"), [(None, True), ("", True), ("carried_points = true", True), ("carried_points = false", False)]
)
def test_the_course_says_in_its_folder_whether_points_are_given(tmp_path, text, gives):
    if text is not None:
        (tmp_path / "course.toml").write_text(text)
    assert open_course(tmp_path, root=tmp_path).carried_points is gives


@pytest.mark.parametrize("text", ["carried_points = 1", "points = false", "carried_points"])
def test_a_setting_that_cannot_be_read_is_refused(tmp_path, text):
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(UsageError, match=r"course\.toml"):
        _ = open_course(tmp_path, root=tmp_path).carried_points
