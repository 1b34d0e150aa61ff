"""What a kind of proof is, and what it finds for one exercise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from grading.lessons.lesson import Lesson


@dataclass
class ProofRow:
    """What a kind of proof found for one exercise.

    Attributes:
        exercise: name of the exercise.
        numbers: what was counted, by name; kept in the ledger where there is no problem.
        problems: one sentence for each thing that is not as it must be.
    """

    exercise: str
    numbers: dict[str, int]
    problems: list[str] = field(default_factory=list)


class ProofKind(Protocol):
    """A module that proves something of an exercise; what it imports of this project is the judge's code.

    Attributes:
        NAME: the key of its rows in the ledger.
        HEADINGS: the headings of its columns in the audit's table.
        SHARE: how many exercises of the whole course each run of the tests proves afresh.
    """

    NAME: str
    HEADINGS: tuple[str, ...]
    SHARE: int
    __name__: str

    def applies(self, lesson: Lesson, exercise: str, /) -> bool:
        """Say whether this kind of proof is made of an exercise."""
        ...

    def prove(self, lesson: Lesson, exercises: Iterable[str], seeds: Sequence[int], /) -> list[ProofRow]:
        """Prove exercises of a lesson with each of these seeds."""
        ...

    def columns(self, numbers: Mapping[str, int], /) -> tuple[str, ...]:
        """Write the numbers of a row, or the sums of all rows, as the cells of its columns."""
        ...
