"""Kernel explorer: what a small window does to a picture, in numbers, and which filters are no kernels."""

import time

import numpy as np

from dnnkit.widgets import kernel_panels as panels
from dnnkit.widgets import kernels
from dnnkit.widgets.controls import Choice, Grid, Question, Slider
from dnnkit.widgets.demo import Demo
from dnnkit.widgets.kernel_panels import decibels, name_of
from dnnkit.widgets.kernels import CUSTOM, SIDE

MOVES = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
PROBE = np.random.default_rng(5).normal(size=(10, 11))  # to compare functions on: no symmetry hides a mistake
PROBE_KERNEL = np.random.default_rng(6).normal(size=(9, 9))
BIAS = 0.25
AFFORDABLE = 0.2  # seconds of computing for the whole picture
SMOOTHING = ("box", "Gaussian", "median")


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
        Choice("image", "picture", "photo", options=kernels.IMAGES),
        Choice("noise", "noise", "salt and pepper", options=kernels.NOISES),
        Slider("amount", "amount", 0.05, low=0.0, high=0.3, step=0.01,
               help="salt and pepper: share of pixels that become black or white; Gaussian: standard deviation"),
        Choice("operator", "operator", "box", options=kernels.OPERATORS),
        Slider("size", "size of the window", 3, low=3, high=9, step=2, unit="pixels",
               help="rows and columns; the custom grid always has its own 3 × 3"),
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
    }
    static_presets = ("salt and pepper: box", "salt and pepper: median", "edges from left to right")
    slots = ("conv2d",)
    plot_keys = tuple(
        (key, key.replace("Arrow", "") + " arrow", "move the window; with Shift by 8 pixels") for key in MOVES
    )
    _whole = (None, None)  # the last picture that the student's function filtered, and its inputs

    @classmethod
    def defaults(cls):
        """Return the settings of the default state; `row` and `column` are the window's middle."""
        first = next(iter(cls.presets.values()))
        return super().defaults() | {"row": 27, "column": 21} | first

    def compute(self, values, rng):
        """Filter the picture: input, clean and output (H, W), the window in numbers, response and residual."""
        clean = kernels.picture(values["image"])
        noisy = kernels.disturb(clean, values["noise"], values["amount"], rng)
        weights, stride = kernels.finite(values["weights"]), int(values["stride"])
        size = len(weights) if values["operator"] == CUSTOM else int(values["size"])
        settings = values["operator"], size, values["padding"], weights
        full, kernel = kernels.apply(noisy, *settings), kernels.kernel(values["operator"], size, weights)
        out, aim = full[::stride, ::stride], clean[::stride, ::stride]
        row, column = (min(max(int(values[key]), 0), SIDE - 1) // stride * stride for key in ("row", "column"))
        sees = row, column, size, values["padding"]
        first = {"open": "erode", "close": "dilate"}.get(values["operator"])
        once = None if first is None else kernels.apply(noisy, first, *settings[1:])
        rivals = ("box", "median") if values["operator"] in SMOOTHING else ()
        near = {name: kernels.apply(noisy, name, *settings[1:])[::stride, ::stride] for name in rivals}
        return {
            "clean": clean, "noisy": noisy, "out": out, "aim": aim, "kernel": kernel, "size": size,
            "place": (row, column), "seen": kernels.window(noisy, *sees), "value": float(full[row, column]),
            "once": None if once is None else kernels.window(once, *sees),
            "keeps": kernel is None or abs(kernel.sum() - 1.0) < 1e-6,
            "psnr": (kernels.psnr(noisy, clean), kernels.psnr(out, aim)),
            "rivals": {name: kernels.psnr(image, aim) for name, image in near.items()},
            "response": None if kernel is None else kernels.response(kernel),
            "residual": kernels.superposition(noisy, *settings),
            "own": self._own(values, noisy, out, kernel, stride),
        }  # fmt: skip

    def _own(self, values, noisy, out, kernel, stride):
        """Filter with the student's function where it can.

        Returns:
            None when it has nothing to say, or {"right": whether it agrees, "image": shape (H, W) or None}.
        """
        if "conv2d" not in self.own or kernel is None or values["padding"] != "zero":
            return None
        size = len(kernel)
        probe = PROBE_KERNEL[:size, :size]
        started = time.thread_time()
        came = self._call(PROBE, probe, BIAS, stride)
        seconds = (time.thread_time() - started) * noisy.size / PROBE.size
        if came is None:
            return None
        expected = BIAS + kernels.apply(PROBE, CUSTOM, size, "zero", probe)[::stride, ::stride]
        right = self.own.agrees("conv2d", came, expected[None, :, :, None])
        if seconds > AFFORDABLE:
            self.own.note(
                f"Your conv2d would take about {seconds:.1f} seconds for the whole picture, so it was only compared "
                "on a small one: the picture shows the demo's own."
            )
            return {"right": right, "image": None}
        key = noisy.tobytes(), kernel.tobytes(), stride
        if self._whole[0] != key:
            self._whole = key, self._call(noisy, kernel, 0.0, stride)
        came = self._whole[1]
        if came is None:
            self._whole = (None, None)  # so that the next picture says again what went wrong
            return None
        if right:
            right = self.own.agrees("conv2d", came, out[None, :, :, None])
        return {"right": right, "image": kernels.first_map(came)}

    def _call(self, image, kernel, bias, stride):
        inputs = image[None, :, :, None], kernel[:, :, None, None], np.array([bias])
        return self.own.call("conv2d", *inputs, stride, len(kernel) // 2)

    def draw(self, result, values, pinned):
        """Draw input, window in numbers, output, and the gain of waves or the superposition residual."""
        linear = result["kernel"] is not None
        last = panels.waves(result, values, pinned) if linear else panels.residual(result, values)
        return [
            panels.before(result, values),
            panels.numbers(result, values),
            panels.after(result, values, pinned),
            last,
        ]

    def describe(self, result, values):
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
        return f"{words}. {self._window_words(result, values)} {self._linear_words(result)}"

    def _window_words(self, result, values):
        row, column = result["place"]
        count = result["size"] ** 2
        does = {
            "median": f"the middle one of the {count} sorted pixels", "dilate": f"the largest of {count} pixels",
            "erode": f"the smallest of {count} pixels", "open": "the largest of the smallest",
            "close": "the smallest of the largest",
        }.get(values["operator"], f"the sum of {count} products")  # fmt: skip
        aim = f" (clean pixel: {result['clean'][row, column]:.3f})" if result["keeps"] else ""
        return f"At row {row}, column {column}, {does} is {result['value']:.3f}{aim}."

    def _linear_words(self, result):
        largest = result["residual"].max()
        if result["kernel"] is None:
            words = f"Superposition residual up to {largest:.3f}: not linear."
        else:
            gains = result["response"][1]
            words = f"Gain {gains[0, 0]:.2f} for flat areas, {gains[0, -1]:.2f} for vertical and "
            words += f"{gains[1, -1]:.2f} for horizontal stripes of one pixel, at most {gains.max():.2f}. "
            words += f"Superposition residual {panels.tiny(largest)}: linear."
        unused = "conv2d" in self.own and result["own"] is None and not self.own.problems
        return words + (" Your conv2d filters with linear operators and zero padding only." if unused else "")

    def table(self, result, values):
        """List the window's numbers, and gains or the residual."""
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
            rows += [
                (f"gain, waves {wave}, at 0, ⅛, ¼, ⅜, ½", *gain) for wave, gain in zip(panels.WAVES, gains, strict=True)
            ]
        rows.append(("output pixel", result["value"]))
        rows.append(("largest superposition residual", float(result["residual"].max())))
        rows += [(f"PSNR of {what} in dB", value) for what, value in self._nearness(result).items()]
        return (
            "The window and the output in numbers",
            ["numbers", *range(1, wide + 1)],
            [[*row, *[""] * (wide + 1 - len(row))] for row in rows],
        )

    def _nearness(self, result):
        near = {"the input": result["psnr"][0]} | result["rivals"]
        return near | ({"the output": result["psnr"][1]} if result["keeps"] else {})

    def on_key(self, key, shift, values):
        """Move the window by one place, with Shift by 8 pixels."""
        stride = int(values["stride"])
        by = stride * max(1, 8 // stride) if shift else stride
        moved = [
            values[name] // stride * stride + by * way for name, way in zip(("row", "column"), MOVES[key], strict=True)
        ]
        last = (SIDE - 1) // stride * stride
        return {name: min(max(place, 0), last) for name, place in zip(("row", "column"), moved, strict=True)}

    def on_point(self, x, y, values):
        """Put the window where the reader points, in either of the two pictures."""
        x = x - panels.RIGHT if x > panels.RIGHT - 3 else x
        return {"row": int(np.clip(SIDE - y, 0, SIDE - 1)), "column": int(np.clip(x, 0, SIDE - 1))}
