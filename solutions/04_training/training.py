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
# # Lesson 04 · Making deep networks train
#
# You can compute gradients, and you can step along them. Take a network with twenty layers, and both fail you: the
# gradient of the first layer is so small that it never moves. And when a network does train, it learns its few
# examples by heart. This lesson is about both troubles: first make it train, then make it train for the right thing.
#
# **You will be able to**
#
# - measure, layer by layer, how a gradient dies, and say why;
# - choose an activation and starting weights that keep signals alive in any depth;
# - write batch normalisation, forward and backward, in training and in use, and fix the bug that everyone makes;
# - hold a network back with dropout, penalties and early stopping, and say what each of them costs;
# - invent new training examples, and say when they help and when they do not;
# - tell from its loss curves what is wrong with a network;
# - train a Keras network on 200 labelled digits so that it reads digits which stand off centre.
#
# **You need** the layers and the backward pass of lesson 02, and the step of lesson 03. Variances and standard
# deviations: of `np.var` and `np.std` you should know what they compute.
#
# **Time** about three hours: a bit less than two and a half for the exercises, the rest for reading and for the
# experiments. **Points** 32.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `gradient_norms` | measure the gradient of every layer | ●●● | 20 | 3 |
# | 2 | `leaky_relu_forward` | an activation that does not saturate | ● | 3 | 1 |
# | 3 | `leaky_relu_backward` | its backward pass | ● | 4 | 1 |
# | 4 | `prelu_backward` | learn the slope, too | ●● | 8 | 2 |
# | 5 | `glorot_uniform` | starting weights, balanced both ways | ● | 6 | 2 |
# | 6 | `he_normal` | starting weights for ReLU | ● | 3 | 1 |
# | 7 | `lsuv_init` | starting weights, measured on data | ●●● | 15 | 2 |
# | 8 | `batchnorm_forward` | normalise in the middle of a network | ●● | 15 | 3 |
# | 9 | `batchnorm_inference_broken` | bug hunt | ●● | 8 | 2 |
# | 10 | `batchnorm_backward` | the backward pass of it | ●●● | 15 | 3 |
# | 11 | `dropout_forward` | switch units off at random | ●● | 8 | 2 |
# | 12 | `dropout_backward` | its backward pass | ● | 3 | 1 |
# | 13 | `l1_l2_penalty` | a price on large weights | ● | 5 | 2 |
# | 14 | `early_stopping` | know when to stop | ●● | 10 | 2 |
# | 15 | `augment_shift` | make new examples from old ones | ●● | 10 | 2 |
# | 16 | `train_regularised` | all of it together, in Keras | ●● | 15 | 3 |
#
# It works as in the lessons before: write the function, run its `check`. Cells that begin with `%%explore` play with
# your functions, and the grader skips them. Never change an array that came in as an argument. Compute in `float64`,
# NumPy's default; `float32` is accepted. Arrays hold floats of any size; any axis may have length 1, and no array is
# empty. All randomness comes from the argument `rng`.

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

np.set_printoptions(precision=4, suppress=True)  # print arrays as plain decimals

# %% [markdown]
# The next cell loads what the pictures and experiments need. The grader skips it.

# %%
# %%explore
from itertools import pairwise

from scipy.special import log_softmax

from dnnkit import data, plots, predict, reveal
from dnnkit.gradcheck import gradient_error, numerical_gradient

digits = data.load_digits(rng=np.random.default_rng(1))

# %% [markdown]
# ## Part 1 · Where does the gradient go?
#
# Here is a deep network in its barest form: $L$ layers, no biases. With $A_0 = X$,
#
# $$Z_\ell = A_{\ell-1} W_\ell, \qquad A_\ell = \varphi(Z_\ell), \qquad \ell = 1, \dots, L.$$
#
# - $X$, shape $(N, D_0)$: a batch of $N$ examples, one in a row;
# - $W_\ell$, shape $(D_{\ell-1}, D_\ell)$: the weights of layer $\ell$;
# - $Z_\ell$, shape $(N, D_\ell)$: its **pre-activations**; $A_\ell$, same shape: its **activations**;
# - $\varphi$: the activation function, applied to each element.
#
# The next cell gives you three activation functions with their slopes. You will need it in Exercise 1.


# %%
def activate(Z, activation):
    """Apply an activation function to pre-activations of any shape, and give its slope at each of them.

    Returns:
        (A, slope): both of the shape of Z.
    """
    if activation == "sigmoid":
        A = 0.5 * (1.0 + np.tanh(0.5 * Z))
        return A, A * (1.0 - A)
    if activation == "tanh":
        A = np.tanh(Z)
        return A, 1.0 - A**2
    if activation == "relu":
        return np.maximum(Z, 0.0), (Z > 0).astype(float)
    raise ValueError(f"activation is {activation!r}. Expected 'sigmoid', 'tanh' or 'relu'.")


# %% [markdown]
# The backward pass goes down the layers, as in lesson 02. Write $dA_\ell$ for the gradient of the loss with respect to
# $A_\ell$, and so on. At the top, $dA_L$ comes from the loss: we call it `dout`. Then for $\ell = L, \dots, 1$:
#
# $$dZ_\ell = dA_\ell \odot \varphi'(Z_\ell), \qquad dW_\ell = A_{\ell-1}^T \, dZ_\ell, \qquad
# dA_{\ell-1} = dZ_\ell \, W_\ell^T.$$
#
# (The sign $\odot$ multiplies element by element.) Look at what happens to $dA$ on the way down. In every layer it is
# multiplied by a slope and by weights. The slope of the sigmoid is never above $1/4$. Twenty layers, twenty factors.

# %%
# %%explore
predict(
    "vanish",
    "A network of 20 sigmoid layers, with small random weights. How much smaller is the gradient of the first layer's "
    "weights than that of the last layer's?",
    ["about as large", "about 100 times smaller", "more than a million times smaller"],
)

# %% [markdown]
# ### Exercise 1 · Measure it
#
# How large is the gradient of a layer? It has thousands of entries, some positive, some negative. Their *mean* says
# nothing: large entries of both signs cancel, and a healthy gradient looks dead. Take the **norm** instead, the root
# of the sum of squares:
#
# $$\lVert dW_\ell \rVert = \sqrt{\sum_{ij} (dW_\ell)_{ij}^2}.$$
#
# Worked number: one example, $X = (2)$, two layers of one ReLU unit each, $W_1 = (1)$, $W_2 = (3)$,
# and `dout` $= (1)$. Forward: $A_1 = 2$, $A_2 = 6$. Backward: $dW_2 = A_1 \cdot 1 = 2$. Then $dA_1 = 1 \cdot 3 = 3$,
# and $dW_1 = X \cdot 3 = 6$. So the norms are $(6, 2)$, first layer first.
#
# **Write** `gradient_norms(X, weights, dout, activation)`. `weights` is a list of $L$ matrices, `dout` has the shape
# of $A_L$. It returns an array of shape $(L,)$: the norm of $dW_\ell$ for every layer, **the first layer first**. Use
# `activate`. The widths $D_\ell$ may all differ.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops. The first goes up and keeps, in lists, the input of every layer and the slopes. The second goes down and
# uses them. Which $W$ does $dA_{\ell-1}$ need: the one of this layer or the one below?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Going down, in this order: $dZ = dA \odot \text{slope}_\ell$, then $\lVert A_{\ell-1}^T dZ \rVert$, then
# $dA = dZ \, W_\ell^T$. The norms are found from the last layer to the first: turn their order round at the end.
#
# </details>


# %%
def gradient_norms(X, weights, dout, activation):
    """Measure how large the gradient of every layer's weights is in a deep network without biases.

    Args:
        X: examples, shape (N, D_0).
        weights: list of L matrices; number l, counted from 1, has shape (D_{l-1}, D_l).
        dout: gradient of the loss with respect to the last activations, shape (N, D_L).
        activation: "sigmoid", "tanh" or "relu", as `activate` takes it; used in every layer, also the last.

    Returns:
        Norms of the L weight gradients, first layer first, shape (L,).

    Reference: Glorot and Bengio 2010, eq. 2 and 3, for the gradients (their s is our Z).
    """
    ### BEGIN SOLUTION
    A, inputs, slopes = X, [], []
    for W in weights:
        inputs.append(A)
        A, slope = activate(A @ W, activation)
        slopes.append(slope)
    dA, norms = dout, []
    for W, A, slope in zip(weights[::-1], inputs[::-1], slopes[::-1], strict=True):
        dZ = dA * slope
        norms.append(np.sqrt(np.sum((A.T @ dZ) ** 2)))
        dA = dZ @ W.T
    return np.array(norms[::-1])
    ### END SOLUTION


# %%
check("gradient_norms")

# %% [markdown]
# Now measure. Twenty layers of 64 units, real digits, and starting weights that were usual before 2010: uniform between
# $-1/\sqrt{D}$ and $1/\sqrt{D}$, with $D$ the number of inputs of the layer.

# %%
# %%explore gradient_norms
depth_X = digits.X_train[:100] - digits.X_train.mean(axis=0)
depth_dout = np.random.default_rng(2).normal(size=(100, 64)) / 100


def old_weights(depth, rng, width=64):
    """Draw square weight matrices in the old way: uniform, limit 1 / sqrt(inputs)."""
    return [rng.uniform(-1, 1, size=(width, width)) / np.sqrt(width) for _ in range(depth)]


depth_weights = old_weights(20, np.random.default_rng(3))
depth_norms = {kind: gradient_norms(depth_X, depth_weights, depth_dout, kind) for kind in ("sigmoid", "tanh", "relu")}
plots.show(
    plots.plot_curves(np.arange(1, 21), depth_norms, xlabel="layer", ylabel="norm of dW", log=True, title="Old weights")
)
for kind, norms in depth_norms.items():
    print(f"{kind:>7}: last layer {norms[-1]:.1e}, first layer {norms[0]:.1e}, ratio {norms[-1] / norms[0]:.1e}")
reveal(
    "vanish",
    "more than a million times smaller",
    "On the way down, each layer divides the gradient by about 7: a slope of at most 1/4, and small weights. Nineteen "
    "such factors make ten to the power 16.",
)

# %% [markdown]
# This is the **vanishing gradient** (Hochreiter 1991). The first layer of the sigmoid network gets a gradient of about
# $10^{-17}$. A step that small is lost in the rounding of its weights. This is no bug but arithmetic: a product of many
# factors below 1.
#
# The curves of tanh and ReLU are flat, but look where: below $10^{-4}$ and $10^{-7}$, in *all* layers. Remember that
# $dW_\ell = A_{\ell-1}^T dZ_\ell$ is a product of two signals. One comes up and shrinks, one comes down and shrinks,
# and every layer has a share of both losses. Here the old weights are at fault. Their variance is $1 / (3 D)$, so
# even where the slope is 1 each layer makes its signal smaller, by $\sqrt{1/3}$.
#
# So make the weights larger? The next cell does: tanh, with weights 1 and 10 times as large as the old ones. It shows
# the *activations* of five layers.

# %%
# %%explore gradient_norms


