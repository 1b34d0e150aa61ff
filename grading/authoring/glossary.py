"""The glossary, lessons/glossary.ipynb: the course's signs and terms, each as the lesson that explains it says it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grading.authoring.release import KERNELSPEC
from grading.errors import LessonError
from grading.lessons.lesson import Lesson

TERMS, NOTATION = "glossary.txt", "notation.md"  # beside the lessons' sources
HEAD = """\
# Glossary

Each term stands here with the words of the lesson that explains it, and each sign with its shape. The link opens that
lesson. [All lessons](start.ipynb)
"""
BOLD = re.compile(r"\*\*([^*]+)\*\*")
ENDS = re.compile(r"(?<=[.?])\s+(?=[A-Z(*$\[])|(?<=:)\s+(?=\$\$)|(?<=\$\$)\s+|\s+(?=\$\$)")  # between two sentences
POINTS_BACK = re.compile(r"\W*(This|That|It|They|Their|Such)\b")
SHORT = 60  # letters; a sentence that is shorter says too little alone


def glossary_text(lessons: Sequence[Lesson], solutions: Path) -> str | None:
    """Write the glossary of some lessons as the text of a notebook; the same lessons give the same bytes.

    Args:
        lessons: the course's lessons, in order.
        solutions: folder of the lessons' sources, with the list of terms and the table of signs.

    Returns:
        The notebook's text; None where the folder holds no list of terms.

    Raises:
        LessonError: when no lesson explains a term of the list.
    """
    path = solutions / TERMS
    if not path.is_file():
        return None
    lines = path.read_text("utf-8").splitlines()
    terms = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return nbformat.writes(_notebook(terms, lessons, solutions)) + "\n"


def _notebook(terms: Sequence[str], lessons: Sequence[Lesson], solutions: Path) -> NotebookNode:
    entries = {term: _entry(term, lessons) for term in sorted(terms, key=str.casefold)}
    letters = sorted({term[0].upper() for term in entries})
    notation = solutions / NOTATION
    texts = {"head": HEAD.strip()}
    if notation.is_file():
        texts["notation"] = "## Signs\n\n" + notation.read_text("utf-8").strip()
    for letter in letters:
        mine = [entry for term, entry in entries.items() if term[0].upper() == letter]
        texts[f"letter-{letter}"] = f"## {letter}\n\n" + "\n\n".join(mine)
    cells = [nbformat.v4.new_markdown_cell(text, id=name) for name, text in texts.items()]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})


def _entry(term: str, lessons: Sequence[Lesson]) -> str:
    """Write one entry: the term, the passage, and where it stands."""
    for lesson in lessons:
        passage = explanation(term, lesson)
        if passage:
            number = lesson.title.partition(" · ")[0]
            return f"**{term}** · {passage} ([{number}]({lesson.name}/{lesson.topic}.ipynb))"
    raise LessonError(
        f'{TERMS} lists "{term}", and no lesson has it in bold. Expected **{term}** where it is explained.'
    )


def explanation(term: str, lesson: Lesson) -> str:
    """Find the sentence in which a lesson sets a term in bold, with its neighbours where it says too little alone.

    Args:
        term: the term, with capitals as it is written within a sentence.
        lesson: the lesson.

    Returns:
        The passage on one line, without the bold type; empty where the term is not explained.
    """
    for cell in lesson.cells:
        sentences = list(_sentences(cell.source)) if cell.kind == "markdown" else []
        for place, sentence in enumerate(sentences):
            if any(found.casefold() == term.casefold() for found in BOLD.findall(sentence)):
                passage = BOLD.sub(r"\1", " ".join(_around(sentences, place))).rstrip(":;,")
                return passage[0].upper() + passage[1:]
    return ""


def _around(sentences: Sequence[str], place: int) -> Sequence[str]:
    """Choose the sentences that explain: one that points back needs the one before, a short one the next."""
    begin, end = place, place + 1
    plain = BOLD.sub(r"\1", sentences[place])
    if begin and (POINTS_BACK.match(plain) or sentences[begin].startswith("$$")):
        begin -= 1
        while begin and sentences[begin].startswith("$$"):  # a formula belongs to the words before it
            begin -= 1
    elif len(plain) < SHORT and end < len(sentences) and sentences[end].endswith((".", "?", ":")):
        end += 1
    while end < len(sentences) and sentences[end].startswith("$$"):
        end += 1
    return sentences[begin:end]


def _sentences(text: str) -> Iterator[str]:
    """Give the sentences, items and displayed formulas of a markdown cell, each on one line."""
    text = re.sub(r"^\s*(?:-|\d+\.)\s+", "\n\n", text, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", text):
        line = " ".join(paragraph.split())
        if line and not line.startswith(("|", "#", "<")):
            yield from filter(None, ENDS.split(line.removeprefix("**Words.** ")))
