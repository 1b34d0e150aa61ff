"""Mutants of behaviour: a right answer in a wrapper that goes wrong in one way, as students' answers do.

A wrapper is named by what it does wrong and by the parameter that it looks at, as in "size 1 along axis 0 of X".
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grading.authoring.mutants import draws, inputs, results, sequences
from grading.authoring.mutants.source import Mutant
from grading.authoring.mutants.values import arrays_in, kind_of, mapped, numbers_in
from grading.lessons.bank import Answer

FAMILIES = {"input": inputs, "result": results, "sequence": sequences, "draw": draws}


@dataclass
class Profile:
    """What the calls of an exercise looked like while its reference was checked.

    Attributes:
        parameters: parameter -> kinds of its values, see `kind_of`.
        inside: parameter -> kinds of the arrays in it.
        axes: parameter -> largest number of axes of the arrays in it.
        numbers: parameter -> the plain numbers that it was.
        binary: parameters whose arrays hold nothing but 0 and 1 in all calls, such as labels and masks.
        results: kinds of the results themselves.
        result_parts: kinds of the arrays and numbers in the results.
        result_axes: largest number of axes of the arrays in the results.
    """

    parameters: dict[str, set[str]] = field(default_factory=dict)
    inside: dict[str, set[str]] = field(default_factory=dict)
    axes: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    binary: dict[str, bool] = field(default_factory=dict)
    results: set[str] = field(default_factory=set)
    result_parts: set[str] = field(default_factory=set)
    result_axes: int = 0

    def note(self, arguments: dict[str, Any]) -> None:
        """Add the arguments of one call."""
        for name, value in arguments.items():
            kind = kind_of(value)
            self.parameters.setdefault(name, set()).add(kind)
            arrays = list(arrays_in(value))
            self.inside.setdefault(name, set()).update(kind_of(array) for array in arrays)
            self.axes[name] = max([self.axes.get(name, 0), *(array.ndim for array in arrays)])
            self.binary[name] = self.binary.get(name, True) and bool(np.isin(numbers_in(value), (0, 1)).all())
            if kind in ("int", "float"):
                self.numbers.setdefault(name, []).append(float(value))

    def note_result(self, result: Any) -> None:
        """Add the result of one call."""
        self.results.add(kind_of(result))
        mapped(result, self._note_part, "floats float ints int bools bool")

    def _note_part(self, part: Any) -> Any:
        self.result_parts.add(kind_of(part))
        self.result_axes = max(self.result_axes, np.ndim(part))
        return part


def observe(function: Callable, profile: Profile) -> Callable:
    """Wrap a right answer so that its calls are noted in a profile."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def observed(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        profile.note(bound.arguments)
        result = function(*args, **kwargs)
        profile.note_result(result)
        return result

    return observed


def behaviour_mutants(base: Answer, profile: Profile) -> Iterator[Mutant]:
    """Yield the mutants of behaviour of a right answer, as far as they mean anything for its kind of calls.

    Args:
        base: the reference.
        profile: what its calls look like.
    """
    for family, module in FAMILIES.items():
        for name, setting in module.applicable(profile):
            wrapping = "\nfrom grading.authoring.mutants.behaviour import wrap as _wrap\n"
            wrapping += f"{base.exercise} = _wrap({family!r}, {name!r}, {base.exercise}, {setting!r})\n"
            described = " ".join(str(part) for part in (name, "of", *setting)) if setting else name
            yield Mutant(described, Answer(base.exercise, f"mutant {described}", base.source + wrapping), name, family)


def wrap(family: str, name: str, function: Callable, setting: tuple) -> Callable:
    """Make a function that goes wrong in the way of this name; a mutant's source calls it.

    Args:
        family: one of FAMILIES.
        name: a behaviour of that family.
        function: the right answer.
        setting: what the behaviour is about, such as a parameter's name.
    """
    signature = inspect.signature(function)
    behave = FAMILIES[family].BEHAVIOURS[name](*setting)

    @functools.wraps(function)
    def wrong(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        return behave(lambda changed: function(**changed), arguments)

    return wrong