def all_activations(X, weights, kind):
    """Send X up through the layers, and keep the activations of each."""
    kept = []
    for W in weights:
        X, _ = activate(X @ W, kind)
        kept.append(X)
    return kept


for factor in (1, 10):
    kept = all_activations(depth_X, [factor * W for W in depth_weights], "tanh")
    picked = {f"layer {layer}": kept[layer - 1] for layer in (1, 5, 10, 15, 20)}
    plots.show(plots.plot_histograms(picked, title=f"tanh, old weights times {factor}", xlabel="activation"))
    print(f"times {factor}: share of activations beyond 0.95 in layer 20: {np.mean(np.abs(kept[-1]) > 0.95):.0%}")

# %% [markdown]
# - Weights too small: the activations shrink to nothing. All examples look alike in layer 20.
# - Weights too large: most activations sit close to $-1$ or $1$, where the curve is flat. Such a unit is
#   **saturated**: its slope is near 0, and hardly any gradient gets through.
#
# Two cures follow: an activation that has no flat ends (Part 2), and weights that are just right (Part 3).

# %% [markdown]
# ## Part 2 · Units that do not saturate
#
# The **ReLU**, $\max(z, 0)$, has slope 1 for every positive $z$, however large. On the other side its slope is exactly
# 0. A unit whose $z$ is negative for *every* example gets no gradient at all, so its weights never change again: it is
# **dead**. A large step can do that in an instant.
#
# The **leaky ReLU** (Maas et al. 2013) lets a little through:
#
# $$\varphi(z) = z \ \text{ if } z > 0, \qquad \varphi(z) = s z \ \text{ if } z \le 0,$$
#
# with a small **slope** $s$ such as 0.1. With $s = 0$ it is the ReLU.
#
# ### Exercises 2 and 3 · Leaky ReLU, forward and backward
#
# Worked number: $s = 0.1$, $Z = (3, -2)$. Forward: $(3, -0.2)$. Backward, with `dout` $= (5, 5)$: each element of
# `dout` is multiplied by the slope at that place, so $dZ = (5, 0.5)$.
#
# **Write** `leaky_relu_forward(Z, slope)` and `leaky_relu_backward(dout, Z, slope)`. Arrays have any shape; `slope` is
# one number from 0 to 1. What happens at exactly 0 is up to you: the checks do not go there.
#
# Useful: `np.where(condition, A, B)`.
#
# <details><summary>Hint: a nudge</summary>
#
# Both need the same question for each element: is $z$ positive? In the backward pass, ask it of $Z$, not of `dout`.
#
# </details>
#


# %%
def leaky_relu_forward(Z, slope):
    """Let positive numbers through, and shrink negative ones.

    Args:
        Z: pre-activations, any shape.
        slope: factor for negative numbers, a number from 0 to 1.

    Returns:
        Activations, shape of Z.

    Reference: Maas, Hannun and Ng 2013, section 2.
    """
    ### BEGIN SOLUTION
    return np.where(Z > 0, Z, slope * Z)
    ### END SOLUTION


# %%
check("leaky_relu_forward")


# %%
def leaky_relu_backward(dout, Z, slope):
    """Send a gradient back through the leaky ReLU.

    Args:
        dout: gradient of the loss with respect to the activations, any shape.
        Z: pre-activations that went in, same shape.
        slope: factor for negative numbers, a number from 0 to 1.

    Returns:
        Gradient of the loss with respect to Z, same shape; where Z is exactly 0, that of either side.
    """
    ### BEGIN SOLUTION
    return dout * np.where(Z > 0, 1.0, slope)
    ### END SOLUTION


# %%
check("leaky_relu_backward")

# %% [markdown]
# ### Exercise 4 · Let the network find the slope
#
# Why 0.1? Let each unit learn its own slope (He et al. 2015): the **parametric ReLU**, or PReLU. Now `slope` is an
# array of shape $(D,)$, one number $s_j$ for each of the $D$ units, and it needs a gradient like any other parameter.
#
# For one number: $a = s z$ when $z \le 0$, so $\partial a / \partial s = z$ there. When $z > 0$, the slope plays no
# part, and the derivative is 0. The slope $s_j$ is used for all $N$ examples, so their contributions add up:
#
# $$ds_j = \sum_{n :\, Z_{nj} \le 0} \text{dout}_{nj} \, Z_{nj}.$$
#
# Worked number: one unit, three examples, $Z = (2, -3, -1)$, `dout` $= (1, 1, 4)$, $s = 0.5$. Then $dZ = (1, 0.5, 2)$,
# and $ds = 1 \cdot (-3) + 4 \cdot (-1) = -7$.
#
# **Write** `prelu_backward(dout, Z, slope)`: `dout` and `Z` have shape $(N, D)$, `slope` has shape $(D,)$. It returns
# the pair `(dZ, dslope)` with shapes $(N, D)$ and $(D,)$.
#
# <details><summary>Hint: a nudge</summary>
#
# $dZ$ is what you have, since a row of slopes spreads over the examples by broadcasting. For the other one: make the
# whole array of contributions, shape $(N, D)$, with zeros where $z$ is positive. Which axis are the examples?
#
# </details>
#


# %%
def prelu_backward(dout, Z, slope):
    """Send a gradient back through a ReLU whose negative slope is learned, one for each unit.

    Args:
        dout: gradient of the loss with respect to the activations, shape (N, D).
        Z: pre-activations that went in, shape (N, D).
        slope: factors for negative numbers, shape (D,); any numbers, also 0, negative ones or above 1.

    Returns:
        (dZ, dslope): gradients with respect to Z, shape (N, D), and to the slopes, shape (D,); where Z is exactly 0,
        that of either side.

    Reference: He et al. 2015, eq. 2 and 3 (their a_i is our slope).
    """
    ### BEGIN SOLUTION
    dZ = dout * np.where(Z > 0, 1.0, slope)
    dslope = np.sum(dout * np.minimum(Z, 0.0), axis=0)
    return dZ, dslope
    ### END SOLUTION


# %%
check("prelu_backward")

# %% [markdown]
# ### Experiment · Dead units
#
# The next cell holds a training loop that serves the rest of the lesson. It is lesson 02 and 03 put together: layers
# forward, layers backward, a step for each parameter. It calls the functions of this lesson: some of them you write
# later, and until then nobody switches them on. Read it once; the names will return.

# %%
# %%explore


def cross_entropy(logits, targets):
    """Compute the mean loss of scores (N, C) for one-hot targets (N, C), and its gradient (N, C), as in lesson 02."""
    log_probs = log_softmax(logits, axis=1)
    return -np.sum(targets * log_probs) / len(logits), (np.exp(log_probs) - targets) / len(logits)


class Net:
    """Layers of leaky ReLU units, then scores for ten classes; with batch norm, dropout and penalties if asked."""

    def __init__(self, weights, *, slope=0.0, batchnorm=False, drop_rate=0.0, l2=0.0):
        self.W = [W.copy() for W in weights]
        self.b = [np.zeros(W.shape[1]) for W in weights]
        self.gamma = [np.ones(W.shape[1]) for W in weights]
        self.mean, self.var = [np.zeros(W.shape[1]) for W in weights], [np.ones(W.shape[1]) for W in weights]
        self.slope, self.batchnorm, self.drop_rate, self.l2 = slope, batchnorm, drop_rate, l2

    def forward(self, X, rng=None):
        """Compute the scores; with an rng, in training mode. Returns (scores, what the backward pass needs)."""
        kept, last = [], len(self.W) - 1
        for l, W in enumerate(self.W):
            A, mask = X, None
            Z = H = A @ W + (0.0 if self.batchnorm and l < last else self.b[l])
            if l < last and self.batchnorm:
                H, mean, var = batchnorm_forward(
                    Z, self.gamma[l], self.b[l], self.mean[l], self.var[l], 0.9, 1e-5, rng is not None
                )
                self.mean[l], self.var[l] = mean, var
            if l < last:
                X = leaky_relu_forward(H, self.slope)
                if self.drop_rate and rng is not None:
                    X, mask = dropout_forward(X, self.drop_rate, rng, True)
            kept.append((A, Z, H, mask))
        return H, kept

    def step(self, X, y, learning_rate, rng):
        """Take one step on one minibatch."""
        logits, kept = self.forward(X, rng)
        _, d = cross_entropy(logits, np.eye(10)[y])
        for l in reversed(range(len(self.W))):
            A, Z, H, mask = kept[l]
            dgamma = 0.0
            if l < len(self.W) - 1:
                d = d if mask is None else dropout_backward(d, mask, self.drop_rate)
                d = leaky_relu_backward(d, H, self.slope)
            db = d.sum(axis=0)
            if l < len(self.W) - 1 and self.batchnorm:
                d, dgamma, db = batchnorm_backward(d, Z, self.gamma[l], 1e-5)
            dW = A.T @ d + (l1_l2_penalty(self.W[l], 0.0, self.l2)[1] if self.l2 else 0.0)
            d = d @ self.W[l].T
            self.W[l] = self.W[l] - learning_rate * dW
            self.b[l] = self.b[l] - learning_rate * db
            self.gamma[l] = self.gamma[l] - learning_rate * dgamma

    def fit(self, X, y, rng, *, learning_rate, num_epochs, batch_size=32, watch=None):
        """Train; returns the loss on X, y after each epoch, and on the pair `watch` if there is one."""
        losses, watched = [], []
        for _ in range(num_epochs):
            for batch in np.array_split(rng.permutation(len(X)), -(-len(X) // batch_size)):
                self.step(X[batch], y[batch], learning_rate, rng)
            losses.append(self.loss(X, y))
            if watch:
                watched.append(self.loss(*watch))
        return (losses, watched) if watch else losses

    def loss(self, X, y):
        """Give the mean loss, in inference mode."""
        return cross_entropy(self.forward(X)[0], np.eye(10)[y])[0]

    def accuracy(self, X, y):
        """Give the share of examples that are classified right."""
        return np.mean(np.argmax(self.forward(X)[0], axis=1) == y)


def normal_weights(widths, rng, gain=2.0):
    """Draw weights of variance gain / inputs, for layers of these widths."""
    return [rng.normal(size=(m, n)) * np.sqrt(gain / m) for m, n in pairwise(widths)]


# %% [markdown]
# The network has 100 hidden units. We kill all of them on purpose: their biases start at $-3$, as after one reckless
# step. Then every hidden unit is negative for every training digit. Expect: the ReLU network learns nothing but how
# frequent the classes are, since no gradient reaches its first layer. The leaky one learns, and some of its units
# wake up.

# %%
# %%explore leaky_relu_forward, leaky_relu_backward
dead_ax = plots.panels(width=7)[0]
for name, slope in (("ReLU", 0.0), ("leaky, slope 0.1", 0.1)):
    net = Net(normal_weights([64, 100, 10], np.random.default_rng(4)), slope=slope)
    net.b[0] = net.b[0] - 3.0
    asleep = [np.mean((net.forward(digits.X_train)[1][0][2] <= 0).all(axis=0))]
    losses = net.fit(digits.X_train, digits.y_train, np.random.default_rng(5), learning_rate=0.2, num_epochs=30)
    asleep.append(np.mean((net.forward(digits.X_train)[1][0][2] <= 0).all(axis=0)))
    plots.plot_losses(losses, ax=dead_ax, label=name)
    print(f"{name:>16}: units asleep at first {asleep[0]:.0%}, at the end {asleep[1]:.0%}; ", end="")
    print(f"test accuracy {net.accuracy(digits.X_test, digits.y_test):.1%}")
dead_ax.set_title("All hidden units dead at the start: loss on the training digits")
plots.show(dead_ax)

# %% [markdown]
# The ReLU network stays at $\log 10 = 2.303$, and at the 9 % of guessing, for as long as you like. The leaky one
# reaches about 94 %, although most of its units are still on their negative side. So a leak costs next to nothing, and
# guards against the worst case.
#
# In practice some units die, not all. The network still trains then, only with fewer units than you pay for, so it is
# worth counting them.
#
# You will meet a third bend: the **GELU** (Hendrycks and Gimpel 2016) is $z \, \Phi(z)$, where $\Phi(z)$ is the share
# of a standard normal distribution that lies below $z$. Transformers use it. It is a ReLU whose corner is rounded.

# %%
# %%explore leaky_relu_forward
from scipy.special import ndtr

bend_z = np.linspace(-4, 4, 161)
bends = {"ReLU": leaky_relu_forward(bend_z, 0.0) + 0.0, "leaky, slope 0.1": leaky_relu_forward(bend_z, 0.1)}
bends["GELU"] = bend_z * ndtr(bend_z)
plots.show(plots.plot_curves(bend_z, bends, xlabel="z", ylabel="what comes out", title="Three bends"))
print(f"GELU: lowest {bends['GELU'].min():.2f} at z = {bend_z[np.argmin(bends['GELU'])]:.2f}, ", end="")
print(f"at z = -3 {-3 * ndtr(-3):.3f}, at z = 3 {3 * ndtr(3):.3f}")

# %% [markdown]
# ## Part 3 · Where to start
#
# Weights must be random: if all units of a layer started alike, they would get the same gradient and stay alike for
# ever. But how large? Look at one pre-activation of a layer with $D$ inputs, $z = \sum_{i=1}^{D} a_i w_i$. Let the
# weights be independent, with mean 0 and variance $v$. Then the variances of the $D$ products add up:
#
# $$\operatorname{Var}(z) = D \, v \, \operatorname{E}(a^2),$$
#
# where $\operatorname{E}(a^2)$ is the mean of the squared inputs.
#
# A signal should neither grow nor shrink on its way up: $D v = 1$, so $v = 1 / D$. LeCun and others recommended that in
# 1998. On the way down the same sum runs over the *outputs* of the layer, and wants $v = 1 / D'$ with $D'$ outputs.
# Glorot and Bengio (2010) took the middle:
#
# $$v = \frac{2}{\mathrm{fan\_in} + \mathrm{fan\_out}},$$
#
# with fan_in inputs and fan_out outputs.
#
# ### Exercise 5 · Glorot
#
# They drew the weights uniformly, between $-l$ and $l$. A uniform number between $-l$ and $l$ has variance $l^2 / 3$.
# Which $l$ gives the variance above?
#
# Worked number: fan_in 4, fan_out 2: $v = 2/6 = 1/3$, so $l = 1$. The weights lie between $-1$ and $1$, and have
# standard deviation 0.577.
#
# **Write** `glorot_uniform(fan_in, fan_out, rng)`: a matrix of shape (fan_in, fan_out).
#
# Useful: `rng.uniform(low, high, size=(rows, columns))`.
#
# <details><summary>Hint: a nudge</summary>
#
# Set $l^2 / 3$ equal to $2 / (\mathrm{fan\_in} + \mathrm{fan\_out})$, and solve for $l$.
#
# </details>
#


# %%
def glorot_uniform(fan_in, fan_out, rng):
    """Draw starting weights that keep signals about as large on the way up as on the way down.

    Args:
        fan_in: number of inputs of the layer.
        fan_out: number of outputs of the layer.
        rng: np.random.Generator.

    Returns:
        Independent uniform weights of mean 0 and variance 2 / (fan_in + fan_out), shape (fan_in, fan_out).

    Reference: Glorot and Bengio 2010, eq. 16 (their n_j is our fan_in).
    """
    ### BEGIN SOLUTION
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))
    ### END SOLUTION


