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
# # Lesson 02 · Backpropagation
#
# One neuron draws one straight line. A network of neurons bends it. To teach a network, we need the slope of the loss
# along every weight, and a network has thousands of them. In this lesson you build the machine that finds them all in
# one sweep. First you build it for single numbers, then for arrays. At the end, your network reads digits, and makes
# fewer mistakes than the row of neurons of Lesson 01.
#
# **You will be able to**
#
# - find any slope without a formula, and use that to test one that has a formula;
# - see a computation as a graph, and carry slopes backward through it;
# - write a small engine that differentiates whatever you compute with it;
# - carry gradients backward through arrays: products, sums, broadcasting;
# - write, check and train a network with a hidden layer;
# - say what a gradient costs, in time and in memory, and why that made deep learning possible.
#
# **You need** Lesson 01: the loss, gradient descent, minibatches, finite differences, the chain rule. In Python:
# classes with methods, lists, sets and dicts.
#
# **Time** about three hours: a bit less than two and a half for the exercises, the rest for reading and for the
# experiments. **Points** 26.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `numerical_gradient` | slopes without a formula | ●● | 12 | 2 |
# | 2 | `topological_order` | who comes before whom | ●●● | 20 | 2 |
# | 3 | `Value` | a number that remembers how it was made | ●●● | 30 | 5 |
# | 4 | `backward_broken` | bug hunt | ●● | 12 | 2 |
# | 5 | `unbroadcast` | the way back through broadcasting | ●● | 12 | 2 |
# | 6 | `matmul_backward` | the way back through a product | ●● | 8 | 2 |
# | 7 | `dense_forward` | a layer | ● | 3 | 1 |
# | 8 | `dense_backward` | the way back through a layer | ●● | 7 | 2 |
# | 9 | `relu_forward` | a bend | ● | 2 | 1 |
# | 10 | `relu_backward` | the way back through a bend | ● | 4 | 1 |
# | 11 | `mlp_loss` | loss and gradients of a network | ●●● | 18 | 3 |
# | 12 | `train_mlp` | teach the network | ●● | 15 | 3 |
#
# **How to work** As in Lesson 01. Replace each `raise NotImplementedError(...)` by your code, run the cell, and then
# the `check("...")` below it. Cells that begin with `%%explore` play with your functions, and the grader skips them.
# Compute in `float64`. Never change an array that came in as an argument. Arrays of numbers hold floats of any size,
# unless an exercise says more. Any axis may have length 1, and no array is empty.
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
from scipy.special import log_softmax

from dnnkit import check

np.set_printoptions(precision=6, suppress=True)  # print arrays as plain decimals

# %%
# %%explore
import time

from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from dnnkit import data, plots, predict, reveal
from dnnkit.gradcheck import gradient_error

blue = plots.COLOURS[0]


def seconds_of(work):
    """Measure how long one core works on something: the mean of as many rounds as fit in 0.1 seconds."""
    with threadpool_limits(1):
        work()  # the first time is always slower
        start, rounds = time.thread_time(), 0
        while time.thread_time() - start < 0.1:
            work()
            rounds += 1
        return (time.thread_time() - start) / rounds


# %% [markdown]
# Two functions are given that do much the same as two of yours of Lesson 01, in another way. You will need them in
# Part 4.
#
# - `minibatches` spreads the examples evenly: 70 in minibatches of at most 32 become 24, 23 and 23. Yours dealt 32, 32
#   and 6.
# - `cross_entropy` wants the true classes as **targets** $T$, shape $(N, C)$: row $n$ has a 1 at the true class of
#   example $n$, and 0 elsewhere. (In Lesson 01 this was $t_{nc}$.) Such rows are called *one-hot*. The logarithms of
#   the softmax come from SciPy.


