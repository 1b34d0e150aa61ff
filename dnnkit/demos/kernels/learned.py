"""Kernels that a small network learned by itself, for the kernel explorer.

The network tells ten grey shapes apart (`dnnkit.data.make_shapes`) and gets 90 % of new ones right; these are all eight
kernels of its first layer, in hundredths, each scaled to a largest weight of 1. docs/learn_kernels.py trains it.
"""

from typing import Any

KERNELS = (
    (
        (-43, -9, 64, 100, 94),
        (-70, -54, -17, 66, 88),
        (-63, -54, -41, 11, 61),
        (-59, -81, -53, -20, 31),
        (-46, -64, -53, -36, 17),
    ),
    (
        (20, -26, -92, -100, -94),
        (30, 27, -57, -87, -94),
        (56, 38, 38, -40, -68),
        (73, 87, 64, 27, -46),
        (21, 69, 75, 69, 9),
    ),
    (
        (29, 54, 85, 83, 100),
        (10, -3, 15, 44, 35),
        (-30, -26, -28, -52, -18),
        (-16, -51, -64, -58, -64),
        (24, -7, -29, -33, -31),
    ),
    (
        (46, 53, 88, 100, 77),
        (36, 36, 93, 79, 79),
        (-38, -26, -16, 29, 26),
        (-92, -87, -81, -51, -24),
        (-79, -79, -63, -68, -47),
    ),
    (
        (-20, -41, -91, -100, -68),
        (35, 39, 3, -90, -88),
        (26, 55, 59, -16, -28),
        (13, 66, 97, 44, -28),
        (-5, 28, 49, 72, -4),
    ),
    ((89, 77, 100, 68, 77), (88, 87, 90, 93, 55), (22, 70, 86, 78, 64), (20, 51, 33, 65, 7), (-9, 18, 60, 63, -1)),
    (
        (-32, -45, -40, -40, -35),
        (-20, -75, -53, -64, -31),
        (-68, -42, -68, -34, -40),
        (-80, -70, -73, -88, -33),
        (-86, -100, -97, -92, -30),
    ),
    (
        (31, 55, 86, 100, 99),
        (-22, 19, 20, 26, 28),
        (-56, -87, -82, -61, -49),
        (-21, -66, -82, -65, -38),
        (48, 60, 22, 21, 3),
    ),
)


def kernel(place: int) -> list[list[float]]:
    """Return a kernel as a list of rows, counted from 0 and around the end."""
    return [[weight / 100 for weight in row] for row in KERNELS[place % len(KERNELS)]]


def place(weights: Any) -> int | None:
    """Say which kernel these weights are; None when they are none of them."""
    rows = [[round(100 * weight) if isinstance(weight, (int, float)) else None for weight in row] for row in weights]
    return next((i for i, known in enumerate(KERNELS) if rows == [list(row) for row in known]), None)
