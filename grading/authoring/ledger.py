"""The ledger of proofs: what was proved or built, from which sources and by which code, so that it is done once.

Each lesson has one, `solutions/NN_topic/proofs.json`, one line a row. A row names the code that made it. Where only
that changed since, a sample is proved afresh, and `solutions/judge.json` says that the other rows count for it, too.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from dnnkit.environment.atomic_write import write_atomically
from grading.authoring.digests import record_digest, releases

State = Literal["kept", "judge changed", "packages changed", "sources changed", "missing", "altered by hand"]
LESSON = ""  # in place of an exercise: for rows that concern a whole lesson
Row = Mapping[str, object]


@dataclass(frozen=True)
class Basis:
    """What a row rests on.

    Attributes:
        digest: of the sources that decide it.
        judge: of the code that makes it, and of Python.
        packages: of the releases of the packages under which it is made.
    """

    digest: str
    judge: str
    packages: str


class Ledger:
    """The rows of one lesson.

    Args:
        path: the file; it may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: dict[str, dict[str, Row]] = {}
        if path.is_file():
            data = json.loads(path.read_text(encoding="utf-8"))
            self._rows = {LESSON: data["lesson"], **data["exercises"]}

    def row(self, place: str, kind: str) -> Row | None:
        """Look a row up: an exercise, or `LESSON`, and what kind of proof."""
        return self._rows.get(place, {}).get(kind)

    def rows(self, place: str) -> dict[str, Row]:
        """All rows of a place, by kind."""
        return dict(self._rows.get(place, {}))

    def put(self, place: str, kind: str, basis: Basis, **numbers: object) -> None:
        """Keep what was proved."""
        row = {**asdict(basis), **numbers}
        self._rows.setdefault(place, {})[kind] = {**row, "seal": _seal(place, kind, row)}

    def drop(self, place: str, kind: str) -> None:
        """Forget a row."""
        self._rows.get(place, {}).pop(kind, None)

    def save(self, exercises: Iterable[str]) -> None:
        """Write the file; rows of exercises that are gone are left out.

        Args:
            exercises: the lesson's exercises, in order.
        """
        lines = [f'{{"lesson": {_block(self._rows.get(LESSON, {}), " ")}, "exercises": {{']
        lines.append(",\n".join(f' "{name}": {_block(self._rows.get(name, {}), "  ")}' for name in exercises))
        write_atomically(self.path, "\n".join([*lines, "}}", ""]))


def _block(rows: Mapping[str, Row], indent: str) -> str:
    written = ",\n".join(f"{indent}{json.dumps(kind)}: {json.dumps(rows[kind])}" for kind in sorted(rows))
    return f"{{\n{written}\n{indent[1:]}}}" if rows else "{}"


def _seal(place: str, kind: str, row: Row) -> str:
    """Make the checksum by which a row shows that it was edited by hand or mixed up in a merge; it is no secret."""
    return record_digest([place, kind, {name: value for name, value in row.items() if name != "seal"}])[:6]


class Judge:
    """Which code and packages count beside those that a row names; `solutions/judge.json`.

    Args:
        path: the file; it may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kinds: dict[str, dict[str, object]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}

    def stamp(self, kind: str, basis: Basis, sample: Iterable[str]) -> None:
        """Let all rows of a kind count for this judge and these packages, since a sample was proved afresh with them.

        Args:
            kind: the kind of rows.
            basis: names judge and packages.
            sample: what was proved afresh.
        """
        head = {"judge": basis.judge, "packages": basis.packages}
        self._kinds[kind] = {**head, "releases": releases(), "sample": sorted(sample)}

    def state(self, place: str, kind: str, row: Row | None, basis: Basis) -> State:
        """Say whether a row holds for these sources and this judge.

        Args:
            place: the exercise, or `LESSON`.
            kind: the kind of rows.
            row: the row, or None.
            basis: what the row would rest on if it were made now.
        """
        if row is None:
            return "missing"
        if row.get("seal") != _seal(place, kind, row):
            return "altered by hand"
        if row["digest"] != basis.digest:
            return "sources changed"
        counting = [row, self._kinds.get(kind, {})]
        if not any(one.get("packages") == basis.packages for one in counting):
            return "packages changed"
        now = (basis.judge, basis.packages)
        return "kept" if any((one.get("judge"), one.get("packages")) == now for one in counting) else "judge changed"

    def save(self) -> None:
        """Write the file."""
        lines = ",\n".join(f" {json.dumps(kind)}: {json.dumps(self._kinds[kind])}" for kind in sorted(self._kinds))
        write_atomically(self.path, f"{{\n{lines}\n}}\n")


def ledger_of(folder: Path) -> Ledger:
    """Open the ledger of a lesson.

    Args:
        folder: the lesson's source folder.
    """
    return Ledger(folder / "proofs.json")


def judge_of(solutions: Path) -> Judge:
    """Open the file that says which judge counts.

    Args:
        solutions: folder of the lessons' sources.
    """
    return Judge(solutions / "judge.json")
