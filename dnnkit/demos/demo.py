"""What every demo shares: settings in, numbers computed, panels and one sentence out, in the page and as a picture.

A demo computes with NumPy and a seeded generator, draws into panels that persist, and says in one sentence with
numbers what is to be seen: that sentence is the caption, the text for screen readers and what the tests look at.
"""

import json
import uuid
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from dnnkit.demos import messages
from dnnkit.demos import static_view as still
from dnnkit.demos.canvas import pack
from dnnkit.demos.script import joined_script
from dnnkit.demos.student_functions import StudentFunctions

HERE = Path(__file__).parent


class Demo(anywidget.AnyWidget):
    """A demo; subclasses declare the class attributes and write `compute`, `draw` and `describe`.

    Args:
        seed: where its randomness comes from.
        predict: ask the question before the picture is shown.
        settings: settings by name, and the student's functions by slot.

    Raises:
        TypeError: when a setting or slot is unknown.
    """

    _esm = joined_script()
    _css = HERE / "panel.css"
    spec = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Unicode("").tag(sync=True)
    data = traitlets.Bytes(b"").tag(sync=True)
    asked = traitlets.Unicode("").tag(sync=True)
    file = traitlets.Bytes(b"").tag(sync=True, from_json=lambda came, _: bytes(came))

    name = ""  # what a student types, such as "neuron_playground"
    title = ""
    question = None  # a `Question`
    controls = ()
    presets = {}  # name -> settings that differ from the defaults; the first is the default state
    static_presets = ()  # the presets in the static figure, names or a dict of settings; the first three by default
    static_panels = None  # numbers of the panels in the static figure; all by default
    static_table = False  # the numbers of the default state's last step stand under it
    slots = ()  # names of the student's functions
    plot_keys = ()  # (key of the browser, its name, what it does) in the plot that has keys
    keyed = 0  # number of that plot
    runs = False  # has Run and Step
    actions = ()  # further buttons: (name, text)
    kept = ()  # names of settings that presets and reset leave as they are, and that the page need not know

    def __init__(self, *, seed=0, predict=True, **settings):
        defaults = self.defaults()
        unknown = set(settings) - set(defaults) - set(self.slots)
        if unknown:
            known = ", ".join([*defaults, *self.slots])
            raise TypeError(f"{self.name} has no setting {', '.join(sorted(unknown))}. Known are: {known}.")
        self.own = StudentFunctions({slot: settings.pop(slot, None) for slot in self.slots})
        self.seed, self.values, self.pinned, self.predictions = seed, defaults | settings, None, []
        self.values |= self.follow(self.values, set(settings))
        self.result, self.uid, self._done = None, uuid.uuid4().hex[:12], 0
        super().__init__(spec=json.dumps(self._describe_page(predict)))
        self.refresh(everything=True)
        self.observe(self._on_asked, names="asked")

    # what a demo writes -------------------------------------------------------------------------------------------

    def compute(self, values, rng):
        """Compute what the picture shows; no drawing, no randomness but rng, no state but `self.own`."""
        raise NotImplementedError

    def draw(self, result, values, pinned):
        """Turn a result into a list of `Panel`; `pinned` is an earlier result to compare with, or None."""
        raise NotImplementedError

    def describe(self, result, values):
        """Say in one sentence with numbers what is to be seen; with local steps, a list with one a step."""
        raise NotImplementedError

    def table(self, result, values):
        """Return the plots' numbers as (title, column heads, rows), or with local steps a list of these."""
        return None

    def on_tick(self, values):
        """Return the settings that change when one step is made."""
        return {}

    def on_key(self, key, shift, values):
        """Return the settings that change when a key is pressed in the plot that has keys."""
        return {}

    def on_point(self, x, y, values):
        """Return the settings that change when the reader points at (x, y) in the plot that has keys."""
        return {}

    def on_action(self, action, values):
        """Return the settings that change when a further button is pressed."""
        return {}

    def on_file(self, content, values):
        """Return the settings that change when the reader gives a file, as a `Picture` control sends it."""
        return {}

    def follow(self, values, changed):
        """Return the settings that must follow those that changed, a set of names."""
        return {}

    # what all demos do --------------------------------------------------------------------------------------------

    @classmethod
    def defaults(cls):
        """Return the settings of the default state."""
        first = next(iter(cls.presets.values()), {})
        return {control.name: control.default for control in cls.controls} | first

    @property
    def params(self):
        """The settings now; `Demo(**demo.params)` shows the same."""
        return dict(self.values)

    @property
    def sentence(self):
        """What `describe` says now."""
        said = self.describe(self.result, self.values)
        return said if isinstance(said, str) else said[min(int(self.values.get("step", 0)), len(said) - 1)]

    def change(self, **settings):
        """Change settings, as moving controls does."""
        self.values = {**self.values, **settings}
        follow = self.follow(self.values, set(settings))
        self.values |= follow
        self.refresh({*settings, *follow})

    def pin(self):
        """Keep the picture of now as a thin grey one to compare with."""
        self.pinned = (dict(self.values), self.result)
        self.refresh()

    def reset(self):
        """Go back to the default state."""
        self.pinned, self.values = None, self._anew()
        self.refresh(everything=True)

    def use_preset(self, name):
        """Go to a named state."""
        self.values = self._anew() | self.presets[name]
        self.refresh(everything=True)

    def as_code(self):
        """Write the code that shows this state."""
        plain = self.defaults()
        changed = [f"{key}={messages.literal(value)}" for key, value in self.values.items() if value != plain[key]]
        slots = [f"{slot}={slot}" for slot in self.slots if slot in self.own]
        return f"{self.name}({', '.join(slots + changed)})"

    def refresh(self, told=(), *, everything=False):
        """Compute and draw again, and send it to the page.

        Args:
            told: names of the settings that the page must take over.
            everything: the page takes over all.
        """
        self.own.start()
        self.result = self.compute(self.values, np.random.default_rng(self.seed))
        panels, data = pack(self.draw(self.result, self.values, self.pinned))
        said, table = self.describe(self.result, self.values), self.table(self.result, self.values)
        record = {"panels": panels, "note": " ".join(self.own.problems), "code": self.as_code(), "done": self._done}
        record |= {"says": said} if isinstance(said, str) else {"says": said[0], "sentences": said, "steps": len(said)}
        if table is not None:
            record |= (
                {"tables": list(map(messages.table, table))}
                if isinstance(table, list)
                else {"table": messages.table(table)}
            )
        record["values"] = {key: messages.jsonable(v) for key, v in self.values.items() if key not in self.kept}
        record["set"] = {key: v for key, v in record["values"].items() if everything or key in told}
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
        told = {key for key, value in self.values.items() if value != asked.get(key)}
        self.refresh(told, everything=everything)

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
            "actions": [list(action) for action in self.actions],
            "question": {"text": asks.text, "options": list(asks.options), "then": asks.then} if asks else None,
        }

    def _ipython_display_(self, **kwargs):
        still.show(self)
