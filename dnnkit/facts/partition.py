"""Facts about minibatches: how they cover the examples, and in what order."""

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from dnnkit.facts.forms import kind

USUAL_SEEDS = (*range(101), 123, 1234, 12345, 123456, 1337, *range(2020, 2031))  # what people write in a hurry


def partition_facts(inputs: Mapping[str, Any], output: Any) -> dict[str, object]:
    """State how a list of index arrays covers `range(num_examples)`.

    Args:
        inputs: dict with `num_examples` and `batch_size`, and `rng` if the order is to be judged by it.
        output: what came; right is a list of 1-D integer arrays.

    Returns:
        Facts: how often each example appears, batch sizes, and whether the order was shuffled.
    """
    try:
        batches = [np.asarray(batch) for batch in output]
        integers = isinstance(output, (list, tuple)) and all(
            b.ndim == 1 and (b.dtype.kind in "iu" or b.size == 0) for b in batches
        )
    except (TypeError, ValueError):
        integers, batches = False, []
    if not integers:
        return {"a list of 1-D integer arrays": f"no, {kind(output)}"}
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
