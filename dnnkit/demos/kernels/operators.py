"""The filters of the kernel explorer, in numbers only: a window's weights, or which of its pixels is picked."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import convolve2d

CUSTOM = "custom grid"
LINEAR = ("box", "Gaussian", "sharpen", "Sobel x", "Sobel y", "Laplacian", "high-pass", "emboss", CUSTOM)
RANKS = ("median", "dilate", "erode", "open", "close")
OPERATORS = (*LINEAR, *RANKS)
# As np.pad names them.
PADDINGS: dict[str, Literal["constant", "reflect", "wrap"]]
PADDINGS = {"zero": "constant", "reflect": "reflect", "wrap": "wrap"}
EDGES = {  # of 3 x 3, divided so that an edge from 0 to 1 answers with 1
    "Sobel x": np.outer([1, 2, 1], [-1, 0, 1]) / 4,
    "Sobel y": np.outer([-1, 0, 1], [1, 2, 1]) / 4,
    "Laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "emboss": np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}
MIDDLE = 32  # rows and columns on which superposition is tried


def kernel(operator: str, size: int, weights: Any) -> NDArray[np.float64] | None:
    """Write down the weights of a linear operator, shape (K, K); None when it has none."""
    if operator == CUSTOM:
        return np.array(weights, dtype=np.float64)
    if operator not in LINEAR:
        return None
    box, one = np.full((size, size), 1.0 / size**2), np.zeros((size, size))
    one[size // 2, size // 2] = 1.0
    if operator in EDGES:  # a larger one is the one of 3 x 3 after a Gaussian blur
        return convolve2d(binomial(size - 2), EDGES[operator])
    return {"box": box, "Gaussian": binomial(size), "sharpen": 2 * one - box, "high-pass": one - box}[operator]


def binomial(size: int) -> NDArray[np.float64]:
    """Write down a Gaussian blur from binomial coefficients, shape (size, size), sum 1."""
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.outer(row, row)


def apply(
    image: NDArray[np.float64],
    operator: str,
    size: int,
    padding: str,
    weights: Any,
    dilation: int = 1,
    iterations: int = 1,
) -> NDArray[np.float64]:
    """Filter a picture at every pixel, once or again and again.

    Args:
        image: shape (H, W).
        operator: one of `OPERATORS`.
        size: rows and columns of the window, odd; the custom grid has its own.
        padding: one of `PADDINGS`.
        weights: the custom grid.
        dilation: the window sees every dilation-th pixel, in both directions.
        iterations: how often the operator is applied; 0 leaves the picture as it is.

    Returns:
        Shape (H, W).
    """
    filled = weights if operator == CUSTOM else ()
    key = operator, len(filled) or int(size), padding, tuple(tuple(map(float, row)) for row in filled), int(dilation)
    return _apply(np.ascontiguousarray(image, dtype=np.float64).tobytes(), image.shape, *key, int(iterations))


@lru_cache(maxsize=64)
def _apply(raw, shape, operator, size, padding, weights, dilation, iterations):
    if iterations == 0:
        return np.frombuffer(raw).reshape(shape)
    image = _apply(raw, shape, operator, size, padding, weights, dilation, iterations - 1)
    where = size, padding, dilation
    if operator in LINEAR:
        shifts = shifted(image, *where)
        out = np.zeros(shape)
        for weight, seen in zip(kernel(operator, size, weights).ravel(), shifts, strict=True):
            out += weight * seen
        return out
    if operator == "median":
        seen = np.stack(list(shifted(image, *where)), axis=-1)
        seen.partition(size**2 // 2, axis=-1)
        return np.ascontiguousarray(seen[..., size**2 // 2])
    first, second = {"open": (np.minimum, np.maximum), "close": (np.maximum, np.minimum)}.get(operator, (None, None))
    if second is not None:
        return extreme(extreme(image, first, *where), second, *where)
    return extreme(image, np.maximum if operator == "dilate" else np.minimum, *where)


def padded(image: NDArray[np.float64], size: int, padding: str, dilation: int) -> NDArray[np.float64]:
    """Put a border around a picture, as wide as half the window."""
    return np.pad(image, dilation * (size // 2), mode=PADDINGS[padding])


def shifted(image: NDArray[np.float64], size: int, padding: str, dilation: int) -> Iterator[NDArray[np.float64]]:
    """Go through the places of a window; each gives what all windows see there, shape (H, W)."""
    around, (rows, columns) = padded(image, size, padding, dilation), image.shape
    for i in range(0, dilation * size, dilation):
        for j in range(0, dilation * size, dilation):
            yield around[i : i + rows, j : j + columns]


def extreme(
    image: NDArray[np.float64], pick: Callable[..., Any], size: int, padding: str, dilation: int
) -> NDArray[np.float64]:
    """Take the largest or smallest pixel of each window: of its rows, then of what these give."""
    around, (rows, columns) = padded(image, size, padding, dilation), image.shape
    steps = range(dilation, dilation * size, dilation)
    found = around[:rows]
    for i in steps:
        found = pick(found, around[i : i + rows])
    out = found[:, :columns]
    for j in steps:
        out = pick(out, found[:, j : j + columns])
    return out


def window(
    image: NDArray[np.float64], row: int, column: int, size: int, padding: str, dilation: int = 1
) -> NDArray[np.float64]:
    """Cut out what the window sees around a pixel, shape (size, size)."""
    around, wide = padded(image, size, padding, dilation), dilation * (size - 1) + 1
    return around[row : row + wide : dilation, column : column + wide : dilation]


def reach(operator: str, size: int, dilation: int, iterations: int) -> int:
    """Say how many rows and columns of the input one output pixel depends on."""
    passes = iterations * (2 if operator in ("open", "close") else 1)
    return passes * dilation * (size - 1) + 1


def spread(weights: NDArray[np.float64], dilation: int) -> NDArray[np.float64]:
    """Put zeros between weights: the kernel without dilation that does what this one does with it."""
    size = len(weights)
    wide = np.zeros((dilation * (size - 1) + 1,) * 2)
    wide[::dilation, ::dilation] = weights
    return wide


def middle(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut out the middle of a picture, shape (MIDDLE, MIDDLE)."""
    top, left = (length // 2 - MIDDLE // 2 for length in image.shape)
    return image[top : top + MIDDLE, left : left + MIDDLE]


def superposition(image: NDArray[np.float64], operator: str, *settings: Any) -> NDArray[np.float64]:
    """Measure |f(a + b) - f(a) - f(b)| on the middle of the picture (a) and its mirror image (b).

    Args:
        image: shape (H, W).
        operator: one of `OPERATORS`.
        settings: further arguments of `apply`.

    Returns:
        Shape (MIDDLE, MIDDLE); 0 up to rounding when f is linear.
    """
    a = middle(image)
    alone = apply(a, operator, *settings)
    # a window of ranks is symmetric: filtering the mirror image is mirroring, and a large median is not cheap
    mirrored = alone[:, ::-1] if operator in RANKS else apply(a[:, ::-1], operator, *settings)
    return np.abs(apply(a + a[:, ::-1], operator, *settings) - alone - mirrored)


def response(
    weights: NDArray[np.float64], dilation: int = 1, iterations: int = 1, count: int = 64
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measure by how much a linear operator multiplies waves.

    Args:
        weights: shape (K, L).
        dilation: distance of the weights in pixels.
        iterations: how often the operator is applied.
        count: number of frequencies less one.

    Returns:
        The pair (frequencies from 0 to 0.5 cycles per pixel, shape (count + 1,); gains of waves that run left to
        right, top to bottom and along the diagonal, shape (3, count + 1)).
    """
    frequency = np.linspace(0.0, 0.5, count + 1)
    places = (dilation * np.arange(length) for length in weights.shape)
    down, across = (np.exp(-2j * np.pi * np.outer(frequency, place)) for place in places)
    both = np.einsum("fr,rc,fc->f", down, weights, across)
    return frequency, np.abs([across @ weights.sum(axis=0), down @ weights.sum(axis=1), both]) ** iterations


def finite(weights: Any) -> NDArray[np.float64]:
    """Make numbers of what the reader typed into the grid."""
    return np.clip(np.nan_to_num(np.array(weights, dtype=np.float64)), -100.0, 100.0)


def first_map(returned: Any) -> NDArray[np.float64] | None:
    """Find the picture in what the student's function returned; None when there is none."""
    try:
        picture = np.asarray(returned, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if picture.ndim != 4 or 0 in picture.shape:
        return None
    return np.nan_to_num(picture[0, :, :, 0], posinf=1e9, neginf=-1e9)
