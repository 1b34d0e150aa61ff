"""A student's function calls a right helper from outside: by values only, as often as it likes within an allowance."""

import json
import time

import numpy as np
import pytest

from dnnkit.checking.wire import encode
from grading.judging.student_proxy import read_answer
from grading.judging.substitutes import Allowance, NoSubstitute, Substitutes
from grading.sandbox.inside.agent import serve
from grading.sandbox.inside.substitutes import SubstitutedRun
from grading.sandbox.kernel_results import KernelTimeout

MINE = """
def loss(x):
    return float(np.sum(shuffled(scale(x=x), rng) * scale(x)))
"""


class FakeReference:
    """Right functions by name."""

    def namespace(self):
        def shuffled(x, rng):
            return x[rng.permutation(len(x))] + rng.integers(0, 9, dtype=np.uint8)

        return {"scale": lambda x: 3.0 * x, "double": lambda x: 2 * x, "shuffled": shuffled}


@pytest.fixture
def names():
    """The student's names: scale is wrong, has another name, too, and shuffled is not there."""
    namespace = {"np": np, "rng": np.random.default_rng(5), "scale": lambda x: x * 0}
    namespace["other"] = namespace["scale"]
    exec(MINE, namespace)
    return namespace


@pytest.fixture
def ask(names):
    """Ask for loss([1, 2]) with substitutes for some names: (outcome, those that were asked)."""

    def run(*substituted, calls=100, to=None):
        def transport(request, seconds):
            return json.loads(json.dumps(to(request) if to else serve(request, names)))

        asked = set()
        allowance = Allowance(calls, time.process_time() + 1000)
        request = {"name": "loss", "inputs": {"x": encode(np.array([1.0, 2.0]))}, "repeat": False}
        send = Substitutes(FakeReference(), transport, allowance).transport(substituted, asked)
        return read_answer(send(request, 5), request)[0], asked

    return run


def test_calls_are_answered_by_position_and_by_name_and_generators_go_on(ask, names):
    outcome, asked = ask("scale", "shuffled")
    right = FakeReference().namespace()
    scaled, rng = 3.0 * np.array([1.0, 2.0]), np.random.default_rng(5)
    assert outcome.value == np.sum(right["shuffled"](scaled, rng) * scaled)
    assert asked == {"scale", "shuffled"}
    assert names["rng"].bit_generator.state == rng.bit_generator.state  # with the half draw that is kept


def test_names_are_the_students_own_again_afterwards(ask, names):
    own = names["scale"]
    names["loss"] = lambda x: float(names["other"](x)[1])
    assert ask("scale", "shuffled")[0].value == 6.0
    assert names["scale"] is names["other"] is own
    assert "shuffled" not in names
    assert ask()[0].value == 0.0


def test_lists_are_taken_for_arrays_where_a_right_helper_insists_on_these(ask, names):
    names["loss"] = lambda x: float(names["scale"](list(x))[1])
    assert ask("scale")[0].value == 6.0


def test_what_a_right_helper_raises_is_raised_where_it_is_called(ask, names):
    names["loss"] = lambda x: names["scale"]("text")
    outcome, _ = ask("scale")
    assert (outcome.kind, outcome.exception) == ("raised", "ValueError")


def test_no_more_calls_than_allowed_and_the_next_request_finds_the_names_restored(ask, names):
    own = names["scale"]
    with pytest.raises(KernelTimeout):
        ask("scale", "shuffled", calls=1)
    assert ask()[0].kind == "raised"  # shuffled is not there: its substitute is gone
    assert names["scale"] is own


def test_a_substitute_that_was_kept_raises_when_the_run_is_over(ask, names):
    kept = []
    names["loss"] = lambda x: kept.append(names["scale"]) or 1.0
    assert ask("scale")[0].value == 1.0
    with pytest.raises(RuntimeError, match="scale"):
        kept[0](2.0)


def test_arguments_are_taken_by_the_names_of_the_students_own_parameters(ask, names):
    exec("def scale(numbers): return numbers", names)
    names["loss"] = lambda x: float(names["scale"](numbers=x)[1])
    assert ask("scale")[0].value == 6.0


