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
# # Lesson 03 · Optimizers
#
# The gradient says which way is downhill. It does not say how far to go. In this lesson you write the seven rules that
# are used most to turn a gradient into a step. You see what each one is good for, and you learn to set its knobs
# with a calculation instead of by luck.
#
# **You will be able to**
#
# - say at which learning rate descent diverges, before you try it;
# - choose a batch size, counting examples and counting seconds;
# - write descent with momentum, Nesterov momentum, AdaGrad, RMSProp, Adadelta and Adam as pure functions;
# - let the learning rate fall during training, and cap a gradient that explodes;
# - compare optimizers fairly;
# - tune one for a long narrow valley that you have never seen.
#
# **You need** lessons 01 and 02: gradients, minibatches, a network with one hidden layer. NumPy and Python dicts.
#
# **Time** about three hours and three quarters: three for the exercises, the rest for reading and for the experiments.
# **Points** 26.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `sgd_step` | one plain step downhill | ● | 12 | 2 |
# | 2 | `momentum_step` | keep rolling | ●● | 18 | 2 |
# | 3 | `nesterov_step` | look where you will be | ●● | 15 | 2 |
# | 4 | `adagrad_step` | a rate for every weight | ●● | 12 | 2 |
# | 5 | `rmsprop_step` | the same, and forget | ● | 6 | 2 |
# | 6 | `adadelta_step` | a rate that finds itself | ●●● | 20 | 3 |
# | 7 | `adam_step` | momentum and a rate for every weight | ●●● | 25 | 3 |
# | 8 | `adam_step_broken` | bug hunt | ●● | 15 | 2 |
# | 9 | `exponential_decay` | slower and slower | ● | 5 | 1 |
# | 10 | `cosine_decay` | slower, and done in time | ● | 8 | 2 |
# | 11 | `clip_by_global_norm` | cap a gradient that explodes | ●● | 12 | 2 |
# | 12 | `tune` | the bottom of unseen ravines in 200 steps | ●●● | 30 | 3 |
#
# **How to work:** as in the lessons before. Write the function in place of `raise NotImplementedError(...)`, run its
# cell, run the `check` below it. Cells that begin with `%%explore` play with your functions, and the grader skips them.
# A name made in such a cell does not exist for the grader. Never change an array or a dict that came in as an argument.
# Arrays hold floats of any size. They may have any shape, with axes of length 1 or with no axis at all, but no array is
# empty.
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

from dnnkit import check

np.set_printoptions(precision=6, suppress=True)  # print arrays as plain decimals

# %%
# %%explore
import time

from scipy.special import log_softmax

from dnnkit import data, plots, predict, reveal

colours, lines = plots.COLOURS, ("-", "--", "-.", ":")
digits = data.load_digits(rng=np.random.default_rng(1))

# %% [markdown]
# ## Part 1 · One step
#
# Every rule of this lesson is a **step function** with the same form:
#
# ```
# params, state = step(params, grads, state, learning_rate, ...)
# ```
#
# - `params` holds the weights: a dict from names to arrays, such as `{"W": ..., "b": ...}`. The arrays may have any
#   shapes.
# - `grads` holds the gradient: a dict with the same names, and arrays of the same shapes. The names may come in another
#   order.
# - `state` is the memory of the rule, a dict. Before the first step it is empty, `{}`. After that it is what your own
#   function returned the last time. What you keep in it is up to you, and nobody looks inside.
# - The function returns the new `params`, a dict with the same names, and the new `state`.
# - The learning rate may be another one in every step, as in Part 5. What comes after it stays the same from the first
#   step to the last.
#
# The function is **pure**: it makes new dicts and new arrays, and leaves those that came in as they were. (`w - x`
# makes a new array. `w -= x` changes the old one.) A pure step can be tried out, and taken back. You will be glad of it
# when you compare two learning rates from the same place.
#
# The next cell is given. It walks downhill with any step function, and keeps every place on the way. Read its
# loop: this is how your functions are used, in this lesson and by the grader.


# %%
def descend(step, settings, gradient, start, num_steps):
    """Walk downhill with a step function, and keep every place.

    Args:
        step: a step function, such as sgd_step.
        settings: what it takes after the state, a tuple such as (learning_rate,).
        gradient: function from a place, shape (D,), to the gradient there, shape (D,).
        start: where to begin, shape (D,).
        num_steps: how many steps, an int.

    Returns:
        All places, the start included, shape (num_steps + 1, D).
    """
    params, state = {"w": np.array(start, dtype=float)}, {}
    places = [params["w"]]
    for _ in range(num_steps):
        grads = {"w": gradient(params["w"])}
        params, state = step(params, grads, state, *settings)
        places.append(params["w"])
    return np.array(places)


# %% [markdown]
# ### Exercise 1 · A plain step
#
# The simplest rule is the one of lesson 01. With the learning rate $\eta$ and the gradient $g$,
#
# $$w \leftarrow w - \eta \, g,$$
#
# for every array in `params`. It is called **SGD**, for *stochastic gradient descent*: stochastic, because $g$ usually
# comes from a random minibatch.
#
# Worked number, which goes through all seven rules: one weight $w = 1$, learning rate $\eta = 0.1$, and two slopes,
# first 4, then 1. SGD goes from 1 to $1 - 0.1 \cdot 4 = 0.6$, then to $0.6 - 0.1 \cdot 1 = 0.5$.
#
# **Write** `sgd_step(params, grads, state, learning_rate)`. It needs no memory: return `state` as it came.
#
# Useful: a dict comprehension, `{name: 2 * array for name, array in params.items()}`.
#
# <details><summary>Hint: a nudge</summary>
#
# Make a new dict with one entry for each name in `params`. Look the gradient up by that name. Return two things.
#
# </details>
#


# %%
def sgd_step(params, grads, state, learning_rate):
    """Take one plain step downhill.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: a dict; this rule needs none.
        learning_rate: eta, a positive number.

    Returns:
        (params, state): the new weights, a new dict with the same names, and the state.

    Reference: Robbins and Monro 1951 (their a_n is our learning rate).
    """
    ### BEGIN SOLUTION
    return {name: params[name] - learning_rate * grads[name] for name in params}, state
    ### END SOLUTION


# %%
check("sgd_step")

# %% [markdown]
# ### Experiment · Where descent diverges
#
# In lesson 01 you saw the bowl $J(w) = w^2 / 4$. Its slope is $w / 2$, and one step multiplies $w$ by $1 - \eta / 2$.
# Below $\eta = 4$ the weight shrinks, at 4 it jumps to and fro for ever, above 4 it flies away.
#
# In general, take $J(w) = \tfrac{1}{2} \lambda w^2$. The number $\lambda$ (say "lambda") is the **curvature**. The
# slope is $\lambda w$, so one step multiplies $w$ by
#
# $$1 - \eta \lambda.$$
#
# This shrinks $w$ if it lies between $-1$ and 1, which means
#
# $$0 < \eta < \frac{2}{\lambda}.$$
#
# The bowl of lesson 01 has $\lambda = 1/2$, and $2 / \lambda = 4$. The picture tries many rates on three bowls, with
# your `sgd_step`. All three curves must reach 1, where nothing is gained, at $\eta \lambda = 2$.

# %%
# %%explore sgd_step
ax = plots.panels(width=7, height=3.4)[0]
products = np.linspace(0.02, 2.2, 110)  # learning rate times curvature
for k, curvature in enumerate([0.5, 1.0, 20.0]):
    ends = [abs(descend(sgd_step, (x / curvature,), lambda w, c=curvature: c * w, [1.0], 20)[-1, 0]) for x in products]
    ax.semilogy(
        products, np.maximum(ends, 1e-9), lines[k], color=colours[k], lw=5 - 1.8 * k, label=f"λ = {curvature:g}"
    )
ax.axvline(2, color="0.4", linestyle=(0, (4, 3)))
ax.set(
    xlabel="learning rate times curvature",
    ylabel="|w| after 20 steps, or 1e-9 if less",
    title="Descent diverges at 2/λ",
)
ax.legend()
plots.describe(
    ax,
    "Distance from the minimum after 20 steps against the learning rate times the curvature, on a logarithmic axis. "
    f"Three bowls, one curve: lowest at {products[int(np.argmin(ends))]:.2f}, growing beyond the dashed line at 2.",
)
plots.show(ax)
for rate in [3.9, 4.0, 4.1]:
    end = descend(sgd_step, (rate,), lambda w: w / 2, [-4.5], 100)[-1, 0]
    print(f"J(w) = w²/4 from w = -4.5, learning rate {rate}: w after 100 steps {end:9.4f}")

# %% [markdown]
# ### Play · Your step on a bowl
#
# The next panel walks with your `sgd_step`. Find the learning rate that needs one step, the one that swings for ever,
# and the first that flies apart. Then add momentum: the demo shows what is to come.

# %%
# %%explore sgd_step
from dnnkit.demos import learning_rate

learning_rate(step=sgd_step)

# %% [markdown]
# At $\eta \lambda = 1$ a single step lands in the minimum, so a bowl is easy. But a loss with many weights curves
# differently in different directions. The simplest example is a **ravine**:
#
# $$J(w) = \tfrac{1}{2} \big( \lambda_1 w_1^2 + \lambda_2 w_2^2 \big), \qquad \lambda_1 = 1, \quad \lambda_2 = 20.$$
#
# It is flat along $w_1$ and steep along $w_2$. The ratio of the largest and the smallest curvature is the **condition
# number** $\kappa$ (say "kappa"), here 20. Below, $J$ is also called the *height*. There is one learning rate for both
# directions. Commit to an answer.

# %%
# %%explore
predict(
    "ravine",
    "Curvatures 1 and 20. Up to which learning rate does descent converge?",
    ["up to 2, the limit of the flat direction", "up to about 0.19, from the mean curvature", "up to 0.1"],
)

# %%
# %%explore sgd_step
ravine = np.array([1.0, 20.0])  # the two curvatures
ravine_start = np.array([-2.0, 0.4])


def draw_ravine(ax, path, title, colour=colours[0]):
    """Draw lines of equal height of the ravine and a path, and add its alternative text."""
    across, up = np.meshgrid(np.linspace(-2.3, 1.2, 80), np.linspace(-0.7, 0.7, 80))
    heights = 0.5 * (ravine[0] * across**2 + ravine[1] * up**2)
    ax.contour(across, up, heights, levels=[0.02, 0.1, 0.3, 0.8, 1.6, 2.8, 4.5], colors="0.75", linewidths=0.9)
    ax.plot(*path.T, "o-", color=colour, markersize=2.5, linewidth=1)
    ax.plot(0, 0, "*", color="black", markersize=9)
    end = 0.5 * np.sum(ravine * path[-1] ** 2)
    ax.set(xlim=(-2.3, 1.2), ylim=(-0.7, 0.7), xlabel="$w_1$", ylabel="$w_2$", title=f"{title}: height {end:.2g}")
    plots.describe(ax, f"a path of {len(path) - 1} steps on lines of equal height; it ends at height {end:.2g}.")


