"""The reference of lesson 11 agrees with policy iteration, closed forms, finite differences and Gymnasium's physics."""

import itertools

import numpy as np
import pytest
from scipy.special import log_softmax

from dnnkit import data
from dnnkit.gradcheck import check_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def values_of(policy, P, R, gamma):
    """Solve for the values of a policy."""
    rows = np.arange(len(P))
    return np.linalg.solve(np.eye(len(P)) - gamma * P[rows, policy], R[rows, policy])


def test_value_iteration_finds_the_best_of_all_policies(lesson_names, rng):
    P, R = rng.dirichlet(np.ones(4), size=(4, 3)), rng.normal(size=(4, 3))
    best = np.max([values_of(list(policy), P, R, 0.8) for policy in itertools.product(range(3), repeat=4)], axis=0)
    V = lesson_names["value_iteration"](P, R, 0.8, 1e-12)[-1]
    np.testing.assert_allclose(V, best, atol=1e-10)
    policy = lesson_names["greedy_policy"](V, P, R, 0.8)
    np.testing.assert_allclose(values_of(policy, P, R, 0.8), best, atol=1e-10)


def test_cliff_and_corridor_of_the_text(lesson_names):
    cliff = data.make_gridworld([*["." * 12] * 3, "S" + "C" * 10 + "G"], {"C": -100.0}, step_reward=-1.0)
    history = lesson_names["value_iteration"](cliff.P, cliff.R, 1.0, 0.0)
    assert (len(history) - 1, history[-1][cliff.start]) == (15, -13.0)
    corridor = data.make_gridworld(["n..S........F"], {"n": 1.0, "F": 10.0})
    for gamma, action in ((0.67, 3), (0.69, 1)):
        V = lesson_names["value_iteration"](corridor.P, corridor.R, gamma, 1e-12)[-1]
        assert lesson_names["greedy_policy"](V, corridor.P, corridor.R, gamma)[corridor.start] == action


