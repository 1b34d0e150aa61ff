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
# # Lesson 05 · Convolutional networks
#
# So far every unit looked at every pixel, with weights of its own. A convolutional network looks at an image
# through a small window that slides, with the same few weights everywhere. In this lesson you write that window,
# forward and backward, in NumPy. Then you build a network of such windows in Keras, and it reads digits better than
# anything before.
#
# **You will be able to**
#
# - say what weight sharing saves, and how large each layer's output is;
# - write a convolution, and turn it into one matrix product, as the libraries do;
# - tell which image filters are convolutions, and which cannot be;
# - send gradients back through a convolution and through max pooling;
# - build LeNet in Keras, and count its parameters by hand;
# - train a network that reads at least 97.5 % of digits that it has never seen.
#
# **You need** lessons 01 to 04: dense layers, the gradients `dout`, `dX`, `dW`, `db`, gradient checks, Adam.
#
# **Time** about five hours: nearly four for the exercises, one for reading and for the experiments. **Points** 30.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `conv_output_size` | how many places a window has | ● | 8 | 1 |
# | 2 | `conv1d` | the convolution of mathematics | ●● | 15 | 2 |
# | 3 | `conv2d` | the window that slides over images | ●●● | 30 | 4 |
# | 4 | `median_filter` | a filter that is no convolution | ● | 10 | 1 |
# | 5 | `dilate` | another one: bright things grow | ● | 5 | 1 |
# | 6 | `erode` | and they shrink | ● | 3 | 1 |
# | 7 | `im2col` | a convolution as one matrix product | ●● | 25 | 3 |
# | 8 | `conv2d_backward` | gradients of a convolution | ●●● | 40 | 4 |
# | 9 | `conv2d_backward_broken` | bug hunt | ●● | 15 | 2 |
# | 10 | `max_pool2d_forward` | keep the largest | ● | 10 | 2 |
# | 11 | `max_pool2d_backward` | who was the largest? | ●● | 20 | 3 |
# | 12 | `build_lenet` | a network in Keras | ●● | 15 | 3 |
# | 13 | `train_cnn` | read digits, well | ●● | 25 | 3 |
#
# **How to work** is as before: write the function, run its check, then run the cells that play with it. Work in
# `float64`, and never change an array that came in as an argument. Arrays hold floats of any size, unless an exercise
# says more; any axis may have length 1, and no array is empty. The grade comes from other inputs than those of
# the checks in this notebook.
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
from numpy.lib.stride_tricks import sliding_window_view

from dnnkit import check

np.set_printoptions(precision=6, suppress=True)  # print arrays as plain decimals

# %% [markdown]
# The next cell loads what the pictures and experiments need, and a photo that ships with scikit-learn: `photo`, grey,
# shape $(120, 170)$, from 0 (black) to 1 (white). The grader skips it, as it skips every cell that begins with
# `%%explore`. Your functions may use only `np`, `sliding_window_view` (you meet it in Exercise 4), later `keras`, and
# your other functions.

# %%
# %%explore
import time

from sklearn.datasets import load_sample_image

from dnnkit import data, plots, predict, reveal
from dnnkit.gradcheck import gradient_error, numerical_gradient

blue, orange = plots.COLOURS[:2]
photo = load_sample_image("china.jpg")[:360, :510].mean(axis=2) / 255
photo = photo.reshape(120, 3, 170, 3).mean(axis=(1, 3))  # each new pixel is the mean of 3 by 3 old ones


def show_pictures(pictures, *, signed=()):
    """Draw grey pictures side by side: a dict from title to (H, W). Those named in `signed` have 0 as middle grey."""
    axes = plots.panels(len(pictures), width=3.1 * len(pictures), height=2.5)
    for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
        limit = np.abs(picture).max() if title in signed else None
        ax.imshow(picture, cmap="gray", vmin=-limit if limit else 0, vmax=limit or 1)
        ax.set(title=title, xticks=[], yticks=[])
        size = f"{picture.shape[0]} by {picture.shape[1]} pixels"
        plots.describe(ax, f"grey picture, {size}, numbers from {np.min(picture):.2f} to {np.max(picture):.2f}.")
    plots.show(axes)


show_pictures({"the photo: a tower above a lake": photo})

# %% [markdown]
# ## Part 1 · Why share weights?
#
# Take a small colour image: 64 rows, 64 columns, 3 colours. A dense layer of 512 units gives each unit one weight for
# each number of the image:
#
# $$64 \cdot 64 \cdot 3 \cdot 512 = 6{,}291{,}456 \text{ weights},$$
#
# about six million, in the first layer alone. And the layer does not know which pixels are neighbours. Shuffle all
# pixels in the same way in every image, and it learns just as well: on digits, a dense network reads 98 % with and
# without. The network at the end of this lesson falls from 99 to 97 %.
#
# Two facts about images help:
#
# - **What belongs together is close together.** An edge, a corner, a stroke of a pen: each is seen in a small patch.
#   So a unit need not look at the whole image. Give it a window of, say, $5 \times 5$ pixels.
# - **What is useful here is useful there.** Whoever can find an edge at the top left can find it anywhere. So all
#   windows may use the same weights. This is **weight sharing**.
#
# The shared weights of one window are a **kernel**. On a colour image it has $5 \times 5 \times 3$ numbers. Ten
# kernels have $10 \cdot 5 \cdot 5 \cdot 3 = 750$ weights. Each of them slides over the whole image, and makes a new
# image of what it found where. That image is called a **feature map**.

# %%
# %%explore
predict(
    "weights",
    "Ten kernels of 5×5×3 have 750 weights on an image of 64×64. How many do they have on an image of 128×128?",
    ["750", "1,500", "3,000"],
)

# %%
# %%explore
sides = np.array([16, 32, 64, 128, 256])
dense_weights, kernel_weights = sides**2 * 3 * 512, np.full(len(sides), 10 * 5 * 5 * 3)
for side, many, few in zip(sides, dense_weights, kernel_weights, strict=True):
    print(f"image {side:>3} x {side:>3} x 3: dense layer of 512 units {many:>12,}   ten 5x5x3 kernels {few:,}")
ax = plots.plot_curves(
    sides,
    {"dense, 512 units": dense_weights, "ten 5×5×3 kernels": kernel_weights},
    xlabel="side of the image in pixels",
    ylabel="weights",
    log="both",
    title="Shared weights do not grow with the image",
)
plots.show(ax)
reveal(
    "weights",
    "750",
    "The kernels are the same at every place. More places cost more work, but no more weights. The dense layer needs "
    "four times as many.",
)

# %% [markdown]
# ### Exercise 1 · How many places?
#
# A window of $k$ pixels slides along a row of $n$ pixels. How many places are there? Three numbers decide:
#
# - the **kernel size** $k$: the window must lie inside the row;
# - the **padding** $p$: first, $p$ zeros are put on *each* side of the row, so that it has $n + 2p$ numbers;
# - the **stride** $s$: the window moves $s$ pixels at a time. The first place is at the left end.
#
# The picture shows four cases. White cells are pixels, grey ones are padding. Each blue bar below is one place of the
# window. The dashed bar in the last case sticks out: it is no place.

# %%
# %%explore
cases = [(7, 3, 1, 0), (7, 3, 1, 1), (7, 3, 2, 0), (8, 3, 2, 0)]
axes = plots.panels(4, width=13, height=2.6)
for ax, (size, kernel_size, stride, padding) in zip(axes, cases, strict=True):
    places = [start for start in range(-padding, size + padding, stride) if start + kernel_size <= size + padding]
    cells = np.arange(-padding, size + padding)
    colours = ["white" if 0 <= cell < size else "0.75" for cell in cells]
    ax.bar(cells + 0.5, 1, width=1, color=colours, edgecolor="black")
    for row, start in enumerate(places):
        ax.plot([start + 0.1, start + kernel_size - 0.1], [-0.5 - 0.6 * row] * 2, color=blue, linewidth=5)
    left_over = size + padding - places[-1] - kernel_size
    if left_over:
        beyond, height = places[-1] + stride, -0.5 - 0.6 * len(places)
        ax.plot([beyond + 0.1, beyond + kernel_size - 0.1], [height] * 2, color=orange, linewidth=3, linestyle="--")
    ax.set(xlim=(-1.5, 9.5), ylim=(-5, 1.5), title=f"n = {size}, k = {kernel_size}, s = {stride}, p = {padding}")
    ax.set_axis_off()
    plots.describe(ax, f"{len(places)} places" + (", one more would stick out." if left_over else "."))
plots.show(axes)

# %% [markdown]
# The first place begins at 0, the next at $s$, then $2s$, as long as the whole window fits. In the last case it does
# not: one more step, and the window would stick out. So the last pixel is never seen. The number of places is a whole
# number, rounded **down**.
#
# Worked numbers:
#
# | $n$ | $k$ | $s$ | $p$ | places | |
# | --- | --- | --- | --- | --- | --- |
# | 7 | 3 | 1 | 0 | 5 | the image shrinks by $k - 1$ |
# | 7 | 3 | 1 | 1 | 7 | padding $(k - 1) / 2$ keeps the size |
# | 7 | 3 | 2 | 0 | 3 | stride 2 about halves it |
# | 8 | 3 | 2 | 0 | 3 | the last pixel is left over |
# | 5 | 5 | 1 | 0 | 1 | the window fits exactly once |
#
# **Write** `conv_output_size(size, kernel_size, stride, padding)`. The result is an `int`. The window always fits at
# least once. For images the same formula holds for rows and for columns.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How far can the window move from its first place, before its right end meets the end of the padded row? How many
# steps of $s$ pixels is that? And how many places do so many steps visit?
#
# </details>
#
# <details><summary>Hint 2: an example</summary>
#
# $n = 8$, $k = 3$, $s = 2$, $p = 0$: the window can move 5 more pixels, which is two whole steps, so there are three
# places. Now with letters. In Python, `//` divides and rounds down.
#
# </details>


