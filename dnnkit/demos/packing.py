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
        The pair (list of plain dicts, bytes with their arrays, each at a multiple of four; like ones stand there once).
    """
    plain: list[dict[str, Any]] = []
    data = bytearray()
    offsets: dict[bytes, int] = {}
    for panel in panels:
        xlim, ylim = panel.limits()
        names = ["title", "xlabel", "ylabel", "xlog", "ylog", "equal", "axes", "width", "height"]
        names += ["alt", "scrub", "hover", "picks", "spots"]
        record = {name: getattr(panel, name) for name in names}
        record |= {"xlim": list(map(float, xlim)), "ylim": list(map(float, ylim)), "marks": []}
        for mark in panel.marks:
            places = {}
            for key in mark["arrays"]:
                array = mark[key]
                kind = "b" if array.dtype == np.uint8 else "f"
                raw = array.tobytes() if kind == "b" else array.astype("<f4").tobytes()
                if raw not in offsets:
                    offsets[raw] = len(data)
                    data += raw + b"\0" * (-len(raw) % 4)
                places[key] = [kind, offsets[raw], int(array.size)]
            record["marks"].append({**mark, **places})
        plain.append(record)
    return plain, bytes(data)
