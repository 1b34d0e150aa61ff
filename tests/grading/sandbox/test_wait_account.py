"""What a kernel waited for a processor is added up, never more than passed, and asked for now and then only."""

import pytest

from grading.sandbox.wait_account import RECENT, WaitAccount


@pytest.fixture
def world(monkeypatch):
    """A clock and an account of the system's that a test sets: {"now", "waited", "asked"}."""
    world = {"now": 100.0, "waited": 7.0, "asked": 0}

    def seconds_waited(pid):
        world["asked"] += 1
        return world["waited"]

    monkeypatch.setattr("grading.sandbox.wait_account.time.monotonic", lambda: world["now"])
    monkeypatch.setattr("grading.sandbox.wait_account.seconds_waited", seconds_waited)
    return world


def later(world, seconds, waited):
    world["now"] += seconds
    world["waited"] += waited


def test_what_was_waited_before_the_first_look_does_not_count(world):
    assert WaitAccount().look(1) == 0.0


@pytest.mark.parametrize(("passed", "waited", "counted"), [(1.0, 0.25, 0.25), (1.0, 9.0, 1.0), (1.0, -3.0, 0.0)])
def test_what_is_waited_counts_and_never_more_than_passed_nor_less_than_nothing(world, passed, waited, counted):
    account = WaitAccount()
    account.look(1)
    later(world, passed, waited)
    assert (account.look(1), account.seconds) == (counted, counted)


def test_a_recent_look_is_good_enough_unless_a_fresh_one_is_asked_for(world):
    account = WaitAccount()
    account.look(1)
    later(world, RECENT / 2, RECENT / 4)
    assert (account.look(1), world["asked"]) == (0.0, 1)
    assert (account.look(1, recent=0.0), world["asked"]) == (pytest.approx(RECENT / 4), 2)


def test_another_kernel_begins_anew_and_the_sum_is_kept(world):
    account = WaitAccount()
    account.look(1)
    later(world, 1.0, 0.5)
    account.look(1)
    account.forget()
    later(world, 1.0, 0.5)
    assert account.look(2) == 0.5


def test_a_kernel_that_is_gone_waits_for_nothing(world):
    account = WaitAccount()
    account.look(1)
    later(world, 1.0, 0.5)
    assert account.look(None) == 0.0
    later(world, 1.0, 0.5)
    assert account.look(1) == 0.0