# %%
def conv_output_size(size, kernel_size, stride, padding):
    """Count the places of a window that slides along a row.

    Args:
        size: numbers in the row, n.
        kernel_size: numbers in the window, k; at most size + 2 padding.
        stride: step of the window, s, at least 1.
        padding: zeros put on each side of the row, p, at least 0.

    Returns:
        Number of places, an int.

    Reference: Dumoulin and Visin 2016, relationship 6.
    """
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel_size) // stride + 1
    ### END SOLUTION


# %%
check("conv_output_size")

# %% [markdown]
# ### Exercise 2 · Convolution in one dimension
#
# The word comes from mathematics, where it means this. Given a signal $x$ of $N$ numbers and a kernel $w$ of $M$
# numbers, their **convolution** $w * x$ is
#
# $$(w * x)_n = \sum_{m} w_m \, x_{n - m}, \qquad n = 0, 1, \dots, N + M - 2.$$
#
# All indices begin at 0. A term counts only where $w_m$ and $x_{n-m}$ both exist. (Outside, $x$ is taken as zero.
# This is called the *full* convolution.) The result has $N + M - 1$ numbers.
#
# Think of a clap in a cave: $x$ is what you hear of the clap itself, and $w$ says how strong its echo is after 0,
# 1, 2, ... moments. Every number of $x$ starts its own copy of $w$. What you hear is the sum of all copies.
#
# Worked number: $x = (1, 2, 3)$ and $w = (1, 0, -1)$.
#
# | | | | | | |
# | --- | --- | --- | --- | --- | --- |
# | the copy that $x_0 = 1$ starts | 1 | 0 | $-1$ | | |
# | the copy that $x_1 = 2$ starts | | 2 | 0 | $-2$ | |
# | the copy that $x_2 = 3$ starts | | | 3 | 0 | $-3$ |
# | sum: $w * x$ | 1 | 2 | 2 | $-2$ | $-3$ |
#
# Look at the index $n - m$: where $w$ runs forward, $x$ runs backward. As a window, this means that the kernel is
# laid on the signal **flipped**, last number first.
#
# **Write** `conv1d(x, w)`. (`np.convolve` does the same in one call. Write the sum yourself, and compare with it.)
# The kernel may be longer than the signal.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start with a row of $N + M - 1$ zeros. Then go through the numbers of one of the two, and add copies of the other,
# as in the table. To which slice of the row does copy number $m$ go?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# For each $m$: add $w_m \, x$, all $N$ numbers of it, to the places $m, m + 1, \dots, m + N - 1$ of the result.
#
# </details>


# %%
def conv1d(x, w):
    """Convolve a signal with a kernel, as mathematics defines it (full: every overlap counts).

    Args:
        x: signal, shape (N,); floats or integers.
        w: kernel, shape (M,).

    Returns:
        Array of shape (N + M - 1,); entry n is the sum over m of w[m] x[n - m].

    Reference: Goodfellow, Bengio and Courville 2016, eq. 9.3.
    """
    ### BEGIN SOLUTION
    out = np.zeros(len(x) + len(w) - 1)
    for m, weight in enumerate(w):
        out[m : m + len(x)] += weight * np.asarray(x)
    return out
    ### END SOLUTION


# %%
check("conv1d")

# %% [markdown]
# A convolution can smooth, and it can find jumps. Below, a noisy signal jumps up at 40 and down at 80. Two kernels go
# over it: nine times $1/9$, a moving mean; and $(1, 1, 1, 1, -1, -1, -1, -1)/4$. Flipped, the second one takes the mean
# of four numbers minus the mean of the four before. Expect two clear peaks from it: about $+1$ at the jump up, about
# $-1$ at the jump down.

# %%
# %%explore conv1d
signal = np.where((np.arange(120) >= 40) & (np.arange(120) < 80), 1.0, 0.0)
signal = signal + 0.2 * np.random.default_rng(1).normal(size=120)
moving_mean = conv1d(signal, np.ones(9) / 9)[4:-4]  # as long as the signal again
jumps = conv1d(signal, np.array([1, 1, 1, 1, -1, -1, -1, -1]) / 4)[3:-4]
ax = plots.plot_curves(
    np.arange(120),
    {"noisy signal": signal, "moving mean": moving_mean, "jump finder": jumps},
    xlabel="place",
    ylabel="value",
    title="One signal, two kernels",
)
plots.show(ax)
print(f"jump finder: largest {jumps.max():.2f} at {jumps.argmax()}, smallest {jumps.min():.2f} at {jumps.argmin()}")
swapped = np.abs(conv1d(signal, moving_mean) - conv1d(moving_mean, signal)).max()
print(f"signal and kernel exchanged: largest difference {swapped:.1e}")

# %% [markdown]
# The last line shows a beautiful property: $w * x = x * w$. The flip makes it so.
#
# Neural networks leave the flip out. They lay the kernel on the image as it is, multiply, and add up. The proper
# name for that is **cross-correlation**, but everybody in the field says convolution. For learning it does not
# matter: a network that needs the flipped kernel learns the flipped kernel. It matters as soon as somebody *gives*
# you a kernel.

# %% [markdown]
# ## Part 2 · The window slides over images
#
# ### Exercise 3 · Convolution in two dimensions
#
# Now the layer itself. It takes $N$ images at once, and has $C_{out}$ kernels:
#
# - $X$, shape $(N, H, W, C_{in})$: image, row, column, channel. (A channel is a colour, or a feature map of the layer
#   before.)
# - the kernels, shape $(K_H, K_W, C_{in}, C_{out})$: row and column in the window, channel in, kernel. The function
#   calls them `W`, for weights. (The $W$ in the shape of the images is their width.)
# - $b$, shape $(C_{out},)$: one bias for each kernel.
# - the stride $s$ and the padding $p$, both whole numbers, the same for rows and columns. Padding puts $p$ rows or
#   columns of zeros on **all four** sides of each image.
#
# Call the padded images $P$, shape $(N, H + 2p, W + 2p, C_{in})$. At place $(i, j)$ the window begins at row
# $i \cdot s$ and column $j \cdot s$ of $P$. Each kernel $o$ is laid on it, multiplied, and added up over the window
# **and over all channels**. Here $n$ counts images and $c$ channels. In Exercise 1, $k$ was a size; from here on, $k$
# and $l$ are a row and a column in the window.
#
# $$\text{out}_{n i j o} = b_o + \sum_{k=0}^{K_H - 1} \sum_{l=0}^{K_W - 1} \sum_{c=0}^{C_{in} - 1}
# P_{n,\; i \cdot s + k,\; j \cdot s + l,\; c} \; W_{k l c o}.$$
#
# The result has shape $(N, H_{out}, W_{out}, C_{out})$. Exercise 1 gives $H_{out}$ and $W_{out}$.
#
# Worked number. One image with one channel, shape $(1, 2, 3, 1)$; one kernel, shape $(2, 2, 1, 1)$, without bias. Both
# are written as rows and columns:
#
# $$\text{image} = \begin{pmatrix} 1 & 3 & 5 \\ 6 & 0 & 2 \end{pmatrix}, \qquad
# \text{kernel} = \begin{pmatrix} 0.2 & 0.7 \\ -0.5 & 0.7 \end{pmatrix}.$$
#
# There are two places. At the left one the window shows $\begin{pmatrix} 1 & 3 \\ 6 & 0 \end{pmatrix}$, so the
# result is $0.2 \cdot 1 + 0.7 \cdot 3 - 0.5 \cdot 6 + 0.7 \cdot 0 = -0.7$. At the right one it shows
# $\begin{pmatrix} 3 & 5 \\ 0 & 2 \end{pmatrix}$, and the result is $0.6 + 3.5 + 0 + 1.4 = 5.5$. Nothing is flipped. The
# output has shape $(1, 1, 2, 1)$.
#
# The same with $p = 1$, $s = 2$ and $b = 10$. The padded image is $4 \times 5$, and the window has $2 \times 2$ places:
#
# $$P = \begin{pmatrix} 0 & 0 & 0 & 0 & 0 \\ 0 & 1 & 3 & 5 & 0 \\ 0 & 6 & 0 & 2 & 0 \\ 0 & 0 & 0 & 0 & 0 \end{pmatrix},
# \qquad \text{out} = \begin{pmatrix} 0.7 \cdot 1 + 10 & -0.5 \cdot 3 + 0.7 \cdot 5 + 10 \\
# 0.7 \cdot 6 + 10 & 0.7 \cdot 2 + 10 \end{pmatrix} = \begin{pmatrix} 10.7 & 12 \\ 14.2 & 11.4 \end{pmatrix}.$$
#
# **Write** `conv2d(X, W, b, stride, padding)`. Loops are fine: one over rows and one over columns of the output are
# enough. In Part 3 you make it fast. $X$ may hold whole numbers, the kernels need not.
#
# Useful: `np.pad(X, ((0, 0), (p, p), (p, p), (0, 0)))`, which puts zeros around rows and columns only;
# `np.tensordot(A, B, axes=3)`, which multiplies the last three axes of `A` with the first three of `B` and adds up.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Pad first. Then make an array of zeros for the result. For the place $(i, j)$, cut the window out of *all* images at
# once: a slice of rows, a slice of columns, all channels. Its shape is $(N, K_H, K_W, C_{in})$. Which axes must be
# multiplied with which axes of $W$, and added up?
#
# </details>
#
# <details><summary>Hint 2: the shapes</summary>
#
# The window at $(i, j)$ begins at row $i \cdot s$ of $P$, and has $K_H$ rows. With its axes $(K_H, K_W, C_{in})$
# multiplied with those of $W$ and added up, shape $(N, C_{out})$ is left: one number for each image and kernel, at this
# place.
#
# </details>