# %%
check("glorot_uniform")

# %% [markdown]
# ### Exercise 6 · He
#
# A ReLU throws half of its inputs away: $\operatorname{E}(a^2)$ is only half of $\operatorname{Var}(z)$ of the layer
# below. So each layer halves the signal, and after 20 layers one millionth of its variance is left. He et al. (2015)
# put the factor 2 back:
#
# $$v = \frac{2}{\mathrm{fan\_in}},$$
#
# and drew from the normal distribution.
#
# Worked number: fan_in 8: $v = 1/4$, so the standard deviation is 0.5, whatever fan_out is.
#
# **Write** `he_normal(fan_in, fan_out, rng)`: a matrix of shape (fan_in, fan_out).
#
# Useful: `rng.normal(mean, standard_deviation, size=...)`. The second number is not the variance.
#
# <details><summary>Hint: a nudge</summary>
#
# The standard deviation is the root of the variance. Only one of the two numbers fan_in and fan_out enters it.
#
# </details>
#


# %%
def he_normal(fan_in, fan_out, rng):
    """Draw starting weights that keep signals as large through layers of ReLU units.

    Args:
        fan_in: number of inputs of the layer.
        fan_out: number of outputs of the layer.
        rng: np.random.Generator.

    Returns:
        Independent normal weights of mean 0 and variance 2 / fan_in, shape (fan_in, fan_out).

    Reference: He et al. 2015, eq. 10.
    """
    ### BEGIN SOLUTION
    return rng.normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))
    ### END SOLUTION


# %%
check("he_normal")

# %% [markdown]
# ### Exercise 7 · Measure instead of deriving
#
# Both rules rest on assumptions: weights and inputs independent, inputs with mean 0, known activation. Mishkin and
# Matas ("All you need is a good init", 2015) measure instead. Their recipe is called **LSUV**, layer-sequential unit
# variance. Layer after layer, from the first to the last:
#
# 1. draw a random **orthonormal** matrix: its columns have length 1 and stand at right angles to each other. (If it
#    has more columns than rows, that is impossible; then its *rows* are so.) Such a matrix shrinks no direction more
#    than another;
# 2. send a real batch through the layers that are ready, and compute this layer's pre-activations $Z$;
# 3. divide $W$ by the standard deviation of all elements of $Z$. Now $Z$ has standard deviation 1, by measurement;
# 4. go through the ReLU, on to the next layer.
#
# Worked number: one input, one unit. An orthonormal $1 \times 1$ matrix is $1$ or $-1$. The batch is
# $X = (1, 3, 5, 7)$: its standard deviation is $\sqrt 5 = 2.236$, so $W = \pm 0.447$.
#
# **Write** `lsuv_init(X, widths, rng)`: `X` is a batch of shape $(N, D_0)$, `widths` is the list $[D_1, \dots, D_L]$.
# It returns the list of weight matrices, of shapes $(D_0, D_1), (D_1, D_2), \dots$, for a network of ReLU layers
# without biases.
#
# Useful: `Q, R = np.linalg.qr(G)`. For a random matrix `G` of shape $(m, n)$ with $m \ge n$, `Q` has shape $(m, n)$
# and orthonormal columns. What does the transposed of such a matrix have?
#
# <details><summary>Hint 1: a nudge</summary>
#
# For a layer with fewer inputs than outputs, make the matrix of the transposed shape, and transpose it. And in step 4,
# which weights must the ReLU see: those before the division or those after?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# With $A_0 = X$: $Q$ orthonormal of shape $(D_{\ell-1}, D_\ell)$, then
# $W_\ell = Q / \operatorname{std}(A_{\ell-1} Q)$, then $A_\ell = \max(A_{\ell-1} W_\ell, 0)$.
#
# </details>


# %%
def lsuv_init(X, widths, rng):
    """Draw orthonormal starting weights for ReLU layers, each scaled so that its pre-activations have unit variance.

    Args:
        X: a batch of examples, shape (N, D_0).
        widths: list of the numbers of units D_1 to D_L.
        rng: np.random.Generator.

    Returns:
        List of L matrices; number l, counted from 1, has shape (D_{l-1}, D_l). Its columns, or its rows if it has fewer
        rows than columns, are orthogonal and equally long, and all pre-activations of the layer together have standard
        deviation 1 on X.

    Reference: Mishkin and Matas 2015, algorithm 1.
    """
    ### BEGIN SOLUTION
    A, weights = X, []
    for width in widths:
        rows, columns = max(A.shape[1], width), min(A.shape[1], width)
        W, _ = np.linalg.qr(rng.normal(size=(rows, columns)))
        if A.shape[1] < width:
            W = W.T
        W = W / np.std(A @ W)
        weights.append(W)
        A = np.maximum(A @ W, 0.0)
    return weights
    ### END SOLUTION


# %%
check("lsuv_init")

# %% [markdown]
# ### Experiment · Twenty layers, three ways to start
#
# Twenty ReLU layers of 64 units, the same digits as in Part 1. Expect: with Glorot's weights the signal halves its
# variance in every layer, a factor $\sqrt{1/2}$ in size; with He's it wanders, but stays; with LSUV it is 1
# everywhere.

# %%
# %%explore gradient_norms, glorot_uniform, he_normal, lsuv_init
start_rng = np.random.default_rng(6)
starts = {
    "old": depth_weights,
    "Glorot": [glorot_uniform(64, 64, start_rng) for _ in range(20)],
    "He": [he_normal(64, 64, start_rng) for _ in range(20)],
    "LSUV": lsuv_init(depth_X, [64] * 20, start_rng),
}
sizes, norms = {}, {}
for name, weights in starts.items():
    kept = all_activations(depth_X, weights, "relu")
    sizes[name] = [np.std(A @ W) for A, W in zip([depth_X, *kept], weights, strict=False)]
    norms[name] = gradient_norms(depth_X, weights, depth_dout, "relu")
    print(f"{name:>6}: std of Z in layer 1 {sizes[name][0]:.2f}, in layer 20 {sizes[name][-1]:.1e}; ", end="")
    print(f"norm of dW, last layer over first: {norms[name][-1] / norms[name][0]:.2g}")
axes = plots.panels(2, width=12)
layers = np.arange(1, 21)
plots.plot_curves(layers, sizes, xlabel="layer", ylabel="standard deviation of Z", log=True, ax=axes[0], title="Up")
plots.plot_curves(layers, norms, xlabel="layer", ylabel="norm of dW", log=True, ax=axes[1], title="Down")
plots.show(axes)

# %%
# %%explore gradient_norms, glorot_uniform, he_normal, lsuv_init
for name in ("Glorot", "He", "LSUV"):
    kept = [depth_X, *all_activations(depth_X, starts[name], "relu")]
    picked = {f"layer {layer}": kept[layer - 1] @ starts[name][layer - 1] for layer in (1, 5, 10, 20)}
    plots.show(plots.plot_histograms(picked, title=f"{name}, ReLU", xlabel="pre-activation"))

