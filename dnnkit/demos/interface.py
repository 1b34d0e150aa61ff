"""What a demo writes: its settings, what it computes, what it draws, what it says, and how it answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Control, Question

Settings = dict[str, Any]
Result = Any  # what a demo computes; only the demo itself reads it


class DemoInterface:
    """The attributes that a demo declares and the methods that it writes.

    Attributes:
        name: what a student types, such as "neuron_playground".
        title: heading in the page.
        question: what is asked before the pictures are shown.
        controls: the settings that the reader can change.
        presets: name -> settings that differ from the defaults; the first is the default state.
        static_presets: the states in the static figure, names or settings; the first three presets by default.
        static_panels: numbers of the panels in the static figure; all by default.
        static_row: whether the panels of a state in the static figure stand in a row, also where `tall` is set.
        static_table: whether the numbers of the default state's last step stand under it.
        slots: names of the student's functions.
        plot_keys: (key of the browser, its name, what it does) in the plot that has keys.
        keyed: number of that plot.
        runs: whether it has Run and Step.
        beat: milliseconds between two steps of a run in the page.
        picture_first: whether the pictures stand above the controls.
        tall: whether the first picture stands beside all others.
        actions: further buttons, (name, text).
        kept: settings that presets and reset leave as they are, and that the page need not know.
    """

    name: str = ""
    title: str = ""
    question: Question | None = None
    controls: tuple[Control, ...] = ()
    presets: Mapping[str, Settings] = {}
    static_presets: Sequence[str | Settings] | Mapping[str, Settings] = ()
    static_panels: Sequence[int] | None = None
    static_row: bool = False
    static_table: bool = False
    slots: tuple[str, ...] = ()
    plot_keys: tuple[tuple[str, str, str], ...] = ()
    keyed: int = 0
    runs: bool = False
    beat: int = 70
    picture_first: bool = False
    tall: bool = False
    actions: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Compute what the picture shows; no drawing, no randomness but rng, no state but `self.own`."""
        raise NotImplementedError

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Turn a result into a list of `Panel`; `pinned` is an earlier result to compare with, or None."""
        raise NotImplementedError

    def still(self, result: Result, values: Settings) -> list[Panel]:
        """Return the panels of a state in the static figure; by default those of the page."""
        return self.draw(result, values, None)

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say in one sentence with numbers what is to be seen; with local steps, a list with one a step."""
        raise NotImplementedError

    def table(self, result: Result, values: Settings) -> Any:
        """Return the plots' numbers as (title, column heads, rows), or with local steps a list of these."""
        return None

    def on_tick(self, values: Settings) -> Settings:
        """Return the settings that change when one step is made."""
        return {}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Return the settings that change when a key is pressed in the plot that has keys."""
        return {}

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Return the settings that change when the reader points at (x, y) in the plot that has keys."""
        return {}

    def on_action(self, action: str, values: Settings) -> Settings:
        """Return the settings that change when a further button is pressed."""
        return {}

    def on_file(self, content: bytes, values: Settings) -> Settings:
        """Return the settings that change when the reader gives a file, as a `Picture` control sends it."""
        return {}

    def follow(self, values: Settings, changed: set[str]) -> Settings:
        """Return the settings that must follow those that changed, a set of names."""
        return {}
