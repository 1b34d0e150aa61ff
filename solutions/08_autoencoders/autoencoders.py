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
# # Lesson 08 · Autoencoders
#
# Every network so far was told what is right: this picture is a seven, this name goes on with an e. Most of what we
# see comes without such a label. Here are 1,200 pictures of handwritten digits, and nobody says what they show. **What
# can be learned from pictures alone?** In ten minutes, you will have a map on which many of the digits sort themselves
# although no label was used. At the end, a network that you have written and trained draws digits that nobody wrote,
# and turns a 4 into a 9 step by step.
#
# The idea of the whole lesson is one sentence: *squeeze a picture into a few numbers, a **code**, and rebuild it from
# them.* To rebuild well, the code must hold what matters, and nobody had to say what that is.
#
# **You will be able to**
#
# - find the best straight code of a data set, and say exactly how good any straight code can be;
# - write an autoencoder with its gradients, with weights of its own or shared by both halves;
# - force codes to be useful: by noise, by a price on activity, by a price on sensitivity;
# - write a variational autoencoder, whose codes can be drawn from, and find out what its two prices trade;
# - find a bug that raises no error, and groups that no mean can separate.
#
# **You need** Lesson 02 (gradients of dense layers) and Lesson 03 (Adam). In Python: dicts of arrays.
#
# **Time** about five hours: a bit more than three for the exercises, the rest for reading and for the experiments.
# **Points** 31.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `pca` | the best straight code | ●● | 10 | 3 |
# | 2 | `low_rank_error` | how good a straight code can be | ● | 8 | 2 |
# | 3 | `autoencoder_loss` | a network that copies | ●●● | 25 | 3 |
# | 4 | `train_linear` | a network that finds the best straight code | ●● | 15 | 2 |
# | 5 | `corrupt` | erase parts of the input | ● | 6 | 2 |
# | 6 | `sparsity_penalty` | a price on activity | ●● | 12 | 2 |
# | 7 | `contractive_penalty` | a price on sensitivity | ●●● | 20 | 3 |
# | 8 | `reparameterize` | draw a code, and keep the gradient | ● | 8 | 2 |
# | 9 | `gaussian_kl` | the price of a code | ●● | 10 | 2 |
# | 10 | `vae_loss` | the variational autoencoder | ●●● | 30 | 3 |
# | 11 | `evidence_bound_broken` | bug hunt | ●● | 12 | 2 |
# | 12 | `train_vae` | teach it to draw | ●● | 15 | 2 |
# | 13 | `spectral_codes` | a code made of neighbours | ●●● | 20 | 3 |
#
# **How to work** As in the lessons before. Replace each `raise NotImplementedError(...)` by your code, run the cell,
# and then the `check("...")` below it. Cells that begin with `%%explore` play with your functions, and the grader skips
# them. Compute in `float64`, which NumPy does if nothing else is asked for: your answers are compared to eight digits.
# Never change an array that came in as an argument, and let all randomness come from `rng` where there is one.
#
# **Letters for sizes**, in the whole lesson: $N$ examples with $D$ numbers each, and $K$ numbers in a code. Every size
# may be 1 unless an exercise says more. $N$ is never 0 where a mean over the examples is asked for.
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
from scipy.special import expit as sigmoid
from threadpoolctl import threadpool_limits

from dnnkit import check

np.set_printoptions(precision=4, suppress=True)  # print arrays as plain decimals
one_core = threadpool_limits(1)  # many small products are faster on one core than on several

# %%
# %%explore
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import KNeighborsClassifier

from dnnkit import data, plots, predict, reveal
from dnnkit.gradcheck import gradient_error, numerical_gradient

digits = data.load_digits(rng=np.random.default_rng(0))
digits_X, digits_y = digits.X_train, digits.y_train  # the labels only colour maps, and test what was found
X_valid, y_valid, X_new, y_new = digits.X_test[:300], digits.y_test[:300], digits.X_test[300:], digits.y_test[300:]
plots.show(plots.plot_images(digits_X[:10].reshape(-1, 8, 8), columns=10))

# %% [markdown]
# These are the pictures: 8 by 8 pixels from 0 (paper) to 1 (ink), so $D = 64$. 1,200 are for learning, 300 for choosing
# settings, and 297 stay aside for the numbers that we report.
#
# ## Part 1 · The best straight code
#
# How would *you* describe a point in the plane by a single number? Draw a line. Each point goes to the line by the
# shortest way, and the number is the place at which it arrives. From the number we can rebuild a point on the line, not
# the point itself. What is lost is the square of the grey distance. The picture shows three lines for the same points.
# Which one loses least?

# %%
# %%explore
shadow_rng = np.random.default_rng(1)
shadow_X = shadow_rng.normal(size=(25, 2)) @ np.array([[2.0, 1.1], [0.0, 0.6]])
plots.show(plots.plot_shadows(shadow_X, [-20, 29, 75]))

# %% [markdown]
# The best line runs along the cloud. With $D = 64$ we cannot see the cloud any more, but we can compute the best line,
# and the best plane, and the best flat space with any number $K$ of directions. It is called **principal component
# analysis**, PCA.
#
# ### Exercise 1 · Principal components
#
# Take the mean of the examples off, so that the cloud lies around zero. What is left is factored by the **singular
# value decomposition**:
#
# $$X - \mu = U S V^T.$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $X$ | $(N, D)$ | one example in each row |
# | $\mu$ | $(D,)$ | mean of the rows |
# | $U$ | $(N, R)$ | columns of length 1 at right angles to each other; $R = \min(N, D)$ |
# | $S$ | $(R, R)$ | a diagonal of **singular values** $s_1 \ge s_2 \ge \dots \ge 0$, how far the cloud reaches |
# | $V^T$ | $(R, D)$ | rows of length 1 at right angles: the directions, the longest extent of the cloud first |
#
# The **components** are the first $K$ rows of $V^T$, shape $(K, D)$. The **codes** are the places along them,
# $(X - \mu) \, \text{components}^T$, shape $(N, K)$. And $\mu + \text{codes} \cdot \text{components}$ rebuilds.
#
# Worked numbers: the four points $(4, 1), (0, 1), (2, 2), (2, 0)$ have the mean $(2, 1)$. Without it they are
# $(\pm 2, 0)$ and $(0, \pm 1)$. The longest extent is the first axis: for $K = 1$, the component is $(1, 0)$ and the
# codes are $2, -2, 0, 0$. Just as right is $(-1, 0)$ with $-2, 2, 0, 0$: a direction has no sign.
#
# **Write** `pca(X, k)`. It returns `(mean, components, codes)`.
#
# Useful: `U, s, Vt = np.linalg.svd(A, full_matrices=False)`; the singular values in `s` come largest first.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What must be taken off before the decomposition, and what must be added when a picture is rebuilt? The components are
# rows. With more numbers than examples, $D > N$, the same lines work.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Decompose $X - \mu$. The first $K$ rows of $V^T$ are the components $P$, and the codes are $(X - \mu) P^T$.
#
# </details>


# %%
def pca(X, k):
    """Find the k directions along which examples reach furthest, and the examples' places along them.

    Args:
        X: examples, shape (N, D), N and D at least 1; floats or whole numbers. D may be larger than N.
        k: numbers in a code, an int from 1 to min(N, D).

    Returns:
        (mean, components, codes): the mean of the rows, shape (D,); k directions of length 1 at right angles to each
        other, shape (k, D), the one along which the examples reach furthest first, each of either sign; and the places
        of the examples along them, measured from the mean, shape (N, k). Three new arrays of floats. Where the
        examples do not reach in enough directions, the last components are any that are left.

    Reference: Pearson 1901; Goodfellow et al. 2016, section 5.8.1 (their W has the components as columns).
    """
    ### BEGIN SOLUTION
    mean = X.mean(axis=0)
    _, _, Vt = np.linalg.svd(X - mean, full_matrices=False)
    components = Vt[:k]
    return mean, components, (X - mean) @ components.T
    ### END SOLUTION


# %%
check("pca")

# %% [markdown]
# Now look at what your code does to digits. Above the pictures, below them their codes of ten numbers, and then what is
# rebuilt from these ten. The pictures are new ones, which the components were not made from.

# %%
# %%explore pca
pca_mean, pca_parts, pca_codes = pca(digits_X, 10)
some_codes = (X_valid[:8] - pca_mean) @ pca_parts.T
some_rebuilt = pca_mean + some_codes @ pca_parts
plots.show(plots.plot_rebuilt(X_valid[:8].reshape(-1, 8, 8), some_codes, some_rebuilt.reshape(-1, 8, 8)))

# %% [markdown]
# Now squeeze much harder, to *two* numbers, so that each picture is a point on a map. No label takes part in it. Commit
# to an answer before you see the map.

# %%
# %%explore
predict(
    "map",
    "Each picture becomes two numbers, and its digit is not used. For each of 300 new pictures, the five nearest on "
    "the map vote by their digits. How often is the vote right? Guessing is right in 10 of 100.",
    ["about 10 of 100", "about 30 of 100", "about 60 of 100", "about 95 of 100"],
)


# %%
# %%explore pca
def votes_right(codes, y, new_codes, new_y):
    """How often the five nearest codes vote for the right digit."""
    return KNeighborsClassifier(5).fit(codes, y).score(new_codes, new_y)


pca_mean, pca_parts, pca_codes = pca(digits_X, 2)
pca_vote = votes_right(pca_codes, digits_y, (X_valid - pca_mean) @ pca_parts.T, y_valid)
plots.show(plots.plot_map(pca_codes, digits_y, title="Two numbers for each picture, no labels used"))
print(f"vote of the five nearest on the map: {pca_vote:.0%} right")
reveal(
    "map",
    "about 60 of 100",
    "The two directions in which pictures differ most are among those in which digits differ.",
)

