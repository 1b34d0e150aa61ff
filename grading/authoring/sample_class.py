"""Make a sample class from a lesson's bank: right answers in several styles, mistakes, empty, broken, hostile files."""

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from grading.lessons.bank import Answer, load_bank
from grading.lessons.lesson import Lesson

# The order in which kinds are dealt out; a class of twelve has one of each line but for the first two.
KINDS = (
    "reference",
    "variants",
    "one_mistake",
    "several_mistakes",
    "untouched",
    "half_done",
    "helper_cells",
    "variants",
    "broken_file",
    "hostile",
    "one_mistake",
    "syntax_error",
)
HOSTILE = '''\
class Agreeable(float):
    """Equal to everything, and smaller than every tolerance."""

    __array_priority__ = 1e9
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return Agreeable(0)
    __rsub__ = __sub__
    def __array__(self, *args, **kwargs): return np.zeros(1)

def _everything(*args, **kwargs):
    return Agreeable(0)

np.allclose = np.testing.assert_allclose = np.array_equal = _everything
print("score: 100 of 100")
'''


def sample_class(
    lesson: Lesson, release: Mapping[str, Any], folder: str | Path, students: int, seed: int = 0
) -> dict[str, str]:
    """Write submissions of a sample class.

    Args:
        lesson: the lesson.
        release: nbformat dict of the released notebook.
        folder: the class's `submitted` folder; `<student>/<lesson>/<topic>.ipynb` is written below it.
        students: number of students.
        seed: decides which mistakes and variants are dealt to whom.

    Returns:
        Dict from student id to the kind of its submission.
    """
    maker = _Maker(lesson, release, random.Random(seed))  # noqa: S311 - a sample, not a secret
    dealt: dict[str, str] = {}
    for number in range(students):
        student, kind = f"s-{number + 1:04d}", KINDS[number % len(KINDS)]
        path = Path(folder) / student / lesson.name / f"{lesson.topic}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(maker.make(kind), encoding="utf-8")
        dealt[student] = kind
    return dealt


def with_answers(release: Mapping[str, Any], answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """Put answers into a copy of the released notebook, as a student would.

    Args:
        release: nbformat dict of the released notebook.
        answers: exercise -> source of its cell.

    Returns:
        nbformat notebook.
    """
    notebook = nbformat.from_dict(copy.deepcopy(dict(release)))
    for cell in notebook.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    return notebook


class _Maker:
    def __init__(self, lesson: Lesson, release: Mapping[str, Any], random_: random.Random) -> None:
        self.lesson, self.release, self.random = lesson, release, random_
        self.bank = load_bank(lesson)
        self.reference = {name: cell.source for name, cell in lesson.solution_cells.items()}

    def make(self, kind: str) -> str:
        """Return the text of one submitted file."""
        return getattr(self, f"_{kind}")()

    def _write(self, answers: Mapping[str, str], extra: Sequence[tuple[int, str]] = ()) -> str:
        notebook = with_answers(self.release, answers)
        for position, source in extra:
            notebook.cells.insert(position, nbformat.v4.new_code_cell(source, id=f"mine-{position}"))
        return nbformat.writes(notebook)

    def _pick(self, pool: Callable[[str], list[Answer]]) -> dict[str, str]:
        return {name: self.random.choice(pool(name)).source for name in self.lesson.exercises if pool(name)}

    def _reference(self) -> str:
        return self._write(self.reference)

    def _variants(self) -> str:
        return self._write(self.reference | self._pick(self.bank.variants_of))

    def _one_mistake(self) -> str:
        name = self.random.choice(self.lesson.exercises)
        return self._write(self.reference | {name: self.random.choice(self.bank.mistakes_of(name)).source})

    def _several_mistakes(self) -> str:
        names = self.random.sample(self.lesson.exercises, k=max(2, len(self.lesson.exercises) // 3))
        wrong = self._pick(self.bank.mistakes_of)
        return self._write(self.reference | {name: wrong[name] for name in names})

    def _untouched(self) -> str:
        return self._write({})

    def _half_done(self) -> str:
        half = self.lesson.exercises[: len(self.lesson.exercises) // 2]
        return self._write({name: self.reference[name] for name in half})

    def _helper_cells(self) -> str:
        """The first answer is split: the work is done in a cell of the student's own."""
        first = self.lesson.exercises[0]
        moved = self.reference[first].replace(f"def {first}(", f"def my_own_{first}(")
        start = self.reference[first].index("(")
        signature = self.reference[first][start : self.reference[first].index(":", start)]
        answer = f"def {first}{signature}:\n    return my_own_{first}{signature}\n"
        return self._write(self.reference | {first: answer}, extra=[(2, moved)])

    def _broken_file(self) -> str:
        return self._reference()[:2000]

    def _hostile(self) -> str:
        answers = {name: f"{name} = _everything" for name in self.lesson.exercises}
        return self._write(answers, extra=[(2, HOSTILE)])

    def _syntax_error(self) -> str:
        name = self.random.choice(self.lesson.exercises)
        broken = self.reference[name].replace("):\n", ")\n", 1)
        return self._write(self.reference | {name: broken})