axes = plots.panels(3, width=13, height=3.2)
for ax, rate in zip(axes, [0.02, 0.09, 0.101], strict=True):
    draw_ravine(ax, descend(sgd_step, (rate,), lambda w: ravine * w, ravine_start, 40), f"rate {rate:g}")
plots.show(axes)
for rate in [0.099, 0.1, 0.101]:
    path = descend(sgd_step, (rate,), lambda w: ravine * w, ravine_start, 100)
    print(f"rate {rate:.3f}: |w2| after 100 steps is {abs(path[-1, 1]) / 0.4:.3f} times what it was")
reveal(
    "ravine",
    "up to 0.1",
    "The steepest direction sets the limit, 2/20 = 0.1. At 0.099 the steep direction shrinks by the factor 0.98 in "
    "each step, at 0.101 it grows by 1.02.",
)

# %% [markdown]
# Left: a small rate crawls along the flat floor. Middle: a rate near the limit jumps from wall to wall, and is
# faster. Right: just beyond the limit, the steep direction explodes, although the flat one is fine.
#
# So the steep direction sets the limit, and the flat direction has to live with it. The best rate lies just below the
# limit, at $2 / (\lambda_1 + \lambda_2)$, here 0.095. There both directions shrink equally fast, in each step by the
# factor $(\kappa - 1) / (\kappa + 1)$. With $\kappa = 20$ that is 0.905. With $\kappa = 500$ it is 0.996, and 200 steps
# leave 45 % of the way. Part 2 is about this.

# %% [markdown]
# ### Experiment · Full batch, minibatch, single example
#
# Now real data: the digits, 1,200 for training. The model is the row of neurons of lesson 01, whose loss and gradient
# are given in the next cell, with all its weights in a dict. The step is your `sgd_step`. Three ways to get the
# gradient:
#
# - **full batch**: from all 1,200 digits, one step for each pass over the data;
# - **minibatch** of 32: 38 steps for each pass;
# - **single example**: 1,200 steps for each pass.
#
# A noisy gradient calls for a smaller learning rate. So each way gets the best of several that were tried: 8, 4 and
# 0.3.


