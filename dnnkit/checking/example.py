"""Run one public example on a student's function and say in one sentence what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from dnnkit.checking import wire
from dnnkit.checking.compare import RTOL, Difference, difference
from dnnkit.checking.conduct import CONDUCT
from dnnkit.checking.mistakes import Outcome, facts_of
from dnnkit.checking.observe import Call, call
from dnnkit.checking.snippets import Snippet
from dnnkit.checking.time_limit import SECONDS

PASSES: Final = "passes"
DIFFERS: Final = "differs"
ERROR: Final = "error"
UNWRITTEN: Final = "not written yet"
STOPPED: Final = "stopped"
NOT_RUN: Final = "not run"
Verdict = Literal["passes", "differs", "error", "not written yet", "stopped", "not run"]
FactRows = tuple[tuple[str, str, str], ...]  # (fact, expected, yours)


@dataclass(frozen=True)
class ExampleResult:
    """What one public example came to.

    Attributes:
        title: what the example shows.
        inputs: dict from parameter name, or a name that `code` uses, to value.
        expected: the expected output, or its facts where many outputs are right.
        call: what the student's function did.
        verdict: "passes", "differs", "error", "not written yet", "stopped" or "not run".
        message: one sentence that says what is wrong, or empty.
        difference: where values part, for outputs compared by value.
        asked: rows (fact, what must hold) for outputs where many are right; empty for those compared by value.
        facts: rows (fact, expected, yours) of them that differ.
        code: source of the snippet that was run; empty where the function was simply called.
        rtol: tolerance of the numbers, relative to the largest that was expected.
    """

    title: str
    inputs: dict[str, Any]
    expected: object
    call: Call
    verdict: Verdict
    message: str = ""
    difference: Difference | None = None
    asked: tuple[tuple[str, str], ...] = ()
    facts: FactRows = ()
    code: str = ""
    rtol: float = RTOL


def run_examples(
    exercise: Mapping[str, Any], namespace: Mapping[str, Any], name: str, *, seconds: float = SECONDS
) -> tuple[ExampleResult, ...]:
    """Run the public examples of an exercise, up to the first that has to be stopped.

    Args:
        exercise: its record in the example files.
        namespace: dict with the student's functions.
        name: what the student calls the one to try.
        seconds: time limit of one example.

    Returns:
        Tuple of `ExampleResult`, one per example.
    """
    results: list[ExampleResult] = []
    stopped = False
    for record in exercise["examples"]:
        function, inputs = example_call(record, exercise["parameters"], name, namespace)
        results.append(_run_example(record, function, inputs, name, 0 if stopped else seconds))
        stopped = stopped or results[-1].verdict == STOPPED
    return tuple(results)


def example_call(
    record: Mapping[str, Any], parameters: Sequence[str], name: str, namespace: Mapping[str, Any]
) -> tuple[Callable[..., object], dict[str, Any]]:
    """Say what an example calls: the student's function, or a snippet that plays with it.

    Args:
        record: the example's record.
        parameters: the function's parameter names, in order.
        name: what the student calls it.
        namespace: dict with the student's functions.

    Returns:
        The pair (what to call, fresh inputs by name in the order of the call).
    """
    code = record.get("code")
    order = record["inputs"] if code else [p for p in parameters if p in record["inputs"]]
    inputs = {key: wire.decode(record["inputs"][key]) for key in order}
    return Snippet(code, inputs, namespace, name) if code else namespace[name], inputs


def _run_example(
    record: Mapping[str, Any], function: Callable[..., object], inputs: dict[str, Any], name: str, seconds: float
) -> ExampleResult:
    expected, code = wire.decode(record["expected"]), record.get("code", "")
    by_facts = record.get("facts")
    wanted = expected if by_facts else {}
    asked = tuple((fact, str(value)) for fact, value in wanted.items())
    if not seconds:
        not_made = Call(Outcome("timeout"))
        return ExampleResult(record["title"], inputs, expected, not_made, NOT_RUN, asked=asked, code=code)
    made = call(function, inputs, repeat=record.get("repeat", True), seconds=seconds)
    common, outcome = (record["title"], inputs, expected, made), made.outcome
    if outcome.kind in ("raised", "timeout"):
        return ExampleResult(*common, *_explain_no_answer(made, name, seconds), asked=asked, code=code)
    found: Difference | None = None
    rows: FactRows = ()
    rtol = record.get("rtol", RTOL)
    if by_facts and outcome.kind == "returned":
        rows = _differing_facts(wanted, facts_of(by_facts, inputs, outcome.value))
    elif outcome.kind == "returned":
        options = {"rtol": rtol, "strict_shape": record.get("strict_shape", True)}
        found = difference(outcome.value, expected, **options)
    wrong = outcome.kind == "opaque" or found or rows
    message = _explain_conduct(made, record.get("quiet", False))
    if outcome.kind == "opaque":
        message = f"{made.message} {message}"
    elif found:
        message = f"{_begin(found)} {message}"
    verdict: Verdict = DIFFERS if wrong or message else PASSES
    return ExampleResult(*common, verdict, message.strip(), found, asked, rows, code, rtol)


def _begin(found: Difference) -> str:
    """Say the difference as a sentence; one that begins with a name of the student's dict leaves it as it is."""
    sentence = found.sentence(reveal=True)
    own = found.where and not found.where.startswith("item ")
    return sentence if own else f"{sentence[0].upper()}{sentence[1:]}"


def _explain_no_answer(made: Call, name: str, seconds: float) -> tuple[Verdict, str]:
    """Return (verdict, message) of a call that raised or had to be stopped."""
    if made.outcome.kind == "timeout":
        return STOPPED, f"{name} was stopped after {seconds:g} seconds. Is there a loop that never ends?"
    exception = made.outcome.exception
    if exception == "NotImplementedError":
        needs = f" needs {made.raised_in}, which" if made.raised_in else ""
        return UNWRITTEN, f"{name}{needs} is not written yet."
    message = ": ".join(filter(None, (exception, made.message)))
    if exception == "NameError":
        message = f"{message.rstrip('.')}. Is an import missing, or was a cell not run?"
    return ERROR, message


def _explain_conduct(made: Call, quiet: bool) -> str:
    """Say what is wrong besides the returned value; empty when nothing is."""
    sentences = [
        f"Your function changed its input {name}; work on a copy, such as {name}.copy()."
        for name in made.outcome.mutated
    ]
    if made.outcome.unstable:
        sentences.append("A second call with the same inputs gave another result.")
    sentences += [f"Your function {CONDUCT[key]}" for key in made.outcome.conduct]
    if quiet and made.warnings:
        sentences.append(f"NumPy warned: {made.warnings[0]}. This example must be computed without a warning.")
    return " ".join(sentences)


def _differing_facts(wanted: Mapping[str, object], actual: Mapping[str, object]) -> FactRows:
    shared = [fact for fact in wanted if fact in actual]  # an answer of another form has fewer facts
    rows = tuple((fact, str(wanted[fact]), str(actual[fact])) for fact in shared if wanted[fact] != actual[fact])
    if rows or wanted == actual:
        return rows
    return (("an answer of the form that the docstring asks for", "yes", "no"),)
