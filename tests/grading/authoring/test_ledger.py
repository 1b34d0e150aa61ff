"""Proofs are kept as long as nothing that decides them has changed, and whatever changed is said."""

import json

import pytest

from grading.authoring import audit, keeping, share
from grading.authoring.audit import Task
from grading.authoring.keeping import EXAMPLES, AuditOptions, audit_changed, differences, restamp
from grading.authoring.kept_runs import keep_runs
from grading.authoring.ledger import LESSON, Basis, judge_of, ledger_of
from grading.authoring.proofs import bank
from grading.authoring.proofs.records import ProofRow
from grading.lessons.lesson import load_lesson

ONCE = AuditOptions(seeds=2, processes=1)


@pytest.fixture(autouse=True)
def _one_kind_of_proof(monkeypatch):
    """The bank only: what is tried here is the keeping."""
    for module in (audit, keeping, share):
        monkeypatch.setattr(module, "KINDS", (bank,))


def proved(lesson, options=ONCE):
    """The exercises that an audit proves, and the problems it finds."""
    found = list(audit_changed([lesson], options))
    tasks = [one.exercise for one in found if isinstance(one, Task)]
    return tasks, [problem for one in found if not isinstance(one, Task) for problem in one.problems]


def change(lesson, file, old, new):
    """Change a file of a lesson, and read the lesson again."""
    path = lesson.folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_lesson(lesson.folder)


def outdated(lesson):
    """What does not hold, without the public examples, which `grading build` keeps."""
    return [sentence for sentence in share.outdated_rows(lesson) if f", {EXAMPLES}:" not in sentence]


@pytest.fixture
def lesson(changed_lesson):
    """The small lesson, proved once."""
    lesson = changed_lesson()
    assert outdated(lesson) == [
        f"mini.{name}, bank: missing. Run: grading audit 90_mini" for name in ("double", "mean_square")
    ]
    assert proved(lesson) == (["double", "mean_square"], [])
    return lesson


def test_what_is_proved_is_not_proved_again(lesson):
    assert outdated(lesson) == []
    rows = list(audit_changed([lesson], ONCE))
    assert [(row.id, row.kept, row.numbers["bank"]["rejected"]) for row in rows] == [
        ("mini.double", ["bank"], 2), ("mini.mean_square", ["bank"], 2),
    ]  # fmt: skip


def test_everything_or_one_exercise_can_be_asked_for(lesson):
    assert proved(lesson, AuditOptions(2, processes=1, everything=True))[0] == ["double", "mean_square"]
    assert proved(lesson, AuditOptions(2, processes=1, exercises=("double",)))[0] == ["double"]


def test_a_comment_changes_nothing_and_a_changed_mistake_its_exercise_only(lesson):
    lesson = change(lesson, "test_mini.py", "EXAMPLES = ", "# the public ones\nEXAMPLES = ")
    assert outdated(lesson) == []
    lesson = change(lesson, "mistakes.py", "    return np.asarray(x) ** 2", "    return np.square(x)")
    assert outdated(lesson) == ["mini.double, bank: sources changed. Run: grading audit 90_mini"]
    assert proved(lesson)[0] == ["double"]
    assert outdated(lesson) == []


def test_a_proof_with_a_problem_is_not_kept(lesson):
    lesson = change(lesson, "mistakes.py", "    return np.asarray(x) ** 2", "    return 2.0 * x")
    tasks, problems = proved(lesson)
    assert (tasks, problems[0]) == (["double"], "double__squares passes every check in 2 of 2 runs.")
    assert outdated(lesson) == ["mini.double, bank: missing. Run: grading audit 90_mini"]


@pytest.mark.parametrize(("name", "value"), [("named", 1), ("seeds", 20), ("digest", "0" * 12)])
def test_a_row_that_was_altered_by_hand_does_not_hold(lesson, name, value):
    path = lesson.folder / "proofs.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["exercises"]["double"]["bank"][name] = value
    path.write_text(json.dumps(data), encoding="utf-8")
    assert outdated(lesson) == ["mini.double, bank: altered by hand. Run: grading audit 90_mini"]


def test_other_releases_of_packages_make_every_row_doubtful(lesson, monkeypatch):
    monkeypatch.setattr(keeping, "releases", lambda: {"numpy": "99"})
    assert outdated(lesson) == [
        f"mini.{name}, bank: packages changed. Run: {share.PACKAGES_REMEDY}" for name in ("double", "mean_square")
    ]


@pytest.fixture
def another_judge(monkeypatch):
    """As if the code that makes proofs had changed."""
    monkeypatch.setattr(keeping, "judge_now", lambda kind: "another")


@pytest.mark.usefixtures("another_judge")
def test_for_a_changed_judge_a_sample_is_proved_and_then_all_rows_count(lesson):
    assert outdated(lesson) == []  # the tests prove a sample
    assert {name for _, name in share.drawn([lesson], "bank", 0)} == {"double", "mean_square"}
    assert restamp([lesson], processes=1) == []
    states = keeping.states_of(lesson, judge_of(lesson.folder.parent), ["bank"])
    assert set(states.values()) == {"kept"}


@pytest.mark.usefixtures("another_judge")
def test_a_judge_that_finds_something_else_is_not_stamped(lesson):
    ledger = ledger_of(lesson.folder)
    row = dict(ledger.row("double", "bank"))
    basis = Basis(*(row.pop(name) for name in ("digest", "judge", "packages")))
    ledger.put("double", "bank", basis, **{**row, "named": 1})
    ledger.save(lesson.exercises)
    (problem,) = restamp([lesson], processes=1)
    assert problem.startswith("mini.double, bank: the ledger says {'mistakes': 2, 'rejected': 2, 'named': 1,")
    assert not (lesson.folder.parent / "judge.json").exists()


def test_what_a_fresh_proof_finds_otherwise_is_said(lesson):
    row = ProofRow("double", dict(keeping.numbers_of(ledger_of(lesson.folder), "double", "bank")), [])
    task = Task(lesson, "double", "bank", 2)
    assert differences(task, row) == []
    row.numbers["accepted"] = 0
    row.problems.append("A right answer is refused.")
    found = differences(task, row)
    assert found[0] == "mini.double, bank: A right answer is refused."
    assert found[1].endswith("'accepted': 0}.")


def test_the_drawn_share_is_the_same_for_the_same_seed():
    every = list(range(40))
    assert keeping.draw(every, 3, "2026-01-01", "bank") == keeping.draw(every, 3, "2026-01-01", "bank")
    assert len({tuple(keeping.draw(every, 3, day)) for day in range(20)}) > 10


def test_runs_of_long_tests_are_kept_and_count_for_changed_code_once_their_sample_passed(lesson):
    run = {"lesson": lesson.name, "kind": "solved notebook", "state": "judge changed", "sample": [lesson.name]}
    basis = {"digest": "d", "judge": "now", "packages": "p"}
    keep_runs(lesson.folder.parent, [{**run, "basis": basis}])
    row, judge = ledger_of(lesson.folder).row(LESSON, "solved notebook"), judge_of(lesson.folder.parent)
    assert judge.state(LESSON, "solved notebook", row, Basis(**basis)) == "kept"
    keep_runs(
        lesson.folder.parent, [{**run, "basis": {**basis, "judge": "later"}, "sample": [lesson.name, "91_other"]}]
    )
    assert '"now"' in (lesson.folder.parent / "judge.json").read_text(encoding="utf-8")
