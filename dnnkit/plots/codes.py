"""Codes of pictures: points and their shadows on a line, pictures beside their codes, maps and planes of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.curves import INKS
from dnnkit.plots.figures import COLOURS, MARKERS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 1  # pixels around each picture of a plane


def plot_shadows(X: ArrayLike, angles: ArrayLike, *, alt: str | None = None) -> np.ndarray:
    """Draw points, lines through their mean, and where each point lands on the line if it takes the shortest way.

    Args:
        X: points in the plane, shape (N, 2).
        angles: direction of the line of each panel, in degrees, shape (P,).
        alt: alternative text; computed by default.

    Returns:
        Array of the P Axes.
    """
    X, angles = np.asarray(X, dtype=np.float64), np.asarray(angles, dtype=np.float64).ravel()
    axes, mean = panels(len(angles), width=4.2 * len(angles), height=3.8), X.mean(axis=0)
    reach = 1.15 * np.abs(X - mean).max() * np.array([-1.0, 1.0])
    for ax, angle in zip(axes, angles, strict=True):
        way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        feet = mean + ((X - mean) @ way)[:, None] * way
        lost = np.mean(np.sum((X - feet) ** 2, axis=1))
        ax.plot(*(mean[:, None] + way[:, None] * reach), color="black", linewidth=1)
        for point, foot in zip(X, feet, strict=True):
            ax.plot(*zip(point, foot, strict=True), color="#999999", linewidth=0.8)
        ax.plot(*X.T, "o", color=COLOURS[0], markersize=5)
        ax.plot(*feet.T, "x", color=COLOURS[1], markersize=5)
        ax.set(xlim=mean[0] + reach, ylim=mean[1] + reach, aspect="equal", title=f"mean squared distance {lost:.2f}")
        describe(ax, alt or f"{len(X)} points and a line at {angle:g} degrees; mean squared distance {lost:.2f}.")
    return axes


def plot_rebuilt(pictures: ArrayLike, codes: ArrayLike, rebuilt: ArrayLike, *, alt: str | None = None) -> np.ndarray:
    """Draw pictures, below each its code as bars, and below that what is rebuilt from the code.

    Args:
        pictures: shape (K, H, W).
        codes: shape (K, C).
        rebuilt: shape (K, H, W).
        alt: alternative text; computed by default.

    Returns:
        Array of the 3 K Axes, row by row.
    """
    pictures, codes, rebuilt = (np.asarray(array, dtype=np.float64) for array in (pictures, codes, rebuilt))
    count, reach = len(pictures), np.abs(codes).max(initial=1e-9)
    axes = panels(count, 3, width=1.3 * count, height=1.3)
    for k in range(count):
        axes[k].imshow(pictures[k], cmap="gray_r")
        axes[count + k].bar(np.arange(codes.shape[1]), codes[k], color=COLOURS[0])
        axes[count + k].axhline(0, color="black", linewidth=0.8)
        axes[count + k].set(ylim=(-reach, reach))
        axes[2 * count + k].imshow(rebuilt[k], cmap="gray_r")
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    for ax, name in zip(axes[::count], ("picture", "code", "rebuilt"), strict=True):
        ax.set_ylabel(name)
    error = np.mean(np.sum((pictures - rebuilt) ** 2, axis=(1, 2)))
    text = f"{count} pictures, their codes of {codes.shape[1]} numbers as bars, and what is rebuilt from the codes; "
    describe(axes[0].figure, alt or f"{text}mean squared error {error:.2f} for each picture.")
    return axes


def plot_map(
    codes: ArrayLike,
    classes: ArrayLike,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> Axes:
    """Draw codes of two numbers as points, in the look of their class, with the class's name in its middle.

    Args:
        codes: shape (N, 2).
        classes: whole numbers, shape (N,).
        ax: where to draw; a figure of its own by default.
        title: title of the Axes.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    codes, classes = np.asarray(codes, dtype=np.float64), np.asarray(classes).ravel()
    ax = panels(width=5.6, height=5.0)[0] if ax is None else ax
    for k, name in enumerate(np.unique(classes)):
        of_class = codes[classes == name]
        across, up = of_class.T
        ax.scatter(across, up, s=9, color=INKS[k % 8], marker=MARKERS[k % 8 if k < 8 else k % 3], alpha=0.55, lw=0)
        x, y = np.median(of_class, axis=0)
        box = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": INKS[k % 8]}
        ax.text(x, y, str(name), ha="center", va="center", fontsize=11, weight="bold", bbox=box)
    ax.set(xlabel="first number of the code", ylabel="second number of the code", title=title or "")
    spread = " and ".join(f"{low:.3g} to {high:.3g}" for low, high in zip(codes.min(0), codes.max(0), strict=True))
    describe(ax, alt or f"Map of {len(codes)} codes of {len(np.unique(classes))} classes; the numbers run {spread}.")
    return ax


def plot_plane(pictures: ArrayLike, *, reach: float, title: str | None = None, alt: str | None = None) -> Axes:
    """Draw the pictures that belong to a grid of codes, each where its code lies in the plane.

    Args:
        pictures: grey pictures, shape (R, C, H, W); row 0 belongs to the largest second number.
        reach: the largest number of a code on the grid; it runs from -reach to reach in both directions.
        title: title of the Axes.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    gaps = ((0, 0), (0, 0), (GAP, GAP), (GAP, GAP))
    pictures = np.pad(np.asarray(pictures, dtype=np.float64), gaps)  # digits that touch cannot be read
    rows, columns, height, width = pictures.shape
    ax = panels(width=6.4, height=6.0)[0]
    whole = pictures.swapaxes(1, 2).reshape(rows * height, columns * width)
    ax.imshow(whole, cmap="gray_r", extent=(-reach, reach, -reach, reach), interpolation="nearest")
    ax.set(xlabel="first number of the code", ylabel="second number of the code", title=title or "")
    describe(ax, alt or f"{rows * columns} pictures, decoded from a grid of codes from {-reach:g} to {reach:g}.")
    return ax
