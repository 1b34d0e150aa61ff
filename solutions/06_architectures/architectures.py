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
# # Lesson 06 · Architectures
#
# You can build a convolutional network and train it. What would you do to make it better? The obvious answer is: add
# layers. In ten minutes you will see a network of 40 layers that cannot even learn the digits it is trained on, and
# you will repair it with a single plus sign. After that, the famous networks of the years 2012 to 2017 are no mystery:
# each is *one* idea about how to wire layers. You will write these ideas, count what they cost, and test them by what
# they do. At the end, a network wired by you paints every shape in an image, another one says from which chapter of
# a manual a sentence comes, and a third learns new shapes from ten examples of each.
#
# **You will be able to**
#
# - say why depth alone makes a network worse, and write the residual connection that cures it, forward and backward;
# - count parameters, multiply-adds and the receptive field of a network before you build it;
# - write the blocks of GoogLeNet, ResNet and DenseNet in Keras, and a U-Net;
# - judge a network that answers for every pixel by the right number;
# - read texts with convolutions;
# - carry what a network has learned over to a new task with few labels.
#
# **You need** Lesson 02 (backward functions, upstream gradients) and Lesson 05 (convolution, padding, stride, Keras
# models). In Python: lists of dicts, and functions that are handed to functions.
#
# **Time** about four hours: three for the exercises, the rest for reading and for the experiments.
# **Points** 29.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `residual_forward` | a block with a way around it | ● | 5 | 1 |
# | 2 | `residual_backward` | the way back, which cannot fade | ●● | 12 | 2 |
# | 3 | `conv_cost` | count one convolution | ● | 10 | 2 |
# | 4 | `network_cost` | count a whole network | ●● | 20 | 3 |
# | 5 | `receptive_field` | what one output can see | ●● | 15 | 2 |
# | 6 | `inception_block` | four branches side by side | ●● | 15 | 3 |
# | 7 | `residual_block` | the plus sign, with convolutions | ●● | 15 | 3 |
# | 8 | `dense_block` | every layer hears every earlier one | ●● | 12 | 2 |
# | 9 | `build_unet` | down, up, and bridges | ●●● | 25 | 3 |
# | 10 | `build_unet_broken` | bug hunt | ●● | 10 | 2 |
# | 11 | `train_segmenter` | teach your U-Net to paint | ●● | 15 | 2 |
# | 12 | `text_cnn` | convolutions that read | ●● | 15 | 2 |
# | 13 | `fine_tune` | learn from ten examples | ●● | 15 | 2 |
#
# **How to work** As in the lessons before. Replace each `raise NotImplementedError(...)` by your code, run the cell,
# and then the `check("...")` below it. Cells that begin with `%%explore` play with your functions, and the grader skips
# them. Never change an array that came in as an argument.
#
# **Letters for sizes**, in the whole lesson: images and feature maps have the shape $(N, H, W, C)$: $N$ images, $H$
# rows, $W$ columns, $C$ channels.
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
import keras
import numpy as np
from threadpoolctl import threadpool_limits

from dnnkit import check

np.set_printoptions(precision=4, suppress=True)  # print arrays as plain decimals
one_core = threadpool_limits(1)  # many small products are faster on one core than on several

# %%
# %%explore
from collections import Counter

from dnnkit import data, plots, predict, reveal

# %% [markdown]
# ## Part 1 · Deeper
#
# From 2010 to 2017, networks were compared every year on ImageNet: 1.2 million photographs of 1,000 classes. A network
# may name five classes for a photograph; it errs if the right one is not among them.

# %%
# %%explore
plots.show(
    plots.plot_timeline(
        [2010, 2011, 2012, 2013, 2014, 2015],
        [28.2, 25.8, 16.4, 11.7, 6.7, 3.57],
        labels=[
            "no network",
            "no network",
            "AlexNet, 8 layers",
            "ZFNet, 8 layers",
            "GoogLeNet, 22 layers",
            "ResNet, 152 layers",
        ],
        ylabel="wrong, top 5, in %",
        title="The winners of ILSVRC",
    )
)

# %% [markdown]
# The error falls, and the networks get deeper. So is it enough to add layers? Try it. The digits are those of Lesson
# 01, 64 pixels each. A network of 4 dense layers with 32 units learns 98 % of the digits that it is trained on. Now
# take ten times as many layers of the same kind. It has the same data, a good start (He, Lesson 04), Adam, and the same
# number of steps. Commit to an answer first.

# %%
# %%explore
predict(
    "deeper",
    "How many of the digits that it is TRAINED on does the network of 40 layers get right, after 20 epochs?",
    ["nearly all: more layers can only fit better", "about 9 of 10", "8 of 10 or fewer"],
)

# %% [markdown]
# ### Exercise 1 · A way around
#
# To answer, we need layers that can be stacked to any depth. Take them in pairs: a **block** is a function $F$ that
# turns a batch of vectors into a batch of vectors of the same shape, such as two dense layers. A *plain* network puts
# block behind block: $y = \text{relu}(F(x))$. A **residual** network lays a second way around each block, on which $x$
# passes unchanged, and adds up what arrives:
#
# ```
#            ┌───────── F ─────────┐
#     x ──┬──┘                     └──(+)── relu ── y
#         └────────────────────────────┘
#                  the shortcut
# ```
#
# $$y = \text{relu}(x + F(x)), \qquad x, F(x), y \text{ of shape } (B, D)$$
#
# $B$ is the number of examples, $D$ the number of units. $F$ only has to learn what to *change* about $x$, the residual
# (what remains to be done). If nothing has to change, $F = 0$ does it, and that is easy to learn.
#
# Worked numbers: $x = (1, -2, 3)$ and $F(x) = (0.5, 1, -4)$. The sum is $(1.5, -1, -1)$, so $y = (1.5, 0, 0)$.
#
# **Write** `residual_forward(x, F)`. `F` is a function: call it as `F(x)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The ReLU comes last, behind the sum: it sees $x + F(x)$, not $F(x)$ alone.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $y = \max(x + F(x), 0)$, element by element. NumPy's function for that is `np.maximum`.
#
# </details>


# %%
def residual_forward(x, F):
    """Apply a block with a shortcut around it.

    Args:
        x: inputs, an array with one axis or more, mostly (B, D); floats or whole numbers. B may be 0.
        F: a function that turns an array of the shape of x into a new one of the same shape.

    Returns:
        relu(x + F(x)), a new array of the shape of x, with the fractions of F(x), even if x is whole numbers.

    Reference: He, Zhang, Ren and Sun 2016, eq. 1 and figure 2.
    """
    ### BEGIN SOLUTION
    return np.maximum(x + F(x), 0)
    ### END SOLUTION


# %%
check("residual_forward")

# %% [markdown]
# ### Exercise 2 · The way back
#
# Let $z = x + F(x)$. The gradient $dy$ arrives, and the ReLU lets it pass where $z$ is positive: that is $dz$. Then it
# comes to a fork: $x$ went into $z$ on two ways, so the gradients of both ways are added up. On the shortcut, $dz$
# arrives *as it is*. On the other way, it goes back through $F$.
#
# $$dz = dy \odot [z > 0], \qquad dx = dz + F_{\text{backward}}(dz, x)$$
#
# Here $\odot$ multiplies element by element, $[z > 0]$ is 1 where it is true and 0 where not, and
# $F_{\text{backward}}(dz, x)$ is the gradient that goes back through $F$ alone, shape $(B, D)$.
#
# Worked numbers, with $F(x) = 3x$ and so $F_{\text{backward}}(dz, x) = 3\,dz$: let $x = (1, -2)$ and $dy = (10, 20)$.
# Then $z = (4, -8)$, $dz = (10, 0)$ and $dx = (10, 0) + (30, 0) = (40, 0)$.
#
# **Write** `residual_backward(dout, x, F, F_backward)`. `dout` is $dy$. Call the two functions as `F(x)` and
# `F_backward(dz, x)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What the ReLU stops is stopped for both ways: the mask comes before the fork. You need $F(x)$ to find the mask.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# The comparison of an array with 0 gives an array of True and False, which multiply like 1 and 0. So $dz$ takes one
# product. Then hand $dz$, not `dout`, to both ways.
#
# </details>


# %%
def residual_backward(dout, x, F, F_backward):
    """Carry a gradient backward through a block with a shortcut.

    Args:
        dout: gradient of the loss along the output of residual_forward(x, F), same shape as x; floats or whole numbers.
        x: inputs of the block, an array with one axis or more, mostly (B, D); floats or whole numbers. B may be 0.
        F: the block's function.
        F_backward: a function; F_backward(dz, x) is the gradient along x of a loss whose gradient along F(x) is dz.

    Returns:
        Gradient of the loss along x, a new array of floats in the shape of x. Where x + F(x) is exactly 0, the slope of
        the ReLU may be taken as 0 or 1.

    Reference: He, Zhang, Ren and Sun 2016b, eq. 5 (without the ReLU).
    """
    ### BEGIN SOLUTION
    dz = dout * (x + F(x) > 0)
    return dz + F_backward(dz, x)
    ### END SOLUTION


# %%
check("residual_backward")

# %% [markdown]
# ### Experiment · The plus sign
#
# Now stack blocks. A block is two dense layers with a ReLU between them. The cell below builds networks out of such
# blocks, plain or residual, and trains both in the same way. In a residual network *your* two functions carry the
# numbers through each block. The last layer of each block starts at zero, so a residual network starts as if its blocks
# were not there. (A plain network could not start so: nothing would come through.)


# %%
# %%explore
class Branch:
    """Two dense layers with a ReLU between them: F of a block. The gradients of its weights stay in `gradients`."""

    def __init__(self, width, rng, residual):
        first, second = rng.normal(size=(2, width, width)) * np.sqrt(2 / width)  # He's start
        second = 0 * second if residual else second
        self.weights = [w.astype(np.float32) for w in (first, np.zeros(width), second, np.zeros(width))]

    def __call__(self, x):
        A, a, B, b = self.weights
        self.hidden = np.maximum(x @ A + a, 0)
        return self.hidden @ B + b

    def back(self, dz, x):
        A, _, B, _ = self.weights
        dh = dz @ B.T * (self.hidden > 0)
        self.gradients = [x.T @ dh, dh.sum(axis=0), self.hidden.T @ dz, dz.sum(axis=0)]
        return dh @ A.T


