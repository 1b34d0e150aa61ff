"""Facts about a trained classifier."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dnnkit.facts.forms import kind


def classifier_facts(inputs: Mapping[str, Any], output: Any) -> dict[str, object]:
    """State what a trained row of neurons `(W, b)` makes of its training examples.

    Args:
        inputs: dict with `X`, `y` and `num_classes`.
        output: what came; right is `(W, b)`, shapes (D, C) and (C,).

    Returns:
        Facts: shapes, and whether the scores `X W + b` have learned the labels.
    """
    X, y = np.asarray(inputs["X"], dtype=np.float64), np.asarray(inputs["y"])
    num_classes = inputs["num_classes"]
    if not isinstance(output, (list, tuple)) or len(output) != 2:
        return {"a pair (W, b)": f"no, {kind(output)}"}
    try:
        W, b = (np.asarray(part, dtype=np.float64) for part in output)
    except (TypeError, ValueError, OverflowError):
        return {"a pair (W, b)": "no, these are not numbers"}
    facts: dict[str, object] = {
        "a pair (W, b)": "yes",
        "shape of W": str(W.shape),
        "shape of b": str(b.shape) if b.ndim else "a number",
    }
    if W.shape != (X.shape[1], num_classes) or b.shape != (num_classes,):
        return facts
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        return facts | {"scores X W + b": "infinite or not a number"}
    scores = X @ W + b
    best = scores.argmax(axis=1)
    shifted = max(np.mean(best == (y + step) % num_classes) for step in (1, -1))
    return facts | {
        "scores X W + b": "finite",
        "W": "learned" if np.ptp(W) > 1e-9 else "all entries the same",
        "b": "learned" if np.ptp(b) > 1e-9 else "the same number for every class" if b.any() else "still 0",
        "examples of X recognised": "at least 94 %" if np.mean(best == y) >= 0.94 else "fewer than 94 %",
        "score of the right label": _preference(scores, y),
        "labels": "off by one" if shifted > 0.7 else "as given",
    }


def _preference(scores, y):
    """Say whether the right label's score stands out of its row, by correlation."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    wanted = np.eye(scores.shape[1])[y] - 1 / scores.shape[1]
    length = np.linalg.norm(centred) * np.linalg.norm(wanted)
    correlation = (centred * wanted).sum() / length if length > 0 else 0.0
    if abs(correlation) < 0.15:
        return "much like the others"
    return "higher than the others" if correlation > 0 else "lower than the others"
