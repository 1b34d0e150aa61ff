"""Count what Linux keeps for the mappings of processes: 226 bytes each, and each process may have some 65,000.

Runs inside the sandbox only, beside `watch`. The tables that say where a mapping's pages are count elsewhere; a mapping
of which no page was ever touched has none, and only the list of mappings tells of it.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from .stock import setting

MAPPING_BYTES = 226  # measured on Linux 6.18: a mapping itself, and its place in the tree that finds it
FEW = 4  # processes whose mappings are not looked at: together they keep less than 60 MB
LOOK_SECONDS = 0.05  # of each look at all processes: reading the longest list takes 0.035 s
BLOCK = 2**18
MOST = setting("vm/max_map_count", 65_530)


class Mappings:
    """How many mappings the processes of a kernel have, looked at a few processes at a time."""

    def __init__(self) -> None:
        self._counted: dict[Path, int] = {}  # in the order in which they were looked at, the latest last

    def bytes_kept(self, places: Sequence[Path], seconds: float = LOOK_SECONDS) -> int:
        """Look at some of the processes, those first that were not looked at for longest.

        Args:
            places: folder in /proc of every process.
            seconds: time that this look may take; at least one process is looked at.

        Returns:
            What Linux keeps for all mappings counted so far, in bytes; 0 for few processes.
        """
        if len(places) <= FEW:
            self._counted.clear()
            return 0
        living = set(places)
        known = {place: count for place, count in self._counted.items() if place in living}
        end = time.monotonic() + seconds
        for place in [*(place for place in places if place not in known), *known]:
            known.pop(place, None)
            known[place] = _count(place)
            if time.monotonic() > end:
                break
        self._counted = known
        return MAPPING_BYTES * sum(known.values())


def _count(place: Path) -> int:
    """Count the mappings of a process: 0 when it is gone, the most that there can be when it hides them."""
    lines = 0
    try:
        with open(place / "maps", "rb", buffering=0) as file:
            while block := file.read(BLOCK):
                lines += block.count(b"\n")
    except PermissionError:
        return MOST
    except OSError:
        return 0
    return min(lines, MOST)
