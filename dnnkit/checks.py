"""`check("softmax")`: run an exercise's public examples on the student's function and show what came out.

Records only; `dnnkit.render` turns them into a table. The examples are files that the course's builder writes.
"""

import difflib
import json
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dnnkit import wire
from dnnkit.calls import Call, call
from dnnkit.compare import Difference, difference
from dnnkit.naming import Outcome, facts_of, matching_mistakes

EXAMPLES = Path(__file__).parent / "examples"
PASSES, DIFFERS, ERROR, UNWRITTEN = "passes", "differs", "error", "not written yet"


class CheckNotPassed(AssertionError):
    """A check was run by nbgrader and did not pass; never raised in ordinary work."""


@dataclass(frozen=True)
class ExampleResult:
    """What one public example came to.

    Attributes:
        title: what the example shows.
        inputs: dict from parameter name to value.
        expected: the expected output.
        call: what the student's function did.
        verdict: "passes", "differs", "error" or "not written yet".
        message: one sentence that says what is wrong, or empty.
        difference: where values part, for outputs compared by value.
        facts: rows (fact, expected, yours) that differ, for outputs judged by facts.
        judged_by_facts: whether the output is judged by facts.
    """

    title: str
    inputs: dict
    expected: object
    call: Call
    verdict: str
    message: str = ""
    difference: Difference | None = None
    facts: tuple[tuple[str, str, str], ...] = ()
    judged_by_facts: bool = False


@dataclass(frozen=True)
class CheckReport:
    """What `check` found.

    Attributes:
        name: the exercise as the student wrote it.
        headline: one sentence that says how it went.
        examples: one record per public example; empty when none could be run.
        hints: hints of the known mistakes that do the same as the student's function.
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
    from dnnkit import render

    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    namespace = shell.user_ns if shell else sys._getframe(1).f_globals
    report = run_checks(name, namespace)
    render.show(report)
    _tell_nbgrader(report)


def run_checks(exercise_id, namespace):
    """Run the public examples of an exercise.

    Args:
        exercise_id: the exercise, such as "softmax" or "neuron.softmax".
        namespace: dict in which the student's function is looked up by its name.

    Returns:
        A `CheckReport`.
    """
    exercise, problem = find_exercise(exercise_id)
    name = str(exercise_id).rpartition(".")[2]
    if exercise is None:
        return CheckReport(name, problem)
    function = namespace.get(name)
    if not callable(function):
        return CheckReport(name, f"{name} is not defined yet: run the cell above.")
    results = tuple(_run_example(record, function, exercise["parameters"], name) for record in exercise["examples"])
    passes = sum(result.verdict == PASSES for result in results)
    passed = passes == len(results) > 0
    if results and all(result.verdict == UNWRITTEN for result in results):
        return CheckReport(name, results[0].message, results)
    mistakes = () if passed else tuple(_name_mistakes(exercise, results))
    hints = tuple(exercise.get("hints", {}).get(mistake, "") for mistake in mistakes)
    headline = f"{name}: {passes} of {len(results)} examples pass."
    return CheckReport(name, headline, results, tuple(dict.fromkeys(filter(None, hints))), mistakes, passed)


def find_exercise(exercise_id):
    """Look an exercise up in the example files.

    Returns:
        The pair (record, ""), or (None, a sentence that says what is wrong and what may be meant).
    """
    try:
        known = load_exercises(EXAMPLES)
    except (OSError, ValueError, KeyError, TypeError) as error:
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
        Dict from full name, such as "neuron.softmax", to the exercise's record.
    """
    known = {}
    for path in sorted(Path(folder).glob("*.json")):
        topic = json.loads(path.read_text(encoding="utf-8"))
        known |= {f"{topic['topic']}.{name}": record for name, record in topic["exercises"].items()}
    return known


def example_inputs(record, parameters):
    """Decode fresh inputs of an example, in the order of the parameters."""
    return {name: wire.decode(record["inputs"][name]) for name in parameters if name in record["inputs"]}


