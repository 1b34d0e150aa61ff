"""Read and write a lesson's file of public examples, dnnkit/examples/topic.json."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dnnkit.checking.example_records import read_example_file
from dnnkit.environment.atomic_write import write_atomically
from grading.lessons.lesson import Lesson


def read_examples(path: Path) -> dict[str, dict[str, object]]:
    """Read the records of a lesson's exercises; none where there is no readable file.

    Args:
        path: the file.

    Returns:
        Exercise -> its record, in the file's order.
    """
    try:
        return dict(read_example_file(path)["exercises"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return {}


def read_cells(path: Path) -> dict[str, str]:
    """Read the cells of a lesson's exercises as they were handed out; none where there is no readable file.

    Args:
        path: the file.

    Returns:
        Exercise -> source.
    """
    try:
        return dict(read_example_file(path)["cells"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return {}


def write_examples(
    path: Path, lesson: Lesson, records: Mapping[str, Mapping[str, object]], cells: Mapping[str, str]
) -> None:
    """Write the records of a lesson's exercises, where they differ from those that are there.

    Args:
        path: the file.
        lesson: the lesson.
        records: exercise -> its record.
        cells: exercise -> its cell as it is handed out, which `dnnkit reset` puts back.
    """
    head: dict[str, object] = {"topic": lesson.topic, "lesson": lesson.name, "title": lesson.title}
    text = "\n".join([*_file_lines(head, records, cells), ""])
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)


def _file_lines(
    head: Mapping[str, object], records: Mapping[str, Mapping[str, Any]], cells: Mapping[str, str]
) -> Iterator[str]:
    """Write one line for each field of an example and each of its outcomes: a file that people can compare."""
    yield "{"
    yield from (f'"{name}": {_compact(value)},' for name, value in head.items())
    yield '"cells": {'
    yield ",\n".join(f" {_compact(name)}: {_compact(source)}" for name, source in cells.items())
    yield "},"
    yield '"exercises": {'
    for number, (name, record) in enumerate(records.items()):
        yield f'"{name}": {{'
        yield f'"parameters": {_compact(record["parameters"])},'
        yield '"examples": ['
        for place, example in enumerate(record["examples"]):
            yield from _example_lines(example, last=place == len(record["examples"]) - 1)
        yield "],"
        yield '"hints": {'
        yield ",\n".join(f" {_compact(slug)}: {_compact(hint)}" for slug, hint in record["hints"].items())
        yield "}}" if number == len(records) - 1 else "}},"
    yield "}}"


def _example_lines(example: Mapping[str, Any], *, last: bool) -> Iterator[str]:
    fields = {name: value for name, value in example.items() if name != "mistakes"}
    yield "{"
    yield from (f' "{name}": {_compact(value)},' for name, value in fields.items())
    written = {slug: _compact(outcome) for slug, outcome in example["mistakes"].items()}
    outcomes = list(dict.fromkeys(written.values()))
    yield ' "outcomes": ['
    if outcomes:
        yield ",\n".join(f"  {outcome}" for outcome in outcomes)
    yield " ],"
    yield f' "mistakes": {_compact({slug: outcomes.index(text) for slug, text in written.items()})}'
    yield "}" if last else "},"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