def test_a_call_that_a_right_helper_does_not_know_ends_the_look(ask, names):
    exec("def scale(x, factor=1.0): return x * factor", names)
    names["loss"] = lambda x: float(names["scale"](x, factor=5.0)[1])
    with pytest.raises(KernelTimeout):
        ask("scale")


def test_an_input_that_is_no_plain_data_ends_the_look(ask, names):
    names["loss"] = lambda x: names["shuffled"](x, np.random.Generator(np.random.MT19937(1)))
    with pytest.raises(KernelTimeout):
        ask("shuffled")


HOLDERS = {
    "default": "def loss(x, f=scale): return float(f(x)[1])",
    "list": "steps = [scale]\ndef loss(x): return float(steps[0](x)[1])",
    "partial": "import functools\npart = functools.partial(scale)\ndef loss(x): return float(part(x)[1])",
    "closure": "def make(f):\n    return lambda x: float(f(x)[1])\nloss = make(scale)",
    "vectorize": "many = np.vectorize(scale)\ndef loss(x): return float(many(x)[1])",
    "threads": "from concurrent.futures import ThreadPoolExecutor\ndef loss(x):\n"
    "    with ThreadPoolExecutor(4) as pool: return list(pool.map(scale, [*range(40), x[1]]))[-1]",
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_holds_a_helper_calls_the_right_one_too(ask, names, holder):
    exec("def scale(x, factor=0): return x * factor\n" + HOLDERS[holder], names)
    own = names["scale"]
    assert ask("scale")[0].value == 6.0
    assert own(2.0, factor=4) == 8.0
    assert own(2.0) == 0.0


def test_waiting_for_a_substitute_makes_no_call_slow(ask, names):
    run = SubstitutedRun(["scale"], names, lambda clock: {"seconds": (clock(), names["scale"](1.0), clock())})
    asks = run.start()
    assert asks["asks"]["name"] == "scale"
    time.sleep(0.2)
    before, _, after = run.go_on({"value": encode(3.0), "generators": []})["seconds"]
    assert after - before < 0.1


@pytest.mark.parametrize(
    "asks",
    [
        None,
        [],
        {"name": "loss", "values": [], "named": {}, "order": [], "buffers": []},
        {
            "name": "double",
            "values": [1],
            "named": {},
            "order": [],
            "buffers": [],
        },  # a right function, but no helper of this one
        {"name": ["scale"], "values": [], "named": {}, "order": [], "buffers": []},
        {"name": "scale", "values": [{"kind": "array"}], "named": {}, "order": [], "buffers": []},
        {"name": "scale", "values": [], "named": {"v": 1}, "order": [["v"]], "buffers": []},
        {"name": "scale", "values": [], "named": {"v": 1}, "order": 3, "buffers": []},
        {"name": "scale", "values": 3, "named": {}, "order": [], "buffers": []},
        {"name": "scale", "values": [], "named": [], "order": [], "buffers": []},
        {"name": "scale", "values": [], "named": {}, "order": [], "buffers": [[1, 2]]},
        {
            "name": "scale",
            "values": [encode(np.random.default_rng(1))],
            "named": {},
            "order": [],
            "buffers": [[1, "x"]],
        },
        {
            "name": "scale",
            "values": [encode(np.random.default_rng(1))],
            "named": {},
            "order": [],
            "buffers": [[1, 10**40]],
        },
    ],
)
def test_what_is_no_call_of_a_helper_ends_the_look(ask, asks):
    def hostile(request):
        assert "result" not in request  # nothing is answered
        return {"asks": asks}

    with pytest.raises(KernelTimeout):
        ask("scale", to=hostile)


def test_no_call_is_made_beyond_the_allowance():
    allowance = Allowance(2, time.process_time() + 1000)
    allowance.spend()
    allowance.spend()
    with pytest.raises(NoSubstitute):
        allowance.spend()


def test_no_call_is_made_when_the_time_of_the_processor_is_spent():
    with pytest.raises(NoSubstitute):
        Allowance(2, time.process_time() - 1).spend()