def _run_example(record, function, parameters, name):
    inputs, expected = example_inputs(record, parameters), wire.decode(record["expected"])
    made = call(function, inputs, repeat=record.get("repeat", True))
    common = (record["title"], inputs, expected, made)
    outcome = made.outcome
    by_facts = bool(record.get("facts"))
    if outcome.kind == "raised":
        verdict, message = _explain_exception(made, name)
        return ExampleResult(*common, verdict, message, judged_by_facts=by_facts)
    found, rows = None, ()
    if by_facts and outcome.kind == "returned":
        rows = _differing_facts(record["facts"], inputs, outcome.value, expected)
    elif outcome.kind == "returned":
        options = {"rtol": record.get("rtol", 1e-6), "strict_shape": record.get("strict_shape", True)}
        found = difference(outcome.value, expected, **options)
    wrong = outcome.kind == "opaque" or found or rows
    message = _explain_conduct(made, record.get("quiet", False))
    if outcome.kind == "opaque":
        message = f"Your function returned an object of type {outcome.exception}, which is not plain data. {message}"
    elif found:
        sentence = found.sentence(reveal=True)
        message = f"{sentence[0].upper()}{sentence[1:]} {message}"
    return ExampleResult(*common, DIFFERS if wrong or message else PASSES, message.strip(), found, rows, by_facts)


def _explain_exception(made, name):
    if made.outcome.exception != "NotImplementedError":
        return ERROR, ": ".join(filter(None, (made.outcome.exception, made.message)))
    needs = f"needs {made.raised_in}, which" if made.raised_in else ""
    return UNWRITTEN, f"{name} {needs} is not written yet.".replace("  ", " ")


def _explain_conduct(made, quiet):
    """Say what is wrong besides the returned value; empty when nothing is."""
    sentences = [
        f"Your function changed its input {name}; work on a copy, such as {name}.copy()."
        for name in made.outcome.mutated
    ]
    if made.outcome.unstable:
        sentences.append("A second call with the same inputs gave another result.")
    if quiet and made.warnings:
        sentences.append(f"NumPy warned: {made.warnings[0]}. This example must be computed without a warning.")
    return " ".join(sentences)


def _differing_facts(name, inputs, value, expected):
    wanted, came = facts_of(name, inputs, expected), facts_of(name, inputs, value)
    shared = [fact for fact in wanted if fact in came]  # an answer of another form has fewer facts
    rows = tuple((fact, str(wanted[fact]), str(came[fact])) for fact in shared if wanted[fact] != came[fact])
    if rows or wanted == came:
        return rows
    return (("an answer of the expected form", "yes", "no"),)


def _name_mistakes(exercise, results):
    records = exercise["examples"]
    calls = [
        (r.call.outcome, {"facts": e.get("facts"), "inputs": r.inputs, "quiet": e.get("quiet", False)})
        for r, e in zip(results, records, strict=True)
    ]
    names = [name for name in records[0].get("mistakes", {}) if all(name in e.get("mistakes", {}) for e in records)]
    known = {name: [Outcome.from_json(e["mistakes"][name]) for e in records] for name in names}
    everywhere = matching_mistakes(calls, known)
    if everywhere:
        return everywhere
    # Two mistakes at once agree with neither everywhere: name the one that explains the first example it can.
    for position, result in enumerate(results):
        if result.verdict == DIFFERS and result.call.outcome.kind == "returned":
            here = matching_mistakes([calls[position]], {name: [known[name][position]] for name in names})
            if len(here) == 1:
                return here
    return []


def _tell_nbgrader(report):
    if os.environ.get("NBGRADER_VALIDATING"):
        if not report.passed:
            raise CheckNotPassed(report.headline)
    elif os.environ.get("NBGRADER_EXECUTION"):
        raise CheckNotPassed(
            "nbgrader runs this check without the course's plug-ins: the configuration is wrong and no points are "
            "given. Expected grading's preprocessors in nbgrader_config.py. Is nbgrader started in the course folder?"
        )
