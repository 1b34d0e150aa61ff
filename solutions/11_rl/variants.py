"""Different right answers to the exercises of lesson 11: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# bellman_backup


def bellman_backup__loops(V, P, R, gamma):
    S, A = R.shape
    Q = np.zeros((S, A))
    for s in range(S):
        for a in range(A):
            Q[s, a] = R[s, a] + gamma * sum(P[s, a, t] * V[t] for t in range(S))
    return Q


def bellman_backup__einsum(V, P, R, gamma):
    return R + gamma * np.einsum("sat,t->sa", P, V)


edit("bellman_backup__sum", {"P @ V": "np.sum(P * V, axis=-1)"})


# value_iteration


def value_iteration__while_true(P, R, gamma, tolerance):
    V = np.zeros(P.shape[0])
    rows = [V.copy()]
    while True:
        new = np.max(bellman_backup(V, P, R, gamma), axis=1)
        rows.append(new)
        if np.all(np.abs(new - V) <= tolerance):
            return np.stack(rows)
        V = new


def value_iteration__own_backup(P, R, gamma, tolerance):
    rows, change = np.zeros((1, len(R))), np.inf
    while change > tolerance:
        new = np.array([max(R[s, a] + gamma * P[s, a].dot(rows[-1]) for a in range(R.shape[1])) for s in range(len(R))])
        change = abs(new - rows[-1]).max()
        rows = np.vstack([rows, new])
    return rows


edit(
    "value_iteration__allclose_by_change",
    {
        "np.max(np.abs(history[-1] - history[-2])) > tolerance": (
            "not np.allclose(history[-1], history[-2], rtol=0, atol=tolerance)"
        )
    },
)
edit("value_iteration__amax", {".max(axis=1)": ".max(axis=-1)"})


# greedy_policy


def greedy_policy__last_of_the_best(V, P, R, gamma):
    Q = bellman_backup(V, P, R, gamma)
    return Q.shape[1] - 1 - np.argmax(Q[:, ::-1], axis=1)


def greedy_policy__loop(V, P, R, gamma):
    policy = []
    for rewards, chances in zip(R, P, strict=True):
        worth = [r + gamma * np.dot(p, V) for r, p in zip(rewards, chances, strict=True)]
        policy.append(int(np.argmax(worth)))
    return np.array(policy)


edit(
    "greedy_policy__method",
    {"np.argmax(bellman_backup(V, P, R, gamma), axis=1)": "bellman_backup(V, P, R, gamma).argmax(1)"},
)


# discounted_returns


def discounted_returns__list(rewards, gamma, last_value=0.0):
    returns = []
    for reward in rewards[::-1]:
        last_value = float(reward) + gamma * last_value
        returns.insert(0, last_value)
    return np.array(returns)


def discounted_returns__weights(rewards, gamma, last_value=0.0):
    longer = np.append(np.asarray(rewards, dtype=float), last_value)
    weights = float(gamma) ** np.arange(len(longer))
    return np.array([longer[t:] @ weights[: len(longer) - t] for t in range(len(rewards))])


edit("discounted_returns__countdown", {"reversed(range(len(rewards)))": "range(len(rewards) - 1, -1, -1)"})


# epsilon_greedy


def epsilon_greedy__shares(q, epsilon, rng):
    best = np.asarray(q) == max(q)
    return int(rng.choice(len(q), p=epsilon / len(q) + (1 - epsilon) * best / np.sum(best)))


def epsilon_greedy__shuffled(q, epsilon, rng):
    if rng.uniform() >= epsilon:
        order = rng.permutation(len(q))
        return order[np.argmax(np.asarray(q)[order])]
    return rng.choice(np.arange(len(q)))


edit("epsilon_greedy__where", {"np.flatnonzero(q == np.max(q))": "np.where(q == q.max())[0]"})


# q_learning_update


def q_learning_update__mixed(Q, transition, learning_rate, gamma):
    s, a, r, s2, terminated, _ = transition
    target = r + gamma * (1 - terminated) * Q[s2].max()
    new = np.array(Q, dtype=np.float64)
    new[s, a] = (1 - learning_rate) * Q[s, a] + learning_rate * target
    return new


def q_learning_update__one_hot(Q, transition, learning_rate, gamma):
    s, a, r, s2, terminated, _ = transition
    target = float(r)
    if not terminated:
        target += gamma * max(Q[s2])
    change = np.zeros(Q.shape)
    change[s, a] = learning_rate * (target - Q[s, a])
    return Q + change


edit("q_learning_update__copy", {"Q.astype(float)": "1.0 * Q"})


# sarsa_update


def sarsa_update__mixed(Q, transition, next_action, learning_rate, gamma):
    s, a, r, s2, terminated, _ = transition
    target = r + gamma * (not terminated) * Q[s2][next_action]
    new = np.array(Q, dtype=np.float64)
    new[s][a] = (1 - learning_rate) * Q[s, a] + learning_rate * target
    return new


def sarsa_update__by_hand(Q, transition, next_action, learning_rate, gamma):
    new = Q + 0.0
    target = transition[2]
    if not transition[4]:
        target = target + gamma * Q[transition[3], next_action]
    new[transition[0], transition[1]] += learning_rate * (target - Q[transition[0], transition[1]])
    return new


# learn_values_broken

edit("learn_values_broken__if", {"values[next_state] * (1 - terminated)": "0.0 if terminated else values[next_state]"})
edit(
    "learn_values_broken__mixed",
    {
        ("values[state] += learning_rate * (target - values[state])"): (
            "values[state] = (1 - learning_rate) * values[state] + learning_rate * target"
        )
    },
)


# ReplayBuffer


class ReplayBuffer__deque:
    def __init__(self, capacity):
        from collections import deque

        self.memory = deque(maxlen=capacity)

    def add(self, transition):
        self.memory.append(tuple(part.copy() if isinstance(part, np.ndarray) else part for part in transition))

    def __len__(self):
        return len(self.memory)

    def sample(self, batch_size, rng):
        memory = list(self.memory)
        chosen = [memory[int(rng.integers(len(memory)))] for _ in range(batch_size)]
        return tuple(np.array([step[k] for step in chosen]) for k in range(6))


class ReplayBuffer__arrays:
    def __init__(self, capacity):
        self.capacity, self.size, self.place, self.arrays = capacity, 0, 0, None

    def add(self, transition):
        if self.arrays is None:
            kinds = (float, int, float, float, bool, bool)
            self.arrays = [
                np.zeros((self.capacity, *np.shape(part)), dtype=kind)
                for part, kind in zip(transition, kinds, strict=True)
            ]
        for array, part in zip(self.arrays, transition, strict=True):
            array[self.place] = part
        self.place = (self.place + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def __len__(self):
        return self.size

    def sample(self, batch_size, rng):
        drawn = rng.choice(self.size, size=batch_size)
        return [array[drawn] for array in self.arrays]


edit(
    "ReplayBuffer__random",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "(rng.random(batch_size) * len(self.transitions)).astype(int)"
        )
    },
)
edit(
    "ReplayBuffer__choice",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "rng.choice(len(self.transitions), size=batch_size, replace=True)"
        )
    },
)
edit(
    "ReplayBuffer__shuffled_draws",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "rng.permutation(rng.integers(len(self.transitions), size=batch_size))"
        )
    },
)
edit(
    "ReplayBuffer__pop",
    {"self.transitions[self.count % self.capacity] = kept": "self.transitions = [*self.transitions[1:], kept]"},
)


# dqn_targets


def dqn_targets__loop(batch, online, frozen, gamma):
    rewards, terminated = batch[2], batch[4]
    values = frozen(batch[3])
    targets = np.zeros(len(rewards))
    for n in range(len(rewards)):
        targets[n] = rewards[n] if terminated[n] else rewards[n] + gamma * max(values[n])
    return targets


def dqn_targets__mask(batch, online, frozen, gamma):
    _, _, rewards, following, terminated, _ = batch
    return rewards + gamma * (1.0 - terminated) * np.max(frozen(following), axis=1)


edit(
    "dqn_targets__tilde",
    {
        ("np.where(terminated, 0.0, frozen(next_observations).max(axis=1))"): (
            "~terminated * frozen(next_observations).max(axis=1)"
        )
    },
)


edit(
    "dqn_targets__slices",
    {
        "frozen(next_observations).max(axis=1)": (
            "np.array([np.max(frozen(next_observations[n : n + 1])) for n in range(len(rewards))])"
        )
    },
)


# double_dqn_targets


def double_dqn_targets__loop(batch, online, frozen, gamma):
    _, _, rewards, following, terminated, _ = batch
    chosen, judged = online(following), frozen(following)
    return np.array(
        [
            float(r) if done else r + gamma * judged[n, int(np.argmax(chosen[n]))]
            for n, (r, done) in enumerate(zip(rewards, terminated, strict=True))
        ]
    )


def double_dqn_targets__take_along(batch, online, frozen, gamma):
    following, terminated = batch[3], batch[4]
    best = np.argmax(online(following), axis=1)[:, None]
    values = np.take_along_axis(frozen(following), best, axis=1)[:, 0]
    return batch[2] + gamma * values * ~terminated


def double_dqn_targets__one_hot(batch, online, frozen, gamma):
    following = batch[3]
    chosen = online(following)
    mask = np.eye(chosen.shape[1])[chosen.argmax(1)]
    return batch[2] + gamma * (frozen(following) * mask).sum(axis=1) * (1 - batch[4].astype(int))


# train_dqn


def train_dqn__slow_copy(world, gamma, num_steps, rng, score, freeze=200, memory=50_000):
    seen = world.reset()
    weights = start_network((len(seen), 48, 48, world.num_actions), rng, last=0.1)
    slow, kept, largest = list(weights), weights, -1.0
    adam, buffer = Adam(0.0007), ReplayBuffer(20_000)
    for step in range(num_steps):
        epsilon = 0.05 + 0.95 * np.exp(-step / 2000)
        action = epsilon_greedy(apply_network(seen[None], weights)[0][0], epsilon, rng)
        after, reward, terminated, truncated = world.step(action)
        buffer.add((seen, action, reward, after, terminated, truncated))
        seen = after
        if terminated or truncated:
            seen = world.reset()
        if step > 300 and step % 2:
            batch = buffer.sample(64, rng)
            fast = weights
            targets = double_dqn_targets(
                batch, lambda X, w=fast: apply_network(X, w)[0], lambda X, w=slow: apply_network(X, w)[0], gamma
            )
            weights = learn_from_batch(batch, targets, weights, adam)
            slow = [0.99 * old + 0.01 * new for old, new in zip(slow, weights, strict=True)]
        if (step + 1) % 1000 == 0:
            worth = score(weights)
            if worth > largest:
                kept, largest = weights, worth
            if worth >= 1:
                break
    return tuple(kept)


edit("train_dqn__single", {"double_dqn_targets": "dqn_targets"})
edit(
    "train_dqn__keeps_the_first_of_the_best",
    {"latest >= best": "latest > best", "(len(observation), 64, 64": "(len(observation), 96, 48"},
)


# policy_gradient_loss


def policy_gradient_loss__scipy(logits, actions, returns, baselines):
    from scipy.special import log_softmax, softmax

    advantages = returns - baselines
    one_hot = np.eye(logits.shape[1])[actions]
    loss = -np.sum(advantages[:, None] * one_hot * log_softmax(logits, axis=1)) / len(logits)
    return loss, (softmax(logits, axis=1) - one_hot) * advantages[:, None] / len(logits)


def policy_gradient_loss__rows(logits, actions, returns, baselines):
    N, A = logits.shape
    loss, dlogits = 0.0, np.zeros((N, A))
    for n in range(N):
        z = logits[n] - logits[n].max()
        log_pi = z - np.log(np.exp(z).sum())
        weight = (returns[n] - baselines[n]) / N
        loss -= weight * log_pi[actions[n]]
        dlogits[n] = weight * np.exp(log_pi)
        dlogits[n, actions[n]] -= weight
    return [loss, dlogits]
