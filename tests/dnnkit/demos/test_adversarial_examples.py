"""The demo of adversarial examples: the shipped networks and attacks, the student's functions, words and hands."""

import json
from pathlib import Path

import numpy as np
import pytest

from dnnkit import data
from dnnkit.demos import adversarial_examples
from dnnkit.demos import static_view as still
from dnnkit.demos.adversarial import networks as shipped
from dnnkit.demos.adversarial.demo import COUNTED, HIDDEN, KINDS, SOFTMAX, TRAINED
from dnnkit.demos.adversarial.networks import ATTACKS, BUDGETS, LAST, digits, networks

PROJECT = Path(__file__).resolve().parents[3]
ONE, TEN = KINDS
MOVED = {"network": TRAINED, "attack": TEN, "random": 0.2, "step": 7, "digit": "8"}


@pytest.fixture(scope="module")
def script(module_at):
    """The script that trained and attacked the networks."""
    return module_at(PROJECT / "docs" / "train_adversarial.py")


def right_fgsm(gradient, X, y, epsilon):
    return np.clip(X + epsilon * np.sign(gradient(X, y)), 0, 1)


def right_pgd(gradient, X, y, epsilon, step_size, num_steps, rng):
    moved = np.clip(X + rng.uniform(-epsilon, epsilon, size=X.shape), 0, 1)
    for _ in range(num_steps):
        moved = np.clip(moved + step_size * np.sign(gradient(moved, y)), X - epsilon, X + epsilon)
        moved = np.clip(moved, 0, 1)
    return moved


RIGHT = {"fgsm": right_fgsm, "pgd": right_pgd}


def panel_of(demo, number):
    return json.loads(demo.state)["panels"][number]


# the shipped networks


def test_the_file_was_written_with_the_settings_of_the_script(script):
    assert shipped.settings() == script.SETTINGS
    assert shipped.FILE == script.TARGET
    assert (script.SETTINGS["last"], script.EXACT) == (shipped.LAST, shipped.EXACT)
    assert shipped.FILE.stat().st_size < 150_000


def test_the_digits_are_held_out_ones_of_the_lesson():
    found = data.load_digits(rng=np.random.default_rng(0))
    np.testing.assert_array_equal(digits().X, found.X_test[:200])
    np.testing.assert_array_equal(digits().y, found.y_test[:200])
    np.testing.assert_array_equal(digits().y[digits().chosen], np.arange(10))


