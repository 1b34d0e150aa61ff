"""Figures for the lessons: colour-blind safe, labelled, with alternative text.

Plot functions draw and return the Axes; `show` displays. Figures are made without pyplot, so none stays open and
none is shown twice. `show` sends a PNG inside an HTML figure whose alternative text is computed from what was really
drawn, unless the author gives one, so that it stays true when a student's function is wrong.
"""

import base64
import io
import sys
from html import escape

import numpy as np

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")  # Okabe, Ito 2008
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":")
DPI = 110


def panels(columns=1, rows=1, *, width=None, height=3.6):
    """Make a figure with a grid of empty Axes.

    Args:
        columns: Axes side by side.
        rows: rows of Axes.
        width: of the whole figure in inches; 4.8 a column by default.
        height: of one row in inches.

    Returns:
        Flat array of Axes, shape (rows * columns,).
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width or 4.8 * columns, height * rows), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots(rows, columns, squeeze=False).ravel()


def describe(target, text):
    """Add a sentence to the alternative text of what is drawn on these Axes (or on this Figure)."""
    target._dnnkit_alt = [*getattr(target, "_dnnkit_alt", []), text]


def alt_text(figure):
    """Return a figure's alternative text: what `describe` was told, else its titles and labels."""
    said = list(getattr(figure, "_dnnkit_alt", []))
    whole = bool(said)
    for ax in figure.axes:
        title, parts = ax.get_title(), getattr(ax, "_dnnkit_alt", [])
        if parts:
            said.append(" ".join([f"{title}:" if title else "", *parts]).strip())
        elif not whole:
            said.append(", ".join(filter(None, (title, ax.get_xlabel(), ax.get_ylabel()))))
    return " ".join(filter(None, said)) or "A figure without a description."


def show(target, alt=None):
    """Display a figure with its alternative text; outside a notebook print that text.

    Args:
        target: Axes, an array of Axes, or a Figure.
        alt: alternative text; computed from what was drawn when left out.
    """
    first = np.ravel(target)[0] if isinstance(target, (np.ndarray, list, tuple)) else target
    figure = getattr(first, "figure", None) or first
    text = alt or alt_text(figure)
    if "matplotlib.pyplot" in sys.modules:  # a figure made with plt.subplots would be shown a second time
        sys.modules["matplotlib.pyplot"].close(figure)
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        print(f"Figure: {text}")
        return
    from IPython.display import display

    display({"text/html": to_html(figure, text), "text/plain": f"Figure: {text}"}, raw=True)