# %% [markdown]
# Glorot's weights were made for units like tanh, whose middle is a straight line. With ReLU they lose: after 20
# layers the signal is a thousand times smaller. He's factor 2 fixes that: over twenty draws, the standard deviation in
# layer 20 is 0.4 to 1.3 times that in layer 1. LSUV is at 1 everywhere, for it was measured. On the way down, only He's
# and LSUV's gradients are of a size that a learning rate of 0.1 or so can work with, and they are so in all layers.

# %% [markdown]
# ## Part 4 · Batch normalisation
#
# Good starting weights hold at the start. Then training changes every layer, and each layer sees its inputs move.
# Ioffe and Szegedy (2015) put the measurement *into* the network: **batch normalisation** gives every unit mean 0 and
# variance 1 over the batch, in every step, and lets gradients flow through that. They called the moving *internal
# covariate shift*, and held that batch norm helps by removing it. That is disputed: Santurkar and others (2018) put
# such shifts back in, behind batch norm, and the networks trained as well. They found a smoother loss instead.
#
# For a batch of pre-activations $X$, shape $(N, D)$, and for each column (each unit) on its own:
#
# $$\mu = \frac1N \sum_n X_n, \qquad v = \frac1N \sum_n (X_n - \mu)^2, \qquad
# \hat X = \frac{X - \mu}{\sqrt{v + \varepsilon}}, \qquad \text{out} = \gamma \odot \hat X + \beta.$$
#
# - $\mu$ and $v$, shape $(D,)$: mean and variance **over the batch**. The variance divides by $N$, as `np.var` does;
# - $\varepsilon$: a small number that keeps the root away from 0, *inside* the root;
# - $\gamma$ and $\beta$, shape $(D,)$: a scale and a shift, which are learned, so that nothing is lost.
#
# Once the network is in use, there may be no batch. What then?

# %%
# %%explore
predict(
    "alone",
    "A trained network reads one digit, a batch of one. By mistake, batch norm still takes mean and variance from that "
    "batch. What does it hand on?",
    ["about the right numbers", "the right numbers, but noisier", "always the same numbers, whatever the digit is"],
)

# %% [markdown]
# So batch norm has two modes. In **training** it uses the batch, and on the side it keeps **running statistics**, a
# slowly moving average of what it saw:
#
# $$\mathrm{running\_mean} \leftarrow m \cdot \mathrm{running\_mean} + (1 - m) \cdot \mu, \qquad
# \mathrm{running\_var} \leftarrow m \cdot \mathrm{running\_var} + (1 - m) \cdot v.$$
#
# The **momentum** $m$ is close to 1, such as 0.99. This is Keras' convention. (PyTorch calls $1 - m$ the momentum.)
# In **inference**, when the network is used, the running statistics take the place of $\mu$ and $v$, and nothing is
# updated.
#
# ### Exercise 8 · Batch norm, forward
#
# Worked number: one unit, the batch $(1, 5)$, $\gamma = 2$, $\beta = 5$, $\varepsilon = 0$, $m = 0.9$, running mean 0,
# running variance 1.
#
# - Training: $\mu = 3$, $v = 4$, $\hat X = (-1, 1)$, out $= (3, 7)$. The running mean becomes
#   $0.9 \cdot 0 + 0.1 \cdot 3 = 0.3$, the running variance $0.9 \cdot 1 + 0.1 \cdot 4 = 1.3$.
# - Inference with these two, for the single number 3: $\hat X = 2.7 / \sqrt{1.3} = 2.368$, out $= 9.736$.
#
# **Write** `batchnorm_forward(X, gamma, beta, running_mean, running_var, momentum, eps, training)`. It returns three
# arrays, `(out, running_mean, running_var)`: with `training=True` the updated running statistics, with
# `training=False` the old ones. As new arrays: do not change those that came in.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Choose the mean and the variance first, depending on `training`. The rest is the same two lines for both modes. Which
# axis of `X` are the examples?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Let $c$ and $u$ be the mean and the variance that this mode uses: $\mu$ and $v$ of the batch, or the running ones as
# they came in. Then out $= \gamma \odot (X - c) / \sqrt{u + \varepsilon} + \beta$. In training, the new running mean is
# $m$ times the old one plus $(1 - m) \mu$; the variance goes the same way, with $v$.
#
# </details>


# %%
def batchnorm_forward(X, gamma, beta, running_mean, running_var, momentum, eps, training):
    """Normalise each unit over the batch (training) or by its running statistics (inference), then scale and shift.

    Args:
        X: pre-activations, shape (N, D).
        gamma: learned scales, shape (D,).
        beta: learned shifts, shape (D,).
        running_mean: moving average of the means so far, shape (D,).
        running_var: moving average of the variances so far, shape (D,).
        momentum: share of the old average that is kept in a training step, from 0 to 1.
        eps: added to the variance inside the root.
        training: whether to use the batch (True) or the running statistics (False).

    Returns:
        (out, running_mean, running_var): shapes (N, D), (D,), (D,); the statistics are updated in training only.

    Reference: Ioffe and Szegedy 2015, algorithm 1; the moving averages are those of Keras.
    """
    ### BEGIN SOLUTION
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean = momentum * running_mean + (1.0 - momentum) * mean
        running_var = momentum * running_var + (1.0 - momentum) * var
    out = gamma * (X - mean) / np.sqrt(var + eps) + beta
    return out, running_mean, running_var
    ### END SOLUTION


# %%
check("batchnorm_forward")

# %% [markdown]
# Now the batch of one, in both modes. Two different digits, each on its own:

# %%
# %%explore batchnorm_forward
alone_W = normal_weights([64, 5], np.random.default_rng(7))[0]
alone_Z = digits.X_train @ alone_W
alone_gamma, alone_beta = np.ones(5), np.array([0.0, 0.1, 0.2, 0.3, 0.4])
alone_stats = (alone_Z.mean(axis=0), alone_Z.var(axis=0))
for training in (True, False):
    print("training mode:" if training else "inference mode:")
    for n in (0, 1):
        out, _, _ = batchnorm_forward(alone_Z[n : n + 1], alone_gamma, alone_beta, *alone_stats, 0.99, 1e-3, training)
        print(f"    a digit {digits.y_train[n]}, alone: {out[0]}")
reveal(
    "alone",
    "always the same numbers, whatever the digit is",
    "The mean of a batch of one is the example itself. X minus its mean is 0, so out is beta, for every digit.",
)

# %% [markdown]
# ### Exercise 9 · Bug hunt
#
# A colleague wrote batch norm for inference on its own. In training everything looked fine. Now the network is used,
# and its answers for one picture depend on *which other pictures* are in the batch; single pictures all get the same
# answer. There are **two bugs**. The second one shows only after the first is fixed: for units with a large or small
# running variance the numbers are too small or too large.
#
# **How to hunt.** Hold the function against the formula of Part 4, symbol by symbol: $\mu$, $v$, the root,
# $\varepsilon$, $\gamma$, $\beta$. Or test it: what must come out when `X` equals `running_mean`? And when `X` is one
# standard deviation above?
#
# **Fix** `batchnorm_inference_broken(X, gamma, beta, running_mean, running_var, eps)`.
#
# <details><summary>Hint: a nudge</summary>
#
# In inference, no number of the formula may come from the batch, except $X$ itself. And which of the two measures
# spread in the units of $X$: the variance or the standard deviation?
#
# </details>
#


# %%
def batchnorm_inference_broken(X, gamma, beta, running_mean, running_var, eps):
    """Normalise by the running statistics, then scale and shift, once its two bugs are fixed.

    Args:
        X: pre-activations, shape (N, D); N may be 1.
        gamma: learned scales, shape (D,).
        beta: learned shifts, shape (D,).
        running_mean: moving average of the means in training, shape (D,).
        running_var: moving average of the variances in training, shape (D,).
        eps: added to the variance inside the root.

    Returns:
        Normalised, scaled and shifted pre-activations, shape (N, D).
    """
    ### BUG HUNT: batchnorm_inference_broken__as_given
    ### BEGIN SOLUTION
    X_hat = (X - running_mean) / np.sqrt(running_var + eps)
    return gamma * X_hat + beta
    ### END SOLUTION


# %%
check("batchnorm_inference_broken")

# %% [markdown]
# ### Exercise 10 · Batch norm, backward
#
# In training, $\mu$ and $v$ are computed from $X$. Move one example, and the mean moves, and the variance, and with
# them the output for *all* examples. The backward pass must follow all three paths. With
# $g = \gamma \odot \text{dout}$, the gradient at $\hat X$, the sum of the three is
#
# $$dX = \frac{1}{\sqrt{v + \varepsilon}} \Big( g - \underbrace{\frac1N \sum_n g_n}_{\text{path through } \mu} - \;
# \hat X \odot \underbrace{\frac1N \sum_n g_n \odot \hat X_n}_{\text{path through } v} \Big).$$
#
# Where does it come from? Moving the whole batch up changes nothing in the output, so the part of the gradient that
# would do so is taken out: its mean. Stretching the batch about its mean changes nothing either if $\varepsilon = 0$,
# and little if $\varepsilon$ is small, so the part along $\hat X$ is taken out too. (The formula is exact for every
# $\varepsilon$.) The scale and the shift are easy: each is used for all $N$ examples, so
#
# $$d\gamma = \sum_n \text{dout}_n \odot \hat X_n, \qquad d\beta = \sum_n \text{dout}_n.$$
#
# Worked number: one unit, the batch $(0, 3, 6)$, so $\mu = 3$, $v = 6$, and with $\varepsilon = 0$,
# $\hat X = (-1.225, 0, 1.225)$. Let $\gamma = 1$ and `dout` $= (1, 0, 0)$. The mean of $g$ is $1/3$, the mean of
# $g \hat X$ is $-0.408$. So $dX = (0.068, -0.136, 0.068)$: it sums to 0. And $d\gamma = -1.225$, $d\beta = 1$.
#
# **Write** `batchnorm_backward(dout, X, gamma, eps)`. It computes $\mu$, $v$ and $\hat X$ again from `X`, and returns
# `(dX, dgamma, dbeta)`, shapes $(N, D)$, $(D,)$, $(D,)$.
#
# <details><summary>Hint 1: a nudge</summary>
#
# All sums run over the examples, axis 0. Compute `X_hat` once: it appears in two of the three results. If your `dX` is
# wrong, see whether each of its columns sums to 0.
#
# </details>
#
# <details><summary>Hint 2: step by step</summary>
#
# You can also go back through the forward pass one line at a time, as in lesson 02, with
# $\sigma = \sqrt{v + \varepsilon}$: first $g$; then $dv = -\tfrac12 \sum_n g_n (X_n - \mu) / \sigma^3$; then
# $d\mu = -\sum_n g_n / \sigma$; and $dX = g / \sigma + dv \cdot 2 (X - \mu) / N + d\mu / N$. Both ways give the same
# numbers.
#
# </details>


