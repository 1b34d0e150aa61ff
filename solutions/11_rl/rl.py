# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Deep neural networks (dnn)
#     language: python
#     name: dnn
# ---

# %% [markdown]
# # Lesson 11 · Reinforcement learning
#
# Until now, each example came with its answer. Here nobody knows the answers. An **agent** acts, a world responds, and
# now and then there is a reward, perhaps many steps after the action that deserved it. **How can one learn from a
# reward which of all the earlier actions was a good one?**
#
# In ten minutes, you will see the answer as a picture: the value of a goal spreads backwards through a small world,
# step by step, until every place knows the way. Then the map is taken away, and the agent has to find out by trying.
# Two ways to learn, which differ in a single letter of a formula, will walk along a cliff, one at the edge and one at a
# distance. At the end, a pole stands on a cart, because your own functions learned to balance it.
#
# **You will be able to**
#
# - compute the value of every place of a known world exactly, and the best action;
# - learn the same from experience alone, by Q-learning and by SARSA, and say how the two differ;
# - tell an episode that *ended* from one that was *cut off*, and know why it matters;
# - say what gamma does: how far ahead an agent looks;
# - build what made deep Q-learning work: a replay buffer, targets from a frozen network, and the loop around them;
# - learn actions directly, by a policy gradient with a baseline.
#
# **You need** Lesson 01 (softmax and its gradient), Lesson 02 (gradients of dense layers) and Lesson 03 (Adam). In
# Python: classes, and arrays as indices.
#
# **Time** about four and a half hours: three for the exercises, the rest for reading and for the experiments.
# **Points** 30.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `bellman_backup` | a look one step ahead | ● | 8 | 2 |
# | 2 | `value_iteration` | look ahead again and again | ●● | 12 | 3 |
# | 3 | `greedy_policy` | from values to actions | ● | 6 | 2 |
# | 4 | `discounted_returns` | what came after each step | ●● | 12 | 2 |
# | 5 | `epsilon_greedy` | the best action, or a try | ●● | 12 | 2 |
# | 6 | `q_learning_update` | learn from one step | ●● | 12 | 2 |
# | 7 | `sarsa_update` | learn from what one really does | ●● | 8 | 2 |
# | 8 | `learn_values_broken` | bug hunt | ●● | 12 | 2 |
# | 9 | `ReplayBuffer` | remember, and draw from memory | ●●● | 20 | 3 |
# | 10 | `dqn_targets` | what a network shall say | ●● | 12 | 2 |
# | 11 | `double_dqn_targets` | one chooses, the other one judges | ●● | 12 | 2 |
# | 12 | `train_dqn` | an agent that lives and learns | ●●● | 30 | 3 |
# | 13 | `policy_gradient_loss` | more of what went well | ●●● | 15 | 3 |
#
# **How to work** As in the lessons before. Replace each `raise NotImplementedError(...)` by your code, run the cell,
# and then the `check("...")` below it. Cells that begin with `%%explore` play with your functions, and the grader skips
# them. Compute in `float64`, which NumPy does if nothing else is asked for: your answers are compared to eight digits.
# Never change an array that came in as an argument, and let all randomness come from `rng` where there is one.
#
# **Words.** The agent sees an **observation**. In a small world that is simply the number of its place, the **state**.
# It chooses an **action**, gets a **reward**, and sees the next observation. An **episode** is one run. It is
# **terminated** when the world says that it is over: the goal is reached, the pole has fallen. It is **truncated** when
# we stop looking, after 500 steps, say, although the world would go on.
#
# **Hand in:** restart the kernel, run all cells, look at every check once more, save, and hand in this one file.

# %%
# Only on Google Colab: upload course.zip first (the folder icon at the left), then run this cell.
import sys

from IPython import get_ipython

if "google.colab" in sys.modules:
    get_ipython().run_line_magic("pip", "install --quiet --no-deps course.zip")

# %%
# %load_ext dnnkit
import numpy as np
from threadpoolctl import threadpool_limits

from dnnkit import check

np.set_printoptions(precision=4, suppress=True)  # print arrays as plain decimals
one_core = threadpool_limits(1)  # many small products are faster on one core than on several

# %%
# %%explore
from dnnkit import data, plots, predict, reveal

# %% [markdown]
# ## Part 1 · A world that is known
#
# Here is a small world, drawn by letters: `S` is the start, `#` are walls, the step into `G` is rewarded by 1, that
# into `P`, a pit, by $-1$, and both end the episode. There are four actions: 0 up, 1 right, 2 down, 3 left. The floor
# is slippery. In one step of five, the agent slips to the left or to the right of where it wanted to go. A step
# against a wall leads nowhere.

# %%
# %%explore
world = data.make_gridworld([".....G", ".##.#P", "......", "S.#..."], {"G": 1.0, "P": -1.0}, slip=0.1)
plots.show(
    plots.plot_gridworlds(
        [np.zeros(24)], world.shape, titles=["A world of 24 places"], marks=world.marks, columns=1, decimals=0
    )
)
print("P has shape", world.P.shape, "and R has shape", world.R.shape)

