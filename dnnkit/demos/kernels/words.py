"""The sentence and the table of the kernel explorer."""

from typing import Any

import numpy as np

from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.kernels.panels import WAVES, decibels, name_of, tiny


def sentence(result: Result, values: Settings) -> str:
    """Say the PSNRs, what the window gives, the gains and the superposition residual."""
    noise = {"none": "no noise", "Gaussian": f"Gaussian noise of {values['amount']:g}"}
    noise["salt and pepper"] = f"{100 * values['amount']:.0f} % salt and pepper"
    words = f"Picture: {values['image']}, {noise[values['noise']]}; PSNR {decibels(result['psnr'][0])}. "
    words += f"{name_of(values)}, {values['padding']} padding, stride {values['stride']}: "
    if result["keeps"]:
        words += f"PSNR {decibels(result['psnr'][1])}"
    else:
        low, high = result["out"].min(), result["out"].max()
        words += f"the weights sum to {round(result['kernel'].sum(), 6) + 0.0:.3g}, "
        words += f"the output goes from {low:.2f} to {high:.2f}"
    if result["rivals"]:
        words += f" (box {decibels(result['rivals']['box'])}, median {decibels(result['rivals']['median'])})"
    return f"{words}. {_window(result, values)} {_linear(result)}"


def _window(result, values):
    row, column = result["place"]
    count = result["size"] ** 2
    does = {
        "median": f"the middle one of the {count} sorted pixels", "dilate": f"the largest of {count} pixels",
        "erode": f"the smallest of {count} pixels", "open": "the largest of the smallest",
        "close": "the smallest of the largest",
    }.get(values["operator"], f"the sum of {count} products")  # fmt: skip
    where = f"In pass {values['iterations']}, at" if values["iterations"] > 1 else "At"
    aim = f" (clean pixel: {result['clean'][row, column]:.3f})" if result["keeps"] else ""
    words = f"{where} row {row}, column {column}, {does} is {result['value']:.3f}{aim}."
    if values["iterations"] > 1 or values["dilation"] > 1:
        words += f" This output pixel depends on {result['reach']} × {result['reach']} pixels of the input."
    return words


def _linear(result):
    largest = result["residual"].max()
    if result["kernel"] is None:
        return f"Superposition residual up to {largest:.3f}: not linear."
    gains = result["response"][1]
    words = f"Gain {gain(gains[0, 0])} for flat areas, {gain(gains[0, -1])} for vertical and "
    words += f"{gain(gains[1, -1])} for horizontal stripes of one pixel, at most {gain(gains.max())}. "
    return words + f"Superposition residual {tiny(largest)}: linear."


def gain(value: float) -> str:
    """Write a gain; repeated operators can have large ones."""
    return f"{value:.2f}" if value < 1000 else f"{value:.1e}".replace("e+0", "e")


def table(result: Result) -> Any:
    """List the window's numbers, and gains or the residual, as (title, heads, rows)."""
    wide = max(result["size"], 5)
    blocks = [("pixels", result["seen"])]
    if result["kernel"] is not None:
        blocks += [("weights", result["kernel"]), ("products", result["seen"] * result["kernel"])]
    elif result["once"] is not None:
        blocks += [("after the first half", result["once"])]
    else:
        blocks += [("sorted", np.sort(result["seen"], axis=None).reshape(result["seen"].shape))]
    rows = [(f"{name}, row {i + 1}", *line) for name, block in blocks for i, line in enumerate(block.tolist())]
    if result["kernel"] is not None:
        gains = result["response"][1][:, ::16].tolist()
        rows += [(f"gain, waves {wave}, at 0, ⅛, ¼, ⅜, ½", *line) for wave, line in zip(WAVES, gains, strict=True)]
    rows.append(("output pixel", result["value"]))
    rows.append(("largest superposition residual", float(result["residual"].max())))
    rows += [(f"PSNR of {what} in dB", value) for what, value in _nearness(result).items()]
    return (
        "The window and the output in numbers",
        ["numbers", *range(1, wide + 1)],
        [[*row, *[""] * (wide + 1 - len(row))] for row in rows],
    )


def _nearness(result):
    near = {"the input": result["psnr"][0]} | result["rivals"]
    return near | ({"the output": result["psnr"][1]} if result["keeps"] else {})