# %%
def batchnorm_backward(dout, X, gamma, eps):
    """Send a gradient back through batch normalisation in training mode.

    Args:
        dout: gradient of the loss with respect to the output, shape (N, D).
        X: pre-activations that went in, shape (N, D).
        gamma: learned scales, shape (D,).
        eps: added to the variance inside the root.

    Returns:
        (dX, dgamma, dbeta): gradients with respect to X, shape (N, D), to gamma, shape (D,), and to beta, shape (D,).

    Reference: Ioffe and Szegedy 2015, section 3 (six equations there, put together here).
    """
    ### BEGIN SOLUTION
    std = np.sqrt(X.var(axis=0) + eps)
    X_hat = (X - X.mean(axis=0)) / std
    g = gamma * dout
    dX = (g - g.mean(axis=0) - X_hat * np.mean(g * X_hat, axis=0)) / std
    return dX, np.sum(dout * X_hat, axis=0), np.sum(dout, axis=0)
    ### END SOLUTION


# %%
check("batchnorm_backward")

# %% [markdown]
# Test it with finite differences: the loss is a random weighted sum of the outputs, so `dout` is those random weights.
# Expect an error below $10^{-8}$.

# %%
# %%explore batchnorm_forward, batchnorm_backward
trial_rng = np.random.default_rng(8)
trial_X, trial_dout, trial_gamma = trial_rng.normal(size=(6, 3)), trial_rng.normal(size=(6, 3)), np.array([1.0, 2, -1])


def trial_loss(X):
    out, _, _ = batchnorm_forward(X, trial_gamma, np.zeros(3), np.zeros(3), np.ones(3), 0.9, 1e-3, True)
    return np.sum(trial_dout * out)


trial_dX, _, _ = batchnorm_backward(trial_dout, trial_X, trial_gamma, 1e-3)
print("gradient error:     ", gradient_error(trial_dX, numerical_gradient(trial_loss, trial_X)))
print("columns of dX sum to", np.round(trial_dX.sum(axis=0), 12) + 0.0)

# %% [markdown]
# ### Experiment · Batch norm forgives
#
# Ten layers on the digits, started with the old weights, where the signal dies. The same network with batch norm, and
# with He's weights instead. All are trained for twelve epochs, at five learning rates each.

# %%
# %%explore
predict(
    "rates",
    "With He's weights, ten layers read about 92 % of the test digits at rates 0.03 and 0.1, and less than 70 % at "
    "0.3. With the old weights and batch norm, how many do they read at rate 0.3?",
    ["about 10 %", "about 50 %", "more than 90 %"],
)

# %%
# %%explore leaky_relu_forward, leaky_relu_backward, he_normal, batchnorm_forward, batchnorm_backward
deep_widths = [64] * 10 + [10]
deep_pairs = list(pairwise(deep_widths))
deep_old = [np.random.default_rng(m).uniform(-1, 1, size=pair) / np.sqrt(pair[0]) for m, pair in enumerate(deep_pairs)]
deep_he = [he_normal(*pair, np.random.default_rng(m)) for m, pair in enumerate(deep_pairs)]
deep_nets = {
    "old weights": Net(deep_old),
    "He's weights": Net(deep_he),
    "old weights and batch norm": Net(deep_old, batchnorm=True),
}
deep_rates, deep_shares = [0.01, 0.03, 0.1, 0.3, 1.0], {}
for name, first in deep_nets.items():
    deep_shares[name] = []
    for rate in deep_rates:
        net = Net(first.W, batchnorm=first.batchnorm)
        with np.errstate(all="ignore"):  # at the highest rates some fly away
            net.fit(digits.X_train, digits.y_train, np.random.default_rng(9), learning_rate=rate, num_epochs=12)
            deep_shares[name].append(net.accuracy(digits.X_test, digits.y_test))
    print(f"{name:>27}: " + ", ".join(f"{r:g}: {s:.1%}" for r, s in zip(deep_rates, deep_shares[name], strict=True)))
deep_ax = plots.plot_curves(
    deep_rates, deep_shares, xlabel="learning rate", ylabel="test accuracy", log="x", title="Ten layers, twelve epochs"
)
plots.show(deep_ax)
reveal(
    "rates",
    "more than 90 %",
    "Each unit's signal is divided by its own size, whatever the weights made of it, so a wide range of rates will do.",
)

# %% [markdown]
# This is one draw of the weights. Over five: the old weights alone stay at 9 % at every rate. He's weights reach 90 to
# 94 % at rate 0.03, and anything from 80 to 97 % at 0.1: there the draw decides. With batch norm the *old* weights
# reach 95 to 98 % at every rate from 0.01 to 0.3. So batch norm makes starting weights and rates less of a worry, and
# results less of a lottery. The price is two modes, a dependence on the batch, and the bug that you have just fixed.

# %% [markdown]
# ### Experiment · Across the units in place of the batch
#
# What if the mean and the variance were taken along the other axis: over the units of *one example*, not over the
# examples of one unit? This is **layer normalisation** (Ba, Kiros and Hinton 2016), and the large language models of
# today use it or a close relative. You have it already: hand your function the transposed array, with the examples as
# columns, and transpose what comes out.

# %%
# %%explore batchnorm_forward


def normalised(Z, across):
    """Normalise pre-activations of shape (N, D) in training mode, across the "batch" or the "units"."""
    Z = Z if across == "batch" else Z.T
    ones, zeros = np.ones(Z.shape[1]), np.zeros(Z.shape[1])
    out, _, _ = batchnorm_forward(Z, ones, zeros, zeros, ones, 0.9, 1e-5, True)
    return out if across == "batch" else out.T


layer_Z = digits.X_train[:32] @ normal_weights([64, 100], np.random.default_rng(14))[0]
for across in ("batch", "units"):
    in_32, in_2 = normalised(layer_Z, across)[0], normalised(layer_Z[:2], across)[0]
    print(f"across the {across}: the first digit's numbers move by up to {np.abs(in_32 - in_2).max():.2g}", end=" ")
    print("when its batch is cut from 32 to 2")

# %% [markdown]
# Across the units, an example's result does not depend on its batch at all. So there are no two modes and no running
# statistics, and a batch of one is a batch like any other. What is lost: all units of a layer now share one scale, and
# in networks on images batch norm still does better (Wu and He 2018, table 1).

# %% [markdown]
# ### Play · Twenty layers
#
# Everything of this lesson so far in one panel: the activation, the scale of the weights, the depth, batch norm. It
# runs your `leaky_relu_forward` and your `batchnorm_forward`. The dashed line is the prediction
# $\chi^{\text{depth}}$: $\chi$ (say "chi") is the factor by which one layer multiplies the squared gradient.

# %%
# %%explore leaky_relu_forward, batchnorm_forward
from dnnkit.demos import activations

activations(leaky_relu_forward=leaky_relu_forward, batchnorm_forward=batchnorm_forward)

# %% [markdown]
# ## Part 5 · Learning by heart
#
# Now our networks train, but do they learn what we want? Take 200 digits, and give 60 of them a wrong label, as tired
# people do. A large network can learn all 200 by heart, the wrong ones too. Watch the loss on 600 other digits, whose
# labels are right: this is called the **validation loss**.

# %%
# %%explore leaky_relu_forward, leaky_relu_backward
few_X, few_rng = digits.X_train[:200], np.random.default_rng(10)
few_y = digits.y_train[:200].copy()
few_wrong = few_rng.permutation(200)[:60]
few_y[few_wrong] = (few_y[few_wrong] + few_rng.integers(1, 10, size=60)) % 10  # another digit
valid_X, valid_y = digits.X_train[200:800], digits.y_train[200:800]
few_weights = normal_weights([64, 200, 10], np.random.default_rng(11))


def fit_few(**options):
    """Train on the 200 digits; returns the network and its losses, on them and on the validation set."""
    net = Net(few_weights, **options)
    rng = np.random.default_rng(12)
    return net, *net.fit(few_X, few_y, rng, learning_rate=0.2, num_epochs=150, watch=(valid_X, valid_y))


few_net, few_losses, few_watched = fit_few()
ax = plots.panels(width=7)[0]
plots.plot_losses(few_losses, ax=ax, label="200 training digits")
plots.plot_losses(few_watched, ax=ax, label="600 other digits")
ax.set_title("Learning by heart")
plots.show(ax)
print(f"training labels learned: {few_net.accuracy(few_X, few_y):.1%}, wrong ones included")
print(f"test accuracy at the end: {few_net.accuracy(digits.X_test, digits.y_test):.1%}")
few_best = np.argmin(few_watched)
print(
    f"validation loss: lowest {few_watched[few_best]:.2f} after epoch {few_best + 1}, at the end {few_watched[-1]:.2f}"
)

# %% [markdown]
# The training loss falls and falls: in the end the network repeats all 200 labels, the 60 wrong ones included. The
# validation loss falls for about 14 epochs, while the network learns what the digits have in common. Then it rises:
# the rest is learning by heart, at the cost of everything else. On the test set about 65 % are left. This is
# **overfitting**.
#
# Three ways to hold a network back follow: make its units unreliable, charge for weights, stop in time.
#
# ### Exercises 11 and 12 · Dropout
#
# **Dropout** (Hinton et al. 2012; Srivastava et al. 2014) switches each unit off with probability $p$, the **drop
# rate**, anew for every example and every step. No unit can rely on a certain other one being there.
#
# If a share $p$ of the units is missing, the next layer gets too small a sum. So those that stay are made larger, by
# $1 / (1 - p)$: then the *expected* value of each unit is what it was. With a **mask** $M$ of the shape of $X$, 1 with
# probability $1 - p$ and else 0, each element on its own:
#
# $$\text{out} = \frac{X \odot M}{1 - p}.$$
#
# In inference, nothing is dropped and nothing is scaled: out $= X$. (This form, which Keras has too, is called inverted
# dropout. The paper scaled at test time instead.)
#
# Worked number: $X = (10, 10, 10, 10)$, $p = 0.2$, and the mask came out as $(1, 1, 0, 1)$. Then out
# $= (12.5, 12.5, 0, 12.5)$. In the mean over all masks: $0.8 \cdot 12.5 = 10$.
#
# **Write** `dropout_forward(X, drop_rate, rng, training)`. It returns the pair `(out, mask)`, both of the shape of
# $X$. The mask holds 0 or 1 (or `False` and `True`); with `training=False` it holds ones.
#
# **Write** `dropout_backward(dout, mask, drop_rate)`, for training. Where does the gradient go that arrives at a unit
# that was switched off? And what happens to the rest?
#
# The drop rate is at least 0 and below 1.
#
# Useful: `rng.random(shape)` draws numbers between 0 and 1, each equally likely. A number is below 0.2 with
# probability 0.2.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compare random numbers with the drop rate, one for each element. Which side of the comparison must have probability
# $1 - p$? Try $p = 0.9$ in your head: nine in ten must go.
#
# </details>
#
# <details><summary>Hint 2: backward</summary>
#
# Once the mask is drawn, out is $X$ times a fixed number for each element. Which number, for those that stay?
#
# </details>


