"""`student`, as the checks see it: plain values in, plain values out, and every call on record.

Who the student is, is the only thing that changes: a sandboxed submission, or the reference, a variant or a mistake in
the audit's own process. Both answer through the same agent.
"""

import json
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dnnkit.checking.conduct import CONDUCT
from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.time_limit import TimeUp, call_within
from dnnkit.checking.wire import WireError, WireLimitPassed, encode
from grading.judging.missing_helpers import require_helpers
from grading.lessons.checking import CheckFailed
from grading.lessons.snippet_source import snippet_of
from grading.sandbox.inside.agent import serve
from grading.sandbox.kernel import call_expression
from grading.sandbox.kernel_results import KernelDied, KernelTimeout, plain_text

Transport = Callable[[dict[str, Any], float], Any]  # (request, seconds) -> parsed JSON answer
SHORTEST_QUOTE = 20  # characters of a line of a check that are left out of a message; less could be anybody's


class NotWritten(CheckFailed):
    """The function is still the stub."""


class StudentTimeout(CheckFailed):
    """A call took longer than its limit."""


class StudentCrashed(CheckFailed):
    """The kernel died during a call, or sent something that no call returns."""


@dataclass(frozen=True)
class RecordedCall:
    """One call that a check made.

    Attributes:
        name: the function, or None for a snippet.
        request: what was sent, ready to be sent to another answer.
        outcome: what came back.
        facts: function (inputs, value) -> dict, or the name of one in `dnnkit.facts`, by which answers to this call are
            compared when a mistake is named; None compares values.
        message: text of the exception, where one was raised.
    """

    name: str | None
    request: dict[str, Any]
    outcome: Outcome
    facts: Callable | str | None = None
    message: str = ""


class Student:
    """A module-like proxy: `student.softmax(z)` calls the student's softmax somewhere else.

    Args:
        transport: function (request, seconds) -> parsed JSON answer, raising KernelDied or KernelTimeout.
        parameters: exercise -> parameter names of its function, in order.
        repeat: call twice and insist on the same result.
        seconds: time limit of one call.
        behind: function (exception, message) -> which limit it comes from, or "".
        exercise: name of the exercise that is checked; what a snippet tries.
    """

    def __init__(
        self,
        transport: Transport,
        parameters: Mapping[str, Sequence[str]],
        *,
        repeat: bool = True,
        seconds: float = 20,
        behind: Callable[[str | None, str], str] = lambda *error: "",
        exercise: str | None = None,
    ) -> None:
        self._transport = transport
        self._parameters = parameters
        self._repeat = repeat
        self._seconds = seconds
        self._behind = behind
        self._exercise = exercise
        self.warnings: tuple[str, ...] = ()
        self.calls: list[RecordedCall] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._parameters:
            raise AttributeError(f"No exercise is called {name!r}. Known: {', '.join(self._parameters)}.")

        def call(*args: object) -> Any:
            inputs = dict(zip(self._parameters[name], args, strict=True))
            return self._ask(name, {"name": name, "inputs": self._encode(inputs), "repeat": self._repeat})

        return call

    def run(self, function: Callable, *, facts: Callable | str | None = None, **inputs: object) -> Any:
        """Run a function of the check beside the student's; for naming mistakes it counts as a call of the exercise.

        Args:
            function: a function of the check file, whose source travels; see `grading.lessons.snippet_source`.
            facts: see `RecordedCall`.
            inputs: plain values by parameter name; a parameter without one stands for the student's function of its
                name.

        Returns:
            What the function returned, which must be plain.
        """
        code, inputs = snippet_of(function, inputs)
        request = {"code": code, "inputs": self._encode(inputs), "repeat": self._repeat}
        return self._ask(None, request | ({"exercise": self._exercise} if self._exercise else {}), facts)

    @staticmethod
    def _encode(inputs: Mapping[str, object]) -> dict[str, Any]:
        return {name: encode(value) for name, value in inputs.items()}

    def _ask(self, name: str | None, request: dict[str, Any], facts: Callable | str | None = None) -> Any:
        what = name or self._exercise or "the snippet"
        try:
            answer = self._transport(request, self._seconds)
        except KernelTimeout:
            self._note(name, request, Outcome("timeout"), facts)
            raise StudentTimeout(f"{what} took longer than {self._seconds} seconds.") from None
        except KernelDied:
            self._note(name, request, Outcome("crashed"), facts)
            raise StudentCrashed(f"Python stopped while {what} ran.") from None
        outcome, *texts, warnings = read_answer(answer, request)
        message, place, *warned = (without_code(text, request.get("code", "")) for text in (*texts, *warnings))
        self.warnings = tuple(warned)
        self._note(name, request, outcome, facts, texts[0])
        limit = self._behind(outcome.exception, message) if outcome.kind == "raised" else ""
        if outcome.kind == "raised":
            require_helpers(what, (n for n in self._parameters if n != what), outcome.exception, message, place)
        return _value(outcome, what, ": ".join(text for text in (message, limit) if text), place)

    def _note(self, name: str | None, request: dict[str, Any], outcome: Outcome, facts: Any, text: str = "") -> None:
        self.calls.append(RecordedCall(name, request, outcome, facts, text))


