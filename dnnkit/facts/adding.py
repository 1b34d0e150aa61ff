"""Facts about a network that was trained on the adding problem: the form of its weights, and its answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.facts.forms import dict_form

NAMES = ("Wx", "Wh", "b", "Wy", "by")
BLOCKS = (1, 3, 4)  # blocks of columns of a plain network, a GRU and an LSTM
ASKED = 0.02  # mean squared error on short sequences; always answering 1 gives 0.167


def adding_weights_facts(inputs: dict, output: Sequence[Any]) -> dict[str, str]:
    """State the form of trained weights, and whether they depend on the generator.

    Args:
        inputs: not used.
        output: weights that came from two generators; right is a pair of dicts of the arrays Wx (2, K H), Wh (H, K H),
            b (K H,), Wy (H, 1) and by (1,).

    Returns:
        Facts: names, shapes, whether all numbers are finite, and whether the two differ.
    """
    first, second = output
    form, problem = dict_form(first, NAMES)
    if problem:
        return {form: problem}
    arrays = {name: np.asarray(first[name], dtype=np.float64) for name in NAMES}
    facts = {form: "yes", "shapes": _say_shapes({name: array.shape for name, array in arrays.items()})}
    finite = all(np.isfinite(array).all() for array in arrays.values())
    same = np.array_equal(arrays["Wh"], np.asarray(second["Wh"], dtype=np.float64))
    facts["all numbers are finite"] = "yes" if finite else "no"
    return facts | {"weights that another rng leads to": "the same" if same else "others"}


def _say_shapes(shapes: dict[str, tuple[int, ...]]) -> str:
    """Say that shapes fit together, or which they are."""
    H, columns = shapes["Wh"] if len(shapes["Wh"]) == 2 else (0, 0)
    wanted = {"Wx": (2, columns), "Wh": (H, columns), "b": (columns,), "Wy": (H, 1), "by": (1,)}
    if shapes == wanted and columns in {K * H for K in BLOCKS if H}:
        return "fit together"
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items())


def sums_facts(inputs: dict, output: ArrayLike) -> dict[str, str]:
    """State how far answers to the adding problem are from the sums.

    Args:
        inputs: dict with `X`, sequences as `dnnkit.data.make_adding` makes them, shape (N, T, 2).
        output: what the network answered, N numbers of any shape.

    Returns:
        Facts: the mean squared error.
    """
    X, answers = np.asarray(inputs["X"], dtype=np.float64), np.asarray(output, dtype=np.float64)
    if answers.size != len(X):
        return {"one answer for each sequence": f"no, {answers.size} for {len(X)}"}
    error = np.mean((answers.ravel() - np.sum(X[:, :, 0] * X[:, :, 1], axis=1)) ** 2)
    return {f"mean squared error on {len(X)} new sequences": f"below {ASKED:g}" if error < ASKED else f"{error:.2g}"}
