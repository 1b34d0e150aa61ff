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
# # Lesson 01 · One neuron
#
# A deep network is built from one small part, used many times. In this lesson you write that part and teach it, in
# plain NumPy. At the end, ten of your neurons read handwritten digits.
#
# **You will be able to**
#
# - write a neuron, its loss and its gradient so that no input breaks them;
# - test any gradient with finite differences, and find the mistake when it is wrong;
# - train a neuron with minibatches, and see what its learning rate does;
# - say what one neuron cannot learn, and fix that with better features;
# - turn a row of neurons into a classifier of many classes;
# - get the same answer from Keras, to five decimal places.
#
# **You need** Python, NumPy arrays (shapes, `@`, broadcasting, `axis`), the derivative of a function, and the natural
# logarithm. No knowledge of neural networks.
#
# **Time** about four hours: three for the exercises, one for reading and for the experiments. **Points** 24.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `sigmoid` | squash any number into 0 to 1 | ● | 25 | 2 |
# | 2 | `neuron` | a weighted sum and a squash | ● | 8 | 2 |
# | 3 | `logistic_loss` | how wrong the neuron is | ●● | 20 | 2 |
# | 4 | `logistic_gradient` | which way is downhill | ●● | 20 | 3 |
# | 5 | `logistic_gradient_broken` | bug hunt | ●● | 10 | 2 |
# | 6 | `minibatches` | deal the examples into small groups | ● | 12 | 2 |
# | 7 | `fit_logistic` | train the neuron | ●● | 25 | 3 |
# | 8 | `softmax` | scores become probabilities | ●● | 12 | 2 |
# | 9 | `softmax_cross_entropy` | loss and gradient for many classes | ●●● | 30 | 3 |
# | 10 | `fit_softmax` | read handwritten digits | ●● | 25 | 3 |
#
# **How to work**
#
# - Run the cells from top to bottom (Shift+Enter).
# - An exercise is a cell with an unfinished function. Replace the line `raise NotImplementedError(...)` by your code.
# - Run the cell `check("...")` below it. It tries a few small inputs, and shows what your function should have
#   returned. Try as often as you like. The grade comes from other inputs, which you do not see.
# - A cell that begins with `%%explore` plays with your functions. It waits until the functions that it names are
#   written. What it shows is right only when they are right, so pass their checks first.
# - Compute in `float64`, NumPy's default. The checks accept `float32` too, but the numbers of the experiments then
#   differ a little.
# - **What may come in** stands in each docstring. Besides, an array may hold whole numbers (integers), it may be the
#   transpose of another one, and any of its sizes may be 1. No size is 0 unless the docstring says so.
# - **What must come out:** exactly the shape of the docstring. For a vector, shape $(N,)$, a list of numbers is welcome
#   too. For a number, return a number, not an array with one element.
# - All of NumPy is welcome, and SciPy where you know a function that fits.
# - Never change an array that came in as an argument: write `X = X - 1`, not `X -= 1`. An array that you made inside
#   your function is yours to change.
# - Remember nothing from one call to the next, and take all randomness from the argument `rng`, where there is one.
# - Stuck? Open the first hint. Then try again before you open the next one.
#
# **Hand in:** restart the kernel, run all cells, and look at every check once more. Save the notebook, and only then
# hand in this one file the way your instructor told you. Your own extra cells are welcome, and an error left in one of
# them costs no points. Do not delete check cells. (If one gets lost, your grade stays the same.)

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

# %% [markdown]
# The next cell loads what the pictures and experiments need. The grader skips it, as it skips every cell that begins
# with `%%explore`. A name made in such a cell (`plots`, `blobs_X`, later `digits`) does not exist for the grader.
#
# So your functions may use only NumPy, as `np`, and what is defined in cells without `%%explore`.
#
# If one of these three cells fails, the end of the page `start.ipynb` says how to find out what is missing.

# %%
# %%explore
from dnnkit import data, plots, predict, reveal
from dnnkit.gradcheck import gradient_error, numerical_gradient

blue, orange = plots.COLOURS[:2]
blobs_X, blobs_y = data.make_blobs(400, np.random.default_rng(1), noise=1.5)  # two clouds of points

# %% [markdown]
# ## Part 1 · A line and a squash
#
# A neuron makes a decision from numbers. Take two numbers for now, say the air pressure and the humidity, and one
# question: will it rain tomorrow?
#
# The neuron draws a straight line, and says yes on one side of it and no on the other. The picture shows such a line.
# Run the cell, then read on.

# %%
# %%explore
left, right = plots.panels(2)
axis = np.linspace(-3, 3, 121)
scores = 2 * axis[None, :] + axis[:, None] - 1
field = left.contourf(axis, axis, scores, levels=np.arange(-10, 11, 2), cmap="PuOr_r")
left.figure.colorbar(field, ax=left, label="score z")
left.contour(axis, axis, scores, levels=[0], colors="black", linewidths=2)
left.annotate("", xy=(2.4, 1.2), xytext=(0.4, 0.2), arrowprops={"arrowstyle": "->", "lw": 2})
left.text(0.6, 1.2, "w = (2, 1)")
left.plot([2, 1, 0], [0, -1, 0], "o", color="black", markerfacecolor="white")
left.set(xlabel="$x_1$", ylabel="$x_2$", title="The score z grows along w", aspect="equal")
right.plot([-6, 0, 0, 6], [0, 0, 1, 1], color="black")
right.set(xlabel="score z", ylabel="answer", title="A hard step")
plots.describe(
    left,
    "A plane coloured by the score z. A straight black line marks z = 0, an arrow w stands at right angles to it, and "
    "z grows along the arrow. Three white dots: at (2, 0) beyond the line, (1, -1) on it, (0, 0) before it.",
)
plots.describe(right, "0 for negative z, 1 for positive z, a jump at z = 0.")
plots.show(left)

# %% [markdown]
# On the left, every point of the plane has a **score**
#
# $$z = w_1 x_1 + w_2 x_2 + b.$$
#
# - $x = (x_1, x_2)$ is one example: a vector of $D$ numbers, shape $(D,)$. Here $D = 2$.
# - $w = (w_1, w_2)$ holds the **weights**, shape $(D,)$ too. Here $w = (2, 1)$.
# - $b$ is the **bias**, one number. Here $b = -1$.
#
# The line is where $z = 0$. It stands at right angles to $w$, and $b$ shifts it. Check the three white dots by hand:
#
# | $x$ | $z = 2 x_1 + x_2 - 1$ | side |
# | --- | --- | --- |
# | $(2, 0)$ | $4 + 0 - 1 = 3$ | yes |
# | $(1, -1)$ | $2 - 1 - 1 = 0$ | on the line |
# | $(0, 0)$ | $0 + 0 - 1 = -1$ | no |
#
# On the right is the oldest way to turn a score into an answer: a hard step. The first artificial neuron (McCulloch and
# Pitts 1943) had it already. But it only counted how many of its inputs were on, and people wired it by hand; weights
# of any size, learned from examples, came with Rosenblatt's perceptron (1958). A hard step is hard to teach: when the
# line moves a little, most answers do not change at all, so nothing tells us whether the move was a good one. We want a
# soft step, whose answers all change a little when the line moves a little.
#
# The soft step that we use is the **sigmoid**,
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}.$$
#
# It turns any score into a number between 0 and 1. We read it as a probability: how sure the neuron is that the
# answer is yes.
#
# Worked numbers:
#
# - $\sigma(0) = 1 / (1 + 1) = 0.5$. On the line, the neuron cannot tell.
# - $\sigma(\log 3) = 1 / (1 + 1/3) = 3/4$, and $\sigma(-\log 3) = 1 / (1 + 3) = 1/4$. (In this course, $\log$ is the
#   natural logarithm.)
# - In general $\sigma(-z) = 1 - \sigma(z)$.

# %% [markdown]
# ### Exercise 1 · Sigmoid
#
# The formula has a trap. A computer's number (`float64`) cannot be larger than about $1.8 \cdot 10^{308}$, and
# $e^{710}$ already is. On the other side, the smallest positive one is about $5 \cdot 10^{-324}$.

# %%
# %%explore
with np.errstate(over="ignore"):
    for exponent in (709.0, 710.0, -745.0, -746.0):
        print(f"np.exp({exponent:g}) = {np.exp(exponent)}")

