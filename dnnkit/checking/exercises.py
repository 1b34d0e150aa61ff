"""The exercises of the course, as the example files describe them: files that the course's builder writes."""

import difflib
from functools import lru_cache
from pathlib import Path
from typing import Any

from dnnkit.checking.example_records import read_example_file

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
Exercise = dict[str, Any]  # "parameters", "examples", "hints", "topic", "lesson"; "cell": as it was handed out


def find_exercise(
    exercise_id: object, folder: Path | None = None, *, shown: str = 'check("{}")'
) -> tuple[Exercise | None, str]:
    """Look an exercise up in the example files.

    Args:
        exercise_id: the exercise, such as "softmax" or "neuron.softmax".
        folder: of the example files; the course's own by default.
        shown: how the sentence writes the name of an exercise: as the reader is to type it.

    Returns:
        The pair (record, ""), or (None, a sentence that says what is wrong and what may be meant).
    """
    try:
        known = load_exercises(folder)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        return None, f"The examples of this course cannot be read ({error}). Install dnnkit again."
    wanted = str(exercise_id)
    found = [full for full in known if wanted in (full, full.rpartition(".")[2])]
    if len(found) == 1:
        return known[found[0]], ""
    if found:
        choices = " or ".join(map(shown.format, found))
        return None, f"There are {len(found)} exercises named {wanted}. Write {choices}."
    names = [full.rpartition(".")[2] for full in known]
    nearest = difflib.get_close_matches(wanted.rpartition(".")[2], names, n=1)
    cure = f"Do you mean {shown.format(nearest[0])}?" if nearest else f"Known are: {', '.join(names) or 'none'}."
    return None, f"There is no exercise named {wanted}. {cure}"


def load_exercises(folder: Path | None = None) -> dict[str, Exercise]:
    """Read every exercise of the example files in a folder.

    Args:
        folder: of the example files; the course's own by default.

    Returns:
        Dict from full name, such as "neuron.softmax", to the exercise's record.
    """
    return _load(folder or EXAMPLES)


@lru_cache(maxsize=4)
def _load(folder: Path) -> dict[str, Exercise]:
    known: dict[str, Exercise] = {}
    for path in sorted(folder.glob("*.json")):
        topic = read_example_file(path)
        of_topic, cells = {"topic": topic["topic"], "lesson": topic.get("lesson", "")}, topic.get("cells", {})
        known |= {
            f"{topic['topic']}.{name}": record | of_topic | {"cell": cells.get(name, "")}
            for name, record in topic["exercises"].items()
        }
    return known
