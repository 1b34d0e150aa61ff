"""Facts about a network whose last layer was replaced, on new shapes that are drawn from a seed."""

from typing import Any

import numpy as np

from dnnkit.data.shape_network import KNOWN, WEIGHTS
from dnnkit.data.shapes import NAMES, make_shapes
from dnnkit.facts.forms import kind

ASKED = 0.65  # share of new images that is recognised


def new_shapes(seed: int, per_class: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw images of the shapes that the stored network does not know.

    Args:
        seed: what the images are drawn from.
        per_class: examples of each shape.

    Returns:
        (X, y, new images, their classes): images of shape (.., 16, 16, 3), classes from 0.
    """
    rng = np.random.default_rng(seed)
    X, y = make_shapes(1000, rng, size=16)
    chosen = [np.flatnonzero(y == k) for k in range(KNOWN, len(NAMES))]
    seen, new = (np.concatenate([places[part] for places in chosen]) for part in (slice(per_class), slice(-60, None)))
    return X[seen], y[seen] - KNOWN, X[new], y[new] - KNOWN


def tuned_facts(inputs: dict, output: Any) -> dict[str, str]:
    """State what became of a network whose last layer was replaced.

    Args:
        inputs: dict with `seed` and `per_class`, from which `new_shapes` drew the images.
        output: dict with `scores` of the new images, shape (N, 3), and `scores again`, those of a second network from
            the same rng; `weights`, the arrays of the new network; `base`, those of the old one, as they are now; or
            the name of the type of what came.

    Returns:
        Facts: the form of the scores, what was left alone, and whether new images are recognised.
    """
    if not isinstance(output, dict):
        return {"a Keras model": f"no, {output if isinstance(output, str) else kind(output)}"}
    _, _, _, y = new_shapes(inputs["seed"], inputs["per_class"])
    with np.load(WEIGHTS) as stored:
        given = [stored[name].astype(np.float32) for name in stored.files]
    scores = np.asarray(output["scores"], dtype=np.float64)
    kept, others = sort_out(output["weights"], given[:-2])
    facts = {
        "a Keras model": "yes",
        "shape of the scores": str(scores.shape),
        "weights of base": "as before" if same_arrays(output["base"], given) else "changed",
        "layers of base in the model": "all but the last, as they were" if kept else "not as they were",
        "other arrays": ", ".join(str(shape) for shape in sorted(np.shape(array) for array in others)),
    }
    if scores.ndim != 2 or len(scores) != len(y):
        return facts
    biases = [array for array in others if np.ndim(array) == 1]
    facts["new biases"] = "still 0" if biases and not any(np.any(array) for array in biases) else "moved"
    again = np.asarray(output["scores again"], dtype=np.float64)
    same = again.shape == scores.shape and np.allclose(scores, again, rtol=0.01, atol=0.01 * np.abs(scores).max())
    facts["the same rng again"] = "the same scores" if same else "other scores"
    share = np.mean(scores.argmax(axis=1) == y)
    enough = f"at least {ASKED:.0%}".replace("%", " %")
    return facts | {"new images recognised": enough if share >= ASKED else enough.replace("at least", "fewer than")}


def same_arrays(actual: Any, given: list[np.ndarray]) -> bool:
    """Whether these arrays came, every bit as they were."""
    return len(actual) == len(given) and all(np.array_equal(a, b) for a, b in zip(actual, given, strict=True))


def sort_out(weights: list[np.ndarray], given: list[np.ndarray]) -> tuple[bool, list[np.ndarray]]:
    """Say whether all the given arrays are among the weights, and return the weights that are none of them."""
    kept = all(any(np.array_equal(array, one) for one in weights) for array in given)
    return kept, [one for one in weights if not any(np.array_equal(array, one) for array in given)]