# %% [markdown]
# Only one side is dangerous: the exponential of a large *positive* number is `inf`, with a warning (hidden here). The
# exponential of a large *negative* number is simply 0.
#
# The sigmoid can be written in two ways. Multiply the top and the bottom of the fraction by $e^{z}$ to get from one
# to the other:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}.$$
#
# Each way is safe on one side only:
#
# | | at $z = -1000$ | at $z = 1000$ |
# | --- | --- | --- |
# | $1 / (1 + e^{-z})$ | $1 / (1 + \infty) = 0$, but with a warning | $1 / (1 + 0) = 1$, fine |
# | $e^{z} / (1 + e^{z})$ | $0 / (1 + 0) = 0$, fine | $\infty / \infty$ is `nan`: not a number |
#
# A warning counts as a fault here, even where the value is right.
#
# So: one way for $z \ge 0$, the other for $z < 0$. One more trap waits there. `np.where(condition, A, B)` picks from
# two arrays that are *both* computed first. The half that you throw away still overflows and still warns.
#
# **Write** `sigmoid(z)`. It takes a number or an array of any shape, and returns the same shape. It must be right,
# and give no warning, for every $z$ from $-10{,}000$ to $10{,}000$.
#
# Useful: `np.exp`, `np.abs`, `np.where`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Both ways need an exponential. Which exponent is never positive, whatever the sign of $z$? Compute that exponential
# once, for all of $z$. It is safe, so anything made of it is safe.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Let $u = e^{-|z|}$, which is never larger than 1. Then
#
# $$\sigma(z) = \frac{1}{1 + u} \ \text{ if } z \ge 0, \qquad \sigma(z) = \frac{u}{1 + u} \ \text{ if } z < 0.$$
#
# </details>


# %%
def sigmoid(z):
    """Squash scores into the range 0 to 1, without overflow.

    Args:
        z: a number or an array of any shape, perhaps empty; any finite float.

    Returns:
        1 / (1 + exp(-z)), same shape as z; a number for a number.

    Reference: Bishop 2006, eq. 4.59 (his a is our z).
    """
    ### BEGIN SOLUTION
    u = np.exp(-np.abs(z))  # the exponent is never positive, so u is at most 1
    return np.where(np.asarray(z) >= 0, 1.0, u) / (1.0 + u)
    ### END SOLUTION


# %%
check("sigmoid")

# %% [markdown]
# Here is your soft step, beside the hard one. Its slope is measured from two points close together.

# %%
# %%explore sigmoid
scores = np.linspace(-6, 6, 241)
slopes = (sigmoid(scores + 1e-4) - sigmoid(scores - 1e-4)) / 2e-4
ax = plots.plot_curves(
    scores,
    {"hard step": (scores > 0) * 1.0, "your sigmoid": sigmoid(scores), "its slope": slopes},
    xlabel="score z",
    ylabel="answer",
    title="A soft step has a slope to follow",
)
plots.show(ax)
print(f"largest slope: {slopes.max():.4f}")

# %% [markdown]
# The slope is largest in the middle, exactly 1/4, and dies out on both sides. Remember that: a very sure neuron
# hardly reacts to anything.

# %% [markdown]
# ### Exercise 2 · A neuron
#
# A neuron is both steps in a row: score, then squash.
#
# $$a = \sigma(w \cdot x + b)$$
#
# The number $a$ is the neuron's **activation**. In practice we ask the neuron about many examples at once. We stack
# $N$ examples as the rows of a matrix:
#
# - $X$, shape $(N, D)$: row $n$ is example $x_n$;
# - $w$, shape $(D,)$, and $b$, one number, as before;
# - $z = X w + b$, shape $(N,)$: one score for each example;
# - $a = \sigma(z)$, shape $(N,)$: one activation for each example.
#
# Worked number, with the three dots of the first picture and $w = (2, 1)$, $b = -1$:
#
# $$X = \begin{pmatrix} 2 & 0 \\ 1 & -1 \\ 0 & 0 \end{pmatrix}, \quad z = (3, 0, -1), \quad a = (0.953, 0.5, 0.269).$$
#
# **Write** `neuron(X, w, b)`. Use your `sigmoid`. $N$ may be 1; the answer then still has shape $(1,)$.
#
# <details><summary>Hint 1: a nudge</summary>
#
# You need no loop. What does `@` do with a matrix of shape $(N, D)$ and a vector of shape $(D,)$?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $a = \sigma(X w + b)$, where $X w$ is the matrix product, shape $(N,)$, and the number $b$ is added to each element.
#
# </details>


# %%
def neuron(X, w, b):
    """Compute the activation of one neuron for every example.

    Args:
        X: examples, shape (N, D).
        w: weights, shape (D,).
        b: bias, a number.

    Returns:
        Activations between 0 and 1, shape (N,).

    Reference: Bishop 2006, eq. 4.87 (his phi is a row of X).
    """
    ### BEGIN SOLUTION
    return sigmoid(X @ w + b)
    ### END SOLUTION


# %%
check("neuron")

# %% [markdown]
# Below are two clouds of points. Class 0 is drawn as blue circles, class 1 as orange squares. The background shows
# what your neuron answers at each place; the black line is where it says 0.5. Its weights were chosen badly, on
# purpose.
#
# Change `hand_w` and `hand_b` in the cell, and run it again. How high can you get the accuracy by hand? **Accuracy**
# is the share of examples that land on the right side, where the right side means $a > 0.5$ for class 1. It starts at
# 72 %. About 95 % can be reached.

# %%
# %%explore neuron
hand_w, hand_b = np.array([1.0, -1.0]), 0.0

hand_answers = neuron(blobs_X, hand_w, hand_b)
print(f"accuracy by hand: {np.mean((hand_answers > 0.5) == blobs_y):.1%}")
ax = plots.plot_decision_boundary(
    lambda points: neuron(points, hand_w, hand_b), blobs_X, blobs_y, title="Weights set by hand"
)
plots.show(ax)

# %% [markdown]
# Two numbers for the direction and one for the shift: with patience you can do it by hand. The digits at the end of
# this lesson need 650 numbers. We need a machine that turns the knobs. First it needs to know how wrong it is.

# %% [markdown]
# ### Play · Turn the knobs
#
# The playground draws your `neuron` on other data. It opens with a question; answer it, then look. Move $w_1$, $w_2$
# and $b$ with the sliders, or click into the first picture and use the arrow keys. Press **Step** or **Run** to let
# the machine turn the knobs. Two hidden units solve what one neuron cannot: choose that preset at the end.

# %%
# %%explore neuron
from dnnkit.demos import neuron_playground

neuron_playground(neuron=neuron)

# %% [markdown]
# ## Part 2 · How wrong is it?
#
# The neuron says: probability $a$ for class 1. So it says $1 - a$ for class 0. Then the true answer $y$ comes, which
# is 0 or 1. We charge the neuron minus the logarithm of the probability that it gave to the true answer:
#
# | true answer | probability given to it | cost |
# | --- | --- | --- |
# | $y = 1$ | $a$ | $-\log a$ |
# | $y = 0$ | $1 - a$ | $-\log(1 - a)$ |
#
# The cost is small when that probability is near 1, and large when the neuron was sure and wrong.

# %%
# %%explore
chances = np.linspace(0.005, 1, 200)
ax = plots.plot_curves(
    chances,
    {"-log(probability)": -np.log(chances)},
    xlabel="probability given to the true answer",
    ylabel="cost",
    title="Sure and wrong costs most",
)
plots.show(ax)
print("cost at 0.01, 0.1, 0.5 and 0.9:", -np.log([0.01, 0.1, 0.5, 0.9]))

# %% [markdown]
# The mean cost over all examples is the **loss**, also called cross-entropy. Because the logarithm is the natural one,
# its unit is called the **nat**.
#
# A neuron that always says 0.5 has loss $\log 2 = 0.693$ nats. When both classes are equally frequent, a useful neuron
# must be below that.
#
# Why a logarithm? Ask how probable *all* the true answers are together, if the neuron is right about each. That is the
# product of the probabilities that it gave to them, and it is called the **likelihood**. The best neuron is the one
# that makes it largest. But a product of many numbers below 1 soon is too small for a computer. The logarithm turns the
# product into a sum, and the minus sign makes the largest likelihood the smallest loss.

# %%
# %%explore
for num_answers in (10, 100, 1000):
    given = np.full(num_answers, 0.4)  # the probability given to each true answer
    print(f"{num_answers:>4} answers: likelihood {np.prod(given):.2g}, loss {-np.mean(np.log(given)):.3f} nats")

# %% [markdown]
# ### Exercise 3 · Loss of one neuron
#
# It is tempting to take the neuron's answer $a$ and compute $-\log a$ or $-\log(1 - a)$. Here is why not. Take
# $z = 40$ and the true answer $y = 0$: the neuron is sure, and wrong. In `float64`, $\sigma(40)$ is rounded to
# exactly 1. So $1 - a = 0$, and its logarithm is $-\infty$. The true loss is 40: large, but finite.
#
# What was lost in the squash cannot be found again. So we never take the logarithm of the sigmoid. We compute the
# loss **from the score** $z$, which is also called the **logit**.
#
# For $y = 0$, use $1 - \sigma(z) = \sigma(-z)$, from Part 1:
#
# $$-\log(1 - \sigma(z)) = -\log \frac{1}{1 + e^{z}} = \log(1 + e^{z}).$$
#
# For $y = 1$, take the factor $e^{-z}$ out of the bracket:
#
# $$-\log \sigma(z) = \log(1 + e^{-z}) = \log\big(e^{-z} (e^{z} + 1)\big) = \log(1 + e^{z}) - z.$$

