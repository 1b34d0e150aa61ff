"""What every demo shares: settings in, numbers computed, panels and one sentence out, in the page and as a picture.

A demo computes with NumPy and a seeded generator, draws into panels that persist, and says in one sentence with
numbers what is to be seen: that sentence is the caption, the text for screen readers and what the tests look at.
"""

import json
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from dnnkit.demos import messages
from dnnkit.demos import static_view as still
from dnnkit.demos.interface import DemoInterface, Result, Settings
from dnnkit.demos.packing import pack
from dnnkit.demos.script import DEMO, joined_script
from dnnkit.demos.student_functions import StudentFunctions

HERE = Path(__file__).parent


class Demo(DemoInterface, anywidget.AnyWidget):
    """A demo; subclasses write what `DemoInterface` lists.

    Args:
        seed: where its randomness comes from.
        predict: ask the question before the picture is shown.
        settings: settings by name, and the student's functions by slot.

    Raises:
        TypeError: when a setting or slot is unknown.
    """

    _esm = joined_script(DEMO)
    _css = HERE / "panel.css"
    spec = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Unicode("").tag(sync=True)
    data = traitlets.Bytes(b"").tag(sync=True)
    asked = traitlets.Unicode("").tag(sync=True)
    file = traitlets.Bytes(b"").tag(sync=True, from_json=lambda value, _: bytes(value))

    def __init__(self, *, seed: int = 0, predict: bool = True, **settings: Any) -> None:
        defaults = self.defaults()
        unknown = set(settings) - set(defaults) - set(self.slots)
        if unknown:
            known = ", ".join([*defaults, *self.slots])
            raise TypeError(f"{self.name} has no setting {', '.join(sorted(unknown))}. Known are: {known}.")
        self.own = StudentFunctions({slot: settings.pop(slot, None) for slot in self.slots})
        self.seed, self.values = seed, defaults | settings
        self.pinned: tuple[Settings, Result] | None = None
        self.predictions: list[str] = []
        self.result: Result = None
        self.values |= self.follow(self.values, set(settings))
        self.uid, self._done = uuid.uuid4().hex[:12], 0
        super().__init__(spec=json.dumps(self._describe_page(predict)))
        self.refresh(everything=True)
        self.observe(self._on_asked, names="asked")

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state."""
        first = next(iter(cls.presets.values()), {})
        return {control.name: control.default for control in cls.controls} | first

    @property
    def params(self) -> Settings:
        """The settings now; `Demo(**demo.params)` shows the same."""
        return dict(self.values)

    @property
    def sentence(self) -> str:
        """What `describe` says now."""
        text = self.describe(self.result, self.values)
        return text if isinstance(text, str) else text[min(int(self.values.get("step", 0)), len(text) - 1)]

    def change(self, **settings: Any) -> None:
        """Change settings, as moving controls does."""
        self.values = {**self.values, **settings}
        follow = self.follow(self.values, set(settings))
        self.values |= follow
        self.refresh({*settings, *follow})

    def pin(self) -> None:
        """Keep the picture of now as a thin grey one to compare with."""
        self.pinned = (dict(self.values), self.result)
        self.refresh()

    def reset(self) -> None:
        """Go back to the default state."""
        self.pinned, self.values = None, self._anew()
        self.refresh(everything=True)

    def use_preset(self, name: str) -> None:
        """Go to a named state."""
        self.values = self._anew() | self.presets[name]
        self.refresh(everything=True)

    def as_code(self) -> str:
        """Write the code that shows this state."""
        plain = self.defaults()
        changed = [f"{key}={messages.literal(value)}" for key, value in self.values.items() if value != plain[key]]
        slots = [f"{slot}={slot}" for slot in self.slots if slot in self.own]
        return f"{self.name}({', '.join(slots + changed)})"

    def refresh(self, shown: Collection[str] = (), *, everything: bool = False) -> None:
        """Compute and draw again, and send it to the page.

        Args:
            shown: names of the settings that the page must take over.
            everything: the page takes over all.
        """
        self.own.start()
        self.result = self.compute(self.values, np.random.default_rng(self.seed))
        panels, data = pack(self.draw(self.result, self.values, self.pinned))
        text, table = self.describe(self.result, self.values), self.table(self.result, self.values)
        record = {"panels": panels, "note": " ".join(self.own.problems), "code": self.as_code(), "done": self._done}
        record |= {"says": text} if isinstance(text, str) else {"says": text[0], "sentences": text, "steps": len(text)}
        if table is not None:
            record |= (
                {"tables": list(map(messages.table, table))}
                if isinstance(table, list)
                else {"table": messages.table(table)}
            )
        settings = {key: messages.jsonable(v) for key, v in self.values.items() if key not in self.kept}
        record |= {"values": settings, "set": {key: v for key, v in settings.items() if everything or key in shown}}
        with self.hold_sync():
            self.data = data
            self.state = json.dumps(record, allow_nan=False, separators=(",", ":"), default=messages.jsonable)

    def _anew(self):
        return self.defaults() | {name: self.values[name] for name in self.kept}

    def _on_asked(self, change):
        record = json.loads(change["new"])
        before = dict(self.values)
        wanted = {key: value for key, value in record["values"].items() if key in self.values}
        self.values = {**self.values, **wanted}
        everything = False
        for number, action, argument in record["actions"]:
            if number > self._done:
                self._done = number
                everything |= self._act(action, argument)
        changed = {key for key, value in self.values.items() if value != before.get(key)}
        self.values |= self.follow(self.values, changed)
        asked = {**before, **wanted}
        shown = {key for key, value in self.values.items() if value != asked.get(key)}
        self.refresh(shown, everything=everything)

    def _act(self, action, argument):
        """Do what a button, key or pointer asks for; True when the page must take over all settings."""
        if action == "pin":
            self.pinned = (dict(self.values), self.result)
        elif action == "predict":
            self.predictions.append(argument)
        elif action == "reset":
            self.pinned, self.values = None, self._anew()
        elif action == "preset":
            self.values = self._anew() | self.presets[argument]
        elif action == "file":
            self.values = self.values | self.on_file(bytes(self.file), self.values)
        elif action == "pause":
            pass  # the page has sent the settings of the picture that it shows: a step that went further is taken back
        elif action == "tick":
            self.values = self.values | self.on_tick(self.values)
        elif action == "key":
            self.values = self.values | self.on_key(*argument, self.values)
        elif action == "point":
            self.values = self.values | self.on_point(*argument, self.values)
        else:
            self.values = self.values | self.on_action(action, self.values)
        return action in ("reset", "preset")

    def _describe_page(self, predict):
        asks = self.question if predict else None
        return {
            "title": self.title,
            "uid": self.uid,
            "controls": [control.describe() for control in self.controls],
            "presets": list(self.presets),
            "keys": [list(key) for key in self.plot_keys],
            "keyed": self.keyed,
            "runs": self.runs,
            "beat": self.beat,
            "picture_first": self.picture_first,
            "tall": self.tall,
            "actions": [list(action) for action in self.actions],
            "question": {"text": asks.text, "options": list(asks.options), "then": asks.then} if asks else None,
        }

    def _ipython_display_(self, **kwargs):
        still.show(self)
