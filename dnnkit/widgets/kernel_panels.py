"""The pictures of the kernel explorer."""

import numpy as np

from dnnkit.widgets import kernels
from dnnkit.widgets.kernels import SIDE
from dnnkit.widgets.scene import Panel, apart, colour_table

WIDTH, HEIGHT = 452, 250
INNER = 440, 234  # what is left inside, in pixels
RIGHT = SIDE + 6  # where the second picture of a panel begins
WAVES = ("left to right", "top to bottom", "diagonal")


def decibels(value):
    """Write a PSNR."""
    return f"{value:.1f} dB" if np.isfinite(value) else "infinite (no error)"


def name_of(values):
    """Write an operator with the size of its window."""
    size = len(values["weights"]) if values["operator"] == kernels.CUSTOM else values["size"]
    return f"{values['operator']} {size} × {size}"


def tiny(value):
    """Write what is 0 up to rounding."""
    return f"{value:.0e}" if value else "0"


def pair(title):
    """Begin a panel with room for two pictures side by side, words above them."""
    return Panel(title, xlim=(0, RIGHT + SIDE), ylim=(0, SIDE + 6), equal=True, axes=False, width=WIDTH, height=HEIGHT)


def show(panel, image, left, words, *, scale="grey", limits=(0.0, 1.0)):
    """Put a picture into a pair, words above it."""
    panel.field(image, (left, left + SIDE, 0, SIDE), scale=scale, limits=limits, smooth=False)
    panel.text(left, SIDE + 3, words)


def frame(panel, left, right, bottom, top, series=5):
    """Draw the edge of a rectangle."""
    panel.line([left, right, right, left, left], [bottom, bottom, top, top, bottom], series=series, solid=True)


def before(result, values):
    """Draw the input with the window, and the clean picture."""
    panel = pair("input with the window (arrow keys or pointer move it)")
    show(panel, result["noisy"], 0, f"input, PSNR {decibels(result['psnr'][0])}")
    show(panel, result["clean"], RIGHT, "clean picture")
    half, (row, column) = result["size"] / 2, result["place"]
    middle = column + 0.5, SIDE - row - 0.5
    ends = [np.clip([m - half, m + half], 0, SIDE) for m in middle]
    frame(panel, *ends[0], *ends[1])
    return panel


def after(result, values, pinned):
    """Draw the output, and beside it the demo's own, the pinned one or the error."""
    own = result["own"]
    shown = own["image"] if own and own["image"] is not None else result["out"]
    panel = pair(f"output: {name_of(values)}" + (f", stride {values['stride']}" if values["stride"] > 1 else ""))
    look = _look(result)
    words = f"PSNR {decibels(result['psnr'][1])}" if result["keeps"] else "orange: below 0, purple: above"
    if shown is not result["out"]:
        words = f"yours, {words}" if own["right"] else "yours"
    show(panel, shown, 0, words, **look)
    row, column = np.array(result["place"]) // values["stride"]
    rows, columns = SIDE / np.array(result["out"].shape)
    frame(panel, column * columns, (column + 1) * columns, SIDE - (row + 1) * rows, SIDE - row * rows)
    if own and own["right"] is False and own["image"] is not None:
        show(panel, result["out"], RIGHT, "grey frame: the demo's own", **look)
        panel.line(*_edge(), ghost=True)
    elif pinned:
        words = f", {decibels(pinned[1]['psnr'][1])}" if pinned[1]["keeps"] else ""
        show(panel, pinned[1]["out"], RIGHT, f"pinned: {name_of(pinned[0])}{words}", **_look(pinned[1]))
        panel.line(*_edge(), ghost=True)
    elif result["keeps"]:
        error = np.abs(result["out"] - result["aim"])
        show(panel, error, RIGHT, f"|output − clean|, mean {error.mean():.3f}", scale="positive", limits=(0.0, 0.5))
    else:
        show(panel, np.abs(result["out"]), RIGHT, f"strength |output|, up to {np.abs(result['out']).max():.2f}",
             scale="positive", limits=None)  # fmt: skip
    return panel


def _look(result):
    """Say how an output is coloured: as a picture, or by sign where brightness is gone."""
    if result["keeps"]:
        return {"scale": "grey", "limits": (0.0, 1.0)}
    most = float(np.abs(result["out"]).max()) or 1.0
    return {"scale": "signed", "limits": (-most, most)}


def _edge():
    return [RIGHT, RIGHT + SIDE, RIGHT + SIDE, RIGHT, RIGHT], [0, 0, SIDE, SIDE, 0]


# the window in numbers ------------------------------------------------------------------------------------------------


def numbers(result, values):
    """Draw the pixels under the window and what becomes of them, in numbers."""
    row, column = result["place"]
    title = f"the window at row {row}, column {column} (counted from 0)"
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
    panel.text(14, bottom - 22 - 17 * len(lines), f"= {_plain(products.sum())}, the output pixel", bold=True)


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


def grids(panel, arrays, signs, chosen=None):
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
        panel.text(14, 10, "The single numbers are in the table (button Table).")
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


# what it does to waves, and whether it is linear ---------------------------------------------------------------------


def waves(result, values, pinned):
    """Draw by how much waves are multiplied, for a linear operator."""
    title = f"linear (superposition residual {tiny(result['residual'].max())}): gain of waves"
    panel = Panel(title, "cycles per pixel (0: flat, 0.5: stripes of one pixel)", "gain", width=WIDTH, height=HEIGHT)
    frequency, gains = result["response"]
    highest = max(1.05, 1.08 * float(gains.max()))
    panel.xlim, panel.ylim = (0.0, 0.72), (-0.02 * highest, highest)
    panel.rule(x=0.5, series=0)
    if pinned and pinned[1]["kernel"] is not None:
        for gain in pinned[1]["response"][1]:
            panel.line(frequency, gain, ghost=True)
    places = apart(gains[:, -1], 0.085 * highest, 0.03 * highest, 0.97 * highest)
    for i, (gain, wave) in enumerate(zip(gains, WAVES, strict=True)):
        series, shape = (4, 5, 3)[i], ("circle", "triangle", "square")[i]
        panel.line(frequency, gain, series=series, end=shape, width=4.0 - i)
        panel.text(0.52, places[i], wave, series=series)
    return panel


def residual(result, values):
    """Draw where f(a + b) is not f(a) + f(b)."""
    panel = pair("not linear: |f(a + b) − f(a) − f(b)|")
    most = float(result["residual"].max())
    show(panel, result["residual"], 0, "dark: 0", scale="positive", limits=(0.0, most or 1.0))
    lines = ["a: the middle 32 × 32 of the input", "b: its mirror image", f"largest {most:.3f}"]
    lines += [
        f"mean {result['residual'].mean():.3f}",
        "",
        "A linear operator has 0 everywhere:",
        "filtering a sum is the",
    ]
    lines += ["sum of what is filtered."]
    for i, line in enumerate(lines):
        panel.text(RIGHT, SIDE - 6 - 6 * i, line, bold=i == 2)
    return panel
