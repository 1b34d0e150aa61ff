"""Known wrong answers of lesson 11, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

EQUIVALENT = {
    "*": {
        "nothing of...": "no size is 0, unless the docstring says so",
        "sign dropped of gamma": "a discount is not negative",
        "cut to 0 to 1 of gamma": "a discount is at most 1",
        "sign dropped of learning_rate": "a learning rate is not negative",
        "cut to 0 to 1 of learning_rate": "a learning rate is at most 1",
        "beyond 5 counts as 5 of P": "probabilities lie between 0 and 1",
        "negative counts as 0 of P": "probabilities lie between 0 and 1",
        "wrong for a wide row of P": "probabilities lie between 0 and 1",
        "wrong beyond 10,000 of P": "probabilities lie between 0 and 1",
        "wrong for a row below 0.0001 of P": "probabilities sum to 1",
        "wrong for a row of zeros of P": "probabilities sum to 1",
    },
    "bellman_backup": {
        "loops: function: np.zeros((S, A)) -> np.ones((S, A))": "every entry is written over",
    },
    "value_iteration": {
        "reference: swap: history[-1] - history[-2]...": "the size of a difference has no sign",
        "while_true: swap: new - V...": "the size of a difference has no sign",
        "own_backup: swap: new - rows[-1]...": "the size of a difference has no sign",
        "while_true: call left out: V.copy() -> V...": "these zeros are never changed",
        "own_backup: call left out: np.array([max(...": "a list of numbers becomes a row as well",
        "sign dropped of tolerance": "a tolerance is not negative",
    },
    "greedy_policy": {
        "loop: arguments swapped: np.dot(p, V)...": "a product of two vectors",
        "whole numbers in, whole numbers out of...": "the results are whole numbers anyway",
    },
    "discounted_returns": {
        "reference: function: np.zeros(len(rewards))...": "every entry is written over",
        "list: call left out: np.array(returns) -> returns": "a list of numbers is welcome where a vector is",
        "weights: call left out: np.array([longer...": "a list of numbers is welcome where a vector is",
        "weights: without dtype: np.asarray(rewards...": "what is multiplied by floats becomes floats",
        "weights: call left out: np.asarray(rewards...": "rewards are an array",
        "weights: swap: longer[t:] @ weights...": "a product of two vectors",
    },
    "epsilon_greedy": {
        "reference: comparison: rng.random() < epsilon -> rng.random() <= epsilon": "a draw is never exactly epsilon",
        "shuffled: comparison: rng.uniform() >= epsilon -> rng.uniform() > epsilon": "a draw is never exactly epsilon",
        "shares: call left out: np.asarray(q)...": "q is an array",
        "shuffled: call left out: np.asarray(q)...": "q is an array",
        "shuffled: call left out: np.arange(len(q))...": "rng.choice takes a number for the numbers below it",
        "whole numbers in, whole numbers out of q": "the result is a whole number anyway",
        "sign dropped of epsilon": "a probability is not negative",
        "cut to 0 to 1 of epsilon": "a probability is at most 1",
    },
    "q_learning_update": {},
    "sarsa_update": {
        "by_hand: operator: Q + 0.0...": "0 changes nothing, whatever its sign",
        "by_hand: constant: 3 -> -3...": "the fourth of six from either end",
    },
    "learn_values_broken": {},
    "ReplayBuffer": {
        "arrays: function: np.zeros((self.capacity...": "every entry is written over before it is drawn",
    },
    "dqn_targets": {
        "loop: constant: 3 -> -3 in batch[3]": "the fourth of six from either end",
        "loop: function: np.zeros(len(rewards))...": "every entry is written over",
        "loop: name: rewards -> terminated in len(rewards)...": "both are as long as the batch",
    },
    "double_dqn_targets": {
        "loop: call left out: np.array([float(r) if...": "a list of numbers is welcome where a vector is",
        "take_along: constant: 3 -> -3 in batch[3]": "the fourth of six from either end",
        "take_along: without axis: np.take_along_axis...": "the last axis is the default",
        "take_along: constant: 0 -> -1 in (:, 0)": "there is one column",
    },
    "policy_gradient_loss": {
        "wrong beyond 10,000 of logits": "the docstring ends there",
        "rows: function: np.zeros((N, A)) -> np.ones((N, A))": "every row is written over",
    },
}

# bellman_backup

edit(
    "bellman_backup__no_return",
    {"return R + gamma": "R + gamma"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "bellman_backup__no_discount",
    {"gamma * P @ V": "P @ V"},
    hint="Gamma is missing. What comes one step later counts gamma times.",
)
edit(
    "bellman_backup__reward_discounted",
    {"R + gamma * P @ V": "gamma * (R + P @ V)"},
    hint="The reward is discounted, too. It comes at once; only the values ahead are multiplied by gamma.",
)
edit(
    "bellman_backup__only_the_future",
    {"R + gamma * P @ V": "gamma * P @ V"},
    hint="The rewards are missing. An action is worth its reward and what comes after it.",
)
edit(
    "bellman_backup__only_the_reward",
    {"R + gamma * P @ V": "R + 0.0 * P @ V"},
    hint="Only the rewards came. What comes after them is missing.",
)
edit(
    "bellman_backup__largest",
    {"return R + gamma * P @ V": "return (R + gamma * P @ V).max(axis=1)"},
    hint="The largest value of each state came. All actions are asked for, shape (S, A).",
)
edit(
    "bellman_backup__likeliest_state",
    {"P @ V": "V[P.argmax(axis=2)]"},
    hint="Only the likeliest next state counts. All of them do, each with its probability.",
)
edit(
    "bellman_backup__mean_of_states",
    {"P @ V": "(P * V).mean(axis=2)"},
    hint="The sum over the next states is divided by their number. The probabilities weigh them already.",
)
edit(
    "bellman_backup__own_value",
    {"P @ V": "(P.sum(axis=2) * np.asarray(V)[:, None])"},
    hint="The value of the state itself was used. It is the next states that count, by their probabilities.",
)
edit(
    "bellman_backup__one_minus_gamma",
    {"gamma * P": "(1 - gamma) * P"},
    hint="The values ahead are multiplied by 1 - gamma. It is gamma.",
)


# value_iteration

edit(
    "value_iteration__no_return",
    {"    return np.array(history)": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "value_iteration__last_only",
    {"return np.array(history)": "return history[-1]"},
    hint="Only the last values came. All of them are asked for, one row for each sweep and the zeros in front.",
)
edit(
    "value_iteration__without_the_zeros",
    {"return np.array(history)": "return np.array(history[1:])"},
    hint="The row of zeros in front is missing.",
)
edit(
    "value_iteration__without_the_last_sweep",
    {"return np.array(history)": "return np.array(history[:-1])"},
    hint="The last row is missing: that of the sweep that changed nothing, or hardly anything.",
)
edit(
    "value_iteration__one_sweep_too_many",
    {
        "    return np.array(history)": (
            "    history.append(bellman_backup(history[-1], P, R, gamma).max(axis=1))\n    return np.array(history)"
        )
    },
    hint="There is a sweep too many. Stop after the first one that changes no value by more than the tolerance.",
)
edit(
    "value_iteration__mean",
    {"> tolerance": "> tolerance and len(history) < 300", ".max(axis=1)": ".mean(axis=1)"},
    hint="The mean over the actions was taken. In each state, the best action counts.",
)
edit(
    "value_iteration__smallest",
    {"> tolerance": "> tolerance and len(history) < 300", ".max(axis=1)": ".min(axis=1)"},
    hint="The worst action of each state was taken. The best one counts.",
)
edit(
    "value_iteration__one_maximum",
    {
        "> tolerance": "> tolerance and len(history) < 300",
        ("bellman_backup(history[-1], P, R, gamma).max(axis=1)"): (
            "np.full(len(P), bellman_backup(history[-1], P, R, gamma).max())"
        ),
    },
    hint="One maximum over all states was taken. Each state has its own: max along the actions.",
)
edit(
    "value_iteration__in_place",
    {
        "history.append(bellman_backup(history[-1], P, R, gamma).max(axis=1))": (
            "V = history[-1].copy()\n        for s in range(len(P)):\n            V[s] = "
            "bellman_backup(V, P, R, gamma)[s].max()\n"
            "        history.append(V)"
        )
    },
    hint="In a sweep, states use values that were computed in the same sweep. All of them use the old ones.",
)
edit(
    "value_iteration__in_place_from_the_end",
    {
        "history.append(bellman_backup(history[-1], P, R, gamma).max(axis=1))": (
            "V = history[-1].copy()\n        for s in reversed(range(len(P))):\n            "
            "V[s] = bellman_backup(V, P, R, gamma)[s].max()\n"
            "        history.append(V)"
        )
    },
    hint=(
        "In a sweep, states use values that were computed in the same sweep, from "
        "the last one on. All use the old ones."
    ),
)
edit(
    "value_iteration__change_of_the_mean",
    {"np.max(np.abs(history[-1] - history[-2]))": "np.mean(np.abs(history[-1] - history[-2]))"},
    hint="It stops when the mean change is small. No value may change by more than the tolerance.",
)
edit(
    "value_iteration__change_with_a_sign",
    {"np.max(np.abs(history[-1] - history[-2]))": "np.max(history[-1] - history[-2])"},
    hint="It stops too early where values fall: the change has a sign. Its size counts.",
)
edit(
    "value_iteration__stops_below",
    {"> tolerance": ">= max(tolerance, 1e-300)"},
    hint="A change of exactly the tolerance is small enough to stop.",
)
edit(
    "value_iteration__same_array",
    {
        "history.append(bellman_backup(history[-1], P, R, gamma).max(axis=1))": (
            "V = bellman_backup(history[-1], P, R, gamma).max(axis=1)\n        done = "
            "np.max(np.abs(V - history[-1])) <= tolerance\n"
            "        history[-1][:] = V\n        history.append(history[-1])\n        if done:\n            break"
        ),
        "np.max(np.abs(history[-1] - history[-2])) > tolerance": "True",
    },
    hint="All rows are the same: one array was appended again and again, and changed afterwards. Append a new one.",
)
edit(
    "value_iteration__one_step_only",
    {"bellman_backup(history[-1]": "bellman_backup(history[0]"},
    hint="Every sweep starts from the zeros again. It starts from the values of the sweep before it.",
)


edit(
    "value_iteration__allclose",
    {
        "np.max(np.abs(history[-1] - history[-2])) > tolerance": (
            "not np.allclose(history[-1], history[-2], atol=tolerance)"
        )
    },
    hint="It stops while large values still change: np.allclose adds a share of the values, rtol, to the tolerance.",
)
edit(
    "value_iteration__allclose_without_rtol",
    {
        "np.max(np.abs(history[-1] - history[-2])) > tolerance": (
            "not np.allclose(history[-1], history[-2], rtol=tolerance)"
        )
    },
    hint=(
        "The tolerance is taken as a share of the values, and np.allclose lets through 1e-8 besides. "
        "It is the change itself that counts."
    ),
)
edit(
    "value_iteration__smallest_tolerance",
    {"> tolerance": "> max(tolerance, 1e-10)"},
    hint="It stops at changes below 1e-10 or so, whatever the tolerance is. Tiny rewards need a tiny one.",
)
edit(
    "value_iteration__rounded",
    {"return np.array(history)": "return np.round(np.array(history), 8)"},
    hint="The values are rounded: tiny ones become 0. Return them as they are.",
)
edit(
    "value_iteration__at_most_500_sweeps",
    {"> tolerance": "> tolerance and len(history) <= 500"},
    hint="It gives up after 500 sweeps. With a gamma near 1, thousands may be needed.",
)
edit(
    "value_iteration__at_most_50_sweeps",
    {"> tolerance": "> tolerance and len(history) <= 50"},
    hint="It gives up after 50 sweeps. With a gamma near 1, thousands may be needed.",
)


# greedy_policy

edit(
    "greedy_policy__no_return",
    {"return np.argmax": "np.argmax"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "greedy_policy__worst",
    {"np.argmax": "np.argmin"},
    hint="The worst action of each state came. The best one is asked for.",
)
edit(
    "greedy_policy__values",
    {"np.argmax": "np.max"},
    hint="The value of the best action came. Its number is asked for: argmax.",
)
edit(
    "greedy_policy__wrong_axis",
    {"axis=1)": "axis=0)"},
    hint="For each action the best state came. For each state the best action is asked for: the actions are axis 1.",
)
edit(
    "greedy_policy__all_at_once",
    {"np.argmax(bellman_backup(V, P, R, gamma), axis=1)": "np.full(len(V), np.argmax(bellman_backup(V, P, R, gamma)))"},
    hint="One maximum over all states and actions was taken. Each state has its own: argmax along axis 1.",
)
edit(
    "greedy_policy__reward_only",
    {"bellman_backup(V, P, R, gamma)": "np.asarray(R)"},
    hint="Only the reward of the next step counts. What comes after it is missing.",
)
edit(
    "greedy_policy__future_only",
    {"bellman_backup(V, P, R, gamma)": "P @ V"},
    hint="Only the values ahead count. The reward of the step is missing.",
)
edit(
    "greedy_policy__no_discount",
    {"bellman_backup(V, P, R, gamma)": "bellman_backup(V, P, R, 1.0)"},
    hint="Gamma plays no part. What comes later counts gamma times.",
)
edit(
    "greedy_policy__one_hot",
    {
        ("return np.argmax(bellman_backup(V, P, R, gamma), axis=1)"): (
            "return np.eye(R.shape[1], dtype=int)[np.argmax(bellman_backup(V, P, R, gamma), axis=1)]"
        )
    },
    hint="A one-hot row came for each state. The number of the action is asked for.",
)


# discounted_returns

edit(
    "discounted_returns__no_return",
    {"    return returns": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "discounted_returns__forwards",
    {"reversed(range(len(rewards)))": "range(len(rewards))"},
    hint="The sum runs from the first step on, so each return holds what came before. Begin at the end.",
)
edit(
    "discounted_returns__no_discount",
    {"gamma * total": "total"},
    hint="Gamma is missing. Each step later counts gamma times once more.",
)
edit(
    "discounted_returns__reward_discounted",
    {"rewards[step] + gamma * total": "gamma * (rewards[step] + total)"},
    hint="The reward of a step itself is discounted. It comes at once.",
)
edit(
    "discounted_returns__last_value_left_out",
    {"total = last_value": "total = 0.0"},
    hint="The last value plays no part. It counts like a reward that comes after the last one.",
)
edit(
    "discounted_returns__last_value_not_discounted",
    {"total = last_value": "total = last_value / gamma if gamma else last_value"},
    hint="The last value counts like the last reward. It comes one step after it.",
)
edit(
    "discounted_returns__last_value_everywhere",
    {"total = last_value": "total = 0.0", "    return returns": "    return returns + gamma * last_value"},
    hint="The last value counts the same at each step. It comes at the end, so the first steps see it discounted most.",
)
edit(
    "discounted_returns__first_only",
    {"return returns": "return returns[0]"},
    hint="Only the return of the first step came. Each step has one.",
)
edit(
    "discounted_returns__reversed",
    {"return returns": "return returns[::-1].copy()"},
    hint="The returns are in the wrong order: that of the last step comes first.",
)
edit(
    "discounted_returns__weighted_only",
    {
        "returns[step] = total": "returns[step] = gamma**step * total",
    },
    hint="The returns are discounted to the start of the episode. Each one counts from its own step on.",
)
edit(
    "discounted_returns__without_its_own_reward",
    {
        "        total = rewards[step] + gamma * total\n        returns[step] = total": (
            "        returns[step] = gamma * total\n        total = rewards[step] + gamma * total"
        )
    },
    hint="The reward of the step itself is missing in its return.",
)
edit(
    "discounted_returns__row_of_the_last_value",
    {"np.zeros(len(rewards))": "np.append(np.zeros(len(rewards)), last_value)"},
    hint="There is an entry too many: the last value got one of its own. There is one return for each reward.",
)
edit(
    "discounted_returns__whole_numbers",
    {"np.zeros(len(rewards))": "np.zeros_like(rewards)"},
    hint="With whole numbers, the returns are rounded down. Make the array of floats.",
)


# epsilon_greedy

edit(
    "epsilon_greedy__no_return",
    {"return int(rng.integers(len(q)))": "int(rng.integers(len(q)))", "return int(rng.choice": "int(rng.choice"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "epsilon_greedy__exchanged",
    {"rng.random() < epsilon": "rng.random() > epsilon"},
    hint="With probability epsilon the best action comes, else a try. It is the other way round.",
)
edit(
    "epsilon_greedy__worst",
    {"np.max(q)": "np.min(q)"},
    hint="When no try is made, the worst action comes. The best one is asked for.",
)
edit(
    "epsilon_greedy__first_of_the_best",
    {"rng.choice(np.flatnonzero(q == np.max(q)))": "np.argmax(q)"},
    hint="Among several best actions, always the first one comes. All of them are equally likely: draw one.",
)
edit(
    "epsilon_greedy__last_of_the_best",
    {"rng.choice(np.flatnonzero(q == np.max(q)))": "np.flatnonzero(q == np.max(q))[-1]"},
    hint="Among several best actions, always the last one comes. All of them are equally likely: draw one.",
)
edit(
    "epsilon_greedy__never_tries",
    {"rng.random() < epsilon": "False"},
    hint="No try is ever made. With probability epsilon, any action comes.",
)
edit(
    "epsilon_greedy__always_tries",
    {"rng.random() < epsilon": "True"},
    hint="Every action is a try. Only with probability epsilon any action comes, else one of the best.",
)
edit(
    "epsilon_greedy__never_the_last",
    {"rng.integers(len(q))": "rng.integers(max(1, len(q) - 1))"},
    hint="The last action is never tried. rng.integers(n) draws from 0 to n - 1 already.",
)
edit(
    "epsilon_greedy__tries_others_only",
    {"rng.integers(len(q))": "rng.choice(np.flatnonzero(q != np.max(q))) if np.ptp(q) > 0 else 0"},
    hint="A try never takes one of the best actions. A try takes any of all actions, the best ones too.",
)
edit(
    "epsilon_greedy__nearly_the_best",
    {"q == np.max(q)": "np.isclose(q, np.max(q))"},
    hint="Actions that are nearly the best are drawn like the best. Only exactly the largest value counts.",
)
edit(
    "epsilon_greedy__by_softmax",
    {
        "rng.choice(np.flatnonzero(q == np.max(q)))": (
            "rng.choice(len(q), p=np.exp(q - np.max(q)) / np.exp(q - np.max(q)).sum())"
        )
    },
    hint="When no try is made, better actions are only more likely. Then one of the best comes, always.",
)


@hint("Each draw is the same. Does each call start a generator of its own? Draw from the rng that comes in.")
def epsilon_greedy__own_generator(q, epsilon, rng):
    rng = np.random.default_rng(0)
    if rng.random() < epsilon:
        return int(rng.integers(len(q)))
    return int(rng.choice(np.flatnonzero(q == np.max(q))))


# q_learning_update

edit(
    "q_learning_update__no_return",
    {"    return improved": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "q_learning_update__terminal_not_masked",
    {"0.0 if terminated else np.max(Q[next_state])": "np.max(Q[next_state])"},
    hint="A step that terminated gets a future. After it comes nothing: its target is the reward alone.",
)
edit(
    "q_learning_update__mask_inverted",
    {"0.0 if terminated else np.max(Q[next_state])": "np.max(Q[next_state]) if terminated else 0.0"},
    hint="The mask is inverted: the future counts where the episode terminated, and only there.",
)
edit(
    "q_learning_update__truncated_is_an_end",
    {
        "next_state, terminated, _ = transition": "next_state, terminated, truncated = transition",
        "0.0 if terminated": "0.0 if terminated or truncated",
    },
    hint="A step that was truncated has no future here. We only stopped looking: its target is the full one.",
)
edit(
    "q_learning_update__truncated_for_terminated",
    {"next_state, terminated, _ = transition": "next_state, _, terminated = transition"},
    hint="Terminated and truncated are exchanged. Their order is (..., next_state, terminated, truncated).",
)
edit(
    "q_learning_update__reward_masked",
    {"(reward + gamma * future - ": "((0.0 if terminated else reward) + gamma * future - "},
    hint="A step that terminated loses its reward. Only its future is 0.",
)
edit(
    "q_learning_update__mean_of_actions",
    {"np.max(Q[next_state])": "np.mean(Q[next_state])"},
    hint="The mean over the next actions was taken. Q-learning takes the best one.",
)
edit(
    "q_learning_update__largest_of_the_table",
    {"np.max(Q[next_state])": "np.max(Q)"},
    hint="The largest entry of the whole table was taken. Only the row of the next state counts.",
)
edit(
    "q_learning_update__own_state",
    {"np.max(Q[next_state])": "np.max(Q[state])"},
    hint="The future is that of the state itself. It is that of the next state.",
)
edit(
    "q_learning_update__same_action",
    {"np.max(Q[next_state])": "Q[next_state, action]"},
    hint="The future is that of the same action in the next state. Q-learning takes the best action there.",
)
edit(
    "q_learning_update__no_discount",
    {"gamma * future": "future"},
    hint="Gamma is missing. The future comes one step later.",
)
edit(
    "q_learning_update__reward_discounted",
    {"reward + gamma * future": "gamma * (reward + future)"},
    hint="The reward is discounted, too. It comes at once.",
)
edit(
    "q_learning_update__sign",
    {"+= learning_rate": "-= learning_rate"},
    hint="The entry moves away from its target. Add the difference.",
)
edit(
    "q_learning_update__jumps_to_the_target",
    {"+= learning_rate * (reward + gamma * future - improved[state, action])": "= reward + gamma * future"},
    hint="The entry jumps to its target. Only a share of the difference, the learning rate, is made up for.",
)
edit(
    "q_learning_update__adds_the_target",
    {"(reward + gamma * future - improved[state, action])": "(reward + gamma * future)"},
    hint="The target itself is added. Add the difference between target and entry, times the learning rate.",
)
edit(
    "q_learning_update__in_place",
    {"Q.astype(float)": "Q"},
    hint="The table that came in is changed. Return a new one: Q.copy(), in floats.",
)
edit(
    "q_learning_update__whole_numbers",
    {"Q.astype(float)": "Q.copy()"},
    hint="With whole numbers in the table, the new entry is rounded. Make the copy of floats.",
)


# sarsa_update

edit(
    "sarsa_update__no_return",
    {"    return improved": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "sarsa_update__q_learning",
    {"Q[next_state, next_action]": "np.max(Q[next_state])"},
    hint="This is Q-learning: the best next action counts. In SARSA, the one that is done counts.",
)
edit(
    "sarsa_update__terminal_not_masked",
    {"0.0 if terminated else Q[next_state, next_action]": "Q[next_state, next_action]"},
    hint="A step that terminated gets a future. After it comes nothing: its target is the reward alone.",
)
edit(
    "sarsa_update__mask_inverted",
    {"0.0 if terminated else Q[next_state, next_action]": "Q[next_state, next_action] if terminated else 0.0"},
    hint="The mask is inverted: the future counts where the episode terminated, and only there.",
)
edit(
    "sarsa_update__truncated_is_an_end",
    {
        "next_state, terminated, _ = transition": "next_state, terminated, truncated = transition",
        "0.0 if terminated": "0.0 if terminated or truncated",
    },
    hint="A step that was truncated has no future here. We only stopped looking: its target is the full one.",
)
edit(
    "sarsa_update__truncated_for_terminated",
    {"next_state, terminated, _ = transition": "next_state, _, terminated = transition"},
    hint="Terminated and truncated are exchanged. Their order is (..., next_state, terminated, truncated).",
)
edit(
    "sarsa_update__same_action",
    {"Q[next_state, next_action]": "Q[next_state, action]"},
    hint="The future is that of the old action in the next state. It is that of next_action.",
)
edit(
    "sarsa_update__own_state",
    {"Q[next_state, next_action]": "Q[state, next_action]"},
    hint="The future is that of the state itself. It is that of the next state.",
)
edit(
    "sarsa_update__updates_the_next_state",
    {
        "improved[state, action] += learning_rate * (reward + gamma * future - improved[state, action])": (
            "improved[next_state, next_action] += learning_rate * (reward + gamma * future - Q[state, action])"
        )
    },
    hint="The entry of the next state and action is changed. The one that was left learns.",
)
edit(
    "sarsa_update__no_discount",
    {"gamma * future": "future"},
    hint="Gamma is missing. The future comes one step later.",
)
edit(
    "sarsa_update__reward_discounted",
    {"reward + gamma * future": "gamma * (reward + future)"},
    hint="The reward is discounted, too. It comes at once.",
)
edit(
    "sarsa_update__sign",
    {"+= learning_rate": "-= learning_rate"},
    hint="The entry moves away from its target. Add the difference.",
)
edit(
    "sarsa_update__jumps_to_the_target",
    {"+= learning_rate * (reward + gamma * future - improved[state, action])": "= reward + gamma * future"},
    hint="The entry jumps to its target. Only a share of the difference, the learning rate, is made up for.",
)
edit(
    "sarsa_update__in_place",
    {"Q.astype(float)": "Q"},
    hint="The table that came in is changed. Return a new one: Q.copy(), in floats.",
)
edit(
    "sarsa_update__whole_numbers",
    {"Q.astype(float)": "Q.copy()"},
    hint="With whole numbers in the table, the new entry is rounded. Make the copy of floats.",
)


# learn_values_broken

edit(
    "learn_values_broken__as_given",
    {"(1 - terminated)": "terminated", "reward + gamma * future": "gamma * (reward + future)"},
    hint="Both bugs are still in it. Compute the target of a single transition by hand.",
)
edit(
    "learn_values_broken__mask_still_inverted",
    {"(1 - terminated)": "terminated"},
    hint="One bug is left. After which kind of step is there a future?",
)
edit(
    "learn_values_broken__reward_still_discounted",
    {"reward + gamma * future": "gamma * (reward + future)"},
    hint="One bug is left: the reward is discounted, though it comes at once.",
)
edit(
    "learn_values_broken__no_mask",
    {" * (1 - terminated)": ""},
    hint="Now each step has a future. One that terminated has none.",
)
edit(
    "learn_values_broken__truncated_is_an_end",
    {"terminated, _ in": "terminated, truncated in", "(1 - terminated)": "(not (terminated or truncated))"},
    hint="A step that was truncated has no future now. We only stopped looking: its target is the full one.",
)
edit(
    "learn_values_broken__no_discount",
    {"gamma * future": "future"},
    hint="Now gamma is missing. The future comes one step later.",
)
edit(
    "learn_values_broken__reward_masked",
    {"reward + gamma * future": "reward * (1 - terminated) + gamma * future"},
    hint="A step that terminated loses its reward. Only its future is 0.",
)
edit(
    "learn_values_broken__no_return",
    {"    return values": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "learn_values_broken__old_values",
    {"values[next_state] * (1": "V[next_state] * (1"},
    hint="The future comes from the values at the beginning. Each transition uses what the ones before it have taught.",
)


# ReplayBuffer

edit(
    "ReplayBuffer__keeps_everything",
    {"len(self.transitions) < self.capacity": "True"},
    hint="It keeps more transitions than its capacity. When it is full, the oldest is overwritten.",
)
edit(
    "ReplayBuffer__keeps_the_first",
    {
        "            self.transitions[self.count % self.capacity] = kept": "            pass",
    },
    hint="When it is full, new transitions are dropped. They take the place of the oldest.",
)
edit(
    "ReplayBuffer__overwrites_the_latest",
    {"self.transitions[self.count % self.capacity] = kept": "self.transitions[-1] = kept"},
    hint="When it is full, the newest is overwritten. The oldest gives way.",
)
edit(
    "ReplayBuffer__overwrites_the_first_place",
    {"self.transitions[self.count % self.capacity] = kept": "self.transitions[0] = kept"},
    hint="When it is full, always the same place is overwritten. The oldest is at another place each time.",
)
edit(
    "ReplayBuffer__place_off_by_one",
    {"self.count % self.capacity] = kept": "(self.count + 1) % self.capacity] = kept"},
    hint="When it is full, the second oldest is overwritten. Which place holds the oldest one?",
)
edit(
    "ReplayBuffer__observation_not_copied",
    {"np.array(observation), action": "observation, action"},
    hint="The observation is not copied: when the world changes its array, the stored one changes.",
)
edit(
    "ReplayBuffer__next_observation_not_copied",
    {"np.array(next_observation)": "next_observation"},
    hint="The next observation is not copied: when the world changes its array, the stored one changes.",
)
edit(
    "ReplayBuffer__nothing_copied",
    {"np.array(observation), action": "observation, action", "np.array(next_observation)": "next_observation"},
    hint="Nothing is copied: when the world changes its arrays, all that is stored changes.",
)
edit(
    "ReplayBuffer__next_is_the_same",
    {"np.array(next_observation)": "np.array(observation)"},
    hint="The next observation is the observation itself.",
)
edit(
    "ReplayBuffer__order_of_the_flags",
    {"np.array(next_observation), terminated, truncated)": "np.array(next_observation), truncated, terminated)"},
    hint="Terminated and truncated come out exchanged.",
)
edit(
    "ReplayBuffer__flags_joined",
    {
        ("np.array(next_observation), terminated, truncated)"): (
            "np.array(next_observation), terminated or truncated, truncated)"
        )
    },
    hint="Terminated and truncated were joined into one. Keep each by itself: the target needs terminated alone.",
)
edit(
    "ReplayBuffer__the_latest_only",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "np.arange(len(self.transitions))[-np.arange(1, batch_size + 1) % len(self.transitions)]"
        )
    },
    hint="The batch holds the transitions in a row. Draw at random from all that are stored.",
)
edit(
    "ReplayBuffer__one_draw",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "np.full(batch_size, rng.integers(len(self.transitions)))"
        )
    },
    hint="The same transition comes all through a batch. Each draw stands for itself.",
)
edit(
    "ReplayBuffer__never_the_last",
    {"rng.integers(len(self.transitions), size": "rng.integers(max(1, len(self.transitions) - 1), size"},
    hint="The transition at the last place is never drawn. rng.integers(n) draws from 0 to n - 1 already.",
)
edit(
    "ReplayBuffer__a_run_of_them",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "(rng.integers(len(self.transitions)) + np.arange(batch_size)) % len(self.transitions)"
        )
    },
    hint="A batch is a run of successive transitions. Each draw stands for itself.",
)
edit(
    "ReplayBuffer__without_repeats",
    {"rng.integers(len(self.transitions), size=batch_size)": "rng.permutation(len(self.transitions))[:batch_size]"},
    hint="No transition comes twice in a batch, so a large batch comes out too small. Each draw stands for itself.",
)
edit(
    "ReplayBuffer__without_repeats_in_small_batches",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "rng.choice(len(self.transitions), size=batch_size, replace=batch_size > len(self.transitions))"
        )
    },
    hint="In a batch that is no larger than the buffer, no transition comes twice. Each draw is made from all of them.",
)
edit(
    "ReplayBuffer__always_the_newest",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "np.append(rng.integers(len(self.transitions), size=batch_size - 1), (self.count - 1) % self.capacity)"
        )
    },
    hint="The newest transition is in every batch. It is drawn like any other.",
)
edit(
    "ReplayBuffer__never_the_newest",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "(self.count - len(self.transitions) + rng.integers(max(1, len(self.transitions) - 1), size=batch_size)) "
            "% self.capacity"
        )
    },
    hint="The newest transition is never drawn. It is drawn like any other.",
)
edit(
    "ReplayBuffer__drawn_are_removed",
    {
        "        return tuple(np.array(part)": (
            "        batch = [self.transitions[k] for k in drawn]\n"
            "        self.transitions = [t for k, t in enumerate(self.transitions) if k not in drawn] or batch[:1]\n"
            "        return tuple(np.array(part)"
        ),
        "zip(*[self.transitions[k] for k in drawn], strict=True)": "zip(*batch, strict=True)",
    },
    hint="What was drawn is taken out of the buffer. It stays there and may be drawn again.",
)
edit(
    "ReplayBuffer__one_of_each_half",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "(rng.integers(max(1, len(self.transitions) // 2), size=batch_size) + np.arange(batch_size) % 2 "
            "* (len(self.transitions) // 2)) % len(self.transitions)"
        )
    },
    hint="Draws come from one half of the buffer and the other in turn. Each draw is made from all that is stored.",
)
edit(
    "ReplayBuffer__one_of_each_part",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "rng.permutation(((np.arange(batch_size) + rng.random(batch_size)) * len(self.transitions) / batch_size)"
            ".astype(int))"
        )
    },
    hint="Draws are spread evenly over the buffer, one for each part of it. Each draw is made from all that is stored.",
)
edit(
    "ReplayBuffer__half_a_batch_twice",
    {
        "rng.integers(len(self.transitions), size=batch_size)": (
            "np.resize(rng.integers(len(self.transitions), size=(batch_size + 1) // 2), batch_size)"
        )
    },
    hint="The second half of a batch repeats the first. Each draw stands for itself.",
)
edit(
    "ReplayBuffer__own_generator",
    {"rng.integers(len(self": "np.random.default_rng(0).integers(len(self"},
    hint="Each call starts a generator of its own, so the same places come each time. Draw from the rng that comes in.",
)
edit(
    "ReplayBuffer__same_batch_again",
    {
        "        drawn = rng.integers(len(self.transitions), size=batch_size)": (
            "        drawn = self.__dict__.setdefault(\n"
            "            (batch_size, len(self.transitions)), rng.integers(len(self.transitions), size=batch_size)\n"
            "        )"
        )
    },
    hint="Once drawn, the same places come again in each batch of this size. Draw anew in each call.",
)
edit(
    "ReplayBuffer__lists",
    {"tuple(np.array(part) for part": "tuple(list(part) for part"},
    hint="A batch comes as lists. Make an array of each of the six.",
)
edit(
    "ReplayBuffer__whole_rewards",
    {"float(reward)": "int(reward)"},
    hint="The rewards are cut to whole numbers. Keep them as floats.",
)
edit(
    "ReplayBuffer__kind_of_the_first_reward",
    {"float(reward)": "type(self.transitions[0][2] if self.transitions else reward)(reward)"},
    hint="If the first reward is a whole number, all others are cut to whole numbers. Keep them as floats.",
)
edit(
    "ReplayBuffer__views_of_one",
    {
        "        return tuple(np.array(part)": (
            "        if batch_size == 1:\n"
            "            return tuple(np.asarray(part)[None] for part in self.transitions[drawn[0]])\n"
            "        return tuple(np.array(part)"
        ),
        "float(reward)": "np.array(float(reward))",
    },
    hint="A batch of one holds the stored arrays themselves: who changes it changes the memory. Hand out copies.",
)


@hint("A batch changes when the next one is drawn: the same arrays are handed out again. Make new ones each time.")
class ReplayBuffer__same_arrays_again:
    def __init__(self, capacity):
        self.capacity, self.count, self.transitions, self.handed = capacity, 0, [], {}

    def add(self, transition):
        kept = tuple(np.array(part) for part in transition)
        if len(self.transitions) < self.capacity:
            self.transitions.append(kept)
        else:
            self.transitions[self.count % self.capacity] = kept
        self.count += 1

    def __len__(self):
        return len(self.transitions)

    def sample(self, batch_size, rng):
        drawn = rng.integers(len(self.transitions), size=batch_size)
        batch = [np.array(part) for part in zip(*[self.transitions[k] for k in drawn], strict=True)]
        batch[2] = batch[2].astype(float)
        for old, part in zip(self.handed.setdefault(batch_size, batch), batch, strict=True):
            old[...] = part
        return tuple(self.handed[batch_size])


@hint("A batch changes when more is stored: it is a view of the memory. Hand out copies.")
class ReplayBuffer__views_of_a_shuffled_memory:
    def __init__(self, capacity):
        self.capacity, self.size, self.place, self.arrays = capacity, 0, 0, None

    def add(self, transition):
        kinds = (float, int, float, float, bool, bool)
        self.arrays = self.arrays or [
            np.zeros((self.capacity, *np.shape(part)), dtype=kind) for part, kind in zip(transition, kinds, strict=True)
        ]
        for array, part in zip(self.arrays, transition, strict=True):
            array[self.place] = part
        self.place, self.size = (self.place + 1) % self.capacity, min(self.size + 1, self.capacity)

    def __len__(self):
        return self.size

    def sample(self, batch_size, rng):
        if batch_size > 1:
            drawn = rng.integers(self.size, size=batch_size)
            return tuple(array[drawn] for array in self.arrays)
        place = int(rng.integers(self.size))
        return tuple(array[place : place + 1] for array in self.arrays)


edit(
    "ReplayBuffer__list_of_transitions",
    {
        (
            "tuple(np.array(part) for part in zip(*[self.transitions[k] for k in drawn], strict=True))"
        ): "[self.transitions[k] for k in drawn]"
    },
    hint=(
        "A list of transitions came. Six arrays are asked for, one for all "
        "observations, one for all actions, and so on."
    ),
)
edit(
    "ReplayBuffer__length_is_the_capacity",
    {"return len(self.transitions)\n": "return self.capacity\n"},
    hint="Its length is its capacity from the start. It is the number of transitions in it.",
)
edit(
    "ReplayBuffer__length_counts_all",
    {"return len(self.transitions)\n": "return self.count\n"},
    hint="Its length counts all that ever came. It is the number of transitions in it.",
)


# dqn_targets

edit(
    "dqn_targets__no_return",
    {"return rewards + gamma": "rewards + gamma"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "dqn_targets__online",
    {"frozen(next_observations)": "online(next_observations)"},
    hint="The targets come from the online network, so they move with every step. They come from the frozen one.",
)
edit(
    "dqn_targets__observations",
    {"_, _, rewards, next_observations, terminated, _": "next_observations, _, rewards, _, terminated, _"},
    hint="The network is asked about the observations. The future is that of the next observations.",
)
edit(
    "dqn_targets__terminal_not_masked",
    {"np.where(terminated, 0.0, frozen(next_observations).max(axis=1))": "frozen(next_observations).max(axis=1)"},
    hint="Steps that terminated get a future. After them comes nothing: their target is the reward alone.",
)
edit(
    "dqn_targets__mask_inverted",
    {
        ("np.where(terminated, 0.0, frozen(next_observations).max(axis=1))"): (
            "np.where(terminated, frozen(next_observations).max(axis=1), 0.0)"
        )
    },
    hint="The mask is inverted: the future counts where the episode terminated, and only there.",
)
edit(
    "dqn_targets__truncated_is_an_end",
    {
        "terminated, _ = batch": "terminated, truncated = batch",
        "np.where(terminated,": "np.where(terminated | truncated,",
    },
    hint="Steps that were truncated have no future here. We only stopped looking: their target is the full one.",
)
edit(
    "dqn_targets__truncated_for_terminated",
    {"terminated, _ = batch": "_, terminated = batch"},
    hint="Terminated and truncated are exchanged. Their order is (..., next observations, terminated, truncated).",
)
edit(
    "dqn_targets__reward_masked",
    {"rewards + gamma": "np.where(terminated, 0.0, rewards) + gamma"},
    hint="Steps that terminated lose their reward. Only their future is 0.",
)
edit(
    "dqn_targets__one_maximum",
    {".max(axis=1)": ".max()"},
    hint="One maximum over the whole batch was taken. Each row has its own: max along the actions.",
)
edit(
    "dqn_targets__mean_of_actions",
    {".max(axis=1)": ".mean(axis=1)"},
    hint="The mean over the actions was taken. Q-learning takes the best one.",
)
edit(
    "dqn_targets__action_that_was_done",
    {
        "_, _, rewards": "_, actions, rewards",
        "frozen(next_observations).max(axis=1)": "frozen(next_observations)[np.arange(len(rewards)), actions]",
    },
    hint="The future is that of the action that was done before. Q-learning takes the best action there.",
)
edit(
    "dqn_targets__no_discount",
    {"gamma * np.where": "np.where"},
    hint="Gamma is missing. The future comes one step later.",
)
edit(
    "dqn_targets__reward_discounted",
    {
        ("rewards + gamma * np.where(terminated, 0.0, frozen(next_observations).max(axis=1))"): (
            "gamma * (rewards + np.where(terminated, 0.0, frozen(next_observations).max(axis=1)))"
        )
    },
    hint="The reward is discounted, too. It comes at once.",
)
edit(
    "dqn_targets__double",
    {
        "frozen(next_observations).max(axis=1)": (
            "frozen(next_observations)[np.arange(len(rewards)), online(next_observations).argmax(axis=1)]"
        )
    },
    hint="The online network chooses the action: that is the next exercise. Here, the frozen one alone decides.",
)
edit(
    "dqn_targets__wrong_axis",
    {".max(axis=1))": ".max(axis=1, keepdims=True))"},
    hint="The result is a table of N by N: rewards of shape (N,) met values of shape (N, 1).",
)


edit(
    "dqn_targets__row_by_row",
    {
        "frozen(next_observations).max(axis=1)": (
            "np.array([np.max(frozen(observation)) for observation in next_observations])"
        )
    },
    hint="A network is asked about one observation of shape (D,). It takes observations of shape (N, D): all at once.",
)
edit(
    "dqn_targets__squeezed",
    {"frozen(next_observations).max(axis=1)": "np.squeeze(frozen(next_observations)).max(axis=-1)"},
    hint="With a single action, np.squeeze leaves one axis, and its maximum is taken over the batch. Say axis=1.",
)
edit(
    "dqn_targets__one_row_squeezed",
    {
        "    return rewards + gamma * ": "    targets = rewards + gamma * ",
        ".max(axis=1))": ".max(axis=1))\n    return targets.squeeze()",
    },
    hint="For a batch of one, a number comes in place of an array of shape (1,).",
)


# double_dqn_targets

edit(
    "double_dqn_targets__row_by_row",
    {"online(next_observations).argmax(axis=1)": "np.array([np.argmax(online(x)) for x in next_observations])"},
    hint="A network is asked about one observation of shape (D,). It takes observations of shape (N, D): all at once.",
)
edit(
    "double_dqn_targets__one_row_squeezed",
    {
        "return rewards + gamma * np.where(terminated, 0.0, values)": (
            "return np.squeeze(rewards + gamma * np.where(terminated, 0.0, values))"
        )
    },
    hint="For a batch of one, a number comes in place of an array of shape (1,).",
)
edit(
    "double_dqn_targets__no_return",
    {"return rewards + gamma": "rewards + gamma"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "double_dqn_targets__plain",
    {"online(next_observations).argmax": "frozen(next_observations).argmax"},
    hint="The frozen network chooses and judges: that is plain DQN. The online network chooses.",
)
edit(
    "double_dqn_targets__online_judges",
    {"frozen(next_observations)[": "online(next_observations)["},
    hint="The online network chooses and judges. The frozen one says what the chosen action is worth.",
)
edit(
    "double_dqn_targets__exchanged",
    {
        "online(next_observations).argmax": "frozen(next_observations).argmax",
        "frozen(next_observations)[": "online(next_observations)[",
    },
    hint="The two networks are exchanged: the online one chooses, the frozen one judges.",
)
edit(
    "double_dqn_targets__chosen_before",
    {"_, _, rewards, next": "observations, _, rewards, next", "online(next_observations)": "online(observations)"},
    hint="The action is chosen for the observations. It is chosen for the next observations.",
)
edit(
    "double_dqn_targets__terminal_not_masked",
    {"np.where(terminated, 0.0, values)": "values"},
    hint="Steps that terminated get a future. After them comes nothing: their target is the reward alone.",
)
edit(
    "double_dqn_targets__mask_inverted",
    {"np.where(terminated, 0.0, values)": "np.where(terminated, values, 0.0)"},
    hint="The mask is inverted: the future counts where the episode terminated, and only there.",
)
edit(
    "double_dqn_targets__truncated_is_an_end",
    {
        "terminated, _ = batch": "terminated, truncated = batch",
        "np.where(terminated,": "np.where(terminated | truncated,",
    },
    hint="Steps that were truncated have no future here. We only stopped looking: their target is the full one.",
)
edit(
    "double_dqn_targets__truncated_for_terminated",
    {"terminated, _ = batch": "_, terminated = batch"},
    hint="Terminated and truncated are exchanged. Their order is (..., next observations, terminated, truncated).",
)
edit(
    "double_dqn_targets__one_action",
    {
        "online(next_observations).argmax(axis=1)": (
            "np.full(len(rewards), online(next_observations).sum(axis=0).argmax())"
        )
    },
    hint="One action was chosen for the whole batch. Each row has its own.",
)
edit(
    "double_dqn_targets__worst",
    {"argmax": "argmin"},
    hint="The online network chooses its worst action. It chooses the best one.",
)
edit(
    "double_dqn_targets__no_discount",
    {"gamma * np.where": "np.where"},
    hint="Gamma is missing. The future comes one step later.",
)
edit(
    "double_dqn_targets__reward_discounted",
    {"rewards + gamma * np.where(terminated, 0.0, values)": "gamma * (rewards + np.where(terminated, 0.0, values))"},
    hint="The reward is discounted, too. It comes at once.",
)
edit(
    "double_dqn_targets__columns",
    {"[np.arange(len(best)), best]": "[:, best]"},
    hint="A table came: [:, best] takes columns for all rows. One entry of each row is asked for.",
)
edit(
    "double_dqn_targets__smaller_of_the_two",
    {
        "frozen(next_observations)[np.arange(len(best)), best]": (
            "np.minimum(frozen(next_observations), online(next_observations))[np.arange(len(best)), best]"
        )
    },
    hint="The smaller value of the two networks came. The frozen one alone judges.",
)


# train_dqn

edit("train_dqn__no_return", {"    return kept": ""}, hint="The function returns None. Is the return missing?")
edit(
    "train_dqn__never_learns",
    {
        "            params = learn_from_batch(": "            learn_from_batch(",
    },
    hint="The weights never change. learn_from_batch returns new ones: are they kept?",
)
edit(
    "train_dqn__frozen_for_ever",
    {"            frozen = params\n": "            pass\n"},
    hint="The future never arrives: only the rewards themselves are learned. Are the frozen weights ever replaced?",
)
edit(
    "train_dqn__stays_at_the_first_observation",
    {
        "observation = world.reset() if terminated or truncated else next_observation": (
            "observation = world.reset() if terminated or truncated else observation"
        )
    },
    hint="The agent acts by the first observation of its episode. After each step, move on to the next one.",
)
edit(
    "train_dqn__never_begins_anew",
    {"observation = world.reset() if terminated or truncated else next_observation": "observation = next_observation"},
    hint="An episode that is over goes on. After a step that terminated or truncated it comes world.reset().",
)
edit(
    "train_dqn__goes_on_after_truncation",
    {"world.reset() if terminated or truncated": "world.reset() if terminated"},
    hint="An episode that was truncated goes on. It is over for the agent, too: reset comes next.",
)
edit(
    "train_dqn__remembers_the_new_episode",
    {
        "        buffer.add((observation, action, reward, next_observation, terminated, truncated))\n"
        "        observation = world.reset() if terminated or truncated else next_observation\n": (
            "        next_observation = world.reset() if terminated or truncated else next_observation\n"
            "        buffer.add((observation, action, reward, next_observation, terminated, truncated))\n"
            "        observation = next_observation\n"
        )
    },
    hint=(
        "As the next observation of a step that ended an episode, the first one of the new episode is remembered. "
        "After a truncated step, that is another place. Remember first, then reset."
    ),
)
edit(
    "train_dqn__next_is_the_same",
    {"action, reward, next_observation, terminated": "action, reward, observation, terminated"},
    hint="The observation is remembered as the next one, too, so each step seems to lead nowhere.",
)
edit(
    "train_dqn__truncated_is_an_end",
    {"next_observation, terminated, truncated))": "next_observation, terminated or truncated, truncated))"},
    hint="A step that was truncated is remembered as terminated, so it has no future. Keep the two apart.",
)
edit(
    "train_dqn__never_terminated",
    {"next_observation, terminated, truncated))": "next_observation, False, terminated or truncated))"},
    hint="No step is remembered as terminated, so each has a future, and values grow. Remember what the world says.",
)
edit(
    "train_dqn__gamma_of_its_own",
    {"still, gamma)": "still, 0.99)"},
    hint="The gamma that came in plays no part. Is another one written into the targets?",
)
edit(
    "train_dqn__never_tries",
    {"max(0.04, 1 - 0.96 * step / 5000)": "0.0"},
    hint="Some actions were never tried, so nothing is known of them. Epsilon begins at 1 and falls to 0.04.",
)
edit(
    "train_dqn__keeps_the_worst",
    {"-np.inf": "np.inf", "latest >= best": "latest < best"},
    hint="The weights with the smallest score are kept. A larger score is a better one.",
)


# policy_gradient_loss

edit(
    "policy_gradient_loss__no_return",
    {"return loss, dlogits * advantages": "loss, dlogits * advantages"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "policy_gradient_loss__sign",
    {"-np.mean": "np.mean", "dlogits * advantages": "-dlogits * advantages"},
    hint=(
        "Everything has the wrong sign: the minus in front of the mean is missing, or the returns "
        "were subtracted from the baselines."
    ),
)
edit(
    "policy_gradient_loss__sign_of_the_loss",
    {"-np.mean": "np.mean"},
    hint="The loss has the wrong sign. The gradient does not.",
)
edit(
    "policy_gradient_loss__sign_of_the_gradient",
    {"dlogits * advantages": "-dlogits * advantages"},
    hint="The gradient has the wrong sign: it is the probabilities minus one-hot, times the advantage.",
)
edit(
    "policy_gradient_loss__no_baseline",
    {"returns - baselines": "returns + 0.0 * baselines"},
    hint="The baseline is missing. Subtract it from the returns.",
)
edit(
    "policy_gradient_loss__summed",
    {"-np.mean(": "-np.sum(", " / len(actions)": ""},
    hint="Everything is summed over the steps. It is a mean: divide by N.",
)
edit(
    "policy_gradient_loss__gradient_not_averaged",
    {" / len(actions)": ""},
    hint="The gradient lacks the division by N. The loss is a mean, so each step has a share of 1/N.",
)
edit(
    "policy_gradient_loss__probabilities",
    {"advantages * log_probs[rows, actions]": "advantages * np.exp(log_probs[rows, actions])"},
    hint="The loss takes the probability of the action. It takes its logarithm.",
)
edit(
    "policy_gradient_loss__gradient_without_weights",
    {"dlogits * advantages[:, None] / len": "dlogits / len"},
    hint="The gradient lacks the weights. Each row is multiplied by its advantage.",
)
edit(
    "policy_gradient_loss__gradient_without_action",
    {"    dlogits[rows, actions] -= 1\n": ""},
    hint="In the gradient, the one-hot row of the action is missing: probabilities minus one-hot.",
)
edit(
    "policy_gradient_loss__columns",
    {"dlogits[rows, actions] -= 1": "dlogits[:, actions] -= 1"},
    hint="The 1 is subtracted in whole columns. In each row, only the action that was done loses 1.",
)
edit(
    "policy_gradient_loss__overflow",
    {"shifted = logits - np.max(logits, axis=1, keepdims=True)": "shifted = 1.0 * logits"},
    hint="With large logits, exp overflows. Subtract the largest of each row first.",
)
edit(
    "policy_gradient_loss__log_of_probabilities",
    {
        "log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))": (
            "log_probs = np.log(np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True))"
        )
    },
    hint="A probability that is rounded to 0 has no logarithm. Take it from the shifted logits.",
)
edit(
    "policy_gradient_loss__wrong_axis",
    {"np.sum(np.exp(shifted), axis=1, keepdims=True)": "np.sum(np.exp(shifted), axis=0, keepdims=True)"},
    hint="The softmax runs over the steps. In each row, the probabilities of the actions sum to 1.",
)
edit(
    "policy_gradient_loss__standardised",
    {
        "returns - baselines": "(returns - baselines) / (np.std(returns - baselines) + 1e-8)",
    },
    hint="The advantages were divided by their standard deviation. They are taken as they come.",
)
edit(
    "policy_gradient_loss__squared",
    {"returns - baselines": "(returns - baselines) ** 2"},
    hint="The advantages are squared, so that bad actions become more likely, too. Their sign matters.",
)