# %% [markdown]
# The two results differ only by $-z$, which is there when $y = 1$. So both are one formula. Over $N$ examples, with $z$
# and $y$ of shape $(N,)$:
#
# $$L = \frac{1}{N} \sum_{n=1}^{N} \Big[ \log(1 + e^{z_n}) - y_n z_n \Big]$$
#
# Worked numbers:
#
# - $z = 0$: the loss is $\log 2 = 0.693$, whatever $y$ is.
# - $z = (2, -1)$ and $y = (1, 0)$: the first example costs $\log(1 + e^{2}) - 2 = 0.127$, the second
#   $\log(1 + e^{-1}) = 0.313$. The loss is their mean, $0.220$.
# - $z = 10{,}000$ and $y = 0$: the loss is $10{,}000$. Here $e^{z}$ overflows, so $\log(1 + e^{z})$ needs the care
#   that you gave to the sigmoid.
#
# **Write** `logistic_loss(z, y)`. The result must be finite for every $z$ from $-10{,}000$ to $10{,}000$.
#
# Useful: `np.mean`, `np.maximum`, `np.log1p(u)`, which is $\log(1 + u)$ also for tiny $u$, or `np.logaddexp(u, v)`,
# which is $\log(e^{u} + e^{v})$ without overflow.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Only $\log(1 + e^{z})$ for large positive $z$ is a problem. There it is almost exactly $z$. Take the factor $e^{z}$
# out of the bracket: what is left inside the logarithm?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# For $z \ge 0$: $\log(1 + e^{z}) = \log\big(e^{z} (e^{-z} + 1)\big) = z + \log(1 + e^{-z})$. For $z < 0$ the left
# side is safe as it is. Both in one:
#
# $$\log(1 + e^{z}) = \max(z, 0) + \log(1 + e^{-|z|})$$
#
# The other route: since $1 = e^{0}$, it is $\log(e^{0} + e^{z})$. Then subtract $y z$, and take the mean over all $N$
# examples.
#
# </details>


# %%
def logistic_loss(z, y):
    """Compute the mean cross-entropy of one neuron from its scores.

    Args:
        z: scores (logits), shape (N,); any finite float.
        y: true answers, shape (N,); 0 or 1, integers or floats.

    Returns:
        The mean over all examples of log(1 + exp(z)) - y z, a number in nats.

    Reference: Bishop 2006, eq. 4.90 (a sum there, a mean here).
    """
    ### BEGIN SOLUTION
    softplus = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return np.mean(softplus - y * z)
    ### END SOLUTION


# %%
check("logistic_loss")

# %% [markdown]
# The picture compares your loss, from the score, with the tempting way through the sigmoid. The true answer is
# $y = 0$. Expect them to agree up to about $z = 30$, and the tempting one to break just below $z = 37$.

# %%
# %%explore sigmoid, logistic_loss
scores = np.linspace(-10, 60, 701)
from_scores = np.array([logistic_loss(np.array([score]), np.array([0])) for score in scores])
with np.errstate(divide="ignore", invalid="ignore"):
    through_sigmoid = -np.log(1 - sigmoid(scores))
broken_from = min(scores[np.isinf(through_sigmoid)], default=np.inf)
print(f"the way through the sigmoid is infinite from z = {broken_from:.1f}")
ax = plots.panels(width=7, height=3.2)[0]
ax.plot(scores, from_scores, color=blue, lw=6, alpha=0.4, label="your loss, from the score")
ax.plot(scores, through_sigmoid, color=orange, label="log of the sigmoid")
ax.set(xlabel="score z, true answer 0", ylabel="loss", title="The logarithm of a rounded number breaks")
ax.legend()
plots.describe(
    ax,
    f"Loss against the score. Your loss reaches {from_scores[-1]:.1f} at z = 60. The one through the sigmoid ends at "
    f"z = {broken_from:.1f}, where it becomes infinite.",
)
plots.show(ax)

# %% [markdown]
# ## Part 3 · Downhill
#
# Learning means: make the loss small. Start with the simplest loss that there is, a bowl with one weight:
#
# $$J(w) = \frac{w^2}{4}, \qquad \text{slope } J'(w) = \frac{w}{2}.$$
#
# At $w = -4.5$ the slope is $-2.25$. It is negative, so the ground falls to the right, and to the right we must go. The
# rule is: **step against the slope**,
#
# $$w \leftarrow w - \eta \, J'(w).$$
#
# The number $\eta$ (say "eta") is the **learning rate**. With $\eta = 0.5$ the next $w$ is
# $-4.5 - 0.5 \cdot (-2.25) = -3.375$. Then again, from there.
#
# Small steps are slow, so let us try large ones. Commit to an answer before you run the next cell.

# %%
# %%explore
predict(
    "rate",
    "J(w) = w²/4, start at w = -4.5, learning rate 5. Where is w after ten steps?",
    ["close to 0", "at 4.5 or -4.5, jumping to and fro", "more than 100 away from 0"],
)

# %%
# %%explore
bowl = np.linspace(-11, 11, 201)
axes = plots.panels(4, width=13, height=3.2)
for ax, rate in zip(axes, [0.5, 2, 4, 5], strict=True):
    path = [-4.5]
    for _ in range(10):
        path.append(path[-1] - rate * path[-1] / 2)
    places = np.array(path)
    ax.plot(bowl, bowl**2 / 4, color="0.6")
    ax.plot(places, places**2 / 4, "o-", color=blue, markersize=4)
    ax.set(xlabel="w", ylabel="J(w)", title=f"learning rate {rate:g}", xlim=(-11, 11), ylim=(-1, 31))
    plots.describe(ax, f"from w = -4.5 to {path[1]:.3f} after one step, and {path[10]:.3f} after ten.")
    print(f"learning rate {rate:>3g}: w after 1, 2 and 10 steps: {path[1]:.3f}, {path[2]:.3f}, {path[10]:.3f}")
plots.show(axes)
reveal(
    "rate",
    "more than 100 away from 0",
    "With rate 5, each step multiplies w by 1 - 5/2 = -1.5: to the other side, and further out. After ten steps w is "
    "-4.5 times 1.5 to the power 10, which is -259.5.",
)

# %% [markdown]
# One step multiplies $w$ by $1 - \eta / 2$. Below $\eta = 4$ that factor is smaller than 1 in size, and $w$ shrinks.
# At 4 it jumps for ever, above 4 it flies away. Every loss has such a limit. The steeper it curves, the smaller the
# limit.
#
# Is the loss of your neuron a bowl too? The next picture shows it over the two weights, for the two clouds, with
# $b = 0$.

# %%
# %%explore logistic_loss
axis = np.linspace(-2, 4, 61)
surface = np.array([[logistic_loss(blobs_X @ np.array([w1, w2]), blobs_y) for w1 in axis] for w2 in axis])
row, column = np.unravel_index(surface.argmin(), surface.shape)
lowest = f"lowest loss on this grid: {surface.min():.3f}, at w = ({axis[column]:.1f}, {axis[row]:.1f})"
ax = plots.panels(width=6.4, height=4.6)[0]
lines = ax.contour(axis, axis, surface, levels=[0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.693, 1, 2, 4], colors=blue)
ax.clabel(lines, fontsize=8)
ax.plot(0, 0, "o", color="black", label="start")
ax.plot(axis[column], axis[row], "*", color=orange, markersize=12, label="lowest")
ax.set(xlabel="$w_1$", ylabel="$w_2$", title="The loss of one neuron: one valley", aspect="equal")
ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
plots.describe(ax, f"Lines of equal loss over the two weights, and the start at w = (0, 0); {lowest}.")
plots.show(ax)
print(lowest)

# %% [markdown]
# At the start the loss is $\log 2$, because a neuron with zero weights always says 0.5. This loss is **convex**: there
# is one valley, and no side valley to be caught in. Here it has a lowest place, and whoever walks downhill with small
# enough steps ends there. (Sometimes there is none: Part 6 says when. And networks with many layers are not convex.)

# %% [markdown]
# ### Play · The learning rate
#
# A bowl again, $J(w) = \lambda w^2 / 2$: the number $\lambda$ (say "lambda") says how steeply it curves. Move the
# learning rate $\eta$ and watch the path. The map on the right shows every pair of $\eta$ and $\lambda$ at once.

# %%
# %%explore
from dnnkit.demos import learning_rate

learning_rate()

# %% [markdown]
# ### Exercise 4 · The gradient
#
# With many weights there is one slope for each of them. The slope along $w_j$ is written $\partial L / \partial w_j$:
# change $w_j$ alone, hold everything else fixed, and take the derivative of $L$ as usual. This is a **partial
# derivative**; the sign $\partial$ says so.
#
# All slopes together are the **gradient**. We need
#
# - $dw$, shape $(D,)$: how the loss $L$ changes with each weight, $dw_j = \partial L / \partial w_j$, and
# - $db$, a number: how it changes with the bias, $db = \partial L / \partial b$.