# %%
def dropout_forward(X, drop_rate, rng, training):
    """Switch elements off at random and scale up the others, in training only.

    Args:
        X: activations, any shape.
        drop_rate: probability that an element is switched off, at least 0 and below 1.
        rng: np.random.Generator.
        training: whether to drop (True) or to let everything through as it is (False).

    Returns:
        (out, mask): both of the shape of X; mask is 1 (or True) where an element stays and 0 (or False) where not.

    Reference: Srivastava et al. 2014, section 4 (their p is the probability to stay) and section 10 (the scaling).
    """
    ### BEGIN SOLUTION
    if not training:
        return X.copy(), np.ones(X.shape)
    mask = (rng.random(X.shape) >= drop_rate).astype(float)
    return X * mask / (1.0 - drop_rate), mask
    ### END SOLUTION


# %%
check("dropout_forward")


# %%
def dropout_backward(dout, mask, drop_rate):
    """Send a gradient back through dropout in training mode.

    Args:
        dout: gradient of the loss with respect to the output, any shape.
        mask: what stayed in the forward pass, same shape; 0 and 1.
        drop_rate: probability with which elements were switched off, at least 0 and below 1.

    Returns:
        Gradient of the loss with respect to the input, same shape.
    """
    ### BEGIN SOLUTION
    return dout * mask / (1.0 - drop_rate)
    ### END SOLUTION


# %%
check("dropout_backward")

# %% [markdown]
# A cousin, **DropConnect** (Wan et al. 2013), puts the mask on the weights instead of the activations: single
# connections are cut, not whole units.
#
# ### Exercise 13 · A price on weights
#
# To learn a wrong label by heart, a network must bend sharply, and that takes large weights. So charge for them: add a
# **penalty** to the loss, over all elements $w$ of $W$,
#
# $$P = \lambda_1 \sum |w| + \lambda_2 \sum w^2,$$
#
# with two prices $\lambda_1$ and $\lambda_2$, numbers from 0 up (say "lambda"; in code `l1` and `l2`).
#
# - The L2 part pulls each weight towards 0 in proportion to its size, so it shrinks large ones most. With plain descent
#   it is the *weight decay* of lesson 03.
# - The L1 part pulls each with the same force, so useless weights come to within a step of 0, and flicker about it. In
#   a row of neurons for the digits, with $\lambda_1 = 0.002$, 63 % end there, and none is exactly 0. Who wants zeros
#   shortens every $|w|$ by $\eta \lambda_1$ and stops at 0 (*soft thresholding*): then these 63 % are 0, and the loss
#   is the same.
#
# Its gradient is added to $dW$. The derivative of $|w|$ is the sign of $w$; at $w = 0$, take 0.
#
# Worked number: $W = \begin{pmatrix} 1 & -2 \\ 0 & 3 \end{pmatrix}$, $\lambda_1 = 0.1$, $\lambda_2 = 0.01$. Then
# $P = 0.1 \cdot 6 + 0.01 \cdot 14 = 0.74$, and the gradient is
# $\begin{pmatrix} 0.12 & -0.14 \\ 0 & 0.16 \end{pmatrix}$.
#
# **Write** `l1_l2_penalty(W, l1, l2)`. It returns the pair `(penalty, dW)`: a number, and an array of the shape of
# `W`.
#
# Useful: `np.sign`, which is 0 at 0.
#
# <details><summary>Hint: a nudge</summary>
#
# Each weight pays its own price, so these are sums, not means. What is the derivative of $w^2$? There is a factor that
# many forget.
#
# </details>
#


# %%
def l1_l2_penalty(W, l1, l2):
    """Charge for weights, by size and by squared size.

    Args:
        W: weights, any shape.
        l1: price of the sum of absolute values, not negative.
        l2: price of the sum of squares, not negative.

    Returns:
        (penalty, dW): a number, and its gradient with respect to W, shape of W, with sign 0 at 0.

    Reference: Goodfellow, Bengio and Courville 2016, section 7.1; no factor 1/2 here, as in Keras.
    """
    ### BEGIN SOLUTION
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2)
    return penalty, l1 * np.sign(W) + 2.0 * l2 * W
    ### END SOLUTION


# %%
check("l1_l2_penalty")

# %% [markdown]
# ### Exercise 14 · Stop in time
#
# The cheapest cure: the validation loss shows when the network begins to learn by heart, so stop there and keep the
# weights of the best epoch. But losses jitter. Do not stop at the first rise: have **patience**.
#
# The rule, exactly. Epochs are counted from 0. An epoch is the new best if its loss is *lower* than every loss before
# it; an equal one does not count. As soon as `patience` epochs in a row were no new best, stop: that epoch is the
# last one. If this never happens, the last epoch of the list is the last one.
#
# Worked number: losses $(5, 4, 3, 3.5, 3.2, 3.1, 2)$, patience 3. Epoch 2 is the best. Epochs 3, 4 and 5 are not
# better: stop at epoch 5. The 2 in epoch 6 is never seen. With patience 4, it would be.
#
# **Write** `early_stopping(losses, patience)`. It returns the pair `(stop_epoch, best_epoch)`: the last epoch that is
# run, and the best one up to it. There is at least one loss, and patience is at least 1.
#
# <details><summary>Hint: a nudge</summary>
#
# Walk through the list with the epoch number. Remember the best epoch so far. After each epoch that was no new best,
# how many such epochs lie behind you since the best one?
#
# </details>
#


# %%
def early_stopping(losses, patience):
    """Say when training would have stopped, and which epoch was best until then.

    Args:
        losses: validation loss of each epoch, a list or array of at least one number; of any size, also below 0.
        patience: how many epochs in a row without a new lowest loss end the training, at least 1.

    Returns:
        (stop_epoch, best_epoch), counted from 0: the last epoch that is run, and the first of lowest loss up to it.

    Reference: Prechelt 1998, stopping criterion UP, with a count of epochs in place of strips.
    """
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch, best
    return len(losses) - 1, best
    ### END SOLUTION


# %%
check("early_stopping")

# %% [markdown]
# ### Experiment · Four ways to hold back
#
# The same 200 digits, 60 of them with a wrong label. Dropout, a penalty, early stopping with patience 10, and all of
# them off. Before you run it: which loss on *training* labels should a good network have at the end, near 0 or not?

# %%
# %%explore leaky_relu_forward, leaky_relu_backward, dropout_forward, dropout_backward, l1_l2_penalty, early_stopping
held = {"nothing": {}, "dropout 0.9": {"drop_rate": 0.9}, "L2 penalty 0.01": {"l2": 0.01}}
held_ax = plots.panels(width=7)[0]
for name, options in held.items():
    net, losses, watched = fit_few(**options)
    plots.plot_losses(watched, ax=held_ax, label=name)
    print(f"{name:>16}: test accuracy {net.accuracy(digits.X_test, digits.y_test):.1%}, ", end="")
    print(f"wrong training labels repeated: {net.accuracy(few_X[few_wrong], few_y[few_wrong]):.0%}")
stop_epoch, best_epoch = early_stopping(few_watched, 10)
held_ax.plot(best_epoch + 1, few_watched[best_epoch], "*", color="black", markersize=13, label="early stopping")
held_ax.legend()
held_ax.set(ylabel="validation loss", title="Validation loss on 600 other digits")
plots.describe(held_ax, f"A star marks early stopping: {few_watched[best_epoch]:.3g} in epoch {best_epoch + 1}.")
plots.show(held_ax)

net = Net(few_weights)
net.fit(few_X, few_y, np.random.default_rng(12), learning_rate=0.2, num_epochs=best_epoch + 1)
print(f"  early stopping: stops after epoch {stop_epoch + 1}, best was {best_epoch + 1}; ", end="")
print(f"test accuracy {net.accuracy(digits.X_test, digits.y_test):.1%}")

# %% [markdown]
# This is one draw. Over five draws of digits, wrong labels and weights, on the test digits:
#
# - Nothing: 68 %, and every wrong label is repeated.
# - Dropout: 83 %. The rate must be high: with 0.6 it is 75 %, and nearly all wrong labels are learned.
# - The penalty: 82 %. It repeats a sixth of the wrong labels. A few digits with odd labels are not worth the price.
# - Early stopping: 81 %, with a sixth of the epochs. It goes together with all the others: with the penalty, 84 %.
#
# Each is at its best setting, for which 600 right labels were looked at, as early stopping does. The draws differ by
# more than the cures: dropout reads from 79 to 88 %, early stopping from 73 to 84 %. So each cure helps a lot, and
# which is best cannot be said from here. It is a question for a validation set, not for a rule. And a good network must
# *not* get the training loss near 0 here: it would have to believe the wrong labels.

# %% [markdown]
# ## Part 6 · More examples from nowhere
#
# The best cure for too few examples is more examples. But how many would be enough? Take tiny pictures, $10 \times 10$
# pixels, black or white. There are $2^{100} = 1.3 \cdot 10^{30}$ of them. A million labelled pictures are a share of
# $8 \cdot 10^{-25}$. Had someone labelled a million pictures in every second since the Big Bang, the share would be
# $3 \cdot 10^{-7}$. **No data set ever covers its input space.** Learning works only because nearby pictures mostly
# have the same label, and because we know things about the world which are not in the data.
#
# One such thing: a digit that moves by one pixel is still the same digit. To us. To a network of dense layers, each
# pixel is a number of its own. The next cell measures how far a picture moves in the input space when its digit is
# shifted by one pixel, and how far away the nearest picture of a *different* digit is.

# %%
# %%explore
print(f"2**100 = {2.0**100:.2e}, share of a million: {1e6 / 2.0**100:.1e}")
print(
    f"seconds since the Big Bang: {13.8e9 * 365.25 * 86400:.1e}, share: {13.8e9 * 365.25 * 86400 * 1e6 / 2.0**100:.0e}"
)
cover, cover_y = digits.X_train[:400].reshape(-1, 8, 8), digits.y_train[:400]
moved = np.pad(cover, ((0, 0), (0, 0), (1, 0)))[:, :, :8]  # one pixel to the right
to_moved = np.sqrt(((cover - moved) ** 2).sum(axis=(1, 2)))
between = np.sqrt(((cover[:, None] - cover[None]) ** 2).sum(axis=(2, 3)))
other = np.where(cover_y[:, None] != cover_y[None], between, np.inf).min(axis=1)
print(f"mean distance to itself, shifted by one pixel: {to_moved.mean():.2f}")
print(f"mean distance to the nearest different digit:  {other.mean():.2f}")
print(f"shifted copy farther away than a different digit: {np.mean(to_moved > other):.0%} of the digits")

