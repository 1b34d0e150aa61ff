"""A small lesson's worth of public examples, written as the builder writes them."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from dnnkit.checking import exercises, wire
from dnnkit.checking.mistakes import outcome_by_facts
from dnnkit.checking.observe import call


def softmax(z):
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def no_max_shift(z):
    exp = np.exp(z)
    return exp / exp.sum(axis=1, keepdims=True)


def wrong_axis(z):
    exp = np.exp(z - z.max(axis=0))
    return exp / exp.sum(axis=0)


def in_place(z):
    z -= z.max(axis=1, keepdims=True)
    return no_max_shift(z)


def sigmoid(z):
    return np.where(z < 0, np.exp(-np.abs(z)), 1.0) / (1.0 + np.exp(-np.abs(z)))


def naive_sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def minibatches(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    return [order[start : start + batch_size] for start in range(0, num_examples, batch_size)]


def drops_last(num_examples, batch_size, rng):
    return [b for b in minibatches(num_examples, batch_size, rng) if len(b) == batch_size]


def train(X, learning_rate):
    return X.T @ X * learning_rate, float(X.sum())


RIGHT = {"softmax": softmax, "sigmoid": sigmoid, "minibatches": minibatches, "train": train}
MISTAKES = {
    "softmax": {"no_max_shift": no_max_shift, "wrong_axis": wrong_axis, "in_place": in_place},
    "sigmoid": {"naive": naive_sigmoid},
    "minibatches": {"drops_last": drops_last},
    "train": {},
}
EXAMPLES = {
    "softmax": [
        ("two equal scores", {"z": np.array([[1.0, 1.0]])}, {}),
        ("large scores", {"z": np.array([[1000.0, 1001.0], [-2.5, 0.0]])}, {}),
    ],
    "sigmoid": [("far out", {"z": np.array([-1e4, 0.0, 1e4])}, {"quiet": True})],
    "minibatches": [
        ("the last batch is smaller", {"num_examples": 7, "batch_size": 3, "rng": np.random.default_rng(0)},
         {"facts": "partition"}),
    ],
    "train": [("a wide matrix", {"X": np.arange(18.0).reshape(3, 6), "learning_rate": 0.1}, {})],
}  # fmt: skip
HINTS = {"no_max_shift": "exp overflows for large scores. What may be subtracted from a row?",
         "wrong_axis": "The columns sum to one, not the rows.",
         "in_place": "z is changed in place.",
         "naive": "exp overflows far out.",
         "drops_last": "The last batch is thrown away when it is smaller."}  # fmt: skip


def exercise_record(name):
    """Write one exercise as the builder does."""
    examples = []
    for title, inputs, options in EXAMPLES[name]:
        facts = options.get("facts")
        outcome = outcome_by_facts(call(RIGHT[name], inputs).outcome, facts, inputs)
        made = {
            slug: outcome_by_facts(call(wrong, inputs).outcome, facts, inputs) for slug, wrong in MISTAKES[name].items()
        }
        known = {slug: one.to_json() for slug, one in made.items()}
        record = {"title": title, "inputs": {k: wire.encode(v, readable=True) for k, v in inputs.items()},
                  "expected": wire.encode(outcome.value, readable=True), "facts": None, "rtol": 1e-6, "quiet": False,
                  "mistakes": known}  # fmt: skip
        examples.append(record | options)
    return {"parameters": list(EXAMPLES[name][0][1]), "examples": examples, "hints": HINTS}


@pytest.fixture(scope="session")
def examples_folder(tmp_path_factory):
    """Folder with the public examples of one small topic."""
    folder = tmp_path_factory.mktemp("examples")
    topic = {"topic": "demo", "lesson": "99_demo", "exercises": {name: exercise_record(name) for name in EXAMPLES}}
    (folder / "demo.json").write_text(json.dumps(topic), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def small_course(examples_folder, monkeypatch):
    """Let every test see the small topic instead of the real lessons, and no nbgrader around it."""
    monkeypatch.setattr(exercises, "EXAMPLES", examples_folder)
    for name in ("NBGRADER_VALIDATING", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def demo():
    """Right and wrong answers of the small topic, by name."""
    names = (
        "softmax",
        "no_max_shift",
        "wrong_axis",
        "in_place",
        "sigmoid",
        "naive_sigmoid",
        "minibatches",
        "drops_last",
        "train",
    )
    return SimpleNamespace(**{name: globals()[name] for name in names})


@pytest.fixture
def shell(tmp_path):
    """A fresh IPython shell in this process."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    no_history = Config(HistoryManager={"enabled": False, "hist_file": ":memory:"})
    yield InteractiveShell.instance(config=no_history, ipython_dir=str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
