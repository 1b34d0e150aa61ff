"""The demo of a gridworld: what is learned and planned, the student's functions, words, pictures and hands."""

import json

import numpy as np
import pytest

from dnnkit.demos import gridworld
from dnnkit.demos import static_view as still
from dnnkit.demos.worlds.ground import CLIFF_WALK, ISLAND, ROOMS, ground, painted, way_by
from dnnkit.demos.worlds.panels import PLAN
from dnnkit.demos.worlds.plan import look_ahead, plan
from dnnkit.demos.worlds.play import EPISODES, LAST, Q_LEARNING, SARSA, How, falls_until, play, steadied

CLIFF = ground(CLIFF_WALK, 0.0)
USUAL = How(0.1, False, 0.3, 1.0)
MOVED = {
    "shown": SARSA, "epsilon": 0.2, "tool": "clears", "fades": True, "gamma": 0.9, "alpha": 0.5, "slip": 0.1,
    "rows": list(ROOMS), "cell": [0, 3], "again": 1,
}  # fmt: skip
SLOTS = ("epsilon_greedy", "q_learning_update", "sarsa_update", "bellman_backup", "value_iteration")


def right_choice(q, epsilon, rng):
    if rng.random() < epsilon:
        return int(rng.integers(len(q)))
    return int(rng.choice(np.flatnonzero(q == np.max(q))))


def right_q(Q, transition, learning_rate, gamma):
    s, a, reward, n, terminated, _ = transition
    target = reward + gamma * (0.0 if terminated else Q[n].max())
    new = Q.astype(float)
    new[s, a] += learning_rate * (target - new[s, a])
    return new


def right_sarsa(Q, transition, next_action, learning_rate, gamma):
    s, a, reward, n, terminated, _ = transition
    target = reward + gamma * (0.0 if terminated else Q[n, next_action])
    new = Q.astype(float)
    new[s, a] += learning_rate * (target - new[s, a])
    return new


def right_backup(V, P, R, gamma):
    return R + gamma * P @ V


def right_iteration(P, R, gamma, tolerance):
    rows = [np.zeros(len(P))]
    while len(rows) == 1 or np.abs(rows[-1] - rows[-2]).max() > tolerance:
        rows.append(right_backup(rows[-1], P, R, gamma).max(axis=1))
    return np.array(rows)


RIGHT = dict(zip(SLOTS, (right_choice, right_q, right_sarsa, right_backup, right_iteration), strict=True))


def panel_of(demo, number):
    return json.loads(demo.state)["panels"][number]


# what is learned and planned


@pytest.mark.parametrize("seed", range(5))
def test_the_right_answer_of_the_question_is_right(seed):
    off, on = (play(CLIFF, rule, USUAL, seed) for rule in (Q_LEARNING, SARSA))
    ways = [way_by(CLIFF, steadied(learner.tables)[-1]) for learner in (off, on)]
    assert [arrives for _, arrives in ways] == [True, True]
    assert len(ways[0][0]) - 1 == 13 < len(ways[1][0]) - 1
    assert falls_until(on, LAST) < 0.8 * falls_until(off, LAST)
    assert on.returns[-100:].mean() > off.returns[-100:].mean()


@pytest.mark.parametrize("epsilon", [0.05, 0.2])
def test_nearly_all_find_a_way_that_keeps_off_the_edge(epsilon):
    ways = [way_by(CLIFF, steadied(play(CLIFF, SARSA, How(epsilon, False, 0.3, 1.0), n).tables)[-1]) for n in range(12)]
    found = [len(way) - 1 for way, arrives in ways if arrives]
    assert len(found) >= 9
    assert min(found) >= 15


def test_tables_are_averaged_over_40_episodes():
    tables = np.arange(12.0).reshape(12, 1, 1) * np.ones((12, 2, 4))
    assert steadied(tables)[[0, 1, 2, 8, 11], 0, 0].tolist() == [0, 1, 1.5, 4.5, 7.5]


