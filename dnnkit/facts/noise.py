"""Facts about what was changed at random: activations that are dropped, and images that are shifted."""

import numpy as np


def dropout_facts(inputs: dict, output: object) -> dict[str, object]:
    """State what was dropped, and by what the rest was multiplied.

    Args:
        inputs: dict with `X`, an array without zeros, shape (N, D).
        output: the result, its mask, and the mask of a second call with the same generator.

    Returns:
        Facts, with shares rounded so that chance does not change them for 7,000 elements or more.
    """
    out, mask, other = (np.asarray(part, dtype=np.float64) for part in output)  # type: ignore[attr-defined]
    X = np.asarray(inputs["X"], dtype=np.float64)
    facts: dict[str, object] = {"shapes": f"{out.shape}, {mask.shape}"}
    if out.shape != X.shape or mask.shape != X.shape:
        return facts
    stays, factors = mask == 1, np.round(np.abs(out / X), 2)
    apart = len(np.unique(mask, axis=0)) == len(X) and len(np.unique(mask, axis=1).T) == len(X.T)
    return facts | {
        "mask holds only 0 and 1": "yes" if np.isin(mask, [0, 1]).all() else "no",
        "share that stays": f"{np.mean(stays):.1f}",
        "factor of what stays": _few(factors[stays]),
        "factor of what goes": _few(factors[~stays]),
        "each row and each column has its own mask": "yes" if apart else "no",
        "a second call with the same rng gives another mask": "no" if np.array_equal(mask, other) else "yes",
    }


def _few(numbers: np.ndarray) -> str:
    """Write the different numbers, if they are few."""
    different = np.unique(numbers)
    return ", ".join(f"{number:g}" for number in different) if len(different) <= 5 else "many different ones"


def shift_facts(inputs: dict, output: object) -> dict[str, object]:
    """State where a single dot in each image was moved.

    Args:
        inputs: dict with `images`, shape (N, H, W), each with one pixel that is not 0, at the same place.
        output: the shifted images, and those of a second call with the same generator.

    Returns:
        Facts: the places where the dots are found, and how many dots are left in an image.
    """
    moved, again = (np.asarray(part, dtype=np.float64) for part in output)  # type: ignore[attr-defined]
    images = np.asarray(inputs["images"], dtype=np.float64)
    if moved.shape != images.shape:
        return {"shape": str(moved.shape)}
    brightness = images.max(axis=(1, 2))
    dots = np.unique(np.round(moved.sum(axis=(1, 2)) / brightness, 4))
    places = sorted({(int(y), int(x)) for y, x in np.argwhere(moved)[:, 1:]})
    still = np.mean((moved == images).all(axis=(1, 2)))
    return {
        "shape": str(moved.shape),
        "where the dot is found": ", ".join(map(str, places)),
        "dots in a picture": _few(dots),
        "pictures with the dot where it was": "many" if still > 0.5 else "few",
        "a second call with the same rng gives others": "no" if np.array_equal(moved, again) else "yes",
    }
