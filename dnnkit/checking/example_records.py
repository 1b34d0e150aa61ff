"""Read a lesson's file of public examples, dnnkit/examples/topic.json.

In the file each distinct outcome of an example stands once, in the list "outcomes", and "mistakes" says for each known
mistake which of them it has; whoever reads the file through this module finds the outcome itself there. "cells" holds
each exercise's cell as it was handed out.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_example_file(path: Path) -> dict[str, Any]:
    """Read a file of public examples.

    Args:
        path: the file.

    Returns:
        Dict with "topic", "lesson", "title", "cells", exercise -> source, and "exercises", exercise -> its record.

    Raises:
        OSError: when there is no such file.
        ValueError, KeyError, TypeError, IndexError: when it is damaged.
    """
    topic = json.loads(path.read_text(encoding="utf-8"))
    exercises = {name: _with_outcomes(record) for name, record in topic["exercises"].items()}
    return {**topic, "exercises": exercises}


def _with_outcomes(record: Mapping[str, Any]) -> dict[str, Any]:
    examples = [dict(example) for example in record["examples"]]
    for example in examples:
        outcomes = example.pop("outcomes", None)
        if outcomes is not None:
            example["mistakes"] = {name: outcomes[number] for name, number in example["mistakes"].items()}
    return {**record, "examples": examples}
