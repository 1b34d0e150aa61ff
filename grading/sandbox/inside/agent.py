"""The agent that serves requests beside the student's functions: call one, observe what happened, answer in JSON.

It holds nothing worth reading and proves nothing: a student can replace every line of it, so the other end trusts no
answer and compares with values it computed itself. Runs inside the sandbox; the audit runs it in its own process.
"""

import json
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from dnnkit.checking.observe import call
from dnnkit.checking.snippets import Snippet
from dnnkit.checking.wire import decode

from .bindings import as_released
from .substitutes import SubstitutedRun

Clock = Callable[[], float]
Answer = dict[str, Any]
_runs: list[SubstitutedRun] = []  # the one that goes on, if there is one


class Reply:
    """Carries an answer through Jupyter's display machinery as `application/json`."""

    def __init__(self, answer: dict[str, Any]):
        self._answer = answer

    def _repr_json_(self) -> dict[str, Any]:
        return self._answer


def answer(request_text: str) -> Reply:
    """Serve one request in the running kernel.

    Args:
        request_text: JSON of a request, see `serve`.

    Returns:
        `Reply` with the answer.
    """
    from IPython import get_ipython

    return Reply(serve(json.loads(request_text), get_ipython().user_ns))


def serve(request: Mapping[str, Any], namespace: MutableMapping[str, Any], clock: Clock = time.perf_counter) -> Answer:
    """Call a function, or run a snippet, and say what happened.

    Args:
        request: {"name": function, "inputs": {parameter: wire}, "repeat": bool}; or "code" in place of "name":
            the source of a function that gets the inputs and the student's functions.
            With "substitutes", a list of exercises, these are answered from outside, see `substitutes`; a call of one
            is answered by a request {"result": ...}. Or {"stubs": {exercise: source}}, see `bindings.as_released`.
        namespace: where the student's functions live.
        clock: tells the time in seconds, by which a call is quick or slow.

    Returns:
        {"outcome": None} when there is no such function, else {"outcome": `Outcome.to_json()`, "message": str,
        "place": str, "warnings": [str, ...]}; {"asks": ...} for a substitute's call; {"as_released": [...]} for stubs.
    """
    if "result" in request:
        return _runs[-1].go_on(request["result"]) if _runs else {}
    if "substitutes" in request:
        while _runs:
            _runs.pop().restore()  # one that was left waiting
        plain = {key: value for key, value in request.items() if key != "substitutes"}
        _runs.append(SubstitutedRun(request["substitutes"], namespace, lambda clock: serve(plain, namespace, clock)))
        return _runs[-1].start()
    if "stubs" in request:
        return {"as_released": as_released(request["stubs"], namespace)}
    inputs = {name: decode(item) for name, item in request["inputs"].items()}
    function: Any = None
    if "code" in request:
        function = Snippet(request["code"], inputs, namespace, request.get("exercise"))
    else:
        function = namespace.get(request["name"])
    if not callable(function):
        return {"outcome": None}
    observed = call(function, inputs, repeat=request["repeat"], clock=clock)
    return {
        "outcome": observed.outcome.to_json(readable=False),
        "message": observed.message[:500],
        "place": observed.place[:300],
        "warnings": [text[:200] for text in observed.warnings[:5]],
    }
