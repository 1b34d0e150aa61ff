"""The bank of a lesson: known mistakes and right variants, each a function `<exercise>__<slug>`, or an edit."""

import ast
from dataclasses import dataclass
from typing import TypeGuard

from grading.errors import LessonError
from grading.lessons.lesson import Lesson, without_markers

EVERY = "*"  # in EQUIVALENT: of every exercise


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
    def name(self) -> str:
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

    def mistakes_of(self, exercise: str) -> list[Answer]:
        """Known mistakes of one exercise."""
        return [answer for answer in self.mistakes if answer.exercise == exercise]

    def variants_of(self, exercise: str) -> list[Answer]:
        """Right variants of one exercise."""
        return [answer for answer in self.variants if answer.exercise == exercise]


def load_bank(lesson: Lesson) -> Bank:
    """Read mistakes.py and variants.py of a lesson, without running them.

    Raises:
        LessonError: when a function names no exercise, a mistake has no hint, or a name is used twice.
    """
    mistakes, views = _read(lesson, "mistakes.py")
    variants, _ = _read(lesson, "variants.py")
    both = sorted({answer.name for answer in mistakes} & {answer.name for answer in variants})
    if both:
        raise LessonError(f"{lesson.name}: {', '.join(both)}: in mistakes.py and in variants.py. Rename one.")
    bare = [answer.name for answer in mistakes if not answer.hint]
    if bare:
        raise LessonError(f"{lesson.name}/mistakes.py: {', '.join(bare)}: every mistake needs @hint(...).")
    return Bank(tuple(mistakes), tuple(variants), views)


def load_equivalents(lesson: Lesson) -> dict[str, dict[str, str]]:
    """Read which mutants are right answers after all: EQUIVALENT in mistakes.py, a dict of texts, without running it.

    Returns:
        Exercise, or EVERY for all of them -> a mutant's id, or its beginning and "..." -> the reason.
    """
    text = (lesson.folder / "mistakes.py").read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EQUIVALENT":
            return ast.literal_eval(node.value)
    return {}


def _read(lesson: Lesson, filename: str) -> tuple[list[Answer], dict[str, str]]:
    text = (lesson.folder / filename).read_text(encoding="utf-8")
    answers: list[Answer] = []
    views: dict[str, str] = {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and "__" in node.name:
            answers.append(_answer(node, text, lesson, filename))
        elif isinstance(node, ast.Expr) and _is_call(node.value, "edit"):
            answers.append(_edited(node.value, lesson, filename))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "VIEWS":
            views = ast.literal_eval(node.value)
    names = [answer.name for answer in answers]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise LessonError(f"{lesson.name}/{filename}: defined twice: {', '.join(doubled)}.")
    return answers, views


def _answer(node: ast.FunctionDef | ast.ClassDef, text: str, lesson: Lesson, filename: str) -> Answer:
    exercise, slug = _split_name(node.name, lesson, filename)
    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]  # decorators stand above node.lineno
    source = "\n".join(lines).replace(node.name, exercise) + "\n"
    return Answer(exercise, slug, source, _hint(node, f"{lesson.name}/{filename}"))


def _edited(call: ast.Call, lesson: Lesson, filename: str) -> Answer:
    """Make the answer that `edit(name, changes, hint=...)` declares."""
    name, changes = (ast.literal_eval(argument) for argument in call.args)
    exercise, slug = _split_name(name, lesson, filename)
    source = without_markers(lesson.solution_cells[exercise].source)
    for old, new in changes.items():
        if old not in source:
            raise LessonError(f"{lesson.name}/{filename}: {name}: the solution of {exercise} does not hold {old!r}.")
        source = source.replace(old, new)
    hints = [ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg == "hint"]
    return Answer(exercise, slug, source.rstrip() + "\n", *hints)


def _split_name(name: str, lesson: Lesson, filename: str) -> tuple[str, str]:
    exercise, _, slug = name.partition("__")
    if exercise not in lesson.exercises or not slug:
        raise LessonError(
            f"{lesson.name}/{filename}: {name} names no exercise. Expected <exercise>__<slug> with one of "
            f"{', '.join(lesson.exercises)}."
        )
    return exercise, slug


def _is_call(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == name


def _hint(node: ast.FunctionDef | ast.ClassDef, place: str) -> str:
    for decorator in node.decorator_list:
        if _is_call(decorator, "hint"):
            text = ast.literal_eval(decorator.args[0])
            if not isinstance(text, str) or not text.strip():
                raise LessonError(f"{place}: {node.name}: the hint is empty.")
            return text
    return ""