# %% [markdown]
# The **chain rule** gives them: the loss depends on the score, the score depends on the weights, and the two slopes are
# multiplied.
#
# First link: how does the loss of one example change with its score $z$? The derivative of $\log(1 + e^{z})$ is
# $e^{z} / (1 + e^{z}) = \sigma(z)$, and the derivative of $y z$ is $y$. So
#
# $$\frac{\partial}{\partial z} \Big[ \log(1 + e^{z}) - y z \Big] = \sigma(z) - y = a - y.$$
#
# That is the **error**: what the neuron said minus what was true.
#
# Second link: when $w_j$ moves, the score $z = w_1 x_1 + \dots + w_D x_D + b$ moves $x_j$ times as fast, and with $b$
# it moves one to one.
#
# Multiply the links, then take the mean over the examples, as the loss does:
#
# $$dw_j = \frac{1}{N} \sum_{n=1}^{N} (a_n - y_n) \, x_{nj}, \qquad db = \frac{1}{N} \sum_{n=1}^{N} (a_n - y_n).$$
#
# Worked number: three examples, and $w = (0, 0)$, $b = 0$, so every $a_n = 0.5$.
#
# | $x_n$ | $y_n$ | error $a_n - y_n$ | error times $x_n$ |
# | --- | --- | --- | --- |
# | $(1, 2)$ | 1 | $-0.5$ | $(-0.5, -1)$ |
# | $(3, -1)$ | 0 | $0.5$ | $(1.5, -0.5)$ |
# | $(0, 4)$ | 1 | $-0.5$ | $(0, -2)$ |
# | mean | | $db = -0.167$ | $dw = (0.333, -1.167)$ |
#
# **Write** `logistic_gradient(X, y, w, b)`. It returns the pair `(dw, db)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First the errors, shape $(N,)$. Then $dw_j$ is the mean of the errors, each multiplied by column $j$ of $X$. A sum
# of products over $n$ is a matrix product: which of $X$ and $X^T$ has the right shape to turn $(N,)$ into $(D,)$?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# With the errors $r = a - y$, shape $(N,)$:
#
# $$dw = \frac{1}{N} X^T r, \qquad db = \frac{1}{N} \sum_n r_n.$$
#
# In NumPy, `X.T` is $X^T$, with shape $(D, N)$.
#
# </details>


# %%
def logistic_gradient(X, y, w, b):
    """Compute the gradient of the mean loss of one neuron.

    Args:
        X: examples, shape (N, D).
        y: true answers, shape (N,); 0 or 1.
        w: weights, shape (D,).
        b: bias, a number.

    Returns:
        (dw, db): slope of the mean loss along each weight, shape (D,), and along the bias, a number.

    Reference: Bishop 2006, eq. 4.91 (a sum there, a mean here).
    """
    ### BEGIN SOLUTION
    errors = neuron(X, w, b) - y
    return X.T @ errors / len(errors), np.mean(errors)
    ### END SOLUTION


# %%
check("logistic_gradient")

# %% [markdown]
# Is it right? You can test any gradient without knowing its formula. Move one weight up a little, then down a little,
# and see how the loss changes:
#
# $$\frac{\partial L}{\partial w_j} \approx \frac{L(w_j + h) - L(w_j - h)}{2 h}, \qquad h = 10^{-5}.$$
#
# This is called **finite differences**. It is slow, two losses for each weight, but it needs only the loss.
# `dnnkit.gradcheck.numerical_gradient(f, x)` does it for every element of `x`.
#
# `gradient_error` compares two gradients: the length of their difference, divided by the sum of their lengths. It is 0
# when they are the same, and 1 when they point in opposite directions. Expect less than $10^{-9}$ below. Anything above
# $10^{-6}$ means a bug.

# %%
# %%explore logistic_gradient, logistic_loss
trial_rng = np.random.default_rng(5)
trial_X, trial_y = trial_rng.normal(size=(5, 3)), np.array([1, 0, 0, 1, 1])
trial_w, trial_b = trial_rng.normal(size=3), 0.3
trial_dw, trial_db = logistic_gradient(trial_X, trial_y, trial_w, trial_b)
numeric_dw = numerical_gradient(lambda w: logistic_loss(trial_X @ w + trial_b, trial_y), trial_w)
print("your dw:           ", trial_dw)
print("finite differences:", numeric_dw)
print("gradient error:    ", gradient_error(trial_dw, numeric_dw))

# %% [markdown]
# Look at the formula once more: each example pushes $w$ by $-(a - y)\,x$. An example with $y = 1$ pulls the weights
# towards itself, one with $y = 0$ pushes them away, and each does so by as much as the answer was wrong. Rosenblatt's
# **perceptron rule** is the same with his hard step: there $a$ is 0 or 1, so a right answer changes nothing, and a
# wrong one adds $x$ or takes it away. It stops where a line separates the classes, and never where no line does.

# %% [markdown]
# ### Exercise 5 · Bug hunt
#
# A colleague wrote the same function. It runs, it returns the right shapes, and the training with it goes wrong.
# There are **two bugs** in it.
#
# You could paste your own function over it. But then you would not learn to hunt, and in your next project there is
# no second copy.
#
# **How to hunt.** Two cells stand below the function: first its check, then a comparison. The comparison divides what
# the broken function returns by the finite differences, and prints this *ratio* for every weight and for the bias. Run
# the function, then the comparison, and read the ratios:
#
# - 1: this slope is right;
# - a minus sign: something was subtracted the wrong way round;
# - a size other than 1: a factor is missing or too much. Change `hunt_size`, the number of examples, and run again.
#   Does the ratio follow it?
# - a different number for each weight: the formula itself is different. Try `hunt_size = 1`: with one example you can
#   compute everything by hand.
#
# Fix one bug at a time, run the comparison again, and watch the ratios move to 1.
#
# **Fix** `logistic_gradient_broken(X, y, w, b)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write down what each line should be, from the formulas of Exercise 4, before you read what it is. Then compare the
# two, line by line.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $dw = \frac{1}{N} X^T (a - y)$ and $db = \frac{1}{N} \sum_n (a_n - y_n)$, with $a = \sigma(X w + b)$ and $N$ the
# number of rows of $X$.
#
# </details>


# %%
def logistic_gradient_broken(X, y, w, b):
    """Compute the gradient of the mean loss of one neuron, once its two bugs are fixed.

    Args:
        X: examples, shape (N, D).
        y: true answers, shape (N,); 0 or 1.
        w: weights, shape (D,).
        b: bias, a number.

    Returns:
        (dw, db): slope of the mean loss along each weight, shape (D,), and along the bias, a number.
    """
    ### BUG HUNT: logistic_gradient_broken__as_given
    ### BEGIN SOLUTION
    num_examples = X.shape[0]
    a = neuron(X, w, b)
    error = a - y
    dw = X.T @ error / num_examples
    db = np.sum(error) / num_examples
    return dw, db
    ### END SOLUTION


# %%
check("logistic_gradient_broken")

# %%
# %%explore logistic_gradient_broken, logistic_loss, neuron
hunt_size = 4  # number of examples
hunt_rng = np.random.default_rng(7)
hunt_X, hunt_y = hunt_rng.normal(size=(hunt_size, 3)), hunt_rng.integers(0, 2, size=hunt_size)
hunt_w, hunt_b = hunt_rng.normal(size=3), np.array([0.3])
hunt_dw, hunt_db = logistic_gradient_broken(hunt_X, hunt_y, hunt_w, hunt_b[0])
numeric_dw = numerical_gradient(lambda w: logistic_loss(hunt_X @ w + hunt_b, hunt_y), hunt_w)
numeric_db = numerical_gradient(lambda b: logistic_loss(hunt_X @ hunt_w + b, hunt_y), hunt_b)
print("ratio for each weight:", np.round(hunt_dw / numeric_dw, 4))
print("ratio for the bias:   ", np.round(hunt_db / numeric_db, 4))

# %% [markdown]
# ## Part 4 · Learning
#
# We have a slope, and can take steps. With 400 examples the full gradient is cheap; with 400 million it is not, for
# every single step would read all of them.
#
# But the gradient is a *mean*, and a mean can be guessed from a few. A **minibatch** is a small group of examples,
# drawn at random. The picture shows the gradient $dw$ at $w = (0, 0)$ many times, each time guessed from another
# minibatch.

# %%
# %%explore logistic_gradient
full_dw, _ = logistic_gradient(blobs_X, blobs_y, np.zeros(2), 0.0)
guess_rng = np.random.default_rng(2)
ax = plots.panels(width=6.6, height=4.4)[0]
for size, color in [(4, orange), (64, blue)]:
    draws = [guess_rng.integers(0, 400, size=size) for _ in range(300)]
    guesses = np.array([logistic_gradient(blobs_X[drawn], blobs_y[drawn], np.zeros(2), 0.0)[0] for drawn in draws])
    spread = f"{size} examples: spread of the guess {guesses.std(axis=0).mean():.3f}"
    ax.plot(*guesses.T, ".", color=color, alpha=0.5, label=f"{size} examples")
    plots.describe(ax, spread + ".")
    print(spread)