# %%
def minibatches(num_examples, batch_size, rng):
    """Deal shuffled indices into minibatches of nearly equal size, at most batch_size: a list of 1-D arrays."""
    return np.array_split(rng.permutation(num_examples), -(-num_examples // batch_size))


def cross_entropy(logits, targets):
    """Compute the mean loss of scores (N, C) for one-hot targets (N, C), and its gradient (N, C)."""
    log_probs = log_softmax(logits, axis=1)
    return -np.sum(targets * log_probs) / len(logits), (np.exp(log_probs) - targets) / len(logits)


# %% [markdown]
# ## Part 1 · Slopes without a formula
#
# A machine that finds slopes can be wrong. So we begin with the tool that catches it. You used it in Lesson 01; now
# you write it.
#
# Let $f$ be a function that turns an array $x$ into one number. Move one element $x_i$ up by a small $h$, then down by
# $h$, and see how $f$ changes:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2 h}$$
#
# Here $e_i$ is an array of the shape of $x$, with 1 at place $i$ and 0 everywhere else. So all other elements stay as
# they are. This is called a **central difference**.
#
# Worked numbers, with $f(x) = x_0^2 + 3 x_1$ at $x = (1, 5)$, and a large $h = 0.1$ to have something to see:
#
# | $i$ | $f(x + h e_i)$ | $f(x - h e_i)$ | slope |
# | --- | --- | --- | --- |
# | 0 | $1.1^2 + 15 = 16.21$ | $0.9^2 + 15 = 15.81$ | $0.4 / 0.2 = 2$ |
# | 1 | $1 + 15.3 = 16.3$ | $1 + 14.7 = 15.7$ | $0.6 / 0.2 = 3$ |
#
# ### Exercise 1 · Numerical gradient
#
# Three traps wait here.
#
# - $x$ may have any number of axes, as a matrix of weights has two. The function $f$ wants to see that shape.
# - $x$ may hold whole numbers. In an array of integers, `x[0] = 1.00001` stores a 1, and `x[0] = 0.99999` stores a 0,
#   without a word. So the slope of $x^2$ at 1 comes out as $(1 - 0) / 0.00002 = 50{,}000$ in place of 2.
# - $x$ belongs to the caller. It must be the same afterwards, and only one element may be moved at a time.
#
# **Write** `numerical_gradient(f, x, h)`. It returns an array of floats, of the shape of $x$.
#
# Useful: `np.array(x, dtype=float)` makes a new array of floats. `np.ndindex(2, 3)` walks over all places of an array
# of shape (2, 3), as (0, 0), (0, 1), ...; it also takes the shape as one tuple. A place can be used as an index:
# `x[0, 1]` and `x[(0, 1)]` are the same.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Work on a copy that holds floats. For each place: remember the element, move it up, call $f$, move it down, call $f$,
# put it back. Which of these steps did you leave out?
#
# </details>
#
# <details><summary>Hint 2: watch it</summary>
#
# Let an $f$ of your own print what it gets. With the worked numbers above, it must be called with $(1.1, 5)$,
# $(0.9, 5)$, $(1, 5.1)$ and $(1, 4.9)$.
#
# </details>


# %%
def numerical_gradient(f, x, h=1e-5):
    """Approximate the gradient of a function by central differences.

    Args:
        f: function of an array like x that returns one number.
        x: where to take the gradient, an array with one axis or more; floats or integers. It is not changed.
        h: how far an element is moved, up and down; a positive number.

    Returns:
        Array of floats, shape of x: entry i is (f(x + h e_i) - f(x - h e_i)) / (2 h).

    Reference: Bishop 2006, eq. 5.69 (his epsilon is h).
    """
    ### BEGIN SOLUTION
    moved = np.array(x, dtype=np.float64)  # a copy; whole numbers become floats
    gradient = np.zeros(moved.shape)
    for index in np.ndindex(moved.shape):
        centre = moved[index]
        moved[index] = centre + h
        above = f(moved)
        moved[index] = centre - h
        below = f(moved)
        moved[index] = centre
        gradient[index] = (above - below) / (2 * h)
    return gradient
    ### END SOLUTION


# %%
check("numerical_gradient")

# %% [markdown]
# ### Experiment · Which step?
#
# Why move both ways, and why $h = 10^{-5}$? The picture shows the error of the slope of $e^x$ at $x = 1$, for many
# steps: from your function, and from the one-sided formula $(f(x + h) - f(x)) / h$.
#
# Two things go wrong. A large $h$ is not local: the curve bends on the way. A tiny $h$ subtracts two numbers that are
# almost the same, and only rounding noise is left. Expect each curve to have a best place in between: from $10^{-7}$
# to $10^{-5}$ for your function, and near $10^{-8}$ for the one-sided one.

# %%
# %%explore numerical_gradient
steps = 10.0 ** np.arange(-13, 0.5, 0.5)
here = np.array([1.0])
central = [abs(numerical_gradient(lambda v: np.exp(v[0]), here, h)[0] / np.e - 1) for h in steps]
one_sided = [abs((np.exp(1 + h) - np.exp(1)) / h / np.e - 1) for h in steps]
ax = plots.plot_curves(
    steps,
    {"yours, both ways": np.maximum(central, 1e-16), "one-sided": one_sided},
    xlabel="step h",
    ylabel="relative error of the slope",
    title="The best step is neither large nor tiny",
    log="both",
)
plots.show(ax)
print(f"smallest error, both ways: {min(central):.0e} at h = {steps[np.argmin(central)]:.0e}")
print(f"smallest error, one-sided: {min(one_sided):.0e} at h = {steps[np.argmin(one_sided)]:.0e}")

# %% [markdown]
# At its best, both ways is some hundred times more accurate: the bends to the left and to the right cancel. That is
# why a right gradient agrees with this one to about $10^{-9}$, and why we call anything above $10^{-6}$ a bug.
#
# But every element costs two evaluations of $f$: a network with a million weights would have to be run two million
# times, for one single step. So this is a tool for testing, not for learning.

# %% [markdown]
# ## Part 2 · A graph that remembers
#
# There is a better way. Take
#
# $$f(x, y, z) = (x + y) \cdot y \cdot z \qquad \text{at } x = 2, \ y = 3, \ z = -1.$$
#
# A computer does this in small steps. Every step makes a new number from older ones:
#
# $$s = x + y = 5, \qquad p = s \cdot y = 15, \qquad f = p \cdot z = -15.$$
#
# Draw every number as a **node**, and an arrow from each number to what is made of it. This is the **computation
# graph**. We call the numbers that a node is made of its **parents**: the parents of $p$ are $s$ and $y$.
#
# For a single step, slopes are easy. They are called **local slopes**, one along each arrow:
#
# | step | along the first parent | along the second parent |
# | --- | --- | --- |
# | $s = x + y$ | $\partial s / \partial x = 1$ | $\partial s / \partial y = 1$ |
# | $p = s \cdot y$ | $\partial p / \partial s = y = 3$ | $\partial p / \partial y = s = 5$ |
# | $f = p \cdot z$ | $\partial f / \partial p = z = -1$ | $\partial f / \partial z = p = 15$ |

# %% [markdown]
# The **chain rule** says: along a path of arrows, the local slopes are multiplied. Where several paths lead from one
# number to the result, they are added up. From $y$ there are two paths to $f$: through $p$ directly, and through $s$
# and then $p$. So
#
# $$\frac{\partial f}{\partial y} = \underbrace{5 \cdot (-1)}_{y \to p \to f} +
# \underbrace{1 \cdot 3 \cdot (-1)}_{y \to s \to p \to f} = -5 - 3 = -8.$$
#
# Test it with the formula: $f = (x + y) y z$, so $\partial f / \partial y = (x + 2 y) z = (2 + 6) \cdot (-1) = -8$.
#
# How many paths can there be? Commit to an answer before you read on.

# %%
# %%explore
predict(
    "paths",
    "Start with x. Compute y = x + x, then again y = y + y, twenty such steps in all. How many paths lead from x to y?",
    ["20", "400", "about a million"],
)

# %%
# %%explore
lengths = np.arange(1, 21)
ax = plots.plot_curves(
    lengths,
    {"paths": 2.0**lengths, "arrows": 2 * lengths, "nodes": lengths + 1},
    xlabel="number of steps y = y + y",
    ylabel="how many",
    title="Many paths, few arrows",
    log=True,
)
plots.show(ax)
print(f"20 steps: {2**20:,} paths, {2 * 20} arrows, {20 + 1} nodes")
reveal(
    "paths",
    "about a million",
    "Every step has two arrows, and a path may take either, so the number of paths doubles with every step: 2 to the "
    "power 20 is 1,048,576. But there are only 40 arrows.",
)

# %% [markdown]
# Nobody can follow all paths of a deep network, and **backpropagation** need not. It goes through the graph once, from
# the result back to the beginning, and keeps one number at every node: the slope of the final result along this node.
# We call it the node's **gradient**, in code `grad`.
#
# 1. The result has gradient 1: it changes with itself one to one.
# 2. Every node, when its turn comes, hands a share to each of its parents: its own gradient times the local slope of
#    that arrow. A parent **adds up** all the shares that it gets.
#
# | turn | gradient of the node | shares that it hands out |
# | --- | --- | --- |
# | $f$ | $1$ | $p$ gets $1 \cdot (-1) = -1$, $\ z$ gets $1 \cdot 15 = 15$ |
# | $p$ | $-1$ | $s$ gets $-1 \cdot 3 = -3$, $\ y$ gets $-1 \cdot 5 = -5$ |
# | $s$ | $-3$ | $x$ gets $-3 \cdot 1 = -3$, $\ y$ gets $-3 \cdot 1 = -3$ |
# | ends | $x: -3, \quad y: -5 - 3 = -8, \quad z: 15$ | |
#
# Three turns, six shares, and we have *all* slopes: three slopes for the price of one sweep. With a million weights
# it is still one sweep. It is the chain rule with a memory.

# %% [markdown]
# ### Exercise 2 · Who comes before whom
#
# One thing must be right for this to work. A node may hand out shares only when its own gradient is *complete*: when
# all nodes that are made of it have had their turn. In the example, $s$ must not go before $p$: it would have nothing
# to hand out yet.
#
# So we need the nodes in an order in which every node stands *after* all of its parents. This is called a **topological
# order**. The sweep then takes it from the back.
#
# For the example, $x, y, s, p, z, f$ is a topological order, and $z, y, x, s, p, f$ is another. Both are right.
# $x, s, y, p, z, f$ is wrong: $s$ stands before its parent $y$.
#
# Here is a small class for nodes. `node.parents` is all you need in this exercise. `slopes` and `grad` are for the bug
# hunt, Exercise 4.


# %%
class Node:
    """A node of a computation graph.

    Args:
        name: any text.
        parents: the nodes that it is made of.
        slopes: the local slope along each parent, numbers in the order of the parents.
    """

    def __init__(self, name, parents=(), slopes=()):
        self.name = name
        self.parents = tuple(parents)
        self.slopes = tuple(slopes)
        self.grad = 0.0

    def __repr__(self):
        return self.name


# %% [markdown]
# **How to find an order.** Begin at the result, the **root**. The rule "first all my parents, then me" says it all: to
# write down a node, first write down each of its parents in the same way, unless it is written already. You could
# write this as a function that calls itself. But Python stops a function that calls itself more than about a thousand
# times, and graphs can be longer than that. So use a list as a **stack**: put things on its end with `append`, take
# them off its end with `pop`.
#
# What to do with a node depends on how it comes off the stack:
#
# - The first time, it is not ready. Put it back, marked as ready. On top of it put its parents. They come off first.
# - With its mark, everything above it is done, so all of its parents are written. Now write it down.
# - Without a mark and not for the first time, do nothing. This happens to a node that is a parent of several others,
#   for each of them puts it on the stack, like $y$ below.
#
# Remember in a set which nodes you have met: looking up `node in seen` is fast in a set, and slow in a long list.
#
# Worked example, with the graph of $p = s \cdot y$ and $s = x + y$, marks written as a star:
#
# | taken off | what happens | stack afterwards (top on the right) | written |
# | --- | --- | --- | --- |
# | $p$ | new: $p^*$ back, parents on top | $p^*, s, y$ | |
# | $y$ | new: $y^*$ back, no parents | $p^*, s, y^*$ | |
# | $y^*$ | written | $p^*, s$ | $y$ |
# | $s$ | new: $s^*$ back, parents on top | $p^*, s^*, x, y$ | $y$ |
# | $y$ | met before: nothing | $p^*, s^*, x$ | $y$ |
# | $x$ | new: $x^*$ back, no parents | $p^*, s^*, x^*$ | $y$ |
# | $x^*, s^*, p^*$ | written, one after the other | | $y, x, s, p$ |

# %% [markdown]
# **Write** `topological_order(root)`. It returns a list of nodes: the root, its parents, their parents, and so on,
# every one of them exactly once, and every node after all of its parents. The root is last. It must also work for a
# chain of 5,000 nodes, and it must not change the graph.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What lies on the stack are pairs: a node, and whether it is ready. Begin with the root, not ready. Go on as long as
# there is something on the stack.
#
# </details>
#
# <details><summary>Hint 2: watch it</summary>
#
# Print the stack after every turn, and compare it with the table, line by line. Which of the three rules above was used
# in the first line that differs?
#
# </details>


# %%
def topological_order(root):
    """List a node and all nodes that it is made of, parents first.

    Args:
        root: a node; `node.parents` are the nodes that a node is made of. The graph has no cycles.

    Returns:
        List with every node once, each after all of its parents; root is last.

    Reference: Tarjan 1976 (depth-first); Kahn 1962 has another way.
    """
    ### BEGIN SOLUTION
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order
    ### END SOLUTION


# %%
check("topological_order")

# %% [markdown]
# ### Exercise 3 · A number that remembers
#
# Now the engine. You complete a class `Value`: a number that remembers how it was made. With it, a formula is written
# as always, and the graph grows by itself:
#
#     x, y, z = Value(2.0), Value(3.0), Value(-1.0)
#     f = (x + y) * y * z      # f.data is -15.0
#     f.backward()             # x.grad is -3.0, y.grad is -8.0, z.grad is 15.0
#
# A `Value` has four attributes. They are set in `__init__`, which is given:
#
# - `data`, its number;
# - `parents`, the Values that it was made of, a tuple;
# - `slopes`, its local slope along each parent, a tuple of numbers in the same order;
# - `grad`, the gradient, which is 0.0 until `backward` is called.
#
# Python translates `a + b` into the call `a.__add__(b)`, `a * b` into `a.__mul__(b)`, and `a**3` into `a.__pow__(3)`.
# Each of these methods makes a new Value: its number, its parents, its slopes. One Value may be used several times.
#
# | method | number | slope along $a$ | slope along $b$ |
# | --- | --- | --- | --- |
# | `a + b` | $a + b$ | $1$ | $1$ |
# | `a * b` | $a \cdot b$ | $b$ | $a$ |
# | `a**n`, where `n` is a plain number | $a^n$ | $n \, a^{n-1}$ | |
# | `a.exp()` | $e^a$ | $e^a$ | |
# | `a.tanh()` | $\tanh a$ | $1 - \tanh^2 a$ | |
# | `a.relu()` | $\max(a, 0)$ | $1$ if $a > 0$, else $0$ | |
#
# The **ReLU** (rectified linear unit) lets positive numbers through, and turns negative ones into 0. It will be the
# bend in our networks. Exactly at $a = 0$ it has a corner, and no slope. Every number from 0 to 1 is called a
# **subgradient** there: a line with that slope touches the corner and stays below the curve. Libraries take 0. So does
# the table; the checks do not go there.

# %% [markdown]
# **Plain numbers.** In `a + 2` and `a * 2`, the other one may be a plain number, also one that came out of an array,
# such as `np.float64(2.0)`. Make a Value of it first. For
# `2 + a`, Python asks the right-hand side, with `a.__radd__(2)`. This method and the ones for `-`, `/` and `2 * a` are
# given. They use your `+`, `*` and `**`: for example, $a - b$ is $a + (-1) \cdot b$, and $a / b$ is $a \cdot b^{-1}$.
#
# **`backward`** is called on the result. It fills the `grad` of every Value that the result was made of:
#
# 1. Take all nodes in topological order, with your function.
# 2. Set every gradient to 0. So what is left from an earlier call does not count: calling `backward` a second time
#    gives the same gradients again.
# 3. Set the gradient of the result itself to 1.
# 4. Go through the nodes from the back. Each node adds to every parent's gradient its own gradient times the local
#    slope.
#
# Worked numbers: $x = 3$ and $y = x \cdot x + x$. Then $y = 12$, and $dy/dx = 2 x + 1 = 7$. Here $x$ is a parent of the
# product *twice*. It gets the share 3 from the first arrow, 3 from the second, and 1 from the sum.
#
# **Write** the seven methods of `Value` that are missing.
#
# Useful: `isinstance(b, Value)` says whether `b` is a Value. `zip(parents, slopes)` walks along two tuples at once.
# `reversed(order)` walks along a list from the back. `np.exp` and `np.tanh` take plain numbers, too.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Every operation is one line: `Value(number, parents, slopes)`. The result of `a + b` has the parents `(self, other)`.
# Note that a tuple with one element needs a comma: `(self,)`. In `backward`, the same node may get many shares, so
# think about `=` and `+=`.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# For a node $v$ with parents $u_1, u_2, \dots$ and local slopes $g_1, g_2, \dots$: for each $k$,
#
# $$\bar u_k \leftarrow \bar u_k + g_k \, \bar v,$$
#
# where the bar means the gradient. Take the nodes in reversed topological order. At the start all gradients are 0,
# but that of the result is 1.
#
# </details>


# %%
class Value:
    """A number that remembers how it was made, and can find the slopes of itself along all that it was made of.

    Args:
        data: the number.
        parents: the Values that it was made of.
        slopes: the local slope along each parent, numbers in the order of the parents.

    Reference: Baydin et al. 2018, section 3.2 (reverse mode).
    """

    def __init__(self, data, parents=(), slopes=()):
        self.data = float(data)
        self.parents = tuple(parents)
        self.slopes = tuple(slopes)
        self.grad = 0.0

    def __repr__(self):
        return f"Value(data={self.data:g}, grad={self.grad:g})"

    def __add__(self, other):
        """Return self + other; other is a Value or a plain number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))
        ### END SOLUTION

    def __mul__(self, other):
        """Return self * other; other is a Value or a plain number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))
        ### END SOLUTION

    def __pow__(self, exponent):
        """Return self to the power of a plain number."""
        ### BEGIN SOLUTION
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))
        ### END SOLUTION

    def exp(self):
        """Return e to the power of self."""
        ### BEGIN SOLUTION
        power = np.exp(self.data)
        return Value(power, (self,), (power,))
        ### END SOLUTION

    def tanh(self):
        """Return the hyperbolic tangent of self."""
        ### BEGIN SOLUTION
        squashed = np.tanh(self.data)
        return Value(squashed, (self,), (1.0 - squashed**2,))
        ### END SOLUTION

    def relu(self):
        """Return self if it is positive, else 0."""
        ### BEGIN SOLUTION
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))
        ### END SOLUTION

    def backward(self):
        """Set the grad of every Value that self was made of to the slope of self along it."""
        ### BEGIN SOLUTION
        order = topological_order(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad
        ### END SOLUTION

    # Given: the other ways of writing, made of yours.

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + other * -1.0

    def __rsub__(self, other):
        return self * -1.0 + other

    def __truediv__(self, other):
        return self * other**-1.0

    def __rtruediv__(self, other):
        return self**-1.0 * other


# %%
check("Value")

# %% [markdown]
# ### Experiment · Three ways to one slope
#
# Here is $f(x, y, z) = (x + y) y z$ once more: by hand, by your graph, and by your finite differences. All three must
# agree. The picture shows the graph as your class built it. In every box stands the number, and below it the gradient.
# Along every arrow stands the local slope.

# %%
# %%explore Value, numerical_gradient
node_x, node_y, node_z = Value(2.0), Value(3.0), Value(-1.0)
node_s = node_x + node_y
node_p = node_s * node_y
node_f = node_p * node_z
node_f.backward()
by_difference = numerical_gradient(lambda v: (v[0] + v[1]) * v[1] * v[2], np.array([2, 3, -1]))
print("slope along      x          y          z")
print("by hand     ", "".join(f"{slope:11.6f}" for slope in (-3, -8, 15)))
print("by graph    ", "".join(f"{node.grad:11.6f}" for node in (node_x, node_y, node_z)))
print("differences ", "".join(f"{slope:11.6f}" for slope in by_difference))

graph = {"x": (0, 1, node_x), "y": (0, 0, node_y), "s": (1, 1, node_s)}
graph |= {"p": (2, 0.5, node_p), "z": (2, -0.5, node_z), "f": (3, 0, node_f)}
ax = plots.panels(width=8, height=3.4)[0]
for arrow in ("x s", "y s", "s p", "y p", "p f", "z f"):
    (x0, y0, parent), (x1, y1, child) = (graph[name] for name in arrow.split())
    slope = dict(zip(map(id, child.parents), child.slopes, strict=False)).get(id(parent), np.nan)
    ax.annotate("", (x1 - 0.2, y1), (x0 + 0.2, y0), arrowprops={"arrowstyle": "->", "color": "0.4"})
    ax.text((x0 + x1) / 2, (y0 + y1) / 2 + 0.07, f"{slope:g}", color="#B04E00", ha="center")
for name, (across, up, node) in graph.items():
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": blue}
    ax.text(across, up, f"{name} = {node.data:g}\ngrad {node.grad:g}", ha="center", va="center", bbox=box)
ax.set(xlim=(-0.4, 3.4), ylim=(-0.9, 1.4), title="Numbers go right, gradients come back")
ax.set_axis_off()
plots.describe(
    ax,
    "A graph of six nodes. x and y lead to s; s and y lead to p; p and z lead to f. "
    + " ".join(f"{name} is {node.data:g} with gradient {node.grad:g}." for name, (_, _, node) in graph.items()),
)
plots.show(ax)

# %% [markdown]
# Follow the gradients from right to left, and find the two shares of $y$: one comes from $p$, one from $s$.
#
# Your engine is not limited to this formula. It differentiates *every* formula made of these steps, with no further
# work from you. Try a neuron: $a = \sigma(w x + b)$ with $\sigma(z) = 1 / (1 + e^{-z})$. The slope of $\sigma$ is
# $a (1 - a)$, so expect $x \cdot a (1 - a)$ along $w$.

# %%
# %%explore Value
neuron_w, neuron_b = Value(-1.5), Value(0.5)
activation = 1 / (1 + (-(neuron_w * 2.0 + neuron_b)).exp())  # one neuron with the input 2
activation.backward()
bell = activation.data * (1 - activation.data)
print(f"a = {activation.data:.6f}")
print(f"slope along w: {neuron_w.grad:.6f}, by the formula {2.0 * bell:.6f}")
print(f"slope along b: {neuron_b.grad:.6f}, by the formula {bell:.6f}")

# %% [markdown]
# ### Experiment · Train a network with it
#
# An engine that finds every slope can train anything. Here is a task that one neuron cannot do, whatever its weights:
# **XOR**, exclusive or. The answer is 1 when exactly one of two inputs is 1. The inputs $(0, 1)$ and $(1, 0)$ stand at
# two opposite corners of a square, $(0, 0)$ and $(1, 1)$ at the other two, and no straight line parts them.
#
# So take four neurons with $\tanh$, and a fifth that weighs their answers and adds a bias: 17 numbers, each a `Value`.
# In each step the network answers all four questions, your `backward` finds 17 slopes, and each number takes a step
# downhill.

# %%
# %%explore Value
xor_X, xor_y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])