class Stack:
    """A dense layer, blocks, and a dense layer to the scores."""

    def __init__(self, depth, residual, rng, width=32):
        self.residual = residual
        self.ends = [rng.normal(size=(64, width)) * np.sqrt(2 / 64), rng.normal(size=(width, 10)) * np.sqrt(1 / width)]
        self.ends = [w.astype(np.float32) for w in self.ends]
        self.blocks = [Branch(width, rng, residual) for _ in range(depth // 2 - 1)]

    def scores(self, X, without=None):
        """Scores of digits; `without` leaves one block out."""
        x, self.seen = np.maximum(X @ self.ends[0], 0), []
        for k, F in enumerate(self.blocks):
            if k != without:
                self.seen.append(x)
                x = residual_forward(x, F) if self.residual else np.maximum(F(x), 0)
        self.last = x
        return x @ self.ends[1]

    def gradients(self, X, y):
        """The gradients of the loss along all weights, in the order of `weights`."""
        logits = self.scores(X)
        probs = np.exp(logits - logits.max(axis=1, keepdims=True))
        probs /= probs.sum(axis=1, keepdims=True)
        probs[np.arange(len(y)), y] -= 1
        dlogits = probs / np.float32(len(y))
        dx, last = dlogits @ self.ends[1].T, self.last.T @ dlogits
        for F, x in zip(reversed(self.blocks), reversed(self.seen), strict=True):
            dx = residual_backward(dx, x, F, F.back) if self.residual else F.back(dx * (F(x) > 0), x)
        first = X.T @ (dx * (X @ self.ends[0] > 0))
        return [first, last, *(g for F in self.blocks for g in F.gradients)]

    def weights(self):
        return [*self.ends, *(w for F in self.blocks for w in F.weights)]


def train_stack(depth, residual, X, y, seed, num_epochs=20):
    """Train with Adam (rate 0.001, batches of 64)."""
    rng = np.random.default_rng(seed)
    net = Stack(depth, residual, rng)
    state = [(np.zeros_like(w), np.zeros_like(w)) for w in net.weights()]
    step = 0
    for _ in range(num_epochs):
        for chosen in np.array_split(rng.permutation(len(y)), len(y) // 64 + 1):
            step += 1
            rate = 0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            for w, g, (m, v) in zip(net.weights(), net.gradients(X[chosen], y[chosen]), state, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                w -= rate * m / (np.sqrt(v) + 1e-8)
    return net


def share_right(net, X, y, without=None):
    return np.mean(np.argmax(net.scores(X, without), axis=1) == y)


digits = data.load_digits(rng=np.random.default_rng(1))
X_train, X_test = digits.X_train.astype(np.float32), digits.X_test.astype(np.float32)
y_train, y_test = digits.y_train, digits.y_test

# %%
# %%explore residual_forward, residual_backward
depths, curves, nets = [4, 10, 20, 40], {"plain": [], "residual": []}, {}
for depth in depths:
    for kind in curves:
        nets[kind, depth] = train_stack(depth, kind == "residual", X_train, y_train, seed=depth)
        curves[kind].append(share_right(nets[kind, depth], X_train, y_train))
for kind, shares in curves.items():
    print(f"{kind:>9}: " + ", ".join(f"{depth} layers {s:.1%}" for depth, s in zip(depths, shares, strict=True)))
ax = plots.plot_curves(
    np.array(depths), curves, xlabel="layers", ylabel="training digits right", title="The same layers, with and without"
)
ax.set(ylim=(0, 1.05), xticks=depths)
plots.show(ax)
reveal(
    "deeper",
    "8 of 10 or fewer",
    "And these are the digits it is trained on, so it is no overfitting. A deeper network could copy a shallow one and "
    "pass the rest through, but a plain layer finds it hard to pass anything through unchanged.",
)

# %% [markdown]
# One plus sign, and 40 layers learn as well as 4. Why? The usual answer is that gradients vanish on their way back
# through many layers. It is true for the sigmoids of Lesson 04. Is it what happens here? Build twenty networks of each
# sort and depth, each from another seed, and look at the size of the gradient that arrives at the first layer before
# the training starts: $\sqrt{\sum_{ij} (dW_1)_{ij}^2}$, with $dW_1$ of shape $(64, 32)$.

# %%
# %%explore residual_forward, residual_backward
batch_X, batch_y, sizes = X_train[:64], y_train[:64], {}
for kind in curves:
    starts = [[Stack(depth, kind == "residual", np.random.default_rng(seed)) for depth in depths] for seed in range(20)]
    norms = np.array([[np.linalg.norm(net.gradients(batch_X, batch_y)[0]) for net in nets_of] for nets_of in starts])
    for name, choose in (("largest", np.max), ("median", np.median), ("smallest", np.min)):
        sizes[f"{kind}, {name}"] = choose(norms, axis=0)
for name, values in sizes.items():
    print(f"{name:>18}: " + ", ".join(f"{depth} layers {v:.2f}" for depth, v in zip(depths, values, strict=True)))
title = "Gradient at the first layer, twenty starts each"
ax = plots.plot_curves(np.array(depths), sizes, xlabel="layers", ylabel="size at the start", log=True, title=title)
ax.set(xticks=depths)
plots.show(ax)

# %% [markdown]
# With He's start, the gradient of a plain network does not vanish. It becomes a matter of luck: at 40 layers, one start
# has 50 times the gradient of another. Half of them have less than a third of what four layers have, some have more.
# In a residual network, depth changes nothing: as the blocks begin at zero, every start is that of a shallow network.
# But in the figure, the range of the plain networks lies around that of the residual ones. So the sizes at the start
# do not tell the two apart, and it would be wrong to say that the gradient has vanished where the training fails.
#
# What differs is what the steps *do*. In a plain network every layer bends what all later layers see, and a small
# change of 40 layers at once is a large change of the whole. In a residual network, each block adds a little to
# something that is there anyway. (That is an explanation which fits, not one that these cells have proved.)
#
# That has a strange consequence. Take the trained networks of 40 layers and cut out one block of 19, with no further
# training. What is left of the accuracy on new digits?

# %%
# %%explore
predict(
    "cut",
    "One block of the trained residual network of 40 layers is taken out. How many test digits does it lose?",
    ["nearly all", "about half", "hardly any"],
)

# %%
# %%explore residual_forward, residual_backward
cut = {}
for kind in ("plain", "residual"):
    net = nets[kind, 40]
    cut[kind] = [share_right(net, X_test, y_test, without=k) for k in range(len(net.blocks))]
    whole, worst = share_right(net, X_test, y_test), min(cut[kind])
    print(f"{kind:>9}: whole {whole:.1%}, without one block: median {np.median(cut[kind]):.1%}, worst {worst:.1%}")
ax = plots.plot_curves(
    np.arange(1, 20), cut, xlabel="block that is taken out", ylabel="test digits right", title="One block of 19 cut out"
)
ax.set(ylim=(0, 1.05))
plots.show(ax)
reveal(
    "cut",
    "hardly any",
    "A residual network is many paths at once: each block can be passed or gone around. One block less closes half of "
    "the paths, and the others go on working. In a plain network there is one path only.",
)

# %% [markdown]
# So a deep residual network behaves like a crowd of shorter ones (Veit, Wilber and Belongie 2016). That is the first
# idea about wiring: **leave a way open**. Before the next ones, learn to count, because every architecture is a
# bargain between what a network can do and what it costs.
#
# ## Part 2 · Counting
#
# Three numbers describe what a network costs:
#
# - **parameters**, the numbers that are learned: they fill the memory and the file;
# - **multiply-adds**, one multiplication with one addition: they take the time and the electricity;
# - the **receptive field**, how many pixels one output can see: what the network *can* know.
#
# ### Exercise 3 · One convolution
#
# Recall from Lesson 05: a kernel of $k \times k$ on $C_{in}$ channels has $k^2 C_{in}$ weights and one bias, and there
# is one kernel for each of the $C_{out}$ output channels. Along each side, a kernel with stride $s$ and padding $p$ has
# $n_{out} = \lfloor (n + 2p - k)/s \rfloor + 1$ places.
#
# - parameters: $C_{out} (k^2 C_{in} + 1)$;
# - multiply-adds: for *each number of the output*, one for every weight of its kernel:
#   $H_{out} W_{out} C_{out} \cdot k^2 C_{in}$. (Products with the zeros of the padding count, biases do not.)
#
# Worked numbers: the first layer of LeNet sees $28 \times 28 \times 1$; 6 kernels of $5 \times 5$, stride 1, padding 2.
# The output is $28 \times 28 \times 6$, there are $6 \cdot (25 + 1) = 156$ parameters, and
# $28 \cdot 28 \cdot 6 \cdot 25 = 117{,}600$ multiply-adds: every weight is used 784 times.
#
# **Write** `conv_cost(input_shape, kernel_size, out_channels, stride, padding)`. It returns three results: the shape of
# the output $(H_{out}, W_{out}, C_{out})$, the parameters, and the multiply-adds. All are whole numbers.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `//` divides and rounds down. Height and width may differ. Begin with the shape of the output; the multiply-adds need
# it, the parameters do not.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Let $m = k^2 C_{in}$. The parameters are $C_{out}(m + 1)$, the multiply-adds $H_{out} W_{out} C_{out} m$.
#
# </details>


# %%
def conv_cost(input_shape, kernel_size, out_channels, stride, padding):
    """Count what one convolution costs for one image.

    Args:
        input_shape: (H, W, C_in), whole numbers of at least 1; the kernel fits into the padded image.
        kernel_size: rows and columns of the kernel, an int of at least 1.
        out_channels: number of kernels, an int of at least 1.
        stride: step of the kernel in rows and columns, an int of at least 1.
        padding: zeros added on each of the four sides, an int of at least 0.

    Returns:
        (output_shape, parameters, multiply_adds): (H_out, W_out, C_out), a tuple or a list; the parameters, with one
        bias for each kernel; and the multiply-adds. All are whole numbers, Python's or NumPy's, some beyond 10^12.

    Reference: Dumoulin and Visin 2016, relationship 6.
    """
    ### BEGIN SOLUTION
    height, width, channels = input_shape
    height, width = ((side + 2 * padding - kernel_size) // stride + 1 for side in (height, width))
    weights = kernel_size**2 * channels
    return (height, width, out_channels), out_channels * (weights + 1), height * width * out_channels * weights
    ### END SOLUTION


# %%
check("conv_cost")

# %% [markdown]
# ### Exercise 4 · A whole network
#
# Now count layer by layer. A network is a list of plain records, one dict for each layer:
#
# ```python
# {"kind": "conv", "kernel_size": 5, "out_channels": 6, "stride": 1, "padding": 2}
# {"kind": "pool", "kernel_size": 2, "stride": 2, "padding": 0}
# {"kind": "flatten"}
# {"kind": "dense", "units": 120}
# ```
#
# | kind | what it does | parameters | multiply-adds |
# | --- | --- | --- | --- |
# | `conv` | a convolution | as in Exercise 3 | as in Exercise 3 |
# | `pool` | pooling, each channel by itself | 0 | 0 |
# | `flatten` | $(H, W, C)$ becomes $(H W C,)$ | 0 | 0 |
# | `dense` | $n$ inputs, $m$ units with a bias each | $m (n + 1)$ | $m n$ |
#
# Pooling has as many places as a convolution, and keeps the number of channels. A dense layer always sees a vector.
# Nonlinearities cost nothing worth counting.
#
# Worked numbers: the first two records on an image of $28 \times 28 \times 1$ give the rows
# `((28, 28, 6), 156, 117600)` and `((14, 14, 6), 0, 0)`; together 156 parameters and 117,600 multiply-adds.
#
# **Write** `network_cost(layers, input_shape)`. It returns three results: a list with one row for each layer, each row
# a tuple `(output_shape, parameters, multiply_adds)`; the sum of the parameters; the sum of the multiply-adds.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One variable holds the current shape. It begins as `input_shape`, and each layer replaces it. `conv_cost` is yours.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# The output shape of a pooling layer is that of a convolution with `out_channels` $= C$. Flattening multiplies the
# three sizes, and its shape is a tuple of one number, `(n,)`.
#
# </details>


# %%
def network_cost(layers, input_shape):
    """Count what a network costs for one image, layer by layer and in all.

    Args:
        layers: list of dicts as above, which stays as it is; it may be empty.
        input_shape: (H, W, C), or (n,) where the first layer is dense.

    Returns:
        (rows, parameters, multiply_adds): a list with one row (output_shape, parameters, multiply_adds) for each layer,
        where output_shape is (H, W, C) or (n,), and the two sums. Rows and shapes may be tuples or lists; the numbers
        are whole, and may be beyond 10^12.
    """
    ### BEGIN SOLUTION
    rows, shape = [], tuple(input_shape)
    for layer in layers:
        parameters = multiply_adds = 0
        if layer["kind"] == "conv":
            sizes = (layer["kernel_size"], layer["out_channels"], layer["stride"], layer["padding"])
            shape, parameters, multiply_adds = conv_cost(shape, *sizes)
        elif layer["kind"] == "pool":
            shape, _, _ = conv_cost(shape, layer["kernel_size"], shape[2], layer["stride"], layer["padding"])
        elif layer["kind"] == "flatten":
            shape = (shape[0] * shape[1] * shape[2],)
        else:
            multiply_adds = shape[0] * layer["units"]
            shape, parameters = (layer["units"],), multiply_adds + layer["units"]
        rows.append((shape, parameters, multiply_adds))
    return rows, sum(row[1] for row in rows), sum(row[2] for row in rows)
    ### END SOLUTION


# %%
check("network_cost")


# %%
# Short ways to write records.
def conv(kernel_size, out_channels, stride=1, padding=0):
    sizes = {"kernel_size": kernel_size, "out_channels": out_channels, "stride": stride, "padding": padding}
    return {"kind": "conv", **sizes}


def pool(kernel_size, stride, padding=0):
    return {"kind": "pool", "kernel_size": kernel_size, "stride": stride, "padding": padding}


def dense(units):
    return {"kind": "dense", "units": units}


flatten = {"kind": "flatten"}


# %% [markdown]
# Now count two classics: LeNet-5, which read cheques, and AlexNet, which won in 2012 and started the decade. (The
# original AlexNet was split over two graphics cards; this is the same network in one piece.) Where would you look for
# AlexNet's 62 million parameters? Commit to an answer.

# %%
# %%explore
predict(
    "alexnet",
    "AlexNet has five convolutions and three dense layers. Which share of its parameters lies in the convolutions?",
    ["about 6 %", "about 30 %", "about 75 %"],
)


# %%
# %%explore network_cost
lenet = [conv(5, 6, padding=2), pool(2, 2), conv(5, 16), pool(2, 2), flatten, dense(120), dense(84), dense(10)]
alexnet = [conv(11, 96, stride=4), pool(3, 2), conv(5, 256, padding=2), pool(3, 2)]
alexnet += [conv(3, 384, padding=1), conv(3, 384, padding=1), conv(3, 256, padding=1), pool(3, 2)]
alexnet += [flatten, dense(4096), dense(4096), dense(1000)]
for name, layers, shape in (("LeNet-5", lenet, (28, 28, 1)), ("AlexNet", alexnet, (227, 227, 3))):
    rows, parameters, multiply_adds = network_cost(layers, shape)
    print(f"{name}: {parameters:,} parameters, {multiply_adds:,} multiply-adds")
names = [f"{layer['kind']} {k}" for k, layer in enumerate(alexnet, 1) if layer["kind"] in ("conv", "dense")]
shares = {
    "parameters": [row[1] / parameters for row in rows if row[1]],
    "multiply-adds": [row[2] / multiply_adds for row in rows if row[1]],
}
plots.show(plots.plot_shares(names, shares, title="AlexNet: where the parameters are, and where the work is"))
convolved = sum(row[1] for row in rows if len(row[0]) == 3)
print(f"in convolutions {convolved / parameters:.1%}, in the first dense layer {rows[9][1] / parameters:.1%}")
reveal("alexnet", "about 6 %", "And three fifths of all parameters lie in one layer, the first dense one.")

# %% [markdown]
# LeNet-5 has 61,706 parameters, AlexNet 62,378,344, a thousand times as many. The convolutions do 95 % of the work with
# 6 % of the parameters. From here on, the networks of this lesson get rid of the large dense layers: they take the mean
# of each channel over all places (**global average pooling**), and one small dense layer reads these means.
#
# ### Exercise 5 · What one output sees
#
# A unit of the first convolution sees $3 \times 3$ pixels. A unit of the second one sees $3 \times 3$ units of the
# first, and so $5 \times 5$ pixels. Follow this through the layers with two numbers: the **size** $r$ of the square of
# pixels that one unit sees, and the **stride** $j$, how far apart in the image the squares of two neighbouring units
# are.
#
# ```
#     second layer                 o            sees 3 units of the first
#                              ╱   │   ╲
#     first layer            o     o     o      each sees 3 pixels, one further than the last
#                          ╱ │ ╲ ╱ │ ╲ ╱ │ ╲
#     pixels              ▪  ▪  ▪  ▪  ▪         together: 5 pixels
# ```
#
# Begin with $r = 1$ and $j = 1$: a pixel sees itself. A layer with a window of $k$ and a stride of $s$ adds $k - 1$
# more units to each side's count, which lie $j$ pixels apart, and then spreads its own units further:
#
# $$r \leftarrow r + (k - 1)\, j, \qquad j \leftarrow j \cdot s.$$
#
# Worked numbers: a convolution of $5 \times 5$, a pooling of $2 \times 2$ with stride 2, and once more $5 \times 5$.
# $r = 1 \to 5 \to 6 \to 6 + 4 \cdot 2 = 14$, and $j = 1 \to 1 \to 2 \to 2$.
#
# **Write** `receptive_field(layers)` for records of kind `conv` and `pool`. It returns two whole numbers, the size and
# the stride.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The order matters: the layer's own stride does not enlarge its own window, only those of later layers. Padding and the
# number of channels play no part.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# In each layer first $r$, with the old $j$, and then $j$.
#
# </details>


# %%
def receptive_field(layers):
    """Find out how many pixels one output of a stack of layers can see.

    Args:
        layers: list of dicts of kind "conv" or "pool", with "kernel_size" and "stride"; other entries play no part. It
            may be empty, and stays as it is.

    Returns:
        (size, stride), two whole numbers: an output sees size times size pixels, and the squares of two outputs that
        are neighbours lie stride pixels apart.

    Reference: Araujo, Norris and Sim 2019, eq. 2.
    """
    ### BEGIN SOLUTION
    size, jump = 1, 1
    for layer in layers:
        size += (layer["kernel_size"] - 1) * jump
        jump *= layer["stride"]
    return size, jump
    ### END SOLUTION


# %%
check("receptive_field")

# %% [markdown]
# Is it true? Ask a network: change one pixel of an image, and look whether the number in the middle of the output
# changes. Do that for every pixel. The map below is white where nothing happens.

# %%
# %%explore receptive_field
keras.utils.set_random_seed(3)
stack = [conv(3, 8, padding=1), conv(3, 8, padding=1), pool(2, 2), conv(3, 8, padding=1), conv(3, 8, padding=1)]
seeing = keras.Sequential([keras.Input((24, 24, 1))])
for layer in stack:
    if layer["kind"] == "conv":
        seeing.add(keras.layers.Conv2D(layer["out_channels"], layer["kernel_size"], padding="same", activation="relu"))
    else:
        seeing.add(keras.layers.MaxPooling2D(layer["kernel_size"]))
picture = np.random.default_rng(4).normal(size=(24, 24, 1))
changed = picture + 10 * np.eye(24 * 24).reshape(-1, 24, 24, 1)  # in each copy, one pixel is raised
maps = keras.ops.convert_to_numpy(seeing(np.concatenate([picture[None], changed]).astype(np.float32)))
effect = np.abs(maps[1:, 6, 6] - maps[0, 6, 6]).max(axis=-1).reshape(24, 24)
rows_seen = np.flatnonzero(effect.any(axis=1))
print(f"by your formula {receptive_field(stack)[0]} pixels, by trying {rows_seen[-1] - rows_seen[0] + 1}")
plots.show(plots.plot_images([effect > 0, effect / effect.max()], titles=["has any effect", "how much"]))

# %% [markdown]
# The formula is right about what *can* be seen. But look at the second map: the pixels in the middle count far more
# than those at the rim, because many more paths lead from them to the output. What a network really uses is smaller
# than its receptive field.

# %% [markdown]
# Now look at whole networks. In the picture below, a block is as high as its picture and as wide as its channels. Click
# on a block to read its shape, its parameters, its multiply-adds and what it sees. Parameters go upward and
# multiply-adds downward: for AlexNet, they point at different layers.
#
# Then choose *my own net*, which only your functions can count. It starts with 64,554 parameters, and its last
# convolution sees 18 × 18 pixels. Change it until the last convolution sees all 32 × 32, with fewer than 12,000
# parameters.

# %%
# %%explore conv_cost, network_cost, receptive_field
from dnnkit.demos import architecture_explorer

architecture_explorer(conv_cost=conv_cost, network_cost=network_cost, receptive_field=receptive_field, predict=False)

# %% [markdown]
# ## Part 3 · Blocks
#
# From here on, Keras computes. Its **functional** style describes a network as a graph: `x = keras.Input((32, 32, 3))`
# is a symbol for a batch of images, and a layer applied to a symbol gives a new symbol. A block is then a plain
# function: symbol in, symbol out. The call `keras.Model(x, y)` makes a network of all that lies between two symbols.
#
# Use layers of `keras.layers`. You need `Conv2D(filters, kernel_size, strides=..., padding="same", use_bias=...,
# activation=...)`, `MaxPooling2D(pool_size, strides=..., padding="same")`, `BatchNormalization(momentum=0.9)`,
# `ReLU()`, `Add()([x, y])` and `Concatenate()([x, y, z])`. With `padding="same"`, Keras adds as many zeros as are
# needed so that stride 1 keeps height and width. The last axis holds the channels, and `Concatenate()` joins along it.
#
# ### Exercise 6 · Side by side
#
# GoogLeNet won in 2014 with a ninth of AlexNet's parameters. Its first idea: which size should a kernel have,
# 1, 3 or 5? Take all of them, side by side, and let the next layer choose. The second idea makes it affordable: a
# convolution of $1 \times 1$ mixes channels at each place. Put in front of a large kernel, it reduces the number of
# channels that the large one has to read.

# %%
# %%explore
plots.show(plots.plot_wiring("inception"))

# %% [markdown]
# The block has four branches. Each sees the same $x$ of shape $(N, H, W, C)$, and `filters` holds six numbers
# $(f_1, r_3, f_3, r_5, f_5, f_p)$:
#
# 1. a convolution $1 \times 1$ with $f_1$ kernels;
# 2. $1 \times 1$ with $r_3$ kernels, then $3 \times 3$ with $f_3$;
# 3. $1 \times 1$ with $r_5$ kernels, then $5 \times 5$ with $f_5$;
# 4. max pooling $3 \times 3$ with stride 1, then $1 \times 1$ with $f_p$ kernels.
#
# Every convolution has biases, stride 1, and a ReLU behind it; everything keeps height and width (`"same"`). The four
# results are joined along the channels, in this order, to $(N, H, W, f_1 + f_3 + f_5 + f_p)$.
#
# Worked numbers: GoogLeNet's first block has $C = 192$ and `filters` $(64, 96, 128, 16, 32, 32)$. Branch 3 costs
# $16 \cdot 193 + 32 \cdot (25 \cdot 16 + 1) = 15{,}920$ parameters. Without the $1 \times 1$ in front it would be
# $32 \cdot (25 \cdot 192 + 1) = 153{,}632$. The block has 163,696 parameters and gives 256 channels.
#
# **Write** `inception_block(x, filters)`. It returns a symbol.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Four variables, one for each branch, each computed from `x`. `MaxPooling2D` moves by its own size if you do not name
# its `strides`.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Afterwards compare `keras.Model(x, inception_block(x, filters)).count_params()` with 163,696, for
# `x = keras.Input((28, 28, 192))`. A larger count means that a large kernel reads `x` itself.
#
# </details>


# %%
def inception_block(x, filters):
    """Apply convolutions of three sizes and a pooling side by side, and join their channels.

    Args:
        x: a symbol of Keras, shape (N, H, W, C).
        filters: six ints (f1, r3, f3, r5, f5, fp) of at least 1, a tuple or list.

    Returns:
        A symbol of shape (N, H, W, f1 + f3 + f5 + fp).

    Reference: Szegedy et al. 2015, figure 2(b) and table 1.
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    f1, r3, f3, r5, f5, fp = filters
    one = layers.Conv2D(f1, 1, padding="same", activation="relu")(x)
    three = layers.Conv2D(r3, 1, padding="same", activation="relu")(x)
    three = layers.Conv2D(f3, 3, padding="same", activation="relu")(three)
    five = layers.Conv2D(r5, 1, padding="same", activation="relu")(x)
    five = layers.Conv2D(f5, 5, padding="same", activation="relu")(five)
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    pooled = layers.Conv2D(fp, 1, padding="same", activation="relu")(pooled)
    return layers.Concatenate()([one, three, five, pooled])
    ### END SOLUTION


# %%
check("inception_block")

# %% [markdown]
# ### Exercise 7 · The plus sign, with convolutions
#
# The next two blocks normalise their batches (Lesson 04). The function `conv_bn` below is given: a convolution without
# biases, for batch normalisation brings its own, and then the normalisation. The ReLU is not in it.


# %%
def conv_bn(x, filters, kernel_size=3, stride=1):
    """A convolution that keeps the size at stride 1, without biases, and a batch normalisation."""
    x = keras.layers.Conv2D(filters, kernel_size, strides=stride, padding="same", use_bias=False)(x)
    return keras.layers.BatchNormalization(momentum=0.9)(x)


# %%
# %%explore
plots.show(plots.plot_wiring("residual"))

# %% [markdown]
# ResNet won in 2015. Its block computes $y = \text{relu}(\text{shortcut}(x) + F(x))$, where
#
# - $F(x)$ is: `conv_bn` with `filters` kernels of $3 \times 3$ and the stride `stride`; a ReLU; `conv_bn` with
#   `filters` kernels of $3 \times 3$ and stride 1;
# - the shortcut is $x$ itself, if that fits: if `stride` is 1 and $x$ has `filters` channels already. Otherwise it must
#   change its shape as $F$ does. Then it is `conv_bn` with `filters` kernels of $1 \times 1$ and the same stride.
#
# Worked numbers: for $x$ of shape $(N, 8, 8, 16)$, 32 filters and stride 2, the output is $(N, 4, 4, 32)$. The kernels
# have $9 \cdot 16 \cdot 32 + 9 \cdot 32 \cdot 32 + 16 \cdot 32 = 14{,}336$ weights. Each of the three normalisations
# has $2 \cdot 32$ numbers that are learned.
#
# **Write** `residual_block(x, filters, stride)`. `x.shape[-1]` is the number of channels of a symbol.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Where does the last ReLU stand? As in Exercise 1: behind the sum. There is none between the second `conv_bn` and the
# sum, for $F$ must be able to take something away, too.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# If the shapes do not agree in the sum, the stride is missing on one of the two ways. If the count is too large, an
# `if` is missing.
#
# </details>


# %%
def residual_block(x, filters, stride):
    """Apply two convolutions with a shortcut around them.

    Args:
        x: a symbol of Keras, shape (N, H, W, C).
        filters: number of channels of the output, an int.
        stride: stride of the first convolution and of the shortcut, an int of at least 1.

    Returns:
        A symbol of shape (N, ceil(H / stride), ceil(W / stride), filters).

    Reference: He, Zhang, Ren and Sun 2016, eq. 1 and 2 (shortcuts of type B).
    """
    ### BEGIN SOLUTION
    y = keras.layers.ReLU()(conv_bn(x, filters, stride=stride))
    y = conv_bn(y, filters)
    if stride != 1 or x.shape[-1] != filters:
        x = conv_bn(x, filters, kernel_size=1, stride=stride)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))
    ### END SOLUTION


# %%
check("residual_block")

# %% [markdown]
# ### Exercise 8 · Everybody hears everybody
#
# DenseNet (2017) goes one step further. It does not add, it *keeps*: every layer reads the channels of all layers
# before it, and puts a few new ones, $k$ of them, beside them. Nothing that was found once has to be found again, so
# the layers may be narrow. $k$ is called the **growth rate**.

# %%
# %%explore
plots.show(plots.plot_wiring("dense"))

# %% [markdown]
# Each of the `num_layers` layers computes, in this order: batch normalisation, ReLU, a convolution of $3 \times 3$
# with $k$ kernels, stride 1, `"same"`, without biases. (Normalisation comes first here, so `conv_bn` does not fit. Its
# momentum is up to you; leave its other settings alone.) Then its $k$ new channels are joined *behind* all channels
# that it has read:
#
# $$x_{l+1} = [\, x_l, \; H_l(x_l) \,], \qquad x_l \text{ of shape } (N, H, W, C + l k)$$
#
# Worked numbers: $C = 16$, 3 layers, $k = 12$. The layers read 16, 28 and 40 channels, and the output has
# $16 + 3 \cdot 12 = 52$. The kernels have $9 \cdot 12 \cdot (16 + 28 + 40) = 9{,}072$ weights.
#
# **Write** `dense_block(x, num_layers, growth_rate)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A loop. Keep `x`, compute the new channels in another variable, and replace `x` by both of them joined.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Each round makes new layers: a layer that is made before the loop and used in it would have the same weights each
# time.
#
# </details>


# %%
def dense_block(x, num_layers, growth_rate):
    """Apply layers that each read all channels before them and add new ones.

    Args:
        x: a symbol of Keras, shape (N, H, W, C).
        num_layers: number of layers L, an int of at least 0.
        growth_rate: new channels k of each layer, an int.

    Returns:
        A symbol of shape (N, H, W, C + L k): the channels of x first, then those of the layers in their order.

    Reference: Huang, Liu, van der Maaten and Weinberger 2017, eq. 2.
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    for _ in range(num_layers):
        new = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        new = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(new)
        x = layers.Concatenate()([x, new])
    return x
    ### END SOLUTION


# %%
check("dense_block")

# %% [markdown]
# ### Experiment · Build the famous three
#
# With your blocks, the networks of the papers are a few lines each. Build them in full size and count their weights.
# The papers say: GoogLeNet about 6.8 million (the table that it gives adds up to 7.0), ResNet-18 11.7 million,
# DenseNet with 40 layers and $k = 12$ for small images 1.0 million.


# %%
# %%explore inception_block, residual_block, dense_block
def head(x, num_classes):
    """The end of all three: the mean of every channel, and one dense layer."""
    return keras.layers.Dense(num_classes)(keras.layers.GlobalAveragePooling2D()(x))


def build_googlenet():
    layers = keras.layers
    image = keras.Input((224, 224, 3))
    x = layers.Conv2D(64, 7, strides=2, padding="same", activation="relu")(image)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.Conv2D(64, 1, activation="relu")(x)
    x = layers.Conv2D(192, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for filters in ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)):
        x = inception_block(x, filters)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    middle = [(192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64)]
    for filters in (*middle, (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128)):
        x = inception_block(x, filters)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for filters in ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)):
        x = inception_block(x, filters)
    return keras.Model(image, head(x, 1000))


def build_resnet18():
    image = keras.Input((224, 224, 3))
    x = keras.layers.ReLU()(conv_bn(image, 64, 7, 2))
    x = keras.layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for filters, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        x = residual_block(residual_block(x, filters, stride), filters, 1)
    return keras.Model(image, head(x, 1000))


def build_densenet40():
    image = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(16, 3, padding="same", use_bias=False)(image)
    for block in range(3):
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(dense_block(x, 12, 12)))
        if block < 2:  # between the blocks: mix the channels, halve the size
            x = keras.layers.Conv2D(x.shape[-1], 1, use_bias=False)(x)
            x = keras.layers.AveragePooling2D(2)(x)
    return keras.Model(image, head(x, 10))


for name, build in (("GoogLeNet", build_googlenet), ("ResNet-18", build_resnet18), ("DenseNet-40", build_densenet40)):
    famous = build()
    learned = sum(int(np.prod(w.shape)) for w in famous.trainable_weights)
    kernels = sum(isinstance(layer, keras.layers.Conv2D) for layer in famous.layers)
    print(f"{name:>12}: {learned:>10,} parameters in {kernels} convolutions and a dense layer")
del famous

# %% [markdown]
# All three fit. GoogLeNet does with 7 million what AlexNet needs 62 for. You can count the deepest one by hand, too: a
# slide that goes around says that ResNet-152 has 2.3 million parameters. Its blocks have three convolutions,
# $1 \times 1$, $3 \times 3$, $1 \times 1$, and its four stages have 3, 8, 36 and 3 of them. Your `conv_cost` settles
# the matter.

# %%
# %%explore conv_cost
costs, shape = [], (224, 224, 3)


def through(shape, kernel_size, out_channels, stride):
    """Count one convolution and return the shape behind it; its biases stand for the shifts of the normalisation."""
    output_shape, parameters, multiply_adds = conv_cost(shape, kernel_size, out_channels, stride, kernel_size // 2)
    costs.append((parameters, multiply_adds))
    return output_shape


shape = through(shape, 7, 64, 2)
shape = (shape[0] // 2, shape[1] // 2, shape[2])  # the pooling
for blocks, width, stride in ((3, 64, 1), (8, 128, 2), (36, 256, 2), (3, 512, 2)):
    through(shape, 1, 4 * width, stride)  # the projection of the first shortcut
    for k in range(blocks):
        shape = through(through(shape, 1, width, stride if k == 0 else 1), 3, width, 1)
        shape = through(shape, 1, 4 * width, 1)
costs.append((2049 * 1000, 2048 * 1000))  # the dense layer
parameters, multiply_adds = np.sum(costs, axis=0)
print(f"ResNet-152: {parameters / 1e6:.1f} million parameters, {multiply_adds / 1e9:.1f} billion multiply-adds")

# %% [markdown]
# About 60 million, and 11.3 billion multiply-adds, as the paper says: the slide is wrong, and you have counted it.
#
# ### What a count does not say
#
# Which architecture is best if all may spend the same? Five small networks were built with about 0.36 million
# multiply-adds per image each, and trained on 4,000 handwritten digits of MNIST, $28 \times 28$, for three epochs. (One
# run each, recorded: a table of one run is a hint, not a ranking.)
#
# | network | parameters | new digits right | seconds of one core |
# | --- | --- | --- | --- |
# | LeNet | 61,706 | 93 % | 3 |
# | inception blocks | 5,740 | 91 % | 15 |
# | plain convolutions | 5,632 | 89 % | 6 |
# | residual blocks | 5,752 | 86 % | 7 |
# | a dense block | 3,592 | 73 % | 11 |
#
# The same multiply-adds, and ten times as many parameters in one of them: a multiply-add is not a parameter. The same
# multiply-adds, and five times the seconds: it is not a second either. And after three epochs the oldest network wins:
# the new wirings were made for depth and for long trainings, and both are missing here.
#
# Work is not time for another reason. This table of 2015 was measured with GoogLeNet on one graphics card:
#
# | images at once | images per second | milliseconds until the answer | images per second and watt |
# | --- | --- | --- | --- |
# | 1 | 138 | 7 | 1.2 |
# | 128 | 863 | 148 | 3.8 |
#
# The work per image is the same, but in a batch the weights are fetched once for 128 images. So the **throughput** is
# six times as large and the electricity per image a third. The price is the **latency**: the first image waits for the
# last one. A car that must brake takes the first row, a photo archive the second.
#
# ## Part 4 · An answer for every pixel
#
# So far there is one answer for one image. A doctor wants to know *where* the tumour is, a car where the road ends:
# one class for every pixel. This is called **segmentation**. Here is a small version of it: discs, squares and
# triangles in noise. The second row shows the answers, the **masks**: 0 for ground (white), 1 for a disc (blue), 2 for
# a square (orange), 3 for a triangle (green).

# %%
# %%explore
few_images, few_masks = data.make_segments(6, np.random.default_rng(2), size=24)
class_colours = np.array(
    [[1, 1, 1], [0, 0.45, 0.7], [0.84, 0.37, 0], [0, 0.62, 0.45]]
)  # ground, disc, square, triangle


def in_grey(images):
    """Dark shapes on light ground, as colour images, so that they may stand beside masks in colour."""
    return np.repeat(np.clip(1 - images, 0, 1), 3, axis=-1)


plots.show(plots.plot_images([*in_grey(few_images), *class_colours[few_masks]], columns=6))

# %% [markdown]
# To say what a pixel belongs to, a network must see far: a pixel in the middle of a disc looks like one in the middle
# of a square. Pooling makes it see far. But the answer must be exact to the pixel, and pooling has thrown exactly that
# away. The **U-Net** (2015) does both: it goes down to see far, comes up again to the full size, and on every level a
# bridge hands over what was there before the pooling.

# %%
# %%explore
plots.show(plots.plot_wiring("unet"))

# %% [markdown]
# ### Exercise 9 · The U-Net
#
# With $b$ = `base_filters` and $d$ = `depth`, and "block" for `conv_bn` ($3 \times 3$, stride 1) followed by a ReLU:
#
# - **down**, on the levels $i = 0, \dots, d - 1$: a block with $b \cdot 2^i$ filters. Its result is kept as the
#   **skip** of this level. Then max pooling, $2 \times 2$.
# - **bottom**: a block with $b \cdot 2^d$ filters.
# - **up**, on the levels $i = d - 1, \dots, 0$: `Conv2DTranspose(b * 2**i, 2, strides=2)`, which doubles height and
#   width and learns how; then join skip and result along the channels, *the skip first*; then a block with
#   $b \cdot 2^i$ filters.
# - **scores**: a convolution of $1 \times 1$ with `num_classes` kernels, with biases, without activation.
#
# (The original has two convolutions in each block, and no normalisation.)
#
# Worked numbers: for images of $16 \times 16 \times 1$, $b = 4$, $d = 1$ and 3 classes, the shapes are
# $16 \times 16 \times 4$ (skip), $8 \times 8 \times 4$, $8 \times 8 \times 8$ (bottom), $16 \times 16 \times 4$ (up),
# $16 \times 16 \times 8$ (joined), $16 \times 16 \times 4$, and the scores $16 \times 16 \times 3$. The kernels have
# $36 + 288 + 128 + 288 + 12$ weights.
#
# **Write** `build_unet(input_shape, base_filters, depth, num_classes)`. It returns a model; you need not compile it.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A list of skips: the way down appends to it, the way up takes from its end. What exactly belongs into the list, the
# map before or behind the pooling? Only one of them has the size that the way up reaches on this level.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Two loops: `for i in range(depth)` and `for i in reversed(range(depth))`. The block's number of filters is the same in
# both, `base_filters * 2**i`.
#
# </details>


# %%
def build_unet(input_shape, base_filters, depth, num_classes):
    """Build a U-Net, which gives scores for every pixel.

    Args:
        input_shape: (H, W, C) of one image; H and W can be halved depth times.
        base_filters: filters of the first level, an int; every level below has twice as many.
        depth: how often the size is halved, an int of at least 1.
        num_classes: scores for each pixel, an int.

    Returns:
        A Keras model, compiled or not: images of shape (N, H, W, C) to scores of shape (N, H, W, num_classes).

    Reference: Ronneberger, Fischer and Brox 2015, figure 1.
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    image = keras.Input(input_shape)
    x, skips = image, []
    for i in range(depth):
        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.ReLU()(conv_bn(x, base_filters * 2**depth))
    for i in reversed(range(depth)):
        x = layers.Conv2DTranspose(base_filters * 2**i, 2, strides=2)(x)
        x = layers.Concatenate()([skips[i], x])
        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))
    return keras.Model(image, layers.Conv2D(num_classes, 1)(x))
    ### END SOLUTION


# %%
check("build_unet")

# %% [markdown]
# ### Exercise 10 · Bug hunt
#
# A colleague's U-Net runs, trains, and paints blurred outlines. The function below has **one** fault. Everything fits
# together, no error is raised, even the number of parameters is right.
#
# **Find it and repair it.** Where would the exact place of an edge get lost?


# %%
def build_unet_broken(input_shape, base_filters, depth, num_classes):
    """Build a U-Net, which gives scores for every pixel.

    Args:
        input_shape: (H, W, C) of one image; H and W can be halved depth times.
        base_filters: filters of the first level, an int; every level below has twice as many.
        depth: how often the size is halved, an int of at least 1.
        num_classes: scores for each pixel, an int.

    Returns:
        A Keras model, compiled or not: images of shape (N, H, W, C) to scores of shape (N, H, W, num_classes).
    """
    ### BUG HUNT: build_unet_broken__skips_after_pooling
    ### BEGIN SOLUTION
    layers = keras.layers
    image = keras.Input(input_shape)
    x, skips = image, []
    for i in range(depth):
        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.ReLU()(conv_bn(x, base_filters * 2**depth))
    for i in reversed(range(depth)):
        x = layers.Conv2DTranspose(base_filters * 2**i, 2, strides=2)(x)
        x = layers.Concatenate()([skips[i], x])
        x = layers.ReLU()(conv_bn(x, base_filters * 2**i))
    return keras.Model(image, layers.Conv2D(num_classes, 1)(x))
    ### END SOLUTION


# %%
check("build_unet_broken")

# %% [markdown]
# Does it matter? Take a U-Net with random weights and cut its bottom out: set all weights of the bottom to zero. What
# reaches the output then came over the bridges alone. Change one pixel of the image. With the right skips, the change
# arrives at that pixel and its neighbours.

# %%
# %%explore build_unet
keras.utils.set_random_seed(6)
bridged = build_unet((16, 16, 1), 4, 2, 2)
bridged.set_weights([0 * w if w.shape[-1] == 16 else w for w in bridged.get_weights()])  # 16 filters: the bottom
pair = np.zeros((2, 16, 16, 1), dtype=np.float32)
pair[1, 4, 9] = 1.0  # one pixel
before, after = keras.ops.convert_to_numpy(bridged(pair))
moved = np.abs(after - before).sum(axis=-1)
row, column = (int(n) for n in np.unravel_index(moved.argmax(), moved.shape))
print(f"pixel (4, 9) was changed; the largest change of the scores is at ({row}, {column})")
plots.show(plots.plot_images([pair[1, :, :, 0], moved], titles=["the change", "change of the scores"]))

# %% [markdown]
# ### How good is a mask?
#
# Count for each class $c$ the pixels that have the class in the answer *and* in the truth, and
# divide by those that have it in the answer *or* in the truth. That is the **IoU**, intersection over union. Take the
# mean over all classes, ground included:
#
# $$\text{IoU}_c = \frac{|A_c \cap T_c|}{|A_c \cup T_c|}, \qquad \text{mean IoU} = \frac{1}{K} \sum_c \text{IoU}_c$$
#
# $A_c$ and $T_c$ are the sets of pixels of class $c$ in the answers and in the truth, over all images together, and
# $K$ is the number of classes. Why not simply the share of pixels that are right? Because of the ground.

# %%
# %%explore
predict(
    "ground",
    "A lazy network calls every pixel ground. Which share of the pixels does it get right?",
    ["about 25 %", "about 50 %", "about 75 %"],
)


# %%
# %%explore
def iou_of_classes(answers, masks, num_classes):
    """IoU of every class, over all images."""
    pairs = [(answers == k, masks == k) for k in range(num_classes)]
    return np.array([np.sum(a & t) / max(np.sum(a | t), 1) for a, t in pairs])


train_rng = np.random.default_rng(8)
shape_images, shape_masks = data.make_segments(800, train_rng, size=24)
new_images, new_masks = data.make_segments(200, train_rng, size=24)
lazy = np.zeros_like(new_masks)
print(f"lazy: {np.mean(lazy == new_masks):.1%} of the pixels, mean IoU {iou_of_classes(lazy, new_masks, 4).mean():.3f}")
reveal("ground", "about 75 %", "Most pixels are ground. The mean IoU is not deceived: three of its four classes are 0.")

# %% [markdown]
# ### Exercise 11 · Teach it to paint
#
# A network for masks is trained as any other. For each pixel, the loss is the cross-entropy of Lesson 01, and the loss
# of a minibatch is the mean over all its pixels. `keras.losses.SparseCategoricalCrossentropy(from_logits=True)`
# computes that from scores of shape $(N, H, W, K)$ and masks of shape $(N, H, W)$, as they are; $K$ is the number of
# classes, `num_classes`.
#
# **A recipe that works**: your `build_unet` with 8 base filters and depth 2, minibatches of 16, 8 epochs, and Adam with
# a learning rate that falls from 0.005 to 0 along a cosine:
#
# $$\eta_t = 0.005 \cdot \tfrac{1}{2} \left(1 + \cos(\pi t / T)\right), \qquad t = 0, 1, \dots, T$$
#
# $\eta_t$ is the learning rate at step $t$, and $T$ is the number of all steps of the training. Large steps at the
# beginning get far, small ones at the end settle what the large ones have shaken. In Keras,
# `keras.optimizers.schedules.CosineDecay(0.005, T)` stands in the place of the learning rate.
#
# Worked numbers: 800 images in minibatches of 16 are 50 steps an epoch, so $T = 400$. Of 200 images, the last of 13
# minibatches is not full, but it is a step, too: $T = 104$.
#
# **Write** `train_segmenter(X, masks, num_classes, rng)`. It returns the trained model. On one core, the recipe takes
# about 6 seconds; a call must take less than 60.
#
# You are judged by what the network achieves. After training on 800 images, the mean IoU on 300 new ones must be **at
# least 0.65**. The recipe reaches 0.89 on average. With a constant rate of 0.003 and 10 epochs it is 0.86 on average,
# and once in twelve trainings it was 0.74: it is luck whether the last step was a good one. Your own recipe is welcome.
# Decide about it on images that you have kept aside from `X`, as in Lesson 04.
#
# The images of the hidden check are of the same kind as those above, but all of them may be turned by quarters, or
# dark on light, and the classes may be numbered in another order; so keep no weights from elsewhere. There is also an
# easy task of 200 images with two channels, another size and three classes, with a limit of 0.8.
#
# Useful: `keras.utils.set_random_seed(int(rng.integers(2**31)))` makes Keras draw from your `rng`;
# `model.compile(optimizer=..., loss=...)`; `model.fit(X, masks, batch_size=..., epochs=..., verbose=0)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Seed, build, compile, fit, return, as in `train_cnn` of Lesson 05. `X.shape[1:]` is the shape of one image. If you
# shuffle, turn or mirror images, do the same to their masks.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $T = 8 \cdot \lceil N / 16 \rceil$. If everything is painted as ground, look at the masks that `fit` gets.
#
# </details>


# %%
def train_segmenter(X, masks, num_classes, rng):
    """Train a U-Net to give a class to every pixel.

    Args:
        X: images, shape (N, H, W, C); floats. N is from 200 to 800; H and W can be halved three times.
        masks: the class of every pixel, shape (N, H, W); integers from 0 to num_classes - 1, all of which occur.
        num_classes: number of classes, an int of at least 2.
        rng: np.random.Generator, the source of all randomness.

    Returns:
        A trained Keras model: images as in X to scores (or probabilities), shape (N, H, W, num_classes). It is made of
        layers of Keras alone, without functions of your own in it, so that it can be built again elsewhere.

    Reference: Ronneberger, Fischer and Brox 2015, section 3 (without its weights for borders).
    """
    ### BEGIN SOLUTION
    num_epochs, batch_size = 8, 16
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    model = build_unet(X.shape[1:], 8, 2, num_classes)
    steps = num_epochs * int(np.ceil(len(X) / batch_size))
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.005, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(X, masks, batch_size=batch_size, epochs=num_epochs, verbose=0)
    return model
    ### END SOLUTION


# %%
check("train_segmenter")

# %% [markdown]
# ### Experiment · Paint the shapes
#
# Now your network paints 200 images that it has never seen. Some pixels will be wrong. Where?

# %%
# %%explore
predict(
    "wrong pixels",
    "Where are most of the pixels that your network paints wrongly?",
    ["along the edges of all shapes", "in the smallest shapes", "where two shapes meet"],
)

# %%
# %%explore build_unet, train_segmenter
painter = train_segmenter(shape_images, shape_masks, 4, np.random.default_rng(9))
painted = np.argmax(keras.ops.convert_to_numpy(painter(new_images)), axis=-1)
ious = iou_of_classes(painted, new_masks, 4)
print(f"{np.mean(painted == new_masks):.1%} of the pixels right, mean IoU {ious.mean():.3f}")
print("IoU of ground, disc, square, triangle:", ious)
print(f"shape or ground alone: IoU {iou_of_classes(painted > 0, new_masks > 0, 2)[1]:.3f}")


def show_painted(chosen):
    """Draw images, their masks, and what the network has painted."""
    rows = [*in_grey(new_images[chosen]), *class_colours[new_masks[chosen]], *class_colours[painted[chosen]]]
    plots.show(plots.plot_images(rows, columns=6, titles=["image"] * 6 + ["truth"] * 6 + ["painted"] * 6))


show_painted(np.arange(6))

# %% [markdown]
# Now the six images with the most wrong pixels.

# %%
# %%explore build_unet, train_segmenter
wrong = np.sum(painted != new_masks, axis=(1, 2))  # wrong pixels of each image
two_kinds = np.array([np.unique(mask).size == 3 for mask in new_masks])  # ground and two kinds of shapes
show_painted(np.argsort(-wrong)[:6])
print(f"{two_kinds.mean():.0%} of the images show two kinds of shapes, ", end="")
print(f"and {wrong[two_kinds].sum() / wrong.sum():.0%} of all wrong pixels lie in them")
for name, chosen in (("one kind", ~two_kinds), ("two kinds", two_kinds)):
    print(f"{name:>9}: mean IoU {iou_of_classes(painted[chosen], new_masks[chosen], 4).mean():.3f}")
reveal(
    "wrong pixels",
    "where two shapes meet",
    "A shape that stands alone is painted nearly to the last pixel. The edges to the ground are sharp, for they came "
    "over the bridges. Which of two shapes a pixel belongs to is the hard question.",
)

# %% [markdown]
# Where a shape is, and which, the network knows nearly to the pixel, as long as there is one kind of shape. About 95 of
# 100 wrong pixels lie in the images with two kinds. Some of these you could not paint either: where both shapes have
# the same light, the truth cannot be seen. In others you can tell them apart, and the network cannot yet. And some
# shapes are painted in two colours, with a ragged border. Each pixel gets scores of its own; the loss does not know
# that a shape has one name only.
#
# ## Part 5 · Convolutions that read
#
# A convolution finds patterns wherever they are. In a text, patterns are phrases: "is raised if", "the debugger". The
# text network of Kim (2014) is a convolution along the words and nothing more.

# %%
# %%explore
plots.show(plots.plot_wiring("text"))

# %% [markdown]
# ### Exercise 12 · A network for sentences
#
# A sentence is a row of whole numbers, one for each word: its **tokens**. Sentences have different lengths, so they are
# filled up with zeros: token 0 is padding. With $B$ sentences of $T$ tokens, $E$ = `embed_dim`, $F$ = `num_filters`:
#
# 1. an embedding turns each token into a vector that is learned: $(B, T) \to (B, T, E)$. It has `vocab_size` rows, one
#    for each token, padding included;
# 2. for each size $k$ in `kernel_sizes`: `Conv1D` with $F$ kernels over $k$ neighbouring words, without padding
#    (`"valid"`), with biases and a ReLU: $(B, T - k + 1, F)$. Then the largest value of each kernel over *all* places:
#    $(B, F)$. It says whether the phrase occurs, not where;
# 3. the results of all sizes are joined, in the order of `kernel_sizes`: $(B, F \cdot \text{number of sizes})$;
# 4. dropout, if you like; it has no weights. Then a dense layer with `num_classes` scores, without activation.
#
# `keras.Input((None,), dtype="int32")` is a symbol for rows of any length. Every sentence ends with at least as many
# zeros as the widest kernel is wide. So all windows around its end are there already, and more zeros can only repeat
# windows that the maximum has seen: longer padding changes nothing.
#
# Worked numbers: 100 tokens, $E = 8$, kernel sizes 1, 2 and 3 with 4 filters each, 5 classes. The embedding has 800
# weights, the convolutions $(8 + 1) \cdot 4 + (16 + 1) \cdot 4 + (24 + 1) \cdot 4 = 204$, the dense layer
# $12 \cdot 5 + 5 = 65$; together 1,069.
#
# **Write** `text_cnn(vocab_size, embed_dim, kernel_sizes, num_filters, num_classes)`. It returns a model; you need
# not compile it.
#
# Useful: `Embedding(vocab_size, embed_dim)`, `Conv1D(filters, kernel_size, activation="relu")`, `GlobalMaxPooling1D()`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# All convolutions read the same embedding; they stand side by side, as in an inception block. There may be one size
# only, or five: use a loop.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# A list, one result $(B, F)$ for each kernel size, in their order. Then join the list.
#
# </details>


# %%
def text_cnn(vocab_size, embed_dim, kernel_sizes, num_filters, num_classes):
    """Build a convolutional network that reads rows of tokens.

    Args:
        vocab_size: number of different tokens, an int; token 0 is padding.
        embed_dim: numbers of each token's vector, an int.
        kernel_sizes: different ints, a tuple or list of at least one.
        num_filters: kernels of each size, an int.
        num_classes: number of scores, an int.

    Returns:
        A Keras model, compiled or not: tokens of shape (B, T), whole numbers, T at least the largest kernel size, to
        scores of shape (B, num_classes).

    Reference: Kim 2014, section 2 (CNN-rand).
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    tokens = keras.Input((None,), dtype="int32")
    words = layers.Embedding(vocab_size, embed_dim)(tokens)
    found = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(num_filters, size, activation="relu")(words)) for size in kernel_sizes
    ]
    joined = layers.Concatenate()(found) if len(found) > 1 else found[0]
    return keras.Model(tokens, layers.Dense(num_classes)(layers.Dropout(0.5)(joined)))
    ### END SOLUTION


# %%
check("text_cnn")

# %% [markdown]
# ### Experiment · Which chapter is it from?
#
# Python brings its own documentation along. Take sentences of five chapters, mix them, and ask your network from which
# chapter a sentence is that it has never seen. Its rival is old and simple: **naive Bayes** counts how often each word
# occurs in each chapter, and multiplies. Who wins?

# %%
# %%explore
predict(
    "words",
    "650 sentences to learn from. Which is better on new ones: your convolutional network, or counting words?",
    ["the network, clearly", "about the same", "both guess"],
)

# %%
# %%explore text_cnn
import re

sentences, chapters = data.load_sentences()
chapter_names = list(dict.fromkeys(chapters))
labels = np.array([chapter_names.index(chapter) for chapter in chapters])
words = [re.findall(r"[a-z_]+|[0-9]+|[^\sa-z0-9_]", sentence.lower())[:60] for sentence in sentences]
order = np.random.default_rng(10).permutation(len(words))
seen, unseen = order[:650], order[650:]
common = [word for word, count in Counter(w for n in seen for w in words[n]).most_common() if count > 1]
token_of = {word: token for token, word in enumerate(common, start=2)}  # 0 is padding, 1 any rare word
tokens = np.zeros((len(words), 64), dtype=np.int32)
for token_row, sentence_words in zip(tokens, words, strict=True):
    token_row[: len(sentence_words)] = [token_of.get(word, 1) for word in sentence_words]

keras.utils.set_random_seed(11)
reader = text_cnn(len(common) + 2, 32, (1, 2, 3), 32, len(chapter_names))
reader.compile(keras.optimizers.Adam(0.004), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
reader.fit(tokens[seen], labels[seen], batch_size=32, epochs=10, verbose=0)
guesses = np.argmax(keras.ops.convert_to_numpy(reader(tokens[unseen])), axis=1)

counts = np.ones((len(chapter_names), len(common) + 2))  # naive Bayes; each word counts as if seen once everywhere
np.add.at(counts, (np.repeat(labels[seen], 64), tokens[seen].ravel()), 1)
counts[:, 0] = 1.0
log_share = np.log(counts / counts.sum(axis=1, keepdims=True))
log_share[:, 0] = 0.0  # padding says nothing
bayes = np.argmax(log_share.T[tokens[unseen]].sum(axis=1) + np.log(np.bincount(labels[seen])), axis=1)
most = np.mean(labels[unseen] == np.bincount(labels[seen]).argmax())
print(f"always the commonest chapter {most:.1%}, your network {np.mean(guesses == labels[unseen]):.1%}, ", end="")
print(f"counting words {np.mean(bayes == labels[unseen]):.1%}")
confusion = np.zeros((5, 5), dtype=int)
np.add.at(confusion, (labels[unseen], guesses), 1)
plots.show(plots.plot_confusion(confusion))
reveal(
    "words",
    "about the same",
    "With so few sentences, the words alone say nearly all. A network that is better than counting needs more text.",
)

# %% [markdown]
# What do the kernels look for? For some kernels of each size, here is the phrase of all sentences that makes them
# answer most strongly, and the chapter that this speaks for.

# %%
# %%explore text_cnn
inner = [layer for layer in reader.layers if isinstance(layer, keras.layers.Conv1D)]
embedded = next(layer for layer in reader.layers if isinstance(layer, keras.layers.Embedding))(tokens)
dense_weights = reader.get_weights()[-2]
for place, layer in enumerate(inner):
    size = layer.kernel_size[0]
    answers = keras.ops.convert_to_numpy(layer(embedded))
    for kernel in np.argsort(-answers.max(axis=(0, 1)))[:4]:
        n, t = np.unravel_index(answers[..., kernel].argmax(), answers.shape[:2])
        speaks_for = chapter_names[dense_weights[32 * place + kernel].argmax()]
        print(f"{size} words: {' '.join(words[n][t : t + size]) or '(end)':<32} {speaks_for}")

# %% [markdown]
# ## Part 6 · Learn from ten examples
#
# The last idea is no wiring at all: do not begin from nothing. What a network has learned about edges, corners and
# colours is of use for other tasks, too. So take a network that was trained on a large task, **freeze** its layers,
# cut off the last one, and put a new one in its place, for the new task. Only this new layer is trained. Its few
# weights can be learned from few examples.
#
# ```
#     trained on a large task          frozen                        new
#     images ── convolutions ── 48 numbers for each image ──┬─X── 7 scores     (cut off)
#                                                           └──── 3 scores     (trained)
# ```
#
# The large task: images of $16 \times 16$ pixels in colour, with one of seven shapes in any place, size, colour and
# light. A network that has seen 8,400 of them is stored with the course. The new task: three shapes that it has never
# seen, and *ten* images of each of them. Here are three of each.

# %%
# %%explore
network = data.load_shape_network()  # 7 shapes, trained beforehand
shape_pictures, shape_classes = data.make_shapes(2000, np.random.default_rng(12), size=16)
known, unknown = shape_classes < 7, np.flatnonzero(shape_classes >= 7)
known_scores = keras.ops.convert_to_numpy(network(shape_pictures[known]))
print(f"known shapes recognised: {np.mean(known_scores.argmax(axis=1) == shape_classes[known]):.1%}")
few = np.concatenate([np.flatnonzero(shape_classes == k)[:3] for k in (7, 8, 9)])
names = ["bar"] * 3 + ["two discs"] * 3 + ["flower"] * 3
plots.show(plots.plot_images(shape_pictures[few], columns=9, titles=names))

# %%
# %%explore
predict(
    "ten",
    "A network learns the three new shapes from ten images of each. From nothing, it recognises about 55 % of new "
    "ones; guessing gives 33 %. And one that keeps the layers of the stored network?",
    ["fewer: it has learned the wrong shapes", "about as many", "clearly more"],
)

# %% [markdown]
# ### Exercise 13 · A new last layer
#
# **Write** `fine_tune(base, X, y, num_classes, rng)`. `base` is a trained `keras.Sequential` whose last layer is dense
# and gives the scores of other classes. The function returns a **new** model:
#
# - all layers of `base` but the last, with their weights, frozen (`layer.trainable = False`);
# - then a new dense layer with `num_classes` scores, trained on `X`, `y`.
#
# The shapes for the stored network: examples $(N, 16, 16, 3)$, what the frozen layers make of them $(N, 48)$, new
# scores $(N, 3)$. So of more than 19,000 weights, $48 \cdot 3 + 3 = 147$ are trained.
#
# The weights of `base` must be the same afterwards, its last layer included, and those of the frozen layers must be the
# same in the new model. You are judged by what the new model achieves: on average over four draws of thirty images, it
# must recognise **at least 65 %** of new ones. That is ten points more than the same network reaches from nothing;
# about 80 % are usual.
#
# A starting point that works: Adam with a learning rate of 0.03, and 100 steps, each with all examples in one batch. An
# epoch has a cost of its own, so the quickest way is a single epoch over 100 copies: `np.concatenate([X] * 100)` and
# `np.tile(y, 100)`, with `batch_size=len(X)`.
#
# Useful: `keras.utils.set_random_seed(int(rng.integers(2**31)))` makes Keras draw from your `rng`;
# `keras.losses.SparseCategoricalCrossentropy(from_logits=True)` for scores; `model.fit(X, y, ..., verbose=0)`.
# `base.layers` is the list of the layers, without the input; `base.input_shape[1:]` is the shape of one
# example. Two models may share layers.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Freeze the layers first, then build the new model, then compile it. A new `keras.Sequential` takes a list:
# `keras.Input(...)`, then the layers that are kept, then the new one.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# A list `A` without its last item is `A[:-1]`, and `*A` puts the items of a list into another list. Everything after
# that is as in `train_cnn` of Lesson 05: seed, compile with the loss on scores, fit, return.
#
# </details>


# %%
def fine_tune(base, X, y, num_classes, rng):
    """Put a new last layer on a trained network, and train this layer alone.

    Args:
        base: a trained keras.Sequential of two layers with weights or more; the last one is dense and gives scores.
        X: examples of the new task, shape (N, ...), as base takes them.
        y: their classes, shape (N,); integers from 0 to num_classes - 1.
        num_classes: number of classes of the new task, an int of at least 2.
        rng: np.random.Generator, the source of all randomness: the same state leads to the same scores.

    Returns:
        A new, trained Keras model: examples to scores (or probabilities), shape (N, num_classes).

    Reference: Yosinski, Clune, Bengio and Lipson 2014.
    """
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    kept = base.layers[:-1]
    for layer in kept:
        layer.trainable = False
    model = keras.Sequential([keras.Input(base.input_shape[1:]), *kept, keras.layers.Dense(num_classes)])
    model.compile(
        optimizer=keras.optimizers.Adam(0.03), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit(np.concatenate([X] * 100), np.tile(y, 100), batch_size=len(X), epochs=1, verbose=0)
    return model
    ### END SOLUTION


# %%
check("fine_tune")

# %% [markdown]
# ### Experiment · From nothing, or not
#
# Now both ways, on the same images: from three examples of each shape, and from ten. A draw of so few images may be a
# lucky one, so each number is the mean of two draws.


# %%
# %%explore fine_tune
def train_from_nothing(X, y, seed):
    """The same network with new weights, all of it trained on the few examples."""
    keras.utils.set_random_seed(seed)
    fresh = [type(layer).from_config({**layer.get_config(), "trainable": True}) for layer in network.layers[:-1]]
    model = keras.Sequential([keras.Input((16, 16, 3)), *fresh, keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(np.concatenate([X] * 100), np.tile(y, 100), batch_size=len(X), epochs=1, verbose=0)
    return model


print("examples of each   from nothing   your fine_tune")
for per_class in (3, 10):
    right = {"from nothing": [], "your fine_tune": []}
    for draw in range(2):
        rng = np.random.default_rng(draw)
        drawn = [rng.choice(np.flatnonzero(shape_classes == k), per_class, replace=False) for k in (7, 8, 9)]
        few_X, few_y = shape_pictures[np.concatenate(drawn)], np.repeat([0, 1, 2], per_class)
        rest = np.setdiff1d(unknown, np.concatenate(drawn))
        candidates = {"from nothing": train_from_nothing(few_X, few_y, draw)}
        candidates["your fine_tune"] = fine_tune(network, few_X, few_y, 3, rng)
        for name, model in candidates.items():
            said = np.argmax(keras.ops.convert_to_numpy(model(shape_pictures[rest])), axis=1)
            right[name].append(np.mean(said == shape_classes[rest] - 7))
    print(f"{per_class:>16}{np.mean(right['from nothing']):>15.1%}{np.mean(right['your fine_tune']):>17.1%}")
reveal(
    "ten",
    "clearly more",
    "Edges, corners and colours are the same for all shapes; only how they are put together is new.",
)

# %% [markdown]
# What is hard to learn, to see, was learned from 8,400 images of other shapes. What is easy, to decide between three
# kinds of what is seen, is learned from thirty.

# %% [markdown]
# ## What to take away
#
# - A network is wiring. LeNet is a chain, GoogLeNet sets branches side by side, ResNet adds a way around, DenseNet
#   keeps everything, a U-Net goes down and comes up over bridges.
# - Plain depth hurts even on the training data. With a shortcut, a block has to learn a change only, and any one of
#   many blocks can be taken out.
# - Parameters fill memory, multiply-adds take time, the receptive field limits what can be known. They are three
#   different things. A large dense layer costs the first, convolutions cost the second.
# - $1 \times 1$ convolutions mix channels and make large kernels affordable. A mean over all places makes large dense
#   layers unnecessary.
# - For masks, count IoU, not pixels.
# - A maximum over all places asks whether a phrase occurs, not where.
# - Few labels? Keep the layers that see, train the one that decides.
#
# **Questions to carry with you**
#
# 1. Two blocks without ReLUs behind their sums: $y = x + F(x)$, $z = y + G(y)$. How many paths lead from $x$ to $z$,
#    and how many with 20 blocks? How many of them are left if one block is cut out?
# 2. How many $3 \times 3$ convolutions in a row see as much as one of $11 \times 11$, and what does each cost with $C$
#    channels?
# 3. Would you freeze the layers if you had 10,000 labels of the new task? And if the new images were X-rays?
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. Two ways through each block: past it, or through $F$. So four paths with two blocks, and $2^{20}$, about a
#    million, with 20. Without one block half of them are left, which is why a residual network stands the loss of a
#    block so well.
# 2. Five: each adds two pixels to the one that is there. They cost $5 \cdot 9 \, C^2 = 45 \, C^2$ weights, one of $11
#    \times 11$ has $121 \, C^2$.
# 3. Hardly: so many labels can train the layers that see as well, from the weights that they have and at a small rate.
#    With X-rays, freeze the first layers at most: edges and textures still help, what the later layers know of
#    photographs hardly does.
#
# </details>
#
# **Sources**
#
# - A. Krizhevsky, I. Sutskever and G. Hinton (2012), [*ImageNet classification with deep convolutional neural
#   networks*](https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html): AlexNet.
# - Y. Kim (2014), [*Convolutional neural networks for sentence classification*](https://arxiv.org/abs/1408.5882).
# - J. Yosinski, J. Clune, Y. Bengio and H. Lipson (2014), [*How transferable are features in deep neural
#   networks?*](https://arxiv.org/abs/1411.1792)
# - C. Szegedy and others (2015), [*Going deeper with convolutions*](https://arxiv.org/abs/1409.4842): GoogLeNet,
#   table 1.
# - O. Ronneberger, P. Fischer and T. Brox (2015), [*U-Net: convolutional networks for biomedical image
#   segmentation*](https://arxiv.org/abs/1505.04597).
# - O. Russakovsky and others (2015), [*ImageNet large scale visual recognition
#   challenge*](https://arxiv.org/abs/1409.0575): the timeline.
# - NVIDIA (2015), *GPU-based deep learning inference: a performance and power analysis*: throughput, latency, watts.
# - K. He, X. Zhang, S. Ren and J. Sun (2016), [*Deep residual learning for image
#   recognition*](https://arxiv.org/abs/1512.03385); and (2016b) [*Identity mappings in deep residual
#   networks*](https://arxiv.org/abs/1603.05027).
# - A. Veit, M. Wilber and S. Belongie (2016), [*Residual networks behave like ensembles of relatively shallow
#   networks*](https://arxiv.org/abs/1605.06431).
# - G. Huang, Z. Liu, L. van der Maaten and K. Weinberger (2017), [*Densely connected convolutional
#   networks*](https://arxiv.org/abs/1608.06993).
# - A. Araujo, W. Norris and J. Sim (2019), [*Computing receptive fields of convolutional neural
#   networks*](https://doi.org/10.23915/distill.00021).