# %%
# %%explore
def minibatches(num_examples, batch_size, rng):
    """Deal shuffled indices into minibatches of nearly equal size, at most batch_size."""
    return np.array_split(rng.permutation(num_examples), -(-num_examples // batch_size))


targets = np.eye(10)[digits.y_train]  # one row for each digit, with a single 1 at its true class


def cross_entropy(logits, targets):
    """Compute the mean loss of scores (N, C) for one-hot targets (N, C), and its gradient (N, C), as in lesson 02."""
    log_probs = log_softmax(logits, axis=1)
    return -np.sum(targets * log_probs) / len(logits), (np.exp(log_probs) - targets) / len(logits)


def row_loss(params, X, targets):
    """Return loss and gradients of a row of neurons; params W (D, C) and b (C,)."""
    loss, dlogits = cross_entropy(X @ params["W"] + params["b"], targets)
    return loss, {"W": X.T @ dlogits, "b": dlogits.sum(axis=0)}


def train(step, settings, loss_function, params, X, targets, num_epochs, batch_size, rng):
    """Train with a step function; return params, the loss after each epoch, and seconds spent until then."""
    state, losses, clock, spent = {}, [], [], 0.0
    for _ in range(num_epochs):
        started = time.perf_counter()
        for batch in minibatches(len(X), batch_size, rng):
            _, grads = loss_function(params, X[batch], targets[batch])
            params, state = step(params, grads, state, *settings)
        spent += time.perf_counter() - started
        clock.append(spent)
        losses.append(loss_function(params, X, targets)[0])
    return params, np.array(losses), np.array(clock)


# %%
# %%explore
predict(
    "batch",
    "Which of the three is the first to bring the loss to 0.2, by the clock?",
    ["full batch", "minibatch of 32", "single example"],
)

# %%
# %%explore sgd_step
zeros = {"W": np.zeros((64, 10)), "b": np.zeros(10)}
ways = {"full batch": (1200, 8.0, 60), "minibatch of 32": (32, 4.0, 6), "single example": (1, 0.3, 4)}
left, right = plots.panels(2, width=11, height=3.8)
for k, (way, (size, rate, epochs)) in enumerate(ways.items()):
    _, losses, clock = train(
        sgd_step, (rate,), row_loss, zeros, digits.X_train, targets, epochs, size, np.random.default_rng(2)
    )
    look = {"color": colours[k], "linestyle": lines[k], "marker": plots.MARKERS[k], "markevery": 0.12, "label": way}
    left.loglog(1200 * np.arange(1, epochs + 1), losses, **look)
    right.loglog(clock, losses, **look)
    there = np.flatnonzero(losses <= 0.2)
    said = f"{way}: not below 0.2 in {epochs} epochs"
    if there.size:
        said = f"{way}: loss 0.2 after {1200 * (there[0] + 1):,} examples and {clock[there[0]]:.3f} s"
    print(said)
    plots.describe(left, said + ".")
left.set(xlabel="examples seen", ylabel="loss", title="By examples, small batches win")
right.set(xlabel="seconds", ylabel="loss", title="By the clock, minibatches win")
plots.describe(right, "The same three losses against seconds.")
for ax in (left, right):
    ax.axhline(0.2, color="0.4", linestyle=(0, (4, 3)))
    ax.minorticks_off()
    ax.set_yticks([0.2, 0.5, 1, 2, 5, 10], labels=["0.2", "0.5", "1", "2", "5", "10"])
    ax.legend()
plots.show(left)
reveal(
    "batch",
    "minibatch of 32",
    "The single example wastes nothing and needs the fewest examples, but takes one example at a time through Python. "
    "The full batch is quick for each example, but takes very few steps. The minibatch has most of both.",
)

# %% [markdown]
# Over five splits of the data, the single example needs about 1,700 examples, the minibatch 2,400, and the full batch
# 28,000, each at its best rate. Counted in seconds, the single example falls far back: it takes some 20 times as long
# as the minibatch, because a computer is good at large matrix products and bad at many small ones. The full batch takes
# two to three times as long, at a rate so high that its loss rises first. (The seconds depend on your machine.) From
# here on: minibatches.

# %% [markdown]
# ## Part 2 · Keep rolling
#
# ### Exercise 2 · Momentum
#
# In the ravine, the steep slope points to the other wall, then back, then across again. Those slopes cancel when
# you add them up. The flat slope always points the same way. So: **remember the last step, and keep some of it.**
#
# Write $dw_n$ for what is subtracted in step $n$. (Watch the name: in lesson 02, `dW` was a gradient. Here the gradient
# is $g$, and $dw$ is a step.) It is the plain step plus a share $m$ of what was subtracted before:
#
# $$dw_n = \eta \, g_n + m \, dw_{n-1}, \qquad dw_0 = 0,$$
#
# $$w_n = w_{n-1} - dw_n.$$
#
# - $g_n$ is the gradient at $w_{n-1}$; $dw_n$ has the shape of $w$.
# - $m$ is the **momentum**, a number from 0 to below 1. A usual value is 0.9. With $m = 0$ this is SGD.
# - As long as $\eta$ stays the same, it may as well multiply the whole sum of slopes. Some libraries do it like that.
#   In the checks of the two rules with momentum it stays the same.
#
# How fast does it roll? On a constant slope $g$ the step grows until $dw = \eta g + m \, dw$, which is
# $dw = \eta g / (1 - m)$. With $m = 0.9$ that is ten times the plain step.
#
# Worked number: $w = 1$, $\eta = 0.1$, $m = 0.5$, slopes 4, then 1.
#
# | $n$ | $g_n$ | $dw_n$ | $w_n$ |
# | --- | --- | --- | --- |
# | 1 | 4 | $0.1 \cdot 4 + 0.5 \cdot 0 = 0.4$ | 0.6 |
# | 2 | 1 | $0.1 \cdot 1 + 0.5 \cdot 0.4 = 0.3$ | 0.3 |
#
# **Write** `momentum_step(params, grads, state, learning_rate, momentum)`. The state now has something to carry: one
# $dw$ for every name in `params`. Each array has its own memory; two arrays of the same shape must not share one.
#
# Useful: `state.get("dw", {})` is `state["dw"]`, or `{}` if there is no such entry yet.
#
# <details><summary>Hint: a nudge</summary>
#
# Make a new dict `dw`, name by name, from the gradient and from the old `dw` of that name, which is 0 if there is none.
# Then make the new parameters. Return the new `dw` inside the new state. Do not write into the old state.
#
# </details>
#


# %%
def momentum_step(params, grads, state, learning_rate, momentum):
    """Take one step with momentum.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number.
        momentum: m, the share of the last step that is kept, from 0 to below 1.

    Returns:
        (params, state): the new weights and the new state, both new dicts.

    Reference: Polyak 1964 (heavy ball); Sutskever et al. 2013, eq. 1 and 2 (their v is our -dw, their mu our m).
    """
    ### BEGIN SOLUTION
    old = state.get("dw", {})
    dw = {name: learning_rate * grads[name] + momentum * old.get(name, 0.0) for name in params}
    return {name: params[name] - dw[name] for name in params}, {"dw": dw}
    ### END SOLUTION


# %%
check("momentum_step")

# %% [markdown]
# The ravine again, with the same learning rate 0.03 and 60 steps. Expect the ball to overshoot, to swing, and to end
# far lower than the plain step. With $m = 0.97$ it rolls too well: it flies past and comes back.

# %%
# %%explore sgd_step, momentum_step
axes = plots.panels(3, width=13, height=3.2)
runs = [("SGD", sgd_step, (0.03,)), ("m = 0.7", momentum_step, (0.03, 0.7)), ("m = 0.97", momentum_step, (0.03, 0.97))]
for k, (ax, (name, step, settings)) in enumerate(zip(axes, runs, strict=True)):
    path = descend(step, settings, lambda w: ravine * w, ravine_start, 60)
    draw_ravine(ax, path, name, colours[k])
    print(f"{name:>8}: height after 60 steps {0.5 * np.sum(ravine * path[-1] ** 2):.1e}")
plots.show(axes)

# %% [markdown]
# ### Exercise 3 · Nesterov momentum
#
# With momentum, you know a part of the next step before you see the gradient: $m \, dw_{n-1}$ will be subtracted
# anyway. So measure the slope where that will take you, not where you stand. If the ground rises there, you brake in
# time. That is **Nesterov's** idea.
#
# Let $\theta$ be the place where you stand. The look-ahead is $\theta - m \, dw_{n-1}$. Then
#
# $$dw_n = \eta \, g(\text{look-ahead}) + m \, dw_{n-1}, \qquad \theta_n = \theta_{n-1} - dw_n.$$
#
# Libraries use a trick: they store the look-ahead itself as the weights $w$. Then the gradient that comes in is already
# the right one. What is left is to go from one look-ahead to the next:
#
# $$w_n = \theta_n - m \, dw_n
# = \underbrace{\theta_{n-1} - m \, dw_{n-1}}_{w_{n-1}} + \ m \, dw_{n-1} - dw_n - m \, dw_n.$$
#
# The terms $m \, dw_{n-1} - dw_n$ together are $-\eta g_n$. So the whole rule is
#
# $$dw_n = \eta \, g_n + m \, dw_{n-1}, \qquad w_n = w_{n-1} - \eta \, g_n - m \, dw_n.$$
#
# The memory is the same as before. Only the last line differs.
#
# Worked number: $w = 1$, $\eta = 0.1$, $m = 0.5$, slopes 4, then 1.
#
# | $n$ | $g_n$ | $dw_n$ | $w_n$ |
# | --- | --- | --- | --- |
# | 1 | 4 | 0.4 | $1 - 0.4 - 0.5 \cdot 0.4 = 0.4$ |
# | 2 | 1 | $0.1 + 0.5 \cdot 0.4 = 0.3$ | $0.4 - 0.1 - 0.5 \cdot 0.3 = 0.15$ |
#
# **Write** `nesterov_step(params, grads, state, learning_rate, momentum)`. The gradient in `grads` was measured at the
# `params` that come in.
#
# <details><summary>Hint: a nudge</summary>
#
# Begin with a copy of your `momentum_step`. One line changes. Is it the new $dw$ or the old one that is multiplied
# by $m$ there?
#
# </details>
#


# %%
def nesterov_step(params, grads, state, learning_rate, momentum):
    """Take one step with Nesterov momentum, in the form that stores the look-ahead.

    Args:
        params: weights, a dict from names to arrays of any shapes; the place where the gradient was measured.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number.
        momentum: m, from 0 to below 1.

    Returns:
        (params, state): the new weights and the new state, both new dicts.

    Reference: Nesterov 1983; Sutskever et al. 2013, eq. 3 and 4, written for the look-ahead.
    """
    ### BEGIN SOLUTION
    old = state.get("dw", {})
    dw = {name: learning_rate * grads[name] + momentum * old.get(name, 0.0) for name in params}
    return {name: params[name] - learning_rate * grads[name] - momentum * dw[name] for name in params}, {"dw": dw}
    ### END SOLUTION


# %%
check("nesterov_step")

# %% [markdown]
# How much does it help? The picture shows the height in the ravine, step by step, with learning rate 0.03 and
# $m = 0.9$. Expect three levels: SGD slowest, then momentum, then Nesterov. Where Nesterov has a sharp notch, the ball
# crosses the lowest point on its way. Momentum crosses it too, but still swings from wall to wall then: its notches are
# shallow.

# %%
# %%explore sgd_step, momentum_step, nesterov_step
ax = plots.panels(width=7, height=3.6)[0]
runs = {"SGD": (sgd_step, (0.03,)), "momentum": (momentum_step, (0.03, 0.9)), "Nesterov": (nesterov_step, (0.03, 0.9))}
for k, (name, (step, settings)) in enumerate(runs.items()):
    path = descend(step, settings, lambda w: ravine * w, ravine_start, 100)
    heights = 0.5 * np.sum(ravine * path**2, axis=1)
    ax.semilogy(heights, lines[k], color=colours[k], label=name)
    said = (
        f"{name}: height {heights[0]:.1f} at the start, {heights[50]:.1e} after 50 steps, {heights[100]:.1e} after 100"
    )
    print(said)
    plots.describe(ax, said + ".")
ax.set(xlabel="step", ylabel="height", title="Ravine with condition number 20, rate 0.03, momentum 0.9")
ax.legend()
plots.show(ax)

# %% [markdown]
# ## Part 3 · A rate for every weight
#
# Momentum helps in a ravine, but there is still one learning rate for all weights. Think of the digits: a pixel in the
# corner is hardly ever inked, so its weights get a slope only now and then, and a small one. A pixel in the middle gets
# a large slope all the time. Why should both weights move at the same rate?
#
# The three rules of this part divide each slope by its own usual size. Everything in them is **element by element**:
# each single weight has its own number in the memory. In the formulas, $g^2$, the root and the division act on each
# element of the arrays.

# %% [markdown]
# ### Exercise 4 · AdaGrad
#
# AdaGrad adds up the squared slopes of each weight, from the beginning:
#
# $$s_n = s_{n-1} + g_n^2, \qquad s_0 = 0,$$
#
# $$w_n = w_{n-1} - \frac{\eta \, g_n}{\sqrt{s_n + \epsilon}}.$$
#
# - $s$ has the shape of $w$.
# - $\epsilon$ (say "epsilon", `eps` in the code) is a tiny number such as $10^{-8}$. It is there for one case: a weight
#   whose slope has always been 0. Then $0 / \sqrt{0 + \epsilon} = 0$, and not $0 / 0$.
#
# In the first step $s_1 = g_1^2$, so the step is $\eta$ or $-\eta$, whatever the size of the slope. Multiply the loss
# by 1000, and the path does not change.
#
# Worked number: $w = 1$, $\eta = 0.1$, slopes 4, then 1.
#
# | $n$ | $g_n$ | $s_n$ | step $\eta g_n / \sqrt{s_n}$ | $w_n$ |
# | --- | --- | --- | --- | --- |
# | 1 | 4 | 16 | $0.1 \cdot 4 / 4 = 0.1$ | 0.9 |
# | 2 | 1 | 17 | $0.1 \cdot 1 / 4.1231 = 0.0243$ | 0.8757 |
#
# **Write** `adagrad_step(params, grads, state, learning_rate, eps)`.
#
# <details><summary>Hint: a nudge</summary>
#
# The same frame as before: a new dict of memories, name by name, then the new parameters from it. Which comes first,
# the new $s$ or the division?
#
# </details>
#


# %%
def adagrad_step(params, grads, state, learning_rate, eps):
    """Take one step of AdaGrad.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number.
        eps: epsilon under the root, a tiny positive number.

    Returns:
        (params, state): the new weights and the new state, both new dicts.

    Reference: Duchi, Hazan and Singer 2011, eq. 1 (the diagonal form, without projection).
    """
    ### BEGIN SOLUTION
    old = state.get("s", {})
    s = {name: old.get(name, 0.0) + grads[name] ** 2 for name in params}
    return {name: params[name] - learning_rate * grads[name] / np.sqrt(s[name] + eps) for name in params}, {"s": s}
    ### END SOLUTION


# %%
check("adagrad_step")

# %% [markdown]
# ### Exercise 5 · RMSProp
#
# AdaGrad never forgets. Its sum only grows, so its steps get smaller and smaller: on a constant slope, step $n$ is
# $\eta / \sqrt{n}$. In a long training it stops before it has arrived.
#
# **RMSProp** forgets. It keeps a *running mean* of the squared slopes instead of their sum:
#
# $$s_n = \rho \, s_{n-1} + (1 - \rho) \, g_n^2, \qquad s_0 = 0,$$
#
# $$w_n = w_{n-1} - \frac{\eta \, g_n}{\sqrt{s_n + \epsilon}}.$$
#
# - $\rho$ (say "rho") is a number from 0 to below 1. With 0.9, the mean reaches about ten steps back.
#
# The root of this mean is called the **RMS** of the slopes, *root mean square*. The rule divides by it. Hence the name.
#
# Worked number: $w = 1$, $\eta = 0.1$, $\rho = 0.9$, slopes 4, then 1.
#
# | $n$ | $g_n$ | $s_n$ | step $\eta g_n / \sqrt{s_n}$ | $w_n$ |
# | --- | --- | --- | --- | --- |
# | 1 | 4 | $0.1 \cdot 16 = 1.6$ | $0.4 / 1.2649 = 0.3162$ | 0.6838 |
# | 2 | 1 | $0.9 \cdot 1.6 + 0.1 \cdot 1 = 1.54$ | $0.1 / 1.2410 = 0.0806$ | 0.6032 |
#
# Look at the first step. It should be about $\eta = 0.1$, and it is three times as large, because the mean started at 0
# and has not filled up yet. Remember that; Adam fixes it.
#
# **Write** `rmsprop_step(params, grads, state, learning_rate, rho, eps)`.
#
# <details><summary>Hint: a nudge</summary>
#
# Only the line for $s$ differs from AdaGrad. The two weights of a running mean add up to 1.
#
# </details>
#


# %%
def rmsprop_step(params, grads, state, learning_rate, rho, eps):
    """Take one step of RMSProp.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number.
        rho: how much of the running mean is kept in each step, from 0 to below 1.
        eps: epsilon under the root, a tiny positive number.

    Returns:
        (params, state): the new weights and the new state, both new dicts.

    Reference: Tieleman and Hinton 2012, lecture 6e (their 0.9 and 0.1 are our rho and 1 - rho).
    """
    ### BEGIN SOLUTION
    old = state.get("s", {})
    s = {name: rho * old.get(name, 0.0) + (1 - rho) * grads[name] ** 2 for name in params}
    return {name: params[name] - learning_rate * grads[name] / np.sqrt(s[name] + eps) for name in params}, {"s": s}
    ### END SOLUTION


# %%
check("rmsprop_step")

# %% [markdown]
# ### Exercise 6 · Adadelta
#
# There is something odd about these steps: their unit. If $w$ is measured in metres, $g$ is a loss per metre, and
# $g / \sqrt{s}$ has no unit at all. The learning rate has to supply the metres.
#
# **Adadelta** takes them from its own past. It keeps a second running mean, of its squared *steps* $d$, and multiplies
# by its root:
#
# $$s_n = \rho \, s_{n-1} + (1 - \rho) \, g_n^2,$$
#
# $$d_n = \frac{\sqrt{u_{n-1} + \epsilon}}{\sqrt{s_n + \epsilon}} \; g_n,$$
#
# $$u_n = \rho \, u_{n-1} + (1 - \rho) \, d_n^2,$$
#
# $$w_n = w_{n-1} - \eta \, d_n.$$
#
# - $s$ and $u$ have the shape of $w$ and start at 0.
# - The top has the *old* $u$, the bottom the *new* $s$: the new $u$ needs $d_n$, which is just being made.
# - The author wanted no learning rate: $\eta = 1$. Libraries have one all the same. $u$ is made of $d$, without $\eta$.
#
# Here $\epsilon$ matters: without the $\epsilon$ on top there would be no first step. A larger one starts faster.
#
# Worked number: $w = 1$, $\eta = 1$, $\rho = 0.9$, and a large $\epsilon = 0.01$, slopes 4, then 1.
#
# | $n$ | $g_n$ | $s_n$ | $d_n$ | $u_n$ | $w_n$ |
# | --- | --- | --- | --- | --- | --- |
# | 1 | 4 | 1.6 | $\sqrt{0.01 / 1.61} \cdot 4 = 0.3152$ | $0.1 \cdot 0.3152^2 = 0.00994$ | 0.6848 |
# | 2 | 1 | 1.54 | $\sqrt{0.01994 / 1.55} \cdot 1 = 0.1134$ | 0.01023 | 0.5713 |
#
# **Write** `adadelta_step(params, grads, state, learning_rate, rho, eps)`.
#
# <details><summary>Hint: a nudge</summary>
#
# Two memories for each name. A plain loop over the names is easier to read here than dict comprehensions: make $s$,
# then $d$, then $u$, then the new $w$, in this order.
#
# </details>
#


# %%
def adadelta_step(params, grads, state, learning_rate, rho, eps):
    """Take one step of Adadelta.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number; 1 in the original.
        rho: how much of the running means is kept in each step, from 0 to below 1.
        eps: epsilon under both roots, a small positive number.

    Returns:
        (params, state): the new weights and the new state, both new dicts.

    Reference: Zeiler 2012, algorithm 1 (his E[g^2] is our s, his E[dx^2] our u, his dx our -d).
    """
    ### BEGIN SOLUTION
    old_s, old_u = state.get("s", {}), state.get("u", {})
    new_params, s, u = {}, {}, {}
    for name in params:
        g, last_u = grads[name], old_u.get(name, 0.0)
        s[name] = rho * old_s.get(name, 0.0) + (1 - rho) * g**2
        d = np.sqrt(last_u + eps) / np.sqrt(s[name] + eps) * g
        u[name] = rho * last_u + (1 - rho) * d**2
        new_params[name] = params[name] - learning_rate * d
    return new_params, {"s": s, "u": u}
    ### END SOLUTION


# %%
check("adadelta_step")

# %% [markdown]
# SGD and the three new rules, seen on the simplest path: a straight slope that never changes. On the left it is 1, on
# the right it is 0.01. The curves show how long each step is.
#
# Expect SGD to walk 100 times slower on the right, and AdaGrad and RMSProp to walk alike on both sides. AdaGrad slows
# down like $1 / \sqrt{n}$, RMSProp begins with a long step and settles at $\eta$, and Adadelta starts with tiny steps
# and speeds up.

# %%
# %%explore sgd_step, adagrad_step, rmsprop_step, adadelta_step
axes = plots.panels(2, width=11, height=3.6)
rules = {
    "SGD, 0.1": (sgd_step, (0.1,)),
    "AdaGrad, 0.1": (adagrad_step, (0.1, 1e-8)),
    "RMSProp, 0.1": (rmsprop_step, (0.1, 0.9, 1e-8)),
    "Adadelta, 1": (adadelta_step, (1.0, 0.95, 1e-6)),
}
for ax, slope in zip(axes, [1.0, 0.01], strict=True):
    for k, (name, (step, settings)) in enumerate(rules.items()):
        path = descend(step, settings, lambda w, slope=slope: np.full(1, slope), [0.0], 1000)
        sizes = np.abs(np.diff(path[:, 0]))
        ax.loglog(np.arange(1, 1001), sizes, lines[k], color=colours[k], label=name)
        said = f"{name}: steps 1, 10 and 1000 are {sizes[0]:.2g}, {sizes[9]:.2g} and {sizes[999]:.2g} long"
        plots.describe(ax, said + ".")
        print(f"slope {slope:<5g} {said}")
    ax.set(xlabel="step", ylabel="length of the step", title=f"A constant slope of {slope:g}", ylim=(5e-4, 1))
    ax.legend(fontsize=8)
plots.show(axes)

# %% [markdown]
# ## Part 4 · Adam
#
# ### Exercise 7 · Adam
#
# **Adam** puts the two ideas together: a running mean of the slopes, as momentum has it, divided by the root of a
# running mean of the squared slopes, as RMSProp has it.
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1) \, g_t, \qquad m_0 = 0,$$
#
# $$v_t = \beta_2 v_{t-1} + (1 - \beta_2) \, g_t^2, \qquad v_0 = 0.$$
#
# - $t = 1, 2, 3, \dots$ counts the steps, as $n$ did. (This $m$ is an array with the shape of $w$, not the number of
#   Exercise 2.)
# - $\beta_1$ and $\beta_2$ (say "beta") are usually 0.9 and 0.999.
#
# Both means start at 0, so at first they are too small. A constant slope $g$ shows by how much: after $t$ steps
# $m_t = (1 - \beta_1^t) \, g$ and $v_t = (1 - \beta_2^t) \, g^2$. To divide by these factors is called **bias
# correction**:
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t},$$
#
# $$w_t = w_{t-1} - \eta \, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}.$$
#
# Here $\beta_1^t$ is a power: $\beta_1$ to the $t$. The corrected $\hat m$ and $\hat v$ are used for this step only.
# What goes into the memory is $m$ and $v$, and the count $t$.
#
# On a constant slope $\hat m = g$ and $\hat v = g^2$, so every step is exactly $\eta$ long, from the first one on.

