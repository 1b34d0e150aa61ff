"""Ask whether a student's helper is a function that was meant: it computes something, and the same whoever asks."""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from dnnkit.checking.compare import difference
from dnnkit.checking.mistakes import Outcome
from grading.judging.sensitivity import Tally, is_finite
from grading.judging.stand_ins import Allowance, HelperStopped, ask_helper, result_of
from grading.judging.student_proxy import Transport, local_transport, read_answer

ASKED_AGAIN = 60  # calls of each helper, drawn at random
COMPARED = 60  # pairs of calls of each helper
SECONDS = 20.0  # a call of the right function
Calls = Mapping[str, Outcome]  # each request as JSON -> what the helper did


def depends_on_inputs(calls: Calls, namespace: Mapping[str, Any]) -> bool:
    """Whether a helper's results differ where those of the right function do: not where all are (almost) the same.

    Args:
        calls: what it was asked, and returned.
        namespace: the reference's functions.
    """
    right = local_transport(namespace)
    pairs: list[tuple[object, object]] = []  # (right result, the helper's)
    for text, outcome in calls.items():
        found = result_of(outcome.value)
        if outcome.kind == "returned" and is_finite(found) and len(pairs) <= COMPARED:
            request = json.loads(text)
            pairs.append((result_of(read_answer(right(request, SECONDS), request)[0].value), found))
    tally = Tally()
    for one, other in pairwise(pairs):
        tally.add((one[0], other[0]), (one[1], other[1]))
    return tally.right[0] > 0 and tally.shows()


def is_a_function(calls: Calls, transport: Transport, rng: np.random.Generator, allowance: Allowance) -> bool:
    """Whether a helper gives the same results in another kernel, asked in another order.

    One that counts its calls, or remembers them, could agree beforehand with another function on what to return.

    Args:
        calls: what it was asked, and returned.
        transport: into a fresh kernel.
        rng: draws which calls are made again, and in which order; unknown to the student.
        allowance: what the calls may take.
    """
    texts = [text for text, outcome in calls.items() if outcome.kind == "returned"]
    order = rng.permutation(len(texts))
    if len(order) < 3:
        return False  # in so few calls, another order may be the same
    if (order == np.arange(len(order))).all():
        order = order[::-1]
    for position in order[:ASKED_AGAIN]:
        try:
            allowance.spend()
        except HelperStopped:
            return False
        again = ask_helper(transport, json.loads(texts[position]))
        if again.kind != "returned":
            return False
        if difference(result_of(again.value), result_of(calls[texts[position]].value), rtol=1e-9) is not None:
            return False
    return True