ax.plot(*full_dw, "*", color="black", markersize=14, label="all 400")
ax.set(xlabel="slope along $w_1$", ylabel="slope along $w_2$", title="A minibatch guesses the gradient", aspect="equal")
ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
plots.show(ax)

# %% [markdown]
# Both clouds sit around the star: a guess from a minibatch is right on average. With 16 times as many examples, the
# spread is about 4 times smaller, not 16 times. So 16 small minibatches, with a step after each, may well be worth
# more than a single large one.

# %% [markdown]
# ### Exercise 6 · Minibatches
#
# One pass over all examples is an **epoch**. To make an epoch, shuffle the examples and deal them into minibatches.
# Every example is in exactly one minibatch. The number of examples in a minibatch is the **batch size** $B$.
#
# We deal *indices*, the row numbers of $X$, so that $X$ and $y$ stay together: `X[indices]` and `y[indices]` are the
# rows of one minibatch.
#
# Worked number: 10 examples, $B = 4$. One possible shuffle is 7 2 9 0 4 1 8 3 6 5. The minibatches are then 7 2 9 0,
# then 4 1 8 3, then 6 5. The last one is smaller, and it is kept.
#
# Randomness comes in as an argument `rng`, a `np.random.Generator`. Use it, and no other source of randomness. Then
# the same seed gives the same minibatches. Calling your function twice with the same `rng` object must give two
# different orders, so do not make a new generator inside.
#
# **Write** `minibatches(num_examples, batch_size, rng)`. It returns a list of 1-D integer arrays.
#
# Useful: `rng.permutation(n)`, which is an array of $0, 1, \dots, n - 1$ in random order; `range(start, stop, step)`;
# slices such as `order[4:8]`. A slice that reaches beyond the end simply stops at the end.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Shuffle once. Then cut the shuffled array. At which places does each minibatch begin?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# The minibatches begin at $0, B, 2B, \dots$, as long as that is below the number of examples. The minibatch that begins
# at $s$ holds the places $s$ to $s + B - 1$ of the shuffled order.
#
# </details>


