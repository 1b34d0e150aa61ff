"""The pictures of the kernel explorer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnnkit.demos.canvas import Panel, apart
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.kernels import learned
from dnnkit.demos.kernels import operators as kernels
from dnnkit.demos.kernels.pictures import SIDE

WIDTH, HEIGHT = 452, 250
RIGHT = SIDE + 6  # where the second picture of a panel begins; each is SIDE wide, however many pixels it has
LETTERS = 36  # that have room above a picture
WAVES = ("left to right", "top to bottom", "diagonal")


def decibels(value: float) -> str:
    """Write a PSNR."""
    return f"{value:.1f} dB" if np.isfinite(value) else "infinite (no error)"


def parts_of(values: Settings) -> list[str]:
    """List what makes an operator: its name with the size of its window, dilation and iterations where more than 1."""
    custom = values["operator"] == kernels.CUSTOM
    size, place = len(values["weights"]) if custom else values["size"], learned.place(values["weights"])
    name = f"learned kernel {place + 1}," if custom and place is not None else values["operator"]
    parts = [f"{name} {size} × {size}"]
    parts += [f"dilation {values['dilation']}"] if values["dilation"] > 1 else []
    return parts + ([f"{values['iterations']} times"] if values["iterations"] > 1 else [])


def name_of(values: Settings) -> str:
    """Write an operator."""
    return ", ".join(parts_of(values))


def tiny(value: float) -> str:
    """Write what is 0 up to rounding."""
    return f"{value:.0e}" if value else "0"


def pair(title: str) -> Panel:
    """Begin a panel with room for two pictures side by side, words above them."""
    return Panel(title, xlim=(0, RIGHT + SIDE), ylim=(0, SIDE + 6), equal=True, axes=False, width=WIDTH, height=HEIGHT)


def show(
    panel: Panel,
    image: NDArray[np.float64],
    left: float,
    words: str,
    *,
    scale: str = "grey",
    limits: tuple[float, float] | None = (0.0, 1.0),
) -> None:
    """Put a picture into a pair, words above it."""
    panel.field(image, (left, left + SIDE, 0, SIDE), scale=scale, limits=limits, smooth=False)
    panel.text(left, SIDE + 3, words)


def frame(
    panel: Panel, left: float, right: float, bottom: float, top: float, series: int = 5, solid: bool = True
) -> None:
    """Draw the edge of a rectangle."""
    panel.line([left, right, right, left, left], [bottom, bottom, top, top, bottom], series=series, solid=solid)


def before(result: Result, values: Settings) -> Panel:
    """Draw the input with the window, and the clean picture; with several passes, what goes into the last one."""
    again = values["iterations"] > 1
    panel = pair("input with the window (arrow keys or pointer move it)")
    show(panel, result["noisy"], 0, f"input, PSNR {decibels(result['psnr'][0])}")
    if again:
        show(panel, result["before"], RIGHT, f"before pass {values['iterations']}, with the window")
        _around(panel, result, result["reach"], 0, series=3, solid=False)
    else:
        show(panel, result["clean"], RIGHT, "clean picture")
    left = RIGHT if again else 0
    _around(panel, result, values["dilation"] * (result["size"] - 1) + 1, left)
    if values["dilation"] > 1:
        _taps(panel, result, values["dilation"], left)
    return panel


def _around(panel, result, wide, left, **look):
    """Draw a frame around the window's middle, so many pixels wide, as far as there is a picture."""
    (row, column), side = result["place"], len(result["noisy"])
    middle = column + 0.5, side - row - 0.5
    ends = [np.clip([m - wide / 2, m + wide / 2], 0, side) * (SIDE / side) for m in middle]
    frame(panel, *(ends[0] + left), *ends[1], **look)


def _taps(panel, result, dilation, left):
    """Mark the pixels that a dilated window sees."""
    side, half = len(result["noisy"]), result["size"] // 2
    steps = dilation * np.arange(-half, half + 1)
    x, y = np.meshgrid(result["place"][1] + 0.5 + steps, side - result["place"][0] - 0.5 + steps)
    seen = (x > 0) & (x < side) & (y > 0) & (y < side)
    panel.points(left + x[seen] * (SIDE / side), y[seen] * (SIDE / side), series=5, shape="square", size=1.5)


def after(result: Result, values: Settings, pinned: Any) -> Panel:
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
        show(panel, pinned[1]["out"], RIGHT, _pinned_words(*pinned), **_look(pinned[1]))
        panel.line(*_edge(), ghost=True)
    elif result["keeps"]:
        error = np.abs(result["out"] - result["aim"])
        show(panel, error, RIGHT, f"|output − clean|, mean {error.mean():.3f}", scale="positive", limits=(0.0, 0.5))
    else:
        show(panel, np.abs(result["out"]), RIGHT, f"strength |output|, up to {np.abs(result['out']).max():.2f}",
             scale="positive", limits=None)  # fmt: skip
    return panel


def _pinned_words(values, result):
    """Name what was pinned, with as much as has room above a picture."""
    words = "pinned: " + parts_of(values)[0]
    for part in [*parts_of(values)[1:], *([decibels(result["psnr"][1])] if result["keeps"] else [])]:
        words += f", {part}" if len(words) + len(part) + 2 <= LETTERS else ""
    return words


def _look(result):
    """Say how an output is coloured: as a picture, or by sign where brightness is gone."""
    if result["keeps"]:
        return {"scale": "grey", "limits": (0.0, 1.0)}
    most = float(np.abs(result["out"]).max()) or 1.0
    return {"scale": "signed", "limits": (-most, most)}


def _edge():
    return [RIGHT, RIGHT + SIDE, RIGHT + SIDE, RIGHT, RIGHT], [0, 0, SIDE, SIDE, 0]


# what it does to waves, and whether it is linear ---------------------------------------------------------------------


def waves(result: Result, values: Settings, pinned: Any) -> Panel:
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
    places = apart(gains[:, -1], 0.085 * highest, 0.03 * highest, 0.95 * highest)
    for i, (gain, wave) in enumerate(zip(gains, WAVES, strict=True)):
        series, shape = (4, 5, 3)[i], ("circle", "triangle", "square")[i]
        panel.line(frequency, gain, series=series, end=shape, width=4.0 - i)
        panel.text(0.52, places[i], wave, series=series)
    return panel


def residual(result: Result, values: Settings) -> Panel:
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
