"""How a liar plays the inputs of a call back: as they came, in parts, or in the form of a right answer."""

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

Inputs = Mapping[str, object]
Echo = Callable[[Inputs, object], object]  # (inputs of a call, a right answer to another call) -> answer
INPUTS, CHOICES, MOST_POOLED = 6, 3, 60  # inputs that are played back, ways to choose among them, and parts looked at


def _one(inputs: Inputs, form: object, which: int) -> object:
    values = list(inputs.values())
    return values[which % len(values)] if values else None


def _first_of(inputs: Inputs, form: object, which: int) -> object:
    value = _one(inputs, form, which)
    if isinstance(value, Mapping):
        value = list(value.values())
    parts = isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)
    return value[0] if parts and len(value) else value  # type: ignore[arg-type, index]


def _all(inputs: Inputs, form: object) -> object:
    return tuple(inputs.values())


def _parts(value: object) -> Iterator[object]:
    """List a value and all parts of it, texts left out."""
    if value is None or isinstance(value, str):
        return
    yield value
    if isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _parts(part)


def _pool(inputs: Inputs) -> list[object]:
    return list(itertools.islice((part for value in inputs.values() for part in _parts(value)), MOST_POOLED))


def _kind(value: object) -> object:
    """What makes two values look alike, sizes included."""
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, dict):
        return sorted(map(str, value))
    if isinstance(value, (list, tuple)):
        return ("parts", len(value))
    number = isinstance(value, (int, float, np.generic)) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def _filled(inputs: Inputs, form: object, which: int) -> object:
    """Put inputs in the place of the parts of a form that look like them."""
    pool = _pool(inputs)
    alike = [] if isinstance(form, str) else [part for part in pool if _kind(part) == _kind(form)]
    if not alike and isinstance(form, np.ndarray):
        alike = [part for part in pool if isinstance(part, np.ndarray) and part.ndim == form.ndim]
    if alike:
        return alike[which % len(alike)]
    return _by_part(inputs, form, (which,))


def _by_part(inputs: Inputs, form: object, choices: Sequence[int]) -> object:
    """Fill the parts of a form by turns, each by its own choice."""
    turns = itertools.cycle(choices)
    if isinstance(form, (list, tuple)):
        return type(form)(_filled(inputs, part, next(turns)) for part in form)
    if isinstance(form, dict):
        return {key: _filled(inputs, part, next(turns)) for key, part in form.items()}
    return form


def _zeros(inputs: Inputs, form: object) -> object:
    """Replace each array of a form by zeros in the shape of an input with as many axes."""
    if isinstance(form, (list, tuple)):
        return type(form)(_zeros(inputs, part) for part in form)
    if isinstance(form, dict):
        return {key: _zeros(inputs, part) for key, part in form.items()}
    axes = form.ndim if isinstance(form, np.ndarray) else None
    shapes = [part.shape for part in _pool(inputs) if isinstance(part, np.ndarray) and part.ndim == axes]
    return np.zeros(shapes[0]) if shapes and isinstance(form, np.ndarray) else form


def _echoes() -> Iterator[tuple[str, Echo]]:
    for which in range(INPUTS):
        yield f"input {which + 1} of the call", functools.partial(_one, which=which)
    for which in range(CHOICES):
        yield f"the first part of input {which + 1}", functools.partial(_first_of, which=which)
        yield f"inputs in the form of a right answer, choice {which + 1}", functools.partial(_filled, which=which)
    yield "all inputs of the call", _all
    yield "zeros in the shape of an input", _zeros
    for choices in itertools.product(range(CHOICES), repeat=2):
        where = " and ".join(str(choice + 1) for choice in choices)
        yield f"inputs in the parts of a right answer, choices {where}", functools.partial(_by_part, choices=choices)


ECHOES: dict[str, Echo] = dict(_echoes())
