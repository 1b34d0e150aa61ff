"""The bank of hostile hand-ins is tried whole after any change on which its verdicts rest, and else by a share."""

import json

import pytest

from grading.authoring import kept_wall
from grading.authoring.kept_wall import changes_of, keep_wall, share_of_bank

NAMES = [f"attack-{number}" for number in range(23)]


@pytest.fixture
def bank(tmp_path):
    """A folder with a bank that was held whole."""
    (tmp_path / "bank.py").write_text('"""A bank."""\nATTACKS = ["fork bomb"]\n')
    keep_wall(tmp_path, 7)
    return tmp_path


def test_nothing_kept_means_that_everything_changed(tmp_path):
    (tmp_path / "bank.py").write_text("ATTACKS = []\n")
    assert changes_of(tmp_path) == ["grader", "bank", "packages", "kernel", "bubblewrap"]


def test_a_whole_bank_that_was_held_is_kept_and_a_comment_changes_nothing(bank):
    assert json.loads((bank / "proofs.json").read_text())["tests passed"] == 7
    assert changes_of(bank) == []
    (bank / "bank.py").write_text('"""A bank of attacks."""\n# one so far\nATTACKS = ["fork bomb"]\n')
    assert changes_of(bank) == []


def test_an_attack_more_or_another_file_is_a_change(bank):
    (bank / "bank.py").write_text('ATTACKS = ["fork bomb", "zip bomb"]\n')
    assert changes_of(bank) == ["bank"]
    (bank / "bank.py").write_text('ATTACKS = ["fork bomb"]\n')
    (bank / "more.py").write_text("MORE = []\n")
    assert changes_of(bank) == ["bank"]


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("grader", "code_digest", lambda *names: "other code"),
        ("grader", "python_release", lambda: "9.9"),
        ("packages", "releases", lambda: {"ipykernel": "0.0"}),
        ("bubblewrap", "_bubblewrap_release", lambda: "bubblewrap 99.0"),
    ],
)
def test_other_code_packages_or_another_sandbox_are_a_change(bank, monkeypatch, part, name, value):
    monkeypatch.setattr(kept_wall, name, value)
    assert changes_of(bank) == [part]


def test_another_kernel_is_a_change_and_its_last_number_is_none(bank, monkeypatch):
    release = kept_wall.platform.release()
    monkeypatch.setattr(kept_wall.platform, "release", lambda: f"{'.'.join(release.split('.')[:2])}.999-other")
    assert changes_of(bank) == []
    monkeypatch.setattr(kept_wall.platform, "release", lambda: "99.1.0")
    assert changes_of(bank) == ["kernel"]


def test_the_programs_that_run_inside_count(bank, monkeypatch, tmp_path_factory):
    inside = tmp_path_factory.mktemp("inside")
    (inside / "agent.py").write_text("answer = 1\n")
    monkeypatch.setattr(kept_wall, "_inside", lambda: inside)
    assert changes_of(bank) == ["grader"]
    keep_wall(bank, 7)
    assert changes_of(bank) == []
    (inside / "agent.py").write_text("answer = 2\n")
    assert changes_of(bank) == ["grader"]


def test_a_share_is_drawn_by_the_seed_and_every_hand_in_has_its_turn():
    assert share_of_bank(NAMES, "hostile", "2026-11-28") == share_of_bank(NAMES[::-1], "hostile", "2026-11-28")
    draws = [set(share_of_bank(NAMES, "hostile", f"day {day}")) for day in range(60)]
    assert {len(draw) for draw in draws} == {5}
    assert set.union(*draws) == set(NAMES)
    assert share_of_bank(["one"], "small", "any day") == ["one"]
