"""Calls of a student's helpers are counted, so that no answer can keep the grader busy."""

import time

import pytest

from grading.judging.stand_ins import Allowance, HelperStopped


def test_no_call_is_made_beyond_the_allowance():
    allowance = Allowance(2, time.process_time() + 1000)
    allowance.spend()
    allowance.spend()
    with pytest.raises(HelperStopped):
        allowance.spend()


def test_no_call_is_made_when_the_time_of_the_processor_is_spent():
    with pytest.raises(HelperStopped):
        Allowance(2, time.process_time() - 1).spend()
