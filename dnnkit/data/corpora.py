"""Two corpora for models that read letter by letter: first names, and the sentences of Python's documentation."""

from pathlib import Path

from dnnkit.data.text import load_text

NAMES = Path(__file__).parent / "first_names.txt"


def load_first_names() -> list[str]:
    """Load first names of the United States, in small letters.

    Returns:
        List of 5,163 different names in alphabetical order, of 2 to 11 letters from a to z.

    Reference: United States Census Bureau, Frequently occurring first names, census of 1990; in the public domain.

    Example:
        >>> load_first_names()[:3]
        ['aaron', 'abbey', 'abbie']
    """
    return NAMES.read_text(encoding="ascii").split()


def load_prose() -> str:
    """Load the sentences of Python's documentation: `load_text` without its tables, programs and repetitions.

    A paragraph is kept if none of its lines looks like a table or a program. Words are parted by one space, paragraphs
    by one line end. What is said twice is kept once: else a model is praised for what it knows by heart.

    Returns:
        A string of letters, digits, marks, spaces and line ends; about 140,000 characters, more or fewer in other
        versions of Python.
    """
    kept: dict[str, None] = {}
    for paragraph in load_text().split("\n\n"):
        lines = paragraph.splitlines()
        odd = any(line.startswith(("   ", "*", "|", "+")) or ">>>" in line or "::=" in line for line in lines)
        text = " ".join(paragraph.split())
        if text.endswith((".", ":")) and not odd and not any(mark in text for mark in ("---", "===", "***", "   ")):
            kept.setdefault(text, None)
    return "\n".join(kept)
