"""`check("softmax")`: run an exercise's public examples on the student's function and show what came out.

Records only; `text_report` and `html_report` beside this file write them for people. The examples are files that the
course's builder writes.
"""

import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnnkit.checking.example import PASSES, UNWRITTEN, ExampleResult, run_examples
from dnnkit.checking.exercises import Exercise, find_exercise, load_exercises
from dnnkit.checking.mistakes import Outcome, matching_mistakes, outcome_by_facts
from dnnkit.checking.observe import names_used
from dnnkit.checking.progress_file import note_result
from dnnkit.checking.relations.find import find_relation
from dnnkit.checking.relations.parts import Case
from dnnkit.checking.time_limit import SECONDS
from dnnkit.environment.ipython import current_shell, in_notebook

Namespace = Mapping[str, Any]  # the student's functions by name


class CheckNotPassed(AssertionError):
    """A check was run by nbgrader and did not pass; never raised in ordinary work."""

    def _render_traceback_(self) -> list[str]:
        """Show what the check says, without the lines of this package that lead there; IPython calls this."""
        return str(self).splitlines()


@dataclass(frozen=True)
class CheckReport:
    """What `check` found.

    Attributes:
        name: the exercise as the student wrote it.
        headline: one sentence that says how it went.
        examples: one record per public example; empty when none could be run.
        hints: hints of the known mistakes that do the same as the student's function; where there is none, how its
            results relate to the right ones; or, where an exercise that it uses does not pass, one sentence that
            says so.
        mistakes: names of those mistakes.
        passed: whether every example passes.
    """

    name: str
    headline: str
    examples: tuple[ExampleResult, ...] = ()
    hints: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    passed: bool = False


def check(name: str) -> None:
    """Run the public examples of an exercise and show the result as lines that open.

    Args:
        name: the exercise, such as "softmax" or "neuron.softmax".

    Raises:
        CheckNotPassed: only when nbgrader runs the notebook; in ordinary work a check never raises.
    """
    from dnnkit.checking import html_report as render

    shell = current_shell()
    namespace = shell.user_ns if shell else sys._getframe(1).f_globals
    report = check_exercise(name, namespace)
    render.show(report)
    exercise, _ = find_exercise(name)
    if exercise is not None and report.examples and in_notebook():
        note_result(f"{exercise['topic']}.{report.name}", report.passed)
    _tell_nbgrader(report)


def check_exercise(
    exercise_id: str,
    namespace: Namespace,
    *,
    undefined: str = "run the cell above",
    examples: Path | None = None,
    seconds: float = SECONDS,
) -> CheckReport:
    """Run the public examples of an exercise.

    Args:
        exercise_id: the exercise, such as "softmax" or "neuron.softmax".
        namespace: dict in which the student's function is looked up by its name.
        undefined: what to say when it is not there.
        examples: folder of the example files; the course's own by default.
        seconds: time limit of one example.

    Returns:
        A `CheckReport`.
    """
    exercise, problem = find_exercise(exercise_id, examples)
    name = str(exercise_id).rpartition(".")[2]
    if exercise is None:
        return CheckReport(name, problem)
    if not callable(namespace.get(name)):
        return CheckReport(name, f"{name} is not defined yet: {undefined}.")
    results = run_examples(exercise, namespace, name, seconds=seconds)
    passes = sum(result.verdict == PASSES for result in results)
    if results and all(result.verdict == UNWRITTEN for result in results):
        return CheckReport(name, results[0].message, results)
    headline = f"{name}: {passes} of {len(results)} examples pass."
    if passes == len(results) > 0:
        return CheckReport(name, headline, results, passed=True)
    tried = _TopicCheck(exercise["topic"], namespace, load_exercises(examples), seconds)
    first = tried.failing_below(name, {name: []})
    if first:
        return CheckReport(name, headline, results, (_fix_first(name, first),))
    mistakes = tuple(name_mistakes(exercise, results))
    hints = [exercise.get("hints", {}).get(mistake, "") for mistake in mistakes] or [_relate(exercise, results)]
    return CheckReport(name, headline, results, tuple(dict.fromkeys(filter(None, hints))), mistakes)


@dataclass(frozen=True)
class _TopicCheck:
    """Checks the exercises that a function builds on.

    Attributes:
        topic: the topic of the function.
        namespace: dict with the student's functions.
        exercises: all exercises by full name.
        seconds: time limit of one example.
    """

    topic: str
    namespace: Namespace
    exercises: Mapping[str, Exercise]
    seconds: float

    def failing_below(self, name: str, found: dict[str, list[str]]) -> list[str]:
        """List the exercises that a function builds on and that fail their own examples: the deepest, which cause it.

        Args:
            name: the function.
            found: dict from an exercise to what was found for it already.
        """
        failing: dict[str, None] = {}
        for other in dict.fromkeys(names_used(self.namespace[name], self.namespace)):
            exercise = self.exercises.get(f"{self.topic}.{other}")
            if exercise is None or not callable(self.namespace.get(other)):
                continue
            if other not in found:
                found[other] = []  # a function may call itself
                found[other] = self.failing_below(other, found)
                if not found[other] and not self._passes_quietly(exercise, other):
                    found[other] = [other]
            failing |= dict.fromkeys(found[other])
        return list(failing)

    def _passes_quietly(self, exercise: Exercise, name: str) -> bool:
        silence = io.StringIO()
        with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
            results = run_examples(exercise, self.namespace, name, seconds=self.seconds)
        return all(result.verdict == PASSES for result in results)


def _fix_first(name: str, failing: Sequence[str]) -> str:
    if len(failing) == 1:
        return f"{failing[0]}, which {name} uses, does not pass its own check yet. Fix {failing[0]} first."
    names = f"{', '.join(failing[:-1])} and {failing[-1]}"
    return f"{names}, which {name} uses, do not pass their own checks yet. Fix them first."


def name_mistakes(exercise: Exercise, results: Sequence[ExampleResult]) -> list[str]:
    """Name the known mistakes that do the same as the student's function in every example.

    Args:
        exercise: its record in the example files.
        results: its `ExampleResult`s.

    Returns:
        Names of the mistakes; usually one or none.
    """
    records = exercise["examples"]
    calls = [
        (outcome_by_facts(r.call.outcome, e.get("facts"), r.inputs), {"quiet": e.get("quiet", False)})
        for r, e in zip(results, records, strict=True)
    ]
    names = [name for name in records[0].get("mistakes", {}) if all(name in e.get("mistakes", {}) for e in records)]
    known = {name: [Outcome.from_json(e["mistakes"][name]) for e in records] for name in names}
    return matching_mistakes(calls, known)


def _relate(exercise: Exercise, results: Sequence[ExampleResult]) -> str:
    """Say how wrong results relate to the right ones, where they are compared by value and no chance plays a part."""
    if "rng" in exercise["parameters"] or any(record.get("facts") for record in exercise["examples"]):
        return ""
    returned = [result for result in results if result.call.outcome.kind == "returned"]
    return find_relation([Case(result.inputs, result.call.outcome.value, result.expected) for result in returned])


def _tell_nbgrader(report: CheckReport) -> None:
    if os.environ.get("NBGRADER_VALIDATING"):
        if not report.passed:
            raise CheckNotPassed(report.headline)
    elif os.environ.get("NBGRADER_EXECUTION"):
        raise CheckNotPassed(
            "nbgrader runs this check without the course's plug-ins: the configuration is wrong and no points are "
            "given. Expected grading's preprocessors in nbgrader_config.py. Is nbgrader started in the course folder?"
        )