# %% [markdown]
# The labels only gave the points their colour *afterwards*. That the zeros, fours and sixes lie together is in the
# pictures themselves. But some digits lie on top of each other. Is that the fault of two numbers, or of straight ones?
# To find out, we first need to know what straight codes can do at best.
#
# ### Exercise 2 · How good can it be?
#
# There is a theorem, of Eckart, Young and Mirsky: of *all* ways to rebuild $N$ examples from $K$ numbers each by a
# matrix and a mean, PCA's has the smallest squared error, and what it loses are the singular values that were left out:
#
# $$E_K = \frac{1}{N} \min_{\hat X} \sum_n \lVert x_n - \hat x_n \rVert^2 = \frac{1}{N} \sum_{i > K} s_i^2,$$
#
# where $\hat x_n$, shape $(D,)$, is what is rebuilt for example $n$, and $s_i$ are the singular values of $X - \mu$.
# With $K = 0$ each example is rebuilt as the mean, and all singular values are lost.
#
# Worked numbers: without their mean, the four points of Exercise 1 have the squared lengths $4, 4, 1, 1$. So
# $E_0 = 10/4 = 2.5$. One number saves the first axis, and $E_1 = (1 + 1)/4 = 0.5$. $E_2 = 0$.
#
# **Write** `low_rank_error(X, k)`. It returns $E_K$, a number.
#
# Useful: `np.linalg.svd(A, compute_uv=False)` gives the singular values alone.
#
# <details><summary>Hint: a nudge</summary>
#
# Two ways lead there. Sum what is left out, or rebuild with PCA and measure. Which one works for $K = 0$ and for a $K$
# beyond the number of singular values?
#
# </details>


# %%
def low_rank_error(X, k):
    """Compute the smallest possible error with which examples can be rebuilt from k numbers each by a straight code.

    Args:
        X: examples, shape (N, D), N and D at least 1; floats or whole numbers.
        k: numbers in a code, an int, 0 or larger; it may be larger than N and D.

    Returns:
        The squared error of an example, summed over its D numbers, averaged over the N examples: a number. 0 (but for
        rounding) where k numbers suffice.

    Reference: Eckart and Young 1936; Mirsky 1960.
    """
    ### BEGIN SOLUTION
    values = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return np.sum(values[k:] ** 2) / len(X)
    ### END SOLUTION


# %%
check("low_rank_error")

# %% [markdown]
# The theorem, put to the test: rebuild with your `pca`, measure, and compare with your `low_rank_error`. Expect the
# two columns to agree in all digits.

# %%
# %%explore pca, low_rank_error
for k in (1, 2, 5, 10, 20, 40, 64):
    pca_mean, pca_parts, pca_codes = pca(digits_X, k)
    measured = np.sum((pca_mean + pca_codes @ pca_parts - digits_X) ** 2) / len(digits_X)
    print(f"{k:>2} numbers: error of PCA {measured:.6f}, smallest possible {low_rank_error(digits_X, k):.6f}")

# %% [markdown]
# ## Part 2 · A network that copies
#
# Straight codes have a limit, and you have just computed it. A network need not be straight. An **autoencoder** has two
# halves. The **encoder** turns $X$ into codes $H$, the **decoder** turns codes into pictures $Y$, and the target is the
# input itself. What keeps it from being useless is the narrow place in the middle.
#
# ### Exercise 3 · The loss and its gradients
#
# Look at the rows of pictures, bars and pictures above once more, and read them from top to bottom as a network:
#
# $$H = \sigma(X W + b), \qquad Y = H V + c, \qquad L = \frac{1}{N} \sum_n \lVert y_n - t_n \rVert^2.$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $X$ | $(N, D)$ | what comes in |
# | $W$, $b$ | $(D, K)$, $(K,)$ | weights and biases of the encoder |
# | $H$ | $(N, K)$ | codes; $\sigma$ is the sigmoid. In a *linear* autoencoder, it is left out: $H = X W + b$ |
# | $V$, $c$ | $(K, D)$, $(D,)$ | weights and biases of the decoder |
# | $Y$ | $(N, D)$ | what is rebuilt, with rows $y_n$ |
# | $t_n$ | $(D,)$ | rows of the target. It is $X$ itself, until Exercise 5 |
#
# With **tied** weights the decoder has none of its own: $V = W^T$. Half the numbers, and encoder and decoder speak the
# same language. But then $W$ is used *twice*, and what is used twice gets two shares of the gradient, which are added.
#
# Worked numbers, linear, one example $x = t = (1, 2)$, one code, $W$ the column $(1, 0.5)$, $V = (1, 0.5)$, no biases:
# $h = 2$, $y = (2, 1)$, and $L = 1 + 1 = 2$. The way back: $dy = 2 (y - t) = (2, -2)$, $dV = h \, dy = (4, -4)$,
# $dh = dy \, V^T = 1$, $dW = (1, 2)$ as a column, $db = 1$, $dc = (2, -2)$. With tied weights, $dW$ is the column
# $(1, 2) + (4, -4) = (5, -2)$.
#
# **Write** `autoencoder_loss(X, target, params, linear=False)`. The dict `params` holds `"W"`, `"b"`, `"c"`, and
# `"V"` only if the weights are not tied. It returns the loss, a number, and a dict of gradients with the names of
# `params`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compute $V$ first: `params["V"]` or the transpose of $W$. From there on both cases are the same network. Only at the
# very end they differ: does $dV$ get an entry of its own, or is it, transposed, a second share of $dW$?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $dY = 2 (Y - T) / N$, $dV = H^T dY$, $dc = \sum_n dY_n$, $dH = dY \, V^T$, $dZ = dH \odot H \odot (1 - H)$ (linear:
# $dZ = dH$), $dW = X^T dZ$, $db = \sum_n dZ_n$. Tied: $dW = X^T dZ + dY^T H$.
#
# </details>


# %%
def autoencoder_loss(X, target, params, linear=False):
    """Compute the loss of an autoencoder with one hidden layer, and its gradients.

    Args:
        X: inputs, shape (N, D), N at least 1; floats or whole numbers.
        target: what is to be rebuilt, shape (N, D); floats or whole numbers.
        params: dict of arrays of floats W (D, K), b (K,) and c (D,), and V (K, D) if the weights are not tied; without
            V, they are tied, and W transposed takes its place. It is not changed.
        linear: whether the codes are the sums themselves; else they are the sigmoids of the sums. A bool.

    Returns:
        (loss, grads): the squared error of an example, summed over its D numbers, averaged over the examples, a number;
        and a dict of new arrays with the names and shapes of params: the gradients of the loss along them.

    Reference: Rumelhart, Hinton and Williams 1986; Vincent et al. 2010 (their W' is V, tied if W' = W^T).
    """
    ### BEGIN SOLUTION
    W, V = params["W"], params.get("V", params["W"].T)
    Z = X @ W + params["b"]
    H = Z if linear else sigmoid(Z)
    errors = H @ V + params["c"] - target
    dY = 2 * errors / len(X)
    dH = dY @ V.T
    dZ = dH if linear else dH * H * (1 - H)
    grads = {"W": X.T @ dZ, "b": dZ.sum(axis=0), "c": dY.sum(axis=0)}
    if "V" in params:
        grads["V"] = H.T @ dY
    else:
        grads["W"] = grads["W"] + dY.T @ H
    return np.sum(errors**2) / len(X), grads
    ### END SOLUTION


# %%
check("autoencoder_loss")

# %% [markdown]
# Central differences for all four kinds of network. Expect errors below $10^{-7}$.

# %%
# %%explore autoencoder_loss
test_rng = np.random.default_rng(2)
test_X, test_target = test_rng.normal(size=(5, 4)), test_rng.normal(size=(5, 4))
test_params = {"W": test_rng.normal(size=(4, 3)), "b": test_rng.normal(size=3), "c": test_rng.normal(size=4)}
for tied in (True, False):
    for linear in (True, False):
        params = test_params if tied else test_params | {"V": test_rng.normal(size=(3, 4))}
        _, grads = autoencoder_loss(test_X, test_target, params, linear)
        errors = [
            gradient_error(
                grads[name],
                numerical_gradient(
                    lambda v, name=name, params=params, linear=linear: autoencoder_loss(
                        test_X, test_target, params | {name: v}, linear
                    )[0],
                    params[name],
                ),
            )
            for name in params
        ]
        kind = f"{'tied' if tied else 'untied':<6} {'linear' if linear else 'sigmoid':<7}"
        print(f"{kind} largest gradient error {max(errors):.0e}")

# %% [markdown]
# `Adam` is that of Lesson 03, for dicts of arrays.


# %%
class Adam:
    """Adam of Lesson 03 for dicts of arrays."""

    def __init__(self, learning_rate):
        self.learning_rate, self.step, self.means, self.squares = learning_rate, 0, {}, {}

    def update(self, params, grads):
        """Return new params, each a step away from the old ones; grads has the same names."""
        self.step += 1
        stepped = {}
        for name, grad in grads.items():
            self.means[name] = 0.9 * self.means.get(name, 0.0) + 0.1 * grad
            self.squares[name] = 0.999 * self.squares.get(name, 0.0) + 0.001 * grad**2
            mean, square = self.means[name] / (1 - 0.9**self.step), self.squares[name] / (1 - 0.999**self.step)
            stepped[name] = params[name] - self.learning_rate * mean / (np.sqrt(square) + 1e-8)
        return stepped


# %% [markdown]
# ### Exercise 4 · A network that finds the best plane
#
# Here is a rare pleasure: a network whose best possible loss is known *exactly*. A linear autoencoder is a straight
# code, so it cannot do better than $E_K$. Can gradient descent find it, from random weights, without any decomposition?
#
# **The recipe.** Start with $W$ and $V$ random with standard deviation $1 / \sqrt{D}$, the biases $b$ zero, and $c$ the
# mean of the examples. Then 1,000 steps of `Adam(0.01)`, each on *all* examples: the data set is small. Large steps
# jump around the optimum, so take 500 more with `adam.learning_rate = 0.001`. Such a training takes about a second.
#
# **Write** `train_linear(X, k, rng)`. It returns the trained `params`, a dict of `"W"`, `"b"`, `"V"` and `"c"`.
#
# You are judged by what it achieves: the loss of your network on $X$ is at most 1 % above $E_K$. Nobody looks at how
# you got there, and you know a shortcut by now. Take it only if you don't want to know whether the network can do it.
#
# <details><summary>Hint: a nudge</summary>
#
# `adam = Adam(0.01)` once before the loop. In the loop, `autoencoder_loss` with `linear=True` gives the gradients, and
# `params = adam.update(params, grads)`.
#
# </details>


