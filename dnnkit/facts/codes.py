"""Facts about trained autoencoders: the form of their weights, and how well they rebuild."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.facts.forms import dict_form

NAMES = ("W", "b", "V", "c")


def linear_autoencoder_facts(inputs: Mapping[str, Any], output: Any) -> dict[str, str]:
    """State the form of a trained linear autoencoder, and how near its loss is to the smallest possible.

    Args:
        inputs: dict with `X`, examples, shape (N, D), `k`, numbers in a code, and `best`, the smallest possible loss.
        output: what came; right is a dict of the arrays W (D, k), b (k,), V (k, D) and c (D,).

    Returns:
        Facts: names, shapes, and the loss.
    """
    form, problem = dict_form(output, NAMES)
    if problem:
        return {form: problem}
    X, k = np.asarray(inputs["X"], dtype=np.float64), int(inputs["k"])
    arrays = {name: np.asarray(output[name], dtype=np.float64) for name in NAMES}
    wanted = {"W": (X.shape[1], k), "b": (k,), "V": (k, X.shape[1]), "c": (X.shape[1],)}
    shapes = {name: array.shape for name, array in arrays.items()}
    if shapes != wanted:
        return {form: "yes", "shapes": ", ".join(f"{name} {shape}" for name, shape in shapes.items())}
    rebuilt = (X @ arrays["W"] + arrays["b"]) @ arrays["V"] + arrays["c"]
    ratio = float(np.sum((rebuilt - X) ** 2) / len(X) / inputs["best"])
    near = "at most 1 % above" if ratio <= 1.01 else f"{ratio:.2f} times"
    return {form: "yes", "shapes": "fit together", "loss beside the smallest possible": near}


def rebuilt_facts(inputs: Mapping[str, Any], output: tuple[ArrayLike, ArrayLike]) -> dict[str, str]:
    """State how well new digits are rebuilt from codes of two numbers, and how far the codes spread.

    Args:
        inputs: dict with `new`, pictures, shape (N, 64).
        output: the means of their codes, shape (N, 2), and what is rebuilt from these, shape (N, 64).

    Returns:
        Facts: shapes, the error, and the spread.
    """
    new, (codes, rebuilt) = np.asarray(inputs["new"], dtype=np.float64), map(np.asarray, output)
    facts = {"shapes of codes and pictures": f"{codes.shape}, {rebuilt.shape}"}
    if codes.shape != (len(new), 2) or rebuilt.shape != new.shape:
        return facts
    error, spread = np.mean(np.sum((rebuilt - new) ** 2, axis=1)), np.std(codes, axis=0)
    facts["squared error of a new digit"] = "below 3.2" if error < 3.2 else f"{error:.2g}"
    standard = bool(np.all((spread > 0.7) & (spread < 1.2)))
    facts["spread of both numbers of the codes"] = "about 1" if standard else " and ".join(f"{s:.1f}" for s in spread)
    return facts