# %% [markdown]
# The whole world is two arrays. $P$ says where one gets to, $R$ what one gets on average:
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $P(s' \mid s, a)$ | $(S, A, S)$ | probability of being in state $s'$ after action $a$ in state $s$: `P[s, a, s']` |
# | $R(s, a)$ | $(S, A)$ | mean reward of action $a$ in state $s$ |
# | $\gamma$ | a number | the **discount**, 0 to 1: what a reward is worth that comes one step later: `gamma` |
#
# From a terminal state, $P$ leads back to the same state, and the reward there is 0, so that nothing comes any more.
#
# What is a state worth? All that will be collected from there, where a reward that is $k$ steps away counts
# $\gamma^k$ times. Call this $V(s)$, and assume for a moment that we know it. Then *one look ahead* tells what each
# action is worth: the reward at once, and the value of the place one gets to.
#
# ### Exercise 1 · One look ahead
#
# $$Q(s, a) = R(s, a) + \gamma \sum_{s'} P(s' \mid s, a) \, V(s').$$
#
# $V$ has the shape $(S,)$, $Q$ the shape $(S, A)$. This is a **Bellman backup**: a value is carried back from the
# places ahead to the action that leads there.
#
# Worked numbers: two states and two actions. In state 0, action 0 leads to state 1 with probability 0.25 and else
# stays, action 1 always leads to state 1; $R$ is 2 and 0 there. State 1 is terminal. With $V = (4, 8)$ and
# $\gamma = 0.5$:
# $Q(0, 0) = 2 + 0.5 \, (0.75 \cdot 4 + 0.25 \cdot 8) = 4.5$ and $Q(0, 1) = 0 + 0.5 \cdot 8 = 4$.
#
# **Write** `bellman_backup(V, P, R, gamma)`.
#
# <details><summary>Hint: a nudge</summary>
#
# The sum runs over the last axis of `P`. Which product of an array of shape $(S, A, S)$ with one of shape $(S,)$ has
# the shape $(S, A)$?
#
# </details>


# %%
def bellman_backup(V, P, R, gamma):
    """Compute what every action is worth, if the states that it leads to have the values V.

    Args:
        V: values of the states, shape (S,), S at least 1; floats or whole numbers.
        P: probability of every next state, shape (S, A, S), A at least 1; each P[s, a] sums to 1.
        R: mean reward of every action, shape (S, A); floats or whole numbers.
        gamma: discount, a number from 0 to 1, both included.

    Returns:
        The values of the actions, a new array, shape (S, A).

    Reference: Sutton and Barto 2018, section 4.4, without its maximum.
    """
    ### BEGIN SOLUTION
    return R + gamma * P @ V
    ### END SOLUTION


# %%
check("bellman_backup")

# %% [markdown]
# ### Exercise 2 · Again and again
#
# Nobody gave us $V$. But assume that in each state the best action is taken. Then a better guess is
#
# $$V_{k+1}(s) = \max_a \Big( R(s, a) + \gamma \sum_{s'} P(s' \mid s, a) \, V_k(s') \Big), \qquad V_0(s) = 0.$$
#
# One such step for all states is a **sweep**, and to repeat it until nothing changes is **value iteration**. In a
# sweep, all states are computed from the *old* values.
#
# Worked numbers: a corridor of three states, the last of which is terminal. Action 0 leads to the right, and the step
# into the last state is rewarded by 1; action 1 stays. With $\gamma = 0.5$, the values are $(0, 0, 0)$, then
# $(0, 1, 0)$, then $(0.5, 1, 0)$, and the next sweep changes nothing any more. So with `tolerance` 0, the result has
# four rows, and the last two are equal. With `tolerance` 0.5, it has three.
#
# **Write** `value_iteration(P, R, gamma, tolerance)`. It returns the values after each sweep, one row for each, and in
# front of them the zeros.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `bellman_backup` does nearly all of it. Which axis of $Q$ holds the actions?
#
# </details>
#
# <details><summary>Hint 2: the way</summary>
#
# Keep a list that begins with the zeros. Append a sweep of its last entry, and look at the largest change of a value.
# When it is at most `tolerance`, stack the list into an array.
#
# </details>


# %%
def value_iteration(P, R, gamma, tolerance):
    """Compute the values of all states when the best action is taken everywhere, by sweeps over all states.

    Args:
        P: probability of every next state, shape (S, A, S), S and A at least 1; each P[s, a] sums to 1.
        R: mean reward of every action, shape (S, A); floats or whole numbers.
        gamma: discount, a number from 0 to 1. Where it is 1, the values come to rest nevertheless.
        tolerance: a number, 0 or larger, perhaps as small as 1e-22: the first sweep that changes no value by more than
            this is the last one. It may take up to 10,000 sweeps.

    Returns:
        The values before the first sweep, all of them 0, and after each sweep, the last one included: a new array of
        floats, shape (K + 1, S) after K sweeps, K at least 1. A sweep computes all states from the values before it.

    Reference: Sutton and Barto 2018, section 4.4.
    """
    ### BEGIN SOLUTION
    history = [np.zeros(len(P))]
    while len(history) == 1 or np.max(np.abs(history[-1] - history[-2])) > tolerance:
        history.append(bellman_backup(history[-1], P, R, gamma).max(axis=1))
    return np.array(history)
    ### END SOLUTION


# %%
check("value_iteration")

# %% [markdown]
# Now watch what happens in the slippery world.

# %%
# %%explore
predict(
    "spreading",
    "After three sweeps, from how many steps away does a place know that there is a goal?",
    ["from one step away", "from three steps away", "all places know it"],
)

# %%
# %%explore bellman_backup, value_iteration
history = value_iteration(world.P, world.R, 0.9, 1e-6)
moments = [1, 2, 3, 5, 8, len(history) - 1]
plots.show(
    plots.plot_gridworlds(
        [history[k] for k in moments],
        world.shape,
        titles=[f"after {k} sweep{'s' if k > 1 else ''}" for k in moments],
        marks=world.marks,
        columns=3,
    )
)
known = [int(np.sum(np.abs(values) > 0)) for values in history[:9]]
print("places whose value is not zero, after 0 to 8 sweeps:", known)
reveal(
    "spreading",
    "from three steps away",
    "Each sweep carries values one step further back. Nothing else happens, and in the end every place knows.",
)

# %% [markdown]
# There it is: *a reward travels backwards, one step with each sweep.* A place far away never saw the goal. It is worth
# something because its neighbour is. All of reinforcement learning rests on this.
#
# ### Exercise 3 · From values to actions
#
# Values are no actions yet. But one look ahead tells which action is the best: $\pi(s) = \arg\max_a Q(s, a)$. Such a
# choice for every state is a **policy**, and this one is called **greedy** with respect to $V$. It is enough to be
# greedy about the *next* step, because $V$ already knows all that comes after it.
#
# Worked numbers: in the corridor of Exercise 2, with $V = (0.5, 1, 0)$, the policy is $(0, 0, \cdot)$. At the end, both
# actions are equally good, and any of them is right.
#
# **Write** `greedy_policy(V, P, R, gamma)`.
#
# <details><summary>Hint: a nudge</summary>
#
# `np.argmax` takes an `axis`.
#
# </details>


# %%
def greedy_policy(V, P, R, gamma):
    """Choose the best action of every state, if the states that it leads to have the values V.

    Args:
        V: values of the states, shape (S,), S at least 1; floats or whole numbers.
        P: probability of every next state, shape (S, A, S), A at least 1; each P[s, a] sums to 1.
        R: mean reward of every action, shape (S, A); floats or whole numbers.
        gamma: discount, a number from 0 to 1.

    Returns:
        The number of the best action of each state, a new array of integers, shape (S,). Where several are best, any
        one of them.

    Reference: Sutton and Barto 2018, section 4.2.
    """
    ### BEGIN SOLUTION
    return np.argmax(bellman_backup(V, P, R, gamma), axis=1)
    ### END SOLUTION


# %%
check("greedy_policy")

# %%
# %%explore bellman_backup, value_iteration, greedy_policy
policy = greedy_policy(history[-1], world.P, world.R, 0.9)
plots.show(
    plots.plot_gridworlds(
        [history[-1]],
        world.shape,
        titles=["Values and the best actions"],
        marks=world.marks,
        policies=[policy],
        columns=1,
    )
)

# %% [markdown]
# Look at the place just below the pit. Its arrow points *down*, although the way to the goal leads to the left. Whoever
# walks to the left there may slip up into the pit. Whoever walks down cannot. Nobody programmed such care, it is in the
# values. Make the world without slipping, with `slip=0.0` above, and run the cells again: which arrows change?
#
# ### Experiment · How far ahead
#
# What does $\gamma$ do? Here is a corridor with a small reward nearby, 1, three steps to the left of the start, and a
# large one far away, 10, nine steps to the right. From the start, they are worth $\gamma^2$ and $10 \, \gamma^8$, since
# the first step is not discounted.

# %%
# %%explore
predict(
    "horizon",
    "From which gamma on does the agent walk to the large reward?",
    ["from about 0.1 on", "from about 0.7 on", "from about 0.95 on"],
)

# %%
# %%explore bellman_backup, value_iteration, greedy_policy
corridor = data.make_gridworld(["n..S........F"], {"n": 1.0, "F": 10.0})
gammas = [0.5, 0.65, 0.7, 0.9]
corridor_values = [value_iteration(corridor.P, corridor.R, gamma, 1e-9)[-1] for gamma in gammas]
plots.show(
    plots.plot_gridworlds(
        corridor_values,
        corridor.shape,
        titles=[f"gamma {gamma}" for gamma in gammas],
        marks=corridor.marks,
        policies=[
            greedy_policy(values, corridor.P, corridor.R, gamma)
            for values, gamma in zip(corridor_values, gammas, strict=True)
        ],
        columns=1,
    )
)
print(f"both rewards are worth the same at gamma = 0.1 ** (1/6) = {0.1 ** (1 / 6):.3f}")
reveal("horizon", "from about 0.7 on", "They are equal where gamma to the power 6 is 1/10.")

# %% [markdown]
# Gamma is a **horizon**. The weights $1, \gamma, \gamma^2, \dots$ add up to $1 / (1 - \gamma)$, so an agent with
# $\gamma = 0.9$ looks about 10 steps ahead, and one with $\gamma = 0.99$ about 100.
#
# ### Exercise 4 · What came after each step
#
# The sum of all discounted rewards from a step on is called the **return** of that step. For an episode that was
# played, it can be computed from its rewards:
#
# $$G_t = r_t + \gamma \, r_{t+1} + \gamma^2 \, r_{t+2} + \dots$$
#
# But where does it end? If the episode *terminated*, nothing came after its last reward. If it was *truncated*, the
# world would have gone on, and we only stopped looking. Then the best guess of the rest is the value of the last
# observation, if we have an estimate of it. It takes the place of the reward that would have come next.
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $r$ | $(T,)$ | rewards of an episode: `rewards` |
# | $v$ | a number | value of the last observation, 0 if the episode terminated: `last_value` |
# | $G$ | $(T,)$ | the returns |
#
# Worked numbers: $r = (1, 0, 2)$ with $\gamma = 0.5$ gives $G = (1.5, 1, 2)$. With `last_value` 8, it gives
# $(2.5, 3, 6)$.
#
# **Write** `discounted_returns(rewards, gamma, last_value=0.0)`.
#
# <details><summary>Hint: a nudge</summary>
#
# $G_t$ is $r_t$ plus $\gamma$ times *what*? Begin at the end.
#
# </details>


# %%
def discounted_returns(rewards, gamma, last_value=0.0):
    """Compute the discounted return of every step of an episode.

    Args:
        rewards: rewards in order, shape (T,), T at least 1, up to 2,000; floats or whole numbers.
        gamma: discount, a number from 0 to 1.
        last_value: value of the observation after the last step, a number; it counts like a reward that comes next.

    Returns:
        The returns, a new array of floats, shape (T,).

    Reference: Sutton and Barto 2018, eq. 3.9.
    """
    ### BEGIN SOLUTION
    returns = np.zeros(len(rewards))
    total = last_value
    for step in reversed(range(len(rewards))):
        total = rewards[step] + gamma * total
        returns[step] = total
    return returns
    ### END SOLUTION


# %%
check("discounted_returns")

# %% [markdown]
# The mean of many returns is a value. So we can test whether value iteration told the truth: walk by its arrows, again
# and again, and compare the mean return with the value of the start.


# %%
def step_of(world, state, action, rng):
    """Do one step in a world: (reward, next state, terminated)."""
    next_state = int(rng.choice(len(world.P), p=world.P[state, action]))
    return world.R[state, action], next_state, next_state in world.terminals


# %%
# %%explore bellman_backup, value_iteration, greedy_policy, discounted_returns
walk_rng, starts = np.random.default_rng(1), []
for _ in range(2000):
    state, rewards, terminated = world.start, [], False
    while not terminated and len(rewards) < 200:
        reward, state, terminated = step_of(world, state, policy[state], walk_rng)
        rewards.append(reward)
    starts.append(discounted_returns(np.array(rewards), 0.9)[0])
error = np.std(starts) / np.sqrt(len(starts))
print(
    f"value of the start {history[-1][world.start]:.3f}, mean return of 2,000 walks {np.mean(starts):.3f} ± {error:.3f}"
)

# %% [markdown]
# ## Part 2 · Learning by trying
#
# Now the map is taken away. The agent does not know $P$ and $R$. It can only act and see what happens. It keeps a table
# $Q$ of the shape $(S, A)$, what it believes that each action is worth, and improves it with each step.
#
# ### Exercise 5 · The best action, or a try
#
# Whoever always takes the action that seems best never finds out that another one is better. So in a small share
# $\varepsilon$ of all steps, the agent takes *any* action, all $A$ of them equally likely, also the best one. Otherwise
# it takes the best one. This is called **epsilon-greedy**. There is a trap at the beginning: all entries are 0. An
# agent that takes the first of several best actions would run against the upper wall for ever. So among equal ones it
# draws.
#
# Worked numbers: for $q = (1, 3, 3, 0, 2)$ and $\varepsilon = 0.3$, actions 0, 3 and 4 come with probability
# $0.3 / 5 = 0.06$ each, and actions 1 and 2 with $0.06 + 0.7 / 2 = 0.41$ each.
#
# **Write** `epsilon_greedy(q, epsilon, rng)`.
#
# Useful: `rng.random()` is a number from 0 to 1, `rng.integers(n)` a whole number below `n`, `rng.choice(array)` one of
# the entries of an array, `np.flatnonzero(condition)` where a condition holds.
#
# <details><summary>Hint: a nudge</summary>
#
# Two draws: first, whether to try. If not, one of the places where `q` is as large as its maximum.
#
# </details>


# %%
def epsilon_greedy(q, epsilon, rng):
    """Choose an action: mostly one of the best, now and then any.

    Args:
        q: what every action seems to be worth, shape (A,), A at least 1; floats or whole numbers, as large as 1e300.
        epsilon: a number from 0 to 1: with this probability any of the A actions is drawn, all equally likely.
        rng: the source of all randomness, a np.random.Generator.

    Returns:
        The number of an action, an int from 0 to A - 1. When no try is made, one of those whose value is exactly the
        largest, all equally likely.

    Reference: Sutton and Barto 2018, section 2.2.
    """
    ### BEGIN SOLUTION
    if rng.random() < epsilon:
        return int(rng.integers(len(q)))
    return int(rng.choice(np.flatnonzero(q == np.max(q))))
    ### END SOLUTION


# %%
check("epsilon_greedy")

# %% [markdown]
# ### Exercise 6 · Q-learning
#
# The agent was in state $s$, did action $a$, got the reward $r$, and sees state $s'$. What does that say about
# $Q(s, a)$? One look ahead again, but now along the step that really happened:
#
# $$y = r + \gamma \max_{a'} Q(s', a'), \qquad Q(s, a) \leftarrow Q(s, a) + \eta \, \big( y - Q(s, a) \big).$$
#
# $y$ is the **target**, a number, and $\eta$ the learning rate. Only one entry of the table changes. The difference
# $y - Q(s, a)$ is how surprised the agent is.
#
# If the step **terminated** the episode, nothing comes after it, and the target is $y = r$ alone. If the episode was
# only **truncated**, the world would have gone on from $s'$, and the target is the full one. A pole that still stands
# after 500 steps is no worse than one after 100.
#
# A **transition** is a tuple of six: `(state, action, reward, next_state, terminated, truncated)`.
#
# Worked numbers: $Q(s, a) = 2$, $r = 1$, $Q(s', \cdot) = (4, 6, 5)$, $\gamma = 0.5$, $\eta = 0.1$: $y = 1 + 3 = 4$, and
# the new entry is $2 + 0.1 \cdot 2 = 2.2$. If it terminated, $y = 1$, and the entry becomes $1.9$.
#
# **Write** `q_learning_update(Q, transition, learning_rate, gamma)`. It returns a *new* table, and leaves the old one
# as it is.
#
# <details><summary>Hint: a nudge</summary>
#
# Begin with `Q.copy()`, in floats. Which of the six parts of the transition do you need, and which one must play no
# part?
#
# </details>


# %%
def q_learning_update(Q, transition, learning_rate, gamma):
    """Learn from one step, as if the best action came next.

    Args:
        Q: what every action seems to be worth, shape (S, A), S and A at least 1; floats or whole numbers.
        transition: (state, action, reward, next_state, terminated, truncated): an int, an int, a number, an int and two
            bools. The next state may be the same state.
        learning_rate: a number from 0 to 1: which share of the difference to the target is made up for.
        gamma: discount, a number from 0 to 1.

    Returns:
        The table with one entry improved, a new array of floats, shape (S, A). A step that terminated has no future;
        one that was truncated has, and one that was both has none.

    Reference: Watkins and Dayan 1992; Sutton and Barto 2018, eq. 6.8.
    """
    ### BEGIN SOLUTION
    state, action, reward, next_state, terminated, _ = transition
    future = 0.0 if terminated else np.max(Q[next_state])
    improved = Q.astype(float)
    improved[state, action] += learning_rate * (reward + gamma * future - improved[state, action])
    return improved
    ### END SOLUTION


# %%
check("q_learning_update")

# %% [markdown]
# ### Exercise 7 · SARSA
#
# Q-learning assumes that from the next step on, only the best actions are taken. But an agent that tries things out now
# and then does *not* always act like this. **SARSA** takes the action $a'$ that the agent will really do next, a try
# perhaps:
#
# $$y = r + \gamma \, Q(s', a').$$
#
# The name lists what it needs: state, action, reward, state, action. A method that learns about the policy which it
# plays is called **on-policy**. Q-learning, which plays one policy and learns about another one, is **off-policy**.
#
# Worked numbers: as above, and the next action is 2: $y = 1 + 0.5 \cdot 5 = 3.5$, so the new entry is $2.15$. If it
# terminated, it is $1.9$ again.
#
# **Write** `sarsa_update(Q, transition, next_action, learning_rate, gamma)`. It returns a new table.
#
# <details><summary>Hint: a nudge</summary>
#
# Compare the two targets. What takes the place of the maximum?
#
# </details>


# %%
def sarsa_update(Q, transition, next_action, learning_rate, gamma):
    """Learn from one step and the action that comes next.

    Args:
        Q: what every action seems to be worth, shape (S, A), S and A at least 1; floats or whole numbers.
        transition: (state, action, reward, next_state, terminated, truncated): an int, an int, a number, an int and two
            bools. The next state may be the same state.
        next_action: the action that is done in the next state, an int.
        learning_rate: a number from 0 to 1: which share of the difference to the target is made up for.
        gamma: discount, a number from 0 to 1.

    Returns:
        The table with one entry improved, a new array of floats, shape (S, A). A step that terminated has no future;
        one that was truncated has, and one that was both has none.

    Reference: Rummery and Niranjan 1994; Sutton and Barto 2018, eq. 6.7.
    """
    ### BEGIN SOLUTION
    state, action, reward, next_state, terminated, _ = transition
    future = 0.0 if terminated else Q[next_state, next_action]
    improved = Q.astype(float)
    improved[state, action] += learning_rate * (reward + gamma * future - improved[state, action])
    return improved
    ### END SOLUTION


# %%
check("sarsa_update")

# %% [markdown]
# ### Experiment · A walk along the cliff
#
# A famous little world: 4 rows and 12 columns. Each step costs 1, and whoever steps into the cliff `C` at the lower
# edge pays 100 and is put back at the start. The shortest way runs directly along the edge, 13 steps. Value iteration
# knows that at once, because it has the map.

# %%
# %%explore bellman_backup, value_iteration, greedy_policy
cliff = data.make_gridworld(
    ["............", "............", "............", "SCCCCCCCCCCG"], {"C": -100.0}, step_reward=-1.0
)
cliff_values = value_iteration(cliff.P, cliff.R, 1.0, 0.0)
print(f"{len(cliff_values) - 1} sweeps, value of the start {cliff_values[-1][cliff.start]:.0f}")


# %% [markdown]
# Now both learners without the map. 500 episodes, $\varepsilon = 0.1$, learning rate 0.1, no discount. The loop below
# is the same for both. Only the update differs.

# %%
# %%explore
predict(
    "cliff",
    "Both explore: one step in ten goes anywhere. Which of the two collects more reward while it learns?",
    ["Q-learning: it learns the shortest way", "SARSA", "both collect the same"],
)


# %%
def play_and_learn(world, learner, rng, *, epsilon=0.1, learning_rate=0.1, num_episodes=500):
    """Learn a table in a world by "q-learning" or "sarsa": the table, and the sum of rewards of each episode."""
    Q, sums = np.zeros(world.R.shape), []
    for _ in range(num_episodes):
        state, total, terminated = world.start, 0.0, False
        action = epsilon_greedy(Q[state], epsilon, rng)
        for step in range(1000):
            reward, next_state, terminated = step_of(world, state, action, rng)
            transition = (state, action, reward, next_state, terminated, step == 999)
            next_action = epsilon_greedy(Q[next_state], epsilon, rng)
            if learner == "sarsa":
                Q = sarsa_update(Q, transition, next_action, learning_rate, 1.0)
            else:
                Q = q_learning_update(Q, transition, learning_rate, 1.0)
                next_action = epsilon_greedy(Q[next_state], epsilon, rng)
            state, action, total = next_state, next_action, total + reward
            if terminated:
                break
        sums.append(total)
    return Q, np.array(sums)


def walk_greedily(world, Q, limit=60):
    """Walk by the best actions of a table, at most so many steps: the places, and the sum of rewards."""
    path, total, state = [world.start], 0.0, world.start
    while state not in world.terminals and len(path) <= limit:
        action = int(np.argmax(Q[state]))
        total, state = total + world.R[state, action], int(np.argmax(world.P[state, action]))
        path.append(state)
    return path, total


# %%
# %%explore bellman_backup, value_iteration, epsilon_greedy, q_learning_update, sarsa_update
tables, online, walks = {}, {}, {}
for learner in ("q-learning", "sarsa"):
    runs = [play_and_learn(cliff, learner, np.random.default_rng(seed)) for seed in range(5)]
    tables[learner], online[learner] = runs[0][0], np.array([sums for _, sums in runs])
    walks[learner] = [walk_greedily(cliff, Q) for Q, _ in runs]
    print(
        f"{learner}: mean of the last 100 episodes {online[learner][:, -100:].mean():.1f}; "
        f"greedy walks {', '.join(f'{total:.0f}' for _, total in walks[learner])}"
    )
blocks = {name: sums.mean(axis=0).reshape(25, 20).mean(axis=1) for name, sums in online.items()}
ax = plots.plot_curves(
    20 * np.arange(1, 26),
    blocks,
    xlabel="episode",
    ylabel="sum of rewards",
    title="Collected while learning: means of 20 episodes and 5 starts",
)
ax.set_ylim(-120, 0)
plots.show(ax)

# %%
# %%explore bellman_backup, value_iteration, epsilon_greedy, q_learning_update, sarsa_update
plots.show(
    plots.plot_gridworlds(
        [tables[learner].max(axis=1) for learner in tables],
        cliff.shape,
        titles=[f"{learner}: value of the best action, and the greedy walk" for learner in tables],
        marks=cliff.marks,
        policies=[tables[learner].argmax(axis=1) for learner in tables],
        paths=[walks[learner][0][0] for learner in tables],
        columns=1,
        decimals=0,
    )
)
reveal(
    "cliff",
    "SARSA",
    "Q-learning learns the best way, but who explores at the edge falls. SARSA knows that it explores, and keeps away.",
)

# %% [markdown]
# Q-learning finds the best way, and pays for it all the time, because one step in ten is a try, and at the edge a try
# may be a fall. SARSA learns what its own behaviour is worth, tries included, and walks a row or more away from the
# edge. If $\varepsilon$ falls towards 0 while they learn, both collect about the same in the end: the difference is the
# price of exploring. Neither of the two is better: *they answer different questions.*

# %% [markdown]
# ### Play · How far from the edge
#
# The panel learns with your own functions: 200 episodes of Q-learning and 200 of SARSA, and beside them the plan of
# value iteration. Before you move the slider: where will SARSA walk when no action is a try, and where when twice as
# many are? Then press *Run*, click on a place, and follow one backup by its numbers. At last build a wall, or a second
# cliff.

# %%
# %%explore bellman_backup, value_iteration, epsilon_greedy, q_learning_update, sarsa_update
from dnnkit.demos import gridworld

gridworld(
    epsilon_greedy=epsilon_greedy,
    q_learning_update=q_learning_update,
    sarsa_update=sarsa_update,
    bellman_backup=bellman_backup,
    value_iteration=value_iteration,
    predict=False,
)

# %% [markdown]
# ### Exercise 8 · Bug hunt
#
# A colleague wants to know what the *states* are worth under the policy that was played. From a list of transitions,
# $V$ is learned like SARSA learns $Q$: for each transition in order,
#
# $$y = r + \gamma \, V(s'), \qquad V(s) \leftarrow V(s) + \eta \, (y - V(s)),$$
#
# and $y = r$ if the transition terminated its episode. There is no error, and all values look reasonable. But there are
# **two bugs** in it.
#
# **How to hunt.** Take a single transition and compute its target by hand: one that terminated, one that did not, one
# that was truncated. Which of the six numbers of a transition may change the target, and how?
#
# **Fix** `learn_values_broken(V, transitions, learning_rate, gamma)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# After which kind of step is there a future?
#
# </details>
#
# <details><summary>Hint 2: the second one</summary>
#
# The reward comes at once. The future comes one step later.
#
# </details>


# %%
def learn_values_broken(V, transitions, learning_rate, gamma):
    """Learn values of states from transitions, one after the other, once its two bugs are fixed.

    Args:
        V: what every state seems to be worth, shape (S,), S at least 1; floats or whole numbers.
        transitions: list of (state, action, reward, next_state, terminated, truncated), as q_learning_update takes
            them; perhaps of length 0.
        learning_rate: a number from 0 to 1.
        gamma: discount, a number from 0 to 1.

    Returns:
        The improved values, a new array of floats, shape (S,). A step that terminated has no future; one that was
        truncated has, and one that was both has none.

    Reference: Sutton and Barto 2018, eq. 6.2.
    """
    ### BUG HUNT: learn_values_broken__as_given
    ### BEGIN SOLUTION
    values = np.array(V, dtype=float)
    for state, _, reward, next_state, terminated, _ in transitions:
        future = values[next_state] * (1 - terminated)
        target = reward + gamma * future
        values[state] += learning_rate * (target - values[state])
    return values
    ### END SOLUTION


# %%
check("learn_values_broken")

# %% [markdown]
# Once it is fixed, it must find what is known: walks by the best arrows in the slippery world, and the values that come
# out beside those of value iteration.

# %%
# %%explore bellman_backup, value_iteration, greedy_policy, learn_values_broken
hunt_rng, hunted = np.random.default_rng(2), np.zeros(24)
free = [s for s in range(24) if world.marks.get(s, "S") == "S"]
for walk in range(3000):
    state, transitions, terminated = int(hunt_rng.choice(free)), [], False
    while not terminated and len(transitions) < 60:
        reward, next_state, terminated = step_of(world, state, policy[state], hunt_rng)
        transitions.append((state, policy[state], reward, next_state, terminated, len(transitions) == 59))
        state = next_state
    hunted = learn_values_broken(hunted, transitions, 0.1 if walk < 1500 else 0.02, 0.9)
print(f"largest difference from value iteration: {np.abs(hunted - history[-1]).max():.3f}")

# %% [markdown]
# ## Part 3 · Too many states for a table
#
# A cart on a track, with a pole on it that falls unless the cart is pushed the right way. An observation is four
# numbers: where the cart is and how fast, the angle of the pole and how fast it turns. No two are ever equal, so a
# table is of no use. A network takes its place: four numbers in, one value for each of the two actions out.
#
# Two difficulties come with it. Successive steps are much alike, so a network that learns them in order forgets what it
# knew of others. And its targets depend on the network itself: each step of learning moves what is aimed at. **Deep
# Q-learning** has an answer to each: a memory, and a frozen copy.
#
# ### Exercise 9 · A memory
#
# A **replay buffer** keeps the latest transitions, as many as its capacity. When it is full, a new one takes the place
# of the oldest. To learn, a batch is drawn from it at random, old and new ones mixed. Each draw is made from all that
# is stored, as if it were the first one: nothing is taken out, and the same transition may come twice in a batch.
#
# A trap: many worlds give out the *same* array again and again, and change the numbers in it. A buffer that keeps the
# array itself ends up with a thousand times the last observation. So copy what you store. And hand out new arrays: who
# changes a batch must not change the memory, and a batch must stay what it was when the memory goes on.
#
# **Write** the class `ReplayBuffer` with four methods. A transition is
# `(observation, action, reward, next_observation, terminated, truncated)`, where the observations are arrays of shape
# $(D,)$. A batch of $N$ is a tuple of six arrays, in the same order: shapes
# $(N, D)$, $(N,)$, $(N,)$, $(N, D)$, $(N,)$, $(N,)$.
#
# Worked numbers: with capacity 3, after transitions with the rewards 1, 2, 3, 4, 5, its length is 3, and a batch holds
# the rewards 3, 4 and 5, each equally often, again and again if more than three are asked for.
#
# Useful: `rng.integers(n, size=N)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A list works. While it is shorter than the capacity, append. When it is full, which place does the next transition
# take, and the one after that?
#
# </details>
#
# <details><summary>Hint 2: the batch</summary>
#
# You have a list of $N$ tuples of six, and want six arrays of $N$. `zip(*transitions)` turns one into the other.
#
# </details>


# %%
class ReplayBuffer:
    """Keep the latest transitions, and draw batches of them.

    ReplayBuffer(capacity) is empty. capacity, an int, 1 or larger, is how many transitions it can keep.

    add(transition) stores (observation, action, reward, next_observation, terminated, truncated): floats of shape
        (D,), an int, a float or an int, floats of shape (D,) and two bools. It copies the arrays. If the buffer is
        full, the transition takes the place of the oldest one.
    len(buffer) is the number of transitions in it.
    sample(batch_size, rng) draws from them, with replacement: each draw is independent of all others, those of other
        calls included, and each stored transition is equally likely. What is drawn stays in the buffer. It is called
        when something is stored, perhaps with a batch_size larger than that. It returns a tuple of six new arrays,
        which share nothing with the buffer: observations (batch_size, D), actions (batch_size,), integers; rewards
        (batch_size,), floats; next observations (batch_size, D); terminated and truncated, both (batch_size,), bools.

    Reference: Lin 1992; Mnih et al. 2015, algorithm 1.
    """

    def __init__(self, capacity):
        """Start empty, with room for so many transitions."""
        ### BEGIN SOLUTION
        self.capacity, self.count, self.transitions = capacity, 0, []
        ### END SOLUTION

    def add(self, transition):
        """Store a transition, in place of the oldest one if the buffer is full."""
        ### BEGIN SOLUTION
        observation, action, reward, next_observation, terminated, truncated = transition
        kept = (np.array(observation), action, float(reward), np.array(next_observation), terminated, truncated)
        if len(self.transitions) < self.capacity:
            self.transitions.append(kept)
        else:
            self.transitions[self.count % self.capacity] = kept
        self.count += 1
        ### END SOLUTION

    def __len__(self):
        """Return how many transitions there are."""
        ### BEGIN SOLUTION
        return len(self.transitions)
        ### END SOLUTION

    def sample(self, batch_size, rng):
        """Draw a batch: a tuple of six arrays."""
        ### BEGIN SOLUTION
        drawn = rng.integers(len(self.transitions), size=batch_size)
        return tuple(np.array(part) for part in zip(*[self.transitions[k] for k in drawn], strict=True))
        ### END SOLUTION


# %%
check("ReplayBuffer")

# %% [markdown]
# ### Exercise 10 · What a network shall say
#
# For each transition of a batch, the target is that of Q-learning, with a network in place of the table. Its trick is
# *which* network. The **online** network learns at every step. The **frozen** one is a copy of it from a while ago,
# which is replaced now and then. The target comes from the frozen one, so it stands still while the online network
# walks towards it.
#
# $$y_n = r_n + \gamma \, (1 - \mathrm{terminated}_n) \max_a Q_{\text{frozen}}(s'_n, a).$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $s'$ | $(N, D)$ | next observations of the batch |
# | $Q_{\text{frozen}}(s')$ | $(N, A)$ | what `frozen(next_observations)` returns |
# | $r$, $\mathrm{terminated}$, $y$ | $(N,)$ | rewards, bools, targets |
#
# Worked numbers: $r = (1, 2)$, the frozen network says $(3, 5)$ and $(7, 0)$ of the next observations, the second step
# terminated, $\gamma = 0.5$: $y = (1 + 2.5, \, 2) = (3.5, 2)$.
#
# **Write** `dqn_targets(batch, online, frozen, gamma)`. Both networks are functions that take observations $(N, D)$ and
# return values $(N, A)$; a single observation of shape $(D,)$ they do not take. You need only one of them here, and one
# call of it is enough.
#
# <details><summary>Hint: a nudge</summary>
#
# The maximum is taken for each row by itself. A bool counts as 0 or 1 when it is multiplied; `1 - terminated` does not
# work with bools in NumPy, `~terminated` and `np.where` do.
#
# </details>


# %%
def dqn_targets(batch, online, frozen, gamma):
    """Compute what the online network shall say of the actions of a batch.

    Args:
        batch: a tuple of six arrays: observations (N, D), actions (N,), rewards (N,), next observations (N, D),
            terminated (N,) and truncated (N,), both bools; N and D at least 1.
        online: the network that learns, a function from observations (N, D) to the values of the A actions, (N, A).
        frozen: the frozen network, such a function as well.
        gamma: discount, a number from 0 to 1.

    Returns:
        The targets of Q-learning, a new array of floats, shape (N,), by the frozen network. A step that terminated has
        no future; one that was truncated has, and one that was both has none.

    Reference: Mnih et al. 2015, algorithm 1.
    """
    ### BEGIN SOLUTION
    _, _, rewards, next_observations, terminated, _ = batch
    return rewards + gamma * np.where(terminated, 0.0, frozen(next_observations).max(axis=1))
    ### END SOLUTION


# %%
check("dqn_targets")

# %% [markdown]
# ### Exercise 11 · One chooses, the other one judges
#
# A maximum of uncertain numbers is too large on average. Ask ten people to guess the same length, and take the largest
# guess. Look at it with numbers: ten actions that are all worth 0, and guesses of them with errors of standard
# deviation 1.

# %%
# %%explore
predict(
    "maximum",
    "Ten actions are worth 0 each, and each guess is wrong by about 1. What is the largest guess, on average?",
    ["0", "about 0.5", "about 1.5"],
)

# %%
# %%explore
guess_rng = np.random.default_rng(3)
first, second = guess_rng.normal(size=(2, 100_000, 10))
print(f"mean of the largest guess: {first.max(axis=1).mean():.2f}")
chosen = first.argmax(axis=1)
print(f"mean of a second, independent guess of the same action: {second[np.arange(len(chosen)), chosen].mean():.2f}")
reveal("maximum", "about 1.5", "The maximum picks out what was overestimated. A second opinion does not.")

# %% [markdown]
# A second opinion is the cure, and we have two networks. In **double** DQN, the online network chooses the action, and
# the frozen one says what it is worth:
#
# $$a^*_n = \arg\max_a Q_{\text{online}}(s'_n, a), \qquad
# y_n = r_n + \gamma \, (1 - \mathrm{terminated}_n) \, Q_{\text{frozen}}(s'_n, a^*_n).$$
#
# Worked numbers: as in Exercise 10, and the online network says $(9, 1)$ and $(2, 4)$. It chooses action 0 in the first
# row, which the frozen network values at 3: $y = (1 + 1.5, \, 2) = (2.5, 2)$.
#
# **Write** `double_dqn_targets(batch, online, frozen, gamma)`.
#
# <details><summary>Hint: a nudge</summary>
#
# From an array of shape $(N, A)$ you want one entry of each row. `values[:, best]` is not that: it gives a table of
# $N \times N$. Rows need an index, too: `np.arange(N)`.
#
# </details>


# %%
def double_dqn_targets(batch, online, frozen, gamma):
    """Compute targets where the online network chooses the next action and the frozen one says what it is worth.

    Args:
        batch: a tuple of six arrays: observations (N, D), actions (N,), rewards (N,), next observations (N, D),
            terminated (N,) and truncated (N,), both bools; N and D at least 1.
        online: the network that learns, a function from observations (N, D) to the values of the A actions, (N, A). No
            two of the values that it gives to one observation are equal.
        frozen: the frozen network, such a function as well.
        gamma: discount, a number from 0 to 1.

    Returns:
        The targets, a new array of floats, shape (N,). A step that terminated has no future; one that was truncated
        has, and one that was both has none.

    Reference: van Hasselt, Guez and Silver 2016, section "Double DQN".
    """
    ### BEGIN SOLUTION
    _, _, rewards, next_observations, terminated, _ = batch
    best = online(next_observations).argmax(axis=1)
    values = frozen(next_observations)[np.arange(len(best)), best]
    return rewards + gamma * np.where(terminated, 0.0, values)
    ### END SOLUTION


# %%
check("double_dqn_targets")

# %% [markdown]
# ## Part 4 · The pole
#
# Now the cart. The world comes from Gymnasium, the standard collection of such worlds. An episode terminates when the
# pole leans by more than 12 degrees or the cart leaves the track, and it is truncated after 500 steps. First, look at
# it under pushes at random.

# %%
import gymnasium

SCALE = np.array([1.0, 0.5, 5.0, 0.5])  # brings the four numbers of an observation to a similar size


def run_episode(choose, seed):
    """Play one episode of CartPole: the observations, shape (T + 1, 4). choose takes one and returns an action."""
    cartpole = gymnasium.make("CartPole-v1")
    observation, _ = cartpole.reset(seed=seed)
    seen, over = [observation], False
    while not over:
        observation, _, terminated, truncated, _ = cartpole.step(choose(observation))
        seen.append(observation)
        over = terminated or truncated
    return np.array(seen)


def frames_of(seen, count=6):
    """Choose moments of an episode, evenly spread: states and titles for plots.plot_carts."""
    moments = np.linspace(0, len(seen) - 1, count).round().astype(int)
    return {"states": seen[moments], "titles": [f"step {k}" for k in moments]}


# %%
# %%explore
push_rng = np.random.default_rng(4)
plots.show(plots.plot_carts(**frames_of(run_episode(lambda observation: int(push_rng.integers(2)), seed=1))))
lengths = [len(run_episode(lambda observation: int(push_rng.integers(2)), seed)) - 1 for seed in range(50)]
print(f"pushes at random: {np.mean(lengths):.0f} steps on average, at most {max(lengths)}")

# %% [markdown]
# Small networks with two hidden layers of ReLUs, as you have written them in Lesson 02, and Adam from Lesson 03. Both
# are given here.


# %%
def start_network(sizes, rng, last=1.0):
    """Draw weights of three layers for sizes (D, H, H, A): a list [W1, b1, W2, b2, W3, b3]; the last one times last."""
    params = []
    for k in range(3):
        factor = np.sqrt(2 / sizes[k]) * (last if k == 2 else 1.0)
        params += [factor * rng.normal(size=(sizes[k], sizes[k + 1])), np.zeros(sizes[k + 1])]
    return params


def apply_network(X, params):
    """Apply a network to X (N, D): its outputs (N, A), and a cache for the way back."""
    H1 = np.maximum(X @ params[0] + params[1], 0)
    H2 = np.maximum(H1 @ params[2] + params[3], 0)
    return H2 @ params[4] + params[5], (X, H1, H2)


def slopes_of_network(dout, cache, params):
    """Carry a gradient along the outputs (N, A) back: a list of those along the weights."""
    X, H1, H2 = cache
    dZ2 = dout @ params[4].T * (H2 > 0)
    dZ1 = dZ2 @ params[2].T * (H1 > 0)
    return [X.T @ dZ1, dZ1.sum(axis=0), H1.T @ dZ2, dZ2.sum(axis=0), H2.T @ dout, dout.sum(axis=0)]


class Adam:
    """Adam of Lesson 03 for lists of arrays; gradients that are longer than 10 together are shortened first."""

    def __init__(self, learning_rate):
        self.learning_rate, self.step, self.means, self.squares = learning_rate, 0, None, None

    def update(self, params, grads):
        """Return new params, each a step away from the old ones."""
        norm = np.sqrt(sum(np.sum(grad**2) for grad in grads))
        grads = [grad * min(1.0, 10.0 / max(norm, 1e-12)) for grad in grads]
        self.step += 1
        self.means = self.means or [np.zeros(p.shape) for p in params]
        self.squares = self.squares or [np.zeros(p.shape) for p in params]
        self.means = [0.9 * m + 0.1 * g for m, g in zip(self.means, grads, strict=True)]
        self.squares = [0.999 * s + 0.001 * g**2 for s, g in zip(self.squares, grads, strict=True)]
        rate = self.learning_rate * np.sqrt(1 - 0.999**self.step) / (1 - 0.9**self.step)
        moves = [m / (np.sqrt(s) + 1e-8) for m, s in zip(self.means, self.squares, strict=True)]
        return [p - rate * move for p, move in zip(params, moves, strict=True)]


def balance(choose, rng, count):
    """Play count episodes of CartPole at once, without learning: how long each lasts, shape (count,), at most 500.

    choose takes observations (count, 4) and returns actions (count,). The same physics as Gymnasium's.
    """
    x, v, angle, w = rng.uniform(-0.05, 0.05, size=(4, count))
    lengths, standing = np.zeros(count, dtype=int), np.ones(count, dtype=bool)
    for _ in range(500):
        force = np.where(choose(np.stack([x, v, angle, w], axis=1)) == 1, 10.0, -10.0)
        pull = (force + 0.05 * w**2 * np.sin(angle)) / 1.1
        turn = (9.8 * np.sin(angle) - np.cos(angle) * pull) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        push = pull - 0.05 * turn * np.cos(angle) / 1.1
        x, v, angle, w = x + 0.02 * v, v + 0.02 * push, angle + 0.02 * w, w + 0.02 * turn
        lengths += standing
        standing &= (np.abs(x) <= 2.4) & (np.abs(angle) <= np.radians(12))
    return lengths


def learn_from_batch(batch, targets, params, adam):
    """Return new weights, one step of Adam closer to the targets (N,) of a batch; errors above 1 count as 1."""
    values, cache = apply_network(batch[0], params)
    rows = np.arange(len(targets))
    dvalues = np.zeros(values.shape)
    dvalues[rows, batch[1]] = np.clip(values[rows, batch[1]] - targets, -1, 1) / len(targets)
    return adam.update(params, slopes_of_network(dvalues, cache, params))


# %% [markdown]
# ### Exercise 12 · The loop
#
# Now all parts are there, and an agent can live. Whatever it lives in looks the same from inside. A **world** is an
# object with two methods and a number:
#
# | of a world | what it is |
# | --- | --- |
# | `world.reset()` | begins an episode, and returns its first observation, shape $(D,)$ |
# | `world.step(action)` | does one step, and returns `(next_observation, reward, terminated, truncated)` |
# | `world.num_actions` | the number $A$ of actions |
#
# After a step that ended the episode, in one way or the other, the next call must be `reset`.
#
# **The recipe.** The online network begins as `start_network((D, 64, 64, A), rng, last=0.1)`, and the frozen one as the
# same weights. There is one `Adam(0.001)` and one memory of 50,000 transitions. Then come the steps, counted from 1. In
# each of them:
#
# 1. **Act.** `epsilon_greedy` chooses, by what the online network says of the observation. Epsilon falls evenly from 1
#    to 0.04 in the first 5,000 steps, and stays there: much is tried at first, and little later.
# 2. **Remember** the transition, and then move on: to the next observation, or to the first one of a new episode.
# 3. **Learn**, at every second step from step 500 on: draw a batch of 64, compute its targets with
#    `double_dqn_targets`, and let `learn_from_batch(batch, targets, params, adam)`, given above, do a step of Adam.
# 4. **Freeze**, at every 200th step: the online weights become the frozen ones. `learn_from_batch` returns new arrays,
#    so the frozen ones stand still afterwards.
# 5. **Look back**, at every 1,000th step. Deep Q-learning does not settle. It learns, forgets, and learns again. So the
#    loop is handed a function `score`: `score(params)` is a number that says how well one plays by these weights
#    without tries, and 1 is as good as is asked for. Keep the weights with the largest score. If it is 1 or more, stop.
#
# What is returned are the weights that were kept.
#
# **First in tiny worlds.** Whoever tries such a loop on a difficult world does not learn what is wrong with it: the
# pole falls, as it does for a hundred other reasons. So begin where the right values are known. The class below makes
# worlds of two or three states out of arrays. One where a reward comes one step late tells whether the future arrives,
# and one that is truncated tells whether it goes on there.
#
# **Write** `train_dqn(world, gamma, num_steps, rng, score)`. There are two more arguments for the experiments below:
# `freeze` and `memory` are the 200 and the 50,000 of the recipe.
#
# You are judged by what it achieves. In tiny worlds with unknown rewards, after 3,000 steps, each value of an action
# must be right to 0.05. There `score` is larger at each call, so that the latest weights are kept. Then comes a cart
# with a pole whose four numbers arrive in an unknown order and with unknown signs, and whose actions are perhaps
# exchanged. After at most 25,000 steps, 200 fresh episodes without tries must last 300 steps or more on average, of the
# 500 at which they are cut off. (Pushes at random last about 22, and the recipe reaches 490 and more.) There `gamma` is
# 0.99, and `score` is the mean length of 20 episodes divided by 490. A call must take less than 60 seconds. Nobody
# looks at how you got there.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A single observation has the shape $(D,)$, and a network takes $(N, D)$: `observation[None]`. What do the targets take
# as `online` and `frozen`? Functions: `lambda X: apply_network(X, params)[0]` is one.
#
# </details>
#
# <details><summary>Hint 2: a tiny world has wrong values</summary>
#
# Only the first reward of two arrives: are the frozen weights ever replaced? A world says that its episode is over: is
# there a `reset` after a truncated step, too? A truncated step has a wrong value: which observation was remembered as
# the next one, that of the step or that of the new episode?
#
# </details>


# %%
class TinyWorld:
    """A world of S states and A actions, made of arrays; its episodes begin in each of the starts in turn.

    observations (S, D): what is seen in each state. following (S, A): the state that an action leads to.
    rewards (S, A). ends (S, A): "no", "terminated" or "truncated". starts: a list of states.
    """

    def __init__(self, observations, following, rewards, ends, starts):
        self.observations, self.following, self.starts = np.array(observations), following, starts
        self.rewards, self.ends, self.num_actions, self.episodes = rewards, ends, len(rewards[0]), 0

    def reset(self):
        """Begin an episode: its first observation."""
        self.state, self.over = self.starts[self.episodes % len(self.starts)], False
        self.episodes += 1
        return self.observations[self.state].copy()

    def step(self, action):
        """Do one step: (next observation, reward, terminated, truncated)."""
        if self.over:
            raise RuntimeError("this episode is over: reset() begins the next one")
        state, end = self.state, self.ends[self.state][action]
        self.state, self.over = self.following[state][action], end != "no"
        observation = self.observations[self.state].copy()
        return observation, self.rewards[state][action], end == "terminated", end == "truncated"


def larger_each_time():
    """Return a score for tiny worlds: 0.001, 0.002, and so on, whatever the weights are."""
    scores = []

    def score(params):
        scores.append(len(scores) + 1)
        return len(scores) / 1000

    return score


# %%
def train_dqn(world, gamma, num_steps, rng, score, freeze=200, memory=50_000):
    """Learn what the actions are worth in a world by trying, with a memory and a frozen network.

    Args:
        world: what the agent lives in. world.reset() begins an episode and returns its first observation, shape (D,);
            world.step(action) returns (next_observation, reward, terminated, truncated), a new array each time; after
            a step that terminated or truncated an episode comes reset. world.num_actions is A, 1 or larger.
        gamma: discount, a number from 0 to 1.
        num_steps: how many steps are done at most, a multiple of 1,000, up to 25,000.
        rng: np.random.Generator for the weights at the start, the tries and the batches.
        score: a function from weights to a number: how well one plays by them. At 1 it is good enough.
        freeze: after so many steps each, the frozen weights are replaced.
        memory: how many transitions are remembered.

    Returns:
        The weights with the largest score among those at every 1,000th step, as apply_network takes them, from D
        numbers to A: a list [W1 (D, H1), b1 (H1,), W2 (H1, H2), b2 (H2,), W3 (H2, A), b3 (A,)], with H1 and H2 at most
        128. Applied to an observation, they give the values of the actions.

    Reference: Mnih et al. 2015, algorithm 1; van Hasselt, Guez and Silver 2016.
    """
    ### BEGIN SOLUTION
    observation = world.reset()
    params = start_network((len(observation), 64, 64, world.num_actions), rng, last=0.1)
    frozen, kept, best = params, params, -np.inf
    adam, buffer = Adam(0.001), ReplayBuffer(memory)

    def online(X):
        return apply_network(X, params)[0]

    def still(X):
        return apply_network(X, frozen)[0]

    for step in range(1, num_steps + 1):
        action = epsilon_greedy(online(observation[None])[0], max(0.04, 1 - 0.96 * step / 5000), rng)
        next_observation, reward, terminated, truncated = world.step(action)
        buffer.add((observation, action, reward, next_observation, terminated, truncated))
        observation = world.reset() if terminated or truncated else next_observation
        if step >= 500 and step % 2 == 0:
            batch = buffer.sample(64, rng)
            params = learn_from_batch(batch, double_dqn_targets(batch, online, still, gamma), params, adam)
        if step % freeze == 0:
            frozen = params
        if step % 1000 == 0:
            latest = score(params)
            if latest >= best:
                best, kept = latest, params
            if latest >= 1:
                break
    return kept
    ### END SOLUTION


# %%
check("train_dqn")

# %%
# %%explore epsilon_greedy, ReplayBuffer, double_dqn_targets, train_dqn
corners = [[1.0, 0.5], [-0.5, 1.0], [0.5, -1.0]]
tiny_worlds = {
    "a reward of 1, one step late": (
        TinyWorld(corners, [[1], [2]], [[0.0], [1.0]], [["no"], ["terminated"]], [0]),
        [0.5, 1],
    ),
    "a reward of 1 at each step, cut off": (
        TinyWorld(corners, [[1], [1]], [[0.0], [1.0]], [["no"], ["truncated"]], [0]),
        [1, 2],
    ),
}
for name, (tiny, known_values) in tiny_worlds.items():
    tiny_params = train_dqn(tiny, 0.5, 3000, np.random.default_rng(5), larger_each_time())
    learned = apply_network(tiny.observations[:2], tiny_params)[0][:, 0]
    print(f"{name}: values {learned.round(3)}, right are {known_values}")

# %% [markdown]
# Now the pole. Two settings belong to this world. Without them, learning rarely works:
#
# - **The reward.** CartPole gives 1 for each step. Then all values are near 100, and must be learned before any
#   difference shows. We learn from another reward, $-1$ for falling and 0 otherwise. It asks for the same.
# - **The scale** of the four numbers.


# %%
class Pole:
    """CartPole as a world to learn in: scaled observations, and a reward of -1 for falling; all it shows is in seen."""

    num_actions = 2

    def __init__(self, rng):
        self.cartpole, self.seen = gymnasium.make("CartPole-v1"), []
        self.cartpole.reset(seed=int(rng.integers(2**31)))

    def reset(self):
        """Begin an episode: its first observation, scaled."""
        return self.cartpole.reset()[0] * SCALE

    def step(self, action):
        """Do one step: (next observation, reward, terminated, truncated)."""
        observation, _, terminated, truncated, _ = self.cartpole.step(action)
        self.seen.append(observation * SCALE)
        return observation * SCALE, -1.0 if terminated else 0.0, terminated, truncated


def greedy_player(params):
    """Return the function that chooses the best actions for observations (N, 4), not scaled."""
    return lambda observations: apply_network(observations * SCALE, params)[0].argmax(axis=1)


def learn_to_balance(rng, num_steps=25_000, **settings):
    """Let train_dqn learn to balance: the weights, the length of 20 episodes every 1,000 steps, and the largest Q."""
    pole, curve, largest = Pole(rng), [], [0.0]

    def score(params):
        curve.append(balance(greedy_player(params), rng, 20).mean())
        largest.append(apply_network(np.array(pole.seen[-1000:]), params)[0].max())
        return curve[-1] / 490

    kept = train_dqn(pole, 0.99, num_steps, rng, score, **settings)
    return kept, np.array(curve), max(largest)


# %%
# %%explore epsilon_greedy, ReplayBuffer, double_dqn_targets, train_dqn
kept, curve, largest = learn_to_balance(np.random.default_rng(5))
fresh = balance(greedy_player(kept), np.random.default_rng(6), 100)
print(f"{1000 * len(curve):,} steps of learning; 100 fresh episodes last {fresh.mean():.0f} steps on average")
seen = run_episode(lambda observation: int(greedy_player(kept)(observation[None])[0]), seed=1)
plots.show(plots.plot_carts(**frames_of(seen)))
ax = plots.plot_curves(
    np.arange(1, len(curve) + 1),
    {"20 episodes without tries": curve},
    xlabel="steps of learning, in thousands",
    ylabel="steps until the pole falls",
    title="The pole learns to stand",
)
plots.show(ax)

# %% [markdown]
# *It stands.* Nobody told it how. It learned from a $-1$ now and then, which travelled backwards through your targets,
# as the goal's value did through the grid.
#
# ### Experiment · Without the frozen network
#
# Does it matter that the targets stand still? Replace the frozen copy at *every* step, so that the network runs after
# itself. One number tells it all: the largest value that the network gave, at every 1,000th step, to the latest 1,000
# states that it had visited. True values cannot be above 0, because the reward is never positive.

# %%
# %%explore
predict(
    "frozen",
    "Targets from the network itself, at most 12,000 steps. How large does its largest value become?",
    ["it stays near 0", "about 10", "more than 1,000"],
)

# %%
# %%explore epsilon_greedy, ReplayBuffer, double_dqn_targets, train_dqn
for name, freeze in (("copied every 200 steps", 200), ("copied at every step", 1)):
    runs = [learn_to_balance(np.random.default_rng(seed), 12_000, freeze=freeze) for seed in (7, 8)]
    print(
        f"frozen network {name}: largest value {', '.join(f'{largest:.3g}' for _, _, largest in runs)}; "
        f"best validation {', '.join(f'{curve.max():.0f}' for _, curve, _ in runs)}"
    )
reveal("frozen", "more than 1,000", "A value that is too large raises the target, which raises the value, and so on.")

# %% [markdown]
# And the memory? Here are four starts with all that was lived through, and the same four with the latest 64 transitions
# alone.

# %%
# %%explore epsilon_greedy, ReplayBuffer, double_dqn_targets, train_dqn
for memory in (50_000, 64):
    runs = [learn_to_balance(np.random.default_rng(seed), memory=memory) for seed in (7, 8, 9, 10)]
    print(f"memory of {memory:>6,}: best validation {', '.join(f'{curve.max():.0f}' for _, curve, _ in runs)}")

# %% [markdown]
# On CartPole a long memory is not missed: the world is small, and each episode shows all of it. On the games below,
# both tricks were needed. *What a trick is worth depends on the problem, so measure.*
#
# ### Atari, in one table
#
# The same method, with a convolutional network that saw nothing but the screen, learned 49 games of the Atari 2600 in
# 2015, each with the same settings. In 29 of them it reached more than three quarters of the score of a professional
# tester, counted from the score of a random player. The authors switched off both ideas on five games. The numbers are
# the best average scores, after 10 million frames and among three learning rates:
#
# | game | memory and frozen network | memory only | frozen network only | neither |
# | --- | --- | --- | --- | --- |
# | Breakout | 316.8 | 240.7 | 10.2 | 3.2 |
# | Enduro | 1006.3 | 831.4 | 141.9 | 29.1 |
# | River Raid | 7446.6 | 4102.8 | 2867.7 | 1453.0 |
# | Seaquest | 2894.4 | 822.6 | 1003.0 | 275.8 |
# | Space Invaders | 1088.9 | 826.3 | 373.2 | 302.0 |
#
# (Mnih et al. 2015, Extended Data Table 3.) There, the memory is what counts most.
#
# ## Part 5 · Learning actions directly
#
# Do we need values at all? Let a network say directly how likely each action shall be, play, and afterwards make those
# actions more likely after which *much* came, and those less likely after which *little* came. Much or little compared
# to what? To a **baseline** $b$: what was to be expected from there.
#
# ### Exercise 13 · The policy gradient
#
# $$L = -\frac{1}{N} \sum_n (G_n - b_n) \, \log \pi(a_n \mid s_n), \qquad
# \pi(a \mid s_n) = \mathrm{softmax}(\ell_n)_a.$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $\ell$ | $(N, A)$ | logits of the actions: `logits` |
# | $a$ | $(N,)$ | actions that were done: `actions` |
# | $G$, $b$ | $(N,)$ | returns that followed, and what was expected: `returns`, `baselines` |
#
# Look closely: this is the cross-entropy of Lesson 01, with the action that was done as the label, and each example
# weighted by its **advantage** $G_n - b_n$. An example with a negative weight pushes its action away. The weights are
# numbers, no gradient runs through them.
#
# Worked numbers: $\ell = (0, 0)$ for one step, action 1, $G = 3$, $b = 1$: $L = 2 \log 2 = 1.3863$, and the gradient
# along the logits is $2 \cdot (0.5, 0.5 - 1) = (1, -1)$.
#
# **Write** `policy_gradient_loss(logits, actions, returns, baselines)`. It returns the loss and its gradient along the
# logits.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Logits may be large: subtract the largest of each row before `exp`, and take $\log \pi$ from the shifted logits, not
# from the probabilities.
#
# </details>
#
# <details><summary>Hint 2: the gradient</summary>
#
# For one example with weight 1, it is the probabilities minus the one-hot row of the action, as in Lesson 01. What do
# the weight and the mean add to that?
#
# </details>


# %%
def policy_gradient_loss(logits, actions, returns, baselines):
    """Compute the loss of REINFORCE with a baseline, and its gradient along the logits.

    Args:
        logits: logits of the actions, shape (N, A), N and A at least 1; floats or whole numbers from -10,000 to 10,000.
        actions: numbers of the actions that were done, from 0 to A - 1, shape (N,), integers.
        returns: what was collected after each of them, shape (N,); floats or whole numbers.
        baselines: what was expected, shape (N,); floats or whole numbers.

    Returns:
        (loss, dlogits): the mean of minus the logarithm of the probability of the action that was done, weighted by
        return minus baseline, a number; and its gradient, a new array, shape (N, A). NumPy must not warn of an overflow
        or of log(0).

    Reference: Williams 1992; Sutton and Barto 2018, section 13.4.
    """
    ### BEGIN SOLUTION
    rows, advantages = np.arange(len(actions)), returns - baselines
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    loss = -np.mean(advantages * log_probs[rows, actions])
    dlogits = np.exp(log_probs)
    dlogits[rows, actions] -= 1
    return loss, dlogits * advantages[:, None] / len(actions)
    ### END SOLUTION


# %%
check("policy_gradient_loss")

# %% [markdown]
# Now the pole again, without a table, a memory or a frozen network. Eight episodes are played by drawing actions from
# the softmax. The baseline is the mean return of the batch, and the advantages are scaled to the standard deviation 1.
# Then comes one step of Adam, and everything is thrown away: these episodes say nothing about the *new* policy. Each
# step is rewarded by 1 here.


# %%
def play_by_policy(params, rng):
    """Play one episode with actions drawn from the softmax of a network: scaled observations, actions, rewards."""
    cartpole = gymnasium.make("CartPole-v1").unwrapped
    observation, _ = cartpole.reset(seed=int(rng.integers(2**31)))
    observations, actions, terminated = [], [], False
    while not terminated and len(actions) < 500:
        observations.append(observation * SCALE)
        logits = apply_network(observations[-1][None], params)[0][0]
        actions.append(int(rng.random() < 1 / (1 + np.exp(logits[0] - logits[1]))))
        observation, _, terminated, _, _ = cartpole.step(actions[-1])
    return np.array(observations), np.array(actions), np.ones(len(actions))


# %%
# %%explore discounted_returns, policy_gradient_loss
policy_rng = np.random.default_rng(9)
actor, adam, policy_curve = start_network((4, 32, 32, 2), policy_rng, last=0.1), Adam(0.01), []
for _ in range(60):
    episodes = [play_by_policy(actor, policy_rng) for _ in range(8)]
    observations, actions = (np.concatenate([episode[k] for episode in episodes]) for k in (0, 1))
    returns = np.concatenate([discounted_returns(rewards, 0.99) for _, _, rewards in episodes])
    scaled = returns / (returns.std() + 1e-8)
    logits, cache = apply_network(observations, actor)
    _, dlogits = policy_gradient_loss(logits, actions, scaled, np.full(len(scaled), scaled.mean()))
    actor = adam.update(actor, slopes_of_network(dlogits, cache, actor))
    policy_curve.append(balance(greedy_player(actor), policy_rng, 20).mean())
    if policy_curve[-1] >= 490:
        break
print(f"{len(policy_curve)} rounds; fresh episodes: {balance(greedy_player(actor), policy_rng, 100).mean():.0f} steps")
ax = plots.plot_curves(
    np.arange(1, len(policy_curve) + 1),
    {"20 episodes without drawing": policy_curve},
    xlabel="rounds of eight episodes",
    ylabel="steps until the pole falls",
    title="A policy that learns to balance",
)
plots.show(ax)

# %% [markdown]
# ## What to take away
#
# - A value is all that will come, discounted. One look ahead carries it one step back, and that is enough.
# - Gamma is a horizon of about $1 / (1 - \gamma)$ steps.
# - Q-learning learns about the best behaviour, SARSA about the one that is played, tries included.
# - A step that terminated has no future. One that was truncated has.
# - A memory mixes what is learned, and a frozen network keeps targets still. Without it, values may run away.
# - The maximum of guesses is too large. Let one network choose and another one judge.
# - A policy gradient is the cross-entropy of what was done, weighted by how much better it went than expected.
#
# **Questions to carry with you**
#
# 1. Give the slippery world a reward of $-0.1$ for each step, then of $-2$. What does the agent do beside the pit, and
#    why?
# 2. An agent whose episodes are cut off after 20 steps, and which takes that for an end: what does it believe about a
#    goal that is 30 steps away?
# 3. Q-learning may learn from the steps of anybody, SARSA may not. Which of the two could learn from a film?
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. With $-0.1$ it no longer takes the safe way down. Every step costs now, so it walks to the left at once, and
#    sometimes slips into the pit. With $-2$ it jumps into the pit: that costs 1, and even the shortest way to the goal
#    costs more.
# 2. If all episodes begin that far away, it never sees the goal and believes that there is nothing to gain. If some
#    begin nearer, values come out too small: where an episode was cut off, it is taught that nothing follows.
# 3. Q-learning, if the film shows actions and rewards, too. Its target asks what the best next action is worth,
#    whoever acts. SARSA's target asks for the next action of the policy that is judged, so from a film it would learn
#    what the actor's policy is worth.
#
# </details>
#
# **Sources**
#
# - R. Sutton and A. Barto (2018), [*Reinforcement learning: an
#   introduction*](http://incompleteideas.net/book/the-book-2nd.html), second edition; the cliff is its example 6.6.
# - C. Watkins and P. Dayan (1992), [*Q-learning*](https://doi.org/10.1007/BF00992698); G. Rummery and M. Niranjan
#   (1994), *On-line Q-learning using connectionist systems*.
# - L.-J. Lin (1992), [*Self-improving reactive agents based on reinforcement learning, planning and
#   teaching*](https://doi.org/10.1007/BF00992699).
# - V. Mnih and 18 others (2015), [*Human-level control through deep reinforcement
#   learning*](https://doi.org/10.1038/nature14236).
# - H. van Hasselt, A. Guez and D. Silver (2016), [*Deep reinforcement learning with double
#   Q-learning*](https://arxiv.org/abs/1509.06461).
# - R. Williams (1992), [*Simple statistical gradient-following algorithms for connectionist reinforcement
#   learning*](https://doi.org/10.1007/BF00992696).
# - M. Towers and others (2024), [*Gymnasium: a standard interface for reinforcement learning
#   environments*](https://arxiv.org/abs/2407.17032); the cart is that of [A. Barto, R. Sutton and C. Anderson
#   (1983)](https://doi.org/10.1109/TSMC.1983.6313077).
