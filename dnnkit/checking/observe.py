"""Call a student's function on fresh copies of its inputs and record what it did."""

import contextlib
import dis
import io
import linecache
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from dnnkit.checking import wire
from dnnkit.checking.compare import describe, difference
from dnnkit.checking.conduct import global_random_touched, in_another_layout, largest_number, watch_global_random
from dnnkit.checking.mistakes import Outcome
from dnnkit.checking.time_limit import TimeUp, call_within

REPEAT_WITHIN = 5.0  # seconds; a call that took longer is not made a second time
QUICK = 0.02  # seconds; such calls are repeated more often, as two shuffles of three numbers agree one time in six
BRIEF = 0.5  # seconds; what takes longer may train a Keras model, whose own code draws from np.random
FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, np.ufunc, type)
ITERABLES = frozenset("generator range map zip filter enumerate reversed set dict_keys dict_values dict_items".split())


@dataclass(frozen=True)
class Call:
    """One recorded call.

    Attributes:
        outcome: what the call did.
        message: text of the exception; for "opaque" a sentence that says what came; else empty.
        place: function, line number in it and text of the student's line that raised, or empty.
        raised_in: name of the student's other function that it raised in, or empty.
        warnings: texts of NumPy's warnings, each once.
    """

    outcome: Outcome
    message: str = ""
    place: str = ""
    raised_in: str = ""
    warnings: tuple[str, ...] = ()


