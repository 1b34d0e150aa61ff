"""Write a lesson's public examples: inputs, expected outputs, and what each known mistake would give."""

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from dnnkit.checking.mistakes import outcome_by_facts
from dnnkit.checking.observe import call
from dnnkit.checking.snippets import Snippet
from dnnkit.checking.wire import encode
from grading.errors import LessonError
from grading.judging.reference import Reference
from grading.lessons.bank import Bank
from grading.lessons.check_functions import load_checks
from grading.lessons.checking import Example
from grading.lessons.lesson import Lesson

Namespace = dict[str, object]
LONGEST = 300  # seconds for a mistake on one example; what trains takes ten
FLOOR = 1e-9  # below it, numbers are what rounding leaves of zero
ROUNDING = 1e-5  # of an array's largest number: float32 sums of another order differ by less, and no check is finer


def require_order(lesson: Lesson) -> None:
    """Insist that EXAMPLES lists the exercises in the lesson's order.

    Raises:
        LessonError: when it does not.
    """
    declared = load_checks(lesson).EXAMPLES
    if list(declared) != list(lesson.exercises):
        raise LessonError(
            f"{lesson.tests.name}: EXAMPLES must list the exercises in order. Expected {', '.join(lesson.exercises)}. "
            f"Got {', '.join(declared)}."
        )


def build_exercise(lesson: Lesson, reference: Reference, bank: Bank, exercise: str) -> dict[str, object]:
    """Compute the public examples of an exercise: inputs, expected outputs, and what each mistake would give.

    Args:
        lesson: the lesson.
        reference: its `Reference`.
        bank: its `Bank`.
        exercise: name of the exercise.

    Returns:
        Dict ready for `json.dumps`; its layout is described in dnnkit/checking/checks.py.
    """
    require_order(lesson)
    declared, mistakes = load_checks(lesson).EXAMPLES[exercise], bank.mistakes_of(exercise)
    right = reference.namespace()
    wrong = {mistake.slug: reference.namespace(mistake) for mistake in mistakes}
    return {
        "parameters": list(reference.parameters[exercise]),
        "examples": [_example(example, right, wrong, exercise) for example in declared],
        "hints": {mistake.slug: mistake.hint for mistake in mistakes},
    }


def _example(example: Example, right: Namespace, wrong: Mapping[str, Namespace], name: str) -> dict[str, object]:
    made = call(_tried(example, right, name), example.inputs)
    if made.outcome.kind != "returned" or made.outcome.mutated or made.outcome.unstable:
        raise LessonError(f"EXAMPLES[{name!r}], {example.title}: the reference fails: {made.outcome} {made.message}")
    right_outcome = outcome_by_facts(made.outcome, example.facts, example.inputs)
    return {
        "title": example.title,
        **({"code": example.code} if example.code else {}),
        "inputs": {key: encode(value, readable=True) for key, value in example.inputs.items()},
        "expected": tidy(encode(right_outcome.value, readable=True)),
        "facts": example.facts,
        "rtol": example.rtol,
        "quiet": example.quiet,
        "mistakes": {
            slug: _outcome(example, _tried(example, names, name), f"{name}__{slug}") for slug, names in wrong.items()
        },
    }


def _tried(example: Example, namespace: Namespace, name: str) -> Any:
    return Snippet(example.code, example.inputs, namespace, name) if example.code else namespace[name]


def tidy(data: Any) -> Any:
    """Round the numbers of an encoded output so that every machine writes the same file.

    Twelve significant digits are kept, and what is rounding noise beside an array's largest number becomes 0; both are
    far inside the tolerances of every comparison.

    Args:
        data: what `dnnkit.checking.wire.encode` returned.
    """
    if isinstance(data, dict) and "values" in data:
        finite = [abs(v) for v in data["values"] if type(v) is float]
        noise = 1e-14 * max(finite, default=0.0)
        return {**data, "values": [_tidy_number(v, noise) for v in data["values"]]}
    if isinstance(data, dict):
        return {key: tidy(value) for key, value in data.items()}
    if isinstance(data, list):
        return [tidy(value) for value in data]
    return _tidy_number(data, 0.0)


def _tidy_number(number: object, noise: float) -> object:
    if type(number) is not float:
        return number
    return 0.0 if abs(number) < noise else float(f"{number:.12g}")


def same_record(known: object, fresh: object) -> bool:
    """Say whether an exercise's record in the file still holds what the source gives.

    Another processor adds up float32 numbers in another order, so numbers may differ by ROUNDING of their array's
    largest, or by FLOOR; everything else must be equal.

    Args:
        known: the record in the file, or None.
        fresh: the record that the source gives on this machine.
    """
    return _same(known, fresh, 0.0)


def _same(one: Any, other: Any, size: float) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or abs(one - other) <= max(FLOOR, ROUNDING * max(abs(one), abs(other), size))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key], 0.0) for key in one)
    if isinstance(one, list):
        size = max((abs(v) for v in one if type(v) is float and math.isfinite(v)), default=0.0)
        return len(one) == len(other) and all(_same(a, b, size) for a, b in zip(one, other, strict=True))
    return one == other


def _outcome(example: Example, function: Callable[..., object], mistake: str) -> object:
    with _fixed_entropy():
        outcome = call(function, example.inputs, seconds=LONGEST).outcome
    if outcome.kind == "timeout":
        raise LessonError(f"{mistake} does not come to an end within {LONGEST} seconds for {example.title!r}.")
    record = outcome_by_facts(outcome, example.facts, example.inputs).to_json()
    if record.get("unstable"):
        record.pop("value", None)  # another one every time, and never compared
    return tidy(record)


@contextlib.contextmanager
def _fixed_entropy() -> Iterator[None]:
    """Some mistakes ignore the generator they are given; here, what they draw must be the same in every build."""
    default_rng, state = np.random.default_rng, np.random.get_state()  # noqa: NPY002 - the mistakes' stream, not ours
    np.random.seed(0)  # noqa: NPY002
    streams = itertools.count()
    np.random.default_rng = lambda seed=None: default_rng(next(streams) if seed is None else seed)
    try:
        yield
    finally:
        np.random.default_rng = default_rng
        np.random.set_state(state)  # noqa: NPY002