def to_html(figure, text):
    """Write a figure as an HTML fragment: a PNG with alternative text."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=2 * DPI, facecolor="white")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    width = round(figure.get_figwidth() * DPI * 0.8)
    picture = f'<img alt="{escape(text)}" width="{width}" style="max-width:100%;" src="data:image/png;base64,{data}">'
    return f'<figure style="margin:0.3em 0;">{picture}</figure>'


def plot_losses(losses, *, ax=None, label=None, reference=None, alt=None):
    """Draw a loss after each epoch.

    Args:
        losses: shape (num_epochs,).
        ax: where to draw; a figure of its own by default. Several curves on one Axes get different looks.
        label: name of the curve, for the legend.
        reference: a number to compare with, or the pair (number, name); a dashed horizontal line.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    from matplotlib.ticker import MaxNLocator

    ax = panels()[0] if ax is None else ax
    losses = np.asarray(losses, dtype=np.float64).ravel()
    epochs = np.arange(1, len(losses) + 1)
    number = sum(line.get_gid() == "losses" for line in ax.lines)
    style = {"color": COLOURS[number % 7], "linestyle": LINES[number % 4], "marker": MARKERS[number % 8]}
    ax.plot(epochs, losses, label=label, gid="losses", markersize=4, markevery=max(1, len(losses) // 12), **style)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(alpha=0.3)
    said = alt or _describe_losses(losses, label)
    if reference is not None:
        height, name = reference if isinstance(reference, tuple) else (reference, "reference")
        ax.axhline(height, color="#595959", linestyle=(0, (4, 3)), linewidth=1, label=name)
        said += "" if alt else f" Dashed line, {name}: {height:.3g}."
    if ax.get_legend_handles_labels()[1]:
        ax.legend()
    describe(ax, said)
    return ax


def plot_decision_boundary(predict, X, y, *, ax=None, title=None, alt=None):
    """Draw where a classifier of points in the plane says 0 and 1, and the points.

    Args:
        predict: function from points, shape (M, 2), to probabilities of class 1, shape (M,).
        X: points, shape (N, 2).
        y: their classes 0 or 1, shape (N,).
        ax: where to draw; a figure of its own by default.
        title: title of the Axes.
        alt: alternative text; computed by default.

    Returns:
        The Axes.
    """
    from matplotlib.colors import LinearSegmentedColormap

    ax = panels()[0] if ax is None else ax
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y).ravel()
    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    across, up = np.meshgrid(np.linspace(low[0], high[0], 150), np.linspace(low[1], high[1], 150))
    probs = _probabilities(predict, np.stack([across.ravel(), up.ravel()], axis=1)).reshape(across.shape)
    shades = LinearSegmentedColormap.from_list("classes", [COLOURS[0], "#ffffff", COLOURS[1]])
    ax.pcolormesh(across, up, probs, cmap=shades, vmin=0, vmax=1, alpha=0.5, shading="nearest", rasterized=True)
    if probs.min() < 0.5 < probs.max():
        ax.contour(across, up, probs, levels=[0.5], colors="black", linewidths=1.5)
    for k in (0, 1):
        ax.scatter(
            *X[y == k].T, c=COLOURS[k], marker=MARKERS[k], s=22, edgecolors="white", linewidths=0.6, label=f"y = {k}"
        )
    ax.set(xlabel="first feature", ylabel="second feature", title=title or "", aspect="equal")
    ax.legend(loc="best", framealpha=0.9)
    share = np.mean((_probabilities(predict, X) > 0.5) == (y == 1))
    describe(
        ax,
        alt
        or f"{len(X)} points of two classes and the line where the probability is one half; "
        f"{share:.0%} of the points lie on the side of their class.",
    )
    return ax


def plot_images(images, *, titles=None, columns=5, signed=False, alt=None):
    """Draw images in a grid.

    Args:
        images: grey images, shape (K, H, W).
        titles: K short texts.
        columns: images in a row.
        signed: draw blue below zero and red above on one scale, as for weights; else white to black, each on its own.
        alt: alternative text; computed by default.

    Returns:
        Array of the K Axes.
    """
    images = np.asarray(images, dtype=np.float64)
    if images.ndim != 3:
        raise ValueError(
            f"plot_images needs a stack of images. Expected shape (K, H, W). Got {images.shape}. "
            f"Is a reshape(-1, 8, 8) missing?"
        )
    columns = min(columns, len(images))
    axes = panels(columns, -(-len(images) // columns), width=1.35 * columns, height=1.6)
    limit = np.abs(images).max() if signed and images.size else None
    scale = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit} if signed else {"cmap": "gray_r"}
    for ax in axes:
        ax.set_axis_off()
    for k, (ax, image) in enumerate(zip(axes, images, strict=False)):
        ax.imshow(image, interpolation="nearest", **scale)
        ax.set_title(str(titles[k]) if titles is not None else "", fontsize=9)
    named = f", titled {', '.join(str(t) for t in titles)}" if titles is not None else ""
    kind = "weight images, red above zero and blue below" if signed else "grey images"
    axes[0].figure._dnnkit_alt = [alt or f"{len(images)} {kind}, {images.shape[1]} by {images.shape[2]} pixels{named}."]
    return axes[: len(images)]


def plot_confusion(matrix, *, ax=None, alt=None):
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
    row, column = np.unravel_index(np.argmax(wrong), wrong.shape)
    worst = (
        f" Most frequent mistake: {row} taken for {column}, {wrong[row, column]:g} times." if wrong.max() > 0 else ""
    )
    right = f"{np.trace(matrix) / max(matrix.sum(), 1):.1%} of {matrix.sum():g} examples are on the diagonal."
    describe(ax, alt or f"Confusion matrix of {size} classes: {right}{worst}")
    return ax


def _describe_losses(losses, label):
    name = f"Loss of {label}" if label else "Loss"
    if not len(losses):
        return f"{name}: no epochs."
    lowest = f"lowest {np.nanmin(losses):.3g} in epoch {np.nanargmin(losses) + 1}" if np.isfinite(losses).any() else ""
    return f"{name}: from {losses[0]:.3g} to {losses[-1]:.3g} in {len(losses)} epochs{', ' if lowest else ''}{lowest}."


def _probabilities(predict, points):
    probs = np.asarray(predict(points), dtype=np.float64)
    if probs.size != len(points):
        raise ValueError(
            f"predict returned the wrong number of probabilities. Expected {len(points)}, one for each point. "
            f"Got shape {probs.shape}. Does it return one number for each row of its input?"
        )
    return probs.ravel()