# %% [markdown]
# Every one of these digits, when shifted by a single pixel, lands farther away than the nearest picture of a
# *different* digit. Such a step is large at $8 \times 8$ pixels, where a stroke is one or two pixels wide. At
# $28 \times 28$ (400 digits of MNIST) it happens to 4 % of the digits with a shift by one pixel, and to 81 % with two.
# In the input space of a dense layer, "the same, a little to the right" is not near. The network cannot guess it.
# Somebody has to say so.
#
# ### Exercise 15 · Shifted copies
#
# **Augmentation** puts such knowledge into the data: it makes new examples by changes that do not change the label.
#
# **Write** `augment_shift(images, rng, max_shift)`. `images` has shape $(N, H, W)$. Each image is shifted by $d_y$
# pixels down and $d_x$ pixels to the right. Both are whole numbers from $-$`max_shift` to `max_shift`, **both ends
# included**, all equally likely, drawn anew for each image and for each direction. What leaves the picture is lost;
# what comes in is 0. The result is a new array of shape $(N, H, W)$. `max_shift` is at least 0 and smaller than $H$
# and $W$.
#
# Worked number: an image $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, shifted by $d_y = 1$, $d_x = -1$ (down and
# to the left), is $\begin{pmatrix} 0 & 0 \\ 2 & 0 \end{pmatrix}$. With `max_shift=1` there are nine such shifts, one
# of them no shift at all.
#
# Useful: `np.pad(images, ((0, 0), (m, m), (m, m)))` puts $m$ rows and columns of zeros around every image.
# `rng.integers(a, b)` draws whole numbers from $a$ to $b - 1$. A loop over the images is fine. (`np.roll` does not do
# it: what leaves on one side comes in on the other.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Put a frame of zeros around the image. Then cut a window of the old size out of it. Where may the window begin?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# With a frame of $m$ pixels, the window may begin at row $0, 1, \dots, 2m$, and at as many columns. Beginning at row
# $m$ means no shift; at row $0$, the image moves down by $m$.
#
# </details>


# %%
def augment_shift(images, rng, max_shift):
    """Shift every image by a random number of pixels, and fill up with zeros.

    Args:
        images: shape (N, H, W).
        rng: np.random.Generator.
        max_shift: largest shift in each direction, in pixels, at least 0 and smaller than H and W.

    Returns:
        New images, shape (N, H, W); each is moved by its own two whole numbers from -max_shift to max_shift.

    Reference: Simard, Steinkraus and Platt 2003, section 2.
    """
    ### BEGIN SOLUTION
    num, height, width = images.shape
    framed = np.pad(images, ((0, 0), (max_shift, max_shift), (max_shift, max_shift)))
    begins = rng.integers(0, 2 * max_shift + 1, size=(num, 2))
    moved = [image[y : y + height, x : x + width] for image, (y, x) in zip(framed, begins, strict=True)]
    return np.array(moved).reshape(num, height, width)
    ### END SOLUTION


# %%
check("augment_shift")

# %%
# %%explore augment_shift
one = digits.X_train[:1].reshape(1, 8, 8)
copies = augment_shift(np.repeat(one, 9, axis=0), np.random.default_rng(13), 1)
names = ["the original", *(f"copy {k}" for k in range(1, 10))]
plots.show(plots.plot_images(np.concatenate([one, copies]), titles=names))

# %% [markdown]
# ## Part 7 · A clinic for loss curves
#
# When a network does not train, nobody tells you why. What you have is a picture: the loss on the training data and on
# the validation data, epoch by epoch. Six networks have been trained below. One is healthy. In each of the other five
# one thing is wrong, and each of these things has its own picture.
#
# All six read digits, with one hidden layer unless it says otherwise. One training label in ten is wrong, as labels
# are in real life, so the healthy network does not reach 0 on them. The validation labels are right, and that is why
# its validation loss is the lower of the two.


# %%
# %%explore leaky_relu_forward, leaky_relu_backward, he_normal
def with_wrong_labels(y, number, rng):
    """Return a copy of the labels in which so many, drawn at random, name another digit."""
    y, wrong = y.copy(), rng.permutation(len(y))[:number]
    y[wrong] = (y[wrong] + rng.integers(1, 10, size=number)) % 10
    return y


sick_rng = np.random.default_rng(23)
sick_X, sick_X_valid, sick_y_valid = digits.X_train[:800], digits.X_train[800:], digits.y_train[800:]
sick_y = with_wrong_labels(digits.y_train[:800], 80, sick_rng)
sick_y_few = with_wrong_labels(digits.y_train[:100], 40, sick_rng)
sick_start = [he_normal(*pair, sick_rng) for pair in ((64, 100), (100, 10))]
sick_deep = [sick_rng.uniform(-1, 1, size=pair) / np.sqrt(pair[0]) for pair in pairwise([64] * 10 + [10])]


def train_sick(weights, y, *, learning_rate=0.1, y_valid=None):
    """Train on as many digits as there are labels; returns both losses of each epoch, and the test accuracy."""
    net, rng = Net(weights), np.random.default_rng(23)
    watch = (sick_X_valid, sick_y_valid if y_valid is None else y_valid)
    X = sick_X[: len(y)]
    losses = net.fit(X, y, rng, learning_rate=learning_rate, num_epochs=30, batch_size=8, watch=watch)
    return *losses, net.accuracy(digits.X_test, digits.y_test)


sick_healthy = train_sick(sick_start, sick_y)
sick = {
    "the rate is too low": train_sick(sick_start, sick_y, learning_rate=0.001),
    "the rate is too high": train_sick(sick_start, sick_y, learning_rate=1.0),
    "ten layers, in which the signal dies": train_sick(sick_deep, sick_y),
    "few examples, many wrong labels": train_sick(sick_start, sick_y_few, learning_rate=0.3),
    "validation labels in the wrong order": train_sick(sick_start, sick_y, y_valid=sick_rng.permutation(sick_y_valid)),
}
sick_names = [list(sick)[i] for i in sick_rng.permutation(5)]  # curve A is the first of these, and so on
sick_axes = plots.panels(3, 2, height=2.9)
for ax, title, name in zip(sick_axes, ["healthy", *"ABCDE"], [None, *sick_names], strict=True):
    losses, watched, _ = sick[name] if name else sick_healthy
    plots.plot_losses(losses, ax=ax, label="training")
    plots.plot_losses(watched, ax=ax, label="validation")
    ax.set(title=title, ylim=(0, 6))
plots.show(sick_axes)

# %% [markdown]
# Make a diagnosis for each. These three questions help: where does the loss *begin*, and is that the loss of guessing,
# $\log 10 = 2.3$? Do both curves do the same, or do they part? Is the way down smooth, or does it jump?

# %%
# %%explore leaky_relu_forward, leaky_relu_backward, he_normal
troubles = [
    "the rate is too low",
    "the rate is too high",
    "ten layers, in which the signal dies",
    "few examples, many wrong labels",
    "validation labels in the wrong order",
]
predict("curve A", "What is wrong with the network of curve A?", troubles)
predict("curve B", "What is wrong with the network of curve B?", troubles)
predict("curve C", "What is wrong with the network of curve C?", troubles)
predict("curve D", "What is wrong with the network of curve D?", troubles)
predict("curve E", "What is wrong with the network of curve E?", troubles)

# %% [markdown]
# The next cell gives the diagnoses, each with its cure, and trains the cured network.

# %%
# %%explore leaky_relu_forward, leaky_relu_backward, he_normal
sick_again = [he_normal(*W.shape, np.random.default_rng(m)) for m, W in enumerate(sick_deep)]
sick_cures = {
    "the rate is too low": ("rate 0.1", sick_healthy),
    "the rate is too high": ("rate 0.1", sick_healthy),
    "ten layers, in which the signal dies": (
        "He's weights and rate 0.03",
        train_sick(sick_again, sick_y, learning_rate=0.03),
    ),
    "few examples, many wrong labels": ("800 examples, a tenth of them wrong", sick_healthy),
    "validation labels in the wrong order": ("the labels in order", sick_healthy),
}
for name, (cure, (_, _, share)) in sick_cures.items():
    print(f"{name}: test accuracy {sick[name][2]:.0%}, with {cure} {share:.0%}")
reveal(
    "curve A",
    "the rate is too high",
    "Curve A: the loss jumps up and down and does not settle: the steps are longer than the valley is wide.",
)
reveal(
    "curve B",
    "ten layers, in which the signal dies",
    "Curve B: both losses lie on log 10 and do not move: the scores do not depend on the picture, and no gradient "
    "comes through. The norms of Part 1 would show it.",
)
reveal(
    "curve C",
    "the rate is too low",
    "Curve C: both losses come down together, smoothly, and far too slowly. Only the size of the steps is wrong.",
)
reveal(
    "curve D",
    "validation labels in the wrong order",
    "Curve D: the training is healthy, yet the validation loss only rises, and to more than guessing would cost: the "
    "network is sure of itself, and the labels say something else. Look for a fault in the data before you "
    "touch the network.",
)
reveal(
    "curve E",
    "few examples, many wrong labels",
    "Curve E: the curves part: the training loss goes on falling, and the validation loss turns and rises. That is "
    "learning by heart.",
)

# %% [markdown]
# ## Part 8 · The same in Keras
#
# Keras has all of this: layers `BatchNormalization` and `Dropout`, `LeakyReLU` and `PReLU`, initialisers
# `GlorotUniform` and `HeNormal`, regularisers, `EarlyStopping`. The next cell compares them with yours. Keras
# computes in `float32`, so expect differences of about $10^{-6}$; the last three are statistics, and agree to 1 or 2
# %. Note that Keras' `HeNormal` cuts off the tails of the normal distribution beyond two standard deviations, and
# widens the rest to keep the variance.
#
# The import takes a few seconds.

# %%
# %%explore batchnorm_forward, batchnorm_backward, dropout_forward, l1_l2_penalty, glorot_uniform, he_normal
import keras

from dnnkit.gradients import value_and_gradient

twin_rng = np.random.default_rng(14)
twin_X, twin_dout = twin_rng.normal(size=(32, 5)) * 3 + 1, twin_rng.normal(size=(32, 5))
twin_gamma, twin_beta = twin_rng.normal(size=5), twin_rng.normal(size=5)
layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-3)
layer.build((None, 5))
layer.set_weights([twin_gamma, twin_beta, np.zeros(5), np.ones(5)])
_, (keras_dX,) = value_and_gradient(
    lambda X: keras.ops.sum(keras.ops.multiply(layer(X, training=True), twin_dout.astype("float32"))), twin_X
)
layer.set_weights([twin_gamma, twin_beta, np.zeros(5), np.ones(5)])
keras_out = np.asarray(keras.ops.convert_to_numpy(layer(twin_X, training=True)))
keras_mean, keras_var = layer.get_weights()[2:]
keras_used = keras.ops.convert_to_numpy(layer(twin_X, training=False))

out, mean, var = batchnorm_forward(twin_X, twin_gamma, twin_beta, np.zeros(5), np.ones(5), 0.9, 1e-3, True)
used, _, _ = batchnorm_forward(twin_X, twin_gamma, twin_beta, mean, var, 0.9, 1e-3, False)
dX, _, _ = batchnorm_backward(twin_dout, twin_X, twin_gamma, 1e-3)
twins = {"out": (out, keras_out), "running mean": (mean, keras_mean), "running var": (var, keras_var)}
twins |= {"inference": (used, keras_used), "dX": (dX, keras_dX)}
for name, (yours, theirs) in twins.items():
    print(f"batch norm, {name:>12}: largest difference {np.abs(yours - theirs).max():.1e} (tolerance 1e-4)")

