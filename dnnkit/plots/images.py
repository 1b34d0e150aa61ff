"""Images in a grid, and a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import ALT, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_images(
    images: ArrayLike,
    *,
    titles: Sequence[object] | np.ndarray | None = None,
    columns: int = 5,
    signed: bool = False,
    alt: str | None = None,
) -> np.ndarray:
    """Draw images in a grid.

    Args:
        images: grey images, shape (K, H, W) or (K, H, W, 1), or colour images, shape (K, H, W, 3), red, green and blue
            from 0 to 1 (whole numbers: from 0 to 255).
        titles: K short texts.
        columns: images in a row.
        signed: one scale for all, for weights: blue below zero and red above, or, with three channels, zero as
            middle grey. Else white to black, each on its own, or the colours as they are.
        alt: alternative text; computed by default.

    Returns:
        Array of the K Axes.

    Raises:
        ValueError: the shape is none of these.
    """
    stack = _checked(images)
    columns = min(columns, len(stack))
    axes = panels(columns, -(-len(stack) // columns), width=1.35 * columns, height=1.6)
    pixels, scale = _colouring(stack, signed)
    for ax in axes[len(stack) :]:
        ax.set_axis_off()
    for k, (ax, image) in enumerate(zip(axes, pixels, strict=False)):
        _draw(ax, image, str(titles[k]) if titles is not None else "", scale)
    named = f", titled {', '.join(str(t) for t in titles)}" if titles is not None else ""
    kind = _kind_of(stack, signed)
    setattr(axes[0].figure, ALT, [alt or f"{len(stack)} {kind}, {stack.shape[1]} by {stack.shape[2]} pixels{named}."])
    return axes[: len(stack)]


def _colouring(stack: np.ndarray, signed: bool) -> tuple[np.ndarray, dict[str, Any]]:
    """Return what is drawn, and how Matplotlib colours it."""
    limit = float(np.abs(stack).max() or 1.0)
    if stack.ndim == 4:
        return np.clip(0.5 + stack / (2 * limit) if signed else stack, 0.0, 1.0), {}
    return stack, {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit} if signed else {"cmap": "gray_r"}


def _kind_of(stack: np.ndarray, signed: bool) -> str:
    colour = stack.ndim == 4
    kind = "colour images" if colour else "grey images"
    if signed:
        kind = "weight images, zero is middle grey" if colour else "weight images, red above zero and blue below"
    return kind if len(stack) > 1 else kind.replace("images", "image")


def plot_confusion(matrix: ArrayLike, *, ax: Axes | None = None, alt: str | None = None) -> Axes:
    """Draw how often each class was taken for each other.

    Args:
        matrix: counts, shape (C, C); rows are true classes, columns predicted ones.
        ax: where to draw; a figure of its own by default.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    matrix = np.asarray(matrix)
    size = len(matrix)
    ax = panels(width=0.45 * size + 1.2, height=0.45 * size + 1.0)[0] if ax is None else ax
    ax.imshow(matrix, cmap="Blues", vmin=0)
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if count > matrix.max() / 2 else "black"
        ax.text(column, row, f"{count:g}", ha="center", va="center", color=colour, fontsize=9)
    ax.set(xlabel="predicted class", ylabel="true class", xticks=range(size), yticks=range(size))
    wrong = matrix - np.diag(np.diag(matrix))
    right = f"{np.trace(matrix) / max(matrix.sum(), 1):.1%} of {matrix.sum():g} examples are on the diagonal."
    describe(ax, alt or f"Confusion matrix of {size} classes: {right}{_worst(wrong)}")
    return ax


def _worst(wrong: np.ndarray) -> str:
    """Name the most frequent mistakes, up to three of them that are equally frequent."""
    most = wrong.max(initial=0)
    if most <= 0:
        return ""
    pairs = [f"{row} taken for {column}" for row, column in np.argwhere(wrong == most)]
    named = ", ".join(pairs[:3]) + (f" and {len(pairs) - 3} more" if len(pairs) > 3 else "")
    times = "once" if most == 1 else f"{most:g} times"
    return f" Most frequent mistake{'s' * (len(pairs) > 1)}: {named}, {times}{' each' * (len(pairs) > 1)}."


def _draw(ax: Axes, image: np.ndarray, title: str, scale: dict[str, Any]) -> None:
    ax.imshow(image, interpolation="nearest", **scale)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(color="0.75", linewidth=0.6)  # where a white picture ends
    ax.set_title(title, fontsize=9)


def _checked(stack: ArrayLike) -> np.ndarray:
    """Images as float64, shape (K, H, W) or (K, H, W, 3)."""
    given = np.asarray(stack)
    images = given.astype(np.float64)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim == 4 and images.shape[3] == 3 and given.dtype.kind in "iu":
        images = images / 255.0
    if images.size and (images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)):
        return images
    cure = "Is a reshape(-1, 8, 8) missing?" if images.size else "No image left?"
    if images.size and images.ndim == 4:
        cure = "Are the channels first? np.moveaxis(images, 1, -1) puts them last."
    raise ValueError(
        f"plot_images needs a stack of images. Expected shape (K, H, W), (K, H, W, 1) or (K, H, W, 3). "
        f"Got {given.shape}. {cure}"
    )
