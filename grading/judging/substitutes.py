"""Answer the calls of substitutes: what a right helper returns for the inputs that a student's function gives it.

The other end is grading/sandbox/inside/substitutes.py. Plain values come from the sandbox, are looked at as always, and
plain values go back. Nothing of a student's code runs in this process.
"""

import inspect
import time
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnkit.checking.time_limit import TimeUp, call_within
from dnnkit.checking.wire import WireError, decode, encode
from grading.judging.reference import Reference
from grading.judging.student_proxy import Transport
from grading.sandbox.inside.substitutes import BUFFER
from grading.sandbox.kernel_results import KernelTimeout

CALL_SECONDS = 20.0  # a call of a right helper, whose inputs are the student's choice


class NoSubstitute(Exception):
    """A call that cannot be answered: of another function, with inputs that are no plain data, or one too many."""


@dataclass
class Allowance:
    """What all calls of substitutes may take together.

    Attributes:
        calls: calls left.
        processor_seconds: time of the processor, as `time.process_time` tells it, at which this process must stop.
    """

    calls: int
    processor_seconds: float

    def spend(self) -> None:
        """Count one call.

        Raises:
            NoSubstitute: when nothing is left.
        """
        self.calls -= 1
        if self.calls < 0 or time.process_time() > self.processor_seconds:
            raise NoSubstitute("too many calls")


class Substitutes:
    """Makes transports on which some of a student's functions are the right ones.

    Args:
        reference: the lesson's `Reference`.
        transport: into a kernel with the student's functions.
        allowance: what the calls may take.
    """

    def __init__(self, reference: Reference, transport: Transport, allowance: Allowance) -> None:
        self._functions = reference.namespace()
        self._transport = transport
        self._allowance = allowance

    def transport(self, names: Collection[str], asked: set[str]) -> Transport:
        """Make a transport.

        Args:
            names: the exercises that get a substitute.
            asked: gets the names of those that are called.
        """

        def send(request: dict[str, Any], seconds: float) -> Any:
            answer = self._transport({**request, "substitutes": sorted(names)}, seconds)
            while isinstance(answer, dict) and "asks" in answer:
                try:
                    result = self._answer(answer["asks"], names, asked)
                except NoSubstitute:
                    raise KernelTimeout from None
                answer = self._transport({"result": result}, seconds)
            return answer

        return send

    def _answer(self, asks: Any, names: Collection[str], asked: set[str]) -> dict[str, Any]:
        """Call the right function for what came out of the sandbox, which may be anything."""
        self._allowance.spend()
        try:
            name, buffers = asks["name"], asks["buffers"]
            values = [decode(item) for item in asks["values"]]
            named = {str(key): decode(item) for key, item in asks["named"].items()}
            if not (type(name) is str and name in names):
                raise NoSubstitute("not a helper of this exercise")
            values, named = self._arguments(name, values, named, asks["order"])
            generators = [one for one in (*values, *named.values()) if isinstance(one, np.random.Generator)]
            for one, buffer in zip(generators, buffers, strict=True):
                one.bit_generator.state = {
                    **one.bit_generator.state,
                    **dict(zip(BUFFER, map(int, buffer), strict=True)),
                }
        except (WireError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise NoSubstitute("no plain data") from error
        asked.add(name)
        try:
            value = encode(self._call(name, values, named))
        except MemoryError:
            raise
        except (Exception, TimeUp) as error:  # noqa: BLE001 - whatever the inputs lead to
            return {"raised": type(error).__name__}
        states = [one.bit_generator.state for one in generators]
        drawn = [(encode(one), [int(s[key]) for key in BUFFER]) for one, s in zip(generators, states, strict=True)]
        return {"value": value, "generators": drawn}

    def _arguments(
        self, name: str, values: list[Any], named: dict[str, Any], order: Any
    ) -> tuple[list[Any], dict[str, Any]]:
        """Give a right function its arguments, by position where the student's own has other names for them.

        Raises:
            NoSubstitute: where it takes no such arguments; the student's own may have more parameters.
        """
        signature = inspect.signature(self._functions[name])
        if not _binds(signature, values, named) and isinstance(order, list) and sorted(order) == sorted(named):
            values, named = [*values, *(named[key] for key in order)], {}
        if not _binds(signature, values, named):
            raise NoSubstitute("other parameters")
        return values, named

    def _call(self, name: str, values: list[Any], named: dict[str, Any]) -> Any:
        """Call a right function; once more with arrays where lists came, which a student's own may well take."""
        function = self._functions[name]
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                return call_within(CALL_SECONDS, lambda: function(*values, **named))
            except TypeError:
                values, named = [_array(value) for value in values], {key: _array(named[key]) for key in named}
                return call_within(CALL_SECONDS, lambda: function(*values, **named))


def _binds(signature: inspect.Signature, values: list[Any], named: dict[str, Any]) -> bool:
    try:
        signature.bind(*values, **named)
    except TypeError:
        return False
    return True


def _array(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, list) else value