# %%
def train_linear(X, k, rng):
    """Train a linear autoencoder.

    Args:
        X: examples, shape (N, D), N from 100 to 2,000, D from 10 to 64; floats from 0 to 1, as pixels are.
        k: numbers in a code, an int from 1 to 8, smaller than D.
        rng: np.random.Generator for the weights at the start.

    Returns:
        The trained params: dict of arrays W (D, k), b (k,), V (k, D) and c (D,), as autoencoder_loss takes them.

    Reference: Baldi and Hornik 1989.
    """
    ### BEGIN SOLUTION
    num_numbers = X.shape[1]
    scale = 1 / np.sqrt(num_numbers)
    params = {
        "W": scale * rng.normal(size=(num_numbers, k)),
        "b": np.zeros(k),
        "V": scale * rng.normal(size=(k, num_numbers)),
        "c": X.mean(axis=0),
    }
    adam = Adam(0.01)
    for step in range(1500):
        adam.learning_rate = 0.01 if step < 1000 else 0.001
        _, grads = autoencoder_loss(X, X, params, linear=True)
        params = adam.update(params, grads)
    return params
    ### END SOLUTION


# %%
check("train_linear")

# %% [markdown]
# ### Experiment · Beside the exact curve
#
# Your network against the theorem, for digits and several sizes of the code. The last column is the largest angle
# between the network's plane and PCA's: do they find the same *space*, even if not the same directions in it? Commit to
# an answer.

# %%
# %%explore
predict(
    "plane",
    "A linear network is trained to copy digits through 5 numbers. How do the rows of V compare with the components?",
    ["they are the same rows, but for signs", "other rows that span the same space", "another space that is as good"],
)


# %%
# %%explore pca, low_rank_error, autoencoder_loss, train_linear
def largest_angle(A, B):
    """Largest angle in degrees between the spaces that the rows of A and of B span."""
    A, B = np.linalg.qr(A.T)[0], np.linalg.qr(B.T)[0]
    return np.degrees(np.arcsin(np.clip(np.linalg.norm(A - B @ (B.T @ A), 2), 0, 1)))


for k in (2, 5, 10):
    linear_net = train_linear(digits_X, k, np.random.default_rng(3))
    linear_loss, _ = autoencoder_loss(digits_X, digits_X, linear_net, linear=True)
    _, pca_parts, _ = pca(digits_X, k)
    best = low_rank_error(digits_X, k)
    cosines = np.abs(linear_net["V"] @ pca_parts.T) / np.linalg.norm(linear_net["V"], axis=1)[:, None]
    print(
        f"{k:>2} numbers: loss {linear_loss:.4f}, smallest possible {best:.4f}, ratio {linear_loss / best:.4f}; angle "
        f"of the spaces {largest_angle(linear_net['V'], pca_parts):.2f} degrees; "
        f"rows that agree with a component: {np.sum(cosines.max(axis=1) > 0.99)} of {k}"
    )
reveal(
    "plane",
    "other rows that span the same space",
    "Any turned or stretched set of rows in that space rebuilds as well, and the loss does not care which.",
)

# %% [markdown]
# Gradient descent arrives at the exact optimum. The loss of this network is not convex, and still it has no wrong
# valley (Baldi and Hornik proved it in 1989). But the *single* numbers of the code have no meaning of their own.
#
# Now let the network bend. The next one has a hidden layer of 128 ReLU units on each side of the code, made in Keras,
# because you have written such layers by hand often enough. It is trained for codes of 2, 5 and 10 numbers, and tested
# on pictures that neither it nor PCA has seen. The dashed curve is PCA on the same new pictures.

# %%
# %%explore pca
import keras