# %%
def minibatches(num_examples, batch_size, rng):
    """Deal the indices of all examples into shuffled minibatches.

    Args:
        num_examples: number of examples N, a positive int.
        batch_size: examples in each minibatch, a positive int; the last minibatch may be smaller.
        rng: np.random.Generator, the only source of randomness.

    Returns:
        A list of 1-D integer arrays; together they hold every index of range(num_examples) exactly once, in an order
        that is drawn anew from rng in each call: every order is equally likely.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(num_examples)
    return [order[start : start + batch_size] for start in range(0, num_examples, batch_size)]
    ### END SOLUTION


# %%
check("minibatches")

# %% [markdown]
# ### Exercise 7 · Train the neuron
#
# Now all parts come together. This is the whole recipe:
#
# 1. Start with $w = (0, \dots, 0)$, shape $(D,)$, and $b = 0$.
# 2. In every epoch, deal fresh minibatches. For each minibatch, compute the gradient on its examples only, and take
#    one step: $w \leftarrow w - \eta \, dw$ and $b \leftarrow b - \eta \, db$.
# 3. At the end of every epoch, note the loss over *all* examples. It comes from the scores $X w + b$, not from the
#    activations.
#
# A minibatch is a small data set of its own. With its indices $\beta$, its rows are $X_\beta$, shape $(B, D)$, and
# $y_\beta$, shape $(B,)$. Your gradient sees only these, so its $N$ is now $B$.
#
# Worked number: the three examples of Exercise 4, $\eta = 0.3$, one epoch, batch size 3, so that the minibatch holds
# all of them. There is one step. The gradient at the start is $dw = (0.333, -1.167)$, $db = -0.167$. So
# $w = (-0.1, 0.35)$, $b = 0.05$. The scores are now $(0.65, -0.6, 1.45)$, and the loss went from 0.693 to 0.356.
#
# **Write** `fit_logistic(X, y, learning_rate, num_epochs, batch_size, rng)`. It returns `(w, b, losses)`, where
# `losses` is a list of `num_epochs` numbers. Use your `minibatches`, `logistic_gradient` and `logistic_loss`.
#
# Useful: `X.shape`, which is the pair $(N, D)$; `np.zeros(D)`; `losses.append(...)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops, one inside the other: epochs outside, minibatches inside. Hand the same `rng` to `minibatches` in every
# epoch. Compute $dw$ and $db$ together, before you change $w$ or $b$. The loss is noted in the outer loop, after the
# inner one.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# For the minibatch $\beta$: $(dw, db)$ is the gradient for $X_\beta$ and $y_\beta$ at the present $w, b$. Then
# $w \leftarrow w - \eta \, dw$, $b \leftarrow b - \eta \, db$. The loss of the epoch is $L$ for the scores
# $z = X w + b$ of all $N$ examples and their $y$.
#
# </details>


# %%
def fit_logistic(X, y, learning_rate, num_epochs, batch_size, rng):
    """Train one neuron by minibatch gradient descent, from zero weights.

    Args:
        X: examples, shape (N, D).
        y: true answers, shape (N,); 0 or 1.
        learning_rate: step size eta, a positive number.
        num_epochs: passes over all examples, a positive int.
        batch_size: examples in each minibatch, a positive int; perhaps larger than N.
        rng: np.random.Generator for the minibatches.

    Returns:
        (w, b, losses): weights, shape (D,); bias, a number; losses, a list of num_epochs floats, the loss over all
        examples after each epoch.
    """
    ### BEGIN SOLUTION
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(X), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w = w - learning_rate * dw
            b = b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses
    ### END SOLUTION


# %%
check("fit_logistic")

# %% [markdown]
# ### Experiment · Two clouds
#
# Your neuron now turns its own knobs. Expect an accuracy of about 95 %. It cannot reach 100 %: the clouds overlap.
#
# The dashed line is the loss before the first step, $\log 2 = 0.693$. The curve starts after epoch 1, already at 0.225.
# Expect it to end at about 0.15, the lowest place that the picture of the valley showed.

# %%
# %%explore fit_logistic, neuron
blobs_w, blobs_b, blobs_losses = fit_logistic(blobs_X, blobs_y, 0.1, 30, 20, np.random.default_rng(3))
blobs_accuracy = np.mean((neuron(blobs_X, blobs_w, blobs_b) > 0.5) == blobs_y)
print(f"w = {np.round(blobs_w, 2)}, b = {blobs_b:.2f}, loss {blobs_losses[-1]:.3f}, accuracy {blobs_accuracy:.1%}")
left, right = plots.panels(2)
plots.plot_decision_boundary(
    lambda points: neuron(points, blobs_w, blobs_b),
    blobs_X,
    blobs_y,
    ax=left,
    title="The line that your neuron learned",
)
plots.plot_losses(blobs_losses, ax=right, reference=(np.log(2), "always 0.5"))
right.set_title("Its loss, epoch by epoch")
plots.show(left)

# %% [markdown]
# ### Experiment · The batch size
#
# One epoch on the same clouds looks at 400 examples, and takes one step with batch size 400, ten steps with 40, a
# hundred with 4. At learning rate 0.1, one epoch brings the loss to 0.58 with 400, and to 0.16 with 4. Is that fair?

# %%
# %%explore
predict(
    "batch",
    "Now each batch size gets its own best learning rate. Which has the lowest loss after one epoch?",
    ["batch size 4, by far", "batch size 400, by far", "all three are about the same"],
)

# %%
# %%explore fit_logistic
rates, sweeps = np.array([0.03, 0.1, 0.3, 0.5, 1, 2, 3, 5]), {}
for size in [400, 40, 4]:
    runs = [
        [fit_logistic(blobs_X, blobs_y, rate, 1, size, np.random.default_rng(seed))[2][-1] for rate in rates]
        for seed in range(5)
    ]
    sweeps[f"batch size {size}"] = sweep = np.mean(runs, axis=0)
    print(f"batch size {size:>3}: loss after one epoch {sweep[1]:.2f} at rate 0.1,", end=" ")
    print(f"lowest {sweep.min():.3f} at rate {rates[sweep.argmin()]:g}")
ax = plots.plot_curves(
    rates,
    sweeps,
    xlabel="learning rate",
    ylabel="loss after one epoch",
    log="x",
    title="Each batch size has a learning rate of its own",
)
plots.show(ax)
reveal(
    "batch",
    "all three are about the same",
    "At rate 0.1 a single step is far too short, and a hundred such steps are not. With rate 2, one step of the full "
    "batch is enough: this problem is a round bowl with three numbers to learn.",
)

# %% [markdown]
# So compare batch sizes, and anything else, only with each at its best. Noisy slopes want a smaller rate: here about 2
# for the full batch, and 0.3 for batch size 4. Minibatches pay where one step is not enough: on the digits in Lesson
# 03, each way at its best rate, they need a tenth of the examples that the full batch needs.

# %% [markdown]
# ### Experiment · Two rings
#
# Now the points of one class lie on a ring inside the other ring. Your neuron draws a straight line. Commit to an
# answer.

# %%
# %%explore
predict(
    "rings",
    "Two rings, one inside the other. Which accuracy will your trained neuron reach?",
    ["about 50 %", "about 75 %", "about 95 %"],
)

# %%
# %%explore fit_logistic, neuron
rings_X, rings_y = data.make_rings(400, np.random.default_rng(6))
rings_w, rings_b, rings_losses = fit_logistic(rings_X, rings_y, 0.1, 50, 20, np.random.default_rng(7))
rings_accuracy = np.mean((neuron(rings_X, rings_w, rings_b) > 0.5) == rings_y)
print(f"w = {np.round(rings_w, 2)}, loss {rings_losses[-1]:.3f}, accuracy {rings_accuracy:.1%}")
ax = plots.plot_decision_boundary(
    lambda points: neuron(points, rings_w, rings_b), rings_X, rings_y, title="No straight line separates two rings"
)
plots.show(ax)
reveal(
    "rings",
    "about 50 %",
    "For every point of a ring there is one on the opposite side, and the two pull the weights in opposite directions. "
    "So w stays near 0, the answer stays near 0.5 everywhere, and the loss stays near log 2 = 0.693.",
)

# %% [markdown]
# No number of epochs helps: this is the lowest place of the valley. The neuron is trained as well as can be; a straight
# line is the wrong shape for this task.

# %% [markdown]
# ### Experiment · Squares bend the line
#
# A line cannot bend. But the inputs need not be $x_1$ and $x_2$. Give the same neuron four **features**,
# $x_1, x_2, x_1^2, x_2^2$, so that its score is
#
# $$z = w_1 x_1 + w_2 x_2 + w_3 x_1^2 + w_4 x_2^2 + b.$$
#
# This is still a straight cut in four dimensions. Seen in two dimensions, $w_3 x_1^2 + w_4 x_2^2 + b = 0$ is an
# ellipse. Expect 100 %, or very nearly.


# %%
# %%explore fit_logistic, neuron
def add_squares(points):
    return np.column_stack([points, points**2])


bent_w, bent_b, bent_losses = fit_logistic(add_squares(rings_X), rings_y, 0.5, 50, 20, np.random.default_rng(7))
bent_accuracy = np.mean((neuron(add_squares(rings_X), bent_w, bent_b) > 0.5) == rings_y)
print(f"w = {np.round(bent_w, 2)}, b = {bent_b:.2f}, loss {bent_losses[-1]:.3f}, accuracy {bent_accuracy:.1%}")
ax = plots.plot_decision_boundary(
    lambda points: neuron(add_squares(points), bent_w, bent_b), rings_X, rings_y, title="The same neuron, with squares"
)
plots.show(ax)

# %% [markdown]
# Look at the weights. The two for the squares are nearly equal, about $-3.5$, and $b$ is about 8. The two for $x_1$
# and $x_2$ are small beside them. So the boundary is nearly the circle $3.5 \, (x_1^2 + x_2^2) = 8$. Its radius is
# $\sqrt{8 / 3.5} = 1.5$: halfway between the rings, which have radius 1 and 2.
#
# Here *we* chose the squares, because we could see the rings. A deep network finds its own features. That is the next
# lesson.

# %% [markdown]
# ## Part 5 · A row of neurons
#
# One neuron answers yes or no. For ten digits, take ten neurons side by side, and let each give a score for its
# digit. With $C$ classes:
#
# - $W$, shape $(D, C)$: column $c$ holds the weights of neuron $c$;
# - $b$, shape $(C,)$: one bias for each neuron;
# - scores (logits) $z = X W + b$, shape $(N, C)$: row $n$ holds the scores of example $n$.
#
# The class with the highest score wins. To teach the row we need probabilities, $C$ positive numbers with sum 1. So
# make the scores positive with $e^{z}$, and divide by their sum. This is the **softmax**:
#
# $$p_{nc} = \frac{e^{z_{nc}}}{\sum_{k=1}^{C} e^{z_{nk}}}, \qquad p \text{ of shape } (N, C).$$
#
# Worked number: the row $z = (0, \log 2, \log 5)$. The exponentials are $(1, 2, 5)$, their sum is 8, so
# $p = (0.125, 0.25, 0.625)$.
#
# Before you write it, a question that holds the key to doing it safely.

# %%
# %%explore
predict(
    "shift",
    "Add 100 to every score of a row. What happens to its probabilities?",
    ["they all grow", "the winner takes nearly everything", "nothing changes"],
)

# %% [markdown]
# ### Exercise 8 · Softmax
#
# The trap is the old one: $e^{800}$ overflows. And there is a second one, in the other direction: in the row
# $(-800, -801)$ every exponential is 0, and $0 / 0$ is `nan`. Each row must be brought to a safe size on its own.
#
# Work out the question above on paper: put $z_{nc} + s$ in place of every $z_{nc}$, with one number $s$ for the row,
# and simplify $e^{z + s} = e^{s} e^{z}$. Then choose $s$ well.
#
# Worked number: $(800, 800 + \log 3)$ and $(-800, -800 + \log 3)$ must both give $(0.25, 0.75)$, even as two rows of
# one array.
#
# **Write** `softmax(z)` for $z$ of shape $(N, C)$. It must give no warning for scores of $\pm 800$.
#
# Useful: `z.max(axis=1, keepdims=True)` and `sum` with the same arguments. `axis=1` goes along each row, and
# `keepdims=True` keeps the shape $(N, 1)$. That shape is then paired with $(N, C)$ row by row. Without it the shape
# is $(N,)$, which is paired with the *columns*: an error, or, when $N = C$, a wrong result without any error.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The factor $e^{s}$ is in the top and in the bottom of the fraction, so it cancels: a row may be shifted by any
# number. Which shift makes the largest exponent of the row exactly 0? Then nothing overflows, and the sum is at least
# 1.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# With $m_n = \max_k z_{nk}$, the largest score of row $n$, kept in shape $(N, 1)$:
#
# $$p_{nc} = \frac{e^{z_{nc} - m_n}}{\sum_k e^{z_{nk} - m_n}}.$$
#
# </details>


# %%
def softmax(z):
    """Turn scores into probabilities, row by row, without overflow.

    Args:
        z: scores (logits), shape (N, C); any finite float.

    Returns:
        Probabilities, shape (N, C); each row sums to 1.

    Reference: Bishop 2006, eq. 4.62 (his a_k is z[:, k]); the name is from Bridle 1990.
    """
    ### BEGIN SOLUTION
    exponentials = np.exp(z - np.max(z, axis=1, keepdims=True))  # the largest is 1, and a shift of a row cancels
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("softmax")

# %% [markdown]
# Here is your softmax at work: on the row of the worked number, on the same row plus 100, and on the row times 3.
# Below the picture, the answer to the question.

# %%
# %%explore softmax, sigmoid
row = np.array([[0.0, np.log(2), np.log(5)]])
axes = plots.panels(3, width=10, height=2.8)
for ax, (name, scores) in zip(axes, {"z": row, "z + 100": row + 100, "3 z": 3 * row}.items(), strict=True):
    probs = np.round(softmax(scores)[0], 3)
    ax.bar(["class 0", "class 1", "class 2"], probs, color=blue)
    ax.set(ylabel="probability", title=f"softmax({name})", ylim=(0, 1))
    plots.describe(ax, f"three bars, {probs}.")
    print(f"softmax({name}) = {probs}")
plots.show(axes)
two_classes = softmax(np.array([[0.0, 1.7]]))[0, 1]
print(f"two classes, scores 0 and 1.7: softmax {two_classes:.4f}, sigmoid(1.7) = {sigmoid(1.7):.4f}")
reveal(
    "shift",
    "nothing changes",
    "The factor e to the power 100 is in the numerator and in the denominator, and cancels. Only differences between "
    "scores count. Multiplying the scores is another matter: it makes the winner take more.",
)

# %% [markdown]
# The last line shows an old friend. With two classes and scores $0$ and $z$, the softmax of the second class is
# $e^{z} / (1 + e^{z}) = \sigma(z)$. One neuron is a softmax of two classes.

# %% [markdown]
# ### Exercise 9 · Loss and gradient for many classes
#
# The loss is the same idea as before: minus the logarithm of the probability that was given to the true class, and
# then the mean.
#
# Let $y_n$ be the true class of example $n$, an integer from 0 to $C - 1$. All of them together are $y$, shape $(N,)$.
# The function below calls them `labels`, and the scores $z$, shape $(N, C)$, `logits`.
#
# Put the softmax into the logarithm, and it falls apart into two simple terms:
#
# $$L = \frac{1}{N} \sum_{n=1}^{N} -\log p_{n y_n} =
# \frac{1}{N} \sum_{n=1}^{N} \Big[ \log \sum_{k=1}^{C} e^{z_{nk}} - z_{n y_n} \Big].$$
#
# As before, do not take the logarithm of a probability that may have been rounded to 0. Compute from the scores, with
# the row's maximum taken out.

# %% [markdown]
# Now the slope of this loss along each score. The second term, $-z_{n y_n}$, gives $-1$ for the true class, and 0 for
# the others. For the first term write $S_n = \sum_k e^{z_{nk}}$. Only one term of this sum holds $z_{nc}$, so
#
# $$\frac{\partial S_n}{\partial z_{nc}} = e^{z_{nc}},$$
#
# $$\frac{\partial \log S_n}{\partial z_{nc}} = \frac{1}{S_n} \cdot e^{z_{nc}} = p_{nc}.$$
#
# Together this is the gradient $dz$, shape $(N, C)$, which the code calls `dlogits`. It is again "said minus true":
#
# $$dz_{nc} = \frac{1}{N} \big( p_{nc} - t_{nc} \big), \qquad t_{nc} = 1 \text{ if } c = y_n, \text{ else } 0.$$

# %% [markdown]
# Worked numbers:
#
# - All scores 0, $C = 10$: every class gets 0.1, so the loss is $\log 10 = 2.303$. In general an untrained row starts
#   at $\log C$. If your training starts elsewhere, something is wrong.
# - One example ($N = 1$), $z = (0, \log 2, \log 5)$, true class 2: the loss is $-\log 0.625 = 0.470$, and
#   $dz = (0.125, 0.25, -0.375)$.
# - Two examples ($N = 2$) with these same scores, true classes 2 and 0. The second costs $-\log 0.125 = 2.079$.
#   The loss is the mean, $1.275$. Each row of $dz$ is divided by 2:
#
# $$dz = \begin{pmatrix} 0.0625 & 0.125 & -0.1875 \\ -0.4375 & 0.125 & 0.3125 \end{pmatrix}.$$
#
# **Write** `softmax_cross_entropy(logits, labels)`. It returns the pair `(loss, dlogits)`.
#
# Useful: pairs of index arrays. For an array `A` of shape $(N, C)$, `A[[0, 1, 2], [2, 0, 1]]` picks one number from
# each row: `A[0, 2]`, `A[1, 0]`, `A[2, 1]`. The row numbers are `np.arange(N)`. The same indexing can stand on the
# left of `=` or `-=`, to change those elements only.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with shifted scores, as in the softmax: subtract each row's maximum. A shift changes neither the loss nor the
# gradient. Then $\log p_{nc}$ is the shifted score minus the logarithm of the row's sum of exponentials. That sum is
# at least 1, so its logarithm is safe. For the gradient: start from the probabilities. How many numbers in each row
# must change?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# With $u_{nc} = z_{nc} - \max_k z_{nk}$:
#
# $$\log p_{nc} = u_{nc} - \log \sum_k e^{u_{nk}}, \qquad L = -\frac{1}{N} \sum_n \log p_{n y_n}.$$
#
# The gradient is $p$ with 1 subtracted at the place of the true class, one place in each row, and then all of it
# divided by $N$ (the number of rows, not of numbers).
#
# </details>


# %%
def softmax_cross_entropy(logits, labels):
    """Compute the mean cross-entropy of many classes from the scores, and its gradient.

    Args:
        logits: scores, shape (N, C); any finite float.
        labels: true classes, shape (N,); integers from 0 to C - 1, of which some may not occur.

    Returns:
        (loss, dlogits): the mean loss, a number in nats, and its gradient with respect to the scores, shape (N, C).

    Reference: Bishop 2006, eq. 4.108 and 4.109 (sums there, means here).
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(logits))
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -np.mean(log_probs[rows, labels])
    dlogits = softmax(logits)
    dlogits[rows, labels] -= 1.0
    return loss, dlogits / len(logits)
    ### END SOLUTION