@pytest.mark.parametrize("seed", range(5))
def test_without_tries_both_walk_at_the_edge(seed):
    for rule in (Q_LEARNING, SARSA):
        learner = play(CLIFF, rule, How(0.0, False, 0.3, 1.0), seed)
        assert len(way_by(CLIFF, steadied(learner.tables)[-1])[0]) - 1 == 13
        assert learner.returns[-1] == -13


@pytest.mark.parametrize("rows", [CLIFF_WALK, ISLAND, ROOMS])
@pytest.mark.parametrize("slip", [0.0, 0.1])
@pytest.mark.parametrize("gamma", [0.8, 1.0])
def test_plans_are_those_of_value_iteration(rows, slip, gamma):
    place = ground(rows, slip)
    chart = plan(place, gamma)
    wanted = right_iteration(place.world.P, place.world.R, gamma, 1e-6)
    np.testing.assert_allclose(chart.values, wanted[chart.sweeps], atol=1e-9)
    looked = look_ahead(place, chart.values, gamma)
    np.testing.assert_allclose(looked[-1], right_backup(chart.values[-1], place.world.P, place.world.R, gamma))
    assert chart.settled


def test_a_goal_out_of_reach_is_said_to_be_so():
    demo = gridworld(rows=["S.#.", "..#G"], shown=PLAN, value_iteration=right_iteration, cell=[0, 0])
    assert "its value falls for ever" in demo.sentence
    assert demo.own.problems == []
    learning = gridworld(rows=["S.#.", "..#G"], cell=[0, 0])
    assert "Q-learning knows no way" in learning.sentence


def test_episodes_that_were_not_played_are_said_to_be_missing():
    demo = gridworld(slip=0.1)
    played = [len(episodes.returns) for episodes in demo.result["plays"].values()]
    assert min(played) < EPISODES
    assert f"stopped after {min(played)}," in demo.sentence or played[0] == played[1]
    assert f"After {max(played)} episodes" in demo.sentence


@pytest.mark.parametrize("rows", [["S..", ".."], ["...", "..G"], ["SS.", "..G"], ["S.x", "..G"]])
def test_a_map_that_cannot_be_read_is_refused(rows):
    with pytest.raises(ValueError, match="rows must"):
        gridworld(rows=rows)


def test_painting_keeps_one_start_and_a_goal():
    rows = ["S..", "..G"]
    assert painted(rows, 0, 1, "#") == ["S#.", "..G"]
    assert painted(rows, 1, 0, "S") == ["...", "S.G"]
    assert painted(rows, 0, 0, "#") == rows
    assert painted(rows, 1, 2, ".") == rows
    assert painted(["S.G", "..G"], 1, 2, "C") == ["S.G", "..C"]


# the student's functions


def test_right_functions_are_drawn_without_a_note():
    for settings in ({}, {"slip": 0.05, "gamma": 0.95, "shown": PLAN}, {"rows": list(ROOMS), "fades": True}):
        demo = gridworld(**RIGHT, **settings)
        assert demo.own.problems == []
        assert demo.result["known"] == {}
        np.testing.assert_allclose(demo.result["chart"].values, gridworld(**settings).result["chart"].values)


def test_right_functions_show_the_same_as_the_demos_own():
    demo = gridworld(**RIGHT)
    ways = [demo.result["ways"][rule][-1] for rule in (Q_LEARNING, SARSA)]
    assert len(ways[0]) - 1 == 13
    assert len(ways[1]) - 1 >= 15


def looks_behind_the_end(Q, transition, learning_rate, gamma):
    s, a, reward, n, *_ = transition
    new = Q.astype(float)
    new[s, a] += learning_rate * (reward + gamma * Q[n].max() - 0.5 - new[s, a])
    return new


