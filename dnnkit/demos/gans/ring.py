"""Three games on a ring of eight heaps, as docs/train_gan_training.py recorded them with the functions of lesson 10."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.stored import stored, stored_settings

Array = NDArray[np.float64]

FILE = Path(__file__).parent / "ring.npz"


@dataclass(frozen=True)
class Game:
    """What is kept of a game at K moments.

    Attributes:
        rounds: how many were played until then, shape (K,).
        made: samples, shape (K, 160, 2).
        believed: probability of real that D gives to places of a grid, row 0 at the top, shape (K, 24, 24).
        real_logits: what D says of 48 real points, shape (K, 48).
        fake_logits: what D says of the first 48 samples, shape (K, 48).
        slopes: slopes of D's logit at the first 32 samples, shape (K, 32, 2).
        counts: how many of 4,000 samples lie at each heap, shape (K, 8).
    """

    rounds: Array
    made: Array
    believed: Array
    real_logits: Array
    fake_logits: Array
    slopes: Array
    counts: Array


def settings() -> dict[str, Any]:
    """Return the settings with which the games were played."""
    return stored_settings(FILE)


@functools.cache
def games() -> dict[str, Game]:
    """Return the games, by name."""
    arrays, found, how = stored(FILE), {}, settings()
    for number, (name, knobs) in enumerate(how["games"].items()):
        kept = {
            key: arrays[f"{key}_{number}"].astype(np.float64)
            for key in ("made", "believed", "real_logits", "fake_logits", "slopes", "counts")
        }
        kept["made"] = how["reach"] * (kept["made"] - 127.5) / 127.5
        kept["believed"] = kept["believed"].reshape(-1, how["side"], how["side"]) / 255
        found[name] = Game(np.linspace(0, knobs["rounds"], how["moments"] + 1), **kept)
    return found


@functools.cache
def centres() -> Array:
    """Return the centres of the heaps, shape (8, 2)."""
    angles = 2 * np.pi * np.arange(8) / 8
    return settings()["radius"] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