def test_q_learning_walks_at_the_edge_and_sarsa_a_row_or_more_away(lesson_names):
    cliff = data.make_gridworld([*["." * 12] * 3, "S" + "C" * 10 + "G"], {"C": -100.0}, step_reward=-1.0)
    online = {}
    for learner in ("q-learning", "sarsa"):
        runs = [lesson_names["play_and_learn"](cliff, learner, np.random.default_rng(seed)) for seed in (21, 22)]
        online[learner] = np.mean([sums[-100:].mean() for _, sums in runs])
        walks = [lesson_names["walk_greedily"](cliff, Q) for Q, _ in runs]
        if learner == "q-learning":
            assert [total for _, total in walks] == [-13.0, -13.0]
        else:
            assert all(min(place // 12 for place in path) <= 1 for path, _ in walks)
    assert online["sarsa"] > -32
    assert online["q-learning"] < online["sarsa"]


def test_both_updates_have_the_values_of_their_policies_as_fixed_points(lesson_names, rng):
    P, R = rng.dirichlet(np.ones(3), size=(3, 2)), rng.normal(size=(3, 2))
    steps = np.eye(3)[P.argmax(axis=2)]  # without chance
    V = lesson_names["value_iteration"](steps, R, 0.7, 1e-13)[-1]
    Q = lesson_names["bellman_backup"](V, steps, R, 0.7)
    for state, action in itertools.product(range(3), range(2)):
        following = int(steps[state, action].argmax())
        transition = (state, action, R[state, action], following, False, True)
        np.testing.assert_allclose(lesson_names["q_learning_update"](Q, transition, 0.5, 0.7), Q, atol=1e-10)
        greedy = int(Q[following].argmax())
        np.testing.assert_allclose(lesson_names["sarsa_update"](Q, transition, greedy, 0.5, 0.7), Q, atol=1e-10)


def test_targets_of_two_networks(lesson_names, checks, rng):
    batch, (online, frozen) = checks._batch(rng, 12, 3, 4), checks._networks(rng, 3, 4)
    networks = (lambda X: X @ online, lambda X: X @ frozen)
    for name, double in (("dqn_targets", False), ("double_dqn_targets", True)):
        answer = lesson_names[name](tuple(batch), *networks, 0.9)
        np.testing.assert_allclose(answer, checks._right_targets(batch, online, frozen, 0.9, double))
    plain, double = (lesson_names[n](tuple(batch), *networks, 0.9) for n in ("dqn_targets", "double_dqn_targets"))
    assert np.all(double <= plain)


def test_the_gradient_of_the_policy_loss_agrees_with_finite_differences(lesson_names, checks, rng):
    logits, actions, returns, baselines = checks._played(rng, 5, 3)
    loss, dlogits = lesson_names["policy_gradient_loss"](logits, actions, returns, baselines)
    right = -np.mean((returns - baselines) * log_softmax(logits, axis=1)[np.arange(5), actions])
    assert loss == pytest.approx(right)
    check_gradient(lambda v: lesson_names["policy_gradient_loss"](v, actions, returns, baselines)[0], logits, dlogits)


def test_carts_of_the_lesson_move_as_those_of_gymnasium(lesson_names):
    import gymnasium

    cartpole = gymnasium.make("CartPole-v1")
    for seed in range(5):
        observation, _ = cartpole.reset(seed=seed)
        start = np.array(observation, dtype=float)

        class Given:
            def uniform(self, low, high, size, start=start):
                return start.reshape(size)

        def choose(observations):
            return (observations[:, 2] + 0.3 * observations[:, 3] > 0).astype(int)

        length, over = 0, False
        while not over:
            observation, _, terminated, truncated, _ = cartpole.step(int(choose(observation[None])[0]))
            length, over = length + 1, terminated or truncated
        assert lesson_names["balance"](choose, Given(), 1)[0] == pytest.approx(length, abs=1)


def test_deep_q_learning_balances_the_pole(lesson_names):
    kept, _, largest = lesson_names["learn_to_balance"](np.random.default_rng(31), num_steps=30_000)
    lengths = lesson_names["balance"](lesson_names["greedy_player"](kept), np.random.default_rng(32), 100)
    assert lengths.mean() >= 475
    assert largest < 2


def test_worked_numbers_of_the_text(lesson_names, checks):
    np.testing.assert_allclose(
        lesson_names["bellman_backup"](np.array([4.0, 8.0]), checks._WORKED_P, checks._WORKED_R, 0.5)[0], [4.5, 4.0]
    )
    P, R = checks._corridor(3)
    history = lesson_names["value_iteration"](P, R, 0.5, 0.0)
    np.testing.assert_allclose(history, [[0, 0, 0], [0, 1, 0], [0.5, 1, 0], [0.5, 1, 0]])
    assert len(lesson_names["value_iteration"](P, R, 0.5, 0.5)) == 3
    rewards = np.array([1.0, 0.0, 2.0])
    np.testing.assert_allclose(lesson_names["discounted_returns"](rewards, 0.5), [1.5, 1, 2])
    np.testing.assert_allclose(lesson_names["discounted_returns"](rewards, 0.5, 8.0), [2.5, 3, 6])
    Q = np.array([[1.0, 2.0], [0, 0], [0, 0]]).astype(float)
    Q = np.hstack([Q, np.zeros((3, 1))])
    Q[1] = [4, 6, 5]
    for terminated, wanted in ((False, 2.2), (True, 1.9)):
        new = lesson_names["q_learning_update"](Q, (0, 1, 1.0, 1, terminated, False), 0.1, 0.5)
        assert new[0, 1] == pytest.approx(wanted)
    new = lesson_names["sarsa_update"](Q, (0, 1, 1.0, 1, False, False), 2, 0.1, 0.5)
    assert new[0, 1] == pytest.approx(2.15)
    loss, slopes = lesson_names["policy_gradient_loss"](
        np.zeros((1, 2)), np.array([1]), np.array([3.0]), np.array([1.0])
    )
    assert loss == pytest.approx(2 * np.log(2))
    np.testing.assert_allclose(slopes, [[1, -1]])