@pytest.mark.parametrize(
    ("slot", "function"),
    [
        ("q_learning_update", looks_behind_the_end),
        ("q_learning_update", lambda Q, step, rate, gamma: right_q(Q, step, gamma, rate)),
        ("q_learning_update", lambda Q, step, rate, gamma: right_sarsa(Q, step, 0, rate, gamma)),
        ("sarsa_update", lambda Q, step, after, rate, gamma: right_q(Q, step, rate, gamma)),
        ("bellman_backup", lambda V, P, R, gamma: R + P @ V * 0.5),
        ("bellman_backup", lambda V, P, R, gamma: -right_backup(V, P, R, gamma)),
        ("value_iteration", lambda P, R, gamma, tolerance: right_iteration(P, R, 0.5 * gamma, tolerance)),
    ],
)
def test_a_wrong_function_is_drawn_and_named(slot, function):
    demo = gridworld(shown=PLAN, **{slot: function})
    (problem,) = demo.own.problems
    assert problem.startswith(f"Your {slot} differs from the demo's own")
    assert problem.endswith(f'check("{slot}") says more.')
    assert demo.data != gridworld(shown=PLAN).data


def test_a_wrong_choice_is_named_with_its_counts():
    for wrong in (
        lambda q, epsilon, rng: right_choice(q, 1 - epsilon, rng),
        lambda q, epsilon, rng: int(np.argmax(q)) if rng.random() >= epsilon else int(rng.integers(4)),
    ):
        (problem,) = gridworld(epsilon_greedy=wrong, q_learning_update=right_q).own.problems
        assert problem.startswith("Your epsilon_greedy, for epsilon 0.1 and q = (1, 3, 3, 0), chose the four actions")
    (problem,) = gridworld(epsilon_greedy=lambda q, epsilon, rng: 4).own.problems
    assert "an action that is not there" in problem


def unwritten(*args):
    raise NotImplementedError("not written yet")


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unwritten, "is not written yet: the picture shows the demo's own."),
        (lambda *args: None, "raised"),
        (lambda *args: np.zeros(3), "raised"),
        (lambda *args: 1 / 0, "raised ZeroDivisionError"),
    ],
)
def test_an_unwritten_or_failing_function_leaves_the_demos_own_picture(slot, function, words):
    demo, own = gridworld(shown=PLAN, **{slot: function}), gridworld(shown=PLAN)
    (problem,) = demo.own.problems
    assert problem.startswith(f"Your {slot} {words}")
    assert demo.data == own.data


def test_moving_the_ring_calls_no_function_again_and_keeps_the_note():
    calls = []

    def counted(Q, transition, learning_rate, gamma):
        calls.append(1)
        return Q + 1.0

    demo = gridworld(q_learning_update=counted)
    said, count = list(demo.own.problems), len(calls)
    demo.change(cell=[1, 1])
    assert (demo.own.problems, len(calls)) == (said, count)
    demo.change(epsilon=0.3)
    assert len(calls) > count


def test_a_function_that_changes_its_inputs_does_no_harm():
    def in_place(Q, transition, *more):
        new = right_q(Q, transition, *more)
        Q *= 0.0
        return new

    assert gridworld(q_learning_update=in_place).own.problems == []


# words, pictures, hands


@pytest.mark.parametrize("name", [name for name in MOVED if name != "tool"])
def test_every_control_changes_the_picture(name):
    assert gridworld(**{name: MOVED[name]}).state != gridworld().state


@pytest.mark.parametrize("preset", gridworld.presets)
def test_every_preset_says_what_is_seen_in_one_sentence(preset):
    demo = gridworld()
    demo.use_preset(preset)
    sentences = json.loads(demo.state)["sentences"]
    assert all(len(said) < 135 for said in sentences)
    assert demo.values["step"] == len(sentences) - 1
    assert demo.sentence.startswith("After ")


def test_sentences_count_steps_and_falls():
    demo = gridworld()
    said = json.loads(demo.state)["sentences"]
    assert len(said) == LAST + 1
    assert said[0] == "Before the first episode nothing is known: every action seems to be worth 0."
    falls = [falls_until(demo.result["plays"][rule], LAST) for rule in (Q_LEARNING, SARSA)]
    wanted = f"After 200 episodes, Q-learning walks 13 steps and fell {falls[0]} times; SARSA walks 17 steps"
    assert said[-1] == f"{wanted} and fell {falls[1]} times."