def keras_autoencoder(size, seed):
    """A deep autoencoder with a code of this size, trained on the digits: the encoder and the whole."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((64,))
    code = keras.layers.Dense(size, name="code")(keras.layers.Dense(128, activation="relu")(inputs))
    outputs = keras.layers.Dense(64)(keras.layers.Dense(128, activation="relu")(code))
    whole = keras.Model(inputs, outputs)
    whole.compile(keras.optimizers.Adam(0.005), "mse")
    whole.fit(digits_X, digits_X, batch_size=200, epochs=40, verbose=0)
    return keras.Model(inputs, code), whole


code_sizes, deep_errors, deep_encoders = [2, 5, 10], [], {}
for size in code_sizes:
    deep_encoders[size], deep_net = keras_autoencoder(size, 4)
    rebuilt = keras.ops.convert_to_numpy(deep_net(X_valid))
    deep_errors.append(np.sum((rebuilt - X_valid) ** 2) / len(X_valid))
straight_errors = []
for size in code_sizes:
    pca_mean, pca_parts, _ = pca(digits_X, size)
    rebuilt = pca_mean + (X_valid - pca_mean) @ pca_parts.T @ pca_parts
    straight_errors.append(np.sum((rebuilt - X_valid) ** 2) / len(X_valid))
for size, deep, straight in zip(code_sizes, deep_errors, straight_errors, strict=True):
    print(f"{size:>2} numbers: error of a new picture: deep network {deep:.2f}, PCA {straight:.2f}")
ax = plots.plot_curves(
    code_sizes,
    {"deep autoencoder": deep_errors, "PCA, the best straight code": straight_errors},
    xlabel="numbers in a code",
    ylabel="squared error of a new picture",
    title="What bending buys",
)
plots.show(ax)
deep_codes, deep_new = (keras.ops.convert_to_numpy(deep_encoders[2](X)) for X in (digits_X, X_valid))
plots.show(plots.plot_map(deep_codes, digits_y, title="Two bent numbers for each picture"))
print(f"vote of the five nearest on the map: {votes_right(deep_codes, digits_y, deep_new, y_valid):.0%} right")

# %% [markdown]
# With the same two numbers, the bent code loses a good part less, and the digits have sorted themselves better.
# Still no label was used. With more numbers, bending buys less.

# %% [markdown]
# ## Part 3 · Wide codes that must earn their keep
#
# A narrow middle is one way to make copying hard. There are others, and they allow a middle that is *wider* than the
# picture. Let us take 100 units for 64 pixels. What will a plain network do with so much room?

# %%
# %%explore
predict(
    "wide",
    "A tied autoencoder with 100 sigmoid units learns to copy 64 pixels. What will its filters look like, the columns "
    "of W drawn as pictures?",
    ["strokes and parts of digits", "whole digits", "noise, while it copies almost without error"],
)


# %%
# %%explore autoencoder_loss
def start_wide(rng, num_units=100):
    """Weights for a tied autoencoder of the digits to start with."""
    return {"W": rng.normal(size=(64, num_units)) / 16, "b": np.zeros(num_units), "c": digits_X.mean(axis=0)}


def train_wide(change, extra, seed=5, num_steps=1500):
    """Train a tied autoencoder on minibatches.

    Args:
        change: function of (batch, rng): what the network sees in place of the batch.
        extra: function of (batch, params): dict of gradients to add.
        seed: of the weights and the minibatches.
        num_steps: how many minibatches of 100.
    """
    rng, adam = np.random.default_rng(seed), Adam(0.003)
    params = start_wide(rng)
    for _ in range(num_steps):
        batch = digits_X[rng.integers(len(digits_X), size=100)]
        _, grads = autoencoder_loss(change(batch, rng), batch, params)
        more = extra(batch, params)
        params = adam.update(params, {name: grad + more.get(name, 0.0) for name, grad in grads.items()})
    return params


wide_nets = {"plain": train_wide(lambda batch, rng: batch, lambda batch, params: {})}
plots.show(plots.plot_images(wide_nets["plain"]["W"].T[:20].reshape(-1, 8, 8), columns=10, signed=True))
print(f"error of a new picture: {autoencoder_loss(X_valid, X_valid, wide_nets['plain'])[0]:.3f}")
reveal(
    "wide",
    "noise, while it copies almost without error",
    "With more units than pixels it can pass every pixel on, and nothing forces it to find out what a digit is.",
)

# %% [markdown]
# The network copies nearly perfectly and has learned next to nothing about digits. Three remedies follow.
#
# ### Exercise 5 · Erase parts of the input
#
# Give the network a *damaged* picture, and ask for the whole one. To fill in what is missing, it must know how pixels
# hang together. This is a **denoising** autoencoder, and the damage is **masking noise**: each number of the input is
# replaced by 0 with probability $p$, independently of all others. What stays, stays as it is. (Dropout of Lesson 04
# also scales up what stays. Here that would change the picture. Do not do it.)
#
# Worked numbers: $(3, 5, 7, 9)$ with $p = 0.5$ may become $(3, 0, 0, 9)$, or any of the 15 others, each with
# probability $1/16$.
#
# **Write** `corrupt(X, rate, rng)`. It returns the damaged copy, and leaves $X$ untouched: it is the target.
#
# Useful: `rng.random(shape)` draws numbers from 0 up to, but not including, 1.
#
# <details><summary>Hint: a nudge</summary>
#
# For each number draw one from 0 to 1 and compare it with $p$. With $p = 0$ everything must stay, with $p = 1$ nothing.
# Which of `<` and `<=` does that?
#
# </details>


# %%
def corrupt(X, rate, rng):
    """Replace numbers by 0 at random.

    Args:
        X: any array of finite floats or whole numbers, one axis or more; an axis may have length 0. It is not changed.
        rate: probability with which a number is replaced, from 0 to 1, both included.
        rng: np.random.Generator to draw from.

    Returns:
        A new array of floats in the shape of X: each number is 0 with this probability, independently of all others and
        of what was drawn before, and else as it was.

    Reference: Vincent et al. 2008, section 2.3.
    """
    ### BEGIN SOLUTION
    return np.where(rng.random(X.shape) < rate, 0.0, X)
    ### END SOLUTION


# %%
check("corrupt")

# %% [markdown]
# ### Exercise 6 · A price on activity
#
# The second remedy allows many units, but only *few at a time*: a **sparse** code. Let $\hat\rho_k$ be the mean of unit
# $k$ over the batch. We want it near a small number $\rho$, such as 0.05: then a unit is on for few pictures, and has
# to stand for something special.
#
# How far is $\hat\rho$ from $\rho$? Both are shares, so compare them as probabilities of a coin. The picture shows the
# **Kullback-Leibler divergence** between the two coins. It is zero where both agree, and it rises steeply at the ends.

# %%
# %%explore
shares = np.linspace(0.005, 0.995, 199)
ax = plots.plot_curves(
    shares,
    {
        f"rho = {rho}": rho * np.log(rho / shares) + (1 - rho) * np.log((1 - rho) / (1 - shares))
        for rho in (0.05, 0.2, 0.5)
    },
    xlabel="mean activity of a unit",
    ylabel="divergence in nats",
    title="The price of being on too often, or too rarely",
)
plots.show(ax)

# %% [markdown]
# $$P = \sum_k \Big( \rho \log \frac{\rho}{\hat\rho_k} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_k} \Big), \qquad
# \hat\rho_k = \frac{1}{N} \sum_n H_{nk}.$$
#
# $H$, shape $(N, K)$, holds the codes, and $\hat\rho$ has the shape $(K,)$. For the gradient along $H$, first find the
# one along $\hat\rho_k$. Then each of the $N$ codes of a unit gets the same share of it.
#
# Worked numbers: one unit, two examples, $H = (0.1, 0.3)$. The mean is $0.2$, so with $\rho = 0.2$ penalty and gradient
# are zero. With $\rho = 0.5$, $P = 0.5 \log 2.5 + 0.5 \log 0.625 = 0.2231$, the slope along $\hat\rho$ is
# $-0.5/0.2 + 0.5/0.8 = -1.875$, and both codes get $-0.9375$.
#
# **Write** `sparsity_penalty(H, rho)`. It returns the penalty, a number, and its gradient along $H$, shape $(N, K)$.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The mean goes over the examples, axis 0, not over the units. The order of the two coins matters: $\rho$ stands in
# front of the logarithm.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $$\frac{\partial P}{\partial H_{nk}} = \frac{1}{N} \Big( -\frac{\rho}{\hat\rho_k}
# + \frac{1 - \rho}{1 - \hat\rho_k} \Big).$$
#
# </details>


# %%
def sparsity_penalty(H, rho):
    """Compute how far the mean activities of units are from a wanted one, and the gradient along the codes.

    Args:
        H: codes, shape (N, K), N at least 1; floats between 0 and 1. The mean of a unit lies strictly between 0 and 1;
            it may be as small as 1e-9.
        rho: wanted mean activity, a float strictly between 0 and 1.

    Returns:
        (penalty, dH): the sum over the units of the Kullback-Leibler divergence of the coin with probability rho from
        the coin with the unit's mean activity, in nats, a number; and its gradient along H, a new array, shape (N, K).

    Reference: Ng 2011, CS294A lecture notes, Sparse autoencoder.
    """
    ### BEGIN SOLUTION
    means = H.mean(axis=0)
    penalty = np.sum(rho * np.log(rho / means) + (1 - rho) * np.log((1 - rho) / (1 - means)))
    slopes = (1 - rho) / (1 - means) - rho / means
    return penalty, np.tile(slopes / len(H), (len(H), 1))
    ### END SOLUTION


# %%
check("sparsity_penalty")

# %% [markdown]
# ### Exercise 7 · A price on sensitivity
#
# The third remedy asks that the code should hardly move when the picture moves a little. How much it moves is said by
# the **Jacobian** of the encoder: for example $n$, the matrix of all slopes
#
# $$J^{(n)}_{kd} = \frac{\partial H_{nk}}{\partial X_{nd}}, \quad \text{shape } (K, D), \qquad
# P = \frac{1}{N} \sum_n \sum_{k,d} \big( J^{(n)}_{kd} \big)^2.$$
#
# Alone, this price would make the code constant. Against it stands the price of rebuilding, which needs codes that
# differ where *digits* differ. What is left are directions that matter: a **contractive** autoencoder.
#
# For sigmoid units, $H = \sigma(X W + b)$, the Jacobian is simple. Let $s_{nk} = H_{nk} (1 - H_{nk})$ be the slope of
# the sigmoid, and $q_k = \sum_d W_{dk}^2$ the squared length of the weights of unit $k$. Then
#
# $$J^{(n)}_{kd} = s_{nk} W_{dk}, \qquad P = \frac{1}{N} \sum_n \sum_k s_{nk}^2 \, q_k.$$
#
# So no $K \times D$ matrix has to be built. For training we need the gradients along $W$ and $b$. $W$ is used twice:
# directly, in $q_k$, and in the sums $Z = X W + b$ inside of $s_{nk}$. The slope of $s$ along $z$ is
# $s (1 - 2 h)$.
#
# Worked numbers: one example $x = (0, 0)$, one unit with weights $(1, 2)$ and bias 0. Then $h = 0.5$, $s = 0.25$,
# $q = 5$ and $P = 0.0625 \cdot 5 = 0.3125$. At $h = 0.5$ the slope $s$ is at its top, so only the direct share is left:
# $dW = 2 s^2 W = (0.125, 0.25)$, and $db = 0$.
#
# **Write** `contractive_penalty(X, W, b)`. It returns `(penalty, dW, db)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compute $H$, $s$ and $q$. The gradient along $z_{nk}$ is $dz_{nk} = \frac{1}{N} \, 2 s_{nk} \, q_k \cdot s_{nk} (1 - 2
# H_{nk})$. From there it goes back through the dense layer as always.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $dW_{dk} = 2 W_{dk} \cdot \frac{1}{N} \sum_n s_{nk}^2 + \sum_n X_{nd} \, dz_{nk}$, and $db_k = \sum_n dz_{nk}$.
#
# </details>


# %%
def contractive_penalty(X, W, b):
    """Compute how sensitive sigmoid codes are to their inputs, and the gradients of that.

    Args:
        X: inputs, shape (N, D), N at least 1; floats or whole numbers.
        W: weights of the encoder, shape (D, K).
        b: biases of the encoder, shape (K,).

    Returns:
        (penalty, dW, db): the sum of the squares of all slopes of the codes sigmoid(X W + b) along the example's own
        inputs, averaged over the examples, a number; and its gradients along W and b, new arrays in their shapes.

    Reference: Rifai et al. 2011 (their W is W transposed; they sum over the examples).
    """
    ### BEGIN SOLUTION
    H = sigmoid(X @ W + b)
    squares, lengths = (H * (1 - H)) ** 2, np.sum(W**2, axis=0)
    dZ = 2 * squares * (1 - 2 * H) * lengths / len(X)
    dW = 2 * W * squares.mean(axis=0) + X.T @ dZ
    return np.sum(squares * lengths) / len(X), dW, dZ.sum(axis=0)
    ### END SOLUTION


# %%
check("contractive_penalty")

# %% [markdown]
# ### Experiment · Four sets of filters
#
# The same network four times: plain, denoising with half of the input erased, contractive with weight 1, sparse with
# $\rho = 0.05$ and weight 0.1. Each takes a few seconds. Look at the filters, and then at the table, which is measured
# on new pictures. Its columns: the error in copying a whole picture; the error in repairing one of which half is
# erased; the contractive price; and the mean activity of a unit.

# %%
# %%explore autoencoder_loss, corrupt, sparsity_penalty, contractive_penalty


def sparse_gradients(batch, params, rho=0.05, weight=0.1):
    """Gradients of the sparsity price along W and b: through the sigmoid, and back through the dense layer."""
    H = sigmoid(batch @ params["W"] + params["b"])
    dZ = weight * sparsity_penalty(H, rho)[1] * H * (1 - H)
    return {"W": batch.T @ dZ, "b": dZ.sum(axis=0)}


def contractive_gradients(batch, params):
    """Gradients of the contractive price along W and b."""
    return dict(zip(("W", "b"), contractive_penalty(batch, params["W"], params["b"])[1:], strict=True))


wide_nets["denoising"] = train_wide(lambda batch, rng: corrupt(batch, 0.5, rng), lambda batch, params: {})
wide_nets["contractive"] = train_wide(lambda batch, rng: batch, contractive_gradients)
wide_nets["sparse"] = train_wide(lambda batch, rng: batch, sparse_gradients)
X_damaged = corrupt(X_valid, 0.5, np.random.default_rng(6))
print("             copying  repairing  sensitivity  activity")
for name, params in wide_nets.items():
    copying, repairing = (autoencoder_loss(X, X_valid, params)[0] for X in (X_valid, X_damaged))
    sensitivity = contractive_penalty(X_valid, params["W"], params["b"])[0]
    activity = sigmoid(X_valid @ params["W"] + params["b"]).mean()
    print(f"{name:<12} {copying:7.2f} {repairing:10.2f} {sensitivity:12.2f} {activity:9.2f}")
for name in ("denoising", "contractive", "sparse"):
    filters = wide_nets[name]["W"].T[:20].reshape(-1, 8, 8)
    plots.show(
        plots.plot_images(
            filters,
            columns=10,
            signed=True,
            alt=f"Twenty filters of the {name} autoencoder, 8 by 8 pixels, red above zero and blue below.",
        )
    )

# %% [markdown]
# The filters of the contractive network are clean strokes, and some of its units are switched off altogether. Those of
# the denoising one are strokes in noise. Each network is the best in the column that it was made for, and no network is
# the best in all of them. *A code is good for something*, and the price that you add to the loss says for what. See the
# repair with your own eyes: the damaged pictures, what the plain network makes of them, what the denoising one makes of
# them, and the truth.

# %%
# %%explore autoencoder_loss, corrupt


def copy_through(X, params):
    """What a tied autoencoder rebuilds."""
    return sigmoid(X @ params["W"] + params["b"]) @ params["W"].T + params["c"]


repaired = [X_damaged[:8], copy_through(X_damaged[:8], wide_nets["plain"])]
repaired += [copy_through(X_damaged[:8], wide_nets["denoising"]), X_valid[:8]]
plots.show(
    plots.plot_images(
        np.clip(np.concatenate(repaired), 0, 1).reshape(-1, 8, 8),
        columns=8,
        alt="Four rows of eight digits: damaged, rebuilt by the plain network, by the denoising one, and whole.",
    )
)

# %% [markdown]
# ## Part 4 · Codes that can be drawn from
#
# A decoder turns codes into pictures. So, to draw a digit that nobody wrote, decode a random code! But which codes are
# there? Look at the numbers on the axes of the last map: nobody told that network how far its codes may reach. Draw two
# numbers from the standard normal distribution, and you hit a pinch of its map.
#
# The **variational autoencoder**, VAE, makes a contract with its codes: *taken together, they should look like standard
# normal numbers.* And it does not encode a picture as a point but as a small cloud, a normal distribution with mean
# $\mu$ and standard deviation $\sigma$ for each number of the code. Where two clouds overlap, one code stands for two
# pictures, so the decoder has to make something of it that suits both. That fills the plane.

# %% [markdown]
# ### Exercise 8 · Draw a code, and keep the gradient
#
# The encoder says $\mu$ and $\sigma$, and the code $z$ is drawn. But how should a gradient come back through a draw?
# The trick is to draw elsewhere: take standard normal numbers $\epsilon$, which depend on nothing, and *compute*
#
# $$z = \mu + \sigma \odot \epsilon, \qquad \frac{\partial z}{\partial \mu} = 1, \qquad
# \frac{\partial z}{\partial \sigma} = \epsilon.$$
#
# One thing remains. $\sigma$ must be positive, and a layer of a network gives any number. So the network says the
# **logarithm of the variance**, $\ell = \log \sigma^2$, which may be any number. Then
#
# $$\sigma = e^{\ell / 2}, \qquad \frac{\partial z}{\partial \ell} = \frac{1}{2} \sigma \epsilon.$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $\mu$ | $(N, K)$ | means of the codes: `mu` |
# | $\ell$ | $(N, K)$ | logarithms of their variances: `logvar` |
# | $\epsilon$ | $(N, K)$ | standard normal draws: `eps`, a fresh one for each example and each number |
# | $z$ | $(N, K)$ | drawn codes |
#
# Worked numbers: $\mu = 1$, $\ell = \log 4$, so $\sigma = 2$. If $\epsilon = -0.5$ is drawn, $z = 1 - 1 = 0$.
#
# **Write** `reparameterize(mu, logvar, rng)`. It returns `(z, eps)`.
#
# <details><summary>Hint: a nudge</summary>
#
# $\log \sigma^2 = 2 \log \sigma$. What is $\sigma$, then? `rng.normal(size=...)` takes a shape.
#
# </details>


# %%
def reparameterize(mu, logvar, rng):
    """Draw codes from normal distributions, as sums through which gradients can pass.

    Args:
        mu: means, shape (N, K); floats or whole numbers. N may be 0.
        logvar: logarithms of the variances, shape (N, K); floats or whole numbers from -60 to 60.
        rng: np.random.Generator to draw from.

    Returns:
        (z, eps): the codes, z = mu + eps times the standard deviations; and the standard normal draws that they are
        made with, each independent of all others and of what was drawn before. Two new arrays of floats, shape (N, K).

    Reference: Kingma and Welling 2014, section 2.4.
    """
    ### BEGIN SOLUTION
    eps = rng.normal(size=mu.shape)
    return mu + np.exp(logvar / 2) * eps, eps
    ### END SOLUTION


# %%
check("reparameterize")

# %% [markdown]
# ### Exercise 9 · The price of a code
#
# What does the contract cost? The divergence of the cloud $\mathcal N(\mu, \sigma^2)$ from the standard normal
# $\mathcal N(0, 1)$, known in closed form. The picture shows it for one number of a code, over $\mu$ and over $\ell$.
# It is zero only for $\mu = 0$ and $\ell = 0$. Far away costs, narrow costs, and wide costs even more.

# %%
# %%explore
places = np.linspace(-3, 3, 61)
ax = plots.plot_curves(
    places,
    {
        "mean moves, log variance 0": places**2 / 2,
        "log variance moves, mean 0": (np.exp(places) - 1 - places) / 2,
    },
    xlabel="mean, or logarithm of the variance",
    ylabel="divergence in nats",
    title="What one number of a code costs",
)
plots.show(ax)

# %% [markdown]
# $$\text{KL} = \frac{1}{N} \sum_n \sum_k \frac{1}{2} \big( \mu_{nk}^2 + e^{\ell_{nk}} - 1 - \ell_{nk} \big).$$
#
# It is summed over the numbers of a code, and averaged over the examples. Its gradients are simple.
#
# Worked numbers, one example and one number: $\mu = 1$, $\ell = 0$ costs $\frac{1}{2} (1 + 1 - 1 - 0) = 0.5$ nats.
# $\mu = 0$, $\sigma = 2$ costs $\frac{1}{2} (4 - 1 - \log 4) = 0.8069$.
#
# **Write** `gaussian_kl(mu, logvar)`. It returns `(kl, dmu, dlogvar)`: a number, and its gradients along $\mu$ and
# $\ell$.
#
# <details><summary>Hint: the formula</summary>
#
# $d\mu_{nk} = \mu_{nk} / N$ and $d\ell_{nk} = (e^{\ell_{nk}} - 1) / (2 N)$.
#
# </details>


# %%
def gaussian_kl(mu, logvar):
    """Compute the mean divergence of normal distributions from the standard normal one, and its gradients.

    Args:
        mu: means, shape (N, K), N at least 1; floats or whole numbers.
        logvar: logarithms of the variances, shape (N, K); floats or whole numbers from -60 to 60.

    Returns:
        (kl, dmu, dlogvar): the Kullback-Leibler divergence in nats, summed over the K numbers of a code, averaged over
        the N examples, a number; and its gradients along mu and logvar, new arrays of floats, shape (N, K).

    Reference: Kingma and Welling 2014, appendix B (they write its negative).
    """
    ### BEGIN SOLUTION
    kl = np.sum(mu**2 + np.exp(logvar) - 1 - logvar) / (2 * len(mu))
    return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))
    ### END SOLUTION


# %%
check("gaussian_kl")

# %% [markdown]
# ### Exercise 10 · The variational autoencoder
#
# Now the whole. Encoder and decoder are given, a hidden layer of ReLU units each. Both also return their hidden
# activations, which the way back needs.


# %%
def encode(X, params):
    """Encode pictures (N, D): the hidden activations A (N, E), the means and the log variances of the codes (N, K)."""
    A = np.maximum(X @ params["W_enc"] + params["b_enc"], 0)
    return A, A @ params["W_mu"] + params["b_mu"], A @ params["W_logvar"] + params["b_logvar"]


def decode(z, params):
    """Decode codes (N, K): the hidden activations B (N, F), and the logits of the pixels (N, D)."""
    B = np.maximum(z @ params["W_dec"] + params["b_dec"], 0)
    return B, B @ params["W_out"] + params["b_out"]


def start_vae(num_pixels, num_hidden, size, rng):
    """Draw weights for codes of this size: random with variance 2 / inputs where ReLUs follow, and biases zero."""
    shapes = {"enc": (num_pixels, num_hidden), "mu": (num_hidden, size), "logvar": (num_hidden, size)}
    shapes |= {"dec": (size, num_hidden), "out": (num_hidden, num_pixels)}
    params = {}
    for name, (rows, columns) in shapes.items():
        scale = np.sqrt((2 if name in ("enc", "dec") else 1) / rows)
        params[f"W_{name}"] = scale * rng.normal(size=(rows, columns))
        params[f"b_{name}"] = np.zeros(columns)
    return params


# %% [markdown]
# The way of a picture through the network:
#
# | | what | shape | |
# | --- | --- | --- | --- |
# | 1 | $X$ | $(N, D)$ | pixels from 0 to 1 |
# | 2 | $A$, $\mu$, $\ell$ | $(N, E)$, $(N, K)$, $(N, K)$ | `encode`; $E$ hidden units |
# | 3 | $z = \mu + e^{\ell/2} \odot \epsilon$ | $(N, K)$ | the draw |
# | 4 | $B$, $G$ | $(N, F)$, $(N, D)$ | `decode`; $F$ hidden units, and the logits $G$ of the pixels |
# | 5 | $L$ | a number | the loss |
#
# A pixel is taken as the probability of ink, and a logit $g$ as a statement about it (Lesson 01). So the loss is the
# cross-entropy of all pixels, plus the price of the code:
#
# $$L = \frac{1}{N} \sum_{n,d} \Big( \log(1 + e^{G_{nd}}) - X_{nd} G_{nd} \Big) + \beta \, \text{KL}.$$
#
# $\beta$ is 1 in the real VAE, and a knob for experiments. For $\beta = 1$, $-L$ is called the **evidence bound**: in
# the mean over the draws, it never exceeds the log probability that the decoder gives to the pictures. (Our pixels are
# grey, not drawn by a coin, so here these nats compare networks, and no more.) Sum over the pixels, don't average them!
# Else the price of the code, which is not divided by 64, would win, and the network would give up coding.
#
# The way back is the table from bottom to top, and you know every step: two dense layers after a ReLU, then the draw,
# where $dz$ becomes a share for $\mu$ and one for $\ell$ (Exercise 8), to which those of the price are added (Exercise
# 9), then the dense layers of the encoder.
#
# Worked numbers: with all weights zero, all logits are 0, each pixel costs $\log 2$, and the code costs nothing. With
# $D = 64$, $L = 64 \log 2 = 44.36$.
#
# **Write** `vae_loss(X, params, eps, beta=1.0)`. It returns the loss, and a dict of gradients with the names of
# `params`. The draws `eps` come in as an argument, so that the loss is an exact function of the rest.
#
# Useful: `np.logaddexp(0, G)` is $\log(1 + e^G)$ and does not overflow. `B > 0` is where a ReLU let through.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First all five rows forward. Then $dG$, which is as simple as in Lesson 01. Each dense layer has three lines of way
# back: its weights, its biases, its inputs. $A$ is used by two layers, and gets two shares.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $dG = (\sigma(G) - X) / N$; $dB = (dG \, W_{out}^T) \odot [B > 0]$; $dz = dB \, W_{dec}^T$;
# $d\mu = dz + \beta \, d\mu_{KL}$; $d\ell = \frac{1}{2} dz \odot e^{\ell/2} \odot \epsilon + \beta \, d\ell_{KL}$;
# $dA = (d\mu \, W_{mu}^T + d\ell \, W_{logvar}^T) \odot [A > 0]$. The gradient of a layer's weights is inputs,
# transposed, times the gradient of its sums.
#
# </details>


# %%
def vae_loss(X, params, eps, beta=1.0):
    """Compute the loss of a variational autoencoder, and its gradients.

    Args:
        X: pictures, shape (N, D), N at least 1; floats from 0 to 1, or whole numbers 0 and 1.
        params: dict of arrays as encode and decode take them: W_enc (D, E), b_enc (E,), W_mu and W_logvar (E, K), b_mu
            and b_logvar (K,), W_dec (K, F), b_dec (F,), W_out (F, D), b_out (D,). It is not changed.
        eps: standard normal draws that the codes are made with, shape (N, K).
        beta: price of the codes, a number, 0 or larger.

    Returns:
        (loss, grads): the cross-entropy of the pixels plus beta times the divergence of the codes, both summed over an
        example and averaged over the examples, in nats: a number, also where logits are in the thousands; and a dict of
        new arrays with the names and shapes of params, the gradients of the loss along them.

    Reference: Kingma and Welling 2014, eq. 10; Higgins et al. 2017, eq. 4 (beta).
    """
    ### BEGIN SOLUTION
    A, mu, logvar = encode(X, params)
    spread = np.exp(logvar / 2) * eps
    z = mu + spread
    B, logits = decode(z, params)
    kl, dmu, dlogvar = gaussian_kl(mu, logvar)
    loss = np.sum(np.logaddexp(0, logits) - X * logits) / len(X) + beta * kl

    dlogits = (sigmoid(logits) - X) / len(X)
    dB = dlogits @ params["W_out"].T * (B > 0)
    dz = dB @ params["W_dec"].T
    dmu = dz + beta * dmu
    dlogvar = dz * spread / 2 + beta * dlogvar
    dA = (dmu @ params["W_mu"].T + dlogvar @ params["W_logvar"].T) * (A > 0)
    grads = {}
    layers = {"enc": (X, dA), "mu": (A, dmu), "logvar": (A, dlogvar), "dec": (z, dB), "out": (B, dlogits)}
    for name, (inputs, dsums) in layers.items():
        grads[f"W_{name}"], grads[f"b_{name}"] = inputs.T @ dsums, dsums.sum(axis=0)
    return loss, grads
    ### END SOLUTION


# %%
check("vae_loss")

# %% [markdown]
# Central differences for all ten arrays. Expect errors below $10^{-7}$.

# %%
# %%explore gaussian_kl, vae_loss
test_rng = np.random.default_rng(7)
test_params = {name: array + 0.1 for name, array in start_vae(6, 5, 2, test_rng).items()}
test_X, test_eps = test_rng.random((4, 6)), test_rng.normal(size=(4, 2))
_, grads = vae_loss(test_X, test_params, test_eps, 0.7)
for name, array in test_params.items():
    numeric = numerical_gradient(
        lambda v, name=name: vae_loss(test_X, test_params | {name: v}, test_eps, 0.7)[0], array
    )
    print(f"d{name:<9}: gradient error {gradient_error(grads[name], numeric):.0e}")

# %% [markdown]
# ### Exercise 11 · Bug hunt
#
# How good is a VAE? A single draw of $\epsilon$ says it with noise, so a colleague averages over $S$ of them and
# returns the evidence bound of each picture:
#
# $$\text{bound}_n = \frac{1}{S} \sum_s \sum_d \big( X_{nd} G^{(s)}_{nd} - \log(1 + e^{G^{(s)}_{nd}}) \big)
# - \sum_k \tfrac{1}{2} \big( \mu_{nk}^2 + \sigma_{nk}^2 - 1 - \log \sigma_{nk}^2 \big),$$
#
# where $G^{(s)}$, shape $(N, D)$, are the logits for draw $s$. No line raises an error, all shapes are right, and the
# numbers do not look odd. But there are **two bugs** in it.
#
# **How to hunt.** The table below the check compares the mean bound with $-L$ of your `vae_loss` for the same draws,
# for a network without weights, where you know the bound: $-64 \log 2$, and for a random one.
#
# **Fix** `evidence_bound_broken(X, params, eps)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What do the three things that `encode` returns stand for? And what is the bound of a network without weights? Count
# the pixels.
#
# </details>
#
# <details><summary>Hint 2: the rule</summary>
#
# The encoder says $\ell = \log \sigma^2$, not $\sigma$. And a picture's log probability is the *sum* of those of its
# pixels.
#
# </details>


# %%
def evidence_bound_broken(X, params, eps):
    """Estimate the evidence bound of each picture from several draws, once its two bugs are fixed.

    Args:
        X: pictures, shape (N, D); floats from 0 to 1, or whole numbers 0 and 1. N may be 0.
        params: dict of arrays as encode and decode take them; see vae_loss.
        eps: standard normal draws, shape (S, N, K), S at least 1.

    Returns:
        The bound of each picture in nats: the mean over the S draws of the log probability of its pixels, minus the
        divergence of its code. A new array of floats, shape (N,).

    Reference: Kingma and Welling 2014, eq. 10.
    """
    ### BUG HUNT: evidence_bound_broken__as_given
    ### BEGIN SOLUTION
    _, mu, logvar = encode(X, params)
    sigma = np.exp(logvar / 2)
    log_probs = np.zeros(len(X))
    for noise in eps:
        _, logits = decode(mu + sigma * noise, params)
        log_probs += np.sum(X * logits - np.logaddexp(0, logits), axis=1)
    price = np.sum(mu**2 + sigma**2 - 1 - np.log(sigma**2), axis=1) / 2
    return log_probs / len(eps) - price
    ### END SOLUTION


# %%
check("evidence_bound_broken")

# %%
# %%explore gaussian_kl, vae_loss, evidence_bound_broken
hunt_rng = np.random.default_rng(8)
hunt_eps = hunt_rng.normal(size=(4, 300, 2))
hunt_nets = {"random weights": start_vae(64, 20, 2, hunt_rng)}
hunt_nets["nearly no weights"] = {name: 1e-9 * array for name, array in hunt_nets["random weights"].items()}
for name, params in hunt_nets.items():
    mine = -np.mean([vae_loss(X_valid, params, noise)[0] for noise in hunt_eps])
    theirs = np.mean(evidence_bound_broken(X_valid, params, hunt_eps))
    print(f"{name:<17}: bound by vae_loss {mine:8.2f}, by evidence_bound_broken {theirs:8.2f}")

# %% [markdown]
# ### Exercise 12 · Teach it to draw
#
# All parts are there. **The recipe** for codes of two numbers: `start_vae(D, 128, 2, rng)`, and `b_out` set to the
# logits of the mean picture, $\log \bar x - \log (1 - \bar x)$, with $\bar x$ clipped to the range from 0.01 to 0.99.
# Then 3,000 steps of `Adam(0.003)`, each on a fresh minibatch of 100 pictures, drawn by `rng.integers(N, size=100)`,
# with fresh $\epsilon$. On one core this takes from 3 to 10 seconds.
#
# **Write** `train_vae(X, rng)`. It returns the trained `params`, with codes of two numbers and at most 256 hidden units
# on each side.
#
# You are judged by what it achieves on digits that it has not seen. Whoever draws the mean picture for everybody has an
# evidence bound of about $-27.3$ nats. Yours must be at least $-25.5$. The pixels of the pictures may stand in another
# order than here, the same for all pictures, so keep no weights from elsewhere. A call must take less than 60 seconds.
#
# <details><summary>Hint: a nudge</summary>
#
# In each step: a batch, `eps` of the shape `(100, 2)`, `vae_loss`, `adam.update`. Which line makes the optimiser, and
# does it stand before the loop?
#
# </details>


# %%
def train_vae(X, rng):
    """Train a variational autoencoder with codes of two numbers.

    Args:
        X: pictures of handwritten digits, shape (N, 64), N from 1,000 to 1,500; floats from 0 to 1. The pixels may
            stand in any order, the same for all pictures.
        rng: np.random.Generator for the weights at the start, the minibatches and the draws.

    Returns:
        The trained params, dict of arrays as vae_loss takes them, with K = 2, E and F at most 256.

    Reference: Kingma and Welling 2014, section 5.
    """
    ### BEGIN SOLUTION
    params = start_vae(X.shape[1], 128, 2, rng)
    mean = np.clip(X.mean(axis=0), 0.01, 0.99)
    params["b_out"] = np.log(mean) - np.log(1 - mean)
    adam = Adam(0.003)
    for _ in range(3000):
        batch = X[rng.integers(len(X), size=100)]
        _, grads = vae_loss(batch, params, rng.normal(size=(100, 2)))
        params = adam.update(params, grads)
    return params
    ### END SOLUTION


# %%
check("train_vae")

# %% [markdown]
# ### Experiment · The plane of all digits
#
# Train it, and look at the plane. Each small picture is what your decoder makes of the two numbers at which it stands.
# Nobody wrote any of them.

# %%
# %%explore gaussian_kl, vae_loss, train_vae
vae = train_vae(digits_X, np.random.default_rng(9))
ticks = np.linspace(-2.4, 2.4, 11)
grid = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=2).reshape(-1, 2)
pictures = sigmoid(decode(grid, vae)[1]).reshape(11, 11, 8, 8)
plots.show(plots.plot_plane(pictures, reach=2.4, title="What two numbers can say"))

# %%
# %%explore gaussian_kl, vae_loss, evidence_bound_broken, train_vae
vae_noise = np.random.default_rng(10).normal(size=(20, len(X_valid), 2))
print(f"evidence bound of 300 new digits: {evidence_bound_broken(X_valid, vae, vae_noise).mean():.2f} nats")

# %% [markdown]
# Find the digits. Between two of them, a shape turns into another without a break, because the clouds of neighbours
# overlap.
#
# And without the contract? Leave out the draws, $\epsilon = 0$, and the price of the code, $\beta = 0$, and your
# `vae_loss` is the loss of a plain autoencoder with the same layers. Train it like the other one, and compare the two
# maps. Look at the numbers on their axes.


# %%
# %%explore gaussian_kl, vae_loss, train_vae
def train_priced(beta, size, spread=1.0, num_steps=1000, seed=11):
    """Train an autoencoder with codes of this size, where codes cost beta and draws are scaled by spread."""
    rng, adam = np.random.default_rng(seed), Adam(0.003)
    params = start_vae(64, 128, size, rng)
    for _ in range(num_steps):
        batch = digits_X[rng.integers(len(digits_X), size=100)]
        noise = spread * rng.normal(size=(100, size))
        params = adam.update(params, vae_loss(batch, params, noise, beta)[1])
    return params


plain = train_priced(0.0, 2, spread=0.0, num_steps=3000)
(_, vae_codes, _), (_, plain_codes, _) = encode(digits_X, vae), encode(digits_X, plain)
axes = plots.panels(2, width=11, height=4.8)
plots.plot_map(vae_codes, digits_y, ax=axes[0], title="VAE")
plots.plot_map(plain_codes, digits_y, ax=axes[1], title="without draws and price")
plots.show(axes)
for name, params, codes in (("VAE", vae, vae_codes), ("plain", plain, plain_codes)):
    print(
        f"{name:<5}: codes reach as far as {np.abs(codes).max():.1f}; five nearest on the map vote right: "
        f"{votes_right(codes, digits_y, encode(X_valid, params)[1], y_valid):.0%}"
    )

# %% [markdown]
# Both maps sort the digits about equally well. What the contract buys is that *we know where the codes are*: two
# standard normal numbers land among those of the VAE. The other codes reach as far as they like, and nobody knows
# beforehand how far.
#
# Now the walk from 4 to 9. Take the mean code of the fours and that of the nines, and go from one to the other in nine
# steps. On its way, the walk passes whatever lies between them on the map. In the lower row the same walk in pixels: a
# mixture of the two pictures, one fading out and the other in.

# %%
# %%explore gaussian_kl, vae_loss, train_vae
four, nine = (np.median(vae_codes[digits_y == digit], axis=0) for digit in (4, 9))
share = np.linspace(0, 1, 9)[:, None]
walk = sigmoid(decode((1 - share) * four + share * nine, vae)[1])
faded = (1 - share) * walk[0] + share * walk[-1]
plots.show(
    plots.plot_images(
        np.concatenate([walk, faded]).reshape(-1, 8, 8),
        columns=9,
        alt="Two rows of nine pictures from a 4 to a 9: along the codes above, by fading of pixels below.",
    )
)

# %% [markdown]
# ### Experiment · Two prices
#
# The loss has two parts, the price of rebuilding and the price of the code, and $\beta$ says how dear the second one
# is. The next cell trains codes of ten numbers for several $\beta$. Commit to an answer first.

# %%
# %%explore
predict(
    "beta",
    "The price of the code is tripled, beta = 3. What will the network draw for different digits?",
    ["blurred digits", "sharper digits", "the same picture for all of them"],
)

# %%
# %%explore gaussian_kl, vae_loss, train_vae
betas, price_curves, priced_rows = [0.1, 0.3, 1.0, 3.0], {"rebuilding": [], "code": []}, []
for beta in betas:
    priced = train_priced(beta, 10)
    _, mu, logvar = encode(X_valid, priced)
    each = [gaussian_kl(mu[:, k : k + 1], logvar[:, k : k + 1])[0] for k in range(10)]
    rebuilt = sigmoid(decode(mu, priced)[1])
    priced_rows.append(rebuilt[:8])
    price_curves["code"].append(sum(each))
    price_curves["rebuilding"].append(np.sum((rebuilt - X_valid) ** 2) / len(X_valid))
    print(
        f"beta {beta:<4}: price of the code {sum(each):6.3f} nats, squared error {price_curves['rebuilding'][-1]:.2f}, "
        f"numbers in use {np.sum(np.array(each) > 0.1)} of 10"
    )
plots.show(
    plots.plot_images(
        np.concatenate([X_valid[:8], *priced_rows]).reshape(-1, 8, 8),
        columns=8,
        alt="Five rows of eight digits: the true ones, and rebuilt by networks with beta 0.1, 0.3, 1 and 3.",
    )
)
reveal(
    "beta",
    "the same picture for all of them",
    "All that codes can save on these small pictures is a few nats. At three times the price, it does not pay.",
)

# %% [markdown]
# At $\beta = 3$ the code costs nothing because it says nothing. This is called **posterior collapse**, and it is no
# accident of training: for this price it is the better bargain. Already at $\beta = 1$, the network leaves about half
# of its ten numbers unused. Unused numbers have $\mu = 0$ and $\sigma = 1$, and cost nothing.

# %% [markdown]
# ### Play · What a price does to a map
#
# Back to codes of two numbers, which can be seen. The network chooses for each picture where its cloud lies and how
# wide it is. Now let the price fall from $\beta = 1$ to $\beta = 0.1$. Which clouds will it choose?

# %%
# %%explore
predict(
    "clouds",
    "The price of the code falls from beta = 1 to beta = 0.1. What happens to the clouds of the pictures?",
    ["they get narrower", "they stay as wide as they are", "they get wider"],
)

# %% [markdown]
# The next cell trains both. Then it opens a panel with six smaller networks that were trained like yours: one without
# draws and price, and five with prices from $\beta = 0.1$ to $\beta = 4$. On the map stand the codes of your 300
# validation pictures, from which none of them has learned, each as the digit that it shows. Behind them is what the
# decoder draws there. The circles are 1 and 2 away from zero: of 100 pairs of standard normal numbers, 86 land inside
# the larger one.
#
# Drag the star. Beside the map, you see what is decoded there, and the most similar of the 300 pictures. Your
# `reparameterize` draws the cloud of that picture, and your `gaussian_kl` the coloured parts of the bars. Then press
# *Run* for a walk from the square to the star, and *Draw* for a code from the standard normal distribution. Where does
# it land on the map without a price, and where for $\beta = 1$? Go on to $\beta = 4$, and watch the code collapse.

# %%
# %%explore reparameterize, gaussian_kl, vae_loss, train_vae
from dnnkit.demos import latent_space

for beta in (1.0, 0.1):
    _, mu, logvar = encode(X_valid, train_priced(beta, 2))
    z, _ = reparameterize(mu, logvar, np.random.default_rng(15))
    print(f"beta {beta}: codes spread by {mu.std():.2f} around zero, and each cloud by {np.std(z - mu):.2f}")
reveal(
    "clouds",
    "they get narrower",
    "In a narrow cloud the decoder knows better which picture is meant. Such exactness is what the price makes dear.",
)
latent_space(reparameterize=reparameterize, gaussian_kl=gaussian_kl, network="VAE, beta 1", predict=False)

# %% [markdown]
# ## Part 5 · Groups without names
#
# Codes that rebuild keep what is *large* in the data. Sometimes, what we look for is not large but *connected*. Here
# are two rings. Which points belong together is clear to the eye, and no mean, no line and no component will tell.
#
# A common way to find groups is **k-means**: choose $k$ centres, give each point to its nearest centre, move each
# centre to the mean of its points, and repeat. It is given here.


# %%
def squared_distances(X, points):
    """Squared distances of each of N examples from each of M points, shape (N, M)."""
    return np.maximum(np.sum(X**2, axis=1)[:, None] - 2 * X @ points.T + np.sum(points**2, axis=1), 0.0)


def k_means(X, k, rng, num_starts=10):
    """Group examples (N, D) around k centres: the group of each, from the best of several starts."""
    best, best_groups = np.inf, None
    for _ in range(num_starts):
        centres, groups = X[rng.choice(len(X), k, replace=False)], None
        for _ in range(100):
            distances = squared_distances(X, centres)
            before, groups = groups, np.argmin(distances, axis=1)
            if np.array_equal(before, groups):
                break
            centres = np.array([X[groups == g].mean(axis=0) if g in groups else centres[g] for g in range(k)])
        if distances.min(axis=1).sum() < best:
            best, best_groups = distances.min(axis=1).sum(), groups
    return best_groups


# %%
# %%explore
rings_X, rings_y = data.make_rings(300, np.random.default_rng(12), noise=0.1)
rings_groups = k_means(rings_X, 2, np.random.default_rng(0))
plots.show(plots.plot_map(rings_X, rings_groups, title="Two rings, grouped by k-means"))
print(f"agreement with the rings (1 is perfect, 0 is chance): {adjusted_rand_score(rings_y, rings_groups):.2f}")

# %% [markdown]
# ### Exercise 13 · A code made of neighbours
#
# Let neighbours decide. Imagine each point as an island, and between each two islands a bridge, which is wide if they
# are near, and as good as nothing if they are far. Whoever walks at random, over wide bridges rather than over narrow
# ones, stays on his ring for a long time. `bridges` is given, and so is a second way to build them, between nearest
# neighbours only.


# %%
def bridges(X, width):
    """Affinities of examples (N, D): 1 at the same place, falling with the distance like a bell of this width."""
    A = np.exp(-squared_distances(X, X) / (2 * width**2))
    np.fill_diagonal(A, 0.0)
    return A


def bridges_to_nearest(X, count):
    """Affinities of examples (N, D): 1 from each to its nearest others, so many, a half where only one end says so."""
    distances = squared_distances(X, X)
    np.fill_diagonal(distances, np.inf)
    A = np.zeros(distances.shape)
    np.put_along_axis(A, np.argsort(distances, axis=1)[:, :count], 1.0, axis=1)
    return (A + A.T) / 2


# %% [markdown]
# The bridges stand in a matrix $A$, and
#
# $$M_{ij} = \frac{A_{ij}}{\sqrt{g_i \, g_j}}, \qquad g_i = \sum_j A_{ij}.$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $A$ | $(N, N)$ | **affinities**, the widths of the bridges; symmetric, and never negative |
# | $g$ | $(N,)$ | how well connected each point is |
# | $M$ | $(N, N)$ | bridges as shares of what both ends have ($I - M$ is called the normalised **Laplacian**) |
#
# $M$ is symmetric, too, so its eigenvectors are at right angles. If there are $k$ groups without any bridge between
# them, the $k$ largest eigenvalues of $M$ are all 1, and the rows of their eigenvectors, scaled to length 1, are
# *equal* within a group and at right angles between groups. With narrow bridges that is still nearly so. These rows are
# the code. On them, k-means has an easy task.
#
# Worked numbers: three points in a row, with $A_{01} = 1$, $A_{12} = 3$ and no other bridge. $g = (1, 4, 3)$, so
# $M_{01} = 1 / \sqrt{1 \cdot 4} = 0.5$ and $M_{12} = 3 / \sqrt{4 \cdot 3} = 0.8660$. The eigenvalues are $-1, 0, 1$.
# The eigenvector of the largest is $\sqrt{g}$ at length 1, $(0.3536, 0.7071, 0.6124)$, or its negative. With $k = 1$,
# each row is scaled to length 1, and all codes are 1, or all are $-1$: one group.
#
# **Write** `spectral_codes(A, k)`. It returns the codes, shape $(N, k)$: the eigenvectors of the $k$ largest
# eigenvalues side by side, and then each row scaled to length 1.
#
# Useful: `values, vectors = np.linalg.eigh(M)`, the eigenvalues smallest first, an eigenvector in each *column*.
#
# <details><summary>Hint 1: a nudge</summary>
#
# $M$ is $A$ divided by $\sqrt{g}$ along the columns and along the rows: one of the two needs `[:, None]`. What `eigh`
# gives first is not what is asked for.
#
# </details>
#
# <details><summary>Hint 2: the rule</summary>
#
# Take the *last* $k$ columns of the eigenvectors, and divide each *row* of them by its length.
#
# </details>


# %%
def spectral_codes(A, k):
    """Give each point a code by which points that are linked by chains of neighbours are alike.

    Args:
        A: affinities, shape (N, N), N at least 1: symmetric, 0 or larger, floats or whole numbers. Each row has a
            number above 0; sums of rows may be as small as 1e-9 and as large as 1e9.
        k: numbers in a code, an int from 1 to N. The eigenvalue k + 1 is smaller than the eigenvalue k, and no row of
            the k eigenvectors is 0.

    Returns:
        Codes, a new array of floats, shape (N, k): the eigenvectors of the k largest eigenvalues of A[i, j] divided by
        the root of the sums of rows i and j, one in each column, with each row scaled to length 1. An eigenvector may
        have either sign, and the columns may come in any order.

    Reference: Ng, Jordan and Weiss 2002, section 2, steps 2 to 4 of the algorithm.
    """
    ### BEGIN SOLUTION
    roots = np.sqrt(A.sum(axis=1))
    _, vectors = np.linalg.eigh(A / roots[:, None] / roots)
    codes = vectors[:, -k:]
    return codes / np.linalg.norm(codes, axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("spectral_codes")

# %% [markdown]
# ### Experiment · How far is a neighbour?
#
# The rings, and moons like those of Lesson 02: k-means on the points beside k-means on your codes, for three widths.
# The numbers are means over five draws of the points. Expect a perfect score where the width is right.

# %%
# %%explore spectral_codes
for name, make, noise in (("rings", data.make_rings, 0.1), ("moons", data.make_moons, 0.05)):
    scores = {"points": []} | {f"width {width}": [] for width in (0.1, 0.2, 0.5)}
    for seed in range(5):
        X, y = make(300, np.random.default_rng(seed), noise=noise)
        scores["points"].append(adjusted_rand_score(y, k_means(X, 2, np.random.default_rng(0))))
        for width in (0.1, 0.2, 0.5):
            groups = k_means(spectral_codes(bridges(X, width), 2), 2, np.random.default_rng(0))
            scores[f"width {width}"].append(adjusted_rand_score(y, groups))
    print(f"{name}: agreement " + ", ".join(f"{key} {np.mean(value):.2f}" for key, value in scores.items()))

# %% [markdown]
# With the right width the groups are found exactly. Too wide, and there are bridges from ring to ring. The width is
# where the knowledge sits. Now the digits, in all the codes of this lesson and by the same measure: ten groups by
# k-means, compared with the ten digits.

# %%
# %%explore
predict(
    "groups",
    "Which ten groups agree best with the ten digits?",
    ["those of the 64 pixels", "those of codes that a network learned", "those of the code made of neighbours"],
)

# %%
# %%explore pca, spectral_codes, gaussian_kl, vae_loss, train_vae
_, _, pca_codes = pca(digits_X, 10)
candidates = {
    "64 pixels": digits_X,
    "10 numbers of PCA": pca_codes,
    "2 numbers of PCA": pca_codes[:, :2],
    "10 numbers of the deep autoencoder": keras.ops.convert_to_numpy(deep_encoders[10](digits_X)),
    "2 numbers of the deep autoencoder": deep_codes,
    "2 numbers of the VAE": vae_codes,
    "10 numbers of neighbours": spectral_codes(bridges_to_nearest(digits_X, 10), 10),
}
for name, codes in candidates.items():
    agreement = adjusted_rand_score(digits_y, k_means(codes, 10, np.random.default_rng(0)))
    print(f"{name:<35} agreement with the digits {agreement:.2f}")
reveal(
    "groups",
    "those of the code made of neighbours",
    "To rebuild and to group are different tasks, and learned codes group no better than the pixels.",
)

# %% [markdown]
# A surprise to take home: learned codes do not group better than the pixels themselves, and the code made of neighbours
# does by far. *A code is good for the task that it was made for.*
#
# ## Part 6 · The same in Keras
#
# Keras with your weights: a tied network has no ready-made layer, but an untied one has. Expect loss and gradients to
# agree to $10^{-4}$ or better, since Keras computes in `float32`. (Keras' squared error is a mean over the pixels, so
# it is multiplied by their number.)

# %%
# %%explore autoencoder_loss
twin_rng = np.random.default_rng(13)
twin_params = start_wide(twin_rng, 20) | {"V": twin_rng.normal(size=(20, 64)) / 5}
twin_net = keras.Sequential([keras.Input((64,)), keras.layers.Dense(20, activation="sigmoid"), keras.layers.Dense(64)])
twin_net.set_weights([twin_params[name] for name in ("W", "b", "V", "c")])
theirs = 64 * float(keras.ops.mean(keras.losses.mean_squared_error(X_valid, twin_net(X_valid))))
twin_loss, twin_grads = autoencoder_loss(X_valid, X_valid, twin_params)
twin_net.compile(keras.optimizers.SGD(1.0), "mse")  # one step with rate 1 moves each weight by its gradient
twin_net.fit(X_valid, X_valid, batch_size=len(X_valid), epochs=1, verbose=0)
moved = dict(zip(("W", "b", "V", "c"), twin_net.get_weights(), strict=True))
gaps = [np.abs(64 * (twin_params[name] - moved[name]) - grad).max() for name, grad in twin_grads.items()]
print(f"loss: yours {twin_loss:.6f}, Keras' {theirs:.6f}; largest difference of a gradient {max(gaps):.0e}")

# %% [markdown]
# At last, the pictures that nobody has looked at: the 297 that were set aside. Are the numbers that we chose settings
# by too good?

# %%
# %%explore gaussian_kl, vae_loss, evidence_bound_broken, train_vae
last_noise = np.random.default_rng(14).normal(size=(20, len(X_new), 2))
print(f"evidence bound of the 297 pictures set aside: {evidence_bound_broken(X_new, vae, last_noise).mean():.2f} nats")
print(f"votes on the map of the VAE: {votes_right(vae_codes, digits_y, encode(X_new, vae)[1], y_new):.0%} right")

# %% [markdown]
# ## What to take away
#
# - An autoencoder learns from pictures alone: what must be kept in order to rebuild them.
# - The best straight code is known exactly: PCA, and its error is the sum of the squares of the singular values left
#   out. A linear autoencoder finds the same space. Compare spaces, never single directions or signs.
# - With tied weights, a matrix is used twice, and its gradient has two shares.
# - A wide code needs a price: noise, activity or sensitivity. Each makes a code that is good for something else.
# - A VAE encodes clouds and pays for their distance from the standard normal. Then codes can be drawn, and decoded.
# - Draw $\epsilon$, and compute $z$: that is how a gradient gets through a draw. Log variance, variance and standard
#   deviation have the same shape; say which of them a layer means.
# - Sum over pixels and codes, average over examples. If one of the two sums is a mean, the code collapses.
#
# **Questions to carry with you**
#
# 1. The denoising network was told to fill in erased pixels. What would it learn if whole rows were erased instead?
# 2. The walk from 4 to 9 goes along a straight line in the plane of codes. When is that a bad way?
# 3. The VAE's pictures are blurred, because the loss asks for each pixel by itself. What could judge a whole picture?
#    Lesson 10 has an answer.
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. An erased pixel can be guessed from its neighbours. For a whole row, what is above and below must be joined, so
#    the network would have to learn how the strokes of a digit go on.
# 2. Where the line passes codes that no digit has. The decoder was never asked there, and what it draws need not look
#    like a digit. A path that stays among the codes of real digits is better.
# 3. Another network, one that learns to tell pictures that are real from those that were made.
#
# </details>
#
# **Sources**
#
# - K. Pearson (1901), [*On lines and planes of closest fit to systems of points in
#   space*](https://doi.org/10.1080/14786440109462720); C. Eckart and G. Young (1936), [*The approximation of one matrix
#   by another of lower rank*](https://doi.org/10.1007/BF02288367); L. Mirsky (1960), [*Symmetric gauge functions and
#   unitarily invariant norms*](https://doi.org/10.1093/qmath/11.1.50).
# - P. Baldi and K. Hornik (1989), [*Neural networks and principal component analysis: learning from examples without
#   local minima*](https://doi.org/10.1016/0893-6080%2889%2990014-2).
# - P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol (2008), [*Extracting and composing robust features with
#   denoising autoencoders*](https://doi.org/10.1145/1390156.1390294); the same and I. Lajoie (2010), [*Stacked
#   denoising autoencoders*](https://jmlr.org/papers/v11/vincent10a.html).
# - A. Ng (2011), *Sparse autoencoder*, lecture notes of CS294A, Stanford.
# - S. Rifai, P. Vincent, X. Muller, X. Glorot and Y. Bengio (2011), *Contractive auto-encoders: explicit invariance
#   during feature extraction*.
# - D. Kingma and M. Welling (2014), [*Auto-encoding variational Bayes*](https://arxiv.org/abs/1312.6114); I. Higgins
#   and others (2017), [*beta-VAE: learning basic visual concepts with a constrained variational
#   framework*](https://openreview.net/forum?id=Sy2fzU9gl).
# - A. Ng, M. Jordan and Y. Weiss (2002), [*On spectral clustering: analysis and an
#   algorithm*](https://proceedings.neurips.cc/paper/2001/hash/801272ee79cfde7fa5960571fee36b9b-Abstract.html).
# - I. Goodfellow, Y. Bengio and A. Courville (2016), [*Deep learning*](https://www.deeplearningbook.org), chapters 14
#   and 20.10.3.
# - Data: [handwritten digits](https://doi.org/10.24432/C50P49), E. Alpaydin and C. Kaynak (1998), UCI.