theirs = keras.regularizers.L1L2(0.1, 0.01)(keras.ops.convert_to_tensor(twin_X.astype("float32")))
print(f"penalty: yours {l1_l2_penalty(twin_X, 0.1, 0.01)[0]:.5f}, Keras {float(theirs):.5f}")
dropped = keras.ops.convert_to_numpy(keras.layers.Dropout(0.2, seed=1)(np.ones((400, 400), "float32"), training=True))
yours, _ = dropout_forward(np.ones((400, 400)), 0.2, twin_rng, True)
print(f"dropout 0.2 of ones: yours {np.unique(yours)}, mean {yours.mean():.3f}; ", end="")
print(f"Keras {np.unique(dropped)}, mean {dropped.mean():.3f}")
for name, yours in (("GlorotUniform", glorot_uniform), ("HeNormal", he_normal)):
    theirs = keras.ops.convert_to_numpy(getattr(keras.initializers, name)(seed=1)((300, 200)))
    print(f"{name}: std of yours {yours(300, 200, twin_rng).std():.4f}, of Keras' {theirs.std():.4f}")

# %% [markdown]
# ### Exercise 16 · Read digits that stand off centre
#
# You get **200 labelled digits**, all neatly centred. Your network will have to read digits that are not: each of them
# is shifted by up to one pixel, in any direction. You have no labelled examples of those, but you know how to make
# some.
#
# The next cell holds a plain network, and what becomes of it.


# %%
def build_plain():
    """Make a plain Keras network for flattened 8 by 8 digits: two hidden layers, scores for ten classes."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.002),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,  # so small a network trains before a compiler is done with it
    )
    return model


# %%
# %%explore
predict(
    "centre",
    "The plain network, trained on 200 centred digits, reads about 92 % of new centred ones. And when these are "
    "shifted by up to one pixel?",
    ["about 90 %", "about 70 %", "about 40 %"],
)

# %%
# %%explore augment_shift
import keras

keras.utils.set_random_seed(15)
plain = build_plain()
plain.fit(digits.X_train[:200], digits.y_train[:200], batch_size=32, epochs=40, verbose=0)
shifted_X = augment_shift(digits.X_test.reshape(-1, 8, 8), np.random.default_rng(16), 1).reshape(-1, 64)


def keras_accuracy(model, X):
    """Give the share of test digits that the model reads right in these pictures of them."""
    return np.mean(np.argmax(keras.ops.convert_to_numpy(model(X)), axis=1) == digits.y_test)


print(
    f"plain network: centred {keras_accuracy(plain, digits.X_test):.1%}, shifted {keras_accuracy(plain, shifted_X):.1%}"
)
reveal(
    "centre",
    "about 40 %",
    "The network never saw ink where the shifted digits have it. A shift by one pixel of eight leads to a place in the "
    "input space that it knows nothing about.",
)

# %% [markdown]
# **Write** `train_regularised(X, y, rng)`. `X` holds the 200 pictures, flattened, shape $(200, 64)$, from 0 to 1; `y`
# their labels, shape $(200,)$. It returns a trained Keras model that takes pictures of shape $(M, 64)$ and gives ten
# scores or probabilities for each, shape $(M, 10)$: the highest is the answer.
#
# You are judged by what your network achieves: at least **75 %** on some 1,600 shifted digits that neither you nor it
# has seen. The plain network gets about 40 %, with dropout or penalties just as much. Training may take up to 60
# seconds; a few are enough.
#
# A plan that works: make 20 shifted copies of the 200 digits with your `augment_shift`, with `max_shift` 1, and train
# on all 4,200 for 8 epochs, in minibatches of 64. That reaches about 89 %. Start from `build_plain()`, or build your
# own with `Dropout` or `BatchNormalization`, and see whether they help.
#
# - Pictures must be of shape $(N, 8, 8)$ to be shifted, and flat again for the network: `reshape(-1, 8, 8)`,
#   `reshape(-1, 64)`.
# - 20 copies of the pictures need 20 copies of the labels, in the same order: `np.tile(y, 20)`.
# - Keras has its own randomness. Tie it to `rng`, as the first line of your function:
#   `keras.utils.set_random_seed(int(rng.integers(2**31)))`.
# - Write `import keras` inside the function. Give `fit` the argument `verbose=0`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Call `augment_shift` once on an array in which all pictures stand 20 times, `np.tile(images, (20, 1, 1))`: each copy
# gets a shift of its own. If the accuracy is at 10 %, pictures and labels are out of step.
#
# </details>
#
# <details><summary>Hint 2: step by step</summary>
#
# Tie Keras to `rng`. Make the shifted copies, flat again. Put the 200 originals before them, and their labels before
# the labels of the copies. Build the network, call its `fit` with all of these, and return the network.
#
# </details>


# %%
def train_regularised(X, y, rng):
    """Train a Keras network on few centred digits so that it reads shifted ones.

    Args:
        X: pictures of 8 by 8 pixels, flattened, shape (N, 64), from 0 to 1.
        y: their digits, shape (N,), integers 0 to 9.
        rng: np.random.Generator for everything random.

    Returns:
        A trained Keras model: pictures, shape (M, 64), to scores or probabilities, shape (M, 10).
    """
    ### BEGIN SOLUTION
    import keras

    keras.utils.set_random_seed(int(rng.integers(2**31)))
    copies = np.tile(X.reshape(-1, 8, 8), (20, 1, 1))
    shifted = augment_shift(copies, rng, 1).reshape(-1, 64)
    model = build_plain()
    model.fit(np.concatenate([X, shifted]), np.tile(y, 21), batch_size=64, epochs=8, verbose=0)
    return model
    ### END SOLUTION


# %%
check("train_regularised")

# %% [markdown]
# And here is your network beside the plain one, on both kinds of digits.

# %%
# %%explore train_regularised, augment_shift
import keras

regularised = train_regularised(digits.X_train[:200], digits.y_train[:200], np.random.default_rng(17))
for name, model in (("plain", plain), ("yours", regularised)):
    print(f"{name}: centred {keras_accuracy(model, digits.X_test):.1%}, shifted {keras_accuracy(model, shifted_X):.1%}")

# %% [markdown]
# About 90 % instead of 40 % on the shifted digits. Not one new label was needed: only the knowledge that a shift does
# not matter.
#
# And on the *centred* digits? In a single run they differ by a point or two, for better or worse. Over five splits both
# read 92 %: the copies do not help there, since no centred digit is ever shifted. Augmentation helps when it makes the
# training data more like what will come.
#
# ## What to take away
#
# - A gradient that passes many layers is a product of many factors. Measure norms, layer by layer, before you blame
#   the optimizer.
# - ReLU for slopes of 1, He's variance $2 / \mathrm{fan\_in}$ to keep signals at size; or measure, as LSUV does.
# - Batch norm measures in every step. It has two modes, and mixing them up is the classic bug.
# - A network that can learn anything will learn your mistakes, too. Watch a validation loss; stop, drop or charge.
# - No data set covers its input space. Augmentation states what does not matter. It helps where that is true, and
#   where it is needed.
#
# **Questions to carry with you**
#
# 1. The ReLU network with He's weights has no biases. What happens to its output if the input is multiplied by 3?
# 2. With batch norm after a dense layer, what happens to the output if all weights of that layer are multiplied by 3?
#    What does that say about an L2 penalty on them?
# 3. Shifts are harmless for digits. Which changes are not, for a 6, or for a 1? Which would be, for photographs of
#    cats?
# 4. A dense layer must see each digit at each place to learn it. What kind of layer would know about shifts without
#    being shown? (Lesson 05.)
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. It is multiplied by 3 too: a matrix product and a ReLU let a positive factor through.
# 2. Nothing, but for $\varepsilon$: the factor is divided out. So an L2 penalty there cannot hold the function back; it
#    only makes the steps larger beside the weights.
# 3. Half a turn makes a 9 of a 6, and a 1 that lies down is a dash. A cat in a mirror is still a cat.
# 4. One that looks at every place with the same weights: a convolution.
#
# </details>
#
# **Sources**
#
# - S. Hochreiter (1991), *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München: the vanishing
#   gradient. Y. Bengio, P. Simard and P. Frasconi (1994), [*Learning long-term dependencies with gradient descent is
#   difficult*](https://doi.org/10.1109/72.279181).
# - V. Nair and G. Hinton (2010), *Rectified linear units improve restricted Boltzmann machines*.
# - Y. LeCun, L. Bottou, G. Orr and K.-R. Müller (1998), [*Efficient
#   BackProp*](https://doi.org/10.1007/3-540-49430-8_2), section 4.6: variance 1 / fan_in.
# - X. Glorot and Y. Bengio (2010), [*Understanding the difficulty of training deep feedforward neural
#   networks*](https://proceedings.mlr.press/v9/glorot10a.html): eq. 1 (the old weights), eq. 2 and 3 (gradients),
#   eq. 12 and 16.
# - A. Maas, A. Hannun and A. Ng (2013), *Rectifier nonlinearities improve neural network acoustic models*: leaky ReLU.
# - K. He, X. Zhang, S. Ren and J. Sun (2015), [*Delving deep into rectifiers*](https://arxiv.org/abs/1502.01852): eq. 1
#   to 3 (PReLU), eq. 10 (variance).
# - D. Mishkin and J. Matas (2015), [*All you need is a good init*](https://arxiv.org/abs/1511.06422): algorithm 1.
#   A. Saxe, J. McClelland and S. Ganguli (2013), [*Exact solutions to the nonlinear dynamics of learning in deep linear
#   neural networks*](https://arxiv.org/abs/1312.6120): orthonormal weights.
# - S. Ioffe and C. Szegedy (2015), [*Batch normalization: accelerating deep network training by reducing internal
#   covariate shift*](https://arxiv.org/abs/1502.03167): algorithms 1 and 2, section 3. S. Santurkar, D. Tsipras,
#   A. Ilyas and A. Madry (2018), [*How does batch normalization help optimization?*](https://arxiv.org/abs/1805.11604)
# - D. Hendrycks and K. Gimpel (2016), [*Gaussian error linear units (GELUs)*](https://arxiv.org/abs/1606.08415). J. Ba,
#   J. Kiros and G. Hinton (2016), [*Layer normalization*](https://arxiv.org/abs/1607.06450). Y. Wu and K. He (2018),
#   [*Group normalization*](https://arxiv.org/abs/1803.08494).
# - G. Hinton, N. Srivastava, A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2012), [*Improving neural networks by
#   preventing co-adaptation of feature detectors*](https://arxiv.org/abs/1207.0580). N. Srivastava, G. Hinton,
#   A. Krizhevsky, I. Sutskever and R. Salakhutdinov (2014), [*Dropout: a simple way to prevent neural networks from
#   overfitting*](https://jmlr.org/papers/v15/srivastava14a.html). L. Wan et al. (2013), [*Regularization of neural
#   networks using DropConnect*](https://proceedings.mlr.press/v28/wan13.html).
# - L. Prechelt (1998), [*Early stopping, but when?*](https://doi.org/10.1007/3-540-49430-8_3)
# - P. Simard, D. Steinkraus and J. Platt (2003), [*Best practices for convolutional neural networks applied to visual
#   document analysis*](https://doi.org/10.1109/ICDAR.2003.1227801): augmentation.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), [*Deep learning*](https://www.deeplearningbook.org), chapter 7.