@pytest.mark.parametrize("net", networks().values(), ids=lambda net: net.name)
def test_slopes_are_those_of_the_loss(net):
    X, y = digits().X[:5], digits().y[:5]

    def losses(pictures):
        return -np.log(net.probabilities(pictures)[np.arange(5), y])

    for pixel in (10, 27, 44):
        step = 1e-6 * np.eye(64)[pixel]
        numeric = (losses(X + step) - losses(X - step)) / 2e-6
        np.testing.assert_allclose(net.slopes(X, y)[:, pixel], numeric, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("net", networks().values(), ids=lambda net: net.name)
def test_shipped_attacks_are_those_of_the_lesson(net):
    X, y = digits().X, digits().y
    for budget in (0, 10, 20):
        changed = right_fgsm(net.slopes, X, y, budget / 100)
        np.testing.assert_allclose(net.changed[0, budget], changed[digits().chosen], atol=1e-4)
        assert np.mean(net.logits(changed).argmax(axis=1) == y) == net.right[0, budget]
    before = X[digits().chosen]
    assert np.all(np.abs(net.changed - before).max(axis=(0, 2, 3)) <= BUDGETS + 1e-4)
    assert net.changed.min() >= 0
    assert net.changed.max() <= 1


def test_chosen_signs_count_more_than_random_ones_and_training_under_attack_helps():
    fgsm, pgd, random = np.transpose([net.right for net in networks().values()], (1, 0, 2))
    assert np.all(random[:, 20] > 0.85)
    assert np.all(fgsm[:2, 20] < 0.1)
    assert np.all(pgd[:, 10] <= fgsm[:, 10])
    assert pgd[2, 10] > 0.8 > 0.7 > pgd[:2, 10].max()
    assert fgsm[1, 10] < fgsm[0, 10]  # reads better, is fooled more easily


def test_the_right_answer_of_the_question_is_right():
    demo = adversarial_examples()
    assert demo.result.fooled == 8
    assert demo.result.rival == 1
    fooled = [adversarial_examples(random=0.24, draw=k).result.probs[0].argmax() != 4 for k in range(100)]
    assert np.mean(fooled) < 0.1
    assert "more than three times as large, if it helps at all" in demo.question.options


# the student's functions


@pytest.mark.parametrize("network", networks())
@pytest.mark.parametrize("attack", KINDS)
def test_right_functions_are_drawn_without_a_note(network, attack):
    slot = KINDS[attack]
    demo = adversarial_examples(network=network, attack=attack, **{slot: RIGHT[slot]})
    assert demo.own.problems == []
    budgets, shares = demo.result.own
    np.testing.assert_array_equal(budgets, BUDGETS[COUNTED])
    gap = np.abs(shares - demo.result.net.right[ATTACKS.index(slot)][COUNTED]).max()
    assert gap == 0 if slot == "fgsm" else gap < 0.05


def no_sign(gradient, X, y, epsilon):
    return np.clip(X + epsilon * gradient(X, y), 0, 1)


@pytest.mark.parametrize(
    ("slot", "function", "words"),
    [
        ("fgsm", no_sign, "Your fgsm differs from the demo's own"),
        ("fgsm", lambda g, X, y, e: X + e * np.sign(g(X, y)), "Your fgsm differs from the demo's own"),
        ("fgsm", lambda g, X, y, e: right_fgsm(g, X, y, -e), "Your fgsm differs from the demo's own"),
        ("pgd", lambda g, X, y, e, s, n, rng: right_pgd(g, X, y, 2 * e, s, n, rng), "where the budget is"),
        ("pgd", lambda g, X, y, e, s, n, rng: X + e, "Pixels of your pgd leave the range from 0 to 1."),
        ("pgd", lambda g, X, y, e, s, n, rng: right_pgd(g, X, y, e, -s, n, rng), "of the digits are read"),
        ("pgd", lambda g, X, y, e, s, n, rng: right_pgd(g, X, y, e, s, 0, rng), "of the digits are read"),
    ],
)
def test_a_wrong_function_is_drawn_and_named(slot, function, words):
    attack = {kind: name for name, kind in KINDS.items()}[slot]
    demo, plain = (adversarial_examples(attack=attack, step=8, **more) for more in ({slot: function}, {}))
    assert any(words in problem for problem in demo.own.problems)
    assert all(problem.endswith(f'check("{slot}") says more.') for problem in demo.own.problems)
    assert demo.data != plain.data
    before = list(demo.own.problems)
    demo.change(random=0.1)  # answers are kept, and so are the words
    assert demo.own.problems == before


def unwritten(*args):
    raise NotImplementedError("not written yet")


@pytest.mark.parametrize("attack", KINDS)
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unwritten, "is not written yet: the picture shows the demo's own."),
        (lambda *args: None, "raised"),
        (lambda gradient, X, *more: X[:, :3], "raised ValueError: the changed pictures have the shape (1, 3)"),
        (lambda *args: 1 / 0, "raised ZeroDivisionError"),
    ],
)
def test_an_unwritten_or_failing_function_leaves_the_demos_own_picture(attack, function, words):
    slot = KINDS[attack]
    demo, own = (adversarial_examples(attack=attack, **more) for more in ({slot: function}, {}))
    (problem,) = demo.own.problems
    assert problem.startswith(f"Your {slot} {words}")
    assert demo.data == own.data


def test_pictures_that_are_no_numbers_are_named_and_drawn():
    demo = adversarial_examples(fgsm=lambda g, X, y, e: X * np.nan)
    assert demo.own.problems[0].startswith("Your fgsm differs")
    assert demo.state


def test_a_function_that_changes_its_inputs_does_no_harm():
    def in_place(gradient, X, y, epsilon):
        changed = right_fgsm(gradient, X, y, epsilon)
        X *= 0
        y *= 0
        return changed

    assert adversarial_examples(fgsm=in_place).own.problems == []
    assert digits().X.max() == 1


# words, pictures, hands


@pytest.mark.parametrize("name", MOVED)
def test_every_control_changes_what_is_seen(name):
    demo, moved = adversarial_examples(), adversarial_examples(**{name: MOVED[name]})
    assert moved.sentence != demo.sentence if name == "step" else moved.data != demo.data


