"""Name the mistake: replay a failed exercise's recorded calls on each known mistake and see which did the same."""

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dnnkit.checking.mistakes import Outcome, outcome_by_facts, outcomes_match
from dnnkit.checking.relations.find import find_relation
from dnnkit.checking.relations.parts import Case
from dnnkit.checking.wire import decode
from grading.judging.student_proxy import RecordedCall, read_answer
from grading.sandbox.inside.agent import serve

if TYPE_CHECKING:
    from grading.judging.reference import Reference
    from grading.lessons.bank import Answer, Bank

Calls = Sequence[RecordedCall]


class MistakeMatcher:
    """Names mistakes of one lesson.

    Args:
        reference: the lesson's `Reference`.
        bank: its `Bank`.
    """

    def __init__(self, reference: "Reference", bank: "Bank") -> None:
        self._reference = reference
        self._bank = bank
        self._namespace = functools.cache(lambda *answers: reference.namespace(*answers))
        self._replay = functools.lru_cache(maxsize=4096)(self._replay_uncached)

    def name(
        self, exercise: str, checks: Sequence[tuple[bool, Calls]], *, upstream: Sequence["Answer"] = ()
    ) -> tuple[list["Answer"], bool]:
        """Find the known mistakes that would have done as the student did.

        Only those that agree in every recorded call are named: a false name is worse than none.

        Args:
            exercise: the failed exercise.
            checks: for each of its checks, whether it passed and its `RecordedCall`s.
            upstream: mistakes already named in exercises that this one may build on.

        Returns:
            (matching `Answer`s, whether the exercise is right but for the upstream mistakes).
        """
        mine = [self._by_facts(call) for _, calls in checks for call in calls if call.name in (exercise, None)]
        if not mine:
            return [], False
        if upstream and self._same(mine, *upstream):
            return [], True  # first: what a mistake further up causes may look like a mistake of this exercise
        return [mistake for mistake in self._bank.mistakes_of(exercise) if self._same(mine, mistake)], False

    def relate(self, exercise: str, calls: Calls) -> str:
        """Say how the wrong results of an exercise relate to the right ones; "" when nothing simple holds.

        Args:
            exercise: the failed exercise.
            calls: all `RecordedCall`s of its checks.
        """
        if "rng" in self._reference.parameters[exercise] or exercise in self._bank.views:
            return ""  # many results are right there
        cases = []
        for call in calls:
            if call.name == exercise and call.outcome.kind == "returned":
                right, _ = self._replay(json.dumps(call.request), (), None)
                if right.kind == "returned":
                    cases.append(Case(_inputs(call.request), call.outcome.value, right.value))
        return find_relation(cases)

    def fits(self, exercise: str, checks: Sequence[tuple[bool, Calls]]) -> list[str]:
        """List the names of the known mistakes that agree in every recorded call.

        Args:
            exercise: the exercise.
            checks: as in `name`.
        """
        calls = [self._by_facts(call) for _, calls in checks for call in calls if call.name in (exercise, None)]
        return [mistake.name for mistake in self._bank.mistakes_of(exercise) if self._same(calls, mistake)]

    def _same(self, calls: Iterable[RecordedCall], *answers: "Answer") -> bool:
        """Say whether answers would have done the same in every call.

        What differs from call to call tells nothing where a check calls but once: only the kind counts there.
        """
        unstable = False
        for call in sorted(calls, key=lambda call: not call.request["repeat"]):
            unstable |= call.outcome.unstable
            if not self._same_call(call, answers, unstable=unstable and not call.request["repeat"]):
                return False
        return True

    def _same_call(self, call: RecordedCall, answers: tuple["Answer", ...], *, unstable: bool) -> bool:
        known, message = self._replay(json.dumps(call.request), answers, self._facts(call))
        same_text = call.outcome.kind != "raised" or _text_shape(call.message) == _text_shape(message)
        outcomes: tuple[Outcome, ...] = (call.outcome, known)
        if unstable:
            outcomes = tuple(replace(outcome, unstable=True) for outcome in outcomes)
        return same_text and outcomes_match(*outcomes)

    def _facts(self, call: RecordedCall) -> Callable | str | None:
        views: Mapping[Any, str] = self._bank.views
        return call.facts or views.get(call.name)

    def _by_facts(self, call: RecordedCall) -> RecordedCall:
        facts = self._facts(call)
        return replace(call, outcome=outcome_by_facts(call.outcome, facts, _inputs(call.request))) if facts else call

    def _replay_uncached(
        self, request_text: str, answers: tuple["Answer", ...], facts: Callable | str | None
    ) -> tuple[Outcome, str]:
        request = json.loads(request_text)
        outcome, message, *_ = read_answer(serve(request, self._namespace(*answers)), request)
        return outcome_by_facts(outcome, facts, _inputs(request) if facts else {}), message


def _text_shape(message: str) -> str:
    """Reduce the text of an exception to what does not depend on names and numbers: these differ for one mistake."""
    return re.sub(r"""'[^']*'|"[^"]*"|\d+""", "_", message)


def _inputs(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: decode(item) for name, item in request["inputs"].items()}
