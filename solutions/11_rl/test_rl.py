"""Checks of lesson 11 "Reinforcement learning": the student's functions against formulas, on worlds nobody has seen."""

import functools

import numpy as np
from scipy.special import log_softmax, softmax
from scipy.stats import binom, chi2

from grading.lessons.checking import (
    assert_close,
    assert_quiet,
    assert_shape,
    assert_that,
    example,
    points,
    take_apart,
)
from grading.lessons.inputs import generator, magnitudes, many_kinds, spread_rows, whole_numbers, with_ties, with_zeros

TIGHT = 1e-8  # relative tolerance: answers computed in float64 keep it, those in float32 do not
# chance that right draws are refused, by the chi-squared distribution. Counts have heavier tails: exactly computed, all
# comparisons of epsilon_greedy together are wrong less than once in two million times, those of ReplayBuffer once in
# ten million.
FALSE_ALARM, RARER, FEWEST = 1e-9, 1e-12, 50
SLOW = ("train_dqn",)
STANDS = 300  # steps; 30 right runs, ten of each of three styles, lasted 499 ± 2, and the shortest 493
PARTS = ("observations", "actions", "rewards", "next observations", "terminated", "truncated")
shown = functools.partial(example, rtol=TIGHT)


# Worlds


def _world(rng, S, A, *, terminals=1, sparse=0.5):
    """Draw P (S, A, S) and R (S, A); the last states are terminal."""
    P = rng.dirichlet(np.ones(S), size=(S, A)) if S > 1 else np.ones((1, A, 1))
    P *= rng.random(P.shape) > sparse
    P[..., -1] += 1e-3
    P /= P.sum(axis=2, keepdims=True)
    R = rng.normal(size=(S, A))
    for state in range(S - terminals, S):
        P[state], R[state] = 0.0, 0.0
        P[state, :, state] = 1.0
    return P, R


def _corridor(S):
    """A corridor to a terminal state: action 0 leads on, action 1 stays; the last step on is rewarded by 1."""
    P, R = np.zeros((S, 2, S)), np.zeros((S, 2))
    P[np.arange(S), 0, np.minimum(np.arange(S) + 1, S - 1)] = 1.0
    P[np.arange(S), 1, np.arange(S)] = 1.0
    R[S - 2, 0] = 1.0
    return P, R


_SHOWN_P = np.array(
    [
        [[0.75, 0.25, 0.0], [0.0, 1.0, 0.0]],
        [[0.0, 0.5, 0.5], [0.25, 0.0, 0.75]],
        [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]],
    ]
)
_SHOWN_R = np.array([[2.0, 0.0], [-1.0, 3.0], [0.0, 0.0]])
_AT_THE_END = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
_WORKED_P = np.array([[[0.75, 0.25], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
_WORKED_R = np.array([[2.0, 0.0], [0.0, 0.0]])
_Q = np.array([[1.0, 2.0, 0.5], [4.0, 6.0, 5.0], [-1.0, -3.0, -2.0]])
_STEPS = [(0, 1, 1.0, 1, False, False), (1, 0, 2.0, 2, False, True), (2, 1, 4.0, 1, True, False)]


def _rare_events(rng):
    """Draw V (3,), P (3, 2, 3) and R (3, 2) where a chance of about one in a hundred million matters."""
    P = np.zeros((3, 2, 3))
    P[:, :, 0] = rng.uniform(0.3, 0.7, size=(3, 2))
    P[:, :, 2] = rng.uniform(1, 9, size=(3, 2)) * 1e-8
    P[:, :, 1] = 1 - P[:, :, 0] - P[:, :, 2]
    return np.array([1.0, 2.0, 1e8]) * rng.uniform(1, 2, size=3), P, rng.uniform(1, 2, size=(3, 2))


# Snippets: functions that run beside the student's


def _two_thousand_actions(epsilon_greedy, q, epsilon, rng, shares):
    return [epsilon_greedy(q, epsilon, rng) for _ in range(2000)]


def _without_last_value(discounted_returns, rewards, gamma):
    return discounted_returns(rewards, gamma)


def _many_actions(epsilon_greedy, q, epsilon, rng, count):
    """Ask again and again, with a row and a column of a table in turn."""
    rows, columns = np.stack([q, q]), np.stack([q, q], axis=1)
    return [epsilon_greedy(rows[0] if k % 2 else columns[:, 0], epsilon, rng) for k in range(count)]


def _batches(ReplayBuffer, capacity, transitions, sizes, rng):
    """Store transitions, all by the same two arrays; bring back the lengths on the way, and batches at the end."""
    buffer, lengths = ReplayBuffer(capacity), []
    here, there = np.empty(len(transitions[0][0])), np.empty(len(transitions[0][0]))
    for observation, action, reward, following, terminated, truncated in transitions:
        here[:], there[:] = observation, following
        buffer.add((here, action, reward, there, terminated, truncated))
        lengths.append(len(buffer))
    here[:], there[:] = -1.0, -1.0
    return {"lengths": lengths, "batches": [list(buffer.sample(size, rng)) for size in sizes]}


def _stored(ReplayBuffer, capacity, transitions, rng):
    buffer, lengths = ReplayBuffer(capacity), []
    for transition in transitions:
        buffer.add(transition)
        lengths.append(len(buffer))
    batch = buffer.sample(400, rng)
    return {"length": lengths, "rewards in 400 draws": sorted(set(np.asarray(batch[2]).tolist()))}


def _one_kept(ReplayBuffer, capacity, transitions, rng):
    buffer = ReplayBuffer(capacity)
    for transition in transitions:
        buffer.add(transition)
    return list(buffer.sample(2, rng))


def _changed_later(ReplayBuffer, first, following, second, rng):
    """Store a transition, change its arrays, and draw it: its observation and its next observation."""
    buffer = ReplayBuffer(1)
    observation, next_observation = np.array(first), np.array(following)
    buffer.add((observation, 1, 0.5, next_observation, True, False))
    observation[:], next_observation[:] = second, second
    batch = buffer.sample(1, rng)
    return [batch[0], batch[3]]


def _many_batches(ReplayBuffer, capacity, transitions, size, count, rng):
    """Draw many batches: the rewards of each."""
    buffer = ReplayBuffer(capacity)
    for transition in transitions:
        buffer.add(transition)
    return [np.array(buffer.sample(size, rng)[2]) for _ in range(count)]


def _changed_outside(ReplayBuffer, transitions, size, count, rng):
    """Change all that is handed out, again and again, then draw once more."""
    buffer = ReplayBuffer(len(transitions))
    for transition in transitions:
        buffer.add(transition)
    for _ in range(count):
        for part in buffer.sample(size, rng):
            if isinstance(part, np.ndarray) and part.flags.writeable:
                part[...] = 0
    return list(buffer.sample(50, rng))


def _handed_out(ReplayBuffer, transitions, more, size, rng):
    """A batch as it was handed out, and the same batch after more was stored and drawn."""
    buffer = ReplayBuffer(len(transitions))
    for transition in transitions:
        buffer.add(transition)
    batch = buffer.sample(size, rng)
    then = [np.array(part) for part in batch]
    for transition in more:
        buffer.add(transition)
        buffer.sample(size, rng)
    return {"then": then, "later": list(batch)}


def _two_buffers(ReplayBuffer, first, second, rng):
    """Two buffers at once, and a buffer that is filled further after a draw."""
    one, other = ReplayBuffer(3), ReplayBuffer(5)
    for a, b in zip(first, second, strict=True):
        one.add(a)
        other.add(b)
        one.sample(1, rng)
    return [list(buffer.sample(60, rng)) for buffer in (one, other)]


def _targets(dqn_targets, batch, online_weights, frozen_weights, gamma):
    def applied(observations, weights):
        if np.ndim(observations) != 2 or np.shape(observations)[1] != len(weights):
            raise ValueError(f"a network takes observations of shape (N, D), not {np.shape(observations)}")
        return observations @ weights

    def online(observations):
        return applied(observations, online_weights)

    def frozen(observations):
        return applied(observations, frozen_weights)

    return dqn_targets(tuple(batch), online, frozen, gamma)


def _double_targets(double_dqn_targets, batch, online_weights, frozen_weights, gamma):
    def applied(observations, weights):
        if np.ndim(observations) != 2 or np.shape(observations)[1] != len(weights):
            raise ValueError(f"a network takes observations of shape (N, D), not {np.shape(observations)}")
        return observations @ weights

    def online(observations):
        return applied(observations, online_weights)

    def frozen(observations):
        return applied(observations, frozen_weights)

    return double_dqn_targets(tuple(batch), online, frozen, gamma)


def _learned_weights(train_dqn, world, gamma, num_steps, rng):
    """Learn in a tiny world; what is larger at each call is the score."""

    class Tiny:
        num_actions = len(world["rewards"][0])
        episodes = 0

        def reset(self):
            self.state, self.over = world["starts"][self.episodes % len(world["starts"])], False
            self.episodes += 1
            return np.array(world["observations"][self.state])

        def step(self, action):
            if self.over:
                raise RuntimeError("this episode is over: reset() begins the next one")
            state = self.state
            end, self.state = world["ends"][state][action], world["following"][state][action]
            self.over = end != "no"
            seen, reward = np.array(world["observations"][self.state]), float(world["rewards"][state][action])
            return seen, reward, end == "terminated", end == "truncated"

    scores = []

    def score(params):
        scores.append(len(scores) + 1)
        return len(scores) / 1000

    return train_dqn(Tiny(), gamma, num_steps, rng, score)


def _learned_values(train_dqn, apply_network, observations, following, rewards, ends, gamma, rng):
    """Learn in a tiny world whose episodes begin in state 0: the values of all actions of all states but the last."""

    class Tiny:
        num_actions = len(rewards[0])

        def reset(self):
            self.state, self.over = 0, False
            return np.array(observations[0])

        def step(self, action):
            if self.over:
                raise RuntimeError("this episode is over: reset() begins the next one")
            state = self.state
            self.state, self.over = following[state][action], ends[state][action] != "no"
            ended = (ends[state][action] == "terminated", ends[state][action] == "truncated")
            return np.array(observations[self.state]), float(rewards[state][action]), *ended

    scores = []

    def score(params):
        scores.append(len(scores) + 1)
        return len(scores) / 1000

    return apply_network(observations[:-1], train_dqn(Tiny(), gamma, 3000, rng, score))[0]


def _weights_for_a_pole(train_dqn, order, signs, exchanged, num_steps, start, rng):
    """Learn to balance a pole whose four numbers come in another order, with other signs, perhaps steered otherwise."""
    draws = np.random.default_rng(start)

    def shown(states):
        return (states * np.array([1.0, 0.5, 5.0, 0.5]) * signs)[..., order]

    def moved(states, actions):
        x, v, angle, w = states.T
        force = np.where(np.asarray(actions) == 1 - exchanged, 10.0, -10.0)
        pull = (force + 0.05 * w**2 * np.sin(angle)) / 1.1
        turn = (9.8 * np.sin(angle) - np.cos(angle) * pull) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        push = pull - 0.05 * turn * np.cos(angle) / 1.1
        return np.stack([x + 0.02 * v, v + 0.02 * push, angle + 0.02 * w, w + 0.02 * turn], axis=-1)

    def fallen(states):
        return (np.abs(states[..., 0]) > 2.4) | (np.abs(states[..., 2]) > np.pi / 15)

    class Pole:
        num_actions = 2

        def reset(self):
            self.state, self.steps, self.over = draws.uniform(-0.05, 0.05, size=4), 0, False
            return shown(self.state)

        def step(self, action):
            if self.over:
                raise RuntimeError("this episode is over: reset() begins the next one")
            self.state, self.steps = moved(self.state, action), self.steps + 1
            down, cut = bool(fallen(self.state)), self.steps == 500
            self.over = down or cut
            return shown(self.state), -1.0 if down else 0.0, down, cut

    def score(params):
        states, length, standing = draws.uniform(-0.05, 0.05, size=(20, 4)), 0.0, np.ones(20, dtype=bool)
        for _ in range(500):
            hidden = np.maximum(shown(states) @ params[0] + params[1], 0)
            values = np.maximum(hidden @ params[2] + params[3], 0) @ params[4] + params[5]
            states = moved(states, np.argmax(values, axis=1))
            length += standing.mean()
            standing &= ~fallen(states)
        return length / 490

    return train_dqn(Pole(), 0.99, num_steps, rng, score)


_BATCH = [
    np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]]),
    np.array([1, 0, 2]),
    np.array([1.0, 2.0, -3.0]),
    np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
    np.array([False, True, False]),
    np.array([False, False, True]),
]
_ONLINE, _FROZEN = np.array([[2.0, 4.0, 3.0], [9.0, 1.0, 2.0]]), np.array([[7.0, 0.0, 5.0], [3.0, 5.0, 4.0]])
_WORKED_BATCH = [part[:2] for part in _BATCH]
_TRANSITIONS = [
    (np.array([k, k / 2]), k % 2, float(k), np.array([k + 1, (k + 1) / 2]), k == 4, k == 5) for k in range(1, 6)
]

