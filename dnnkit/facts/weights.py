"""Facts about weights that were drawn at random: what all right answers have in common."""

from collections.abc import Sequence

import numpy as np


def uniform_facts(inputs: dict, output: object) -> dict[str, object]:
    """State how two matrices are distributed that should be uniform.

    Args:
        inputs: dict with `limit`, how far from 0 a weight may be.
        output: the two matrices, drawn one after the other from one generator.

    Returns:
        Facts, with sizes rounded so that chance does not change them for matrices of 10,000 weights or more.
    """
    first, second = _two(output)
    limit = inputs["limit"]
    return {
        "shape": str(first.shape),
        "standard deviation divided by the right one": f"{np.std(first) / limit * np.sqrt(3):.1f}",
        "largest weight divided by the right one": f"{np.max(np.abs(first)) / limit:.1f}",
        **_what_both_ask(first, second),
    }


def normal_facts(inputs: dict, output: object) -> dict[str, object]:
    """State how two matrices are distributed that should be normal.

    Args:
        inputs: dict with `std`, the standard deviation.
        output: the two matrices, drawn one after the other from one generator.

    Returns:
        Facts, with sizes rounded so that chance does not change them for matrices of 10,000 weights or more.
    """
    first, second = _two(output)
    small = np.mean(np.abs(first) < np.std(first) / 2)
    return {
        "shape": str(first.shape),
        "standard deviation divided by the right one": f"{np.std(first) / inputs['std']:.1f}",
        "bell-shaped": "yes" if 0.33 < small < 0.42 else "no",
        **_what_both_ask(first, second),
    }


def _two(output: object) -> tuple[np.ndarray, np.ndarray]:
    first, second = (np.asarray(part, dtype=np.float64) for part in output)  # type: ignore[attr-defined]
    return first, second


def _what_both_ask(first: np.ndarray, second: np.ndarray) -> dict[str, object]:
    with np.errstate(all="ignore"):  # the standard deviation may be 0
        centre = f"{abs(np.mean(first)) / np.std(first):.1f}"
    return {
        "mean divided by standard deviation": centre,
        "weights are all different": "yes" if len(np.unique(first)) > 0.9 * np.size(first) else "no",
        "a second matrix from the same rng is different": "no" if _alike(first, second) else "yes",
    }


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other))


def lsuv_facts(inputs: dict, output: object) -> dict[str, object]:
    """State what matrices do to a batch that should keep its spread through ReLU layers.

    Args:
        inputs: dict with `X`, the batch, shape (N, D).
        output: two lists of matrices, drawn one after the other from one generator.

    Returns:
        Facts: shapes, spread of the pre-activations of each layer, and whether the matrices are orthogonal.
    """
    weights, again = (_matrices(part) for part in output)  # type: ignore[attr-defined]
    A, spreads, orthogonal = np.asarray(inputs["X"], dtype=np.float64), [], []
    for W in weights:
        G = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
        upright = np.allclose(G / G[0, 0], np.eye(len(G)), atol=1e-3)
        orthogonal.append("yes" if upright else "no")
        spreads.append(f"{np.std(A @ W):.2f}")
        A = np.maximum(A @ W, 0)
    return {
        "shapes": ", ".join(str(W.shape) for W in weights),
        "standard deviation of Z in each layer": ", ".join(spreads),
        "orthogonal, and all equally long": ", ".join(orthogonal),
        "a second call with the same rng gives others": "no" if _alike(weights[-1], again[-1]) else "yes",
    }


def _matrices(weights: Sequence[object]) -> list[np.ndarray]:
    return [np.asarray(W, dtype=np.float64) for W in weights]
