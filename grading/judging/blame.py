"""Say which mistakes further up are at fault where an exercise would be right without them."""

from collections.abc import Sequence

from grading.judging.mistake_matcher import Calls, MistakeMatcher
from grading.lessons.bank import Answer


def find_blamed(
    matcher: MistakeMatcher, exercise: str, checks: Sequence[tuple[bool, Calls]], named: Sequence[Answer]
) -> list[Answer]:
    """Find the named mistakes that explain all that an exercise did, and without which it would have done otherwise.

    What the right answer does as well, such as a number that is right beside a warning, is no other exercise's fault.

    Args:
        matcher: names mistakes of the lesson.
        exercise: the failed exercise.
        checks: for each of its checks, whether it passed and its `RecordedCall`s.
        named: mistakes already named in exercises before it.
    """

    def alike(answers: Sequence[Answer]) -> bool:
        return matcher.name(exercise, checks, upstream=answers)[1]

    blamed = list(named)
    if not blamed or not alike(blamed):
        return []
    for answer in named:
        others = [one for one in blamed if one is not answer]
        if alike(others or [Answer(exercise, "reference", "")]):  # nothing in the reference's place
            blamed = others
    return blamed
