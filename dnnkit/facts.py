"""Describe an answer by facts where many different outputs are right, as with shuffles and trained weights.

A fact function takes the inputs of a call and its output and returns a dict: a short statement for the student,
and what holds. Public checks, hidden checks and the naming of mistakes all compare these dicts.
"""

import itertools
import random
from functools import lru_cache

import numpy as np

USUAL_SEEDS = (*range(101), 123, 1234, 12345, 123456, 1337, *range(2020, 2031))  # what people write in a hurry


def partition(inputs, output):
    """State how a list of index arrays covers `range(num_examples)`.

    Args:
        inputs: dict with `num_examples` and `batch_size`, and `rng` if the order is to be judged by it.
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
    return {
        "a list of 1-D integer arrays": "yes",
        **_coverage(batches, flat, num_examples),
        "indices outside 0 to num_examples - 1": int(((flat < 0) | (flat >= num_examples)).sum()),
        "batch sizes": ", ".join(str(b.size) for b in batches) or "none",
        "order": _order(batches, flat, inputs.get("rng")),
    }


def _coverage(batches, flat, num_examples):
    """State which examples are missing and which come twice, without numbers where these are a matter of chance."""
    counts = np.bincount(flat[(flat >= 0) & (flat < num_examples)], minlength=num_examples)
    missing, doubled = int((counts == 0).sum()), 0
    if (counts > 1).any():
        inside = any(np.unique(b).size < b.size for b in batches)
        missing, doubled = "some" if missing else 0, "some, even inside a batch" if inside else "some"
    return {
        "every example appears exactly once": "yes" if (counts == 1).all() and flat.size == num_examples else "no",
        "examples left out": missing,
        "examples seen more than once": doubled,
    }


def _order(batches, flat, rng):
    """Say in a few words how far the indices are from 0, 1, 2, ..."""
    batches = [b for b in batches if b.size]
    if len(batches) < 2:
        return "a single batch, where any order will do"
    if (np.diff(flat) > 0).all():
        return "0, 1, 2, ..."
    long = flat.size >= 12  # in shorter ones, likeness may be chance
    if long and (np.diff(flat) % flat.size == 1).all():
        return "0, 1, 2, ..., but from another start"
    steps = np.concatenate([np.diff(b) for b in batches])
    if steps.size > 2 and (np.abs(steps) == 1).mean() > 0.5:
        return "neighbours stay together"
    if steps.size > 2 and all(np.ptp(b) == b.size - 1 for b in batches):
        return "shuffled inside each batch only"
    judged = rng is not None and long and flat.size <= 100
    seed = _usual_shuffles(flat.size).get(tuple(flat.tolist())) if judged else None
    if seed is not None and np.random.default_rng(seed).bit_generator.state != rng.bit_generator.state:
        return "shuffled, but not by the rng that came in"
    return "shuffled"


@lru_cache(maxsize=16)
def _usual_shuffles(count):
    """Map the orders that a function which ignores its rng is likely to give to the seeds that it used."""
    known = {}
    for seed in USUAL_SEEDS:
        old, plain, shuffled = np.random.RandomState(seed), random.Random(seed), list(range(count))  # noqa: S311
        plain.shuffle(shuffled)
        orders = (np.random.default_rng(seed).permutation(count), old.permutation(count), shuffled)
        known |= {tuple(np.asarray(order).tolist()): seed for order in orders}
    return known


def descent(inputs, output):
    """State where a run of gradient descent ended, in numbers only if no shuffle can change them.

    Args:
        inputs: dict with `X`, `y`, `learning_rate`, `num_epochs` and `batch_size`.
        output: what came; right is `(w, b, losses)`.

    Returns:
        Facts: how many numbers came; these numbers, where all right answers must agree on them; otherwise, for very
        few examples, whether minibatches of some order explain them.
    """
    try:
        w, b, losses = (np.asarray(part, dtype=np.float64).ravel() for part in output)
    except (TypeError, ValueError, OverflowError):
        return {"w, b and a list of losses": f"no, {_kind(output)}"}
    X, y = np.asarray(inputs["X"], dtype=np.float64), np.asarray(inputs["y"], dtype=np.float64)
    facts = {"w, b and a list of losses": "yes", "numbers in w": w.size, "numbers in b": b.size, "losses": losses.size}
    if not _order_matters(X, y, inputs["batch_size"]):
        return facts | {
            "weights, smallest first": _digits(np.sort(w)),
            "bias": _digits(b),
            "values of the losses": _digits(losses),
        }
    deals = _deals(len(X), inputs["batch_size"])
    if deals is None:
        return facts
    end = np.append(w, b)
    right_form = end.size == X.shape[1] + 1 and losses.size == inputs["num_epochs"]
    found = _explain(X, y, inputs["learning_rate"], deals, end, losses) if right_form else []
    return facts | {"steps and losses": _told_by(found)}


def _order_matters(X, y, batch_size):
    """Say whether shuffling can change the result: not with one batch, nor with examples that are all alike."""
    overlap = X @ X.T
    all_alike = (X[0] == X).all() or (overlap == overlap[0, 0] * np.eye(len(X))).all()
    return batch_size < len(X) and not (all_alike and (y == y[0]).all())


@lru_cache(maxsize=16)
def _deals(num_examples, batch_size):
    """List the ways to deal a few examples: one array of indices per minibatch, shape (number of ways, its size)."""
    if num_examples > 5:
        return None
    starts = range(0, num_examples, batch_size)
    ways = {
        tuple(tuple(sorted(order[start : start + batch_size])) for start in starts)
        for order in itertools.permutations(range(num_examples))
    }
    return [np.array(batches) for batches in zip(*sorted(ways), strict=True)]


def _explain(X, y, learning_rate, deals, end, losses):
    """Find the sequences of deals, one per epoch, with which a neuron that starts at zero has these losses.

    Args:
        X: examples, shape (N, D).
        y: labels, shape (N,).
        learning_rate: step size.
        deals: what `_deals` returned.
        end: w and b at the end, shape (D + 1,).
        losses: the losses, one per epoch.

    Returns:
        List of tuples of numbers, which deal each epoch took; empty when none explains the losses, w and b.
    """
    Z = np.hstack([X, np.ones((len(X), 1))])
    ways = [(np.zeros(Z.shape[1]), ())]
    for wanted in losses:
        longer = []
        for start, history in ways:
            V = np.tile(start, (len(deals[0]), 1))  # row k: the weights when this epoch takes deal k
            for batch in deals:
                activations = 0.5 + 0.5 * np.tanh(np.einsum("kbd,kd->kb", Z[batch], V) / 2)
                V = V - learning_rate * np.einsum("kb,kbd->kd", activations - y[batch], Z[batch]) / batch.shape[1]
            scores = V @ Z.T
            reached = np.mean(np.logaddexp(0, scores) - y * scores, axis=1)
            longer += [(V[k], (*history, k)) for k in np.flatnonzero(np.abs(reached - wanted) <= 2e-5 * reached)]
        ways = longer[:50]
    return [history for reached, history in ways if np.allclose(end, reached, rtol=1e-4, atol=1e-4)]


def _told_by(histories):
    """Say what the sequences that explain a run have in common."""
    if not histories:
        return "no order of the minibatches leads to these losses, w and b"
    fresh = all(len(set(history)) > 1 for history in histories)
    return f"those of {'fresh' if fresh else 'the same'} minibatches in every epoch"


def _digits(numbers):
    """Write numbers with four significant digits, which float32 gets right; what is tiny beside the largest is 0."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    floor = 1e-9 * finite.max(initial=0.0)
    return ", ".join(f"{0.0 if abs(v) <= floor else v:.4g}" for v in numbers.tolist())


def classifier(inputs, output):
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
        return {"a pair (W, b)": f"no, {_kind(output)}"}
    try:
        W, b = (np.asarray(part, dtype=np.float64) for part in output)
    except (TypeError, ValueError, OverflowError):
        return {"a pair (W, b)": "no, these are not numbers"}
    facts = {"a pair (W, b)": "yes", "shape of W": str(W.shape), "shape of b": str(b.shape) if b.ndim else "a number"}
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


def _kind(output):
    """Say in a few words what came instead of what was asked."""
    if isinstance(output, np.ndarray):
        return f"an array of shape {output.shape}"
    if isinstance(output, (list, tuple)):
        return f"a {type(output).__name__} of {len(output)} items"
    return type(output).__name__ if output is not None else "None"


FACTS = {"partition": partition, "descent": descent, "classifier": classifier}