# %%
check("softmax_cross_entropy")

# %% [markdown]
# Test your gradient as you did before. The array has 3 rows and 4 columns on purpose: with as many rows as columns, a
# mix-up of the two can hide.
#
# Expect an error below $10^{-9}$, and rows that sum to 0: in each row the probabilities sum to 1, and so does $t$. What
# one class gains, the others lose.

# %%
# %%explore softmax_cross_entropy
trial_logits, trial_labels = np.random.default_rng(8).normal(size=(3, 4)), np.array([2, 0, 3])
_, trial_dlogits = softmax_cross_entropy(trial_logits, trial_labels)
numeric_dlogits = numerical_gradient(lambda z: softmax_cross_entropy(z, trial_labels)[0], trial_logits)
print("gradient error:", gradient_error(trial_dlogits, numeric_dlogits))
print("each row of the gradient sums to:", np.round(trial_dlogits.sum(axis=1), 12) + 0.0)  # not -0
print("loss of zero scores, 10 classes:", softmax_cross_entropy(np.zeros((5, 10)), np.arange(5))[0])

# %% [markdown]
# ### Exercise 10 · Read digits
#
# Here is what your row of neurons will read: small pictures of handwritten digits, $8 \times 8$ pixels. Laid out in a
# line, a picture is a vector with $D = 64$ numbers between 0 (paper) and 1 (ink).

# %%
# %%explore
digits = data.load_digits(rng=np.random.default_rng(9))
train_X, train_y = digits.X_train[:900], digits.y_train[:900]
valid_X, valid_y = digits.X_train[900:], digits.y_train[900:]
print("training:", train_X.shape, " validation:", valid_X.shape, " test:", digits.X_test.shape)
plots.show(plots.plot_images(digits.X_train[:10].reshape(-1, 8, 8), titles=digits.y_train[:10]))

# %% [markdown]
# The data is cut in three. The neurons learn from the **training set**. You choose settings, such as the learning
# rate, on the **validation set**. The **test set** is opened once, at the very end: settings that were chosen by
# looking at it would look better there than they are.
#
# The recipe is that of Exercise 7, with a matrix $W$ in place of the vector $w$. For one minibatch, $X_\beta$ of shape
# $(B, D)$ and $y_\beta$ of shape $(B,)$:
#
# 1. scores $z = X_\beta W + b$, shape $(B, C)$;
# 2. $dz$, shape $(B, C)$, from your `softmax_cross_entropy`; its `labels` are $y_\beta$;
# 3. $dW$, shape $(D, C)$, and $db$, shape $(C,)$;
# 4. one step for $W$, one for $b$.
#
# For step 3: column $c$ of $W$ is one neuron, and column $c$ of $dz$ plays the part of its errors. They are divided
# by $B$ already. So each column of $dW$ is the $dw$ of Exercise 4, without another division.

# %% [markdown]
# Worked number: a minibatch of two examples, $(1, 2)$ with true class 2 and $(3, -1)$ with true class 0. All of $W$ is
# 0, and $b = (0, \log 2, \log 5)$. So both rows of scores are $(0, \log 2, \log 5)$, and $dz$ is the $2 \times 3$
# matrix of Exercise 9. Then
#
# $$dW = \begin{pmatrix} -1.25 & 0.5 & 0.75 \\ 0.5625 & 0.125 & -0.6875 \end{pmatrix}, \qquad
# db = (-0.375, 0.25, 0.125).$$
#
# **Write** `fit_softmax(X, y, num_classes, rng)`. It returns `(W, b)`. You choose the learning rate, the number of
# epochs and the batch size. A starting point that works: start at zero, learning rate 0.5, 100 epochs, batch size 32.
#
# Useful: `np.zeros((D, C))`, with the shape as a pair.
#
# You are judged by what your neurons achieve: at least 94 % on digits that neither you nor they have seen. Training
# must take less than 20 seconds. One second is enough. The check below uses a smaller task than the grader. The cell
# after it shows your accuracy on the validation digits: choose your settings there.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Copy the loops of `fit_logistic`, without the list of losses. $D$ is the number of columns of $X$, and $C$ is
# `num_classes`. For $dW$, a sum over the examples is again a product with a transposed matrix: which product of
# $X_\beta$, shape $(B, D)$, and $dz$, shape $(B, C)$, has shape $(D, C)$?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $$dW = X_\beta^T \, dz, \qquad db_c = \sum_{n} dz_{nc},$$
#
# $$W \leftarrow W - \eta \, dW, \qquad b \leftarrow b - \eta \, db.$$
#
# The sum for $db$ runs over the examples, for each class on its own: shape $(C,)$.
#
# </details>


