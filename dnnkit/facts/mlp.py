"""Facts about a network with one hidden layer, whose weights are a dict of the arrays W1, b1, W2 and b2."""

from typing import Any

import numpy as np

from dnnkit.facts.forms import kind

NAMES = ("W1", "b1", "W2", "b2")


def mlp_facts(inputs: dict, output: object) -> dict[str, str]:
    """State what a trained network makes of its training examples.

    Args:
        inputs: dict with `X`, shape (N, D), and `y`, shape (N,).
        output: dict with the arrays W1, b1, W2 and b2.

    Returns:
        Facts: the shape of the logits, and whether all examples are recognised.
    """
    if not isinstance(output, dict) or not set(output) >= set(NAMES):
        return {"a dict with W1, b1, W2 and b2": f"no, {kind(output)}"}
    logits = _logits(output, np.asarray(inputs["X"], dtype=np.float64))
    facts = {"a dict with W1, b1, W2 and b2": "yes", "shape of the logits": str(logits.shape)}
    if not np.isfinite(logits).all():
        return facts | {"logits": "infinite or not a number"}
    right = logits.argmax(axis=-1) == inputs["y"]
    return facts | {"examples of X recognised": "all" if right.all() else "not all"}


def _logits(params: dict[str, Any], X: np.ndarray) -> np.ndarray:
    W1, b1, W2, b2 = (np.asarray(params[name], dtype=np.float64) for name in NAMES)
    with np.errstate(all="ignore"):
        return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def learning_facts(inputs: dict, output: object) -> dict[str, object]:
    """State which arrays differ between two networks that were trained with different labels.

    Args:
        inputs: not needed.
        output: list of the two dicts of arrays.

    Returns:
        Facts: for each array, whether it learns from the labels.
    """
    first, other = output  # type: ignore[misc]
    return {
        name: "learns" if np.any(np.asarray(first[name]) != np.asarray(other[name])) else "does not learn"  # type: ignore[has-type]
        for name in NAMES
    }


def recognised_facts(inputs: dict, output: object) -> dict[str, object]:
    """State whether new examples are recognised.

    Args:
        inputs: not needed.
        output: dict with `logits` of new examples, shape (N, C), and `y`, their classes.

    Returns:
        Facts: whether at least 97 % of the new examples get their class.
    """
    logits, y = (np.asarray(output[name]) for name in ("logits", "y"))  # type: ignore[index]
    if not np.isfinite(logits).all():
        return {"logits": "infinite or not a number"}
    share = np.mean(logits.argmax(axis=1) == y)
    return {"new points recognised": "at least 97 %" if share >= 0.97 else "fewer than 97 %"}
