"""Kernel explorer: what a small window does to a picture, in numbers, and which filters are no kernels."""

import time
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Choice, Grid, Picture, Question, Slider
from dnnkit.demos.demo import Demo
from dnnkit.demos.interface import Result, Settings
from dnnkit.demos.kernels import learned, panels, pictures, words
from dnnkit.demos.kernels import number_panels as numbers
from dnnkit.demos.kernels import operators as kernels
from dnnkit.demos.kernels.operators import CUSTOM
from dnnkit.demos.kernels.pictures import OWN, SIDE

MOVES = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
PROBE = np.random.default_rng(5).normal(size=(10, 11))  # to compare functions on: no symmetry hides a mistake
PROBE_KERNEL = np.random.default_rng(6).normal(size=(15, 15))
BIAS = 0.25
AFFORDABLE = 0.2  # seconds of computing for the whole picture
MOST_PRODUCTS = 4e6  # of pixels and weights, zeros counted; more would need a lot of memory at once
SMOOTHING = ("box", "Gaussian", "median")
MOST_SORTED = 250  # pixels, for each pixel of the picture, to compare a smoothing operator with the median
REPEATS = ("stride", "dilation", "iterations")


class KernelExplorer(Demo):
    """Slide a window over a picture: pixels, weights, products, sum.

    Slots:
        conv2d: the student's `conv2d(X, W, b, stride, padding)` on X of shape (N, H, W, C_in) and W of shape
            (KH, KW, C_in, C_out); it filters the picture for linear operators with zero padding.

    Example:
        kernel_explorer(conv2d=conv2d, operator="Sobel x")
    """

    name = "kernel_explorer"
    title = "Kernel explorer"
    question = Question(
        "5 % of the photo's pixels turned black or white. What comes nearest to the clean photo (highest PSNR)?",
        ("leave it as it is", "the mean of each 3 × 3 window (box blur)", "the median of each 3 × 3 window",
         "smallest, then largest pixel of each window (opening)"),
        "Read the PSNR of the box. Then choose other operators: median, open.",
    )  # fmt: skip
    controls = (
        Choice("image", "picture", "photo", options=pictures.IMAGES),
        Picture("upload", "your own picture", "", side=pictures.OWN_SIDE,
                help="it is scaled to 128 × 128 grey pixels in this page, and stays on your computer"),
        Choice("noise", "noise", "salt and pepper", options=pictures.NOISES),
        Slider("amount", "amount", 0.05, low=0.0, high=0.3, step=0.01,
               help="salt and pepper: share of pixels that become black or white; Gaussian: standard deviation"),
        Choice("operator", "operator", "box", options=kernels.OPERATORS),
        Slider("size", "size of the window", 3, low=3, high=15, step=2, unit="pixels",
               help="rows and columns; the custom grid always has its own"),
        Slider("dilation", "dilation", 1, low=1, high=4, step=1, unit="pixels",
               help="distance between the pixels that the window sees; 1: neighbours"),
        Slider("iterations", "iterations", 1, low=1, high=5, step=1, unit="times",
               help="how often the operator is applied, each time to what came out before; the stride comes last"),
        Slider("stride", "stride", 1, low=1, high=4, step=1, unit="pixels"),
        Choice("padding", "padding", "zero", options=tuple(kernels.PADDINGS)),
        Grid("weights", "weights of the custom grid", [[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]],
             help="used when the operator is the custom grid"),
    )  # fmt: skip
    presets = {
        "salt and pepper: box": {},
        "salt and pepper: median": {"operator": "median"},
        "Gaussian noise: box": {"noise": "Gaussian", "amount": 0.2},
        "edges from left to right": {"noise": "none", "operator": "Sobel x", "row": 46, "column": 36},
        "what a blur loses": {"noise": "none", "operator": "high-pass", "size": 5},
        "thicker strokes": {
            "image": "digit",
            "noise": "none",
            "operator": "dilate",
            "size": 5,
            "row": 36,
            "column": 27,
        },
        "small kernels, wide view": {
            "noise": "none", "operator": "Gaussian", "dilation": 2, "iterations": 3, "row": 46, "column": 36,
        },
        "first layer of a trained network": {
            "noise": "none", "operator": CUSTOM, "weights": learned.kernel(0), "row": 46, "column": 36,
        },
    }  # fmt: skip
    static_presets = ("salt and pepper: box", "salt and pepper: median", "edges from left to right")
    slots = ("conv2d",)
    actions = (("learned", "Next learned kernel"),)
    kept = ("upload",)
    plot_keys = tuple(
        (key, key.replace("Arrow", "") + " arrow", "move the window; with Shift by 8 pixels") for key in MOVES
    )
    _whole = (None, None)  # the last picture that the student's function filtered, and its inputs

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `row` and `column` are the window's middle."""
        first = next(iter(cls.presets.values()))
        return super().defaults() | {"row": 27, "column": 21} | first

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Filter the picture: input, clean and output (H, W), the window in numbers, response and residual."""
        clean = self._clean(values)
        noisy = pictures.disturb(clean, values["noise"], values["amount"], rng)
        weights, stride = kernels.finite(values["weights"]), int(values["stride"])
        size = len(weights) if values["operator"] == CUSTOM else int(values["size"])
        dilation, iterations = int(values["dilation"]), int(values["iterations"])
        settings = values["operator"], size, values["padding"], weights, dilation
        full, before = (kernels.apply(noisy, *settings, times) for times in (iterations, iterations - 1))
        out, aim, kernel = full[::stride, ::stride], clean[::stride, ::stride], kernels.kernel(*settings[:2], weights)
        row, column = (min(max(int(values[key]), 0), len(clean) - 1) // stride * stride for key in ("row", "column"))
        sees = row, column, size, values["padding"], dilation
        first = {"open": "erode", "close": "dilate"}.get(values["operator"])
        once = None if first is None else kernels.apply(before, first, *settings[1:])
        cheap = size**2 * iterations <= MOST_SORTED
        rivals = ("box", "median") if values["operator"] in SMOOTHING and cheap else ()
        near = {name: kernels.apply(noisy, name, *settings[1:], iterations)[::stride, ::stride] for name in rivals}
        return {
            "clean": clean, "noisy": noisy, "before": before, "out": out, "aim": aim, "kernel": kernel, "size": size,
            "place": (row, column), "seen": kernels.window(before, *sees), "value": float(full[row, column]),
            "once": None if once is None else kernels.window(once, *sees),
            "reach": kernels.reach(values["operator"], size, dilation, iterations),
            "keeps": kernel is None or abs(kernel.sum() - 1.0) < 1e-6,
            "psnr": (pictures.psnr(noisy, clean), pictures.psnr(out, aim)),
            "rivals": {name: pictures.psnr(image, aim) for name, image in near.items()},
            "response": None if kernel is None else kernels.response(kernel, dilation, iterations),
            "residual": kernels.superposition(noisy, *settings, iterations),
            "own": self._own(values, noisy, out, kernel),
        }  # fmt: skip

    def _clean(self, values):
        """Find the picture; without one of the reader's own, the photo stands in for it."""
        if values["image"] != OWN:
            return pictures.picture(values["image"])
        own = pictures.unpacked(values["upload"])
        if own is None:
            self.own.note("There is no picture of your own yet, so this is the photo. Choose a file to see yours.")
        return pictures.picture("photo") if own is None else own

    def _own(self, values, noisy, out, kernel):
        """Filter with the student's function where it can.

        Returns:
            None when it has nothing to say, or {"right": whether it agrees, "image": shape (H, W) or None}.
        """
        if "conv2d" not in self.own or kernel is None or values["padding"] != "zero":
            return None
        size = len(kernel)
        stride, dilation, iterations = (int(values[key]) for key in REPEATS)
        probe, wide = PROBE_KERNEL[:size, :size], kernels.spread(kernel, dilation)
        started = time.thread_time()
        returned = self._call(PROBE[None, :, :, None], kernels.spread(probe, dilation), BIAS, stride)
        seconds = (time.thread_time() - started) * iterations * noisy.size / PROBE.size
        if returned is None:
            return None
        expected = BIAS + kernels.apply(PROBE, CUSTOM, size, "zero", probe, dilation)[::stride, ::stride]
        right = self.own.agrees("conv2d", returned, expected[None, :, :, None])
        if seconds > AFFORDABLE or noisy.size * wide.size > MOST_PRODUCTS:
            why = f"would take about {seconds:.1f} seconds" if seconds > AFFORDABLE else "would need much memory"
            self.own.note(
                f"Your conv2d {why} for the whole picture, so it was only compared "
                "on a small one: the picture shows the demo's own."
            )
            return {"right": right, "image": None}
        key = noisy.tobytes(), wide.tobytes(), stride, iterations
        if self._whole[0] != key:
            self._whole = key, self._again(noisy, wide, stride, iterations)
        returned = self._whole[1]
        if returned is None:
            self._whole = (None, None)  # so that the next picture says again what went wrong
            return None
        if right:
            right = self.own.agrees("conv2d", returned, out[None, :, :, None])
        return {"right": right, "image": kernels.first_map(returned)}

    def _again(self, image, kernel, stride, iterations):
        """Filter as often as asked; None as soon as the function fails."""
        picture = image[None, :, :, None]
        for last in range(iterations - 1, -1, -1):
            picture = None if picture is None else self._call(picture, kernel, 0.0, 1 if last else stride)
        return picture

    def _call(self, X, kernel, bias, stride):
        return self.own.call("conv2d", X, kernel[:, :, None, None], np.array([bias]), stride, len(kernel) // 2)

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw input, window in numbers, output, and the gain of waves or the superposition residual."""
        linear = result["kernel"] is not None
        last = panels.waves(result, values, pinned) if linear else panels.residual(result, values)
        return [
            panels.before(result, values),
            numbers.numbers(result, values),
            panels.after(result, values, pinned),
            last,
        ]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say the PSNRs, what the window gives, the gains and the superposition residual."""
        unused = "conv2d" in self.own and result["own"] is None and not self.own.problems
        aside = " Your conv2d filters with linear operators and zero padding only." if unused else ""
        return words.sentence(result, values) + aside

    def table(self, result: Result, values: Settings) -> Any:
        """List the window's numbers, and gains or the residual."""
        return words.table(result)

    def as_code(self) -> str:
        """Write the code that shows this state; the reader's picture is in it where it is shown."""
        values = self.values
        try:
            self.values = values if values["image"] == OWN else {**values, "upload": ""}
            return super().as_code()
        finally:
            self.values = values

    def on_file(self, content: bytes, values: Settings) -> Settings:
        """Take over the reader's picture."""
        return {"image": OWN, "upload": pictures.packed(content)}

    def on_action(self, action: str, values: Settings) -> Settings:
        """Put the next kernel of a trained first layer into the custom grid."""
        place = learned.place(values["weights"]) if values["operator"] == CUSTOM else None
        return {"operator": CUSTOM, "weights": learned.kernel(0 if place is None else place + 1)}

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Move the window by one place, with Shift by 8 pixels."""
        stride = int(values["stride"])
        by = stride * max(1, 8 // stride) if shift else stride
        moved = [
            values[name] // stride * stride + by * way for name, way in zip(("row", "column"), MOVES[key], strict=True)
        ]
        last = (self._side(values) - 1) // stride * stride
        return {name: min(max(place, 0), last) for name, place in zip(("row", "column"), moved, strict=True)}

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Put the window where the reader points, in either of the two pictures."""
        x = x - panels.RIGHT if x > panels.RIGHT - 3 else x
        side = self._side(values)
        row, column = (int(np.clip(place * side / SIDE, 0, side - 1)) for place in (SIDE - y, x))
        return {"row": row, "column": column}

    def _side(self, values):
        """Say how many rows and columns the picture has."""
        return len(self._clean(values))
