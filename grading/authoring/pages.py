"""The pages beside the lessons: lessons/start.ipynb, and lessons/glossary.ipynb where the sources hold its terms."""

from collections.abc import Sequence
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically
from grading.authoring.glossary import glossary_text
from grading.authoring.start_page import start_text
from grading.lessons.lesson import Lesson


def page_texts(lessons: Sequence[Lesson], solutions: Path) -> dict[str, str]:
    """Write each page as text, by its file's name.

    Args:
        lessons: the course's lessons, in order.
        solutions: folder of the lessons' sources.
    """
    glossary = glossary_text(lessons, solutions)
    texts = {"start.ipynb": start_text(lessons, glossary=glossary is not None)}
    return texts if glossary is None else texts | {"glossary.ipynb": glossary}


def write_pages(lessons: Sequence[Lesson], solutions: Path, folder: Path) -> None:
    """Write the pages into a folder of built lessons; the same lessons give the same bytes."""
    for name, text in page_texts(lessons, solutions).items():
        write_atomically(folder / name, text)


def stale_pages(lessons: Sequence[Lesson], solutions: Path, folder: Path) -> list[str]:
    """List the pages in a folder that differ from what these lessons give."""
    texts = page_texts(lessons, solutions)
    paths = {name: folder / name for name in texts}
    return [name for name, path in paths.items() if not path.is_file() or path.read_text("utf-8") != texts[name]]
