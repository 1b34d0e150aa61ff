"""The window of the kernel explorer in numbers: pixels, weights and products, or pixels sorted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel
from dnnkit.demos.colours import colour_table
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.kernels.panels import HEIGHT, WIDTH, frame

INNER = 440, 234  # what is left inside a panel, in pixels


def numbers(result: Result, values: Settings) -> Panel:
    """Draw the pixels under the window and what becomes of them, in numbers."""
    row, column = result["place"]
    title = f"pass {values['iterations']}: " if values["iterations"] > 1 else ""
    title += f"the window at row {row}, column {column} (counted from 0)"
    panel = Panel(title, xlim=(0, INNER[0]), ylim=(0, INNER[1]), axes=False, width=WIDTH, height=HEIGHT)
    if result["kernel"] is not None:
        _products(panel, result)
    else:
        _ranks(panel, result, values)
    return panel


def _products(panel, result):
    """Spell out pixels times weights, and their sum."""
    products, size = result["seen"] * result["kernel"], result["size"]
    arrays = [("pixels", result["seen"], "grey"), ("weights", result["kernel"], "signed")]
    bottom = grids(panel, [*arrays, ("products", products, "signed")], ("×", "="))
    terms = products.ravel() if size == 3 else products.sum(axis=1)
    per = 3 if size == 3 else 5
    lines = [" + ".join(map(_plain, terms[i : i + per])) for i in range(0, len(terms), per)]
    lines[0] = ("products: " if size == 3 else "sums of the rows: ") + lines[0]
    for i, line in enumerate(lines):
        panel.text(14, bottom - 18 - 17 * i, line if i == 0 else "+ " + line)
    panel.text(14, bottom - 20 - 17 * len(lines), f"= {_plain(products.sum())}, the output pixel", bold=True)


def _ranks(panel, result, values):
    """Show the pixels sorted, or the smallest or largest around, and which one is chosen."""
    operator, size, flat = values["operator"], result["size"], np.sort(result["seen"], axis=None)
    place = {"median": size**2 // 2, "dilate": size**2 - 1, "erode": 0}.get(operator)
    if place is not None:
        which = {"median": f"the middle one of {size**2}", "dilate": "the largest", "erode": "the smallest"}[operator]
        head, second, value = "sorted, row by row", flat.reshape(size, size), flat[place]
    else:
        first, which = ("smallest", "the largest") if operator == "open" else ("largest", "the smallest")
        head, second, value = f"the {first} around each", result["once"], result["value"]
        place = int(np.argmax(second) if operator == "open" else np.argmin(second))
        which += " of these"
    bottom = grids(panel, [("pixels", result["seen"], "grey"), (head, second, "grey")], ("→",), chosen=place)
    panel.text(14, bottom - 22, f"thick frame: {which}", series=None)
    panel.text(14, bottom - 42, f"{_plain(value)}, the output pixel", bold=True)
    panel.text(14, bottom - 62, "No weights: it picks one pixel, it does not add.")


def grids(
    panel: Panel, arrays: Sequence[tuple[str, NDArray[np.float64], str]], signs: Sequence[str], chosen: Any = None
) -> float:
    """Draw arrays of numbers side by side, words above and signs between.

    Args:
        panel: where.
        arrays: list of (words, array of shape (K, K), scale of the colours).
        signs: text between neighbours.
        chosen: place of the thickly framed number in the last one.

    Returns:
        The height of the lower edge.
    """
    size, top, gap = arrays[0][1].shape[0], INNER[1] - 18, 20
    cell = min(40, 130 // size)
    for n, (words, array, scale) in enumerate(arrays):
        left = 14 + n * (size * cell + gap)
        panel.text(left, top + 9, words)
        if n:
            panel.text(left - gap / 2, top - size * cell / 2, signs[n - 1], align="center", bold=True)
        limits = (0.0, 1.0) if scale == "grey" else (-_most(array), _most(array))
        if size > 5:  # too small for numbers: they are in the table
            extent = left, left + size * cell, top - size * cell, top
            panel.field(array, extent, scale=scale, limits=limits, smooth=False)
            frame(panel, *extent, series=0)
        last = chosen if n == len(arrays) - 1 else None
        _cells(panel, array, (left, top, cell), colour_table(scale)[_shades(array, limits)], last, size <= 5)
    if size > 5:
        panel.text(14, 6, "The single numbers are in the table (button Table).")
    return top - size * cell


def _cells(panel, array, where, colours, chosen, every):
    left, top, cell = where
    for i, value in enumerate(array.ravel().tolist()):
        if not every and i != chosen:
            continue
        row, column = divmod(i, len(array))
        red, green, blue = map(int, colours[row, column])
        ink = "#ffffff" if 0.3 * red + 0.59 * green + 0.11 * blue < 130 else "#222222"
        text = [_short(value)] if every else []
        look = {"fill": f"#{red:02x}{green:02x}{blue:02x}", "ink": ink, "round": 0, "strong": i == chosen}
        panel.box(left + (column + 0.5) * cell, top - (row + 0.5) * cell, cell, cell, text, **look)


def _shades(array, limits):
    share = (array - limits[0]) / (limits[1] - limits[0])
    return np.round(255 * np.clip(share, 0.0, 1.0)).astype(int)


def _most(array):
    return float(np.abs(array).max()) or 1.0


def _short(value):
    text = f"{value:.2f}" if abs(value) < 9.995 else f"{value:.0f}"
    return {"0.00": "0", "-0.00": "0"}.get(text, text.replace("0.", ".", 1) if abs(value) < 0.995 else text).replace(
        "-", "−"
    )


def _plain(value):
    text = f"{value:.3f}"
    return ("0.000" if text == "-0.000" else text).replace("-", "−")
