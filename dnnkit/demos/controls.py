"""The controls that a demo can have; each becomes a native, labelled element of the page."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Control:
    """One setting that the reader can change.

    Attributes:
        name: name of the setting.
        label: what the reader sees and a screen reader says.
        default: value at the start.
        help: longer text, shown when the pointer rests on it.
        only: (name of another setting, its values): shown only where that setting has one of them; always by default.
        more: whether it stands under "More", which is closed at first.
    """

    name: str
    label: str
    default: Any
    help: str = ""
    only: tuple[str, tuple[Any, ...]] | None = field(default=None, kw_only=True)
    more: bool = field(default=False, kw_only=True)

    def describe(self) -> dict[str, Any]:
        """Describe the control for the page."""
        record = {key: value for key, value in asdict(self).items() if key != "default"}
        return record | {"kind": type(self).__name__.lower()}


@dataclass(frozen=True)
class Slider(Control):
    """A number between `low` and `high`; with `log`, `step` counts powers of ten.

    A slider named "step" that is `local` moves through steps that the page already has, without asking Python.
    At `ticks` it has marks.
    """

    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    log: bool = False
    local: bool = False
    unit: str = ""
    ticks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Choice(Control):
    """One of several options."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Toggle(Control):
    """On or off."""


@dataclass(frozen=True)
class Many(Control):
    """Any number of several options, as a list."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text(Control):
    """A short text."""

    size: int = 24


@dataclass(frozen=True)
class Grid(Control):
    """A small matrix of numbers, as a list of rows."""


@dataclass(frozen=True)
class Picture(Control):
    """A picture of the reader's own, from a file that the page reads and scales; see `Demo.on_file`.

    The page sends it once, as side² grey values, row by row; the setting itself stays in Python.
    """

    side: int = 128
    most: int = 8_000_000  # bytes of the file


@dataclass(frozen=True)
class Question:
    """What the reader predicts before the picture appears.

    Attributes:
        text: the question.
        options: two to four answers.
        then: what to look at, said once a prediction is made.
    """

    text: str
    options: tuple
    then: str = field(default="Now try it.")
