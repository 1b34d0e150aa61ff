"""Turn panels into what the page reads: plain records, and one block of bytes with all arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel


def pack(panels: Sequence[Panel]) -> tuple[list[dict[str, Any]], bytes]:
    """Turn panels into what the page reads.

    Args:
        panels: list of `Panel`.

    Returns:
        The pair (list of plain dicts, bytes with their arrays, each at a multiple of four).
    """
    plain: list[dict[str, Any]] = []
    data = bytearray()
    for panel in panels:
        xlim, ylim = panel.limits()
        names = ["title", "xlabel", "ylabel", "xlog", "ylog", "equal", "axes", "width", "height"]
        names += ["alt", "scrub", "hover", "picks"]
        record = {name: getattr(panel, name) for name in names}
        record |= {"xlim": list(map(float, xlim)), "ylim": list(map(float, ylim)), "marks": []}
        for mark in panel.marks:
            places = {}
            for key in mark["arrays"]:
                array = mark[key]
                kind = "b" if array.dtype == np.uint8 else "f"
                places[key] = [kind, len(data), int(array.size)]
                raw = array.tobytes() if kind == "b" else array.astype("<f4").tobytes()
                data += raw + b"\0" * (-len(raw) % 4)
            record["marks"].append({**mark, **places})
        plain.append(record)
    return plain, bytes(data)