EXAMPLES = {
    "bellman_backup": [
        shown("the worked numbers", V=np.array([4.0, 8.0]), P=_WORKED_P, R=_WORKED_R, gamma=0.5),
        shown("three states", V=np.array([1.0, -2.0, 0.5]), P=_SHOWN_P, R=_SHOWN_R, gamma=0.9),
        shown("no discount, whole numbers", V=np.array([3, 1, 2]), P=_SHOWN_P, R=_SHOWN_R, gamma=1),
    ],
    "value_iteration": [
        shown("the worked numbers", P=_corridor(3)[0], R=_corridor(3)[1], gamma=0.5, tolerance=0.0),
        shown("the worked numbers, tolerance 0.5", P=_corridor(3)[0], R=_corridor(3)[1], gamma=0.5, tolerance=0.5),
        shown("three states", P=_SHOWN_P, R=_SHOWN_R, gamma=0.25, tolerance=0.01),
        shown("no reward at all", P=_corridor(3)[0], R=np.zeros((3, 2)), gamma=0.5, tolerance=0.0),
        shown("every step costs", P=_corridor(3)[0], R=np.array([[-1, -2], [-1, -1], [0, 0]]), gamma=1, tolerance=0),
    ],
    "greedy_policy": [
        shown("three states", V=np.array([1.0, -2.0, 0.5]), P=_SHOWN_P, R=_SHOWN_R + _AT_THE_END, gamma=0.9),
        shown(
            "the future decides",
            V=np.array([0.0, 9.0, -20.0]),
            P=_SHOWN_P,
            R=_SHOWN_R + _AT_THE_END[:, ::-1],
            gamma=1.0,
        ),
        shown(
            "only the next step counts",
            V=np.array([0.0, 9.0, -20.0]),
            P=_SHOWN_P,
            R=_SHOWN_R + _AT_THE_END,
            gamma=0.0,
        ),
    ],
    "discounted_returns": [
        shown("the worked numbers", rewards=np.array([1.0, 0.0, 2.0]), gamma=0.5),
        shown("cut off", rewards=np.array([1.0, 0.0, 2.0]), gamma=0.5, last_value=8.0),
        shown("whole numbers", rewards=np.array([1, -2, 3, 4]), gamma=0.9, last_value=10),
        shown("no discount", rewards=np.array([0.5, 0.25, -1.0]), gamma=1, last_value=0.125),
    ],
    "epsilon_greedy": [
        shown(
            "the worked numbers, 2,000 times",
            facts="frequencies",
            run=_two_thousand_actions,
            q=np.array([1.0, 3.0, 3.0, 0.0, 2.0]),
            epsilon=0.3,
            rng=np.random.default_rng(5),
            shares=np.array([0.06, 0.41, 0.41, 0.06, 0.06]),
        ),
        shown(
            "no tries, 2,000 times",
            facts="frequencies",
            run=_two_thousand_actions,
            q=np.array([-1, -3, -2]),
            epsilon=0.0,
            rng=np.random.default_rng(2),
            shares=np.array([1.0, 0.0, 0.0]),
        ),
        shown(
            "many tries, 2,000 times",
            facts="frequencies",
            run=_two_thousand_actions,
            q=np.array([0.0, 0.1, 0.2, 0.1, 0.05]),
            epsilon=0.5,
            rng=np.random.default_rng(3),
            shares=np.array([0.1, 0.1, 0.6, 0.1, 0.1]),
        ),
    ],
    "q_learning_update": [
        shown("the worked numbers", Q=_Q, transition=_STEPS[0], learning_rate=0.1, gamma=0.5),
        shown("terminated", Q=_Q, transition=(0, 1, 1.0, 1, True, False), learning_rate=0.1, gamma=0.5),
        shown("truncated, negative values", Q=_Q, transition=_STEPS[1], learning_rate=0.25, gamma=0.9),
        shown(
            "whole numbers", Q=_Q[1:].astype(int), transition=(1, 2, 3, 0, False, False), learning_rate=0.5, gamma=0.5
        ),
    ],
    "sarsa_update": [
        shown("the worked numbers", Q=_Q, transition=_STEPS[0], next_action=2, learning_rate=0.1, gamma=0.5),
        shown("terminated", Q=_Q, transition=(0, 1, 1.0, 1, True, False), next_action=2, learning_rate=0.1, gamma=0.5),
        shown("truncated", Q=_Q, transition=_STEPS[1], next_action=1, learning_rate=0.25, gamma=0.9),
        shown(
            "whole numbers",
            Q=_Q[1:].astype(int),
            transition=(1, 2, 3, 0, False, False),
            next_action=0,
            learning_rate=0.5,
            gamma=0.75,
        ),
    ],
    "learn_values_broken": [
        shown("one step", V=np.array([1.0, 3.0, -1.0]), transitions=_STEPS[:1], learning_rate=0.5, gamma=0.5),
        shown(
            "one step that terminated",
            V=np.array([1.0, 3.0, -1.0]),
            transitions=_STEPS[2:],
            learning_rate=0.5,
            gamma=0.5,
        ),
        shown(
            "one that was truncated",
            V=np.array([1.0, 3.0, -1.0]),
            transitions=_STEPS[1:2],
            learning_rate=0.5,
            gamma=0.5,
        ),
        shown("three steps", V=np.array([1, 3, -1]), transitions=_STEPS, learning_rate=0.25, gamma=0.9),
    ],
    "ReplayBuffer": [
        shown(
            "rewards 1 to 5, capacity 3",
            run=_stored,
            capacity=3,
            transitions=_TRANSITIONS,
            rng=np.random.default_rng(1),
        ),
        shown(
            "capacity 1, two draws",
            run=_one_kept,
            capacity=1,
            transitions=_TRANSITIONS[:4],
            rng=np.random.default_rng(1),
        ),
        shown(
            "two arrays that change afterwards",
            run=_changed_later,
            first=np.array([1.0, 2.0]),
            following=np.array([3.0, 4.0]),
            second=np.array([8.0, 9.0]),
            rng=np.random.default_rng(1),
        ),
    ],
    "dqn_targets": [
        shown(
            "the worked numbers",
            run=_targets,
            batch=_WORKED_BATCH,
            online_weights=_ONLINE[:, :2],
            frozen_weights=_FROZEN[:, :2],
            gamma=0.5,
        ),
        shown(
            "three actions, a step that was truncated",
            run=_targets,
            batch=_BATCH,
            online_weights=_ONLINE,
            frozen_weights=_FROZEN,
            gamma=0.9,
        ),
    ],
    "double_dqn_targets": [
        shown(
            "the worked numbers",
            run=_double_targets,
            batch=_WORKED_BATCH,
            online_weights=_ONLINE[:, :2],
            frozen_weights=_FROZEN[:, :2],
            gamma=0.5,
        ),
        shown(
            "three actions, a step that was truncated",
            run=_double_targets,
            batch=_BATCH,
            online_weights=_ONLINE[:, [1, 2, 0]],
            frozen_weights=_FROZEN,
            gamma=0.9,
        ),
    ],
    "train_dqn": [
        example(
            "a reward that comes one step late",
            rtol=0.05,
            run=_learned_values,
            observations=np.array([[1.0, 0.5], [-0.5, 1.0], [1.0, 0.5]]),
            following=[[1], [2], [2]],
            rewards=[[0.0], [1.0], [0.0]],
            ends=[["no"], ["terminated"], ["no"]],
            gamma=0.6,
            rng=np.random.default_rng(1),
        ),
        example(
            "a reward at each step, and episodes that are cut off",
            rtol=0.05,
            run=_learned_values,
            observations=np.array([[1.0, 0.5], [-0.5, 1.0], [1.0, -1.0]]),
            following=[[1], [1], [2]],
            rewards=[[0.0], [1.0], [0.0]],
            ends=[["no"], ["truncated"], ["no"]],
            gamma=0.5,
            rng=np.random.default_rng(2),
        ),
        example(
            "two actions in each of two states",
            rtol=0.05,
            run=_learned_values,
            observations=np.array([[1.0, 0.5], [-0.5, 1.0], [1.0, -1.0]]),
            following=[[1, 2], [2, 2], [2, 2]],
            rewards=[[0.0, 0.25], [0.5, 1.0], [0.0, 0.0]],
            ends=[["no", "terminated"], ["terminated", "terminated"], ["no", "no"]],
            gamma=0.7,
            rng=np.random.default_rng(3),
        ),
    ],
    "policy_gradient_loss": [
        shown(
            "the worked numbers",
            quiet=True,
            logits=np.array([[0.0, 0.0]]),
            actions=np.array([1]),
            returns=np.array([3.0]),
            baselines=np.array([1.0]),
        ),
        shown(
            "three steps",
            quiet=True,
            logits=np.array([[1.0, 0.5, -1.0], [0.0, 2.0, 1.0], [-0.5, 0.25, 0.0]]),
            actions=np.array([2, 1, 0]),
            returns=np.array([4.0, -1.0, 2.0]),
            baselines=np.array([1.0, 1.5, 0.25]),
        ),
        shown(
            "large logits",
            quiet=True,
            logits=np.array([[900.0, -900.0], [-1000.0, 1000.0]]),
            actions=np.array([1, 1]),
            returns=np.array([2.0, 1.0]),
            baselines=np.array([1.0, 3.0]),
        ),
        shown(
            "whole numbers",
            quiet=True,
            logits=np.array([[1, 0, 2], [0, -1, 1]]),
            actions=np.array([0, 2]),
            returns=np.array([5, 1]),
            baselines=np.array([2, 3]),
        ),
    ],
}


