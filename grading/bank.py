"""The bank of a lesson: known mistakes and right variants, each a function `<exercise>__<slug>`."""

import ast
from dataclasses import dataclass

from grading.errors import LessonError


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise, as source that could stand in a student's cell.

    Attributes:
        exercise: name of the exercise.
        slug: what follows the two underscores; "reference" for the lesson's own solution.
        source: Python source that defines the exercise's function.
        hint: what a student who makes this mistake is told; empty for right answers.
    """

    exercise: str
    slug: str
    source: str
    hint: str = ""

    @property
    def name(self):
        """Full name, such as "softmax__no_max_shift"."""
        return f"{self.exercise}__{self.slug}"


@dataclass(frozen=True)
class Bank:
    """All known answers of a lesson.

    Attributes:
        mistakes: wrong answers, each with its hint, in file order.
        variants: right answers, in file order.
        views: exercise -> name of the fact function by which its outputs are compared.
    """

    mistakes: tuple[Answer, ...]
    variants: tuple[Answer, ...]
    views: dict[str, str]

    def mistakes_of(self, exercise):
        """Known mistakes of one exercise."""
        return [answer for answer in self.mistakes if answer.exercise == exercise]

    def variants_of(self, exercise):
        """Right variants of one exercise."""
        return [answer for answer in self.variants if answer.exercise == exercise]


def load_bank(lesson):
    """Read mistakes.py and variants.py of a lesson, without running them.

    Raises:
        LessonError: when a function names no exercise, or a mistake has no hint.
    """
    mistakes, views = _read(lesson, "mistakes.py")
    variants, _ = _read(lesson, "variants.py")
    bare = [answer.name for answer in mistakes if not answer.hint]
    if bare:
        raise LessonError(f"{lesson.name}/mistakes.py: {', '.join(bare)}: every mistake needs @hint(...).")
    return Bank(tuple(mistakes), tuple(variants), views)


def _read(lesson, filename):
    text = (lesson.folder / filename).read_text(encoding="utf-8")
    answers, views = [], {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and "__" in node.name:
            answers.append(_answer(node, text, lesson, filename))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "VIEWS":
            views = ast.literal_eval(node.value)
    names = [answer.name for answer in answers]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise LessonError(f"{lesson.name}/{filename}: defined twice: {', '.join(doubled)}.")
    return answers, views


def _answer(node, text, lesson, filename):
    exercise, _, slug = node.name.partition("__")
    if exercise not in lesson.exercises:
        raise LessonError(
            f"{lesson.name}/{filename}: {node.name} names no exercise. Expected <exercise>__<slug> with one of "
            f"{', '.join(lesson.exercises)}."
        )
    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]  # decorators stand above node.lineno
    source = "\n".join(lines).replace(node.name, exercise) + "\n"
    return Answer(exercise, slug, source, _hint(node, f"{lesson.name}/{filename}"))


def _hint(node, place):
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "hint":
            text = ast.literal_eval(decorator.args[0])
            if not isinstance(text, str) or not text.strip():
                raise LessonError(f"{place}: {node.name}: the hint is empty.")
            return text
    return ""