# %%
def conv2d(X, W, b, stride, padding):
    """Slide kernels over images: multiply, add up, add the bias (cross-correlation, nothing is flipped).

    Args:
        X: images, shape (N, H, W, C_in); floats or integers.
        W: kernels, shape (KH, KW, C_in, C_out).
        b: biases, shape (C_out,).
        stride: step of the window in rows and columns, an int.
        padding: rows and columns of zeros on all four sides, an int.

    Returns:
        Feature maps, shape (N, H_out, W_out, C_out).

    Reference: Goodfellow, Bengio and Courville 2016, eq. 9.7 and 9.8 (channels last here, and a bias).
    """
    ### BEGIN SOLUTION
    kernel_height, kernel_width, _, out_channels = W.shape
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = sliding_window_view(padded, (kernel_height, kernel_width), axis=(1, 2))[:, ::stride, ::stride]
    windows = np.moveaxis(windows, 3, -1)  # (N, H_out, W_out, KH, KW, C_in)
    places = windows.shape[:3]
    return (windows.reshape(np.prod(places), -1) @ W.reshape(-1, out_channels)).reshape(*places, out_channels) + b
    ### END SOLUTION


# %%
check("conv2d")

# %% [markdown]
# ### Experiment · Classic filters are kernels
#
# Long before networks learned kernels, people made them by hand. Here are four, each in a window of $5 \times 5$:
#
# - **blur**: every weight is $1/25$. Each pixel becomes the mean of the 25 pixels around it.
# - **vertical edges**: the pixels on the right minus those on the left (Sobel). It answers where dark meets bright
#   from left to right.
# - **horizontal edges**: the same, turned: below minus above.
# - **high-pass**: the pixel itself minus the blur. What the blur loses, this keeps.
#
# Stacked, they are the four kernels of one layer, shape $(5, 5, 1, 4)$, and your `conv2d` applies all of them in one
# call. Expect flat sky to give 0 in the last three: their weights sum to 0. In these three pictures middle grey is 0,
# white is above 0 and black is below.

# %%
# %%explore conv2d
blur = np.full((5, 5), 1 / 25)
sobel = np.pad(np.outer([1, 2, 1], [-1, 0, 1]), 1) / 4.0
identity = np.pad([[1.0]], 2)
filters = {"blur": blur, "vertical edges": sobel, "horizontal edges": sobel.T, "high-pass": identity - blur}
filter_kernels = np.stack(list(filters.values()), axis=-1)[:, :, None, :]
maps = conv2d(photo[None, :, :, None], filter_kernels, np.zeros(4), 1, 0)[0]
show_pictures(
    {name: maps[:, :, k] for k, name in enumerate(filters)}, signed=("vertical edges", "horizontal edges", "high-pass")
)
for k, (name, kernel) in enumerate(filters.items()):
    print(
        f"{name:<17} weights sum to {abs(kernel.sum()):4.2f}, mean |value| in the sky "
        f"{np.abs(maps[:20, 90:150, k]).mean():.3f}"
    )

# %% [markdown]
# Look at the roofs: the horizontal edges see them, the vertical ones hardly do. The pillars are the other way round.
# A network will find kernels of this kind on its own, at the end of this lesson.

# %% [markdown]
# One more property follows from sharing the weights: *move the image, and the map moves along*. This is called
# **equivariance**. (A dense layer has nothing like it.) The next cell shifts a picture by three pixels and compares the
# two maps where both windows lie inside.

# %%
# %%explore conv2d
still, edge = np.random.default_rng(17).random((1, 12, 12, 1)), np.array([[1.0, 0, -1]] * 3)[:, :, None, None]
shifted = np.roll(still, 3, axis=2)  # three pixels to the right
map_of_still, map_of_shifted = (conv2d(images, edge, np.zeros(1), 1, 0)[0, :, :, 0] for images in (still, shifted))
print("map of the picture, first row:        ", map_of_still[0])
print("map of the shifted picture, first row:", map_of_shifted[0])
print("difference after moving back:", np.abs(map_of_shifted[:, 3:] - map_of_still[:, :-3]).max())

# %% [markdown]
# ### Filters that are no kernels
#
# Some dust fell on the photo: one pixel in ten is now black or white. A blur can soften that. There is another
# filter: in each window of $3 \times 3$, take the **median**, the middle one of the nine values when they are
# sorted.

# %%
# %%explore
predict(
    "dust",
    "Take each pixel's distance to the clean photo, and their mean. After the median filter it is ...",
    ["more than after the blur", "about as much", "less than half"],
)

# %% [markdown]
# ### Exercise 4 · The median filter
#
# All three filters of this part follow the same rules:
#
# - the image has shape $(H, W)$, and so has the result;
# - `size` is odd. The window has `size` rows and `size` columns, and the pixel is in its middle;
# - at the border, the window sticks out. There, **the edge pixels are repeated** outwards. Zeros would be wrong here:
#   they would be black pixels that nobody photographed.
#
# Worked number, `size` 3, the pixel in the middle:
#
# $$\begin{pmatrix} 1 & 9 & 2 \\ 3 & 8 & 4 \\ 5 & 7 & 6 \end{pmatrix} \quad \text{sorted: } 1, 2, 3, 4,
# \mathbf{5}, 6, 7, 8, 9, \quad \text{median } 5.$$
#
# At the top left corner of the same image, the window repeats row 0 and column 0. It shows
# $1, 1, 9;\ 1, 1, 9;\ 3, 3, 8$. Sorted: $1, 1, 1, 1, \mathbf{3}, 3, 8, 9, 9$. The median is 3.
#
# **Write** `median_filter(image, size)`.
#
# Useful: `np.pad(image, p, mode="edge")` repeats the edge pixels; `np.median(A, axis=(2, 3))`;
# `sliding_window_view(A, (h, w))`, which was imported above. For `A` of shape $(a, b)$ it returns all windows at
# once, shape $(a - h + 1, b - w + 1, h, w)$, without copying a number. Two loops do as well.
#
# <details><summary>Hint 1: a nudge</summary>
#
# By how many pixels must you pad on each side, so that there are as many windows as pixels? Exercise 1 tells you.
#
# </details>
#
# <details><summary>Hint 2: a remark on Python</summary>
#
# Python's `/` makes a float even of a whole number, and `np.pad` wants an int; `//` gives one.
#
# </details>


