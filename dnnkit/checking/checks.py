"""`check("softmax")`: run an exercise's public examples on the student's function and show what came out.

Records only; `dnnkit.checking.table` turns them into a table. The examples are files that the course's builder writes.
"""

import contextlib
import difflib
import io
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dnnkit.checking.example import DIFFERS, PASSES, UNWRITTEN, ExampleResult, run_examples
from dnnkit.checking.example_records import read_example_file
from dnnkit.checking.mistakes import Outcome, matching_mistakes, outcome_by_facts
from dnnkit.checking.observe import names_used
from dnnkit.checking.relations.find import find_relation
from dnnkit.checking.relations.parts import Case

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class CheckNotPassed(AssertionError):
    """A check was run by nbgrader and did not pass; never raised in ordinary work."""

    def _render_traceback_(self):
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


def check(name):
    """Run the public examples of an exercise and show the result in a small table.

    Args:
        name: the exercise, such as "softmax" or "neuron.softmax".

    Raises:
        CheckNotPassed: only when nbgrader runs the notebook; in ordinary work a check never raises.
    """
    from dnnkit.checking import table as render

    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    namespace = shell.user_ns if shell else sys._getframe(1).f_globals
    report = check_exercise(name, namespace)
    render.show(report)
    if getattr(shell, "kernel", None) is not None and report.examples:
        from dnnkit.progress import note_result

        note_result(f"{find_exercise(name)[0]['topic']}.{report.name}", report.passed)
    _tell_nbgrader(report)


def check_exercise(exercise_id, namespace, *, undefined="run the cell above"):
    """Run the public examples of an exercise.

    Args:
        exercise_id: the exercise, such as "softmax" or "neuron.softmax".
        namespace: dict in which the student's function is looked up by its name.
        undefined: what to say when it is not there.

    Returns:
        A `CheckReport`.
    """
    exercise, problem = find_exercise(exercise_id)
    name = str(exercise_id).rpartition(".")[2]
    if exercise is None:
        return CheckReport(name, problem)
    if not callable(namespace.get(name)):
        return CheckReport(name, f"{name} is not defined yet: {undefined}.")
    results = run_examples(exercise, namespace, name)
    passes = sum(result.verdict == PASSES for result in results)
    if results and all(result.verdict == UNWRITTEN for result in results):
        return CheckReport(name, results[0].message, results)
    headline = f"{name}: {passes} of {len(results)} examples pass."
    if passes == len(results) > 0:
        return CheckReport(name, headline, results, passed=True)
    first = _failing_below(name, exercise["topic"], namespace, {name: []})
    if first:
        return CheckReport(name, headline, results, (_fix_first(name, first),))
    mistakes = tuple(name_mistakes(exercise, results))
    hints = [exercise.get("hints", {}).get(mistake, "") for mistake in mistakes] or [_relate(exercise, results)]
    return CheckReport(name, headline, results, tuple(dict.fromkeys(filter(None, hints))), mistakes)


def find_exercise(exercise_id):
    """Look an exercise up in the example files.

    Returns:
        The pair (record, ""), or (None, a sentence that says what is wrong and what may be meant).
    """
    try:
        known = load_exercises(EXAMPLES)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        return None, f"The examples of this course cannot be read ({error}). Install dnnkit again."
    wanted = str(exercise_id)
    found = [full for full in known if wanted in (full, full.rpartition(".")[2])]
    if len(found) == 1:
        return known[found[0]], ""
    if found:
        choices = " or ".join(f'check("{full}")' for full in found)
        return None, f"There are {len(found)} exercises named {wanted}. Write {choices}."
    names = [full.rpartition(".")[2] for full in known]
    nearest = difflib.get_close_matches(wanted.rpartition(".")[2], names, n=1)
    cure = f'Do you mean check("{nearest[0]}")?' if nearest else f"Known are: {', '.join(names) or 'none'}."
    return None, f"There is no exercise named {wanted}. {cure}"


@lru_cache(maxsize=4)
def load_exercises(folder):
    """Read every exercise of the example files in a folder.

    Returns:
        Dict from full name, such as "neuron.softmax", to the exercise's record, with its "topic".
    """
    known = {}
    for path in sorted(Path(folder).glob("*.json")):
        topic = read_example_file(path)
        of_topic = {"topic": topic["topic"]}
        known |= {f"{topic['topic']}.{name}": record | of_topic for name, record in topic["exercises"].items()}
    return known


def _failing_below(name, topic, namespace, found):
    """List the exercises that a function builds on and that fail their own examples: the deepest ones, which cause it.

    Args:
        name: the function.
        topic: its topic.
        namespace: dict with the student's functions.
        found: dict from an exercise to what was found for it already.
    """
    failing = {}
    for other in dict.fromkeys(names_used(namespace[name], namespace)):
        exercise, _ = find_exercise(f"{topic}.{other}")
        if exercise is None or not callable(namespace.get(other)):
            continue
        if other not in found:
            found[other] = []  # a function may call itself
            found[other] = _failing_below(other, topic, namespace, found)
            if not found[other] and not _passes_quietly(exercise, namespace, other):
                found[other] = [other]
        failing |= dict.fromkeys(found[other])
    return list(failing)


def _passes_quietly(exercise, namespace, name):
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        return all(result.verdict == PASSES for result in run_examples(exercise, namespace, name))


def _fix_first(name, failing):
    if len(failing) == 1:
        return f"{failing[0]}, which {name} uses, does not pass its own check yet. Fix {failing[0]} first."
    names = f"{', '.join(failing[:-1])} and {failing[-1]}"
    return f"{names}, which {name} uses, do not pass their own checks yet. Fix them first."


def name_mistakes(exercise, results, *, everywhere_only=False):
    """Name the known mistakes that explain what the examples of an exercise came to.

    Args:
        exercise: its record in the example files.
        results: its `ExampleResult`s.
        everywhere_only: only those that do the same in every example.

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
    everywhere = matching_mistakes(calls, known)
    if everywhere or everywhere_only:
        return everywhere
    # Two mistakes at once agree with neither everywhere: name the one that explains the first example it can.
    for position, result in enumerate(results):
        if result.verdict == DIFFERS and result.call.outcome.kind == "returned":
            here = matching_mistakes([calls[position]], {name: [known[name][position]] for name in names})
            if len(here) == 1:
                return here
    return []


def _relate(exercise, results):
    """Say how wrong results relate to the right ones, where they are compared by value and no chance plays a part."""
    if "rng" in exercise["parameters"] or any(record.get("facts") for record in exercise["examples"]):
        return ""
    returned = [result for result in results if result.call.outcome.kind == "returned"]
    return find_relation([Case(result.inputs, result.call.outcome.value, result.expected) for result in returned])


def _tell_nbgrader(report):
    if os.environ.get("NBGRADER_VALIDATING"):
        if not report.passed:
            raise CheckNotPassed(report.headline)
    elif os.environ.get("NBGRADER_EXECUTION"):
        raise CheckNotPassed(
            "nbgrader runs this check without the course's plug-ins: the configuration is wrong and no points are "
            "given. Expected grading's preprocessors in nbgrader_config.py. Is nbgrader started in the course folder?"
        )
