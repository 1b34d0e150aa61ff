"""Pictures, noise and filters of the kernel explorer, in numbers only."""

from functools import lru_cache

import numpy as np
from scipy import ndimage
from scipy.signal import convolve2d

SIDE = 64
IMAGES = ("photo", "digit", "step edges", "bars", "checker")
NOISES = ("none", "salt and pepper", "Gaussian")
CUSTOM = "custom grid"
LINEAR = ("box", "Gaussian", "sharpen", "Sobel x", "Sobel y", "Laplacian", "high-pass", "emboss", CUSTOM)
RANKS = ("median", "dilate", "erode", "open", "close")
OPERATORS = (*LINEAR, *RANKS)
PADDINGS = {"zero": "constant", "reflect": "reflect", "wrap": "wrap"}  # as np.pad names them
SCIPY = {"zero": "constant", "reflect": "mirror", "wrap": "grid-wrap"}  # the same, as scipy.ndimage does
DIGIT = ("006CFFC6", "00CF8006", "00FA0000", "00FFFC40", "000048FA", "0000008F", "04C008FA", "008FFFA0")
EDGES = {  # of 3 x 3, divided so that an edge from 0 to 1 answers with 1
    "Sobel x": np.outer([1, 2, 1], [-1, 0, 1]) / 4,
    "Sobel y": np.outer([-1, 0, 1], [1, 2, 1]) / 4,
    "Laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "emboss": np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}
MIDDLE = slice(SIDE // 4, 3 * SIDE // 4)


@lru_cache(maxsize=8)
def picture(name):
    """Make a clean picture; shape (SIDE, SIDE), from 0 (black) to 1 (white)."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    if name == "photo":
        return photo(x, y)
    if name == "digit":
        coarse = np.pad([[int(figure, 16) / 15 for figure in row] for row in DIGIT], 1)[:, 1:]
        return np.clip(ndimage.zoom(coarse, (SIDE / coarse.shape[0], SIDE / coarse.shape[1]), order=1), 0.0, 1.0)
    if name == "step edges":
        return 0.15 + 0.35 * (x >= SIDE / 2) + 0.35 * (y >= SIDE / 2)
    if name == "bars":
        return 0.2 + 0.6 * (np.cumsum(np.isin(np.arange(SIDE), _bar_edges())) % 2)[None, :] * np.ones((SIDE, 1))
    return 0.2 + 0.6 * ((x // 8 + y // 8) % 2)


def _bar_edges():
    """List where bars begin and end: they become thinner from left to right."""
    return np.cumsum([4, 8, 8, 6, 6, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])


def photo(x, y):
    """Shade a house, a tree and hills under a sky, with soft edges; shape of x and y."""

    def inside(distance):  # positive inside; the edge is about one pixel wide, as in a photo
        return 1.0 / (1.0 + np.exp(-np.clip(3.0 * distance, -50, 50)))

    def over(scene, mask, shade):
        return scene * (1 - mask) + shade * mask

    scene = 0.85 - 0.3 * y / SIDE + 0.08 * np.sin(x / 9 + 2 * np.sin(y / 6))  # sky with thin clouds
    scene = over(scene, inside(6 - np.hypot(x - 50, y - 11)), 0.98)  # sun
    hills = y - 34 - 5 * np.sin(x / 11) - 2 * np.sin(x / 4)
    scene = over(scene, inside(hills), 0.42 - 0.2 * (y - 34) / 30 + 0.05 * np.sin(1.1 * x + 0.7 * y))
    wall = inside(np.minimum(14 - np.abs(x - 22), 10 - np.abs(y - 46)))
    scene = over(scene, wall, 0.72 - 0.012 * (x - 22))
    roof = inside(np.minimum(y - 22 - 0.8 * np.abs(x - 22), 37 - y))
    scene = over(scene, roof, 0.3 + 0.1 * (y.astype(int) % 4 < 2))  # rows of tiles
    for left, top, wide, high in ((13, 41, 6, 6), (25, 41, 6, 6), (19, 49, 5, 7)):
        scene = over(scene, inside(np.minimum(wide / 2 - np.abs(x - left - 3), high / 2 - np.abs(y - top - 3))), 0.12)
    scene = over(scene, inside(np.minimum(1.5 - np.abs(x - 51), 9 - np.abs(y - 50))), 0.15)  # trunk
    leaves = inside(8 - np.hypot(x - 51, 1.1 * (y - 37)))
    return np.clip(over(scene, leaves, 0.3 + 0.12 * np.sin(1.7 * x) * np.sin(1.9 * y) - 0.015 * (x - 51)), 0.0, 1.0)


def disturb(clean, noise, amount, rng):
    """Add noise to a picture.

    Args:
        clean: shape (H, W).
        noise: one of `NOISES`.
        amount: standard deviation, or for salt and pepper the share of pixels that become 0 or 1.
        rng: source of randomness; the same pixels are hit first when the amount grows.

    Returns:
        The noisy picture, shape (H, W); Gaussian noise may leave [0, 1].
    """
    bell, hit, salt = rng.normal(size=clean.shape), rng.random(clean.shape), rng.random(clean.shape) < 0.5
    if noise == "Gaussian":
        return clean + amount * bell
    return np.where(hit < amount, salt.astype(float), clean) if noise == "salt and pepper" else clean.copy()


def kernel(operator, size, weights):
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


def binomial(size):
    """Write down a Gaussian blur from binomial coefficients, shape (size, size), sum 1."""
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.outer(row, row)


def apply(image, operator, size, padding, weights):
    """Filter a picture at every pixel.

    Args:
        image: shape (H, W).
        operator: one of `OPERATORS`.
        size: rows and columns of the window, odd.
        padding: one of `PADDINGS`.
        weights: the custom grid.

    Returns:
        Shape (H, W).
    """
    filled = weights if operator == CUSTOM else ()
    key = operator, int(size), padding, tuple(tuple(map(float, row)) for row in filled)
    return _apply(np.ascontiguousarray(image, dtype=np.float64).tobytes(), image.shape, *key)


@lru_cache(maxsize=64)
def _apply(raw, shape, operator, size, padding, weights):
    image, mode = np.frombuffer(raw).reshape(shape), {"mode": SCIPY[padding]}
    if operator in LINEAR:
        return ndimage.correlate(image, kernel(operator, size, weights), **mode)
    if operator == "median":
        return ndimage.median_filter(image, size, **mode)
    first = ndimage.minimum_filter if operator in ("erode", "open") else ndimage.maximum_filter
    second = {"open": ndimage.maximum_filter, "close": ndimage.minimum_filter}.get(operator)
    once = first(image, size, **mode)
    return once if second is None else second(once, size, **mode)


def window(image, row, column, size, padding):
    """Cut out what the window sees around a pixel, shape (size, size)."""
    padded = np.pad(image, size // 2, mode=PADDINGS[padding])
    return padded[row : row + size, column : column + size]


def superposition(image, operator, size, padding, weights):
    """Measure |f(a + b) - f(a) - f(b)| on the middle of the picture (a) and its mirror image (b).

    Returns:
        Shape (SIDE / 2, SIDE / 2); 0 up to rounding when f is linear.
    """
    a = image[MIDDLE, MIDDLE]
    settings = operator, size, padding, weights
    alone = apply(a, *settings)
    # a window of ranks is symmetric: filtering the mirror image is mirroring, and a large median is not cheap
    mirrored = alone[:, ::-1] if operator in RANKS else apply(a[:, ::-1], *settings)
    return np.abs(apply(a + a[:, ::-1], *settings) - alone - mirrored)


def response(weights, count=64):
    """Measure by how much a linear operator multiplies waves.

    Args:
        weights: shape (K, L).
        count: number of frequencies less one.

    Returns:
        The pair (frequencies from 0 to 0.5 cycles per pixel, shape (count + 1,); gains of waves that run left to
        right, top to bottom and along the diagonal, shape (3, count + 1)).
    """
    frequency = np.linspace(0.0, 0.5, count + 1)
    down, across = (np.exp(-2j * np.pi * np.outer(frequency, np.arange(length))) for length in weights.shape)
    both = np.einsum("fr,rc,fc->f", down, weights, across)
    return frequency, np.abs([across @ weights.sum(axis=0), down @ weights.sum(axis=1), both])


def psnr(image, clean):
    """Measure how near a picture is to the clean one, in decibels: 10 log10(1 / mean squared error)."""
    error = float(np.mean((image - clean) ** 2))
    return float("inf") if error < 1e-20 else -10.0 * float(np.log10(error))


def finite(weights):
    """Make numbers of what the reader typed into the grid."""
    return np.clip(np.nan_to_num(np.array(weights, dtype=np.float64)), -100.0, 100.0)


def first_map(came):
    """Find the picture in what the student's function returned; None when there is none."""
    try:
        picture = np.asarray(came, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if picture.ndim != 4 or 0 in picture.shape:
        return None
    return np.nan_to_num(picture[0, :, :, 0], posinf=1e9, neginf=-1e9)
