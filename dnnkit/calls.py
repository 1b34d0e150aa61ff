"""Call a student's function on fresh copies of its inputs and record what it did."""

import contextlib
import io
import linecache
import time
import warnings
from dataclasses import dataclass

import numpy as np

from dnnkit import wire
from dnnkit.compare import difference
from dnnkit.naming import Outcome

REPEAT_WITHIN = 5.0  # seconds; a call that took longer is not made a second time
QUICK = 0.02  # seconds; such calls are repeated more often, as two shuffles of three numbers agree one time in six


@dataclass(frozen=True)
class Call:
    """One recorded call.

    Attributes:
        outcome: what the call did.
        message: text of the exception, or empty.
        place: function, line number in it and text of the student's line that raised, or empty.
        raised_in: name of the student's other function that it raised in, or empty.
        warnings: texts of NumPy's warnings, each once.
    """

    outcome: Outcome
    message: str = ""
    place: str = ""
    raised_in: str = ""
    warnings: tuple[str, ...] = ()


def call(function, inputs, *, repeat=True):
    """Call a function with the inputs in their order, by position, and record what it did.

    Args:
        function: the student's function; its parameters may have other names.
        inputs: dict from parameter name to plain value; never changed, the function gets copies.
        repeat: call again to see whether the result is the same: eight times if quick, not at all if slow.

    Returns:
        A `Call`. Exceptions of the function are recorded, not raised.

    Example:
        >>> call(lambda z: z + 1, {"z": 2}).outcome.value
        3
    """
    copies = _copy(inputs)
    started = time.perf_counter()
    try:
        result, heard = _listen(function, copies)
    except KeyboardInterrupt:
        raise  # the student stops the check
    except BaseException as error:  # noqa: BLE001 - whatever else the function raises is a result
        outcome = Outcome("raised", exception=type(error).__name__, mutated=_changed(inputs, copies))
        return Call(outcome, _text(error), *_place(error, function))
    seconds = time.perf_counter() - started
    kind, value, name = _plain(result)
    mutated = _changed(inputs, copies)
    repeats = (8 if seconds < QUICK else 1) if repeat and seconds < REPEAT_WITHIN else 0
    unstable = not all(_same_again(function, inputs, kind, value) for _ in range(repeats))
    return Call(Outcome(kind, value, name, mutated, bool(heard), unstable), warnings=heard)


def _copy(inputs):
    return {name: wire.decode(wire.encode(value)) for name, value in inputs.items()}


def _listen(function, copies):
    """Call the function; return its result and NumPy's warnings, each once."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        result = function(*copies.values())
    texts = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
    return result, tuple(dict.fromkeys(texts))


def _text(error):
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an exception whose own text fails
        return ""


def _plain(result):
    """Return (kind, plain value, name of the type if the result is not plain)."""
    try:
        return "returned", wire.decode(wire.encode(result)), None
    except Exception:  # noqa: BLE001 - whatever an odd object's own methods raise
        return "opaque", None, type(result).__name__


def _changed(inputs, copies):
    """Name the inputs that a call changed in place; drawing from a generator is no change."""
    fixed = [name for name, value in inputs.items() if not isinstance(value, np.random.Generator)]
    return tuple(name for name in fixed if not _identical(inputs[name], copies[name]))


def _identical(before, after):
    try:
        return wire.encode(before) == wire.encode(after)
    except wire.WireError:
        return False


def _same_again(function, inputs, kind, value):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            again, _ = _listen(function, _copy(inputs))
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - the first call returned, so this is another result
        return False
    kind_again, value_again, _ = _plain(again)
    return kind_again == kind and (kind != "returned" or difference(value_again, value, rtol=1e-6) is None)


def _place(error, function):
    """Say where in the student's own code the error came up: (text, name of the other function it called)."""
    found, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_globals is getattr(function, "__globals__", None):
            found = trace
        trace = trace.tb_next
    if found is None:
        return "", ""
    code = found.tb_frame.f_code
    text = linecache.getline(code.co_filename, found.tb_lineno).strip()
    place = f"in {code.co_name}, line {found.tb_lineno - code.co_firstlineno + 1}"
    other = "" if code is function.__code__ else code.co_name
    return f"{place}: {text}" if text else place, other