@pytest.mark.parametrize("preset", adversarial_examples.presets)
def test_every_preset_says_what_is_seen_in_one_short_sentence(preset):
    demo = adversarial_examples()
    demo.use_preset(preset)
    assert len(json.loads(demo.state)["sentences"]) == LAST + 1
    assert len(demo.sentence) < 100
    assert f"read as {'an' if 'as an' in demo.sentence else 'a'} {demo.result.probs[demo.values['step']].argmax()}" in (
        demo.sentence
    )


def test_presets_show_what_their_names_say():
    says = {name: _at_preset(name).sentence for name in adversarial_examples.presets}
    assert says["a 4"] == "As it is: read as a 4, 100% sure, rightly."
    assert "read as a 1" in says["fooled by 0.08"]
    assert says["a coin, three times as large"].endswith("rightly.")
    assert says["trained under attack"].endswith("rightly.")
    assert says["softmax, an 8"].endswith("but it is an 8.")
    assert "0.10 by pgd: read as a 9" in says["a 7, ten steps"]


def _at_preset(name):
    demo = adversarial_examples()
    demo.use_preset(name)
    return demo


def test_the_map_says_what_the_row_of_the_star_says():
    result = adversarial_examples(random=0.12).result
    row = int(np.argmin(np.abs(np.linspace(-0.3, 0.3, 31) - 0.12)))
    np.testing.assert_array_equal(result.read[row], result.probs.argmax(axis=1))
    assert np.all((result.lead[row] > 0) == (result.read[row] == 4))


def test_dragging_and_arrows_move_the_star_inside_the_map():
    demo = adversarial_examples(step=5, random=0.1)
    assert demo.on_point(0.118, -0.2, demo.values) == {"step": 12, "random": -0.2}
    assert demo.on_point(9.0, 9.0, demo.values) == {"step": LAST, "random": 0.3}
    assert demo.on_point(0.1, 0.01, demo.values) == {"step": 10, "random": 0.0}  # easy to hit
    assert demo.on_key("ArrowRight", False, demo.values) == {"step": 6, "random": 0.1}
    assert demo.on_key("ArrowDown", True, demo.values) == {"step": 5, "random": 0.05}
    assert demo.on_key("ArrowLeft", True, demo.values | {"step": 2})["step"] == 0
    assert demo.on_key("n", False, demo.values | {"digit": "9"}) == {"digit": "0"}


def test_new_coins_change_only_the_random_part():
    demo = adversarial_examples(step=8)
    probs, lead = demo.result.probs, demo.result.lead
    demo.change(**demo.on_key("c", False, demo.values))
    np.testing.assert_array_equal(demo.result.probs, probs)
    assert np.any(demo.result.lead != lead)


def test_curves_follow_the_pointer_and_keep_a_pinned_network():
    demo = adversarial_examples()
    for number in (3, 4):
        assert len(panel_of(demo, number)["hover"]) == LAST + 1
    marks = [len(panel_of(demo, number)["marks"]) for number in (3, 4)]
    demo.pin()
    demo.change(random=0.0)
    assert [len(panel_of(demo, number)["marks"]) for number in (3, 4)] == [count + 1 for count in marks]


def test_the_code_shows_the_same_state():
    demo = adversarial_examples(network=SOFTMAX)
    demo.change(random=0.25, step=4, digit="3")
    again = eval(demo.as_code(), {"adversarial_examples": adversarial_examples})
    assert (again.data, again.sentence, again.values) == (demo.data, demo.sentence, demo.values)


def test_the_table_lists_this_digit_and_all():
    rows = json.loads(adversarial_examples(network=HIDDEN).state)["table"]["rows"]
    assert len(rows) == LAST + 1
    assert rows[8][:2] == [0.08, 1]
    assert rows[10][3:] == pytest.approx(networks()[HIDDEN].right[:, 10])


def test_the_still_picture_sets_three_states_below_each_other():
    figure, sentences = still.still_figure(adversarial_examples(fgsm=unwritten))
    words = ("0.08 by fgsm: read as a 1", "0.24 at random: read as a 4", "0.08 by fgsm: read as a 4")
    assert [word in said for word, said in zip(words, sentences, strict=True)] == [True] * 3
    assert len([ax for row in figure.subfigs for ax in row.axes]) == 12


def test_the_still_picture_does_without_the_students_functions():
    plain, own = (still.still_html(adversarial_examples(**more)) for more in ({}, {"fgsm": no_sign}))
    assert own == plain