def local_transport(namespace: MutableMapping[str, Any], within: float | None = None) -> Transport:
    """Make a transport that serves requests in this process, for answers that are our own.

    Args:
        namespace: dict with the answer's functions.
        within: seconds that a call may take at most, where that is less than its check allows.
    """

    def transport(request: dict[str, Any], seconds: float) -> Any:
        try:
            return call_within(min(seconds, within or seconds), lambda: serve(request, namespace))
        except TimeUp:
            raise KernelTimeout from None

    return transport


def kernel_transport(runner: Any) -> Transport:
    """Make a transport into a sandboxed kernel that is kept alive by `runner` (see grading.submissions.runner)."""

    def transport(request: dict[str, Any], seconds: float) -> Any:
        return runner.evaluate(call_expression(request), seconds)

    return transport


def read_answer(answer: Any, request: Mapping[str, Any]) -> tuple[Outcome, str, str, tuple[str, ...]]:
    """Turn an answer from anywhere into plain, checked parts.

    Args:
        answer: parsed JSON; anything at all if it comes from a hostile kernel.
        request: what was asked.

    Returns:
        (outcome, message, place, warnings); a malformed answer is an outcome of kind "crashed", with a message if a
        limit was passed, and a function that is not there one of kind "raised" with exception "NameError".
    """
    try:
        record = answer["outcome"]
        if record is None:
            return Outcome("raised", exception="NameError"), "", "", ()
        _require_names(record.get("mutated", []), request["inputs"])
        outcome = Outcome.from_json(record)
        texts = (answer["message"], answer["place"])
        warned = answer["warnings"][:5]
        plain = outcome.kind in ("returned", "raised", "opaque")
        plain &= all(type(text) is str for text in (*texts, *warned))
        plain &= type(outcome.exception) is (type(None) if outcome.kind == "returned" else str)
    except WireLimitPassed as error:
        return Outcome("crashed"), str(error), "", ()
    except (WireError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        plain = False
    if not plain:
        return Outcome("crashed"), "", "", ()
    if outcome.exception is not None:
        outcome = replace(outcome, exception=plain_text(outcome.exception[:80]))
    message, place = plain_text(texts[0][:500]), plain_text(texts[1][:300])
    return outcome, message, place, tuple(plain_text(text[:200]) for text in warned)


def without_code(text: str, code: str) -> str:
    """Take lines of a check's snippet out of what came back: an exception that quotes it would print it for students.

    Args:
        text: a message from the sandbox.
        code: source of the snippet, or "".
    """
    for line in map(str.strip, code.splitlines()):
        if len(line) >= SHORTEST_QUOTE:
            for quoted in (line, repr(line)[1:-1], json.dumps(line)[1:-1]):
                text = text.replace(quoted, "(a line of the check)")
    return text


def _require_names(names: Any, inputs: Mapping[str, object]) -> None:
    """Insist on a few names of inputs: a set of whatever came could take minutes to make."""
    if type(names) is not list or len(names) > len(inputs) or any(type(n) is not str or n not in inputs for n in names):
        raise ValueError("not names of inputs")


def _value(outcome: Outcome, what: str, message: str, place: str) -> Any:
    """Return the plain value of a good outcome, or raise what the student should read."""
    if outcome.kind == "crashed":
        size = f"held {message}" if message else "was not plain data"
        raise StudentCrashed(f"The answer that came back from {what} {size}.")
    if outcome.kind == "raised":
        if outcome.exception == "NotImplementedError":
            raise NotWritten(f"{what} is not written yet.")
        if outcome.exception == "NameError" and not place:
            raise CheckFailed(f"{what} is not defined. Did its cell raise an error, or was it renamed?")
        where = f" ({place})" if place else ""
        raise CheckFailed(f"{what} raised {outcome.exception}: {message}{where}")
    if outcome.kind == "opaque":
        plain = f"returned an object of type {outcome.exception}; expected plain numbers."
        raise CheckFailed(f"{what}: {message}" if message else f"{what} {plain}")
    if outcome.mutated:
        names = ", ".join(outcome.mutated)
        raise CheckFailed(f"{what} changed its input {names} in place. Work on a copy: the caller still needs it.")
    if outcome.unstable:
        raise CheckFailed(
            f"{what} gave another result when it was called again with the same inputs. "
            "All randomness must come from the rng argument, and nothing may be remembered between calls."
        )
    if outcome.conduct:
        raise CheckFailed(f"{what} {CONDUCT[outcome.conduct[0]]}")
    return outcome.value
