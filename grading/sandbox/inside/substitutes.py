"""Put substitutes in the places of a student's failed helpers: each call of one is answered from outside.

What calls a substitute runs in a thread. It waits there while what was asked goes out as the answer to the request, and
goes on when the next request brings the result. So the values of a right helper come in, and never its code.
"""

import contextlib
import inspect
import queue
import threading
import time
from collections.abc import Callable, MutableMapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from dnnkit.checking.wire import WireError, decode, encode

BUFFER = ("has_uint32", "uinteger")  # half of a draw that a generator keeps for the next; the wire leaves it out


class SubstitutedRun:
    """One request, served in a thread with substitutes in place.

    Args:
        names: the exercises that get a substitute.
        namespace: the student's names; other names of the same functions are bound to the substitutes, too.
        work: function that serves the request, given a clock that stands still while a substitute is waited for.
    """

    def __init__(
        self, names: Sequence[str], namespace: MutableMapping[str, Any], work: Callable[[Callable[[], float]], dict]
    ) -> None:
        self._names, self._namespace, self._work = names, namespace, work
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._originals: dict[str, Any] = {}
        self._code: list[tuple[FunctionType, dict[str, Any]]] = []
        self._one_at_a_time = threading.Lock()  # the student's threads may call, too
        self._waited = 0.0
        self._over = False

    def start(self) -> dict[str, Any]:
        """Begin; returns {"asks": ...} for the first call of a substitute, or the answer to the request."""
        for name in self._names:
            own = self._namespace.get(name)
            same = [key for key, value in self._namespace.items() if own is not None and value is own]
            substitute = self._substitute(name, _signature(own))
            for key in {name, *same}:
                self._originals[key] = own
                self._namespace[key] = substitute
            if isinstance(own, FunctionType) and not own.__closure__:
                self._replace_code(own, substitute)
        threading.Thread(target=self._run, daemon=True).start()
        return self._answers.get()

    def go_on(self, result: dict[str, Any]) -> dict[str, Any]:
        """Hand in the result of the call that was asked for; returns what `start` does."""
        self._results.put(result)
        return self._answers.get()

    def restore(self) -> None:
        """Give the student's names back what they were bound to; a substitute that was kept raises from now on."""
        self._over = True
        while self._code:
            function, parts = self._code.pop()
            for part, value in parts.items():
                setattr(function, part, value)
        while self._originals:
            name, value = self._originals.popitem()
            if value is None:
                del self._namespace[name]
            else:
                self._namespace[name] = value

    def _run(self) -> None:
        answer: dict[str, Any] = {}  # which is none, so that the other end calls it a crash
        try:
            answer = self._work(lambda: time.perf_counter() - self._waited)
        finally:
            self.restore()
            self._answers.put(answer)

    def _replace_code(self, function: FunctionType, substitute: Callable) -> None:
        """Let a function that other objects hold, such as a default of a parameter, call the substitute, too."""

        def stand_in(*values: Any, _substitute: Callable, **named: Any) -> Any:
            return _substitute(*values, **named)

        parts = {"__code__": stand_in.__code__, "__defaults__": None, "__kwdefaults__": {"_substitute": substitute}}
        self._code.append((function, {part: getattr(function, part) for part in parts}))
        for part, value in parts.items():
            setattr(function, part, value)

    def _substitute(self, name: str, signature: inspect.Signature | None) -> Callable:
        def call(*values: Any, **named: Any) -> Any:
            started = time.perf_counter()
            with self._one_at_a_time:
                result = ask(values, named)
                self._waited += time.perf_counter() - started
            return result

        def ask(values: Sequence[Any], named: dict[str, Any]) -> Any:
            if self._over:  # nobody listens
                raise RuntimeError(f"{name} is called when all is over.")
            generators = [one for one in (*values, *named.values()) if isinstance(one, np.random.Generator)]
            asks: dict[str, Any] | None = None  # what is no plain data cannot be answered
            with contextlib.suppress(WireError, KeyError):
                asks = {
                    "name": name,
                    "values": [encode(value) for value in values],
                    "named": {key: encode(value) for key, value in named.items()},
                    "order": _order(signature, values, named),
                    "buffers": [[int(one.bit_generator.state[key]) for key in BUFFER] for one in generators],
                }
            self._answers.put({"asks": asks})
            result = self._results.get()
            if "raised" in result:
                raise ValueError(f"A right {name} raises {result['raised']} here.")
            for one, (drawn, buffer) in zip(generators, result["generators"], strict=True):
                one.bit_generator.state = decode(drawn).bit_generator.state | dict(zip(BUFFER, buffer, strict=True))
            return decode(result["value"])

        call.__name__ = name
        return call


def _signature(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _order(signature: inspect.Signature | None, values: Sequence[Any], named: dict[str, Any]) -> list[str] | None:
    """Put the names of arguments in the order in which the student's own function has them; None where it has not."""
    try:
        bound = signature.bind(*values, **named) if signature else None
    except TypeError:
        return None
    return [key for key in bound.arguments if key in named] if bound else None