def _sizes(**sizes):
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def _discounts(rng):
    return [0.0, float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.5, 0.97)), 1.0]


# bellman_backup


def _right_backup(V, P, R, gamma):
    return np.array([[R[s, a] + gamma * np.sum(P[s, a] * V) for a in range(R.shape[1])] for s in range(len(V))])


def _check_backups(student, cases):
    answers = [student.bellman_backup(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        V, _, R, gamma = case
        text = f"bellman_backup with {_sizes(S=len(V), A=R.shape[1])}, gamma = {gamma:.3g}"
        assert_shape(answer, R.shape, what=text)
        assert_close(answer, _right_backup(*case), rtol=TIGHT, atol=1e-300, each=True, what=text)


@points(1)
def test_bellman_backup_values(student, rng):
    """The values of the actions are right, for several sizes and every kind of gamma."""
    cases = []
    for S, A in ((5, 3), (3, 4), (4, 2)):
        for gamma in _discounts(rng):
            P, R = _world(rng, S, A, sparse=0.2)
            cases.append((rng.normal(size=S), P, R + 5, gamma))
    _check_backups(student, cases)


@points(1)
def test_bellman_backup_ends(student, rng):
    """One state, one action, as many states as actions, whole numbers, zeros, tiny and large values are right."""
    cases = []
    for S, A in ((1, 3), (4, 1), (1, 1), (3, 3), (2, 2)):
        P, R = _world(rng, S, A)
        cases.append((rng.normal(size=S), P, R, float(rng.uniform(0.2, 0.9))))
    P, _ = _world(rng, 4, 3)
    for V, R in many_kinds(rng, (4,), (4, 3)):
        # all of one sign: sums of numbers that cancel are compared to no eight digits
        cases.append((np.abs(V), P, np.abs(R), float(rng.uniform(0.2, 0.9))))
    step = np.eye(4)[rng.integers(0, 4, size=(4, 2))]
    cases += [(whole_numbers(rng, 4), step.astype(int), whole_numbers(rng, (4, 2)), 1)]
    cases.append((whole_numbers(rng, 4, 1), step, whole_numbers(rng, (4, 2), 1), 0.5))
    cases.append((rng.uniform(1, 2, size=4), step.astype(int), rng.uniform(1, 2, size=(4, 2)), 0.7))
    for size in (1e-8, 1e-12):
        cases.append((size * rng.uniform(1, 2, size=4), P, size * rng.uniform(1, 2, size=(4, 3)), 0.8))
    cases.append((*_rare_events(rng), 0.9))
    _check_backups(student, cases)


# value_iteration


def _right_sweeps(P, R, gamma, tolerance):
    V = np.zeros(len(P))
    rows, change = [V], np.inf
    while change > tolerance:
        V = np.array(
            [max(R[s, a] + gamma * np.sum(P[s, a] * rows[-1]) for a in range(R.shape[1])) for s in range(len(P))]
        )
        change = np.max(np.abs(V - rows[-1]))
        rows.append(V)
    return np.array(rows)


def _check_sweeps(student, cases):
    answers = [student.value_iteration(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        P, R, gamma, tolerance = case
        right, each = _right_sweeps(*case), bool(np.min(R) >= 0)  # nothing cancels without negative rewards
        sizes = _sizes(S=len(P), A=R.shape[1], gamma=f"{gamma:.3g}", tolerance=f"{tolerance:.3g}")
        text = f"value_iteration with {sizes}"
        isarray = isinstance(answer, np.ndarray) and answer.ndim == 2
        assert_that(isarray, f"{text}: expected an array of two axes, one row for the start and one for each sweep.")
        if len(answer) == len(right):
            assert_shape(answer, right.shape, what=text)
            assert_close(answer, right, rtol=TIGHT, atol=1e-300, each=each, what=text)
        rows = min(len(answer), len(right))
        assert_shape(answer, (len(answer), len(P)), what=text)
        assert_close(
            answer[:rows], right[:rows], rtol=TIGHT, atol=1e-300, each=each, what=f"{text}: the first {rows} rows"
        )
        assert_that(len(answer) == len(right), f"{text}: expected {len(right) - 1} sweeps, got {len(answer) - 1}.")


@points(1)
def test_value_iteration_values(student, rng):
    """The values after every sweep are right, for several worlds, also where all values are negative."""
    cases = []
    for S, A, shift in ((5, 3, 0.0), (4, 2, -4.0), (3, 4, 3.0)):
        P, R = _world(rng, S, A)
        R[:-1] += shift
        cases += [(P, R, float(rng.uniform(0.3, 0.85)), float(rng.uniform(0.5, 2) * 10.0 ** -rng.integers(2, 9)))]
    _check_sweeps(student, cases)


@points(1)
def test_value_iteration_stops(student, rng):
    """It stops after the right sweep, for large and small tolerances and for 0."""
    P, R = _world(rng, 5, 3)
    cases = [
        (P, 10 * R, 0.8, float(tolerance)) for tolerance in (rng.uniform(30, 90), *10.0 ** rng.uniform(-3, 1, size=5))
    ]
    for S in (3, 6):
        P, R = _corridor(S)
        cases += [(P, R, 0.5, 0.0), (P, R, 0.5, 0.5), (P, R, 0.5, 0.25), (P, 4 * R, 1, 1.0), (P, 4 * R, 1.0, 4)]
    _check_sweeps(student, cases)


@points(0.5)
def test_value_iteration_ends(student, rng):
    """One state, one action, gamma 0 and 1, rewards that are whole numbers or tiny, and no reward at all are right."""
    P, R = _corridor(5)
    cases = [(P, np.where(np.arange(5)[:, None] < 4, R - 1, 0.0), 1.0, 0.0)]
    cases += [(P, np.zeros((5, 2)), 0.9, 0.0), (P, np.zeros((5, 2)), 1, 0.5), (P, R.astype(int) * 3, 1, 0)]
    cases += [(P, np.where(np.arange(5)[:, None] < 4, 1e-7 * R - 1e-7, 0.0), 1.0, 1e-12)]
    for S, A, gamma in ((1, 3, 0.5), (4, 1, 0.7), (1, 1, 0.3), (4, 3, 0.0), (4, 3, 0)):
        P, R = _world(rng, S, A, terminals=min(1, S - 1))
        cases.append((P, R, gamma, 1e-6))
    P, R = _world(rng, 4, 2, terminals=0)
    cases.append((P, whole_numbers(rng, (4, 2)), 0.6, 1e-5))
    cases.append((P, with_ties(rng, (4, 2), 0.005), 0.6, 1e-5))
    halves = np.full((2, 2, 2), 0.5) + np.array([[[0.002, -0.002]]]) * rng.choice([-1.0, 1.0], size=(2, 2, 1))
    cases += [(halves, rng.normal(size=(2, 2)), 0.7, 1e-4), (_corridor(4)[0].astype(int), R, 0.6, 1e-3)]
    V, P, R = _rare_events(rng)
    cases.append((P, R + np.array([[0.0], [0.0], [V[2]]]), 0.3, 1e-3 * V[2]))
    _check_sweeps(student, cases)


def _slow_world(rng, gamma, sweeps, size):
    """Draw a world that needs so many sweeps: in one state the best action is rewarded again and again.

    The tolerance lies halfway between the changes of two sweeps, so that rounding never decides.
    """
    P = np.zeros((2, 2, 2))
    P[0, :, 0] = P[1, :, 0] = 1.0
    P[1, 0] = (0.0, 1.0)
    R = size * rng.uniform(0.5, 1.0, size=(2, 2))
    R[0] = (0.5 * size, size)
    R[1, 0] = 0.3 * size
    return P, R, gamma, float(size * gamma ** (sweeps - 1.5))


@points(0.5)
def test_value_iteration_goes_on(student, rng):
    """Thousands of sweeps are made where they are needed, and rewards and tolerances of every size count."""
    cases = []
    for gamma, sweeps in ((0.9, (60, 90)), (0.99, (600, 900)), (0.998, (2500, 3500))):
        cases.append(_slow_world(rng, gamma, int(rng.integers(*sweeps)), 1.0))
    for size in (1e-9, 1e-15, 1e9):
        cases.append(_slow_world(rng, 0.9, int(rng.integers(60, 90)), size))
        P, R = _corridor(6)
        cases += [(P, 2.0 ** np.round(np.log2(size)) * R, 0.5, 0.0)]
        P, R = _world(rng, 5, 3)
        cases.append((P, size * R, float(rng.uniform(0.3, 0.85)), float(size * rng.uniform(0.5, 2) * 1e-7)))
    _check_sweeps(student, cases)


# greedy_policy


def _check_policies(student, cases):
    answers = [student.greedy_policy(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        V, _, R, gamma = case
        text = f"greedy_policy with {_sizes(S=len(V), A=R.shape[1])}, gamma = {gamma:.3g}"
        assert_shape(answer, (len(V),), what=text)
        whole = isinstance(answer, np.ndarray) and answer.dtype.kind in "iu"
        assert_that(whole, f"{text}: expected an array of integers.")
        inside = np.all((answer >= 0) & (answer < R.shape[1]))
        assert_that(inside, f"{text}: some numbers of actions are not from 0 to {R.shape[1] - 1}.")
        values = _right_backup(*case)
        best = values.max(axis=1)
        came = values[np.arange(len(V)), answer.astype(int)]
        worse = np.sum(came < best - 1e-10 * np.maximum(np.abs(values).max(), 1e-290))
        assert_that(not worse, f"{text}: in {worse} of {len(V)} states, another action is better.")


@points(1)
def test_greedy_policy_best_actions(student, rng):
    """In every state, no action is better than the one that was chosen."""
    cases = []
    for S, A in ((8, 3), (5, 6), (7, 2), (3, 9)):
        for gamma in _discounts(rng):
            P, R = _world(rng, S, A)
            cases.append((4 * rng.normal(size=S) + rng.choice([-20, 0, 20]), P, R, gamma))
    _check_policies(student, cases)


@points(0.5)
def test_greedy_policy_ties_and_ends(student, rng):
    """Ties, one state, one action, whole numbers, tiny and large values are right."""
    cases = []
    for S, A in ((1, 3), (4, 1), (1, 1), (3, 3)):
        P, R = _world(rng, S, A, terminals=0)
        cases.append((rng.normal(size=S), P, R, float(rng.uniform(0.2, 0.9))))
    P, _ = _world(rng, 6, 3, terminals=0)
    cases += [(V, P, R, float(rng.uniform(0.2, 0.9))) for V, R in many_kinds(rng, (6,), (6, 3))]
    cases += [(np.zeros(6), P, with_ties(rng, (6, 3), gap), 0.5) for gap in (0.0, 0.004)]
    cases += [(rng.normal(size=6), P, np.zeros((6, 3)), 0.0), (np.zeros(6), P, np.zeros((6, 3)), 1)]
    _check_policies(student, cases)


def _two_ways(rng, *, gamma=1.0, ahead=(0.0, 0.0), chances=None, rewards=(0.0, 0.0)):
    """Build many worlds at once: in each, two actions that differ in one thing; which of them comes first is drawn.

    Args:
        rng: the check's generator.
        gamma: discount.
        ahead: values of the two states that one gets to.
        chances: chance of the first state under each of the actions; default 1 and 0.
        rewards: of the two actions.
    """
    S = 12
    P, R = np.zeros((S, 2, S)), np.zeros((S, 2))
    for s in range(S):
        for action, which in enumerate(rng.permutation(2)):
            share = (1.0, 0.0)[which] if chances is None else chances[which]
            P[s, action, 0], P[s, action, 1] = share, 1 - share
            R[s, action] = rewards[which]
    return np.array([*ahead, *np.zeros(S - 2)]), P, R, gamma


@points(0.5)
def test_greedy_policy_small_differences(student, rng):
    """Small values and rewards, rare events, near ties and a gamma with decimals decide, where nothing else does."""
    cases = []
    for size in (4e-3, 1e-4, 1e-9):
        better = float(rng.uniform(1.2, 2))
        cases.append(_two_ways(rng, ahead=(size, better * size)))
        cases.append(_two_ways(rng, ahead=(size, 0.0)))
        cases.append(_two_ways(rng, rewards=(size, better * size)))
        cases.append(_two_ways(rng, rewards=(size, 0.0)))
    cases += [_two_ways(rng, ahead=(1.0, near)) for near in (0.996, 1.004)]
    cases += [_two_ways(rng, ahead=(1.0, 0.0), chances=(0.502, 0.498))]
    for chance in (4e-3, 1e-8):
        cases.append(_two_ways(rng, ahead=(10 / chance, 0.0), chances=(chance, 0.0), rewards=(0.0, 5.0)))
        cases.append(_two_ways(rng, ahead=(10 / chance, 0.0), chances=(chance, 0.0), rewards=(0.0, 15.0)))
    gamma = float(rng.uniform(0.86, 0.88))
    for gap in (0.01, -0.01):
        # the second action leads on, to a value of 1, the first one is rewarded by a little more, or less, than that
        cases.append(_two_ways(rng, gamma=gamma, ahead=(0.0, 1.0), rewards=(gamma + gap, 0.0)))
    P, R = _world(rng, 2, 4, terminals=0)
    _check_policies(student, [*cases, (rng.normal(size=2), P, R, 0.8)])


# discounted_returns


def _right_returns(rewards, gamma, last_value):
    longer = np.append(np.asarray(rewards, dtype=float), last_value)
    T = len(rewards)
    return np.array([np.sum(longer[t:] * float(gamma) ** np.arange(T + 1 - t)) for t in range(T)])


def _check_returns(student, cases):
    answers = [student.discounted_returns(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        rewards, gamma, last_value = case
        text = f"discounted_returns of {len(rewards)} rewards with gamma = {gamma:.3g}, last_value = {last_value:.3g}"
        assert_shape(answer, (len(rewards),), what=text)
        assert_close(answer, _right_returns(*case), rtol=TIGHT, atol=1e-300, each=True, what=text)


@points(1)
def test_discounted_returns_values(student, rng):
    """The returns are right, for several lengths and every kind of gamma, with and without a last value."""
    cases = []
    for T in (4, 9, 60):
        for gamma in _discounts(rng):
            cases += [(rng.uniform(0.1, 2, size=T), gamma, last) for last in (0.0, float(rng.uniform(1, 9)))]
    _check_returns(student, [*cases, (-rng.uniform(0.1, 2, size=5), 0.9, -3.0)])
    rewards, gamma = rng.uniform(0.1, 2, size=6), float(rng.uniform(0.5, 0.9))
    answer = student.run(_without_last_value, rewards=rewards, gamma=gamma)
    text = "discounted_returns without last_value"
    assert_shape(answer, (6,), what=text)
    assert_close(answer, _right_returns(rewards, gamma, 0.0), rtol=TIGHT, what=text)


@points(1)
def test_discounted_returns_ends(student, rng):
    """One reward, 2,000 rewards, whole numbers, zeros, and a last value of either sign are right."""
    cases = [(rng.uniform(1, 2, size=1), gamma, last) for gamma in _discounts(rng) for last in (0.0, 3.0)]
    cases += [(rng.uniform(0, 1, size=2000), gamma, 5.0) for gamma in (0.5, 0.99, 0.999, 1.0)]
    cases += [(whole_numbers(rng, 6, 1, 4), 0.5, 3), (whole_numbers(rng, 6, 1, 4), 1, 0), (np.zeros(4), 0.9, 0.0)]
    cases += [(size * rng.uniform(1, 2, size=length), 0.6, 0.0) for size in (1e-5, 1e-10) for length in (2, 5)]
    cases += [(np.zeros(4), 0.9, -2.0), (np.abs(with_zeros(rng, 9)), 0.7, 0), (np.abs(magnitudes(rng, 9)), 0.3, 1e-7)]
    _check_returns(student, cases)


# epsilon_greedy


def _right_shares(q, epsilon):
    best = np.asarray(q) == np.max(q)
    return epsilon / len(q) + (1 - epsilon) * best / best.sum()


def _whole_actions(draws, A, count):
    """Insist on so many actions; return them as an array."""
    fits = isinstance(draws, list) and len(draws) == count
    assert_that(fits, f"epsilon_greedy: of {count:,} draws, not all came back.")
    kinds = (np.ndarray, np.generic)
    whole = all(
        type(draw) is int or (isinstance(draw, kinds) and draw.ndim == 0 and draw.dtype.kind in "iu") for draw in draws
    )
    assert_that(whole, "epsilon_greedy: an action is a whole number, an int.")
    inside = all(0 <= int(draw) < A for draw in draws)
    assert_that(inside, f"epsilon_greedy: with {A} actions, their numbers are 0 to {A - 1}. Others came, too.")
    return np.array([int(draw) for draw in draws], dtype=np.int64)


def _check_shares(draws, q, epsilon, count):
    """Compare how often actions were drawn with what is right, by a chi-squared test."""
    actions = _whole_actions(draws, len(q), count)
    shares = _right_shares(q, epsilon)
    counts, there = np.bincount(actions, minlength=len(q)), shares > 0
    text = f"epsilon_greedy with {len(q)} actions and epsilon = {epsilon:.3g}, {count:,} draws"
    assert_that(not counts[~there].sum(), f"{text}: an action came that must never come.")
    expected = count * shares[there]
    far = np.sum((counts[there] - expected) ** 2 / expected) > chi2.isf(FALSE_ALARM, max(1, there.sum() - 1))
    assert_that(not far, f"{text}: some actions came too often or too rarely.")


def _facts_of_draws(task, draws):
    """What mistakes are recognised by: about how often each action came."""
    if not isinstance(draws, list):
        return {"came": type(draws).__name__}
    try:
        actions = _whole_actions(draws, 51, len(draws))
    except AssertionError:
        return {"came": sorted({f"{type(draw).__name__} {np.ndim(draw)}" for draw in draws})}
    counts, patterns = np.bincount(actions, minlength=len(task["q"])), _patterns(np.asarray(task["q"]), task["epsilon"])
    if len(counts) > len(task["q"]):
        return {"came": "others"}
    likelihoods = [np.sum(counts * np.log(shares + 1e-12)) for shares in patterns.values()]
    nearest = list(patterns)[int(np.argmax(likelihoods))]
    there = patterns[nearest] > 1e-12
    expected = len(draws) * patterns[nearest][there]
    gap = np.sum((counts[there] - expected) ** 2 / expected)
    fits = not counts[~there].sum() and gap <= chi2.isf(FALSE_ALARM, max(1, there.sum() - 1))
    return {"like": nearest} if fits else {"like": nearest, "shares": np.round(8 * counts / len(draws)).tolist()}


def _patterns(q, epsilon):
    """List how often the actions come under right and wrong rules, whatever the source of randomness."""

    def share(chosen):
        return chosen / max(1, chosen.sum())

    A, best, places = len(q), q == np.max(q), np.arange(len(q))
    any_action, greedy = np.full(A, 1 / A), share(best)
    rules = {
        "first": share(places == np.argmax(q)),
        "last": share(places == A - 1 - np.argmax(q[::-1])),
        "worst": share(q == np.min(q)),
        "near": share(np.isclose(q, np.max(q))),
        "likelier": softmax(np.asarray(q, dtype=float) - np.max(q)),
    }
    patterns = {"right": epsilon * any_action + (1 - epsilon) * greedy, "tries": any_action, "never": greedy}
    patterns["exchanged"] = (1 - epsilon) * any_action + epsilon * greedy
    patterns |= {name: epsilon * any_action + (1 - epsilon) * shares for name, shares in rules.items()}
    patterns["others"] = epsilon * (share(~best) if not best.all() else share(places == 0)) + (1 - epsilon) * greedy
    patterns["not the last"] = epsilon * share(places < max(1, A - 1)) + (1 - epsilon) * greedy
    return patterns


def _draw_actions(student, rng, cases, count=1500):
    results = []
    for q, epsilon in cases:
        inputs = {"q": q, "epsilon": epsilon, "rng": generator(rng), "count": count}
        results.append((student.run(_many_actions, facts=_facts_of_draws, **inputs), q, epsilon))
    for draws, q, epsilon in results:
        _check_shares(draws, q, epsilon, count)


@points(0.5, repeat=False)
def test_epsilon_greedy_frequencies(student, rng):
    """All actions come as often as they should, for several epsilons."""
    cases = [(rng.normal(size=A), float(rng.uniform(low, high))) for A, low, high in ((3, 0.3, 0.5), (5, 0.6, 0.9))]
    _draw_actions(
        student,
        rng,
        [*cases, (-rng.uniform(1, 2, size=4), 0.25), (rng.normal(size=2), 0.1), (rng.normal(size=3), 0.05)],
    )


@points(0.5, repeat=False)
def test_epsilon_greedy_ties(student, rng):
    """Among several best actions, all come equally often; nearly the best is not the best."""
    tied = rng.permutation([0.5, 2.0, 2.0, 2.0, 1.0])
    near = rng.permutation([1.0, 1.0 - 1e-9, 0.3])
    _draw_actions(student, rng, [(tied, 0.2), (np.zeros(4), 0.0), (near, 0.0), (-tied, 0.3), (np.array([2, 2, 1]), 0)])


@points(0.5, repeat=False)
def test_epsilon_greedy_ends(student, rng):
    """Epsilon 0 and 1, one action, whole numbers, tiny and huge values are right."""
    cases = [(rng.normal(size=4), 0.0), (rng.normal(size=4), 1.0), (rng.normal(size=4), 1), (rng.normal(size=1), 0.5)]
    cases += [
        (whole_numbers(rng, 4, -9, 9), 0.5),
        (1e300 * rng.normal(size=3), 0.3),
        (1e-300 * rng.normal(size=3), 0.3),
        (rng.permutation([6.0, 7.0, 9.0, 80.0]), 0.1),
        (rng.permutation([0.0, 5e-4, -1.0]), 0.05),
    ]
    _draw_actions(student, rng, cases, 600)


@points(0.5, repeat=False)
def test_epsilon_greedy_independent_draws(student, rng):
    """A draw does not depend on the one before it, and all randomness comes from rng."""
    q, epsilon = rng.permutation([1.0, 1.0, 0.0]), float(rng.uniform(0.25, 0.37))
    count = 2 * int(rng.integers(1000, 1500))
    inputs = {"q": q, "epsilon": epsilon, "count": count}
    first = _whole_actions(student.run(_many_actions, facts=_facts_of_draws, **inputs, rng=generator(rng)), 3, count)
    other = _whole_actions(student.run(_many_actions, facts=_facts_of_draws, **inputs, rng=generator(rng)), 3, count)
    shares = _right_shares(q, epsilon)
    pairs = np.bincount(3 * first[0::2] + first[1::2], minlength=9)
    expected = count / 2 * np.outer(shares, shares).ravel()
    far = np.sum((pairs - expected) ** 2 / expected) > chi2.isf(FALSE_ALARM, 8)
    assert_that(not far, "epsilon_greedy: an action depends on the one before it. Is rng made anew, or copied?")
    fixed = [
        _whole_actions(
            student.run(_many_actions, facts=_facts_of_draws, **inputs, rng=np.random.default_rng(seed)), 3, count
        )
        for seed in [int(rng.integers(2**32))] * 2
    ]
    assert_that(
        np.array_equal(*fixed), "epsilon_greedy: the same rng, another answer. Does all randomness come from rng?"
    )
    same = np.array_equal(first, other)
    assert_that(not same, "epsilon_greedy: another rng gives the same actions. Does all randomness come from rng?")


# q_learning_update and sarsa_update


def _right_update(Q, transition, future, learning_rate, gamma):
    state, action, reward, _, terminated, _ = transition
    right = np.array(Q, dtype=float)
    target = reward if terminated else reward + gamma * future
    right[state, action] = (1 - learning_rate) * right[state, action] + learning_rate * target
    return right


def _table(rng, S, A, state=None, **kinds):
    """Draw a table and a transition in it."""
    Q = rng.normal(size=(S, A)) * 3
    state = int(rng.integers(S)) if state is None else state
    following = kinds.get("following", int(rng.integers(S)))
    step = (state, int(rng.integers(A)), float(rng.normal()), following)
    return Q, (*step, bool(kinds.get("terminated", False)), bool(kinds.get("truncated", False)))


def _describe_step(Q, transition, gamma, rate):
    kinds = [name for name, holds in zip(("terminated", "truncated"), transition[4:], strict=True) if holds]
    sizes = _sizes(S=len(Q), A=Q.shape[1], gamma=f"{gamma:.3g}", learning_rate=f"{rate:.3g}")
    return f"{sizes}, {' and '.join(kinds) or 'a step on the way'}"


def _check_updates(student, rng, name, cases):
    tasks = []
    for Q, transition, rate, gamma in cases:
        next_action = int(rng.integers(Q.shape[1]))
        arguments = (
            (Q, transition, rate, gamma) if name == "q_learning_update" else (Q, transition, next_action, rate, gamma)
        )
        future = np.max(Q[transition[3]]) if name == "q_learning_update" else Q[transition[3], next_action]
        tasks.append((arguments, _right_update(Q, transition, future, rate, gamma)))
    answers = [getattr(student, name)(*arguments) for arguments, _ in tasks]
    for (Q, transition, rate, gamma), (_, right), answer in zip(cases, tasks, answers, strict=True):
        text = f"{name} with {_describe_step(Q, transition, gamma, rate)}"
        assert_shape(answer, Q.shape, what=text)
        assert_close(answer, right, rtol=TIGHT, atol=1e-12 * np.abs(right).max(), each=True, what=text)


def _update_values(student, rng, name):
    cases = []
    for S, A in ((4, 3), (3, 5), (6, 2)):
        cases += [(*_table(rng, S, A), float(rng.uniform(0.05, 0.9)), gamma) for gamma in _discounts(rng)]
    Q, step = _table(rng, 4, 3)
    cases += [(Q - 20, step, 0.3, 0.9), (Q + 20, step, 0.3, 0.9), (Q, (*step[:3], step[0], False, False), 0.3, 0.9)]
    _check_updates(student, rng, name, cases)


def _update_terminated(student, rng, name):
    cases = []
    for terminated, truncated in ((True, False), (False, True), (True, True), (False, False)):
        for shift in (0, -9, 9):
            Q, step = _table(rng, 4, 3, terminated=terminated, truncated=truncated)
            cases.append((Q + shift, step, float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.5, 0.95))))
    _check_updates(student, rng, name, cases)


def _update_ends(student, rng, name):
    cases = [(*_table(rng, S, A), 0.4, 0.7) for S, A in ((1, 3), (4, 1), (1, 1), (3, 3))]
    cases += [(*_table(rng, 3, 4, terminated=rate == 0.5), rate, 0.8) for rate in (0.0, 0, 1, 1.0, 0.5, 1e-3)]
    Q, step = _table(rng, 3, 4, following=1)
    cases += [(1e6 * Q, step, 0.3, 0.9), (1e-6 * Q, (*step[:2], 1e-6, *step[3:]), 0.3, 0.9), (0 * Q, step, 0.3, 0.9)]
    cases += [(1e-11 * Q, (*step[:2], 1e-11, *step[3:]), 0.3, 0.9), (with_ties(rng, (3, 4), 0.005), step, 0.3, 0.9)]
    whole = whole_numbers(rng, (3, 4), -9, 9)
    cases += [(whole, (0, 1, 2, 1, False, False), 0.25, 0.5), (whole, (2, 3, -3, 2, True, False), 0.5, 1)]
    cases += [(whole, (1, 0, 0.37, 2, False, False), 0.3, 0.7), (whole, (1, 2, 0.37, 0, True, False), 0.3, 0.7)]
    Q[1] = 2.5
    _check_updates(student, rng, name, [*cases, (Q, step, 0.3, 0.9)])


@points(1)
def test_q_learning_update_values(student, rng):
    """The new table is right, for several sizes, rates and discounts, also where all values are negative."""
    _update_values(student, rng, "q_learning_update")


@points(0.5)
def test_q_learning_update_terminated_and_truncated(student, rng):
    """A step that terminated has no future; one that was truncated has."""
    _update_terminated(student, rng, "q_learning_update")


@points(0.5)
def test_q_learning_update_ends(student, rng):
    """One state, one action, rates 0 and 1, whole numbers, tiny and large values, and ties are right."""
    _update_ends(student, rng, "q_learning_update")


@points(1)
def test_sarsa_update_values(student, rng):
    """The new table is right, for several sizes, rates and discounts, also where all values are negative."""
    _update_values(student, rng, "sarsa_update")


@points(0.5)
def test_sarsa_update_terminated_and_truncated(student, rng):
    """A step that terminated has no future; one that was truncated has."""
    _update_terminated(student, rng, "sarsa_update")


@points(0.5)
def test_sarsa_update_ends(student, rng):
    """One state, one action, rates 0 and 1, whole numbers, tiny and large values, and ties are right."""
    _update_ends(student, rng, "sarsa_update")


# learn_values_broken


def _right_values(V, transitions, learning_rate, gamma):
    values = [float(v) for v in V]
    for state, _, reward, following, terminated, _ in transitions:
        target = float(reward) if terminated else reward + gamma * values[following]
        values[state] = (1 - learning_rate) * values[state] + learning_rate * target
    return np.array(values)


def _experience(rng, S, count, terminated=0.2, truncated=0.2):
    """Draw transitions of which some terminated and some were truncated."""
    return [
        (
            int(rng.integers(S)),
            int(rng.integers(3)),
            float(rng.normal()) + 2,
            int(rng.integers(S)),
            bool(rng.random() < terminated),
            bool(rng.random() < truncated),
        )
        for _ in range(count)
    ]


def _check_values(student, cases):
    answers = [student.learn_values_broken(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        V, transitions, _, gamma = case
        text = f"learn_values_broken with {len(transitions)} transitions, {_sizes(S=len(V), gamma=f'{gamma:.3g}')}"
        assert_shape(answer, np.shape(V), what=text)
        right = _right_values(*case)
        assert_close(answer, right, rtol=TIGHT, atol=1e-300, what=text)


@points(1)
def test_learn_values_broken_one_step(student, rng):
    """After one transition the values are right: on the way, terminated, truncated, and both."""
    cases = []
    for terminated, truncated in ((0, 0), (1, 0), (0, 1), (1, 1)):
        for gamma in _discounts(rng):
            V = rng.normal(size=int(rng.integers(3, 7)))
            cases.append((V, _experience(rng, len(V), 1, terminated, truncated), float(rng.uniform(0.1, 0.9)), gamma))
    _check_values(student, cases)


@points(1)
def test_learn_values_broken_many_steps(student, rng):
    """After many transitions and after none the values are right; one state, rates 0 and 1, and whole numbers too."""
    cases = [
        (rng.normal(size=S), _experience(rng, S, count), 0.3, 0.8) for S, count in ((5, 40), (3, 12), (1, 5), (2, 0))
    ]
    cases += [(rng.normal(size=4), _experience(rng, 4, 9), rate, 0.8) for rate in (0.0, 1.0, 1, 1e-3)]
    cases += [
        (whole_numbers(rng, 4), _experience(rng, 4, 9), 0.3, 1),
        (1e6 * rng.normal(size=4), _experience(rng, 4, 9), 0.3, 0),
    ]
    for size in (1e-3, 1e-6, 1e-11):
        steps = [(s, a, size * r, *rest) for s, a, r, *rest in _experience(rng, 4, 9)]
        cases.append((size * rng.uniform(1, 2, size=5), steps, 0.3, 0.8))
    cases += [
        (V, _experience(rng, 4, 6), 0.3, 0.8) for V in (with_zeros(rng, 5), np.zeros(4), with_ties(rng, (6,), 0.005))
    ]
    cases.append((np.append(np.repeat(rng.normal(size=3), 2), 0.0), _experience(rng, 4, 3), 0.3, 0.8))
    _check_values(student, cases)


# ReplayBuffer


def _memories(rng, count, D):
    """Draw transitions whose rewards are all different."""
    return [
        (
            rng.normal(size=D),
            int(rng.integers(4)),
            float(k + rng.uniform(0.1, 0.9)),
            rng.normal(size=D),
            bool(rng.random() < 0.4),
            bool(rng.random() < 0.4),
        )
        for k in range(count)
    ]


def _form(batch):
    """Say what a batch is made of."""
    if not isinstance(batch, (list, tuple)) or len(batch) != 6:
        return f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, (list, tuple)) else type(batch).__name__
    return [(part.shape, part.dtype.kind) if isinstance(part, np.ndarray) else type(part).__name__ for part in batch]


def _facts_of_memory(task, answer):
    """What mistakes are recognised by: which transitions came, and whether their parts belong together."""
    if not isinstance(answer, dict) or not isinstance(answer.get("batches"), list):
        return {"came": str(type(answer))}
    facts, rewards = {"lengths": answer.get("lengths")}, np.array([t[2] for t in task["transitions"]])
    for number, batch in enumerate(answer["batches"]):
        whole = isinstance(batch, list) and len(batch) == 6 and all(isinstance(part, np.ndarray) for part in batch)
        facts[f"batch {number}"] = _form(batch)
        if whole and batch[2].shape == (task["sizes"][number],) and batch[2].dtype.kind == "f":
            found = np.abs(batch[2][:, None] - rewards).argmin(axis=1)
            facts[f"which {number}"] = sorted(set(found.tolist())) if len(found) > 100 else []
            right = np.array([task["transitions"][k][0] for k in found])
            facts[f"observations {number}"] = right.shape == batch[0].shape and bool(np.allclose(right, batch[0]))
            facts[f"next {number}"] = right.shape == batch[3].shape and bool(
                np.allclose(np.array([task["transitions"][k][3] for k in found]), batch[3])
            )
            for place in (1, 4, 5):
                wanted = np.array([task["transitions"][k][place] for k in found])
                facts[f"part {place} of {number}"] = wanted.shape == batch[place].shape and bool(
                    np.all(wanted == batch[place])
                )
    return facts


def _drawn_from(batch, transitions, size, text):
    """Insist on a batch of six arrays whose rows are transitions; return the number of each of them."""
    batch = take_apart(batch, PARTS)
    D = len(transitions[0][0])
    shapes = ((size, D), (size,), (size,), (size, D), (size,), (size,))
    for part, shape, name, kinds in zip(batch, shapes, PARTS, ("f", "iu", "f", "f", "b", "b"), strict=True):
        fits = isinstance(part, np.ndarray) and part.dtype.kind in kinds
        sort = {"f": "floats", "iu": "integers", "b": "bools"}[kinds]
        assert_that(fits, f"{text}: the {name} of a batch are an array of {sort}.")
        assert_shape(part, shape, what=f"{text}: the {name} of a batch of {size}")
    rewards = np.array([transition[2] for transition in transitions])
    gaps = np.abs(batch[2][:, None] - rewards)
    assert_that(np.all(gaps.min(axis=1) < 1e-9), f"{text}: a reward came that was never stored, or not any more.")
    which = gaps.argmin(axis=1)
    for place, name in enumerate(PARTS):
        right = np.array([transitions[k][place] for k in which])
        agree = np.allclose(np.asarray(batch[place], dtype=float), right.astype(float), rtol=1e-12, atol=0)
        assert_that(agree, f"{text}: the {name} of a batch are not those that were stored with its rewards.")
    count, met = len(transitions), len(set(which.tolist()))
    if count * (1 - 1 / count) ** size < 1e-9:  # that one of them is missed by chance
        assert_that(met == count, f"{text}: in a batch of {size} only {met} of {count} stored transitions came up.")
    return which


def _check_memories(student, rng, cases):
    for capacity, count, D, sizes in cases:
        transitions = _memories(rng, count, D)
        answer = student.run(
            _batches,
            facts=_facts_of_memory,
            capacity=capacity,
            transitions=transitions,
            sizes=sizes,
            rng=generator(rng),
        )
        text = f"A buffer of capacity {capacity} after {count} transitions"
        fits = (
            isinstance(answer, dict) and set(answer) == {"lengths", "batches"} and isinstance(answer["batches"], list)
        )
        fits = fits and len(answer["batches"]) == len(sizes)
        assert_that(fits, f"{text}: a length or a batch did not come.")
        lengths, came = [min(k, capacity) for k in range(1, count + 1)], answer["lengths"]
        whole = isinstance(came, list) and all(type(length) is int for length in came)
        assert_that(whole and came == lengths, f"{text}: its lengths on the way were not all right.")
        kept = transitions[-capacity:]
        for size, batch in zip(sizes, answer["batches"], strict=True):
            _drawn_from(batch, kept, size, text)


@points(1)
def test_ReplayBuffer_keeps_the_latest(student, rng):
    """Batches hold what was stored, the oldest is overwritten first, and the lengths are right."""
    _check_memories(
        student, rng, [(4, 3, 2, [200]), (4, 4, 3, [200]), (4, 5, 1, [200]), (3, 11, 2, [200]), (5, 23, 4, [300])]
    )


def _far(counts, shares):
    """Say by a chi-squared test whether counts are far from shares; neighbours with few expected are taken together."""
    pooled = [[0.0, 0.0]]
    for count, expected in zip(counts, np.sum(counts) * np.asarray(shares), strict=True):
        if pooled[-1][1] >= FEWEST:
            pooled.append([0.0, 0.0])
        pooled[-1][0] += count
        pooled[-1][1] += expected
    if len(pooled) > 1 and pooled[-1][1] < FEWEST:
        count, expected = pooled.pop()
        pooled[-1][0] += count
        pooled[-1][1] += expected
    came, wanted = np.array(pooled).T
    return len(came) > 1 and bool(np.sum((came - wanted) ** 2 / wanted) > chi2.isf(RARER, len(came) - 1))


def _shares_of_distinct(n, size):
    """Compute how likely so many draws of n things hold 0, 1, ..., size different ones."""
    shares = np.zeros(size + 1)
    shares[0] = 1.0
    for _ in range(size):
        known = np.arange(size + 1) / n
        shares = known * shares + np.append(0.0, (1 - known[:-1]) * shares[:-1])
    return np.maximum(shares, 0.0)


def _pairs_far(first, second, n):
    """Say whether pairs of draws are far from independent; of more than six things, groups are looked at."""
    groups = min(n, 6)
    cells = groups * (first * groups // n) + second * groups // n
    sizes = np.bincount(np.arange(n) * groups // n, minlength=groups) / n
    return _far(np.bincount(cells, minlength=groups**2), np.outer(sizes, sizes).ravel())


def _oddities(which, n):
    """Say what is odd about draws from n things, which (batches, size); the last one is the newest.

    Each of the eight comparisons is wrong about right draws less than once in a billion times; six buffers are tried.
    """
    count, size = which.shape
    found = {"how often": _far(np.bincount(which.ravel(), minlength=n), np.full(n, 1 / n))}
    for name, chosen in (
        ("the newest", which == n - 1),
        ("the oldest", which == 0),
        ("the older half", which < n // 2),
    ):
        share = {"the older half": n // 2 / n}.get(name, 1 / n)
        held = np.bincount(chosen.sum(axis=1), minlength=size + 1)
        found[name] = _far(held, binom.pmf(np.arange(size + 1), size, share))
    distinct = np.array([len(np.unique(row)) for row in which])
    found["repeats"] = _far(np.bincount(distinct, minlength=size + 1), _shares_of_distinct(n, size))
    even, half = size // 2 * 2, size // 2
    found["neighbours"] = _pairs_far(which[:, :even:2].ravel(), which[:, 1:even:2].ravel(), n)
    found["halves"] = _pairs_far(which[:, :half].ravel(), which[:, half:even].ravel(), n)
    found["calls"] = _pairs_far(which[: count // 2 * 2 : 2, 0], which[1 : count // 2 * 2 : 2, 0], n)
    return found


def _indices(answer, kept, size, count):
    """Find which transitions have the rewards that came, (count, size); None where something else came."""
    fits = isinstance(answer, list) and len(answer) == count
    if not fits or not all(isinstance(part, np.ndarray) and part.shape == (size,) for part in answer):
        return None
    came = np.array(answer)
    if came.dtype.kind not in "iuf":
        return None
    gaps = np.abs(came[:, :, None] - np.array([transition[2] for transition in kept]))
    return gaps.argmin(axis=2) if np.all(gaps.min(axis=2) < 1e-9) else None


def _facts_of_batches(task, answer):
    """What mistakes are recognised by: what is odd about many batches."""
    kept = task["transitions"][-task["capacity"] :]
    which = _indices(answer, kept, task["size"], task["count"])
    if which is None:
        return {"draws": "something else"}
    n, (count, size) = len(kept), which.shape
    distinct = np.mean([len(np.unique(row)) for row in which])
    facts = _oddities(which, n) | {"many repeats": bool(distinct < _shares_of_distinct(n, size) @ np.arange(size + 1))}
    facts["older half"] = count > 1 and bool(np.ptp((which < n // 2).sum(axis=1)) == 0)
    same = count > 1 and bool(np.all(which == which[0]))
    return (
        facts | {"always": which[0].tolist() if same else None} | ({} if facts["repeats"] else {"many repeats": None})
    )


ODD = {
    "how often": "some transitions came too often or too rarely.",
    "the newest": "the newest one comes too evenly. It is drawn like any other: several times, once or not at all.",
    "the oldest": "the oldest one comes too evenly. It is drawn like any other: several times, once or not at all.",
    "the older half": "old and new ones are too evenly mixed. Each draw is made from all that is stored.",
    "repeats": "a transition comes twice in a batch too rarely or too often. Each draw is made from all of them.",
    "neighbours": "a draw depends on the one before it. Each draw stands for itself.",
    "halves": "the second half of a batch depends on the first. Each draw stands for itself.",
    "calls": "a batch depends on the one before it. Does each call draw from the rng that comes in?",
}


@points(1, repeat=False)
def test_ReplayBuffer_draws_uniformly(student, rng):
    """Each stored transition is drawn equally often, and independently of all other draws, in one batch and in many."""
    cases = ((4, 4, 2, 1000), (5, 8, 4, 1000), (9, 3, 1, 1000), (8, 19, 8, 1000), (40, 64, 32, 500), (3, 3, 2000, 1))
    tasks = []
    for capacity, stored, size, count in cases:
        transitions = _memories(rng, stored, 1)
        inputs = {"capacity": capacity, "transitions": transitions, "size": size, "count": count}
        answer = student.run(_many_batches, facts=_facts_of_batches, **inputs, rng=generator(rng))
        tasks.append((answer, transitions[-capacity:]))
    for (capacity, stored, size, count), (answer, kept) in zip(cases, tasks, strict=True):
        text = f"A buffer of capacity {capacity} after {stored} transitions, {count:,} batches of {size:,}"
        which = _indices(answer, kept, size, count)
        assert_that(which is not None, f"{text}: their rewards are not all of shape ({size},) and among the stored.")
        for name, odd in _oddities(which, len(kept)).items():
            assert_that(not odd, f"{text}: {ODD[name]}")


@points(0.5)
def test_ReplayBuffer_ends(student, rng):
    """Capacity 1, a batch of 1, batches larger than the buffer, 300 transitions, and whole rewards among others."""
    _check_memories(student, rng, [(1, 1, 2, [1, 5]), (1, 4, 2, [3]), (7, 2, 1, [1, 1, 9]), (50, 300, 2, [64, 500])])
    transitions = _memories(rng, 6, 2)
    transitions[0] = (*transitions[0][:2], -3, *transitions[0][3:])
    answer = student.run(
        _batches, facts=_facts_of_memory, capacity=6, transitions=transitions, sizes=[200], rng=generator(rng)
    )
    _drawn_from(_batches_of(answer, 1)[0], transitions, 200, "A buffer where one reward is a whole number")


def _batches_of(answer, count):
    fits = isinstance(answer, dict) and isinstance(answer.get("batches"), list) and len(answer["batches"]) == count
    assert_that(fits, "A batch did not come.")
    return answer["batches"]


def _agreement(transitions, batch):
    """Say of a batch what it is made of, and for each part whether it belongs to the rewards that came."""
    form = _form(batch)
    if isinstance(form, str) or not all(isinstance(part, np.ndarray) for part in batch) or batch[2].ndim != 1:
        return {"form": form}
    gaps = np.abs(np.asarray(batch[2], dtype=float)[:, None] - np.array([transition[2] for transition in transitions]))
    facts = {"form": form, "stored": bool(np.all(gaps.min(axis=1) < 1e-9))}
    for place, name in enumerate(PARTS):
        right = np.array([transitions[k][place] for k in gaps.argmin(axis=1)])
        facts[name] = right.shape == batch[place].shape and bool(np.allclose(right, batch[place]))
    return facts


def _facts_of_a_batch(task, batch):
    return _agreement(task["transitions"], batch)


def _facts_of_two(task, batches):
    if not isinstance(batches, list) or len(batches) != 2:
        return {"came": type(batches).__name__}
    return {"both": [_agreement(task[name], batch) for name, batch in zip(("first", "second"), batches, strict=True)]}


def _facts_of_the_later(task, answer):
    """What mistakes are recognised by: whether a batch changed after it was handed out."""
    fits = isinstance(answer, dict) and all(isinstance(answer.get(key), list) for key in ("then", "later"))
    if not fits or not all(isinstance(part, np.ndarray) for key in ("then", "later") for part in answer[key]):
        return {"came": "something else"}
    return {"changed": [not np.array_equal(a, b) for a, b in zip(answer["then"], answer["later"], strict=False)]}


@points(0.5)
def test_ReplayBuffer_hands_out_copies(student, rng):
    """A batch and what is stored do not change each other, and two buffers have nothing to do with each other."""
    transitions, more = _memories(rng, 5, 3), _memories(rng, 9, 3)[4:]
    for size, count in ((50, 1), (1, 40), (5, 3)):
        inputs = {"transitions": transitions, "size": size, "count": count, "rng": generator(rng)}
        batch = student.run(_changed_outside, facts=_facts_of_a_batch, **inputs)
        _drawn_from(batch, transitions, 50, f"A buffer after batches of {size} were changed outside")
        answer = student.run(
            _handed_out, facts=_facts_of_the_later, transitions=transitions, more=more, size=size, rng=generator(rng)
        )
        fits = isinstance(answer, dict) and set(answer) == {"then", "later"}
        assert_that(fits, "A batch did not come.")
        for key, when in (("then", ""), ("later", ", after more was stored and drawn")):
            _drawn_from(answer[key], transitions, size, f"A batch of {size}{when}")
        same = all(np.array_equal(a, b) for a, b in zip(answer["then"], answer["later"], strict=True))
        assert_that(same, f"A batch of {size} changed later, when more was stored and drawn. Hand out new arrays.")
    first, second = _memories(rng, 7, 2), _memories(rng, 7, 2)
    batches = take_apart(
        student.run(_two_buffers, facts=_facts_of_two, first=first, second=second, rng=generator(rng)), ("one", "other")
    )
    for batch, kept, name in zip(batches, (first[-3:], second[-5:]), ("first", "second"), strict=True):
        _drawn_from(batch, kept, 60, f"Two buffers at once, the {name}")


# dqn_targets and double_dqn_targets


def _networks(rng, D, A):
    return rng.normal(size=(D, A)), rng.normal(size=(D, A))


def _batch(rng, N, D, A, terminated=0.3, truncated=0.3):
    return [
        rng.normal(size=(N, D)),
        rng.integers(A, size=N),
        rng.normal(size=N),
        rng.normal(size=(N, D)),
        rng.random(N) < terminated,
        rng.random(N) < truncated,
    ]


def _right_targets(batch, online, frozen, gamma, double):
    targets = []
    for n in range(len(batch[2])):
        chosen, judged = batch[3][n] @ online, batch[3][n] @ frozen
        future = judged[int(np.argmax(chosen))] if double else np.max(judged)
        targets.append(batch[2][n] if batch[4][n] else batch[2][n] + gamma * future)
    return np.array(targets, dtype=float)


def _check_targets(student, cases, double):
    snippet, name = (_double_targets, "double_dqn_targets") if double else (_targets, "dqn_targets")
    answers = [
        student.run(snippet, batch=batch, online_weights=online, frozen_weights=frozen, gamma=gamma)
        for batch, online, frozen, gamma in cases
    ]
    for case, answer in zip(cases, answers, strict=True):
        batch, online, _, gamma = case
        text = f"{name} with {_sizes(N=len(batch[2]), D=len(online), A=online.shape[1], gamma=f'{gamma:.3g}')}"
        right = _right_targets(*case, double)
        assert_shape(answer, right.shape, what=text)
        assert_close(answer, right, rtol=TIGHT, atol=1e-300, what=text)


def _targets_values(rng):
    cases = [
        (_batch(rng, N, D, A), *_networks(rng, D, A), gamma)
        for N, D, A in ((6, 3, 4), (9, 2, 5))
        for gamma in _discounts(rng)
    ]
    cases += [
        (_batch(rng, 7, 3, 4, *shares), *_networks(rng, 3, 4), 0.9) for shares in ((0, 0), (1, 0), (0, 1), (1, 1))
    ]
    return cases


def _targets_ends(rng):
    cases = [
        (_batch(rng, N, D, A), *_networks(rng, D, A), 0.8)
        for N, D, A in ((1, 3, 2), (6, 1, 3), (5, 2, 1), (3, 3, 3), (1, 1, 1))
    ]
    online, frozen = _networks(rng, 2, 3)
    shifted = _batch(rng, 40, 2, 3)
    shifted[3] = np.abs(shifted[3])
    cases += [
        (shifted, online - 9, frozen - 9, 0.9),
        (shifted, online, 1e6 * frozen, 0.9),
        (shifted, 1e-7 * online, frozen, 0.9),
    ]
    for size in (1e-4, 1e-11, 1e5):
        sized = _batch(rng, 6, 2, 3)
        sized[2], sized[3] = size * sized[2], size * sized[3]
        cases.append((sized, online, frozen, 0.9))
    sparse, near = _batch(rng, 9, 2, 3), _batch(rng, 9, 2, 3)
    sparse[2], sparse[3], near[3] = with_zeros(rng, 9, 0.5), with_zeros(rng, (9, 2), 0.5), with_ties(rng, (9, 2), 0.005)
    cases += [(sparse, online, frozen, 0.9), (near, online, frozen, 0.9)]
    whole = _batch(rng, 6, 2, 3)
    whole[2] = whole_numbers(rng, 6)
    return [*cases, (whole, online, frozen, 0.5), (whole, online, frozen, 1), (whole, online, frozen, 0)]


@points(1)
def test_dqn_targets_values(student, rng):
    """The targets are right, for several sizes and discounts, where all or no steps terminated or were truncated."""
    _check_targets(student, _targets_values(rng), False)


@points(1)
def test_dqn_targets_ends(student, rng):
    """One step, one action, negative values, whole numbers and values of every size are right."""
    _check_targets(student, _targets_ends(rng), False)


@points(1)
def test_double_dqn_targets_values(student, rng):
    """The targets are right, for several sizes and discounts, where all or no steps terminated or were truncated."""
    _check_targets(student, _targets_values(rng), True)


@points(1)
def test_double_dqn_targets_ends(student, rng):
    """One step, one action, negative values, whole numbers and values of every size are right."""
    _check_targets(student, _targets_ends(rng), True)


# train_dqn


def _network_of(params, D, A):
    """Insist on weights from D numbers to A with at most 128 hidden units in a layer; return them as float64."""
    params = take_apart(params, ("W1", "b1", "W2", "b2", "W3", "b3"))
    whole = all(isinstance(array, np.ndarray) and array.dtype.kind in "fiu" for array in params)
    assert_that(whole, "The weights are six arrays of numbers: W1, b1, W2, b2, W3, b3.")
    assert_that(params[1].ndim == params[3].ndim == 1, "b1 and b2 are vectors, one number for each hidden unit.")
    first, second = len(params[1]), len(params[3])
    assert_that(min(first, second) >= 1 and max(first, second) <= 128, "At most 128 hidden units in a layer are asked.")
    for name, array, shape in zip(
        ("W1", "b1", "W2", "b2", "W3", "b3"),
        params,
        ((D, first), (first,), (first, second), (second,), (second, A), (A,)),
        strict=True,
    ):
        assert_shape(array, shape, what=f"{name} of a network from {D} numbers to {A}, hidden units {first}, {second}")
    arrays = [np.asarray(array, dtype=np.float64) for array in params]
    assert_that(all(np.isfinite(array).all() for array in arrays), "Some weights are infinite or NaN.")
    return arrays


def _applied(X, params):
    with np.errstate(all="ignore"):
        hidden = np.maximum(X @ params[0] + params[1], 0)
        return np.maximum(hidden @ params[2] + params[3], 0) @ params[4] + params[5]


def _tiny_worlds(rng):
    """Draw worlds whose values are known: name -> (world, gamma)."""

    def observations(S):
        while True:
            drawn = rng.choice([-1.0, 1.0], size=(S, 3)) * rng.uniform(0.5, 1.5, size=(S, 3))
            gaps = np.abs(drawn[:, None] - drawn[None]).max(axis=2) + np.eye(S)
            if gaps.min() > 0.7:
                return drawn

    def reward():
        return float(rng.uniform(0.5, 1.0) * rng.choice([-1.0, 1.0]))

    def make(S, following, rewards, ends, starts=(0,)):
        kinds = {"n": "no", "e": "terminated", "c": "truncated"}
        ends = [[kinds[letter] for letter in row] for row in ends]
        seen = observations(S)
        return {"observations": seen, "following": following, "rewards": rewards, "ends": ends, "starts": list(starts)}

    low, high = float(rng.uniform(0.2, 0.4)), float(rng.uniform(0.7, 1.0))
    between = float(rng.uniform(0.5, 0.8))
    return {
        "one state, which terminates": (make(1, [[0]], [[reward()]], ["e"]), between),
        "a reward that comes one step late": (make(3, [[1], [2], [2]], [[0.0], [reward()], [0.0]], "nen"), between),
        "episodes that are cut off": (make(2, [[1], [1]], [[0.0], [reward()]], "nc"), float(rng.uniform(0.4, 0.6))),
        "three actions": (make(2, [[0] * 3, [1] * 3], [[low, high, 0.55], [high, 0.5, low]], ["eee"] * 2, (0, 1)), 0.9),
        "now little, or more later": (
            make(3, [[1, 0], [2, 0], [2, 2]], [[0.0, low], [-low, high], [0.0, 0.0]], ["ne", "ee", "nn"]),
            between,
        ),
    }


def _known_values(world, gamma, cut_is_end=False):
    """Compute the values of the actions of a tiny world, (S, A), and which of its states are ever acted in, (S,)."""
    rewards, following = np.array(world["rewards"]), np.array(world["following"])
    over = np.array(world["ends"]) != "no"
    ended = over if cut_is_end else np.array(world["ends"]) == "terminated"
    values = np.zeros(rewards.shape)
    for _ in range(500):
        values = rewards + gamma * np.where(ended, 0.0, values.max(axis=1)[following])
    acted = np.isin(np.arange(len(rewards)), world["starts"])
    for _ in range(len(rewards)):
        acted[following[acted][~over[acted]]] = True
    return values, acted


def _errors(world, gamma, params, cut_is_end=False):
    values, acted = _known_values(world, gamma, cut_is_end)
    return np.abs(_applied(world["observations"], params) - values)[acted]


def _facts_of_tiny_world(task, params):
    """What mistakes are recognised by: which values are right, and which would be if nothing came after a cut."""
    try:
        arrays = _network_of(params, task["world"]["observations"].shape[1], len(task["world"]["rewards"][0]))
    except AssertionError:
        return {"came": "None" if params is None else "something else"}
    wrong = {cut: _errors(task["world"], task["gamma"], arrays, cut) for cut in (False, True)}
    return {"right": (wrong[False] < 0.05).tolist(), "nothing after a cut": (wrong[True] < 0.05).tolist()}


@points(1.5, repeat=False, seconds=60)
def test_train_dqn_tiny_worlds(student, rng):
    """In tiny worlds the values are right: terminated, truncated, one step late, three actions, more later."""
    worlds, answers = _tiny_worlds(rng), []
    for world, gamma in worlds.values():
        inputs = {"world": world, "gamma": gamma, "num_steps": 3000, "rng": generator(rng)}
        answers.append(student.run(_learned_weights, facts=_facts_of_tiny_world, **inputs))
    for (name, (world, gamma)), params in zip(worlds.items(), answers, strict=True):
        wrong = _errors(world, gamma, _network_of(params, 3, len(world["rewards"][0]))).max()
        assert_that(wrong <= 0.05, f"In a tiny world, {name}: a value is wrong by {wrong:.2f}. Asked: at most 0.05.")


def _episodes_of_a_pole(params, order, signs, exchanged, rng, count=200):
    """Play episodes of CartPole by the best actions: the length of each, (count,)."""
    x, v, angle, w = rng.uniform(-0.05, 0.05, size=(4, count))
    lengths, standing = np.zeros(count), np.ones(count, dtype=bool)
    for _ in range(500):
        seen = np.stack([x, v, angle, w], axis=1) * [1.0, 0.5, 5.0, 0.5] * signs
        force = np.where(_applied(seen[:, order], params).argmax(axis=1) == 1 - exchanged, 10.0, -10.0)
        pull = (force + 0.05 * w**2 * np.sin(angle)) / 1.1
        turn = (9.8 * np.sin(angle) - np.cos(angle) * pull) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        push = pull - 0.05 * turn * np.cos(angle) / 1.1
        x, v, angle, w = x + 0.02 * v, v + 0.02 * push, angle + 0.02 * w, w + 0.02 * turn
        lengths += standing
        standing &= (np.abs(x) <= 2.4) & (np.abs(angle) <= np.pi / 15)
    return lengths


def _facts_of_a_pole(task, params):
    """What mistakes are recognised by: whether the pole stands."""
    try:
        arrays = _network_of(params, 4, 2)
    except AssertionError:
        return {"came": "None" if params is None else "something else"}
    form = (task["order"], task["signs"], task["exchanged"])
    return {"stands": bool(_episodes_of_a_pole(arrays, *form, np.random.default_rng(0)).mean() >= STANDS)}


@points(1.5, repeat=False, seconds=60)
def test_train_dqn_balances_a_pole(student, rng):
    """A pole on a cart stands, though its four numbers come in an unknown order and with unknown signs."""
    form = {"order": rng.permutation(4), "signs": rng.choice([-1.0, 1.0], size=4), "exchanged": int(rng.integers(2))}
    start = int(rng.integers(2**32))
    params = student.run(
        _weights_for_a_pole, facts=_facts_of_a_pole, **form, num_steps=25_000, start=start, rng=generator(rng)
    )
    mean = _episodes_of_a_pole(_network_of(params, 4, 2), **form, rng=rng).mean()
    assert_that(mean >= STANDS, f"The pole stands for {mean:.0f} steps on average. Asked: {STANDS} or more, of 500.")


# policy_gradient_loss


def _right_policy_gradient(logits, actions, returns, baselines):
    logits = np.asarray(logits, dtype=float)
    weights = np.asarray(returns, dtype=float) - baselines
    logs, N = log_softmax(logits, axis=1), len(actions)
    loss = -np.mean(weights * logs[np.arange(N), actions])
    return loss, weights[:, None] * (np.exp(logs) - np.eye(logits.shape[1])[actions]) / N


def _check_policy_gradients(student, cases):
    answers = []
    for case in cases:
        answers.append(student.policy_gradient_loss(*case))
        assert_quiet(student, what=f"policy_gradient_loss with {_sizes(N=len(case[0]), A=case[0].shape[1])}")
    for case, answer in zip(cases, answers, strict=True):
        loss, dlogits = take_apart(answer, ("loss", "dlogits"))
        right, slopes = _right_policy_gradient(*case)
        text = f"with {_sizes(N=len(case[0]), A=case[0].shape[1])}"
        assert_close(
            loss, right, rtol=TIGHT, atol=1e-12 * np.abs(slopes).max(), what=f"policy_gradient_loss {text}: the loss"
        )
        assert_close(dlogits, slopes, rtol=TIGHT, atol=1e-300, what=f"policy_gradient_loss {text}: the gradient")


def _played(rng, N, A, scale=1.0):
    return scale * rng.normal(size=(N, A)), rng.integers(A, size=N), 3 * rng.normal(size=N) + 2, rng.normal(size=N)


@points(1.5)
def test_policy_gradient_loss_values(student, rng):
    """Loss and gradient are right, for several sizes, with advantages of both signs."""
    cases = [_played(rng, N, A) for N, A in ((6, 3), (4, 5), (9, 2))]
    logits, actions, returns, baselines = _played(rng, 7, 4)
    cases += [(logits, actions, np.abs(returns), -np.abs(baselines)), (logits, actions, returns, 0 * baselines)]
    cases += [(logits, actions, 0 * returns, baselines), (logits, actions, returns + 50, baselines + 50)]
    _check_policy_gradients(student, cases)


@points(0.5)
def test_policy_gradient_loss_large_logits(student, rng):
    """Logits in the thousands, close together or far apart, give no overflow."""
    cases = [(spread_rows(rng, (6, 3), width), *_played(rng, 6, 3)[1:]) for width in (50.0, 800.0, 9000.0)]
    cases += [(shift + rng.normal(size=(5, 4)), *_played(rng, 5, 4)[1:]) for shift in (-9000.0, 9000.0)]
    shifts = 2000.0 * rng.permutation(np.arange(-2, 3))[:, None]
    cases.append((shifts + rng.normal(size=(5, 4)), *_played(rng, 5, 4)[1:]))
    _check_policy_gradients(student, cases)


@points(1)
def test_policy_gradient_loss_ends(student, rng):
    """One step, one action, equal logits, whole numbers and advantages of every size are right."""
    cases = [_played(rng, N, A) for N, A in ((1, 3), (5, 2), (3, 3), (1, 2), (2, 4))]
    cases.append((with_zeros(rng, (6, 4), 0.5), *_played(rng, 6, 4)[1:]))
    cases += [
        (*_played(rng, 5, 4, scale)[:2], factor * rng.normal(size=5), np.zeros(5))
        for scale, factor in ((0.0, 1), (1e-4, 1e-6), (5, 1e6))
    ]
    cases += [(*_played(rng, 5, 4, scale)[:2], *_played(rng, 5, 4)[2:]) for scale in (1e-3, 4e-7)]
    logits, actions, returns, baselines = _played(rng, 6, 3)
    cases += [
        (logits, actions, with_ties(rng, (6,), 0.005), baselines),
        (logits, actions, 0 * returns, magnitudes(rng, 6)),
    ]
    cases += [(logits, actions, 0 * returns, size * baselines) for size in (1e-3, 1e-5, 1e-11, 1e5)]
    whole = whole_numbers(rng, (6, 3))
    cases += [
        (whole, actions, returns, baselines),
        (logits, actions, whole_numbers(rng, 6), whole_numbers(rng, 6, 4, 7)),
    ]
    cases += [
        (logits, np.zeros(6, dtype=int), returns, baselines),
        (rng.normal(size=(4, 1)), np.zeros(4, dtype=int), *rng.normal(size=(2, 4))),
    ]
    _check_policy_gradients(student, cases)
