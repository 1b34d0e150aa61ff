"""Facts say of raw answers what holds, and what does not hold is said in the same words."""

import numpy as np
import pytest

from dnnkit.checking.mistakes import facts_of
from dnnkit.facts import FACTS

STRANGE = (None, "yes", 2**70, [], {}, [[1.0], [1.0, 2.0]], np.zeros((1, 2, 1)), float("nan"))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize("answer", STRANGE, ids=str)
def test_an_answer_of_any_form_has_facts(name, answer):
    inputs = {"X": np.ones((4, 3)), "y": np.arange(4) % 2, "num_classes": 2, "num_examples": 4, "batch_size": 2}
    inputs |= {"limit": 1.0, "std": 1.0, "images": np.ones((2, 3, 3)), "H": np.eye(2)}
    assert isinstance(facts_of(name, inputs, answer), dict)


def test_an_order_is_described_by_its_nodes_and_by_who_comes_first():
    parents = {"x": [], "a": ["x"], "b": ["x", "a"]}
    right = {"nodes": "a, b, x", "parents come first": "yes"}
    assert FACTS["order"]({}, {"order": ["x", "a", "b"], "parents": parents}) == right
    early = FACTS["order"]({}, {"order": ["a", "x", "b"], "parents": parents})
    assert early == right | {"parents come first": "no"}
    assert FACTS["order"]({}, {"order": ["x", "a"], "parents": parents})["nodes"] == "a, x"


def test_a_long_order_counts_the_different_nodes():
    parents = {name: [] for name in range(1200)}
    found = FACTS["order"]({}, {"order": [*range(1100), 0, 0], "parents": parents})
    assert found["nodes"] == "1,102, of which 1,100 are different nodes of the graph"


def test_weights_are_described_by_shape_size_and_independence(rng):
    first, second = rng.uniform(-0.5, 0.5, size=(2, 100, 200))
    found = FACTS["uniform weights"]({"limit": 0.5}, [first, second])
    assert found["standard deviation divided by the right one"] == "1.0"
    assert found["a second matrix from the same rng is different"] == "yes"
    again = FACTS["uniform weights"]({"limit": 0.5}, [2 * first, 2 * first])
    assert again["largest weight divided by the right one"] == "2.0"
    assert again["a second matrix from the same rng is different"] == "no"


def test_normal_weights_are_bell_shaped_and_uniform_ones_are_not(rng):
    normal, flat = rng.normal(size=(2, 100, 200)), rng.uniform(-1, 1, size=(2, 100, 200)) * np.sqrt(3)
    found = [FACTS["normal weights"]({"std": 1.0}, list(pair))["bell-shaped"] for pair in (normal, flat)]
    assert found == ["yes", "no"]


def test_dropout_is_described_by_its_mask_and_its_factors(rng):
    X = rng.uniform(1, 2, size=(80, 90))
    mask, other = (rng.random(size=(2, 80, 90)) < 0.7).astype(float)
    right = FACTS["dropout"]({"X": X}, [X * mask / 0.7, mask, other])
    assert (right["share that stays"], right["factor of what stays"]) == ("0.7", "1.43")
    assert right["each row and each column has its own mask"] == "yes"
    rows = np.repeat(mask[:1], 80, axis=0)
    wrong = FACTS["dropout"]({"X": X}, [X * rows, rows, rows])
    assert (wrong["factor of what stays"], wrong["factor of what goes"]) == ("1", "0")
    assert wrong["each row and each column has its own mask"] == "no"
    assert wrong["a second call with the same rng gives another mask"] == "no"


def test_shifts_are_described_by_where_a_dot_is_found():
    images = np.zeros((4, 5, 5))
    images[:, 2, 2] = 1.0
    moved = np.stack([np.roll(image, step, axis=1) for image, step in zip(images, (-1, 0, 1, 1), strict=True)])
    found = FACTS["shifts"]({"images": images}, [moved, images])
    assert found["where the dot is found"] == "(2, 1), (2, 2), (2, 3)"
    assert found["pictures with the dot where it was"] == "few"
    assert FACTS["shifts"]({"images": images}, [images, images])["pictures with the dot where it was"] == "many"


def test_a_layer_bends_if_its_second_step_is_not_as_large_as_its_first():
    found = FACTS["bends"]({}, np.array([[0, 1, 6], [0, 5, 10], [0, 0, 1], [-1.0, 0, 1]]))
    assert list(found.values()) == ["bends", "straight", "bends", "straight"]


def test_a_network_that_reads_too_few_digits_says_so():
    y = np.arange(20) % 10
    right, wrong = np.eye(10)[y], np.eye(10)[(y + 1) % 10]
    found = FACTS["digits"]({}, {"centred": right, "shifted": np.concatenate([right, wrong]), "y": y})
    assert list(found.values()) == ["(20, 10)", "yes", "no"]


def test_arrays_that_other_labels_do_not_change_do_not_learn():
    first = {name: np.ones(3) for name in ("W1", "b1", "W2", "b2")}
    found = FACTS["learning"]({}, [first, first | {"W2": np.zeros(3)}])
    assert found == {"W1": "does not learn", "b1": "does not learn", "W2": "learns", "b2": "does not learn"}
