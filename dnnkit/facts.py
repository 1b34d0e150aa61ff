"""Describe an answer by facts where many different outputs are right, as with shuffles and trained weights.

A fact function takes the inputs of a call and its output and returns a dict: a short statement for the student,
and what holds. Public checks, hidden checks and the naming of mistakes all compare these dicts.
"""

import numpy as np


def partition(inputs, output):
    """State how a list of index arrays covers `range(num_examples)`.

    Args:
        inputs: dict with `num_examples` and `batch_size`.
        output: what came; right is a list of 1-D integer arrays.

    Returns:
        Facts: how often each example appears, batch sizes, and whether the order was shuffled.
    """
    try:
        batches = [np.asarray(batch) for batch in output]
        integers = all(b.ndim == 1 and (b.dtype.kind in "iu" or b.size == 0) for b in batches)
    except (TypeError, ValueError):
        integers, batches = False, []
    if not integers:
        return {"a list of 1-D integer arrays": f"no, {_kind(output)}"}
    num_examples = inputs["num_examples"]
    batches = [b.astype(np.int64) for b in batches]
    flat = np.concatenate([np.zeros(0, dtype=np.int64), *batches])
    counts = np.bincount(flat[(flat >= 0) & (flat < num_examples)], minlength=num_examples)
    once = "yes" if (counts == 1).all() and flat.size == num_examples else "no"
    return {
        "a list of 1-D integer arrays": "yes",
        "every example appears exactly once": once,
        "examples left out": int((counts == 0).sum()),
        "examples seen more than once": int((counts > 1).sum()),
        "indices outside 0 to num_examples - 1": int(((flat < 0) | (flat >= num_examples)).sum()),
        "batch sizes": ", ".join(str(b.size) for b in batches),
        "order": _order(batches, flat),
    }


def _order(batches, flat):
    """Say in a few words how far the indices are from 0, 1, 2, ..."""
    batches = [b for b in batches if b.size]
    if len(batches) < 2:
        return "a single batch, where any order will do"
    if (np.diff(flat) > 0).all():
        return "0, 1, 2, ..."
    steps = np.concatenate([np.diff(b) for b in batches])
    if steps.size > 2 and (np.abs(steps) == 1).mean() > 0.5:
        return "neighbours stay together"
    if steps.size > 2 and all(np.ptp(b) == b.size - 1 for b in batches):
        return "shuffled inside each batch only"
    return "shuffled"


def descent(inputs, output):
    """State where a run of gradient descent ended, in numbers only if no shuffle can change them.

    Args:
        inputs: dict with `X`, `y`, `num_epochs` and `batch_size`.
        output: what came; right is `(w, b, losses)`.

    Returns:
        Facts: how many numbers came, and these numbers where all right answers must agree on them.
    """
    try:
        w, b, losses = (np.asarray(part, dtype=np.float64).ravel() for part in output)
    except (TypeError, ValueError, OverflowError):
        return {"w, b and a list of losses": f"no, {_kind(output)}"}
    facts = {
        "w, b and a list of losses": "yes",
        "numbers in w": w.size,
        "numbers in b": b.size,
        "losses": losses.size,
    }
    if _order_matters(np.asarray(inputs["X"]), np.asarray(inputs["y"]), inputs["batch_size"]):
        return facts | ({"the losses": _course(losses)} if inputs["num_epochs"] >= 50 else {})
    return facts | {
        "weights, smallest first": _digits(np.sort(w)),
        "bias": _digits(b),
        "values of the losses": _digits(losses),
    }


def _order_matters(X, y, batch_size):
    """Say whether shuffling can change the result: not with one batch, nor with examples that are all alike."""
    overlap = X @ X.T
    all_alike = (X[0] == X).all() or (overlap == overlap[0, 0] * np.eye(len(X))).all()
    return batch_size < len(X) and not (all_alike and (y == y[0]).all())


def _course(losses):
    """Say how a long list of losses runs: smoothly if its ways up and down are little longer than its fall."""
    if losses.size < 2 or not np.isfinite(losses).all():
        return "do not fall smoothly"
    return "fall smoothly" if np.abs(np.diff(losses)).sum() < 3 * (losses[0] - losses[-1]) else "do not fall smoothly"


def _digits(numbers):
    """Write numbers with six significant digits; what is tiny beside the largest is written as 0."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    floor = 1e-9 * finite.max(initial=0.0)
    return ", ".join(f"{0.0 if abs(v) <= floor else v:.6g}" for v in numbers.tolist())


def classifier(inputs, output):
    """State what a trained row of neurons `(W, b)` makes of its training examples.

    Args:
        inputs: dict with `X`, `y` and `num_classes`.
        output: what came; right is `(W, b)`, shapes (D, C) and (C,).

    Returns:
        Facts: shapes, and whether the scores `X W + b` have learned the labels.
    """
    X, y = np.asarray(inputs["X"], dtype=np.float64), np.asarray(inputs["y"])
    shapes = (X.shape[1], inputs["num_classes"]), (inputs["num_classes"],)
    if not isinstance(output, (list, tuple)) or len(output) != 2:
        return {"W and b": f"no, {_kind(output)}"}
    try:
        arrays = [np.asarray(part, dtype=np.float64) for part in output]
    except (TypeError, ValueError, OverflowError):
        return {"W and b": "no, not numbers"}
    facts = {"W and b": "yes", "shapes": ", ".join(str(a.shape) for a in arrays)}
    if tuple(a.shape for a in arrays) != shapes or not all(np.isfinite(a).all() for a in arrays):
        return facts | {"scores that can be compared": "no"}
    W, b = arrays
    scores = X @ W + b
    best = scores.argmax(axis=1)
    shifted = max(np.mean(best == (y + step) % shapes[0][1]) for step in (1, -1))
    return facts | {
        "W": "learned" if np.ptp(W) > 1e-9 else "all entries the same",
        "b": "learned" if np.ptp(b) > 1e-9 else "all entries the same",
        "examples recognised": "at least 94 %" if np.mean(best == y) >= 0.94 else "fewer than 94 %",
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


def finite(inputs, output):
    """State of which shapes an answer's parts are and whether all their numbers are finite.

    Args:
        inputs: not used.
        output: what came; a number, an array, or a list or tuple of those.

    Returns:
        Facts: the shapes, and whether infinity or NaN is among the numbers.
    """
    parts = output if isinstance(output, (list, tuple)) else [output]
    try:
        arrays = [np.asarray(part, dtype=np.float64) for part in parts]
    except (TypeError, ValueError, OverflowError):
        return {"numbers": f"no, {_kind(output)}"}
    sound = all(np.isfinite(a).all() for a in arrays)
    return {
        "shapes": ", ".join(str(a.shape) if a.ndim else "a number" for a in arrays),
        "all numbers finite": "yes" if sound else "no",
    }


def _kind(output):
    """Say in a few words what came instead of what was asked."""
    if isinstance(output, np.ndarray):
        return f"an array of shape {output.shape}"
    if isinstance(output, (list, tuple)):
        return f"a {type(output).__name__} of {len(output)} items"
    return type(output).__name__ if output is not None else "None"


FACTS = {"partition": partition, "descent": descent, "classifier": classifier, "finite": finite}