# %% [markdown]
# Worked number: $w = 1$, $\eta = 0.1$, $\beta_1 = 0.9$, $\beta_2 = 0.999$, slopes 4, then 1.
#
# | $t$ | $g_t$ | $m_t$ | $v_t$ | $\hat m_t$ | $\hat v_t$ | $w_t$ |
# | --- | --- | --- | --- | --- | --- | --- |
# | 1 | 4 | 0.4 | 0.016 | $0.4 / 0.1 = 4$ | $0.016 / 0.001 = 16$ | $1 - 0.1 \cdot 4 / 4 = 0.9$ |
# | 2 | 1 | 0.46 | 0.016984 | $0.46 / 0.19 = 2.4211$ | $0.016984 / 0.001999 = 8.4962$ | $0.9 - 0.0831 = 0.8169$ |
#
# **Write** `adam_step(params, grads, state, learning_rate, beta1, beta2, eps)`. All arrays in `params` share one count:
# $t$ goes up by one for each call, not for each name.
#
# (Where exactly $\epsilon$ stands makes no visible difference while it is tiny. The checks accept every usual place.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# First find out which step this is: the count in the state, or 0 if there is none, plus 1. Then loop over the names.
# Keep $m$ and $v$ in two new dicts, and $\hat m$ and $\hat v$ in plain variables.
#
# </details>
#
# <details><summary>Hint 2: if the second step is wrong</summary>
#
# Print the state after the first step: it must hold 1, 0.4 and 0.016, the *uncorrected* means. With two names in
# `params`, is $t$ still 1?
#
# </details>


# %%
def adam_step(params, grads, state, learning_rate, beta1, beta2, eps):
    """Take one step of Adam.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number.
        beta1: how much of the running mean of the slopes is kept, from 0 to below 1.
        beta2: how much of the running mean of the squared slopes is kept, from 0 to below 1.
        eps: epsilon in the denominator, a tiny positive number.

    Returns:
        (params, state): the new weights and the new state, both new dicts.

    Reference: Kingma and Ba 2015, algorithm 1 (their alpha is our learning rate).
    """
    ### BEGIN SOLUTION
    t = state.get("t", 0) + 1
    old_m, old_v = state.get("m", {}), state.get("v", {})
    new_params, m, v = {}, {}, {}
    for name in params:
        g = grads[name]
        m[name] = beta1 * old_m.get(name, 0.0) + (1 - beta1) * g
        v[name] = beta2 * old_v.get(name, 0.0) + (1 - beta2) * g**2
        m_hat = m[name] / (1 - beta1**t)
        v_hat = v[name] / (1 - beta2**t)
        new_params[name] = params[name] - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return new_params, {"t": t, "m": m, "v": v}
    ### END SOLUTION


# %%
check("adam_step")

# %% [markdown]
# Without the bias correction, the first step on a constant slope would be
# $(1 - \beta_1) / \sqrt{1 - \beta_2} = 0.1 / 0.0316 = 3.16$ times too long. The next cell shows your steps on slopes of
# very different sizes. Expect 0.1, always.

# %%
# %%explore adam_step
for slope in [1000.0, 1.0, 0.001]:
    path = descend(adam_step, (0.1, 0.9, 0.999, 1e-8), lambda w, slope=slope: np.full(1, slope), [0.0], 1000)
    sizes = -np.diff(path[:, 0])
    print(
        f"slope {slope:>6g}: steps 1, 2, 10, 1000 are {sizes[0]:.4f}, {sizes[1]:.4f}, {sizes[9]:.4f}, {sizes[999]:.4f}"
    )

# %% [markdown]
# ### Exercise 8 · Bug hunt
#
# A colleague's Adam takes a perfect first step. From the second step on it is wrong. There are **two bugs** in it.
#
# **How to hunt.** A cell below the check takes steps on the constant slope 1. It prints the length of each step divided
# by $\eta$. You know what that must be: 1, for every $t$. It also prints the state after each step, so you can watch
# the memory. Compute the same by hand for $t = 1$ and $t = 2$, with $\beta_1 = 0.9$ and $\beta_2 = 0.999$:
#
# | $t$ | $m_t$ | $v_t$ | $1 - \beta_1^t$ | $1 - \beta_2^t$ |
# | --- | --- | --- | --- | --- |
# | 1 | 0.1 | 0.001 | 0.1 | 0.001 |
# | 2 | 0.19 | 0.001999 | 0.19 | 0.001999 |
#
# Which number of the state is the first that differs? (This code keeps a $t$ in the state, too. It may mean the number
# of the last step or of the next one, as long as the powers come out right.) Fix one bug, run the function and the
# cell again, and go on until every step is 1.
#
# **Fix** `adam_step_broken(params, grads, state, learning_rate, beta1, beta2, eps)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A bug that cannot be seen in the first step must be hidden by the empty state. Which lines use the state, and which
# lines make the new one?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# In step 2: $m_2 = \beta_1 m_1 + (1 - \beta_1) g$ and $v_2 = \beta_2 v_1 + (1 - \beta_2) g^2$, corrected by
# $1 - \beta_1^2$ and $1 - \beta_2^2$.
#
# </details>