def xor_answer(hidden, last, x1, x2):
    """Let the hidden neurons and the last one answer."""
    answers = [(w1 * x1 + w2 * x2 + b).tanh() for w1, w2, b in hidden]
    return sum((w * a for w, a in zip(last, answers, strict=False)), last[-1])


def train_xor(num_hidden, seed):
    """Train on the four questions; returns the hidden neurons, the last one, and the loss of each of 300 steps."""
    rng, losses = np.random.default_rng(seed), []
    hidden = [[Value(number) for number in rng.normal(size=3)] for _ in range(num_hidden)]  # two weights and a bias
    last = [Value(number) for number in rng.normal(size=num_hidden + 1)]  # a weight for each, and a bias
    for _ in range(300):
        loss = Value(0.0)
        for x1, x2, y in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
            loss = loss + (xor_answer(hidden, last, x1, x2) - y) ** 2 * 0.25
        loss.backward()
        for value in [*last, *(value for neuron in hidden for value in neuron)]:
            value.data -= 0.2 * value.grad
        losses.append(loss.data)
    return hidden, last, losses


xor_hidden, xor_last, xor_losses = train_xor(4, 2)
xor_axes = plots.panels(2, height=3.2)
plots.plot_losses(
    xor_losses, ax=xor_axes[0], alt=f"Loss of 300 steps: from {xor_losses[0]:.2f} down to {xor_losses[-1]:.0e}."
)
xor_axes[0].set(xlabel="step", title="Mean squared error")
xor_W = np.array([[value.data for value in neuron] for neuron in xor_hidden])  # the same numbers as an array
xor_w = np.array([value.data for value in xor_last])
plots.plot_decision_boundary(
    lambda points: np.tanh(points @ xor_W[:, :2].T + xor_W[:, 2]) @ xor_w[:4] + xor_w[4],
    xor_X,
    xor_y,
    ax=xor_axes[1],
    title="The four questions, and what is answered",
)
plots.show(xor_axes)
print("answers: " + ", ".join(f"{xor_answer(xor_hidden, xor_last, x1, x2).data:.3f}" for x1, x2 in xor_X.tolist()))

# %% [markdown]
# The network is right, and nobody had to derive a formula for its slopes. It succeeds from 97 of a hundred random
# starts. With two hidden neurons in place of four, it would from 47 of them.

# %% [markdown]
# ### Play · Step through a graph
#
# The panel builds a graph from your `Value` and walks through it: forward node by node, then backward edge by edge. The
# table below it holds the same numbers. Switch on "forget to accumulate", and find an expression whose gradients are
# wrong then, and one whose gradients are not.

# %%
# %%explore Value
from dnnkit.demos import graph_stepper

graph_stepper(Value=Value)

# %% [markdown]
# ### Exercise 4 · Bug hunt
#
# A colleague wrote the backward sweep for the class `Node` from above, where the local slopes are given. It works for
# long chains, and for the formula that it was tried on. Then somebody used a number twice. There are **two bugs** in
# it.
#
# **How to hunt.** Below the function stand its check, and then a comparison on three small graphs. The comparison
# knows the truth: it follows every path from the root, multiplies the slopes along it, and adds the paths up. That is
# slow, and right.
#
# - *A chain*: $x \to a \to b \to$ root. One path.
# - *Used twice*: $x$ is both parents of the root. Two paths.
# - *A short way and a long way*: $x \to m$. From $m$, one arrow goes directly to the root, and one goes through $b$.
#
# Take the second graph first. How many shares does $x$ get, and what does the code do with them? Fix that. Then look
# at the third graph, write down in which order the nodes have their turn, and when $m$ hands its gradient on. Is it
# complete by then?
#
# **Fix** `backward_broken(root)`. Like `backward`, it returns nothing. It sets the `grad` of the root and of all
# nodes that it is made of, whatever was in there before.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The shares are handed out by distance: first the root, then its parents, then theirs. In the third graph, how far is
# $m$ from the root: one arrow, or two? You have written a function that gives an order in which nothing comes too
# early.
#
# </details>
#
# <details><summary>Hint 2: watch it</summary>
#
# Print each node with its gradient when its turn comes. Two questions about every line: will this gradient still change
# later? And if the parent holds a share already, what becomes of that share?
#
# </details>


