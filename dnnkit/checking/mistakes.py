"""Record what a call did, and recognise the known mistake that would have done the same.

`dnnkit` uses this on public examples, the grader on the recorded calls of hidden checks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from dnnkit.checking import wire
from dnnkit.checking.compare import difference
from dnnkit.checking.conduct import CONDUCT
from dnnkit.facts import FACTS

KINDS = frozenset({"returned", "opaque", "raised", "timeout", "crashed"})


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Attributes:
        kind: "returned"; "opaque" (returned something that is not plain data); "raised"; "timeout"; "crashed".
        value: the plain value, for "returned".
        exception: name of the exception's type for "raised", of the returned type for "opaque".
        mutated: names of the inputs that the call changed in place.
        warned: whether NumPy warned, as of an overflow.
        unstable: whether a second call with the same inputs gave another result.
        conduct: keys of CONDUCT, what the function did besides.
    """

    kind: str
    value: object = field(default=None, compare=False)
    exception: str | None = None
    mutated: tuple[str, ...] = ()
    warned: bool = False
    unstable: bool = False
    conduct: tuple[str, ...] = ()

    def to_json(self, *, readable: bool = True) -> dict[str, Any]:
        """Turn the outcome into something `json.dumps` accepts; defaults are left out.

        Args:
            readable: write arrays as numbers, for files that people read; False is faster for large arrays.

        Raises:
            dnnkit.checking.wire.WireError: when the value is not plain; record such a call as "opaque".
        """
        record: dict[str, Any] = {"kind": self.kind}
        if self.kind == "returned":
            record["value"] = wire.encode(self.value, readable=readable)
        if self.exception is not None:
            record["exception"] = self.exception
        if self.mutated:
            record["mutated"] = list(self.mutated)
        if self.conduct:
            record["conduct"] = list(self.conduct)
        return record | {flag: True for flag in ("warned", "unstable") if getattr(self, flag)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Turn what `to_json` returned back into an outcome.

        Raises:
            ValueError: when the kind is none of `KINDS`, or the value is malformed.
        """
        if record.get("kind") not in KINDS:
            kind = ascii(record.get("kind"))[:80]
            raise ValueError(f"An outcome is of an unknown kind. Expected one of {sorted(KINDS)}. Got {kind}.")
        value = wire.decode(record.get("value"))
        flags = (bool(record.get("warned")), bool(record.get("unstable")))
        conduct = tuple(key for key in CONDUCT if key in record.get("conduct", ()))
        return cls(record["kind"], value, record.get("exception"), tuple(record.get("mutated", ())), *flags, conduct)


def outcomes_match(actual: Outcome, known: Outcome, *, quiet: bool = False) -> bool:
    """Say whether two calls with the same inputs did the same.

    Args:
        actual: outcome of the student's call; by facts where many values are right, see `outcome_by_facts`.
        known: outcome of the known mistake, likewise.
        quiet: NumPy warnings matter here, so both or neither must have warned.

    Returns:
        True when kind, exception type, changed inputs and value (within 1e-6, or 1e-4 if it came in float32; NaN equal
        to NaN) agree.
        Two outcomes that differ from call to call, or that both took np.random, agree whatever their values.
    """
    if (actual.kind, actual.mutated, actual.unstable) != (known.kind, known.mutated, known.unstable):
        return False
    if actual.conduct != known.conduct:
        return False
    if quiet and actual.warned != known.warned:
        return False
    if actual.kind in ("raised", "opaque"):
        return actual.exception == known.exception
    if actual.kind != "returned" or actual.unstable or "global_random" in actual.conduct:
        return True
    return difference(actual.value, known.value, rtol=1e-4 if _coarse(actual.value) else 1e-6) is None


def _coarse(value):
    """Say whether a value holds numbers of float32 or float16."""
    if isinstance(value, (list, tuple)):
        return any(_coarse(item) for item in value)
    return getattr(value, "dtype", None) in (np.float32, np.float16)


def outcome_by_facts(outcome: Outcome, facts: str | Callable | None, inputs: dict) -> Outcome:
    """Put the facts of what was returned in place of the value; nothing changes where `facts` is None."""
    if facts is None or outcome.kind != "returned":
        return outcome
    return replace(outcome, value=facts_of(facts, inputs, outcome.value))


def facts_of(facts: str | Callable, inputs: dict, value: object) -> dict[str, object]:
    """State the facts of a value; a value that its fact function cannot read has none that hold.

    Args:
        facts: name of a function in `dnnkit.facts`, or such a function.
        inputs: the inputs by parameter name.
        value: what was returned.
    """
    try:
        return (FACTS[facts] if isinstance(facts, str) else facts)(inputs, value)
    except Exception:  # noqa: BLE001 - the value is whatever a student returned
        return {"an answer of the expected form": "no"}


def matching_mistakes(
    calls: Sequence[tuple[Outcome, Mapping[str, bool]]], known: Mapping[str, Sequence[Outcome]]
) -> list[str]:
    """Name the known mistakes that would have done the same in every call.

    Args:
        calls: list of `(outcome, settings)`: the student's outcome and the keyword arguments of `outcomes_match`.
        known: dict from a mistake's name to its outcomes, in the order of `calls`.

    Returns:
        The names, in the order of `known`; usually one or none.
    """
    return [
        name
        for name, outcomes in known.items()
        if len(outcomes) == len(calls) > 0
        and all(
            outcomes_match(mine, theirs, **options) for (mine, options), theirs in zip(calls, outcomes, strict=True)
        )
    ]
