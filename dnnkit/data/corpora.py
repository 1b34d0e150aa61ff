"""Corpora: first names, and the sentences of Python's documentation, as one text or with their chapters."""

import re
import textwrap
from pathlib import Path

from dnnkit.data.text import load_text, load_topic

NAMES = Path(__file__).parent / "first_names.txt"
CHAPTERS = {  # name -> topic of `help`; five long ones that do not contain each other
    "compound statements": "compound",
    "data model": "types",
    "format strings": "formatstrings",
    "string methods": "string-methods",
    "debugger": "debugger",
}


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
    return "\n".join(_paragraphs(load_text()))


def load_sentences() -> tuple[list[str], list[str]]:
    """Load sentences of five chapters of Python's documentation, each with the name of its chapter.

    Tables and programs are left out, and so are sentences of fewer than five words. What stands in the
    documentation twice is left out altogether where the chapters differ, and is kept once where they agree.

    Returns:
        The pair (sentences, chapters): two lists of texts of the same length, about 840 in Python 3.11, more or fewer
        in other versions; chapter after chapter. `CHAPTERS` holds the five names.

    Example:
        >>> sentences, chapters = load_sentences()
        >>> chapters[0], sentences[0][:45]
        ('compound statements', 'Compound statements contain (groups of) other')
    """
    homes: dict[str, set[str]] = {}
    for chapter, topic in CHAPTERS.items():
        paragraphs = load_topic(topic).split("\n\n")
        flat = (textwrap.dedent(re.sub(r"^( *)[*] ", r"\1  ", paragraph)) for paragraph in paragraphs)
        for paragraph in _paragraphs("\n\n".join(flat)):
            for sentence in re.split(r"(?<=[.:!?]) +(?=[A-Z\"*`(])", paragraph):
                if len(re.findall(r"[A-Za-z]+", sentence)) >= 5:
                    homes.setdefault(sentence, set()).add(chapter)
    single = [(sentence, found) for sentence, found in homes.items() if len(found) == 1]
    return [sentence for sentence, _ in single], [next(iter(found)) for _, found in single]


def _paragraphs(text: str) -> list[str]:
    """List the paragraphs that are prose, each once, with its words parted by one space."""
    kept: dict[str, None] = {}
    for paragraph in text.split("\n\n"):
        lines = paragraph.splitlines()
        odd = any(line.startswith(("   ", "*", "|", "+")) or ">>>" in line or "::=" in line for line in lines)
        words = " ".join(paragraph.split())
        if words.endswith((".", ":")) and not odd and not any(mark in words for mark in ("---", "===", "***", "   ")):
            kept.setdefault(words, None)
    return list(kept)