# %%
def backward_broken(root):
    """Set the grad of every node to the slope of the root along it, once its two bugs are fixed.

    Args:
        root: a node with `parents`, `slopes` (one for each parent) and `grad`; its parents are like it.
    """
    ### BUG HUNT: backward_broken__as_given
    ### BEGIN SOLUTION
    order = list(reversed(topological_order(root)))
    for node in order:
        node.grad = 0.0
    root.grad = 1.0
    for node in order:
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad
    ### END SOLUTION


# %%
check("backward_broken")


# %%
# %%explore backward_broken
def slope_by_paths(node, target):
    """Follow every path from node back to target: multiply along each, add them up."""
    if node is target:
        return 1.0
    return sum(slope * slope_by_paths(parent, target) for parent, slope in zip(node.parents, node.slopes, strict=True))


def hunt_graphs():
    """Make the three graphs of the text: their names, roots and nodes x."""
    x = Node("x")
    chain = Node("root", [Node("b", [Node("a", [x], [2.0])], [3.0])], [5.0])
    yield "a chain", chain, x
    x = Node("x")
    yield "used twice", Node("root", [x, x], [2.0, 3.0]), x
    x = Node("x")
    m = Node("m", [x], [10.0])
    yield "a short way and a long way", Node("root", [m, Node("b", [m], [2.0])], [3.0, 5.0]), x


for name, hunt_root, hunt_x in hunt_graphs():
    backward_broken(hunt_root)
    print(f"{name:<28} x.grad = {hunt_x.grad:<6g} all paths: {slope_by_paths(hunt_root, hunt_x):g}")

# %% [markdown]
# ## Part 3 · From numbers to arrays
#
# Your engine is complete. Those inside TensorFlow, JAX and PyTorch work in the same way, but with whole arrays. Why
# does nobody train large networks with `Value`? The cell adds up 2,000 products twice, with Values and with arrays.

# %%
# %%explore Value
left_numbers, right_numbers = np.random.default_rng(1).normal(size=(2, 2000))


def with_values():
    """Compute the sum of products, and its slopes, number by number."""
    total = sum((Value(a) * b for a, b in zip(left_numbers, right_numbers, strict=True)), Value(0.0))
    total.backward()


slow = seconds_of(with_values)
fast = seconds_of(lambda: (left_numbers @ right_numbers, 1.0 * right_numbers))
print(f"with Values {1000 * slow:.2f} ms, with arrays {1000 * fast:.4f} ms: {slow / fast:,.0f} times faster")

# %% [markdown]
# Thousands of times. So we keep the idea, and take larger steps. A node becomes a whole array, and an
# arrow becomes a whole operation: a matrix product, a sum, a bend.
#
# The gradient of an array is an array of the same shape: one slope for each element. Let $L$ be the loss, one number,
# and let $Y$ be some array on the way to it. Then $dY$ is short for the gradient of $L$ along $Y$:
#
# $$dY_{ij} = \frac{\partial L}{\partial Y_{ij}}, \qquad \text{shape of } Y.$$
#
# Each operation gets a **backward function**. It receives $dY$, the gradient of what the operation *returned*, which
# is also called the **upstream gradient** and in code `dout`. It returns the gradients of what the operation
# *received*: the shares for its parents.

# %% [markdown]
# ### Exercise 5 · The way back through broadcasting
#
# Begin with the simplest operation: $Y = A + B$, for arrays. If both have the same shape, both get the share $dY$, as
# with numbers: the local slopes are 1.
#
# But NumPy also adds arrays of different shapes, by repeating the smaller one until it fits. This is called
# **broadcasting**. The bias of a layer of $H$ neurons is added like that: $Z$ of shape $(N, H)$ plus $b$ of shape
# $(H,)$, so that every row gets the same $b$.
#
# So $b_h$ is used $N$ times, once in each row. A number that is used several times gets several shares, and adds them
# up. *What was repeated on the way forward is summed on the way back.*
#
# | shape of $B$ | shape of $Y$ | what was repeated | the way back |
# | --- | --- | --- | --- |
# | $(4,)$ | $(3, 4)$ | all of it, 3 times, along a new first axis | sum over axis 0: shape $(4,)$ |
# | $(3, 1)$ | $(3, 4)$ | each number 4 times, along axis 1 | sum over axis 1, kept: shape $(3, 1)$ |
# | $(1, 4)$ | $(3, 4)$ | each number 3 times, along axis 0 | sum over axis 0, kept: shape $(1, 4)$ |
# | $()$, a number | $(3, 4)$ | 12 times | sum of everything |
# | $(3, 1)$ | $(2, 3, 4)$ | along a new axis, and along the last | both sums: shape $(3, 1)$ |
#
# Shapes are compared from the right. New axes can only come up on the left.
#
# Worked numbers, with an upstream gradient of shape $(2, 3)$:
#
# $$dY = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}: \qquad
# (3,) \text{ gives } (5, 7, 9), \qquad (2, 1) \text{ gives } \begin{pmatrix} 6 \\ 15 \end{pmatrix}, \qquad
# () \text{ gives } 21.$$

# %% [markdown]
# **Write** `unbroadcast(grad, shape)`. It returns the sum of `grad` that has exactly this shape.
#
# Useful: `grad.ndim`, the number of axes; `grad.sum(axis=0)`, which drops the axis; `grad.sum(axis=1, keepdims=True)`,
# which keeps it with length 1. `axis` may also be a tuple of axes. `len(shape)` is the number of axes of the result.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two steps. First the axes that are too many: they are on the left, so sum over axis 0 until there are as many axes as
# in `shape`. Then look at each axis of `shape`: where it is 1, sum over that axis, and keep it.
#
# </details>
#
# <details><summary>Hint 2: an example</summary>
#
# Take the last row of the table, from $(2, 3, 4)$ to $(3, 1)$, and print the shape after each of your sums: it must be
# $(3, 4)$, then $(3, 1)$. (A sum over an axis of length 1 changes nothing, so that case needs no care.)
#
# </details>


# %%
def unbroadcast(grad, shape):
    """Sum a gradient over everything that broadcasting has repeated.

    Args:
        grad: gradient of a broadcast result, an array of any shape.
        shape: shape of the array that was broadcast, a tuple; it fits the shape of grad by NumPy's rules.

    Returns:
        Gradient of the array that was broadcast, exactly of this shape; a number for the shape ().
    """
    ### BEGIN SOLUTION
    added = tuple(range(grad.ndim - len(shape)))
    grad = grad.sum(axis=added)
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return grad.sum(axis=stretched, keepdims=True)
    ### END SOLUTION


# %%
check("unbroadcast")

# %% [markdown]
# How do we test a backward function, when there is no loss yet? We make one: draw a random array $R$ of the shape of
# $Y$, and let $L = \sum_{ij} R_{ij} Y_{ij}$. Then the upstream gradient is $dY = R$, exactly, and the finite
# differences of $L$ are the truth. $R$ must be random, for with $R = 1$ everywhere many mistakes cancel.
#
# Expect errors below $10^{-9}$, here for $Y = A \cdot B$, element by element. The slope of $a \cdot b$ along $a$ is
# $b$, so the shares are $dY \cdot B$ for $A$ and $dY \cdot A$ for $B$, summed back to their shapes.

# %%
# %%explore unbroadcast, numerical_gradient
test_rng = np.random.default_rng(2)
for shape_A, shape_B in [((3, 4), (4,)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 1))]:
    test_A, test_B = test_rng.normal(size=shape_A), test_rng.normal(size=shape_B)
    test_R = test_rng.normal(size=(test_A * test_B).shape)
    true_dA = numerical_gradient(lambda v, R=test_R, B=test_B: np.sum(R * (v * B)), test_A)
    true_dB = numerical_gradient(lambda v, R=test_R, A=test_A: np.sum(R * (A * v)), test_B)
    error_A = gradient_error(unbroadcast(test_R * test_B, shape_A), true_dA)
    error_B = gradient_error(unbroadcast(test_R * test_A, shape_B), true_dB)
    print(f"shapes {shape_A} and {shape_B}: errors {error_A:.0e} and {error_B:.0e}")

# %% [markdown]
# ### Exercise 6 · The way back through a product
#
# The work of every network is the matrix product $Y = A B$. Let $A$ have the shape $(N, D)$ and $B$ the shape
# $(D, C)$. Then $Y$ has the shape $(N, C)$, and so has $dY$.
#
# $$Y_{nc} = \sum_d A_{nd} B_{dc}$$
#
# Take one element, $A_{nd}$. It is used in row $n$ of $Y$, in every column $c$, each time multiplied by $B_{dc}$. So it
# gets a share from each column, and these are added up:
#
# $$dA_{nd} = \sum_c dY_{nc} \, B_{dc}.$$
#
# This is a sum of products over the *second* index of $B$, so it is a matrix product with $B$ transposed. For
# $B_{dc}$ it is the same story, with a sum over the rows $n$ of $A$. You know this one from Lesson 01, where $X$ played
# the part of $A$.
#
# The shapes help: $dA$ must have the shape of $A$, $dB$ the shape of $B$. If $N$, $D$ and $C$ are all different, only
# one product fits for each.
#
# Worked numbers, with $N = 1$, $D = 2$, $C = 3$:
#
# $$A = \begin{pmatrix} 2 & -1 \end{pmatrix}, \quad
# B = \begin{pmatrix} 1 & 0 & 3 \\ 2 & 1 & 0 \end{pmatrix}, \quad
# dY = \begin{pmatrix} 1 & 10 & 100 \end{pmatrix}$$
#
# $$dA = \begin{pmatrix} 1 + 0 + 300 & 2 + 10 + 0 \end{pmatrix} = \begin{pmatrix} 301 & 12 \end{pmatrix}, \qquad
# dB = \begin{pmatrix} 2 & 20 & 200 \\ -1 & -10 & -100 \end{pmatrix}.$$
#
# **Write** `matmul_backward(dout, A, B)`. It returns the pair `(dA, dB)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shapes below each other: `dout` is $(N, C)$, `A` is $(N, D)$, `B` is $(D, C)$. Which product of `dout` with
# one of the others, perhaps transposed, gives $(N, D)$? The factor is the *other* matrix: the slope along $a$ in
# $a \cdot b$ is $b$.
#
# </details>
#
# <details><summary>Hint 2: rows and columns</summary>
#
# The sum for $dA_{nd}$ runs along *row* $n$ of $dY$ and *row* $d$ of $B$. A matrix product runs along a row and a
# *column*. What makes columns out of the rows of $B$?
#
# </details>


