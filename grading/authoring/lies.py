"""What a liar answers: what a right program gave for other seeds, favourable constants, and right answers made odd."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dnnkit.checking.wire import encode
from grading.authoring.echoes import ECHOES, Echo

Answers = Sequence[object]  # one for each call of a check, in order
CONSTANTS: dict[str, object] = {
    "None": None,
    "True": True,
    "0": 0,
    "1.0": 1.0,
    "not a number": float("nan"),
    "a text": "yes",
    "a large integer": 2**70,
    "an empty list": [],
    "an empty dict": {},
    "a pair of None": (None, None),
    "an empty array": np.zeros(0),
    "an array of one number": np.ones(1),
    "a list of texts": ["yes", "no"],
}
ODD_PARTS = {
    "None": None,
    "a text": "yes",
    "a large integer": 2**70,
    "an empty list": [],
    "a dict": {"x": 1},
    "rows that differ in length": [[1.0], [1.0, 2.0]],
    "three axes": np.zeros((1, 2, 1)),
}
MOST_CALLS, MOST_PLACES = 3, 8  # calls, and parts of each answer, that are made odd


@dataclass(frozen=True)
class Lie:
    """A way of answering all calls of a check without computing anything.

    Attributes:
        name: what is answered, in words.
        answers: one for each call; the last one again for calls beyond.
        echo: function (inputs of the call, the answer from `answers`) -> what is answered in its place.
    """

    name: str
    answers: tuple[object, ...]
    echo: Echo | None = None

    def answer(self, call: int, inputs: Mapping[str, object] | None = None) -> object:
        """The answer to one call, which came with these inputs."""
        known = self.answers[min(call, len(self.answers) - 1)]
        return known if self.echo is None else self.echo(inputs or {}, known)


def lies(recorded: Mapping[int, Answers], known: Sequence[object] = (), *, replay: bool = True) -> Iterator[Lie]:
    """Make up answers to the calls of one check.

    Args:
        recorded: other seed -> what a right program answered there.
        known: values that everybody can read, such as the expected outputs of public examples.
        replay: answer as a right program did for another seed; not where that is right for every seed.
    """
    runs = [tuple(answers) for answers in recorded.values() if answers]
    for seed, answers in recorded.items():
        if answers and replay:
            yield Lie(f"answers of seed {seed}", tuple(answers))
    for name, value in CONSTANTS.items():
        yield Lie(name, (value,))
    for number, value in enumerate(known, start=1):
        yield Lie(f"the expected output of public example {number}", (value,))
    if not runs:
        return
    fewest = min(map(len, runs))
    if replay:
        yield Lie("the commonest right answers", tuple(_commonest([run[k] for run in runs]) for k in range(fewest)))
    for name, change in (("zeros", np.zeros_like), ("ones", np.ones_like)):
        yield Lie(f"{name} in the form of a right answer", tuple(_filled(answer, change) for answer in runs[0]))
    forms = runs[0] if replay else tuple(_filled(answer, np.zeros_like) for answer in runs[0])
    for name, echo in ECHOES.items():
        yield Lie(name, forms, echo)


def blank_forms(answers: Answers) -> Iterator[Lie]:
    """Answer every call with the right shapes and nothing in them: zeros, or ones."""
    for name, change in (("zeros", np.zeros_like), ("ones", np.ones_like)):
        yield Lie(f"{name} in the shapes of the right answers", tuple(_filled(answer, change) for answer in answers))


def odd_forms(answers: Answers) -> Iterator[Lie]:
    """Put an odd part in the place of each part of right answers: no check may break on one."""
    for call, answer in enumerate(answers[:MOST_CALLS]):
        for place in list(_places(answer))[:MOST_PLACES]:
            for name, odd in ODD_PARTS.items():
                changed = [*answers[:call], _with(answer, place, odd), *answers[call + 1 :]]
                where = "".join(f"[{key!r}]" for key in place)
                yield Lie(f"{name} as part {where or 'all'} of answer {call + 1}", tuple(changed))


def _commonest(answers: Answers) -> object:
    texts = [json.dumps(encode(answer)) for answer in answers]
    return answers[texts.index(Counter(texts).most_common(1)[0][0])]


def _filled(value: object, change: Callable[..., object]) -> object:
    """Change every array and number of a value, and leave its form."""
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _filled(item, change) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return change(value)
    return type(value)(change(value)) if type(value) in (bool, int, float) else value  # type: ignore[arg-type, call-arg]


def _places(value: object, depth: int = 0) -> Iterator[tuple[object, ...]]:
    """List the places of the parts of a value, itself included."""
    yield ()
    parts: Sequence[tuple[object, object]] = ()
    if isinstance(value, (list, tuple)):
        parts = list(enumerate(value))
    elif isinstance(value, dict):
        parts = list(value.items())
    for key, part in parts[:4] if depth < 3 else ():
        for place in _places(part, depth + 1):
            yield (key, *place)


def _with(value: object, place: tuple[object, ...], odd: object) -> object:
    if not place:
        return odd
    key, *rest = place
    if isinstance(value, dict):
        return {name: _with(part, tuple(rest), odd) if name == key else part for name, part in value.items()}
    assert isinstance(value, (list, tuple))  # noqa: S101 - `_places` listed the place
    return type(value)(_with(part, tuple(rest), odd) if k == key else part for k, part in enumerate(value))
