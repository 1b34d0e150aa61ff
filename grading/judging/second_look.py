"""Make an exercise's calls with a student's own helpers in place, and see whether they leave it something to compute.

A helper could be written to make the exercise easy: one that gives the same for all inputs, looks at the first number
only, or returns so much that nothing else counts. So results must change where right results change: from seed to seed,
with each input, and with most single numbers of the inputs.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnnkit.checking.mistakes import Outcome, outcomes_match
from dnnkit.checking.wire import decode, encode
from grading.judging.sensitivity import Tally, changed_numbers, is_finite, other_inputs, single_numbers
from grading.judging.stand_ins import StandIns
from grading.judging.student_proxy import RecordedCall
from grading.lessons.bank import Answer

CHEAP = 60  # calls of helpers; where the reference makes more for one call of the exercise, it is not made with changes
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Trial:
    """One call: what the student did, what the reference does, and what it does with the student's helpers.

    Attributes:
        call: the recorded call.
        right: what the reference does.
        expected: what it does with the helpers.
        cheap: whether it takes few calls of them.
        handed_on: inputs that the reference hands on to a helper as they are. A helper may ignore one altogether:
            there is nothing that the exercise could do wrong with it, but leave it out.
    """

    call: RecordedCall
    right: Outcome
    expected: Outcome
    cheap: bool
    handed_on: frozenset[str]


class Look:
    """One exercise, made by the reference with a student's helpers in place.

    Args:
        name: the exercise.
        helpers: exercises that are the student's own.
        stand_ins: makes them.
        rng: draws the order of calls, and what is changed in them; unknown to the student.
    """

    def __init__(self, name: str, helpers: frozenset[str], stand_ins: StandIns, rng: np.random.Generator) -> None:
        self.name, self.stand_ins = name, stand_ins
        self._helpers, self._rng = frozenset(helpers), rng

    def trials(self, runs: Sequence[Sequence[RecordedCall]]) -> list[list[Trial]]:
        """Make the calls of a check, in an order that nobody knows.

        Args:
            runs: for each seed the calls.

        Returns:
            For each seed the trials in their order; nothing at all when one does not agree.
        """
        places = [(run, number) for run, calls in enumerate(runs) for number in range(len(calls))]
        made: dict[tuple[int, int], Trial] = {}
        for position in self._rng.permutation(len(places)):
            run, number = places[position]
            call = runs[run][number]
            expected, asked = self.stand_ins.outcome(call.request, self._helpers), self.stand_ins.asked
            cheap = len(asked) <= CHEAP
            if not _agrees(call.outcome, expected):
                return []
            right = self.stand_ins.outcome(call.request, NONE)
            made[run, number] = Trial(call, right, expected, cheap, _handed_on(call.request, asked) if cheap else NONE)
        return [[made[run, number] for number in range(len(calls))] for run, calls in enumerate(runs)]

    def shows_work(self, checks: Collection[list[list[Trial]]]) -> bool:
        """Whether results with these helpers change as right results do: from seed to seed, and with each input.

        Args:
            checks: for each check what `trials` returned.
        """
        tallies: dict[str, Tally] = {}
        handed_on = frozenset(name for runs in checks for trials in runs for one in trials for name in one.handed_on)
        for one, other in (pair for first, second in checks for pair in zip(first, second, strict=False)):
            for name, right, expected in self._changes(one, other):
                pairs = (one.right.value, right), (one.expected.value, expected)
                tallies.setdefault(name, Tally()).add(*pairs)
        varied = tallies[""].right[0] > 0 and all(
            tally.shows() or (name in handed_on and not tally.found[0]) for name, tally in tallies.items()
        )
        return varied and self._shows_numbers([runs[0][0] for runs in checks], handed_on)

    def _shows_numbers(self, trials: Sequence[Trial], handed_on: frozenset[str]) -> bool:
        """Whether most single numbers of the inputs matter, where they matter in right results."""
        places: dict[tuple[str, int], bool] = {}
        for trial in trials:
            if not trial.cheap:
                continue
            for name, place, changed in single_numbers(_inputs(trial.call.request), self._rng):
                if places.get((name, place)):
                    continue
                right, expected = self._with(trial, changed)
                if changed_numbers(trial.right.value, right.value)[0]:
                    matters = changed_numbers(trial.expected.value, expected.value)[0] > 0
                    places[name, place] = places.get((name, place), False) or matters
        ignored = handed_on - {name for (name, _), matters in places.items() if matters}
        kept = [matters for (name, _), matters in places.items() if name not in ignored]
        return sum(kept) >= len(kept) / 2

    def _with(self, trial: Trial, inputs: Mapping[str, Any]) -> tuple[Outcome, Outcome]:
        """Make a call with other inputs: what the reference does, and what it does with the helpers."""
        request = {**trial.call.request, "inputs": {key: encode(value) for key, value in inputs.items()}}
        return self.stand_ins.outcome(request, NONE), self.stand_ins.outcome(request, self._helpers)

    def _changes(self, one: Trial, other: Trial) -> Iterator[tuple[str, object, object]]:
        """Yield (changed input or "" for all, right result, result with these helpers)."""
        yield "", other.right.value, other.expected.value
        if not one.cheap:
            return
        inputs, drawn = (_inputs(trial.call.request) for trial in (one, other))
        for name, changed in other_inputs(inputs, drawn):
            right, expected = self._with(one, changed)
            if right.kind == expected.kind == "returned":
                yield name, right.value, expected.value

    def does_the_same(self, calls: Sequence[RecordedCall], answer: Answer) -> bool:
        """Whether a known answer does as the student did in every call, with these helpers."""
        return all(_agrees(call.outcome, self.stand_ins.outcome(call.request, self._helpers, answer)) for call in calls)


def _agrees(actual: Outcome, expected: Outcome) -> bool:
    if not (actual.kind == expected.kind == "returned" and is_finite(expected.value)):
        return False
    if actual.mutated or actual.unstable or (actual.warned and not expected.warned):
        return False
    return outcomes_match(actual, replace(expected, mutated=(), unstable=False))


def _handed_on(request: Mapping[str, Any], asked: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    given = [value for one in asked for value in one["inputs"].values()]
    return frozenset(name for name, value in request["inputs"].items() if value in given)


def _inputs(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: decode(item) for name, item in request["inputs"].items()}
