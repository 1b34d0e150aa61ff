"""What a function must not do besides its work: depend on how its inputs lie in memory, touch the global generator."""

import itertools
import pickle
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

_watched = itertools.count()

# What is said of a function that does, after its name.
CONDUCT = {
    "layout": "gave another result for the same numbers in another memory layout, such as that of a transpose. "
    "Are values written into a copy that ravel or reshape made?",
    "global_random": "drew from NumPy's global generator np.random, or seeded it, which other code may depend on. "
    "Take all randomness from the rng argument; without one, use none.",
}


@dataclass(frozen=True)
class RandomWatch:
    """What the global generators were like before a call.

    Attributes:
        numpy: the state of NumPy's.
        python: the state of Python's.
        mark: the state that Python's got for the time of the call.
    """

    numpy: bytes
    python: object
    mark: object


def watch_global_random() -> RandomWatch | None:
    """Begin to watch NumPy's global generator; None where its state cannot be read.

    Python's generator gets a state of ours meanwhile. So seeding it always changes it; else a call that seeds
    both with the number that the last call took would look as if it had left Python's alone.
    """
    try:
        numpy, python = _numpy_state(), random.getstate()
        random.seed(f"watched call {next(_watched)}")
        return RandomWatch(numpy, python, random.getstate())
    except Exception:  # noqa: BLE001 - student code may have put anything in their place
        return None


def global_random_touched(watch: RandomWatch | None) -> bool:
    """End a watch, and say whether NumPy's global generator was drawn from or seeded meanwhile.

    `keras.utils.set_random_seed`, which lessons recommend, seeds Python's generator as well: that is no fault.
    """
    if watch is None:
        return False
    try:
        if random.getstate() != watch.mark:
            return False
        random.setstate(watch.python)  # type: ignore[arg-type]
        return _numpy_state() != watch.numpy
    except Exception:  # noqa: BLE001 - as above
        return False


def _numpy_state() -> bytes:
    return pickle.dumps(np.random.get_state(legacy=False))  # noqa: NPY002 - it is looked at, not drawn from


def in_another_layout(value: Any) -> Any:
    """Arrange the arrays in a value in memory as those in the transpose, or in every second place, of an array.

    Args:
        value: plain data; what is in lists, tuples and dicts is arranged, too.
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return np.asfortranarray(value) if value.ndim > 1 else np.repeat(value, 2)[::2]
    if type(value) in (list, tuple):
        return type(value)(in_another_layout(item) for item in value)
    return {key: in_another_layout(item) for key, item in value.items()} if type(value) is dict else value


def largest_number(value: Any) -> float:
    """Find the largest size of a finite number in a value's arrays and numbers; 0.0 where there is none."""
    if isinstance(value, dict):
        return largest_number(list(value.values()))
    if isinstance(value, (list, tuple)):
        return max(map(largest_number, value), default=0.0)
    if not isinstance(value, (float, int, np.ndarray, np.number)):
        return 0.0
    sizes = np.abs(np.asarray(value, dtype=float))
    return float(sizes.max(initial=0.0, where=np.isfinite(sizes)))
