"""Judge a file of answers that somebody wrote from a lesson's text alone: what is accepted, refused, and said of it."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.authoring.exercise_judge import SLOWEST_CALL, ExerciseJudge
from grading.errors import LessonError
from grading.lessons.bank import Answer
from grading.lessons.check_functions import slow_exercises
from grading.lessons.lesson import Lesson

WRONG, RIGHT = "should be refused", "should be accepted"


@dataclass(frozen=True)
class JudgedAnswer:
    """One answer of the file.

    Attributes:
        name: its name in the file.
        right: whether it should be accepted.
        accepted: whether the grader accepts it, with every seed.
        passes_check: whether the public examples pass.
        named: mistakes that the grader takes it for.
        message: what the first check says that fails.
    """

    name: str
    right: bool
    accepted: bool
    passes_check: bool
    named: tuple[str, ...]
    message: str

    @property
    def judged_well(self) -> bool:
        """Right answers pass both, wrong ones do not pass the grader."""
        return self.accepted and self.passes_check if self.right else not self.accepted


def read_answers(lesson: Lesson, path: Path) -> list[tuple[Answer, bool]]:
    """Read a file of answers without running it.

    Args:
        lesson: the lesson.
        path: Python source of functions and classes `<exercise>__<slug>`; the comment above each ends with
            "should be refused" or "should be accepted", perhaps with more behind it.

    Returns:
        Pairs (answer, whether it should be accepted).
    """
    text = path.read_text(encoding="utf-8")
    lines, found = text.splitlines(), []
    for node in ast.parse(text).body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or "__" not in node.name:
            continue
        exercise, _, slug = node.name.partition("__")
        start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        above = lines[start - 2] if start > 1 else ""
        if exercise not in lesson.exercises or not (WRONG in above or RIGHT in above):
            raise LessonError(
                f"{path.name}: {node.name}: expected <exercise>__<slug> of {lesson.name}, and above it a comment with "
                f'"{WRONG}" or "{RIGHT}".'
            )
        source = "\n".join(lines[start - 1 : node.end_lineno]).replace(node.name, exercise)
        found.append((Answer(exercise, slug, source + "\n"), RIGHT in above))
    return found


def judge_answers(lesson: Lesson, path: Path, seeds: Sequence[int]) -> list[JudgedAnswer]:
    """Judge every answer of a file with each of these seeds.

    Args:
        lesson: the lesson.
        path: see `read_answers`.
        seeds: the seeds.
    """
    slow = slow_exercises(lesson)
    answers, judged = read_answers(lesson, path), {}
    for exercise in dict.fromkeys(answer.exercise for answer, _ in answers):
        own = [(answer, right) for answer, right in answers if answer.exercise == exercise]
        judge = ExerciseJudge(lesson, exercise, None if exercise in slow else SLOWEST_CALL)
        runs = [judge.judge([answer for answer, _ in own], seed) for seed in seeds]
        for (answer, right), *verdicts in zip(own, *runs, strict=True):
            accepted = all(not verdict.refused for verdict in verdicts)
            if not right:
                accepted = any(not verdict.refused for verdict in verdicts)
            texts = [f.result.message for verdict in verdicts for f in verdict.findings if f.result.status != "passed"]
            named = tuple(dict.fromkeys(name for verdict in verdicts for name in verdict.hidden_names))
            passes = all(verdict.passes_check for verdict in verdicts)
            judged[answer.name] = JudgedAnswer(answer.name, right, accepted, passes, named, (texts or [""])[0])
    return [judged[answer.name] for answer, _ in answers]


def answers_report(judged: Sequence[JudgedAnswer]) -> list[str]:
    """Write one line per answer that was judged wrongly, and a summary."""
    lines = []
    for answer in judged:
        if not answer.judged_well:
            verdict = "accepted" if answer.accepted else f"refused ({answer.message})"
            verdict = "refused by check alone" if answer.accepted and answer.right else verdict
            lines.append(f"! {answer.name}: {verdict}")
    wrong, right = ([a for a in judged if a.right is kind] for kind in (False, True))
    lines.append(
        f"wrong answers accepted: {sum(a.accepted for a in wrong)} of {len(wrong)}; right answers refused: "
        f"{sum(not a.judged_well for a in right)} of {len(right)}; wrong ones named: "
        f"{sum(bool(a.named) for a in wrong)}"
    )
    return lines
