"""Find the simplest relation that holds for every wrong answer of a function, and only for those."""

from collections.abc import Sequence

from dnnkit.checking.relations.arrangement import find_constant, find_order, find_previous, find_shape
from dnnkit.checking.relations.calls import find_calls
from dnnkit.checking.relations.parts import Case, Part, split_parts
from dnnkit.checking.relations.places import find_place
from dnnkit.checking.relations.sizes import find_factor, find_rounding, find_shift

FINDERS = (find_constant, find_shape, find_factor, find_shift, find_order, find_rounding, find_place)
MOST = 200_000  # numbers of one answer: larger ones would take long to compare


def find_relation(cases: Sequence[Case]) -> str:
    """Say in one sentence how the wrong answers relate to the right ones.

    A relation is said only if it holds in every call that fails, and no call that is right speaks against it. It
    names sizes and settings of the inputs, never a value that was expected.

    Args:
        cases: calls of one function, right and wrong, in their order.

    Returns:
        A sentence for the student, or "" when no simple relation holds.
    """
    places = split_parts(cases)
    if not places or sum(part.actual.size + part.expected.size for ps in places.values() for part in ps) > MOST:
        return ""
    found = {place: _relation(parts) for place, parts in places.items() if not all(part.right for part in parts)}
    if found and len(set(found.values())) == 1 and "" not in found.values():
        return _sentence("" if len(found) == len(places) else " and ".join(found), next(iter(found.values())))
    wrong = [case for number, case in enumerate(cases) if not _all_right(places, number, len(cases))]
    common = find_calls(wrong, [case for case in cases if not any(case is other for other in wrong)])
    if common:
        return f"Your result is right but where {common}."
    if len(found) == 1 or (found and len(places) > len(found)):
        place, relation = next(iter(found.items()))
        return _sentence(place, relation) if relation else ""
    return ""


def _relation(parts: Sequence[Part]) -> str:
    failing = [part for part in parts if not part.right]
    passing = [part for part in parts if part.right]
    for finder in FINDERS:
        relation = finder(failing, passing)
        if relation:
            return relation
    return find_previous(parts)


def _all_right(places: dict[str, list[Part]], number: int, calls: int) -> bool:
    """Whether all parts of one call are right, where every call has every part."""
    return all(parts[number].right for parts in places.values() if len(parts) == calls)


def _sentence(place: str, relation: str) -> str:
    subject = f"Your result, {place}," if place else "Your result"
    return f"{subject} {relation}."
