"""Facts about samples of a generator beside real ones: mean, spread, and how far sorted partners are apart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def samples_facts(inputs: Mapping[str, Any], output: ArrayLike) -> dict[str, str]:
    """State how samples compare with real ones.

    Args:
        inputs: dict with `new`, real samples, shape (N, 1).
        output: samples that were made, shape (N, 1).

    Returns:
        Facts: the shape, the mean, the spread, and the mean difference of partners once both are sorted.
    """
    real, made = np.asarray(inputs["new"], dtype=np.float64), np.asarray(output, dtype=np.float64)
    facts = {"shape of the samples": str(made.shape)}
    if made.shape != real.shape:
        return facts
    with np.errstate(all="ignore"):  # samples may be infinite
        mean, spread = abs(made.mean() - real.mean()), made.std() / real.std()
        gap = np.mean(np.abs(np.sort(made.ravel()) - np.sort(real.ravel())))
    facts["mean of the samples"] = "right to 0.3" if mean <= 0.3 else f"wrong by {mean:.1f}"
    facts["standard deviation"] = "right to 10 %" if abs(spread - 1) <= 0.1 else f"{spread:.1f} times the right one"
    digits = 1 if gap >= 0.5 else 2  # 0.44 is not 0.4, which would look like enough
    facts["mean difference of sorted samples"] = "at most 0.42" if gap <= 0.42 else f"{gap:.{digits}f}"
    return facts