# %%
def matmul_backward(dout, A, B):
    """Carry a gradient backward through the matrix product A @ B.

    Args:
        dout: gradient of the loss along A @ B, shape (N, C).
        A: left factor, shape (N, D).
        B: right factor, shape (D, C).

    Returns:
        (dA, dB): gradients of the loss along A, shape (N, D), and along B, shape (D, C).

    Reference: Giles 2008, section 2.2.2.
    """
    ### BEGIN SOLUTION
    return dout @ B.T, A.T @ dout
    ### END SOLUTION


# %%
check("matmul_backward")

# %% [markdown]
# ### Exercise 7 · A layer
#
# A **dense layer** is a row of $H$ neurons before their squash. All of them see the same examples:
#
# $$Z = X W + b$$
#
# - $X$, shape $(N, D)$: the examples, or what the layer before has made of them;
# - $W$, shape $(D, H)$: column $h$ holds the weights of neuron $h$;
# - $b$, shape $(H,)$: one bias for each neuron, added to every row;
# - $Z$, shape $(N, H)$: one score for each example and neuron.
#
# Worked numbers: $X = \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix}$,
# $W = \begin{pmatrix} 1 & 0 & 2 \\ -1 & 1 & 0 \end{pmatrix}$, $b = (10, 20, 30)$ give
# $Z = \begin{pmatrix} 9 & 22 & 32 \\ 11 & 19 & 30 \end{pmatrix}$.
#
# **Write** `dense_forward(X, W, b)`.


# %%
def dense_forward(X, W, b):
    """Compute the scores of a layer of neurons.

    Args:
        X: inputs, shape (N, D).
        W: weights, shape (D, H).
        b: biases, shape (H,).

    Returns:
        Scores Z = X W + b, shape (N, H).
    """
    ### BEGIN SOLUTION
    return X @ W + b
    ### END SOLUTION


# %%
check("dense_forward")

# %% [markdown]
# ### Exercise 8 · The way back through a layer
#
# The layer is a product, and then a sum with broadcasting. You have written the way back through both. Now put the two
# together.
#
# The gradient $dX$ is needed, too: $X$ may be what an earlier layer made, and that layer waits for its share.
#
# Worked numbers, with $X$, $W$ and $b$ of Exercise 7, and $dZ = \begin{pmatrix} 1 & 0 & 2 \\ 0 & 3 & 1 \end{pmatrix}$:
#
# $$dX = \begin{pmatrix} 5 & -1 \\ 2 & 3 \end{pmatrix}, \qquad
# dW = \begin{pmatrix} 1 & 0 & 2 \\ 2 & -3 & 3 \end{pmatrix}, \qquad db = (1, 3, 3).$$
#
# **Write** `dense_backward(dout, X, W)`. It returns `(dX, dW, db)`. The value of $b$ does not matter for the slopes,
# so it is not asked for.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which two of your functions fit? $b$ has the shape $(H,)$, and $H$ is the number of columns of $W$.
#
# </details>
#
# <details><summary>Hint 2: if a number is wrong</summary>
#
# Nothing is divided by $N$: if the loss is a mean, the $1/N$ is in $dZ$ already. And $b$ was repeated for every
# example.
#
# </details>


# %%
def dense_backward(dout, X, W):
    """Carry a gradient backward through a layer of neurons.

    Args:
        dout: gradient of the loss along the scores Z = X W + b, shape (N, H).
        X: inputs of the layer, shape (N, D).
        W: weights, shape (D, H).

    Returns:
        (dX, dW, db): gradients of the loss along X, shape (N, D), W, shape (D, H), and b, shape (H,).

    Reference: Bishop 2006, eq. 5.53 and 5.56 (his delta is a row of dout).
    """
    ### BEGIN SOLUTION
    dX, dW = matmul_backward(dout, X, W)
    return dX, dW, unbroadcast(dout, (W.shape[1],))
    ### END SOLUTION


# %%
check("dense_backward")

# %% [markdown]
# ### Exercise 9 · A bend
#
# Two dense layers in a row are no more than one: $(X W_1) W_2 = X (W_1 W_2)$ is again a single matrix. A network can
# bend only if something bends between the layers. We take the ReLU, element by element:
#
# $$A = \max(Z, 0), \qquad \text{shape of } Z.$$
#
# Worked numbers: $(3, -2, 0.5)$ becomes $(3, 0, 0.5)$.
#
# **Write** `relu_forward(Z)`.
#
# Careful: `np.max` looks for the largest number of one array. Here each number is compared with 0.


# %%
def relu_forward(Z):
    """Turn negative numbers into 0.

    Args:
        Z: scores, any shape; floats or integers.

    Returns:
        max(Z, 0), element by element; shape of Z.

    Reference: Nair and Hinton 2010, section 2.
    """
    ### BEGIN SOLUTION
    return np.maximum(Z, 0)
    ### END SOLUTION


# %%
check("relu_forward")

# %% [markdown]
# ### Exercise 10 · The way back through a bend
#
# The local slope of the ReLU is 1 where $Z$ is positive, and 0 where it is negative. So the upstream gradient passes
# where $Z > 0$, and is stopped elsewhere. Exactly at $Z = 0$ you may do either.
#
# Worked numbers: $Z = (3, -2, 0.5)$ and $dA = (7, 8, -9)$ give $dZ = (7, 0, -9)$. Note the $-9$: the sign of the
# *upstream* gradient does not matter.
#
# **Write** `relu_backward(dout, Z)`. Here `dout` is $dA$.
#
# <details><summary>Hint: a nudge</summary>
#
# A comparison of an array with a number gives an array of `True` and `False`. In a product they count as 1 and 0.
#
# </details>


# %%
def relu_backward(dout, Z):
    """Carry a gradient backward through the ReLU.

    Args:
        dout: gradient of the loss along max(Z, 0), any shape.
        Z: what went into the ReLU, same shape.

    Returns:
        Gradient of the loss along Z, same shape; where Z is exactly 0, that of either side.
    """
    ### BEGIN SOLUTION
    return dout * (Z > 0)
    ### END SOLUTION


# %%
check("relu_backward")

# %% [markdown]
# ## Part 4 · A network
#
# All parts are there. A layer, a bend, and another layer make a network with one **hidden layer**, also called a
# **multilayer perceptron**, or MLP.
#
# ### Experiment · XOR by hand
#
# What is the hidden layer good for? Take XOR once more, and two hidden neurons with the ReLU. Let $s = x_1 + x_2$ be
# the number of ones. The first neuron says $h_1 = \max(s, 0)$, the number itself. The second says
# $h_2 = \max(s - 1, 0)$, which is 1 only if both are ones. Then $h_1 - 2 h_2$ is the right answer: 0, 1, 1, 0. The cell
# writes this with your functions, and draws the four questions twice: as they come in, and as the hidden layer hands
# them on.

# %%
# %%explore dense_forward, relu_forward
by_hand_W1, by_hand_b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])
by_hand_W2, by_hand_b2 = np.array([[1.0], [-2.0]]), np.array([0.0])
corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
by_hand_H = relu_forward(dense_forward(corners, by_hand_W1, by_hand_b1))
print(np.column_stack([corners, by_hand_H, dense_forward(by_hand_H, by_hand_W2, by_hand_b2)]))
by_hand_axes = plots.panels(2, height=3.2)
for ax, places, answer, title in (
    (
        by_hand_axes[0],
        corners,
        lambda points: dense_forward(
            relu_forward(dense_forward(points, by_hand_W1, by_hand_b1)), by_hand_W2, by_hand_b2
        )[:, 0],
        "as they come in: it takes two lines",
    ),
    (
        by_hand_axes[1],
        by_hand_H,
        lambda points: dense_forward(points, by_hand_W2, by_hand_b2)[:, 0],
        "as the hidden layer hands them on",
    ),
):
    plots.plot_decision_boundary(answer, places, np.array([0, 1, 1, 0]), ax=ax, title=title)
by_hand_axes[1].set(xlabel="h1", ylabel="h2")
plots.show(by_hand_axes)

# %% [markdown]
# On the right, the two ones stand at the same place, and one straight line does the rest. A hidden layer *moves the
# examples to where a line can part them*.
#
# How much can such a network do? With one input and one output, every hidden neuron is $\max(w x + b, 0)$, a line with
# one kink. The second layer adds $H$ of these, each with a weight of its own. So the result is a line with up to $H$
# kinks, and these can be anywhere.
#
# ### Experiment · Enough kinks draw everything
#
# We put the kinks at equal distances, by hand, and choose the second layer as well as possible, so that the network
# follows a wavy curve. No training yet: the question is what *can* be drawn.
#
# Between two kinks the network is straight. A chord of a curve misses it by an amount that goes with the *square* of
# its length. So expect that twice as many neurons make the largest error about four times smaller.

# %%
# %%explore dense_forward, relu_forward
line = np.linspace(0, 1, 1001)[:, None]
wavy = np.sin(7 * line[:, 0]) + 0.5 * np.cos(17 * line[:, 0])


def best_drawing(width):
    """Draw the wavy curve as well as a network with this many hidden neurons and evenly spaced kinks can."""
    kinks = np.linspace(0, 1, width, endpoint=False)
    hidden = relu_forward(dense_forward(line, np.ones((1, width)), -kinks))
    with_bias = np.column_stack([hidden, np.ones(len(line))])
    weights, *_ = np.linalg.lstsq(with_bias, wavy, rcond=None)
    return dense_forward(hidden, weights[:-1, None], weights[-1:])[:, 0]


widths = [2, 4, 8, 16, 32, 64, 128]
drawing_errors = [np.abs(best_drawing(width) - wavy).max() for width in widths]
axes = plots.panels(3, width=13, height=3.4)
for ax, width in zip(axes, [4, 8, 16], strict=True):
    ax.plot(line[:, 0], wavy, color="0.6", lw=4, label="curve")
    ax.plot(line[:, 0], best_drawing(width), color=blue, label="network")
    error = drawing_errors[widths.index(width)]
    ax.set(xlabel="x", ylabel="value", ylim=(-1.5, 1.5), title=f"{width} hidden neurons")
    plots.describe(ax, f"the wavy curve and the network; largest error {error:.3f}.")
axes[0].legend()
plots.show(axes)
ax = plots.plot_curves(
    widths,
    {"largest error": drawing_errors, "30 / width²": 30.0 / np.array(widths) ** 2},
    xlabel="hidden neurons",
    ylabel="largest error",
    title="Twice the width, a quarter of the error",
    log="both",
)
plots.show(ax)
for width, error, before in zip(widths[1:], drawing_errors[1:], drawing_errors[:-1], strict=True):
    print(f"{width:>4} hidden neurons: largest error {error:.5f}, {before / error:.1f} times smaller than before")

