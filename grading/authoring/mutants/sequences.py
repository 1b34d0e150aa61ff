"""Behaviours that show only in a sequence of calls: a memory where there must be none, or one that loses things."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from grading.authoring.mutants.values import arrays_in, mapped

if TYPE_CHECKING:
    from grading.authoring.mutants.behaviour import Profile

MINE = "calls"  # key under which a wrapper counts the calls in the state


def _remembered(count: int) -> Callable[..., Callable]:
    """Make a behaviour that returns again what it returned for the first, or the latest, inputs of these shapes."""

    def make() -> Callable:
        kept: dict[Any, list[Any]] = {}

        def behave(call: Callable, arguments: dict[str, Any]) -> Any:
            key = tuple((name, tuple(a.shape for a in arrays_in(value))) for name, value in arguments.items())
            uses = kept.setdefault(key, [])
            if len(uses) < count:
                uses.append(call(arguments))
            return mapped(uses[-1], np.copy, "floats ints")

        return behave

    return make


def _counted(change: Callable[..., dict]) -> Callable[..., Callable]:
    """Make a behaviour that counts the steps in the state and then hands on other arguments.

    Args:
        change: function (number of the step from 1, the arguments, what is kept in the state) -> the arguments.
    """

    def make(state: str, *names: str) -> Callable:
        def behave(call: Callable, arguments: dict[str, Any]) -> Any:
            kept = dict(arguments[state].get(MINE, {"step": 0}))
            kept["step"] += 1
            inner = {key: value for key, value in arguments[state].items() if key != MINE}
            changed = change(kept["step"], arguments | {state: inner}, kept, state, *names)
            new, memory = call(changed)
            return new, {**memory, MINE: kept}

        return behave

    return make


def _forget(every: int) -> Callable:
    def change(step: int, arguments: dict, kept: dict, state: str) -> dict:
        return arguments | ({state: {}} if step % every == 1 and step > 1 else {})

    return change


def _first_value(step: int, arguments: dict, kept: dict, state: str, name: str) -> dict:
    kept.setdefault("first", arguments[name])
    return arguments | {name: kept["first"]}


def _by_position(state: str, *names: str) -> Callable:
    """The arrays are told apart by their position in the dict, not by their name."""

    def behave(call: Callable, arguments: dict[str, Any]) -> Any:
        order = list(arguments[names[0]])
        numbered = {name: {str(k): arguments[name][key] for k, key in enumerate(order)} for name in names}
        new, memory = call(arguments | numbered)
        return {key: new[str(k)] for k, key in enumerate(order)}, memory

    return behave


def _flat_skipped(state: str, *names: str) -> Callable:
    """An array whose gradient is 0 throughout stays as it is."""

    def behave(call: Callable, arguments: dict[str, Any]) -> Any:
        new, memory = call(arguments)
        params, grads = (arguments[name] for name in names)
        return {key: value if np.any(grads[key]) else params[key] for key, value in new.items()}, memory

    return behave


BEHAVIOURS: dict[str, Callable[..., Callable]] = {
    "the first result again": _remembered(1),
    "the second result again": _remembered(2),
    "forgets after 5 steps, by": _counted(_forget(5)),
    "forgets after 30 steps, by": _counted(_forget(30)),
    "the first value for ever, by": _counted(_first_value),
    "by position, not by name, by": _by_position,
    "skips what is flat, by": _flat_skipped,
}


def applicable(profile: "Profile") -> Iterator[tuple[str, tuple]]:
    """Yield (behaviour, setting): those with a memory outside always, those with a state where one travels."""
    yield "the first result again", ()
    yield "the second result again", ()
    dicts = [name for name, kinds in profile.parameters.items() if "dict" in kinds]
    if "state" not in dicts or "tuple" not in profile.results:
        return
    yield "forgets after 5 steps, by", ("state",)
    yield "forgets after 30 steps, by", ("state",)
    yield from (("the first value for ever, by", ("state", name)) for name in profile.numbers)
    others = tuple(name for name in dicts if name != "state")
    if len(others) == 2:
        yield "by position, not by name, by", ("state", *others)
        yield "skips what is flat, by", ("state", *others)
