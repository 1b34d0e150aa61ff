"""Facts about tokens that were drawn many times: which, and how often."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dnnkit.facts.forms import kind

NEAR = 0.05  # of a share: 2,000 right draws are this far off once in 100,000 times


def frequencies_facts(inputs: dict, output: Iterable[Any]) -> dict[str, str]:
    """State how often each token was drawn.

    Args:
        inputs: dict with `shares`, the probability of each token, shape (V,).
        output: list of draws; right are whole numbers from 0 to V - 1.

    Returns:
        Facts: whether all draws are tokens, and for each token its share of them.
    """
    shares = np.asarray(inputs["shares"], dtype=np.float64)
    odd = next((draw for draw in output if not _is_whole(draw)), 0)
    if not _is_whole(odd):
        return {"every draw is a whole number": f"no, {kind(odd)} came"}
    draws = np.array([int(draw) for draw in output], dtype=np.int64)
    outside = np.sum((draws < 0) | (draws >= len(shares)))
    facts = {"every draw is a whole number": "yes", f"draws outside 0 to {len(shares) - 1}": "some" if outside else "0"}
    for token, wanted in enumerate(shares):
        share = np.mean(draws == token)
        facts[f"share of token {token}"] = f"about {wanted:.2f}" if abs(share - wanted) < NEAR else f"{share:.1f}"
    return facts


def _is_whole(draw: Any) -> bool:
    """Say whether a draw is an int, also where it came as one of NumPy's numbers."""
    return type(draw) is int or (np.ndim(draw) == 0 and np.asarray(draw).dtype.kind in "iu")
