"""Facts about a walk in a ravine: how far down it came."""

import numpy as np

ASKED = 1e-6  # of J, which is 1 at the start


def ravine_facts(inputs: dict, output: object) -> dict[str, object]:
    """State how far down a walk in a ravine ended.

    Args:
        inputs: dict with `H`, the matrix of the ravine, shape (D, D); its lowest place is 0.
        output: the place where the walk ended, shape (D,).

    Returns:
        Facts: whether J = w H w / 2 is as small as it is asked to be.
    """
    H = np.asarray(inputs["H"], dtype=np.float64)
    end = np.asarray(output, dtype=np.float64)
    if end.shape != (len(H),):
        return {"a place in the ravine": f"no, shape {end.shape}"}
    with np.errstate(all="ignore"):  # a bad choice may fly away
        J = end @ H @ end / 2
    return {"J in the end": f"below {ASKED:g}" if J < ASKED else f"{J:.2g}"}
