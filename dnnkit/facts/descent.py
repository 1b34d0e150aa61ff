"""Facts about a run of gradient descent whose minibatches are shuffled."""

import itertools
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from dnnkit.facts.forms import kind


def descent_facts(inputs: Mapping[str, Any], output: Any) -> dict[str, object]:
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
        return {"w, b and a list of losses": f"no, {kind(output)}"}
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