# %% [markdown]
# From 16 neurons on, the factor is near 4. Curves that are less smooth need more neurons. But every continuous
# function, of any number of inputs, can be drawn on a region that is closed and bounded, such as all $x$ from 0 to 1,
# both ends included: with enough neurons, one hidden layer comes as close as you like. (Without the end 0, $1/x$ could
# not be followed.) This is called **universal approximation**. Cybenko proved it in 1989 for squashing neurons like the
# sigmoid, and Leshno and others in 1993 for every bend that is not a polynomial, the ReLU included.
#
# The theorem says that good weights *exist*. It does not say how many neurons it takes, nor how to find the weights.
# Finding them is what the rest of this lesson is about.

# %% [markdown]
# ### Exercise 11 · Loss and gradients of a network
#
# The network, for a minibatch of $N$ examples with $D$ features, $H$ hidden neurons and $C$ classes:
#
# | step | forward | shape | backward | from your function |
# | --- | --- | --- | --- | --- |
# | 1 | $Z = X W_1 + b_1$ | $(N, H)$ | $dW_1, db_1$ | `dense_backward` |
# | 2 | $A = \max(Z, 0)$ | $(N, H)$ | $dZ$ | `relu_backward` |
# | 3 | $S = A W_2 + b_2$, the logits | $(N, C)$ | $dA, dW_2, db_2$ | `dense_backward` |
# | 4 | $L$, the mean cross-entropy of $S$ and the targets $T$ | a number | $dS$ | `cross_entropy` (given) |
#
# The targets are the classes $y$, shape $(N,)$, as one-hot rows: $T$, shape $(N, C)$.
#
# Forward you go down the table, backward you go up. Each backward step needs two things: as its `dout`, what
# the backward step before it returned; and what this step received on the way forward. So keep $Z$ and $A$ when you
# compute them.
#
# The weights come as a dict `params` with four arrays: `"W1"` $(D, H)$, `"b1"` $(H,)$, `"W2"` $(H, C)$, `"b2"` $(C,)$.
# The gradients go out as a dict with the same four names.
#
# Worked numbers: one example $X = (1, 2)$ of class 0, and
#
# $$W_1 = \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix}, \quad b_1 = (0, 0), \quad
# W_2 = \begin{pmatrix} 0 & \log 3 / 3 \\ 5 & 1 \end{pmatrix}, \quad b_2 = (0, 0).$$
#
# Then $Z = (3, -1)$ and $A = (3, 0)$. The logits are $S = (0, \log 3)$, the probabilities $(1/4, 3/4)$, the loss
# $\log 4 = 1.386$, and $dS = (-0.75, 0.75)$. Backward:
#
# $$dW_2 = \begin{pmatrix} -2.25 & 2.25 \\ 0 & 0 \end{pmatrix}, \quad db_2 = (-0.75, 0.75), \quad
# dA = (0.275, -3), \quad dZ = (0.275, 0),$$
#
# $$dW_1 = \begin{pmatrix} 0.275 & 0 \\ 0.549 & 0 \end{pmatrix}, \quad db_1 = (0.275, 0).$$

# %% [markdown]
# **Write** `mlp_loss(params, X, y)`. It returns the pair `(loss, grads)`. Logits may be as large as 1,000, of either
# sign; `cross_entropy` can cope with that.
#
# Useful: `np.eye(C)` is the matrix with ones on its diagonal, so its row $c$ is the one-hot row of class $c$. And
# `np.eye(C)[y]` picks one row for each element of $y$.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write the four forward lines, with your functions. Then write the backward lines below them, in the opposite order.
# For each, ask: what is its `dout`, and what did this step receive?
#
# </details>
#
# <details><summary>Hint 2: if a number is wrong</summary>
#
# Print $dA$ and $dZ$ for the worked numbers. Did the second layer receive $Z$ or $A$? And the ReLU? The first layer's
# $dX$ is not needed.
#
# </details>


# %%
def mlp_loss(params, X, y):
    """Compute the loss of a network with one hidden layer, and its gradients.

    Args:
        params: dict of arrays: W1 (D, H), b1 (H,), W2 (H, C), b2 (C,).
        X: examples, shape (N, D).
        y: true classes, shape (N,); integers from 0 to C - 1, not all of which need occur.

    Returns:
        (loss, grads): the mean cross-entropy, a number; and a dict with the gradient of each array of params, under
        the same name.

    Reference: Rumelhart, Hinton and Williams 1986, eq. 4 to 7; Goodfellow et al. 2016, algorithm 6.4.
    """
    ### BEGIN SOLUTION
    Z = dense_forward(X, params["W1"], params["b1"])
    A = relu_forward(Z)
    logits = dense_forward(A, params["W2"], params["b2"])
    loss, dlogits = cross_entropy(logits, np.eye(logits.shape[1])[y])
    dA, dW2, db2 = dense_backward(dlogits, A, params["W2"])
    dZ = relu_backward(dA, Z)
    _, dW1, db1 = dense_backward(dZ, X, params["W1"])
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    ### END SOLUTION


# %%
check("mlp_loss")

# %% [markdown]
# The test that every gradient must pass, with your own tool. Expect errors below $10^{-8}$ for all four.

# %%
# %%explore mlp_loss, numerical_gradient
test_rng = np.random.default_rng(3)
sizes = {"W1": (3, 5), "b1": (5,), "W2": (5, 4), "b2": (4,)}
test_params = {name: test_rng.normal(size=shape) for name, shape in sizes.items()}
test_X, test_y = test_rng.normal(size=(6, 3)), np.array([0, 3, 1, 2, 3, 0])
_, test_grads = mlp_loss(test_params, test_X, test_y)
for name in sizes:
    numeric = numerical_gradient(
        lambda v, name=name: mlp_loss({**test_params, name: v}, test_X, test_y)[0], test_params[name]
    )
    print(f"{name}: gradient error {gradient_error(test_grads[name], numeric):.0e}")

# %% [markdown]
# ### Exercise 12 · Teach the network
#
# The recipe is that of Lesson 01, with four arrays in place of two: deal minibatches, compute the gradients, step
# against them, in every epoch.
#
# One thing is new: **where to start**. One neuron could start at zero, but a network must not: with $W_1 = 0$ every
# hidden neuron answers 0 to everything. And if the weights are not 0, but the same for all hidden neurons? Commit to an
# answer.

# %%
# %%explore
predict(
    "alike",
    "The classes are two half moons, see below; one straight line gets about 88 % right. A network has 64 hidden "
    "neurons, all with the same weights at the start. Which accuracy will it reach?",
    ["about 50 %", "about 88 %, like one line", "about 99 %"],
)

# %% [markdown]
# So start at random. The weights should neither be so small that nothing comes through, nor so large that everything
# explodes. A good choice for ReLU layers is a normal distribution with mean 0 and standard deviation $\sqrt{2 / D}$,
# where $D$ is the number of inputs of the layer (He and others 2015; Lesson 04 says why):
#
# - $W_1$: `rng.normal(size=(D, H)) * np.sqrt(2 / D)`;
# - $W_2$: the same, with shape $(H, C)$ and $\sqrt{2 / H}$;
# - $b_1$ and $b_2$: zero. The random weights are enough to make the neurons different.
#
# **Write** `train_mlp(X, y, num_classes, rng)`. It returns the trained `params`, a dict as in Exercise 11. You choose
# the rest. A starting point that works: $H = 64$ hidden neurons, learning rate 0.5, 60 epochs, batch size 32. All
# randomness comes from `rng`: the weights at the start, and the minibatches.
#
# You are judged by what your network achieves: at least 97 % on points of two moons that nobody has seen. It must
# work for any number of features and classes. Training must take less than 20 seconds; one second is enough.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First the dict with the four arrays of the start. Then two loops, as in Lesson 01. In the inner one: call `mlp_loss`
# on the rows of this minibatch, then replace every array of the dict by itself minus the learning rate times its
# gradient. A loop over the four names does that.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# For each minibatch $\beta$: `grads` is the second result of `mlp_loss` for $X_\beta$ and $y_\beta$. Then, for each
# of the four names, $\theta \leftarrow \theta - \eta \, d\theta$, where $\theta$ is the array in `params` and
# $d\theta$ the one in `grads`.
#
# </details>


