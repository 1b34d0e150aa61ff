"""The reference with a student's own helpers in the place of some of its functions.

A helper is called where the student's code runs, through the same wire as everything else: plain values go in, plain
values come out, and are looked at as always. Nothing of a student's code runs in this process.
"""

import inspect
import json
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.wire import WireError, decode, encode
from grading.judging.reference import Reference
from grading.judging.sensitivity import count_numbers
from grading.judging.student_proxy import Transport, local_transport, read_answer
from grading.lessons.bank import Answer
from grading.sandbox.kernel_results import KernelDied, KernelTimeout

CALL_SECONDS = 5.0  # a call of a helper; one that takes longer is not called again
WORK_SECONDS = 60.0  # a call of the reference with helpers in it, which may lead it into an endless loop
MOST_NUMBERS = 1_000_000  # in what a helper returns: the reference goes on to compute with it
Request = dict[str, Any]
BUFFER = ("has_uint32", "uinteger")  # half of a draw that a generator keeps for the next; the wire leaves it out
DRAWING = """
def call({name}, {names}, has_uint32, uinteger):
    {rng}.bit_generator.state = {rng}.bit_generator.state | {{"has_uint32": has_uint32, "uinteger": uinteger}}
    result = {name}({names})
    state = {rng}.bit_generator.state
    return result, {rng}, int(state["has_uint32"]), int(state["uinteger"])
"""


class HelperStopped(Exception):
    """A student's helper cannot be called: it raised, ended, hung, gave no plain data, or was called too often."""


@dataclass
class Allowance:
    """What all calls of a student's helpers may take together.

    Attributes:
        calls: calls left.
        processor_seconds: time of the processor, as `time.process_time` tells it, at which this process must stop.
    """

    calls: int
    processor_seconds: float

    def spend(self) -> None:
        """Count one call.

        Raises:
            HelperStopped: when nothing is left.
        """
        self.calls -= 1
        if self.calls < 0 or time.process_time() > self.processor_seconds:
            raise HelperStopped("too many calls")


class StandIns:
    """Makes namespaces of the reference in which some exercises are the student's own.

    Args:
        reference: the lesson's `Reference`.
        transport: into a kernel that holds the student's functions, and in which nothing but helpers is ever called.
        allowance: what their calls may take.

    Attributes:
        calls: helper -> each different request that was made -> what it returned.
        asked: requests to helpers that the last call of `outcome` made, repeated ones included.
    """

    def __init__(self, reference: Reference, transport: Transport, allowance: Allowance) -> None:
        self._reference = reference
        self._transport = transport
        self._allowance = allowance
        self._namespaces: dict[Any, dict[str, Any]] = {}
        self._stopped = False
        self.calls: dict[str, dict[str, Outcome]] = {}
        self.asked: list[Request] = []

    def outcome(self, request: Request, helpers: frozenset[str], *answers: Answer) -> Outcome:
        """Make a call of an exercise in the reference with these helpers in place.

        Args:
            request: a recorded call of the exercise.
            helpers: exercises that are the student's own.
            answers: answers of the bank that take their exercises' places, too.

        Returns:
            What the call did; of kind "raised" where a helper could not be called.
        """
        key = (helpers, answers)
        if key not in self._namespaces:
            namespace = self._reference.namespace(*answers)
            namespace.update({name: self._stand_in(name, namespace[name]) for name in helpers})
            self._namespaces[key] = namespace
        self.asked = []
        try:
            answer = local_transport(self._namespaces[key])({**request, "repeat": False}, WORK_SECONDS)
        except KernelTimeout:
            self._stopped = True  # it may have been stopped in the middle of a message
            return Outcome("timeout")
        return read_answer(answer, request)[0]

    def _stand_in(self, name: str, function: Callable) -> Callable:
        signature = inspect.signature(function)

        def call(*args: Any, **options: Any) -> Any:
            bound = signature.bind(*args, **options)
            bound.apply_defaults()
            return self._call(name, dict(bound.arguments))

        return call

    def _call(self, name: str, inputs: dict[str, Any]) -> Any:
        generators = [key for key, value in inputs.items() if isinstance(value, np.random.Generator)]
        request = helper_request(name, inputs, generators)
        self.asked.append(request)
        text = json.dumps(request)
        known = self.calls.setdefault(name, {})
        if text not in known:
            if self._stopped:
                raise HelperStopped("it was stopped before")
            self._allowance.spend()
            known[text] = ask_helper(self._transport, request)
            self._stopped = known[text].kind == "crashed"  # each time, all cells would have to run again
        outcome = known[text]
        if outcome.kind != "returned":
            raise HelperStopped("it gave no result")
        if outcome.warned:
            warnings.warn("a warning of the student's helper", RuntimeWarning, stacklevel=2)
        value = decode(encode(outcome.value))  # a copy of its own for every caller
        if not generators:
            return value
        result, drawn, *buffered = value
        inputs[generators[0]].bit_generator.state = drawn.bit_generator.state | dict(zip(BUFFER, buffered, strict=True))
        return result


def helper_request(name: str, inputs: Mapping[str, Any], generators: list[str]) -> Request:
    """Write the request that calls a helper; one that draws random numbers gives its generator back beside its result.

    Raises:
        HelperStopped: when an input is no plain data.
    """
    try:
        encoded = {key: encode(value) for key, value in inputs.items()}
    except WireError as error:
        raise HelperStopped(f"an input of {name} is no plain data") from error
    if not generators:
        return {"name": name, "inputs": encoded, "repeat": False}
    state, names = inputs[generators[0]].bit_generator.state, ", ".join(inputs)
    code = DRAWING.format(name=name, names=names, rng=generators[0])
    return {"code": code, "inputs": encoded | {key: int(state[key]) for key in BUFFER}, "repeat": False}


def ask_helper(transport: Transport, request: Request) -> Outcome:
    """Call a student's helper.

    Returns:
        What it did; of kind "crashed" when it ended Python or took too long, and "opaque" when it returned what the
        reference cannot go on with.
    """
    try:
        outcome = read_answer(transport(request, CALL_SECONDS), request)[0]
    except (KernelTimeout, KernelDied):
        return Outcome("crashed")
    if outcome.kind != "returned":
        return outcome
    value: Any = outcome.value
    if "code" in request:
        if not _is_drawn(value):
            return Outcome("opaque", exception="object")
        value = value[0]
    return outcome if count_numbers(value) <= MOST_NUMBERS else Outcome("opaque", exception="object")


def result_of(value: object) -> object:
    """What a helper returned, without the generator that it gives back beside it."""
    return value[0] if isinstance(value, tuple) and _is_drawn(value) else value


def _is_drawn(value: object) -> bool:
    if not (isinstance(value, tuple) and len(value) == 4 and isinstance(value[1], np.random.Generator)):
        return False
    return all(type(number) is int and 0 <= number < 2**32 for number in value[2:]) and value[2] < 2
