"""Facts about a network that gives a class to every pixel, on new images that are drawn from a seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.data.segmentation import KINDS, make_segments
from dnnkit.facts.forms import kind

ASKED = 0.65  # mean IoU of new images
FAIR = 0.45  # with less, the kinds of shapes are not told apart
SHAPES_FOUND = 0.8  # IoU of everything that is not ground


def segments(seed: int, num_images: int, num_new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw images to learn from, and new ones.

    Args:
        seed: what the images are drawn from.
        num_images: how many to learn from.
        num_new: how many new ones.

    Returns:
        (X, masks, new images, their masks): images of shape (.., 24, 24, 1), masks of shape (.., 24, 24).
    """
    images, masks = make_segments(num_images + num_new, np.random.default_rng(seed), size=24)
    return images[:num_images], masks[:num_images], images[num_images:], masks[num_images:]


def mean_iou(answers: np.ndarray, masks: np.ndarray, num_classes: int) -> float:
    """Take the mean over all classes of intersection over union, counted over all images together.

    Args:
        answers: classes that were given to the pixels, integers, shape (N, H, W).
        masks: the right classes, shape (N, H, W).
        num_classes: number of classes; each of them occurs in `masks`.
    """
    pairs = [(answers == k, masks == k) for k in range(num_classes)]
    return float(np.mean([np.sum(a & t) / np.sum(a | t) for a, t in pairs]))


def mask_facts(scores: ArrayLike, masks: np.ndarray, num_classes: int, weights: Sequence[ArrayLike]) -> dict[str, str]:
    """State what a network makes of images whose masks are known.

    Args:
        scores: its scores of every pixel; right is the shape (N, H, W, num_classes).
        masks: the right classes, shape (N, H, W).
        num_classes: number of classes.
        weights: all its arrays, those of its normalisations included.

    Returns:
        Facts: the form, whether it was trained, and how well it paints; where that is not well, what it paints.
    """
    scores = np.asarray(scores, dtype=np.float64)
    vectors = [np.asarray(array) for array in weights if np.ndim(array) == 1]
    moved = any(not np.isin(vector, (0.0, 1.0)).all() for vector in vectors)
    facts = {"shape of the scores": str(scores.shape), "trained": "yes" if moved else "no, as at the start"}
    if scores.shape != (*masks.shape, num_classes):
        return facts
    if not np.isfinite(scores).all():
        return facts | {"scores": "infinite or not a number"}
    answers = scores.argmax(axis=-1)
    iou = mean_iou(answers, masks, num_classes)
    name = f"mean IoU of {len(masks)} images"
    if iou >= ASKED or not moved:
        return facts | {name: f"at least {ASKED}" if iou >= ASKED else f"below {ASKED}"}
    facts[name] = f"below {ASKED}" if iou >= FAIR else f"below {FAIR}"
    return facts | _what_is_painted(answers, masks, num_classes) | _what_scores_are(scores, vectors)


def _what_is_painted(answers: np.ndarray, masks: np.ndarray, num_classes: int) -> dict[str, str]:
    """Say which classes are given to one pixel in a hundred or more, and whether shapes stand where they are."""
    shares = np.bincount(answers.ravel(), minlength=num_classes) / answers.size
    ground = np.bincount(masks.ravel()).argmax()
    found = np.sum((answers != ground) & (masks != ground)) / np.sum((answers != ground) | (masks != ground))
    return {
        "classes that are painted": ", ".join(map(str, np.flatnonzero(shares >= 0.01))),
        "shapes told from the ground": "mostly" if found >= SHAPES_FOUND else "hardly",
    }


def _what_scores_are(scores: np.ndarray, vectors: Sequence[np.ndarray]) -> dict[str, str]:
    """Say along which axis the scores sum to 1, if along any, and how large the biases behind them are."""
    sums = [axis for axis in (3, 1, 2) if np.allclose(scores.sum(axis=axis), 1, atol=1e-3)]
    along = {3: "the classes", 1: "the rows of an image", 2: "the columns of an image"}
    size = max((float(np.abs(vector).max()) for vector in vectors if vector.size == scores.shape[-1]), default=0.1)
    sizes = [word for word, most in (("tiny", 0.005), ("small", 0.06), ("moderate", 1.0)) if size < most]
    return {
        "scores sum to 1": f"along {along[sums[0]]}" if sums else "no",
        "biases of the scores": sizes[0] if sizes else "large",
    }


def painted_facts(inputs: dict[str, Any], output: Any) -> dict[str, str]:
    """State what became of a network that was trained on `segments`.

    Args:
        inputs: dict with `seed`, `num_images` and `num_new`, from which `segments` drew the images.
        output: dict with `scores` of the new images and `weights`, the arrays of the network; or the name of the type
            of what came in place of a network.

    Returns:
        Facts, as `mask_facts` states them.
    """
    if not isinstance(output, dict):
        return {"a Keras model": f"no, {output if isinstance(output, str) else kind(output)}"}
    _, _, _, masks = segments(inputs["seed"], inputs["num_images"], inputs["num_new"])
    return {"a Keras model": "yes"} | mask_facts(output["scores"], masks, len(KINDS), output["weights"])