def call(
    function: Callable[..., object],
    inputs: Mapping[str, Any],
    *,
    repeat: bool = True,
    seconds: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Call:
    """Call a function with the inputs in their order, by position, and record what it did.

    Args:
        function: the student's function; its parameters may have other names.
        inputs: dict from parameter name to plain value; never changed, the function gets copies.
        repeat: call again to see whether the result is the same: eight times if quick, not at all if slow.
        seconds: stop the function when it takes longer, as an outcome of kind "timeout"; no limit by default.
        clock: tells the time in seconds, by which a call is quick or slow.

    Returns:
        A `Call`. Exceptions of the function are recorded, not raised.

    Example:
        >>> call(lambda z: z + 1, {"z": 2}).outcome.value
        3
    """
    if seconds is None:
        return _observe(function, inputs, repeat, clock)
    try:
        return call_within(seconds, lambda: _observe(function, inputs, repeat, clock))
    except TimeUp as error:
        return Call(Outcome("timeout"), "", *_place(error, function))


def names_used(function: object, namespace: Mapping[str, Any]) -> Iterator[str]:
    """Yield the global names that a function uses, itself and through the student's other functions.

    Args:
        function: the student's function or class; anything without Python code uses no names.
        namespace: dict with the student's other functions.
    """
    todo: list[CodeType | None] = _codes(function)
    seen: set[CodeType] = set()
    while todo:
        code = todo.pop()
        if code is None or code in seen:
            continue
        seen.add(code)
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield step.argval
                todo += _codes(namespace.get(step.argval))
        todo += [const for const in code.co_consts if hasattr(const, "co_names")]


def _codes(value: object) -> list[CodeType | None]:
    """List the code objects of a function, or of a class's methods."""
    parts = vars(value).values() if isinstance(value, type) else [value]
    return [getattr(part, "__code__", None) for part in parts]


def _observe(function, inputs, repeat, clock):
    copies, watch = _copy(inputs), watch_global_random()
    started = clock()
    try:
        result, heard = _listen(function, copies)
    except (KeyboardInterrupt, TimeUp):
        raise  # the student, or the clock, stops the check
    except BaseException as error:  # noqa: BLE001 - whatever else the function raises is a result
        global_random_touched(watch)  # only to give Python's generator its state back
        outcome = Outcome("raised", exception=type(error).__name__, mutated=_changed(inputs, copies))
        return Call(outcome, _text(error), *_place(error, function))
    seconds = clock() - started
    kind, value, name = _plain(result)
    mutated, drew = _changed(inputs, copies), global_random_touched(watch)
    repeats = (8 if seconds < QUICK else 1) if repeat and seconds < REPEAT_WITHIN else 0
    unstable = not all(_same_again(function, inputs, kind, value) for _ in range(repeats))
    conduct = ()
    if repeats > 1 and kind == "returned" and not unstable:  # in long computations, rounding may add up
        conduct += () if _same_in_another_layout(function, inputs, value) else ("layout",)
    conduct += ("global_random",) if drew and seconds < BRIEF else ()
    message = _tell_what_came(result) if kind == "opaque" else ""
    return Call(Outcome(kind, value, name, mutated, bool(heard), unstable, conduct), message, warnings=heard)


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


def _tell_what_came(result):
    """Say in a sentence or two what an answer holds that is no plain data, and what may be meant."""
    try:
        wire.encode(result)
    except wire.WireLimitPassed as error:
        return f"Your function returned {error}. Nothing that large can be checked."
    except Exception:  # noqa: BLE001, S110 - whatever an odd object's own methods raise
        pass
    where, odd = _odd_part(result, 0)
    kind, inside = type(odd).__name__, f"{describe(result)}, and {where} is " if where else ""
    cure = "Expected are numbers, arrays, or lists and tuples of them."
    if isinstance(odd, np.ndarray):
        what, cure = f"an array of {odd.dtype.name}s", "Expected are arrays of numbers."
        if odd.dtype == object:
            cure = "Did you make one array of rows that differ in length? A list of arrays may hold such rows."
    elif isinstance(odd, FUNCTIONS):
        what, cure = "a function", "Are round brackets missing behind a name, so that nothing is called?"
    elif kind in ITERABLES:
        what = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        cure = "np.array(...) makes an array of it." if where or kind == "range" else "list(...) makes a list of it."
    else:
        what = f"an object of type {kind}"
    return f"Your function returned {inside}{what}. {cure}"


def _odd_part(value, depth):
    """Find the first part that is not plain: (its place, such as "item 0", and the part)."""
    parts = ()
    if isinstance(value, (list, tuple)) and depth < wire.LIMITS.depth:
        parts = ((f"item {position}", part) for position, part in enumerate(value))
    elif isinstance(value, dict) and depth < wire.LIMITS.depth:
        parts = ((f"entry {key!r}", part) for key, part in value.items())
    for where, part in parts:
        if _plain(part)[0] == "opaque":
            deeper, odd = _odd_part(part, depth + 1)
            return ", ".join(filter(None, (where, deeper))), odd
    return "", value


def _changed(inputs, copies):
    """Name the inputs that a call changed in place; drawing from a generator is no change."""
    fixed = [name for name, value in inputs.items() if not isinstance(value, np.random.Generator)]
    return tuple(name for name in fixed if not _identical(inputs[name], copies[name]))


def _identical(before, after):
    try:
        return wire.encode(before) == wire.encode(after)
    except wire.WireError:
        return False


def _same_again(function, inputs, kind, value, arrange=lambda copy: copy, **tolerance):
    """Call again with copies of the inputs, each perhaps arranged in another way, and compare the results."""
    try:
        copies = {name: arrange(copy) for name, copy in _copy(inputs).items()}
        with contextlib.redirect_stdout(io.StringIO()):
            again, _ = _listen(function, copies)
    except (KeyboardInterrupt, TimeUp):
        raise
    except BaseException:  # noqa: BLE001 - the first call returned, so this is another result
        return False
    kind_again, value_again, _ = _plain(again)
    return kind_again == kind and (kind != "returned" or difference(value_again, value, **tolerance) is None)


def _same_in_another_layout(function, inputs, value):
    """Say whether a function that returned a value does so, too, where its arrays lie in memory in another way.

    Sums in another order differ by rounding: the more, the larger the numbers.
    """
    tolerance = {"rtol": 1e-4, "atol": 1e-9 * max(1.0, largest_number(inputs))}
    return _same_again(function, inputs, "returned", value, in_another_layout, **tolerance)


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
    # Only another exercise is worth naming: no method, no inner function, and not the one that a snippet tries.
    own = code is function.__code__ or code.co_name == getattr(function, "exercise", None)
    other = "" if own or code.co_name not in function.__globals__ else code.co_name
    return f"{place}: {text}" if text else place, other
