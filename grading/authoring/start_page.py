"""The page that JupyterLab opens: lessons/start.ipynb, with the list of lessons and the student's progress."""

from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode

from grading.authoring.release import KERNELSPEC
from grading.lessons.lesson import Lesson

WELCOME = """\
# Deep neural networks, written by hand

Run the next cell: click into it and press Shift and Enter. It lists the lessons and how far you are. Each name opens
its lesson. Run it again whenever you want to see your progress.

In a lesson, read from top to bottom. Write each function where its cell says so, run the cell, then run the `check`
below it. A check may be run as often as you like: it scores nothing, it only tells.
"""
GLOSSARY = "\n\nSigns and terms are in the [glossary](glossary.ipynb)."
STUCK = """\
**Something does not work?** Make a new cell below (press Escape, then B), paste these two lines and run it:

```
import sys
!{sys.executable} -m dnnkit doctor
```

It says what is missing and the command that fixes it. Where no cell runs at all, type `.venv/bin/dnnkit doctor` in a
terminal, in the folder of the course (on Windows `.venv\\Scripts\\dnnkit doctor`).

**You want to begin an exercise again?** Save the lesson. Then the same two lines, with `reset softmax` in place of
`doctor`, put the cell of `softmax` back as it was handed out. What you wrote is kept in a file; its name is printed.
"""


def start_notebook(lessons: Sequence[Lesson], *, glossary: bool = False) -> NotebookNode:
    """Make the start notebook.

    Args:
        lessons: the course's lessons, in order.
        glossary: link the glossary, too.
    """
    links = "\n".join(f"- [{lesson.title}]({lesson.name}/{lesson.topic}.ipynb)" for lesson in lessons)
    cells = [
        nbformat.v4.new_markdown_cell(WELCOME.strip(), id="welcome"),
        nbformat.v4.new_code_cell("from dnnkit import show_progress\n\nshow_progress()", id="progress"),
        nbformat.v4.new_markdown_cell(f"## The lessons\n\n{links}{GLOSSARY if glossary else ''}", id="lessons"),
        nbformat.v4.new_markdown_cell(STUCK.strip(), id="stuck"),
    ]
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC, "language_info": language})


def start_text(lessons: Sequence[Lesson], *, glossary: bool = False) -> str:
    """The start notebook as it is written to disk."""
    return nbformat.writes(start_notebook(lessons, glossary=glossary)) + "\n"
