"""Facts about a network that reads handwritten digits, centred and shifted."""

import numpy as np


def digits_facts(inputs: dict, output: object) -> dict[str, object]:
    """State how many digits a network reads.

    Args:
        inputs: not needed.
        output: dict with `centred`, scores of N digits, shape (N, 10), `shifted`, scores of the same digits at several
            other places, shape (k N, 10), and `y`, the N classes.

    Returns:
        Facts: the shape of the scores, and whether enough digits are read.
    """
    centred, shifted, y = (np.asarray(output[name]) for name in ("centred", "shifted", "y"))  # type: ignore[index]
    facts: dict[str, object] = {f"shape of the scores of {len(y)} digits": str(centred.shape)}
    if centred.ndim != 2 or len(centred) != len(y) or len(shifted) % len(y):
        return facts
    read = np.mean(centred.argmax(axis=1) == y)
    moved = np.mean(shifted.argmax(axis=1) == np.tile(y, len(shifted) // len(y)))
    return facts | {
        "centred digits: at least 80 % are read": "yes" if read >= 0.8 else "no",
        "shifted digits: at least 75 % are read": "yes" if moved >= 0.75 else "no",
    }