# %%
def train_mlp(X, y, num_classes, rng):
    """Train a network with one hidden layer, by minibatch gradient descent.

    Args:
        X: examples, shape (N, D).
        y: true classes, shape (N,); integers from 0 to num_classes - 1.
        num_classes: number of classes C, an int.
        rng: np.random.Generator for the weights at the start and for the minibatches.

    Returns:
        The trained params: dict of arrays W1 (D, H), b1 (H,), W2 (H, C), b2 (C,), with H of your choice. The class
        that the network says is argmax of max(X W1 + b1, 0) W2 + b2 along each row.

    Reference: He et al. 2015, eq. 10 (weights at the start).
    """
    ### BEGIN SOLUTION
    num_hidden, learning_rate, num_epochs, batch_size = 64, 0.5, 60, 32
    params = {
        "W1": rng.normal(size=(X.shape[1], num_hidden)) * np.sqrt(2 / X.shape[1]),
        "b1": np.zeros(num_hidden),
        "W2": rng.normal(size=(num_hidden, num_classes)) * np.sqrt(2 / num_hidden),
        "b2": np.zeros(num_classes),
    }
    for _ in range(num_epochs):
        for batch in minibatches(len(X), batch_size, rng):
            _, grads = mlp_loss(params, X[batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
    return params
    ### END SOLUTION


# %%
check("train_mlp")

# %% [markdown]
# ### Experiment · Two moons
#
# Left, your network. In the middle, a network whose 64 hidden neurons were all alike at the start. Right, one with only
# three hidden neurons that started at random. These two need their own way downhill: SciPy's `minimize` takes your loss
# and your gradients from `mlp_loss`, and chooses the size of each of its 300 steps itself.

# %%
# %%explore train_mlp, mlp_loss
moons_X, moons_y = data.make_moons(400, np.random.default_rng(4))
new_X, new_y = data.make_moons(2000, np.random.default_rng(5))


def logits_of(params, X):
    """Compute the logits of a network."""
    return np.maximum(X @ params["W1"] + params["b1"], 0) @ params["W2"] + params["b2"]


def chance_of_second(params, X):
    """Compute the probability of class 1, of two classes."""
    logits = logits_of(params, X)
    return expit(logits[:, 1] - logits[:, 0])  # SciPy's sigmoid


def train_from(start):
    """Walk downhill on the loss of the moons from these weights on; SciPy knows vectors only, so lay all out in one."""
    cuts = np.cumsum([array.size for array in start.values()])[:-1]

    def as_params(vector):
        parts = np.split(vector, cuts)
        return {name: part.reshape(start[name].shape) for name, part in zip(start, parts, strict=True)}

    def loss_and_gradient(vector):
        loss, grads = mlp_loss(as_params(vector), moons_X, moons_y)
        return loss, np.concatenate([np.ravel(grads[name]) for name in start])

    vector = np.concatenate([array.ravel() for array in start.values()])
    found = minimize(loss_and_gradient, vector, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return as_params(found.x)


def random_start(width, seed):
    """Make random weights for this many hidden neurons."""
    start_rng = np.random.default_rng(seed)
    start = {"W1": start_rng.normal(size=(2, width)), "b1": np.zeros(width)}
    return start | {"W2": start_rng.normal(size=(width, 2)) * np.sqrt(2 / width), "b2": np.zeros(2)}


def alike_start(seed):
    """Make weights for 64 hidden neurons that are all the same."""
    start = random_start(1, seed)
    return start | {"W1": np.tile(start["W1"], 64), "b1": np.zeros(64), "W2": np.tile(start["W2"] / 8, (64, 1))}


trained = {
    "your network": train_mlp(moons_X, moons_y, 2, np.random.default_rng(6)),
    "64 neurons that started alike": train_from(alike_start(0)),
    "3 neurons that started at random": train_from(random_start(3, 6)),
}
axes = plots.panels(3, width=13, height=3.4)
for ax, (name, net) in zip(axes, trained.items(), strict=True):
    plots.plot_decision_boundary(
        lambda points, net=net: chance_of_second(net, points), moons_X, moons_y, ax=ax, title=name
    )
    print(f"{name:<33} accuracy on 2,000 new points {np.mean(logits_of(net, new_X).argmax(axis=1) == new_y):.1%}")
plots.show(axes)
alike_spread = np.ptp(trained["64 neurons that started alike"]["W1"], axis=1).max()
print(f"spread of the weights between the 64 neurons that started alike: {alike_spread:.0e}")
reveal(
    "alike",
    "about 88 %, like one line",
    "Neurons that start alike get the same gradient in every step, so they stay alike for ever: 64 copies of one "
    "neuron, which can draw one line.",
)

# %% [markdown]
# Expect more than 99 % for your network, and about 87 % for the copies. This answers the second question that you took
# away from Lesson 01: with equal neurons, a wide layer is worth one neuron. Random weights break the tie. Even three
# different neurons can do better than 64 equal ones.
#
# They *can*. Replace the seed 6 of the three neurons by others. About a third of the time (36 of 100 seeds) they end at
# 89 % or below: they are caught in a side valley, for a network's loss is not convex. With 64 neurons, there are nearly
# always some that started in a useful place. Width helps not only to draw, but also to learn.

# %% [markdown]
# ### Experiment · Unroll the spirals
#
# Training, too, moves examples to where a line can part them. Two spirals are wound around each other, and your network
# learns them. Its hidden layer has many neurons, so each point becomes a place in a space of many dimensions. The right
# picture looks at that space from the side: to the right goes the score that the last layer computes, upward goes the
# direction in which the points are spread most, of those that the score does not see.

# %%
# %%explore train_mlp
spirals_X, spirals_y = data.make_spirals(400, np.random.default_rng(12), num_classes=2, winding=3.0)
spirals_net = train_mlp(spirals_X, spirals_y, 2, np.random.default_rng(6))
spirals_H = np.maximum(spirals_X @ spirals_net["W1"] + spirals_net["b1"], 0)
towards_second = spirals_net["W2"][:, 1] - spirals_net["W2"][:, 0]
score_bias = spirals_net["b2"][1] - spirals_net["b2"][0]
beside = spirals_H - np.outer(spirals_H @ towards_second, towards_second) / (towards_second @ towards_second)
widest = np.linalg.svd(beside - beside.mean(axis=0), full_matrices=False)[2][0]
hidden_places = np.column_stack([spirals_H @ towards_second + score_bias, beside @ widest])
spirals_axes = plots.panels(2, height=3.6)
plots.plot_decision_boundary(
    lambda points: chance_of_second(spirals_net, points), spirals_X, spirals_y, ax=spirals_axes[0], title="the points"
)
plots.plot_decision_boundary(
    lambda points: expit(points[:, 0]), hidden_places, spirals_y, ax=spirals_axes[1], title="their hidden layer"
)
spirals_axes[1].set(xlabel="score", ylabel="direction of most spread")
plots.show(spirals_axes)
print(f"accuracy {np.mean(logits_of(spirals_net, spirals_X).argmax(axis=1) == spirals_y):.1%}")

# %% [markdown]
# Left, the line that parts the classes winds around the centre. Right, it is straight: it is the same line, drawn where
# the last layer works. The last layer is a neuron as in Lesson 01, and draws a straight line. All the bending is
# done by the layer before it. With more layers, each bends what the one before has bent: *features of features*.

# %% [markdown]
# ### Experiment · Digits again
#
# In Lesson 01, a row of ten neurons read the digits. Is a hidden layer worth it? Both are trained on the same 1,200
# digits and read the same 597 others. The comparison is made for four different splits of the data. The row comes from
# scikit-learn: its `LogisticRegression` is the row of neurons of Lesson 01, with the same loss, a small price on large
# weights (the best of three that were tried), and a way downhill of its own.
#
# Expect about 97 % for the row, and nearly 98 % for your network, and that your network wins in each of the four. (It
# wins in 19 of 20 splits.) One point does not look like much. But it means that about a quarter of the mistakes is
# gone.

# %%
# %%explore train_mlp
saved, saved_titles, row_shares, net_shares = [], [], [], []
for split in range(4):
    digits = data.load_digits(rng=np.random.default_rng(split))
    with threadpool_limits(1):  # faster than many threads, for so small a task
        row = LogisticRegression(max_iter=1000, C=10).fit(digits.X_train, digits.y_train)
    digits_net = train_mlp(digits.X_train, digits.y_train, 10, np.random.default_rng(10))
    row_said = row.predict(digits.X_test)
    net_said = np.maximum(digits.X_test @ digits_net["W1"] + digits_net["b1"], 0) @ digits_net["W2"] + digits_net["b2"]
    net_said = net_said.argmax(axis=1)
    row_shares.append(np.mean(row_said == digits.y_test))
    net_shares.append(np.mean(net_said == digits.y_test))
    print(f"split {split}: row of neurons {row_shares[-1]:.1%}, your network {net_shares[-1]:.1%}")
    for k in np.flatnonzero((row_said != digits.y_test) & (net_said == digits.y_test)):
        saved.append(digits.X_test[k].reshape(8, 8))
        saved_titles.append(f"is {digits.y_test[k]}, row said {row_said[k]}")
print(f"mean:    row of neurons {np.mean(row_shares):.1%}, your network {np.mean(net_shares):.1%}")
gone = 1 - (1 - np.mean(net_shares)) / (1 - np.mean(row_shares))
print(f"{gone:.0%} of the mistakes are gone")
if saved:
    plots.show(plots.plot_images(np.array(saved[:10]), titles=saved_titles[:10]))

# %% [markdown]
# The pictures show digits that the row of neurons read wrongly, and your network right.
#
# What did the hidden neurons learn? Each one has 64 weights, so each one is a picture, as in Lesson 01. Where it is
# red, ink raises the score of the neuron; where it is blue, ink lowers it. Shown are the ten hidden neurons with the
# largest weights.

# %%
# %%explore train_mlp
strongest = np.argsort(-np.linalg.norm(digits_net["W1"], axis=0))[:10]
hidden_pictures = digits_net["W1"].T[strongest].reshape(-1, 8, 8)
plots.show(plots.plot_images(hidden_pictures, titles=[f"hidden {h}" for h in strongest], signed=True))

# %% [markdown]
# These are no templates of whole digits any more. Here and there you can make out a piece, such as a stroke with a gap
# beside it; many have no name. Which pieces are useful came out of the gradient of a loss at the far end, carried back
# through two layers. In Lesson 01 you made the features for the two rings by hand. Now they are learned.

# %% [markdown]
# ## Part 5 · What does it cost?
#
# Your network for the digits has $64 \cdot 64 + 64 + 64 \cdot 10 + 10 = 4{,}810$ parameters. Commit to an answer: what
# do all their slopes cost?

# %%
# %%explore
predict(
    "cost",
    "Computing the loss of a network once is one forward pass. How much does the backward pass, with the slopes along "
    "all 4,810 parameters, take?",
    ["about 2 forward passes", "about 100 forward passes", "about 9,620 forward passes"],
)

# %% [markdown]
# Count the work. Almost all of it is in matrix products. Forward, each layer does one: $X W$. Backward, each layer does
# two of the same size: $dZ \, W^T$ and $X^T dZ$. So the backward pass costs about two forward passes, however many
# parameters there are. Finite differences need two forward passes *for each parameter*.
#
# The cell measures all three, on networks of different width. The batch has 256 examples. Finite differences are
# measured on ten elements, and scaled up to all of them. Expect about 2 forward passes for the
# backward pass of the widest network. In the small ones other work counts, too, and the ratio is nearer to 1.

# %%
# %%explore mlp_loss, dense_forward, relu_forward, numerical_gradient
cost_rng = np.random.default_rng(11)
cost_X, cost_y = cost_rng.normal(size=(256, 64)), cost_rng.integers(0, 10, size=256)
cost_targets = np.eye(10)[cost_y]


def forward_only(net):
    """Compute the loss alone."""
    hidden = relu_forward(dense_forward(cost_X, net["W1"], net["b1"]))
    return cross_entropy(dense_forward(hidden, net["W2"], net["b2"]), cost_targets)[0]


def slopes_of_b2(net):
    """Take the slopes along b2, ten of all parameters, by finite differences."""
    return numerical_gradient(lambda b2: forward_only({**net, "b2": b2}), net["b2"])


cost_widths, forward_times, backward_times, difference_times = [16, 64, 256, 1024], [], [], []
for width in cost_widths:
    cost_net = {"W1": cost_rng.normal(size=(64, width)) / 8, "b1": np.zeros(width)}
    cost_net |= {"W2": cost_rng.normal(size=(width, 10)) / width**0.5, "b2": np.zeros(10)}
    size = sum(array.size for array in cost_net.values())
    forward = seconds_of(lambda net=cost_net: forward_only(net))
    backward = seconds_of(lambda net=cost_net: mlp_loss(net, cost_X, cost_y)) - forward
    differences = seconds_of(lambda net=cost_net: slopes_of_b2(net)) * size / 10
    forward_times.append(forward)
    backward_times.append(backward)
    difference_times.append(differences)
    print(
        f"{size:>6,} parameters: forward {1000 * forward:5.2f} ms, backward {backward / forward:3.1f} forwards, "
        f"finite differences {differences / forward:9,.0f} forwards = {differences:6.1f} s"
    )
ax = plots.plot_curves(
    cost_widths,
    {"finite differences": difference_times, "backward": backward_times, "forward": forward_times},
    xlabel="hidden neurons",
    ylabel="seconds",
    title="All slopes for the price of two forward passes",
    log="both",
)
plots.show(ax)
reveal(
    "cost",
    "about 2 forward passes",
    "Each layer does one matrix product forward, and two backward. The number of parameters does not matter. Finite "
    "differences would take 2 times 4,810 forward passes.",
)

# %% [markdown]
# This is the reason why networks with billions of weights can be trained at all. The general law is older than deep
# learning: the gradient of *any* program with one result costs at most a small constant times the program itself,
# however many inputs it has (Linnainmaa 1970; Baur and Strassen 1983).

# %% [markdown]
# ### Experiment · The price of forgetting
#
# The price is memory. The backward pass needs what went into each layer, which is why you kept $Z$ and $A$. For deep
# networks and large batches this is most of the memory that training needs.
#
# What if we did not keep them? Then every backward step would have to go forward again from the start, up to its own
# layer. With $K$ layers this is $1 + 2 + \dots + K = K (K + 1) / 2$ layers forward, in place of $K$. Expect about the
# same time for one layer or two, and several times more for 32 layers.

# %%
# %%explore dense_forward, dense_backward, relu_forward, relu_backward
deep_rng = np.random.default_rng(12)
deep_X, deep_dout = deep_rng.normal(size=(2, 128, 64))


def run_up_to(weights, count):
    """Go forward through the first layers from the start; return the input of the layer after them."""
    X = deep_X
    for W in weights[:count]:
        X = relu_forward(dense_forward(X, W, np.zeros(64)))
    return X


def backward_with(weights, get_input):
    """Go backward through all layers; get_input(k) gives the input of layer k."""
    dout = deep_dout
    for k in reversed(range(len(weights))):
        X = get_input(k)
        dout = relu_backward(dout, dense_forward(X, weights[k], np.zeros(64)))
        dout, _, _ = dense_backward(dout, X, weights[k])
    return dout


def keeping(weights):
    """Forward once, keep the input of every layer, then backward."""
    inputs = [deep_X]
    for W in weights:
        inputs.append(relu_forward(dense_forward(inputs[-1], W, np.zeros(64))))
    return backward_with(weights, lambda k: inputs[k])


def forgetting(weights):
    """Forward once, keep nothing, then backward: every step computes its input anew."""
    run_up_to(weights, len(weights))
    return backward_with(weights, lambda k: run_up_to(weights, k))


depths, kept_times, forgot_times = [1, 2, 4, 8, 16, 32], [], []
for depth in depths:
    deep_weights = list(deep_rng.normal(size=(depth, 64, 64)) * np.sqrt(2 / 64))
    gap = np.abs(keeping(deep_weights) - forgetting(deep_weights)).max()
    kept_times.append(seconds_of(lambda weights=deep_weights: keeping(weights)))
    forgot_times.append(seconds_of(lambda weights=deep_weights: forgetting(weights)))
    print(
        f"{depth:>2} layers: keeping {1000 * kept_times[-1]:6.2f} ms and {depth * deep_X.nbytes / 1e6:5.2f} MB, "
        f"forgetting {1000 * forgot_times[-1]:6.2f} ms, {forgot_times[-1] / kept_times[-1]:.1f} times as long"
    )
print("largest difference between the two gradients, 32 layers:", gap)
ax = plots.plot_curves(
    depths,
    {"forgetting": forgot_times, "keeping": kept_times},
    xlabel="layers",
    ylabel="seconds for one gradient",
    title="Forgetting costs time, keeping costs memory",
    log="both",
)
plots.show(ax)

# %% [markdown]
# The gradient is the same to the last bit. Keeping grows with the number of layers, forgetting with its square. There
# are good compromises: keep every tenth layer, and compute the others anew from there. Training very large networks
# depends on it (Griewank and Walther 2008, chapter 12; Chen and others 2016).

# %% [markdown]
# ## Part 6 · The same in Keras
#
# Keras leaves gradients to its backend: TensorFlow, JAX or PyTorch, each with an engine like yours. We build the same
# network, put your weights into it, and ask for the gradients of the same loss. Expect the two to agree to about
# $10^{-6}$: Keras computes in `float32`.
#
# The import takes a few seconds.

# %%
# %%explore mlp_loss
import keras
from keras import ops

from dnnkit.gradients import value_and_gradient, weight_gradients

twin_rng = np.random.default_rng(13)
twin_params = {"W1": twin_rng.normal(size=(64, 32)) / 8, "b1": twin_rng.normal(size=32) / 8}
twin_params |= {"W2": twin_rng.normal(size=(32, 10)) / 6, "b2": twin_rng.normal(size=10) / 6}
twin_X, twin_y = data.load_digits(rng=twin_rng)[:2]

model = keras.Sequential(
    [keras.Input((64,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)], name="twin"
)
model.set_weights([twin_params[name] for name in ("W1", "b1", "W2", "b2")])
mean_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
keras_loss, keras_grads = weight_gradients(model, twin_X, lambda logits: mean_loss(twin_y, logits))

twin_loss, twin_grads = mlp_loss(twin_params, twin_X, twin_y)
print(f"loss: yours {twin_loss:.6f}, Keras {keras_loss:.6f}")
for name, keras_grad in zip(("W1", "b1", "W2", "b2"), keras_grads, strict=True):
    print(f"{name}: gradient error {gradient_error(twin_grads[name], keras_grad):.0e} (tolerance 1e-5)")

value, slopes = value_and_gradient(lambda x, y, z: ops.multiply((x + y) * y, z), 2.0, 3.0, -1.0)
print(f"f(2, 3, -1) = {value:g}, slopes along x, y, z:", *(f"{float(slope):g}" for slope in slopes))

# %% [markdown]
# Two engines, one result. What `model.fit` does with a million weights, you have done with 4,810: forward, backward,
# step.
#
# ## What to take away
#
# - A computation is a graph of small steps. Along a path, slopes are multiplied. Over paths, they are added up.
# - Backpropagation visits every node once, in reversed topological order. A node hands on its gradient when it is
#   complete. A number that is used twice gets two shares: `+=`, never `=`.
# - Each operation has a backward function: upstream gradient in, gradients of the inputs out, each shaped like its
#   input. What was repeated forward is summed backward.
# - Test every backward function with finite differences, a random upstream gradient, and shapes that are all
#   different.
# - One hidden layer can come close to any continuous function on a closed and bounded region, if it is wide enough. Its
#   neurons must start different.
# - All slopes cost about two forward passes. The price is memory: what went forward must be kept.
#
# **Questions to carry with you**
#
# 1. Going *forward* through the graph, one could carry along the slopes of every node with respect to one input. How
#    many sweeps would it take to get all slopes of a loss with a million weights? And when is this way the better one?
# 2. Set all of $b_1$ to $-100$ before training. What are the gradients of $W_1$ and $b_1$? Can the network recover?
#    (Such neurons are called dead.)
# 3. Put ten dense layers with ReLUs in a row, with standard deviation 0.01 for all weights. How large is the gradient
#    that reaches the first layer? Lesson 04 begins there.
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. One sweep for each weight, so a million. It is the better way where inputs are few and results many.
# 2. Every hidden neuron says 0 to every example, so nothing passes $[Z > 0]$: both gradients are exactly 0, and stay
#    so. Only $b_2$ still learns, namely how frequent the classes are.
# 3. With 64 units, each layer multiplies it by about $0.01 \cdot \sqrt{64 / 2} = 0.057$, since half of the slopes are
#    0. Nine such factors leave less than $10^{-11}$ of it.
#
# </details>
#
# **Sources**
#
# - A. B. Kahn (1962), [*Topological sorting of large networks*](https://doi.org/10.1145/368996.369025); R. E. Tarjan
#   (1976), [*Edge-disjoint spanning trees and depth-first search*](https://doi.org/10.1007/BF00268499): orders in which
#   nothing comes too early.
# - S. Linnainmaa (1970), master's thesis, and (1976), [*Taylor expansion of the accumulated rounding
#   error*](https://doi.org/10.1007/BF01931367): slopes carried backward through any computation.
# - W. Baur and V. Strassen (1983), [*The complexity of partial
#   derivatives*](https://doi.org/10.1016/0304-3975%2883%2990110-X): all slopes for a constant factor.
# - D. Rumelhart, G. Hinton and R. Williams (1986), [*Learning representations by back-propagating
#   errors*](https://doi.org/10.1038/323533a0): hidden neurons learn features.
# - G. Cybenko (1989), [*Approximation by superpositions of a sigmoidal function*](https://doi.org/10.1007/BF02551274),
#   theorem 2; M. Leshno, V. Lin, A. Pinkus and S. Schocken (1993), [*Multilayer feedforward networks with a
#   nonpolynomial activation function can approximate any function*](https://doi.org/10.1016/S0893-6080%2805%2980131-5):
#   what one hidden layer can draw.
# - C. M. Bishop (2006), [*Pattern recognition and machine
#   learning*](https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/), section 5.3:
#   eq. 5.53 and 5.56 (backpropagation), 5.69 (central differences).
# - M. Giles (2008), [*Collected matrix derivative results for forward and reverse mode algorithmic
#   differentiation*](https://doi.org/10.1007/978-3-540-68942-3_4), section 2.2.2: the way back through a product.
# - A. Griewank and A. Walther (2008), [*Evaluating derivatives*](https://doi.org/10.1137/1.9780898717761); T. Chen,
#   B. Xu, C. Zhang and C. Guestrin (2016), [*Training deep nets with sublinear memory
#   cost*](https://arxiv.org/abs/1604.06174): keeping and forgetting.
# - V. Nair and G. Hinton (2010), *Rectified linear units improve restricted Boltzmann machines*; K. He, X. Zhang,
#   S. Ren and J. Sun (2015), [*Delving deep into rectifiers*](https://arxiv.org/abs/1502.01852), eq. 10: the ReLU, and
#   the weights to start with.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), [*Deep learning*](https://www.deeplearningbook.org), section 6.1:
#   XOR by hand; section 6.5: back-propagation.
# - A. Baydin, B. Pearlmutter, A. Radul and J. Siskind (2018), [*Automatic differentiation in machine learning: a
#   survey*](https://arxiv.org/abs/1502.05767): engines like yours.