# %%
def fit_softmax(X, y, num_classes, rng):
    """Train a row of neurons to tell classes apart, by minibatch gradient descent.

    Args:
        X: examples, shape (N, D).
        y: true classes, shape (N,); integers from 0 to num_classes - 1, of which some may not occur.
        num_classes: number of classes C, an int.
        rng: np.random.Generator for the minibatches.

    Returns:
        (W, b): weights, shape (D, C), and biases, shape (C,); the predicted class is argmax of X W + b along each row.
    """
    ### BEGIN SOLUTION
    learning_rate, num_epochs, batch_size = 0.5, 100, 32
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(num_epochs):
        for batch in minibatches(len(X), batch_size, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W = W - learning_rate * (X[batch].T @ dlogits)
            b = b - learning_rate * dlogits.sum(axis=0)
    return W, b
    ### END SOLUTION


# %%
check("fit_softmax")

# %%
# %%explore fit_softmax
tried_W, tried_b = fit_softmax(train_X, train_y, 10, np.random.default_rng(10))
print(f"accuracy on the validation digits: {np.mean(np.argmax(valid_X @ tried_W + tried_b, axis=1) == valid_y):.1%}")

# %% [markdown]
# ### Experiment · Which digits get mixed up?
#
# Once your settings stand, train on all 1,200 digits and open the test set. With the settings suggested above, expect
# about 96 % there, and more than 99 % on the training digits.
#
# The **confusion matrix** shows where the rest went: row = true digit, column = what the neurons said. Everything off
# the diagonal is a mistake.

# %%
# %%explore fit_softmax
digits_W, digits_b = fit_softmax(digits.X_train, digits.y_train, 10, np.random.default_rng(10))
digits_answers = np.argmax(digits.X_test @ digits_W + digits_b, axis=1)
train_accuracy = np.mean(np.argmax(digits.X_train @ digits_W + digits_b, axis=1) == digits.y_train)
digits_accuracy = np.mean(digits_answers == digits.y_test)
print(f"accuracy: training {train_accuracy:.1%}, test {digits_accuracy:.1%}")
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (digits.y_test, digits_answers), 1)
ax = plots.plot_confusion(confusion)
ax.set_title("Digits of the test set")
plots.show(ax)

# %% [markdown]
# Which two digits are mixed up most often? Look at the pictures that were read wrongly. Some of them are hard for
# you, too.

# %%
# %%explore fit_softmax
wrong = np.flatnonzero(digits_answers != digits.y_test)[:10]
if wrong.size:
    titles = [f"is {digits.y_test[i]}, said {digits_answers[i]}" for i in wrong]
    plots.show(plots.plot_images(digits.X_test[wrong].reshape(-1, 8, 8), titles=titles))

# %% [markdown]
# ### Experiment · What did the neurons learn?
#
# Neuron $c$ has 64 weights, one for each pixel, so its weights are a picture. Where it is red, ink speaks *for* digit
# $c$; where it is blue, ink speaks *against* it. Look at the middle of neuron 0 first.

# %%
# %%explore fit_softmax
templates = digits_W.T.reshape(-1, 8, 8)
plots.show(plots.plot_images(templates, titles=[f"neuron {c}" for c in range(10)], signed=True))
print(f"mean weight of neuron 0 on the four middle pixels: {templates[0, 3:5, 3:5].mean():.2f}")

# %% [markdown]
# A zero has a hole, and the weights of neuron 0 show it: those in the middle are clearly negative, about $-2$ on
# average. Each neuron compares a digit with one picture, a template. To recognise a loop wherever it is takes more
# layers.

# %% [markdown]
# ## Part 6 · The same in Keras
#
# In Keras, one neuron is one line: `Dense(1, activation="sigmoid")`. The loss is convex. Where it has one lowest place,
# you and Keras must meet there, if both walk far enough.
#
# We take clouds that overlap a lot, so that there is one. (If a line separates two classes perfectly, there is none:
# larger weights are always better, and $w$ grows for ever.) Both train with the full batch, the same
# learning rate and 500 steps. Expect agreement to about $10^{-6}$. Keras computes in `float32`, which keeps about 7
# digits. (On a GPU the rounding may be coarser.)
#
# The import takes a few seconds.

# %%
# %%explore fit_logistic
import keras

twin_X, twin_y = data.make_blobs(400, np.random.default_rng(11), noise=2.0)
twin_w, twin_b, twin_losses = fit_logistic(twin_X, twin_y, 0.5, 500, 400, np.random.default_rng(12))

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")])
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="binary_crossentropy")
for _ in range(500):
    keras_loss = model.train_on_batch(twin_X, twin_y)
keras_w, keras_b = (values.ravel() for values in model.get_weights())

print(f"yours: w = {twin_w}, b = {twin_b:.6f}, loss {twin_losses[-1]:.6f}")
print(f"Keras: w = {keras_w}, b = {keras_b[0]:.6f}, loss {float(keras_loss):.6f}")
print(f"largest difference: {max(np.abs(twin_w - keras_w).max(), abs(twin_b - keras_b[0])):.1e} (tolerance 1e-5)")

# %% [markdown]
# The same numbers, from two programs that share no line of code. You know now what is inside that one line.
#
# For the digits, the row of ten neurons is `Dense(10)`. The loss is told that it gets scores, not probabilities:
# `from_logits=True`. You know why. Compare the first loss with $\log 10$, and the accuracy with yours. Expect them to
# agree within about two points: Keras shuffles in another order, and trains for fewer epochs here.

# %%
# %%explore fit_softmax
import keras

row_model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, kernel_initializer="zeros")])
row_model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
first_loss, _ = row_model.evaluate(digits.X_train, digits.y_train, verbose=0)
row_model.fit(digits.X_train, digits.y_train, batch_size=32, epochs=30, verbose=0)
_, keras_accuracy = row_model.evaluate(digits.X_test, digits.y_test, verbose=0)
print(f"first loss in Keras {first_loss:.4f}, log 10 = {np.log(10):.4f}")
print(f"test accuracy: yours {digits_accuracy:.1%}, Keras {keras_accuracy:.1%}")

# %% [markdown]
# ## What to take away
#
# - A neuron is a weighted sum and a squash, $a = \sigma(w \cdot x + b)$. It draws one straight cut.
# - Compute losses from scores. Exponentials of large numbers and logarithms of rounded ones break; a shift by the
#   maximum fixes both.
# - The gradient of both losses with respect to the score is "said minus true".
# - Any gradient can be tested with finite differences. Do it, every time.
# - The loss of one layer is convex: no side valleys. Where it has one lowest place, Keras finds the same one.
# - What a straight cut cannot do, better features can. Deep networks learn their features.
#
# **Questions to carry with you**
#
# 1. Make clouds with `noise=0.5`, and train for 10, 100 and 1000 epochs. The accuracy is 100 % each time, and $w$
#    keeps growing. Why? What would stop it?
# 2. All weights started at zero. For one row of neurons that is fine. What would happen with two layers, if all
#    neurons of the first layer started with the same weights?
# 3. Your neuron is sure and wrong: $a = 0.999$, and $y = 0$. With the squared error $(a - y)^2$ the slope along $z$
#    is $2 (a - y) \, a (1 - a)$. Compare it with $a - y$. Which loss learns from such a mistake?
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. A line separates these clouds. Then twice the same $w$ makes every right answer surer, so the loss falls for ever.
#    A price on large weights stops it (Lesson 04), and so does stopping early.
# 2. They would get the same gradient in every step and stay equal: many neurons, worth one (Lesson 02).
# 3. The slopes are 0.002 and 0.999. The squared error hardly moves a neuron that is sure and wrong; the cross-entropy
#    moves it most.
#
# </details>
#
# **Sources**
#
# - W. McCulloch and W. Pitts (1943), [*A logical calculus of the ideas immanent in nervous
#   activity*](https://doi.org/10.1007/BF02478259): the neuron as a step of a sum.
# - H. Robbins and S. Monro (1951), [*A stochastic approximation method*](https://doi.org/10.1214/aoms/1177729586):
#   descent with noisy slopes.
# - F. Rosenblatt (1958), [*The perceptron: a probabilistic model for information storage and organization in the
#   brain*](https://doi.org/10.1037/h0042519): a neuron that learns.
# - D. R. Cox (1958), [*The regression analysis of binary
#   sequences*](https://doi.org/10.1111/j.2517-6161.1958.tb00292.x): logistic regression.
# - M. Minsky and S. Papert (1969), [*Perceptrons*](https://doi.org/10.7551/mitpress/11301.001.0001): what a single
#   layer cannot do.
# - J. S. Bridle (1990), [*Probabilistic interpretation of feedforward classification network
#   outputs*](https://doi.org/10.1007/978-3-642-76153-9_28): the name softmax.
# - E. Alpaydin and C. Kaynak (1998), [*Optical recognition of handwritten digits*](https://doi.org/10.24432/C50P49),
#   UCI Machine Learning Repository: the digits that come with scikit-learn.
# - C. M. Bishop (2006), [*Pattern recognition and machine
#   learning*](https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/), sections 4.2
#   and 4.3: eq. 4.59 (sigmoid), 4.62 (softmax), 4.87 (the neuron), 4.90 (loss), 4.91 (gradient), 4.108 and 4.109 (many
#   classes). His sums are our means.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), [*Deep learning*](https://www.deeplearningbook.org), section 4.1
#   (overflow and underflow), section 6.2.2 (sigmoid and softmax outputs and their losses).
