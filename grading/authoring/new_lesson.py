"""Write the four files of a new lesson: small but whole, and its author replaces text and exercise bit by bit."""

import keyword
import re
from pathlib import Path

from grading.errors import UsageError

NAME = re.compile(r"[0-9]{2}_[a-z][a-z0-9_]*", re.ASCII)
LESSON = '''\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Deep neural networks (dnn)
#     language: python
#     name: dnn
# ---

# %% [markdown]
# # Lesson @NUMBER@ · @TITLE@
#
# Say in two sentences what this lesson is about, and what the student will have built at its end.
#
# **You will be able to**
#
# - say one thing for each exercise.
#
# **You need** what was said in the lessons before. **Time** about one hour. **Points** 3.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `rescale` | numbers between 0 and 1 | ● | 10 | 3 |

# %%
# Only on Google Colab: upload course.zip first (the folder icon at the left), then run this cell.
import sys

from IPython import get_ipython

if "google.colab" in sys.modules:
    get_ipython().run_line_magic("pip", "install --quiet --no-deps course.zip")

# %%
# %load_ext dnnkit
import numpy as np

from dnnkit import check

# %% [markdown]
# ## Part 1 · Numbers between 0 and 1
#
# Explain the idea, give the formula, and show one example by hand:
#
# $$ \\\\text{rescale}(x)_i = \\\\frac{x_i - \\\\min(x)}{\\\\max(x) - \\\\min(x)} $$


# %%
def rescale(x):
    """Map numbers linearly, so that the smallest becomes 0 and the largest 1.

    Args:
        x: array of shape (N,), at least two of its numbers differ.

    Returns:
        Array of shape (N,); `x` stays as it was.
    """
    ### BEGIN SOLUTION
    smallest, largest = np.min(x), np.max(x)
    return (x - smallest) / (largest - smallest)
    ### END SOLUTION


# %%
check("rescale")

# %%
# %%explore rescale
print(rescale(np.array([2.0, 4.0, 3.0])))

# %% [markdown]
# ## What you have learned
#
# - One sentence for each part.
'''
TESTS = '''\
"""Checks of lesson @NUMBER@ "@TITLE@": the student's functions against the reference, on inputs nobody has seen."""

import numpy as np

from grading.lessons.checking import assert_close, example, points

# What the student sees: each example is shown with its inputs and the expected output.
EXAMPLES = {
    "rescale": [
        example("three numbers", x=np.array([2.0, 4.0, 3.0])),
        example("numbers on both sides of 0", x=np.array([-1.0, 0.5, 3.0, 0.0])),
        example("whole numbers", x=np.array([3, 1, 2])),
    ]
}


# A check is called test_<exercise>_<property>; its docstring is what the student reads. Inputs are drawn from rng.
@points(2)
def test_rescale_values(student, reference, rng):
    """Numbers of any size are mapped rightly."""
    for _ in range(3):
        x = rng.normal(loc=rng.uniform(-5, 5), scale=rng.uniform(0.5, 3), size=rng.integers(4, 9))
        assert_close(student.rescale(x), reference.rescale(x), rtol=1e-5, what="rescale(x)")


@points(1)
def test_rescale_whole_numbers(student, reference, rng):
    """Whole numbers are mapped rightly, too."""
    x = rng.permutation(20)[:6] - 10
    assert_close(student.rescale(x), reference.rescale(x), rtol=1e-5, what="rescale(x)")
'''
MISTAKES = '''\
"""Known mistakes of lesson @NUMBER@, each with the hint that the student reads; at least four an exercise.

A mistake is a function <exercise>__<slug>. What it uses from the lesson is there when it runs.
"""

from grading.lessons.checking import hint

VIEWS = {}  # exercise -> name of a function of dnnkit.facts, where many outputs are right


@hint("The smallest number does not become 0. Take it away from all numbers first.")
def rescale__no_shift(x):
    return x / (np.max(x) - np.min(x))


@hint("The largest number does not become 1. Divide by the distance between largest and smallest, not by the largest.")
def rescale__by_largest(x):
    return (x - np.min(x)) / np.max(x)


@hint("This gives mean 0 and standard deviation 1, which is another way to scale. Here the ends are 0 and 1.")
def rescale__standardized(x):
    return (x - np.mean(x)) / np.std(x)


@hint("The order is turned around: the largest number becomes 0. Take the smallest number away from x.")
def rescale__upside_down(x):
    return (np.max(x) - x) / (np.max(x) - np.min(x))


@hint("The distance between largest and smallest is missing. Divide by it.")
def rescale__not_divided(x):
    return x - np.min(x)
'''
VARIANTS = '''\
"""Right answers of lesson @NUMBER@ in other shapes; at least two an exercise, so that checks ask for no single way."""


def rescale__interpolated(x):
    return np.interp(x, [np.min(x), np.max(x)], [0.0, 1.0])


def rescale__loop(x):
    smallest, largest = min(x), max(x)
    return np.array([(value - smallest) / (largest - smallest) for value in x])
'''
FILES = {"{topic}.py": LESSON, "test_{topic}.py": TESTS, "mistakes.py": MISTAKES, "variants.py": VARIANTS}


def write_new_lesson(solutions: Path, name: str) -> list[Path]:
    """Write the files of a lesson that can be built and audited as it is.

    Args:
        solutions: folder of the lessons' sources.
        name: folder name of the new lesson, such as "08_attention".

    Returns:
        The files.

    Raises:
        UsageError: when it is no such name, or its number or its topic is taken.
    """
    topic = name[3:]
    if not NAME.fullmatch(name) or keyword.iskeyword(topic):
        raise UsageError(
            f"{name!r} is no name of a lesson. Expected two digits, an underscore and a topic in small letters, "
            "such as 08_attention."
        )
    taken = [
        path.name for path in solutions.glob("[0-9][0-9]_*") if path.name[:2] == name[:2] or path.name[3:] == topic
    ]
    if taken:
        raise UsageError(f"{', '.join(sorted(taken))} is there already: a number and a topic are used once.")
    words = {"@NUMBER@": name[:2], "@TITLE@": topic.replace("_", " ").capitalize()}
    paths = []
    (solutions / name).mkdir()
    for file, text in FILES.items():
        for mark, word in words.items():
            text = text.replace(mark, word)
        paths.append(solutions / name / file.format(topic=topic))
        paths[-1].write_text(text, encoding="utf-8")
    return paths
