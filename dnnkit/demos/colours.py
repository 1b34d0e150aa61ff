"""The colours of demos: seven for lines and points, three scales for fields of numbers."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7")  # Okabe and Ito, no yellow
SCALES = {"signed": "PuOr", "positive": "cividis", "grey": "gray"}
RANGES = {"signed": 0.6, "positive": 1.0, "grey": 1.0}  # how much of a colour map is used: ends too dark hide marks


@lru_cache(maxsize=8)
def colour_table(scale: str) -> NDArray[np.uint8]:
    """List 256 colours of a scale, shape (256, 3), uint8."""
    import matplotlib

    part = RANGES[scale]
    where = np.linspace(0.5 - part / 2, 0.5 + part / 2, 256)
    return np.round(255 * matplotlib.colormaps[SCALES[scale]](where)[:, :3]).astype(np.uint8)


def scale_ends(values: NDArray[np.float64], scale: str) -> tuple[float, float]:
    """Choose the numbers at the two ends of a scale: the extremes, symmetric around 0 for "signed"."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    if scale == "signed":
        largest = float(np.abs(finite).max()) or 1.0
        return -largest, largest
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)