# %%
def median_filter(image, size):
    """Replace each pixel by the median of the window around it.

    Args:
        image: grey image, shape (H, W).
        size: rows and columns of the window, an odd int; at the border, the edge pixels are repeated.

    Returns:
        Image of shape (H, W).

    Reference: Tukey 1977, running medians.
    """
    ### BEGIN SOLUTION
    windows = sliding_window_view(np.pad(image, size // 2, mode="edge"), (size, size))
    return np.median(windows, axis=(2, 3))
    ### END SOLUTION


# %%
check("median_filter")

# %%
# %%explore median_filter, conv2d
dust_rng = np.random.default_rng(2)
dusty = np.where(dust_rng.random(photo.shape) < 0.1, dust_rng.integers(0, 2, size=photo.shape), photo)
blurred = conv2d(np.pad(dusty, 1, mode="edge")[None, :, :, None], np.full((3, 3, 1, 1), 1 / 9), np.zeros(1), 1, 0)
cleaned = {"dusty": dusty, "blur, 3 by 3": blurred[0, :, :, 0], "median, 3 by 3": median_filter(dusty, 3)}
show_pictures(cleaned)
distances = {name: np.abs(picture - photo).mean() for name, picture in cleaned.items()}
for name, distance in distances.items():
    print(f"{name:<15} mean distance to the clean photo {distance:.4f}")
reveal(
    "dust",
    "less than half",
    "The blur spreads each grain of dust over nine pixels, and smears what was clean: it does not even beat doing "
    "nothing. The median drops a grain: one odd value among nine is never the middle one.",
)

# %% [markdown]
# ### Exercises 5 and 6 · Dilate and erode
#
# **Dilation** takes the *largest* value of each window: bright things grow. **Erosion** takes the *smallest*: bright
# things shrink, dark things grow. The rules for `size` and for the border are those of the median filter.
#
# Worked number: for the image of Exercise 4 and `size` 3, the pixel in the middle becomes 9 by dilation, and 1 by
# erosion. At the top left corner, dilation gives 9, and erosion gives 1.
#
# **Write** `dilate(image, size)` and `erode(image, size)`. The values of the image may be negative.
#
# <details><summary>Hint: a nudge</summary>
#
# One word of `median_filter` must change. For erosion there is also a trick: turn the image upside down in
# brightness, $-\text{image}$. What does dilation do then?
#
# </details>
#


# %%
def dilate(image, size):
    """Replace each pixel by the largest value of the window around it.

    Args:
        image: grey image, shape (H, W).
        size: rows and columns of the window, an odd int; at the border, the edge pixels are repeated.

    Returns:
        Image of shape (H, W).

    Reference: Serra 1982, grey-scale dilation by a flat square.
    """
    ### BEGIN SOLUTION
    windows = sliding_window_view(np.pad(image, size // 2, mode="edge"), (size, size))
    return windows.max(axis=(2, 3))
    ### END SOLUTION


# %%
check("dilate")


# %%
def erode(image, size):
    """Replace each pixel by the smallest value of the window around it.

    Args:
        image: grey image, shape (H, W).
        size: rows and columns of the window, an odd int; at the border, the edge pixels are repeated.

    Returns:
        Image of shape (H, W).

    Reference: Serra 1982, grey-scale erosion by a flat square.
    """
    ### BEGIN SOLUTION
    return -dilate(-np.asarray(image), size)
    ### END SOLUTION


# %%
check("erode")

# %% [markdown]
# First, look at your filters at work. In the third picture, expect every black grain of dust to grow to $3 \times 3$
# pixels, and the white grains to be gone.
#
# Why can no kernel do what these three do? A convolution without bias is **linear**: the result for a sum of two images
# is the sum of the two results. (The bias adds the same number everywhere; linear plus a constant is called *affine*.)
# The cell tests that, too, on two random images. Expect about $10^{-16}$ for the convolution, and anything but zero for
# the others.

# %%
# %%explore dilate, erode, median_filter, conv2d
show_pictures({"dilate, 5 by 5": dilate(photo, 5), "erode, 5 by 5": erode(photo, 5), "dust eroded": erode(dusty, 3)})


def blur_filter(image, size):
    return conv2d(image[None, :, :, None], np.full((size, size, 1, 1), 1 / size**2), np.zeros(1), 1, size // 2)[
        0, :, :, 0
    ]


first, second = np.random.default_rng(3).normal(size=(2, 20, 20))
for function in (blur_filter, median_filter, dilate, erode):
    gap = np.abs(function(first + second, 3) - function(first, 3) - function(second, 3)).max()
    print(f"{function.__name__:<14} of a sum, minus the sum of the two: at most {gap:.1e}")

# %% [markdown]
# A network that only convolves is affine from end to end, however deep it is: away from the padding, all its layers
# together are one convolution with a bias. The bend must come from elsewhere: from ReLU, and from pooling, which is a
# dilation with a stride. You write it in Part 4.

# %% [markdown]
# ### Play · The kernel explorer
#
# The panel runs your `conv2d`. Click into the picture on the left and move the window with the arrow keys; the
# numbers in the middle are what your function multiplies and adds. Then compare the blur with the median on speckles.
#
# Three words of the panel. The **PSNR**, in decibels (dB), says how close a picture is to the clean one: more is
# closer. The **gain** of a filter says how much of a pattern of stripes is left: 1 is all, 0 is nothing. The
# **superposition residual** is the test above, the result for a sum minus the sum of the results: about 0 for a
# convolution.

# %%
# %%explore conv2d
from dnnkit.demos import kernel_explorer

kernel_explorer(conv2d=conv2d)

# %% [markdown]
# ## Part 3 · Make it fast
#
# Count the work of a small layer. 32 images of $32 \times 32 \times 3$, 16 kernels of $3 \times 3 \times 3$, no
# padding. There are $32 \cdot 30 \cdot 30 \cdot 16 = 460{,}800$ output numbers, each a sum of 27 products: 12 million
# multiplications. A processor does billions in a second, so this should take a few milliseconds. In Python loops it
# takes about a second. The numbers are not the problem; the loop around each of them is.
#
# The cure is always the same: say what you want as **one large matrix product**. Somebody has made that very fast.
#
# ### Exercise 7 · im2col
#
# Lay each window out as a row. All rows together are a matrix, usually called `cols` (the name "image to columns"
# comes from a version that was transposed):
#
# - one **row** for each place: first all places of image 0, then of image 1, and so on; within an image row by row.
#   Place $(n, i, j)$ is row number $(n H_{out} + i) W_{out} + j$;
# - one **column** for each number in the window, in the order $k, l, c$: window row, window column, channel last.
#
# So `cols` has shape $(N H_{out} W_{out},\; K_H K_W C_{in})$. The order of the columns is the order in which
# `W.reshape(-1, C_out)` lists the weights of a kernel, and so
#
# $$\text{cols} \; W_{\text{flat}} + b, \qquad W_{\text{flat}} \text{ of shape } (K_H K_W C_{in}, C_{out}),$$
#
# is the whole convolution. It only needs to be reshaped to $(N, H_{out}, W_{out}, C_{out})$.
#
# Worked number: the image of Exercise 3, a window of $2 \times 2$, stride 1, no padding. There are two places, with
# four numbers each:
#
# $$\text{cols} = \begin{pmatrix} 1 & 3 & 6 & 0 \\ 3 & 5 & 0 & 2 \end{pmatrix}, \qquad
# \text{cols} \begin{pmatrix} 0.2 \\ 0.7 \\ -0.5 \\ 0.7 \end{pmatrix} = \begin{pmatrix} -0.7 \\ 5.5 \end{pmatrix}.$$
#
# With two channels, each pixel becomes two neighbouring columns.
#
# **Write** `im2col(X, kernel_height, kernel_width, stride, padding)`. Padding and stride are those of `conv2d`.
#
# Useful: slices with a step, such as `A[:, 1:8:2]`; `A.reshape(r, -1)`, where NumPy works out the $-1$. A reshape
# keeps the order of the numbers: the last axis runs fastest. So first bring the axes into the right order.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make an array with six axes, $(N, H_{out}, W_{out}, K_H, K_W, C_{in})$, and one reshape at the end. You can fill it
# place by place. Faster: fill it window position by window position. For fixed $(k, l)$, which pixels of the padded
# images are seen through that position, over all places? They are a slice with a step.
#
# </details>
#
# <details><summary>Hint 2: which rows</summary>
#
# Through position $(k, l)$ of the window one sees rows $k, k + s, \dots, k + (H_{out} - 1) \cdot s$ of the padded
# images, and columns likewise. What such a pair of slices cuts out has shape $(N, H_{out}, W_{out}, C_{in})$.
#
# </details>


# %%
def im2col(X, kernel_height, kernel_width, stride, padding):
    """Lay every window of every image out as one row of a matrix.

    Args:
        X: images, shape (N, H, W, C_in).
        kernel_height: rows of the window, KH.
        kernel_width: columns of the window, KW.
        stride: step of the window in rows and columns, an int.
        padding: rows and columns of zeros on all four sides, an int.

    Returns:
        Matrix of shape (N H_out W_out, KH KW C_in): rows ordered by image, row, column of the output; columns by row,
        column of the window, channel.

    Reference: Chellapilla, Puri and Simard 2006 ("unrolling").
    """
    ### BEGIN SOLUTION
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = sliding_window_view(padded, (kernel_height, kernel_width), axis=(1, 2))[:, ::stride, ::stride]
    return np.moveaxis(windows, 3, -1).reshape(-1, kernel_height * kernel_width * X.shape[3])
    ### END SOLUTION


# %%
check("im2col")

# %% [markdown]
# ### Experiment · Loops, im2col, library
#
# The same layer four times: in plain Python (measured for one output number, and multiplied by their count); with
# your `conv2d`, whatever is inside; with your `im2col` and one matrix product; and in Keras. All in `float32`. Each
# is run several times, and the shortest time counts: then nothing else was using the processor.
#
# The values must agree to about $10^{-6}$. For the times, expect plain Python to need about a second, a `conv2d`
# with two loops over the places about 20 milliseconds, and `im2col` and Keras a few milliseconds. (The import of
# Keras takes a few seconds, once.)

# %%
# %%explore im2col, conv2d
import keras

speed_rng = np.random.default_rng(4)
speed_X = speed_rng.normal(size=(32, 32, 32, 3)).astype(np.float32)
speed_W, speed_b = speed_rng.normal(size=(3, 3, 3, 16)).astype(np.float32), np.ones(16, dtype=np.float32)
layer = keras.layers.Conv2D(16, 3, data_format="channels_last")
layer.build(speed_X.shape)
layer.set_weights([speed_W, speed_b])


def best_seconds(function, repeats=9):
    """Run a function several times and return the shortest time."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


patch, kernel = speed_X[0, :3, :3].ravel().tolist(), speed_W[..., 0].ravel().tolist()


def one_number():
    total = 0.0
    for pixel, weight in zip(patch, kernel, strict=True):
        total += pixel * weight
    return total


speed = {
    "plain Python": best_seconds(one_number, 200) * 32 * 30 * 30 * 16,
    "your conv2d": best_seconds(lambda: conv2d(speed_X, speed_W, speed_b, 1, 0)),
    "your im2col": best_seconds(lambda: im2col(speed_X, 3, 3, 1, 0) @ speed_W.reshape(-1, 16) + speed_b),
    "Keras": best_seconds(lambda: keras.ops.convert_to_numpy(layer(speed_X))),
}
for name, seconds in speed.items():
    print(f"{name:<13} {seconds * 1e3:9.2f} ms")
keras_out = keras.ops.convert_to_numpy(layer(speed_X))
columns_out = im2col(speed_X, 3, 3, 1, 0) @ speed_W.reshape(-1, 16) + speed_b
for name, out in {"conv2d": conv2d(speed_X, speed_W, speed_b, 1, 0), "im2col": columns_out}.items():
    difference = np.abs(out.reshape(keras_out.shape) - keras_out).max() / np.abs(keras_out).max()
    print(f"{name} against Keras: largest difference {difference:.1e} of the largest number")
ax = plots.panels(width=7, height=2.6)[0]
bars = ax.barh(list(speed), [1e3 * seconds for seconds in speed.values()], color=blue)
ax.bar_label(bars, fmt="%.3g", padding=3)
ax.invert_yaxis()
ax.set(xscale="log", xlabel="milliseconds", xlim=(0.5, 4e3), title="The same layer, four ways")
plots.describe(ax, "; ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in speed.items()) + ".")
plots.show(ax)

# %% [markdown]
# All four do the same 12 million multiplications. What differs is how much else is done:
#
# - **Plain Python** finds out for every single product what kind of objects it multiplies, and makes a new one for
#   the result. That costs about a hundred times as much as the product.
# - **Loops over the places** pay that price only once for each of 900 places, and give the rest to NumPy.
# - **im2col** pays it once. The matrix product is compiled code: it takes several numbers in one instruction, works
#   on pieces that fit into the fast memory near the processor, and uses all cores.
# - **Keras** hands the layer to a library that does the same, without writing all of `cols` to memory first.
#
# The matrix `cols` has a price: every pixel is copied into up to $K_H K_W$ windows. Here it is 8 times as large as the
# images. So libraries know several ways, and choose by the size of the layer.
#
# If your `conv2d` has loops, you may now rewrite it with these ideas. The networks below use Keras, so you need not.

# %% [markdown]
# ## Part 4 · Backward
#
# ### Exercise 8 · Gradients of a convolution
#
# The upstream gradient `dout` comes in, shape $(N, H_{out}, W_{out}, C_{out})$: how the loss changes with each output
# number. We need `dX`, `dW` and `db`, each of the shape of what it belongs to.
#
# Read the formula of the forward pass again:
#
# $$\text{out}_{n i j o} = b_o + \sum_{k, l, c} P_{n,\, i \cdot s + k,\, j \cdot s + l,\, c} \; W_{k l c o}.$$
#
# Each term is a product of one pixel and one weight. So one rule gives everything: **the slope of a product along one
# factor is the other factor**, times what comes from above. And a number that was used several times gets the **sum**
# over all its uses.
#
# - The bias $b_o$ was used at every place of every image: $db_o = \sum_{n, i, j} \text{dout}_{n i j o}$.
# - The weight $W_{k l c o}$ met, at every place, the pixel below it:
#   $dW_{k l c o} = \sum_{n, i, j} P_{n,\, i \cdot s + k,\, j \cdot s + l,\, c} \; \text{dout}_{n i j o}$.
# - The pixel met, in every window that covered it, another weight. So at every place $(i, j)$, and for every position
#   $(k, l)$ in the window, *add* to what is already there:
#   $dP_{n,\, i \cdot s + k,\, j \cdot s + l,\, c} \mathrel{+}= \sum_o \text{dout}_{n i j o} \; W_{k l c o}$.
#
# At last the padding is cut off again: $dX$ is $dP$ without $p$ rows and columns on *each* side.
#
# Worked number: image and kernel of Exercise 3, stride 1, no padding, and $\text{dout} = (1, 2)$ at the two places.
#
# $$dW = 1 \begin{pmatrix} 1 & 3 \\ 6 & 0 \end{pmatrix} + 2 \begin{pmatrix} 3 & 5 \\ 0 & 2 \end{pmatrix}
# = \begin{pmatrix} 7 & 13 \\ 6 & 4 \end{pmatrix}, \qquad db = 3,$$
#
# $$dX = \begin{pmatrix} 0.2 & 0.7 & 0 \\ -0.5 & 0.7 & 0 \end{pmatrix} +
# 2 \begin{pmatrix} 0 & 0.2 & 0.7 \\ 0 & -0.5 & 0.7 \end{pmatrix} =
# \begin{pmatrix} 0.2 & 1.1 & 1.4 \\ -0.5 & -0.3 & 1.4 \end{pmatrix}.$$
#
# The middle column was seen by both windows. It gets a share from both.
#
# **Write** `conv2d_backward(dout, X, W, stride, padding)`. It returns `(dX, dW, db)`. The windows need not reach the
# last rows and columns of $X$ (Exercise 1). The gradient there is 0.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Loop over the positions $(k, l)$ in the window, as in the second hint of Exercise 7. For fixed $(k, l)$ the pixels
# seen are one slice of $P$ with a step, shape $(N, H_{out}, W_{out}, C_{in})$. Each formula is then one product of
# this slice, `dout` and `W[k, l]`, of shape $(C_{in}, C_{out})$. Or loop over the places $(i, j)$, as in your
# `conv2d`.
#
# </details>
#
# <details><summary>Hint 2: the shapes</summary>
#
# For $dW_{k l}$, the first three axes of the slice and of dout are multiplied and added up. (`np.tensordot` takes two
# lists of axes, too: one for each array.) For $dP$, only the axis $C_{out}$ of dout is. Which axis of `W[k, l]` must it
# meet? Test the result on the worked number: its middle column must get a share twice.
#
# </details>


# %%
def conv2d_backward(dout, X, W, stride, padding):
    """Compute the gradients of a convolution.

    Args:
        dout: upstream gradient, shape (N, H_out, W_out, C_out).
        X: images, shape (N, H, W, C_in).
        W: kernels, shape (KH, KW, C_in, C_out).
        stride: step of the window in rows and columns, an int.
        padding: rows and columns of zeros on all four sides, an int.

    Returns:
        (dX, dW, db): gradients of the shapes of X, of W, and (C_out,).

    Reference: Goodfellow, Bengio and Courville 2016, eq. 9.11 to 9.13.
    """
    ### BEGIN SOLUTION
    _, height, width, _ = X.shape
    _, out_height, out_width, _ = dout.shape
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dpadded, dW = np.zeros(padded.shape), np.zeros(W.shape)
    for k in range(W.shape[0]):
        for l in range(W.shape[1]):
            rows, columns = slice(k, k + stride * out_height, stride), slice(l, l + stride * out_width, stride)
            dW[k, l] = np.tensordot(padded[:, rows, columns], dout, axes=([0, 1, 2], [0, 1, 2]))
            dpadded[:, rows, columns] += dout @ W[k, l].T
    dX = dpadded[:, padding : padding + height, padding : padding + width]
    return dX, dW, dout.sum(axis=(0, 1, 2))
    ### END SOLUTION


# %%
check("conv2d_backward")

# %% [markdown]
# Two tests follow. The first is finite differences, as always: with the loss $\sum \text{out} \cdot \text{dout}$ the
# upstream gradient is exactly `dout`. Expect an error below $10^{-8}$. The second is Keras, which finds gradients by
# itself: expect about $10^{-7}$, because it computes in `float32`.

# %%
# %%explore conv2d_backward, conv2d
import keras

from dnnkit.gradients import value_and_gradient

trial_rng = np.random.default_rng(5)
trial_X, trial_W = trial_rng.normal(size=(2, 5, 6, 2)), trial_rng.normal(size=(3, 2, 2, 3))
trial_b, trial_dout = trial_rng.normal(size=3), trial_rng.normal(size=(2, 3, 4, 3))
mine = conv2d_backward(trial_dout, trial_X, trial_W, 2, 1)
numeric = [
    numerical_gradient(lambda X: np.sum(conv2d(X, trial_W, trial_b, 2, 1) * trial_dout), trial_X),
    numerical_gradient(lambda W: np.sum(conv2d(trial_X, W, trial_b, 2, 1) * trial_dout), trial_W),
    numerical_gradient(lambda b: np.sum(conv2d(trial_X, trial_W, b, 2, 1) * trial_dout), trial_b),
]


def keras_loss(X, W, b):
    padded = keras.ops.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    out = keras.ops.conv(padded, W, strides=2, padding="valid", data_format="channels_last") + b
    return keras.ops.sum(keras.ops.multiply(out, trial_dout.astype("float32")))


_, in_keras = value_and_gradient(keras_loss, trial_X, trial_W, trial_b)
for name, gradient, slow, other in zip(("dX", "dW", "db"), mine, numeric, in_keras, strict=True):
    errors = f"finite differences {gradient_error(gradient, slow):.1e}, Keras {gradient_error(gradient, other):.1e}"
    print(f"{name}: gradient error against {errors}")

# %% [markdown]
# ### Exercise 9 · Bug hunt
#
# A colleague wrote the same gradients with loops over the places. The shapes are right, and a first test passed:
# stride 2, kernels of $2 \times 2$, no padding. There are **two bugs** in it.
#
# **How to hunt.** The comparison below tries several strides and paddings, and prints the gradient error of each of
# the three results. 0 is right. Ask:
#
# - Which of `dX`, `dW` and `db` is wrong? Only the lines that make it can be at fault.
# - For which settings is it right? What do these settings have in common? Draw the windows on paper: do they overlap?
#   Is there padding?
# - Fix one bug, run again, and see which row turned to 0.
#
# **Fix** `conv2d_backward_broken(dout, X, W, stride, padding)`.
#
# <details><summary>Hint: a nudge</summary>
#
# With stride 2 and kernels of $2 \times 2$ each pixel is in one window only. With stride 1 it is in several. What
# must happen to the shares that come from them? The other bug needs padding to show itself.
#
# </details>
#


# %%
def conv2d_backward_broken(dout, X, W, stride, padding):
    """Compute the gradients of a convolution, once its two bugs are fixed.

    Args:
        dout: upstream gradient, shape (N, H_out, W_out, C_out).
        X: images, shape (N, H, W, C_in).
        W: kernels, shape (KH, KW, C_in, C_out).
        stride: step of the window in rows and columns, an int.
        padding: rows and columns of zeros on all four sides, an int.

    Returns:
        (dX, dW, db): gradients of the shapes of X, of W, and (C_out,).
    """
    ### BUG HUNT: conv2d_backward_broken__as_given
    ### BEGIN SOLUTION
    height, width = X.shape[1:3]
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dpadded, dW, db = np.zeros(padded.shape), np.zeros(W.shape), np.zeros(W.shape[3])
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows, columns = slice(i * stride, i * stride + W.shape[0]), slice(j * stride, j * stride + W.shape[1])
            upstream = dout[:, i, j]
            db += upstream.sum(axis=0)
            dW += np.tensordot(padded[:, rows, columns], upstream, axes=(0, 0))
            dpadded[:, rows, columns] += np.tensordot(upstream, W, axes=(1, 3))
    dX = dpadded[:, padding : padding + height, padding : padding + width]
    return dX, dW, db
    ### END SOLUTION


# %%
check("conv2d_backward_broken")

# %%
# %%explore conv2d_backward_broken, conv2d, conv_output_size
hunt_rng = np.random.default_rng(6)
hunt_X, hunt_W = hunt_rng.normal(size=(2, 6, 6, 1)), hunt_rng.normal(size=(2, 2, 1, 2))
print("stride padding   error of dX   error of dW   error of db")
for stride, padding in [(2, 0), (3, 0), (1, 0), (2, 1), (1, 1)]:
    side = conv_output_size(6, 2, stride, padding)
    hunt_dout = hunt_rng.normal(size=(2, side, side, 2))

    def hunt_loss(X, W, b, settings=(stride, padding), dout=hunt_dout):
        return np.sum(conv2d(X, W, b, *settings) * dout)

    numeric = [
        numerical_gradient(lambda X, loss=hunt_loss: loss(X, hunt_W, np.zeros(2)), hunt_X),
        numerical_gradient(lambda W, loss=hunt_loss: loss(hunt_X, W, np.zeros(2)), hunt_W),
        numerical_gradient(lambda b, loss=hunt_loss: loss(hunt_X, hunt_W, b), np.zeros(2)),
    ]
    answers = conv2d_backward_broken(hunt_dout, hunt_X, hunt_W, stride, padding)
    errors = [gradient_error(answer, slope) for answer, slope in zip(answers, numeric, strict=True)]
    print(f"{stride:>6} {padding:>7}   {errors[0]:11.6f}   {errors[1]:11.6f}   {errors[2]:11.6f}")

# %% [markdown]
# ### Exercise 10 · Max pooling
#
# After a convolution, a feature map says for each pixel how strongly a pattern was found *exactly there*. Often the
# exact place is of no interest. **Max pooling** keeps, from each window, only the largest number. With windows of
# $2 \times 2$ and stride 2, the map has half as many rows and columns, and a pattern that moves by one pixel often
# gives the same result.
#
# - Each channel is pooled **on its own**:
#   $\text{out}_{n i j c} = \max_{k, l} X_{n,\, i \cdot s + k,\, j \cdot s + l,\, c}$, with $k$ and $l$ from 0 to
#   $\text{size} - 1$.
# - There is no padding. Rows and columns that no window reaches are left out, as in Exercise 1.
# - The windows overlap when the stride is smaller than the size.
#
# Worked number, size 2, stride 2, one image with one channel:
#
# $$\begin{pmatrix} 3 & 1 & 2 & 0 \\ 5 & 2 & 1 & 7 \\ 0 & 4 & 6 & 3 \\ 1 & 2 & 8 & 9 \end{pmatrix} \quad
# \longrightarrow \quad \begin{pmatrix} 5 & 7 \\ 4 & 9 \end{pmatrix}.$$
#
# **Write** `max_pool2d_forward(X, size, stride)`. Numbers may be negative.
#
# <details><summary>Hint: a nudge</summary>
#
# It is `conv2d` without padding, with a maximum in place of the sum of products, and without mixing channels. In a
# loop over places, the window of all images has shape $(N, \text{size}, \text{size}, C)$. Along which axes do you
# take the maximum?
#
# </details>
#


# %%
def max_pool2d_forward(X, size, stride):
    """Keep the largest number of every window, in each channel on its own.

    Args:
        X: feature maps, shape (N, H, W, C); floats or integers.
        size: rows and columns of the window, an int.
        stride: step of the window in rows and columns, an int.

    Returns:
        Array of shape (N, H_out, W_out, C).

    Reference: Zhou and Chellappa 1988; Goodfellow, Bengio and Courville 2016, section 9.3.
    """
    ### BEGIN SOLUTION
    windows = sliding_window_view(X, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return windows.max(axis=(-2, -1))
    ### END SOLUTION


# %%
check("max_pool2d_forward")

# %% [markdown]
# ### Exercise 11 · Max pooling, backward
#
# Move one number of a window a little. If it was the largest, the output moves with it: slope 1. If not, nothing
# happens: slope 0. So the upstream gradient of each window goes **to its winner alone**. A number that won in several
# windows gets the sum of their gradients. Each image and each channel has its own winners.
#
# Worked number: the image above, and dout $= \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$:
#
# $$dX = \begin{pmatrix} 0 & 0 & 0 & 0 \\ 1 & 0 & 0 & 2 \\ 0 & 3 & 0 & 0 \\ 0 & 0 & 0 & 4 \end{pmatrix}.$$
#
# With overlap: $X = \begin{pmatrix} 1 & 5 & 2 \\ 3 & 4 & 0 \end{pmatrix}$, size 2, stride 1. The 5 wins
# both windows. With $\text{dout} = (1, 2)$, it gets $1 + 2 = 3$, and all others get 0.
#
# When two numbers of a window are equally large, the maximum has a corner, and no slope. Any way to divide the gradient
# between them that adds up to the whole is a subgradient: all of it to the first, as most libraries do, or half to
# each. The checks avoid such ties.
#
# **Write** `max_pool2d_backward(dout, X, size, stride)`. It returns `dX`, shape $(N, H, W, C)$.
#
# Useful: `A.max(axis=..., keepdims=True)`, whose result still lines up with `A`; `B[:, None, None, :]`, which gives `B`
# of shape $(a, b)$ two new axes, $(a, 1, 1, b)$.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Loop over the places. Cut out the window, shape $(N, \text{size}, \text{size}, C)$, and find where it equals its
# own maximum. That mask, divided by the number of equal winners, says who gets which share of the upstream gradient of
# the place. Write it or add it?
#
# </details>
#
# <details><summary>Hint 2: the shapes</summary>
#
# The mask of a place has four axes, $(N, \text{size}, \text{size}, C)$, its gradient only two, $(N, C)$. Which two are
# missing?
#
# </details>


# %%
def max_pool2d_backward(dout, X, size, stride):
    """Send the gradient of every window to its largest number.

    Args:
        dout: upstream gradient, shape (N, H_out, W_out, C).
        X: feature maps that were pooled, shape (N, H, W, C); no two numbers of a window are equal.
        size: rows and columns of the window, an int.
        stride: step of the window in rows and columns, an int.

    Returns:
        dX, shape (N, H, W, C).
    """
    ### BEGIN SOLUTION
    dX = np.zeros(X.shape)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows, columns = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
            window = X[:, rows, columns]
            won = window == window.max(axis=(1, 2), keepdims=True)
            won = won / won.sum((1, 2), keepdims=True)  # equal winners share
            dX[:, rows, columns] += won * dout[:, i, j][:, None, None, :]
    return dX
    ### END SOLUTION


# %%
check("max_pool2d_backward")

# %%
# %%explore max_pool2d_backward, max_pool2d_forward
pool_rng = np.random.default_rng(7)
pool_X, pool_dout = pool_rng.normal(size=(2, 5, 6, 3)), pool_rng.normal(size=(2, 2, 2, 3))
pool_dX = max_pool2d_backward(pool_dout, pool_X, 3, 2)
pool_numeric = numerical_gradient(lambda X: np.sum(max_pool2d_forward(X, 3, 2) * pool_dout), pool_X)
print("gradient error:", gradient_error(pool_dX, pool_numeric))
print(f"pixels that get a gradient: {np.count_nonzero(pool_dX)} of {pool_dX.size}, for {pool_dout.size} windows")

# %% [markdown]
# Most numbers get no gradient at all: only the winners do. And there are at most as many winners as windows.

# %% [markdown]
# ### Experiment · What one number sees
#
# Stack convolutions of $3 \times 3$, and a number in a later layer depends on more and more pixels. Which ones? Your
# backward function knows: give the one number a gradient of 1, carry it back, and look where something arrives. This
# region is the number's **receptive field**.

# %%
# %%explore conv2d_backward
field_kernel, field_maps = np.ones((3, 3, 1, 1)), []
field_dout = np.zeros((1, 11, 11, 1))
field_dout[0, 5, 5, 0] = 1
for _ in range(3):  # back through one layer more each time
    field_dout, _, _ = conv2d_backward(field_dout, np.zeros((1, 11, 11, 1)), field_kernel, 1, 1)
    field_maps.append(field_dout[0, :, :, 0] / field_dout.max())
field_titles = [f"layers: {k}, pixels: {np.count_nonzero(arrived)}" for k, arrived in enumerate(field_maps, start=1)]
plots.show(plots.plot_images(np.array(field_maps), titles=field_titles))

# %% [markdown]
# Three small kernels see $7 \times 7$ pixels with 27 weights, where one kernel of that size has 49. The pixels in the
# middle count more, since many ways lead to them. Lesson 06 computes how fast the field grows with stride and pooling.
#
# ### Two relatives: 1 × 1, and the mean of everything
#
# A kernel of $1 \times 1$ sees no neighbours at all. It mixes the channels of each pixel, as a dense layer would that
# is applied to every pixel alike, and so it changes the number of channels cheaply. **Average pooling** takes the mean
# of a window in place of the maximum. **Global average pooling** takes it over the whole map: one number for each
# channel, whatever the size of the image. Newer networks end with it, where LeNet has a dense layer for every place.

# %%
# %%explore conv2d
mix_X, mix_W = np.random.default_rng(15).normal(size=(2, 6, 5, 8)), np.random.default_rng(16).normal(size=(1, 1, 8, 3))
mixed = conv2d(mix_X, mix_W, np.zeros(3), 1, 0)
print("shapes:", mix_X.shape, "->", mixed.shape, "-> after global average pooling", mixed.mean(axis=(1, 2)).shape)
print("difference from a dense layer at every pixel:", np.abs(mixed - mix_X @ mix_W[0, 0]).max())

# %% [markdown]
# ## Part 5 · Networks
#
# You know now what is inside the layers. From here on, Keras computes them, and finds the gradients. The next two
# functions return Keras models. Keras' default is the order $(N, H, W, C)$ that you used all along. You can say so in
# every convolution and pooling layer: `data_format="channels_last"`.

# %%
import keras

# %% [markdown]
# ### Exercise 12 · LeNet
#
# In 1998, LeNet-5 read the amounts on millions of bank cheques. Its plan is still the plan of most networks that
# look at images: convolve, pool, convolve, pool, then dense layers. Here is a plain version of it.
#
# | layer | what | output for an image of $32 \times 32 \times 1$ |
# | --- | --- | --- |
# | convolution | 6 kernels of $5 \times 5$, stride 1, no padding, then a nonlinearity | $28 \times 28 \times 6$ |
# | pooling | windows of $2 \times 2$, stride 2 | $14 \times 14 \times 6$ |
# | convolution | 16 kernels of $5 \times 5$, stride 1, no padding, then a nonlinearity | $10 \times 10 \times 16$ |
# | pooling | windows of $2 \times 2$, stride 2 | $5 \times 5 \times 16$ |
# | flatten | all numbers of an image in a line | 400 |
# | dense | 120 units, then a nonlinearity | 120 |
# | dense | 84 units, then a nonlinearity | 84 |
# | dense | `num_classes` units: the scores, **without** softmax or any other activation | `num_classes` |
#
# All layers have biases. Choose the nonlinearity (ReLU, tanh, ...) and the kind of pooling (largest or mean) as you
# like. Add nothing that has weights of its own.
#
# Worked number: the parameters for $32 \times 32 \times 1$ and 10 classes. A convolution has
# $K_H K_W C_{in} C_{out}$ weights and $C_{out}$ biases, wherever it is used; pooling has none.
#
# | layer | parameters |
# | --- | --- |
# | convolution 1 | $5 \cdot 5 \cdot 1 \cdot 6 + 6 = 156$ |
# | convolution 2 | $5 \cdot 5 \cdot 6 \cdot 16 + 16 = 2{,}416$ |
# | dense 120 | $400 \cdot 120 + 120 = 48{,}120$ |
# | dense 84 | $120 \cdot 84 + 84 = 10{,}164$ |
# | dense 10 | $84 \cdot 10 + 10 = 850$ |
# | together | $61{,}706$ |
#
# Look where they are: the two convolutions do most of the work, with 4 % of the weights.
#
# **Write** `build_lenet(input_shape, num_classes)`. `input_shape` is $(H, W, C_{in})$, without the number of
# images, and may be any size that fits. The model is not compiled.
#
# Useful: `keras.Sequential([...])`, `keras.Input(input_shape)`, and in `keras.layers`: `Conv2D(filters, kernel_size,
# activation="relu")`, whose default is no padding (`"valid"`), `MaxPooling2D(2)`, whose windows move by their size,
# `Flatten()`, `Dense(units)`. Keras calls the number of kernels `filters`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One line for each line of the first table. Keras works out the sizes itself. Afterwards compare
# `build_lenet((32, 32, 1), 10).count_params()` with the second table.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# If your count is larger, compare layer by layer (`model.summary()`): a convolution that keeps the size has
# `padding="same"`; dense 120 must see $5 \cdot 5 \cdot 16$ numbers.
#
# </details>


# %%
def build_lenet(input_shape, num_classes):
    """Build a plain LeNet-5 that returns scores.

    Args:
        input_shape: (H, W, C_in) of one image; H and W at least 16.
        num_classes: number of scores.

    Returns:
        A Keras model, not compiled: images of shape (N, H, W, C_in) to scores of shape (N, num_classes).

    Reference: LeCun, Bottou, Bengio and Haffner 1998, section II.B (here all maps are connected, and pooling is plain).
    """
    ### BEGIN SOLUTION
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, 5, activation="relu", data_format="channels_last"),
            layers.MaxPooling2D(2, data_format="channels_last"),
            layers.Conv2D(16, 5, activation="relu", data_format="channels_last"),
            layers.MaxPooling2D(2, data_format="channels_last"),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(num_classes),
        ]
    )
    ### END SOLUTION


# %%
check("build_lenet")

# %% [markdown]
# Two sizes, two counts. The convolutions have the same weights in both; only the first dense layer grows with the
# image. Expect 61,706 for the first, as in the table.

# %%
# %%explore build_lenet, conv_output_size
for shape in [(32, 32, 1), (64, 64, 1)]:
    lenet = build_lenet(shape, 10)
    side = shape[0]
    sides = [side := conv_output_size(side, size, stride, 0) for size, stride in [(5, 1), (2, 2), (5, 1), (2, 2)]]
    print(f"image {shape}: sides {sides} by your formula, {lenet.count_params():,} parameters")

# %% [markdown]
# ### Exercise 13 · Read digits, well
#
# Now choose a network of your own, and train it. The images are the small digits, shape $(N, 8, 8, 1)$, from 0
# (paper) to 1 (ink). Lesson 01 reached about 97 % with one layer.
#
# You are judged by what your network achieves: **at least 97.5 %** of digits that neither you nor it has seen. All
# 1,797 digits are judged, in three parts: each part by a network that was trained on the other two. It must contain
# a convolution. One training must take less than 60 seconds. About five seconds are enough.
#
# A starting point that works:
#
# - **Shifted copies.** A digit that moves by one pixel is the same digit. So train on five copies of each image: as
#   it is, and shifted by one pixel up, down, left and right, with zeros moving in. The labels are repeated in the
#   same order.
# - **Network.** 32 kernels of $3 \times 3$; max pooling of $2 \times 2$; 64 kernels of $3 \times 3$; again 64 kernels
#   of $3 \times 3$; flatten; dropout of one half; a dense layer with `num_classes` scores. All convolutions have
#   `padding="same"` (zeros all around, so that the size stays) and ReLU.
# - **Training.** Adam, batch size 128, 8 epochs over the copies. The learning rate falls from 0.003 to 0 along a
#   cosine: `keras.optimizers.schedules.CosineDecay(0.003, steps)` in place of a number, where `steps` is the number
#   of minibatches in all epochs together.
#
# **Write** `train_cnn(X, y, num_classes, rng)`. It returns the trained Keras model, which turns images into scores or
# probabilities, shape $(N, \mathrm{num\_classes})$. $X$ may also hold larger images, or more channels. Make the model
# of Keras' own layers, without functions of your own and without layers that move or turn images by chance: the grader
# builds it again from its layers and weights, and computes the scores itself. Change the images before training
# instead, as above.
#
# Useful: `keras.utils.set_random_seed(int(rng.integers(2**31)))` makes Keras draw from your `rng`, so that the same
# seed gives the same training; `keras.losses.SparseCategoricalCrossentropy(from_logits=True)` for scores;
# `model.fit(X, y, batch_size=..., epochs=..., verbose=0)`; `np.concatenate([A, B])` and `np.tile(y, 5)`, which
# repeats the whole of $y$ five times.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin without copies and with a fixed learning rate of 0.001: build, compile, fit, return. Look at the accuracy in
# the next cell. Then add the copies, then the schedule. If the copies make it much worse, do images and labels
# still belong together?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Pad each image with one zero on all sides, $10 \times 10$. The five copies are the pieces of $8 \times 8$ that
# begin at row and column $(1, 1)$, $(0, 1)$, $(2, 1)$, $(1, 0)$ and $(1, 2)$. The number of minibatches is $8 \cdot
# \lceil 5 N / 128 \rceil$.
#
# </details>


# %%
def train_cnn(X, y, num_classes, rng):
    """Train a convolutional network to tell images apart.

    Args:
        X: images, shape (N, H, W, C_in), from 0 to 1.
        y: true classes, shape (N,); integers from 0 to num_classes - 1.
        num_classes: number of classes, an int.
        rng: np.random.Generator, the source of all randomness.

    Returns:
        A trained Keras model: images to scores (or probabilities), shape (N, num_classes). It is made of layers of
        Keras alone, without functions of your own and without layers of chance but dropout and noise.
    """
    ### BEGIN SOLUTION
    num_epochs, batch_size = 8, 128
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    height, width, channels = X.shape[1:]
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    corners = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    copies = np.concatenate([padded[:, i : i + height, j : j + width] for i, j in corners])
    labels = np.tile(y, len(corners))
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((height, width, channels)),
            layers.Conv2D(32, 3, padding="same", activation="relu", data_format="channels_last"),
            layers.MaxPooling2D(2, data_format="channels_last"),
            layers.Conv2D(64, 3, padding="same", activation="relu", data_format="channels_last"),
            layers.Conv2D(64, 3, padding="same", activation="relu", data_format="channels_last"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(num_classes),
        ]
    )
    steps = num_epochs * int(np.ceil(len(copies) / batch_size))
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.003, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(copies, labels, batch_size=batch_size, epochs=num_epochs, verbose=0)
    return model
    ### END SOLUTION


# %%
check("train_cnn")

# %% [markdown]
# ### Experiment · How good is it?
#
# With the starting point, expect more than 99 % on the test digits: of 597 it misses two to five. Look at them. Would
# you have read them?

# %%
# %%explore train_cnn
digits = data.load_digits(rng=np.random.default_rng(8))
digit_images, test_images = digits.X_train.reshape(-1, 8, 8, 1), digits.X_test.reshape(-1, 8, 8, 1)
started = time.perf_counter()
digit_model = train_cnn(digit_images, digits.y_train, 10, np.random.default_rng(9))
print(f"trained in {time.perf_counter() - started:.1f} s")


def answers_of(model, images):
    return np.argmax(keras.ops.convert_to_numpy(model(images)), axis=1)


test_answers = answers_of(digit_model, test_images)
print(f"accuracy on {len(test_answers)} test digits: {np.mean(test_answers == digits.y_test):.1%}")
wrong = np.flatnonzero(test_answers != digits.y_test)[:10]
if wrong.size:
    titles = [f"is {digits.y_test[n]}, said {test_answers[n]}" for n in wrong]
    plots.show(plots.plot_images(test_images[wrong, :, :, 0], titles=titles))

# %% [markdown]
# ### Experiment · What did the first layer learn?
#
# Each kernel of the first layer is a small picture, because it looks straight at the image. Red weights want ink,
# blue ones want paper. An edge finder has both, and they nearly cancel. A blur has one colour. In your trained network,
# about nine kernels in ten have at least a fifth of each colour. Is that what training taught them?

# %%
# %%explore
predict(
    "kernels",
    "The same network, before any training: its kernels are random. How many have at least a fifth of each colour?",
    ["about one in ten", "about half", "about nine in ten, too"],
)

# %%
# %%explore train_cnn
first_trained = next(weights for weights in digit_model.get_weights() if weights.ndim == 4)
first_random = keras.ops.convert_to_numpy(keras.initializers.GlorotUniform(seed=11)(first_trained.shape))
for name, first_kernels in {"untrained": first_random, "trained": first_trained}.items():
    K = np.moveaxis(first_kernels[:, :, 0], -1, 0)
    plots.show(plots.plot_images(K[:16], columns=8, signed=True))
    both = np.minimum(np.clip(K, 0, None).sum(axis=(1, 2)), np.clip(-K, 0, None).sum(axis=(1, 2)))
    two_colours = np.mean(both / np.abs(K).sum(axis=(1, 2)) > 0.2)
    pairs = np.concatenate([(K[:, 1:] * K[:, :-1]).ravel(), (K[:, :, 1:] * K[:, :, :-1]).ravel()])
    print(f"{name} (above): {two_colours:.0%} of {len(K)} kernels have a fifth of each colour; ", end="")
    print(f"size of a weight {np.sqrt(np.mean(K**2)):.3f}, neighbours alike {np.mean(pairs) / np.mean(K**2):+.2f}")
reveal(
    "kernels",
    "about nine in ten, too",
    "Nine random numbers nearly always have both signs. Two colours are no sign of learning.",
)

# %% [markdown]
# What training does change is harder to see: the weights grow, from 0.08 to 0.14 in the root of the mean square, and
# neighbouring weights become alike (1 would mean equal, 0 as in random kernels): about $+0.12$ over five draws, against
# $-0.02$ before. So strokes and edges appear, but a pattern that you see in a kernel is worth a look at random ones.

# %% [markdown]
# What comes out of a kernel is a picture again, its feature map. Here is one digit, and what your `conv2d` and a ReLU
# make of it with the first seven kernels: in the upper row before training, in the lower row after it.

# %%
# %%explore train_cnn, conv2d
for first_kernels in (first_random, first_trained):
    K = first_kernels[..., :7].astype(np.float64)
    feature_maps = np.maximum(conv2d(test_images[:1], K, np.zeros(K.shape[-1]), 1, len(K) // 2), 0)[0]
    map_pictures = [test_images[0, :, :, 0], *(m / max(m.max(), 1e-9) for m in np.moveaxis(feature_maps, -1, 0))]
    map_titles = ["the digit", *(f"kernel {k}" for k in range(1, len(map_pictures)))]
    plots.show(plots.plot_images(np.array(map_pictures), titles=map_titles, columns=8))

# %% [markdown]
# In both rows a map answers to some strokes and not to others, because of their direction or of the side on which the
# ink lies, and some hardly answer at all. Random kernels do that, too. A network gets useful maps for nothing, and the
# layers above choose among them.

# %% [markdown]
# ### Experiment · Move the digits
#
# All digits of the data set sit in the middle of their image. What if they do not? Put each digit on a canvas of
# $12 \times 12$, train on digits in the middle, and test on digits that were moved by one or two pixels in a random
# direction: same digits, same ink.
#
# The first candidate is a dense network, 128 and 64 units with ReLU.

# %%
# %%explore
predict(
    "moved",
    "In the middle, the dense network reads about 97 % of the digits. Moved by two pixels, how many?",
    ["about 90 %", "about 65 %", "below 40 %"],
)

# %%
# %%explore train_cnn
canvas_train, canvas_test = (np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0))) for images in (digit_images, test_images))
directions = np.random.default_rng(10).choice([(0, 1), (0, -1), (1, 0), (-1, 0)], size=len(canvas_test))


def moved(images, distance):
    """Move each image by `distance` pixels in its own direction; nothing is cut off up to 2."""
    return np.stack(
        [np.roll(image, distance * way, axis=(0, 1)) for image, way in zip(images, directions, strict=True)]
    )


def train_dense(images, labels):
    keras.utils.set_random_seed(11)
    layers = keras.layers
    hidden = [layers.Dense(128, activation="relu"), layers.Dense(64, activation="relu")]
    model = keras.Sequential([keras.Input(images.shape[1:]), layers.Flatten(), *hidden, layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.002), loss=loss)
    model.fit(images, labels, batch_size=128, epochs=48000 // len(images), verbose=0)
    return model


copies = [np.roll(canvas_train, way, axis=(1, 2)) for way in [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]]
candidates = {
    "dense": train_dense(canvas_train, digits.y_train),
    "dense, shifted copies": train_dense(np.concatenate(copies), np.tile(digits.y_train, 5)),
    "your train_cnn": train_cnn(canvas_train, digits.y_train, 10, np.random.default_rng(12)),
}
curves = {
    name: [np.mean(answers_of(model, moved(canvas_test, distance)) == digits.y_test) for distance in range(3)]
    for name, model in candidates.items()
}
for name, curve in curves.items():
    print(f"{name:<22} moved by 0, 1, 2 pixels: " + ", ".join(f"{share:.1%}" for share in curve))
ax = plots.plot_curves(np.arange(3), curves, xlabel="moved by pixels", ylabel="accuracy", title="Same digits, moved")
ax.set(xticks=range(3), ylim=(0, 1.05))
plots.show(ax)
reveal(
    "moved",
    "below 40 %",
    "One answer in ten is chance. Each weight of the dense network learned what ink at its own pixel means, and two "
    "pixels further the ink means something else.",
)

# %% [markdown]
# Expect 96 to 99 % for all three in the middle. Moved by one pixel, the dense network falls below one half. With
# shifted copies in training it holds at one pixel, because it has seen that. At two pixels it has not, and falls
# again.
#
# Your network was trained with the same copies. At one pixel it loses next to nothing, and at two it keeps more than
# half of the digits, where the dense one keeps a third. Its kernels treat a stroke alike wherever it is, and pooling
# evens out a pixel more or less. But its last layer is dense, and has other weights for every place. So a convolution
# does not make a network blind to shifts. It makes shifts easier to learn.

# %% [markdown]
# ### Experiment · Shuffle the pixels
#
# What does a convolution take for granted? That pixels which lie side by side belong together. Take that away: draw one
# order of the 64 pixels, and put every picture into this order, those for training and those for the test. Nothing is
# lost, since each pixel can be put back. To us, though, the pictures are noise.

# %%
# %%explore
predict(
    "shuffled",
    "In order, your network reads about 99 % of the test digits, and the dense one 98 %. Both are trained anew on "
    "shuffled pictures. What do they read?",
    ["both about 10 %", "both as much as before", "the dense one as much as before, yours less than that"],
)

# %%
# %%explore train_cnn
pixel_order = np.random.default_rng(13).permutation(64)


def shuffled(images):
    """Put the pixels of each image of 8 x 8 into the same new order."""
    return images.reshape(-1, 64)[:, pixel_order].reshape(images.shape)


shuffled_test = shuffled(test_images)
plots.show(plots.plot_images(shuffled_test[:8, :, :, 0], titles=[f"a {y}" for y in digits.y_test[:8]], columns=8))
shuffled_scores = {
    "dense": (
        train_dense(digit_images, digits.y_train),
        train_dense(shuffled(digit_images), digits.y_train),
    ),
    "your train_cnn": (
        digit_model,
        train_cnn(shuffled(digit_images), digits.y_train, 10, np.random.default_rng(9)),
    ),
}
for name, (in_order, out_of_order) in shuffled_scores.items():
    share = np.mean(answers_of(in_order, test_images) == digits.y_test)
    shuffled_share = np.mean(answers_of(out_of_order, shuffled_test) == digits.y_test)
    print(f"{name:<15} in order: {share:.1%}, shuffled: {shuffled_share:.1%}")
reveal(
    "shuffled",
    "the dense one as much as before, yours less than that",
    "A dense layer has a weight for each pixel, in whatever order they come: it cannot tell the difference. A kernel "
    "sees pixels side by side that have nothing to do with each other.",
)

# %% [markdown]
# Over five splits and orders the dense network reads 97.6 % with the pixels in place and 97.5 % shuffled. The
# convolutional one of the starting point falls from 99.1 % (98.3 to 99.7) to 95.7 % (94.3 to 97.3), and so from the
# first place to the second. The copies shifted by a pixel help no longer, either: a shift makes another picture of a
# shuffled digit. A convolution says that neighbours belong together. *Where that is true, it saves examples. Where it
# is not, it costs.*

# %% [markdown]
# ## What to take away
#
# - A kernel is a small window with the same weights everywhere. Its weights do not grow with the image.
# - A window of size $k$ has $\lfloor (n + 2p - k) / s \rfloor + 1$ places.
# - Layers cross-correlate: nothing is flipped. The convolution of mathematics flips.
# - Blur, edges and high-pass are kernels. Median, dilation and erosion are not: they are not linear.
# - A convolution is one matrix product, once the windows lie in the rows of a matrix. That is what makes it fast.
# - Backward: a weight collects from all places, a pixel from all windows that saw it. Add, do not overwrite.
# - Convolution follows a shift, it does not undo it. Pooling, and training on shifted copies, make a network
#   indifferent to small shifts.
#
# **Questions to carry with you**
#
# 1. Two layers with kernels of $3 \times 3$ on top of each other see $5 \times 5$ pixels. How many weights do they
#    have, and how many has one layer of $5 \times 5$, with $C$ channels everywhere? What else do two layers have
#    that one has not?
# 2. A kernel of $1 \times 1$ sees one pixel. What can it be good for? (Look at the channels.)
# 3. `conv2d_backward` with stride 1 computes $dX$ by a convolution, too. With which kernel, and with which padding?
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. Two layers have $2 \cdot 9 \, C^2$ weights, one has $25 \, C^2$. And two have a nonlinearity between them.
# 2. It mixes the channels, at every pixel in the same way: a small dense layer, which can make fewer maps of many.
# 3. With the kernel turned by half a turn, and channels in and out exchanged, on dout with padding $k - 1 - p$.
#
# </details>
#
# **Sources**
#
# - D. H. Hubel and T. N. Wiesel (1962), [*Receptive fields, binocular interaction and functional architecture in the
#   cat's visual cortex*](https://doi.org/10.1113/jphysiol.1962.sp006837): cells that answer to edges in a small part of
#   what the eye sees.
# - J. W. Tukey (1977), *Exploratory data analysis*: running medians.
# - K. Fukushima (1980), [*Neocognitron*](https://doi.org/10.1007/BF00344251): layers of shared windows and of pooling.
# - J. Serra (1982), *Image analysis and mathematical morphology*: dilation and erosion.
# - Y. T. Zhou and R. Chellappa (1988), *Computation of optical flow using a neural network*: max pooling.
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), [*Gradient-based learning applied to document
#   recognition*](https://doi.org/10.1109/5.726791), section II: LeNet-5. (The original has sparse connections between
#   its maps, pooling with weights, and another output.)
# - K. Chellapilla, S. Puri and P. Simard (2006), [*High performance convolutional neural networks for document
#   processing*](https://inria.hal.science/inria-00112631): the convolution as a matrix product.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), [*Deep learning*](https://www.deeplearningbook.org), chapter 9:
#   eq. 9.3 (convolution), 9.7 and 9.8 (channels and stride), 9.11 to 9.13 (gradients).
# - V. Dumoulin and F. Visin (2016), [*A guide to convolution arithmetic for deep
#   learning*](https://arxiv.org/abs/1603.07285), relationship 6: the number of places.
# - The photo is `china.jpg` of scikit-learn (CC BY 2.0).
