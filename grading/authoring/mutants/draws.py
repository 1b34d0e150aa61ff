"""Behaviours that go wrong with randomness: other sources than the rng, and draws that are not independent."""

import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from grading.authoring.mutants.values import mapped

if TYPE_CHECKING:
    from grading.authoring.mutants.behaviour import Profile


def _other_generator(make: Callable[[np.random.Generator], np.random.Generator]) -> Callable[[str], Callable]:
    return lambda name: lambda call, arguments: call(arguments | {name: make(arguments[name])})


def _aside(act: Callable[[], Any]) -> Callable[[], Callable]:
    """Make a behaviour that touches NumPy's global generator beside its work."""

    def behave(call: Callable, arguments: dict[str, Any]) -> Any:
        act()
        return call(arguments)

    return lambda: behave


def _drawn(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[], Callable]:
    """Make a behaviour that changes the first array of the result where it has two axes."""

    def behave(call: Callable, arguments: dict[str, Any]) -> Any:
        return mapped(call(arguments), lambda x: change(x) if x.ndim > 1 and len(x) > 1 else x, "floats")

    return lambda: behave


def _mirrored(x: np.ndarray) -> np.ndarray:
    half = len(x) // 2
    return np.concatenate([x[:half], -x[:half], x[2 * half :]])


def _twice(x: np.ndarray) -> np.ndarray:
    half = len(x) // 2
    return np.concatenate([x[:half], x[:half], x[2 * half :]])


def _no_tails(x: np.ndarray) -> np.ndarray:
    return np.clip(x, x.mean() - 1.5 * x.std(), x.mean() + 1.5 * x.std())


def _standardised(x: np.ndarray) -> np.ndarray:
    return x - x.mean() if x.std() else x


BEHAVIOURS: dict[str, Callable[..., Callable]] = {
    "works on a copy": _other_generator(copy.deepcopy),
    "a generator of its own in place": _other_generator(lambda rng: np.random.default_rng()),
    "always the same generator in place": _other_generator(lambda rng: np.random.default_rng(0)),
    "draws from the global generator": _aside(np.random.random),
    "seeds the global generator": _aside(lambda: np.random.seed(0)),  # noqa: NPY002
    "the second half mirrors the first": _drawn(_mirrored),
    "the second half repeats the first": _drawn(_twice),
    "no tails": _drawn(_no_tails),
    "the mean is exactly 0": _drawn(_standardised),
}


def applicable(profile: "Profile") -> Iterator[tuple[str, tuple]]:
    """Yield (behaviour, setting): the global generator always, the rest where a generator comes in."""
    yield "draws from the global generator", ()
    yield "seeds the global generator", ()
    for name in [name for name, kinds in profile.parameters.items() if "rng" in kinds]:
        yield from ((behaviour, (name,)) for behaviour in BEHAVIOURS if "generator of" in behaviour)
        yield from (("works on a copy", (name,)), ("always the same generator in place", (name,)))
        if "floats" in profile.result_parts and profile.result_axes > 1:
            draws = ("the second half mirrors the first", "the second half repeats the first", "no tails")
            yield from ((behaviour, ()) for behaviour in (*draws, "the mean is exactly 0"))