# %%
def adam_step_broken(params, grads, state, learning_rate, beta1, beta2, eps):
    """Take one step of Adam, once the two bugs are fixed.

    Args:
        params: weights, a dict from names to arrays of any shapes.
        grads: their gradient, a dict with the same names and shapes.
        state: what the last call returned, {} before the first.
        learning_rate: eta, a positive number.
        beta1: how much of the running mean of the slopes is kept, from 0 to below 1.
        beta2: how much of the running mean of the squared slopes is kept, from 0 to below 1.
        eps: epsilon in the denominator, a tiny positive number.

    Returns:
        (params, state): the new weights and the new state, both new dicts.
    """
    ### BUG HUNT: adam_step_broken__as_given
    ### BEGIN SOLUTION
    t = state.get("t", 1)
    means, squares = state.get("means", {}), state.get("squares", {})
    new_params, new_means, new_squares = {}, {}, {}
    for name, g in grads.items():
        new_means[name] = beta1 * means.get(name, 0.0) + (1 - beta1) * g
        new_squares[name] = beta2 * squares.get(name, 0.0) + (1 - beta2) * g**2
        mean = new_means[name] / (1 - beta1**t)
        square = new_squares[name] / (1 - beta2**t)
        new_params[name] = params[name] - learning_rate * mean / (np.sqrt(square) + eps)
    return new_params, {"t": t + 1, "means": new_means, "squares": new_squares}
    ### END SOLUTION


# %%
check("adam_step_broken")

# %%
# %%explore adam_step_broken
hunted, state = {"w": np.zeros(1)}, {}
for t in range(1, 101):
    before = hunted["w"][0]
    hunted, state = adam_step_broken(hunted, {"w": np.ones(1)}, state, 0.1, 0.9, 0.999, 1e-8)
    if t in (1, 2, 3, 10, 100):
        print(f"step {t:>3} divided by the learning rate: {(before - hunted['w'][0]) / 0.1:.4f}   (must be 1)")
    if t <= 3:
        print(f"         state: {state}")

# %% [markdown]
# ## Part 5 · Slower, and safer
#
# A minibatch only guesses the gradient. Near the minimum the true slope fades, the noise does not, and the weights
# shake for ever. The remedy is a **schedule**: a learning rate that falls during training.
#
# ### Exercise 9 · Exponential decay
#
# The rate falls by the same factor in every step, and to a tenth every $\tau$ (say "tau") steps:
#
# $$\eta_n = \eta_0 \cdot 10^{-n / \tau}.$$
#
# Here $n = 0, 1, 2, \dots$ is the number of the step, and $\eta_0$ is the rate at the beginning.
#
# Worked number: $\eta_0 = 0.1$, $\tau = 100$. Then $\eta_0 = 0.1$, $\eta_{50} = 0.0316$, $\eta_{100} = 0.01$,
# $\eta_{200} = 0.001$.
#
# **Write** `exponential_decay(learning_rate, step, tau)`. `step` is a number, or an array of numbers for a picture; the
# result has its shape.
#
# <details><summary>Hint: the formula</summary>
#
# It stands above. In Python, a power is written `**`. The exponent is a fraction: do not round it.
#
# </details>


# %%
def exponential_decay(learning_rate, step, tau):
    """Let the learning rate fall to a tenth every tau steps.

    Args:
        learning_rate: eta_0, the rate at step 0, a positive number.
        step: number of the step n, from 0; an int or an array of ints of any shape.
        tau: after how many steps the rate is a tenth, a positive number.

    Returns:
        The rate at that step, with the shape of step.

    Reference: Senior et al. 2013 (exponential scheduling).
    """
    ### BEGIN SOLUTION
    return learning_rate * 10.0 ** (-step / tau)
    ### END SOLUTION


# %%
check("exponential_decay")

# %% [markdown]
# ### Exercise 10 · Cosine decay
#
# Exponential decay never ends. If you know how long you will train, let the rate reach 0 just in time, along half a
# wave of the cosine. It stays high for a while, falls fastest in the middle, and lands softly:
#
# $$\eta_n = \eta_0 \cdot \frac{1 + \cos(\pi n / N)}{2} \quad \text{for } n \le N,
# \qquad \eta_n = 0 \quad \text{for } n > N.$$
#
# $N$ is the number of steps of the whole training. The angle is in radians, as `np.cos` wants it.
#
# Worked number: $\eta_0 = 0.1$, $N = 100$. Then $\eta_0 = 0.1$, $\eta_{25} = 0.0854$, $\eta_{50} = 0.05$,
# $\eta_{100} = 0$, and $\eta_{150} = 0$ too.
#
# **Write** `cosine_decay(learning_rate, step, num_steps)`. Again `step` may be a number or an array.
#
# <details><summary>Hint: a nudge</summary>
#
# Without care, the wave rises again after $N$. Cut off the step, not the rate: beyond $N$, nothing may change any more.
# `np.minimum` works on numbers and on arrays.
#
# </details>
#


# %%
def cosine_decay(learning_rate, step, num_steps):
    """Let the learning rate fall to 0 along half a wave of the cosine.

    Args:
        learning_rate: eta_0, the rate at step 0, a positive number.
        step: number of the step n, from 0; an int or an array of ints of any shape.
        num_steps: N, after how many steps the rate is 0, a positive number.

    Returns:
        The rate at that step, with the shape of step; 0 for steps beyond num_steps.

    Reference: Loshchilov and Hutter 2017, eq. 5, with eta_min = 0 and without restarts.
    """
    ### BEGIN SOLUTION
    share = np.minimum(step, num_steps) / num_steps
    return 0.5 * learning_rate * (1 + np.cos(np.pi * share))
    ### END SOLUTION


# %%
check("cosine_decay")

# %% [markdown]
# ### Experiment · The noise floor
#
# The bowl $J(w) = w^2 / 2$ once more, but each slope comes with noise: $g = w + \xi$, where $\xi$ (say "xi") is random
# with mean 0 and variance 1. One step gives $w \leftarrow (1 - \eta) w - \eta \xi$. Square both sides and take the
# mean: the mixed term is 0 on average, because the noise knows nothing of $w$. When the walk has settled, its mean
# square $V$ no longer changes:
#
# $$V = (1 - \eta)^2 V + \eta^2 \quad \Rightarrow \quad V = \frac{\eta}{2 - \eta}.$$
#
# So the mean loss $V / 2$ cannot fall below $\eta / (4 - 2 \eta)$. For $\eta = 0.1$ this floor is 0.0263. The cell lets
# 2,000 weights walk at once, with your `sgd_step`. Expect the constant rate to hit the floor, and the two schedules to
# go through it.

# %%
# %%explore sgd_step, exponential_decay, cosine_decay
schedules = {
    "constant 0.1": lambda n: 0.1,
    "exponential, tau 200": lambda n: exponential_decay(0.1, n, 200),
    "cosine, 400 steps": lambda n: cosine_decay(0.1, n, 400),
}
left, right = plots.panels(2, width=11, height=3.6)
for k, (name, schedule) in enumerate(schedules.items()):
    walkers, noise, heights = {"w": np.full(2000, 3.0)}, np.random.default_rng(7), []
    for n in range(400):
        grads = {"w": walkers["w"] + noise.normal(size=2000)}
        walkers, _ = sgd_step(walkers, grads, {}, schedule(n))
        heights.append(np.mean(walkers["w"] ** 2) / 2)
    left.semilogy([schedule(n) for n in range(400)], lines[k], color=colours[k], label=name)
    right.semilogy(heights, lines[k], color=colours[k], label=name)
    said = f"{name}: mean loss {heights[-1]:.4f} after 400 steps"
    print(said)
    plots.describe(right, said + ".")
    plots.describe(left, f"{name}: from {schedule(0):.3g} to {schedule(399):.2g}.")
left.set(xlabel="step", ylabel="learning rate", title="Three schedules", ylim=(5e-5, 0.2))
right.axhline(0.1 / 3.8, color="0.4", linestyle=(0, (4, 3)), label="floor 0.0263")
right.set(xlabel="step", ylabel="mean loss", title="The noise floor of 2,000 walks")
for ax in (left, right):
    ax.legend(fontsize=8)
plots.show(left)

# %% [markdown]
# A constant rate of 0.001 would have a floor of 0.00025, and would need thousands of steps to come near it. A schedule
# has both: long steps while the way is long, short ones at the end.

# %% [markdown]
# ### Exercise 11 · Clip the gradient
#
# Now and then a single minibatch has a gigantic gradient: a broken example, a cliff in the loss. One step with it can
# undo everything. So cap the length of the gradient.
#
# The length counts *all* arrays of the dict together, as if they were one long vector. It is the **global norm**
#
# $$\|g\| = \sqrt{\sum_{\text{all arrays}} \ \sum_{\text{all elements}} g_i^2}.$$
#
# If it is larger than a limit $c$, all arrays are multiplied by the same factor $c / \|g\|$. Then the norm is $c$, and
# the *direction* is what it was. If the norm is not larger than $c$, nothing changes.
#
# Worked number: $g_W = (6, 0)$ and $g_b = (8)$. The global norm is $\sqrt{36 + 64} = 10$. With $c = 5$ the factor is
# 0.5, and the result is $g_W = (3, 0)$, $g_b = (4)$. With $c = 20$ nothing changes.
#
# **Write** `clip_by_global_norm(grads, max_norm)`. It returns a new dict. A gradient of zeros must stay as it is,
# without a warning.
#
# <details><summary>Hint: a nudge</summary>
#
# One number for the whole dict: first add up the squares of all elements of all arrays, then take one root. Decide with
# that number. Is there a division by 0 when all slopes are 0?
#
# </details>
#