def test_the_backup_shows_numbers_that_fit_together():
    demo = gridworld(cell=[2, 4])
    lesson = demo.result["plays"][Q_LEARNING].lessons[-1, 2 * 12 + 4]
    _, gain, _, _, seen, old, new = lesson
    assert new == pytest.approx(old + 0.3 * (gain + seen - old))
    texts = [mark["text"] for mark in panel_of(demo, 2)["marks"] if mark["kind"] == "text"]
    assert "right, reward −1; best there: −7" in texts
    assert "so Q(right) is −8 now" in texts
    planned = gridworld(shown=PLAN, cell=[2, 4])
    texts = [mark["text"] for mark in panel_of(planned, 2)["marks"] if mark["kind"] == "text"]
    assert "right: −1 + 1 · (−7) = −8" in texts
    assert "down: −100 + 1 · (−13) = −113" in texts


def test_what_stands_beside_the_pointer_follows_the_step():
    spots = panel_of(gridworld(), 0)["spots"]
    assert len(spots) == 37
    assert all(len(texts) == LAST + 1 for *_, texts in spots)
    assert all(texts[0] == "nothing known" for *_, texts in spots)


def test_a_click_rings_a_place_and_sets_what_is_chosen():
    demo = gridworld()
    assert demo.on_point(3.5, 3.5, demo.values) == {"cell": [0, 3]}
    assert demo.on_point(13.0, 1.0, demo.values) == {}
    demo.change(tool="sets a wall")
    demo.change(**demo.on_point(1.5, 1.5, demo.values))
    assert demo.values["rows"][2] == ".#.........."
    assert demo.values["cell"] == [2, 1]
    assert demo.values["step"] == LAST


def test_keys_move_the_ring_and_set_places():
    demo = gridworld(cell=[0, 0])
    assert demo.on_key("ArrowLeft", False, demo.values) == {"cell": [0, 0]}
    assert demo.on_key("ArrowDown", False, demo.values) == {"cell": [1, 0]}
    assert demo.on_key("c", False, demo.values)["rows"][0] == "C..........."
    assert demo.on_key("g", False, demo.values)["rows"][0] == "G..........."
    moved = demo.on_key("s", False, demo.values)["rows"]
    assert (moved[0][0], moved[3][0]) == ("S", ".")
    assert demo.on_key("n", False, demo.values) == {"again": 1}


def test_a_smaller_map_keeps_the_ring_inside():
    demo = gridworld(cell=[3, 11])
    demo.change(rows=["S.G"])
    assert demo.result["cell"] == 2


def test_a_pinned_state_is_drawn_grey():
    demo = gridworld()
    before = len(panel_of(demo, 0)["marks"])
    demo.pin()
    assert len(panel_of(demo, 0)["marks"]) == before + 2
    demo.change(rows=list(ROOMS))
    assert not any(mark.get("ghost") for mark in panel_of(demo, 0)["marks"])


def test_the_code_shows_the_same_state():
    demo = gridworld(shown=SARSA, epsilon=0.3)
    demo.change(**demo.on_key("w", False, demo.values))
    again = eval(demo.as_code(), {"gridworld": gridworld})
    assert (again.data, again.sentence, again.values) == (demo.data, demo.sentence, demo.values)


def test_the_table_lists_returns_falls_and_ways():
    table = json.loads(gridworld().state)["table"]
    assert len(table["rows"]) == LAST
    assert table["rows"][-1][0] == 200
    assert table["rows"][-1][3] == 13
    assert table["rows"][-1][6] == 17


def test_the_still_picture_shows_both_ways_and_the_plan():
    figure, sentences = still.still_figure(gridworld(q_learning_update=unwritten))
    words = ("SARSA walks 17 steps", "SARSA walks 13 steps", "After 15 sweeps, 37 of 37 places")
    assert [word in said for word, said in zip(words, sentences, strict=True)] == [True] * 3
    assert len(figure.subfigs) == 3
