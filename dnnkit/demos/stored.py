"""Arrays that a demo ships with, and the settings with which a script in docs/ made them."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np


@functools.cache
def stored(file: Path) -> dict[str, Any]:
    """Read the arrays of a file, by name, once.

    Args:
        file: path of an .npz file.
    """
    with np.load(file) as arrays:
        return dict(arrays)


def stored_settings(file: Path) -> dict[str, Any]:
    """Return the settings that a script wrote beside its arrays, as JSON in an array called "settings"."""
    return json.loads(str(stored(file)["settings"]))