# %%
def clip_by_global_norm(grads, max_norm):
    """Shorten a gradient that is too long, and keep its direction.

    Args:
        grads: gradient, a dict from names to arrays of any shapes.
        max_norm: the largest norm allowed for all arrays together, a positive number.

    Returns:
        A new dict with the same names and shapes; its global norm is at most max_norm.

    Reference: Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: factor * g for name, g in grads.items()}
    ### END SOLUTION


# %%
check("clip_by_global_norm")

# %% [markdown]
# ### Experiment · One broken minibatch
#
# A network with one hidden layer of 32 units reads the digits, trained with your `momentum_step`. Its loss and
# gradients are those of lesson 02, given below. In step 100 the scanner breaks for a moment: the digits of that one
# minibatch come upside down, and 100 times too bright. All other 455 minibatches are fine.
#
# A usual gradient here has a norm of about 0.6. That of the broken minibatch is more than 200. Expect one step to
# destroy what 100 steps have learned, and clipping at 1 to make the accident invisible.


# %%
# %%explore
def mlp_loss(params, X, targets):
    """Return loss and gradients of a network with one hidden layer of ReLUs, as in lesson 02."""
    hidden = np.maximum(X @ params["W1"] + params["b1"], 0.0)
    loss, dlogits = cross_entropy(hidden @ params["W2"] + params["b2"], targets)
    dhidden = (dlogits @ params["W2"].T) * (hidden > 0)
    return loss, {
        "W1": X.T @ dhidden,
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T @ dlogits,
        "b2": dlogits.sum(axis=0),
    }


def new_mlp(seed, num_hidden=32):
    """Make random weights; why with these sizes is a question for lesson 04."""
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(size=(64, num_hidden)) * np.sqrt(2 / 64),
        "b1": np.zeros(num_hidden),
        "W2": rng.normal(size=(num_hidden, 10)) * np.sqrt(2 / num_hidden),
        "b2": np.zeros(10),
    }


# %%
# %%explore momentum_step, clip_by_global_norm
accident_curves = {}
for name, max_norm in {"not clipped": None, "clipped at 1": 1.0}.items():
    params, state, number, losses, norms = new_mlp(3), {}, 0, [], []
    deal = np.random.default_rng(6)
    for _ in range(12):
        for batch in minibatches(1200, 32, deal):
            number += 1
            X = digits.X_train[batch]
            X = 100 * X[:, ::-1] if number == 100 else X  # the pixels in the opposite order: upside down
            _, grads = mlp_loss(params, X, targets[batch])
            norms.append(np.sqrt(sum(np.sum(g**2) for g in grads.values())))
            grads = clip_by_global_norm(grads, max_norm) if max_norm else grads
            params, state = momentum_step(params, grads, state, 0.03, 0.9)
            if number % 12 == 0:
                losses.append(mlp_loss(params, digits.X_train, targets)[0])
    accident_curves[name] = losses
    places = 12 * np.arange(1, len(losses) + 1)
    print(f"{name:>12}: norms {np.median(norms):.2f} in the middle, {norms[99]:.0f} in the accident;", end=" ")
    print(f"loss {losses[7]:.2f} before, {max(losses[8:]):.2f} at worst after it, {losses[-1]:.3f} at the end")
ax = plots.panels(width=7, height=3.6)[0]
for k, (name, losses) in enumerate(accident_curves.items()):
    ax.semilogy(places, losses, lines[k], color=colours[k], label=name)
    plots.describe(ax, f"{name}: loss {losses[7]:.2f} before step 100, {max(losses[8:]):.2f} at worst after it.")
ax.axvline(100, color="0.4", linestyle=(0, (4, 3)), label="the accident")
ax.set(xlabel="step", ylabel="loss on all training digits", title="One broken minibatch")
ax.legend()
plots.show(ax)

# %% [markdown]
# ## Part 6 · The race
#
# You own seven optimizers now, and the panel lets them run side by side from one start, with your `adam_step` as an
# eighth. It opens with a question. Watch their paths first: SGD falls to the floor of the valley and then crawls;
# momentum and Nesterov swing; those with a rate for every weight set out diagonally, for they walk at the same speed
# along a steep and a flat direction. Then move the learning rate, and let each run at its own best rate: who wins then?
# The third picture shows how choosy each one is.

# %%
# %%explore adam_step
from dnnkit.demos import optimizer_race

optimizer_race(step=adam_step)

# %% [markdown]
# ### Experiment · Past a saddle
#
# With many weights, a place where all slopes are 0 is seldom the bottom. Mostly it is a **saddle**: along some
# directions the loss goes up, along others down. Take $J(x, y) = \frac{x^2}{2} - \frac{y^2}{2} + \frac{y^4}{4}$. It has
# a saddle at $(0, 0)$, and its two lowest places at $(0, \pm 1)$. Start at $(1, 10^{-6})$, almost exactly on the line
# that leads to the saddle. Before you run it: who gets away first?

# %%
# %%explore sgd_step, momentum_step, rmsprop_step, adam_step
saddle_starts = {
    "SGD": (sgd_step, (0.1,)),
    "momentum": (momentum_step, (0.1, 0.9)),
    "RMSProp": (rmsprop_step, (0.03, 0.9, 1e-8)),
    "Adam": (adam_step, (0.03, 0.9, 0.999, 1e-8)),
}
saddle_ways = {}
for name, (step, settings) in saddle_starts.items():
    path = descend(step, settings, lambda w: np.array([w[0], w[1] ** 3 - w[1]]), np.array([1.0, 1e-6]), 200)
    saddle_ways[name] = np.abs(path[:, 1])
    print(f"{name:>9}: half-way to the bottom after {np.argmax(saddle_ways[name] > 0.5)} steps")
ax = plots.plot_curves(
    np.arange(201), saddle_ways, xlabel="step", ylabel="distance from the saddle, |y|", log="y", title="Past a saddle"
)
plots.show(ax)

# %% [markdown]
# Near the saddle the slope along $y$ is tiny, and SGD takes tiny steps: each makes the distance 1.1 times larger.
# Momentum adds them up. RMSProp and Adam divide by the size of the slope, so that a tiny slope gives a step like any
# other, and they hardly notice that there was a saddle.

# %% [markdown]
# Who is best? A race at one rate for all cannot say: a rate means something else in every rule. Commit to an answer,
# about the digits this time.

# %%
# %%explore
predict(
    "race",
    "A network learns the digits for four epochs. All seven get the learning rate 0.01. Which one ends with the "
    "highest loss?",
    ["SGD", "AdaGrad", "Adadelta"],
)

# %% [markdown]
# The next cell is the fair race. It trains the network of the last experiment four epochs with every optimizer, at ten
# learning rates each: 70 trainings from the same start, in a few seconds. Left, the loss against the rate. Right, each
# at its own best rate.

# %%
# %%explore sgd_step, momentum_step, nesterov_step, adagrad_step, rmsprop_step, adadelta_step, adam_step
racers = {
    "SGD": (sgd_step, ()),
    "momentum": (momentum_step, (0.9,)),
    "Nesterov": (nesterov_step, (0.9,)),
    "AdaGrad": (adagrad_step, (1e-8,)),
    "RMSProp": (rmsprop_step, (0.9, 1e-8)),
    "Adadelta": (adadelta_step, (0.95, 1e-6)),
    "Adam": (adam_step, (0.9, 0.999, 1e-8)),
}  # what each takes after the learning rate
rates = 10.0 ** np.array([-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5])
left, right = plots.panels(2, width=13, height=4.4)
print("            loss after four epochs            best rate      loss   test accuracy")
for k, (name, (step, settings)) in enumerate(racers.items()):
    results = []
    for rate in rates:
        with np.errstate(all="ignore"):  # at the highest rates some of them fly away
            results.append(
                train(
                    step,
                    (rate, *settings),
                    mlp_loss,
                    new_mlp(3),
                    digits.X_train,
                    targets,
                    4,
                    32,
                    np.random.default_rng(4),
                )
            )
    ends = np.array([losses[-1] for _, losses, _ in results])
    ends = np.where(np.isfinite(ends), ends, np.inf)
    best = int(np.argmin(ends))
    params, losses, _ = results[best]
    hidden = np.maximum(digits.X_test @ params["W1"] + params["b1"], 0.0)
    accuracy = np.mean(np.argmax(hidden @ params["W2"] + params["b2"], axis=1) == digits.y_test)
    look = {"color": colours[k], "linestyle": lines[k % 4], "marker": plots.MARKERS[k], "label": name, "markersize": 4}
    left.loglog(rates, np.minimum(ends, 5.0), **look)
    right.semilogy(range(1, 5), losses, **look)
    plots.describe(left, f"{name}: lowest loss {ends[best]:.3f}, at the rate {rates[best]:.2g}.")
    plots.describe(right, f"{name}: {losses[0]:.2f} after one epoch, {losses[3]:.2f} after four.")
    print(f"{name:>10}: at 0.01 {ends[2]:.3f}, at 0.1 {ends[4]:.3f}", end="")
    print(f"       {rates[best]:9.2g}  {ends[best]:9.3f}  {accuracy:9.1%}")
left.set(xlabel="learning rate", ylabel="loss after four epochs, or 5 if more", title="Sensitive to the rate")
right.set(xlabel="epoch", ylabel="loss", title="Each at its own best rate", xticks=range(1, 5))
for ax in (left, right):
    ax.yaxis.set_minor_formatter("")
    ax.set_yticks([0.1, 0.2, 0.5, 1, 2, 5], labels=["0.1", "0.2", "0.5", "1", "2", "5"])
right.set_ylim(0.05, 1.0)
right.legend(fontsize=8, loc="upper right")
plots.show(left)
reveal(
    "race",
    "Adadelta",
    "Its rate is a factor on steps that it finds itself, and belongs at 1 or above. At 0.01 it walks a hundred times "
    "slower than it wants to. Given its own best rate, it is about as good as the others.",
)

# %% [markdown]
# Two things to see. Left: the valleys of good rates lie at very different places, about 0.03 for RMSProp and Adam, 0.1
# for momentum, Nesterov and AdaGrad, 0.3 for SGD, 10 for Adadelta. So a comparison at one rate for all says nothing.
# Right: at its own best rate, each of them learns. Momentum, Nesterov and Adam lead, and are close together.
#
# Nor does a usual rate save the search. With 0.001, the default of Keras, Adam reads 80 % of the test digits after
# these four epochs; with 0.03 it reads 95 % (means of five draws). What speaks for Adam: its steps have a known length,
# however large the slopes are, so a usual rate is seldom off by more than a factor of some thirty.

# %% [markdown]
# ### Experiment · A rate from one short run
#
# Seventy trainings to find seven rates: nobody can pay for that with a large network. A **range test** (Smith 2017)
# takes one short run. Begin with a rate that is far too low, and make it larger in every step, by the same factor,
# until it is far too high. Watch the loss of each minibatch. It falls once the rate is large enough, is lowest just
# before the rate is too large, and then rises. Before you run it: at which rate is it lowest, at the best rate of the
# race, below it, or above it?

# %%
# %%explore sgd_step, momentum_step, nesterov_step, adam_step


def range_test(step, settings, X, targets, seed):
    """Take a step on each minibatch of three epochs, with a rate that grows from 0.0001 to 10.

    Returns the rates and the losses, of which each is the mean of nine steps.
    """
    params, state, losses, deal = new_mlp(seed), {}, [], np.random.default_rng(seed)
    batches = [batch for _ in range(3) for batch in minibatches(len(X), 32, deal)]
    rates = np.geomspace(1e-4, 10, len(batches))
    for rate, batch in zip(rates, batches, strict=True):
        with np.errstate(all="ignore"):  # at the end it flies away, and it should
            loss, grads = mlp_loss(params, X[batch], targets[batch])
            params, state = step(params, grads, state, rate, *settings)
        losses.append(min(loss, 5.0) if np.isfinite(loss) else 5.0)
    return rates[4:-4], np.convolve(losses, np.ones(9) / 9, mode="valid")


test_losses = {}
for name in ("SGD", "momentum", "Nesterov", "Adam"):
    test_rates, test_losses[name] = range_test(*racers[name], digits.X_train, targets, 3)
ax = plots.plot_curves(
    test_rates,
    test_losses,
    xlabel="learning rate, growing from step to step",
    ylabel="loss of the minibatch, or 5 if more",
    log="x",
    title="One run of three epochs for each",
)
plots.show(ax)
for name, smooth in test_losses.items():
    lowest = test_rates[np.argmin(smooth)]
    print(f"{name:>10}: lowest at the rate {lowest:.2g}, a third of that is {lowest / 3:.2g}")

# %% [markdown]
# Compare with the race: 0.3 for SGD, 0.1 for momentum and Nesterov, 0.03 for Adam. The rate at which the test's loss is
# lowest is about three times as large, for the run was near its end there. So *take a third of it*. Over six starts
# this gives 0.17 to 0.35 for SGD, 0.08 to 0.17 for momentum, 0.06 to 0.10 for Nesterov, and 0.015 to 0.06 for Adam.
# The price is three epochs in place of forty.
#
# Large networks are often started with a **warm-up**: for some hundred steps the rate rises from 0 to its value. The
# next cell tries it with Adam, at a good rate and at one that is several times too high.

# %%
# %%explore adam_step


def adam_after_warm_up(rate, warm_up, seed):
    """Train for eight epochs with Adam, whose rate rises in the first `warm_up` steps; return the loss at the end."""
    params, state, deal, t = new_mlp(seed), {}, np.random.default_rng(seed), 0
    for _ in range(8):
        for batch in minibatches(1200, 32, deal):
            t += 1
            _, grads = mlp_loss(params, digits.X_train[batch], targets[batch])
            now = rate * min(1.0, t / warm_up) if warm_up else rate
            params, state = adam_step(params, grads, state, now, 0.9, 0.999, 1e-8)
    return mlp_loss(params, digits.X_train, targets)[0]


for rate in (0.03, 0.2):
    without, after = ([adam_after_warm_up(rate, steps, seed) for seed in range(6)] for steps in (0, 76))
    print(f"rate {rate:g}: loss {np.mean(without):.2f} ({min(without):.2f} to {max(without):.2f}), ", end="")
    print(f"with a warm-up of 76 steps {np.mean(after):.2f} ({min(after):.2f} to {max(after):.2f})")

# %% [markdown]
# At the good rate a warm-up changes nothing, here. At the high one it helps: Adam divides by the size of the slopes,
# and in the first steps it has seen only a few of them. So a warm-up makes a rate survive that would otherwise be too
# high. In networks of many layers, such rates are the ones in use.

# %% [markdown]
# ### Experiment · Weight decay, and AdamW
#
# Many networks today, large language models above all, are trained with **AdamW** (Loshchilov and Hutter 2019). It is
# Adam, but beside its step each weight shrinks a little towards 0, by $\eta \lambda w$. This is called **weight
# decay**; Lesson 04 says what it is good for. One could as well add $\lambda w$ to the slope. For SGD that is the same.
# For Adam it is not:

# %%
# %%explore
predict(
    "decay",
    "A weight is 1, and the loss has no slope along it. Adam with rate 0.01 takes one step, with λw added to the "
    "slope, once with λ = 0.1 and once with λ = 0.0001. What is the weight afterwards?",
    ["0.999 and 0.999999", "0.99 both times", "1 both times"],
)


# %%
# %%explore adam_step
def step_with_decay(params, grads, state, learning_rate, decay, beside):
    """Take a step of AdamW (beside), or of Adam with the decay in the slope."""
    slopes = {name: g + (0 if beside else decay) * params[name] for name, g in grads.items()}
    moved, state = adam_step(params, slopes, state, learning_rate, 0.9, 0.999, 1e-8)
    shrink = learning_rate * decay if beside else 0
    return {name: moved[name] - shrink * params[name] for name in moved}, state


for decay in (0.1, 0.0001):
    ends = [step_with_decay({"w": 1.0}, {"w": 0.0}, {}, 0.01, decay, beside)[0]["w"] for beside in (False, True)]
    print(f"decay {decay:g}: in the slope {ends[0]:.6f}, beside the step {ends[1]:.6f}")
reveal(
    "decay",
    "0.99 both times",
    "Adam divides by the size of the slope, and here λw is all the slope there is, so λ cancels. Beside the step it "
    "counts.",
)

few = {"no decay": (0, True), "in the slope": (0.03, False), "beside it, AdamW": (1, True)}
shares = {name: [] for name in few}
for draw in range(5):
    split, deal = data.load_digits(rng=np.random.default_rng(draw)), np.random.default_rng(draw)
    few_X, labels = split.X_train[:200], split.y_train[:200].copy()
    labels[:60] = (labels[:60] + deal.integers(1, 10, size=60)) % 10  # 60 of 200 labels are wrong
    for name, how in few.items():
        settings, few_targets, deal = (0.003, *how), np.eye(10)[labels], np.random.default_rng(draw)
        net, _, _ = train(step_with_decay, settings, mlp_loss, new_mlp(draw), few_X, few_targets, 60, 32, deal)
        hidden = np.maximum(split.X_test @ net["W1"] + net["b1"], 0.0)
        shares[name].append(np.mean(np.argmax(hidden @ net["W2"] + net["b2"], axis=1) == split.y_test))
for name, values in shares.items():
    print(f"{name:>17}: test accuracy {np.mean(values):.1%} ({min(values):.1%} to {max(values):.1%})")

# %% [markdown]
# The recipe: 200 digits, 60 of them with a wrong label, 60 epochs in minibatches of 32, rate 0.003. Decay is worth
# about four points, wherever it goes in. With each way at its own best rate, too, one point is left, less than between
# two draws: 81.5 % without decay, 82.5 % in the slope, 82.9 % beside it, over six draws. So AdamW does not always end
# higher. It is used because $\lambda$ means what it says: the same share of every weight, whatever its slopes are.

# %% [markdown]
# ### The same in Keras
#
# Every one of these rules has a class in `keras.optimizers`. The next cell feeds both, your function and the class, the
# same 20 random slopes, and prints the largest difference. Keras computes in `float32` here, so expect $10^{-5}$ or
# less.
#
# Where the defaults of Keras differ from the papers, the cell says what it wants:
#
# | class | default | here |
# | --- | --- | --- |
# | `Adagrad` | the sum of squares starts at 0.1 | `initial_accumulator_value=0.0` |
# | `Adadelta` | learning rate 0.001, $\epsilon = 10^{-7}$ | 1 and $10^{-6}$, as in the paper |
# | all with $\epsilon$ | $10^{-7}$ | $10^{-8}$ |
# | `Adam` | $\epsilon$ is added to $\sqrt{v}$, not to $\sqrt{\hat v}$ | not visible while it is tiny |
#
# The import takes a few seconds.

# %%
# %%explore sgd_step, momentum_step, nesterov_step, adagrad_step, rmsprop_step, adadelta_step, adam_step
import keras

classes = keras.optimizers
twins = {
    "SGD": (0.1, classes.SGD(0.1)),
    "momentum": (0.1, classes.SGD(0.1, momentum=0.9)),
    "Nesterov": (0.1, classes.SGD(0.1, momentum=0.9, nesterov=True)),
    "AdaGrad": (0.1, classes.Adagrad(0.1, initial_accumulator_value=0.0, epsilon=1e-8)),
    "RMSProp": (0.1, classes.RMSprop(0.1, rho=0.9, epsilon=1e-8)),
    "Adadelta": (1.0, classes.Adadelta(1.0, rho=0.95, epsilon=1e-6)),
    "Adam": (0.1, classes.Adam(0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-8)),
}
slopes = np.random.default_rng(8).normal(size=(20, 3, 2))
for name, (rate, twin) in twins.items():
    step, settings = racers[name]
    params, state = {"W": np.ones((3, 2))}, {}
    variable = keras.Variable(np.ones((3, 2)), dtype="float32")
    differences = []
    for slope in slopes:
        params, state = step(params, {"W": slope}, state, rate, *settings)
        twin.apply([keras.ops.convert_to_tensor(slope, dtype="float32")], [variable])
        differences.append(np.abs(params["W"] - keras.ops.convert_to_numpy(variable)).max())
    print(f"{name:>9}: largest difference in 20 steps {max(differences):.1e} (tolerance 1e-5)")

# %% [markdown]
# ## Part 7 · Tune it
#
# The last exercise is judged by what you achieve, in ravines that you have never seen.
#
# A hidden ravine is a quadratic loss with $D$ weights, $D$ from 2 to 5,
#
# $$J(w) = \tfrac{1}{2} (w - w^*)^T H \, (w - w^*).$$
#
# - $H$, shape $(D, D)$, holds the curvatures: one for each of $D$ directions, which stand at right angles. The ravine
#   is turned at random, so that these directions are not the axes.
# - $w^*$, shape $(D,)$, is the minimum, somewhere.
# - The start has $J = 1$.
#
# You are told the smallest and the largest curvature of the ravine, and nothing else. You choose an optimizer and its
# settings. The grader takes 200 steps with it, and wants $J < 10^{-6}$. The condition number goes up to 500, and the
# curvatures themselves may be anything: 0.001 to 0.1, or 40 to 20,000.
#
# Plain SGD at its best rate leaves 45 % of the way at $\kappa = 500$, as computed in Part 1. So something better is
# needed.
#
# The map below shows $J$ after 200 steps with your `momentum_step`, for many pairs of rate and momentum, in a ravine
# with curvatures 1, 10 and 100, from $J = 1$ on. White means that it diverged. The island of success is small, and it
# lies near the shore.

# %%
# %%explore momentum_step
map_curvatures = np.array([1.0, 10.0, 100.0])
map_start = np.sqrt(2 / (3 * map_curvatures))  # the three directions share J = 1
map_rates, map_momenta = np.geomspace(0.002, 0.06, 22), np.linspace(0.0, 0.98, 18)
heights = np.full((len(map_momenta), len(map_rates)), np.nan)
for row, momentum in enumerate(map_momenta):
    for column, rate in enumerate(map_rates):
        with np.errstate(all="ignore"):
            end = descend(momentum_step, (rate, momentum), lambda w: map_curvatures * w, map_start, 200)[-1]
        height = 0.5 * np.sum(map_curvatures * end**2)
        heights[row, column] = np.log10(height + 1e-30) if height < 100 else np.nan
row, column = np.unravel_index(np.nanargmin(heights), heights.shape)
lowest = f"lowest at rate {map_rates[column]:.3f} and momentum {map_momenta[row]:.2f}: 1e{heights[row, column]:.0f}"
ax = plots.panels(width=7, height=4.2)[0]
picture = ax.pcolormesh(map_rates, map_momenta, heights, cmap="viridis", vmin=-20, vmax=2, shading="nearest")
ax.figure.colorbar(picture, ax=ax, label="log10 of J after 200 steps")
ax.contour(
    map_rates,
    map_momenta,
    np.nan_to_num(heights, nan=9.0),
    levels=[-6],
    colors="white",
    linestyles="solid",
    linewidths=2,
)
ax.axvline(2 / 100, color="black", linestyle=(0, (4, 3)), label="2/λ, the limit of SGD")
ax.set(xscale="log", xlabel="learning rate", ylabel="momentum", title="Curvatures 1 to 100: inside the line, J < 1e-6")
ax.minorticks_off()
ax.set_xticks([0.002, 0.005, 0.01, 0.02, 0.05], labels=["0.002", "0.005", "0.01", "0.02", "0.05"])
ax.legend(loc="lower left", fontsize=8)
plots.describe(ax, f"A map of J after 200 steps over learning rate and momentum; {lowest}.")
plots.show(ax)
print(lowest)

# %% [markdown]
# ### Exercise 12 · Tune
#
# **Write** `tune(smallest, largest)`. It returns two things: the name of a step function, as a string, and its
# settings, a tuple of everything that the step function takes after the state. For example:
#
# ```
# return "adam_step", (0.1, 0.9, 0.999, 1e-8)
# ```
#
# The names to choose from are `"sgd_step"`, `"momentum_step"`, `"nesterov_step"`, `"adagrad_step"`, `"rmsprop_step"`,
# `"adadelta_step"` and `"adam_step"`. The grader runs its own copy of that function.
#
# There are two ways to find the settings. Both are fine:
#
# - *think*: the hints lead to the best rate and momentum;
# - *search*: inside `tune`, try a handful of settings on a ravine of your own, with `descend`, and return the best. A
#   ravine with the two curvatures on the axes, and some between, is a good stand-in. Keep it under ten seconds.
#
# How to test a choice: the check has two ravines. You can copy its code and try others.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The unit first. If all curvatures are multiplied by 10, which of the settings must change, and how? Which can depend
# only on the condition number $\kappa$? Then find good settings for $\kappa = 100$ on the map, and ask how they change
# with $\kappa$.
#
# </details>
#
# <details><summary>Hint 2: the right size</summary>
#
# With momentum, the rate may be nearly twice as large as for SGD, but the steepest curvature still sets the limit:
# $\eta < 2 (1 + m) / \lambda_{\max}$. With enough momentum, each step shrinks *every* direction by the same factor
# $\sqrt{m}$. So you want the smallest $m$ that is enough. At $\kappa = 500$ that is about 0.84; for larger $\kappa$
# it must come closer to 1, like $1 - 4 / \sqrt{\kappa}$.
#
# </details>
#
# <details><summary>Hint 3: two equations</summary>
#
# A direction of curvature $\lambda$ shrinks by $\sqrt{m}$ as long as $1 + m - \eta \lambda$ lies between $-2 \sqrt{m}$
# and $2 \sqrt{m}$. The best pair (Polyak 1964) uses all of that room: with the smallest curvature $\mu$ and the largest
# $L$,
#
# $$1 + m - \eta \mu = 2 \sqrt{m}, \qquad 1 + m - \eta L = -2 \sqrt{m}.$$
#
# Write $1 + m \mp 2 \sqrt{m}$ as squares, take roots, and solve for $\sqrt{\eta}$ and $\sqrt{m}$.
#
# </details>


# %%
def tune(smallest, largest):
    """Choose an optimizer and its settings for a ravine of which only the range of curvatures is known.

    Args:
        smallest: the smallest curvature of the ravine, a positive number.
        largest: the largest curvature, a positive number; at most 500 times the smallest.

    Returns:
        (name, settings): the name of a step function, such as "sgd_step", and a tuple of what it takes after the state.

    Reference: Polyak 1964 (the best rate and momentum of the heavy ball).
    """
    ### BEGIN SOLUTION
    root = np.sqrt(largest / smallest)
    learning_rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    momentum = ((root - 1) / (root + 1)) ** 2
    return "momentum_step", (float(learning_rate), float(momentum))
    ### END SOLUTION


# %%
check("tune")

# %% [markdown]
# Here is your choice at work on ravines of growing condition number, beside plain SGD at *its* best rate,
# $2 / (\lambda_{\max} + \lambda_{\min})$. In theory, each step of SGD then shrinks the distance by the factor
# $(\kappa - 1) / (\kappa + 1)$, and each step with the best momentum by
#
# $$\frac{\sqrt{\kappa} - 1}{\sqrt{\kappa} + 1}.$$
#
# With $\kappa = 500$ that is 0.996 and 0.914. Momentum turns $\kappa$ into $\sqrt{\kappa}$: 500 feels like 22.
#
# Expect SGD to miss the dashed line from about $\kappa = 60$ on, and your choice to stay below it.

# %%
# %%explore tune, sgd_step, momentum_step, nesterov_step, adagrad_step, rmsprop_step, adadelta_step, adam_step
kappas = np.geomspace(2, 500, 14)
steps = {step.__name__: step for step, _ in racers.values()}
reached = {"SGD at its best": [], "your choice": []}
for kappa in kappas:
    spread = np.geomspace(1.0, kappa, 4)
    begin = np.sqrt(2 / spread / 4)  # the four directions share J = 1
    chosen, settings = tune(1.0, kappa)
    for name, (step, how) in zip(reached, [(sgd_step, (2 / (1 + kappa),)), (steps[chosen], settings)], strict=True):
        end = descend(step, how, lambda w, spread=spread: spread * w, begin, 200)[-1]
        reached[name].append(max(0.5 * np.sum(spread * end**2), 1e-30))
ax = plots.panels(width=7, height=3.6)[0]
for k, (name, heights) in enumerate(reached.items()):
    ax.loglog(kappas, heights, lines[k], color=colours[k], marker=plots.MARKERS[k], markersize=4, label=name)
    plots.describe(ax, f"{name}: {heights[7]:.1e} at condition number {kappas[7]:.0f}, {heights[-1]:.1e} at 500.")
    print(f"{name:>15}: J after 200 steps {heights[7]:.1e} at kappa {kappas[7]:.0f}, {heights[-1]:.1e} at kappa 500")
ax.axhline(1e-6, color="0.4", linestyle=(0, (4, 3)), label="asked")
ax.set(xlabel="condition number", ylabel="J after 200 steps, or 1e-30 if less", title="How narrow may the ravine be?")
ax.legend()
plots.show(ax)

# %% [markdown]
# ## What to take away
#
# - The steepest curvature sets the limit of the learning rate, $2 / \lambda_{\max}$. The flattest one sets how long it
#   takes.
# - Small batches need fewer examples, large ones use the machine better. In between lies the minibatch.
# - Momentum adds up what agrees and cancels what does not. It turns the condition number into its square root.
# - AdaGrad, RMSProp, Adadelta and Adam give each weight a rate of its own, from the size of its own slopes.
# - Running means that start at 0 are too small at first. Adam divides by $1 - \beta^t$.
# - Noise puts a floor under the loss, and the floor falls with the rate. That is why the rate should fall.
# - Compare optimizers only when each has its own best learning rate. A range test finds it in one short run.
#
# **Questions to carry with you**
#
# 1. Turn the ravine of Part 1 by 45 degrees and let the seven run again. Which of them walk the same path, only turned?
#    Which do not, and why?
# 2. Adam with $\beta_1 = \beta_2 = 0$ and a tiny $\epsilon$ is a very simple rule. Which? (Look at the sign of the
#    slope.)
# 3. You double the batch size. The noise of the gradient falls by a factor $\sqrt{2}$. What does the noise floor say
#    about the learning rate that you may now use?
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. SGD, momentum and Nesterov walk the same path, turned: their steps are sums of slopes. The others divide along each
#    axis on its own, and walk another path. At their best rates, AdaGrad, RMSProp and Adadelta end higher after the
#    turn, and Adam about as high.
# 2. $\hat m = g$ and $\hat v = g^2$, so each step is $\eta$ long, against the sign of the slope: sign descent.
# 3. Half the variance halves the floor, and the floor grows about in proportion to $\eta$. So twice the rate keeps it.
#
# </details>
#
# **Sources**
#
# - H. Robbins and S. Monro (1951), [*A stochastic approximation method*](https://doi.org/10.1214/aoms/1177729586):
#   descent with noisy slopes, and rates that fall.
# - B. T. Polyak (1964), [*Some methods of speeding up the convergence of iteration
#   methods*](https://doi.org/10.1016/0041-5553%2864%2990137-5): momentum, and its best settings.
# - Y. Nesterov (1983), *A method for solving a convex programming problem with convergence rate O(1/k²)*.
# - J. Duchi, E. Hazan and Y. Singer (2011), [*Adaptive subgradient methods for online learning and stochastic
#   optimization*](https://jmlr.org/papers/v12/duchi11a.html): AdaGrad.
# - T. Tieleman and G. Hinton (2012), *Neural networks for machine learning*, lecture 6e: RMSProp.
# - M. D. Zeiler (2012), [*ADADELTA: an adaptive learning rate method*](https://arxiv.org/abs/1212.5701), algorithm 1.
# - I. Sutskever, J. Martens, G. Dahl and G. Hinton (2013), [*On the importance of initialization and momentum in deep
#   learning*](https://proceedings.mlr.press/v28/sutskever13.html), eq. 1 to 4.
# - A. Senior, G. Heigold, M. Ranzato and K. Yang (2013), *An empirical study of learning rates in deep neural networks
#   for speech recognition*: schedules.
# - R. Pascanu, T. Mikolov and Y. Bengio (2013), [*On the difficulty of training recurrent neural
#   networks*](https://arxiv.org/abs/1211.5063), algorithm 1: clipping.
# - D. P. Kingma and J. Ba (2015), [*Adam: a method for stochastic optimization*](https://arxiv.org/abs/1412.6980),
#   algorithm 1; the end of section 2 has the form that Keras uses.
# - A. C. Wilson et al. (2017), [*The marginal value of adaptive gradient methods in machine
#   learning*](https://arxiv.org/abs/1705.08292); D. Choi et al. (2019), [*On empirical comparisons of optimizers for
#   deep learning*](https://arxiv.org/abs/1910.05446): why the comparison must be fair.
# - L. N. Smith (2017), [*Cyclical learning rates for training neural networks*](https://arxiv.org/abs/1506.01186),
#   section 3.3: the range test.
# - I. Loshchilov and F. Hutter (2017), [*SGDR: stochastic gradient descent with warm
#   restarts*](https://arxiv.org/abs/1608.03983), eq. 5; the same (2019), [*Decoupled weight decay
#   regularization*](https://arxiv.org/abs/1711.05101): AdamW.
