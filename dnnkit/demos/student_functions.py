"""The student's own functions inside a demo: run with care, compared with what the demo computes itself."""

import contextlib
import io
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dnnkit.checking import wire
from dnnkit.checking.compare import difference
from dnnkit.checking.time_limit import TimeUp, call_within

SECONDS = 2.0  # for one call; a demo must answer at once


class StudentFunctions:
    """Functions in the slots of a demo.

    Args:
        functions: slot -> the student's function, or None where the demo uses its own.

    Attributes:
        problems: sentences about what went wrong since `start` was last called.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any] | None]) -> None:
        self._functions = {slot: f for slot, f in functions.items() if f is not None}
        self.problems: list[str] = []

    def __contains__(self, slot: str) -> bool:
        return slot in self._functions

    def start(self) -> None:
        """Forget the problems of the last picture."""
        self.problems = []

    def call(self, slot: str, *inputs: object) -> Any:
        """Call the student's function on copies of the inputs.

        Returns:
            Its plain value; None when the slot is empty or the function failed, which is noted in `problems`.
        """
        copies = [wire.decode(wire.encode(value)) for value in inputs if slot in self._functions]
        return self.run(slot, lambda function: _some(function(*copies)))

    def run(
        self,
        slot: str,
        work: Callable[[Callable[..., Any]], object],
        *,
        instead: str = "the picture shows the demo's own",
    ) -> Any:
        """Let `work(function)` call the student's function many times, under one limit of time for all.

        Args:
            slot: the slot.
            work: what is done with the function; it returns a plain value.
            instead: what is seen where there is no answer, as the end of a sentence.

        Returns:
            The plain value that `work` returns; None as for `call`.
        """
        if slot not in self._functions:
            return None
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                value = call_within(SECONDS, lambda: work(self._functions[slot]))
                return wire.decode(wire.encode(value))
        except NotImplementedError:
            self.note(f"Your {slot} is not written yet: {instead}.")
        except TimeUp:
            self.note(f"Your {slot} took more than {SECONDS:g} seconds: {instead}.")
        except wire.WireError as error:
            self.note(f"Your {slot} returned no plain numbers ({error}): {instead}.")
        except Exception as error:  # noqa: BLE001 - whatever the student's function raises is shown in the panel
            self.note(f"Your {slot} raised {type(error).__name__}: {error}. {instead[0].upper()}{instead[1:]}.")
        return None

    def agrees(
        self,
        slot: str,
        actual: object,
        expected: object,
        *,
        rtol: float = 1e-4,
        each: bool = False,
        exercise: str | None = None,
    ) -> bool | None:
        """Say whether a value of the student's function is the expected one, and note the first difference.

        Args:
            slot: the slot.
            actual: what `call` returned.
            expected: what the demo computed.
            rtol: tolerance relative to the largest expected number.
            each: the tolerance is relative to each expected number instead.
            exercise: what to check in the notebook; the slot's name by default.

        Returns:
            True when they agree; None when there is nothing to compare.
        """
        if actual is None:
            return None
        found = difference(actual, expected, rtol=rtol, atol=1e-9, each=each)
        if found:
            more = f'check("{exercise or slot}") says more.'
            self.note(f"Your {slot} differs from the demo's own: {found.sentence()} {more}")
        return found is None

    def note(self, sentence: str) -> None:
        """Tell the student something about their function, once."""
        if sentence not in self.problems:
            self.problems.append(sentence)


def _some(value):
    if value is None:
        raise wire.WireError("it returned None: is a return missing?")
    return value
