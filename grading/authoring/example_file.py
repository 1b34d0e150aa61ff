"""Read and write a lesson's file of public examples, dnnkit/examples/topic.json."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

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
        return dict(json.loads(path.read_text(encoding="utf-8"))["exercises"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_examples(path: Path, lesson: Lesson, records: Mapping[str, Mapping[str, object]]) -> None:
    """Write the records of a lesson's exercises, where they differ from those that are there.

    Args:
        path: the file.
        lesson: the lesson.
        records: exercise -> its record.
    """
    head = {"topic": lesson.topic, "lesson": lesson.name, "title": lesson.title}
    text = json.dumps({**head, "exercises": records}, indent=1, allow_nan=False)
    # An array's numbers on one line: a file that people can read and compare.
    text = re.sub(r"\[[^][{}]*\]", lambda match: re.sub(r"\s+", " ", match.group()), text) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
